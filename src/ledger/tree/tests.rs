//! The tree against its twin: the recursive definitions of RFC 6962, section 2.1, over all leaves at once.

use std::cell::Cell;

use super::*;
use crate::ledger::tile::tiles_of;
use proptest::prelude::*;

/// MTH of RFC 6962, section 2.1.
fn naive_root(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => Digest::of(b""),
        [one] => *one,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            Digest::of(&[&[1], &naive_root(left).as_bytes()[..], naive_root(right).as_bytes()].concat())
        }
    }
}

/// PATH of RFC 6962, section 2.1.1.
fn naive_path(m: usize, leaves: &[Digest]) -> Vec<Digest> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
    let (mut path, beside) =
        if m < left.len() { (naive_path(m, left), right) } else { (naive_path(m - left.len(), right), left) };
    path.push(naive_root(beside));
    path
}

/// SUBPROOF of RFC 6962, section 2.1.2.
fn naive_subproof(m: usize, leaves: &[Digest], known: bool) -> Vec<Digest> {
    if m == leaves.len() {
        return if known { Vec::new() } else { vec![naive_root(leaves)] };
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
    let (mut proof, beside) = if m <= left.len() {
        (naive_subproof(m, left, known), right)
    } else {
        (naive_subproof(m - left.len(), right, false), left)
    };
    proof.push(naive_root(beside));
    proof
}

pub fn leaf_at(index: u64) -> Leaf {
    match index {
        0 => Leaf::Genesis { public: [9; 32], next: None },
        _ => Leaf::Sealed { commitment: Digest::of(&index.to_be_bytes()) },
    }
}

fn hashes_of(size: u64) -> Vec<Digest> {
    (0..size).map(|index| leaf_at(index).hash()).collect()
}

/// A log grown in batches of these lengths, with everything a vault would have on disk.
pub fn grown(batches: &[u64]) -> (MemoryTiles, (u64, Digest)) {
    let (mut tiles, mut head) = (MemoryTiles::default(), (0, empty_root()));
    for batch in batches {
        let leaves: Vec<_> = (head.0..head.0 + batch).map(leaf_at).collect();
        let growth = append(&tiles, head, &leaves).unwrap();
        tiles.apply(&growth);
        head = (growth.size, growth.root);
    }
    (tiles, head)
}

/// Counts what is read.
struct Counting<'a>(&'a MemoryTiles, Cell<u32>);

impl Tiles for Counting<'_> {
    fn read(&self, path: &TilePath) -> io::Result<Option<Vec<u8>>> {
        self.1.set(self.1.get() + 1);
        self.0.read(path)
    }
}

#[test]
fn the_empty_tree_and_the_vectors_of_the_certificate_transparency_code() {
    assert_eq!(root(&MemoryTiles::default(), 0).unwrap(), naive_root(&[]));
    let inputs: [&[u8]; 4] = [b"", &[0x00], &[0x10], &[0x20, 0x21]];
    let hashes = inputs.map(leaf::hash_of);
    let known = "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7";
    let mut edge = Edge::default();
    edge[0] = hashes.to_vec();
    assert_eq!(edge_root(&edge).to_string(), known);
    assert_eq!(naive_root(&hashes).to_string(), known);
}

#[test]
fn one_by_one_every_tile_is_written_when_it_is_due() {
    let (mut tiles, mut head) = grown(&[]);
    for size in 1..=600 {
        let growth = append(&tiles, head, &[leaf_at(size - 1)]).unwrap();
        tiles.apply(&growth);
        head = (growth.size, growth.root);
        assert_eq!(head, (size, naive_root(&hashes_of(size))));
        for path in tiles_of(size) {
            assert!(fetch(&tiles, path).is_ok_and(|found| found.width == path.width()), "{path} of {size}");
        }
        if size == 256 {
            let full: Vec<_> = growth.full.iter().map(TilePath::to_string).collect();
            assert_eq!(full, ["tile/entries/000", "tile/0/000"]);
            let written: Vec<_> = growth.writes.iter().map(|(path, _)| path.to_string()).collect();
            assert_eq!(written, ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]);
        }
        if size == 257 {
            // The tile of level 1 is as it was, and is not written again.
            let written: Vec<_> = growth.writes.iter().map(|(path, _)| path.to_string()).collect();
            assert_eq!(written, ["tile/entries/001.p/1", "tile/0/001.p/1"]);
        }
    }
}

