//! One log's files: its checkpoint, tiles and entry bundles, and the journal that opens its leaves.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;

use crate::digest::Digest;
use crate::id::LogId;
use crate::keys::keyring::Keyring;
use crate::keys::signer::Origin;
use crate::keys::signer::VerifierKey;
use crate::keys::vault_identity::VaultIdentity;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::checkpoint::VerifiedCheckpoint;
use crate::ledger::journal;
use crate::ledger::journal::Line;
use crate::ledger::leaf::Leaf;
use crate::ledger::leaf::LeafError;
use crate::ledger::note::NOTE_LIMIT;
use crate::ledger::opening;
use crate::ledger::tile::TilePath;
use crate::ledger::tile::WIDTH;
use crate::ledger::tree;
use crate::ledger::tree::Tiles;
use crate::ledger::tree::TreeError;
use crate::seal;
use crate::vault::disk::Disk;
use crate::vault::erasing::check_kept;
use crate::vault::error::VaultError;
use crate::vault::places;
use crate::vault::staging::Staging;

/// A tile is at most 8 KiB, an entry bundle 256 short leaves.
const TILE_LIMIT: u64 = 1 << 20;
/// 256 openings of at most 1 MiB, sealed.
const JOURNAL_LIMIT: u64 = 300 << 20;

/// What is wrong with an opening that does not fit its leaf.
const OTHER: &str = "is not the one in the ledger";

/// A log in the vault's directory.
#[derive(Clone, Debug)]
pub struct Log {
    pub(super) disk: Disk,
    /// Its id.
    pub id: LogId,
    /// Its origin line.
    pub origin: Origin,
}

impl Tiles for Log {
    fn read(&self, path: &TilePath) -> io::Result<Option<Vec<u8>>> {
        match self.disk.read(&places::ledger_file(self.id, &path.to_string()), TILE_LIMIT) {
            Ok(bytes) => Ok(bytes),
            Err(VaultError::Io { error, .. }) => Err(error),
            Err(VaultError::Altered { reason, .. }) => Err(io::Error::new(io::ErrorKind::InvalidData, reason)),
            Err(other) => Err(io::Error::new(io::ErrorKind::InvalidData, other.to_string())),
        }
    }
}

impl Log {
    /// The log `id` in `disk`.
    pub fn new(disk: Disk, id: LogId) -> Self {
        Self { disk, id, origin: Origin::of(id) }
    }

    /// The published head.
    pub fn checkpoint(&self, verifier: &VerifierKey) -> Result<VerifiedCheckpoint, VaultError> {
        let file = places::checkpoint(self.id);
        let bytes =
            self.disk.read(&file, NOTE_LIMIT as u64)?.ok_or_else(|| VaultError::altered(&file, "it is missing"))?;
        VerifiedCheckpoint::open(&bytes, verifier).map_err(|error| VaultError::altered(file, error))
    }

    /// Whether the tiles, at `head`'s size, give `head`'s root.
    pub fn has_root(&self, head: &Checkpoint) -> Result<bool, VaultError> {
        Ok(tree::root(self, head.size).map_err(|error| self.error(error, head))? == head.root)
    }

    /// Whether the log of `head` continues that of `earlier`, by a consistency proof (RFC 6962, section 2.1.2) from the
    /// tiles of `head` alone: the narrower tiles that an earlier head left beside them say nothing about it.
    pub fn continues(&self, earlier: &Checkpoint, head: &Checkpoint) -> Result<bool, VaultError> {
        if earlier.origin != head.origin || earlier.size > head.size || earlier.size == 0 {
            return Ok(false);
        }
        if earlier.size == head.size {
            return Ok(earlier.root == head.root);
        }
        let proof = tree::consistency_proof(self, earlier.size, head.size).map_err(|error| self.error(error, head))?;
        Ok(tree::verify_consistency((earlier.size, &earlier.root), (head.size, &head.root), &proof))
    }

