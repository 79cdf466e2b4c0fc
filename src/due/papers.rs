//! Papers that end: consents, agreements, trainings, statements of agencies; and the protocol, where it asks something new.
//! What was renewed today is not due today, however soon it ends again.

use crate::due::By;
use crate::due::DueError;
use crate::due::Item;
use crate::due::Moment;
use crate::due::What;
use crate::policy::consent;
use crate::policy::learnt_before;
use crate::policy::renewal;
use crate::policy::roles;
use crate::practice::agreement::Agreement;
use crate::practice::consent::Consent;
use crate::practice::consent::ConsentTerms;
use crate::practice::protocol::Protocol;
use crate::practice::recipient::Recipient;
use crate::practice::scope::Scope;
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
        // A training that is over is renewed, or is not: what is to be read stays to be read.
        if learnt_before(&adopted, recipient.details.role, read, trainings.iter()) {
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

/// Consents that end, each scope that is left of one and that no other takes over.
fn consents(vault: &Vault, protocol: &Protocol, moment: &Moment) -> Result<Vec<Item>, DueError> {
    let catalog = vault.catalog();
    let mut items = Vec::new();
    let filed = |consent: &Consent| consent.filed <= moment.now;
    for ending in catalog.consents_ending(moment.since, moment.until)?.into_iter().filter(filed) {
        let Some(client) = catalog.client(ending.terms.client)?.filter(|client| client.state == ClientState::Active)
        else {
            continue;
        };
        let last = |one: &Consent| renewal::last_day(&one.terms, &client, protocol);
        let Some(end) = last(&ending).filter(|end| *end >= moment.since && *end <= moment.until) else { continue };
        let stands = |one: &Consent| {
            let state = consent::state(one, &client, protocol, moment.today);
            matches!(state, ConsentState::Live | ConsentState::Early | ConsentState::Expired)
        };
        let others = catalog.consents(Some(client.id()))?;
        let filed = |one: &Consent| others.iter().position(|other| other.id() == one.id());
        let is_renewal =
            |other: &Consent| filed(other) < filed(&ending) && other.left().iter().any(|one| ending.covers(one));
        let is_of_today = ending.first_day() == Some(moment.today);
        if !stands(&ending) || (is_of_today && others.iter().any(is_renewal)) {
            continue;
        }
        for scope in left(vault, &ending, &others)? {
            // Of two that end on one day, the one that was filed later takes over.
            let takes_over = |other: &&Consent| {
                last(other).is_none_or(|last| (last, filed(other)) > (end, filed(&ending))) && other.covers(&scope)
            };
            if others.iter().filter(takes_over).any(stands) {
                continue;
            }
            let begun = others.iter().rev().filter(takes_over).filter(|draft| !is_of_before(draft, &others));
            let begun = begun.filter_map(|draft| {
                let lacks = consent::lacks(&draft.terms, &client, protocol);
                let is_draft = consent::state(draft, &client, protocol, moment.today) == ConsentState::Draft;
                let signs = || renewal::still_to_sign(&draft.terms, &ending.terms, &client, protocol, moment.today);
                let can_be = is_draft && consent::can_be_completed(&draft.terms, &lacks);
                can_be.then(|| What::Begun(draft.clone(), lacks, signs()))
            });
            let anew = || {
                let signed_by = renewal::signatories(&ending.terms, &client, protocol, moment.today);
                let Scope { recipients, kinds, purposes } = scope.clone();
                let terms = ConsentTerms { recipients, kinds, purposes, signed_by, ..ending.terms.clone() };
                What::Consent(Consent { terms, ..ending.clone() })
            };
            let what = { begun }.next().unwrap_or_else(anew);
            items.push(Item { what, by: By::Day(end) });
        }
    }
    Ok(items)
}

/// What is left of a consent, for those who may still get something. What was taken back of another one since this was
/// filed is left of none: whoever said so then meant it.
fn left(vault: &Vault, consent: &Consent, others: &[Consent]) -> Result<Vec<Scope>, DueError> {
    let mut suspended = Vec::new();
    for id in &consent.terms.recipients {
        suspended.extend(vault.catalog().recipient(*id)?.filter(|one| one.suspended.is_some()).map(|one| one.id()));
    }
    let others = others.iter().filter(|other| other.id() != consent.id());
    let mut scopes = consent.without(others.flat_map(|other| other.taken_since(consent.filed))).left();
    scopes.iter_mut().for_each(|scope| scope.recipients.retain(|id| !suspended.contains(id)));
    scopes.retain(|scope| !scope.recipients.is_empty());
    Ok(scopes)
}

/// Whether a draft names what was taken back of another consent since the draft was filed: nobody signs that today because
/// it was begun before.
fn is_of_before(draft: &Consent, others: &[Consent]) -> bool {
    let others = others.iter().filter(|other| other.id() != draft.id());
    others.flat_map(|other| other.taken_since(draft.filed)).any(|taken| draft.names_any(&taken))
}

/// The one agreement that ends last, of each type; of types that the role does not need, not for long after their end.
fn agreement(recipient: &Recipient, agreements: &[Agreement], moment: &Moment) -> Vec<Item> {
    let needed = roles::needs(recipient.details.role).agreements;
    let has_live = |of: &Agreement| {
        let state = |one: &Agreement| one.state(moment.today);
        let same = agreements.iter().filter(|one| one.signed.agreement_type == of.signed.agreement_type);
        same.filter(|one| matches!(state(one), AgreementState::Live | AgreementState::Early)).count() > 0
    };
    // Of two that end on one day, the one that was filed later goes on.
    let all = || agreements.iter().enumerate();
    let same = |one: &Agreement, other: &Agreement| one.signed.agreement_type == other.signed.agreement_type;
    let later = |of: (usize, &Agreement)| {
        let of_type = all().filter(|(_, one)| one.ended.is_none() && same(one, of.1));
        of_type.map(|(n, one)| (ends(one), n)).any(|one| one > (ends(of.1), of.0))
    };
    let last = all().filter(|(n, one)| one.ended.is_none() && !later((*n, one)));
    last.filter_map(|(n, one)| {
        let end = one.signed.ends?;
        let is_needed = needed.contains(&one.signed.agreement_type);
        let is_renewed = one.signed.effective == moment.today && agreements[..n].iter().any(|other| same(one, other));
        let is_wanted = !is_renewed && (end >= moment.since || (is_needed && !has_live(one)));
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
    let is_renewed = last.done.on == moment.today && trainings.len() > 1;
    let is_wanted = !is_renewed && (end >= moment.since || roles::needs(recipient.details.role).training);
    is_wanted.then(|| Item { what: What::Training(last.clone()), by: By::Day(end) })
}
