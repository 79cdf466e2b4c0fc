//! `subrosa restrict`: what clients asked not to be shared.

use clap::Subcommand;

use crate::cli::Exit;
use crate::cli::failure::Failure;
use crate::cli::session::Session;

pub mod add;
pub mod end;
pub mod list;

/// What can be done with restrictions.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// File what a client asked not to be shared
    Add(add::Args),
    /// End a restriction
    End(end::Args),
    /// All restrictions
    #[command(visible_alias = "ls")]
    List(list::Args),
}

/// Does it.
pub fn run(action: Action, session: &mut Session<'_>) -> Result<Exit, Failure> {
    match action {
        Action::Add(args) => add::run(args, session),
        Action::End(args) => end::run(&args, session),
        Action::List(args) => list::run(&args, session),
    }
}
