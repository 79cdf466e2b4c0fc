//! Locks between processes: flock, shared or exclusive, waited for at most so long.

use std::fs::File;
use std::fs::TryLockError;
use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::platform;
use crate::vault::disk::NO_FILE;
use crate::vault::disk::is_absent;
use crate::vault::disk::is_special;
use crate::vault::error::VaultError;
use crate::vault::fuse;

/// A held lock; dropping it lets go.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// How a lock is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// With other readers.
    Shared,
    /// Alone.
    Exclusive,
}

impl Lock {
    /// Takes the lock at `path`, waiting at most `wait`.
    pub fn take(path: &Path, hold: Hold, wait: Duration) -> Result<Self, VaultError> {
        let altered = |what: &str| VaultError::altered(path.display().to_string(), what);
        if is_special(path) {
            return Err(altered(NO_FILE));
        }
        let file = fuse::open_lock(path).map_err(|error| match platform::is_link_refused(&error) {
            true => altered("it is a symbolic link, and nothing in a vault is one"),
            false => VaultError::io(path, error),
        })?;
        // Waiting is counted in naps, not by a clock: a clock that is set while we wait must not matter.
        let mut waited = Duration::ZERO;
        let mut nap = Duration::from_millis(2);
        loop {
            let tried = match hold {
                Hold::Shared => file.try_lock_shared(),
                Hold::Exclusive => file.try_lock(),
            };
            match tried {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::Error(error)) => return Err(VaultError::io(path, error)),
                Err(TryLockError::WouldBlock) if waited >= wait => return Err(VaultError::Busy(wait)),
                Err(TryLockError::WouldBlock) => thread::sleep(nap),
            }
            waited += nap;
            nap = (nap * 2).min(Duration::from_millis(40));
        }
    }

    /// As [`Lock::take`], to read: where the vault has no lock file and none can be made (a copy on read-only media),
    /// nobody writes either, and reading goes without.
    pub fn take_to_read(path: &Path, wait: Duration) -> Result<Option<Self>, VaultError> {
        match Self::take(path, Hold::Shared, wait) {
            Err(VaultError::Io { error, .. }) if is_absent(&error) || platform::is_read_only(&error) => Ok(None),
            other => other.map(Some),
        }
    }
}
