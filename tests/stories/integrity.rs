//! What is said of a vault that was damaged, altered, rolled back or rewritten: one word, the file, and what to do.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use serde_json::Value;

use crate::ledger::eventful;
use crate::ledger::eventful_elsewhere;
use crate::machine::Machine;
use crate::practice::Practice;

/// What `check --read-data` finds, with the exit that belongs to it. Never an error object.
fn check(practice: &Practice) -> (u8, Value) {
    let said = practice.run(&["check", "--read-data", "--json"]);
    assert_eq!(said.stderr, "", "{said:?}");
    (said.exit, said.json())
}

fn verify(practice: &Practice) -> (u8, Value) {
    let said = practice.run(&["ledger", "verify", "--json"]);
    let verdict = said.json();
    assert_eq!(said.stderr, "", "{said:?}");
    (said.exit, verdict)
}

/// The files of a vault, relative to it.
pub fn vault_files(practice: &Practice) -> Vec<String> {
    let vault = practice.vault();
    let files = practice.files();
    let relative = |path: &PathBuf| Some(path.strip_prefix(&vault).ok()?.to_str().unwrap().to_owned());
    files.keys().filter_map(relative).collect()
}

/// Those that a reader needs: of tiles that grew, the widest.
pub fn needed_files(practice: &Practice) -> Vec<String> {
    let mut files = vault_files(practice);
    files.retain(|file| !file.contains(".p/") || file.ends_with(".p/10"));
    files
}

fn named(found: &Value) -> Vec<&str> {
    found["findings"].as_array().unwrap().iter().filter_map(|finding| finding["file"].as_str()).collect()
}

pub fn copy_tree(from: &Path, to: &Path) {
    subrosa::vault::disk::make_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        match entry.path().is_dir() {
            true => copy_tree(&entry.path(), &to.join(entry.file_name())),
            false => drop(fs::copy(entry.path(), to.join(entry.file_name())).unwrap()),
        }
    }
}

#[test]
fn a_clean_vault_is_continuous_and_whole() {
    let practice = eventful();
    let said = practice.ok(&["check", "--read-data"]);
    assert!(said.stdout.starts_with("CONTINUOUS\tsubrosa/") && said.stdout.lines().count() == 1, "{said:?}");
    let (exit, found) = check(&practice);
    assert_eq!((exit, &found["ok"], &found["records"]), (0, &true.into(), &1.into()));
    assert_eq!(found["findings"], serde_json::json!([]));
    assert_eq!(found["ledger"]["verdict"], "CONTINUOUS");
    assert_eq!(found["ledger"]["checked"]["leaves"], 10);
    let drawn = practice.at_terminal(&[], &["check"]).stdout;
    assert!(drawn.contains("1 version of a record by their seals"), "{drawn}");
}

#[test]
fn a_flipped_byte_in_any_file_is_named() {
    let practice = eventful();
    let words: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("vault.toml", &["CORRUPT"][..]),
        ("keys", &["CORRUPT"]),
        ("records", &["CORRUPT"]),
        ("journal", &["CORRUPT"]),
        ("ledger", &["CORRUPT", "MALFORMED", "INCOMPLETE", "UNTRUSTED-KEY", "WRONG-LOG"]),
    ]);
    let files = vault_files(&practice);
    assert!(files.len() >= 8, "{files:?}");
    for file in files {
        let path = practice.vault().join(&file);
        let bytes = fs::read(&path).unwrap();
        for at in [0, bytes.len() / 2, bytes.len() - 1] {
            let mut changed = bytes.clone();
            changed[at] ^= 0x10;
            fs::write(&path, &changed).unwrap();
            let (exit, found) = check(&practice);
            assert_eq!((exit, &found["ok"]), (5, &false.into()), "{file}, byte {at}: {found}");
            assert!(named(&found).contains(&file.as_str()), "{file}, byte {at}: {found}");
            let kind = file.split('/').next().unwrap();
            for finding in found["findings"].as_array().unwrap() {
                let word = finding["verdict"].as_str().unwrap();
                assert!(words[kind].contains(&word), "{file}, byte {at}: {finding}");
                assert!(!finding["cure"].as_str().unwrap().is_empty(), "{finding}");
            }
        }
        fs::write(&path, &bytes).unwrap();
    }
    assert_eq!(check(&practice).0, 0);
}

