//! `subrosa list`: records, newest first. Streams: what it costs follows what it prints.

use std::collections::HashMap;

use crate::cli::Exit;
use crate::cli::answer::Look;
use crate::cli::answer::Record;
use crate::cli::args::words;
use crate::cli::failure::Failure;
use crate::cli::host::Stream;
use crate::cli::names;
use crate::cli::session::Session;
use crate::cli::text::bare;
use crate::cli::text::row;
use crate::id::ClientId;
use crate::practice::record;
use crate::practice::words::Tag;
use crate::time::Date;
use crate::time::When;
use crate::time::parse_date;
use crate::vault::Vault;
use crate::vault::catalog::IdKind;
use crate::vault::catalog::RecordFilter;
use crate::vocabulary::RecordKind;

/// Rows are written in pieces of about so many bytes.
const PIECE: usize = 1 << 16;

/// What `subrosa list` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// About this client
    #[arg(long, value_name = "CLIENT")]
    pub client: Option<String>,
    /// Of this kind
    #[arg(long, value_name = "KIND", value_parser = words::<RecordKind>(RecordKind::WORDS))]
    pub kind: Option<RecordKind>,
    /// With this tag; may be repeated, and all have to be there
    #[arg(short, long = "tag", value_name = "TAG")]
    pub tags: Vec<Tag>,
    /// Of this date or later
    #[arg(long, value_name = "DATE")]
    pub since: Option<When>,
    /// Of this date or earlier
    #[arg(long, value_name = "DATE")]
    pub until: Option<When>,
    /// No more than so many
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,
    /// Count spans back from this day [default: today]
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    pub as_of: Option<Date>,
}

/// Lists records.
pub fn run(args: Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let vault = session.open()?;
    let (zone, today) = (session.zone(&vault)?, args.as_of.map_or_else(|| session.today(&vault), Ok)?);
    let client = args.client.map(|typed| names::client(vault.catalog(), &typed)).transpose()?;
    let filter = RecordFilter {
        client: client.map(|client| client.id()),
        kind: args.kind,
        tags: args.tags,
        since: args.since.map(|when| when.since(today, &zone)).transpose()?,
        until: args.until.map(|when| when.since(today, &zone)).transpose()?,
        limit: args.limit,
    };
    let is_terminal = session.host.stdout.is_terminal();
    let width = session.host.width;
    let stdout = &mut session.host.stdout;
    if session.globals.json {
        as_json(&vault, &filter, stdout)?;
    } else if is_terminal {
        if as_table(&vault, &filter, stdout, width)? == 0 {
            session.note("there is no such record");
        }
    } else {
        as_rows(&vault, &filter, stdout)?;
    }
    Ok(Exit::Done)
}

fn as_json(vault: &Vault, filter: &RecordFilter, stdout: &mut Stream) -> Result<(), Failure> {
    stdout.say("{\"schema\":\"subrosa/list/1\",\"records\":[")?;
    let mut separator = "";
    vault.catalog().records::<Failure>(filter, |record| {
        let record = Record::of(vault.catalog(), &record.latest)?;
        stdout.say_on(&format!("{separator}{}", serde_json::to_string(&record).expect("answers are plain data")))?;
        separator = ",";
        Ok(!stdout.is_closed())
    })?;
    Ok(stdout.say("]}\n")?)
}

fn as_rows(vault: &Vault, filter: &RecordFilter, stdout: &mut Stream) -> Result<(), Failure> {
    let mut aliases = Aliases::default();
    let mut lines = String::new();
    vault.catalog().records::<Failure>(filter, |record| {
        let cells = cells(vault, &record, record.id().to_string(), &mut aliases)?;
        lines.push_str(&row(cells.iter().map(String::as_str)));
        if lines.len() >= PIECE {
            stdout.say_on(&std::mem::take(&mut lines))?;
        }
        Ok(!stdout.is_closed())
    })?;
    Ok(stdout.say(&lines)?)
}

/// Columns under each other; how many rows there are.
fn as_table(vault: &Vault, filter: &RecordFilter, stdout: &mut Stream, width: usize) -> Result<usize, Failure> {
    let look = Look { catalog: Some(vault.catalog()), width };
    let mut aliases = Aliases::default();
    let mut rows = Vec::new();
    vault.catalog().records::<Failure>(filter, |record| {
        let id = record.id().to_string();
        let cells = cells(vault, &record, look.id(IdKind::Record, &id).into_owned(), &mut aliases)?;
        rows.push(cells.iter().map(|cell| bare(cell).into_owned()).collect());
        Ok(true)
    })?;
    stdout.say(&look.table(&rows))?;
    Ok(rows.len())
}

/// Aliases of the clients met so far.
type Aliases = HashMap<ClientId, String>;

/// Id, date, client, kind, label, tags, title (or file name).
fn cells(vault: &Vault, record: &record::Record, id: String, aliases: &mut Aliases) -> Result<[String; 7], Failure> {
    let latest = &record.latest;
    let alias = match latest.client {
        None => String::new(),
        Some(client) => match aliases.get(&client) {
            Some(alias) => alias.clone(),
            None => {
                let found = vault.catalog().client(client)?;
                let alias = found.map_or_else(|| client.to_string(), |client| client.details.alias.to_string());
                aliases.insert(client, alias.clone());
                alias
            }
        },
    };
    let title = latest.title.as_ref().map(|title| title.to_string()).or(latest.name.clone()).unwrap_or_default();
    let tags = latest.tags.iter().map(Tag::as_str).collect::<Vec<_>>().join(",");
    let words = [latest.date.to_string(), alias, latest.record_kind.to_string(), latest.label.to_string(), tags, title];
    let [date, alias, kind, label, tags, title] = words;
    Ok([id, date, alias, kind, label, tags, title])
}
