//! The vault's directory and what this machine keeps about it.
//! Must not know the terminal.

pub mod catalog;
