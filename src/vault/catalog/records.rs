//! What the catalogue knows of records, their versions, and the sealed objects that hold them.
//! Must not know how it got there.

use rusqlite::Row;
use rusqlite::params_from_iter;
use rusqlite::types::Value;

use crate::digest::Digest;
use crate::id::ClientId;
use crate::id::DisclosureId;
use crate::id::ObjectId;
use crate::id::RecordId;
use crate::practice::event::Body;
use crate::practice::record::Record;
use crate::practice::record::RecordVersion;
use crate::practice::words::Tag;
use crate::time::Date;
use crate::time::Timestamp;
use crate::vocabulary::RecordKind;

use super::Catalog;
use super::CatalogError;
use super::column::event;
use super::column::json;
use super::column::natural;
use super::column::natural_or_null;
use super::column::parsed;
use super::column::parsed_or_null;
use super::column::signed;
use super::column::unreadable;

/// How far the rows of a condition are counted to find the one with the fewest.
const ENOUGH: u32 = 4096;

/// Which records a list holds: those that meet every condition.
#[derive(Clone, Debug, Default)]
pub struct RecordFilter {
    /// About this client.
    pub client: Option<ClientId>,
    /// Of this kind.
    pub kind: Option<RecordKind>,
    /// With all of these tags.
    pub tags: Vec<Tag>,
    /// Of this date or later.
    pub since: Option<Date>,
    /// Of this date or earlier.
    pub until: Option<Date>,
    /// No more than so many.
    pub limit: Option<u64>,
}

/// One version of a record, as its event told it, but for the object that holds it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The index of its event in that event's log.
    pub index: u64,
    /// When it was committed.
    pub time: Timestamp,
    /// Its fields.
    pub body: RecordVersion,
}

/// A sealed object that an event committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredObject {
    /// The number under which its event was folded ([`Catalog::spot`] tells where that stands).
    pub n: u64,
    /// The object.
    pub object: ObjectId,
    /// Its seal.
    pub seal: Digest,
    /// Its plaintext's digest.
    pub sha256: Digest,
    /// Its plaintext's size in bytes; the events of long lists do not tell it.
    pub size: Option<u64>,
    /// The record of which it is a version.
    pub record: Option<RecordId>,
    /// That version.
    pub version: Option<u64>,
    /// The disclosure whose list it is; `None` for the list of a refusal too.
    pub disclosure: Option<DisclosureId>,
}

/// A condition of a [`RecordFilter`] that has an index: where its rows are, and its value.
struct Condition {
    /// What to read when this condition leads.
    from: &'static str,
    /// The table's date.
    date: &'static str,
    /// The condition as the leading one.
    leads: &'static str,
    /// The condition on a row that another one found.
    follows: &'static str,
    value: String,
}

impl Condition {
    const CLIENT: [&str; 3] = ["records r INDEXED BY records_by_client", "r.client = ?", "r.client = ?"];
    const KIND: [&str; 3] = ["records r INDEXED BY records_by_kind", "r.kind = ?", "r.kind = ?"];
    const TAG: [&str; 3] = [
        "tags t CROSS JOIN records r ON r.n = t.n",
        "t.tag = ?",
        "EXISTS (SELECT 1 FROM tags x WHERE x.tag = ? AND x.date = r.date AND x.n = r.n)",
    ];

    fn new([from, leads, follows]: [&'static str; 3], value: String) -> Self {
        let date = if from.starts_with("tags") { "t" } else { "r" };
        Self { from, date, leads, follows, value }
    }

    fn all(filter: &RecordFilter) -> Vec<Self> {
        let client = filter.client.iter().map(|id| Self::new(Self::CLIENT, id.to_string()));
        let kind = filter.kind.iter().map(|kind| Self::new(Self::KIND, kind.to_string()));
        let tags = filter.tags.iter().map(|tag| Self::new(Self::TAG, tag.to_string()));
        client.chain(tags).chain(kind).collect()
    }
}

impl Catalog {
    /// The kinds of a client's records, and of each the first and the last date.
    pub fn kinds_of(&self, client: ClientId) -> Result<Vec<(RecordKind, Date, Date)>, CatalogError> {
        let sql = "SELECT kind, MIN(date), MAX(date) FROM records WHERE client = ?1 GROUP BY kind ORDER BY kind";
        self.all(sql, [client.to_string()], |row| Ok((parsed(row, 0)?, parsed(row, 1)?, parsed(row, 2)?)))
    }

