//! `subrosa proof`: what a ledger proved to somebody who has no vault.

use clap::Subcommand;

use crate::cli::Exit;
use crate::cli::failure::Failure;
use crate::cli::session::Session;

mod told;
pub mod verify;

/// What can be done with a proof.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Check a proof, and say what it proves and what not; needs no vault
    Verify(verify::Args),
}

/// Does it.
pub fn run(action: Action, session: &mut Session<'_>) -> Result<Exit, Failure> {
    match action {
        Action::Verify(args) => verify::run(&args, session),
    }
}
