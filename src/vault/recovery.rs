//! What opening a vault mends: a head that was signed and not published, key files that an event speaks of, journal lines
//! that hold what was erased, and what dead transactions left. Only the machine that writes the log mends, under both locks; everybody else leaves it
//! alone.

use std::time::Duration;

use crate::id::DisclosureId;
use crate::id::LogId;
use crate::id::ObjectId;
use crate::keys::signer::Origin;
use crate::platform;
use crate::practice::event::Body;
use crate::practice::event::Event;
use crate::practice::owner::KeyFile;
use crate::vault::Vault;
use crate::vault::catalog::EntryFilter;
use crate::vault::error::VaultError;
use crate::vault::history;
use crate::vault::intent;
use crate::vault::intent::Intent;
use crate::vault::lock::Hold;
use crate::vault::lock::Lock;
use crate::vault::places;
use crate::vault::staging::Staging;
use crate::vault::standing::Standing;
use crate::vault::state::State;
use crate::vault::step::Held;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

impl Vault {
    /// Mends what can be mended now. A vault that another process is using, or that cannot be written, is left as it
    /// is: everything here can be done at the next opening as well.
    pub(super) fn recover(&mut self) -> Result<(), VaultError> {
        if matches!(self.standing, Standing::InStep | Standing::Unpublished | Standing::Branched(_)) {
            self.drop_older_writers().or_else(ignore_read_only)?;
        }
        let is_erasing = self.is_erasing()?;
        let needed = self.standing == Standing::Unpublished
            || is_erasing
            || self.options.at_hand
            || !self.disk.names(places::INCOMING)?.is_empty()
            || !self.missing_key_files()?.is_empty()
            || self.closing()?.is_some()
            || self.has_remains()?
            || !self.missing_links().is_empty();
        self.take_turn(Held::Vault).or_else(ignore_read_only)?;
        let may = matches!(self.standing, Standing::InStep | Standing::Unpublished) && self.state.is_writer();
        if !needed || !may {
            return Ok(());
        }
        let at_once = Duration::ZERO;
        let mended = Lock::take(&self.disk.path(places::LOCK), Hold::Exclusive, at_once)
            .and_then(|vault| Ok((vault, self.state.lock(at_once)?)))
            .and_then(|_locks| self.mend());
        match mended {
            // The log is closed, and its successor is the active one now.
            Ok(()) if self.is_continued()? => Err(VaultError::Continued),
            Err(VaultError::Busy(_)) => Ok(()),
            // Read-only, or full: the head that holds is known all the same.
            Err(VaultError::Io { .. }) => Ok(()),
            other => other,
        }
    }

    /// A log that another one continues, or has joined, is never signed again: a crash may have come before this machine
    /// gave up its right to, or it learns of that only now.
    pub(super) fn drop_older_writers(&mut self) -> Result<(), VaultError> {
        for chapter in self.chapters()?.into_iter().filter(|chapter| chapter.log.id != self.log.id) {
            let state = State::of(&self.places, &chapter.verifier);
            if state.is_writer() {
                state.drop_writer()?;
                self.seen.followed = Some(chapter.log.origin);
            }
        }
        Ok(())
    }

    fn mend(&mut self) -> Result<(), VaultError> {
        // Another process may have appended while we waited.
        self.settle(Held::Both)?;
        if !matches!(self.standing, Standing::InStep | Standing::Unpublished) {
            return Ok(());
        }
        self.state.sweep();
        self.publish()?;
        if let Some(closed) = self.closing()? {
            // The rest is for whoever opens the vault with its successor.
            return self.complete_closing(&closed);
        }
        self.make_missing_key_files()?;
        self.remove_remains()?;
        self.make_missing_links()?;
        if self.options.at_hand || self.is_erasing()? {
            self.replace_erased(&mut Staging::under_lock(&self.disk)?)?;
        }
        intent::tidy_nameless(&self.disk)?;
        for intent in intent::dead(&self.disk)? {
            self.forget(intent)?;
        }
        Ok(())
    }

