//! Statements: every text that a log key signs and that is no checkpoint (docs/format.md, section 4). Exactly two
//! lines, `subrosa/<word>/v<n>` and one canonical JSON object, signed as a note. The first line is compared whole, so
//! no text signed for one purpose can be taken for another; the second has one spelling. Must not know what a
//! statement leads to.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::jcs;
use crate::keys::signer::SigningKey;
use crate::keys::signer::VerifierKey;
use crate::ledger::note;
use crate::ledger::note::Note;
use crate::ledger::note::NoteError;

/// What a statement is: its first line, and how large it may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// The word of the first line.
    pub word: &'static str,
    /// The number after `v`.
    pub version: u32,
    /// The largest note, in bytes.
    pub limit: usize,
}

impl Kind {
    /// The link from one log to the next ([`crate::ledger::successor::Successor`]).
    pub const SUCCESSOR: Self = Self { word: "successor", version: 1, limit: note::NOTE_LIMIT };
    /// The contact card ([`crate::ledger::card::Card`]).
    pub const CARD: Self = Self { word: "card", version: 1, limit: note::NOTE_LIMIT };
    /// The manifest of a package.
    pub const PACKAGE: Self = Self { word: "package", version: 1, limit: note::MANIFEST_LIMIT };
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "subrosa/{}/v{}", self.word, self.version)
    }
}

/// The body of a statement: a struct whose JSON has exactly the fields of its kind.
pub trait Body: Serialize + DeserializeOwned {
    /// The kind of statement that it is the body of.
    const KIND: Kind;
}

/// Why a statement was not believed, or not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// The note around it is wrong, or not signed by a known key.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// It is not two lines, a kind and one JSON object in canonical form.
    #[error("it is not a statement: {0}")]
    Malformed(&'static str),
    /// It is a statement of another kind, or of another version of this one.
    #[error("it is a {found}, not a {expected}")]
    OtherKind {
        /// The kind that was wanted.
        expected: Kind,
        /// The first line of what was given, in plain ASCII.
        found: String,
    },
}

impl StatementError {
    /// Whether the note may be sound and is only signed by somebody else.
    pub fn is_untrusted(&self) -> bool {
        matches!(self, Self::Note(NoteError::Untrusted))
    }
}

/// Signs `body` as a statement of its kind.
pub fn sign<T: Body>(body: &T, key: &SigningKey) -> Result<Vec<u8>, StatementError> {
    let value = serde_json::to_value(body).map_err(|_| StatementError::Malformed("its body is no JSON"))?;
    sign_value(T::KIND, &value, key)
}

/// As [`sign`], for a body that is put together by hand. The caller answers for its fields.
pub fn sign_value(kind: Kind, body: &Value, key: &SigningKey) -> Result<Vec<u8>, StatementError> {
    if !body.is_object() {
        return Err(StatementError::Malformed("its body is no object"));
    }
    let body = jcs::spell(body).map_err(|_| StatementError::Malformed("its body has no canonical form"))?;
    let bytes = note::sign(&format!("{kind}\n{}\n", String::from_utf8_lossy(&body)), key)?;
    // What nobody could read back must not be signed.
    if bytes.len() > kind.limit {
        return Err(NoteError::TooLong { limit: kind.limit }.into());
    }
    Ok(bytes)
}

/// Reads a statement and verifies it against the `known` keys. Returns the body and the keys that signed, never none.
pub fn open<T: Body>(bytes: &[u8], known: &[VerifierKey]) -> Result<(T, Vec<VerifierKey>), StatementError> {
    let (note, body) = parse(bytes)?;
    let verified = note.verify(known)?;
    Ok((body, verified.signers().to_vec()))
}

/// Reads a statement that names in its own body the key that must have signed it: `signer` finds it there. Such a
/// signature proves possession of the key, and nothing of whose it is.
pub fn open_own<T: Body>(bytes: &[u8], signer: impl FnOnce(&T) -> &VerifierKey) -> Result<T, StatementError> {
    let (note, body) = parse(bytes)?;
    note.verify(std::slice::from_ref(signer(&body)))?;
    Ok(body)
}

/// Reads a statement without verifying anything: for telling what somebody claims, never for acting on it.
pub fn claimed<T: Body>(bytes: &[u8]) -> Result<T, StatementError> {
    Ok(parse(bytes)?.1)
}

fn parse<T: Body>(bytes: &[u8]) -> Result<(Note, T), StatementError> {
    let wrong = StatementError::Malformed;
    let note = Note::parse(bytes, T::KIND.limit)?;
    let mut lines = note.text.split('\n');
    let (Some(kind), Some(body), Some(""), None) = (lines.next(), lines.next(), lines.next(), lines.next()) else {
        return Err(wrong("the text is not exactly two lines"));
    };
    if kind != T::KIND.to_string() {
        if !is_kind(kind) {
            return Err(wrong("the first line is not \"subrosa/<word>/v<n>\""));
        }
        return Err(StatementError::OtherKind { expected: T::KIND, found: kind.to_owned() });
    }
    let read: T = serde_json::from_str(body).map_err(|_| wrong("the second line has not the fields of its kind"))?;
    // Spelled again rather than only read canonically: a field that is left out would read as null.
    if jcs::spell_of(&read).map_err(|_| wrong("the second line has no canonical form"))? != body.as_bytes() {
        return Err(wrong("the second line is not in canonical form, with every field there"));
    }
    Ok((note, read))
}

