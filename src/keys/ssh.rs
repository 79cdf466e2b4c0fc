//! SSH keys as owners and recipients, under the cargo feature `ssh` alone: it brings the `rsa` crate
//! (RUSTSEC-2023-0071). Must not know files or prompts.

use age::secrecy::SecretString;
use age::ssh::Identity;
use age::ssh::ParseRecipientKeyError;
use age::ssh::Recipient;

use crate::keys::identity::OwnerIdentity;
use crate::keys::lines::IdentityFault;
use crate::keys::recipient::PublicKey;
use crate::keys::recipient::PublicKeyError;
use crate::secret::SecretText;

/// The SSH public key of a line; its comment is ignored.
pub(crate) fn recipient(text: &str) -> Result<Recipient, PublicKeyError> {
    let malformed = |reason| Err(PublicKeyError::Malformed { reason });
    let prefix = || text.split(' ').next().unwrap_or_default().chars().take(40).collect();
    match text.parse() {
        Ok(recipient) => Ok(recipient),
        Err(ParseRecipientKeyError::Unsupported(_) | ParseRecipientKeyError::Ignore) => {
            Err(PublicKeyError::UnknownType { prefix: prefix() })
        }
        Err(ParseRecipientKeyError::RsaModulusTooSmall) => malformed("an RSA key of less than 2048 bits"),
        Err(ParseRecipientKeyError::RsaModulusTooLarge) => malformed("an RSA key that is too large"),
        Err(_) => malformed("not an SSH public key"),
    }
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
