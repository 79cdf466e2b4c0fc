//! `subrosa consent grant`.

use super::interview;
use super::terms::Options;
use super::terms::incoming;
use crate::cli::Exit;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::consenting;
use crate::id::ConsentId;
use crate::practice::consent::ConsentTerms;

const EXAMPLE: &str = "subrosa consent grant --client mk-01 --to dr-lee --kind progress-note --purpose treat \
                       --signed-on 2026-11-21 --signed-by client";

/// What `subrosa consent grant` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Without --signed-on and --signed-by it is a draft, under which nothing is shared:
'subrosa consent form' prints it to be signed, 'subrosa consent complete' says the rest.")]
pub struct Args {
    /// Whose consent it is
    #[arg(long, value_name = "CLIENT")]
    pub client: Option<String>,
    /// What it says.
    #[command(flatten)]
    pub options: Options,
}

/// Files it.
pub fn run(args: Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let mut options = args.options;
    let needed = [
        ("--client", args.client.is_some()),
        ("--to", !options.to.is_empty()),
        ("--kind", !options.kind.is_empty()),
        ("--purpose", !options.purpose.is_empty()),
    ];
    session.must_have_all(&needed, EXAMPLE)?;
    let mut vault = session.open_to_append()?;
    let is_whole =
        args.client.is_some() && !(options.to.is_empty() || options.kind.is_empty() || options.purpose.is_empty());
    let typed = interview::client(args.client, session, vault.catalog(), EXAMPLE)?;
    let client = names::client(vault.catalog(), &typed)?;
    if !is_whole {
        interview::grant(&mut options, session, vault.catalog(), EXAMPLE)?;
    }
    let id = ConsentId::random(&mut session.host.rng);
    let form = options.form.clone();
    let nothing = ConsentTerms::new(id, client.id());
    let terms = options.read(session, vault.catalog(), (&client, &nothing))?;
    let today = super::today(session, &vault)?;
    let form = form.map(|form| incoming(session, &form, &terms, today)).transpose()?;
    let committed = consenting::grant(&mut session.desk(&mut vault), terms, form)?;
    let sentence = format!("The consent of {} is filed ({id}).", client.details.alias);
    let (exit, made) = super::made(session, &vault, &committed, id, &sentence)?;
    session.answer("consent-grant", &made, Some(&vault))?;
    Ok(exit)
}
