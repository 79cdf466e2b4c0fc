//! A client's disclosures with what was so at the time of each: who the recipient was known to be, what kind of records
//! went, and whether they were under 42 CFR Part 2. All of it is folded from the client's own history, in one reading; what
//! is said of anybody later changes nothing. Must not know which law asks for what.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::btree_map::Entry;

use crate::id::ClientId;
use crate::id::DisclosureId;
use crate::id::RecipientId;
use crate::id::RecordId;
use crate::policy;
use crate::practice::client::Client;
use crate::practice::disclosure::DisclosureMade;
use crate::practice::disclosure::Listed;
use crate::practice::disclosure::RecordRef;
use crate::practice::event::Body;
use crate::practice::protocol::Protocol;
use crate::practice::recipient::RecipientDetails;
use crate::practice::record::Record;
use crate::practice::record::RecordVersion;
use crate::report::ReportError;
use crate::report::flag::COMPANIONS;
use crate::report::flag::Flag;
use crate::report::flag::said_by;
use crate::time::Date;
use crate::time::Timestamp;
use crate::vault::catalog::Catalog;
use crate::vault::catalog::Happened;
use crate::vocabulary::RecordKind;

/// The events that change what a client's disclosures are told to be.
const KINDS: [&str; 6] =
    ["client.added", "client.edited", "disclosure.made", "record.added", "record.tagged", "record.versioned"];

/// One record as it was sent, without a word of its content or its title.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it is.
    pub kind: RecordKind,
    /// The day it is of.
    pub date: Date,
    /// Lines of a record, and not the whole.
    pub is_excerpt: bool,
    /// Its identifiers had been removed.
    pub de_identified: bool,
}

/// A disclosure, as it was when it was made.
#[derive(Clone, Debug)]
pub struct Sent {
    /// When.
    pub time: Timestamp,
    /// Its entry.
    pub made: DisclosureMade,
    /// What went.
    pub parts: Vec<Part>,
    /// Which versions they were.
    refs: Vec<RecordRef>,
    /// Whether any of it was under 42 CFR Part 2.
    pub is_part2: bool,
    /// The recipient as known then.
    pub recipient: Option<RecipientDetails>,
    /// What stands out.
    pub flags: BTreeSet<Flag>,
}

/// All disclosures about a client up to an instant, in the order of the log.
pub fn of_client(catalog: &Catalog, client: ClientId, until: Timestamp) -> Result<Vec<Sent>, ReportError> {
    let mut fold = Fold::new(catalog, client)?;
    let kinds: Vec<&str> = KINDS.into_iter().chain(COMPANIONS.iter().map(|(kind, _)| *kind)).collect();
    catalog.happened::<ReportError>(client, &kinds, |happened| match happened.time <= until {
        true => fold.take(&happened),
        false => Ok(()),
    })?;
    fold.correct(until)?;
    Ok(fold.sent)
}

/// What is known so far.
struct Fold<'c> {
    catalog: &'c Catalog,
    protocols: Vec<(Timestamp, Protocol)>,
    present: Protocol,
    client: Option<Client>,
    records: BTreeMap<RecordId, Record>,
    recipients: BTreeMap<RecipientId, Vec<(u64, RecipientDetails)>>,
    /// What was committed together with each disclosure.
    beside: BTreeMap<DisclosureId, Vec<Flag>>,
    sent: Vec<Sent>,
    at: BTreeMap<DisclosureId, usize>,
}

impl<'c> Fold<'c> {
    fn new(catalog: &'c Catalog, client: ClientId) -> Result<Self, ReportError> {
        let texts = catalog.protocol_texts()?.into_iter();
        let kinds: Vec<&str> = COMPANIONS.iter().map(|(kind, _)| *kind).collect();
        let mut beside: BTreeMap<DisclosureId, Vec<Flag>> = BTreeMap::new();
        for one in catalog.beside(client, &kinds)? {
            if let Some((id, flag)) = named_in(&one).zip(said_by(&one.kind)) {
                beside.entry(id).or_default().push(flag);
            }
        }
        Ok(Self {
            catalog,
            protocols: texts.filter_map(|(from, text)| Some((from, Protocol::read(&text).ok()?))).collect(),
            present: catalog.protocol()?.protocol,
            client: None,
            records: BTreeMap::new(),
            recipients: BTreeMap::new(),
            beside,
            sent: Vec::new(),
            at: BTreeMap::new(),
        })
    }

    fn take(&mut self, happened: &Happened) -> Result<(), ReportError> {
        if let Some(flag) = said_by(&happened.kind) {
            if let Some(at) = named_in(happened).and_then(|id| self.at.get(&id)) {
                self.sent[*at].flags.insert(flag);
            }
            return Ok(());
        }
        // An event of a kind that is listed here is one that this program wrote; what is not readable tells nothing.
        let Some(event) = happened.event() else { return Ok(()) };
        match event.body {
            Body::ClientAdded(details) => self.client = Some(Client::added(details)),
            Body::ClientEdited(details) => {
                if let Some(client) = &mut self.client {
                    client.edit(details, happened.time);
                }
            }
            Body::RecordAdded(version) => {
                self.records.entry(version.record).or_insert_with(|| Record::added(version, happened.time));
            }
            Body::RecordVersioned(version) => {
                if let Some(record) = self.records.get_mut(&version.record) {
                    record.version(version);
                }
            }
            Body::RecordTagged(tagged) => {
                if let Some(record) = self.records.get_mut(&tagged.record) {
                    record.tag(&tagged);
                }
            }
            Body::DisclosureMade(made) => self.disclose(happened, made)?,
            _ => {}
        }
        Ok(())
    }

