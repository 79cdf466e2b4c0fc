//! `subrosa protocol`: what is confidential here, who has access and how it is handled, a version at a time.

use clap::Subcommand;

use crate::cli::Exit;
use crate::cli::failure::Failure;
use crate::cli::session::Session;

pub mod ack;
pub mod adopt;
pub mod check;
pub mod edit;
pub mod show;

/// What can be done with the protocol.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// The protocol's text
    Show(show::Args),
    /// Whether a file is a protocol; without one, who has yet to acknowledge the present one
    Check(check::Args),
    /// Edit the protocol, and adopt what comes of it
    Edit(edit::Args),
    /// Adopt a new version
    Adopt(adopt::Args),
    /// Acknowledge the present version, or record that a recipient has
    Ack(ack::Args),
}

/// Does it.
pub fn run(action: Action, session: &mut Session<'_>) -> Result<Exit, Failure> {
    match action {
        Action::Show(args) => show::run(&args, session),
        Action::Check(args) => check::run(&args, session),
        Action::Edit(args) => edit::run(&args, session),
        Action::Adopt(args) => adopt::run(&args, session),
        Action::Ack(args) => ack::run(args, session),
    }
}
