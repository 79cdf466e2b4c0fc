//! Openings: the events behind the leaves, one line of canonical JSON each, kept sealed in the journal
//! (docs/format.md, section 3). Must not know what an event means, nor how a journal is laid out or sealed.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand_core::CryptoRng;
use rand_core::RngCore;
use serde_json::Map;
use serde_json::Value;
use zeroize::Zeroize as _;
use zeroize::Zeroizing;

use crate::jcs;
use crate::keys::signer::Origin;
use crate::ledger::commitment;
use crate::ledger::leaf::Leaf;
use crate::secret::Key;

/// How many openings one journal file holds.
pub const PER_FILE: u64 = 256;

/// The longest line, in bytes, its newline included.
pub const MAX_LINE: usize = 1 << 20;

/// Why a line is no opening. It never quotes the line: that is what the vault keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpeningError {
    /// The line is longer than [`MAX_LINE`].
    #[error("the line is longer than {MAX_LINE} bytes")]
    TooLong,
    /// It does not end in a newline, is not JSON, or is JSON in another spelling than RFC 8785.
    #[error("it is not one line of canonical JSON")]
    NotCanonical,
    /// It is not exactly an event (an object), an index and a salt of 32 bytes.
    #[error("it is not an event, an index and a salt")]
    Shape,
    /// The index does not belong in this file.
    #[error("the index {index} does not belong here")]
    OutOfRange {
        /// The index that the line names.
        index: u64,
    },
    /// The index is not above that of the line before.
    #[error("the index {index} does not ascend")]
    NotAscending {
        /// The index that the line names.
        index: u64,
    },
}

/// The salt of one event. Whoever has it can try guesses at every hidden field, so it never leaves the journal.
pub struct Salt(Key);

impl Salt {
    /// A fresh salt.
    pub fn random(rng: &mut (impl CryptoRng + RngCore)) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *bytes);
        Self::from_bytes(&bytes)
    }

    /// The salt with these bytes. The caller wipes his copy.
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(Key::new(*bytes))
    }

    /// The 32 bytes. The name is long so that every reading place stands out in review.
    pub fn reveal_secret(&self) -> &[u8; 32] {
        self.0.reveal_secret()
    }

    fn parse(text: &str) -> Option<Self> {
        let mut bytes = Zeroizing::new([0; 33]);
        // The length first: 44 characters can spell 33 bytes at most.
        if text.len() != 44 || STANDARD.decode_slice_unchecked(text, &mut *bytes) != Ok(32) {
            return None;
        }
        bytes.first_chunk().map(Self::from_bytes)
    }
}

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// An event with what proves that it is the one a leaf commits to.
pub struct Opening {
    /// Where in the log its leaf stands.
    pub index: u64,
    /// The event.
    pub event: Map<String, Value>,
    /// The event's salt.
    pub salt: Salt,
}

impl fmt::Debug for Opening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Opening({}, [secret])", self.index)
    }
}

impl Opening {
    /// The line that the journal holds, with its newline. Secret: the caller seals it.
    pub fn to_line(&self) -> Result<Vec<u8>, OpeningError> {
        let event = jcs::spell_of(&self.event).map_err(|_| OpeningError::NotCanonical)?;
        if self.index > jcs::MAX_INTEGER.unsigned_abs() {
            return Err(OpeningError::NotCanonical);
        }
        // The rest is spelled by hand, so that the salt enters no JSON value that nobody wipes.
        let salt = Zeroizing::new(STANDARD.encode(self.salt.reveal_secret()));
        let index = self.index.to_string();
        let line = [
            b"{\"event\":",
            event.as_slice(),
            b",\"index\":",
            index.as_bytes(),
            b",\"salt\":\"",
            salt.as_bytes(),
            b"\"}\n",
        ]
        .concat();
        if line.len() > MAX_LINE {
            return Err(OpeningError::TooLong);
        }
        Ok(line)
    }

    /// Reads one line with its newline, which must be canonical to the byte.
    pub fn parse_line(line: &[u8]) -> Result<Self, OpeningError> {
        if line.len() > MAX_LINE {
            return Err(OpeningError::TooLong);
        }
        let json = line.strip_suffix(b"\n").ok_or(OpeningError::NotCanonical)?;
        let value = jcs::parse(json).map_err(|_| OpeningError::NotCanonical)?;
        let Value::Object(mut fields) = value else {
            return Err(OpeningError::Shape);
        };
        let index = fields.get("index").and_then(Value::as_u64).ok_or(OpeningError::Shape)?;
        let (Some(Value::Object(event)), Some(Value::String(mut text)), 3) =
            (fields.remove("event"), fields.remove("salt"), fields.len() + 2)
        else {
            return Err(OpeningError::Shape);
        };
        let salt = Salt::parse(&text);
        text.zeroize();
        Ok(Self { index, event, salt: salt.ok_or(OpeningError::Shape)? })
    }

