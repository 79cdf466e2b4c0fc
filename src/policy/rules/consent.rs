//! The basis, and the consent it is: complete, signed by whoever has to, live, and wide enough; and what needs a consent
//! of its own.

use std::collections::BTreeSet;

use crate::policy::Reason;
use crate::policy::Request;
use crate::policy::case::Case;
use crate::policy::case::is_part2;
use crate::policy::case::is_psychotherapy_note;
use crate::policy::consent::Choice;
use crate::policy::consent::Shortfall;
use crate::policy::consent::WayToSign;
use crate::policy::consent::can_be_completed;
use crate::policy::consent::choose;
use crate::policy::consent::way_to_sign;
use crate::policy::purposes;
use crate::practice::client::Client;
use crate::practice::consent::Consent;
use crate::practice::consent::Signatory;
use crate::practice::protocol::Protocol;
use crate::practice::recipient::Recipient;
use crate::practice::record::Record;
use crate::time::Date;
use crate::vocabulary::Basis;
use crate::vocabulary::Purpose;
use crate::vocabulary::Relationship;
use crate::vocabulary::Role;

use super::NOT_ANYONE;
use super::OUR_CHOICE;
use super::Rule;
use super::about_recipient;
use super::apart::covered_apart;
use super::apart::is_own;
use super::apart::is_sud_note;
use super::reason;
use super::told::unsaid;
use super::whole;

const ASK: &str = "subrosa consent grant --client {client} --to {recipient} {kinds} {tags} --purpose {purpose} {own}";
const SHARE: &str = "subrosa share {records} --to {recipient} --purpose {purpose}";
const REPRESENT: &str = "subrosa client representative {client} --recipient {signatory} --relationship guardian \
                         --authority guardian --evidence TEXT --from {signed}";
