//! Judging a place: may plain content, sealed output or a vault lie there (`docs/command-line.md`, "Where output may
//! go")? [`PlaceFacts::gather`] looks at the file system once; [`risks_of`] is pure and says what is wrong.
//! Must not know what follows from a risk: that is `place`'s table.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::Component;
use std::path::Path;
use std::path::PathBuf;

use crate::place::PlaceRisk;
use crate::platform;
use crate::platform::FileAccess;
use crate::platform::Mount;

mod known;

use known::NETWORK;
use known::REMOVABLE;
use known::REMOVABLE_ROOTS;
use known::SYNC_ROOTS;
use known::WEB_DIRECTORIES;
use known::WEB_ROOTS;

/// How many entries of one directory are looked through for marker files.
const ENTRIES_CAP: usize = 20_000;

/// A place that could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum LocationError {
    /// A path without a last name, or one that leaves a directory that is not there yet.
    #[error("{} names no file", path.display())]
    NoName {
        /// The path as it was given.
        path: PathBuf,
    },
    /// The file system refused an answer.
    #[error("cannot look at {}: {source}", path.display())]
    Unseen {
        /// What was looked at.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
}

/// One directory from the place up to the root.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DirectoryFacts {
    /// Its resolved path.
    pub path: PathBuf,
    /// What it gives to others.
    pub access: FileAccess,
    /// The first marker of a known sync service in it.
    pub synced_by: Option<&'static str>,
    /// It has an entry `.git`.
    pub has_git: bool,
}

/// What is at the place already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Occupant {
    /// Nothing.
    #[default]
    Nothing,
    /// A symbolic link, leading anywhere or nowhere.
    Link,
    /// A regular file, with what it gives to others.
    File(FileAccess),
    /// A directory, with what it gives to others.
    Directory(FileAccess),
    /// A device, a pipe, a socket.
    Other,
}

/// What is known of a place before anything is written there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlaceFacts {
    /// The place: absolute, its directories resolved through links, its last name kept.
    pub path: PathBuf,
    /// What is there already.
    pub occupant: Occupant,
    /// The directories above that exist, the innermost first.
    pub above: Vec<DirectoryFacts>,
    /// The vault that it must not be in: its path, and what the file system calls it.
    pub vault: Option<(PathBuf, Option<(u64, u64)>)>,
    /// The mount it is on.
    pub mount: Option<Mount>,
}

/// What would be done at the place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// A new file of mode 0600, beside what is there.
    NewFile,
    /// Writing into, or trusting, the file that is there, with the mode it has.
    ExistingFile,
    /// A vault's directory: new and of mode 0700, or there already.
    Directory,
}

impl PlaceFacts {
    /// Looks at `path` (relative ones are under `cwd`) and at every directory above it. Nothing is changed. The last
    /// name is not followed when it is a link; the directories are.
    pub fn gather(path: &Path, cwd: &Path, vault: Option<&Path>) -> Result<Self, LocationError> {
        let path = resolved(&cwd.join(path))?;
        let occupant = match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_symlink() => Occupant::Link,
            Ok(metadata) if metadata.is_file() => Occupant::File(platform::file_access(&metadata, Some(&path))),
            Ok(metadata) if metadata.is_dir() => Occupant::Directory(platform::file_access(&metadata, Some(&path))),
            Ok(_) => Occupant::Other,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Occupant::Nothing,
            Err(source) => return Err(LocationError::Unseen { path, source }),
        };
        let above = path.ancestors().skip(1).filter_map(directory_facts).collect();
        let vault = vault.map(|vault| {
            let vault = resolved(&cwd.join(vault)).unwrap_or_else(|_| cwd.join(vault));
            let vault = fs::canonicalize(&vault).unwrap_or(vault);
            let identity = fs::metadata(&vault).ok().and_then(|facts| platform::file_access(&facts, None).identity);
            (vault, identity)
        });
        let mount = platform::mount_of(&path, &platform::mounts()).cloned();
        Ok(Self { path, occupant, above, vault, mount })
    }

    /// As [`gather`](Self::gather), for a file that is read or written through its name: a link is followed.
    pub fn gather_existing(path: &Path, cwd: &Path, vault: Option<&Path>) -> Result<Self, LocationError> {
        let path = cwd.join(path);
        let path = fs::canonicalize(&path).map_err(|source| LocationError::Unseen { path, source })?;
        Self::gather(&path, cwd, vault)
    }

    /// Whether another user can read what is there: its mode lets him, and he can enter every directory above.
    pub fn is_reachable(&self) -> bool {
        let open = match self.occupant {
            Occupant::File(access) => access.others_read || access.others_write,
            Occupant::Directory(access) => access.others_read || access.others_write || access.others_enter,
            Occupant::Nothing | Occupant::Link | Occupant::Other => false,
        };
        open && self.above.iter().all(|directory| directory.access.others_enter)
    }
}

