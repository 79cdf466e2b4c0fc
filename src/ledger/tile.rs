//! Tiles (<https://c2sp.org/tlog-tiles>): how a log is cut into files of up to 256 hashes or entries, their paths, and
//! which of them a tree has. Must not know what the hashes are over.

use std::fmt;
use std::str::FromStr;

use crate::digest::Digest;

/// How many hashes or entries a full tile holds.
pub const WIDTH: u16 = 256;

/// How many levels of hash tiles a tree can have: each tile is 8 levels of the tree, and sizes are 64 bits.
pub const LEVELS: u8 = 8;

/// Why a text is no tile's path, or bytes no tile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TileError {
    /// Not a path of this layout in its one spelling.
    #[error("{0:?} is no tile's path")]
    Path(String),
    /// Not exactly as many hashes or entries as the tile's width, or cut short, or with bytes left over.
    #[error("the tile does not hold exactly {width} entries")]
    Contents {
        /// How many there should be.
        width: u16,
    },
}

/// A tile's place under the log's directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TilePath {
    /// Leaves: an entry bundle.
    Entries {
        /// Which bundle, from 0.
        index: u64,
        /// How many entries it holds, 1 to 256.
        width: u16,
    },
    /// Hashes of complete subtrees of 256^level leaves.
    Hash {
        /// 0 to 7.
        level: u8,
        /// Which tile of that level, from 0.
        index: u64,
        /// How many hashes it holds, 1 to 256.
        width: u16,
    },
}

impl TilePath {
    /// How many hashes or entries the tile holds, 1 to 256.
    pub fn width(&self) -> u16 {
        match *self {
            Self::Entries { width, .. } | Self::Hash { width, .. } => width,
        }
    }

    /// Whether the tile holds less than 256.
    pub fn is_partial(&self) -> bool {
        self.width() < WIDTH
    }

    /// The same tile at another width.
    pub fn with_width(self, width: u16) -> Self {
        match self {
            Self::Entries { index, .. } => Self::Entries { index, width },
            Self::Hash { level, index, .. } => Self::Hash { level, index, width },
        }
    }

    /// The directory that holds this tile's partial forms, and can go once the tile is full: `tile/0/067.p`.
    pub fn partial_directory(&self) -> String {
        format!("{}.p", self.with_width(WIDTH))
    }

    /// The same tile as a tree of `size` leaves has it; `None` when it lies beyond that tree.
    pub fn in_tree(&self, size: u64) -> Option<Self> {
        match *self {
            Self::Entries { index, .. } => Self::bundle_of_tree(index, size),
            Self::Hash { level, index, .. } => Self::of_tree(level, index, size),
        }
    }

    /// What this tile holds when the same tile, wider, holds `wider`; `None` when that is too short.
    pub fn beginning_of<'a>(&self, wider: &'a [u8]) -> Option<&'a [u8]> {
        let length = match *self {
            Self::Hash { width, .. } => usize::from(width) * 32,
            Self::Entries { width, .. } => (0..width).try_fold(0, |at, _| {
                let size: [u8; 2] = wider.get(at..at + 2)?.try_into().ok()?;
                Some(at + 2 + usize::from(u16::from_be_bytes(size)))
            })?,
        };
        wider.get(..length)
    }

    /// The hash tile `index` of `level`, as wide as a tree of `size` leaves makes it; `None` when it has no such tile.
    pub fn of_tree(level: u8, index: u64, size: u64) -> Option<Self> {
        Some(Self::Hash { level, index, width: width_in(level, index, size)? })
    }

    /// The entry bundle `index`, as wide as a tree of `size` leaves makes it; `None` when it has no such bundle.
    pub fn bundle_of_tree(index: u64, size: u64) -> Option<Self> {
        Some(Self::Entries { index, width: width_in(0, index, size)? })
    }
}

/// Every tile of a tree of `size` leaves: its entry bundles, then its hash tiles level by level.
pub fn tiles_of(size: u64) -> impl Iterator<Item = TilePath> {
    let count = move |level: u8| (size >> (8 * level)).div_ceil(u64::from(WIDTH));
    let bundles = (0..count(0)).filter_map(move |index| TilePath::bundle_of_tree(index, size));
    let hashes = (0..LEVELS)
        .flat_map(move |level| (0..count(level)).filter_map(move |index| TilePath::of_tree(level, index, size)));
    bundles.chain(hashes)
}

