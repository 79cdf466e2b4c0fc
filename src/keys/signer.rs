//! The key that signs a log: C2SP signed-note keys of type 0x01, Ed25519. [`SigningKey`] signs, [`VerifierKey`] (the
//! *vkey*) checks, and both carry the [`Origin`] of their log as key name. Must not know what is signed, nor where keys
//! are kept.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::Signature;
use ed25519_dalek::Signer as _;
use rand_core::CryptoRng;
use rand_core::RngCore;
use serde::Deserialize;
use serde::Serialize;
use zeroize::Zeroizing;

use crate::digest::Digest;
use crate::digest::hex;
use crate::id::LogId;
use crate::secret::Key;
use crate::secret::SecretText;

/// The signature type of plain Ed25519 in <https://c2sp.org/signed-note>.
const ED25519: u8 = 0x01;

/// What a private key's text begins with.
const PRIVATE: &str = "PRIVATE+KEY+";

/// Why a text is no origin or no key. It never holds the text: it may have been a private key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignerError {
    /// An origin is not empty and holds no space, control character or plus sign.
    #[error("an origin is not empty and holds no space, control character or plus sign")]
    Origin,
    /// Not `<name>+<8 hex>+<base64>` (or its private form), each part in its one spelling.
    #[error("it is not the text of a key")]
    Shape,
    /// The key is of a type other than 0x01, Ed25519.
    #[error("the key is of type {0:#04x}, not 0x01 (Ed25519)")]
    Type(u8),
    /// The eight hex characters are not the id of this name and key.
    #[error("the key id does not belong to this name and key")]
    KeyId,
    /// The bytes are no point of the curve, or one in a second spelling, or one of small order.
    #[error("it is not a sound Ed25519 public key")]
    Point,
}

/// The name of a log, the first line of its checkpoints and the name of its key (<https://c2sp.org/tlog-checkpoint>).
/// Ours are `subrosa/<log-id>`; other people's logs may be called anything the specification allows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Origin(String);

impl Origin {
    const OURS: &'static str = "subrosa/";

    /// The origin of one of our own logs.
    pub fn of(log: LogId) -> Self {
        Self(format!("{}{log}", Self::OURS))
    }

