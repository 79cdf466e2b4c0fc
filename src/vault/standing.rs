//! Which head holds: the checkpoint in the vault against the mark on this machine (`docs/format.md`, 4 and 5).

use std::cmp::Ordering;

use crate::keys::signer::Origin;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::checkpoint::VerifiedCheckpoint;
use crate::ledger::opening::PER_FILE;
use crate::ledger::tree;
use crate::practice::event::Body;
use crate::practice::record::RecordVersion;
use crate::vault::Vault;
use crate::vault::erasing::event_of;
use crate::vault::error::VaultError;
use crate::vault::error::no_if_absent;
use crate::vault::header::Header;
use crate::vault::history;
use crate::vault::history::Moves;
use crate::vault::history::Openings;
use crate::vault::history::Stretch;
use crate::vault::places;
use crate::vault::recovery::ignore_read_only;
use crate::vault::state::Pin;
use crate::vault::state::State;
use crate::vault::step::Held;

/// Larger than any `vault.toml` is.
const HEADER_LIMIT: u64 = 1 << 20;

/// How a vault stands to what this machine has seen of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Mark and checkpoint agree.
    InStep,
    /// The mark is ahead and everything it speaks of is there: an append whose last step was interrupted, or an old
    /// checkpoint beside newer files. The mark holds.
    Unpublished,
    /// This machine has no mark: it has not seen this vault before.
    Unmarked,
    /// Not all files of the head are there. What is at hand is read for a recovery alone.
    AtHand,
    /// The vault is older than the mark. It can be read, with a warning, and is never appended to.
    RolledBack(Checkpoint),
    /// The vault is of before its log was continued, as was seen here. It can be read, with a warning, and is never
    /// appended to.
    Outlived,
    /// The vault's log excludes the mark. It can be read, with a warning, and is never appended to.
    Forked(Checkpoint),
    /// The vault's history has another branch, which nobody joined to it yet. It can be read, with a warning, and is
    /// never appended to.
    Branched(Branch),
}

/// A second end of the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Branch {
    /// Two logs continue one: the log that both continue, and the one that is not in the history.
    Split(Origin, Origin),
    /// A log has entries beyond the head that its successor continues: that head, and the one found.
    Beyond(Checkpoint, Checkpoint),
    /// A log that is not in the history continues one of its logs from a head which what is here excludes: that head, and
    /// the log found. No evidence of it is kept yet.
    Excluded(Checkpoint, Origin),
    /// A past log excludes what was seen of it here: its end, and the mark.
    Diverged(Checkpoint, Checkpoint),
}

impl Vault {
    /// The alarm to be raised with every answer, if there is one.
    pub fn alarm(&self) -> Option<VaultError> {
        let found = || Box::new(self.head().clone());
        let writes = self.state.is_writer();
        match &self.standing {
            Standing::RolledBack(seen) => Some(VaultError::RolledBack { seen: Box::new(seen.clone()), found: found() }),
            Standing::Outlived => {
                let older = || VaultError::OlderHeader { path: self.disk.root().to_owned(), head: Some(found()) };
                Some(self.header_behind().unwrap_or_else(older))
            }
            Standing::Forked(seen) => Some(VaultError::Forked { seen: Box::new(seen.clone()), found: found(), writes }),
            Standing::Branched(Branch::Split(from, found)) => {
                Some(VaultError::Split { from: from.clone(), found: found.clone() })
            }
            Standing::Branched(Branch::Excluded(closed, found)) => {
                Some(VaultError::Excluded { closed: Box::new(closed.clone()), found: found.clone(), writes })
            }
            Standing::Branched(Branch::Beyond(closed, found)) => {
                Some(VaultError::Beyond { closed: Box::new(closed.clone()), found: Box::new(found.clone()) })
            }
            Standing::Branched(Branch::Diverged(found, seen)) => {
                Some(VaultError::Forked { seen: Box::new(seen.clone()), found: Box::new(found.clone()), writes })
            }
            Standing::InStep | Standing::Unpublished | Standing::Unmarked | Standing::AtHand => {
                self.signer().err().map(|error| self.header_behind().unwrap_or(error))
            }
        }
    }

    /// Whether an append would find what it stands on: no alarm is raised, and the tiles at the edge give the head's root.
    /// Reads at most eight small files.
    pub fn can_be_continued(&self) -> bool {
        let head = self.head();
        self.alarm().is_none() && tree::root(&self.log, head.size).is_ok_and(|root| root == head.root)
    }

