//! `subrosa consent complete`.

use super::interview;
use super::terms::Options;
use super::terms::incoming;
use crate::cli::Exit;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::consenting;
use crate::consenting::Judged;
use crate::practice::consent::ConsentTerms;
use crate::vocabulary::ConsentState;

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
    let mut options = args.options;
    let nothing = || {
        let hint = format!("subrosa consent show {}", names::word(&args.consent));
        Failure::usage("say what it lacks: 'consent show' names it").hint(hint)
    };
    if options.is_nothing() && !session.is_interactive() {
        return Err(nothing());
    }
    let mut vault = session.open_to_append()?;
    let id = names::consent(vault.catalog(), &args.consent)?.id();
    let draft = Judged::find(&vault, id, super::today(session, &vault)?)?;
    if options.is_nothing() && draft.state == ConsentState::Draft {
        interview::complete(&mut options, &draft.missing, session, vault.catalog())?;
        if options.is_nothing() {
            super::warn(session, &draft);
            return Err(nothing());
        }
    }
    let (before, client) = (draft.consent.terms, draft.client);
    let form = options.form.clone();
    let said = options.read(session, vault.catalog(), (&client, &before))?;
    let today = super::today(session, &vault)?;
    let dated = ConsentTerms { signed_on: said.signed_on.or(before.signed_on), ..said.clone() };
    let form = form.map(|form| incoming(session, &form, &dated, today)).transpose()?;
    let committed = consenting::complete(&mut session.desk(&mut vault), said, form)?;
    let sentence = format!("What was missing of {id} is filed.");
    let (exit, made) = super::made(session, &vault, &committed, id, &sentence)?;
    session.answer("consent-complete", &made, Some(&vault))?;
    Ok(exit)
}
