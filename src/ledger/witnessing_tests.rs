//! Requests to a witness: the example of the specification, every other spelling, and what is cosigned and what not.

use super::*;
use crate::keys::signer::SigningKey;
use crate::ledger::leaf::Leaf;
use crate::ledger::tree::MemoryTiles;
use proptest::prelude::*;
use rand_core::OsRng;

/// The example of tlog-witness, with the first of its two signatures (the other is by a second key).
const EXAMPLE: &str = "old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=
";

/// A log of up to 20 entries, its key, and its twin that differs from entry 3 on.
fn log(twin: bool) -> MemoryTiles {
    let mut tiles = MemoryTiles::default();
    let leaves: Vec<Leaf> = (0..20u8)
        .map(|at| match at {
            0 => Leaf::Genesis { public: [9; 32], next: None },
            _ => Leaf::Sealed { commitment: Digest::of(&[at, u8::from(twin && at >= 3)]) },
        })
        .collect();
    let growth = tree::append(&tiles, (0, tree::empty_root()), &leaves).unwrap();
    tiles.apply(&growth);
    // The partial tiles of the smaller trees are prefixes of this one: `root_at` takes them from the leaves.
    tiles
}

fn root_at(size: u64, twin: bool) -> Digest {
    let leaves = tree::leaves(&log(twin), 0..size, 20).unwrap();
    tree::append(&MemoryTiles::default(), (0, tree::empty_root()), &leaves).unwrap().root
}

fn signed(key: &SigningKey, size: u64, twin: bool) -> VerifiedCheckpoint {
    let head = Checkpoint { origin: key.origin().clone(), size, root: root_at(size, twin) };
    VerifiedCheckpoint::sign(head, key).unwrap()
}

/// The request that the log of `size` makes of a witness that may stand at any of `olds`.
fn request(key: &SigningKey, size: u64, olds: &[u64]) -> Request {
    let leaves = tree::leaves(&log(false), 0..size, 20).unwrap();
    let mut tiles = MemoryTiles::default();
    let growth = tree::append(&tiles, (0, tree::empty_root()), &leaves).unwrap();
    tiles.apply(&growth);
    let proof = |old| if old == 0 { Vec::new() } else { tree::consistency_proof(&tiles, old, size).unwrap() };
    let steps = olds.iter().map(|&old| Step { old, proof: proof(old) }).collect();
    Request { steps, checkpoint: signed(key, size, false).bytes().to_vec() }
}

fn key() -> SigningKey {
    SigningKey::generate("subrosa/q5c3f7kz2m".parse().unwrap(), &mut OsRng)
}

#[test]
fn the_example_of_the_specification() {
    let read = Request::parse(EXAMPLE.as_bytes()).unwrap();
    assert_eq!((read.steps.len(), read.steps[0].old, read.steps[0].proof.len()), (1, 20_852_014, 4));
    assert_eq!(read.claimed().unwrap().size, 20_852_163);
    assert_eq!(read.to_bytes(), EXAMPLE.as_bytes());
}

#[test]
fn other_spellings_are_refused() {
    let proof_line = "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n";
    for wrong in [
        String::new(),
        "\n".to_owned(),
        EXAMPLE.replace("old ", "old  "),
        EXAMPLE.replace("old 2", "old 02"),
        EXAMPLE.replace("old 2", "old +2"),
        EXAMPLE.replace("old 2", "old -2"),
        EXAMPLE.replace("old 2", "new 2"),
        EXAMPLE.replace("old 20852014", "old 18446744073709551616"),
        EXAMPLE.replace("pkaw=", "pkax="),
        EXAMPLE.replace("pkaw=", "pkaw"),
        EXAMPLE.replace(proof_line, "AAAA\n"),
        EXAMPLE.replace(proof_line, &proof_line.repeat(61)),
        EXAMPLE.replace('\n', "\r\n"),
        EXAMPLE.trim_end().to_owned(),
        format!("{EXAMPLE}\n"),
        format!("\u{feff}{EXAMPLE}"),
        format!("{EXAMPLE}junk\n"),
        format!("{EXAMPLE}{EXAMPLE}"),
        format!("{EXAMPLE}{}", EXAMPLE.replace("old 20852014", "old 20852013")),
        format!("{EXAMPLE}{}", EXAMPLE.replace("old 20852014", "old 20852015").replace("20852163", "20852164")),
        EXAMPLE.replace("\n20852163\n", "\n20852163\nextension\n"),
        EXAMPLE[EXAMPLE.find("example").unwrap()..].to_owned(),
        EXAMPLE[..EXAMPLE.find("\n\nexample").unwrap() + 2].to_owned(),
    ] {
        assert!(Request::parse(wrong.as_bytes()).is_err(), "{wrong}");
    }
    let second = EXAMPLE.replace("old 20852014", "old 20852015");
    assert_eq!(Request::parse(format!("{EXAMPLE}{second}").as_bytes()).unwrap().steps.len(), 2);
    assert_eq!(Request::parse(EXAMPLE.repeat(REQUEST_LIMIT).as_bytes()), Err(RequestError::TooLong));
}