/// The last tile of `level` in the largest tree.
fn last_index(level: u8) -> u64 {
    u64::MAX.checked_shr(8 * (u32::from(level) + 1)).unwrap_or(0)
}

fn width_in(level: u8, index: u64, size: u64) -> Option<u16> {
    let hashes = size.checked_shr(8 * u32::from(level))?;
    let before = index.checked_mul(u64::from(WIDTH))?;
    let width = hashes.saturating_sub(before).min(u64::from(WIDTH));
    u16::try_from(width).ok().filter(|width| *width > 0)
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let index = match *self {
            Self::Entries { index, .. } => {
                f.write_str("tile/entries/")?;
                index
            }
            Self::Hash { level, index, .. } => {
                write!(f, "tile/{level}/")?;
                index
            }
        };
        // Groups of three digits, all but the last behind an x, so that no directory grows beyond a thousand names.
        let mut groups = vec![format!("{:03}", index % 1000)];
        let mut rest = index / 1000;
        while rest > 0 {
            groups.push(format!("x{:03}", rest % 1000));
            rest /= 1000;
        }
        groups.reverse();
        f.write_str(&groups.join("/"))?;
        if self.is_partial() {
            write!(f, ".p/{}", self.width())?;
        }
        Ok(())
    }
}

impl FromStr for TilePath {
    type Err = TileError;

    fn from_str(text: &str) -> Result<Self, TileError> {
        // Reading is generous and the comparison strict: what would not be written so is not read.
        read(text).filter(|path| path.to_string() == text).ok_or_else(|| TileError::Path(text.to_owned()))
    }
}

fn read(text: &str) -> Option<TilePath> {
    let (kind, rest) = text.strip_prefix("tile/")?.split_once('/')?;
    let (number, width) = match rest.split_once(".p/") {
        Some((number, width)) => (number, width.parse().ok()?),
        None => (rest, WIDTH),
    };
    let mut index: u64 = 0;
    for group in number.split('/') {
        let digits: u64 = group.strip_prefix('x').unwrap_or(group).parse().ok()?;
        index = index.checked_mul(1000)?.checked_add(digits)?;
    }
    let level = if kind == "entries" { 0 } else { kind.parse::<u8>().ok()? };
    let is_tile = level < LEVELS && index <= last_index(level) && (1..=WIDTH).contains(&width);
    if !is_tile {
        return None;
    }
    Some(if kind == "entries" { TilePath::Entries { index, width } } else { TilePath::Hash { level, index, width } })
}

