//! Safety disclosures: on which basis one stands, the words that are taken for it, its review and what is to be done
//! afterwards (45 CFR 164.512(j); 42 CFR 2.51; 45 CFR 164.512(b)(1)(ii)). What is sent, `sharing` sends.
//! Must not know how anything is asked, nor what is decided.

pub mod afterwards;

use std::collections::BTreeMap;
use std::rc::Rc;

use rand_core::CryptoRng;
use rand_core::RngCore;

use crate::filing::FilingError;
use crate::filing::excerpt;
use crate::filing::excerpt::Cut;
use crate::id::DisclosureId;
use crate::id::FollowupId;
use crate::id::RecordId;
use crate::policy;
use crate::practice::client::Client;
use crate::practice::recipient::Recipient;
use crate::practice::record::Record;
use crate::sharing::Drawn;
use crate::sharing::facts;
use crate::time::TimeError;
use crate::time::Timestamp;
use crate::vault::Vault;
use crate::vault::catalog::CatalogError;
use crate::vault::error::VaultError;
use crate::vocabulary::Basis;
use crate::vocabulary::Purpose;
use crate::vocabulary::Role;
use crate::vocabulary::Task;

/// Why a review was not filed, or a follow-up not closed.
#[derive(Debug, thiserror::Error)]
pub enum SafeguardingError {
    /// There is no such disclosure, or it was no safety disclosure.
    #[error("{0} is no safety disclosure")]
    NotForSafety(DisclosureId),
    /// It was reviewed before.
    #[error("{disclosure} was reviewed already, on {at}")]
    ReviewedAlready {
        /// The disclosure.
        disclosure: DisclosureId,
        /// When.
        at: Timestamp,
    },
    /// Whoever disclosed it would review it, and somebody else could.
    #[error("whoever disclosed {0} does not review it")]
    OwnReview(DisclosureId),
    /// There is no such follow-up.
    #[error("there is no follow-up {0}")]
    NoFollowup(FollowupId),
    /// It was done before.
    #[error("{followup} was done already, on {at}")]
    DoneAlready {
        /// The follow-up.
        followup: FollowupId,
        /// When.
        at: Timestamp,
    },
    /// What came of it has to be said.
    #[error("what came of {followup} ({task}) has to be said")]
    NothingSaid {
        /// The follow-up.
        followup: FollowupId,
        /// What was to be done.
        task: Task,
    },
    /// A review is filed, with its result; saying that it was done is none.
    #[error("{followup} asks for the review of {disclosure}, which closes it")]
    AsksForReview {
        /// The follow-up.
        followup: FollowupId,
        /// What is to be reviewed.
        disclosure: DisclosureId,
    },
    /// A period of the protocol leads beyond the calendar.
    #[error(transparent)]
    Time(#[from] TimeError),
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl From<CatalogError> for SafeguardingError {
    fn from(error: CatalogError) -> Self {
        Self::Vault(error.into())
    }
}

/// What a safety disclosure to this recipient stands on, and what for: a report that the law asks for, to whom it asks for
/// it; a medical emergency, where records under 42 CFR Part 2 go to medical personnel; a threat in every other case. Where no
/// record is named, it may be any of the client's.
pub fn stands_on(
    vault: &Vault,
    client: &Client,
    recipient: &Recipient,
    records: &[RecordId],
) -> Result<(Basis, Purpose), CatalogError> {
    if recipient.details.role == Role::ProtectionAgency {
        return Ok((Basis::AbuseReport, Purpose::MandatedReport));
    }
    let catalog = vault.catalog();
    let mut found: Vec<Record> = Vec::new();
    for id in records {
        found.extend(catalog.record(*id)?);
    }
    let is_part2 = policy::is_under_part2(&found, Some(client), &catalog.protocol()?.protocol)
        || (records.is_empty() && policy::told::has_part2(&facts::held(vault, client.id())?));
    if is_part2 && recipient.details.medical_personnel {
        return Ok((Basis::MedicalEmergency, Purpose::Emergency));
    }
    Ok((Basis::Threat, Purpose::Threat))
}

/// Takes the words that are to be sent; nothing is filed. Passages of one record make one excerpt.
pub fn draw<R: CryptoRng + RngCore>(
    vault: &Vault,
    passages: &[(RecordId, [u64; 2])],
    rng: &mut R,
) -> Result<Vec<Rc<Drawn>>, FilingError> {
    let mut lines: BTreeMap<RecordId, Vec<[u64; 2]>> = BTreeMap::new();
    for (record, passage) in passages {
        lines.entry(*record).or_default().push(*passage);
    }
    let drawn = lines.into_iter().map(|(of, lines)| {
        let cut = Cut { of, lines, redact: false, de_identify: None, setting: None, title: None };
        let excerpt::Drawn { origin, version, text, accessed, .. } = excerpt::draw(vault, &cut, rng)?;
        Ok(Rc::new(Drawn { origin, version, text, accessed }))
    });
    drawn.collect()
}
