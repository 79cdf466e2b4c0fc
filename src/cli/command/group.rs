//! `subrosa group`: meetings of several people, who are protected from each other.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use clap::Subcommand;

use crate::cli::Exit;
use crate::cli::failure::Failure;
use crate::cli::session::Session;

pub mod checklist;
pub mod close;
pub mod plan;
pub mod show;
pub mod start;

/// What can be done with groups.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Plan a group: who takes part, and when
    Plan(plan::Args),
    /// Begin it: whoever attends has promised to keep what is said
    Start(start::Args),
    /// Close it: file what was said of all, and what was said of each
    Close(close::Args),
    /// A group, its slots, and what is still missing
    Show(show::Args),
}

/// Does it.
pub fn run(action: Action, session: &mut Session<'_>) -> Result<Exit, Failure> {
    match action {
        Action::Plan(args) => plan::run(args, session),
        Action::Start(args) => start::run(args, session),
        Action::Close(args) => close::run(args, session),
        Action::Show(args) => show::run(&args, session),
    }
}

/// `SLOT=WORD`, as several options take it.
#[derive(Clone, Debug)]
pub struct OfSlot<T>(u64, T);

impl<T: FromStr<Err: Display>> FromStr for OfSlot<T> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (slot, word) = text.split_once('=').ok_or("a slot's number, an equals sign, and what it is")?;
        let slot = slot.parse().ok().filter(|slot| *slot > 0).ok_or_else(|| format!("{slot:?} is no slot's number"))?;
        Ok(Self(slot, word.parse().map_err(|error| format!("{error}"))?))
    }
}

/// What was typed of each slot; of one slot once.
fn by_slot<T>(given: Vec<OfSlot<T>>, flag: &str) -> Result<BTreeMap<u64, T>, Failure> {
    let mut by_slot = BTreeMap::new();
    for OfSlot(slot, value) in given {
        if by_slot.insert(slot, value).is_some() {
            return Err(Failure::usage(format!("{flag}: slot {slot} is named twice")));
        }
    }
    Ok(by_slot)
}