#[test]
fn a_missing_file_of_any_kind_is_named() {
    let practice = eventful();
    for file in needed_files(&practice) {
        let (path, aside) = (practice.vault().join(&file), practice.path("aside"));
        fs::rename(&path, &aside).unwrap();
        if file.starts_with("keys/1/owner") {
            // No key opens the vault then; nothing can be said of it.
            assert_eq!(practice.run(&["check"]).exit, 12);
        } else {
            let (exit, found) = check(&practice);
            assert_eq!(exit, 5, "{file}: {found}");
            assert!(named(&found).contains(&file.as_str()), "{file}: {found}");
            assert!(found["findings"].to_string().contains("INCOMPLETE"), "{file}: {found}");
        }
        fs::rename(&aside, &path).unwrap();
    }
    assert_eq!(check(&practice).0, 0);
}

#[test]
fn a_vault_that_does_not_open_is_answered_too() {
    let practice = eventful();
    let header = practice.vault().join("vault.toml");
    let text = fs::read_to_string(&header).unwrap();
    fs::write(&header, text.replace("epoch = 1", "epoch = 2")).unwrap();
    let (exit, verdict) = verify(&practice);
    assert_eq!((exit, &verdict["findings"][0]["file"]), (5, &"vault.toml".into()));
    fs::write(&header, text.replace("created = \"2", "created = \"3")).unwrap();
    let (exit, verdict) = verify(&practice);
    assert_eq!(
        (exit, &verdict["verdict"], &verdict["findings"][0]["file"]),
        (5, &"CORRUPT".into(), &"vault.toml".into())
    );
    assert_eq!(verdict["head"], serde_json::json!({"origin": null, "size": null, "root": null}));
    let bare = practice.run(&["ledger", "verify"]);
    assert_eq!((bare.exit, bare.stdout.as_str()), (5, "CORRUPT\t\t\t\n"));
    assert!(bare.stderr.starts_with("subrosa: CORRUPT vault.toml"), "{bare:?}");
    fs::write(&header, text).unwrap();
    // A tile that is missing leaves the origin and the signed head known.
    let tile = needed_files(&practice).into_iter().find(|file| file.contains("tile/0/")).unwrap();
    fs::rename(practice.vault().join(&tile), practice.path("tile")).unwrap();
    let (exit, verdict) = verify(&practice);
    assert_eq!((exit, &verdict["verdict"], &verdict["head"]["size"]), (5, &"INCOMPLETE".into(), &10.into()));
    assert_eq!(verdict["findings"][0]["file"], tile);
}

#[test]
fn a_foreign_signature_is_an_untrusted_key() {
    let (practice, other) = (eventful(), eventful_elsewhere());
    let file = |practice: &Practice| {
        let found = vault_files(practice).into_iter().find(|file| file.ends_with("/checkpoint")).unwrap();
        practice.vault().join(found)
    };
    let (mine, theirs) = (fs::read_to_string(file(&practice)).unwrap(), fs::read_to_string(file(&other)).unwrap());
    let signature = theirs.lines().last().unwrap();
    let origin = mine.lines().next().unwrap();
    let forged = mine.lines().take(4).chain([signature]).map(|line| format!("{line}\n")).collect::<String>();
    fs::write(file(&practice), forged).unwrap();
    let (exit, verdict) = verify(&practice);
    assert_eq!((exit, verdict["verdict"].as_str()), (5, Some("UNTRUSTED-KEY")), "{verdict}");
    assert_eq!((verdict["head"]["origin"].as_str(), &verdict["head"]["size"]), (Some(origin), &Value::Null));
    fs::write(file(&practice), theirs).unwrap();
    assert_eq!(verify(&practice).1["verdict"], "WRONG-LOG");
    fs::write(file(&practice), "hello\n").unwrap();
    assert_eq!(verify(&practice).1["verdict"], "MALFORMED");
}

#[test]
fn an_older_copy_in_its_place_is_rolled_back() {
    let practice = eventful();
    copy_tree(&practice.vault(), &practice.path("older"));
    practice.ok(&["client", "add", "cd-03"]);
    fs::rename(practice.vault(), practice.path("newer")).unwrap();
    fs::rename(practice.path("older"), practice.vault()).unwrap();
    let (exit, verdict) = verify(&practice);
    assert_eq!((exit, verdict["verdict"].as_str(), &verdict["head"]["size"]), (5, Some("ROLLED-BACK"), &10.into()));
    assert!(verdict["findings"][0]["text"].as_str().unwrap().contains("11 were seen"), "{verdict}");
    assert_eq!(check(&practice).0, 5);
    let bare = practice.run(&["ledger", "verify"]);
    assert!(bare.exit == 5 && bare.stdout.starts_with("ROLLED-BACK\tsubrosa/"), "{bare:?}");
}

