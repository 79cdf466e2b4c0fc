//! Plain copies: what leaves the vault unsealed stands in the ledger first, is found again on its machine, and ends.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::symlink;
use std::process::Command;
use std::process::Stdio;

use serde_json::Value;
use snapbox::assert_data_eq;
use snapbox::str;
use subrosa::digest::Digest;

use crate::hardship::is_root;
use crate::practice::NOW;
use crate::practice::Practice;
use crate::practice::mode;

const TEXT: &str = "told in confidence\n";

fn with_record() -> Practice {
    let practice = Practice::new();
    practice.ok(&["client", "add", "mk-01", "--limits-discussed", "2026-11-21"]);
    practice.write("note.txt", TEXT);
    practice.ok(&["add", "note.txt", "--client", "mk-01", "--kind", "progress-note"]);
    practice
}

fn events(practice: &Practice, kind: &str) -> Vec<Value> {
    let log = practice.ok(&["ledger", "log", "--kind", kind, "--json"]).json();
    log["entries"].as_array().unwrap().iter().map(|entry| entry["event"].clone()).collect()
}

/// At which indices of the ledger they stand.
fn entries(practice: &Practice, kind: &str) -> Vec<u64> {
    let log = practice.ok(&["ledger", "log", "--kind", kind, "--json"]).json();
    log["entries"].as_array().unwrap().iter().map(|entry| entry["index"].as_u64().unwrap()).collect()
}

/// Alters the content of the `n`th record.
fn damage(practice: &Practice, n: usize) {
    let object = events(practice, "record.added")[n]["object"].as_str().unwrap().to_owned();
    let found = Command::new("find").arg(practice.vault()).args(["-name", &format!("{object}*")]).output();
    let file = String::from_utf8(found.unwrap().stdout).unwrap().trim().to_owned();
    let mut bytes = fs::read(&file).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&file, bytes).unwrap();
}

/// State of each place, by its last name.
fn swept(practice: &Practice, exit: u8, args: &[&str]) -> Vec<(String, String)> {
    let said = practice.run(&[&["sweep", "--json"], args].concat());
    assert_eq!(said.exit, exit, "{said:?}");
    let copies = said.json()["copies"].as_array().unwrap().clone();
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    let one = |copy: &Value| (word(&copy["path"]).rsplit('/').next().unwrap().to_owned(), word(&copy["state"]));
    copies.iter().map(one).collect()
}

fn pairs(words: &[(&str, &str)]) -> Vec<(String, String)> {
    words.iter().map(|(one, two)| ((*one).to_owned(), (*two).to_owned())).collect()
}

