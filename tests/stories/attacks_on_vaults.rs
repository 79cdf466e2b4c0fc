//! What somebody can do to a vault who writes into its directory and has no key, each with the one verdict that names it
//! and the first file or entry that is wrong; whether an entry is still taken afterwards; and what must raise no alarm.

use std::fs;
#[cfg(unix)]
use std::os::unix::fs::symlink;

use serde_json::Value;
use subrosa::ledger::checkpoint::VerifiedCheckpoint;
use subrosa::ledger::journal::Line;
use subrosa::ledger::successor::Successor;

use crate::attacks_on_logs::WITH_BOTH_KEYS;
use crate::attacks_on_logs::WITH_THE_KEY;
use crate::forged_log;
use crate::forger::Forger;
use crate::forger::Site;
use crate::forger::active;
use crate::forger::change;
use crate::forger::copy_of;
use crate::forger::erase;
use crate::forger::file;
use crate::forger::past;
use crate::forger::prepare;
use crate::integrity::copy_tree;
use crate::ledger::eventful_elsewhere;
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

const ON_A_LOG: &[Row] = &[
    ("nothing", |_| {}, "CONTINUOUS", Nowhere, Taken),
    ("a byte of an entry", |it| change(it, BUNDLE, |bytes| bytes[300] ^= 1), "CORRUPT", File(BUNDLE), Refused),
    (
        "the kind of an entry",
        |it| change(it, BUNDLE, |bytes| bytes[71 + 39 + 6] = 9),
        "CORRUPT",
        Entry(BUNDLE, 2),
        Refused,
    ),
    ("an entry cut short", |it| change(it, BUNDLE, |bytes| bytes.truncate(200)), "MALFORMED", File(BUNDLE), Refused),
    ("an entry too many", |it| change(it, BUNDLE, |bytes| bytes.extend([0, 1, 7])), "MALFORMED", File(BUNDLE), Refused),
    ("an empty bundle", |it| change(it, BUNDLE, Vec::clear), "MALFORMED", File(BUNDLE), Refused),
    ("no bundle", |it| remove(it, BUNDLE), "INCOMPLETE", File(BUNDLE), Refused),
    ("a byte of a hash", |it| change(it, TILE, |bytes| bytes[40] ^= 1), "CORRUPT", File(TILE), Refused),
    ("half a hash", |it| change(it, TILE, |bytes| bytes.truncate(240)), "MALFORMED", File(TILE), Refused),
    ("a hash too many", |it| change(it, TILE, |bytes| bytes.extend([0; 32])), "MALFORMED", File(TILE), Refused),
    ("no hash tile", |it| remove(it, TILE), "INCOMPLETE", File(TILE), Refused),
    (
        "a narrower tile altered",
        |it| change(it, "ledger/LOG/tile/0/000.p/9", |bytes| bytes[0] ^= 1),
        "CORRUPT",
        File("ledger/LOG/tile/0/000.p/9"),
        Taken,
    ),
    (
        "entries swapped and tiles made anew",
        |it| {
            let mut forger = Forger::of(it);
            forger.leaves.swap(3, 4);
            forger.write_tiles();
        },
        "CORRUPT",
        File("ledger/LOG/tile"),
        Refused,
    ),
    (
        "entries rewritten, and tiles and journal made anew",
        |it| {
            let mut forger = Forger::of(it);
            forger.put(3, forger.note("2026-11-21T09:30:00Z", "ant"));
            forger.write_tiles();
            forger.write_journal();
        },
        "CORRUPT",
        File("ledger/LOG/tile"),
        Refused,
    ),
    (
        "a line of the journal rewritten",
        |it| {
            let mut forger = Forger::of(it);
            let leaf = forger.leaves[5];
            forger.put(5, forger.note("2026-11-21T09:30:00Z", "ant"));
            forger.leaves[5] = leaf;
            forger.write_journal();
        },
        "OPENING-MISMATCH",
        Entry(JOURNAL, 5),
        Refused,
    ),
    (
        "a line of the journal dropped",
        |it| {
            let mut forger = Forger::of(it);
            forger.openings.retain(|opening| opening.index != 4);
            forger.write_journal();
        },
        "INCOMPLETE",
        Entry(JOURNAL, 4),
        Refused,
    ),
    (
        "fields erased, and declared so",
        |it| erased(it, 5, &["record_kind", "title"], &[]),
        "CONTINUOUS",
        Nowhere,
        Taken,
    ),
    (
        "less erased than is declared: the line is whole still",
        |it| {
            let whole = Forger::of(it).openings.remove(4);
            erased(it, 5, &["title"], &[]);
            let mut forger = Forger::of(it);
            forger.partial.clear();
            forger.openings.insert(4, whole);
            forger.write_journal();
        },
        "CONTINUOUS",
        Nowhere,
        Taken,
    ),
    (
        "fields taken from a line, and nobody says why",
        |it| taken_away(it, 5, &["title"]),
        "OPENING-MISMATCH",
        Entry(JOURNAL, 5),
        Refused,
    ),
    (
        "more taken from a line than was declared erased",
        |it| erased(it, 5, &["title"], &["record_kind"]),
        "OPENING-MISMATCH",
        Entry(JOURNAL, 5),
        Refused,
    ),
    (
        "the kind taken from a line that was erased",
        |it| erased(it, 5, &["title"], &["kind"]),
        "OPENING-MISMATCH",
        Entry(JOURNAL, 5),
        Refused,
    ),
    (
        "the time taken from a line that was erased",
        |it| erased(it, 5, &["title"], &["time"]),
        "OPENING-MISMATCH",
        Entry(JOURNAL, 5),
        Refused,
    ),
    (
        "the seal taken from a line that was erased",
        |it| erased(it, 5, &["title"], &["seal"]),
        "OPENING-MISMATCH",
        Entry(JOURNAL, 5),
        Refused,
    ),
    (
        "another value in a line that was erased",
        |it| {
            erased(it, 5, &["title"], &[]);
            rewrite(it, 5, |fields| fields["record_kind"]["value"] = "letter".into());
        },
        "OPENING-MISMATCH",
        Entry(JOURNAL, 5),
        Refused,
    ),
    (
        "another digest in place of what was erased",
        |it| {
            erased(it, 5, &["name_bytes", "title"], &[]);
            rewrite(it, 5, |fields| fields["title"] = fields["name_bytes"].clone());
        },
        "OPENING-MISMATCH",
        Entry(JOURNAL, 5),
        Refused,
    ),
    ("an empty journal", |it| change(it, JOURNAL, Vec::clear), "CORRUPT", File(JOURNAL), Refused),
    ("a byte of the journal", |it| change(it, JOURNAL, |bytes| bytes[400] ^= 1), "CORRUPT", File(JOURNAL), Refused),
    ("no journal", |it| remove(it, JOURNAL), "INCOMPLETE", Entry(JOURNAL, 1), Refused),
    (
        "an older journal",
        |it| {
            aside(it);
            write_on(it);
            fs::copy(it.path("aside/journal").join(active(it)).join("000.age"), file(it, JOURNAL)).unwrap();
        },
        "INCOMPLETE",
        Entry(JOURNAL, 10),
        Refused,
    ),
    (
        "another vault's journal",
        |it| {
            let other = eventful_elsewhere();
            fs::copy(file(&other, JOURNAL), file(it, JOURNAL)).unwrap();
        },
        "CORRUPT",
        File(JOURNAL),
        Refused,
    ),
    (
        "the size in the checkpoint",
        |it| {
            let text = fs::read_to_string(file(it, HEAD)).unwrap();
            fs::write(file(it, HEAD), text.replace("\n10\n", "\n9\n")).unwrap();
        },
        "CORRUPT",
        File(HEAD),
        Refused,
    ),
    (
        "a byte of the head's signature",
        |it| change(it, HEAD, |head| flip_signature(head)),
        "CORRUPT",
        File(HEAD),
        Refused,
    ),
    ("half a checkpoint", |it| change(it, HEAD, |bytes| bytes.truncate(60)), "MALFORMED", File(HEAD), Refused),
    (
        "junk after the checkpoint",
        |it| change(it, HEAD, |bytes| bytes.extend(b"junk\n")),
        "MALFORMED",
        File(HEAD),
        Refused,
    ),
    ("5 MB of checkpoint", |it| change(it, HEAD, |bytes| bytes.resize(5 << 20, b'a')), "CORRUPT", File(HEAD), Refused),
    ("no checkpoint", |it| remove(it, HEAD), "INCOMPLETE", File(HEAD), Refused),
    (
        "another vault's checkpoint",
        |it| {
            let other = eventful_elsewhere();
            fs::copy(file(&other, HEAD), file(it, HEAD)).unwrap();
        },
        "WRONG-LOG",
        File(HEAD),
        Refused,
    ),
    (
        "a checkpoint by another key of its name",
        |it| {
            let log = forged_log::Log::of(&format!("subrosa/{}", active(it)), 9, 10, u64::MAX);
            fs::write(file(it, HEAD), log.head.bytes()).unwrap();
        },
        "UNTRUSTED-KEY",
        File(HEAD),
        Refused,
    ),
    (
        "an older copy of everything",
        |it| {
            aside(it);
            write_on(it);
            fs::remove_dir_all(it.vault()).unwrap();
            copy_tree(&it.path("aside"), &it.vault());
        },
        "ROLLED-BACK",
        File(HEAD),
        Refused,
    ),
    (
        "an older copy of the ledger alone",
        |it| {
            aside(it);
            write_on(it);
            fs::remove_dir_all(it.vault().join("ledger")).unwrap();
            copy_tree(&it.path("aside/ledger"), &it.vault().join("ledger"));
        },
        "ROLLED-BACK",
        File(HEAD),
        Refused,
    ),
    (
        "another vault in its place",
        |it| {
            let other = eventful_elsewhere();
            fs::remove_dir_all(it.vault()).unwrap();
            copy_tree(&other.vault(), &it.vault());
        },
        "UNTRUSTED-KEY",
        File("vault.toml"),
        Refused,
    ),
    (
        "another vault's header",
        |it| {
            let other = eventful_elsewhere();
            fs::copy(other.vault().join("vault.toml"), it.vault().join("vault.toml")).unwrap();
        },
        "CORRUPT",
        File("vault.toml"),
        Refused,
    ),
    (
        "a byte of the header",
        |it| change(it, "vault.toml", |bytes| bytes[30] ^= 1),
        "CORRUPT",
        File("vault.toml"),
        Refused,
    ),
    ("no header", |it| remove(it, "vault.toml"), "INCOMPLETE", File("vault.toml"), Refused),
    (
        "another signing key",
        |it| {
            let key = b"PRIVATE+KEY+subrosa/q5c3f7kz2m+8803ed97+AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB";
            Forger::of(it).seal(&file(it, "keys/signing-LOG.age"), key);
        },
        "CORRUPT",
        File("keys/signing-LOG.age"),
        Refused,
    ),
    #[cfg(unix)]
    ("a link in place of the bundle", |it| link(it, BUNDLE), "CORRUPT", File(BUNDLE), Refused),
    #[cfg(unix)]
    ("a link in place of the checkpoint", |it| link(it, HEAD), "CORRUPT", File(HEAD), Refused),
    #[cfg(unix)]
    ("a link in place of the journal", |it| link(it, JOURNAL), "CORRUPT", File(JOURNAL), Refused),
    #[cfg(unix)]
    ("a link in place of the log", |it| link(it, "ledger/LOG"), "CORRUPT", File("ledger/LOG"), Refused),
];

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

