//! Where a catalogue lives: a file that SQLCipher encrypts, or memory; how it is opened, and what its failures mean.
//! Must not know the tables.

use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::ErrorCode;
use rusqlite::OpenFlags;
use rusqlite::config::DbConfig;
use zeroize::Zeroizing;

use crate::platform;
use crate::secret::Key;

use super::CatalogError;

/// How long to wait for another process that writes the catalogue. A fold of a few entries takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// What each connection is set to.
///
/// - `synchronous = NORMAL`: a commit costs no fsync and may be lost in a power cut, which is fine; but never `OFF`:
///   that could leave pages of two moments side by side, each with a right authentication code.
/// - `wal_autocheckpoint`, `journal_size_limit`: opening reads the whole write-ahead log, so it is kept short (in pages
///   of 4 KiB; in bytes).
/// - `temp_store = MEMORY`: no sorting in files that nobody encrypts.
/// - `cache_size`: in KiB, a ceiling that only a fold or a reading of a million records reaches.
///
/// `cipher_memory_security` stays off: keys are wiped without it, and what it would wipe besides, pages and texts, is
/// in this process's memory anyway, at a great cost in time.
const PRAGMAS: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA temp_store = MEMORY;
    PRAGMA secure_delete = ON;
    PRAGMA wal_autocheckpoint = 256;
    PRAGMA journal_size_limit = 1048576;
    PRAGMA cache_size = -262144;
";

/// Where a catalogue lives, and what it takes to begin it anew there.
pub(super) enum Place {
    /// A file, and the key of its pages.
    File { path: PathBuf, key: Key },
    /// Nowhere but here.
    Memory,
}

impl Place {
    /// A connection, its key given and its settings made. Where no file was, an empty one is made.
    pub(super) fn connect(&self) -> Result<Connection, CatalogError> {
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
            // Before anything that touches the file. The raw form of 64 hex digits skips the slow derivation meant for
            // passphrases.
            db.execute_batch(&raw_key(key))?;
        }
        db.execute_batch(PRAGMAS)
    }

    /// Deletes the file and those that SQLite keeps beside it.
    pub(super) fn delete(&self) -> Result<(), CatalogError> {
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
    pub(super) fn error(&self, error: rusqlite::Error) -> CatalogError {
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

/// An empty file of mode 0600 where none is. SQLite gives the files beside it the same mode.
fn create(path: &Path) -> io::Result<()> {
    match platform::create_new_private_file(path) {
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

fn read_error(error: rusqlite::Error) -> CatalogError {
    // The message names the statement or column at most, never a value.
    CatalogError::Damaged { reason: error.to_string() }
}
