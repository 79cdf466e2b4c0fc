//! The catalogue: the fold of the events, kept so that a command reads only what it needs. It is a projection in this
//! machine's cache directory, encrypted page by page (SQLCipher) under a key of the vault's own (`docs/format.md`,
//! section 5). Deleting it loses nothing but time.
//!
//! [`Catalog`] is opened, brought up to date with [`Catalog::fold`], and asked. Whatever is not a sound catalogue of
//! this program, this key and this machine is begun anew without a word. What breaks only later, while it is read, is
//! [`CatalogError::Damaged`], and the caller's answer is [`Catalog::reset`] and a fold from the start.
//!
//! Its pages are authenticated but not fresh: an old page put back is not noticed here. The journal and the ledger are
//! what is believed; this is their index.
//! Must not know the files of the vault, where its key comes from, the terminal.

mod by_id;
mod column;
mod disclosures;
mod duties;
mod entries;
mod find;
mod fold;
mod identifiers;
mod late;
mod objects;
mod papers;
mod people;
mod place;
mod reads;
mod records;
mod room;
mod schema;
mod talks;
mod telling;
#[cfg(test)]
mod tests;
mod writer;

use std::cell::Cell;
use std::path::Path;
use std::path::PathBuf;

use rusqlite::Connection;
use rusqlite::OptionalExtension as _;
use rusqlite::Params;
use rusqlite::Row;
use rusqlite::TransactionBehavior;

use crate::digest::Digest;
use crate::id::LogId;
use crate::id::MachineId;
use crate::secret::Key;
use crate::secret::Secret;

use column::natural;
use column::parsed_or_null;
use place::Place;

pub use disclosures::Disclosure;
pub use disclosures::DisclosureFilter;
pub use entries::Entry;
pub use entries::EntryFilter;
pub use find::IdKind;
pub use fold::FoldError;
pub use fold::Folded;
pub use people::Who;
pub use reads::Reads;
pub use records::RecordFilter;
pub use records::StoredObject;
pub use records::Version;
pub use telling::Happened;

/// After a fold that wrote this many entries, the write-ahead log is emptied into the database at once.
const LONG_FOLD: u64 = 4096;

/// Why the catalogue does not answer.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// Its file cannot be made, read or written here: a read-only or full disk, or another process that does not let
    /// go.
    #[error("the catalogue {} cannot be used: {reason}", path.display())]
    Unusable {
        /// The file; empty when in memory.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// Its content is not what was written there.
    #[error("the catalogue is damaged: {reason}")]
    Damaged {
        /// What is wrong.
        reason: String,
    },
    /// It was asked for the vault's beginning before that was folded.
    #[error("nothing has been folded into the catalogue yet")]
    Empty,
}

/// Up to where a log has been folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The log.
    pub log: LogId,
    /// How many of its entries.
    pub size: u64,
    /// The root of the tree of that size.
    pub root: Digest,
}

/// The fold of a vault's events.
pub struct Catalog {
    db: Connection,
    place: Place,
    machine: MachineId,
    reads: Cell<Reads>,
}

impl Catalog {
    /// Opens the catalogue at `path` or begins one there, mode 0600. Its directory exists, is ours and has mode 0700.
    ///
    /// A file that is no sound catalogue of this version, key and machine is deleted and begun anew. One process at a
    /// time may begin or fold a catalogue: the caller holds STATE/lock.
    pub fn open(path: &Path, key: &Key, machine: MachineId) -> Result<Self, CatalogError> {
        let place = Place::File { path: path.to_owned(), key: Secret::new(*key.reveal_secret()) };
        Self::open_at(place, machine)
    }

    /// An empty catalogue that lives as long as this value: for a machine whose cache cannot be written, and for a
    /// vault behind its mark, whose fold must not replace the newer one.
    pub fn in_memory(machine: MachineId) -> Result<Self, CatalogError> {
        Self::open_at(Place::Memory, machine)
    }

    /// Forgets everything and begins anew, whatever state the file is in. Should that fail, this is an empty catalogue
    /// in memory.
    pub fn reset(&mut self) -> Result<(), CatalogError> {
        let empty = Self::in_memory(self.machine)?;
        let Self { db, place, machine, .. } = std::mem::replace(self, empty);
        // The old connection has to let go of its files before they are deleted.
        drop(db);
        place.delete()?;
        *self = Self::open_at(place, machine)?;
        Ok(())
    }

    /// Up to where it has folded; `None` when nothing has been.
    pub fn position(&self) -> Result<Option<Position>, CatalogError> {
        position(&self.db).map_err(|error| self.error(error))
    }

