//! The ledger as it is read: what happened, by whom it is asked, and its head for others.

use std::fs;
use std::io::BufRead as _;
use std::io::BufReader;

use snapbox::assert_data_eq;
use snapbox::str;

use crate::machine::Machine;
use crate::practice::ANA;
use crate::practice::LEE;
use crate::practice::OWNER;
use crate::practice::Practice;
use crate::practice::Scene;

/// A vault in which something happened on two days.
pub fn eventful() -> Practice {
    static SCENE: Scene = Scene::new();
    SCENE.set(|| eventful_in(Practice::new()))
}

/// The same in another vault: with its own log and its own key.
pub fn eventful_elsewhere() -> Practice {
    static SCENE: Scene = Scene::new();
    SCENE.set(|| {
        let practice = Practice::without_vault();
        // Every run draws other randomness.
        practice.ok(&["help"]);
        practice.ok(&["init", "--owner", OWNER, "--time-zone", "Europe/Lisbon", "--batch"]);
        eventful_in(practice)
    })
}

fn eventful_in(mut practice: Practice) -> Practice {
    practice.ok(&["client", "add", "mk-01", "--name", "Maria Kestrel", "--adult"]);
    practice.ok(&["client", "add", "ab-02"]);
    practice.write("note.txt", "Sleeps better since the walks.\n");
    practice.ok(&["add", "note.txt", "--client", "mk-01", "--kind", "progress-note"]);
    practice.now += 86_400;
    practice.ok(&["recipient", "add", "dr-lee", "--key", LEE, "--verified", "in-person"]);
    practice.ok(&["recipient", "add", "ana", "--key", ANA]);
    practice.consent("dr-lee");
    practice.ok(&["share", "@", "--to", "dr-lee", "--purpose", "treat", "-o", "lee.age"]);
    practice
}

/// The columns of every line.
fn rows(text: &str) -> Vec<Vec<&str>> {
    text.lines().map(|line| line.split('\t').collect()).collect()
}

#[test]
fn the_log_in_a_pipe_has_six_columns() {
    let practice = eventful();
    let said = practice.ok(&["ledger", "log"]);
    assert_eq!(said.stderr, "");
    let rows = rows(&said.stdout);
    assert!(rows.iter().all(|row| row.len() == 6), "{said:?}");
    let seen: Vec<_> = rows.iter().map(|row| (row[0], row[2], row[3], row[4], row[5].get(..2).unwrap_or(""))).collect();
    assert_eq!(
        seen,
        [
            ("1", "vault.created", "", "", ""),
            ("2", "protocol.adopted", "", "", ""),
            ("3", "client.added", "mk-01", "", "c-"),
            ("4", "client.added", "ab-02", "", "c-"),
            ("5", "record.added", "mk-01", "", "r-"),
            ("6", "recipient.added", "", "dr-lee", "p-"),
            ("7", "recipient.added", "", "ana", "p-"),
            ("8", "consent.granted", "mk-01", "", "k-"),
            ("9", "disclosure.made", "mk-01", "dr-lee", "d-"),
        ]
    );
    assert!(rows.iter().all(|row| row[5].is_empty() || row[5].len() == 18), "ids are whole: {said:?}");
    assert_eq!((rows[0][1], rows[8][1]), ("2026-11-21T09:30:00Z", "2026-11-22T09:30:00Z"));
}

