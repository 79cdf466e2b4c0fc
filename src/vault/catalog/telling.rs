//! What a report tells a client: everything that happened to what is theirs, in its order, and what was known of others at
//! the time. Reads by index alone, so that its cost is that of the client and not of the vault.
//! Must not know what is told of it.

use rusqlite::Row;
use serde_json::Map;
use serde_json::Value;

use crate::id::ClientId;
use crate::id::RecipientId;
use crate::practice::disclosure::RecordRef;
use crate::practice::event::Body;
use crate::practice::event::Event;
use crate::practice::recipient::RecipientDetails;
use crate::time::Timestamp;

use super::Catalog;
use super::CatalogError;
use super::column::event;
use super::column::json;
use super::column::natural;

/// So many entries before and after a disclosure are looked through for what was committed with it.
const BESIDE: u8 = 2;

/// Something that happened, and its place in the history.
#[derive(Clone, Debug, PartialEq)]
pub struct Happened {
    /// Its number in the order of folding.
    pub n: u64,
    /// When it was committed.
    pub time: Timestamp,
    /// The kind's spelling.
    pub kind: String,
    /// Its fields as they are stored.
    pub fields: Map<String, Value>,
}

impl Happened {
    /// It, as the event that it is.
    pub fn event(&self) -> Option<Event> {
        Event::from_rest(self.fields.clone()).ok()
    }
}

impl Catalog {
    /// What of these `kinds` happened to a client and to the client's records, in the order of the log. The kinds are the
    /// program's own words.
    pub fn happened<E: From<CatalogError>>(
        &self,
        client: ClientId,
        kinds: &[&str],
        mut each: impl FnMut(Happened) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = format!(
            "SELECT n, time, kind, fields FROM entries INDEXED BY entries_by_client \
             WHERE client = ?1 AND kind IN ({}) ORDER BY n",
            quoted(kinds)
        );
        self.stream(&sql, [client.to_string()], happened, |one| each(one).map(|()| true))
    }

    /// What of these `kinds` was committed together with a disclosure about a client, just before or after it. Something
    /// that stands beside another's disclosure may be among it.
    pub fn beside(&self, client: ClientId, kinds: &[&str]) -> Result<Vec<Happened>, CatalogError> {
        let sql = format!(
            "SELECT e.n, e.time, e.kind, e.fields FROM disclosures d INDEXED BY disclosures_by_client \
             CROSS JOIN entries e NOT INDEXED ON e.n BETWEEN d.n - {BESIDE} AND d.n + {BESIDE} \
             WHERE d.client = ?1 AND +e.kind IN ({}) ORDER BY d.n",
            quoted(kinds)
        );
        self.all(&sql, [client.to_string()], happened)
    }

    /// The records that the disclosure folded as `n` sent, a sealed list opened.
    pub fn sent(&self, n: u64) -> Result<Vec<RecordRef>, CatalogError> {
        self.listed(n)
    }

    /// What was known of a recipient, from when on: the events' numbers, rising.
    pub fn known_of(&self, recipient: RecipientId) -> Result<Vec<(u64, RecipientDetails)>, CatalogError> {
        let sql = "SELECT n, fields FROM entries INDEXED BY entries_of_recipients WHERE recipient = ?1 \
                   AND kind IN ('recipient.added', 'recipient.edited') ORDER BY n";
        let read = |row: &Row<'_>| {
            Ok(match event(row, 1)?.body {
                Body::RecipientAdded(added) => Some((natural(row, 0)?, added.details)),
                Body::RecipientEdited(details) => Some((natural(row, 0)?, details)),
                _ => None,
            })
        };
        Ok(self.all(sql, [recipient.to_string()], read)?.into_iter().flatten().collect())
    }

    /// The texts of all versions of the protocol, and from when on each was in force; the oldest first.
    pub fn protocol_texts(&self) -> Result<Vec<(Timestamp, String)>, CatalogError> {
        let sql = "SELECT time, text FROM protocols ORDER BY version";
        self.all(sql, [], |row| Ok((Timestamp::from_unix(row.get(0)?), row.get(1)?)))
    }
}

fn happened(row: &Row<'_>) -> rusqlite::Result<Happened> {
    Ok(Happened {
        n: natural(row, 0)?,
        time: Timestamp::from_unix(row.get(1)?),
        kind: row.get(2)?,
        fields: json(row, 3)?,
    })
}

fn quoted(kinds: &[&str]) -> String {
    kinds.iter().map(|kind| format!("'{kind}'")).collect::<Vec<_>>().join(", ")
}
