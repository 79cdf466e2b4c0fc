//! Carrying a plan out: every package sealed into the outbox, every entry in one transaction, and under the locks
//! everything decided once more. Must not know where packages go afterwards.

use std::io::BufWriter;

use rand_core::CryptoRng;
use rand_core::RngCore;

use crate::digest::Digest;
use crate::digest::Hashing;
use crate::id::ClientId;
use crate::keys::opening::SealsTo;
use crate::keys::plugin::Callbacks;
use crate::ledger::opening::Salt;
use crate::policy::Obligation;
use crate::policy::Refusal;
use crate::practice::client::Client;
use crate::practice::disclosure::DisclosureConfirmed;
use crate::practice::disclosure::DisclosureMade;
use crate::practice::disclosure::DisclosureRefused;
use crate::practice::disclosure::Listed;
use crate::practice::disclosure::RecordRef;
use crate::practice::event::Body;
use crate::practice::event::Event;
use crate::practice::recipient::Recipient;
use crate::practice::record::Record;
use crate::practice::record::RecordVersion;
use crate::seal;
use crate::sharing::PlannedDisclosure;
use crate::sharing::ShareError;
use crate::sharing::SharePlan;
use crate::sharing::ShareRequest;
use crate::sharing::facts::Matter;
use crate::sharing::facts::Party;
use crate::sharing::notice::Notice as NoticePage;
use crate::sharing::package;
use crate::sharing::package::Manifest;
use crate::sharing::receipt::ReceiptCode;
use crate::sharing::records_of;
use crate::sharing::sealing_key;
use crate::sharing::statements;
use crate::sharing::statements::Days;
use crate::time::Timestamp;
use crate::vault::Vault;
use crate::vault::desk::Desk;
use crate::vault::transaction::Committed;
use crate::vault::transaction::Draft;
use crate::vault::transaction::Transaction;
use crate::vocabulary::Medium;
use crate::vocabulary::is_sensitivity;

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
    let lists = lists(desk.vault, plan)?;
    let mut transaction = desk.vault.begin(2 * plan.planned.len() + lists, &ids, desk.rng)?;
    let mut drafts = Vec::new();
    for planned in &plan.planned {
        drafts.extend(confirmed(&mut transaction, planned)?);
        drafts.push(pack(&mut transaction, planned, &plan.request, (desk.clock)(), desk.rng, callbacks, progress)?);
    }
    for (recipient, refusal) in &plan.refused {
        drafts.extend(refused(&mut transaction, &plan.request, recipient, refusal)?);
    }
    let clock = desk.clock;
    transaction.commit(clock, desk.rng, |vault| match still_holds(vault, plan, clock(), callbacks)? {
        true => Ok(drafts),
        false => Err(ShareError::Moved),
    })
}

/// Commits the refusals alone.
pub fn refuse<R: CryptoRng + RngCore>(desk: &mut Desk<'_, R>, plan: &SharePlan) -> Result<Committed, ShareError> {
    let lists = lists(desk.vault, plan)?;
    let mut transaction = desk.vault.begin(lists, &[], desk.rng)?;
    let mut drafts = Vec::new();
    for (recipient, refusal) in &plan.refused {
        drafts.extend(refused(&mut transaction, &plan.request, recipient, refusal)?);
    }
    transaction.commit(desk.clock, desk.rng, |_| Ok(drafts))
}