    /// The log's id, if the origin has the shape of ours.
    pub fn log_id(&self) -> Option<LogId> {
        self.0.strip_prefix(Self::OURS)?.parse().ok()
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a signed note may use `name` as a key name. Control characters above U+0020 are refused as well: names
    /// are shown on terminals, and U+009B opens an escape sequence on some.
    pub fn is_legal(name: &str) -> bool {
        !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+')
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for Origin {
    type Err = SignerError;

    fn from_str(text: &str) -> Result<Self, SignerError> {
        text.to_owned().try_into()
    }
}

impl TryFrom<String> for Origin {
    type Error = SignerError;

    fn try_from(text: String) -> Result<Self, SignerError> {
        if !Self::is_legal(&text) {
            return Err(SignerError::Origin);
        }
        Ok(Self(text))
    }
}

impl From<Origin> for String {
    fn from(origin: Origin) -> Self {
        origin.0
    }
}

/// A key that checks signatures. Its text is `<origin>+<8 hex of the key id>+<base64(0x01 || public key)>`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct VerifierKey {
    origin: Origin,
    key: ed25519_dalek::VerifyingKey,
}

impl VerifierKey {
    /// The verifier of `origin` with this public key. Refuses points in a second spelling or of small order: for such a
    /// key one signature can hold for many messages.
    pub fn from_public(origin: Origin, public: &[u8; 32]) -> Result<Self, SignerError> {
        let key = ed25519_dalek::VerifyingKey::from_bytes(public).map_err(|_| SignerError::Point)?;
        if key.is_weak() || key.to_edwards().compress().to_bytes() != *public {
            return Err(SignerError::Point);
        }
        Ok(Self { origin, key })
    }

    /// The log this key signs, which is also the key's name.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The first four bytes of SHA-256(name || LF || 0x01 || public key), big-endian: a hint for finding the key,
    /// nothing to rely on.
    pub fn key_id(&self) -> u32 {
        let digest = Digest::of(&[self.origin.0.as_bytes(), b"\n", &[ED25519], self.public()].concat());
        let [a, b, c, d, ..] = *digest.as_bytes();
        u32::from_be_bytes([a, b, c, d])
    }

    /// The public key, as it stands in a genesis leaf.
    pub fn public(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// Whether `signature` is this key's over `message`, by the strict rules.
    #[must_use]
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature).is_ok_and(|signature| self.key.verify_strict(message, &signature).is_ok())
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![ED25519];
        bytes.extend_from_slice(self.public());
        write!(f, "{}+{:08x}+{}", self.origin.0, self.key_id(), STANDARD.encode(bytes))
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for VerifierKey {
    type Err = SignerError;

    fn from_str(text: &str) -> Result<Self, SignerError> {
        let parts = KeyText::split(text)?;
        let key = Self::from_public(parts.origin, &parts.key)?;
        if hex(&key.key_id().to_be_bytes()) != parts.id {
            return Err(SignerError::KeyId);
        }
        Ok(key)
    }
}

impl TryFrom<String> for VerifierKey {
    type Error = SignerError;

    fn try_from(text: String) -> Result<Self, SignerError> {
        text.parse()
    }
}

impl From<VerifierKey> for String {
    fn from(key: VerifierKey) -> Self {
        key.to_string()
    }
}

/// A key that signs. Whoever holds it can put a second history beside the first, so it leaves the process only sealed.
pub struct SigningKey {
    seed: Key,
    verifier: VerifierKey,
}

impl SigningKey {
    /// A fresh key for the log `origin`.
    pub fn generate(origin: Origin, rng: &mut (impl CryptoRng + RngCore)) -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *seed);
        Self::from_seed(origin, &seed)
    }

    /// Reads `PRIVATE+KEY+<name>+<8 hex>+<base64(0x01 || seed)>`, without a line end.
    pub fn parse_private(text: &str) -> Result<Self, SignerError> {
        let parts = KeyText::split(text.strip_prefix(PRIVATE).ok_or(SignerError::Shape)?)?;
        let key = Self::from_seed(parts.origin, &parts.key);
        if hex(&key.verifier.key_id().to_be_bytes()) != parts.id {
            return Err(SignerError::KeyId);
        }
        Ok(key)
    }

    /// The text that [`Self::parse_private`] reads.
    pub fn private_text(&self) -> SecretText {
        let mut bytes = Zeroizing::new([ED25519; 33]);
        bytes[1..].copy_from_slice(self.seed.reveal_secret());
        let mut text = format!("{PRIVATE}{}+{:08x}+", self.verifier.origin.0, self.verifier.key_id());
        // Room first: a string that grows while it holds the key leaves a copy behind.
        text.reserve_exact(44);
        STANDARD.encode_string(*bytes, &mut text);
        SecretText::new(text)
    }

    /// The key that checks what this one signs.
    pub fn verifier(&self) -> VerifierKey {
        self.verifier.clone()
    }

    /// The log this key signs.
    pub fn origin(&self) -> &Origin {
        &self.verifier.origin
    }

    /// The Ed25519 signature (RFC 8032) over `message`.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        ed25519_dalek::SigningKey::from_bytes(self.seed.reveal_secret()).sign(message).to_bytes()
    }

    fn from_seed(origin: Origin, seed: &[u8; 32]) -> Self {
        let key = ed25519_dalek::SigningKey::from_bytes(seed).verifying_key();
        Self { seed: Key::new(*seed), verifier: VerifierKey { origin, key } }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({}, [secret])", self.verifier.origin)
    }
}

/// The three parts that a verifier key and a private key share.
struct KeyText<'a> {
    origin: Origin,
    id: &'a str,
    key: Zeroizing<[u8; 32]>,
}

impl<'a> KeyText<'a> {
    fn split(text: &'a str) -> Result<Self, SignerError> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(SignerError::Shape);
        };
        let mut bytes = Zeroizing::new([0; 33]);
        // The length first: the decoder's estimate of the room it wants is generous.
        if key.len() != 44 || STANDARD.decode_slice_unchecked(key, &mut *bytes) != Ok(33) {
            return Err(SignerError::Shape);
        }
        if bytes[0] != ED25519 {
            return Err(SignerError::Type(bytes[0]));
        }
        let mut key = Zeroizing::new([0; 32]);
        key.copy_from_slice(&bytes[1..]);
        Ok(Self { origin: name.parse()?, id, key })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand_core::OsRng;

