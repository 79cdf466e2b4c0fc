//! Plain bytes to age file and back, streaming (`docs/format.md`, 2): [`seal()`] and [`Writer`] make a sealed file and
//! tell its seal, [`open`] checks the seal before anything else looks at the file. Memory is constant, but in
//! [`seal_bytes`] and [`open_bytes`]. Together with `keys` the only user of the age crates. Must not know records,
//! vaults or paths.
//!
//! The **seal** of a file is SHA-256 over its header and the 16-byte payload nonce. These name the file key, and the
//! file key fixes every byte that follows: whoever does not hold it cannot make another file with the same seal that
//! opens.

use std::io;

use age::DecryptError;
use age::EncryptError;

use crate::digest::Digest;
use crate::keys::header::HeaderFault;
use crate::keys::header::ReadHeaderError;

mod read;
#[cfg(test)]
mod testkit;
#[cfg(test)]
mod tests;
mod write;

pub use read::Opened;
pub use read::open;
pub use read::open_bytes;
pub use read::read_seal;
pub use write::Writer;
pub use write::seal;
pub use write::seal_bytes;

/// What an event keeps of a sealed file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sealed {
    /// SHA-256 of header and payload nonce.
    pub seal: Digest,
    /// SHA-256 of the plaintext.
    pub sha256: Digest,
    /// The plaintext's length in bytes.
    pub size: u64,
}

/// Which part of a sealed file does not verify.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Part {
    /// The header's text is malformed.
    #[error("its header is malformed")]
    Header,
    /// The header is not the one that was written with this file key.
    #[error("its header was altered")]
    HeaderMac,
    /// The encrypted bytes were altered, cut short or lengthened.
    #[error("its content was altered or cut short")]
    Payload,
}

/// A file that could not be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// Another file than the one that was put here, or one whose header was altered.
    #[error("its seal is {found}, not {expected}")]
    SealMismatch {
        /// The seal that was kept.
        expected: Digest,
        /// The seal of the file that is there.
        found: Digest,
    },
    /// No age v1 file.
    #[error("it is not an age file: {0}")]
    NotAge(HeaderFault),
    /// Sealed to others: no identity opens it, or the passphrase is wrong.
    #[error("no identity at hand opens it")]
    NoMatch,
    /// An age file that does not verify.
    #[error("it is damaged: {0}")]
    Damaged(Part),
    /// The content is larger than the caller takes.
    #[error("it holds more than {cap} bytes")]
    TooLarge {
        /// How many bytes the caller takes.
        cap: usize,
    },
    /// A passphrase file that asks for too much work.
    #[error("its scrypt work factor is {required}, more than {allowed}")]
    WorkFactor {
        /// log2 of N that the file asks for.
        required: u8,
        /// The largest we take.
        allowed: u8,
    },
    /// Nothing to seal to.
    #[error("there is no recipient")]
    NoRecipient,
    /// Recipients that may not share a file, such as a hybrid and a classic one.
    #[error("these recipients cannot share one file")]
    Incompatible,
    /// A plugin is not installed.
    #[error("the plugin {binary} is not installed")]
    PluginMissing {
        /// The program's name.
        binary: String,
    },
    /// A plugin failed. Its words are not ours: show them with controls made harmless.
    #[error("the plugin says: {}", messages.join("; "))]
    Plugin {
        /// What it said.
        messages: Vec<String>,
    },
    /// The source or the target failed.
    #[error(transparent)]
    Io(io::Error),
}

impl From<io::Error> for SealError {
    /// An error met while reading from an [`Opened`] or writing to a [`Writer`]: damage is told apart from a source
    /// that fails.
    fn from(error: io::Error) -> Self {
        match error.get_ref().and_then(|inner| inner.downcast_ref::<Part>()) {
            Some(part) => Self::Damaged(*part),
            None => Self::Io(error),
        }
    }
}

impl From<ReadHeaderError> for SealError {
    fn from(error: ReadHeaderError) -> Self {
        match error {
            ReadHeaderError::Io(error) => Self::Io(error),
            ReadHeaderError::Fault(fault @ (HeaderFault::FirstLine | HeaderFault::Version)) => Self::NotAge(fault),
            ReadHeaderError::Fault(_) => Self::Damaged(Part::Header),
        }
    }
}

impl From<DecryptError> for SealError {
    fn from(error: DecryptError) -> Self {
        match error {
            DecryptError::NoMatchingKeys | DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed => {
                Self::NoMatch
            }
            DecryptError::ExcessiveWork { required, target } => Self::WorkFactor { required, allowed: target },
            DecryptError::InvalidMac => Self::Damaged(Part::HeaderMac),
            DecryptError::UnknownFormat => Self::NotAge(HeaderFault::Version),
            DecryptError::Io(error) => error.into(),
            DecryptError::Plugin(errors) => plugin(&errors),
            DecryptError::PluginResolve(error) => missing(error),
            // `InvalidHeader`, and what a later age may add about a file it does not like.
            _ => Self::Damaged(Part::Header),
        }
    }
}

impl From<EncryptError> for SealError {
    fn from(error: EncryptError) -> Self {
        match error {
            EncryptError::MissingRecipients => Self::NoRecipient,
            EncryptError::Io(error) => error.into(),
            EncryptError::Plugin(errors) => plugin(&errors),
            EncryptError::PluginResolve(error) => missing(error),
            // `IncompatibleRecipients`, `MixedRecipientAndPassphrase`, `InvalidRecipientLabels`.
            _ => Self::Incompatible,
        }
    }
}

fn missing(error: age::plugin::ResolveError) -> SealError {
    let binary = match error {
        age::plugin::ResolveError::MissingPlugin { binary_name } => binary_name,
        age::plugin::ResolveError::InvalidPluginName { name } => name,
        _ => String::new(),
    };
    SealError::PluginMissing { binary }
}

fn plugin(errors: &[impl ToString]) -> SealError {
    SealError::Plugin { messages: errors.iter().map(ToString::to_string).collect() }
}
