//! What of a log is at hand when its files are not all there (`docs/format.md`, 4): the longest beginning whose entries
//! and openings fit each other. Its root is nobody's signature but what these files give; whoever continues the log says
//! so in the successor's first event.

use std::collections::BTreeMap;

use crate::digest::Digest;
use crate::keys::keyring::Keyring;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::journal::Line;
use crate::ledger::leaf::Leaf;
use crate::ledger::opening::PER_FILE;
use crate::ledger::tile;
use crate::ledger::tile::TilePath;
use crate::ledger::tile::WIDTH;
use crate::ledger::tree;
use crate::ledger::tree::Growth;
use crate::ledger::tree::MemoryTiles;
use crate::ledger::tree::Tiles as _;
use crate::practice::event::Body;
use crate::vault::Vault;
use crate::vault::catalog::EntryFilter;
use crate::vault::erasing::Declared;
use crate::vault::erasing::check_kept;
use crate::vault::error::VaultError;
use crate::vault::error::no_if_absent;
use crate::vault::log::Log;
use crate::vault::places;
use crate::vault::standing::Standing;
use crate::vault::step::Held;

/// The beginning of a log.
pub struct AtHand {
    /// Its size, and the root that its leaves give.
    pub have: Checkpoint,
    /// The tiles of a tree of that size.
    pub growth: Growth,
}

impl Log {
    /// The longest beginning of the log whose entries are there and fit their openings. It is held against every head
    /// of it that is known to be `signed`: an opening is sealed to a public key and an entry made of it, so anybody who
    /// can write the files can write others that fit each other.
    ///
    /// A line that lacks what is not declared erased, by its own log up to there or by `declared`, fits nothing.
    pub fn at_hand(&self, keyring: &Keyring, signed: &[Checkpoint], declared: &Declared) -> Result<AtHand, VaultError> {
        let mut leaves: Vec<Leaf> = Vec::new();
        let mut notable: Vec<Line> = Vec::new();
        for number in 0.. {
            let before = leaves.len();
            self.read_file_of(number, keyring, signed, (&mut leaves, &mut notable))?;
            if leaves.len() - before < usize::from(WIDTH) {
                break;
            }
        }
        self.extend_from_journal(keyring, signed, &mut leaves, &mut notable)?;
        // Beyond the highest head nothing was ever published.
        let highest = signed.iter().map(|head| head.size).max().unwrap_or(u64::MAX);
        leaves.truncate(usize::try_from(highest).unwrap_or(usize::MAX));
        leaves.truncate(self.declared_up_to(notable, leaves.len(), declared));
        for head in signed {
            let Some(beginning) = usize::try_from(head.size).ok().and_then(|size| leaves.get(..size)) else {
                continue;
            };
            let grown = tree::append(&MemoryTiles::default(), (0, tree::empty_root()), beginning);
            if !grown.is_ok_and(|grown| grown.root == head.root) {
                let size = head.size;
                let text = format!("the entries that are there are not those that were signed at size {size}");
                return Err(VaultError::altered(places::ledger_file(self.id, "tile"), text));
            }
        }
        if leaves.is_empty() {
            return Err(VaultError::altered(places::checkpoint(self.id), "not even the log's first entry is there"));
        }
        let growth = tree::append(&MemoryTiles::default(), (0, tree::empty_root()), &leaves)
            .map_err(|error| VaultError::altered(places::checkpoint(self.id), error))?;
        let have = Checkpoint { origin: self.origin.clone(), size: growth.size, root: growth.root };
        Ok(AtHand { have, growth })
    }

