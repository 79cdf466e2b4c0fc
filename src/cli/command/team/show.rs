//! `subrosa team show`.

use serde::Serialize;

use super::Team;
use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Look;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::cli::text::row;
use crate::practice::words::Alias;
use crate::vault::catalog::IdKind;

/// What `subrosa team show` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The team
    pub name: Alias,
}

#[derive(Serialize)]
struct Shown {
    team: Team,
}

impl Answer for Shown {
    fn prose(&self, look: &Look<'_>) -> String {
        let cells =
            |who: &crate::cli::answer::Who| vec![look.id(IdKind::Recipient, &who.id).into_owned(), who.alias.clone()];
        look.table(&self.team.members.iter().map(cells).collect::<Vec<_>>())
    }

    fn bare(&self) -> String {
        self.team.members.iter().map(|who| row([&who.id[..], &who.alias])).collect()
    }
}

/// Shows who is of it.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let vault = session.open()?;
    names::team(vault.catalog(), args.name.as_str())?;
    let team = Team::of(vault.catalog(), args.name.to_string())?;
    session.answer("team-show", &Shown { team }, Some(&vault))?;
    Ok(Exit::Done)
}
