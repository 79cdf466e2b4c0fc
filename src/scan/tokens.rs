//! A text as words, numbers and placeholders, each with its place and its letters as they are compared.
//! Must not know which words are names.

use crate::scan::letters::decode;
use crate::scan::letters::fold_into;
use crate::scan::letters::is_apostrophe;
use crate::scan::letters::is_hyphen;
use crate::scan::letters::is_part_of_word;
use crate::scan::letters::is_unseen;
use crate::scan::letters::is_unspaced;
use crate::scan::letters::sticks_to_unspaced;
use crate::scan::redaction::placeholder_length;

/// Written apart from the rest of a surname by some: `O Malley`, `Mc Allister`.
pub(super) const PREFIXES: &[&str] = &["o", "mc", "mac", "d"];

/// Longer words are nobody's name.
const LONGEST_WORD: usize = 64;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    Number,
    /// What was put in the place of an identifier: `[participant 2]`.
    Placeholder,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// The first byte.
    pub(super) start: usize,
    /// The byte after the last, without a possessive's `'s`.
    pub(super) end: usize,
    /// Where its letters stand in [`Tokens::folded`].
    fold: (usize, usize),
    /// Its first letter is a capital.
    pub(super) is_capital: bool,
    /// It has no small letter.
    pub(super) is_loud: bool,
    /// `'s` follows, or an apostrophe after a final s.
    pub(super) is_possessive: bool,
    /// It is one character of a script that has no blanks between words.
    pub(super) is_unspaced: bool,
    /// Where a capital follows a small letter (`JonasD`), in its folded letters; 0 for nowhere.
    hump: usize,
    /// It begins with the letter of an escape such as `\n` in JSON, or may do.
    after_backslash: bool,
}

/// The tokens of one stretch of text.
pub(super) struct Tokens<'a> {
    pub(super) text: &'a str,
    folded: String,
    pub(super) list: Vec<Token>,
}