#[test]
fn many_at_once_through_three_levels() {
    let (tiles, head) = grown(&[65_000, 700]);
    let hashes = hashes_of(head.0);
    assert_eq!(head.1, naive_root(&hashes));
    let expected: std::collections::BTreeSet<_> = tiles_of(head.0).collect();
    assert!(expected.iter().all(|path| tiles.files.contains_key(path)));
    for size in [1, 255, 256, 257, 65_000, 65_535, 65_536, 65_700] {
        let counting = Counting(&tiles, Cell::new(0));
        assert_eq!(root(&counting, size).unwrap(), naive_root(&hashes[..size as usize]), "{size}");
        assert!(counting.1.get() <= 6);
    }
    let counting = Counting(&tiles, Cell::new(0));
    append(&counting, head, &[leaf_at(head.0)]).unwrap();
    assert!(counting.1.get() <= 4, "the edge alone is read");
    let counting = Counting(&tiles, Cell::new(0));
    assert_eq!(proven_leaves(&counting, 0..65_536, head).unwrap(), (0..65_536).map(leaf_at).collect::<Vec<_>>());
    assert!(counting.1.get() <= 2 * 256 + 1 + 3, "each bundle and tile once, and the edge");
    let counting = Counting(&tiles, Cell::new(0));
    let proof = inclusion_proof(&counting, 12_345, head.0).unwrap();
    assert_eq!(proof, naive_path(12_345, &hashes));
    assert!(counting.1.get() <= 10);
    assert!(verify_inclusion(&hashes[12_345], 12_345, head.0, &proof, &head.1));
    let proof = consistency_proof(&tiles, 65_001, head.0).unwrap();
    assert_eq!(proof, naive_subproof(65_001, &hashes, true));
    assert!(verify_consistency((65_001, &naive_root(&hashes[..65_001])), (head.0, &head.1), &proof));
}

#[test]
fn inclusion_for_all_small_sizes_and_no_flipped_hash_passes() {
    let (tiles, _) = grown(&[40]);
    let hashes = hashes_of(40);
    for size in 1..=40u64 {
        let root = naive_root(&hashes[..size as usize]);
        // A tree of an earlier size is read from its own tiles, which a vault would not have kept in part: grow it
        // anew.
        let (tiles, _) = if size < 40 { grown(&[size]) } else { (tiles.clone(), (0, root)) };
        for index in 0..size {
            let leaf = hashes[index as usize];
            let proof = inclusion_proof(&tiles, index, size).unwrap();
            assert_eq!(proof, naive_path(index as usize, &hashes[..size as usize]));
            assert!(verify_inclusion(&leaf, index, size, &proof, &root));
            assert!(!verify_inclusion(&Digest::of(b""), index, size, &proof, &root));
            assert!(!verify_inclusion(&leaf, index, size, &proof, &Digest::of(b"")));
            assert!(!verify_inclusion(&leaf, size, size, &proof, &root));
            for other in (0..size).filter(|other| *other != index) {
                assert!(!verify_inclusion(&leaf, other, size, &proof, &root));
            }
            each_flip(&proof, |proof| assert!(!verify_inclusion(&leaf, index, size, proof, &root)));
        }
    }
    assert!(matches!(inclusion_proof(&tiles, 40, 40), Err(TreeError::OutOfRange { .. })));
}

#[test]
fn consistency_for_all_small_sizes_and_no_flipped_hash_passes() {
    let hashes = hashes_of(33);
    let root = |size: u64| naive_root(&hashes[..size as usize]);
    for new in 1..=33u64 {
        let (tiles, _) = grown(&[new]);
        for old in 1..=new {
            let proof = consistency_proof(&tiles, old, new).unwrap();
            assert_eq!(proof, naive_subproof(old as usize, &hashes[..new as usize], true));
            let holds = |old_root: &Digest, new_root: &Digest, proof: &[Digest]| {
                verify_consistency((old, old_root), (new, new_root), proof)
            };
            assert!(holds(&root(old), &root(new), &proof), "{old} {new}");
            assert!(!holds(&Digest::of(b""), &root(new), &proof), "{old} {new}");
            assert!(!holds(&root(old), &Digest::of(b""), &proof), "{old} {new}");
            each_flip(&proof, |proof| assert!(!holds(&root(old), &root(new), proof), "{old} {new}"));
        }
        assert!(!verify_consistency((0, &root(0)), (new, &root(new)), &[]));
        assert!(!verify_consistency((new, &root(new)), (new - 1, &root(new - 1)), &[]));
        assert!(consistency_proof(&tiles, 0, new).is_err());
        assert!(consistency_proof(&tiles, new + 1, new).is_err());
    }
}

