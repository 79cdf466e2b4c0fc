//! What holds something back although a consent is there, and what lets it through without one: concerns, discomfort,
//! rooms, and safety.

use rand_core::OsRng;

use super::scene::Scene;
use super::scene::date;
use super::scene::excerpt;
use super::scene::read;
use super::scene::record;
use super::scene::restriction;
use super::scene::with_profiles;
use crate::id::ConcernId;
use crate::id::GroupId;
use crate::id::RecordId;
use crate::policy::Room;
use crate::policy::may_show;
use crate::practice::client::Part2;
use crate::practice::concern::Concern;
use crate::practice::concern::ConcernOpened;
use crate::practice::restriction::Restriction;
use crate::practice::safety::Answers;
use crate::practice::session::Noted;
use crate::vocabulary::Basis;
use crate::vocabulary::Certainty;
use crate::vocabulary::Comfort;
use crate::vocabulary::Confirmation;
use crate::vocabulary::Label;
use crate::vocabulary::Medium;
use crate::vocabulary::Notice;
use crate::vocabulary::Purpose;
use crate::vocabulary::RaisedBy;
use crate::vocabulary::RecordKind;
use crate::vocabulary::Role;
use crate::vocabulary::Setting;
use crate::vocabulary::ThreatTo;
use crate::vocabulary::Told;

fn concern(scene: &Scene) -> ConcernOpened {
    ConcernOpened {
        by: RaisedBy::Client,
        client: Some(scene.client.id()),
        concern: ConcernId::random(&mut OsRng),
        due: date("2026-11-28"),
        group: None,
        kinds: Vec::new(),
        recipients: Vec::new(),
        records: Vec::new(),
        slot: None,
        text: read("gossip"),
    }
}

/// An excerpt to the crisis team, every question answered.
fn threat() -> Scene {
    let mut scene = Scene::that_passes();
    scene.recipient.details.role = Role::CrisisTeam;
    scene.records = vec![excerpt(record(&scene.client, RecordKind::PhoneContact, &[]), false)];
    scene.consents.clear();
    scene.request.basis = Basis::Threat;
    scene.request.purpose = Purpose::Threat;
    scene.safety = Some(Answers {
        threat_to: Some(ThreatTo::SelfSame),
        serious: Some(Certainty::Yes),
        imminent: Some(Certainty::Yes),
        facts: Some(read("a plan and the means")),
        why_recipient: Some(read("they come")),
        alternatives: Some(read("a safety plan was refused")),
        authority: Some(read("45 CFR 164.512(j)")),
        client_told: Some(Told::Yes),
        least_information: Some(read("the call alone")),
        ..Answers::default()
    });
    scene
}

#[test]
fn an_open_concern_holds_what_it_touches_and_nothing_else() {
    let mut scene = Scene::that_passes();
    let (other, kind, id) = (Scene::that_passes(), RecordKind::Letter, scene.records[0].id());
    let all = concern(&scene);
    let cases = [
        (all.clone(), true),
        (ConcernOpened { recipients: vec![scene.recipient.id()], ..all.clone() }, true),
        (ConcernOpened { recipients: vec![other.recipient.id()], ..all.clone() }, false),
        (ConcernOpened { kinds: vec![kind], ..all.clone() }, false),
        (ConcernOpened { records: vec![id], ..all.clone() }, true),
        (ConcernOpened { records: vec![other.records[0].id()], ..all.clone() }, false),
        (ConcernOpened { client: Some(other.client.id()), ..all.clone() }, false),
        (ConcernOpened { client: None, group: Some(GroupId::random(&mut OsRng)), ..all }, false),
    ];
    for (opened, holds) in cases {
        scene.concerns = vec![Concern::opened(opened.clone(), scene.now)];
        let expected: &[&str] = if holds { &["E-CONCERN"] } else { &[] };
        assert_eq!(scene.reasons(), expected, "{opened:?}");
        scene.concerns[0].resolve(
            crate::practice::concern::ConcernResolved {
                addressed: crate::vocabulary::Addressed::Yes,
                concern: opened.concern,
                response: read("talked with her"),
            },
            scene.now,
        );
        assert_eq!(scene.reasons(), [""; 0]);
    }
}

