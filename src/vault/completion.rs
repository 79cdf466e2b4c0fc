//! Completing a vault from another copy of its files (`docs/format.md`, 4): up to the highest heads that were signed and
//! that both together have all files of. Signs nothing, and takes nothing that the signed roots and the leaves do not
//! prove. Must not know who writes the log.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use rand_core::CryptoRng;
use rand_core::RngCore;

use crate::digest::Digest;
use crate::id::IntentId;
use crate::id::LogId;
use crate::id::ObjectId;
use crate::keys::keyring::Keyring;
use crate::keys::signer::VerifierKey;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::checkpoint::VerifiedCheckpoint;
use crate::ledger::opening::PER_FILE;
use crate::ledger::tile::tiles_of;
use crate::ledger::tree::Tiles as _;
use crate::practice::disclosure::Listed;
use crate::practice::disclosure::SealedList;
use crate::practice::event::Body;
use crate::practice::event::Event;
use crate::seal;
use crate::vault::disk::Disk;
use crate::vault::disk::Staging;
use crate::vault::error::VaultError;
use crate::vault::error::no_if_absent;
use crate::vault::history;
use crate::vault::intent::Intent;
use crate::vault::lock::Hold;
use crate::vault::lock::Lock;
use crate::vault::log::Log;
use crate::vault::places;
use crate::vault::state::State;
use crate::vault::unlock::Unlocked;

/// What was brought in from another copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completed {
    /// The highest head of the active log that the files now give.
    pub head: Checkpoint,
    /// How many files were brought.
    pub files: u64,
}

/// Completes the logs of a vault from `from`, another copy of its files: those of its history, and those that continue
/// one of them there. `None` where the copy has nothing that is missing here.
pub fn complete_from(
    unlocked: &Unlocked,
    from: &Path,
    wait: Duration,
    rng: &mut (impl CryptoRng + RngCore),
) -> Result<Option<Completed>, VaultError> {
    let found = &unlocked.found;
    let header = &found.header;
    let (here, there) = (found.disk.clone(), Disk::new(from.to_owned()));
    let active = State::of(&found.places, &header.verifier);
    let _vault = Lock::take(&here.path(places::LOCK), Hold::Exclusive, wait)?;
    let _state = active.lock(wait)?;
    // The active log first: its own beginning tells which logs it continues.
    let (mut files, mut head) = (0, None);
    let mut logs = vec![header.verifier.clone()];
    let (mut done, mut past): (Vec<VerifierKey>, Vec<VerifierKey>) = (Vec::new(), Vec::new());
    while let Some(verifier) = logs.pop() {
        let Some(id) = verifier.origin().log_id().filter(|_| !done.contains(&verifier)) else {
            continue;
        };
        let copy =
            Copy { here: Log::new(here.clone(), id), there: Log::new(there.clone(), id), keyring: &unlocked.keyring };
        let is_other = verifier != header.verifier && !past.contains(&verifier);
        let mark = State::of(&found.places, &verifier).mark(&verifier)?;
        let (brought, whole) = copy.complete(&verifier, mark, is_other, rng)?;
        files += brought;
        if let Some(whole) = whole.filter(|_| verifier == header.verifier) {
            let lineage = history::lineage(&here, &copy.here, &verifier, &whole, &unlocked.keyring);
            past = lineage.unwrap_or_default().into_iter().map(|past| past.verifier).collect();
            logs.extend(past.iter().cloned());
            head = Some(whole);
        }
        logs.extend(successors_in(&there, &verifier)?);
        done.push(verifier);
    }
    let head = match head {
        Some(head) => head,
        None => Log::new(here.clone(), header.log).checkpoint(&header.verifier)?.head().clone(),
    };
    Ok((files > 0).then_some(Completed { head, files }))
}

/// The keys of the logs in `there` that continue the log of `old`: each has a link by that key.
fn successors_in(there: &Disk, old: &VerifierKey) -> Result<Vec<VerifierKey>, VaultError> {
    let mut found = Vec::new();
    for name in there.names(places::LEDGER)? {
        if let Ok(id) = name.parse::<LogId>()
            && let Some((link, _)) = history::link(there, old, id)?
        {
            found.push(link.vkey);
        }
    }
    Ok(found)
}

fn bring(there: &Disk, name: &str, staging: &mut Staging) -> Result<(), VaultError> {
    let mut source = there.open(name)?;
    let (path, mut file) = staging.create()?;
    std::io::copy(&mut source, &mut file).map_err(|error| VaultError::io(&path, error))?;
    staging.publish(&path, &file, name)
}

/// One log in two directories.
struct Copy<'a> {
    here: Log,
    there: Log,
    keyring: &'a Keyring,
}

