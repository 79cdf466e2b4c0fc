//! What was sent under a consent, for those commands that tell of it.

use serde::Serialize;

use crate::cli::answer::Look;
use crate::cli::answer::Who;
use crate::cli::failure::Failure;
use crate::cli::text::bare;
use crate::cli::text::row;
use crate::id::ConsentId;
use crate::practice::consent::ConsentRevoked;
use crate::vault::Vault;
use crate::vault::catalog::DisclosureFilter;
use crate::vault::catalog::IdKind;

/// A disclosure that stands on the consent.
#[derive(Serialize)]
pub struct Sent {
    id: String,
    time: String,
    recipient: Who,
    records: Vec<String>,
    purpose: &'static str,
}

impl Sent {
    /// Everything that was sent under a consent; of what was taken back, that alone.
    pub fn under(vault: &Vault, id: ConsentId, of: Option<&ConsentRevoked>) -> Result<Vec<Self>, Failure> {
        let catalog = vault.catalog();
        let filter = DisclosureFilter { consent: Some(id), ..DisclosureFilter::default() };
        let mut sent = Vec::new();
        catalog.disclosures::<Failure>(&filter, |disclosure| {
            let made = &disclosure.made;
            let mut kinds = Vec::new();
            if of.is_some_and(|of| !of.kinds.is_empty()) {
                for item in &disclosure.records {
                    kinds.extend(catalog.record(item.record)?.map(|record| record.latest.record_kind));
                }
            }
            if of.is_none_or(|of| of.takes_back(made.recipient, &kinds, made.purpose)) {
                sent.push(Self {
                    id: made.disclosure.to_string(),
                    time: disclosure.time.to_string(),
                    recipient: Who::recipient(catalog, made.recipient)?,
                    records: disclosure.records.iter().map(|item| item.record.to_string()).collect(),
                    purpose: made.purpose.as_str(),
                });
            }
            Ok(true)
        })?;
        Ok(sent)
    }

    /// The disclosure.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// A line each, for a pipe.
    pub fn bare(all: &[Self]) -> String {
        all.iter().map(|sent| row([&*sent.id, &sent.time, &sent.recipient.alias, sent.purpose])).collect()
    }

    /// A row each, for a person.
    pub fn prose(all: &[Self], look: &Look<'_>) -> String {
        let cells = |sent: &Self| {
            let id = look.id(IdKind::Disclosure, &sent.id).into_owned();
            let alias = bare(&sent.recipient.alias).into_owned();
            vec!["  ".to_owned() + &id, sent.time.clone(), alias, sent.purpose.to_owned()]
        };
        look.table(&all.iter().map(cells).collect::<Vec<_>>())
    }
}
