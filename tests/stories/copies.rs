//! Copies made while the vault lives: whole or torn, behind or ahead, and looking at one writes nothing.

use std::fs;
use std::process::Command;
use std::thread;

use crate::integrity::copy_tree;
use crate::integrity::needed_files;
use crate::integrity::vault_files;
use crate::ledger::eventful;
use crate::ledger::eventful_elsewhere;
use crate::machine::Machine;
use crate::machine::has;
use crate::machine::scale;
use crate::practice::Practice;

/// `check --copy`, which writes nothing anywhere.
fn check(practice: &Practice, more: &[&str]) -> crate::practice::Said {
    let state = practice.files();
    let copy = everything(practice);
    let said = practice.run(&[&["check", "--copy", "copy"], more].concat());
    assert_eq!(practice.files(), state, "it wrote into the vault or the state directory");
    assert_eq!(everything(practice), copy, "it wrote into the copy");
    said
}

fn everything(practice: &Practice) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    fn collect(directory: &std::path::Path, found: &mut Vec<(std::path::PathBuf, Vec<u8>)>) {
        for entry in fs::read_dir(directory).into_iter().flatten() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => collect(&path, found),
                false => found.push((path.clone(), fs::read(&path).unwrap())),
            }
        }
    }
    let mut found = Vec::new();
    collect(&practice.path("copy"), &mut found);
    found.sort();
    found
}

#[test]
fn a_copy_is_whole_while_the_vault_goes_on() {
    let practice = eventful();
    copy_tree(&practice.vault(), &practice.path("copy"));
    let said = check(&practice, &["--read-data"]);
    assert!(said.exit == 0 && said.stdout.ends_with("\twhole, 0 entries behind\n"), "{said:?}");
    for n in 0..3 {
        practice.ok(&["client", "add", &format!("n{n}-x")]);
    }
    let said = check(&practice, &[]);
    assert!(said.exit == 0 && said.stdout.ends_with("\twhole, 3 entries behind\n"), "{said:?}");
    assert!(said.stdout.starts_with("CONTINUOUS\t"), "{said:?}");
    let found = check(&practice, &["--json"]).json();
    assert_eq!((&found["ok"], &found["copy"]["behind"], &found["records"]), (&true.into(), &3.into(), &1.into()));
    // What a live copy may hold beside its events is no fault of it.
    fs::create_dir_all(practice.path("copy/incoming/0123456789abcdef")).unwrap();
    fs::write(practice.path("copy/incoming/0123456789abcdef/intent"), "records/zz/x.age\n").unwrap();
    fs::create_dir_all(practice.path("copy/outbox")).unwrap();
    fs::write(practice.path("copy/outbox/d-0123456789abcdef.age"), "x").unwrap();
    assert_eq!(check(&practice, &[]).exit, 0);
}

#[test]
fn without_a_mark_a_copy_is_measured_by_the_vault() {
    let practice = eventful();
    copy_tree(&practice.vault(), &practice.path("copy"));
    practice.ok(&["client", "add", "cd-03"]);
    fs::rename(practice.path("home/.local/state"), practice.path("elsewhere")).unwrap();
    let said = check(&practice, &[]);
    assert!(said.exit == 0 && said.stdout.starts_with("INTACT\t"), "{said:?}");
    assert!(said.stdout.ends_with("\twhole, 1 entry behind\n"), "{said:?}");
    assert!(!practice.path("home/.local/state/subrosa/pins").exists());
}

#[test]
fn a_torn_copy_names_what_is_not_in_it() {
    let practice = eventful();
    for file in needed_files(&practice) {
        copy_tree(&practice.vault(), &practice.path("copy"));
        fs::remove_file(practice.path("copy").join(&file)).unwrap();
        if file.starts_with("outbox/") {
            continue;
        }
        let said = check(&practice, &[]);
        assert!(said.exit == 5 && said.stdout.starts_with("INCOMPLETE\t"), "{file}: {said:?}");
        assert!(said.stdout.contains(&format!("\t{file}\t")), "{file}: {said:?}");
        fs::remove_dir_all(practice.path("copy")).unwrap();
    }
}

#[test]
fn a_flipped_byte_in_a_copy_is_named() {
    let practice = eventful();
    for file in vault_files(&practice) {
        copy_tree(&practice.vault(), &practice.path("copy"));
        let path = practice.path("copy").join(&file);
        let mut bytes = fs::read(&path).unwrap();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        fs::write(&path, &bytes).unwrap();
        let said = check(&practice, &["--read-data", "--json"]);
        // The vault's own key has opened it, and an end of the signing key's file that nobody needs is behind its seal.
        let found = said.json();
        assert_eq!(said.exit, 5, "{file}: {said:?}");
        assert!(found["findings"].to_string().contains(&format!("\"{file}\"")), "{file}: {found}");
        fs::remove_dir_all(practice.path("copy")).unwrap();
    }
}

