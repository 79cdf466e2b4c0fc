//! Consents: granting and completing them, taking them back, marking false ones, and the copy that the client gets. What
//! may change is judged under the locks. Must not know how any of it is typed, or drawn on a terminal.

mod judged;
pub mod page;
mod receipt;
pub mod statements;
pub mod terms;

use rand_core::CryptoRng;
use rand_core::RngCore;

use crate::filing;
use crate::filing::FilingError;
use crate::filing::Incoming;
use crate::id::ClientId;
use crate::id::ConsentId;
use crate::id::RecipientId;
use crate::id::RecordId;
use crate::practice::consent::Consent;
use crate::practice::consent::ConsentMarkedFalse;
use crate::practice::consent::ConsentReceiptGiven;
use crate::practice::consent::ConsentRevoked;
use crate::practice::consent::ConsentTerms;
use crate::practice::event::Body;
use crate::practice::words::Alias;
use crate::practice::words::Prose;
use crate::time::Date;
use crate::vault::Vault;
use crate::vault::catalog::CatalogError;
use crate::vault::desk::Desk;
use crate::vault::error::VaultError;
use crate::vault::transaction::Committed;
use crate::vault::transaction::Draft;
use crate::vocabulary::ClientState;
use crate::vocabulary::ConsentState;

use terms::TermsError;
use terms::Uncompleted;

pub use judged::Judged;

/// Why a consent could not be granted or changed.
#[derive(Debug, thiserror::Error)]
pub enum ConsentingError {
    /// There is no such client.
    #[error("there is no client {0}")]
    NoClient(ClientId),
    /// The client's file is closed.
    #[error("the client {0} is closed: no consent is filed any more")]
    Closed(Alias),
    /// There is no such recipient.
    #[error("there is no recipient {0}")]
    NoRecipient(RecipientId),
    /// There is no such consent.
    #[error("there is no consent {0}")]
    NoConsent(ConsentId),
    /// What was agreed to is not changed.
    #[error("{consent} is {state}, no draft: what it says is not changed any more")]
    NoDraft {
        /// The consent.
        consent: ConsentId,
        /// Where it stands.
        state: ConsentState,
    },
    /// Nor is what a draft says.
    #[error("{consent} says its {} already, and what it says is not changed", flags.join(", "))]
    Stated {
        /// The consent.
        consent: ConsentId,
        /// The flags of what it says.
        flags: Vec<&'static str>,
    },
    /// Nor does what is signed say more afterwards.
    #[error("{consent} is signed as it stands, and says no more than what was signed: no {}", flags.join(", "))]
    Signed {
        /// The consent.
        consent: ConsentId,
        /// The flags of what it would say.
        flags: Vec<&'static str>,
    },
    /// What is to be taken back was never given.
    #[error("{consent} does not name {scope}")]
    NotNamed {
        /// The consent.
        consent: ConsentId,
        /// What it does not name.
        scope: String,
    },
    /// It was marked before.
    #[error("{0} is marked as false already")]
    MarkedAlready(ConsentId),
    /// There is nothing to give a copy of.
    #[error("{0} is not signed yet, so there is nothing to give a copy of")]
    NotSigned(ConsentId),
    /// Its elements do not go together.
    #[error(transparent)]
    Terms(#[from] TermsError),
    /// The form could not be filed.
    #[error(transparent)]
    Filing(#[from] FilingError),
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl From<CatalogError> for ConsentingError {
    fn from(error: CatalogError) -> Self {
        Self::Vault(error.into())
    }
}

/// Files a consent, with its signed form where there is one.
pub fn grant<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    terms: ConsentTerms,
    form: Option<Incoming<'_>>,
) -> Result<Committed, ConsentingError> {
    let clock = desk.clock;
    // Before the form is sealed: what cannot be granted costs nothing.
    granted(desk.vault, terms.clone(), clock().date_in(&zone(desk.vault)?))?;
    file(desk, form, |vault, form| {
        let today = clock().date_in(&zone(vault)?);
        let terms = granted(vault, ConsentTerms { form: form.or(terms.form), ..terms }, today)?;
        Ok(Body::ConsentGranted(terms))
    })
}

/// Adds to a draft what it does not say yet; `said` is a consent that says that alone.
pub fn complete<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    said: ConsentTerms,
    form: Option<Incoming<'_>>,
) -> Result<Committed, ConsentingError> {
    let clock = desk.clock;
    let decided = |vault: &Vault, said: ConsentTerms, has_form: bool| {
        let today = clock().date_in(&zone(vault)?);
        let draft = Judged::find(vault, said.consent, today)?;
        let id = draft.consent.id();
        if draft.state != ConsentState::Draft {
            return Err(ConsentingError::NoDraft { consent: id, state: draft.state });
        }
        if has_form && draft.consent.terms.form.is_some() {
            return Err(ConsentingError::Stated { consent: id, flags: vec!["form"] });
        }
        let protocol = vault.catalog().protocol()?.protocol;
        let terms = terms::completed(&draft.consent.terms, said, &draft.client, &protocol);
        let terms = terms.map_err(|why| match why {
            Uncompleted::Stated(flags) => ConsentingError::Stated { consent: id, flags },
            Uncompleted::Signed(flags) => ConsentingError::Signed { consent: id, flags },
        });
        granted(vault, terms?, today)
    };
    decided(desk.vault, said.clone(), form.is_some())?;
    file(desk, form, |vault, form| {
        let has_form = form.is_some();
        Ok(Body::ConsentCompleted(decided(vault, ConsentTerms { form, ..said }, has_form)?))
    })
}

/// Takes a consent back, or a part of it, at once. Nothing is appended where that was said before in the same way.
pub fn revoke<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    revoked: ConsentRevoked,
) -> Result<Committed, ConsentingError> {
    let clock = desk.clock;
    desk.append(|vault| {
        let today = clock().date_in(&zone(vault)?);
        if revoked.on > today {
            return Err(TermsError::Future { flag: "on", day: revoked.on }.into());
        }
        let consent = vault.catalog().consent(revoked.consent)?.ok_or(ConsentingError::NoConsent(revoked.consent))?;
        if let Some(signed) = consent.terms.signed_on.filter(|signed| revoked.on < *signed) {
            return Err(TermsError::Unsigned { flag: "on", day: revoked.on, signed }.into());
        }
        if let Some(scope) = unnamed(vault, &consent.terms, &revoked)? {
            return Err(ConsentingError::NotNamed { consent: revoked.consent, scope });
        }
        let is_new = taken_back(&consent, &revoked).is_none_or(|before| {
            // An oral one that comes in writing is said again.
            revoked.how.is_some() && revoked.how != before.how
        });
        Ok(is_new.then_some(Draft::from(Body::ConsentRevoked(revoked))).into_iter().collect())
    })
}

