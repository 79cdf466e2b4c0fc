//! The decision: may this go to this recipient, for this purpose? Pure: facts in, a [`Permit`] or every reason out, in
//! the fixed order of the rule table. Must not know storage, encryption or the clock.

pub mod matrix;
pub mod purposes;
pub mod roles;
mod rules;

use crate::id::RecipientId;
use crate::id::RecordId;
use crate::place::PlaceRisk;
use crate::practice::recipient::Recipient;
use crate::practice::record::Record;
use crate::time::Timestamp;
use crate::vocabulary::Basis;
use crate::vocabulary::Label;
use crate::vocabulary::Purpose;

pub use rules::RULES;
pub use rules::Rule;
pub use rules::rule;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// What for.
    pub purpose: Purpose,
    /// What makes it permissible.
    pub basis: Basis,
    /// Go on although the recipient's key has not been verified; recorded.
    pub unverified: bool,
}

/// Just what the request touches.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// Whether the ledger holds: no alarm is raised.
    pub ledger_holds: bool,
    /// To whom.
    pub recipient: &'a Recipient,
    /// What; never empty.
    pub records: &'a [Record],
    /// Whether something can be sealed to the recipient's key on this computer.
    pub key_works: bool,
    /// What is wrong with the place the package would go to.
    pub output: &'a [PlaceRisk],
}

/// One reason why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The rule.
    pub rule: &'static Rule,
    /// The recipient it is about.
    pub recipient: Option<RecipientId>,
    /// The record it is about.
    pub record: Option<RecordId>,
}

/// Every reason why not, in the rules' order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// At least one.
    pub reasons: Vec<Reason>,
}

/// A passed check: nothing but [`decide`] makes one, and nothing is sealed without one.
#[derive(Debug, PartialEq, Eq)]
pub struct Permit {
    basis: Basis,
    label: Label,
}

impl Permit {
    /// What the disclosure stands on.
    pub fn basis(&self) -> Basis {
        self.basis
    }

    /// The highest label of what is disclosed.
    pub fn label(&self) -> Label {
        self.label
    }
}

/// Decides. `now` will matter to consents, agreements and trainings; it is part of the shape from the beginning.
pub fn decide(request: &Request, facts: &Facts<'_>, _now: Timestamp) -> Result<Permit, Refusal> {
    let reasons: Vec<Reason> = RULES.iter().flat_map(|rule| (rule.applies)(request, facts, rule)).collect();
    if !reasons.is_empty() {
        return Err(Refusal { reasons });
    }
    let label = facts.records.iter().map(|record| record.latest.label).max().unwrap_or(Label::R);
    Ok(Permit { basis: request.basis, label })
}
