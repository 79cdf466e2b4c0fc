//! The page that goes with a package: one page whatever it says, with what the law and the promises ask for; and what its
//! sender confirmed.

use serde_json::Value;
use serde_json::json;

use crate::excerpts::filed;
use crate::practice::Practice;
use crate::third_parties::manifest;
use crate::third_parties::opened;
use crate::third_parties::recipient;

const PART2: &str = "42 CFR part 2 prohibits unauthorized use or disclosure of these records.";

/// mk-01, and dr-lee, who is of that role and lacks nothing but a consent.
fn practice(role: &str, init: &[&str]) -> Practice {
    let practice = Practice::without_vault();
    let name = ["init", "--owner", crate::practice::OWNER, "--time-zone", "Europe/Lisbon", "--batch"];
    practice.ok(&[&name[..], init].concat());
    practice.ok(&["client", "add", "mk-01", "--name", "Maria Kestrel", "--adult"]);
    recipient(&practice, "dr-lee", role);
    practice
}

const NAMED: [&str; 4] = ["--name", "Praxis Ruhe", "--contact", "+351 1 234"];

fn consent(practice: &Practice, more: &[&str]) {
    let grant = ["consent", "grant", "--client", "mk-01", "--to", "dr-lee", "--signed-on", "2026-11-20"];
    practice.ok(&[&grant[..], &["--signed-by", "client"], more].concat());
}

/// Shares, and opens the page and the manifest.
fn shared(practice: &Practice, args: &[&str]) -> (String, Value) {
    let _ = std::fs::remove_file(practice.path("out.age.tlog-proof"));
    practice.ok(&[&["share"], args, &["--to", "dr-lee", "-o", "out.age", "--force"]].concat());
    let files = opened(practice, "out.age");
    let page = String::from_utf8(files["NOTICE.txt"].clone()).unwrap();
    assert!(page.lines().count() <= 66, "{page}");
    assert!(page.lines().all(|line| line.chars().count() <= 78), "{page}");
    for secret in ["Maria", "Kestrel", "mk-01"] {
        assert!(!page.contains(secret), "{page}");
    }
    (page, manifest(&files))
}

