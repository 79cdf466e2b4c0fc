//! Signed notes (<https://c2sp.org/signed-note>): a text, an empty line, signature lines. Read more strictly than the
//! reference tools do, so that each note has one spelling (docs/format.md, section 4). Must not know what the text
//! says.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::keys::signer::Origin;
use crate::keys::signer::SigningKey;
use crate::keys::signer::VerifierKey;

/// The largest checkpoint, card, acknowledgement or proof, in bytes.
pub const NOTE_LIMIT: usize = 256 << 10;

/// The largest manifest, in bytes.
pub const MANIFEST_LIMIT: usize = 64 << 20;

/// The most signature lines of one note.
pub const MAX_SIGNATURES: usize = 64;

/// Why a note was not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// The note is larger than its kind may be.
    #[error("the note is larger than {limit} bytes")]
    TooLong {
        /// The limit, in bytes.
        limit: usize,
    },
    /// It is not a signed note in its one spelling.
    #[error("it is not a signed note: {0}")]
    Malformed(&'static str),
    /// No signature is by a known key.
    #[error("untrusted key: no signature is by a known key")]
    Untrusted,
    /// A known key signed more than once.
    #[error("two signatures by {0}")]
    Repeated(Origin),
    /// A signature in the name of a known key does not hold.
    #[error("the signature by {0} does not hold")]
    BadSignature(Origin),
}

/// One signature line, as yet unverified: `— <name> <base64(key id || signature)>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureLine {
    /// The name of the key.
    pub name: Origin,
    /// The key's id, which tells keys of one name apart.
    pub key_id: u32,
    /// The signature; its length depends on the type of the key. Never empty.
    pub signature: Vec<u8>,
}

/// A note whose signatures nobody has verified yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The signed text, with its final newline.
    pub text: String,
    /// The signature lines, in their order.
    pub signatures: Vec<SignatureLine>,
}

/// A note that at least one known key signed, and no known key falsely.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedNote {
    text: String,
    signers: Vec<VerifierKey>,
}

impl VerifiedNote {
    /// The signed text, with its final newline.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The known keys that signed, in the order of their lines. Never empty.
    pub fn signers(&self) -> &[VerifierKey] {
        &self.signers
    }
}

impl Note {
    /// Reads a note of at most `limit` bytes. Nothing is verified.
    pub fn parse(bytes: &[u8], limit: usize) -> Result<Self, NoteError> {
        if bytes.len() > limit {
            return Err(NoteError::TooLong { limit });
        }
        let note = std::str::from_utf8(bytes).map_err(|_| NoteError::Malformed("it is not UTF-8"))?;
        // The last empty line parts text from signatures: no signature line is empty, but a line of the text may be.
        let at = note.rfind("\n\n").ok_or(NoteError::Malformed("no empty line before the signatures"))?;
        let (text, lines) = (&note[..=at], &note[at + 2..]);
        check_text(text)?;
        let lines = lines.strip_suffix('\n').ok_or(NoteError::Malformed("no newline at its end"))?;
        if lines.split('\n').nth(MAX_SIGNATURES).is_some() {
            return Err(NoteError::Malformed("more than 64 signatures"));
        }
        let signatures = lines.split('\n').map(SignatureLine::parse).collect::<Result<_, _>>()?;
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// The note's one spelling.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = format!("{}\n", self.text);
        for line in &self.signatures {
            let bytes = [&line.key_id.to_be_bytes(), line.signature.as_slice()].concat();
            out.push_str(&format!("— {} {}\n", line.name, STANDARD.encode(bytes)));
        }
        out.into_bytes()
    }

