//! [`PublicKey`]: the public key of an owner or a recipient, in its one canonical spelling. Must not know whose it is.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use serde::Serialize;

use crate::digest::Digest;
use crate::digest::hex;
use crate::keys::opening::SealsTo;
use crate::keys::plugin::Callbacks;

/// The longest text taken for a public key, in bytes; a 16,384-bit RSA key needs 2.8 KiB, `age1tagpq` 2 KiB.
pub const MAX_TEXT: usize = 8 * 1024;

/// Types of SSH keys that age does not know.
const SSH_UNKNOWN: [&str; 6] = [
    "ssh-dss",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
];

/// A public key that files can be sealed to. Equal, ordered and hashed by its canonical text: one line without
/// surrounding space, bech32 in lower case, an SSH key as type and base64 without its comment.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicKey {
    text: String,
    kind: Kind,
}

/// Which type of public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `age1...`
    X25519,
    /// `age1tag1...`: a hardware key on P-256
    Tag,
    /// `age1tagpq1...`: a hardware key, hybrid post-quantum
    TagPq,
    /// `age1<name>1...`: needs the program `age-plugin-<name>`
    Plugin,
    /// `ssh-ed25519` or `ssh-rsa`
    Ssh,
}

/// Why a text is no public key. Nothing of the text is repeated but, at times, its type prefix: what was given may be
/// a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublicKeyError {
    /// Nothing but space.
    #[error("the public key is empty")]
    Empty,
    /// A private key was given.
    #[error("this is a private key, not a public one")]
    SecretKey,
    /// More than one line.
    #[error("a public key is one line")]
    SeveralLines,
    /// Longer than [`MAX_TEXT`] bytes.
    #[error("this is too long for a public key")]
    TooLong,
    /// `age1pq1...`, the hybrid post-quantum type.
    #[error("hybrid public keys (age1pq1...) are not supported yet")]
    HybridNotSupported,
    /// `ssh-...`, and this build has no SSH.
    #[error("this build does not know SSH keys")]
    SshNotBuilt,
    /// Well formed, of a type that is not known.
    #[error("unknown type of public key {prefix:?}")]
    UnknownType {
        /// What stands before the key proper: the human-readable part, or the SSH type.
        prefix: String,
    },
    /// Not spelt as its type demands.
    #[error("malformed public key: {reason}")]
    Malformed {
        /// What is wrong.
        reason: &'static str,
    },
    /// A point that gives every sender the same, known secret (RFC 7748 section 6.1).
    #[error("this public key is a point of small order, which protects nothing")]
    SmallOrder,
    /// The program that knows this type of key is not installed.
    #[error("the plugin {binary} is not installed")]
    PluginMissing {
        /// The program's name.
        binary: String,
    },
}

impl PublicKey {
    /// Which type of key.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The name's part of a key file `owner-<file stem>.age`: the first 16 hex characters of SHA-256 of the canonical
    /// text (`docs/format.md`, 1).
    pub fn file_stem(&self) -> String {
        let mut hex = Digest::of(self.text.as_bytes()).to_string();
        hex.truncate(16);
        hex
    }

    /// What a file is sealed to. A plugin's program is looked for here and started when something is sealed.
    pub fn seals_to(&self, callbacks: &Callbacks) -> Result<SealsTo, PublicKeyError> {
        match self.kind {
            Kind::X25519 => self.parsed::<age::x25519::Recipient>().map(SealsTo::new),
            Kind::Tag => self.parsed::<age::tag::Recipient>().map(SealsTo::new),
            Kind::TagPq => self.parsed::<age::tagpq::Recipient>().map(SealsTo::new),
            Kind::Plugin => self.plugin(callbacks),
            #[cfg(feature = "ssh")]
            Kind::Ssh => crate::keys::ssh::recipient(&self.text).map(SealsTo::new),
            #[cfg(not(feature = "ssh"))]
            Kind::Ssh => Err(PublicKeyError::SshNotBuilt),
        }
    }

    fn parsed<R: FromStr<Err = &'static str>>(&self) -> Result<R, PublicKeyError> {
        self.text.parse().map_err(|reason| PublicKeyError::Malformed { reason })
    }

    fn plugin(&self, callbacks: &Callbacks) -> Result<SealsTo, PublicKeyError> {
        let recipient: age::plugin::Recipient = self.parsed()?;
        let name = recipient.plugin().to_owned();
        let missing = |_| PublicKeyError::PluginMissing { binary: format!("age-plugin-{name}") };
        age::plugin::RecipientPluginV1::new(&name, &[recipient], &[], callbacks.clone())
            .map(SealsTo::new)
            .map_err(missing)
    }

    pub(crate) fn of_x25519(recipient: &age::x25519::Recipient) -> Self {
        Self { text: recipient.to_string(), kind: Kind::X25519 }
    }

    #[cfg(feature = "ssh")]
    pub(crate) fn of_ssh(recipient: &age::ssh::Recipient) -> Self {
        Self { text: recipient.to_string(), kind: Kind::Ssh }
    }
}

