//! Other people put out of what a client is given: their names, aliases, numbers and ids. Whoever the report is about may be
//! named in it. Must not know what the words are for.

use std::collections::BTreeMap;

use crate::id::ALPHABET;
use crate::id::ClientId;
use crate::report::ReportError;
use crate::scan;
use crate::scan::Allowed;
use crate::scan::Hit;
use crate::scan::IdentifierKind;
use crate::vault::catalog::Catalog;

/// What stands in the place of an id.
const SOMEBODY: &str = "[another person]";
/// The letters of ids that belong to clients and groups.
const LETTERS: [&str; 2] = ["c-", "g-"];
/// How many characters an id has after its letter and dash.
const BODY: usize = 16;

/// Puts out, and counts.
pub struct Others<'c> {
    catalog: &'c Catalog,
    client: ClientId,
    allowed: Allowed,
    /// Each text once: a recipient stands in many rows.
    known: BTreeMap<String, String>,
    /// The same of recipients' own names, and of their addresses.
    names: BTreeMap<(String, bool), String>,
    /// How many different texts were changed.
    pub put_out: usize,
}

impl<'c> Others<'c> {
    /// For a report about `client`.
    pub fn of(catalog: &'c Catalog, client: ClientId) -> Self {
        Self {
            catalog,
            client,
            allowed: [client].into_iter().collect(),
            known: BTreeMap::new(),
            names: BTreeMap::new(),
            put_out: 0,
        }
    }

    /// The recipient's own name or organisation, which the law asks for (45 CFR 164.528(b)(2)(ii)): a namesake among the
    /// clients takes nothing from it, and to put that word out would say that there is one. Aliases, ids and numbers go.
    pub fn of_recipient(&mut self, text: &str) -> Result<String, ReportError> {
        self.of_whom(text, |_| true)
    }

    /// The recipient's address, which the law asks for "if known": a word that somebody else is called, too, is left, as in a
    /// name; whoever is named in full is put out, since an address names nobody but the recipient.
    pub fn of_address(&mut self, text: &str) -> Result<String, ReportError> {
        self.of_whom(text, |name| !name.contains(char::is_whitespace))
    }

    fn of_whom(&mut self, text: &str, may_stay: impl Fn(&str) -> bool) -> Result<String, ReportError> {
        let is_name = |hit: &Hit| {
            matches!(hit.kind, IdentifierKind::Name | IdentifierKind::Nickname | IdentifierKind::Representative)
        };
        let stays = |hit: &Hit| is_name(hit) && text.get(hit.range()).is_some_and(&may_stay);
        let known = (text.to_owned(), may_stay(" "));
        if let Some(known) = self.names.get(&known) {
            return Ok(known.clone());
        }
        let hits = scan::scan(text, self.catalog, &self.allowed)?.hits;
        let left = if hits.iter().all(stays) { text.to_owned() } else { self.without(text)? };
        self.names.insert(known, left.clone());
        Ok(left)
    }

    /// `text` without anybody else.
    pub fn without(&mut self, text: &str) -> Result<String, ReportError> {
        if let Some(known) = self.known.get(text) {
            return Ok(known.clone());
        }
        let redacted = scan::redact_all(text, self.catalog, &self.allowed)?.text;
        let clean = without_ids(&redacted, &self.client.to_string());
        self.put_out += usize::from(clean != text);
        self.known.insert(text.to_owned(), clean.clone());
        Ok(clean)
    }
}

fn without_ids(text: &str, own: &str) -> String {
    let mut left = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let id = LETTERS.iter().filter(|letter| rest.starts_with(**letter)).find_map(|letter| {
            let id = rest.get(..letter.len() + BODY)?;
            id[letter.len()..].bytes().all(|c| ALPHABET.contains(&c)).then_some(id)
        });
        match id {
            Some(id) => {
                left.push_str(if id == own { id } else { SOMEBODY });
                rest = &rest[id.len()..];
            }
            None => {
                left.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_others_go_and_ones_own_stays() {
        let own = "c-0123456789abcdef";
        let text = format!("see {own}, c-0123456789abcdeg and g-0123456789abcdeg; c-0123 é");
        assert_eq!(without_ids(&text, own), format!("see {own}, {SOMEBODY} and {SOMEBODY}; c-0123 é"));
    }
}
