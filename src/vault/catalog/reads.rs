//! What questions cost: how much SQLite read to answer them, by its own account (`sqlite3_stmt_status`). Kept so that a
//! decision that grows with the vault is noticed. Must not know what was asked.

use std::ops::Sub;

use rusqlite::Statement;
use rusqlite::StatementStatus;

/// What was read so far by one open catalogue, or between two moments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// Questions asked.
    pub questions: u64,
    /// Rows that came back.
    pub rows: u64,
    /// Rows gone past because no index led to the wanted ones.
    pub passed: u64,
    /// Rows sorted because no index had them in order.
    pub sorts: u64,
    /// Steps of SQLite's machine. Each row that is looked at takes some, whether it comes back or not, so where these do
    /// not grow, neither do the rows.
    pub steps: u64,
}

impl Reads {
    /// Counts one answer of so many rows.
    pub(super) fn and(self, answered: &Statement<'_>, rows: u64) -> Self {
        let count = |status| u64::try_from(answered.get_status(status)).unwrap_or_default();
        Self {
            questions: self.questions + 1,
            rows: self.rows + rows,
            passed: self.passed + count(StatementStatus::FullscanStep),
            sorts: self.sorts + count(StatementStatus::Sort),
            steps: self.steps + count(StatementStatus::VmStep),
        }
    }
}

impl Sub for Reads {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            questions: self.questions - before.questions,
            rows: self.rows - before.rows,
            passed: self.passed - before.passed,
            sorts: self.sorts - before.sorts,
            steps: self.steps - before.steps,
        }
    }
}
