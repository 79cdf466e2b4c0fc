//! What a meeting needs, and whether it is there ("careful planning"; domain row 22). Participants are called by their slots.

use crate::cli::answer::Who;
use crate::cli::failure::Failure;
use crate::groups;
use crate::groups::Attendee;
use crate::groups::Attending;
use crate::groups::Lack;
use crate::practice::group::Group;
use crate::practice::talk::Talk;
use crate::practice::talk::Which;
use crate::time::Date;
use crate::vault::Vault;

/// The checklist, a line each.
pub fn of(vault: &Vault, group: &Group, today: Date) -> Result<String, Failure> {
    let catalog = vault.catalog();
    let (planned, version) = (&group.planned, catalog.protocol()?.version);
    let room = match &group.closed {
        Some((closed, _)) => (closed.setting.is_private(), closed.setting.to_string()),
        None => (false, "a quiet, closed one is still to be found; group close names it".to_owned()),
    };
    let leads = match planned.facilitators.len() {
        0 => "you lead it alone".to_owned(),
        count => format!("{count} lead it with you"),
    };
    let suspended = lacking(vault, group, today, |lack| lack == Lack::Suspended)?;
    let who = format!("slots 1 to {}; {leads}", planned.participants.len());
    // Who was suspended after the meeting attended it.
    let attend = match &suspended[..] {
        some @ [_, ..] if group.closed.is_none() => (false, format!("{who}; suspended: {}", some.join(", "))),
        _ => (true, who),
    };
    let unbound = lacking(vault, group, today, |lack| lack == Lack::Agreement)?;
    let untrained = lacking(vault, group, today, |lack| matches!(lack, Lack::Training | Lack::Protocol))?;
    let wanting = |some: &[String], none: &str| match some {
        [] => (true, none.to_owned()),
        some => (false, format!("missing: {}", some.join(", "))),
    };
    let agreements = wanting(&unbound, "all in force and understood");
    let trainings = wanting(&untrained, "all in date");
    let talks = catalog.talks(group)?;
    let rows = [
        ("room", room),
        ("date", (true, group.met(&catalog.protocol()?.protocol.zone()).to_string())),
        ("who attends", attend),
        ("agreements", agreements),
        ("trainings", trainings),
        ("talks before", told(&talks, Which::Before)),
        ("talks after", told(&talks, Which::After)),
        ("protocol", (true, format!("version {version}"))),
    ];
    let line = |(what, (is_there, told)): (&str, (bool, String))| {
        format!("[{}] {what}: {told}\n", if is_there { "x" } else { " " })
    };
    // Nobody but who leads it with you has to be trained.
    let rows = rows.into_iter().filter(|(what, _)| *what != "trainings" || !planned.facilitators.is_empty());
    // Of one that was not held nobody asks for talks.
    let rows = rows.filter(|(what, _)| !what.starts_with("talks") || group.called_off.is_none());
    Ok(rows.map(line).collect())
}

/// Who is suspended, has promised nothing that is in force, or leads it untrained: slots, and facilitators by their aliases.
pub fn missing(vault: &Vault, group: &Group, today: Date) -> Result<Vec<String>, Failure> {
    lacking(vault, group, today, |_| true)
}

/// Who lacks such a thing.
fn lacking(vault: &Vault, group: &Group, today: Date, is_it: fn(Lack) -> bool) -> Result<Vec<String>, Failure> {
    let all = groups::attending(vault.catalog(), &group.planned, today)?;
    let lacking = all.into_iter().filter(|one: &Attending| one.lacks.iter().any(|lack| is_it(*lack)));
    let named = lacking.map(|one| match one.attendee {
        Attendee::Participant { slot, .. } => Ok(format!("slot {slot}")),
        Attendee::Facilitator(id) => Ok(Who::recipient(vault.catalog(), id)?.alias),
    });
    named.collect()
}

fn told(talks: &[Talk], which: Which) -> (bool, String) {
    let all = talks.iter().filter(|talk| talk.which == which);
    let due = all.clone().map(|talk| talk.due).next_back();
    let open: Vec<String> = all.filter(|talk| talk.done.is_none()).map(|talk| talk.slot.to_string()).collect();
    match (&open[..], due) {
        ([], _) | (_, None) => (true, "held with everyone".to_owned()),
        (open, Some(due)) => (false, format!("due by {due} with slot {}", open.join(", "))),
    }
}
