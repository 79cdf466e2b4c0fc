//! Who could be named: the identifiers on file, and the short keys under which an index finds them. A practice may have
//! a hundred thousand clients, so a scan never reads all of them; it asks for those under the words that the text has.
//! Must not know how the index is kept.

use std::collections::BTreeMap;
use std::convert::Infallible;

use crate::id::ClientId;
use crate::scan::date;
use crate::scan::email;
use crate::scan::names::Name;
use crate::scan::phone;
use crate::scan::tokens::Tokens;
use crate::time::parse_date;

/// What kind of identifier it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdentifierKind {
    /// The real name.
    Name,
    /// A name also known.
    Nickname,
    /// The pseudonym; counts only as it is spelled, in any case.
    Alias,
    /// A telephone number.
    Phone,
    /// An e-mail address.
    Email,
    /// The birth date, spelled `2001-05-13`.
    Birth,
    /// The name of a guardian or another who acts for the client.
    Representative,
}

/// One identifier of one client.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identifier {
    /// Whose it is.
    pub of: ClientId,
    /// What it is.
    pub kind: IdentifierKind,
    /// As it is on file.
    pub text: String,
}

/// The telephone numbers and e-mail addresses in what is on file of how somebody is reached.
pub fn reached(text: &str) -> Vec<(IdentifierKind, String)> {
    let tokens = Tokens::of(text);
    let mut found = Vec::new();
    let mut after = 0;
    for at in 0..tokens.list.len() {
        if let Some(address) = email::found_at(&tokens, at) {
            let whole = &text[tokens.list[address.first].start..tokens.list[address.last].end];
            found.push((IdentifierKind::Email, whole.to_owned()));
            after = after.max(address.last + 1);
        }
        let number = phone::found_at(&tokens, at).pop().filter(|number| at >= after && number.number.key().is_some());
        if let Some(number) = number {
            found.push((IdentifierKind::Phone, text[number.start..tokens.list[number.last].end].to_owned()));
            after = number.last + 1;
        }
    }
    found
}

/// The keys under which an index keeps `identifier`: folded words, a person's initials, the last seven digits of a
/// number, the address, the date. Sorted, each once; none for what can never be found.
pub fn keys_of(identifier: &Identifier) -> Vec<String> {
    let text = identifier.text.as_str();
    let mut keys = match identifier.kind {
        IdentifierKind::Name => {
            let name = Name::read(text);
            name.keys().into_iter().chain(name.initials()).collect()
        }
        IdentifierKind::Nickname | IdentifierKind::Representative => Name::read(text).keys(),
        IdentifierKind::Alias => Name::read_alias(text).keys(),
        IdentifierKind::Phone => phone::key(text).into_iter().collect(),
        IdentifierKind::Email => email::key(text).into_iter().collect(),
        IdentifierKind::Birth => parse_date(text).ok().map(date::key).into_iter().collect(),
    };
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// Where identifiers are found by key.
pub trait Index {
    /// Why it could not answer.
    type Error;

    /// All identifiers that have `key` among their [`keys_of`].
    fn under(&self, key: &str) -> Result<Vec<Identifier>, Self::Error>;
}

/// An index in memory.
#[derive(Clone, Debug, Default)]
pub struct MemoryIndex(BTreeMap<String, Vec<Identifier>>);

impl MemoryIndex {
    /// Keeps one more.
    pub fn add(&mut self, identifier: &Identifier) {
        for key in keys_of(identifier) {
            self.0.entry(key).or_default().push(identifier.clone());
        }
    }
}

impl FromIterator<Identifier> for MemoryIndex {
    fn from_iter<T: IntoIterator<Item = Identifier>>(identifiers: T) -> Self {
        let mut index = Self::default();
        for identifier in identifiers {
            index.add(&identifier);
        }
        index
    }
}

impl Index for MemoryIndex {
    type Error = Infallible;

    fn under(&self, key: &str) -> Result<Vec<Identifier>, Infallible> {
        Ok(self.0.get(key).cloned().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn keys(kind: IdentifierKind, text: &str) -> Vec<String> {
        let of = "c-0123456789".parse().unwrap_or_else(|_| ClientId::random(&mut rand_core::OsRng));
        keys_of(&Identifier { of, kind, text: text.to_owned() })
    }

    #[test]
    fn keys_are_short_and_few() {
        assert_eq!(
            keys(IdentifierKind::Name, "María López"),
            ["initials lm", "lopez", "lopezmaria", "maria", "marialopez", "mlopez"]
        );
        assert_eq!(
            keys(IdentifierKind::Name, "Dr. João da Silva Jr."),
            ["initials js", "joao", "joaosilva", "jsilva", "silva", "silvajoao"]
        );
        assert_eq!(keys(IdentifierKind::Alias, "mk-01"), ["mk"]);
        assert_eq!(keys(IdentifierKind::Phone, "+351 912 345 678"), ["tel 2345678"]);
        assert_eq!(keys(IdentifierKind::Email, "Maria+x@Example.org"), ["maria@example.org"]);
        assert_eq!(keys(IdentifierKind::Birth, "2001-05-13"), ["date 2001-05-13"]);
        assert!(keys(IdentifierKind::Phone, "112").is_empty());
    }

    #[test]
    fn how_somebody_is_reached_is_read_out_of_what_is_on_file() {
        let phone = (IdentifierKind::Phone, "917-555-0123".to_owned());
        let email = (IdentifierKind::Email, "mum@example.org".to_owned());
        assert_eq!(reached("12 Rose Street, tel. 917-555-0123, mum@example.org"), [phone.clone(), email.clone()]);
        assert_eq!(reached("mum@example.org / 917-555-0123"), [email, phone]);
        assert!(reached("12 Rose Street, room 4").is_empty());
    }

    proptest! {
        #[test]
        fn no_identifier_panics(text in "\\PC{0,40}") {
            reached(&text);
            for kind in [IdentifierKind::Name, IdentifierKind::Alias, IdentifierKind::Phone, IdentifierKind::Email,
                IdentifierKind::Birth] {
                keys(kind, &text);
            }
        }
    }
}
