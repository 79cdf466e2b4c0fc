//! Failures of the papers that disclosures stand on.

use crate::cli::answer::Reason;
use crate::cli::failure::Failure;
use crate::consenting::ConsentingError;
use crate::consenting::terms::TermsError;
use crate::copies::CopyError;
use crate::papers::PapersError;
use crate::policy;

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
            ConsentingError::NoDraft { .. } | ConsentingError::Stated { .. } | ConsentingError::Signed { .. } => {
                Self::refused(format!("{message}; file a new one")).hint("subrosa consent grant")
            }
            ConsentingError::NotNamed { consent, .. } => {
                Self::usage(message).hint(format!("subrosa consent show {consent}"))
            }
            ConsentingError::NotSigned(consent) => {
                Self::refused(message).hint(format!("subrosa consent form {consent}"))
            }
            ConsentingError::Closed(_) | ConsentingError::MarkedAlready(_) => Self::refused(message),
        }
    }
}

impl From<TermsError> for Failure {
    fn from(error: TermsError) -> Self {
        let message = match &error {
            TermsError::Future { .. } | TermsError::Unsigned { .. } => format!("--{error}"),
            _ => error.to_string(),
        };
        Self::usage(message)
    }
}

impl From<CopyError> for Failure {
    fn from(error: CopyError) -> Self {
        match error {
            CopyError::Vault(error) => error.into(),
            CopyError::Time(error) => error.into(),
            CopyError::NoMachine => Self::refused(error.to_string()),
        }
    }
}

impl From<PapersError> for Failure {
    fn from(error: PapersError) -> Self {
        let message = error.to_string();
        match error {
            PapersError::Vault(error) => error.into(),
            PapersError::Filing(error) => error.into(),
            PapersError::Time(error) => error.into(),
            PapersError::NoClient(_)
            | PapersError::NoRecipient(_)
            | PapersError::NoAgreement(_)
            | PapersError::NoRestriction(_)
            | PapersError::NoTeam(_)
            | PapersError::NoDisclosure(_)
            | PapersError::NotSuspended(_)
            | PapersError::NoMember { .. } => Self::not_found(message),
            PapersError::OverAlready { .. } => Self::usage(format!("--until: {message}")),
            PapersError::NoAgency(_) => {
                let rule = policy::rule("E-SUSPEND-AGENCY").expect("the rule is in the table");
                Self::refused(message).because([Reason::from(rule)])
            }
            PapersError::OralTooLong { disclosure, .. } => {
                let rule = policy::rule("E-SUSPEND-ORAL").expect("the rule is in the table");
                let cure = rule.cure.replace("DISCLOSURE", &disclosure.to_string());
                Self::refused(message).because([Reason { cure: Some(cure), ..Reason::from(rule) }])
            }
            PapersError::AgreementEnded(_)
            | PapersError::RestrictionEnded(_)
            | PapersError::ClientsAlone(_)
            | PapersError::Suspended(_)
            | PapersError::EndsBackwards { .. }
            | PapersError::NameTaken(_) => Self::refused(message),
        }
    }
}
