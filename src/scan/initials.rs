//! Initials of somebody on file where a text clearly has them (`M.K.`, `Ms. K.`); for removing identifiers, and the
//! strictest spelling of them for finding others, as in a practice of a few hundred they are everybody's. Must not know whose they are.

use crate::scan::categories::Piece;
use crate::scan::tokens::Tokens;

/// What is written like initials and is none.
const ABBREVIATIONS: &[&str] =
    &["us", "uk", "eu", "un", "dc", "ad", "bc", "am", "pm", "iv", "im", "po", "ra", "ps", "pps"];
/// The most initials of one name.
const MOST: usize = 4;
/// Whoever comes next may be told by an initial alone.
const HONORIFICS: &[&str] = &["mr", "mrs", "ms", "miss", "mx", "dr", "frau", "herr", "sr", "sra", "mme"];

/// The key of initials, in whatever order.
pub(super) fn key<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let mut letters: Vec<char> = words.filter_map(|word| word.chars().next()).collect();
    letters.sort_unstable();
    let letters: String = letters.into_iter().collect();
    format!("initials {letters}")
}

/// More of them, where nothing else says that somebody is meant.
const MORE_ABBREVIATIONS: &str =
    "aa ba bs ma md ms rn np pa do pt ot na ed id iq er ob gp tv dv lp la ny nj sc wv nc nd sd va
    st no vs cv dj mp pc hr";

/// Two initials or more, each with its dot and nothing else between (`W.M.`), that begin at token `at`, if they are no
/// abbreviation: the piece, its letters and their key.
pub(super) fn alone_at(tokens: &Tokens<'_>, at: usize) -> Option<(Piece, String, String)> {
    let (piece, key) = found_at(tokens, at)?;
    let is_inside = |here: &usize| tokens.get(*here).is_some_and(|token| token.start < piece.end);
    let letters: String = (at..).take_while(is_inside).map(|here| tokens.word(here)).collect();
    let is_tight = (at + 1..).take_while(is_inside).all(|here| tokens.gap(here) == Some("."));
    let is_abbreviation = MORE_ABBREVIATIONS.split_whitespace().any(|one| one == letters);
    (is_tight && !is_abbreviation).then_some((piece, letters, key))
}

/// Whether letters that could be initials are likelier something else.
pub(super) fn is_abbreviation(letters: &str) -> bool {
    ABBREVIATIONS.contains(&letters)
}

/// Two initials or more that begin at token `at`, each with its dot, and their key.
pub(super) fn found_at(tokens: &Tokens<'_>, at: usize) -> Option<(Piece, String)> {
    let goes_on = |here: usize| matches!(tokens.gap(here), Some("." | ". " | ".-"));
    if !is_initial(tokens, at) || (at > 0 && is_initial(tokens, at - 1) && goes_on(at)) {
        return None;
    }
    let last = (at + 1..at + MOST).take_while(|here| is_initial(tokens, *here) && goes_on(*here)).last()?;
    let words = || (at..=last).map(|here| tokens.word(here));
    let is_abbreviation = ABBREVIATIONS.contains(&words().collect::<String>().as_str());
    let end = tokens.list[last].end + 1;
    (!is_abbreviation).then(|| (Piece::new(tokens.list[at].start, end), key(words())))
}

/// The initial alone after a title (`Ms. K.`), whoever it is.
pub(super) fn honoured(tokens: &Tokens<'_>, at: usize) -> Option<Piece> {
    let is_called = at > 0 && HONORIFICS.contains(&tokens.word(at - 1)) && tokens.list[at - 1].is_capital;
    let is_near = matches!(tokens.gap(at), Some(" " | ". " | "\u{a0}" | ".\u{a0}"));
    (is_called && is_near && is_initial(tokens, at)).then(|| {
        let token = &tokens.list[at];
        Piece::new(token.start, token.end + 1)
    })
}

/// A capital and its dot.
fn is_initial(tokens: &Tokens<'_>, at: usize) -> bool {
    let is_one = tokens.is_word(at) && tokens.list[at].is_capital && tokens.word(at).chars().count() == 1;
    is_one && tokens.text[tokens.list[at].end..].starts_with('.')
}
