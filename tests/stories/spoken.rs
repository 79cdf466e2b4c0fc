//! What the laws and the promises ask of what is told or handed over on paper, as of what is sent: whether it may be of
//! substance-use records, what goes with those, and that somebody made sure who is told.

use serde_json::json;

use crate::excerpts::filed;
use crate::safety::answers;
use crate::safety::practice;

const PART2: &str = "42 CFR part 2 prohibits unauthorized use or disclosure of these records.";

const TOLD: [&str; 10] = [
    "safety",
    "disclose",
    "--client",
    "mk-01",
    "--answers",
    "answers.toml",
    "--setting",
    "phone-private",
    "--medium",
    "oral",
];

#[test]
fn of_a_client_with_substance_use_records_the_police_are_told_of_a_named_record_alone() {
    let practice = practice();
    let tell = |to: &'static str, more: &[&'static str]| [&TOLD[..], &["--to", to], more].concat();
    practice.ok(&tell("police", &[]));
    practice.ok(&["tag", "@", "+sud"]);
    let error = practice.run(&tell("police", &["--json"])).error();
    let reasons = error["reasons"].as_array().unwrap();
    let name = "subrosa safety disclose --client mk-01 --to police --medium oral --answers FILE --excerpt RECORD:A-B";
    assert_eq!(
        (reasons.len(), &reasons[0]["id"], &reasons[0]["cure"]),
        (1, &json!("E-SPECIAL-PART2-EMERGENCY"), &json!(name)),
        "{error}"
    );
    assert!(reasons[0]["text"].as_str().unwrap().contains("name the record"), "{error}");
    // Of another record it is told, of that one it is not; and to whoever is medical, of all of them.
    let of_it = practice.run(&tell("police", &["--excerpt", "@:10-22", "--json"])).error();
    assert_eq!(of_it["reasons"][0]["id"], "E-SPECIAL-PART2-EMERGENCY");
    assert!(!of_it["reasons"][0]["text"].as_str().unwrap().contains("name the record"), "{of_it}");
    filed(&practice, "other.txt", b"He has a knife.\nAnd a car.\n", &[]);
    practice.ok(&tell("police", &["--excerpt", "@:1-1"]));
    practice.ok(&["recipient", "edit", "crisis", "--medical-personnel"]);
    let lacking = practice.run(&tell("crisis", &["--json"])).error();
    assert_eq!(lacking["reasons"][0]["id"], "E-SAFETY-INCOMPLETE");
    practice.write("answers.toml", &answers(&[("facility", "St Vincent"), ("nature_of_emergency", "Overdose")]));
    let said = practice.ok(&tell("crisis", &["--json"])).json();
    assert_eq!(said["disclosures"][0]["basis"], "medical-emergency");
    // A first report of abuse may be of any record, what follows of a named one.
    practice.ok(&tell("cps", &[]));
    let again = practice.run(&tell("cps", &["--json"])).error();
    assert_eq!(again["reasons"][0]["id"], "E-SPECIAL-PART2-REPORT");
    assert!(again["reasons"][0]["cure"].as_str().unwrap().ends_with(" --excerpt RECORD:A-B"), "{again}");
    practice.ok(&tell("cps", &["--excerpt", "@:1-1"]));
}

#[test]
fn what_is_told_of_substance_use_on_a_consent_goes_with_its_notice_and_the_scope_of_the_consent() {
    let practice = practice();
    practice.consent("crisis");
    let tell = |how: &'static str, more: &[&'static str]| {
        let what = ["disclose", how, "--client", "mk-01", "--to", "crisis", "--purpose", "treat", "--kind", "letter"];
        [&what[..], &["--setting", "private-office", "--about", "the next step"], more].concat()
    };
    let made = || {
        let log = practice.ok(&["ledger", "log", "--kind", "disclosure.made", "--limit", "1", "--json"]).json();
        log["entries"][0]["event"].clone()
    };
    let said = practice.ok(&tell("oral", &["--json"])).json();
    assert_eq!((&said["obligations"], &said["statements"]), (&json!([]), &json!([])), "{said}");
    assert_eq!(made()["notice"], json!([]));
    assert!(!practice.at_terminal(&[], &tell("oral", &[])).stdout.contains("2.32"));
    practice.ok(&["client", "edit", "mk-01", "--part2"]);
    for (how, verb) in [("oral", "say"), ("paper", "hand over")] {
        let said = practice.ok(&tell(how, &["--json"])).json();
        let ids: Vec<_> = said["obligations"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
        assert_eq!(ids, ["attach-notice", "attach-consent-copy-or-scope"], "{said}");
        assert_eq!(made()["notice"], json!(["part2"]));
        let drawn = practice.at_terminal(&[], &tell(how, &[])).stdout;
        assert!(drawn.contains(&format!("What you {verb} with it (42 CFR 2.32):\n  {PART2}\n")), "{drawn}");
        assert!(drawn.contains("\n  The client's consent covers: "), "{drawn}");
        for words in said["statements"].as_array().unwrap() {
            assert!(drawn.contains(words.as_str().unwrap()), "{words}: {drawn}");
        }
    }
}

#[test]
fn a_danger_is_told_to_somebody_whom_nobody_made_sure_of_and_that_is_an_override() {
    let practice = practice();
    practice.ok(&["recipient", "add", "dispatch", "--role", "crisis-team"]);
    let whole = ["--record", "@", "--why", "they asked for all of it"];
    for (medium, to, flags) in [
        ("oral", "dispatch", "NO-CONSENT,SAFETY,UNVERIFIED,WHY"),
        ("paper", "dispatch", "NO-CONSENT,SAFETY,UNVERIFIED,WHY"),
        ("paper", "crisis", "NO-CONSENT,SAFETY,WHY"),
    ] {
        let told = [&TOLD[..TOLD.len() - 1], &[medium, "--to", to], &whole].concat();
        let id = practice.ok(&told).stdout.lines().next().unwrap().to_owned();
        let overrides = practice.ok(&["report", "overrides"]).stdout;
        let line = overrides.lines().find(|line| line.contains(&id)).unwrap();
        assert!(line.contains(&format!("\t{to}\tthreat\t{flags}\t")), "{line}");
    }
    assert!(practice.ok(&["ledger", "verify"]).stdout.starts_with("CONTINUOUS\t"));
}
