//! Looking for other people in what would leave: contents, file names, titles and tags (`docs/format.md`, 6). Whoever the
//! records are about may be named in them, but not where their identifiers were removed. Must not know what follows.

use std::io::Read;
use std::rc::Rc;

use crate::id::ClientId;
use crate::id::RecordId;
use crate::policy::Found;
use crate::policy::More;
use crate::practice::disclosure::RecordRef;
use crate::practice::record::Record;
use crate::scan;
use crate::scan::Allowed;
use crate::scan::Hit;
use crate::scan::IdentifierKind;
use crate::scan::Scan;
use crate::scan::ScanError;
use crate::scan::readable;
use crate::scan::readable::Readable;
use crate::sharing::Drawn;
use crate::sharing::ShareError;
use crate::vault::Vault;

/// As much of a content tells whether it is text.
const FIRST: usize = 8 << 10;
/// What is no UTF-8 is scanned up to this size, in bytes: it has to be turned into UTF-8 as a whole. As much is cut into
/// excerpts, too.
const WIDE: u64 = 64 << 20;
/// As many places are told of one record; of the rest, how many there are.
const TOLD: usize = 20;

/// What was found, and what could not be looked through.
#[derive(Clone, Debug, Default)]
pub struct Looked {
    /// Where other people are.
    pub found: Vec<Found>,
    /// What is no text, or does not say how it is written, so that somebody in it may have been missed.
    pub unscanned: Vec<RecordRef>,
    /// What has no lines of which there could be an excerpt.
    pub without_lines: Vec<RecordId>,
}

/// A content, as it was looked through.
struct Content {
    scan: Scan,
    /// It is text that says how it is written.
    is_text: bool,
    /// It was read as text, said or guessed, and is not too large for an excerpt.
    has_lines: bool,
}

impl Content {
    const UNREAD: Self = Self { scan: Scan { hits: Vec::new(), has_more: false }, is_text: false, has_lines: false };
}

/// Looks through records; of what is no record yet, its text is `drawn`.
pub fn look(vault: &Vault, records: &[Record], drawn: &[Rc<Drawn>]) -> Result<Looked, ShareError> {
    let mut looked = Looked::default();
    for record in records {
        let allowed = allowed_in(record);
        let Content { scan, is_text, has_lines } = match drawn.iter().find(|drawn| drawn.version.record == record.id())
        {
            Some(drawn) => {
                let scan = scan::scan(drawn.text.reveal_secret(), vault.catalog(), &allowed)?;
                Content { scan, is_text: true, has_lines: true }
            }
            None => look_into(vault, record, &allowed)?,
        };
        if !is_text {
            looked.unscanned.push(RecordRef { record: record.id(), version: record.latest.version });
        }
        if !has_lines {
            looked.without_lines.push(record.id());
        }
        let one = |place, at| Found { record: Some(record.id()), place, at, has_lines, more: None };
        let told = scan.hits.iter().take(TOLD).map(|hit| one("content", Some((hit.line, hit.column))));
        looked.found.extend(told);
        if let Some(last) = looked.found.last_mut().filter(|_| scan.hits.len() > TOLD) {
            last.more = Some(More { count: scan.hits.len() - TOLD, is_at_least: scan.has_more });
        }
        for (place, text) in beside(record) {
            if !scan::scan(&text, vault.catalog(), &allowed)?.hits.is_empty() {
                looked.found.push(one(place, None));
            }
        }
    }
    Ok(looked)
}

/// Looks through words of the page that are not the program's own. They are about nobody, but the client of what goes
/// with them may be in them.
pub fn look_at_page<'a>(
    vault: &Vault,
    records: &[Record],
    texts: impl IntoIterator<Item = (&'static str, &'a str)>,
) -> Result<Vec<Found>, ShareError> {
    // A group's common part is about nobody; what goes with it is.
    let first = records.iter().find(|record| record.latest.client.is_some());
    let allowed = first.map(allowed_in).unwrap_or_default();
    look_at(vault, &allowed, texts)
}

/// Looks through the words that say what is told of a client.
pub fn look_at_told<'a>(
    vault: &Vault,
    client: Option<ClientId>,
    texts: impl IntoIterator<Item = (&'static str, &'a str)>,
) -> Result<Vec<Found>, ShareError> {
    look_at(vault, &client.into_iter().collect(), texts)
}

