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

/// `recipient.added`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecipientAdded {
    /// The name typed after `--to`.
    pub alias: Alias,
    /// A declared conflict of interest.
    pub conflict: Option<Prose>,
    /// Address or other contact, for the accounting of disclosures.
    pub contact: Option<Line>,
    /// The public key; null while invited.
    pub key: Option<String>,
    /// The highest label this recipient may get, where one was given.
    pub max_label: Option<Label>,
    /// Medical personnel, for 42 CFR 2.51.
    pub medical_personnel: bool,
    /// The real name.
    pub name: Option<Line>,
    /// The organisation.
    pub organisation: Option<Line>,
    /// The successor note that links an older ledger key, from a contact card.
    pub previous: Option<String>,
    /// The recipient.
    pub recipient: RecipientId,
    /// What the recipient is to clients.
    pub relationships: Vec<Kinship>,
    /// What the recipient is to the work.
    pub role: Role,
    /// How the key was verified; null when it was not.
    pub verified: Option<VerifiedHow>,
    /// The recipient's own ledger key, from a contact card.
    pub vkey: Option<String>,
}

/// `recipient.edited`: everything but the key and its verification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecipientEdited {
    /// The name typed after `--to`.
    pub alias: Alias,
    /// A declared conflict of interest.
    pub conflict: Option<Prose>,
    /// Address or other contact.
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

/// `recipient.verified`: the key was made sure of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecipientVerified {
    /// How.
    pub how: VerifiedHow,
    /// The key that was verified.
    pub key: String,
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
    /// The details, with the present key and its verification.
    pub details: RecipientAdded,
    /// Why and since when suspended.
    pub suspended: Option<RecipientSuspended>,
}

impl Recipient {
    /// After `recipient.added`.
    pub fn added(details: RecipientAdded) -> Self {
        Self { details, suspended: None }
    }

    /// After `recipient.edited`.
    pub fn edit(&mut self, edited: RecipientEdited) {
        let RecipientEdited {
            alias,
            conflict,
            contact,
            max_label,
            medical_personnel,
            name,
            organisation,
            recipient,
            relationships,
            role,
        } = edited;
        let before = &self.details;
        self.details = RecipientAdded {
            key: before.key.clone(),
            previous: before.previous.clone(),
            verified: before.verified,
            vkey: before.vkey.clone(),
            alias,
            conflict,
            contact,
            max_label,
            medical_personnel,
            name,
            organisation,
            recipient,
            relationships,
            role,
        };
    }

    /// After `recipient.verified`; a verification of another key than the present one changes nothing.
    pub fn verify(&mut self, verified: &RecipientVerified) {
        if self.details.key.as_deref() == Some(verified.key.as_str()) {
            self.details.verified = Some(verified.how);
        }
    }

    /// After `recipient.suspended`.
    pub fn suspend(&mut self, suspended: RecipientSuspended) {
        self.suspended = Some(suspended);
    }

    /// After `recipient.key-replaced`: the new key has to be verified anew.
    pub fn replace_key(&mut self, replaced: RecipientKeyReplaced) {
        self.details.key = Some(replaced.key);
        self.details.previous = replaced.previous;
        self.details.vkey = replaced.vkey;
        self.details.verified = None;
    }

    /// The recipient's id.
    pub fn id(&self) -> RecipientId {
        self.details.recipient
    }

    /// Where the recipient stands.
    pub fn state(&self) -> RecipientState {
        match (&self.suspended, &self.details.key) {
            (Some(_), _) => RecipientState::Suspended,
            (None, Some(_)) => RecipientState::Active,
            (None, None) => RecipientState::Invited,
        }
    }

    /// The highest label this recipient may get: what was given, else R after verification and N before.
    pub fn ceiling(&self) -> Label {
        let earned = if self.details.verified.is_some() { Label::R } else { Label::N };
        self.details.max_label.unwrap_or(earned)
    }
}