/// Signs a link from the old log to `next`, as of `size` entries.
fn sign_link(it: &Practice, next: &subrosa::keys::signer::SigningKey, size: Option<u64>) -> Vec<u8> {
    let mut forger = Forger::of_past(it);
    forger.cut(size.unwrap_or(forger.size()));
    let last = forger.head();
    let created = subrosa::time::Timestamp::from_unix(it.now);
    Successor::new(last.head(), next.verifier(), created).sign(&forger.key).unwrap()
}

/// Another log, which says that it continues the old one.
pub fn plant(it: &Practice, link: &[u8]) {
    let other = forged_log::Log::ours(7);
    let dir = it.vault().join("ledger/q5c3f7kz2m");
    fs::create_dir_all(&dir).unwrap();
    fs::write(dir.join("checkpoint"), other.head.bytes()).unwrap();
    fs::write(dir.join("predecessor"), link).unwrap();
}

const PREDECESSOR: &str = "ledger/LOG/predecessor";
const SUCCESSOR: &str = "ledger/OLD/successor";

const ON_TWO_LOGS: &[Row] = &[
    ("a rotated log", |_| {}, "CONTINUOUS", Nowhere, Taken),
    (
        "fields of the older log erased, and declared so in the newer",
        |it| erase(it, &past(it), &[(3, &["name"]), (5, &["title"])]).unwrap(),
        "CONTINUOUS",
        Nowhere,
        Taken,
    ),
    (
        "fields taken from a line of the older log, and another erased",
        |it| {
            erase(it, &past(it), &[(3, &["name"])]).unwrap();
            let mut forger = Forger::of_past(it);
            forger.hide(5, &["title"]);
            forger.write_journal();
        },
        "OPENING-MISMATCH",
        Entry("journal/OLD/000.age", 5),
        Taken,
    ),
    (
        "a header of before the rotation",
        |it| {
            fs::copy(it.path("old.toml"), it.vault().join("vault.toml")).unwrap();
        },
        "ROLLED-BACK",
        File("vault.toml"),
        Refused,
    ),
    (
        "a header and a key of before the rotation",
        |it| {
            let key = it.vault().join(format!("keys/signing-{}.age", past(it)));
            fs::copy(it.path("old-key.age"), key).unwrap();
            fs::copy(it.path("old.toml"), it.vault().join("vault.toml")).unwrap();
        },
        "ROLLED-BACK",
        File("vault.toml"),
        Refused,
    ),
    (
        "the same, and the links taken away",
        |it| {
            remove(it, SUCCESSOR);
            remove(it, PREDECESSOR);
            let key = it.vault().join(format!("keys/signing-{}.age", past(it)));
            fs::copy(it.path("old-key.age"), key).unwrap();
            fs::copy(it.path("old.toml"), it.vault().join("vault.toml")).unwrap();
        },
        "ROLLED-BACK",
        File("vault.toml"),
        Refused,
    ),
    ("a byte of the link", |it| change(it, SUCCESSOR, |bytes| bytes[60] ^= 1), "CORRUPT", File(SUCCESSOR), Taken),
    (
        "a link by another key",
        |it| {
            let log = forged_log::Log::of(&format!("subrosa/{}", past(it)), 9, 11, u64::MAX);
            let next = Forger::of(it).key.verifier();
            let link = Successor::new(log.head.head(), next, subrosa::time::Timestamp::from_unix(it.now));
            fs::write(file(it, SUCCESSOR), link.sign(&log.key).unwrap()).unwrap();
        },
        "CORRUPT",
        File(SUCCESSOR),
        Taken,
    ),
    (
        "a link to another size, by the old key",
        |it| fs::write(file(it, SUCCESSOR), sign_link(it, &Forger::of(it).key, Some(7))).unwrap(),
        "CORRUPT",
        File(SUCCESSOR),
        Taken,
    ),
    (
        "another successor, by no key",
        |it| plant(it, b"subrosa/successor/v1\n{}\n\nhello\n"),
        "CONTINUOUS",
        Nowhere,
        Taken,
    ),
    (
        "another successor, by the old key",
        |it| plant(it, &sign_link(it, &forged_log::key(forged_log::ORIGIN, 1), None)),
        "FORKED",
        File("ledger/q5c3f7kz2m/checkpoint"),
        Refused,
    ),
    (
        "entries beyond the link, by the old key",
        |it| {
            let mut forger = Forger::of_past(it);
            forger.push(forger.note("2026-11-22T09:30:00Z", "ant"));
            forger.write();
        },
        "FORKED",
        File("ledger/OLD/checkpoint"),
        Refused,
    ),
    (
        "an older checkpoint of the older log",
        |it| {
            let mut forger = Forger::of_past(it);
            forger.cut(6);
            fs::write(file(it, "ledger/OLD/checkpoint"), forger.head().bytes()).unwrap();
        },
        "ROLLED-BACK",
        File("ledger/OLD/checkpoint"),
        Taken,
    ),
    (
        "no checkpoint of the older log",
        |it| remove(it, "ledger/OLD/checkpoint"),
        "INCOMPLETE",
        File("ledger/OLD/checkpoint"),
        Taken,
    ),
    (
        "a byte of an entry of the older log",
        |it| change(it, "ledger/OLD/tile/entries/000.p/11", |bytes| bytes[300] ^= 1),
        "CORRUPT",
        File("ledger/OLD/tile/entries/000.p/11"),
        Taken,
    ),
    (
        "no older log",
        |it| fs::remove_dir_all(file(it, "ledger/OLD")).unwrap(),
        "INCOMPLETE",
        File("ledger/OLD/tile/entries/000.p/11"),
        Taken,
    ),
    (
        "the entry that names the older log",
        |it| change(it, "ledger/LOG/tile/entries/000.p/4", |bytes| bytes[71 + 6] = 0),
        "CORRUPT",
        File("ledger/LOG/tile/entries/000.p/4"),
        Refused,
    ),
];

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
