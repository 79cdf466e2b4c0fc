//! What opens a vault: the identities of an age identity file, plain or protected by a passphrase, with plugins and,
//! where built, SSH keys. The bytes come from the caller, and so does whoever knows the passphrase.
//! Must not know files' places or prompts.

use std::fmt;
use std::io::Read;

use zeroize::Zeroizing;

use crate::keys::lines;
use crate::keys::lines::Entry;
use crate::keys::lines::IdentityFault;
use crate::keys::opening::Opens;
use crate::keys::passphrase;
use crate::keys::passphrase::PassphraseError;
use crate::keys::plugin::Callbacks;
use crate::keys::recipient::PublicKey;
use crate::keys::vault_identity::VaultIdentity;
use crate::secret::SecretText;

const ARMOR: &[u8] = b"-----BEGIN AGE ENCRYPTED FILE-----";
const AGE: &[u8] = b"age-encryption.org/";

/// An identity file that could not be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {fault}")]
pub struct IdentityError {
    /// The file, as its reader calls it.
    pub file: String,
    /// What is wrong with it.
    pub fault: IdentityFault,
}

/// One identity, and its public key where that can be told without asking anyone.
pub struct OwnerIdentity {
    identity: Box<dyn age::Identity + Send + Sync>,
    public: Option<PublicKey>,
}

impl OwnerIdentity {
    /// The public key that belongs to it; `None` for a plugin's identity.
    pub fn public_key(&self) -> Option<&PublicKey> {
        self.public.as_ref()
    }

    #[cfg(feature = "ssh")]
    pub(crate) fn new(identity: impl age::Identity + Send + Sync + 'static, public: Option<PublicKey>) -> Self {
        Self { identity: Box::new(identity), public }
    }
}

impl Opens for OwnerIdentity {
    fn age_identities(&self) -> Vec<&dyn age::Identity> {
        vec![&*self.identity]
    }
}

impl fmt::Debug for OwnerIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[identity of {:?}]", self.public)
    }
}

/// Identities from one or more files, in the order given.
#[derive(Debug, Default)]
pub struct Identities(Vec<OwnerIdentity>);

