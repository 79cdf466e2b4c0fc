//! One log after another (`docs/format.md`, 4): a successor is made whole before anything names it, and one rename
//! makes it the active one. Either the writer of the old log closes it with a last event (a new key, a new vault
//! identity), or a machine that may not write the old log continues it from what is at hand.

use std::collections::BTreeMap;

use rand_core::CryptoRng;
use rand_core::RngCore;

use crate::digest::Digest;
use crate::id::IntentId;
use crate::id::LogId;
use crate::id::MachineId;
use crate::keys::signer::Origin;
use crate::keys::signer::SigningKey;
use crate::keys::signer::VerifierKey;
use crate::keys::vault_identity::VaultIdentity;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::checkpoint::VerifiedCheckpoint;
use crate::ledger::commitment;
use crate::ledger::leaf::Leaf;
use crate::ledger::opening::Opening;
use crate::ledger::opening::Salt;
use crate::ledger::successor::Successor;
use crate::ledger::tile::tiles_of;
use crate::ledger::tree;
use crate::practice::event::Body;
use crate::practice::event::Event;
use crate::practice::log::Extent;
use crate::practice::log::LogClosed;
use crate::practice::log::LogContinued;
use crate::practice::words::Alias;
use crate::practice::words::Line;
use crate::seal;
use crate::time::Timestamp;
use crate::vault::Vault;
use crate::vault::disk;
use crate::vault::error::VaultError;
use crate::vault::header::Header;
use crate::vault::history;
use crate::vault::intent::Intent;
use crate::vault::lock::Hold;
use crate::vault::lock::Lock;
use crate::vault::log::Log;
use crate::vault::places;
use crate::vault::staging::Staging;
use crate::vault::standing;
use crate::vault::standing::Standing;
use crate::vault::state::Pin;
use crate::vault::state::State;
use crate::vault::step::Held;
use crate::vault::survey;

/// Larger than any `vault.toml` is.
const HEADER_LIMIT: u64 = 1 << 20;
/// The entries that a successor begins with: its key, what it continues, and the event that says so.
pub(super) const FIRST: u64 = 3;

/// A log that is ready to continue the active one.
pub struct NextLog {
    log: Log,
    signer: SigningKey,
    machine: MachineId,
    identity: VaultIdentity,
    header: Vec<u8>,
    signing_key: Vec<u8>,
    reason: Option<Line>,
}

/// What a successor is to be like.
#[derive(Default)]
pub struct Wanted {
    /// The key that was made in advance; else a fresh one.
    pub key: Option<SigningKey>,
    /// The new vault identity and its epoch; else the present one goes on.
    pub identity: Option<(VaultIdentity, u64)>,
    /// Why.
    pub reason: Option<Line>,
}

impl NextLog {
    /// Prepares a successor of the vault's active log. Nothing is written but this machine's id for it.
    pub fn prepare(vault: &Vault, wanted: Wanted, rng: &mut (impl CryptoRng + RngCore)) -> Result<Self, VaultError> {
        let promised = vault.promised()?;
        let is_promised = |key: &SigningKey| promised.is_some_and(|next| next == Digest::of(key.verifier().public()));
        let signer = match wanted.key {
            // Under a fresh name: whoever uses the page twice begins two logs, and never one of them twice.
            Some(key) if is_promised(&key) => key.named(Origin::of(LogId::random(rng))),
            None if promised.is_none() => SigningKey::generate(Origin::of(LogId::random(rng)), rng),
            _ => return Err(VaultError::NextKeyNeeded(vault.log.origin.clone())),
        };
        let unusable = || VaultError::NextKeyNeeded(vault.log.origin.clone());
        let log = Log::new(vault.disk.clone(), signer.origin().log_id().ok_or_else(unusable)?);
        let state = State::of(&vault.places, &signer.verifier());
        let (identity, epoch) = match wanted.identity {
            Some(new) => new,
            None => (vault.identity().again(), vault.header.epoch),
        };
        let (signing_key, facts) =
            seal::seal_bytes(&[&identity.seals_to()], signer.private_text().reveal_secret().as_bytes())
                .map_err(|error| VaultError::unsealed(places::signing_key(log.id), error))?;
        // The old key is not among them: a closed log is never signed again, by whoever may come to hold it.
        let header = Header {
            epoch,
            log: log.id,
            verifier: signer.verifier(),
            recipient: identity.recipient(),
            created: vault.header.created,
            signing_seals: BTreeMap::from([(log.id, facts.seal)]),
        };
        let (machine, header) = (state.machine(rng)?, header.to_bytes(&identity));
        Ok(Self { log, signer, machine, identity, header, signing_key, reason: wanted.reason })
    }

    /// The key of the log.
    pub fn verifier(&self) -> VerifierKey {
        self.signer.verifier()
    }

    /// The event that closes the old log in favour of this one.
    pub fn closing(&self) -> LogClosed {
        let vkey = self.signer.verifier().to_string();
        LogClosed { header: Digest::of(&self.header), reason: self.reason.clone(), vkey }
    }

