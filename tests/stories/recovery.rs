//! Recovery as its users meet it: what is said of a vault that is older, torn, copied or a stranger's, what leads out of
//! it, and that nothing which was at hand is lost on the way. Two computers are two homes.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use serde_json::Value;

use crate::integrity::copy_tree;
use crate::practice::Practice;
use crate::practice::Said;

/// Runs the program on a computer, with a vault: each computer has a home of its own.
pub fn on(practice: &Practice, computer: &str, vault: &str, args: &[&str]) -> Said {
    let (host, ends) = practice.host();
    let home = practice.path(computer);
    let host = host.with_var("HOME", home.to_str().unwrap()).with_var("SUBROSA_VAULT", vault);
    practice.run_in((host, ends), args)
}

/// The same, and it does what it was asked.
pub fn ok(practice: &Practice, computer: &str, vault: &str, args: &[&str]) -> Said {
    let said = on(practice, computer, vault, args);
    assert_eq!(said.exit, 0, "{computer} {vault} {args:?}: {said:?}");
    said
}

/// Adds a text; its id.
pub fn add(practice: &Practice, computer: &str, vault: &str, text: &str) -> String {
    practice.write("told.txt", text);
    let said = ok(practice, computer, vault, &["add", "told.txt", "--client", "mk-01", "--kind", "progress-note"]);
    said.stdout.trim().to_owned()
}

/// A practice with a client and one record, whose text is `one`.
pub fn with_one() -> (Practice, String) {
    let practice = Practice::new();
    practice.ok(&["client", "add", "mk-01"]);
    let one = add(&practice, "home", "vault", "one");
    (practice, one)
}

pub fn copy(practice: &Practice, from: &str, to: &str) {
    let _ = fs::remove_dir_all(practice.path(to));
    copy_tree(&practice.path(from), &practice.path(to));
}

/// The `SIZE:ROOT` that a refused recovery offers.
pub fn offered(said: &Said) -> String {
    let (_, rest) = said.stderr.split_once("--accept-head ").unwrap_or_else(|| panic!("{said:?}"));
    rest.split(' ').next().unwrap().to_owned()
}

/// Recovers where only somebody who says so may.
pub fn go_on(practice: &Practice, computer: &str, vault: &str) -> Value {
    let refused = on(practice, computer, vault, &["ledger", "recover"]);
    assert_eq!((refused.exit, refused.stdout.as_str()), (3, ""), "{refused:?}");
    let said = on(practice, computer, vault, &["ledger", "recover", "--json", "--accept-head", &offered(&refused)]);
    assert!(matches!(said.exit, 0 | 7), "{said:?}");
    said.json()
}

/// What a check and a verification say, and what the records say.
pub fn is_whole(practice: &Practice, computer: &str, vault: &str, records: &[(&str, &str)]) {
    let check = on(practice, computer, vault, &["check", "--read-data"]);
    assert_eq!(check.exit, 0, "{check:?}");
    let verified = ok(practice, computer, vault, &["ledger", "verify"]);
    assert!(verified.stdout.starts_with("CONTINUOUS\t"), "{verified:?}");
    for (id, text) in records {
        assert_eq!(ok(practice, computer, vault, &["show", id]).stdout, *text);
    }
    let recovered = ok(practice, computer, vault, &["ledger", "recover", "--json"]).json();
    assert_eq!(recovered["findings"], Value::from(Vec::<Value>::new()));
    assert_eq!((&recovered["completed"], &recovered["continued"]), (&Value::Null, &Value::Null));
}

pub fn files_of(directory: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap().flatten() {
        match entry.path() {
            path if path.is_dir() => found.extend(files_of(&path, ending)),
            path if path.to_str().unwrap().ends_with(ending) => found.push(path),
            _ => {}
        }
    }
    found
}

#[test]
fn where_nothing_is_wrong_nothing_is_done() {
    let (practice, one) = with_one();
    let before = practice.files();
    let said = practice.ok(&["ledger", "recover", "--json"]);
    assert_eq!((said.json()["schema"].as_str(), said.stderr.as_str()), (Some("subrosa/ledger-recover/1"), ""));
    assert_eq!((&said.json()["mended"], &said.json()["missing"]), (&0.into(), &0.into()));
    let said = practice.at_terminal(&[], &["ledger", "recover"]);
    assert_eq!(said.stdout, "There is nothing to recover: everything is there, and this computer writes the ledger.\n");
    assert_eq!(practice.files(), before);
    is_whole(&practice, "home", "vault", &[(&one, "one")]);
}

