//! What the entries of a log give is made anew from them (`docs/format.md`, 4): hash tiles, and the checkpoint where this
//! machine remembers it. Signs nothing, and needs no other copy.

use std::time::Duration;

use rand_core::CryptoRng;
use rand_core::RngCore;

use crate::id::IntentId;
use crate::ledger::tile::TilePath;
use crate::ledger::tree::Tiles as _;
use crate::vault::at_hand::AtHand;
use crate::vault::disk::Staging;
use crate::vault::erasing::Declared;
use crate::vault::error::VaultError;
use crate::vault::intent::Intent;
use crate::vault::lock::Hold;
use crate::vault::lock::Lock;
use crate::vault::log::Log;
use crate::vault::places;
use crate::vault::state::State;
use crate::vault::unlock::Unlocked;

/// Makes anew what the entries of the active log give, where they are all at hand: tiles that are missing or damaged, and
/// a checkpoint that is gone, from this machine's mark. They give the root that was signed, so nothing else is to be
/// believed. Returns how many files.
pub fn mend(unlocked: &Unlocked, wait: Duration, rng: &mut (impl CryptoRng + RngCore)) -> Result<u64, VaultError> {
    let found = &unlocked.found;
    let (disk, verifier) = (&found.disk, &found.header.verifier);
    let log = Log::new(disk.clone(), found.header.log);
    let state = State::of(&found.places, verifier);
    let published = log.checkpoint(verifier).ok();
    let is_published = published.is_some();
    let Some(head) = published.or(state.mark(verifier)?) else {
        return Ok(0);
    };
    let AtHand { have, growth } =
        match log.at_hand(&unlocked.keyring, std::slice::from_ref(head.head()), &Declared::default()) {
            Err(error) if error.is_of_files() => return Ok(0),
            other => other?,
        };
    if have != *head.head() {
        return Ok(0);
    }
    let is_as_it_should = |path: &TilePath, bytes: &[u8]| matches!(log.read(path), Ok(Some(found)) if found == bytes);
    let mut tiles = growth.writes;
    for (path, bytes) in tiles.clone() {
        tiles.extend(narrower(&log, &path, &bytes)?);
    }
    let damaged: Vec<_> = tiles.iter().filter(|(path, bytes)| !is_as_it_should(path, bytes)).collect();
    if damaged.is_empty() && is_published {
        return Ok(0);
    }
    let _vault = Lock::take(&disk.path(places::LOCK), Hold::Exclusive, wait)?;
    let _state = state.lock(wait)?;
    let intent = Intent::announce(disk, IntentId::random(rng), Vec::new())?;
    let mut staging = Staging::new(disk.clone(), places::incoming(intent.id));
    for (path, bytes) in &damaged {
        staging.write(&log.file_of(path), bytes)?;
    }
    staging.settle()?;
    if !is_published {
        staging.write(&places::checkpoint(log.id), head.bytes())?;
        staging.settle()?;
    }
    intent.fulfilled()?;
    Ok(damaged.len() as u64 + u64::from(!is_published))
}

/// The narrower tiles that lie beside a partial one, as they should be.
fn narrower(log: &Log, path: &TilePath, bytes: &[u8]) -> Result<Vec<(TilePath, Vec<u8>)>, VaultError> {
    let directory = places::ledger_file(log.id, &path.partial_directory());
    let names = log.disk().names(&directory)?;
    let widths = names.iter().filter_map(|name| name.parse::<u16>().ok()).filter(|width| *width < path.width());
    let narrower = widths.map(|width| path.with_width(width));
    Ok(narrower.filter_map(|path| Some((path, path.beginning_of(bytes)?.to_vec()))).collect())
}
