//! What happens to the logs themselves: one is closed, another continues it, entries that came late are joined to the
//! history, and the right to write is handed to another machine (`docs/format.md`, 4).

use serde::Deserialize;
use serde::Serialize;

use crate::digest::Digest;
use crate::id::MachineId;
use crate::practice::words::Line;

/// A size of a log, and the root at that size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extent {
    /// The root.
    pub root: Digest,
    /// How many entries.
    pub size: u64,
}

/// `log.closed`: the last event of a log whose machine opens a successor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogClosed {
    /// SHA-256 of the `vault.toml` that will name the successor: whoever finishes the change needs no key to know it.
    pub header: Digest,
    /// Why, where somebody said so.
    pub reason: Option<Line>,
    /// The successor's verifier key.
    pub vkey: String,
}

/// `log.continued`: the first sealed event of a successor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogContinued {
    /// What of the older log was at hand: it is folded up to here. Less than `size` is a gap that was declared.
    pub have: Extent,
    /// The machine that writes the successor.
    pub machine: MachineId,
    /// The older log.
    pub origin: String,
    /// Why, where somebody said so.
    pub reason: Option<Line>,
    /// The root of its highest head known.
    pub root: Digest,
    /// The size of its highest head known.
    pub size: u64,
    /// Its verifier key.
    pub vkey: String,
}

/// `log.joined`: entries of another log of this vault that are not in the line of successors, or came late, belong to
/// the history from here on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogJoined {
    /// The first entry that is joined.
    pub from: u64,
    /// What of that log was at hand: it is folded up to here.
    pub have: Extent,
    /// The log.
    pub origin: String,
    /// The root of its highest head known.
    pub root: Digest,
    /// The size of its highest head known.
    pub size: u64,
    /// Its verifier key.
    pub vkey: String,
}

/// `writer.handed`: from here on another machine writes this log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WriterHanded {
    /// That machine's id for this log.
    pub to: MachineId,
}
