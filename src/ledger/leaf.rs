//! Leaves: what stands in the log for everyone to see, which is next to nothing (docs/format.md, section 3).
//! Must not know what a commitment commits to.

use crate::digest::Digest;

/// What a leaf of this format begins with.
const MAGIC: &[u8; 4] = b"SRL1";

/// The hash of a next log's key when none was made in advance.
const NONE: [u8; 32] = [0; 32];

/// Why bytes are no leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LeafError {
    /// Written by a later version: another magic.
    #[error("the leaf is of a newer format")]
    Newer,
    /// The magic is ours; kind or length are not.
    #[error("the leaf is malformed")]
    Malformed,
}

/// One entry of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaf {
    /// An event, of which only its commitment is shown.
    Sealed {
        /// The commitment ([`crate::ledger::commitment`]).
        commitment: Digest,
    },
    /// The first leaf of every log, and of nothing else.
    Genesis {
        /// The log's Ed25519 public key.
        public: [u8; 32],
        /// SHA-256 of the public key of the log that will follow, when one was made in advance.
        next: Option<Digest>,
    },
    /// The second leaf of a log that continues another.
    Predecessor {
        /// SHA-256 of the text of that log's last checkpoint.
        text: Digest,
    },
}

impl Leaf {
    /// The leaf's bytes: magic, kind, body.
    pub fn to_bytes(&self) -> Vec<u8> {
        let (kind, body, next): (u8, &[u8; 32], &[u8]) = match self {
            Self::Sealed { commitment } => (0x00, commitment.as_bytes(), &[]),
            Self::Genesis { public, next } => (0x01, public, next.as_ref().map_or(&NONE, Digest::as_bytes).as_slice()),
            Self::Predecessor { text } => (0x02, text.as_bytes(), &[]),
        };
        [MAGIC.as_slice(), &[kind], body, next].concat()
    }

    /// Reads a leaf.
    pub fn parse(bytes: &[u8]) -> Result<Self, LeafError> {
        let (magic, rest) = bytes.split_first_chunk().ok_or(LeafError::Malformed)?;
        if magic != MAGIC {
            return Err(LeafError::Newer);
        }
        let (kind, body) = rest.split_first().ok_or(LeafError::Malformed)?;
        let (first, second) = body.split_first_chunk::<32>().ok_or(LeafError::Malformed)?;
        match (kind, second.len()) {
            (0x00, 0) => Ok(Self::Sealed { commitment: Digest::from_bytes(*first) }),
            (0x01, 32) => {
                let next: [u8; 32] = second.try_into().map_err(|_| LeafError::Malformed)?;
                Ok(Self::Genesis { public: *first, next: (next != NONE).then(|| Digest::from_bytes(next)) })
            }
            (0x02, 0) => Ok(Self::Predecessor { text: Digest::from_bytes(*first) }),
            _ => Err(LeafError::Malformed),
        }
    }

    /// The leaf's hash in the tree (RFC 6962, section 2.1).
    pub fn hash(&self) -> Digest {
        hash_of(&self.to_bytes())
    }

    /// Whether a leaf of this kind may stand at `index`: genesis at 0, and nothing else there; a predecessor at 1
    /// alone.
    pub fn may_stand_at(&self, index: u64) -> bool {
        match self {
            Self::Genesis { .. } => index == 0,
            Self::Predecessor { .. } => index == 1,
            Self::Sealed { .. } => index > 0,
        }
    }
}

/// The RFC 6962 hash of a leaf's bytes, whatever they are.
pub fn hash_of(leaf: &[u8]) -> Digest {
    Digest::of(&[&[0x00], leaf].concat())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    pub fn any_leaf() -> impl Strategy<Value = Leaf> {
        let digest = || any::<[u8; 32]>().prop_map(Digest::from_bytes);
        prop_oneof![
            digest().prop_map(|commitment| Leaf::Sealed { commitment }),
            (any::<[u8; 32]>(), prop::option::of(digest())).prop_map(|(public, next)| Leaf::Genesis { public, next }),
            digest().prop_map(|text| Leaf::Predecessor { text }),
        ]
    }

    #[test]
    fn lengths_are_those_of_the_format() {
        let digest = Digest::of(b"");
        for (leaf, length) in [
            (Leaf::Sealed { commitment: digest }, 37),
            (Leaf::Genesis { public: [7; 32], next: None }, 69),
            (Leaf::Genesis { public: [7; 32], next: Some(digest) }, 69),
            (Leaf::Predecessor { text: digest }, 37),
        ] {
            let bytes = leaf.to_bytes();
            assert_eq!(bytes.len(), length);
            for cut in 0..length {
                assert_eq!(Leaf::parse(&bytes[..cut]), Err(LeafError::Malformed), "{cut}");
            }
            assert_eq!(Leaf::parse(&[&bytes[..], &[0]].concat()), Err(LeafError::Malformed));
        }
    }

    #[test]
    fn newer_is_not_malformed() {
        let mut bytes = Leaf::Sealed { commitment: Digest::of(b"") }.to_bytes();
        bytes[4] = 0x03;
        assert_eq!(Leaf::parse(&bytes), Err(LeafError::Malformed));
        bytes[3] = b'2';
        assert_eq!(Leaf::parse(&bytes), Err(LeafError::Newer));
    }

    proptest! {
        #[test]
        fn bytes_and_leaf_are_inverse(leaf in any_leaf()) {
            prop_assert_eq!(Leaf::parse(&leaf.to_bytes()), Ok(leaf));
        }

        #[test]
        fn no_input_panics_and_what_is_read_is_spelled_the_same(kind in 0..4u8, body: Vec<u8>, length in 0..70usize) {
            let body = if length < 32 { body } else { vec![kind; length] };
            let bytes = [MAGIC, [kind].as_slice(), &body].concat();
            if let Ok(leaf) = Leaf::parse(&bytes) {
                prop_assert_eq!(leaf.to_bytes(), bytes);
            }
        }
    }
}
