//! What a vault is after the power was cut before any single change to a file: as it was before, or as it is after, and
//! never anything between.

mod adoptions;
mod bench;
mod cuts;
mod film;
mod followings;
mod intrusions;
mod machines;
mod outages;
mod recoveries;
mod successions;
mod walk;
mod witnessing;
