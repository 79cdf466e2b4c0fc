//! Files in the vault: read with a cap, written beside and renamed, every directory synced once at the end of a step.

use std::collections::BTreeSet;
use std::fs;
use std::fs::File;
use std::io;
use std::io::Read as _;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;

use crate::platform;
use crate::vault::error::VaultError;
use crate::vault::fuse;

/// What a directory, pipe, socket or device is where a file belongs.
pub const NO_FILE: &str = "it is no regular file";
/// What a symbolic link in a vault is.
const LINK: &str = "it is a symbolic link, and nothing in a vault is one";

/// The vault's directory; files are named relative to it, with `/`.
#[derive(Clone, Debug)]
pub struct Disk {
    root: PathBuf,
}

impl Disk {
    /// The directory at `root`.
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// The directory itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The absolute path of `file`.
    pub fn path(&self, file: &str) -> PathBuf {
        self.root.join(file)
    }

    /// Refuses a symbolic link on the way to `path` (`also_last`: and at its end). Nothing in a vault is one: whoever
    /// put it there wants us to read, write or remove somewhere else.
    pub(super) fn straight(&self, path: &str, also_last: bool) -> Result<(), VaultError> {
        let parts: Vec<&str> = path.split('/').collect();
        let count = if also_last { parts.len() } else { parts.len() - 1 };
        for end in 1..=count {
            let dir = parts[..end].join("/");
            match fs::symlink_metadata(self.path(&dir)) {
                Ok(facts) if facts.is_symlink() => return Err(VaultError::altered(dir, LINK)),
                Ok(facts) if !facts.is_dir() => return Err(VaultError::altered(dir, "it is no directory")),
                Err(error) if is_absent(&error) => return Ok(()),
                Err(error) => return Err(VaultError::io(self.path(&dir), error)),
                Ok(_) => {}
            }
        }
        Ok(())
    }

    /// The whole file; `None` where there is none. A file over `limit` bytes is not read.
    pub fn read(&self, file: &str, limit: u64) -> Result<Option<Vec<u8>>, VaultError> {
        self.straight(file, false)?;
        read_within(&self.path(file), file, limit)
    }

    /// Opens a file that has to be there.
    pub fn open(&self, file: &str) -> Result<File, VaultError> {
        self.straight(file, false)?;
        open_regular(&self.path(file), file)?.ok_or_else(|| VaultError::altered(file, "it is missing"))
    }

    /// Whether `file` is there.
    pub fn has(&self, file: &str) -> bool {
        self.path(file).exists()
    }

    /// Removes `file`, if it is there.
    pub fn remove(&self, file: &str) -> Result<(), VaultError> {
        self.straight(file, false)?;
        ignore_absent(fuse::remove_file(&self.path(file))).map_err(|error| VaultError::io(self.path(file), error))
    }

    /// Removes those of `files` that are there, so that no power cut brings them back: their directories are synced.
    pub fn remove_for_good(&self, files: impl IntoIterator<Item = String>) -> Result<(), VaultError> {
        let mut dirs = BTreeSet::new();
        for file in files {
            self.remove(&file)?;
            dirs.extend(self.path(&file).parent().filter(|dir| dir.is_dir()).map(Path::to_owned));
        }
        for dir in dirs {
            fuse::sync_dir(&dir).map_err(|error| VaultError::io(&dir, error))?;
        }
        Ok(())
    }

    /// Removes a directory and all in it, if it is there.
    pub fn remove_dir(&self, dir: &str) -> Result<(), VaultError> {
        self.straight(dir, true)?;
        ignore_absent(fuse::remove_dir_all(&self.path(dir))).map_err(|error| VaultError::io(self.path(dir), error))
    }

    /// Removes a directory that is empty; any other stays.
    pub fn remove_empty_dir(&self, dir: &str) -> Result<(), VaultError> {
        self.straight(dir, true)?;
        match fuse::remove_dir(&self.path(dir)) {
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(()),
            other => ignore_absent(other).map_err(|error| VaultError::io(self.path(dir), error)),
        }
    }