#[test]
fn another_history_of_the_same_log_is_forked() {
    let practice = eventful();
    let state = practice.path("home/.local/state");
    copy_tree(&practice.vault(), &practice.path("before"));
    copy_tree(&state, &practice.path("state-before"));
    practice.ok(&["client", "add", "cd-03"]);
    copy_tree(&state, &practice.path("state-one"));
    // The same key goes on from the same entry in another way.
    fs::rename(practice.vault(), practice.path("one")).unwrap();
    fs::rename(practice.path("before"), practice.vault()).unwrap();
    fs::remove_dir_all(&state).unwrap();
    fs::rename(practice.path("state-before"), &state).unwrap();
    practice.ok(&["client", "add", "ef-04"]);
    fs::remove_dir_all(&state).unwrap();
    fs::rename(practice.path("state-one"), &state).unwrap();
    for more in [&[][..], &["client", "add", "gh-05"]] {
        if !more.is_empty() {
            assert_eq!(practice.run(more).exit, 5);
        }
        let (exit, verdict) = verify(&practice);
        assert_eq!((exit, verdict["verdict"].as_str()), (5, Some("FORKED")), "{verdict}");
    }
    // As a copy it is told apart as well; the true one is whole.
    fs::rename(practice.vault(), practice.path("other")).unwrap();
    fs::rename(practice.path("one"), practice.vault()).unwrap();
    let said = practice.run(&["check", "--copy", "other"]);
    assert!(said.exit == 5 && said.stdout.starts_with("FORKED\t"), "{said:?}");
}

#[test]
fn an_older_journal_file_is_incomplete() {
    let practice = eventful();
    let journal = vault_files(&practice).into_iter().find(|file| file.starts_with("journal/")).unwrap();
    let path = practice.vault().join(&journal);
    let older = fs::read(&path).unwrap();
    practice.ok(&["client", "add", "cd-03"]);
    practice.ok(&["client", "add", "ef-04"]);
    fs::write(&path, older).unwrap();
    let (exit, verdict) = verify(&practice);
    assert_eq!((exit, verdict["verdict"].as_str()), (5, Some("INCOMPLETE")), "{verdict}");
    assert_eq!(verdict["findings"].as_array().unwrap().len(), 1, "{verdict}");
    assert_eq!((&verdict["findings"][0]["file"], &verdict["findings"][0]["index"]), (&journal.into(), &10.into()));
}

#[test]
fn a_vault_replaced_at_its_place_is_an_untrusted_key() {
    let practice = eventful();
    fs::rename(practice.vault(), practice.path("true")).unwrap();
    let other = eventful_elsewhere();
    copy_tree(&other.vault(), &practice.vault());
    let (exit, verdict) = verify(&practice);
    assert_eq!((exit, verdict["verdict"].as_str()), (5, Some("UNTRUSTED-KEY")), "{verdict}");
    // Whoever put it there is told which head to compare, and to name.
    let head = crate::witnesses::published(&other).head().clone();
    let named = format!("subrosa --accept-head {}:{} list", head.size, subrosa::vault::root_text(&head.root));
    assert!(verdict["findings"][0]["cure"].as_str().unwrap().contains(&named), "{verdict}");
    let said = practice.refused(5, &["list"]);
    assert!(said.stderr.contains(&format!("try: {named}")), "{said:?}");
}

#[test]
fn a_mark_that_is_damaged_is_named_with_its_own_cure() {
    let practice = eventful();
    let state = practice.path("home/.local/state/subrosa");
    let mark = practice.files().into_keys().find(|path| path.starts_with(&state) && path.ends_with("head")).unwrap();
    fs::write(&mark, "nothing\n").unwrap();
    let (exit, verdict) = verify(&practice);
    assert_eq!((exit, verdict["verdict"].as_str()), (5, Some("CORRUPT")), "{verdict}");
    assert!(verdict["findings"][0]["file"].as_str().unwrap().ends_with("/head"), "{verdict}");
    assert!(verdict["findings"][0]["cure"].as_str().unwrap().contains("--accept-head"), "{verdict}");
}