    /// Whether `leaf` is this event's in the log `origin`.
    #[must_use]
    pub fn matches(&self, origin: &Origin, leaf: &Leaf) -> bool {
        let Leaf::Sealed { commitment } = leaf else {
            return false;
        };
        commitment::commit_event(origin, self.index, &self.event, self.salt.reveal_secret()).as_ref() == Ok(commitment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn opening(index: u64, event: Value) -> Opening {
        let Value::Object(event) = event else { panic!("an event is an object") };
        Opening { index, event, salt: Salt::from_bytes(&[7; 32]) }
    }

    fn line(index: u64) -> Vec<u8> {
        opening(index, json!({"kind": "a", "none": null})).to_line().unwrap()
    }

    #[test]
    fn a_line_is_as_the_format_says() {
        let expected = "{\"event\":{\"kind\":\"a\",\"none\":null},\"index\":3,\
            \"salt\":\"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\"}\n";
        assert_eq!(String::from_utf8(line(3)).unwrap(), expected);
        assert_eq!(Opening::parse_line(&line(3)).unwrap().to_line().unwrap(), line(3));
        assert_eq!(format!("{:?}", Opening::parse_line(&line(3)).unwrap()), "Opening(3, [secret])");
    }

    #[test]
    fn anything_else_is_refused_and_told_apart() {
        use OpeningError::*;
        let good = String::from_utf8(line(3)).unwrap();
        let salt = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
        for (wrong, reason) in [
            (String::new(), NotCanonical),
            (good.trim_end().to_owned(), NotCanonical),
            (format!("{good}\n"), NotCanonical),
            (good.replace(":3,", ": 3,"), NotCanonical),
            (good.replace(":3,", ":3.0,"), NotCanonical),
            (good.replace(":3,", ":-3,"), Shape),
            (good.replace(":3,", ":null,"), Shape),
            (good.replace("}\n", ",\"x\":1}\n"), Shape),
            (good.replace("salt", "salu"), Shape),
            (good.replace("{\"kind\":\"a\",\"none\":null}", "[]"), Shape),
            (good.replace(salt, &salt.replace("c=", "d=")), Shape),
            (good.replace(salt, &salt.replace("c=", "c")), Shape),
            (good.replace(salt, "BwcH"), Shape),
            (good.replace(salt, "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH"), Shape),
            ("{\"fields\":{},\"index\":9}\n".to_owned(), Shape),
            (good.replace("\"a\"", &format!("{:?}", "a".repeat(MAX_LINE))), TooLong),
        ] {
            assert_eq!(Opening::parse_line(wrong.as_bytes()).unwrap_err(), reason, "{wrong:.200}");
        }
    }

    #[test]
    fn what_could_not_be_read_again_is_not_written() {
        assert_eq!(opening(1 << 53, json!({})).to_line(), Err(OpeningError::NotCanonical));
        assert_eq!(opening(1, json!({"a": 0.5})).to_line(), Err(OpeningError::NotCanonical));
        assert_eq!(opening(1, json!({"a": "\u{7f}"})).to_line(), Err(OpeningError::NotCanonical));
        assert_eq!(opening(1, json!({"a": "a".repeat(MAX_LINE)})).to_line(), Err(OpeningError::TooLong));
    }

    #[test]
    fn an_opening_matches_its_own_leaf_alone() {
        let origin: Origin = "subrosa/q5c3f7kz2m".parse().unwrap();
        let one = opening(3, json!({"kind": "a"}));
        let commit = |index, event: &Map<_, _>, salt| {
            let commitment = commitment::commit_event(&origin, index, event, salt).unwrap();
            Leaf::Sealed { commitment }
        };
        let leaf = commit(3, &one.event, &[7; 32]);
        assert!(one.matches(&origin, &leaf));
        assert!(!one.matches(&"subrosa/q5c3f7kz2n".parse().unwrap(), &leaf));
        assert!(!one.matches(&origin, &commit(4, &one.event, &[7; 32])));
        assert!(!one.matches(&origin, &commit(3, &one.event, &[8; 32])));
        assert!(!one.matches(&origin, &commit(3, &Map::new(), &[7; 32])));
        let Leaf::Sealed { commitment } = leaf else { unreachable!() };
        assert!(!one.matches(&origin, &Leaf::Predecessor { text: commitment }));
    }

    proptest! {
        #[test]
        fn line_and_opening_are_inverse(
            index in 0..=jcs::MAX_INTEGER.unsigned_abs(),
            salt: [u8; 32],
            event in prop::collection::btree_map("[ -~]{0,8}", "[ -~\n\té]{0,9}", 0..6),
        ) {
            let event: Map<_, _> = event.into_iter().map(|(name, text)| (name, Value::from(text))).collect();
            let opening = Opening { index, event, salt: Salt::from_bytes(&salt) };
            let line = opening.to_line().unwrap();
            let read = Opening::parse_line(&line).unwrap();
            prop_assert_eq!((read.index, &read.event, read.salt.reveal_secret()), (index, &opening.event, &salt));
            prop_assert_eq!(read.to_line().unwrap(), line);
        }

        #[test]
        fn no_input_panics_and_what_is_read_is_spelled_the_same(at in 0..90usize, with: u8, bytes: Vec<u8>) {
            let mut changed = line(3);
            changed[at] = with;
            for input in [changed, bytes] {
                if let Ok(opening) = Opening::parse_line(&input) {
                    prop_assert_eq!(opening.to_line().unwrap(), input.clone());
                }
            }
        }
    }
}
