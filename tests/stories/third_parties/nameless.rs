//! Where identifiers were removed nothing in the package says whose it is.

use std::fs;

use serde_json::Value;
use serde_json::json;

use super::log;
use super::manifest;
use super::opened;
use super::practice;
use crate::excerpts::filed;
use crate::machine::Machine;
use crate::practice::Practice;
use crate::practice::chmod;

/// A supervisor who is in order, and a consent for what has its identifiers removed.
pub fn supervised(practice: &Practice, more: &[&str]) {
    practice.ok(&["recipient", "edit", "dr-lee", "--role", "supervisor"]);
    let promise = ["agreement", "add", "dr-lee", "--type", "supervision", "--signed-on", "1d", "--standard"];
    practice.ok(&[&promise[..], &["--understood", "explained"]].concat());
    practice.ok(&["training", "add", "dr-lee", "--course", "privacy"]);
    let grant =
        ["consent", "grant", "--client", "mk-01", "--to", "dr-lee", "--kind", "progress-note", "--kind", "scan"];
    let signed = ["--purpose", "supervise", "--signed-on", "2026-11-20", "--signed-by", "client", "--de-identified"];
    practice.ok(&[&grant[..], &signed, more].concat());
}

#[test]
fn a_nameless_share_says_nowhere_whose_it_is() {
    let practice = practice();
    supervised(&practice, &["--service-dates", "2026-11-01..2026-11-20"]);
    practice.ok(&["client", "edit", "mk-01", "--part2"]);
    let text = "Maria Kestrel slept.\nTomasz came on 13 May 2024.\nThe end.\n";
    let more = ["--title", "Mimi", "--date", "2026-11-10"];
    let record = filed(&practice, "kestrel.txt", text.as_bytes(), &more);
    let ask = ["--to", "dr-lee", "--purpose", "supervise"];
    let why_not = crate::agreements::reasons(&practice, &[&["share", &record], &ask[..]].concat());
    assert!(why_not.contains(&"E-CONSENT-IDENTITY".to_owned()), "{why_not:?}");
    let cut = ["excerpt", &record, "--lines", "1-2", "--de-identify", "--title", "Mimi, first lines"];
    let part = practice.ok(&cut).stdout.trim_end().to_owned();
    // A title that says it stops it, though titles do not leave; the cure works.
    let error = practice.run(&[&["share", &part], &ask[..], &["--json"]].concat()).error();
    let cure = error["reasons"][0]["cure"].as_str().unwrap();
    assert!(cure.ends_with("--redact"), "{error}");
    let cure: Vec<&str> = cure.split(' ').skip(1).collect();
    let shared = practice.ok(&[&cure[..], &["-o", "out.age", "--json"]].concat()).json();
    let obliged: Vec<&str> = shared["disclosures"][0]["obligations"].as_array().unwrap().iter().map(id_of).collect();
    assert_eq!(obliged, ["attach-notice", "attach-consent-copy-or-scope", "request-ack", "deidentify"]);

    let files = opened(&practice, "out.age");
    let all: String = files.iter().map(|(name, bytes)| format!("{name}\n{}", String::from_utf8_lossy(bytes))).collect();
    for secret in ["Maria", "Kestrel", "kestrel", "Mimi", "mk-01", "Tomasz", "13 May", "first lines", "2026-11-10"] {
        assert!(!all.contains(secret), "{secret}: {all}");
    }
    let manifest = manifest(&files);
    assert_eq!(manifest["client"], Value::Null);
    assert_eq!(manifest["records"][0]["name"], Value::Null);
    assert_eq!(manifest["notice"], json!(["general", "part2", "de-identified"]));
    for day in ["service_from", "service_to", "signed_on", "until"] {
        assert_eq!(manifest["consent_scope"][day], Value::Null, "{day}");
    }
    let notice = String::from_utf8(files["NOTICE.txt"].clone()).unwrap();
    let words = notice.split_whitespace().collect::<Vec<_>>().join(" ");
    let part = words.split("What is in it").nth(1).unwrap();
    for said in ["Do not try to work out who this is.", "service from 2026; service to 2026; until 2027."] {
        assert!(words.contains(said), "{said}: {notice}");
    }
    assert!(part.starts_with(" (1 record): 2026 progress note r-"), "{notice}");
    assert!(files.keys().any(|name| name.ends_with("/0001-record")), "{:?}", files.keys());
    // The ledger knows whose it was.
    assert!(log(&practice, "disclosure.made")[0]["client"].is_string());
}

