//! A new vault identity: an owner is removed, and what the old identity opened is sealed anew (`docs/format.md`, 5).

use serde::Deserialize;
use serde::Serialize;

use crate::digest::Digest;
use crate::id::ObjectId;
use crate::practice::disclosure::Listed;
use crate::practice::owner::Owner;
use crate::practice::words::Alias;
use crate::practice::words::Line;
use crate::vocabulary::OwnerMeans;

/// `owner.removed`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnerRemoved {
    /// What the owner was called in the ledger.
    pub alias: Alias,
    /// The name of the key file that was his.
    pub file: String,
    /// How he opened the vault.
    pub means: OwnerMeans,
    /// The public key the file was sealed to; null for a passphrase.
    pub recipient: Option<String>,
}

impl From<Owner> for OwnerRemoved {
    fn from(owner: Owner) -> Self {
        let Owner { alias, file, means, recipient } = owner;
        Self { alias, file, means, recipient }
    }
}

/// A key file that the event does not hold, since it is sealed anew at each epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyFileDigest {
    /// Its name in `keys/<epoch>/`.
    pub name: String,
    /// SHA-256 of the age file.
    pub sha256: Digest,
}

/// `vault.rekeyed`: a new vault identity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VaultRekeyed {
    /// The new key epoch.
    pub epoch: u64,
    /// The files of `keys/<epoch>/`.
    pub key_files: Vec<KeyFileDigest>,
    /// Why.
    pub reason: Option<Line>,
    /// The vault's new public key.
    pub recipient: String,
}

/// An object that was sealed again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resealed {
    /// The object that now holds it.
    pub object: ObjectId,
    /// That object's seal.
    pub seal: Digest,
    /// The object that held it before.
    pub was: ObjectId,
}

/// `objects.resealed`: a batch of objects was sealed again, each opened and checked first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectsResealed {
    /// How many.
    pub count: u64,
    /// The key epoch they are sealed under now.
    pub epoch: u64,
    /// Which.
    pub list: Listed<Resealed>,
}

/// `vault.rekey.finished`: nothing of the vault is sealed to an earlier identity any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RekeyFinished {
    /// The key epoch.
    pub epoch: u64,
}