    const VKEY: &str = "subrosa/q5c3f7kz2m+8803ed97+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c";
    const PRIVATE_TEXT: &str = "PRIVATE+KEY+subrosa/q5c3f7kz2m+8803ed97+AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB";

    #[test]
    fn the_known_answers_of_the_format() {
        let key = SigningKey::parse_private(PRIVATE_TEXT).unwrap();
        assert_eq!(key.verifier().to_string(), VKEY);
        assert_eq!(key.private_text().reveal_secret(), PRIVATE_TEXT);
        assert_eq!(VKEY.parse(), Ok(key.verifier()));
        assert_eq!(key.origin().log_id().unwrap().to_string(), "q5c3f7kz2m");
        assert_eq!(Origin::of("q5c3f7kz2m".parse().unwrap()), *key.origin());
        assert!(!format!("{key:?}").contains("AQEB"));
    }

    #[test]
    fn a_key_of_the_signed_note_specification() {
        let text = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        assert_eq!(text.parse::<VerifierKey>().unwrap().to_string(), text);
    }

    #[test]
    fn a_changed_character_is_refused() {
        for text in [VKEY, PRIVATE_TEXT] {
            for at in 0..text.len() {
                for with in ["0", "+", "A", "=", "\n"] {
                    let mut changed = text.to_owned();
                    changed.replace_range(at..=at, with);
                    if changed != text {
                        assert!(changed.parse::<VerifierKey>().is_err(), "{changed}");
                        assert!(SigningKey::parse_private(&changed).is_err(), "{changed}");
                    }
                }
            }
            assert!(format!("{text}\n").parse::<VerifierKey>().is_err());
            assert!(SigningKey::parse_private(&format!("{text}\n")).is_err());
        }
    }

    #[test]
    fn unsound_points_are_refused() {
        let origin = || Origin("example.org/log".to_owned());
        let mut identity = [0; 32];
        identity[0] = 1;
        // y = p + 3: the same point as y = 3 where that is on the curve, in a second spelling; y = p + 1: the identity.
        let second = |low: u8| {
            let mut bytes = [0xff; 32];
            bytes[0] = low;
            bytes[31] = 0x7f;
            bytes
        };
        for public in [identity, [0; 32]] {
            assert_eq!(VerifierKey::from_public(origin(), &public), Err(SignerError::Point));
        }
        let mut on_curve = 0;
        for low in 0xed..=0xff {
            on_curve += u32::from(ed25519_dalek::VerifyingKey::from_bytes(&second(low)).is_ok());
            assert_eq!(VerifierKey::from_public(origin(), &second(low)), Err(SignerError::Point));
        }
        assert!(on_curve > 2, "some of them decode, and are refused for their spelling alone");
    }

    #[test]
    fn other_types_are_named() {
        let text = VKEY.replace("+AY", "+BI");
        assert_eq!(text.parse::<VerifierKey>(), Err(SignerError::Type(0x04)));
    }

    proptest! {
        #[test]
        fn signatures_hold_for_their_message_alone(message: Vec<u8>, other: Vec<u8>, at in 0..64usize, bit in 0..8u32) {
            let key = SigningKey::generate("example.org/log".parse().unwrap(), &mut OsRng);
            let mut signature = key.sign(&message);
            prop_assert!(key.verifier().verify(&message, &signature));
            prop_assert!(message == other || !key.verifier().verify(&other, &signature));
            signature[at] ^= 1u8 << bit;
            prop_assert!(!key.verifier().verify(&message, &signature));
            prop_assert!(!key.verifier().verify(&message, &signature[..63]));
        }

        #[test]
        fn no_text_panics_and_what_is_read_is_spelled_the_same(text: String) {
            if let Ok(origin) = text.parse::<Origin>() {
                prop_assert_eq!(origin.as_str(), &text);
            }
            prop_assert!(text.parse::<VerifierKey>().is_err());
            prop_assert!(SigningKey::parse_private(&text).is_err());
        }
    }
}
