//! `subrosa client close`.

use crate::cli::Exit;
use crate::cli::answer::Made;
use crate::cli::failure::Failure;
use crate::cli::failure::FailureCode;
use crate::cli::names;
use crate::cli::session::Session;
use crate::people;
use crate::vocabulary::ClientState;

/// What `subrosa client close` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The client
    pub client: String,
}

/// Closes a client's file.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let mut vault = session.open_to_append()?;
    let client = names::client(vault.catalog(), &args.client)?;
    let alias = &client.details.alias;
    if client.state == ClientState::Active
        && !session.confirm(&format!("Close the file of client {alias}? Nothing new can be filed then."), true)?
    {
        return Err(Failure::new(FailureCode::Failed, "nothing was closed"));
    }
    let committed = people::close_client(&mut session.desk(&mut vault), client.id())?;
    let exit = session.committed(&committed);
    let made = Made {
        id: client.id().to_string(),
        state: ClientState::Closed.as_str(),
        missing: Vec::new(),
        head: (&committed.head).into(),
        sentence: format!("The file of client {alias} is closed. What is in it stays."),
    };
    session.answer("client-close", &made, Some(&vault))?;
    Ok(exit)
}
