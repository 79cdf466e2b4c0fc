//! Excerpts: some lines of a record as a record of their own, with other people's names put out or identifiers removed; what
//! was removed is told by kind and number, and never by what stood there.

use std::fs;

use serde_json::Value;
use serde_json::json;

use crate::practice::LEE;
use crate::practice::Practice;
use crate::practice::Scene;
use crate::practice::chmod;

const TEXT: &str = "one\ntwo\nthree\nfour\nfive\nsix\n";

/// The clients mk-01, whom the records are about, and rosa-2, another.
pub fn practice() -> Practice {
    static SCENE: Scene = Scene::new();
    SCENE.set(|| {
        let practice = Practice::new();
        let phone = ["--phone", "+351 912 345 678"];
        let client = ["client", "add", "mk-01", "--name", "Maria Kestrel", "--also-known", "Mimi", "--adult"];
        practice.ok(&[&client[..], &phone].concat());
        practice.ok(&["client", "add", "heron-2", "--name", "Tomasz Wolny", "--birth", "1987-03-04"]);
        practice
    })
}

/// Files a text of mk-01; its id.
pub fn filed(practice: &Practice, name: &str, bytes: &[u8], more: &[&str]) -> String {
    fs::write(practice.path(name), bytes).unwrap();
    chmod(&practice.path(name), 0o600);
    let add = ["add", name, "--client", "mk-01", "--kind", "progress-note"];
    practice.ok(&[&add[..], more].concat()).stdout.trim_end().to_owned()
}

fn excerpt(practice: &Practice, of: &str, args: &[&str]) -> Value {
    practice.ok(&[&["excerpt", of], args, &["--json"]].concat()).json()
}

fn content(practice: &Practice, id: &Value) -> String {
    practice.ok(&["show", id.as_str().unwrap()]).stdout
}

fn last(practice: &Practice) -> Value {
    let log = practice.ok(&["ledger", "log", "--limit", "1", "--json"]).json();
    log["entries"][0]["event"].clone()
}

#[test]
fn passages_come_into_one_excerpt_with_a_gap_between_them() {
    let practice = practice();
    let origin = filed(&practice, "note.txt", TEXT.as_bytes(), &[]);
    for (lines, text, kept) in [
        (&["2-3"][..], "two\nthree\n", json!([[2, 3]])),
        (&["4"], "four\n", json!([[4, 4]])),
        (&["1-6"], TEXT, json!([[1, 6]])),
        (&["1-2", "5-6"], "one\ntwo\n[...]\nfive\nsix\n", json!([[1, 2], [5, 6]])),
        (&["5", "1", "3"], "one\n[...]\nthree\n[...]\nfive\n", json!([[1, 1], [3, 3], [5, 5]])),
        // What touches or overlaps is one passage.
        (&["1-3", "2-4"], "one\ntwo\nthree\nfour\n", json!([[1, 4]])),
        (&["3-4", "1-2"], "one\ntwo\nthree\nfour\n", json!([[1, 4]])),
        (&["2", "2", "1-6"], TEXT, json!([[1, 6]])),
    ] {
        let args: Vec<&str> = lines.iter().flat_map(|lines| ["--lines", lines]).collect();
        let made = excerpt(&practice, &origin, &args);
        assert_eq!(content(&practice, &made["id"]), text, "{lines:?}");
        let of = json!({"record": origin, "version": 1, "lines": kept, "de_identified": false});
        assert_eq!(made["record"]["excerpt_of"], of, "{lines:?}");
        assert_eq!(last(&practice)["excerpt_of"]["of_lines"], 6);
        assert_eq!((&made["redacted"], &made["removed"]), (&json!(0), &json!([])));
    }
    practice.ok(&["ledger", "verify"]);
}

