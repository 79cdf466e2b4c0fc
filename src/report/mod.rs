//! Reports: what the ledger says, put together for a person. [`accounting::Accounting`] tells a client who received what and
//! which law asks that it is told; [`text`], [`csv`], [`json`] and [`html`] draw it. [`access`], [`refusals`], [`overrides`] and
//! [`outstanding`] are for the practice itself. A report is computed whenever it is asked for: nothing here is kept, and
//! nothing is written to the ledger. Must not know where a report goes, nor how anything is typed.

pub mod access;
pub mod accounting;
pub mod csv;
pub mod flag;
pub mod history;
pub mod html;
pub mod json;
mod others;
pub mod outstanding;
pub mod overrides;
pub mod page;
mod plain;
pub mod refusals;
mod series;
mod style;
mod suspended;
pub mod text;
mod timeline;

use crate::time::Date;
use crate::time::TimeError;
use crate::time::Timestamp;
use crate::time::Zone;
use crate::vault::catalog::CatalogError;
use crate::vault::error::VaultError;

/// Why a report could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The catalogue does not answer.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The vault does not tell who asks.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// A day of the report lies outside the calendar.
    #[error(transparent)]
    Time(#[from] TimeError),
}

/// The days that a report looks at, both included, on the practice's calendar.
#[derive(Clone, Debug)]
pub struct Days {
    /// The first; none for all there are.
    pub since: Option<Date>,
    /// The last, and the day by which everything is judged.
    pub as_of: Date,
    /// Whose calendar it is.
    pub zone: Zone,
}

impl Days {
    /// The first instant that belongs to them.
    pub fn from(&self) -> Result<Timestamp, TimeError> {
        self.since.map_or(Ok(Timestamp::MIN), |day| self.zone.start_of(day))
    }

    /// The last one.
    pub fn until(&self) -> Result<Timestamp, TimeError> {
        self.zone.end_of(self.as_of)
    }
}
