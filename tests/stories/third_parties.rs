//! Other people: whoever is named in what would leave, and is not whom it is about, is told of by place; what leaves instead
//! names nobody; and where identifiers were removed, nothing in the package says whose it is.

pub mod nameless;

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;

use serde_json::Value;
use serde_json::json;

use crate::excerpts::filed;
use crate::practice::Practice;
use crate::practice::Scene;

const SHARE: [&str; 4] = ["--to", "dr-lee", "--purpose", "treat"];

/// The public key of `their.txt`.
const KEY: &str = "AGE-SECRET-KEY-1D8UHUKR09KDVD8RPJMFHYWFS5GV3LKXVAUMUAN6U7WC2JEW86M5S9EAKG7";

/// mk-01, who lets dr-lee have what is shared here; heron-2, of whom much is known; and a mother who acts for heron-2.
pub fn practice() -> Practice {
    static SCENE: Scene = Scene::new();
    SCENE.set(|| {
        let practice = Practice::new();
        practice.ok(&["client", "add", "mk-01", "--name", "Maria Kestrel", "--birth", "2001-05-13"]);
        practice.ok(&["client", "edit", "mk-01", "--also-known", "Mimi", "--phone", "+351 912 345 678"]);
        let other = ["client", "add", "heron-2", "--name", "Tomasz Wolny", "--also-known", "Tomek"];
        let reached = ["--phone", "+351 913 111 222", "--email", "tomasz.wolny@example.org", "--birth", "1987-03-04"];
        practice.ok(&[&other[..], &reached].concat());
        practice.ok(&["recipient", "add", "mother", "--name", "Jadwiga Zielinska"]);
        let acts = ["client", "representative", "heron-2", "--recipient", "mother", "--relationship", "mother"];
        practice.ok(&[&acts[..], &["--authority", "guardian", "--evidence", "order seen"]].concat());
        recipient(&practice, "dr-lee", "treating-provider");
        practice.consent("dr-lee");
        practice
    })
}

/// A recipient whose key is at hand.
pub fn recipient(practice: &Practice, alias: &str, role: &str) {
    let identity: age::x25519::Identity = KEY.parse().unwrap();
    let key = identity.to_public().to_string();
    practice.ok(&["recipient", "add", alias, "--key", &key, "--role", role, "--verified", "in-person"]);
}

/// The files of a package to that recipient.
pub fn opened(practice: &Practice, package: &str) -> BTreeMap<String, Vec<u8>> {
    let callbacks = subrosa::keys::plugin::Callbacks::none();
    let ids = subrosa::keys::identity::IdentityFile::read(KEY.as_bytes(), "key", &mut |_| None, &callbacks).unwrap();
    let file = fs::File::open(practice.path(package)).unwrap();
    let tar = subrosa::seal::open_bytes(file, &ids, None, 1 << 30).unwrap().to_vec();
    let mut files = BTreeMap::new();
    for entry in tar::Archive::new(&tar[..]).entries().unwrap() {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().to_str().unwrap().to_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        files.insert(name, bytes);
    }
    files
}

/// The manifest of a package.
pub fn manifest(files: &BTreeMap<String, Vec<u8>>) -> Value {
    let note = String::from_utf8(files["manifest"].clone()).unwrap();
    let body = note.strip_prefix("subrosa/package/v1\n").unwrap().split("\n\n").next().unwrap();
    serde_json::from_str(body).unwrap()
}

/// The places at which a share is refused for other people's sake; nothing else is wrong with it.
fn places(practice: &Practice, record: &str) -> Vec<(Value, String)> {
    let said = practice.refused(3, &[&["share", record], &SHARE[..], &["--dry-run", "--json"]].concat());
    let error = said.error();
    let place = |reason: &Value| {
        assert_eq!((&reason["id"], &reason["record"]), (&json!("E-THIRDPARTY"), &json!(record)), "{error}");
        for secret in ["Tomasz", "Wolny", "Tomek", "913", "example.org", "heron", "Zieli", "1987"] {
            assert!(!reason.to_string().contains(secret), "{secret}: {reason}");
        }
        (reason["at"].clone(), reason["text"].as_str().unwrap().to_owned())
    };
    error["reasons"].as_array().unwrap().iter().map(place).collect()
}

