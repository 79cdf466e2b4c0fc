//! What a scan is told and what it tells: who may be named, who is, and where. Must not know how it is found.

use std::collections::BTreeSet;

use crate::id::ClientId;
use crate::scan::identifier::IdentifierKind;

/// Hits that one scan returns.
pub const MOST_HITS: usize = 1000;

/// Those whose own identifiers are no hits: the text is about them.
#[derive(Clone, Debug, Default)]
pub struct Allowed(BTreeSet<ClientId>);

impl Allowed {
    /// Nobody may be named.
    pub fn nobody() -> Self {
        Self::default()
    }

    /// Whether this client may be named.
    pub fn contains(&self, client: ClientId) -> bool {
        self.0.contains(&client)
    }
}

impl FromIterator<ClientId> for Allowed {
    fn from_iter<T: IntoIterator<Item = ClientId>>(clients: T) -> Self {
        Self(clients.into_iter().collect())
    }
}

/// A place where somebody is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The line, from 1.
    pub line: u64,
    /// The character in it, from 1.
    pub column: u64,
    /// Where it begins, in bytes of the text.
    pub start: u64,
    /// Its length in bytes.
    pub length: usize,
    /// Which kind of identifier it is.
    pub kind: IdentifierKind,
    /// Who is named; where several are called so, one of them: who was named before, if anybody was.
    pub of: ClientId,
}

impl Hit {
    /// Where it stands in a text held in memory.
    pub fn range(&self) -> std::ops::Range<usize> {
        let start = usize::try_from(self.start).unwrap_or(usize::MAX);
        start..start.saturating_add(self.length)
    }
}

/// What a scan found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scan {
    /// The hits in the order of the text, at most [`MOST_HITS`]; no two overlap.
    pub hits: Vec<Hit>,
    /// There are more.
    pub has_more: bool,
}

/// Why a scan could not end.
#[derive(Debug, thiserror::Error)]
pub enum ScanError<E> {
    /// The text could not be read.
    #[error("the text could not be read: {0}")]
    Read(std::io::Error),
    /// It is no UTF-8 from this byte on.
    #[error("byte {0} is no text in UTF-8")]
    NotText(u64),
    /// The index could not answer.
    #[error("{0}")]
    Index(E),
}
