//! Clients, recipients and owners: naming them and changing what is known of them. Uniqueness is judged under the
//! locks, so two processes cannot both take a name. Must not know how a person types or reads any of it.

use rand_core::CryptoRng;
use rand_core::RngCore;

use crate::id::ClientId;
use crate::id::FollowupId;
use crate::id::RecipientId;
use crate::keys::signer::VerifierKey;
use crate::ledger::card::SafetyNumber;
use crate::ledger::successor;
use crate::practice::client::Client;
use crate::practice::client::ClientClosed;
use crate::practice::client::ClientDetails;
use crate::practice::event::Body;
use crate::practice::owner::OwnerAdded;
use crate::practice::recipient::GivenKey;
use crate::practice::recipient::Recipient;
use crate::practice::recipient::RecipientAdded;
use crate::practice::recipient::RecipientDetails;
use crate::practice::recipient::RecipientKeyReplaced;
use crate::practice::recipient::RecipientSuspended;
use crate::practice::recipient::RecipientVerified;
use crate::practice::words::Alias;
use crate::practice::words::Prose;
use crate::time::Date;
use crate::time::TimeError;
use crate::vault::Vault;
use crate::vault::catalog::Who;
use crate::vault::create;
use crate::vault::create::OwnerKey;
use crate::vault::desk::Desk;
use crate::vault::error::VaultError;
use crate::vault::transaction::Committed;
use crate::vault::transaction::Draft;
use crate::vocabulary::ClientState;
use crate::vocabulary::OwnerMeans;
use crate::vocabulary::VerifiedHow;

mod returns;

/// How many more follow-ups may be planned than were thought of.
const SPARE: usize = 64;

/// Why a person could not be named or changed.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// Someone else is called so.
    #[error("the alias {0} is taken")]
    AliasTaken(Alias),
    /// Someone else has this key.
    #[error("this key is {0}'s already: two people never share a key")]
    KeyTaken(Alias),
    /// The key is the vault's own.
    #[error("this key is the vault's own, not a person's")]
    OwnKey,
    /// There is no such client.
    #[error("there is no client {0}")]
    NoClient(ClientId),
    /// There is no such recipient.
    #[error("there is no recipient {0}")]
    NoRecipient(RecipientId),
    /// The client's file is closed.
    #[error("the client {0} is closed")]
    Closed(Alias),
    /// The card's ledger key is one that the recipient's present one replaced.
    #[error("this card is older than the one that {0} gave")]
    OlderCard(Alias),
    /// The card's link is in the name of somebody's ledger key, which did not sign it.
    #[error("the card has a link in the name of {0}'s ledger key, which did not sign it")]
    ForgedLink(Alias),
    /// Invited, and no key came yet.
    #[error("{0} has given no key yet, so there is nothing to verify")]
    NoKey(Alias),
    /// Nothing is shared to this recipient any more.
    #[error("{0} is suspended")]
    Suspended(Alias),
    /// The vault has an owner who opens it with a passphrase; it holds one passphrase at most.
    #[error("the vault has a passphrase already")]
    PassphraseTaken,
    /// A period of the protocol leads nowhere.
    #[error(transparent)]
    Time(#[from] TimeError),
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl From<crate::vault::catalog::CatalogError> for PeopleError {
    fn from(error: crate::vault::catalog::CatalogError) -> Self {
        Self::Vault(error.into())
    }
}

/// Appends what `decide` says, under the locks.
fn append<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    decide: impl FnOnce(&Vault) -> Result<Body, PeopleError>,
) -> Result<Committed, PeopleError> {
    desk.append(|vault| Ok(vec![Draft::from(decide(vault)?)]))
}

/// As [`append`]; what is so already gets no entry.
fn append_change<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    decide: impl FnOnce(&Vault) -> Result<Option<Body>, PeopleError>,
) -> Result<Committed, PeopleError> {
    desk.append(|vault| Ok(decide(vault)?.map(Draft::from).into_iter().collect()))
}

/// Names a client.
pub fn add_client<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    details: ClientDetails,
) -> Result<Committed, PeopleError> {
    append(desk, |vault| {
        free_alias(vault, &details.alias, None)?;
        Ok(Body::ClientAdded(details))
    })
}

