//! Subrosa: a confidentiality vault. Session records are encrypted, tagged and shared to named recipients, and a signed
//! local ledger keeps who received what.
//!
//! The house has floors; a module imports only from lower ones (`docs/architecture.md`).

// Floor 0: words.
pub mod digest;
pub mod id;
pub mod jcs;
pub mod secret;

pub mod place;

// Floor 7: the command line.
pub mod cli;
