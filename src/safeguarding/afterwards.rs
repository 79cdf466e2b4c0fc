//! What follows a safety disclosure: its review by somebody else, and what else is to be done (domain row 11).

use rand_core::CryptoRng;
use rand_core::RngCore;

use crate::id::DisclosureId;
use crate::id::FollowupId;
use crate::practice::event::Body;
use crate::practice::safety::Followup;
use crate::practice::safety::FollowupDone;
use crate::practice::safety::Planned;
use crate::practice::safety::Safety;
use crate::practice::safety::SafetyReviewed;
use crate::practice::words::Prose;
use crate::safeguarding::SafeguardingError;
use crate::vault::Vault;
use crate::vault::desk::Desk;
use crate::vault::transaction::Committed;
use crate::vault::transaction::Draft;
use crate::vocabulary::ReviewResult;
use crate::vocabulary::Task;

/// Whether this review may be filed by whoever opened the vault: told before anything is asked.
pub fn may_review(vault: &Vault, disclosure: DisclosureId) -> Result<Safety, SafeguardingError> {
    let safety = vault.catalog().safety(disclosure)?.ok_or(SafeguardingError::NotForSafety(disclosure))?;
    if let Some((_, _, at)) = safety.reviewed {
        return Err(SafeguardingError::ReviewedAlready { disclosure, at });
    }
    let is_own = safety.author == vault.actor()?;
    // Whoever sends the others away reviews no more than before.
    let had_others = || vault.catalog().had_others_since(safety.at);
    if is_own && (vault.catalog().people_who_open()? > 1 || had_others()?) {
        return Err(SafeguardingError::OwnReview(disclosure));
    }
    Ok(safety)
}

/// Files the review of a safety disclosure, and closes the follow-up that asked for it. What was not justified is to be
/// made good.
pub fn review<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    disclosure: DisclosureId,
    (result, text): (ReviewResult, Prose),
) -> Result<Committed, SafeguardingError> {
    let repair = FollowupId::random(desk.rng);
    let clock = desk.clock;
    desk.append(|vault| {
        may_review(vault, disclosure)?;
        let catalog = vault.catalog();
        let mut followups = Vec::new();
        if result == ReviewResult::NotJustified {
            let protocol = catalog.protocol()?.protocol;
            let due = protocol.periods.due(Task::Repair, vault.decides_at(clock())?, &protocol.zone())?;
            followups.push(Planned { due, followup: repair, task: Task::Repair });
        }
        let reviewed = SafetyReviewed { disclosure, followups, result, text };
        let asked = catalog.followups_of(disclosure)?.into_iter();
        let asked = asked.filter(|one| one.planned.task == Task::PeerReview && one.done.is_none());
        let done = asked.map(|one| FollowupDone { followup: one.planned.followup, text: None });
        let done = done.map(|done| Draft::from(Body::FollowupDone(done)));
        Ok([Draft::from(Body::SafetyReviewed(reviewed))].into_iter().chain(done).collect())
    })
}

/// Whether this follow-up may be closed by saying that it was done.
pub fn may_finish(vault: &Vault, followup: FollowupId) -> Result<Followup, SafeguardingError> {
    let found = vault.catalog().followup(followup)?.ok_or(SafeguardingError::NoFollowup(followup))?;
    if let Some((_, at)) = found.done {
        return Err(SafeguardingError::DoneAlready { followup, at });
    }
    if found.planned.task == Task::PeerReview {
        return Err(SafeguardingError::AsksForReview { followup, disclosure: found.disclosure });
    }
    Ok(found)
}

/// Whether what came of it has to be said: an outcome that nobody writes down is not documented.
pub fn needs_text(task: Task) -> bool {
    matches!(task, Task::DocumentOutcome | Task::Repair | Task::TellClient)
}

/// Closes a follow-up.
pub fn finish<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    followup: FollowupId,
    text: Option<Prose>,
) -> Result<Committed, SafeguardingError> {
    desk.append(|vault| {
        let found = may_finish(vault, followup)?;
        if text.is_none() && needs_text(found.planned.task) {
            return Err(SafeguardingError::NothingSaid { followup, task: found.planned.task });
        }
        Ok(vec![Draft::from(Body::FollowupDone(FollowupDone { followup, text }))])
    })
}
