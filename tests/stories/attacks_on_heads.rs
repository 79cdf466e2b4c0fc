//! What can be wrong with the head under a proof, for whoever knows witnesses or has kept other heads: each with the one
//! verdict that names it; and what must raise no alarm.

use serde_json::Value;
use subrosa::ledger::note;
use subrosa::ledger::note::Note;

use crate::forged_log::Log;
use crate::forged_log::MADE;
use crate::forged_log::ORIGIN;
use crate::forged_log::Row;
use crate::forged_log::SIZE;
use crate::forged_log::check;
use crate::forged_log::line;
use crate::forged_log::text;
use crate::forged_log::vkey;
use crate::forged_log::with;
use crate::forged_log::witness;
use crate::forged_log::witnessed;
use crate::practice::Practice;

const ON_WITNESSES: &[Row] = &[
    (
        "one of one",
        |log| witnessed(log.seen(vec![log.line(MADE + 60, &witness("w/1", 3))]), "1", &[vkey("w/1", 3)]),
        "WITNESSED",
    ),
    ("none of one", |log| witnessed(log.plain(), "1", &[vkey("w/1", 3)]), "QUORUM-NOT-MET"),
    (
        "an unknown one",
        |log| witnessed(log.seen(vec![log.line(MADE, &witness("w/2", 4))]), "1", &[vkey("w/1", 3)]),
        "QUORUM-NOT-MET",
    ),
    (
        "one of two, both wanted",
        |log| witnessed(log.seen(vec![log.line(MADE, &witness("w/1", 3))]), "2", &[vkey("w/1", 3), vkey("w/2", 4)]),
        "QUORUM-NOT-MET",
    ),
    (
        "one listed twice",
        |log| witnessed(log.seen(vec![log.line(MADE, &witness("w/1", 3))]), "2", &[vkey("w/1", 3), vkey("w/1", 3)]),
        "QUORUM-NOT-MET",
    ),
    (
        "one under two names",
        |log| {
            let lines = ["w/1", "w/2"].map(|name| log.line(MADE, &witness(name, 3)));
            witnessed(log.seen(lines.to_vec()), "2", &[vkey("w/1", 3), vkey("w/2", 3)])
        },
        "QUORUM-NOT-MET",
    ),
    (
        "its line twice",
        |log| {
            let line = log.line(MADE, &witness("w/1", 3));
            witnessed(log.seen(vec![line.clone(), line]), "1", &[vkey("w/1", 3)])
        },
        "CORRUPT",
    ),
    (
        "its time changed",
        |log| {
            let mut line = log.line(MADE, &witness("w/1", 3));
            line.signature[7] ^= 1;
            witnessed(log.seen(vec![line]), "1", &[vkey("w/1", 3)])
        },
        "CORRUPT",
    ),
    (
        "its line for another head",
        |log| witnessed(log.seen(vec![Log::ours(6).line(MADE, &witness("w/1", 3))]), "1", &[vkey("w/1", 3)]),
        "CORRUPT",
    ),
    (
        "the log's signature in its name",
        |log| {
            let mut posing = Note::parse(log.head.bytes(), note::NOTE_LIMIT).unwrap().signatures.remove(0);
            let one = witness("w/1", 3).verifier();
            (posing.name, posing.key_id) = (one.origin().clone(), one.key_id());
            witnessed(log.seen(vec![posing]), "1", &[vkey("w/1", 3)])
        },
        "CORRUPT",
    ),
    (
        "the log itself",
        |log| witnessed(log.seen(vec![log.line(MADE, &witness("w/1", 1))]), "1", &[vkey("w/1", 1)]),
        "QUORUM-NOT-MET",
    ),
    (
        "seen before it says that it was made",
        |log| witnessed(log.seen(vec![log.line(MADE - 3600, &witness("w/1", 3))]), "1", &[vkey("w/1", 3)]),
        "WITNESSED",
    ),
    (
        "clocks that are a minute apart",
        |log| witnessed(log.seen(vec![log.line(MADE - 60, &witness("w/1", 3))]), "1", &[vkey("w/1", 3)]),
        "WITNESSED",
    ),
];

/// A kept checkpoint.
fn kept(log: &Log) -> (&'static str, String) {
    ("kept", text(log.head.bytes()))
}

