//! `subrosa concern list`. On a terminal the concerns themselves are not drawn: others may look on.

use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Look;
use crate::cli::answer::Who;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::text::bare;
use crate::cli::text::row;
use crate::practice::concern;
use crate::vault::catalog::Catalog;
use crate::vault::catalog::IdKind;

/// What `subrosa concern list` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "A terminal does not show what the concerns say; a pipe does, and --json.")]
pub struct Args {}

#[derive(Serialize)]
struct Concerns {
    concerns: Vec<Concern>,
}

#[derive(Serialize)]
struct Concern {
    id: String,
    state: &'static str,
    by: &'static str,
    client: Option<Who>,
    group: Option<Who>,
    slot: Option<u64>,
    recipients: Vec<Who>,
    kinds: Vec<&'static str>,
    records: Vec<String>,
    text: String,
    opened: String,
    due: String,
    resolved: Option<Resolved>,
}

#[derive(Serialize)]
struct Resolved {
    time: String,
    addressed: &'static str,
    response: String,
}

impl Concern {
    fn of(catalog: &Catalog, concern: &concern::Concern) -> Result<Self, Failure> {
        let opened = &concern.opened;
        let resolved = concern.resolved.as_ref().map(|(resolved, time)| Resolved {
            time: time.to_string(),
            addressed: resolved.addressed.as_str(),
            response: resolved.response.to_string(),
        });
        Ok(Self {
            id: opened.concern.to_string(),
            state: concern.state().as_str(),
            by: opened.by.as_str(),
            client: opened.client.map(|id| Who::client(catalog, id)).transpose()?,
            group: opened.group.map(|id| Who::group(catalog, id)).transpose()?,
            slot: opened.slot,
            recipients: opened.recipients.iter().map(|id| Who::recipient(catalog, *id)).collect::<Result<_, _>>()?,
            kinds: opened.kinds.iter().map(|kind| kind.as_str()).collect(),
            records: opened.records.iter().map(ToString::to_string).collect(),
            text: opened.text.to_string(),
            opened: concern.filed.to_string(),
            due: opened.due.to_string(),
            resolved,
        })
    }

    /// Whose records it holds: of a group the slot, and nobody's alias.
    fn about(&self) -> String {
        match (&self.group, self.slot, &self.client) {
            (Some(group), Some(slot), _) => format!("{} slot {slot}", group.id),
            (Some(group), None, _) => group.id.clone(),
            (None, _, client) => client.as_ref().map(|client| client.alias.clone()).unwrap_or_default(),
        }
    }

    /// What of it, by the flags that say it.
    fn scope(&self) -> String {
        let mut scope: Vec<String> = self.recipients.iter().map(|who| format!("to {}", who.alias)).collect();
        scope.extend(self.kinds.iter().map(|kind| format!("kind {kind}")));
        scope.extend(self.records.iter().map(|record| format!("record {record}")));
        if scope.is_empty() { "everything".to_owned() } else { scope.join(", ") }
    }
}

impl Answer for Concerns {
    fn prose(&self, look: &Look<'_>) -> String {
        let cells = |one: &Concern| {
            let id = look.id(IdKind::Concern, &one.id).into_owned();
            let cells = [one.state.to_owned(), format!("due {}", one.due), one.by.to_owned(), one.about(), one.scope()];
            std::iter::once(id).chain(cells.map(|text| bare(&text).into_owned())).collect()
        };
        look.table(&self.concerns.iter().map(cells).collect::<Vec<_>>())
    }

    fn bare(&self) -> String {
        let line =
            |one: &Concern| row([&one.id[..], one.state, &one.due, one.by, &one.about(), &one.scope(), &one.text]);
        self.concerns.iter().map(line).collect()
    }
}

/// Lists them, in the order of their filing.
pub fn run(_: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let vault = session.open()?;
    let all = vault.catalog().concerns()?;
    let concerns = all.iter().map(|one| Concern::of(vault.catalog(), one)).collect::<Result<_, _>>()?;
    let concerns = Concerns { concerns };
    if concerns.concerns.is_empty() && !session.globals.json {
        session.note("there is no concern");
    }
    session.answer("concern-list", &concerns, Some(&vault))?;
    Ok(Exit::Done)
}
