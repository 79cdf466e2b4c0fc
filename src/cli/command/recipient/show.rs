//! `subrosa recipient show`: the only place where a recipient's real name is drawn.

use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Look;
use crate::cli::answer::Sheet;
use crate::cli::answer::Who;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::people;
use crate::practice::recipient::Recipient;
use crate::vault::Vault;

/// What `subrosa recipient show` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The recipient
    pub recipient: String,
}

#[derive(Serialize)]
struct Shown {
    recipient: Page,
}

#[derive(Serialize)]
struct Page {
    id: String,
    alias: String,
    state: &'static str,
    name: Option<String>,
    role: &'static str,
    organisation: Option<String>,
    contact: Option<String>,
    key: Option<String>,
    /// The recipient's own ledger key, from a card.
    vkey: Option<String>,
    /// Of both keys.
    safety_number: Option<String>,
    verified: Option<&'static str>,
    max_label: &'static str,
    medical_personnel: bool,
    conflict: Option<String>,
    relationships: Vec<Kinship>,
    suspended: Option<Suspended>,
}

#[derive(Serialize)]
struct Kinship {
    client: Who,
    relationship: &'static str,
}

#[derive(Serialize)]
struct Suspended {
    on: String,
    reason: String,
}

impl Page {
    fn of(vault: &Vault, recipient: &Recipient) -> Result<Self, Failure> {
        let details = &recipient.details;
        let relationships = details.relationships.iter().map(|kinship| {
            let client = Who::client(vault.catalog(), kinship.client)?;
            Ok::<_, Failure>(Kinship { client, relationship: kinship.relationship.as_str() })
        });
        Ok(Self {
            id: recipient.id().to_string(),
            alias: details.alias.to_string(),
            state: recipient.state().as_str(),
            name: details.name.as_ref().map(ToString::to_string),
            role: details.role.as_str(),
            organisation: details.organisation.as_ref().map(ToString::to_string),
            contact: details.contact.as_ref().map(ToString::to_string),
            key: recipient.given.key.clone(),
            vkey: recipient.given.vkey.clone(),
            safety_number: people::safety_number(&recipient.given).map(|number| number.to_string()),
            verified: recipient.given.verified.map(|how| how.as_str()),
            max_label: recipient.ceiling().as_str(),
            medical_personnel: details.medical_personnel,
            conflict: details.conflict.as_ref().map(ToString::to_string),
            relationships: relationships.collect::<Result<_, _>>()?,
            suspended: recipient
                .suspended
                .as_ref()
                .map(|suspended| Suspended { on: suspended.on.to_string(), reason: suspended.reason.to_string() }),
        })
    }

    fn sheet(&self) -> Sheet {
        let owned = |text: &str| Some(text.to_owned());
        let kin = self.relationships.iter().map(|kin| format!("{} of {}", kin.relationship, kin.client.alias));
        Sheet::of([
            ("id", owned(&self.id)),
            ("alias", owned(&self.alias)),
            ("state", owned(self.state)),
            ("name", self.name.clone()),
            ("role", owned(self.role)),
            ("organisation", self.organisation.clone()),
            ("contact", self.contact.clone()),
            ("key", self.key.clone()),
            ("ledger key", self.vkey.clone()),
            ("safety number", self.safety_number.clone()),
            ("verified", self.verified.map(str::to_owned)),
            ("max label", owned(self.max_label)),
            ("medical personnel", self.medical_personnel.then(|| "yes".to_owned())),
            ("conflict", self.conflict.clone()),
            ("relationships", Some(kin.collect::<Vec<_>>().join(", "))),
            ("suspended", self.suspended.as_ref().map(|suspended| format!("{}: {}", suspended.on, suspended.reason))),
        ])
    }
}

impl Answer for Shown {
    fn prose(&self, look: &Look<'_>) -> String {
        self.recipient.sheet().prose(look)
    }

    fn bare(&self) -> String {
        self.recipient.sheet().bare()
    }
}

/// Shows it.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let vault = session.open()?;
    let recipient = names::recipient(vault.catalog(), &args.recipient)?;
    let shown = Shown { recipient: Page::of(&vault, &recipient)? };
    session.answer("recipient-show", &shown, Some(&vault))?;
    Ok(Exit::Done)
}