    /// Every file that [`NextLog::write`] may make.
    pub fn files(&self, old: LogId) -> Vec<String> {
        let id = self.log.id;
        let mut files = vec![
            places::signing_key(id),
            places::journal(id, 0),
            places::checkpoint(id),
            places::predecessor(id),
            places::next_header(id),
            places::successor(old),
        ];
        files.extend(tiles_of(FIRST).map(|path| self.log.file_of(&path)));
        files
    }

    /// Writes the whole log, and the link from the old log, whose highest head known is `closed`, and of which `have` is
    /// at hand. Nothing names it yet: a crash here leaves files that an intent names.
    pub fn write(
        &self,
        staging: &mut Staging,
        old: (&SigningKey, &Checkpoint, &Checkpoint),
        (time, actor): (Timestamp, Alias),
        rng: &mut (impl CryptoRng + RngCore),
    ) -> Result<(), VaultError> {
        let (old_key, closed, have) = old;
        let wrong = |error: &dyn std::fmt::Display| VaultError::altered(places::checkpoint(self.log.id), error);
        let continued = LogContinued {
            have: Extent { root: have.root, size: have.size },
            machine: self.machine,
            origin: closed.origin.to_string(),
            reason: self.reason.clone(),
            root: closed.root,
            size: closed.size,
            vkey: old_key.verifier().to_string(),
        };
        let event = Event { time, actor, body: Body::LogContinued(continued) }.to_fields();
        let opening = Opening { index: FIRST - 1, event, salt: Salt::random(rng) };
        let salt = opening.salt.reveal_secret();
        let commitment = commitment::commit_event(&self.log.origin, opening.index, &opening.event, salt);
        let leaves = [
            Leaf::Genesis { public: *self.signer.verifier().public(), next: None },
            Leaf::Predecessor { text: Digest::of(closed.text().as_bytes()) },
            Leaf::Sealed { commitment: commitment.map_err(|error| wrong(&error))? },
        ];
        let growth = tree::append(&tree::MemoryTiles::default(), (0, tree::empty_root()), &leaves);
        let growth = growth.map_err(|error| wrong(&error))?;
        let head = Checkpoint { origin: self.log.origin.clone(), size: growth.size, root: growth.root };
        let head = VerifiedCheckpoint::sign(head, &self.signer).map_err(|error| wrong(&error))?;
        let link = Successor::new(closed, self.signer.verifier(), time).sign(old_key).map_err(|error| wrong(&error))?;
        let line = zeroize::Zeroizing::new(opening.to_line().map_err(|error| wrong(&error))?);

        let old_log = closed.origin.log_id().ok_or_else(|| wrong(&"the old log is no vault's"))?;
        staging.write(&places::signing_key(self.log.id), &self.signing_key)?;
        self.log.write_journal(staging, 0, &line, &self.identity)?;
        for (path, bytes) in &growth.writes {
            staging.write(&self.log.file_of(path), bytes)?;
        }
        staging.write(&places::next_header(self.log.id), &self.header)?;
        staging.write(&places::checkpoint(self.log.id), head.bytes())?;
        staging.write(&places::predecessor(self.log.id), &link)?;
        staging.write(&places::successor(old_log), &link)?;
        staging.settle()
    }
}

impl Vault {
    /// SHA-256 of the public key of the next log, where this log's beginning names one: no other key may continue it.
    pub fn promised(&self) -> Result<Option<Digest>, VaultError> {
        history::promised_by(&self.log, self.head())
    }

    /// Makes the successor that the last event names the active log: what [`NextLog::write`] wrote is all there. Needs
    /// no key. Both locks are held; a crash anywhere leaves what the next opening finishes.
    pub(super) fn complete_closing(&mut self, closed: &LogClosed) -> Result<(), VaultError> {
        let next: VerifierKey =
            closed.vkey.parse().map_err(|error| VaultError::altered(places::checkpoint(self.log.id), error))?;
        let id = next.origin().log_id().unwrap_or(self.log.id);
        let file = places::next_header(id);
        let bytes = self.disk.read(&file, HEADER_LIMIT)?.ok_or_else(|| VaultError::altered(&file, "it is missing"))?;
        if Digest::of(&bytes) != closed.header {
            return Err(VaultError::altered(file, "it is not the one in the ledger"));
        }
        self.name_next(&Header::parse(&bytes)?, &bytes)
    }

    /// `vault.toml` names the successor: the commit point of a change that did not close the old log. After a crash the
    /// rest is done by whoever follows the link from the pinned key; the log's own first event says which machine is to
    /// write it.
    fn name_next(&mut self, next: &Header, bytes: &[u8]) -> Result<(), VaultError> {
        let head = Log::new(self.disk.clone(), next.log).checkpoint(&next.verifier)?;
        disk::replace(&self.disk.path(places::HEADER), bytes)?;
        let state = State::of(&self.places, &next.verifier);
        // Where this machine has seen it already, an older header was put back: neither the mark nor the right to write,
        // which may be another machine's by now, goes back with it.
        if state.mark(&next.verifier)?.is_none() {
            state.set_mark(&head)?;
            if state.known_machine().is_some() {
                state.make_writer()?;
            }
        }
        if let Some((_, link)) = history::link(&self.disk, &self.header.verifier, next.log)? {
            self.state.keep_link(&link)?;
        }
        Pin::of(next).write(&self.places, &self.canonical()?)?;
        self.state.drop_writer()?;
        self.disk.remove(&places::next_header(next.log))?;
        self.disk.remove(&places::signing_key(self.log.id))?;
        if next.epoch != self.header.epoch {
            self.disk.remove_dir(&places::epoch(self.header.epoch))?;
        }
        Ok(())
    }

