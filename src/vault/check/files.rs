//! The files beside the ledger: sealed objects, key files, the outbox, and whatever nothing speaks of.

use std::fs::File;
use std::io;
use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::digest::Digest;
use crate::digest::Hashing;
use crate::id::DisclosureId;
use crate::id::IntentId;
use crate::id::ObjectId;
use crate::keys::keyring::Keyring;
use crate::ledger::opening::PER_FILE;
use crate::platform;
use crate::practice::owner::KeyFile;
use crate::practice::rekey::KeyFileDigest;
use crate::seal;
use crate::vault::Vault;
use crate::vault::check::Fault;
use crate::vault::check::Finding;
use crate::vault::check::Report;
use crate::vault::check::finding;
use crate::vault::create::files_below;
use crate::vault::disk::Disk;
use crate::vault::error::VaultError;
use crate::vault::intent;
use crate::vault::object;
use crate::vault::object::Stored;
use crate::vault::places;

/// Larger than any key file is.
const KEY_FILE_LIMIT: u64 = 1 << 20;

/// Where strays are moved to.
pub(super) const LOST: &str = "lost+found";

/// What the ledger says of a sealed object.
#[derive(Clone, Copy, Debug)]
pub(in crate::vault) struct Expected {
    pub object: ObjectId,
    pub seal: Digest,
    pub sha256: Digest,
    /// The events of long lists do not tell it.
    pub size: Option<u64>,
}

/// Sealed objects in a directory that is laid out as a vault.
pub(in crate::vault) struct Objects<'a> {
    pub disk: &'a Disk,
    pub keyring: &'a Keyring,
    pub read_data: bool,
}

impl Objects<'_> {
    /// Checks an object that an event committed.
    pub fn check(&self, expected: &Expected) -> Result<Option<Finding>, VaultError> {
        let file = places::object(expected.object);
        match self.is_as(expected, &file) {
            Err(VaultError::Altered { reason, .. }) => {
                let fault = if self.disk.has(&file) { Fault::Corrupt } else { Fault::Incomplete };
                Ok(Some(finding(fault, &file, &reason)))
            }
            other => other.map(|()| None),
        }
    }

    fn is_as(&self, expected: &Expected, file: &str) -> Result<(), VaultError> {
        let &Expected { object, seal, sha256, size } = expected;
        let mut input = self.disk.open(file)?;
        if !self.read_data {
            let (_, found) = seal::read_seal(&mut input).map_err(|error| VaultError::unsealed(file, error))?;
            let other = || VaultError::altered(file, "its seal is not the one in the ledger");
            return if found == seal { Ok(()) } else { Err(other()) };
        }
        let read = match size {
            Some(size) => {
                let stored = Stored { object, seal, sha256, size };
                io::copy(&mut object::open(self.disk, &stored, self.keyring)?, &mut io::sink()).map(drop)
            }
            None => {
                let plain =
                    seal::open(input, self.keyring, Some(seal)).map_err(|error| VaultError::unsealed(file, error))?;
                digest_is(plain, sha256)
            }
        };
        read.map_err(|error| match object::is_altered(&error) {
            true => VaultError::altered(file, error),
            false => VaultError::io(self.disk.path(file), error),
        })
    }
}

/// Owners' key files stand in the events, byte for byte.
pub(in crate::vault) fn check_key_file(
    disk: &Disk,
    epoch: u64,
    key_file: &KeyFile,
) -> Result<Option<Finding>, VaultError> {
    let file = places::owner_file(epoch, &key_file.name);
    let expected = STANDARD.decode(&key_file.data).unwrap_or_default();
    let found = read_limited(disk, &file, expected.len())?;
    Ok(match found {
        None => Some(finding(Fault::Incomplete, &file, "it is missing")),
        Some(found) if found != expected => Some(finding(Fault::Corrupt, &file, "it is not the one in the ledger")),
        Some(_) => None,
    })
}