    /// That `vault.toml` alone is older than the rest: what continues the log that it names is here whole.
    fn header_behind(&self) -> Option<VaultError> {
        let next = self.newest_at_hand().ok().flatten()?;
        let (from, found) = (self.log.origin.clone(), Origin::of(next.log));
        Some(VaultError::HeaderBehind { from, found })
    }

    /// Settles which head holds, and whether the history has one end.
    pub(super) fn settle(&mut self, held: Held) -> Result<(), VaultError> {
        if held == Held::Both && self.is_continued()? {
            return Err(VaultError::Continued);
        }
        self.settle_head(held)?;
        // Of a vault that is behind its mark, the mark is the graver news.
        if matches!(self.standing, Standing::InStep | Standing::Unpublished | Standing::Unmarked)
            && let Some(branch) = self.branch()?
        {
            self.standing = Standing::Branched(branch);
        }
        Ok(())
    }

    /// Whether `vault.toml` names another log by now: another process closed this one, or opened a successor.
    pub(super) fn is_continued(&self) -> Result<bool, VaultError> {
        let bytes = self.disk.read(places::HEADER, HEADER_LIMIT)?;
        Ok(bytes.is_some_and(|bytes| Header::parse(&bytes).is_ok_and(|header| header != self.header)))
    }

    /// Settles which head holds and brings the catalogue up to it. `held` says which locks are.
    fn settle_head(&mut self, held: Held) -> Result<(), VaultError> {
        let published = self.log.checkpoint(&self.header.verifier)?;
        let mark = self.state.mark(&self.header.verifier)?;
        self.check_pin(mark.as_ref(), published.head())?;
        if self.seen.is_outlived {
            return self.settle_outlived(published, mark);
        }
        let Some(mark) = mark else {
            return self.settle_unmarked(published, held);
        };
        let (seen, found) = (mark.head().clone(), published.head().clone());
        match seen.size.cmp(&found.size) {
            Ordering::Equal if seen.root == found.root => {
                (self.head, self.standing) = (published, Standing::InStep);
                self.step(held)
            }
            Ordering::Equal => self.alarmed(published, Standing::Forked(seen)),
            Ordering::Greater if self.is_whole(&seen, found.size)? => {
                (self.head, self.standing) = (mark, Standing::Unpublished);
                self.step(held)
            }
            Ordering::Greater => self.alarmed(published, Standing::RolledBack(seen)),
            Ordering::Less if !self.log.has_root(&found)? => {
                let file = places::checkpoint(self.log.id);
                Err(VaultError::altered(file, "its root is not that of the tiles beside it"))
            }
            Ordering::Less if !self.log.continues(&seen, &found)? => self.alarmed(published, Standing::Forked(seen)),
            Ordering::Less => {
                (self.head, self.standing) = (published, Standing::InStep);
                // The catalogue first: folding reads every opening, so a copy still under way is noticed before the
                // mark moves.
                self.step(held).map_err(|error| under_way(error, &found))?;
                // The one machine that writes has signed whatever is there. Another one has its right, too: a copy of
                // what this machine remembers. Before the mark moves, this one gives up, for two would fork the log.
                if self.state.is_writer() {
                    self.give_up_writing(held, &seen)?;
                }
                self.with_state(held, |vault| vault.state.set_mark(&vault.head)).or_else(ignore_read_only)
            }
        }
    }

    /// An older `vault.toml` was put back, with the log that it names: that is read, and nothing is noted of it.
    fn settle_outlived(
        &mut self,
        published: VerifiedCheckpoint,
        mark: Option<VerifiedCheckpoint>,
    ) -> Result<(), VaultError> {
        let found = published.head().clone();
        let excludes = |mark: &Checkpoint| match mark.size.cmp(&found.size) {
            Ordering::Equal => Ok(mark.root != found.root),
            Ordering::Less => Ok(!self.log.continues(mark, &found)?),
            Ordering::Greater => Ok::<_, VaultError>(false),
        };
        let standing = match mark.map(|mark| mark.head().clone()) {
            Some(mark) if excludes(&mark)? => Standing::Forked(mark),
            _ => Standing::Outlived,
        };
        self.alarmed(published, standing)
    }

    fn settle_unmarked(&mut self, published: VerifiedCheckpoint, held: Held) -> Result<(), VaultError> {
        if !self.log.has_root(published.head())? {
            let file = places::checkpoint(self.log.id);
            return Err(VaultError::altered(file, "its root is not that of the tiles beside it"));
        }
        (self.head, self.standing) = (published, Standing::Unmarked);
        self.step(held)?;
        if self.seen.by_link { self.follow_link(held).or_else(ignore_read_only) } else { Ok(()) }
    }

