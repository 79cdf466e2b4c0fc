//! SSH keys as owners and recipients, under the cargo feature `ssh` alone: it brings the `rsa` crate
//! (RUSTSEC-2023-0071). Must not know files or prompts.

use age::secrecy::SecretString;
use age::ssh::Identity;
use age::ssh::ParseRecipientKeyError;
use age::ssh::Recipient;
use ed25519_dalek::VerifyingKey;

use crate::keys::identity::OwnerIdentity;
use crate::keys::lines::IdentityFault;
use crate::keys::recipient::PublicKey;
use crate::keys::recipient::PublicKeyError;
use crate::secret::SecretText;

/// The SSH public key of a line; its comment is ignored.
pub(crate) fn recipient(text: &str) -> Result<Recipient, PublicKeyError> {
    let malformed = |reason| PublicKeyError::Malformed { reason };
    let recipient = text.parse().map_err(|error| match error {
        ParseRecipientKeyError::RsaModulusTooSmall => malformed("an RSA key of less than 2048 bits"),
        ParseRecipientKeyError::RsaModulusTooLarge => malformed("an RSA key that is too large"),
        _ => malformed("not an SSH public key"),
    })?;
    // age computes with a point of small order as with any other: the file key would be open to all.
    if let Recipient::SshEd25519(blob, _) = &recipient {
        let point = blob.last_chunk().ok_or(malformed("not an SSH public key"))?;
        let key = VerifyingKey::from_bytes(point).map_err(|_| malformed("not a point of Ed25519"))?;
        if key.is_weak() {
            return Err(PublicKeyError::SmallOrder);
        }
    }
    Ok(recipient)
}

/// The SSH private key of a file.
pub(crate) fn identity(
    bytes: &[u8],
    ask: &mut dyn FnMut() -> Result<SecretText, IdentityFault>,
) -> Result<OwnerIdentity, IdentityFault> {
    let parsed =
        Identity::from_buffer(bytes.trim_ascii_start(), None).map_err(|_| IdentityFault::Malformed { line: 1 })?;
    let public = Recipient::try_from(parsed.clone()).ok().map(|recipient| PublicKey::of_ssh(&recipient));
    match parsed {
        Identity::Unencrypted(_) => Ok(OwnerIdentity::new(parsed, public)),
        Identity::Encrypted(key) => {
            let passphrase = SecretString::from(ask()?.reveal_secret().as_str());
            let key = key.decrypt(passphrase).map_err(|_| IdentityFault::WrongPassphrase)?;
            Ok(OwnerIdentity::new(Identity::Unencrypted(key), public))
        }
        Identity::Unsupported(_) => Err(IdentityFault::SshUnsupported),
    }
}
