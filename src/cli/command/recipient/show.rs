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
use crate::time::Date;
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
    agreements: Vec<Agreement>,
    trainings: Vec<Training>,
    /// The newest version of the protocol that the recipient acknowledged.
    protocol: Option<u64>,
    teams: Vec<String>,
}

#[derive(Serialize)]
struct Agreement {
    id: String,
    #[serde(rename = "type")]
    agreement_type: &'static str,
    state: &'static str,
    ends: Option<String>,
}

#[derive(Serialize)]
struct Training {
    id: String,
    course: String,
    state: &'static str,
    valid_until: String,
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
    fn of(vault: &Vault, recipient: &Recipient, today: Date) -> Result<Self, Failure> {
        let (catalog, id) = (vault.catalog(), recipient.id());
        let agreements = catalog.agreements(Some(id))?.into_iter().map(|agreement| Agreement {
            id: agreement.signed.agreement.to_string(),
            agreement_type: agreement.signed.agreement_type.as_str(),
            state: agreement.state(today).as_str(),
            ends: agreement.signed.ends.map(|day| day.to_string()),
        });
        let trainings = catalog.trainings(Some(id))?.into_iter().map(|training| Training {
            id: training.done.training.to_string(),
            course: training.done.course.to_string(),
            state: training.state(today).as_str(),
            valid_until: training.done.valid_until.to_string(),
        });
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
            agreements: agreements.collect(),
            trainings: trainings.collect(),
            protocol: catalog.acknowledged(&id.to_string())?,
            teams: catalog.teams_of(id)?,
        })
    }

    fn sheet(&self) -> Sheet {
        let owned = |text: &str| Some(text.to_owned());
        let kin = self.relationships.iter().map(|kin| format!("{} of {}", kin.relationship, kin.client.alias));
        let mut fields = vec![
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
        ];
        fields.extend(self.agreements.iter().map(|one| {
            let ends = one.ends.as_ref().map(|day| format!(", until {day}")).unwrap_or_default();
            ("agreement", Some(format!("{} ({}{ends}): {}", one.agreement_type, one.state, one.id)))
        }));
        fields.extend(self.trainings.iter().map(|one| {
            ("training", Some(format!("{} ({}, until {}): {}", one.course, one.state, one.valid_until, one.id)))
        }));
        fields.push(("protocol", self.protocol.map(|version| format!("version {version} acknowledged"))));
        fields.push(("teams", Some(self.teams.join(", "))));
        Sheet::of(fields)
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
    let shown = Shown { recipient: Page::of(&vault, &recipient, session.today(&vault)?)? };
    session.answer("recipient-show", &shown, Some(&vault))?;
    Ok(Exit::Done)
}
