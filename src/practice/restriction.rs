//! Restrictions: what a client asked not to be shared (45 CFR 164.522(a)).

use serde::Deserialize;
use serde::Serialize;

use crate::id::ClientId;
use crate::id::RecipientId;
use crate::id::RestrictionId;
use crate::practice::record::Record;
use crate::practice::words::Tag;
use crate::time::Date;
use crate::time::Timestamp;
use crate::vocabulary::EndedBy;
use crate::vocabulary::Purpose;
use crate::vocabulary::RecordKind;
use crate::vocabulary::RestrictionState;
use crate::vocabulary::Role;

/// `restriction.added`: what an empty list leaves unsaid, is all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RestrictionAdded {
    /// Who asked.
    pub client: ClientId,
    /// Records of these kinds.
    pub kinds: Vec<RecordKind>,
    /// From this day on.
    pub on: Date,
    /// For these purposes.
    pub purposes: Vec<Purpose>,
    /// To these recipients.
    pub recipients: Vec<RecipientId>,
    /// The restriction.
    pub restriction: RestrictionId,
    /// To recipients of these roles.
    pub roles: Vec<Role>,
    /// The client paid for it: no payer is told (45 CFR 164.522(a)(1)(vi)).
    pub self_pay: bool,
    /// Records with one of these tags.
    pub tags: Vec<Tag>,
}

/// `restriction.ended`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RestrictionEnded {
    /// Who ended it. By the practice alone it ends for what is recorded from then on (45 CFR 164.522(a)(2)(iii)).
    pub by: EndedBy,
    /// From this day on.
    pub on: Date,
    /// The restriction.
    pub restriction: RestrictionId,
}

/// A restriction as the events so far leave it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restriction {
    /// What was asked.
    pub asked: RestrictionAdded,
    /// How it ended.
    pub ended: Option<RestrictionEnded>,
    /// When that was entered.
    pub ended_at: Option<Timestamp>,
}

impl RestrictionAdded {
    /// Whether nothing narrows it: then nothing at all of the client's is shared.
    pub fn is_everything(&self) -> bool {
        let Self { kinds, purposes, recipients, roles, self_pay, tags, .. } = self;
        let narrowed = [kinds.len(), purposes.len(), recipients.len(), roles.len(), tags.len()];
        !self_pay && narrowed.iter().all(|count| *count == 0)
    }
}

impl Restriction {
    /// After `restriction.added`.
    pub fn added(asked: RestrictionAdded) -> Self {
        Self { asked, ended: None, ended_at: None }
    }

    /// After `restriction.ended`. Once the client ended it, the practice has nothing to add.
    pub fn end(&mut self, ended: RestrictionEnded, at: Timestamp) {
        if self.ended.as_ref().is_none_or(|before| before.by == EndedBy::Practice) {
            (self.ended, self.ended_at) = (Some(ended), Some(at));
        }
    }

    /// Where it stands on a day of the practice. One that the practice ended still holds for what was recorded before.
    pub fn state(&self, today: Date) -> RestrictionState {
        if self.ended.as_ref().is_some_and(|ended| today >= ended.on) {
            return RestrictionState::Ended;
        }
        if today < self.asked.on { RestrictionState::Early } else { RestrictionState::Live }
    }

    /// Whether it holds today for what is told without a record: where the practice ended it, that may be of before.
    pub fn holds_for_told(&self, today: Date) -> bool {
        let is_over = |ended: &RestrictionEnded| ended.by != EndedBy::Practice && today >= ended.on;
        today >= self.asked.on && !self.ended.as_ref().is_some_and(is_over)
    }

    /// Whether it holds today for a record. The practice ends it for later records alone: it goes on for what was filed
    /// before the end was entered, and for what is dated before the end.
    pub fn holds(&self, today: Date, record: &Record) -> bool {
        if today < self.asked.on {
            return false;
        }
        match &self.ended {
            None => true,
            Some(ended) if today < ended.on => true,
            Some(ended) => {
                let is_earlier = record.latest.date < ended.on || self.ended_at.is_some_and(|at| record.added <= at);
                ended.by == EndedBy::Practice && is_earlier
            }
        }
    }
}
