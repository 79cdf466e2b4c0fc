//! Checkpoints (<https://c2sp.org/tlog-checkpoint>): the signed head of a log. [`Checkpoint`] is a claim;
//! [`VerifiedCheckpoint`] is one whose signature held, and nothing else can make it. Must not know tiles.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::digest::Digest;
use crate::keys::signer::Origin;
use crate::keys::signer::SigningKey;
use crate::keys::signer::VerifierKey;
use crate::ledger::note;
use crate::ledger::note::NoteError;

/// Why a checkpoint was not believed, or not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// It is not a signed note, or its text is not exactly origin, size and root.
    #[error("it is not a checkpoint: {0}")]
    Malformed(String),
    /// It is the head of another log.
    #[error("it is a checkpoint of {found}, not of {expected}")]
    WrongOrigin {
        /// The log that was wanted.
        expected: Origin,
        /// The log that the checkpoint names.
        found: Origin,
    },
    /// The wanted key did not sign it.
    #[error("untrusted key: it is not signed by the key of {0}")]
    UntrustedKey(Origin),
    /// A signature in the name of the wanted key does not hold.
    #[error("the signature by {0} does not hold")]
    BadSignature(Origin),
    /// The wanted key signed it twice.
    #[error("{0} signs it twice, and one signature by each key is all that a note has")]
    Repeated(Origin),
}

/// The head of a log: who, how many leaves, and their root. Heads are compared by this, never by their signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log.
    pub origin: Origin,
    /// How many leaves it holds. Never 0: no log is published empty.
    pub size: u64,
    /// Their RFC 6962 root.
    pub root: Digest,
}

impl Checkpoint {
    /// The text that is signed: three lines, no extensions.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root.as_bytes()))
    }

    /// Reads the text of a checkpoint, not its signatures.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let wrong = |reason: &str| CheckpointError::Malformed(reason.to_owned());
        let mut lines = text.split('\n');
        let (Some(origin), Some(size), Some(root), Some(""), None) =
            (lines.next(), lines.next(), lines.next(), lines.next(), lines.next())
        else {
            return Err(wrong("the text is not exactly three lines"));
        };
        let origin = origin.parse().map_err(|_| wrong("the first line is no origin"))?;
        let value = size.parse::<u64>().ok().filter(|value| *value > 0 && value.to_string() == size);
        let size = value.ok_or_else(|| wrong("the second line is no size"))?;
        let bytes = STANDARD.decode(root).ok().and_then(|bytes| bytes.try_into().ok());
        let root = Digest::from_bytes(bytes.ok_or_else(|| wrong("the third line is no root"))?);
        Ok(Self { origin, size, root })
    }

    /// The SHA-256 of the text: what a predecessor leaf holds.
    pub fn text_digest(&self) -> Digest {
        Digest::of(self.text().as_bytes())
    }
}

/// A checkpoint whose signature held.
#[derive(Debug, Clone)]
pub struct VerifiedCheckpoint {
    head: Checkpoint,
    bytes: Vec<u8>,
}

impl VerifiedCheckpoint {
    /// Reads a checkpoint as it is stored and verifies that `key`'s log it is, and that `key` signed it.
    pub fn open(bytes: &[u8], key: &VerifierKey) -> Result<Self, CheckpointError> {
        let read = |error: NoteError| match error {
            NoteError::TooLong { .. } | NoteError::Malformed(_) => CheckpointError::Malformed(error.to_string()),
            NoteError::Untrusted => CheckpointError::UntrustedKey(key.origin().clone()),
            NoteError::BadSignature(name) => CheckpointError::BadSignature(name),
            NoteError::Repeated(name) => CheckpointError::Repeated(name),
        };
        let note = note::Note::parse(bytes, note::NOTE_LIMIT).map_err(read)?;
        let head = Checkpoint::parse(&note.text)?;
        if head.origin != *key.origin() {
            return Err(CheckpointError::WrongOrigin { expected: key.origin().clone(), found: head.origin });
        }
        note.verify(std::slice::from_ref(key)).map_err(read)?;
        Ok(Self { head, bytes: bytes.to_vec() })
    }

    /// Signs `head`. This is the act that forks a log when it is done from a stale state: the caller has compared the
    /// high-water mark. Refuses another log's head, and an empty one.
    pub fn sign(head: Checkpoint, key: &SigningKey) -> Result<Self, CheckpointError> {
        if head.origin != *key.origin() {
            return Err(CheckpointError::WrongOrigin { expected: key.origin().clone(), found: head.origin });
        }
        if head.size == 0 {
            return Err(CheckpointError::Malformed("no log is published empty".to_owned()));
        }
        let bytes = note::sign(&head.text(), key).map_err(|error| CheckpointError::Malformed(error.to_string()))?;
        Ok(Self { head, bytes })
    }

    /// The head itself.
    pub fn head(&self) -> &Checkpoint {
        &self.head
    }

