//! Sealed objects in the catalogue: what holds a record's version, and what holds a long list.

use rusqlite::Connection;
use rusqlite::OptionalExtension as _;
use rusqlite::Row;
use rusqlite::params;
use rusqlite::types::Null;

use crate::practice::disclosure::SealedList;
use crate::practice::record::RecordVersion;
use crate::practice::rekey::Resealed;

use super::column::signed;
use super::late::Late;

/// The prepared statements that put objects in order.
pub(super) struct Objects<'t> {
    add: Late<'t>,
    get: Late<'t>,
    change: Late<'t>,
}

impl<'t> Objects<'t> {
    pub(super) fn new(db: &'t Connection) -> Self {
        Self {
            add: Late::new(
                db,
                "INSERT INTO objects (entry, object, seal, sha256, size, record, version, row) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            ),
            get: Late::new(db, "SELECT row, version FROM objects WHERE object = ?1"),
            change: Late::new(db, "UPDATE objects SET object = ?2, seal = ?3 WHERE object = ?1"),
        }
    }

    /// A record's version; `of` is the record's row, where there is one.
    pub(super) fn add_version(&mut self, n: i64, of: Option<i64>, version: &RecordVersion) -> rusqlite::Result<()> {
        let (object, seal, sha256) = (version.object.to_string(), version.seal.as_bytes(), version.sha256.as_bytes());
        let (size, record) = (signed(version.size), version.record.to_string());
        self.add.execute(params![n, object, seal, sha256, size, record, signed(version.version), of]).map(drop)
    }

    /// A long list.
    pub(super) fn add_list(&mut self, n: i64, list: &SealedList) -> rusqlite::Result<()> {
        let (object, none) = (list.object.to_string(), Null);
        let (seal, sha256) = (list.seal.as_bytes(), list.sha256.as_bytes());
        self.add.execute(params![n, object, seal, sha256, none, none, none, none]).map(drop)
    }

    /// It was sealed again. The row of the record whose version it holds, and that version.
    pub(super) fn move_to(&mut self, item: &Resealed) -> rusqlite::Result<Option<(i64, i64)>> {
        let was = item.was.to_string();
        let held = |row: &Row<'_>| Ok((row.get::<_, Option<i64>>(0)?, row.get::<_, Option<i64>>(1)?));
        let Some((row, version)) = self.get.query_row([&was], held).optional()? else {
            return Ok(None);
        };
        self.change.execute(params![was, item.object.to_string(), item.seal.as_bytes()])?;
        Ok(row.zip(version))
    }
}
