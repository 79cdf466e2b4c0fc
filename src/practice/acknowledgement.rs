//! Acknowledgements: a recipient says that a package arrived, by the code on its page (`docs/format.md`, 6). Must not know
//! how a code is spelled.

use serde::Deserialize;
use serde::Serialize;

use crate::id::DisclosureId;
use crate::time::Timestamp;
use crate::vocabulary::AckHow;

/// `disclosure.acknowledged`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DisclosureAcknowledged {
    /// The disclosure.
    pub disclosure: DisclosureId,
    /// How.
    pub how: AckHow,
}

/// `acknowledgement.failed`: a wrong code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcknowledgementFailed {
    /// The disclosure.
    pub disclosure: DisclosureId,
}

/// What was heard of a disclosure so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledgement {
    /// How it was acknowledged first, and when.
    pub given: Option<(AckHow, Timestamp)>,
    /// How many wrong codes came in a row, and when the last one did.
    pub wrong: Option<(u64, Timestamp)>,
}

impl Acknowledgement {
    /// After `disclosure.acknowledged`.
    pub fn give(&mut self, how: AckHow, at: Timestamp) {
        self.given.get_or_insert((how, at));
        self.wrong = None;
    }

    /// After `acknowledgement.failed`.
    pub fn fail(&mut self, at: Timestamp) {
        self.wrong = Some((self.wrong.map_or(0, |(count, _)| count) + 1, at));
    }
}
