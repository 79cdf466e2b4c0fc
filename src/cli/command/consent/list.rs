//! `subrosa consent list`.

use std::collections::HashMap;

use serde::Serialize;

use super::page::Page;
use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Look;
use crate::cli::args::words;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::cli::text::bare;
use crate::cli::text::row;
use crate::consenting::ConsentingError;
use crate::consenting::Judged;
use crate::vault::catalog::IdKind;
use crate::vocabulary::ConsentState;

/// What `subrosa consent list` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Of this client
    #[arg(long, value_name = "CLIENT")]
    pub client: Option<String>,
    /// That stand so now
    #[arg(long, value_name = "STATE", value_parser = words::<ConsentState>(ConsentState::WORDS))]
    pub state: Option<ConsentState>,
}

#[derive(Serialize)]
struct Consents {
    consents: Vec<Page>,
}

impl Consents {
    fn rows(&self, id: impl Fn(&str) -> String) -> Vec<Vec<String>> {
        let cells = |page: &Page| {
            let cells = [
                page.state.to_owned(),
                page.client.alias.clone(),
                page.to(),
                page.kinds.join(" "),
                page.purposes.join(" "),
                page.end(),
                page.notes.join("; "),
            ];
            std::iter::once(id(&page.id)).chain(cells).collect()
        };
        self.consents.iter().map(cells).collect()
    }
}

impl Answer for Consents {
    fn prose(&self, look: &Look<'_>) -> String {
        let rows = self.rows(|id| look.id(IdKind::Consent, id).into_owned());
        let harmless = |row: Vec<String>| row.iter().map(|cell| bare(cell).into_owned()).collect();
        look.table(&rows.into_iter().map(harmless).collect::<Vec<_>>())
    }

    fn bare(&self) -> String {
        self.rows(str::to_owned).iter().map(|cells| row(cells.iter().map(String::as_str))).collect()
    }
}

/// Lists them.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let vault = session.open()?;
    let catalog = vault.catalog();
    let client = args.client.as_ref().map(|typed| names::client(catalog, typed)).transpose()?;
    let today = super::today(session, &vault)?;
    let protocol = catalog.protocol()?.protocol;
    let mut clients = HashMap::new();
    let mut consents = Vec::new();
    for consent in catalog.consents(client.map(|client| client.id()))? {
        let id = consent.terms.client;
        if let std::collections::hash_map::Entry::Vacant(place) = clients.entry(id) {
            place.insert(catalog.client(id)?.ok_or(ConsentingError::NoClient(id))?);
        }
        let judged = Judged::of(catalog, consent, clients[&id].clone(), &protocol, today)?;
        if args.state.is_none_or(|state| state == judged.state) {
            consents.push(Page::of(catalog, &judged)?);
        }
    }
    if consents.is_empty() && !session.globals.json {
        session.note("there are no such consents");
    }
    session.answer("consent-list", &Consents { consents }, Some(&vault))?;
    Ok(Exit::Done)
}
