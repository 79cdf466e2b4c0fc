//! Recovery that somebody asks for (`docs/format.md`, 4): a log that this machine may not write is continued by one of its
//! own; a second branch of the history is joined to it. Nothing is ever dropped: what is missing is named in the ledger.
//! (What another copy has is brought by [`crate::vault::completion`].)

use rand_core::CryptoRng;
use rand_core::RngCore;

use crate::keys::signer::SigningKey;
use crate::keys::signer::VerifierKey;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::opening::PER_FILE;
use crate::ledger::successor::Successor;
use crate::ledger::tree;
use crate::practice::event::Body;
use crate::practice::log::Extent;
use crate::practice::log::LogJoined;
use crate::seal;
use crate::vault::Vault;
use crate::vault::at_hand::AtHand;
use crate::vault::desk::Desk;
use crate::vault::erasing::Declared;
use crate::vault::error::VaultError;
use crate::vault::error::no_if_absent;
use crate::vault::history;
use crate::vault::history::Chapter;
use crate::vault::history::Stretch;
use crate::vault::lock::Hold;
use crate::vault::lock::Lock;
use crate::vault::log::Log;
use crate::vault::places;
use crate::vault::staging::Staging;
use crate::vault::standing::Branch;
use crate::vault::standing::Standing;
use crate::vault::state::State;
use crate::vault::step::Held;
use crate::vault::succession::FIRST;
use crate::vault::succession::NextLog;
use crate::vault::succession::Wanted;
use crate::vault::transaction::Committed;

/// Larger than any sealed journal file or tile.
const FILE_LIMIT: u64 = 300 << 20;

/// Continues the log by one of this machine's own, from what is at hand. What the vault opens with has changed then.
pub fn continue_here<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    wanted: Wanted,
) -> Result<(VerifierKey, Checkpoint), VaultError> {
    let next = NextLog::prepare(desk.vault, wanted, desk.rng)?;
    let have = desk.vault.head().clone();
    if desk.vault.standing == Standing::AtHand {
        desk.vault.write_tiles_at_hand(&have)?;
    }
    desk.vault.succeed(&next, &have, desk.clock, desk.rng)?;
    Ok((next.verifier(), have))
}

/// Joins what the history lacks: entries of past logs that came late, and other logs that continue one of its logs.
pub fn join<R: CryptoRng + RngCore>(desk: &mut Desk<'_, R>) -> Result<Committed, VaultError> {
    let committed = desk.append_joining(|vault| {
        let bodies = vault.missing_branches()?;
        // Under the locks like all that is written: two who join at once would write each other's links over.
        vault.link_branches(&bodies)?;
        if !vault.is_branched() {
            return Ok(Vec::new());
        }
        Ok(bodies.into_iter().map(|joined| Body::LogJoined(joined).into()).collect())
    })?;
    // What was joined may show the next one: a log that continues it, and was lost with it.
    desk.vault.look_again()?;
    Ok(committed)
}

impl Vault {
    /// Whether this machine began the active log in a recovery, and was stopped before it named in it a log that it
    /// remembers, and of which nothing is here: that is all the other branch there is.
    pub fn was_stopped_before_naming(&self) -> Result<bool, VaultError> {
        if !matches!(self.standing, Standing::Branched(Branch::Split(..))) || !self.state.is_writer() {
            return Ok(false);
        }
        let is_own = self.past.last().is_some_and(|past| self.state.known_machine() == Some(past.by));
        let is_new = self.head().size == FIRST
            || self.last_event()?.is_some_and(|event| matches!(event.body, Body::LogJoined(_)));
        let others = self.other_successors(&self.joined()?)?;
        let mut ids = others.iter().map(|(_, link)| link.vkey.origin().log_id());
        let is_lost = |id: crate::id::LogId| !self.disk.has(&places::checkpoint(id));
        Ok(is_own && is_new && !others.is_empty() && ids.all(|id| id.is_some_and(is_lost)))
    }

