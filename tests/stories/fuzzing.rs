//! The fuzz targets, in every run of the tests: sound examples of each format, changed here and there, given to every reader.
//! `SUBROSA_FUZZ_SEEDS=DIRECTORY` writes the examples for libFuzzer to begin with.

#[path = "../fuzz/src/targets.rs"]
mod targets;

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use serde_json::json;
use subrosa::digest::Digest;
use subrosa::keys::signer::SigningKey;
use subrosa::keys::signer::WitnessKey;
use subrosa::ledger::card::Card;
use subrosa::ledger::checkpoint::Checkpoint;
use subrosa::ledger::checkpoint::VerifiedCheckpoint;
use subrosa::ledger::cosignature::cosign;
use subrosa::ledger::journal::Line;
use subrosa::ledger::leaf::Leaf;
use subrosa::ledger::note::NOTE_LIMIT;
use subrosa::ledger::note::Note;
use subrosa::ledger::opening::Opening;
use subrosa::ledger::opening::Salt;
use subrosa::ledger::proof::Proof;
use subrosa::ledger::shown::Shown;
use subrosa::ledger::successor::Successor;
use subrosa::ledger::tile::encode_entry;
use subrosa::ledger::witnessing::Request;
use subrosa::ledger::witnessing::Step;
use subrosa::time::Timestamp;
use subrosa::vault::evidence;

use crate::machine::scale;
use targets::TARGETS;

fn opening(index: u64) -> Opening {
    let event = json!({
        "actor": "owner", "kind": "record.added", "none": null, "ok": true, "size": 1234,
        "tags": ["intake", "família"], "title": "A \"quoted\"\ttitle\n"
    });
    let event = event.as_object().unwrap().clone();
    Opening { index, event, salt: Salt::from_bytes(&[7; 32]) }
}

/// A sound example for each target, by its name.
fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let (key, now) = (targets::key(), Timestamp::from_unix(1_795_253_400));
    let next = SigningKey::generate("subrosa/0123456789".parse().unwrap(), &mut rand_core::OsRng);
    let head = Checkpoint { origin: key.origin().clone(), size: 70_000, root: Digest::of(b"root") };
    let signed = VerifiedCheckpoint::sign(head.clone(), &key).unwrap();
    let other = Checkpoint { root: Digest::of(b"another root"), ..head.clone() };
    let other = VerifiedCheckpoint::sign(other, &key).unwrap();
    let mut cosigned = Note::parse(signed.bytes(), NOTE_LIMIT).unwrap();
    let witness = WitnessKey::generate("witness.example/w1".parse().unwrap(), &mut rand_core::OsRng);
    cosigned.signatures.push(cosign(&signed, now, &witness));
    let hash = Digest::of(b"hash");
    let partial = Line::Whole(opening(201)).without(|name| name == "title").unwrap().to_bytes().unwrap();
    let lines = [3, 4, 200].iter().flat_map(|index| opening(*index).to_line().unwrap());
    let lines: Vec<_> = lines.chain(partial).collect();
    let shown = Shown::of(&opening(3), |name| name == "kind" || name == "title").unwrap().to_bytes().unwrap();
    let proof = Proof::new(Some(shown.clone()), 3, vec![hash; 17], &cosigned.to_bytes()).unwrap();
    let steps = vec![Step { old: 0, proof: vec![] }, Step { old: 300, proof: vec![hash; 9] }];
    let link = Successor::new(&head, next.verifier(), now).sign(&key).unwrap();
    let card = Card {
        contact: Some("+351 210 000 000".to_owned()),
        created: now,
        name: Some("Practice at the Rose".to_owned()),
        organisation: None,
        previous: Some(String::from_utf8(link.clone()).unwrap()),
        recipient: crate::practice::OWNER.to_owned(),
        vkey: next.verifier(),
    };
    let genesis = Leaf::Genesis { public: *key.verifier().public(), next: None }.to_bytes();
    let mut bundle = vec![0, 2];
    encode_entry(&genesis, &mut bundle).unwrap();
    encode_entry(&Leaf::Predecessor { text: hash }.to_bytes(), &mut bundle).unwrap();
    let log = (0..7u16).flat_map(|_| [&600u16.to_be_bytes()[..], &[7; 600]].concat()).collect();
    vec![
        ("bundle", bundle),
        ("card", card.sign(&next).unwrap()),
        ("checkpoint", signed.bytes().to_vec()),
        ("cosignature", cosigned.to_bytes()),
        ("evidence", evidence::text(&signed, &other, None)),
        ("journal", lines),
        ("json", b"[{\"a\":[null,true],\"b\":-1},\"\\\"\\\\\\n\\t\"]".to_vec()),
        ("leaf", genesis),
        ("log", log),
        ("note", signed.bytes().to_vec()),
        ("opening", opening(3).to_line().unwrap()),
        ("proof", proof.to_bytes()),
        ("request", Request { steps, checkpoint: signed.bytes().to_vec() }.to_bytes()),
        ("shown", shown),
        ("successor", link),
        ("tile_path", b"tile/0/x001/x234/067.p/5".to_vec()),
        ("vkey", key.verifier().to_string().into_bytes()),
    ]
}

