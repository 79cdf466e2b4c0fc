//! Recipients: the named people to whom records may be shared, each by one key.

use serde::Deserialize;
use serde::Serialize;

use crate::id::ClientId;
use crate::id::RecipientId;
use crate::practice::words::Alias;
use crate::practice::words::Line;
use crate::practice::words::Prose;
use crate::time::Date;
use crate::vocabulary::Label;
use crate::vocabulary::RecipientState;
use crate::vocabulary::Relationship;
use crate::vocabulary::Role;
use crate::vocabulary::VerifiedHow;

/// What a recipient is to one client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kinship {
    /// The client.
    pub client: ClientId,
    /// What the recipient is to the client.
    pub relationship: Relationship,
}

/// What is known of a recipient, but for the key: the fields of `recipient.edited`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecipientDetails {
    /// The name typed after `--to`.
    pub alias: Alias,
    /// A declared conflict of interest.
    pub conflict: Option<Prose>,
    /// Address or other contact, for the accounting of disclosures.
    pub contact: Option<Line>,
    /// The highest label this recipient may get, where one was given.
    pub max_label: Option<Label>,
    /// Medical personnel, for 42 CFR 2.51.
    pub medical_personnel: bool,
    /// The real name.
    pub name: Option<Line>,
    /// The organisation.
    pub organisation: Option<Line>,
    /// The recipient.
    pub recipient: RecipientId,
    /// What the recipient is to clients.
    pub relationships: Vec<Kinship>,
    /// What the recipient is to the work.
    pub role: Role,
}

/// The key that a recipient gave, and how it was made sure of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenKey {
    /// The public key; null while invited.
    pub key: Option<String>,
    /// The successor note that links an older ledger key, from a contact card.
    pub previous: Option<String>,
    /// How the key was verified, or who this is where there is none; null when it was not.
    pub verified: Option<VerifiedHow>,
    /// The recipient's own ledger key, from a contact card.
    pub vkey: Option<String>,
}

/// `recipient.added`: the fields of both, side by side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecipientAdded {
    /// What is known.
    #[serde(flatten)]
    pub details: RecipientDetails,
    /// The key, if one was given.
    #[serde(flatten)]
    pub given: GivenKey,
}

/// `recipient.verified`: it was made sure whose the key is, or, where there is none, who this is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecipientVerified {
    /// How.
    pub how: VerifiedHow,
    /// The key that was verified; null where there was none, and then it says nothing of one that comes later.
    pub key: Option<String>,
    /// The recipient.
    pub recipient: RecipientId,
}

/// `recipient.suspended`: nothing more is shared to this recipient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecipientSuspended {
    /// Since when.
    pub on: Date,
    /// Why.
    pub reason: Prose,
    /// The recipient.
    pub recipient: RecipientId,
}

/// `recipient.key-replaced`: a new key, not verified yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecipientKeyReplaced {
    /// The new key.
    pub key: String,
    /// The successor note that links an older ledger key.
    pub previous: Option<String>,
    /// The recipient.
    pub recipient: RecipientId,
    /// The recipient's own ledger key.
    pub vkey: Option<String>,
}

/// A recipient as the events so far leave it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    /// What is known.
    pub details: RecipientDetails,
    /// The present key.
    pub given: GivenKey,
    /// Why and since when suspended.
    pub suspended: Option<RecipientSuspended>,
}

impl RecipientDetails {
    /// Nothing is known yet but the name and the role.
    pub fn new(recipient: RecipientId, alias: Alias, role: Role) -> Self {
        Self {
            alias,
            conflict: None,
            contact: None,
            max_label: None,
            medical_personnel: false,
            name: None,
            organisation: None,
            recipient,
            relationships: Vec::new(),
            role,
        }
    }
}

impl Recipient {
    /// After `recipient.added`.
    pub fn added(added: RecipientAdded) -> Self {
        Self { details: added.details, given: added.given, suspended: None }
    }

    /// After `recipient.edited`.
    pub fn edit(&mut self, details: RecipientDetails) {
        self.details = details;
    }

    /// After `recipient.verified`; a verification of another key than the present one changes nothing.
    pub fn verify(&mut self, verified: &RecipientVerified) {
        if self.given.key == verified.key {
            self.given.verified = Some(verified.how);
        }
    }

    /// After `recipient.suspended`.
    pub fn suspend(&mut self, suspended: RecipientSuspended) {
        self.suspended = Some(suspended);
    }

    /// After `recipient.key-replaced`: the new key has to be verified anew.
    pub fn replace_key(&mut self, replaced: RecipientKeyReplaced) {
        let RecipientKeyReplaced { key, previous, vkey, .. } = replaced;
        self.given = GivenKey { key: Some(key), previous, verified: None, vkey };
    }

    /// The recipient's id.
    pub fn id(&self) -> RecipientId {
        self.details.recipient
    }

    /// Where the recipient stands.
    pub fn state(&self) -> RecipientState {
        match (&self.suspended, &self.given.key) {
            (Some(_), _) => RecipientState::Suspended,
            (None, Some(_)) => RecipientState::Active,
            (None, None) => RecipientState::Invited,
        }
    }

    /// The highest label this recipient may get: N before the key is verified; after that what was given, else R.
    pub fn ceiling(&self) -> Label {
        if self.given.verified.is_none() { Label::N } else { self.details.max_label.unwrap_or(Label::R) }
    }
}
