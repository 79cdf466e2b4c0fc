//! The commands, one file each: what is typed for it, what is refused early, one transaction, what is answered.

use clap::Subcommand;

use crate::cli::Exit;
use crate::cli::failure::Failure;
use crate::cli::session::Session;

pub mod client;
pub mod help;
pub mod init;
pub mod owner;
pub mod recipient;

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a vault
    Init(init::Args),
    /// Who opens the vault
    #[command(subcommand)]
    Owner(owner::Action),
    /// The people the records are about
    #[command(subcommand)]
    Client(client::Action),
    /// The people something may be shared to
    #[command(subcommand)]
    Recipient(recipient::Action),
    /// Tell about a command, or about the exit codes
    Help(help::Args),
}

/// Runs one.
pub fn run(command: Command, session: &mut Session<'_>) -> Result<Exit, Failure> {
    match command {
        Command::Init(args) => init::run(args, session),
        Command::Owner(action) => owner::run(action, session),
        Command::Client(action) => client::run(action, session),
        Command::Recipient(action) => recipient::run(action, session),
        Command::Help(args) => help::run(&args, session),
    }
}
