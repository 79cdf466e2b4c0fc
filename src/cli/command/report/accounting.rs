//! `subrosa report accounting`: as text, values for a spreadsheet, an object, or a page to print. It names people by name,
//! so it is plain content.

use std::path::PathBuf;

use clap::ValueEnum;
use serde::Serialize;
use serde_json::Map;
use serde_json::Value;

use super::Range;
use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Look;
use crate::cli::failure::Failure;
use crate::cli::failure::unless_refused;
use crate::cli::names;
use crate::cli::output;
use crate::cli::output::Target;
use crate::cli::plain;
use crate::cli::public;
use crate::cli::session::Session;
use crate::cli::text::bare;
use crate::cli::text::harmless;
use crate::cli::text::row;
use crate::place::Contents;
use crate::place::Lifted;
use crate::policy::accounting::Regime;
use crate::report::accounting::Accounting;
use crate::report::accounting::Asked;
use crate::report::accounting::Audience;
use crate::report::accounting::Row;
use crate::report::csv;
use crate::report::html;
use crate::report::json;
use crate::report::page;
use crate::report::text;
use crate::vault::Vault;

/// The object's schema.
const SCHEMA: &str = "subrosa/report-accounting/1";

/// What `subrosa report accounting` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
It shows everything that was disclosed and marks what a law asks for: HIPAA for six
years back, 42 CFR Part 2 for three. With --for-client nobody else is named in it.")]
pub struct Args {
    /// About whom
    #[arg(long, value_name = "CLIENT", required = true)]
    pub client: String,
    /// The copy that the client gets: nobody else is named in it, nor what is the practice's own matter
    #[arg(long, conflicts_with = "internal")]
    pub for_client: bool,
    /// Each disclosure on its own, with its author's words
    #[arg(long)]
    pub internal: bool,
    /// Only what this law asks for
    #[arg(long, value_name = "LAW")]
    pub statutory_only: Option<Law>,
    /// Which days
    #[command(flatten)]
    pub range: Range,
    /// How it is written [default: text; in a pipe, columns]
    #[arg(long)]
    pub format: Option<Format>,
    /// Write it to a file that only you can read
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace an existing file
    #[arg(long)]
    pub force: bool,
}

/// The laws that give an accounting.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Law {
    /// 45 CFR 164.528
    Hipaa,
    /// 42 CFR 2.25
    Part2,
}

/// How it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For a terminal and for paper
    Text,
    /// For a spreadsheet
    Csv,
    /// For a program
    Json,
    /// One page to print
    Html,
}

/// The object, with the path of the file beside.
#[derive(Serialize)]
struct Told<'r> {
    #[serde(flatten)]
    report: Map<String, Value>,
    path: Option<String>,
    #[serde(skip)]
    rows: &'r [Row],
}

impl Answer for Told<'_> {
    fn prose(&self, _: &Look<'_>) -> String {
        match &self.path {
            Some(path) => format!("The accounting is in {}.\n", bare(path)),
            None => String::new(),
        }
    }

    fn bare(&self) -> String {
        match &self.path {
            Some(path) => format!("{}\n", bare(path)),
            None => self.rows.iter().map(line).collect(),
        }
    }
}

/// Date, last date, number, recipient, purpose, basis, required by, flags, ids.
fn line(one: &Row) -> String {
    let ids: Vec<String> = one.disclosures.iter().map(ToString::to_string).collect();
    let required: Vec<&str> = one.required.iter().map(|regime| regime.as_str()).collect();
    row([
        &*one.first.to_string(),
        &one.last.to_string(),
        &one.disclosures.len().to_string(),
        one.alias.as_deref().unwrap_or(&one.recipient),
        one.purpose.as_str(),
        one.basis.as_str(),
        &required.join(","),
        &one.flag_words().join(","),
        &ids.join(","),
    ])
}

/// Puts it together and writes it.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let target = public::target(args.output.as_deref(), args.force);
    let is_json = session.globals.json;
    if is_json && args.output.as_ref().is_some_and(|path| path.as_os_str() == "-") {
        return Err(Failure::usage("with --json, standard output holds the object without -o -")
            .hint("subrosa report accounting --client CLIENT --json"));
    }
    if is_json && target == Target::Stdout && args.format.is_some_and(|format| format != Format::Json) {
        return Err(Failure::usage("--json and another --format cannot both stand on standard output")
            .hint("subrosa report accounting --client CLIENT --format html -o FILE --json"));
    }
    // What goes into a file is written down first, so the ledger has to be one that can be added to.
    let mut vault = if target == Target::Stdout { session.open()? } else { session.open_to_append()? };
    let asked = Asked {
        client: names::client(vault.catalog(), &args.client)?.id(),
        days: args.range.days(session, &vault)?,
        audience: match (args.for_client, args.internal) {
            (true, _) => Audience::Client,
            (_, true) => Audience::Internal,
            _ => Audience::Practice,
        },
        statutory: args.statutory_only.map(|law| match law {
            Law::Hipaa => Regime::Hipaa,
            Law::Part2 => Regime::Part2,
        }),
        now: session.now(),
    };
    let report = Accounting::of(&vault, &asked)?;
    if report.put_out > 0 {
        session.note("what names somebody else was put out of it: look at it before you give it away");
    }
    // A note: under --json a warning would stand in the copy itself.
    if let Some(until) = report.not_before {
        session.note(&format!(
            "an agency has it that the client is not told of all of this yet: do not give it away before {until} is over"
        ));
    }
    let is_listed = target == Target::Stdout
        && args.output.is_none()
        && (is_json || args.format.is_none() && !session.host.stdout.is_terminal());
    let mut told = Told { report: json::object(&report), path: None, rows: &report.rows };
    if is_listed {
        judge(session, &vault, &target)?;
        if report.rows.is_empty() && !is_json {
            session.note(page::nothing(&report).trim_end_matches('.'));
        }
        session.answer("report-accounting", &told, Some(&vault))?;
        return Ok(Exit::Done);
    }
    let format = args.format.unwrap_or(if is_json { Format::Json } else { Format::Text });
    let page = match format {
        Format::Text => harmless(&text::page(&report)).into_owned(),
        Format::Csv => csv::file(&report),
        Format::Json => json::file(&report, SCHEMA),
        Format::Html => html::page(&report),
    };
    if let Some(path) = plain::write_page(session, &mut vault, &target, "accounting of disclosures", &page)? {
        told.path = Some(path.display().to_string());
        session.answer("report-accounting", &told, Some(&vault))?;
    }
    Ok(Exit::Done)
}

/// Whether it may go there.
fn judge(session: &Session<'_>, vault: &Vault, target: &Target) -> Result<(), Failure> {
    let risks = output::risks(target, session.host, Some(vault.path()))?;
    let lifted = Lifted { location: false, force: matches!(target, Target::File { force: true, .. }) };
    unless_refused("the report", &Contents::Plain.judge(&risks, lifted))
}