#[test]
fn a_new_computer_reads_and_goes_on_when_somebody_says_so() {
    let (practice, one) = with_one();
    let before = practice.files();
    let said = on(&practice, "desk", "vault", &["client", "add", "b-2"]);
    assert!(said.exit == 3 && said.stderr.contains("has not seen this vault before"), "{said:?}");
    let said = on(&practice, "desk", "vault", &["ledger", "recover"]);
    assert!(said.exit == 3 && said.stderr.contains("does not write the ledger"), "{said:?}");
    assert!(said.stderr.contains("All of its 5 entries are at hand"), "{said:?}");
    assert!(!said.stderr.contains("NEWER-COPY"), "nothing is missing: {said:?}");
    assert_eq!(practice.files(), before);
    let wrong = offered(&said).replace("5:", "6:");
    let said = on(&practice, "desk", "vault", &["ledger", "recover", "--accept-head", &wrong]);
    assert_eq!(said.exit, 5, "{said:?}");
    assert_eq!(practice.files(), before);

    let done = go_on(&practice, "desk", "vault");
    assert_eq!(done["continued"]["closed"], done["continued"]["have"]);
    assert!(done["continued"]["vkey"].as_str().unwrap().starts_with(done["head"]["origin"].as_str().unwrap()));
    let two = add(&practice, "desk", "vault", "two");
    for computer in ["desk", "home"] {
        assert_eq!(ok(&practice, computer, "vault", &["show", &two]).stdout, "two");
        assert_eq!(ok(&practice, computer, "vault", &["check"]).exit, 0);
    }
    is_whole(&practice, "desk", "vault", &[(&one, "one"), (&two, "two")]);
    // The old computer follows the link, and takes over only when it is told to.
    let said = practice.refused(3, &["client", "add", "c-3"]);
    assert!(said.stderr.contains("hand-over") && said.stderr.contains("subrosa ledger recover"), "{said:?}");
    let said = practice.at_terminal(&["n"], &["ledger", "recover"]);
    assert!(said.exit == 3 && said.terminal.contains("Should a new ledger go on from here"), "{said:?}");
    let said = practice.at_terminal(&["y"], &["ledger", "recover", "--reason", "the desk is gone"]);
    assert!(said.exit == 0 && said.stdout.contains("needs the new one: subrosa card -o FILE"), "{said:?}");
    practice.ok(&["client", "add", "c-3"]);
    is_whole(&practice, "home", "vault", &[(&one, "one"), (&two, "two")]);

    // One history of three logs, told as such.
    let log = practice.ok(&["ledger", "log", "--json"]).json();
    let mut origins: Vec<_> = log["entries"].as_array().unwrap().iter().map(|entry| entry["origin"].clone()).collect();
    origins.dedup();
    assert_eq!((origins.len(), origins.last().unwrap()), (3, &log["head"]["origin"]));
    let said = practice.at_terminal(&[], &["ledger", "log"]);
    let line =
        format!("--- up to here {}; from here on {}\n", origins[0].as_str().unwrap(), origins[1].as_str().unwrap());
    assert!(said.stdout.contains(&line), "{said:?}");
    assert_eq!(said.stdout.matches("--- up to here").count(), 2);
}

