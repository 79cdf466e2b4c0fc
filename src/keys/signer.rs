//! The keys of notes (<https://c2sp.org/signed-note>), all of them Ed25519 and told apart by the type byte in their
//! text: [`SigningKey`] signs a log and [`VerifierKey`] (the *vkey*) checks it, type 0x01; [`WitnessKey`] cosigns and
//! [`WitnessVerifier`] checks that, type 0x04. Each carries its name, which is the [`Origin`] where it signs a log. Must
//! not know what is signed, nor where keys are kept.

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

/// The signature type of an Ed25519 cosignature in <https://c2sp.org/tlog-cosignature>.
const COSIGNATURE: u8 = 0x04;

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
    /// The key is of another type: a log's key where a witness's belongs, or one that this version does not know.
    #[error("the key is of type {found:#04x}, not {expected:#04x} ({})", type_name(*expected))]
    Type {
        /// What its first byte says.
        found: u8,
        /// What it has to be.
        expected: u8,
    },
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
    /// are shown on terminals, and U+009B opens an escape sequence on some. So is what is not seen, such as a byte order
    /// mark: two names that look the same have to be the same.
    pub fn is_legal(name: &str) -> bool {
        !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control() || is_unseen(c) || c == '+')
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

/// Whether `c` is drawn as nothing, or only turns what stands around it: the format characters of Unicode that no
/// alphabet needs in a name, and what is no character.
fn is_unseen(c: char) -> bool {
    matches!(u32::from(c),
        0xad | 0x61c | 0x180e | 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x206f | 0xfeff | 0xfff9..=0xfffb
        | 0xfdd0..=0xfdef | 0xe0000..=0xe0fff)
        || u32::from(c) & 0xfffe == 0xfffe
}

fn type_name(key_type: u8) -> &'static str {
    if key_type == COSIGNATURE { "a witness's" } else { "Ed25519" }
}

/// The key that checks a log's signatures.
pub type VerifierKey = Verifier<ED25519>;

/// The key that signs a log. Whoever holds it can put a second history beside the first.
pub type SigningKey = Signer<ED25519>;

/// The key that checks a witness's cosignatures.
pub type WitnessVerifier = Verifier<COSIGNATURE>;

/// The key that cosigns other people's logs. It signs no log: a witness and a log are told apart by the type alone.
pub type WitnessKey = Signer<COSIGNATURE>;

/// A key that checks signatures. Its text is `<name>+<8 hex of the key id>+<base64(TYPE || public key)>`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Verifier<const TYPE: u8> {
    origin: Origin,
    key: ed25519_dalek::VerifyingKey,
}

impl<const TYPE: u8> Verifier<TYPE> {
    /// The verifier of `origin` with this public key. Refuses points in a second spelling or of small order: for such a
    /// key one signature can hold for many messages.
    pub fn from_public(origin: Origin, public: &[u8; 32]) -> Result<Self, SignerError> {
        let key = ed25519_dalek::VerifyingKey::from_bytes(public).map_err(|_| SignerError::Point)?;
        if key.is_weak() || key.to_edwards().compress().to_bytes() != *public {
            return Err(SignerError::Point);
        }
        Ok(Self { origin, key })
    }

    /// The key's name: of a log's key the log, of a witness's whatever it calls itself.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The first four bytes of SHA-256(name || LF || TYPE || public key), big-endian: a hint for finding the key,
    /// nothing to rely on.
    pub fn key_id(&self) -> u32 {
        let digest = Digest::of(&[self.origin.0.as_bytes(), b"\n", &[TYPE], self.public()].concat());
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

impl<const TYPE: u8> fmt::Display for Verifier<TYPE> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![TYPE];
        bytes.extend_from_slice(self.public());
        write!(f, "{}+{:08x}+{}", self.origin.0, self.key_id(), STANDARD.encode(bytes))
    }
}

impl<const TYPE: u8> fmt::Debug for Verifier<TYPE> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<const TYPE: u8> FromStr for Verifier<TYPE> {
    type Err = SignerError;

