//! The fold: events into the catalogue, in one transaction, from where it stands to where it is to stand.
//! Must not know what an event does to the tables.

use rusqlite::TransactionBehavior;
use rusqlite::params;
use serde_json::Map;
use serde_json::Value;

use crate::id::LogId;
use crate::practice::disclosure::RecordRef;
use crate::practice::event::Event;
use crate::practice::rekey::Resealed;

use super::Catalog;
use super::CatalogError;
use super::Position;
use super::column::signed;
use super::place::Place;
use super::writer::Writer;

/// An event on its way into the catalogue.
#[derive(Clone, Debug)]
pub struct Folded {
    /// The log it stands in.
    pub log: LogId,
    /// Its index in that log.
    pub index: u64,
    /// What happened.
    pub event: Event,
    /// Its fields as they are stored in the journal.
    pub fields: Map<String, Value>,
    /// The items of its list of records, where that list is a sealed object.
    pub records: Option<Vec<RecordRef>>,
    /// The items of its list of objects that were sealed again, where that list is a sealed object.
    pub resealed: Option<Vec<Resealed>>,
}

/// Why a fold stopped. The catalogue then stands where it stood before.
#[derive(Debug, thiserror::Error)]
pub enum FoldError<E> {
    /// The events could not be had.
    #[error(transparent)]
    Source(E),
    /// The catalogue could not take them.
    #[error(transparent)]
    Catalog(CatalogError),
    /// The catalogue has folded another log.
    #[error("the catalogue is of the log {of}, not of {given}")]
    OtherLog {
        /// The log folded so far.
        of: LogId,
        /// The log given.
        given: LogId,
    },
    /// Events of the log come by ascending index, from the catalogue's size on to below the size given. What earlier
    /// logs hold comes in between, as it belongs to the history.
    #[error("the entry {index} is not one of those from {from} to below {size}")]
    OutOfOrder {
        /// The event's index.
        index: u64,
        /// The lowest index that was to come.
        from: u64,
        /// The size to fold to.
        size: u64,
    },
    /// A list of records is a sealed object, and its items were not given.
    #[error("the list of records of entry {0} was not opened")]
    ListNotOpened(u64),
}

impl Catalog {
    /// Folds the events from [`Catalog::position`] on, up to `to`: all of them, or nothing when one cannot be had.
    pub fn fold<E>(
        &mut self,
        to: Position,
        events: impl Iterator<Item = Result<Folded, E>>,
    ) -> Result<(), FoldError<E>> {
        let (db, place) = (&mut self.db, &self.place);
        let failed = |error| FoldError::Catalog(place.error(error));
        let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        let mut from = match super::position(&transaction).map_err(failed)? {
            Some(position) if position.log != to.log => {
                return Err(FoldError::OtherLog { of: position.log, given: to.log });
            }
            Some(position) => position.size,
            None => 0,
        };
        let mut count = 0;
        {
            let mut writer = Writer::new(&transaction).map_err(failed)?;
            for folded in events {
                let folded = folded.map_err(FoldError::Source)?;
                let (index, is_of_head) = (folded.index, folded.log == to.log);
                if is_of_head && (index < from || index >= to.size) {
                    return Err(FoldError::OutOfOrder { index, from, size: to.size });
                }
                if !writer.fold(folded).map_err(failed)? {
                    return Err(FoldError::ListNotOpened(index));
                }
                if is_of_head {
                    from = index + 1;
                }
                count += 1;
            }
        }
        transaction
            .execute(
                "UPDATE head SET log = ?1, size = ?2, root = ?3",
                params![to.log.to_string(), signed(to.size), to.root.as_bytes()],
            )
            .map_err(failed)?;
        transaction.commit().map_err(failed)?;
        if count >= super::LONG_FOLD && matches!(place, Place::File { .. }) {
            // A gain of room and of the next opening's time, no more: busy readers may prevent it.
            let _ = db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        }
        Ok(())
    }
}
