//! Who signed, judged by what held on the day of signing and by what holds today; and who gets nothing, whoever signed.

use super::scene::Scene;
use super::scene::date;
use super::scene::protocol;
use super::scene::read;
use crate::id::RecipientId;
use crate::practice::client::ClientDetails;
use crate::practice::client::Part2;
use crate::practice::client::RepresentativeAdded;
use crate::vocabulary::Age;
use crate::vocabulary::Authority;
use crate::vocabulary::Basis;
use crate::vocabulary::MinorRule;
use crate::vocabulary::Relationship;
use crate::vocabulary::Role;

/// A client who is a minor by what is said of her, and signed herself on the first.
fn of_a_minor() -> Scene {
    let mut scene = Scene::that_passes();
    scene.client.details.age = Some(Age::Minor);
    scene.terms().signed_on = Some(date("2026-11-01"));
    scene
}

fn edit(scene: &mut Scene, at: &str, change: impl FnOnce(&mut ClientDetails)) {
    let mut details = scene.client.details.clone();
    change(&mut details);
    scene.client.edit(details, read(at));
}

#[test]
fn a_representative_signs_from_the_first_day_of_the_right_to_its_last() {
    for (from, until, reasons) in [
        ("2026-11-01", None, &[][..]),
        ("2026-11-02", None, &["E-CONSENT-SIGNATORY"]),
        ("2026-11-01", Some("2026-11-20"), &["E-CONSENT-SIGNATORY"]),
        ("2026-11-01", Some("2026-11-21"), &[]),
    ] {
        let mut scene = of_a_minor();
        scene.sign_by(Authority::Parent);
        let one = &mut scene.client.representatives[0];
        (one.from, one.until) = (date(from), until.map(date));
        assert_eq!(scene.reasons(), reasons, "{from} {until:?}");
    }
}

#[test]
fn whoever_is_suspended_speaks_for_nobody_from_that_day_on() {
    let mut scene = of_a_minor();
    let guardian: RecipientId = scene.sign_by(Authority::Guardian);
    let mut other = scene.clone();
    other.client.silence(RecipientId::random(&mut rand_core::OsRng), date("2026-11-21"));
    assert_eq!(other.reasons(), [""; 0]);
    scene.client.silence(guardian, date("2026-11-22"));
    assert_eq!(scene.reasons(), [""; 0]);
    scene.client.silence(guardian, date("2026-11-21"));
    assert_eq!(scene.reasons(), ["E-CONSENT-SIGNATORY"]);
    scene.recipient.details.recipient = guardian;
    scene.request.basis = Basis::Representative;
    assert!(scene.reasons().contains(&"E-BASIS-FORBIDDEN"));
}

#[test]
fn who_was_said_to_be_a_minor_is_of_age_from_the_day_on_which_that_is_said() {
    let mut scene = of_a_minor();
    assert_eq!(scene.reasons(), ["E-CONSENT-SIGNATORY"]);
    // Neither at once, nor by way of not knowing.
    for ages in [&[Some(Age::Adult)][..], &[None, Some(Age::Adult)]] {
        let mut scene = scene.clone();
        for age in ages {
            edit(&mut scene, "2026-11-20T12:00:00Z", |details| details.age = *age);
        }
        assert_eq!(scene.reasons(), ["E-CONSENT-SIGNATORY"], "{ages:?}");
        scene.terms().signed_on = Some(date("2026-11-20"));
        assert_eq!(scene.reasons(), [""; 0], "{ages:?}");
    }
    // Whose age nobody knew, was as old before it was known.
    scene.client.details.age = None;
    assert!(!scene.reasons().is_empty());
    edit(&mut scene, "2026-11-20T12:00:00Z", |details| details.age = Some(Age::Adult));
    assert_eq!(scene.reasons(), [""; 0]);
}

#[test]
fn the_rule_of_the_day_of_signing_counts_and_that_of_today() {
    let mut scene = of_a_minor();
    edit(&mut scene, "2026-11-10T12:00:00Z", |details| details.minor_rule = Some(MinorRule::MinorSigns));
    assert_eq!(scene.reasons(), ["E-CONSENT-SIGNATORY"]);
    scene.terms().signed_on = Some(date("2026-11-10"));
    assert_eq!(scene.reasons(), [""; 0]);
    edit(&mut scene, "2026-11-15T12:00:00Z", |details| details.minor_rule = Some(MinorRule::BothSign));
    assert_eq!(scene.reasons(), ["E-CONSENT-SIGNATORY"]);
}

#[test]
fn nothing_under_part_2_goes_to_the_police_whatever_was_consented_and_whatever_the_protocol_says() {
    let mut scene = Scene::that_passes();
    let rows = ["police", "potential-victim"]
        .map(|role| format!("[[access.role]]\nrole = \"{role}\"\nkinds = \"all\"\npurposes = \"all\"\n"));
    scene.protocol = protocol(&rows.concat());
    for role in [Role::Police, Role::PotentialVictim] {
        scene.give_role(role);
        for basis in [Basis::Consent, Basis::Threat] {
            scene.request.basis = basis;
            scene.client.details.part2 = Part2::Unsaid;
            assert!(!scene.reasons().contains(&"E-NEED-ROLE"), "{role} {basis}");
            scene.client.details.part2 = Part2::Yes;
            let refusal = scene.decide().unwrap_err();
            let reason = refusal.reasons.iter().find(|reason| reason.rule.id == "E-NEED-ROLE").unwrap();
            assert!(reason.text.contains("42 CFR Part 2"), "{role} {basis}: {}", reason.text);
        }
    }
}

#[test]
fn a_right_that_is_renewed_in_time_goes_on_and_after_a_gap_wakes_nothing() {
    let mut scene = Scene::that_passes();
    scene.client.details.age = Some(Age::Minor);
    let who = scene.sign_by(Authority::Guardian);
    scene.terms().signed_on = Some(date("2026-11-10"));
    let order = |from: &str, until: &str| RepresentativeAdded {
        authority: Authority::Guardian,
        client: scene.client.id(),
        evidence: read("an order"),
        from: date(from),
        recipient: who,
        relationship: Relationship::Guardian,
        until: Some(date(until)),
    };
    let (first, in_time) = (order("2026-01-01", "2026-11-20"), order("2026-11-21", "2029-12-31"));
    let late = order("2026-11-22", "2029-12-31");
    scene.now = read("2026-11-22T12:00:00Z");
    scene.client.represent(first.clone());
    assert_eq!(scene.reasons(), ["E-CONSENT-SIGNATORY"], "it has ended");
    scene.client.represent(in_time);
    assert_eq!(scene.reasons(), [""; 0]);
    let mut with_gap = scene.clone();
    with_gap.client.representatives = vec![first];
    with_gap.client.represent(late);
    assert_eq!(with_gap.reasons(), ["E-CONSENT-SIGNATORY"]);
}
