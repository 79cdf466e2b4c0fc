//! An owner leaves: who removes whom, what is sealed anew, and that it comes to its end however often it is killed.

use std::fs;
use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::with_partner;
use crate::integrity::copy_tree;
use crate::ledger::eventful;
use crate::machine::Machine;
use crate::machine::has;
use crate::machine::scale;
use crate::practice::Practice;

#[test]
fn who_removes_whom() {
    let practice = eventful();
    let said = practice.refused(3, &["owner", "remove", "owner"]);
    assert!(said.stderr.contains("the last owner"), "{said:?}");
    with_partner(&practice);
    practice.refused(4, &["owner", "remove", "nobody"]);
    practice.refused(2, &["owner", "remove"]);
    practice.refused(2, &["owner", "remove", "partner", "--resume"]);
    let said = practice.refused(3, &["owner", "remove", "owner"]);
    assert!(said.stderr.contains("another owner has to remove"), "{said:?}");
    let said = practice.at_terminal(&["n"], &["owner", "remove", "partner"]);
    assert_eq!(said.exit, 1, "{said:?}");
    let said = practice.ok(&["owner", "remove", "--resume", "--json"]).json();
    assert_eq!(
        (&said["removed"], &said["finished"], &said["of"]),
        (&Value::from(Vec::<Value>::new()), &true.into(), &0.into())
    );
    let said = practice.at_terminal(&[], &["owner", "remove", "--resume"]);
    assert!(said.stdout.contains("Nothing is left"), "{said:?}");

    let record = practice.ok(&["list"]).stdout.split('\t').next().unwrap().to_owned();
    let said = practice.at_terminal(&["y"], &["owner", "remove", "partner", "--reason", "left the practice"]);
    assert_eq!(said.exit, 0, "{said:?}");
    for words in ["partner opens the vault no more", "may have been kept", "old copies and backups", "safety number"] {
        assert!(said.stdout.contains(words), "{words}: {said:?}");
    }
    assert_eq!(practice.run(&["-i", "partner.txt", "list"]).exit, 12);
    assert_eq!(practice.ok(&["show", &record]).stdout, "Sleeps better since the walks.\n");
    assert_eq!(practice.run(&["check", "--read-data"]).exit, 0);
    // The name is free again.
    with_partner(&practice);
    practice.ok(&["-i", "partner.txt", "list"]);
    let id =
        practice.ok(&["owner", "list"]).stdout.lines().find(|line| line.contains("\tpartner\t")).unwrap().to_owned();
    let said = practice.ok(&["owner", "remove", id.split('\t').next().unwrap(), "--batch"]);
    assert_eq!(said.stdout, "1\t1\n", "{said:?}");
    assert!(said.stderr.contains("may have been kept"), "{said:?}");
}

#[test]
fn a_passphrase_owner_types_it_or_goes_as_well() {
    let practice = Practice::new();
    practice.write("pass.txt", "open sesame\n");
    practice.write("wrong.txt", "not it\n");
    practice.ok(&["owner", "add", "--passphrase", "--alias", "deputy", "--passphrase-file", "pass.txt"]);
    with_partner(&practice);
    let said = practice.refused(2, &["owner", "remove", "partner", "--batch"]);
    assert!(said.stderr.contains("--also-remove deputy"), "{said:?}");
    practice.refused(12, &["owner", "remove", "partner", "--batch", "--passphrase-file", "wrong.txt"]);
    // Never silently: Enter asks, and no stays no.
    let said = practice.at_terminal(&["y", "", "n", "not it", "open sesame"], &["owner", "remove", "partner"]);
    assert_eq!(said.exit, 0, "{said:?}");
    let keyless = |args: &[&str]| {
        let (host, ends) = practice.host();
        practice.run_in((host.with_var("SUBROSA_IDENTITY", ""), ends), args)
    };
    let said = keyless(&["owner", "list", "--passphrase-file", "pass.txt", "--json"]);
    assert_eq!((said.exit, said.json()["owners"].as_array().unwrap().len()), (0, 2), "{said:?}");

    // He removes somebody himself, and types it once.
    with_partner(&practice);
    let (host, ends) = practice.host();
    ["open sesame", "y"].iter().for_each(|answer| ends.terminal.will_answer(answer));
    let host = host.with_var("SUBROSA_IDENTITY", "").at_terminal(&ends);
    let said = practice.run_in((host, ends), &["owner", "remove", "partner", "--json"]);
    assert_eq!(said.exit, 0, "{said:?}");

    with_partner(&practice);
    let said = practice.ok(&["owner", "remove", "partner", "--also-remove", "deputy", "--batch", "--json"]).json();
    assert_eq!(said["removed"].as_array().unwrap().len(), 2, "{said}");
    assert_eq!(keyless(&["owner", "list", "--passphrase-file", "pass.txt"]).exit, 12);
}

