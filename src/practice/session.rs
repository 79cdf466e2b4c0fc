//! What was asked and seen in a session, beside its record: comfort, concerns, what somebody would rather not talk about,
//! and why it was held where others could hear (domain rows 18, 37 to 40).

use serde::Deserialize;
use serde::Serialize;

use crate::id::RecordId;
use crate::practice::words::Line;
use crate::practice::words::Prose;
use crate::time::Timestamp;
use crate::vocabulary::Comfort;

/// `session.noted`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionNoted {
    /// How the person seemed to be.
    pub comfort: Option<Comfort>,
    /// Whether they were asked for concerns about their privacy.
    pub concerns_asked: Option<bool>,
    /// What they would rather not talk about.
    pub declined: Vec<Line>,
    /// The session's record.
    pub record: RecordId,
    /// Why it was held in a room where others could hear.
    pub setting_reason: Option<Prose>,
}

/// How somebody was, and when that was noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noted {
    /// How.
    pub comfort: Comfort,
    /// When.
    pub at: Timestamp,
}
