//! The ledger: a C2SP transparency log of who received what, as pure functions. A log is tiles ([`tile`], [`tree`])
//! under a signed head ([`note`], [`checkpoint`]); its leaves ([`leaf`]) say nothing, and what they commit to
//! ([`commitment`]) stands in openings ([`opening`], in a [`journal`]) that only the vault's owners read. [`audit`] checks
//! a whole log, [`proof`] one entry, of which [`shown`] shows what it must. What else a log's key signs are statements
//! ([`statement`]): the link to the next log ([`successor`]), the contact card ([`card`]). Must not know the domain,
//! files or the clock.

pub mod audit;
pub mod bounds;
pub mod card;
pub mod checkpoint;
pub mod commitment;
pub mod cosignature;
pub mod journal;
pub mod leaf;
pub mod note;
pub mod opening;
pub mod proof;
pub mod shown;
pub mod statement;
pub mod successor;
pub mod tile;
pub mod tree;
pub mod witnessing;
