//! What somebody can do to a vault who writes into its directory and has no key, each with the one verdict that names it
//! and the first file or entry that is wrong; whether an entry is still taken afterwards; and what must raise no alarm.

mod one_log;
mod two_logs;

use std::fs;
#[cfg(unix)]
use std::os::unix::fs::symlink;

use one_log::ON_A_LOG;
use serde_json::Value;
use subrosa::ledger::checkpoint::VerifiedCheckpoint;
use subrosa::ledger::journal::Line;
use two_logs::ON_TWO_LOGS;

use crate::attacks_on_logs::table::WITH_BOTH_KEYS;
use crate::attacks_on_logs::table::WITH_THE_KEY;
use crate::forged_log;
use crate::forger::Forger;
use crate::forger::Site;
use crate::forger::active;
use crate::forger::change;
use crate::forger::copy_of;
use crate::forger::erase;
use crate::forger::file;
use crate::forger::prepare;
use crate::integrity::copy_tree;
use crate::practice::Practice;

/// Where the first finding points.
#[derive(Clone, Copy, Debug)]
pub enum At {
    /// To this file; `LOG` is the active log and `OLD` the one before.
    File(&'static str),
    /// To this file and this entry.
    Entry(&'static str, u64),
    /// There is none.
    Nowhere,
}

/// What becomes of the next entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing is added.
    Refused,
    /// It is added: what is wrong is not what an entry stands on.
    Taken,
}

pub use At::Entry;
pub use At::File;
pub use At::Nowhere;
pub use Next::Refused;
pub use Next::Taken;

/// What was done, how, what it is called, where, and what becomes of the next entry.
pub type Row = (&'static str, fn(&Practice), &'static str, At, Next);

const BUNDLE: &str = "ledger/LOG/tile/entries/000.p/10";
const TILE: &str = "ledger/LOG/tile/0/000.p/10";
const HEAD: &str = "ledger/LOG/checkpoint";
const JOURNAL: &str = "journal/LOG/000.age";

fn remove(practice: &Practice, name: &str) {
    fs::remove_file(file(practice, name)).unwrap();
}

/// Everything of the vault, set aside.
fn aside(practice: &Practice) {
    copy_tree(&practice.vault(), &practice.path("aside"));
}

fn write_on(practice: &Practice) {
    practice.ok(&["client", "add", "later"]);
}

/// Fields of an entry erased as they should be; and then some more taken away.
fn erased(practice: &Practice, index: u64, declared: &[&str], more: &[&str]) {
    erase(practice, &active(practice), &[(index, declared)]).unwrap();
    taken_away(practice, index, more);
}

fn taken_away(practice: &Practice, index: u64, names: &[&str]) {
    let mut forger = Forger::of(practice);
    forger.hide(index, names);
    forger.write_journal();
}

/// Changes the fields of a line that was erased in part.
fn rewrite(practice: &Practice, index: u64, how: impl FnOnce(&mut Value)) {
    let mut forger = Forger::of(practice);
    let at = forger.partial.iter().position(|line| line.index() == index).unwrap();
    let mut line: Value = serde_json::from_slice(&forger.partial[at].to_bytes().unwrap()).unwrap();
    how(&mut line["fields"]);
    forger.partial[at] = Line::parse(format!("{line}\n").as_bytes()).unwrap();
    forger.write_journal();
}

#[cfg(unix)]
fn link(practice: &Practice, name: &str) {
    let (path, aside) = (file(practice, name), practice.path("linked"));
    fs::rename(&path, &aside).unwrap();
    symlink(&aside, &path).unwrap();
}

fn flip_signature(bytes: &mut [u8]) {
    let at = bytes.len() - 20;
    bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
}

const FULL: &str = "ledger/LOG/tile/entries/000";
const EDGE: &str = "ledger/LOG/tile/entries/001.p/10";
const HASHES: &str = "ledger/LOG/tile/0/000";
const EDGE_HASHES: &str = "ledger/LOG/tile/0/001.p/10";
const ABOVE: &str = "ledger/LOG/tile/1/000.p/1";

const ON_A_LONG_LOG: &[Row] = &[
    (
        "a byte of an entry in a full bundle",
        |it| change(it, FULL, |bytes| bytes[5000] ^= 1),
        "CORRUPT",
        File(FULL),
        Taken,
    ),
    ("no full bundle", |it| remove(it, FULL), "INCOMPLETE", File(FULL), Refused),
    ("a byte of an entry at the edge", |it| change(it, EDGE, |bytes| bytes[20] ^= 1), "CORRUPT", File(EDGE), Refused),
    ("no bundle at the edge", |it| remove(it, EDGE), "INCOMPLETE", File(EDGE), Refused),
    (
        "a byte of a hash in a full tile",
        |it| change(it, HASHES, |bytes| bytes[5000] ^= 1),
        "CORRUPT",
        File(HASHES),
        Taken,
    ),
    ("no full tile", |it| remove(it, HASHES), "INCOMPLETE", File(HASHES), Taken),
    (
        "a byte of a hash at the edge",
        |it| change(it, EDGE_HASHES, |bytes| bytes[20] ^= 1),
        "CORRUPT",
        File(EDGE_HASHES),
        Refused,
    ),
    ("no tile at the edge", |it| remove(it, EDGE_HASHES), "INCOMPLETE", File(EDGE_HASHES), Refused),
    ("a byte of a hash above", |it| change(it, ABOVE, |bytes| bytes[20] ^= 1), "CORRUPT", File(ABOVE), Refused),
    ("no tile above", |it| remove(it, ABOVE), "INCOMPLETE", File(ABOVE), Refused),
    (
        "two journal files swapped",
        |it| {
            let [one, two] = ["journal/LOG/000.age", "journal/LOG/001.age"].map(|name| file(it, name));
            let bytes = [&two, &one].map(|path| fs::read(path).unwrap());
            fs::write(one, &bytes[0]).unwrap();
            fs::write(two, &bytes[1]).unwrap();
        },
        "CORRUPT",
        File("journal/LOG/000.age"),
        Refused,
    ),
    ("no older journal file", |it| remove(it, "journal/LOG/000.age"), "INCOMPLETE", Entry(JOURNAL, 1), Taken),
    (
        "a smaller head signed before",
        |it| {
            // The files are those of the mark: it is published again.
            let mut forger = Forger::of(it);
            forger.cut(250);
            fs::write(file(it, HEAD), forger.head().bytes()).unwrap();
        },
        "CONTINUOUS",
        Nowhere,
        Taken,
    ),
];

/// Another log, which says that it continues the old one.
pub fn plant(it: &Practice, link: &[u8]) {
    let other = forged_log::Log::ours(7);
    let dir = it.vault().join("ledger/q5c3f7kz2m");
    fs::create_dir_all(&dir).unwrap();
    fs::write(dir.join("checkpoint"), other.head.bytes()).unwrap();
    fs::write(dir.join("predecessor"), link).unwrap();
}

/// What the program says of it, and what it should.
pub fn check(site: Site, rows: &[Row]) {
    let prepared = prepare(site);
    let mut wrong = Vec::new();
    for (name, how, word, at, next) in rows {
        let it = copy_of(&prepared);
        // Before `vault.toml` may name another log.
        let place = match at {
            File(name) | Entry(name, _) => file(&it, name),
            Nowhere => it.vault(),
        };
        how(&it);
        let said = it.run(&["ledger", "verify", "--json"]);
        let found: Value = serde_json::from_str(&said.stdout).unwrap_or_default();
        let exit = if ["INTACT", "CONTINUOUS", "WITNESSED"].contains(word) { 0 } else { 5 };
        let mut findings = found["findings"].as_array().into_iter().flatten();
        let first = findings.find(|finding| finding["verdict"] == *word).cloned().unwrap_or_default();
        let is_named = first["file"].as_str().is_some_and(|file| it.vault().join(file) == place);
        let is_there = match at {
            Nowhere => first.is_null(),
            File(_) => is_named,
            Entry(_, index) => is_named && first["index"] == *index,
        };
        if said.exit != exit || found["verdict"] != *word || !is_there || said.stderr.starts_with('{') {
            wrong.push(format!("{name}: {word} at {at:?}, but: {said:?}"));
        }
        if found["schema"].is_string() {
            is_as_in_the_contract(name, &found);
        }
        // `check` finds it too, and says it in the same words.
        let said = it.run(&["check", "--json"]);
        let checked: Value = serde_json::from_str(&said.stdout).unwrap_or_default();
        if exit == 5 && (said.exit != 5 || checked["ledger"]["verdict"] != *word || checked["ok"] != false) {
            wrong.push(format!("{name}: check says {said:?}"));
        }
        let before = heads(&it);
        let said = it.run(&["client", "add", "a-later-one", "--json"]);
        let refused = said.exit != 0;
        if refused != (*next == Refused) || (refused && (![3, 5, 12].contains(&said.exit) || heads(&it) != before)) {
            wrong.push(format!("{name}: the next entry is not {next:?}: {said:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Everything that is signed, in the vault and on this computer.
fn heads(it: &Practice) -> Vec<(std::path::PathBuf, String)> {
    let files = it.files().into_iter();
    files.filter(|(path, _)| ["head", "checkpoint", "writer"].iter().any(|name| path.ends_with(name))).collect()
}

/// Every field is there, whatever the verdict (`docs/command-line.md`, JSON).
fn is_as_in_the_contract(name: &str, found: &Value) {
    let keys =
        |value: &Value| value.as_object().map(|object| object.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
    // What everybody has to see stands beside it.
    let own: Vec<_> = keys(found).into_iter().filter(|key| key != "warnings").collect();
    assert_eq!(own, ["checked", "findings", "head", "schema", "verdict", "witnesses"], "{name}");
    assert_eq!(found["schema"], "subrosa/ledger-verify/1", "{name}");
    assert_eq!(keys(&found["head"]), ["origin", "root", "size"], "{name}");
    assert_eq!(keys(&found["checked"]), ["leaves", "openings", "signatures", "tiles"], "{name}");
    assert_eq!(keys(&found["witnesses"]), ["counted", "known", "quorum", "time"], "{name}");
    for finding in found["findings"].as_array().unwrap() {
        assert_eq!(keys(finding), ["cure", "file", "index", "text", "verdict"], "{name}");
        assert!(!finding["cure"].as_str().unwrap().is_empty(), "{name}");
    }
}

#[test]
fn a_log_that_somebody_wrote_into() {
    check(Site::Small, ON_A_LOG);
}

#[test]
fn a_long_log_that_somebody_wrote_into() {
    check(Site::Large, ON_A_LONG_LOG);
}

#[test]
fn two_logs_that_somebody_wrote_into() {
    check(Site::Rotated, ON_TWO_LOGS);
}

#[test]
fn the_tables_hold_what_they_say() {
    let mut names: Vec<&str> = [ON_A_LOG, ON_A_LONG_LOG, ON_TWO_LOGS, WITH_THE_KEY, WITH_BOTH_KEYS]
        .into_iter()
        .flatten()
        .map(|row| row.0)
        .collect();
    let count = names.len();
    assert!(count >= 60, "{count}");
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "two rows of one name");
    // Kept for whoever reads a checkpoint alone.
    let log = forged_log::Log::ours(7);
    assert!(VerifiedCheckpoint::open(log.head.bytes(), &log.key.verifier()).is_ok());
}
