//! Filing, listing, showing, tagging and editing records.

use std::fs;
use std::os::unix::ffi::OsStrExt as _;

use crate::machine::Machine;
use crate::machine::scale;
use crate::practice::Practice;

fn practice() -> Practice {
    let practice = Practice::new();
    practice.ok(&["client", "add", "mk-01"]);
    practice.ok(&["client", "add", "ab-02"]);
    practice
}

#[test]
fn a_note_is_filed_listed_and_shown() {
    let practice = practice();
    practice.write("note.txt", "Slept better.\n");
    let id = practice.ok(&[
        "add",
        "note.txt",
        "--client",
        "MK-01",
        "--kind",
        "progress-note",
        "-t",
        "Sleep",
        "--title",
        "Third session",
    ]);
    let id = id.stdout.trim().to_owned();
    assert_eq!(
        practice.ok(&["list"]).stdout,
        format!("{id}\t2026-11-21\tmk-01\tprogress-note\tR\tsleep\tThird session\n")
    );
    assert_eq!(practice.ok(&["show", &id]).stdout, "Slept better.\n");
    assert_eq!(practice.ok(&["show", &id[..6]]).stdout, "Slept better.\n");
    assert_eq!(practice.ok(&["show", &id[2..6]]).stdout, "Slept better.\n");
    assert_eq!(practice.ok(&["show", "@"]).stdout, "Slept better.\n");
    let info = practice.ok(&["info", "@", "--json"]).json();
    assert_eq!(info["schema"], "subrosa/info/1");
    assert_eq!(info["record"]["media_type"], "text/plain");
    assert_eq!(info["record"]["name"], "note.txt");
    assert_eq!(info["versions"].as_array().unwrap().len(), 1);
    assert_eq!(info["disclosures"].as_array().unwrap().len(), 0);
}

#[test]
fn what_cannot_be_meant_is_refused_and_nothing_is_filed() {
    let practice = practice();
    practice.write("a.txt", "a");
    practice.write("b.txt", "b");
    fs::create_dir(practice.path("dir")).unwrap();
    let note = ["--client", "mk-01", "--kind", "progress-note"];
    let refused = |exit, args: &[&str]| practice.refused(exit, args).stderr;
    assert!(refused(2, &["add", "a.txt", "--client", "mk-01", "--kind", "note"]).contains("session-individual"));
    assert!(refused(2, &[&["add", "a.txt", "b.txt", "--title", "One"], &note[..]].concat()).contains("--title"));
    assert!(refused(2, &["add", "a.txt", "--kind", "progress-note"]).contains("--client"));
    assert!(refused(2, &[&["add", "dir"], &note[..]].concat()).contains("--recursive"));
    assert!(refused(4, &[&["add", "a.txt", "missing.txt"], &note[..]].concat()).contains("missing.txt"));
    assert!(refused(4, &["add", "a.txt", "--client", "mk-02", "--kind", "letter"]).contains("did you mean mk-01?"));
    assert!(refused(2, &[&["add", "a.txt", "-t", "two words"], &note[..]].concat()).contains("tag"));
    practice.ok(&["client", "close", "ab-02", "--yes"]);
    assert!(refused(3, &["add", "a.txt", "--client", "ab-02", "--kind", "letter"]).contains("closed"));
}

#[test]
fn a_directory_goes_in_whole_but_for_what_is_hidden_or_a_link() {
    let practice = practice();
    for (name, text) in [("in/one.txt", "1"), ("in/deep/two.txt", "2"), ("in/.hidden", "3"), ("in/.git/config", "4")] {
        fs::create_dir_all(practice.path(name).parent().unwrap()).unwrap();
        practice.write(name, text);
    }
    std::os::unix::fs::symlink(practice.path("me.txt"), practice.path("in/link.txt")).unwrap();
    let said = practice.ok(&["add", "in", "--recursive", "--client", "mk-01", "--kind", "letter"]);
    assert_eq!(said.stdout.lines().count(), 2);
    assert!(said.stderr.contains("3 hidden files, links and special files were passed over"), "{}", said.stderr);
    // One transaction: one checkpoint for both.
    assert_eq!(practice.ok(&["list", "--json"]).json()["records"].as_array().unwrap().len(), 2);
}

