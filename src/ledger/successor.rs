//! The link from one log to the next (docs/format.md, section 4): a statement by the *old* key that names the last head
//! known and the new key. It is no checkpoint, so signing it can fork nothing. [`newest`] follows links from a key that
//! is trusted to the one that speaks now. Must not know why a log was continued, nor where links are kept.

use serde::Deserialize;
use serde::Serialize;

use crate::digest::Digest;
use crate::keys::signer::Origin;
use crate::keys::signer::SigningKey;
use crate::keys::signer::VerifierKey;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::statement;
use crate::ledger::statement::Body;
use crate::ledger::statement::Kind;
use crate::ledger::statement::StatementError;
use crate::time::Timestamp;

/// What the old key says of the log that continues its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Successor {
    /// When it was signed, by the signer's clock.
    pub created: Timestamp,
    /// The old log.
    pub origin: Origin,
    /// The root of its last head.
    #[serde(with = "root")]
    pub root: Digest,
    /// The size of its last head, in leaves. Never 0.
    pub size: u64,
    /// The new log's key.
    pub vkey: VerifierKey,
}

impl Body for Successor {
    const KIND: Kind = Kind::SUCCESSOR;
}

/// Why a link was not believed, or a chain of them leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SuccessorError {
    /// It is no successor note, or the old key did not sign it.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// The old key signed a link that names a log that is not its own.
    #[error("the link names {found}, and is by the key of {expected}")]
    OtherLog {
        /// The log of the key that signed.
        expected: Origin,
        /// The log that the link names.
        found: Origin,
    },
    /// An empty old log, or a new log of the old one's name.
    #[error("the link of {0} leads from nothing, or back to itself")]
    Nowhere(Origin),
    /// One key signed two links that differ in head or new key.
    #[error("{0} has two successors")]
    Two(Origin),
    /// The links come back to a key that they left.
    #[error("the links of {0} lead round in a circle")]
    Circle(Origin),
}

impl Successor {
    /// The link from the log with the head `last` to the log of `vkey`.
    pub fn new(last: &Checkpoint, vkey: VerifierKey, created: Timestamp) -> Self {
        Self { created, origin: last.origin.clone(), root: last.root, size: last.size, vkey }
    }

    /// The last head of the old log, as the link names it.
    pub fn head(&self) -> Checkpoint {
        Checkpoint { origin: self.origin.clone(), size: self.size, root: self.root }
    }

    /// Signs it with the old log's key.
    pub fn sign(&self, old: &SigningKey) -> Result<Vec<u8>, SuccessorError> {
        self.check(&old.verifier())?;
        Ok(statement::sign(self, old)?)
    }

    /// Reads a link, which `old` must have signed for its own log.
    pub fn open(bytes: &[u8], old: &VerifierKey) -> Result<Self, SuccessorError> {
        let (link, _) = statement::open::<Self>(bytes, std::slice::from_ref(old))?;
        link.check(old)?;
        Ok(link)
    }

    fn check(&self, old: &VerifierKey) -> Result<(), SuccessorError> {
        if self.origin != *old.origin() {
            return Err(SuccessorError::OtherLog { expected: old.origin().clone(), found: self.origin.clone() });
        }
        // One name for both logs would let a head of the one pass for a head of the other. One key for both does not: each
        // signs under its own name, and a key that was made in advance may have begun two logs.
        if self.size == 0 || self.vkey.origin() == old.origin() {
            return Err(SuccessorError::Nowhere(self.origin.clone()));
        }
        Ok(())
    }
}

/// Follows `links`, in any order, from the key that is `trusted` to the newest one; that is `trusted` itself where none
/// of them is by it. Links by other keys are passed over, but each must be a link.
pub fn newest<B: AsRef<[u8]>>(trusted: &VerifierKey, links: &[B]) -> Result<VerifierKey, SuccessorError> {
    let mut seen = vec![trusted.clone()];
    loop {
        let now = seen.last().unwrap_or(trusted);
        let mut next: Option<Successor> = None;
        for bytes in links {
            let link = match Successor::open(bytes.as_ref(), now) {
                Err(SuccessorError::Statement(error)) if error.is_untrusted() => continue,
                opened => opened?,
            };
            let differs = |other: &Successor| other.vkey != link.vkey || other.head() != link.head();
            if next.as_ref().is_some_and(differs) {
                return Err(SuccessorError::Two(link.origin));
            }
            next = Some(link);
        }
        match next {
            None => return Ok(now.clone()),
            Some(link) if seen.contains(&link.vkey) => return Err(SuccessorError::Circle(trusted.origin().clone())),
            Some(link) => seen.push(link.vkey),
        }
    }
}

/// A root as checkpoints spell it.
mod root {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::Deserialize as _;
    use serde::Deserializer;
    use serde::Serializer;
    use serde::de::Error as _;

    use crate::digest::Digest;

