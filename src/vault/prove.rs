//! Proving to others what the ledger holds: one entry, of which part is shown, or that the ledger continues a head that
//! somebody kept. Costs a handful of tiles and one journal file. Must not know who may see which field.

use crate::keys::signer::Origin;
use crate::keys::signer::VerifierKey;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::checkpoint::VerifiedCheckpoint;
use crate::ledger::journal::Line;
use crate::ledger::opening::PER_FILE;
use crate::ledger::proof::Proof;
use crate::ledger::shown::Shown;
use crate::ledger::tree;
use crate::ledger::witnessing::Request;
use crate::ledger::witnessing::Step;
use crate::vault::Vault;
use crate::vault::error::VaultError;
use crate::vault::evidence::Contradiction;
use crate::vault::history::Chapter;
use crate::vault::log::Log;
use crate::vault::places;

/// How a head that somebody kept stands to the vault's.
#[derive(Debug)]
pub enum Continuation {
    /// The vault's ledger begins with it: the proof, as a request to a witness spells it.
    Proven(Request),
    /// It is larger: this vault is not the newest.
    Newer(VerifiedCheckpoint),
    /// The log has another root at its size.
    Forked {
        /// It.
        kept: VerifiedCheckpoint,
        /// Where the evidence is, in words.
        evidence: String,
    },
    /// Nothing shows that the ledger continues it.
    NotProven(VerifiedCheckpoint),
}

/// A log of the vault's history under the newest head that its key signed.
#[derive(Debug)]
pub struct SignedLog {
    log: Log,
    verifier: VerifierKey,
    head: VerifiedCheckpoint,
}

impl SignedLog {
    /// Its head.
    pub fn head(&self) -> &Checkpoint {
        self.head.head()
    }

    /// Its key.
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }
}

impl Vault {
    /// The log called `origin`; `None` where the history has none of that name.
    pub fn signed_log(&self, origin: &Origin) -> Result<Option<SignedLog>, VaultError> {
        let verifier = self.header.verifier.clone();
        if verifier.origin() == origin {
            return Ok(Some(SignedLog { log: self.log.clone(), verifier, head: self.head.clone() }));
        }
        let chapter = self.chapters()?.into_iter().find(|chapter| chapter.log.origin == *origin);
        let Some(Chapter { log, verifier, .. }) = chapter else {
            return Ok(None);
        };
        let head = log.checkpoint(&verifier)?;
        Ok(Some(SignedLog { log, verifier, head }))
    }

    /// The opening of the entry at `index` of a log, as the journal has it; `None` where there is no entry, or one that
    /// has no opening. What it says is believed once [`Self::prove`] has found it in the tree.
    ///
    /// Of one that was erased in part, it is what is left.
    pub fn opening(&self, of: &SignedLog, index: u64) -> Result<Option<Line>, VaultError> {
        if index >= of.head().size {
            return Ok(None);
        }
        let openings = of.log.journal(index / PER_FILE, of.head(), &self.keyring)?;
        let line = openings.into_iter().find(|line| line.index() == index);
        line.map(|line| self.declared()?.rest(of.log.id, line)).transpose()
    }

    /// The proof that the entry of `opening` stands under the head of its log, and shows the fields that `shows` lets
    /// through. It is verified before it is given away: a journal line that is not the ledger's proves nothing.
    pub fn prove(
        &self,
        of: &SignedLog,
        opening: &Line,
        shows: impl Fn(&str) -> bool,
    ) -> Result<(Proof, Shown), VaultError> {
        let (SignedLog { log, .. }, head, index) = (of, of.head(), opening.index());
        let journal = places::journal(log.id, index / PER_FILE);
        let altered =
            |reason: &dyn std::fmt::Display| VaultError::altered(&journal, format!("entry {index}: {reason}"));
        let shown = opening.shown(shows).map_err(|error| altered(&error))?;
        let leaf = shown.leaf(&head.origin, index).map_err(|error| altered(&error))?;
        let hashes = tree::inclusion_proof(log, index, head.size).map_err(|error| log.error(error, head))?;
        let extra = shown.to_bytes().map_err(|error| altered(&error))?;
        let proof = Proof::new(Some(extra), index, hashes, of.head.bytes());
        let proof = proof.map_err(|error| altered(&error))?;
        if !proof.holds_for(&leaf) {
            // Either the line is not the ledger's, or a tile is not: the leaf tells which, and names its file.
            log.leaves(index..index + 1, head)?;
            return Err(altered(&"it is not the one in the ledger"));
        }
        Ok((proof, shown))
    }

    /// How `old`, which the log's key signed, stands to the log's head.
    pub fn continuation(&self, of: &SignedLog, old: VerifiedCheckpoint) -> Result<Continuation, VaultError> {
        let (SignedLog { log, .. }, head, kept) = (of, of.head(), old.head());
        if kept.size > head.size {
            return Ok(Continuation::Newer(old));
        }
        if kept.size == head.size && kept.root != head.root {
            return Ok(self.forked(of, old));
        }
        let proof = tree::consistency_proof(log, kept.size, head.size);
        let proof = proof.map_err(|error| log.error(error, head))?;
        if !tree::verify_consistency((kept.size, &kept.root), (head.size, &head.root), &proof) {
            // A proof that does not hold may be the fault of a tile; another root, proven, is not.
            return match Contradiction::between(log, kept, head) {
                Some(_) => Ok(self.forked(of, old)),
                None => unproven(of, old),
            };
        }
        let steps = vec![Step { old: kept.size, proof }];
        Ok(Continuation::Proven(Request { steps, checkpoint: of.head.bytes().to_vec() }))
    }

    fn forked(&self, of: &SignedLog, kept: VerifiedCheckpoint) -> Continuation {
        let evidence = self.keep_evidence(&kept, &of.log, Ok(of.head.clone()));
        Continuation::Forked { kept, evidence }
    }
}

/// Only sound tiles speak about a head.
fn unproven(of: &SignedLog, old: VerifiedCheckpoint) -> Result<Continuation, VaultError> {
    if !of.log.has_root(of.head())? {
        return Err(VaultError::altered(places::ledger_file(of.log.id, "tile"), "it does not give the signed root"));
    }
    Ok(Continuation::NotProven(old))
}
