//! What the client asked not to be shared, who needs what, no more than is needed, and nobody else's name.

use crate::policy::CONSEQUENCES;
use crate::policy::Facts;
use crate::policy::Found;
use crate::policy::PRACTICE;
use crate::policy::PROTOCOL;
use crate::policy::RECIPIENT;
use crate::policy::Reason;
use crate::policy::TOLD;
use crate::policy::case::Case;
use crate::policy::case::is_part2;
use crate::policy::extent;
use crate::policy::purposes;
use crate::policy::told::Told;
use crate::practice::client::Client;
use crate::practice::concern::Concern;
use crate::practice::record::Record;
use crate::practice::restriction::Restriction;
use crate::vocabulary::Purpose;
use crate::vocabulary::RecordKind;
use crate::vocabulary::Role;

use super::NOT_ANYONE;
use super::OUR_CHOICE;
use super::Rule;
use super::about_recipient;
use super::about_records;
use super::reason;
use super::safety::with_client;
use super::told::SAY_TAG;
use super::told::unsaid_label;
use super::whole;

const NEED: &str = "seed A: \"only accessible to those who need the information for professional reasons\"";

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "E-RESTRICT",
        text: "the client asked that this is not shared so",
        source: &["seed A: \"respect for personal boundaries\"", "45 CFR 164.522(a)"],
        cure: "subrosa restrict list --client {client}",
        exit: 3,
        // It does not hold where safety or a law compels (45 CFR 164.522(a)(1)(iii) and (v)).
        applies: |case, rule| if case.is_for_safety() { Vec::new() } else { restricted(case, rule, false) },
    },
    Rule {
        id: "E-RESTRICT-SELFPAY",
        text: "the client paid for it, so no payer is told; nothing overrides this",
        source: &["seed A: \"respect for personal boundaries\"", "45 CFR 164.522(a)(1)(vi)"],
        cure: "subrosa restrict list --client {client}",
        exit: 3,
        applies: |case, rule| restricted(case, rule, true),
    },
    Rule {
        id: "E-CONCERN",
        text: "somebody fears for the confidentiality of this, and nobody has answered yet",
        source: &[
            "seed A: \"opportunity for individuals to voice any concerns about confidentiality\"",
            "45 CFR 164.530(d) (not checked)",
            OUR_CHOICE,
        ],
        cure: "subrosa concern resolve {concern} --response FILE --addressed yes",
        exit: 3,
        applies: concern,
    },
    Rule {
        id: "E-COMFORT",
        text: "somebody was uneasy or distressed in this session: it rests until tomorrow, unless you thought about it",
        source: &["seed A: \"aware of non-verbal cues that may indicate discomfort\"", OUR_CHOICE],
        cure: "subrosa share {records} --to {recipient} --purpose {purpose} --confirm-after-discomfort",
        exit: 3,
        applies: |case, rule| {
            if case.is_for_safety() || case.request.after_discomfort {
                return Vec::new();
            }
            if case.facts.records.is_empty() {
                return about_recipient(rule, case, case.was_uneasy_in_told());
            }
            about_records(rule, case, |record| case.was_uneasy_in(record))
        },
    },
    Rule {
        id: "E-NEED-ROLE",
        text: "this role does not need this kind of record for this purpose",
        source: &[NEED, "45 CFR 164.502(b)"],
        cure: "subrosa rules --matrix",
        exit: 3,
        applies: |case, rule| {
            let (role, matrix) = (case.facts.recipient.details.role, case.matrix());
            // What safety asks for has a rule of its own about Part 2.
            let part2 = never_under_part2(rule, case, role);
            if !part2.is_empty() && case.facts.safety.is_none() {
                return part2;
            }
            // Where a consent decides, it opens what the table leaves closed; for some roles nothing does.
            if case.needs_consent() && matrix.consent_opens(role) {
                return Vec::new();
            }
            if case.facts.records.is_empty() {
                // Of what safety asks for, identities are the least.
                let is_nameless = case.is_de_identified() || case.is_for_safety();
                let may = |kind: &RecordKind| matrix.allows(role, *kind, case.request.purpose, true, is_nameless);
                let told = case.told().map(Told::kinds).unwrap_or_default();
                let needs = if told.is_empty() { RecordKind::ALL.iter().any(may) } else { told.iter().all(may) };
                return for_safety(case, about_recipient(rule, case, !needs));
            }
            let reasons = about_records(rule, case, |record| {
                let excerpt = record.latest.excerpt_of.as_ref();
                let is_de_identified = excerpt.is_some_and(|excerpt| excerpt.de_identified);
                let is_part = extent::wholes(std::slice::from_ref(record)) == 0;
                let (kind, purpose) = (record.latest.record_kind, case.request.purpose);
                // Whether the whole of it may go where safety asks for it, E-MINIMUM says: it wants a reason.
                let is_part = is_part || is_de_identified || case.is_for_safety();
                !matrix.allows(role, kind, purpose, is_part, is_de_identified)
            });
            for_safety(case, reasons)
        },
    },
    Rule {
        id: "E-NEED-LABEL",
        text: "the record is more confidential than this recipient may get: N before the key is verified, R after, V only when given",
        source: &[NEED, OUR_CHOICE],
        cure: "subrosa recipient edit {recipient} --max-label {label}",
        exit: 3,
        applies: |case, rule| {
            let recipient = case.facts.recipient;
            let is_above = case.label() > recipient.ceiling();
            let mut reasons = about_recipient(rule, case, !case.is_for_safety() && is_above);
            if let Some(cure) = unsaid_label(case) {
                reasons.iter_mut().for_each(|reason| reason.cure = cure);
            }
            if recipient.given.verified.is_none() {
                reasons.iter_mut().for_each(|reason| {
                    reason.cure = "subrosa recipient verify {recipient} --how in-person";
                });
            }
            reasons
        },
    },
    Rule {
        id: "E-MINIMUM",
        text: "whole records for this purpose, or all records of a client at once, need a reason; an excerpt may be enough",
        source: &[
            "seed A: \"use discretion when handling confidential information\"",
            "45 CFR 164.502(b)",
            "NASW 1.07(c)",
        ],
        cure: "subrosa share {records} --to {recipient} --purpose {purpose} --why TEXT",
        exit: 3,
        applies: |case, rule| {
            let has_whole = extent::wholes(case.facts.records) > 0;
            let is_much =
                case.facts.is_everything || (has_whole && purposes::meaning(case.request.purpose).whole_needs_why);
            whole(rule, is_much && !case.request.has_reason)
        },
    },
    Rule {
        id: "E-THIRDPARTY",
        text: "it names or identifies somebody else",
        source: &["seed A: \"exposure to the larger group\"", NOT_ANYONE],
        cure: "subrosa share {records} --to {recipient} --purpose {purpose} --redact",
        exit: 3,
        applies: |case, rule| {
            let found = case.facts.found.iter();
            let one = |found: &Found| Reason {
                record: found.record,
                found: Some(found.clone()),
                cure: cure_of(found, rule),
                ..reason(rule)
            };
            found.map(one).collect()
        },
    },
];

