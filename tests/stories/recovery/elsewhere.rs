//! What went on elsewhere: on another computer, under another key, in another ledger; and what is taken from there.

use std::fs;

use serde_json::Value;

use super::add;
use super::copy;
use super::files_of;
use super::go_on;
use super::is_whole;
use super::offered;
use super::ok;
use super::on;
use super::with_one;
use crate::practice::Practice;

#[test]
fn a_backup_on_a_new_computer_and_the_old_one_that_wrote_on() {
    let (practice, one) = with_one();
    copy(&practice, "vault", "backup");
    let two = add(&practice, "home", "vault", "two");
    go_on(&practice, "desk", "backup");
    let three = add(&practice, "desk", "backup", "three");
    let four = add(&practice, "home", "vault", "four");
    let all: [(&str, &str); 4] = [(&one, "one"), (&two, "two"), (&three, "three"), (&four, "four")];

    // Never two heads of one size: each wrote a log of its own. One takes what the other has.
    let said = ok(&practice, "desk", "backup", &["ledger", "recover", "--from", "vault", "--json"]);
    assert!(!said.whole().contains("WARNING"), "what was mended is no alarm any more: {said:?}");
    let said = said.json();
    assert_eq!((&said["joined"][0]["from"], &said["joined"][0]["have"]), (&5.into(), &7.into()));
    is_whole(&practice, "desk", "backup", &all);
    // The old computer follows what was opened after its ledger: one key signs one link, and one computer writes.
    let said = ok(&practice, "home", "vault", &["ledger", "recover", "--from", "backup", "--json"]);
    let told = said.json()["warnings"].to_string();
    assert!(told.contains("has given up writing") && !told.contains("WARNING"), "{said:?}");
    assert_eq!((&said.json()["joined"][0], &said.json()["missing"]), (&Value::Null, &0.into()));
    fs::remove_dir_all(practice.path("home/.cache")).unwrap();
    reads_only(&practice, "home", "vault", &all);
    let said = practice.refused(3, &["ledger", "rotate-key", "--batch"]);
    assert!(said.stderr.contains("hand-over") && said.stderr.contains("subrosa ledger recover"), "{said:?}");
    // Or somebody says that it goes on there: then the other one follows.
    go_on(&practice, "home", "vault");
    let five = add(&practice, "home", "vault", "five");
    ok(&practice, "desk", "backup", &["ledger", "recover", "--from", "vault"]);
    reads_only(&practice, "desk", "backup", &[&all[..], &[(&five, "five")]].concat());
}

/// That a computer reads everything, and writes nothing.
fn reads_only(practice: &Practice, computer: &str, vault: &str, records: &[(&str, &str)]) {
    let check = on(practice, computer, vault, &["check", "--read-data"]);
    assert_eq!(check.exit, 0, "{check:?}");
    for (id, text) in records {
        assert_eq!(ok(practice, computer, vault, &["show", id]).stdout, *text);
    }
    assert_eq!(on(practice, computer, vault, &["client", "add", "z-9"]).exit, 3);
}

