//! Inquiries: what somebody said is kept, and nobody is looked up by it, so that neither an answer nor how long it takes
//! tells whether a person is known here (42 CFR 2.13(c); domain row 6).

use rand_core::CryptoRng;
use rand_core::RngCore;

use crate::practice::event::Body;
use crate::practice::inquiry::InquiryLogged;
use crate::vault::desk::Desk;
use crate::vault::error::VaultError;
use crate::vault::transaction::Committed;
use crate::vault::transaction::Draft;

/// What everybody is told who asks, whoever they ask after.
pub const REPLY: &str = "\
We can neither confirm nor deny that anybody is or was with us. We tell that
to nobody, so please do not take it for a yes or a no.
If you fear for somebody's safety now, call the emergency services.
You may tell us what you think we should know: we listen, and cannot answer.
Whoever is with us can allow us in writing to talk with you.
";

/// Keeps what somebody asked.
pub fn log<R: CryptoRng + RngCore>(desk: &mut Desk<'_, R>, logged: InquiryLogged) -> Result<Committed, VaultError> {
    desk.append(|_| Ok(vec![Draft::from(Body::InquiryLogged(logged))]))
}