fn log(practice: &Practice, kind: &str) -> Vec<Value> {
    let log = practice.ok(&["ledger", "log", "--kind", kind, "--json"]).json();
    log["entries"].as_array().unwrap().iter().map(|entry| entry["event"].clone()).collect()
}

#[test]
fn whoever_else_is_named_is_told_with_the_place() {
    let practice = practice();
    for named in [
        "Tomasz Wolny",
        "Wolny",
        "Tomek",
        "heron-2",
        "+351 913 111 222",
        "913-111-222",
        "tomasz.wolny@example.org",
        "1987-03-04",
        "4 March 1987",
        "Jadwiga Zielinska",
        "Zielińska",
    ] {
        let text = format!("Slept better.\nAfter that, é {named} came.\n");
        let record = filed(&practice, "note.txt", text.as_bytes(), &[]);
        let at = json!({"line": 2, "column": 15});
        let found = places(&practice, &record);
        let text = "it names or identifies somebody else: content of ";
        assert_eq!(found.len(), 1, "{named}: {found:?}");
        assert_eq!(found[0].0, at, "{named}");
        assert!(found[0].1.starts_with(text) && found[0].1.ends_with(", line 2, column 15"), "{found:?}");
    }
    // Twice on one page, and on another.
    let record = filed(&practice, "note.txt", b"Tomasz, Wolny.\nx\nTomek\n", &[]);
    let at: Vec<Value> = places(&practice, &record).into_iter().map(|(at, _)| at).collect();
    assert!(at.len() >= 2 && at[0]["line"] == 1 && at.last().unwrap()["line"] == 3, "{at:?}");
}

#[test]
fn whom_it_is_about_may_be_named() {
    let practice = practice();
    let text = "Maria Kestrel (Mimi, mk-01), born 2001-05-13, +351 912 345 678, came with nobody.\n";
    let record = filed(&practice, "maria kestrel.txt", text.as_bytes(), &["--title", "Mimi", "-t", "kestrel"]);
    practice.ok(&[&["share", &record], &SHARE[..]].concat());
    // The same of somebody else's record is a hit.
    practice.ok(&["client", "add", "ab-03", "--adult"]);
    let add = ["add", "maria kestrel.txt", "--client", "ab-03", "--kind", "progress-note", "--date", "2026-11-20"];
    let record = practice.ok(&add).stdout.trim_end().to_owned();
    let said = practice.refused(3, &[&["share", &record], &SHARE[..], &["--dry-run"]].concat());
    assert!(said.stderr.contains("E-THIRDPARTY"), "{said:?}");
}

#[test]
fn file_name_title_and_tag_are_looked_at_too() {
    let practice = practice();
    for (name, more, place, cure) in [
        ("tomasz wolny.txt", &[][..], "file name", "--redact"),
        ("note.txt", &["--title", "Quarrel with Tomek"], "title", "--redact"),
        ("note.txt", &["-t", "heron-2"], "tag", "subrosa tag "),
    ] {
        let record = filed(&practice, name, b"Slept.\n", more);
        let found = places(&practice, &record);
        let text = format!("it names or identifies somebody else: {place} of {record}");
        assert_eq!(found, [(Value::Null, text)], "{place}");
        let error = practice.run(&[&["share", &record], &SHARE[..], &["--dry-run", "--json"]].concat()).error();
        assert!(error["reasons"][0]["cure"].as_str().unwrap().contains(cure), "{error}");
    }
    // A tag stays with an excerpt, so --redact is no way out; without the tag it goes.
    let before = practice.ok(&["list"]).stdout;
    let said = practice.run(&[&["share", "@"], &SHARE[..], &["--redact"]].concat());
    assert!(said.exit == 3 && said.stderr.contains("E-THIRDPARTY"), "{said:?}");
    assert_eq!(practice.ok(&["list"]).stdout, before, "nothing was filed");
    practice.ok(&["tag", "@", "--remove", "heron-2"]);
    practice.ok(&[&["share", "@"], &SHARE[..]].concat());
}

