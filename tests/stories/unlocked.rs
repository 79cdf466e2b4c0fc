//! A vault that is unlocked for a while: who finds it so, what ends it, and that what rests is believed no more than any
//! other identity.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::process::Output;
use std::thread;
use std::time::Duration;

use snapbox::assert_data_eq;
use snapbox::str;
use subrosa::cli::keeper::Keeper as _;

use crate::hardship::is_root;
use crate::machine::Machine;
use crate::machine::has;
use crate::practice::NOW;
use crate::practice::Practice;
use crate::practice::Said;
use crate::skips::skip;

/// Runs the program with no key file in reach.
fn keyless(practice: &Practice, args: &[&str]) -> Said {
    let (host, ends) = practice.host();
    practice.run_in((host.with_var("SUBROSA_IDENTITY", ""), ends), args)
}

#[test]
fn an_unlocked_vault_is_found_until_its_time_is_over_or_it_is_locked() {
    let mut practice = Practice::new();
    assert_eq!(keyless(&practice, &["client", "list"]).exit, 12);
    let said = practice.ok(&["unlock"]);
    assert_data_eq!(
        said.whole(),
        str![[r#"
unlocked	2026-11-21T10:00:00Z
-- exit 0 --

"#]]
    );
    let added = keyless(&practice, &["client", "add", "mk-01", "--json"]);
    assert_eq!(added.exit, 0, "{added:?}");
    let log = practice.ok(&["ledger", "log", "--kind", "client.added", "--json"]).json();
    assert_eq!(log["entries"][0]["actor"], "owner");
    practice.now = NOW + 30 * 60 - 1;
    assert_eq!(keyless(&practice, &["client", "list"]).exit, 0);
    practice.now = NOW + 30 * 60;
    assert_eq!(keyless(&practice, &["client", "list"]).exit, 12);

    // Twice renews, from what rests as from a key.
    let said = practice.ok(&["unlock", "--for", "10min", "--json"]).json();
    assert_eq!(
        said,
        serde_json::json!({"schema": "subrosa/unlock/1", "state": "unlocked", "until": "2026-11-21T10:10:00Z"})
    );
    practice.now += 60;
    assert_eq!(keyless(&practice, &["unlock", "--for", "1h"]).exit, 0);
    practice.now += 50 * 60;
    assert_eq!(keyless(&practice, &["client", "list"]).exit, 0);
    // Nobody needs a key to lock.
    let said = keyless(&practice, &["lock", "--json"]).json();
    assert_eq!(said, serde_json::json!({"schema": "subrosa/lock/1", "state": "locked", "until": null}));
    assert_eq!(keyless(&practice, &["client", "list"]).exit, 12);
    let said = keyless(&practice, &["lock"]);
    assert_eq!((said.exit, said.stderr.as_str()), (0, "subrosa: the vault was not unlocked\n"));
    for wrong in ["0s", "25h", "2m", "soon"] {
        assert_eq!(practice.run(&["unlock", "--for", wrong]).exit, 2, "{wrong}");
    }
}

#[test]
fn key_files_come_before_it_and_the_passphrase_after() {
    let practice = Practice::new();
    practice.ok(&["unlock"]);
    practice.write("other.txt", "AGE-SECRET-KEY-1D8UHUKR09KDVD8RPJMFHYWFS5GV3LKXVAUMUAN6U7WC2JEW86M5S9EAKG7\n");
    // What was named is tried, and nothing else.
    practice.refused(12, &["-i", "other.txt", "client", "list"]);
    // What lies there by custom and does not fit is passed over.
    let (host, ends) = practice.host();
    let said = practice.run_in((host.with_var("SUBROSA_IDENTITY", "other.txt"), ends), &["client", "list"]);
    assert_eq!(said.exit, 0, "{said:?}");
    // Where the vault has no passphrase there is none to be wrong.
    practice.write("wrong.txt", "not it\n");
    assert_eq!(keyless(&practice, &["client", "list", "--passphrase-file", "wrong.txt"]).exit, 0);
    // Where it has one, whoever names a passphrase acts as its owner, or not at all; a setting comes after what rests.
    practice.write("pass.txt", "a passphrase of mine\n");
    practice.ok(&["owner", "add", "--passphrase", "--alias", "ana", "--passphrase-file", "pass.txt"]);
    assert_eq!(keyless(&practice, &["client", "list", "--passphrase-file", "wrong.txt"]).exit, 12);
    let (host, ends) = practice.host();
    let host = host.with_var("SUBROSA_IDENTITY", "").with_var("SUBROSA_PASSPHRASE_FILE", "wrong.txt");
    assert_eq!(practice.run_in((host, ends), &["client", "list"]).exit, 0);
    let remove = ["owner", "remove", "ana", "--passphrase-file", "pass.txt"];
    let said = keyless(&practice, &remove);
    assert!(said.exit == 3 && said.stderr.contains("try: subrosa -i IDENTITY-FILE owner remove ana"), "{said:?}");
}

#[test]
fn what_rests_is_checked_as_every_identity_is() {
    let practice = Practice::new();
    practice.ok(&["unlock"]);
    let [name] = &practice.kept.names()[..] else { panic!("one name") };
    assert!(name.starts_with("subrosa/"), "{name}");
    let other = Practice::without_vault();
    // Randomness goes on with each run: another vault has other keys.
    other.run(&["help"]);
    other.ok(&["init", "--owner", crate::practice::OWNER, "--batch"]);
    other.ok(&["unlock"]);
    // Another vault's identity under this one's name, and bytes that are none: passed over, and said.
    let stranger = other.kept.at(NOW).find(&other.kept.names()[0]).unwrap().unwrap();
    let own = practice.kept.at(NOW).find(name).unwrap().unwrap();
    for wrong in [&stranger[..], b"hello", b"", &own[..own.len() - 20]] {
        practice.kept.put(name, wrong);
        let said = keyless(&practice, &["client", "list"]);
        assert_eq!(said.exit, 12, "{said:?}");
        assert!(said.stderr.contains("try: subrosa unlock"), "{said:?}");
    }
    // A vault.toml that somebody else wrote is not believed, however the vault was opened.
    practice.kept.put(name, &own);
    let header = practice.vault().join("vault.toml");
    let text = fs::read_to_string(&header).unwrap();
    fs::write(&header, text.replace("created = \"2026", "created = \"2025")).unwrap();
    assert_eq!(keyless(&practice, &["client", "list"]).exit, 5);
}

#[test]
fn a_change_of_keys_ends_it_and_says_so() {
    let practice = Practice::new();
    practice.ok(&["unlock"]);
    let old = practice.kept.clone();
    let name = practice.kept.names().remove(0);
    let rested = old.at(NOW).find(&name).unwrap().unwrap();
    let said = practice.ok(&["ledger", "rotate-key", "--batch"]);
    assert!(said.stderr.contains("was unlocked for a while, and no longer is"), "{said:?}");
    assert_eq!(keyless(&practice, &["client", "list"]).exit, 12);
    // In a session that did not hear of it.
    practice.kept.put(&name, &rested);
    let said = keyless(&practice, &["client", "list"]);
    assert_eq!(said.exit, 12, "{said:?}");
    assert!(said.stderr.contains("unlocked before its key or its ledger's key changed"), "{said:?}");
    // Locking ends that too.
    assert_eq!(keyless(&practice, &["lock"]).stderr, "");
    assert!(practice.kept.names().is_empty());

    // An owner removed: the vault's own key is another.
    practice.ok(&["owner", "add", crate::practice::LEE, "--alias", "lee"]);
    practice.ok(&["unlock"]);
    let name = practice.kept.names().remove(0);
    let rested = practice.kept.at(NOW).find(&name).unwrap().unwrap();
    let said = practice.ok(&["owner", "remove", "lee", "--batch"]);
    assert!(said.stderr.contains("was unlocked for a while, and no longer is"), "{said:?}");
    practice.kept.put(&name, &rested);
    assert_eq!(keyless(&practice, &["client", "list"]).exit, 12);
}

/// Runs the real program without a key file; in what `wrapper` begins, such as another user.
fn run(machine: &Machine, wrapper: &[&str], home: &Path, args: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_subrosa");
    let words: Vec<&str> = wrapper.iter().copied().chain([program]).chain(args.iter().copied()).collect();
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).env_clear().env("HOME", home).current_dir(home);
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).output().unwrap_or_else(|error| {
        panic!("{error}: {:?}", machine.path("."));
    })
}

