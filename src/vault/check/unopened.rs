//! What can be said of a vault that was found and does not open because its integrity is broken: which sort of fault,
//! in which file, and what of its head is known. Opens nothing itself.

use crate::keys::signer::Origin;
use crate::ledger::audit;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::checkpoint::VerifiedCheckpoint;
use crate::ledger::note::NOTE_LIMIT;
use crate::vault::check::ELSEWHERE;
use crate::vault::check::Fault;
use crate::vault::check::Finding;
use crate::vault::check::finding;
use crate::vault::check::named_entry;
use crate::vault::check::outside::keep_both;
use crate::vault::disk::Disk;
use crate::vault::error::VaultError;
use crate::vault::header::Header;
use crate::vault::log::Log;
use crate::vault::places;
use crate::vault::places::Places;
use crate::vault::state::State;
use crate::vault::unlock::Found;

/// A vault that does not open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unopened {
    /// Why not.
    pub finding: Finding,
    /// Its log, where what names it is not itself what is broken.
    pub origin: Option<Origin>,
    /// Its head, where its signature holds.
    pub head: Option<Checkpoint>,
}

impl Unopened {
    /// What `error` says of the vault at `places`; `None` where it says nothing about its integrity.
    pub fn of(places: &Places, error: &VaultError) -> Option<Self> {
        let disk = Disk::new(places.vault.clone());
        let header = Found::at(places.clone()).ok().map(|found| found.header);
        let mut finding = finding_of(&disk, header.as_ref(), error)?;
        if let (VaultError::Forked { .. }, Some(header)) = (error, &header) {
            let log = Log::new(disk.clone(), header.log);
            let mark = State::of(places, &header.verifier).mark(&header.verifier).ok().flatten();
            if let Some((mark, own)) = mark.zip(log.checkpoint(&header.verifier).ok()) {
                let rest = finding.text.strip_suffix(ELSEWHERE).map(|text| text.trim_end_matches("; ").to_owned());
                let (text, whose) =
                    rest.map_or((finding.text.clone(), String::new()), |text| (text, format!("; {ELSEWHERE}")));
                finding.text = format!("{text}; {}{whose}", keep_both(places, &log, &mark, &own));
            }
        }
        // Before the keys fit each other, nothing that the header says is believed.
        let is_believed =
            finding.file.as_ref().is_some_and(|file| file != places::HEADER && !file.starts_with(places::KEYS));
        let header = header.filter(|_| is_believed || is_of_keys(error));
        let head = header
            .as_ref()
            .and_then(|header| Some(Log::new(disk, header.log).checkpoint(&header.verifier).ok()?.head().clone()));
        Some(Self { finding, origin: header.map(|header| header.verifier.origin().clone()), head })
    }
}

/// Whether it says of the vault's keys that they are other ones: the vault itself may be sound.
fn is_of_keys(error: &VaultError) -> bool {
    matches!(error, VaultError::Replaced { .. } | VaultError::OlderHeader { .. } | VaultError::Rekeyed { .. })
}

fn finding_of(disk: &Disk, header: Option<&Header>, error: &VaultError) -> Option<Finding> {
    let text = error.to_string();
    match error {
        VaultError::NotAVault(_) => Some(finding(Fault::Incomplete, places::HEADER, &text)),
        VaultError::Forked { found, writes, .. } => {
            let text = if *writes { text } else { format!("{text}; {ELSEWHERE}") };
            Some(finding(Fault::Forked, &head_of(found), &text))
        }
        VaultError::RolledBack { found, .. } => Some(finding(Fault::RolledBack, &head_of(found), &text)),
        VaultError::OpeningDiffers { file, index, .. } => {
            Some(Finding { index: Some(*index), ..finding(Fault::OpeningMismatch, file, &text) })
        }
        VaultError::OlderHeader { .. } => Some(finding(Fault::RolledBack, places::HEADER, &text)),
        VaultError::Rekeyed { .. } => Some(finding(Fault::UntrustedKey, places::HEADER, &text)),
        VaultError::Replaced { .. } => Some(finding(Fault::UntrustedKey, places::HEADER, &text)),
        VaultError::Incomplete { file, .. } | VaultError::UnderWay { file } => {
            Some(finding(Fault::Incomplete, file, &text))
        }
        VaultError::MissingEntry { file, index } => {
            Some(Finding { index: Some(*index), ..finding(Fault::Incomplete, file, &text) })
        }
        VaultError::Altered { file, reason } => {
            if let Some(found) = header.and_then(|header| audited(disk, header, file)) {
                return Some(found);
            }
            let by_checkpoint = header
                .filter(|header| *file == places::checkpoint(header.log))
                .and_then(|header| fault_of_checkpoint(disk, header));
            let otherwise = if disk.has(file) { Fault::Corrupt } else { Fault::Incomplete };
            // An opening that fits its leaf and is of no format is what was signed: no disk did that.
            let is_signed = file.starts_with(places::JOURNAL) && reason.contains(": ") && reason.starts_with("entry ");
            let otherwise = if is_signed { Fault::Malformed } else { otherwise };
            let fault = by_checkpoint.unwrap_or(otherwise);
            Some(Finding { index: named_entry(reason), ..finding(fault, file, reason) })
        }
        _ => None,
    }
}

fn head_of(head: &Checkpoint) -> String {
    head.origin.log_id().map_or_else(|| places::LEDGER.to_owned(), places::checkpoint)
}

/// What an audit of the active log finds in a file of its tiles: it needs no key, and tells more than the first reader
/// who met it could.
fn audited(disk: &Disk, header: &Header, file: &str) -> Option<Finding> {
    let log = Log::new(disk.clone(), header.log);
    if !file.starts_with(&places::ledger_file(log.id, "tile")) {
        return None;
    }
    let head = log.checkpoint(&header.verifier).ok()?;
    let (_, findings) = audit::audit(&log, head.head(), &header.verifier, |_, _| {});
    let mut of_file = findings.into_iter().filter(|found| found.path.is_some_and(|path| log.file_of(&path) == file));
    let found = of_file.next()?;
    Some(Finding { index: found.index, ..finding(found.what.into(), file, &found.what.to_string()) })
}

/// Of which sort the fault of the checkpoint is; `None` when it can be read and its signature holds.
fn fault_of_checkpoint(disk: &Disk, header: &Header) -> Option<Fault> {
    let bytes = disk.read(&places::checkpoint(header.log), NOTE_LIMIT as u64).ok()?;
    let Some(bytes) = bytes else {
        return Some(Fault::Incomplete);
    };
    VerifiedCheckpoint::open(&bytes, &header.verifier).err().map(|error| Fault::from(&error))
}