impl Identities {
    /// Adds those of another file.
    pub fn append(&mut self, mut others: Self) {
        self.0.append(&mut others.0);
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &OwnerIdentity> {
        self.0.iter()
    }

    /// The public keys that can be told.
    pub fn public_keys(&self) -> impl Iterator<Item = &PublicKey> {
        self.0.iter().filter_map(OwnerIdentity::public_key)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Opens for Identities {
    fn age_identities(&self) -> Vec<&dyn age::Identity> {
        // Plugins last: a hardware key that is not plugged in must not hide a key that is at hand.
        let (told, plugins): (Vec<_>, Vec<_>) = self.0.iter().partition(|identity| identity.public.is_some());
        told.into_iter().chain(plugins).map(|identity| &*identity.identity as &dyn age::Identity).collect()
    }
}

/// The reader of identity files.
pub struct IdentityFile;

impl IdentityFile {
    /// Reads an identity file: plain lines, the same sealed to a passphrase (as `age -p` does, binary or armored), or
    /// one SSH private key. `file` is its name in errors. `ask` is called with that name, at most once, when a
    /// passphrase is needed; `None` means that nobody answered. Plugins are looked for here and started when something
    /// is opened.
    pub fn read(
        bytes: &[u8],
        file: &str,
        ask: &mut dyn FnMut(&str) -> Option<SecretText>,
        callbacks: &Callbacks,
    ) -> Result<Identities, IdentityError> {
        let mut ask = || ask(file).ok_or(IdentityFault::NoPassphrase);
        read(bytes, &mut ask, callbacks).map(Identities).map_err(|fault| IdentityError { file: file.to_owned(), fault })
    }
}

type Ask<'a> = &'a mut dyn FnMut() -> Result<SecretText, IdentityFault>;

fn read(bytes: &[u8], ask: Ask<'_>, callbacks: &Callbacks) -> Result<Vec<OwnerIdentity>, IdentityFault> {
    if bytes.len() > lines::MAX_FILE {
        return Err(IdentityFault::TooLarge);
    }
    if bytes.starts_with(AGE) {
        return plain(&unsealed(bytes, ask)?, callbacks);
    }
    let trimmed = bytes.trim_ascii_start();
    if trimmed.starts_with(ARMOR) {
        let mut binary = Vec::new();
        let reader = age::armor::ArmoredReader::new(trimmed);
        reader.take(lines::MAX_FILE as u64).read_to_end(&mut binary).map_err(|_| IdentityFault::Damaged)?;
        return plain(&unsealed(&binary, ask)?, callbacks);
    }
    if is_ssh_private_key(bytes) {
        return ssh(bytes, ask);
    }
    plain(bytes, callbacks)
}

fn unsealed(bytes: &[u8], ask: Ask<'_>) -> Result<Zeroizing<Vec<u8>>, IdentityFault> {
    // Nobody is asked for a passphrase that cannot help.
    passphrase::check(bytes)?;
    let passphrase = ask()?;
    Ok(passphrase::open_with_passphrase(bytes, &passphrase)?)
}

impl From<PassphraseError> for IdentityFault {
    fn from(error: PassphraseError) -> Self {
        match error {
            PassphraseError::WrongPassphrase => Self::WrongPassphrase,
            PassphraseError::WorkFactorTooHigh { required, allowed } => Self::WorkFactor { required, allowed },
            PassphraseError::NotPassphraseFile => Self::SealedToKeys,
            _ => Self::Damaged,
        }
    }
}

fn plain(bytes: &[u8], callbacks: &Callbacks) -> Result<Vec<OwnerIdentity>, IdentityFault> {
    lines::parse(bytes)?.into_iter().map(|(_, entry)| owner_identity(entry, callbacks)).collect()
}

fn owner_identity(entry: Entry, callbacks: &Callbacks) -> Result<OwnerIdentity, IdentityFault> {
    match entry {
        Entry::X25519(identity) => {
            let public = Some(PublicKey::of_x25519(&identity.to_public()));
            Ok(OwnerIdentity { identity, public })
        }
        Entry::Plugin(identity) => {
            let name = identity.plugin().to_owned();
            let missing = |_| IdentityFault::PluginMissing { binary: format!("age-plugin-{name}") };
            let plugin = age::plugin::IdentityPluginV1::new(&name, &[identity], callbacks.clone()).map_err(missing)?;
            Ok(OwnerIdentity { identity: Box::new(plugin), public: None })
        }
    }
}

fn is_ssh_private_key(bytes: &[u8]) -> bool {
    [&b"-----BEGIN OPENSSH PRIVATE KEY-----"[..], b"-----BEGIN RSA PRIVATE KEY-----"]
        .iter()
        .any(|mark| bytes.trim_ascii_start().starts_with(mark))
}

#[cfg(feature = "ssh")]
fn ssh(bytes: &[u8], ask: Ask<'_>) -> Result<Vec<OwnerIdentity>, IdentityFault> {
    crate::keys::ssh::identity(bytes, ask).map(|identity| vec![identity])
}

#[cfg(not(feature = "ssh"))]
fn ssh(_: &[u8], _: Ask<'_>) -> Result<Vec<OwnerIdentity>, IdentityFault> {
    Err(IdentityFault::SshNotBuilt)
}

/// A fresh X25519 identity for an owner: the text of its identity file, for a key file or for paper, and its public
/// key. The randomness is the age crate's own.
pub fn generate_owner() -> (SecretText, PublicKey) {
    let identity = VaultIdentity::generate();
    (identity.identity_file(), identity.public_key())
}

#[cfg(test)]
#[path = "identity_tests.rs"]
mod tests;
