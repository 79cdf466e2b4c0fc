//! Disclosures: what left the vault, to whom, for what, on which basis; and what was refused.

use serde::Deserialize;
use serde::Serialize;

use crate::digest::Digest;
use crate::id::ClientId;
use crate::id::ConsentId;
use crate::id::DisclosureId;
use crate::id::GroupId;
use crate::id::ObjectId;
use crate::id::RecipientId;
use crate::id::RecordId;
use crate::practice::words::Prose;
use crate::practice::words::Tag;
use crate::time::Date;
use crate::vocabulary::Basis;
use crate::vocabulary::Confirmation;
use crate::vocabulary::Label;
use crate::vocabulary::Medium;
use crate::vocabulary::Notice;
use crate::vocabulary::Purpose;
use crate::vocabulary::RecordKind;
use crate::vocabulary::Setting;
use crate::vocabulary::VerifiedHow;

/// The fields of `disclosure.made` that its recipient may see, and that the package's manifest opens; `package`, `size`
/// and `time` are shown by the proof (`docs/format.md`, section 6).
pub const OPENED: [&str; 11] = [
    "basis",
    "disclosure",
    "expires",
    "kind",
    "label",
    "medium",
    "notice",
    "purpose",
    "recipient",
    "recipient_key",
    "verified",
];

/// One version of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordRef {
    /// The record.
    pub record: RecordId,
    /// Its version.
    pub version: u64,
}

/// A list that stands in its event, or, when its JCS exceeds 16 KiB, in a sealed object of JCS lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Listed<T> {
    /// In its place.
    Here(Vec<T>),
    /// In a sealed object.
    Sealed(SealedList),
}

/// Where a long list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedList {
    /// How many items.
    pub count: u64,
    /// The sealed object that holds them, a JCS line each.
    pub object: ObjectId,
    /// The object's seal.
    pub seal: Digest,
    /// The plaintext's digest.
    pub sha256: Digest,
}

/// `disclosure.made`: one per recipient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DisclosureMade {
    /// What makes it permissible.
    pub basis: Basis,
    /// Whom it is about.
    pub client: Option<ClientId>,
    /// The consent it stands on.
    pub consent: Option<ConsentId>,
    /// The disclosure.
    pub disclosure: DisclosureId,
    /// Until when the recipient may keep it.
    pub expires: Option<Date>,
    /// The group it is about.
    pub group: Option<GroupId>,
    /// The highest label of what was sent.
    pub label: Label,
    /// How it travelled.
    pub medium: Medium,
    /// The statements it carried.
    pub notice: Vec<Notice>,
    /// SHA-256 of the age file.
    pub package: Option<Digest>,
    /// What for.
    pub purpose: Purpose,
    /// Digest of the receipt code.
    pub receipt: Option<Digest>,
    /// To whom.
    pub recipient: RecipientId,
    /// The key it was sealed to.
    pub recipient_key: Option<String>,
    /// What was sent.
    pub records: Listed<RecordRef>,
    /// For repeated disclosures.
    pub series: Option<String>,
    /// The room.
    pub setting: Option<Setting>,
    /// Size of the age file in bytes.
    pub size: Option<u64>,
    /// How the recipient's key had been verified; null when it had not.
    pub verified: Option<VerifiedHow>,
    /// The discloser's own words.
    pub why: Option<Prose>,
}

/// `disclosure.refused`: reason ids, no content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DisclosureRefused {
    /// The basis that was named.
    pub basis: Basis,
    /// Whom it would have been about.
    pub client: Option<ClientId>,
    /// What for.
    pub purpose: Purpose,
    /// The ids of all reasons, in their fixed order.
    pub reasons: Vec<String>,
    /// To whom.
    pub recipient: RecipientId,
    /// What would have been sent.
    pub records: Listed<RecordRef>,
}

/// `disclosure.confirmed`: what its author had to confirm, and what nobody could look through. It stands beside a
/// disclosure that has something of the kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DisclosureConfirmed {
    /// What was confirmed.
    pub confirmed: Vec<Confirmation>,
    /// The disclosure.
    pub disclosure: DisclosureId,
    /// Records that are no text: nobody's name was looked for in them.
    pub unscanned: Listed<RecordRef>,
}

/// `disclosure.told`: what its author said that a disclosure without a record is about. It stands beside a disclosure of
/// which something of the kind was said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DisclosureTold {
    /// Of these dates of service; empty where nobody said.
    pub dates: Vec<Date>,
    /// Whom it is about was not said.
    pub de_identified: bool,
    /// The disclosure.
    pub disclosure: DisclosureId,
    /// Of these kinds of records; empty where nobody said.
    pub kinds: Vec<RecordKind>,
    /// Of these sensitivities, of none where the list is empty; null where nobody said.
    pub tags: Option<Vec<Tag>>,
}