const APART: &str = "subrosa share {record} --to {recipient} --purpose {purpose}";
const INVOLVED: &str = "seed A: \"without the consent of the individual involved\"";
const UNLESS: &str = "seed B: \"unless given explicit consent\"";
const AUTONOMY: &str = "seed A: \"respect for the client’s privacy and autonomy\"";
const EXPLICIT: &str = "seed A: \"explicit permission\"";
const SPECIFIC: &str = "45 CFR 164.508(c)";

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "E-CLIENT-SEVERAL",
        text: "the records are about several clients, and each person consents for their own part",
        source: &[INVOLVED, OUR_CHOICE],
        cure: "subrosa list --client ALIAS",
        exit: 3,
        applies: |case, rule| whole(rule, are_of_several(case.facts.records)),
    },
    Rule {
        id: "E-BASIS-FORBIDDEN",
        text: "this basis is not open here: not for this recipient, this purpose or these records, or not under this protocol",
        source: &[NOT_ANYONE, "45 CFR 164.506"],
        cure: SHARE,
        exit: 3,
        applies: |case, rule| by_its_own_way(case, whole(rule, is_forbidden(case))),
    },
    Rule {
        id: "E-BASIS-ASSURANCE",
        text: "this basis needs papers that cannot be filed yet, and no other basis may be named in its place",
        source: &["45 CFR 164.512(e)(1)(ii)", OUR_CHOICE],
        cure: "subrosa help share",
        exit: 3,
        applies: |case, rule| {
            let is_answered = case.is_for_safety() && case.facts.safety.is_some();
            by_its_own_way(case, whole(rule, !OPEN_BASES.contains(&case.request.basis) && !is_answered))
        },
    },
    Rule {
        id: "E-CONSENT-NONE",
        text: "no consent of this client names this recipient, or not the one that was named",
        source: &[NOT_ANYONE, UNLESS, "45 CFR 164.508", "42 CFR 2.31"],
        cure: ASK,
        exit: 3,
        applies: none,
    },
    Rule {
        id: "E-CONSENT-INCOMPLETE",
        text: "the consent lacks something, and a consent that lacks something is none",
        source: &[EXPLICIT, "45 CFR 164.508(b)(2)", "42 CFR 2.31(c)"],
        cure: "subrosa consent complete {consent} {missing}",
        exit: 3,
        applies: incomplete,
    },
    Rule {
        id: "E-CONSENT-EXPIRED",
        text: "the consent has ended",
        source: &[EXPLICIT, "45 CFR 164.508(b)(2)"],
        cure: ASK,
        exit: 3,
        applies: |case, rule| short(case, rule, Shortfall::Expired),
    },
    Rule {
        id: "E-CONSENT-REVOKED",
        text: "the client took the consent back",
        source: &[AUTONOMY, "45 CFR 164.508(b)(5)", "42 CFR 2.31(a)(6)"],
        cure: ASK,
        exit: 3,
        applies: |case, rule| short(case, rule, Shortfall::Revoked),
    },
    Rule {
        id: "E-CONSENT-FALSE",
        text: "the consent is known to be false",
        source: &[EXPLICIT, "42 CFR 2.31(c)"],
        cure: ASK,
        exit: 3,
        applies: |case, rule| short(case, rule, Shortfall::False),
    },
    Rule {
        id: "E-CONSENT-EARLY",
        text: "the consent has not begun yet",
        source: &[EXPLICIT, OUR_CHOICE],
        cure: "subrosa consent show {consent}",
        exit: 3,
        applies: |case, rule| short(case, rule, Shortfall::Early),
    },
    Rule {
        id: "E-CONSENT-SIGNATORY",
        text: "not everyone signed the consent who has to",
        source: &[INVOLVED, "45 CFR 164.502(g)", "42 CFR 2.14 (not checked)"],
        cure: ASK,
        exit: 3,
        applies: |case, rule| short(case, rule, Shortfall::Signatory),
    },
    Rule {
        id: "E-CONSENT-KIND",
        text: "the consent does not name this kind of record",
        source: &[EXPLICIT, SPECIFIC],
        cure: ASK,
        exit: 3,
        applies: |case, rule| short(case, rule, Shortfall::Kind),
    },
    Rule {
        id: "E-CONSENT-TAG",
        text: "the record has a sensitivity that the consent does not name",
        source: &[EXPLICIT, SPECIFIC],
        cure: ASK,
        exit: 3,
        applies: |case, rule| short(case, rule, Shortfall::Tag),
    },
    Rule {
        id: "E-CONSENT-PURPOSE",
        text: "the consent does not name this purpose",
        source: &[EXPLICIT, SPECIFIC],
        cure: ASK,
        exit: 3,
        applies: |case, rule| short(case, rule, Shortfall::Purpose),
    },
    Rule {
        id: "E-CONSENT-DATE",
        text: "the record's date lies outside the dates of service that the consent names",
        source: &[EXPLICIT, SPECIFIC],
        cure: ASK,
        exit: 3,
        applies: |case, rule| short(case, rule, Shortfall::Date),
    },
    Rule {
        id: "E-CONSENT-DISCLOSER",
        text: "the consent lets somebody else share, not you",
        source: &[EXPLICIT, SPECIFIC],
        cure: ASK,
        exit: 3,
        applies: |case, rule| short(case, rule, Shortfall::Discloser),
    },
    Rule {
        id: "E-CONSENT-IDENTITY",
        text: "the consent is for records without identifiers, and these have not had theirs removed",
        source: &["APA 4.06", OUR_CHOICE],
        cure: "subrosa excerpt {record} --lines 1- --de-identify",
        exit: 3,
        applies: |case, rule| short(case, rule, Shortfall::Identity),
    },
    Rule {
        id: "E-SPECIAL-PSYNOTE",
        text: "psychotherapy notes need a consent of their own, for them alone",
        source: &[AUTONOMY, "45 CFR 164.508(a)(2)"],
        cure: "subrosa consent grant --client {client} --to {recipient} --kind psychotherapy-note {tags} --purpose {purpose} --note-class psychotherapy {legal}",
        exit: 3,
        applies: |case, rule| own(case, rule, is_psychotherapy_note, Shortfall::PsychotherapyNotes),
    },
    Rule {
        id: "E-SPECIAL-SUDNOTE",
        text: "substance-use counselling notes need a consent of their own, for them alone",
        source: &[AUTONOMY, "42 CFR 2.31(b)"],
        cure: "subrosa consent grant --client {client} --to {recipient} --kind sud-counselling-note {tags} --purpose {purpose} --note-class sud-counselling {legal}",
        exit: 3,
        applies: |case, rule| own(case, rule, is_sud_note, Shortfall::SudNotes),
    },
    Rule {
        id: "E-SPECIAL-PROCEEDING",
        text: "substance-use records go into proceedings only by a consent for that alone, or a court's order",
        source: &[
            "seed A: \"used against them or lead to any form of discrimination or harm\"",
            "42 CFR 2.31(d) (not checked)",
        ],
        cure: ASK,
        exit: 3,
        applies: |case, rule| {
            let is_legal = case.request.purpose == Purpose::Legal && case.is_part2();
            whole(rule, is_legal && lacks_own(case, Shortfall::Proceedings))
        },
    },
];

