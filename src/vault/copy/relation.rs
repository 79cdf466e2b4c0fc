//! How the head of a copy stands to what this machine has seen of the vault: a part of it, ahead of it, or neither. Must
//! not look at anything but heads, tiles and links.

use crate::keys::signer::VerifierKey;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::tree;
use crate::ledger::tree::TreeError;
use crate::practice::event::Body;
use crate::vault::check::Fault;
use crate::vault::check::Finding;
use crate::vault::check::finding;
use crate::vault::erasing::event_of;
use crate::vault::error::VaultError;
use crate::vault::history;
use crate::vault::history::Chapter;
use crate::vault::history::Openings;
use crate::vault::history::Stretch;
use crate::vault::links;
use crate::vault::log::Log;
use crate::vault::places;
use crate::vault::unlock::Found;
use crate::vault::unlock::Unlocked;

/// How a copy's head stands to what this machine has seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    /// It is a part of it, so many entries shorter.
    Behind(u64),
    /// It continues it.
    Ahead(u64),
    /// They exclude each other.
    Forked(u64),
    /// It goes on under another key from so many entries, and this machine has more of that log.
    Beside(u64),
    /// The tiles that would show it are missing or damaged.
    Unproven,
}

impl Relation {
    pub(super) fn finding(self, log: &Log) -> Option<Finding> {
        let file = places::checkpoint(log.id);
        match self {
            Self::Behind(_) => None,
            Self::Ahead(count) => {
                let entries = if count == 1 { "entry" } else { "entries" };
                let text = format!("the copy is {count} {entries} ahead of what this computer has seen of the vault");
                Some(finding(Fault::Ahead, &file, &text))
            }
            Self::Forked(seen) => {
                let text = format!("the copy's ledger is not a part of what was seen on this computer at size {seen}");
                Some(finding(Fault::Forked, &file, &text))
            }
            Self::Beside(reach) => {
                let text =
                    format!("the copy's ledger goes on from entry {reach} of {}, and more was seen here", log.origin);
                Some(finding(Fault::Forked, &file, &text))
            }
            Self::Unproven => {
                let text = "that the copy is a part of this vault's history could not be shown: \
                            the tiles that would show it are missing or damaged";
                Some(finding(Fault::Incomplete, &file, text))
            }
        }
    }
}

/// A log as this machine has seen it, and whether by its mark.
pub(super) struct SeenLog {
    pub log: Log,
    pub verifier: VerifierKey,
    pub head: Checkpoint,
    pub by_mark: bool,
}

/// How a copy whose active log is the one `at` there stands to what was `seen`; and whether that was by the mark.
pub(super) fn relation(
    seen: &[SeenLog],
    at: usize,
    copied: &Log,
    copy: &Checkpoint,
) -> Result<(Relation, bool), VaultError> {
    let SeenLog { log, head, by_mark, .. } = &seen[at];
    let later: u64 = seen[at + 1..].iter().map(|later| later.head.size).sum();
    let relation = if copy.size <= head.size {
        match stands_to(log, copy, head)? {
            Some(true) => Relation::Behind(head.size - copy.size + later),
            Some(false) => Relation::Forked(head.size),
            None => Relation::Unproven,
        }
    } else {
        match stands_to(copied, head, copy)? {
            Some(true) => Relation::Ahead(copy.size - head.size),
            Some(false) => Relation::Forked(head.size),
            None => Relation::Unproven,
        }
    };
    Ok((relation, *by_mark))
}

/// A log of this machine's in the history of a copy whose active log it has not seen: where a link by the key that is known
/// here leads to that, how the two stand, and the log there with what the copy holds of it.
pub(super) fn to_newer(
    vault: &Unlocked,
    seen: &[SeenLog],
    found: &Found,
    chapters: &[Chapter],
) -> Result<Option<(Relation, Chapter)>, VaultError> {
    let (Some(own), key) = (seen.last(), &found.header.verifier) else {
        return Ok(None);
    };
    let log = Log::new(found.disk.clone(), found.header.log);
    let Some(active) = chapters.iter().find(|chapter| chapter.log.id == log.id) else {
        return Ok(None);
    };
    let past = history::lineage(&found.disk, &log, key, &active.head, &vault.keyring)?;
    let mut all = chapters.to_vec();
    let is_led_to = if past.iter().any(|past| past.verifier == own.verifier) {
        links::is_linked(&found.disk, &own.verifier, &past, key)?
    } else {
        let stretch = |chapter: &Chapter| Stretch { log: chapter.log.clone(), from: 0, head: chapter.head.clone() };
        for opening in Openings::new(&found.disk, &vault.keyring, chapters.iter().map(stretch).collect()) {
            let (_, line) = opening?;
            if line.kind() == Some("log.joined")
                && let Ok(Body::LogJoined(joined)) = event_of(line).map(|event| event.body)
            {
                all.extend(Chapter::joined(&found.disk, &joined));
            }
        }
        links::leads_to(&found.disk, &found.places, &own.verifier, key)?
    };
    let reach = all.iter().filter(|chapter| chapter.verifier == own.verifier && chapter.head.size > 0);
    let Some(reach) = reach.max_by_key(|chapter| chapter.head.size).filter(|_| is_led_to) else {
        return Ok(None);
    };
    let is_new = |chapter: &&Chapter| seen.iter().all(|seen| seen.log.id != chapter.log.id);
    let later: u64 = chapters.iter().filter(is_new).map(|chapter| chapter.head.size).sum();
    let relation = if own.head.size <= reach.head.size {
        match stands_to(&reach.log, &own.head, &reach.head)? {
            Some(true) => Relation::Ahead(reach.head.size - own.head.size + later),
            Some(false) => Relation::Forked(own.head.size),
            None => Relation::Unproven,
        }
    } else {
        match stands_to(&own.log, &reach.head, &own.head)? {
            Some(true) => Relation::Beside(reach.head.size),
            Some(false) => Relation::Forked(own.head.size),
            None => Relation::Unproven,
        }
    };
    Ok(Some((relation, reach.clone())))
}

/// Whether the log of `head` continues that of `earlier`; `None` where its tiles do not show it. A proof that merely
/// fails says nothing about a fork, since a damaged tile makes it fail too: only another root at that size, proven,
/// does.
pub(in crate::vault) fn stands_to(
    log: &Log,
    earlier: &Checkpoint,
    head: &Checkpoint,
) -> Result<Option<bool>, VaultError> {
    let unless_damaged = |result: Result<bool, VaultError>| match result {
        Err(VaultError::Incomplete { .. } | VaultError::Altered { .. }) => Ok(false),
        other => other,
    };
    if unless_damaged(log.continues(earlier, head))? {
        return Ok(Some(true));
    }
    if earlier.size == head.size {
        return Ok(Some(false));
    }
    let root = match tree::earlier_root(log, earlier.size, head.size) {
        Ok(root) => root,
        Err(TreeError::Read { path, source }) => return Err(VaultError::io(log.file_of(&path), source)),
        Err(_) => return Ok(None),
    };
    let other = Checkpoint { root, ..earlier.clone() };
    Ok(unless_damaged(log.continues(&other, head))?.then_some(false))
}