#[test]
fn the_cure_works_as_printed_and_what_leaves_names_nobody() {
    let practice = practice();
    let text = "Maria came late.\nTomasz Wolny called from +351 913 111 222 and left.\n";
    let record = filed(&practice, "with tomek.txt", text.as_bytes(), &["--title", "Tomek's visit"]);
    let refused = practice.run(&[&["share", &record], &SHARE[..], &["--json"]].concat()).error();
    assert_eq!(log(&practice, "disclosure.refused")[0]["reasons"][0], "E-THIRDPARTY");
    let cures: Vec<&str> =
        refused["reasons"].as_array().unwrap().iter().map(|one| one["cure"].as_str().unwrap()).collect();
    assert_eq!(cures.len(), 4, "{refused}");
    assert!(cures.iter().all(|cure| *cure == cures[0]), "{cures:?}");
    let cure: Vec<&str> = cures[0].split(' ').skip(1).collect();
    let said = practice.ok(&[&cure[..], &["-o", "out.age"]].concat());
    assert!(said.stderr.contains(&format!("{record} names other people: r-")), "{said:?}");
    let files = opened(&practice, "out.age");
    for (name, bytes) in &files {
        let text = String::from_utf8_lossy(bytes);
        for secret in ["Tomasz", "Wolny", "Tomek", "tomek", "913"] {
            assert!(!name.contains(secret) && !text.contains(secret), "{secret} in {name}: {text}");
        }
    }
    let manifest = manifest(&files);
    let shared = &manifest["records"][0];
    assert_eq!((&shared["excerpt_of"]["record"], &shared["excerpt_of"]["lines"]), (&json!(record), &json!([[1, 2]])));
    assert_eq!((&shared["excerpt_of"]["de_identified"], &shared["name"]), (&json!(false), &json!("excerpt.txt")));
    let content = files.iter().find(|(name, _)| name.starts_with("records/")).unwrap().1;
    assert_eq!(content, b"Maria came late.\n[participant 2] called from [participant 2] and left.\n");
    assert_eq!(practice.ok(&["show", &record]).stdout, text, "the record itself stays as it is");
    let made = &log(&practice, "disclosure.made")[0];
    assert_eq!(made["records"][0]["record"], shared["record"]);
    practice.ok(&["ledger", "verify"]);
}

#[test]
fn redacting_cures_nothing_else_and_files_nothing_then() {
    let practice = practice();
    let record = filed(&practice, "note.txt", b"Tomasz came.\n", &[]);
    let before = practice.ok(&["list"]).stdout;
    for (wrong, reason) in [
        (&["--to", "dr-lee", "--purpose", "coordinate"][..], "E-CONSENT-PURPOSE"),
        (&["--to", "mother", "--purpose", "treat"], "E-KEY-NONE"),
    ] {
        let args = [&["share", &record], wrong, &["--redact", "--json"]].concat();
        let said = practice.run(&args);
        let reasons = said.error()["reasons"].clone();
        assert_eq!((said.exit, &reasons[0]["id"]), (3, &json!(reason)), "{reasons}");
        assert!(!reasons.to_string().contains("E-THIRDPARTY"), "{reasons}");
        assert_eq!(practice.ok(&["list"]).stdout, before, "nothing was filed");
    }
    // Nor does a dry run file anything.
    practice.ok(&[&["share", &record], &SHARE[..], &["--redact", "--dry-run"]].concat());
    assert_eq!(practice.ok(&["list"]).stdout, before);
}

