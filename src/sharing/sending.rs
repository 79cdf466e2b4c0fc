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
use crate::policy::told::Said;
use crate::practice::client::Client;
use crate::practice::disclosure::DisclosureConfirmed;
use crate::practice::disclosure::DisclosureMade;
use crate::practice::disclosure::DisclosureRefused;
use crate::practice::disclosure::DisclosureTold;
use crate::practice::disclosure::Listed;
use crate::practice::disclosure::RecordRef;
use crate::practice::event::Body;
use crate::practice::event::Event;
use crate::practice::recipient::Recipient;
use crate::practice::record::Record;
use crate::practice::record::RecordAccessed;
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
use crate::sharing::rooted;
use crate::sharing::sealing_key;
use crate::sharing::statements;
use crate::sharing::statements::Days;
use crate::time::Timestamp;
use crate::vault::Vault;
use crate::vault::desk::Desk;
use crate::vault::object::Stored;
use crate::vault::transaction::Committed;
use crate::vault::transaction::Draft;
use crate::vault::transaction::Transaction;
use crate::vocabulary::Medium;

/// Seals every planned package into the outbox and commits their entries, with those of the refusals, as one
/// checkpoint. Under the locks everything is looked up and decided once more: if the plan would now be another, it is
/// not carried out.
pub fn send<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    plan: &SharePlan,
    callbacks: &Callbacks,
    progress: &mut dyn FnMut(u64),
) -> Result<Committed, ShareError> {
    send_all(desk, std::slice::from_ref(plan), callbacks, progress)
}

/// As [`send`], of several plans: each participant of a group is decided about alone, and all of it goes in one step.
pub fn send_all<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    plans: &[SharePlan],
    callbacks: &Callbacks,
    progress: &mut dyn FnMut(u64),
) -> Result<Committed, ShareError> {
    let sealed_here = plans.iter().filter(|plan| plan.request.ask.medium == Medium::Package);
    let packages: Vec<_> = sealed_here.flat_map(|plan| &plan.planned).map(|planned| planned.disclosure).collect();
    let mut objects = 0;
    for plan in plans {
        objects += 2 * plan.planned.len() + plan.request.drawn.len() + lists(desk.vault, plan)?;
    }
    let mut transaction = desk.vault.begin(objects, &packages, desk.rng)?;
    let mut drafts = Vec::new();
    for plan in plans {
        let is_package = plan.request.ask.medium == Medium::Package;
        let filed = if plan.planned.is_empty() { Vec::new() } else { file(&mut transaction, &plan.request)? };
        for (version, accessed) in &filed {
            drafts.extend(accessed.clone().map(|accessed| Draft::from(Body::RecordAccessed(accessed))));
            drafts.push(Draft::from(Body::RecordAdded(version.clone())));
        }
        for planned in &plan.planned {
            drafts.extend(confirmed(&mut transaction, planned)?);
            drafts.extend(told(planned, &plan.request));
            let records = sealed(&planned.records, &filed);
            let mut parcel =
                Parcel { transaction: &mut transaction, planned, records: &records, request: &plan.request };
            drafts.push(if is_package {
                parcel.pack((desk.clock)(), desk.rng, callbacks, progress)?
            } else {
                parcel.tell()?
            });
            drafts.extend(planned.safety.clone().map(|entry| Draft::from(Body::SafetyDisclosed(entry))));
        }
        for (recipient, refusal) in &plan.refused {
            drafts.extend(refused(&mut transaction, &plan.request, recipient, refusal)?);
        }
    }
    let clock = desk.clock;
    transaction.commit(clock, desk.rng, |vault| {
        for plan in plans {
            if !still_holds(vault, plan, clock(), callbacks)? {
                return Err(ShareError::Moved);
            }
        }
        Ok(drafts)
    })
}

/// Commits the refusals alone.
pub fn refuse<R: CryptoRng + RngCore>(desk: &mut Desk<'_, R>, plan: &SharePlan) -> Result<Committed, ShareError> {
    refuse_all(desk, std::slice::from_ref(plan))
}

