//! [`VaultIdentity`]: the age identity that everything in a vault is sealed to, and the keys derived from it
//! (`docs/format.md`, 1). Must not know what is sealed or derived.

use std::fmt;

use age::secrecy::ExposeSecret;
use zeroize::Zeroize;
use zeroize::Zeroizing;

use crate::digest::hkdf_sha256;
use crate::keys::lines;
use crate::keys::lines::Entry;
use crate::keys::lines::IdentityFault;
use crate::keys::opening::Opens;
use crate::keys::opening::SealsTo;
use crate::keys::recipient::PublicKey;
use crate::secret::Key;
use crate::secret::SecretText;

/// The vault's identity: 32 secret bytes of a known age type. No `Clone`; its `Debug` says only the public key; boxed,
/// and wiped on drop.
pub struct VaultIdentity(Box<Kind>);

/// The age types that a vault identity may have.
enum Kind {
    X25519(age::x25519::Identity),
}

impl VaultIdentity {
    /// A fresh X25519 identity. The randomness is the age crate's own.
    pub fn generate() -> Self {
        Self(Box::new(Kind::X25519(age::x25519::Identity::generate())))
    }

    /// Reads an age identity file that holds exactly one X25519 identity; comments and empty lines are allowed.
    pub fn parse_identity_file(bytes: &[u8]) -> Result<Self, IdentityFault> {
        let mut all = Self::parse_all(bytes)?.into_iter();
        let first = all.next().ok_or(IdentityFault::NoIdentity)?;
        if all.next().is_some() { Err(IdentityFault::SeveralIdentities) } else { Ok(first) }
    }

    /// Reads an age identity file that holds one or more.
    pub(crate) fn parse_all(bytes: &[u8]) -> Result<Vec<Self>, IdentityFault> {
        let one = |(line, entry)| match entry {
            Entry::X25519(identity) => Ok(Self(Box::new(Kind::X25519(*identity)))),
            Entry::Plugin(_) => Err(IdentityFault::PluginIdentity { line }),
        };
        lines::parse(bytes)?.into_iter().map(one).collect()
    }

    /// The same identity once more, for a value that outlives this one. Named so that it stands out: secrets are not
    /// cloned in passing.
    pub fn again(&self) -> Self {
        let Kind::X25519(identity) = &*self.0;
        Self(Box::new(Kind::X25519(identity.clone())))
    }

    /// The identity file that stock age reads: the public key as a comment, then the secret line.
    pub fn identity_file(&self) -> SecretText {
        let public = self.recipient();
        let line = self.secret_line();
        let line = line.expose_secret();
        // Sized beforehand, so that growing leaves no copy behind.
        let mut text = String::with_capacity(public.len() + line.len() + "# public key: \n\n".len());
        for part in ["# public key: ", &public, "\n", line, "\n"] {
            text.push_str(part);
        }
        SecretText::new(text)
    }

    /// The recipient string, canonical.
    pub fn recipient(&self) -> String {
        self.public_key().into()
    }

    /// The public key.
    pub fn public_key(&self) -> PublicKey {
        let Kind::X25519(identity) = &*self.0;
        PublicKey::of_x25519(&identity.to_public())
    }

    /// What the vault's files are sealed to.
    pub fn seals_to(&self) -> SealsTo {
        let Kind::X25519(identity) = &*self.0;
        SealsTo::new(identity.to_public())
    }

    /// HKDF-SHA-256 of the 32 secret bytes, without salt, 32 bytes out (`docs/format.md`, 1).
    pub fn derive(&self, info: &str) -> Key {
        let secret = self.secret_bytes();
        let mut key = hkdf_sha256(&*secret, info);
        let derived = Key::new(key);
        key.zeroize();
        derived
    }

    fn secret_line(&self) -> age::secrecy::SecretString {
        let Kind::X25519(identity) = &*self.0;
        identity.to_string()
    }

    fn secret_bytes(&self) -> Zeroizing<[u8; 32]> {
        let mut secret = Zeroizing::new([0; 32]);
        let line = self.secret_line();
        // The age crate gives its secret bytes out in bech32 only.
        let decoded = age_core::primitives::bech32_decode(
            line.expose_secret(),
            |_| (),
            |_| Ok(()),
            |_, bytes| {
                let mut taken = 0;
                for (place, byte) in secret.iter_mut().zip(bytes) {
                    *place = byte;
                    taken += 1;
                }
                if taken == 32 { Ok(()) } else { Err(()) }
            },
        );
        decoded.expect("age spells its own key as 32 bytes of bech32");
        secret
    }
}

impl Opens for VaultIdentity {
    fn age_identities(&self) -> Vec<&dyn age::Identity> {
        let Kind::X25519(identity) = &*self.0;
        vec![identity]
    }
}

impl fmt::Debug for VaultIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[vault identity of {}]", self.recipient())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::hex;

    // The first identity of the CCTV age vectors.
    const LINE: &str = "AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM0";

    #[test]
    fn a_file_is_read_back() {
        let identity = VaultIdentity::generate();
        let file = identity.identity_file();
        let text = file.reveal_secret();
        assert!(text.starts_with("# public key: age1") && text.ends_with('\n') && text.lines().count() == 2);
        let again = VaultIdentity::parse_identity_file(text.as_bytes()).unwrap();
        assert_eq!(again.recipient(), identity.recipient());
        assert_eq!(again.derive("x").reveal_secret(), identity.derive("x").reveal_secret());
        assert_ne!(again.derive("x").reveal_secret(), identity.derive("y").reveal_secret());
        assert_eq!(format!("{identity:?}"), format!("[vault identity of {}]", identity.recipient()));
    }

    #[test]
    fn derived_keys_are_known() {
        // Computed from the bech32 line with an independent implementation of bech32 (BIP 173) and HKDF (RFC 5869).
        let identity = VaultIdentity::parse_identity_file(LINE.as_bytes()).unwrap();
        assert_eq!(identity.recipient(), "age1xmwwc06ly3ee5rytxm9mflaz2u56jjj36s0mypdrwsvlul66mv4q47ryef");
        assert_eq!(
            hex(identity.derive("subrosa/catalog/v1").reveal_secret()),
            "b30756ff05d7d3e0e52282d7880755988b1cab0b7d92ca1ed821c8177f38c29d"
        );
    }

    #[test]
    fn exactly_one_identity() {
        let fault = |text: &str| VaultIdentity::parse_identity_file(text.as_bytes()).unwrap_err();
        assert!(VaultIdentity::parse_identity_file(format!("# a\r\n\r\n{LINE}\r\n# b").as_bytes()).is_ok());
        assert_eq!(fault("# only a comment\n"), IdentityFault::NoIdentity);
        assert_eq!(fault(&format!("{LINE}\n{LINE}\n")), IdentityFault::SeveralIdentities);
        assert_eq!(fault(&format!("{LINE}\nhello\n")), IdentityFault::Malformed { line: 2 });
        assert_eq!(fault("AGE-PLUGIN-FOOBAR-1QVHULF\n"), IdentityFault::PluginIdentity { line: 1 });
        assert_eq!(fault("AGE-SECRET-KEY-PQ-1AAAA"), IdentityFault::HybridNotSupported { line: 1 });
    }
}