#[test]
fn a_witness_cosigns_what_continues_its_head_and_nothing_else() {
    let key = key();
    let vkey = key.verifier();
    let held = |size, twin| Some(signed(&key, size, twin).head().clone());
    let judge = |request: &Request, held: Option<Checkpoint>| {
        request.judge(&vkey, held.as_ref()).map(|verified| verified.head().size)
    };
    let first = request(&key, 7, &[0]);
    assert_eq!(judge(&first, None), Ok(7));
    assert_eq!(judge(&first, held(7, false)), Ok(7), "the same head again");
    // One that comes late is no alarm, whatever it would have said of the entries.
    assert_eq!(judge(&first, held(9, false)), Err(Refusal::Older { held: 9, size: 7 }));
    assert_eq!(judge(&first, held(3, false)), Err(Refusal::OtherSize { held: 3 }));
    assert_eq!(judge(&first, held(7, true)), Err(Refusal::Forked { size: 7 }));

    let many = request(&key, 7, &[0, 2, 3, 4, 7]);
    for size in [2, 3, 4] {
        assert_eq!(judge(&many, held(size, false)), Ok(7), "{size}");
    }
    assert_eq!(judge(&many, None), Ok(7));
    assert_eq!(judge(&many, held(6, false)), Err(Refusal::OtherSize { held: 6 }));
    assert_eq!(judge(&many, held(4, true)), Err(Refusal::NotProved { old: 4 }), "no proof is no fork");

    let mut wrong = many.clone();
    wrong.steps[0].proof.push(Digest::of(b"more"));
    assert_eq!(judge(&wrong, None), Err(Refusal::NotProved { old: 0 }));
    let mut wrong = many.clone();
    wrong.steps.push(Step { old: 8, proof: Vec::new() });
    assert_eq!(judge(&wrong, None), Err(Refusal::OldLarger { old: 8, size: 7 }));
    for step in 1..4 {
        for hash in 0..many.steps[step].proof.len() {
            let mut wrong = many.clone();
            wrong.steps[step].proof[hash] = Digest::of(b"other");
            let old = many.steps[step].old;
            assert_eq!(judge(&wrong, held(old, false)), Err(Refusal::NotProved { old }));
        }
    }
    let other = SigningKey::generate(key.origin().clone(), &mut OsRng).verifier();
    assert!(matches!(many.judge(&other, None), Err(Refusal::Checkpoint(CheckpointError::UntrustedKey(_)))));
}

proptest! {
    #[test]
    fn what_is_spelled_is_read(
        olds in prop::collection::btree_set(any::<u64>(), 1..5),
        proof in prop::collection::vec(any::<[u8; 32]>(), 0..6),
    ) {
        let proof: Vec<Digest> = proof.into_iter().map(Digest::from_bytes).collect();
        let steps = olds.into_iter().map(|old| Step { old, proof: proof.clone() }).collect();
        let request = Request { steps, checkpoint: signed(&key(), 5, false).bytes().to_vec() };
        prop_assert_eq!(Request::parse(&request.to_bytes()), Ok(request));
    }

    #[test]
    fn no_input_panics_and_what_is_read_is_spelled_the_same(at in 0..EXAMPLE.len(), with: u8, bytes: Vec<u8>) {
        let mut changed = EXAMPLE.as_bytes().to_vec();
        changed[at] = with;
        for input in [changed, bytes] {
            if let Ok(request) = Request::parse(&input) {
                prop_assert_eq!(request.to_bytes(), input);
            }
        }
    }

    #[test]
    fn no_text_panics(text in "(old [0-9]{0,20}\n)?([A-Za-z0-9+/]{43}=\n)?\n?(a\n[0-9]\n)?(—? ?[a-z\n]*)") {
        if let Ok(request) = Request::parse(text.as_bytes()) {
            prop_assert_eq!(request.to_bytes(), text.into_bytes());
        }
    }
}