/// The file, or so much of it that it is seen to be longer than `expected`; `None` where there is none.
fn read_limited(disk: &Disk, file: &str, expected: usize) -> Result<Option<Vec<u8>>, VaultError> {
    if !disk.has(file) {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    let read = disk.open(file)?.take(expected as u64 + 1).read_to_end(&mut bytes);
    read.map_err(|error| VaultError::io(disk.path(file), error))?;
    Ok(Some(bytes))
}

/// The directories that a vault may have.
const DIRECTORIES: [&str; 8] = [
    places::INCOMING,
    places::JOURNAL,
    places::KEYS,
    places::LEDGER,
    LOST,
    places::OUTBOX,
    places::RECORDS,
    places::WITNESS,
];

impl Vault {
    pub(super) fn check_objects(
        &self,
        read_data: bool,
        report: &mut Report,
        progress: &mut dyn FnMut(u64),
    ) -> Result<(), VaultError> {
        let objects = Objects { disk: &self.disk, keyring: &self.keyring, read_data };
        self.catalog.each_object::<VaultError>(|stored| {
            report.records += u64::from(stored.record.is_some());
            let expected =
                Expected { object: stored.object, seal: stored.seal, sha256: stored.sha256, size: stored.size };
            if let Some(found) = objects.check(&expected)? {
                let index = self.catalog.spot(stored.n)?.map(|(_, index)| index);
                report.findings.push(Finding { index, ..found });
            }
            progress(1);
            Ok(())
        })
    }

    pub(super) fn check_key_files(&self, report: &mut Report) -> Result<(), VaultError> {
        for key_file in self.key_files()? {
            report.findings.extend(check_key_file(&self.disk, self.header.epoch, &key_file)?);
        }
        for KeyFileDigest { name, sha256 } in self.key_file_digests()? {
            let file = places::owner_file(self.header.epoch, &name);
            let found = self.disk.read(&file, KEY_FILE_LIMIT)?;
            // The earlier identities go when nothing is sealed to them any more.
            let is_over = name == places::EARLIER && self.is_rekey_finished()?;
            match found {
                None if !is_over => report.findings.push(finding(Fault::Incomplete, &file, "it is missing")),
                Some(bytes) if Digest::of(&bytes) != sha256 => {
                    report.findings.push(finding(Fault::Corrupt, &file, "it is not the one in the ledger"));
                }
                _ => {}
            }
        }
        if self.keyring.has_earlier() && !self.is_rekey_finished()? {
            let progress = self.reseal_progress()?;
            let text = format!("{} of {} objects are sealed to the new key", progress.done, progress.of);
            let file = places::owner_file(self.header.epoch, places::EARLIER);
            report.findings.push(finding(Fault::Resealing, &file, &text));
        }
        Ok(())
    }

    pub(super) fn check_outbox(&self, report: &mut Report) -> Result<(), VaultError> {
        for id in self.outbox()? {
            let file = places::package(id);
            if let Some(expected) = self.catalog.disclosure(id)?.and_then(|disclosure| disclosure.made.package) {
                if !self.disk.has(&file) {
                    continue; // released since it was listed
                }
                let package = self.disk.open(&file)?;
                let found = package_digest(&package).map_err(|error| VaultError::io(self.disk.path(&file), error))?;
                report.findings.push(match found == expected {
                    true => finding(Fault::Waiting, &file, &waiting(id)),
                    false => finding(Fault::Corrupt, &file, "it is not the package in the ledger"),
                });
            }
        }
        Ok(())
    }

    /// Files that nothing speaks of, and a directory that others can enter.
    pub(super) fn check_strays(&self, report: &mut Report) -> Result<(), VaultError> {
        for dir in self.empty_strays()? {
            report.findings.push(finding(Fault::Stray, &dir, "nothing in the ledger speaks of it"));
        }
        // Of another end of the history, which is to be joined, no event speaks yet; nor of what goes on from it.
        let is_to_be_joined = self.is_branched() || matches!(self.alarm(), Some(VaultError::HeaderBehind { .. }));
        for file in self.strays()? {
            let is_link = std::fs::symlink_metadata(self.disk.path(&file)).is_ok_and(|facts| facts.is_symlink());
            report.findings.push(match is_link {
                true => finding(Fault::Corrupt, &file, "it is a symbolic link, and nothing in a vault is one"),
                false if is_to_be_joined => continue,
                false => finding(Fault::Stray, &file, "nothing in the ledger speaks of it"),
            });
        }
        if platform::is_open_to_others(self.path()).unwrap_or(false) {
            report.findings.push(finding(Fault::Stray, ".", "others on this computer can enter the vault's directory"));
        }
        Ok(())
    }

    /// Empty directories in the vault's own that are none of a vault's.
    pub(super) fn empty_strays(&self) -> Result<Vec<String>, VaultError> {
        let mut found = Vec::new();
        for dir in self.disk.names(".")? {
            let is_dir = std::fs::symlink_metadata(self.disk.path(&dir)).is_ok_and(|facts| facts.is_dir());
            if is_dir && !DIRECTORIES.contains(&&dir[..]) && self.disk.names(&dir)?.is_empty() {
                found.push(dir);
            }
        }
        Ok(found)
    }

    /// The files that neither the ledger nor a living transaction speaks of. The vault's lock is held.
    pub(super) fn strays(&self) -> Result<Vec<String>, VaultError> {
        let (known, chapters) = (self.known_files()?, self.chapters()?);
        let is_tile = |file: &String| {
            chapters.iter().any(|chapter| file.starts_with(&places::ledger_file(chapter.log.id, "tile/")))
        };
        let lost = format!("{LOST}/");
        let mut files = Vec::new();
        files_below(&self.disk, "", &mut files)?;
        // Asked after the files were listed: a transaction that begins meanwhile has made none of them.
        let alive: Vec<String> = intent::alive(&self.disk)?;
        let mut strays = Vec::new();
        for file in files {
            let is_known = known.contains(&file)
                || is_tile(&file)
                || file.starts_with(&lost)
                || places::is_of_witness(&file)
                || is_early_list(&file)
                || self.is_beyond_the_edge(&file)
                || alive.iter().any(|one| is_of(&file, one))
                || self.is_committed(&file)?;
            // A transaction that came to nothing took its files with it.
            if !is_known && std::fs::symlink_metadata(self.disk.path(&file)).is_ok() {
                strays.push(file);
            }
        }
        Ok(strays)
    }

    /// Journal files of an append that was interrupted, or came after our head: ignored by every reader, replaced by
    /// the next append.
    fn is_beyond_the_edge(&self, file: &str) -> bool {
        let dir = format!("{}/{}/", places::JOURNAL, self.log.id);
        let number =
            file.strip_prefix(&dir).and_then(|name| name.strip_suffix(".age")).and_then(|number| number.parse().ok());
        number.is_some_and(|number: u64| {
            places::journal(self.log.id, number) == file && number.saturating_mul(PER_FILE) >= self.head().size
        })
    }
}

/// The list of a transaction that is beginning: not locked yet, or dead so early that it names nothing. The next
/// opening takes it back.
fn is_early_list(file: &str) -> bool {
    let name = file.strip_prefix(places::INCOMING).and_then(|name| name.strip_prefix('/')?.strip_suffix(".new"));
    name.is_some_and(|name| name.parse::<IntentId>().is_ok())
}

/// Whether `file` is one that the living transaction announced in `line`, or one of its own.
fn is_of(file: &str, line: &str) -> bool {
    file == line || (line.ends_with('/') && file.starts_with(line))
}

fn waiting(id: DisclosureId) -> String {
    format!("the package of {id} was not handed over yet")
}

fn package_digest(file: &File) -> io::Result<Digest> {
    let mut hashing = Hashing::new(file);
    io::copy(&mut hashing, &mut io::sink())?;
    Ok(hashing.digest())
}

fn digest_is(plain: impl io::Read, expected: Digest) -> io::Result<()> {
    let mut plain = Hashing::new(plain);
    io::copy(&mut plain, &mut io::sink())?;
    let is_it = plain.digest() == expected;
    if is_it { Ok(()) } else { Err(io::Error::new(io::ErrorKind::InvalidData, object::Forged)) }
}
