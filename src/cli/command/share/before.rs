//! What is said, asked and made ready before anything is sent.

use crate::cli::command::share::release;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::filing::excerpt::Cut;
use crate::filing::excerpt::excerpt;
use crate::id::RecordId;
use crate::sharing::SharePlan;
use crate::vault::Vault;

/// The records to share, each that names other people replaced by a whole excerpt that does not.
pub fn redacted(plan: &SharePlan, vault: &mut Vault, session: &mut Session<'_>) -> Result<Vec<RecordId>, Failure> {
    let mut records = plan.request.records.clone();
    for id in &mut records {
        if plan.to_redact.contains(id) {
            let setting = plan.request.about.room.setting;
            let cut = Cut { of: *id, lines: Vec::new(), redact: true, de_identify: None, setting, title: None };
            let made = excerpt(&mut session.desk(vault), &cut)?;
            session.note(&format!("{id} names other people: {} is shared in its place", made.record));
            *id = made.record;
        }
    }
    Ok(records)
}

/// Nobody looks into what is no text: whoever shares it has to know.
pub fn tell_unscanned(plan: &SharePlan, session: &mut Session<'_>) {
    let unscanned = plan.planned.first().map_or(0, |planned| planned.unscanned.len());
    if unscanned > 0 {
        let what = release::count(unscanned);
        session.note(&format!("no text, so nobody else's name was looked for in it: {what}"));
    }
}

/// On a terminal the recipient's alias is typed again: the wrong name is the commonest way to tell the wrong person.
pub fn confirm(plan: &SharePlan, session: &mut Session<'_>) -> Result<(), Failure> {
    if session.globals.yes {
        return Ok(());
    }
    for planned in &plan.planned {
        let details = &planned.recipient.details;
        let Some(terminal) = session.terminal() else {
            return Ok(());
        };
        let client = planned.client.as_ref().map(|client| client.details.alias.to_string()).unwrap_or_default();
        let named = details.name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
        let question = format!(
            "{} of {client} with {}{named}, for {}: type the recipient's alias again, or Enter",
            release::count(planned.records.len()),
            details.alias,
            plan.request.ask.purpose
        );
        let typed = terminal.ask(&question, Some(details.alias.as_str()))?;
        if typed.trim().to_lowercase() != details.alias.as_str() {
            return Err(Failure::usage(format!("{typed:?} is not {}: nothing was shared", details.alias)));
        }
    }
    Ok(())
}
