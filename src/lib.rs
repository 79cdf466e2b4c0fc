//! Subrosa: a confidentiality vault. Session records are encrypted, tagged and shared to named recipients, and a signed
//! local ledger keeps who received what.
//!
//! The house has floors; a module imports only from lower ones (`docs/architecture.md`).

// Floor 0: words.
pub mod digest;
pub mod id;
pub mod jcs;
pub mod secret;

// Floor 1: keys.
pub mod keys;

// Floor 2: sealed files.
pub mod seal;
