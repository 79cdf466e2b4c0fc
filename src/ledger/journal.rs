//! A journal file: one line for each sealed leaf (docs/format.md, section 3). A line is an event's whole opening, or,
//! where fields of it were erased, what is left: a partial opening, which gives the same leaf. Must not know what may be
//! erased, nor who said that it was.

use std::fmt;
use std::ops::Range;

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::jcs;
use crate::keys::signer::Origin;
use crate::ledger::commitment::CommitmentError;
use crate::ledger::leaf::Leaf;
use crate::ledger::opening::MAX_LINE;
use crate::ledger::opening::Opening;
use crate::ledger::opening::OpeningError;
use crate::ledger::shown::Shown;

/// A journal with a line that is no opening, or out of place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct JournalError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: OpeningError,
}

/// What is left of an opening, fields of which were erased.
pub struct Partial {
    /// Where in the log its leaf stands.
    pub index: u64,
    /// The fields that are left, each with its own salt, and the digests of those that are not.
    pub shown: Shown,
}

/// A line of the journal.
pub enum Line {
    /// An event as it was committed.
    Whole(Opening),
    /// One of which fields are gone.
    Partial(Partial),
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(opening) => opening.fmt(f),
            Self::Partial(partial) => write!(f, "Partial({}, {:?})", partial.index, partial.shown),
        }
    }
}

impl Line {
    /// Where in the log its leaf stands.
    pub fn index(&self) -> u64 {
        match self {
            Self::Whole(opening) => opening.index,
            Self::Partial(partial) => partial.index,
        }
    }

    /// The value of a field that is there.
    pub fn value(&self, name: &str) -> Option<&Value> {
        match self {
            Self::Whole(opening) => opening.event.get(name),
            Self::Partial(partial) => partial.shown.value(name),
        }
    }

    /// The event's kind, where the line tells it.
    pub fn kind(&self) -> Option<&str> {
        self.value("kind")?.as_str()
    }

    /// The names of the fields that are there.
    pub fn names(&self) -> Vec<&str> {
        match self {
            Self::Whole(opening) => opening.event.keys().map(String::as_str).collect(),
            Self::Partial(partial) => partial.shown.shown().map(|(name, _)| name).collect(),
        }
    }

    /// The names of those that are gone.
    pub fn hidden(&self) -> Vec<&str> {
        match self {
            Self::Whole(_) => Vec::new(),
            Self::Partial(partial) => partial.shown.hidden(),
        }
    }

    /// The fields that are there.
    pub fn fields(&self) -> Map<String, Value> {
        let value = |name: &str| Some((name.to_owned(), self.value(name)?.clone()));
        self.names().into_iter().filter_map(value).collect()
    }

    /// The same of a line that is not needed any more.
    pub fn into_fields(self) -> Map<String, Value> {
        match self {
            Self::Whole(opening) => opening.event,
            Self::Partial(_) => self.fields(),
        }
    }

    /// Those that are there and that `shows` lets through; of all others, their digests.
    pub fn shown(&self, shows: impl Fn(&str) -> bool) -> Result<Shown, CommitmentError> {
        match self {
            Self::Whole(opening) => Shown::of(opening, shows),
            Self::Partial(partial) => partial.shown.only(shows),
        }
    }

    /// What is left without the fields that `gone` names. The event's salt goes with the first of them, for with it
    /// they could be guessed at.
    pub fn without(self, gone: impl Fn(&str) -> bool) -> Result<Self, CommitmentError> {
        if !self.names().into_iter().any(&gone) {
            return Ok(self);
        }
        Ok(Self::Partial(Partial { index: self.index(), shown: self.shown(|name| !gone(name))? }))
    }

    /// Whether `leaf` is this event's in the log `origin`.
    #[must_use]
    pub fn matches(&self, origin: &Origin, leaf: &Leaf) -> bool {
        match self {
            Self::Whole(opening) => opening.matches(origin, leaf),
            Self::Partial(partial) => partial.shown.leaf(origin, partial.index).as_ref() == Ok(leaf),
        }
    }