#[test]
fn what_is_no_text_is_said_to_be_unscanned() {
    let practice = practice();
    let scan = filed(&practice, "scan.png", b"\x89PNG\r\n\x1a\n\0\0Tomasz Wolny", &[]);
    let note = filed(&practice, "note.txt", b"Slept.\n", &[]);
    practice.ok(&[&["share", &note], &SHARE[..]].concat());
    assert!(log(&practice, "disclosure.confirmed").is_empty(), "nothing is to be said");
    let shared = practice.ok(&[&["share", &scan, &note], &SHARE[..], &["--why", "asked", "--json"]].concat()).json();
    let entry = &log(&practice, "disclosure.confirmed")[0];
    assert_eq!(entry["disclosure"], shared["disclosures"][0]["id"]);
    assert_eq!(entry["unscanned"], json!([{"record": scan, "version": 1}]));
    assert_eq!(entry["confirmed"], json!([]));
    let warnings = shared["warnings"].to_string();
    assert!(warnings.contains("may have been missed: 1 record"), "{shared}");
    let quiet = practice.ok(&[&["share", &scan, "-q", "--why", "asked"], &SHARE[..]].concat());
    assert!(quiet.stderr.contains("may have been missed: 1 record"), "{quiet:?}");
    // An older encoding is guessed at: whoever is seen in it is refused, and who is not is told of all the same.
    for (name, bytes, exit) in [
        ("latin.txt", &b"Tomasz Wolny was here, caf\xe9\n"[..], 3),
        ("stray.txt", b"caf\xc3\xa9 \xff\nTomasz Wolny\n", 3),
        ("late.txt", &[&[b'x'; 9000][..], b"\n\xe9\nTomasz Wolny\n"].concat(), 3),
        ("plain.txt", b"a caf\xe9\n", 0),
    ] {
        let record = filed(&practice, name, bytes, &[]);
        let said = practice.run(&[&["share", &record], &SHARE[..], &["--dry-run"]].concat());
        assert_eq!(said.exit, exit, "{name}: {said:?}");
        assert_eq!(said.stderr.contains("E-THIRDPARTY"), exit == 3, "{name}: {said:?}");
        assert_eq!(said.stderr.contains("may have been missed"), exit == 0, "{name}: {said:?}");
    }
    // Its name is looked at all the same, and no excerpt can take its place.
    let named = filed(&practice, "tomek.png", b"\x89PNG\r\n\x1a\n\0\0", &[]);
    let said = practice.run(&[&["share", &named], &SHARE[..], &["--redact", "--json"]].concat());
    assert_eq!(said.exit, 3, "{said:?}");
    assert_eq!(said.error()["reasons"][0]["cure"], "subrosa add FILE --client mk-01 --kind progress-note --title TEXT");
}

#[test]
fn other_people_are_not_named_in_whose_package_it_is() {
    let practice = practice();
    let note = filed(&practice, "note.txt", b"Slept.\n", &[]);
    for (name, exit) in [("School of Tomasz Wolny", 3), ("Dr Lena Wolny", 0), ("Tomasz Wolny", 0), ("Dr Lena Lee", 0)] {
        practice.ok(&["recipient", "edit", "dr-lee", "--name", name]);
        let said = practice.run(&[&["share", &note], &SHARE[..], &["--dry-run", "--json"]].concat());
        assert_eq!(said.exit, exit, "{name}: {said:?}");
        if exit == 3 {
            let reason = said.error()["reasons"][0].clone();
            assert_eq!(
                (&reason["id"], &reason["cure"]),
                (&json!("E-THIRDPARTY"), &json!("subrosa recipient edit dr-lee --name TEXT"))
            );
            assert!(!reason.to_string().contains("Wolny"), "{reason}");
        }
    }
}