fn look_at<'a>(
    vault: &Vault,
    allowed: &Allowed,
    texts: impl IntoIterator<Item = (&'static str, &'a str)>,
) -> Result<Vec<Found>, ShareError> {
    let mut found = Vec::new();
    for (place, text) in texts {
        if !scan::scan(text, vault.catalog(), allowed)?.hits.is_empty() {
            found.push(Found { record: None, place, at: None, has_lines: false, more: None });
        }
    }
    Ok(found)
}

/// Looks through the names on the page: whose package it is, and whose practice. A word that others are called by too is
/// nothing, or no doctor Lee could be told anything in a practice with a client Lee; nor is a whole name of its bearer's.
pub fn look_at_names<'a>(
    vault: &Vault,
    records: &[Record],
    texts: impl IntoIterator<Item = (&'static str, &'a str)>,
) -> Result<Vec<Found>, ShareError> {
    let allowed = records.first().map(allowed_in).unwrap_or_default();
    let mut found = Vec::new();
    for (place, text) in texts {
        let tells = |hit: &Hit| {
            let is_name =
                matches!(hit.kind, IdentifierKind::Name | IdentifierKind::Nickname | IdentifierKind::Representative);
            let told = text.get(hit.range()).unwrap_or_default();
            !is_name || (told.contains(char::is_whitespace) && told != text.trim())
        };
        if scan::scan(text, vault.catalog(), &allowed)?.hits.iter().any(tells) {
            found.push(Found { record: None, place, at: None, has_lines: false, more: None });
        }
    }
    Ok(found)
}

/// Whom a record is about, where its identifiers were not removed.
fn allowed_in(record: &Record) -> Allowed {
    record.latest.client.filter(|_| !is_nameless(record)).into_iter().collect()
}

fn is_nameless(record: &Record) -> bool {
    record.latest.excerpt_of.as_ref().is_some_and(|excerpt| excerpt.de_identified)
}

/// What stands beside a content, by what it is called.
fn beside(record: &Record) -> Vec<(&'static str, String)> {
    let latest = &record.latest;
    let mut all = Vec::new();
    all.extend(latest.name.iter().map(|name| ("file name", name.clone())));
    all.extend(latest.title.iter().map(|title| ("title", title.to_string())));
    all.extend(latest.tags.iter().map(|tag| ("tag", tag.to_string())));
    all
}

/// What is found in a content. Of text that does not say how it is written the bytes are looked at as they would be in
/// Western Europe.
fn look_into(vault: &Vault, record: &Record, allowed: &Allowed) -> Result<Content, ShareError> {
    let failed = |error| ShareError::content(&record.latest, error);
    let latest = &record.latest;
    let mut content = vault.read(latest)?;
    let mut first = Vec::new();
    (&mut content).take(FIRST as u64).read_to_end(&mut first).map_err(failed)?;
    if !readable::may_be_text(&latest.media_type) || first.contains(&0) && !is_wide(&first) {
        return Ok(Content::UNREAD);
    }
    let has_lines = latest.size <= WIDE;
    if readable::is_text(&latest.media_type, &first) && !is_wide(&first) {
        match scan::scan_reader(first.as_slice().chain(content), vault.catalog(), allowed) {
            Ok(scan) => return Ok(Content { scan, is_text: true, has_lines }),
            Err(ScanError::Read(error)) => return Err(failed(error)),
            Err(ScanError::Index(error)) => return Err(error.into()),
            Err(ScanError::NotText(_)) => {}
        }
        content = vault.read(latest)?;
        first.clear();
    }
    if !has_lines {
        return Ok(Content::UNREAD);
    }
    content.read_to_end(&mut first).map_err(failed)?;
    let read = if is_wide(&first) { Readable::read(&first) } else { Readable::NotText };
    let is_text = read.text().is_some();
    let guess = if is_text { None } else { readable::guessed(&first) };
    let Some(text) = read.text().or(guess.as_deref()) else {
        return Ok(Content::UNREAD);
    };
    Ok(Content { scan: scan::scan(text, vault.catalog(), allowed)?, is_text, has_lines })
}

/// Whether it begins as UTF-16 does.
fn is_wide(first: &[u8]) -> bool {
    first.starts_with(&[0xff, 0xfe]) || first.starts_with(&[0xfe, 0xff])
}
