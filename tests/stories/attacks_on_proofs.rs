//! What can be done to a proof on its way, each with the one verdict that names it; and what must raise no alarm. The log
//! is made in memory, and no vault is opened.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use serde_json::json;
use subrosa::digest::Digest;
use subrosa::keys::signer::SigningKey;
use subrosa::keys::signer::VerifierKey;
use subrosa::keys::signer::WitnessKey;
use subrosa::keys::signer::WitnessVerifier;
use subrosa::ledger::checkpoint::Checkpoint;
use subrosa::ledger::checkpoint::VerifiedCheckpoint;
use subrosa::ledger::cosignature;
use subrosa::ledger::leaf::Leaf;
use subrosa::ledger::note;
use subrosa::ledger::note::Note;
use subrosa::ledger::note::SignatureLine;
use subrosa::ledger::opening::Opening;
use subrosa::ledger::opening::Salt;
use subrosa::ledger::proof::Proof;
use subrosa::ledger::shown::Shown;
use subrosa::ledger::tree;
use subrosa::ledger::tree::MemoryTiles;
use subrosa::ledger::witnessing::Request;
use subrosa::ledger::witnessing::Step;
use subrosa::time::Timestamp;

use crate::practice::Practice;

const ORIGIN: &str = "subrosa/q5c3f7kz2m";
/// The entry that is proved, of a log of so many.
const INDEX: u64 = 4;
const SIZE: u64 = 7;
/// When it says that it was made: 2026-11-21T09:30:00Z.
const MADE: i64 = 1_795_253_400;

/// A key whose seed is this byte, in all its forms.
fn key(origin: &str, seed: u8) -> SigningKey {
    let public = ed25519(seed);
    let id = VerifierKey::from_public(origin.parse().unwrap(), &public).unwrap().key_id();
    let text = STANDARD.encode([&[1][..], &[seed; 32]].concat());
    SigningKey::parse_private(&format!("PRIVATE+KEY+{origin}+{id:08x}+{text}")).unwrap()
}

fn witness(name: &str, seed: u8) -> WitnessKey {
    let id = WitnessVerifier::from_public(name.parse().unwrap(), &ed25519(seed)).unwrap().key_id();
    let text = STANDARD.encode([&[4][..], &[seed; 32]].concat());
    WitnessKey::parse_private(&format!("PRIVATE+KEY+{name}+{id:08x}+{text}")).unwrap()
}

fn ed25519(seed: u8) -> [u8; 32] {
    ed25519_dalek::SigningKey::from_bytes(&[seed; 32]).verifying_key().to_bytes()
}

fn opening(index: u64) -> Opening {
    let event = json!({
        "actor": "owner", "client": "c-0123456789abcdef", "kind": "disclosure.made", "number": index,
        "package": Digest::of(b"the package").to_string(), "size": 11, "time": "2026-11-21T09:30:00Z",
    });
    let Value::Object(event) = event else { unreachable!() };
    Opening { index, event, salt: Salt::from_bytes(&[index as u8; 32]) }
}

/// A log in memory: its entries differ by the key's seed from `differs` on.
struct Log {
    key: SigningKey,
    tiles: MemoryTiles,
    head: VerifiedCheckpoint,
}

impl Log {
    fn of(origin: &str, seed: u8, size: u64, differs: u64) -> Self {
        let key = key(origin, seed);
        let leaf = |index: u64| match index {
            0 => Leaf::Genesis { public: *key.verifier().public(), next: None },
            _ if index >= differs => Leaf::Sealed { commitment: Digest::of(&[index as u8]) },
            _ => Shown::of(&opening(index), |_| true).unwrap().leaf(key.origin(), index).unwrap(),
        };
        let leaves: Vec<_> = (0..size).map(leaf).collect();
        let mut tiles = MemoryTiles::default();
        let growth = tree::append(&tiles, (0, tree::empty_root()), &leaves).unwrap();
        tiles.apply(&growth);
        let head = Checkpoint { origin: key.origin().clone(), size, root: growth.root };
        let head = VerifiedCheckpoint::sign(head, &key).unwrap();
        Self { key, tiles, head }
    }

    fn ours(size: u64) -> Self {
        Self::of(ORIGIN, 1, size, u64::MAX)
    }

    fn proof(&self, index: u64, note: &[u8], shows: impl Fn(&str) -> bool) -> Proof {
        let extra = Shown::of(&opening(index), shows).unwrap().to_bytes().unwrap();
        let hashes = tree::inclusion_proof(&self.tiles, index, self.head.head().size).unwrap();
        Proof::new(Some(extra), index, hashes, note).unwrap()
    }

    fn plain(&self) -> String {
        text(&self.proof(INDEX, self.head.bytes(), |name| name != "client").to_bytes())
    }

    /// The proof that this log continues its beginning of `old` entries.
    fn link(&self, old: u64) -> String {
        let proof = tree::consistency_proof(&self.tiles, old, self.head.head().size).unwrap();
        let request = Request { steps: vec![Step { old, proof }], checkpoint: self.head.bytes().to_vec() };
        text(&request.to_bytes())
    }

    /// The note with more lines.
    fn cosigned(&self, lines: Vec<SignatureLine>) -> Vec<u8> {
        let mut note = Note::parse(self.head.bytes(), note::NOTE_LIMIT).unwrap();
        note.signatures.extend(lines);
        note.to_bytes()
    }

    /// The proof under a note with more lines.
    fn seen(&self, lines: Vec<SignatureLine>) -> String {
        text(&self.proof(INDEX, &self.cosigned(lines), |name| name != "client").to_bytes())
    }

