//! What the entries of the logs give is made anew from them (`docs/format.md`, 4): hash tiles, and the checkpoint where this
//! machine remembers it. Signs nothing, and needs no other copy.

use std::time::Duration;

use crate::keys::signer::VerifierKey;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::tile::TilePath;
use crate::ledger::tree::Tiles as _;
use crate::practice::event::Body;
use crate::practice::log::LogJoined;
use crate::vault::at_hand::AtHand;
use crate::vault::erasing::Declared;
use crate::vault::erasing::event_of;
use crate::vault::error::VaultError;
use crate::vault::history;
use crate::vault::history::Openings;
use crate::vault::history::Stretch;
use crate::vault::intent;
use crate::vault::lock::Hold;
use crate::vault::lock::Lock;
use crate::vault::log::Log;
use crate::vault::places;
use crate::vault::staging::Staging;
use crate::vault::state::State;
use crate::vault::unlock::Unlocked;

/// Makes anew what the entries of the vault's logs give, where they are all at hand: tiles that are missing or damaged, and
/// a checkpoint that is gone, from this machine's mark. They give the root that was signed, so nothing else is to be
/// believed. The active log first: each one's own beginning tells which it continues, and up to where. Returns how many
/// files.
pub fn mend(unlocked: &Unlocked, wait: Duration) -> Result<u64, VaultError> {
    let (disk, header) = (&unlocked.found.disk, &unlocked.found.header);
    let (mut log, mut verifier) = (Log::new(disk.clone(), header.log), header.verifier.clone());
    let published = log.checkpoint(&verifier).ok();
    let Some(head) = published.or(State::of(&unlocked.found.places, &verifier).mark(&verifier)?) else {
        return Ok(0);
    };
    let (mut head, mut count) = (head.head().clone(), 0);
    let (mut stretches, mut declared): (Vec<Stretch>, _) = (Vec::new(), Declared::default());
    loop {
        count += mend_log(unlocked, (&log, &verifier, &head), &declared, wait)?;
        stretches.insert(0, Stretch { log: log.clone(), from: 0, head: head.clone() });
        declared.read_log(&[disk], &unlocked.keyring, stretches[0].clone());
        let past = history::predecessor(disk, &log, &verifier, &head, &unlocked.keyring);
        let past = past.map(|past| past.filter(|past| stretches.iter().all(|known| known.log.id != past.log.id)));
        match past {
            Err(error) if error.is_of_files() => return Ok(count),
            Ok(None) => break,
            other => match other? {
                Some(past) => (log, verifier, head) = (past.log, past.verifier, past.have),
                None => break,
            },
        }
    }
    // Then what was joined: as far as the entries can be read that say so, which may take what was mended just now.
    let mut done: Vec<LogJoined> = Vec::new();
    while let Some(joined) = next_joined(unlocked, &stretches, &done) {
        if let Some(Stretch { log, head, .. }) = Stretch::joined(disk, &joined).filter(|of| of.head.size > 0)
            && let Ok(verifier) = joined.vkey.parse()
        {
            count += mend_log(unlocked, (&log, &verifier, &head), &declared, wait)?;
        }
        done.push(joined);
    }
    Ok(count)
}

/// Takes away what recoveries left here that were stopped. Returns how many.
pub fn tidy(unlocked: &Unlocked, wait: Duration) -> Result<u64, VaultError> {
    let disk = &unlocked.found.disk;
    if disk.names(places::INCOMING)?.is_empty() {
        return Ok(0);
    }
    let _vault = Lock::take(&disk.path(places::LOCK), Hold::Exclusive, wait)?;
    intent::tidy_nameless(disk)
}

/// The first `log.joined` of the history that is none of those `done`.
fn next_joined(unlocked: &Unlocked, stretches: &[Stretch], done: &[LogJoined]) -> Option<LogJoined> {
    let openings = Openings::new(&unlocked.found.disk, &unlocked.keyring, stretches.to_vec()).map_while(Result::ok);
    let of_kind = openings.filter(|(_, line)| line.kind() == Some("log.joined"));
    let mut joined = of_kind.filter_map(|(_, line)| match event_of(line).ok()?.body {
        Body::LogJoined(joined) => Some(joined),
        _ => None,
    });
    joined.find(|joined| !done.contains(joined))
}

/// One log, up to `head`, of which the logs after it have `declared` what is erased.
fn mend_log(
    unlocked: &Unlocked,
    (log, verifier, head): (&Log, &VerifierKey, &Checkpoint),
    declared: &Declared,
    wait: Duration,
) -> Result<u64, VaultError> {
    let disk = &unlocked.found.disk;
    let state = State::of(&unlocked.found.places, verifier);
    // Of a closed log the mark may be of before it was closed: that is not the head which is gone.
    let note = match log.checkpoint(verifier) {
        Ok(_) => None,
        Err(_) => state.mark(verifier)?.filter(|mark| mark.head() == head),
    };
    let AtHand { have, growth } = match log.at_hand(&unlocked.keyring, std::slice::from_ref(head), declared) {
        Err(error) if error.is_of_files() => return Ok(0),
        other => other?,
    };
    if have != *head {
        return Ok(0);
    }
    let is_as_it_should = |path: &TilePath, bytes: &[u8]| matches!(log.read(path), Ok(Some(found)) if found == bytes);
    let mut tiles = growth.writes;
    for (path, bytes) in tiles.clone() {
        tiles.extend(narrower(log, &path, &bytes)?);
    }
    let damaged: Vec<_> = tiles.iter().filter(|(path, bytes)| !is_as_it_should(path, bytes)).collect();
    if damaged.is_empty() && note.is_none() {
        return Ok(0);
    }
    let _vault = Lock::take(&disk.path(places::LOCK), Hold::Exclusive, wait)?;
    let _state = State::of(&unlocked.found.places, &unlocked.found.header.verifier).lock(wait)?;
    let mut staging = Staging::under_lock(disk)?;
    for (path, bytes) in &damaged {
        staging.write(&log.file_of(path), bytes)?;
    }
    staging.settle()?;
    if let Some(note) = &note {
        staging.write(&places::checkpoint(log.id), note.bytes())?;
        staging.settle()?;
    }
    Ok(damaged.len() as u64 + u64::from(note.is_some()))
}

/// The narrower tiles that lie beside a partial one, as they should be.
fn narrower(log: &Log, path: &TilePath, bytes: &[u8]) -> Result<Vec<(TilePath, Vec<u8>)>, VaultError> {
    let directory = places::ledger_file(log.id, &path.partial_directory());
    let names = log.disk().names(&directory)?;
    let widths = names.iter().filter_map(|name| name.parse::<u16>().ok()).filter(|width| *width < path.width());
    let narrower = widths.map(|width| path.with_width(width));
    Ok(narrower.filter_map(|path| Some((path, path.beginning_of(bytes)?.to_vec()))).collect())
}
