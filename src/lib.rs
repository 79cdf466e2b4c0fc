//! Subrosa: a confidentiality vault. Session records are encrypted, tagged and shared to named recipients, and a signed
//! local ledger keeps who received what.
//!
//! The house has floors; a module imports only from lower ones (`docs/architecture.md`).

// Tests read what they like; the program does it in one place each (`.clippy.toml`).
#![cfg_attr(test, allow(clippy::disallowed_macros, clippy::disallowed_methods))]
// They have a table of all kinds of events, which is one `json!`.
#![cfg_attr(test, recursion_limit = "256")]

// Floor 0: words.
pub mod digest;
pub mod due;
pub mod id;
pub mod jcs;
pub mod place;
pub mod platform;
pub mod secret;
pub mod stream;
pub mod time;
pub mod vocabulary;

// Floor 1: keys.
pub mod keys;

// Floor 2: the seal, the pure ledger and the identifier scan.
pub mod ledger;
pub mod scan;
pub mod seal;

// Floor 3: the practice.
pub mod practice;

// Floor 4: the decision.
pub mod policy;

// Floor 5: the vault.
pub mod vault;

// Floor 6: the operations.
pub mod concerns;
pub mod copies;
pub mod filing;
pub mod people;
pub mod protocols;
pub mod receiving;
pub mod sharing;

// Floor 7: operations that are made of others.
pub mod consenting;
pub mod groups;
pub mod hearing;
pub mod papers;
pub mod report;
pub mod safeguarding;

#[cfg(test)]
mod crash_tests;

// Floor 8: the command line.
pub mod cli;
