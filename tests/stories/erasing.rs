//! Fields of entries that were erased: gone from every file and answer, while everything that rests on the entries goes
//! on; and nothing that is missing passes for erased.

use std::fs;
use std::path::Path;

use serde_json::Value;
use subrosa::ledger::journal::Line;
use subrosa::vault::error::VaultError;

use crate::forger::Forger;
use crate::forger::active;
use crate::forger::erase;
use crate::forger::past;
use crate::integrity::copy_tree;
use crate::ledger::eventful;
use crate::practice::Practice;
use crate::practice::Said;
use crate::recovery::files_of;

const NAME: &str = "Maria Kestrel";

/// With the name of a client erased.
fn without_a_name() -> Practice {
    let practice = eventful();
    assert!(practice.ok(&["client", "show", "mk-01", "--json"]).stdout.contains(NAME));
    erase(&practice, &active(&practice), &[(3, &["name"])]).unwrap();
    practice
}

/// On a computer that has seen nothing yet.
fn elsewhere(practice: &Practice, args: &[&str]) -> Said {
    let (host, ends) = practice.host();
    practice.run_in((host.with_var("HOME", practice.path("elsewhere").to_str().unwrap()), ends), args)
}

fn verdict(said: &Said) -> String {
    said.json()["verdict"].as_str().unwrap().to_owned()
}

#[test]
fn what_is_erased_is_in_no_answer_and_the_rest_goes_on() {
    let practice = without_a_name();
    for args in [&["client", "show", "mk-01", "--json"][..], &["ledger", "log", "--json"], &["list", "--json"]] {
        for said in [practice.ok(args), elsewhere(&practice, args)] {
            assert_eq!(said.exit, 0, "{said:?}");
            assert!(said.stdout.contains("mk-01") && !said.stdout.contains(NAME), "{args:?}: {said:?}");
        }
    }
    let log = practice.ok(&["ledger", "log", "--json"]).json();
    let entry = |index: usize| &log["entries"][index - 1];
    assert!(entry(3)["event"].get("name").is_none() && entry(3)["event"]["alias"] == "mk-01", "{log}");
    assert_eq!((&entry(10)["kind"], &entry(10)["event"]["fields"]), (&"event.erased".into(), &vec!["name"].into()));
    assert_eq!(verdict(&practice.ok(&["ledger", "verify", "--json"])), "CONTINUOUS");
    assert_eq!(verdict(&elsewhere(&practice, &["ledger", "verify", "--json"])), "INTACT");
    practice.ok(&["check", "--read-data"]);
    practice.ok(&["share", "@", "--to", "dr-lee", "--purpose", "treat", "-o", "again.age"]);
    copy_tree(&practice.vault(), &practice.path("copy"));
    practice.ok(&["check", "--copy", "copy", "--read-data"]);
}

#[test]
fn the_alias_of_somebody_who_was_erased_is_another_and_his_records_are_found() {
    let practice = eventful();
    erase(&practice, &active(&practice), &[(3, &["alias", "name"]), (5, &["date", "label", "tags", "title"])]).unwrap();
    let list = practice.ok(&["list", "--json"]).json();
    let client = list["records"][0]["client"].as_str().or(list["records"][0]["client"]["alias"].as_str()).unwrap();
    assert!(client.starts_with("erased-"), "{list}");
    let client = client.to_owned();
    practice.ok(&["client", "show", &client]);
    practice.ok(&["list", "--client", &client]);
    practice.ok(&["show", "@", "-o", "shown.txt"]);
    practice.ok(&["tag", "@", "+sleep"]);
    assert_eq!(verdict(&practice.ok(&["ledger", "verify", "--json"])), "CONTINUOUS");
}