impl<'a> Tokens<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let mut tokens = Self { text, folded: String::with_capacity(text.len()), list: Vec::new() };
        let mut at = 0;
        while let Some((c, next)) = decode(text, at) {
            if is_part_of_word(c) {
                at = tokens.read_word(at, c);
                continue;
            }
            if c == '['
                && let Some(length) = placeholder_length(&text[at..])
            {
                tokens.add_placeholder(at, at + length);
                at += length;
                continue;
            }
            at = next;
        }
        tokens
    }

    /// Reads the word or number that begins at `start`, and returns the byte after it. Letters and digits are apart.
    fn read_word(&mut self, start: usize, first: char) -> usize {
        let is_unspaced = is_unspaced(first);
        let is_number = first.is_numeric() && !is_unspaced;
        let from = self.folded.len();
        let (mut at, mut end) = (start, start);
        let (mut is_loud, mut is_possessive) = (true, false);
        let (mut hump, mut was_small) = (0, false);
        while let Some((c, next)) = decode(self.text, at) {
            if is_unseen(c) {
                at = next;
                continue;
            }
            if at > start && ends_at(is_unspaced, c) {
                break;
            }
            if is_part_of_word(c) && (is_unspaced || c.is_numeric() == is_number || !c.is_alphanumeric()) {
                if hump == 0 && was_small && c.is_uppercase() {
                    hump = self.folded.len() - from;
                }
                was_small = c.is_lowercase();
                fold_into(&mut self.folded, c);
                is_loud &= !c.is_lowercase();
                (at, end) = (next, next);
                continue;
            }
            if is_number || is_unspaced || !is_apostrophe(c) {
                break;
            }
            let after = decode(self.text, next).filter(|(c, _)| c.is_alphabetic());
            let Some((letter, beyond)) = after else {
                is_possessive = self.folded.ends_with('s');
                break;
            };
            let is_last = !decode(self.text, beyond).is_some_and(|(c, _)| is_part_of_word(c));
            if matches!(letter, 's' | 'S') && is_last {
                is_possessive = true;
                at = beyond;
                break;
            }
            at = next;
        }
        if self.folded.len() - from > LONGEST_WORD {
            self.folded.truncate(from);
            hump = 0;
        }
        self.list.push(Token {
            kind: if is_number { Kind::Number } else { Kind::Word },
            start,
            end,
            fold: (from, self.folded.len()),
            is_capital: first.is_uppercase(),
            is_loud,
            is_possessive,
            is_unspaced,
            hump,
            after_backslash: self.text[..start].ends_with('\\') && matches!(first, 'n' | 'r' | 't'),
        });
        at
    }

    fn add_placeholder(&mut self, start: usize, end: usize) {
        let fold = (self.folded.len(), self.folded.len());
        self.list.push(Token {
            kind: Kind::Placeholder,
            start,
            end,
            fold,
            is_capital: false,
            is_loud: false,
            is_possessive: false,
            is_unspaced: false,
            hump: 0,
            after_backslash: false,
        });
    }

    pub(super) fn get(&self, at: usize) -> Option<&Token> {
        self.list.get(at)
    }

    /// The letters of a token as they are compared; nothing past the ends.
    pub(super) fn word(&self, at: usize) -> &str {
        self.get(at).map_or("", |token| &self.folded[token.fold.0..token.fold.1])
    }

    pub(super) fn is_number(&self, at: usize) -> bool {
        self.get(at).is_some_and(|token| token.kind == Kind::Number)
    }

    pub(super) fn is_word(&self, at: usize) -> bool {
        self.get(at).is_some_and(|token| token.kind == Kind::Word)
    }

    /// The other ways of reading a token: without a plural's s (`the Parkers`), without the letter of an escape
    /// (`\nMaria` in JSON), the halves of two words written as one (`JonasD`).
    pub(super) fn other_words(&self, at: usize) -> impl Iterator<Item = &str> {
        let word = self.word(at);
        let plural = word.strip_suffix('s').filter(|rest| rest.len() > 3 && self.list[at].is_capital);
        let escaped = word.get(1..).filter(|_| self.get(at).is_some_and(|token| token.after_backslash));
        let halves = self.halves(at).into_iter().flatten().filter(|half| half.len() > 2);
        plural.into_iter().chain(escaped).chain(halves)
    }

    /// Two words written as one, with a capital inside; not a surname with its prefix (`McAllister`).
    fn halves(&self, at: usize) -> Option<[&str; 2]> {
        let hump = self.get(at).map(|token| token.hump).filter(|hump| *hump > 0)?;
        let (one, two) = self.word(at).split_at_checked(hump)?;
        (!PREFIXES.contains(&one)).then_some([one, two])
    }

    /// The letters from token `at` on that are set apart one by one, all alike (`L o p e z`, `L.o.p.e.z`), and the last of
    /// their tokens.
    pub(super) fn spelled_out(&self, at: usize) -> Option<(String, usize)> {
        const FEWEST: usize = 4;
        const MOST: usize = 24;
        let is_letter = |at: usize| self.is_word(at) && self.word(at).chars().count() == 1 && !self.is_unspaced(at);
        let gap = self.gap(at + 1).filter(|gap| matches!(*gap, " " | "." | "-" | "_" | "\u{a0}"))?;
        let goes_on = |here: usize| is_letter(here) && self.gap(here) == Some(gap);
        if !is_letter(at) || (at > 0 && is_letter(at - 1) && self.gap(at) == Some(gap)) {
            return None;
        }
        let last = (at + 1..at + MOST).take_while(|here| goes_on(*here)).last()?;
        let word: String = (at..=last).map(|here| self.word(here)).collect();
        (last - at + 1 >= FEWEST).then_some((word, last))
    }

    /// What is written in two and may be one, put together: a word broken by a hyphen at a line's end, a surname after
    /// its prefix (`O Malley`), two characters beside each other of a script without blanks.
    pub(super) fn mended(&self, at: usize) -> Option<String> {
        let gap = self.gap(at + 1)?;
        let both = || format!("{}{}", self.word(at), self.word(at + 1));
        if self.is_unspaced(at) {
            return self.runs_on(at + 1).then(both);
        }
        if PREFIXES.contains(&self.word(at)) && self.is_word(at + 1) && self.word(at + 1).len() > 2 {
            let is_apart = matches!(gap.trim_start_matches(is_apostrophe), " " | "-" | "\u{a0}");
            if is_apart {
                return Some(both());
            }
        }
        if gap.len() < 2 || gap.len() > 16 || !gap.contains('\n') || !self.is_word(at) || !self.is_word(at + 1) {
            return None;
        }
        let hyphen = gap.chars().next().filter(|c| is_hyphen(*c))?;
        let rest = &gap[hyphen.len_utf8()..];
        let is_break = rest.chars().all(|c| c.is_whitespace() || c == '>') && rest.matches('\n').count() == 1;
        is_break.then(both)
    }

    pub(super) fn is_unspaced(&self, at: usize) -> bool {
        self.get(at).is_some_and(|token| token.is_unspaced)
    }

    /// Whether token `at` goes on a row of characters of a script without blanks: nothing, a blank, a line's end or a
    /// middle dot is between.
    pub(super) fn runs_on(&self, at: usize) -> bool {
        let is_light = |c: char| c.is_whitespace() || matches!(c, '・' | '·' | '･' | '-');
        let is_row = at > 0 && self.is_unspaced(at - 1) && self.is_unspaced(at);
        is_row && self.gap(at).is_some_and(|gap| gap.chars().count() <= 3 && gap.chars().all(is_light))
    }

    /// What stands between a token and the one before it; `None` before the first.
    pub(super) fn gap(&self, at: usize) -> Option<&'a str> {
        let token = self.get(at)?;
        let before = self.get(at.checked_sub(1)?)?;
        Some(&self.text[before.end..token.start])
    }

    /// The same, escapes undone and full-width characters made plain; empty when there is none, longer than any
    /// separator when it is long.
    pub(super) fn plain_gap(&self, at: usize) -> String {
        let (mut plain, gap) = (String::new(), self.gap(at).unwrap_or_default());
        let mut from = 0;
        while let Some((c, next)) = decode(gap, from) {
            match c {
                c if is_hyphen(c) && c != '\u{ad}' => plain.push('-'),
                c if c.is_whitespace() && c != '\n' => plain.push(' '),
                c => fold_into(&mut plain, c),
            }
            from = next;
            if plain.len() > 24 {
                break;
            }
        }
        plain
    }
}

