//! Acknowledgements by code: what somebody read out is compared with what the ledger keeps of the code on the page. Wrong
//! codes are entries, and after three in a row each further try waits; the entries themselves say how long.

use rand_core::CryptoRng;
use rand_core::RngCore;

use crate::id::DisclosureId;
use crate::practice::acknowledgement::Acknowledgement;
use crate::practice::acknowledgement::AcknowledgementFailed;
use crate::practice::acknowledgement::DisclosureAcknowledged;
use crate::practice::event::Body;
use crate::sharing::receipt::SpokenCode;
use crate::time::Timestamp;
use crate::vault::Vault;
use crate::vault::catalog::CatalogError;
use crate::vault::desk::Desk;
use crate::vault::error::VaultError;
use crate::vault::transaction::Committed;
use crate::vault::transaction::Draft;
use crate::vocabulary::AckHow;
use crate::vocabulary::Medium;

/// So many wrong codes in a row may be a slip of the ear.
const FREE: u64 = 3;
/// How long the next try waits after that, in seconds; twice as long after each further wrong code.
const FIRST_WAIT: i64 = 30;
/// No wait is longer, in seconds.
const LONGEST_WAIT: i64 = 3600;

/// Why nothing was acknowledged.
#[derive(Debug, thiserror::Error)]
pub enum AcknowledgementError {
    /// There is no such disclosure.
    #[error("there is no disclosure {0}")]
    NoDisclosure(DisclosureId),
    /// It was told or handed over: there is no package and no code.
    #[error("{disclosure} was {medium}: there was no package, and nothing to acknowledge")]
    NoPackage {
        /// The disclosure.
        disclosure: DisclosureId,
        /// How it travelled.
        medium: Medium,
    },
    /// The package is still in the outbox, so nobody can have read its code.
    #[error("the package of {0} was not handed over yet")]
    NotReleased(DisclosureId),
    /// The ledger has no digest of the code any more.
    #[error("the receipt code of {0} was erased")]
    CodeErased(DisclosureId),
    /// It was acknowledged before.
    #[error("{disclosure} was acknowledged already, on {at}")]
    GivenAlready {
        /// The disclosure.
        disclosure: DisclosureId,
        /// When.
        at: Timestamp,
    },
    /// Too many wrong codes came in a row.
    #[error("{count} wrong codes in a row: the next one is tried from {from} on, and this one was not")]
    Wait {
        /// How many.
        count: u64,
        /// When the next try is heard.
        from: Timestamp,
    },
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl From<CatalogError> for AcknowledgementError {
    fn from(error: CatalogError) -> Self {
        Self::Vault(error.into())
    }
}

/// What came of a code.
#[derive(Debug)]
pub struct Heard {
    /// Whether it was the right one.
    pub is_right: bool,
    /// From when on the next try is heard, where that is later than now.
    pub waits: Option<Timestamp>,
    /// The entry.
    pub committed: Committed,
}

/// Whether this disclosure can be acknowledged by a code; told before anybody is asked for one.
pub fn may_hear(vault: &Vault, disclosure: DisclosureId, clock: Timestamp) -> Result<(), AcknowledgementError> {
    expected(vault, disclosure, clock).map(drop)
}

/// Tries a code. Right or wrong, it becomes an entry.
pub fn hear<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    disclosure: DisclosureId,
    code: &SpokenCode,
) -> Result<Heard, AcknowledgementError> {
    let clock = desk.clock;
    let (mut is_right, mut waits) = (false, None);
    let committed = desk.append(|vault| {
        let (receipt, before) = expected(vault, disclosure, clock())?;
        is_right = code.is(&receipt);
        if is_right {
            let given = DisclosureAcknowledged { disclosure, how: AckHow::Code };
            return Ok::<_, AcknowledgementError>(vec![Draft::from(Body::DisclosureAcknowledged(given))]);
        }
        let mut after = before;
        after.fail(vault.decides_at(clock())?);
        waits = waits_until(&after);
        Ok(vec![Draft::from(Body::AcknowledgementFailed(AcknowledgementFailed { disclosure }))])
    })?;
    Ok(Heard { is_right, waits, committed })
}

/// What the code is compared with, and what was heard before.
fn expected(
    vault: &Vault,
    disclosure: DisclosureId,
    clock: Timestamp,
) -> Result<(crate::digest::Digest, Acknowledgement), AcknowledgementError> {
    let found = vault.catalog().disclosure(disclosure)?;
    let made = found.ok_or(AcknowledgementError::NoDisclosure(disclosure))?.made;
    if made.medium != Medium::Package {
        return Err(AcknowledgementError::NoPackage { disclosure, medium: made.medium });
    }
    let heard = vault.catalog().acknowledgement(disclosure)?;
    if let Some((_, at)) = heard.given {
        return Err(AcknowledgementError::GivenAlready { disclosure, at });
    }
    if vault.unreleased(disclosure)?.is_some() {
        return Err(AcknowledgementError::NotReleased(disclosure));
    }
    let receipt = made.receipt.ok_or(AcknowledgementError::CodeErased(disclosure))?;
    match waits_until(&heard).filter(|from| vault.decides_at(clock).is_ok_and(|now| now < *from)) {
        Some(from) => {
            let count = heard.wrong.map_or(0, |(count, _)| count);
            Err(AcknowledgementError::Wait { count, from })
        }
        None => Ok((receipt, heard)),
    }
}

/// From when on the next code is tried; `None` where nobody waits.
fn waits_until(heard: &Acknowledgement) -> Option<Timestamp> {
    let (count, last) = heard.wrong.filter(|(count, _)| *count >= FREE)?;
    let doubled = u32::try_from(count - FREE).unwrap_or(u32::MAX).min(16);
    Some(last.plus_seconds((FIRST_WAIT << doubled).min(LONGEST_WAIT)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_begins_at_the_third_wrong_code_and_doubles_up_to_an_hour() {
        let mut heard = Acknowledgement::default();
        let mut waits = Vec::new();
        for _ in 0..12 {
            heard.fail(Timestamp::from_unix(1_000));
            waits.push(waits_until(&heard).map_or(0, |until| until.unix() - 1_000));
        }
        assert_eq!(waits, [0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]);
        heard.wrong = Some((u64::MAX, Timestamp::from_unix(0)));
        assert_eq!(waits_until(&heard).unwrap().unix(), 3600);
        heard.give(AckHow::Code, Timestamp::from_unix(0));
        assert_eq!(waits_until(&heard), None);
    }
}
