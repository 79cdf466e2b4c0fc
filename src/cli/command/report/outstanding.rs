//! `subrosa report outstanding`.

use serde::Serialize;

use super::Range;
use super::Top;
use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Head;
use crate::cli::answer::Look;
use crate::cli::answer::Who;
use crate::cli::answer::flags;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::cli::text::bare;
use crate::cli::text::row;
use crate::report::outstanding;
use crate::report::outstanding::Outstanding;
use crate::vault::catalog::Catalog;
use crate::vault::catalog::IdKind;

/// What `subrosa report outstanding` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only what this recipient has
    #[arg(long, value_name = "RECIPIENT")]
    pub recipient: Option<String>,
    /// Which days
    #[command(flatten)]
    pub range: Range,
}

/// What its columns are called.
const COLUMNS: [&str; 7] = ["id", "date", "recipient", "client", "purpose", "until", "state"];

#[derive(Serialize)]
struct Report {
    since: Option<String>,
    as_of: String,
    packages: Vec<Package>,
    head: Head,
    #[serde(skip)]
    top: Top,
}

#[derive(Serialize)]
struct Package {
    id: String,
    time: String,
    date: String,
    recipient: Who,
    client: Option<Who>,
    purpose: &'static str,
    expires: Option<String>,
    state: &'static str,
    sha256: Option<String>,
    /// What is said of it to a person.
    #[serde(skip)]
    flags: &'static str,
}

impl Package {
    fn of(catalog: &Catalog, one: &Outstanding) -> Result<Self, Failure> {
        let made = &one.made;
        Ok(Self {
            id: made.disclosure.to_string(),
            time: one.time.to_string(),
            date: one.day.to_string(),
            recipient: Who::recipient(catalog, made.recipient)?,
            client: made.client.map(|id| Who::client(catalog, id)).transpose()?,
            purpose: made.purpose.as_str(),
            expires: made.expires.map(|day| day.to_string()),
            state: one.state.as_str(),
            sha256: made.package.map(|digest| digest.to_string()),
            flags: flags(made.basis.as_str()).unwrap_or_default(),
        })
    }

    /// Id, date, recipient, client, purpose, until when, state.
    fn cells(&self, id: String) -> [String; 7] {
        [
            id,
            self.date.clone(),
            self.recipient.alias.clone(),
            self.client.as_ref().map(|who| who.alias.clone()).unwrap_or_default(),
            self.purpose.to_owned(),
            self.expires.clone().unwrap_or_default(),
            self.state.to_owned(),
        ]
    }
}

impl Answer for Report {
    fn prose(&self, look: &Look<'_>) -> String {
        let cells = |one: &Package| {
            let cells = one.cells(look.id(IdKind::Disclosure, &one.id).into_owned());
            cells.iter().map(String::as_str).chain([one.flags]).map(|cell| bare(cell).into_owned()).collect()
        };
        self.top.over(look, &self.head, &COLUMNS, self.packages.iter().map(cells).collect())
    }

    fn bare(&self) -> String {
        self.packages.iter().map(|one| row(one.cells(one.id.clone()).iter().map(String::as_str))).collect()
    }
}

/// Lists them.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let vault = session.open()?;
    let catalog = vault.catalog();
    let recipient = args.recipient.as_ref().map(|typed| names::recipient(catalog, typed)).transpose()?;
    let days = args.range.days(session, &vault)?;
    let packages = outstanding::list(catalog, recipient.map(|recipient| recipient.id()), &days)?;
    let report = Report {
        since: days.since.map(|day| day.to_string()),
        as_of: days.as_of.to_string(),
        packages: packages.iter().map(|one| Package::of(catalog, one)).collect::<Result<_, _>>()?,
        head: Head::from(vault.head()),
        top: Top::of("What is outstanding", &days, session, &vault)?,
    };
    if report.packages.is_empty() && !session.globals.json {
        session.note("no package is outstanding");
    }
    session.answer("report-outstanding", &report, Some(&vault))?;
    Ok(Exit::Done)
}