/// The bytes of a hash tile.
pub fn encode_hashes(hashes: &[Digest]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

/// Reads a hash tile of exactly `width` hashes.
pub fn decode_hashes(bytes: &[u8], width: u16) -> Result<Vec<Digest>, TileError> {
    let (hashes, rest) = bytes.as_chunks::<32>();
    if !rest.is_empty() || hashes.len() != usize::from(width) {
        return Err(TileError::Contents { width });
    }
    Ok(hashes.iter().copied().map(Digest::from_bytes).collect())
}

/// Adds one entry to the bytes of an entry bundle: its length, 16 bits big-endian, and itself. Refuses an entry of more
/// than 65,535 bytes.
pub fn encode_entry(entry: &[u8], bundle: &mut Vec<u8>) -> Result<(), TileError> {
    let length = u16::try_from(entry.len()).map_err(|_| TileError::Contents { width: 1 })?;
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(entry);
    Ok(())
}

/// Reads an entry bundle of exactly `width` entries.
pub fn decode_entries(bytes: &[u8], width: u16) -> Result<Vec<&[u8]>, TileError> {
    let wrong = TileError::Contents { width };
    let mut entries = Vec::with_capacity(usize::from(width));
    let mut rest = bytes;
    while !rest.is_empty() {
        let split = rest
            .split_first_chunk()
            .and_then(|(length, rest)| rest.split_at_checked(usize::from(u16::from_be_bytes(*length))));
        let Some((entry, after)) = split.filter(|_| entries.len() < usize::from(width)) else {
            return Err(wrong);
        };
        entries.push(entry);
        rest = after;
    }
    if entries.len() != usize::from(width) {
        return Err(wrong);
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_path() -> impl Strategy<Value = TilePath> {
        let widths = || prop_oneof![1..=WIDTH, Just(WIDTH)];
        prop_oneof![
            (0..1u64 << 56, widths()).prop_map(|(index, width)| TilePath::Entries { index, width }),
            (0..LEVELS, any::<u64>(), widths(), 0..64u32).prop_map(|(level, index, width, shift)| {
                TilePath::Hash { level, index: (index >> shift) & last_index(level), width }
            }),
        ]
    }

    #[test]
    fn paths_are_spelled_as_the_specification_says() {
        for (path, text) in [
            (TilePath::Hash { level: 0, index: 1_234_067, width: 256 }, "tile/0/x001/x234/067"),
            (TilePath::Hash { level: 0, index: 67, width: 5 }, "tile/0/067.p/5"),
            (TilePath::Hash { level: 3, index: 1000, width: 1 }, "tile/3/x001/000.p/1"),
            (TilePath::Entries { index: 0, width: 3 }, "tile/entries/000.p/3"),
            (TilePath::Entries { index: (1 << 56) - 1, width: 256 }, "tile/entries/x072/x057/x594/x037/x927/935"),
        ] {
            assert_eq!(path.to_string(), text);
            assert_eq!(text.parse(), Ok(path));
        }
        assert_eq!(TilePath::Hash { level: 0, index: 67, width: 5 }.partial_directory(), "tile/0/067.p");
    }

    #[test]
    fn other_spellings_are_refused() {
        for wrong in [
            "",
            "tile/0",
            "tile/0/",
            "tile/0/67",
            "tile/0/0067",
            "tile/0/x067",
            "tile/0/001/067",
            "tile/0/x000/067",
            "tile/0/x1/067",
            "tile/0/+67",
            "tile/00/067",
            "tile/8/000",
            "tile/7/001",
            "tile/-1/000",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/05",
            "tile/0/000.p/",
            "tile/0/000.p",
            "tile/0/000/",
            "/tile/0/000",
            "tile/0/../000",
            "tile/Entries/000",
            "tile/entries/x072/x057/x594/x037/x927/936",
            "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
        ] {
            assert!(wrong.parse::<TilePath>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_tree_has_these_tiles() {
        let tiles = |size| tiles_of(size).map(|path| path.to_string()).collect::<Vec<_>>();
        assert!(tiles(0).is_empty());
        assert_eq!(tiles(1), ["tile/entries/000.p/1", "tile/0/000.p/1"]);
        assert_eq!(tiles(256), ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]);
        let three = ["tile/entries/000", "tile/entries/001.p/1", "tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1"];
        assert_eq!(tiles(257), three);
        assert_eq!(tiles(65_536).len(), 256 + 256 + 1 + 1);
        assert_eq!(tiles(65_536).last().unwrap(), "tile/2/000.p/1");
        assert_eq!(TilePath::of_tree(7, 0, u64::MAX), Some(TilePath::Hash { level: 7, index: 0, width: 255 }));
        assert_eq!(TilePath::of_tree(8, 0, u64::MAX), None);
    }

    proptest! {
        #[test]
        fn path_and_text_are_inverse(path in any_path()) {
            prop_assert_eq!(path.to_string().parse(), Ok(path));
        }

        #[test]
        fn no_text_panics_and_what_is_read_is_spelled_the_same(text in "(tile/)?([0-9]|entries|.)?/?[x0-9/]{0,12}(\\.p/[0-9]{0,5})?") {
            if let Ok(path) = text.parse::<TilePath>() {
                prop_assert_eq!(path.to_string(), text);
            }
        }

        #[test]
        fn bundle_and_entries_are_inverse(entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..70), 1..20)) {
            let mut bundle = Vec::new();
            for entry in &entries {
                encode_entry(entry, &mut bundle).unwrap();
            }
            let width = entries.len() as u16;
            prop_assert_eq!(decode_entries(&bundle, width).unwrap(), entries);
            prop_assert!(decode_entries(&bundle, width + 1).is_err());
            prop_assert!(decode_entries(&bundle, width - 1).is_err());
            prop_assert!(decode_entries(&bundle[..bundle.len() - 1], width).is_err());
        }

        #[test]
        fn no_bundle_panics(bytes: Vec<u8>, width in 0..=WIDTH) {
            if let Ok(entries) = decode_entries(&bytes, width) {
                let mut again = Vec::new();
                entries.iter().try_for_each(|entry| encode_entry(entry, &mut again)).unwrap();
                prop_assert_eq!(again, bytes.clone());
            }
            if let Ok(hashes) = decode_hashes(&bytes, width) {
                prop_assert_eq!(encode_hashes(&hashes), bytes);
            }
        }
    }
}
