//! The papers that people sign and keep beside the records: agreements, trainings, restrictions, teams, who may act for a
//! client, and what agencies state. What is so already is judged under the locks, so two processes cannot both end one thing. Consents have their
//! own room. Must not know how a person types or reads any of it, nor what is decided by it.

pub mod agreements;
pub mod representatives;
pub mod restrictions;
pub mod standard;
pub mod suspensions;
pub mod teams;
pub mod trainings;

use crate::filing::FilingError;
use crate::id::AgreementId;
use crate::id::ClientId;
use crate::id::DisclosureId;
use crate::id::RecipientId;
use crate::id::RestrictionId;
use crate::practice::client::Client;
use crate::practice::recipient::Recipient;
use crate::practice::words::Alias;
use crate::time::Date;
use crate::time::TimeError;
use crate::vault::Vault;
use crate::vault::catalog::CatalogError;
use crate::vault::error::VaultError;

/// Why a paper could not be filed or ended.
#[derive(Debug, thiserror::Error)]
pub enum PapersError {
    /// There is no such client.
    #[error("there is no client {0}")]
    NoClient(ClientId),
    /// There is no such recipient.
    #[error("there is no recipient {0}")]
    NoRecipient(RecipientId),
    /// There is no such agreement.
    #[error("there is no agreement {0}")]
    NoAgreement(AgreementId),
    /// There is no such restriction.
    #[error("there is no restriction {0}")]
    NoRestriction(RestrictionId),
    /// The agreement was ended before.
    #[error("the agreement {0} has ended already")]
    AgreementEnded(AgreementId),
    /// The restriction was ended before.
    #[error("the restriction {0} has ended already")]
    RestrictionEnded(RestrictionId),
    /// What the client paid for is kept from payers for as long as the client wishes (45 CFR 164.522(a)(2)(iii)).
    #[error("the restriction {0} is about what the client paid for: nobody but the client ends it")]
    ClientsAlone(RestrictionId),
    /// Whoever is suspended speaks for nobody.
    #[error("{0} is suspended, and speaks for nobody")]
    Suspended(Alias),
    /// What the client asked is not ended for days that are past.
    #[error("the restriction {restriction} ends from {first} on at the earliest")]
    EndsBackwards {
        /// The restriction.
        restriction: RestrictionId,
        /// The first day on which it could be over.
        first: Date,
    },
    /// There is no such disclosure.
    #[error("there is no disclosure {0}")]
    NoDisclosure(DisclosureId),
    /// It went to somebody who has no say in what the client is told.
    #[error("{0} was made neither to law enforcement nor for oversight of health care: the client is told of it")]
    NoAgency(DisclosureId),
    /// Nobody ever suspended it.
    #[error("the accounting of {0} was never suspended")]
    NotSuspended(DisclosureId),
    /// A suspension does not end before it begins.
    #[error("{until} is past: a suspension lasts until today, {today}, at least")]
    OverAlready {
        /// The day that was named.
        until: Date,
        /// The first that could be.
        today: Date,
    },
    /// Said and not written, it does not hold for so long.
    #[error("what was said on {from} about {disclosure}, and not written, holds until {last} at the latest")]
    OralTooLong {
        /// The disclosure.
        disclosure: DisclosureId,
        /// The day of the first oral statement.
        from: Date,
        /// The last day that it can name.
        last: Date,
    },
    /// A team is not called as a person is.
    #[error("{0} is what a person is called: a team needs a name of its own")]
    NameTaken(Alias),
    /// There is no such team.
    #[error("there is no team {0}")]
    NoTeam(Alias),
    /// Not of the team.
    #[error("{member} is not of the team {team}")]
    NoMember {
        /// The team.
        team: Alias,
        /// Who was to leave.
        member: Alias,
    },
    /// A period of the protocol leads beyond the calendar.
    #[error(transparent)]
    Time(#[from] TimeError),
    /// The signed form could not be filed.
    #[error(transparent)]
    Filing(#[from] FilingError),
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl From<CatalogError> for PapersError {
    fn from(error: CatalogError) -> Self {
        Self::Vault(error.into())
    }
}

fn client(vault: &Vault, id: ClientId) -> Result<Client, PapersError> {
    vault.catalog().client(id)?.ok_or(PapersError::NoClient(id))
}

fn recipient(vault: &Vault, id: RecipientId) -> Result<Recipient, PapersError> {
    vault.catalog().recipient(id)?.ok_or(PapersError::NoRecipient(id))
}
