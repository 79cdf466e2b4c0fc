//! What commands answer: the JSON types that several of them share (`docs/command-line.md`), and [`Answer`], one value
//! that is drawn three ways. Made to be written only; nothing reads them. Must not know where the words go.

use std::borrow::Cow;

use serde::Serialize;

use crate::cli::text::bare;
use crate::cli::text::columns;
use crate::cli::text::row;
use crate::id::ClientId;
use crate::id::GroupId;
use crate::id::RecipientId;
use crate::ledger::checkpoint::Checkpoint;
use crate::place::PlaceRisk;
use crate::policy::Rule;
use crate::practice::record::ExcerptOf as StoredExcerpt;
use crate::practice::record::RecordVersion;
use crate::practice::words::Tag;
use crate::vault::catalog::Catalog;
use crate::vault::catalog::CatalogError;
use crate::vault::catalog::IdKind;
use crate::vault::root_text;

/// A result, as JSON ([`Serialize`]), as prose for a person at a terminal, and as bare lines for another program.
pub trait Answer: Serialize {
    /// For a person. Text that others wrote is made harmless by [`crate::cli::text::bare`] here. Ends with a line end,
    /// or is empty.
    fn prose(&self, look: &Look<'_>) -> String;

    /// For a pipe: one line a thing, TAB between columns, ids whole ([`crate::cli::text::row`]).
    fn bare(&self) -> String;
}

/// How things are drawn on a terminal.
pub struct Look<'a> {
    /// What tells the shortest prefix of an id; none where there is no vault.
    pub catalog: Option<&'a Catalog>,
    /// How many columns there are.
    pub width: usize,
}

impl Look<'_> {
    /// The shortest prefix that tells `id` from the others; the whole where that is not known.
    pub fn id<'i>(&self, kind: IdKind, id: &'i str) -> Cow<'i, str> {
        let length = self.catalog.and_then(|catalog| catalog.shortest_prefix(kind, id).ok());
        // The letter and its dash stand before what is counted.
        length.and_then(|length| id.get(..length + 2)).unwrap_or(id).into()
    }

    /// Rows of cells (harmless already) under each other, two blanks between. Rows end with their last full cell.
    pub fn table(&self, rows: &[Vec<String>]) -> String {
        let wide = |text: &str| text.chars().map(columns).sum::<usize>();
        let mut widths: Vec<usize> = Vec::new();
        for row in rows {
            widths.resize(widths.len().max(row.len()), 0);
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(wide(cell));
            }
        }
        let mut text = String::new();
        for row in rows {
            let mut line = String::new();
            for (width, cell) in widths.iter().zip(row) {
                line.push_str(cell);
                line.push_str(&" ".repeat(width - wide(cell) + 2));
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

/// The fields of one thing, to be drawn under each other. Values that others wrote are made harmless here.
pub struct Sheet(Vec<(&'static str, String)>);

impl Sheet {
    /// The fields that have a value.
    pub fn of(fields: impl IntoIterator<Item = (&'static str, Option<String>)>) -> Self {
        Self(
            fields
                .into_iter()
                .filter_map(|(name, value)| Some((name, value.filter(|value| !value.is_empty())?)))
                .collect(),
        )
    }

    /// As two columns.
    pub fn prose(&self, look: &Look<'_>) -> String {
        let rows = self.0.iter().map(|(name, value)| vec![format!("{name}:"), bare(value).into_owned()]);
        look.table(&rows.collect::<Vec<_>>())
    }

    /// As name and value.
    pub fn bare(&self) -> String {
        self.0.iter().map(|(name, value)| row([*name, value])).collect()
    }
}

/// Someone with an alias.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Who {
    /// The whole id.
    pub id: String,
    /// The alias.
    pub alias: String,
}

impl Who {
    /// A client, as the catalogue knows him. One that it does not know keeps his id for an alias.
    pub fn client(catalog: &Catalog, id: ClientId) -> Result<Self, CatalogError> {
        let alias = catalog.client(id)?.map(|client| client.details.alias.to_string());
        Ok(Self { id: id.to_string(), alias: alias.unwrap_or_else(|| id.to_string()) })
    }

    /// A group, by the name that it has here.
    pub fn group(catalog: &Catalog, id: GroupId) -> Result<Self, CatalogError> {
        let name = catalog.group(id)?.map(|group| group.planned.name.to_string());
        Ok(Self { id: id.to_string(), alias: name.unwrap_or_else(|| id.to_string()) })
    }

    /// A recipient, likewise.
    pub fn recipient(catalog: &Catalog, id: RecipientId) -> Result<Self, CatalogError> {
        let alias = catalog.recipient(id)?.map(|recipient| recipient.details.alias.to_string());
        Ok(Self { id: id.to_string(), alias: alias.unwrap_or_else(|| id.to_string()) })
    }
}

/// A head of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Head {
    /// The log.
    pub origin: String,
    /// How many entries.
    pub size: u64,
    /// The root, base64 as in the checkpoint.
    pub root: String,
}

impl From<&Checkpoint> for Head {
    fn from(head: &Checkpoint) -> Self {
        Self { origin: head.origin.to_string(), size: head.size, root: root_text(&head.root) }
    }
}

/// From which lines of which record an excerpt was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExcerptOf {
    /// The record.
    pub record: String,
    /// Its version.
    pub version: u64,
    /// First and last line of each part.
    pub lines: Vec<[u64; 2]>,
    /// Whether identifiers were taken out.
    pub de_identified: bool,
}

impl From<&StoredExcerpt> for ExcerptOf {
    fn from(of: &StoredExcerpt) -> Self {
        let StoredExcerpt { de_identified, lines, record, version, of_lines: _ } = of;
        Self { record: record.to_string(), version: *version, lines: lines.clone(), de_identified: *de_identified }
    }
}

/// A record in its latest, or a named, version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Record {
    /// The whole id.
    pub id: String,
    /// The client it is about.
    pub client: Option<Who>,
    /// The group it is about.
    pub group: Option<Who>,
    /// What it is.
    pub kind: &'static str,
    /// How confidential.
    pub label: &'static str,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its title.
    pub title: Option<String>,
    /// Its file name, in escaped form where it is not plain text.
    pub name: Option<String>,
    /// Its media type.
    pub media_type: String,
    /// Its size in bytes.
    pub size: u64,
    /// The digest of its content.
    pub sha256: String,
    /// The day it is of.
    pub date: String,
    /// The room it was made in.
    pub setting: Option<&'static str>,
    /// Which version.
    pub version: u64,
    /// What it was excerpted from.
    pub excerpt_of: Option<ExcerptOf>,
}

impl Record {
    /// A version of a record, its client named by the catalogue.
    pub fn of(catalog: &Catalog, version: &RecordVersion) -> Result<Self, CatalogError> {
        let group = version.group.map(|id| Who::group(catalog, id)).transpose()?;
        Ok(Self {
            id: version.record.to_string(),
            client: version.client.map(|id| Who::client(catalog, id)).transpose()?,
            group,
            kind: version.record_kind.as_str(),
            label: version.label.as_str(),
            tags: version.tags.iter().map(Tag::to_string).collect(),
            title: version.title.as_ref().map(ToString::to_string),
            name: version.name.clone(),
            media_type: version.media_type.clone(),
            size: version.size,
            sha256: version.sha256.to_string(),
            date: version.date.to_string(),
            setting: version.setting.map(|setting| setting.as_str()),
            version: version.version,
            excerpt_of: version.excerpt_of.as_ref().map(ExcerptOf::from),
        })
    }
}

/// Where in a text something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct At {
    /// Counted from 1.
    pub line: u64,
    /// Counted from 1.
    pub column: u64,
}

