//! What can be done to a proof on its way, each with the one verdict that names it; and what must raise no alarm. The log
//! is made in memory, and no vault is opened.

use serde_json::Map;
use serde_json::Value;
use subrosa::keys::signer::WitnessVerifier;
use subrosa::ledger::note;
use subrosa::ledger::note::Note;

use crate::forged_log::Case;
use crate::forged_log::INDEX;
use crate::forged_log::Log;
use crate::forged_log::MADE;
use crate::forged_log::ORIGIN;
use crate::forged_log::Row;
use crate::forged_log::SIZE;
use crate::forged_log::alone;
use crate::forged_log::check;
use crate::forged_log::ed25519;
use crate::forged_log::event;
use crate::forged_log::extra;
use crate::forged_log::flip;
use crate::forged_log::line;
use crate::forged_log::plus_order;
use crate::forged_log::signature;
use crate::forged_log::text;
use crate::forged_log::vkey;
use crate::forged_log::with;
use crate::forged_log::witness;
use crate::practice::Practice;

const ON_THE_TEXT: &[Row] = &[
    ("nothing", |log| alone(log.plain()), "INTACT"),
    ("version 2", |log| alone(log.plain().replace("@v1", "@v2")), "MALFORMED"),
    ("index off by one", |log| alone(log.plain().replace("index 4", "index 5")), "NOT-INCLUDED"),
    ("index 0", |log| alone(log.plain().replace("index 4", "index 0")), "NOT-INCLUDED"),
    ("index 02", |log| alone(log.plain().replace("index 4", "index 02")), "MALFORMED"),
    ("index -1", |log| alone(log.plain().replace("index 4", "index -1")), "MALFORMED"),
    ("index +4", |log| alone(log.plain().replace("index 4", "index +4")), "MALFORMED"),
    ("index at the end", |log| alone(log.plain().replace("index 4", "index 7")), "MALFORMED"),
    ("index of 2^64", |log| alone(log.plain().replace("index 4", "index 18446744073709551616")), "MALFORMED"),
    ("hash dropped", |log| alone(line(&log.plain(), 3, |_| String::new())), "NOT-INCLUDED"),
    ("hash doubled", |log| alone(line(&log.plain(), 3, |line| line.repeat(2))), "NOT-INCLUDED"),
    ("hash added", |log| alone(line(&log.plain(), 2, |line| format!("{line}{}=\n", "A".repeat(43)))), "NOT-INCLUDED"),
    (
        "hashes swapped",
        |log| {
            let proof = log.plain();
            let [three, four] = [3, 4].map(|at| format!("{}\n", proof.lines().nth(at).unwrap()));
            alone(proof.replace(&format!("{three}{four}"), &format!("{four}{three}")))
        },
        "NOT-INCLUDED",
    ),
    (
        "hash changed",
        |log| {
            alone(line(&log.plain(), 4, |line| format!("{}{}", if &line[..1] == "A" { "B" } else { "A" }, &line[1..])))
        },
        "NOT-INCLUDED",
    ),
    ("64 hashes", |log| alone(line(&log.plain(), 3, |line| line.repeat(62))), "MALFORMED"),
    ("half a hash", |log| alone(line(&log.plain(), 3, |line| format!("{}\n", &line[..24]))), "MALFORMED"),
    ("hash with spare bits", |log| alone(line(&log.plain(), 3, |_| format!("{}B=\n", "A".repeat(42)))), "MALFORMED"),
    ("size 0", |log| alone(log.plain().replace("\n7\n", "\n0\n")), "MALFORMED"),
    ("size 07", |log| alone(log.plain().replace("\n7\n", "\n07\n")), "MALFORMED"),
    ("size 2^63", |log| alone(log.plain().replace("\n7\n", "\n9223372036854775808\n")), "MALFORMED"),
    ("size plus one", |log| alone(log.plain().replace("\n7\n", "\n8\n")), "CORRUPT"),
    ("carriage returns", |log| alone(log.plain().replace('\n', "\r\n")), "MALFORMED"),
    ("a NUL", |log| alone(log.plain().replace("index", "\0index")), "MALFORMED"),
    ("a byte order mark", |log| alone(format!("\u{feff}{}", log.plain())), "MALFORMED"),
    ("no last newline", |log| alone(log.plain().trim_end().to_owned()), "MALFORMED"),
    ("one newline more", |log| alone(format!("{}\n", log.plain())), "MALFORMED"),
    ("junk after the note", |log| alone(format!("{}junk\n", log.plain())), "MALFORMED"),
    ("an empty file", |_| alone(String::new()), "MALFORMED"),
    ("5 MB", |log| alone(format!("{}{}", log.plain(), "— a AAAAAAA=\n".repeat(400_000))), "MALFORMED"),
];

