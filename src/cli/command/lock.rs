//! `subrosa lock`: the vault is unlocked no longer. It needs no key: whoever leaves must be able to lock.

use crate::cli::Exit;
use crate::cli::command::unlock::State;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::vault::unlock::Found;

/// What `subrosa lock` takes.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Locks it. A vault that was not unlocked is locked: that is no failure.
pub fn run(_: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let found = Found::at(session.places()?)?;
    if !session.end_rests(&found)? {
        session.note("the vault was not unlocked");
    }
    session.answer("lock", &State { state: "locked", until: None }, None)?;
    Ok(Exit::Done)
}
