//! Completing a vault from another copy of its files (`docs/format.md`, 4): up to the highest heads that were signed and
//! that both together have all files of. Signs nothing, and takes nothing that the signed roots and the leaves do not
//! prove. Must not know who writes the log.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::time::Duration;

use rand_core::CryptoRng;
use rand_core::RngCore;

use crate::digest::Digest;
use crate::digest::Hashing;
use crate::id::IntentId;
use crate::id::LogId;
use crate::id::ObjectId;
use crate::keys::keyring::Keyring;
use crate::keys::signer::VerifierKey;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::checkpoint::VerifiedCheckpoint;
use crate::ledger::journal::Line;
use crate::ledger::opening::PER_FILE;
use crate::ledger::tile::tiles_of;
use crate::ledger::tree::Tiles as _;
use crate::practice::disclosure::Listed;
use crate::practice::disclosure::SealedList;
use crate::practice::event::Body;
use crate::practice::event::Event;
use crate::practice::rekey::Resealed;
use crate::seal;
use crate::vault::disk::Disk;
use crate::vault::disk::Staging;
use crate::vault::erasing::Declared;
use crate::vault::erasing::event_of;
use crate::vault::error::VaultError;
use crate::vault::error::no_if_absent;
use crate::vault::history;
use crate::vault::history::Moves;
use crate::vault::history::Openings;
use crate::vault::history::Past;
use crate::vault::history::Stretch;
use crate::vault::intent::Intent;
use crate::vault::lock::Hold;
use crate::vault::lock::Lock;
use crate::vault::log::Log;
use crate::vault::object;
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
    let known = here.names(places::LEDGER)?;
    if !there.names(places::LEDGER)?.iter().any(|log| known.contains(log)) {
        return Err(VaultError::NoCopy { path: from.to_owned() });
    }
    // The active log first: its own beginning tells which logs it continues.
    let (mut files, mut head) = (0, None);
    let mut logs = vec![header.verifier.clone()];
    let (mut moved, mut declared) = (BTreeSet::new(), Declared::default());
    let (mut done, mut past): (Vec<VerifierKey>, Vec<VerifierKey>) = (Vec::new(), Vec::new());
    while let Some(verifier) = logs.pop() {
        let Some(id) = verifier.origin().log_id().filter(|_| !done.contains(&verifier)) else {
            continue;
        };
        let (log, other) = (Log::new(here.clone(), id), Log::new(there.clone(), id));
        let copy = Copy {
            here: log,
            there: other,
            keyring: &unlocked.keyring,
            moved: moved.clone(),
            declared: declared.clone(),
        };
        let is_other = verifier != header.verifier && !past.contains(&verifier);
        let mark = State::of(&found.places, &verifier).mark(&verifier)?;
        let is_active = verifier == header.verifier;
        let (brought, whole) = copy.complete(&verifier, mark, (is_active, is_other), rng)?;
        files += brought;
        // Each log before those that it continues: an older one's entries may be declared erased by a newer one.
        if let Some(whole) = &whole {
            declared = copy.declared_here(whole);
        }
        if let Some(whole) = whole.filter(|_| verifier == header.verifier) {
            let lineage = history::lineage(&here, &copy.here, &verifier, &whole, &unlocked.keyring);
            let lineage = lineage.unwrap_or_default();
            moved = replaced(&here, &copy.here, &lineage, &whole, &unlocked.keyring);
            past = lineage.into_iter().map(|past| past.verifier).collect();
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

/// The objects of a history that later ones took the place of, as far as that can be read.
fn replaced(disk: &Disk, active: &Log, past: &[Past], head: &Checkpoint, keyring: &Keyring) -> BTreeSet<ObjectId> {
    let past = past.iter().map(|past| Stretch { log: past.log.clone(), from: 0, head: past.have.clone() });
    let all = past.chain([Stretch { log: active.clone(), from: 0, head: head.clone() }]);
    let moves = Moves::of(Openings::new(disk, keyring, all.collect()));
    moves.map(|moves| moves.replaced().collect()).unwrap_or_default()
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
    io::copy(&mut source, &mut file).map_err(|error| VaultError::io(&path, error))?;
    staging.publish(&path, &file, name)
}

/// One log in two directories.
struct Copy<'a> {
    here: Log,
    there: Log,
    keyring: &'a Keyring,
    /// Objects that later ones took the place of.
    moved: BTreeSet<ObjectId>,
    /// What the logs after this one declare erased.
    declared: Declared,
}

/// A sealed object that an entry speaks of, and what is known of its plaintext.
struct Named {
    object: ObjectId,
    seal: Digest,
    sha256: Option<Digest>,
    size: Option<u64>,
}

impl Copy<'_> {
    /// Brings what is missing of the highest head that both together have all files of. Returns how many files that
    /// were, and that head.
    fn complete(
        &self,
        verifier: &VerifierKey,
        mark: Option<VerifiedCheckpoint>,
        (is_active, is_other): (bool, bool),
        rng: &mut (impl CryptoRng + RngCore),
    ) -> Result<(u64, Option<Checkpoint>), VaultError> {
        let published = self.here.checkpoint(verifier).ok();
        let offered = self.there.checkpoint(verifier).ok();
        if let Some(offered) = &offered {
            self.is_of_one_history(mark.iter().chain(&published), offered.head())?;
        }
        let mut heads: Vec<VerifiedCheckpoint> = mark.into_iter().chain(published.clone()).collect();
        heads.extend(offered);
        heads.sort_by_key(|head| std::cmp::Reverse(head.head().size));
        heads.dedup_by(|a, b| a.head() == b.head());
        for head in heads {
            let Some(mut files) = self.files_of(head.head())? else {
                continue;
            };
            if is_active {
                self.goes_on_here(head.head())?;
            }
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
        let (mut named, mut moved) = (Vec::new(), self.moved.clone());
        let (mut declared, mut partial) = (self.declared.clone(), Vec::new());
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
            for line in openings {
                declared.read(self.here.id, &line);
                if let Ok(event) = Event::from_rest(line.fields()) {
                    self.add_objects(&event.body, &mut named, &mut moved);
                }
                partial.extend((is_here && !line.hidden().is_empty()).then_some(line));
            }
        }
        // What lacks more than was declared erased is as good as missing.
        let lacks = |line: &&Line| declared.check(self.here.id, line).is_err();
        for line in partial.iter().filter(lacks) {
            let number = line.index() / PER_FILE;
            match self.there.openings_of(if is_there { &self.there } else { &self.here }, number, head, self.keyring) {
                Ok(others) if !others.iter().any(|line| lacks(&line)) => {}
                _ => return Ok(None),
            }
            files.insert(places::journal(self.here.id, number));
        }
        // Objects that neither has are for a check to tell: their entries are worth having.
        for object in named.into_iter().filter(|object| !moved.contains(&object.object)) {
            if !self.is_whole(&self.here, &object)? && self.is_whole(&self.there, &object)? {
                files.insert(places::object(object.object));
            }
        }
        Ok(Some(files))
    }

    /// What is declared erased by this log, as it is here now, and by those after it.
    fn declared_here(&self, head: &Checkpoint) -> Declared {
        let mut declared = self.declared.clone();
        for number in 0..head.size.div_ceil(PER_FILE) {
            let lines = self.here.openings(number, head, self.keyring);
            lines.iter().flatten().for_each(|line| declared.read(self.here.id, line));
        }
        declared
    }

    /// A copy whose head excludes what was seen here is of another history: nothing of it comes over what is here.
    fn is_of_one_history<'h>(
        &self,
        seen: impl Iterator<Item = &'h VerifiedCheckpoint>,
        offered: &Checkpoint,
    ) -> Result<(), VaultError> {
        for seen in seen.map(VerifiedCheckpoint::head) {
            let (smaller, larger) = if seen.size <= offered.size { (seen, offered) } else { (offered, seen) };
            let continues = |log: &Log| match log.has_root(larger) {
                Ok(true) => log.continues(smaller, larger).ok(),
                _ => None,
            };
            let is_one = match smaller.size == larger.size {
                true => Some(smaller.root == larger.root),
                false => [&self.here, &self.there].into_iter().find_map(continues),
            };
            if is_one == Some(false) {
                return Err(VaultError::Forked { seen: Box::new(seen.clone()), found: Box::new(offered.clone()) });
            }
        }
        Ok(())
    }

    /// A log that its own machine closed goes on in the one that its last entry names, and the copy is whole without
    /// this vault: half of it would neither go on nor be complete.
    fn goes_on_here(&self, head: &Checkpoint) -> Result<(), VaultError> {
        let last = |log: &Log| log.opening(head.size - 1, head, self.keyring).ok().flatten();
        if last(&self.here).is_some() {
            return Ok(());
        }
        match last(&self.there).map(event_of) {
            Some(Ok(Event { body: Body::LogClosed(_), .. })) => {
                Err(VaultError::NewerCopy { path: self.there.disk().root().to_owned() })
            }
            _ => Ok(()),
        }
    }

    /// Whether an object is there, and is to its end what the ledger says.
    fn is_whole(&self, log: &Log, named: &Named) -> Result<bool, VaultError> {
        let file = match log.disk().open(&places::object(named.object)) {
            Err(VaultError::Altered { .. }) => return Ok(false),
            other => other?,
        };
        let Ok(plain) = seal::open(file, self.keyring, Some(named.seal)) else {
            return Ok(false);
        };
        let mut plain = Hashing::new(plain);
        if io::copy(&mut plain, &mut io::sink()).is_err() {
            return Ok(false);
        }
        let is_size = named.size.is_none_or(|size| size == plain.count());
        Ok(is_size && named.sha256.is_none_or(|sha256| sha256 == plain.digest()))
    }

    /// Adds the objects that an event speaks of, and those that it says are replaced.
    fn add_objects(&self, body: &Body, named: &mut Vec<Named>, moved: &mut BTreeSet<ObjectId>) {
        let of_list = |list: &SealedList| {
            let SealedList { object, seal, sha256, .. } = *list;
            Named { object, seal, sha256: Some(sha256), size: None }
        };
        match body {
            Body::RecordAdded(version) | Body::RecordVersioned(version) => named.push(Named {
                object: version.object,
                seal: version.seal,
                sha256: Some(version.sha256),
                size: Some(version.size),
            }),
            Body::DisclosureMade(made) => named.extend(sealed(&made.records).map(of_list)),
            Body::DisclosureRefused(refused) => named.extend(sealed(&refused.records).map(of_list)),
            Body::ObjectsResealed(batch) => {
                named.extend(sealed(&batch.list).map(of_list));
                let read = |log: &Log| object::read_list(log.disk(), self.keyring, &batch.list).ok();
                for Resealed { object, seal, was } in read(&self.here).or_else(|| read(&self.there)).unwrap_or_default()
                {
                    named.push(Named { object, seal, sha256: None, size: None });
                    moved.insert(was);
                }
            }
            _ => {}
        }
    }

    /// The tiles that are not here, or not as they are there.
    fn add_tiles(&self, head: &Checkpoint, files: &mut BTreeSet<String>) -> Result<(), VaultError> {
        let there_is_whole = no_if_absent(self.there.has_root(head))?;
        for path in tiles_of(head.size) {
            // A link or a pipe in its place is no tile.
            let (there, here) = (self.there.read(&path).ok().flatten(), self.here.read(&path).ok().flatten());
            if there.is_some() && (here.is_none() || (there_is_whole && here != there)) {
                files.insert(self.here.file_of(&path));
            }
        }
        Ok(())
    }
}

fn sealed<T>(list: &Listed<T>) -> Option<&SealedList> {
    match list {
        Listed::Sealed(sealed) => Some(sealed),
        Listed::Here(_) => None,
    }
}
