//! `subrosa concern`: what somebody fears for their confidentiality, and what was answered.

use clap::Subcommand;

use crate::cli::Exit;
use crate::cli::failure::Failure;
use crate::cli::session::Session;

pub mod list;
pub mod open;
pub mod resolve;

/// What can be done with concerns.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Open a concern: what it touches is held until it is answered
    Open(open::Args),
    /// Answer one: what it held goes free
    Resolve(resolve::Args),
    /// All concerns
    #[command(visible_alias = "ls")]
    List(list::Args),
}

/// Does it.
pub fn run(action: Action, session: &mut Session<'_>) -> Result<Exit, Failure> {
    match action {
        Action::Open(args) => open::run(args, session),
        Action::Resolve(args) => resolve::run(args, session),
        Action::List(args) => list::run(&args, session),
    }
}
