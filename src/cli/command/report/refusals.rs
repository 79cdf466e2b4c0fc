//! `subrosa report refusals`.

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
use crate::report::refusals;
use crate::report::refusals::Refused;
use crate::vault::catalog::Catalog;

/// What `subrosa report refusals` takes.
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
const COLUMNS: [&str; 8] = ["time", "owner", "client", "recipient", "purpose", "basis", "records", "reasons"];

#[derive(Serialize)]
struct Report {
    since: Option<String>,
    as_of: String,
    refusals: Vec<Refusal>,
    head: Head,
    #[serde(skip)]
    top: Top,
}

#[derive(Serialize)]
struct Refusal {
    time: String,
    actor: String,
    client: Option<Who>,
    recipient: Who,
    records: Vec<String>,
    purpose: &'static str,
    basis: &'static str,
    reasons: Vec<String>,
}

impl Refusal {
    fn of(catalog: &Catalog, one: Refused) -> Result<Self, Failure> {
        let refused = one.refused;
        Ok(Self {
            time: one.time.to_string(),
            actor: one.actor,
            client: refused.client.map(|id| Who::client(catalog, id)).transpose()?,
            recipient: Who::recipient(catalog, refused.recipient)?,
            records: one.records.iter().map(ToString::to_string).collect(),
            purpose: refused.purpose.as_str(),
            basis: refused.basis.as_str(),
            reasons: refused.reasons,
        })
    }

    /// Time, actor, client, recipient, purpose, basis, number of records, reasons.
    fn cells(&self) -> [String; 8] {
        [
            self.time.clone(),
            self.actor.clone(),
            self.client.as_ref().map(|who| who.alias.clone()).unwrap_or_default(),
            self.recipient.alias.clone(),
            self.purpose.to_owned(),
            self.basis.to_owned(),
            self.records.len().to_string(),
            self.reasons.join(" "),
        ]
    }
}

impl Answer for Report {
    fn prose(&self, look: &Look<'_>) -> String {
        let cells = |one: &Refusal| one.cells().iter().map(|cell| bare(cell).into_owned()).collect();
        self.top.over(look, &self.head, &COLUMNS, self.refusals.iter().map(cells).collect())
    }

    fn bare(&self) -> String {
        self.refusals.iter().map(|one| row(one.cells().iter().map(String::as_str))).collect()
    }
}

/// Lists them.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let vault = session.open()?;
    let catalog = vault.catalog();
    let wanted = args.filter.wanted(catalog, args.range.days(session, &vault)?)?;
    let refusals = refusals::list(catalog, &wanted)?.into_iter().map(|one| Refusal::of(catalog, one));
    let report = Report {
        since: wanted.days.since.map(|day| day.to_string()),
        as_of: wanted.days.as_of.to_string(),
        refusals: refusals.collect::<Result<_, _>>()?,
        head: Head::from(vault.head()),
        top: Top::of("What was refused", &wanted.days, session, &vault)?,
    };
    if report.refusals.is_empty() && !session.globals.json {
        session.note("nothing was refused");
    }
    session.answer("report-refusals", &report, Some(&vault))?;
    Ok(Exit::Done)
}