#[test]
fn a_vault_that_only_paper_opens_is_meant() {
    let practice = Practice::new();
    let said = practice.at_terminal(&[], &["owner", "add", "--paper", "--alias", "safe"]);
    let paper = said.terminal.lines().find(|line| line.starts_with("AGE-SECRET-KEY-")).unwrap();
    practice.write("paper.txt", paper);
    let said = practice.refused(3, &["-i", "paper.txt", "owner", "remove", "owner", "--batch"]);
    assert!(said.stderr.contains("--yes"), "{said:?}");
    practice.ok(&["-i", "paper.txt", "owner", "remove", "owner", "--yes"]);
    assert_eq!(practice.run(&["list"]).exit, 12);
    practice.ok(&["-i", "paper.txt", "client", "add", "a-1"]);
}

/// A machine with so many records and another owner.
fn filled(records: usize, size: usize) -> Machine {
    let machine = Machine::new();
    fs::create_dir(machine.path("in")).unwrap();
    for n in 0..records {
        machine.write(&format!("in/{n}.txt"), format!("told {n} {}\n", "x".repeat(size)).as_bytes());
    }
    machine.ok(&["add", "in", "--recursive", "--client", "mk-01", "--kind", "letter", "--batch"]);
    machine.make_key("partner.txt");
    machine.ok(&["owner", "add", &machine.public_key("partner.txt"), "--alias", "partner"]);
    machine
}

/// What the vault opens with now: its identity, as stock age gives it.
fn identity(machine: &Machine, epoch: u64, key: &str) -> Vec<u8> {
    let stem = machine.public_key(key).parse::<subrosa::keys::recipient::PublicKey>().unwrap().file_stem();
    machine.open_sealed(&machine.vault().join(format!("keys/{epoch}/owner-{stem}.age")), key)
}

#[test]
fn a_removal_that_is_killed_again_and_again_ends_complete() {
    let full = scale() > 1;
    let (records, kills) = if full { (10_000, 50) } else { (50, 3) };
    let machine = filled(records, 10);
    copy_tree(&machine.vault(), &machine.path("older"));
    machine.write("before.txt", &identity(&machine, 1, "partner.txt"));
    let mut epoch = 1;
    for n in 0..kills {
        let begun = fs::read_to_string(machine.vault().join("vault.toml")).unwrap().contains("epoch = 2");
        let args: &[&str] = if begun { &["owner", "remove", "--resume"] } else { &["owner", "remove", "partner"] };
        let mut child = machine.spawn(&[args, &["--batch"]].concat());
        let longest = if full { 3_000_000 } else { 150_000 };
        thread::sleep(Duration::from_micros(((n * 7_919_777 + 20_000) % longest) as u64));
        let _ = child.kill();
        child.wait().unwrap();
        if n % 10 == 0 {
            let check = machine.run(&["check"]);
            assert!(matches!(check.status.code(), Some(0 | 7)), "after kill {n}: {check:?}");
        }
        epoch = if machine.vault().join("keys/2").exists() { 2 } else { 1 };
    }
    let opened = machine.run(&["list", "-q"]);
    assert!(opened.status.success(), "{opened:?}");
    let begun = fs::read_to_string(machine.vault().join("vault.toml")).unwrap().contains("epoch = 2");
    assert!(!begun || epoch == 2);
    let args: &[&str] = if begun { &["owner", "remove", "--resume"] } else { &["owner", "remove", "partner"] };
    machine.ok(&[args, &["--batch"]].concat());
    machine.ok(&["check", "--read-data"]);
    machine.ok(&["ledger", "verify"]);
    assert_eq!(machine.ok(&["list"]).lines().count(), records);
    let names: Vec<_> =
        fs::read_dir(machine.vault().join("keys")).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert!(!names.iter().any(|name| name == "1"), "{names:?}");
    assert!(!machine.vault().join("keys/2/earlier.age").exists());
    assert_eq!(machine.run(&["-i", "partner.txt", "list"]).status.code(), Some(12));

    // By stock age: what stays opens everything, and what the removed owner knows opens nothing that is there now.
    machine.write("now.txt", &identity(&machine, 2, "me.txt"));
    let objects: Vec<_> = machine.files(".local/share/subrosa/vault/records");
    // Besides, the lists of large batches are objects; `check` found no other.
    assert!((records..=records + kills + 10).contains(&objects.len()), "{}", objects.len());
    assert!(objects.iter().take(20).any(|file| machine.open_sealed(file, "now.txt").starts_with(b"told ")));
    if has("age") {
        for file in objects.iter().take(20).chain(&machine.files(".local/share/subrosa/vault/journal")) {
            for key in ["before.txt", "partner.txt"] {
                let mut age = std::process::Command::new("age");
                let output = age.arg("-d").arg("-i").arg(machine.path(key)).arg(file).output().unwrap();
                assert!(!output.status.success(), "{key} opens {}", file.display());
            }
        }
    }
    // The copy of before still opens with it: that is what is said aloud.
    let older = machine.files("older/records");
    assert!(machine.open_sealed(&older[0], "before.txt").starts_with(b"told "));
}

