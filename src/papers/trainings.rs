//! Trainings: who learned what, and until when that holds.

use rand_core::CryptoRng;
use rand_core::RngCore;

use crate::id::RecipientId;
use crate::id::TrainingId;
use crate::papers::PapersError;
use crate::papers::recipient;
use crate::practice::event::Body;
use crate::practice::training::TrainingAdded;
use crate::practice::words::Line;
use crate::time::Date;
use crate::vault::desk::Desk;
use crate::vault::transaction::Committed;
use crate::vault::transaction::Draft;

/// A training to be filed.
#[derive(Clone, Debug)]
pub struct NewTraining {
    /// Its id.
    pub training: TrainingId,
    /// Who was trained.
    pub recipient: RecipientId,
    /// In what.
    pub course: Line,
    /// When.
    pub on: Date,
    /// The last day on which it counts; where nobody said, the protocol's period for trainings decides.
    pub valid_until: Option<Date>,
}

/// Files one.
pub fn add<R: CryptoRng + RngCore>(desk: &mut Desk<'_, R>, new: NewTraining) -> Result<Committed, PapersError> {
    desk.append(|vault| {
        recipient(vault, new.recipient)?;
        let valid_until = match new.valid_until {
            Some(day) => day,
            None => vault.catalog().protocol()?.protocol.periods.training.from_date(new.on, false)?,
        };
        Ok(vec![Draft::from(Body::TrainingAdded(TrainingAdded {
            course: new.course,
            on: new.on,
            recipient: new.recipient,
            training: new.training,
            valid_until,
        }))])
    })
}