#[test]
fn a_backup_that_was_brought_back_is_completed_from_the_newer_copy() {
    let (practice, one) = with_one();
    copy(&practice, "vault", "backup");
    let two = add(&practice, "home", "vault", "two");
    copy(&practice, "vault", "newer");
    copy(&practice, "backup", "vault");
    let said = practice.refused(5, &["client", "add", "b-2"]);
    assert!(said.stderr.contains("an older copy") && said.stderr.contains("subrosa ledger recover"), "{said:?}");
    let said = practice.refused(3, &["ledger", "recover"]);
    assert!(said.stderr.contains("Of its 6 entries, the last one is not at hand"), "{said:?}");
    assert!(said.stderr.contains("ledger recover --from NEWER-COPY"), "{said:?}");

    // Copies that are none, or of another vault, or damaged.
    assert_eq!(practice.refused(4, &["ledger", "recover", "--from", "nowhere"]).stdout, "");
    let said = practice.refused(3, &["ledger", "recover", "--from", "home"]);
    assert!(said.stderr.contains("holds no copy of this vault"), "{said:?}");
    ok(&practice, "other", "foreign", &["init", "--owner", crate::practice::OWNER, "--batch"]);
    let said = practice.refused(3, &["ledger", "recover", "--from", "foreign"]);
    assert!(said.stderr.contains("holds no copy of this vault"), "{said:?}");
    let said = practice.refused(3, &["ledger", "recover", "--from", "backup"]);
    assert!(said.stderr.contains("nothing was done"), "an older one has nothing: {said:?}");
    copy(&practice, "newer", "damaged");
    for file in files_of(&practice.path("damaged/journal"), ".age") {
        fs::write(file, "age-encryption.org/v1\n").unwrap();
    }
    practice.refused(3, &["ledger", "recover", "--from", "damaged"]);

    let said = practice.ok(&["ledger", "recover", "--from", "newer", "--json"]).json();
    assert_eq!((&said["completed"]["head"]["size"], &said["continued"]), (&6.into(), &Value::Null));
    is_whole(&practice, "home", "vault", &[(&one, "one"), (&two, "two")]);
    practice.ok(&["client", "add", "b-2"]);
    let said = practice.ok(&["ledger", "recover", "--from", "newer", "--json"]).json();
    assert_eq!((&said["completed"], &said["head"]["size"]), (&Value::Null, &7.into()));
}

#[test]
fn a_record_that_is_damaged_in_the_copy_is_not_brought() {
    let (practice, one) = with_one();
    copy(&practice, "vault", "backup");
    let two = add(&practice, "home", "vault", "two");
    copy(&practice, "vault", "newer");
    copy(&practice, "backup", "vault");
    copy(&practice, "newer", "damaged");
    let old = files_of(&practice.path("backup/records"), ".age").remove(0);
    let name = old.file_name().unwrap();
    let file =
        files_of(&practice.path("damaged/records"), ".age").into_iter().find(|file| file.file_name().unwrap() != name);
    let mut bytes = fs::read(file.as_ref().unwrap()).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(file.unwrap(), bytes).unwrap();

    // Its entry is, and what is missing is named.
    let said = on(&practice, "home", "vault", &["ledger", "recover", "--from", "damaged", "--json"]);
    assert_eq!((said.exit, &said.json()["completed"]["head"]["size"]), (5, &6.into()), "{said:?}");
    assert_eq!(said.json()["findings"][0]["verdict"], "INCOMPLETE");
    assert_eq!(practice.run(&["show", &two]).exit, 5);
    let said = practice.run(&["ledger", "recover"]);
    assert!(said.exit == 5 && said.stderr.contains("INCOMPLETE records/"), "{said:?}");
    practice.ok(&["ledger", "recover", "--from", "newer"]);
    is_whole(&practice, "home", "vault", &[(&one, "one"), (&two, "two")]);
    // Nor does one stay that was damaged here.
    let mut bytes =
        fs::read(practice.path("vault/records").join(old.strip_prefix(practice.path("backup/records")).unwrap()))
            .unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(practice.path("vault/records").join(old.strip_prefix(practice.path("backup/records")).unwrap()), bytes)
        .unwrap();
    assert_eq!(practice.run(&["show", &one]).exit, 5);
    practice.ok(&["ledger", "recover", "--from", "backup"]);
    is_whole(&practice, "home", "vault", &[(&one, "one"), (&two, "two")]);
}

#[test]
fn without_the_newer_copy_a_gap_is_declared_and_closed_when_it_turns_up() {
    let (practice, one) = with_one();
    copy(&practice, "vault", "backup");
    let two = add(&practice, "home", "vault", "two");
    copy(&practice, "vault", "newer");
    copy(&practice, "backup", "vault");
    let done = go_on(&practice, "home", "vault");
    assert_eq!((&done["missing"], &done["findings"][0]["verdict"]), (&1.into(), &"GAP".into()));
    assert_eq!((&done["continued"]["closed"]["size"], &done["continued"]["have"]["size"]), (&6.into(), &5.into()));
    let three = add(&practice, "home", "vault", "three");
    assert_eq!(practice.run(&["show", &two]).exit, 4);
    let said = practice.run(&["check"]);
    assert!(said.exit == 7 && said.stdout.contains("entry 5 was not at hand"), "{said:?}");
    assert_eq!(practice.ok(&["ledger", "verify", "--json"]).json()["verdict"], "CONTINUOUS");
    let said = practice.run(&["ledger", "recover"]);
    assert!(said.exit == 7 && said.stderr.contains("GAP"), "{said:?}");
    let (host, ends) = practice.host();
    let said = practice.run_in((host.at_terminal(&ends), ends), &["ledger", "recover"]);
    assert!(said.stdout.starts_with("Nothing more can be recovered from what is here.\nGAP"), "{said:?}");

    let said = practice.ok(&["ledger", "recover", "--from", "newer", "--json"]).json();
    assert_eq!(
        (&said["joined"][0]["from"], &said["joined"][0]["have"], &said["missing"]),
        (&5.into(), &6.into(), &0.into())
    );
    is_whole(&practice, "home", "vault", &[(&one, "one"), (&two, "two"), (&three, "three")]);
}

