//! `subrosa ledger verify`. Its answer is a verdict, whatever it is: a bad one is no failure to give it.

use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Look;
use crate::cli::failure::Failure;
use crate::cli::progress::Progress;
use crate::cli::progress::Unit;
use crate::cli::session::Examined;
use crate::cli::session::Session;
use crate::cli::verdict;
use crate::cli::verdict::Finding;
use crate::cli::verdict::LedgerVerdict;

/// What `subrosa ledger verify` takes.
#[derive(Debug, clap::Args)]
pub struct Args {}

#[derive(Serialize)]
#[serde(transparent)]
struct Verified(LedgerVerdict);

impl Answer for Verified {
    fn prose(&self, _: &Look<'_>) -> String {
        let Self(ledger) = self;
        let mut text = format!("{}: {}\n", ledger.verdict, ledger.head.prose());
        text.push_str(match ledger.verdict {
            verdict::CONTINUOUS => "Everything holds, and it continues what this computer has seen.\n",
            verdict::INTACT => "Everything holds; this computer has seen nothing of it before.\n",
            _ => "",
        });
        text.push_str(&format!("{}\n", ledger.looked_at()));
        text.extend(ledger.findings.iter().map(Finding::prose));
        text
    }

    fn bare(&self) -> String {
        self.0.head.row(self.0.verdict, &[])
    }
}

/// Verifies.
pub fn run(_: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let ledger = match session.open_to_examine()? {
        Examined::Unopened(unopened) => LedgerVerdict::of_unopened(&unopened),
        Examined::Opened(vault) => {
            let quiet = session.globals.quiet || session.globals.json;
            let (size, stderr) = (vault.head().size, &mut session.host.stderr);
            let mut progress = Progress::begin(stderr, quiet, "ledger", Unit::Things("entries"), Some(size));
            let report = vault.verify_ledger(&mut |count| progress.advance(count))?;
            LedgerVerdict::of(vault.head().into(), &report, verdict::good(&vault))
        }
    };
    // The bare answer is one line: what is wrong is told beside it.
    if !session.globals.json && !session.host.stdout.is_terminal() {
        for finding in &ledger.findings {
            session.warn(&finding.one_line());
        }
    }
    let exit = verdict::exit(ledger.verdict);
    session.answer("ledger-verify", &Verified(ledger), None)?;
    Ok(exit)
}