const ON_HISTORY: &[Row] = &[
    ("the same head", |log| with(log.plain(), &["--against", "kept"], &[kept(log)]), "CONTINUOUS"),
    (
        "the same head, cosigned",
        |log| {
            let cosigned = text(&log.cosigned(vec![log.line(MADE, &witness("w/1", 3))]));
            with(log.plain(), &["--against", "kept"], &[("kept", cosigned)])
        },
        "CONTINUOUS",
    ),
    (
        "an older head, and no proof",
        |log| with(log.plain(), &["--against", "kept"], &[kept(&Log::ours(5))]),
        "INCOMPLETE",
    ),
    (
        "an older head",
        |log| {
            let files = [kept(&Log::ours(5)), ("link", log.link(5))];
            with(log.plain(), &["--against", "kept", "--against", "link"], &files)
        },
        "CONTINUOUS",
    ),
    (
        "a newer head that nobody kept",
        |log| with(log.plain(), &["--against", "link"], &[("link", Log::ours(12).link(SIZE))]),
        "INTACT",
    ),
    (
        "a newer head",
        |log| {
            let files = [kept(&Log::ours(12)), ("link", Log::ours(12).link(SIZE))];
            with(log.plain(), &["--against", "link", "--against", "kept"], &files)
        },
        "CONTINUOUS",
    ),
    ("a proof alone", |log| with(log.plain(), &["--against", "link"], &[("link", log.link(5))]), "INTACT"),
    (
        "a proof that fails beside a head that needs none",
        |log| {
            let link = line(&Log::ours(12).link(SIZE), 1, |_| format!("{}=\n", "A".repeat(43)));
            with(log.plain(), &["--against", "kept", "--against", "link"], &[kept(log), ("link", link)])
        },
        "INCOMPLETE",
    ),
    (
        "a proof from another size than it says",
        |log| {
            let link = log.link(5).replacen("old 5", "old 6", 1);
            with(log.plain(), &["--against", "kept", "--against", "link"], &[kept(&Log::ours(6)), ("link", link)])
        },
        "INCOMPLETE",
    ),
    (
        "an older head, over a newer",
        |log| {
            let newer = Log::ours(12);
            let files = [kept(&Log::ours(5)), ("one", newer.link(5)), ("two", newer.link(SIZE))];
            with(log.plain(), &["--against", "one", "--against", "two", "--against", "kept"], &files)
        },
        "CONTINUOUS",
    ),
    (
        "a proof from elsewhere in it",
        |log| {
            let files = [kept(&Log::ours(5)), ("link", log.link(3))];
            with(log.plain(), &["--against", "kept", "--against", "link"], &files)
        },
        "INCOMPLETE",
    ),
    (
        "a proof that fails is no fork",
        |log| {
            let link = line(&log.link(5), 1, |_| format!("{}=\n", "A".repeat(43)));
            with(log.plain(), &["--against", "kept", "--against", "link"], &[kept(&Log::ours(5)), ("link", link)])
        },
        "INCOMPLETE",
    ),
    (
        "an older head of a tail that was rewritten",
        |log| {
            let files = [kept(&Log::of(ORIGIN, 1, 5, 3)), ("link", log.link(5))];
            with(log.plain(), &["--against", "kept", "--against", "link"], &files)
        },
        "INCOMPLETE",
    ),
    (
        "two heads of one size",
        |log| with(log.plain(), &["--against", "kept"], &[kept(&Log::of(ORIGIN, 1, SIZE, 5))]),
        "FORKED",
    ),
    (
        "two kept heads of one size",
        |log| {
            let files = [kept(&Log::ours(12)), ("two", text(Log::of(ORIGIN, 1, 12, 5).head.bytes()))];
            with(log.plain(), &["--against", "kept", "--against", "two"], &files)
        },
        "FORKED",
    ),
    (
        "a head of another log",
        |log| with(log.plain(), &["--against", "kept"], &[kept(&Log::of("other/log", 1, SIZE, 99))]),
        "WRONG-LOG",
    ),
    (
        "a head by another key",
        |log| with(log.plain(), &["--against", "kept"], &[kept(&Log::of(ORIGIN, 2, SIZE, 99))]),
        "UNTRUSTED-KEY",
    ),
    ("no head", |log| with(log.plain(), &["--against", "kept"], &[("kept", "nothing".to_owned())]), "MALFORMED"),
    ("no proof", |log| with(log.plain(), &["--against", "kept"], &[("kept", "old 07\n\n".to_owned())]), "MALFORMED"),
];

