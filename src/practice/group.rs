//! Groups: people who meet, each in a place of their own. What was said is one common part without names and one part per
//! participant (domain rows 33 to 36). Must not know records or agreements.

use serde::Deserialize;
use serde::Serialize;

use crate::id::ClientId;
use crate::id::GroupId;
use crate::id::RecipientId;
use crate::id::RecordId;
use crate::practice::words::Line;
use crate::practice::words::Prose;
use crate::time::Date;
use crate::time::Timestamp;
use crate::time::Zone;
use crate::vocabulary::GroupState;
use crate::vocabulary::Setting;

/// `group.planned`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupPlanned {
    /// The day on which it meets.
    pub date: Date,
    /// Who leads it besides the owner.
    pub facilitators: Vec<RecipientId>,
    /// The group.
    pub group: GroupId,
    /// What it is called.
    pub name: Line,
    /// Who takes part: the first in slot 1, and so on.
    pub participants: Vec<ClientId>,
}

/// Somebody who takes part without an agreement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unbound {
    /// Why all the same.
    pub reason: Prose,
    /// The participant's slot, counted from 1.
    pub slot: u64,
}

/// `group.started`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupStarted {
    /// The group.
    pub group: GroupId,
    /// Who takes part without an agreement, by slot.
    pub without: Vec<Unbound>,
}

/// One participant's part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// The record.
    pub record: RecordId,
    /// The participant's slot, counted from 1.
    pub slot: u64,
}

/// `group.closed`: what was said is filed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupClosed {
    /// The part without names.
    pub common: RecordId,
    /// The group.
    pub group: GroupId,
    /// Each participant's own, by slot.
    pub parts: Vec<Part>,
    /// The room.
    pub setting: Setting,
}

/// `group.called-off`: it was not held, and will not be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupCalledOff {
    /// The group.
    pub group: GroupId,
    /// Why.
    pub reason: Prose,
}

/// A group as the events so far leave it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// What was planned.
    pub planned: GroupPlanned,
    /// When it was planned.
    pub filed: Timestamp,
    /// How it began, and when.
    pub started: Option<(GroupStarted, Timestamp)>,
    /// What came of it, and when.
    pub closed: Option<(GroupClosed, Timestamp)>,
    /// Why it was not held, and when that was said.
    pub called_off: Option<(GroupCalledOff, Timestamp)>,
}

impl Group {
    /// After `group.planned`.
    pub fn planned(planned: GroupPlanned, filed: Timestamp) -> Self {
        Self { planned, filed, started: None, closed: None, called_off: None }
    }

    /// After `group.started`.
    pub fn start(&mut self, started: GroupStarted, at: Timestamp) {
        self.started.get_or_insert((started, at));
    }

    /// After `group.closed`.
    pub fn close(&mut self, closed: GroupClosed, at: Timestamp) {
        self.closed.get_or_insert((closed, at));
    }

    /// After `group.called-off`.
    pub fn call_off(&mut self, called_off: GroupCalledOff, at: Timestamp) {
        self.called_off.get_or_insert((called_off, at));
    }

    /// The day on which it meets, or met: one that was closed before the day that was planned met when it was closed.
    pub fn met(&self, zone: &Zone) -> Date {
        let closed = self.closed.as_ref().map(|(_, at)| at.date_in(zone));
        closed.map_or(self.planned.date, |day| day.min(self.planned.date))
    }

    /// Its id.
    pub fn id(&self) -> GroupId {
        self.planned.group
    }

    /// Where it stands.
    pub fn state(&self) -> GroupState {
        match (&self.started, &self.closed, &self.called_off) {
            (_, Some(_), _) => GroupState::Closed,
            (_, None, Some(_)) => GroupState::CalledOff,
            (Some(_), None, None) => GroupState::Started,
            (None, None, None) => GroupState::Planned,
        }
    }

    /// The participants, each with the slot.
    pub fn slots(&self) -> impl Iterator<Item = (u64, ClientId)> {
        (1..).zip(self.planned.participants.iter().copied())
    }

    /// The slot of a participant.
    pub fn slot_of(&self, client: ClientId) -> Option<u64> {
        self.slots().find(|(_, one)| *one == client).map(|(slot, _)| slot)
    }

    /// The participant in a slot.
    pub fn participant(&self, slot: u64) -> Option<ClientId> {
        self.slots().find(|(one, _)| *one == slot).map(|(_, client)| client)
    }

    /// What is told of one participant: the common part, and theirs.
    pub fn parts_of(&self, client: ClientId) -> Vec<RecordId> {
        let (Some((closed, _)), Some(slot)) = (&self.closed, self.slot_of(client)) else {
            return Vec::new();
        };
        let own = closed.parts.iter().filter(|part| part.slot == slot).map(|part| part.record);
        std::iter::once(closed.common).chain(own).collect()
    }
}