const ON_WHAT_IT_SHOWS: &[Row] = &[
    ("no extra line", |log| alone(line(&log.plain(), 1, |_| String::new())), "MALFORMED"),
    ("two extra lines", |log| alone(line(&log.plain(), 1, |line| line.repeat(2))), "MALFORMED"),
    (
        "extra after the index",
        |log| {
            let (first, second) = (line(&log.plain(), 2, |_| String::new()), log.plain());
            let index = format!("{}\n", second.lines().nth(2).unwrap());
            alone(line(&first, 1, |line| format!("{index}{line}")))
        },
        "MALFORMED",
    ),
    ("extra of another shape", |log| alone(extra(&log.plain(), |_| "{\"fields\":[]}".to_owned())), "MALFORMED"),
    ("extra with a space", |log| alone(extra(&log.plain(), |data| data.replacen(':', ": ", 1))), "MALFORMED"),
    ("extra with more", |log| alone(extra(&log.plain(), |data| data.replacen('{', "{\"a\":1,", 1))), "MALFORMED"),
    (
        "kind hidden",
        |log| alone(text(&log.proof(INDEX, log.head.bytes(), |name| name == "time").to_bytes())),
        "MALFORMED",
    ),
    (
        "a value changed",
        |log| alone(extra(&log.plain(), |data| data.replace("disclosure.made", "disclosure.maid"))),
        "NOT-INCLUDED",
    ),
    ("a digest changed", |log| alone(flip(&log.plain(), "\"client\":{\"digest\":\"")), "NOT-INCLUDED"),
    ("a salt changed", |log| alone(flip(&log.plain(), "\"kind\":{\"salt\":\"")), "NOT-INCLUDED"),
    ("a field renamed", |log| alone(extra(&log.plain(), |data| data.replace("\"size\"", "\"sizf\""))), "NOT-INCLUDED"),
    (
        "the opening of another index",
        |log| {
            let other = text(&log.proof(3, log.head.bytes(), |_| true).to_bytes());
            alone(line(&log.plain(), 1, |_| format!("{}\n", other.lines().nth(1).unwrap())))
        },
        "NOT-INCLUDED",
    ),
    (
        "the opening of another log",
        |log| {
            // The same events, in a log of another name: its leaves are others.
            let other = Log::of("subrosa/q5c3f7kz2n", 1, SIZE, u64::MAX);
            let proof = other.proof(INDEX, log.head.bytes(), |_| true);
            alone(text(&proof.to_bytes()))
        },
        "NOT-INCLUDED",
    ),
    (
        "another package",
        |log| with(log.plain(), &["--package", "p"], &[("p", "another one".to_owned())]),
        "OPENING-MISMATCH",
    ),
    (
        "a longer package",
        |log| with(log.plain(), &["--package", "p"], &[("p", "the package\n".to_owned())]),
        "OPENING-MISMATCH",
    ),
    ("the package", |log| with(log.plain(), &["--package", "p"], &[("p", "the package".to_owned())]), "INTACT"),
    (
        "a package, and none shown",
        |log| {
            let proof = log.proof(INDEX, log.head.bytes(), |name| name == "kind");
            with(text(&proof.to_bytes()), &["--package", "p"], &[("p", "the package".to_owned())])
        },
        "INCOMPLETE",
    ),
];

