//! Where somebody's judgement stood above a rule: what had to be confirmed, what a reason in words let through, what was
//! lifted of a place, and what was disclosed for safety. One row for each disclosure or act. Must not know how it is drawn.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde_json::Map;
use serde_json::Value;

use crate::id::ClientId;
use crate::id::DisclosureId;
use crate::id::RecipientId;
use crate::practice::disclosure::DisclosureMade;
use crate::report::ReportError;
use crate::report::flag::COMPANIONS;
use crate::report::flag::Flag;
use crate::report::flag::said_by;
use crate::report::refusals::Wanted;
use crate::time::Timestamp;
use crate::vault::catalog::Catalog;
use crate::vault::catalog::Entry;
use crate::vault::catalog::EntryFilter;
use crate::vocabulary::Purpose;

/// Acts that may have lifted something without disclosing anything, and what their entries are called here.
const ACTS: [(&str, &str); 3] = [("clock.stepped", "clock"), ("record.accessed", "access"), ("vault.created", "vault")];

/// The flags of a disclosure that are overrides.
const OVERRIDES: [Flag; 5] = [Flag::Safety, Flag::NoConsent, Flag::Incident, Flag::Unverified, Flag::Why];

/// A rule was overridden.
#[derive(Clone, Debug)]
pub struct Overridden {
    /// When.
    pub time: Timestamp,
    /// By whom.
    pub actor: String,
    /// `disclosure`, `access`, `vault` or `clock`.
    pub what: &'static str,
    /// The disclosure's or record's id.
    pub id: Option<String>,
    /// About whom.
    pub client: Option<ClientId>,
    /// To whom.
    pub recipient: Option<RecipientId>,
    /// What for.
    pub purpose: Option<Purpose>,
    /// What was overridden.
    pub flags: BTreeSet<String>,
    /// Ids of the reasons that were lifted.
    pub lifted: Vec<String>,
    /// How many records could not be looked through.
    pub unscanned: u64,
    /// The reason in its author's words.
    pub why: Option<String>,
}

/// Every override, by time.
pub fn list(catalog: &Catalog, wanted: &Wanted) -> Result<Vec<Overridden>, ReportError> {
    let mut found: Vec<Overridden> = Vec::new();
    let mut at: BTreeMap<DisclosureId, usize> = BTreeMap::new();
    let mut of_disclosures: Vec<(DisclosureId, Overridden)> = Vec::new();
    catalog.entries::<ReportError>(&wanted.filter("disclosure.made")?, |entry| {
        if let Some((id, row)) = made(&entry).filter(|(_, row)| !row.flags.is_empty()) {
            of_disclosures.push((id, row));
        }
        Ok(true)
    })?;
    for (id, row) in of_disclosures {
        at.insert(id, found.len());
        found.push(row);
    }
    for (kind, flag) in COMPANIONS.iter().filter(|(_, flag)| *flag != Flag::Acknowledged) {
        let mut beside = Vec::new();
        // These name a disclosure, and through it alone whom it is about.
        let since = wanted.filter(kind)?.since;
        let filter = EntryFilter { kind: Some((*kind).to_owned()), since, ..EntryFilter::default() };
        catalog.entries::<ReportError>(&filter, |entry| {
            beside.push(entry);
            Ok(true)
        })?;
        for entry in beside {
            let Some(id) = named(&entry.fields) else { continue };
            let place = match at.get(&id) {
                Some(place) => *place,
                None => {
                    let Some(disclosure) = catalog.disclosure(id)? else { continue };
                    if !is_wanted(wanted, &disclosure.made) {
                        continue;
                    }
                    at.insert(id, found.len());
                    found.push(blank(disclosure.time, &entry.actor, &disclosure.made));
                    found.len() - 1
                }
            };
            add(&mut found[place], *flag, &entry.fields);
        }
    }
    for (kind, what) in ACTS {
        catalog.entries::<ReportError>(&wanted.filter(kind)?, |entry| {
            found.extend(act(&entry, what));
            Ok(true)
        })?;
    }
    let mut kept = Vec::new();
    for row in found {
        if wanted.takes(row.time, &row.actor)? {
            kept.push(row);
        }
    }
    kept.sort_by_key(|row| row.time);
    Ok(kept)
}

fn is_wanted(wanted: &Wanted, made: &DisclosureMade) -> bool {
    wanted.client.is_none_or(|client| made.client == Some(client))
        && wanted.recipient.is_none_or(|recipient| made.recipient == recipient)
}

fn made(entry: &Entry) -> Option<(DisclosureId, Overridden)> {
    use crate::practice::event::Body;
    use crate::practice::event::Event;
    let Ok(Event { body: Body::DisclosureMade(made), .. }) = Event::from_rest(entry.fields.clone()) else {
        return None;
    };
    let mut row = blank(entry.time, &entry.actor, &made);
    let flags = Flag::of(&made).into_iter().filter(|flag| OVERRIDES.contains(flag));
    row.flags = flags.map(|flag| flag.as_str().to_owned()).collect();
    Some((made.disclosure, row))
}

fn blank(time: Timestamp, actor: &str, made: &DisclosureMade) -> Overridden {
    Overridden {
        time,
        actor: actor.to_owned(),
        what: "disclosure",
        id: Some(made.disclosure.to_string()),
        client: made.client,
        recipient: Some(made.recipient),
        purpose: Some(made.purpose),
        flags: BTreeSet::new(),
        lifted: Vec::new(),
        unscanned: 0,
        why: made.why.as_ref().map(|why| why.to_string()),
    }
}

/// What an event beside a disclosure adds to its row.
fn add(row: &mut Overridden, flag: Flag, fields: &Map<String, Value>) {
    if said_by("disclosure.confirmed") != Some(flag) {
        row.flags.insert(flag.as_str().to_owned());
        return;
    }
    row.flags.extend(words(fields, "confirmed").into_iter().map(|word| word.to_uppercase()));
    row.unscanned = match fields.get("unscanned") {
        Some(Value::Array(records)) => records.len() as u64,
        Some(Value::Object(sealed)) => sealed.get("count").and_then(Value::as_u64).unwrap_or_default(),
        _ => 0,
    };
    if row.unscanned > 0 {
        row.flags.insert("UNSCANNED".to_owned());
    }
}

/// An act that lifted something; a step of the clock is one by itself.
fn act(entry: &Entry, what: &'static str) -> Option<Overridden> {
    let lifted = words(&entry.fields, "lifted");
    let flag = match (what, lifted.is_empty()) {
        ("clock", _) => "CLOCK",
        (_, false) => "LIFTED",
        (_, true) => return None,
    };
    Some(Overridden {
        time: entry.time,
        actor: entry.actor.clone(),
        what,
        id: entry.records.first().map(ToString::to_string),
        client: entry.client,
        recipient: entry.recipient,
        purpose: None,
        flags: [flag.to_owned()].into(),
        lifted,
        unscanned: 0,
        why: None,
    })
}

fn named(fields: &Map<String, Value>) -> Option<DisclosureId> {
    fields.get("disclosure")?.as_str()?.parse().ok()
}

fn words(fields: &Map<String, Value>, name: &str) -> Vec<String> {
    let list = fields.get(name).and_then(Value::as_array).into_iter().flatten();
    list.filter_map(|word| word.as_str().map(str::to_owned)).collect()
}
