//! The words of the closed lists as people read them: a client on the page to be signed and on the copy of it, a recipient
//! on the page that goes with a package.
//! Must not know which consent uses them.

use crate::vocabulary::Authority;
use crate::vocabulary::NoteClass;
use crate::vocabulary::Purpose;
use crate::vocabulary::RecordKind;
use crate::vocabulary::Role;
use crate::vocabulary::SignMethod;

/// What is shared.
pub fn kind(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::ProgressNote => "notes on how the work is going",
        RecordKind::SessionIndividual => "records of single sessions",
        RecordKind::SessionGroup => "records of group sessions",
        RecordKind::PsychotherapyNote => "the therapist's separate notes (psychotherapy notes)",
        RecordKind::SudCounsellingNote => "the counsellor's separate notes on substance use",
        RecordKind::PhoneContact => "notes of telephone calls",
        RecordKind::PlanOfCare => "the plan of care",
        RecordKind::SafetyPlan => "the safety plan",
        RecordKind::Assessment => "assessments",
        RecordKind::RiskAssessment => "assessments of risk",
        RecordKind::Consult => "consultations with other professionals",
        RecordKind::Referral => "referrals",
        RecordKind::DischargeSummary => "the summary at the end of care",
        RecordKind::TreatmentSummary => "summaries of treatment",
        RecordKind::BillingItem => "items of bills",
        RecordKind::Appointment => "dates of appointments",
        RecordKind::ConsentDocument => "consents",
        RecordKind::AgreementDocument => "agreements",
        RecordKind::Recording => "recordings",
        RecordKind::Scan => "scanned papers",
        RecordKind::Letter => "letters",
        RecordKind::Form => "forms that were filled in",
        RecordKind::Other => "other records",
    }
}

/// What for.
pub fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Treat => "treatment",
        Purpose::Coordinate => "cooperation between those who give care",
        Purpose::Emergency => "help in an emergency",
        Purpose::Pay => "payment for care",
        Purpose::ClaimAttach => "support of a claim for payment",
        Purpose::Operate => "the running of the practice",
        Purpose::Supervise => "supervision of the work",
        Purpose::Train => "training of those who learn this work",
        Purpose::Quality => "checks on the quality of the work",
        Purpose::RecordsAdmin => "keeping the records in order",
        Purpose::Custodian => "taking over the records when the practice cannot keep them",
        Purpose::Comply => "checks that rules are kept",
        Purpose::Audit => "an audit",
        Purpose::Legal => "legal proceedings",
        Purpose::PublicHealth => "public health",
        Purpose::MandatedReport => "a report that the law demands",
        Purpose::Threat => "preventing serious harm",
        Purpose::ClientRequest => "the client's own request",
        Purpose::FamilyRequest => "the family's request to know",
        Purpose::AttorneyInFact => "decisions of whoever acts for the client by power of attorney",
        Purpose::SupportNetwork => "help from people close to the client",
        Purpose::Decedent => "matters after the client's death",
        Purpose::Research => "research",
        Purpose::Marketing => "advertising",
    }
}

/// How it was signed.
pub fn method(method: SignMethod) -> &'static str {
    match method {
        SignMethod::Wet => "on paper",
        SignMethod::ESign => "electronically",
        SignMethod::Mark => "by a mark before a witness",
        SignMethod::Verbal => "by word of mouth, which holds for a few days alone",
    }
}

/// Which notes.
pub fn note_class(class: NoteClass) -> &'static str {
    match class {
        NoteClass::Psychotherapy => "psychotherapy notes",
        NoteClass::SudCounselling => "substance use counselling notes",
    }
}

/// By what right somebody signs for a client.
pub fn authority(authority: Authority) -> &'static str {
    match authority {
        Authority::Parent => "parent",
        Authority::Guardian => "guardian",
        Authority::CourtOrder => "by order of a court",
        Authority::PowerOfAttorney => "by power of attorney",
        Authority::Executor => "executor",
    }
}

/// What a recipient is, after the name; nothing where that would say nothing.
pub fn role(role: Role) -> Option<String> {
    (role != Role::Other).then(|| role.as_str().replace('-', " "))
}