/// Commits the refusals of several plans alone.
pub fn refuse_all<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    plans: &[SharePlan],
) -> Result<Committed, ShareError> {
    let mut objects = 0;
    for plan in plans {
        objects += lists(desk.vault, plan)?;
    }
    let mut transaction = desk.vault.begin(objects, &[], desk.rng)?;
    let mut drafts = Vec::new();
    for plan in plans {
        for (recipient, refusal) in &plan.refused {
            drafts.extend(refused(&mut transaction, &plan.request, recipient, refusal)?);
        }
    }
    transaction.commit(desk.clock, desk.rng, |_| Ok(drafts))
}

/// Seals what is no record yet; each with the trace of whoever took it.
fn file(
    transaction: &mut Transaction<'_>,
    request: &ShareRequest,
) -> Result<Vec<(RecordVersion, Option<RecordAccessed>)>, ShareError> {
    let mut filed = Vec::new();
    for drawn in &request.drawn {
        let stored = transaction.seal(drawn.text.reveal_secret().as_bytes())?;
        let Stored { object, seal, sha256, size } = stored;
        let version = RecordVersion { object, seal, sha256, size, ..drawn.version.clone() };
        filed.push((version, drawn.accessed.clone()));
    }
    Ok(filed)
}

/// The records as they are sealed now.
fn sealed(records: &[Record], filed: &[(RecordVersion, Option<RecordAccessed>)]) -> Vec<Record> {
    let mut records = records.to_vec();
    for record in &mut records {
        if let Some((version, _)) = filed.iter().find(|(version, _)| version.record == record.id()) {
            record.latest = version.clone();
        }
    }
    records
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

/// One disclosure on its way.
struct Parcel<'p, 'v> {
    transaction: &'p mut Transaction<'v>,
    planned: &'p PlannedDisclosure,
    /// As they are sealed.
    records: &'p [Record],
    request: &'p ShareRequest,
}

impl Parcel<'_, '_> {
    /// Its entry, with everything that does not depend on how it travels; and the list in it, where that is sealed.
    fn made(&mut self) -> Result<(DisclosureMade, Option<Vec<RecordRef>>), ShareError> {
        let Self { planned, request, .. } = *self;
        let refs: Vec<_> = self.records.iter().map(reference).collect();
        let records = self.transaction.list(refs.clone())?;
        let sealed_list = matches!(records, Listed::Sealed(_)).then_some(refs);
        let made = DisclosureMade {
            basis: planned.permit.basis(),
            client: planned.client.as_ref().map(Client::id),
            consent: planned.permit.consent(),
            disclosure: planned.disclosure,
            expires: request.expires,
            group: request.group,
            label: planned.permit.label(),
            medium: request.ask.medium,
            notice: Vec::new(),
            package: None,
            purpose: request.ask.purpose,
            receipt: None,
            recipient: planned.recipient.id(),
            recipient_key: None,
            records,
            series: None,
            setting: request.about.room.setting,
            size: None,
            verified: None,
            why: request.why.clone(),
        };
        Ok((made, sealed_list))
    }

    /// What is told, or handed over on paper: the entry alone.
    fn tell(&mut self) -> Result<Draft, ShareError> {
        let (made, records) = self.made()?;
        let made = DisclosureMade { notice: self.planned.accompanied_by(), ..made };
        Ok(Draft { records, ..Draft::from(Body::DisclosureMade(made)) })
    }

    /// A package.
    fn pack<R: CryptoRng + RngCore>(
        &mut self,
        created: Timestamp,
        rng: &mut R,
        callbacks: &Callbacks,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Draft, ShareError> {
        let (key, to) = sealing_key(&self.planned.recipient, callbacks)?;
        let code = ReceiptCode::random(rng);
        let salt = Salt::random(rng);
        let (made, records) = self.made()?;
        let mut made = DisclosureMade {
            notice: self.planned.permit.notices().to_vec(),
            receipt: Some(code.digest()),
            recipient_key: Some(key.to_string()),
            verified: self.planned.recipient.given.verified,
            ..made
        };
        let (package, size) = self.write(&made, (&salt, &code), created, &to, progress)?;
        (made.package, made.size) = (Some(package), Some(size));
        Ok(Draft { salt: Some(salt), records, ..Draft::from(Body::DisclosureMade(made)) })
    }

    /// Seals one package into the outbox; its digest and size.
    fn write(
        &mut self,
        made: &DisclosureMade,
        (salt, code): (&Salt, &ReceiptCode),
        created: Timestamp,
        to: &SealsTo,
        progress: &mut dyn FnMut(u64),
    ) -> Result<(Digest, u64), ShareError> {
        let Self { planned, records, .. } = *self;
        let transaction = &mut *self.transaction;
        let (path, file) = transaction.package()?;
        let vault = transaction.vault();
        let practice = vault.catalog().practice()?;
        let is_nameless = planned.permit.obliges(Obligation::Deidentify);
        let versions = records.iter().map(|record| rooted::leaving(vault.catalog(), record, is_nameless));
        let versions: Vec<RecordVersion> = versions.collect::<Result<_, _>>()?;
        let scope = planned.scope();
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

/// What its author said of what is told without a record stands in an entry of its own, too.
fn told(planned: &PlannedDisclosure, request: &ShareRequest) -> Option<Draft> {
    let said = request.about.said.clone();
    let is_told = request.on_file().is_empty() && said != Said::default();
    let Said { kinds, tags, dates, de_identified } = said;
    let body = DisclosureTold { dates, de_identified, disclosure: planned.disclosure, kinds, tags };
    is_told.then(|| Draft::from(Body::DisclosureTold(body)))
}

/// The entries of one recipient's refusal: one for each client whose records were asked for, with their records, so that
/// it is found under each of them.
fn refused(
    transaction: &mut Transaction<'_>,
    request: &ShareRequest,
    recipient: &Recipient,
    refusal: &Refusal,
) -> Result<Vec<Draft>, ShareError> {
    let records = on_file(transaction.vault(), request)?;
    let mut reasons: Vec<String> = refusal.reasons.iter().map(|reason| reason.rule.id.to_owned()).collect();
    reasons.dedup();
    let mut drafts = Vec::new();
    for (client, refs) in by_client(request, &records) {
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

/// The records of a request that are on file: of what is no record yet, and will be none now, its origin.
fn on_file(vault: &Vault, request: &ShareRequest) -> Result<Vec<Record>, ShareError> {
    let found = request.on_file().into_iter().map(|id| vault.catalog().record(id)?.ok_or(ShareError::NoRecord(id)));
    found.collect()
}

/// The records by whom they are about, in the order of the records; nobody once, where there are none. What is asked for
/// one participant of a group is about that one, the common part too.
fn by_client(request: &ShareRequest, records: &[Record]) -> Vec<(Option<ClientId>, Vec<RecordRef>)> {
    let mut found: Vec<(Option<ClientId>, Vec<RecordRef>)> = Vec::new();
    for record in records {
        let client = request.about.client.or(record.latest.client);
        match found.iter_mut().find(|(one, _)| *one == client) {
            Some((_, refs)) => refs.push(reference(record)),
            None => found.push((client, vec![reference(record)])),
        }
    }
    if found.is_empty() { vec![(request.about.client, Vec::new())] } else { found }
}

/// How many lists of records a plan's refusals may seal.
fn lists(vault: &Vault, plan: &SharePlan) -> Result<usize, ShareError> {
    Ok(plan.refused.len() * by_client(&plan.request, &on_file(vault, &plan.request)?).len())
}

fn reference(record: &Record) -> RecordRef {
    RecordRef { record: record.id(), version: record.latest.version }
}
