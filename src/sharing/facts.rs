//! What a decision looks at, gathered from the catalogue: just what the request touches, so that its cost does not grow
//! with the vault. Must not know what is decided.

use crate::id::ConsentId;
use crate::id::RecipientId;
use crate::keys::plugin::Callbacks;
use crate::place::PlaceRisk;
use crate::policy;
use crate::policy::Facts;
use crate::policy::Found;
use crate::policy::Permit;
use crate::policy::Refusal;
use crate::policy::extent;
use crate::policy::roles;
use crate::practice::agreement::Agreement;
use crate::practice::client::Client;
use crate::practice::consent::Consent;
use crate::practice::protocol::Adopted;
use crate::practice::recipient::Recipient;
use crate::practice::record::Record;
use crate::practice::restriction::Restriction;
use crate::practice::training::Training;
use crate::practice::words::Alias;
use crate::practice::words::Prose;
use crate::sharing::ShareError;
use crate::sharing::sealing_key;
use crate::time::Date;
use crate::time::Timestamp;
use crate::vault::Vault;
use crate::vocabulary::AgreementState;

/// What is the same for every recipient of a request.
#[derive(Clone, Debug)]
pub struct Matter {
    ledger_holds: bool,
    protocol: Adopted,
    actor: Alias,
    actor_read: Option<u64>,
    /// Whom it is about.
    pub client: Option<Client>,
    /// What.
    pub records: Vec<Record>,
    is_everything: bool,
    restrictions: Vec<Restriction>,
    found: Vec<Found>,
    output: Vec<PlaceRisk>,
}

/// What is known of one recipient, as to one client.
#[derive(Clone, Debug)]
pub struct Party {
    /// The recipient.
    pub recipient: Recipient,
    read: Option<u64>,
    key_works: bool,
    agreements: Vec<Agreement>,
    trainings: Vec<Training>,
    consents: Vec<Consent>,
}

impl Matter {
    /// Gathers what the records bring with them. `found` is where other people were found in them.
    pub fn of(
        vault: &Vault,
        records: Vec<Record>,
        found: Vec<Found>,
        output: Vec<PlaceRisk>,
    ) -> Result<Self, ShareError> {
        let catalog = vault.catalog();
        let id = records.first().and_then(|record| record.latest.client);
        let client = id.map(|id| catalog.client(id)).transpose()?.flatten();
        let whole = extent::wholes(&records);
        let is_everything = match &client {
            Some(client) => whole > 1 && !catalog.has_more_records(client.id(), whole)?,
            None => false,
        };
        let restrictions = client.as_ref().map(|client| catalog.restrictions(Some(client.id()))).transpose()?;
        let actor = vault.actor()?;
        Ok(Self {
            ledger_holds: vault.alarm().is_none(),
            protocol: catalog.protocol()?,
            actor_read: catalog.acknowledged(actor.as_str())?,
            actor,
            client,
            records,
            is_everything,
            restrictions: restrictions.unwrap_or_default(),
            found,
            output,
        })
    }

    /// The day it is in the practice.
    pub fn today(&self, now: Timestamp) -> Date {
        now.date_in(&self.protocol.protocol.zone())
    }

    /// Where other people were found.
    pub fn found(&self) -> &[Found] {
        &self.found
    }

    /// Decides for one recipient. `in_page` is where other people were found in what the page tells this one alone.
    pub fn decide(
        &self,
        request: &policy::Request,
        party: &Party,
        in_page: &[Found],
        now: Timestamp,
    ) -> Result<Permit, Refusal> {
        let found = [&self.found, in_page].concat();
        let facts = Facts {
            ledger_holds: self.ledger_holds,
            protocol: &self.protocol,
            actor: &self.actor,
            actor_read: self.actor_read,
            client: self.client.as_ref(),
            recipient: &party.recipient,
            recipient_read: party.read,
            key_works: party.key_works,
            agreements: &party.agreements,
            trainings: &party.trainings,
            records: &self.records,
            is_everything: self.is_everything,
            consents: &party.consents,
            restrictions: &self.restrictions,
            found: &found,
            output: &self.output,
        };
        policy::decide(request, &facts, now)
    }
}

impl Party {
    /// What breaching the agreement that is in force leads to, in its own words.
    pub fn consequences(&self, today: Date) -> Option<Prose> {
        let needed = roles::needs(self.recipient.details.role).agreements;
        let live = self.agreements.iter().filter(|agreement| agreement.state(today) == AgreementState::Live);
        // The one that the role asks for, where there is one.
        let first = live.max_by_key(|agreement| needed.contains(&agreement.signed.agreement_type));
        first.map(|agreement| agreement.signed.consequences.clone())
    }

    /// The consent of that id.
    pub fn consent(&self, id: Option<ConsentId>) -> Option<Consent> {
        self.consents.iter().find(|consent| Some(consent.id()) == id).cloned()
    }

    /// Gathers what is known of a recipient.
    pub fn of(
        vault: &Vault,
        id: RecipientId,
        client: Option<&Client>,
        callbacks: &Callbacks,
    ) -> Result<Self, ShareError> {
        let catalog = vault.catalog();
        let recipient = catalog.recipient(id)?.ok_or(ShareError::NoRecipient(id))?;
        let consents = client.map(|client| catalog.consents_between(client.id(), id)).transpose()?;
        Ok(Self {
            read: catalog.acknowledged(&id.to_string())?,
            key_works: sealing_key(&recipient, callbacks).is_ok(),
            agreements: catalog.agreements(Some(id))?,
            trainings: catalog.trainings(Some(id))?,
            consents: consents.unwrap_or_default(),
            recipient,
        })
    }
}
