//! `subrosa report overrides`.

use serde::Serialize;

use super::Filter;
use super::Range;
use super::Top;
use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Head;
use crate::cli::answer::Look;
use crate::cli::answer::Who;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::text::bare;
use crate::cli::text::row;
use crate::report::overrides;
use crate::report::overrides::Overridden;
use crate::vault::catalog::Catalog;
use crate::vault::catalog::IdKind;

/// What `subrosa report overrides` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// About whom
    #[command(flatten)]
    pub filter: Filter,
    /// Which days
    #[command(flatten)]
    pub range: Range,
}

/// What its columns are called.
const COLUMNS: [&str; 9] = ["time", "owner", "what", "id", "client", "recipient", "purpose", "flags", "lifted"];

#[derive(Serialize)]
struct Report {
    since: Option<String>,
    as_of: String,
    overrides: Vec<Override>,
    head: Head,
    #[serde(skip)]
    top: Top,
}

#[derive(Serialize)]
struct Override {
    time: String,
    actor: String,
    what: &'static str,
    id: Option<String>,
    client: Option<Who>,
    recipient: Option<Who>,
    purpose: Option<&'static str>,
    flags: Vec<String>,
    lifted: Vec<String>,
    unscanned: u64,
    /// In its author's words, so for a program alone.
    why: Option<String>,
}

impl Override {
    fn of(catalog: &Catalog, one: Overridden) -> Result<Self, Failure> {
        Ok(Self {
            time: one.time.to_string(),
            actor: one.actor,
            what: one.what,
            id: one.id,
            client: one.client.map(|id| Who::client(catalog, id)).transpose()?,
            recipient: one.recipient.map(|id| Who::recipient(catalog, id)).transpose()?,
            purpose: one.purpose.map(|purpose| purpose.as_str()),
            flags: one.flags.into_iter().collect(),
            lifted: one.lifted,
            unscanned: one.unscanned,
            why: one.why,
        })
    }

    /// Time, actor, what, id, client, recipient, purpose, flags, lifted.
    fn cells(&self, id: String) -> [String; 9] {
        let alias = |who: &Option<Who>| who.as_ref().map(|who| who.alias.clone()).unwrap_or_default();
        [
            self.time.clone(),
            self.actor.clone(),
            self.what.to_owned(),
            id,
            alias(&self.client),
            alias(&self.recipient),
            self.purpose.unwrap_or_default().to_owned(),
            self.flags.join(","),
            self.lifted.join(","),
        ]
    }
}

impl Answer for Report {
    fn prose(&self, look: &Look<'_>) -> String {
        let cells = |one: &Override| {
            let kind = if one.what == "disclosure" { IdKind::Disclosure } else { IdKind::Record };
            let id = one.id.as_ref().map(|id| look.id(kind, id).into_owned()).unwrap_or_default();
            one.cells(id).iter().map(|cell| bare(cell).into_owned()).collect()
        };
        self.top.over(look, &self.head, &COLUMNS, self.overrides.iter().map(cells).collect())
    }

    fn bare(&self) -> String {
        let line = |one: &Override| row(one.cells(one.id.clone().unwrap_or_default()).iter().map(String::as_str));
        self.overrides.iter().map(line).collect()
    }
}

/// Lists them.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let vault = session.open()?;
    let catalog = vault.catalog();
    let wanted = args.filter.wanted(catalog, args.range.days(session, &vault)?)?;
    let overrides = overrides::list(catalog, &wanted)?.into_iter().map(|one| Override::of(catalog, one));
    let report = Report {
        since: wanted.days.since.map(|day| day.to_string()),
        as_of: wanted.days.as_of.to_string(),
        overrides: overrides.collect::<Result<_, _>>()?,
        head: Head::from(vault.head()),
        top: Top::of("What was overridden", &wanted.days, session, &vault)?,
    };
    if report.overrides.is_empty() && !session.globals.json {
        session.note("nothing was overridden");
    }
    session.answer("report-overrides", &report, Some(&vault))?;
    Ok(Exit::Done)
}