fn still_holds(vault: &Vault, plan: &SharePlan, now: Timestamp, callbacks: &Callbacks) -> Result<bool, ShareError> {
    let now = vault.decides_at(now)?;
    // Nobody reads contents under the locks: what was found holds as long as nobody has another name.
    if vault.catalog().last_naming()? != plan.named {
        return Ok(false);
    }
    let matter = Matter::of(vault, records_of(vault, &plan.request)?, Vec::new(), plan.request.about.clone())?;
    for planned in &plan.planned {
        let party = Party::of(vault, planned.recipient.id(), matter.client.as_ref(), callbacks)?;
        let same = party.recipient == planned.recipient
            && matter.records == planned.records
            && matter.client == planned.client;
        if !same || matter.decide(&plan.request.ask, &party, &[], now).as_ref() != Ok(&planned.permit) {
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
        group: request.group,
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
        setting: request.about.room.setting,
        size: None,
        verified: planned.recipient.given.verified,
        why: request.why.clone(),
    };
    let (package, size) = write_package(transaction, planned, &made, (&salt, &code), created, &to, progress)?;
    (made.package, made.size) = (Some(package), Some(size));
    let sealed_list = matches!(made.records, Listed::Sealed(_)).then_some(refs);
    Ok(Draft { salt: Some(salt), records: sealed_list, ..Draft::from(Body::DisclosureMade(made)) })
}

/// What its author confirmed, and what nobody could look through, stands in an entry of its own.
fn confirmed(transaction: &mut Transaction<'_>, planned: &PlannedDisclosure) -> Result<Option<Draft>, ShareError> {
    let (confirmed, unscanned) = (planned.permit.confirmed().to_vec(), planned.unscanned.clone());
    if confirmed.is_empty() && unscanned.is_empty() {
        return Ok(None);
    }
    let listed = transaction.list(unscanned.clone())?;
    let records = matches!(listed, Listed::Sealed(_)).then_some(unscanned);
    let body = DisclosureConfirmed { confirmed, disclosure: planned.disclosure, unscanned: listed };
    Ok(Some(Draft { records, ..Draft::from(Body::DisclosureConfirmed(body)) }))
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
    let is_nameless = planned.permit.obliges(Obligation::Deidentify);
    let versions: Vec<RecordVersion> = planned.records.iter().map(|record| leaving(record, is_nameless)).collect();
    let scope = planned.consent.as_ref().filter(|_| planned.permit.obliges(Obligation::AttachConsentScope));
    let days = if is_nameless { Days::Years } else { Days::Whole };
    let details = &planned.recipient.details;
    let recipient = details.name.as_ref().map_or(details.alias.as_str(), |name| name.as_str());
    let event = Event { time: created, actor: vault.actor()?, body: Body::DisclosureMade(made.clone()) };
    let fields = event.to_fields();
    let manifest = Manifest {
        made,
        client: made.client.filter(|_| !is_nameless),
        consent_scope: scope.map(|consent| statements::scope(&consent.terms, days)),
        fields: &fields,
        salt,
        created,
        recipient,
        records: &versions,
        practice: &practice,
        previous: vault.link_text()?.as_deref(),
    }
    .sign(vault.signer()?, vault.identity())?;
    let protocol = vault.catalog().protocol()?.protocol;
    let said = statements::necessary(planned.permit.notices(), scope.map(|consent| (&consent.terms, days)));
    let added = statements::added(planned.consequences.as_ref(), &protocol);
    let notice = NoticePage {
        disclosure: made.disclosure,
        created,
        sender: practice.name.as_ref().map(|name| name.as_str()),
        contact: practice.contact.as_ref().map(|contact| contact.as_str()),
        recipient,
        purpose: made.purpose,
        expires: made.expires,
        records: &versions,
        tells_dates: !is_nameless,
        code: &code.spoken(),
        handling: protocol.handling.how.as_str(),
        statements: &said.iter().map(String::as_str).collect::<Vec<_>>(),
        own: &added.iter().map(String::as_str).collect::<Vec<_>>(),
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

/// The entries of one recipient's refusal: one for each client whose records were asked for, with their records, so that
/// it is found under each of them.
fn refused(
    transaction: &mut Transaction<'_>,
    request: &ShareRequest,
    recipient: &Recipient,
    refusal: &Refusal,
) -> Result<Vec<Draft>, ShareError> {
    let records = records_of(transaction.vault(), request)?;
    let mut reasons: Vec<String> = refusal.reasons.iter().map(|reason| reason.rule.id.to_owned()).collect();
    reasons.dedup();
    let mut drafts = Vec::new();
    for client in clients_of(&records) {
        let refs: Vec<_> = records.iter().filter(|record| record.latest.client == client).map(reference).collect();
        let records = transaction.list(refs.clone())?;
        let sealed_list = matches!(records, Listed::Sealed(_)).then_some(refs);
        let body = DisclosureRefused {
            basis: request.ask.basis,
            client,
            purpose: request.ask.purpose,
            reasons: reasons.clone(),
            recipient: recipient.id(),
            records,
        };
        drafts.push(Draft { records: sealed_list, ..Draft::from(Body::DisclosureRefused(body)) });
    }
    Ok(drafts)
}

/// Whom records are about, in the order of the records; nobody once, where there are none.
fn clients_of(records: &[Record]) -> Vec<Option<ClientId>> {
    let mut clients = Vec::new();
    for record in records {
        if !clients.contains(&record.latest.client) {
            clients.push(record.latest.client);
        }
    }
    if clients.is_empty() { vec![None] } else { clients }
}

/// How many lists of records a plan's refusals may seal.
fn lists(vault: &Vault, plan: &SharePlan) -> Result<usize, ShareError> {
    Ok(plan.refused.len() * clients_of(&records_of(vault, &plan.request)?).len())
}

/// A record as it leaves: where identifiers were removed, its own name and title are such, and whatever somebody typed as
/// a tag may be one; only the tags that the rules know stay.
fn leaving(record: &Record, is_nameless: bool) -> RecordVersion {
    let mut version = record.latest.clone();
    if is_nameless {
        version.tags.retain(|tag| is_sensitivity(tag.as_str()));
        version = RecordVersion { name: None, name_bytes: None, title: None, ..version };
    }
    version
}

fn reference(record: &Record) -> RecordRef {
    RecordRef { record: record.id(), version: record.latest.version }
}
