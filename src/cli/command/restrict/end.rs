//! `subrosa restrict end`.

use crate::cli::Exit;
use crate::cli::answer::Made;
use crate::cli::args::words;
use crate::cli::days;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::papers::restrictions;
use crate::time::When;
use crate::vocabulary::EndedBy;
use crate::vocabulary::RestrictionState;

/// What `subrosa restrict end` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "What the practice ends still holds for what was filed before, or is dated before that day.")]
pub struct Args {
    /// The restriction: the beginning of its id
    #[arg(value_name = "ID")]
    pub restriction: String,
    /// Who ends it
    #[arg(long, value_name = "WHO", value_parser = words::<EndedBy>(EndedBy::WORDS))]
    pub by: Option<EndedBy>,
    /// From this day on; by the practice, not before today [default: today]
    #[arg(long, value_name = "DATE")]
    pub on: Option<When>,
}

/// Ends one.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let example = format!("subrosa restrict end {} --by client", names::word(&args.restriction));
    session.must_have(args.by.as_ref(), "--by", &example)?;
    let mut vault = session.open_to_append()?;
    let restriction = names::restriction(vault.catalog(), &args.restriction)?.asked.restriction;
    let by = session.required(args.by, "--by", "Who ends it (client or practice)", &example)?;
    let (zone, today) = (session.zone(&vault)?, session.today(&vault)?);
    let on = days::happened(args.on, "--on", today, &zone)?;
    let committed = restrictions::end(&mut session.desk(&mut vault), restriction, by, on)?;
    let exit = session.committed(&committed);
    let still = match by {
        EndedBy::Client => String::new(),
        EndedBy::Practice => {
            format!(" It still holds for what was filed until now, and for what is dated before {on}.")
        }
    };
    let made = Made {
        id: restriction.to_string(),
        state: RestrictionState::Ended.as_str(),
        missing: Vec::new(),
        head: (&committed.head).into(),
        sentence: format!("The restriction {restriction} has ended.{still}"),
    };
    session.answer("restrict-end", &made, Some(&vault))?;
    Ok(exit)
}
