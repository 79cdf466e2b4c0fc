//! Groups: a meeting is planned, begins, and is closed, which files what was said. People in a group are protected from each
//! other: whoever takes part has promised, what is said of all names nobody, and what is said of one is theirs alone (domain
//! rows 22 and 33 to 36). What is so already is judged under the locks. Must not know how any of it is typed or drawn.

pub mod closing;

use rand_core::CryptoRng;
use rand_core::RngCore;

use crate::filing;
use crate::filing::FilingError;
use crate::id::AgreementId;
use crate::id::ClientId;
use crate::id::GroupId;
use crate::id::RecipientId;
use crate::id::TrainingId;
use crate::policy;
use crate::policy::roles;
use crate::practice::agreement::Agreement;
use crate::practice::event::Body;
use crate::practice::group::Group;
use crate::practice::group::GroupCalledOff;
use crate::practice::group::GroupPlanned;
use crate::practice::group::GroupStarted;
use crate::practice::group::Unbound;
use crate::practice::recipient::Kinship;
use crate::practice::recipient::Recipient;
use crate::practice::words::Prose;
use crate::scan::Hit;
use crate::time::Date;
use crate::time::TimeError;
use crate::vault::Vault;
use crate::vault::catalog::Catalog;
use crate::vault::catalog::CatalogError;
use crate::vault::desk::Desk;
use crate::vault::error::VaultError;
use crate::vault::transaction::Committed;
use crate::vault::transaction::Draft;
use crate::vocabulary::AgreementState;
use crate::vocabulary::AgreementType;
use crate::vocabulary::GroupState;
use crate::vocabulary::Relationship;
use crate::vocabulary::Role;

/// Whoever takes part has promised one of these.
const OF_PARTICIPANTS: &[AgreementType] = &[AgreementType::GroupMember, AgreementType::FamilyParticipant];

/// Why nothing came of it.
#[derive(Debug, thiserror::Error)]
pub enum GroupsError {
    /// There is no such group.
    #[error("there is no group {0}")]
    NoGroup(GroupId),
    /// There is no such recipient.
    #[error("there is no recipient {0}")]
    NoRecipient(RecipientId),
    /// Nobody has that slot.
    #[error("the group {group} has the slots 1 to {count}, and no slot {slot}")]
    NoSlot {
        /// The group.
        group: GroupId,
        /// What was named.
        slot: u64,
        /// How many there are.
        count: usize,
    },
    /// One person has one slot.
    #[error("the same client is in the slots {0} and {1}")]
    Twice(u64, u64),
    /// A step that its state does not allow.
    #[error("the group {group} is {state}")]
    State {
        /// The group.
        group: GroupId,
        /// Where it stands.
        state: GroupState,
    },
    /// Some who would attend have not promised, or have not learned how it is kept.
    #[error("not everyone who attends has promised, and learned, to keep what is said")]
    Unbound(Vec<Attending>),
    /// What is said of all names somebody.
    #[error("the common part names somebody")]
    Named(Vec<Hit>),
    /// Nobody can look through it for names.
    #[error("the common part is no text: nobody can make sure that it names nobody")]
    NotText,
    /// A period of the protocol leads beyond the calendar.
    #[error(transparent)]
    Time(#[from] TimeError),
    /// Something could not be filed.
    #[error(transparent)]
    Filing(#[from] FilingError),
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl From<CatalogError> for GroupsError {
    fn from(error: CatalogError) -> Self {
        Self::Vault(error.into())
    }
}

/// Who attends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attendee {
    /// Somebody who takes part.
    Participant {
        /// The slot, counted from 1.
        slot: u64,
        /// Who.
        client: ClientId,
        /// Who that is among the recipients, who promise; the last named where there are several.
        recipient: Option<RecipientId>,
    },
    /// Somebody who leads it besides the owner.
    Facilitator(RecipientId),
}

/// Somebody who attends, the promise that is in force and was understood, and what was learned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attending {
    /// Who.
    pub attendee: Attendee,
    /// The promise.
    pub agreement: Option<AgreementId>,
    /// The training that is in date; none is asked of who takes part.
    pub training: Option<TrainingId>,
    /// What is wanting, in the order of the rules.
    pub lacks: Vec<Lack>,
}

/// What somebody lacks who would attend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// To be there at all: whoever is suspended neither attends nor leads, whatever was promised.
    Suspended,
    /// A promise that is in force and understood.
    Agreement,
    /// A training in date.
    Training,
    /// To have read what the protocol asks newly since the training.
    Protocol,
}

/// Everybody who attends, the participants first, each with what was promised as it stands on that day.
pub fn attending(catalog: &Catalog, planned: &GroupPlanned, today: Date) -> Result<Vec<Attending>, CatalogError> {
    let recipients = catalog.recipients()?;
    let mut all = Vec::new();
    for (slot, client) in (1..).zip(planned.participants.iter().copied()) {
        let is_self = |kinship: &Kinship| kinship.client == client && kinship.relationship == Relationship::SelfSame;
        let selves = recipients.iter().filter(|one| one.details.relationships.iter().any(is_self));
        let (gone, selves): (Vec<&Recipient>, Vec<&Recipient>) = selves.partition(|one| one.suspended.is_some());
        let is_suspended = selves.is_empty() && !gone.is_empty();
        let (mut recipient, mut agreement) = (None, None);
        for one in if is_suspended { gone } else { selves } {
            recipient = Some(one.id());
            agreement = agreement.or(promise(catalog, one.id(), OF_PARTICIPANTS, today)?);
        }
        let lacking = [(Lack::Suspended, is_suspended), (Lack::Agreement, agreement.is_none() && !is_suspended)];
        let lacks = lacking.into_iter().filter(|(_, is_lacking)| *is_lacking).map(|(lack, _)| lack).collect();
        let attendee = Attendee::Participant { slot, client, recipient };
        all.push(Attending { attendee, agreement, training: None, lacks });
    }
    for id in &planned.facilitators {
        all.push(leading(catalog, *id, today)?);
    }
    Ok(all)
}

