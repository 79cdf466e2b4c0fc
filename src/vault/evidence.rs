//! Evidence of a fork: two notes by one key that no log which only grows can both have signed, in one file that anyone
//! can check with the log's public key. It is kept in the state directory: a vault that is brought back from a backup
//! must not take it away, and no log may be asked to keep evidence against itself.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::digest::Digest;
use crate::keys::signer::Origin;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::checkpoint::VerifiedCheckpoint;
use crate::ledger::tree;
use crate::ledger::tree::Tiles;
use crate::vault::disk;
use crate::vault::error::VaultError;
use crate::vault::places::Places;

/// What a log whose head is the larger of two notes really had at the size of the smaller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// The root that the larger head's log has at the smaller size.
    pub root: Digest,
    /// The proof of that: from this root to the larger head's (RFC 6962, section 2.1.2).
    pub proof: Vec<Digest>,
}

impl Contradiction {
    /// What excludes `smaller` from the log of `larger`, by the log's tiles; `None` where they do not prove it, or where
    /// nothing does.
    pub fn between(tiles: &dyn Tiles, smaller: &Checkpoint, larger: &Checkpoint) -> Option<Self> {
        let root = tree::earlier_root(tiles, smaller.size, larger.size).ok()?;
        let proof = tree::consistency_proof(tiles, smaller.size, larger.size).ok()?;
        let (old, new) = ((smaller.size, &root), (larger.size, &larger.root));
        (root != smaller.root && tree::verify_consistency(old, new, &proof)).then_some(Self { root, proof })
    }
}

/// The file's text: the smaller note, an empty line, the larger. Where their sizes differ, another empty line, `root` and
/// the root that the larger head's log has at the smaller size, `old` and that size, and the consistency proof's lines:
/// it holds, and the root is not the smaller note's.
pub fn text(smaller: &VerifiedCheckpoint, larger: &VerifiedCheckpoint, why: Option<&Contradiction>) -> Vec<u8> {
    let mut out = [smaller.bytes(), b"\n", larger.bytes()].concat();
    if let Some(Contradiction { root, proof }) = why {
        let encode = |digest: &Digest| STANDARD.encode(digest.as_bytes());
        let mut lines = format!("\nroot {}\nold {}\n", encode(root), smaller.head().size);
        lines.extend(proof.iter().map(|hash| encode(hash) + "\n"));
        out.extend_from_slice(lines.as_bytes());
    }
    out
}

/// Keeps it; where it is kept already, it is the same. Returns the file.
pub fn keep(places: &Places, origin: &Origin, size: u64, text: &[u8]) -> Result<PathBuf, VaultError> {
    let log = Digest::of(origin.as_str().as_bytes()).to_string();
    let which = Digest::of(text).to_string();
    let path = places.evidence().join(format!("fork-{}-{size}-{}.txt", &log[..16], &which[..8]));
    disk::replace(&path, text)?;
    Ok(path)
}