#[test]
fn all_lines_are_the_whole_record_and_a_part_of_a_part_is_a_part() {
    let practice = practice();
    let origin = filed(&practice, "note.txt", b"one\ntwo\nthree\n\n \n", &[]);
    let reasons = |lines: &[&str], of: &str| {
        let cut = |lines: &&str| excerpt(&practice, of, &["--lines", lines])["id"].as_str().unwrap().to_owned();
        let parts: Vec<String> = lines.iter().map(cut).collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let to = ["--to", "dr-lee", "--purpose", "supervise", "--dry-run", "--json"];
        let said = practice.run(&[&["share"], &parts[..], &to].concat());
        (parts[0].to_owned(), said.stderr.contains("\"E-MINIMUM\""))
    };
    practice.ok(&["recipient", "add", "dr-lee", "--role", "supervisor"]);
    assert!(reasons(&["1-"], &origin).1);
    assert!(reasons(&["1-3"], &origin).1, "blank lines are nothing left out");
    assert!(reasons(&["1-2", "3-5"], &origin).1);
    let (part, is_whole) = reasons(&["1-2"], &origin);
    assert!(!is_whole);
    assert!(!reasons(&["1-"], &part).1);
    let (whole, _) = reasons(&["1-5"], &origin);
    assert!(reasons(&["1-5"], &whole).1);
}

#[test]
fn lines_that_are_not_there_are_no_passage() {
    let practice = practice();
    let origin = filed(&practice, "note.txt", TEXT.as_bytes(), &[]);
    for lines in ["0", "0-2", "3-2", "6-7", "7", "1-99999999999999999999", "-3", "9-", "a-b", "1-2-3", "", "+1", "1,3"]
    {
        let said = practice.refused(2, &["excerpt", &origin, &format!("--lines={lines}")]);
        assert!(!said.stderr.contains("three"), "{said:?}");
    }
    // To the end, wherever that is.
    let rest = practice.ok(&["excerpt", &origin, "--lines", "4-", "--json"]).json();
    assert_eq!(rest["record"]["excerpt_of"]["lines"], serde_json::json!([[4, 6]]), "{rest}");
    // One wrong passage among good ones, and none at all.
    practice.refused(2, &["excerpt", &origin, "--lines", "1-2", "--lines", "5-9"]);
    let said = practice.refused(2, &["excerpt", &origin]);
    assert!(said.stderr.contains("--lines"), "{said:?}");
    practice.refused(4, &["excerpt", "r-zzzz", "--lines", "1"]);
    practice.here();
    let said = practice.at_terminal(&["2-3"], &["excerpt", &origin]);
    assert!(said.exit == 0 && said.stdout.contains("is filed, label R"), "{said:?}");
}

#[test]
fn what_is_no_text_has_no_lines_and_what_is_empty_has_none() {
    let practice = practice();
    for (name, bytes) in [
        ("scan.png", &b"\x89PNG\r\n\x1a\n\0\0one\ntwo\n"[..]),
        ("paper.pdf", b"%PDF-1.7\none\ntwo\n"),
        ("odd.txt", b"one\n\0two\n"),
    ] {
        let origin = filed(&practice, name, bytes, &[]);
        let said = practice.refused(1, &["excerpt", &origin, "--lines", "1"]);
        assert!(said.stderr.contains("is no text"), "{name}: {said:?}");
    }
    let origin = filed(&practice, "empty.txt", b"", &[]);
    let said = practice.refused(2, &["excerpt", &origin, "--lines", "1"]);
    assert!(said.stderr.contains("has 0 lines"), "{said:?}");
}

#[test]
fn other_line_ends_and_other_texts_are_read_as_they_are_meant() {
    let practice = practice();
    let wide = |text: &str, to: fn(u16) -> [u8; 2], mark: u16| {
        [mark].into_iter().chain(text.encode_utf16()).flat_map(to).collect::<Vec<u8>>()
    };
    let text = "um\r\ndois João Kestrel\r\ntrês";
    for (name, bytes) in [
        ("crlf.txt", text.as_bytes().to_vec()),
        ("mark.txt", [b"\xef\xbb\xbf", text.as_bytes()].concat()),
        ("little.txt", wide(text, u16::to_le_bytes, 0xfeff)),
        ("big.txt", wide(text, u16::to_be_bytes, 0xfeff)),
    ] {
        let origin = filed(&practice, name, &bytes, &[]);
        let made = excerpt(&practice, &origin, &["--lines", "2-3"]);
        assert_eq!(content(&practice, &made["id"]), "dois João Kestrel\ntrês\n", "{name}");
        assert_eq!(content(&practice, &excerpt(&practice, &origin, &["--lines", "1"])["id"]), "um\n", "{name}");
        practice.refused(2, &["excerpt", &origin, "--lines", "4"]);
    }
}

