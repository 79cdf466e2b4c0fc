//! Appending: the one path by which a vault changes, with one commit point (`docs/format.md`, 5). What a crash at each
//! step means stands beside the step.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::io::Read;
use std::path::PathBuf;

use rand_core::CryptoRng;
use rand_core::RngCore;
use serde::Serialize;
use zeroize::Zeroizing;

use crate::digest::Digest;
use crate::id::DisclosureId;
use crate::id::IntentId;
use crate::id::ObjectId;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::checkpoint::VerifiedCheckpoint;
use crate::ledger::commitment;
use crate::ledger::leaf::Leaf;
use crate::ledger::opening::Opening;
use crate::ledger::opening::PER_FILE;
use crate::ledger::opening::Salt;
use crate::ledger::tree;
use crate::practice::disclosure::Listed;
use crate::practice::disclosure::RecordRef;
use crate::practice::event::Body;
use crate::practice::event::Event;
use crate::practice::rekey::Resealed;
use crate::seal;
use crate::time::Timestamp;
use crate::vault::Vault;
use crate::vault::catalog::Folded;
use crate::vault::catalog::StoredObject;
use crate::vault::edge::Edge;
use crate::vault::error::VaultError;
use crate::vault::evidence;
use crate::vault::intent::Intent;
use crate::vault::lock::Hold;
use crate::vault::lock::Lock;
use crate::vault::object;
use crate::vault::object::Stored;
use crate::vault::places;
use crate::vault::staging::Staging;
use crate::vault::standing::Standing;
use crate::vault::step::Held;
use crate::vault::succession::NextLog;

/// An event that a transaction wants to append.
#[derive(Debug)]
pub struct Draft {
    /// What happens.
    pub body: Body,
    /// Its salt, where something sealed before the commit already rests on it.
    pub salt: Option<Salt>,
    /// The list in it, where that is a sealed object.
    pub records: Option<Vec<RecordRef>>,
    /// The same of a batch of objects that were sealed again.
    pub resealed: Option<Vec<Resealed>>,
}

impl From<Body> for Draft {
    fn from(body: Body) -> Self {
        Self { body, salt: None, records: None, resealed: None }
    }
}

/// What a transaction appended.
#[derive(Debug)]
pub struct Committed {
    /// The head that now holds.
    pub head: Checkpoint,
    /// The events with their indices.
    pub entries: Vec<(u64, Event)>,
    /// What failed after the commit point: it is done, and the next opening of the vault mends it.
    pub late: Option<VaultError>,
}

/// A transaction under way: what it creates is announced, and goes again unless it is committed.
pub struct Transaction<'v> {
    vault: &'v mut Vault,
    staging: Staging,
    objects: Vec<ObjectId>,
    /// `None` where it creates nothing but entries, and once it is committed.
    intent: Option<Intent>,
    /// The log that continues this one, where this transaction closes it.
    next: Option<NextLog>,
    /// Files of fixed names that the change makes: they are written under the locks alone, for another process may be
    /// about to make the same.
    beside: Vec<(String, Vec<u8>)>,
}

impl Vault {
    /// Whether anything may be appended here, told before the user is asked for anything.
    pub fn may_append(&self) -> Result<(), VaultError> {
        let is_joining = self.joining && matches!(self.standing, Standing::Branched(_));
        if let Some(alarm) = self.alarm().filter(|_| !is_joining) {
            return Err(alarm);
        }
        if self.standing == Standing::AtHand {
            let file = places::ledger_file(self.log.id, "tile");
            return Err(VaultError::Incomplete { head: Box::new(self.head.head().clone()), file });
        }
        if self.standing == Standing::Unmarked {
            return Err(VaultError::Unmarked(Box::new(self.head().clone())));
        }
        if !is_joining && let Some(evidence) = evidence::of(&self.places, &self.header.verifier)? {
            return Err(VaultError::SignedTwice { evidence, writes: self.state.is_writer() });
        }
        if self.state.is_writer() {
            return Ok(());
        }
        let gave_up = self.seen.gave_up.clone().map(Box::new);
        Err(VaultError::ReadsOnly { machine: self.state.known_machine(), gave_up })
    }

