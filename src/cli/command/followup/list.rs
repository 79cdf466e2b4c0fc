//! `subrosa followup list`.

use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Look;
use crate::cli::answer::Who;
use crate::cli::answer::flags;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::text::bare;
use crate::cli::text::row;
use crate::practice::safety;
use crate::vault::catalog::Catalog;
use crate::vault::catalog::IdKind;

#[derive(Serialize)]
struct Followups {
    followups: Vec<Followup>,
}

#[derive(Serialize)]
struct Followup {
    id: String,
    task: &'static str,
    due: String,
    state: &'static str,
    disclosure: String,
    client: Option<Who>,
    /// Who disclosed.
    author: String,
    done: Option<String>,
    /// What came of it.
    text: Option<String>,
    /// What is said of the disclosure to a person.
    #[serde(skip)]
    flags: &'static str,
}

impl Followup {
    fn of(catalog: &Catalog, followup: &safety::Followup) -> Result<Self, Failure> {
        let done = followup.done.as_ref();
        let basis = catalog.disclosure(followup.disclosure)?.map(|disclosure| disclosure.made.basis);
        Ok(Self {
            id: followup.planned.followup.to_string(),
            task: followup.planned.task.as_str(),
            due: followup.planned.due.to_string(),
            state: followup.state().as_str(),
            disclosure: followup.disclosure.to_string(),
            client: followup.client.map(|id| Who::client(catalog, id)).transpose()?,
            author: followup.author.to_string(),
            done: done.map(|(_, at)| at.to_string()),
            text: done.and_then(|(text, _)| text.as_ref()).map(ToString::to_string),
            flags: basis.and_then(|basis| flags(basis.as_str())).unwrap_or_default(),
        })
    }

    fn alias(&self) -> &str {
        self.client.as_ref().map_or("", |client| &client.alias)
    }
}

impl Answer for Followups {
    fn prose(&self, look: &Look<'_>) -> String {
        let cells = |one: &Followup| {
            vec![
                look.id(IdKind::Followup, &one.id).into_owned(),
                one.due.clone(),
                one.task.to_owned(),
                one.state.to_owned(),
                bare(one.alias()).into_owned(),
                look.id(IdKind::Disclosure, &one.disclosure).into_owned(),
                one.flags.to_owned(),
            ]
        };
        look.table(&self.followups.iter().map(cells).collect::<Vec<_>>())
    }

    fn bare(&self) -> String {
        let line = |one: &Followup| row([&one.id[..], &one.due, one.task, one.state, one.alias(), &one.disclosure]);
        self.followups.iter().map(line).collect()
    }
}

/// Lists them: what is open by its time, then what is done.
pub fn run(session: &mut Session<'_>) -> Result<Exit, Failure> {
    let vault = session.open()?;
    let mut all = vault.catalog().followups()?;
    all.sort_by_key(|one| (one.done.is_some(), one.planned.due, one.planned.task.as_str()));
    let followups = all.iter().map(|one| Followup::of(vault.catalog(), one)).collect::<Result<Vec<_>, _>>()?;
    if followups.is_empty() && !session.globals.json {
        session.note("there is no follow-up");
    }
    session.answer("followup-list", &Followups { followups }, Some(&vault))?;
    Ok(Exit::Done)
}
