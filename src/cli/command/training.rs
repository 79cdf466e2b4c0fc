//! `subrosa training`: what recipients learned, and until when that counts.

use clap::Subcommand;

use crate::cli::Exit;
use crate::cli::failure::Failure;
use crate::cli::session::Session;

pub mod add;
pub mod list;

/// What can be done with trainings.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// File a training that a recipient had
    Add(add::Args),
    /// All trainings
    #[command(visible_alias = "ls")]
    List,
}

/// Does it.
pub fn run(action: Action, session: &mut Session<'_>) -> Result<Exit, Failure> {
    match action {
        Action::Add(args) => add::run(args, session),
        Action::List => list::run(session),
    }
}
