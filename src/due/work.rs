//! Work that is not done: follow-ups, concerns, packages of which nothing was heard, plain copies, talks, keys.

use crate::due::By;
use crate::due::DueError;
use crate::due::Item;
use crate::due::Moment;
use crate::due::What;
use crate::practice::protocol::Protocol;
use crate::time::Span;
use crate::time::TimeError;
use crate::time::Timestamp;
use crate::time::Zone;
use crate::vault::Vault;
use crate::vocabulary::OwnerMeans;

/// By when a key on paper is made, after the vault began.
const PAPER: &str = "30d";

pub(super) fn all(vault: &Vault, protocol: &Protocol, moment: &Moment) -> Result<Vec<Item>, DueError> {
    let catalog = vault.catalog();
    let mut items = Vec::new();
    for followup in catalog.open_followups()? {
        let by = By::Time(followup.planned.due);
        items.push(Item { what: What::Followup(followup), by });
    }
    for concern in catalog.open_concerns()? {
        let by = By::Day(concern.opened.due);
        items.push(Item { what: What::Concern(concern), by });
    }
    for id in catalog.unanswered()? {
        let Some(disclosure) = catalog.disclosure(id)? else { continue };
        let by = after(disclosure.time, protocol.periods.acknowledgement, &moment.zone)?;
        items.push(Item { what: What::Acknowledgement(id, disclosure.made.recipient), by });
    }
    let ours = vault.machines();
    for export in catalog.open_exports()?.into_iter().filter(|export| ours.contains(&export.made.machine)) {
        let by = By::Time(export.made.expires);
        items.push(Item { what: What::Export(export), by });
    }
    for (client, first) in catalog.clients_untold()? {
        items.push(Item { what: What::Limits(client), by: By::Day(first.date_in(&moment.zone)) });
    }
    items.extend(keys(vault, moment)?);
    Ok(items)
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
