//! The edge of the journal: the lines of the file that the next entry is added to. They are checked against their leaves
//! before anything is signed that stands on them, and only what this very value checked and sealed itself is not checked
//! again. Must not know what an event says.

use zeroize::Zeroizing;

use crate::digest::Digest;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::opening::PER_FILE;
use crate::vault::error::VaultError;
use crate::vault::log::Log;

/// More lines than this are not kept in memory, in bytes.
const KEPT: usize = 1 << 20;

/// The last journal file as it was sealed here, below a head that was committed here.
pub(super) struct Edge {
    head: Checkpoint,
    /// SHA-256 of the sealed file.
    sealed: Digest,
    lines: Zeroizing<Vec<u8>>,
}

impl Edge {
    /// The file whose `lines`, all of them checked or made here, were sealed as `sealed`; `head` is committed with it.
    /// None where the next entry begins a file, or where it is too much to keep.
    pub(super) fn of(head: Checkpoint, sealed: Digest, lines: Zeroizing<Vec<u8>>) -> Option<Self> {
        let is_under_way = !head.size.is_multiple_of(PER_FILE);
        (is_under_way && lines.len() <= KEPT).then_some(Self { head, sealed, lines })
    }

    /// The lines, if `head` still holds and the file still is what was sealed here, byte for byte. Whatever else stands
    /// there is for somebody to open and to check who finds out what is wrong with it. (The leaves beneath are none of
    /// this: the tree does not grow from others than those that the head's root proves.)
    pub(super) fn lines(&self, log: &Log, head: &Checkpoint) -> Result<Option<&[u8]>, VaultError> {
        if self.head != *head {
            return Ok(None);
        }
        let found = log.sealed_journal((head.size - 1) / PER_FILE)?;
        Ok(found.is_some_and(|found| Digest::of(&found) == self.sealed).then_some(&self.lines))
    }
}
