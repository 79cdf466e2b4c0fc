//! What the index answers for one word, ready to be judged. Thousands may be called Maria: those who cannot be told
//! apart at a place are judged there once. Must not know the text but at that place.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;

use crate::id::ClientId;
use crate::scan::hit::Allowed;
use crate::scan::identifier::Identifier;
use crate::scan::identifier::IdentifierKind;
use crate::scan::names::Name;
use crate::scan::phone;
use crate::scan::tokens::Tokens;

/// So few are judged one by one.
const FEW: usize = 8;

/// An identifier ready to be compared.
pub(super) struct Known {
    pub(super) of: ClientId,
    pub(super) kind: IdentifierKind,
    pub(super) means: Means,
}

/// What it is compared as.
pub(super) enum Means {
    Name(Name),
    Number(phone::Number),
    /// What has its key has all of it.
    Whole,
}

/// All that the index has under one key.
#[derive(Default)]
pub(super) struct Answer {
    pub(super) all: Vec<Known>,
    /// Where there are many: those who are found alike when the word stands alone, by its plain spelling.
    alike: BTreeMap<String, Alike>,
    /// Whom another word beside would tell from the rest.
    beside: HashMap<String, Vec<usize>>,
    /// Whom an initial beside would.
    initials: HashMap<char, Vec<usize>>,
    /// Who is judged always.
    always: Vec<usize>,
}

struct Alike {
    /// Who is named when nothing tells: somebody allowed, if anybody is.
    first: usize,
    is_allowed: bool,
    of: BTreeMap<ClientId, usize>,
}

impl Answer {
    pub(super) fn new(key: &str, identifiers: Vec<Identifier>, allowed: &Allowed) -> Self {
        let mut answer = Self { all: identifiers.into_iter().filter_map(known).collect(), ..Self::default() };
        answer.all.sort_by_key(|known| (!allowed.contains(known.of), known.kind, known.of));
        if answer.all.len() > FEW {
            answer.group(key, allowed);
        }
        answer
    }

    fn group(&mut self, key: &str, allowed: &Allowed) {
        for (at, known) in self.all.iter().enumerate() {
            let Means::Name(name) = &known.means else { continue };
            let Some(plain) = name.plain(key) else {
                self.always.push(at);
                continue;
            };
            let is_allowed = allowed.contains(known.of);
            let alike = self.alike.entry(plain.to_owned());
            let alike = alike.or_insert_with(|| Alike { first: at, is_allowed, of: BTreeMap::new() });
            alike.of.entry(known.of).or_insert(at);
            for word in name.neighbours().filter(|word| *word != key) {
                self.beside.entry(word.to_owned()).or_default().push(at);
                if let Some(initial) = word.chars().next() {
                    self.initials.entry(initial).or_default().push(at);
                }
            }
        }
    }

    /// Those whose names must be compared with the text at token `at`.
    pub(super) fn worth_judging(&self, tokens: &Tokens<'_>, at: usize, seen: &BTreeSet<ClientId>) -> Vec<&Known> {
        if self.all.len() <= FEW {
            return self.all.iter().collect();
        }
        let mut chosen: BTreeSet<usize> = self.always.iter().copied().collect();
        for alike in self.alike.values() {
            let before = seen.iter().find_map(|of| alike.of.get(of)).filter(|_| !alike.is_allowed);
            chosen.insert(*before.unwrap_or(&alike.first));
        }
        let nearest = [at.checked_sub(1), Some(at + 1), Some(at + 2)];
        for near in nearest.into_iter().flatten().filter(|near| tokens.is_word(*near)) {
            let mended = tokens.mended(near);
            let words = [tokens.word(near)].into_iter().chain(tokens.other_words(near)).chain(mended.as_deref());
            for word in words {
                chosen.extend(self.beside.get(word).into_iter().flatten());
            }
            let initial = tokens.word(near).chars().next().filter(|_| tokens.word(near).chars().count() == 1);
            let is_initial = initial.filter(|_| tokens.list[near].is_capital);
            chosen.extend(is_initial.and_then(|initial| self.initials.get(&initial)).into_iter().flatten());
        }
        chosen.into_iter().map(|at| &self.all[at]).collect()
    }
}

fn known(identifier: Identifier) -> Option<Known> {
    let Identifier { of, kind, text } = identifier;
    let means = match kind {
        IdentifierKind::Name | IdentifierKind::Nickname | IdentifierKind::Representative => {
            Means::Name(Name::read(&text))
        }
        IdentifierKind::Alias => Means::Name(Name::read_alias(&text)),
        IdentifierKind::Phone => Means::Number(phone::Number::read(&text)?),
        IdentifierKind::Email | IdentifierKind::Birth => Means::Whole,
    };
    Some(Known { of, kind, means })
}
