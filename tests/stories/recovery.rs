//! Recovery as its users meet it: what is said of a vault that is older, torn, copied or a stranger's, what leads out of
//! it, and that nothing which was at hand is lost on the way. Two computers are two homes.

mod elsewhere;

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use serde_json::Value;

use crate::integrity::copy_tree;
use crate::practice::Practice;
use crate::practice::Said;

/// Runs the program on a computer, with a vault: each computer has a home of its own.
pub fn on(practice: &Practice, computer: &str, vault: &str, args: &[&str]) -> Said {
    let (host, ends) = practice.host();
    let home = practice.path(computer);
    let host = host.with_var("HOME", home.to_str().unwrap()).with_var("SUBROSA_VAULT", vault);
    practice.run_in((host, ends), args)
}

/// The same, and it does what it was asked.
pub fn ok(practice: &Practice, computer: &str, vault: &str, args: &[&str]) -> Said {
    let said = on(practice, computer, vault, args);
    assert_eq!(said.exit, 0, "{computer} {vault} {args:?}: {said:?}");
    said
}

/// Adds a text; its id.
pub fn add(practice: &Practice, computer: &str, vault: &str, text: &str) -> String {
    practice.write("told.txt", text);
    let said = ok(practice, computer, vault, &["add", "told.txt", "--client", "mk-01", "--kind", "progress-note"]);
    said.stdout.trim().to_owned()
}

/// A practice with a client and one record, whose text is `one`.
pub fn with_one() -> (Practice, String) {
    let practice = Practice::new();
    practice.ok(&["client", "add", "mk-01"]);
    let one = add(&practice, "home", "vault", "one");
    (practice, one)
}

pub fn copy(practice: &Practice, from: &str, to: &str) {
    let _ = fs::remove_dir_all(practice.path(to));
    copy_tree(&practice.path(from), &practice.path(to));
}

/// The `SIZE:ROOT` that a refused recovery offers.
pub fn offered(said: &Said) -> String {
    let (_, rest) = said.stderr.split_once("--accept-head ").unwrap_or_else(|| panic!("{said:?}"));
    rest.split(' ').next().unwrap().to_owned()
}

/// Recovers where only somebody who says so may.
pub fn go_on(practice: &Practice, computer: &str, vault: &str) -> Value {
    let refused = on(practice, computer, vault, &["ledger", "recover"]);
    assert_eq!((refused.exit, refused.stdout.as_str()), (3, ""), "{refused:?}");
    let said = on(practice, computer, vault, &["ledger", "recover", "--json", "--accept-head", &offered(&refused)]);
    assert!(matches!(said.exit, 0 | 7), "{said:?}");
    said.json()
}

/// What a check and a verification say, and what the records say.
pub fn is_whole(practice: &Practice, computer: &str, vault: &str, records: &[(&str, &str)]) {
    let check = on(practice, computer, vault, &["check", "--read-data"]);
    assert_eq!(check.exit, 0, "{check:?}");
    let verified = ok(practice, computer, vault, &["ledger", "verify"]);
    assert!(verified.stdout.starts_with("CONTINUOUS\t"), "{verified:?}");
    for (id, text) in records {
        assert_eq!(ok(practice, computer, vault, &["show", id]).stdout, *text);
    }
    let recovered = ok(practice, computer, vault, &["ledger", "recover", "--json"]).json();
    assert_eq!(recovered["findings"], Value::from(Vec::<Value>::new()));
    assert_eq!((&recovered["completed"], &recovered["continued"]), (&Value::Null, &Value::Null));
}

pub fn files_of(directory: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap().flatten() {
        match entry.path() {
            path if path.is_dir() => found.extend(files_of(&path, ending)),
            path if path.to_str().unwrap().ends_with(ending) => found.push(path),
            _ => {}
        }
    }
    found
}

#[test]
fn where_nothing_is_wrong_nothing_is_done() {
    let (practice, one) = with_one();
    let before = practice.files();
    let said = practice.ok(&["ledger", "recover", "--json"]);
    assert_eq!((said.json()["schema"].as_str(), said.stderr.as_str()), (Some("subrosa/ledger-recover/1"), ""));
    assert_eq!((&said.json()["mended"], &said.json()["missing"]), (&0.into(), &0.into()));
    let said = practice.at_terminal(&[], &["ledger", "recover"]);
    assert_eq!(said.stdout, "There is nothing to recover: everything is there, and this computer writes the ledger.\n");
    assert_eq!(practice.files(), before);
    is_whole(&practice, "home", "vault", &[(&one, "one")]);
}