/// Whether a line has the shape of a kind, and so may be quoted.
fn is_kind(line: &str) -> bool {
    let parts = line.strip_prefix("subrosa/").and_then(|rest| rest.split_once("/v"));
    let word = |word: &str| (1..=32).contains(&word.len()) && word.bytes().all(|c| c.is_ascii_lowercase() || c == b'-');
    let number = |number: &str| number.parse::<u32>().is_ok_and(|n| n > 0 && n.to_string() == number);
    parts.is_some_and(|(name, version)| word(name) && number(version))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand_core::OsRng;
    use serde::Deserialize;
    use serde_json::json;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Said {
        count: i64,
        text: Option<String>,
    }

    impl Body for Said {
        const KIND: Kind = Kind { word: "said", version: 1, limit: 4096 };
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Other {
        count: i64,
        text: Option<String>,
    }

    impl Body for Other {
        const KIND: Kind = Kind { word: "said", version: 2, limit: 4096 };
    }

    fn key() -> SigningKey {
        SigningKey::generate("subrosa/q5c3f7kz2m".parse().unwrap(), &mut OsRng)
    }

    fn said(text: &str) -> Said {
        Said { count: 7, text: Some(text.to_owned()) }
    }

    #[test]
    fn two_lines_and_a_signature() {
        let key = key();
        let note = String::from_utf8(sign(&said("a\nb\tç"), &key).unwrap()).unwrap();
        assert!(note.starts_with("subrosa/said/v1\n{\"count\":7,\"text\":\"a\\nb\\tç\"}\n\n— subrosa/q5c3f7kz2m "));
        assert_eq!(open(note.as_bytes(), &[key.verifier()]), Ok((said("a\nb\tç"), vec![key.verifier()])));
        assert!(open::<Said>(note.as_bytes(), &[]).unwrap_err().is_untrusted());
        let twin = SigningKey::generate(key.origin().clone(), &mut OsRng);
        assert!(open::<Said>(note.as_bytes(), &[twin.verifier()]).unwrap_err().is_untrusted());
    }

    #[test]
    fn one_kind_is_never_taken_for_another() {
        let key = key();
        let note = sign(&said("x"), &key).unwrap();
        let found = "subrosa/said/v1".to_owned();
        let expected = Other::KIND;
        let refused = Err(StatementError::OtherKind { expected, found });
        assert_eq!(open::<Other>(&note, &[key.verifier()]), refused);
        // A checkpoint of a log that is named like a kind has three lines, and a kind has no such second line.
        let checkpoint =
            note::sign("subrosa/said/v1\n7\nvGXR6CignLRKP7LtwiBRzfl2z67K+rGXeTr3o43GMy0=\n", &key).unwrap();
        assert!(matches!(open::<Said>(&checkpoint, &[key.verifier()]), Err(StatementError::Malformed(_))));
    }

    #[test]
    fn other_spellings_are_refused_though_signed() {
        let key = key();
        let good = "subrosa/said/v1\n{\"count\":7,\"text\":null}\n";
        let opened = |text: &str| open::<Said>(&note::sign(text, &key).unwrap(), &[key.verifier()]);
        assert!(opened(good).is_ok());
        for wrong in [
            good.replace(",\"text\":null", ""),
            good.replace("}", ",\"zoo\":1}"),
            good.replace(":7", ": 7"),
            good.replace(":7", ":7.0"),
            good.replace("{\"count\":7,\"text\":null}", "{\"text\":null,\"count\":7}"),
            good.replace("null", "\"\\u0041\""),
            good.replace("null", "\"\u{9b}\""),
            good.replace("{", "[{").replace("}", "}]"),
            format!("{good}\n"),
            format!("\n{good}"),
            format!("{good}more\n"),
            format!("\u{feff}{good}"),
            good.replace("v1", "v01"),
            good.replace("v1", "v1 "),
            good.replace("said", "Said"),
        ] {
            assert!(matches!(opened(&wrong), Err(StatementError::Malformed(_))), "{wrong:?}");
        }
    }

    #[test]
    fn what_could_not_be_read_is_not_signed() {
        let key = key();
        let bounds = |length| sign(&said(&"x".repeat(length)), &key).map(|note| note.len());
        let room = 4096 - bounds(0).unwrap();
        assert_eq!(bounds(room), Ok(4096));
        assert_eq!(bounds(room + 1), Err(NoteError::TooLong { limit: 4096 }.into()));
        assert!(sign(&said("\u{9b}"), &key).is_err());
        for body in [json!([1]), json!({ "count": 1.5 }), json!("text")] {
            assert!(sign_value(Said::KIND, &body, &key).is_err(), "{body}");
        }
    }

    #[test]
    fn no_byte_can_change() {
        let key = key();
        let note = sign(&said("x"), &key).unwrap();
        for at in 0..note.len() {
            for bit in 0..8 {
                let mut changed = note.clone();
                changed[at] ^= 1 << bit;
                assert!(open::<Said>(&changed, &[key.verifier()]).is_err(), "byte {at}, bit {bit}");
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_signed_is_read(count in -jcs::MAX_INTEGER..=jcs::MAX_INTEGER, text in prop::option::of("[ -~\n\té—]{0,80}")) {
            let (key, body) = (key(), Said { count, text });
            let note = sign(&body, &key).unwrap();
            prop_assert_eq!(open(&note, &[key.verifier()]), Ok((body, vec![key.verifier()])));
        }

        #[test]
        fn no_input_panics(first in "(subrosa/)?[a-z/v0-9]{0,12}", second: String, bytes: Vec<u8>) {
            let _ = claimed::<Said>(&bytes);
            let _ = claimed::<Said>(format!("{first}\n{second}\n\n— a AAAAAAA=\n").as_bytes());
            let _ = claimed::<Said>(format!("subrosa/said/v1\n{second}\n\n— a AAAAAAA=\n").as_bytes());
        }
    }
}
