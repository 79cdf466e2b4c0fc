//! `subrosa owner list`.

use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Look;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::text::row;

#[derive(Serialize)]
struct Owners {
    owners: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    id: String,
    alias: String,
    means: &'static str,
    /// The public key; null for a passphrase.
    recipient: Option<String>,
}

impl Line {
    fn cells(&self) -> [&str; 4] {
        [&self.id, &self.alias, self.means, self.recipient.as_deref().unwrap_or_default()]
    }
}

impl Answer for Owners {
    fn prose(&self, look: &Look<'_>) -> String {
        let rows = self.owners.iter().map(|owner| owner.cells().map(str::to_owned).to_vec());
        look.table(&rows.collect::<Vec<_>>())
    }

    fn bare(&self) -> String {
        self.owners.iter().map(|owner| row(owner.cells())).collect()
    }
}

/// Lists them.
pub fn run(session: &mut Session<'_>) -> Result<Exit, Failure> {
    let vault = session.open()?;
    let owners = vault.catalog().owners()?.into_iter().map(|owner| Line {
        id: super::id(&owner.file),
        alias: owner.alias.to_string(),
        means: owner.means.as_str(),
        recipient: owner.recipient,
    });
    let owners = Owners { owners: owners.collect() };
    session.answer("owner-list", &owners, Some(&vault))?;
    Ok(Exit::Done)
}
