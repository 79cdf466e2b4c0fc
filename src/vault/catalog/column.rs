//! Columns read back as what they were written from.
//! Must not know what they mean.

use std::str::FromStr;

use rusqlite::Row;
use serde::de::DeserializeOwned;

use crate::practice::event::Event;

/// A text column as the word or id it was written from.
pub(super) fn parsed<T: FromStr>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    parsed_or_null(row, column)?.ok_or_else(unreadable)
}

/// The same of a column that may be null.
pub(super) fn parsed_or_null<T: FromStr>(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<T>> {
    let text = row.get_ref(column)?.as_str_or_null()?;
    text.map(|text| text.parse().map_err(|_| unreadable())).transpose()
}

/// A JSON column as the value it was written from.
pub(super) fn json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    serde_json::from_str(row.get_ref(column)?.as_str()?).map_err(|_| unreadable())
}

/// An entry's fields, as the event they were.
pub(super) fn event(row: &Row<'_>, column: usize) -> rusqlite::Result<Event> {
    Event::from_rest(json(row, column)?).map_err(|_| unreadable())
}

/// An integer column that counts something.
pub(super) fn natural(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    natural_or_null(row, column)?.ok_or_else(unreadable)
}

/// The same of a column that may be null.
pub(super) fn natural_or_null(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<u64>> {
    let number = row.get::<_, Option<i64>>(column)?;
    number.map(|number| number.try_into().map_err(|_| unreadable())).transpose()
}

/// A number of the log as SQLite holds it. Event numbers stay below 2^53 (`docs/format.md`, section 3).
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A value that was not written by this program. Says nothing of the value.
pub(super) fn unreadable() -> rusqlite::Error {
    let reason = "a value is not of the shape that was written there";
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, reason.into())
}
