//! The contact card (docs/format.md, section 6): a statement by a log's key that says whose key it is, and what others
//! seal to. [`Card`] is the claim; [`VerifiedCard`] is one that the key it names signed, and nothing else can make it.
//! That proves possession of the key. Whose it is, two people find out by comparing the [`SafetyNumber`]. Must not know
//! where a card came from, nor what kinds of recipients there are.

use std::fmt;

use serde::Deserialize;
use serde::Serialize;

use crate::digest::Digest;
use crate::keys::signer::SigningKey;
use crate::keys::signer::VerifierKey;
use crate::ledger::statement;
use crate::ledger::statement::Body;
use crate::ledger::statement::Kind;
use crate::ledger::statement::StatementError;
use crate::ledger::successor;
use crate::ledger::successor::Successor;
use crate::ledger::successor::SuccessorError;
use crate::time::Timestamp;

/// What a practice says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// Address, telephone or other contact.
    pub contact: Option<String>,
    /// When it was signed, by the signer's clock.
    pub created: Timestamp,
    /// The name.
    pub name: Option<String>,
    /// The organisation.
    pub organisation: Option<String>,
    /// The whole successor note that links an older key to `vkey`.
    pub previous: Option<String>,
    /// What others seal to, as an age recipient.
    pub recipient: String,
    /// The key of the log, which signs the card.
    pub vkey: VerifierKey,
}

impl Body for Card {
    const KIND: Kind = Kind::CARD;
}

/// Why a card was not believed, or not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CardError {
    /// It is no card, or the key that it names did not sign it.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// It is to be signed by another key than it names.
    #[error("a card is signed by the key that it names")]
    OtherKey,
    /// What stands in `previous` is no link.
    #[error("its link to an older key is wrong: {0}")]
    Link(SuccessorError),
    /// The link leads to another key than the card's.
    #[error("its link to an older key does not lead to its own key")]
    Elsewhere,
}

impl Card {
    /// Signs it with the key that it names.
    pub fn sign(&self, key: &SigningKey) -> Result<Vec<u8>, CardError> {
        if self.vkey != key.verifier() {
            return Err(CardError::OtherKey);
        }
        self.check_link()?;
        Ok(statement::sign(self, key)?)
    }

    /// What two people compare to know that both have the same card.
    pub fn safety_number(&self) -> SafetyNumber {
        SafetyNumber::of(&self.recipient, &self.vkey)
    }

    /// The link must lead here. Who signed it is another question: see [`VerifiedCard::continues`].
    fn check_link(&self) -> Result<(), CardError> {
        let Some(previous) = &self.previous else {
            return Ok(());
        };
        let link =
            statement::claimed::<Successor>(previous.as_bytes()).map_err(|error| CardError::Link(error.into()))?;
        if link.vkey != self.vkey { Err(CardError::Elsewhere) } else { Ok(()) }
    }
}

/// A card that the key it names has signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedCard(Card);

impl VerifiedCard {
    /// Reads a card of at most 256 KiB.
    pub fn open(bytes: &[u8]) -> Result<Self, CardError> {
        let card = statement::open_own::<Card>(bytes, |card| &card.vkey)?;
        card.check_link()?;
        Ok(Self(card))
    }

    /// What it says.
    pub fn card(&self) -> &Card {
        &self.0
    }

    /// What it says, without the seal of having been verified.
    pub fn into_card(self) -> Card {
        self.0
    }

    /// Whether the key is `old`, or `old` itself named it as its successor. A link that `old` signed falsely is an
    /// error; one by a third key proves nothing, and is `false`.
    pub fn continues(&self, old: &VerifierKey) -> Result<bool, CardError> {
        let link: Vec<&String> = self.0.previous.iter().collect();
        Ok(successor::newest(old, &link).map_err(CardError::Link)? == self.0.vkey)
    }
}

/// The text that a safety number is computed over: `subrosa/safety/v1`, the recipient, the vkey; no line end at the end.
pub fn safety_text(recipient: &str, vkey: &VerifierKey) -> String {
    format!("subrosa/safety/v1\n{recipient}\n{vkey}")
}

/// 30 digits that stand for a recipient and a ledger key together: SHA-256 of their [`safety_text`], five bytes at a time modulo 100,000. Some 100 bits: short enough for the telephone, and too many to forge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SafetyNumber([u32; 6]);

impl SafetyNumber {
    /// The number of a recipient and a ledger key.
    pub fn of(recipient: &str, vkey: &VerifierKey) -> Self {
        let digest = Digest::of(safety_text(recipient, vkey).as_bytes());
        let (fives, _) = digest.as_bytes().as_chunks::<5>();
        let group = |bytes: &[u8; 5]| bytes.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)) % 100_000;
        let mut groups = [0; 6];
        for (to, bytes) in groups.iter_mut().zip(fives) {
            *to = group(bytes) as u32;
        }
        Self(groups)
    }
}

impl fmt::Display for SafetyNumber {
    /// Six groups of five digits, a space between them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let groups = self.0.map(|group| format!("{group:05}"));
        f.write_str(&groups.join(" "))
    }
}

#[cfg(test)]
#[path = "card_tests.rs"]
mod tests;
