//! Failures of what follows a safety disclosure, and of what comes from outside.

use crate::cli::answer::Reason;
use crate::cli::failure::Failure;
use crate::hearing::acknowledgements::AcknowledgementError;
use crate::policy;
use crate::safeguarding::SafeguardingError;

impl From<SafeguardingError> for Failure {
    fn from(error: SafeguardingError) -> Self {
        let message = error.to_string();
        match error {
            SafeguardingError::Vault(error) => error.into(),
            SafeguardingError::Time(error) => error.into(),
            SafeguardingError::NotForSafety(_) | SafeguardingError::NoFollowup(_) => Self::not_found(message),
            SafeguardingError::ReviewedAlready { .. } | SafeguardingError::DoneAlready { .. } => {
                Self::refused(message).hint("subrosa followup list")
            }
            SafeguardingError::OwnReview(_) => {
                let rule = policy::rule("E-REVIEW-SELF").expect("the rule is in the table");
                Self::refused(message).because([Reason::from(rule)])
            }
            SafeguardingError::NothingSaid { followup, .. } => {
                Self::usage(message).hint(format!("subrosa followup done {followup} --text FILE"))
            }
            SafeguardingError::AsksForReview { disclosure, .. } => {
                let cure = format!("subrosa safety review {disclosure} --result justified --text FILE");
                Self::refused(message).hint(cure)
            }
        }
    }
}

impl From<AcknowledgementError> for Failure {
    fn from(error: AcknowledgementError) -> Self {
        let message = error.to_string();
        match error {
            AcknowledgementError::Vault(error) => error.into(),
            AcknowledgementError::NoDisclosure(_) => Self::not_found(message),
            AcknowledgementError::NotReleased(disclosure) => {
                Self::refused(message).hint(format!("subrosa share --resume {disclosure}"))
            }
            AcknowledgementError::NoPackage { .. }
            | AcknowledgementError::CodeErased(_)
            | AcknowledgementError::GivenAlready { .. }
            | AcknowledgementError::Wait { .. } => Self::refused(message),
        }
    }
}
