//! Plain copies: what was written out of the vault unsealed, for how long it may lie there, and how it ended (domain row
//! 24). Must not know files.

use serde::Deserialize;
use serde::Serialize;

use crate::digest::Digest;
use crate::id::LogId;
use crate::id::MachineId;
use crate::id::RecordId;
use crate::time::Timestamp;
use crate::vocabulary::CopyEnd;

/// `export.made`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportMade {
    /// Until when it may lie there.
    pub expires: Timestamp,
    /// The machine that wrote it.
    pub machine: MachineId,
    /// Where to: the absolute path, escaped where `path_bytes` is set.
    pub path: String,
    /// The path's bytes in base64, where it is not plain text.
    pub path_bytes: Option<String>,
    /// SHA-256 of the path's bytes.
    pub path_sha256: Digest,
    /// The record; null for a page made of several.
    pub record: Option<RecordId>,
    /// SHA-256 of what was written.
    pub sha256: Digest,
    /// Its size in bytes.
    pub size: u64,
    /// The record's version.
    pub version: Option<u64>,
}

/// `export.ended`: a copy has ended. One at the same place, written before or after, has an end of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportEnded {
    /// How.
    pub how: CopyEnd,
    /// The index of the `export.made` of the copy.
    pub index: u64,
    /// The log it stands in.
    pub origin: String,
}

/// `export.gone`: all copies at that place have ended. It is read, and written no more: who sweeps cannot know of a copy that is
/// being written meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportGone {
    /// How.
    pub how: CopyEnd,
    /// The machine that wrote them.
    pub machine: MachineId,
    /// SHA-256 of the path's bytes.
    pub path_sha256: Digest,
}

/// A plain copy as the events so far leave it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    /// What was written.
    pub made: ExportMade,
    /// When.
    pub at: Timestamp,
    /// Where that stands: the log, and the index there.
    pub entry: (LogId, u64),
}
