//! Tables of nouns that are looked up by id and kept as JSON.
//! Must not know what changes them.

use rusqlite::Connection;
use rusqlite::OptionalExtension as _;
use rusqlite::params;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::column::json;
use super::late::Late;
use super::writer::text;

/// A table of people that are looked up by id and kept as JSON.
pub(super) struct ById<'t> {
    pub(super) add: Late<'t>,
    get: Late<'t>,
    put: Late<'t>,
}

impl<'t> ById<'t> {
    pub(super) fn new(db: &'t Connection, table: &str) -> Self {
        Self {
            add: Late::new(db, format!("INSERT OR IGNORE INTO {table} (n, id, alias, body) VALUES (?1, ?2, ?3, ?4)")),
            get: Late::new(db, format!("SELECT body FROM {table} WHERE id = ?1")),
            put: Late::new(db, format!("UPDATE {table} SET alias = ?2, body = ?3 WHERE id = ?1")),
        }
    }

    /// The person; nothing for one who was never added.
    pub(super) fn get<T: DeserializeOwned>(&mut self, id: &str) -> rusqlite::Result<Option<T>> {
        self.get.query_row([id], |row| json(row, 0)).optional()
    }

    /// The person, changed by `change`; nothing for one who was never added.
    pub(super) fn change<T: Serialize + DeserializeOwned>(
        &mut self,
        id: &str,
        change: impl FnOnce(&mut T),
        alias: impl FnOnce(&T) -> &str,
    ) -> rusqlite::Result<()> {
        let Some(mut person) = self.get.query_row([id], |row| json(row, 0)).optional()? else {
            return Ok(());
        };
        change(&mut person);
        self.put.execute(params![id, alias(&person), text(&person)]).map(drop)
    }
}
