//! Keys: age identities and public keys, what a passphrase protects, and what a file is sealed to or opened with.
//! Together with `seal` the only user of the age crates. Must not know where files lie, how a person is asked, or what
//! is sealed.
//!
//! Main types: [`vault_identity::VaultIdentity`], [`recipient::PublicKey`], [`identity::Identities`].

pub mod header;
pub mod identity;
pub mod keyring;
pub mod lines;
pub mod opening;
pub mod passphrase;
pub mod plugin;
pub mod recipient;
pub mod signer;
#[cfg(feature = "ssh")]
mod ssh;
pub mod vault_identity;
