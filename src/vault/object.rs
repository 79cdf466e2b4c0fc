//! Sealed objects: a record's version or a long list, each one age file that is written once and never changed.

use std::io;
use std::io::Read;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::digest::Digest;
use crate::digest::Hashing;
use crate::id::ObjectId;
use crate::jcs;
use crate::keys::keyring::Keyring;
use crate::keys::vault_identity::VaultIdentity;
use crate::practice::disclosure::Listed;
use crate::practice::disclosure::SealedList;
use crate::seal;
use crate::seal::Part;
use crate::vault::disk::Disk;
use crate::vault::error::VaultError;
use crate::vault::places;
use crate::vault::staging::Staging;

/// A list whose JCS is longer stands in an object of its own (`docs/format.md`, 3).
const LIST_LIMIT: usize = 16 << 10;
/// No list is longer than this, in bytes.
const SEALED_LIST_LIMIT: u64 = 1 << 30;

/// What the ledger keeps of a sealed object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its id.
    pub object: ObjectId,
    /// Its seal.
    pub seal: Digest,
    /// The plaintext's digest.
    pub sha256: Digest,
    /// The plaintext's size in bytes.
    pub size: u64,
}

/// Seals what `from` gives as the object `id`.
pub fn write(
    staging: &mut Staging,
    identity: &VaultIdentity,
    id: ObjectId,
    from: impl Read,
) -> Result<Stored, VaultError> {
    let target = places::object(id);
    let (path, file) = staging.create()?;
    let sealed = seal::seal(&[&identity.seals_to()], from, &file)
        .map_err(|error| VaultError::unsealed(path.display().to_string(), error))?;
    staging.publish(&path, &file, &target)?;
    Ok(Stored { object: id, seal: sealed.seal, sha256: sealed.sha256, size: sealed.size })
}

/// Opens an object. The seal is checked before a byte is given; the plaintext's digest and size, which a former owner
/// could not have known beforehand but could forge a seal for, at the end: reading then fails with [`Forged`].
pub fn open(disk: &Disk, stored: &Stored, keyring: &Keyring) -> Result<impl Read + use<>, VaultError> {
    let name = places::object(stored.object);
    let plain =
        seal::open(disk.open(&name)?, keyring, Some(stored.seal)).map_err(|error| VaultError::unsealed(name, error))?;
    Ok(Checked { plain: Hashing::new(plain), sha256: stored.sha256, size: stored.size })
}

/// The seal was right, the content was not: whoever wrote the file held its key.
#[derive(Debug, thiserror::Error)]
#[error("its content is not what the ledger says")]
pub struct Forged;

/// Whether a failed read means that the file was altered, and not that the disk failed.
pub fn is_altered(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<Forged>() || inner.is::<Part>())
}

struct Checked<R> {
    plain: Hashing<R>,
    sha256: Digest,
    size: u64,
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.plain.read(buffer)?;
        let is_end = n == 0 && !buffer.is_empty();
        let fits = self.plain.count() <= self.size
            && (!is_end || (self.plain.count(), self.plain.digest()) == (self.size, self.sha256));
        if fits { Ok(n) } else { Err(io::Error::new(io::ErrorKind::InvalidData, Forged)) }
    }
}

/// Puts `items` in their place, or in the sealed object `id` when they are too long for that.
pub fn write_list<T: Serialize>(
    staging: &mut Staging,
    identity: &VaultIdentity,
    id: ObjectId,
    items: Vec<T>,
) -> Result<Listed<T>, VaultError> {
    let altered = |error| VaultError::altered(places::object(id), error);
    if jcs::spell_of(&items).map_err(altered)?.len() <= LIST_LIMIT {
        return Ok(Listed::Here(items));
    }
    let mut lines = Vec::new();
    for item in &items {
        lines.extend(jcs::spell_of(item).map_err(altered)?);
        lines.push(b'\n');
    }
    let Stored { object, seal, sha256, .. } = write(staging, identity, id, &lines[..])?;
    Ok(Listed::Sealed(SealedList { count: items.len() as u64, object, seal, sha256 }))
}

/// Reads a list back.
pub fn read_list<T: DeserializeOwned + Clone>(
    disk: &Disk,
    keyring: &Keyring,
    list: &Listed<T>,
) -> Result<Vec<T>, VaultError> {
    let sealed = match list {
        Listed::Here(items) => return Ok(items.clone()),
        Listed::Sealed(sealed) => sealed,
    };
    read_sealed_list(disk, keyring, sealed)
}

/// Reads a list back from its object.
pub fn read_sealed_list<T: DeserializeOwned>(
    disk: &Disk,
    keyring: &Keyring,
    sealed: &SealedList,
) -> Result<Vec<T>, VaultError> {
    let name = places::object(sealed.object);
    let bytes = disk.read(&name, SEALED_LIST_LIMIT)?.ok_or_else(|| VaultError::altered(&name, "it is missing"))?;
    let plain = seal::open_bytes(&bytes[..], keyring, Some(sealed.seal), SEALED_LIST_LIMIT as usize)
        .map_err(|error| VaultError::unsealed(&name, error))?;
    let items: Result<Vec<T>, _> = plain
        .split_inclusive(|byte| *byte == b'\n')
        .map(|line| jcs::parse_as(line.strip_suffix(b"\n").unwrap_or(line)))
        .collect();
    let items = items.map_err(|error| VaultError::altered(&name, error))?;
    if Digest::of(&plain) != sealed.sha256 || items.len() as u64 != sealed.count {
        return Err(VaultError::altered(name, Forged));
    }
    Ok(items)
}