#[test]
fn a_new_computer_reads_and_goes_on_when_somebody_says_so() {
    let (practice, one) = with_one();
    let before = practice.files();
    let said = on(&practice, "desk", "vault", &["client", "add", "b-2"]);
    assert!(said.exit == 3 && said.stderr.contains("has not seen this vault before"), "{said:?}");
    let said = on(&practice, "desk", "vault", &["ledger", "recover"]);
    assert!(said.exit == 3 && said.stderr.contains("does not write the ledger"), "{said:?}");
    assert!(said.stderr.contains("All of its 5 entries are at hand"), "{said:?}");
    assert!(!said.stderr.contains("NEWER-COPY"), "nothing is missing: {said:?}");
    assert_eq!(practice.files(), before);
    let wrong = offered(&said).replace("5:", "6:");
    let said = on(&practice, "desk", "vault", &["ledger", "recover", "--accept-head", &wrong]);
    assert_eq!(said.exit, 5, "{said:?}");
    assert_eq!(practice.files(), before);

    let done = go_on(&practice, "desk", "vault");
    assert_eq!(done["continued"]["closed"], done["continued"]["have"]);
    assert!(done["continued"]["vkey"].as_str().unwrap().starts_with(done["head"]["origin"].as_str().unwrap()));
    let two = add(&practice, "desk", "vault", "two");
    for computer in ["desk", "home"] {
        assert_eq!(ok(&practice, computer, "vault", &["show", &two]).stdout, "two");
        assert_eq!(ok(&practice, computer, "vault", &["check"]).exit, 0);
    }
    is_whole(&practice, "desk", "vault", &[(&one, "one"), (&two, "two")]);
    // The old computer follows the link, and takes over only when it is told to.
    let said = practice.refused(3, &["client", "add", "c-3"]);
    assert!(said.stderr.contains("hand-over") && said.stderr.contains("subrosa ledger recover"), "{said:?}");
    let said = practice.at_terminal(&["n"], &["ledger", "recover"]);
    assert!(said.exit == 3 && said.terminal.contains("Should a new ledger go on from here"), "{said:?}");
    let said = practice.at_terminal(&["y"], &["ledger", "recover", "--reason", "the desk is gone"]);
    assert!(said.exit == 0 && said.stdout.contains("needs the new one: subrosa card -o FILE"), "{said:?}");
    practice.ok(&["client", "add", "c-3"]);
    is_whole(&practice, "home", "vault", &[(&one, "one"), (&two, "two")]);

    // One history of three logs, told as such.
    let log = practice.ok(&["ledger", "log", "--json"]).json();
    let mut origins: Vec<_> = log["entries"].as_array().unwrap().iter().map(|entry| entry["origin"].clone()).collect();
    origins.dedup();
    assert_eq!((origins.len(), origins.last().unwrap()), (3, &log["head"]["origin"]));
    let said = practice.at_terminal(&[], &["ledger", "log"]);
    let line =
        format!("--- up to here {}; from here on {}\n", origins[0].as_str().unwrap(), origins[1].as_str().unwrap());
    assert!(said.stdout.contains(&line), "{said:?}");
    assert_eq!(said.stdout.matches("--- up to here").count(), 2);
}