/// Roles that get nothing under 42 CFR Part 2: no consent of the usual kind and no row of a protocol lets it go to them.
pub(super) const NEVER_PART2: &[Role] = &[Role::Police, Role::PotentialVictim];

fn never_under_part2(rule: &'static Rule, case: &Case<'_>, role: Role) -> Vec<Reason> {
    let client = case.facts.client;
    let reasons = match (NEVER_PART2.contains(&role), case.facts.records.is_empty()) {
        (false, _) => Vec::new(),
        (true, true) => about_recipient(rule, case, case.is_part2()),
        (true, false) => about_records(rule, case, |record| is_part2(record, client, case.protocol())),
    };
    let text =
        "under 42 CFR Part 2 nothing goes to the police, or to somebody who may be harmed, whatever was consented";
    reasons.into_iter().map(|reason| Reason { text, ..reason }).collect()
}

/// Whom safety does not ask to be told may be told with the client's consent.
fn for_safety(case: &Case<'_>, mut reasons: Vec<Reason>) -> Vec<Reason> {
    if case.is_for_safety()
        && case.facts.safety.is_some()
        && case.matrix().consent_opens(case.facts.recipient.details.role)
    {
        reasons.iter_mut().for_each(|reason| reason.cure = with_client(case));
    }
    reasons
}

