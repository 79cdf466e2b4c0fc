//! What is told or handed over on paper: a disclosure like any other, decided by the same rules, with no package.

use serde_json::Value;
use serde_json::json;

use crate::practice::LEE;
use crate::practice::Practice;

fn practice() -> Practice {
    let practice = Practice::new();
    practice.ok(&["client", "add", "mk-01", "--adult"]);
    practice.ok(&[
        "recipient",
        "add",
        "dr-lee",
        "--key",
        LEE,
        "--role",
        "treating-provider",
        "--verified",
        "in-person",
    ]);
    practice
}

/// Tells it over the telephone, but for what is said otherwise.
fn oral<'a>(to: &'a str, setting: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let told = ["disclose", "oral", "--client", "mk-01", "--to", to, "--purpose", "treat", "--setting", setting];
    [&told[..], &["--about", "when the next session is"], more].concat()
}

fn last(practice: &Practice) -> Value {
    let log = practice.ok(&["ledger", "log", "--limit", "1", "--json"]).json();
    log["entries"][0].clone()
}

/// It is refused, and no disclosure: the reasons.
fn reasons(practice: &Practice, exit: u8, args: &[&str]) -> Vec<String> {
    let said = practice.run(&[args, &["--json"]].concat());
    assert_eq!((said.exit, said.stdout.as_str()), (exit, ""), "{said:?}");
    let (error, entry) = (said.error(), last(practice));
    assert_eq!((&entry["kind"], &entry["client"]["alias"]), (&json!("disclosure.refused"), &json!("mk-01")));
    error["reasons"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_is_told_is_decided_like_what_is_sent_and_needs_no_key() {
    let practice = practice();
    assert_eq!(reasons(&practice, 3, &oral("dr-lee", "phone-private", &[])), ["E-CONSENT-NONE"]);
    practice.consent("dr-lee");
    let made = practice.ok(&oral("dr-lee", "phone-private", &["--json"])).json();
    assert_eq!((&made["schema"], &made["state"]), (&json!("subrosa/disclose-oral/1"), &json!("disclosed")));
    let event = last(&practice)["event"].clone();
    for (field, value) in [
        ("medium", json!("oral")),
        ("setting", json!("phone-private")),
        ("why", json!("when the next session is")),
        ("basis", json!("consent")),
        ("records", json!([])),
        ("package", Value::Null),
        ("receipt", Value::Null),
        ("recipient_key", Value::Null),
    ] {
        assert_eq!(event[field], value, "{field}");
    }
    // Where others hear it, it is refused, with every other reason; where that is the only one, the place is.
    for setting in ["public", "semi-public", "unknown"] {
        assert_eq!(reasons(&practice, 6, &oral("dr-lee", setting, &[])), ["E-SETTING-PUBLIC"]);
    }
    let known = practice.ok(&["whoknows", "--client", "mk-01", "--json"]).json();
    assert_eq!(known["disclosures"].as_array().unwrap().len(), 1);
    assert_eq!(known["disclosures"][0]["medium"], "oral");
    let bare = practice.ok(&["whoknows", "--client", "mk-01"]).stdout;
    assert!(bare.ends_with("\tdr-lee\t\ttreat\tnone\n"), "{bare:?}");
    // Nothing is expected to be acknowledged.
    assert_eq!(practice.ok(&["ack", "--pending"]).stdout, "");
    let said = practice.refused(3, &["ack", made["id"].as_str().unwrap(), "--code", "0000-0000-0000"]);
    assert!(said.stderr.contains("there was no package"), "{said:?}");
    let said = practice.refused(4, &["share", "--resume", made["id"].as_str().unwrap()]);
    assert!(said.stderr.contains("was oral: there never was a package"), "{said:?}");
    // What a danger compels has a way of its own.
    let threat = ["disclose", "oral", "--client", "mk-01", "--to", "dr-lee", "--purpose", "threat"];
    let said = practice.run(&[&threat[..], &["--setting", "phone-private", "--about", "a plan"]].concat());
    assert!(said.exit == 3 && said.stderr.contains("try: subrosa safety disclose --medium oral"), "{said:?}");
    assert!(practice.ok(&["ledger", "verify"]).stdout.starts_with("CONTINUOUS\t"));
}

#[test]
fn what_was_said_where_others_hear_is_no_disclosure_and_two_ways_lead_on() {
    let practice = practice();
    practice.consent("dr-lee");
    let args = oral("dr-lee", "semi-public", &["--kind", "progress-note", "--json"]);
    let before = practice.ok(&["whoknows", "--client", "mk-01", "--json"]).json()["disclosures"].clone();
    let error = practice.run(&args).error();
    let again = "subrosa disclose oral --client mk-01 --to dr-lee --purpose treat --kind progress-note --about TEXT";
    assert_eq!(
        (&error["exit"], &error["reasons"][0]["id"], &error["reasons"][0]["cure"]),
        (&json!(6), &json!("E-SETTING-PUBLIC"), &json!(format!("{again} --setting private-office")))
    );
    let heard = error["hints"][0].as_str().unwrap();
    assert!(
        heard.starts_with("subrosa concern open --client mk-01 --by staff --kind progress-note --text FILE"),
        "{heard}"
    );
    assert_eq!(practice.ok(&["whoknows", "--client", "mk-01", "--json"]).json()["disclosures"], before);
    // What was overheard is a concern, which holds what it is about until somebody has answered.
    practice.write("FILE", "It was said in the corridor; two were there.\n");
    let words = shlex::split(heard).unwrap();
    practice.ok(&words.iter().skip(1).map(String::as_str).collect::<Vec<_>>());
    let private = oral("dr-lee", "private-office", &["--kind", "progress-note"]);
    assert_eq!(reasons(&practice, 3, &private), ["E-CONCERN"]);
    // On paper nothing was heard, and of a room that nobody knows nobody can say it.
    let mut paper = oral("dr-lee", "public", &["--json"]);
    paper[1] = "paper";
    for quiet in [paper, oral("dr-lee", "unknown", &["--json"])] {
        assert_eq!(practice.run(&quiet).error()["hints"], json!([]));
    }
}

#[test]
fn a_client_and_whoever_speaks_for_a_client_are_told_without_a_consent() {
    let practice = practice();
    practice.ok(&["recipient", "add", "herself", "--role", "client", "--of", "mk-01", "--relationship", "self"]);
    practice.ok(&["recipient", "verify", "herself", "--how", "in-person"]);
    practice.ok(&["recipient", "add", "agent", "--role", "representative"]);
    practice.ok(&["recipient", "verify", "agent", "--how", "in-person"]);
    let right = ["--relationship", "attorney-in-fact", "--authority", "power-of-attorney", "--evidence", "the deed"];
    practice.ok(&[&["client", "representative", "mk-01", "--recipient", "agent"], &right[..]].concat());
    for (to, basis) in [("herself", "self"), ("agent", "representative")] {
        practice.ok(&oral(to, "private-office", &[]));
        assert_eq!(last(&practice)["event"]["basis"], basis);
    }
    let paper = ["disclose", "paper", "--client", "mk-01", "--to", "herself", "--purpose", "client-request"];
    practice.ok(&[&paper[..], &["--setting", "private-office", "--about", "the plan of care"]].concat());
    assert_eq!(last(&practice)["event"]["medium"], "paper");
    practice.refused(2, &paper);
    practice.refused(2, &[&paper[..], &["--setting", "private-office"]].concat());
    let mut asked = paper[..4].to_vec();
    asked.extend(["--to", "herself", "--about", "the plan of care"]);
    practice.refused(2, &asked);
}

#[test]
fn whoever_could_use_it_against_the_client_hears_it_after_a_thought_alone() {
    let practice = practice();
    practice.ok(&["recipient", "add", "school", "--role", "school", "--conflict", "her employer's school"]);
    practice.ok(&["recipient", "verify", "school", "--how", "organisation-directory"]);
    practice.consent("school");
    let said = practice.run(&oral("school", "phone-private", &["--json"]));
    let error = said.error();
    let cures: Vec<_> = error["reasons"].as_array().unwrap().iter().map(|one| one["cure"].clone()).collect();
    let again = "subrosa disclose oral --client mk-01 --to school --purpose treat --setting phone-private --about TEXT";
    assert_eq!(cures, [format!("{again} --acknowledge-conflict"), format!("{again} --adverse-use-reviewed")]);
    practice.ok(&oral("school", "phone-private", &["--acknowledge-conflict", "--adverse-use-reviewed"]));
    let confirmed = practice.ok(&["ledger", "log", "--kind", "disclosure.confirmed", "--json"]).json();
    let event = &confirmed["entries"][0]["event"];
    assert_eq!(event["confirmed"], json!(["adverse-use-reviewed", "conflict-acknowledged"]));
}

#[test]
fn what_is_told_is_judged_by_the_kinds_it_is_about_and_unsaid_by_all_that_there_are() {
    let practice = practice();
    practice.write("note.txt", "slept");
    practice.ok(&["add", "note.txt", "--client", "mk-01", "--kind", "other"]);
    practice.consent("dr-lee");
    let said = practice.run(&oral("dr-lee", "phone-private", &["--json"]));
    let reason = &said.error()["reasons"][0];
    let again = "subrosa disclose oral --client mk-01 --to dr-lee --purpose treat --setting phone-private --about TEXT";
    assert_eq!((&reason["id"], &reason["cure"]), (&json!("E-CONSENT-KIND"), &json!(format!("{again} --kind KIND"))));
    let as_kind = |kind: &'static str| [&oral("dr-lee", "phone-private", &[])[..], &["--kind", kind]].concat();
    assert_eq!(reasons(&practice, 3, &as_kind("assessment")), ["E-CONSENT-KIND"]);
    assert_eq!(reasons(&practice, 3, &as_kind("sud-counselling-note")), ["E-CONSENT-KIND", "E-NEED-LABEL"]);
    practice.ok(&as_kind("letter"));
    practice.ok(&["restrict", "add", "--client", "mk-01", "--kind", "progress-note"]);
    assert_eq!(reasons(&practice, 3, &as_kind("progress-note")), ["E-RESTRICT"]);
    assert_eq!(reasons(&practice, 3, &oral("dr-lee", "phone-private", &[])), ["E-CONSENT-KIND", "E-RESTRICT"]);
    practice.ok(&as_kind("letter"));
}

#[test]
fn what_was_told_stands_in_the_accounting_and_names_nobody_else() {
    let practice = practice();
    practice.ok(&["client", "add", "pz-02", "--name", "Petra Zwei", "--adult"]);
    practice.ok(&["recipient", "edit", "dr-lee", "--name", "Dr. Karl Zwei", "--organisation", "Praxis Zwei"]);
    practice.consent("dr-lee");
    let told = ["disclose", "oral", "--client", "mk-01", "--to", "dr-lee", "--purpose", "treat"];
    let about = [&told[..], &["--setting", "private-office", "--about", "sleep of Petra Zwei"]].concat();
    assert_eq!(reasons(&practice, 3, &about), ["E-THIRDPARTY"]);
    practice.ok(&oral("dr-lee", "phone-private", &[]));
    let ask = ["report", "accounting", "--client", "mk-01", "--for-client", "--format", "csv"];
    let page = practice.ok(&ask).stdout;
    for words in ["when the next session is", "Dr. Karl Zwei", "Praxis Zwei"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("WHY"), "{page}");
    assert_eq!(practice.ok(&["report", "overrides"]).stdout, "");
    let none =
        practice.ok(&["report", "accounting", "--client", "mk-01", "--statutory-only", "part2", "--format", "text"]);
    assert!(none.stdout.contains("nothing that Part 2 asks for"), "{none:?}");
}
