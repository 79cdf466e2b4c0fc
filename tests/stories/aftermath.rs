//! What comes after: a repair after a removal, a change after a crash, a recovery after a recovery. None of it makes
//! anything worse, or says that something is wrong which is not.

use std::fs;

use crate::integrity::copy_tree;
use crate::practice::Practice;
use crate::recovery::add;
use crate::recovery::copy;
use crate::recovery::files_of;
use crate::recovery::offered;
use crate::recovery::ok;
use crate::recovery::on;
use crate::recovery::with_one;

/// A second computer with a directory of its own, which has accepted the head of what lies there.
pub fn acquainted(practice: &Practice, computer: &str, vault: &str) {
    let head = ok(practice, "home", vault, &["ledger", "verify", "--json"]).json()["head"].clone();
    let head = format!("{}:{}", head["size"], head["root"].as_str().unwrap());
    ok(practice, computer, vault, &["list", "--accept-head", &head]);
}

#[test]
fn a_repair_moves_what_a_check_names_and_no_key() {
    let practice = Practice::new();
    let (_, public) = subrosa::keys::identity::generate_owner();
    practice.ok(&["owner", "add", &String::from(public), "--alias", "bob"]);
    practice.ok(&["owner", "remove", "bob", "--yes"]);
    practice.write("vault/keys/2/note.txt", "mine");
    let said = practice.run(&["check", "--json"]).json();
    let named: Vec<_> = said["findings"].as_array().unwrap().iter().map(|found| found["file"].clone()).collect();
    assert_eq!(named, ["keys/2/note.txt"], "{said}");
    let moved = practice.ok(&["check", "--repair", "--json"]).json();
    assert_eq!(moved["moved"], serde_json::json!(named));
    practice.ok(&["list"]);
    practice.ok(&["check"]);
}

#[test]
fn what_a_crash_left_beside_the_tiles_is_no_alarm_after_the_next_change() {
    let (practice, _) = with_one();
    for (from, to) in [("vault", "before"), ("home", "home-before")] {
        copy(&practice, from, to);
    }
    add(&practice, "home", "vault", "two");
    copy(&practice, "vault/ledger", "left");
    for (from, to) in [("before", "vault"), ("home-before", "home")] {
        copy(&practice, from, to);
    }
    // The crash came after the tiles, and before the mark.
    for log in fs::read_dir(practice.path("left")).unwrap().flatten() {
        let log = log.file_name().into_string().unwrap();
        copy_tree(&practice.path(&format!("left/{log}/tile")), &practice.path(&format!("vault/ledger/{log}/tile")));
    }
    practice.write("one.txt", "three");
    practice.write("other.txt", "four");
    practice.ok(&["add", "one.txt", "other.txt", "--client", "mk-01", "--kind", "progress-note"]);
    for args in [&["check"][..], &["ledger", "verify"]] {
        practice.ok(args);
    }
    add(&practice, "home", "vault", "five");
    practice.ok(&["check"]);
}

#[test]
fn a_reader_that_has_everything_is_done() {
    let (practice, _) = with_one();
    copy(&practice, "vault", "desk-vault");
    acquainted(&practice, "desk", "desk-vault");
    let again = |what: &str| {
        let said = on(&practice, "desk", "desk-vault", &["ledger", "recover", "--from", "vault"]);
        assert!(said.exit == 0 && said.stderr.contains("everything is there already"), "{what}: {said:?}");
        assert!(!said.stderr.contains("subrosa ledger recover") && !said.stderr.contains("--accept-head"), "{said:?}");
    };
    again("up to date");
    add(&practice, "home", "vault", "two");
    let said = ok(&practice, "desk", "desk-vault", &["ledger", "recover", "--from", "vault"]);
    assert!(!said.stderr.contains("everything is there already"), "{said:?}");
    again("brought");
    practice.ok(&["ledger", "rotate-key"]);
    ok(&practice, "desk", "desk-vault", &["ledger", "recover", "--from", "vault"]);
    again("taken over");
    again("and once more");
    assert_eq!(on(&practice, "desk", "desk-vault", &["client", "add", "c-3"]).exit, 3);
}

/// Names the head that a refused recovery offers.
fn settle(practice: &Practice, computer: &str, vault: &str) {
    let said = on(practice, computer, vault, &["ledger", "recover"]);
    assert_eq!(said.exit, 5, "{said:?}");
    ok(practice, computer, vault, &["ledger", "recover", "--accept-head", &offered(&said)]);
}