#[test]
fn the_kernels_keyring_keeps_it_for_this_user_and_for_so_long() {
    let machine = Machine::new();
    let home = machine.path(".");
    let list = |wrapper: &[&str], home: &Path| run(&machine, wrapper, home, &["client", "list"]).status.code();
    let unlock = machine.run(&["unlock", "--for", "1s", "--json"]);
    if unlock.status.code() == Some(1) {
        assert!(String::from_utf8_lossy(&unlock.stderr).contains("cannot be unlocked for a while"), "{unlock:?}");
        skip("keyring", &format!("of the kernel's is not there: {unlock:?}"));
        return;
    }
    assert!(unlock.status.success(), "{unlock:?}");
    thread::sleep(Duration::from_millis(1100));
    assert_eq!(list(&[], &home), Some(12), "its time was over");

    machine.ok(&["unlock", "--for", "10min"]);
    assert_eq!(list(&[], &home), Some(0));
    // Nothing of it is in a file.
    let key = fs::read_to_string(machine.path("me.txt")).unwrap();
    assert!(key.contains("AGE-SECRET-KEY-1"));
    for file in machine.files(".").into_iter().filter(|file| !file.ends_with("me.txt") && !file.ends_with("lee.txt")) {
        let bytes = fs::read(&file).unwrap();
        assert!(!bytes.windows(15).any(|window| window == b"AGE-SECRET-KEY-"), "{}", file.display());
    }
    second_user(&machine);
    another_session(&machine);
    machine.ok(&["lock"]);
    assert_eq!(list(&[], &home), Some(12));
    // Renewed by itself, and ended by its new time.
    machine.ok(&["unlock", "--for", "10min"]);
    assert!(run(&machine, &[], &home, &["unlock", "--for", "1s"]).status.success());
    thread::sleep(Duration::from_millis(1100));
    assert_eq!(list(&[], &home), Some(12), "the second time is the one that counts");
}

