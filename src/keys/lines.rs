//! The lines of an age identity file: secret keys, comments, empty lines; and all that can be wrong with such a file.
//! Errors name line numbers, never a line. Must not know where the file came from.

use zeroize::Zeroizing;

use crate::keys::recipient::PublicKey;
use crate::keys::recipient::PublicKeyError;

/// The largest identity file taken, in bytes, sealed or not.
pub const MAX_FILE: usize = 1024 * 1024;

/// What is wrong with an identity file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityFault {
    /// Larger than [`MAX_FILE`].
    #[error("it is larger than {MAX_FILE} bytes")]
    TooLarge,
    /// Not UTF-8.
    #[error("it is not text")]
    NotText,
    /// No secret key in it.
    #[error("it holds no identity")]
    NoIdentity,
    /// More than one secret key, where exactly one is expected.
    #[error("it holds more than one identity")]
    SeveralIdentities,
    /// A public key stands where a secret one belongs.
    #[error("line {line} is a public key; what opens is the secret one")]
    PublicKey {
        /// Counted from 1.
        line: usize,
    },
    /// A line that is neither a secret key nor a comment nor empty.
    #[error("line {line} is not an identity")]
    Malformed {
        /// Counted from 1.
        line: usize,
    },
    /// A plugin's identity where an age key is expected.
    #[error("line {line} is a plugin's identity")]
    PluginIdentity {
        /// Counted from 1.
        line: usize,
    },
    /// `AGE-SECRET-KEY-PQ-1...`, the hybrid post-quantum type.
    #[error("line {line} is a hybrid identity (AGE-SECRET-KEY-PQ-1...), which is not supported yet")]
    HybridNotSupported {
        /// Counted from 1.
        line: usize,
    },
    /// The program that knows an identity is not installed.
    #[error("the plugin {binary} is not installed")]
    PluginMissing {
        /// The program's name.
        binary: String,
    },
    /// An SSH private key, and this build has no SSH.
    #[error("it is an SSH key, and this build does not know SSH keys")]
    SshNotBuilt,
    /// An SSH private key that age cannot use: of another type, on a hardware key, or in an old encrypted form.
    #[error("it is an SSH key of a type or form that age does not know")]
    SshUnsupported,
    /// A passphrase was asked for and none was given.
    #[error("it is protected by a passphrase, and none was given")]
    NoPassphrase,
    /// The passphrase does not open it.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// Opening it would take more work than we are ready to do.
    #[error("its scrypt work factor is {required}, more than {allowed}")]
    WorkFactor {
        /// log2 of N that the file asks for.
        required: u8,
        /// The largest we take.
        allowed: u8,
    },
    /// An age file, but sealed to keys, not to a passphrase.
    #[error("it is an age file that no passphrase opens")]
    SealedToKeys,
    /// A sealed file that was altered or cut short.
    #[error("it is damaged")]
    Damaged,
}

/// One secret key line.
pub(crate) enum Entry {
    X25519(Box<age::x25519::Identity>),
    Plugin(age::plugin::Identity),
}

/// The secret keys of a plain identity file, each with its line number, counted from 1.
pub(crate) fn parse(bytes: &[u8]) -> Result<Vec<(usize, Entry)>, IdentityFault> {
    if bytes.len() > MAX_FILE {
        return Err(IdentityFault::TooLarge);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| IdentityFault::NotText)?;
    let numbered = text.lines().map(str::trim).zip(1..);
    let entries: Vec<_> = numbered
        .filter(|(line, _)| !line.is_empty() && !line.starts_with('#'))
        .map(|(line, number)| Ok((number, entry(line, number)?)))
        .collect::<Result<_, IdentityFault>>()?;
    if entries.is_empty() { Err(IdentityFault::NoIdentity) } else { Ok(entries) }
}

fn entry(text: &str, line: usize) -> Result<Entry, IdentityFault> {
    if let Ok(identity) = text.parse() {
        return Ok(Entry::X25519(Box::new(identity)));
    }
    if let Ok(identity) = text.parse() {
        return Ok(Entry::Plugin(identity));
    }
    let upper = Zeroizing::new(text.to_ascii_uppercase());
    if upper.starts_with("AGE-SECRET-KEY-PQ-1") {
        return Err(IdentityFault::HybridNotSupported { line });
    }
    match text.parse::<PublicKey>() {
        Ok(_) | Err(PublicKeyError::SshNotBuilt | PublicKeyError::HybridNotSupported) => {
            Err(IdentityFault::PublicKey { line })
        }
        Err(_) => Err(IdentityFault::Malformed { line }),
    }
}
