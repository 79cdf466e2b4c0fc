//! A copy that stands further than the vault, under a new key of its ledger or of its own, and what of it is taken: the
//! vault stands afterwards where the copy stood, and nothing is taken that no known key leads to. Keys that were lost here
//! come from a copy, too.

mod joined;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use serde_json::Value;

use crate::integrity::copy_tree;
use crate::practice::Practice;
use crate::recovery::add;
use crate::recovery::copy;
use crate::recovery::files_of;
use crate::recovery::go_on;
use crate::recovery::is_whole;
use crate::recovery::offered;
use crate::recovery::ok;
use crate::recovery::on;
use crate::recovery::with_one;

/// The files of a vault that belong to its history, with their contents. Narrower tiles beside the widest are none.
fn tree(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let is_partial = |file: &PathBuf| file.to_str().unwrap().contains(".p/");
    let all = files_of(root, "").into_iter().filter(|file| !file.ends_with("lock") && !is_partial(file));
    all.map(|file| (file.strip_prefix(root).unwrap().to_owned(), fs::read(&file).unwrap())).collect()
}

fn is_as(practice: &Practice, here: &str, there: &str) {
    let (here, there) = (tree(&practice.path(here)), tree(&practice.path(there)));
    let names = |tree: &BTreeMap<PathBuf, Vec<u8>>| tree.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&here), names(&there));
    assert!(here == there);
}

/// The `SIZE:ROOT` of a vault's head, as its own computer tells it.
fn head_of(practice: &Practice, computer: &str, vault: &str) -> String {
    let head = ok(practice, computer, vault, &["ledger", "verify", "--json"]).json()["head"].clone();
    format!("{}:{}", head["size"], head["root"].as_str().unwrap())
}

/// A second computer with a directory of its own, which has accepted the head of what lies there.
fn acquainted(practice: &Practice, computer: &str, vault: &str) {
    ok(practice, computer, vault, &["list", "--accept-head", &head_of(practice, "home", vault)]);
}

fn with_partner(practice: &Practice) {
    let (secret, public) = subrosa::keys::identity::generate_owner();
    practice.write("partner.txt", secret.reveal_secret());
    practice.ok(&["owner", "add", &String::from(public), "--alias", "partner"]);
}

#[test]
fn a_copy_whose_key_was_changed_is_taken_over() {
    let (practice, one) = with_one();
    copy(&practice, "vault", "desk-vault");
    copy(&practice, "vault", "third-vault");
    acquainted(&practice, "desk", "desk-vault");
    copy(&practice, "vault", "backup");
    practice.ok(&["ledger", "rotate-key", "--batch"]);
    let two = add(&practice, "home", "vault", "two");
    practice.ok(&["ledger", "rotate-key", "--batch"]);
    let three = add(&practice, "home", "vault", "three");
    let all: [(&str, &str); 3] = [(&one, "one"), (&two, "two"), (&three, "three")];
    copy(&practice, "vault", "newer");

    // Here, where both were made: the backup is completed, and this computer goes on writing.
    copy(&practice, "backup", "vault");
    let said = practice.ok(&["ledger", "recover", "--from", "newer", "--json"]);
    assert!(said.json()["completed"]["files"].as_u64() > Some(3), "{said:?}");
    assert_eq!((&said.json()["continued"], &said.json()["missing"]), (&Value::Null, &0.into()));
    is_as(&practice, "vault", "newer");
    is_whole(&practice, "home", "vault", &all);
    practice.ok(&["client", "add", "b-2"]);

    // A reader stays one; the pinned key led there, so nobody is asked.
    let said = ok(&practice, "desk", "desk-vault", &["ledger", "recover", "--from", "newer"]);
    assert!(said.stderr.contains("does not write the ledger"), "{said:?}");
    is_as(&practice, "desk-vault", "newer");
    let verified = ok(&practice, "desk", "desk-vault", &["ledger", "verify"]);
    assert!(verified.stdout.starts_with("CONTINUOUS\t"), "{verified:?}");
    for (id, text) in all {
        assert_eq!(ok(&practice, "desk", "desk-vault", &["show", id]).stdout, text);
    }
    assert_eq!(on(&practice, "desk", "desk-vault", &["client", "add", "c-3"]).exit, 3);
    let again = on(&practice, "desk", "desk-vault", &["ledger", "recover", "--from", "newer"]);
    assert!(again.exit == 0 && again.stderr.contains("everything is there already"), "{again:?}");
    // It goes on here when somebody says so.
    go_on(&practice, "desk", "desk-vault");
    ok(&practice, "desk", "desk-vault", &["client", "add", "c-3"]);

    // A computer that knows nothing: the keys of the vault that lies there lead to it.
    let said = ok(&practice, "third", "third-vault", &["ledger", "recover", "--from", "newer"]);
    assert!(said.stderr.contains("has not seen this vault before"), "{said:?}");
    is_as(&practice, "third-vault", "newer");
}

