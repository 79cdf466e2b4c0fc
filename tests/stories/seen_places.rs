//! Places where somebody else is named, and what can be done about each: in older encodings, in what has no lines, in more
//! places than are told, in the records of several clients; and what leaves of tags where identifiers were removed.

use serde_json::Value;
use serde_json::json;

use crate::excerpts::filed;
use crate::practice::Practice;
use crate::third_parties::manifest;
use crate::third_parties::nameless::supervised;
use crate::third_parties::opened;
use crate::third_parties::practice;

const SHARE: [&str; 4] = ["--to", "dr-lee", "--purpose", "treat"];

fn reasons(practice: &Practice, args: &[&str]) -> Vec<Value> {
    let error = practice.run(&[args, &["--json"]].concat()).error();
    error["reasons"].as_array().unwrap().clone()
}

fn refusals(practice: &Practice, more: &[&str]) -> Vec<Value> {
    let log = practice.ok(&[&["ledger", "log", "--kind", "disclosure.refused", "--json"], more].concat()).json();
    log["entries"].as_array().unwrap().iter().map(|entry| entry["event"].clone()).collect()
}

#[test]
fn free_tags_stay_at_home_where_identifiers_were_removed() {
    let practice = practice();
    supervised(&practice, &["--tag", "hiv"]);
    let tags = ["-t", "brooklyn", "-t", "mrn4471234", "-t", "seen-2024-05-06", "-t", "hiv"];
    let record = filed(&practice, "note.txt", b"Slept.\nWoke.\n", &tags);
    let part = practice.ok(&["excerpt", &record, "--lines", "1", "--de-identify"]).stdout.trim_end().to_owned();
    practice.ok(&["share", &part, "--to", "dr-lee", "--purpose", "supervise", "-o", "out.age"]);
    let files = opened(&practice, "out.age");
    let all: String = files.values().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect();
    for tag in ["brooklyn", "mrn4471234", "seen-2024"] {
        assert!(!all.contains(tag), "{tag}: {all}");
    }
    assert_eq!(manifest(&files)["records"][0]["tags"], json!(["hiv"]), "what it is about is still said");
}

#[test]
fn what_the_scan_reads_an_excerpt_reads() {
    let practice = practice();
    let record = filed(&practice, "latin.txt", b"Maria came, caf\xe9.\nTomasz Wolny too.\n", &[]);
    let why_not = reasons(&practice, &[&["share", &record], &SHARE[..], &["--dry-run"]].concat());
    let cure = why_not[0]["cure"].as_str().unwrap();
    assert!(cure.ends_with("--redact"), "{why_not:?}");
    let cure: Vec<&str> = cure.split(' ').skip(1).collect();
    practice.ok(&[&cure[..], &["-o", "out.age"]].concat());
    let files = opened(&practice, "out.age");
    let content = files.iter().find(|(name, _)| name.starts_with("records/")).unwrap().1;
    assert_eq!(String::from_utf8_lossy(content), "Maria came, café.\n[participant 2] too.\n");
    let part = practice.ok(&["excerpt", &record, "--lines", "1"]).stdout.trim_end().to_owned();
    assert_eq!(practice.ok(&["show", &part]).stdout, "Maria came, café.\n");
}

#[test]
fn what_has_no_lines_has_a_cure_that_works() {
    let practice = practice();
    let named = filed(&practice, "tomek.png", b"\x89PNG\r\n\x1a\n\0\0", &[]);
    let cure = reasons(&practice, &[&["share", &named], &SHARE[..], &["--redact"]].concat())[0]["cure"].clone();
    assert_eq!(cure, "subrosa add FILE --client mk-01 --kind progress-note --title TEXT");
    practice.write("picture.png", "\u{0}\u{1}");
    let typed = cure.as_str().unwrap().replace("FILE", "picture.png").replace("TEXT", "picture");
    let typed: Vec<&str> = typed.split(' ').skip(1).collect();
    let again = practice.ok(&typed).stdout.trim_end().to_owned();
    practice.ok(&[&["share", &again], &SHARE[..], &["--dry-run", "--why", "asked"]].concat());
    // There is no excerpt of it, so that none is offered where the consent is for excerpts.
    supervised(&practice, &[]);
    let ask = ["--to", "dr-lee", "--purpose", "supervise", "--why", "asked", "--dry-run"];
    for name in ["again.png", "again.bin", "again.txt"] {
        let picture = filed(&practice, name, b"\x89PNG\r\n\x1a\n\0\0", &[]);
        let why_not = reasons(&practice, &[&["share", &picture], &ask[..]].concat());
        assert_eq!(why_not[0]["id"], "E-CONSENT-IDENTITY", "{why_not:?}");
        let cure = why_not[0]["cure"].as_str().unwrap();
        assert!(cure.starts_with("subrosa consent grant ") && !cure.contains("de-identif"), "{name}: {cure}");
    }
    let note = filed(&practice, "note.txt", b"Slept.\nWoke.\n", &[]);
    let why_not = reasons(&practice, &[&["share", &note], &ask[..]].concat());
    assert_eq!(why_not[0]["cure"], format!("subrosa excerpt {note} --lines 1- --de-identify"));
}

