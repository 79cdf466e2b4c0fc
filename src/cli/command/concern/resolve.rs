//! `subrosa concern resolve`.

use crate::cli::Exit;
use crate::cli::answer::Made;
use crate::cli::args::words;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::concerns;
use crate::concerns::ConcernsError;
use crate::practice::words::Prose;
use crate::vocabulary::Addressed;
use crate::vocabulary::ConcernState;

/// What `subrosa concern resolve` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The concern: the beginning of its id
    #[arg(value_name = "ID")]
    pub concern: Option<String>,
    /// What was answered or done: a file, or - for standard input
    #[arg(long, value_name = "FILE")]
    pub response: Option<String>,
    /// Whether whoever raised it says that it was addressed
    #[arg(long, value_name = "ANSWER", value_parser = words::<Addressed>(Addressed::WORDS))]
    pub addressed: Option<Addressed>,
}

/// Answers one.
pub fn run(args: Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let example = "subrosa concern resolve o-0123 --response answer.txt --addressed yes";
    let needed = [
        ("ID", args.concern.is_some()),
        ("--response", args.response.is_some()),
        ("--addressed", args.addressed.is_some()),
    ];
    session.must_have_all(&needed, example)?;
    let mut vault = session.open_to_append()?;
    if session.is_typed(args.response.as_deref()) {
        let id = args.concern.as_ref().map_or_else(|| "CONCERN".to_owned(), |typed| names::word(typed));
        // Nobody is told what to answer.
        let addressed = args.addressed.map(|addressed| format!(" --addressed {addressed}")).unwrap_or_default();
        let otherwise = format!("subrosa concern resolve {id} --response FILE{addressed}");
        session.room_to_type(&vault, None, &otherwise)?;
    }
    let typed = session.required(args.concern, "ID", "Which concern (the beginning of its id)", example)?;
    let found = names::concern(vault.catalog(), &typed)?;
    let id = found.opened.concern;
    if found.resolved.is_some() {
        return Err(ConcernsError::Resolved(id).into());
    }
    let question = "What was answered or done";
    let response = session.needed_text(args.response.as_deref(), "--response", question, example)?;
    let response: Prose = response.parse().map_err(|error| Failure::usage(format!("--response: {error}")))?;
    let question = "Does whoever raised it say that it was addressed (yes, no or partly)";
    let addressed = session.required(args.addressed, "--addressed", question, example)?;
    let committed = concerns::resolve(&mut session.desk(&mut vault), id, response, addressed)?;
    let exit = session.committed(&committed);
    let made = Made {
        id: id.to_string(),
        state: ConcernState::Resolved.as_str(),
        missing: Vec::new(),
        head: (&committed.head).into(),
        sentence: format!("The concern {id} is answered: it holds nothing any more."),
    };
    session.answer("concern-resolve", &made, Some(&vault))?;
    Ok(exit)
}
