//! The proofs of every tree up to 300 leaves, and of larger ones at random: made, verified, and refused when anything in
//! it is changed. That a size is changed is for the signature to tell: RFC 6962 does not hash it, and two sizes may share
//! a path ([`crate::ledger::proof`] tests that).

use super::tests::grown;
use super::tests::leaf_at;
use super::*;
use proptest::prelude::*;

const ALL_UP_TO: u64 = 300;

/// As many share the work: it is the longest test of the house.
const THREADS: u64 = 4;

/// Of the proofs of a size, those at its ends and every so many are made in the ordinary run, other ones for each size;
/// and of so many one is also changed in every way. With `SUBROSA_SCALE` all are.
const MADE: u64 = if IS_FULL { 1 } else { 11 };
const CHANGED: u64 = if IS_FULL { 1 } else { 33 };
const IS_FULL: bool = option_env!("SUBROSA_SCALE").is_some();

/// Refused with each hash changed, with one left out, and with one too many at either end.
fn each_change(proof: &[Digest], refused: &dyn Fn(&[Digest]) -> bool) {
    let mut changed = proof.to_vec();
    for at in 0..proof.len() {
        let mut bytes = *proof[at].as_bytes();
        bytes[at % 32] ^= 1 << (at % 8);
        changed[at] = Digest::from_bytes(bytes);
        assert!(refused(&changed), "hash {at}");
        changed[at] = proof[at];
    }
    let more = [proof, &[empty_root()]].concat();
    assert!(refused(&more) && refused(&[&[empty_root()], proof].concat()), "one too many");
    assert!(proof.is_empty() || refused(&proof[1..]) && refused(&proof[..proof.len() - 1]), "one too few");
}

fn check_inclusion(tiles: &MemoryTiles, index: u64, (size, root): (u64, Digest), is_changed: bool) {
    let leaf = leaf_at(index).hash();
    let proof = inclusion_proof(tiles, index, size).unwrap();
    assert!(verify_inclusion(&leaf, index, size, &proof, &root), "{index} of {size}");
    if !is_changed {
        return;
    }
    for other in [index.wrapping_sub(1), index + 1, index ^ 2, size, u64::MAX] {
        assert!(other == index || !verify_inclusion(&leaf, other, size, &proof, &root), "{index} as {other} of {size}");
    }
    assert!(!verify_inclusion(&leaf_at(index + 1).hash(), index, size, &proof, &root));
    assert!(!verify_inclusion(&leaf, index, size, &proof, &leaf) || size == 1);
    each_change(&proof, &|proof| !verify_inclusion(&leaf, index, size, proof, &root));
}

fn check_consistency(
    tiles: &MemoryTiles,
    (old, old_root): (u64, Digest),
    (new, root): (u64, Digest),
    is_changed: bool,
) {
    let proof = consistency_proof(tiles, old, new).unwrap();
    let holds =
        |old_root: &Digest, root: &Digest, proof: &[Digest]| verify_consistency((old, old_root), (new, root), proof);
    assert!(holds(&old_root, &root, &proof), "{old} to {new}");
    assert_eq!(earlier_root(tiles, old, new).unwrap(), old_root, "{old} of {new}");
    if !is_changed {
        return;
    }
    assert!(!holds(&empty_root(), &root, &proof) && !holds(&old_root, &empty_root(), &proof), "{old} to {new}");
    assert!(!verify_consistency((new, &root), (old, &old_root), &proof) || old == new);
    each_change(&proof, &|proof| !holds(&old_root, &root, proof));
}

#[test]
fn proofs_of_every_tree_up_to_300() {
    let heads: Vec<_> = (0..=ALL_UP_TO).map(|size| grown(&[size]).1).collect();
    let check = &|first: u64| {
        for size in (1..=ALL_UP_TO).filter(|size| size % THREADS == first) {
            let (tiles, head) = grown(&[size]);
            let is_edge = |at: u64| at < 2 || at + 2 > size || at.abs_diff(256) < 2;
            let is_made = |at: &u64| is_edge(*at) || (at + size).is_multiple_of(MADE) || size <= 32;
            let is_changed = |at: u64| is_edge(at) || (at + size).is_multiple_of(CHANGED);
            (0..size).filter(is_made).for_each(|at| check_inclusion(&tiles, at, head, is_changed(at)));
            (1..=size)
                .filter(is_made)
                .for_each(|at| check_consistency(&tiles, heads[at as usize], head, is_changed(at)));
        }
    };
    std::thread::scope(|threads| (0..THREADS).for_each(|first| drop(threads.spawn(move || check(first)))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn proofs_of_larger_trees(size in ALL_UP_TO..20_000, index: prop::sample::Index, old: prop::sample::Index) {
        let (tiles, head) = grown(&[size]);
        check_inclusion(&tiles, index.index(size as usize) as u64, head, true);
        let old = 1 + old.index(size as usize) as u64;
        check_consistency(&tiles, grown(&[old]).1, head, true);
    }
}
