//! Trainings: who learned what, and until when it holds.

use serde::Deserialize;
use serde::Serialize;

use crate::id::RecipientId;
use crate::id::TrainingId;
use crate::practice::words::Line;
use crate::time::Date;
use crate::time::Timestamp;
use crate::vocabulary::TrainingState;

/// `training.added`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingAdded {
    /// What was learned.
    pub course: Line,
    /// When.
    pub on: Date,
    /// Who.
    pub recipient: RecipientId,
    /// The training.
    pub training: TrainingId,
    /// Its last day.
    pub valid_until: Date,
}

/// A training, and when it was filed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Training {
    /// What was filed.
    pub done: TrainingAdded,
    /// When.
    pub filed: Timestamp,
}

impl Training {
    /// Whether it holds on a day of the practice.
    pub fn is_live(&self, today: Date) -> bool {
        self.done.on <= today && today <= self.done.valid_until
    }

    /// Where it stands on a day of the practice.
    pub fn state(&self, today: Date) -> TrainingState {
        if self.is_live(today) { TrainingState::Live } else { TrainingState::Expired }
    }
}