#[test]
fn a_taking_over_that_did_not_come_to_its_end_says_how_to_go_on() {
    let (practice, one) = with_one();
    with_partner(&practice);
    copy(&practice, "vault", "desk-vault");
    acquainted(&practice, "desk", "desk-vault");
    copy(&practice, "vault", "before");
    copy(&practice, "desk", "desk-before");
    practice.ok(&["owner", "remove", "partner", "--batch"]);
    copy(&practice, "vault", "newer");
    let head = head_of(&practice, "home", "newer");
    let adopt = ["ledger", "recover", "--from", "newer", "--accept-head", &head];
    ok(&practice, "desk", "desk-vault", &adopt);
    // The power went between the links and what names the new ledger, which this computer has not seen then.
    copy_tree(&practice.path("before"), &practice.path("desk-vault"));
    copy(&practice, "desk-before", "desk");
    let said = on(&practice, "desk", "desk-vault", &["list"]);
    assert!(said.exit == 5 && said.stderr.contains("subrosa ledger recover"), "{said:?}");
    let said = on(&practice, "desk", "desk-vault", &["ledger", "recover"]);
    assert!(said.exit == 3 && said.stderr.contains("subrosa ledger recover --from NEWER-COPY"), "{said:?}");
    ok(&practice, "desk", "desk-vault", &adopt);
    is_as(&practice, "desk-vault", "newer");
    assert_eq!(ok(&practice, "desk", "desk-vault", &["show", &one]).stdout, "one");
}

#[test]
fn a_copy_that_no_known_key_leads_to_is_not_taken() {
    let (practice, _) = with_one();
    copy(&practice, "vault", "desk-vault");
    acquainted(&practice, "desk", "desk-vault");
    practice.ok(&["ledger", "rotate-key", "--batch"]);
    copy(&practice, "vault", "newer");
    for link in ["successor", "predecessor"] {
        files_of(&practice.path("newer/ledger"), link).into_iter().for_each(|file| fs::remove_file(file).unwrap());
    }
    let before = tree(&practice.path("desk-vault"));
    let said = on(&practice, "desk", "desk-vault", &["ledger", "recover", "--from", "newer"]);
    assert!(said.exit == 3 && said.stderr.contains("no link"), "{said:?}");
    assert!(tree(&practice.path("desk-vault")) == before);

    // Entries that were seen here, and that the copy was continued without.
    copy(&practice, "vault", "newer");
    let said = on(&practice, "desk", "desk-vault", &["ledger", "recover", "--from", "newer"]);
    assert_eq!(said.exit, 0, "{said:?}");
}

