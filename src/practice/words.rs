//! Words that people choose: aliases, tags, single lines and prose, each checked once, where it comes in.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use serde::Serialize;
use unicode_normalization::UnicodeNormalization as _;
use unicode_properties::GeneralCategory;
use unicode_properties::GeneralCategoryGroup;
use unicode_properties::UnicodeGeneralCategory as _;

use crate::id::ALPHABET;
use crate::jcs;

/// The longest alias and tag, in characters.
const WORD_LIMIT: usize = 40;
/// The longest single line, in bytes.
const LINE_LIMIT: usize = 1024;
/// The longest prose, in bytes: an event stays readable, and long texts are records.
const PROSE_LIMIT: usize = 8192;
/// Words that would read as "everyone": nobody may be called so, and nothing is shared to them.
const WILDCARDS: [&str; 7] = ["all", "staff", "everyone", "everybody", "anyone", "anybody", "*"];
/// How many characters an id has after its letter.
const ID_LENGTH: usize = 16;
/// The letters that ids begin with.
const ID_LETTERS: &str = "rcpkatdgoxfqilh";

/// Why a word is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// A word that means everyone.
    #[error("{0:?} would mean everyone; an alias names one person")]
    Wildcard(String),
    /// A word that could be taken for an id.
    #[error("{0:?} looks like an id")]
    LooksLikeId(String),
    /// Not of an alias's shape.
    #[error(
        "{0:?} is no alias: 1 to 40 lower-case letters, digits, dots, dashes and underscores, beginning with a letter or digit"
    )]
    Alias(String),
    /// Not of a tag's shape.
    #[error("{0:?} is no tag: 1 to 40 letters, digits, dots, dashes and underscores")]
    Tag(String),
    /// Empty where something is needed.
    #[error("it is empty")]
    Empty,
    /// Longer than allowed; the limit is in bytes.
    #[error("it is longer than {0} bytes")]
    TooLong(usize),
    /// A control character, or a line break in a single line.
    #[error("it holds the control character U+{:04X}", u32::from(*.0))]
    Control(char),
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident = $read:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = TextError;

            fn from_str(text: &str) -> Result<Self, TextError> {
                $read(text).map(Self)
            }
        }

        impl TryFrom<String> for $name {
            type Error = TextError;

            fn try_from(text: String) -> Result<Self, TextError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }
    )*};
}

texts! {
    /// What a client, recipient or owner is called in the vault: `[\p{Ll}\p{N}][\p{Ll}\p{N}._-]{0,39}`, after NFC and
    /// lower-casing; unique, so case never tells two people apart.
    Alias = read_alias;
    /// A tag: `[\p{L}\p{N}._-]{1,40}`, lower-cased.
    Tag = read_tag;
    /// One line of text without control characters, trimmed, NFC; a name, a title, a contact.
    Line = read_line;
    /// Free text: line feeds and tabs are kept, CR LF becomes LF, other control characters are refused.
    Prose = read_prose;
}

impl Prose {
    /// Whether there is a word in it: a dot is no reason.
    pub fn says_something(&self) -> bool {
        self.0.chars().filter(|c| c.is_alphanumeric()).count() > 1
    }
}

/// Whether `text` names everyone instead of someone, in one word or several (`all staff`, `ALL-STAFF`).
pub fn is_wildcard(text: &str) -> bool {
    let text = text.to_lowercase();
    let mut words = text.split(|c: char| c.is_whitespace() || is_joiner(c)).filter(|word| !word.is_empty()).peekable();
    words.peek().is_some() && words.all(|word| WILDCARDS.contains(&word))
}

fn read_alias(text: &str) -> Result<String, TextError> {
    let alias: String = text.nfc().collect::<String>().to_lowercase().nfc().collect();
    if is_wildcard(&alias) {
        return Err(TextError::Wildcard(text.to_owned()));
    }
    if looks_like_id(&alias) {
        return Err(TextError::LooksLikeId(text.to_owned()));
    }
    let fits = is_alias_start(&alias)
        && alias.chars().count() <= WORD_LIMIT
        && alias.chars().all(|c| is_alias_letter(c) || is_joiner(c));
    if fits { Ok(alias) } else { Err(TextError::Alias(text.to_owned())) }
}

fn read_tag(text: &str) -> Result<String, TextError> {
    let tag: String = text.nfc().collect::<String>().to_lowercase().nfc().collect();
    let is_letter =
        |c: char| matches!(c.general_category_group(), GeneralCategoryGroup::Letter | GeneralCategoryGroup::Number);
    let count = tag.chars().count();
    let fits = (1..=WORD_LIMIT).contains(&count) && tag.chars().all(|c| is_letter(c) || is_joiner(c));
    if fits { Ok(tag) } else { Err(TextError::Tag(text.to_owned())) }
}