    /// Adds the leaves of one bundle, up to the first that has no opening which fits it.
    fn read_file_of(
        &self,
        number: u64,
        keyring: &Keyring,
        signed: &[Checkpoint],
        (leaves, notable): (&mut Vec<Leaf>, &mut Vec<Line>),
    ) -> Result<(), VaultError> {
        let first = number * PER_FILE;
        // Those that a signed root proves, where the tiles for that are there.
        let proven = signed
            .iter()
            .filter(|head| head.size > first)
            .filter_map(|head| self.leaves(first..(first + PER_FILE).min(head.size), head).ok());
        let found = match proven.max_by_key(Vec::len) {
            Some(proven) => proven,
            None => self.widest_bundle(number)?,
        };
        let beyond = Checkpoint { origin: self.origin.clone(), size: first + PER_FILE, root: tree::empty_root() };
        let openings = match self.journal(number, &beyond, keyring) {
            Err(VaultError::Altered { .. }) => Vec::new(),
            other => other?,
        };
        let mut openings = openings.into_iter().peekable();
        for (index, leaf) in (first..).zip(found) {
            let line = openings.next_if(|line| line.index() == index);
            let fits = |line: &Line| line.matches(&self.origin, &leaf) && check_kept(self.id, line).is_ok();
            let is_known = match leaf {
                Leaf::Sealed { .. } => line.as_ref().is_some_and(fits),
                _ => leaf.may_stand_at(index),
            };
            if !is_known {
                return Ok(());
            }
            leaves.push(leaf);
            notable.extend(line.filter(is_notable));
        }
        Ok(())
    }

    /// Where the last bundle is gone, the openings of its entries give their leaves: up to a head that is signed, and only
    /// if that is its root, for anybody can seal an opening to the vault.
    fn extend_from_journal(
        &self,
        keyring: &Keyring,
        signed: &[Checkpoint],
        leaves: &mut Vec<Leaf>,
        notable: &mut Vec<Line>,
    ) -> Result<(), VaultError> {
        let size = leaves.len() as u64;
        let number = size / PER_FILE;
        let within = |head: &&Checkpoint| head.size > size && head.size <= (number + 1) * PER_FILE;
        let Some(head) = signed.iter().filter(within).max_by_key(|head| head.size).filter(|_| size > 0) else {
            return Ok(());
        };
        let openings = match self.journal(number, head, keyring) {
            Err(error) if error.is_of_files() => return Ok(()),
            other => other?,
        };
        let lines: Vec<Line> = openings.into_iter().filter(|line| (size..head.size).contains(&line.index())).collect();
        let is_whole = lines.iter().map(Line::index).eq(size..head.size);
        let leaf = |line: &Line| line.shown(|_| true).and_then(|shown| shown.leaf(&self.origin, line.index())).ok();
        let Some(more) = lines.iter().map(leaf).collect::<Option<Vec<_>>>().filter(|_| is_whole) else {
            return Ok(());
        };
        let all = [&leaves[..], &more].concat();
        let grown = tree::append(&MemoryTiles::default(), (0, tree::empty_root()), &all);
        if grown.is_ok_and(|grown| grown.root == head.root)
            && lines.iter().all(|line| check_kept(self.id, line).is_ok())
        {
            *leaves = all;
            notable.extend(lines.into_iter().filter(is_notable));
        }
        Ok(())
    }

    /// The size of the longest beginning, up to `size`, in which nothing is missing from a line but what is declared
    /// erased. What is beyond declares nothing: so a shorter one is looked at anew.
    fn declared_up_to(&self, mut notable: Vec<Line>, mut size: usize, elsewhere: &Declared) -> usize {
        loop {
            notable.retain(|line| usize::try_from(line.index()).is_ok_and(|index| index < size));
            let mut declared = elsewhere.clone();
            notable.iter().for_each(|line| declared.read(self.id, line));
            let wrong = notable.iter().find(|line| declared.check(self.id, line).is_err());
            match wrong.and_then(|line| usize::try_from(line.index()).ok()) {
                Some(index) => size = index,
                None => return size,
            }
        }
    }

