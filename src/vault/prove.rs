//! Proving to others what the ledger holds: one entry, of which part is shown, or that a log continues a head that
//! somebody kept. Costs a handful of tiles and one journal file. Must not know who may see which field.

use crate::id::LogId;
use crate::keys::signer::VerifierKey;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::checkpoint::VerifiedCheckpoint;
use crate::ledger::opening::Opening;
use crate::ledger::opening::PER_FILE;
use crate::ledger::proof::Proof;
use crate::ledger::shown::Shown;
use crate::ledger::tree;
use crate::ledger::witnessing::Request;
use crate::ledger::witnessing::Step;
use crate::vault::Vault;
use crate::vault::error::VaultError;
use crate::vault::log::Log;
use crate::vault::places;

/// One of the vault's logs, with the newest head that its key signed.
pub struct SignedLog<'v> {
    vault: &'v Vault,
    log: Log,
    verifier: VerifierKey,
    checkpoint: VerifiedCheckpoint,
}

/// How a head that somebody kept stands to the log's own.
#[derive(Debug)]
pub enum Continuation {
    /// The log begins with it: the proof, as a request to a witness spells it.
    Proven(Request),
    /// It is larger: this vault is not the newest.
    Newer(VerifiedCheckpoint),
    /// It has the log's size and another root.
    Forked(VerifiedCheckpoint),
    /// Nothing shows that the log continues it.
    NotProven(VerifiedCheckpoint),
}

impl Vault {
    /// The log `id` of the vault's history, the active one or an earlier one; `None` where it is none of them.
    pub fn signed_log(&self, id: LogId) -> Result<Option<SignedLog<'_>>, VaultError> {
        if id == self.log.id {
            let (log, verifier, checkpoint) = (self.log.clone(), self.header.verifier.clone(), self.head.clone());
            return Ok(Some(SignedLog { vault: self, log, verifier, checkpoint }));
        }
        let Some(chapter) = self.chapters()?.into_iter().find(|chapter| chapter.log.id == id) else {
            return Ok(None);
        };
        let checkpoint = chapter.log.checkpoint(&chapter.verifier)?;
        Ok(Some(SignedLog { vault: self, log: chapter.log, verifier: chapter.verifier, checkpoint }))
    }
}

impl SignedLog<'_> {
    /// Its head.
    pub fn head(&self) -> &Checkpoint {
        self.checkpoint.head()
    }

    /// Its key.
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// The opening of the entry at `index`; `None` where there is no entry, or one that has no opening.
    pub fn opening(&self, index: u64) -> Result<Option<Opening>, VaultError> {
        if index >= self.head().size {
            return Ok(None);
        }
        self.log.opening(index, self.head(), &self.vault.keyring)
    }

    /// The proof that the entry of `opening` stands under the log's head, and shows the fields that `shows` lets
    /// through. It is verified before it is given away: a journal line that is not the ledger's proves nothing.
    pub fn prove(&self, opening: &Opening, shows: impl Fn(&str) -> bool) -> Result<(Proof, Shown), VaultError> {
        let (head, index) = (self.head(), opening.index);
        let journal = places::journal(self.log.id, index / PER_FILE);
        let altered =
            |reason: &dyn std::fmt::Display| VaultError::altered(&journal, format!("entry {index}: {reason}"));
        let shown = Shown::of(opening, shows).map_err(|error| altered(&error))?;
        let leaf = shown.leaf(&head.origin, index).map_err(|error| altered(&error))?;
        let hashes = tree::inclusion_proof(&self.log, index, head.size).map_err(|error| self.log.error(error, head))?;
        let extra = shown.to_bytes().map_err(|error| altered(&error))?;
        let proof = Proof::new(Some(extra), index, hashes, self.checkpoint.bytes());
        let proof = proof.map_err(|error| altered(&error))?;
        if !proof.holds_for(&leaf) {
            // Either the line is not the ledger's, or a tile is not: the leaf tells which, and names its file.
            self.log.leaves(index..index + 1, head)?;
            return Err(altered(&"it is not the one in the ledger"));
        }
        Ok((proof, shown))
    }

    /// How `old`, which the log's key signed, stands to its head.
    pub fn continuation(&self, old: VerifiedCheckpoint) -> Result<Continuation, VaultError> {
        let (head, kept) = (self.head(), old.head());
        if kept.size > head.size {
            return Ok(Continuation::Newer(old));
        }
        if kept.size == head.size && kept.root != head.root {
            return Ok(Continuation::Forked(old));
        }
        let proof = tree::consistency_proof(&self.log, kept.size, head.size);
        let proof = proof.map_err(|error| self.log.error(error, head))?;
        if tree::verify_consistency((kept.size, &kept.root), (head.size, &head.root), &proof) {
            let steps = vec![Step { old: kept.size, proof }];
            return Ok(Continuation::Proven(Request { steps, checkpoint: self.checkpoint.bytes().to_vec() }));
        }
        // A proof that does not hold may be the fault of a tile: only sound tiles speak about a head.
        if !self.log.has_root(head)? {
            let tiles = places::ledger_file(self.log.id, "tile");
            return Err(VaultError::altered(tiles, "it does not give the signed root"));
        }
        Ok(Continuation::NotProven(old))
    }
}
