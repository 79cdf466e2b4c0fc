//! Who needs what: a role, and the kinds and purposes that are open to it. The standard table and a practice's protocol
//! write such a row alike, and it is read strictly from both. Must not know which rows there are.
use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use serde::Serialize;

use crate::vocabulary::Purpose;
use crate::vocabulary::RecordKind;
use crate::vocabulary::Role;
use crate::vocabulary::WordError;

/// Why a row is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RowError {
    /// A word that is not on its list.
    #[error(transparent)]
    Word(#[from] WordError),
    /// A single word that is not `all`.
    #[error("{field} is {given:?}, neither \"all\" nor a list of words")]
    NotAll {
        /// The field.
        field: &'static str,
        /// What stands there.
        given: String,
    },
    /// A word that stands there twice: one of the two was meant to be another.
    #[error("{field} names {word} twice")]
    Twice {
        /// The field.
        field: &'static str,
        /// The word.
        word: &'static str,
    },
    /// Exceptions from a list that is written out.
    #[error("{field}_but takes words away from \"all\" only, and {field} is a list")]
    ButNotAll {
        /// The field that is a list.
        field: &'static str,
    },
}

/// Some words of a closed list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Words<T> {
    /// All of them, also those that the list will get one day, but for these.
    All {
        /// The exceptions.
        but: Vec<T>,
    },
    /// These; an empty list is none.
    These(Vec<T>),
}

impl<T: Copy + PartialEq> Words<T> {
    /// Whether `word` is one of them.
    pub fn contains(&self, word: T) -> bool {
        match self {
            Self::All { but } => !but.contains(&word),
            Self::These(words) => words.contains(&word),
        }
    }
}

impl<T: fmt::Display> fmt::Display for Words<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (before, words) = match self {
            Self::All { but } if but.is_empty() => return f.pad("all"),
            Self::All { but } => ("all but ", but),
            Self::These(words) if words.is_empty() => return f.pad("none"),
            Self::These(words) => ("", words),
        };
        let words: Vec<String> = words.iter().map(T::to_string).collect();
        f.pad(&format!("{before}{}", words.join(" ")))
    }
}

/// A role may get these kinds for these purposes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WrittenRow", into = "WrittenRow")]
pub struct Row {
    /// Who.
    pub role: Role,
    /// What.
    pub kinds: Words<RecordKind>,
    /// What for.
    pub purposes: Words<Purpose>,
    /// Excerpts only.
    pub excerpt_only: bool,
    /// Only what had its identifiers removed.
    pub de_identified: bool,
}

impl Row {
    /// Whether the row lets this through.
    pub fn allows(&self, kind: RecordKind, purpose: Purpose, is_excerpt: bool, is_de_identified: bool) -> bool {
        self.kinds.contains(kind)
            && self.purposes.contains(purpose)
            && (is_excerpt || !self.excerpt_only)
            && (is_de_identified || !self.de_identified)
    }

    /// In what form, in plain words.
    pub fn form(&self) -> &'static str {
        match (self.excerpt_only, self.de_identified) {
            (false, false) => "whole or excerpt",
            (true, false) => "excerpt",
            (false, true) => "identifiers removed",
            (true, true) => "excerpt, identifiers removed",
        }
    }
}

/// A row as it is written.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenRow {
    role: String,
    kinds: WrittenWords,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    kinds_but: Vec<String>,
    purposes: WrittenWords,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    purposes_but: Vec<String>,
    #[serde(default)]
    excerpt_only: bool,
    #[serde(default)]
    de_identified: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged, expecting = "neither \"all\" nor a list of words")]
enum WrittenWords {
    One(String),
    List(Vec<String>),
}

impl TryFrom<WrittenRow> for Row {
    type Error = RowError;

    fn try_from(written: WrittenRow) -> Result<Self, RowError> {
        Ok(Self {
            role: written.role.parse()?,
            kinds: words("kinds", written.kinds, &written.kinds_but, RecordKind::as_str)?,
            purposes: words("purposes", written.purposes, &written.purposes_but, Purpose::as_str)?,
            excerpt_only: written.excerpt_only,
            de_identified: written.de_identified,
        })
    }
}

impl From<Row> for WrittenRow {
    fn from(row: Row) -> Self {
        let (kinds, kinds_but) = spelled(&row.kinds);
        let (purposes, purposes_but) = spelled(&row.purposes);
        Self {
            role: row.role.to_string(),
            kinds,
            kinds_but,
            purposes,
            purposes_but,
            excerpt_only: row.excerpt_only,
            de_identified: row.de_identified,
        }
    }
}

fn words<T: Copy + PartialEq + FromStr<Err = WordError>>(
    field: &'static str,
    given: WrittenWords,
    but: &[String],
    spelling: fn(T) -> &'static str,
) -> Result<Words<T>, RowError> {
    match given {
        WrittenWords::One(given) if given == "all" => Ok(Words::All { but: list(field, but, spelling)? }),
        WrittenWords::One(given) => Err(RowError::NotAll { field, given }),
        WrittenWords::List(_) if !but.is_empty() => Err(RowError::ButNotAll { field }),
        WrittenWords::List(given) => Ok(Words::These(list(field, &given, spelling)?)),
    }
}

fn list<T: Copy + PartialEq + FromStr<Err = WordError>>(
    field: &'static str,
    given: &[String],
    spelling: fn(T) -> &'static str,
) -> Result<Vec<T>, RowError> {
    let mut words = Vec::with_capacity(given.len());
    for word in given {
        let word: T = word.parse()?;
        if words.contains(&word) {
            return Err(RowError::Twice { field, word: spelling(word) });
        }
        words.push(word);
    }
    Ok(words)
}

fn spelled<T: fmt::Display>(words: &Words<T>) -> (WrittenWords, Vec<String>) {
    match words {
        Words::All { but } => (WrittenWords::One("all".to_owned()), but.iter().map(T::to_string).collect()),
        Words::These(words) => (WrittenWords::List(words.iter().map(T::to_string).collect()), Vec::new()),
    }
}
