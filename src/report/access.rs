//! Who looked at what, and when. No law asks for this list (the rule that would have was proposed in 2011 and never made
//! final; not checked): it is there because people take a peek. Must not know how it is drawn.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::btree_map::Entry;

use crate::id::ClientId;
use crate::id::RecordId;
use crate::practice::event::Body;
use crate::practice::event::Event;
use crate::practice::record::RecordAccessed;
use crate::report::Days;
use crate::report::ReportError;
use crate::time::Date;
use crate::time::Timestamp;
use crate::vault::catalog::Catalog;
use crate::vault::catalog::EntryFilter;
use crate::vocabulary::RecordKind;
use crate::vocabulary::Setting;

/// From this hour on, and before that one, nobody is expected to work.
const EVENING: i64 = 21;
const MORNING: i64 = 7;
/// Who looks at records of more clients than these on one day is looked at in turn.
const MANY: usize = 20;
/// What somebody does with a client's records who has to do with the client.
const RELATING: [&str; 6] =
    ["client.added", "client.edited", "consent.granted", "disclosure.made", "record.added", "record.versioned"];

/// Somebody looked at a record.
#[derive(Clone, Debug)]
pub struct Accessed {
    /// When.
    pub time: Timestamp,
    /// Which owner.
    pub actor: String,
    /// Whose record it is.
    pub client: Option<ClientId>,
    /// What kind of record; none where it is not known any more.
    pub kind: Option<RecordKind>,
    /// The entry.
    pub accessed: RecordAccessed,
    /// What stands out: `OUT-OF-HOURS`, `MANY-CLIENTS`, `NO-RELATION`, `PUBLIC-ROOM`, `LIFTED`.
    pub flags: Vec<&'static str>,
}

/// What is wanted: those that meet every condition.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Of this client.
    pub client: Option<ClientId>,
    /// By this owner.
    pub actor: Option<String>,
    /// Of these days.
    pub days: Days,
}

/// Everyone who looked, in the order of the log.
pub fn list(catalog: &Catalog, wanted: &Wanted) -> Result<Vec<Accessed>, ReportError> {
    let days = &wanted.days;
    let until = days.until()?;
    let filter = EntryFilter {
        kind: Some("record.accessed".to_owned()),
        since: days.since.map(|_| days.from()).transpose()?,
        ..EntryFilter::default()
    };
    // How many clients somebody looked at on a day is known only where all of that day is read, whoever is asked about.
    let mut found: Vec<Accessed> = Vec::new();
    let mut seen: BTreeMap<(String, Date), BTreeSet<ClientId>> = BTreeMap::new();
    catalog.entries::<ReportError>(&filter, |entry| {
        let Ok(Event { time, actor, body: Body::RecordAccessed(accessed) }) = Event::from_rest(entry.fields) else {
            return Ok(true);
        };
        if time > until {
            return Ok(true);
        }
        let actor = actor.to_string();
        let day = time.date_in(&days.zone);
        if let Some(client) = entry.client {
            seen.entry((actor.clone(), day)).or_default().insert(client);
        }
        found.push(Accessed { time, actor, client: entry.client, kind: None, accessed, flags: Vec::new() });
        Ok(true)
    })?;
    found.retain(|one| {
        wanted.client.is_none_or(|client| one.client == Some(client))
            && wanted.actor.as_ref().is_none_or(|actor| *actor == one.actor)
    });
    let mut kinds: BTreeMap<RecordId, Option<RecordKind>> = BTreeMap::new();
    let mut related = Related::default();
    for one in &mut found {
        let day = one.time.date_in(&days.zone);
        one.kind = match kinds.get(&one.accessed.record) {
            Some(kind) => *kind,
            None => {
                let kind = catalog.record(one.accessed.record)?.map(|record| record.latest.record_kind);
                kinds.insert(one.accessed.record, kind);
                kind
            }
        };
        let hour = (one.time.unix() - days.zone.start_of(day)?.unix()) / 3600;
        let many = seen.get(&(one.actor.clone(), day)).is_some_and(|clients| clients.len() > MANY);
        let is_stranger = match one.client {
            Some(client) => !related.has(catalog, client, &one.actor, one.time)?,
            None => false,
        };
        let is_public = matches!(one.accessed.setting, Some(Setting::SemiPublic | Setting::Public));
        one.flags = [
            (!(MORNING..EVENING).contains(&hour), "OUT-OF-HOURS"),
            (many, "MANY-CLIENTS"),
            (is_stranger, "NO-RELATION"),
            (is_public, "PUBLIC-ROOM"),
            (!one.accessed.lifted.is_empty(), "LIFTED"),
        ]
        .into_iter()
        .filter_map(|(is_so, flag)| is_so.then_some(flag))
        .collect();
    }
    Ok(found)
}

/// Since when which owner has had to do with a client, each client asked about once.
#[derive(Default)]
struct Related(BTreeMap<ClientId, BTreeMap<String, Timestamp>>);

impl Related {
    /// Whether this owner had, by then, done something about the client besides looking.
    fn has(&mut self, catalog: &Catalog, client: ClientId, actor: &str, time: Timestamp) -> Result<bool, ReportError> {
        let known = match self.0.entry(client) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                let mut since: BTreeMap<String, Timestamp> = BTreeMap::new();
                catalog.happened::<ReportError>(client, &RELATING, |happened| {
                    if let Some(actor) = happened.fields.get("actor").and_then(|actor| actor.as_str()) {
                        since.entry(actor.to_owned()).or_insert(happened.time);
                    }
                    Ok(())
                })?;
                unknown.insert(since)
            }
        };
        Ok(known.get(actor).is_some_and(|since| *since <= time))
    }
}
