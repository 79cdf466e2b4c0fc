//! `subrosa recipient suspend`.

use crate::cli::Exit;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::people;
use crate::practice::words::Prose;
use crate::time::When;

/// What `subrosa recipient suspend` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The recipient
    #[arg(value_name = "ALIAS")]
    pub recipient: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Since when [default: today]
    #[arg(long, value_name = "DATE")]
    pub on: Option<When>,
}

/// Shares nothing more to him.
pub fn run(args: Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let example = format!("subrosa recipient suspend {} --reason 'left the practice'", names::word(&args.recipient));
    session.must_have(args.reason.as_ref(), "--reason", &example)?;
    let reason: Option<Prose> = session.word(args.reason, "--reason")?;
    let mut vault = session.open_to_append()?;
    let recipient = names::recipient(vault.catalog(), &args.recipient)?;
    let (id, alias) = (recipient.id(), recipient.details.alias);
    let reason = session.required(reason, "--reason", &format!("Why is nothing more shared to {alias}"), &example)?;
    let (zone, today) = (session.zone(&vault)?, session.today(&vault)?);
    let on = args.on.map_or(Ok(today), |on| on.since(today, &zone))?;
    if on > today {
        return Err(Failure::usage(format!("--on: {on} is still to come; suspending takes effect at once")));
    }
    let committed = people::suspend_recipient(&mut session.desk(&mut vault), id, reason, on)?;
    let sentence = format!("Nothing more is shared to recipient {alias}. What was sent already stays with the person.");
    super::answer(session, "recipient-suspend", &vault, &committed, id, &sentence)
}
