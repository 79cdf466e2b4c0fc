//! Finding a vault and opening it with a key: from `vault.toml` and an owner's key file to the vault identity and the
//! log's signing key, each checked against the others before anything else is believed (`docs/format.md`, 1).

use std::fmt;

use crate::id::LogId;
use crate::keys::identity::Identities;
use crate::keys::identity::OwnerIdentity;
use crate::keys::keyring::Keyring;
use crate::keys::passphrase;
use crate::keys::passphrase::PassphraseError;
use crate::keys::signer::Origin;
use crate::keys::signer::SigningKey;
use crate::keys::vault_identity::VaultIdentity;
use crate::seal;
use crate::seal::SealError;
use crate::secret::SecretText;
use crate::vault::disk::Disk;
use crate::vault::error::VaultError;
use crate::vault::header::Header;
use crate::vault::places;
use crate::vault::places::Places;

/// Larger than any `vault.toml` or key file is.
const KEY_FILE_LIMIT: u64 = 1 << 20;

/// A vault that was found, and is not believed yet.
#[derive(Debug)]
pub struct Found {
    /// Where it is.
    pub places: Places,
    /// Its header.
    pub header: Header,
    pub(super) disk: Disk,
    header_bytes: Vec<u8>,
}

/// A vault's keys, all of which fit each other.
pub struct Unlocked {
    pub(super) found: Found,
    pub(super) keyring: Keyring,
    /// The active log's signing key; none where its file is gone. What it takes to read is proven by the header's last
    /// line and by the log.
    pub(super) signer: Option<SigningKey>,
    /// The key file that was opened: it tells which owner is acting.
    pub(super) owner_file: String,
}

impl fmt::Debug for Unlocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unlocked({})", self.owner_file)
    }
}

impl Unlocked {
    /// Whether the active log's signing key is there.
    pub fn can_sign(&self) -> bool {
        self.signer.is_some()
    }
}

impl Found {
    /// Looks for a vault at `places.vault`.
    pub fn at(places: Places) -> Result<Self, VaultError> {
        let disk = Disk::new(places.vault.clone());
        let Some(header_bytes) = disk.read(places::HEADER, KEY_FILE_LIMIT)? else {
            let nothing = !disk.has(places::LEDGER) && !disk.has(places::KEYS) && !disk.has(places::INCOMING);
            return Err(if nothing { VaultError::NoVault(places.vault) } else { VaultError::NotAVault(places.vault) });
        };
        let header = Header::parse(&header_bytes)?;
        // The epoch is believed only with the last line, which needs a key; but that its keys are there needs none.
        if !disk.has(&format!("{}/{}", places::KEYS, header.epoch)) {
            return Err(VaultError::altered(
                places::HEADER,
                format!("it names key epoch {}, of which there are no keys", header.epoch),
            ));
        }
        Ok(Self { header, places, disk, header_bytes })
    }

    /// Whether the header is another one by now.
    pub(super) fn is_outdated(&self) -> Result<bool, VaultError> {
        Ok(self.disk.read(places::HEADER, KEY_FILE_LIMIT)?.is_some_and(|bytes| bytes != self.header_bytes))
    }

    /// Whether the holder of `identity` wrote the header.
    pub(super) fn check(&self, identity: &VaultIdentity) -> Result<(), VaultError> {
        self.header.check(&self.header_bytes, identity)
    }

    /// The names of its logs: the active one's, then those of all that lie there, as an unlocked vault is kept by.
    pub fn log_names(&self) -> Result<Vec<String>, VaultError> {
        let active = self.header.verifier.origin().as_str().to_owned();
        let logs = self.disk.names(places::LEDGER)?.into_iter().filter_map(|name| name.parse::<LogId>().ok());
        let others = logs.map(|log| Origin::of(log).as_str().to_owned()).filter(|name| *name != active);
        Ok(std::iter::once(active.clone()).chain(others.collect::<Vec<_>>()).collect())
    }

    /// Whether a passphrase opens it.
    pub fn has_passphrase_owner(&self) -> bool {
        self.disk.has(&places::owner_file(self.header.epoch, places::PASSPHRASE_FILE))
    }

    /// Opens it with a passphrase.
    pub fn with_passphrase(self, passphrase: &SecretText) -> Result<Unlocked, VaultError> {
        let file = places::owner_file(self.header.epoch, places::PASSPHRASE_FILE);
        let bytes = self
            .disk
            .read(&file, KEY_FILE_LIMIT)?
            .ok_or_else(|| VaultError::CannotUnlock("no owner of this vault opens it with a passphrase".to_owned()))?;
        let plain = passphrase::open_with_passphrase(&bytes, passphrase).map_err(|error| match error {
            PassphraseError::WrongPassphrase => VaultError::CannotUnlock(error.to_string()),
            other => VaultError::altered(&file, other),
        })?;
        let identity = VaultIdentity::parse_identity_file(&plain).map_err(|error| VaultError::altered(&file, error))?;
        self.verify(identity, places::PASSPHRASE_FILE.to_owned())
    }

