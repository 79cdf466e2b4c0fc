//! Where tiles are read from: a small trait, and its twin in memory.

use std::collections::BTreeMap;
use std::io;

use crate::ledger::tile::TilePath;
use crate::ledger::tree::Growth;

/// A place that tiles are read from. `None` is a tile that is not there; falling back to a full tile is the tree's
/// work.
pub trait Tiles {
    /// The bytes of exactly this tile.
    fn read(&self, path: &TilePath) -> io::Result<Option<Vec<u8>>>;
}

/// Tiles in memory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemoryTiles {
    /// What is there.
    pub files: BTreeMap<TilePath, Vec<u8>>,
}

impl MemoryTiles {
    /// Does what a vault does with a growth: writes its tiles and removes the partial forms of those that became full.
    pub fn apply(&mut self, growth: &Growth) {
        self.files.extend(growth.writes.iter().cloned());
        self.files.retain(|path, _| !path.is_partial() || !growth.full.contains(&path.with_width(256)));
    }
}

impl Tiles for MemoryTiles {
    fn read(&self, path: &TilePath) -> io::Result<Option<Vec<u8>>> {
        Ok(self.files.get(path).cloned())
    }
}