    /// Tiles of the tree that is at hand, so that its root can be checked by anybody: those that are not there.
    fn write_tiles_at_hand(&mut self, have: &Checkpoint) -> Result<(), VaultError> {
        let wait = self.options.lock_wait;
        let _vault = Lock::take(&self.disk.path(places::LOCK), Hold::Exclusive, wait)?;
        let _state = self.state.lock(wait)?;
        self.settle_somehow(Held::Both)?;
        // What another process brought since this was asked for is to be looked at first.
        if self.head() != have {
            return Err(VaultError::Continued);
        }
        let AtHand { growth, .. } = self.log.at_hand(&self.keyring, &self.signed_heads()?, &Declared::default())?;
        let mut staging = Staging::under_lock(&self.disk)?;
        for (path, bytes) in &growth.writes {
            let file = self.log.file_of(path);
            if !self.disk.has(&file) {
                staging.write(&file, bytes)?;
            }
        }
        staging.settle()
    }

    /// What is to be joined, each with what is at hand of it.
    fn missing_branches(&self) -> Result<Vec<LogJoined>, VaultError> {
        let mut found = Vec::new();
        let (joined, known_to_removed) = (self.joined()?, self.known_to_removed()?);
        for Chapter { log, verifier, head, gap } in self.chapters()? {
            if log.id == self.log.id {
                continue;
            }
            let known = gap.as_ref().unwrap_or(&head);
            // Of a log whose key a removed owner knows, only what this machine saw itself counts.
            let is_known_to_removed = known_to_removed.contains(&log.id);
            let highest = match is_known_to_removed {
                true => State::of(&self.places, &verifier).mark(&verifier)?.map(|mark| mark.head().clone()),
                false => self.highest_of(&log, &verifier)?,
            };
            let is_late = !is_known_to_removed && self.is_late(&log, &verifier, &head);
            if is_late || highest.as_ref().is_some_and(|highest| highest.size > known.size) {
                let whole = highest.filter(|highest| highest.size > known.size).unwrap_or_else(|| known.clone());
                found.push(self.joining(&log, &verifier, Some(&head), &whole)?);
            }
        }
        for (old, link) in self.other_successors(&joined)? {
            // A branch that excludes what is here was joined to nothing, and nothing is signed for it.
            if self.is_excluded(&old, &link)? {
                continue;
            }
            let Some(id) = link.vkey.origin().log_id() else {
                continue;
            };
            let log = Log::new(self.disk.clone(), id);
            let whole = self.highest_of(&log, &link.vkey)?;
            let whole = whole.ok_or_else(|| VaultError::altered(places::checkpoint(id), "it is missing or damaged"))?;
            if !found.iter().any(|joined| joined.origin == whole.origin.as_str()) {
                found.push(self.joining(&log, &link.vkey, None, &whole)?);
            }
        }
        Ok(found)
    }

    /// What is to be said of a log whose entries are joined, after those that the history holds already (`held`). Only
    /// entries that can be read are: an event that says otherwise could never be folded.
    fn joining(
        &self,
        log: &Log,
        key: &VerifierKey,
        held: Option<&Checkpoint>,
        whole: &Checkpoint,
    ) -> Result<LogJoined, VaultError> {
        let from = held.map_or(0, |held| held.size);
        let is_whole = no_if_absent(log.has_root(whole))? && {
            let files = from / PER_FILE..whole.size.div_ceil(PER_FILE);
            log.lacks_nothing(files, whole, &self.keyring, &self.declared()?)
        };
        let nothing = || Checkpoint { size: 0, root: tree::empty_root(), ..whole.clone() };
        let have = match is_whole {
            true => whole.clone(),
            // It was lost with the newest copy: it is named, and that is all that can be said of it.
            false if held.is_none() && !self.disk.has(&places::checkpoint(log.id)) => nothing(),
            false => log.at_hand(&self.keyring, std::slice::from_ref(whole), &self.declared()?)?.have,
        };
        let have = held.filter(|held| held.size > have.size).cloned().unwrap_or(have);
        self.check_folds(Stretch { log: log.clone(), from, head: have.clone() })?;
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
    fn link_branches(&self, joined: &[LogJoined]) -> Result<(), VaultError> {
        let mut staging = Staging::under_lock(&self.disk)?;
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
        staging.settle()
    }

    /// The signing key of a log that is not the active one, where it is there.
    pub(super) fn signing_key_of(&self, key: &VerifierKey) -> Result<Option<SigningKey>, VaultError> {
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