#[test]
fn a_copy_ahead_of_what_was_seen_is_told_apart() {
    let practice = eventful();
    let state = practice.path("home/.local/state");
    copy_tree(&practice.vault(), &practice.path("older"));
    copy_tree(&state, &practice.path("state-older"));
    practice.ok(&["client", "add", "cd-03"]);
    fs::rename(practice.vault(), practice.path("copy")).unwrap();
    fs::rename(practice.path("older"), practice.vault()).unwrap();
    fs::remove_dir_all(&state).unwrap();
    fs::rename(practice.path("state-older"), &state).unwrap();
    let said = check(&practice, &[]);
    assert!(said.exit == 5 && said.stdout.starts_with("AHEAD\t"), "{said:?}");
    assert!(said.stdout.contains("1 entry ahead"), "{said:?}");
}

#[test]
fn a_copy_that_went_on_under_another_key_is_ahead_and_no_other_vault() {
    let practice = eventful();
    let state = practice.path("home/.local/state");
    copy_tree(&practice.vault(), &practice.path("older"));
    copy_tree(&state, &practice.path("state-older"));
    practice.ok(&["ledger", "rotate-key"]);
    practice.ok(&["client", "add", "cd-03"]);
    fs::rename(practice.vault(), practice.path("copy")).unwrap();
    fs::rename(practice.path("older"), practice.vault()).unwrap();
    fs::remove_dir_all(&state).unwrap();
    fs::rename(practice.path("state-older"), &state).unwrap();
    let said = check(&practice, &[]);
    assert!(said.exit == 5 && said.stdout.starts_with("AHEAD\t"), "{said:?}");
    // What closed the ledger, what the next one begins with, and the client.
    assert!(said.stdout.contains("5 entries ahead") && said.stdout.contains("--from DIR"), "{said:?}");
    // More was written here before the two met.
    practice.ok(&["client", "add", "ef-04"]);
    practice.ok(&["client", "add", "ef-05"]);
    let said = practice.run(&["check", "--copy", "copy"]);
    assert!(said.exit == 5 && said.stdout.starts_with("FORKED\t"), "{said:?}");
    assert!(said.stdout.contains("both notes are in"), "{said:?}");
}

#[test]
fn a_rolled_back_vault_does_not_make_its_copy_a_fork() {
    let practice = eventful();
    copy_tree(&practice.vault(), &practice.path("older"));
    practice.ok(&["client", "add", "cd-03"]);
    fs::rename(practice.vault(), practice.path("copy")).unwrap();
    fs::rename(practice.path("older"), practice.vault()).unwrap();
    // The copy is what this computer saw last: it is the one to bring back.
    let said = check(&practice, &[]);
    assert!(said.exit == 0 && said.stdout.ends_with("\twhole, 0 entries behind\n"), "{said:?}");
}

#[test]
fn another_vault_is_no_copy_and_nothing_is_none_at_all() {
    let (practice, other) = (eventful(), eventful_elsewhere());
    copy_tree(&other.vault(), &practice.path("copy"));
    let said = check(&practice, &[]);
    assert!(said.exit == 5 && said.stdout.starts_with("WRONG-LOG\t"), "{said:?}");
    fs::remove_dir_all(practice.path("copy")).unwrap();
    assert_eq!(check(&practice, &[]).exit, 10);
}

#[test]
fn every_copy_of_a_vault_that_is_written_to_is_whole() {
    if !has("flock") || !has("tar") {
        return;
    }
    let machine = Machine::new();
    let adds = 25 * scale();
    thread::scope(|scope| {
        for name in ["a", "b"] {
            let machine = &machine;
            scope.spawn(move || (0..adds).for_each(|n| drop(machine.add(&format!("{name} {n}\n")))));
        }
        for n in 0..8 * scale() {
            let copy = machine.path(&format!("copy-{n}"));
            fs::create_dir(&copy).unwrap();
            let vault = machine.vault();
            let script = "flock -s \"$1/lock\" tar c -C \"$1\" . | tar x -C \"$2\"";
            let taken = Command::new("sh").args(["-c", script, "sh"]).arg(&vault).arg(&copy).output().unwrap();
            assert!(taken.status.success(), "{taken:?}");
            let output = machine.run(&["check".as_ref(), "--read-data".as_ref(), "--copy".as_ref(), copy.as_os_str()]);
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(output.status.success() && said.contains("whole, "), "copy {n}: {output:?}");
        }
    });
    assert_eq!(machine.run(&["check", "--read-data"]).status.code(), Some(0));
}
