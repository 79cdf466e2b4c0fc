//! The catalogue: the fold of the events, kept so that a command reads only what it needs. It is a projection in this
//! machine's cache directory, encrypted page by page (SQLCipher) under a key of the vault's own (`docs/format.md`,
//! section 5). Deleting it loses nothing but time.
//!
//! [`Catalog`] is opened, brought up to date with [`Catalog::fold`], and asked. Whatever is not a sound catalogue of this
//! program, this key and this machine is begun anew without a word. What breaks only later, while it is read, is
//! [`CatalogError::Damaged`], and the caller's answer is [`Catalog::reset`] and a fold from the start.
//!
//! Its pages are authenticated but not fresh: an old page put back is not noticed here. The journal and the ledger are
//! what is believed; this is their index.
//! Must not know the files of the vault, where its key comes from, the terminal.

mod disclosures;
mod entries;
mod find;
mod fold;
mod people;
mod records;
mod schema;
#[cfg(test)]
mod tests;

use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::ErrorCode;
use rusqlite::OpenFlags;
use rusqlite::OptionalExtension as _;
use rusqlite::Params;
use rusqlite::Row;
use rusqlite::TransactionBehavior;
use rusqlite::config::DbConfig;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::digest::Digest;
use crate::id::LogId;
use crate::id::MachineId;
use crate::practice::event::Event;
use crate::secret::Key;
use crate::secret::Secret;

pub use disclosures::Disclosure;
pub use disclosures::DisclosureFilter;
pub use entries::Entry;
pub use entries::EntryFilter;
pub use find::IdKind;
pub use fold::FoldError;
pub use fold::Folded;
pub use people::Who;
pub use records::RecordFilter;
pub use records::StoredObject;
pub use records::Version;

/// How long to wait for another process that writes the catalogue. A fold of a few entries takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// What each connection is set to.
///
/// - `synchronous = NORMAL`: a commit costs no fsync and may be lost in a power cut, which is fine; but never `OFF`: that
///   could leave pages of two moments side by side, each with a right authentication code.
/// - `wal_autocheckpoint`, `journal_size_limit`: opening reads the whole write-ahead log, so it is kept short (in pages
///   of 4 KiB; in bytes).
/// - `temp_store = MEMORY`: no sorting in files that nobody encrypts.
/// - `cache_size`: in KiB, a ceiling that only a long fold reaches.
///
/// `cipher_memory_security` stays off: keys are wiped without it, and what it would wipe besides, pages and texts, is in
/// this process's memory anyway, at a great cost in time.
const PRAGMAS: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA temp_store = MEMORY;
    PRAGMA secure_delete = ON;
    PRAGMA wal_autocheckpoint = 256;
    PRAGMA journal_size_limit = 1048576;
    PRAGMA cache_size = -98304;
";

/// After a fold that wrote this many entries, the write-ahead log is emptied into the database at once.
const LONG_FOLD: u64 = 4096;

/// Why the catalogue does not answer.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// Its file cannot be made, read or written here: a read-only or full disk, or another process that does not let go.
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
}

/// Where a catalogue lives, and what it takes to begin it anew there.
enum Place {
    File { path: PathBuf, key: Key },
    Memory,
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

    /// An empty catalogue that lives as long as this value: for a machine whose cache cannot be written, and for a vault
    /// behind its mark, whose fold must not replace the newer one.
    pub fn in_memory(machine: MachineId) -> Result<Self, CatalogError> {
        Self::open_at(Place::Memory, machine)
    }

    /// Forgets everything and begins anew, whatever state the file is in.
    pub fn reset(&mut self) -> Result<(), CatalogError> {
        let place = std::mem::replace(&mut self.place, Place::Memory);
        // The old connection has to let go of its files before they are deleted.
        self.db = Connection::open_in_memory().map_err(read_error)?;
        place.delete()?;
        *self = Self::open_at(place, self.machine)?;
        Ok(())
    }

    /// Up to where it has folded; `None` when nothing has been.
    pub fn position(&self) -> Result<Option<Position>, CatalogError> {
        position(&self.db).map_err(|error| self.error(error))
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
        match Self::try_open(&place, machine) {
            Ok(db) => return Ok(Self { db, place, machine }),
            Err(CatalogError::Damaged { .. }) => place.delete()?,
            Err(error) => return Err(error),
        }
        let db = Self::try_open(&place, machine)?;
        Ok(Self { db, place, machine })
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
            return Err(damaged("it is of another version or another machine"));
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
        let rows = || self.db.prepare(sql)?.query_map(params, read)?.collect::<Result<_, _>>();
        rows().map_err(|error| self.error(error))
    }

    /// The one row of a query, read by `read`, or none.
    fn one<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, CatalogError> {
        self.db.query_row(sql, params, read).optional().map_err(|error| self.error(error))
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
        while let Some(row) = rows.next().map_err(error)? {
            if !each(read(row).map_err(error)?)? {
                break;
            }
        }
        Ok(())
    }
}