    /// Opens it with the first of `identities` that can.
    pub fn with_identities(self, identities: &Identities) -> Result<Unlocked, VaultError> {
        let owners: Vec<_> = self.owner_files()?.into_iter().filter(|file| file != places::PASSPHRASE_FILE).collect();
        for identity in identities.iter() {
            let own = identity.public_key().map(|key| format!("owner-{}.age", key.file_stem()));
            // An identity that tells its recipient has one file, and that file has to open; a plugin's tries them all.
            let files: Vec<&String> =
                owners.iter().filter(|file| own.as_ref().is_none_or(|own| own == *file)).collect();
            for file in files {
                if let Some(vault) = self.try_owner_file(file, identity, own.is_some())? {
                    return self.verify(vault, file.clone());
                }
            }
        }
        Err(VaultError::CannotUnlock("no identity that was given opens this vault".to_owned()))
    }

    /// Opens it with the vault identity itself, which whoever just gave the vault a new one has at hand; `owner_file`
    /// tells which owner is acting.
    pub fn with_vault_identity(self, identity: VaultIdentity, owner_file: String) -> Result<Unlocked, VaultError> {
        self.verify(identity, owner_file)
    }

    fn owner_files(&self) -> Result<Vec<String>, VaultError> {
        let names = self.disk.names(&format!("{}/{}", places::KEYS, self.header.epoch))?;
        Ok(names.into_iter().filter(|name| name.starts_with("owner-") && name.ends_with(".age")).collect())
    }

    fn try_owner_file(
        &self,
        name: &str,
        with: &OwnerIdentity,
        must: bool,
    ) -> Result<Option<VaultIdentity>, VaultError> {
        let file = places::owner_file(self.header.epoch, name);
        let Some(bytes) = self.disk.read(&file, KEY_FILE_LIMIT)? else {
            return Ok(None);
        };
        match seal::open_bytes(&bytes[..], with, None, KEY_FILE_LIMIT as usize) {
            Err(SealError::NoMatch) if !must => Ok(None),
            Err(error) => Err(VaultError::unsealed(file, error)),
            Ok(plain) => {
                VaultIdentity::parse_identity_file(&plain).map(Some).map_err(|error| VaultError::altered(file, error))
            }
        }
    }

    /// age has no sender: an owner's file may come from anyone who knows his public key. So the identity in it counts
    /// only if it wrote the header, and the signing key only if it is the header's.
    pub(super) fn verify(self, identity: VaultIdentity, owner_file: String) -> Result<Unlocked, VaultError> {
        self.check(&identity)?;
        let keyring = self.keyring(identity)?;
        let file = places::signing_key(self.header.log);
        let sealed = match self.disk.read(&file, KEY_FILE_LIMIT)? {
            Some(sealed) => sealed,
            // A log that was continued has none: whether it is the header that is old, is looked at when it is opened.
            None => return Ok(Unlocked { found: self, keyring, signer: None, owner_file }),
        };
        let seal = self.header.signing_seals.get(&self.header.log).copied();
        let seal = seal.ok_or_else(|| VaultError::altered(places::HEADER, "it names no seal of its signing key"))?;
        let plain = seal::open_bytes(&sealed[..], keyring.current(), Some(seal), KEY_FILE_LIMIT as usize)
            .map_err(|error| VaultError::unsealed(&file, error))?;
        let text = std::str::from_utf8(&plain).map_err(|_| VaultError::altered(&file, "it is not text"))?;
        let signer = SigningKey::parse_private(text.trim_end()).map_err(|error| VaultError::altered(&file, error))?;
        if signer.verifier() != self.header.verifier {
            return Err(VaultError::altered(places::HEADER, "its verifier key is not the signing key's"));
        }
        Ok(Unlocked { found: self, keyring, signer: Some(signer), owner_file })
    }

    /// The vault identity with the earlier ones that are still needed.
    fn keyring(&self, identity: VaultIdentity) -> Result<Keyring, VaultError> {
        let file = places::owner_file(self.header.epoch, places::EARLIER);
        let Some(sealed) = self.disk.read(&file, KEY_FILE_LIMIT)? else {
            return Ok(Keyring::new(identity, Vec::new()));
        };
        let plain = seal::open_bytes(&sealed[..], &identity, None, KEY_FILE_LIMIT as usize)
            .map_err(|error| VaultError::unsealed(&file, error))?;
        let earlier = Keyring::parse_identity_file(&plain).map_err(|error| VaultError::altered(&file, error))?;
        Ok(Keyring::new(identity, earlier))
    }
}
