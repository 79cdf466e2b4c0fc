//! Sharing: from a request to a plan that every recipient's decision has passed, and from the plan to packages whose
//! entries are on the ledger. Nothing is sent that was not planned, and nothing is planned without a permit.
//! Must not know where packages go or how a plan is drawn.

pub mod audience;
pub mod card;
pub mod facts;
pub mod looking;
pub mod notice;
pub mod package;
pub mod receipt;
pub mod rooted;
mod safety;
pub mod sending;
pub mod statements;

use std::collections::BTreeSet;
use std::io;
use std::rc::Rc;

use rand_core::CryptoRng;
use rand_core::RngCore;

use crate::id::DisclosureId;
use crate::id::GroupId;
use crate::id::RecipientId;
use crate::id::RecordId;
use crate::keys::opening::SealsTo;
use crate::keys::plugin::Callbacks;
use crate::keys::recipient::PublicKey;
use crate::keys::recipient::PublicKeyError;
use crate::policy;
use crate::policy::Obligation;
use crate::policy::Permit;
use crate::policy::Refusal;
use crate::practice::client::Client;
use crate::practice::consent::Consent;
use crate::practice::disclosure::RecordRef;
use crate::practice::recipient::Recipient;
use crate::practice::record::Record;
use crate::practice::record::RecordAccessed;
use crate::practice::record::RecordVersion;
use crate::practice::safety::SafetyDisclosed;
use crate::practice::words::Prose;
use crate::seal::SealError;
use crate::secret::Secret;
use crate::sharing::facts::Circumstances;
use crate::sharing::facts::Matter;
use crate::sharing::facts::Party;
use crate::sharing::looking::Looked;
use crate::sharing::statements::Days;
use crate::time::Date;
use crate::time::TimeError;
use crate::time::Timestamp;
use crate::vault::Vault;
use crate::vault::catalog::CatalogError;
use crate::vault::error::VaultError;
use crate::vault::object;
use crate::vault::places;
use crate::vocabulary::Medium;
use crate::vocabulary::Notice;

/// Lines of a record that are filed with their disclosure, or never.
#[derive(Debug)]
pub struct Drawn {
    /// The version of the record that they were taken from: where it changes meanwhile, they are taken anew.
    pub origin: RecordVersion,
    /// The record they will be. Its object and seal name nothing before it is sealed.
    pub version: RecordVersion,
    /// Their text.
    pub text: Secret<String>,
    /// The trace of whoever took them, where one is kept.
    pub accessed: Option<RecordAccessed>,
}

/// What is to be shared, with whom, and why.
#[derive(Clone, Debug)]
pub struct ShareRequest {
    /// What.
    pub records: Vec<RecordId>,
    /// What besides, that is no record yet.
    pub drawn: Vec<Rc<Drawn>>,
    /// With whom, each decided alone.
    pub recipients: Vec<RecipientId>,
    /// What the decision looks at.
    pub ask: policy::Request,
    /// The discloser's own words.
    pub why: Option<Prose>,
    /// Until when the recipient may keep it.
    pub expires: Option<Date>,
    /// Whom it is about, what was answered for safety, and where it is done and goes to.
    pub about: Circumstances,
    /// The participant's group, where its records are shared.
    pub group: Option<GroupId>,
    /// Other people's names are to be put out first.
    pub redact: bool,
}

impl ShareRequest {
    /// The records that are on file, or that what is asked for was taken from.
    pub fn on_file(&self) -> Vec<RecordId> {
        self.records.iter().copied().chain(self.drawn.iter().map(|drawn| drawn.origin.record)).collect()
    }
}

/// One package to be made.
#[derive(Debug)]
pub struct PlannedDisclosure {
    permit: Permit,
    /// Its id.
    pub disclosure: DisclosureId,
    /// To whom.
    pub recipient: Recipient,
    /// Whom it is about.
    pub client: Option<Client>,
    /// The consent it stands on.
    pub consent: Option<Consent>,
    /// What the recipient agreed that a breach leads to.
    pub consequences: Option<Prose>,
    /// What.
    pub records: Vec<Record>,
    /// What of it is no text that says how it is written, so that somebody in it may have been missed.
    pub unscanned: Vec<RecordRef>,
    /// What was answered, where it is done for safety, and what is to be done afterwards.
    pub safety: Option<SafetyDisclosed>,
}

