//! `subrosa team list`.

use serde::Serialize;

use super::Team;
use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Look;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::text::row;

#[derive(Serialize)]
struct Teams {
    teams: Vec<Team>,
}

impl Answer for Teams {
    fn prose(&self, look: &Look<'_>) -> String {
        let cells = |team: &Team| vec![team.name.clone(), team.aliases().replace(',', ", ")];
        look.table(&self.teams.iter().map(cells).collect::<Vec<_>>())
    }

    fn bare(&self) -> String {
        self.teams.iter().map(|team| row([&team.name[..], &team.aliases()])).collect()
    }
}

/// Lists them, by name.
pub fn run(session: &mut Session<'_>) -> Result<Exit, Failure> {
    let vault = session.open()?;
    let teams = vault.catalog().teams()?.into_iter().map(|name| Team::of(vault.catalog(), name));
    let teams = Teams { teams: teams.collect::<Result<_, _>>()? };
    if teams.teams.is_empty() && !session.globals.json {
        session.note("there are no teams yet");
    }
    session.answer("team-list", &teams, Some(&vault))?;
    Ok(Exit::Done)
}