    fn disclose(&mut self, happened: &Happened, made: DisclosureMade) -> Result<(), ReportError> {
        let refs = match &made.records {
            Listed::Here(refs) => refs.clone(),
            Listed::Sealed(_) => self.catalog.sent(happened.n)?,
        };
        let mut records = Vec::with_capacity(refs.len());
        for item in &refs {
            records.extend(self.as_it_was(item)?);
        }
        let protocol = self.protocol_at(happened.time);
        let client = self.client.as_ref();
        // Where nothing of the record went, what was said is whatever the client's records are.
        let is_part2 = match &records[..] {
            [] => policy::is_under_part2(&[], client, protocol),
            records => records.iter().any(|record| policy::is_part2(record, client, protocol)),
        };
        let parts = records.iter().map(|record| part(&record.latest)).collect();
        let mut flags: BTreeSet<Flag> = Flag::of(&made).into_iter().collect();
        flags.extend(self.beside.get(&made.disclosure).into_iter().flatten());
        let recipient = self.recipient_at(made.recipient, happened.n)?;
        self.at.insert(made.disclosure, self.sent.len());
        self.sent.push(Sent { time: happened.time, made, parts, refs, is_part2, recipient, flags });
        Ok(())
    }

    /// Marks what has a newer version by now, or is an excerpt of what has.
    fn correct(&mut self, until: Timestamp) -> Result<(), ReportError> {
        let mut newest: BTreeMap<RecordId, Option<(u64, Option<RecordRef>)>> = BTreeMap::new();
        for at in 0..self.sent.len() {
            let mut is_corrected = false;
            for item in &self.sent[at].refs {
                // A forged chain that leads back to itself ends all the same.
                let (mut item, mut seen) = (Some(*item), Vec::new());
                while let Some(one) = item.filter(|one| !seen.contains(one)) {
                    seen.push(one);
                    let known = match newest.entry(one.record) {
                        Entry::Occupied(known) => *known.get(),
                        Entry::Vacant(unknown) => *unknown.insert(self.newest(one.record, until)?),
                    };
                    is_corrected |= known.is_some_and(|(version, _)| one.version < version);
                    item = known.and_then(|(_, origin)| origin).filter(|_| !is_corrected);
                }
            }
            if is_corrected {
                self.sent[at].flags.insert(Flag::Corrected);
            }
        }
        Ok(())
    }

    /// A record's newest version up to an instant, and what it is an excerpt of.
    fn newest(&self, id: RecordId, until: Timestamp) -> Result<Option<(u64, Option<RecordRef>)>, ReportError> {
        let of = |version: &RecordVersion| {
            let origin = version.excerpt_of.as_ref();
            (version.version, origin.map(|of| RecordRef { record: of.record, version: of.version }))
        };
        if let Some(record) = self.records.get(&id) {
            return Ok(Some(of(&record.latest)));
        }
        let versions = self.catalog.versions(id)?;
        Ok(versions.iter().rev().find(|version| version.time <= until).map(|version| of(&version.body)))
    }

    /// A record in the version that was sent, with the tags that it had then. Of one that is not the client's own (a
    /// group's common part) the tags it has now count too: rather a mark too many than one too few.
    fn as_it_was(&self, item: &RecordRef) -> Result<Option<Record>, ReportError> {
        if let Some(record) = self.records.get(&item.record) {
            return Ok(Some(record.clone()));
        }
        let Some(version) = self.catalog.version(item.record, item.version)? else { return Ok(None) };
        let mut record = Record::added(version.body, version.time);
        if let Some(now) = self.catalog.record(item.record)? {
            record.latest.tags.extend(now.latest.tags);
        }
        Ok(Some(record))
    }

    fn protocol_at(&self, time: Timestamp) -> &Protocol {
        let then = self.protocols.iter().rev().find(|(from, _)| *from <= time);
        then.or(self.protocols.first()).map_or(&self.present, |(_, protocol)| protocol)
    }

    fn recipient_at(&mut self, id: RecipientId, n: u64) -> Result<Option<RecipientDetails>, ReportError> {
        let known = match self.recipients.entry(id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(self.catalog.known_of(id)?),
        };
        Ok(known.iter().take_while(|(from, _)| *from <= n).last().map(|(_, details)| details.clone()))
    }
}

fn named_in(happened: &Happened) -> Option<DisclosureId> {
    happened.fields.get("disclosure")?.as_str()?.parse().ok()
}

fn part(version: &RecordVersion) -> Part {
    let excerpt = version.excerpt_of.as_ref();
    Part {
        kind: version.record_kind,
        date: version.date,
        is_excerpt: excerpt.is_some(),
        de_identified: excerpt.is_some_and(|excerpt| excerpt.de_identified),
    }
}
