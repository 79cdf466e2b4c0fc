//! `subrosa agreement end`.

use crate::cli::Exit;
use crate::cli::answer::Made;
use crate::cli::days;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::papers::agreements;
use crate::practice::words::Prose;
use crate::time::When;
use crate::vocabulary::AgreementState;

/// What `subrosa agreement end` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The agreement: the beginning of its id
    #[arg(value_name = "ID")]
    pub agreement: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// The first day on which it does not hold any more [default: today]
    #[arg(long, value_name = "DATE")]
    pub on: Option<When>,
}

/// Ends one.
pub fn run(args: Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let example = format!("subrosa agreement end {} --reason 'left the practice'", names::word(&args.agreement));
    session.must_have(args.reason.as_ref(), "--reason", &example)?;
    let reason: Option<Prose> = session.word(args.reason, "--reason")?;
    let mut vault = session.open_to_append()?;
    let agreement = names::agreement(vault.catalog(), &args.agreement)?.signed.agreement;
    let reason = session.required(reason, "--reason", "Why does it end", &example)?;
    let (zone, today) = (session.zone(&vault)?, session.today(&vault)?);
    let on = days::happened(args.on, "--on", today, &zone)?;
    let committed = agreements::end(&mut session.desk(&mut vault), agreement, reason, on)?;
    let exit = session.committed(&committed);
    let made = Made {
        id: agreement.to_string(),
        state: AgreementState::Ended.as_str(),
        missing: Vec::new(),
        head: (&committed.head).into(),
        sentence: format!(
            "The agreement {agreement} has ended. What was promised of what was shared before stays promised."
        ),
    };
    session.answer("agreement-end", &made, Some(&vault))?;
    Ok(exit)
}
