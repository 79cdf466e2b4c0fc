//! `subrosa safety`: what is disclosed without consent to avert harm, and its review.

use clap::Subcommand;

use crate::cli::Exit;
use crate::cli::failure::Failure;
use crate::cli::session::Session;

pub mod answers;
pub mod disclose;
pub mod review;

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Disclose what averts a serious and imminent threat, or what a law asks to be reported
    Disclose(disclose::Args),
    /// Review what somebody else disclosed so
    Review(review::Args),
}

/// Does it.
pub fn run(action: Action, session: &mut Session<'_>) -> Result<Exit, Failure> {
    match action {
        Action::Disclose(args) => disclose::run(&args, session),
        Action::Review(args) => review::run(&args, session),
    }
}
