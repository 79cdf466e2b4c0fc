//! Failures of groups and concerns. A participant is called by the slot, and never by a name or an alias: whoever looks over
//! a shoulder learns of nobody.

use crate::cli::answer::At;
use crate::cli::answer::Reason;
use crate::cli::failure::Failure;
use crate::concerns::ConcernsError;
use crate::groups::Attendee;
use crate::groups::Attending;
use crate::groups::GroupsError;
use crate::groups::Lack;
use crate::id::GroupId;
use crate::id::RecipientId;
use crate::policy;
use crate::scan::Hit;
use crate::time::Date;
use crate::vault::catalog::Catalog;
use crate::vocabulary::GroupState;

impl From<GroupsError> for Failure {
    fn from(error: GroupsError) -> Self {
        let message = error.to_string();
        match error {
            GroupsError::Vault(error) => error.into(),
            GroupsError::Filing(error) => error.into(),
            GroupsError::Time(error) => error.into(),
            GroupsError::NoGroup(_) | GroupsError::NoRecipient(_) => Self::not_found(message),
            GroupsError::NoSlot { .. } | GroupsError::Twice(..) => Self::usage(message),
            GroupsError::State { group, state } => {
                let next = match state {
                    GroupState::Planned => format!("subrosa group start {group}"),
                    _ => format!("subrosa group show {group}"),
                };
                Self::refused(message).hint(next)
            }
            GroupsError::Named(_) | GroupsError::NotText | GroupsError::Unbound(_) => Self::refused(message),
        }
    }
}

impl From<ConcernsError> for Failure {
    fn from(error: ConcernsError) -> Self {
        let message = error.to_string();
        match error {
            ConcernsError::Vault(error) => error.into(),
            ConcernsError::Time(error) => error.into(),
            ConcernsError::NoSlot(..) => Self::usage(message),
            ConcernsError::Resolved(_) => Self::refused(message).hint("subrosa concern list"),
            ConcernsError::NoClient(_)
            | ConcernsError::NoGroup(_)
            | ConcernsError::NoRecipient(_)
            | ConcernsError::OtherRecord(_)
            | ConcernsError::NoConcern(_) => Self::not_found(message),
        }
    }
}

fn of_rule(id: &str) -> Reason {
    Reason::from(policy::rule(id).expect("the rule is in the table"))
}

/// Why a group is not closed: each place where the common part names somebody, and never whom; `again` closes it with another one.
pub fn named(again: &str, hits: &[Hit]) -> Failure {
    let rule = of_rule("E-THIRDPARTY");
    let reason = |hit: &Hit| {
        let Hit { line, column, .. } = *hit;
        let text = format!("{}: the common part, line {line}, column {column}", rule.text);
        let cure = again.to_owned();
        Reason { text, cure: Some(cure), at: Some(At { line, column }), ..rule.clone() }
    };
    Failure::refused("the common part names somebody, and nothing was filed").because(hits.iter().map(reason))
}

/// Why a group does not begin: who is suspended, has promised nothing, or leads it untrained, each with what cures it.
pub fn unbound(catalog: &Catalog, group: GroupId, lacking: &[Attending], today: Date) -> Failure {
    let slots: Vec<u64> = lacking.iter().filter_map(|one| slot(&one.attendee)).collect();
    let listed: Vec<String> = slots.iter().map(u64::to_string).collect();
    let is_unbound = |one: &&Attending| one.lacks.contains(&Lack::Agreement);
    let unbound = lacking.iter().filter(is_unbound).find_map(|one| slot(&one.attendee));
    let message = match (slots.len(), lacking.iter().any(|one| one.lacks.contains(&Lack::Agreement))) {
        _ if lacking.iter().any(|one| one.lacks.contains(&Lack::Suspended)) => {
            "somebody who is suspended neither attends a group nor leads it".to_owned()
        }
        (0, true) => "a facilitator has not promised to keep what is said".to_owned(),
        (0, false) => "a facilitator has not learned how what is said is kept".to_owned(),
        (1, _) => format!("slot {} has not promised to keep what is said", listed[0]),
        _ => format!("slots {} have not promised to keep what is said", listed.join(", ")),
    };
    let lacks = lacking.iter().flat_map(|one| one.lacks.iter().map(|lack| (&one.attendee, *lack)));
    let reasons = lacks.map(|(attendee, lack)| reason(catalog, group, attendee, lack, today));
    let failure = Failure::refused(message).because(reasons);
    match unbound {
        Some(slot) => failure.hint(format!("subrosa group start {group} --without-agreement {slot}=REASON")),
        None => failure,
    }
}

fn slot(attendee: &Attendee) -> Option<u64> {
    match attendee {
        Attendee::Participant { slot, .. } => Some(*slot),
        Attendee::Facilitator(_) => None,
    }
}

fn reason(catalog: &Catalog, group: GroupId, attendee: &Attendee, lack: Lack, today: Date) -> Reason {
    let add = |who: &str, what: &str| {
        format!("subrosa agreement add {who} --type {what} --signed-on {today} --standard --understood explained")
    };
    if lack == Lack::Suspended {
        let text = match attendee {
            Attendee::Participant { slot, .. } => {
                format!("slot {slot}: this participant, as a recipient, is suspended")
            }
            Attendee::Facilitator(id) => format!("{}, who leads it with you, is suspended", alias(catalog, *id)),
        };
        // Nothing ends a suspension: the group is planned anew, without them, and may have the same name.
        let cure = format!("subrosa group close {group} --not-held TEXT");
        return Reason { text, cure: Some(cure), ..of_rule(rule_of(lack)) };
    }
    let (text, cure) = match attendee {
        Attendee::Participant { slot, recipient: Some(recipient), .. } => {
            let text =
                format!("slot {slot}: no agreement as group-member or family-participant is in force and understood");
            (text, add(&recipient.to_string(), "group-member"))
        }
        Attendee::Participant { slot, client, recipient: None } => {
            let text = format!("slot {slot}: nobody among the recipients is this client, and so nobody has promised");
            // A name that tells nothing, and that nobody has.
            let name = format!("{}-{slot}", &group.body()[..4]);
            (text, format!("subrosa recipient add {name} --role group-member --of {client} --relationship self"))
        }
        Attendee::Facilitator(id) => {
            let who = alias(catalog, *id);
            let (lacking, cure) = match lack {
                Lack::Suspended | Lack::Agreement => {
                    ("no agreement as co-facilitator is in force and understood", add(&who, "co-facilitator"))
                }
                Lack::Training => (
                    "no training is in date",
                    format!("subrosa training add {who} --course confidentiality --on {today}"),
                ),
                Lack::Protocol => (
                    "the protocol asks something new since the training, and nobody has acknowledged it",
                    format!("subrosa protocol ack --by {who}"),
                ),
            };
            (format!("{who}, who leads it with you: {lacking}"), cure)
        }
    };
    Reason { text, cure: Some(cure), ..of_rule(rule_of(lack)) }
}

fn alias(catalog: &Catalog, id: RecipientId) -> String {
    let found = catalog.recipient(id).ok().flatten();
    found.map_or_else(|| id.to_string(), |recipient| recipient.details.alias.to_string())
}

/// The rule that asks the same of whoever gets something.
fn rule_of(lack: Lack) -> &'static str {
    match lack {
        Lack::Suspended => "E-RECIP-SUSPENDED",
        Lack::Agreement => "E-AGREE-NONE",
        Lack::Training => "E-TRAIN-EXPIRED",
        Lack::Protocol => "E-TRAIN-PROTOCOL",
    }
}