/// What is said of it, verdict and words.
fn told(proof: &str, args: &[&str]) -> Value {
    let practice = Practice::without_vault();
    practice.write("proof", proof);
    let key = Log::ours(SIZE).key.verifier().to_string();
    let other = Log::of(ORIGIN, 1, SIZE, 5);
    practice.write("other", &text(other.head.bytes()));
    practice.write("link", &Log::ours(SIZE).link(5));
    practice.run(&[&["proof", "verify", "proof", "--key", &key, "--json"], args].concat()).json()
}

#[test]
fn a_time_and_how_many_had_cosigned_by_then_belong_together() {
    let log = Log::ours(SIZE);
    let lines =
        [(60, 3), (120, 4), (900, 5)].map(|(at, seed)| log.line(MADE + at, &witness(&format!("w/{seed}"), seed)));
    let keys = [3, 4, 5].map(|seed| vkey(&format!("w/{seed}"), seed));
    let proof = log.seen(lines.to_vec());
    let known = ["--witness", &keys[0], "--witness", &keys[1], "--witness", &keys[2]];
    for (quorum, counted, time) in [("1", 1, "09:31"), ("2", 2, "09:32"), ("3", 3, "09:45"), ("", 3, "09:45")] {
        let quorum: &[&str] = if quorum.is_empty() { &[] } else { &["--quorum", quorum] };
        let said = told(&proof, &[&known, quorum].concat());
        let time = format!("2026-11-21T{time}:00Z");
        assert_eq!((&said["witnesses"]["counted"], &said["witnesses"]["time"]), (&counted.into(), &time.into()));
    }
}

#[test]
fn what_is_left_open_is_said() {
    let log = Log::ours(SIZE);
    let says = |told: &Value, list: &str, what: &str| told[list].to_string().contains(what);
    // A clock that ran ahead is no lie; that the entry was there is proved.
    let key = vkey("w/1", 3);
    let ahead = log.seen(vec![log.line(MADE - 86_400, &witness("w/1", 3))]);
    let ahead = told(&ahead, &["--witness", &key]);
    assert!(says(&ahead, "not_proved", "witnesses had seen it at 2026-11-20T09:30:00Z already, more than 300 seconds"));
    let alone = told(&log.plain(), &["--against", "link"]);
    assert!(says(&alone, "not_proved", "it continues a head of 5 entries, and none of that size was given"), "{alone}");
    assert!(!says(&alone, "proved", "kept"), "{alone}");
    // Of two histories neither binds its keeper.
    let forked = told(&log.plain(), &["--against", "other"]);
    assert!(says(&forked, "proved", "signed two histories that exclude each other"), "{forked}");
    assert!(!says(&forked, "proved", "without a trace"), "{forked}");
    // The log is no witness of its own; and a stranger is told what a stranger can do.
    let own = told(&log.plain(), &["--quorum", "1", "--witness", &vkey("w/1", 1)]);
    assert!(says(&own, "findings", "the log's own key was named as a witness, and is none"), "{own}");
    assert!(says(&own, "findings", "ask the keeper") && !says(&own, "findings", "--for-witness"), "{own}");
}

#[test]
fn every_attack_has_its_name() {
    check(&[ON_WITNESSES, ON_HISTORY]);
}

#[test]
fn only_a_head_of_this_log_is_continued() {
    let practice = crate::ledger::eventful();
    let elsewhere = crate::ledger::eventful_elsewhere();
    practice.write("other", &elsewhere.ok(&["ledger", "checkpoint"]).stdout);
    let said = practice.refused(5, &["ledger", "prove", "--from", "other"]);
    assert!(said.stderr.contains("it is a checkpoint of"), "{said:?}");
    practice.write("none", "nothing");
    practice.refused(5, &["ledger", "prove", "--from", "none"]);
    practice.refused(4, &["ledger", "prove", "--from", "missing"]);
    practice.refused(2, &["ledger", "prove", "--from", "none", "--json"]);
}
