//! The protocol: what is confidential here, who has access to it and how it is handled, as the practice adopted it, a
//! version at a time. It is a TOML text that people read; every key in it changes what is decided, due or written.
//! Must not know what is decided by it.

use std::fmt;

use serde::Deserialize;
use serde::Serialize;

use crate::id::RecipientId;
use crate::practice::need::Row;
use crate::practice::owner::VaultCreated;
use crate::practice::periods::Periods;
use crate::practice::words::Line;
use crate::practice::words::Prose;
use crate::time::Date;
use crate::time::Span;
use crate::time::Timestamp;
use crate::time::Zone;
use crate::vocabulary::Capacity;
use crate::vocabulary::Profile;
use crate::vocabulary::RecordKind;

/// `protocol.adopted`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProtocolAdopted {
    /// Whether it asks something new of people: then they have to acknowledge it before anything is shared.
    pub material: bool,
    /// The whole protocol.
    pub text: Prose,
    /// 1, 2, 3, ...
    pub version: u64,
}

/// `protocol.acknowledged`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProtocolAcknowledged {
    /// When.
    pub on: Date,
    /// Who; null for the owner who acts.
    pub recipient: Option<RecipientId>,
    /// Which version.
    pub version: u64,
}

/// A protocol that was adopted.
#[derive(Clone, Debug)]
pub struct Adopted {
    /// Its version.
    pub version: u64,
    /// What it says.
    pub protocol: Protocol,
    /// Its text.
    pub text: String,
    /// The last version that asked something new of people, and when that was adopted.
    pub material: (u64, Timestamp),
}

/// What a protocol says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Protocol {
    /// The practice.
    pub practice: Practice,
    /// What is confidential.
    pub confidential: Confidential,
    /// Who has access.
    pub access: Access,
    /// How it is handled.
    pub handling: Handling,
    /// How long things hold.
    #[serde(default)]
    pub periods: Periods,
    /// What a state or country has decided otherwise.
    #[serde(default, rename = "override")]
    pub overrides: Overrides,
    /// Statements that packages carry besides the general one.
    #[serde(default)]
    pub notice: Vec<Statement>,
}

/// `[practice]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Practice {
    /// Professional or personal: in a personal one no statute is checked.
    pub capacity: Capacity,
    /// Rules on top of the strict ones.
    pub profiles: Vec<Profile>,
    /// The zone by whose calendar days begin and end.
    pub time_zone: String,
    /// Whom a client or a recipient may call about privacy.
    pub contact: Option<Line>,
}

/// `[confidential]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Confidential {
    /// In plain words; the client reads it on the consent form.
    pub what: Prose,
    /// What a record is whose kind nobody names.
    pub default_kind: Option<RecordKind>,
}

/// `[access]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Access {
    /// In plain words; the client reads it on the consent form.
    pub who: Prose,
    /// Whether every look at a record is an entry, where one owner alone opens the vault.
    #[serde(default)]
    pub access_log: bool,
    /// Whether the basis `tpo` is open: treatment, payment and operations without consent (45 CFR 164.506).
    #[serde(default)]
    pub allow_tpo_without_consent: bool,
    /// Rows that stand in place of those of the same roles in the table of who needs what.
    #[serde(default)]
    pub role: Vec<Row>,
}

/// `[handling]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Handling {
    /// In plain words; recipients read it in the notice.
    pub how: Prose,
    /// How long a recipient may keep a package, where the share does not say.
    pub keep: Option<Span>,
}

/// `[override]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overrides {
    /// The age of majority, in years; 18 where nothing is said.
    pub majority_age: Option<i16>,
    /// The law that says so.
    pub citation: Option<Line>,
}

/// `[[notice]]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// What the package says.
    pub text: Prose,
    /// The law that asks for it.
    pub citation: Line,
}

