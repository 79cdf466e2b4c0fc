//! Concerns: somebody fears for their confidentiality, and is answered; until then, what it touches is held ("opportunity
//! for individuals to voice any concerns about confidentiality"; 45 CFR 164.530(d)). Must not know how a person types or
//! reads one, nor what is decided by it.

use rand_core::CryptoRng;
use rand_core::RngCore;

use crate::id::ClientId;
use crate::id::ConcernId;
use crate::id::GroupId;
use crate::id::RecipientId;
use crate::id::RecordId;
use crate::practice::concern::ConcernOpened;
use crate::practice::concern::ConcernResolved;
use crate::practice::event::Body;
use crate::practice::words::Prose;
use crate::time::TimeError;
use crate::vault::Vault;
use crate::vault::catalog::CatalogError;
use crate::vault::desk::Desk;
use crate::vault::error::VaultError;
use crate::vault::transaction::Committed;
use crate::vault::transaction::Draft;
use crate::vocabulary::Addressed;
use crate::vocabulary::RaisedBy;
use crate::vocabulary::RecordKind;

/// Whose records a concern is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// A client's.
    Client(ClientId),
    /// All of a group's.
    Group(GroupId),
    /// Those of a group that are one participant's: the common part, and theirs.
    Slot(GroupId, u64),
}

/// A concern to be opened.
#[derive(Clone, Debug)]
pub struct NewConcern {
    /// Its id.
    pub concern: ConcernId,
    /// Whose records it is about.
    pub about: About,
    /// Who raised it.
    pub by: RaisedBy,
    /// About these recipients alone.
    pub recipients: Vec<RecipientId>,
    /// About records of these kinds alone.
    pub kinds: Vec<RecordKind>,
    /// About these records alone.
    pub records: Vec<RecordId>,
    /// What it is.
    pub text: Prose,
}

/// Why a concern could not be opened or answered.
#[derive(Debug, thiserror::Error)]
pub enum ConcernsError {
    /// There is no such client.
    #[error("there is no client {0}")]
    NoClient(ClientId),
    /// There is no such group.
    #[error("there is no group {0}")]
    NoGroup(GroupId),
    /// Nobody has that slot.
    #[error("the group {0} has no slot {1}")]
    NoSlot(GroupId, u64),
    /// There is no such recipient.
    #[error("there is no recipient {0}")]
    NoRecipient(RecipientId),
    /// There is no such record, or it is not one of those that the concern is about.
    #[error("{0} is no record of whom or what the concern is about")]
    OtherRecord(RecordId),
    /// There is no such concern.
    #[error("there is no concern {0}")]
    NoConcern(ConcernId),
    /// It was answered before.
    #[error("the concern {0} is resolved already")]
    Resolved(ConcernId),
    /// A period of the protocol leads beyond the calendar.
    #[error(transparent)]
    Time(#[from] TimeError),
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl From<CatalogError> for ConcernsError {
    fn from(error: CatalogError) -> Self {
        Self::Vault(error.into())
    }
}

/// Opens one. It is due so long after today as the protocol says (`periods.concern`).
pub fn open<R: CryptoRng + RngCore>(desk: &mut Desk<'_, R>, new: NewConcern) -> Result<Committed, ConcernsError> {
    let clock = desk.clock;
    desk.append(|vault| {
        let protocol = vault.catalog().protocol()?.protocol;
        let due = protocol.periods.concern.from_date(clock().date_in(&protocol.zone()), false)?;
        let (client, group, slot) = whose(vault, new.about)?;
        for id in &new.recipients {
            vault.catalog().recipient(*id)?.ok_or(ConcernsError::NoRecipient(*id))?;
        }
        for id in &new.records {
            let record = vault.catalog().record(*id)?.ok_or(ConcernsError::OtherRecord(*id))?.latest;
            let is_meant = match group {
                // The common part of a group is everybody's.
                Some(_) => {
                    record.group == group && (record.client.is_none() || client.is_none() || record.client == client)
                }
                None => record.client == client,
            };
            if !is_meant {
                return Err(ConcernsError::OtherRecord(*id));
            }
        }
        let NewConcern { kinds, recipients, records, .. } = new;
        let opened = ConcernOpened::new(new.concern, new.by, new.text, due);
        let opened = ConcernOpened { client, group, kinds, recipients, records, slot, ..opened };
        Ok(vec![Draft::from(Body::ConcernOpened(opened))])
    })
}

/// The client, the group and the slot that say whose records it is about.
type Whose = (Option<ClientId>, Option<GroupId>, Option<u64>);

fn whose(vault: &Vault, about: About) -> Result<Whose, ConcernsError> {
    let group = |id: GroupId| vault.catalog().group(id)?.ok_or(ConcernsError::NoGroup(id));
    match about {
        About::Client(id) => {
            vault.catalog().client(id)?.ok_or(ConcernsError::NoClient(id))?;
            Ok((Some(id), None, None))
        }
        About::Group(id) => group(id).map(|group| (None, Some(group.id()), None)),
        About::Slot(id, slot) => {
            let client = group(id)?.participant(slot).ok_or(ConcernsError::NoSlot(id, slot))?;
            Ok((Some(client), Some(id), Some(slot)))
        }
    }
}

/// Answers one: what it held goes free.
pub fn resolve<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    concern: ConcernId,
    response: Prose,
    addressed: Addressed,
) -> Result<Committed, ConcernsError> {
    desk.append(|vault| {
        let found = vault.catalog().concern(concern)?.ok_or(ConcernsError::NoConcern(concern))?;
        if found.resolved.is_some() {
            return Err(ConcernsError::Resolved(concern));
        }
        Ok(vec![Draft::from(Body::ConcernResolved(ConcernResolved { addressed, concern, response }))])
    })
}
