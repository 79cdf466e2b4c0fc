//! What each fault is called, and what is done about it. Must not know how anything was looked at, nor how it is told.

use std::path::Path;

use crate::cli::names;
use crate::vault::check::ELSEWHERE;
use crate::vault::check::Fault;
use crate::vault::check::Finding;
use crate::vault::check::NOT_OURS;
use crate::vault::check::OF_A_FORK;
use crate::vault::check::SETTLES;
use crate::vault::error::EXCLUDED;
use crate::vault::error::LIES_HERE;
use crate::vault::error::NEW_KEY;
use crate::vault::error::NOT_JOINED;
use crate::vault::error::WITH_HEAD;

/// One row of the table of faults.
pub(super) struct Row(pub Fault, pub &'static str, pub &'static str);

/// What each fault is called, and what to do about it.
pub(super) const TABLE: [Row; 19] = [
    Row(
        Fault::UntrustedKey,
        "UNTRUSTED-KEY",
        "bring the vault back that was seen here; if you put this one there yourself, name its head with --accept-head SIZE:ROOT",
    ),
    Row(Fault::WrongLog, "WRONG-LOG", "it belongs to another vault: bring back the one of this log"),
    Row(
        Fault::Forked,
        "FORKED",
        "both are kept as evidence: bring back the copy that was seen on this computer; if this is it, and it is right, a new ledger goes on from it: subrosa ledger recover",
    ),
    Row(
        Fault::RolledBack,
        "ROLLED-BACK",
        "bring the newer copy back, or complete this one from it: subrosa ledger recover --from DIR; nothing is added to it as it is",
    ),
    Row(
        Fault::Ahead,
        "AHEAD",
        "the vault here is older than the copy: subrosa ledger recover --from DIR takes it over",
    ),
    Row(
        Fault::BackDated,
        "BACK-DATED",
        "ask whoever made the entry how that can be, and keep a copy of the vault as it is",
    ),
    Row(
        Fault::Corrupt,
        "CORRUPT",
        "look at the disk, and bring the file back from another copy: subrosa ledger recover --from DIR",
    ),
    Row(
        Fault::OpeningMismatch,
        "OPENING-MISMATCH",
        "bring the journal file back from a backup: subrosa ledger recover --from DIR",
    ),
    Row(Fault::NotIncluded, "NOT-INCLUDED", "nothing is proved by it: ask for a new proof"),
    Row(Fault::Malformed, "MALFORMED", "bring the file back from a backup"),
    Row(
        Fault::Incomplete,
        "INCOMPLETE",
        "is a sync or copy under way? wait and retry; else bring the file back from a backup: subrosa ledger recover --from DIR",
    ),
    Row(Fault::QuorumNotMet, "QUORUM-NOT-MET", "subrosa ledger checkpoint --for-witness"),
    Row(
        Fault::DatedAhead,
        "DATED-AHEAD",
        "it was there when it was witnessed, so nothing alarms; if the clock here ran ahead, the next entry says so with --accept-clock",
    ),
    Row(Fault::Gap, "GAP", "should a copy of them be found, subrosa ledger recover --from DIR; nothing else alarms"),
    Row(Fault::Resealing, "RESEALING", "subrosa owner remove --resume"),
    Row(Fault::Erasing, "ERASING", "on the computer that writes the ledger: subrosa ledger recover"),
    Row(Fault::Waiting, "WAITING", "subrosa share --resume"),
    Row(Fault::Stray, "STRAY", "subrosa check --repair"),
    Row(
        Fault::OutsetGap,
        "OUTSET-GAP",
        "nothing mends the past: tell the client what was not agreed when it was said, and note in a record that you did",
    ),
];

/// The mark is no part of any backup: it is made again from a head that somebody vouches for.
pub const MARK_CURE: &str = "compare the vault's head with a checkpoint that was kept elsewhere, then delete this file and \
                         name the head with --accept-head SIZE:ROOT";

/// Whom this computer was told of as a witness can be told again.
pub const WITNESSES_CURE: &str = "delete this file, and name the witnesses again with --witness VKEY, as they told you \
                                  by another way: ledger cosign keeps them";

/// Whether it is this computer's list of witnesses, beside the vault.
pub fn is_list_of_witnesses(file: &Path) -> bool {
    file.is_absolute() && file.file_name().is_some_and(|name| name == "witnesses")
}

/// The word for a fault.
pub fn word(fault: Fault) -> &'static str {
    row(fault).1
}

pub(super) fn row(fault: Fault) -> &'static Row {
    TABLE.iter().find(|row| row.0 == fault).expect("every fault has a row: a test walks them")
}