#[test]
fn how_many_more_places_there_are_is_said() {
    let practice = practice();
    let record = filed(&practice, "note.txt", "Tomasz came.\n".repeat(25).as_bytes(), &[]);
    let why_not = reasons(&practice, &[&["share", &record], &SHARE[..]].concat());
    assert_eq!(why_not.len(), 20);
    let last = why_not[19]["text"].as_str().unwrap();
    assert!(last.ends_with(", line 20, column 1, and 5 more places"), "{last}");
    assert!(!why_not[18]["text"].as_str().unwrap().contains("more"), "{why_not:?}");
    let said = practice.refused(3, &[&["share", &record], &SHARE[..], &["--dry-run"]].concat());
    assert!(said.stderr.contains("and 5 more places"), "{said:?}");
    assert_eq!(refusals(&practice, &[])[0]["reasons"], json!(["E-THIRDPARTY"]));
    let many = filed(&practice, "many.txt", "Tomasz came.\n".repeat(1100).as_bytes(), &[]);
    let why_not = reasons(&practice, &[&["share", &many], &SHARE[..], &["--dry-run"]].concat());
    assert!(why_not[19]["text"].as_str().unwrap().ends_with("and at least 980 more places"), "{why_not:?}");
}

#[test]
fn a_refusal_is_found_under_each_client() {
    let practice = practice();
    practice.ok(&["client", "add", "ab-03", "--adult"]);
    let mine = filed(&practice, "note.txt", b"Slept.\n", &[]);
    let add = ["add", "note.txt", "--client", "ab-03", "--kind", "progress-note", "--date", "2026-11-20"];
    let other = practice.ok(&add).stdout.trim_end().to_owned();
    assert_eq!(practice.run(&[&["share", &mine, &other], &SHARE[..]].concat()).exit, 3);
    for (client, record) in [("mk-01", &mine), ("ab-03", &other)] {
        let found = refusals(&practice, &["--client", client]);
        assert_eq!(found.len(), 1, "{client}");
        assert_eq!(found[0]["records"], json!([{"record": record, "version": 1}]), "{client}");
    }
}

#[test]
fn how_a_representative_is_reached_is_looked_for() {
    let practice = practice();
    practice.ok(&["recipient", "edit", "mother", "--contact", "12 Rose Street, 917-555-0123, jz@example.org"]);
    let record =
        filed(&practice, "note.txt", b"Somebody called from (917) 555 0123.\njz@example.org wrote.\n12 Rose\n", &[]);
    let why_not = reasons(&practice, &[&["share", &record], &SHARE[..], &["--dry-run"]].concat());
    let at: Vec<&Value> = why_not.iter().map(|reason| &reason["at"]["line"]).collect();
    assert_eq!(at, [&json!(1), &json!(2)], "{why_not:?}");
}

#[test]
fn a_nameless_excerpt_has_no_part_of_the_clients_name() {
    let practice = practice();
    practice.ok(&["client", "edit", "mk-01", "--name", "Rose May"]);
    let record = filed(&practice, "note.txt", b"Rose, 36, cried. \"May\", I said; a rose in may.\nWoke.\n", &[]);
    let part = practice.ok(&["excerpt", &record, "--lines", "1", "--de-identify"]).stdout.trim_end().to_owned();
    assert_eq!(practice.ok(&["show", &part]).stdout, "[name], 36, cried. \"[name]\", I said; a rose in may.\n");
}