/// Changes what is known of a client: `change` is given what is known now.
pub fn edit_client<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    id: ClientId,
    change: impl FnOnce(&mut ClientDetails),
) -> Result<Committed, PeopleError> {
    append_change(desk, |vault| {
        let before = client(vault, id)?.details;
        let mut details = before.clone();
        change(&mut details);
        free_alias(vault, &details.alias, Some(&id.to_string()))?;
        Ok((details != before).then_some(Body::ClientEdited(details)))
    })
}

/// Closes a client's file: what is in it stays, nothing new is filed.
pub fn close_client<R: CryptoRng + RngCore>(desk: &mut Desk<'_, R>, id: ClientId) -> Result<Committed, PeopleError> {
    append(desk, |vault| {
        let client = client(vault, id)?;
        if client.state == ClientState::Closed {
            return Err(PeopleError::Closed(client.details.alias));
        }
        Ok(Body::ClientClosed(ClientClosed { client: id }))
    })
}

/// Names a recipient.
pub fn add_recipient<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    added: RecipientAdded,
) -> Result<Committed, PeopleError> {
    append(desk, |vault| {
        free_alias(vault, &added.details.alias, None)?;
        free_key(vault, &added.given, added.details.recipient)?;
        for kinship in &added.details.relationships {
            client(vault, kinship.client)?;
        }
        Ok(Body::RecipientAdded(added))
    })
}

/// Changes what is known of a recipient, all but the key.
pub fn edit_recipient<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    id: RecipientId,
    change: impl FnOnce(&mut RecipientDetails),
) -> Result<Committed, PeopleError> {
    append_change(desk, |vault| {
        let before = recipient(vault, id)?.details;
        let mut details = before.clone();
        change(&mut details);
        free_alias(vault, &details.alias, Some(&id.to_string()))?;
        Ok((details != before).then_some(Body::RecipientEdited(details)))
    })
}

/// Records how it was made sure that the present key is the recipient's.
pub fn verify_recipient<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    id: RecipientId,
    how: VerifiedHow,
) -> Result<Committed, PeopleError> {
    append(desk, |vault| {
        let found = recipient(vault, id)?;
        if found.suspended.is_some() {
            return Err(PeopleError::Suspended(found.details.alias));
        }
        let key = found.given.key.ok_or(PeopleError::NoKey(found.details.alias))?;
        Ok(Body::RecipientVerified(RecipientVerified { how, key, recipient: id }))
    })
}

/// Nothing more is shared to the recipient; what was, is to be given back or destroyed.
pub fn suspend_recipient<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    id: RecipientId,
    reason: Prose,
    on: Date,
) -> Result<Committed, PeopleError> {
    // With some to spare: another process may share something until the locks are held.
    let count = returns::given(desk.vault.catalog(), id)?.len() + SPARE;
    let ids: Vec<_> = (0..count).map(|_| FollowupId::random(desk.rng)).collect();
    let clock = desk.clock;
    desk.append(|vault| {
        let found = recipient(vault, id)?;
        if found.suspended.is_some() {
            return Err(PeopleError::Suspended(found.details.alias));
        }
        let wanted = returns::wanted(vault, id, ids.into_iter(), clock())?.into_iter();
        let wanted = wanted.map(|planned| Draft::from(Body::FollowupPlanned(planned)));
        let suspended = Body::RecipientSuspended(RecipientSuspended { on, reason, recipient: id });
        Ok([Draft::from(suspended)].into_iter().chain(wanted).collect())
    })
}

/// Gives the recipient a key, the first or a new one; it has to be verified anew. `given.verified` is not looked at.
pub fn replace_key<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    id: RecipientId,
    given: GivenKey,
) -> Result<Committed, PeopleError> {
    append(desk, |vault| {
        let found = recipient(vault, id)?;
        if found.suspended.is_some() {
            return Err(PeopleError::Suspended(found.details.alias));
        }
        free_key(vault, &given, id)?;
        if is_older(&given, &found.given) {
            return Err(PeopleError::OlderCard(found.details.alias));
        }
        let GivenKey { key, previous, vkey, .. } = given;
        let key = key.ok_or(PeopleError::NoKey(found.details.alias))?;
        Ok(Body::RecipientKeyReplaced(RecipientKeyReplaced { key, previous, recipient: id, vkey }))
    })
}

/// The ledger key that came with a contact card.
pub fn ledger_key(given: &GivenKey) -> Option<VerifierKey> {
    given.vkey.as_ref()?.parse().ok()
}

