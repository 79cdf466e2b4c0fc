//! `subrosa client`: the people the records are about.

use clap::Subcommand;

use crate::cli::Exit;
use crate::cli::failure::Failure;
use crate::cli::session::Session;

pub mod add;
pub mod close;
mod details;
pub mod edit;
pub mod list;
pub mod representative;
pub mod show;

/// What can be done with clients.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Name a client
    Add(add::Args),
    /// Change what is known of a client
    Edit(edit::Args),
    /// All clients
    #[command(visible_alias = "ls")]
    List(list::Args),
    /// Everything that is known of a client, the real name too
    Show(show::Args),
    /// Name someone who may act for a client
    Representative(representative::Args),
    /// Close a client's file: what is in it stays, nothing new is filed
    Close(close::Args),
}

/// Does it.
pub fn run(action: Action, session: &mut Session<'_>) -> Result<Exit, Failure> {
    match action {
        Action::Add(args) => add::run(args, session),
        Action::Edit(args) => edit::run(args, session),
        Action::List(args) => list::run(&args, session),
        Action::Show(args) => show::run(&args, session),
        Action::Representative(args) => representative::run(args, session),
        Action::Close(args) => close::run(&args, session),
    }
}
