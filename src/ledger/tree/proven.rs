//! Leaves proven against a head, bundle by bundle: for whoever must believe what he reads, as the fold of a journal
//! must. Anyone can seal a journal line to a public recipient and put an entry to match beside it; only the root tells.

use std::ops::Range;

use crate::digest::Digest;
use crate::ledger::leaf;
use crate::ledger::leaf::Leaf;
use crate::ledger::tile::TilePath;
use crate::ledger::tile::WIDTH;
use crate::ledger::tree::Edge;
use crate::ledger::tree::Tiles;
use crate::ledger::tree::TreeError;
use crate::ledger::tree::edge;
use crate::ledger::tree::edge_root;
use crate::ledger::tree::entries;
use crate::ledger::tree::fetch;
use crate::ledger::tree::hashes;
use crate::ledger::tree::parse_part;
use crate::ledger::tree::subtree_root;

/// As [`super::leaves`], and every leaf is proven to stand under the head `(size, root)`: the edge gives the root, each
/// full tile hashes to what the tile above holds, and each bundle to its tile. Reads each bundle and its hash tile
/// once, and the few tiles above once for each run of bundles under them.
pub fn proven_leaves(tiles: &dyn Tiles, range: Range<u64>, head: (u64, Digest)) -> Result<Vec<Leaf>, TreeError> {
    let (size, expected) = head;
    if range.end > size {
        return Err(TreeError::OutOfRange { index: range.end - 1, size });
    }
    let edge = edge(tiles, size)?;
    let found = edge_root(&edge);
    if found != expected {
        return Err(TreeError::RootMismatch { size, expected, found });
    }
    let mut proven = Proven { tiles, size, edge, latest: Default::default() };
    let mut leaves = Vec::new();
    let mut next = range.start;
    while next < range.end {
        let bundle = next / u64::from(WIDTH);
        let path = TilePath::bundle_of_tree(bundle, size).ok_or(TreeError::OutOfRange { index: next, size })?;
        let hashes = proven.tile(0, bundle)?;
        let bytes = fetch(tiles, path)?;
        let entries = entries(&bytes, path)?;
        let first = bundle * u64::from(WIDTH);
        if let Some(at) = entries.iter().zip(&hashes).position(|(entry, hash)| leaf::hash_of(entry) != *hash) {
            return Err(TreeError::EntryMismatch { index: first + at as u64 });
        }
        parse_part(&entries, first, next..range.end, &mut leaves)?;
        next = first.saturating_add(u64::from(WIDTH));
    }
    Ok(leaves)
}

/// Hash tiles that are known to be under the root.
struct Proven<'a> {
    tiles: &'a dyn Tiles,
    size: u64,
    /// The partial tiles, which the root determines.
    edge: Edge,
    /// The full tile of each level that was proven last, with its index.
    latest: [Option<(u64, Vec<Digest>)>; 8],
}

impl Proven<'_> {
    fn tile(&mut self, level: u8, index: u64) -> Result<Vec<Digest>, TreeError> {
        let slot = usize::from(level);
        let outside = TreeError::OutOfRange { index, size: self.size };
        let path = TilePath::of_tree(level, index, self.size).ok_or(outside)?;
        if path.is_partial() {
            return Ok(self.edge[slot].clone());
        }
        if let Some((_, hashes)) = self.latest[slot].as_ref().filter(|(latest, _)| *latest == index) {
            return Ok(hashes.clone());
        }
        // A full tile has a hash above it: no tree of 64 bits fills one of the highest level.
        let above = self.tile(level + 1, index >> 8)?;
        let hashes = hashes(self.tiles, path)?;
        if above.get(usize::from(index as u8)) != Some(&subtree_root(&hashes)) {
            return Err(TreeError::TileMismatch { path });
        }
        self.latest[slot] = Some((index, hashes.clone()));
        Ok(hashes)
    }
}
