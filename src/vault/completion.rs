//! Completing a vault from another copy of its files (`docs/format.md`, 4): up to the highest heads that were signed and
//! that both together have all files of. Signs nothing, and takes nothing that the signed roots and the leaves do not
//! prove. What of the copy is of no use here is named. (A copy that went on under new keys is [`crate::vault::adoption`]'s.)

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use crate::id::LogId;
use crate::id::ObjectId;
use crate::keys::keyring::Keyring;
use crate::keys::signer::Origin;
use crate::keys::signer::VerifierKey;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::successor::Successor;
use crate::practice::event::Body;
use crate::practice::event::Event;
use crate::vault::completion::known::Known;
use crate::vault::disk::Disk;
use crate::vault::erasing::Declared;
use crate::vault::erasing::event_of;
use crate::vault::error::VaultError;
use crate::vault::evidence;
use crate::vault::history;
use crate::vault::history::Stretch;
use crate::vault::left_out::LeftOut;
use crate::vault::left_out::Why;
use crate::vault::lock::Hold;
use crate::vault::lock::Lock;
use crate::vault::log::Log;
use crate::vault::pairing::Pair;
use crate::vault::pairing::Plan;
use crate::vault::pairing::bring;
use crate::vault::pairing::sweep;
use crate::vault::places;
use crate::vault::staging::Staging;
use crate::vault::state::State;
use crate::vault::unlock::Unlocked;

mod known;

/// What was brought in from another copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completed {
    /// The highest head of the active log that the files now give.
    pub head: Checkpoint,
    /// How many files were brought.
    pub files: u64,
    /// What the copy has besides.
    pub left_out: Vec<LeftOut>,
}

/// Completes the logs of a vault from `from`, another copy of its files: those of its history, and, where this machine
/// writes, and so may join them to it, those that continue one of them there. `None` where the copy has nothing that is
/// missing here.
pub fn complete_from(unlocked: &Unlocked, from: &Path, wait: Duration) -> Result<Option<Completed>, VaultError> {
    let found = &unlocked.found;
    let header = &found.header;
    let (here, there) = (found.disk.clone(), Disk::new(from.to_owned()));
    let active = State::of(&found.places, &header.verifier);
    let _vault = Lock::take(&here.path(places::LOCK), Hold::Exclusive, wait)?;
    let _state = active.lock(wait)?;
    has_a_log_of(&here, &there)?;
    // Whoever may not join anything would leave a history with two ends to those who may.
    let joins = active.is_writer();
    let mut work = Work {
        unlocked,
        here,
        there,
        joins,
        files: 0,
        left_out: Vec::new(),
        moved: BTreeSet::new(),
        declared: Declared::default(),
    };
    let (line, head) = work.complete_line()?;
    let known = work.complete_joined(line)?;
    work.complete_others(&known)?;
    let head = match head {
        Some(head) => head,
        None => Log::new(work.here.clone(), header.log).checkpoint(&header.verifier)?.head().clone(),
    };
    let Work { files, left_out, .. } = work;
    Ok((files > 0 || !left_out.is_empty()).then_some(Completed { head, files, left_out }))
}

/// Refuses a directory that has none of the vault's logs.
pub(super) fn has_a_log_of(here: &Disk, there: &Disk) -> Result<(), VaultError> {
    let known = here.names(places::LEDGER)?;
    match there.names(places::LEDGER)?.iter().any(|log| known.contains(log)) {
        true => Ok(()),
        false => Err(VaultError::NoCopy { path: there.root().to_owned() }),
    }
}

/// The links in `there` from the log of `old` to logs that continue it.
fn successors_in(there: &Disk, old: &VerifierKey) -> Result<Vec<Successor>, VaultError> {
    let mut found = Vec::new();
    for name in there.names(places::LEDGER)? {
        if let Ok(id) = name.parse::<LogId>()
            && let Some((link, _)) = history::link(there, old, id)?
        {
            found.push(link);
        }
    }
    Ok(found)
}

struct Work<'a> {
    unlocked: &'a Unlocked,
    here: Disk,
    there: Disk,
    joins: bool,
    files: u64,
    left_out: Vec<LeftOut>,
    /// Objects that later ones took the place of.
    moved: BTreeSet<ObjectId>,
    /// What the logs that were completed declare erased, and those that they joined.
    declared: Declared,
}

