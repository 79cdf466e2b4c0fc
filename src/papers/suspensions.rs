//! Suspensions of the accounting: what an agency states, filed where the law lets it have a say, for no longer than the law
//! lets it (45 CFR 164.528(a)(2)).

use rand_core::CryptoRng;
use rand_core::RngCore;

use crate::id::DisclosureId;
use crate::papers::PapersError;
use crate::practice::event::Body;
use crate::practice::recipient::Recipient;
use crate::practice::suspension;
use crate::practice::suspension::AccountingEndNoted;
use crate::practice::suspension::AccountingSuspended;
use crate::practice::suspension::Suspension;
use crate::time::Timestamp;
use crate::vault::Vault;
use crate::vault::desk::Desk;
use crate::vault::transaction::Committed;
use crate::vault::transaction::Draft;
use crate::vocabulary::AgencyStatement;
use crate::vocabulary::Basis;
use crate::vocabulary::Role;

/// Whether the accounting of this disclosure can be suspended at all: told before anything is asked.
pub fn may_suspend(vault: &Vault, disclosure: DisclosureId) -> Result<(), PapersError> {
    let catalog = vault.catalog();
    let made = catalog.disclosure(disclosure)?.ok_or(PapersError::NoDisclosure(disclosure))?.made;
    let is_police = |recipient: Recipient| recipient.details.role == Role::Police;
    let is_theirs = matches!(made.basis, Basis::Oversight | Basis::LawEnforcement);
    if is_theirs || catalog.recipient(made.recipient)?.is_some_and(is_police) {
        return Ok(());
    }
    // Who was the police when it was made may have another role by now.
    match catalog.known_of(made.recipient)?.iter().any(|(_, known)| known.role == Role::Police) {
        true => Ok(()),
        false => Err(PapersError::NoAgency(disclosure)),
    }
}

/// Files a statement; it takes the place of those before.
pub fn suspend<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    stated: AccountingSuspended,
) -> Result<Committed, PapersError> {
    let clock = desk.clock;
    desk.append(|vault| {
        judge(vault, &stated, clock())?;
        Ok(vec![Draft::from(Body::AccountingSuspended(stated))])
    })
}

/// Writes down that somebody knows of the end: it is due no more.
pub fn note_end<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    disclosure: DisclosureId,
) -> Result<(Suspension, Committed), PapersError> {
    let mut found = None;
    let committed = desk.append(|vault| {
        let suspension = vault.catalog().suspension(disclosure)?;
        found = Some(suspension.ok_or(PapersError::NotSuspended(disclosure))?);
        Ok::<_, PapersError>(vec![Draft::from(Body::AccountingEndNoted(AccountingEndNoted { disclosure }))])
    })?;
    Ok((found.expect("nothing is appended without it"), committed))
}

fn judge(vault: &Vault, stated: &AccountingSuspended, clock: Timestamp) -> Result<(), PapersError> {
    let disclosure = stated.disclosure;
    may_suspend(vault, disclosure)?;
    let zone = vault.catalog().protocol()?.protocol.zone();
    // The entry's own time: a clock a little behind the log takes the last entry's.
    let today = vault.decides_at(clock)?.date_in(&zone);
    if stated.until < today {
        return Err(PapersError::OverAlready { until: stated.until, today });
    }
    if stated.statement == AgencyStatement::Oral {
        let before = vault.catalog().suspension(disclosure)?;
        let from = before.and_then(|before| before.first_oral(&zone)).unwrap_or(today);
        let last = suspension::last_of_oral(from)?;
        if stated.until > last {
            return Err(PapersError::OralTooLong { disclosure, from, last });
        }
    }
    Ok(())
}