/// Each record is about the same client; but the common part of a group, which is about nobody, goes with a part of that
/// group.
fn are_of_several(records: &[Record]) -> bool {
    let clients: BTreeSet<_> = records.iter().filter_map(|record| record.latest.client).collect();
    let goes_with_a_part = |common: &Record| {
        let group = common.latest.group;
        group.is_some() && records.iter().any(|part| part.latest.client.is_some() && part.latest.group == group)
    };
    let strays = records.iter().filter(|record| record.latest.client.is_none() && !goes_with_a_part(record));
    clients.len() > 1 || (!clients.is_empty() && strays.count() > 0)
}

/// The bases that need nothing but what is in the vault; the last two are refused by a rule of their own.
const OPEN_BASES: [Basis; 7] = [
    Basis::Consent,
    Basis::ConsentTpo,
    Basis::SelfSame,
    Basis::Representative,
    Basis::Tpo,
    Basis::Threat,
    Basis::MedicalEmergency,
];

/// What safety or a law compels goes by a command of its own, which asks what has to be asked.
fn by_its_own_way(case: &Case<'_>, mut reasons: Vec<Reason>) -> Vec<Reason> {
    if case.is_for_safety() && case.facts.safety.is_none() {
        reasons.iter_mut().for_each(|reason| {
            reason.cure = "subrosa safety disclose --client {client} --to {recipient} --record {record} --answers FILE";
        });
    }
    reasons
}

fn is_forbidden(case: &Case<'_>) -> bool {
    let (request, facts) = (case.request, case.facts);
    match request.basis {
        // Psychotherapy notes are no part of treatment, payment and operations (45 CFR 164.508(a)(2)).
        Basis::ConsentTpo => !purposes::meaning(request.purpose).is_tpo || case.has_psychotherapy_notes(),
        Basis::SelfSame => !facts.client.is_some_and(|client| is_self(facts.recipient, client)),
        Basis::Representative => {
            !facts.client.is_some_and(|client| represents(facts.recipient, client, case.protocol(), case.today))
        }
        Basis::Tpo => !is_tpo_open(case),
        // By way of a safety disclosure alone.
        Basis::Threat | Basis::MedicalEmergency => facts.safety.is_none(),
        Basis::AbuseReport => facts.recipient.details.role != Role::ProtectionAgency && facts.safety.is_some(),
        _ => false,
    }
}

fn is_self(recipient: &Recipient, client: &Client) -> bool {
    let is_same = |kinship: &crate::practice::recipient::Kinship| {
        kinship.client == client.id() && kinship.relationship == Relationship::SelfSame
    };
    recipient.details.role == Role::Client && recipient.details.relationships.iter().any(is_same)
}

/// A parent's or guardian's right to a child's records ends with majority, as it does for signing.
fn represents(recipient: &Recipient, client: &Client, protocol: &Protocol, today: Date) -> bool {
    let is_adult = client.is_adult(today, protocol);
    client.representatives.iter().any(|one| {
        one.recipient == recipient.id()
            && one.holds_on(today)
            && crate::policy::consent::speaks(one.authority, is_adult)
    })
}

/// What a client is told on, or whoever speaks for the client; a consent for everybody else.
pub fn basis_towards(recipient: &Recipient, client: &Client, protocol: &Protocol, today: Date) -> Basis {
    if is_self(recipient, client) {
        return Basis::SelfSame;
    }
    let represents = represents(recipient, client, protocol, today);
    if represents { Basis::Representative } else { Basis::Consent }
}

/// 45 CFR 164.506, where the protocol opens it. Never for Part 2 records, never for psychotherapy notes.
fn is_tpo_open(case: &Case<'_>) -> bool {
    let facts = case.facts;
    case.protocol().access.allow_tpo_without_consent
        && purposes::meaning(case.request.purpose).is_tpo
        && !facts.records.iter().any(|record| is_part2(record, facts.client, case.protocol()))
        && !case.has_psychotherapy_notes()
}

