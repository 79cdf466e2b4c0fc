//! Checking a copy of the vault that was made while it lived (`docs/format.md`, 5): whether it is whole up to its own
//! head, and whether that head is a part of the history that this machine has seen. Writes nothing, neither into the
//! copy nor into the state directory, but evidence of a fork: a copy sets no mark and no pin. What a copy has beyond its
//! events, such as an outbox or what dead transactions left, is no fault of it.

use std::collections::VecDeque;
use std::path::Path;
use std::time::Duration;

use crate::keys::keyring::Keyring;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::checkpoint::VerifiedCheckpoint;
use crate::practice::disclosure::Listed;
use crate::practice::event::Body;
use crate::practice::owner::KeyFile;
use crate::seal;
use crate::vault::check::Erasures;
use crate::vault::check::Expected;
use crate::vault::check::Fault;
use crate::vault::check::Finding;
use crate::vault::check::Ledger;
use crate::vault::check::Objects;
use crate::vault::check::Report;
use crate::vault::check::Unopened;
use crate::vault::check::check_key_file;
use crate::vault::check::finding;
use crate::vault::check::keep_both;
use crate::vault::copy::relation::Relation;
use crate::vault::copy::relation::SeenLog;
use crate::vault::copy::relation::relation;
use crate::vault::copy::relation::to_newer;
use crate::vault::error::VaultError;
use crate::vault::history;
use crate::vault::history::Chapter;
use crate::vault::history::Moves;
use crate::vault::history::Openings;
use crate::vault::history::Past;
use crate::vault::history::Stretch;
use crate::vault::lock::Lock;
use crate::vault::log::Log;
use crate::vault::places;
use crate::vault::places::Places;
use crate::vault::state::State;
use crate::vault::unlock::Found;
use crate::vault::unlock::Unlocked;

mod relation;

pub(super) use relation::stands_to;

/// Larger than any key file is.
const KEY_FILE_LIMIT: u64 = 1 << 20;

/// What is to be looked at, and how.
#[derive(Clone, Debug)]
pub struct CopyRequest<'a> {
    /// The copy's directory.
    pub copy: &'a Path,
    /// Whether every plaintext is read.
    pub read_data: bool,
    /// How long to wait for a process that is writing the vault.
    pub lock_wait: Duration,
}

/// What a copy is worth.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CopyReport {
    /// Its head, where its signature holds.
    pub head: Option<Checkpoint>,
    /// By how many entries it is behind what this machine has seen; `None` where that could not be shown.
    pub behind: Option<u64>,
    /// Whether that was measured by this machine's mark; else, where there is none, by the vault's own checkpoint.
    pub by_mark: bool,
    /// What was looked at, and what is wrong.
    pub report: Report,
}

