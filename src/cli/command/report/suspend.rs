//! `subrosa report suspend`.

use crate::cli::Exit;
use crate::cli::answer::Made;
use crate::cli::args::words;
use crate::cli::days;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::cli::session::missing;
use crate::papers::suspensions;
use crate::practice::suspension::AccountingSuspended;
use crate::practice::words::Line;
use crate::time::When;
use crate::vocabulary::AgencyStatement;

/// What `subrosa report suspend` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
For what was disclosed to law enforcement or for oversight of health care (45 CFR
164.528(a)(2)). The client's copy of the accounting has no trace of it until that day is
over; a later statement takes the place of the earlier one, and --until with today's date
ends it today. What was only said holds for 30 days at most.")]
pub struct Args {
    /// The disclosure: the beginning of its id
    #[arg(value_name = "ID")]
    pub disclosure: String,
    /// The agency that asks for it
    #[arg(long, value_name = "TEXT")]
    pub agency: Option<String>,
    /// Who states it for the agency
    #[arg(long, value_name = "TEXT")]
    pub official: Option<String>,
    /// How it was stated
    #[arg(long, value_name = "HOW", value_parser = words::<AgencyStatement>(AgencyStatement::WORDS))]
    pub statement: Option<AgencyStatement>,
    /// Its last day; a span counts on from today
    #[arg(long, value_name = "WHEN")]
    pub until: Option<When>,
    /// You know when it ends: `due` reminds nobody of it any more; the end is what it was
    #[arg(long, conflicts_with_all = ["agency", "official", "statement", "until"])]
    pub noted: bool,
}

/// Files a statement, or that its end is known.
pub fn run(args: Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    if args.noted {
        return note_end(&args.disclosure, session);
    }
    let typed = names::word(&args.disclosure);
    let named = "--agency 'County police' --official 'Sgt Vale' --statement written --until 30d";
    let example = format!("subrosa report suspend {typed} {named}");
    let needed = [
        ("--agency", args.agency.is_some()),
        ("--official", args.official.is_some()),
        ("--statement", args.statement.is_some()),
        ("--until", args.until.is_some()),
    ];
    session.must_have_all(&needed, &example)?;
    let agency: Option<Line> = session.word(args.agency, "--agency")?;
    let official: Option<Line> = session.word(args.official, "--official")?;
    let mut vault = session.open_to_append()?;
    let disclosure = names::disclosure(vault.catalog(), &args.disclosure)?;
    suspensions::may_suspend(&vault, disclosure)?;
    let agency = session.required(agency, "--agency", "Which agency asks for it", &example)?;
    let official = session.required(official, "--official", "Who states it for the agency", &example)?;
    let question = format!("How was it stated ({})", AgencyStatement::WORDS.join(", "));
    let statement = session.required(args.statement, "--statement", &question, &example)?;
    let question = "Until which day is the client not told (a day, or a span such as 30d)";
    let until = session.required(args.until, "--until", question, &example)?;
    let (zone, today) = (session.zone(&vault)?, session.today(&vault)?);
    let until = days::last(Some(until), "--until", today, &zone)?.ok_or_else(|| missing("--until", &example))?;
    let stated = AccountingSuspended { agency, disclosure, official, statement, until };
    let committed = suspensions::suspend(&mut session.desk(&mut vault), stated)?;
    let exit = session.committed(&committed);
    let made = Made {
        id: disclosure.to_string(),
        state: "suspended",
        missing: Vec::new(),
        head: (&committed.head).into(),
        sentence: format!(
            "The client's copy of the accounting has no trace of {disclosure} until {until} is over ({statement})."
        ),
    };
    session.answer("report-suspend", &made, Some(&vault))?;
    Ok(exit)
}

fn note_end(typed: &str, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let mut vault = session.open_to_append()?;
    let disclosure = names::disclosure(vault.catalog(), typed)?;
    let (suspension, committed) = suspensions::note_end(&mut session.desk(&mut vault), disclosure)?;
    let exit = session.committed(&committed);
    let until = suspension.statements.last().map(|(stated, _)| stated.until);
    let today = session.today(&vault)?;
    let is_over = until.is_none_or(|until| today > until);
    let end = until.map(|until| until.to_string()).unwrap_or_default();
    let made = Made {
        id: disclosure.to_string(),
        state: if is_over { "ended" } else { "suspended" },
        missing: Vec::new(),
        head: (&committed.head).into(),
        sentence: match is_over {
            true => format!("The client is told of {disclosure} again, since {end} is over."),
            false => format!("The client is told of {disclosure} again once {end} is over; nobody is reminded of it."),
        },
    };
    session.answer("report-suspend", &made, Some(&vault))?;
    Ok(exit)
}
