//! The audit: every entry and every hash of a log against its signed head, in one pass and without a key. It goes on
//! past what it finds, since a keeper whose disk failed wants to know everything that is wrong. Memory: the logarithm
//! of the size and one bundle. Must not know openings: the caller checks them, leaf by leaf.

use std::io;

use crate::digest::Digest;
use crate::keys::signer::VerifierKey;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::leaf;
use crate::ledger::leaf::Leaf;
use crate::ledger::leaf::LeafError;
use crate::ledger::tile::LEVELS;
use crate::ledger::tile::TilePath;
use crate::ledger::tile::WIDTH;
use crate::ledger::tree;
use crate::ledger::tree::Tiles;
use crate::ledger::tree::TreeError;

/// How much was checked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Leaves that were read.
    pub leaves: u64,
    /// Tiles that were read: entry bundles and hash tiles.
    pub tiles: u64,
}

/// What can be wrong with a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// A tile is missing.
    #[error("it is missing")]
    Missing,
    /// A tile could not be read.
    #[error("it could not be read ({0})")]
    Unreadable(io::ErrorKind),
    /// A tile is not what its path says.
    #[error("it is malformed")]
    Malformed,
    /// A hash tile does not hold what the entries below give. The index is that of the first leaf under the first such
    /// hash.
    #[error("it does not hold what the entries below it give")]
    HashDiffers,
    /// The leaves give another root than the head says. Where too much is missing to say, only that is told.
    #[error("the entries do not give the signed root")]
    RootDiffers,
    /// A leaf of a newer format.
    #[error("the entry is of a newer format")]
    NewerLeaf,
    /// A leaf of no format.
    #[error("the entry is malformed")]
    MalformedLeaf,
    /// Genesis elsewhere than at 0, another leaf at 0, or a predecessor elsewhere than at 1.
    #[error("the entry may not stand there")]
    Misplaced,
    /// Genesis names another key than the one that signed the head.
    #[error("the log was begun by another key")]
    WrongKey,
}

/// One thing that is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub what: Wrong,
    /// At which leaf, where one can be named.
    pub index: Option<u64>,
    /// In which tile, where it is one.
    pub path: Option<TilePath>,
}

/// Checks the log under `head`, which the caller knows to be its head and `key` to be its key, and shows `visit` every leaf that can be read, in order.
pub fn audit(
    tiles: &dyn Tiles,
    head: &Checkpoint,
    key: &VerifierKey,
    mut visit: impl FnMut(u64, &Leaf),
) -> (Counts, Vec<Finding>) {
    let size = head.size;
    let mut audit = Audit { tiles, size, counts: Counts::default(), findings: Vec::new(), edge: Default::default() };
    for bundle in 0..size.div_ceil(u64::from(WIDTH)) {
        if let Some(path) = TilePath::bundle_of_tree(bundle, size) {
            audit.bundle(path, bundle << 8, key, &mut visit);
        }
    }
    audit.finish(head.root);
    (audit.counts, audit.findings)
}

struct Audit<'a> {
    tiles: &'a dyn Tiles,
    size: u64,
    counts: Counts,
    findings: Vec<Finding>,
    /// The hashes of each level since its last full tile; `None` where neither entries nor tiles tell.
    edge: [Vec<Option<Digest>>; LEVELS as usize],
}

