//! Looking after plain copies that this computer wrote: whether each is still there and still what was written, and its end.
//! Must not know what was written, nor what of it stands in the ledger.

use std::fs;
use std::fs::File;
use std::fs::TryLockError;
use std::io;
use std::io::Read as _;
use std::io::Seek as _;
use std::io::SeekFrom;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;

use zeroize::Zeroizing;

use crate::cli::output::PART_BEGIN;
use crate::cli::output::PART_END;
use crate::copies::Place;
use crate::digest::Digest;
use crate::digest::Hashing;
use crate::platform;

/// What there is at a place where a copy was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The copy, as it was written.
    There,
    /// Something else: other bytes, a link, a directory, another user's file, or one that has a second name.
    Changed,
    /// Not the copy, but what a process that was stopped had written of one, beside its place.
    Unfinished,
    /// It cannot be looked at.
    Unread,
    /// Nothing.
    Gone,
    /// The copy was; it was wiped just now.
    Wiped,
}

impl State {
    /// Its spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::There => "there",
            Self::Changed => "changed",
            Self::Unfinished => "unfinished",
            Self::Unread => "unreadable",
            Self::Gone => "gone",
            Self::Wiped => "wiped",
        }
    }
}

/// Looks at a place.
pub fn look(place: &Place) -> State {
    match path_of(place).map(|path| open(&path, place, false)) {
        Some(Ok(Found::Copy(_))) => State::There,
        Some(Ok(Found::Else)) => State::Changed,
        Some(Ok(Found::Nothing)) if unfinished(place).next().is_some() => State::Unfinished,
        Some(Ok(Found::Nothing)) => State::Gone,
        Some(Err(_)) | None => State::Unread,
    }
}

/// Overwrites the copy and removes it, if what is there is that very copy. What the disk itself keeps of the old bytes is out
/// of reach.
pub fn wipe(place: &Place) -> State {
    let Some(path) = path_of(place) else {
        return State::Unread;
    };
    match open(&path, place, true) {
        Ok(Found::Copy(mut file)) => match overwrite(&mut file).and_then(|()| remove(&path, &file)) {
            Ok(true) => State::Wiped,
            Ok(false) => State::Changed,
            Err(_) => State::Unread,
        },
        Ok(Found::Else) => State::Changed,
        Ok(Found::Nothing) => wipe_unfinished(place),
        Err(_) => State::Unread,
    }
}

/// Wipes what is unfinished beside a place where nothing is.
fn wipe_unfinished(place: &Place) -> State {
    let mut state = State::Gone;
    for (path, mut file) in unfinished(place) {
        match overwrite(&mut file).and_then(|()| remove(&path, &file)) {
            Ok(true) => state = State::Wiped,
            Ok(false) | Err(_) => return State::Unfinished,
        }
    }
    state
}

/// The beginnings of outputs beside a place that nobody writes any more: a killed process could not remove them. Whoever
/// writes one holds its lock.
fn unfinished(place: &Place) -> impl Iterator<Item = (PathBuf, File)> {
    parts(place).filter(|(_, file)| file.try_lock().is_ok())
}

/// Whether somebody writes beside a place: what comes of a copy there is not known before that has ended. Asked before the place
/// is looked at, so that no writer gives his file its name in between unseen.
pub fn is_being_written(place: &Place) -> bool {
    parts(place).any(|(_, file)| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

/// The beginnings of outputs beside a place.
fn parts(place: &Place) -> impl Iterator<Item = (PathBuf, File)> {
    let entries = path_of(place).and_then(|path| fs::read_dir(path.parent()?).ok());
    entries.into_iter().flatten().flatten().filter_map(|entry| {
        let (name, path) = (entry.file_name(), entry.path());
        let name = name.to_str()?;
        if !name.starts_with(PART_BEGIN) || !name.ends_with(PART_END) || !entry.file_type().ok()?.is_file() {
            return None;
        }
        let file = platform::open_unfollowed_to_write(&path).ok()?;
        let facts = file.metadata().ok()?;
        let is_ours = facts.is_file() && platform::file_access(&facts, None).ours && platform::names_of(&facts) == 1;
        is_ours.then_some((path, file))
    })
}

fn path_of(place: &Place) -> Option<PathBuf> {
    platform::path_of_bytes(&place.path)
}

enum Found {
    Copy(File),
    Else,
    Nothing,
}

/// Opens what is at `path`, if it is the copy: a regular file of ours with one name and these bytes. All is asked of the open
/// file, so that nothing is put in its place meanwhile; no link is followed and no pipe waited for.
fn open(path: &Path, place: &Place, to_write: bool) -> io::Result<Found> {
    let facts = match fs::symlink_metadata(path) {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Found::Nothing);
        }
        other => other?,
    };
    if !facts.is_file() {
        return Ok(Found::Else);
    }
    let opened = if to_write { platform::open_unfollowed_to_write(path) } else { platform::open_unfollowed(path) };
    let mut file = match opened {
        Err(error) if platform::is_link_refused(&error) => return Ok(Found::Else),
        other => other?,
    };
    let facts = file.metadata()?;
    let access = platform::file_access(&facts, None);
    if !facts.is_file() || !access.ours || platform::names_of(&facts) > 1 {
        return Ok(Found::Else);
    }
    Ok(if place.holds(sha256_of(&mut file)?) { Found::Copy(file) } else { Found::Else })
}

fn sha256_of(file: &mut File) -> io::Result<Digest> {
    let mut hashing = Hashing::new(file);
    let mut buffer = Zeroizing::new(vec![0; 1 << 16]);
    loop {
        match hashing.read(&mut buffer) {
            Ok(0) => return Ok(hashing.digest()),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn overwrite(file: &mut File) -> io::Result<()> {
    let mut left = file.metadata()?.len();
    file.seek(SeekFrom::Start(0))?;
    let zeros = [0; 4096];
    while left > 0 {
        let count = left.min(zeros.len() as u64);
        file.write_all(&zeros[..count as usize])?;
        left -= count;
    }
    file.sync_all()
}

/// Removes the name, if it still leads to the file. Whether it did.
fn remove(path: &Path, file: &File) -> io::Result<bool> {
    let identity = |facts: &fs::Metadata| platform::file_access(facts, None).identity;
    if identity(&fs::symlink_metadata(path)?) != identity(&file.metadata()?) {
        return Ok(false);
    }
    fs::remove_file(path)?;
    // The name is gone; that it stays gone after a power cut is for the directory to say.
    let _ = platform::sync_directory(path.parent().unwrap_or(path));
    Ok(true)
}
