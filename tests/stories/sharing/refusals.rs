//! What is not shared: why, by which source, and how it is cured; and what was not typed as it should be.

use std::fs;

use serde_json::Value;

use super::practice;
use super::reasons;
use crate::practice::ANA;

#[test]
fn refusals_say_why_by_which_source_and_how_to_cure_it() {
    let practice = practice();
    practice.ok(&["recipient", "add", "ana", "--key", ANA, "--role", "family"]);
    let said = practice.run(&["share", "@", "--to", "ana", "--purpose", "treat"]);
    assert_eq!((said.exit, said.stdout.as_str()), (3, ""));
    for word in [
        "E-RECIP-UNVERIFIED",
        "subrosa recipient verify ana --how in-person",
        "E-CONSENT-NONE",
        "seed A: \"not sharing the information with anyone without the explicit permission of the client\"",
        "subrosa consent grant --client mk-01 --to ana --kind progress-note --purpose treat",
    ] {
        assert!(said.stderr.contains(word), "{word}: {}", said.stderr);
    }
    assert!(!said.stderr.contains("Maria"), "{}", said.stderr);
    // The refusal is in the ledger: ids of reasons, no content; and no package anywhere.
    let log = practice.ok(&["ledger", "log", "--kind", "disclosure.refused", "--json"]).json();
    assert_eq!(
        log["entries"][0]["reasons"],
        serde_json::json!(["E-RECIP-UNVERIFIED", "E-CONSENT-NONE", "E-NEED-LABEL"])
    );
    assert!(
        !practice.vault().join("outbox").exists()
            || fs::read_dir(practice.vault().join("outbox")).unwrap().next().is_none()
    );
    // Recorded as unverified, what is least confidential goes, and nothing else.
    practice.consent("ana");
    let unverified = practice.run(&["share", "@", "--to", "ana", "--purpose", "treat", "--unverified", "--json"]);
    assert_eq!(reasons(&unverified.error()), ["E-NEED-LABEL"]);
    practice.ok(&["add", "note.txt", "--client", "mk-01", "--kind", "billing-item"]);
    let shared = practice.ok(&["share", "@", "--to", "ana", "--purpose", "treat", "--unverified"]);
    assert!(practice.path(&format!("{}.age", shared.stdout.trim())).exists());
    let log = practice.ok(&["ledger", "log", "--kind", "disclosure.made", "--json"]).json();
    assert_eq!(log["entries"][0]["event"]["verified"], Value::Null);
    // The cure works as printed.
    practice.ok(&["recipient", "verify", "ana", "--how", "in-person"]);
    practice.ok(&["share", "@2", "--to", "ana", "--purpose", "treat"]);
}

#[test]
fn without_a_consent_nothing_goes_to_anybody() {
    let practice = practice();
    let share =
        |more: &[&str]| practice.run(&[&["share", "@", "--to", "ana", "--purpose", "treat", "--json"], more].concat());
    practice.ok(&["recipient", "add", "ana", "--key", ANA, "--role", "family", "--verified", "in-person"]);
    let error = share(&[]).error();
    assert_eq!(reasons(&error), ["E-CONSENT-NONE"]);
    // The cure as printed makes a draft, and a draft opens nothing; signed, it does.
    let cure = error["reasons"][0]["cure"].as_str().unwrap().to_owned();
    let draft = practice.run(&cure.split(' ').skip(1).collect::<Vec<_>>());
    assert_eq!(draft.exit, 7, "{draft:?}");
    let error = share(&[]).error();
    assert_eq!(reasons(&error), ["E-CONSENT-INCOMPLETE"]);
    let cure = error["reasons"][0]["cure"].as_str().unwrap().to_owned();
    let signed = ["--signed-on", "2026-11-21", "--signed-by", "client"];
    practice.ok(&[&cure.split(' ').skip(1).take(3).collect::<Vec<_>>()[..], &signed].concat());
    assert_eq!(share(&[]).exit, 0);
}

