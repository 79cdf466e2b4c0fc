//! Where a secret rests in memory for a while, outside any file: the kernel's keyring of this session (keyrings(7)). Linux
//! alone has one; elsewhere everything here is refused. Must not know what the secret is.

use zeroize::Zeroizing;

/// Who finds a secret that rests there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The processes of this session alone.
    Session,
    /// All processes of this user: the session has no keyring of its own, so the kernel gives it the one that the user's
    /// sessions share.
    User,
}

/// Why nothing rests there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SessionKeyError {
    /// There is no such keyring: another system, or one that forbids its use.
    #[error("this computer has no keyring of the kernel's for a session: {0}")]
    None(String),
    /// The kernel has one, and refused.
    #[error("the kernel's keyring refused: {0}")]
    Refused(String),
}

#[cfg(target_os = "linux")]
pub use kernel::find;
#[cfg(target_os = "linux")]
pub use kernel::forget;
#[cfg(target_os = "linux")]
pub use kernel::keep;

#[cfg(not(target_os = "linux"))]
pub use nowhere::find;
#[cfg(not(target_os = "linux"))]
pub use nowhere::forget;
#[cfg(not(target_os = "linux"))]
pub use nowhere::keep;

#[cfg(target_os = "linux")]
mod kernel {
    use linux_keyutils::Key;
    use linux_keyutils::KeyError;
    use linux_keyutils::KeyPermissionsBuilder;
    use linux_keyutils::KeyRing;
    use linux_keyutils::KeyRingIdentifier;
    use linux_keyutils::Permission;

    use super::Reach;
    use super::SessionKeyError;
    use super::Zeroizing;

    /// The largest payload of a key of type `user` (keyrings(7)).
    const LARGEST: usize = 32767;
    /// The errors of a kernel without keyrings, and of a filter that forbids them (errno(3)).
    const ENOSYS: i32 = 38;

    /// Lets `secret` rest under `name` for so many seconds; what rested there before is displaced at once. Nobody but who
    /// possesses it can find, read or see it, and nobody at all can lengthen its time.
    pub fn keep(name: &str, secret: &[u8], seconds: u32) -> Result<Reach, SessionKeyError> {
        let (session, reach) = session()?;
        // First where it ends with this process: a crash before the last step leaves nothing behind, and in no moment is
        // there a key without an end.
        let own = KeyRing::from_special_id(KeyRingIdentifier::Process, true).map_err(none_or_refused)?;
        let key = own.add_key(name, secret).map_err(none_or_refused)?;
        key.set_timeout(seconds as usize).map_err(refused)?;
        let possessor = Permission::VIEW | Permission::READ | Permission::SEARCH | Permission::LINK;
        key.set_perms(KeyPermissionsBuilder::builder().posessor(possessor).build()).map_err(refused)?;
        session.link_key(key).map_err(refused)?;
        // The session has it now; this process finds it there.
        own.unlink_key(key).map_err(refused)?;
        Ok(reach)
    }

    /// What rests under `name`; `None` when nothing does, or not any more.
    pub fn find(name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, SessionKeyError> {
        let Some(key) = search(name)? else {
            return Ok(None);
        };
        let mut buffer = Zeroizing::new(vec![0; LARGEST]);
        match key.read(&mut *buffer) {
            Ok(length) => {
                buffer.truncate(length);
                Ok(Some(buffer))
            }
            Err(error) if is_gone(error) => Ok(None),
            Err(error) => Err(refused(error)),
        }
    }

    /// Ends what rests under `name`, wherever it is linked. Whether there was anything.
    pub fn forget(name: &str) -> Result<bool, SessionKeyError> {
        match search(name)?.map(|key| key.invalidate()) {
            None => Ok(false),
            Some(Ok(())) => Ok(true),
            Some(Err(error)) if is_gone(error) => Ok(false),
            Some(Err(error)) => Err(refused(error)),
        }
    }

    /// Only a key of ours: whoever became another user without a session of his own is still in the session of the first,
    /// and nothing of the one is the other's.
    fn search(name: &str) -> Result<Option<Key>, SessionKeyError> {
        let (session, _) = session()?;
        match session.search(name).and_then(|key| Ok((key, key.metadata()?))) {
            Ok((key, facts)) => Ok((facts.get_uid() == rustix::process::geteuid().as_raw()).then_some(key)),
            Err(error) if is_gone(error) => Ok(None),
            Err(error) => Err(refused(error)),
        }
    }

    /// The session's keyring; never a new one: that would end with this process.
    fn session() -> Result<(KeyRing, Reach), SessionKeyError> {
        let ring = |id| KeyRing::from_special_id(id, false).map_err(none_or_refused);
        let (session, shared) = (ring(KeyRingIdentifier::Session)?, ring(KeyRingIdentifier::UserSession)?);
        Ok((session, if session == shared { Reach::User } else { Reach::Session }))
    }

    fn is_gone(error: KeyError) -> bool {
        matches!(error, KeyError::KeyDoesNotExist | KeyError::KeyExpired | KeyError::KeyRevoked)
    }

    fn none_or_refused(error: KeyError) -> SessionKeyError {
        match error {
            KeyError::OperationNotSupported | KeyError::PermissionDenied | KeyError::Unknown(ENOSYS) => {
                SessionKeyError::None(format!("{error:?}"))
            }
            other => refused(other),
        }
    }

    fn refused(error: KeyError) -> SessionKeyError {
        SessionKeyError::Refused(format!("{error:?}"))
    }
}

#[cfg(not(target_os = "linux"))]
mod nowhere {
    use super::Reach;
    use super::SessionKeyError;
    use super::Zeroizing;

    /// Refused.
    pub fn keep(_: &str, _: &[u8], _: u32) -> Result<Reach, SessionKeyError> {
        Err(SessionKeyError::None("only Linux has one".to_owned()))
    }

    /// Nothing.
    pub fn find(_: &str) -> Result<Option<Zeroizing<Vec<u8>>>, SessionKeyError> {
        Ok(None)
    }

    /// Nothing.
    pub fn forget(_: &str) -> Result<bool, SessionKeyError> {
        Ok(false)
    }
}
