//! Sharing: from a request to a plan that every recipient's decision has passed, and from the plan to packages whose
//! entries are on the ledger. Nothing is sent that was not planned, and nothing is planned without a permit.
//! Must not know where packages go or how a plan is drawn.

pub mod audience;
pub mod card;
pub mod facts;
pub mod notice;
pub mod package;
pub mod receipt;

use std::collections::BTreeSet;
use std::io;
use std::io::BufWriter;

use rand_core::CryptoRng;
use rand_core::RngCore;

use crate::digest::Digest;
use crate::digest::Hashing;
use crate::id::DisclosureId;
use crate::id::RecipientId;
use crate::id::RecordId;
use crate::keys::opening::SealsTo;
use crate::keys::plugin::Callbacks;
use crate::keys::recipient::PublicKey;
use crate::keys::recipient::PublicKeyError;
use crate::ledger::opening::Salt;
use crate::place::PlaceRisk;
use crate::policy;
use crate::policy::Permit;
use crate::policy::Refusal;
use crate::practice::client::Client;
use crate::practice::disclosure::DisclosureMade;
use crate::practice::disclosure::DisclosureRefused;
use crate::practice::disclosure::Listed;
use crate::practice::disclosure::RecordRef;
use crate::practice::event::Body;
use crate::practice::event::Event;
use crate::practice::recipient::Recipient;
use crate::practice::record::Record;
use crate::practice::record::RecordVersion;
use crate::practice::words::Prose;
use crate::seal;
use crate::seal::SealError;
use crate::sharing::facts::Matter;
use crate::sharing::facts::Party;
use crate::sharing::notice::Notice as NoticePage;
use crate::sharing::package::Manifest;
use crate::sharing::receipt::ReceiptCode;
use crate::time::Date;
use crate::time::Timestamp;
use crate::vault::Vault;
use crate::vault::catalog::CatalogError;
use crate::vault::desk::Desk;
use crate::vault::error::VaultError;
use crate::vault::object;
use crate::vault::places;
use crate::vault::transaction::Committed;
use crate::vault::transaction::Draft;
use crate::vault::transaction::Transaction;
use crate::vocabulary::Medium;

/// What is to be shared, with whom, and why.
#[derive(Clone, Debug)]
pub struct ShareRequest {
    /// What.
    pub records: Vec<RecordId>,
    /// With whom, each decided alone.
    pub recipients: Vec<RecipientId>,
    /// What the decision looks at.
    pub ask: policy::Request,
    /// The discloser's own words.
    pub why: Option<Prose>,
    /// Until when the recipient may keep it.
    pub expires: Option<Date>,
    /// What is wrong with the place the packages would go to.
    pub output: Vec<PlaceRisk>,
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
    /// What.
    pub records: Vec<Record>,
}

impl PlannedDisclosure {
    /// The passed decision.
    pub fn permit(&self) -> &Permit {
        &self.permit
    }
}

