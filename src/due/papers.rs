//! Papers that end: consents, agreements, trainings, statements of agencies; and the protocol, where it asks something new.

use crate::due::By;
use crate::due::DueError;
use crate::due::Item;
use crate::due::Moment;
use crate::due::What;
use crate::policy::consent;
use crate::policy::has_to_read_anew;
use crate::policy::roles;
use crate::practice::agreement::Agreement;
use crate::practice::consent::Consent;
use crate::practice::protocol::Protocol;
use crate::practice::recipient::Recipient;
use crate::practice::training::Training;
use crate::time::Date;
use crate::time::Timestamp;
use crate::vault::Vault;
use crate::vocabulary::AgreementState;
use crate::vocabulary::ClientState;
use crate::vocabulary::ConsentState;

pub(super) fn all(vault: &Vault, protocol: &Protocol, moment: &Moment) -> Result<Vec<Item>, DueError> {
    let mut items = consents(vault, protocol, moment)?;
    let adopted = vault.catalog().protocol()?;
    let asked = By::Day(adopted.material.1.date_in(&moment.zone));
    for recipient in vault.catalog().recipients()? {
        if recipient.suspended.is_some() {
            continue;
        }
        let id = recipient.id();
        let mut trainings = vault.catalog().trainings(Some(id))?;
        trainings.retain(|training| training.done.on <= moment.today);
        let mut agreements = vault.catalog().agreements(Some(id))?;
        agreements.retain(|agreement| agreement.signed.signed_on <= moment.today);
        items.extend(agreement(&recipient, &agreements, moment));
        items.extend(training(&recipient, &trainings, moment));
        let read = vault.catalog().acknowledged(&id.to_string())?;
        if has_to_read_anew(&adopted, recipient.details.role, read, &trainings, moment.today) {
            items.push(Item { what: What::Protocol(adopted.version, Some(id)), by: asked });
        }
    }
    items.extend(suspensions(vault, moment)?);
    let read = vault.catalog().acknowledged(vault.actor()?.as_str())?;
    if adopted.material.1 > Timestamp::MIN && read.unwrap_or_default() < adopted.material.0 {
        items.push(Item { what: What::Protocol(adopted.version, None), by: asked });
    }
    Ok(items)
}

/// Suspensions of the accounting whose end nobody has noted yet.
fn suspensions(vault: &Vault, moment: &Moment) -> Result<Vec<Item>, DueError> {
    let mut items = Vec::new();
    for one in vault.catalog().suspensions(None)? {
        let is_noted = one.noted.is_some_and(|at| at <= moment.now);
        let until = one.stated(moment.now).map(|stated| stated.until).filter(|until| *until >= moment.since);
        if let Some(until) = until.filter(|_| !is_noted) {
            items.push(Item { what: What::Suspension(one.disclosure, one.client), by: By::Day(until) });
        }
    }
    Ok(items)
}

/// Consents that end, and that no other takes over for all that they cover.
fn consents(vault: &Vault, protocol: &Protocol, moment: &Moment) -> Result<Vec<Item>, DueError> {
    let catalog = vault.catalog();
    let mut items = Vec::new();
    let filed = |consent: &Consent| consent.filed <= moment.now;
    for ending in catalog.consents_ending(moment.since, moment.until)?.into_iter().filter(filed) {
        let Some(end) = consent::last_day(&ending.terms, protocol).filter(|end| *end >= moment.since) else {
            continue;
        };
        let Some(client) = catalog.client(ending.terms.client)?.filter(|client| client.state == ClientState::Active)
        else {
            continue;
        };
        let stands = |one: &Consent| {
            let state = consent::state(one, &client, protocol, moment.today);
            matches!(state, ConsentState::Live | ConsentState::Early | ConsentState::Expired)
        };
        let takes_over = |other: &Consent| {
            other.id() != ending.id()
                && consent::last_day(&other.terms, protocol).is_none_or(|last| last > end)
                && ending.terms.recipients.iter().all(|one| other.terms.recipients.contains(one))
                && ending.terms.kinds.iter().all(|one| other.terms.kinds.contains(one))
                && ending.terms.purposes.iter().all(|one| other.terms.purposes.contains(one))
        };
        let goes_on = |other: &Consent| stands(other) && takes_over(other);
        let lacks = |one: &Consent| {
            let lacks = consent::lacks(&one.terms, &client, protocol);
            let is_draft = consent::state(one, &client, protocol, moment.today) == ConsentState::Draft;
            (is_draft && consent::can_be_completed(&one.terms, &lacks)).then_some(lacks)
        };
        let has_end = consent::last_day(&ending.terms, protocol).is_some();
        let others = catalog.consents(Some(client.id()))?;
        let is_anyone_there = is_anyone_there(vault, &ending)?;
        if stands(&ending) && has_end && is_anyone_there && !others.iter().any(goes_on) {
            let begun = others.iter().rev().filter(|other| takes_over(other));
            let begun = begun.filter_map(|other| Some(What::Begun(other.clone(), lacks(other)?))).next();
            items.push(Item { what: begun.unwrap_or(What::Consent(ending)), by: By::Day(end) });
        }
    }
    Ok(items)
}

/// Whether one of those whom it names may still get something.
fn is_anyone_there(vault: &Vault, consent: &Consent) -> Result<bool, DueError> {
    for id in &consent.terms.recipients {
        if vault.catalog().recipient(*id)?.is_some_and(|recipient| recipient.suspended.is_none()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The one agreement that ends last, of each type; of types that the role does not need, not for long after their end.
fn agreement(recipient: &Recipient, agreements: &[Agreement], moment: &Moment) -> Vec<Item> {
    let needed = roles::needs(recipient.details.role).agreements;
    let has_live = |of: &Agreement| {
        let state = |one: &Agreement| one.state(moment.today);
        let same = agreements.iter().filter(|one| one.signed.agreement_type == of.signed.agreement_type);
        same.filter(|one| matches!(state(one), AgreementState::Live | AgreementState::Early)).count() > 0
    };
    let later = |of: &Agreement| {
        agreements.iter().any(|one| {
            one.signed.agreement_type == of.signed.agreement_type
                && one.ended.is_none()
                && (ends(one), one.signed.agreement) > (ends(of), of.signed.agreement)
        })
    };
    let last = agreements.iter().filter(|one| one.ended.is_none() && !later(one));
    last.filter_map(|one| {
        let end = one.signed.ends?;
        let is_needed = needed.contains(&one.signed.agreement_type);
        let is_wanted = end >= moment.since || (is_needed && !has_live(one));
        is_wanted.then(|| Item { what: What::Agreement(one.clone()), by: By::Day(end) })
    })
    .collect()
}

/// Without an end is later than any.
fn ends(agreement: &Agreement) -> Date {
    agreement.signed.ends.unwrap_or(Date::MAX)
}

/// The training that holds longest.
fn training(recipient: &Recipient, trainings: &[Training], moment: &Moment) -> Option<Item> {
    let last = trainings.iter().max_by_key(|training| training.done.valid_until)?;
    let end = last.done.valid_until;
    let is_wanted = end >= moment.since || roles::needs(recipient.details.role).training;
    is_wanted.then(|| Item { what: What::Training(last.clone()), by: By::Day(end) })
}