impl PlannedDisclosure {
    /// The passed decision.
    pub fn permit(&self) -> &Permit {
        &self.permit
    }

    /// The consent of which it is said what it covers.
    fn scope(&self) -> Option<&Consent> {
        self.consent.as_ref().filter(|_| self.permit.obliges(Obligation::AttachConsentScope))
    }

    /// The kinds of statements that go with what is told: the general one is a package's page.
    fn accompanied_by(&self) -> Vec<Notice> {
        let notices = self.permit.notices().iter().copied();
        notices.filter(|one| *one != Notice::General && self.permit.obliges(Obligation::AttachNotice)).collect()
    }

    /// What is said or handed over with what is told, in the words that a package carries; nothing, where no law asks for it.
    pub fn words_beside(&self) -> Vec<String> {
        let days = if self.permit.obliges(Obligation::Deidentify) { Days::Years } else { Days::Whole };
        statements::necessary(&self.accompanied_by(), self.scope().map(|consent| (&consent.terms, days)))
    }
}

/// What [`sending::send`] takes: who gets what, and who does not and why not.
#[derive(Debug)]
pub struct SharePlan {
    /// What was asked for.
    pub request: ShareRequest,
    /// The packages to be made.
    pub planned: Vec<PlannedDisclosure>,
    /// The recipients that get nothing.
    pub refused: Vec<(Recipient, Refusal)>,
    /// The records that name other people, which are to be put out before [`sending::send`].
    pub to_redact: Vec<RecordId>,
    /// The last event that changed whose name is whose, when other people were looked for.
    named: u64,
}

