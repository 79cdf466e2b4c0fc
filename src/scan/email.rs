//! E-mail addresses, also with `(at)` or `at` for the sign and `dot` for the dot. Must not know whose they are.

use crate::scan::tokens::Tokens;

/// Parts of an address that are looked at on either side.
const MOST_PARTS: usize = 12;
/// The sign, spelled out.
const SIGNS: &[&str] = &["at", "arroba", "arobase", "chiocciola"];
/// The dot, spelled out.
const DOTS: &[&str] = &["dot", "punkt", "punto", "ponto", "point"];

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
    let (before, is_certain) = at_sign(tokens, at)?;
    let (mut first, mut last) = (before, at);
    let (mut local, mut host) = (vec![tokens.word(before)], tokens.word(at).to_owned());
    let mut joints: Vec<String> = Vec::new();
    let mut is_dot_spelled = false;
    while before - first < MOST_PARTS
        && let Some((joint, part)) = joint_before(tokens, first)
    {
        is_dot_spelled |= part + 1 < first;
        local.push(tokens.word(part));
        joints.push(joint);
        first = part;
    }
    while last - at < MOST_PARTS
        && let Some((joint, part)) = joint_after(tokens, last)
    {
        is_dot_spelled |= part > last + 1;
        host.push_str(&joint);
        host.push_str(tokens.word(part));
        last = part;
    }
    let is_bare = tokens.list[first..=last].iter().any(|token| token.start == token.end);
    // `look at example.com` is none.
    if last == at || is_bare || !(is_certain || is_dot_spelled || first < before) {
        return None;
    }
    let mut address = String::new();
    for word in local.iter().rev() {
        let joint = if address.is_empty() { String::new() } else { joints.pop().unwrap_or_default() };
        if joint.contains('+') {
            break;
        }
        address = address + &joint + word;
    }
    Some(Found { first, last, address: format!("{address}@{host}") })
}

/// The address whose local part begins at token `at`.
pub(super) fn beginning_at(tokens: &Tokens<'_>, at: usize) -> Option<Found> {
    if joint_before(tokens, at).is_some() {
        return None;
    }
    (at + 1..at + 2 * MOST_PARTS).find_map(|host| found_at(tokens, host).filter(|found| found.first == at))
}

/// The last token of the local part, when the sign stands before token `at`, and whether it can be nothing else.
fn at_sign(tokens: &Tokens<'_>, at: usize) -> Option<(usize, bool)> {
    let gap = tokens.gap(at)?;
    let may_be = |c: char| matches!(c, '@' | '&' | '%' | '\\' | '＠' | '﹫');
    if gap.len() <= 8 && gap.contains(may_be) && tokens.plain_gap(at) == "@" {
        return Some((at - 1, true));
    }
    let is_bracketed = spelled(tokens, at.checked_sub(1)?, SIGNS)?;
    (at >= 2).then(|| (at - 2, is_bracketed))
}

/// Whether token `at` is one of `words` in the place of a sign: in brackets (true), or between blanks (false).
fn spelled(tokens: &Tokens<'_>, at: usize, words: &[&str]) -> Option<bool> {
    if at == 0 || !words.contains(&tokens.word(at)) {
        return None;
    }
    let (before, after) = (tokens.plain_gap(at), tokens.plain_gap(at + 1));
    if before == " " && after == " " {
        return Some(false);
    }
    let is_opened = before.len() <= 4 && before.trim_end().ends_with(['(', '[', '{']);
    let is_closed = after.len() <= 4 && after.trim_start().starts_with([')', ']', '}']);
    (is_opened && is_closed).then_some(true)
}

/// What joins token `at` to a part of a local part before it, and where that stands.
fn joint_before(tokens: &Tokens<'_>, at: usize) -> Option<(String, usize)> {
    if at >= 2 && spelled(tokens, at - 1, DOTS).is_some() && !tokens.word(at - 2).is_empty() {
        return Some((".".to_owned(), at - 2));
    }
    let before = at.checked_sub(1).filter(|before| !tokens.word(*before).is_empty())?;
    let gap = Some(tokens.plain_gap(at)).filter(|_| tokens.gap(at) != Some(" "))?;
    matches!(gap.as_str(), "" | "." | "-" | "_" | "+").then_some((gap, before))
}

/// What joins a part of a host after token `at` to it, and where that stands.
fn joint_after(tokens: &Tokens<'_>, at: usize) -> Option<(String, usize)> {
    if spelled(tokens, at + 1, DOTS).is_some() && tokens.is_word(at + 2) && !tokens.word(at + 2).is_empty() {
        return Some((".".to_owned(), at + 2));
    }
    if tokens.word(at + 1).is_empty() {
        return None;
    }
    let gap = tokens.plain_gap(at + 1);
    matches!(gap.as_str(), "" | "." | "-").then_some((gap, at + 1))
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
            "maria.lopez at example dot org",
            "maria dot lopez [at] example [dot] org",
            "maria.lopez at example.org",
        ] {
            assert_eq!(key(text).as_deref(), Some("maria.lopez@example.org"), "{text}");
        }
        for text in ["a@b", "look at example.org", "she sat at home", "look at (at) this", "@example.org", ""] {
            assert_eq!(key(text), None, "{text}");
        }
    }
}