#[test]
fn the_old_computer_meets_first_what_went_on_without_it() {
    let (practice, one) = with_one();
    copy(&practice, "vault", "backup");
    let two = add(&practice, "home", "vault", "two");
    go_on(&practice, "desk", "backup");
    let three = add(&practice, "desk", "backup", "three");
    let link = files_of(&practice.path("backup/ledger"), "/successor").remove(0);

    // It follows, and what it wrote beyond the link is part of no ledger until somebody says who goes on.
    let said = practice.run(&["ledger", "recover", "--from", "backup"]);
    assert!(
        said.exit == 3 && said.stderr.contains("has given up writing") && said.stderr.contains("entry 5 "),
        "{said:?}"
    );
    assert!(said.stderr.contains("ledger recover --from COPY-OF-THIS"), "what the other one does: {said:?}");
    for refused in [&["client", "add", "b-2"][..], &["ledger", "rotate-key", "--batch"]] {
        let said = practice.refused(5, refused);
        assert!(said.stderr.contains("subrosa ledger recover"), "{said:?}");
    }
    assert_eq!(practice.run(&["check"]).exit, 5);
    let head = offered(&said);

    // There: it is joined to what goes on, and this computer reads all of it.
    copy(&practice, "vault", "met");
    copy(&practice, "home", "met-home");
    copy(&practice, "backup", "went-on");
    copy(&practice, "desk", "desk-before");
    let all: [(&str, &str); 3] = [(&one, "one"), (&two, "two"), (&three, "three")];
    ok(&practice, "desk", "backup", &["ledger", "recover", "--from", "vault"]);
    is_whole(&practice, "desk", "backup", &all);
    practice.ok(&["ledger", "recover", "--from", "backup"]);
    reads_only(&practice, "home", "vault", &all);

    // Or here, in a ledger that goes on from the other one: that computer follows.
    for (from, to) in [("met", "vault"), ("met-home", "home"), ("went-on", "backup"), ("desk-before", "desk")] {
        copy(&practice, from, to);
    }
    let said = practice.ok(&["ledger", "recover", "--accept-head", &head, "--json"]).json();
    assert_eq!((&said["joined"][0]["from"], &said["missing"]), (&5.into(), &0.into()), "{said}");
    is_whole(&practice, "home", "vault", &all);
    ok(&practice, "desk", "backup", &["ledger", "recover", "--from", "vault"]);
    reads_only(&practice, "desk", "backup", &all);
    // The key of the first ledger has signed one link.
    for vault in ["vault", "backup"] {
        let first = link.strip_prefix(practice.path("went-on")).or(link.strip_prefix(practice.path("backup"))).unwrap();
        assert!(
            fs::read(practice.path(vault).join(first)).unwrap()
                == fs::read(practice.path("went-on").join(first)).unwrap()
        );
    }
}

#[test]
fn a_copy_of_before_the_key_was_changed() {
    let (practice, one) = with_one();
    copy(&practice, "vault", "backup");
    practice.ok(&["ledger", "rotate-key", "--batch"]);
    let two = add(&practice, "home", "vault", "two");
    is_whole(&practice, "home", "vault", &[(&one, "one"), (&two, "two")]);
    copy(&practice, "vault", "newer");
    copy(&practice, "backup", "vault");
    let said = practice.run(&["show", &one]);
    assert!(said.exit == 5 && said.stdout == "one", "it is read: {said:?}");
    assert!(said.stderr.contains("before its ledger was continued"), "{said:?}");
    assert!(said.stderr.contains("ledger recover --from NEWER-COPY") && said.stderr.contains("--accept-head 5:"));
    practice.refused(5, &["client", "add", "b-2"]);
    let said = practice.run(&["ledger", "verify"]);
    assert!(
        said.exit == 5 && said.stdout.starts_with("ROLLED-BACK\t") && said.stderr.contains("the head 5:"),
        "{said:?}"
    );
    let said = practice.run(&["ledger", "recover"]);
    assert!(said.exit == 3 && said.stderr.contains("recover --from NEWER-COPY"), "{said:?}");
    let lost = on(&practice, "third", "newer", &["ledger", "verify", "--json"]).json()["head"]["origin"].clone();
    // It is brought; or, were it lost, the older one goes on, and says so.
    practice.ok(&["ledger", "recover", "--from", "newer"]);
    is_whole(&practice, "home", "vault", &[(&one, "one"), (&two, "two")]);
    copy(&practice, "backup", "vault");
    let head = practice.run(&["check", "--json"]).json()["ledger"]["head"].clone();
    let accepted = format!("{}:{}", head["size"], head["root"].as_str().unwrap());
    let said = practice.run(&["--accept-head", &accepted, "ledger", "recover", "--json"]);
    // The entry that closed the older one, and the newer one whole, which is named by what this computer remembers of it.
    assert_eq!((said.exit, &said.json()["missing"]), (7, &5.into()), "{said:?}");
    let joined = said.json()["joined"][0].clone();
    assert_eq!((&joined["origin"], &joined["have"], &joined["size"]), (&lost, &0.into(), &4.into()), "{said:?}");
    let three = add(&practice, "home", "vault", "three");
    let check = practice.run(&["check", "--read-data"]);
    assert!(check.exit == 7 && check.stdout.contains("entries 0 to 3 were not at hand"), "{check:?}");
    assert!(practice.ok(&["ledger", "verify"]).stdout.starts_with("CONTINUOUS\t"));
    assert!(practice.ok(&["ledger", "log"]).stdout.contains("log.joined"));
    copy(&practice, "vault", "copied");
    assert_eq!(practice.run(&["check", "--copy", "copied"]).exit, 0);
    fs::remove_dir_all(practice.path("home/.cache")).unwrap();
    assert_eq!(practice.ok(&["show", &three]).stdout, "three");
    assert_eq!(practice.run(&["ledger", "recover", "--json"]).json()["missing"], 5);
    practice.ok(&["ledger", "recover", "--from", "newer"]);
    is_whole(&practice, "home", "vault", &[(&one, "one"), (&two, "two"), (&three, "three")]);
}