impl FromStr for PublicKey {
    type Err = PublicKeyError;

    fn from_str(text: &str) -> Result<Self, PublicKeyError> {
        // First of all, so that no other error is given about a private key.
        if looks_secret(text) {
            return Err(PublicKeyError::SecretKey);
        }
        let text = text.trim();
        if text.is_empty() {
            return Err(PublicKeyError::Empty);
        }
        if text.contains(['\n', '\r']) {
            return Err(PublicKeyError::SeveralLines);
        }
        if text.len() > MAX_TEXT {
            return Err(PublicKeyError::TooLong);
        }
        match text.split(' ').next() {
            Some("ssh-ed25519" | "ssh-rsa") => return ssh(text),
            Some(word) if SSH_UNKNOWN.contains(&word) => {
                return Err(PublicKeyError::UnknownType { prefix: word.to_owned() });
            }
            _ => {}
        }
        bech32(text)
    }
}

/// Whether the text holds, or begins like, a private key of age, of SSH, or of a log.
pub(crate) fn looks_secret(text: &str) -> bool {
    const MARKS: [&str; 4] = ["AGE-SECRET-KEY-", "AGE-PLUGIN-", "PRIVATE KEY-----", "PRIVATE+KEY+"];
    let upper = text.to_ascii_uppercase();
    MARKS.iter().any(|mark| upper.contains(mark))
}

#[cfg(feature = "ssh")]
fn ssh(text: &str) -> Result<PublicKey, PublicKeyError> {
    crate::keys::ssh::recipient(text).map(|recipient| PublicKey::of_ssh(&recipient))
}

#[cfg(not(feature = "ssh"))]
fn ssh(_: &str) -> Result<PublicKey, PublicKeyError> {
    Err(PublicKeyError::SshNotBuilt)
}

fn bech32(given: &str) -> Result<PublicKey, PublicKeyError> {
    let malformed = |reason| PublicKeyError::Malformed { reason };
    // The age crate decodes bech32 without looking at the padding bits, so that one key would have several spellings:
    // what is decoded must encode to what was given.
    let (prefix, bytes, canonical) = age_core::primitives::bech32_decode(
        given,
        |_| malformed("not bech32"),
        |_| Ok(()),
        |prefix, bytes| {
            let bytes: Vec<u8> = bytes.collect();
            let canonical = age_core::primitives::bech32_encode(prefix, &bytes);
            Ok((prefix.to_string().to_ascii_lowercase(), bytes, canonical))
        },
    )?;
    let key = |kind| PublicKey { text: canonical.clone(), kind };
    if canonical != given.to_ascii_lowercase() {
        return Err(malformed("not canonical bech32"));
    }
    match prefix.as_str() {
        "age" => {
            let point: [u8; 32] = bytes.try_into().map_err(|_| malformed("not 32 bytes"))?;
            if is_small_order(point) {
                return Err(PublicKeyError::SmallOrder);
            }
            Ok(key(Kind::X25519))
        }
        "age1pq" => Err(PublicKeyError::HybridNotSupported),
        "age1tag" => canonical.parse::<age::tag::Recipient>().map(|_| key(Kind::Tag)).map_err(malformed),
        "age1tagpq" => canonical.parse::<age::tagpq::Recipient>().map(|_| key(Kind::TagPq)).map_err(malformed),
        _ if prefix.starts_with("age1") => {
            canonical.parse::<age::plugin::Recipient>().map(|_| key(Kind::Plugin)).map_err(malformed)
        }
        _ => Err(PublicKeyError::UnknownType { prefix }),
    }
}

/// Whether an X25519 public key is one of the seven encodings of points of small order, the top bit aside, which
/// X25519 ignores (RFC 7748 section 5). Sealing to one makes the age crate panic, and would hide nothing.
fn is_small_order(mut point: [u8; 32]) -> bool {
    const SMALL_ORDER: [&str; 7] = [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ];
    point[31] &= 0x7f;
    SMALL_ORDER.contains(&hex(&point).as_str())
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for PublicKey {
    type Error = PublicKeyError;

    fn try_from(text: String) -> Result<Self, PublicKeyError> {
        let key: Self = text.parse()?;
        // Stored text has exactly one spelling; only what a person types may vary.
        if key.text != text {
            return Err(PublicKeyError::Malformed { reason: "not in its canonical spelling" });
        }
        Ok(key)
    }
}

impl From<PublicKey> for String {
    fn from(key: PublicKey) -> Self {
        key.text
    }
}

#[cfg(test)]
#[path = "recipient_tests.rs"]
mod tests;