    /// Verifies the note against the `known` keys; signatures by others are ignored.
    pub fn verify(self, known: &[VerifierKey]) -> Result<VerifiedNote, NoteError> {
        let mut signers: Vec<VerifierKey> = Vec::new();
        for line in &self.signatures {
            let is_named = |key: &&VerifierKey| *key.origin() == line.name && key.key_id() == line.key_id;
            if !known.iter().any(|key| is_named(&key)) {
                continue;
            }
            if signers.iter().any(|key| is_named(&key)) {
                return Err(NoteError::Repeated(line.name.clone()));
            }
            let signer = known.iter().filter(is_named).find(|key| key.verify(self.text.as_bytes(), &line.signature));
            signers.push(signer.ok_or_else(|| NoteError::BadSignature(line.name.clone()))?.clone());
        }
        if signers.is_empty() {
            return Err(NoteError::Untrusted);
        }
        Ok(VerifiedNote { text: self.text, signers })
    }
}

impl SignatureLine {
    fn parse(line: &str) -> Result<Self, NoteError> {
        const WRONG: NoteError = NoteError::Malformed("a signature line is not \"— <name> <base64>\"");
        let (name, base64) = line.strip_prefix("— ").and_then(|rest| rest.split_once(' ')).ok_or(WRONG)?;
        let bytes = STANDARD.decode(base64).map_err(|_| WRONG)?;
        let (key_id, signature) = bytes.split_first_chunk().ok_or(WRONG)?;
        if signature.is_empty() {
            return Err(WRONG);
        }
        let name = name.parse().map_err(|_| WRONG)?;
        Ok(Self { name, key_id: u32::from_be_bytes(*key_id), signature: signature.to_vec() })
    }
}

/// Signs `text`, which ends in a newline and holds no other control character below U+0020.
pub fn sign(text: &str, key: &SigningKey) -> Result<Vec<u8>, NoteError> {
    check_text(text)?;
    let name = key.origin().clone();
    let line = SignatureLine { name, key_id: key.verifier().key_id(), signature: key.sign(text.as_bytes()).to_vec() };
    Ok(Note { text: text.to_owned(), signatures: vec![line] }.to_bytes())
}

/// Reads a note of at most [`NOTE_LIMIT`] bytes and verifies it against the `known` keys.
pub fn open(bytes: &[u8], known: &[VerifierKey]) -> Result<VerifiedNote, NoteError> {
    open_within(bytes, NOTE_LIMIT, known)
}

/// As [`open`], for a note of at most `limit` bytes.
pub fn open_within(bytes: &[u8], limit: usize, known: &[VerifierKey]) -> Result<VerifiedNote, NoteError> {
    Note::parse(bytes, limit)?.verify(known)
}

