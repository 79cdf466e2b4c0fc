//! Subrosa: a confidentiality vault. Session records are encrypted, tagged and shared to named recipients, and a signed
//! local ledger keeps who received what.
//!
//! The house has floors; a module imports only from lower ones (`docs/architecture.md`).

// Floor 0: words.
pub mod digest;
pub mod id;
pub mod jcs;
pub mod secret;
pub mod time;
pub mod vocabulary;

// Floor 3: the practice.
pub mod practice;

// Floor 5: the vault's directory.
pub mod vault;