/// Another user with a copy of everything but the key.
fn second_user(machine: &Machine) {
    if !is_root() || !has("setpriv") {
        return;
    }
    let theirs = tempfile::tempdir().unwrap();
    let home = theirs.path().join("home");
    let sh = |line: &str| {
        let done = Command::new("sh").args(["-ec", line]).output().unwrap();
        assert!(done.status.success(), "{done:?}");
    };
    let (from, to) = (machine.path("."), home.display().to_string());
    sh(&format!("cp -a {}/. {to} && rm {to}/me.txt && chmod 755 {}", from.display(), theirs.path().display()));
    assert_eq!(run(machine, &[], &home, &["client", "list"]).status.code(), Some(0), "the copy is found by ourselves");
    let program = Path::new(env!("CARGO_BIN_EXE_subrosa"));
    sh(&format!("chown -R 65534:65534 {to} && cp {} {to}/subrosa && chmod 755 {to}/subrosa", program.display()));
    let mut command = Command::new("setpriv");
    command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups"]).arg(home.join("subrosa"));
    let said = command.args(["client", "list"]).env_clear().env("HOME", &home).current_dir(&home).output().unwrap();
    assert_eq!(said.status.code(), Some(12), "{said:?}");
}

/// Another session of the same user.
fn another_session(machine: &Machine) {
    // keyctl(KEYCTL_JOIN_SESSION_KEYRING): no tool that does it is installed everywhere.
    let number = if cfg!(target_arch = "x86_64") { "250" } else { "219" };
    let join = format!(
        "import ctypes, os, sys; assert ctypes.CDLL(None).syscall({number}, 1, None) > 0; os.execv(sys.argv[1], sys.argv[1:])"
    );
    if !has("python3") {
        return;
    }
    let said = run(machine, &["python3", "-c", &join], &machine.path("."), &["client", "list"]);
    assert_eq!(said.status.code(), Some(12), "{said:?}");
    let script = format!("{0} -i me.txt unlock --json && {0} client list && {0} lock", env!("CARGO_BIN_EXE_subrosa"));
    let mut command = Command::new("python3");
    command.args(["-c", &join, "/bin/sh", "-ec", &script]).env_clear().env("HOME", machine.path("."));
    let said = command.current_dir(machine.path(".")).output().unwrap();
    assert!(said.status.success(), "{said:?}");
    assert!(!String::from_utf8_lossy(&said.stderr).contains("no keyring of its own"), "{said:?}");
}