/// What to do about what was found.
pub(super) fn cure(found: &Finding) -> String {
    let Row(fault, _, cure) = row(found.fault);
    match (fault, &found.file) {
        (Fault::Waiting, Some(file)) => format!("{cure} {}", disclosure(file)),
        // A file of this computer's own, beside the vault: the mark.
        (Fault::Corrupt, Some(file)) if is_list_of_witnesses(Path::new(file)) => WITNESSES_CURE.to_owned(),
        (Fault::Corrupt, Some(file)) if Path::new(file).is_absolute() => MARK_CURE.to_owned(),
        // Of this ledger: what is to be done about that comes first.
        (Fault::Forked | Fault::RolledBack, Some(file)) if found.text.contains(OF_A_FORK) => {
            format!("{cure}; whoever has the key of the ledger checks the evidence: {}", checks_evidence(file))
        }
        (_, Some(file)) if found.text.contains(OF_A_FORK) => {
            format!("it is checked by itself, with the key of the ledger that it is about: {}", checks_evidence(file))
        }
        (Fault::UntrustedKey | Fault::WrongLog, _) if found.text.ends_with(NOT_OURS) => {
            "give a checkpoint of this ledger, or ask whoever kept this one how he came by it".to_owned()
        }
        (Fault::Forked, _) if found.text.ends_with(ELSEWHERE) => {
            "there, after comparing both heads with somebody who kept one: subrosa ledger recover".to_owned()
        }
        (Fault::Forked, _) if found.text.ends_with(EXCLUDED) => {
            "compare the vault's head with somebody who kept one; if it is right, it is named so: subrosa ledger recover"
                .to_owned()
        }
        // Another end of the history that nothing excludes can be joined; of two that exclude each other, somebody
        // says which one holds.
        (Fault::Forked, _) if found.text.ends_with(NOT_JOINED) || found.text.starts_with(SETTLES) => {
            "subrosa ledger recover".to_owned()
        }
        (Fault::RolledBack, Some(file)) if file == "vault.toml" && found.text.ends_with(LIES_HERE) => {
            "subrosa ledger recover".to_owned()
        }
        (Fault::RolledBack, Some(file)) if file == "vault.toml" => {
            let head = found.text.rsplit_once(WITH_HEAD).map_or("SIZE:ROOT", |(_, head)| head);
            format!("{cure}; if the newer one is lost: subrosa --accept-head {head} ledger recover")
        }
        (Fault::UntrustedKey, Some(file)) if file == "vault.toml" && found.text.contains(WITH_HEAD) => {
            let head = found.text.rsplit_once(WITH_HEAD).map_or("SIZE:ROOT", |(_, head)| head);
            cure.replace("--accept-head SIZE:ROOT", &format!("subrosa --accept-head {head} list"))
        }
        (Fault::UntrustedKey, _) if found.text.contains(NEW_KEY) => {
            let words = "compare that head with the computer on which the owner was removed, and name it";
            match named_head(&found.text) {
                Some(head) => format!("{words}: subrosa --accept-head {head} list"),
                None => format!("{words} with --accept-head"),
            }
        }
        // What this computer remembers of it is enough, where its entries are here.
        (Fault::Malformed | Fault::Corrupt | Fault::Incomplete, Some(file)) if is_checkpoint(file) => {
            "made anew from what is remembered here by subrosa ledger recover; else brought from another copy: subrosa \
             ledger recover --from DIR"
                .to_owned()
        }
        // Tiles follow from the entries, and the last entries from their openings.
        (Fault::Incomplete, Some(file)) if file.starts_with("ledger/") && file.contains("/tile") => {
            "is a sync or copy under way? wait and retry; else made anew from what is here by subrosa ledger recover, or \
             brought from another copy: subrosa ledger recover --from DIR"
                .to_owned()
        }
        (Fault::Stray, Some(file)) if file.starts_with("incoming/") => "subrosa ledger recover".to_owned(),
        (Fault::Stray, Some(file)) if file == "." => "chmod 700 on the vault's directory".to_owned(),
        (Fault::Gap, _) if found.text.starts_with("entry ") => cure.replace("of them", "of it"),
        _ => (*cure).to_owned(),
    }
}

/// How anyone checks a file of evidence.
pub fn checks_evidence(file: &str) -> String {
    format!("subrosa proof verify {} --key VKEY", names::word(file))
}

/// Whether it is the checkpoint of one of the vault's logs.
fn is_checkpoint(file: &str) -> bool {
    file.starts_with("ledger/") && file.ends_with("/checkpoint")
}

/// The head that a text ends with, as it is named.
fn named_head(text: &str) -> Option<String> {
    let (rest, root) = text.rsplit_once(" root ")?;
    let (_, size) = rest.rsplit_once(" size ")?;
    Some(format!("{size}:{root}"))
}

/// The disclosure whose package a file of the outbox is.
fn disclosure(file: &str) -> &str {
    let name = file.rsplit('/').next().unwrap_or(file);
    name.strip_suffix(".age").unwrap_or(name)
}