#[test]
fn a_proof_shows_what_is_left() {
    let practice = without_a_name();
    practice.ok(&["ledger", "prove", "#3", "--for", "all", "-o", "two.tlog-proof"]);
    let said = practice.ok(&["ledger", "prove", "#3", "--for", "all", "-o", "again.tlog-proof", "--json"]).json();
    let names = |list: &Value| list.as_array().unwrap().iter().map(|name| name.to_string()).collect::<Vec<_>>();
    assert_eq!(names(&said["hidden"]), ["\"name\""], "{said}");
    assert!(names(&said["shown"]).contains(&"\"alias\"".to_owned()), "{said}");
    let vkey = Forger::of(&practice).key.verifier().to_string();
    practice.ok(&["proof", "verify", "two.tlog-proof", "--key", &vkey]);
    let said = practice.refused(2, &["ledger", "prove", "#3", "--show", "name", "-o", "three.tlog-proof"]);
    assert!(said.stderr.contains("name of entry 3 was erased: nobody can show it any more"), "{said:?}");
    assert!(!practice.path("three.tlog-proof").exists());
}

/// The journal as it was, put back by a sync or a backup.
fn put_back(practice: &Practice, at: &Path) {
    let mut forger = Forger::of(practice);
    forger.partial.clear();
    let lines = forger.open_journal(&fs::read(at).unwrap());
    forger.openings.extend(lines.into_iter().filter_map(|line| match line {
        Line::Whole(opening) if opening.index == 3 => Some(opening),
        _ => None,
    }));
    forger.openings.sort_by_key(|opening| opening.index);
    forger.write_journal();
}

#[test]
fn what_comes_back_goes_again() {
    let practice = eventful();
    let journal = practice.vault().join(format!("journal/{}/000.age", active(&practice)));
    fs::copy(&journal, practice.path("older.age")).unwrap();
    erase(&practice, &active(&practice), &[(3, &["name"])]).unwrap();
    assert_eq!(Forger::of(&practice).partial.len(), 1);
    put_back(&practice, &practice.path("older.age"));
    assert!(Forger::of(&practice).partial.is_empty());
    // Another computer reads it, tells what it finds, and mends nothing.
    let said = elsewhere(&practice, &["check", "--json"]);
    let found = said.json();
    assert_eq!(
        (said.exit, &found["findings"][0]["verdict"], &found["findings"][0]["index"]),
        (7, &"ERASING".into(), &3.into()),
        "{found}"
    );
    assert!(!elsewhere(&practice, &["ledger", "log", "--json"]).stdout.contains(NAME));
    assert!(Forger::of(&practice).partial.is_empty());
    // The one that writes replaces the line.
    practice.ok(&["list"]);
    assert_eq!(Forger::of(&practice).partial[0].hidden(), ["name"]);
    practice.ok(&["check"]);
}

#[test]
fn a_line_that_lacks_more_comes_from_a_copy() {
    let practice = eventful();
    erase(&practice, &active(&practice), &[(3, &["name"])]).unwrap();
    copy_tree(&practice.vault(), &practice.path("copy"));
    let mut forger = Forger::of(&practice);
    forger.hide(5, &["title"]);
    forger.write_journal();
    for said in [practice.run(&["ledger", "verify", "--json"]), elsewhere(&practice, &["ledger", "verify", "--json"])] {
        let finding = &said.json()["findings"][0];
        assert_eq!(
            (said.exit, verdict(&said).as_str(), &finding["index"]),
            (5, "OPENING-MISMATCH", &5.into()),
            "{said:?}"
        );
        assert!(
            finding["text"].as_str().unwrap().contains("lacks title, and no entry says that it was erased"),
            "{said:?}"
        );
        assert!(finding["cure"].as_str().unwrap().contains("ledger recover --from"), "{said:?}");
    }
    practice.ok(&["ledger", "recover", "--from", "copy", "--batch"]);
    assert_eq!(verdict(&practice.ok(&["ledger", "verify", "--json"])), "CONTINUOUS");
    practice.ok(&["client", "add", "later"]);
}

