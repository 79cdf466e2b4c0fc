//! `subrosa group start`.

use crate::cli::Exit;
use crate::cli::answer::Made;
use crate::cli::command::group::OfSlot;
use crate::cli::command::group::by_slot;
use crate::cli::failure::Failure;
use crate::cli::failure::unbound;
use crate::cli::names;
use crate::cli::session::Session;
use crate::groups;
use crate::groups::GroupsError;
use crate::practice::group::Unbound;
use crate::practice::words::Prose;
use crate::vocabulary::GroupState;

/// What `subrosa group start` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The group: the beginning of its id
    #[arg(value_name = "ID")]
    pub group: Option<String>,
    /// Why somebody takes part without an agreement; this is recorded. May be repeated
    #[arg(long = "without-agreement", value_name = "SLOT=REASON")]
    pub without: Vec<OfSlot<String>>,
}

/// Begins one.
pub fn run(args: Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let example = "subrosa group start g-0123";
    session.must_have(args.group.as_ref(), "ID", example)?;
    let mut without = Vec::new();
    for (slot, reason) in by_slot(args.without, "--without-agreement")? {
        let flag = format!("--without-agreement {slot}");
        let reason = session.word::<Prose>(Some(reason), &flag)?;
        without.extend(reason.map(|reason| Unbound { reason, slot }));
    }
    let mut vault = session.open_to_append()?;
    let typed = session.required(args.group, "ID", "Which group (the beginning of its id)", example)?;
    let group = names::group(vault.catalog(), &typed)?;
    let (id, today) = (group.id(), session.today(&vault)?);
    let committed = match groups::start(&mut session.desk(&mut vault), id, without, today) {
        Err(GroupsError::Unbound(lacking)) => return Err(unbound(vault.catalog(), id, &lacking, today)),
        other => other?,
    };
    let exit = session.committed(&committed);
    let group = vault.catalog().group(id)?.unwrap_or(group);
    let without = group.started.iter().flat_map(|(started, _)| &started.without);
    let slots: Vec<String> = without.map(|unbound| unbound.slot.to_string()).collect();
    let said =
        if slots.is_empty() { String::new() } else { format!(" Without an agreement: slot {}.", slots.join(", ")) };
    let made = Made {
        id: id.to_string(),
        state: GroupState::Started.as_str(),
        missing: Vec::new(),
        head: (&committed.head).into(),
        sentence: format!("The group {} has begun ({id}).{said}", group.planned.name),
    };
    session.answer("group-start", &made, Some(&vault))?;
    Ok(exit)
}
