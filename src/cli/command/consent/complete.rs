//! `subrosa consent complete`.

use super::terms::Options;
use super::terms::incoming;
use crate::cli::Exit;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::consenting;
use crate::consenting::ConsentingError;
use crate::practice::consent::ConsentTerms;

/// What `subrosa consent complete` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The consent: the beginning of its id
    pub consent: String,
    /// What it lacks.
    #[command(flatten)]
    pub options: Options,
}

/// Completes it.
pub fn run(args: Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    if args.options.is_nothing() {
        let hint = format!("subrosa consent complete {} --signed-on 0d --signed-by client", names::word(&args.consent));
        return Err(Failure::usage("say what it lacks").hint(hint));
    }
    let mut vault = session.open_to_append()?;
    let before = names::consent(vault.catalog(), &args.consent)?.terms;
    let client = vault.catalog().client(before.client)?.ok_or(ConsentingError::NoClient(before.client))?;
    let id = before.consent;
    let form = args.options.form.clone();
    let said = args.options.read(session, vault.catalog(), (&client, &before))?;
    let today = super::today(session, &vault)?;
    let dated = ConsentTerms { signed_on: said.signed_on.or(before.signed_on), ..said.clone() };
    let form = form.map(|form| incoming(session, &form, &dated, today));
    let committed = consenting::complete(&mut session.desk(&mut vault), said, form)?;
    let sentence = format!("What was missing of {id} is filed.");
    let (exit, made) = super::made(session, &vault, &committed, id, &sentence)?;
    session.answer("consent-complete", &made, Some(&vault))?;
    Ok(exit)
}