#[test]
fn what_is_told_is_held_where_it_is_about_what_is_feared_for_or_nobody_said() {
    let mut scene = Scene::that_passes();
    let note = scene.records.remove(0);
    scene.consents[0].terms.kinds.push(RecordKind::Letter);
    scene.request.medium = Medium::Oral;
    scene.room = Room { setting: Some(Setting::PrivateOffice), is_needed: true, is_recorded: false };
    scene.feared = vec![note.clone()];
    let (of, gone) = (RecordKind::ProgressNote, Scene::that_passes().records[0].id());
    let all = concern(&scene);
    let narrow = |kinds: &[RecordKind], records: &[RecordId]| ConcernOpened {
        kinds: kinds.to_vec(),
        records: records.to_vec(),
        ..all.clone()
    };
    let slot = ConcernOpened { group: Some(GroupId::random(&mut OsRng)), slot: Some(2), ..all.clone() };
    // The concern, and whether it holds what is about the note's kind, about a letter, and about nobody said what.
    for (opened, holds) in [
        (all.clone(), [true, true, true]),
        (narrow(&[of], &[]), [true, false, true]),
        (narrow(&[RecordKind::Letter], &[]), [false, true, true]),
        (narrow(&[], &[note.id()]), [true, false, true]),
        (narrow(&[RecordKind::Letter], &[note.id()]), [false, false, true]),
        // A record that is there no longer may have been of any kind.
        (narrow(&[], &[gone]), [true, true, true]),
        (slot, [false, false, true]),
        (ConcernOpened { recipients: vec![Scene::that_passes().recipient.id()], ..all.clone() }, [false, false, false]),
    ] {
        for (about, holds) in [vec![of], vec![RecordKind::Letter], vec![]].into_iter().zip(holds) {
            scene.about = about;
            scene.concerns = vec![Concern::opened(opened.clone(), scene.now)];
            assert_eq!(scene.reasons().contains(&"E-CONCERN"), holds, "{:?} {opened:?}", scene.about);
        }
    }
}

#[test]
fn an_excerpt_is_held_by_a_concern_about_its_origin() {
    let mut scene = Scene::that_passes();
    let origin = scene.records[0].clone();
    let mut taken = excerpt(record(&scene.client, RecordKind::ProgressNote, &[]), false);
    taken.latest.excerpt_of.as_mut().unwrap().record = origin.id();
    scene.records = vec![taken];
    scene.concerns = vec![Concern::opened(ConcernOpened { records: vec![origin.id()], ..concern(&scene) }, scene.now)];
    assert_eq!(scene.reasons(), ["E-CONCERN"]);
}

#[test]
fn discomfort_holds_until_tomorrow_unless_it_was_thought_about() {
    let mut scene = Scene::that_passes();
    for (comfort, holds) in
        [(Comfort::Ok, false), (Comfort::NotObserved, false), (Comfort::Uneasy, true), (Comfort::Distressed, true)]
    {
        scene.records[0].noted = Some(Noted { comfort, at: scene.now });
        let expected: &[&str] = if holds { &["E-COMFORT"] } else { &[] };
        assert_eq!(scene.reasons(), expected, "{comfort}");
    }
    scene.request.after_discomfort = true;
    assert_eq!(scene.decide().unwrap().confirmed(), [Confirmation::AfterDiscomfort]);
    scene.request.after_discomfort = false;
    scene.now = read("2026-11-22T00:00:00Z");
    assert_eq!(scene.decide().unwrap().confirmed(), []);
}