/// Each hash changed, left out, and one too many.
fn each_flip(proof: &[Digest], refused: impl Fn(&[Digest])) {
    for at in 0..proof.len() {
        let mut changed = proof.to_vec();
        let mut bytes = *changed[at].as_bytes();
        bytes[at % 32] ^= 1 << (at % 8);
        changed[at] = Digest::from_bytes(bytes);
        refused(&changed);
        changed.remove(at);
        refused(&changed);
    }
    refused(&[proof, &[Digest::of(b"")]].concat());
    refused(&[&[Digest::of(b"")], proof].concat());
}

#[test]
fn nothing_is_built_on_a_changed_edge() {
    let (tiles, head) = grown(&[300]);
    let next = [leaf_at(300)];
    for path in tiles_of(300).filter(TilePath::is_partial) {
        for at in 0..tiles.files[&path].len() {
            let mut changed = tiles.clone();
            changed.files.get_mut(&path).unwrap()[at] ^= 0x10;
            assert!(append(&changed, head, &next).is_err(), "{path}, byte {at}");
        }
        let mut changed = tiles.clone();
        changed.files.remove(&path);
        assert!(matches!(append(&changed, head, &next), Err(TreeError::Missing { path: p }) if p == path));
        changed.files.insert(path, vec![0; 31]);
        assert!(matches!(append(&changed, head, &next), Err(TreeError::Malformed { path: p }) if p == path));
    }
    let mut changed = tiles.clone();
    let bundle = TilePath::Entries { index: 1, width: 44 };
    *changed.files.get_mut(&bundle).unwrap().last_mut().unwrap() ^= 1;
    assert!(matches!(append(&changed, head, &next), Err(TreeError::EntryMismatch { index: 299 })));
    assert!(matches!(append(&tiles, (299, head.1), &next), Err(TreeError::Missing { .. })));
    assert!(matches!(append(&tiles, (300, Digest::of(b"")), &next), Err(TreeError::RootMismatch { .. })));
    assert!(matches!(append(&MemoryTiles::default(), (0, head.1), &next), Err(TreeError::RootMismatch { .. })));
}

#[test]
fn no_changed_byte_is_proven() {
    let (tiles, head) = grown(&[600]);
    let all: Vec<_> = (0..600).map(leaf_at).collect();
    assert_eq!(proven_leaves(&tiles, 0..600, head).unwrap(), all);
    assert_eq!(proven_leaves(&tiles, 250..520, head).unwrap(), all[250..520]);
    assert!(matches!(proven_leaves(&tiles, 0..601, head), Err(TreeError::OutOfRange { .. })));
    let (other, _) = grown(&[300]);
    assert!(matches!(proven_leaves(&other, 0..300, (300, head.1)), Err(TreeError::RootMismatch { .. })));
    for path in tiles_of(600) {
        for at in (0..tiles.files[&path].len()).step_by(31) {
            let mut changed = tiles.clone();
            changed.files.get_mut(&path).unwrap()[at] ^= 1;
            assert!(proven_leaves(&changed, 0..600, head).is_err(), "{path}, byte {at}");
        }
    }
    // An entry and its hash tile changed to match: the level above still tells.
    let forged = Leaf::Sealed { commitment: Digest::of(b"forged") };
    let mut changed = tiles.clone();
    let bundle = changed.files.get_mut(&TilePath::Entries { index: 1, width: 256 }).unwrap();
    bundle[2..39].copy_from_slice(&forged.to_bytes());
    let path = TilePath::Hash { level: 0, index: 1, width: 256 };
    changed.files.get_mut(&path).unwrap()[..32].copy_from_slice(forged.hash().as_bytes());
    assert_eq!(leaf(&changed, 256, 600).unwrap(), forged, "unproven, it is believed");
    assert!(matches!(proven_leaves(&changed, 256..257, head), Err(TreeError::TileMismatch { path: p }) if p == path));
    assert_eq!(proven_leaves(&changed, 0..256, head).unwrap(), all[..256]);
}

#[test]
fn leaves_stand_where_they_may() {
    let refused = |size, leaf: Leaf| {
        let (tiles, head) = grown(&[size]);
        matches!(append(&tiles, head, &[leaf]), Err(TreeError::Misplaced { index }) if index == size)
    };
    let predecessor = Leaf::Predecessor { text: Digest::of(b"") };
    assert!(refused(0, leaf_at(1)) && refused(0, predecessor) && !refused(0, leaf_at(0)));
    assert!(refused(1, leaf_at(0)) && !refused(1, predecessor) && !refused(1, leaf_at(1)));
    assert!(refused(2, leaf_at(0)) && refused(2, predecessor));
}

