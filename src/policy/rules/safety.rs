//! Safety disclosures: without consent, to avert a serious and imminent threat, in a medical emergency, or because a law
//! asks for a report; and what of it nothing opens.

use crate::policy::Reason;
use crate::policy::case::Case;
use crate::policy::consent;
use crate::practice::consent::Consent;
use crate::practice::safety::Answers;
use crate::vocabulary::Basis;
use crate::vocabulary::Certainty;
use crate::vocabulary::ConsentState;
use crate::vocabulary::Role;

use super::OUR_CHOICE;
use super::Rule;
use super::about_recipient;
use super::need::NEVER_PART2;
use super::reason;
use super::whole;

const JUDGEMENT: &str = "seed A: \"the necessity to disclose information for the safety of the individual or others\"";
const THREAT: &str = "45 CFR 164.512(j)(1)(i)";
pub(super) const ASK_CLIENT: &str =
    "subrosa consent grant --client {client} --to {recipient} {kinds} --purpose {purpose}";

/// Where the client said yes already, it is told, or sent, as anything is: no consent makes a safety disclosure of it.
pub(super) const ON_CONSENT: &str = "subrosa disclose oral --client {client} --to {recipient} --purpose {purpose} --setting private-office {kinds} --about TEXT";

const ASK_MEDICAL: &str = "subrosa safety disclose --client {client} --to {medical} --medium oral --answers FILE";
/// Where nobody said which record it is of, naming it is the way on.
const NAME_IT: &str = "subrosa share {records} --to {recipient} --purpose {purpose} --excerpt RECORD:A-B";
const NOT_NAMED: &str = "substance-use records go to medical personnel alone, in a medical emergency, and this may be of them, as nobody said of which record it is: name the record (--excerpt or --record), where it is of another";
const NOT_NAMED_AGAIN: &str = "what follows a first report of abuse may not draw on substance-use records, and this may, as nobody said of which record it is: name the record (--excerpt or --record), where it is of another";
/// Whoever is medical personnel, and of whom nobody filed it. What is filed is a fact: nobody becomes so by being called so.
const IF_MEDICAL: &str = "subrosa safety disclose --client {client} --to {medical} --medium oral --answers FILE  # or, if {recipient} is medical personnel: subrosa recipient edit {recipient} --medical-personnel";
/// What can be done where no consent would let it go: there is time for it.
const PLAN: &str = "subrosa add FILE --client {client} --kind safety-plan";
const TO_OTHERS: &str = "substance-use records never go to the police or to somebody who may be harmed, whatever is consented: in a medical emergency tell medical personnel; to others say what is needed without saying that somebody is in treatment, or get a court's order";

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "E-SAFETY-INCOMPLETE",
        text: "a question has no answer, and each of them has to be asked before something is said without consent",
        source: &[JUDGEMENT, THREAT],
        cure: "subrosa safety disclose --client {client} --to {recipient} --record {record} --why TEXT --answers FILE",
        exit: 3,
        applies: |case, rule| match case.facts.safety {
            Some(answers) if case.is_for_safety() => {
                let missing = answers.missing(case.request.basis == Basis::MedicalEmergency);
                let lacks = !missing.is_empty();
                if lacks { vec![Reason { missing, ..reason(rule) }] } else { Vec::new() }
            }
            _ => Vec::new(),
        },
    },
    Rule {
        id: "E-SAFETY-SERIOUS",
        text: "the threat is not serious: ask the client for a consent, or talk about it without naming anybody",
        source: &[JUDGEMENT, THREAT],
        cure: ASK_CLIENT,
        exit: 3,
        applies: |case, rule| with_time(case, rule, |answers| answers.serious == Some(Certainty::No)),
    },
    Rule {
        id: "E-SAFETY-IMMINENT",
        text: "the threat is not imminent, so there is time to ask the client for a consent, or to make a safety plan together",
        source: &[JUDGEMENT, THREAT, "NASW 1.07(c)"],
        cure: ASK_CLIENT,
        exit: 3,
        applies: |case, rule| with_time(case, rule, |answers| answers.imminent == Some(Certainty::No)),
    },
    Rule {
        id: "E-SAFETY-UNSURE",
        text: "nobody is sure that the threat is serious and imminent: talk it over with a colleague without naming anybody, or ask the client for a consent",
        source: &[JUDGEMENT, THREAT, OUR_CHOICE],
        cure: ASK_CLIENT,
        exit: 3,
        applies: |case, rule| {
            let unsure = Some(Certainty::Unsure);
            with_time(case, rule, |answers| answers.serious == unsure || answers.imminent == unsure)
        },
    },
    Rule {
        id: "E-SPECIAL-PART2-EMERGENCY",
        text: "substance-use records go to medical personnel alone, in a medical emergency: to others say what is needed without saying that somebody is in treatment, or get a court's order",
        source: &["42 CFR 2.51", "42 CFR 2.61"],
        cure: ASK_MEDICAL,
        exit: 3,
        applies: |case, rule| {
            let is_emergency = matches!(case.request.basis, Basis::Threat | Basis::MedicalEmergency);
            let is_medical = case.facts.recipient.details.medical_personnel;
            let is_open = case.request.basis == Basis::MedicalEmergency && is_medical;
            let applies = is_emergency && case.facts.safety.is_some() && case.is_part2() && !is_open;
            let mut reasons = about_recipient(rule, case, applies);
            // Nobody becomes medical personnel by being called so: whoever is, is told; others need the client, or are told
            // without records.
            let role = case.facts.recipient.details.role;
            if case.is_perhaps_part2() {
                name_it(&mut reasons, NOT_NAMED);
            } else if NEVER_PART2.contains(&role) {
                // No consent lets it go to these.
                reasons.iter_mut().for_each(|reason| reason.text = TO_OTHERS);
            } else if is_medical || !is_perhaps_medical(role) {
                reasons.iter_mut().for_each(|reason| reason.cure = with_client(case));
            } else if matches!(role, Role::CrisisTeam | Role::EmergencyDepartment) {
                reasons.iter_mut().for_each(|reason| reason.cure = IF_MEDICAL);
            }
            reasons
        },
    },
    Rule {
        id: "E-SPECIAL-PART2-REPORT",
        text: "a first report of abuse may draw on substance-use records; what follows it needs a consent or a court's order",
        source: &["42 CFR 2.12(c)(6)"],
        cure: ASK_CLIENT,
        exit: 3,
        applies: |case, rule| {
            let is_report = case.request.basis == Basis::AbuseReport;
            let reasons = about_recipient(rule, case, is_report && case.is_part2() && case.facts.was_reported);
            let mut reasons: Vec<_> =
                reasons.into_iter().map(|reason| Reason { cure: with_client(case), ..reason }).collect();
            if case.is_perhaps_part2() {
                name_it(&mut reasons, NOT_NAMED_AGAIN);
            }
            reasons
        },
    },
    Rule {
        id: "E-REVIEW-SELF",
        text: "whoever disclosed it does not review it: somebody else of the practice does",
        source: &["seed A: \"professional’s judgement\"", OUR_CHOICE],
        cure: "subrosa owner list",
        exit: 3,
        // Decided where a review is filed.
        applies: |_, _| Vec::new(),
    },
    Rule {
        id: "E-SUSPEND-AGENCY",
        text: "the accounting is suspended for law enforcement and health oversight alone, for what was disclosed to them",
        source: &["45 CFR 164.528(a)(2)(i)"],
        cure: "subrosa report accounting --client CLIENT --internal",
        exit: 3,
        // Decided where a suspension is filed.
        applies: |_, _| Vec::new(),
    },
    Rule {
        id: "E-SUSPEND-ORAL",
        text: "what an agency says and does not write suspends the accounting for 30 days from the first time it says so, and no longer",
        source: &["45 CFR 164.528(a)(2)(ii)"],
        cure: "subrosa report suspend DISCLOSURE --agency TEXT --official TEXT --statement written --until 30d",
        exit: 3,
        // As the one before.
        applies: |_, _| Vec::new(),
    },
];