    pub(super) fn serialize<S: Serializer>(root: &Digest, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(root.as_bytes()))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Digest, D::Error> {
        let text = String::deserialize(from)?;
        let bytes = STANDARD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(Digest::from_bytes).ok_or_else(|| D::Error::custom("a root is base64 of 32 bytes"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::note::NoteError;
    use proptest::prelude::*;
    use rand_core::OsRng;

    fn key(log: u64) -> SigningKey {
        SigningKey::generate(format!("subrosa/{log:010}").parse().unwrap(), &mut OsRng)
    }

    fn link(old: &SigningKey, new: &SigningKey) -> Successor {
        let last = Checkpoint { origin: old.origin().clone(), size: 9, root: Digest::of(b"root") };
        Successor::new(&last, new.verifier(), Timestamp::from_unix(1_795_253_400))
    }

    fn signed(old: &SigningKey, new: &SigningKey) -> Vec<u8> {
        link(old, new).sign(old).unwrap()
    }

    #[test]
    fn the_text_is_as_the_format_says() {
        let (old, new) = (key(1), key(2));
        let text = String::from_utf8(signed(&old, &new)).unwrap();
        let expected = format!(
            "subrosa/successor/v1\n{{\"created\":\"2026-11-21T09:30:00Z\",\"origin\":\"subrosa/0000000001\",\
            \"root\":\"SBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=\",\"size\":9,\"vkey\":\"{}\"}}\n\n— ",
            new.verifier()
        );
        assert!(text.starts_with(&expected), "{text}");
        assert_eq!(Successor::open(text.as_bytes(), &old.verifier()), Ok(link(&old, &new)));
        // The new key cannot speak for the old one.
        assert!(Successor::open(text.as_bytes(), &new.verifier()).is_err());
        let by_new = statement::sign(&link(&old, &new), &new).unwrap();
        assert!(Successor::open(&by_new, &old.verifier()).is_err());
    }

    #[test]
    fn a_link_is_about_the_log_of_its_key() {
        let (old, new, third) = (key(1), key(2), key(3));
        let foreign = statement::sign(&link(&third, &new), &old).unwrap();
        assert!(matches!(Successor::open(&foreign, &old.verifier()), Err(SuccessorError::OtherLog { .. })));
        let empty = statement::sign(&Successor { size: 0, ..link(&old, &new) }, &old).unwrap();
        assert!(matches!(Successor::open(&empty, &old.verifier()), Err(SuccessorError::Nowhere(_))));
        let twin = VerifierKey::from_public(new.origin().clone(), old.verifier().public()).unwrap();
        let same = Successor { vkey: twin.clone(), ..link(&old, &new) };
        // One key that began two logs may link them, and neither is taken for the other.
        let signed = same.sign(&old).unwrap();
        assert_eq!(Successor::open(&signed, &old.verifier()), Ok(same));
        assert!(Successor::open(&signed, &twin).is_err());
        let renewed = SigningKey::generate(old.origin().clone(), &mut OsRng);
        assert!(matches!(link(&old, &renewed).sign(&old), Err(SuccessorError::Nowhere(_))));
        assert!(matches!(link(&old, &new).sign(&new), Err(SuccessorError::OtherLog { .. })));
    }

    #[test]
    fn links_are_followed_to_their_end() {
        let keys: Vec<SigningKey> = (1..=4).map(key).collect();
        let links: Vec<Vec<u8>> = keys.windows(2).map(|pair| signed(&pair[0], &pair[1])).collect();
        let reversed: Vec<&Vec<u8>> = links.iter().rev().collect();
        for from in &keys {
            assert_eq!(newest(&from.verifier(), &links), Ok(keys[3].verifier()));
            assert_eq!(newest(&from.verifier(), &reversed), Ok(keys[3].verifier()));
        }
        assert_eq!(newest(&keys[0].verifier(), &links[1..]), Ok(keys[0].verifier()), "a link is missing");
        assert_eq!(newest::<Vec<u8>>(&keys[0].verifier(), &[]), Ok(keys[0].verifier()));
        assert_eq!(newest(&keys[0].verifier(), &[&links[0], &links[0]]), Ok(keys[1].verifier()), "one link, twice");
        let circle = [links.clone(), vec![signed(&keys[3], &keys[1])]].concat();
        assert!(matches!(newest(&keys[0].verifier(), &circle), Err(SuccessorError::Circle(_))));
    }

    #[test]
    fn two_successors_are_not_chosen_between() {
        let (old, new, other) = (key(1), key(2), key(3));
        let two = [signed(&old, &new), signed(&old, &other)];
        assert_eq!(newest(&old.verifier(), &two), Err(SuccessorError::Two(old.origin().clone())));
        let grown = Successor { size: 10, ..link(&old, &new) }.sign(&old).unwrap();
        assert!(matches!(newest(&old.verifier(), &[signed(&old, &new), grown]), Err(SuccessorError::Two(_))));
        let later = Successor { created: Timestamp::MAX, ..link(&old, &new) }.sign(&old).unwrap();
        assert_eq!(newest(&old.verifier(), &[signed(&old, &new), later]), Ok(new.verifier()));
    }

    #[test]
    fn a_forged_or_broken_link_is_not_passed_over() {
        let (old, new) = (key(1), key(2));
        let forged = String::from_utf8(signed(&old, &new)).unwrap().replace(":9,", ":8,");
        let refused = SuccessorError::Statement(NoteError::BadSignature(old.origin().clone()).into());
        assert_eq!(newest(&old.verifier(), &[forged]), Err(refused));
        assert!(newest(&old.verifier(), &["no note"]).is_err());
    }

    proptest! {
        #[test]
        fn what_is_signed_is_read(size in 1..=crate::jcs::MAX_INTEGER.unsigned_abs(), root: [u8; 32], time in 0..4_000_000_000i64) {
            let (old, new) = (key(1), key(2));
            let (root, created) = (Digest::from_bytes(root), Timestamp::from_unix(time));
            let made = Successor { created, origin: old.origin().clone(), root, size, vkey: new.verifier() };
            prop_assert_eq!(Successor::open(&made.sign(&old).unwrap(), &old.verifier()), Ok(made));
        }

        #[test]
        fn no_input_panics(bytes: Vec<u8>, body: String) {
            let old = key(1).verifier();
            let _ = Successor::open(&bytes, &old);
            let _ = newest(&old, &[format!("subrosa/successor/v1\n{body}\n\n— a AAAAAAA=\n").into_bytes()]);
        }
    }
}
