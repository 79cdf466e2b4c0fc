//! Telephone numbers: with or without the country's code, the national 0 and whatever stands between the digits.
//! Must not know whose they are.

use crate::scan::tokens::Tokens;

/// Fewer digits are no number that would name somebody.
pub(super) const FEWEST_DIGITS: usize = 7;
/// E.164, and room for `00`.
const MOST_DIGITS: usize = 17;
/// Groups of digits that one number may have.
const MOST_GROUPS: usize = 8;

/// The digits of a telephone number as it is written, and whether its country comes first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Number {
    digits: String,
    is_international: bool,
}

/// A number in a text, from token to token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) first: usize,
    pub(super) last: usize,
    pub(super) number: Number,
    /// Where it begins, with its `+` or `(`.
    pub(super) start: usize,
}

impl Number {
    fn new(digits: &str, has_plus: bool) -> Self {
        let without_zeroes = digits.strip_prefix("00").filter(|_| !has_plus);
        let is_international = has_plus || without_zeroes.is_some();
        let digits = without_zeroes.unwrap_or(digits);
        let digits = digits.trim_start_matches('0').to_owned();
        Self { digits, is_international }
    }

    /// The number on file; several in one text are not.
    pub(super) fn read(text: &str) -> Option<Self> {
        let tokens = Tokens::of(text);
        let first = (0..tokens.list.len()).find(|at| tokens.is_number(*at))?;
        found_at(&tokens, first).pop().map(|found| found.number)
    }

    /// The key under which it is kept.
    pub(super) fn key(&self) -> Option<String> {
        let from = self.digits.len().checked_sub(FEWEST_DIGITS)?;
        Some(format!("tel {}", &self.digits[from..]))
    }

    /// Whether both call the same telephone: one is the other without its country, or without its area.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let (long, short) = if self.digits.len() >= other.digits.len() { (self, other) } else { (other, self) };
        let Some(code) = long.digits.strip_suffix(&short.digits).filter(|_| short.digits.len() >= FEWEST_DIGITS) else {
            return false;
        };
        code.is_empty() || (!short.is_international && (long.is_international || code.len() <= 3) && code.len() <= 6)
    }
}

/// The key of a number on file.
pub(super) fn key(text: &str) -> Option<String> {
    Number::read(text)?.key()
}

/// The numbers that begin at token `at`, the shortest first: where one ends cannot be told from the digits.
pub(super) fn found_at(tokens: &Tokens<'_>, at: usize) -> Vec<Found> {
    let mut found = Vec::new();
    if !tokens.is_number(at) {
        return found;
    }
    let (start, has_plus) = prefix(tokens, at);
    let mut digits = String::new();
    for last in at..at + MOST_GROUPS {
        if !tokens.is_number(last) || (last > at && !is_joint(tokens, last)) {
            break;
        }
        // `+44 (0)20`: the zero is dialled at home only.
        let is_home_zero = last > at
            && tokens.word(last) == "0"
            && tokens.plain_gap(last).ends_with('(')
            && tokens.plain_gap(last + 1).starts_with(')');
        if !is_home_zero {
            digits.push_str(tokens.word(last));
        }
        if digits.len() > MOST_DIGITS {
            break;
        }
        if digits.len() >= FEWEST_DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            found.push(Found { first: at, last, number: Number::new(&digits, has_plus), start });
        }
    }
    found
}

fn prefix(tokens: &Tokens<'_>, at: usize) -> (usize, bool) {
    let start = tokens.list[at].start;
    let from = at.checked_sub(1).map_or(0, |before| tokens.list[before].end);
    let gap = &tokens.text[from..start];
    let bare = gap.trim_end_matches(['(', ' ']);
    match (bare.strip_suffix(['+', '＋']), gap.strip_suffix('(')) {
        (Some(rest), _) => (from + rest.len(), true),
        (None, Some(rest)) => (from + rest.len(), false),
        _ => (start, false),
    }
}

/// Whether the digits go on over what stands before token `at`.
fn is_joint(tokens: &Tokens<'_>, at: usize) -> bool {
    let gap = tokens.plain_gap(at);
    (1..=3).contains(&gap.len()) && gap.chars().all(|c| " .-/()".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Number {
        Number::read(text).unwrap()
    }

    #[test]
    fn one_telephone_has_many_spellings() {
        let file = read("+351 912 345 678");
        for text in
            ["00351912345678", "912-345-678", "(912) 345 678", "912.345.678", "0912 345 678", "+351 (0)912 345 678"]
        {
            assert!(file.is_same(&read(text)), "{text}");
            assert_eq!(file.key(), read(text).key());
        }
        for text in ["+44 912 345 678", "912 345 679", "345 6789", "1912345678999"] {
            assert!(!file.is_same(&read(text)), "{text}");
        }
    }
}
