//! Who has to sign, for whom, and from which day to which.

use serde_json::json;

use super::CLIENT;
use super::LEE_ONLY;
use super::NOTES;
use super::SIGNED_BY;
use super::SIGNED_ON;
use super::TREAT;
use super::WHOLE;
use super::at;
use super::grant;
use super::live;
use super::practice;
use super::practice_with;
use super::reasons;
use super::reasons_of;
use super::show;
use crate::practice::Practice;

#[test]
fn what_the_wrong_one_signed_is_a_draft_until_the_right_one_signs_too() {
    let practice = practice();
    let said = grant(&practice, &[&["--client", "kid-1"], LEE_ONLY, NOTES, TREAT, SIGNED_ON, SIGNED_BY]);
    let made = said.json();
    assert_eq!((said.exit, &made["state"], &made["missing"]), (7, &"draft".into(), &json!(["signed-by"])), "{said:?}");
    let told = made["warnings"].to_string();
    assert!(said.stderr.is_empty() && told.contains("a parent or guardian on file"), "{said:?}");
    practice.ok(&["add", "note.txt", "--client", "kid-1", "--kind", "progress-note"]);
    assert_eq!(reasons(&practice, "dr-lee"), ["E-CONSENT-SIGNATORY"]);
    with_a_mother(&practice);
    let id = made["id"].as_str().unwrap();
    let done = practice.ok(&["consent", "complete", id, "--signed-by", "mum", "--json"]).json();
    assert_eq!((&done["state"], &done["missing"]), (&"live".into(), &json!([])));
    assert_eq!(reasons(&practice, "dr-lee"), Vec::<String>::new());
}

#[test]
fn what_is_listed_as_live_can_be_used() {
    let mut practice = practice();
    let listed = |practice: &Practice| {
        let all = practice.ok(&["consent", "list", "--json"]).json()["consents"].clone();
        (all[0]["state"].as_str().unwrap().to_owned(), all[0]["notes"].to_string())
    };
    // Spoken on the 20th, for 7 days: the 26th is the last.
    let spoken = ["--kind", "appointment", "--method", "verbal", "--until", "12m", "--signed-on", "2026-11-20"];
    live(&practice, &[CLIENT, LEE_ONLY, &spoken, TREAT, SIGNED_BY]);
    practice.now = at("2026-11-26T12:00:00Z");
    let (state, notes) = listed(&practice);
    assert!(state == "live" && notes.contains("it holds to 2026-11-26"), "{state} {notes}");
    practice.now = at("2026-11-27T00:00:00Z");
    assert_eq!(listed(&practice).0, "expired");
    practice.now = at("2026-11-21T12:00:00Z");
    practice.ok(&["recipient", "suspend", "dr-lee", "--reason", "left"]);
    let (state, notes) = listed(&practice);
    assert!(state == "expired" && notes.contains("everyone it names is suspended"), "{state} {notes}");
    // What can never be opened is told when it is granted.
    let mixed = ["--kind", "psychotherapy-note", "--kind", "progress-note", "--to", "ana"];
    let told = practice.run(&[&["consent", "grant"], CLIENT, &mixed, TREAT, SIGNED_ON, SIGNED_BY].concat());
    assert!(told.stderr.contains("never opens a psychotherapy-note"), "{told:?}");
    // Nor is it taken back before it was given, or given to everybody.
    let id = practice.ok(&["consent", "list"]).stdout.lines().last().unwrap()[..18].to_owned();
    let said = practice.refused(2, &["consent", "revoke", &id, "--on", "2020-05-05"]);
    assert!(said.stderr.contains("before the signing"), "{said:?}");
    let all = ["--to", "All Staff", "--kind", "letter"];
    let said = practice.refused(3, &[&["consent", "grant"], CLIENT, &all, TREAT].concat());
    assert!(said.stderr.contains("E-RECIP-WILDCARD"), "{said:?}");
}

/// The mother of kid-1, who may sign for him.
fn with_a_mother(practice: &Practice) {
    practice.ok(&["recipient", "add", "mum", "--name", "Rita Kestrel", "--role", "family"]);
    let seen = ["--relationship", "mother", "--authority", "parent", "--evidence", "birth certificate seen"];
    let seen = [&seen[..], &["--from", "2026-01-01"]].concat();
    practice.ok(&[&["client", "representative", "kid-1", "--recipient", "mum"], &seen[..]].concat());
    practice.ok(&["add", "note.txt", "--client", "kid-1", "--kind", "progress-note"]);
}

#[test]
fn what_a_parent_signed_ends_with_the_midnight_of_majority() {
    let mut practice = practice();
    with_a_mother(&practice);
    let start: &[&[&str]] = &[&["--client", "kid-1"], LEE_ONLY, NOTES, TREAT, SIGNED_ON];
    let id = live(&practice, &[&start.concat(), &["--signed-by", "mum"]]);
    let form = practice.ok(&["consent", "form", &id]).stdout;
    assert!(form.contains("Rita Kestrel, family (parent)") && !form.contains("Tom Kestrel (client)"), "{form}");
    practice.now = at("2026-11-30T23:59:00Z");
    assert_eq!(reasons(&practice, "dr-lee"), Vec::<String>::new());
    practice.now = at("2026-12-01T00:00:00Z");
    assert_eq!(reasons(&practice, "dr-lee"), ["E-CONSENT-SIGNATORY"]);
    let form = practice.ok(&["consent", "form", &id]).stdout;
    assert!(form.contains("Tom Kestrel (client)") && !form.contains("(parent)"), "{form}");
    // Of age, the client signs.
    let again = [&["--client", "kid-1"], LEE_ONLY, NOTES, TREAT, &["--signed-on", "0d"], SIGNED_BY];
    live(&practice, &again);
    assert_eq!(reasons(&practice, "dr-lee"), Vec::<String>::new());
    assert_eq!(practice.ok(&["ledger", "verify"]).exit, 0);
}

