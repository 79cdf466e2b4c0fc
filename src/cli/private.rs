//! A directory for one text while it is edited: ours alone, in memory where the platform has such a place, wiped at the
//! end. One that a killed process left behind is swept at the next start, unless it holds changes that exist nowhere
//! else: then it stays and is named. Must not know what the text is.

use std::fs;
use std::fs::File;
use std::fs::OpenOptions;
use std::io;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use rand_core::CryptoRng;
use rand_core::RngCore;

use crate::cli::host::Host;
use crate::digest::Digest;
use crate::id::random_characters;
use crate::platform;
use crate::platform::Customary;
use crate::secret::Secret;

/// How the directories' names begin; whose they are, the process's number and random characters follow.
const PREFIX: &str = "subrosa-edit-";

/// How a directory's name ends until it is locked.
const UNLOCKED: &str = ".new";

/// The file that is locked while the directory is in use. It also has the digest of the text before it was edited.
const LOCK: &str = "lock";

/// A place for such directories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// The directory.
    pub path: PathBuf,
    /// Its files stay in memory.
    pub memory_backed: bool,
    /// Whose directories count as ours there: a place in memory is shared by everything that the user runs, also under
    /// another home.
    pub whose: String,
}

/// The places on this machine, best first: memory, then `editing` in the state directory.
pub fn bases(host: &Host) -> Vec<Base> {
    let state = host.directory(Customary::State);
    let whose = state.as_ref().map(|path| Digest::of(path.as_os_str().as_encoded_bytes()).to_string());
    let whose = whose.map_or_else(|| "nobody".to_owned(), |digest| digest[..8].to_owned());
    let base = |path, memory_backed| Base { path, memory_backed, whose: whose.clone() };
    let memory = host.memory.iter().cloned().map(|path| base(path, true));
    let state = state.map(|path| base(path.join("editing"), false));
    memory.chain(state).collect()
}

/// A private directory with one text in it. Dropped, it is wiped.
#[derive(Debug)]
pub struct PrivateDirectory {
    path: PathBuf,
    name: String,
    lock: Option<File>,
    memory_backed: bool,
}

impl PrivateDirectory {
    /// Makes one in the first of `bases` that takes it, with `text` in the file `name`.
    pub fn create(
        bases: &[Base],
        name: &str,
        text: &[u8],
        rng: &mut (impl CryptoRng + RngCore),
    ) -> io::Result<PrivateDirectory> {
        let mut failure = io::Error::from(io::ErrorKind::NotFound);
        for base in bases {
            match Self::create_in(base, name, text, rng) {
                Ok(directory) => return Ok(directory),
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }

    fn create_in(base: &Base, name: &str, text: &[u8], rng: &mut (impl CryptoRng + RngCore)) -> io::Result<Self> {
        if !base.memory_backed {
            create_all_private(&base.path)?;
        }
        let characters = random_characters::<16>(rng).map(char::from);
        let name_of = |end: &str| format!("{PREFIX}{}-{}-{end}", base.whose, std::process::id());
        let path = base.path.join(name_of(&String::from_iter(characters)));
        let unlocked = path.with_extension(&UNLOCKED[1..]);
        platform::create_private_directory(&unlocked)?;
        let locked = (|| {
            let mut lock = platform::create_new_private_file(&unlocked.join(LOCK))?;
            lock.lock()?;
            lock.write_all(Digest::of(text).to_string().as_bytes())?;
            // Until it has its name no sweep looks at it; from then on the lock says that it is in use.
            fs::rename(&unlocked, &path)?;
            Ok(lock)
        })();
        let lock = locked.inspect_err(|_: &io::Error| drop(fs::remove_dir_all(&unlocked)))?;
        let directory = Self { path, name: name.to_owned(), lock: Some(lock), memory_backed: base.memory_backed };
        let mut file = platform::create_new_private_file(&directory.file())?;
        file.write_all(text)?;
        Ok(directory)
    }

    /// The file with the text.
    pub fn file(&self) -> PathBuf {
        self.path.join(&self.name)
    }

    /// Whether the text stays in memory.
    pub fn is_memory_backed(&self) -> bool {
        self.memory_backed
    }

    /// The text as it is now.
    pub fn read(&self) -> io::Result<Secret<Vec<u8>>> {
        Ok(Secret::new(fs::read(self.file())?))
    }

    /// Lets the next program we start keep the directory in use, should this process be killed before it.
    pub fn share_with_child(&self) -> io::Result<()> {
        self.lock.as_ref().map_or(Ok(()), platform::share_with_child)
    }

    /// Leaves the directory where it is, and names the text's file.
    pub fn keep(mut self) -> PathBuf {
        self.lock = None;
        self.file()
    }

    /// Overwrites and removes everything.
    pub fn wipe(mut self) -> io::Result<()> {
        let wiped = wipe(&self.path);
        self.lock = None;
        wiped
    }
}

impl Drop for PrivateDirectory {
    fn drop(&mut self) {
        if self.lock.is_some() {
            let _ = wipe(&self.path);
        }
    }
}

/// Wipes what dead processes left in `bases` and names the files that hold changes.
pub fn sweep(bases: &[Base]) -> Vec<PathBuf> {
    let mut kept = Vec::new();
    for base in bases {
        for entry in fs::read_dir(&base.path).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let begin = format!("{PREFIX}{}-", base.whose);
            let ours = name.to_str().is_some_and(|name| name.starts_with(&begin) && !name.ends_with(UNLOCKED));
            if ours {
                kept.extend(sweep_one(&entry.path()).unwrap_or_default());
            }
        }
    }
    kept.sort();
    kept
}

/// Wipes one left directory, or names what was changed in it. Others can make a directory of such a name where
/// everybody can write: only a real one of ours is looked into.
fn sweep_one(path: &Path) -> Option<Vec<PathBuf>> {
    let metadata = fs::symlink_metadata(path).ok()?;
    if !metadata.is_dir() || !platform::file_access(&metadata, None).ours {
        return None;
    }
    let lock = OpenOptions::new().read(true).write(true).open(path.join(LOCK)).ok()?;
    lock.try_lock().ok()?;
    let before = fs::read_to_string(path.join(LOCK)).unwrap_or_default();
    let mut changed = Vec::new();
    for entry in fs::read_dir(path).ok()?.flatten() {
        // An editor's own rescue file beside the text counts as a change too.
        let same =
            || fs::read(entry.path()).is_ok_and(|bytes| bytes.is_empty() || Digest::of(&bytes).to_string() == before);
        if entry.file_name() != LOCK && !same() {
            changed.push(entry.path());
        }
    }
    if changed.is_empty() {
        let _ = wipe(path);
    }
    Some(changed)
}

/// Overwrites and removes the files in `directory`, then the directory itself. On a disk that keeps old blocks the
/// overwriting is worth little: that is why memory comes first.
fn wipe(directory: &Path) -> io::Result<()> {
    for entry in fs::read_dir(directory)?.flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_file()) {
            let _ = overwrite(&entry.path());
        }
    }
    fs::remove_dir_all(directory)
}