#[test]
fn strays_and_waiting_packages_are_due_and_not_grave() {
    let practice = eventful();
    fs::write(practice.vault().join("notes.txt"), "mine").unwrap();
    fs::create_dir_all(practice.vault().join("records/zz")).unwrap();
    fs::write(practice.vault().join("records/zz/odd.age"), "x").unwrap();
    let (exit, found) = check(&practice);
    assert_eq!((exit, &found["ok"]), (7, &true.into()));
    assert_eq!(named(&found), ["notes.txt", "records/zz/odd.age"]);
    assert!(found["findings"].as_array().unwrap().iter().all(|finding| finding["verdict"] == "STRAY"));
    assert_eq!(verify(&practice).0, 0);
    // Repaired, they lie aside, and nothing is gone.
    let moved = practice.ok(&["check", "--repair", "--json"]).json();
    assert_eq!(moved["moved"], serde_json::json!(["notes.txt", "records/zz/odd.age"]));
    assert_eq!(fs::read_to_string(practice.vault().join("lost+found/notes.txt")).unwrap(), "mine");
    assert_eq!(fs::read_to_string(practice.vault().join("lost+found/records/zz/odd.age")).unwrap(), "x");
    assert_eq!(check(&practice).0, 0);
    // A second one of the same name does not replace the first.
    fs::write(practice.vault().join("notes.txt"), "mine too").unwrap();
    practice.ok(&["check", "--repair"]);
    assert_eq!(fs::read_to_string(practice.vault().join("lost+found/notes.txt")).unwrap(), "mine");
    assert_eq!(fs::read_to_string(practice.vault().join("lost+found/notes.txt.1")).unwrap(), "mine too");
}

#[test]
fn a_package_that_waits_names_the_command_that_goes_on() {
    let machine = Machine::new();
    let record = machine.add("Sleeps better since the walks.\n");
    machine.consent("dr-lee");
    let mut share = machine.spawn(&["share", &record, "--to", "dr-lee", "--purpose", "treat", "-o", "-"]);
    drop(share.stdout.take());
    assert_eq!(share.wait().unwrap().code(), Some(1));
    let output = machine.run(&["check", "--json"]);
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let finding = &found["findings"][0];
    assert_eq!((output.status.code(), finding["verdict"].as_str()), (Some(7), Some("WAITING")), "{found}");
    let cure: Vec<&str> = finding["cure"].as_str().unwrap().split(' ').collect();
    let ["subrosa", "share", "--resume", disclosure] = cure[..] else { panic!("{found}") };
    assert_eq!(finding["file"], format!("outbox/{disclosure}.age"));
    machine.ok(&["share", "--resume", disclosure]);
    machine.ok(&["check", "--read-data"]);
}

#[test]
fn a_computer_that_only_reads_repairs_nothing() {
    let practice = eventful();
    fs::write(practice.vault().join("notes.txt"), "mine").unwrap();
    let state = practice.path("home/.local/state/subrosa");
    let writer =
        practice.files().into_keys().find(|path| path.starts_with(&state) && path.ends_with("writer")).unwrap();
    fs::remove_file(writer).unwrap();
    practice.refused(3, &["check", "--repair"]);
    assert!(practice.vault().join("notes.txt").exists());
}

#[test]
fn a_damaged_catalogue_is_made_anew() {
    let practice = eventful();
    practice.ok(&["list"]);
    let mut files = Vec::new();
    let cache = practice.path("home/.cache/subrosa");
    for entry in fs::read_dir(cache).unwrap() {
        files.push(entry.unwrap().path().join("catalog.db"));
    }
    let [file] = &files[..] else { panic!("{files:?}") };
    let mut bytes = fs::read(file).unwrap();
    // A page that opening does not read.
    let page = bytes.len() - 2048;
    bytes[page] ^= 1;
    fs::write(file, &bytes).unwrap();
    let said = practice.ok(&["check", "--json"]).json();
    assert_eq!((&said["ok"], &said["catalogue_rebuilt"]), (&true.into(), &true.into()));
    assert_eq!(practice.ok(&["check", "--json"]).json()["catalogue_rebuilt"], false);
    assert_eq!(practice.ok(&["list"]).stdout.lines().count(), 1);
}

#[test]
fn a_ledger_that_could_not_go_on_is_the_same_reason_to_a_dry_run_and_to_a_share() {
    let practice = eventful();
    let tile = needed_files(&practice).into_iter().find(|file| file.contains("tile/0/")).unwrap();
    let mut bytes = fs::read(practice.vault().join(&tile)).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(practice.vault().join(&tile), bytes).unwrap();
    let share = ["share", "@", "--to", "dr-lee", "--purpose", "treat", "--json"];
    for dry in [&["--dry-run"][..], &[]] {
        let error = practice.refused(5, &[&share[..], dry].concat()).error();
        let reason = &error["reasons"][0];
        assert_eq!((&reason["id"], &reason["cure"]), (&"E-LEDGER".into(), &"subrosa ledger verify".into()), "{error}");
        assert!(!reason["source"].as_array().unwrap().is_empty(), "{error}");
    }
}