#[test]
fn lists_are_filtered_and_newest_first() {
    let practice = practice();
    let add = |client: &str, kind: &str, date: &str, tags: &[&str]| {
        practice.write("x.txt", date);
        let mut args = vec!["add", "x.txt", "--client", client, "--kind", kind, "--date", date];
        tags.iter().for_each(|tag| args.extend(["-t", tag]));
        practice.ok(&args).stdout.trim().to_owned()
    };
    let first = add("mk-01", "progress-note", "2026-10-01", &["sleep"]);
    let second = add("mk-01", "letter", "2026-11-10", &["sleep", "family"]);
    let third = add("ab-02", "progress-note", "2026-11-20", &[]);
    let ids = |args: &[&str]| -> Vec<String> {
        let list = practice.ok(&[&["list", "--json"], args].concat()).json();
        list["records"].as_array().unwrap().iter().map(|record| record["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&[]), [&third[..], &second, &first]);
    assert_eq!(ids(&["--client", "mk-01"]), [&second[..], &first]);
    assert_eq!(ids(&["--kind", "progress-note"]), [&third[..], &first]);
    assert_eq!(ids(&["-t", "sleep", "-t", "family"]), [&second[..]]);
    assert_eq!(ids(&["--since", "2026-11-10"]), [&third[..], &second]);
    assert_eq!(ids(&["--until", "2026-11-10"]), [&second[..], &first]);
    assert_eq!(ids(&["--since", "30d", "--limit", "1"]), [&third[..]]);
    assert_eq!(practice.ok(&["ls", "-t", "nothing"]).stdout, "");
    assert_eq!(practice.run(&["list", "--kind", "notes"]).exit, 2);
    assert_eq!(practice.run(&["list", "--since", "yesterday"]).exit, 2);
}

#[test]
fn tags_are_put_on_and_taken_off_and_raise_the_label() {
    let practice = practice();
    practice.write("a.txt", "a");
    practice.ok(&["add", "a.txt", "--client", "mk-01", "--kind", "appointment", "-t", "intake"]);
    let tagged = practice.ok(&["tag", "@", "+HIV", "+família", "-intake", "--json"]).json();
    assert_eq!(tagged["records"][0]["tags"], serde_json::json!(["família", "hiv"]));
    assert_eq!(tagged["records"][0]["label"], "R");
    let again = practice.ok(&["tag", "@", "--remove", "hiv", "--json"]).json();
    assert_eq!(again["records"][0]["label"], "N");
    let size = again["head"]["size"].as_u64();
    // What is so already gets no entry.
    assert_eq!(practice.ok(&["tag", "@", "-hiv", "--json"]).json()["head"]["size"].as_u64(), size);
    // A tag of one letter is a tag, and no bundle of options.
    practice.ok(&["tag", "@", "+x"]);
    assert_eq!(practice.ok(&["tag", "@", "-x", "--json"]).json()["records"][0]["tags"], serde_json::json!(["família"]));
    practice.ok(&["tag", "@", "+x"]);
    assert_eq!(
        practice.ok(&["tag", "--json", "--", "@", "-x"]).json()["records"][0]["tags"],
        serde_json::json!(["família"])
    );
    practice.refused(2, &["tag", "@"]);
    practice.refused(2, &["tag", "+x"]);
    practice.refused(2, &["tag", "@", "+x", "-x2", "--remove", "x"]);
    practice.refused(4, &["tag", "r-zzzz", "+x"]);
}

#[test]
fn standard_input_is_read_once() {
    let practice = practice();
    let (host, ends) = practice.host();
    let said = practice.run_in(
        (host.with_stdin(b"a title"), ends),
        &["add", "-", "--client", "mk-01", "--kind", "letter", "--title", "-"],
    );
    assert_eq!(said.exit, 2, "{said:?}");
    assert!(said.stderr.contains("standard input was read already"), "{said:?}");
    assert_eq!(practice.ok(&["list"]).stdout, "");
}

#[test]
fn spans_count_back_from_the_day_that_was_named() {
    let practice = practice();
    practice.write("a.txt", "a");
    practice.ok(&["add", "a.txt", "--client", "mk-01", "--kind", "letter", "--date", "2026-10-01"]);
    assert_eq!(practice.ok(&["list", "--since", "30d"]).stdout, "");
    assert_eq!(practice.ok(&["list", "--since", "30d", "--as-of", "2026-10-20"]).stdout.lines().count(), 1);
}

#[test]
fn an_edit_is_a_new_version_and_no_change_is_none() {
    let machine = Machine::new();
    machine.here();
    let id = machine.add("first\n");
    let editor = |script: &str| {
        machine.write("editor", format!("#!/bin/sh\n{script}\n").as_bytes());
        crate::practice::chmod(&machine.path("editor"), 0o700);
        machine.command().env("EDITOR", machine.path("editor")).args(["edit", &id]).output().unwrap()
    };
    assert!(editor("echo second >> \"$1\"").status.success());
    assert_eq!(machine.ok(&["show", &id]), "first\nsecond\n");
    assert_eq!(machine.ok(&["show", &id, "--version", "1"]), "first\n");
    assert_eq!(machine.run(&["show", &id, "--version", "3"]).status.code(), Some(4));
    let entries = machine.ok(&["ledger", "log"]).lines().count();
    assert!(editor("true").status.success());
    assert_eq!(machine.ok(&["ledger", "log"]).lines().count(), entries);
    // An editor that dies loses neither version: the vault's stays, and the changed file is named.
    let crashed = editor("echo third >> \"$1\"; exit 3");
    assert_eq!(crashed.status.code(), Some(1));
    assert_eq!(machine.ok(&["show", &id]), "first\nsecond\n");
    let said = String::from_utf8(crashed.stderr).unwrap();
    let kept = said
        .split_whitespace()
        .map(|word| word.trim_end_matches([';', '.', ',', ':']))
        .find(|word| word.contains("subrosa-edit"));
    let kept = kept.unwrap_or_else(|| panic!("{said}"));
    assert_eq!(fs::read_to_string(kept).unwrap(), "first\nsecond\nthird\n");
    let _ = fs::remove_dir_all(std::path::Path::new(kept).parent().unwrap());
    // What an edit writes meanwhile is not overwritten.
    let overtaken = editor(&format!(
        "echo mine >> \"$1\"; printf theirs > t.txt; EDITOR='cp t.txt' {} edit {id}",
        env!("CARGO_BIN_EXE_subrosa")
    ));
    assert_eq!(overtaken.status.code(), Some(1), "{overtaken:?}");
    assert_eq!(machine.ok(&["show", &id]), "theirs");
    assert_eq!(machine.run(&["check", "--read-data"]).status.code(), Some(0));
}

#[test]
fn every_kind_of_file_comes_back_to_the_byte() {
    let machine = Machine::new();
    let mut samples: Vec<(Vec<u8>, Vec<u8>)> = vec![
        (b"empty".to_vec(), Vec::new()),
        (b"one byte".to_vec(), vec![7]),
        (b"it's \"quoted\" $HOME `x` \\n.txt".to_vec(), b"quotes".to_vec()),
        (b"line\nbreak\ttab.txt".to_vec(), b"control".to_vec()),
        (b"\xff\xfe\x80.bin".to_vec(), b"no text".to_vec()),
        ("família 家族.md".as_bytes().to_vec(), "# Não".as_bytes().to_vec()),
        ("x\u{202e}gpj.exe".as_bytes().to_vec(), b"bidi".to_vec()),
        (b"-rf".to_vec(), b"dash".to_vec()),
        (vec![b'n'; 200], b"long name".to_vec()),
    ];
    let count = 40 * scale();
    for n in 0..count {
        let size = [1, 100, 65_535, 65_536, 65_537, 200_000][n % 6];
        let bytes = (0..size).map(|at| u8::try_from((at * 31 + n * 7) % 251).unwrap()).collect();
        samples.push((format!("scan {n}.pdf").into_bytes(), bytes));
    }
    let dir = machine.path("in");
    fs::create_dir(&dir).unwrap();
    for (name, bytes) in &samples {
        fs::write(dir.join(std::ffi::OsStr::from_bytes(name)), bytes).unwrap();
    }
    let added = machine.ok(&["add", "in", "--recursive", "--client", "mk-01", "--kind", "scan", "--json"]);
    let added: serde_json::Value = serde_json::from_str(&added).unwrap();
    let records = added["records"].as_array().unwrap();
    assert_eq!(records.len(), samples.len());
    let mut sorted = samples.clone();
    sorted.sort();
    let ids: Vec<&str> = records.iter().map(|record| record["id"].as_str().unwrap()).collect();
    for (id, (name, bytes)) in ids.iter().zip(&sorted) {
        let shown = machine.run(&["show", id]);
        assert_eq!(&shown.stdout, bytes, "{}", String::from_utf8_lossy(name));
    }
    // All of them in one package, opened by what is not Subrosa.
    machine.consent("dr-lee");
    let share = ["--to", "dr-lee", "--purpose", "treat", "--why", "asked for"];
    let shared = machine.ok(&[&["share"], &ids[..], &share].concat());
    let package = machine.path(&format!("{}.age", shared.trim()));
    let into = machine.unpack(&package, "lee.txt");
    for (id, (_, bytes)) in ids.iter().zip(&sorted) {
        let files: Vec<_> = fs::read_dir(into.join("records").join(id)).unwrap().collect();
        assert_eq!(files.len(), 1);
        let path = files[0].as_ref().unwrap().path();
        let inside = path.strip_prefix(&into).unwrap();
        assert!(inside.to_str().is_some_and(|path| path.is_ascii() && path.len() <= 99), "{}", inside.display());
        assert_eq!(&fs::read(&path).unwrap(), bytes);
    }
    assert_eq!(machine.run(&["check", "--read-data"]).status.code(), Some(0));
}

#[test]
fn a_record_goes_from_pipe_to_pipe_without_waiting_for_itself() {
    let machine = Machine::new();
    let id = machine.add("once more\n");
    let bin = env!("CARGO_BIN_EXE_subrosa");
    let script = format!("{bin} show {id} | {bin} add - --client mk-01 --kind letter --lock-wait 5s");
    let mut shell = std::process::Command::new("sh");
    let piped = machine.command();
    shell.args(["-c", &script]).env_clear().current_dir(machine.path("."));
    for (name, value) in piped.get_envs() {
        shell.env(name, value.unwrap_or_default());
    }
    let output = shell.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(machine.ok(&["show", "@"]), "once more\n");
    // A reader that went away is no failure.
    let mut head = machine.spawn(&["list"]);
    drop(head.stdout.take());
    assert_eq!(head.wait_with_output().unwrap().status.code(), Some(0));
    // A slow `add -` holds nothing that others wait for.
    let slow = machine.spawn(&["add", "-", "--client", "mk-01", "--kind", "letter"]);
    machine.ok(&["tag", &id, "+meanwhile", "--lock-wait", "5s"]);
    let output = slow.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
}
