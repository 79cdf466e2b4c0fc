//! Intents: what a transaction is about to create, written before anything of it, and locked while it lives. What a dead
//! intent names and no committed event does is a leftover; nothing else in a vault is ever deleted (FORMAT 5).

use std::fs::File;
use std::io::Read as _;
use std::io::Write as _;

use crate::id::IntentId;
use crate::platform;
use crate::vault::disk::Disk;
use crate::vault::disk::rename;
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
    _held: File,
}

impl Intent {
    /// Announces `files`. The list is locked before it gets its name, so that nobody ever sees it unlocked and alive.
    pub fn announce(disk: &Disk, id: IntentId, files: Vec<String>) -> Result<Self, VaultError> {
        let dir = places::incoming(id);
        let early = disk.path(&format!("{dir}.new"));
        let wrap = |error| VaultError::io(&early, error);
        disk.make_dir(places::INCOMING)?;
        let mut held = loop {
            let made = fuse::pass().and_then(|()| platform::create_private_file(&early)).map_err(wrap)?;
            made.lock().map_err(wrap)?;
            // Between the two, whoever tidies may have locked it first, taken it for a dead one's list and removed it.
            if early.exists() {
                break made;
            }
        };
        held.write_all(files.iter().map(|file| format!("{file}\n")).collect::<String>().as_bytes()).map_err(wrap)?;
        held.sync_all().map_err(wrap)?;
        disk.make_dir(&dir)?;
        rename(&early, &disk.path(&format!("{dir}/intent"))).map_err(wrap)?;
        platform::sync_directory(&disk.path(&dir)).map_err(wrap)?;
        Ok(Self { disk: disk.clone(), id, files, _held: held })
    }

    /// The transaction came to its end: nothing of it is left to tidy.
    pub fn fulfilled(self) -> Result<(), VaultError> {
        self.disk.remove_dir(&places::incoming(self.id))
    }

    /// The transaction came to nothing: what it made goes.
    pub fn forgotten(self) -> Result<(), VaultError> {
        for file in &self.files {
            self.disk.remove(file)?;
        }
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
        // Its list moves from the early name to the final one; a directory that has neither just became alive or died.
        let dir = places::incoming(id);
        for list in [format!("{dir}/intent"), format!("{dir}.new")] {
            if let Some(intent) = take_over(disk, id, &list)? {
                found.push(intent);
                break;
            }
        }
    }
    Ok(found)
}

fn take_over(disk: &Disk, id: IntentId, list: &str) -> Result<Option<Intent>, VaultError> {
    let path = disk.path(list);
    let Ok(mut held) = File::open(&path) else {
        return Ok(None);
    };
    if held.try_lock().is_err() {
        return Ok(None);
    }
    let mut text = String::new();
    let read = (&mut held).take(INTENT_LIMIT).read_to_string(&mut text);
    // A list that is cut short or is no text named nothing that exists yet: it is written whole before anything else is.
    let files = if read.is_ok() { text.lines().map(str::to_owned).collect() } else { Vec::new() };
    if list.ends_with(".new") {
        disk.remove(list)?;
    }
    Ok(Some(Intent { disk: disk.clone(), id, files, _held: held }))
}

/// What belongs to transactions that live: the files they announced, and their own directories (with a `/` at the end).
pub fn alive(disk: &Disk) -> Result<Vec<String>, VaultError> {
    let mut found = Vec::new();
    for name in disk.names(places::INCOMING)? {
        let dir = format!("{}/{name}", places::INCOMING);
        let list = if name.ends_with(".new") { dir.clone() } else { format!("{dir}/intent") };
        let Ok(mut open) = File::open(disk.path(&list)) else {
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
