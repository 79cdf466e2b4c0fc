//! Names put out: each person becomes a number, the lines stay. Must not know whose text it is.

use std::collections::BTreeMap;

use crate::id::ClientId;
use crate::scan::hit::Allowed;
use crate::scan::hit::Hit;
use crate::scan::identifier::Index;
use crate::scan::scanner::scan_up_to;

/// Participant 1 is whoever the text is about.
const FIRST_OTHER: usize = 2;
/// What is put in an identifier's place, without the number or year at its end.
const PLACEHOLDERS: &[&str] = &[
    "participant",
    "another person",
    "name",
    "place",
    "date",
    "age over 89",
    "phone",
    "fax",
    "email",
    "social security number",
    "record number",
    "health plan number",
    "account number",
    "licence number",
    "vehicle number",
    "device number",
    "link",
    "network address",
    "number",
];

/// A text with the names put out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redacted {
    /// The text.
    pub text: String,
    /// How many people were put out.
    pub people: usize,
    /// How many places were changed.
    pub places: usize,
}

/// `text` with each hit replaced by `[participant 2]` and so on: one number for one person, in the order of the text,
/// above all numbers that it has already. Line ends inside a hit stay. Hits must be of this very text, in its order.
pub fn redact(text: &str, hits: &[Hit]) -> String {
    redact_counting(text, hits, &mut Numbers::after(text))
}

/// Scans and redacts until a scan finds nothing any more: what is put out may change how its neighbours read.
pub fn redact_all<I: Index>(text: &str, index: &I, allowed: &Allowed) -> Result<Redacted, I::Error> {
    let mut redacted = Redacted { text: text.to_owned(), people: 0, places: 0 };
    let mut numbers = Numbers::after(text);
    loop {
        // Every round turns words into placeholders, which are never words again: it ends.
        let found = scan_up_to(&redacted.text, index, allowed, usize::MAX)?;
        if found.hits.is_empty() {
            redacted.people = numbers.of.len();
            return Ok(redacted);
        }
        redacted.places += found.hits.len();
        redacted.text = redact_counting(&redacted.text, &found.hits, &mut numbers);
    }
}

struct Numbers {
    next: usize,
    of: BTreeMap<ClientId, usize>,
}

impl Numbers {
    fn after(text: &str) -> Self {
        let taken = text.match_indices("[participant ").filter_map(|(at, found)| {
            let rest = &text[at + found.len()..];
            rest[..rest.find(']')?.min(10)].parse::<usize>().ok()
        });
        Self { next: taken.max().map_or(FIRST_OTHER, |number| (number + 1).max(FIRST_OTHER)), of: BTreeMap::new() }
    }

    fn of(&mut self, client: ClientId) -> usize {
        *self.of.entry(client).or_insert_with(|| {
            self.next += 1;
            self.next - 1
        })
    }
}

fn redact_counting(text: &str, hits: &[Hit], numbers: &mut Numbers) -> String {
    let mut redacted = String::with_capacity(text.len());
    let mut from = 0;
    for hit in hits {
        let Some(named) = text.get(hit.range()).filter(|_| hit.range().start >= from) else { continue };
        redacted.push_str(&text[from..hit.range().start]);
        redacted.push_str(&placeholder(&format!("participant {}", numbers.of(hit.of)), named));
        from = hit.range().end;
    }
    redacted + &text[from..]
}

/// `[what]`, and the line ends of what it stands for.
pub(super) fn placeholder(what: &str, instead_of: &str) -> String {
    let ends: String = instead_of.chars().filter(|c| matches!(c, '\n' | '\r')).collect();
    format!("[{what}]{ends}")
}

/// The length of the placeholder that `text` begins with.
pub(super) fn placeholder_length(text: &str) -> Option<usize> {
    const LONGEST: usize = 40;
    let end = text.bytes().take(LONGEST).position(|byte| byte == b']')?;
    let inside = text.get(1..end)?;
    let is_one = PLACEHOLDERS.iter().any(|word| match inside.strip_prefix(word) {
        Some("") => true,
        Some(rest) => {
            let number = rest.strip_prefix(' ').unwrap_or("x");
            matches!(*word, "participant" | "date")
                && (1..=10).contains(&number.len())
                && number.bytes().all(|byte| byte.is_ascii_digit())
        }
        None => false,
    });
    is_one.then_some(end + 1)
}
