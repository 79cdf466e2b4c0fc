//! `subrosa ledger log`: the entries, streamed as they are read: a million of them take no more memory than a few.

use std::collections::HashMap;
use std::io;
use std::io::BufWriter;
use std::io::Write;

use clap::builder::PossibleValuesParser;
use serde::Serialize;
use serde_json::Map;
use serde_json::Value;

use crate::cli::Exit;
use crate::cli::answer::Head;
use crate::cli::answer::Look;
use crate::cli::answer::Who;
use crate::cli::answer::flags;
use crate::cli::failure::Failure;
use crate::cli::host::Stream;
use crate::cli::names;
use crate::cli::session::Session;
use crate::cli::text::bare;
use crate::cli::text::row;
use crate::id::ClientId;
use crate::id::LogId;
use crate::id::RecipientId;
use crate::keys::signer::Origin;
use crate::practice::event::Body;
use crate::time::Date;
use crate::time::Timestamp;
use crate::time::When;
use crate::time::parse_date;
use crate::vault::Vault;
use crate::vault::catalog::Catalog;
use crate::vault::catalog::CatalogError;
use crate::vault::catalog::Entry;
use crate::vault::catalog::EntryFilter;
use crate::vault::catalog::IdKind;
use crate::vocabulary::Basis;

/// How many rows of a table are lined up with each other.
const LINED_UP: usize = 512;
/// How many names are remembered while entries are read.
const REMEMBERED: usize = 4096;

/// What `subrosa ledger log` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only what is about this client
    #[arg(long, value_name = "CLIENT")]
    pub client: Option<String>,
    /// Only what is about this recipient
    #[arg(long, value_name = "RECIPIENT")]
    pub recipient: Option<String>,
    /// Only entries of this kind
    #[arg(long, value_parser = PossibleValuesParser::new(Body::KINDS))]
    pub kind: Option<String>,
    /// Only entries of this time or later: a date, an instant, or a span that counts back from today
    #[arg(long, value_name = "WHEN")]
    pub since: Option<When>,
    /// Only so many, the newest
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,
    /// Count spans back from this day [default: today]
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    pub as_of: Option<Date>,
}

/// Writes the log.
pub fn run(args: Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let vault = session.open()?;
    let catalog = vault.catalog();
    let filter = EntryFilter {
        client: args.client.map(|typed| names::client(catalog, &typed)).transpose()?.map(|client| client.id()),
        recipient: args.recipient.map(|typed| names::recipient(catalog, &typed)).transpose()?.map(|found| found.id()),
        kind: args.kind,
        since: args.since.map(|when| since(when, args.as_of, session, &vault)).transpose()?,
        limit: args.limit,
    };
    let look = Look { catalog: Some(catalog), width: session.host.width };
    let (json, stdout) = (session.globals.json, &mut session.host.stdout);
    let drawn = if json {
        as_json(&vault, &filter, stdout)?
    } else if stdout.is_terminal() {
        as_table(&look, catalog, &filter, stdout)?
    } else {
        as_rows(catalog, &filter, stdout)?
    };
    if drawn == 0 && !json {
        session.note("no entry meets all of this");
    }
    Ok(Exit::Done)
}

/// A bare date begins with its day in the practice's time zone.
fn since(when: When, as_of: Option<Date>, session: &Session<'_>, vault: &Vault) -> Result<Timestamp, Failure> {
    if let When::Instant(instant) = when {
        return Ok(instant);
    }
    let zone = session.zone(vault)?;
    let today = as_of.map_or_else(|| session.today(vault), Ok)?;
    Ok(zone.start_of(when.since(today, &zone)?)?)
}

/// The aliases of those who are named, each asked for once.
struct Names<'c> {
    catalog: &'c Catalog,
    clients: HashMap<ClientId, Who>,
    recipients: HashMap<RecipientId, Who>,
}

