//! Two ends of one history that were joined: who goes on, who follows, and what is left out of a copy and named.

use std::fs;

use serde_json::Value;

use super::acquainted;
use super::is_as;
use super::tree;
use super::with_partner;
use crate::integrity::copy_tree;
use crate::practice::Practice;
use crate::recovery::add;
use crate::recovery::copy;
use crate::recovery::go_on;
use crate::recovery::is_whole;
use crate::recovery::ok;
use crate::recovery::on;
use crate::recovery::with_one;

/// What a recovery left out: of each the log, and a part of why.
fn left_out(said: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let all = said["left_out"].as_array().unwrap().iter();
    all.map(|one| (text(&one["origin"]), text(&one["reason"]))).collect()
}

#[test]
fn a_reader_brings_no_second_end_of_the_history() {
    let (practice, one) = with_one();
    for vault in ["desk-vault", "third-vault"] {
        copy(&practice, "vault", vault);
    }
    acquainted(&practice, "desk", "desk-vault");
    go_on(&practice, "third", "third-vault");
    let two = add(&practice, "third", "third-vault", "two");
    let three = add(&practice, "home", "vault", "three");
    ok(&practice, "desk", "desk-vault", &["ledger", "recover", "--from", "vault"]);
    let third = ok(&practice, "third", "third-vault", &["ledger", "verify", "--json"]).json()["head"]["origin"].clone();

    let calm = |what: &str| {
        let said = ok(&practice, "desk", "desk-vault", &["ledger", "verify"]);
        assert!(said.stdout.starts_with("CONTINUOUS\t"), "{what}: {said:?}");
        assert_eq!(on(&practice, "desk", "desk-vault", &["check"]).exit, 0, "{what}");
    };
    let from = |args: &[&str], copy: &str| on(&practice, "desk", "desk-vault", &[args, &["--from", copy]].concat());
    let said = from(&["ledger", "recover", "--json"], "third-vault");
    assert_eq!((said.exit, &said.json()["completed"]), (7, &Value::Null), "{said:?}");
    let left = left_out(&said.json());
    assert!(left.len() == 1 && left[0].0 == third && left[0].1.contains("does not write"), "{left:?}");
    let said = from(&["ledger", "recover"], "third-vault");
    assert!(said.exit == 7 && said.stderr.contains("was left out: it is not part of the history yet"), "{said:?}");
    calm("a second end");

    // Where what goes on is written, it is joined to that, and comes from there.
    ok(&practice, "third", "third-vault", &["ledger", "recover", "--from", "vault"]);
    let four = add(&practice, "third", "third-vault", "four");
    let said = from(&["ledger", "recover", "--json"], "third-vault");
    assert_eq!((said.exit, left_out(&said.json())), (0, vec![]), "{said:?}");
    calm("what was joined");
    let all = [(&one, "one"), (&two, "two"), (&three, "three"), (&four, "four")];
    for (id, text) in all {
        assert_eq!(ok(&practice, "desk", "desk-vault", &["show", id]).stdout, text);
    }
    assert_eq!(on(&practice, "desk", "desk-vault", &["client", "add", "c-3"]).exit, 3);

    // Or this computer goes on; all the others follow, each from where it stood.
    go_on(&practice, "desk", "desk-vault");
    let five = add(&practice, "desk", "desk-vault", "five");
    for (computer, vault) in [("home", "vault"), ("third", "third-vault")] {
        let said = ok(&practice, computer, vault, &["ledger", "recover", "--from", "desk-vault"]);
        assert!(said.stderr.contains("has given up writing"), "{said:?}");
        for (id, text) in all.into_iter().chain([(&five, "five")]) {
            assert_eq!(ok(&practice, computer, vault, &["show", id]).stdout, text);
        }
        assert_eq!(on(&practice, computer, vault, &["client", "add", "c-3"]).exit, 3);
    }
}

/// Two computers that went on beside each other from one copy, each with a record of its own: `two` and `three`.
fn beside_each_other(practice: &Practice) -> (String, String) {
    for (computer, vault) in [("desk", "desk-vault"), ("third", "third-vault")] {
        copy(practice, "vault", vault);
        go_on(practice, computer, vault);
    }
    (add(practice, "desk", "desk-vault", "two"), add(practice, "third", "third-vault", "three"))
}

fn writes(practice: &Practice, computer: &str, vault: &str) -> bool {
    let added = on(practice, computer, vault, &["client", "add", &format!("new-{computer}")]);
    assert!(matches!(added.exit, 0 | 3), "{computer}: {added:?}");
    added.exit == 0
}

#[test]
fn whoever_was_joined_follows() {
    let (practice, one) = with_one();
    let (two, three) = beside_each_other(&practice);
    ok(&practice, "desk", "desk-vault", &["ledger", "recover", "--from", "third-vault"]);
    for (computer, vault) in [("third", "third-vault"), ("home", "vault")] {
        let said = ok(&practice, computer, vault, &["ledger", "recover", "--from", "desk-vault"]);
        assert!(said.stderr.contains("has given up writing"), "{computer}: {said:?}");
        for (id, text) in [(&one, "one"), (&two, "two"), (&three, "three")] {
            assert_eq!(ok(&practice, computer, vault, &["show", id]).stdout, text);
        }
        assert!(!writes(&practice, computer, vault), "{computer}");
    }
    is_whole(&practice, "desk", "desk-vault", &[(&one, "one"), (&two, "two"), (&three, "three")]);
    assert!(writes(&practice, "desk", "desk-vault"));
}

