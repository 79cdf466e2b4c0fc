//! The commands, one file each: what is typed for it, what is refused early, one transaction, what is answered.

use clap::Subcommand;

use crate::cli::Exit;
use crate::cli::failure::Failure;
use crate::cli::session::Session;

pub mod check;
pub mod client;
pub mod completions;
pub mod help;
pub mod init;
pub mod ledger;
pub mod man;

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a vault
    Init(init::Args),
    /// The people the records are about
    #[command(subcommand)]
    Client(client::Action),
    /// The signed ledger: what happened, and whether it holds
    #[command(subcommand)]
    Ledger(ledger::Action),
    /// Look at the whole vault, or at a copy of it
    Check(check::Args),
    /// A script that lets a shell complete what is typed
    Completions(completions::Args),
    /// The manual's pages
    Man(man::Args),
    /// Tell about a command, or about the exit codes
    Help(help::Args),
}

/// Runs one.
pub fn run(command: Command, session: &mut Session<'_>) -> Result<Exit, Failure> {
    match command {
        Command::Init(args) => init::run(args, session),
        Command::Client(action) => client::run(action, session),
        Command::Ledger(action) => ledger::run(action, session),
        Command::Check(args) => check::run(&args, session),
        Command::Completions(args) => completions::run(&args, session),
        Command::Man(args) => man::run(&args, session),
        Command::Help(args) => help::run(&args, session),
    }
}
