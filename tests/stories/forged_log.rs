//! A log in memory, with its proofs, links and cosignatures, and the means to change each of them: what the attacks on
//! proofs are made with, and how each is told to the program.

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

pub const ORIGIN: &str = "subrosa/q5c3f7kz2m";
/// The entry that is proved, of a log of so many.
pub const INDEX: u64 = 4;
pub const SIZE: u64 = 7;
/// When it says that it was made: 2026-11-21T09:30:00Z.
pub const MADE: i64 = 1_795_253_400;

/// A key whose seed is this byte, in all its forms.
pub fn key(origin: &str, seed: u8) -> SigningKey {
    let public = ed25519(seed);
    let id = VerifierKey::from_public(origin.parse().unwrap(), &public).unwrap().key_id();
    let text = STANDARD.encode([&[1][..], &[seed; 32]].concat());
    SigningKey::parse_private(&format!("PRIVATE+KEY+{origin}+{id:08x}+{text}")).unwrap()
}

pub fn witness(name: &str, seed: u8) -> WitnessKey {
    let id = WitnessVerifier::from_public(name.parse().unwrap(), &ed25519(seed)).unwrap().key_id();
    let text = STANDARD.encode([&[4][..], &[seed; 32]].concat());
    WitnessKey::parse_private(&format!("PRIVATE+KEY+{name}+{id:08x}+{text}")).unwrap()
}

pub fn ed25519(seed: u8) -> [u8; 32] {
    ed25519_dalek::SigningKey::from_bytes(&[seed; 32]).verifying_key().to_bytes()
}

/// A disclosure; of each index another.
pub fn event(index: u64) -> Value {
    json!({
        "actor": "owner", "basis": "tpo", "client": "c-0123456789abcdef", "consent": null,
        "disclosure": format!("d-{index:016}"), "expires": null, "group": null, "kind": "disclosure.made", "label": "R",
        "medium": "package", "notice": ["general"], "package": Digest::of(b"the package").to_string(),
        "purpose": "treat", "receipt": null, "recipient": "p-0123456789abcdef", "recipient_key": null, "records": [],
        "series": null, "setting": null, "size": 11, "time": "2026-11-21T09:30:00Z", "verified": null, "why": null,
    })
}

pub fn opening(index: u64) -> Opening {
    opening_of(index, event(index))
}

fn opening_of(index: u64, event: Value) -> Opening {
    let Value::Object(event) = event else { unreachable!() };
    Opening { index, event, salt: Salt::from_bytes(&[index as u8; 32]) }
}

/// A log in memory: its entries differ by the key's seed from `differs` on.
pub struct Log {
    /// The key.
    pub key: SigningKey,
    tiles: MemoryTiles,
    /// The signed head.
    pub head: VerifiedCheckpoint,
}

