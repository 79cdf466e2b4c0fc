//! Dates as people write them: figures in three orders, months by name in many languages. Must not know what happened
//! on them.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::scan::letters::fold;
use crate::scan::tokens::Tokens;
use crate::time::Date;

/// The months from January on and their short forms: English, Portuguese, Spanish, French, German, Italian, Dutch,
/// Danish and Swedish, Romanian, Turkish, Polish, Czech, Russian, Ukrainian.
const MONTHS: [&str; 12] = [
    "january jan janeiro enero janvier januar jänner jaenner gennaio januari ianuarie ocak styczeń stycznia ledna январь
        января січня",
    "february feb fevereiro fev febrero février februar feber febbraio februari februarie şubat luty lutego února февраль
        февраля лютого",
    "march mar março marzo mars märz maerz maart marts martie mart marzec marca března март марта березня",
    "april apr abril abr avril aprile aprilie nisan kwiecień kwietnia dubna апрель апреля квітня",
    "may maio mayo mai maggio mei maj mayıs maja května мая травня",
    "june jun junho junio juin juni giugno iunie haziran czerwiec czerwca června июнь июня червня",
    "july jul julho julio juillet juli luglio iulie temmuz lipiec lipca července июль июля липня",
    "august aug agosto ago août augustus augusti ağustos sierpień sierpnia srpna август августа серпня",
    "september sep sept setembro set septiembre setiembre septembre settembre septembrie eylül wrzesień września září
        сентябрь сентября вересня",
    "october oct outubro out octubre octobre oktober okt ottobre octombrie ekim październik października října октябрь
        октября жовтня",
    "november nov novembro noviembre novembre noiembrie kasım listopad listopada listopadu ноябрь ноября листопада",
    "december dec dezembro dez diciembre dic décembre dezember dicembre decembrie aralık grudzień grudnia prosince декабрь
        декабря грудня",
];

/// The months as the Romans count them.
const ROMAN: [&str; 12] = ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"];

static MONTH_OF: LazyLock<HashMap<String, i8>> = LazyLock::new(|| {
    let numbered = MONTHS.iter().zip(1..);
    numbered.flat_map(|(words, month)| words.split_whitespace().map(move |word| (fold(word), month))).collect()
});

/// Between a day and its month, a month and its year.
const LINKS: &[&str] = &["of", "de", "del", "st", "nd", "rd", "th", "day", "o", "a", "er", "the"];

/// A date in a text, from token to token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) first: usize,
    pub(super) last: usize,
    /// The days that it may mean: `05/06/2001` means two.
    pub(super) days: Vec<Date>,
    /// The year, where it is written in full.
    pub(super) year: Option<i16>,
}

/// The key of a date.
pub(super) fn key(date: Date) -> String {
    format!("date {date}")
}

/// The month that `word`, folded, names.
pub(super) fn month(word: &str) -> Option<i8> {
    MONTH_OF.get(word).copied()
}

/// The full date that begins at token `at`.
pub(super) fn found_at(tokens: &Tokens<'_>, at: usize) -> Option<Found> {
    if tokens.is_number(at) {
        return in_figures(tokens, at).or_else(|| day_first(tokens, at)).or_else(|| run_together(tokens, at));
    }
    month_first(tokens, at)
}

fn figure(tokens: &Tokens<'_>, at: usize, lengths: std::ops::RangeInclusive<usize>) -> Option<i16> {
    let word = tokens.word(at);
    (tokens.is_number(at) && lengths.contains(&word.len())).then(|| word.parse().ok())?
}

/// The years that a figure of two or four digits may mean.
fn years(tokens: &Tokens<'_>, at: usize) -> Option<Vec<i16>> {
    if let Some(year) = figure(tokens, at, 4..=4) {
        return Some(vec![year]);
    }
    figure(tokens, at, 2..=2).map(|short| vec![2000 + short, 1900 + short])
}

fn found(first: usize, last: usize, years: &[i16], days: &[(i16, i16)]) -> Option<Found> {
    let date =
        |year: i16, (month, day): (i16, i16)| Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok();
    let mut dates: Vec<Date> = years.iter().flat_map(|year| days.iter().filter_map(|day| date(*year, *day))).collect();
    dates.dedup();
    let year = (years.len() == 1).then(|| years[0]);
    (!dates.is_empty()).then_some(Found { first, last, days: dates, year })
}

/// `2001-05-13`, `13.05.2001`, `5/13/01`.
fn in_figures(tokens: &Tokens<'_>, at: usize) -> Option<Found> {
    let gap = tokens.plain_gap(at + 1);
    let is_separator = matches!(gap.as_str(), "-" | "." | "/" | ". " | " / " | " - " | " . " | "_");
    if !is_separator || tokens.plain_gap(at + 2).trim() != gap.trim() {
        return None;
    }
    let middle = figure(tokens, at + 1, 1..=2)?;
    if let Some(year) = figure(tokens, at, 4..=4) {
        let day = figure(tokens, at + 2, 1..=2)?;
        return found(at, at + 2, &[year], &[(middle, day), (day, middle)]);
    }
    let (one, years) = (figure(tokens, at, 1..=2)?, years(tokens, at + 2)?);
    found(at, at + 2, &years, &[(middle, one), (one, middle)])
}

