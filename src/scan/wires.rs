//! What leads to somebody over a wire: telephone and fax numbers, web and network addresses. Must not know whose they are.

use crate::scan::categories::Piece;
use crate::scan::phone;
use crate::scan::tokens::Tokens;
use crate::time::Date;

/// Before a telephone number.
const PHONE: &[&str] = &[
    "tel",
    "phone",
    "telephone",
    "mobile",
    "cell",
    "call",
    "ring",
    "text",
    "telefone",
    "telemovel",
    "telefon",
    "handy",
    "whatsapp",
    "signal",
];
/// Before a fax number.
const FAX: &[&str] = &["fax", "telefax", "facsimile"];
/// The groups of a number of another kind.
const SOCIAL_SECURITY: [usize; 3] = [3, 2, 4];
/// Between a label and its number.
const FILLERS: &[&str] = &["no", "nr", "number", "is", "at", "on", "her", "him", "them", "me", "us", "line"];
/// The ends of host names that are taken for web addresses without `www`.
const ENDS: &[&str] =
    &["com", "org", "net", "edu", "gov", "info", "io", "eu", "uk", "pt", "de", "fr", "es", "nl", "br", "ie", "app"];
/// More ends of host names before a path (`name.blog/about`); any two letters are one too (`t.me/name`).
const ENDS_BEFORE_PATH: &[&str] = &[
    "com", "org", "net", "edu", "gov", "info", "app", "dev", "blog", "page", "site", "online", "link", "live",
    "social", "xyz", "chat", "club", "health", "care", "cloud", "web", "bio", "tech",
];

/// A telephone number.
pub(super) fn phone(tokens: &Tokens<'_>, at: usize, _: Date) -> Option<Piece> {
    if is_labelled(tokens, at, FAX) {
        return None;
    }
    let found = phone::found_at(tokens, at).into_iter().rev().find(|found| {
        let has_sign = tokens.text[found.start..].starts_with(['+', '＋', '('])
            || (found.last > at && tokens.word(at).starts_with("00"));
        has_sign || is_labelled(tokens, at, PHONE) || is_grouped(tokens, found.first, found.last)
    });
    found.map(|found| Piece::new(found.start, tokens.list[found.last].end))
}

/// A fax number.
pub(super) fn fax(tokens: &Tokens<'_>, at: usize, _: Date) -> Option<Piece> {
    let found = phone::found_at(tokens, at).pop().filter(|_| is_labelled(tokens, at, FAX))?;
    Some(Piece::new(found.start, tokens.list[found.last].end))
}

/// Groups of two to four digits, nine to twelve in all; or three and four.
fn is_grouped(tokens: &Tokens<'_>, first: usize, last: usize) -> bool {
    let lengths: Vec<usize> = (first..=last).map(|at| tokens.word(at).len()).collect();
    let is_even =
        lengths.iter().all(|length| (2..=4).contains(length)) && (9..=12).contains(&lengths.iter().sum::<usize>());
    (lengths.len() > 2 && is_even && lengths != SOCIAL_SECURITY) || (lengths == [3, 4] && tokens.plain_gap(last) == "-")
}

fn is_labelled(tokens: &Tokens<'_>, at: usize, labels: &[&str]) -> bool {
    let near = |back: usize| at.checked_sub(back).map_or("", |at| tokens.word(at));
    let gap = at.checked_sub(1).map_or("", |_| tokens.gap(at).unwrap_or_default());
    let is_near = gap.chars().count() <= 6 && !gap.contains('\n');
    is_near && (labels.contains(&near(1)) || (FILLERS.contains(&near(1)) && labels.contains(&near(2))))
}

/// A web address, to the next blank.
pub(super) fn link(tokens: &Tokens<'_>, at: usize, _: Date) -> Option<Piece> {
    let start = tokens.list[at].start;
    let rest = &tokens.text[start..];
    let end = rest.find(|c: char| c.is_whitespace() || "<>\"[]|{}".contains(c)).unwrap_or(rest.len());
    let whole = rest[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\'', '*']);
    let has_scheme = whole.find("://").is_some_and(|sign| {
        (2..=10).contains(&sign) && whole[..sign].bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+')
    });
    let is_web = whole.get(..4).is_some_and(|begin| begin.eq_ignore_ascii_case("www."));
    let is_host = is_start_of_host(tokens, at) && has_known_end(whole);
    ((has_scheme && whole.len() > 5) || (is_web && whole.len() > 4) || is_host)
        .then(|| Piece::new(start, start + whole.len()))
}

fn is_start_of_host(tokens: &Tokens<'_>, at: usize) -> bool {
    at == 0 || !matches!(tokens.plain_gap(at).as_str(), "" | "." | "-" | "_" | "@" | "+")
}

/// `example.com/path`, no `@` in it.
fn has_known_end(whole: &str) -> bool {
    let host = whole.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let Some((name, end)) = host.rsplit_once('.') else { return false };
    let is_name = |name: &str| name.len() > 1 && name.chars().all(|c| c.is_alphanumeric() || ".-".contains(c));
    let has_path = whole[host.len()..].strip_prefix('/').is_some_and(|path| !path.is_empty());
    let is_unit = matches!(end, "kg" | "ml" | "dl" | "mg");
    let is_country = !is_unit && end.len() == 2 && end.bytes().all(|byte| byte.is_ascii_lowercase());
    if has_path && (is_country || ENDS_BEFORE_PATH.contains(&end)) {
        return name.chars().all(|c| c.is_alphanumeric() || ".-".contains(c)) && !name.is_empty();
    }
    ENDS.contains(&end.to_ascii_lowercase().as_str()) && is_name(name)
}

/// An IPv4 or IPv6 address.
pub(super) fn network(tokens: &Tokens<'_>, at: usize, _: Date) -> Option<Piece> {
    let start = tokens.list[at].start;
    let is_octet =
        |at: usize| tokens.is_number(at) && tokens.word(at).len() <= 3 && tokens.word(at).parse::<u8>().is_ok();
    let is_dotted = (1..4).all(|step| tokens.gap(at + step) == Some("."));
    if is_dotted && (0..4).all(|step| is_octet(at + step)) && tokens.gap(at + 4) != Some(".") {
        return Some(Piece::of(tokens, at, at + 3));
    }
    let rest = &tokens.text[start..];
    let end = rest.find(|c: char| !c.is_ascii_hexdigit() && c != ':').unwrap_or(rest.len());
    let whole = rest[..end].trim_end_matches(':');
    let is_start = !tokens.text[..start].ends_with(|c: char| c.is_alphanumeric() || c == ':');
    let is_address = whole.len() > 3 && whole.parse::<std::net::Ipv6Addr>().is_ok();
    (is_start && is_address).then(|| Piece::new(start, start + whole.len()))
}
