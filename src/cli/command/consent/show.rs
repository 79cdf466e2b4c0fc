//! `subrosa consent show`: what a consent says, where it stands, and what was sent under it.

use serde::Serialize;

use super::page::Page;
use super::sent::Sent;
use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Look;
use crate::cli::answer::Sheet;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::consenting::Judged;

/// What `subrosa consent show` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The consent: the beginning of its id
    pub consent: String,
}

#[derive(Serialize)]
struct Shown {
    consent: Page,
    disclosures: Vec<Sent>,
}

impl Shown {
    fn sheet(&self) -> Sheet {
        let page = &self.consent;
        let text = |text: &str| Some(text.to_owned());
        let yes = |is: bool| is.then(|| "yes".to_owned());
        let days = match (&page.service_from, &page.service_to) {
            (None, None) => None,
            (from, to) => Some(format!("{}..{}", from.as_deref().unwrap_or(""), to.as_deref().unwrap_or(""))),
        };
        let revoked = page.revoked.iter().map(super::page::Revoked::line).collect::<Vec<_>>().join("; ");
        let flags = page.missing.iter().map(|flag| format!("--{flag}")).collect::<Vec<_>>().join(" ");
        Sheet::of([
            ("id", text(&page.id)),
            ("client", text(&page.client.alias)),
            ("state", text(page.state)),
            ("missing", Some(flags)),
            ("note", Some(page.notes.join("; "))),
            ("false because", page.false_because.clone()),
            ("revoked", Some(revoked)),
            ("to", Some(page.to())),
            ("kinds", Some(page.kinds.join(" "))),
            ("tags", Some(page.tags.join(" "))),
            ("purposes", Some(page.purposes.join(" "))),
            ("in words", page.describe.clone()),
            ("dates of service", days),
            ("shared by", Some(page.disclosers.join(" "))),
            ("de-identified", yes(page.de_identified)),
            ("notes of class", page.note_class.map(str::to_owned)),
            ("legal proceedings", yes(page.legal_proceedings)),
            ("from", page.effective.clone().or(page.signed_on.clone())),
            ("until", Some(page.end())),
            ("signed on", page.signed_on.clone()),
            ("signed by", Some(page.signed_by.join(" "))),
            ("signed how", page.method.map(str::to_owned)),
            ("form", page.form.clone()),
            ("statements", page.statements.clone()),
            ("copy given", page.copy_given.clone()),
            ("filed", text(&page.filed)),
        ])
    }
}

impl Answer for Shown {
    fn prose(&self, look: &Look<'_>) -> String {
        let sent = Sent::prose(&self.disclosures, look);
        let head = if sent.is_empty() { "Nothing was sent under it.\n" } else { "Sent under it:\n" };
        self.sheet().prose(look) + head + &sent
    }

    fn bare(&self) -> String {
        let sent = self.disclosures.iter().map(|sent| crate::cli::text::row(["sent", sent.id()]));
        self.sheet().bare() + &sent.collect::<String>()
    }
}

/// Shows it.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let vault = session.open()?;
    let id = names::consent(vault.catalog(), &args.consent)?.id();
    let judged = Judged::find(&vault, id, super::today(session, &vault)?)?;
    let shown = Shown { consent: Page::of(vault.catalog(), &judged)?, disclosures: Sent::under(&vault, id, None)? };
    session.answer("consent-show", &shown, Some(&vault))?;
    Ok(Exit::Done)
}
