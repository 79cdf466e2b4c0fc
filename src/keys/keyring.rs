//! The vault identities that open what a vault holds: the current one, and earlier ones while something is still sealed
//! to them (`docs/format.md`, 5). Must not know what is sealed.

use crate::keys::lines::IdentityFault;
use crate::keys::opening::Opens;
use crate::keys::vault_identity::VaultIdentity;
use crate::secret::SecretText;

/// The current vault identity, and those before it that are still needed.
#[derive(Debug)]
pub struct Keyring {
    current: VaultIdentity,
    earlier: Vec<VaultIdentity>,
}

impl Keyring {
    /// The current identity alone, or with earlier ones, the latest first.
    pub fn new(current: VaultIdentity, earlier: Vec<VaultIdentity>) -> Self {
        Self { current, earlier }
    }

    /// The identity that everything new is sealed to.
    pub fn current(&self) -> &VaultIdentity {
        &self.current
    }

    /// All of them, the current one first.
    pub fn identities(&self) -> impl Iterator<Item = &VaultIdentity> {
        std::iter::once(&self.current).chain(&self.earlier)
    }

    /// Whether anything may still be sealed to an earlier identity.
    pub fn has_earlier(&self) -> bool {
        !self.earlier.is_empty()
    }

    /// An age identity file of all of them, for the epoch that follows.
    pub fn identity_file(&self) -> SecretText {
        let files: Vec<SecretText> = self.identities().map(VaultIdentity::identity_file).collect();
        // Sized beforehand, so that growing leaves no copy behind.
        let mut text = String::with_capacity(files.iter().map(|file| file.reveal_secret().len()).sum());
        files.iter().for_each(|file| text.push_str(file.reveal_secret()));
        SecretText::new(text)
    }

    /// Reads what [`Keyring::identity_file`] wrote.
    pub fn parse_identity_file(bytes: &[u8]) -> Result<Vec<VaultIdentity>, IdentityFault> {
        VaultIdentity::parse_all(bytes)
    }

    /// Goes on to a new identity: all that there are become earlier ones.
    pub fn renewed(self, current: VaultIdentity) -> Self {
        let Self { current: last, mut earlier } = self;
        earlier.insert(0, last);
        Self { current, earlier }
    }
}

impl Opens for Keyring {
    fn age_identities(&self) -> Vec<&dyn age::Identity> {
        self.identities().flat_map(VaultIdentity::age_identities).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal;

    #[test]
    fn what_was_sealed_to_any_of_them_is_opened() {
        let (old, new) = (VaultIdentity::generate(), VaultIdentity::generate());
        let sealed = |to: &VaultIdentity| seal::seal_bytes(&[&to.seals_to()], b"told").unwrap().0;
        let (with_old, with_new) = (sealed(&old), sealed(&new));
        let ring = Keyring::new(old, Vec::new()).renewed(new);
        for sealed in [&with_old, &with_new] {
            assert_eq!(&*seal::open_bytes(&sealed[..], &ring, None, 100).unwrap(), b"told");
        }
        let again = Keyring::parse_identity_file(ring.identity_file().reveal_secret().as_bytes()).unwrap();
        assert_eq!(
            again.iter().map(VaultIdentity::recipient).collect::<Vec<_>>(),
            [ring.current.recipient(), ring.earlier[0].recipient()]
        );
        assert!(seal::open_bytes(&sealed(&VaultIdentity::generate())[..], &ring, None, 100).is_err());
    }
}
