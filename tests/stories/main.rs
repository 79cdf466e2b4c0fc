//! Stories: what a person types and what comes back, told in process with a clock that stands still and randomness that
//! repeats. One file a story; `practice` is the stage they share.

// Stories start processes, and say aloud what they leave out.
#![allow(clippy::disallowed_macros, clippy::disallowed_methods)]

mod agreements;
mod architecture;
mod attacks_on_heads;
mod attacks_on_logs;
mod attacks_on_notes;
mod attacks_on_proofs;
mod attacks_on_vaults;
mod cards;
mod consents;
mod copies;
mod cosigning;
mod erasing;
mod examples;
mod excerpts;
mod forged_log;
mod forger;
mod fuzzing;
mod hardship;
mod help;
mod init;
mod integrity;
mod judges;
mod ledger;
mod licences;
mod machine;
mod media;
mod newer_copies;
mod notices;
mod people;
mod practice;
mod proofs;
mod protocol;
mod readers;
mod readme;
mod records;
mod recovery;
mod restrictions;
mod rules;
mod screen;
mod secrets;
mod sharing;
mod shells;
mod successions;
mod teams;
mod terminal;
mod third_parties;
mod unlocking;
mod verifier;
mod whoknows;
mod witnesses;
