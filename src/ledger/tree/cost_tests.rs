//! What things cost: a log of any size whose leaves are all alike needs no memory, so that the reads and writes of an append
//! and of a proof can be counted at a size that nobody could store.

use std::cell::RefCell;
use std::io;

use super::*;
use crate::ledger::tile::encode_entry;
use crate::ledger::tile::encode_hashes;

/// The tiles of a log of any size, made when they are read, and what was read.
struct Endless {
    leaf: Leaf,
    /// The root of a complete subtree of 256^level leaves.
    hashes: [Digest; LEVELS as usize],
    read: RefCell<Vec<TilePath>>,
}

impl Endless {
    fn new() -> Self {
        let leaf = Leaf::Sealed { commitment: Digest::of(b"always the same") };
        let mut hashes = [leaf.hash(); LEVELS as usize];
        for level in 1..hashes.len() {
            hashes[level] = subtree_root(&[hashes[level - 1]; WIDTH as usize]);
        }
        Self { leaf, hashes, read: RefCell::default() }
    }

    /// How many tiles were read since this was asked last.
    fn reads(&self) -> usize {
        self.read.take().len()
    }
}

impl Tiles for Endless {
    fn read(&self, path: &TilePath) -> io::Result<Option<Vec<u8>>> {
        self.read.borrow_mut().push(*path);
        Ok(Some(match *path {
            TilePath::Hash { level, width, .. } => {
                encode_hashes(&vec![self.hashes[usize::from(level)]; usize::from(width)])
            }
            TilePath::Entries { width, .. } => {
                let mut bundle = Vec::new();
                (0..width).for_each(|_| encode_entry(&self.leaf.to_bytes(), &mut bundle).unwrap());
                bundle
            }
        }))
    }
}

/// How many levels of tiles a tree of `size` has.
fn levels(size: u64) -> usize {
    (0..LEVELS).filter(|level| size >> (8 * level) > 0).count()
}

#[test]
fn costs_grow_with_the_logarithm_of_the_size() {
    let tiles = Endless::new();
    for size in [2, 300, 70_000, 1_000_000, 123_456_789, 999_999_999_999, (1 << 62) + 12_345, u64::MAX - 1] {
        let head = (size, root(&tiles, size).unwrap());
        assert!(tiles.reads() <= levels(size), "{size}");

        // One read and at most one write for each level, and one of each for the bundle.
        let growth = append(&tiles, head, &[tiles.leaf]).unwrap();
        assert!(tiles.reads() <= levels(size) + 1, "{size}");
        assert!(growth.writes.len() <= levels(size + 1) + 1, "{size}: {:?}", growth.writes.len());
        for (path, _) in &growth.writes {
            assert_eq!(path.in_tree(size + 1), Some(*path), "{size}");
            let last = match *path {
                TilePath::Entries { index, .. } => index == size >> 8,
                TilePath::Hash { level, index, .. } => index == size >> (8 * level) >> 8,
            };
            assert!(last, "{size}: {path} is not at the edge");
        }

        for index in [0, 1, size / 3, size / 2, size - 1] {
            let proof = inclusion_proof(&tiles, index, size).unwrap();
            // Within full tiles one a level, and as many at the edge.
            assert!(tiles.reads() <= 2 * levels(size), "{index} of {size}");
            assert!(proof.len() <= 64 && verify_inclusion(&tiles.leaf.hash(), index, size, &proof, &head.1));
        }
        for old in [1, size / 3 + 1, size / 2, size - 1] {
            let proof = consistency_proof(&tiles, old, size).unwrap();
            assert!(tiles.reads() <= 2 * levels(size), "{old} in {size}");
            let old_root = root(&tiles, old).unwrap();
            tiles.reads();
            assert!(verify_consistency((old, &old_root), (size, &head.1), &proof), "{old} in {size}");
        }
    }
}

#[test]
fn a_batch_writes_each_tile_once() {
    // However many leaves it has: a bundle and a hash tile for each 256 of them, and the edge.
    let tiles = Endless::new();
    let head = (1_000_000, root(&tiles, 1_000_000).unwrap());
    tiles.reads();
    let growth = append(&tiles, head, &[tiles.leaf; 10_000]).unwrap();
    assert!(tiles.reads() <= 4);
    assert!(growth.writes.len() <= 2 * (10_000 / 256 + 2) + 2, "{}", growth.writes.len());
    assert_eq!(growth.root, root(&tiles, 1_010_000).unwrap());
}
