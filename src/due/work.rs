//! Work that is not done: follow-ups, concerns, packages of which nothing was heard, plain copies, talks, keys.

use crate::due::By;
use crate::due::DueError;
use crate::due::Item;
use crate::due::Moment;
use crate::due::What;
use crate::practice::export::Export;
use crate::practice::group::Group;
use crate::practice::protocol::Protocol;
use crate::practice::talk;
use crate::practice::talk::Talk;
use crate::time::Span;
use crate::time::TimeError;
use crate::time::Timestamp;
use crate::time::Zone;
use crate::vault::Vault;
use crate::vocabulary::ClientState;
use crate::vocabulary::OwnerMeans;
use crate::vocabulary::Task;

/// By when a key on paper is made, after the vault began.
const PAPER: &str = "30d";

pub(super) fn all(vault: &Vault, protocol: &Protocol, moment: &Moment) -> Result<Vec<Item>, DueError> {
    let catalog = vault.catalog();
    let mut items = Vec::new();
    let (actor, has_others) = (vault.actor()?, catalog.people_who_open()? > 1);
    for followup in catalog.open_followups()? {
        // Somebody else reviews it, and is reminded.
        let disclosure = catalog.disclosure(followup.disclosure)?;
        let had_others = || disclosure.as_ref().map_or(Ok(false), |one| catalog.had_others_since(one.time));
        // Nor is whoever sent the others away, until somebody comes who may: nothing is due that nobody here can do.
        if followup.planned.task == Task::PeerReview && followup.author == actor && (has_others || had_others()?) {
            continue;
        }
        if disclosure.is_some_and(|disclosure| disclosure.time > moment.now) {
            continue;
        }
        let by = By::Time(followup.planned.due);
        items.push(Item { what: What::Followup(followup), by });
    }
    for concern in catalog.open_concerns()?.into_iter().filter(|concern| concern.filed <= moment.now) {
        let by = By::Day(concern.opened.due);
        items.push(Item { what: What::Concern(concern), by });
    }
    for id in catalog.unanswered()? {
        let Some(disclosure) = catalog.disclosure(id)?.filter(|one| one.time <= moment.now) else { continue };
        // What who left still has is asked after for a while, as papers are; `report outstanding` tells of it for good.
        let gone = catalog.recipient(disclosure.made.recipient)?.and_then(|recipient| recipient.suspended);
        if gone.is_some_and(|suspended| suspended.on < moment.since) {
            continue;
        }
        let by = after(disclosure.time, protocol.periods.acknowledgement, &moment.zone)?;
        items.push(Item { what: What::Acknowledgement(id, disclosure.made.recipient), by });
    }
    let ours = vault.machines();
    let is_here = |export: &Export| ours.contains(&export.made.machine) && export.at <= moment.now;
    for export in catalog.open_exports()?.into_iter().filter(is_here) {
        let by = By::Time(export.made.expires);
        items.push(Item { what: What::Export(export), by });
    }
    for (client, first) in catalog.clients_untold()?.into_iter().filter(|(_, first)| *first <= moment.now) {
        items.push(Item { what: What::Limits(client), by: By::Day(first.date_in(&moment.zone)) });
    }
    let groups = catalog.groups()?;
    for (group, (_, talks)) in groups.iter().zip(catalog.all_talks(&groups)?) {
        let open = talks.into_iter().filter(|talk| talk.done.is_none() && group.filed <= moment.now);
        for talk in open {
            // Nobody is talked with after their file is closed.
            let is_there = catalog.client(talk.client)?.is_some_and(|client| client.state == ClientState::Active);
            items.extend(reminder(group, &talk, moment).filter(|_| is_there));
        }
    }
    items.extend(keys(vault, moment)?);
    Ok(items)
}

/// A talk that is to be held: one before the group is made up for as long as it may be, one after it is not wanted before the
/// closing. Nothing is dated back: it is held, and filed, today.
fn reminder(group: &Group, talk: &Talk, moment: &Moment) -> Option<Item> {
    let window = talk::window(group, talk.which, &moment.zone)?;
    let is_over = window.until.is_some_and(|until| until < moment.today);
    let item = Item { what: What::Talk(group.id(), talk.client, moment.today), by: By::Day(talk.due) };
    (!is_over).then_some(item)
}

/// The day that lies so far after something.
fn after(time: Timestamp, span: Span, zone: &Zone) -> Result<By, TimeError> {
    Ok(By::Day(span.from_date(time.date_in(zone), false)?))
}

fn keys(vault: &Vault, moment: &Moment) -> Result<Vec<Item>, DueError> {
    let catalog = vault.catalog();
    let mut items = Vec::new();
    if vault.is_being_resealed() {
        items.push(Item { what: What::Removal, by: By::Time(moment.now.plus_seconds(-1)) });
    }
    if !catalog.owners()?.iter().any(|owner| owner.means == OwnerMeans::Paper) {
        let began = catalog.first_time()?.unwrap_or(moment.now);
        items.push(Item { what: What::PaperKey, by: after(began, PAPER.parse()?, &moment.zone)? });
    }
    Ok(items)
}
