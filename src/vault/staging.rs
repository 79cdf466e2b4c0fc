//! Files on their way to their places: written where a crash may leave half of one, synced, and renamed. At the end of a
//! step everything in it is on disk. A disk syncs several files in hardly more time than one, so those of a step are
//! synced together.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::thread;

use crate::id::IntentId;
use crate::vault::disk;
use crate::vault::disk::Disk;
use crate::vault::error::VaultError;
use crate::vault::fuse;
use crate::vault::places;

/// How many files are open, and synced, at once.
const TOGETHER: usize = 16;

/// Writes for one change.
pub struct Staging {
    disk: Disk,
    dir: String,
    count: u64,
    waiting: Vec<Waiting>,
    dirty: BTreeSet<PathBuf>,
}

/// A file that is written, and neither synced nor in its place.
struct Waiting {
    path: PathBuf,
    file: File,
    target: String,
}

impl Staging {
    /// For a change that was announced: beside its list, whoever else is writing.
    pub fn beside(disk: &Disk, intent: IntentId) -> Self {
        Self::within(disk, places::incoming(intent))
    }

    /// For whoever holds the vault's lock, and makes nothing that somebody would have to take away: what a crash leaves
    /// lies under names that the next one to hold the lock takes for its own.
    pub fn under_lock(disk: &Disk) -> Result<Self, VaultError> {
        disk.make_dir(places::INCOMING)?;
        Ok(Self::within(disk, places::INCOMING.to_owned()))
    }

    fn within(disk: &Disk, dir: String) -> Self {
        Self { disk: disk.clone(), dir, count: 0, waiting: Vec::new(), dirty: BTreeSet::new() }
    }

    /// A fresh private file to write into; [`Staging::publish`] gives it its name.
    pub fn create(&mut self) -> Result<(PathBuf, File), VaultError> {
        self.count += 1;
        let path = self.disk.path(&places::staged(&self.dir, self.count));
        let file = fuse::create(&path).map_err(|error| VaultError::io(&path, error))?;
        Ok((path, file))
    }

    /// Syncs a file that was created here, and renames it to `target`. After a crash before [`Staging::settle`] it may be
    /// there or not.
    pub fn publish(&mut self, staged: &Path, open: &File, target: &str) -> Result<(), VaultError> {
        fuse::sync(staged, open).map_err(|error| VaultError::io(staged, error))?;
        self.put(staged, target)
    }

    /// Writes `bytes` as `target`, which is there by the time the step is [settled](Self::settle).
    pub fn write(&mut self, target: &str, bytes: &[u8]) -> Result<(), VaultError> {
        let (path, mut file) = self.create()?;
        file.write_all(bytes).map_err(|error| VaultError::io(&path, error))?;
        self.waiting.push(Waiting { path, file, target: target.to_owned() });
        if self.waiting.len() < TOGETHER { Ok(()) } else { self.put_waiting() }
    }

    /// The end of a step: everything written in it is in its place, and each directory that was written to is synced.
    pub fn settle(&mut self) -> Result<(), VaultError> {
        self.put_waiting()?;
        let dirty: Vec<PathBuf> = std::mem::take(&mut self.dirty).into_iter().collect();
        for some in dirty.chunks(TOGETHER) {
            together(some, |dir| fuse::sync_dir(dir).map_err(|error| VaultError::io(dir, error)))?;
        }
        Ok(())
    }

    /// Removes what did not come to its place. Whoever staged under the vault's lock still holds it.
    pub fn discard(&mut self) {
        self.waiting.clear();
        for number in 1..=self.count {
            let _ = self.disk.remove(&places::staged(&self.dir, number));
        }
    }

    fn put_waiting(&mut self) -> Result<(), VaultError> {
        let waiting = std::mem::take(&mut self.waiting);
        together(&waiting, |Waiting { path, file, .. }| {
            fuse::sync(path, file).map_err(|error| VaultError::io(path, error))
        })?;
        waiting.iter().try_for_each(|one| self.put(&one.path, &one.target))
    }

    fn put(&mut self, staged: &Path, target: &str) -> Result<(), VaultError> {
        self.disk.straight(target, false)?;
        let path = self.disk.path(target);
        let parent = path.parent().unwrap_or(self.disk.root()).to_owned();
        if !parent.exists() {
            disk::make_dir(&parent)?;
        }
        fuse::rename(staged, &path).map_err(|error| VaultError::io(&path, error))?;
        self.dirty.insert(parent);
        Ok(())
    }
}

/// Does something that waits for the disk with all of `items` at once. Every one is done, or was tried, when it returns.
fn together<T: Sync>(items: &[T], act: impl Fn(&T) -> Result<(), VaultError> + Sync) -> Result<(), VaultError> {
    // What a test writes down, it writes down on its own thread.
    let Some((first, rest)) = items.split_first().filter(|(_, rest)| !rest.is_empty() && !cfg!(test)) else {
        return items.iter().try_for_each(act);
    };
    let act = &act;
    thread::scope(|scope| {
        let begin = |item| thread::Builder::new().spawn_scoped(scope, move || act(item)).map_err(|_| item);
        let others: Vec<_> = rest.iter().map(begin).collect();
        let mut done = act(first);
        for other in others {
            // Where there may be no more threads, one after the other does as well.
            let other = other.map_or_else(act, |other| other.join().expect("syncing does not panic"));
            done = done.and(other);
        }
        done
    })
}
