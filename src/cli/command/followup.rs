//! `subrosa followup`: what is to be done after safety disclosures.

use clap::Subcommand;

use crate::cli::Exit;
use crate::cli::failure::Failure;
use crate::cli::session::Session;

pub mod done;
pub mod list;

/// What can be done with follow-ups.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// All follow-ups, what is open first
    #[command(visible_alias = "ls")]
    List,
    /// Say that one was done
    Done(done::Args),
}

/// Does it.
pub fn run(action: Action, session: &mut Session<'_>) -> Result<Exit, Failure> {
    match action {
        Action::List => list::run(session),
        Action::Done(args) => done::run(&args, session),
    }
}