#[test]
fn who_signs_for_a_minor_is_for_the_minors_rule_to_say() {
    let rules: [(&str, &[&[&str]]); 3] =
        [("guardian-signs", &[&["mum"]]), ("minor-signs", &[&["client"]]), ("both-sign", &[&["client", "mum"]])];
    let ways: [&[&str]; 3] = [&["mum"], &["client"], &["client", "mum"]];
    for (rule, enough) in rules {
        for signed_by in ways {
            let practice = practice();
            with_a_mother(&practice);
            practice.ok(&["client", "edit", "kid-1", "--minor-rule", rule]);
            let signed: Vec<&str> = signed_by.iter().flat_map(|one| ["--signed-by", one]).collect();
            let said =
                grant(&practice, &[&["--client", "kid-1"], LEE_ONLY, NOTES, TREAT, &["--signed-on", "0d"], &signed]);
            let is_enough = enough.iter().all(|needed| needed.iter().all(|one| signed_by.contains(one)));
            assert_eq!(said.exit, if is_enough { 0 } else { 7 }, "{rule} {signed_by:?}");
            let want: &[&str] = if is_enough { &[] } else { &["E-CONSENT-SIGNATORY"] };
            assert_eq!(reasons(&practice, "dr-lee"), want, "{rule} {signed_by:?}");
        }
    }
}

#[test]
fn a_team_is_those_who_are_of_it_when_the_consent_is_granted() {
    let practice = practice();
    practice.ok(&["team", "add", "intake", "--member", "dr-lee"]);
    let id = live(&practice, &[CLIENT, &["--to", "team:intake", "--to", "dr-lee"], NOTES, TREAT, SIGNED_ON, SIGNED_BY]);
    practice.ok(&["team", "add", "intake", "--member", "ana"]);
    let recipients = show(&practice, &id)["consent"]["recipients"].clone();
    assert_eq!((recipients.as_array().unwrap().len(), &recipients[0]["alias"]), (1, &"dr-lee".into()));
    assert_eq!(reasons(&practice, "ana"), ["E-CONSENT-NONE"]);
    practice.ok(&["consent", "revoke", &id, "--to", "team:intake"]);
    assert_eq!(reasons(&practice, "dr-lee"), ["E-CONSENT-REVOKED"]);
}

#[test]
fn a_consent_ends_with_the_midnight_of_the_practice() {
    let mut practice = practice_with(&["--time-zone", "Etc/GMT+5"]);
    let id = live(&practice, &[&WHOLE.concat(), &["--until", "2026-12-31"]]);
    practice.now = at("2027-01-01T04:59:59Z");
    assert_eq!(reasons(&practice, "dr-lee"), Vec::<String>::new());
    assert_eq!(show(&practice, &id)["consent"]["state"], "live");
    practice.now = at("2027-01-01T05:00:00Z");
    assert_eq!(reasons(&practice, "dr-lee"), ["E-CONSENT-EXPIRED"]);
    assert_eq!(show(&practice, &id)["consent"]["state"], "expired");
}

#[test]
fn a_consent_begins_with_its_first_day() {
    let mut practice = practice();
    let said = grant(&practice, &[&WHOLE.concat(), &["--effective", "2026-12-01"]]);
    assert_eq!((said.exit, said.json()["state"].as_str()), (0, Some("early")), "{said:?}");
    assert_eq!(reasons(&practice, "dr-lee"), ["E-CONSENT-EARLY"]);
    practice.now = at("2026-12-01T00:00:00Z");
    assert_eq!(reasons(&practice, "dr-lee"), Vec::<String>::new());
}

#[test]
fn a_spoken_permission_is_for_little_and_for_days() {
    let mut practice = practice();
    let kinds = ["--kind", "appointment", "--method", "verbal"];
    let id = live(&practice, &[CLIENT, LEE_ONLY, &kinds, NOTES, TREAT, SIGNED_ON, SIGNED_BY]);
    assert_eq!(
        reasons(&practice, "dr-lee"),
        ["E-CONSENT-INCOMPLETE"],
        "a progress note is more than a spoken word carries"
    );
    let appointment = practice.ok(&["list", "--kind", "appointment"]).stdout.split('\t').next().unwrap().to_owned();
    assert_eq!(reasons_of(&practice, &appointment, "dr-lee", "treat"), Vec::<String>::new());
    practice.now = at("2026-11-26T23:59:59Z");
    assert_eq!(reasons_of(&practice, &appointment, "dr-lee", "treat"), Vec::<String>::new());
    practice.now = at("2026-11-27T00:00:00Z");
    assert_eq!(reasons_of(&practice, &appointment, "dr-lee", "treat"), ["E-CONSENT-EXPIRED"]);
    assert_eq!(show(&practice, &id)["consent"]["state"], "expired");
}