/// What [`send`] takes: who gets what, and who does not and why not.
#[derive(Debug)]
pub struct SharePlan {
    /// What was asked for.
    pub request: ShareRequest,
    /// The packages to be made.
    pub planned: Vec<PlannedDisclosure>,
    /// The recipients that get nothing.
    pub refused: Vec<(Recipient, Refusal)>,
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
    let mut request = request;
    let mut seen = BTreeSet::new();
    request.records.retain(|id| seen.insert(*id));
    let records = records_of(vault, &request)?;
    let matter = Matter::of(vault, records, Vec::new(), request.output.clone())?;
    let mut plan = SharePlan { planned: Vec::new(), refused: Vec::new(), request };
    for id in plan.request.recipients.clone() {
        let party = Party::of(vault, id, matter.client.as_ref(), callbacks)?;
        match matter.decide(&plan.request.ask, &party, now) {
            Err(refusal) => plan.refused.push((party.recipient, refusal)),
            Ok(permit) => plan.planned.push(PlannedDisclosure {
                permit,
                disclosure: DisclosureId::random(rng),
                recipient: party.recipient,
                client: matter.client.clone(),
                records: matter.records.clone(),
            }),
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

fn records_of(vault: &Vault, request: &ShareRequest) -> Result<Vec<Record>, ShareError> {
    request.records.iter().map(|id| vault.catalog().record(*id)?.ok_or(ShareError::NoRecord(*id))).collect()
}

/// Seals every planned package into the outbox and commits their entries, with those of the refusals, as one
/// checkpoint. Under the locks everything is looked up and decided once more: if the plan would now be another, it is
/// not carried out.
pub fn send<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    plan: &SharePlan,
    callbacks: &Callbacks,
    progress: &mut dyn FnMut(u64),
) -> Result<Committed, ShareError> {
    let ids: Vec<_> = plan.planned.iter().map(|planned| planned.disclosure).collect();
    let mut transaction = desk.vault.begin(plan.planned.len() + plan.refused.len(), &ids, desk.rng)?;
    let mut drafts = Vec::new();
    for planned in &plan.planned {
        drafts.push(pack(&mut transaction, planned, &plan.request, (desk.clock)(), desk.rng, callbacks, progress)?);
    }
    for (recipient, refusal) in &plan.refused {
        drafts.push(refused(&mut transaction, &plan.request, recipient, refusal)?);
    }
    let clock = desk.clock;
    transaction.commit(clock, desk.rng, |vault| match still_holds(vault, plan, clock(), callbacks)? {
        true => Ok(drafts),
        false => Err(ShareError::Moved),
    })
}

/// Commits the refusals alone.
pub fn refuse<R: CryptoRng + RngCore>(desk: &mut Desk<'_, R>, plan: &SharePlan) -> Result<Committed, ShareError> {
    let mut transaction = desk.vault.begin(plan.refused.len(), &[], desk.rng)?;
    let mut drafts = Vec::new();
    for (recipient, refusal) in &plan.refused {
        drafts.push(refused(&mut transaction, &plan.request, recipient, refusal)?);
    }
    transaction.commit(desk.clock, desk.rng, |_| Ok(drafts))
}

fn still_holds(vault: &Vault, plan: &SharePlan, now: Timestamp, callbacks: &Callbacks) -> Result<bool, ShareError> {
    let matter = Matter::of(vault, records_of(vault, &plan.request)?, Vec::new(), plan.request.output.clone())?;
    for planned in &plan.planned {
        let party = Party::of(vault, planned.recipient.id(), matter.client.as_ref(), callbacks)?;
        let same = party.recipient == planned.recipient
            && matter.records == planned.records
            && matter.client == planned.client;
        if !same || matter.decide(&plan.request.ask, &party, now).as_ref() != Ok(&planned.permit) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn pack<R: CryptoRng + RngCore>(
    transaction: &mut Transaction<'_>,
    planned: &PlannedDisclosure,
    request: &ShareRequest,
    created: Timestamp,
    rng: &mut R,
    callbacks: &Callbacks,
    progress: &mut dyn FnMut(u64),
) -> Result<Draft, ShareError> {
    let (key, to) = sealing_key(&planned.recipient, callbacks)?;
    let code = ReceiptCode::random(rng);
    let salt = Salt::random(rng);
    let refs: Vec<_> = planned.records.iter().map(reference).collect();
    let records = transaction.list(refs.clone())?;
    let mut made = DisclosureMade {
        basis: planned.permit.basis(),
        client: planned.client.as_ref().map(Client::id),
        consent: planned.permit.consent(),
        disclosure: planned.disclosure,
        expires: request.expires,
        group: None,
        label: planned.permit.label(),
        medium: Medium::Package,
        notice: planned.permit.notices().to_vec(),
        package: None,
        purpose: request.ask.purpose,
        receipt: Some(code.digest()),
        recipient: planned.recipient.id(),
        recipient_key: Some(key.to_string()),
        records,
        series: None,
        setting: None,
        size: None,
        verified: planned.recipient.given.verified,
        why: request.why.clone(),
    };
    let (package, size) = write_package(transaction, planned, &made, (&salt, &code), created, &to, progress)?;
    (made.package, made.size) = (Some(package), Some(size));
    let sealed_list = matches!(made.records, Listed::Sealed(_)).then_some(refs);
    Ok(Draft { salt: Some(salt), records: sealed_list, ..Draft::from(Body::DisclosureMade(made)) })
}

/// Seals one package into the outbox; its digest and size.
fn write_package(
    transaction: &mut Transaction<'_>,
    planned: &PlannedDisclosure,
    made: &DisclosureMade,
    (salt, code): (&Salt, &ReceiptCode),
    created: Timestamp,
    to: &SealsTo,
    progress: &mut dyn FnMut(u64),
) -> Result<(Digest, u64), ShareError> {
    let (path, file) = transaction.package()?;
    let vault = transaction.vault();
    let practice = vault.catalog().practice()?;
    let versions: Vec<RecordVersion> = planned.records.iter().map(|record| record.latest.clone()).collect();
    let details = &planned.recipient.details;
    let recipient = details.name.as_ref().map_or(details.alias.as_str(), |name| name.as_str());
    let event = Event { time: created, actor: vault.actor()?, body: Body::DisclosureMade(made.clone()) };
    let fields = event.to_fields();
    let manifest = Manifest {
        made,
        fields: &fields,
        salt,
        created,
        recipient,
        records: &versions,
        practice: &practice,
        previous: vault.link_text()?.as_deref(),
    }
    .sign(vault.signer(), vault.identity())?;
    let protocol = vault.catalog().protocol()?.protocol;
    let statements: Vec<&str> = protocol.notice.iter().map(|statement| statement.text.as_str()).collect();
    let notice = NoticePage {
        disclosure: made.disclosure,
        created,
        sender: practice.name.as_ref().map(|name| name.as_str()),
        contact: practice.contact.as_ref().map(|contact| contact.as_str()),
        recipient,
        purpose: made.purpose,
        expires: made.expires,
        records: &versions,
        code: &code.spoken(),
        handling: protocol.handling.how.as_str(),
        statements: &statements,
    };
    let out = Hashing::new(BufWriter::with_capacity(1 << 17, &file));
    let sealed = seal::Writer::new(&[to], out).map_err(ShareError::Seal)?;
    let sealed = package::write(sealed, &notice.text(), &manifest, &versions, vault, progress)?;
    let (out, _) = sealed.finish().map_err(ShareError::Seal)?;
    let (digest, size) = (out.digest(), out.count());
    out.into_inner().into_inner().map_err(|error| error.into_error())?;
    transaction.pack(&path, &file, made.disclosure)?;
    Ok((digest, size))
}

fn refused(
    transaction: &mut Transaction<'_>,
    request: &ShareRequest,
    recipient: &Recipient,
    refusal: &Refusal,
) -> Result<Draft, ShareError> {
    let records = records_of(transaction.vault(), request)?;
    let refs: Vec<_> = records.iter().map(reference).collect();
    let client = records.first().and_then(|record| record.latest.client);
    let records = transaction.list(refs.clone())?;
    let sealed_list = matches!(records, Listed::Sealed(_)).then_some(refs);
    let body = DisclosureRefused {
        basis: request.ask.basis,
        client,
        purpose: request.ask.purpose,
        reasons: refusal.reasons.iter().map(|reason| reason.rule.id.to_owned()).collect(),
        recipient: recipient.id(),
        records,
    };
    Ok(Draft { records: sealed_list, ..Draft::from(Body::DisclosureRefused(body)) })
}

fn reference(record: &Record) -> RecordRef {
    RecordRef { record: record.id(), version: record.latest.version }
}
