//! Proofs of one entry (<https://c2sp.org/tlog-proof>): where it stands, the hashes beside its way to the root, and the
//! signed head. [`Proof`] is a claim: its caller computes the leaf, opens the head with a key he trusts, and asks
//! [`Proof::holds_for`]. Must not know what the extra data says (that is [`crate::ledger::shown`]'s).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::digest::Digest;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::checkpoint::CheckpointError;
use crate::ledger::leaf::Leaf;
use crate::ledger::note::NOTE_LIMIT;
use crate::ledger::note::Note;
use crate::ledger::tree;

/// The first line.
const VERSION: &str = "c2sp.org/tlog-proof@v1";

/// The most hashes that a proof in a tree of at most 2^63-1 leaves takes.
pub const MAX_HASHES: usize = 63;

/// The largest tree that a proof is about: what every reader's integers hold.
pub const MAX_SIZE: u64 = i64::MAX as u64;

/// Why a text is no proof.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// It is larger than [`NOTE_LIMIT`].
    #[error("the proof is larger than {NOTE_LIMIT} bytes")]
    TooLong,
    /// It is not in its one spelling.
    #[error("it is no proof: {0}")]
    Malformed(&'static str),
    /// What stands at its end is no checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The entry would stand beyond the tree's end.
    #[error("it is no proof: the index {index} lies outside a tree of {size}")]
    Outside {
        /// The index.
        index: u64,
        /// The size that the checkpoint names.
        size: u64,
    },
}

/// A proof in its one spelling; nothing in it is verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    extra: Option<Vec<u8>>,
    index: u64,
    hashes: Vec<Digest>,
    note: Vec<u8>,
    claimed: Checkpoint,
}

impl Proof {
    /// The proof that the entry at `index` stands under the head of `note`, a signed checkpoint. `hashes` go from the
    /// leaf's sibling up.
    pub fn new(extra: Option<Vec<u8>>, index: u64, hashes: Vec<Digest>, note: &[u8]) -> Result<Self, ProofError> {
        let read = |error| ProofError::Checkpoint(CheckpointError::Malformed(format!("{error}")));
        let claimed = Checkpoint::parse(&Note::parse(note, NOTE_LIMIT).map_err(read)?.text)?;
        if claimed.size > MAX_SIZE {
            return Err(ProofError::Malformed("a tree of more than 2^63-1 leaves"));
        }
        if index >= claimed.size {
            return Err(ProofError::Outside { index, size: claimed.size });
        }
        if hashes.len() > MAX_HASHES {
            return Err(ProofError::Malformed("more than 63 hashes"));
        }
        if extra.as_ref().is_some_and(Vec::is_empty) {
            return Err(ProofError::Malformed("an extra line that says nothing"));
        }
        Ok(Self { extra, index, hashes, note: note.to_vec(), claimed })
    }