    /// The names in `dir`, sorted; none where there is no such directory. Names that are no UTF-8 are none of ours, and
    /// are given with replacement characters.
    pub fn names(&self, dir: &str) -> Result<Vec<String>, VaultError> {
        self.straight(dir, true)?;
        let wrap = |error| VaultError::io(self.path(dir), error);
        let entries = match fs::read_dir(self.path(dir)) {
            Err(error) if is_absent(&error) => return Ok(Vec::new()),
            other => other.map_err(wrap)?,
        };
        let mut names = Vec::new();
        for entry in entries {
            names.push(entry.map_err(wrap)?.file_name().to_string_lossy().into_owned());
        }
        names.sort();
        Ok(names)
    }

    /// As [`replace`], of a file in the vault.
    pub fn replace(&self, file: &str, bytes: &[u8]) -> Result<(), VaultError> {
        self.straight(file, false)?;
        replace(&self.path(file), bytes)
    }

    /// Makes `dir` and what is missing above it, each synced into its parent.
    pub fn make_dir(&self, dir: &str) -> Result<(), VaultError> {
        self.straight(dir, true)?;
        make_dir(&self.path(dir))
    }
}

/// Writes one file outside of a transaction (the mark, a pin, a checkpoint or key file that is mended): beside, synced,
/// renamed, its directory synced.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), VaultError> {
    let wrap = |error| VaultError::io(path, error);
    let parent = path.parent().expect("state files stand in a directory");
    make_dir(parent)?;
    let beside = path.with_extension("tmp");
    let mut file = fuse::create(&beside).map_err(wrap)?;
    file.write_all(bytes).map_err(wrap)?;
    fuse::sync(&beside, &file).map_err(wrap)?;
    fuse::rename(&beside, path).map_err(wrap)?;
    fuse::sync_dir(parent).map_err(wrap)
}

/// The whole file; `None` where there is none.
pub fn read_capped(path: &Path, limit: u64) -> Result<Option<Vec<u8>>, VaultError> {
    read_within(path, &path.display().to_string(), limit)
}

/// As [`read_capped`]; errors call the file `name`.
fn read_within(path: &Path, name: &str, limit: u64) -> Result<Option<Vec<u8>>, VaultError> {
    let Some((file, length)) = open_measured(path, name)? else {
        return Ok(None);
    };
    // One byte more than it has, so that its end is found without growing.
    let mut bytes = Vec::with_capacity(length.min(limit).saturating_add(1).try_into().unwrap_or_default());
    file.take(limit + 1).read_to_end(&mut bytes).map_err(|error| VaultError::io(path, error))?;
    if bytes.len() as u64 > limit {
        return Err(VaultError::altered(name, format!("it is larger than {limit} bytes")));
    }
    Ok(Some(bytes))
}

/// Opens a file to read; `None` where there is none. Whatever is no regular file was not put there by us: a link leads
/// elsewhere, and a pipe would be waited for.
pub fn open_regular(path: &Path, name: &str) -> Result<Option<File>, VaultError> {
    Ok(open_measured(path, name)?.map(|(file, _)| file))
}

/// As [`open_regular`], with the file's length in bytes, which may change.
fn open_measured(path: &Path, name: &str) -> Result<Option<(File, u64)>, VaultError> {
    let file = match platform::open_unfollowed(path) {
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) if platform::is_link_refused(&error) => return Err(VaultError::altered(name, LINK)),
        Err(_) if is_special(path) => return Err(VaultError::altered(name, NO_FILE)),
        other => other.map_err(|error| VaultError::io(path, error))?,
    };
    let facts = file.metadata().map_err(|error| VaultError::io(path, error))?;
    if facts.is_file() { Ok(Some((file, facts.len()))) } else { Err(VaultError::altered(name, NO_FILE)) }
}

/// Whether something is there that is neither a regular file nor a link, such as a socket, which cannot even be opened.
pub fn is_special(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|facts| !facts.is_file() && !facts.is_symlink())
}

/// Makes `dir` and what is missing above it, mode 0700, each synced into its parent.
pub fn make_dir(dir: &Path) -> Result<(), VaultError> {
    let missing: Vec<_> = dir.ancestors().take_while(|dir| !dir.as_os_str().is_empty() && !dir.exists()).collect();
    for dir in missing.into_iter().rev() {
        match fuse::make_dir(dir) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            other => other.map_err(|error| VaultError::io(dir, error))?,
        }
        let parent = dir.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fuse::sync_dir(parent).map_err(|error| VaultError::io(parent, error))?;
    }
    Ok(())
}

/// Whether the error says that there is no such file.
pub fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn ignore_absent(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if is_absent(&error) => Ok(()),
        other => other,
    }
}