#[test]
fn a_backup_that_was_brought_back_is_completed_from_the_newer_copy() {
    let (practice, one) = with_one();
    copy(&practice, "vault", "backup");
    let two = add(&practice, "home", "vault", "two");
    copy(&practice, "vault", "newer");
    copy(&practice, "backup", "vault");
    let said = practice.refused(5, &["client", "add", "b-2"]);
    assert!(said.stderr.contains("an older copy") && said.stderr.contains("subrosa ledger recover"), "{said:?}");
    let said = practice.refused(3, &["ledger", "recover"]);
    assert!(said.stderr.contains("Of its 6 entries, the last one is not at hand"), "{said:?}");
    assert!(said.stderr.contains("ledger recover --from NEWER-COPY"), "{said:?}");

    // Copies that are none, or of another vault, or damaged.
    assert_eq!(practice.refused(4, &["ledger", "recover", "--from", "nowhere"]).stdout, "");
    let said = practice.refused(3, &["ledger", "recover", "--from", "home"]);
    assert!(said.stderr.contains("holds no copy of this vault"), "{said:?}");
    ok(&practice, "other", "foreign", &["init", "--owner", crate::practice::OWNER, "--batch"]);
    let said = practice.refused(3, &["ledger", "recover", "--from", "foreign"]);
    assert!(said.stderr.contains("holds no copy of this vault"), "{said:?}");
    let said = practice.refused(3, &["ledger", "recover", "--from", "backup"]);
    assert!(said.stderr.contains("nothing was done"), "an older one has nothing: {said:?}");
    copy(&practice, "newer", "damaged");
    for file in files_of(&practice.path("damaged/journal"), ".age") {
        fs::write(file, "age-encryption.org/v1\n").unwrap();
    }
    practice.refused(3, &["ledger", "recover", "--from", "damaged"]);

    let said = practice.ok(&["ledger", "recover", "--from", "newer", "--json"]).json();
    assert_eq!((&said["completed"]["head"]["size"], &said["continued"]), (&6.into(), &Value::Null));
    is_whole(&practice, "home", "vault", &[(&one, "one"), (&two, "two")]);
    practice.ok(&["client", "add", "b-2"]);
    let said = practice.ok(&["ledger", "recover", "--from", "newer", "--json"]).json();
    assert_eq!((&said["completed"], &said["head"]["size"]), (&Value::Null, &7.into()));
}

#[test]
fn a_record_that_is_damaged_in_the_copy_is_not_brought() {
    let (practice, one) = with_one();
    copy(&practice, "vault", "backup");
    let two = add(&practice, "home", "vault", "two");
    copy(&practice, "vault", "newer");
    copy(&practice, "backup", "vault");
    copy(&practice, "newer", "damaged");
    let old = files_of(&practice.path("backup/records"), ".age").remove(0);
    let name = old.file_name().unwrap();
    let file =
        files_of(&practice.path("damaged/records"), ".age").into_iter().find(|file| file.file_name().unwrap() != name);
    let mut bytes = fs::read(file.as_ref().unwrap()).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(file.unwrap(), bytes).unwrap();

    // Its entry is, and what is missing is named.
    let said = on(&practice, "home", "vault", &["ledger", "recover", "--from", "damaged", "--json"]);
    assert_eq!((said.exit, &said.json()["completed"]["head"]["size"]), (5, &6.into()), "{said:?}");
    assert_eq!(said.json()["findings"][0]["verdict"], "INCOMPLETE");
    assert_eq!(practice.run(&["show", &two]).exit, 5);
    let said = practice.run(&["ledger", "recover"]);
    assert!(said.exit == 5 && said.stderr.contains("INCOMPLETE records/"), "{said:?}");
    practice.ok(&["ledger", "recover", "--from", "newer"]);
    is_whole(&practice, "home", "vault", &[(&one, "one"), (&two, "two")]);
    // Nor does one stay that was damaged here.
    let mut bytes =
        fs::read(practice.path("vault/records").join(old.strip_prefix(practice.path("backup/records")).unwrap()))
            .unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(practice.path("vault/records").join(old.strip_prefix(practice.path("backup/records")).unwrap()), bytes)
        .unwrap();
    assert_eq!(practice.run(&["show", &one]).exit, 5);
    practice.ok(&["ledger", "recover", "--from", "backup"]);
    is_whole(&practice, "home", "vault", &[(&one, "one"), (&two, "two")]);
}

#[test]
fn without_the_newer_copy_a_gap_is_declared_and_closed_when_it_turns_up() {
    let (practice, one) = with_one();
    copy(&practice, "vault", "backup");
    let two = add(&practice, "home", "vault", "two");
    copy(&practice, "vault", "newer");
    copy(&practice, "backup", "vault");
    let done = go_on(&practice, "home", "vault");
    assert_eq!((&done["missing"], &done["findings"][0]["verdict"]), (&1.into(), &"GAP".into()));
    assert_eq!((&done["continued"]["closed"]["size"], &done["continued"]["have"]["size"]), (&6.into(), &5.into()));
    let three = add(&practice, "home", "vault", "three");
    assert_eq!(practice.run(&["show", &two]).exit, 4);
    let said = practice.run(&["check"]);
    assert!(said.exit == 7 && said.stdout.contains("entry 5 was not at hand"), "{said:?}");
    assert_eq!(practice.ok(&["ledger", "verify", "--json"]).json()["verdict"], "CONTINUOUS");
    let said = practice.run(&["ledger", "recover"]);
    assert!(said.exit == 7 && said.stderr.contains("GAP"), "{said:?}");
    let (host, ends) = practice.host();
    let said = practice.run_in((host.at_terminal(&ends), ends), &["ledger", "recover"]);
    assert!(said.stdout.starts_with("Nothing more can be recovered from what is here.\nGAP"), "{said:?}");

    let said = practice.ok(&["ledger", "recover", "--from", "newer", "--json"]).json();
    assert_eq!(
        (&said["joined"][0]["from"], &said["joined"][0]["have"], &said["missing"]),
        (&5.into(), &6.into(), &0.into())
    );
    is_whole(&practice, "home", "vault", &[(&one, "one"), (&two, "two"), (&three, "three")]);
}

