//! What `subrosa ledger recover` tells: what was done, what of a copy was left, and what remains. Must not do any of it.

use std::path::Path;

use serde::Serialize;

use crate::cli::answer::Answer;
use crate::cli::answer::Head;
use crate::cli::answer::Look;
use crate::cli::text::bare;
use crate::cli::verdict::Finding;
use crate::practice::log::LogJoined;
use crate::vault::left_out;
use crate::vault::left_out::Why;

/// `docs/command-line.md`, `ledger-recover`: what was done, and what remains.
#[derive(Default, Serialize)]
pub(super) struct Recovered {
    /// Files brought from another copy.
    pub(super) completed: Option<Brought>,
    /// Logs of the copy of which nothing, or not all, was taken.
    pub(super) left_out: Vec<LeftOut>,
    /// How many tiles were made anew from entries that are all at hand.
    pub(super) mended: u64,
    /// The ledger that goes on here.
    pub(super) continued: Option<Continued>,
    /// What was joined to the history.
    pub(super) joined: Vec<Joined>,
    /// How many entries that were signed are missing from the history, and declared in it.
    pub(super) missing: u64,
    /// What is still not as it should be.
    pub(super) findings: Vec<Finding>,
    pub(super) head: Option<Head>,
    #[serde(skip)]
    pub(super) is_writer: bool,
    /// How many recoveries that were stopped left something, which is gone now.
    #[serde(skip)]
    pub(super) tidied: u64,
}

#[derive(Serialize)]
pub(super) struct Brought {
    pub(super) files: u64,
    pub(super) head: Head,
}

#[derive(Serialize)]
pub(super) struct LeftOut {
    pub(super) origin: String,
    /// Why, as a sentence.
    pub(super) reason: String,
    /// What can be done about it.
    pub(super) cure: String,
}

impl LeftOut {
    pub(super) fn of(left_out: left_out::LeftOut, from: &Path) -> Self {
        let copy = crate::cli::names::word(&from.display().to_string());
        let read = format!("read it where it is, and add what you need: subrosa --vault {copy} list");
        let (reason, cure) = match left_out.why {
            Why::Sealed => ("it is sealed to a vault key that is not held here", read),
            Why::KnownToRemoved => ("an owner who was removed knows its key, so it is not joined", read),
            Why::ReadsOnly => (
                "it is not part of the history yet, and this computer does not write the ledger",
                "on the computer that does: subrosa ledger recover --from COPY".to_owned(),
            ),
            Why::Incomplete => (
                "not all of its files are there",
                "should a copy of them be found: subrosa ledger recover --from COPY".to_owned(),
            ),
            Why::Forked => ("it excludes what was seen here of that ledger, which was continued without it", read),
            Why::Unlinked => ("no link by a key of this vault leads to it", read),
        };
        Self { origin: left_out.origin.to_string(), reason: reason.to_owned(), cure }
    }

    pub(super) fn line(&self) -> String {
        format!("{} was left out: {}; {}", bare(&self.origin), self.reason, self.cure)
    }
}

#[derive(Serialize)]
pub(super) struct Continued {
    /// The old log's highest head known.
    pub(super) closed: Head,
    /// What of it was at hand.
    pub(super) have: Head,
    /// The new log's key.
    pub(super) vkey: String,
}

#[derive(Serialize)]
pub(super) struct Joined {
    pub(super) origin: String,
    pub(super) from: u64,
    /// How many entries were at hand, and how many were signed.
    pub(super) have: u64,
    pub(super) size: u64,
}

impl From<LogJoined> for Joined {
    fn from(joined: LogJoined) -> Self {
        Self { origin: joined.origin, from: joined.from, have: joined.have.size, size: joined.size }
    }
}

impl Recovered {
    pub(super) fn is_nothing(&self) -> bool {
        self.completed.is_none()
            && self.mended == 0
            && self.tidied == 0
            && self.continued.is_none()
            && self.joined.is_empty()
    }
}

impl Answer for Recovered {
    fn prose(&self, _: &Look<'_>) -> String {
        let mut text = String::new();
        if let Some(Brought { files, head }) = &self.completed {
            text.push_str(&format!("Brought {}: the ledger has {} entries now.\n", files_of(*files), head.size));
        }
        if self.tidied > 0 {
            text.push_str("Took away what a recovery had left here that was stopped.\n");
        }
        if self.mended > 0 {
            text.push_str(&format!("Made {} of the ledger anew, from its entries.\n", files_of(self.mended)));
        }
        if let Some(made) = &self.continued {
            text.push_str(&format!(
                "This computer writes from now on: a new ledger {} continues {}, of which {} of {} entries were at hand.\n\
                 Whoever has the old contact card needs the new one: subrosa card -o FILE\n",
                bare(&made.vkey),
                bare(&made.closed.origin),
                made.have.size,
                made.closed.size
            ));
        }
        for joined in &self.joined {
            text.push_str(&match joined.have - joined.from {
                0 => format!("Of {}, nothing is at hand yet.\n", bare(&joined.origin)),
                1 => format!("Entry {} of {} was joined to the history.\n", joined.from, bare(&joined.origin)),
                _ => format!(
                    "Entries {} to {} of {} were joined to the history.\n",
                    joined.from,
                    joined.have - 1,
                    bare(&joined.origin)
                ),
            });
        }
        if self.is_nothing() && self.findings.is_empty() && self.left_out.is_empty() {
            text.push_str(match self.is_writer {
                true => "There is nothing to recover: everything is there, and this computer writes the ledger.",
                false => DONE_ALREADY,
            });
            text.push('\n');
        } else if self.is_nothing() {
            text.push_str("Nothing more can be recovered from what is here.\n");
        } else if !self.is_writer {
            text.push_str(&format!("{READS}\n"));
        }
        text.extend(self.left_out.iter().map(|left_out| left_out.line() + "\n"));
        text.extend(self.findings.iter().map(Finding::prose));
        text
    }

    fn bare(&self) -> String {
        let row = |head: &Head| crate::cli::text::row([&*head.origin, &head.size.to_string(), &head.root]);
        self.head.as_ref().map(row).unwrap_or_default()
    }
}

/// Said where the copy that was named is here already.
pub(super) const DONE_ALREADY: &str = "There is nothing to bring: everything is there already. This computer does not write the \
                                       ledger.";

/// Said where a copy was completed by a computer that does not write.
pub(super) const READS: &str = "This computer does not write the ledger. To go on here instead of where it was written: subrosa \
                     ledger recover";

pub(super) fn files_of(count: u64) -> String {
    if count == 1 { "1 file".to_owned() } else { format!("{count} files") }
}
