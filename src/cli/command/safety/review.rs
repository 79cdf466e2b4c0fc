//! `subrosa safety review`.

use std::path::PathBuf;

use crate::cli::Exit;
use crate::cli::answer::Made;
use crate::cli::args::words;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::cli::session::missing;
use crate::safeguarding::SafeguardingError;
use crate::safeguarding::afterwards;
use crate::vocabulary::ReviewResult;

/// What `subrosa safety review` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The disclosure: the beginning of its id
    #[arg(value_name = "ID")]
    pub disclosure: String,
    /// What the review came to
    #[arg(long, value_name = "RESULT", value_parser = words::<ReviewResult>(ReviewResult::WORDS))]
    pub result: Option<ReviewResult>,
    /// The review in words: a file, or - for standard input [default: it is asked]
    #[arg(long, value_name = "FILE")]
    pub text: Option<PathBuf>,
}

/// Files a review.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let typed = names::word(&args.disclosure);
    let example = format!("subrosa safety review {typed} --result justified --text FILE");
    let needed = [("--result", args.result.is_some()), ("--text", args.text.is_some())];
    session.must_have_all(&needed, &example)?;
    let mut vault = session.open_to_append()?;
    // Nobody is told what to find.
    let result = args.result.map_or("RESULT", ReviewResult::as_str);
    let otherwise = format!("subrosa safety review {typed} --result {result} --text FILE");
    if session.is_typed(args.text.as_ref().and_then(|file| file.to_str())) {
        session.room_to_type(&vault, None, &otherwise)?;
    } else if args.result.is_none() {
        // What it came to is typed, if nothing else is.
        session.may_type_here(&vault, None, &otherwise)?;
    }
    let disclosure = names::disclosure(vault.catalog(), &args.disclosure)?;
    let is_alone = vault.catalog().people_who_open()? == 1;
    afterwards::may_review(&vault, disclosure).map_err(|error| match error {
        // Whoever sent the others away waits for somebody new.
        SafeguardingError::OwnReview(_) if is_alone => {
            Failure::from(error).hint("subrosa owner add RECIPIENT --alias ALIAS")
        }
        error => error.into(),
    })?;
    let question = format!("What did the review come to ({})", ReviewResult::WORDS.join(", "));
    let result = session.required(args.result, "--result", &question, &example)?;
    let text = session.told(args.text.as_deref(), "--text", "The review in a few words")?;
    let text = text.ok_or_else(|| missing("--text", &example))?;
    let committed = afterwards::review(&mut session.desk(&mut vault), disclosure, (result, text))?;
    let exit = session.committed(&committed);
    let repair = if result == ReviewResult::NotJustified { " What is to be made good is a follow-up now." } else { "" };
    let made = Made {
        id: disclosure.to_string(),
        state: result.as_str(),
        missing: Vec::new(),
        head: (&committed.head).into(),
        sentence: format!("The review of {disclosure} is filed: {result}.{repair}"),
    };
    session.answer("safety-review", &made, Some(&vault))?;
    Ok(exit)
}