#[test]
fn of_a_torn_copy_what_is_at_hand_goes_on() {
    let (practice, one) = with_one();
    copy(&practice, "vault/journal", "journal");
    let two = add(&practice, "home", "vault", "two");
    copy(&practice, "vault", "newer");
    copy(&practice, "journal", "vault/journal");
    let said = on(&practice, "desk", "vault", &["list"]);
    assert!(said.exit == 5 && said.stderr.contains("wait and retry"), "{said:?}");
    assert!(on(&practice, "desk", "vault", &["ledger", "verify"]).stdout.starts_with("INCOMPLETE\t"));
    copy(&practice, "vault", "torn");

    // A copy completes it, and says nothing of who writes.
    let said = ok(&practice, "desk", "torn", &["ledger", "recover", "--from", "newer"]);
    assert!(said.stderr.contains("does not write the ledger"), "{said:?}");
    assert_eq!(ok(&practice, "desk", "torn", &["show", &two]).stdout, "two");
    // Else what is at hand goes on.
    let done = go_on(&practice, "third", "vault");
    assert_eq!((&done["continued"]["have"]["size"], &done["missing"]), (&5.into(), &1.into()));
    assert_eq!(ok(&practice, "third", "vault", &["show", &one]).stdout, "one");
    ok(&practice, "third", "vault", &["ledger", "recover", "--from", "newer"]);
    is_whole(&practice, "third", "vault", &[(&one, "one"), (&two, "two")]);
}

#[test]
fn what_the_entries_give_is_made_anew() {
    let (practice, one) = with_one();
    let tiles =
        || files_of(&practice.vault(), "").into_iter().filter(|file| file.to_str().unwrap().contains("/tile/0/"));
    for damage in [Some("x"), None] {
        for tile in tiles() {
            damage.map_or_else(|| fs::remove_file(&tile), |text| fs::write(&tile, text)).unwrap();
        }
        let said = practice.run(&["check"]);
        assert_eq!(said.exit, 5, "{said:?}");
        let said = practice.ok(&["ledger", "recover", "--json"]).json();
        assert!(said["mended"].as_u64() > Some(0) && said["continued"].is_null(), "{said}");
        is_whole(&practice, "home", "vault", &[(&one, "one")]);
    }
    // Those of a closed log, too, and of one that was joined.
    practice.ok(&["ledger", "rotate-key", "--batch"]);
    copy(&practice, "vault", "other");
    go_on(&practice, "desk", "other");
    let two = add(&practice, "desk", "other", "two");
    practice.ok(&["client", "add", "b-1"]);
    let said = practice.run(&["ledger", "recover", "--from", "other"]);
    assert_eq!(said.exit, 3, "{said:?}");
    practice.ok(&["ledger", "recover", "--accept-head", &offered(&said)]);
    tiles().for_each(|tile| fs::remove_file(tile).unwrap());
    assert_eq!(practice.run(&["check"]).exit, 5);
    let said = practice.ok(&["ledger", "recover", "--json"]).json();
    assert!(said["mended"].as_u64() > Some(2) && said["continued"].is_null(), "{said}");
    is_whole(&practice, "home", "vault", &[(&one, "one"), (&two, "two")]);
    // The head is remembered here.
    let active = practice.ok(&["ledger", "verify", "--json"]).json()["head"]["origin"].as_str().unwrap().to_owned();
    let active = active.strip_prefix("subrosa/").unwrap();
    fs::remove_file(practice.vault().join("ledger").join(active).join("checkpoint")).unwrap();
    assert_eq!(practice.run(&["list"]).exit, 5);
    assert_eq!(on(&practice, "desk", "vault", &["ledger", "recover"]).exit, 5);
    practice.ok(&["ledger", "recover"]);
    is_whole(&practice, "home", "vault", &[(&one, "one")]);
    practice.ok(&["client", "add", "b-2"]);
}

