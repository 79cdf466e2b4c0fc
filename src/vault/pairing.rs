//! One log in two directories: what of the one completes the other (`docs/format.md`, 5). Takes nothing that a signed root
//! and the leaves do not prove, and says what is to be brought; it brings nothing itself. Must not know which logs there
//! are.

use std::collections::BTreeSet;
use std::io;

use crate::digest::Digest;
use crate::digest::Hashing;
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
use crate::seal::SealError;
use crate::vault::check::keep_both;
use crate::vault::disk::Disk;
use crate::vault::erasing::Declared;
use crate::vault::error::VaultError;
use crate::vault::error::no_if_absent;
use crate::vault::log::Log;
use crate::vault::object;
use crate::vault::places;
use crate::vault::places::Places;
use crate::vault::staging::Staging;
use crate::vault::state::State;

/// One log in two directories.
pub(super) struct Pair<'a> {
    pub here: Log,
    pub there: Log,
    pub keyring: &'a Keyring,
    /// Where evidence is kept.
    pub places: &'a Places,
    /// Objects that later ones took the place of.
    pub moved: BTreeSet<ObjectId>,
    /// What the logs after this one declare erased.
    pub declared: Declared,
}

/// What completes a log up to a head.
pub(super) struct Plan {
    /// The highest head that both directories together have all files of.
    pub head: Checkpoint,
    /// The files to be brought.
    pub files: BTreeSet<String>,
    /// Its note, where that is to be published here.
    pub note: Option<VerifiedCheckpoint>,
}

/// A sealed object that an entry speaks of, and what is known of its plaintext.
struct Named {
    object: ObjectId,
    seal: Digest,
    sha256: Option<Digest>,
    size: Option<u64>,
}

/// Brings one file.
pub(super) fn bring(there: &Disk, name: &str, staging: &mut Staging) -> Result<(), VaultError> {
    let mut source = there.open(name)?;
    let (path, mut file) = staging.create()?;
    io::copy(&mut source, &mut file).map_err(|error| VaultError::io(&path, error))?;
    staging.publish(&path, &file, name)
}

/// Takes away partial tiles of `log` that the tree of `head` grew past and that are no part of it: a change left them that
/// never was. `head`'s own tiles are there by now.
pub(super) fn sweep(log: &Log, head: &Checkpoint) -> Result<(), VaultError> {
    if !no_if_absent(log.has_root(head))? {
        return Ok(());
    }
    for path in tiles_of(head.size) {
        if let Ok(Some(bytes)) = log.read(&path) {
            log.disk().remove_for_good(log.leftovers(&path, 0, &bytes)?)?;
        }
    }
    Ok(())
}