#[test]
fn a_room_is_private_and_declared_where_one_is_needed_and_no_recorder_sees_what_is_restricted() {
    let room = |setting, is_needed, is_recorded| Room { setting, is_needed, is_recorded };
    let office = Some(Setting::PrivateOffice);
    let rows: &[(Room, Label, &[&str])] = &[
        (room(None, false, false), Label::V, &[]),
        (room(None, true, false), Label::N, &["E-SETTING-UNDECLARED"]),
        (room(office, true, false), Label::V, &[]),
        (room(Some(Setting::Public), false, false), Label::N, &["E-SETTING-PUBLIC"]),
        (room(Some(Setting::SemiPublic), true, false), Label::N, &["E-SETTING-PUBLIC"]),
        (room(Some(Setting::Unknown), true, false), Label::N, &["E-SETTING-PUBLIC"]),
        (room(office, true, true), Label::N, &[]),
        (room(office, true, true), Label::R, &["E-SETTING-RECORDED"]),
        (room(None, true, true), Label::V, &["E-SETTING-UNDECLARED", "E-SETTING-RECORDED"]),
    ];
    for (room, label, expected) in rows {
        let said = may_show(*room, *label).err().map_or_else(Vec::new, |refusal| refusal.reasons);
        assert_eq!(said.iter().map(|reason| reason.rule.id).collect::<Vec<_>>(), *expected, "{room:?} {label}");
    }
    let mut scene = Scene::that_passes();
    scene.room = room(Some(Setting::Public), false, false);
    assert_eq!(scene.reasons(), ["E-SETTING-PUBLIC"]);
}

#[test]
fn what_averts_harm_needs_no_consent_and_carries_its_own_notice() {
    let mut scene = threat();
    let permit = scene.decide().unwrap();
    assert_eq!((permit.basis(), permit.consent()), (Basis::Threat, None));
    assert_eq!(permit.notices(), [Notice::General, Notice::Safety]);
    // Neither a restriction nor a concern nor discomfort holds it (45 CFR 164.522(a)(1)).
    scene.restrictions = vec![Restriction::added(restriction(&scene.client))];
    scene.concerns = vec![Concern::opened(concern(&scene), scene.now)];
    scene.records[0].noted = Some(Noted { comfort: Comfort::Distressed, at: scene.now });
    assert_eq!(scene.reasons(), [""; 0]);
    // The whole of a record goes where safety asks for it, and for a reason.
    scene.records = vec![record(&scene.client, RecordKind::PhoneContact, &[])];
    assert_eq!(scene.reasons(), ["E-MINIMUM"]);
    scene.request.has_reason = true;
    assert_eq!(scene.reasons(), [""; 0]);
    // The basis alone opens nothing.
    scene.safety = None;
    assert!(scene.reasons().contains(&"E-BASIS-FORBIDDEN"), "{:?}", scene.reasons());
}

#[test]
fn each_answer_that_does_not_carry_it_has_its_own_refusal() {
    let change = |change: fn(&mut Answers)| {
        let mut scene = threat();
        change(scene.safety.as_mut().unwrap());
        scene.reasons()
    };
    assert_eq!(change(|answers| answers.serious = Some(Certainty::No)), ["E-SAFETY-SERIOUS"]);
    assert_eq!(change(|answers| answers.imminent = Some(Certainty::No)), ["E-SAFETY-IMMINENT"]);
    assert_eq!(change(|answers| answers.imminent = Some(Certainty::Unsure)), ["E-SAFETY-UNSURE"]);
    assert_eq!(change(|answers| answers.serious = Some(Certainty::Unsure)), ["E-SAFETY-UNSURE"]);
    for (n, lacking) in [
        |answers: &mut Answers| answers.threat_to = None,
        |answers: &mut Answers| answers.serious = None,
        |answers: &mut Answers| answers.imminent = None,
        |answers: &mut Answers| answers.facts = None,
        |answers: &mut Answers| answers.why_recipient = None,
        |answers: &mut Answers| answers.alternatives = None,
        |answers: &mut Answers| answers.authority = None,
        |answers: &mut Answers| answers.client_told = None,
        |answers: &mut Answers| answers.client_told = Some(Told::No),
        |answers: &mut Answers| answers.least_information = None,
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(change(lacking), ["E-SAFETY-INCOMPLETE"], "{n}");
    }
}

