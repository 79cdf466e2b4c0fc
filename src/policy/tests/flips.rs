//! One case that passes, each dimension flipped in turn: exactly its own reasons.

use rand_core::OsRng;

use super::scene::Scene;
use super::scene::agreement;
use super::scene::date;
use super::scene::excerpt;
use super::scene::protocol;
use super::scene::read;
use super::scene::record;
use super::scene::restriction;
use super::scene::training;
use super::scene::with_profiles;
use crate::id::ClientId;
use crate::id::RecipientId;
use crate::policy::Found;
use crate::policy::Obligation;
use crate::practice::client::Part2;
use crate::practice::consent::ConsentRevoked;
use crate::practice::consent::Signatory;
use crate::practice::restriction::Restriction;
use crate::vocabulary::AgreementType;
use crate::vocabulary::Authority;
use crate::vocabulary::Basis;
use crate::vocabulary::Confirmation;
use crate::vocabulary::MinorRule;
use crate::vocabulary::NoteClass;
use crate::vocabulary::Notice;
use crate::vocabulary::Purpose;
use crate::vocabulary::RecordKind;
use crate::vocabulary::Role;
use crate::vocabulary::SignMethod;

/// What is changed, how, and which reasons follow.
type Flip = (&'static str, fn(&mut Scene), &'static [&'static str]);

const FLIPS: &[Flip] = &[
    ("nothing", |_| {}, &[]),
    ("the ledger", |s| s.ledger_holds = false, &["E-LEDGER"]),
    ("client", |s| s.terms().client = ClientId::random(&mut OsRng), &["E-CONSENT-NONE"]),
    ("recipient", |s| s.terms().recipients = vec![RecipientId::random(&mut OsRng)], &["E-CONSENT-NONE"]),
    ("kind", |s| s.terms().kinds = vec![RecordKind::Letter], &["E-CONSENT-KIND"]),
    ("sensitivity", |s| s.records[0].latest.tags = vec![read("hiv")], &["E-CONSENT-TAG"]),
    ("a free tag", |s| s.records[0].latest.tags = vec![read("urgent")], &[]),
    ("a tag that the kind carries", |s| s.records[0].latest.tags = vec![read("mh")], &[]),
    ("purpose", |s| s.request.purpose = Purpose::Coordinate, &["E-CONSENT-PURPOSE"]),
    ("service date", |s| s.terms().service_from = Some(date("2026-11-02")), &["E-CONSENT-DATE"]),
    ("service date, at the end", |s| s.terms().service_to = Some(date("2026-10-31")), &["E-CONSENT-DATE"]),
    ("discloser", |s| s.terms().disclosers = vec![read("somebody")], &["E-CONSENT-DISCLOSER"]),
    ("the discloser who shares", |s| s.terms().disclosers = vec![read("owner")], &[]),
    ("identity scope", |s| s.terms().de_identified = true, &["E-CONSENT-IDENTITY"]),
    (
        "signatory",
        |s| s.terms().signed_by = vec![Signatory::Representative(RecipientId::random(&mut OsRng))],
        &["E-CONSENT-SIGNATORY"],
    ),
    ("early", |s| s.terms().effective = Some(date("2026-11-22")), &["E-CONSENT-EARLY"]),
    ("late", |s| s.terms().until = Some(date("2026-11-20")), &["E-CONSENT-EXPIRED"]),
    ("the last day", |s| s.terms().until = Some(date("2026-11-21")), &[]),
    ("revoked", |s| revoke(s, |_| {}), &["E-CONSENT-REVOKED"]),
    ("revoked for somebody else", |s| revoke(s, |r| r.recipients = vec![RecipientId::random(&mut OsRng)]), &[]),
    ("revoked for this kind", |s| revoke(s, |r| r.kinds = vec![RecordKind::ProgressNote]), &["E-CONSENT-REVOKED"]),
    ("revoked for another purpose", |s| revoke(s, |r| r.purposes = vec![Purpose::Legal]), &[]),
    ("incomplete", |s| s.terms().signed_on = None, &["E-CONSENT-INCOMPLETE"]),
    ("false", |s| s.consents[0].false_because = Some(read("forged")), &["E-CONSENT-FALSE"]),
    ("no consent", |s| s.consents.clear(), &["E-CONSENT-NONE"]),
    ("a spoken one", |s| s.terms().method = Some(SignMethod::Verbal), &["E-CONSENT-INCOMPLETE", "E-CONSENT-EXPIRED"]),
    ("unknown age", |s| s.client.details.age = None, &["E-CONSENT-INCOMPLETE"]),
    (
        "the recipient is suspended",
        |s| {
            s.recipient.suspended = Some(crate::practice::recipient::RecipientSuspended {
                on: date("2026-11-01"),
                reason: read("left"),
                recipient: s.recipient.id(),
            })
        },
        &["E-RECIP-SUSPENDED"],
    ),
    ("the key is not verified", |s| s.recipient.given.verified = None, &["E-RECIP-UNVERIFIED", "E-NEED-LABEL"]),
    ("no key", |s| s.recipient.given.key = None, &["E-KEY-NONE"]),
    ("a conflict of interest", |s| s.recipient.details.conflict = Some(read("his brother")), &["E-RECIP-CONFLICT"]),
    ("an employer", |s| s.recipient.details.role = Role::Employer, &["E-RECIP-ADVERSE"]),
    (
        "a supervisor who promised nothing",
        |s| s.recipient.details.role = Role::Supervisor,
        &["E-AGREE-NONE", "E-TRAIN-EXPIRED"],
    ),
    ("a supervisor", |s| s.give_role(Role::Supervisor), &[]),
    (
        "another promise",
        |s| {
            s.give_role(Role::Supervisor);
            s.agreements = vec![agreement(&s.recipient, AgreementType::Volunteer)];
        },
        &["E-AGREE-TYPE"],
    ),
    (
        "a promise that ended",
        |s| {
            s.give_role(Role::Supervisor);
            s.agreements[0].signed.ends = Some(date("2026-11-20"));
        },
        &["E-AGREE-EXPIRED"],
    ),
    (
        "a promise from tomorrow on",
        |s| {
            s.give_role(Role::Supervisor);
            s.agreements[0].signed.effective = date("2026-11-22");
        },
        &["E-AGREE-EXPIRED"],
    ),
    (
        "a promise not understood",
        |s| {
            s.give_role(Role::Supervisor);
            s.agreements[0].signed.understood = None;
        },
        &["E-AGREE-UNDERSTOOD"],
    ),
    (
        "a training that ended",
        |s| {
            s.give_role(Role::Supervisor);
            s.trainings[0].done.valid_until = date("2026-11-20");
        },
        &["E-TRAIN-EXPIRED"],
    ),
    (
        "a protocol that asks something new",
        |s| {
            s.give_role(Role::Supervisor);
            s.protocol.material = (2, read("2026-11-01T00:00:00Z"));
        },
        &["E-PROTOCOL-ACK", "E-TRAIN-PROTOCOL"],
    ),
    (
        "one that everybody read",
        |s| {
            s.give_role(Role::Supervisor);
            s.protocol.material = (2, read("2026-11-01T00:00:00Z"));
            (s.actor_read, s.recipient_read) = (Some(2), Some(2));
        },
        &[],
    ),
    ("a receptionist", |s| s.give_role(Role::Receptionist), &["E-NEED-ROLE"]),
    (
        "the label",
        |s| {
            s.records[0].latest.label = crate::vocabulary::Label::V;
        },
        &["E-NEED-LABEL"],
    ),
    ("everything at once", |s| s.is_everything = true, &["E-MINIMUM"]),
    (
        "a whole record for supervision",
        |s| {
            s.request.purpose = Purpose::Supervise;
            s.terms().purposes = vec![Purpose::Supervise];
        },
        &["E-MINIMUM"],
    ),
    (
        "an excerpt for supervision",
        |s| {
            s.request.purpose = Purpose::Supervise;
            s.terms().purposes = vec![Purpose::Supervise];
            s.records = vec![excerpt(s.records[0].clone(), false)];
        },
        &[],
    ),
    (
        "excerpts of all lines",
        |s| {
            s.request.purpose = Purpose::Supervise;
            s.terms().purposes = vec![Purpose::Supervise];
            let (first, mut rest) = (excerpt(s.records[0].clone(), true), excerpt(s.records[0].clone(), false));
            rest.latest.excerpt_of.as_mut().unwrap().lines = vec![[3, 3]];
            s.records = vec![first, rest];
        },
        &["E-MINIMUM"],
    ),
    (
        "lines of a part",
        |s| {
            s.request.purpose = Purpose::Supervise;
            s.terms().purposes = vec![Purpose::Supervise];
            let mut part = excerpt(s.records[0].clone(), false);
            part.latest.excerpt_of.as_mut().unwrap().of_lines = None;
            s.records = vec![part];
        },
        &[],
    ),
    ("a restriction", |s| s.restrictions = vec![Restriction::added(restriction(&s.client))], &["E-RESTRICT"]),
    (
        "a restriction for others",
        |s| {
            let mut asked = restriction(&s.client);
            asked.roles = vec![Role::Police];
            s.restrictions = vec![Restriction::added(asked)];
        },
        &[],
    ),
    (
        "somebody else in it",
        |s| {
            s.found = vec![Found {
                record: Some(s.records[0].id()),
                place: "content",
                at: Some((1, 1)),
                has_lines: true,
                more: None,
            }]
        },
        &["E-THIRDPARTY"],
    ),
    ("a basis with papers", |s| s.request.basis = Basis::CourtOrder, &["E-BASIS-ASSURANCE"]),
    ("treatment without consent", |s| s.request.basis = Basis::Tpo, &["E-BASIS-FORBIDDEN"]),
    ("to the client, who is somebody else", |s| s.request.basis = Basis::SelfSame, &["E-BASIS-FORBIDDEN"]),
    ("a threat", |s| s.request.basis = Basis::Threat, &["E-BASIS-FORBIDDEN"]),
];

fn revoke(scene: &mut Scene, change: impl FnOnce(&mut ConsentRevoked)) {
    let mut revoked = ConsentRevoked {
        consent: scene.consents[0].id(),
        how: None,
        kinds: Vec::new(),
        on: date("2026-11-20"),
        purposes: Vec::new(),
        recipients: Vec::new(),
    };
    change(&mut revoked);
    scene.consents[0].revoke(revoked, crate::time::Timestamp::MIN);
}

#[test]
fn each_dimension_has_its_own_reasons() {
    for (what, flip, reasons) in FLIPS {
        let mut scene = Scene::that_passes();
        flip(&mut scene);
        assert_eq!(scene.reasons(), *reasons, "{what}");
    }
}

#[test]
fn two_narrow_consents_do_not_add_up() {
    let mut scene = Scene::that_passes();
    scene.records.push(record(&scene.client, RecordKind::Letter, &[]));
    let mut other = scene.consents[0].clone();
    other.terms.kinds = vec![RecordKind::Letter];
    scene.consents.push(other);
    assert_eq!(scene.reasons(), ["E-CONSENT-KIND"]);
    scene.consents[0].terms.kinds.push(RecordKind::Letter);
    assert_eq!(scene.reasons(), [""; 0]);
}

#[test]
fn the_nearest_consent_gives_the_reasons() {
    let mut scene = Scene::that_passes();
    let mut far = scene.consents[0].clone();
    (far.terms.purposes, far.terms.until) = (vec![Purpose::Pay], Some(date("2026-10-02")));
    scene.terms().until = Some(date("2026-11-20"));
    scene.consents.push(far.clone());
    assert_eq!(scene.reasons(), ["E-CONSENT-EXPIRED"]);
    scene.request.consent = Some(far.id());
    scene.consents[1].terms.consent = crate::id::ConsentId::random(&mut OsRng);
    scene.request.consent = Some(scene.consents[1].id());
    assert_eq!(scene.reasons(), ["E-CONSENT-EXPIRED", "E-CONSENT-PURPOSE"]);
}

#[test]
fn a_child_comes_of_age_at_local_midnight() {
    let mut scene = Scene::that_passes();
    scene.protocol = protocol("");
    scene.protocol.text = scene.protocol.text.replace("UTC", "America/Bogota");
    scene.protocol.protocol = crate::practice::protocol::Protocol::parse(&scene.protocol.text).unwrap();
    (scene.client.details.age, scene.client.details.birth) = (None, Some(date("2008-11-22")));
    scene.client.details.minor_rule = Some(MinorRule::GuardianSigns);
    scene.sign_by(Authority::Parent);
    scene.now = read("2026-11-22T04:59:59Z");
    assert_eq!(scene.reasons(), [""; 0]);
    scene.now = read("2026-11-22T05:00:00Z");
    assert_eq!(scene.reasons(), ["E-CONSENT-SIGNATORY"]);
}

#[test]
fn what_a_child_signed_alone_is_no_consent_on_its_birthday_either() {
    let mut scene = Scene::that_passes();
    (scene.client.details.age, scene.client.details.birth) = (None, Some(date("2008-11-22")));
    for now in ["2026-11-21T12:00:00Z", "2026-11-22T12:00:00Z"] {
        scene.now = read(now);
        assert_eq!(scene.reasons(), ["E-CONSENT-SIGNATORY"], "{now}");
    }
    scene.terms().signed_on = Some(date("2026-11-22"));
    assert_eq!(scene.reasons(), [""; 0]);
}

#[test]
fn a_consent_dies_at_the_end_of_its_last_day() {
    let mut scene = Scene::that_passes();
    scene.protocol.text = scene.protocol.text.replace("UTC", "America/Bogota");
    scene.protocol.protocol = crate::practice::protocol::Protocol::parse(&scene.protocol.text).unwrap();
    scene.terms().until = Some(date("2026-12-31"));
    scene.now = read("2027-01-01T04:59:59Z");
    assert_eq!(scene.reasons(), [""; 0]);
    scene.now = read("2027-01-01T05:00:00Z");
    assert_eq!(scene.reasons(), ["E-CONSENT-EXPIRED"]);
}

#[test]
fn separate_notes_need_their_own_consent() {
    let mut scene = Scene::that_passes();
    scene.recipient.details.max_label = Some(crate::vocabulary::Label::V);
    scene.records = vec![record(&scene.client, RecordKind::PsychotherapyNote, &[])];
    scene.terms().kinds = vec![RecordKind::PsychotherapyNote];
    assert_eq!(scene.reasons(), ["E-SPECIAL-PSYNOTE"]);
    scene.terms().note_class = Some(NoteClass::Psychotherapy);
    let permit = scene.decide().unwrap();
    assert!(permit.notices().contains(&Notice::Psychotherapy));
    scene.consents.clear();
    assert_eq!(scene.reasons(), ["E-CONSENT-NONE", "E-SPECIAL-PSYNOTE"]);
}

#[test]
fn substance_use_records_go_into_proceedings_by_their_own_consent() {
    let mut scene = Scene::that_passes();
    scene.client.details.part2 = Part2::Yes;
    let permit = scene.decide().unwrap();
    assert!(permit.obliges(Obligation::AttachConsentScope) && permit.notices().contains(&Notice::Part2));
    scene.request.purpose = Purpose::Legal;
    scene.terms().purposes = vec![Purpose::Treat, Purpose::Legal];
    assert_eq!(scene.reasons(), ["E-SPECIAL-PROCEEDING"]);
    scene.terms().purposes = vec![Purpose::Legal];
    scene.terms().legal_proceedings = true;
    assert_eq!(scene.reasons(), [""; 0]);
}

#[test]
fn what_was_paid_for_is_kept_from_payers() {
    let mut scene = Scene::that_passes();
    let mut asked = restriction(&scene.client);
    asked.self_pay = true;
    scene.restrictions = vec![Restriction::added(asked)];
    assert_eq!(scene.reasons(), [""; 0]);
    scene.recipient.details.role = Role::Payer;
    scene.request.purpose = Purpose::Pay;
    scene.request.adverse_use_reviewed = true;
    scene.request.has_reason = true;
    scene.terms().purposes = vec![Purpose::Pay];
    scene.terms().kinds = vec![RecordKind::BillingItem];
    scene.records = vec![record(&scene.client, RecordKind::BillingItem, &[])];
    assert_eq!(scene.reasons(), ["E-RESTRICT-SELFPAY"]);
}

#[test]
fn what_is_confirmed_is_told() {
    let mut scene = Scene::that_passes();
    scene.recipient.details.role = Role::School;
    scene.recipient.details.conflict = Some(read("her aunt teaches there"));
    scene.request.adverse_use_reviewed = true;
    scene.request.conflict_acknowledged = true;
    let permit = scene.decide().unwrap();
    assert_eq!(permit.confirmed(), [Confirmation::AdverseUseReviewed, Confirmation::ConflictAcknowledged]);
}

#[test]
fn laws_ask_for_more() {
    for (profiles, lacks) in [
        ("", &[][..]),
        ("\"hipaa\"", &["form", "statements", "copy-given"]),
        ("\"part2\"", &["form", "statements", "copy-given"]),
    ] {
        let mut scene = Scene::that_passes();
        scene.protocol = with_profiles(profiles);
        let missing = scene.decide().err().map_or_else(Vec::new, |refusal| refusal.reasons[0].missing.clone());
        assert_eq!(missing, lacks, "{profiles}");
    }
}

#[test]
fn a_supervisor_gets_no_identity_that_the_client_kept_back() {
    let mut scene = Scene::that_passes();
    scene.give_role(Role::Supervisor);
    scene.request.purpose = Purpose::Supervise;
    scene.terms().purposes = vec![Purpose::Supervise];
    scene.terms().de_identified = true;
    assert_eq!(scene.reasons(), ["E-CONSENT-IDENTITY", "E-MINIMUM"]);
    scene.records = vec![excerpt(scene.records[0].clone(), true)];
    let permit = scene.decide().unwrap();
    assert!(permit.obliges(Obligation::Deidentify));
    scene.trainings = vec![training(&scene.recipient)];
    assert_eq!(scene.reasons(), [""; 0]);
}
