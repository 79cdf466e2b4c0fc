//! Where the key of an unlocked vault rests for a while, as one value: the kernel's keyring of this session, or a test's
//! memory. Never a file. Must not know what a key opens.

use zeroize::Zeroizing;

use crate::platform::session_keys;
use crate::platform::session_keys::Reach;
use crate::platform::session_keys::SessionKeyError;

/// Keeps secrets by name, each until its time is over.
pub trait Keeper {
    /// Keeps `secret` for so many seconds, in place of what was kept under that name. Who finds it there.
    fn keep(&mut self, name: &str, secret: &[u8], seconds: u32) -> Result<Reach, SessionKeyError>;

    /// What is kept under a name, if its time is not over.
    fn find(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, SessionKeyError>;

    /// Keeps it no longer. Whether it was kept.
    fn forget(&mut self, name: &str) -> Result<bool, SessionKeyError>;
}

/// The kernel's keyring of this session.
#[derive(Clone, Copy, Debug)]
pub struct SessionKeeper;

impl Keeper for SessionKeeper {
    fn keep(&mut self, name: &str, secret: &[u8], seconds: u32) -> Result<Reach, SessionKeyError> {
        session_keys::keep(name, secret, seconds)
    }

    fn find(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, SessionKeyError> {
        session_keys::find(name)
    }

    fn forget(&mut self, name: &str) -> Result<bool, SessionKeyError> {
        session_keys::forget(name)
    }
}
