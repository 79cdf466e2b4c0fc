//! `subrosa group plan`.

use crate::cli::Exit;
use crate::cli::answer::Made;
use crate::cli::command::group::checklist;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::names::Misses;
use crate::cli::session::Session;
use crate::groups;
use crate::id::ClientId;
use crate::id::GroupId;
use crate::id::RecipientId;
use crate::practice::group::Group;
use crate::practice::group::GroupPlanned;
use crate::practice::words::Line;
use crate::time::When;
use crate::vocabulary::GroupState;

/// What `subrosa group plan` takes.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Participants get slots, 1 for the first and so on; they are called by them wherever others could read."
)]
pub struct Args {
    /// What it is called here; this leaves with nothing
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
    /// The day on which it meets
    #[arg(long, value_name = "DATE")]
    pub date: Option<When>,
    /// Who takes part; repeat it for each
    #[arg(long = "participant", value_name = "CLIENT")]
    pub participants: Vec<String>,
    /// Who leads it besides you; may be repeated
    #[arg(long = "facilitator", value_name = "RECIPIENT")]
    pub facilitators: Vec<String>,
}

/// Plans one.
pub fn run(args: Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let example = "subrosa group plan family --date 1w --participant mk-01 --participant mk-02";
    let needed = [
        ("NAME", args.name.is_some()),
        ("--date", args.date.is_some()),
        ("--participant", !args.participants.is_empty()),
    ];
    session.must_have_all(&needed, example)?;
    let mut vault = session.open_to_append()?;
    let name = session.word::<Line>(args.name, "NAME")?;
    let name = session.required(name, "NAME", "What is it called (it leaves with nothing)", example)?;
    let when = session.required(args.date, "--date", "On which day does it meet", example)?;
    let (zone, today) = (session.zone(&vault)?, session.today(&vault)?);
    let date = when.until(today, &zone)?;
    if date < today {
        return Err(Failure::usage(format!("--date: {date} is past: a group is planned before it meets")));
    }
    let mut typed = args.participants;
    if typed.is_empty() {
        let answer: String = session.required(None, "--participant", "Who takes part (aliases, in order)", example)?;
        typed = answer.split([' ', ',']).filter(|word| !word.is_empty()).map(str::to_owned).collect();
    }
    let mut misses = Misses::default();
    let mut participants: Vec<ClientId> = Vec::new();
    for typed in &typed {
        participants.extend(misses.note(names::client(vault.catalog(), typed))?.map(|client| client.id()));
    }
    let mut facilitators: Vec<RecipientId> = Vec::new();
    for typed in &args.facilitators {
        let found = misses.note(names::recipient(vault.catalog(), typed))?.map(|recipient| recipient.id());
        facilitators.extend(found.filter(|id| !facilitators.contains(id)));
    }
    misses.refuse()?;
    let id = GroupId::random(&mut session.host.rng);
    let planned = GroupPlanned { date, facilitators, group: id, name: name.clone(), participants };
    let committed = groups::plan(&mut session.desk(&mut vault), planned.clone())?;
    let exit = session.committed(&committed);
    let group = vault.catalog().group(id)?.unwrap_or_else(|| Group::planned(planned, session.now()));
    let list = checklist::of(&vault, &group, today)?;
    if !session.host.stdout.is_terminal() && !session.globals.json {
        list.lines().for_each(|line| session.note(line));
    }
    let made = Made {
        id: id.to_string(),
        state: GroupState::Planned.as_str(),
        missing: checklist::missing(&vault, &group, today)?,
        head: (&committed.head).into(),
        sentence: format!("The group {name} is planned ({id}).\n{}", list.trim_end()),
    };
    session.answer("group-plan", &made, Some(&vault))?;
    Ok(exit)
}
