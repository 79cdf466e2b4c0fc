//! E-mail addresses, also with `(at)` for the sign. Must not know whose they are.

use crate::scan::tokens::Tokens;

/// Parts of an address that are looked at on either side.
const MOST_PARTS: usize = 12;

/// An address in a text, from token to token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) first: usize,
    pub(super) last: usize,
    /// Folded, without what follows a `+` in its local part.
    pub(super) address: String,
}

/// The key of an address on file.
pub(super) fn key(text: &str) -> Option<String> {
    let tokens = Tokens::of(text);
    (1..tokens.list.len()).find_map(|at| found_at(&tokens, at)).map(|found| found.address)
}

/// The address whose host begins at token `at`.
pub(super) fn found_at(tokens: &Tokens<'_>, at: usize) -> Option<Found> {
    let before = at_sign(tokens, at)?;
    let mut first = before;
    while first > 0 && before - first < MOST_PARTS && is_joint(tokens, first) {
        first -= 1;
    }
    let mut last = at;
    while last - at < MOST_PARTS && is_host_joint(tokens, last + 1) {
        last += 1;
    }
    let is_bare = tokens.list[first..=last].iter().any(|token| token.start == token.end);
    if last == at || is_bare {
        return None;
    }
    let mut address = String::new();
    let mut is_tag = false;
    for part in first..=before {
        let gap = if part > first { tokens.plain_gap(part) } else { String::new() };
        is_tag |= gap.contains('+');
        if !is_tag {
            address.push_str(&gap);
            address.push_str(tokens.word(part));
        }
    }
    address.push('@');
    for part in at..=last {
        if part > at {
            address.push_str(&tokens.plain_gap(part));
        }
        address.push_str(tokens.word(part));
    }
    Some(Found { first, last, address })
}

/// The address whose local part begins at token `at`.
pub(super) fn beginning_at(tokens: &Tokens<'_>, at: usize) -> Option<Found> {
    if at > 0 && is_joint(tokens, at) {
        return None;
    }
    let mut last = at;
    while last - at < MOST_PARTS && tokens.get(last + 1).is_some() && is_joint(tokens, last + 1) {
        last += 1;
    }
    let found = [last + 1, last + 2].into_iter().find_map(|host| found_at(tokens, host));
    found.filter(|found| found.first == at)
}

/// The last token of the local part, when the sign stands before token `at`.
fn at_sign(tokens: &Tokens<'_>, at: usize) -> Option<usize> {
    let gap = tokens.gap(at)?;
    let may_be = |c: char| matches!(c, '@' | '&' | '%' | '\\' | '＠' | '﹫');
    if gap.len() <= 8 && gap.contains(may_be) && tokens.plain_gap(at) == "@" {
        return Some(at - 1);
    }
    let is_spelled = at >= 2 && tokens.word(at - 1) == "at" && gap.trim_start().starts_with([')', ']']);
    let opens = || tokens.plain_gap(at - 1).trim_end().ends_with(['(', '[']);
    (is_spelled && gap.len() <= 4 && opens() && tokens.plain_gap(at - 1).len() <= 4).then(|| at - 2)
}

fn is_joint(tokens: &Tokens<'_>, at: usize) -> bool {
    !tokens.word(at - 1).is_empty()
        && tokens.gap(at) != Some(" ")
        && matches!(tokens.plain_gap(at).as_str(), "" | "." | "-" | "_" | "+")
}

fn is_host_joint(tokens: &Tokens<'_>, at: usize) -> bool {
    tokens.get(at).is_some() && !tokens.word(at).is_empty() && matches!(tokens.plain_gap(at).as_str(), "" | "." | "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_one_key() {
        for text in [
            "Maria.Lopez@Example.org",
            "maria.lopez+news@example.org",
            "maria.lopez (at) example.org",
            "<maria.lopez&#64;example.org>",
        ] {
            assert_eq!(key(text).as_deref(), Some("maria.lopez@example.org"), "{text}");
        }
        for text in ["a@b", "look at (at) this", "@example.org", ""] {
            assert_eq!(key(text), None, "{text}");
        }
    }
}
