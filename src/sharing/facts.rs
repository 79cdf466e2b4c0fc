//! What a decision looks at, gathered from the catalogue: just what the request touches, so that its cost does not grow
//! with the vault. Must not know what is decided.

use std::collections::BTreeSet;

use crate::id::ClientId;
use crate::id::ConsentId;
use crate::id::RecipientId;
use crate::id::RecordId;
use crate::keys::plugin::Callbacks;
use crate::place::PlaceRisk;
use crate::policy;
use crate::policy::Facts;
use crate::policy::Found;
use crate::policy::Permit;
use crate::policy::Refusal;
use crate::policy::Room;
use crate::policy::extent;
use crate::policy::roles;
use crate::policy::told::Held;
use crate::policy::told::Said;
use crate::practice::agreement::Agreement;
use crate::practice::client::Client;
use crate::practice::concern::Concern;
use crate::practice::consent::Consent;
use crate::practice::periods::Periods;
use crate::practice::protocol::Adopted;
use crate::practice::recipient::Recipient;
use crate::practice::record::Record;
use crate::practice::restriction::Restriction;
use crate::practice::safety::Answers;
use crate::practice::training::Training;
use crate::practice::words::Alias;
use crate::practice::words::Prose;
use crate::sharing::ShareError;
use crate::sharing::rooted::Rooted;
use crate::sharing::sealing_key;
use crate::time::Date;
use crate::time::Timestamp;
use crate::time::Zone;
use crate::vault::Vault;
use crate::vault::catalog::CatalogError;
use crate::vocabulary::AgreementState;
use crate::vocabulary::Basis;

/// What a request says besides its records.
#[derive(Clone, Debug, Default)]
pub struct Circumstances {
    /// Whom it is about, where the records do not say.
    pub client: Option<ClientId>,
    /// What its author said that it is about, where it is told without a record.
    pub said: Said,
    /// What was answered, for a safety disclosure.
    pub safety: Option<Answers>,
    /// Where it is done.
    pub room: Room,
    /// What is wrong with the place the packages would go to.
    pub output: Vec<PlaceRisk>,
}

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
    judged: Vec<Record>,
    about: Said,
    held: Vec<Held>,
    is_everything: bool,
    restrictions: Vec<Restriction>,
    concerns: Vec<Concern>,
    feared: Vec<Record>,
    safety: Option<Answers>,
    was_reported: bool,
    room: Room,
    found: Vec<Found>,
    /// The records that have no lines of which there could be an excerpt, where anybody looked.
    pub without_lines: Vec<RecordId>,
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
        about: Circumstances,
    ) -> Result<Self, ShareError> {
        let catalog = vault.catalog();
        let id = about.client.or(records.iter().find_map(|record| record.latest.client));
        let client = id.map(|id| catalog.client(id)).transpose()?.flatten();
        let rooted = records.iter().map(|record| Rooted::of(catalog, record)).collect::<Result<Vec<_>, _>>()?;
        let judged: Vec<Record> = rooted.iter().map(|rooted| rooted.judged.clone()).collect();
        // A group's common part is not among a client's records.
        let is_common = |record: &&Record| record.latest.client.is_none() && record.latest.group.is_some();
        let theirs = judged.iter().filter(|record| !is_common(record));
        let whole = extent::wholes(&theirs.cloned().collect::<Vec<_>>());
        let is_everything = match &client {
            Some(client) => whole > 1 && !catalog.has_more_records(client.id(), whole)?,
            None => false,
        };
        let told_of = client.as_ref().filter(|_| records.is_empty());
        let held = told_of.map(|client| held(vault, client.id())).transpose()?;
        let restrictions = client.as_ref().map(|client| catalog.restrictions(Some(client.id()))).transpose()?;
        let concerns = concerns(vault, client.as_ref(), &rooted)?;
        let feared = if records.is_empty() { named(vault, &concerns)? } else { Vec::new() };
        let was_reported = client.as_ref().map(|client| was_reported(vault, client)).transpose()?;
        let actor = vault.actor()?;
        Ok(Self {
            ledger_holds: vault.can_be_continued(),
            protocol: catalog.protocol()?,
            actor_read: catalog.acknowledged(actor.as_str())?,
            actor,
            client,
            records,
            judged,
            about: about.said,
            held: held.unwrap_or_default(),
            is_everything,
            restrictions: restrictions.unwrap_or_default(),
            concerns,
            feared,
            was_reported: was_reported.unwrap_or_default(),
            safety: about.safety,
            room: about.room,
            found,
            without_lines: Vec::new(),
            output: about.output,
        })
    }

    /// The day it is in the practice.
    pub fn today(&self, now: Timestamp) -> Date {
        now.date_in(&self.protocol.protocol.zone())
    }

    /// The protocol's periods.
    pub fn periods(&self) -> &Periods {
        &self.protocol.protocol.periods
    }

    /// The practice's time zone.
    pub fn zone(&self) -> Zone {
        self.protocol.protocol.zone()
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
            records: &self.judged,
            about: &self.about,
            held: &self.held,
            is_everything: self.is_everything,
            consents: &party.consents,
            restrictions: &self.restrictions,
            concerns: &self.concerns,
            feared: &self.feared,
            safety: self.safety.as_ref(),
            was_reported: self.was_reported,
            room: self.room,
            found: &found,
            without_lines: &self.without_lines,
            output: &self.output,
        };
        policy::decide(request, &facts, now)
    }
}

