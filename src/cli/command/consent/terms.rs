//! What can be said of a consent, when it is granted and when it is completed.

use std::fs::File;
use std::io;
use std::mem;
use std::path::Path;
use std::path::PathBuf;
use std::str::FromStr;

use crate::cli::args::words;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::consenting::statements;
use crate::filing::Incoming;
use crate::filing::NewRecord;
use crate::filing::Open;
use crate::id::RecipientId;
use crate::practice::client::Client;
use crate::practice::consent::ConsentTerms;
use crate::practice::consent::Signatory;
use crate::practice::file_name::FileName;
use crate::practice::protocol::Protocol;
use crate::practice::words::Alias;
use crate::practice::words::Prose;
use crate::practice::words::Tag;
use crate::time::Date;
use crate::time::When;
use crate::time::parse_date;
use crate::vault::catalog::Catalog;
use crate::vocabulary::NoteClass;
use crate::vocabulary::Purpose;
use crate::vocabulary::RecordKind;
use crate::vocabulary::SignMethod;
use crate::vocabulary::is_sensitivity;

/// What names a team instead of a recipient.
pub const TEAM: &str = "team:";

/// The options.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Options {
    /// To whom: a recipient, or team:NAME for those who are of it now; may be repeated
    #[arg(long, value_name = "RECIPIENT")]
    pub to: Vec<String>,
    /// What kind of record; may be repeated
    #[arg(long, value_name = "KIND", value_parser = words::<RecordKind>(RecordKind::WORDS))]
    pub kind: Vec<RecordKind>,
    /// What for; may be repeated
    #[arg(long, value_name = "PURPOSE", value_parser = words::<Purpose>(Purpose::WORDS))]
    pub purpose: Vec<Purpose>,
    /// When it was signed; without it, it is a draft
    #[arg(long, value_name = "DATE")]
    pub signed_on: Option<When>,
    /// Who signed: client, or the recipient who represents the client; may be repeated
    #[arg(long, value_name = "client|RECIPIENT")]
    pub signed_by: Vec<String>,
    /// How it was signed; a verbal one holds for a few days, and for little
    #[arg(long, value_name = "METHOD", value_parser = words::<SignMethod>(SignMethod::WORDS))]
    pub method: Option<SignMethod>,
    /// Its last day, or how long after its signing [default: the protocol's period, 12m]
    #[arg(long, value_name = "DATE|SPAN", conflicts_with_all = ["on_event", "no_expiry"])]
    pub until: Option<When>,
    /// The event that ends it
    #[arg(long, value_name = "TEXT", conflicts_with = "no_expiry")]
    pub on_event: Option<String>,
    /// It ends when it is taken back
    #[arg(long)]
    pub no_expiry: bool,
    /// Its first day [default: the day of signing]
    #[arg(long, value_name = "DATE")]
    pub effective: Option<When>,
    /// The dates of the records that it covers, either end of which may be left out
    #[arg(long, value_name = "A..B")]
    pub service_dates: Option<Days>,
    /// A sensitivity tag that it covers besides those of its kinds; may be repeated
    #[arg(long, value_name = "SENSITIVITY")]
    pub tag: Vec<Tag>,
    /// Only for what has its identifiers removed
    #[arg(long)]
    pub de_identified: bool,
    /// Who may share it, an owner or a recipient; may be repeated [default: this practice]
    #[arg(long, value_name = "ALIAS")]
    pub discloser: Vec<String>,
    /// For these notes, and for nothing else
    #[arg(long, value_name = "CLASS", value_parser = words::<NoteClass>(NoteClass::WORDS))]
    pub note_class: Option<NoteClass>,
    /// For use in proceedings, and for nothing else
    #[arg(long)]
    pub legal_proceedings: bool,
    /// What may be shared, in the client's words
    #[arg(long, value_name = "TEXT")]
    pub describe: Option<String>,
    /// What the client read before signing: standard for our own statements, or a file
    #[arg(long, value_name = "standard|FILE")]
    pub statements: Option<String>,
    /// When the client was given a copy
    #[arg(long, value_name = "DATE")]
    pub copy_given: Option<When>,
    /// The signed form, filed as a record; - is standard input
    #[arg(long, value_name = "FILE")]
    pub form: Option<PathBuf>,
}

/// Two dates with two dots between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    from: Option<Date>,
    to: Option<Date>,
}

impl FromStr for Days {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not two dates such as 2026-01-01..2026-06-30");
        let (from, to) = text.split_once("..").ok_or_else(wrong)?;
        let end = |text: &str| if text.is_empty() { Ok(None) } else { parse_date(text).map(Some) };
        let days = Self { from: end(from).map_err(|_| wrong())?, to: end(to).map_err(|_| wrong())? };
        if days.from.is_none() && days.to.is_none() { Err(wrong()) } else { Ok(days) }
    }
}

impl Options {
    /// Whether nothing was said.
    pub fn is_nothing(&self) -> bool {
        let lists = self.to.len() + self.kind.len() + self.purpose.len() + self.signed_by.len() + self.tag.len();
        let words = [&self.on_event, &self.describe, &self.statements];
        let days = [self.signed_on, self.until, self.effective, self.copy_given];
        lists + self.discloser.len() == 0
            && words.into_iter().all(Option::is_none)
            && days.into_iter().all(|day| day.is_none())
            && !(self.no_expiry || self.de_identified || self.legal_proceedings)
            && self.method.is_none()
            && self.service_dates.is_none()
            && self.note_class.is_none()
            && self.form.is_none()
    }