impl Audit<'_> {
    fn bundle(&mut self, path: TilePath, first: u64, key: &VerifierKey, visit: &mut impl FnMut(u64, &Leaf)) {
        let found = tree::fetch(self.tiles, path);
        let entries = match &found {
            Ok(found) => tree::entries(found, path),
            Err(error) => return self.unread(path, first, error),
        };
        let entries = match entries {
            Ok(entries) => entries,
            Err(error) => return self.unread(path, first, &error),
        };
        self.counts.tiles += 1;
        for (index, entry) in (first..).zip(entries) {
            self.counts.leaves += 1;
            let wrong = match Leaf::parse(entry) {
                Ok(leaf) => {
                    visit(index, &leaf);
                    is_out_of_place(&leaf, index, key)
                }
                Err(LeafError::Newer) => Some(Wrong::NewerLeaf),
                Err(LeafError::Malformed) => Some(Wrong::MalformedLeaf),
            };
            if let Some(what) = wrong {
                self.findings.push(Finding { what, index: Some(index), path: Some(path) });
            }
            self.push(index, Some(leaf::hash_of(entry)));
        }
    }

    /// Reports a bundle that could not be read, and goes on with the hashes that the tree holds of it.
    fn unread(&mut self, path: TilePath, first: u64, error: &TreeError) {
        self.report(path, error);
        for index in first..first + u64::from(path.width()) {
            self.push(index, None);
        }
    }

    fn report(&mut self, path: TilePath, error: &TreeError) {
        let what = match error {
            TreeError::Missing { .. } => Wrong::Missing,
            TreeError::Read { source, .. } => Wrong::Unreadable(source.kind()),
            _ => Wrong::Malformed,
        };
        self.findings.push(Finding { what, index: None, path: Some(path) });
    }

    /// Takes the hash of the leaf at `index`, and checks every hash tile that it completes.
    fn push(&mut self, index: u64, hash: Option<Digest>) {
        let mut hash = hash;
        for level in 0..LEVELS {
            self.edge[usize::from(level)].push(hash);
            if self.edge[usize::from(level)].len() < usize::from(WIDTH) {
                return;
            }
            let hashes = self.compare(level, index >> (8 * level) >> 8);
            hash = whole(&hashes).map(|hashes| tree::subtree_root(&hashes));
        }
    }

    /// Takes the hashes since the last full tile of `level`, compares them with the tile that should hold them, and
    /// fills in from it what the entries did not tell.
    fn compare(&mut self, level: u8, index: u64) -> Vec<Option<Digest>> {
        let mut computed = std::mem::take(&mut self.edge[usize::from(level)]);
        let Some(path) = TilePath::of_tree(level, index, self.size) else {
            return computed;
        };
        let stored = match tree::hashes(self.tiles, path) {
            Ok(stored) => stored,
            Err(error) => {
                self.report(path, &error);
                return computed;
            }
        };
        self.counts.tiles += 1;
        let differs = computed.iter().zip(&stored).position(|(mine, stored)| mine.is_some_and(|mine| mine != *stored));
        if let Some(at) = differs {
            let index = Some(((index << 8) + at as u64) << (8 * level));
            self.findings.push(Finding { what: Wrong::HashDiffers, index, path: Some(path) });
        }
        for (mine, stored) in computed.iter_mut().zip(stored) {
            mine.get_or_insert(stored);
        }
        computed
    }

    /// Checks the partial tiles at the edge, and the root that they give.
    fn finish(&mut self, expected: Digest) {
        let mut edge = tree::Edge::default();
        let mut is_whole = true;
        for level in 0..LEVELS {
            if self.edge[usize::from(level)].is_empty() {
                continue;
            }
            let hashes = whole(&self.compare(level, self.size >> (8 * level) >> 8));
            is_whole &= hashes.is_some();
            edge[usize::from(level)] = hashes.unwrap_or_default();
        }
        if is_whole && tree::edge_root(&edge) != expected {
            self.findings.push(Finding { what: Wrong::RootDiffers, index: None, path: None });
        }
    }
}

fn is_out_of_place(leaf: &Leaf, index: u64, key: &VerifierKey) -> Option<Wrong> {
    if !leaf.may_stand_at(index) {
        return Some(Wrong::Misplaced);
    }
    match leaf {
        Leaf::Genesis { public, .. } if public != key.public() => Some(Wrong::WrongKey),
        _ => None,
    }
}

