//! `subrosa protocol ack`: the present version was read and is kept to.

use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Head;
use crate::cli::answer::Look;
use crate::cli::answer::Who;
use crate::cli::command::owner;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::cli::text::bare;
use crate::cli::text::row;
use crate::protocols;
use crate::time::When;

/// What `subrosa protocol ack` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A recipient who told you so [default: you]
    #[arg(long, value_name = "RECIPIENT")]
    pub by: Option<String>,
    /// When [default: today]
    #[arg(long, value_name = "DATE")]
    pub on: Option<When>,
}

#[derive(Serialize)]
struct Acknowledged {
    version: u64,
    by: Who,
    changed: bool,
    head: Head,
}

impl Answer for Acknowledged {
    fn prose(&self, _: &Look<'_>) -> String {
        let (alias, version) = (bare(&self.by.alias), self.version);
        let already = if self.changed { "" } else { " already" };
        format!("{alias} has acknowledged version {version} of the protocol{already}.\n")
    }

    fn bare(&self) -> String {
        row([&self.version.to_string()[..], &self.by.id])
    }
}

/// Records it.
pub fn run(args: Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let mut vault = session.open_to_append()?;
    let recipient = args.by.as_ref().map(|typed| names::recipient(vault.catalog(), typed)).transpose()?;
    let (zone, today) = (session.zone(&vault)?, session.today(&vault)?);
    let on = args.on.map_or(Ok(today), |on| on.since(today, &zone))?;
    if on > today {
        return Err(Failure::usage(format!("--on: {on} is still to come")));
    }
    let by = match &recipient {
        Some(who) => Who { id: who.id().to_string(), alias: who.details.alias.to_string() },
        None => {
            let owner = vault.acting_owner()?;
            Who { id: owner::id(&owner.file), alias: owner.alias.to_string() }
        }
    };
    let recipient = recipient.map(|who| who.id());
    let committed = protocols::acknowledge(&mut session.desk(&mut vault), recipient, on)?;
    let exit = session.committed(&committed);
    let version = vault.catalog().protocol()?.version;
    let changed = !committed.entries.is_empty();
    let acknowledged = Acknowledged { version, by, changed, head: (&committed.head).into() };
    session.answer("protocol-ack", &acknowledged, Some(&vault))?;
    Ok(exit)
}