fn words(page: &str) -> String {
    page.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn confirmed(practice: &Practice) -> Vec<Value> {
    let log = practice.ok(&["ledger", "log", "--kind", "disclosure.confirmed", "--json"]).json();
    log["entries"].as_array().unwrap().iter().map(|entry| entry["event"].clone()).collect()
}

#[test]
fn the_page_says_what_why_for_whom_what_not_until_when_and_whom_to_call() {
    let practice = practice("treating-provider", &NAMED);
    consent(&practice, &["--kind", "progress-note", "--purpose", "treat"]);
    let record = filed(&practice, "note.txt", b"Slept.\n", &["--date", "2026-11-10", "--title", "Third"]);
    let (page, manifest) = shared(&practice, &[&record, "--purpose", "treat", "--expires", "30d"]);
    for said in [
        "From: Praxis Ruhe To: dr-lee Purpose: so that you can treat the client",
        "This was sent to you, by name, for the purpose shown above. Please do not pass it on, copy it into other systems",
        "If it reached you by mistake, stop reading, do not copy it, and call +351 1 234 today.",
        "Return or destroy it by 2026-12-21 and confirm.",
        &format!("What is in it (1 record): 2026-11-10 progress note {record}"),
        "Questions: +351 1 234 Receipt code: ",
    ] {
        assert!(words(&page).contains(said), "{said}: {page}");
    }
    let code = page.lines().find_map(|line| line.strip_prefix("Receipt code:  ")).unwrap();
    assert_eq!((code.len(), code.matches('-').count()), (14, 2));
    assert!(!page.contains("Third") && !page.contains("42 CFR") && !page.contains("consent covers"), "{page}");
    assert_eq!((&manifest["consent_scope"], &manifest["notice"]), (&Value::Null, &json!(["general"])));
}

#[test]
fn it_is_one_page_however_long_the_names_and_the_promises_are() {
    let long = "Praxis für alle Fälle am Ende der sehr langen Straße ".repeat(9);
    let contact = "x".repeat(600);
    let practice = practice("supervisor", &["--name", &long, "--contact", &contact]);
    let name = "Doctor ".repeat(60);
    practice.ok(&["recipient", "edit", "dr-lee", "--name", &name]);
    let what = "Every breach is told to the board. ".repeat(150);
    let promise =
        ["agreement", "add", "dr-lee", "--type", "supervision", "--signed-on", "1d", "--may-share", "the task"];
    let rest = ["--may-not-share", "all else", "--consequences", &what, "--understood", "explained"];
    practice.ok(&[&promise[..], &rest].concat());
    practice.ok(&["training", "add", "dr-lee", "--course", "privacy"]);
    consent(&practice, &["--kind", "progress-note", "--purpose", "supervise"]);
    practice.ok(&["client", "edit", "mk-01", "--part2"]);
    for n in 0..30 {
        filed(&practice, "note.txt", format!("{n}\n").as_bytes(), &[]);
    }
    let ids = practice.ok(&["list"]).stdout;
    let ids: Vec<&str> = ids.lines().filter_map(|line| line.split('\t').next()).collect();
    let (page, _) = shared(&practice, &[&ids[..], &["--purpose", "supervise", "--why", "review"]].concat());
    assert!(page.contains(PART2) && page.contains("ask the sender"), "{page}");
    assert!(page.contains("What is in it (30 records):") && page.contains("more, named in the file"), "{page}");
    assert!(page.ends_with("Please tell the sender this code, so that they know it arrived.\n"), "{page}");
    assert!(page.contains("Receipt code:  "), "{page}");
}

#[test]
fn what_falls_under_part_2_says_so_word_for_word_and_how_far_the_consent_goes() {
    let practice = practice("treating-provider", &NAMED);
    let kinds = ["--kind", "progress-note", "--kind", "letter", "--purpose", "treat", "--purpose", "coordinate"];
    let days = ["--service-dates", "2026-01-01..2026-12-31", "--tag", "sud", "--until", "2027-03-01"];
    consent(&practice, &[&kinds[..], &days].concat());
    let record = filed(&practice, "note.txt", b"Slept.\n", &["--date", "2026-11-10", "-t", "sud"]);
    let (page, manifest) = shared(&practice, &[&record, "--purpose", "treat"]);
    assert!(page.contains(&format!("\n{PART2}\n")), "{page}");
    let covers = "The client's consent covers: progress note, letter; for: treatment, cooperation between those who give care; \
                  sensitive: sud; service from 2026-01-01; service to 2026-12-31; until 2027-03-01.";
    assert!(words(&page).contains(covers), "{page}");
    assert_eq!(manifest["notice"], json!(["general", "part2"]));
    assert_eq!(
        manifest["consent_scope"],
        json!({
            "de_identified": false,
            "kinds": ["progress-note", "letter"],
            "legal_proceedings": false,
            "note_class": null,
            "purposes": ["treat", "coordinate"],
            "service_from": "2026-01-01",
            "service_to": "2026-12-31",
            "signed_on": "2026-11-20",
            "tags": ["sud"],
            "until": "2027-03-01",
        })
    );
    assert!(!page.contains("client\"") && !manifest["consent_scope"].to_string().contains("recipients"));
}

#[test]
fn psychotherapy_notes_say_that_they_stand_apart() {
    let practice = practice("treating-provider", &NAMED);
    practice.ok(&["recipient", "edit", "dr-lee", "--max-label", "V"]);
    let class = ["--kind", "psychotherapy-note", "--purpose", "treat", "--note-class", "psychotherapy"];
    consent(&practice, &class);
    practice.write("note.txt", "A dream.\n");
    practice.ok(&["add", "note.txt", "--client", "mk-01", "--kind", "psychotherapy-note"]);
    let (page, manifest) = shared(&practice, &["@", "--purpose", "treat"]);
    let said = "These are a therapist's separate notes. The client signed for these notes specifically. They are not part of \
                the general record and may not be filed in it.";
    assert!(words(&page).contains(said), "{page}");
    assert_eq!(manifest["notice"], json!(["general", "psychotherapy"]));
}

#[test]
fn whoever_promised_is_reminded_of_what_a_breach_leads_to() {
    let practice = practice("peer-consultant", &NAMED);
    let promise =
        ["agreement", "add", "dr-lee", "--type", "supervision", "--signed-on", "1d", "--may-share", "the task"];
    let rest = ["--may-not-share", "all else", "--consequences", "We end the work.", "--understood", "explained"];
    practice.ok(&[&promise[..], &rest].concat());
    practice.ok(&["training", "add", "dr-lee", "--course", "privacy"]);
    consent(&practice, &["--kind", "progress-note", "--purpose", "treat"]);
    let record = filed(&practice, "note.txt", b"Maria slept.\n", &[]);
    let part = practice.ok(&["excerpt", &record, "--lines", "1", "--de-identify"]).stdout;
    let (page, manifest) = shared(&practice, &[part.trim_end(), "--purpose", "treat"]);
    let reminded = "You promised confidentiality, and agreed what a breach leads to: We end the work.";
    assert!(words(&page).contains(reminded), "{page}");
    let said = "Details that could identify the client were removed. Do not try to work out who this is.";
    assert!(words(&page).contains(said), "{page}");
    assert_eq!(manifest["notice"], json!(["general", "de-identified"]));
}

#[test]
fn what_its_sender_confirmed_stands_in_an_entry_of_its_own() {
    let practice = practice("employer", &NAMED);
    practice.ok(&["recipient", "edit", "dr-lee", "--conflict", "shares an office with the other side"]);
    consent(&practice, &["--kind", "progress-note", "--purpose", "treat"]);
    let record = filed(&practice, "note.txt", b"Slept.\n", &[]);
    let ask = ["share", &record, "--to", "dr-lee", "--purpose", "treat"];
    assert_eq!(crate::agreements::reasons(&practice, &ask), ["E-RECIP-CONFLICT", "E-RECIP-ADVERSE"]);
    let adverse = [&ask[..], &["--adverse-use-reviewed"]].concat();
    assert_eq!(crate::agreements::reasons(&practice, &adverse), ["E-RECIP-CONFLICT"]);
    let conflict = [&ask[..], &["--acknowledge-conflict"]].concat();
    assert_eq!(crate::agreements::reasons(&practice, &conflict), ["E-RECIP-ADVERSE"]);
    assert!(confirmed(&practice).is_empty());
    let done = practice.ok(&[&adverse[..], &["--acknowledge-conflict", "--json"]].concat()).json();
    let entry = &confirmed(&practice)[0];
    assert_eq!(entry["disclosure"], done["disclosures"][0]["id"]);
    assert_eq!(entry["confirmed"], json!(["adverse-use-reviewed", "conflict-acknowledged"]));
    assert_eq!(entry["unscanned"], json!([]));
    // It stands before the disclosure that it is about, under the same head.
    let log = practice.ok(&["ledger", "log", "--limit", "2", "--json"]).json();
    let kinds: Vec<&Value> = log["entries"].as_array().unwrap().iter().map(|entry| &entry["kind"]).collect();
    assert!(kinds.contains(&&json!("disclosure.made")) && kinds.contains(&&json!("disclosure.confirmed")), "{kinds:?}");
    // What was not asked for is not confirmed: the flags alone say nothing.
    recipient_without_faults(&practice);
    let last =
        ["share", &record, "--to", "ben", "--purpose", "treat", "--adverse-use-reviewed", "--acknowledge-conflict"];
    practice.ok(&last);
    assert_eq!(confirmed(&practice).len(), 1);
    practice.ok(&["ledger", "verify"]);
}

fn recipient_without_faults(practice: &Practice) {
    let key = crate::practice::ANA;
    practice.ok(&["recipient", "add", "ben", "--key", key, "--role", "treating-provider", "--verified", "in-person"]);
    let grant =
        ["consent", "grant", "--client", "mk-01", "--to", "ben", "--kind", "progress-note", "--purpose", "treat"];
    practice.ok(&[&grant[..], &["--signed-on", "2026-11-20", "--signed-by", "client"]].concat());
}
