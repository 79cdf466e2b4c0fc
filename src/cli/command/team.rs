//! `subrosa team`: names for several recipients. Whatever is shared with a team is decided for each member alone.

use clap::Subcommand;
use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Made;
use crate::cli::answer::Who;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::id::RecipientId;
use crate::papers::teams;
use crate::practice::words::Alias;
use crate::vault::Vault;
use crate::vault::catalog::Catalog;

pub mod list;
pub mod show;

/// What can be done with teams.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Add recipients to a team; the first make it
    Add(Change),
    /// Take recipients out of a team
    Remove(Change),
    /// All teams
    #[command(visible_alias = "ls")]
    List,
    /// Who is of a team
    Show(show::Args),
}

/// What `subrosa team add` and `subrosa team remove` take.
#[derive(Debug, clap::Args)]
pub struct Change {
    /// The team, as it is called after --to team:
    pub name: Alias,
    /// A recipient; may be repeated
    #[arg(long = "member", value_name = "RECIPIENT")]
    pub members: Vec<String>,
}

/// Does it.
pub fn run(action: Action, session: &mut Session<'_>) -> Result<Exit, Failure> {
    match action {
        Action::Add(args) => change(args, true, session),
        Action::Remove(args) => change(args, false, session),
        Action::List => list::run(session),
        Action::Show(args) => show::run(&args, session),
    }
}

fn change(args: Change, is_joining: bool, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let verb = if is_joining { "add" } else { "remove" };
    let name = args.name;
    let example = format!("subrosa team {verb} {} --member dr-lee", names::word(name.as_str()));
    session.must_have(args.members.first(), "--member", &example)?;
    let mut vault = session.open_to_append()?;
    let mut typed = args.members;
    if typed.is_empty() {
        typed.push(session.required(None, "--member", "Who (alias)", &example)?);
    }
    let members = typed.iter().map(|typed| Ok(names::recipient(vault.catalog(), typed)?.id()));
    let members: Vec<RecipientId> = members.collect::<Result<_, Failure>>()?;
    let desk = &mut session.desk(&mut vault);
    let committed = if is_joining {
        teams::add(desk, name.clone(), &members)?
    } else {
        teams::remove(desk, name.clone(), &members)?
    };
    let exit = session.committed(&committed);
    let now = vault.catalog().team(name.as_str())?;
    let made = Made {
        id: name.to_string(),
        state: if now.is_empty() { "empty" } else { "active" },
        missing: Vec::new(),
        head: (&committed.head).into(),
        sentence: match aliases(&vault, &now)? {
            none if none.is_empty() => format!("Nobody is of the team {name} any more."),
            some => format!("Of the team {name} are now: {}.", some.join(", ")),
        },
    };
    session.answer(&format!("team-{verb}"), &made, Some(&vault))?;
    Ok(exit)
}

fn aliases(vault: &Vault, members: &[RecipientId]) -> Result<Vec<String>, Failure> {
    let members = members.iter().map(|id| Ok(Who::recipient(vault.catalog(), *id)?.alias));
    members.collect()
}

/// A team in an answer.
#[derive(Serialize)]
struct Team {
    name: String,
    members: Vec<Who>,
}

impl Team {
    fn of(catalog: &Catalog, name: String) -> Result<Self, Failure> {
        let members = catalog.team(&name)?.into_iter().map(|id| Who::recipient(catalog, id));
        let mut members: Vec<Who> = members.collect::<Result<_, _>>()?;
        members.sort_by(|one, other| one.alias.cmp(&other.alias));
        Ok(Self { name, members })
    }

    fn aliases(&self) -> String {
        self.members.iter().map(|who| &who.alias[..]).collect::<Vec<_>>().join(",")
    }
}