/// Checks a copy of the vault that was unlocked. `progress` is told how many more leaves and objects are done.
pub fn check(
    vault: &Unlocked,
    request: &CopyRequest<'_>,
    progress: &mut dyn FnMut(u64),
) -> Result<CopyReport, VaultError> {
    let CopyRequest { copy, read_data, lock_wait } = request;
    let mut checked = CopyReport::default();
    checked.report.read_data = *read_data;
    let places = Places { vault: copy.to_path_buf(), ..vault.found.places.clone() };
    let broken = |mut checked: CopyReport, error: VaultError| match Unopened::of(&places, &error) {
        None => Err(error),
        Some(unopened) => {
            checked.report.ledger.findings.push(unopened.finding);
            Ok(checked)
        }
    };
    let found = match Found::at(places.clone()) {
        Ok(found) => found,
        Err(error) => return broken(checked, error),
    };
    let seen = seen(vault, *lock_wait)?;
    let verifier = &found.header.verifier;
    let at = seen.iter().position(|chapter| chapter.verifier == *verifier);
    let fits = vault.keyring.identities().any(|identity| found.header.recipient == identity.recipient());
    let is_another = |mut checked: CopyReport| {
        let text = "it is a copy of another vault";
        checked.report.ledger.findings.push(finding(Fault::WrongLog, places::HEADER, text));
        Ok(checked)
    };
    // Of one whose log is not known here, nothing but a link by a key that is known says otherwise.
    if at.is_none() && (!fits || !found.disk.has(&places::predecessor(found.header.log))) {
        return is_another(checked);
    }
    if !fits && at.is_some_and(|at| at + 1 < seen.len()) {
        let text = "the copy is of before an owner was removed: the vault's present key does not open it";
        return Err(VaultError::CannotUnlock(text.to_owned()));
    }
    let checks = vault.keyring.identities().map(|identity| found.check(identity)).find(Result::is_ok);
    if checks.is_none()
        && let Err(error) = found.check(vault.keyring.current())
    {
        return broken(checked, error);
    }
    let log = Log::new(found.disk.clone(), found.header.log);
    let head = match log.checkpoint(verifier) {
        Ok(head) => head,
        Err(error) => return broken(checked, error),
    };
    let chapters = match chapters(&found, &log, head.head(), &vault.keyring) {
        Ok(chapters) => chapters,
        Err(error) => return broken(checked, error),
    };
    let newer = match at {
        Some(_) => None,
        None => match to_newer(vault, &seen, &found, &chapters) {
            Ok(None) => return is_another(checked),
            Ok(newer) => newer,
            Err(error) => return broken(checked, error),
        },
    };
    let moves = match moves(&found, &chapters, &vault.keyring) {
        Ok(moves) => moves,
        Err(error) => return broken(checked, error),
    };

    let (disk, epoch) = (&found.disk, found.header.epoch);
    let objects = Objects { disk, keyring: &vault.keyring, read_data: *read_data };
    let mut report = Report { read_data: *read_data, ..Report::default() };
    report.findings.extend(check_signing_key(&found, vault)?);
    let mut erasures = Erasures::default();
    let mut ahead = VecDeque::from(chapters);
    while let Some(Chapter { log, verifier, head, .. }) = ahead.pop_front() {
        let ledger = Ledger { disk, log: &log, head: &head, verifier: &verifier, keyring: &vault.keyring };
        let examined = ledger.examine(&mut erasures, &mut |_| {}, &mut |index, event| {
            if let Some(expected) = objects_of(&event.body) {
                report.records += u64::from(expected.size.is_some());
                let (object, seal) = moves.now(expected.object, expected.seal);
                let found = objects.check(&Expected { object, seal, ..expected })?;
                report.findings.extend(found.map(|found| Finding { index: Some(index), ..found }));
            }
            for file in key_files_of(&event.body, epoch) {
                report.findings.extend(check_key_file(disk, epoch, file)?);
            }
            if let Body::LogJoined(joined) = &event.body {
                ahead.extend(Chapter::joined(disk, joined).filter(|joined| joined.head.size > 0));
            }
            progress(1);
            Ok(())
        })?;
        report.ledger.add(examined);
    }
    report.ledger.findings.extend(erasures.findings());

    // The log that both have, and the copy's head of it.
    let (relation, by_mark, own, other) = match newer {
        Some((relation, chapter)) => {
            let other = chapter.log.checkpoint(&chapter.verifier).ok();
            (relation, seen.iter().all(|seen| seen.by_mark), seen.last(), other.map(|head| (chapter.log, head)))
        }
        None => {
            let at = at.unwrap_or_default();
            let (relation, by_mark) = relation(&seen, at, &log, head.head())?;
            (relation, by_mark, seen.get(at), Some((log.clone(), head.clone())))
        }
    };
    let mut found = relation.finding(&log);
    if let (Relation::Forked(_), Some(found), Some(own), Some((log, other))) = (relation, &mut found, own, other) {
        let kept = keep_evidence(vault, own, &log, &other)?;
        found.text.extend(kept.map(|kept| format!("; {kept}")));
    }
    report.ledger.findings.splice(0..0, found);
    let behind = if let Relation::Behind(count) = relation { Some(count) } else { None };
    Ok(CopyReport { head: Some(head.head().clone()), behind, by_mark, report })
}

fn objects_of(body: &Body) -> Option<Expected> {
    let list = match body {
        Body::RecordAdded(version) | Body::RecordVersioned(version) => {
            let (object, seal) = (version.object, version.seal);
            return Some(Expected { object, seal, sha256: version.sha256, size: Some(version.size) });
        }
        Body::DisclosureMade(made) => &made.records,
        Body::DisclosureRefused(refused) => &refused.records,
        _ => return None,
    };
    match list {
        Listed::Here(_) => None,
        Listed::Sealed(list) => {
            Some(Expected { object: list.object, seal: list.seal, sha256: list.sha256, size: None })
        }
    }
}

