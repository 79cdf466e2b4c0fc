//! Proofs of inclusion and consistency (RFC 6962, sections 2.1.1 and 2.1.2), made from tiles and verified without them
//! (RFC 9162, sections 2.1.3.2 and 2.1.4.2).

use std::collections::BTreeMap;
use std::ops::Range;

use crate::digest::Digest;
use crate::ledger::tile::TilePath;
use crate::ledger::tree::Tiles;
use crate::ledger::tree::TreeError;
use crate::ledger::tree::hashes;
use crate::ledger::tree::node;
use crate::ledger::tree::subtree_root;

/// The proof that a leaf stands at `index` of a tree of `size`: the hashes beside its path, the lowest first.
pub fn inclusion_proof(tiles: &dyn Tiles, index: u64, size: u64) -> Result<Vec<Digest>, TreeError> {
    if index >= size {
        return Err(TreeError::OutOfRange { index, size });
    }
    let mut reader = Reader { tiles, size, read: BTreeMap::new() };
    let mut proof = Vec::new();
    let mut range = 0..size;
    while range.end - range.start > 1 {
        let middle = split(&range);
        let (inside, beside) = if index < middle {
            (range.start..middle, middle..range.end)
        } else {
            (middle..range.end, range.start..middle)
        };
        proof.push(reader.root(beside)?);
        range = inside;
    }
    proof.reverse();
    Ok(proof)
}

/// The proof that a tree of `old` leaves is the beginning of the tree of `new`; empty when they are the same. There is
/// none for `old` = 0, which anything continues.
pub fn consistency_proof(tiles: &dyn Tiles, old: u64, new: u64) -> Result<Vec<Digest>, TreeError> {
    if old == 0 || old > new {
        return Err(TreeError::OutOfRange { index: old, size: new });
    }
    let mut reader = Reader { tiles, size: new, read: BTreeMap::new() };
    let mut proof = Vec::new();
    let mut range = 0..new;
    while old < range.end {
        let middle = split(&range);
        let (inside, beside) = if old <= middle {
            (range.start..middle, middle..range.end)
        } else {
            (middle..range.end, range.start..middle)
        };
        proof.push(reader.root(beside)?);
        range = inside;
    }
    // What remains is a subtree of both trees. The verifier knows it only if it is the whole old tree.
    if range.start > 0 {
        proof.push(reader.root(range)?);
    }
    proof.reverse();
    Ok(proof)
}

/// The root that a tree had at `old` leaves, from the tiles of the tree of `new` that it became, as
/// [`consistency_proof`] reads them: the narrower tiles of its own are gone by then. It is no truer than those tiles;
/// with the proof beside it, [`verify_consistency`] tells.
pub fn earlier_root(tiles: &dyn Tiles, old: u64, new: u64) -> Result<Digest, TreeError> {
    if old == 0 || old > new {
        return Err(TreeError::OutOfRange { index: old, size: new });
    }
    Reader { tiles, size: new, read: BTreeMap::new() }.root(0..old)
}

/// Whether `proof` shows that the leaf with this hash stands at `index` of the tree with this size and root.
#[must_use]
pub fn verify_inclusion(leaf: &Digest, index: u64, size: u64, proof: &[Digest], root: &Digest) -> bool {
    if index >= size {
        return false;
    }
    let mut path = Path { node: index, last: size - 1 };
    let mut hash = *leaf;
    for beside in proof {
        if path.last == 0 {
            return false;
        }
        hash = if path.is_right() { node(beside, &hash) } else { node(&hash, beside) };
        path.climb();
    }
    path.last == 0 && hash == *root
}

/// Whether `proof` shows that the first tree, a (size, root), is the beginning of the second. Nothing shows that for an
/// empty first tree.
#[must_use]
pub fn verify_consistency(old: (u64, &Digest), new: (u64, &Digest), proof: &[Digest]) -> bool {
    let ((old_size, old_root), (new_size, new_root)) = (old, new);
    if old_size == 0 || old_size > new_size {
        return false;
    }
    if old_size == new_size {
        return proof.is_empty() && old_root == new_root;
    }
    // An old tree that is complete is itself the subtree that the proof starts from.
    let (start, rest) = match proof.split_first() {
        _ if old_size.is_power_of_two() => (old_root, proof),
        Some((start, rest)) => (start, rest),
        None => return false,
    };
    let mut path = Path { node: old_size - 1, last: new_size - 1 };
    path.skip(|node| node & 1 == 1);
    let (mut of_old, mut of_new) = (*start, *start);
    for beside in rest {
        if path.last == 0 {
            return false;
        }
        if path.is_right() {
            of_old = node(beside, &of_old);
            of_new = node(beside, &of_new);
        } else {
            of_new = node(&of_new, beside);
        }
        path.climb();
    }
    path.last == 0 && of_old == *old_root && of_new == *new_root
}

/// The way from a node up to the root: its position in its level, and that of the level's last node.
struct Path {
    node: u64,
    last: u64,
}

impl Path {
    /// Whether the next hash of the proof stands to the left.
    fn is_right(&self) -> bool {
        self.node & 1 == 1 || self.node == self.last
    }

    /// Goes up one level, and past those where a last node has nothing beside it.
    fn climb(&mut self) {
        if self.is_right() {
            self.skip(|node| node & 1 == 0 && node != 0);
        }
        self.node >>= 1;
        self.last >>= 1;
    }

    fn skip(&mut self, passes: impl Fn(u64) -> bool) {
        while passes(self.node) {
            self.node >>= 1;
            self.last >>= 1;
        }
    }
}

/// Where RFC 6962 splits a range of more than one leaf: after the largest power of two below its length.
fn split(range: &Range<u64>) -> u64 {
    range.start + (1 << (range.end - range.start - 1).ilog2())
}

/// Roots of ranges of leaves, reading each tile once.
struct Reader<'a> {
    tiles: &'a dyn Tiles,
    size: u64,
    read: BTreeMap<TilePath, Vec<Digest>>,
}

impl Reader<'_> {
    /// The root of a range that splitting the whole tree leads to, which begins at a multiple of a power of two not
    /// below its length.
    fn root(&mut self, range: Range<u64>) -> Result<Digest, TreeError> {
        let length = range.end - range.start;
        if length.is_power_of_two() {
            return self.complete(length.ilog2(), range.start);
        }
        let middle = split(&range);
        let left = self.root(range.start..middle)?;
        Ok(node(&left, &self.root(middle..range.end)?))
    }

    /// The root of the complete subtree of 2^height leaves that begins at `start`.
    fn complete(&mut self, height: u32, start: u64) -> Result<Digest, TreeError> {
        let level = (height / 8) as u8;
        let first = start >> (8 * level);
        let outside = TreeError::OutOfRange { index: start, size: self.size };
        let path = TilePath::of_tree(level, first >> 8, self.size).ok_or(outside)?;
        if !self.read.contains_key(&path) {
            self.read.insert(path, hashes(self.tiles, path)?);
        }
        let first = usize::from(first as u8);
        let subtree = self.read[&path].get(first..first + (1 << (height % 8)));
        Ok(subtree_root(subtree.ok_or(TreeError::Malformed { path })?))
    }
}
