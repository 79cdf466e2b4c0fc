//! Failures of witnessing and of being witnessed. A word in capitals is the verdict on what was read; what merely
//! cannot be done now has none.

use std::path::Path;

use crate::cli::failure::Failure;
use crate::cli::failure::FailureCode;
use crate::cli::verdict::WITNESSES_CURE;
use crate::cli::verdict::is_list_of_witnesses;
use crate::ledger::checkpoint::CheckpointError;
use crate::ledger::note::NoteError;
use crate::ledger::witnessing::Refusal;
use crate::ledger::witnessing::RequestError;
use crate::vault::error::VaultError;
use crate::vault::witness::WitnessError;
use crate::vault::witnessed::CosignError;

fn verdict(word: &str, message: &str) -> Failure {
    Failure::new(FailureCode::Integrity, format!("{word}: {message}"))
}

impl From<&CheckpointError> for Failure {
    fn from(error: &CheckpointError) -> Self {
        let word = match error {
            CheckpointError::Malformed(_) => "MALFORMED",
            CheckpointError::WrongOrigin { .. } => "WRONG-LOG",
            CheckpointError::UntrustedKey(_) => "UNTRUSTED-KEY",
            CheckpointError::BadSignature(_) | CheckpointError::Repeated(_) => "CORRUPT",
        };
        verdict(word, &error.to_string())
    }
}

impl From<RequestError> for Failure {
    fn from(error: RequestError) -> Self {
        match &error {
            RequestError::Checkpoint(error) => error.into(),
            RequestError::TooLong | RequestError::Malformed(_) => verdict("MALFORMED", &error.to_string()),
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let message = refusal.to_string();
        match refusal {
            Refusal::Checkpoint(error) => (&error).into(),
            Refusal::OldLarger { .. } => verdict("MALFORMED", &message),
            Refusal::Forked { .. } => verdict("FORKED", &message),
            Refusal::NotProved { .. } => Self::new(FailureCode::Integrity, format!("not proved: {message}")),
            Refusal::OtherSize { held } => Self::new(
                FailureCode::Failed,
                format!("{message}; nothing speaks against the ledger: whoever keeps it asks again from there"),
            )
            .hint(format!("subrosa ledger checkpoint --for-witness --old {held}")),
            Refusal::Older { .. } => Self::new(
                FailureCode::Failed,
                format!(
                    "{message}: nothing is cosigned that is older than that; if it came late, nothing speaks against the \
                     ledger, and whoever keeps it sends a newer one; if it is all that he has, his vault is an old copy"
                ),
            ),
        }
    }
}

impl From<WitnessError> for Failure {
    fn from(error: WitnessError) -> Self {
        let message = error.to_string();
        match error {
            WitnessError::Vault(VaultError::Altered { ref file, .. }) if Path::new(file).is_absolute() => {
                let cure = match Path::new(file).file_name().is_some_and(|name| name == "vkey") {
                    true => {
                        "delete this file, and name the ledger's key again by --key VKEY, as its keeper told you by another way"
                    }
                    false => {
                        "delete this file: the same head is in the vault's directory witness, and that one counts then; \
                         is the vault from a backup, bring this file back too, or the witness forgets what it cosigned since"
                    }
                };
                Self::new(FailureCode::Integrity, format!("{message}; {cure}"))
            }
            WitnessError::Vault(error) => error.into(),
            WitnessError::Own(_) => Self::refused(message),
            WitnessError::UnknownLog(_) => Self::refused(format!(
                "{message}; --key VKEY names it, as whoever keeps that ledger told you by another way than this file"
            )),
            WitnessError::OtherKey { .. } => verdict("UNTRUSTED-KEY", &message),
            WitnessError::Refused(refusal) => refusal.into(),
            WitnessError::Forked { .. } => verdict("FORKED", &message),
            WitnessError::ClockBehind { .. } => {
                Self::refused(format!("{message}; set the clock, or go on with that time by --accept-clock"))
            }
        }
    }
}

impl From<CosignError> for Failure {
    fn from(error: CosignError) -> Self {
        let message = error.to_string();
        match error {
            CosignError::Vault(VaultError::Altered { ref file, .. }) if is_list_of_witnesses(Path::new(file)) => {
                Self::new(FailureCode::Integrity, format!("{message}; {WITNESSES_CURE}"))
            }
            CosignError::Vault(error) => error.into(),
            CosignError::TooEarly { .. } => verdict(
                "BACK-DATED",
                &format!(
                    "{message}; was the witness's clock wrong, ask it again once it is right; was yours, say so by \
                     --accept-clock, and it is kept"
                ),
            ),
            CosignError::Note(NoteError::Untrusted) => verdict("UNTRUSTED-KEY", &message),
            CosignError::Note(_) => verdict("MALFORMED", &message),
            CosignError::Checkpoint(error) => (&error).into(),
            CosignError::NotOurs(_) => {
                Self::new(FailureCode::Integrity, message).hint("subrosa ledger verify --against FILE")
            }
            CosignError::NoHead(_) => Self::new(FailureCode::Integrity, message),
            CosignError::Unknown(_) => Self::not_found(format!(
                "{message}; --witness VKEY names one, as it told you by another way than this file"
            )),
            CosignError::Full(_) => Self::new(FailureCode::Failed, message),
            CosignError::OldLarger { .. } => Self::usage(message),
        }
    }
}