impl<'c> Names<'c> {
    fn of(catalog: &'c Catalog) -> Self {
        Self { catalog, clients: HashMap::new(), recipients: HashMap::new() }
    }

    fn client(&mut self, id: Option<ClientId>) -> Result<Option<Who>, CatalogError> {
        let Some(id) = id else { return Ok(None) };
        if self.clients.len() >= REMEMBERED {
            self.clients.clear();
        }
        if let Some(who) = self.clients.get(&id) {
            return Ok(Some(who.clone()));
        }
        let who = Who::client(self.catalog, id)?;
        self.clients.insert(id, who.clone());
        Ok(Some(who))
    }

    fn recipient(&mut self, id: Option<RecipientId>) -> Result<Option<Who>, CatalogError> {
        let Some(id) = id else { return Ok(None) };
        if self.recipients.len() >= REMEMBERED {
            self.recipients.clear();
        }
        if let Some(who) = self.recipients.get(&id) {
            return Ok(Some(who.clone()));
        }
        let who = Who::recipient(self.catalog, id)?;
        self.recipients.insert(id, who.clone());
        Ok(Some(who))
    }
}

/// Shows every entry to `each`, until the reader of what it writes has gone. Returns how many were shown.
fn entries(
    catalog: &Catalog,
    filter: &EntryFilter,
    mut each: impl FnMut(Entry, &mut Names<'_>) -> Result<io::Result<()>, Failure>,
) -> Result<u64, Failure> {
    let mut names = Names::of(catalog);
    let mut count = 0;
    catalog.entries::<Failure>(filter, |entry| {
        count += 1;
        goes_on(each(entry, &mut names)?)
    })?;
    Ok(count)
}

/// Whether there is still somebody who reads: one who has gone has read enough.
fn goes_on(written: io::Result<()>) -> Result<bool, Failure> {
    match written {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// `docs/command-line.md`, `ledger-log`, one entry.
#[derive(Serialize)]
struct Shown<'e> {
    /// The log it stands in: each counts its entries from 0.
    origin: String,
    index: u64,
    time: String,
    kind: &'e str,
    actor: &'e str,
    client: Option<Who>,
    recipient: Option<Who>,
    records: Vec<String>,
    reasons: &'e [String],
    event: &'e Map<String, Value>,
}

/// The object, piece by piece.
fn as_json(vault: &Vault, filter: &EntryFilter, stdout: &mut Stream) -> Result<u64, Failure> {
    let mut out = BufWriter::new(stdout);
    let mut before = "{\"schema\":\"subrosa/ledger-log/1\",\"entries\":[";
    let count = entries(vault.catalog(), filter, |entry, names| {
        let shown = Shown {
            origin: Origin::of(entry.log).to_string(),
            index: entry.index,
            time: entry.time.to_string(),
            kind: &entry.kind,
            actor: &entry.actor,
            client: names.client(entry.client)?,
            recipient: names.recipient(entry.recipient)?,
            records: entry.records.iter().map(ToString::to_string).collect(),
            reasons: &entry.reasons,
            event: &entry.fields,
        };
        let text = serde_json::to_string(&shown).expect("entries are plain data");
        Ok(write!(out, "{}{text}", std::mem::replace(&mut before, ",")))
    })?;
    let opened = if count == 0 { before } else { "" };
    let head = serde_json::to_string(&Head::from(vault.head())).expect("a head is plain data");
    goes_on(writeln!(out, "{opened}],\"head\":{head}}}").and_then(|()| out.flush()))?;
    Ok(count)
}

/// One line an entry.
fn as_rows(catalog: &Catalog, filter: &EntryFilter, stdout: &mut Stream) -> Result<u64, Failure> {
    let mut out = BufWriter::new(stdout);
    let count = entries(catalog, filter, |entry, names| {
        let (client, recipient) = (names.client(entry.client)?, names.recipient(entry.recipient)?);
        let (index, time) = (entry.index.to_string(), entry.time.to_string());
        let id = about(&entry).map(|(_, id)| id).unwrap_or_default();
        let line = row([&*index, &*time, &*entry.kind, alias(&client), alias(&recipient), &*id]);
        Ok(out.write_all(line.as_bytes()))
    })?;
    goes_on(out.flush())?;
    Ok(count)
}

/// Columns under each other, so many rows at a time; the reasons of a refusal stand last. A line says where one log ends
/// and another begins: each counts its entries from 0.
fn as_table(look: &Look<'_>, catalog: &Catalog, filter: &EntryFilter, stdout: &mut Stream) -> Result<u64, Failure> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut log: Option<LogId> = None;
    let mut out = BufWriter::new(stdout);
    let count = entries(catalog, filter, |entry, names| {
        let (client, recipient) = (names.client(entry.client)?, names.recipient(entry.recipient)?);
        let id = about(&entry).map(|(kind, id)| look.id(kind, &id).into_owned()).unwrap_or_default();
        let cells = [
            entry.index.to_string(),
            entry.time.to_string(),
            entry.kind.clone(),
            alias(&client).to_owned(),
            alias(&recipient).to_owned(),
            id,
            remarks(&entry),
        ];
        let before = log.replace(entry.log).filter(|before| *before != entry.log);
        if let Some(before) = before {
            let (before, now) = (Origin::of(before), Origin::of(entry.log));
            let line = format!("--- up to here {before}; from here on {now}\n");
            let above = look.table(&std::mem::take(&mut rows));
            if let Err(error) = out.write_all(above.as_bytes()).and_then(|()| out.write_all(line.as_bytes())) {
                return Ok(Err(error));
            }
        }
        rows.push(cells.iter().map(|cell| bare(cell).into_owned()).collect());
        if rows.len() < LINED_UP {
            return Ok(Ok(()));
        }
        Ok(out.write_all(look.table(&std::mem::take(&mut rows)).as_bytes()))
    })?;
    goes_on(out.write_all(look.table(&rows).as_bytes()).and_then(|()| out.flush()))?;
    Ok(count)
}

fn alias(who: &Option<Who>) -> &str {
    who.as_ref().map(|who| &*who.alias).unwrap_or_default()
}

/// The reasons of a refusal, and what is said of a disclosure without consent.
fn remarks(entry: &Entry) -> String {
    let basis = entry.fields.get("basis").and_then(Value::as_str).filter(|_| entry.kind == "disclosure.made");
    let basis = if entry.kind == "safety.disclosed" { Some(Basis::Threat.as_str()) } else { basis };
    let said = basis.and_then(flags).map(str::to_owned);
    said.unwrap_or_else(|| entry.reasons.join(" "))
}

/// What an entry is about: the field that holds its id, by the kind's first word.
fn about(entry: &Entry) -> Option<(IdKind, String)> {
    const NAMED: [(&str, IdKind); 11] = [
        ("client", IdKind::Client),
        ("recipient", IdKind::Recipient),
        ("record", IdKind::Record),
        ("disclosure", IdKind::Disclosure),
        ("consent", IdKind::Consent),
        ("agreement", IdKind::Agreement),
        ("training", IdKind::Training),
        ("restriction", IdKind::Restriction),
        ("group", IdKind::Group),
        ("concern", IdKind::Concern),
        ("followup", IdKind::Followup),
    ];
    // What was refused has no id of its own: it names the record, when it was one.
    if entry.kind == "disclosure.refused" {
        let [record] = &entry.records[..] else { return None };
        return Some((IdKind::Record, record.to_string()));
    }
    let word = match entry.kind.split('.').next()? {
        "accounting" | "safety" | "acknowledgement" => "disclosure",
        word => word,
    };
    let (field, kind) = NAMED.into_iter().find(|(field, _)| *field == word)?;
    Some((kind, entry.fields.get(field)?.as_str()?.to_owned()))
}