fn id_of(value: &Value) -> &str {
    value["id"].as_str().unwrap()
}

#[test]
fn what_cannot_be_read_is_not_shared_as_nameless() {
    let practice = practice();
    supervised(&practice, &[]);
    let scan = filed(&practice, "scan.png", b"\x89PNG\r\n\x1a\n\0\0", &[]);
    practice.refused(1, &["excerpt", &scan, "--lines", "1", "--de-identify"]);
    let ask = ["--to", "dr-lee", "--purpose", "supervise", "--why", "asked"];
    let why_not = crate::agreements::reasons(&practice, &[&["share", &scan], &ask[..]].concat());
    assert_eq!(why_not, ["E-CONSENT-IDENTITY"]);
    let note = filed(&practice, "note.txt", b"Slept.\n", &[]);
    let part = practice.ok(&["excerpt", &note, "--lines", "1", "--de-identify"]).stdout.trim_end().to_owned();
    let why_not = crate::agreements::reasons(&practice, &[&["share", &part, &scan], &ask[..]].concat());
    assert_eq!(why_not, ["E-CONSENT-IDENTITY"], "nor beside what is");
    practice.ok(&[&["share", &part], &ask[..]].concat());
}

#[test]
fn who_is_found_in_a_nameless_text_later_is_put_out_once() {
    let practice = practice();
    supervised(&practice, &[]);
    let note = filed(&practice, "note.txt", b"Called herself Bluebell today.\nSlept.\n", &[]);
    let part = practice.ok(&["excerpt", &note, "--lines", "1", "--de-identify"]).stdout.trim_end().to_owned();
    practice.ok(&["client", "edit", "mk-01", "--also-known", "Bluebell"]);
    let ask = ["share", &part, "--to", "dr-lee", "--purpose", "supervise"];
    assert_eq!(crate::agreements::reasons(&practice, &ask), ["E-THIRDPARTY"], "whom it is about is somebody, too");
    let before = practice.ok(&["list"]).stdout.lines().count();
    practice.ok(&[&ask[..], &["--redact", "-o", "out.age"]].concat());
    assert_eq!(practice.ok(&["list"]).stdout.lines().count(), before + 1);
    let files = opened(&practice, "out.age");
    assert!(!String::from_utf8_lossy(&files["manifest"]).contains("Bluebell"));
    assert_eq!(manifest(&files)["client"], Value::Null);
}

#[test]
fn stock_tools_find_nobody_in_a_nameless_package() {
    let machine = Machine::new();
    let sup = ["recipient", "edit", "dr-lee", "--role", "peer-consultant"];
    machine.ok(&sup);
    let promise = ["agreement", "add", "dr-lee", "--type", "supervision", "--signed-on", "1d", "--standard"];
    machine.ok(&[&promise[..], &["--understood", "explained"]].concat());
    machine.ok(&["training", "add", "dr-lee", "--course", "privacy"]);
    let grant = ["consent", "grant", "--client", "mk-01", "--to", "dr-lee", "--kind", "progress-note"];
    let signed = ["--purpose", "treat", "--signed-on", "1d", "--signed-by", "client", "--de-identified"];
    machine.ok(&[&grant[..], &signed].concat());
    let record = machine.add("Maria Kestrel slept.\n");
    let part = machine.ok(&["excerpt", &record, "--lines", "1", "--de-identify"]).trim_end().to_owned();
    machine.ok(&["share", &part, "--to", "dr-lee", "--purpose", "treat", "-o", "out.age"]);
    chmod(&machine.path("out.age"), 0o600);
    machine.unpack(&machine.path("out.age"), "lee.txt");
    let files = machine.files("unpacked-out.age");
    assert_eq!(files.len(), 3, "{files:?}");
    for file in files {
        let text = String::from_utf8_lossy(&fs::read(&file).unwrap()).into_owned();
        for secret in ["Maria", "Kestrel", "mk-01"] {
            assert!(!text.contains(secret) && !file.to_string_lossy().contains(secret), "{secret}: {file:?}");
        }
    }
}
