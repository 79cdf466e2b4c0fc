//! Concerns: what somebody fears for their confidentiality. While one is open, what it touches is held
//! (45 CFR 164.530(d); domain rows 37 and 38). Must not know what is decided by it.

use serde::Deserialize;
use serde::Serialize;

use crate::id::ClientId;
use crate::id::ConcernId;
use crate::id::GroupId;
use crate::id::RecipientId;
use crate::id::RecordId;
use crate::practice::record::Record;
use crate::practice::words::Prose;
use crate::time::Date;
use crate::time::Timestamp;
use crate::vocabulary::Addressed;
use crate::vocabulary::ConcernState;
use crate::vocabulary::RaisedBy;
use crate::vocabulary::RecordKind;

/// `concern.opened`: what an empty list leaves unsaid, is all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConcernOpened {
    /// Who raised it.
    pub by: RaisedBy,
    /// Whose records it is about; null where it is about all of a group's.
    pub client: Option<ClientId>,
    /// The concern.
    pub concern: ConcernId,
    /// The day by which it is to be answered.
    pub due: Date,
    /// The group it is about.
    pub group: Option<GroupId>,
    /// About records of these kinds.
    pub kinds: Vec<RecordKind>,
    /// About these recipients.
    pub recipients: Vec<RecipientId>,
    /// About these records.
    pub records: Vec<RecordId>,
    /// The participant's place in the group, counted from 1.
    pub slot: Option<u64>,
    /// What the concern is.
    pub text: Prose,
}

impl ConcernOpened {
    /// About everything of nobody in particular, so far: whoever opens it says whose and what.
    pub fn new(concern: ConcernId, by: RaisedBy, text: Prose, due: Date) -> Self {
        Self {
            by,
            client: None,
            concern,
            due,
            group: None,
            kinds: Vec::new(),
            recipients: Vec::new(),
            records: Vec::new(),
            slot: None,
            text,
        }
    }
}

/// `concern.resolved`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConcernResolved {
    /// Whether who raised it says that it was addressed.
    pub addressed: Addressed,
    /// The concern.
    pub concern: ConcernId,
    /// What was answered or done.
    pub response: Prose,
}

/// A concern as the events so far leave it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Concern {
    /// What was raised.
    pub opened: ConcernOpened,
    /// When.
    pub filed: Timestamp,
    /// How it ended, and when.
    pub resolved: Option<(ConcernResolved, Timestamp)>,
}

impl Concern {
    /// After `concern.opened`.
    pub fn opened(opened: ConcernOpened, filed: Timestamp) -> Self {
        Self { opened, filed, resolved: None }
    }

    /// After `concern.resolved`. A concern is resolved once.
    pub fn resolve(&mut self, resolved: ConcernResolved, at: Timestamp) {
        self.resolved.get_or_insert((resolved, at));
    }

    /// Where it stands.
    pub fn state(&self) -> ConcernState {
        if self.resolved.is_some() { ConcernState::Resolved } else { ConcernState::Open }
    }

    /// Whether it holds back this record, which would go to this recipient.
    pub fn holds(&self, client: Option<ClientId>, recipient: RecipientId, record: &Record) -> bool {
        let ConcernOpened { group, kinds, records, .. } = &self.opened;
        let origin = record.latest.excerpt_of.as_ref().map(|excerpt| excerpt.record);
        let is_named = |id: &RecordId| *id == record.id() || Some(*id) == origin;
        self.is_between(client, recipient)
            && (group.is_none() || record.latest.group == *group)
            && (kinds.is_empty() || kinds.contains(&record.latest.record_kind))
            && (records.is_empty() || records.iter().any(is_named))
    }

    /// Whether it holds back what this recipient would be told that is about `said`; where that is empty nobody said, and it
    /// may be about anything. `named` are the records that the concern names, as far as they are there still.
    pub fn holds_told(
        &self,
        client: Option<ClientId>,
        recipient: RecipientId,
        said: &[RecordKind],
        named: &[Record],
    ) -> bool {
        let ConcernOpened { group, kinds, records, .. } = &self.opened;
        let kind_of = |id: &RecordId| named.iter().find(|one| one.id() == *id).map(|one| one.latest.record_kind);
        let is_touched = |kind: &RecordKind| {
            // Whatever a group's meeting left is of one kind.
            (group.is_none() || *kind == RecordKind::SessionGroup)
                && (kinds.is_empty() || kinds.contains(kind))
                && (records.is_empty() || records.iter().any(|id| kind_of(id).is_none_or(|of| of == *kind)))
        };
        self.is_between(client, recipient) && (said.is_empty() || said.iter().any(is_touched))
    }

    fn is_between(&self, client: Option<ClientId>, recipient: RecipientId) -> bool {
        let ConcernOpened { client: whose, recipients, .. } = &self.opened;
        self.resolved.is_none()
            && (whose.is_none() || *whose == client)
            && (recipients.is_empty() || recipients.contains(&recipient))
    }
}
