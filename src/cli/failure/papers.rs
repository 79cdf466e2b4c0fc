//! Failures of the papers that disclosures stand on.

use crate::cli::failure::Failure;
use crate::consenting::ConsentingError;
use crate::consenting::terms::TermsError;

impl From<ConsentingError> for Failure {
    fn from(error: ConsentingError) -> Self {
        let message = error.to_string();
        match error {
            ConsentingError::Vault(error) => error.into(),
            ConsentingError::Filing(error) => error.into(),
            ConsentingError::Terms(error) => error.into(),
            ConsentingError::NoClient(_) | ConsentingError::NoRecipient(_) | ConsentingError::NoConsent(_) => {
                Self::not_found(message)
            }
            ConsentingError::NoDraft { .. } | ConsentingError::Stated { .. } => {
                Self::refused(format!("{message}; file a new one")).hint("subrosa consent grant")
            }
            ConsentingError::Closed(_) => Self::refused(message),
        }
    }
}

impl From<TermsError> for Failure {
    fn from(error: TermsError) -> Self {
        let message = match &error {
            TermsError::Future { .. } => format!("--{error}"),
            _ => error.to_string(),
        };
        Self::usage(message)
    }
}
