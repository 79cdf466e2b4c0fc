//! Records are not turned against the client: what falls under 42 CFR Part 2 goes into proceedings by a consent of its own
//! alone.

use serde_json::Value;

use crate::agreements::reasons;
use crate::excerpts::filed;
use crate::excerpts::practice;
use crate::third_parties::recipient;

#[test]
fn a_consent_to_treatment_and_more_does_not_carry_substance_use_records_into_proceedings() {
    let practice = practice();
    recipient(&practice, "lawyer", "lawyer-of-client");
    let plain = filed(&practice, "plain.txt", b"Slept better.\n", &[]);
    let note = filed(&practice, "note.txt", b"Groups on Mondays.\n", &["-t", "42CFRPart2"]);
    let consent = |more: &[&str]| {
        let grant = ["consent", "grant", "--client", "mk-01", "--to", "lawyer", "--kind", "progress-note"];
        let signed = ["--tag", "42cfrpart2", "--signed-on", "2026-11-20", "--signed-by", "client"];
        practice.ok(&[&grant[..], &signed, more].concat());
    };
    consent(&["--purpose", "treat", "--purpose", "pay", "--purpose", "operate", "--purpose", "legal"]);
    let asked = ["share", &note, "--to", "lawyer", "--purpose", "legal"];
    assert_eq!(reasons(&practice, &asked), ["E-SPECIAL-PROCEEDING"]);
    let said = practice.run(&[&asked[..], &["-o", "out.age", "--json"]].concat());
    assert_eq!((said.exit, said.error()["reasons"][0]["id"].as_str()), (3, Some("E-SPECIAL-PROCEEDING")));
    assert!(!practice.path("out.age").exists());
    // It is these records alone that ask for more.
    practice.ok(&["share", &plain, "--to", "lawyer", "--purpose", "legal", "--dry-run"]);

    consent(&["--purpose", "legal", "--legal-proceedings"]);
    practice.ok(&[&asked[..], &["-o", "out.age"]].concat());
    let log = practice.ok(&["ledger", "log", "--client", "mk-01", "--json"]).json();
    let entries = log["entries"].as_array().unwrap();
    let of = |kind: &str| entries.iter().filter(|entry| entry["kind"] == kind).collect::<Vec<&Value>>();
    assert_eq!(of("disclosure.refused")[0]["reasons"], serde_json::json!(["E-SPECIAL-PROCEEDING"]));
    assert_eq!((of("disclosure.refused").len(), of("disclosure.made").len()), (1, 1));
}