impl Log {
    pub fn of(origin: &str, seed: u8, size: u64, differs: u64) -> Self {
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

    pub fn ours(size: u64) -> Self {
        Self::of(ORIGIN, 1, size, u64::MAX)
    }

    pub fn proof(&self, index: u64, note: &[u8], shows: impl Fn(&str) -> bool) -> Proof {
        let extra = Shown::of(&opening(index), shows).unwrap().to_bytes().unwrap();
        let hashes = tree::inclusion_proof(&self.tiles, index, self.head.head().size).unwrap();
        Proof::new(Some(extra), index, hashes, note).unwrap()
    }

    pub fn plain(&self) -> String {
        text(&self.proof(INDEX, self.head.bytes(), |name| name != "client").to_bytes())
    }

    /// The proof, all of it shown, of an entry that is this and stands alone with the log's key, whatever it says.
    pub fn proof_of(event: Value) -> String {
        let key = key(ORIGIN, 1);
        let shown = Shown::of(&opening_of(1, event), |_| true).unwrap();
        let genesis = Leaf::Genesis { public: *key.verifier().public(), next: None };
        let mut tiles = MemoryTiles::default();
        let leaves = [genesis, shown.leaf(key.origin(), 1).unwrap()];
        let growth = tree::append(&tiles, (0, tree::empty_root()), &leaves).unwrap();
        tiles.apply(&growth);
        let head = Checkpoint { origin: key.origin().clone(), size: 2, root: growth.root };
        let head = VerifiedCheckpoint::sign(head, &key).unwrap();
        let hashes = tree::inclusion_proof(&tiles, 1, 2).unwrap();
        text(&Proof::new(Some(shown.to_bytes().unwrap()), 1, hashes, head.bytes()).unwrap().to_bytes())
    }

    /// The proof that this log continues its beginning of `old` entries.
    pub fn link(&self, old: u64) -> String {
        let proof = tree::consistency_proof(&self.tiles, old, self.head.head().size).unwrap();
        let request = Request { steps: vec![Step { old, proof }], checkpoint: self.head.bytes().to_vec() };
        text(&request.to_bytes())
    }

    /// The note with more lines.
    pub fn cosigned(&self, lines: Vec<SignatureLine>) -> Vec<u8> {
        let mut note = Note::parse(self.head.bytes(), note::NOTE_LIMIT).unwrap();
        note.signatures.extend(lines);
        note.to_bytes()
    }

    /// The proof under a note with more lines.
    pub fn seen(&self, lines: Vec<SignatureLine>) -> String {
        text(&self.proof(INDEX, &self.cosigned(lines), |name| name != "client").to_bytes())
    }

    pub fn line(&self, at: i64, witness: &WitnessKey) -> SignatureLine {
        cosignature::cosign(&self.head, Timestamp::from_unix(at), witness)
    }
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The proof with another line in place of its `at`th.
pub fn line(proof: &str, at: usize, with: impl Fn(&str) -> String) -> String {
    let lines = proof.split_inclusive('\n').enumerate();
    lines.map(|(number, line)| if number == at { with(line) } else { line.to_owned() }).collect()
}

/// The proof with other extra data.
pub fn extra(proof: &str, with: impl Fn(&str) -> String) -> String {
    line(proof, 1, |line| {
        let data = text(&STANDARD.decode(line.trim_start_matches("extra ").trim()).unwrap());
        format!("extra {}\n", STANDARD.encode(with(&data)))
    })
}

/// The proof with another signature of the log's, in place of its own.
pub fn signature(proof: &str, with: impl Fn(&mut Vec<u8>)) -> String {
    let at = proof.lines().position(|line| line.starts_with('—')).unwrap();
    line(proof, at, |line| {
        let (name, base64) = line.trim_end().rsplit_once(' ').unwrap();
        let mut bytes = STANDARD.decode(base64).unwrap();
        with(&mut bytes);
        format!("{name} {}\n", STANDARD.encode(bytes))
    })
}

/// The field whose digest or value begins after `name`, one bit of it changed.
pub fn flip(proof: &str, of: &str) -> String {
    extra(proof, |data| {
        let at = data.find(of).unwrap() + of.len();
        let with = if &data[at..=at] == "A" { "B" } else { "A" };
        format!("{}{with}{}", &data[..at], &data[at + 1..])
    })
}

/// Adds the order of the group to a signature's second half: the same signature, in a spelling that was never legal.
pub fn plus_order(bytes: &mut [u8]) {
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

/// The witness's key as text.
pub fn vkey(name: &str, seed: u8) -> String {
    witness(name, seed).verifier().to_string()
}

/// What a reader has: the proof and what he gives beside it.
pub struct Case {
    /// The proof.
    pub proof: String,
    args: Vec<String>,
    files: Vec<(&'static str, String)>,
}

/// The proof alone.
pub fn alone(proof: String) -> Case {
    Case { proof, args: Vec::new(), files: Vec::new() }
}

/// With these arguments and files.
pub fn with(proof: String, args: &[&str], files: &[(&'static str, String)]) -> Case {
    Case { proof, args: args.iter().map(|arg| (*arg).to_owned()).collect(), files: files.to_vec() }
}

/// With these witnesses known.
pub fn witnessed(proof: String, quorum: &str, witnesses: &[String]) -> Case {
    let known = witnesses.iter().flat_map(|key| ["--witness".to_owned(), key.clone()]);
    let args = ["--quorum".to_owned(), quorum.to_owned()].into_iter().chain(known).collect();
    Case { proof, args, files: Vec::new() }
}

/// What was done, how, and what it is called.
pub type Row = (&'static str, fn(&Log) -> Case, &'static str);

/// Does all of it, and compares what it is called.
pub fn check(tables: &[&[Row]]) {
    let log = Log::ours(SIZE);
    let trusted = log.key.verifier().to_string();
    let mut wrong = Vec::new();
    for (name, how, expected) in tables.iter().copied().flatten() {
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
