//! What the catalogue knows of people: clients, recipients, owners, and the practice itself.
//! Must not know how it got there.

use rusqlite::Row;
use serde::de::DeserializeOwned;
use serde_json::Map;
use serde_json::Value;

use crate::id::ClientId;
use crate::id::LogId;
use crate::id::RecipientId;
use crate::practice::client::Client;
use crate::practice::owner::Owner;
use crate::practice::owner::VaultCreated;
use crate::practice::recipient::Recipient;
use crate::practice::words::Alias;
use crate::time::Timestamp;
use crate::vocabulary::OwnerMeans;

use super::Catalog;
use super::CatalogError;
use super::column::json;
use super::column::parsed;

/// Someone who has an alias.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// A client.
    Client(ClientId),
    /// A recipient.
    Recipient(RecipientId),
}

impl Catalog {
    /// How the vault began; what the practice is now, [`practice`](Self::practice) tells.
    pub fn began(&self) -> Result<VaultCreated, CatalogError> {
        self.one("SELECT body FROM practice", [], body)?.ok_or(CatalogError::Empty)
    }

    /// How many people of the practice open the vault. A paper key is its owner's other key, not another person.
    pub fn people_who_open(&self) -> Result<usize, CatalogError> {
        Ok(self.owners()?.iter().filter(|owner| owner.means != OwnerMeans::Paper).count())
    }

    /// Whether somebody else opened the vault at that time or later, and was sent away: no key on paper, but a person.
    pub fn had_others_since(&self, since: Timestamp) -> Result<bool, CatalogError> {
        let sql = "SELECT 1 FROM entries WHERE kind = 'owner.removed' AND time >= ?1 \
                   AND json_extract(fields, '$.means') IS NOT ?2 LIMIT 1";
        let one = self.one(sql, (since.unix(), OwnerMeans::Paper.as_str()), |row| row.get::<_, i64>(0))?;
        Ok(one.is_some())
    }

    /// Who opens the vault, in the order of their coming.
    pub fn owners(&self) -> Result<Vec<Owner>, CatalogError> {
        self.all("SELECT body FROM owners ORDER BY n", [], body)
    }

    /// The aliases of all who ever opened the vault.
    pub fn owners_ever(&self) -> Result<Vec<String>, CatalogError> {
        let sql = "SELECT json_extract(one.value, '$.alias') FROM entries e, json_each(e.fields, '$.owners') one \
                   WHERE e.kind = 'vault.created' \
                   UNION SELECT json_extract(fields, '$.alias') FROM entries WHERE kind = 'owner.added'";
        let aliases = self.all(sql, [], |row| row.get::<_, Option<String>>(0))?;
        Ok(aliases.into_iter().flatten().collect())
    }

    /// The time of the last entry, of whichever log.
    pub fn last_time(&self) -> Result<Option<Timestamp>, CatalogError> {
        let read = |row: &Row<'_>| Ok(Timestamp::from_unix(row.get(0)?));
        self.one("SELECT time FROM entries ORDER BY n DESC LIMIT 1", [], read)
    }

    /// The time of the first entry.
    pub fn first_time(&self) -> Result<Option<Timestamp>, CatalogError> {
        let read = |row: &Row<'_>| Ok(Timestamp::from_unix(row.get(0)?));
        self.one("SELECT time FROM entries ORDER BY n LIMIT 1", [], read)
    }

    /// The fields of the last entry of a log. What was joined to the history after it is passed over.
    pub fn last_fields(&self, log: LogId) -> Result<Option<Map<String, Value>>, CatalogError> {
        let sql = "SELECT fields FROM entries WHERE log = (SELECT n FROM logs WHERE log = ?1) ORDER BY n DESC LIMIT 1";
        self.one(sql, [log.to_string()], |row| json(row, 0))
    }

    /// A client.
    pub fn client(&self, id: ClientId) -> Result<Option<Client>, CatalogError> {
        self.one("SELECT body FROM clients WHERE id = ?1", [id.to_string()], body)
    }

    /// The client of that alias. Should two have it, the earlier.
    pub fn client_by_alias(&self, alias: &str) -> Result<Option<Client>, CatalogError> {
        self.one("SELECT body FROM clients WHERE alias = ?1 ORDER BY n LIMIT 1", [alias], body)
    }

    /// All clients, in the order of their coming.
    pub fn clients(&self) -> Result<Vec<Client>, CatalogError> {
        self.all("SELECT body FROM clients ORDER BY n", [], body)
    }

    /// A recipient.
    pub fn recipient(&self, id: RecipientId) -> Result<Option<Recipient>, CatalogError> {
        self.one("SELECT body FROM recipients WHERE id = ?1", [id.to_string()], body)
    }

    /// The recipient of that alias. Should two have it, the earlier.
    pub fn recipient_by_alias(&self, alias: &str) -> Result<Option<Recipient>, CatalogError> {
        self.one("SELECT body FROM recipients WHERE alias = ?1 ORDER BY n LIMIT 1", [alias], body)
    }

    /// The recipient whose present key this is. Should two have it, the earlier.
    pub fn recipient_by_key(&self, key: &str) -> Result<Option<Recipient>, CatalogError> {
        self.one(
            "SELECT body FROM recipients WHERE json_extract(body, '$.given.key') = ?1 ORDER BY n LIMIT 1",
            [key],
            body,
        )
    }

    /// All recipients, in the order of their coming.
    pub fn recipients(&self) -> Result<Vec<Recipient>, CatalogError> {
        self.all("SELECT body FROM recipients ORDER BY n", [], body)
    }

    /// Who has this alias already: it is unique among clients and recipients together. Owners stand apart.
    pub fn alias_taken(&self, alias: &Alias) -> Result<Option<Who>, CatalogError> {
        let client =
            self.one("SELECT id FROM clients WHERE alias = ?1 ORDER BY n LIMIT 1", [alias.as_str()], |row| {
                Ok(Who::Client(parsed(row, 0)?))
            })?;
        if client.is_some() {
            return Ok(client);
        }
        self.one("SELECT id FROM recipients WHERE alias = ?1 ORDER BY n LIMIT 1", [alias.as_str()], |row| {
            Ok(Who::Recipient(parsed(row, 0)?))
        })
    }
}

fn body<T: DeserializeOwned>(row: &Row<'_>) -> rusqlite::Result<T> {
    json(row, 0)
}