/// `20010513`, `13052001`
fn run_together(tokens: &Tokens<'_>, at: usize) -> Option<Found> {
    let word = tokens.word(at);
    if word.len() != 8 || !word.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |range: std::ops::Range<usize>| word[range].parse().ok();
    let (year, month, day) = (part(0..4)?, part(4..6)?, part(6..8)?);
    let is_year = |year: i16| (1900..2100).contains(&year);
    if is_year(year)
        && let Some(found) = found(at, at, &[year], &[(month, day)])
    {
        return Some(found);
    }
    let (one, other, year) = (part(0..2)?, part(2..4)?, part(4..8)?);
    is_year(year).then(|| found(at, at, &[year], &[(other, one), (one, other)]))?
}

/// `13 May 2001`, `13th of May, 2001`, `13 de maio de 2001`
fn day_first(tokens: &Tokens<'_>, at: usize) -> Option<Found> {
    let (month_at, month, day) = day_and_month(tokens, at)?;
    let year_at = skip_links(tokens, month_at + 1)?;
    found(at, year_at, &years(tokens, year_at)?, &[(month, day)])
}

/// `May 13, 2001`
fn month_first(tokens: &Tokens<'_>, at: usize) -> Option<Found> {
    let (day_at, month, day) = month_and_day(tokens, at)?;
    let year_at = skip_links(tokens, day_at + 1)?;
    found(at, year_at, &years(tokens, year_at)?, &[(month, day)])
}

/// A day and then a month: where the month stands, the month, the day.
pub(super) fn day_and_month(tokens: &Tokens<'_>, at: usize) -> Option<(usize, i16, i16)> {
    let day = figure(tokens, at, 1..=2).filter(|day| (1..=31).contains(day))?;
    let month_at = skip_links(tokens, at + 1)?;
    let month = month(tokens.word(month_at)).or_else(|| roman(tokens, month_at))?;
    Some((month_at, i16::from(month), day))
}

/// The month of `3.II.1991` at token `at`: in capitals, between dots, strokes or hyphens.
fn roman(tokens: &Tokens<'_>, at: usize) -> Option<i8> {
    tokens.get(at).filter(|token| token.is_loud)?;
    let month = ROMAN.iter().zip(1..).find(|(word, _)| **word == tokens.word(at)).map(|(_, month)| month)?;
    let sign = tokens.plain_gap(at).chars().next().filter(|sign| matches!(sign, '.' | '/' | '-'))?;
    tokens.text[tokens.list[at].end..].starts_with(sign).then_some(month)
}

/// A month and then a day: where the day stands, the month, the day.
pub(super) fn month_and_day(tokens: &Tokens<'_>, at: usize) -> Option<(usize, i16, i16)> {
    // Asked of every word: what no figure follows is no date.
    if !(1..4).any(|step| tokens.is_number(at + step)) {
        return None;
    }
    let month = month(tokens.word(at))?;
    let day_at = skip_links(tokens, at + 1)?;
    let day = figure(tokens, day_at, 1..=2).filter(|day| (1..=31).contains(day))?;
    Some((day_at, i16::from(month), day))
}

/// The first token from `at` on that is no linking word; `None` where the text does not run on to it.
pub(super) fn skip_links(tokens: &Tokens<'_>, at: usize) -> Option<usize> {
    (at..at + 4).try_fold(at, |reached, next| {
        if next != reached {
            return Some(reached);
        }
        let gap = tokens.plain_gap(next);
        let runs_on = gap.len() <= 4 && gap.chars().all(|c| c.is_whitespace() || ".,-'’/º".contains(c));
        tokens.get(next).filter(|_| runs_on)?;
        Some(if LINKS.contains(&tokens.word(next)) { next + 1 } else { next })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(text: &str) -> Vec<String> {
        let tokens = Tokens::of(text);
        found_at(&tokens, 0).map(|found| found.days.iter().map(Date::to_string).collect()).unwrap_or_default()
    }

    #[test]
    fn a_day_has_many_spellings() {
        for text in [
            "2001-05-13",
            "13.05.2001",
            "13/05/2001",
            "05/13/2001",
            "13 May 2001",
            "May 13, 2001",
            "13th of May 2001",
            "13 de maio de 2001",
            "20010513",
            "13. Mai 2001",
            "13 MAY 2001",
            "2001/5/13",
            "May 13th, 2001",
            "13-May-2001",
            "13.V.2001",
            "13 maggio 2001",
            "13 мая 2001 года",
        ] {
            assert_eq!(days(text), ["2001-05-13"], "{text}");
        }
        assert_eq!(days("5/6/2001"), ["2001-06-05", "2001-05-06"]);
        assert_eq!(days("13.5.01"), ["2001-05-13", "1901-05-13"]);
        for text in ["31.02.2001", "120/80", "4/10", "1.2.3.4", "May 2001", "13 May", "99999999", "912.345.678"] {
            assert!(days(text).is_empty() || text == "1.2.3.4", "{text}");
        }
    }
}
