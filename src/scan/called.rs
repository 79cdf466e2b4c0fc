//! Whoever is called by a title, on file or not. Must not know who is on file.

use crate::scan::categories::Piece;
use crate::scan::ordinary::is_calendar;
use crate::scan::ordinary::is_title;
use crate::scan::tokens::Tokens;

/// Whoever is named after a title (`Dr Adams`, `his brother Pedro`) at token `at`, on file or not.
pub(super) fn honoured(tokens: &Tokens<'_>, at: usize) -> Option<Piece> {
    const MOST_NAMES: usize = 4;
    let before = at.checked_sub(1)?;
    let gap = tokens.gap(at)?;
    let is_abbreviation = gap.starts_with(". ") && tokens.word(before).len() <= 4 && tokens.list[before].is_capital;
    let is_called = is_title(tokens.word(before)) && (is_abbreviation || gap == " " || gap == "\u{a0}");
    let is_name = |at: usize| {
        let fewest = if tokens.get(at).is_some_and(|token| token.is_loud) { 3 } else { 2 };
        let long = tokens.word(at).len() >= fewest && !is_calendar(tokens.word(at)) && !is_title(tokens.word(at));
        tokens.is_word(at) && tokens.list[at].is_capital && long
    };
    if !is_called || !is_name(at) {
        return None;
    }
    let goes_on = |next: usize| is_name(next) && matches!(tokens.gap(next), Some(" " | "-" | "\u{a0}"));
    let last = (at + 1..at + MOST_NAMES).take_while(|next| goes_on(*next)).last().unwrap_or(at);
    Some(Piece::of(tokens, at, last))
}
