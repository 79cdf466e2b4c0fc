//! Recovery that somebody asks for (`docs/format.md`, 4): a vault whose files are behind what was signed is completed
//! from another copy of them; a log that this machine may not write is continued by one of its own; a second branch of
//! the history is joined to it. Nothing is ever dropped: what is missing is named in the ledger.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use rand_core::CryptoRng;
use rand_core::RngCore;

use crate::id::IntentId;
use crate::id::ObjectId;
use crate::keys::keyring::Keyring;
use crate::keys::signer::SigningKey;
use crate::keys::signer::VerifierKey;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::checkpoint::VerifiedCheckpoint;
use crate::ledger::opening::PER_FILE;
use crate::ledger::successor::Successor;
use crate::ledger::tile::tiles_of;
use crate::ledger::tree::Tiles as _;
use crate::practice::event::Body;
use crate::practice::event::Event;
use crate::practice::log::Extent;
use crate::practice::log::LogJoined;
use crate::seal;
use crate::vault::Vault;
use crate::vault::at_hand::AtHand;
use crate::vault::desk::Desk;
use crate::vault::disk::Disk;
use crate::vault::disk::Staging;
use crate::vault::error::VaultError;
use crate::vault::history;
use crate::vault::history::Chapter;
use crate::vault::intent::Intent;
use crate::vault::lock::Hold;
use crate::vault::lock::Lock;
use crate::vault::log::Log;
use crate::vault::places;
use crate::vault::standing::Standing;
use crate::vault::state::State;
use crate::vault::succession::NextLog;
use crate::vault::succession::Wanted;
use crate::vault::transaction::Committed;
use crate::vault::unlock::Unlocked;

/// Larger than any sealed journal file or tile.
const FILE_LIMIT: u64 = 300 << 20;

/// What was brought in from another copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completed {
    /// The highest head that the files now give.
    pub head: Checkpoint,
    /// How many files were brought.
    pub files: u64,
}

/// Completes the active log of a vault from `from`, another copy of its files: up to the highest head that was signed
/// and that both together have all files of. `None` where the copy has nothing that is missing here.
pub fn complete_from(
    unlocked: &Unlocked,
    from: &Path,
    wait: Duration,
    rng: &mut (impl CryptoRng + RngCore),
) -> Result<Option<Completed>, VaultError> {
    let found = &unlocked.found;
    let header = &found.header;
    let (here, there) = (found.disk.clone(), Disk::new(from.to_owned()));
    let copy = Copy {
        here: Log::new(here.clone(), header.log),
        there: Log::new(there.clone(), header.log),
        keyring: &unlocked.keyring,
    };
    let state = State::of(&found.places, &header.verifier);
    let _vault = Lock::take(&here.path(places::LOCK), Hold::Exclusive, wait)?;
    let _state = state.lock(wait)?;
    let mut heads: Vec<VerifiedCheckpoint> = state.mark(&header.verifier)?.into_iter().collect();
    heads.extend([&copy.here, &copy.there].into_iter().filter_map(|log| log.checkpoint(&header.verifier).ok()));
    heads.sort_by_key(|head| std::cmp::Reverse(head.head().size));
    heads.dedup_by(|a, b| a.head() == b.head());
    for head in heads {
        let Some(files) = copy.files_of(head.head())? else {
            continue;
        };
        let published = copy.here.checkpoint(&header.verifier).ok();
        let is_published = published.is_some_and(|published| published.head() == head.head());
        if files.is_empty() && is_published {
            return Ok(None);
        }
        let names: Vec<String> = files.keys().cloned().collect();
        let is_object = |name: &String| name.starts_with(places::RECORDS);
        // Only objects are announced: what belongs to the ledger is as good as what it replaces, and stays.
        let intent = Intent::announce(&here, IntentId::random(rng), Vec::new())?;
        let mut staging = Staging::new(here.clone(), places::incoming(intent.id));
        // Objects first, the checkpoint last: a crash leaves what the next recovery completes.
        for name in names.iter().filter(|name| is_object(name)).chain(names.iter().filter(|name| !is_object(name))) {
            bring(&there, name, &mut staging)?;
        }
        staging.settle()?;
        if !is_published {
            staging.write(&places::checkpoint(header.log), head.bytes())?;
            staging.settle()?;
        }
        intent.fulfilled()?;
        return Ok(Some(Completed { head: head.head().clone(), files: files.len() as u64 }));
    }
    Ok(None)
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
    /// The files that have to be brought so that everything `head` speaks of is here; `None` where the two together do
    /// not have it all.
    fn files_of(&self, head: &Checkpoint) -> Result<Option<BTreeMap<String, ()>>, VaultError> {
        let mut files = BTreeMap::new();
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
                files.insert(places::journal(self.here.id, number), ());
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
                        files.insert(name, ());
                    }
                }
            }
        }
        Ok(Some(files))
    }

    /// The tiles that are not here, or not as they are there.
    fn add_tiles(&self, head: &Checkpoint, files: &mut BTreeMap<String, ()>) -> Result<(), VaultError> {
        let there_is_whole = no_if_absent(self.there.has_root(head))?;
        for path in tiles_of(head.size) {
            let wrap = |error| VaultError::io(self.here.file_of(&path), error);
            let there = self.there.read(&path).map_err(wrap)?;
            let here = self.here.read(&path).map_err(wrap)?;
            if there.is_some() && (here.is_none() || (there_is_whole && here != there)) {
                files.insert(self.here.file_of(&path), ());
            }
        }
        Ok(())
    }
}

