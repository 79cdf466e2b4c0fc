//! Failures of filing and ending papers.

use crate::cli::failure::Failure;
use crate::papers::PapersError;

impl From<PapersError> for Failure {
    fn from(error: PapersError) -> Self {
        let message = error.to_string();
        match error {
            PapersError::Vault(error) => error.into(),
            PapersError::Time(error) => error.into(),
            PapersError::NoClient(_)
            | PapersError::NoRecipient(_)
            | PapersError::NoAgreement(_)
            | PapersError::NoRestriction(_)
            | PapersError::NoTeam(_)
            | PapersError::NoMember { .. } => Self::not_found(message),
            PapersError::AgreementEnded(_)
            | PapersError::RestrictionEnded(_)
            | PapersError::ClientsAlone(_)
            | PapersError::NameTaken(_) => Self::refused(message),
        }
    }
}