#[test]
fn a_copy_stands_in_the_ledger_is_found_and_ends() {
    let mut practice = with_record();
    let id = practice.ok(&["list"]).stdout[..18].to_owned();
    practice.ok(&["show", "@"]);
    assert!(events(&practice, "export.made").is_empty(), "a pipe leaves no copy of ours");
    practice.ok(&["show", "@", "-o", "copy.txt"]);
    let [made] = &events(&practice, "export.made")[..] else { panic!("one entry") };
    let path = fs::canonicalize(practice.path("copy.txt")).unwrap();
    assert_eq!(made["path"], "[HERE]/copy.txt");
    assert_eq!((&made["path_bytes"], &made["expires"]), (&Value::Null, &"2026-11-22T09:30:00Z".into()));
    assert_eq!(made["path_sha256"], Digest::of(path.to_str().unwrap().as_bytes()).to_string());
    assert_eq!((&made["record"], &made["version"], &made["size"]), (&id.as_str().into(), &1.into(), &19.into()));
    assert_eq!(made["sha256"], Digest::of(TEXT.as_bytes()).to_string());
    assert_eq!((fs::read_to_string(&path).unwrap().as_str(), mode(&path)), (TEXT, 0o600));

    let said = practice.ok(&["sweep"]);
    let times = "2026-11-21T09:30:00Z\t2026-11-22T09:30:00Z";
    assert_eq!(said.stdout, format!("there\t{times}\t\t{id}\t[HERE]/copy.txt\n"));
    practice.now = NOW + 24 * 3600;
    let due = practice.run(&["due", "--json"]);
    let due = due.json()["items"].as_array().unwrap().iter().find(|item| item["class"] == "export").cloned().unwrap();
    assert_eq!(due["command"], "subrosa sweep --wipe");
    assert_eq!(swept(&practice, 7, &[]), pairs(&[("copy.txt", "there")]));
    let said = practice.at_terminal(&[], &["sweep"]);
    assert_data_eq!(
        said.stdout,
        str![[r#"
there  1d 0h  over  [HERE]/copy.txt

"#]]
    );
    assert_eq!(swept(&practice, 0, &["--wipe"]), pairs(&[("copy.txt", "wiped")]));
    assert!(!path.exists());
    assert_eq!(events(&practice, "export.ended")[0]["how"], "wiped");
    assert!(swept(&practice, 0, &[]).is_empty());
    let due = practice.run(&["due", "--json"]).json();
    assert!(due["items"].as_array().unwrap().iter().all(|item| item["class"] != "export"), "{due}");

    // One that somebody deleted: the next sweep writes that down, once.
    practice.ok(&["show", "@", "-o", "copy.txt"]);
    fs::remove_file(&path).unwrap();
    assert_eq!(swept(&practice, 0, &[]), pairs(&[("copy.txt", "gone")]));
    assert_eq!(events(&practice, "export.ended").len(), 2);
    assert!(swept(&practice, 0, &[]).is_empty());
    practice.ok(&["ledger", "verify"]);
}

#[test]
fn only_the_very_copy_is_wiped() {
    let practice = with_record();
    for name in ["same", "changed", "linked", "second", "replaced", "directory"] {
        practice.ok(&["show", "@", "-o", name]);
    }
    fs::write(practice.path("changed"), "more was written\n").unwrap();
    fs::rename(practice.path("linked"), practice.path("moved")).unwrap();
    symlink(practice.path("moved"), practice.path("linked")).unwrap();
    fs::hard_link(practice.path("second"), practice.path("second-name")).unwrap();
    fs::remove_file(practice.path("replaced")).unwrap();
    assert!(Command::new("mkfifo").arg(practice.path("replaced")).status().unwrap().success());
    fs::remove_file(practice.path("directory")).unwrap();
    fs::create_dir(practice.path("directory")).unwrap();
    let left = [("linked", "changed"), ("second", "changed"), ("replaced", "changed"), ("directory", "changed")];
    let look = swept(&practice, 0, &[]);
    assert_eq!(look, pairs(&[&[("same", "there"), ("changed", "changed")], &left[..]].concat()));
    assert_eq!(
        swept(&practice, 7, &["--wipe"]),
        pairs(&[&[("same", "wiped"), ("changed", "changed")], &left[..]].concat())
    );
    assert!(!practice.path("same").exists());
    assert_eq!(fs::read_to_string(practice.path("changed")).unwrap(), "more was written\n");
    for name in ["moved", "second", "second-name"] {
        assert_eq!(fs::read_to_string(practice.path(name)).unwrap(), TEXT, "{name}");
    }
    let said = practice.run(&["sweep", "--wipe"]);
    assert!(said.exit == 7 && said.stderr.contains("changed is not what was written, and is left"), "{said:?}");
    // Whoever deletes it himself is believed.
    for name in ["changed", "linked", "second", "replaced"] {
        fs::remove_file(practice.path(name)).unwrap();
    }
    fs::remove_dir(practice.path("directory")).unwrap();
    assert!(swept(&practice, 0, &[]).iter().all(|(_, state)| state == "gone"));
    assert!(swept(&practice, 0, &["--wipe"]).is_empty());
}

#[test]
fn somebody_elses_file_is_left() {
    let practice = with_record();
    if !is_root() {
        return;
    }
    practice.ok(&["show", "@", "-o", "theirs"]);
    std::os::unix::fs::chown(practice.path("theirs"), Some(65534), None).unwrap();
    assert_eq!(swept(&practice, 7, &["--wipe"]), pairs(&[("theirs", "changed")]));
    assert!(practice.path("theirs").exists());
}

#[test]
fn what_was_not_written_is_said_to_be_gone_and_what_is_refused_is_no_entry() {
    let practice = with_record();
    practice.write("there", "mine\n");
    practice.refused(6, &["show", "@", "-o", "there"]);
    practice.refused(6, &["show", "@", "-o", "vault/copy"]);
    assert_ne!(practice.run(&["show", "@", "-o", "none/copy"]).exit, 0);
    assert!(events(&practice, "export.made").is_empty());
    // The record's content is damaged: nothing is left at the place, and the entries say so.
    damage(&practice, 0);
    assert_eq!(practice.run(&["show", "@", "-o", "copy"]).exit, 5);
    assert!(!practice.path("copy").exists());
    assert_eq!((events(&practice, "export.made").len(), events(&practice, "export.ended").len()), (1, 1));
    assert!(swept(&practice, 0, &[]).is_empty());
}

#[test]
fn a_copy_over_a_copy_is_one_place() {
    let practice = with_record();
    practice.ok(&["show", "@", "-o", "copy"]);
    practice.write("next.txt", "another\n");
    practice.ok(&["add", "next.txt", "--client", "mk-01", "--kind", "progress-note"]);
    practice.ok(&["show", "@", "-o", "copy", "--force"]);
    assert_eq!(swept(&practice, 0, &[]), pairs(&[("copy", "there")]));
    // As after a crash between the entry and its file: the earlier one is still there.
    practice.write("copy", TEXT);
    assert_eq!(swept(&practice, 0, &["--wipe"]), pairs(&[("copy", "wiped")]));
    // Each copy has an end of its own.
    let ended = events(&practice, "export.ended");
    let indices: Vec<u64> = ended.iter().map(|event| event["index"].as_u64().unwrap()).collect();
    assert_eq!(indices, entries(&practice, "export.made"));
    assert!(swept(&practice, 0, &[]).is_empty());
}

#[test]
fn what_did_not_take_the_place_of_a_copy_leaves_it_known() {
    let practice = with_record();
    practice.ok(&["show", "@", "-o", "copy"]);
    practice.write("next.txt", "another\n");
    practice.ok(&["add", "next.txt", "--client", "mk-01", "--kind", "progress-note"]);
    damage(&practice, 1);
    assert_eq!(practice.run(&["show", "@", "-o", "copy", "--force"]).exit, 5);
    assert_eq!(fs::read_to_string(practice.path("copy")).unwrap(), TEXT);
    assert_eq!(swept(&practice, 0, &[]), pairs(&[("copy", "there")]));
    assert_eq!(swept(&practice, 0, &["--wipe"]), pairs(&[("copy", "wiped")]));
}

#[test]
fn of_two_at_once_the_one_that_is_there_is_known() {
    let practice = with_record();
    for name in ["one", "two", "three"] {
        let show = || {
            let mut command = Command::new(env!("CARGO_BIN_EXE_subrosa"));
            let (from, home) = (practice.path(""), practice.path("home"));
            command.current_dir(from).args(["show", "@", "-o", name, "--batch", "--accept-clock"]);
            command.env_clear().env("HOME", home).env("SUBROSA_VAULT", "vault").env("SUBROSA_IDENTITY", "me.txt");
            command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
        };
        let mut both = [show(), show()];
        let mut ended = both.each_mut().map(|one| one.wait().unwrap().code());
        ended.sort_unstable();
        assert_eq!(ended, [Some(0), Some(6)]);
        assert!(practice.path(name).exists());
    }
    let there = ["one", "two", "three"].map(|name| (name, "there"));
    assert_eq!(swept(&practice, 0, &[]), pairs(&there));
}

#[test]
fn what_a_killed_process_left_beside_a_place_is_found() {
    let practice = with_record();
    practice.ok(&["show", "@", "-o", "copy"]);
    // As it is left between the entry and the rename.
    let part = practice.path(".subrosa-abcdef.part");
    fs::rename(practice.path("copy"), &part).unwrap();
    let held = fs::File::open(&part).unwrap();
    held.try_lock().unwrap();
    // Somebody writes it: nobody knows yet how that ends.
    assert_eq!(swept(&practice, 0, &["--wipe"]), pairs(&[("copy", "gone")]));
    assert!(events(&practice, "export.ended").is_empty());
    drop(held);
    assert_eq!(swept(&practice, 0, &[]), pairs(&[("copy", "unfinished")]));
    assert_eq!(swept(&practice, 0, &["--wipe"]), pairs(&[("copy", "wiped")]));
    assert!(!part.exists());
}

#[test]
fn a_path_that_is_no_text_is_kept_exactly() {
    let practice = with_record();
    let name = OsString::from_vec(b"c\xffpy\n".to_vec());
    let (mut host, _) = practice.host();
    let args = ["subrosa", "show", "@", "-o"].map(OsString::from).into_iter().chain([name.clone()]);
    assert_eq!(subrosa::cli::run(args, &mut host), 0);
    let path = practice.path("").join(&name);
    assert!(path.exists());
    let made = &events(&practice, "export.made")[0];
    assert!(made["path"].as_str().unwrap().ends_with("/c\\xffpy\\x0a"), "{made}");
    assert!(made["path_bytes"].is_string());
    assert_eq!(swept(&practice, 0, &["--wipe"])[0].1, "wiped");
    assert!(!path.exists());
}

#[test]
fn pages_of_consents_are_copies_too() {
    let practice = with_record();
    practice.ok(&["recipient", "add", "dr-lee"]);
    let grant = ["consent", "grant", "--client", "mk-01", "--to", "dr-lee", "--kind", "letter", "--purpose", "treat"];
    let signed = ["--signed-on", "2026-11-21", "--signed-by", "client", "--no-expiry"];
    let said = practice.run(&[&grant[..], &signed[..]].concat());
    let id = said.stdout.trim().to_owned();
    practice.ok(&["consent", "form", &id, "-o", "form.txt"]);
    practice.run(&["consent", "receipt", &id, "-o", "receipt.txt"]);
    let made = events(&practice, "export.made");
    assert_eq!(made.len(), 2, "{made:?}");
    assert!(made.iter().all(|made| made["record"].is_null()));
    assert_eq!(swept(&practice, 0, &["--wipe"]), pairs(&[("form.txt", "wiped"), ("receipt.txt", "wiped")]));
}

#[test]
fn a_machine_knows_its_copies_under_the_next_ledger_and_no_others() {
    let practice = with_record();
    practice.ok(&["show", "@", "-o", "before"]);
    practice.ok(&["ledger", "rotate-key", "--batch"]);
    practice.ok(&["show", "@", "-o", "after"]);
    let machines: Vec<_> = events(&practice, "export.made").iter().map(|made| made["machine"].clone()).collect();
    assert_ne!(machines[0], machines[1], "an id for each ledger");
    assert_eq!(swept(&practice, 0, &[]), pairs(&[("before", "there"), ("after", "there")]));
    assert_eq!(swept(&practice, 0, &["--wipe"]), pairs(&[("before", "wiped"), ("after", "wiped")]));
    assert_eq!(events(&practice, "export.ended").len(), 2);

    // On another computer they are said to be elsewhere.
    practice.ok(&["show", "@", "-o", "copy"]);
    fs::remove_dir_all(practice.path("home")).unwrap();
    let said = practice.ok(&["sweep"]);
    assert!(said.stdout.is_empty() && said.stderr.contains("other computers wrote 1 more"), "{said:?}");
    // And a copy is not made where it cannot be written down.
    practice.refused(3, &["show", "@", "-o", "second"]);
    assert!(!practice.path("second").exists());
}