#[test]
fn filters_are_all_met() {
    let practice = eventful();
    let indices = |args: &[&str]| {
        let said = practice.ok(&[&["ledger", "log"], args].concat());
        rows(&said.stdout).iter().map(|row| row[0].to_owned()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(indices(&["--client", "mk-01"]), "3 5 8 9");
    assert_eq!(indices(&["--recipient", "dr-lee"]), "6 9");
    assert_eq!(indices(&["--client", "mk-01", "--recipient", "dr-lee"]), "9");
    assert_eq!(indices(&["--kind", "client.added"]), "3 4");
    assert_eq!(indices(&["--limit", "2"]), "8 9");
    assert_eq!(indices(&["--client", "mk-01", "--limit", "1"]), "9");
    assert_eq!(indices(&["--limit", "0"]), "");
    // A bare date begins with its day in the practice's zone; a span counts back from today.
    assert_eq!(indices(&["--since", "2026-11-22"]), "6 7 8 9");
    assert_eq!(indices(&["--since", "2026-11-21"]), "1 2 3 4 5 6 7 8 9");
    assert_eq!(indices(&["--since", "2026-11-22T09:30:01Z"]), "");
    assert_eq!(indices(&["--since", "1d"]), "1 2 3 4 5 6 7 8 9");
    let none = practice.ok(&["ledger", "log", "--client", "ab-02", "--recipient", "ana"]);
    assert_eq!((none.stdout.as_str(), none.stderr.as_str()), ("", "subrosa: no entry meets all of this\n"));
}

#[test]
fn a_wrong_kind_lists_the_right_ones_and_a_miss_names_the_nearest() {
    let practice = eventful();
    let said = practice.refused(2, &["ledger", "log", "--kind", "disclosure.mad"]);
    assert!(
        said.stderr.contains("disclosure.made, disclosure.confirmed, disclosure.told, disclosure.refused"),
        "{said:?}"
    );
    let said = practice.refused(4, &["ledger", "log", "--client", "mk-10"]);
    assert!(said.stderr.contains("did you mean mk-01?"), "{said:?}");
}

#[test]
fn the_log_as_json_holds_the_events_as_they_are_stored() {
    let practice = eventful();
    let log = practice.ok(&["ledger", "log", "--json"]).json();
    assert_eq!(log["schema"], "subrosa/ledger-log/1");
    assert_eq!(log["head"]["size"], 10);
    let entries = log["entries"].as_array().unwrap();
    let last = &entries[8];
    let mut fields: Vec<_> = last.as_object().unwrap().keys().map(String::as_str).collect();
    fields.sort_unstable();
    assert_eq!(
        fields,
        ["actor", "client", "event", "index", "kind", "origin", "reasons", "recipient", "records", "time"]
    );
    assert_eq!(last["client"]["alias"], "mk-01");
    assert_eq!(last["recipient"]["alias"], "dr-lee");
    assert_eq!(last["records"][0], entries[4]["event"]["record"]);
    assert_eq!(last["event"]["kind"], "disclosure.made");
    assert_eq!(last["event"]["purpose"], "treat");
    assert_eq!(entries[0]["client"], serde_json::Value::Null);
    // Nothing that meets the filter is an empty list, not an absent one.
    let none = practice.ok(&["ledger", "log", "--json", "--limit", "0"]).json();
    assert_eq!((none["entries"].as_array().unwrap().len(), &none["head"]["size"]), (0, &10.into()));
}

#[test]
fn what_was_refused_stands_in_the_log_with_its_reasons() {
    let practice = eventful();
    assert_eq!(practice.run(&["share", "@", "--to", "ana", "--purpose", "treat", "-o", "ana.age"]).exit, 3);
    let said = practice.at_terminal(&[], &["ledger", "log", "--kind", "disclosure.refused"]);
    assert!(said.stdout.contains("disclosure.refused  mk-01  ana"), "{said:?}");
    assert!(said.stdout.contains("E-RECIP-UNVERIFIED"), "{said:?}");
    let log = practice.ok(&["ledger", "log", "--kind", "disclosure.refused", "--json"]).json();
    let reasons = log["entries"][0]["reasons"].as_array().unwrap();
    assert!(!reasons.is_empty() && reasons.iter().all(|reason| reason.as_str().unwrap().starts_with("E-")), "{log}");
}

#[test]
fn on_a_terminal_the_columns_stand_under_each_other() {
    let practice = eventful();
    let said = practice.at_terminal(&[], &["ledger", "log", "--limit", "3"]);
    assert_data_eq!(
        said.stdout,
        str![[r#"
7  2026-11-22T09:30:00Z  recipient.added         ana     p-[..]
8  2026-11-22T09:30:00Z  consent.granted  mk-01          k-[..]
9  2026-11-22T09:30:00Z  disclosure.made  mk-01  dr-lee  d-[..]

"#]]
    );
}

#[test]
fn a_reader_who_has_read_enough_is_no_failure() {
    let machine = Machine::new();
    for n in 0..4 {
        machine.ok(&["client", "add", &format!("c{n}-x")]);
    }
    for json in [false, true] {
        let mut command = machine.command();
        command.args(["ledger", "log"]).args(json.then_some("--json"));
        let mut child =
            command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
        // Nobody reads at all: the pipe is closed before the first line comes.
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        // The real program sweeps the real machine: an edit that another story left there just now is named here too.
        let stderr = String::from_utf8_lossy(&output.stderr);
        let stderr: String = stderr.lines().filter(|line| !line.contains("an edit that was cut short")).collect();
        assert_eq!((output.status.code(), &*stderr), (Some(0), ""), "{output:?}");
    }
    let mut child = machine.spawn(&["ledger", "log"]);
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert!(first.starts_with("1\t"), "{first}");
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn the_checkpoint_is_given_byte_for_byte() {
    let practice = eventful();
    let stored = fs::read_dir(practice.vault().join("ledger")).unwrap().next().unwrap().unwrap().path();
    let stored = fs::read_to_string(stored.join("checkpoint")).unwrap();
    assert_eq!(practice.ok(&["ledger", "checkpoint"]).stdout, stored);
    practice.ok(&["ledger", "checkpoint", "-o", "head.txt"]);
    assert_eq!(fs::read_to_string(practice.path("head.txt")).unwrap(), stored);
    assert_eq!(crate::practice::mode(&practice.path("head.txt")), 0o600);
    // Never over a file unasked, and never into the vault.
    practice.refused(6, &["ledger", "checkpoint", "-o", "head.txt"]);
    practice.ok(&["ledger", "checkpoint", "-o", "head.txt", "--force"]);
    practice.refused(6, &["ledger", "checkpoint", "-o", "vault/head.txt"]);
    practice.refused(2, &["ledger", "checkpoint", "--json"]);
    let told = practice.ok(&["ledger", "checkpoint", "--json", "-o", "other.txt"]).json();
    assert_eq!((&told["schema"], &told["head"]["size"]), (&"subrosa/ledger-checkpoint/1".into(), &10.into()));
}

#[test]
fn a_ledger_that_holds_says_so_in_one_word() {
    let practice = eventful();
    let verified = practice.ok(&["ledger", "verify", "--json"]).json();
    let root = verified["head"]["root"].as_str().unwrap().to_owned();
    let origin = verified["head"]["origin"].as_str().unwrap().to_owned();
    assert_eq!(
        verified,
        serde_json::json!({
            "schema": "subrosa/ledger-verify/1",
            "verdict": "CONTINUOUS",
            "head": {"origin": origin, "size": 10, "root": root},
            "checked": {"leaves": 10, "tiles": 2, "openings": 9, "signatures": 1},
            "witnesses": {"counted": 0, "known": 0, "quorum": 0, "time": null},
            "findings": [],
        })
    );
    let bare = practice.ok(&["ledger", "verify"]);
    assert_eq!((bare.stdout, bare.stderr), (format!("CONTINUOUS\t{origin}\t10\t{root}\n"), String::new()));
    assert_data_eq!(
        practice.at_terminal(&[], &["ledger", "verify"]).stdout,
        str![[r#"
CONTINUOUS: subrosa/[..] size 10 root [..]
Everything holds, and it continues what this computer has seen.
looked at: 10 entries, 2 tiles, 9 openings, 1 signature

"#]]
    );
}

#[test]
fn a_computer_that_has_not_seen_the_vault_says_intact() {
    let practice = eventful();
    fs::rename(practice.path("home/.local/state"), practice.path("other-computer")).unwrap();
    let verified = practice.ok(&["ledger", "verify"]);
    assert!(verified.stdout.starts_with("INTACT\tsubrosa/"), "{verified:?}");
    assert!(verified.stderr.contains("has not seen this vault before"), "{verified:?}");
    assert_eq!(practice.ok(&["ledger", "verify", "--json"]).json()["verdict"], "INTACT");
}