/// Why a text is no protocol.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProtocolError {
    /// Not TOML, a key that does nothing, a missing section, a wrong word.
    #[error("{place}{reason}")]
    Shape {
        /// Where, as far as it is known.
        place: Place,
        /// The parser's words.
        reason: String,
    },
    /// No such time zone.
    #[error("{0}{1:?} is no time zone such as Europe/Lisbon")]
    Zone(Place, String),
    /// Treatment, payment and operations without consent is HIPAA's, not the strict rules'.
    #[error("{0}it needs the profile hipaa, and a professional capacity")]
    TpoWithoutHipaa(Place),
    /// An override names the law it comes from.
    #[error("{0}override.citation is missing: an override names the law it comes from")]
    NoCitation(Place),
    /// Nobody comes of age then.
    #[error("{0}{1} is no age between 14 and 25")]
    Majority(Place, i16),
}

/// A place in a protocol's text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The line, counted from 1.
    pub line: Option<usize>,
    /// The key, with its section before a dot.
    pub key: Option<String>,
}

impl Place {
    /// What stands at the byte `at`.
    fn at(text: &str, at: usize) -> Self {
        let number = text.get(..at).unwrap_or(text).lines().count().max(1);
        let number = if text.get(..at).is_some_and(|before| before.ends_with('\n')) { number + 1 } else { number };
        let mut section = None;
        let mut key = None;
        for line in text.lines().take(number) {
            let line = line.trim();
            key = line.split_once('=').map(|(key, _)| key.trim());
            if line.starts_with('[') {
                section = line.split(']').next().map(|name| name.trim_matches(['[', ' ']));
            }
        }
        let named = [section, key].into_iter().flatten().collect::<Vec<_>>().join(".");
        Self { line: Some(number), key: Some(named).filter(|named| !named.is_empty()) }
    }

    /// Where `section` gives `key` its value.
    fn of(text: &str, section: &str, key: &str) -> Self {
        let named = format!("{section}.{key}");
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let is_it = line.trim_start().starts_with(key.trim_start());
            let place = Self::at(text, at);
            if is_it && place.key.as_deref() == Some(&named) {
                return place;
            }
            at += line.len();
        }
        Self { line: None, key: Some(named) }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        match &self.key {
            Some(key) => write!(f, "{key}: "),
            None => Ok(()),
        }
    }
}

impl Protocol {
    /// Reads a protocol that was adopted, on whatever computer: one may know fewer time zones than another.
    pub fn read(text: &str) -> Result<Self, ProtocolError> {
        toml::from_str(text).map_err(|error| ProtocolError::Shape {
            // A whole section that is missing is missing nowhere in particular.
            place: error
                .span()
                .filter(|span| !span.is_empty() && span.len() < text.trim_end().len())
                .map_or_else(Place::default, |span| Place::at(text, span.start)),
            reason: error.message().split_whitespace().collect::<Vec<_>>().join(" "),
        })
    }

    /// Reads one to be adopted. Unknown keys are refused: a key that does nothing would promise something.
    pub fn parse(text: &str) -> Result<Self, ProtocolError> {
        let read = Self::read(text)?;
        if read.practice.time_zone.parse::<Zone>().is_err() {
            return Err(ProtocolError::Zone(Place::of(text, "practice", "time_zone"), read.practice.time_zone));
        }
        if read.access.allow_tpo_without_consent && !read.has(Profile::Hipaa) {
            return Err(ProtocolError::TpoWithoutHipaa(Place::of(text, "access", "allow_tpo_without_consent")));
        }
        if let Some(age) = read.overrides.majority_age {
            let place = Place::of(text, "override", "majority_age");
            if !(14..=25).contains(&age) {
                return Err(ProtocolError::Majority(place, age));
            }
            if read.overrides.citation.is_none() {
                return Err(ProtocolError::NoCitation(place));
            }
        }
        Ok(read)
    }

    /// The zone by whose calendar days begin and end.
    pub fn zone(&self) -> Zone {
        self.practice.time_zone.parse().unwrap_or(Zone::UTC)
    }

    /// Whether a profile's rules apply: in a personal capacity none do.
    pub fn has(&self, profile: Profile) -> bool {
        self.practice.capacity == Capacity::Professional && self.practice.profiles.contains(&profile)
    }

    /// The birthday on which a person comes of age, in years.
    pub fn majority_age(&self) -> i16 {
        self.overrides.majority_age.unwrap_or(18)
    }

    /// Whether `next` takes away what protects records under 42 CFR Part 2: no protocol may.
    pub fn loosens_part2(&self, next: &Self) -> bool {
        self.has(Profile::Part2) && !next.has(Profile::Part2)
    }
}

