//! The tree (RFC 6962, section 2.1) over tiles: its root, its leaves, its growth, and proofs. Reads go through
//! [`Tiles`]; writes are returned, in [`Growth`]. Nothing here costs more than the logarithm of the tree's size, but
//! for what was asked for. Must not know who signs the root.

#[cfg(test)]
mod cost_tests;
mod proof;
#[cfg(test)]
mod proof_tests;
mod proven;
mod store;
#[cfg(test)]
mod tests;

use std::io;
use std::ops::Range;

use crate::digest::Digest;
use crate::ledger::leaf;
use crate::ledger::leaf::Leaf;
use crate::ledger::leaf::LeafError;
use crate::ledger::tile;
use crate::ledger::tile::LEVELS;
use crate::ledger::tile::TilePath;
use crate::ledger::tile::WIDTH;

pub use proof::consistency_proof;
pub use proof::earlier_root;
pub use proof::inclusion_proof;
pub use proof::verify_consistency;
pub use proof::verify_inclusion;
pub use proven::proven_leaves;
pub use store::MemoryTiles;
pub use store::Tiles;

/// Why a tree could not be read, or must not grow.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// A tile that the tree must have is not there.
    #[error("{path} is missing")]
    Missing {
        /// The tile.
        path: TilePath,
    },
    /// A tile is not what its path says.
    #[error("{path} is malformed")]
    Malformed {
        /// The tile.
        path: TilePath,
    },
    /// A tile could not be read.
    #[error("{path} could not be read")]
    Read {
        /// The tile.
        path: TilePath,
        /// Why.
        source: io::Error,
    },
    /// An entry is no leaf that this version reads.
    #[error("entry {index}: {source}")]
    Leaf {
        /// Where it stands.
        index: u64,
        /// Why.
        source: LeafError,
    },
    /// An entry is not the one that the hash tile beside it was made from.
    #[error("entry {index} does not hash to what the tree holds")]
    EntryMismatch {
        /// Where it stands.
        index: u64,
    },
    /// A full hash tile is not the one that the tile above it was made from.
    #[error("{path} does not hash to what the tree holds")]
    TileMismatch {
        /// The tile.
        path: TilePath,
    },
    /// The tiles give another root than the head says.
    #[error("the tiles of {size} leaves give the root {found}, not {expected}")]
    RootMismatch {
        /// The tree's size.
        size: u64,
        /// The head's root.
        expected: Digest,
        /// What the tiles give.
        found: Digest,
    },
    /// Genesis elsewhere than at 0, another leaf at 0, or a predecessor elsewhere than at 1.
    #[error("such a leaf may not stand at {index}")]
    Misplaced {
        /// Where it was to stand.
        index: u64,
    },
    /// The question goes beyond the tree.
    #[error("{index} lies outside a tree of {size}")]
    OutOfRange {
        /// What was asked for.
        index: u64,
        /// The tree's size.
        size: u64,
    },
}

/// What appending leaves comes to. Nothing is written yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Growth {
    /// The new size.
    pub size: u64,
    /// The new root.
    pub root: Digest,
    /// The tiles to write, in any order: none of them is believed before the new head is signed.
    pub writes: Vec<(TilePath, Vec<u8>)>,
    /// The tiles that became full, whose `.p` directory can go once the new head is published, not before.
    pub full: Vec<TilePath>,
}

/// The root of the empty tree.
pub fn empty_root() -> Digest {
    Digest::of(b"")
}

/// The root of the first `size` leaves, from the edge tiles alone: at most eight reads.
pub fn root(tiles: &dyn Tiles, size: u64) -> Result<Digest, TreeError> {
    Ok(edge_root(&edge(tiles, size)?))
}

/// The leaf at `index` of a tree of `size`. Nothing is proved: the caller compares it with what the leaf should be, or
/// proves it with [`inclusion_proof`] or [`proven_leaves`].
pub fn leaf(tiles: &dyn Tiles, index: u64, size: u64) -> Result<Leaf, TreeError> {
    let read = leaves(tiles, index..index.saturating_add(1), size)?;
    read.first().copied().ok_or(TreeError::OutOfRange { index, size })
}

