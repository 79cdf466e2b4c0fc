//! Following a successor of the active log that lies in the vault while `vault.toml` still names the older one: a copy was
//! being taken over, or two directories became one (`docs/format.md`, 4). The older log's key has linked to it, and
//! signs no second link. Signs nothing.

use std::collections::BTreeMap;

use crate::id::LogId;
use crate::keys::signer::Origin;
use crate::keys::signer::VerifierKey;
use crate::ledger::opening::PER_FILE;
use crate::seal;
use crate::vault::Vault;
use crate::vault::error::VaultError;
use crate::vault::error::no_if_absent;
use crate::vault::header::Header;
use crate::vault::history;
use crate::vault::intent;
use crate::vault::lock::Hold;
use crate::vault::lock::Lock;
use crate::vault::log::Log;
use crate::vault::places;
use crate::vault::standing::Branch;
use crate::vault::standing::Standing;
use crate::vault::step::Held;

impl Vault {
    /// Settles anew how the vault stands, after what it was asked for was done.
    pub(super) fn look_again(&mut self) -> Result<(), VaultError> {
        let _shared = Lock::take_to_read(&self.disk.path(places::LOCK), self.options.lock_wait)?;
        self.settle_somehow(Held::Vault)
    }

    /// Names the successor of the active log that lies in the vault whole, if there is one; whoever goes on opens the vault
    /// anew, and follows the link. Makes nobody a writer.
    pub fn follow_successor(&mut self) -> Result<bool, VaultError> {
        if !self.is_branched() && self.standing != Standing::Outlived && self.signer.is_some() {
            return Ok(false);
        }
        let wait = self.options.lock_wait;
        let _vault = Lock::take(&self.disk.path(places::LOCK), Hold::Exclusive, wait)?;
        let _state = self.state.lock(wait)?;
        self.settle_somehow(Held::Both)?;
        let Some(next) = self.newest_at_hand()? else {
            return Ok(false);
        };
        // The key first, and for good: a crash before the name changes is an older `vault.toml`, which the next recovery
        // mends; after it, nobody on a computer that only reads would take the key away.
        self.disk.remove_for_good([places::signing_key(self.log.id)])?;
        self.disk.replace(places::HEADER, &next.to_bytes(self.identity()))?;
        self.disk.remove(&places::next_header(next.log))?;
        Ok(true)
    }

    /// The entries of a log that are beyond what its successor continues, and not joined to the history: from where, up to
    /// which size, and of which log.
    pub fn beyond(&self) -> Option<(u64, u64, &Origin)> {
        match &self.standing {
            Standing::Branched(Branch::Beyond(closed, found)) => Some((closed.size, found.size, &found.origin)),
            _ => None,
        }
    }

    /// What `vault.toml` says where it names the newest successor of the active log whose entries and key are all here.
    pub(super) fn newest_at_hand(&self) -> Result<Option<Header>, VaultError> {
        let (mut key, mut newest) = (self.header.verifier.clone(), None);
        let mut known: Vec<LogId> = self.past.iter().map(|past| past.log.id).chain([self.log.id]).collect();
        let joined = self.joined()?;
        known.extend(joined.iter().filter_map(|joined| joined.origin.parse::<Origin>().ok()?.log_id()));
        while let Some((id, next)) = self.next_at_hand(&key, &known)? {
            if self.signing_key_of(&next)?.is_some() {
                newest = Some((id, next.clone()));
            }
            known.push(id);
            key = next;
        }
        let Some((log, verifier)) = newest else {
            return Ok(None);
        };
        let file = places::signing_key(log);
        let (_, seal) =
            seal::read_seal(&mut self.disk.open(&file)?).map_err(|error| VaultError::unsealed(file, error))?;
        Ok(Some(Header { log, verifier, signing_seals: BTreeMap::from([(log, seal)]), ..self.header.clone() }))
    }

    /// A log here that continues that of `key`, with all of its entries, and is none of those `known`.
    fn next_at_hand(&self, key: &VerifierKey, known: &[LogId]) -> Result<Option<(LogId, VerifierKey)>, VaultError> {
        let announced = intent::announced(&self.disk)?;
        for name in self.disk.names(places::LEDGER)? {
            let Some(id) = name.parse::<LogId>().ok().filter(|id| !known.contains(id)) else {
                continue;
            };
            let Some((link, _)) = history::link(&self.disk, key, id)? else {
                continue;
            };
            // Of a change that is under way, or whose end is for the computer that made it.
            let is_begun = (announced.contains(&places::checkpoint(id)) && !self.has_grown(id))
                || self.disk.has(&places::next_header(id));
            let log = Log::new(self.disk.clone(), id);
            let Some(head) = log.checkpoint(&link.vkey).ok().filter(|_| !is_begun) else {
                continue;
            };
            let (head, files) = (head.head(), 0..head.head().size.div_ceil(PER_FILE));
            let is_whole =
                no_if_absent(log.has_root(head))? && log.lacks_nothing(files, head, &self.keyring, &self.declared()?);
            let continues = |past: history::Past| past.verifier == *key && past.closed == link.head();
            let past = history::predecessor(&self.disk, &log, &link.vkey, head, &self.keyring);
            let is_own = *key == self.header.verifier;
            if is_whole
                && past.ok().flatten().is_some_and(continues)
                && !(is_own && self.leaves_the_way(key, self.head(), &link)?)
            {
                return Ok(Some((id, link.vkey)));
            }
        }
        Ok(None)
    }
}
