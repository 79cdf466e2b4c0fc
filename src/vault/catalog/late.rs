//! A statement of a fold that is prepared when it is first needed: most events need few of them, and preparing all of
//! them takes longer than what an event does.

use std::borrow::Cow;

use rusqlite::Connection;
use rusqlite::MappedRows;
use rusqlite::Params;
use rusqlite::Row;
use rusqlite::Statement;

/// A statement that may not be prepared yet.
pub(super) struct Late<'t> {
    db: &'t Connection,
    sql: Cow<'static, str>,
    statement: Option<Statement<'t>>,
}

impl<'t> Late<'t> {
    pub(super) fn new(db: &'t Connection, sql: impl Into<Cow<'static, str>>) -> Self {
        Self { db, sql: sql.into(), statement: None }
    }

    /// As of `Statement`.
    pub(super) fn execute(&mut self, params: impl Params) -> rusqlite::Result<usize> {
        self.ready()?.execute(params)
    }

    /// As of `Statement`.
    pub(super) fn query_row<T>(
        &mut self,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        self.ready()?.query_row(params, read)
    }

    /// As of `Statement`.
    pub(super) fn query_map<T, F: FnMut(&Row<'_>) -> rusqlite::Result<T>>(
        &mut self,
        params: impl Params,
        read: F,
    ) -> rusqlite::Result<MappedRows<'_, F>> {
        self.ready()?.query_map(params, read)
    }

    fn ready(&mut self) -> rusqlite::Result<&mut Statement<'t>> {
        let statement = match self.statement.take() {
            Some(statement) => statement,
            None => self.db.prepare(&self.sql)?,
        };
        Ok(self.statement.insert(statement))
    }
}