/// The leaves of `range` in a tree of `size`, each bundle read once. Nothing is proved, as with [`leaf()`].
pub fn leaves(tiles: &dyn Tiles, range: Range<u64>, size: u64) -> Result<Vec<Leaf>, TreeError> {
    if range.end > size {
        return Err(TreeError::OutOfRange { index: range.end - 1, size });
    }
    let mut leaves = Vec::new();
    let mut next = range.start;
    while next < range.end {
        let bundle = next / u64::from(WIDTH);
        let path = TilePath::bundle_of_tree(bundle, size).ok_or(TreeError::OutOfRange { index: next, size })?;
        let first = bundle * u64::from(WIDTH);
        parse_part(&entries(&fetch(tiles, path)?, path)?, first, next..range.end, &mut leaves)?;
        next = first.saturating_add(u64::from(WIDTH));
    }
    Ok(leaves)
}

/// Reads those of a bundle's entries that stand within `range`. The bundle begins at index `first`.
fn parse_part(entries: &[&[u8]], first: u64, range: Range<u64>, leaves: &mut Vec<Leaf>) -> Result<(), TreeError> {
    for (index, entry) in (first..).zip(entries).filter(|(index, _)| range.contains(index)) {
        leaves.push(Leaf::parse(entry).map_err(|source| TreeError::Leaf { index, source })?);
    }
    Ok(())
}

/// What a tree with the head `(size, root)` becomes when `leaves` are added. First recomputes the root from the edge
/// tiles, and the edge hashes from the entries: on top of anything else nothing is built, since signing the result
/// would make a stranger's history ours. Costs the logarithm of the size and the number of leaves.
pub fn append(tiles: &dyn Tiles, head: (u64, Digest), leaves: &[Leaf]) -> Result<Growth, TreeError> {
    let (size, expected) = head;
    let mut edge = edge(tiles, size)?;
    let found = edge_root(&edge);
    if found != expected {
        return Err(TreeError::RootMismatch { size, expected, found });
    }
    let mut bundle = edge_bundle(tiles, size, &edge[0])?;
    let end = size.checked_add(leaves.len() as u64).ok_or(TreeError::OutOfRange { index: u64::MAX, size })?;
    let (mut writes, mut full) = (Vec::new(), Vec::new());
    let mut write = |path: TilePath, bytes| {
        if !path.is_partial() {
            full.push(path);
        }
        writes.push((path, bytes));
    };
    for (index, leaf) in (size..end).zip(leaves) {
        if !leaf.may_stand_at(index) {
            return Err(TreeError::Misplaced { index });
        }
        tile::encode_entry(&leaf.to_bytes(), &mut bundle).map_err(|_| TreeError::Misplaced { index })?;
        // A tile that fills up gives one hash to the level above, which may fill up in turn.
        let mut hash = leaf.hash();
        for level in 0..LEVELS {
            let hashes = &mut edge[usize::from(level)];
            hashes.push(hash);
            if hashes.len() < usize::from(WIDTH) {
                break;
            }
            let place = index >> (8 * level) >> 8;
            if level == 0 {
                write(TilePath::Entries { index: place, width: WIDTH }, std::mem::take(&mut bundle));
            }
            write(TilePath::Hash { level, index: place, width: WIDTH }, tile::encode_hashes(hashes));
            hash = subtree_root(hashes);
            hashes.clear();
        }
    }
    if !bundle.is_empty() && end > size {
        write(TilePath::Entries { index: end >> 8, width: edge[0].len() as u16 }, bundle);
    }
    for level in 0..LEVELS {
        let hashes = &edge[usize::from(level)];
        let is_new = end >> (8 * level) != size >> (8 * level);
        if !hashes.is_empty() && is_new {
            let path = TilePath::Hash { level, index: end >> (8 * level) >> 8, width: hashes.len() as u16 };
            write(path, tile::encode_hashes(hashes));
        }
    }
    Ok(Growth { size: end, root: edge_root(&edge), writes, full })
}

/// The hashes of each level that are in no full tile yet: with them a tree can grow, and they determine its root.
pub(super) type Edge = [Vec<Digest>; LEVELS as usize];

