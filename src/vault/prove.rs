//! Proving to others what the ledger holds: one entry, of which part is shown, or that the ledger continues a head that
//! somebody kept. Costs a handful of tiles and one journal file. Must not know who may see which field.

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
use crate::vault::places;

/// How a head that somebody kept stands to the vault's.
#[derive(Debug)]
pub enum Continuation {
    /// The vault's ledger begins with it: the proof, as a request to a witness spells it.
    Proven(Request),
    /// It is larger: this vault is not the newest.
    Newer(VerifiedCheckpoint),
    /// It has the vault's size and another root.
    Forked(VerifiedCheckpoint),
    /// Nothing shows that the ledger continues it.
    NotProven(VerifiedCheckpoint),
}

impl Vault {
    /// The opening of the entry at `index`, as the journal has it; `None` where there is no entry, or one that has no
    /// opening. What it says is believed once [`Self::prove`] has found it in the tree.
    pub fn opening(&self, index: u64) -> Result<Option<Opening>, VaultError> {
        if index >= self.head().size {
            return Ok(None);
        }
        let openings = self.log.journal(index / PER_FILE, self.head(), &self.identity)?;
        Ok(openings.into_iter().find(|opening| opening.index == index))
    }

    /// The proof that the entry of `opening` stands under the present head, and shows the fields that `shows` lets
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
        let proof = Proof::new(Some(extra), index, hashes, self.checkpoint().bytes());
        let proof = proof.map_err(|error| altered(&error))?;
        if !proof.holds_for(&leaf) {
            // Either the line is not the ledger's, or a tile is not: the leaf tells which, and names its file.
            self.log.leaves(index..index + 1, head)?;
            return Err(altered(&"it is not the one in the ledger"));
        }
        Ok((proof, shown))
    }

    /// How `old`, which this log's key signed, stands to the present head.
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
        if !tree::verify_consistency((kept.size, &kept.root), (head.size, &head.root), &proof) {
            return self.unproven(old);
        }
        let steps = vec![Step { old: kept.size, proof }];
        Ok(Continuation::Proven(Request { steps, checkpoint: self.checkpoint().bytes().to_vec() }))
    }

    /// A proof that does not hold may be the fault of a tile: only sound tiles speak about a head.
    fn unproven(&self, old: VerifiedCheckpoint) -> Result<Continuation, VaultError> {
        let head: &Checkpoint = self.head();
        if !self.log.has_root(head)? {
            return Err(VaultError::altered(
                places::ledger_file(self.log.id, "tile"),
                "it does not give the signed root",
            ));
        }
        Ok(Continuation::NotProven(old))
    }
}