    /// The bytes in the journal, with the newline. Secret: the caller seals them.
    pub fn to_bytes(&self) -> Result<Vec<u8>, OpeningError> {
        let partial = match self {
            Self::Whole(opening) => return opening.to_line(),
            Self::Partial(partial) => partial,
        };
        let line = json!({ "fields": partial.shown.to_value(), "index": partial.index });
        let mut line = jcs::spell(&line).map_err(|_| OpeningError::NotCanonical)?;
        line.push(b'\n');
        if line.len() > MAX_LINE { Err(OpeningError::TooLong) } else { Ok(line) }
    }

    /// Reads one line with its newline, which must be canonical to the byte.
    pub fn parse(line: &[u8]) -> Result<Self, OpeningError> {
        // Canonical keys are sorted: of the two forms, each begins with its own.
        if !line.starts_with(b"{\"fields\":") {
            return Opening::parse_line(line).map(Self::Whole);
        }
        if line.len() > MAX_LINE {
            return Err(OpeningError::TooLong);
        }
        let json = line.strip_suffix(b"\n").ok_or(OpeningError::NotCanonical)?;
        let value = jcs::parse(json).map_err(|_| OpeningError::NotCanonical)?;
        let (Some(fields), Some(index), Some(2)) =
            (value.get("fields"), value.get("index").and_then(Value::as_u64), value.as_object().map(Map::len))
        else {
            return Err(OpeningError::Shape);
        };
        let shown = Shown::from_value(fields).map_err(|_| OpeningError::Shape)?;
        // With everything there it is no partial opening, and one line would have two spellings.
        if shown.hidden().is_empty() {
            return Err(OpeningError::Shape);
        }
        Ok(Self::Partial(Partial { index, shown }))
    }
}

