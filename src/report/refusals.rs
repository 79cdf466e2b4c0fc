//! What the rules did not let through: who asked, for whom, for what, and why not. Must not know how it is drawn.

use crate::id::ClientId;
use crate::id::RecipientId;
use crate::id::RecordId;
use crate::practice::disclosure::DisclosureRefused;
use crate::practice::event::Body;
use crate::practice::event::Event;
use crate::report::Days;
use crate::report::ReportError;
use crate::time::Timestamp;
use crate::vault::catalog::Catalog;
use crate::vault::catalog::EntryFilter;

/// Something was refused.
#[derive(Clone, Debug)]
pub struct Refused {
    /// When.
    pub time: Timestamp,
    /// Who asked.
    pub actor: String,
    /// The entry.
    pub refused: DisclosureRefused,
    /// What would have been sent, each once.
    pub records: Vec<RecordId>,
}

/// What is wanted: those that meet every condition.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// About this client.
    pub client: Option<ClientId>,
    /// To this recipient.
    pub recipient: Option<RecipientId>,
    /// Asked by this owner.
    pub actor: Option<String>,
    /// On these days.
    pub days: Days,
}

impl Wanted {
    /// The entries of a kind among which they are.
    pub fn filter(&self, kind: &str) -> Result<EntryFilter, ReportError> {
        Ok(EntryFilter {
            client: self.client,
            recipient: self.recipient,
            kind: Some(kind.to_owned()),
            since: self.days.since.map(|_| self.days.from()).transpose()?,
            limit: None,
        })
    }

    /// Whether an entry of this time, by this owner, is wanted.
    pub fn takes(&self, time: Timestamp, actor: &str) -> Result<bool, ReportError> {
        Ok(time <= self.days.until()? && self.actor.as_ref().is_none_or(|wanted| wanted == actor))
    }
}

/// Every refusal, in the order of the log.
pub fn list(catalog: &Catalog, wanted: &Wanted) -> Result<Vec<Refused>, ReportError> {
    let mut found = Vec::new();
    catalog.entries::<ReportError>(&wanted.filter("disclosure.refused")?, |entry| {
        if let Ok(Event { time, actor, body: Body::DisclosureRefused(refused) }) = Event::from_rest(entry.fields)
            && wanted.takes(time, actor.as_str())?
        {
            found.push(Refused { time, actor: actor.to_string(), refused, records: entry.records });
        }
        Ok(true)
    })?;
    Ok(found)
}
