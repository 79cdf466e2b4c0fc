//! `subrosa followup done`.

use std::path::Path;
use std::path::PathBuf;

use crate::cli::Exit;
use crate::cli::answer::Made;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::cli::session::missing;
use crate::safeguarding::afterwards;
use crate::vocabulary::FollowupState;

/// What `subrosa followup done` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The follow-up: the beginning of its id
    #[arg(value_name = "ID")]
    pub followup: String,
    /// What came of it: a file, or - for standard input; needed but for a consent's review
    #[arg(long, value_name = "FILE")]
    pub text: Option<PathBuf>,
}

/// Closes one.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let mut vault = session.open_to_append()?;
    let followup = names::followup(vault.catalog(), &args.followup)?.planned.followup;
    let found = afterwards::may_finish(&vault, followup)?;
    let task = found.planned.task;
    let example = format!("subrosa followup done {followup} --text FILE");
    let given = args.text.as_deref();
    let text = if afterwards::needs_text(task) || given.is_some() {
        session.must_have(given.as_ref(), "--text", &example)?;
        if session.is_typed(given.and_then(Path::to_str)) {
            session.room_to_type(&vault, None, &example)?;
        }
        Some(session.told(given, "--text", "What came of it")?.ok_or_else(|| missing("--text", &example))?)
    } else if session.may_type_here(&vault, None, &example).is_ok() {
        session.told(None, "--text", "What came of it (Enter: nothing to say)")?
    } else {
        None
    };
    let committed = afterwards::finish(&mut session.desk(&mut vault), followup, text)?;
    let exit = session.committed(&committed);
    let made = Made {
        id: followup.to_string(),
        state: FollowupState::Done.as_str(),
        missing: Vec::new(),
        head: (&committed.head).into(),
        sentence: format!("{task} after {} is done ({followup}).", found.disclosure),
    };
    session.answer("followup-done", &made, Some(&vault))?;
    Ok(exit)
}