fn name_it(reasons: &mut [Reason], text: &'static str) {
    reasons.iter_mut().for_each(|reason| (reason.text, reason.cure) = (text, NAME_IT));
}

/// To ask the client; who has a consent that holds today and is for this goes on with it.
pub(super) fn with_client(case: &Case<'_>) -> &'static str {
    let holds = |consent: &Consent| {
        let Some(client) = case.facts.client else { return false };
        let is_for = consent.terms.client == client.id()
            && consent.terms.recipients.contains(&case.facts.recipient.id())
            && consent.terms.purposes.contains(&case.request.purpose);
        is_for && consent::state(consent, client, case.protocol(), case.today) == ConsentState::Live
    };
    if case.facts.consents.iter().any(holds) { ON_CONSENT } else { ASK_CLIENT }
}

/// Roles whose holders may be medical personnel.
fn is_perhaps_medical(role: Role) -> bool {
    matches!(role, Role::TreatingProvider | Role::CrisisTeam | Role::EmergencyDepartment)
}

/// There is time to ask the client; where no consent lets it go there, to make a plan with the client.
fn with_time(case: &Case<'_>, rule: &'static Rule, is: impl Fn(&Answers) -> bool) -> Vec<Reason> {
    let is_never = NEVER_PART2.contains(&case.facts.recipient.details.role) && case.is_part2();
    let cure = if is_never { PLAN } else { with_client(case) };
    let reasons = whole(rule, is_answered(case, is)).into_iter();
    reasons.map(|reason| Reason { cure, ..reason }).collect()
}

/// Whether a threat was answered so. A report that the law asks for does not depend on how near the harm is.
fn is_answered(case: &Case<'_>, is: impl Fn(&Answers) -> bool) -> bool {
    case.request.basis != Basis::AbuseReport && case.is_for_safety() && case.facts.safety.is_some_and(is)
}
