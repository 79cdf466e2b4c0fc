//! Evidence of a fork: two notes by one key that no log which only grows can both have signed, in one file that anyone
//! can check with the log's public key. Each is a checkpoint, or a link to a successor, which names a head too. It is kept in the state directory: a vault that is brought back from a backup
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
use crate::ledger::statement;
use crate::ledger::successor::Successor;
use crate::ledger::tree;
use crate::ledger::tree::Tiles;
use crate::vault::disk;
use crate::vault::error::VaultError;
use crate::vault::places::Places;

/// Two notes and a proof, in bytes.
pub const EVIDENCE_LIMIT: usize = 3 * NOTE_LIMIT;

/// The most lines of one proof: a tree of 2^63 leaves is as high.
const MAX_PROOF: usize = 64;

/// A file of evidence as it was read. Neither the signatures nor the proof are verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The notes, byte for byte, that with the smaller size first.
    pub notes: [Vec<u8>; 2],
    /// What their heads say.
    pub claimed: [Checkpoint; 2],
    /// Why they exclude each other, where their sizes differ.
    pub why: Option<Contradiction>,
}

impl Evidence {
    /// Reads a file of evidence, which has one spelling; `None` where it is none.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let parts: Vec<&str> =
            std::str::from_utf8(bytes).ok().filter(|_| bytes.len() <= EVIDENCE_LIMIT)?.split("\n\n").collect();
        let [smaller, by, larger, by_too, why @ ..] = &parts[..] else { return None };
        let notes = [format!("{smaller}\n\n{by}\n"), format!("{larger}\n\n{}\n", by_too.trim_end_matches('\n'))];
        let [one, other] = notes.map(String::into_bytes);
        let claimed = [head_of(&one)?, head_of(&other)?];
        let old = claimed[0].size;
        let why = match why {
            [] => None,
            [lines] if old < claimed[1].size => Some(Contradiction::parse(lines, old)?),
            _ => return None,
        };
        let evidence = Self { notes: [one, other], claimed, why };
        (old <= evidence.claimed[1].size && evidence.to_bytes() == bytes).then_some(evidence)
    }

    /// The file's text.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let Self { notes: [one, other], claimed, why } = self;
        written([one, other], claimed[0].size, why.as_ref())
    }

    /// Whether one of the heads is named by a link to a successor.
    #[must_use]
    pub fn has_link(&self) -> bool {
        self.notes.iter().any(|note| link_in(note).is_some())
    }
}

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
        let why = Self { root, proof };
        why.excludes(smaller, larger).then_some(why)
    }

    /// Whether it shows that `larger` does not continue `smaller`.
    #[must_use]
    pub fn excludes(&self, smaller: &Checkpoint, larger: &Checkpoint) -> bool {
        let (old, new) = ((smaller.size, &self.root), (larger.size, &larger.root));
        self.root != smaller.root && tree::verify_consistency(old, new, &self.proof)
    }

    fn parse(text: &str, size: u64) -> Option<Self> {
        let hash = |line: &str| Some(Digest::from_bytes(STANDARD.decode(line).ok()?.try_into().ok()?));
        let mut lines = text.lines();
        let root = hash(lines.next()?.strip_prefix("root ")?)?;
        let old = lines.next()?.strip_prefix("old ")?;
        let proof = lines.map(hash).collect::<Option<Vec<_>>>()?;
        (old == size.to_string() && proof.len() <= MAX_PROOF).then_some(Self { root, proof })
    }
}

/// The file's text: the smaller note, an empty line, the larger. Where their sizes differ, another empty line, `root` and
/// the root that the larger head's log has at the smaller size, `old` and that size, and the consistency proof's lines:
/// it holds, and the root is not the smaller note's.
pub fn text(smaller: &VerifiedCheckpoint, larger: &VerifiedCheckpoint, why: Option<&Contradiction>) -> Vec<u8> {
    written([smaller.bytes(), larger.bytes()], smaller.head().size, why)
}

/// The same of any two notes, each with the head that it names, in either order; `tiles` are those of the log of one of
/// them. `None` where nothing shows that they exclude each other.
pub fn text_of(tiles: &dyn Tiles, one: (&Checkpoint, &[u8]), other: (&Checkpoint, &[u8])) -> Option<Vec<u8>> {
    let (smaller, larger) = if one.0.size <= other.0.size { (one, other) } else { (other, one) };
    let size = smaller.0.size;
    if size == larger.0.size {
        return (smaller.0.root != larger.0.root).then(|| written([smaller.1, larger.1], size, None));
    }
    let why = Contradiction::between(tiles, smaller.0, larger.0)?;
    Some(written([smaller.1, larger.1], size, Some(&why)))
}