fn edge(tiles: &dyn Tiles, size: u64) -> Result<Edge, TreeError> {
    let mut edge = Edge::default();
    for level in 0..LEVELS {
        let width = size >> (8 * level) & 0xff;
        if width > 0 {
            let path = TilePath::Hash { level, index: size >> (8 * level) >> 8, width: width as u16 };
            edge[usize::from(level)] = hashes(tiles, path)?;
        }
    }
    Ok(edge)
}

/// The bytes of the bundle under way, whose entries must be those that `hashes` were made from.
fn edge_bundle(tiles: &dyn Tiles, size: u64, hashes: &[Digest]) -> Result<Vec<u8>, TreeError> {
    let mut bundle = Vec::new();
    if hashes.is_empty() {
        return Ok(bundle);
    }
    let path = TilePath::Entries { index: size >> 8, width: hashes.len() as u16 };
    let bytes = fetch(tiles, path)?;
    for ((entry, hash), index) in entries(&bytes, path)?.into_iter().zip(hashes).zip(size & !0xff..) {
        if leaf::hash_of(entry) != *hash {
            return Err(TreeError::EntryMismatch { index });
        }
        tile::encode_entry(entry, &mut bundle).map_err(|_| TreeError::Malformed { path })?;
    }
    Ok(bundle)
}

/// The root that an edge gives: the subtrees of the size's binary digits, the smallest rightmost and innermost.
pub(super) fn edge_root(edge: &Edge) -> Digest {
    let mut root = None;
    for hashes in edge {
        let mut rest = hashes.as_slice();
        while !rest.is_empty() {
            let (before, subtree) = rest.split_at(rest.len() - (1 << rest.len().trailing_zeros()));
            let left = subtree_root(subtree);
            root = Some(root.map_or(left, |right| node(&left, &right)));
            rest = before;
        }
    }
    root.unwrap_or_else(empty_root)
}

/// The hash of an inner node.
fn node(left: &Digest, right: &Digest) -> Digest {
    let mut bytes = [0x01; 65];
    bytes[1..33].copy_from_slice(left.as_bytes());
    bytes[33..].copy_from_slice(right.as_bytes());
    Digest::of(&bytes)
}

/// The root of a complete subtree: `hashes` are a power of two.
pub(super) fn subtree_root(hashes: &[Digest]) -> Digest {
    match hashes {
        [one] => *one,
        _ => {
            let (left, right) = hashes.split_at(hashes.len() / 2);
            node(&subtree_root(left), &subtree_root(right))
        }
    }
}

/// The bytes of a tile, and the width at which it was found: its own, or full.
pub(super) struct Found {
    bytes: Vec<u8>,
    width: u16,
}

/// Reads a tile. Where a partial one is not there, the full one holds it: the partial ones of a full tile are removed,
/// and a reader may still want the smaller tree.
pub(super) fn fetch(tiles: &dyn Tiles, path: TilePath) -> Result<Found, TreeError> {
    for width in [path.width(), WIDTH] {
        let read = tiles.read(&path.with_width(width));
        if let Some(bytes) = read.map_err(|source| TreeError::Read { path, source })? {
            return Ok(Found { bytes, width });
        }
    }
    Err(TreeError::Missing { path })
}

/// The entries of a bundle, as many as `path` is wide.
pub(super) fn entries(found: &Found, path: TilePath) -> Result<Vec<&[u8]>, TreeError> {
    let entries = tile::decode_entries(&found.bytes, found.width);
    let mut entries = entries.map_err(|_| TreeError::Malformed { path })?;
    entries.truncate(usize::from(path.width()));
    Ok(entries)
}

/// The hashes of a hash tile, as many as `path` is wide.
pub(super) fn hashes(tiles: &dyn Tiles, path: TilePath) -> Result<Vec<Digest>, TreeError> {
    let found = fetch(tiles, path)?;
    let hashes = tile::decode_hashes(&found.bytes, found.width);
    let mut hashes = hashes.map_err(|_| TreeError::Malformed { path })?;
    hashes.truncate(usize::from(path.width()));
    Ok(hashes)
}