    /// Reads a proof of at most [`NOTE_LIMIT`] bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, ProofError> {
        if bytes.len() > NOTE_LIMIT {
            return Err(ProofError::TooLong);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| ProofError::Malformed("it is not UTF-8"))?;
        let rest = text.strip_prefix(VERSION).and_then(|rest| rest.strip_prefix('\n'));
        let mut rest = rest.ok_or(ProofError::Malformed("the first line is not \"c2sp.org/tlog-proof@v1\""))?;
        let mut extra = None;
        if let Some(line) = rest.strip_prefix("extra ") {
            let (base64, after) = line.split_once('\n').ok_or(ProofError::Malformed("it ends too early"))?;
            extra = Some(STANDARD.decode(base64).map_err(|_| ProofError::Malformed("the extra line is not base64"))?);
            rest = after;
        }
        const NO_INDEX: ProofError = ProofError::Malformed("no line \"index <number>\"");
        let (digits, mut rest) = rest.strip_prefix("index ").and_then(|line| line.split_once('\n')).ok_or(NO_INDEX)?;
        let index = digits.parse::<u64>().ok().filter(|index| index.to_string() == digits).ok_or(NO_INDEX)?;
        let mut hashes = Vec::new();
        loop {
            let no_end = ProofError::Malformed("no empty line before the checkpoint");
            let (line, after) = rest.split_once('\n').ok_or(no_end)?;
            rest = after;
            if line.is_empty() {
                break;
            }
            let bytes = STANDARD.decode(line).ok().and_then(|bytes| bytes.try_into().ok());
            let bytes = bytes.ok_or(ProofError::Malformed("a line is not the base64 of a hash"))?;
            hashes.push(Digest::from_bytes(bytes));
        }
        Self::new(extra, index, hashes, rest.as_bytes())
    }

    /// The proof's one spelling.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = format!("{VERSION}\n");
        if let Some(extra) = &self.extra {
            out.push_str(&format!("extra {}\n", STANDARD.encode(extra)));
        }
        out.push_str(&format!("index {}\n", self.index));
        for hash in &self.hashes {
            out.push_str(&format!("{}\n", STANDARD.encode(hash.as_bytes())));
        }
        out.push('\n');
        [out.as_bytes(), &self.note].concat()
    }

    /// What came with it, to be believed only as far as the leaf bears it out.
    pub fn extra(&self) -> Option<&[u8]> {
        self.extra.as_deref()
    }

    /// Where the entry stands.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// The signed checkpoint, as yet unverified.
    pub fn note(&self) -> &[u8] {
        &self.note
    }

    /// What the checkpoint claims.
    pub fn claimed(&self) -> &Checkpoint {
        &self.claimed
    }

    /// Whether the hashes show that `leaf` stands at the index under the claimed head. A proof that does not hold says
    /// nothing against the log.
    #[must_use]
    pub fn holds_for(&self, leaf: &Leaf) -> bool {
        let Checkpoint { size, root, .. } = &self.claimed;
        leaf.may_stand_at(self.index) && tree::verify_inclusion(&leaf.hash(), self.index, *size, &self.hashes, root)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::signer::SigningKey;
    use crate::ledger::checkpoint::VerifiedCheckpoint;
    use crate::ledger::tree::MemoryTiles;
    use proptest::prelude::*;
    use rand_core::OsRng;

    fn leaf(index: u64) -> Leaf {
        match index {
            0 => Leaf::Genesis { public: [9; 32], next: None },
            _ => Leaf::Sealed { commitment: Digest::of(&index.to_be_bytes()) },
        }
    }

    fn signed(key: &SigningKey, size: u64, root: Digest) -> Vec<u8> {
        let head = Checkpoint { origin: key.origin().clone(), size, root };
        VerifiedCheckpoint::sign(head, key).unwrap().bytes().to_vec()
    }

    fn key() -> SigningKey {
        SigningKey::generate("subrosa/q5c3f7kz2m".parse().unwrap(), &mut OsRng)
    }

    fn proof(index: u64, size: u64) -> Proof {
        let leaves: Vec<_> = (0..size).map(leaf).collect();
        let mut tiles = MemoryTiles::default();
        let growth = tree::append(&tiles, (0, tree::empty_root()), &leaves).unwrap();
        tiles.apply(&growth);
        let hashes = tree::inclusion_proof(&tiles, index, size).unwrap();
        Proof::new(Some(b"extra".to_vec()), index, hashes, &signed(&key(), size, growth.root)).unwrap()
    }

    #[test]
    fn the_shape_is_that_of_the_specification() {
        let text = String::from_utf8(proof(2, 5).to_bytes()).unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[..3], ["c2sp.org/tlog-proof@v1", "extra ZXh0cmE=", "index 2"]);
        assert!(lines[3..6].iter().all(|line| line.len() == 44));
        assert_eq!((lines[6], lines[7], lines[8]), ("", "subrosa/q5c3f7kz2m", "5"));
    }

    #[test]
    fn the_known_answer_of_the_format() {
        let page = include_str!("../../docs/format.md");
        let at = page.find("c2sp.org/tlog-proof@v1\nextra eyJ").expect("the page shows a proof");
        let text = &page[at..at + page[at..].find("```").unwrap()];
        let proof = Proof::parse(text.as_bytes()).unwrap();
        let key = "subrosa/q5c3f7kz2m+8803ed97+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c".parse().unwrap();
        let head = VerifiedCheckpoint::open(proof.note(), &key).unwrap();
        let shown = crate::ledger::shown::Shown::parse(proof.extra().unwrap()).unwrap();
        assert!(proof.holds_for(&shown.leaf(&head.head().origin, proof.index()).unwrap()));
        let names: Vec<_> = shown.shown().map(|(name, _)| name.to_owned()).collect();
        assert_eq!((proof.index(), names), (1, vec!["kind".to_owned(), "time".to_owned()]));
    }

    #[test]
    fn it_holds_for_its_leaf_alone() {
        for (index, size) in [(0, 1), (1, 2), (2, 5), (255, 256), (256, 257), (299, 300)] {
            let proof = proof(index, size);
            assert_eq!(Proof::parse(&proof.to_bytes()), Ok(proof.clone()));
            assert!(proof.holds_for(&leaf(index)), "{index} of {size}");
            assert!(!proof.holds_for(&leaf(index + 1)), "{index} of {size}");
        }
        // A sealed leaf never stands where the log begins, whatever the hashes say.
        let key = key();
        let root = leaf(1).hash();
        let forged = Proof::new(None, 0, Vec::new(), &signed(&key, 1, root)).unwrap();
        assert!(!forged.holds_for(&leaf(1)));
    }

    #[test]
    fn other_spellings_are_refused() {
        let good = String::from_utf8(proof(2, 5).to_bytes()).unwrap();
        let hash = format!("{}\n", good.lines().nth(3).unwrap());
        for wrong in [
            String::new(),
            good.replace("@v1", "@v2"),
            good.replace("@v1\n", "@v1 \n"),
            good.replace("extra ", "extra  "),
            good.replace("ZXh0cmE=", "ZXh0cmE"),
            good.replace("ZXh0cmE=", "ZXh0cmF="),
            good.replace("ZXh0cmE=", ""),
            good.replace("extra ZXh0cmE=\n", "extra ZXh0cmE=\nextra ZXh0cmE=\n"),
            good.replace("extra ZXh0cmE=\nindex 2\n", "index 2\nextra ZXh0cmE=\n"),
            good.replace("index 2\n", ""),
            good.replace("index 2", "index 02"),
            good.replace("index 2", "index -2"),
            good.replace("index 2", "index +2"),
            good.replace("index 2", "index 2 "),
            good.replace("index 2", "index 5"),
            good.replace("index 2", "index 18446744073709551616"),
            good.replace(&hash, &hash.repeat(62)),
            good.replace(&hash, "AAAA\n"),
            good.replace(&hash, &hash.replace("=\n", "\n")),
            good.replacen("\n\nsubrosa", "\nsubrosa", 1),
            good.replacen("\n\nsubrosa", "\n\n\nsubrosa", 1),
            good.replace("\n5\n", "\n0\n"),
            good.replace("\n5\n", "\n05\n"),
            good.replace("\n5\n", "\n9223372036854775808\n"),
            good.replace('\n', "\r\n"),
            format!("\u{feff}{good}"),
            good.replace("index", "\0index"),
            good.trim_end().to_owned(),
            format!("{good}\n"),
            format!("{good}junk\n"),
            format!("{good}{}", "— a AAAAAAA=\n".repeat(NOTE_LIMIT / 8)),
        ] {
            assert!(Proof::parse(wrong.as_bytes()).is_err(), "{wrong:.300}");
        }
        assert!(Proof::parse(good.replace("\n5\n", "\n9223372036854775807\n").as_bytes()).is_ok());
        assert!(Proof::parse(good.replace(&hash, &hash.repeat(61)).as_bytes()).is_ok(), "63 hashes");
        assert!(Proof::parse(good.replace("extra ZXh0cmE=\n", "").as_bytes()).is_ok());
    }

    #[test]
    fn no_byte_can_change() {
        let key = key();
        let leaves: Vec<_> = (0..5).map(leaf).collect();
        let mut tiles = MemoryTiles::default();
        let growth = tree::append(&tiles, (0, tree::empty_root()), &leaves).unwrap();
        tiles.apply(&growth);
        let hashes = tree::inclusion_proof(&tiles, 3, 5).unwrap();
        let good = Proof::new(None, 3, hashes, &signed(&key, 5, growth.root)).unwrap().to_bytes();
        let holds = |bytes: &[u8]| {
            let Ok(proof) = Proof::parse(bytes) else { return false };
            VerifiedCheckpoint::open(proof.note(), &key.verifier()).is_ok() && proof.holds_for(&leaf(3))
        };
        assert!(holds(&good));
        for at in 0..good.len() {
            for bit in 0..8 {
                let mut changed = good.clone();
                changed[at] ^= 1 << bit;
                assert!(!holds(&changed), "byte {at}, bit {bit}");
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_spelled_is_read(
            extra in prop::option::of(prop::collection::vec(any::<u8>(), 1..60)),
            (size, index) in (1..=MAX_SIZE).prop_flat_map(|size| (Just(size), 0..size)),
            hashes in prop::collection::vec(any::<[u8; 32]>(), 0..=MAX_HASHES),
        ) {
            let hashes = hashes.into_iter().map(Digest::from_bytes).collect();
            let proof = Proof::new(extra, index, hashes, &signed(&key(), size, Digest::of(b""))).unwrap();
            prop_assert_eq!(Proof::parse(&proof.to_bytes()), Ok(proof));
        }

        #[test]
        fn no_input_panics_and_what_is_read_is_spelled_the_same(at: prop::sample::Index, with: u8, bytes: Vec<u8>) {
            let mut changed = proof(2, 5).to_bytes();
            let at = at.index(changed.len());
            changed[at] = with;
            for input in [changed, bytes] {
                if let Ok(proof) = Proof::parse(&input) {
                    prop_assert_eq!(proof.to_bytes(), input);
                }
            }
        }
    }
}
