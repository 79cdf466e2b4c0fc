//! What is due: computed from what is in the vault, each time anew; nothing is stored. One list of all classes, each thing
//! with the day or the moment by which it is to be done (domain row 43, report 4.4). Must not know which command does it,
//! nor how it is drawn.

mod papers;
mod work;

use crate::id::ClientId;
use crate::id::DisclosureId;
use crate::id::GroupId;
use crate::id::RecipientId;
use crate::practice::agreement::Agreement;
use crate::practice::concern::Concern;
use crate::practice::consent::Consent;
use crate::practice::consent::Signatory;
use crate::practice::export::Export;
use crate::practice::protocol::Protocol;
use crate::practice::safety::Followup;
use crate::practice::training::Training;
use crate::time::Date;
use crate::time::Span;
use crate::time::TimeError;
use crate::time::Timestamp;
use crate::time::Zone;
use crate::vault::Vault;
use crate::vault::catalog::CatalogError;
use crate::vault::error::VaultError;

/// A paper that ended longer ago than this is due no more, where nothing stands on it: nobody wants it renewed.
const REMEMBERED: &str = "30d";

/// By when something is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// By the end of this day of the practice.
    Day(Date),
    /// By this moment.
    Time(Timestamp),
}

/// What is to be done.
#[derive(Clone, Debug)]
pub enum What {
    /// A consent ends: this, which is left of it, is granted anew by whom it names as its signatories, or let go.
    Consent(Consent),
    /// A draft that is to take over from a consent that ends lacks this; they sign it where signatures are what it lacks.
    Begun(Consent, Vec<&'static str>, Vec<Signatory>),
    /// A recipient's agreement ends.
    Agreement(Agreement),
    /// A recipient's training ends.
    Training(Training),
    /// A version of the protocol is to be read: by a recipient, or by who acts.
    Protocol(u64, Option<RecipientId>),
    /// Something is to be done after a safety disclosure.
    Followup(Followup),
    /// A concern waits for its answer.
    Concern(Concern),
    /// Nobody said that a package arrived.
    Acknowledgement(DisclosureId, RecipientId),
    /// A plain copy still lies on a disk of this machine.
    Export(Export),
    /// A participant is to be talked with alone, on that day or later.
    Talk(GroupId, ClientId, Date),
    /// Nobody talked with a client about the limits of confidentiality.
    Limits(ClientId),
    /// A client may be told, after that day, of what an agency had suspended.
    Suspension(DisclosureId, Option<ClientId>),
    /// No key on paper was ever made.
    PaperKey,
    /// Not everything was sealed anew after an owner was removed.
    Removal,
}

/// Something that is due.
#[derive(Clone, Debug)]
pub struct Item {
    /// What.
    pub what: What,
    /// By when.
    pub by: By,
}

/// From when on things are looked at.
#[derive(Clone, Debug)]
pub struct Moment {
    /// Now.
    pub now: Timestamp,
    /// The practice's zone.
    pub zone: Zone,
    /// The day it is there.
    pub today: Date,
    /// The last day that is looked at.
    pub until: Date,
    /// Papers that ended before this day are forgotten.
    since: Date,
}

/// Why it could not be computed.
#[derive(Debug, thiserror::Error)]
pub enum DueError {
    /// A day lies beyond the calendar.
    #[error(transparent)]
    Time(#[from] TimeError),
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl From<CatalogError> for DueError {
    fn from(error: CatalogError) -> Self {
        Self::Vault(error.into())
    }
}

impl Moment {
    /// As seen at `now`, as far as `within` reaches.
    pub fn new(now: Timestamp, zone: Zone, within: Span) -> Result<Self, TimeError> {
        let today = now.date_in(&zone);
        let remembered: Span = REMEMBERED.parse()?;
        Ok(Self { now, today, until: within.from_date(today, false)?, since: remembered.from_date(today, true)?, zone })
    }

    /// How many days are left by the practice's calendar; fewer than none when it is past, were it an hour of today.
    pub fn days(&self, by: By) -> i64 {
        let days = self.today.until(self.day(by)).map_or(0, |span| i64::from(span.get_days()));
        match by {
            By::Time(time) if time < self.now => days.min(-1),
            _ => days,
        }
    }

    /// How many whole hours ago it was to be done, where that was an hour of today.
    pub fn hours_late(&self, by: By) -> Option<i64> {
        match by {
            By::Time(time) if time < self.now && self.day(by) == self.today => {
                Some((self.now.unix() - time.unix()) / 3600)
            }
            _ => None,
        }
    }

    /// The day by which it is to be done, on the practice's calendar.
    pub fn day(&self, by: By) -> Date {
        match by {
            By::Day(day) => day,
            By::Time(time) => time.date_in(&self.zone),
        }
    }

    fn sees(&self, by: By) -> bool {
        self.day(by) <= self.until
    }
}

/// Everything that is due, the longest due first.
pub fn all(vault: &Vault, moment: &Moment) -> Result<Vec<Item>, DueError> {
    let protocol: Protocol = vault.catalog().protocol()?.protocol;
    let mut items = papers::all(vault, &protocol, moment)?;
    items.extend(work::all(vault, &protocol, moment)?);
    items.retain(|item| moment.sees(item.by));
    Ok(items)
}