/// One reason of a refusal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// `E-…`
    pub id: String,
    /// The fact in words.
    pub text: String,
    /// Where the rule comes from.
    pub source: Vec<String>,
    /// A command that mends it.
    pub cure: Option<String>,
    /// The recipient it is about.
    pub recipient: Option<Who>,
    /// The record it is about.
    pub record: Option<String>,
    /// The place in a text it is about.
    pub at: Option<At>,
    /// What is missing.
    pub missing: Vec<String>,
}

/// A rule as it stands in the table, for a refusal that fills none of its blanks.
impl From<&Rule> for Reason {
    fn from(rule: &Rule) -> Self {
        Self {
            id: rule.id.to_owned(),
            text: rule.text.to_owned(),
            source: rule.source.iter().map(|source| (*source).to_owned()).collect(),
            cure: Some(rule.cure.to_owned()),
            ..Self::default()
        }
    }
}

impl From<&PlaceRisk> for Reason {
    fn from(risk: &PlaceRisk) -> Self {
        Self { id: risk.id().to_owned(), text: risk.to_string(), ..Self::default() }
    }
}

/// A thing that was made or changed (`docs/command-line.md`, "things made").
#[derive(Clone, Debug, Serialize)]
pub struct Made {
    /// The whole id.
    pub id: String,
    /// Its state now.
    pub state: &'static str,
    /// What it still lacks.
    pub missing: Vec<String>,
    /// The head after it.
    pub head: Head,
    /// What is said of it to a person; whole sentences.
    #[serde(skip)]
    pub sentence: String,
}

impl Answer for Made {
    fn prose(&self, _: &Look<'_>) -> String {
        format!("{}\n", self.sentence)
    }

    fn bare(&self) -> String {
        format!("{}\n", self.id)
    }
}
