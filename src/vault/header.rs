//! `vault.toml`: what is public about a vault. age has no sender, so nothing here is believed before the last line, an
//! HMAC under a key of the vault identity, is checked (`docs/format.md`, 1).

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::digest::Digest;
use crate::digest::hex;
use crate::digest::hmac_sha256;
use crate::digest::unhex;
use crate::id::LogId;
use crate::keys::signer::VerifierKey;
use crate::keys::vault_identity::VaultIdentity;
use crate::time::Timestamp;
use crate::vault::error::VaultError;
use crate::vault::places::HEADER;

/// The format this program writes.
pub const FORMAT: i64 = 1;
/// What the `auth` key is derived for.
const AUTH_INFO: &str = "subrosa/vault-auth/v1";

/// The vault's public facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The key epoch.
    pub epoch: u64,
    /// The active log.
    pub log: LogId,
    /// Its verifier key.
    pub verifier: VerifierKey,
    /// The vault's own public key.
    pub recipient: String,
    /// When `init` made it.
    pub created: Timestamp,
    /// The seals of the logs' signing key files.
    pub signing_seals: BTreeMap<LogId, Digest>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    format: i64,
    epoch: u64,
    origin: String,
    verifier: VerifierKey,
    recipient: String,
    created: Timestamp,
    signing_seals: BTreeMap<LogId, Digest>,
    auth: String,
}

impl Header {
    /// Reads the file. Nothing in it is believed yet: see [`Header::check`].
    pub fn parse(bytes: &[u8]) -> Result<Self, VaultError> {
        let altered = |reason: &str| VaultError::altered(HEADER, reason);
        let text = std::str::from_utf8(bytes).map_err(|_| altered("it is not text"))?;
        let table: toml::Table = text.parse().map_err(|_| altered("it is not TOML"))?;
        match table.get("format").and_then(toml::Value::as_integer) {
            Some(FORMAT) => {}
            Some(newer) if newer > FORMAT => return Err(VaultError::NewerFormat(format!("{HEADER} (format {newer})"))),
            _ => return Err(altered("it names no format")),
        }
        let stored: Stored = table.try_into().map_err(|error: toml::de::Error| altered(error.message()))?;
        debug_assert_eq!(stored.format, FORMAT);
        let log = stored.verifier.origin().log_id().ok_or_else(|| altered("its verifier key is not a vault's"))?;
        if stored.verifier.origin().as_str() != stored.origin {
            return Err(altered("its origin is not its verifier key's"));
        }
        if unhex(&stored.auth).is_none_or(|auth| auth.len() != 32) {
            return Err(altered("its last line is malformed"));
        }
        Ok(Self {
            epoch: stored.epoch,
            log,
            verifier: stored.verifier,
            recipient: stored.recipient,
            created: stored.created,
            signing_seals: stored.signing_seals,
        })
    }

    /// Whether the vault identity's holder wrote these `bytes`: the last line is right, and the recipient is the
    /// identity's own. A writer of the directory who lacks the identity cannot make that line.
    pub fn check(&self, bytes: &[u8], identity: &VaultIdentity) -> Result<(), VaultError> {
        let body = bytes.len().checked_sub(AUTH_LINE).ok_or_else(|| VaultError::altered(HEADER, "it is cut short"))?;
        let (body, auth) = bytes.split_at(body);
        if auth != auth_line(body, identity).as_bytes() {
            return Err(VaultError::altered(
                HEADER,
                "its last line does not fit: it was not written with the vault's key",
            ));
        }
        if self.recipient != identity.recipient() {
            return Err(VaultError::altered(HEADER, "its recipient is not the vault's"));
        }
        Ok(())
    }

    /// The file, with its last line.
    pub fn to_bytes(&self, identity: &VaultIdentity) -> Vec<u8> {
        let seals: Vec<_> = self.signing_seals.iter().map(|(log, seal)| format!("\"{log}\" = \"{seal}\"")).collect();
        let body = format!(
            "format = {FORMAT}\nepoch = {}\norigin = \"{}\"\nverifier = \"{}\"\nrecipient = \"{}\"\ncreated = \"{}\"\nsigning_seals = {{ {} }}\n",
            self.epoch,
            self.verifier.origin().as_str(),
            self.verifier,
            self.recipient,
            self.created,
            seals.join(", ")
        );
        let auth = auth_line(body.as_bytes(), identity);
        (body + &auth).into_bytes()
    }
}

/// `auth = "` and 64 hex characters and `"` and LF.
const AUTH_LINE: usize = 8 + 64 + 2;

fn auth_line(body: &[u8], identity: &VaultIdentity) -> String {
    let key = identity.derive(AUTH_INFO);
    format!("auth = \"{}\"\n", hex(&hmac_sha256(key.reveal_secret(), &[body])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::signer::Origin;
    use crate::keys::signer::SigningKey;
    use proptest::prelude::*;
    use rand_core::OsRng;

    fn header(identity: &VaultIdentity) -> Header {
        let log = LogId::random(&mut OsRng);
        Header {
            epoch: 1,
            log,
            verifier: SigningKey::generate(Origin::of(log), &mut OsRng).verifier(),
            recipient: identity.recipient(),
            created: Timestamp::from_unix(1_763_717_400),
            signing_seals: BTreeMap::from([(log, Digest::of(b"seal"))]),
        }
    }

    #[test]
    fn it_is_read_back_and_every_changed_byte_is_noticed() {
        let identity = VaultIdentity::generate();
        let header = header(&identity);
        let bytes = header.to_bytes(&identity);
        assert_eq!(Header::parse(&bytes).unwrap(), header);
        header.check(&bytes, &identity).unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            let noticed = Header::parse(&changed).and_then(|header| header.check(&changed, &identity));
            assert!(noticed.is_err(), "byte {at}");
        }
        assert!(header.check(&bytes, &VaultIdentity::generate()).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes: Vec<u8>) {
            let _ = Header::parse(&bytes);
        }
    }
}
