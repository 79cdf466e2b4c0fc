//! Taking over from a copy under other keys: which of the two opens, and what is asked and said. Must not know what else is
//! recovered.

use std::path::Path;

use crate::cli::failure::Failure;
use crate::cli::failure::FailureCode;
use crate::cli::session::Session;
use crate::cli::session::unlocking::NotOpened;
use crate::ledger::checkpoint::Checkpoint;
use crate::vault::adoption;
use crate::vault::adoption::Adopted;
use crate::vault::adoption::Known;
use crate::vault::error::VaultError;
use crate::vault::places::Places;
use crate::vault::root_text;
use crate::vault::unlock::Found;
use crate::vault::unlock::Unlocked;

impl Session<'_> {
    /// Takes over what another copy of the vault has under keys that are not here, if known keys lead to them. What opens
    /// the vault is then what opens the copy.
    pub fn adopt_from(&mut self, from: &Path) -> Result<Option<Adopted>, Failure> {
        let places = self.places()?;
        let opened = self.unlock(&places);
        let copy = Places { vault: from.to_owned(), ..places.clone() };
        let headers = (Found::at(places.clone()).ok(), Found::at(copy.clone()).ok());
        let opened = match (opened, headers) {
            (Err(NotOpened::Failed(failure)), _) if failure.code != FailureCode::CannotUnlock => return Err(failure),
            (Err(NotOpened::Vault(error @ (VaultError::NoVault(_) | VaultError::Io { .. }))), _) => {
                return Err(error.into());
            }
            (Err(reason), (_, None)) => return Err(reason.into()),
            // A copy that cannot say under which keys it stands may still have files.
            (Ok(_), (_, None)) => return Ok(None),
            (opened, _) => opened,
        };
        let copied = match (self.unlock(&copy), &opened) {
            (Ok(copied), _) => copied,
            // Of a vault that opens, one that nobody here opens has only what both have.
            (Err(_), Ok(_)) => return Ok(None),
            (Err(_), Err(_)) => return Err(opened.err().map_or_else(nothing, Failure::from)),
        };
        let opened = opened.ok().filter(Unlocked::can_sign);
        let mut accepted = self.globals.accept_head.clone();
        let adopted = loop {
            let known = Known { places: &places, opened: opened.as_ref(), accepted: accepted.as_deref() };
            match adoption::adopt(&known, &copied, self.lock_wait()) {
                Err(error @ VaultError::Rekeyed { .. }) if accepted.is_none() => match self.confirmed(&error)? {
                    Some(confirmed) => accepted = Some(confirmed),
                    None => return Err(unconfirmed(&error, from)),
                },
                other => break other?,
            }
        };
        if let Some(adopted) = &adopted {
            if adopted.is_accepted {
                // Of this vault key alone: it says nothing of who writes the ledger.
                self.globals.accept_head = None;
            }
            if adopted.is_on_trust {
                let Checkpoint { origin, size, root } = &adopted.head;
                self.warn(&format!(
                    "nothing on this computer knew this vault: the keys of {} were taken on trust, with the ledger {origin} \
                     size {size} root {}; compare that with the computer that writes it",
                    from.display(),
                    root_text(root)
                ));
            }
        }
        Ok(adopted)
    }
}

/// A copy with a vault key of its own that nobody confirmed: the same command, with the head, takes it over.
fn unconfirmed(error: &VaultError, from: &Path) -> Failure {
    let words = "compare that with the computer on which the owner was removed";
    let failure = Failure::new(FailureCode::Integrity, format!("{error}; {words}"));
    let VaultError::Rekeyed { head, .. } = error else {
        return failure;
    };
    let (accept, copy) = (root_text(&head.root), crate::cli::names::word(&from.display().to_string()));
    failure.hint(format!("subrosa --accept-head {}:{accept} ledger recover --from {copy}", head.size))
}

fn nothing() -> Failure {
    Failure::new(FailureCode::CannotUnlock, "nothing opens the vault")
}