    /// The tags of a client's records, each with the kind of those that have it.
    pub fn tags_of(&self, client: ClientId) -> Result<Vec<(RecordKind, Tag)>, CatalogError> {
        let sql = "SELECT DISTINCT r.kind, t.value FROM records r, json_each(r.body, '$.latest.tags') t \
                   WHERE r.client = ?1 ORDER BY r.kind, t.value";
        self.all(sql, [client.to_string()], |row| Ok((parsed(row, 0)?, parsed(row, 1)?)))
    }

    /// When it was noted of a client's sessions that somebody was not well in them, each with the kind of the record.
    pub fn uneasy_in(&self, client: ClientId) -> Result<Vec<(RecordKind, Timestamp)>, CatalogError> {
        let sql = "SELECT body FROM records WHERE client = ?1 AND json_extract(body, '$.noted.comfort') IS NOT NULL";
        let noted = self.all(sql, [client.to_string()], record)?;
        let uneasy =
            |one: Record| Some((one.latest.record_kind, one.noted.filter(|noted| noted.comfort.is_uneasy())?.at));
        Ok(noted.into_iter().filter_map(uneasy).collect())
    }

    /// Whether a client has more than so many records that are no excerpts. Reads no more rows than it has to.
    pub fn has_more_records(&self, client: ClientId, than: usize) -> Result<bool, CatalogError> {
        let sql = "SELECT 1 FROM records INDEXED BY records_whole \
                   WHERE client = ?1 AND json_extract(body, '$.latest.excerpt_of') IS NULL LIMIT 1 OFFSET ?2";
        Ok(self.one(sql, (client.to_string(), signed(than as u64)), |_| Ok(()))?.is_some())
    }

    /// A record.
    pub fn record(&self, id: RecordId) -> Result<Option<Record>, CatalogError> {
        self.one("SELECT body FROM records WHERE id = ?1", [id.to_string()], record)
    }

    /// The excerpts of a record, in the order of their filing.
    pub fn excerpts_of(&self, origin: RecordId) -> Result<Vec<Record>, CatalogError> {
        let sql = "SELECT body FROM records WHERE json_extract(body, '$.latest.excerpt_of.record') = ?1 ORDER BY n";
        self.all(sql, [origin.to_string()], record)
    }

    /// One version of a record.
    pub fn version(&self, id: RecordId, version: u64) -> Result<Option<Version>, CatalogError> {
        self.one(
            &format!("{VERSIONS} WHERE r.id = ?1 AND o.version = ?2"),
            (id.to_string(), signed(version)),
            read_version,
        )
    }

    /// All versions of a record, by number.
    pub fn versions(&self, id: RecordId) -> Result<Vec<Version>, CatalogError> {
        self.all(&format!("{VERSIONS} WHERE r.id = ?1 ORDER BY o.version"), [id.to_string()], read_version)
    }

