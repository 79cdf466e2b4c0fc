//! What of a copy is not taken when a vault is completed from it, and why (`docs/format.md`, 5). Must not know what to do
//! about it.

use crate::keys::signer::Origin;

/// A log of the copy of which nothing, or not all, is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The log.
    pub origin: Origin,
    /// Why.
    pub why: Why,
}

/// Why something of a copy is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It is sealed to a vault key that is not held here.
    Sealed,
    /// An owner who was removed knows its key: what is signed with it since counts for nothing.
    KnownToRemoved,
    /// It has to be joined to the history, and this machine does not write it.
    ReadsOnly,
    /// Neither copy has all of its files.
    Incomplete,
    /// It excludes what was seen here of the same log, which was settled.
    Forked,
    /// No link by a key of the history leads to it.
    Unlinked,
}