impl Pair<'_> {
    /// What is missing of the highest head that both together have all files of, and no higher than `up_to`; `None` where
    /// there is no such head.
    pub fn plan(
        &self,
        verifier: &VerifierKey,
        mark: Option<VerifiedCheckpoint>,
        up_to: Option<&Checkpoint>,
    ) -> Result<Option<Plan>, VaultError> {
        let published = self.here.checkpoint(verifier).ok();
        let offered = self.there.checkpoint(verifier).ok();
        if let Some(offered) = &offered {
            self.is_of_one_history(verifier, mark.iter().chain(&published), offered)?;
        }
        let signed = mark.into_iter().chain(published.clone()).chain(offered);
        let mut heads: Vec<_> = signed.map(|note| (note.head().clone(), Some(note))).collect();
        if let Some(limit) = up_to {
            heads.retain(|(head, _)| head.size <= limit.size);
            heads.push((limit.clone(), None));
        }
        heads.sort_by_key(|(head, _)| std::cmp::Reverse(head.size));
        heads.dedup_by(|a, b| a.0 == b.0);
        for (head, note) in heads {
            if let Some(files) = self.files_of(&head)? {
                // Up to a limit, what was published beyond it stays: it is joined, or is to be.
                let is_published = published.as_ref().is_some_and(|published| {
                    *published.head() == head || (up_to.is_some() && published.head().size > head.size)
                });
                return Ok(Some(Plan { head, files, note: note.filter(|_| !is_published) }));
            }
        }
        Ok(None)
    }

    /// Whether the copy's journal is sealed to a vault key that is not held here.
    pub fn is_sealed_to_another(&self) -> bool {
        let files = self.there.disk().names(&format!("{}/{}", places::JOURNAL, self.there.id)).unwrap_or_default();
        files.iter().any(|name| {
            let file = self.there.disk().open(&format!("{}/{}/{name}", places::JOURNAL, self.there.id));
            file.is_ok_and(|file| matches!(seal::open(file, self.keyring, None), Err(SealError::NoMatch)))
        })
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
        // The leaves are proven by whichever tiles give the root.
        let proven = if is_there { &self.there } else { &self.here };
        let (mut named, mut moved) = (Vec::new(), self.moved.clone());
        let (mut declared, mut partial) = (self.declared.clone(), Vec::new());
        for number in 0..head.size.div_ceil(PER_FILE) {
            let (mut openings, mut is_here) = (Vec::new(), false);
            for (log, here) in [(&self.here, true), (&self.there, false)] {
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
                partial.extend((!line.hidden().is_empty()).then_some(line));
            }
        }
        // What lacks more than was declared erased is as good as missing.
        let lacks = |line: &Line| declared.check(self.here.id, line).is_err();
        let lines = |log: &Log, number| log.openings_of(proven, number, head, self.keyring);
        for number in partial.iter().filter(|line| lacks(line)).map(|line| line.index() / PER_FILE) {
            // Of a file that is the copy's already the same is found once more.
            match lines(&self.there, number) {
                Ok(others) if !others.iter().any(lacks) => files.insert(places::journal(self.here.id, number)),
                Err(VaultError::Io { path, error }) => return Err(VaultError::Io { path, error }),
                _ => return Ok(None),
            };
        }
        // What was erased there goes here, too.
        let is_full = |line: &Line| declared.is_full(self.here.id, line);
        for number in declared.files_of(self.here.id).filter(|number| number * PER_FILE < head.size) {
            let is_gone_there = |lines: Vec<Line>| !lines.iter().any(is_full) && !lines.iter().any(lacks);
            if lines(&self.here, number).is_ok_and(|lines| lines.iter().any(is_full))
                && lines(&self.there, number).is_ok_and(is_gone_there)
            {
                files.insert(places::journal(self.here.id, number));
            }
        }
        // Objects that neither has are for a check to tell: their entries are worth having.
        for object in named.into_iter().filter(|object| !moved.contains(&object.object)) {
            if !self.is_whole(&self.here, &object)? && self.is_whole(&self.there, &object)? {
                files.insert(places::object(object.object));
            }
        }
        Ok(Some(files))
    }

    /// A copy whose head excludes what was seen here is of another history: nothing of it comes over what is here, and
    /// both notes are kept.
    fn is_of_one_history<'h>(
        &self,
        verifier: &VerifierKey,
        seen: impl Iterator<Item = &'h VerifiedCheckpoint>,
        offered: &VerifiedCheckpoint,
    ) -> Result<(), VaultError> {
        for seen in seen {
            let (smaller, larger) =
                if seen.head().size <= offered.head().size { (seen, offered) } else { (offered, seen) };
            let (old, new) = (smaller.head(), larger.head());
            let continues = |log: &Log| match log.has_root(new) {
                Ok(true) => log.continues(old, new).ok(),
                _ => None,
            };
            let shown = match old.size == new.size {
                true => Some((&self.here, old.root == new.root)),
                false => [&self.here, &self.there].into_iter().find_map(|log| Some((log, continues(log)?))),
            };
            if let Some((log, false)) = shown {
                return Err(VaultError::ForkedCopy {
                    path: self.there.disk().root().to_owned(),
                    seen: Box::new(seen.head().clone()),
                    found: Box::new(offered.head().clone()),
                    kept: keep_both(self.places, log, smaller, larger),
                    writes: State::of(self.places, verifier).is_writer(),
                });
            }
        }
        Ok(())
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