/// Whether `c` ends the word before it: a character of a script without blanks is a token of its own.
fn ends_at(is_unspaced_word: bool, c: char) -> bool {
    if is_unspaced_word { !sticks_to_unspaced(c) } else { is_unspaced(c) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let tokens = Tokens::of(text);
        (0..tokens.list.len()).map(|at| tokens.word(at).to_owned()).collect()
    }

    #[test]
    fn words_and_numbers_are_apart() {
        assert_eq!(words("Grace O’Connor's mk-01, pk_3b"), ["grace", "oconnor", "mk", "01", "pk", "3", "b"]);
        assert_eq!(words("Ma\u{ad}r&iacute;a\u{a0}Lo\u{200b}pez"), ["maria", "lopez"]);
        assert_eq!(words("a [participant 2] b"), ["a", "", "b"]);
    }

    #[test]
    fn a_possessive_is_known() {
        let tokens = Tokens::of("Will's James' wills it's");
        let possessive: Vec<_> = tokens.list.iter().map(|token| token.is_possessive).collect();
        assert_eq!(possessive, [true, true, false, true]);
        assert_eq!(&tokens.text[tokens.list[0].start..tokens.list[0].end], "Will");
    }

    #[test]
    fn a_broken_word_is_mended() {
        assert_eq!(Tokens::of("Lo-\r\n  pez").mended(0).as_deref(), Some("lopez"));
        assert_eq!(Tokens::of("Lo-\n\npez").mended(0), None);
        assert_eq!(Tokens::of("Anne-Marie").mended(0), None);
    }
}