impl Place {
    fn connect(&self) -> Result<Connection, CatalogError> {
        let db = match self {
            Self::Memory => Connection::open_in_memory(),
            Self::File { path, .. } => {
                create(path).map_err(|error| self.unusable(&error.to_string()))?;
                Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            }
        };
        let db = db.map_err(|error| self.error(error))?;
        self.set_up(&db).map_err(|error| self.error(error))?;
        Ok(db)
    }

    fn set_up(&self, db: &Connection) -> rusqlite::Result<()> {
        // SQLCipher writes its log to stderr unless told not to, which would stand in the middle of our own answers.
        db.execute_batch("PRAGMA cipher_log_level = NONE")?;
        db.busy_timeout(PATIENCE)?;
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        if let Self::File { key, .. } = self {
            // First of all statements. The raw form of 64 hex digits skips the slow derivation meant for passphrases.
            db.execute_batch(&raw_key(key))?;
        }
        db.execute_batch(PRAGMAS)
    }

    /// Deletes the file and those that SQLite keeps beside it.
    fn delete(&self) -> Result<(), CatalogError> {
        let Self::File { path, .. } = self else {
            return Ok(());
        };
        for end in ["", "-wal", "-shm", "-journal"] {
            let mut name = path.clone().into_os_string();
            name.push(end);
            match fs::remove_file(&name) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(self.unusable(&error.to_string()));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn unusable(&self, reason: &str) -> CatalogError {
        let path = match self {
            Self::File { path, .. } => path.clone(),
            Self::Memory => PathBuf::new(),
        };
        CatalogError::Unusable { path, reason: reason.to_owned() }
    }

    /// What SQLite could not do for reasons of the world is `Unusable`; everything else can only be a file that holds
    /// something else than this program wrote.
    fn error(&self, error: rusqlite::Error) -> CatalogError {
        const SHORT_READ: i32 = rusqlite::ffi::SQLITE_IOERR_SHORT_READ;
        match &error {
            rusqlite::Error::SqliteFailure(failure, _) => match failure.code {
                ErrorCode::SystemIoFailure if failure.extended_code == SHORT_READ => read_error(error),
                ErrorCode::PermissionDenied
                | ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::OutOfMemory
                | ErrorCode::ReadOnly
                | ErrorCode::SystemIoFailure
                | ErrorCode::DiskFull
                | ErrorCode::CannotOpen
                | ErrorCode::FileLockingProtocolFailed
                | ErrorCode::NoLargeFileSupport => self.unusable(&error.to_string()),
                _ => read_error(error),
            },
            _ => read_error(error),
        }
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

/// An empty file of mode 0600 where none is. SQLite gives the files beside it the same mode.
fn create(path: &Path) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other.map(drop),
    }
}

/// `PRAGMA key` with the raw key, wiped after use.
fn raw_key(key: &Key) -> Zeroizing<String> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    // Reserved in full at the start: a string that grows leaves copies behind.
    let mut sql = Zeroizing::new(String::with_capacity(96));
    sql.push_str("PRAGMA key = \"x'");
    for byte in key.reveal_secret() {
        sql.push(char::from(DIGITS[usize::from(byte >> 4)]));
        sql.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    sql.push_str("'\"");
    sql
}

fn damaged(reason: &str) -> CatalogError {
    CatalogError::Damaged { reason: reason.to_owned() }
}

fn read_error(error: rusqlite::Error) -> CatalogError {
    // The message names the statement or column at most, never a value.
    CatalogError::Damaged { reason: error.to_string() }
}

/// A text column as the word or id it was written from.
fn parsed<T: FromStr>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    parsed_or_null(row, column)?.ok_or_else(unreadable)
}

/// The same of a column that may be null.
fn parsed_or_null<T: FromStr>(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<T>> {
    let text = row.get_ref(column)?.as_str_or_null()?;
    text.map(|text| text.parse().map_err(|_| unreadable())).transpose()
}

/// A JSON column as the value it was written from.
fn json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    serde_json::from_str(row.get_ref(column)?.as_str()?).map_err(|_| unreadable())
}

/// An entry's fields, as the event they were.
fn event(row: &Row<'_>, column: usize) -> rusqlite::Result<Event> {
    Event::from_fields(json(row, column)?).map_err(|_| unreadable())
}

/// An integer column that counts something.
fn natural(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    natural_or_null(row, column)?.ok_or_else(unreadable)
}

/// The same of a column that may be null.
fn natural_or_null(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<u64>> {
    let number = row.get::<_, Option<i64>>(column)?;
    number.map(|number| number.try_into().map_err(|_| unreadable())).transpose()
}

/// A number of the log as SQLite holds it. Event numbers stay below 2^53 (`docs/format.md`, section 3).
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A value that was not written by this program. Says nothing of the value.
fn unreadable() -> rusqlite::Error {
    let reason = "a value is not of the shape that was written there";
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, reason.into())
}
