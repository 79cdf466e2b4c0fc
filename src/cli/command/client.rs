//! `subrosa client`: the people the records are about.

use clap::Subcommand;

use crate::cli::Exit;
use crate::cli::failure::Failure;
use crate::cli::session::Session;

pub mod add;
pub mod list;

/// What can be done with clients.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Name a client
    Add(add::Args),
    /// All clients
    #[command(visible_alias = "ls")]
    List(list::Args),
}

/// Does it.
pub fn run(action: Action, session: &mut Session<'_>) -> Result<Exit, Failure> {
    match action {
        Action::Add(args) => add::run(args, session),
        Action::List(args) => list::run(&args, session),
    }
}