#[test]
fn every_target_has_its_program_and_an_example() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz");
    let names: Vec<_> = TARGETS.iter().map(|(name, _)| *name).collect();
    let mut programs: Vec<_> = fs::read_dir(directory.join("fuzz_targets"))
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    programs.sort();
    assert_eq!(programs, names);
    let manifest: toml::Table = fs::read_to_string(directory.join("Cargo.toml")).unwrap().parse().unwrap();
    let listed: Vec<_> = manifest["bin"].as_array().unwrap().iter().map(|bin| bin["name"].as_str().unwrap()).collect();
    assert_eq!(listed, names);
    assert_eq!(seeds().iter().map(|(name, _)| *name).collect::<Vec<_>>(), names);
    if let Some(directory) = std::env::var_os("SUBROSA_FUZZ_SEEDS") {
        for (name, bytes) in seeds() {
            fs::create_dir_all(Path::new(&directory).join(name)).unwrap();
            fs::write(Path::new(&directory).join(name).join("example"), bytes).unwrap();
        }
    }
}

/// One change to some bytes.
#[derive(Clone, Debug)]
enum Edit {
    /// Another byte.
    Set(usize, u8),
    /// A few bytes gone.
    Cut(usize, usize),
    /// A few bytes more.
    Put(usize, Vec<u8>),
    /// A stretch of it once more, elsewhere.
    Copy(usize, usize, usize),
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let token = prop::sample::select(vec![
        "\n", "\n\n", " ", "0", "+", "=", "— ", "old 0\n", "extra ", "\r\n", "\u{feff}", "\0", ",",
    ]);
    let bytes =
        prop_oneof![token.prop_map(|token| token.as_bytes().to_vec()), prop::collection::vec(any::<u8>(), 1..5)];
    let edit = prop_oneof![
        (any::<usize>(), any::<u8>()).prop_map(|(at, byte)| Edit::Set(at, byte)),
        (any::<usize>(), 1..80usize).prop_map(|(at, length)| Edit::Cut(at, length)),
        (any::<usize>(), bytes).prop_map(|(at, bytes)| Edit::Put(at, bytes)),
        (any::<usize>(), 1..200usize, any::<usize>()).prop_map(|(from, length, to)| Edit::Copy(from, length, to)),
    ];
    prop::collection::vec(edit, 0..4)
}

fn edited(mut bytes: Vec<u8>, edits: &[Edit]) -> Vec<u8> {
    for edit in edits {
        let place = |at: &usize| at % (bytes.len() + 1);
        let stretch = |at: &usize, length: &usize| place(at)..(place(at) + length).min(bytes.len());
        match edit {
            Edit::Set(at, byte) if place(at) < bytes.len() => {
                let at = place(at);
                bytes[at] = *byte;
            }
            Edit::Set(..) => {}
            Edit::Cut(at, length) => drop(bytes.drain(stretch(at, length))),
            Edit::Put(at, more) => drop(bytes.splice(place(at)..place(at), more.iter().copied()).count()),
            Edit::Copy(from, length, to) => {
                let (more, to) = (bytes[stretch(from, length)].to_vec(), place(to));
                bytes.splice(to..to, more);
            }
        }
    }
    bytes
}

#[test]
fn no_changed_example_makes_a_reader_panic_or_spell_it_otherwise() {
    let seeds = seeds();
    let config = ProptestConfig::with_cases(u32::try_from(6_000 * scale()).unwrap());
    proptest!(config, |(seed in 0..seeds.len(), edits in edits())| {
        let bytes = edited(seeds[seed].1.clone(), &edits);
        for (name, target) in TARGETS {
            // An audit of 300 entries is a hundred times the work of the others.
            if *name != "log" || seeds[seed].0 == "log" {
                target(&bytes);
            }
        }
    });
}