/// The open concerns that may touch the records, or what is told: the client's, and those about all of their groups. What is feared for a
/// record is feared for its excerpts.
fn concerns(vault: &Vault, client: Option<&Client>, records: &[Rooted]) -> Result<Vec<Concern>, ShareError> {
    let catalog = vault.catalog();
    let mut concerns = client.map(|client| catalog.concerns_about(client.id())).transpose()?.unwrap_or_default();
    let mut groups: BTreeSet<_> = records.iter().filter_map(|rooted| rooted.judged.latest.group).collect();
    // What is told without a record may be about any group that the client is in.
    if let Some(client) = client.filter(|_| records.is_empty()) {
        let open = catalog.open_concerns()?.into_iter().filter(|concern| concern.opened.client.is_none());
        for id in open.filter_map(|concern| concern.opened.group) {
            let group = catalog.group(id)?;
            groups.extend(group.filter(|group| group.slot_of(client.id()).is_some()).map(|group| group.id()));
        }
    }
    for group in groups {
        concerns.extend(catalog.concerns_about_group(group)?);
    }
    for Concern { opened, .. } in &mut concerns {
        let excerpts = records.iter().filter(|rooted| rooted.origins.iter().any(|id| opened.records.contains(id)));
        let excerpts: Vec<_> = excerpts.map(|rooted| rooted.judged.id()).collect();
        opened.records.extend(excerpts);
    }
    Ok(concerns)
}

/// The records that concerns name: what is told without a record is held where it is about their kinds.
fn named(vault: &Vault, concerns: &[Concern]) -> Result<Vec<Record>, ShareError> {
    let ids: BTreeSet<_> = concerns.iter().flat_map(|concern| &concern.opened.records).collect();
    let found = ids.into_iter().map(|id| Ok(vault.catalog().record(*id)?));
    Ok(found.collect::<Result<Vec<_>, ShareError>>()?.into_iter().flatten().collect())
}

/// What there is on file of a client, kind by kind.
pub fn held(vault: &Vault, client: ClientId) -> Result<Vec<Held>, CatalogError> {
    let tags = vault.catalog().tags_of(client)?;
    let of = |kind| tags.iter().filter(move |(of, _)| *of == kind).map(|(_, tag)| tag.clone()).collect();
    let kinds = vault.catalog().kinds_of(client)?.into_iter();
    let uneasy = vault.catalog().uneasy_in(client)?;
    let noted = |kind| uneasy.iter().filter(|(of, _)| *of == kind).map(|(_, at)| *at).max();
    Ok(kinds.map(|(kind, first, last)| Held { kind, tags: of(kind), first, last, uneasy: noted(kind) }).collect())
}

/// Whether abuse of the client was reported before.
fn was_reported(vault: &Vault, client: &Client) -> Result<bool, ShareError> {
    for safety in vault.catalog().safeties_about(client.id())? {
        let disclosure = vault.catalog().disclosure(safety.disclosed.disclosure)?;
        if disclosure.is_some_and(|disclosure| disclosure.made.basis == Basis::AbuseReport) {
            return Ok(true);
        }
    }
    Ok(false)
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
