//! Who shares and who receives: the protocol, the recipient and the key, what was promised and what was learned.

use crate::policy::Reason;
use crate::policy::case::Case;
use crate::policy::roles;
use crate::practice::agreement::Agreement;
use crate::practice::protocol::Adopted;
use crate::practice::training::Training;
use crate::time::Date;
use crate::vocabulary::AgreementState;
use crate::vocabulary::Label;
use crate::vocabulary::Medium;
use crate::vocabulary::Role;

use super::NOT_ANYONE;
use super::OUR_CHOICE;
use super::Rule;
use super::about_recipient;
use super::whole;

const PROMISE: &str = "seed A: \"use of confidentiality agreements\"";
const OUTSET: &str = "seed A: \"establishing clear boundaries from the outset\"";
const AGREE: &str =
    "subrosa agreement add {recipient} --type {agreement} --signed-on {today} --standard --understood explained";
const UNKNOWN: &str = "nobody has made sure who this recipient is";
const UNKNOWN_AT_N: &str =
    "nobody has made sure who this recipient is (--unverified tells what is N all the same, and is recorded)";
const TRAINED: &str = "seed A: \"provide training to those involved\"";

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "E-PROTOCOL-PART2",
        text: "the new protocol would take away what protects records under 42 CFR Part 2, and no protocol may",
        source: &["42 CFR 2.31", OUR_CHOICE],
        cure: "subrosa protocol show",
        exit: 3,
        // Decided where a protocol is adopted.
        applies: |_, _| Vec::new(),
    },
    Rule {
        id: "E-PROTOCOL-ACK",
        text: "you have not acknowledged the protocol since it last asked something new",
        source: &["seed A: \"establish clear protocols\"", OUR_CHOICE],
        cure: "subrosa protocol ack",
        exit: 3,
        applies: |case, rule| {
            let (material, _) = case.facts.protocol.material;
            whole(rule, case.facts.actor_read.unwrap_or_default() < material && material > 0 && has_adopted(case))
        },
    },
    Rule {
        id: "E-RECIP-WILDCARD",
        text: "this would be everyone, and everyone is nobody who needs it: name each person",
        source: &["seed B: \"making client information available to all staff—just because they work there\""],
        cure: "subrosa recipient list",
        exit: 3,
        // Decided where names are read: no recipient is called so.
        applies: |_, _| Vec::new(),
    },
    Rule {
        id: "E-RECIP-SUSPENDED",
        text: "the recipient is suspended",
        source: &["seed A: \"who has access to it\"", OUR_CHOICE],
        cure: "subrosa recipient show {recipient}",
        exit: 3,
        applies: |case, rule| about_recipient(rule, case, case.facts.recipient.suspended.is_some()),
    },
    Rule {
        id: "E-RECIP-UNVERIFIED",
        text: "nobody has made sure that the key is the recipient's (--unverified shares all the same, and is recorded)",
        source: &[NOT_ANYONE, OUR_CHOICE],
        cure: "subrosa recipient verify {recipient} --how in-person",
        exit: 3,
        applies: |case, rule| {
            let given = &case.facts.recipient.given;
            let is_sure = given.verified.is_some() || case.request.unverified;
            if is_sealed(case) {
                return about_recipient(rule, case, given.key.is_some() && !is_sure);
            }
            // Whoever is told something needs no key, and is somebody all the same; a danger waits for nobody's papers.
            let reasons = about_recipient(rule, case, !is_sure && !case.is_for_safety());
            let text = if case.label() > Label::N { UNKNOWN } else { UNKNOWN_AT_N };
            reasons.into_iter().map(|reason| Reason { text, ..reason }).collect()
        },
    },
    Rule {
        id: "E-RECIP-CONFLICT",
        text: "the recipient has declared a conflict of interest, and nobody has confirmed that it was thought about",
        source: &["seed A: \"each with their own perspectives and motivations\"", OUR_CHOICE],
        cure: "subrosa share {records} --to {recipient} --purpose {purpose} --acknowledge-conflict",
        exit: 3,
        applies: |case, rule| {
            let is_declared = case.facts.recipient.details.conflict.is_some();
            let is_known = case.request.conflict_acknowledged || case.is_for_safety();
            about_recipient(rule, case, is_declared && !is_known)
        },
    },
    Rule {
        id: "E-RECIP-ADVERSE",
        text: "the recipient could use it against the client, and nobody has confirmed that this was thought about",
        source: &["seed A: \"used against them or lead to any form of discrimination or harm\"", OUR_CHOICE],
        cure: "subrosa share {records} --to {recipient} --purpose {purpose} --adverse-use-reviewed",
        exit: 3,
        applies: |case, rule| {
            // Why this recipient is among the questions that a safety disclosure asks.
            let is_known = case.request.adverse_use_reviewed || case.is_for_safety();
            about_recipient(rule, case, case.could_be_turned_against() && !is_known)
        },
    },
    Rule {
        id: "E-KEY-NONE",
        text: "the recipient has given no key yet",
        source: &[OUR_CHOICE],
        cure: "subrosa recipient replace-key {recipient} --key RECIPIENT",
        exit: 3,
        applies: |case, rule| about_recipient(rule, case, is_sealed(case) && case.facts.recipient.given.key.is_none()),
    },
    Rule {
        id: "E-KEY-UNUSABLE",
        text: "nothing can be sealed to the recipient's key on this computer: its plugin is not installed, or this program was built without its kind",
        source: &[OUR_CHOICE],
        cure: "subrosa recipient show {recipient}",
        exit: 3,
        applies: |case, rule| {
            let has_key = case.facts.recipient.given.key.is_some();
            about_recipient(rule, case, is_sealed(case) && has_key && !case.facts.key_works)
        },
    },
    Rule {
        id: "E-AGREE-NONE",
        text: "the recipient has promised nothing yet, and this role has to",
        source: &[PROMISE, OUTSET],
        cure: AGREE,
        exit: 3,
        applies: |case, rule| about_recipient(rule, case, promise(case) == Promise::None),
    },
    Rule {
        id: "E-AGREE-EXPIRED",
        text: "the recipient's confidentiality agreement is not in force today",
        source: &[PROMISE, OUTSET],
        cure: AGREE,
        exit: 3,
        applies: |case, rule| about_recipient(rule, case, promise(case) == Promise::NotInForce),
    },
    Rule {
        id: "E-AGREE-TYPE",
        text: "the recipient has a confidentiality agreement, but not the one that this role needs",
        source: &[PROMISE],
        cure: AGREE,
        exit: 3,
        applies: |case, rule| about_recipient(rule, case, promise(case) == Promise::OtherType),
    },
    Rule {
        id: "E-AGREE-UNDERSTOOD",
        text: "the recipient signed, and nobody made sure that it was understood",
        source: &[
            "seed A: \"ensuring that all parties involved understand the importance of maintaining confidentiality and the consequences of breaching it\"",
        ],
        cure: AGREE,
        exit: 3,
        applies: |case, rule| about_recipient(rule, case, promise(case) == Promise::NotUnderstood),
    },
    Rule {
        id: "E-TRAIN-EXPIRED",
        text: "the recipient has no training in date, and this role needs one",
        source: &[TRAINED, "45 CFR 164.530(b) (not checked)"],
        cure: "subrosa training add {recipient} --course confidentiality --on {today}",
        exit: 3,
        applies: |case, rule| {
            let is_trained = case.facts.trainings.iter().any(|training| training.is_live(case.today));
            about_recipient(rule, case, needs_training(case) && !is_trained)
        },
    },
    Rule {
        id: "E-TRAIN-PROTOCOL",
        text: "the protocol asks something new since the recipient was trained, and the recipient has not acknowledged it",
        source: &[TRAINED, "45 CFR 164.530(b) (not checked)"],
        cure: "subrosa protocol ack --by {recipient}",
        exit: 3,
        applies: |case, rule| {
            let facts = case.facts;
            let is_new = has_to_read_anew(
                facts.protocol,
                facts.recipient.details.role,
                facts.recipient_read,
                facts.trainings,
                case.today,
            );
            about_recipient(rule, case, is_new)
        },
    },
];