    /// Puts the head that holds into the vault, when it is not there yet. Both locks are held.
    pub(super) fn publish(&mut self) -> Result<(), VaultError> {
        if self.standing != Standing::Unpublished {
            return Ok(());
        }
        let path = self.disk.path(&places::checkpoint(self.log.id));
        crate::vault::disk::replace(&path, self.head.bytes())?;
        self.standing = Standing::InStep;
        Ok(())
    }

    /// Links between two logs of which one of the two copies is gone: the file, and where the other copy is.
    fn missing_links(&self) -> Vec<(String, String)> {
        let newer = self.past.iter().skip(1).map(|past| past.log.id).chain([self.log.id]);
        let pairs =
            self.past.iter().zip(newer).map(|(old, new)| [places::successor(old.log.id), places::predecessor(new)]);
        let is_gone = |file: &String| std::fs::symlink_metadata(self.disk.path(file)).is_err();
        let both = pairs.flat_map(|[old, new]| [(old.clone(), new.clone()), (new, old)]);
        both.filter(|(file, other)| is_gone(file) && !is_gone(other)).collect()
    }

    /// Makes them from the other copy, if that is one by the older log's key.
    fn make_missing_links(&self) -> Result<(), VaultError> {
        for (file, other) in self.missing_links() {
            for past in &self.past {
                if let Some((_, bytes)) = history::link_in(&self.disk, &other, &past.verifier)? {
                    self.disk.replace(&file, &bytes)?;
                }
            }
        }
        Ok(())
    }

    /// What a crash left of the change from one log to the next.
    fn remains(&self) -> Result<Vec<String>, VaultError> {
        let closed = self.chapters()?.into_iter().map(|chapter| chapter.log.id).filter(|id| *id != self.log.id);
        let mut remains: Vec<String> = closed.map(places::signing_key).collect();
        remains.extend([places::next_header(self.log.id), places::EARLY_HEADER.to_owned()]);
        let older = |name: &String| name.parse::<u64>().is_ok_and(|epoch| epoch < self.header.epoch);
        let epochs = self.disk.names(places::KEYS)?.into_iter().filter(older);
        remains.extend(epochs.map(|name| format!("{}/{name}", places::KEYS)));
        if self.keyring.has_earlier() && self.is_rekey_finished()? {
            remains.push(places::owner_file(self.header.epoch, places::EARLIER));
        }
        remains.retain(|file| self.disk.has(file));
        Ok(remains)
    }

    fn has_remains(&self) -> Result<bool, VaultError> {
        Ok(!self.remains()?.is_empty())
    }

    fn remove_remains(&self) -> Result<(), VaultError> {
        for file in self.remains()? {
            if self.disk.path(&file).is_dir() {
                self.disk.remove_dir(&file)?;
            } else {
                self.disk.remove(&file)?;
            }
        }
        Ok(())
    }

    /// Removes what a dead transaction made and no event speaks of. A path of any other shape is none of a
    /// transaction's: someone wrote it into the list, and it stays.
    fn forget(&self, mut intent: Intent) -> Result<(), VaultError> {
        let mut leftovers = Vec::new();
        for file in std::mem::take(&mut intent.files) {
            if self.is_leftover(&file)? {
                leftovers.push(file);
            }
        }
        intent.files = leftovers;
        intent.forgotten()
    }

    fn is_leftover(&self, file: &str) -> Result<bool, VaultError> {
        let name = stem(file);
        let is_ours = name.parse().is_ok_and(|object: ObjectId| places::object(object) == file)
            || name.parse().is_ok_and(|disclosure: DisclosureId| places::package(disclosure) == file);
        if is_ours {
            return Ok(!self.is_committed(file)?);
        }
        Ok(self.is_of_no_log(file)? || self.is_of_no_epoch(file))
    }