#[test]
fn two_ledgers_that_were_lost_at_once_are_joined_at_once() {
    let (practice, one) = with_one();
    copy(&practice, "vault", "backup");
    practice.ok(&["ledger", "rotate-key", "--batch"]);
    let two = add(&practice, "home", "vault", "two");
    copy(&practice, "vault", "between");
    practice.ok(&["ledger", "rotate-key", "--batch"]);
    let three = add(&practice, "home", "vault", "three");
    copy(&practice, "vault", "newer");
    // A copy of between is nearer to it, and brings what it has.
    copy(&practice, "backup", "vault");
    let said = practice.run(&["ledger", "recover", "--from", "between"]);
    assert!(said.exit == 3 && said.stderr.contains("files were brought"), "{said:?}");
    let said = practice.run(&["show", &two]);
    assert!(said.exit == 5 && said.stdout == "two", "{said:?}");
    practice.refused(5, &["client", "add", "b-2"]);
    copy(&practice, "backup", "vault");
    let head = practice.run(&["check", "--json"]).json()["ledger"]["head"].clone();
    let accepted = format!("{}:{}", head["size"], head["root"].as_str().unwrap());
    let said = practice.run(&["--accept-head", &accepted, "ledger", "recover", "--json"]);
    assert_eq!((said.exit, said.json()["joined"].as_array().unwrap().len()), (7, 2), "{said:?}");
    let check = practice.run(&["check"]);
    assert!(check.exit == 7 && !check.stdout.contains("FORKED"), "{check:?}");
    let four = add(&practice, "home", "vault", "four");
    let said = practice.ok(&["ledger", "recover", "--from", "newer", "--json"]);
    assert_eq!((&said.json()["missing"], &said.json()["left_out"]), (&0.into(), &Value::from(Vec::<Value>::new())));
    is_whole(&practice, "home", "vault", &[(&one, "one"), (&two, "two"), (&three, "three"), (&four, "four")]);
}

