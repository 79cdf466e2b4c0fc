//! An unlocked vault: its identity rests for a while where this session alone finds it (`docs/command-line.md`, "unlock").
//! What rests there is believed no more than any other identity. Must not know where that is.

use zeroize::Zeroizing;

use crate::cli::failure::Failure;
use crate::cli::failure::FailureCode;
use crate::cli::session::Session;
use crate::cli::session::unlocking::NotOpened;
use crate::keys::vault_identity::VaultIdentity;
use crate::platform::session_keys::Reach;
use crate::secret::SecretText;
use crate::vault::Vault;
use crate::vault::unlock::Found;
use crate::vault::unlock::Unlocked;

/// The first line of what rests.
const FIRST_LINE: &str = "subrosa-unlocked v1";
/// What is said of a key that the vault does not have any more.
const STALE: &str = "the vault was unlocked before its key or its ledger's key changed, and is locked again";

/// What rests: whose key opened the vault, and the vault's identity.
pub struct Rest {
    verifier: String,
    owner_file: String,
    identity: VaultIdentity,
}

impl Rest {
    /// Of an open vault.
    pub fn of(vault: &Vault) -> Result<Self, Failure> {
        let owner_file = vault.acting_owner()?.file;
        Ok(Self { verifier: vault.header().verifier.to_string(), owner_file, identity: vault.identity().again() })
    }

    fn to_text(&self) -> SecretText {
        let file = self.identity.identity_file();
        let parts = [FIRST_LINE, "\n", &self.verifier, "\n", &self.owner_file, "\n", file.reveal_secret()];
        // Sized beforehand, so that growing leaves no copy behind.
        let mut text = String::with_capacity(parts.iter().map(|part| part.len()).sum());
        parts.iter().for_each(|part| text.push_str(part));
        SecretText::new(text)
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let mut lines = text.splitn(4, '\n');
        if lines.next()? != FIRST_LINE {
            return None;
        }
        let (verifier, owner_file) = (lines.next()?.to_owned(), lines.next()?.to_owned());
        let identity = VaultIdentity::parse_identity_file(lines.next()?.as_bytes()).ok()?;
        Some(Self { verifier, owner_file, identity })
    }
}

impl Session<'_> {
    /// Lets a vault rest unlocked for so many seconds. Who finds it so.
    pub fn keep_unlocked(&mut self, rest: &Rest, name: &str, seconds: u32) -> Result<Reach, Failure> {
        let kept = self.host.keeper.keep(name, rest.to_text().reveal_secret().as_bytes(), seconds);
        kept.map_err(|error| {
            Failure::new(FailureCode::Failed, format!("the vault cannot be unlocked for a while: {error}"))
                .hint("subrosa --passphrase-file FILE client list")
        })
    }

    /// Ends every rest of a vault: under its ledger's key, and under those that it had before. Whether there was any.
    pub fn end_rests(&mut self, found: &Found) -> Result<bool, Failure> {
        let mut was_any = false;
        for name in found.log_names()? {
            let ended = self.host.keeper.forget(&name);
            was_any |= ended.map_err(|error| Failure::new(FailureCode::Failed, error.to_string()))?;
        }
        Ok(was_any)
    }

    /// Opens the vault with what rests for it, if anything does: checked as every identity is. Else the vault is given
    /// back, with what is to be said of something that rested and does not fit.
    pub(super) fn unlocked(&mut self, found: Found) -> Result<Result<Unlocked, (Found, Option<Failure>)>, NotOpened> {
        let name = found.header.verifier.origin().as_str().to_owned();
        let Some(bytes) = self.resting(&name) else {
            let stale = self.stale(&found, &name);
            return Ok(Err((found, stale)));
        };
        let rest = Rest::parse(&bytes).filter(|rest| rest.verifier == found.header.verifier.to_string());
        drop(bytes);
        match rest {
            Some(rest) if rest.identity.recipient() == found.header.recipient => {
                Ok(Ok(found.with_vault_identity(rest.identity, rest.owner_file)?))
            }
            _ => Ok(Err((found, Some(stale())))),
        }
    }

    /// Where a keyring cannot be asked nothing rests.
    fn resting(&self, name: &str) -> Option<Zeroizing<Vec<u8>>> {
        self.host.keeper.find(name).ok().flatten()
    }

    /// Whether the vault was unlocked under a key that its ledger had before.
    fn stale(&self, found: &Found, active: &str) -> Option<Failure> {
        let names = found.log_names().unwrap_or_default();
        names.iter().any(|name| name != active && self.resting(name).is_some()).then(stale)
    }
}

fn stale() -> Failure {
    Failure::new(FailureCode::CannotUnlock, STALE).hint("subrosa unlock")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rests_is_read_back_and_nothing_else_is() {
        let identity = VaultIdentity::generate();
        let recipient = identity.recipient();
        let rest = Rest { verifier: "subrosa/x+1+y".to_owned(), owner_file: "passphrase.age".to_owned(), identity };
        let text = rest.to_text();
        let again = Rest::parse(text.reveal_secret().as_bytes()).unwrap();
        assert_eq!((again.verifier, again.owner_file), (rest.verifier, rest.owner_file));
        assert_eq!(again.identity.recipient(), recipient);
        let text = text.reveal_secret();
        for wrong in ["", "subrosa-unlocked v2\na\nb\n", &text[..60], &text.replace("v1", "v9"), &format!("\n{text}")] {
            assert!(Rest::parse(wrong.as_bytes()).is_none(), "{wrong:?}");
        }
    }
}