    /// Begins a transaction that may create so many sealed objects, and these packages. Holds no lock.
    pub fn begin(
        &mut self,
        objects: usize,
        packages: &[DisclosureId],
        rng: &mut (impl CryptoRng + RngCore),
    ) -> Result<Transaction<'_>, VaultError> {
        self.may_append()?;
        let objects: Vec<_> = (0..objects).map(|_| ObjectId::random(rng)).collect();
        let files = objects.iter().copied().map(places::object).chain(packages.iter().copied().map(places::package));
        let files: Vec<_> = files.collect();
        let (intent, staging) = match files.is_empty() {
            // Nothing is made before the lock is held, and nothing under it that has to be taken away.
            true => (None, Staging::under_lock(&self.disk)?),
            false => {
                let intent = Intent::announce(&self.disk, IntentId::random(rng), files)?;
                let staging = Staging::beside(&self.disk, intent.id);
                (Some(intent), staging)
            }
        };
        Ok(Transaction { vault: self, staging, objects, intent, next: None, beside: Vec::new() })
    }

    /// Begins the transaction that closes the log in favour of `next`, and may create these files besides.
    pub(super) fn begin_closing(
        &mut self,
        next: NextLog,
        beside: Vec<(String, Vec<u8>)>,
        rng: &mut (impl CryptoRng + RngCore),
    ) -> Result<Transaction<'_>, VaultError> {
        self.may_append()?;
        let files = next.files(self.log.id).into_iter().chain(beside.iter().map(|(file, _)| file.clone())).collect();
        let intent = Intent::announce(&self.disk, IntentId::random(rng), files)?;
        let staging = Staging::beside(&self.disk, intent.id);
        Ok(Transaction { vault: self, staging, objects: Vec::new(), intent: Some(intent), next: Some(next), beside })
    }
}

