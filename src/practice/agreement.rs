//! Confidentiality agreements: what a recipient promised, until when, and whether it was understood.

use serde::Deserialize;
use serde::Serialize;

use crate::id::AgreementId;
use crate::id::RecipientId;
use crate::id::RecordId;
use crate::practice::words::Prose;
use crate::time::Date;
use crate::vocabulary::AgreementState;
use crate::vocabulary::AgreementType;
use crate::vocabulary::Understood;

/// `agreement.added`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgreementAdded {
    /// The agreement.
    pub agreement: AgreementId,
    /// What kind of agreement. (`kind` is the event's own.)
    pub agreement_type: AgreementType,
    /// What breaching it leads to.
    pub consequences: Prose,
    /// What else the party promises.
    pub duties: Vec<Prose>,
    /// Its first day.
    pub effective: Date,
    /// Its last day; null while nobody ends it.
    pub ends: Option<Date>,
    /// The record that holds the signed form.
    pub form: Option<RecordId>,
    /// What may not be shared outside.
    pub may_not_share: Vec<Prose>,
    /// What may.
    pub may_share: Vec<Prose>,
    /// The protocol's version that it was signed under.
    pub protocol: u64,
    /// Who promised.
    pub recipient: RecipientId,
    /// When.
    pub signed_on: Date,
    /// How it was made sure that the party understood.
    pub understood: Option<Understood>,
}

/// `agreement.ended`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgreementEnded {
    /// The agreement.
    pub agreement: AgreementId,
    /// Its last day was the one before.
    pub on: Date,
    /// Why.
    pub reason: Prose,
}

/// An agreement as the events so far leave it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    /// What was signed.
    pub signed: AgreementAdded,
    /// How it ended early.
    pub ended: Option<AgreementEnded>,
}

impl Agreement {
    /// After `agreement.added`.
    pub fn added(signed: AgreementAdded) -> Self {
        Self { signed, ended: None }
    }

    /// After `agreement.ended`.
    pub fn end(&mut self, ended: AgreementEnded) {
        self.ended = Some(ended);
    }

    /// Where it stands on a day of the practice.
    pub fn state(&self, today: Date) -> AgreementState {
        let is_over = self.signed.ends.is_some_and(|last| today > last)
            || self.ended.as_ref().is_some_and(|ended| today >= ended.on);
        if is_over {
            return AgreementState::Ended;
        }
        if today < self.signed.effective {
            return AgreementState::Early;
        }
        if self.signed.understood.is_none() {
            return AgreementState::SignedNotUnderstood;
        }
        AgreementState::Live
    }
}
