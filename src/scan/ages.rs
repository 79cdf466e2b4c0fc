//! Ages over 89 as they are taken out (45 CFR 164.514(b)(2)(i)(C)), in figures and in words. Must not know whose they
//! are.

use crate::scan::categories::Piece;
use crate::scan::tokens::Tokens;
use crate::time::Date;

/// The highest age that may stay.
pub(super) const HIGHEST_AGE: i16 = 89;

/// After an age.
const YEARS: &[&str] = &["year", "years", "yr", "yrs", "yo", "y", "anos", "ans", "jahre", "jahrige", "ano", "anni"];
/// Before an age.
const AGED: &[&str] = &["age", "aged", "turned", "idade", "alter"];
/// Before the year of a birth.
const BORN: &[&str] = &["born", "b", "birth", "nascido", "nascida", "nacido", "nacida", "ne", "geboren"];
/// Ninety and more in a word.
const NINETY: &[&str] = &["ninety", "noventa", "novanta", "neunzig"];
const HUNDRED: &[&str] = &["hundred", "cien", "ciento", "cem", "cento", "hundert", "einhundert"];
/// What may be added to them.
const UNITS: &[&str] = &[
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "um", "uma",
    "dois", "duas", "tres", "quatro", "cinco", "seis", "sete", "oito", "nove", "uno", "un", "dos", "cuatro", "siete",
    "ocho", "nueve",
];
/// Who has such an age, in a word.
const OF_AGE: &[&str] = &["nonagenarian", "centenarian", "nonagenaria", "nonagenario", "centenaria", "centenario"];

/// The high age that begins at token `at`, or the year of birth that tells one.
pub(super) fn found_at(tokens: &Tokens<'_>, at: usize, today: Date) -> Option<Piece> {
    high_age(tokens, at).or_else(|| decade(tokens, at)).or_else(|| old_year(tokens, at, today))
}

/// `93 years old`, `a 93-year-old`, `aged 93`, `ninety-two years old`, `one hundred years old`
fn high_age(tokens: &Tokens<'_>, at: usize) -> Option<Piece> {
    let is_number = tokens.is_number(at);
    let end = if is_number { in_figures(tokens, at)? } else { in_words(tokens, at)? };
    let is_close = |at: usize| matches!(tokens.plain_gap(at).as_str(), "" | " " | "-" | "/" | ": " | ":");
    let mut last = end;
    if YEARS.contains(&tokens.word(end + 1)) && is_close(end + 1) {
        last = end + 1;
        if matches!(tokens.word(end + 2), "old" | "o" | "of") && is_close(end + 2) {
            last = end + 2;
        }
    }
    // A hundred years ago is nobody's age.
    if !is_number && matches!(tokens.word(last + 1), "ago" | "later" | "before" | "earlier") {
        return None;
    }
    let is_named = at > 0 && AGED.contains(&tokens.word(at - 1)) && is_close(at);
    (last > end || is_named).then(|| over(tokens, at, last))
}

fn over(tokens: &Tokens<'_>, first: usize, last: usize) -> Piece {
    let mut piece = Piece::of(tokens, first, last);
    piece.put = Some("age over 89".to_owned());
    piece
}

fn in_figures(tokens: &Tokens<'_>, at: usize) -> Option<usize> {
    let age: i16 = tokens.word(at).parse().ok()?;
    (HIGHEST_AGE + 1..=130).contains(&age).then_some(at)
}

/// The last token of an age in words: `ninety-two`, `one hundred and three`, `noventa e dois`, `zweiundneunzig`.
fn in_words(tokens: &Tokens<'_>, at: usize) -> Option<usize> {
    let is_beside = |at: usize| matches!(tokens.plain_gap(at).as_str(), " " | "-");
    let word = tokens.word(at);
    let is_counted = matches!(word, "one" | "a") && tokens.word(at + 1) == "hundred" && is_beside(at + 1);
    let is_german = word.len() > 7 && word.ends_with("undneunzig");
    let mut last = if is_counted { at + 1 } else { at };
    if !(is_counted || is_german || NINETY.contains(&word) || HUNDRED.contains(&word)) {
        return None;
    }
    let unit =
        if matches!(tokens.word(last + 1), "and" | "e" | "y") && is_beside(last + 1) { last + 2 } else { last + 1 };
    if UNITS.contains(&tokens.word(unit)) && is_beside(unit) {
        last = unit;
    }
    Some(last)
}

/// `in her nineties`, `in his 90s`, `a nonagenarian`
fn decade(tokens: &Tokens<'_>, at: usize) -> Option<Piece> {
    if OF_AGE.contains(&tokens.word(at)) {
        return Some(over(tokens, at, at));
    }
    let is_theirs = at > 0 && matches!(tokens.word(at - 1), "his" | "her" | "their" | "mid" | "early" | "late");
    if is_theirs && tokens.word(at) == "nineties" {
        return Some(over(tokens, at, at));
    }
    let is_decade = tokens.word(at) == "90" && tokens.word(at + 1) == "s" && tokens.plain_gap(at + 1).len() <= 1;
    (is_theirs && is_decade).then(|| over(tokens, at, at + 1))
}

/// `born in 1931`, where that makes an age over 89.
fn old_year(tokens: &Tokens<'_>, at: usize, today: Date) -> Option<Piece> {
    let year: i16 = tokens.word(at).parse().ok().filter(|_| tokens.is_number(at) && tokens.word(at).len() == 4)?;
    let before = |back: usize| at.checked_sub(back).map_or("", |at| tokens.word(at));
    let is_birth = [1, 2, 3].iter().any(|back| BORN.contains(&before(*back)));
    let is_old = (1800..today.year() - HIGHEST_AGE).contains(&year);
    (is_birth && is_old).then(|| Piece::of(tokens, at, at))
}
