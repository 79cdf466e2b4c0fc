//! What is done to a vault whose ledger went on in a second log, and to the links between the two, a row each.

use std::fs;

use subrosa::ledger::successor::Successor;

use super::Entry;
use super::File;
use super::Nowhere;
use super::Refused;
use super::Row;
use super::Taken;
use super::plant;
use super::remove;
use crate::forged_log;
use crate::forger::Forger;
use crate::forger::change;
use crate::forger::erase;
use crate::forger::file;
use crate::forger::past;
use crate::practice::Practice;

/// Signs a link from the old log to `next`, as of `size` entries.
fn sign_link(it: &Practice, next: &subrosa::keys::signer::SigningKey, size: Option<u64>) -> Vec<u8> {
    let mut forger = Forger::of_past(it);
    forger.cut(size.unwrap_or(forger.size()));
    let last = forger.head();
    let created = subrosa::time::Timestamp::from_unix(it.now);
    Successor::new(last.head(), next.verifier(), created).sign(&forger.key).unwrap()
}

const PREDECESSOR: &str = "ledger/LOG/predecessor";
const SUCCESSOR: &str = "ledger/OLD/successor";

pub const ON_TWO_LOGS: &[Row] = &[
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