    /// What all questions since its opening cost.
    pub fn reads(&self) -> Reads {
        self.reads.get()
    }

    /// Checks the authentication code of every page and the order within (`check`). Reads the whole file.
    pub fn verify_pages(&self) -> Result<(), CatalogError> {
        let codes = match self.place {
            Place::File { .. } => self.all("PRAGMA cipher_integrity_check", [], |row| row.get(0))?,
            Place::Memory => Vec::new(),
        };
        let order = self.all("PRAGMA quick_check(8)", [], |row| row.get(0))?;
        let mut findings = codes.into_iter().chain(order.into_iter().filter(|word: &String| word != "ok"));
        findings.next().map_or(Ok(()), |reason| Err(CatalogError::Damaged { reason }))
    }

    fn open_at(place: Place, machine: MachineId) -> Result<Self, CatalogError> {
        let db = match Self::try_open(&place, machine) {
            Err(CatalogError::Damaged { .. }) => {
                place.delete()?;
                Self::try_open(&place, machine)?
            }
            opened => opened?,
        };
        Ok(Self { db, place, machine, reads: Cell::default() })
    }

    /// A connection to a sound catalogue; [`CatalogError::Damaged`] for whatever else is there.
    fn try_open(place: &Place, machine: MachineId) -> Result<Connection, CatalogError> {
        let mut db = place.connect()?;
        let is_sound = (|| {
            if user_version(&db)? == 0 {
                begin(&mut db, machine)?;
            }
            let owner = || db.query_row("SELECT machine FROM head", [], |row| row.get::<_, String>(0));
            Ok(user_version(&db)? == schema::VERSION && owner()? == machine.to_string())
        })();
        if !is_sound.map_err(|error| place.error(error))? {
            return Err(CatalogError::Damaged { reason: "it is of another version or another machine".to_owned() });
        }
        Ok(db)
    }

    fn error(&self, error: rusqlite::Error) -> CatalogError {
        self.place.error(error)
    }

    /// The rows of a query, each read by `read`.
    fn all<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, CatalogError> {
        let rows = || {
            let mut statement = self.db.prepare(sql)?;
            let rows: Vec<T> = statement.query_map(params, read)?.collect::<Result<_, _>>()?;
            self.reads.update(|reads| reads.and(&statement, rows.len() as u64));
            Ok(rows)
        };
        rows().map_err(|error| self.error(error))
    }

    /// The one row of a query, read by `read`, or none.
    fn one<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, CatalogError> {
        let row = || {
            let mut statement = self.db.prepare(sql)?;
            let row = statement.query_row(params, read).optional()?;
            self.reads.update(|reads| reads.and(&statement, row.is_some().into()));
            Ok(row)
        };
        row().map_err(|error| self.error(error))
    }

    /// Reads a query's rows one by one, until `each` says that it has enough.
    fn stream<T, E: From<CatalogError>>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
        mut each: impl FnMut(T) -> Result<bool, E>,
    ) -> Result<(), E> {
        let error = |error| E::from(self.error(error));
        let mut statement = self.db.prepare(sql).map_err(error)?;
        let mut rows = statement.query(params).map_err(error)?;
        let mut count = 0;
        while let Some(row) = rows.next().map_err(error)? {
            count += 1;
            if !each(read(row).map_err(error)?)? {
                break;
            }
        }
        drop(rows);
        self.reads.update(|reads| reads.and(&statement, count));
        Ok(())
    }
}

/// Makes the tables, all or none; nothing when another process made them meanwhile.
fn begin(db: &mut Connection, machine: MachineId) -> rusqlite::Result<()> {
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if user_version(&transaction)? != 0 {
        return Ok(());
    }
    transaction.execute_batch(schema::TABLES)?;
    transaction.execute("INSERT INTO head (one, machine) VALUES (1, ?1)", [machine.to_string()])?;
    transaction.pragma_update(None, "user_version", schema::VERSION)?;
    transaction.commit()
}

fn user_version(db: &Connection) -> rusqlite::Result<i64> {
    db.query_row("PRAGMA user_version", [], |row| row.get(0))
}

fn position(db: &Connection) -> rusqlite::Result<Option<Position>> {
    db.query_row("SELECT log, size, root FROM head", [], |row| {
        let Some(log) = parsed_or_null(row, 0)? else {
            return Ok(None);
        };
        Ok(Some(Position { log, size: natural(row, 1)?, root: Digest::from_bytes(row.get(2)?) }))
    })
}
