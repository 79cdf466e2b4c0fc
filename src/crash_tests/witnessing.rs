//! The power is cut while a vault witnesses somebody else's log, or keeps what witnesses say of its own: of two heads of
//! one size never both are cosigned, and whatever was answered is answered again.

use std::fs;

use rand_core::OsRng;

use crate::crash_tests::bench::Bench;
use crate::crash_tests::bench::copy_tree;
use crate::digest::Digest;
use crate::keys::signer::SigningKey;
use crate::keys::signer::WitnessKey;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::checkpoint::VerifiedCheckpoint;
use crate::ledger::cosignature;
use crate::ledger::leaf::Leaf;
use crate::ledger::note::NOTE_LIMIT;
use crate::ledger::note::Note;
use crate::ledger::tree;
use crate::ledger::tree::MemoryTiles;
use crate::ledger::witnessing::Request;
use crate::ledger::witnessing::Step;
use crate::time::Timestamp;
use crate::vault::Vault;
use crate::vault::check::Fault;
use crate::vault::check::Outside;
use crate::vault::fuse::cut;
use crate::vault::rekey;
use crate::vault::reseal;
use crate::vault::witness::Asked;
use crate::vault::witness::WitnessError;

/// The request of a log of `size` entries to a witness at `old`. Two histories part after four entries.
fn request(key: &SigningKey, old: u64, size: u64, history: u8) -> Request {
    let leaf = |at: u64| match at {
        0 => Leaf::Genesis { public: [7; 32], next: None },
        _ => Leaf::Sealed { commitment: Digest::of(&[at as u8, if at < 4 { 0 } else { history }]) },
    };
    let leaves: Vec<Leaf> = (0..size).map(leaf).collect();
    let mut tiles = MemoryTiles::default();
    let growth = tree::append(&tiles, (0, tree::empty_root()), &leaves).unwrap();
    tiles.apply(&growth);
    let head = Checkpoint { origin: key.origin().clone(), size, root: growth.root };
    let proof = if old == 0 { Vec::new() } else { tree::consistency_proof(&tiles, old, size).unwrap() };
    let checkpoint = VerifiedCheckpoint::sign(head, key).unwrap().bytes().to_vec();
    Request { steps: vec![Step { old, proof }], checkpoint }
}

fn witness(vault: &mut Vault, key: &SigningKey, request: &Request) -> Result<Vec<u8>, WitnessError> {
    let verifier = key.verifier();
    let asked = Asked { request, key: Some(&verifier), known: &[] };
    vault.witness(&asked, Timestamp::from_unix(1_795_000_000), &mut OsRng).map(|cosigned| cosigned.line)
}

/// Runs `each` on the stage as it is now, with the power cut before the first change, the second, and so on.
fn at_every_cut(bench: &Bench, mut each: impl FnMut(u64) -> bool) {
    drop(bench.open().unwrap());
    let base = bench.dir.path().join("base");
    for name in ["vault", "state", "cache"] {
        copy_tree(&bench.dir.path().join(name), &base.join(name));
    }
    for changes in 0.. {
        for name in ["vault", "state", "cache"] {
            fs::remove_dir_all(bench.dir.path().join(name)).unwrap();
            copy_tree(&base.join(name), &bench.dir.path().join(name));
        }
        if !each(changes) {
            assert!(changes > 3, "there was something to cut");
            return;
        }
        let report = bench.open().unwrap().check(true, &mut |_| {}).unwrap();
        assert_eq!((report.ledger.findings, report.findings), (vec![], vec![]), "cut before change {changes}");
    }
}

#[test]
fn of_two_histories_one_is_cosigned() {
    for held in [0, 3] {
        let bench = Bench::new();
        let key = SigningKey::generate("example.org/log".parse().unwrap(), &mut OsRng);
        if held > 0 {
            witness(&mut bench.open().unwrap(), &key, &request(&key, 0, held, 1)).unwrap();
        }
        let (one, other) = (request(&key, held, 8, 1), request(&key, held, 8, 2));
        at_every_cut(&bench, |changes| {
            let mut vault = bench.open().unwrap();
            cut::after(changes);
            let first = witness(&mut vault, &key, &one);
            let was_cut = cut::restore();
            drop(vault);
            // Whoever comes next, with the other history.
            let second = witness(&mut bench.open().unwrap(), &key, &other);
            assert!(first.is_err() || matches!(second, Err(WitnessError::Forked { .. })), "{changes}: {second:?}");
            let again = witness(&mut bench.open().unwrap(), &key, &one);
            match (first, second) {
                (Ok(first), _) => assert_eq!(again.unwrap(), first, "{changes}: it is not the same answer"),
                // Nothing was answered, and yet it was held: then it is answered now.
                (Err(_), Err(_)) => assert!(again.is_ok(), "{changes}: {again:?}"),
                (Err(_), Ok(_)) => assert!(matches!(again, Err(WitnessError::Forked { .. })), "{changes}: {again:?}"),
            }
            was_cut
        });
    }
}

