//! Places smaller than a state, as far as their shape shows: streets, post codes, boxes, facilities by their word, towns
//! before a state or after `lives in`. A town's bare name cannot be told from any other word. Must not know who lives there.

use crate::scan::categories::Piece;
use crate::scan::facilities;
use crate::scan::ordinary::is_calendar;
use crate::scan::tokens::Tokens;
use crate::time::Date;

/// The last word of a street's name.
const STREETS: &[&str] = &[
    "street",
    "st",
    "road",
    "rd",
    "avenue",
    "ave",
    "lane",
    "ln",
    "drive",
    "dr",
    "boulevard",
    "blvd",
    "court",
    "ct",
    "place",
    "pl",
    "square",
    "sq",
    "terrace",
    "way",
    "close",
    "crescent",
    "highway",
    "hwy",
    "parkway",
    "pkwy",
    "alley",
    "mews",
    "row",
    "gardens",
    "quay",
    "circle",
    "strasse",
    "allee",
    "platz",
    "weg",
    "gasse",
    "straat",
    "laan",
];
/// Of these, words that end no street without a house's number before it.
const ONLY_NUMBERED: &[&str] =
    &["st", "dr", "ct", "pl", "court", "place", "way", "close", "row", "circle", "drive", "ln", "weg"];
/// The first word of a street's name.
const BEFORE_STREETS: &[&str] = &[
    "rua",
    "avenida",
    "av",
    "travessa",
    "largo",
    "praca",
    "calle",
    "plaza",
    "paseo",
    "rue",
    "place",
    "via",
    "viale",
    "piazza",
    "estrada",
    "beco",
    "alameda",
    "boulevard",
];
/// The end of a street's name in one word.
const STREET_ENDS: &[&str] = &["strasse", "straße", "gasse", "platz", "weg", "straat", "laan", "allee"];
/// Small words inside a street's name.
const INSIDE: &[&str] =
    &["da", "de", "do", "das", "dos", "del", "la", "las", "los", "des", "du", "di", "della", "e", "d"];
/// Before a post code.
const CODES: &[&str] = &["zip", "zipcode", "postcode", "postal", "plz", "cep", "code"];
/// What people do at a place, before `in` and the like.
const LIVING: &[&str] = &[
    "lives",
    "lived",
    "live",
    "living",
    "born",
    "resides",
    "resided",
    "residing",
    "resident",
    "moved",
    "native",
    "grew",
    "raised",
    "works",
    "worked",
    "home",
    "house",
    "flat",
    "apartment",
    "vive",
    "mora",
    "morada",
    "reside",
    "nascido",
    "nascida",
    "wohnt",
];
const AT: &[&str] = &["in", "to", "of", "from", "at", "near", "em", "no", "na", "de"];
/// States, districts and territories of the United States.
const STATES: &str =
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC
    ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY PR GU";
/// The most words of one name.
const MOST_WORDS: usize = 5;

/// The place that begins at token `at`.
pub(super) fn found_at(tokens: &Tokens<'_>, at: usize, _: Date) -> Option<Piece> {
    street(tokens, at)
        .or_else(|| street_before(tokens, at))
        .or_else(|| box_number(tokens, at))
        .or_else(|| post_code(tokens, at))
        .or_else(|| facilities::found_at(tokens, at))
        .or_else(|| town(tokens, at))
}

fn is_capital(tokens: &Tokens<'_>, at: usize) -> bool {
    tokens.is_word(at) && tokens.list[at].is_capital && !tokens.word(at).is_empty()
}

fn is_beside(tokens: &Tokens<'_>, at: usize) -> bool {
    matches!(tokens.plain_gap(at).as_str(), " " | "-" | ". " | "")
}

/// `12 Harbour Street`, `Rose Street`, `Hauptstraße 5`
fn street(tokens: &Tokens<'_>, at: usize) -> Option<Piece> {
    let is_numbered = tokens.is_number(at) && tokens.word(at).len() <= 5;
    let mut next = if is_numbered { at + 1 } else { at };
    if is_numbered && tokens.is_word(next) && tokens.gap(next) == Some("") && tokens.word(next).len() <= 2 {
        // `12b`, `4th`
        next += 1;
    }
    let first = next;
    if !is_numbered && tokens.is_word(at) && is_capital(tokens, at) {
        let is_whole =
            STREET_ENDS.iter().any(|end| tokens.word(at).len() > end.len() + 2 && tokens.word(at).ends_with(end));
        if is_whole && tokens.is_number(at + 1) && is_beside(tokens, at + 1) {
            return Some(Piece::of(tokens, at, at + 1));
        }
    }
    while next < first + MOST_WORDS && is_capital(tokens, next) && (next == at || is_beside(tokens, next)) {
        let word = tokens.word(next);
        let is_enough = is_numbered || !ONLY_NUMBERED.contains(&word);
        if STREETS.contains(&word) && is_enough && (next > first || first > at + 1) {
            return Some(Piece::of(tokens, at, next));
        }
        next += 1;
    }
    None
}

