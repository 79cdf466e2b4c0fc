//! What can go wrong with a vault, as facts. What to do about it is said by the command line alone.

use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use crate::id::MachineId;
use crate::keys::signer::Origin;
use crate::ledger::checkpoint::Checkpoint;
use crate::seal::SealError;
use crate::time::Timestamp;
use crate::vault::catalog::CatalogError;

/// What is said of a second end of the history.
pub const NOT_JOINED: &str = "not part of this vault's history yet";

/// Why a vault could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// Nothing of a vault is there.
    #[error("there is no vault at {}", .0.display())]
    NoVault(PathBuf),
    /// Files are there, but no `vault.toml`.
    #[error("{} holds files but no vault.toml: it is no vault, or its vault.toml was taken away", .0.display())]
    NotAVault(PathBuf),
    /// `init` was given a directory with something in it.
    #[error("{} is not empty", .0.display())]
    NotEmpty(PathBuf),
    /// The vault, a leaf or an event is of a format that is not known here.
    #[error("{0} is of a newer format than this program knows")]
    NewerFormat(String),
    /// A file is not what the ledger, its seal or its signature says it is.
    #[error("{file}: {reason}")]
    Altered {
        /// The file, relative to the vault or absolute.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// The journal lacks an entry that the ledger has.
    #[error("{file}: entry {index} is missing")]
    MissingEntry {
        /// The journal file.
        file: String,
        /// The entry.
        index: u64,
    },
    /// The journal has an entry that is not the one which the ledger committed to, or that is no event.
    #[error("{file}: entry {index} {reason}")]
    OpeningDiffers {
        /// The journal file.
        file: String,
        /// The entry.
        index: u64,
        /// What is wrong.
        reason: String,
    },
    /// The vault's recipient or verifier key is not the one seen here before.
    #[error("the vault at {} has other keys than the vault that stood there: it was replaced{}", path.display(), of_head(head.as_deref()))]
    Replaced {
        /// The vault.
        path: PathBuf,
        /// Its head, where it has one by its own key.
        head: Option<Box<Checkpoint>>,
    },
    /// `vault.toml` names another log by now than when it was read: whoever asked opens it anew.
    #[error("another process continued the ledger meanwhile")]
    Continued,
    /// `vault.toml` names a log that the one seen here continues.
    #[error("the vault at {} is of before its ledger was continued: an older vault.toml was put in its place{}", path.display(), of_head(head.as_deref()))]
    OlderHeader {
        /// The vault.
        path: PathBuf,
        /// Its head, where that can be read.
        head: Option<Box<Checkpoint>>,
    },
    /// `vault.toml` names a log that another one continues, all of which is here with its key: the file alone is older.
    #[error("vault.toml is older than what lies beside it: it names the ledger {from}, and {found} {LIES_HERE}")]
    HeaderBehind {
        /// The log that it names.
        from: Origin,
        /// The one that goes on.
        found: Origin,
    },
    /// Links by a known key lead to the log that `vault.toml` names, and not all of that is here.
    #[error("the ledger goes on under a newer key, but {file} is not there yet")]
    UnderWay {
        /// The first file that is missing.
        file: String,
    },
    /// The active log's signing key is not there.
    #[error("{file} is missing, the key that signs the ledger: everything can be read, and nothing added")]
    NoSigningKey {
        /// Its file.
        file: String,
    },
    /// A directory that is to be a copy of the vault holds none of its logs.
    #[error("{} holds no copy of this vault: none of its ledgers is there", path.display())]
    NoCopy {
        /// The directory.
        path: PathBuf,
    },
    /// A copy's ledger was closed, and goes on in one to which no link by a known key leads.
    #[error("the ledger of the copy at {} goes on under another key, and no link by a key that is known here leads to it", path.display())]
    NoLink {
        /// The copy.
        path: PathBuf,
    },
    /// A copy with other keys than the vault that was seen here.
    #[error("the copy at {} has other keys than the vault that was seen here, and no link leads to them", path.display())]
    OtherCopy {
        /// The copy.
        path: PathBuf,
    },
    /// A copy with keys that newer ones followed, as something here shows.
    #[error("the copy at {} is of before the ledger was continued under a newer key, as this computer has seen: what is newer does not come from it", path.display())]
    OlderCopy {
        /// The copy.
        path: PathBuf,
    },
    /// Something of a copy that was to be taken whole is missing or damaged there.
    #[error("the copy at {} is not whole: {reason}", path.display())]
    TornCopy {
        /// The copy.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The vault has a new identity, and nobody here confirmed that yet.
    #[error("the vault at {} {NEW_KEY}: {} size {} root {}", path.display(), head.origin, head.size, crate::vault::root_text(&head.root))]
    Rekeyed {
        /// The vault.
        path: PathBuf,
        /// Its head.
        head: Box<Checkpoint>,
    },
    /// Another log of this vault continues one of its logs too, and is not part of its history.
    #[error("two logs continue {from}: {found} is {NOT_JOINED}")]
    Split {
        /// The log that both continue.
        from: Origin,
        /// The one that is not in the history.
        found: Origin,
    },
    /// A log of this vault, which is not in its history, continues one of its logs from another branch.
    #[error("{found} continues {} from a head of {} entries {EXCLUDED}", closed.origin, closed.size)]
    Excluded {
        /// The head that the link names.
        closed: Box<Checkpoint>,
        /// The log that continues it.
        found: Origin,
        /// Whether this computer writes the ledger: nobody else says which one holds.
        writes: bool,
    },
    /// A log has entries after the head that its successor continues.
    #[error("the log {} has {} entries, but its successor continues it at {}: what is beyond is {NOT_JOINED}", found.origin, found.size, closed.size)]
    Beyond {
        /// What the successor continues.
        closed: Box<Checkpoint>,
        /// The head that was found, in the vault or as this machine's mark.
        found: Box<Checkpoint>,
    },
    /// The log's beginning named the key that its successor has to have, and another or none was given.
    #[error("the next key of {0} was made in advance, when the vault began: only that key may continue it")]
    NextKeyNeeded(Origin),
    /// The vault is older than what this machine has seen.
    #[error("the vault has {} entries, but {} were seen on this computer: an older copy was put in its place", found.size, seen.size)]
    RolledBack {
        /// The mark.
        seen: Box<Checkpoint>,
        /// The vault's checkpoint.
        found: Box<Checkpoint>,
    },
    /// The vault's log and what this machine has seen of it exclude each other.
    #[error("the ledger at size {} is not a continuation of what was seen on this computer at size {}: it was rewritten", found.size, seen.size)]
    Forked {
        /// The mark.
        seen: Box<Checkpoint>,
        /// The vault's checkpoint.
        found: Box<Checkpoint>,
        /// Whether this computer writes the ledger: nobody else says which one holds.
        writes: bool,
    },
    /// A copy of the vault, and what this machine has seen of one of its logs, exclude each other.
    #[error("FORKED: {} has the ledger {} at size {}, which excludes what was seen on this computer at size {}; {kept}", path.display(), found.origin, found.size, seen.size)]
    ForkedCopy {
        /// The copy.
        path: PathBuf,
        /// What was seen here.
        seen: Box<Checkpoint>,
        /// The copy's head.
        found: Box<Checkpoint>,
        /// Where both notes are kept, as words.
        kept: String,
        /// Whether this computer writes the ledger: nobody else says which one holds.
        writes: bool,
    },
    /// Both notes of a fork of this very log are kept on this computer, and nobody said yet which one holds.
    #[error("the ledger's key signed two histories that exclude each other: {} holds both heads", evidence.display())]
    SignedTwice {
        /// Where they are kept.
        evidence: PathBuf,
        /// Whether this computer writes the ledger: nobody else says which one holds.
        writes: bool,
    },
    /// The checkpoint is ahead of the files beside it.
    #[error("the ledger says {} entries, but {file} is not there yet", head.size)]
    Incomplete {
        /// The vault's checkpoint.
        head: Box<Checkpoint>,
        /// What is missing.
        file: String,
    },
    /// The head is not the one that the user said he accepts.
    #[error("the vault's head is {}:{}, not {accepted}", found.size, crate::vault::root_text(&found.root))]
    OtherHead {
        /// What was accepted.
        accepted: String,
        /// The vault's checkpoint.
        found: Box<Checkpoint>,
    },
    /// This machine has no mark for the vault, so nothing may be appended.
    #[error("this computer has not seen this vault before: {} size {} root {}", .0.origin, .0.size, crate::vault::root_text(&.0.root))]
    Unmarked(Box<Checkpoint>),
    /// This machine is not the one that writes the log.
    #[error("this computer reads only: the ledger is written by another one")]
    ReadsOnly {
        /// This machine's id for the log, by which it can be handed over.
        machine: Option<MachineId>,
        /// What this machine had seen when it gave up writing: another one had written with its right to.
        gave_up: Option<Box<Checkpoint>>,
    },
    /// The clock stands more than five minutes behind the last entry.
    #[error("the clock says {clock}, but the last entry is of {last}")]
    ClockBehind {
        /// What the clock says.
        clock: Timestamp,
        /// The last entry's time.
        last: Timestamp,
    },
    /// Another process holds the vault.
    #[error("another process uses the vault, and it did not finish within {} s", .0.as_secs())]
    Busy(Duration),
    /// No key that was given opens the vault.
    #[error("{0}")]
    CannotUnlock(String),
    /// An entry of which not all that was named can be erased.
    #[error("entry {index} of {origin}: {reason}")]
    NotErasable {
        /// The log.
        origin: String,
        /// The entry.
        index: u64,
        /// Why not, without any value.
        reason: String,
    },
    /// The operating system refused.
    #[error("{}: {error}", path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// What it said.
        error: io::Error,
    },
    /// The catalogue failed for another reason than damage.
    #[error("the catalogue: {0}")]
    Catalog(#[from] CatalogError),
}

/// How it is said that a vault is sealed to another key than before.
pub const NEW_KEY: &str = "has a new key of its own, since an owner was removed";

/// How it is said that a log lies here which continues another branch.
pub const EXCLUDED: &str = "that excludes what is here: that ledger's key signed two histories";

/// How the head is named of a vault that is older than what was seen.
pub const WITH_HEAD: &str = "with the head ";

/// How it is said that the log which continues the one that `vault.toml` names lies beside it.
pub const LIES_HERE: &str = "goes on from it, all of which is here";

/// No, where files are missing or are not what they should be.
pub fn no_if_absent(result: Result<bool, VaultError>) -> Result<bool, VaultError> {
    match result {
        Err(error) if error.is_of_files() => Ok(false),
        other => other,
    }
}

impl VaultError {
    /// A failure of the operating system at `path`.
    pub fn io(path: impl AsRef<Path>, error: io::Error) -> Self {
        Self::Io { path: path.as_ref().to_owned(), error }
    }

    /// `file` is not what it should be.
    pub fn altered(file: impl Into<String>, reason: impl ToString) -> Self {
        Self::Altered { file: file.into(), reason: reason.to_string() }
    }

    /// An entry of the journal is not the one in the ledger.
    pub fn opening_differs(file: impl Into<String>, index: u64, reason: impl ToString) -> Self {
        Self::OpeningDiffers { file: file.into(), index, reason: reason.to_string() }
    }

    /// Whether files of the ledger are missing or are not what they should be: what a recovery may go around. A copy
    /// under way looks like that too.
    pub fn is_of_files(&self) -> bool {
        matches!(
            self,
            Self::Incomplete { .. } | Self::MissingEntry { .. } | Self::Altered { .. } | Self::OpeningDiffers { .. }
        )
    }

    /// A sealed file could not be opened: a failure of the disk stays one, everything else means it was altered.
    pub fn unsealed(file: impl Into<String>, error: SealError) -> Self {
        let file = file.into();
        match error {
            SealError::Io(error) => Self::Io { path: file.into(), error },
            other => Self::Altered { file, reason: other.to_string() },
        }
    }
}

fn of_head(head: Option<&Checkpoint>) -> String {
    head.map(|head| format!(", {WITH_HEAD}{}:{}", head.size, crate::vault::root_text(&head.root))).unwrap_or_default()
}