#[test]
fn other_people_become_numbers_and_the_client_keeps_the_name() {
    let practice = practice();
    let text = "Maria came.\nTomasz Wolny shouted; Wolny (born 04/03/1987, heron-2) left.\nMimi stayed.\n";
    let origin = filed(&practice, "note.txt", text.as_bytes(), &[]);
    let made = excerpt(&practice, &origin, &["--lines", "1-3", "--redact"]);
    let redacted = content(&practice, &made["id"]);
    assert!(redacted.starts_with("Maria came.\n[participant 2] shouted; [participant 2] (born "), "{redacted}");
    assert!(redacted.ends_with(" left.\nMimi stayed.\n") && !redacted.contains("1987"), "{redacted}");
    assert_eq!((&made["redacted"], &made["removed"]), (&json!(4), &json!([])));
    let said = practice.ok(&["excerpt", &origin, "--lines", "1-3", "--redact"]);
    assert!(said.stderr.contains("names of other people put out: 4 places"), "{said:?}");
    // Where there was nobody, that is said too.
    let said = practice.ok(&["excerpt", &origin, "--lines", "1", "--redact"]);
    assert!(said.stderr.contains("names of other people put out: 0 places"), "{said:?}");
}

#[test]
fn what_was_removed_is_told_by_kind_and_number_and_never_by_what_it_was() {
    let practice = practice();
    let text =
        "Maria Kestrel, 13 May 2024, call +351 912 345 678.\nTomasz wrote to a.b@example.org from Lisbon.\nSlept.\n";
    let origin = filed(&practice, "note.txt", text.as_bytes(), &[]);
    let args = ["excerpt", &origin, "--lines", "1-3", "--de-identify"];
    let said = practice.ok(&[&args[..], &["--json"]].concat());
    let made = said.json();
    let left = content(&practice, &made["id"]);
    for secret in ["Maria", "Kestrel", "May", "912", "Tomasz", "example.org", "heron"] {
        assert!(!left.contains(secret) && !said.stdout.contains(&format!("\"{secret}")), "{secret}: {left}");
        assert!(!said.stderr.contains(secret), "{secret}: {said:?}");
    }
    assert!(left.contains("2024") && left.ends_with("Slept.\n") && left.lines().count() == 3, "{left}");
    let count = |category: &str| {
        let removed = made["removed"].as_array().unwrap();
        removed.iter().find(|one| one["category"] == category).map_or(0, |one| one["count"].as_u64().unwrap())
    };
    assert_eq!(["names", "dates", "phones", "emails"].map(count), [2, 1, 1, 1]);
    assert_eq!(made["record"]["excerpt_of"]["de_identified"], true);
    let told = practice.ok(&args).stderr;
    let words = "identifiers removed, as far as text shows them: names on file, and whoever is named with a title 2, ";
    assert!(told.contains(words) && !told.contains("anonym"), "{told}");
    for secret in ["Maria", "912", "Tomasz", "example.org"] {
        assert!(!told.contains(secret), "{told}");
    }
    let told = practice.ok(&["excerpt", &origin, "--lines", "3", "--de-identify"]).stderr;
    assert!(told.contains("identifiers removed, as far as text shows them: none was found"), "{told}");
}

#[test]
fn an_excerpt_of_an_excerpt_names_it_and_stays_nameless() {
    let practice = practice();
    let origin = filed(&practice, "note.txt", b"Maria slept.\ntwo\nthree\n", &[]);
    let first = excerpt(&practice, &origin, &["--lines", "1-2", "--de-identify"]);
    let first = first["id"].as_str().unwrap();
    let second = excerpt(&practice, first, &["--lines", "1", "--redact"]);
    let of = json!({"record": first, "version": 1, "lines": [[1, 1]], "de_identified": true});
    assert_eq!(second["record"]["excerpt_of"], of);
    assert_eq!(content(&practice, &second["id"]), "[name] slept.\n");
    // Who has the second has a part of the origin.
    let add = ["recipient", "add", "dr-lee", "--key", LEE, "--role", "treating-provider", "--verified", "in-person"];
    practice.ok(&add);
    practice.consent("dr-lee");
    practice.ok(&["share", second["id"].as_str().unwrap(), "--to", "dr-lee", "--purpose", "treat"]);
    let known = practice.ok(&["whoknows", &origin, "--json"]).json();
    assert_eq!(known["disclosures"][0]["records"][0]["id"], second["id"], "{known}");
}

