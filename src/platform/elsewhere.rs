//! The platform where there are no file modes and no `/dev/tty`, such as Windows. What is protected by modes elsewhere
//! is protected here by where it lies, under the user's profile.

use std::ffi::OsString;
use std::fs;
use std::fs::File;
use std::fs::Metadata;
use std::fs::OpenOptions;
use std::io;
use std::path::Path;
use std::path::PathBuf;

use super::FileAccess;
use super::Mount;

/// Nothing to do: there are no core dumps by custom.
pub fn harden_process() {}

/// Access is by lists that are not read here: taken as ours and closed.
pub fn file_access(_: &Metadata, _: Option<&Path>) -> FileAccess {
    FileAccess { ours: true, ..FileAccess::default() }
}

/// Not told: taken as one.
pub fn names_of(_: &Metadata) -> u64 {
    1
}

/// The path whose bytes these are, where they are text.
pub fn path_of_bytes(bytes: &[u8]) -> Option<PathBuf> {
    std::str::from_utf8(bytes).ok().map(PathBuf::from)
}

/// Not offered: nothing is asked here.
pub fn forget_typed(_: &File) -> io::Result<()> {
    Ok(())
}

/// Nothing to do: rights come from the directory.
pub fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// Not offered: links need a privilege there that few have.
pub fn unfollowed(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// Never told.
pub fn is_link_refused(_: &io::Error) -> bool {
    false
}

/// Nothing to do: its rights come from the one above.
pub fn close_directory(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Makes a directory; its rights come from the one above.
pub fn create_private_directory(path: &Path) -> io::Result<()> {
    fs::create_dir(path)
}

/// Nothing to do: rights come from the directory.
pub fn make_private(_: &File) -> io::Result<()> {
    Ok(())
}

/// Nothing to do: directories cannot be synchronised.
pub fn sync_directory(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Not offered: the lock is ours alone.
pub fn share_with_child(_: &File) -> io::Result<()> {
    Ok(())
}

/// None.
pub fn memory_backed_directories(_: &dyn Fn(&str) -> Option<OsString>) -> Vec<PathBuf> {
    Vec::new()
}

/// Not known.
pub fn mounts() -> Vec<Mount> {
    Vec::new()
}

/// Not known: taken as a pipe, which is what a console program's output mostly is when it is no screen.
pub fn is_pipe(_: &Metadata) -> bool {
    true
}

/// Not offered.
pub fn stdout_file() -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Not known.
pub fn stdout_path() -> Option<PathBuf> {
    None
}

/// Not offered yet: nothing can be asked.
pub fn open_terminal() -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Not known.
pub fn terminal_size(_: &File) -> Option<(usize, usize)> {
    None
}

/// A terminal's settings, to be put back.
#[derive(Debug, Clone)]
pub struct TerminalMode;

impl TerminalMode {
    /// The settings of `terminal` now.
    pub fn of(_: &File) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// These settings, with each key a read.
    pub fn keys(&self) -> Self {
        Self
    }

    /// Gives `terminal` these settings.
    pub fn apply(&self, _: &File) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// Nothing is known of editors here.
pub fn editor_settings(_: &Path) -> &'static [&'static str] {
    &[]
}
