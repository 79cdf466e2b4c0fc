//! Intents: what a transaction is about to create, written before anything of it, and locked while it lives. What a
//! dead intent names and no committed event does is a leftover. Besides leftovers only packages that were handed over
//! and tiles that wider ones replaced are ever deleted (`docs/format.md`, 5).

use std::collections::BTreeSet;
use std::fs;
use std::fs::File;
use std::io::Read as _;
use std::io::Write as _;

use crate::id::IntentId;
use crate::vault::disk;
use crate::vault::disk::Disk;
use crate::vault::error::VaultError;
use crate::vault::fuse;
use crate::vault::places;

/// Larger than the list of any transaction's files.
const INTENT_LIMIT: u64 = 64 << 20;

/// A transaction's list of files, held as long as this value lives.
#[derive(Debug)]
pub struct Intent {
    disk: Disk,
    /// Its id.
    pub id: IntentId,
    /// The files that the transaction may create, relative to the vault.
    pub files: Vec<String>,
    /// `None` where the list itself was gone already.
    _held: Option<File>,
}

impl Intent {
    /// Announces `files`. The list is locked and whole before it gets its name, and whoever holds a list's lock owns
    /// it.
    pub fn announce(disk: &Disk, id: IntentId, files: Vec<String>) -> Result<Self, VaultError> {
        let dir = places::incoming(id);
        let early = disk.path(&format!("{dir}.new"));
        let wrap = |error| VaultError::io(&early, error);
        disk.make_dir(places::INCOMING)?;
        let mut held = loop {
            let held = fuse::create(&early).map_err(wrap)?;
            held.lock().map_err(wrap)?;
            // Between the two a sweep may have taken it for a dead one's, and removed it.
            if early.exists() {
                break held;
            }
        };
        held.write_all(files.iter().map(|file| format!("{file}\n")).collect::<String>().as_bytes()).map_err(wrap)?;
        fuse::sync(&early, &held).map_err(wrap)?;
        disk.make_dir(&dir)?;
        fuse::rename(&early, &disk.path(&format!("{dir}/intent"))).map_err(wrap)?;
        fuse::sync_dir(&disk.path(&dir)).map_err(wrap)?;
        Ok(Self { disk: disk.clone(), id, files, _held: Some(held) })
    }

    /// The transaction came to its end: nothing of it is left to tidy.
    pub fn fulfilled(self) -> Result<(), VaultError> {
        let dir = places::incoming(self.id);
        // The list last: should a crash come between, the next opening still knows whose the rest is.
        let names = self.disk.names(&dir)?;
        for name in names.iter().filter(|name| places::is_staged(name)) {
            self.disk.remove(&format!("{dir}/{name}"))?;
        }
        self.disk.remove(&format!("{dir}/intent"))?;
        self.disk.remove_empty_dir(&dir)
    }

    /// The transaction made nothing.
    pub fn untouched(mut self) -> Result<(), VaultError> {
        self.files.clear();
        self.fulfilled()
    }

    /// The transaction came to nothing: what it made goes.
    pub fn forgotten(self) -> Result<(), VaultError> {
        // For good before the list goes: nothing else would know what a power cut brings back.
        self.disk.remove_for_good(self.files.iter().cloned())?;
        self.fulfilled()
    }
}

/// The intents of dead transactions, each now held by us. One that lives is passed over.
pub fn dead(disk: &Disk) -> Result<Vec<Intent>, VaultError> {
    let mut found = Vec::new();
    for name in disk.names(places::INCOMING)? {
        let Ok(id) = name.trim_end_matches(".new").parse::<IntentId>() else {
            continue;
        };
        if !found.iter().any(|intent: &Intent| intent.id == id) {
            found.extend(take_over(disk, id)?);
        }
    }
    Ok(found)
}

/// The list moves from its early name to the final one, so the early one is looked at first: a transaction that lives
/// has one of the two at each moment. A directory that has neither was being removed when its owner died.
fn take_over(disk: &Disk, id: IntentId) -> Result<Option<Intent>, VaultError> {
    let dir = places::incoming(id);
    for list in [format!("{dir}.new"), format!("{dir}/intent")] {
        let Ok(Some(mut held)) = disk::open_regular(&disk.path(&list), &list) else {
            continue;
        };
        if held.try_lock().is_err() {
            return Ok(None);
        }
        let mut text = String::new();
        let read = (&mut held).take(INTENT_LIMIT).read_to_string(&mut text);
        // The list is written whole before anything else is: one that is cut short named nothing that exists.
        let files = if read.is_ok() { text.lines().map(str::to_owned).collect() } else { Vec::new() };
        if list.ends_with(".new") {
            disk.remove(&list)?;
        }
        return Ok(Some(Intent { disk: disk.clone(), id, files, _held: Some(held) }));
    }
    Ok(disk.has(&dir).then(|| Intent { disk: disk.clone(), id, files: Vec::new(), _held: None }))
}

/// Takes away what was staged under the vault's lock by one who died, and lists that name nothing: whoever holds the lock
/// may. Returns how many there were.
pub fn tidy_nameless(disk: &Disk) -> Result<u64, VaultError> {
    let mut count = 0;
    for name in disk.names(places::INCOMING)?.iter().filter(|name| places::is_staged(name)) {
        let path = format!("{}/{name}", places::INCOMING);
        // A directory is nobody's work of ours; an empty one is in the way and no more.
        let is_dir = fs::symlink_metadata(disk.path(&path)).is_ok_and(|facts| facts.is_dir());
        if is_dir { disk.remove_empty_dir(&path) } else { disk.remove(&path) }?;
        count += 1;
    }
    for intent in dead(disk)?.into_iter().filter(|intent| intent.files.is_empty()) {
        intent.fulfilled()?;
        count += 1;
    }
    Ok(count)
}

/// Every file that a transaction announced, alive or dead.
pub fn announced(disk: &Disk) -> Result<BTreeSet<String>, VaultError> {
    let mut found = BTreeSet::new();
    for name in disk.names(places::INCOMING)? {
        let list = format!("{}/{name}/intent", places::INCOMING);
        if let Ok(Some(bytes)) = disk.read(&list, INTENT_LIMIT) {
            found.extend(String::from_utf8_lossy(&bytes).lines().map(str::to_owned));
        }
    }
    Ok(found)
}

/// What belongs to transactions that live: the files they announced, and their own directories (with a `/` at the end).
pub fn alive(disk: &Disk) -> Result<Vec<String>, VaultError> {
    let mut found = Vec::new();
    for name in disk.names(places::INCOMING)? {
        let dir = format!("{}/{name}", places::INCOMING);
        let list = if name.ends_with(".new") { dir.clone() } else { format!("{dir}/intent") };
        let Ok(Some(mut open)) = disk::open_regular(&disk.path(&list), &list) else {
            continue;
        };
        if open.try_lock_shared().is_ok() {
            continue; // nobody holds it: a dead one's
        }
        let mut text = String::new();
        if (&mut open).take(INTENT_LIMIT).read_to_string(&mut text).is_ok() {
            found.extend(text.lines().map(str::to_owned));
        }
        found.extend([dir.clone(), format!("{dir}/")]);
    }
    Ok(found)
}
