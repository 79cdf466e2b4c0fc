//! What is told to do about a refusal leads out of it.

use super::scene::Scene;
use super::scene::date;
use super::scene::read;
use super::scene::record;
use crate::id::ConsentId;
use crate::practice::consent::Signatory;
use crate::vocabulary::Age;
use crate::vocabulary::Authority;
use crate::vocabulary::MinorRule;
use crate::vocabulary::NoteClass;
use crate::vocabulary::Purpose;
use crate::vocabulary::RecordKind;

/// The cure of one reason.
fn cure(scene: &Scene, id: &str) -> &'static str {
    let refusal = scene.decide().unwrap_err();
    refusal.reasons.iter().find(|reason| reason.rule.id == id).unwrap_or_else(|| panic!("{refusal:?}")).cure
}

fn of_a_minor() -> Scene {
    let mut scene = Scene::that_passes();
    scene.client.details.age = Some(Age::Minor);
    scene.terms().signed_on = Some(date("2026-11-01"));
    scene
}

#[test]
fn a_signature_is_cured_by_whoever_is_missing() {
    let id = "E-CONSENT-SIGNATORY";
    let scene = of_a_minor();
    assert!(cure(&scene, id).starts_with("subrosa client representative {client} --recipient {signatory}"));
    let mut filed = scene.clone();
    filed.sign_by(Authority::Parent);
    filed.terms().signed_by = vec![Signatory::Client];
    assert_eq!(cure(&filed, id), "subrosa consent complete {consent} --signed-by {signatory}");
    let reason = filed.decide().unwrap_err().reasons[0].signatory;
    assert_eq!(reason, Some(Signatory::Representative(filed.client.representatives[0].recipient)));
    // Whose right to speak began after the signing.
    filed.client.representatives[0].from = date("2026-11-02");
    assert!(cure(&filed, id).starts_with("subrosa consent grant --client {client}"));
    let mut by_minor = scene.clone();
    by_minor.client.details.minor_rule = Some(MinorRule::MinorSigns);
    by_minor.sign_by(Authority::Parent);
    let complete = "subrosa consent complete {consent} --signed-by {signatory}";
    assert_eq!(cure(&by_minor, id), complete);
    // Of age since: signed by the child alone, and now anew.
    let mut grown = scene;
    (grown.client.details.age, grown.client.details.birth) = (None, Some(date("2008-11-20")));
    assert!(cure(&grown, id).starts_with("subrosa consent grant --client {client}"));
}

#[test]
fn one_grant_cures_all_that_a_consent_falls_short_in() {
    let mut scene = Scene::that_passes();
    scene.records = vec![record(&scene.client, RecordKind::ProgressNote, &["hiv"])];
    scene.request.purpose = Purpose::Coordinate;
    let grant = cure(&scene, "E-CONSENT-TAG");
    assert!(grant.contains("{tags}") && grant == cure(&scene, "E-CONSENT-PURPOSE"));
    scene.consents.clear();
    assert_eq!(cure(&scene, "E-CONSENT-NONE"), grant);
}

#[test]
fn where_another_consent_was_named_the_cure_is_to_name_none() {
    let mut scene = Scene::that_passes();
    scene.request.consent = Some(ConsentId::random(&mut rand_core::OsRng));
    assert_eq!(cure(&scene, "E-CONSENT-NONE"), "subrosa share {records} --to {recipient} --purpose {purpose}");
}

#[test]
fn notes_whose_own_consent_is_there_go_apart() {
    let mut scene = Scene::that_passes();
    let note = record(&scene.client, RecordKind::PsychotherapyNote, &[]);
    scene.recipient.details.max_label = Some(crate::vocabulary::Label::V);
    scene.records.push(note.clone());
    assert!(cure(&scene, "E-SPECIAL-PSYNOTE").starts_with("subrosa consent grant"));
    let mut own = scene.consents[0].clone();
    own.terms.consent = ConsentId::random(&mut rand_core::OsRng);
    own.filed = read("2026-11-01T00:00:00Z");
    (own.terms.kinds, own.terms.note_class) = (vec![RecordKind::PsychotherapyNote], Some(NoteClass::Psychotherapy));
    scene.consents.push(own);
    let refusal = scene.decide().unwrap_err();
    let apart = "subrosa share {record} --to {recipient} --purpose {purpose}";
    for reason in &refusal.reasons {
        assert_eq!(reason.cure, apart, "{}", reason.rule.id);
    }
    scene.records = vec![note];
    assert_eq!(scene.reasons(), [""; 0]);
}
