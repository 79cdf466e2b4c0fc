//! `subrosa client edit`.

use super::details::Options;
use crate::cli::Exit;
use crate::cli::answer::Made;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::people;
use crate::practice::client::Part2;
use crate::practice::words::Alias;

/// What `subrosa client edit` takes. An empty text clears what was there; a repeated option replaces the whole list.
#[derive(Debug, clap::Args)]
#[command(after_help = "An empty text ('') clears what was there; a repeated option replaces the whole list.")]
pub struct Args {
    /// The client
    pub client: String,
    /// The new alias
    #[arg(long)]
    pub alias: Option<Alias>,
    /// What is known.
    #[command(flatten)]
    pub options: Options,
    /// The records do not fall under 42 CFR Part 2
    #[arg(long, conflicts_with = "part2")]
    pub no_part2: bool,
}

/// Changes what is known of a client.
pub fn run(args: Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let said = args.options.read(session)?;
    if said.is_nothing() && args.alias.is_none() && !args.no_part2 {
        return Err(Failure::usage("nothing is to be changed").hint("subrosa client edit mk-01 --alias mk-02"));
    }
    let mut vault = session.open_to_append()?;
    let client = names::client(vault.catalog(), &args.client)?;
    said.refuse_unborn(session.today(&vault)?)?;
    let limits = said.limits_discussed(session.today(&vault)?, &session.zone(&vault)?)?;
    let alias = args.alias.unwrap_or_else(|| client.details.alias.clone());
    let committed = people::edit_client(&mut session.desk(&mut vault), client.id(), |details| {
        said.apply(details, limits);
        details.alias = alias.clone();
        if args.no_part2 {
            details.part2 = Part2::No;
        }
    })?;
    let exit = session.committed(&committed);
    let made = Made {
        id: client.id().to_string(),
        state: client.state.as_str(),
        missing: Vec::new(),
        head: (&committed.head).into(),
        sentence: format!("What is known of client {alias} is changed."),
    };
    session.answer("client-edit", &made, Some(&vault))?;
    Ok(exit)
}