/// Why nothing was shared.
#[derive(Debug, thiserror::Error)]
pub enum ShareError {
    /// There is no such record.
    #[error("there is no record {0}")]
    NoRecord(RecordId),
    /// There is no such recipient.
    #[error("there is no recipient {0}")]
    NoRecipient(RecipientId),
    /// It is done for safety, and about no client.
    #[error("a safety disclosure is about a client")]
    NobodysSafety,
    /// What the plan rests on changed while the package was sealed: plan again.
    #[error("the vault changed meanwhile")]
    Moved,
    /// The recipient's key cannot be sealed to here.
    #[error("the key of {alias} cannot be used: {error}")]
    Key {
        /// The recipient's alias.
        alias: String,
        /// Why.
        error: PublicKeyError,
    },
    /// The package could not be sealed.
    #[error("the package could not be sealed: {0}")]
    Seal(SealError),
    /// The manifest could not be spelled.
    #[error("the manifest could not be made: {0}")]
    Manifest(String),
    /// A period of the protocol leads beyond the calendar.
    #[error(transparent)]
    Time(#[from] TimeError),
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl From<CatalogError> for ShareError {
    fn from(error: CatalogError) -> Self {
        Self::Vault(error.into())
    }
}

impl From<io::Error> for ShareError {
    fn from(error: io::Error) -> Self {
        Self::Vault(VaultError::io(places::OUTBOX, error))
    }
}

impl ShareError {
    fn content(version: &RecordVersion, error: io::Error) -> Self {
        let file = places::object(version.object);
        Self::Vault(if object::is_altered(&error) {
            VaultError::altered(file, error)
        } else {
            VaultError::io(file, error)
        })
    }
}

/// Asks for every recipient's decision. Writes nothing.
pub fn plan<R: CryptoRng + RngCore>(
    vault: &Vault,
    request: ShareRequest,
    now: Timestamp,
    rng: &mut R,
    callbacks: &Callbacks,
) -> Result<SharePlan, ShareError> {
    let now = vault.decides_at(now)?;
    let mut request = request;
    let mut seen = BTreeSet::new();
    request.records.retain(|id| seen.insert(*id));
    let records = records_of(vault, &request)?;
    let named = vault.catalog().last_naming()?;
    let Looked { mut found, unscanned, without_lines } = looking::look(vault, &records, &request.drawn)?;
    let mut to_redact = Vec::new();
    if request.redact {
        // An excerpt has neither its origin's file name nor its title; its tags stay.
        found.retain(|one| {
            one.place == "tag" || !one.has_lines || {
                to_redact.extend(one.record);
                false
            }
        });
        to_redact.dedup();
    }
    let protocol = vault.catalog().protocol()?.protocol;
    // What is told has no page.
    let has_page = request.ask.medium == Medium::Package;
    let own = protocol.notice.iter().map(|added| added.text.as_str()).chain([protocol.handling.how.as_str()]);
    let own = own.filter(|_| has_page).map(|text| (policy::PROTOCOL, text));
    found.extend(looking::look_at_page(vault, &records, own)?);
    // Why it is done for safety stays in the vault; what was told is in the client's accounting.
    let told = request.why.iter().filter(|_| !has_page && request.about.safety.is_none());
    // What does not say whom it is about names that one neither.
    let client = request.about.client.filter(|_| !request.about.said.de_identified);
    found.extend(looking::look_at_told(vault, client, told.map(|words| (policy::TOLD, words.as_str())))?);
    let practice = vault.catalog().practice()?;
    let ours = practice.name.iter().chain(&practice.contact).filter(|_| has_page);
    let ours = ours.map(|line| (policy::PRACTICE, line.as_str()));
    found.extend(looking::look_at_names(vault, &records, ours)?);
    let mut matter = Matter::of(vault, records, found, request.about.clone())?;
    matter.without_lines = without_lines;
    let mut plan = SharePlan { planned: Vec::new(), refused: Vec::new(), named, to_redact, request };
    for id in plan.request.recipients.clone() {
        let party = Party::of(vault, id, matter.client.as_ref(), callbacks)?;
        let promised = party.consequences(matter.today(now));
        let promised = promised.iter().filter(|_| has_page).map(|what| (policy::CONSEQUENCES, what.as_str()));
        let mut in_page = looking::look_at_page(vault, &matter.records, promised)?;
        let named = party.recipient.details.name.iter().filter(|_| has_page);
        let named = named.map(|name| (policy::RECIPIENT, name.as_str()));
        in_page.extend(looking::look_at_names(vault, &matter.records, named)?);
        match matter.decide(&plan.request.ask, &party, &in_page, now) {
            Err(refusal) => plan.refused.push((party.recipient, refusal)),
            Ok(permit) => {
                let disclosure = DisclosureId::random(rng);
                plan.planned.push(PlannedDisclosure {
                    consent: party.consent(permit.consent()),
                    consequences: party.consequences(matter.today(now)),
                    safety: safety::entry(&plan.request, &permit, &matter, disclosure, now, rng)?,
                    permit,
                    disclosure,
                    recipient: party.recipient,
                    client: matter.client.clone(),
                    records: matter.records.clone(),
                    unscanned: unscanned.clone(),
                });
            }
        }
    }
    Ok(plan)
}

/// The recipient's key, and what seals to it.
fn sealing_key(recipient: &Recipient, callbacks: &Callbacks) -> Result<(PublicKey, SealsTo), ShareError> {
    let wrong = |error| ShareError::Key { alias: recipient.details.alias.to_string(), error };
    let key: PublicKey = recipient.given.key.as_deref().unwrap_or_default().parse().map_err(wrong)?;
    let to = key.seals_to(callbacks).map_err(wrong)?;
    Ok((key, to))
}

/// What is asked for, as it is now; what is no record yet, as it will be.
fn records_of(vault: &Vault, request: &ShareRequest) -> Result<Vec<Record>, ShareError> {
    let filed = request.records.iter().map(|id| vault.catalog().record(*id)?.ok_or(ShareError::NoRecord(*id)));
    let drawn = request.drawn.iter().map(|drawn| {
        let origin = drawn.origin.record;
        let filed = vault.catalog().record(origin)?.ok_or(ShareError::NoRecord(origin))?;
        if filed.latest != drawn.origin {
            return Err(ShareError::Moved);
        }
        // How somebody was in a session goes with whatever is taken from its record.
        Ok(Record { latest: drawn.version.clone(), ..filed })
    });
    filed.chain(drawn).collect()
}