#[test]
fn what_somebody_edited_is_not_taken_for_nameless() {
    let practice = practice();
    let origin = filed(&practice, "note.txt", b"Maria slept.\n", &[]);
    let made = excerpt(&practice, &origin, &["--lines", "1", "--de-identify"]);
    let id = made["id"].as_str().unwrap();
    practice.write("editor.sh", "#!/bin/sh\necho 'In Rua Augusta 7.' >> \"$1\"\n");
    chmod(&practice.path("editor.sh"), 0o700);
    let (host, ends) = practice.host();
    let host = host.with_var("EDITOR", practice.path("editor.sh").to_str().unwrap());
    let edited = practice.run_in((host, ends), &["edit", id, "--json"]).json();
    assert_eq!(edited["record"]["excerpt_of"]["de_identified"], false, "{edited}");
    assert_eq!(edited["record"]["excerpt_of"]["record"], origin);
    let again = excerpt(&practice, id, &["--lines", "1-2", "--de-identify"]);
    assert_eq!(again["record"]["excerpt_of"]["de_identified"], true);
    assert!(!content(&practice, &again["id"]).contains("Augusta"));
}

#[test]
fn label_kind_tags_and_date_are_the_origin_s_and_its_name_and_title_are_not() {
    let practice = practice();
    let more = ["--title", "Maria, third session", "--date", "2026-11-10", "-t", "hiv", "-t", "sleep"];
    let origin =
        filed(&practice, "maria kestrel.txt", TEXT.as_bytes(), &[&more[..], &["--kind", "form"]].concat()[..8]);
    practice.ok(&["tag", &origin, "+psythpn"]);
    let made = excerpt(&practice, &origin, &["--lines", "1"])["record"].clone();
    let whole = practice.ok(&["info", &origin, "--json"]).json()["record"].clone();
    for same in ["client", "kind", "label", "tags", "date", "setting"] {
        assert_eq!(made[same], whole[same], "{same}");
    }
    assert_eq!((&made["label"], &made["tags"]), (&json!("V"), &json!(["hiv", "psythpn", "sleep"])));
    assert_eq!((&made["name"], &made["title"], &made["version"]), (&json!("excerpt.txt"), &Value::Null, &json!(1)));
    let made = excerpt(&practice, &origin, &["--lines", "1", "--title", "On sleep"]);
    assert_eq!(made["record"]["title"], "On sleep");
}

#[test]
fn where_several_look_taking_lines_leaves_an_entry_and_failing_to_none() {
    let practice = practice();
    let origin = filed(&practice, "note.txt", TEXT.as_bytes(), &[]);
    let made = excerpt(&practice, &origin, &["--lines", "1"]);
    assert_eq!(practice.run(&["ledger", "log", "--kind", "record.accessed", "--json"]).exit, 0);
    let accessed = || practice.ok(&["ledger", "log", "--kind", "record.accessed", "--json"]).json()["entries"].clone();
    assert_eq!(accessed(), json!([]), "one owner looks unseen: {made}");
    practice.ok(&["owner", "add", LEE, "--alias", "lee"]);
    practice.refused(2, &["excerpt", &origin, "--lines", "9"]);
    let made = excerpt(&practice, &origin, &["--lines", "2"]);
    assert_eq!(last(&practice)["record"], made["id"], "both entries come together, this one last");
    let seen = &accessed()[0]["event"];
    assert_eq!((&seen["how"], &seen["record"], &seen["version"]), (&json!("excerpt"), &json!(origin), &json!(1)));
    assert_eq!(accessed().as_array().unwrap().len(), 1);
    practice.ok(&["ledger", "verify"]);
}

#[test]
fn nothing_more_is_filed_of_a_client_who_was_closed() {
    let practice = practice();
    let origin = filed(&practice, "note.txt", TEXT.as_bytes(), &[]);
    practice.ok(&["owner", "add", LEE, "--alias", "lee"]);
    practice.ok(&["client", "close", "mk-01"]);
    let said = practice.refused(3, &["excerpt", &origin, "--lines", "1"]);
    assert!(said.stderr.contains("closed"), "{said:?}");
}