#[test]
fn a_copy_with_a_new_key_of_its_own_is_taken_when_somebody_confirms_it() {
    let (practice, one) = with_one();
    with_partner(&practice);
    copy(&practice, "vault", "desk-vault");
    acquainted(&practice, "desk", "desk-vault");
    copy(&practice, "vault", "backup");
    let two = add(&practice, "home", "vault", "two");
    practice.ok(&["owner", "remove", "partner", "--batch"]);
    let three = add(&practice, "home", "vault", "three");
    let all: [(&str, &str); 3] = [(&one, "one"), (&two, "two"), (&three, "three")];
    copy(&practice, "vault", "newer");
    let head = head_of(&practice, "home", "newer");

    // The computer that removed the owner knows the new key.
    copy(&practice, "backup", "vault");
    practice.ok(&["ledger", "recover", "--from", "newer"]);
    is_as(&practice, "vault", "newer");
    is_whole(&practice, "home", "vault", &all);
    practice.ok(&["client", "add", "b-2"]);

    // Another one does not: the link by the old key may be the removed owner's.
    let before = tree(&practice.path("desk-vault"));
    for args in [&["ledger", "recover", "--from", "newer"][..], &["ledger", "recover", "--from", "newer", "--yes"]] {
        let said = on(&practice, "desk", "desk-vault", args);
        assert!(said.exit == 5 && said.stderr.contains("an owner was removed"), "{said:?}");
        assert!(said.stderr.contains(&format!("--accept-head {head} ledger recover --from ")), "{said:?}");
        assert!(tree(&practice.path("desk-vault")) == before);
    }
    let wrong = head_of(&practice, "home", "vault");
    let wrong = on(&practice, "desk", "desk-vault", &["ledger", "recover", "--from", "newer", "--accept-head", &wrong]);
    assert_eq!(wrong.exit, 5, "{wrong:?}");
    let said = ok(&practice, "desk", "desk-vault", &["ledger", "recover", "--from", "newer", "--accept-head", &head]);
    assert!(said.stderr.contains("does not write the ledger"), "it says nothing of who writes: {said:?}");
    is_as(&practice, "desk-vault", "newer");
    for (id, text) in all {
        assert_eq!(ok(&practice, "desk", "desk-vault", &["show", id]).stdout, text);
    }
    assert_eq!(on(&practice, "desk", "desk-vault", &["check", "--read-data"]).exit, 0);
    assert_eq!(on(&practice, "desk", "desk-vault", &["-i", "partner.txt", "list"]).exit, 12);
    assert_eq!(on(&practice, "desk", "desk-vault", &["client", "add", "c-3"]).exit, 3);

    // Whoever gives it again, or after a crash, is told that it is done: nobody becomes a writer by it.
    let again = ["ledger", "recover", "--from", "newer", "--accept-head", &head];
    let before = tree(&practice.path("desk-vault"));
    let said = ok(&practice, "desk", "desk-vault", &[&again[..], &["--json"]].concat());
    assert_eq!((&said.json()["continued"], &said.json()["completed"]), (&Value::Null, &Value::Null), "{said:?}");
    let said = ok(&practice, "desk", "desk-vault", &again);
    assert!(said.stderr.contains("everything is there already"), "{said:?}");
    assert!(tree(&practice.path("desk-vault")) == before);
    assert_eq!(on(&practice, "desk", "desk-vault", &["client", "add", "c-3"]).exit, 3);
}

/// Damages of what a vault is opened with.
const DAMAGES: [(&str, bool); 8] = [
    ("vault.toml", true),
    ("vault.toml", false),
    ("keys", true),
    ("owner-", true),
    ("owner-", false),
    ("signing-", true),
    ("signing-", false),
    ("all", true),
];

fn damage(vault: &Path, what: &str, is_gone: bool) {
    match what {
        "vault.toml" if is_gone => fs::remove_file(vault.join(what)).unwrap(),
        "vault.toml" => {
            let text = fs::read_to_string(vault.join(what)).unwrap();
            fs::write(vault.join(what), &text[..text.len() / 2]).unwrap();
        }
        "keys" => fs::remove_dir_all(vault.join(what)).unwrap(),
        "all" => {
            fs::remove_dir_all(vault.join("keys")).unwrap();
            fs::remove_file(vault.join("vault.toml")).unwrap();
        }
        name => {
            for file in files_of(&vault.join("keys"), ".age") {
                if file.file_name().unwrap().to_str().unwrap().starts_with(name) {
                    if is_gone { fs::remove_file(&file).unwrap() } else { fs::write(&file, "age-en").unwrap() }
                }
            }
        }
    }
}

#[test]
fn keys_that_were_lost_come_from_the_copy() {
    let (practice, one) = with_one();
    copy(&practice, "vault", "backup");
    let two = add(&practice, "home", "vault", "two");
    let all: [(&str, &str); 2] = [(&one, "one"), (&two, "two")];
    copy(&practice, "vault", "newer");
    for (what, is_gone) in DAMAGES {
        for from in ["newer", "backup"] {
            damage(&practice.vault(), what, is_gone);
            let said = practice.run(&["list"]);
            assert!(matches!(said.exit, 5 | 12), "{what}: {said:?}");
            let said = practice.run(&["ledger", "recover"]);
            assert!(matches!(said.exit, 5 | 12), "{what}: {said:?}");
            let said = practice.ok(&["ledger", "recover", "--from", from, "--json"]);
            assert_eq!(said.json()["completed"]["head"]["size"], 6, "{what}: {said:?}");
            is_whole(&practice, "home", "vault", &all);
            is_as(&practice, "vault", "newer");
        }
    }
    // It writes as before.
    practice.ok(&["client", "add", "b-2"]);

    // Of another vault's keys nothing is taken, whatever its directories are called.
    ok(&practice, "other", "foreign", &["init", "--owner", crate::practice::OWNER, "--batch"]);
    damage(&practice.vault(), "all", true);
    let log = fs::read_dir(practice.path("vault/ledger")).unwrap().next().unwrap().unwrap().file_name();
    fs::create_dir(practice.path("foreign/ledger").join(log)).unwrap();
    let before = tree(&practice.vault());
    let said = practice.run(&["ledger", "recover", "--from", "foreign"]);
    assert!(said.exit == 5 && said.stderr.contains("other keys"), "{said:?}");
    assert!(tree(&practice.vault()) == before);
    practice.ok(&["ledger", "recover", "--from", "newer"]);
    practice.ok(&["list"]);
}