/// The last time that all of this was taken back before.
pub fn taken_back<'c>(consent: &'c Consent, revoked: &ConsentRevoked) -> Option<&'c ConsentRevoked> {
    fn covers<T: PartialEq>(before: &[T], now: &[T]) -> bool {
        before.is_empty() || (!now.is_empty() && now.iter().all(|item| before.contains(item)))
    }
    consent.revoked.iter().rev().find(|before| {
        covers(&before.recipients, &revoked.recipients)
            && covers(&before.kinds, &revoked.kinds)
            && covers(&before.purposes, &revoked.purposes)
    })
}

/// What is taken back and was never given: it would be a promise that changes nothing.
fn unnamed(vault: &Vault, terms: &ConsentTerms, revoked: &ConsentRevoked) -> Result<Option<String>, ConsentingError> {
    if let Some(id) = revoked.recipients.iter().find(|id| !terms.recipients.contains(id)) {
        let recipient = vault.catalog().recipient(*id)?;
        return Ok(Some(recipient.map_or_else(|| id.to_string(), |recipient| recipient.details.alias.to_string())));
    }
    let kind = revoked.kinds.iter().find(|kind| !terms.kinds.contains(kind)).map(ToString::to_string);
    let purpose = revoked.purposes.iter().find(|purpose| !terms.purposes.contains(purpose));
    Ok(kind.or(purpose.map(ToString::to_string)))
}

/// Records that a consent is known to be false.
pub fn mark_false<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    id: ConsentId,
    reason: Prose,
) -> Result<Committed, ConsentingError> {
    desk.append(|vault| {
        let consent = vault.catalog().consent(id)?.ok_or(ConsentingError::NoConsent(id))?;
        if consent.false_because.is_some() {
            return Err(ConsentingError::MarkedAlready(id));
        }
        Ok(vec![Draft::from(Body::ConsentMarkedFalse(ConsentMarkedFalse { consent: id, reason }))])
    })
}

/// Records that the client was given a copy: the digest of its bytes as they were written.
pub fn give_receipt<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    given: ConsentReceiptGiven,
) -> Result<Committed, ConsentingError> {
    desk.append(|vault| {
        vault.catalog().consent(given.consent)?.ok_or(ConsentingError::NoConsent(given.consent))?;
        Ok(vec![Draft::from(Body::ConsentReceiptGiven(given))])
    })
}

/// The terms as they may be filed now.
fn granted(vault: &Vault, terms: ConsentTerms, today: Date) -> Result<ConsentTerms, ConsentingError> {
    let client = client(vault, terms.client)?;
    if client.state == ClientState::Closed {
        return Err(ConsentingError::Closed(client.details.alias));
    }
    for id in &terms.recipients {
        vault.catalog().recipient(*id)?.ok_or(ConsentingError::NoRecipient(*id))?;
    }
    Ok(terms::settled(terms, &vault.catalog().protocol()?.protocol, today)?)
}

/// Appends what `decide` says, and before it the form, which it is told the record of.
fn file<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    form: Option<Incoming<'_>>,
    decide: impl FnOnce(&Vault, Option<RecordId>) -> Result<Body, ConsentingError>,
) -> Result<Committed, ConsentingError> {
    let mut transaction = desk.vault.begin(usize::from(form.is_some()), &[], desk.rng)?;
    let form = form.map(|form| filing::sealed(&mut transaction, form, &mut |_| {}, desk.rng)).transpose()?;
    transaction.commit(desk.clock, desk.rng, |vault| {
        let body = decide(vault, form.as_ref().map(|form| form.record))?;
        Ok(form.map(Body::RecordAdded).into_iter().chain([body]).map(Draft::from).collect())
    })
}

fn zone(vault: &Vault) -> Result<crate::time::Zone, ConsentingError> {
    Ok(vault.catalog().protocol()?.protocol.zone())
}

fn client(vault: &Vault, id: ClientId) -> Result<crate::practice::client::Client, ConsentingError> {
    vault.catalog().client(id)?.ok_or(ConsentingError::NoClient(id))
}