fn no_if_absent(result: Result<bool, VaultError>) -> Result<bool, VaultError> {
    match result {
        Err(error) if error.is_of_files() => Ok(false),
        other => other,
    }
}

fn objects_of(body: &Body) -> Vec<(ObjectId, crate::digest::Digest)> {
    use crate::practice::disclosure::Listed;
    let list = |list: &crate::practice::disclosure::SealedList| vec![(list.object, list.seal)];
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

/// Continues the log by one of this machine's own, from what is at hand. What the vault opens with has changed then.
pub fn continue_here<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    wanted: Wanted,
) -> Result<(VerifierKey, Checkpoint), VaultError> {
    let next = NextLog::prepare(desk.vault, wanted, desk.rng)?;
    let have = desk.vault.head().clone();
    if desk.vault.standing == Standing::AtHand {
        desk.vault.write_tiles_at_hand(desk.rng)?;
    }
    desk.vault.succeed(&next, &have, desk.clock, desk.rng)?;
    Ok((next.verifier(), have))
}

/// Joins what the history lacks: entries of past logs that came late, and other logs that continue one of its logs.
pub fn join<R: CryptoRng + RngCore>(desk: &mut Desk<'_, R>) -> Result<Committed, VaultError> {
    let vault = &mut *desk.vault;
    let bodies = vault.missing_branches()?;
    vault.link_branches(&bodies, desk.rng)?;
    let Standing::Branched(_) = vault.standing else {
        return desk.append(|_| Ok(Vec::new()));
    };
    desk.append_joining(|vault| {
        let bodies = vault.missing_branches()?;
        Ok(bodies.into_iter().map(|joined| Body::LogJoined(joined).into()).collect())
    })
}

impl Vault {
    /// Tiles of the tree that is at hand, so that its root can be checked by anybody: those that are not there.
    fn write_tiles_at_hand(&mut self, rng: &mut (impl CryptoRng + RngCore)) -> Result<(), VaultError> {
        let AtHand { growth, .. } = self.log.at_hand(&self.keyring, &self.signed_heads()?)?;
        let intent = Intent::announce(&self.disk, IntentId::random(rng), Vec::new())?;
        let mut staging = Staging::new(self.disk.clone(), places::incoming(intent.id));
        for (path, bytes) in &growth.writes {
            let file = self.log.file_of(path);
            if !self.disk.has(&file) {
                staging.write(&file, bytes)?;
            }
        }
        staging.settle()?;
        intent.fulfilled()
    }

    /// What is to be joined, each with what is at hand of it.
    fn missing_branches(&self) -> Result<Vec<LogJoined>, VaultError> {
        let mut found = Vec::new();
        let joined = self.joined()?;
        for Chapter { log, verifier, head, gap } in self.chapters()? {
            if log.id == self.log.id {
                continue;
            }
            let known = gap.as_ref().unwrap_or(&head);
            let highest = self.highest_of(&log, &verifier)?;
            if highest.as_ref().is_some_and(|highest| highest.size > known.size) || self.is_late(&log, &verifier, &head)
            {
                let whole = highest.filter(|highest| highest.size > known.size).unwrap_or_else(|| known.clone());
                found.push(self.joining(&log, &verifier, head.size, &whole)?);
            }
        }
        for (_, link) in self.other_successors(&joined)? {
            let Some(id) = link.vkey.origin().log_id() else {
                continue;
            };
            let log = Log::new(self.disk.clone(), id);
            let whole = self.highest_of(&log, &link.vkey)?;
            let whole = whole.ok_or_else(|| VaultError::altered(places::checkpoint(id), "it is missing or damaged"))?;
            if !found.iter().any(|joined| joined.origin == whole.origin.as_str()) {
                found.push(self.joining(&log, &link.vkey, 0, &whole)?);
            }
        }
        Ok(found)
    }

