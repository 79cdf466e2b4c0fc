//! Receiving: judging what a vault gave away, without a vault and without its keys. [`proof`] examines a proof of one
//! entry against keys that are trusted, heads that were kept and witnesses that are known; [`package`] opens what came
//! with it, and [`manifest`] compares what that says. Must not know how a verdict is drawn, nor what to do about one.

pub mod entry;
pub mod fork;
pub mod heads;
pub mod manifest;
pub mod package;
pub mod proof;
