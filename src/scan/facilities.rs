//! Hospitals, schools and the like as their word shows them: smaller than a state, and who goes there is soon known.
//! Must not know who does.

use crate::scan::categories::Piece;
use crate::scan::ordinary::is_calendar;
use crate::scan::ordinary::is_title;
use crate::scan::tokens::Tokens;

/// What such a place is.
const FACILITIES: &[&str] = &[
    "school",
    "hospital",
    "clinic",
    "university",
    "church",
    "college",
    "academy",
    "hospice",
    "escola",
    "colegio",
    "clinica",
    "universidade",
    "universidad",
    "universite",
    "ecole",
    "hopital",
    "schule",
    "klinik",
    "krankenhaus",
    "universitat",
];
/// Before one, and no name of it.
const GENERIC: &[&str] = &[
    "the",
    "a",
    "an",
    "my",
    "our",
    "your",
    "his",
    "her",
    "their",
    "its",
    "this",
    "that",
    "these",
    "some",
    "any",
    "no",
    "each",
    "every",
    "after",
    "before",
    "in",
    "at",
    "from",
    "to",
    "since",
    "when",
    "then",
    "if",
    "and",
    "or",
    "but",
    "with",
    "without",
    "for",
    "of",
    "on",
    "during",
    "high",
    "middle",
    "primary",
    "elementary",
    "secondary",
    "grammar",
    "nursery",
    "medical",
    "day",
    "state",
    "public",
    "private",
    "general",
    "community",
    "outpatient",
    "night",
    "sunday",
    "law",
    "old",
    "new",
    "local",
    "boarding",
    "music",
    "back",
    "home",
    "left",
    "o",
    "os",
    "as",
    "um",
    "uma",
    "la",
    "el",
    "le",
    "der",
    "die",
    "das",
    "na",
    "no",
    "da",
    "do",
    "mental",
    "health",
    "pain",
    "eye",
    "dental",
    "psychiatric",
    "teaching",
    "not",
    "is",
    "was",
    "we",
    "he",
    "she",
    "they",
    "i",
    "it",
    "no",
];
/// Between the word and a name after it.
const LINKS: &[&str] = &["of", "in", "at", "for", "de", "da", "do", "del", "dos", "das", "di"];
/// The most words before it or after.
const MOST_WORDS: usize = 5;

/// The facility whose name begins at token `at`: `St. Mary School`, `Mercy Hospital`, `School in Brooklyn`.
pub(super) fn found_at(tokens: &Tokens<'_>, at: usize) -> Option<Piece> {
    if !is_capital(tokens, at) {
        return None;
    }
    let mut has_name = false;
    for here in at..=at + MOST_WORDS {
        let word = tokens.word(here);
        let is_first = here == at;
        if !is_capital(tokens, here) || !(is_first || is_beside(tokens, here)) || (is_first && is_front(word)) {
            return None;
        }
        if FACILITIES.contains(&word) {
            let last = last_after(tokens, here);
            return (has_name || last > here).then(|| Piece::of(tokens, at, last));
        }
        has_name |= !GENERIC.contains(&word) && !is_title(word) && !is_calendar(word);
    }
    None
}

/// A word of another kind with a capital, that a sentence began with.
fn is_front(word: &str) -> bool {
    GENERIC.contains(&word) || is_title(word) || is_calendar(word)
}

/// The last word of the name that goes on after the facility's word at token `at`, or `at`.
fn last_after(tokens: &Tokens<'_>, at: usize) -> usize {
    let (mut last, mut next) = (at, at + 1);
    while next <= at + MOST_WORDS && is_beside(tokens, next) {
        let word = tokens.word(next);
        if is_capital(tokens, next) && !is_front(word) {
            last = next;
        } else if !LINKS.contains(&word) {
            break;
        }
        next += 1;
    }
    last
}

fn is_capital(tokens: &Tokens<'_>, at: usize) -> bool {
    tokens.is_word(at) && tokens.list[at].is_capital && !tokens.word(at).is_empty()
}

fn is_beside(tokens: &Tokens<'_>, at: usize) -> bool {
    let is_saint = || matches!(tokens.word(at - 1), "st" | "sta" | "sto");
    match tokens.plain_gap(at).as_str() {
        " " | "-" => true,
        ". " => at > 0 && is_saint(),
        // `St. Mary's School`
        gap => gap.len() <= 4 && at > 0 && tokens.list[at - 1].is_possessive && gap.ends_with(' '),
    }
}