/// Whether a trained recipient of this role has yet to acknowledge what the protocol asks newly since the training.
/// `read` is the newest version that was acknowledged.
pub fn has_to_read_anew(
    protocol: &Adopted,
    role: Role,
    read: Option<u64>,
    trainings: &[Training],
    today: Date,
) -> bool {
    learnt_before(protocol, role, read, trainings.iter().filter(|training| training.is_live(today)))
}

/// The same of a recipient who was trained by one of these, all of them before the protocol asked what it asks newly.
pub fn learnt_before<'t>(
    protocol: &Adopted,
    role: Role,
    read: Option<u64>,
    trainings: impl Iterator<Item = &'t Training>,
) -> bool {
    let (version, adopted) = protocol.material;
    let since = adopted.date_in(&protocol.protocol.zone());
    let mut trainings = trainings.peekable();
    let is_trained = trainings.peek().is_some();
    let was_trained_since = trainings.any(|training| training.filed >= adopted && training.done.on >= since);
    let has_read = read.is_some_and(|read| read >= version);
    roles::needs(role).training && version > 1 && is_trained && !has_read && !was_trained_since
}

/// What is told or handed over on paper needs no key.
fn is_sealed(case: &Case<'_>) -> bool {
    case.request.medium == Medium::Package
}

/// A vault that never adopted a protocol keeps to the strict one, which nobody was asked to acknowledge.
fn has_adopted(case: &Case<'_>) -> bool {
    case.facts.protocol.material.1 > crate::time::Timestamp::MIN
}

fn needs_training(case: &Case<'_>) -> bool {
    roles::needs(case.facts.recipient.details.role).training
}

/// How a recipient stands to the agreement that the role needs.
#[derive(PartialEq, Eq)]
enum Promise {
    Kept,
    None,
    OtherType,
    NotInForce,
    NotUnderstood,
}

fn promise(case: &Case<'_>) -> Promise {
    let needed = roles::needs(case.facts.recipient.details.role).agreements;
    if needed.is_empty() {
        return Promise::Kept;
    }
    let is_needed = |agreement: &&Agreement| needed.contains(&agreement.signed.agreement_type);
    let states: Vec<AgreementState> =
        case.facts.agreements.iter().filter(is_needed).map(|agreement| agreement.state(case.today)).collect();
    if states.contains(&AgreementState::Live) {
        return Promise::Kept;
    }
    if states.contains(&AgreementState::SignedNotUnderstood) {
        return Promise::NotUnderstood;
    }
    if !states.is_empty() {
        return Promise::NotInForce;
    }
    if case.facts.agreements.is_empty() { Promise::None } else { Promise::OtherType }
}

#[cfg(test)]
mod tests {
    #[test]
    fn reasons_about_people_come_in_the_order_of_the_rules() {
        let ids: Vec<_> = super::RULES.iter().map(|rule| rule.id).collect();
        let groups = ["E-PROTOCOL", "E-RECIP", "E-KEY", "E-AGREE", "E-TRAIN"];
        let at = |id: &str| groups.iter().position(|group| id.starts_with(group)).expect("a group");
        assert!(ids.windows(2).all(|pair| at(pair[0]) <= at(pair[1])));
    }
}