fn check_text(text: &str) -> Result<(), NoteError> {
    if !text.ends_with('\n') {
        return Err(NoteError::Malformed("the text does not end in a newline"));
    }
    if text.bytes().any(|byte| byte < 0x20 && byte != b'\n') {
        return Err(NoteError::Malformed("the text holds a control character"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand_core::OsRng;

    /// The example of the signed-note specification.
    const VKEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const NOTE: &str = "If you think cryptography is the answer to your problem,\n\
        then you don't know what your problem is.\n\n\
        — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    fn key(name: &str) -> SigningKey {
        SigningKey::generate(name.parse().unwrap(), &mut OsRng)
    }

    fn join(notes: &[&[u8]]) -> Vec<u8> {
        let mut joined = Note::parse(notes[0], NOTE_LIMIT).unwrap();
        for note in &notes[1..] {
            joined.signatures.extend(Note::parse(note, NOTE_LIMIT).unwrap().signatures);
        }
        joined.to_bytes()
    }

    #[test]
    fn the_example_of_the_specification() {
        let known = [VKEY.parse().unwrap()];
        let opened = open(NOTE.as_bytes(), &known).unwrap();
        assert!(opened.text().ends_with("problem is.\n"));
        assert_eq!(opened.signers(), known);
        let forged = NOTE.replace("your problem", "my problem");
        assert!(matches!(open(forged.as_bytes(), &known), Err(NoteError::BadSignature(_))));
    }

    #[test]
    fn unknown_keys_are_ignored_and_known_ones_must_hold() {
        let (mine, other) = (key("example.org/log"), key("example.org/log"));
        let known = [mine.verifier()];
        let (by_me, by_other) = (sign("a\n\nb\n", &mine).unwrap(), sign("a\n\nb\n", &other).unwrap());
        assert_eq!(open(&by_me, &known).unwrap().text(), "a\n\nb\n");
        assert_eq!(open(&by_other, &known), Err(NoteError::Untrusted));
        assert_eq!(open(&by_me, &[]), Err(NoteError::Untrusted));
        assert_eq!(open(&join(&[&by_other, &by_me]), &known).unwrap().signers(), known);
        let origin = mine.origin().clone();
        assert_eq!(open(&join(&[&by_me, &by_me]), &known), Err(NoteError::Repeated(origin.clone())));
        // A good signature does not outweigh a false one: of two known keys both must hold.
        let elsewhere = sign("b\n", &mine).unwrap();
        let mixed = join(&[&by_other, &elsewhere]);
        assert_eq!(open(&mixed, &[mine.verifier(), other.verifier()]), Err(NoteError::BadSignature(origin)));
    }

    #[test]
    fn other_spellings_are_refused() {
        let twice = NOTE.replace("\n\n", "\n\n\n");
        assert!(
            Note::parse(twice.as_bytes(), NOTE_LIMIT).is_ok(),
            "an empty line of the text, and then the signature fails"
        );
        for wrong in [
            "".to_owned(),
            "\n".to_owned(),
            "text\n\n".to_owned(),
            "\n— a AAAAAAA=\n".to_owned(),
            NOTE.trim_end().to_owned(),
            format!("{NOTE}\n"),
            NOTE.replace("AM=", "AM"),
            NOTE.replace("AM=", "AN="),
            NOTE.replace("— ", "- "),
            NOTE.replace("— P", "—  P"),
            NOTE.replace("Neumann x", "Neu+mann x"),
            NOTE.replace(" x08", "\u{a0}x08"),
            NOTE.replace("answer", "ans\twer"),
            NOTE.replace('\n', "\r\n"),
            "text\n\n— a AAAAAA==\n".to_owned(),
        ] {
            assert!(matches!(Note::parse(wrong.as_bytes(), NOTE_LIMIT), Err(NoteError::Malformed(_))), "{wrong:?}");
        }
        assert!(Note::parse(NOTE.as_bytes(), NOTE.len()).is_ok());
        assert!(matches!(Note::parse(NOTE.as_bytes(), NOTE.len() - 1), Err(NoteError::TooLong { .. })));
        let lines = |n| format!("text\n\n{}", "— a AAAAAAA=\n".repeat(n));
        assert!(Note::parse(lines(64).as_bytes(), NOTE_LIMIT).is_ok());
        assert!(Note::parse(lines(65).as_bytes(), NOTE_LIMIT).is_err());
    }

    #[test]
    fn only_a_text_that_can_be_read_is_signed() {
        for text in ["", "text", "a\tb\n"] {
            assert!(sign(text, &key("a")).is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_spelled_is_read(
            text in "([^\\x00-\\x1f]|\n){0,40}\n",
            lines in prop::collection::vec(("[a-zé/.]{1,9}", any::<u32>(), prop::collection::vec(any::<u8>(), 1..80)), 1..5),
        ) {
            let line = |(name, key_id, signature): (String, _, _)| {
                SignatureLine { name: name.parse().unwrap(), key_id, signature }
            };
            let note = Note { text, signatures: lines.into_iter().map(line).collect() };
            prop_assert_eq!(Note::parse(&note.to_bytes(), NOTE_LIMIT), Ok(note));
        }

        #[test]
        fn no_input_panics_and_what_is_read_is_spelled_the_same(at in 0..NOTE.len(), with: u8, bytes: Vec<u8>) {
            let mut changed = NOTE.as_bytes().to_vec();
            changed[at] = with;
            for input in [changed, bytes] {
                if let Ok(note) = Note::parse(&input, NOTE_LIMIT) {
                    prop_assert_eq!(note.to_bytes(), input);
                }
            }
        }
    }
}