    fn joining(&self, log: &Log, key: &VerifierKey, from: u64, whole: &Checkpoint) -> Result<LogJoined, VaultError> {
        let is_whole = no_if_absent(log.has_root(whole))? && {
            let files = from / PER_FILE..whole.size.div_ceil(PER_FILE);
            files.into_iter().all(|number| log.openings(number, whole, &self.keyring).is_ok())
        };
        let have = if is_whole { whole.clone() } else { log.at_hand(&self.keyring, std::slice::from_ref(whole))?.have };
        Ok(LogJoined {
            from: from.min(have.size),
            have: Extent { root: have.root, size: have.size },
            origin: whole.origin.to_string(),
            root: whole.root,
            size: whole.size,
            vkey: key.to_string(),
        })
    }

    /// The highest head known of a log that is not the active one: this machine's mark of it, or its checkpoint.
    fn highest_of(&self, log: &Log, key: &VerifierKey) -> Result<Option<Checkpoint>, VaultError> {
        let mark = State::of(&self.places, key).mark(key)?.map(|mark| mark.head().clone());
        let published = log.checkpoint(key).ok().map(|head| head.head().clone());
        Ok(mark.into_iter().chain(published).max_by_key(|head| head.size))
    }

    /// Each log that is joined gets a link to the active one, signed with its own key: so whoever wrote it until now
    /// knows which log goes on.
    fn link_branches(&mut self, joined: &[LogJoined], rng: &mut (impl CryptoRng + RngCore)) -> Result<(), VaultError> {
        let intent = Intent::announce(&self.disk, IntentId::random(rng), Vec::new())?;
        let mut staging = Staging::new(self.disk.clone(), places::incoming(intent.id));
        for joined in joined {
            let Ok(key) = joined.vkey.parse::<VerifierKey>() else {
                continue;
            };
            let Some(id) = key.origin().log_id().filter(|id| !self.past.iter().any(|past| past.log.id == *id)) else {
                continue;
            };
            let Some(signer) = self.signing_key_of(&key)? else {
                continue;
            };
            let last = Checkpoint { origin: key.origin().clone(), size: joined.size, root: joined.root };
            let created = self.last_event()?.map_or(self.header.created, |event| event.time);
            let link = Successor::new(&last, self.header.verifier.clone(), created).sign(&signer);
            let link = link.map_err(|error| VaultError::altered(places::successor(id), error))?;
            staging.write(&places::successor(id), &link)?;
        }
        // Of two successors of one log each wrote its link into the same place: the one that goes on is in its own.
        let newer = self.past.iter().skip(1).map(|past| past.log.id).chain([self.log.id]);
        for (old, new) in self.past.iter().zip(newer) {
            let own = history::link_in(&self.disk, &places::predecessor(new), &old.verifier)?;
            let shown = history::link_in(&self.disk, &places::successor(old.log.id), &old.verifier)?;
            if let Some((_, bytes)) = own.filter(|(link, _)| shown.is_none_or(|(shown, _)| shown != *link)) {
                staging.write(&places::successor(old.log.id), &bytes)?;
            }
        }
        staging.settle()?;
        intent.fulfilled()
    }

    /// The signing key of a log that is not the active one, where it is there.
    fn signing_key_of(&self, key: &VerifierKey) -> Result<Option<SigningKey>, VaultError> {
        let Some(id) = key.origin().log_id() else {
            return Ok(None);
        };
        let Some(sealed) = self.disk.read(&places::signing_key(id), FILE_LIMIT)? else {
            return Ok(None);
        };
        // Anybody can seal something to the vault: it is the key only if its public half is.
        let plain = seal::open_bytes(&sealed[..], &self.keyring, None, FILE_LIMIT as usize).ok();
        let text = plain.as_ref().and_then(|plain| std::str::from_utf8(plain).ok());
        let signer = text.and_then(|text| SigningKey::parse_private(text.trim_end()).ok());
        Ok(signer.filter(|signer| signer.verifier() == *key))
    }
}
