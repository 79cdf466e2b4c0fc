//! The practice's own contact card (`docs/format.md`, 6): what others need to share with it, signed by its log's key.

use crate::keys::signer::SigningKey;
use crate::ledger::card::Card;
use crate::ledger::card::CardError;
use crate::practice::owner::VaultCreated;
use crate::time::Timestamp;
use crate::vault::Vault;

/// The card and its signed note. `previous` is the successor note of the log before this one, where there is one. An
/// organisation is never named: a vault knows the practice alone.
pub fn own(
    (vault, key): (&Vault, &SigningKey),
    practice: &VaultCreated,
    created: Timestamp,
    previous: Option<String>,
) -> Result<(Card, Vec<u8>), CardError> {
    let card = Card {
        contact: practice.contact.as_ref().map(ToString::to_string),
        created,
        name: practice.name.as_ref().map(ToString::to_string),
        organisation: None,
        previous,
        recipient: vault.header().recipient.clone(),
        vkey: key.verifier(),
    };
    let note = card.sign(key)?;
    Ok((card, note))
}
