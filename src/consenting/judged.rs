//! A consent as it is judged on a day: its state, what it lacks, and what else stands in the way of sharing under it, in
//! words. Must not know how any of it is shown.

use crate::consenting::ConsentingError;
use crate::id::ConsentId;
use crate::policy;
use crate::policy::consent::WayToSign;
use crate::practice::client::Client;
use crate::practice::consent::Consent;
use crate::practice::protocol::Protocol;
use crate::time::Date;
use crate::vault::Vault;
use crate::vault::catalog::Catalog;
use crate::vault::catalog::CatalogError;
use crate::vocabulary::ConsentState;
use crate::vocabulary::MinorRule;
use crate::vocabulary::SignMethod;

use super::terms::class_of;

/// A consent, and what it is judged by.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The consent.
    pub consent: Consent,
    /// Whose it is.
    pub client: Client,
    /// Where it stands today.
    pub state: ConsentState,
    /// What it lacks, by the names of the flags that complete it.
    pub missing: Vec<&'static str>,
    /// How that comes about, where not everyone signed who has to.
    pub way: WayToSign,
    /// Whether everyone signed who has to.
    pub is_signed: bool,
    /// Its last day, where it ends on one.
    pub last_day: Option<Date>,
    /// What it does not do although it looks as if it did, a clause each.
    pub notes: Vec<String>,
}

impl Judged {
    /// Judges a consent as of a day of the practice.
    pub fn of(
        catalog: &Catalog,
        consent: Consent,
        client: Client,
        protocol: &Protocol,
        today: Date,
    ) -> Result<Self, CatalogError> {
        let terms = &consent.terms;
        let mut judged = Self {
            state: policy::consent::state(&consent, &client, protocol, today),
            missing: policy::consent::lacks(terms, &client, protocol),
            is_signed: policy::consent::is_signed(terms, &client, protocol, today),
            way: policy::consent::way_to_sign(terms, &client, protocol, today),
            last_day: policy::consent::last_day(terms, protocol),
            notes: Vec::new(),
            consent,
            client,
        };
        // Nobody is taken back from suspension: for whom it names it is over.
        if judged.holds() && judged.is_for_nobody(catalog)? {
            judged.state = ConsentState::Expired;
            judged.notes.push("everyone it names is suspended".to_owned());
        }
        if judged.holds() && !judged.consent.revoked.is_empty() {
            judged.notes.push("a part of it was taken back".to_owned());
        }
        judged.notes.extend(judged.of_signatures(protocol));
        judged.notes.extend(judged.of_voice(protocol));
        judged.notes.extend(judged.of_classes());
        Ok(judged)
    }

    /// A consent of the vault, as of a day.
    pub fn find(vault: &Vault, id: ConsentId, today: Date) -> Result<Self, ConsentingError> {
        let catalog = vault.catalog();
        let consent = catalog.consent(id)?.ok_or(ConsentingError::NoConsent(id))?;
        let client = super::client(vault, consent.terms.client)?;
        Ok(Self::of(catalog, consent, client, &catalog.protocol()?.protocol, today)?)
    }

    fn holds(&self) -> bool {
        matches!(self.state, ConsentState::Live | ConsentState::Early)
    }

    fn is_for_nobody(&self, catalog: &Catalog) -> Result<bool, CatalogError> {
        for id in &self.consent.terms.recipients {
            if catalog.recipient(*id)?.is_some_and(|recipient| recipient.suspended.is_none()) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Who has yet to sign, or signed for somebody whom he speaks for no more.
    fn of_signatures(&self, protocol: &Protocol) -> Option<String> {
        let terms = &self.consent.terms;
        let signed_on = terms.signed_on.filter(|_| !terms.signed_by.is_empty() && !self.is_signed)?;
        if !self.missing.contains(&"signed-by") {
            let is_over = self.state == ConsentState::Expired && !self.missing.contains(&"age");
            return is_over.then(|| "whoever signed it speaks for the client no more".to_owned());
        }
        let is_adult = self.client.is_adult(signed_on, protocol);
        let who = match (is_adult, self.client.minor_rule(signed_on, protocol)) {
            (Some(true), _) | (Some(false), MinorRule::MinorSigns) => "the client",
            (Some(false), MinorRule::GuardianSigns) => "a parent or guardian on file",
            (Some(false), MinorRule::BothSign) => "the client and a parent or guardian on file, both",
            (None, _) => "the client, and a parent or guardian on file unless the client is of age",
        };
        Some(format!("not everyone signed who has to: {who}"))
    }

    fn of_voice(&self, protocol: &Protocol) -> Option<String> {
        let is_spoken = self.consent.terms.method == Some(SignMethod::Verbal);
        let last = policy::consent::last_day(&self.consent.terms, protocol).filter(|_| is_spoken)?;
        Some(format!("spoken: it holds to {last}, for records labelled N that are not under 42 CFR Part 2"))
    }

    /// Kinds that stand in it and that it never opens: they need a consent for them alone.
    fn of_classes(&self) -> Vec<String> {
        let terms = &self.consent.terms;
        let named = terms.kinds.iter().filter_map(|kind| Some((class_of(*kind)?, kind)));
        let closed = named.filter(|(class, _)| terms.note_class != Some(*class));
        closed
            .map(|(class, kind)| {
                format!(
                    "it never opens a {kind}, which needs a consent for it alone: --kind {kind} --note-class {class}"
                )
            })
            .collect()
    }
}