#[test]
fn what_witnesses_say_is_kept_or_can_be_kept_again() {
    let bench = Bench::new();
    let known = WitnessKey::generate("witness.example/w1".parse().unwrap(), &mut OsRng);
    at_every_cut(&bench, |changes| {
        let mut vault = bench.open().unwrap();
        cut::after(changes);
        let kept = vault.ask_witnesses(&[0]).map_err(|error| error.to_string()).and_then(|request| {
            let head = VerifiedCheckpoint::open(&request.checkpoint, &vault.header().verifier).unwrap();
            let line = cosignature::cosign(&head, Timestamp::from_unix(1_795_100_000), &known);
            let note = Note { text: "-\n".to_owned(), signatures: vec![line] };
            let answer = note.to_bytes()["-\n\n".len()..].to_vec();
            vault.take_cosignatures(&answer, &[known.verifier()]).map_err(|error| error.to_string())
        });
        let was_cut = cut::restore();
        drop(vault);
        let mut vault = bench.open().unwrap();
        let outside = Outside { witnesses: vec![known.verifier()], ..Outside::default() };
        let heard = vault.hear(&outside).unwrap();
        assert!(heard.findings.is_empty(), "{changes}: {:?}", heard.findings);
        assert!(kept.is_err() || heard.counted == 1, "{changes}: told as kept, and it is not");
        // The same again succeeds, whatever was left.
        let request = vault.ask_witnesses(&[0]).unwrap();
        let head = VerifiedCheckpoint::open(&request.checkpoint, &vault.header().verifier).unwrap();
        let mut note = Note::parse(head.bytes(), NOTE_LIMIT).unwrap();
        note.signatures.truncate(1);
        note.signatures.push(cosignature::cosign(&head, Timestamp::from_unix(1_795_100_000), &known));
        vault.take_cosignatures(&note.to_bytes(), &[known.verifier()]).unwrap();
        assert_eq!(bench.open().unwrap().hear(&Outside::default()).unwrap().counted, 1, "{changes}: and is remembered");
        was_cut
    });
}

#[test]
fn what_was_kept_of_a_log_that_was_continued_still_counts() {
    let bench = Bench::new();
    let mut vault = bench.open().unwrap();
    let signer = SigningKey::parse_private(vault.signer().unwrap().private_text().reveal_secret()).unwrap();
    let first = vault.ask_witnesses(&[]).unwrap().checkpoint;
    bench.add_client(&mut vault, "mk-01");
    let second = vault.ask_witnesses(&[]).unwrap().checkpoint;
    rekey::rotate_key(&mut bench.desk(&mut vault), None, None).unwrap();
    drop(vault);
    let mut vault = bench.open().unwrap();
    let closed = vault.past()[0].closed.clone();
    assert_ne!(vault.head().origin, closed.origin);
    let hear = |bytes: Vec<u8>| {
        let against = vec![("kept".to_owned(), bytes)];
        let heard = vault.hear(&Outside { against, ..Outside::default() }).unwrap();
        (heard.continued, heard.findings.first().map(|finding| finding.fault))
    };
    assert_eq!(hear(first), (1, None));
    assert_eq!(hear(second), (1, None));
    let sign = |size, root| {
        let head = Checkpoint { size, root, ..closed.clone() };
        VerifiedCheckpoint::sign(head, &signer).unwrap().bytes().to_vec()
    };
    assert_eq!(hear(sign(closed.size, closed.root)), (1, None));
    for size in [2, closed.size, closed.size + 1] {
        assert_eq!(hear(sign(size, Digest::of(b"other"))), (0, Some(Fault::Forked)), "{size}");
    }
    // A witness's time bounds the entries of the old log too.
    let known = WitnessKey::generate("w".parse().unwrap(), &mut OsRng);
    let mut note = Note::parse(&sign(closed.size, closed.root), NOTE_LIMIT).unwrap();
    let head = VerifiedCheckpoint::open(&note.to_bytes(), &signer.verifier()).unwrap();
    note.signatures.push(cosignature::cosign(&head, Timestamp::from_unix(1_700_000_000), &known));
    let against = vec![("kept".to_owned(), note.to_bytes())];
    let heard = vault.hear(&Outside { against, witnesses: vec![known.verifier()], quorum: None }).unwrap();
    assert_eq!((heard.counted, heard.time, heard.earlier), (0, None, None), "it says nothing of the new one");
    let found = vault.verify_ledger_within(&heard.uppers, &mut |_| {}).unwrap().findings;
    assert_eq!((found.len(), found[0].fault, found[0].index), (1, Fault::DatedAhead, Some(1)));
    // The new log is asked about from its beginning, and nothing of the old one is a stray.
    assert_eq!(vault.ask_witnesses(&[]).unwrap().steps[0].old, 0);
    let report = vault.check(true, &mut |_| {}).unwrap();
    assert_eq!((report.ledger.findings, report.findings), (vec![], vec![]));
}

#[test]
fn a_witness_key_that_a_former_owner_knows_is_used_no_more() {
    let bench = Bench::new();
    let mut vault = bench.open().unwrap();
    bench.add_owner(&mut vault, "partner");
    let key = SigningKey::generate("example.org/log".parse().unwrap(), &mut OsRng);
    let (request, verifier) = (request(&key, 0, 5, 1), key.verifier());
    let ask = |vault: &mut Vault, known| {
        let asked = Asked { request: &request, key: known, known: &[] };
        vault.witness(&asked, Timestamp::from_unix(1_795_000_000), &mut OsRng)
    };
    let before = ask(&mut vault, Some(&verifier)).unwrap();
    bench.remove_owners(&mut vault).unwrap();
    drop(vault);
    let mut vault = bench.open().unwrap();
    reseal::reseal(&mut bench.desk(&mut vault), &mut |_| true).unwrap();
    drop(vault);
    let mut vault = bench.open().unwrap();
    assert!(matches!(ask(&mut vault, None), Err(WitnessError::UnknownLog(_))));
    let after = ask(&mut vault, Some(&verifier)).unwrap();
    assert!(after.is_new && after.witness != before.witness);
    assert_eq!(ask(&mut vault, None).unwrap().line, after.line);
    let report = vault.check(true, &mut |_| {}).unwrap();
    assert_eq!((report.ledger.findings, report.findings), (vec![], vec![]));
}
