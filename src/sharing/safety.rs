//! What stands in the ledger beside a disclosure that safety or a law asks for: what was answered, and what is to be done
//! afterwards, with its times. Must not know how anything is asked.

use rand_core::CryptoRng;
use rand_core::RngCore;

use crate::id::DisclosureId;
use crate::id::FollowupId;
use crate::policy;
use crate::policy::Permit;
use crate::practice::safety::Planned;
use crate::practice::safety::SafetyDisclosed;
use crate::sharing::ShareError;
use crate::sharing::ShareRequest;
use crate::sharing::facts::Matter;
use crate::time::Timestamp;
use crate::vocabulary::Task;
use crate::vocabulary::Told;

/// The entry, where the disclosure is one for safety.
pub fn entry<R: CryptoRng + RngCore>(
    request: &ShareRequest,
    permit: &Permit,
    matter: &Matter,
    disclosure: DisclosureId,
    now: Timestamp,
    rng: &mut R,
) -> Result<Option<SafetyDisclosed>, ShareError> {
    let Some(answers) = request.about.safety.clone().filter(|_| policy::is_for_safety(permit.basis())) else {
        return Ok(None);
    };
    let client = matter.client.as_ref().ok_or(ShareError::NobodysSafety)?.id();
    let tells = (answers.client_told != Some(Told::Yes)).then_some(Task::TellClient);
    let tasks = tells.into_iter().chain([Task::DocumentOutcome, Task::PeerReview, Task::ConsentReview]);
    let mut followups = Vec::new();
    for task in tasks {
        let due = matter.periods().due(task, now, &matter.zone())?;
        followups.push(Planned { due, followup: FollowupId::random(rng), task });
    }
    let entry = answers.into_entry(disclosure, client, followups);
    Ok(Some(entry.expect("nothing is permitted while an answer is missing (E-SAFETY-INCOMPLETE)")))
}
