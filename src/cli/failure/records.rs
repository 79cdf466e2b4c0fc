//! Failures of filing, editing and sharing.

use crate::cli::answer::Reason;
use crate::cli::answer::Who;
use crate::cli::editor::EditorError;
use crate::cli::failure::Failure;
use crate::cli::failure::FailureCode;
use crate::filing::FilingError;
use crate::policy;
use crate::policy::Refusal;
use crate::practice::recipient::Recipient;
use crate::sharing::ShareError;
use crate::sharing::SharePlan;
use crate::vault::catalog::Catalog;

impl From<FilingError> for Failure {
    fn from(error: FilingError) -> Self {
        let message = error.to_string();
        match error {
            FilingError::Vault(error) => error.into(),
            FilingError::NoClient(_) | FilingError::NoRecord(_) => Self::not_found(message),
            FilingError::Closed(_) | FilingError::TooManyTags(_) => Self::refused(message),
            FilingError::NoLines { .. } => Self::usage(message),
            FilingError::NotText(_) | FilingError::TooLarge(_) => Self::new(FailureCode::Failed, message),
            FilingError::Overtaken { .. } | FilingError::Source { .. } => Self::new(FailureCode::Failed, message),
        }
    }
}

impl From<ShareError> for Failure {
    fn from(error: ShareError) -> Self {
        let message = error.to_string();
        match error {
            ShareError::Vault(error) => error.into(),
            ShareError::NoRecord(_) | ShareError::NoRecipient(_) => Self::not_found(message),
            ShareError::Key { .. } => Self::refused(message),
            ShareError::Moved | ShareError::Seal(_) | ShareError::Manifest(_) => {
                Self::new(FailureCode::Failed, message)
            }
        }
    }
}

impl From<EditorError> for Failure {
    fn from(error: EditorError) -> Self {
        Self::new(FailureCode::Failed, error.to_string())
    }
}

/// One recipient's reasons, with the cures' blanks filled in.
pub fn reasons(catalog: &Catalog, plan: &SharePlan, recipient: &Recipient, refusal: &Refusal) -> Vec<Reason> {
    refusal.reasons.iter().map(|reason| one(catalog, plan, recipient, reason)).collect()
}

fn one(catalog: &Catalog, plan: &SharePlan, recipient: &Recipient, reason: &policy::Reason) -> Reason {
    let records: Vec<String> = plan.request.records.iter().take(20).map(ToString::to_string).collect();
    let cure = reason
        .rule
        .cure
        .replace("{recipient}", recipient.details.alias.as_str())
        .replace("{records}", &records.join(" "))
        .replace("{purpose}", plan.request.ask.purpose.as_str());
    Reason {
        id: reason.rule.id.to_owned(),
        text: text_of(plan, reason),
        source: reason.rule.source.iter().map(|source| (*source).to_owned()).collect(),
        cure: Some(cure),
        recipient: reason.recipient.and_then(|id| Who::recipient(catalog, id).ok()),
        record: reason.record.map(|id| id.to_string()),
        ..Reason::default()
    }
}

/// The rule's words; of a place, the fact about it.
fn text_of(plan: &SharePlan, reason: &policy::Reason) -> String {
    let risk = plan.request.output.iter().find(|risk| risk.id() == reason.rule.id);
    risk.map_or_else(|| reason.rule.text.to_owned(), ToString::to_string)
}

/// The exit code of several reasons: the ledger's first, then what is not there, then any rule, then the place.
pub fn code(refusals: &[(Recipient, Refusal)]) -> FailureCode {
    let exits: Vec<u8> =
        refusals.iter().flat_map(|(_, refusal)| &refusal.reasons).map(|reason| reason.rule.exit).collect();
    [FailureCode::Integrity, FailureCode::NotFound, FailureCode::Refused, FailureCode::Unsafe]
        .into_iter()
        .find(|code| exits.contains(&code.exit()))
        .unwrap_or(FailureCode::Refused)
}

/// The refusal of a whole request.
pub fn refused(catalog: &Catalog, plan: &SharePlan) -> Failure {
    let names: Vec<&str> = plan.refused.iter().map(|(recipient, _)| recipient.details.alias.as_str()).collect();
    let all: Vec<Reason> =
        plan.refused.iter().flat_map(|(recipient, refusal)| reasons(catalog, plan, recipient, refusal)).collect();
    Failure::new(code(&plan.refused), format!("nothing is shared with {}", names.join(", "))).because(all)
}