fn written([smaller, larger]: [&[u8]; 2], size: u64, why: Option<&Contradiction>) -> Vec<u8> {
    let mut out = [smaller, b"\n", larger].concat();
    if let Some(Contradiction { root, proof }) = why {
        let encode = |digest: &Digest| STANDARD.encode(digest.as_bytes());
        let mut lines = format!("\nroot {}\nold {size}\n", encode(root));
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
        let bytes = disk::read_capped(&path, EVIDENCE_LIMIT as u64)?.unwrap_or_default();
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
    match notes.len() == 2 && notes.iter().all(|note| head_of(note).is_some()) {
        true => notes,
        false => vec![bytes.to_vec()],
    }
}

/// The head that a note names: a checkpoint, or the link to a log's successor.
fn head_of(note: &[u8]) -> Option<Checkpoint> {
    let head = Checkpoint::parse(&Note::parse(note, NOTE_LIMIT).ok()?.text).ok();
    head.or_else(|| Some(link_in(note)?.head()))
}

/// What a note says that is a link and no checkpoint. Nothing is verified.
pub fn link_in(note: &[u8]) -> Option<Successor> {
    statement::claimed(note).ok()
}

fn is_by(bytes: &[u8], key: &VerifierKey) -> bool {
    let open = |note: &Vec<u8>| match VerifiedCheckpoint::open(note, key) {
        Ok(head) => Some(head.head().clone()),
        Err(_) => Successor::open(note, key).ok().map(|link| link.head()),
    };
    let heads: Vec<_> = notes(bytes).iter().filter_map(open).collect();
    matches!(&heads[..], [one, other] if one != other)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::signer::SigningKey;
    use proptest::prelude::*;
    use rand_core::OsRng;

    /// Evidence of two heads of these sizes; with a proof of as many hashes, if any.
    fn evidence(sizes: [u64; 2], proof: Option<u8>) -> Vec<u8> {
        let key = SigningKey::generate("subrosa/q5c3f7kz2m".parse().unwrap(), &mut OsRng);
        let sign = |size: u64, root: &[u8]| {
            VerifiedCheckpoint::sign(Checkpoint { origin: key.origin().clone(), size, root: Digest::of(root) }, &key)
        };
        let [one, other] = [sign(sizes[0], b"one"), sign(sizes[1], b"other")].map(Result::unwrap);
        let proof = proof.map(|lines| (0..lines).map(|line| Digest::of(&[line])).collect());
        let why = proof.map(|proof| Contradiction { root: Digest::of(b"root"), proof });
        text(&one, &other, why.as_ref())
    }

    #[test]
    fn it_has_one_spelling() {
        for (sizes, proof) in [([4, 4], None), ([4, 6], None), ([4, 6], Some(0)), ([4, 6], Some(3))] {
            let bytes = evidence(sizes, proof);
            let read = Evidence::parse(&bytes).unwrap();
            assert_eq!(read.claimed.each_ref().map(|head| head.size), sizes);
            assert_eq!(read.why.as_ref().map(|why| why.proof.len()), proof.map(usize::from));
            assert_eq!(notes(&bytes), read.notes);
            for wrong in [[&bytes[..], b"\n"].concat(), [b"\n", &bytes[..]].concat(), bytes[..bytes.len() - 1].to_vec()]
            {
                assert_eq!(Evidence::parse(&wrong), None);
            }
        }
        // Of one size nothing has to be shown; the smaller comes first; a note alone is none.
        for bytes in [evidence([4, 4], Some(1)), evidence([6, 4], None), evidence([4, 6], Some(65))] {
            assert_eq!(Evidence::parse(&bytes), None);
        }
        assert_eq!(Evidence::parse(&notes(&evidence([4, 6], None))[0]), None);
    }

    proptest! {
        #[test]
        fn no_input_panics(at in 0usize..600, byte in any::<u8>(), junk in any::<Vec<u8>>()) {
            let _ = Evidence::parse(&junk);
            let mut bytes = evidence([4, 6], Some(2));
            let at = at % bytes.len();
            bytes[at] = byte;
            if let Some(read) = Evidence::parse(&bytes) {
                let [one, other] = &read.notes;
                prop_assert_eq!(written([one, other], read.claimed[0].size, read.why.as_ref()), bytes);
            }
        }
    }
}
