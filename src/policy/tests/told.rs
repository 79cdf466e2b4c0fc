//! What is told without a record: judged as it was said, and unsaid as all that the client's records are.

use super::scene::Scene;
use super::scene::date;
use super::scene::read;
use crate::policy::Room;
use crate::policy::told::Held;
use crate::practice::words::Tag;
use crate::vocabulary::Confirmation;
use crate::vocabulary::Label;
use crate::vocabulary::Medium;
use crate::vocabulary::NoteClass;
use crate::vocabulary::Purpose;
use crate::vocabulary::RecordKind;
use crate::vocabulary::Setting;

/// The client's notes are told of, and what they have is on file.
fn told(tags: &[&str]) -> Scene {
    let mut scene = Scene::that_passes();
    scene.records.clear();
    scene.request.medium = Medium::Oral;
    scene.room = Room { setting: Some(Setting::PrivateOffice), is_needed: true, is_recorded: false };
    let (first, last) = (date("2026-01-05"), date("2026-11-01"));
    scene.held = vec![Held { kind: RecordKind::ProgressNote, tags: said(tags), first, last, uneasy: None }];
    scene
}

fn said(tags: &[&str]) -> Vec<Tag> {
    tags.iter().map(|tag| read(tag)).collect()
}

#[test]
fn a_sensitivity_on_file_is_told_unless_somebody_says_otherwise() {
    let mut scene = told(&["mh", "a-free-one", "hiv"]);
    assert_eq!(scene.reasons(), ["E-CONSENT-TAG"]);
    for (tags, reasons) in [
        (&[][..], &[][..]),
        (&["mh"], &[]),
        (&["hiv"], &["E-CONSENT-TAG"]),
        (&["sdv"], &["E-CONSENT-TAG", "E-NEED-LABEL"]),
    ] {
        scene.about.tags = Some(said(tags));
        assert_eq!(scene.reasons(), reasons, "{tags:?}");
    }
    scene.about.tags = None;
    scene.terms().tags = said(&["hiv"]);
    assert_eq!(scene.reasons(), [""; 0]);
    assert_eq!(scene.decide().unwrap().label(), Label::R);
    // Of a kind that none of the records is, none of them has it.
    scene.terms().tags.clear();
    scene.terms().kinds.push(RecordKind::Letter);
    scene.about.kinds = vec![RecordKind::Letter];
    assert_eq!(scene.reasons(), [""; 0]);
    scene.about.kinds.push(RecordKind::ProgressNote);
    assert_eq!(scene.reasons(), ["E-CONSENT-TAG"]);
}

#[test]
fn separate_notes_are_opened_by_no_name_of_their_tag() {
    let mut scene = told(&["psythpn"]);
    scene.recipient.details.max_label = Some(Label::V);
    scene.terms().tags = said(&["psythpn"]);
    assert_eq!(scene.reasons(), ["E-CONSENT-TAG"]);
    scene.held[0].kind = RecordKind::PsychotherapyNote;
    scene.terms().kinds = vec![RecordKind::PsychotherapyNote];
    scene.about.kinds = vec![RecordKind::PsychotherapyNote];
    assert_eq!(scene.reasons(), ["E-CONSENT-KIND"]);
    scene.terms().note_class = Some(NoteClass::Psychotherapy);
    assert_eq!(scene.reasons(), [""; 0]);
}

#[test]
fn what_may_be_of_substance_use_goes_into_no_proceeding() {
    let mut scene = told(&["sud"]);
    scene.request.purpose = Purpose::Legal;
    scene.terms().purposes = vec![Purpose::Legal];
    scene.terms().tags = said(&["sud"]);
    assert_eq!(scene.reasons(), ["E-SPECIAL-PROCEEDING"]);
    scene.about.tags = Some(Vec::new());
    assert_eq!(scene.reasons(), [""; 0]);
}

#[test]
fn service_is_all_that_there_was_up_to_today_unless_somebody_says() {
    for (from, to, dates, passes) in [
        ("2026-01-01", "2026-12-31", vec![], true),
        ("2026-02-01", "2026-12-31", vec![], false),
        ("2026-01-01", "2026-11-20", vec![], false),
        ("2026-02-01", "2026-11-20", vec!["2026-02-01", "2026-11-20"], true),
        ("2026-02-01", "2026-11-20", vec!["2026-02-01", "2026-11-21"], false),
    ] {
        let mut scene = told(&[]);
        (scene.terms().service_from, scene.terms().service_to) = (Some(date(from)), Some(date(to)));
        scene.about.dates = dates.iter().map(|day| date(day)).collect();
        assert_eq!(scene.reasons().is_empty(), passes, "{from} {to} {dates:?}");
    }
}

#[test]
fn who_was_not_well_in_a_session_is_not_told_of_on_that_day_unless_it_was_thought_about() {
    let mut scene = told(&[]);
    scene.held[0].uneasy = Some(scene.now);
    scene.terms().kinds.push(RecordKind::Letter);
    for (kinds, holds) in [(vec![], true), (vec![RecordKind::ProgressNote], true), (vec![RecordKind::Letter], false)] {
        scene.about.kinds = kinds;
        let expected: &[&str] = if holds { &["E-COMFORT"] } else { &[] };
        assert_eq!(scene.reasons(), expected, "{:?}", scene.about.kinds);
        scene.request.after_discomfort = true;
        let confirmed: &[Confirmation] = if holds { &[Confirmation::AfterDiscomfort] } else { &[] };
        assert_eq!(scene.decide().unwrap().confirmed(), confirmed);
        scene.request.after_discomfort = false;
    }
    scene.about.kinds.clear();
    scene.now = read("2026-11-22T00:00:00Z");
    assert_eq!(scene.decide().unwrap().confirmed(), []);
}

#[test]
fn nobody_unknown_is_told_what_is_above_n_and_a_danger_waits_for_nobody() {
    let mut scene = told(&[]);
    scene.recipient.given.verified = None;
    for key in [Some("age1".to_owned()), None] {
        scene.recipient.given.key = key;
        assert_eq!(scene.reasons(), ["E-RECIP-UNVERIFIED", "E-NEED-LABEL"]);
    }
    scene.terms().kinds.push(RecordKind::Appointment);
    scene.about.kinds = vec![RecordKind::Appointment];
    assert_eq!(scene.reasons(), ["E-RECIP-UNVERIFIED"]);
    scene.request.unverified = true;
    let permit = scene.decide().unwrap();
    assert_eq!((permit.label(), permit.confirmed()), (Label::N, &[Confirmation::Unverified][..]));
    scene.about.tags = Some(said(&["hiv"]));
    scene.terms().tags = said(&["hiv"]);
    assert_eq!(scene.reasons(), ["E-NEED-LABEL"]);
    scene.request.unverified = false;
    assert_eq!(scene.reasons(), ["E-RECIP-UNVERIFIED", "E-NEED-LABEL"]);
}