    /// The leaves of a bundle, of the widest form that can be read.
    fn widest_bundle(&self, index: u64) -> Result<Vec<Leaf>, VaultError> {
        let full = TilePath::Entries { index, width: WIDTH };
        let names = self.disk.names(&places::ledger_file(self.id, &full.with_width(1).partial_directory()))?;
        let mut widths: Vec<u16> = names.iter().filter_map(|name| name.parse().ok()).collect();
        widths.retain(|width| *width > 0 && *width < WIDTH);
        widths.push(WIDTH);
        widths.sort_unstable();
        for width in widths.into_iter().rev() {
            let path = full.with_width(width);
            let Ok(Some(bytes)) = self.read(&path) else {
                continue;
            };
            if let Ok(entries) = tile::decode_entries(&bytes, width) {
                return Ok(entries.into_iter().map_while(|entry| Leaf::parse(entry).ok()).collect());
            }
        }
        Ok(Vec::new())
    }
}

/// Whether a line lacks something, or declares that others do.
fn is_notable(line: &Line) -> bool {
    !line.hidden().is_empty() || line.kind() == Some("event.erased")
}

impl Vault {
    /// Settles on what is at hand, for a recovery of a vault that does not open otherwise. Nothing is appended to it.
    pub(super) fn settle_at_hand(&mut self) -> Result<(), VaultError> {
        let AtHand { have, .. } = self.log.at_hand(&self.keyring, &self.signed_heads()?, &Declared::default())?;
        let seen = self.folded().unwrap_or_default();
        self.have = Some(have);
        self.standing = Standing::AtHand;
        self.step_in_memory()?;
        // Where no root proves what is at hand, what was read here before does.
        for (index, event) in self.folded()? {
            if seen.get(&index).is_some_and(|seen| *seen != event) {
                let file = places::journal(self.log.id, index / PER_FILE);
                return Err(VaultError::opening_differs(file, index, "is not the one that was read here before"));
            }
        }
        Ok(())
    }

    /// The heads of the active log that are known to be signed: the mark and the published one.
    pub(super) fn signed_heads(&self) -> Result<Vec<Checkpoint>, VaultError> {
        let mark = self.state.mark(&self.header.verifier)?;
        let published = self.log.checkpoint(&self.header.verifier).ok();
        Ok(mark.into_iter().chain(published).map(|head| head.head().clone()).collect())
    }

    /// The digests of the active log's events that the catalogue holds.
    fn folded(&self) -> Result<BTreeMap<u64, Digest>, VaultError> {
        let mut found = BTreeMap::new();
        self.catalog.entries::<VaultError>(&EntryFilter::default(), |entry| {
            // Of an entry of which something was erased, either reading may have more than the other.
            let is_whole = Body::names(&entry.kind).is_none_or(|names| names.len() == entry.fields.len());
            if entry.log == self.log.id && is_whole {
                let text = serde_json::Value::Object(entry.fields).to_string();
                found.insert(entry.index, Digest::of(text.as_bytes()));
            }
            Ok(true)
        })?;
        Ok(found)
    }

    /// Whether every entry of the head that holds is there.
    fn is_at_hand(&self) -> Result<bool, VaultError> {
        let head = self.head.head();
        Ok(no_if_absent(self.log.has_root(head))?
            && self.log.at_hand(&self.keyring, &self.signed_heads()?, &Declared::default())?.have == *head)
    }

    /// As `settle`, but a recovery goes on with what is at hand.
    pub(super) fn settle_somehow(&mut self, held: Held) -> Result<(), VaultError> {
        match self.settle(held) {
            // The catalogue may have read what is no longer there.
            // Of a fork, what is here excludes the mark: which of the two holds is said by whoever names a head.
            Ok(()) if matches!(self.standing, Standing::Forked(_)) => Ok(()),
            Ok(()) if self.options.at_hand && !self.is_at_hand()? => self.settle_at_hand(),
            Err(error) if self.options.at_hand && error.is_of_files() => self.settle_at_hand(),
            other => other,
        }
    }
}