/// What a recovery from a copy left out, and why.
fn left_out(practice: &Practice, computer: &str, vault: &str, from: &str) -> Vec<String> {
    let said = on(practice, computer, vault, &["ledger", "recover", "--from", from, "--json"]);
    assert_eq!(said.exit, 7, "{said:?}");
    let said = said.json();
    assert_eq!((&said["joined"], &said["missing"]), (&serde_json::json!([]), &0.into()), "{said}");
    said["left_out"].as_array().unwrap().iter().map(|left| left["reason"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_continues_a_branch_that_was_given_up_is_never_joined() {
    let (practice, _) = with_one();
    copy(&practice, "vault", "other");
    copy(&practice, "home", "clone");
    practice.ok(&["client", "add", "mk-99"]);
    add(&practice, "clone", "other", "two");
    assert_eq!(practice.run(&["ledger", "recover", "--from", "other"]).exit, 5);
    settle(&practice, "home", "vault");
    add(&practice, "home", "vault", "three");
    assert_eq!(on(&practice, "clone", "other", &["ledger", "recover", "--from", "vault"]).exit, 5);
    settle(&practice, "clone", "other");
    let links = || {
        let files = files_of(&practice.path("other/ledger"), "successor").into_iter();
        files.map(|file| fs::read(file).unwrap()).collect::<Vec<_>>()
    };
    let before = links();
    // Each side names both logs of the other one, and goes on.
    for (at, (computer, vault, from)) in
        [("clone", "other", "vault"), ("home", "vault", "other")].repeat(2).into_iter().enumerate()
    {
        let left = left_out(&practice, computer, vault, from);
        assert!(left.len() == 2 && left.iter().all(|why| why.contains("excludes")), "{computer}: {left:?}");
        ok(&practice, computer, vault, &["check"]);
        ok(&practice, computer, vault, &["client", "add", &format!("new-{at}")]);
    }
    assert_eq!(before, links(), "nothing was signed for the other side");
    // One that lies here itself is not joined either.
    for log in fs::read_dir(practice.path("vault/ledger")).unwrap().flatten() {
        let log = log.file_name().into_string().unwrap();
        for of in ["ledger", "journal"] {
            let (from, to) = (practice.path(&format!("vault/{of}/{log}")), practice.path(&format!("other/{of}/{log}")));
            if !to.exists() {
                copy_tree(&from, &to);
            }
        }
    }
    assert!(ok(&practice, "clone", "other", &["ledger", "verify"]).stdout.starts_with("CONTINUOUS\t"));
    // What was kept of the fork is two heads, and is read as such.
    let evidence = files_of(&practice.path("home/.local/state"), ".txt").pop().unwrap();
    let said = practice.run(&["ledger", "verify", "--against", evidence.to_str().unwrap()]);
    assert!(said.exit == 5 && said.stdout.starts_with("FORKED\t"), "{said:?}");
    assert!(!said.stdout.contains("MALFORMED"), "{said:?}");
    practice.ok(&["ledger", "rotate-key"]);
    assert_eq!(left_out(&practice, "clone", "other", "vault").len(), 3);
}

#[test]
fn one_next_key_used_on_two_computers_is_no_dead_end() {
    let practice = Practice::without_vault();
    let said = practice.at_terminal(&["key file", "y"], &["init"]);
    let key = said.terminal.lines().find(|line| line.starts_with("PRIVATE+KEY+")).unwrap().to_owned();
    practice.write("next.txt", &format!("{key}\n"));
    fs::copy(practice.path("home/.config/subrosa/identity.txt"), practice.path("me.txt")).unwrap();
    practice.ok(&["client", "add", "mk-01"]);
    copy(&practice, "vault", "desk-vault");
    practice.ok(&["ledger", "rotate-key", "--next-key", "next.txt"]);
    let refused = on(&practice, "desk", "desk-vault", &["ledger", "recover"]);
    let begin = ["ledger", "recover", "--accept-head", &offered(&refused), "--next-key", "next.txt"];
    ok(&practice, "desk", "desk-vault", &begin);
    let two = add(&practice, "home", "vault", "two");
    let three = add(&practice, "desk", "desk-vault", "three");
    let kept = [("desk-vault", "desk-copy"), ("vault", "copy"), ("home", "home-copy"), ("desk", "desk-home-copy")];
    for (from, to) in kept {
        copy(&practice, from, to);
    }
    // Whichever of the two takes the other's in, with what closed the older ledger there, the other one follows.
    let said = on(&practice, "desk", "desk-vault", &["ledger", "recover", "--from", "vault", "--json"]);
    assert!(said.exit == 0 && said.json()["joined"].as_array().unwrap().len() == 2, "{said:?}");
    ok(&practice, "desk", "desk-vault", &["client", "add", "d-4"]);
    let said = practice.run(&["ledger", "recover", "--from", "desk-vault"]);
    assert!(said.exit == 0 && said.stderr.contains("has given up writing"), "{said:?}");
    for (computer, vault) in [("home", "vault"), ("desk", "desk-vault")] {
        ok(&practice, computer, vault, &["check"]);
    }
    for (from, to) in kept {
        copy(&practice, to, from);
    }
    // Each takes the other's in, and the second of them follows.
    let said = on(&practice, "home", "vault", &["ledger", "recover", "--from", "desk-copy", "--json"]);
    assert!(said.exit == 0 && said.json()["joined"].as_array().unwrap().len() == 1, "{said:?}");
    let said = on(&practice, "desk", "desk-vault", &["ledger", "recover", "--from", "vault"]);
    assert!(said.exit == 0 && said.stderr.contains("has given up writing"), "{said:?}");
    for (computer, vault) in [("home", "vault"), ("desk", "desk-vault")] {
        ok(&practice, computer, vault, &["check"]);
        for (id, text) in [(&two, "two"), (&three, "three")] {
            assert_eq!(ok(&practice, computer, vault, &["show", id]).stdout, text, "{computer}");
        }
    }
    practice.ok(&["client", "add", "b-2"]);
    assert_eq!(on(&practice, "desk", "desk-vault", &["client", "add", "c-3"]).exit, 3);
}

/// What a reader says of a vault.
fn verdict(practice: &Practice, computer: &str, vault: &str) -> (u8, String) {
    let said = on(practice, computer, vault, &["check", "--json"]);
    (said.exit, said.json()["ledger"]["verdict"].as_str().unwrap().to_owned())
}

#[test]
fn a_new_key_that_came_half_is_on_its_way_and_a_header_that_came_last_is_named() {
    let (practice, one) = with_one();
    for vault in ["before", "desk-vault"] {
        copy(&practice, "vault", vault);
    }
    acquainted(&practice, "desk", "desk-vault");
    copy(&practice, "desk", "desk-before");
    let logs = |vault: &str| files_of(&practice.path(&format!("{vault}/ledger")), "/checkpoint");
    let old = logs("vault").pop().unwrap().parent().unwrap().file_name().unwrap().to_owned();
    practice.ok(&["ledger", "rotate-key"]);
    let is_new = |file: &std::path::PathBuf| !file.to_str().unwrap().contains(old.to_str().unwrap());
    let new = logs("vault").into_iter().find(is_new).unwrap().parent().unwrap().file_name().unwrap().to_owned();
    let (old, new) = (old.to_str().unwrap(), new.to_str().unwrap());
    for missing in [
        format!("journal/{new}/000.age"),
        format!("ledger/{new}/tile/entries/000.p/3"),
        format!("ledger/{new}/tile/0/000.p/3"),
        format!("ledger/{new}/checkpoint"),
        format!("ledger/{old}/tile/entries/000.p/6"),
    ] {
        copy(&practice, "vault", "desk-vault");
        copy(&practice, "desk-before", "desk");
        fs::remove_file(practice.path(&format!("desk-vault/{missing}"))).unwrap();
        assert_eq!(verdict(&practice, "desk", "desk-vault"), (5, "INCOMPLETE".to_owned()), "{missing}");
        let said = on(&practice, "desk", "desk-vault", &["list"]);
        assert!(said.exit == 5 && said.stderr.contains("wait and retry"), "{missing}: {said:?}");
        copy(&practice, "vault", "desk-vault");
        ok(&practice, "desk", "desk-vault", &["check"]);
    }
    // The header alone is older: on the computer that writes, and on one that reads.
    let header = fs::read(practice.path("before/vault.toml")).unwrap();
    copy(&practice, "desk-before", "desk");
    for (computer, vault) in [("home", "vault"), ("desk", "desk-vault")] {
        fs::write(practice.path(&format!("{vault}/vault.toml")), &header).unwrap();
        let said = on(&practice, computer, vault, &["show", &one]);
        assert!(said.exit == 5 && said.stdout == "one", "{computer}: {said:?}");
        let check = on(&practice, computer, vault, &["check"]);
        assert!(check.exit == 5 && check.stdout.starts_with("ROLLED-BACK\t"), "{computer}: {check:?}");
        assert!(!check.stdout.contains("STRAY") && check.stdout.contains("\tsubrosa ledger recover\n"), "{check:?}");
        let said = ok(&practice, computer, vault, &["ledger", "recover"]);
        assert!(!said.stdout.contains(old), "{computer}: {said:?}");
        ok(&practice, computer, vault, &["check"]);
        ok(&practice, computer, vault, &["show", &one]);
    }
    practice.ok(&["client", "add", "b-2"]);
    assert_eq!(on(&practice, "desk", "desk-vault", &["client", "add", "c-3"]).exit, 3);
}

#[test]
fn another_vault_that_is_known_from_elsewhere_is_another_vault() {
    let (practice, other) = (Practice::new(), crate::ledger::eventful_elsewhere());
    for (from, to) in [(practice.vault(), "one"), (other.vault(), "two")] {
        copy_tree(&from, &practice.path(to));
        let said = on(&practice, "desk", to, &["client", "add", "nobody"]);
        ok(&practice, "desk", to, &["list", "--accept-head", &offered(&said)]);
    }
    fs::rename(practice.path("one"), practice.path("gone")).unwrap();
    fs::rename(practice.path("two"), practice.path("one")).unwrap();
    assert_eq!(verdict(&practice, "desk", "one"), (5, "UNTRUSTED-KEY".to_owned()));
}

#[test]
fn what_is_wrong_comes_with_what_mends_it() {
    let (practice, _) = with_one();
    let (_, public) = subrosa::keys::identity::generate_owner();
    practice.ok(&["owner", "add", &String::from(public), "--alias", "bob"]);
    copy(&practice, "vault", "desk-vault");
    acquainted(&practice, "desk", "desk-vault");
    // A checkpoint that is torn is made anew from what is remembered.
    let checkpoint = files_of(&practice.vault(), "/checkpoint").pop().unwrap();
    fs::write(&checkpoint, &fs::read(&checkpoint).unwrap()[..60]).unwrap();
    let check = practice.run(&["check"]);
    assert!(check.exit == 5 && check.stdout.contains("by subrosa ledger recover"), "{check:?}");
    let said = practice.run(&["list"]);
    assert!(said.exit == 5 && said.stderr.contains("try: subrosa ledger recover\n"), "{said:?}");
    practice.ok(&["ledger", "recover"]);
    practice.ok(&["check"]);
    // Another vault key is compared with where it was made, and its head is named.
    practice.ok(&["owner", "remove", "bob", "--yes"]);
    copy(&practice, "vault", "desk-vault");
    let said = on(&practice, "desk", "desk-vault", &["check"]);
    assert!(said.exit == 5 && said.stdout.starts_with("UNTRUSTED-KEY\t"), "{said:?}");
    assert!(!said.stdout.contains("bring the vault back"), "{said:?}");
    let (_, rest) = said.stdout.split_once("--accept-head ").unwrap();
    ok(&practice, "desk", "desk-vault", &["list", "--accept-head", rest.split(' ').next().unwrap()]);
    ok(&practice, "desk", "desk-vault", &["check"]);
    // A mark that is torn names what shows the head.
    let state = practice.path("home/.local/state");
    for mark in files_of(&state, "/head") {
        fs::write(&mark, "subr").unwrap();
    }
    let said = practice.run(&["list"]);
    assert!(said.exit == 5 && said.stderr.contains("try: subrosa ledger verify"), "{said:?}");
}

#[test]
fn the_last_bundle_is_made_anew_from_the_journal() {
    let (practice, one) = with_one();
    let ledger = crate::witnesses::ledger(&practice);
    let size = crate::witnesses::published(&practice).head().size;
    let journal = files_of(&practice.path("vault/journal"), "000.age").pop().unwrap();
    let (bundle, hashes) = (format!("tile/entries/000.p/{size}"), format!("tile/0/000.p/{size}"));
    let before = [&bundle, &hashes].map(|file| fs::read(ledger.join(file)).unwrap());
    for gone in [&[&bundle][..], &[&bundle, &hashes]] {
        gone.iter().for_each(|file| fs::remove_file(ledger.join(file)).unwrap());
        let said = practice.run(&["check"]);
        assert!(said.exit == 5 && said.stdout.starts_with("INCOMPLETE\t"), "{said:?}");
        // Only what gives the signed root is made: without the openings there is nothing to make it from.
        let sealed = fs::read(&journal).unwrap();
        fs::remove_file(&journal).unwrap();
        assert!(matches!(practice.run(&["ledger", "recover"]).exit, 3 | 5));
        assert!(!ledger.join(&bundle).exists());
        fs::write(&journal, sealed).unwrap();
        practice.ok(&["ledger", "recover"]);
        assert_eq!([&bundle, &hashes].map(|file| fs::read(ledger.join(file)).unwrap()), before);
        practice.ok(&["check"]);
    }
    assert_eq!(practice.ok(&["show", &one]).stdout, "one");
    practice.ok(&["client", "add", "zz-01"]);
}