    fn from_str(text: &str) -> Result<Self, SignerError> {
        let parts = KeyText::split(text, TYPE)?;
        let key = Self::from_public(parts.origin, &parts.key)?;
        if hex(&key.key_id().to_be_bytes()) != parts.id {
            return Err(SignerError::KeyId);
        }
        Ok(key)
    }
}

impl<const TYPE: u8> TryFrom<String> for Verifier<TYPE> {
    type Error = SignerError;

    fn try_from(text: String) -> Result<Self, SignerError> {
        text.parse()
    }
}

impl<const TYPE: u8> From<Verifier<TYPE>> for String {
    fn from(key: Verifier<TYPE>) -> Self {
        key.to_string()
    }
}

/// A key that signs. It leaves the process only sealed.
pub struct Signer<const TYPE: u8> {
    seed: Key,
    verifier: Verifier<TYPE>,
}

impl<const TYPE: u8> Signer<TYPE> {
    /// A fresh key with the name `origin`.
    pub fn generate(origin: Origin, rng: &mut (impl CryptoRng + RngCore)) -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *seed);
        Self::from_seed(origin, &seed)
    }

    /// Reads `PRIVATE+KEY+<name>+<8 hex>+<base64(TYPE || seed)>`, without a line end.
    pub fn parse_private(text: &str) -> Result<Self, SignerError> {
        let parts = KeyText::split(text.strip_prefix(PRIVATE).ok_or(SignerError::Shape)?, TYPE)?;
        let key = Self::from_seed(parts.origin, &parts.key);
        if hex(&key.verifier.key_id().to_be_bytes()) != parts.id {
            return Err(SignerError::KeyId);
        }
        Ok(key)
    }

    /// The text that [`Self::parse_private`] reads.
    pub fn private_text(&self) -> SecretText {
        let mut bytes = Zeroizing::new([TYPE; 33]);
        bytes[1..].copy_from_slice(self.seed.reveal_secret());
        let mut text = format!("{PRIVATE}{}+{:08x}+", self.verifier.origin.0, self.verifier.key_id());
        // Room first: a string that grows while it holds the key leaves a copy behind.
        text.reserve_exact(44);
        STANDARD.encode_string(*bytes, &mut text);
        SecretText::new(text)
    }

    /// The key that checks what this one signs.
    pub fn verifier(&self) -> Verifier<TYPE> {
        self.verifier.clone()
    }

    /// The key's name.
    pub fn origin(&self) -> &Origin {
        &self.verifier.origin
    }

    /// The Ed25519 signature (RFC 8032) over `message`.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        ed25519_dalek::SigningKey::from_bytes(self.seed.reveal_secret()).sign(message).to_bytes()
    }

    /// The same key under another name: for a key that was made before it was known which log it would sign. Two logs
    /// that are begun with it are then two logs, and not one that was begun twice.
    pub fn named(&self, origin: Origin) -> Self {
        Self::from_seed(origin, self.seed.reveal_secret())
    }

    fn from_seed(origin: Origin, seed: &[u8; 32]) -> Self {
        let key = ed25519_dalek::SigningKey::from_bytes(seed).verifying_key();
        Self { seed: Key::new(*seed), verifier: Verifier { origin, key } }
    }
}

impl<const TYPE: u8> fmt::Debug for Signer<TYPE> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({}, [secret])", self.verifier.origin)
    }
}

/// The three parts that a verifier key and a private key share.
struct KeyText<'a> {
    origin: Origin,
    id: &'a str,
    key: Zeroizing<[u8; 32]>,
}

impl<'a> KeyText<'a> {
    fn split(text: &'a str, expected: u8) -> Result<Self, SignerError> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(SignerError::Shape);
        };
        let mut bytes = Zeroizing::new([0; 33]);
        // The length first: the decoder's estimate of the room it wants is generous.
        if key.len() != 44 || STANDARD.decode_slice_unchecked(key, &mut *bytes) != Ok(33) {
            return Err(SignerError::Shape);
        }
        if bytes[0] != expected {
            return Err(SignerError::Type { found: bytes[0], expected });
        }
        let mut key = Zeroizing::new([0; 32]);
        key.copy_from_slice(&bytes[1..]);
        Ok(Self { origin: name.parse()?, id, key })
    }
}

#[cfg(test)]
#[path = "signer_tests.rs"]
mod tests;
