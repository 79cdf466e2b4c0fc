//! Every change to the files of a vault, and to what this machine remembers of it, is made here, so that a test can cut
//! the power before any single one of them, or write down the list and play it back as a power cut may leave it.
//! In the program itself there is nothing to cut, and nobody writes.

#[cfg(test)]
pub mod cut;
#[cfg(test)]
pub mod record;

use std::fs;
use std::fs::File;
use std::io;
use std::path::Path;

use crate::platform;
#[cfg(test)]
use cut::pass;
#[cfg(test)]
use record::note;

/// What happened to a file or directory.
#[derive(Clone, Copy, Debug)]
pub enum Change<'a> {
    /// A file was made, or emptied.
    Create(&'a Path),
    /// What was written into a file is on disk.
    Sync(&'a Path),
    /// A file got another name.
    Rename(&'a Path, &'a Path),
    /// A file, or a directory that was empty, is gone.
    Remove(&'a Path),
    /// A directory and all that is in it are about to go.
    RemoveAll(&'a Path),
    /// A directory was made.
    MakeDir(&'a Path),
    /// The names in a directory are on disk.
    SyncDir(&'a Path),
}

/// Passes, unless a test has cut the power.
#[cfg(not(test))]
#[inline]
fn pass() -> io::Result<()> {
    Ok(())
}

/// Nobody writes it down, unless it is a test.
#[cfg(not(test))]
#[inline]
fn note(_: Change<'_>) {}

/// Makes a file that only its owner can read, or empties it.
pub fn create(path: &Path) -> io::Result<File> {
    pass()?;
    let file = platform::create_private_file(path)?;
    note(Change::Create(path));
    Ok(file)
}

/// Opens a lock file, and makes it where it is missing.
pub fn open_lock(path: &Path) -> io::Result<File> {
    let is_new = cfg!(test) && !path.exists();
    let file = platform::open_lock(path)?;
    if is_new {
        note(Change::Create(path));
    }
    Ok(file)
}

/// Waits until what was written into `file`, which stands at `path`, is on disk.
pub fn sync(path: &Path, file: &File) -> io::Result<()> {
    note(Change::Sync(path));
    // What a test loses, it loses by playing it back: the disk need not be waited for.
    if cfg!(test) { Ok(()) } else { file.sync_all() }
}

/// Gives a file its name; where another file has it already, in one step for whoever looks.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    pass()?;
    fs::rename(from, to)?;
    note(Change::Rename(from, to));
    Ok(())
}

/// Removes a file.
pub fn remove_file(path: &Path) -> io::Result<()> {
    pass()?;
    fs::remove_file(path)?;
    note(Change::Remove(path));
    Ok(())
}

/// Removes an empty directory.
pub fn remove_dir(path: &Path) -> io::Result<()> {
    pass()?;
    fs::remove_dir(path)?;
    note(Change::Remove(path));
    Ok(())
}

/// Removes a directory and all that is in it, one after the other.
pub fn remove_dir_all(path: &Path) -> io::Result<()> {
    pass()?;
    note(Change::RemoveAll(path));
    fs::remove_dir_all(path)
}

/// Makes a directory that only its owner can enter.
pub fn make_dir(path: &Path) -> io::Result<()> {
    pass()?;
    platform::create_private_directory(path)?;
    note(Change::MakeDir(path));
    Ok(())
}

/// Waits until the names in `directory` are on disk. A crash before it may lose a rename, never half a file.
pub fn sync_dir(directory: &Path) -> io::Result<()> {
    note(Change::SyncDir(directory));
    if cfg!(test) { Ok(()) } else { platform::sync_directory(directory) }
}