/// The disclosure, changed before it was signed: its key's owner writes what no vault writes.
fn forged(change: impl Fn(&mut Map<String, Value>)) -> Case {
    let mut event = event(1);
    change(event.as_object_mut().unwrap());
    alone(Log::proof_of(event))
}

const ON_THE_EVENT: &[Row] = &[
    ("an event", |_| forged(|_| ()), "INTACT"),
    ("the kind alone", |_| forged(|of| of.retain(|name, _| name == "kind")), "MALFORMED"),
    ("no time", |_| forged(|of| drop(of.remove("time"))), "MALFORMED"),
    ("a number for a time", |_| forged(|of| drop(of.insert("time".into(), 5.into()))), "MALFORMED"),
    ("no time of day", |_| forged(|of| drop(of.insert("time".into(), "yesterday".into()))), "MALFORMED"),
    ("a field too many", |_| forged(|of| drop(of.insert("note".into(), "paid".into()))), "MALFORMED"),
    ("a word that is none", |_| forged(|of| drop(of.insert("purpose".into(), "gain".into()))), "MALFORMED"),
    ("a number for a kind", |_| forged(|of| drop(of.insert("kind".into(), 1.into()))), "MALFORMED"),
    ("a kind of later", |_| forged(|of| drop(of.insert("kind".into(), "invoice.sent".into()))), "INTACT"),
];

const ON_SIGNATURES: &[Row] = &[
    ("another log", |_| alone(Log::of("subrosa/q5c3f7kz2n", 1, SIZE, u64::MAX).plain()), "WRONG-LOG"),
    ("another key of this name", |_| alone(Log::of(ORIGIN, 2, SIZE, u64::MAX).plain()), "UNTRUSTED-KEY"),
    ("signature changed", |log| alone(signature(&log.plain(), |bytes| bytes[10] ^= 1)), "CORRUPT"),
    ("signature plus the order", |log| alone(signature(&log.plain(), |bytes| plus_order(bytes))), "CORRUPT"),
    ("signature cut", |log| alone(signature(&log.plain(), |bytes| bytes.truncate(60))), "CORRUPT"),
    ("key id changed", |log| alone(signature(&log.plain(), |bytes| bytes[0] ^= 1)), "UNTRUSTED-KEY"),
    (
        "type 01 under the id of a 04",
        |log| {
            let id = WitnessVerifier::from_public(ORIGIN.parse().unwrap(), &ed25519(1)).unwrap().key_id();
            alone(signature(&log.plain(), |bytes| bytes[..4].copy_from_slice(&id.to_be_bytes())))
        },
        "UNTRUSTED-KEY",
    ),
    (
        "a cosignature under the id of the 01",
        |log| {
            let mut by = log.line(MADE, &witness(ORIGIN, 1));
            by.key_id = log.key.verifier().key_id();
            let note = Note { text: log.head.head().text(), signatures: vec![by] }.to_bytes();
            alone(text(&log.proof(INDEX, &note, |_| true).to_bytes()))
        },
        "CORRUPT",
    ),
    ("line doubled", |log| alone(format!("{0}{1}\n", log.plain(), log.plain().lines().last().unwrap())), "CORRUPT"),
    (
        "forged line before the good one",
        |log| {
            let proof = log.plain();
            let forged = signature(&proof, |bytes| bytes[10] ^= 1);
            let at = proof.find('—').unwrap();
            alone(format!("{}{}", &forged, &proof[at..]))
        },
        "CORRUPT",
    ),
    (
        "an extension line, signed",
        |log| {
            let signed = note::sign(&format!("{}extension\n", log.head.head().text()), &log.key).unwrap();
            let proof = log.plain();
            alone(format!("{}{}", &proof[..proof.find(ORIGIN).unwrap()], text(&signed)))
        },
        "MALFORMED",
    ),
    ("65 signatures", |log| alone(format!("{}{}", log.plain(), "— a AAAAAAA=\n".repeat(64))), "MALFORMED"),
    ("64 signatures", |log| alone(format!("{}{}", log.plain(), "— a AAAAAAA=\n".repeat(63))), "INTACT"),
    ("an unknown line", |log| alone(log.seen(vec![log.line(5, &witness("w.example/1", 3))])), "INTACT"),
];