/// Whether others can reach the file at `path`, which is about to be read: a passphrase file, for one. A pipe or a
/// device (`<(pass show x)`) has no lasting bytes and is not reachable.
pub fn is_reachable(path: &Path, cwd: &Path) -> Result<bool, LocationError> {
    let path = cwd.join(path);
    let metadata = fs::metadata(&path).map_err(|source| LocationError::Unseen { path: path.clone(), source })?;
    // Asked before the name is resolved: a pipe under /dev/fd has none.
    Ok(metadata.is_file() && PlaceFacts::gather_existing(&path, cwd, None)?.is_reachable())
}

/// Everything that is wrong with a place, in the order of `place`'s table.
pub fn risks_of(facts: &PlaceFacts, intent: Intent) -> Vec<PlaceRisk> {
    let mut risks = Vec::new();
    if intent != Intent::NewFile && facts.is_reachable() {
        risks.push(PlaceRisk::Reachable { at: facts.path.clone() });
    }
    risks.extend(in_vault(facts));
    // A file's own name says nothing; a vault's directory may be the very root of what is synchronised or served.
    let within = if intent == Intent::Directory { Some(facts.path.as_path()) } else { facts.path.parent() };
    let within = within.unwrap_or(&facts.path);
    risks.extend(sync_root(facts, within));
    risks.extend(git_work_tree(facts));
    risks.extend(web_root(within));
    risks.extend(writable(facts, intent));
    risks.extend(mount(facts));
    let at = || facts.path.clone();
    match (facts.occupant, intent) {
        (Occupant::Nothing, _) | (_, Intent::ExistingFile) => {}
        (Occupant::Link, _) => risks.push(PlaceRisk::SymbolicLink { at: at() }),
        (_, Intent::NewFile) => risks.push(PlaceRisk::Exists { at: at() }),
        (_, Intent::Directory) => {}
    }
    risks
}

fn in_vault(facts: &PlaceFacts) -> Option<PlaceRisk> {
    let (vault, identity) = facts.vault.as_ref()?;
    // By identity too: a bind mount or a file system without case gives the vault a second name.
    let same = |directory: &DirectoryFacts| identity.is_some() && directory.access.identity == *identity;
    let inside = facts.path.starts_with(vault) || facts.above.iter().any(same);
    inside.then(|| PlaceRisk::InVault { vault: vault.clone() })
}

fn sync_root(facts: &PlaceFacts, within: &Path) -> Option<PlaceRisk> {
    let marked = facts.above.iter().find_map(|directory| Some((directory.synced_by?, directory.path.clone())));
    let named = || within.ancestors().find_map(|path| Some((named_sync_root(path.file_name()?)?, path.into())));
    let (which, root) = marked.or_else(named)?;
    Some(PlaceRisk::SyncRoot { which, root })
}

fn named_sync_root(name: &OsStr) -> Option<&'static str> {
    let name = name.to_str()?;
    SYNC_ROOTS.iter().find(|(_, sign)| sign.is_named(name)).map(|(which, _)| *which)
}

fn marked_sync_root(entry: &str) -> Option<&'static str> {
    SYNC_ROOTS.iter().find(|(_, sign)| sign.is_marked_by(entry)).map(|(which, _)| *which)
}

fn git_work_tree(facts: &PlaceFacts) -> Option<PlaceRisk> {
    let directory = facts.above.iter().find(|directory| directory.has_git)?;
    Some(PlaceRisk::GitWorkTree { root: directory.path.clone() })
}