#[test]
fn a_lost_or_copied_memory_gives_up_writing() {
    let (practice, one) = with_one();
    copy(&practice, "home", "clone");
    practice.ok(&["client", "add", "b-2"]);
    let said = ok(&practice, "clone", "vault", &["list"]);
    assert!(said.stderr.contains("has given up writing it"), "{said:?}");
    let said = on(&practice, "clone", "vault", &["client", "add", "c-3"]);
    assert_eq!(said.exit, 3, "{said:?}");
    practice.ok(&["client", "add", "c-3"]);
    // A foreign writer: this computer knows the vault, and never wrote it. And one that remembers nothing.
    fs::remove_dir_all(practice.path("home/.local/state")).unwrap();
    assert_eq!(practice.run(&["client", "add", "d-4"]).exit, 3);
    go_on(&practice, "home", "vault");
    practice.ok(&["client", "add", "d-4"]);
    is_whole(&practice, "home", "vault", &[(&one, "one")]);
}

/// The files below a directory, with their contents.
fn contents(directory: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    files_of(directory, "").into_iter().map(|file| (file.clone(), fs::read(file).unwrap())).collect()
}

#[test]
fn going_on_that_was_stopped_after_it_was_done_is_told_as_done() {
    let (practice, one) = with_one();
    copy(&practice, "vault", "backup");
    let state = practice.path("home/.local/state/subrosa");
    let older = contents(&state);
    practice.ok(&["ledger", "rotate-key", "--batch"]);
    copy(&practice, "backup", "vault");
    let head = practice.run(&["check", "--json"]).json()["ledger"]["head"].clone();
    let head = format!("{}:{}", head["size"], head["root"].as_str().unwrap());
    let go_on = ["--accept-head", &head, "ledger", "recover", "--json"];
    // Of the lost log nothing but the pin is remembered, so nothing is joined.
    let is_new = |file: &Path, known: &[(PathBuf, Vec<u8>)]| known.iter().all(|(other, _)| other != file);
    for (file, _) in contents(&state) {
        if is_new(&file, &older) && file.ends_with("head") {
            fs::remove_file(file).unwrap();
        }
    }
    let before = contents(&state);
    let said = practice.run(&go_on);
    assert!(said.exit == 7 && said.json()["continued"].is_object(), "{said:?}");
    assert_eq!(said.json()["head"]["size"], 3, "{said:?}");
    let done = said.json()["head"].clone();
    copy(&practice, "vault", "whole");

    // Stopped when `vault.toml` named the new log, and before this computer had noted any of that, or half of it.
    for noted in [&["id"][..], &["id", "head"], &["id", "head", "writer"]] {
        for args in [&["list"][..], &go_on] {
            copy(&practice, "whole", "vault");
            for (file, _) in contents(&state).into_iter().filter(|(file, _)| is_new(file, &before)) {
                if !noted.iter().any(|name| file.ends_with(name)) {
                    fs::remove_file(file).unwrap();
                }
            }
            before.iter().for_each(|(file, bytes)| fs::write(file, bytes).unwrap());
            let said = practice.run(args);
            assert!(said.exit == if args == ["list"] { 0 } else { 7 }, "{noted:?} {args:?}: {said:?}");
            assert!(!said.stderr.contains("WARNING"), "{noted:?} {args:?}: {said:?}");
            // Once more: it is done, and this computer writes.
            let said = practice.run(&go_on);
            assert!(said.exit == 7 && said.stdout.contains("this computer began it"), "{noted:?} {args:?}: {said:?}");
            assert_eq!((&said.json()["continued"], &said.json()["head"]), (&Value::Null, &done), "{noted:?}: {said:?}");
            assert_eq!(practice.ok(&["show", &one]).stdout, "one");
            practice.ok(&["client", "list"]);
        }
        // What is put back for the next turn was never added to under that head.
        let keep = contents(&state);
        practice.ok(&["client", "add", "b-2"]);
        let said = practice.run(&go_on);
        assert!(said.exit == 7 && said.stdout.contains("this computer began it"), "{noted:?}: {said:?}");
        keep.iter().for_each(|(file, bytes)| fs::write(file, bytes).unwrap());
    }
}
