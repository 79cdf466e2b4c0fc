//! Keys: the log's Ed25519 signer. Must not know files or prompts.

pub mod signer;
