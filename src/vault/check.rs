//! Looking at a whole vault: every file against what the ledger says of it, and nothing that it does not speak of.
//! Finds all that is wrong, not only the first; each finding names the file. The ledger's part is `ledger`'s, the files
//! beside it `files`'s, and what is said of a vault that does not even open `unopened`'s. Mends nothing but the
//! catalogue, which is no part of the vault; [`Vault::repair`] moves strays aside.

mod files;
mod ledger;
mod logs;
mod outset;
mod outside;
mod repair;
mod times;
mod twice;
mod unopened;

use std::collections::BTreeSet;
use std::time::Duration;

use crate::id::LogId;
use crate::ledger::audit::Wrong;
use crate::ledger::bounds::Bounds;
use crate::ledger::bounds::Upper;
use crate::ledger::checkpoint::CheckpointError;
use crate::ledger::opening::PER_FILE;
use crate::practice::event::Body;
use crate::time::Timestamp;
use crate::vault::Vault;
use crate::vault::catalog::CatalogError;
use crate::vault::check::outset::Outset;
use crate::vault::check::twice::Disclosures;
use crate::vault::error::VaultError;
use crate::vault::history::Chapter;
use crate::vault::history::Moves;
use crate::vault::history::Openings;
use crate::vault::lock::Lock;
use crate::vault::places;
use crate::vault::step::Held;

pub(super) use files::Expected;
pub(super) use files::Objects;
pub(super) use files::check_key_file;
pub(super) use ledger::Erasures;
pub(super) use ledger::Ledger;
pub use outside::ELSEWHERE;
pub use outside::Heard;
pub use outside::NOT_OURS;
pub use outside::OF_A_FORK;
pub use outside::Outside;
pub use outside::SETTLES;
pub(super) use outside::keep_both;
pub use unopened::Unopened;

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Of which sort.
    pub fault: Fault,
    /// The entry it is about.
    pub index: Option<u64>,
    /// The file, relative to the vault; absolute when it stands elsewhere.
    pub file: Option<String>,
    /// What is wrong, in words.
    pub text: String,
}

/// The sorts of findings, the gravest first: of several, the first is what the whole is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Signed, or begun, by another key than the one that this computer knows.
    UntrustedKey,
    /// It belongs to another log.
    WrongLog,
    /// What was seen here before is not a part of it.
    Forked,
    /// It is older than what was seen here before.
    RolledBack,
    /// It is newer than what this computer has seen, although this computer should have.
    Ahead,
    /// An entry's time cannot be true.
    BackDated,
    /// A file was altered or damaged.
    Corrupt,
    /// A journal line is not the one its leaf commits to.
    OpeningMismatch,
    /// An entry that is not shown to stand where it should.
    NotIncluded,
    /// A file is not of its format.
    Malformed,
    /// A file is missing.
    Incomplete,
    /// Fewer witnesses than are wanted cosigned the head.
    QuorumNotMet,
    /// An entry dated after it was witnessed: some clock was wrong.
    DatedAhead,
    /// Entries that were not at hand when a log was continued: declared, and so not wrong.
    Gap,
    /// Objects that are still sealed to an earlier vault identity.
    Resealing,
    /// A journal line that still holds what was erased.
    Erasing,
    /// A package that waits in the outbox: not wrong, but not done.
    Waiting,
    /// A file that nothing speaks of.
    Stray,
    /// A session before anybody said what is kept, and what is not.
    OutsetGap,
}

impl Fault {
    /// Whether the vault's integrity is at stake.
    pub fn is_grave(self) -> bool {
        let is_light = matches!(self, Self::Stray | Self::Waiting | Self::Gap | Self::Resealing | Self::Erasing);
        !is_light && !self.is_remark()
    }

    /// Whether nothing is to be done about it.
    pub fn is_remark(self) -> bool {
        matches!(self, Self::DatedAhead | Self::OutsetGap)
    }
}

impl From<Wrong> for Fault {
    fn from(wrong: Wrong) -> Self {
        match wrong {
            Wrong::Missing => Self::Incomplete,
            Wrong::Unreadable(_) | Wrong::HashDiffers | Wrong::RootDiffers => Self::Corrupt,
            Wrong::Malformed | Wrong::NewerLeaf | Wrong::MalformedLeaf | Wrong::Misplaced => Self::Malformed,
            Wrong::WrongKey => Self::UntrustedKey,
        }
    }
}

