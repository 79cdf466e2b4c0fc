//! A new vault identity (`docs/format.md`, 5): an owner is removed. Key files for those who remain are written first;
//! one append closes the log and names its successor, which begins under the new identity.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand_core::CryptoRng;
use rand_core::RngCore;

use crate::digest::Digest;
use crate::keys::keyring::Keyring;
use crate::keys::signer::SigningKey;
use crate::keys::vault_identity::VaultIdentity;
use crate::practice::event::Body;
use crate::practice::event::Event;
use crate::practice::owner::Owner;
use crate::practice::rekey::KeyFileDigest;
use crate::practice::rekey::OwnerRemoved;
use crate::practice::rekey::VaultRekeyed;
use crate::practice::words::Line;
use crate::seal;
use crate::vault::Vault;
use crate::vault::catalog::EntryFilter;
use crate::vault::create;
use crate::vault::create::OwnerKey;
use crate::vault::desk::Desk;
use crate::vault::error::VaultError;
use crate::vault::places;
use crate::vault::succession::NextLog;
use crate::vault::succession::Wanted;
use crate::vault::transaction::Committed;
use crate::vault::transaction::Draft;

/// Who goes, and who stays.
pub struct Removal {
    /// The owners who open the vault no more.
    pub removed: Vec<Owner>,
    /// The others, each with what his key file is sealed to.
    pub remaining: Vec<(Owner, OwnerKey)>,
    /// The next log's key, where one was made in advance.
    pub key: Option<SigningKey>,
    /// Why.
    pub reason: Option<Line>,
}

/// What came of it: the committed events, and the vault's new identity, with which it is opened from now on.
pub struct Renewed {
    /// The events.
    pub committed: Committed,
    /// The new identity.
    pub identity: VaultIdentity,
}

/// Gives the vault a new identity that the removed owners cannot open. What they could read until now is sealed anew
/// afterwards ([`crate::vault::reseal`]).
pub fn remove_owners<R: CryptoRng + RngCore>(desk: &mut Desk<'_, R>, removal: Removal) -> Result<Renewed, VaultError> {
    let vault = &*desk.vault;
    vault.may_append()?;
    let (old_epoch, epoch) = (vault.header.epoch, vault.header.epoch + 1);
    let identity = VaultIdentity::generate();
    let mut files = Vec::new();
    for (_, key) in &removal.remaining {
        let file = create::owner_file(&identity, key, desk.rng)?;
        let bytes = STANDARD.decode(&file.data).map_err(|error| VaultError::altered(&file.name, error))?;
        files.push((file.name, bytes));
    }
    files.push((places::EARLIER.to_owned(), earlier(&vault.keyring, &identity)?));
    let digest = |(name, bytes): &(String, Vec<u8>)| KeyFileDigest { name: name.clone(), sha256: Digest::of(bytes) };
    let rekeyed = VaultRekeyed {
        epoch,
        key_files: files.iter().map(digest).collect(),
        reason: removal.reason.clone(),
        recipient: identity.recipient(),
    };
    let wanted = Wanted { key: removal.key, identity: Some((identity.again(), epoch)), reason: removal.reason.clone() };
    let next = NextLog::prepare(vault, wanted, desk.rng)?;
    let closing = next.closing();
    let names: Vec<String> = files.iter().map(|(name, _)| places::owner_file(epoch, name)).collect();
    let beside = names.into_iter().zip(files.into_iter().map(|(_, bytes)| bytes)).collect();
    let transaction = desk.vault.begin_closing(next, beside, desk.rng)?;
    let removed = removal.removed;
    let committed = transaction.commit::<VaultError>(desk.clock, desk.rng, move |vault| {
        // Somebody else may have added or removed an owner since this was asked for.
        let present = vault.catalog.owners()?;
        let expected = removed.len() + removal.remaining.len();
        let is_known = |owner: &Owner| present.contains(owner);
        let are_known = removed.iter().all(is_known) && removal.remaining.iter().all(|(owner, _)| is_known(owner));
        if present.len() != expected || !are_known || vault.header.epoch != old_epoch {
            return Err(VaultError::Continued);
        }
        let removed = removed.into_iter().map(|owner| Body::OwnerRemoved(OwnerRemoved::from(owner)));
        let rest = [Body::VaultRekeyed(rekeyed), Body::LogClosed(closing)];
        Ok(removed.chain(rest).map(Draft::from).collect())
    })?;
    Ok(Renewed { committed, identity })
}

/// Opens a successor with a new key, the vault identity as it is.
pub fn rotate_key<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    key: Option<SigningKey>,
    reason: Option<Line>,
) -> Result<(Committed, NextKey), VaultError> {
    let wanted = Wanted { key, identity: None, reason };
    let next = NextLog::prepare(desk.vault, wanted, desk.rng)?;
    let (closing, key) = (next.closing(), NextKey(next.verifier()));
    let transaction = desk.vault.begin_closing(next, Vec::new(), desk.rng)?;
    let committed = transaction
        .commit::<VaultError>(desk.clock, desk.rng, move |_| Ok(vec![Draft::from(Body::LogClosed(closing))]))?;
    Ok((committed, key))
}

/// The key that signs from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextKey(pub crate::keys::signer::VerifierKey);

/// All identities that anything is still sealed to, sealed to the new one.
fn earlier(keyring: &Keyring, identity: &VaultIdentity) -> Result<Vec<u8>, VaultError> {
    let plain = keyring.identity_file();
    let sealed = seal::seal_bytes(&[&identity.seals_to()], plain.reveal_secret().as_bytes());
    sealed.map(|(bytes, _)| bytes).map_err(|error| VaultError::unsealed(places::EARLIER, error))
}

impl Vault {
    /// Whether everything was sealed anew under the present epoch.
    pub(super) fn is_rekey_finished(&self) -> Result<bool, VaultError> {
        let mut finished = 0;
        self.each_of("vault.rekey.finished", |body| {
            if let Body::RekeyFinished(done) = body {
                finished = done.epoch;
            }
        })?;
        Ok(finished == self.header.epoch)
    }

    /// Shows `each` every event of a kind.
    pub(super) fn each_of(&self, kind: &str, mut each: impl FnMut(Body)) -> Result<(), VaultError> {
        let filter = EntryFilter { kind: Some(kind.to_owned()), ..EntryFilter::default() };
        self.catalog.entries::<VaultError>(&filter, |entry| {
            if let Ok(event) = Event::from_rest(entry.fields) {
                each(event.body);
            }
            Ok(true)
        })
    }

    /// The key files that the present epoch began with, where it is not the first.
    pub(super) fn key_file_digests(&self) -> Result<Vec<KeyFileDigest>, VaultError> {
        let mut found = Vec::new();
        self.each_of("vault.rekeyed", |body| {
            if let Body::VaultRekeyed(rekeyed) = body
                && rekeyed.epoch == self.header.epoch
            {
                found = rekeyed.key_files;
            }
        })?;
        Ok(found)
    }
}
