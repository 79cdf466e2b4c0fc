//! `subrosa check`: the whole vault, or a copy of it. Its answer is what was found, whatever that is.

use std::path::Path;
use std::path::PathBuf;

use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Look;
use crate::cli::failure::Failure;
use crate::cli::failure::FailureCode;
use crate::cli::progress::Progress;
use crate::cli::progress::Unit;
use crate::cli::session::Examined;
use crate::cli::session::Session;
use crate::cli::text::bare;
use crate::cli::verdict;
use crate::cli::verdict::Finding;
use crate::cli::verdict::LedgerVerdict;
use crate::vault::Vault;
use crate::vault::check::Finding as Found;
use crate::vault::check::Report;
use crate::vault::copy;
use crate::vault::copy::CopyReport;
use crate::vault::copy::CopyRequest;
use crate::vault::error::VaultError;

/// What `subrosa check` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Read every record to its end, not only its seal
    #[arg(long)]
    pub read_data: bool,
    /// Move files that nothing speaks of to lost+found in the vault
    #[arg(long, conflicts_with = "copy")]
    pub repair: bool,
    /// Look at this copy of the vault instead; nothing is written anywhere
    #[arg(long, value_name = "DIR")]
    pub copy: Option<PathBuf>,
}

/// What is known of a copy.
#[derive(Serialize)]
struct Copied {
    path: String,
    /// By how many entries it is behind; null where that could not be shown.
    behind: Option<u64>,
}

/// `docs/command-line.md`, `check`.
#[derive(Serialize)]
struct Checked {
    ok: bool,
    ledger: LedgerVerdict,
    records: u64,
    read_data: bool,
    /// All of them, those of the ledger first.
    findings: Vec<Finding>,
    copy: Option<Copied>,
    /// What `--repair` moved, as it was called before.
    moved: Vec<String>,
    /// Whether the catalogue was damaged, and made anew.
    catalogue_rebuilt: bool,
    #[serde(skip)]
    verdict: &'static str,
    #[serde(skip)]
    exit: Exit,
}

impl Checked {
    fn of(ledger: LedgerVerdict, report: &Report, good: &'static str) -> Self {
        let found: Vec<&Found> = report.ledger.findings.iter().chain(&report.findings).collect();
        let is_grave = found.iter().any(|finding| finding.fault.is_grave());
        let verdict = verdict::of(found.iter().copied(), good);
        Self {
            ok: !is_grave,
            ledger,
            records: report.records,
            read_data: report.read_data,
            findings: found.iter().map(|finding| Finding::from(*finding)).collect(),
            copy: None,
            moved: Vec::new(),
            catalogue_rebuilt: false,
            verdict,
            exit: match found.iter().all(|finding| finding.fault.is_remark()) {
                _ if is_grave => Exit::Verdict(FailureCode::Integrity),
                true => Exit::Done,
                false => Exit::Due,
            },
        }
    }

    /// What a copy is, in the words of the contract; nothing where it is not whole.
    fn whole(&self) -> Option<String> {
        let behind = self.copy.as_ref()?.behind.filter(|_| self.ok)?;
        Some(format!("whole, {behind} {} behind", if behind == 1 { "entry" } else { "entries" }))
    }
}

impl Answer for Checked {
    fn prose(&self, _: &Look<'_>) -> String {
        let mut text = format!("{}: {}\n", self.verdict, self.ledger.head.prose());
        if let Some(copy) = &self.copy {
            let whole = self.whole().unwrap_or_else(|| "not whole".to_owned());
            text.push_str(&format!("{}: {whole}\n", bare(&copy.path)));
        }
        let depth = if self.read_data { "read to the end" } else { "by their seals" };
        let versions = if self.records == 1 { "version of a record" } else { "versions of records" };
        text.push_str(&format!("{}; {} {versions} {depth}\n", self.ledger.looked_at(), self.records));
        if self.catalogue_rebuilt {
            text.push_str("The catalogue on this computer was damaged; it was made anew.\n");
        }
        text.extend(self.findings.iter().map(Finding::prose));
        text.extend(self.moved.iter().map(|file| format!("moved to lost+found: {}\n", bare(file))));
        text
    }

    fn bare(&self) -> String {
        let mut text = self.ledger.head.row(self.verdict, self.whole().as_deref().as_slice());
        text.extend(self.findings.iter().map(Finding::row));
        text
    }
}

/// Checks.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let checked = match &args.copy {
        Some(copy) => check_copy(args, copy, session)?,
        None => check_vault(args, session)?,
    };
    if checked.catalogue_rebuilt && !session.globals.json && !session.host.stdout.is_terminal() {
        session.note("the catalogue on this computer was damaged; it was made anew");
    }
    session.answer("check", &checked, None)?;
    Ok(checked.exit)
}

fn check_vault(args: &Args, session: &mut Session<'_>) -> Result<Checked, Failure> {
    let mut vault: Vault = match session.open_to_examine()? {
        Examined::Unopened(unopened) => {
            let report = unopened_report(&unopened.finding);
            return Ok(Checked::of(LedgerVerdict::of_unopened(&unopened), &report, verdict::CONTINUOUS));
        }
        Examined::Opened(vault) => *vault,
    };
    let catalogue_rebuilt = vault.mend_catalog()?;
    let moved = if args.repair { vault.repair()? } else { Vec::new() };
    let quiet = session.globals.quiet || session.globals.json;
    let mut progress =
        Progress::begin(&mut session.host.stderr, quiet, "check", Unit::Things("files and entries"), None);
    let report = vault.check(args.read_data, &mut |count| progress.advance(count))?;
    drop(progress);
    let good = verdict::good(&vault);
    let ledger = LedgerVerdict::of(vault.head().into(), &report.ledger, good);
    Ok(Checked { moved, catalogue_rebuilt, ..Checked::of(ledger, &report, good) })
}

fn check_copy(args: &Args, copy: &Path, session: &mut Session<'_>) -> Result<Checked, Failure> {
    let copied = |behind| Some(Copied { path: copy.display().to_string(), behind });
    let unlocked = match session.unlock_to_examine()? {
        Examined::Unopened(unopened) => {
            let report = unopened_report(&unopened.finding);
            let checked = Checked::of(LedgerVerdict::of_unopened(&unopened), &report, verdict::CONTINUOUS);
            return Ok(Checked { copy: copied(None), ..checked });
        }
        Examined::Opened(unlocked) => unlocked,
    };
    let (directory, lock_wait) = (session.host.absolute(copy), session.lock_wait());
    let quiet = session.globals.quiet || session.globals.json;
    let mut progress = Progress::begin(&mut session.host.stderr, quiet, "check", Unit::Things("entries"), None);
    let request = CopyRequest { copy: &directory, read_data: args.read_data, lock_wait };
    let found = copy::check(&unlocked, &request, &mut |count| progress.advance(count));
    let found: CopyReport = found.map_err(|error| match error {
        VaultError::NoVault(at) => {
            Failure::new(FailureCode::NoVault, format!("there is no copy of a vault in {}", at.display()))
        }
        other => other.into(),
    })?;
    drop(progress);
    let good = if found.by_mark { verdict::CONTINUOUS } else { verdict::INTACT };
    let head = found.head.as_ref().map(verdict::KnownHead::from).unwrap_or_default();
    let ledger = LedgerVerdict::of(head, &found.report.ledger, good);
    Ok(Checked { copy: copied(found.behind), ..Checked::of(ledger, &found.report, good) })
}

fn unopened_report(finding: &Found) -> Report {
    let mut report = Report::default();
    report.ledger.findings.push(finding.clone());
    report
}