impl Work<'_> {
    fn keyring(&self) -> &Keyring {
        &self.unlocked.keyring
    }

    /// The active log, and those that it continues, the newest first: each one's own beginning tells the next. Returns
    /// them with the head of the first.
    fn complete_line(&mut self) -> Result<(Vec<Known>, Option<Checkpoint>), VaultError> {
        let mut line: Vec<Known> = Vec::new();
        let active = &self.unlocked.found.header;
        let Some(mut at) = self.complete(&active.verifier, (active.log, None))? else {
            return Ok((line, None));
        };
        let (mut log, mut verifier) = (Log::new(self.here.clone(), active.log), active.verifier.clone());
        let (head, mut is_known_to_removed) = (at.clone(), false);
        loop {
            let mut known = Known { log: log.id, verifier: verifier.clone(), folded: at.clone(), is_known_to_removed };
            is_known_to_removed |= self.is_rekeyed(&known);
            known.is_known_to_removed = is_known_to_removed;
            if !line.is_empty() {
                self.complete_known(&known)?;
            }
            // Each log before those that it continues: their entries may be declared erased by it.
            self.declare(&known);
            line.push(known);
            self.moved = self.replaced(&line);
            let past = match history::predecessor(&self.here, &log, &verifier, &at, self.keyring()) {
                Err(error) if error.is_of_files() => None,
                other => other?,
            };
            let Some(past) = past.filter(|past| line.iter().all(|known| known.log != past.log.id)) else {
                return Ok((line, Some(head)));
            };
            (log, verifier, at) = (past.log, past.verifier, past.have);
        }
    }

    /// A log of the history: up to where it is folded, and, where that can be joined, as far as there is more.
    fn complete_known(&mut self, known: &Known) -> Result<(), VaultError> {
        let Known { log: id, verifier, folded, is_known_to_removed } = known;
        let id = *id;
        let mark = State::of(&self.unlocked.found.places, verifier).mark(verifier)?;
        // With a key that a removed owner knows, only what this machine saw itself counts.
        let seen = mark.map(|mark| mark.head().clone()).filter(|mark| mark.size > folded.size);
        let limit = match (self.joins, is_known_to_removed) {
            (true, false) => None,
            (true, true) => Some(seen.unwrap_or_else(|| folded.clone())),
            (false, _) => Some(folded.clone()),
        };
        // Of a log that is named and no more, there is nothing to complete where that cannot be joined.
        let brought = match limit.as_ref().is_some_and(|limit| limit.size == 0) {
            true => None,
            false => self.complete(verifier, (id, limit.as_ref()))?,
        };
        let offered = Log::new(self.there.clone(), id).checkpoint(verifier).ok();
        let has = brought.map_or(0, |head| head.size).max(self.published(id, verifier)).max(folded.size);
        if offered.is_some_and(|offered| offered.head().size > has) {
            let why = match (is_known_to_removed, self.joins) {
                (true, _) => Why::KnownToRemoved,
                (_, false) => Why::ReadsOnly,
                _ => self.why_not(id),
            };
            self.leave_out(verifier, why);
        }
        Ok(())
    }

    /// The logs that the history has joined to it; those of the line are told with them.
    fn complete_joined(&mut self, mut known: Vec<Known>) -> Result<Vec<Known>, VaultError> {
        let mut at = 0;
        // What is joined may itself have joined something.
        loop {
            let all = self.joined(&known);
            let Some((joined, is_known_to_removed)) = all.into_iter().nth(at) else {
                return Ok(known);
            };
            at += 1;
            if let Some(stretch) = Stretch::joined(&self.here, &joined)
                && let Ok(verifier) = joined.vkey.parse::<VerifierKey>()
            {
                let (log, folded) = (stretch.log.id, stretch.head);
                let joined = Known { log, verifier, folded, is_known_to_removed };
                self.complete_known(&joined)?;
                known.push(joined);
            }
        }
    }

    /// Logs that continue one of the history, and are not in it.
    fn complete_others(&mut self, known: &[Known]) -> Result<(), VaultError> {
        let mut done: Vec<LogId> = known.iter().map(|known| known.log).collect();
        let linking = known
            .iter()
            .map(|known| (known.verifier.clone(), known.is_known_to_removed.then_some(Why::KnownToRemoved)));
        // What continues a log that is left out is left out for the same reason.
        let mut from: Vec<(VerifierKey, Option<Why>)> = linking.collect();
        while let Some((old, why)) = from.pop() {
            for link in successors_in(&self.there, &old)? {
                let Some(id) = link.vkey.origin().log_id().filter(|id| !done.contains(id)) else {
                    continue;
                };
                let why = match why {
                    None if self.leaves_the_way(known, &old, &link)? => Some(Why::Forked),
                    why => why,
                };
                let verifier = link.vkey;
                done.push(id);
                from.push((verifier.clone(), why));
                if let Some(why) = why.or((!self.joins).then_some(Why::ReadsOnly)) {
                    self.leave_out(&verifier, why);
                } else if self.complete_other(&verifier, id)?.is_none() {
                    self.leave_out(&verifier, self.why_not(id));
                }
            }
        }
        for name in self.there.names(places::LEDGER)? {
            if let Ok(id) = name.parse::<LogId>()
                && !done.contains(&id)
                && self.there.has(&places::checkpoint(id))
            {
                self.left_out.push(LeftOut { origin: Origin::of(id), why: Why::Unlinked });
            }
        }
        Ok(())
    }

    fn complete_other(&mut self, verifier: &VerifierKey, id: LogId) -> Result<Option<Checkpoint>, VaultError> {
        // It is linked to the history with its own key; that of a log that is in the history was destroyed.
        self.carry_out(verifier, (id, None), &[places::signing_key(id)])
    }

    fn complete(
        &mut self,
        verifier: &VerifierKey,
        limited: (LogId, Option<&Checkpoint>),
    ) -> Result<Option<Checkpoint>, VaultError> {
        self.carry_out(verifier, limited, &[])
    }

    /// Brings what is missing of one log. Returns the head that is complete then.
    fn carry_out(
        &mut self,
        verifier: &VerifierKey,
        (id, up_to): (LogId, Option<&Checkpoint>),
        beside: &[String],
    ) -> Result<Option<Checkpoint>, VaultError> {
        let mark = State::of(&self.unlocked.found.places, verifier).mark(verifier)?;
        let is_known_fork = evidence::of(&self.unlocked.found.places, verifier)?.is_some();
        let plan = match self.pair(id).plan(verifier, mark, up_to) {
            // Somebody said which of the two holds when the log was continued.
            Err(VaultError::ForkedCopy { .. }) if is_known_fork && id != self.unlocked.found.header.log => {
                self.leave_out(verifier, Why::Forked);
                None
            }
            other => other?,
        };
        let Some(Plan { head, mut files, note }) = plan else {
            return Ok(None);
        };
        if id == self.unlocked.found.header.log {
            self.goes_on_here(id, &head)?;
        }
        // The links are checked by whoever follows them; a signing key is the log's or is nothing.
        let beside = [places::predecessor(id), places::successor(id)].into_iter().chain(beside.iter().cloned());
        let beside =
            beside.filter(|file| *file != places::successor(id) || self.joins || self.leads_on(verifier, file));
        files.extend(beside.filter(|file| !self.here.has(file) && self.there.has(file)));
        if files.is_empty() && note.is_none() {
            return Ok(Some(head));
        }
        // Nothing is announced: what belongs to the ledger is as good as what it replaces, and objects are named by
        // its events. A crash leaves what the next recovery completes.
        let mut staging = Staging::under_lock(&self.here)?;
        let (objects, rest): (Vec<_>, Vec<_>) = files.iter().partition(|file| file.starts_with(places::RECORDS));
        for name in objects.into_iter().chain(rest) {
            bring(&self.there, name, &mut staging)?;
        }
        staging.settle()?;
        // The checkpoint last: until it is there, nothing speaks of what was brought.
        if let Some(note) = &note {
            staging.write(&places::checkpoint(id), note.bytes())?;
            staging.settle()?;
        }
        sweep(&Log::new(self.here.clone(), id), &head)?;
        self.files += files.len() as u64 + u64::from(note.is_some());
        Ok(Some(head))
    }

    /// Whether a link of the copy leads to a log that is here: whoever joins nothing needs no other.
    fn leads_on(&self, verifier: &VerifierKey, file: &str) -> bool {
        let link = history::link_in(&self.there, file, verifier).ok().flatten();
        let next = link.and_then(|(link, _)| link.vkey.origin().log_id());
        next.is_some_and(|next| self.here.has(&places::checkpoint(next)))
    }

    fn pair(&self, id: LogId) -> Pair<'_> {
        let (here, there) = (Log::new(self.here.clone(), id), Log::new(self.there.clone(), id));
        let (moved, declared) = (self.moved.clone(), self.declared.clone());
        Pair { here, there, keyring: self.keyring(), places: &self.unlocked.found.places, moved, declared }
    }

    /// A log that its own machine closed goes on in the one that its last entry names: half of that would neither go on
    /// nor be complete.
    fn goes_on_here(&self, id: LogId, head: &Checkpoint) -> Result<(), VaultError> {
        let last = |log: &Log| log.opening(head.size - 1, head, self.keyring()).ok().flatten();
        let Pair { here, there, .. } = self.pair(id);
        if last(&here).is_some() {
            return Ok(());
        }
        match last(&there).map(event_of) {
            Some(Ok(Event { body: Body::LogClosed(_), .. })) => {
                Err(VaultError::NoLink { path: self.there.root().to_owned() })
            }
            _ => Ok(()),
        }
    }

    fn published(&self, id: LogId, verifier: &VerifierKey) -> u64 {
        Log::new(self.here.clone(), id).checkpoint(verifier).map_or(0, |head| head.head().size)
    }

    fn why_not(&self, id: LogId) -> Why {
        if self.pair(id).is_sealed_to_another() { Why::Sealed } else { Why::Incomplete }
    }

    fn leave_out(&mut self, verifier: &VerifierKey, why: Why) {
        // What was told of a log first is why the rest of it is not taken.
        if self.left_out.iter().all(|left_out| left_out.origin != *verifier.origin()) {
            self.left_out.push(LeftOut { origin: verifier.origin().clone(), why });
        }
    }
}