    /// Whether `file` is of a successor that never came to be.
    fn is_of_no_log(&self, file: &str) -> Result<bool, VaultError> {
        let parts: Vec<&str> = file.split('/').collect();
        let id = match parts[..] {
            [places::LEDGER, id, ..] | [places::JOURNAL, id, _] => id,
            [places::KEYS, name] => {
                name.strip_prefix("signing-").and_then(|name| name.strip_suffix(".age")).unwrap_or_default()
            }
            _ => return Ok(false),
        };
        let Ok(id) = id.parse::<LogId>() else {
            return Ok(false);
        };
        // The link from the active log belongs to no successor while none is named.
        if file == places::successor(self.log.id) {
            return Ok(true);
        }
        let origin = Origin::of(id);
        let is_of_history = id == self.log.id
            || self.past.iter().any(|past| past.log.id == id)
            || self.joined()?.iter().any(|joined| joined.origin == origin.as_str());
        Ok(!is_of_history && !self.has_grown(id))
    }

    /// Whether `file` is a key file of an epoch that never came to be.
    fn is_of_no_epoch(&self, file: &str) -> bool {
        let parts: Vec<&str> = file.split('/').collect();
        matches!(parts[..], [places::KEYS, epoch, _] if epoch.parse::<u64>().is_ok_and(|epoch| epoch > self.header.epoch))
    }

    /// Whether `file` is a sealed object or a package that a committed event names.
    pub(super) fn is_committed(&self, file: &str) -> Result<bool, VaultError> {
        let name = stem(file);
        if let Ok(object) = name.parse::<ObjectId>() {
            return Ok(places::object(object) == file && self.catalog.object(object)?.is_some());
        }
        if let Ok(disclosure) = name.parse::<DisclosureId>() {
            return Ok(places::package(disclosure) == file && self.catalog.disclosure(disclosure)?.is_some());
        }
        Ok(false)
    }

    /// Owners whose key file is not there. Files that grant access are written after the commit, so a crash may leave
    /// one out; the event holds it.
    fn missing_key_files(&self) -> Result<Vec<String>, VaultError> {
        let owners = self.catalog.owners()?;
        let is_missing = |file: &String| !self.disk.has(&places::owner_file(self.header.epoch, file));
        Ok(owners.into_iter().map(|owner| owner.file).filter(is_missing).collect())
    }

    /// The key files of the present epoch that the events hold. Those that a new epoch began with, they know by digest.
    pub(super) fn key_files(&self) -> Result<Vec<KeyFile>, VaultError> {
        let (mut files, epoch) = (Vec::new(), self.header.epoch);
        for kind in ["vault.created", "owner.added"] {
            let filter = EntryFilter { kind: Some(kind.to_owned()), ..EntryFilter::default() };
            self.catalog.entries::<VaultError>(&filter, |entry| {
                match Event::from_rest(entry.fields).map(|event| event.body) {
                    Ok(Body::VaultCreated(created)) if created.epoch == epoch => files.extend(created.key_files),
                    Ok(Body::OwnerAdded(added)) if added.epoch == epoch => files.push(added.key_file),
                    _ => {}
                }
                Ok(true)
            })?;
        }
        Ok(files)
    }

    /// Makes the key files that are not there. Both locks are held.
    pub(super) fn make_missing_key_files(&self) -> Result<(), VaultError> {
        let missing = self.missing_key_files()?;
        if missing.is_empty() {
            return Ok(());
        }
        for file in self.key_files()?.into_iter().filter(|file| missing.contains(&file.name)) {
            let path = places::owner_file(self.header.epoch, &file.name);
            let bytes = STANDARD.decode(&file.data).map_err(|error| VaultError::altered(&path, error))?;
            crate::vault::disk::replace(&self.disk.path(&path), &bytes)?;
        }
        Ok(())
    }
}

pub(super) fn ignore_read_only(error: VaultError) -> Result<(), VaultError> {
    match error {
        VaultError::Io { error, .. } if platform::is_read_only(&error) => Ok(()),
        other => Err(other),
    }
}

/// What a file is called, without its directory and its `.age`.
fn stem(file: &str) -> &str {
    file.rsplit('/').next().and_then(|name| name.strip_suffix(".age")).unwrap_or_default()
}
