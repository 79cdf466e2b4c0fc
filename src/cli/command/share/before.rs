//! What is said, asked and made ready before anything is sent.

use std::collections::BTreeMap;

use crate::cli::command::share::release;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::filing::excerpt::Cut;
use crate::filing::excerpt::excerpt;
use crate::id::RecipientId;
use crate::id::RecordId;
use crate::sharing::PlannedDisclosure;
use crate::sharing::SharePlan;
use crate::sharing::ShareRequest;
use crate::vault::Vault;

/// In the requests, each record that names other people is replaced by a whole excerpt that does not; one that stands in
/// several, such as a group's common part, by the same.
pub fn redact(
    plans: &[SharePlan],
    requests: &mut [ShareRequest],
    vault: &mut Vault,
    session: &mut Session<'_>,
) -> Result<(), Failure> {
    let mut excerpts: BTreeMap<RecordId, RecordId> = BTreeMap::new();
    for (plan, request) in plans.iter().zip(requests) {
        request.records = plan.request.records.clone();
        for id in request.records.iter_mut().filter(|id| plan.to_redact.contains(id)) {
            let made = match excerpts.get(id) {
                Some(made) => *made,
                None => {
                    let setting = request.about.room.setting;
                    let cut = Cut { of: *id, lines: Vec::new(), redact: true, de_identify: None, setting, title: None };
                    let made = excerpt(&mut session.desk(vault), &cut)?.record;
                    session.note(&format!("{id} names other people: {made} is shared in its place"));
                    excerpts.insert(*id, made);
                    made
                }
            };
            *id = made;
        }
    }
    Ok(())
}

/// Nobody looks into what is no text: whoever shares it has to know.
pub fn tell_unscanned(plans: &[SharePlan], session: &mut Session<'_>) {
    let unscanned = |plan: &SharePlan| plan.planned.first().map_or(0, |planned| planned.unscanned.len());
    let unscanned: usize = plans.iter().map(unscanned).sum();
    if unscanned > 0 {
        let what = release::count(unscanned);
        session.warn(&format!("no plain text, so whoever else is named in it may have been missed: {what}"));
    }
}

/// On a terminal the recipient's alias is typed again: the wrong name is the commonest way to tell the wrong person. Whoever
/// gets several packages is typed once.
pub fn confirm(plans: &[SharePlan], session: &mut Session<'_>) -> Result<(), Failure> {
    if session.globals.yes {
        return Ok(());
    }
    let mut packages: Vec<(RecipientId, Vec<&PlannedDisclosure>)> = Vec::new();
    for planned in plans.iter().flat_map(|plan| &plan.planned) {
        let id = planned.recipient.id();
        match packages.iter_mut().find(|(of, _)| *of == id) {
            Some((_, all)) => all.push(planned),
            None => packages.push((id, vec![planned])),
        }
    }
    for (_, all) in packages {
        let (first, purpose) = (all[0], plans[0].request.ask.purpose);
        let details = &first.recipient.details;
        let Some(terminal) = session.terminal() else {
            return Ok(());
        };
        let client = first.client.as_ref().map(|client| client.details.alias.to_string()).unwrap_or_default();
        let whose = match all.len() {
            1 => format!("{} of {client}", release::count(first.records.len())),
            several => format!("A group, as {several} packages,"),
        };
        let named = details.name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
        let question =
            format!("{whose} with {}{named}, for {purpose}: type the recipient's alias again, or Enter", details.alias);
        let typed = terminal.ask(&question, Some(details.alias.as_str()))?;
        if typed.trim().to_lowercase() != details.alias.as_str() {
            return Err(Failure::usage(format!("{typed:?} is not {}: nothing was shared", details.alias)));
        }
    }
    Ok(())
}