#[test]
fn without_a_copy_the_ledger_goes_on_from_before_a_line_that_lacks_more() {
    let practice = eventful();
    erase(&practice, &active(&practice), &[(3, &["name"])]).unwrap();
    copy_tree(&practice.vault(), &practice.path("copy"));
    let mut forger = Forger::of(&practice);
    forger.hide(7, &["name"]);
    forger.write_journal();
    let said = practice.run(&["ledger", "recover", "--batch", "--json"]);
    assert_ne!(said.exit, 0, "{said:?}");
    // The line that was erased is not declared so in what is left: entry 10 is beyond.
    let accept = said.stderr.split("--accept-head ").nth(1).unwrap().split([' ', '"']).next().unwrap();
    assert!(accept.starts_with("3:"), "{said:?}");
    let said = practice.run(&["--accept-head", accept, "ledger", "recover", "--batch"]);
    assert!(said.exit == 7 && said.stderr.contains("entries 3 to 10 were not at hand"), "{said:?}");
    assert_eq!(verdict(&practice.ok(&["ledger", "verify", "--json"])), "CONTINUOUS");
    practice.ok(&["client", "add", "later"]);
    // A copy that turns up is joined, with what it declares.
    practice.ok(&["ledger", "recover", "--from", "copy", "--batch"]);
    let log = practice.ok(&["ledger", "log", "--json"]).stdout;
    assert!(log.contains("mk-01") && log.contains("later") && !log.contains(NAME), "{log}");
    practice.ok(&["check", "--read-data"]);
    assert_eq!(verdict(&elsewhere(&practice, &["ledger", "verify", "--json"])), "INTACT");
}

#[test]
fn entries_of_an_older_log_are_erased_too() {
    let practice = eventful();
    practice.ok(&["ledger", "rotate-key", "--batch"]);
    practice.ok(&["client", "add", "cd-03"]);
    erase(&practice, &past(&practice), &[(3, &["name"])]).unwrap();
    assert!(!practice.ok(&["ledger", "log", "--json"]).stdout.contains(NAME));
    assert_eq!(verdict(&practice.ok(&["ledger", "verify", "--json"])), "CONTINUOUS");
    assert_eq!(verdict(&elsewhere(&practice, &["ledger", "verify", "--json"])), "INTACT");
    let (secret, public) = subrosa::keys::identity::generate_owner();
    practice.write("partner.txt", secret.reveal_secret());
    practice.ok(&["owner", "add", &String::from(public), "--alias", "partner"]);
    practice.ok(&["owner", "remove", "partner", "--batch"]);
    practice.ok(&["check", "--read-data"]);
    copy_tree(&practice.vault(), &practice.path("copy"));
    practice.ok(&["ledger", "recover", "--from", "copy", "--batch"]);
    practice.ok(&["check", "--read-data"]);
}

/// Puts the vault back as it was.
fn go_back(practice: &Practice, to: &str) {
    fs::remove_dir_all(practice.vault()).unwrap();
    copy_tree(&practice.path(to), &practice.vault());
}

/// Nothing is missing but what was erased in the older log, and that is gone.
fn is_whole_without_the_name(practice: &Practice) {
    assert_eq!(Forger::of_past(practice).partial[0].hidden(), ["name"]);
    assert!(!practice.ok(&["ledger", "log", "--json"]).stdout.contains(NAME));
    practice.ok(&["check", "--read-data"]);
    assert_eq!(verdict(&practice.ok(&["ledger", "verify", "--json"])), "CONTINUOUS");
}