/// What is compared to be sure of a key that came with a contact card.
pub fn safety_number(given: &GivenKey) -> Option<SafetyNumber> {
    Some(SafetyNumber::of(given.key.as_ref()?, &ledger_key(given)?))
}

/// Whether the link that came with the present key leads from the offered key to it: a card from before the change,
/// offered by mistake or by whoever kept the old key.
fn is_older(offered: &GivenKey, present: &GivenKey) -> bool {
    let (Some(old), Some(now)) = (ledger_key(offered), ledger_key(present)) else {
        return false;
    };
    let link: Vec<&str> = present.previous.as_deref().into_iter().collect();
    old != now && successor::newest(&old, &link) == Ok(now)
}

/// Lets someone more open the vault. His key file is written after the commit, and re-made from the event if a crash
/// comes between.
pub fn add_owner<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    alias: Alias,
    key: &OwnerKey,
) -> Result<Committed, PeopleError> {
    let file = create::owner_file(desk.vault.identity(), key, desk.rng)?;
    append(desk, |vault| {
        free_alias(vault, &alias, None)?;
        let owner = create::owner(&alias, key, &file);
        for other in vault.catalog().owners()? {
            if other.file == owner.file {
                let is_passphrase = other.means == OwnerMeans::Passphrase;
                return Err(if is_passphrase {
                    PeopleError::PassphraseTaken
                } else {
                    PeopleError::KeyTaken(other.alias)
                });
            }
        }
        if owner.recipient.as_deref() == Some(vault.header().recipient.as_str()) {
            return Err(PeopleError::OwnKey);
        }
        let epoch = vault.header().epoch;
        Ok(Body::OwnerAdded(OwnerAdded {
            alias: owner.alias,
            epoch,
            key_file: file,
            means: owner.means,
            recipient: owner.recipient,
        }))
    })
}

fn client(vault: &Vault, id: ClientId) -> Result<Client, PeopleError> {
    vault.catalog().client(id)?.ok_or(PeopleError::NoClient(id))
}

fn recipient(vault: &Vault, id: RecipientId) -> Result<Recipient, PeopleError> {
    vault.catalog().recipient(id)?.ok_or(PeopleError::NoRecipient(id))
}

/// People are told apart by alias, so clients, recipients and owners share one list of names, and teams are called
/// otherwise. `own` is the id of whoever may keep it.
fn free_alias(vault: &Vault, alias: &Alias, own: Option<&str>) -> Result<(), PeopleError> {
    if vault.catalog().owners()?.iter().any(|owner| owner.alias == *alias) {
        return Err(PeopleError::AliasTaken(alias.clone()));
    }
    let who = match vault.catalog().alias_taken(alias)? {
        None if vault.catalog().team(alias.as_str())?.is_empty() => return Ok(()),
        None => return Err(PeopleError::AliasTaken(alias.clone())),
        Some(Who::Client(id)) => id.to_string(),
        Some(Who::Recipient(id)) => id.to_string(),
    };
    if own == Some(who.as_str()) { Ok(()) } else { Err(PeopleError::AliasTaken(alias.clone())) }
}

/// Two people never share a key: neither what is sealed to, nor the ledger key of a card, nor one that its link leads
/// from.
fn free_key(vault: &Vault, given: &GivenKey, own: RecipientId) -> Result<(), PeopleError> {
    if let Some(key) = &given.key {
        if *key == vault.header().recipient {
            return Err(PeopleError::OwnKey);
        }
        if let Some(other) = vault.catalog().recipient_by_key(key)?.filter(|other| other.id() != own) {
            return Err(PeopleError::KeyTaken(other.details.alias));
        }
    }
    let Some(vkey) = ledger_key(given) else {
        return Ok(());
    };
    if vkey == vault.header().verifier {
        return Err(PeopleError::OwnKey);
    }
    for other in vault.catalog().recipients()?.into_iter().filter(|other| other.id() != own) {
        let Some(known) = ledger_key(&other.given) else {
            continue;
        };
        let links: Vec<&str> = given.previous.as_deref().into_iter().collect();
        match successor::newest(&known, &links) {
            Err(_) => return Err(PeopleError::ForgedLink(other.details.alias)),
            Ok(newest) if newest == vkey => return Err(PeopleError::KeyTaken(other.details.alias)),
            Ok(_) => {}
        }
    }
    Ok(())
}