    /// The records that `filter` lets through, newest date first, of one date the last added first, until `each` says
    /// that it has enough.
    pub fn records<E: From<CatalogError>>(
        &self,
        filter: &RecordFilter,
        each: impl FnMut(Record) -> Result<bool, E>,
    ) -> Result<(), E> {
        let mut conditions = Condition::all(filter);
        let lead = self.fewest(&conditions)?;
        let lead = lead.map(|at| conditions.swap_remove(at));
        let (from, table) = lead.as_ref().map_or(("records r INDEXED BY records_by_date", "r"), |c| (c.from, c.date));

        let mut wanted = Vec::new();
        let mut values = Vec::new();
        let mut want = |condition: String, value: Value| {
            wanted.push(condition);
            values.push(value);
        };
        if let Some(lead) = &lead {
            want(lead.leads.to_owned(), lead.value.clone().into());
        }
        let bounds = [(">=", filter.since), ("<=", filter.until)];
        for (order, date) in bounds.into_iter().filter_map(|(order, date)| Some((order, date?))) {
            want(format!("{table}.date {order} ?"), date.to_string().into());
        }
        for condition in conditions {
            want(condition.follows.to_owned(), condition.value.into());
        }
        let wanted = if wanted.is_empty() { "TRUE".to_owned() } else { wanted.join(" AND ") };
        values.push(filter.limit.map_or(-1, signed).into());
        let sql =
            format!("SELECT r.body FROM {from} WHERE {wanted} ORDER BY {table}.date DESC, {table}.n DESC LIMIT ?");
        self.stream(&sql, params_from_iter(values), record, each)
    }

    /// Every sealed object that an event committed, by object id.
    pub fn each_object<E: From<CatalogError>>(
        &self,
        mut each: impl FnMut(StoredObject) -> Result<(), E>,
    ) -> Result<(), E> {
        // Said which index, lest SQLite sort a million rows in memory.
        let sql = format!("{OBJECTS} INDEXED BY objects_by_id {OF_DISCLOSURE} ORDER BY o.object");
        self.stream(&sql, [], stored_object, |object| each(object).map(|()| true))
    }

    /// A sealed object; `None` when no event committed it.
    pub fn object(&self, id: ObjectId) -> Result<Option<StoredObject>, CatalogError> {
        self.one(&format!("{OBJECTS} {OF_DISCLOSURE} WHERE o.object = ?1"), [id.to_string()], stored_object)
    }

    /// Which of the conditions fewest rows meet: reading those and trying the others costs least.
    fn fewest(&self, conditions: &[Condition]) -> Result<Option<usize>, CatalogError> {
        if conditions.len() < 2 {
            return Ok(conditions.len().checked_sub(1));
        }
        let mut best = None;
        for (at, condition) in conditions.iter().enumerate() {
            let table = condition.from.split(" CROSS").next().unwrap_or_default();
            let sql = format!("SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {} LIMIT {ENOUGH})", condition.leads);
            let count: i64 = self.one(&sql, [&condition.value], |row| row.get(0))?.unwrap_or_default();
            if best.is_none_or(|(fewest, _)| count < fewest) {
                best = Some((count, at));
            }
        }
        Ok(best.map(|(_, at)| at))
    }
}

const VERSIONS: &str = "SELECT e.at, o.object, e.fields, o.seal FROM records r JOIN objects o ON o.row = r.n \
                        JOIN entries e ON e.n = o.entry";
const OBJECTS: &str = "SELECT o.entry, o.object, o.seal, o.sha256, o.size, o.record, o.version, d.id FROM objects o";
const OF_DISCLOSURE: &str = "LEFT JOIN disclosures d ON d.n = o.entry AND o.record IS NULL";

fn stored_object(row: &Row<'_>) -> rusqlite::Result<StoredObject> {
    Ok(StoredObject {
        n: natural(row, 0)?,
        object: parsed(row, 1)?,
        seal: Digest::from_bytes(row.get(2)?),
        sha256: Digest::from_bytes(row.get(3)?),
        size: natural_or_null(row, 4)?,
        record: parsed_or_null(row, 5)?,
        version: natural_or_null(row, 6)?,
        disclosure: parsed_or_null(row, 7)?,
    })
}

fn record(row: &Row<'_>) -> rusqlite::Result<Record> {
    json(row, 0)
}

fn read_version(row: &Row<'_>) -> rusqlite::Result<Version> {
    let event = event(row, 2)?;
    let (Body::RecordAdded(mut body) | Body::RecordVersioned(mut body)) = event.body else {
        return Err(unreadable());
    };
    // Where it is now: it may have been sealed again since.
    (body.object, body.seal) = (parsed(row, 1)?, Digest::from_bytes(row.get(3)?));
    Ok(Version { index: natural(row, 0)?, time: event.time, body })
}
