//! What whoever gets nothing more is to give back or destroy (domain row 32): each package and each paper is a follow-up of its
//! own. What was told by mouth cannot be given back. Must not know why somebody gets nothing more.

use crate::id::ClientId;
use crate::id::DisclosureId;
use crate::id::FollowupId;
use crate::id::RecipientId;
use crate::practice::safety::FollowupPlanned;
use crate::time::Timestamp;
use crate::vault::Vault;
use crate::vault::catalog::Catalog;
use crate::vault::catalog::CatalogError;
use crate::vault::catalog::DisclosureFilter;
use crate::vocabulary::Medium;
use crate::vocabulary::Task;

use super::PeopleError;

/// What somebody was sent or handed, and about whom, in the order of the log.
pub(super) fn given(
    catalog: &Catalog,
    recipient: RecipientId,
) -> Result<Vec<(DisclosureId, Option<ClientId>)>, CatalogError> {
    let mut given = Vec::new();
    let filter = DisclosureFilter { recipient: Some(recipient), ..DisclosureFilter::default() };
    catalog.disclosures::<CatalogError>(&filter, |disclosure| {
        let made = disclosure.made;
        given.extend((made.medium != Medium::Oral).then_some((made.disclosure, made.client)));
        Ok(true)
    })?;
    Ok(given)
}

/// The follow-ups, one for each, under these ids: there are at least as many.
pub(super) fn wanted(
    vault: &Vault,
    recipient: RecipientId,
    ids: impl Iterator<Item = FollowupId>,
    now: Timestamp,
) -> Result<Vec<FollowupPlanned>, PeopleError> {
    let protocol = vault.catalog().protocol()?.protocol;
    let task = Task::ReturnOrDestroy;
    let due = protocol.periods.due(task, vault.decides_at(now)?, &protocol.zone())?;
    let given = given(vault.catalog(), recipient)?.into_iter().zip(ids);
    Ok(given
        .map(|((disclosure, client), followup)| FollowupPlanned { client, disclosure, due, followup, task })
        .collect())
}