    /// Continues the log on this machine, which may not write it, from `have`, which is at hand. Returns the new log's
    /// key. What `vault.toml` names has changed then: whoever goes on opens the vault anew.
    pub fn succeed(
        &mut self,
        next: &NextLog,
        have: &Checkpoint,
        clock: &dyn Fn() -> Timestamp,
        rng: &mut (impl CryptoRng + RngCore),
    ) -> Result<(), VaultError> {
        let intent = Intent::announce(&self.disk, IntentId::random(rng), next.files(self.log.id))?;
        let mut staging = Staging::beside(&self.disk, intent.id);
        let wait = self.options.lock_wait;
        let locks = Lock::take(&self.disk.path(places::LOCK), Hold::Exclusive, wait)
            .and_then(|vault| Ok((vault, self.state.lock(wait)?)));
        let settled = locks.and_then(|locks| {
            self.settle_somehow(Held::Both)?;
            // What has come since this was asked for is at hand, too, and must not be declared missing.
            if self.head() == have { Ok(locks) } else { Err(VaultError::Continued) }
        });
        let _locks = match settled {
            Ok(locks) => locks,
            Err(error) => {
                // Nothing was written: what is at those places is another process's.
                intent.untouched()?;
                return Err(error);
            }
        };
        let done = self.succeed_under_locks(next, have, clock(), &mut staging, rng);
        match done {
            Ok(()) => intent.fulfilled(),
            Err(error) => {
                // Where `vault.toml` names it already, it stays, and the next opening tidies the rest.
                let is_named = self.is_continued().unwrap_or(true);
                if is_named {
                    intent.fulfilled()?
                } else {
                    intent.forgotten()?
                }
                Err(error)
            }
        }
    }

    fn succeed_under_locks(
        &mut self,
        next: &NextLog,
        have: &Checkpoint,
        clock: Timestamp,
        staging: &mut Staging,
        rng: &mut (impl CryptoRng + RngCore),
    ) -> Result<(), VaultError> {
        let closed = self.highest()?;
        let last = self.last_event()?.map_or(clock, |event| event.time);
        let by = (clock.max(last), self.actor()?);
        (self.options.committing)();
        next.write(staging, (self.signer()?, &closed, have), by, rng)?;
        self.name_next(&Header::parse(&next.header)?, &next.header)
    }

    /// Whether `accepted`, a head that is to be gone on from, is that from which this machine began the active log: then
    /// that was done, and is not done again.
    pub(super) fn was_begun_from(&mut self, accepted: &str) -> Result<bool, VaultError> {
        let Some(past) = self.past.last().filter(|_| self.options.at_hand) else {
            return Ok(false);
        };
        let is_named = standing::is_accepted(accepted, &past.have).is_ok();
        let is_own = self.state.known_machine() == Some(past.by);
        let is_pinned =
            || Ok::<_, VaultError>(Pin::read(&self.places, &self.canonical()?)? == Some(Pin::of(&self.header)));
        let is_new = || survey::is_begun_here(&self.places, &self.header.verifier, Some(past), self.head());
        self.seen.was_continued = is_named && is_own && (is_pinned()? || is_new()?);
        Ok(self.seen.was_continued)
    }

    /// What is noted of a log that this machine began, where it was stopped before: as after [`Vault::succeed`].
    pub(super) fn note_beginning(&mut self) -> Result<(), VaultError> {
        let Some(past) = self.past.last() else {
            return Ok(());
        };
        let (old, closed) = (State::of(&self.places, &past.verifier), past.verifier.clone());
        let _lock = self.state.lock(self.options.lock_wait)?;
        if self.head.head().size == FIRST {
            if self.state.mark(&self.header.verifier)?.is_none() {
                self.state.set_mark(&self.head)?;
            }
            self.state.make_writer()?;
        }
        if let Some((_, link)) = history::link(&self.disk, &closed, self.log.id)? {
            old.keep_link(&link)?;
        }
        self.pin()?;
        old.drop_writer()?;
        if self.standing == Standing::Unmarked {
            self.standing = Standing::InStep;
        }
        Ok(())
    }

    /// The highest head known here: the mark, or what the vault shows.
    pub fn highest(&self) -> Result<Checkpoint, VaultError> {
        let mark = self.state.mark(&self.header.verifier)?.map(|mark| mark.head().clone());
        let shown = self.log.checkpoint(&self.header.verifier)?.head().clone();
        Ok(mark.filter(|mark| mark.size > shown.size).unwrap_or(shown))
    }
}