#[test]
fn a_promised_key_is_needed_to_go_on_elsewhere() {
    let practice = Practice::without_vault();
    let said = practice.at_terminal(&["key file", "y"], &["init"]);
    let key = said.terminal.lines().find(|line| line.starts_with("PRIVATE+KEY+")).unwrap().to_owned();
    practice.write("next.txt", &format!("{key}\n"));
    let before = practice.files();
    let on = |args: &[&str]| {
        let (host, ends) = practice.host();
        let home = practice.path("desk");
        practice.run_in(
            (host.with_var("HOME", home.to_str().unwrap()).with_var("SUBROSA_IDENTITY", &identity(&practice)), ends),
            args,
        )
    };
    let refused = on(&["ledger", "recover"]);
    assert_eq!(refused.exit, 3, "{refused:?}");
    let head = offered(&refused);
    let said = on(&["ledger", "recover", "--accept-head", &head]);
    let hint = format!("try: subrosa --accept-head {head} ledger recover --next-key FILE");
    assert!(said.exit == 2 && said.stderr.contains(&hint), "{said:?}");
    practice
        .write("wrong.txt", "PRIVATE+KEY+subrosa/q5c3f7kz2m+8803ed97+AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB\n");
    let said = on(&["ledger", "recover", "--accept-head", &head, "--next-key", "wrong.txt"]);
    assert!(said.exit == 3 && said.stderr.contains("named in advance"), "{said:?}");
    assert_eq!(practice.files(), before);
    let said = on(&["ledger", "recover", "--accept-head", &head, "--next-key", "next.txt", "--json"]);
    assert_eq!(said.exit, 0, "{said:?}");
    assert!(!key.contains(said.json()["head"]["origin"].as_str().unwrap()), "each use begins a log of its own");
    assert_eq!(on(&["client", "add", "a-1"]).exit, 0);
    assert_eq!(on(&["check"]).exit, 0);
}

/// The key file that `init` made.
fn identity(practice: &Practice) -> String {
    practice.path("home/.config/subrosa/identity.txt").to_str().unwrap().to_owned()
}

/// Whether evidence of a fork is kept on a computer.
fn evidence_on(practice: &Practice, computer: &str) -> usize {
    let state = practice.path(computer).join(".local/state");
    files_of(&state, ".txt").iter().filter(|file| file.to_str().unwrap().contains("/evidence/")).count()
}

#[test]
fn a_copy_that_excludes_what_was_seen_is_evidence_of_a_fork() {
    let (practice, _) = with_one();
    copy(&practice, "vault", "other");
    copy(&practice, "home", "clone");
    let two = add(&practice, "home", "vault", "two");
    add(&practice, "clone", "other", "three");
    let before = files_of(&practice.vault(), "").len();

    let said = practice.run(&["ledger", "recover", "--from", "other"]);
    assert!(said.exit == 5 && said.stderr.contains("FORKED: "), "{said:?}");
    assert!(said.stderr.contains("both notes are in ") && said.stderr.contains("subrosa ledger recover"), "{said:?}");
    assert!(!said.stderr.contains("rewritten"), "{said:?}");
    assert_eq!((evidence_on(&practice, "home"), files_of(&practice.vault(), "").len()), (1, before));
    // Until somebody says which one holds, nothing is signed under that key.
    let said = practice.run(&["client", "add", "b-2"]);
    assert!(said.exit == 5 && said.stderr.contains("signed two histories"), "{said:?}");
    // A check and a verification do not call that continuous.
    for args in [&["check", "--json"][..], &["ledger", "verify", "--json"]] {
        let said = practice.run(args).json();
        let ledger = if args[0] == "check" { &said["ledger"] } else { &said };
        assert_eq!(ledger["verdict"], "FORKED", "{said}");
        let found = &ledger["findings"][0];
        assert!(found["file"].as_str().unwrap().contains("/evidence/fork-"), "{said}");
        assert_eq!(found["cure"], "subrosa ledger recover", "{said}");
    }
    assert_eq!((practice.run(&["check"]).exit, practice.run(&["ledger", "verify"]).exit), (5, 5));

    let said = practice.run(&["ledger", "recover"]);
    assert_eq!(said.exit, 5, "{said:?}");
    let head = offered(&said);
    practice.ok(&["ledger", "recover", "--accept-head", &head]);
    practice.ok(&["client", "add", "b-2"]);
    is_whole(&practice, "home", "vault", &[(&two, "two")]);
    // What was settled is told, and stops nothing.
    let said = practice.run(&["ledger", "recover", "--from", "other"]);
    assert!(said.exit == 7 && said.stderr.contains("excludes what was seen here"), "{said:?}");
    practice.ok(&["client", "add", "c-3"]);
}
