//! `subrosa followup done`.

use std::path::PathBuf;

use crate::cli::Exit;
use crate::cli::answer::Made;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::safeguarding::afterwards;
use crate::vocabulary::FollowupState;

/// What `subrosa followup done` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The follow-up: the beginning of its id
    #[arg(value_name = "ID")]
    pub followup: String,
    /// What came of it: a file, or - for standard input
    #[arg(long, value_name = "FILE")]
    pub text: Option<PathBuf>,
}

/// Closes one.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let mut vault = session.open_to_append()?;
    let followup = names::followup(vault.catalog(), &args.followup)?.planned.followup;
    let found = afterwards::may_finish(&vault, followup)?;
    let text = session.told(args.text.as_deref(), "--text", "What came of it (Enter: nothing to say)")?;
    let committed = afterwards::finish(&mut session.desk(&mut vault), followup, text)?;
    let exit = session.committed(&committed);
    let made = Made {
        id: followup.to_string(),
        state: FollowupState::Done.as_str(),
        missing: Vec::new(),
        head: (&committed.head).into(),
        sentence: format!("{} after {} is done ({followup}).", found.planned.task, found.disclosure),
    };
    session.answer("followup-done", &made, Some(&vault))?;
    Ok(exit)
}
