//! `subrosa report`: what the ledger says, put together for the client or for the practice.

use clap::Subcommand;

use crate::cli::Exit;
use crate::cli::answer::Head;
use crate::cli::answer::Look;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::report::Days;
use crate::report::ReportError;
use crate::report::refusals::Wanted;
use crate::time::Date;
use crate::time::Timestamp;
use crate::time::When;
use crate::time::parse_date;
use crate::vault::Vault;
use crate::vault::catalog::Catalog;

pub mod access;
pub mod accounting;
pub mod outstanding;
pub mod overrides;
pub mod refusals;
pub mod suspend;

/// Reports.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Who received what about a client, and which law asks that the client is told
    Accounting(accounting::Args),
    /// An agency has it that the client is not told of a disclosure yet: file its statement
    Suspend(suspend::Args),
    /// Who looked at which records, where that is recorded
    Access(access::Args),
    /// What the rules did not let through, and why
    Refusals(refusals::Args),
    /// Where somebody's judgement stood above a rule
    Overrides(overrides::Args),
    /// Packages that recipients may still hold, or never said to have received
    Outstanding(outstanding::Args),
}

/// Runs one.
pub fn run(action: Action, session: &mut Session<'_>) -> Result<Exit, Failure> {
    match action {
        Action::Accounting(args) => accounting::run(&args, session),
        Action::Suspend(args) => suspend::run(args, session),
        Action::Access(args) => access::run(&args, session),
        Action::Refusals(args) => refusals::run(&args, session),
        Action::Overrides(args) => overrides::run(&args, session),
        Action::Outstanding(args) => outstanding::run(&args, session),
    }
}

/// Which days a report looks at.
#[derive(Debug, clap::Args)]
pub struct Range {
    /// Only from this day on: a date, an instant, or a span that counts back
    #[arg(long, value_name = "WHEN")]
    pub since: Option<When>,
    /// As it was at the end of this day [default: today]
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    pub as_of: Option<Date>,
}

impl Range {
    /// On the practice's calendar.
    fn days(&self, session: &Session<'_>, vault: &Vault) -> Result<Days, Failure> {
        let zone = session.zone(vault)?;
        let as_of = self.as_of.map_or_else(|| session.today(vault), Ok)?;
        let since = self.since.map(|when| when.since(as_of, &zone)).transpose()?;
        Ok(Days { since, as_of, zone })
    }
}

/// Whom a list for the practice is about.
#[derive(Debug, clap::Args)]
pub struct Filter {
    /// Only about this client
    #[arg(long, value_name = "CLIENT")]
    pub client: Option<String>,
    /// Only to this recipient
    #[arg(long, value_name = "RECIPIENT")]
    pub recipient: Option<String>,
    /// Only by this owner, by alias
    #[arg(long, value_name = "OWNER")]
    pub actor: Option<String>,
}

impl Filter {
    fn wanted(&self, catalog: &Catalog, days: Days) -> Result<Wanted, Failure> {
        let client = self.client.as_ref().map(|typed| names::client(catalog, typed)).transpose()?;
        let recipient = self.recipient.as_ref().map(|typed| names::recipient(catalog, typed)).transpose()?;
        Ok(Wanted {
            client: client.map(|client| client.id()),
            recipient: recipient.map(|recipient| recipient.id()),
            actor: self.actor.as_ref().map(|typed| names::owner(catalog, typed)).transpose()?,
            days,
        })
    }
}

/// What stands over a list on a terminal: which days it is of, who made it, and from what.
struct Top {
    title: &'static str,
    days: String,
    made: Timestamp,
    actor: String,
}

impl Top {
    fn of(title: &'static str, days: &Days, session: &Session<'_>, vault: &Vault) -> Result<Self, Failure> {
        let days = match days.since {
            Some(since) => format!("{since} to {}", days.as_of),
            None => format!("everything up to {}", days.as_of),
        };
        Ok(Self { title, days, made: session.now(), actor: vault.actor()?.to_string() })
    }

    /// Over these rows, whose columns are called so.
    fn over(&self, look: &Look<'_>, head: &Head, columns: &[&str], rows: Vec<Vec<String>>) -> String {
        let Self { title, days, made, actor } = self;
        let mut text = format!(
            "{title}: {days}\nmade {made} by {actor}, from {}, {} entries, root {}\n",
            head.origin, head.size, head.root
        );
        if !rows.is_empty() {
            let names = columns.iter().map(|name| (*name).to_uppercase()).collect();
            text.push('\n');
            text.push_str(&look.table(&[vec![names], rows].concat()));
        }
        text
    }
}

/// What the vault says is the vault's to say; a day outside the calendar was typed.
impl From<ReportError> for Failure {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::Catalog(error) => error.into(),
            ReportError::Vault(error) => error.into(),
            ReportError::Time(error) => error.into(),
        }
    }
}
