//! Somebody asks after a person: the reply is the same whoever is asked after, and nobody is looked up.

use crate::practice::Practice;

#[test]
fn the_reply_is_the_same_to_the_byte_whoever_is_asked_after() {
    let practice = Practice::new();
    practice.ok(&["client", "add", "mk-01", "--name", "Maria Kestrel", "--adult"]);
    let ask = |from: &str, more: &[&str]| practice.ok(&[&["inquiry", "add", "--from", from], more].concat());
    let known = ask("Rita Kestrel", &["--claims-relation", "mother", "--asks", "Is Maria Kestrel, mk-01, with you?"]);
    let unknown = ask("Nobody", &["--asks", "Is Zoe Quill with you?"]);
    let bare = ask("a caller", &[]);
    assert_eq!((&known.stdout, &known.stdout), (&unknown.stdout, &bare.stdout));
    assert!(known.stdout.contains("neither confirm nor deny"), "{known:?}");
    for said in [&known, &unknown] {
        assert!(said.stderr.starts_with("subrosa: kept as q-") && !said.stderr.contains("mk-01"), "{said:?}");
        assert!(!said.whole().contains("Kestrel"), "{said:?}");
    }
    let logged = practice.ok(&["ledger", "log", "--kind", "inquiry.logged", "--json"]).json();
    let logged = logged["entries"].as_array().unwrap();
    assert_eq!(logged.len(), 3);
    let first = logged.iter().find(|entry| entry["event"]["from"] == "Rita Kestrel").unwrap();
    assert_eq!(first["event"]["claims_relation"], "mother");
    // It is in nobody's file.
    assert!(logged.iter().all(|entry| entry["client"].is_null() && entry["recipient"].is_null()));
    let json = ask("a caller", &["--json"]).json();
    assert_eq!((&json["schema"], &json["state"]), (&"subrosa/inquiry-add/1".into(), &"logged".into()));
    assert_eq!(json["reply"], known.stdout.as_str());
    practice.refused(2, &["inquiry", "add"]);
    practice.refused(2, &["inquiry", "add", "--from", "x", "--claims-relation", "PRN"]);
    assert!(practice.ok(&["ledger", "verify"]).stdout.starts_with("CONTINUOUS\t"));
}

#[test]
fn nothing_that_was_typed_reaches_the_catalogue() {
    let sources = ["src/cli/command/inquiry.rs", "src/hearing/inquiries.rs"];
    for source in sources {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(source);
        let text = std::fs::read_to_string(path).unwrap();
        for word in [".catalog()", "names::", "Who::", "scan::"] {
            assert!(!text.contains(word), "{source} looks somebody up: {word}");
        }
    }
}
