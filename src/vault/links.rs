//! Links from one log's key to the next: whether they lead from a key to another (`docs/format.md`, 4). Writes nothing.

use crate::keys::signer::VerifierKey;
use crate::ledger::checkpoint::Checkpoint;
use crate::vault::copy::stands_to;
use crate::vault::disk::Disk;
use crate::vault::error::VaultError;
use crate::vault::error::no_if_absent;
use crate::vault::evidence;
use crate::vault::history;
use crate::vault::history::Past;
use crate::vault::log::Log;
use crate::vault::places;
use crate::vault::places::Places;
use crate::vault::state::State;
use crate::vault::unlock::Found;

/// No history has so many logs: links in a circle end.
pub(super) const LONGEST: usize = 1000;

/// Whether links lead from the `pinned` key over the `past` logs to the active one.
pub(super) fn is_linked(
    disk: &Disk,
    pinned: &VerifierKey,
    past: &[Past],
    active: &VerifierKey,
) -> Result<bool, VaultError> {
    let Some(at) = past.iter().position(|past| past.verifier == *pinned) else {
        return Ok(false);
    };
    let newer = past[at + 1..].iter().map(|past| &past.verifier).chain([active]);
    for (old, new) in past[at..].iter().zip(newer) {
        let Some(id) = new.origin().log_id() else {
            return Ok(false);
        };
        let link = history::link(disk, &old.verifier, id)?;
        if !link.is_some_and(|(link, _)| link.vkey == *new && link.head() == old.closed) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether a link by `key` that names `closed` leads from another branch than the one that holds, `reach`: the log of the
/// one excludes the other. Where neither of the `logs` has the files that would show it, the evidence tells that is kept
/// of a fork of that key: then one that is not shown to go on from what holds does not.
pub(super) fn leaves_the_way(
    places: &Places,
    key: &VerifierKey,
    (reach, closed): (&Checkpoint, &Checkpoint),
    logs: &[Log],
) -> Result<bool, VaultError> {
    let (smaller, larger) = if reach.size <= closed.size { (reach, closed) } else { (closed, reach) };
    if smaller.size == larger.size {
        return Ok(smaller.root != larger.root);
    }
    for log in logs {
        if no_if_absent(log.has_root(larger))?
            && let Some(stands) = stands_to(log, smaller, larger)?
        {
            return Ok(!stands);
        }
    }
    Ok(evidence::of(places, key)?.is_some())
}

/// Whether links lead from `older` to `newer`: those in the vault, and those that this machine remembers.
pub(super) fn is_continued_by(found: &Found, older: &VerifierKey, newer: &VerifierKey) -> Result<bool, VaultError> {
    leads_to(&found.disk, &found.places, older, newer)
}

/// The same, of a vault that may not even be found.
pub(super) fn leads_to(
    disk: &Disk,
    places: &Places,
    older: &VerifierKey,
    newer: &VerifierKey,
) -> Result<bool, VaultError> {
    let mut at = older.clone();
    for _ in 0..LONGEST {
        let Some(id) = at.origin().log_id() else {
            return Ok(false);
        };
        let shown = history::link_in(disk, &places::successor(id), &at)?.map(|(link, _)| link);
        match shown.or_else(|| State::of(places, &at).link(&at)) {
            Some(link) if link.vkey == *newer => return Ok(true),
            Some(link) => at = link.vkey,
            None => return Ok(false),
        }
    }
    Ok(false)
}