fn whole(hashes: &[Option<Digest>]) -> Option<Vec<Digest>> {
    hashes.iter().copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::signer::SigningKey;
    use crate::ledger::checkpoint::VerifiedCheckpoint;
    use crate::ledger::tile::encode_entry;
    use crate::ledger::tile::tiles_of;
    use crate::ledger::tree::MemoryTiles;
    use rand_core::OsRng;

    fn key() -> SigningKey {
        SigningKey::generate("subrosa/q5c3f7kz2m".parse().unwrap(), &mut OsRng)
    }

    fn sealed(index: u64) -> Leaf {
        Leaf::Sealed { commitment: Digest::of(&index.to_be_bytes()) }
    }

    fn log(key: &SigningKey, size: u64) -> (MemoryTiles, VerifiedCheckpoint) {
        let genesis = Leaf::Genesis { public: *key.verifier().public(), next: None };
        let leaves: Vec<_> = std::iter::once(genesis).chain((1..size).map(sealed)).collect();
        let mut tiles = MemoryTiles::default();
        let growth = tree::append(&tiles, (0, tree::empty_root()), &leaves).unwrap();
        tiles.apply(&growth);
        (tiles, sign(key, size, growth.root))
    }

    fn sign(key: &SigningKey, size: u64, root: Digest) -> VerifiedCheckpoint {
        VerifiedCheckpoint::sign(Checkpoint { origin: key.origin().clone(), size, root }, key).unwrap()
    }

    fn findings(tiles: &MemoryTiles, head: &VerifiedCheckpoint, key: &SigningKey) -> Vec<Finding> {
        audit(tiles, head.head(), &key.verifier(), |_, _| {}).1
    }

    #[test]
    fn a_whole_log_is_visited_leaf_by_leaf() {
        let key = key();
        for size in [1, 2, 255, 256, 257, 600, 66_000] {
            let (tiles, head) = log(&key, size);
            let mut next = 0;
            let (counts, findings) = audit(&tiles, head.head(), &key.verifier(), |index, leaf| {
                assert!(index == next && (index == 0 || *leaf == sealed(index)));
                next += 1;
            });
            assert_eq!(findings, [], "{size}");
            assert_eq!(next, size);
            assert_eq!(counts, Counts { leaves: size, tiles: tiles_of(size).count() as u64 });
        }
    }

    #[test]
    fn every_changed_byte_is_found_and_named() {
        let key = key();
        let (tiles, head) = log(&key, 300);
        for path in tiles_of(300) {
            for at in (0..tiles.files[&path].len()).step_by(31) {
                let mut changed = tiles.clone();
                changed.files.get_mut(&path).unwrap()[at] ^= 0x40;
                let found = findings(&changed, &head, &key);
                let has = |what| found.iter().any(|finding| finding.what == what);
                // A changed hash tile, or a bundle that cannot be read, says nothing about the leaves: the rest still
                // gives the root, and it is the tile alone that is named.
                if matches!(path, TilePath::Hash { .. }) || has(Wrong::Malformed) {
                    assert_eq!((found.len(), found[0].path), (1, Some(path)), "byte {at}: {found:?}");
                } else {
                    assert!(has(Wrong::HashDiffers) && has(Wrong::RootDiffers), "{path}, byte {at}: {found:?}");
                }
            }
        }
    }

    #[test]
    fn everything_that_is_missing_is_named() {
        let key = key();
        let (tiles, head) = log(&key, 600);
        let mut broken = tiles.clone();
        let gone = [
            TilePath::Entries { index: 1, width: 256 },
            TilePath::Hash { level: 0, index: 0, width: 256 },
            TilePath::Hash { level: 1, index: 0, width: 2 },
        ];
        gone.iter().for_each(|path| drop(broken.files.remove(path)));
        let missing = |path: &TilePath| Finding { what: Wrong::Missing, index: None, path: Some(*path) };
        let mut found = findings(&broken, &head, &key);
        found.sort_unstable_by_key(|finding| finding.path);
        assert_eq!(found, gone.map(|path| missing(&path)), "the rest still gives the root");
        // Entries and their hashes both: the level above still knows their hash.
        let mut broken = tiles.clone();
        let gone = [TilePath::Entries { index: 1, width: 256 }, TilePath::Hash { level: 0, index: 1, width: 256 }];
        gone.iter().for_each(|path| drop(broken.files.remove(path)));
        assert_eq!(findings(&broken, &head, &key), gone.map(|path| missing(&path)));
        broken.files.clear();
        let found = findings(&broken, &head, &key);
        assert_eq!(found.len(), tiles_of(600).count());
        assert!(found.iter().all(|finding| finding.what == Wrong::Missing));
    }

    #[test]
    fn another_root_is_found() {
        let key = key();
        let (tiles, _) = log(&key, 300);
        let found = findings(&tiles, &sign(&key, 300, Digest::of(b"")), &key);
        assert_eq!(found, [Finding { what: Wrong::RootDiffers, index: None, path: None }]);
    }

    /// A log that its own keeper signed although the leaves stand where they may not.
    fn forged(key: &SigningKey, entries: &[Vec<u8>]) -> Vec<Wrong> {
        let hashes: Vec<_> = entries.iter().map(|entry| leaf::hash_of(entry)).collect();
        let width = entries.len() as u16;
        let mut tiles = MemoryTiles::default();
        let mut bundle = Vec::new();
        entries.iter().for_each(|entry| encode_entry(entry, &mut bundle).unwrap());
        tiles.files.insert(TilePath::Entries { index: 0, width }, bundle);
        let path = TilePath::Hash { level: 0, index: 0, width };
        tiles.files.insert(path, crate::ledger::tile::encode_hashes(&hashes));
        let root = tree::root(&tiles, entries.len() as u64).unwrap();
        findings(&tiles, &sign(key, entries.len() as u64, root), key).iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn leaves_stand_where_they_may_and_genesis_names_the_key() {
        let key = key();
        let genesis = Leaf::Genesis { public: *key.verifier().public(), next: None }.to_bytes();
        let stranger = Leaf::Genesis { public: [3; 32], next: None }.to_bytes();
        let predecessor = Leaf::Predecessor { text: Digest::of(b"") }.to_bytes();
        let event = sealed(1).to_bytes();
        let forged =
            |entries: &[&Vec<u8>]| forged(&key, &entries.iter().map(|entry| entry.to_vec()).collect::<Vec<_>>());
        assert_eq!(forged(&[&genesis, &predecessor, &event]), []);
        assert_eq!(forged(&[&stranger, &event]), [Wrong::WrongKey]);
        assert_eq!(forged(&[&event, &event]), [Wrong::Misplaced]);
        assert_eq!(forged(&[&genesis, &genesis]), [Wrong::Misplaced]);
        assert_eq!(forged(&[&genesis, &event, &predecessor]), [Wrong::Misplaced]);
        assert_eq!(forged(&[&genesis, &b"SRL2".to_vec(), &b"SRL1".to_vec()]), [Wrong::NewerLeaf, Wrong::MalformedLeaf]);
    }
}
