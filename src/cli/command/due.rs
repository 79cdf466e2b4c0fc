//! `subrosa due`: what is to be done, and the command that does it. Aliases and ids alone; no name, no content.

mod anew;
mod calendar;
mod line;

use std::path::PathBuf;

use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Look;
use crate::cli::failure::Failure;
use crate::cli::output::Target;
use crate::cli::public;
use crate::cli::session::Session;
use crate::cli::text::bare;
use crate::cli::text::row;
use crate::due;
use crate::due::DueError;
use crate::due::Moment;
use crate::practice::protocol::Protocol;
use crate::time::Date;
use crate::time::Span;
use crate::time::When;

use line::Line;

/// What `subrosa due` takes.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Ends with 7 when something is overdue. Each line's command, run as it stands, does what is due; \
one that ends in - takes a text from standard input. What only a person can judge is left out, and asked, on a \
terminal; elsewhere put the true word. A paper is renewed for as many days as it held. What \
stands after --signed-on or --on is today: put the day of the signature, or of the training, there."
)]
pub struct Args {
    /// How far to look ahead
    #[arg(long, value_name = "SPAN", default_value = "30d")]
    pub within: Span,
    /// As it will be on this day
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<When>,
    /// Write a calendar file too, without names; - is standard output, and then nothing else is
    #[arg(long, value_name = "FILE")]
    pub ics: Option<PathBuf>,
    /// Replace an existing calendar file
    #[arg(long)]
    pub force: bool,
}

#[derive(Serialize)]
struct Due {
    as_of: String,
    overdue: usize,
    /// A rule of the protocol, another one each week.
    rule: String,
    items: Vec<Line>,
}

impl Answer for Due {
    fn prose(&self, look: &Look<'_>) -> String {
        let cells = |line: &Line| {
            let days = match line.days {
                days if days < 0 => line.late.clone().unwrap_or_else(|| format!("{} overdue", counted(-days, "day"))),
                0 => "today".to_owned(),
                days => format!("in {}", counted(days, "day")),
            };
            vec![
                line.due.clone(),
                days,
                line.class.to_owned(),
                bare(&line.alias).into_owned(),
                bare(line.asked.as_ref().unwrap_or(&line.command)).into_owned(),
                line.flags.to_owned(),
            ]
        };
        let rows: Vec<_> = self.items.iter().map(cells).collect();
        let nothing = if rows.is_empty() { "Nothing is due.\n" } else { "" };
        format!("This week: {}\n\n{nothing}{}", bare(&self.rule), look.table(&rows))
    }

    fn bare(&self) -> String {
        let line = |line: &Line| {
            row([&line.due[..], &line.days.to_string(), line.class, &line.id, &line.alias, &line.command])
        };
        self.items.iter().map(line).collect()
    }
}

/// So many of something.
fn counted(number: i64, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// Tells what is due.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let calendar = args.ics.as_deref().map(|file| public::target(Some(file), args.force));
    if let Some(target) = &calendar {
        public::refuse_json_to_stdout(target, session, "subrosa due --json --ics due.ics")?;
    }
    let vault = session.open()?;
    let (zone, today) = (session.zone(&vault)?, session.today(&vault)?);
    let now = match args.as_of {
        // As it is when that day ends: what is due on it is not overdue, unless it was due by an hour.
        Some(when) => zone.end_of(when.until(today, &zone)?)?,
        None => session.now(),
    };
    let moment = Moment::new(now, zone, args.within)?;
    let protocol = vault.catalog().protocol()?.protocol;
    let mut items = Vec::new();
    for item in due::all(&vault, &moment)? {
        items.push(Line::of(vault.catalog(), &item, &moment)?);
    }
    items.sort_by(|a, b| (&a.due, a.class, &a.id, &a.command).cmp(&(&b.due, b.class, &b.id, &b.command)));
    // Copies at one place, and documents of one kind, are one line.
    // How late they are to the hour may differ.
    items.dedup_by(|one, kept| Line { late: kept.late.clone(), ..one.clone() } == *kept);
    let overdue = items.iter().filter(|line| line.days < 0).count();
    let exit = if overdue > 0 { Exit::Due } else { Exit::Done };
    if let Some(target) = &calendar {
        let text = calendar::of(&items, session.now());
        public::write(session, target, "the calendar", text.as_bytes(), Some(vault.path()))?;
    }
    // Where the calendar is the answer, nothing stands beside it.
    if calendar == Some(Target::Stdout) {
        return Ok(exit);
    }
    let rule = rule_of_the_week(&protocol, moment.today);
    session.answer("due", &Due { as_of: moment.today.to_string(), overdue, rule, items }, Some(&vault))?;
    Ok(exit)
}

/// One of the protocol's own sentences, in turn.
fn rule_of_the_week(protocol: &Protocol, today: Date) -> String {
    let said = [&protocol.confidential.what, &protocol.access.who, &protocol.handling.how].map(|said| said.as_str());
    let rules: Vec<&str> = said.iter().flat_map(|said| said.split_inclusive(". ")).map(str::trim).collect();
    let week = today.iso_week_date().week().unsigned_abs();
    rules.get(usize::from(week) % rules.len().max(1)).unwrap_or(&"").replace('\n', " ")
}

impl From<DueError> for Failure {
    fn from(error: DueError) -> Self {
        match error {
            DueError::Time(error) => error.into(),
            DueError::Vault(error) => error.into(),
        }
    }
}
