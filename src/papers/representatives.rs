//! Representatives: who may act for a client, and by what right (45 CFR 164.502(g)).

use rand_core::CryptoRng;
use rand_core::RngCore;

use crate::papers::PapersError;
use crate::papers::client;
use crate::papers::recipient;
use crate::practice::client::RepresentativeAdded;
use crate::practice::event::Body;
use crate::vault::desk::Desk;
use crate::vault::transaction::Committed;
use crate::vault::transaction::Draft;

/// Names one; what was said of the same person before is replaced.
pub fn add<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    added: RepresentativeAdded,
) -> Result<Committed, PapersError> {
    desk.append(|vault| {
        client(vault, added.client)?;
        let who = recipient(vault, added.recipient)?;
        if who.suspended.is_some() {
            return Err(PapersError::Suspended(who.details.alias));
        }
        Ok(vec![Draft::from(Body::RepresentativeAdded(added))])
    })
}
