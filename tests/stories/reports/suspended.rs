//! What an agency had suspended: for as long as it says, the client's copy is that of a world in which it was not disclosed.

use serde_json::Value;
use subrosa::vocabulary::Basis;
use subrosa::vocabulary::Medium;
use subrosa::vocabulary::Purpose;

use super::DAY;
use super::add;
use super::nine::disclose;
use super::paper::sound;
use super::report;
use super::rows;
use super::share;
use super::told;
use crate::practice::ANA;
use crate::practice::Practice;
use crate::safety::answers;

/// The police were told of mk-01, by mouth, on 2018-11-23; the disclosure.
fn police_told(practice: &Practice) -> String {
    let station = ["recipient", "add", "police", "--key", ANA, "--role", "police", "--verified", "in-person"];
    practice.ok(&[&station[..], &["--name", "Station 4"]].concat());
    practice.write("answers.toml", &answers(&[]));
    practice.write("call.txt", "She called.\nA plan for tonight.\n");
    practice.ok(&["add", "call.txt", "--client", "mk-01", "--kind", "phone-contact"]);
    let ask = ["safety", "disclose", "--client", "mk-01", "--to", "police", "--excerpt", "@:2-2", "--answers"];
    let how = ["answers.toml", "--medium", "oral", "--setting", "phone-private"];
    practice.ok(&[&ask[..], &how].concat()).stdout.trim_end().to_owned()
}

fn stated<'a>(id: &'a str, how: &'a str, until: &'a str) -> Vec<&'a str> {
    let named = ["--agency", "County police", "--official", "Sgt Vale", "--statement", how, "--until", until];
    [&["report", "suspend", id][..], &named].concat()
}

/// The client's copy in every form, but for the ledger's size and root.
fn copies(practice: &Practice, more: &[&str]) -> Vec<String> {
    let head = report(practice, &[])["head"].clone();
    let size = format!("{} entries", head["size"]);
    let form = |format: &str| {
        let args = ["report", "accounting", "--client", "mk-01", "--for-client", "--format", format];
        let said = practice.ok(&[&args[..], more].concat());
        assert_eq!(said.stderr, "", "{format}");
        let text = said.stdout.replace(head["root"].as_str().unwrap(), "ROOT").replace(&size, "N entries");
        text.replace(&format!("\"size\":{}", head["size"]), "\"size\":N")
    };
    let bare = practice.ok(&[&["report", "accounting", "--client", "mk-01", "--for-client"][..], more].concat());
    ["text", "csv", "json", "html"].map(form).into_iter().chain([bare.stdout]).collect()
}

fn flags_of(report: &Value, id: &str) -> Option<(Value, Value)> {
    let row = rows(report).iter().find(|row| row["disclosures"] == serde_json::json!([id]))?;
    Some((row["flags"].clone(), row["until"].clone()))
}

