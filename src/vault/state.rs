//! What this machine alone knows: the mark (the newest head signed or verified here), whether it writes the log, its
//! id, and the pins of vaults seen. Never in the vault, its sync or its backup.

use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use rand_core::CryptoRng;
use rand_core::RngCore;

use crate::id::MachineId;
use crate::keys::signer::VerifierKey;
use crate::ledger::checkpoint::VerifiedCheckpoint;
use crate::ledger::note::NOTE_LIMIT;
use crate::ledger::successor::Successor;
use crate::vault::disk;
use crate::vault::error::VaultError;
use crate::vault::fuse;
use crate::vault::header::Header;
use crate::vault::lock::Hold;
use crate::vault::lock::Lock;
use crate::vault::places::Places;

/// STATE of one log.
#[derive(Clone, Debug)]
pub struct State {
    dir: PathBuf,
}

impl State {
    /// STATE of the log whose verifier key this is.
    pub fn of(places: &Places, verifier: &VerifierKey) -> Self {
        Self { dir: places.state_of(verifier) }
    }

    /// The mark. One that does not parse or verify is an error, never "missing": else damaging it would undo it.
    pub fn mark(&self, verifier: &VerifierKey) -> Result<Option<VerifiedCheckpoint>, VaultError> {
        let path = self.dir.join("head");
        let Some(bytes) = disk::read_capped(&path, NOTE_LIMIT as u64)? else {
            return Ok(None);
        };
        let mark = VerifiedCheckpoint::open(&bytes, verifier);
        mark.map(Some).map_err(|error| VaultError::altered(path.display().to_string(), error))
    }

    /// Moves the mark: during an append, this is the commit point.
    pub fn set_mark(&self, head: &VerifiedCheckpoint) -> Result<(), VaultError> {
        disk::replace(&self.dir.join("head"), head.bytes())
    }

    /// Removes what a crash left of a mark being written, before anything is signed.
    pub fn sweep(&self) {
        let _ = fuse::remove_file(&self.dir.join("head.tmp"));
    }

    /// Whether this machine may sign the log.
    pub fn is_writer(&self) -> bool {
        self.dir.join("writer").exists()
    }

    /// Makes this machine the writer; only together with the log's key.
    pub fn make_writer(&self) -> Result<(), VaultError> {
        disk::replace(&self.dir.join("writer"), b"")
    }

    /// Forgets the mark, after both notes of a fork were kept.
    pub fn drop_mark(&self) -> Result<(), VaultError> {
        self.drop_file("head")
    }

    /// This machine signs the log no more.
    pub fn drop_writer(&self) -> Result<(), VaultError> {
        self.drop_file("writer")
    }

    fn drop_file(&self, name: &str) -> Result<(), VaultError> {
        let path = self.dir.join(name);
        match fuse::remove_file(&path) {
            Err(error) if disk::is_absent(&error) => return Ok(()),
            other => other.map_err(|error| VaultError::io(&path, error))?,
        }
        fuse::sync_dir(&self.dir).map_err(|error| VaultError::io(&self.dir, error))
    }

    /// Forgets this machine's id: it was copied, so it names two machines.
    pub fn drop_machine(&self) {
        let _ = fuse::remove_file(&self.dir.join("id"));
    }

    /// Remembers the link to the log that continues this one: an older copy of the vault has none.
    pub fn keep_link(&self, link: &[u8]) -> Result<(), VaultError> {
        let path = self.dir.join("successor");
        // One that led elsewhere is kept: what it led to was seen here, and nothing else may know of it any more.
        match disk::read_capped(&path, NOTE_LIMIT as u64)? {
            Some(other) if other != link => disk::replace(&self.dir.join("lost"), &other)?,
            _ => {}
        }
        disk::replace(&path, link)
    }

    /// The link to a log that was seen here, before another one took its place.
    pub fn lost_link(&self, verifier: &VerifierKey) -> Option<Successor> {
        let bytes = disk::read_capped(&self.dir.join("lost"), NOTE_LIMIT as u64).ok()??;
        Successor::open(&bytes, verifier).ok()
    }