    /// The pinned key itself says which key signs now, so the new log is as well known here as the old one was; and its
    /// writer is another machine.
    fn follow_link(&mut self, held: Held) -> Result<(), VaultError> {
        let newer = self.past.iter().skip(1).map(|past| past.log.id).chain([self.log.id]);
        for (past, newer) in self.past.iter().zip(newer) {
            if let Some((_, link)) = history::link(&self.disk, &past.verifier, newer)? {
                State::of(&self.places, &past.verifier).keep_link(&link)?;
            }
        }
        self.drop_older_writers()?;
        self.with_state(held, |vault| vault.state.set_mark(&vault.head))?;
        self.pin()?;
        self.standing = Standing::InStep;
        Ok(())
    }

    fn alarmed(&mut self, published: VerifiedCheckpoint, standing: Standing) -> Result<(), VaultError> {
        (self.head, self.standing) = (published, standing);
        // The catalogue on disk belongs to the newer head: this one is folded in memory.
        match self.step_in_memory() {
            // What excludes the mark cannot even be read: that it does is the graver news.
            Err(error) if error.is_of_files() && !self.options.at_hand => Err(self.alarm().unwrap_or(error)),
            other => other,
        }
    }

    /// A head that was accepted has to be the one there is. At a new path, a head that equals or extends the mark is
    /// pinned; that a pin names this very vault was looked at before anything else.
    fn check_pin(&mut self, mark: Option<&VerifiedCheckpoint>, found: &Checkpoint) -> Result<(), VaultError> {
        if let Some(accepted) = &self.options.accept_head {
            // A recovery is told of what is at hand, which is known when the head is settled.
            return if self.options.at_hand { Ok(()) } else { is_accepted(accepted, found) };
        }
        match Pin::read(&self.places, &self.canonical()?)? {
            None if self.is_outlived(found)? => {
                self.seen.is_outlived = true;
                Ok(())
            }
            None if mark.is_some_and(|mark| self.extends(mark.head(), found)) => self.pin().or_else(ignore_read_only),
            _ => Ok(()),
        }
    }

    fn extends(&self, seen: &Checkpoint, found: &Checkpoint) -> bool {
        self.log.has_root(found).unwrap_or(false) && self.log.continues(seen, found).unwrap_or(false)
    }

    /// Whether everything that `head` speaks of beyond `from` is there: tiles, openings, and the objects of the events.
    fn is_whole(&self, head: &Checkpoint, from: u64) -> Result<bool, VaultError> {
        if !no_if_absent(self.log.has_root(head))? {
            return Ok(false);
        }
        for number in from / PER_FILE..head.size.div_ceil(PER_FILE) {
            if !no_if_absent(self.has_objects_of(number, from, head))? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn has_objects_of(&self, number: u64, from: u64, head: &Checkpoint) -> Result<bool, VaultError> {
        let openings = self.log.openings(number, head, &self.keyring)?;
        // What these events say was sealed again is looked for where it is now.
        let stretch = Stretch { log: self.log.clone(), from, head: head.clone() };
        let moves = Moves::of(Openings::new(&self.disk, &self.keyring, vec![stretch]))?;
        for line in openings.into_iter().filter(|line| line.index() >= from) {
            let Ok(event) = event_of(line) else {
                return Ok(false);
            };
            match &event.body {
                Body::RecordAdded(version) | Body::RecordVersioned(version) => {
                    let (object, seal) = moves.now(version.object, version.seal);
                    drop(self.read(&RecordVersion { object, seal, ..version.clone() })?);
                }
                Body::DisclosureMade(made) => drop(moves.read(&self.disk, &self.keyring, &made.records)?),
                Body::DisclosureRefused(refused) => drop(moves.read(&self.disk, &self.keyring, &refused.records)?),
                Body::ObjectsResealed(batch) => {
                    for item in moves.read(&self.disk, &self.keyring, &batch.list)? {
                        let (object, _) = moves.now(item.object, item.seal);
                        if !self.disk.has(&places::object(object)) {
                            return Ok(false);
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(true)
    }
}

/// Whether the head that a user accepted is the one that was found.
pub(super) fn is_accepted(accepted: &str, found: &Checkpoint) -> Result<(), VaultError> {
    if accepted == format!("{}:{}", found.size, super::root_text(&found.root)) {
        return Ok(());
    }
    Err(VaultError::OtherHead { accepted: accepted.to_owned(), found: Box::new(found.clone()) })
}

/// A journal that lags behind its checkpoint, under a head that was not seen here before, is on its way.
fn under_way(error: VaultError, head: &Checkpoint) -> VaultError {
    match error {
        VaultError::MissingEntry { file, .. } => VaultError::Incomplete { head: Box::new(head.clone()), file },
        other => other,
    }
}