#[test]
fn of_a_torn_copy_what_is_at_hand_goes_on() {
    let (practice, one) = with_one();
    copy(&practice, "vault/journal", "journal");
    let two = add(&practice, "home", "vault", "two");
    copy(&practice, "vault", "newer");
    copy(&practice, "journal", "vault/journal");
    let said = on(&practice, "desk", "vault", &["list"]);
    assert!(said.exit == 5 && said.stderr.contains("wait and retry"), "{said:?}");
    assert!(on(&practice, "desk", "vault", &["ledger", "verify"]).stdout.starts_with("INCOMPLETE\t"));
    copy(&practice, "vault", "torn");

    // A copy completes it, and says nothing of who writes.
    let said = ok(&practice, "desk", "torn", &["ledger", "recover", "--from", "newer"]);
    assert!(said.stderr.contains("does not write the ledger"), "{said:?}");
    assert_eq!(ok(&practice, "desk", "torn", &["show", &two]).stdout, "two");
    // Else what is at hand goes on.
    let done = go_on(&practice, "third", "vault");
    assert_eq!((&done["continued"]["have"]["size"], &done["missing"]), (&5.into(), &1.into()));
    assert_eq!(ok(&practice, "third", "vault", &["show", &one]).stdout, "one");
    ok(&practice, "third", "vault", &["ledger", "recover", "--from", "newer"]);
    is_whole(&practice, "third", "vault", &[(&one, "one"), (&two, "two")]);
}

#[test]
fn what_the_entries_give_is_made_anew() {
    let (practice, one) = with_one();
    let tiles =
        || files_of(&practice.vault(), "").into_iter().filter(|file| file.to_str().unwrap().contains("/tile/0/"));
    for damage in [Some("x"), None] {
        for tile in tiles() {
            damage.map_or_else(|| fs::remove_file(&tile), |text| fs::write(&tile, text)).unwrap();
        }
        let said = practice.run(&["check"]);
        assert_eq!(said.exit, 5, "{said:?}");
        let said = practice.ok(&["ledger", "recover", "--json"]).json();
        assert!(said["mended"].as_u64() > Some(0) && said["continued"].is_null(), "{said}");
        is_whole(&practice, "home", "vault", &[(&one, "one")]);
    }
    // Those of a closed log, too, and of one that was joined.
    practice.ok(&["ledger", "rotate-key", "--batch"]);
    copy(&practice, "vault", "other");
    go_on(&practice, "desk", "other");
    let two = add(&practice, "desk", "other", "two");
    practice.ok(&["client", "add", "b-1"]);
    let said = practice.run(&["ledger", "recover", "--from", "other"]);
    assert_eq!(said.exit, 3, "{said:?}");
    practice.ok(&["ledger", "recover", "--accept-head", &offered(&said)]);
    tiles().for_each(|tile| fs::remove_file(tile).unwrap());
    assert_eq!(practice.run(&["check"]).exit, 5);
    let said = practice.ok(&["ledger", "recover", "--json"]).json();
    assert!(said["mended"].as_u64() > Some(2) && said["continued"].is_null(), "{said}");
    is_whole(&practice, "home", "vault", &[(&one, "one"), (&two, "two")]);
    // The head is remembered here.
    let active = practice.ok(&["ledger", "verify", "--json"]).json()["head"]["origin"].as_str().unwrap().to_owned();
    let active = active.strip_prefix("subrosa/").unwrap();
    fs::remove_file(practice.vault().join("ledger").join(active).join("checkpoint")).unwrap();
    assert_eq!(practice.run(&["list"]).exit, 5);
    assert_eq!(on(&practice, "desk", "vault", &["ledger", "recover"]).exit, 5);
    practice.ok(&["ledger", "recover"]);
    is_whole(&practice, "home", "vault", &[(&one, "one")]);
    practice.ok(&["client", "add", "b-2"]);
}