/// The key files of an epoch that an event holds.
fn key_files_of(body: &Body, epoch: u64) -> &[KeyFile] {
    match body {
        Body::VaultCreated(created) if created.epoch == epoch => &created.key_files,
        Body::OwnerAdded(added) if added.epoch == epoch => std::slice::from_ref(&added.key_file),
        _ => &[],
    }
}

/// The header, which the vault identity signed, names the seal of the log's signing key.
fn check_signing_key(found: &Found, vault: &Unlocked) -> Result<Option<Finding>, VaultError> {
    let file = places::signing_key(found.header.log);
    let Some(sealed) = found.disk.read(&file, KEY_FILE_LIMIT)? else {
        return Ok(Some(finding(Fault::Incomplete, &file, "it is missing")));
    };
    let seal = found.header.signing_seals.get(&found.header.log).copied();
    let plain = seal::open_bytes(&sealed[..], &vault.keyring, seal, KEY_FILE_LIMIT as usize);
    match plain.map_err(|error| VaultError::unsealed(&file, error)) {
        Err(VaultError::Altered { reason, .. }) => Ok(Some(finding(Fault::Corrupt, &file, &reason))),
        other => other.map(|_| None),
    }
}

/// What this machine has seen of the vault: its logs, the oldest first. The active one is measured by the mark, or,
/// where this machine has none, by the vault's own checkpoint.
fn seen(vault: &Unlocked, lock_wait: Duration) -> Result<Vec<SeenLog>, VaultError> {
    let Found { places, header, disk, .. } = &vault.found;
    // Partial tiles go while others write.
    let _reading = Lock::take_to_read(&disk.path(places::LOCK), lock_wait)?;
    let log = Log::new(disk.clone(), header.log);
    let mark = State::of(places, &header.verifier).mark(&header.verifier)?;
    let by_mark = mark.is_some();
    let head = match mark {
        Some(mark) => mark.head().clone(),
        None => log.checkpoint(&header.verifier)?.head().clone(),
    };
    let published = log.checkpoint(&header.verifier).map_or_else(|_| head.clone(), |head| head.head().clone());
    // Where the vault's own files do not tell what it continues, it is measured by the active log alone.
    let past = history::lineage(disk, &log, &header.verifier, &published, &vault.keyring).unwrap_or_default();
    let past = past.into_iter().map(|past| {
        let Past { log, verifier, have, .. } = past;
        SeenLog { log, verifier, head: have, by_mark }
    });
    Ok(past.chain([SeenLog { log, verifier: header.verifier.clone(), head, by_mark }]).collect())
}

/// The copy's logs, the oldest first.
fn chapters(found: &Found, log: &Log, head: &Checkpoint, keyring: &Keyring) -> Result<Vec<Chapter>, VaultError> {
    let verifier = &found.header.verifier;
    let past = history::lineage(&found.disk, log, verifier, head, keyring)?;
    let past = past.into_iter().map(|past| Chapter {
        log: past.log,
        verifier: past.verifier,
        gap: (past.have != past.closed).then_some(past.closed),
        head: past.have,
    });
    let active = Chapter { log: log.clone(), verifier: verifier.clone(), head: head.clone(), gap: None };
    Ok(past.chain([active]).collect())
}

/// Where the copy's objects are that were sealed again: none were in the first epoch.
fn moves(found: &Found, chapters: &[Chapter], keyring: &Keyring) -> Result<Moves, VaultError> {
    if found.header.epoch == 1 {
        return Ok(Moves::default());
    }
    let stretch = |chapter: &Chapter| Stretch { log: chapter.log.clone(), from: 0, head: chapter.head.clone() };
    Moves::of(Openings::new(&found.disk, keyring, chapters.iter().map(stretch).collect()))
}

/// Keeps the copy's head and this machine's as evidence, where the latter is signed: a past log may have been continued
/// from less. Says where.
fn keep_evidence(
    vault: &Unlocked,
    seen: &SeenLog,
    copied: &Log,
    copy: &VerifiedCheckpoint,
) -> Result<Option<String>, VaultError> {
    let places = &vault.found.places;
    let mark = State::of(places, &seen.verifier).mark(&seen.verifier)?;
    let Some(own) = mark.or_else(|| seen.log.checkpoint(&seen.verifier).ok()) else {
        return Ok(None);
    };
    // What the larger one had at the smaller one's size is in the tiles beside it.
    Ok(Some(match copy.head().size > own.head().size {
        true => keep_both(places, copied, &own, copy),
        false => keep_both(places, &seen.log, copy, &own),
    }))
}
