//! Sealing anew what an earlier vault identity opens (`docs/format.md`, 5): objects in batches, each opened and checked
//! before the new one takes its place; then the journal files. A crash anywhere is an ordinary state: what is done is
//! done, and the rest is found again.

use rand_core::CryptoRng;
use rand_core::RngCore;

use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::opening::PER_FILE;
use crate::practice::event::Body;
use crate::practice::rekey::ObjectsResealed;
use crate::practice::rekey::RekeyFinished;
use crate::practice::rekey::Resealed;
use crate::seal;
use crate::seal::SealError;
use crate::vault::Vault;
use crate::vault::catalog::StoredObject;
use crate::vault::desk::Desk;
use crate::vault::error::VaultError;
use crate::vault::history::Moves;
use crate::vault::history::Openings;
use crate::vault::lock::Hold;
use crate::vault::lock::Lock;
use crate::vault::log::Log;
use crate::vault::places;
use crate::vault::staging::Staging;
use crate::vault::step::Held;
use crate::vault::transaction::Draft;

/// The most objects of one batch; few in tests, so that there are several.
const BATCH: usize = if cfg!(test) { 2 } else { 1000 };
/// The most bytes of one batch, unless one object alone is larger.
const BATCH_BYTES: u64 = 1 << 30;

/// How far it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Objects that are sealed to the present identity.
    pub done: u64,
    /// Objects there are.
    pub of: u64,
    /// Openings are left that are sealed to an earlier identity, whatever is said of objects.
    pub has_journals: bool,
}

impl Progress {
    /// Whether nothing is left.
    pub fn is_finished(&self) -> bool {
        self.done == self.of && !self.has_journals
    }
}

impl Vault {
    /// Whether something of the vault may still be sealed to an earlier identity.
    pub fn is_being_resealed(&self) -> bool {
        self.keyring.has_earlier()
    }

    /// How many objects are sealed to the present identity already: so many as batches of this epoch say, and whatever
    /// was added since.
    pub fn reseal_progress(&self) -> Result<Progress, VaultError> {
        Ok(left(self)?.1)
    }

    /// Whether every object is the one that the ledger speaks of. Anybody can seal something to the present identity and
    /// put it in an object's place: what only the earlier ones open, and a sync may bring back, would be lost with them.
    fn check_seals(&self) -> Result<(), VaultError> {
        self.catalog.each_object::<VaultError>(|stored| {
            let file = places::object(stored.object);
            let found = seal::read_seal(&mut self.disk.open(&file)?);
            match found.map_err(|error| VaultError::unsealed(&file, error))? {
                (_, seal) if seal == stored.seal => Ok(()),
                _ => Err(VaultError::altered(file, "its seal is not the one in the ledger")),
            }
        })
    }

    /// Whether the present identity opens none of the file's stanzas. Reads its header.
    fn is_sealed_to_earlier(&self, file: &str) -> Result<bool, VaultError> {
        let sealed = self.disk.open(file)?;
        match seal::open(sealed, self.keyring.current(), None) {
            Ok(_) => Ok(false),
            Err(SealError::NoMatch) => Ok(true),
            Err(error) => Err(VaultError::unsealed(file, error)),
        }
    }
}

/// Seals everything anew that is not yet. `go_on` is told how far it is before each object and each journal file, and says
/// whether to go on with it: what was sealed until then is committed, or in its place, in any case.
pub fn reseal<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    go_on: &mut dyn FnMut(Progress) -> bool,
) -> Result<Progress, VaultError> {
    desk.vault.may_append()?;
    let (mut left, mut progress) = left(desk.vault)?;
    while !left.is_empty() {
        let mut bytes = 0;
        let mut batch = Vec::new();
        while let Some(next) = left.last() {
            let size = next.size.unwrap_or(0);
            if !batch.is_empty() && (batch.len() == BATCH || bytes + size > BATCH_BYTES) {
                break;
            }
            bytes += size;
            batch.extend(left.pop());
        }
        let done = reseal_batch(desk, &batch, &mut |done| go_on(Progress { done: progress.done + done, ..progress }))?;
        progress.done += done;
        if done < batch.len() as u64 {
            return Ok(progress);
        }
    }
    go_on(progress);
    desk.vault.check_seals()?;
    if !reseal_journals(desk, &mut || go_on(progress))? {
        return Ok(Progress { has_journals: true, ..progress });
    }
    finish(desk)?;
    Ok(progress)
}

