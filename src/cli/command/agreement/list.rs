//! `subrosa agreement list`.

use serde::Serialize;

use super::Page;
use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Look;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::text::bare;
use crate::cli::text::row;
use crate::vault::catalog::IdKind;

#[derive(Serialize)]
struct Agreements {
    agreements: Vec<Page>,
}

impl Answer for Agreements {
    fn prose(&self, look: &Look<'_>) -> String {
        let cells = |page: &Page| {
            let id = look.id(IdKind::Agreement, &page.id).into_owned();
            std::iter::once(id).chain(page.columns().map(|text| bare(text).into_owned())).collect()
        };
        look.table(&self.agreements.iter().map(cells).collect::<Vec<_>>())
    }

    fn bare(&self) -> String {
        self.agreements.iter().map(|page| row(std::iter::once(&page.id[..]).chain(page.columns()))).collect()
    }
}

/// Lists them, in the order of their filing.
pub fn run(session: &mut Session<'_>) -> Result<Exit, Failure> {
    let vault = session.open()?;
    let today = session.today(&vault)?;
    let all = vault.catalog().agreements(None)?;
    let pages = all.iter().map(|agreement| Page::of(vault.catalog(), agreement, today));
    let agreements = Agreements { agreements: pages.collect::<Result<_, _>>()? };
    if agreements.agreements.is_empty() && !session.globals.json {
        session.note("there are no agreements yet");
    }
    session.answer("agreement-list", &agreements, Some(&vault))?;
    Ok(Exit::Done)
}