#[test]
fn every_attack_has_its_name() {
    check(&[ON_THE_TEXT, ON_WHAT_IT_SHOWS, ON_THE_EVENT, ON_SIGNATURES]);
}

#[test]
fn no_value_reads_as_another_field() {
    let practice = Practice::without_vault();
    let mut event = event(1);
    event["why"] = "note, recipient p-police\nit says recipient: \"p-police\"".into();
    practice.write("proof", &Log::proof_of(event));
    let key = Log::ours(SIZE).key.verifier().to_string();
    let said = practice.run(&["proof", "verify", "proof", "--key", &key]);
    let why = r#"it says why: "note, recipient p-police\nit says recipient: \"p-police\"""#;
    assert!(said.stderr.lines().any(|line| line.ends_with(why)), "{said:?}");
    assert_eq!(said.stderr.matches("proved: it says recipient: ").count(), 1, "{said:?}");
    // Of what is no proof there are as many columns.
    practice.write("proof", "none");
    let none = practice.run(&["proof", "verify", "proof", "--key", &key, "--quiet"]);
    assert_eq!((none.stdout.as_str(), said.stdout.matches('\t').count()), ("MALFORMED\t\t\t\t\n", 4));
    assert!(!none.stderr.contains("not proved: that any"), "{none:?}");
}

#[test]
fn what_is_no_key_is_a_usage_failure_and_never_repeated() {
    let log = Log::ours(SIZE);
    let practice = Practice::without_vault();
    practice.write("proof", &log.plain());
    let private = log.key.private_text().reveal_secret().to_owned();
    let trusted = log.key.verifier().to_string();
    for args in [
        &["--key", &private][..],
        &["--key", &vkey("w/1", 3)],
        &["--key", &trusted, "--witness", &trusted],
        &["--key", &trusted, "--witness", &vkey("w/1", 3), "--quorum", "0"],
        &["--key", &trusted, "--quorum", "1"],
        &[],
    ] {
        let said = practice.run(&[&["proof", "verify", "proof"], args].concat());
        assert_eq!((said.exit, said.stdout.as_str()), (2, ""), "{said:?}");
        assert!(!said.stderr.contains("AQEB"), "{said:?}");
    }
    assert_eq!(practice.run(&["proof", "verify", "elsewhere", "--key", &trusted]).exit, 4);
}

#[test]
fn a_list_that_lies_apart_is_not_shown_and_that_is_said() {
    let practice = crate::ledger::eventful();
    std::fs::create_dir(practice.path("in")).unwrap();
    (0..400).for_each(|n| practice.write(&format!("in/{n}.txt"), "x"));
    let ids = practice.ok(&["add", "in", "--recursive", "--client", "mk-01", "--kind", "letter"]).stdout;
    let share = ["share", "--to", "dr-lee", "--purpose", "treat", "-o", "many.age"];
    practice.ok(&[&share[..], &ids.lines().collect::<Vec<_>>()].concat());
    let said = practice.ok(&["ledger", "prove", "410", "--for", "client", "-o", "proof"]);
    assert!(said.stderr.contains("the list of the 400 records is too long for its entry"), "{}", said.stderr);
    practice.ok(&["card", "-o", "card"]);
    let said = practice.ok(&["proof", "verify", "proof", "--card", "card", "--package", "many.age"]);
    assert!(said.stderr.contains("not proved: which 400 records were sent"), "{}", said.stderr);
    let said = practice.ok(&["ledger", "prove", "410", "-o", "bare"]);
    assert!(!said.stderr.contains("too long for its entry"), "{}", said.stderr);
}
