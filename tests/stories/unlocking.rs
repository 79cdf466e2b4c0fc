//! Which key opens, in which order, and what is said when none does or when this computer has not seen the vault.

use std::fs;

use snapbox::assert_data_eq;
use snapbox::str;
use subrosa::cli::host::Clock;

use crate::practice::NOW;
use crate::practice::OWNER;
use crate::practice::Practice;

/// An identity that opens nothing here.
const STRANGER: &str = "AGE-SECRET-KEY-1D8UHUKR09KDVD8RPJMFHYWFS5GV3LKXVAUMUAN6U7WC2JEW86M5S9EAKG7\n";

#[test]
fn each_failure_has_its_own_message_and_code() {
    let practice = Practice::new();
    practice.write("other.txt", STRANGER);
    practice.write("broken.txt", "hello\n");
    practice.write("wrong.txt", "not it\n");
    let said = practice.refused(12, &["-i", "other.txt", "client", "list"]);
    assert_data_eq!(
        said.whole(),
        str![[r#"
subrosa: no identity that was given opens this vault
-- exit 12 --

"#]]
    );
    let said = practice.refused(12, &["-i", "none.txt", "client", "list"]);
    assert_data_eq!(
        said.whole(),
        str![[r#"
subrosa: there is no file [HERE]/none.txt
-- exit 12 --

"#]]
    );
    let said = practice.refused(12, &["client", "list", "-i", "broken.txt", "--json"]);
    assert_data_eq!(
        said.stderr.clone(),
        str![[r#"
{"error":{"code":"cannot-unlock","exit":12,"message":"[HERE]/broken.txt: line 1 is not an identity","reasons":[],"hints":[]}}

"#]]
    );
    let said = practice.refused(10, &["--vault", "nowhere", "client", "list"]);
    assert_data_eq!(
        said.whole(),
        str![[r#"
subrosa: there is no vault at [HERE]/nowhere
  try: subrosa init
-- exit 10 --

"#]]
    );
}

#[test]
fn the_wrong_passphrase_and_nobody_to_ask() {
    let practice = Practice::without_vault();
    practice.write("pass.txt", "open sesame\n");
    practice.write("wrong.txt", "not it\n");
    practice.ok(&["init", "--passphrase-file", "pass.txt"]);
    let run = |args: &[&str]| {
        let (host, ends) = practice.host();
        practice.run_in((host.with_var("SUBROSA_IDENTITY", ""), ends), args)
    };
    let said = run(&["client", "list", "--passphrase-file", "wrong.txt"]);
    assert_data_eq!(
        said.whole(),
        str![[r#"
subrosa: the passphrase is wrong
-- exit 12 --

"#]]
    );
    let said = run(&["client", "list"]);
    assert_data_eq!(
        said.whole(),
        str![[r#"
subrosa: no identity and no passphrase was given, and nobody can be asked
  try: subrosa --passphrase-file FILE client list
-- exit 12 --

"#]]
    );
    // A customary identity that does not open it is passed over; one that was named is not.
    practice.write("other.txt", STRANGER);
    let (host, ends) = practice.host();
    let host = host.with_var("SUBROSA_IDENTITY", "other.txt");
    let said = practice.run_in((host, ends), &["client", "list", "--passphrase-file", "pass.txt", "--json"]);
    assert_eq!(said.exit, 0, "{said:?}");
    let said = run(&["client", "list", "--passphrase-file", "pass.txt", "-i", "other.txt"]);
    assert_eq!(said.exit, 12, "{said:?}");
}

#[test]
fn several_identities_are_tried() {
    let practice = Practice::new();
    practice.write("other.txt", STRANGER);
    practice.ok(&["client", "list", "-i", "other.txt", "-i", "me.txt"]);
    practice.ok(&["-i", "other.txt", "--identity=me.txt", "client", "list"]);
    let said = practice.refused(2, &["-i", "me.txt", "client", "list", "-i", "other.txt"]);
    assert!(said.stderr.contains("on one side"), "{said:?}");
    let (host, ends) = practice.host();
    let said = practice.run_in((host.with_var("SUBROSA_IDENTITY", "other.txt:me.txt"), ends), &["client", "list"]);
    assert_eq!(said.exit, 0, "{said:?}");
}

#[test]
fn an_identity_file_under_a_passphrase_is_asked_for_once() {
    let practice = Practice::without_vault();
    practice.write("me.age", "");
    let identity = fs::read(practice.path("me.txt")).unwrap();
    let passphrase = subrosa::secret::SecretText::new("open sesame".to_owned());
    let sealed =
        subrosa::keys::passphrase::seal_with_passphrase(&identity, &passphrase, 18, &mut rand_core::OsRng).unwrap();
    fs::write(practice.path("me.age"), sealed).unwrap();
    practice.ok(&["init", "--owner", OWNER]);
    let said = practice.at_terminal(&["open sesame"], &["-i", "me.age", "client", "list"]);
    assert_data_eq!(
        said.whole(),
        str![[r#"
subrosa: there are no clients yet
-- terminal --
Passphrase of [HERE]/me.age: [secret]
-- exit 0 --

"#]]
    );
    practice.write("pass.txt", "open sesame\n");
    practice.ok(&["-i", "me.age", "--passphrase-file", "pass.txt", "client", "list"]);
}

#[test]
fn a_computer_that_has_not_seen_the_vault_reads_and_says_so() {
    let practice = Practice::new();
    practice.ok(&["client", "add", "mk-01"]);
    fs::remove_dir_all(practice.path("home")).unwrap();
    let said = practice.ok(&["client", "list"]);
    assert_data_eq!(
        said.whole(),
        str![[r#"
c-[..]	mk-01	active
subrosa: this computer has not seen this vault before: subrosa/[..] size 4 root [..]=
-- exit 0 --

"#]]
    );
    let said = practice.refused(3, &["client", "add", "mk-02"]);
    assert!(said.stderr.contains("subrosa --accept-head 4:"), "{said:?}");
    // Under --json the line waits until nothing can fail any more: a failure stands alone.
    let said = practice.refused(3, &["client", "add", "mk-02", "--json"]);
    assert_eq!(said.error()["code"], "refused");
    // --yes is not enough: nobody compared anything.
    practice.refused(3, &["client", "add", "mk-02", "--yes"]);
}

#[test]
fn whoever_accepts_the_head_goes_on_in_a_ledger_of_his_own() {
    let practice = Practice::new();
    let head = practice.ok(&["client", "add", "mk-01", "--json"]).json()["head"].clone();
    let accepted = format!("{}:{}", head["size"], head["root"].as_str().unwrap());
    fs::remove_dir_all(practice.path("home")).unwrap();
    let said = practice.run(&["client", "list", "--accept-head", "3:AAAA"]);
    assert_eq!(said.exit, 2, "{said:?}");
    let other = format!("4:{}=", "A".repeat(43));
    let said = practice.run(&["client", "list", "--accept-head", &other]);
    assert_eq!(said.exit, 5, "{said:?}");
    let said = practice.run(&["client", "list", "--accept-head", &accepted]);
    assert_eq!(said.exit, 0, "{said:?}");
    let said = practice.run(&["client", "add", "mk-02"]);
    assert_eq!(said.exit, 3, "{said:?}");
    assert!(said.stderr.contains("this computer reads only"), "{said:?}");
    let said = practice.ok(&["client", "list"]);
    assert_eq!(said.stderr, "", "accepted once is accepted");
    let said = practice.run(&["client", "add", "mk-02", "--accept-head", &accepted]);
    assert_eq!(said.exit, 0, "{said:?}");
    assert!(said.stderr.contains("this computer now writes the ledger"), "{said:?}");
    let after = practice.ok(&["client", "add", "mk-03", "--json"]).json()["head"].clone();
    assert_ne!(after["origin"], head["origin"], "the other machine's log is never written here");
}

#[test]
fn at_a_terminal_an_unseen_vault_is_accepted_by_hand() {
    let practice = Practice::new();
    fs::remove_dir_all(practice.path("home")).unwrap();
    let said = practice.at_terminal(&["n"], &["client", "add", "mk-02"]);
    assert_eq!(said.exit, 3, "{said:?}");
    assert!(said.terminal.contains("do you accept it?"), "{said:?}");
    let said = practice.at_terminal(&["y", "n"], &["client", "add", "mk-02"]);
    assert_eq!(said.exit, 3, "{said:?}");
    assert!(said.stderr.contains("this computer reads only"), "{said:?}");
    let said = practice.at_terminal(&["y", "", ""], &["client", "add", "mk-02"]);
    assert_eq!(said.exit, 0, "{said:?}");
    assert!(said.stderr.contains("this computer now writes the ledger"), "{said:?}");
}

#[test]
fn an_older_copy_is_read_with_a_warning_and_never_added_to() {
    let practice = Practice::new();
    copy(&practice.vault(), &practice.path("old"));
    practice.ok(&["client", "add", "mk-01"]);
    fs::remove_dir_all(practice.vault()).unwrap();
    fs::rename(practice.path("old"), practice.vault()).unwrap();
    let said = practice.run(&["client", "list", "--batch"]);
    assert_data_eq!(
        said.whole(),
        str![[r#"
subrosa: WARNING: the vault has 3 entries, but 4 were seen on this computer: an older copy was put in its place
subrosa: there are no clients yet
subrosa: the vault has 3 entries, but 4 were seen on this computer: an older copy was put in its place; nothing is added to it: bring the newer copy back, complete it from that, or go on without it
  try: subrosa ledger recover
-- exit 5 --

"#]]
    );
    let said = practice.run(&["client", "list", "--json"]);
    assert_eq!((said.exit, said.json()["clients"].as_array().unwrap().len()), (5, 0));
    assert_eq!(said.error()["code"], "integrity");
    practice.refused(5, &["client", "add", "mk-02"]);
}

#[test]
fn a_clock_behind_the_ledger_is_said() {
    let mut practice = Practice::new();
    practice.ok(&["client", "add", "mk-01"]);
    practice.now = NOW - 240;
    practice.ok(&["client", "add", "mk-02"]);
    practice.now = NOW - 3600;
    let said = practice.refused(3, &["client", "add", "mk-03"]);
    assert_data_eq!(
        said.whole(),
        str![[r#"
subrosa: the clock says 2026-11-21T08:30:00Z, but the last entry is of 2026-11-21T09:30:00Z; set the clock, or go on with the last entry's time by --accept-clock
-- exit 3 --

"#]]
    );
    practice.ok(&["client", "add", "mk-03", "--accept-clock"]);
    assert!(matches!(practice.host().0.clock, Clock::Fixed(now) if now == NOW - 3600));
}

#[test]
fn an_altered_vault_is_no_wrong_key() {
    let practice = Practice::new();
    let header = practice.vault().join("vault.toml");
    let text = fs::read_to_string(&header).unwrap().replace("format = 1", "format = 2");
    fs::write(&header, &text).unwrap();
    let said = practice.refused(1, &["client", "list"]);
    assert!(said.stderr.contains("newer format"), "{said:?}");
    fs::write(&header, text.replace("format = 2", "format = 1").replace("epoch = 1", "epoch = 1 ")).unwrap();
    let said = practice.refused(5, &["client", "list"]);
    assert!(said.stderr.contains("vault.toml"), "{said:?}");
    fs::remove_file(&header).unwrap();
    practice.refused(5, &["client", "list"]);
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    subrosa::vault::disk::make_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.path().is_dir() { copy(&entry.path(), &to) } else { fs::copy(entry.path(), &to).map(drop).unwrap() }
    }
}
