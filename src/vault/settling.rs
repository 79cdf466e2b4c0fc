//! Settling a fork: somebody said that what is here holds, and both heads are kept before anything follows from that
//! (`docs/format.md`, 4). Under a key that signed two histories nothing is signed any more.

use std::path::PathBuf;

use crate::keys::signer::VerifierKey;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::successor::Successor;
use crate::vault::Vault;
use crate::vault::error::VaultError;
use crate::vault::evidence;
use crate::vault::history;
use crate::vault::log::Log;
use crate::vault::places;
use crate::vault::standing::Branch;
use crate::vault::standing::Standing;
use crate::vault::state::State;

impl Vault {
    /// Accepts the vault's head in place of the mark that it excludes, or of another head that is kept as evidence
    /// already: both notes are kept first.
    pub fn accept_fork(&mut self) -> Result<PathBuf, VaultError> {
        let _lock = self.state.lock(self.options.lock_wait)?;
        let mark = self.state.mark(&self.header.verifier)?.unwrap_or_else(|| self.head.clone());
        let (smaller, larger) =
            if mark.head().size <= self.head.head().size { (&mark, &self.head) } else { (&self.head, &mark) };
        let kept = match evidence::of(&self.places, &self.header.verifier)? {
            Some(kept) if mark.head() == self.head.head() => kept,
            _ => {
                let text = evidence::text(smaller, larger, None);
                evidence::keep(&self.places, &self.head.head().origin, smaller.head().size, &text)?
            }
        };
        self.state.drop_mark()?;
        self.state.drop_writer()?;
        self.standing = Standing::Unmarked;
        Ok(kept)
    }

    /// Accepts this history on a computer that only reads, in place of heads that were seen here and that it excludes: both
    /// notes are kept first. It signs nothing, so nothing else follows from it. Returns where they are kept.
    pub(super) fn accept_unseen(&mut self) -> Result<Vec<PathBuf>, VaultError> {
        let is_fork = matches!(self.standing, Standing::Forked(_) | Standing::Branched(Branch::Diverged(..)));
        if !is_fork || self.state.is_writer() {
            return Ok(Vec::new());
        }
        let lock = self.state.lock(self.options.lock_wait)?;
        let mut kept = Vec::new();
        for chapter in self.chapters()? {
            let state = State::of(&self.places, &chapter.verifier);
            let Some(mark) = state.mark(&chapter.verifier)? else { continue };
            if chapter.excludes(mark.head()).is_some() {
                kept.push(self.keep_against(&chapter.verifier, (mark.head(), mark.bytes()))?);
                state.drop_mark()?;
            }
        }
        drop(lock);
        self.look_again()?;
        Ok(kept)
    }

    /// Whether all that is not joined to the history is of branches that what is here excludes.
    pub fn is_excluding(&self) -> bool {
        matches!(self.standing, Standing::Branched(Branch::Excluded(..)))
    }

    /// Accepts this history in place of those whose successors lie here, though what is here excludes them: what shows
    /// that is kept first. Returns where.
    pub fn accept_excluded(&mut self) -> Result<Vec<PathBuf>, VaultError> {
        let lock = self.state.lock(self.options.lock_wait)?;
        let mut kept = Vec::new();
        for (key, link) in self.other_successors(&self.joined()?)? {
            if !self.is_excluded(&key, &link)? {
                continue;
            }
            kept.push(self.keep_excluded(&key, &link)?);
            if key == self.header.verifier {
                self.state.drop_mark()?;
                self.state.drop_writer()?;
            }
        }
        drop(lock);
        self.look_again()?;
        Ok(kept)
    }

    /// Keeps the link to a log that continues another branch, with what its key signed of this one.
    fn keep_excluded(&self, key: &VerifierKey, link: &Successor) -> Result<PathBuf, VaultError> {
        let next = link.vkey.origin().log_id().ok_or_else(|| missing(places::LEDGER.to_owned()))?;
        let (_, bytes) = history::link(&self.disk, key, next)?.ok_or_else(|| missing(places::predecessor(next)))?;
        self.keep_against(key, (&link.head(), &bytes))
    }

    /// Keeps a note by `key` that names a head which is excluded here, with what the key signed of this history.
    fn keep_against(&self, key: &VerifierKey, other: (&Checkpoint, &[u8])) -> Result<PathBuf, VaultError> {
        let link_by = |next| history::link(&self.disk, key, next);
        let id = key.origin().log_id().ok_or_else(|| missing(places::LEDGER.to_owned()))?;
        let log = Log::new(self.disk.clone(), id);
        // The checkpoint may be the other branch's: then the link to what goes on here speaks for this one.
        let at = self.past.iter().position(|past| past.verifier == *key);
        let after = at.map(|at| self.past.get(at + 1).map_or(self.log.id, |past| past.log.id));
        let own_link = after.map(link_by).transpose()?.flatten();
        let published = log.checkpoint(key).ok().map(|own| (own.head().clone(), own.bytes().to_vec()));
        let mut own = published.into_iter().chain(own_link.map(|(link, bytes)| (link.head(), bytes)));
        let excludes = |(head, bytes): &(Checkpoint, Vec<u8>)| evidence::text_of(&log, (head, bytes), other);
        let text = own.find_map(|own| excludes(&own)).ok_or_else(|| missing(places::checkpoint(id)))?;
        evidence::keep(&self.places, key.origin(), other.0.size, &text)
    }

    /// The branch among logs that are not in the history. What can be joined comes first: then one is left that excludes
    /// what is here.
    pub(super) fn split_among(&self, others: &[(VerifierKey, Successor)]) -> Result<Option<Branch>, VaultError> {
        let mut excluded = None;
        for (from, link) in others {
            let found = link.vkey.origin().clone();
            if !self.is_excluded(from, link)? {
                return Ok(Some(Branch::Split(from.origin().clone(), found)));
            }
            excluded = excluded.or_else(|| Some(Branch::Excluded(link.head(), found)));
        }
        Ok(excluded)
    }

    /// Whether a link by one of the history's keys is of a branch that its log excludes.
    pub(super) fn is_excluded(&self, key: &VerifierKey, link: &Successor) -> Result<bool, VaultError> {
        let chapters = self.chapters()?;
        match chapters.iter().find(|chapter| chapter.verifier == *key && chapter.head.size > 0) {
            Some(reach) => self.leaves_the_way(key, &reach.head, link),
            None => Ok(false),
        }
    }
}

fn missing(file: String) -> VaultError {
    VaultError::altered(file, "it is missing or damaged")
}
