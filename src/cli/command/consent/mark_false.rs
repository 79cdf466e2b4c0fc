//! `subrosa consent mark-false`.

use crate::cli::Exit;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::consenting;
use crate::practice::words::Prose;

/// What `subrosa consent mark-false` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The consent: the beginning of its id
    pub consent: String,
    /// What is false about it
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

/// Marks it.
pub fn run(args: Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let example =
        format!("subrosa consent mark-false {} --reason 'the signature is not hers'", names::word(&args.consent));
    session.must_have(args.reason.as_ref(), "--reason", &example)?;
    let reason: Option<Prose> = session.word(args.reason, "--reason")?;
    let mut vault = session.open_to_append()?;
    let id = names::consent(vault.catalog(), &args.consent)?.id();
    let reason = session.required(reason, "--reason", "What is false about it", &example)?;
    let committed = consenting::mark_false(&mut session.desk(&mut vault), id, reason)?;
    let sentence = format!("{id} is marked as false. Nothing is shared under it any more.");
    let (exit, made) = super::made(session, &vault, &committed, id, &sentence)?;
    session.answer("consent-mark-false", &made, Some(&vault))?;
    Ok(exit)
}
