//! Following a successor of the active log that lies in the vault while `vault.toml` still names the older one: a copy was
//! being taken over, or two directories became one (`docs/format.md`, 4). The older log's key has linked to it, and
//! signs no second link. Signs nothing.

use std::collections::BTreeMap;

use crate::keys::signer::Origin;
use crate::seal;
use crate::vault::Vault;
use crate::vault::error::VaultError;
use crate::vault::error::no_if_absent;
use crate::vault::header::Header;
use crate::vault::history;
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
        if !self.is_branched() {
            return Ok(false);
        }
        let wait = self.options.lock_wait;
        let _vault = Lock::take(&self.disk.path(places::LOCK), Hold::Exclusive, wait)?;
        let _state = self.state.lock(wait)?;
        self.settle_somehow(Held::Both)?;
        let Some(next) = self.successor_at_hand()? else {
            return Ok(false);
        };
        self.disk.replace(places::HEADER, &next.to_bytes(self.identity()))?;
        self.disk.remove(&places::next_header(next.log))?;
        self.disk.remove(&places::signing_key(self.log.id))?;
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

    /// What `vault.toml` says where it names a successor of the active log: one whose entries and key are all here.
    fn successor_at_hand(&self) -> Result<Option<Header>, VaultError> {
        for (old, link) in self.other_successors(&self.joined()?)? {
            let Some(id) = link.vkey.origin().log_id().filter(|_| old == self.header.verifier) else {
                continue;
            };
            let log = Log::new(self.disk.clone(), id);
            let Ok(head) = log.checkpoint(&link.vkey) else {
                continue;
            };
            let (head, files) = (head.head(), 0..head.head().size.div_ceil(crate::ledger::opening::PER_FILE));
            let is_whole =
                no_if_absent(log.has_root(head))? && log.lacks_nothing(files, head, &self.keyring, &self.declared()?);
            let continues = |past: history::Past| past.log.id == self.log.id && past.closed == link.head();
            let past = history::predecessor(&self.disk, &log, &link.vkey, head, &self.keyring);
            if !is_whole || !past.ok().flatten().is_some_and(continues) || self.signing_key_of(&link.vkey)?.is_none() {
                continue;
            }
            let mut sealed = self.disk.open(&places::signing_key(id))?;
            let file = || places::signing_key(id);
            let (_, seal) = seal::read_seal(&mut sealed).map_err(|error| VaultError::unsealed(file(), error))?;
            return Ok(Some(Header {
                log: id,
                verifier: link.vkey,
                signing_seals: BTreeMap::from([(id, seal)]),
                ..self.header.clone()
            }));
        }
        Ok(None)
    }
}