fn overwrite(path: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).open(path)?;
    let mut left = file.metadata()?.len();
    let zeros = [0; 4096];
    while left > 0 {
        let count = left.min(zeros.len() as u64);
        file.write_all(&zeros[..count as usize])?;
        left -= count;
    }
    file.sync_all()
}

/// Makes `path` and what is missing above it, each ours alone.
fn create_all_private(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        create_all_private(parent)?;
    }
    match platform::create_private_directory(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::cli::twin::RepeatingRng;

    fn base(directory: &Path) -> Vec<Base> {
        vec![Base { path: directory.join("state/editing"), memory_backed: false, whose: "1".to_owned() }]
    }

    fn create(bases: &[Base]) -> PrivateDirectory {
        PrivateDirectory::create(bases, "note.md", b"before", &mut RepeatingRng::new(1)).unwrap()
    }

    #[test]
    fn it_is_ours_alone_and_gone_afterwards() {
        let top = tempfile::tempdir().unwrap();
        let bases = base(top.path());
        let directory = create(&bases);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&directory.path), mode(&directory.file()), mode(&bases[0].path)), (0o700, 0o600, 0o700));
        assert_eq!(directory.read().unwrap().reveal_secret(), b"before");
        assert!(sweep(&bases).is_empty());
        assert!(directory.file().exists(), "in use: not swept");
        directory.wipe().unwrap();
        assert_eq!(fs::read_dir(&bases[0].path).unwrap().count(), 0);
    }

    /// Sweeps until something comes of it: a program that another test starts holds our locks until it runs.
    fn sweep_until(bases: &[Base], is_done: impl Fn(&[PathBuf]) -> bool) -> Vec<PathBuf> {
        let mut left = sweep(bases);
        for _ in 0..200 {
            if is_done(&left) {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
            left = sweep(bases);
        }
        left
    }

    #[test]
    fn what_was_left_is_swept_unless_it_was_changed() {
        let top = tempfile::tempdir().unwrap();
        let bases = base(top.path());
        let file = create(&bases).keep();
        assert!(sweep_until(&bases, |_| !file.exists()).is_empty());
        assert!(!file.exists(), "unchanged: nothing is lost");

        let file = create(&bases).keep();
        fs::write(&file, b"after").unwrap();
        assert_eq!(sweep_until(&bases, |left| !left.is_empty()), std::slice::from_ref(&file));
        assert!(file.exists());

        fs::write(&file, b"before").unwrap();
        fs::write(file.with_file_name("#note.md#"), b"autosaved").unwrap();
        assert_eq!(sweep_until(&bases, |left| !left.is_empty()), [file.with_file_name("#note.md#")]);
    }

    #[test]
    fn directories_of_others_and_links_are_left_alone() {
        let top = tempfile::tempdir().unwrap();
        let bases = base(top.path());
        fs::create_dir_all(&bases[0].path).unwrap();
        let elsewhere = top.path().join("elsewhere");
        fs::create_dir(&elsewhere).unwrap();
        fs::write(elsewhere.join(LOCK), b"").unwrap();
        std::os::unix::fs::symlink(&elsewhere, bases[0].path.join("subrosa-edit-1-x")).unwrap();
        fs::create_dir(bases[0].path.join("subrosa-edit-1-y.new")).unwrap();
        assert!(sweep(&bases).is_empty());
        assert!(elsewhere.join(LOCK).exists());
    }

    #[test]
    fn the_first_base_that_works_is_taken() {
        let top = tempfile::tempdir().unwrap();
        let mut bases = base(top.path());
        bases.insert(0, Base { path: "/nowhere".into(), memory_backed: true, whose: "1".to_owned() });
        assert!(!create(&bases).is_memory_backed());
        assert!(PrivateDirectory::create(&[], "x", b"", &mut RepeatingRng::new(1)).is_err());
    }
}