#[test]
fn no_copy_for_the_client_has_a_trace_of_it_until_its_day_is_over() {
    let mut practice = told();
    // A series, so that its count would tell; and enough entries that the number's width says nothing.
    add(&practice, "letter", &[]);
    (0..3).for_each(|_| drop(share(&practice, "dr-lee", &[])));
    let asked = [&[][..], &["--since", "2018-01-01"], &["--statutory-only", "hipaa"]];
    let before = asked.map(|more| copies(&practice, more));
    let id = police_told(&practice);
    assert!(before.iter().zip(asked).all(|(before, more)| copies(&practice, more) != *before), "as yet it is told");
    practice.ok(&stated(&id, "written", "2019-02-01"));
    for (before, more) in before.iter().zip(asked) {
        assert_eq!(&copies(&practice, more), before, "{more:?}");
        assert!(before.iter().all(|copy| !copy.to_lowercase().contains("suspen") && !copy.contains("Station 4")));
    }
    // The practice sees it, with its last day; the law's own count has it.
    let until = |day: &str| (serde_json::json!(["SUSPENDED", "SAFETY", "NO-CONSENT"]), Value::from(day));
    for more in [&[][..], &["--internal"], &["--statutory-only", "hipaa"]] {
        assert_eq!(flags_of(&report(&practice, more), &id), Some(until("2019-02-01")), "{more:?}");
    }
    let text = practice.ok(&["report", "accounting", "--client", "mk-01", "--internal", "--format", "text"]).stdout;
    assert!(text.contains("SUSPENDED until 2019-02-01") && text.contains("164.528(a)(2)"), "{text}");
    let page = practice.ok(&["report", "accounting", "--client", "mk-01", "--format", "html"]).stdout;
    assert!(page.contains("SUSPENDED until 2019-02-01"), "{page}");
    sound(&page);
    assert!(practice.ok(&["whoknows", "--client", "mk-01"]).stdout.contains(&id));
    // A proof for the client would tell as much: that is said to whoever makes it.
    let proof = practice.ok(&["ledger", "prove", &id, "--for", "client", "-o", "for-her"]);
    assert!(proof.stderr.contains("do not give it away before 2019-02-01 is over"), "{proof:?}");
    let entry = practice.ok(&["ledger", "log", "--kind", "accounting.suspended", "--json"]).json();
    let index = entry["entries"][0]["index"].to_string();
    practice.refused(2, &["ledger", "prove", &index, "--for", "client"]);
    // A copy of an earlier day is made today, and tells no more; one of a later day is not for today.
    let client = |practice: &Practice, day: &str| {
        let said = report(practice, &["--for-client", "--as-of", day]);
        flags_of(&said, &id).map(|(flags, until)| (flags.as_array().unwrap().len(), until))
    };
    let told_again = Some((2, Value::Null));
    practice.now += DAY;
    assert_eq!((client(&practice, "2018-11-23"), client(&practice, "2019-02-01")), (None, None));
    assert_eq!(client(&practice, "2019-02-02"), told_again);
    let early = ["report", "accounting", "--client", "mk-01", "--for-client", "--as-of", "2019-02-02"];
    assert!(practice.ok(&early).stderr.contains("before 2019-02-01 is over"));
    let object = practice.ok(&[&early[..], &["--json"]].concat());
    assert!(object.stderr.is_empty() && !object.stdout.contains("agency"), "{object:?}");
    // From the day after, it is in every copy again.
    practice.now += 71 * DAY;
    assert_eq!(client(&practice, "2019-02-02"), told_again);
    assert_eq!(flags_of(&report(&practice, &["--for-client"]), &id).map(|(_, until)| until), Some(Value::Null));
    assert_eq!(
        flags_of(&report(&practice, &["--internal"]), &id),
        Some((serde_json::json!(["SAFETY", "NO-CONSENT"]), Value::Null))
    );
    assert_eq!(client(&practice, "2019-02-01"), None, "as that copy was");
    practice.ok(&["ledger", "verify"]);
}

