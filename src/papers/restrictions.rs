//! Restrictions: what a client asked not to be shared, and how that ends (45 CFR 164.522(a)).

use rand_core::CryptoRng;
use rand_core::RngCore;

use crate::id::RestrictionId;
use crate::papers::PapersError;
use crate::papers::client;
use crate::papers::recipient;
use crate::practice::event::Body;
use crate::practice::restriction::RestrictionAdded;
use crate::practice::restriction::RestrictionEnded;
use crate::time::Date;
use crate::vault::desk::Desk;
use crate::vault::transaction::Committed;
use crate::vault::transaction::Draft;
use crate::vocabulary::EndedBy;

/// Files one.
pub fn add<R: CryptoRng + RngCore>(desk: &mut Desk<'_, R>, asked: RestrictionAdded) -> Result<Committed, PapersError> {
    desk.append(|vault| {
        client(vault, asked.client)?;
        for id in &asked.recipients {
            recipient(vault, *id)?;
        }
        Ok(vec![Draft::from(Body::RestrictionAdded(asked))])
    })
}

/// Ends one. What the practice ended for later records, the client may still end for all; what the client paid for, the
/// practice never ends. Nor does it end one backwards; and nobody ends one before it begins.
pub fn end<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    restriction: RestrictionId,
    by: EndedBy,
    on: Date,
) -> Result<Committed, PapersError> {
    let clock = desk.clock;
    desk.append(|vault| {
        let found = vault.catalog().restriction(restriction)?.ok_or(PapersError::NoRestriction(restriction))?;
        let before = found.ended.map(|ended| ended.by);
        if before == Some(EndedBy::Client) || before == Some(by) {
            return Err(PapersError::RestrictionEnded(restriction));
        }
        if found.asked.self_pay && by == EndedBy::Practice {
            return Err(PapersError::ClientsAlone(restriction));
        }
        let today = clock().date_in(&vault.catalog().protocol()?.protocol.zone());
        let first = if by == EndedBy::Practice { today.max(found.asked.on) } else { found.asked.on };
        if on < first {
            return Err(PapersError::EndsBackwards { restriction, first });
        }
        Ok(vec![Draft::from(Body::RestrictionEnded(RestrictionEnded { by, on, restriction }))])
    })
}