impl From<&CheckpointError> for Fault {
    fn from(error: &CheckpointError) -> Self {
        match error {
            CheckpointError::Malformed(_) => Self::Malformed,
            CheckpointError::WrongOrigin { .. } => Self::WrongLog,
            CheckpointError::UntrustedKey(_) => Self::UntrustedKey,
            CheckpointError::BadSignature(_) | CheckpointError::Repeated(_) => Self::Corrupt,
        }
    }
}

/// What was looked at, and what was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LedgerReport {
    /// Leaves read.
    pub leaves: u64,
    /// Tiles and entry bundles recomputed.
    pub tiles: u64,
    /// Openings checked against their leaves.
    pub openings: u64,
    /// Signatures verified.
    pub signatures: u64,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

/// The whole vault's report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The ledger's part.
    pub ledger: LedgerReport,
    /// Record versions looked at.
    pub records: u64,
    /// Whether every plaintext was read.
    pub read_data: bool,
    /// What is wrong beside the ledger.
    pub findings: Vec<Finding>,
}

impl LedgerReport {
    pub(super) fn add(&mut self, other: Self) {
        self.leaves += other.leaves;
        self.tiles += other.tiles;
        self.openings += other.openings;
        self.signatures += other.signatures;
        self.findings.extend(other.findings);
    }
}

impl Vault {
    /// Checks every leaf, tile, opening and signature of the log, streaming, and the head against the mark. `progress`
    /// is told how many more leaves are done.
    pub fn verify_ledger(&self, progress: &mut dyn FnMut(u64)) -> Result<LedgerReport, VaultError> {
        self.verify_ledger_within(&[], progress)
    }

    /// As [`Vault::verify_ledger`]; the entries' times are held against `uppers` too, each of the log it names.
    pub fn verify_ledger_within(
        &self,
        uppers: &[(LogId, Upper)],
        progress: &mut dyn FnMut(u64),
    ) -> Result<LedgerReport, VaultError> {
        self.walk(uppers, progress, &mut Outset::default())
    }

    fn walk(
        &self,
        uppers: &[(LogId, Upper)],
        progress: &mut dyn FnMut(u64),
        outset: &mut Outset,
    ) -> Result<LedgerReport, VaultError> {
        let mut report = LedgerReport::default();
        let mut last: Option<Timestamp> = None;
        let mut walks: Vec<(LogId, Bounds)> = Vec::new();
        let (mut disclosures, mut twice) = (Disclosures::default(), Vec::new());
        let mut erasures = Erasures::default();
        let chapters = self.chapters()?;
        for (chapter, next) in chapters.iter().zip(chapters.iter().skip(1).map(Some).chain([None])) {
            let Chapter { log, verifier, head, .. } = chapter;
            if head.size == 0 {
                self.check_closed(chapter, &mut report)?;
                continue;
            }
            let ledger = Ledger { disk: &self.disk, log, head, verifier, keyring: &self.keyring };
            let of_log = uppers.iter().filter(|(id, _)| *id == log.id).map(|(_, upper)| *upper);
            let mut bounds = Bounds::new(of_log.collect());
            let before = last;
            let examined = ledger.examine(&mut erasures, progress, &mut |index, event| {
                if let Body::DisclosureMade(made) = &event.body {
                    twice.extend(disclosures.made(made.disclosure, log.id, index));
                }
                outset.see(log.id, index, &event.body);
                times::walk(&mut bounds, index, event, before);
                last = last.max(Some(event.time));
                Ok(())
            })?;
            report.add(examined);
            walks.push((log.id, bounds));
            if next.is_some() {
                self.check_closed(chapter, &mut report)?;
            }
        }
        report.findings.extend(erasures.findings());
        report.findings.extend(times::findings(walks));
        report.findings.extend(twice);
        self.check_links(&mut report)?;
        if let Some(alarm) = self.alarm() {
            report
                .findings
                .insert(0, logs::alarm_finding(&alarm, self.log.id, &self.with_evidence(&alarm, alarm.to_string())));
        }
        Ok(report)
    }