    /// Leaf 0 has to hold the verifier's public key: else the log was begun by another key.
    pub fn check_genesis(&self, verifier: &VerifierKey, head: &Checkpoint) -> Result<(), VaultError> {
        // Not proven by the root: whether a damaged tile stands in the way is for those to say who read further.
        match tree::leaf(self, 0, head.size) {
            Ok(Leaf::Genesis { public, .. }) if public == *verifier.public() => Ok(()),
            Ok(_) => Err(self.entry_altered(0, head)),
            // Of a newer format it is only if the root says so too.
            Err(TreeError::Leaf { .. }) => self.leaves(0..1, head).map(drop),
            Err(error) => Err(self.error(error, head)),
        }
    }

    /// The leaves of `range` in the log of `head`, proven by its root: journal files are sealed to a public key, so
    /// anyone can write one, and only what the signed root holds makes its lines true.
    pub fn leaves(&self, range: Range<u64>, head: &Checkpoint) -> Result<Vec<Leaf>, VaultError> {
        tree::proven_leaves(self, range, (head.size, head.root)).map_err(|error| self.error(error, head))
    }

    /// The openings of journal file `number` below `head`'s size: exactly one matching one for every sealed leaf. Whether
    /// what some of them lack is declared erased is told by the whole history.
    pub fn openings(&self, number: u64, head: &Checkpoint, keyring: &Keyring) -> Result<Vec<Line>, VaultError> {
        self.openings_of(self, number, head, keyring)
    }

    /// The same, where the tiles are those of `proven`, another copy of this log.
    pub fn openings_of(
        &self,
        proven: &Self,
        number: u64,
        head: &Checkpoint,
        keyring: &Keyring,
    ) -> Result<Vec<Line>, VaultError> {
        let first = number * opening::PER_FILE;
        let committed = first..(first + opening::PER_FILE).min(head.size);
        let openings = self.journal(number, head, keyring)?;
        let leaves = proven.leaves(committed.clone(), head)?;
        self.check_openings(&places::journal(self.id, number), &openings, committed, &leaves)?;
        Ok(openings)
    }

    /// The directory it is in.
    pub fn disk(&self) -> &Disk {
        &self.disk
    }

    /// The openings of journal file `number` below `head`'s size, as they stand there: their leaves are not looked at.
    pub fn journal(&self, number: u64, head: &Checkpoint, keyring: &Keyring) -> Result<Vec<Line>, VaultError> {
        let file = places::journal(self.id, number);
        let first = number * opening::PER_FILE;
        let range = first..first + opening::PER_FILE;
        let mut openings = match self.sealed_journal(number)? {
            Some(sealed) => {
                let plain = seal::open_bytes(&sealed[..], keyring, None, JOURNAL_LIMIT as usize)
                    .map_err(|error| VaultError::unsealed(&file, error))?;
                journal::parse_journal(&plain, range).map_err(|error| VaultError::altered(&file, error))?
            }
            None => Vec::new(),
        };
        // What lies beyond the committed edge was never published: an append that did not come to its end.
        openings.retain(|line| line.index() < head.size);
        Ok(openings)
    }

    /// The bytes of journal file `number`, as they stand there.
    pub(super) fn sealed_journal(&self, number: u64) -> Result<Option<Vec<u8>>, VaultError> {
        self.disk.read(&places::journal(self.id, number), JOURNAL_LIMIT)
    }

    /// The opening of the entry at `index` below `head`'s size: `None` where it is not in the journal.
    pub fn opening(&self, index: u64, head: &Checkpoint, keyring: &Keyring) -> Result<Option<Line>, VaultError> {
        let number = index / opening::PER_FILE;
        let mut openings = self.journal(number, head, keyring)?;
        let Some(at) = openings.iter().position(|line| line.index() == index) else {
            return Ok(None);
        };
        let opening = openings.swap_remove(at);
        let leaves = self.leaves(index..index + 1, head)?;
        if !leaves.iter().all(|leaf| opening.matches(&self.origin, leaf)) {
            let file = places::journal(self.id, number);
            return Err(VaultError::opening_differs(file, index, OTHER));
        }
        check_kept(self.id, &opening)?;
        Ok(Some(opening))
    }