#[test]
fn the_page_is_looked_through_as_well() {
    let practice = practice();
    let record = filed(&practice, "note.txt", b"Slept.\n", &[]);
    let promise = ["agreement", "add", "dr-lee", "--type", "staff", "--signed-on", "1d", "--understood", "explained"];
    let rest = ["--may-share", "the task", "--may-not-share", "all else", "--consequences"];
    practice.ok(&[&promise[..], &rest, &["As it was with Tomasz Wolny."]].concat());
    let error = practice.run(&[&["share", &record], &SHARE[..], &["--redact", "--dry-run", "--json"]].concat()).error();
    let reason = &error["reasons"][0];
    assert_eq!((&reason["id"], &reason["record"]), (&json!("E-THIRDPARTY"), &Value::Null));
    assert_eq!(reason["text"], "it names or identifies somebody else: what the agreement says of a breach");
    let cure: Vec<&str> = reason["cure"].as_str().unwrap().split(' ').skip(1).collect();
    practice.ok(&cure);
    practice.ok(&[&["share", &record], &SHARE[..], &["--dry-run"]].concat());
    // The client's own name may stand there.
    practice.ok(&[&promise[..], &rest, &["Maria is told."]].concat());
    practice.ok(&[&["share", &record], &SHARE[..], &["--dry-run"]].concat());
    let text = practice.ok(&["protocol", "show"]).stdout;
    let notice = "[[notice]]\ntext = \"Never again as with Tomek.\"\ncitation = \"our law\"\n";
    practice.write("protocol.toml", &format!("{text}\n{notice}"));
    practice.ok(&["protocol", "adopt", "protocol.toml", "--minor"]);
    let error = practice.run(&[&["share", &record], &SHARE[..], &["--dry-run", "--json"]].concat()).error();
    assert_eq!(error["reasons"][0]["text"], "it names or identifies somebody else: the protocol's words for the page");
    assert_eq!(error["reasons"][0]["cure"], "subrosa protocol edit");
}

/// The limits that `docs/threat-model.md` lists: should the scan learn to see one of them, the page is to say so.
#[test]
fn what_the_scan_does_not_see_is_what_the_page_says() {
    let practice = practice();
    for (alias, name) in [("ab-1", "Yusuf Demir"), ("cd-1", "Will Parker"), ("ef-1", "Li Wu"), ("gh-1", "Maria Ramos")]
    {
        practice.ok(&["client", "add", alias, "--name", name, "--adult"]);
    }
    practice.ok(&["client", "add", "ij-1", "--name", "Alexandra Nunes", "--adult"]);
    for unseen in [
        "\u{422}\u{43e}\u{43c}\u{430}\u{448}", // Томаш
        "Youssef",
        "Tomaz",
        "Alex",
        "T. W.",
        "Li",
        "will",
        "Will it rain?",
        "WILL IT RAIN",
        "VG9tYXN6IFdvbG55",
        "<b>Tom</b>asz",
        "her sister",
        "T/o/m/a/s/z",
        "Maria", // the client of the record, and ab-1's namesake
    ] {
        let record = filed(&practice, "note.txt", format!("{unseen}\n").as_bytes(), &[]);
        let said = practice.run(&[&["share", &record], &SHARE[..], &["--dry-run"]].concat());
        assert_eq!(said.exit, 0, "{unseen} is seen by now: {said:?}");
    }
    for seen in [
        "Tom\u{e0}sz",
        "T\u{43e}masz",
        "To\u{ad}masz",
        "Tom-\nasz",
        "Wolny, Tomasz",
        "T. Wolny",
        "T.W.",
        "T o m a s z",
        "twolny",
        "Tom&aacute;sz",
        "Will Parker",
    ] {
        let record = filed(&practice, "note.txt", format!("Then {seen} came.\n").as_bytes(), &[]);
        let said = practice.run(&[&["share", &record], &SHARE[..], &["--dry-run"]].concat());
        assert_eq!(said.exit, 3, "{seen}: {said:?}");
    }
    // What stays where identifiers are removed.
    let record = filed(&practice, "note.txt", b"Dr. Ng and Ng saw Lisbon in May 2024.\n", &[]);
    let part = practice.ok(&["excerpt", &record, "--lines", "1", "--de-identify"]).stdout.trim_end().to_owned();
    let left = practice.ok(&["show", &part]).stdout;
    assert!(left.contains(" and Ng saw Lisbon in [date 2024]") && !left.contains("Dr. Ng"), "{left}");
}
