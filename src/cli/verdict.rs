//! Verdicts on a vault's integrity: one word for the whole, a line for each finding, and what to do about it. Shared by
//! `ledger verify` and `check`, whose answer a verdict is. Must not know how anything was looked at.

use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Head;
use crate::cli::failure::FailureCode;
use crate::cli::text::bare;
use crate::ledger::checkpoint::Checkpoint;
use crate::vault::Vault;
use crate::vault::check::Finding as Found;
use crate::vault::check::Heard;
use crate::vault::check::LedgerReport;
use crate::vault::check::Unopened;
use crate::vault::root_text;
use crate::vault::standing::Standing;

mod cures;

pub use cures::MARK_CURE;
pub use cures::WITNESSES_CURE;
pub use cures::is_list_of_witnesses;
pub use cures::word;

/// Everything holds, and it extends what this computer has seen.
pub const CONTINUOUS: &str = "CONTINUOUS";
/// Everything holds, and outside witnesses cosigned this very head.
pub const WITNESSED: &str = "WITNESSED";
/// Everything holds; this computer has seen nothing of it before.
pub const INTACT: &str = "INTACT";

/// A finding as it is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Its word.
    pub verdict: &'static str,
    /// The entry it is about.
    pub index: Option<u64>,
    /// The file, relative to the vault.
    pub file: Option<String>,
    /// What is wrong.
    pub text: String,
    /// What to do about it.
    pub cure: String,
}

impl From<&Found> for Finding {
    fn from(found: &Found) -> Self {
        let (index, file, text) = (found.index, found.file.clone(), found.text.clone());
        Self { verdict: word(found.fault), index, file, text, cure: cures::cure(found) }
    }
}

impl Finding {
    fn fact(&self) -> String {
        let file = self.file.as_deref().map(|file| format!(" {file}")).unwrap_or_default();
        let index = self.index.map(|index| format!(" entry {index}")).unwrap_or_default();
        format!("{}{file}{index}: {}", self.verdict, self.text)
    }

    /// For a person: two lines.
    pub fn prose(&self) -> String {
        format!("{}\n    {}\n", bare(&self.fact()), bare(&self.cure))
    }

    /// On one line, as talk; not yet harmless.
    pub fn one_line(&self) -> String {
        format!("{} ({})", self.fact(), self.cure)
    }

    /// Its columns for a pipe: verdict, file, index, what is wrong, what to do.
    pub fn row(&self) -> String {
        let index = self.index.map(|index| index.to_string()).unwrap_or_default();
        crate::cli::text::row([self.verdict, self.file.as_deref().unwrap_or_default(), &index, &self.text, &self.cure])
    }
}

/// The word for a list of findings: that of the gravest, or `otherwise` when none is grave.
pub fn of<'f>(findings: impl IntoIterator<Item = &'f Found>, otherwise: &'static str) -> &'static str {
    let grave = findings.into_iter().map(|finding| finding.fault).filter(|fault| fault.is_grave());
    grave.min().map_or(otherwise, |fault| word(fault))
}

/// The exit of a command whose answer is `verdict`.
pub fn exit(verdict: &str) -> Exit {
    let is_good = [WITNESSED, CONTINUOUS, INTACT].contains(&verdict);
    if is_good { Exit::Done } else { Exit::Verdict(FailureCode::Integrity) }
}

/// The word for a vault in which nothing is wrong.
pub fn good(vault: &Vault) -> &'static str {
    if *vault.standing() == Standing::Unmarked { INTACT } else { CONTINUOUS }
}

/// The same, by what parties outside say of it: a head that somebody kept is as good as the mark, and witnesses are
/// better than both. What they saw of a smaller head is not said of this one.
pub fn grade(vault: &Vault, heard: &Heard) -> &'static str {
    match () {
        () if heard.time.is_some() => WITNESSED,
        () if heard.continued > 0 => CONTINUOUS,
        () => good(vault),
    }
}

/// What is known of a head; less than a [`Head`] where the vault does not open.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct KnownHead {
    /// The log.
    pub origin: Option<String>,
    /// How many entries.
    pub size: Option<u64>,
    /// The root, base64.
    pub root: Option<String>,
}

impl From<&Checkpoint> for KnownHead {
    fn from(head: &Checkpoint) -> Self {
        let Head { origin, size, root } = head.into();
        Self { origin: Some(origin), size: Some(size), root: Some(root) }
    }
}

impl From<&Unopened> for KnownHead {
    fn from(unopened: &Unopened) -> Self {
        Self {
            origin: unopened.origin.as_ref().map(ToString::to_string),
            size: unopened.head.as_ref().map(|head| head.size),
            root: unopened.head.as_ref().map(|head| root_text(&head.root)),
        }
    }
}

impl KnownHead {
    /// Its columns for a pipe after the verdict; empty where not known.
    pub fn row(&self, verdict: &str, more: &[&str]) -> String {
        let size = self.size.map(|size| size.to_string()).unwrap_or_default();
        let (origin, root) = (self.origin.as_deref().unwrap_or_default(), self.root.as_deref().unwrap_or_default());
        crate::cli::text::row([verdict, origin, &size, root].into_iter().chain(more.iter().copied()))
    }