/// Reads a journal file that may hold lines of `range`, in ascending order, not necessarily all of them.
pub fn parse_journal(bytes: &[u8], range: Range<u64>) -> Result<Vec<Line>, JournalError> {
    let mut lines: Vec<Line> = Vec::new();
    for (n, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let wrong = |reason| JournalError { line: n + 1, reason };
        let line = Line::parse(line).map_err(wrong)?;
        let index = line.index();
        if !range.contains(&index) {
            return Err(wrong(OpeningError::OutOfRange { index }));
        }
        if lines.last().is_some_and(|last| last.index() >= index) {
            return Err(wrong(OpeningError::NotAscending { index }));
        }
        lines.push(line);
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::commitment;
    use crate::ledger::opening::Salt;
    use proptest::prelude::*;

    fn origin() -> Origin {
        "subrosa/q5c3f7kz2m".parse().unwrap()
    }

    fn opening(index: u64) -> Opening {
        let Value::Object(event) = json!({"kind": "a", "none": null, "title": "about Maria"}) else { unreachable!() };
        Opening { index, event, salt: Salt::from_bytes(&[7; 32]) }
    }

    fn leaf(index: u64) -> Leaf {
        let Opening { event, salt, .. } = opening(index);
        let commitment = commitment::commit_event(&origin(), index, &event, salt.reveal_secret()).unwrap();
        Leaf::Sealed { commitment }
    }

    fn whole(index: u64) -> Vec<u8> {
        opening(index).to_line().unwrap()
    }

    fn partial(index: u64) -> Line {
        Line::Whole(opening(index)).without(|name| name == "title").unwrap()
    }

    #[test]
    fn what_is_left_gives_the_same_leaf_and_tells_nothing_of_what_is_gone() {
        let left = partial(3);
        assert!(left.matches(&origin(), &leaf(3)) && !left.matches(&origin(), &leaf(4)));
        assert_eq!((left.names(), left.hidden(), left.kind()), (vec!["kind", "none"], vec!["title"], Some("a")));
        let line = left.to_bytes().unwrap();
        assert!(line.starts_with(b"{\"fields\":{\"kind\":{\"salt\":\"") && line.ends_with(b"},\"index\":3}\n"));
        let text = String::from_utf8(line.clone()).unwrap();
        assert!(!text.contains("Maria") && !text.contains("BwcHBwcHBwcHBwcH"), "nor the event's salt: {text}");
        let read = Line::parse(&line).unwrap();
        assert_eq!(read.to_bytes().unwrap(), line);
        assert_eq!(read.into_fields(), Map::from_iter([("kind".into(), json!("a")), ("none".into(), Value::Null)]));
    }

    #[test]
    fn more_goes_and_nothing_comes_back() {
        let less = partial(3).without(|name| name == "none").unwrap();
        assert_eq!((less.names(), less.hidden()), (vec!["kind"], vec!["none", "title"]));
        assert!(less.matches(&origin(), &leaf(3)));
        let same = Line::Whole(opening(3)).without(|name| name == "other").unwrap();
        assert_eq!(same.to_bytes().unwrap(), whole(3), "nothing of it was there");
        assert_eq!(less.shown(|_| true).unwrap().hidden(), ["none", "title"]);
    }

    #[test]
    fn other_shapes_are_refused() {
        use OpeningError::*;
        let good = String::from_utf8(partial(3).to_bytes().unwrap()).unwrap();
        let all = Shown::of(&opening(3), |_| true).unwrap().to_value();
        let all = String::from_utf8(jcs::spell(&json!({"fields": all, "index": 3})).unwrap()).unwrap();
        for (wrong, reason) in [
            ("{\"fields\":{},\"index\":9}\n".to_owned(), Shape),
            (format!("{all}\n"), Shape),
            (good.replace(":3}", ":-3}"), Shape),
            (good.replace(":3}", ":3,\"salt\":\"\"}"), Shape),
            (good.replace("\"index\":3", "\"indey\":3"), Shape),
            (good.replace(":3}", ": 3}"), NotCanonical),
            (good.trim_end().to_owned(), NotCanonical),
            (good.replace("\"a\"", &format!("{:?}", "a".repeat(MAX_LINE))), TooLong),
        ] {
            assert_eq!(Line::parse(wrong.as_bytes()).unwrap_err(), reason, "{wrong:.300}");
        }
    }

    #[test]
    fn a_journal_ascends_within_its_range() {
        let journal = |indices: &[u64]| {
            let line =
                |index: &u64| if index.is_multiple_of(2) { whole(*index) } else { partial(*index).to_bytes().unwrap() };
            let bytes: Vec<u8> = indices.iter().flat_map(line).collect();
            parse_journal(&bytes, 256..512).map(|read| read.iter().map(Line::index).collect::<Vec<_>>())
        };
        assert_eq!(journal(&[]), Ok(vec![]));
        assert_eq!(journal(&[256, 300, 511]), Ok(vec![256, 300, 511]));
        let wrong = |line, reason| Err(JournalError { line, reason });
        assert_eq!(journal(&[300, 300]), wrong(2, OpeningError::NotAscending { index: 300 }));
        assert_eq!(journal(&[256, 300, 299]), wrong(3, OpeningError::NotAscending { index: 299 }));
        assert_eq!(journal(&[255]), wrong(1, OpeningError::OutOfRange { index: 255 }));
        assert_eq!(journal(&[511, 512]), wrong(2, OpeningError::OutOfRange { index: 512 }));
        let torn = [whole(256), b"{\"event\"".to_vec()].concat();
        assert_eq!(
            parse_journal(&torn, 256..512).unwrap_err().to_string(),
            "line 2: it is not one line of canonical JSON"
        );
        assert_eq!(parse_journal(b"\n", 256..512).unwrap_err().line, 1);
    }

    proptest! {
        #[test]
        fn no_input_panics_and_what_is_read_is_spelled_the_same(at: prop::sample::Index, with: u8, bytes: Vec<u8>) {
            let mut changed = partial(3).to_bytes().unwrap();
            let at = at.index(changed.len());
            let was = std::mem::replace(&mut changed[at], with);
            if let Ok(read) = Line::parse(&changed) {
                prop_assert!(was == with || !read.matches(&origin(), &leaf(3)), "byte {} proves nothing", at);
            }
            for input in [changed, bytes] {
                if let Ok(line) = Line::parse(&input) {
                    prop_assert_eq!(line.to_bytes().unwrap(), input.clone());
                }
                let _ = parse_journal(&input, 0..256);
            }
        }
    }
}
