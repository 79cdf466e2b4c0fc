//! Packages and papers that somebody may still hold, or never said to have received: what is asked back when people leave, until
//! it is given back or destroyed. Must not know how it is drawn.

use std::collections::BTreeSet;

use crate::id::DisclosureId;
use crate::id::RecipientId;
use crate::practice::disclosure::DisclosureMade;
use crate::practice::safety::Followup;
use crate::report::Days;
use crate::report::ReportError;
use crate::time::Date;
use crate::time::Timestamp;
use crate::vault::catalog::Catalog;
use crate::vault::catalog::DisclosureFilter;
use crate::vault::catalog::EntryFilter;
use crate::vocabulary::Medium;
use crate::vocabulary::Task;

/// Where a package stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Nobody has said that it arrived.
    Unanswered,
    /// It arrived, and the recipient may keep it still.
    Held,
    /// Its time is over, and nobody ever said that it arrived.
    Lapsed,
}

impl State {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unanswered => "unanswered",
            Self::Held => "held",
            Self::Lapsed => "lapsed",
        }
    }
}

/// A package or a paper that is out.
#[derive(Clone, Debug)]
pub struct Outstanding {
    /// When it was made.
    pub time: Timestamp,
    /// On which day of the practice.
    pub day: Date,
    /// Its entry.
    pub made: DisclosureMade,
    /// Where it stands.
    pub state: State,
}

/// All that is out by the last of these days, by recipient, each in the order of the log.
pub fn list(catalog: &Catalog, recipient: Option<RecipientId>, days: &Days) -> Result<Vec<Outstanding>, ReportError> {
    let (from, until) = (days.from()?, days.until()?);
    let kind = Some("disclosure.acknowledged".to_owned());
    let mut arrived: BTreeSet<String> = BTreeSet::new();
    catalog.entries::<ReportError>(&EntryFilter { kind, ..EntryFilter::default() }, |entry| {
        let id = entry.fields.get("disclosure").and_then(|id| id.as_str());
        arrived.extend(id.filter(|_| entry.time <= until).map(str::to_owned));
        Ok(true)
    })?;
    let is_returned = |one: &Followup| {
        one.planned.task == Task::ReturnOrDestroy && one.done.as_ref().is_some_and(|(_, at)| *at <= until)
    };
    let returned = catalog.followups()?.into_iter().filter(is_returned).map(|one| one.disclosure);
    let returned: BTreeSet<DisclosureId> = returned.collect();
    let mut found = Vec::new();
    let filter = DisclosureFilter { recipient, ..DisclosureFilter::default() };
    catalog.disclosures::<ReportError>(&filter, |disclosure| {
        let (time, made) = (disclosure.time, disclosure.made);
        let is_gone = made.medium == Medium::Oral || returned.contains(&made.disclosure);
        if is_gone || time < from || time > until {
            return Ok(true);
        }
        let is_over = made.expires.is_some_and(|day| day < days.as_of);
        // What was handed over arrived.
        let has_arrived = made.medium == Medium::Paper || arrived.contains(&made.disclosure.to_string());
        let state = match (has_arrived, is_over) {
            (true, true) => return Ok(true),
            (true, false) => State::Held,
            (false, false) => State::Unanswered,
            (false, true) => State::Lapsed,
        };
        found.push(Outstanding { time, day: time.date_in(&days.zone), made, state });
        Ok(true)
    })?;
    found.sort_by_key(|one| one.made.recipient);
    Ok(found)
}