#[test]
fn what_was_only_said_holds_for_thirty_days_and_a_later_statement_takes_its_place() {
    let mut practice = told();
    let letter = practice.ok(&["whoknows", "--client", "mk-01"]).stdout.split('\t').next().unwrap().to_owned();
    let id = police_told(&practice);
    let made = practice.ok(&[&stated(&id, "oral", "30d")[..], &["--json"]].concat()).json();
    assert_eq!((&made["schema"], &made["id"]), (&"subrosa/report-suspend/1".into(), &id.as_str().into()));
    assert_eq!((&made["state"], &made["missing"]), (&"suspended".into(), &serde_json::json!([])));
    let until = |practice: &Practice| flags_of(&report(practice, &[]), &id).unwrap().1;
    assert_eq!(until(&practice), "2018-12-23");
    // No longer; nor by saying it again.
    practice.now += 10 * DAY;
    for (how, day) in [("oral", "2018-12-24"), ("oral", "30d")] {
        let said = practice.refused(3, &[&stated(&id, how, day)[..], &["--json"]].concat()).error();
        let reason = &said["reasons"][0];
        assert_eq!(
            (&reason["id"], &reason["source"][0]),
            (&"E-SUSPEND-ORAL".into(), &"45 CFR 164.528(a)(2)(ii)".into())
        );
        let cure = reason["cure"].as_str().unwrap();
        assert!(cure.contains(&id) && cure.contains("--statement written"), "{cure}");
        assert!(said["message"].as_str().unwrap().contains("until 2018-12-23 at the latest"), "{said}");
    }
    practice.ok(&stated(&id, "oral", "2018-12-05"));
    assert_eq!(until(&practice), "2018-12-05");
    practice.ok(&stated(&id, "written", "2019-06-01"));
    assert_eq!(until(&practice), "2019-06-01");
    // Ended early, from tomorrow on; not backwards.
    practice.refused(2, &stated(&id, "written", "2018-12-02"));
    practice.ok(&stated(&id, "written", "2018-12-03"));
    let is_told = |practice: &Practice| flags_of(&report(practice, &["--for-client"]), &id).is_some();
    assert!(!is_told(&practice));
    practice.now += DAY;
    assert!(is_told(&practice));
    // For the police and for oversight alone.
    let said = practice.refused(3, &[&stated(&letter, "written", "2d")[..], &["--json"]].concat()).error();
    assert_eq!(said["reasons"][0]["id"], "E-SUSPEND-AGENCY");
    assert_eq!(said["reasons"][0]["source"][0], "45 CFR 164.528(a)(2)(i)");
    practice.refused(4, &["report", "suspend", &letter, "--noted"]);
    // Whoever was the police when they were told; and whoever is told for oversight or by law enforcement's request.
    practice.ok(&["recipient", "edit", "police", "--role", "other"]);
    practice.ok(&stated(&id, "written", "2d"));
    for basis in [Basis::Oversight, Basis::LawEnforcement, Basis::RequiredByLaw] {
        disclose(&practice, basis, Purpose::Audit, Medium::Paper);
        let told = practice.ok(&["report", "accounting", "--client", "mk-01", "--internal"]).stdout;
        let last = told.lines().last().unwrap().rsplit('\t').next().unwrap().to_owned();
        let exit = practice.run(&stated(&last, "written", "2d")).exit;
        assert_eq!(exit, if basis == Basis::RequiredByLaw { 3 } else { 0 }, "{basis}");
    }
    practice.refused(4, &stated("d-zzzz", "oral", "2d"));
}

#[test]
fn every_answer_is_a_flag_or_asked() {
    let practice = told();
    let id = police_told(&practice);
    let flags =
        [("--agency", "County police"), ("--official", "Sgt Vale"), ("--statement", "oral"), ("--until", "30d")];
    for (left_out, _) in flags {
        let given = flags.iter().filter(|(flag, _)| *flag != left_out).flat_map(|(flag, value)| [*flag, *value]);
        let args: Vec<&str> = ["report", "suspend", &id].into_iter().chain(given).collect();
        let said = practice.refused(2, &args);
        assert!(said.stderr.contains(left_out) && said.stderr.contains("subrosa report suspend d-"), "{said:?}");
        // The day that it shows is one to come, whenever it is printed.
        assert!(said.stderr.contains("--until 30d"), "{said:?}");
    }
    practice.refused(2, &stated(&id, "whispered", "30d"));
    practice.refused(2, &["report", "suspend", &id, "--noted", "--until", "30d"]);
    let said = practice.at_terminal(&["County police", "Sgt Vale", "oral", "30d"], &["report", "suspend", &id]);
    assert_eq!(said.exit, 0, "{said:?}");
    assert_eq!(flags_of(&report(&practice, &[]), &id).unwrap().1, "2018-12-23");
}