/// Held by an open concern that touches a record; of what is told without one, where it touches a kind of what is told.
fn concern(case: &Case<'_>, rule: &'static Rule) -> Vec<Reason> {
    if case.is_for_safety() {
        return Vec::new();
    }
    let (client, recipient) = (case.facts.client.map(Client::id), case.facts.recipient.id());
    // Each concern once, whatever else it holds: each is answered by itself.
    let held = |concern: &Concern| {
        if case.facts.records.is_empty() {
            let Facts { about, feared, .. } = case.facts;
            return concern.holds_told(client, recipient, &about.kinds, feared).then_some(None);
        }
        let record = case.facts.records.iter().find(|record| concern.holds(client, recipient, record))?;
        Some(Some(record.id()))
    };
    let reason_of = |concern: &Concern| {
        let record = held(concern)?;
        Some(Reason { recipient: Some(recipient), record, concern: Some(concern.opened.concern), ..reason(rule) })
    };
    case.facts.concerns.iter().filter_map(reason_of).collect()
}

/// An excerpt has neither its origin's file name nor its title, but its tags; and there is none of what is no text.
fn cure_of(found: &Found, rule: &Rule) -> &'static str {
    match (found.place, found.has_lines) {
        ("tag", _) => "subrosa tag {record} --remove TAG",
        (CONSEQUENCES, _) => {
            "subrosa agreement add {recipient} --type {agreement} --signed-on {today} --standard --understood explained"
        }
        (RECIPIENT, _) => "subrosa recipient edit {recipient} --name TEXT",
        (TOLD, _) => "subrosa share {records} --to {recipient} --purpose {purpose}",
        (PROTOCOL | PRACTICE, _) => "subrosa protocol edit",
        (_, true) => rule.cure,
        (_, false) => "subrosa add FILE --client {client} --kind {kind} --title TEXT",
    }
}

/// What is told without a record is restricted as a whole.
fn restricted(case: &Case<'_>, rule: &'static Rule, self_pay: bool) -> Vec<Reason> {
    let asked = case.facts.restrictions.iter().filter(|restriction| restriction.asked.self_pay == self_pay);
    let to_this: Vec<_> = asked.filter(|restriction| is_of_this(restriction, case)).collect();
    if case.facts.records.is_empty() {
        let told = Told::of(case.facts);
        let binds =
            |one: &&&Restriction| one.holds_for_told(case.today) && told.is_touched(&one.asked.kinds, &one.asked.tags);
        let binding: Vec<_> = to_this.iter().filter(binds).collect();
        // Where it may be about what is restricted only because nobody said, saying it is the way on.
        let by_tag = case.facts.about.tags.is_none() && binding.iter().all(|one| !one.asked.tags.is_empty());
        let cure = if by_tag { SAY_TAG } else { rule.cure };
        let reasons = about_recipient(rule, case, !binding.is_empty());
        return reasons.into_iter().map(|reason| Reason { cure, ..reason }).collect();
    }
    about_records(rule, case, |record| to_this.iter().any(|one| one.holds(case.today, record) && touches(one, record)))
}

/// Whether it is about this recipient and purpose.
fn is_of_this(restriction: &Restriction, case: &Case<'_>) -> bool {
    let (asked, recipient) = (&restriction.asked, case.facts.recipient);
    // What was paid for is kept from payers, and needs nobody to name them.
    let is_payer = matches!(recipient.details.role, Role::Payer | Role::PayerAuditor)
        || matches!(case.request.purpose, Purpose::Pay | Purpose::ClaimAttach);
    (!asked.self_pay || is_payer)
        && (asked.recipients.is_empty() || asked.recipients.contains(&recipient.id()))
        && (asked.roles.is_empty() || asked.roles.contains(&recipient.details.role))
        && (asked.purposes.is_empty() || asked.purposes.contains(&case.request.purpose))
}

fn touches(Restriction { asked, .. }: &Restriction, record: &Record) -> bool {
    (asked.kinds.is_empty() || asked.kinds.contains(&record.latest.record_kind))
        && (asked.tags.is_empty() || asked.tags.iter().any(|tag| record.latest.tags.contains(tag)))
}
