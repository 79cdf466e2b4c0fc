//! What the catalogue knows of disclosures.
//! Must not know how it got there.

use rusqlite::Row;
use rusqlite::params_from_iter;

use crate::id::ClientId;
use crate::id::ConsentId;
use crate::id::DisclosureId;
use crate::id::LogId;
use crate::id::RecipientId;
use crate::id::RecordId;
use crate::practice::disclosure::DisclosureMade;
use crate::practice::disclosure::RecordRef;
use crate::practice::event::Body;
use crate::time::Timestamp;

use super::Catalog;
use super::CatalogError;
use super::column::event;
use super::column::natural;
use super::column::parsed;
use super::column::signed;
use super::column::unreadable;

/// Something that was shared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disclosure {
    /// The log it stands in.
    pub log: LogId,
    /// Its index in that log.
    pub index: u64,
    /// When it was committed.
    pub time: Timestamp,
    /// Its fields.
    pub made: DisclosureMade,
    /// What was sent, a sealed list opened.
    pub records: Vec<RecordRef>,
}

/// Which disclosures are wanted: those that meet every condition.
#[derive(Clone, Copy, Debug, Default)]
pub struct DisclosureFilter {
    /// About this client.
    pub client: Option<ClientId>,
    /// To this recipient.
    pub recipient: Option<RecipientId>,
    /// That stand on this consent.
    pub consent: Option<ConsentId>,
}

const COLUMNS: &str =
    "SELECT d.n, e.fields, l.log, e.at FROM disclosures d JOIN entries e ON e.n = d.n JOIN logs l ON l.n = e.log";

impl Catalog {
    /// A disclosure.
    pub fn disclosure(&self, id: DisclosureId) -> Result<Option<Disclosure>, CatalogError> {
        let found = self.one(&format!("{COLUMNS} WHERE d.id = ?1"), [id.to_string()], read)?;
        found.map(|disclosure| self.with_records(disclosure)).transpose()
    }

    /// The disclosures in which any version of a record went out, in the order of the log.
    pub fn disclosures_of(&self, record: RecordId) -> Result<Vec<DisclosureId>, CatalogError> {
        let sql = "SELECT d.id FROM listed l JOIN disclosures d ON d.n = l.entry WHERE l.record = ?1 \
                   GROUP BY d.n ORDER BY d.n";
        self.all(sql, [record.to_string()], |row| parsed(row, 0))
    }

    /// The disclosures that `filter` lets through, in the order of the log, until `each` says that it has enough.
    pub fn disclosures<E: From<CatalogError>>(
        &self,
        filter: &DisclosureFilter,
        mut each: impl FnMut(Disclosure) -> Result<bool, E>,
    ) -> Result<(), E> {
        let client = filter.client.map(|id| ("d.client = ?", id.to_string()));
        let recipient = filter.recipient.map(|id| ("d.recipient = ?", id.to_string()));
        let consent = filter.consent.map(|id| ("d.consent = ?", id.to_string()));
        let (wanted, values): (Vec<_>, Vec<_>) = client.into_iter().chain(recipient).chain(consent).unzip();
        let wanted = if wanted.is_empty() { "TRUE".to_owned() } else { wanted.join(" AND ") };
        let sql = format!("{COLUMNS} WHERE {wanted} ORDER BY d.n");
        self.stream(&sql, params_from_iter(values), read, |found| each(self.with_records(found)?))
    }

    /// The items of the list of records of the event folded as `n`, in their order.
    pub(super) fn listed(&self, n: u64) -> Result<Vec<RecordRef>, CatalogError> {
        let sql = "SELECT record, version FROM listed WHERE entry = ?1 ORDER BY place";
        self.all(sql, [signed(n)], |row| Ok(RecordRef { record: parsed(row, 0)?, version: natural(row, 1)? }))
    }

    fn with_records(&self, (n, mut disclosure): (u64, Disclosure)) -> Result<Disclosure, CatalogError> {
        disclosure.records = self.listed(n)?;
        Ok(disclosure)
    }
}

/// The disclosure of a row and its number, its records still to be read.
fn read(row: &Row<'_>) -> rusqlite::Result<(u64, Disclosure)> {
    let event = event(row, 1)?;
    let Body::DisclosureMade(made) = event.body else {
        return Err(unreadable());
    };
    let (log, index) = (parsed(row, 2)?, natural(row, 3)?);
    Ok((natural(row, 0)?, Disclosure { log, index, time: event.time, made, records: Vec::new() }))
}
