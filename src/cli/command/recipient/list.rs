//! `subrosa recipient list`: by alias alone.

use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Look;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::text::row;
use crate::vault::catalog::IdKind;

#[derive(Serialize)]
struct Recipients {
    recipients: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    id: String,
    alias: String,
    state: &'static str,
    role: &'static str,
    /// How the key was verified; null when it was not.
    verified: Option<&'static str>,
    /// The most confidential label that may be shared.
    max_label: &'static str,
}

impl Line {
    fn cells<'a>(&'a self, id: &'a str) -> [&'a str; 6] {
        [id, &self.alias, self.state, self.role, self.verified.unwrap_or("-"), self.max_label]
    }
}

impl Answer for Recipients {
    fn prose(&self, look: &Look<'_>) -> String {
        let cells = |line: &Line| line.cells(&look.id(IdKind::Recipient, &line.id)).map(str::to_owned).to_vec();
        look.table(&self.recipients.iter().map(cells).collect::<Vec<_>>())
    }

    fn bare(&self) -> String {
        self.recipients.iter().map(|line| row(line.cells(&line.id))).collect()
    }
}

/// Lists them.
pub fn run(session: &mut Session<'_>) -> Result<Exit, Failure> {
    let vault = session.open()?;
    let recipients = vault.catalog().recipients()?.into_iter().map(|recipient| Line {
        id: recipient.id().to_string(),
        alias: recipient.details.alias.to_string(),
        state: recipient.state().as_str(),
        role: recipient.details.role.as_str(),
        verified: recipient.given.verified.map(|how| how.as_str()),
        max_label: recipient.ceiling().as_str(),
    });
    let recipients = Recipients { recipients: recipients.collect() };
    if recipients.recipients.is_empty() && !session.globals.json {
        session.note("there are no recipients yet");
    }
    session.answer("recipient-list", &recipients, Some(&vault))?;
    Ok(Exit::Done)
}
