//! Which disclosures the client is not told of yet, because an agency stated so (45 CFR 164.528(a)(2)). Must not know what
//! stands in a row.

use std::collections::BTreeMap;

use crate::id::DisclosureId;
use crate::report::ReportError;
use crate::report::accounting::Asked;
use crate::time::Date;
use crate::vault::catalog::Catalog;

/// Those of one client.
pub struct Suspended {
    /// On the report's day, and how long.
    then: BTreeMap<DisclosureId, Date>,
    /// On the day on which it is made, and how long.
    now: BTreeMap<DisclosureId, Date>,
    /// Whether the report looks back: at a day before it is made.
    looks_back: bool,
}

impl Suspended {
    /// Looks them up.
    pub fn of(catalog: &Catalog, asked: &Asked) -> Result<Self, ReportError> {
        let (days, today) = (&asked.days, asked.now.date_in(&asked.days.zone));
        let (mut then, mut now) = (BTreeMap::new(), BTreeMap::new());
        for suspension in catalog.suspensions(Some(asked.client))? {
            let id = suspension.disclosure;
            then.extend(suspension.holds(days.as_of, &days.zone)?.map(|until| (id, until)));
            now.extend(suspension.holds(today, &days.zone)?.map(|until| (id, until)));
        }
        Ok(Self { then, now, looks_back: days.as_of < today })
    }

    /// The last day of a suspension that stands on the report's day.
    pub fn until(&self, id: DisclosureId) -> Option<Date> {
        self.then.get(&id).copied()
    }

    /// Whether the client's copy is without it. What is suspended today stays so in a copy of an earlier day, which would
    /// else tell what no copy may.
    pub fn is_kept_from_client(&self, id: DisclosureId) -> bool {
        self.then.contains_key(&id) || (self.looks_back && self.now.contains_key(&id))
    }

    /// The last day of what is suspended today and will not be on the report's day, which is still to come.
    pub fn looked_past(&self) -> Option<Date> {
        let past = self.now.iter().filter(|(id, _)| !self.is_kept_from_client(**id));
        past.map(|(_, until)| *until).max()
    }
}