#[test]
fn without_the_key_that_signs_everything_is_read() {
    let (practice, one) = with_one();
    copy(&practice, "vault", "newer");
    damage(&practice.vault(), "signing-", true);
    let said = practice.run(&["show", &one]);
    assert!(said.exit == 5 && said.stdout == "one", "{said:?}");
    assert!(said.stderr.contains("WARNING") && said.stderr.contains("the key that signs the ledger"), "{said:?}");
    for refused in
        [&["client", "add", "b-2"][..], &["card"], &["ledger", "rotate-key", "--batch"], &["ledger", "recover"]]
    {
        let said = practice.refused(5, refused);
        assert!(said.stderr.contains("subrosa ledger recover --from DIR"), "{refused:?}: {said:?}");
    }
    let check = practice.run(&["check"]);
    assert!(check.exit == 5 && check.stdout.starts_with("INCOMPLETE\t"), "{check:?}");
    assert!(check.stdout.contains("keys/signing-"), "{check:?}");
    practice.ok(&["ledger", "recover", "--from", "newer"]);
    practice.ok(&["client", "add", "b-2"]);
}

#[test]
fn what_a_stopped_recovery_left_is_taken_away_by_the_next() {
    let (practice, _) = with_one();
    copy(&practice, "vault", "desk-vault");
    acquainted(&practice, "desk", "desk-vault");
    let left = practice.path("desk-vault/incoming/0123456789abcdef");
    fs::create_dir_all(&left).unwrap();
    fs::write(left.join("intent"), "").unwrap();
    fs::write(left.join("3.tmp"), "x").unwrap();
    let said = on(&practice, "desk", "desk-vault", &["check"]);
    assert!(said.exit == 7 && said.stdout.contains("STRAY") && said.stdout.contains("ledger recover"), "{said:?}");
    assert!(!said.stdout.contains("--repair"), "{said:?}");
    ok(&practice, "desk", "desk-vault", &["ledger", "recover"]);
    assert!(!left.exists());
    assert_eq!(on(&practice, "desk", "desk-vault", &["check"]).exit, 0);
    assert_eq!(on(&practice, "desk", "desk-vault", &["ledger", "recover"]).exit, 3);
}

#[test]
fn without_a_memory_the_keys_of_a_copy_are_taken_on_trust_and_that_is_said() {
    let (practice, one) = with_one();
    copy(&practice, "vault", "newer");
    damage(&practice.vault(), "all", true);
    let said = ok(&practice, "desk", "vault", &["ledger", "recover", "--from", "newer"]);
    assert!(said.stderr.contains("on trust") && said.stderr.contains("subrosa/"), "{said:?}");
    let said = ok(&practice, "desk", "vault", &["list"]);
    assert!(said.stderr.contains("has not seen this vault before"), "{said:?}");
    assert_eq!(ok(&practice, "desk", "vault", &["show", &one]).stdout, "one");
    // Never a second writer: who would add something goes on in a ledger of his own.
    let said = on(&practice, "desk", "vault", &["ledger", "recover"]);
    assert_eq!(said.exit, 3, "{said:?}");
    ok(&practice, "desk", "vault", &["ledger", "recover", "--accept-head", &offered(&said)]);
    ok(&practice, "desk", "vault", &["client", "add", "b-2"]);
}

#[test]
fn a_copy_of_before_the_key_was_changed_brings_no_lost_keys() {
    let (practice, _) = with_one();
    copy(&practice, "vault", "backup");
    practice.ok(&["ledger", "rotate-key", "--batch"]);
    copy(&practice, "vault", "newer");
    damage(&practice.vault(), "all", true);
    for computer in ["home", "desk"] {
        let before = tree(&practice.vault());
        let said = on(&practice, computer, "vault", &["ledger", "recover", "--from", "backup"]);
        assert!(said.exit == 5 && said.stderr.contains("of before"), "{said:?}");
        assert!(tree(&practice.vault()) == before);
    }
    practice.ok(&["ledger", "recover", "--from", "newer"]);
    is_as(&practice, "vault", "newer");
}
