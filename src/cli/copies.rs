//! Writing plain content to a file, and looking after it: the one way in which what a vault holds comes to lie unsealed on a
//! disk. Its entry is in the ledger before a byte of it is there; a crash leaves an entry whose file is missing, never a file
//! without its entry. Must not know what is written.

use std::fs;
use std::fs::File;
use std::io;
use std::io::Read as _;
use std::io::Seek as _;
use std::io::SeekFrom;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;

use zeroize::Zeroizing;

use crate::cli::Exit;
use crate::cli::failure::Failure;
use crate::cli::interrupt;
use crate::cli::session::Session;
use crate::copies;
use crate::copies::NewCopy;
use crate::copies::Place;
use crate::digest::Digest;
use crate::digest::Hashing;
use crate::id::RecordId;
use crate::platform;
use crate::practice::record::RecordAccessed;
use crate::vault::Vault;

/// What of a vault is to be written.
#[derive(Clone, Copy, Debug)]
pub struct Plain {
    /// A record and its version; nothing for a page made of several.
    pub of: Option<(RecordId, u64)>,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// How many they are.
    pub size: u64,
}

impl Plain {
    /// A page that is held in memory.
    pub fn page(bytes: &[u8]) -> Self {
        Self { of: None, sha256: Digest::of(bytes), size: bytes.len() as u64 }
    }
}

/// A copy that stands in the ledger, and is not written yet.
#[must_use]
pub struct Recorded(NewCopy);

/// Writes down that `plain` goes to `path`, with the look at the record that comes with it. The output there is begun, so
/// what can be refused has been; and not a byte has been written to it yet.
pub fn record(
    session: &mut Session<'_>,
    vault: &mut Vault,
    path: &Path,
    plain: Plain,
    seen: Option<RecordAccessed>,
) -> Result<(Recorded, Exit), Failure> {
    let path = path.as_os_str().as_encoded_bytes().to_vec();
    let new = NewCopy { path, of: plain.of, sha256: plain.sha256, size: plain.size };
    let committed = copies::made(&mut session.desk(vault), &new, seen)?;
    let exit = session.committed(&committed);
    // Whatever stops it from here on leaves an entry without its file, which a sweep finds.
    interrupt::may_stop();
    Ok((Recorded(new), exit))
}

impl Recorded {
    /// The copy was not written after all: that is written down too, or found by the next sweep.
    pub fn abandon(self, session: &mut Session<'_>, vault: &mut Vault) {
        let _ = copies::abandoned(&mut session.desk(vault), &self.0);
    }
}

/// What there is at a place where a copy was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The copy, as it was written.
    There,
    /// Something else: other bytes, a link, a directory, another user's file, or one that has a second name.
    Changed,
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
        Ok(Found::Nothing) => State::Gone,
        Err(_) => State::Unread,
    }
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