impl Copy<'_> {
    /// Brings what is missing of the highest head that both together have all files of. Returns how many files that
    /// were, and that head.
    fn complete(
        &self,
        verifier: &VerifierKey,
        mark: Option<VerifiedCheckpoint>,
        is_other: bool,
        rng: &mut (impl CryptoRng + RngCore),
    ) -> Result<(u64, Option<Checkpoint>), VaultError> {
        let published = self.here.checkpoint(verifier).ok();
        let mut heads: Vec<VerifiedCheckpoint> = mark.into_iter().chain(published.clone()).collect();
        heads.extend(self.there.checkpoint(verifier).ok());
        heads.sort_by_key(|head| std::cmp::Reverse(head.head().size));
        heads.dedup_by(|a, b| a.head() == b.head());
        for head in heads {
            let Some(mut files) = self.files_of(head.head())? else {
                continue;
            };
            let is_published = published.as_ref().is_some_and(|published| published.head() == head.head());
            // The links are checked by whoever follows them; a signing key is the log's or is nothing.
            let id = self.here.id;
            // A log that is not of the history yet is linked to it with its own key; that of one that is was destroyed.
            let key_of_other = is_other.then(|| places::signing_key(id));
            let beside = [Some(places::predecessor(id)), Some(places::successor(id)), key_of_other];
            let beside = beside.into_iter().flatten();
            files.extend(beside.filter(|file| !self.here.disk().has(file) && self.there.disk().has(file)));
            if files.is_empty() && is_published {
                return Ok((0, Some(head.head().clone())));
            }
            // Nothing is announced: what belongs to the ledger is as good as what it replaces, and objects are named by
            // its events. A crash leaves what the next recovery completes.
            let disk = self.here.disk();
            let intent = Intent::announce(disk, IntentId::random(rng), Vec::new())?;
            let mut staging = Staging::new(disk.clone(), places::incoming(intent.id));
            let (objects, rest): (Vec<_>, Vec<_>) = files.iter().partition(|file| file.starts_with(places::RECORDS));
            for name in objects.into_iter().chain(rest) {
                bring(self.there.disk(), name, &mut staging)?;
            }
            staging.settle()?;
            // The checkpoint last: until it is there, nothing speaks of what was brought.
            if !is_published {
                staging.write(&places::checkpoint(self.here.id), head.bytes())?;
                staging.settle()?;
            }
            intent.fulfilled()?;
            return Ok((files.len() as u64 + u64::from(!is_published), Some(head.head().clone())));
        }
        Ok((0, None))
    }

    /// The files that have to be brought so that everything `head` speaks of is here; `None` where the two together do
    /// not have it all.
    fn files_of(&self, head: &Checkpoint) -> Result<Option<BTreeSet<String>>, VaultError> {
        let mut files = BTreeSet::new();
        let is_there = no_if_absent(self.there.has_root(head))?;
        if no_if_absent(self.here.has_root(head))? {
            // The edge is here; what is not is found tile by tile.
            self.add_tiles(head, &mut files)?;
        } else if is_there {
            self.add_tiles(head, &mut files)?;
        } else {
            return Ok(None);
        }
        for number in 0..head.size.div_ceil(PER_FILE) {
            let (mut openings, mut is_here) = (Vec::new(), false);
            for (log, here) in [(&self.here, true), (&self.there, false)] {
                // The leaves are proven by whichever tiles give the root.
                let proven = if is_there { &self.there } else { &self.here };
                match log.openings_of(proven, number, head, self.keyring) {
                    Ok(found) => {
                        (openings, is_here) = (found, here);
                        break;
                    }
                    Err(VaultError::Io { path, error }) => return Err(VaultError::Io { path, error }),
                    Err(_) if here => {}
                    Err(_) => return Ok(None),
                }
            }
            if !is_here {
                files.insert(places::journal(self.here.id, number));
            }
            for opening in openings {
                let Ok(event) = Event::from_fields(opening.event) else {
                    continue;
                };
                for (object, seal) in objects_of(&event.body) {
                    let name = places::object(object);
                    let has = |log: &Log| {
                        let mut file = log.disk().open(&name).ok()?;
                        seal::read_seal(&mut file).ok().filter(|(_, found)| *found == seal)
                    };
                    if has(&self.here).is_none() && has(&self.there).is_some() {
                        files.insert(name);
                    }
                }
            }
        }
        Ok(Some(files))
    }

    /// The tiles that are not here, or not as they are there.
    fn add_tiles(&self, head: &Checkpoint, files: &mut BTreeSet<String>) -> Result<(), VaultError> {
        let there_is_whole = no_if_absent(self.there.has_root(head))?;
        for path in tiles_of(head.size) {
            let wrap = |error| VaultError::io(self.here.file_of(&path), error);
            let there = self.there.read(&path).map_err(wrap)?;
            let here = self.here.read(&path).map_err(wrap)?;
            if there.is_some() && (here.is_none() || (there_is_whole && here != there)) {
                files.insert(self.here.file_of(&path));
            }
        }
        Ok(())
    }
}

fn objects_of(body: &Body) -> Vec<(ObjectId, Digest)> {
    let list = |list: &SealedList| vec![(list.object, list.seal)];
    match body {
        Body::RecordAdded(version) | Body::RecordVersioned(version) => vec![(version.object, version.seal)],
        Body::DisclosureMade(made) => match &made.records {
            Listed::Sealed(sealed) => list(sealed),
            Listed::Here(_) => Vec::new(),
        },
        Body::DisclosureRefused(refused) => match &refused.records {
            Listed::Sealed(sealed) => list(sealed),
            Listed::Here(_) => Vec::new(),
        },
        Body::ObjectsResealed(batch) => match &batch.list {
            Listed::Sealed(sealed) => list(sealed),
            Listed::Here(items) => items.iter().map(|item| (item.object, item.seal)).collect(),
        },
        _ => Vec::new(),
    }
}