/// `Rua das Flores, 12`, `Calle Mayor 3`
fn street_before(tokens: &Tokens<'_>, at: usize) -> Option<Piece> {
    if !is_capital(tokens, at) || !BEFORE_STREETS.contains(&tokens.word(at)) {
        return None;
    }
    let mut last = at;
    let mut next = at + 1;
    while next <= at + MOST_WORDS && tokens.is_word(next) && is_beside(tokens, next) {
        if is_capital(tokens, next) {
            last = next;
        } else if !INSIDE.contains(&tokens.word(next)) {
            break;
        }
        next += 1;
    }
    let is_number = tokens.is_number(last + 1) && matches!(tokens.plain_gap(last + 1).as_str(), " " | ", ");
    let end = if is_number { last + 1 } else { last };
    let is_place = !matches!(tokens.word(at), "place" | "via" | "plaza" | "boulevard") || is_number;
    (last > at && is_place).then(|| Piece::of(tokens, at, end))
}

/// `P.O. Box 12`, `Apartado 12`
fn box_number(tokens: &Tokens<'_>, at: usize) -> Option<Piece> {
    let number = match tokens.word(at) {
        "po" if tokens.word(at + 1) == "box" => at + 2,
        "p" if tokens.word(at + 1) == "o" && tokens.word(at + 2) == "box" => at + 3,
        "apartado" | "postfach" => at + 1,
        _ => return None,
    };
    tokens.is_number(number).then(|| Piece::of(tokens, at, number))
}

/// `94103` after a state or `zip`, `1200-195`, `SW1A 1AA`
fn post_code(tokens: &Tokens<'_>, at: usize) -> Option<Piece> {
    let length = |at: usize| if tokens.is_number(at) { tokens.word(at).len() } else { 0 };
    let is_hyphen = tokens.gap(at + 1) == Some("-");
    if length(at) == 4 && length(at + 1) == 3 && is_hyphen {
        return Some(Piece::of(tokens, at, at + 1));
    }
    if length(at) == 5 && length(at + 1) == 4 && is_hyphen {
        return Some(Piece::of(tokens, at, at + 1));
    }
    let before = at.checked_sub(1)?;
    let is_after_state = is_state(tokens, before) && matches!(tokens.plain_gap(at).as_str(), " " | ", ");
    let is_labelled = CODES.contains(&tokens.word(before)) && tokens.plain_gap(at).len() <= 3;
    if (length(at) == 5 && is_after_state) || (length(at) >= 4 && is_labelled) {
        return Some(Piece::of(tokens, at, at));
    }
    None
}

/// A code of the United Kingdom: `SW1A 1AA`, `M1 1AE`; its own function, as it may begin the text.
pub(super) fn british_code(tokens: &Tokens<'_>, at: usize) -> Option<Piece> {
    let is_loud = |at: usize, most: usize| {
        tokens.is_word(at) && tokens.list[at].is_loud && (1..=most).contains(&tokens.word(at).len())
    };
    let is_tight = |at: usize| tokens.gap(at) == Some("");
    if !is_loud(at, 2) || !tokens.is_number(at + 1) || !is_tight(at + 1) || tokens.word(at + 1).len() > 2 {
        return None;
    }
    let middle = if is_loud(at + 2, 1) && is_tight(at + 2) { at + 3 } else { at + 2 };
    let is_end = tokens.is_number(middle) && tokens.word(middle).len() == 1 && tokens.plain_gap(middle).len() == 1;
    let has_letters = is_loud(middle + 1, 2) && tokens.word(middle + 1).len() == 2 && is_tight(middle + 1);
    (is_end && has_letters).then(|| Piece::of(tokens, at, middle + 1))
}

fn is_state(tokens: &Tokens<'_>, at: usize) -> bool {
    let Some(token) = tokens.get(at).filter(|token| token.is_loud) else { return false };
    STATES.split_whitespace().any(|state| state == &tokens.text[token.start..token.end])
}

/// `Springfield, IL`, `lives in Braga`, `Orange County`
fn town(tokens: &Tokens<'_>, at: usize) -> Option<Piece> {
    if let Some(code) = british_code(tokens, at) {
        return Some(code);
    }
    if !is_capital(tokens, at) || is_calendar(tokens.word(at)) {
        return None;
    }
    let goes_on = |next: usize| is_capital(tokens, next) && matches!(tokens.plain_gap(next).as_str(), " " | "-");
    let last = (at + 1..at + 3).take_while(|next| goes_on(*next)).last().unwrap_or(at);
    if tokens.gap(last + 1) == Some(", ") && is_state(tokens, last + 1) {
        return Some(Piece::of(tokens, at, last));
    }
    if last > at && tokens.word(last) == "county" {
        return Some(Piece::of(tokens, at, last));
    }
    let near = |back: usize| at.checked_sub(back).map_or("", |at| tokens.word(at));
    let is_lived = LIVING.contains(&near(2)) || (LIVING.contains(&near(3)) && near(2) == "up");
    (AT.contains(&near(1)) && is_lived && tokens.plain_gap(at) == " ").then(|| Piece::of(tokens, at, last))
}