/// Removes an owner, and interrupts it when the first object is sealed anew beside the `objects` that there are. How many
/// it says are done.
#[cfg(unix)]
fn interrupted(machine: &Machine, owner: &str, objects: usize) -> u64 {
    let child = machine.spawn(&["owner", "remove", owner, "--batch"]);
    while machine.files(".local/share/subrosa/vault/records").len() <= objects {
        thread::sleep(Duration::from_millis(1));
    }
    let pid = rustix::process::Pid::from_raw(child.id() as i32).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(7), "{output:?}");
    let words = format!(" of {objects} objects are sealed anew; next: subrosa owner remove --resume");
    assert!(said.contains(&words), "{said}");
    let said = String::from_utf8(output.stdout).unwrap();
    let done: u64 = said.split('\t').next().unwrap().parse().unwrap();
    assert!(done < objects as u64 && said.ends_with(&format!("\t{objects}\n")), "{said}");
    done
}

#[test]
#[cfg(unix)]
fn an_interrupt_stops_between_two_objects_and_it_is_taken_up_again() {
    let machine = filled(40, 1_500_000);
    let done = interrupted(&machine, "partner", 40);
    let check = machine.run(&["check", "--json"]);
    assert_eq!(check.status.code(), Some(7), "{check:?}");
    let check: Value = serde_json::from_slice(&check.stdout).unwrap();
    let finding = check["findings"].as_array().unwrap().iter().find(|found| found["verdict"] == "RESEALING").unwrap();
    assert!(finding["text"].as_str().unwrap().contains(&format!("{done} of 40")), "{finding}");
    assert_eq!((&check["ok"], &finding["cure"]), (&true.into(), &"subrosa owner remove --resume".into()));

    // Between, everything goes on, also another removal.
    machine.add("told later\n");
    machine.ok(&["owner", "add", &machine.public_key("partner.txt"), "--alias", "again"]);
    interrupted(&machine, "again", 41);
    assert_eq!(machine.ok(&["list"]).lines().count(), 41);
    assert_eq!(machine.run(&["check", "--read-data"]).status.code(), Some(7));
    let said: Value = serde_json::from_str(&machine.ok(&["owner", "remove", "--resume", "--json"])).unwrap();
    assert_eq!((&said["done"], &said["of"], &said["finished"]), (&41.into(), &41.into(), &true.into()));
    machine.ok(&["check", "--read-data"]);
    assert_eq!(machine.ok(&["owner", "remove", "--resume"]), "0\t0\n");
}