/// Where another consent was named, and one that was not would do, that is the cure.
fn none(case: &Case<'_>, rule: &'static Rule) -> Vec<Reason> {
    let mut reasons = about_recipient(rule, case, case.choice == Choice::None);
    let unnamed = Request { consent: None, ..*case.request };
    let is_there = case.request.consent.is_some()
        && matches!(choose(&unnamed, case.facts, case.today), Choice::Covers(_) | Choice::Short(..));
    if is_there {
        reasons.iter_mut().for_each(|reason| reason.cure = SHARE);
    }
    reasons
}

/// The one way in which the nearest consent falls short.
fn short(case: &Case<'_>, rule: &'static Rule, way: Shortfall) -> Vec<Reason> {
    match &case.choice {
        Choice::Short(consent, ways) if ways.contains(&way) => {
            let mut reason = Reason { consent: Some(consent.id()), ..about_this(rule, case) };
            // Beside notes that go apart, what is left may be covered too.
            if way == Shortfall::Kind
                && let Some(record) = covered_apart(case, |record| !is_own(record))
            {
                (reason.cure, reason.record) = (APART, Some(record));
            }
            if let Some(said) = unsaid(case, way) {
                (reason.text, reason.cure) = said;
            }
            if way == Shortfall::Signatory {
                (reason.cure, reason.signatory) = to_be_signed(case, consent, rule);
            }
            if way == Shortfall::Identity {
                let identified = |record: &&Record| !crate::policy::case::is_de_identified(record);
                let mut records = case.facts.records.iter().filter(identified);
                let unread = records.clone().find(|record| case.facts.without_lines.contains(&record.id()));
                reason.record = unread.or_else(|| records.next()).map(Record::id);
                if unread.is_some() {
                    // Of what has no lines there is no excerpt; only a consent to be known would do.
                    reason.cure = ASK;
                }
            }
            vec![reason]
        }
        _ => Vec::new(),
    }
}

fn incomplete(case: &Case<'_>, rule: &'static Rule) -> Vec<Reason> {
    let (consent, missing) = match &case.choice {
        Choice::Draft(consent, missing) => (consent, missing.clone()),
        Choice::Short(consent, ways) if ways.contains(&Shortfall::Spoken) => (consent, vec!["method"]),
        _ => return Vec::new(),
    };
    let mut found = Reason { consent: Some(consent.id()), missing, ..about_this(rule, case) };
    if found.missing == ["method"] || !can_be_completed(&consent.terms, &found.missing) {
        found.cure = ASK;
    }
    if found.missing == ["age"] {
        found.cure = "subrosa client edit {client} --adult";
    }
    vec![found]
}

/// How a consent that not everyone signed is mended: by the signature that is missing, by filing who may sign, or anew.
fn to_be_signed(case: &Case<'_>, consent: &Consent, rule: &Rule) -> (&'static str, Option<Signatory>) {
    let Some(client) = case.facts.client else { return (rule.cure, None) };
    match way_to_sign(&consent.terms, client, case.protocol(), case.today) {
        WayToSign::Complete(by) => ("subrosa consent complete {consent} --signed-by {signatory}", Some(by)),
        WayToSign::Represent(by) => (REPRESENT, by.map(Signatory::Representative)),
        WayToSign::Anew => (rule.cure, None),
    }
}

/// Notes and proceedings that need their own consent: the chosen one is not it, or there is none that could be.
fn lacks_own(case: &Case<'_>, way: Shortfall) -> bool {
    match &case.choice {
        Choice::Covers(_) => false,
        Choice::Short(_, ways) => ways.contains(&way),
        Choice::NotAsked | Choice::None | Choice::Draft(..) => true,
    }
}

/// Notes that need their own consent. One for them that is there already is of use to them alone: they go apart.
fn own(case: &Case<'_>, rule: &'static Rule, is_note: fn(&Record) -> bool, way: Shortfall) -> Vec<Reason> {
    let has_any = case.facts.records.iter().any(is_note);
    let mut reasons = whole(rule, has_any && lacks_own(case, way));
    if let Some(record) = covered_apart(case, is_note) {
        reasons.iter_mut().for_each(|reason| (reason.cure, reason.record) = (APART, Some(record)));
    }
    reasons
}

fn about_this(rule: &'static Rule, case: &Case<'_>) -> Reason {
    Reason { recipient: Some(case.facts.recipient.id()), ..reason(rule) }
}
