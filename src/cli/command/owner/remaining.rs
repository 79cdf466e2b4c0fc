//! Who goes on opening a vault that gets a new identity: whoever has a public key needs nothing for it; whoever opens it
//! with a passphrase has to type it, or is removed as well, asked and never silently.

use crate::cli::failure::Failure;
use crate::cli::failure::FailureCode;
use crate::cli::names;
use crate::cli::session::Session;
use crate::keys::recipient::PublicKey;
use crate::practice::owner::Owner;
use crate::secret::SecretText;
use crate::vault::Vault;
use crate::vault::create::OwnerKey;
use crate::vault::error::VaultError;
use crate::vault::unlock::Found;

/// How often a passphrase is asked for again.
const TRIES: usize = 3;

/// Those who stay, each with his key.
type Remaining = Vec<(Owner, OwnerKey)>;

/// Those of `owners` who stay, and those who are removed as well since their passphrase is not at hand. `name` is whom
/// the command named.
pub(super) fn settle(
    session: &mut Session<'_>,
    vault: &Vault,
    owners: &[Owner],
    removed: &[Owner],
    name: &str,
) -> Result<(Remaining, Vec<Owner>), Failure> {
    let (mut remaining, mut more) = (Vec::new(), Vec::new());
    for owner in owners.iter().filter(|owner| !removed.contains(owner)) {
        let key = match &owner.recipient {
            Some(recipient) => {
                let key: PublicKey = recipient.parse()?;
                let to = key.seals_to(&session.callbacks())?;
                Some(OwnerKey::PublicKey(key, to, owner.means))
            }
            None => passphrase(session, vault, owner, name)?.map(OwnerKey::Passphrase),
        };
        match key {
            Some(key) => remaining.push((owner.clone(), key)),
            None => more.push(owner.clone()),
        }
    }
    Ok((remaining, more))
}

/// The passphrase that opens the vault now; `None` where its owner is to be removed as well.
fn passphrase(
    session: &mut Session<'_>,
    vault: &Vault,
    owner: &Owner,
    name: &str,
) -> Result<Option<SecretText>, Failure> {
    let alias = &owner.alias;
    let is_acting = vault.acting_owner()? == *owner;
    let at_hand = if is_acting { session.passphrase_of_vault()? } else { session.passphrase_of_file()? };
    if let Some(passphrase) = at_hand {
        // Who opened the vault with it need not show again that it does.
        if is_acting || opens(vault, &passphrase)? {
            return Ok(Some(passphrase));
        }
        let message = format!("the passphrase that was given is not that of {alias}, who stays");
        return Err(Failure::new(FailureCode::CannotUnlock, message));
    }
    let missing = || {
        let name = names::word(name);
        let message = format!("the passphrase of {alias}, who stays, is needed: --passphrase-file, or --also-remove");
        Failure::usage(message)
            .hint(format!("subrosa owner remove {name} --passphrase-file FILE"))
            .hint(format!("subrosa owner remove {name} --also-remove {}", names::word(alias.as_str())))
    };
    for _ in 0..TRIES {
        let Some(terminal) = session.terminal() else {
            return Err(missing());
        };
        let typed = terminal.ask_secret(&format!("Passphrase of {alias} (Enter: {alias} is removed as well)"))?;
        if typed.reveal_secret().is_empty() {
            if terminal.confirm(&format!("Is {alias} to open the vault no more, either?"), false)? {
                return Ok(None);
            }
            continue;
        }
        if opens(vault, &typed)? {
            return Ok(Some(typed));
        }
        if let Some(terminal) = session.terminal() {
            terminal.tell("That is not the passphrase.")?;
        }
    }
    Err(Failure::new(FailureCode::CannotUnlock, format!("the passphrase of {alias} was not given")))
}

fn opens(vault: &Vault, passphrase: &SecretText) -> Result<bool, Failure> {
    match Found::at(vault.places().clone())?.with_passphrase(passphrase) {
        Ok(_) => Ok(true),
        Err(VaultError::CannotUnlock(_)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