    /// Checks the whole vault: the ledger, every object's seal (with `read_data` every plaintext), key files, packages,
    /// and that nothing else lies about. `progress` is told how many more leaves and objects are done.
    pub fn check(&mut self, read_data: bool, progress: &mut dyn FnMut(u64)) -> Result<Report, VaultError> {
        let heard = self.hear(&Outside::default())?;
        let mut outset = Outset::default();
        let mut ledger = self.walk(&heard.uppers, progress, &mut outset)?;
        ledger.signatures += heard.signatures;
        ledger.findings.extend(heard.findings);
        let mut report = Report { ledger, read_data, findings: outset.findings(), ..Report::default() };
        self.check_objects(read_data, &mut report, progress)?;
        self.check_key_files(&mut report)?;
        self.check_outbox(&mut report)?;
        let unerased = self.unerased()?.into_iter().map(|(log, index)| {
            let file = places::journal(log, index / PER_FILE);
            Finding { index: Some(index), ..finding(Fault::Erasing, &file, "its opening still holds what was erased") }
        });
        report.findings.extend(unerased);
        // Nobody commits while we look for strays, and what others committed since this vault was opened is known by then.
        let _reading = Lock::take_to_read(&self.disk.path(places::LOCK), self.lock_wait())?;
        self.settle(Held::Vault)?;
        self.check_strays(&mut report)?;
        Ok(report)
    }

    /// Checks every page of the catalogue, and makes it anew from the journal when one is damaged. Whether it was.
    pub fn mend_catalog(&mut self) -> Result<bool, VaultError> {
        match self.catalog.verify_pages() {
            Ok(()) => return Ok(false),
            Err(CatalogError::Damaged { .. }) => {}
            Err(other) => return Err(other.into()),
        }
        let _reading = Lock::take_to_read(&self.disk.path(places::LOCK), self.options.lock_wait)?;
        self.with_state(Held::Vault, |vault| Ok(vault.catalog.reset()?))?;
        self.step(Held::Vault)?;
        Ok(true)
    }

    /// How long to wait for another process.
    pub(super) fn lock_wait(&self) -> Duration {
        self.options.lock_wait
    }

    /// What the ledger speaks of, but for objects and packages, which the catalogue knows: the same for a check that names
    /// strays and for a repair that moves them.
    fn known_files(&self) -> Result<BTreeSet<String>, VaultError> {
        let mut known: BTreeSet<String> = [places::HEADER, places::LOCK].map(str::to_owned).into();
        let owners = self.key_files()?.into_iter().map(|file| file.name);
        let owners = owners.chain(self.key_file_digests()?.into_iter().map(|file| file.name));
        known.extend(owners.map(|name| places::owner_file(self.header.epoch, &name)));
        known.insert(places::signing_key(self.log.id));
        known.insert(places::owner_file(self.header.epoch, places::EARLIER));
        if self.is_being_resealed() {
            // Between a batch's commit and its end, and for as long as it takes to resume.
            let moves = Moves::of(Openings::new(&self.disk, &self.keyring, self.stretches()))?;
            known.extend(moves.replaced().map(places::object));
        }
        for Chapter { log, head, .. } in self.chapters()? {
            let whole = head.size.max(self.published_size(&log));
            known.extend([places::checkpoint(log.id), places::successor(log.id), places::predecessor(log.id)]);
            // What a crash leaves of a link that is made again.
            let links = [places::successor(log.id), places::predecessor(log.id)];
            known.extend(links.map(|link| format!("{link}.tmp")));
            known.extend(self.witnessed_files(log.id));
            known.extend((0..whole.div_ceil(PER_FILE)).map(|number| places::journal(log.id, number)));
        }
        Ok(known)
    }
}

pub(super) fn finding(fault: Fault, file: &str, text: &str) -> Finding {
    Finding { fault, index: None, file: Some(file.to_owned()), text: text.to_owned() }
}

/// The entry that a reason names, where it begins with one: "entry 7 is ...", "line 3: the index 7 ...".
pub(super) fn named_entry(reason: &str) -> Option<u64> {
    let rest = reason.strip_prefix("entry ").or_else(|| reason.split_once(": the index ").map(|(_, rest)| rest))?;
    rest.split([' ', ':']).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_may_name_its_entry() {
        for (reason, index) in [
            ("entry 0 is not what the signed root says", Some(0)),
            ("entry 7: it has no field \"time\"", Some(7)),
            ("line 3: the index 7 does not ascend", Some(7)),
            ("line 3: it is not one line of canonical JSON", None),
            ("entry of sorts", None),
        ] {
            assert_eq!(named_entry(reason), index, "{reason}");
        }
    }
}
