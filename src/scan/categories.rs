//! The eighteen identifier kinds of 45 CFR 164.514(b)(2)(i)(A) to (R), one row each: what it is called and what finds
//! it. Must not know who is on file.

use crate::scan::called::honoured;
use crate::scan::dates;
use crate::scan::email;
use crate::scan::initials;
use crate::scan::labels;
use crate::scan::places;
use crate::scan::tokens::Tokens;
use crate::scan::wires;
use crate::time::Date;

/// One kind of identifier.
pub struct Category {
    /// Its id.
    pub id: &'static str,
    /// What it is, in words.
    pub words: &'static str,
    /// Its paragraph under 45 CFR 164.514(b)(2)(i).
    pub letter: char,
    /// What is put in its place, between brackets.
    pub(super) put: &'static str,
    /// Finds one that begins at a token; `None` for what text cannot show.
    pub(super) find: Option<Find>,
}

/// Finds an identifier that begins at a token.
pub(super) type Find = fn(&Tokens<'_>, usize, Date) -> Option<Piece>;

/// A piece of text that identifies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// The first byte.
    pub(super) start: usize,
    /// The byte after the last.
    pub(super) end: usize,
    /// What to put instead of the category's own word.
    pub(super) put: Option<String>,
}

impl Piece {
    pub(super) fn new(start: usize, end: usize) -> Self {
        Self { start, end, put: None }
    }

    /// From one token's beginning to another's end.
    pub(super) fn of(tokens: &Tokens<'_>, first: usize, last: usize) -> Self {
        Self::new(tokens.list[first].start, tokens.list[last].end)
    }
}

macro_rules! categories {
    ($($letter:literal $id:literal $words:literal -> $put:literal, $find:expr;)*) => {
        /// All of them, in the order of the regulation.
        pub static CATEGORIES: [Category; 18] = [$(
            Category { id: $id, words: $words, letter: $letter, put: $put, find: $find },
        )*];
    };
}

categories! {
    'A' "names" "names on file, and whoever is named with a title" -> "name",
        Some(|tokens, at, _| honoured(tokens, at).or_else(|| initials::honoured(tokens, at)));
    'B' "places" "streets, post codes, towns and what else is smaller than a state" -> "place", Some(places::found_at);
    'C' "dates" "dates but for the year, and ages over 89" -> "date", Some(dates::found_at);
    'D' "phones" "telephone numbers" -> "phone", Some(wires::phone);
    'E' "faxes" "fax numbers" -> "fax", Some(wires::fax);
    'F' "emails" "e-mail addresses" -> "email",
        Some(|tokens, at, _| email::beginning_at(tokens, at).map(|found| Piece::of(tokens, found.first, found.last)));
    'G' "social-security" "social security numbers" -> "social security number", Some(labels::social_security);
    'H' "medical-records" "medical record numbers" -> "record number", Some(labels::medical_record);
    'I' "health-plans" "health plan beneficiary numbers" -> "health plan number", Some(labels::health_plan);
    'J' "accounts" "account numbers" -> "account number", Some(labels::account);
    'K' "licences" "certificate and licence numbers" -> "licence number", Some(labels::licence);
    'L' "vehicles" "vehicle identifiers and plates" -> "vehicle number", Some(labels::vehicle);
    'M' "devices" "device identifiers and serial numbers" -> "device number", Some(labels::device);
    'N' "links" "web addresses" -> "link", Some(wires::link);
    'O' "networks" "network addresses" -> "network address", Some(wires::network);
    'P' "biometrics" "biometric identifiers, which text cannot show" -> "", None;
    'Q' "photographs" "photographs of faces, which text cannot show" -> "", None;
    'R' "numbers" "any other number or code of one person alone" -> "number", Some(labels::other);
}

impl std::fmt::Debug for Category {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.id, self.letter)
    }
}