    /// What was said, in a consent that says nothing else. A span as its end counts from its signing.
    pub fn read(
        self,
        session: &mut Session<'_>,
        catalog: &Catalog,
        (client, before): (&Client, &ConsentTerms),
    ) -> Result<ConsentTerms, Failure> {
        let protocol = catalog.protocol()?.protocol;
        let zone = protocol.zone();
        let today = session.now().date_in(&zone);
        let day = |when: Option<When>| when.map(|when| when.since(today, &zone)).transpose();
        let mut terms = ConsentTerms::new(before.consent, before.client);
        terms.signed_on = day(self.signed_on)?;
        let signed = terms.signed_on.or(before.signed_on).unwrap_or(today);
        terms.until = self.until.map(|until| until.until(signed, &zone)).transpose()?;
        terms.effective = day(self.effective)?;
        terms.copy_given = day(self.copy_given)?;
        terms.recipients = recipients(catalog, &self.to)?;
        terms.signed_by = once(self.signed_by.iter().map(|typed| signatory(catalog, typed)))?;
        terms.disclosers = once(self.discloser.iter().map(|typed| discloser(catalog, typed)))?;
        terms.kinds = once(self.kind.into_iter().map(Ok))?;
        terms.purposes = once(self.purpose.into_iter().map(Ok))?;
        terms.tags = once(self.tag.into_iter().map(sensitivity))?;
        (terms.service_from, terms.service_to) = self.service_dates.map_or((None, None), |days| (days.from, days.to));
        terms.on_event = session.word::<Prose>(self.on_event, "--on-event")?;
        terms.describe = session.word::<Prose>(self.describe, "--describe")?;
        terms.statements =
            self.statements.map(|given| read_statements(session, given, &protocol, client)).transpose()?;
        terms.method = self.method;
        terms.note_class = self.note_class;
        (terms.no_expiry, terms.de_identified) = (self.no_expiry, self.de_identified);
        terms.legal_proceedings = self.legal_proceedings;
        Ok(terms)
    }
}

/// The form as a record to be filed with the consent.
pub fn incoming<'a>(
    session: &mut Session<'_>,
    form: &Path,
    terms: &ConsentTerms,
    today: Date,
) -> Result<Incoming<'a>, Failure> {
    let path = session.host.absolute(form);
    let is_stdin = form == Path::new("-");
    let name = path.file_name().filter(|_| !is_stdin).map(|name| FileName::of(name.as_encoded_bytes()));
    let facts = NewRecord {
        client: Some(terms.client),
        kind: RecordKind::ConsentDocument,
        setting: None,
        date: terms.signed_on.unwrap_or(today),
        title: None,
        tags: Vec::new(),
        name,
    };
    if is_stdin {
        session.claim_stdin("--form")?;
        let stdin = mem::replace(&mut session.host.stdin, Box::new(io::empty()));
        let open: Open<'a> = Box::new(move || Ok(Box::new(stdin)));
        return Ok(Incoming { facts, source: "standard input".to_owned(), open });
    }
    let source = path.display().to_string();
    let open: Open<'a> = Box::new(move || Ok(Box::new(File::open(path)?)));
    Ok(Incoming { facts, source, open })
}

/// The recipients that were named, teams as those who are of them now.
pub fn recipients(catalog: &Catalog, typed: &[String]) -> Result<Vec<RecipientId>, Failure> {
    let mut found = Vec::new();
    for typed in typed {
        names::not_everyone(typed.strip_prefix(TEAM).unwrap_or(typed))?;
        let Some(team) = typed.strip_prefix(TEAM) else {
            found.push(names::recipient(catalog, typed)?.id());
            continue;
        };
        let members = catalog.team(&team.to_lowercase())?;
        if members.is_empty() {
            return Err(Failure::not_found(format!("there is no team {team:?}, or nobody is of it")));
        }
        found.extend(members);
    }
    once(found.into_iter().map(Ok))
}

/// Who signed.
pub fn signatory(catalog: &Catalog, typed: &str) -> Result<Signatory, Failure> {
    if typed == "client" {
        return Ok(Signatory::Client);
    }
    Ok(Signatory::Representative(names::recipient(catalog, typed)?.id()))
}

fn discloser(catalog: &Catalog, typed: &str) -> Result<Alias, Failure> {
    if let Ok(alias) = typed.parse::<Alias>()
        && catalog.owners()?.iter().any(|owner| owner.alias == alias)
    {
        return Ok(alias);
    }
    Ok(names::recipient(catalog, typed)?.details.alias)
}

fn sensitivity(tag: Tag) -> Result<Tag, Failure> {
    if is_sensitivity(tag.as_str()) {
        return Ok(tag);
    }
    Err(Failure::usage(format!("--tag: {tag} is no sensitivity tag; a free tag needs no consent of its own")))
}

fn read_statements(
    session: &mut Session<'_>,
    given: String,
    protocol: &Protocol,
    client: &Client,
) -> Result<Prose, Failure> {
    match given.as_str() {
        "standard" => Ok(statements::standard(protocol, client)),
        _ => {
            let text = session.text_in(&given, "--statements")?;
            text.parse().map_err(|error| Failure::usage(format!("--statements: {error}")))
        }
    }
}

/// In their order, each once.
fn once<T: PartialEq>(items: impl Iterator<Item = Result<T, Failure>>) -> Result<Vec<T>, Failure> {
    let mut found = Vec::new();
    for item in items {
        let item = item?;
        if !found.contains(&item) {
            found.push(item);
        }
    }
    Ok(found)
}