    /// The note as stored, with every signature line it came with.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand_core::OsRng;

    fn key(name: &str) -> SigningKey {
        SigningKey::generate(name.parse().unwrap(), &mut OsRng)
    }

    fn head(origin: &str) -> Checkpoint {
        Checkpoint { origin: origin.parse().unwrap(), size: 7, root: Digest::of(b"root") }
    }

    #[test]
    fn each_reason_has_its_own_error() {
        let mine = key("subrosa/q5c3f7kz2m");
        let open = |bytes: &[u8]| VerifiedCheckpoint::open(bytes, &mine.verifier()).map(|verified| verified.head);
        let signed = VerifiedCheckpoint::sign(head("subrosa/q5c3f7kz2m"), &mine).unwrap();
        assert_eq!(open(signed.bytes()), Ok(head("subrosa/q5c3f7kz2m")));

        let twin = key("subrosa/q5c3f7kz2m");
        let by_twin = VerifiedCheckpoint::sign(head("subrosa/q5c3f7kz2m"), &twin).unwrap();
        assert!(matches!(open(by_twin.bytes()), Err(CheckpointError::UntrustedKey(_))));
        let other = VerifiedCheckpoint::sign(head("example.org/log"), &key("example.org/log")).unwrap();
        assert!(matches!(open(other.bytes()), Err(CheckpointError::WrongOrigin { .. })));
        assert!(matches!(open(b"subrosa/q5c3f7kz2m\n7\n"), Err(CheckpointError::Malformed(_))));
        // Signed by the right key, and still no checkpoint.
        let extended = note::sign(&format!("{}extension\n", signed.head().text()), &mine).unwrap();
        assert!(matches!(open(&extended), Err(CheckpointError::Malformed(_))));

        let larger = String::from_utf8(signed.bytes().to_vec()).unwrap().replace("\n7\n", "\n8\n");
        assert!(matches!(open(larger.as_bytes()), Err(CheckpointError::BadSignature(_))));
        let line = signed.bytes()[signed.head().text().len() + 1..].to_vec();
        assert!(matches!(open(&[signed.bytes(), &line].concat()), Err(CheckpointError::Repeated(_))));
    }

    #[test]
    fn cosignatures_are_kept_and_ignored() {
        let mine = key("subrosa/q5c3f7kz2m");
        let signed = VerifiedCheckpoint::sign(head("subrosa/q5c3f7kz2m"), &mine).unwrap();
        let bytes = [signed.bytes(), "— witness.example/w AAAAAQID\n".as_bytes()].concat();
        let opened = VerifiedCheckpoint::open(&bytes, &mine.verifier()).unwrap();
        assert_eq!((opened.head(), opened.bytes()), (signed.head(), bytes.as_slice()));
    }

    #[test]
    fn no_byte_of_a_checkpoint_can_change() {
        let mine = key("subrosa/q5c3f7kz2m");
        let signed = VerifiedCheckpoint::sign(head("subrosa/q5c3f7kz2m"), &mine).unwrap();
        for at in 0..signed.bytes().len() {
            for bit in 0..8 {
                let mut changed = signed.bytes().to_vec();
                changed[at] ^= 1 << bit;
                assert!(VerifiedCheckpoint::open(&changed, &mine.verifier()).is_err(), "byte {at}, bit {bit}");
            }
        }
    }

    #[test]
    fn other_logs_and_empty_ones_are_not_signed() {
        let mine = key("subrosa/q5c3f7kz2m");
        assert!(VerifiedCheckpoint::sign(head("example.org/log"), &mine).is_err());
        assert!(VerifiedCheckpoint::sign(Checkpoint { size: 0, ..head("subrosa/q5c3f7kz2m") }, &mine).is_err());
    }

    #[test]
    fn sizes_have_one_spelling() {
        let text = head("a").text();
        for size in ["", "0", "07", "+7", "-7", "7 ", "18446744073709551616", "7\n"] {
            assert!(Checkpoint::parse(&text.replace("\n7\n", &format!("\n{size}\n"))).is_err(), "{size:?}");
        }
        assert!(Checkpoint::parse(&text.replace("\n7\n", "\n18446744073709551615\n")).is_ok());
    }

    proptest! {
        #[test]
        fn text_and_head_are_inverse(name in "[a-zé/.]{1,20}", size in 1..=u64::MAX, root: [u8; 32]) {
            let head = Checkpoint { origin: name.parse().unwrap(), size, root: Digest::from_bytes(root) };
            prop_assert_eq!(Checkpoint::parse(&head.text()), Ok(head));
        }

        #[test]
        fn no_text_panics(text in "([a-z/]{1,5}|[0-9]{1,20}|[A-Za-z0-9+/=]{40,46}|.)?(\n[0-9]*)?(\n[A-Za-z0-9+/=]*)?\n?") {
            if let Ok(head) = Checkpoint::parse(&text) {
                prop_assert_eq!(head.text(), text);
            }
        }
    }
}