#[test]
fn what_a_crash_left_beyond_the_edge_is_replaced() {
    let (before, head) = grown(&[250]);
    let mut crashed = before.clone();
    let lost: Vec<_> = (0..20).map(|n| Leaf::Sealed { commitment: Digest::of(&[n]) }).collect();
    crashed.files.extend(append(&before, head, &lost).unwrap().writes);
    let next: Vec<_> = (250..300).map(leaf_at).collect();
    let growth = append(&crashed, head, &next).unwrap();
    assert_eq!(growth, append(&before, head, &next).unwrap());
    crashed.apply(&growth);
    assert_eq!(leaves(&crashed, 0..300, 300).unwrap(), (0..300).map(leaf_at).collect::<Vec<_>>());
}

#[test]
fn a_smaller_tree_is_read_from_full_tiles_but_not_from_wider_partial_ones() {
    let (mut tiles, head) = grown(&[200, 312]);
    assert_eq!(head.0, 512);
    assert_eq!(root(&tiles, 200).unwrap(), naive_root(&hashes_of(200)));
    assert_eq!(leaf(&tiles, 199, 200).unwrap(), leaf_at(199));
    assert!(matches!(leaf(&tiles, 200, 200), Err(TreeError::OutOfRange { index: 200, size: 200 })));
    let full = TilePath::Hash { level: 0, index: 0, width: 256 };
    let wider = tiles.files.remove(&full).unwrap()[..32 * 210].to_vec();
    tiles.files.insert(full.with_width(210), wider);
    assert!(matches!(root(&tiles, 200), Err(TreeError::Missing { path }) if path.width() == 200));
}

#[test]
fn a_leaf_of_a_newer_format_is_told_apart() {
    let (mut tiles, _) = grown(&[3]);
    let bundle = tiles.files.get_mut(&TilePath::Entries { index: 0, width: 3 }).unwrap();
    bundle[75] ^= 3;
    let read = leaves(&tiles, 0..3, 3);
    assert!(matches!(read, Err(TreeError::Leaf { index: 1, source: LeafError::Newer })), "{read:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn growing_in_batches_is_the_naive_recursion(batches in prop::collection::vec(0..300u64, 0..6)) {
        let (tiles, head) = grown(&batches);
        let hashes = hashes_of(head.0);
        prop_assert_eq!(head, (batches.iter().sum(), naive_root(&hashes)));
        prop_assert_eq!(root(&tiles, head.0).unwrap(), head.1);
        let all: Vec<_> = (0..head.0).map(leaf_at).collect();
        prop_assert_eq!(leaves(&tiles, 0..head.0, head.0).unwrap(), all);
        // What batches write is what one append writes, but for partial tiles of sizes in between.
        let (at_once, _) = grown(&[head.0]);
        prop_assert!(at_once.files.iter().all(|(path, bytes)| tiles.files.get(path) == Some(bytes)));
    }

    #[test]
    fn parts_of_the_leaves_are_read(size in 1..700u64, a: u64, b: u64) {
        let (tiles, _) = grown(&[size]);
        let (a, b) = (a % (size + 1), b % (size + 1));
        let range = a.min(b)..a.max(b);
        let expected: Vec<_> = range.clone().map(leaf_at).collect();
        prop_assert_eq!(leaves(&tiles, range.clone(), size).unwrap(), expected);
        prop_assert!(leaves(&tiles, range.start..size + 1, size).is_err());
        let head = (size, root(&tiles, size).unwrap());
        prop_assert_eq!(proven_leaves(&tiles, range.clone(), head).unwrap(), leaves(&tiles, range, size).unwrap());
    }

    #[test]
    fn no_claim_panics(index: u64, size: u64, old: u64, proof in prop::collection::vec(any::<[u8; 32]>(), 0..70)) {
        let proof: Vec<_> = proof.into_iter().map(Digest::from_bytes).collect();
        let digest = Digest::of(b"");
        prop_assert!(!verify_inclusion(&digest, index, size, &proof, &digest));
        prop_assert!(old == size || !verify_consistency((old, &digest), (size, &digest), &proof));
        let none = MemoryTiles::default();
        prop_assert!(size == 0 || root(&none, size).is_err());
        prop_assert!(append(&none, (size, digest), &[]).is_err() || size == 0);
        let _ = (inclusion_proof(&none, index, size), consistency_proof(&none, old, size), leaf(&none, index, size));
    }
}
