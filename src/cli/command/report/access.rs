//! `subrosa report access`.

use serde::Serialize;

use super::Range;
use super::Top;
use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Head;
use crate::cli::answer::Look;
use crate::cli::answer::Who;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::cli::text::bare;
use crate::cli::text::row;
use crate::practice::record::Access;
use crate::report::access;
use crate::report::access::Accessed;
use crate::report::access::Wanted;
use crate::vault::catalog::Catalog;
use crate::vault::catalog::IdKind;

/// What `subrosa report access` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only records of this client
    #[arg(long, value_name = "CLIENT")]
    pub client: Option<String>,
    /// Only what this owner looked at, by alias
    #[arg(long, value_name = "OWNER")]
    pub actor: Option<String>,
    /// Which days
    #[command(flatten)]
    pub range: Range,
}

/// What its columns are called.
const COLUMNS: [&str; 8] = ["time", "owner", "client", "record", "kind", "how", "room", "flags"];

#[derive(Serialize)]
struct Report {
    since: Option<String>,
    as_of: String,
    accesses: Vec<Looked>,
    head: Head,
    #[serde(skip)]
    top: Top,
}

#[derive(Serialize)]
struct Looked {
    time: String,
    actor: String,
    client: Option<Who>,
    record: String,
    version: u64,
    kind: Option<&'static str>,
    how: &'static str,
    setting: Option<&'static str>,
    flags: Vec<&'static str>,
    lifted: Vec<String>,
}

impl Looked {
    fn of(catalog: &Catalog, one: Accessed) -> Result<Self, Failure> {
        let accessed = one.accessed;
        Ok(Self {
            time: one.time.to_string(),
            actor: one.actor,
            client: one.client.map(|id| Who::client(catalog, id)).transpose()?,
            record: accessed.record.to_string(),
            version: accessed.version,
            kind: one.kind.map(|kind| kind.as_str()),
            how: match accessed.how {
                Access::Show => "show",
                Access::Edit => "edit",
                Access::Excerpt => "excerpt",
            },
            setting: accessed.setting.map(|setting| setting.as_str()),
            flags: one.flags,
            lifted: accessed.lifted,
        })
    }

    /// Time, actor, client, record, kind, how, room, flags.
    fn cells(&self, record: String) -> [String; 8] {
        [
            self.time.clone(),
            self.actor.clone(),
            self.client.as_ref().map(|who| who.alias.clone()).unwrap_or_default(),
            record,
            self.kind.unwrap_or_default().to_owned(),
            self.how.to_owned(),
            self.setting.unwrap_or_default().to_owned(),
            self.flags.join(","),
        ]
    }
}

impl Answer for Report {
    fn prose(&self, look: &Look<'_>) -> String {
        let cells = |one: &Looked| {
            let cells = one.cells(look.id(IdKind::Record, &one.record).into_owned());
            cells.iter().map(|cell| bare(cell).into_owned()).collect()
        };
        self.top.over(look, &self.head, &COLUMNS, self.accesses.iter().map(cells).collect())
    }

    fn bare(&self) -> String {
        let line = |one: &Looked| row(one.cells(one.record.clone()).iter().map(String::as_str));
        self.accesses.iter().map(line).collect()
    }
}

/// Lists them.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let vault = session.open()?;
    let catalog = vault.catalog();
    let client = args.client.as_ref().map(|typed| names::client(catalog, typed)).transpose()?;
    let actor = args.actor.as_ref().map(|typed| names::owner(catalog, typed)).transpose()?;
    let wanted = Wanted { client: client.map(|client| client.id()), actor, days: args.range.days(session, &vault)? };
    let accesses = access::list(catalog, &wanted)?.into_iter().map(|one| Looked::of(catalog, one));
    let report = Report {
        since: wanted.days.since.map(|day| day.to_string()),
        as_of: wanted.days.as_of.to_string(),
        accesses: accesses.collect::<Result<_, _>>()?,
        head: Head::from(vault.head()),
        top: Top::of("Who looked at which records", &wanted.days, session, &vault)?,
    };
    if report.accesses.is_empty() && !session.globals.json {
        session.note("nobody was seen to look; it is recorded where there are several owners, or access_log is on");
    }
    session.answer("report-access", &report, Some(&vault))?;
    Ok(Exit::Done)
}
