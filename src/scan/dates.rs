//! Dates as they are taken out: all but the year, and the year too where it tells an age over 89 (45 CFR
//! 164.514(b)(2)(i)(C)). Must not know whose they are.

use crate::scan::ages;
use crate::scan::ages::HIGHEST_AGE;
use crate::scan::categories::Piece;
use crate::scan::date;
use crate::scan::ordinary::is_before_calendar;
use crate::scan::tokens::Tokens;
use crate::time::Date;

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
/// Before a month in lower case, as most languages write it.
const BEFORE_MONTH: &[&str] =
    &["in", "em", "en", "im", "au", "v", "w", "u", "we", "nel", "desde", "de", "di", "since", "del"];
/// The shortest name of a month that is hardly another word.
const LONG_MONTH: usize = 5;

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
    ages::found_at(tokens, at, today)
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
        && (is_written(tokens, last) || tokens.word(last - 1) == "de" || is_long_month(tokens.word(last)))
    {
        return Some(last);
    }
    if let Some((last, ..)) = date::month_and_day(tokens, at)
        && is_written(tokens, at)
    {
        return Some(last);
    }
    let before = at.checked_sub(1).map_or("", |before| tokens.word(before));
    let word = tokens.word(at);
    if is_long_month(word) && (is_written(tokens, at) || BEFORE_MONTH.contains(&before)) {
        return Some(at);
    }
    if is_written(tokens, at) {
        let is_month = ALONE.contains(&word) || (AFTER_PREPOSITION.contains(&word) && is_before_calendar(before));
        return is_month.then_some(at);
    }
    let is_figure = |at: usize| tokens.is_number(at) && tokens.word(at).len() <= 2;
    let pair = (tokens.word(at).parse().unwrap_or(0_u8), tokens.word(at + 1).parse().unwrap_or(0_u8));
    let may_be = (1..=31).contains(&pair.0) && (1..=31).contains(&pair.1) && pair.0.min(pair.1) <= 12;
    let is_pair = is_figure(at) && is_figure(at + 1) && matches!(tokens.plain_gap(at + 1).as_str(), "/" | ".");
    (is_pair && may_be && (BEFORE_FIGURES.contains(&before) || is_dotted_day(tokens, at))).then_some(at + 1)
}

/// `12.03.`, a day and a month with their dots; with single figures only where no sentence ends there.
fn is_dotted_day(tokens: &Tokens<'_>, at: usize) -> bool {
    let rest = &tokens.text[tokens.list[at + 1].end..];
    let is_month = tokens.word(at + 1).parse().is_ok_and(|month: u8| (1..=12).contains(&month));
    let Some(rest) = rest.strip_prefix('.').filter(|_| is_month && tokens.gap(at + 1) == Some(".")) else {
        return false;
    };
    let is_alone = at == 0 || !tokens.is_number(at - 1) || tokens.gap(at) != Some(".");
    let is_long = tokens.word(at).len() == 2 && tokens.word(at + 1).len() == 2;
    let goes_on = rest.starts_with([',', ')', '-', '–']) || rest.trim_start().starts_with(char::is_lowercase);
    is_alone && !rest.starts_with(|c: char| c.is_alphanumeric()) && (is_long || goes_on)
}

/// A month whose name is hardly another word, in whatever language.
fn is_long_month(word: &str) -> bool {
    word.chars().count() >= LONG_MONTH && word != "march" && word != "marca" && date::month(word).is_some()
}