/// The strict protocol that a vault begins with.
pub fn strict(created: &VaultCreated) -> String {
    let quoted = |text: &str| toml::Value::from(text).to_string();
    let profiles: Vec<_> = created.profiles.iter().map(|profile| quoted(profile.as_str())).collect();
    let contact = match &created.contact {
        Some(contact) => format!("contact = {}\n", quoted(contact.as_str())),
        None => "# contact = \"telephone or address for questions about privacy\"\n".to_owned(),
    };
    format!(
        "# The protocol of this practice: subrosa protocol edit changes it, and adopts the new version.\n\n\
         [practice]\n\
         capacity = {}\n\
         profiles = [{}]\n\
         time_zone = {}\n\
         {contact}\n\
         {STRICT}",
        quoted(created.capacity.as_str()),
        profiles.join(", "),
        quoted(&created.time_zone),
    )
}

const STRICT: &str = "\
[confidential]
what = \"Everything that is said or written in the work with you, that you come here at all, and who you are.\"

[access]
who = \"Nobody but those who do this work. Nobody else, not even your family, unless you agree in writing.\"

[handling]
how = \"Keep it locked away, show it to nobody else, and delete it when it is not needed any more.\"

[periods]
consent = \"12m\"
verbal = \"7d\"
training = \"12m\"
";

#[cfg(test)]
mod tests {
    use super::*;

    fn text() -> String {
        format!("[practice]\ncapacity = \"professional\"\nprofiles = []\ntime_zone = \"Europe/Lisbon\"\n\n{STRICT}")
    }

    #[test]
    fn the_strict_protocol_is_one() {
        let protocol = Protocol::parse(&text()).unwrap();
        assert!(Protocol::read(&text().replace("Europe/Lisbon", "Moon/Base")).is_ok(), "adopted where it was known");
        assert_eq!(protocol.majority_age(), 18);
        assert!(!protocol.access.access_log && !protocol.has(Profile::Hipaa));
    }

    #[test]
    fn each_of_the_three_sections_has_to_be_there_and_nothing_unknown() {
        for section in ["[confidential]", "[access]", "[handling]"] {
            let begin = text().find(section).unwrap();
            let end = begin + text()[begin + 1..].find("\n[").unwrap() + 2;
            let without = format!("{}{}", &text()[..begin], &text()[end..]);
            let error = Protocol::parse(&without).unwrap_err().to_string();
            assert!(error.contains(section.trim_matches(['[', ']'])), "{error}");
        }
        let line = text().lines().count() + 1;
        let error = Protocol::parse(&format!("{}surprise = 1\n", text())).unwrap_err().to_string();
        assert!(error.starts_with(&format!("line {line}: periods.surprise: unknown field")), "{error}");
        let error = Protocol::parse(&text().replace("capacity = \"professional\"", "capacity = \"god\"")).unwrap_err();
        assert!(error.to_string().starts_with("line 2: practice.capacity: "), "{error}");
    }

    #[test]
    fn what_law_says_otherwise_names_the_law() {
        let with = |end: &str| Protocol::parse(&format!("{}\n[override]\n{end}", text()));
        let line = text().lines().count() + 3;
        let place = Place { line: Some(line), key: Some("override.majority_age".to_owned()) };
        assert_eq!(with("majority_age = 19\n").unwrap_err(), ProtocolError::NoCitation(place.clone()));
        let three = with("majority_age = 3\ncitation = \"x\"\n").unwrap_err();
        assert_eq!(three.to_string(), format!("line {line}: override.majority_age: 3 is no age between 14 and 25"));
        assert_eq!(with("majority_age = 19\ncitation = \"Ala. Code 26-1-1\"\n").unwrap().majority_age(), 19);
    }

    #[test]
    fn sharing_without_consent_is_a_rule_of_hipaa_alone() {
        let open = text().replace("[access]\n", "[access]\nallow_tpo_without_consent = true\n");
        assert!(matches!(
            Protocol::parse(&open).unwrap_err(),
            ProtocolError::TpoWithoutHipaa(Place { line: Some(10), .. })
        ));
        assert!(Protocol::parse(&open.replace("profiles = []", "profiles = [\"hipaa\"]")).is_ok());
    }
}
