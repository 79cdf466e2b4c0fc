//! Dates as they are taken out: all but the year, and the year too where it tells an age over 89 (45 CFR
//! 164.514(b)(2)(i)(C)). Must not know whose they are.

use crate::scan::categories::Piece;
use crate::scan::date;
use crate::scan::ordinary::is_before_calendar;
use crate::scan::tokens::Tokens;
use crate::time::Date;

/// The highest age that may stay.
const HIGHEST_AGE: i16 = 89;

/// Months of English that are taken out alone when they have a capital.
const ALONE: &[&str] =
    &["january", "february", "april", "june", "july", "august", "september", "october", "november", "december"];
/// Those that are words too, taken out after `in`, `since` and the like.
const AFTER_PREPOSITION: &[&str] = &["may", "march"];
/// Before two figures that are a day and a month.
const BEFORE_FIGURES: &[&str] = &[
    "on", "by", "since", "until", "till", "from", "before", "after", "dated", "date", "due", "seen", "of", "to", "am",
    "em",
];
/// After an age.
const YEARS: &[&str] = &["year", "years", "yr", "yrs", "yo", "y", "anos", "ans", "jahre", "jahrige", "ano", "anni"];
/// Before an age.
const AGED: &[&str] = &["age", "aged", "turned", "idade", "alter"];
/// Before the year of a birth.
const BORN: &[&str] = &["born", "b", "birth", "nascido", "nascida", "nacido", "nacida", "ne", "geboren"];

/// The date or high age that begins at token `at`.
pub(super) fn found_at(tokens: &Tokens<'_>, at: usize, today: Date) -> Option<Piece> {
    let full = || date::found_at(tokens, at).map(|found| (found.last, found.year));
    let of_month = || month_of_year(tokens, at).map(|(last, year)| (last, Some(year)));
    let in_year = || day_of_year(tokens, at).map(|last| (last, None));
    if let Some((last, year)) = full().or_else(of_month).or_else(in_year) {
        let mut piece = Piece::of(tokens, range_start(tokens, at), last);
        piece.put = year.filter(|year| today.year() - year <= HIGHEST_AGE).map(|year| format!("date {year:04}"));
        return Some(piece);
    }
    high_age(tokens, at).or_else(|| old_year(tokens, at, today))
}

fn is_written(tokens: &Tokens<'_>, at: usize) -> bool {
    tokens.get(at).is_some_and(|token| token.is_capital)
}

/// `13-15 May`: the first day goes too.
fn range_start(tokens: &Tokens<'_>, at: usize) -> usize {
    let is_range = at > 0 && tokens.is_number(at) && tokens.is_number(at - 1) && tokens.plain_gap(at) == "-";
    let is_day = |at: usize| tokens.word(at).parse().is_ok_and(|day: u8| (1..=31).contains(&day));
    if is_range && is_day(at - 1) && is_day(at) { at - 1 } else { at }
}

/// `May 2001`, `May of 2001`, `05/2001`, `2001-05`
fn month_of_year(tokens: &Tokens<'_>, at: usize) -> Option<(usize, i16)> {
    let year_at = |at: usize| {
        let is_year = tokens.is_number(at) && tokens.word(at).len() == 4;
        tokens.word(at).parse().ok().filter(|year| is_year && (1800..2200).contains(year))
    };
    if date::month(tokens.word(at)).is_some() {
        let last = date::skip_links(tokens, at + 1)?;
        return year_at(last).map(|year| (last, year));
    }
    let month =
        |at: usize| tokens.word(at).len() <= 2 && tokens.word(at).parse().is_ok_and(|m: u8| (1..=12).contains(&m));
    if !tokens.is_number(at) || !tokens.is_number(at + 1) {
        return None;
    }
    let (gap, is_last) = (tokens.plain_gap(at + 1), tokens.plain_gap(at + 2) != tokens.plain_gap(at + 1));
    match gap.as_str() {
        "/" | "." if month(at) && is_last => year_at(at + 1).map(|year| (at + 1, year)),
        "-" | "/" if month(at + 1) && tokens.word(at + 1).len() == 2 && is_last => {
            year_at(at).map(|year| (at + 1, year))
        }
        _ => None,
    }
}

/// `13 May`, `May 13`, `in May`, `December`, `on 13/05`
fn day_of_year(tokens: &Tokens<'_>, at: usize) -> Option<usize> {
    if let Some((last, ..)) = date::day_and_month(tokens, at)
        && (is_written(tokens, last) || tokens.word(last - 1) == "de")
    {
        return Some(last);
    }
    if let Some((last, ..)) = date::month_and_day(tokens, at)
        && is_written(tokens, at)
    {
        return Some(last);
    }
    let before = at.checked_sub(1).map_or("", |before| tokens.word(before));
    if is_written(tokens, at) {
        let word = tokens.word(at);
        let is_month = ALONE.contains(&word) || (AFTER_PREPOSITION.contains(&word) && is_before_calendar(before));
        return is_month.then_some(at);
    }
    let is_figure = |at: usize| tokens.is_number(at) && tokens.word(at).len() <= 2;
    let pair = (tokens.word(at).parse().unwrap_or(0_u8), tokens.word(at + 1).parse().unwrap_or(0_u8));
    let may_be = (1..=31).contains(&pair.0) && (1..=31).contains(&pair.1) && pair.0.min(pair.1) <= 12;
    let is_pair = is_figure(at) && is_figure(at + 1) && matches!(tokens.plain_gap(at + 1).as_str(), "/" | ".");
    (is_pair && may_be && BEFORE_FIGURES.contains(&before)).then_some(at + 1)
}

/// `93 years old`, `a 93-year-old`, `aged 93`
fn high_age(tokens: &Tokens<'_>, at: usize) -> Option<Piece> {
    let age: i16 = tokens.word(at).parse().ok().filter(|_| tokens.is_number(at))?;
    if age <= HIGHEST_AGE || age > 130 {
        return None;
    }
    let is_close = |at: usize| matches!(tokens.plain_gap(at).as_str(), "" | " " | "-" | "/" | ": " | ":");
    let mut last = at;
    if YEARS.contains(&tokens.word(at + 1)) && is_close(at + 1) {
        last = at + 1;
        if matches!(tokens.word(at + 2), "old" | "o" | "of") && is_close(at + 2) {
            last = at + 2;
        }
    }
    let is_named = at > 0 && AGED.contains(&tokens.word(at - 1)) && is_close(at);
    let mut piece = Piece::of(tokens, at, last);
    piece.put = Some("age over 89".to_owned());
    (last > at || is_named).then_some(piece)
}

/// `born in 1931`, where that makes an age over 89.
fn old_year(tokens: &Tokens<'_>, at: usize, today: Date) -> Option<Piece> {
    let year: i16 = tokens.word(at).parse().ok().filter(|_| tokens.is_number(at) && tokens.word(at).len() == 4)?;
    let before = |back: usize| at.checked_sub(back).map_or("", |at| tokens.word(at));
    let is_birth = [1, 2, 3].iter().any(|back| BORN.contains(&before(*back)));
    let is_old = (1800..today.year() - HIGHEST_AGE).contains(&year);
    (is_birth && is_old).then(|| Piece::of(tokens, at, at))
}