#[test]
fn a_lost_or_copied_memory_gives_up_writing() {
    let (practice, one) = with_one();
    copy(&practice, "home", "clone");
    practice.ok(&["client", "add", "b-2"]);
    let said = ok(&practice, "clone", "vault", &["list"]);
    assert!(said.stderr.contains("has given up writing it"), "{said:?}");
    let said = on(&practice, "clone", "vault", &["client", "add", "c-3"]);
    assert_eq!(said.exit, 3, "{said:?}");
    practice.ok(&["client", "add", "c-3"]);
    // A foreign writer: this computer knows the vault, and never wrote it. And one that remembers nothing.
    fs::remove_dir_all(practice.path("home/.local/state")).unwrap();
    assert_eq!(practice.run(&["client", "add", "d-4"]).exit, 3);
    go_on(&practice, "home", "vault");
    practice.ok(&["client", "add", "d-4"]);
    is_whole(&practice, "home", "vault", &[(&one, "one")]);
}

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

/// The files below a directory, with their contents.
fn contents(directory: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    files_of(directory, "").into_iter().map(|file| (file.clone(), fs::read(file).unwrap())).collect()
}

#[test]
fn going_on_that_was_stopped_after_it_was_done_is_told_as_done() {
    let (practice, one) = with_one();
    copy(&practice, "vault", "backup");
    let state = practice.path("home/.local/state/subrosa");
    let older = contents(&state);
    practice.ok(&["ledger", "rotate-key", "--batch"]);
    copy(&practice, "backup", "vault");
    let head = practice.run(&["check", "--json"]).json()["ledger"]["head"].clone();
    let head = format!("{}:{}", head["size"], head["root"].as_str().unwrap());
    let go_on = ["--accept-head", &head, "ledger", "recover", "--json"];
    // Of the lost log nothing but the pin is remembered, so nothing is joined.
    let is_new = |file: &Path, known: &[(PathBuf, Vec<u8>)]| known.iter().all(|(other, _)| other != file);
    for (file, _) in contents(&state) {
        if is_new(&file, &older) && file.ends_with("head") {
            fs::remove_file(file).unwrap();
        }
    }
    let before = contents(&state);
    let said = practice.run(&go_on);
    assert!(said.exit == 7 && said.json()["continued"].is_object(), "{said:?}");
    assert_eq!(said.json()["head"]["size"], 3, "{said:?}");
    let done = said.json()["head"].clone();
    copy(&practice, "vault", "whole");

    // Stopped when `vault.toml` named the new log, and before this computer had noted any of that, or half of it.
    for noted in [&["id"][..], &["id", "head"], &["id", "head", "writer"]] {
        for args in [&["list"][..], &go_on] {
            copy(&practice, "whole", "vault");
            for (file, _) in contents(&state).into_iter().filter(|(file, _)| is_new(file, &before)) {
                if !noted.iter().any(|name| file.ends_with(name)) {
                    fs::remove_file(file).unwrap();
                }
            }
            before.iter().for_each(|(file, bytes)| fs::write(file, bytes).unwrap());
            let said = practice.run(args);
            assert!(said.exit == if args == ["list"] { 0 } else { 7 }, "{noted:?} {args:?}: {said:?}");
            assert!(!said.stderr.contains("WARNING"), "{noted:?} {args:?}: {said:?}");
            // Once more: it is done, and this computer writes.
            let said = practice.run(&go_on);
            assert!(said.exit == 7 && said.stdout.contains("this computer began it"), "{noted:?} {args:?}: {said:?}");
            assert_eq!((&said.json()["continued"], &said.json()["head"]), (&Value::Null, &done), "{noted:?}: {said:?}");
            assert_eq!(practice.ok(&["show", &one]).stdout, "one");
            practice.ok(&["client", "list"]);
        }
        // What is put back for the next turn was never added to under that head.
        let keep = contents(&state);
        practice.ok(&["client", "add", "b-2"]);
        let said = practice.run(&go_on);
        assert!(said.exit == 7 && said.stdout.contains("this computer began it"), "{noted:?}: {said:?}");
        keep.iter().for_each(|(file, bytes)| fs::write(file, bytes).unwrap());
    }
}