    fn line(&self, at: i64, witness: &WitnessKey) -> SignatureLine {
        cosignature::cosign(&self.head, Timestamp::from_unix(at), witness)
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The proof with another line in place of its `at`th.
fn line(proof: &str, at: usize, with: impl Fn(&str) -> String) -> String {
    let lines = proof.split_inclusive('\n').enumerate();
    lines.map(|(number, line)| if number == at { with(line) } else { line.to_owned() }).collect()
}

/// The proof with other extra data.
fn extra(proof: &str, with: impl Fn(&str) -> String) -> String {
    line(proof, 1, |line| {
        let data = text(&STANDARD.decode(line.trim_start_matches("extra ").trim()).unwrap());
        format!("extra {}\n", STANDARD.encode(with(&data)))
    })
}

/// The proof with another signature of the log's, in place of its own.
fn signature(proof: &str, with: impl Fn(&mut Vec<u8>)) -> String {
    let at = proof.lines().position(|line| line.starts_with('—')).unwrap();
    line(proof, at, |line| {
        let (name, base64) = line.trim_end().rsplit_once(' ').unwrap();
        let mut bytes = STANDARD.decode(base64).unwrap();
        with(&mut bytes);
        format!("{name} {}\n", STANDARD.encode(bytes))
    })
}

/// The field whose digest or value begins after `name`, one bit of it changed.
fn flip(proof: &str, of: &str) -> String {
    extra(proof, |data| {
        let at = data.find(of).unwrap() + of.len();
        let with = if &data[at..=at] == "A" { "B" } else { "A" };
        format!("{}{with}{}", &data[..at], &data[at + 1..])
    })
}

/// Adds the order of the group to a signature's second half: the same signature, in a spelling that was never legal.
fn plus_order(bytes: &mut [u8]) {
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut carry = 0;
    let from = bytes.len() - 32;
    for (byte, order) in bytes[from..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        (*byte, carry) = (sum as u8, sum >> 8);
    }
}

/// What a reader has: the proof and what he gives beside it.
struct Case {
    proof: String,
    args: Vec<String>,
    files: Vec<(&'static str, String)>,
}

fn alone(proof: String) -> Case {
    Case { proof, args: Vec::new(), files: Vec::new() }
}

fn with(proof: String, args: &[&str], files: &[(&'static str, String)]) -> Case {
    Case { proof, args: args.iter().map(|arg| (*arg).to_owned()).collect(), files: files.to_vec() }
}

/// With these witnesses known.
fn witnessed(proof: String, quorum: &str, witnesses: &[String]) -> Case {
    let known = witnesses.iter().flat_map(|key| ["--witness".to_owned(), key.clone()]);
    let args = ["--quorum".to_owned(), quorum.to_owned()].into_iter().chain(known).collect();
    Case { proof, args, files: Vec::new() }
}

/// What was done, how, and what it is called.
type Row = (&'static str, fn(&Log) -> Case, &'static str);

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
        |log| alone(extra(&log.plain(), |data| data.replace("disclosure", "exposure"))),
        "NOT-INCLUDED",
    ),
    ("a digest changed", |log| alone(flip(&log.plain(), "\"client\":{\"digest\":\"")), "NOT-INCLUDED"),
    ("a salt changed", |log| alone(flip(&log.plain(), "\"kind\":{\"salt\":\"")), "NOT-INCLUDED"),
    (
        "a field renamed",
        |log| alone(extra(&log.plain(), |data| data.replace("\"number\"", "\"numbes\""))),
        "NOT-INCLUDED",
    ),
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

fn vkey(name: &str, seed: u8) -> String {
    witness(name, seed).verifier().to_string()
}

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
        "BACK-DATED",
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
        "a newer head",
        |log| with(log.plain(), &["--against", "link"], &[("link", Log::ours(12).link(SIZE))]),
        "CONTINUOUS",
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

#[test]
fn every_attack_has_its_name() {
    let log = Log::ours(SIZE);
    let trusted = log.key.verifier().to_string();
    let tables = [ON_THE_TEXT, ON_WHAT_IT_SHOWS, ON_SIGNATURES, ON_WITNESSES, ON_HISTORY];
    let mut wrong = Vec::new();
    for (name, how, expected) in tables.into_iter().flatten() {
        let practice = Practice::without_vault();
        let Case { proof, args, files } = how(&log);
        practice.write("proof", &proof);
        files.iter().for_each(|(name, text)| practice.write(name, text));
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let said = practice.run(&[&["proof", "verify", "proof", "--key", &trusted, "--json"], &args[..]].concat());
        let verdict = said.json()["verdict"].as_str().unwrap_or_default().to_owned();
        let exit = if ["INTACT", "CONTINUOUS", "WITNESSED"].contains(expected) { 0 } else { 5 };
        if verdict != *expected || said.exit != exit {
            wrong.push(format!("{name}: {verdict}, not {expected}: {said:?}"));
        }
        // Evidence is kept of a fork, and of nothing else; both of its notes hold.
        let evidence = std::fs::read_to_string(practice.path("proof.forked"));
        assert_eq!(evidence.is_ok(), verdict == "FORKED", "{name}");
        if let Ok(evidence) = evidence {
            let at = evidence[1..].find(&format!("\n{ORIGIN}\n")).unwrap() + 1;
            let heads = [&evidence[..at], &evidence[at + 1..]]
                .map(|note| VerifiedCheckpoint::open(note.as_bytes(), &log.key.verifier()).unwrap().head().clone());
            assert!(heads[0].size == heads[1].size && heads[0].root != heads[1].root, "{name}: {heads:?}");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
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
