//! Identifiers removed: names on file and the identifier kinds of 45 CFR 164.514(b)(2), as far as text shows them.
//! What is removed is told by kind and place. The result is never called anonymous: voices, faces, stories and rare
//! circumstances identify too, and no program sees them. Must not know whose text it is.

use crate::scan::categories::CATEGORIES;
use crate::scan::categories::Category;
use crate::scan::categories::Piece;
use crate::scan::hit::Allowed;
use crate::scan::identifier::IdentifierKind;
use crate::scan::identifier::Index;
use crate::scan::initials;
use crate::scan::own::Own;
use crate::scan::redaction::placeholder;
use crate::scan::scanner::scan_up_to;
use crate::scan::tokens::Kind;
use crate::scan::tokens::Tokens;
use crate::time::Date;

/// A text with identifiers removed.
#[derive(Clone, Debug)]
pub struct Deidentified {
    /// The text; its lines are those of the original.
    pub text: String,
    /// What was removed, in the order of the text.
    pub removed: Vec<Removed>,
}

/// One identifier that was removed.
#[derive(Clone, Copy, Debug)]
pub struct Removed {
    /// Its kind.
    pub category: &'static Category,
    /// Its line in the original, from 1.
    pub line: u64,
    /// The character in the line, from 1.
    pub column: u64,
}

impl Deidentified {
    /// How many of each kind were removed, in the order of the regulation; kinds with none are left out.
    pub fn counts(&self) -> Vec<(&'static Category, usize)> {
        let count = |category: &Category| self.removed.iter().filter(|one| one.category.id == category.id).count();
        CATEGORIES.iter().map(|category| (category, count(category))).filter(|(_, count)| *count > 0).collect()
    }
}

/// A change of the original.
struct Edit {
    start: usize,
    end: usize,
    put: String,
    category: &'static Category,
}

/// Removes identifiers from `text`: those of everyone in `index`, whoever the text is about included, and those of
/// every category. `own` is whom it is about, whose names go wherever they could be meant. `today` tells which years make an age over 89. Removing twice removes nothing more.
pub fn deidentify<I: Index>(text: &str, index: &I, own: &Own, today: Date) -> Result<Deidentified, I::Error> {
    let mut edits: Vec<Edit> = Vec::new();
    loop {
        let now = apply(text, &edits);
        let found = find(&now, index, own, today)?;
        if found.is_empty() {
            return Ok(Deidentified { removed: places(text, &edits), text: now });
        }
        // Each round turns words into placeholders, which are never words again: it ends.
        let originals = Originals::new(&edits);
        let new = found.into_iter().map(|(piece, category)| Edit {
            start: originals.of(piece.start),
            end: originals.of(piece.end),
            put: placeholder(piece.put.as_deref().unwrap_or(category.put), &now[piece.start..piece.end]),
            category,
        });
        let new: Vec<Edit> = new.collect();
        edits.extend(new);
        edits.sort_by_key(|edit| edit.start);
    }
}

fn apply(text: &str, edits: &[Edit]) -> String {
    let (mut applied, mut from) = (String::with_capacity(text.len()), 0);
    for edit in edits {
        applied.push_str(&text[from..edit.start]);
        applied.push_str(&edit.put);
        from = edit.end;
    }
    applied + &text[from..]
}

/// Where bytes of the changed text stand in the original.
struct Originals {
    /// Where a change ends in the changed text, and in the original.
    ends: Vec<(usize, usize)>,
}

impl Originals {
    fn new(edits: &[Edit]) -> Self {
        let (mut ends, mut at, mut from) = (Vec::with_capacity(edits.len()), 0, 0);
        for edit in edits {
            at += edit.start - from + edit.put.len();
            from = edit.end;
            ends.push((at, from));
        }
        Self { ends }
    }

    /// For bytes outside the changes.
    fn of(&self, at: usize) -> usize {
        let before = self.ends.partition_point(|(end, _)| *end <= at);
        match before.checked_sub(1) {
            Some(last) => at - self.ends[last].0 + self.ends[last].1,
            None => at,
        }
    }
}

fn category_of(kind: IdentifierKind) -> &'static Category {
    let letter = match kind {
        IdentifierKind::Name | IdentifierKind::Nickname | IdentifierKind::Alias | IdentifierKind::Representative => 'A',
        IdentifierKind::Birth => 'C',
        IdentifierKind::Phone => 'D',
        IdentifierKind::Email => 'F',
    };
    let row = CATEGORIES.iter().position(|category| category.letter == letter);
    &CATEGORIES[row.unwrap_or(0)]
}

/// What identifies in `text`, in its order; of what overlaps, the longest.
fn find<I: Index>(text: &str, index: &I, own: &Own, today: Date) -> Result<Vec<(Piece, &'static Category)>, I::Error> {
    let tokens = Tokens::of(text);
    let mut found: Vec<(Piece, &'static Category)> = Vec::new();
    for at in 0..tokens.list.len() {
        if tokens.list[at].kind == Kind::Placeholder {
            continue;
        }
        for category in &CATEGORIES {
            let piece = category.find.and_then(|find| find(&tokens, at, today));
            found.extend(piece.map(|piece| (piece, category)));
        }
        found.extend(own.found_at(&tokens, at).map(|piece| (piece, category_of(IdentifierKind::Name))));
        if let Some((piece, key)) = initials::found_at(&tokens, at)
            && !index.under(&key)?.is_empty()
        {
            found.push((piece, category_of(IdentifierKind::Name)));
        }
    }
    let on_file = scan_up_to(text, index, &Allowed::nobody(), usize::MAX)?;
    for hit in on_file.hits {
        let category = category_of(hit.kind);
        // A birth date keeps the year that the date's own row keeps.
        let put = found.iter().find(|(piece, _)| piece.start == hit.range().start && hit.kind == IdentifierKind::Birth);
        let put = put.and_then(|(piece, _)| piece.put.clone());
        found.push((Piece { start: hit.range().start, end: hit.range().end, put }, category));
    }
    let placeholders: Vec<(usize, usize)> = tokens
        .list
        .iter()
        .filter(|token| token.kind == Kind::Placeholder)
        .map(|token| (token.start, token.end))
        .collect();
    found.retain(|(piece, _)| {
        let next = placeholders.partition_point(|(_, end)| *end <= piece.start);
        piece.start < piece.end && placeholders.get(next).is_none_or(|(start, _)| *start >= piece.end)
    });
    found.sort_by_key(|(piece, category)| (piece.start, std::cmp::Reverse(piece.end), category.letter));
    Ok(longest(found))
}

fn longest(found: Vec<(Piece, &'static Category)>) -> Vec<(Piece, &'static Category)> {
    let mut kept: Vec<(Piece, &'static Category)> = Vec::new();
    for one in found {
        match kept.last_mut() {
            Some((last, _)) if one.0.start < last.end && one.0.end - one.0.start <= last.end - last.start => {}
            Some(before) if one.0.start < before.0.end => *before = one,
            _ => kept.push(one),
        }
    }
    kept
}

fn places(text: &str, edits: &[Edit]) -> Vec<Removed> {
    let (mut line, mut column, mut from) = (1, 1, 0);
    let place = |edit: &Edit| {
        for c in text[from..edit.start].chars() {
            if c == '\n' {
                (line, column) = (line + 1, 1);
            } else {
                column += 1;
            }
        }
        from = edit.start;
        Removed { category: edit.category, line, column }
    };
    edits.iter().map(place).collect()
}