impl Transaction<'_> {
    /// The vault, as it was when the facts of this transaction were read.
    pub fn vault(&self) -> &Vault {
        self.vault
    }

    /// Seals what `from` gives as one of the announced objects.
    pub fn seal(&mut self, from: impl Read) -> Result<Stored, VaultError> {
        let id = self.objects.pop().expect("as many objects were announced as are sealed");
        object::write(&mut self.staging, self.vault.keyring.current(), id, from)
    }

    /// Seals again what `old` holds, as one of the announced objects: opened and compared with what the ledger says of
    /// it, and once more when it is sealed, for the old one goes.
    pub(super) fn seal_again(&mut self, old: &StoredObject) -> Result<Stored, VaultError> {
        let file = places::object(old.object);
        let plain = seal::open(self.vault.disk.open(&file)?, &self.vault.keyring, Some(old.seal))
            .map_err(|error| VaultError::unsealed(&file, error))?;
        let new = self.seal(plain)?;
        if new.sha256 != old.sha256 || old.size.is_some_and(|size| size != new.size) {
            return Err(VaultError::altered(file, object::Forged));
        }
        let mut again = object::open(&self.vault.disk, &new, &self.vault.keyring)?;
        io::copy(&mut again, &mut io::sink()).map_err(|error| VaultError::io(places::object(new.object), error))?;
        Ok(new)
    }

    /// Puts a list in its place, or, when it is too long for that, into one of the announced objects.
    pub fn list<T: Serialize>(&mut self, items: Vec<T>) -> Result<Listed<T>, VaultError> {
        let id = self.objects.pop().expect("an object was announced for the list");
        object::write_list(&mut self.staging, self.vault.keyring.current(), id, items)
    }

    /// A private file to write a package into.
    pub fn package(&mut self) -> Result<(PathBuf, File), VaultError> {
        self.staging.create()
    }

    /// Puts a written package into the outbox.
    pub fn pack(&mut self, staged: &std::path::Path, file: &File, disclosure: DisclosureId) -> Result<(), VaultError> {
        self.staging.publish(staged, file, &places::package(disclosure))
    }

    /// Appends what `decide` says. It is asked under the locks, with the catalogue in step: so nothing it looks at can
    /// have changed when the events are signed. Refusing costs nothing: what the transaction made goes again.
    pub fn commit<E: From<VaultError>>(
        mut self,
        clock: &dyn Fn() -> Timestamp,
        rng: &mut (impl CryptoRng + RngCore),
        decide: impl FnOnce(&Vault) -> Result<Vec<Draft>, E>,
    ) -> Result<Committed, E> {
        // A crash up to the commit point leaves files that this transaction's intent names, and lines and tiles beyond
        // the committed edge: the next opening removes the first, readers ignore the second.
        self.staging.settle()?;
        let wait = self.vault.options.lock_wait;
        let vault_lock = Lock::take(&self.vault.disk.path(places::LOCK), Hold::Exclusive, wait)?;
        let state_lock = self.vault.state.lock(wait)?;
        self.vault.settle(Held::Both)?;
        self.vault.may_append()?;
        self.vault.publish()?;
        self.vault.make_missing_key_files()?;
        let drafts = decide(self.vault)?;
        if drafts.is_empty() {
            return Ok(Committed { head: self.vault.head().clone(), entries: Vec::new(), late: None });
        }
        (self.vault.options.committing)();
        let mut appended = match self.append(drafts, clock(), rng) {
            Ok(appended) => appended,
            Err(error) => {
                // While the locks are held: files of fixed names may be another process's the moment they are not.
                self.staging.discard();
                if let Some(intent) = self.intent.take() {
                    let _ = intent.forgotten();
                }
                return Err(error.into());
            }
        };
        let late = self.finish(&mut appended).err();
        drop((vault_lock, state_lock));
        Ok(Committed { head: self.vault.head().clone(), entries: appended.entries, late })
    }

    /// Everything up to the commit point (`docs/format.md`, 5). Returns only when the mark stands at the new head.
    fn append(
        &mut self,
        drafts: Vec<Draft>,
        clock: Timestamp,
        rng: &mut (impl CryptoRng + RngCore),
    ) -> Result<Appended, VaultError> {
        let vault = &*self.vault;
        let head = vault.head().clone();
        let (time, stepped) = vault.entry_time(clock)?;
        let actor = vault.actor()?;
        let drafts = stepped.map(|stepped| Draft::from(Body::ClockStepped(stepped))).into_iter().chain(drafts);

        let mut entries = Vec::new();
        let mut folds = Vec::new();
        let mut openings = Vec::new();
        let mut leaves = Vec::new();
        for (index, Draft { body, salt, records, resealed }) in (head.size..).zip(drafts) {
            let event = Event { time, actor: actor.clone(), body };
            let fields = event.to_fields();
            let salt = salt.unwrap_or_else(|| Salt::random(rng));
            let commitment = commitment::commit_event(&vault.log.origin, index, &fields, salt.reveal_secret());
            leaves.push(Leaf::Sealed {
                commitment: commitment.map_err(|error| VaultError::altered(event.body.kind(), error))?,
            });
            openings.push(Opening { index, event: fields.clone(), salt });
            folds.push(Folded { log: vault.log.id, index, event: event.clone(), fields, records, resealed });
            entries.push((index, event));
        }

        // (3) A crash here leaves openings at or beyond the committed size: dropped by whoever appends next. Their names
        // are on disk with those of the tiles, before the mark is: in which order does not matter.
        let journal = self.write_journal(&head, &openings)?;
        // (4) A crash here leaves tiles beyond the edge: replaced by whoever appends next, never trusted.
        let vault = &*self.vault;
        let growth =
            tree::append(&vault.log, (head.size, head.root), &leaves).map_err(|error| vault.log.error(error, &head))?;
        for (path, bytes) in &growth.writes {
            // What a crash left beyond the head would lie below it from now on, and be nothing's beginning.
            let from = path.in_tree(head.size).map_or(0, |before| before.width());
            vault.disk.remove_for_good(vault.log.leftovers(path, from, bytes)?)?;
            self.staging.write(&vault.log.file_of(path), bytes)?;
        }
        self.staging.settle()?;
        let next = Checkpoint { origin: vault.log.origin.clone(), size: growth.size, root: growth.root };
        // A successor is whole before the event that names it is committed: a crash here leaves files of the intent's.
        if let Some(log) = &self.next {
            for (file, bytes) in &self.beside {
                self.staging.write(file, bytes)?;
            }
            log.write(&mut self.staging, (vault.signer()?, &next, &next), (time, actor), rng)?;
        }
        // (5) The commit point. After a crash the mark is ahead of the checkpoint: the next opening publishes it.
        let signed = VerifiedCheckpoint::sign(next, vault.signer()?)
            .map_err(|error| VaultError::altered(places::checkpoint(vault.log.id), error))?;
        vault.state.sweep();
        if let Err(error) = vault.state.set_mark(&signed) {
            // The rename may have happened before what failed: then it is committed, whatever else failed.
            match vault.state.mark(&vault.header.verifier) {
                Ok(Some(mark)) if mark.head() == signed.head() => {}
                Ok(_) => return Err(error),
                // Nobody can tell now: what was made stays, and the next opening decides by the mark that it finds.
                Err(_) => {
                    self.intent = None;
                    return Err(error);
                }
            }
        }
        if let Some(intent) = &mut self.intent {
            // What it named belongs to events now.
            intent.files.clear();
        }
        let edge = journal.and_then(|(sealed, lines)| Edge::of(signed.head().clone(), sealed, lines));
        let full = growth.full.iter().map(|path| path.partial_directory()).collect();
        Ok(Appended { edge, signed, full, entries, folds })
    }

    /// Returns the last file written, and what it was sealed as.
    fn write_journal(&mut self, head: &Checkpoint, openings: &[Opening]) -> Result<Option<Written>, VaultError> {
        let vault = &*self.vault;
        let mut files: BTreeMap<u64, Zeroizing<Vec<u8>>> = BTreeMap::new();
        let line = |opening: &Opening| opening.to_line().map_err(|error| VaultError::altered(places::JOURNAL, error));
        let last = (head.size - 1) / PER_FILE;
        match vault.edge.as_ref().map(|edge| edge.lines(&vault.log, head)).transpose()?.flatten() {
            Some(lines) => files.entry(last).or_default().extend_from_slice(lines),
            // The file of the last entry is checked even when it is full: what is signed next stands on it.
            None => {
                let found = vault.log.openings(last, head, &vault.keyring)?;
                let before = vault.lines_at_rest(&vault.declared()?, vault.log.id, found)?;
                if !head.size.is_multiple_of(PER_FILE) {
                    files.insert(last, before);
                }
            }
        }
        for opening in openings {
            files.entry(opening.index / PER_FILE).or_default().extend(line(opening)?);
        }
        let mut written = None;
        for (number, lines) in files {
            let sealed = vault.log.write_journal(&mut self.staging, number, &lines, vault.keyring.current())?;
            written = Some((sealed, lines));
        }
        Ok(written)
    }

    /// Step 6 and what follows: all of it is mended by the next opening if it fails here.
    fn finish(&mut self, appended: &mut Appended) -> Result<(), VaultError> {
        let vault = &mut *self.vault;
        vault.edge = appended.edge.take();
        vault.head = appended.signed.clone();
        vault.standing = Standing::Unpublished;
        // The catalogue first: whatever fails below, this run answers from what is committed.
        vault.fold_committed(appended.folds.clone())?;
        self.staging.write(&places::checkpoint(vault.log.id), vault.head.bytes())?;
        self.staging.settle()?;
        vault.standing = Standing::InStep;
        for dir in &appended.full {
            vault.disk.remove_dir(&places::ledger_file(vault.log.id, dir))?;
        }
        if appended.entries.iter().any(|(_, event)| matches!(event.body, Body::EventErased(_))) {
            // A crash here leaves lines that hold what was erased: the next opening replaces them.
            vault.edge = None;
            vault.replace_erased(&mut self.staging)?;
        }
        match self.next.take() {
            None => vault.make_missing_key_files()?,
            Some(next) => vault.complete_closing(&next.closing())?,
        }
        match self.intent.take() {
            Some(intent) => intent.fulfilled(),
            None => Ok(()),
        }
    }
}

/// A journal file: what it was sealed as, and its lines.
type Written = (Digest, Zeroizing<Vec<u8>>);

struct Appended {
    edge: Option<Edge>,
    signed: VerifiedCheckpoint,
    full: Vec<String>,
    entries: Vec<(u64, Event)>,
    folds: Vec<Folded>,
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if let Some(mut intent) = self.intent.take() {
            // Nothing of fixed names was written yet: what is there by now is another process's.
            if self.next.is_some() {
                intent.files.clear();
            }
            // What cannot be removed now is removed by the next opening: the intent stays with it.
            let _ = intent.forgotten();
        }
    }
}