/// The objects that only an earlier identity opens, in the order of their ids backwards; and how far it is.
fn left(vault: &Vault) -> Result<(Vec<StoredObject>, Progress), VaultError> {
    let (mut left, mut of) = (Vec::new(), 0);
    vault.catalog.each_object::<VaultError>(|stored| {
        of += 1;
        if vault.is_sealed_to_earlier(&places::object(stored.object))? {
            left.push(stored);
        }
        Ok(())
    })?;
    left.reverse();
    let done = of - left.len() as u64;
    Ok((left, Progress { done, of, has_journals: false }))
}

/// How many of them were sealed anew and committed: all, unless it was told not to go on.
fn reseal_batch<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    batch: &[StoredObject],
    go_on: &mut dyn FnMut(u64) -> bool,
) -> Result<u64, VaultError> {
    let epoch = desk.vault.header.epoch;
    // One object more than the batch has: its list, where that is long.
    let mut transaction = desk.vault.begin(batch.len() + 1, &[], desk.rng)?;
    let mut items = Vec::new();
    for old in batch {
        if !go_on(items.len() as u64) {
            break;
        }
        let new = transaction.seal_again(old)?;
        items.push(Resealed { object: new.object, seal: new.seal, was: old.object });
    }
    if items.is_empty() {
        return Ok(0);
    }
    let count = items.len() as u64;
    let list = transaction.list(items.clone())?;
    let body = Body::ObjectsResealed(ObjectsResealed { count, epoch, list });
    let was: Vec<_> = items.iter().map(|item| item.was).collect();
    transaction.commit::<VaultError>(desk.clock, desk.rng, move |vault| {
        // Two processes may resume at once: what the other one did is not done again.
        for was in was {
            if vault.catalog.object(was)?.is_none() {
                return Err(VaultError::Continued);
            }
        }
        Ok(vec![Draft { resealed: Some(items), ..Draft::from(body) }])
    })?;
    // A crash here leaves old objects that the ledger says were sealed again: they go at the end.
    // They go for good: what a removed owner can open must not come back with a power cut after the last event.
    desk.vault.disk.remove_for_good(batch[..count as usize].iter().map(|old| places::object(old.object)))?;
    Ok(count)
}

/// Journal files that an earlier identity opens are checked against their leaves and replaced, one by one. No event: a
/// journal file says what it always said. Whether it came to the end.
fn reseal_journals<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    go_on: &mut dyn FnMut() -> bool,
) -> Result<bool, VaultError> {
    let vault = &mut *desk.vault;
    let wait = vault.options.lock_wait;
    let mut logs: Vec<(Log, Checkpoint)> = Vec::new();
    for stretch in vault.stretches() {
        logs.push((stretch.log, stretch.head));
    }
    for joined in vault.joined()? {
        logs.extend(crate::vault::history::Stretch::joined(&vault.disk, &joined).map(|of| (of.log, of.head)));
    }
    for (log, head) in logs {
        for number in 0..head.size.div_ceil(PER_FILE) {
            let file = places::journal(log.id, number);
            // Each has to be there, and the one of its leaves: one that a sync brings later is lost with the earlier
            // identities.
            log.openings(number, &head, &vault.keyring)?;
            if !vault.disk.has(&file) || !vault.is_sealed_to_earlier(&file)? {
                continue;
            }
            if !go_on() {
                return Ok(false);
            }
            let _vault = Lock::take(&vault.disk.path(places::LOCK), Hold::Exclusive, wait)?;
            let _state = vault.state.lock(wait)?;
            let mut staging = Staging::under_lock(&vault.disk)?;
            vault.settle(Held::Both)?;
            vault.may_append()?;
            let openings = log.openings(number, &head, &vault.keyring)?;
            let lines = vault.lines_at_rest(&vault.declared()?, log.id, openings)?;
            log.write_journal(&mut staging, number, &lines, vault.identity())?;
            staging.settle()?;
        }
    }
    Ok(true)
}

/// What batches left behind when they were interrupted goes; then the event, and the earlier identities.
fn finish<R: CryptoRng + RngCore>(desk: &mut Desk<'_, R>) -> Result<(), VaultError> {
    let vault = &*desk.vault;
    let moves = Moves::of(Openings::new(&vault.disk, &vault.keyring, vault.stretches()))?;
    let mut replaced = Vec::new();
    for object in moves.replaced() {
        if vault.catalog.object(object)?.is_none() {
            replaced.push(places::object(object));
        }
    }
    vault.disk.remove_for_good(replaced)?;
    let epoch = vault.header.epoch;
    desk.append::<VaultError>(|_| Ok(vec![Body::RekeyFinished(RekeyFinished { epoch }).into()]))?;
    desk.vault.disk.remove(&places::owner_file(epoch, places::EARLIER))
}