#[test]
fn a_copy_brings_what_was_erased_of_an_older_log_and_nothing_less() {
    let practice = eventful();
    copy_tree(&practice.vault(), &practice.path("older"));
    let key = practice.vault().join(format!("keys/signing-{}.age", active(&practice)));
    fs::copy(key, practice.path("old-key.age")).unwrap();
    practice.ok(&["ledger", "rotate-key", "--batch"]);
    practice.ok(&["client", "add", "cd-03"]);
    let old = past(&practice);
    let journal = |vault: &str| practice.path(vault).join(format!("journal/{old}/000.age"));
    fs::copy(journal("vault"), practice.path("whole.age")).unwrap();
    erase(&practice, &old, &[(3, &["name"])]).unwrap();
    copy_tree(&practice.vault(), &practice.path("newer"));
    let tiles = || {
        let all = files_of(&practice.vault().join("ledger"), "").into_iter();
        all.filter(|file| file.to_str().unwrap().contains("/tile/0/"))
    };

    // A line here that lacks more than the newer log declares, and one that is whole still.
    let mut forger = Forger::of_past(&practice);
    forger.hide(5, &["title"]);
    forger.write_journal();
    assert_eq!(practice.run(&["ledger", "verify"]).exit, 5);
    practice.ok(&["ledger", "recover", "--from", "newer", "--batch"]);
    is_whole_without_the_name(&practice);
    fs::copy(practice.path("whole.age"), journal("vault")).unwrap();
    copy_tree(&practice.vault(), &practice.path("desk-vault"));
    let said = elsewhere(&practice, &["--vault", "desk-vault", "ledger", "recover", "--from", "newer", "--batch"]);
    assert_eq!(fs::read(journal("desk-vault")).unwrap(), fs::read(journal("newer")).unwrap(), "{said:?}");
    practice.ok(&["ledger", "recover", "--from", "newer", "--batch"]);
    is_whole_without_the_name(&practice);

    // Its tiles are made anew, since the newer log declares what is missing.
    tiles().for_each(|tile| fs::remove_file(tile).unwrap());
    let said = practice.ok(&["ledger", "recover", "--json"]).json();
    assert!(said["mended"].as_u64() > Some(1), "{said}");
    is_whole_without_the_name(&practice);

    // A copy with it is taken over, under a new key of the ledger and of the vault.
    go_back(&practice, "older");
    practice.ok(&["ledger", "recover", "--from", "newer", "--batch"]);
    is_whole_without_the_name(&practice);
    let (secret, public) = subrosa::keys::identity::generate_owner();
    practice.write("partner.txt", secret.reveal_secret());
    practice.ok(&["owner", "add", &String::from(public), "--alias", "partner"]);
    copy_tree(&practice.vault(), &practice.path("with-partner"));
    practice.ok(&["owner", "remove", "partner", "--batch"]);
    copy_tree(&practice.vault(), &practice.path("newest"));
    go_back(&practice, "with-partner");
    fs::copy(practice.path("whole.age"), journal("vault")).unwrap();
    practice.ok(&["ledger", "recover", "--from", "newest", "--batch"]);
    assert_eq!(fs::read(journal("vault")).unwrap(), fs::read(journal("newest")).unwrap());
    assert!(!practice.ok(&["ledger", "log", "--json"]).stdout.contains(NAME));
    practice.ok(&["check", "--read-data"]);
}

#[test]
fn nothing_is_declared_that_cannot_be_erased() {
    let practice = without_a_name();
    let log = active(&practice);
    for (index, field) in [(3, "name"), (3, "client"), (5, "sha256"), (9, "records"), (11, "kind"), (0, "kind")] {
        let error = erase(&practice, &log, &[(index, &[field])]).unwrap_err();
        assert!(matches!(error, VaultError::NotErasable { index: of, .. } if of == index), "{index} {field}: {error}");
    }
    assert!(matches!(erase(&practice, "q5c3f7kz2m", &[(3, &["alias"])]), Err(VaultError::NotErasable { .. })));
    assert!(matches!(erase(&practice, &log, &[(3, &[])]), Err(VaultError::NotErasable { .. })));
    // What was erased may be said of once more: the reason is somebody's words, too.
    erase(&practice, &log, &[(10, &["reason"])]).unwrap();
    practice.ok(&["check"]);
}
