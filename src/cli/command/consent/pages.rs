//! What the client's own pages are made of. They name people by name, so they are plain content.

use crate::cli::failure::Failure;
use crate::consenting::Judged;
use crate::consenting::page::Matter;
use crate::practice::consent::Signatory;
use crate::practice::owner::VaultCreated;
use crate::practice::protocol::Adopted;
use crate::practice::recipient::Recipient;
use crate::time::Date;
use crate::vault::Vault;

/// All that a page is made of.
pub struct Sources {
    /// The consent.
    pub judged: Judged,
    /// The protocol in force.
    pub adopted: Adopted,
    people: Vec<Recipient>,
    practice: VaultCreated,
    today: Date,
}

impl Sources {
    /// Gathers it.
    pub fn of(vault: &Vault, judged: Judged, today: Date) -> Result<Self, Failure> {
        let catalog = vault.catalog();
        let terms = &judged.consent.terms;
        let signed = terms.signed_by.iter().filter_map(|one| match one {
            Signatory::Client => None,
            Signatory::Representative(id) => Some(*id),
        });
        let standing = judged.client.representatives.iter().map(|one| one.recipient);
        let mut people = Vec::new();
        for id in terms.recipients.iter().copied().chain(signed).chain(standing) {
            people.extend(catalog.recipient(id)?);
        }
        Ok(Self { adopted: catalog.protocol()?, people, practice: catalog.practice()?, today, judged })
    }

    /// The same, borrowed.
    pub fn matter(&self) -> Matter<'_> {
        Matter {
            consent: &self.judged.consent,
            client: &self.judged.client,
            people: &self.people,
            practice: &self.practice,
            protocol: &self.adopted.protocol,
            today: self.today,
        }
    }
}
