//! `subrosa ledger verify`. Its answer is a verdict, whatever it is: a bad one is no failure to give it.

use std::path::PathBuf;

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
use crate::cli::verdict::Witnesses;
use crate::keys::signer::WitnessVerifier;
use crate::ledger::witnessing::REQUEST_LIMIT;
use crate::vault::check::Outside;

/// What `subrosa ledger verify` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A checkpoint that somebody kept, which the ledger has to continue; may be repeated
    #[arg(long, value_name = "CHECKPOINT")]
    pub against: Vec<PathBuf>,
    /// The verifier key of a witness whose cosignatures count, or @FILE with it; may be repeated
    #[arg(long, value_name = "VKEY")]
    pub witness: Vec<String>,
    /// How many witnesses have to have cosigned this very head
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u64).range(1..))]
    pub quorum: Option<u64>,
}

#[derive(Serialize)]
#[serde(transparent)]
struct Verified(LedgerVerdict);

impl Answer for Verified {
    fn prose(&self, _: &Look<'_>) -> String {
        let Self(ledger) = self;
        let Witnesses { counted, known, time, earlier, .. } = &ledger.witnesses;
        let time = time.as_deref().unwrap_or_default();
        let mut text = match ledger.verdict {
            verdict::WITNESSED => format!("WITNESSED {counted} of {known} at {time}: {}\n", ledger.head.prose()),
            other => format!("{other}: {}\n", ledger.head.prose()),
        };
        text.push_str(match ledger.verdict {
            verdict::WITNESSED => "Everything holds, and outside witnesses cosigned it to its last entry.\n",
            verdict::CONTINUOUS => "Everything holds, and it continues what this computer has seen.\n",
            verdict::INTACT => "Everything holds; this computer has seen nothing of it before.\n",
            _ => "",
        });
        text.extend(earlier.iter().map(|earlier| format!("{earlier}\n")));
        text.push_str(&format!("{}\n", ledger.looked_at()));
        text.extend(ledger.findings.iter().map(Finding::prose));
        text
    }

    fn bare(&self) -> String {
        self.0.head.row(self.0.verdict, &[])
    }
}

/// Verifies.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let mut outside = Outside { quorum: args.quorum, ..Outside::default() };
    for key in &args.witness {
        outside.witnesses.push(session.key::<WitnessVerifier>(key, "--witness")?);
    }
    for file in &args.against {
        outside.against.push((file.display().to_string(), session.read_public(file, REQUEST_LIMIT)?));
    }
    let ledger = match session.open_to_examine()? {
        Examined::Unopened(unopened) => LedgerVerdict::of_unopened(&unopened),
        Examined::Opened(vault) => {
            for own in outside.witnesses.iter().filter(|key| key.public() == vault.header().verifier.public()) {
                session
                    .warn(&format!("{own} is the ledger's own key: nobody is his own witness, so it does not count"));
            }
            let quiet = session.globals.quiet || session.globals.json;
            let (size, stderr) = (vault.head().size, &mut session.host.stderr);
            let mut progress = Progress::begin(stderr, quiet, "ledger", Unit::Things("entries"), Some(size));
            let heard = vault.hear(&outside)?;
            let mut report = vault.verify_ledger_within(&heard.uppers, &mut |count| progress.advance(count))?;
            report.signatures += heard.signatures;
            report.findings.extend(heard.findings.iter().cloned());
            LedgerVerdict::of(vault.head().into(), &report, verdict::grade(&vault, &heard)).with_witnesses(&heard)
        }
    };
    // The bare answer is one line: what is wrong is told beside it.
    if !session.globals.json && !session.host.stdout.is_terminal() {
        for finding in &ledger.findings {
            session.warn(&finding.one_line());
        }
        if let Some(earlier) = &ledger.witnesses.earlier {
            session.note(earlier);
        }
    }
    let exit = verdict::exit(ledger.verdict);
    session.answer("ledger-verify", &Verified(ledger), None)?;
    Ok(exit)
}
