//! What somebody with the key of a log does to it, or with that of the vault too, a row each.

use subrosa::ledger::leaf::Leaf;
use subrosa::ledger::opening::Opening;
use subrosa::ledger::opening::Salt;

use super::HEAD;
use super::JOURNAL;
use super::LATER;
use super::forget;
use crate::attacks_on_vaults::Entry;
use crate::attacks_on_vaults::File;
use crate::attacks_on_vaults::Refused;
use crate::attacks_on_vaults::Row;
use crate::forged_log;
use crate::forger::Forger;

/// With the log's key and the vault's identity: as another machine of the owner's, or a thief of one.
pub const WITH_THE_KEY: &[Row] = &[
    (
        "the last entry dropped, and signed",
        |it| {
            let mut forger = Forger::of(it);
            forger.cut(9);
            forger.write();
        },
        "ROLLED-BACK",
        File(HEAD),
        Refused,
    ),
    (
        "two entries swapped, and signed",
        |it| {
            let mut forger = Forger::of(it);
            let (one, two) = (forger.event(3), forger.event(4));
            forger.put(3, two);
            forger.put(4, one);
            forger.write();
        },
        "FORKED",
        File(HEAD),
        Refused,
    ),
    (
        "two leaves swapped, and signed",
        |it| {
            let mut forger = Forger::of(it);
            forger.leaves.swap(3, 4);
            forger.write();
        },
        "FORKED",
        File(HEAD),
        Refused,
    ),
    (
        "the last entry rewritten, and signed",
        |it| {
            let mut forger = Forger::of(it);
            forger.put(9, forger.note("2026-11-22T09:30:00Z", "ant"));
            forger.write();
        },
        "FORKED",
        File(HEAD),
        Refused,
    ),
    (
        "the tail rewritten and grown beyond what was seen",
        |it| {
            let mut forger = Forger::of(it);
            forger.cut(8);
            ["ant", "bee", "cat", "dab"].iter().for_each(|alias| forger.push(forger.note(LATER, alias)));
            forger.write();
        },
        "FORKED",
        File(HEAD),
        Refused,
    ),
    (
        "an old entry's leaf and line appended again",
        |it| {
            let mut forger = Forger::of(it);
            let old = forger.openings.iter().find(|opening| opening.index == 3).unwrap();
            let again =
                Opening { index: 10, event: old.event.clone(), salt: Salt::from_bytes(old.salt.reveal_secret()) };
            forger.leaves.push(forger.leaves[3]);
            forger.openings.push(again);
            forger.write();
        },
        "OPENING-MISMATCH",
        Entry(JOURNAL, 10),
        Refused,
    ),
    (
        "an entry of no opening appended",
        |it| {
            let mut forger = Forger::of(it);
            forger.leaves.push(forger.leaves[3]);
            forger.write();
        },
        "INCOMPLETE",
        File(JOURNAL),
        Refused,
    ),
    (
        "an entry that runs backwards",
        |it| {
            let mut forger = Forger::of(it);
            forger.push(forger.note("2026-11-21T11:30:00Z", "ant"));
            forger.write();
        },
        "BACK-DATED",
        Entry(JOURNAL, 10),
        Refused,
    ),
    (
        "begun by another key",
        |it| {
            let mut forger = Forger::of(it);
            forger.leaves[0] = Leaf::Genesis { public: forged_log::ed25519(9), next: None };
            forger.write();
        },
        "UNTRUSTED-KEY",
        Entry("ledger/LOG/tile/entries/000.p/10", 0),
        Refused,
    ),
    (
        "a beginning in its middle",
        |it| {
            let mut forger = Forger::of(it);
            forger.leaves.push(forger.leaves[0]);
            forger.write();
        },
        "MALFORMED",
        Entry("ledger/LOG/tile/entries/000.p/11", 10),
        Refused,
    ),
    (
        "a predecessor in its middle",
        |it| {
            let mut forger = Forger::of(it);
            forger.leaves.push(Leaf::Predecessor { text: subrosa::digest::Digest::of(b"") });
            forger.write();
        },
        "MALFORMED",
        Entry("ledger/LOG/tile/entries/000.p/11", 10),
        Refused,
    ),
    (
        "an event of no kind",
        |it| {
            let mut forger = Forger::of(it);
            let mut event = forger.note(LATER, "ant");
            event.remove("phone");
            forger.push(event);
            forger.write();
        },
        "OPENING-MISMATCH",
        Entry(JOURNAL, 10),
        Refused,
    ),
];

/// The same of a log that continues another.
pub const WITH_BOTH_KEYS: &[Row] = &[
    (
        "a new log that begins before the old one ends",
        |it| {
            let mut forger = Forger::of(it);
            let mut event = forger.event(2);
            event.insert("time".to_owned(), "2026-11-20T09:30:00Z".into());
            forger.cut(3);
            forger.put(2, event);
            forger.push(forger.note(LATER, "ant"));
            forger.write();
            forget(it);
        },
        "BACK-DATED",
        Entry(JOURNAL, 2),
        Refused,
    ),
    (
        "a new log that names another past",
        |it| {
            let mut forger = Forger::of(it);
            forger.leaves[1] = Leaf::Predecessor { text: subrosa::digest::Digest::of(b"another") };
            forger.write();
            forget(it);
        },
        "CORRUPT",
        File(JOURNAL),
        Refused,
    ),
];
