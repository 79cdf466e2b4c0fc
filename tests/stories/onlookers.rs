//! A computer that only reads, and has seen the branch of a fork that was given up: it takes the other one when somebody
//! names its head, keeps both heads as evidence, and writes nothing by that.

use std::fs;

use crate::practice::Practice;
use crate::practice::Said;
use crate::recovery::add;
use crate::recovery::copy;
use crate::recovery::ok;
use crate::recovery::on;
use crate::recovery::with_one;

fn head_of(practice: &Practice, computer: &str, vault: &str) -> String {
    let head = on(practice, computer, vault, &["ledger", "verify", "--json"]).json()["head"].clone();
    format!("{}:{}", head["size"], head["root"].as_str().unwrap())
}

/// Two computers wrote on one vault; a third saw what the first wrote, and has what the second wrote now.
fn scene() -> Practice {
    let (practice, _) = with_one();
    copy(&practice, "vault", "other");
    copy(&practice, "home", "twin");
    add(&practice, "home", "vault", "here");
    add(&practice, "twin", "other", "there");
    copy(&practice, "vault", "seen");
    let head = head_of(&practice, "home", "vault");
    ok(&practice, "reader", "seen", &["list", "--accept-head", &head]);
    copy(&practice, "other", "seen");
    practice
}

fn look(practice: &Practice, args: &[&str]) -> Said {
    on(practice, "reader", "seen", args)
}

fn evidence(practice: &Practice) -> Vec<String> {
    let dir = practice.path("reader/.local/state/subrosa/evidence");
    fs::read_dir(dir).unwrap().map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()).collect()
}

#[test]
fn whoever_reads_takes_the_branch_that_is_named() {
    let practice = scene();
    let said = look(&practice, &["list"]);
    assert!(said.exit == 5 && said.stderr.contains("--accept-head"), "{said:?}");
    let wrong = look(&practice, &["list", "--accept-head", &head_of(&practice, "home", "vault")]);
    assert_eq!(wrong.exit, 5, "{wrong:?}");

    let named = look(&practice, &["list", "--accept-head", &head_of(&practice, "twin", "other")]);
    assert!(named.exit == 0 && named.stderr.contains("evidence"), "{named:?}");
    assert_eq!(evidence(&practice).len(), 1);
    assert_eq!(look(&practice, &["list"]).exit, 0);
    // The evidence stays, and is told by whoever is asked for the ledger; nothing is written here.
    assert!(look(&practice, &["ledger", "verify"]).stdout.contains("FORKED"));
    assert_ne!(look(&practice, &["client", "add", "by-reader"]).exit, 0);
}

#[test]
fn whoever_reads_follows_the_branch_that_goes_on() {
    let practice = scene();
    let head = head_of(&practice, "twin", "other");
    on(&practice, "twin", "other", &["ledger", "recover", "--from", "vault"]);
    ok(&practice, "twin", "other", &["ledger", "recover", "--accept-head", &head]);
    add(&practice, "twin", "other", "after");
    copy(&practice, "other", "seen");
    assert_eq!(look(&practice, &["list"]).exit, 5);
    let named = look(&practice, &["list", "--accept-head", &head_of(&practice, "twin", "other")]);
    assert!(named.exit == 0 && named.stderr.contains("evidence"), "{named:?}");
    assert_eq!(evidence(&practice).len(), 1);
    let verified = look(&practice, &["ledger", "verify", "--json"]);
    assert_eq!((verified.exit, &verified.json()["verdict"]), (0, &"CONTINUOUS".into()), "{verified:?}");
    assert_ne!(look(&practice, &["client", "add", "by-reader"]).exit, 0);
}
