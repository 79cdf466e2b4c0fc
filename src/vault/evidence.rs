//! Evidence of a fork: two notes by one key that no log which only grows can both have signed, in one file that anyone
//! can check with the log's public key. It is kept in the state directory: a vault that is brought back from a backup
//! must not take it away, and no log may be asked to keep evidence against itself.

use std::fs;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::digest::Digest;
use crate::keys::signer::Origin;
use crate::keys::signer::VerifierKey;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::checkpoint::VerifiedCheckpoint;
use crate::ledger::note::NOTE_LIMIT;
use crate::ledger::note::Note;
use crate::ledger::tree;
use crate::ledger::tree::Tiles;
use crate::vault::disk;
use crate::vault::error::VaultError;
use crate::vault::places::Places;

/// Two notes and a proof.
const EVIDENCE_LIMIT: u64 = 3 * NOTE_LIMIT as u64;

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

/// Where two different heads of the log with this key are kept that exclude each other, if they are. What does not hold
/// two notes by the key is no evidence against it.
pub fn of(places: &Places, key: &VerifierKey) -> Result<Option<PathBuf>, VaultError> {
    let named = format!("fork-{}-", name_of(key.origin()));
    let wrap = |error| VaultError::io(places.evidence(), error);
    let entries = match fs::read_dir(places.evidence()) {
        Err(error) if disk::is_absent(&error) => return Ok(None),
        other => other.map_err(wrap)?,
    };
    for entry in entries {
        let path = entry.map_err(wrap)?.path();
        let is_named = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&named));
        if !is_named || path.extension().is_none_or(|end| end != "txt") {
            continue;
        }
        let bytes = disk::read_capped(&path, EVIDENCE_LIMIT)?.unwrap_or_default();
        if is_by(&bytes, key) {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

/// The two notes of a file of evidence; of any other file, that itself.
pub fn notes(bytes: &[u8]) -> Vec<Vec<u8>> {
    let text = String::from_utf8_lossy(bytes);
    // Two notes, each of two parts, and maybe a proof.
    let parts: Vec<&str> = text.split("\n\n").collect();
    let note = |parts: &[&str]| format!("{}\n\n{}\n", parts[0], parts[1].trim_end_matches('\n')).into_bytes();
    let notes: Vec<Vec<u8>> = parts.chunks_exact(2).take(2).map(note).collect();
    let is_head =
        |bytes: &Vec<u8>| Note::parse(bytes, NOTE_LIMIT).is_ok_and(|note| Checkpoint::parse(&note.text).is_ok());
    match notes.len() == 2 && notes.iter().all(is_head) {
        true => notes,
        false => vec![bytes.to_vec()],
    }
}

fn is_by(bytes: &[u8], key: &VerifierKey) -> bool {
    let heads: Vec<_> = notes(bytes).iter().filter_map(|note| VerifiedCheckpoint::open(note, key).ok()).collect();
    matches!(&heads[..], [one, other] if one.head() != other.head())
}

fn name_of(origin: &Origin) -> String {
    Digest::of(origin.as_str().as_bytes()).to_string()[..16].to_owned()
}

/// Keeps it; where it is kept already, it is the same. Returns the file.
pub fn keep(places: &Places, origin: &Origin, size: u64, text: &[u8]) -> Result<PathBuf, VaultError> {
    let log = name_of(origin);
    let which = Digest::of(text).to_string();
    let path = places.evidence().join(format!("fork-{log}-{size}-{}.txt", &which[..8]));
    disk::replace(&path, text)?;
    Ok(path)
}