#[test]
fn under_the_profile_who_is_said_not_to_be_under_part_2_is_not() {
    let mut scene = threat();
    scene.protocol = with_profiles("\"part2\"");
    assert_eq!(scene.reasons(), ["E-SPECIAL-PART2-EMERGENCY"], "nobody said");
    scene.client.details.part2 = Part2::No;
    assert_eq!(scene.reasons(), [""; 0]);
    // What a record says of itself holds all the same.
    scene.records[0].latest.tags = vec![read("42cfrpart2")];
    assert_eq!(scene.reasons(), ["E-SPECIAL-PART2-EMERGENCY"]);
    scene.records[0].latest.tags.clear();
    scene.client.details.part2 = Part2::Yes;
    scene.protocol = with_profiles("");
    assert_eq!(scene.reasons(), ["E-SPECIAL-PART2-EMERGENCY"]);
}

#[test]
fn substance_use_records_go_to_medical_personnel_alone_and_into_one_report() {
    let mut scene = threat();
    scene.records[0].latest.tags = vec![read("42cfrpart2")];
    assert_eq!(scene.reasons(), ["E-SPECIAL-PART2-EMERGENCY"]);
    // No consent opens it for the police, so none is asked for.
    let mut police = scene.clone();
    police.recipient.details.role = Role::Police;
    let reason = police.decide().unwrap_err().reasons.remove(0);
    assert!(reason.rule.id == "E-SPECIAL-PART2-EMERGENCY" && reason.cure.contains("--medium oral"), "{reason:?}");
    scene.request.basis = Basis::MedicalEmergency;
    scene.request.purpose = Purpose::Emergency;
    assert_eq!(scene.reasons(), ["E-SAFETY-INCOMPLETE", "E-SPECIAL-PART2-EMERGENCY"]);
    scene.recipient.details.role = Role::EmergencyDepartment;
    scene.recipient.details.medical_personnel = true;
    let answers = scene.safety.as_mut().unwrap();
    (answers.facility, answers.nature_of_emergency) = (Some(read("St Vincent")), Some(read("overdose")));
    assert_eq!(scene.reasons(), [""; 0]);
    scene.recipient.details.role = Role::ProtectionAgency;
    scene.request.basis = Basis::AbuseReport;
    scene.request.purpose = Purpose::MandatedReport;
    // The law asks for a report before anybody is sure.
    scene.safety.as_mut().unwrap().imminent = Some(Certainty::Unsure);
    assert_eq!(scene.reasons(), [""; 0]);
    scene.was_reported = true;
    assert_eq!(scene.reasons(), ["E-SPECIAL-PART2-REPORT"]);
    scene.recipient.details.role = Role::Police;
    assert!(scene.reasons().contains(&"E-BASIS-FORBIDDEN"));
}

#[test]
fn what_is_told_needs_no_key_but_everything_else() {
    let mut scene = Scene::that_passes();
    scene.request.medium = Medium::Oral;
    scene.records.clear();
    scene.recipient.given.key = None;
    scene.recipient.given.verified = None;
    let permit = scene.decide().unwrap();
    assert_eq!((permit.label(), permit.obligations()), (Label::R, &[][..]));
    scene.request.purpose = Purpose::Coordinate;
    assert_eq!(scene.reasons(), ["E-CONSENT-PURPOSE"]);
    scene.request.purpose = Purpose::Treat;
    scene.terms().de_identified = true;
    assert_eq!(scene.reasons(), ["E-CONSENT-IDENTITY"]);
    scene.consents.clear();
    assert_eq!(scene.reasons(), ["E-CONSENT-NONE"]);
    scene.request.medium = Medium::Package;
    assert!(scene.reasons().contains(&"E-KEY-NONE"));
}

#[test]
fn the_common_part_goes_with_a_part_of_its_group_alone() {
    let mut scene = Scene::that_passes();
    let group = GroupId::random(&mut OsRng);
    scene.records[0].latest.group = Some(group);
    let mut common = record(&scene.client, RecordKind::ProgressNote, &[]);
    (common.latest.client, common.latest.group) = (None, Some(group));
    scene.records.push(common);
    assert_eq!(scene.reasons(), [""; 0]);
    scene.records[1].latest.group = Some(GroupId::random(&mut OsRng));
    assert_eq!(scene.reasons(), ["E-CLIENT-SEVERAL"]);
    scene.records[1].latest.group = None;
    assert_eq!(scene.reasons(), ["E-CLIENT-SEVERAL"]);
}