/// Whoever leads a group is as a co-facilitator is to the policy, whatever the role says.
fn leading(catalog: &Catalog, id: RecipientId, today: Date) -> Result<Attending, CatalogError> {
    let is_suspended = catalog.recipient(id)?.is_some_and(|recipient| recipient.suspended.is_some());
    let needs = roles::needs(Role::CoFacilitator);
    let agreement = promise(catalog, id, needs.agreements, today)?;
    let (trainings, read) = (catalog.trainings(Some(id))?, catalog.acknowledged(&id.to_string())?);
    let training = trainings.iter().find(|training| training.is_live(today)).map(|training| training.done.training);
    let is_behind = policy::has_to_read_anew(&catalog.protocol()?, Role::CoFacilitator, read, &trainings, today);
    let lacking = [
        (Lack::Agreement, agreement.is_none()),
        (Lack::Training, needs.training && training.is_none()),
        (Lack::Protocol, is_behind),
    ];
    let lacks = lacking.into_iter().filter(|(_, is_lacking)| *is_lacking).map(|(lack, _)| lack);
    let lacks = if is_suspended { vec![Lack::Suspended] } else { lacks.collect() };
    Ok(Attending { attendee: Attendee::Facilitator(id), agreement, training, lacks })
}

fn promise(
    catalog: &Catalog,
    recipient: RecipientId,
    types: &[AgreementType],
    today: Date,
) -> Result<Option<AgreementId>, CatalogError> {
    let holds = |agreement: &&Agreement| {
        types.contains(&agreement.signed.agreement_type) && agreement.state(today) == AgreementState::Live
    };
    Ok(catalog.agreements(Some(recipient))?.iter().find(holds).map(|agreement| agreement.signed.agreement))
}

/// Plans one.
pub fn plan<R: CryptoRng + RngCore>(desk: &mut Desk<'_, R>, planned: GroupPlanned) -> Result<Committed, GroupsError> {
    desk.append(|vault| {
        for (slot, client) in (1..).zip(&planned.participants) {
            filing::open_client(vault, Some(*client))?;
            let before = (1..slot).zip(&planned.participants).find(|(_, other)| *other == client);
            if let Some((before, _)) = before {
                return Err(GroupsError::Twice(before, slot));
            }
        }
        for id in &planned.facilitators {
            vault.catalog().recipient(*id)?.ok_or(GroupsError::NoRecipient(*id))?;
        }
        Ok(vec![Draft::from(Body::GroupPlanned(planned))])
    })
}

/// Begins one: whoever attends has promised, or it is said of the slot why not; whoever leads it has learned how, too. What is said of somebody who has promised is
/// left out.
pub fn start<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    id: GroupId,
    without: Vec<Unbound>,
    today: Date,
) -> Result<Committed, GroupsError> {
    desk.append(|vault| {
        let group = group(vault, id)?;
        if group.state() != GroupState::Planned {
            return Err(GroupsError::State { group: id, state: group.state() });
        }
        without.iter().try_for_each(|unbound| participant(&group, unbound.slot).map(drop))?;
        let mut lacking = attending(vault.catalog(), &group.planned, today)?;
        lacking.retain(|one| !one.lacks.is_empty());
        // No reason lets in who is suspended.
        let is_unbound = |one: &Attending| one.lacks.contains(&Lack::Agreement);
        let lacks = |slot: u64| {
            let is_of = |one: &Attending| matches!(one.attendee, Attendee::Participant { slot: of, .. } if of == slot);
            lacking.iter().any(|one| is_of(one) && is_unbound(one))
        };
        let without: Vec<Unbound> = without.into_iter().filter(|unbound| lacks(unbound.slot)).collect();
        lacking.retain(|one| match one.attendee {
            Attendee::Participant { slot, .. } => without.iter().all(|unbound| unbound.slot != slot),
            Attendee::Facilitator(_) => true,
        });
        if !lacking.is_empty() {
            return Err(GroupsError::Unbound(lacking));
        }
        Ok(vec![Draft::from(Body::GroupStarted(GroupStarted { group: id, without }))])
    })
}

/// Says of one that it was not held, and will not be: nothing is asked of it any more.
pub fn call_off<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    id: GroupId,
    reason: Prose,
) -> Result<Committed, GroupsError> {
    desk.append(|vault| match group(vault, id)?.state() {
        GroupState::Planned | GroupState::Started => {
            Ok(vec![Draft::from(Body::GroupCalledOff(GroupCalledOff { group: id, reason }))])
        }
        state => Err(GroupsError::State { group: id, state }),
    })
}

fn group(vault: &Vault, id: GroupId) -> Result<Group, GroupsError> {
    vault.catalog().group(id)?.ok_or(GroupsError::NoGroup(id))
}

/// Who has a slot.
pub fn participant(group: &Group, slot: u64) -> Result<ClientId, GroupsError> {
    let count = group.planned.participants.len();
    group.participant(slot).ok_or(GroupsError::NoSlot { group: group.id(), slot, count })
}
