//! `tests/readers/records.py`, which was written from `docs/format.md` alone and needs Python and a stock age: it reads the
//! same records as the program, from a vault whose key was changed, that was joined with another end of its history, and
//! whose owner left.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;

use serde_json::Value;

use crate::forger::Forger;
use crate::forger::active;
use crate::forger::erase;
use crate::integrity::copy_tree;
use crate::machine::has;
use crate::practice::Practice;
use crate::skips::skip;

fn python() -> Option<PathBuf> {
    let has_toml = |python: &PathBuf| {
        Command::new(python).args(["-c", "import tomllib"]).output().is_ok_and(|output| output.status.success())
    };
    let found = ["/usr/bin/python3", "python3"].map(PathBuf::from).into_iter().find(has_toml);
    if found.is_none() {
        skip("python3", "of 3.11 or later is not installed");
    }
    if found.is_none() || !has("age") {
        return None;
    }
    found
}

fn read(python: &Path, practice: &Practice) -> Output {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/readers/records.py");
    let mut command = Command::new(python);
    command.arg("-B").arg(program).arg(practice.vault()).arg(practice.path("me.txt")).output().unwrap()
}

/// What the program says of each record, in the reader's words.
fn told(practice: &Practice) -> String {
    let list = practice.ok(&["list", "--json"]).json();
    let mut lines = BTreeMap::new();
    for record in list["records"].as_array().unwrap() {
        let text = |name: &str| record[name].as_str().unwrap_or_default().to_owned();
        let tags: Vec<&str> = record["tags"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        let version = record["version"].to_string();
        let line = [text("id"), version, text("title"), tags.join(","), text("sha256")].join("\t");
        lines.insert(text("id"), format!("{line}\n"));
    }
    lines.into_values().collect()
}

/// On another computer.
fn desk(practice: &Practice, args: &[&str]) {
    let (host, ends) = practice.host();
    let host = host.with_var("HOME", practice.path("desk").to_str().unwrap()).with_var("SUBROSA_VAULT", "other");
    let said = practice.run_in((host, ends), args);
    assert_eq!(said.exit, 0, "{args:?}: {said:?}");
}

#[test]
fn another_reader_finds_the_same_records() {
    let Some(python) = python() else { return };
    let practice = Practice::new();
    let add = ["--client", "mk-01", "--kind", "progress-note", "--title"];
    practice.ok(&["client", "add", "mk-01"]);
    practice.write("told.txt", "Fala da família.\n");
    practice.ok(&[&["add", "told.txt"], &add[..], &["A \"família\"", "--tag", "sleep"]].concat());
    let (secret, public) = subrosa::keys::identity::generate_owner();
    practice.write("partner.txt", secret.reveal_secret());
    practice.ok(&["owner", "add", &String::from(public), "--alias", "partner"]);

    // A new key here; another computer goes on from an older copy, and they are joined.
    copy_tree(&practice.vault(), &practice.path("other"));
    let head = practice.ok(&["ledger", "verify", "--json"]).json()["head"].clone();
    let accepted = format!("{}:{}", head["size"], head["root"].as_str().unwrap());
    practice.ok(&["ledger", "rotate-key", "--batch"]);
    practice.ok(&[&["add", "told.txt"], &add[..], &["two"]].concat());
    practice.ok(&["tag", "@", "+walks"]);
    desk(&practice, &["ledger", "recover", "--accept-head", &accepted]);
    desk(&practice, &[&["add", "told.txt"], &add[..], &["three"]].concat());
    desk(&practice, &["tag", "@", "+dreams"]);
    practice.ok(&["ledger", "recover", "--from", "other"]);

    // Before the owner leaves, and after.
    for last in ["four", "five"] {
        practice.ok(&[&["add", "told.txt"], &add[..], &[last]].concat());
        let said = read(&python, &practice);
        assert!(said.status.success(), "{said:?}");
        assert_eq!(String::from_utf8(said.stdout).unwrap(), told(&practice));
        if last == "four" {
            practice.ok(&["owner", "remove", "partner", "--batch"]);
        }
    }
    assert_eq!(told(&practice).lines().count(), 5);

    // What is erased is read as erased, and what is missing is not.
    let log = practice.ok(&["ledger", "log", "--json"]).json();
    let added = log["entries"].as_array().unwrap().iter().rfind(|entry| entry["kind"] == "record.added").unwrap();
    let index = added["index"].as_u64().unwrap();
    erase(&practice, &active(&practice), &[(index, &["title"])]).unwrap();
    let said = read(&python, &practice);
    assert_eq!((said.status.code(), String::from_utf8(said.stdout).unwrap()), (Some(0), told(&practice)));
    let journal = practice.vault().join("journal").join(active(&practice)).join("000.age");
    let bytes = fs::read(&journal).unwrap();
    let mut forger = Forger::of(&practice);
    forger.hide(index, &["tags"]);
    forger.write_journal();
    let said = read(&python, &practice);
    assert!(String::from_utf8_lossy(&said.stderr).contains("lacks tags"), "{said:?}");
    fs::write(&journal, bytes).unwrap();

    // It is no reader that believes everything.
    for (directory, ending) in [("journal", "000.age"), ("records", ".age"), ("", "vault.toml")] {
        let file = files_of(&practice.vault().join(directory), ending).remove(0);
        let bytes = fs::read(&file).unwrap();
        let mut other = bytes.clone();
        let middle = other.len() / 2;
        other[middle] ^= 1;
        fs::write(&file, other).unwrap();
        let said = read(&python, &practice);
        assert!(!said.status.success(), "{}: {said:?}", file.display());
        fs::write(&file, bytes).unwrap();
    }
}

fn files_of(directory: &Path, ending: &str) -> Vec<PathBuf> {
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
