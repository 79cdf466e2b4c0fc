//! The entries of the ledger, as they are told to those who may read them.
//! Must not know how they got here.

use std::collections::BTreeMap;

use rusqlite::Row;
use rusqlite::params_from_iter;
use rusqlite::types::Value;
use serde_json::Map;

use crate::id::ClientId;
use crate::id::LogId;
use crate::id::RecipientId;
use crate::id::RecordId;
use crate::time::Timestamp;

use super::Catalog;
use super::CatalogError;
use super::column::json;
use super::column::natural;
use super::column::parsed;
use super::column::parsed_or_null;
use super::column::signed;
use super::column::unreadable;

/// Which entries are wanted: those that meet every condition.
#[derive(Clone, Debug, Default)]
pub struct EntryFilter {
    /// About this client; what happened to a record belongs to the record's client.
    pub client: Option<ClientId>,
    /// About this recipient.
    pub recipient: Option<RecipientId>,
    /// Of this kind.
    pub kind: Option<String>,
    /// Of this time or later.
    pub since: Option<Timestamp>,
    /// No more than so many: the newest.
    pub limit: Option<u64>,
}

/// An entry of the ledger.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The log it stands in.
    pub log: LogId,
    /// Its index in that log.
    pub index: u64,
    /// When it was committed.
    pub time: Timestamp,
    /// The kind's spelling.
    pub kind: String,
    /// The alias of the owner whose key opened the vault.
    pub actor: String,
    /// Whom it is about.
    pub client: Option<ClientId>,
    /// To whom.
    pub recipient: Option<RecipientId>,
    /// The records it names, each once.
    pub records: Vec<RecordId>,
    /// The ids of a refusal's reasons.
    pub reasons: Vec<String>,
    /// Its fields as they are stored.
    pub fields: Map<String, serde_json::Value>,
}

impl Catalog {
    /// The logs whose events were folded, by the number that rows name them by.
    fn logs(&self) -> Result<BTreeMap<i64, LogId>, CatalogError> {
        let logs = self.all("SELECT n, log FROM logs", [], |row| Ok((row.get(0)?, parsed(row, 1)?)))?;
        Ok(logs.into_iter().collect())
    }

    /// Where the event that is folded under the number `n` stands.
    pub fn spot(&self, n: u64) -> Result<Option<(LogId, u64)>, CatalogError> {
        let sql = "SELECT l.log, e.at FROM entries e JOIN logs l ON l.n = e.log WHERE e.n = ?1";
        self.one(sql, [signed(n)], |row| Ok((parsed(row, 0)?, natural(row, 1)?)))
    }

    /// The entries that `filter` lets through, in the order of the log, until `each` says that it has enough.
    pub fn entries<E: From<CatalogError>>(
        &self,
        filter: &EntryFilter,
        mut each: impl FnMut(Entry) -> Result<bool, E>,
    ) -> Result<(), E> {
        let Some((wanted, values)) = self.wanted(filter)? else {
            return Ok(());
        };
        let logs = self.logs()?;
        let sql = format!("SELECT n, log, at, time, kind, client, recipient, fields FROM {wanted} ORDER BY n");
        self.stream(
            &sql,
            params_from_iter(values),
            |row| Ok((natural(row, 0)?, read(row, &logs)?)),
            |(n, mut entry)| {
                if matches!(entry.fields.get("records"), Some(serde_json::Value::Object(_))) {
                    entry.records = once(self.listed(n)?.into_iter().map(|item| item.record));
                }
                each(entry)
            },
        )
    }

    /// Table, conditions and their values, with the limit made a lowest index; `None` when nothing can match.
    fn wanted(&self, filter: &EntryFilter) -> Result<Option<(String, Vec<Value>)>, CatalogError> {
        // The first condition given leads, by its index; the others are tried on what it finds. A client's entries are
        // fewer than a recipient's (a biller is to be told of everybody), and these fewer than those of a kind.
        let conditions: Vec<(&str, &str, Value)> = [
            filter.client.map(|id| ("entries_by_client", "client = ?", id.to_string().into())),
            filter.recipient.map(|id| ("entries_by_recipient", "recipient = ?", id.to_string().into())),
            filter.kind.clone().map(|kind| ("entries_by_kind", "kind = ?", kind.into())),
        ]
        .into_iter()
        .flatten()
        .collect();
        let table = match conditions.first() {
            Some((index, ..)) => format!("entries INDEXED BY {index}"),
            None => "entries NOT INDEXED".to_owned(),
        };
        let (mut wanted, mut values): (Vec<_>, Vec<_>) =
            conditions.into_iter().map(|(_, condition, value)| (condition, value)).unzip();

        let mut first: i64 = 0;
        if let Some(since) = filter.since {
            // Time never runs backwards along a log (`docs/format.md`, section 5), so a time is a number; unless entries
            // that came late were joined.
            let joined = "SELECT 1 FROM entries WHERE kind = 'log.joined' LIMIT 1";
            let sql = match self.one(joined, [], |_| Ok(()))? {
                None => "SELECT n FROM entries WHERE time >= ?1 ORDER BY time, n LIMIT 1",
                Some(()) => "SELECT min(n) FROM entries WHERE time >= ?1 HAVING min(n) IS NOT NULL",
            };
            match self.one(sql, [since.unix()], |row| row.get(0))? {
                Some(n) => first = n,
                None => return Ok(None),
            }
            wanted.push("time >= ?");
            values.push(since.unix().into());
        }
        wanted.push("n >= ?");
        values.push(first.into());
        let wanted = format!("{table} WHERE {}", wanted.join(" AND "));
        if let Some(limit) = filter.limit {
            let mut with_limit = values.clone();
            with_limit.push(signed(limit).into());
            let sql = format!("SELECT min(n) FROM (SELECT n FROM {wanted} ORDER BY n DESC LIMIT ?)");
            let lowest = self.one(&sql, params_from_iter(with_limit), |row| row.get::<_, Option<i64>>(0))?;
            let Some(lowest) = lowest.flatten() else {
                return Ok(None);
            };
            values.pop();
            values.push(lowest.into());
        }
        Ok(Some((wanted, values)))
    }
}

fn read(row: &Row<'_>, logs: &BTreeMap<i64, LogId>) -> rusqlite::Result<Entry> {
    let fields: Map<String, serde_json::Value> = json(row, 7)?;
    let array = |name| fields.get(name).and_then(serde_json::Value::as_array).into_iter().flatten();
    let records = array("records").filter_map(|item| item.get("record")).chain(fields.get("record"));
    let records = once(records.filter_map(|id| id.as_str()?.parse().ok()));
    let reasons = array("reasons").filter_map(|reason| reason.as_str().map(str::to_owned)).collect();
    let actor = fields.get("actor").and_then(|actor| actor.as_str()).unwrap_or_default().to_owned();
    Ok(Entry {
        log: *logs.get(&row.get(1)?).ok_or_else(unreadable)?,
        index: natural(row, 2)?,
        time: Timestamp::from_unix(row.get(3)?),
        kind: row.get(4)?,
        actor,
        client: parsed_or_null(row, 5)?,
        recipient: parsed_or_null(row, 6)?,
        records,
        reasons,
        fields,
    })
}

/// The ids in their order, each once.
fn once(ids: impl Iterator<Item = RecordId>) -> Vec<RecordId> {
    let mut seen = std::collections::HashSet::new();
    ids.filter(|id| seen.insert(*id)).collect()
}
