//! Owners: those whose key or passphrase opens the vault, and the vault's own beginning.

use serde::Deserialize;
use serde::Serialize;

use crate::id::MachineId;
use crate::practice::words::Alias;
use crate::practice::words::Line;
use crate::vocabulary::Capacity;
use crate::vocabulary::OwnerMeans;
use crate::vocabulary::Profile;

/// An owner of the vault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Owner {
    /// The name that stands as `actor` in what this owner does.
    pub alias: Alias,
    /// The key file's name in `keys/<epoch>/`.
    pub file: String,
    /// How this owner opens the vault.
    pub means: OwnerMeans,
    /// The public key the file is sealed to; null for a passphrase.
    pub recipient: Option<String>,
}

/// A key file as the events keep it, so that it can be made again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyFile {
    /// The age file in base64.
    pub data: String,
    /// Its name in `keys/<epoch>/`.
    pub name: String,
}

/// `vault.created`: the first sealed event of a vault's first log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VaultCreated {
    /// Professional or personal.
    pub capacity: Capacity,
    /// Whom a recipient may call.
    pub contact: Option<Line>,
    /// The key epoch, 1.
    pub epoch: u64,
    /// The owners' key files.
    pub key_files: Vec<KeyFile>,
    /// What was wrong with the vault's place, and allowed by the owner: reason ids.
    pub lifted: Vec<String>,
    /// The machine that writes the log.
    pub machine: MachineId,
    /// The practice's name, as recipients see it.
    pub name: Option<Line>,
    /// Who opens the vault.
    pub owners: Vec<Owner>,
    /// Rules on top of the strict ones.
    pub profiles: Vec<Profile>,
    /// The vault's own public key.
    pub recipient: String,
    /// The practice's time zone (IANA name).
    pub time_zone: String,
    /// The log's verifier key.
    pub verifier: String,
}

/// `owner.added`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnerAdded {
    /// The name that stands as `actor` in what this owner does.
    pub alias: Alias,
    /// The key epoch that the file belongs to.
    pub epoch: u64,
    /// The key file made for this owner.
    pub key_file: KeyFile,
    /// How this owner opens the vault.
    pub means: OwnerMeans,
    /// The public key the file is sealed to; null for a passphrase.
    pub recipient: Option<String>,
}

/// `clock.stepped`: the owner confirmed that the clock stands behind the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockStepped {
    /// What the clock said.
    pub clock: crate::time::Timestamp,
    /// The time of the last entry, used instead.
    pub last: crate::time::Timestamp,
}

impl OwnerAdded {
    /// The owner this event makes.
    pub fn owner(&self) -> Owner {
        Owner {
            alias: self.alias.clone(),
            file: self.key_file.name.clone(),
            means: self.means,
            recipient: self.recipient.clone(),
        }
    }
}
