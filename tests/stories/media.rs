//! Media that are full, or cannot be written, through the real program.

use std::fs;
use std::path::Path;

use crate::hardship::is_root;
use crate::hardship::sh;
use crate::machine::Machine;
use crate::skips::skip;

/// A small file system of its own; `None`, said aloud, where none can be mounted.
struct Mounted(std::path::PathBuf);

impl Mounted {
    fn new(at: &Path, size: &str) -> Option<Self> {
        fs::create_dir_all(at).unwrap();
        let mounted = is_root() && sh(&format!("mount -t tmpfs -o size={size},mode=0700 tmpfs {}", at.display()));
        if !mounted {
            skip("mount", "does not work: no file system can be put there");
        }
        mounted.then(|| Self(at.to_owned()))
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        sh(&format!("umount -l {}", self.0.display()));
    }
}

#[test]
fn a_full_disk_loses_nothing() {
    let machine = Machine::bare();
    let at = machine.path("small");
    let Some(_mounted) = Mounted::new(&at, "3m") else {
        return;
    };
    let owner = machine.public_key("me.txt");
    let vault = at.join("vault");
    let vault = vault.to_str().unwrap();
    machine.ok(&["--vault", vault, "init", "--owner", &owner, "--batch", "--allow-location"]);
    machine.ok(&["--vault", vault, "client", "add", "mk-01"]);
    let add = ["--vault", vault, "add", "-", "--client", "mk-01", "--kind", "recording"];
    assert!(machine.fed(&add, &vec![1; 1 << 20]).status.success());
    let full = machine.fed(&add, &vec![2; 4 << 20]);
    assert_eq!(full.status.code(), Some(1), "{full:?}");
    assert!(String::from_utf8_lossy(&full.stderr).contains("full"), "{full:?}");
    // Filled to the last byte, it still reads, and what was reported is there.
    let _ = fs::write(at.join("filler"), vec![0; 4 << 20]);
    let full = machine.run(&["--vault", vault, "client", "add", "ab-02"]);
    assert_eq!(full.status.code(), Some(1), "{full:?}");
    assert_eq!(machine.run(&["--vault", vault, "show", "@"]).stdout, vec![1; 1 << 20]);
    fs::remove_file(at.join("filler")).unwrap();
    machine.ok(&["--vault", vault, "client", "add", "ab-02"]);
    let check = machine.run(&["--vault", vault, "check", "--read-data"]);
    assert_eq!(check.status.code(), Some(0), "{check:?}");
}

#[test]
fn what_could_not_be_released_waits_and_goes_later() {
    let machine = Machine::new();
    let record = machine.add(&"long ".repeat(100_000));
    machine.consent("dr-lee");
    let at = machine.path("stick");
    let Some(_mounted) = Mounted::new(&at, "64k") else {
        return;
    };
    let said = machine.run(&["share", &record, "--to", "dr-lee", "--purpose", "treat", "-o", "stick/x.age"]);
    assert_eq!(said.status.code(), Some(7), "{said:?}");
    let id = String::from_utf8(said.stdout).unwrap().trim().to_owned();
    let talk = String::from_utf8(said.stderr).unwrap();
    assert!(talk.contains("full") && talk.contains(&format!("subrosa share --resume {id}")), "{talk}");
    assert_eq!(fs::read_dir(&at).unwrap().count(), 0);
    assert_eq!(machine.run(&["check"]).status.code(), Some(7));
    let said = machine.ok(&["share", "--resume", &id, "-o", "x.age", "--json"]);
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    let package = fs::read(machine.path("x.age")).unwrap();
    assert_eq!(said["disclosures"][0]["package"]["sha256"], subrosa::digest::Digest::of(&package).to_string());
    assert_eq!(machine.run(&["check"]).status.code(), Some(0));
    assert_eq!(machine.run(&["share", "--resume", &id, "-o", "y.age"]).status.code(), Some(4));
}

#[test]
fn a_cache_that_cannot_be_written_fails_no_change() {
    let machine = Machine::new();
    let at = machine.path(".cache/subrosa");
    fs::remove_dir_all(&at).unwrap();
    let Some(_mounted) = Mounted::new(&at, "600k") else {
        return;
    };
    machine.ok(&["list"]);
    let _ = fs::write(at.join("filler"), vec![0; 1 << 20]);
    let added = machine.fed(&["add", "-", "--client", "mk-01", "--kind", "letter"], b"kept\n");
    assert!(added.status.success(), "{added:?}");
    let id = String::from_utf8(added.stdout).unwrap().trim().to_owned();
    machine.ok(&["tag", &id, "+seen"]);
    assert_eq!(machine.ok(&["show", &id]), "kept\n");
    assert!(sh(&format!("mount -o remount,ro {}", at.display())));
    assert_eq!(machine.ok(&["show", &id]), "kept\n");
    machine.ok(&["tag", &id, "-seen"]);
}

#[test]
fn read_only_media_can_be_read() {
    let machine = Machine::bare();
    let at = machine.path("card");
    let Some(_mounted) = Mounted::new(&at, "8m") else {
        return;
    };
    let owner = machine.public_key("me.txt");
    let vault = at.join("vault");
    let vault = vault.to_str().unwrap();
    machine.ok(&["--vault", vault, "init", "--owner", &owner, "--batch", "--allow-location"]);
    machine.ok(&["--vault", vault, "client", "add", "mk-01"]);
    let added = machine.fed(&["--vault", vault, "add", "-", "--client", "mk-01", "--kind", "letter"], b"on the card");
    assert!(added.status.success(), "{added:?}");
    assert!(sh(&format!("mount -o remount,ro {}", at.display())));
    assert_eq!(machine.run(&["--vault", vault, "show", "@"]).stdout, b"on the card");
    assert!(machine.run(&["--vault", vault, "ledger", "verify"]).status.success());
    let refused = machine.run(&["--vault", vault, "client", "add", "ab-02"]);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("read-only"), "{refused:?}");
}
