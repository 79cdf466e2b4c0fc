//! Stories: what a person types and what comes back, told in process with a clock that stands still and randomness that
//! repeats. One file a story; `practice` is the stage they share.

mod examples;
mod hardship;
mod init;
mod machine;
mod people;
mod practice;
mod readme;
mod records;
mod sharing;
mod unlocking;
