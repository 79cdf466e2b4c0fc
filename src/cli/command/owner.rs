//! `subrosa owner`: who opens the vault. An owner is known by the name of his key file; his alias stands in the ledger
//! as the actor of what he does.

use clap::Subcommand;

use crate::cli::Exit;
use crate::cli::failure::Failure;
use crate::cli::session::Session;

pub mod add;
pub mod list;
mod remaining;
pub mod remove;

/// What can be done with owners.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Let someone more open the vault
    Add(add::Args),
    /// Who opens the vault
    #[command(visible_alias = "ls")]
    List,
    /// Let somebody open the vault no more: it gets new keys, and everything is sealed anew
    Remove(remove::Args),
}

/// Does it.
pub fn run(action: Action, session: &mut Session<'_>) -> Result<Exit, Failure> {
    match action {
        Action::Add(args) => add::run(args, session),
        Action::List => list::run(session),
        Action::Remove(args) => remove::run(args, session),
    }
}

/// The id of an owner: his key file's name without its end.
pub fn id(file: &str) -> String {
    file.strip_suffix(".age").unwrap_or(file).to_owned()
}