fn read_line(text: &str) -> Result<String, TextError> {
    let line: String = text.trim().nfc().collect();
    check(&line, LINE_LIMIT, |c| !c.is_control())?;
    Ok(line)
}

fn read_prose(text: &str) -> Result<String, TextError> {
    let prose = text.replace("\r\n", "\n").trim_end().to_owned();
    check(&prose, PROSE_LIMIT, jcs::is_allowed)?;
    Ok(prose)
}

fn check(text: &str, limit: usize, is_allowed: impl Fn(char) -> bool) -> Result<(), TextError> {
    if text.is_empty() {
        return Err(TextError::Empty);
    }
    if text.len() > limit {
        return Err(TextError::TooLong(limit));
    }
    match text.chars().find(|c| !is_allowed(*c)) {
        Some(c) => Err(TextError::Control(c)),
        None => Ok(()),
    }
}

fn is_alias_start(alias: &str) -> bool {
    alias.chars().next().is_some_and(is_alias_letter)
}

fn is_alias_letter(c: char) -> bool {
    c.general_category() == GeneralCategory::LowercaseLetter
        || c.general_category_group() == GeneralCategoryGroup::Number
}

fn is_joiner(c: char) -> bool {
    matches!(c, '.' | '_' | '-')
}

/// A whole id without its letter; or an id's letter, a dash, and four or more of an id's characters: it could be a
/// prefix of an id, now or later.
fn looks_like_id(alias: &str) -> bool {
    let is_body = |text: &str| text.bytes().all(|c| ALPHABET.contains(&c));
    if alias.len() == ID_LENGTH && is_body(alias) {
        return true;
    }
    let Some((letter, body)) = alias.split_once('-') else {
        return false;
    };
    letter.len() == 1 && ID_LETTERS.contains(letter) && body.len() >= 4 && is_body(body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn aliases_are_lower_cased_and_composed() {
        assert_eq!("MK-01".parse::<Alias>().unwrap().as_str(), "mk-01");
        assert_eq!("Jose\u{301}".parse::<Alias>().unwrap().as_str(), "josé");
        assert_eq!("dr.lee_2".parse::<Alias>().unwrap().as_str(), "dr.lee_2");
    }

    #[test]
    fn wildcards_ids_and_odd_shapes_are_refused() {
        for wrong in [
            "all",
            "ALL",
            "Staff",
            "everyone",
            "anybody",
            "all-staff",
            "*",
            "c-0123",
            "p-0123456789abcdef",
            "",
            "-a",
            ".a",
            "a b",
            "a/b",
            &"a".repeat(41),
            "a\u{202e}b",
            "ª-",
        ] {
            assert!(wrong.parse::<Alias>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn tags_take_any_letters() {
        assert_eq!("Família".parse::<Tag>().unwrap().as_str(), "família");
        assert_eq!("家族".parse::<Tag>().unwrap().as_str(), "家族");
        for wrong in ["", "two words", "a,b", &"x".repeat(41)] {
            assert!(wrong.parse::<Tag>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn lines_hold_no_breaks_and_prose_does() {
        assert_eq!(" Ana  Costa ".parse::<Line>().unwrap().as_str(), "Ana  Costa");
        assert_eq!("a\nb".parse::<Line>(), Err(TextError::Control('\n')));
        assert_eq!("a\r\nb\n".parse::<Prose>().unwrap().as_str(), "a\nb");
        assert_eq!("a\u{1b}[2J".parse::<Prose>(), Err(TextError::Control('\u{1b}')));
        assert_eq!("  ".parse::<Line>(), Err(TextError::Empty));
    }

    proptest! {
        #[test]
        fn what_is_accepted_is_accepted_again_unchanged(text in ".{0,50}") {
            if let Ok(alias) = text.parse::<Alias>() {
                prop_assert_eq!(alias.as_str().parse::<Alias>().unwrap(), alias);
            }
            if let Ok(tag) = text.parse::<Tag>() {
                prop_assert_eq!(tag.as_str().parse::<Tag>().unwrap(), tag);
            }
            if let Ok(line) = text.parse::<Line>() {
                prop_assert_eq!(line.as_str().parse::<Line>().unwrap(), line);
            }
            if let Ok(prose) = text.parse::<Prose>() {
                prop_assert_eq!(prose.as_str().parse::<Prose>().unwrap(), prose);
            }
        }
    }
}