    fn check_openings(
        &self,
        file: &str,
        openings: &[Line],
        range: Range<u64>,
        leaves: &[Leaf],
    ) -> Result<(), VaultError> {
        let first = range.start;
        let by_index: BTreeMap<u64, &Line> = openings.iter().map(|line| (line.index(), line)).collect();
        for (index, leaf) in (first..).zip(leaves) {
            let is_sealed = matches!(leaf, Leaf::Sealed { .. });
            match by_index.get(&index) {
                None if is_sealed => return Err(VaultError::MissingEntry { file: file.to_owned(), index }),
                Some(opening) if !opening.matches(&self.origin, leaf) => {
                    return Err(VaultError::opening_differs(file, index, OTHER));
                }
                Some(opening) => check_kept(self.id, opening)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// Writes journal file `number`. Returns SHA-256 of the sealed file.
    pub fn write_journal(
        &self,
        staging: &mut Staging,
        number: u64,
        lines: &[u8],
        identity: &VaultIdentity,
    ) -> Result<Digest, VaultError> {
        let file = places::journal(self.id, number);
        let (sealed, _) =
            seal::seal_bytes(&[&identity.seals_to()], lines).map_err(|error| VaultError::unsealed(&file, error))?;
        staging.write(&file, &sealed)?;
        Ok(Digest::of(&sealed))
    }

    /// Partial tiles beside `path`, wider than `from` and narrower than it, that are not the beginning of its `bytes`: a
    /// change that never was left them beyond the head of then. Relative to the vault.
    pub fn leftovers(&self, path: &TilePath, from: u16, bytes: &[u8]) -> Result<Vec<String>, VaultError> {
        let names = self.disk.names(&places::ledger_file(self.id, &path.partial_directory()))?;
        let widths = names.iter().filter_map(|name| name.parse::<u16>().ok());
        let narrower =
            widths.filter(|width| (from + 1..path.width()).contains(width)).map(|width| path.with_width(width));
        let is_other = |narrower: &TilePath| match self.read(narrower) {
            Ok(found) => found.is_some_and(|found| narrower.beginning_of(bytes) != Some(&found[..])),
            // A link or a pipe is for a check to tell.
            Err(_) => false,
        };
        Ok(narrower.filter(is_other).map(|path| self.file_of(&path)).collect())
    }

    /// The path of a tile, relative to the vault.
    pub fn file_of(&self, path: &TilePath) -> String {
        places::ledger_file(self.id, &path.to_string())
    }

    /// What a failing tree means for a vault whose checkpoint is `head`.
    pub fn error(&self, error: TreeError, head: &Checkpoint) -> VaultError {
        match error {
            TreeError::Missing { path } => {
                VaultError::Incomplete { head: Box::new(head.clone()), file: self.file_of(&path) }
            }
            TreeError::Leaf { source: LeafError::Newer, index } => VaultError::NewerFormat(format!("entry {index}")),
            TreeError::Read { path, source } if source.kind() == io::ErrorKind::InvalidData => {
                VaultError::altered(self.file_of(&path), source)
            }
            TreeError::Read { path, source } => VaultError::io(self.disk.path(&self.file_of(&path)), source),
            TreeError::Malformed { path } | TreeError::TileMismatch { path } => {
                VaultError::altered(self.file_of(&path), "it is not what the signed root says")
            }
            TreeError::EntryMismatch { index } | TreeError::Leaf { index, .. } => self.entry_altered(index, head),
            other => VaultError::altered(self.file_of_tiles(), other),
        }
    }

    fn file_of_tiles(&self) -> String {
        places::ledger_file(self.id, "tile")
    }

    fn entry_altered(&self, index: u64, head: &Checkpoint) -> VaultError {
        let bundle = TilePath::bundle_of_tree(index / u64::from(WIDTH), head.size);
        let file = bundle.map_or_else(|| self.file_of_tiles(), |path| self.file_of(&path));
        VaultError::altered(file, format!("entry {index} is not what the signed root says"))
    }
}