#[test]
fn of_two_that_joined_each_other_one_goes_on() {
    let (practice, one) = with_one();
    let (two, three) = beside_each_other(&practice);
    copy(&practice, "desk-vault", "desk-copy");
    ok(&practice, "desk", "desk-vault", &["ledger", "recover", "--from", "third-vault"]);
    ok(&practice, "third", "third-vault", &["ledger", "recover", "--from", "desk-copy"]);
    copy(&practice, "desk-vault", "desk-copy");
    copy(&practice, "third-vault", "third-copy");
    // They meet: wherever that is, the same of the two goes on.
    on(&practice, "desk", "desk-vault", &["ledger", "recover", "--from", "third-copy"]);
    on(&practice, "third", "third-vault", &["ledger", "recover", "--from", "desk-copy"]);
    // What the other one had written after that is joined by the one that goes on.
    let desk = on(&practice, "desk", "desk-vault", &["ledger", "recover", "--from", "third-vault"]);
    let third = on(&practice, "third", "third-vault", &["ledger", "recover", "--from", "desk-vault"]);
    on(&practice, "desk", "desk-vault", &["ledger", "recover", "--from", "third-vault"]);
    let writers = [writes(&practice, "desk", "desk-vault"), writes(&practice, "third", "third-vault")];
    assert!(writers[0] != writers[1], "{writers:?}: {desk:?} {third:?}");
    for (computer, vault) in [("desk", "desk-vault"), ("third", "third-vault")] {
        for (id, text) in [(&one, "one"), (&two, "two"), (&three, "three")] {
            assert_eq!(ok(&practice, computer, vault, &["show", id]).stdout, text);
        }
        let check = on(&practice, computer, vault, &["check"]);
        assert_eq!(check.exit, 0, "{computer}: {check:?} {desk:?} {third:?}");
    }
}

#[test]
fn a_successor_beside_the_older_header_is_followed() {
    let (practice, one) = with_one();
    copy(&practice, "vault", "desk-vault");
    go_on(&practice, "desk", "desk-vault");
    let two = add(&practice, "desk", "desk-vault", "two");
    let header = fs::read(practice.path("vault/vault.toml")).unwrap();
    copy_tree(&practice.path("desk-vault"), &practice.path("vault"));
    fs::write(practice.path("vault/vault.toml"), header).unwrap();
    for refused in [&["client", "add", "b-2"][..], &["ledger", "rotate-key", "--batch"]] {
        let said = practice.run(refused);
        assert!(said.exit == 5 && said.stderr.contains("subrosa ledger recover"), "{said:?}");
    }
    let said = practice.ok(&["ledger", "recover"]);
    assert!(said.stderr.contains("has given up writing"), "{said:?}");
    is_as(&practice, "vault", "desk-vault");
    for (id, text) in [(&one, "one"), (&two, "two")] {
        assert_eq!(practice.ok(&["show", id]).stdout, text);
    }
    assert!(!writes(&practice, "home", "vault"));
    assert!(writes(&practice, "desk", "desk-vault"));
}

#[test]
fn what_is_under_other_keys_is_named() {
    let (practice, one) = with_one();
    with_partner(&practice);
    for vault in ["desk-vault", "third-vault"] {
        copy(&practice, "vault", vault);
    }
    go_on(&practice, "desk", "desk-vault");
    add(&practice, "desk", "desk-vault", "two");
    practice.ok(&["owner", "remove", "partner", "--batch"]);
    let origin = |computer: &str, vault: &str| {
        let head = ok(&practice, computer, vault, &["ledger", "verify", "--json"]).json()["head"].clone();
        head["origin"].as_str().unwrap().to_owned()
    };
    let (home, desk) = (origin("home", "vault"), origin("desk", "desk-vault"));

    // It went on beside the removal: with keys that the partner knows.
    let before = tree(&practice.vault());
    let said = practice.run(&["ledger", "recover", "--from", "desk-vault", "--json"]);
    let left = left_out(&said.json());
    assert!(said.exit == 7 && left.len() == 1 && left[0].0 == desk, "{said:?}");
    assert!(left[0].1.contains("an owner who was removed knows its key"), "{left:?}");
    let cure = said.json()["left_out"][0]["cure"].as_str().unwrap().to_owned();
    assert!(cure.contains("subrosa --vault ") && cure.contains("desk-vault list"), "{cure}");
    assert!(tree(&practice.vault()) == before);
    is_whole(&practice, "home", "vault", &[(&one, "one")]);

    // And the other way round: the vault there has a key that is not held here.
    let before = tree(&practice.path("desk-vault"));
    let said = on(&practice, "desk", "desk-vault", &["ledger", "recover", "--from", "vault", "--json"]);
    let left = left_out(&said.json());
    assert!(said.exit == 7 && left.iter().any(|(log, why)| *log == home && why.contains("not held here")), "{said:?}");
    let told = on(&practice, "desk", "desk-vault", &["ledger", "recover", "--from", "vault"]);
    assert!(told.exit == 7 && told.stderr.contains(&format!("{home} was left out: it is sealed to")), "{told:?}");
    assert!(tree(&practice.path("desk-vault")) == before);
    ok(&practice, "desk", "desk-vault", &["client", "add", "b-2"]);
}