fn web_root(path: &Path) -> Option<PlaceRisk> {
    let by_name = |path: &&Path| {
        let name = path.file_name().and_then(OsStr::to_str).map(str::to_lowercase);
        name.is_some_and(|name| WEB_DIRECTORIES.contains(&name.as_str()))
    };
    let by_path = WEB_ROOTS.iter().map(Path::new).find(|root| path.starts_with(root));
    let root = by_path.or_else(|| path.ancestors().find(by_name))?;
    Some(PlaceRisk::WebRoot { root: root.to_path_buf() })
}

/// A file must not lie in a directory that others can write to, sticky or not: there they can put a link or a file in
/// its place beforehand. Further up only a directory without the sticky bit matters: in it they can replace the whole
/// branch.
fn writable(facts: &PlaceFacts, intent: Intent) -> Option<PlaceRisk> {
    let (innermost, further) = match intent {
        Intent::Directory => (None, &facts.above[..]),
        Intent::NewFile | Intent::ExistingFile => facts.above.split_first().map(|(first, rest)| (Some(first), rest))?,
    };
    let open = innermost.filter(|directory| directory.access.others_write);
    let replaceable = |directory: &&DirectoryFacts| directory.access.others_write && !directory.access.sticky;
    let directory = open.or_else(|| further.iter().find(replaceable))?;
    Some(PlaceRisk::WritableByOthers { directory: directory.path.clone() })
}

fn mount(facts: &PlaceFacts) -> Option<PlaceRisk> {
    // macOS has no mount table to read: what is under /Volumes and not linked back to / is a medium.
    let mut parts = facts.path.components().skip(1);
    if parts.next() == Some(Component::Normal(OsStr::new("Volumes"))) {
        let root = Path::new("/Volumes").join(parts.next()?);
        return Some(PlaceRisk::RemovableMount { root, filesystem: "volume".to_owned() });
    }
    let Mount { root, filesystem } = facts.mount.clone()?;
    if root == Path::new("/") {
        return None; // a machine that lives on the network altogether has nowhere else to write
    }
    if NETWORK.contains(&filesystem.as_str()) {
        return Some(PlaceRisk::NetworkMount { root, filesystem });
    }
    let carried = REMOVABLE.contains(&filesystem.as_str()) || REMOVABLE_ROOTS.iter().any(|top| root.starts_with(top));
    carried.then_some(PlaceRisk::RemovableMount { root, filesystem })
}

/// `path` (absolute) with the directories that exist resolved through links, the rest kept. A `..` behind a directory
/// that is not there has no meaning.
fn resolved(path: &Path) -> Result<PathBuf, LocationError> {
    let no_name = || LocationError::NoName { path: path.to_path_buf() };
    if path.as_os_str().as_encoded_bytes().ends_with(b"..") && path.file_name().is_none() {
        // `a/..` is a directory that exists or nothing at all.
        return fs::canonicalize(path).map_err(|_| no_name());
    }
    let Some(name) = path.file_name() else { return Ok(path.to_path_buf()) };
    let mut rest = PathBuf::from(name);
    let mut parent = path.parent().ok_or_else(no_name)?;
    loop {
        match fs::canonicalize(parent) {
            Ok(parent) => return Ok(parent.join(rest)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                rest = Path::new(parent.file_name().ok_or_else(no_name)?).join(rest);
                parent = parent.parent().ok_or_else(no_name)?;
            }
            Err(source) => return Err(LocationError::Unseen { path: parent.to_path_buf(), source }),
        }
    }
}

/// The facts of one directory; `None` where it is not there yet. One that cannot be looked into has no markers.
fn directory_facts(path: &Path) -> Option<DirectoryFacts> {
    let metadata = fs::metadata(path).ok()?;
    let access = platform::file_access(&metadata, Some(path));
    let mut facts = DirectoryFacts { path: path.to_path_buf(), access, ..DirectoryFacts::default() };
    facts.has_git = fs::symlink_metadata(path.join(".git")).is_ok();
    let entries = fs::read_dir(path).into_iter().flatten().flatten().take(ENTRIES_CAP);
    facts.synced_by = entries.filter_map(|entry| marked_sync_root(entry.file_name().to_str()?)).next();
    Some(facts)
}

#[cfg(test)]
mod tests;