#[test]
fn all_reasons_come_together_and_in_order() {
    let practice = practice();
    practice.ok(&["client", "add", "ab-02"]);
    practice.ok(&["add", "note.txt", "--client", "ab-02", "--kind", "letter"]);
    practice.ok(&["recipient", "add", "ana", "--key", ANA, "--role", "family"]);
    practice.ok(&["recipient", "suspend", "ana", "--reason", "left"]);
    let said = practice.run(&[
        "share",
        "@",
        "@2",
        "--to",
        "ana",
        "--purpose",
        "treat",
        "--basis",
        "court-order",
        "--dry-run",
        "--json",
    ]);
    assert_eq!(said.exit, 3);
    assert_eq!(
        reasons(&said.error()),
        [
            "E-RECIP-SUSPENDED",
            "E-RECIP-UNVERIFIED",
            "E-CLIENT-SEVERAL",
            "E-BASIS-ASSURANCE",
            "E-NEED-ROLE",
            "E-NEED-ROLE",
            "E-NEED-LABEL",
            "E-MINIMUM",
        ]
    );
    practice.ok(&["recipient", "add", "ben", "--role", "family"]);
    assert_eq!(
        reasons(&practice.run(&["share", "@", "--to", "ben", "--purpose", "treat", "--json"]).error()),
        ["E-KEY-NONE", "E-CONSENT-NONE", "E-NEED-LABEL"]
    );
    assert_eq!(
        reasons(
            &practice.run(&["share", "@2", "--to", "dr-lee", "--purpose", "treat", "--basis", "tpo", "--json"]).error()
        ),
        ["E-BASIS-FORBIDDEN"]
    );
    for everyone in ["all", "Staff", "*"] {
        assert_eq!(
            reasons(&practice.refused(3, &["share", "@", "--to", everyone, "--purpose", "treat", "--json"]).error()),
            ["E-RECIP-WILDCARD"]
        );
    }
}

#[test]
fn a_key_that_cannot_be_used_here_is_a_reason_like_any_other() {
    let practice = practice();
    let key = "age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t";
    practice.ok(&["recipient", "add", "plug", "--key", key, "--verified", "in-person"]);
    practice.consent("plug");
    fs::create_dir(practice.path("out")).unwrap();
    let both = ["share", "@", "--to", "dr-lee", "--to", "plug", "--purpose", "treat", "-o", "out", "--json"];
    assert_eq!(reasons(&practice.run(&both).error()), ["E-KEY-UNUSABLE"]);
    let said = practice.run(&[&both[..], &["--partial"]].concat());
    assert_eq!((said.exit, said.json()["refused"][0]["recipient"]["alias"].as_str()), (7, Some("plug")));
    assert_eq!(fs::read_dir(practice.path("out")).unwrap().count(), 2, "the package and its proof");
}

#[test]
fn whatever_is_not_there_is_told_at_once() {
    let practice = practice();
    let args = ["share", "r-0000", "r-1111", "--to", "nobody", "--to", "dr-lee", "--purpose", "treat", "--json"];
    let error = practice.refused(4, &args).error();
    assert_eq!(reasons(&error), ["E-NOTFOUND", "E-NOTFOUND", "E-NOTFOUND"]);
    for reason in error["reasons"].as_array().unwrap() {
        assert_eq!((&reason["source"][0], reason["cure"].is_string()), (&"our choice".into(), true), "{reason}");
    }
}

#[test]
fn words_that_are_missing_or_wrong_are_usage() {
    let practice = practice();
    practice.refused(2, &["share", "@", "--to", "dr-lee", "--purpose", "curiosity"]);
    practice.refused(2, &["share", "@", "--to", "dr-lee"]);
    practice.refused(2, &["share", "@", "--purpose", "treat"]);
    practice.refused(2, &["share", "--to", "dr-lee", "--purpose", "treat"]);
    practice.refused(4, &["share", "@", "--to", "dr-leigh", "--purpose", "treat"]);
    practice.refused(4, &["share", "r-0000", "--to", "dr-lee", "--purpose", "treat"]);
    practice.refused(2, &["share", "@", "--to", "dr-lee", "--purpose", "treat", "--expires", "2020-01-01"]);
    practice.refused(2, &["share", "@", "--to", "dr-lee", "--purpose", "treat", "-o", "-", "--json"]);
}