    /// The link that was remembered, if the log's key `verifier` made it.
    pub fn link(&self, verifier: &VerifierKey) -> Option<Successor> {
        let bytes = disk::read_capped(&self.dir.join("successor"), NOTE_LIMIT as u64).ok()??;
        Successor::open(&bytes, verifier).ok()
    }

    /// This machine's id for this log, if one was drawn.
    pub fn known_machine(&self) -> Option<MachineId> {
        let bytes = disk::read_capped(&self.dir.join("id"), 64).ok()??;
        String::from_utf8_lossy(&bytes).trim_end().parse().ok()
    }

    /// This machine's id for this log, drawn at the first call.
    pub fn machine(&self, rng: &mut (impl CryptoRng + RngCore)) -> Result<MachineId, VaultError> {
        let path = self.dir.join("id");
        if let Some(bytes) = disk::read_capped(&path, 64)? {
            let text = String::from_utf8_lossy(&bytes);
            return text.trim_end().parse().map_err(|error| VaultError::altered(path.display().to_string(), error));
        }
        let machine = MachineId::random(rng);
        disk::replace(&path, format!("{machine}\n").as_bytes())?;
        Ok(machine)
    }

    /// STATE/lock; taken after the vault's own.
    pub fn lock(&self, wait: Duration) -> Result<Lock, VaultError> {
        disk::make_dir(&self.dir)?;
        Lock::take(&self.dir.join("lock"), Hold::Exclusive, wait)
    }
}

/// The keys of the vault that was seen at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// The vault's own public key.
    pub recipient: String,
    /// The active log's verifier key.
    pub verifier: String,
}

impl Pin {
    /// The keys of a vault.
    pub fn of(header: &Header) -> Self {
        Self { recipient: header.recipient.clone(), verifier: header.verifier.to_string() }
    }

    /// The pin of the vault at `vault`, if one was set.
    pub fn read(places: &Places, vault: &Path) -> Result<Option<Self>, VaultError> {
        let path = places.pin_of(vault);
        let Some(bytes) = disk::read_capped(&path, NOTE_LIMIT as u64)? else {
            return Ok(None);
        };
        let altered = || VaultError::altered(path.display().to_string(), "it is not a pin");
        let text = String::from_utf8(bytes).map_err(|_| altered())?;
        let (recipient, rest) = text.split_once('\n').ok_or_else(altered)?;
        let verifier = rest.strip_suffix('\n').ok_or_else(altered)?;
        Ok(Some(Self { recipient: recipient.to_owned(), verifier: verifier.to_owned() }))
    }

    /// Whether a vault with this active log is pinned at another place than `vault`.
    pub fn stands_elsewhere(places: &Places, vault: &Path, verifier: &VerifierKey) -> Result<bool, VaultError> {
        let here = vault.canonicalize().map(|canonical| places.pin_of(&canonical));
        let Some(pins) = here.as_ref().ok().and_then(|here| here.parent()) else {
            return Ok(false);
        };
        let wrap = |error| VaultError::io(pins, error);
        let entries = match std::fs::read_dir(pins) {
            Err(error) if disk::is_absent(&error) => return Ok(false),
            other => other.map_err(wrap)?,
        };
        for entry in entries {
            let path = entry.map_err(wrap)?.path();
            let text = disk::read_capped(&path, NOTE_LIMIT as u64)?.unwrap_or_default();
            let is_of_it = String::from_utf8_lossy(&text).lines().nth(1) == Some(&verifier.to_string());
            if is_of_it && here.as_ref().is_ok_and(|here| *here != path) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Sets the pin of the vault at `vault`.
    pub fn write(&self, places: &Places, vault: &Path) -> Result<(), VaultError> {
        disk::replace(&places.pin_of(vault), format!("{}\n{}\n", self.recipient, self.verifier).as_bytes())
    }
}