    /// For a person.
    pub fn prose(&self) -> String {
        match (&self.origin, self.size, &self.root) {
            (Some(origin), Some(size), Some(root)) => format!("{} size {size} root {root}", bare(origin)),
            (Some(origin), ..) => format!("{}, its head is not known", bare(origin)),
            _ => "its ledger is not known".to_owned(),
        }
    }
}

/// How much was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// Leaves read.
    pub leaves: u64,
    /// Tiles and entry bundles recomputed.
    pub tiles: u64,
    /// Openings checked against their leaves.
    pub openings: u64,
    /// Signatures verified.
    pub signatures: u64,
}

/// Which outside parties were asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Witnesses {
    /// Witnesses that cosigned this very head.
    pub counted: u64,
    /// Witnesses known here.
    pub known: u64,
    /// How many are wanted.
    pub quorum: u64,
    /// Since when as many as are wanted vouch for it.
    pub time: Option<String>,
    /// What enough of them say of an earlier head, for a person.
    #[serde(skip)]
    pub earlier: Option<String>,
}

impl From<&Heard> for Witnesses {
    fn from(heard: &Heard) -> Self {
        let &Heard { counted, known, quorum, .. } = heard;
        let earlier = heard.earlier.as_ref().map(|(upper, counted)| {
            format!("{counted} of {known} witnesses cosigned its first {} entries at {}", upper.size, upper.time)
        });
        Self { counted, known, quorum, time: heard.time.map(|time| time.to_string()), earlier }
    }
}

/// The ledger's verdict (`docs/command-line.md`, `ledger-verify`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LedgerVerdict {
    /// The word.
    pub verdict: &'static str,
    /// The head.
    pub head: KnownHead,
    /// How much was looked at.
    pub checked: Checked,
    /// Who else was asked.
    pub witnesses: Witnesses,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

impl LedgerVerdict {
    /// Of a ledger that was read; `good` is the word where nothing is wrong.
    pub fn of(head: KnownHead, report: &LedgerReport, good: &'static str) -> Self {
        let LedgerReport { leaves, tiles, openings, signatures, ref findings } = *report;
        Self {
            verdict: of(findings, good),
            head,
            checked: Checked { leaves, tiles, openings, signatures },
            witnesses: Witnesses::default(),
            findings: findings.iter().map(Finding::from).collect(),
        }
    }

    /// The same, with whom was asked besides.
    pub fn with_witnesses(self, heard: &Heard) -> Self {
        Self { witnesses: heard.into(), ..self }
    }

    /// Of a vault that does not open.
    pub fn of_unopened(unopened: &Unopened) -> Self {
        Self {
            verdict: of([&unopened.finding], CONTINUOUS),
            head: unopened.into(),
            checked: Checked::default(),
            witnesses: Witnesses::default(),
            findings: vec![(&unopened.finding).into()],
        }
    }

    /// What was looked at, for a person.
    pub fn looked_at(&self) -> String {
        let Checked { leaves, tiles, openings, signatures } = self.checked;
        let many = |count: u64, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
        let leaves = if leaves == 1 { "1 entry".to_owned() } else { format!("{leaves} entries") };
        let counts = [leaves, many(tiles, "tile"), many(openings, "opening"), many(signatures, "signature")];
        format!("looked at: {}", counts.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::verdict::cures::Row;
    use crate::cli::verdict::cures::TABLE;
    use crate::vault::check::Fault;

    #[test]
    fn every_fault_has_its_word_and_its_cure() {
        let mut faults: Vec<Fault> = TABLE.iter().map(|row| row.0).collect();
        faults.sort_unstable();
        faults.dedup();
        assert_eq!(faults.len(), TABLE.len());
        let mut words: Vec<&str> = TABLE.iter().map(|row| row.1).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), TABLE.len());
        assert!(TABLE.iter().all(|row| !row.2.is_empty()));
    }

    #[test]
    fn cures_that_are_commands_are_understood() {
        use clap::Parser as _;
        for Row(fault, ..) in &TABLE {
            let file = Some("outbox/d-0123456789abcdef.age".to_owned());
            let finding = Finding::from(&Found { fault: *fault, index: None, file, text: String::new() });
            if finding.cure.starts_with("subrosa ") {
                crate::cli::args::Cli::try_parse_from(finding.cure.split(' ')).unwrap();
            }
        }
    }

    #[test]
    fn the_gravest_names_the_whole() {
        let found = |fault| Found { fault, index: None, file: None, text: String::new() };
        let findings = [found(Fault::Stray), found(Fault::Corrupt), found(Fault::RolledBack)];
        assert_eq!(of(&findings, INTACT), "ROLLED-BACK");
        assert_eq!(of(&findings[..2], INTACT), "CORRUPT");
        assert_eq!(of(&findings[..1], INTACT), INTACT);
        assert_eq!((exit("CORRUPT").number(), exit(INTACT).number(), exit(CONTINUOUS).number()), (5, 0, 0));
    }
}
