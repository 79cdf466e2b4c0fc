//! What is done to the one log of a vault, a row each.

use std::fs;

use super::BUNDLE;
use super::Entry;
use super::File;
use super::HEAD;
use super::JOURNAL;
use super::Nowhere;
use super::Refused;
use super::Row;
use super::TILE;
use super::Taken;
use super::aside;
use super::erased;
use super::flip_signature;
use super::link;
use super::remove;
use super::rewrite;
use super::taken_away;
use super::write_on;
use crate::forged_log;
use crate::forger::Forger;
use crate::forger::active;
use crate::forger::change;
use crate::forger::file;
use crate::integrity::copy_tree;
use crate::ledger::eventful_elsewhere;

pub const ON_A_LOG: &[Row] = &[
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
