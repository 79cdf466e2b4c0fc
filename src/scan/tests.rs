//! The corpus and the properties of the scan.

use std::collections::BTreeMap;



use super::*;
use crate::id::ClientId;

const PEOPLE: &str = include_str!("../../tests/corpus/scan/people.tsv");
const HITS: &str = include_str!("../../tests/corpus/scan/hits.tsv");
const CLEAN: &str = include_str!("../../tests/corpus/scan/clean.tsv");

fn rows(file: &'static str) -> impl Iterator<Item = &'static str> {
    file.lines().filter(|line| !line.starts_with("# ") && !line.is_empty())
}

/// Undoes `\n` and `\u{..}`.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        plain.push_str(before);
        if let Some((digits, behind)) = after.strip_prefix("u{").and_then(|after| after.split_once('}')) {
            plain.extend(char::from_u32(u32::from_str_radix(digits, 16).unwrap()));
            rest = behind;
        } else {
            plain.push('\n');
            rest = after.strip_prefix('n').unwrap();
        }
    }
    plain + rest
}

fn kind(word: &str) -> IdentifierKind {
    match word {
        "name" => IdentifierKind::Name,
        "nickname" => IdentifierKind::Nickname,
        "alias" => IdentifierKind::Alias,
        "phone" => IdentifierKind::Phone,
        "email" => IdentifierKind::Email,
        "birth" => IdentifierKind::Birth,
        "representative" => IdentifierKind::Representative,
        other => panic!("{other}"),
    }
}

struct People {
    of: BTreeMap<&'static str, ClientId>,
    index: MemoryIndex,
}

fn people() -> People {
    let mut people = People { of: BTreeMap::new(), index: MemoryIndex::default() };
    for row in rows(PEOPLE) {
        let [who, word, text] = row.split('\t').collect::<Vec<_>>().try_into().unwrap();
        let of = *people.of.entry(who).or_insert_with(|| ClientId::random(&mut rand_core::OsRng));
        people.index.add(&Identifier { of, kind: kind(word), text: text.to_owned() });
    }
    people
}

fn found(text: &str, people: &People) -> Vec<(String, &'static str, IdentifierKind)> {
    let found = scan(text, &people.index, &Allowed::nobody()).unwrap();
    let who = |of: ClientId| *people.of.iter().find(|(_, id)| **id == of).unwrap().0;
    found.hits.iter().map(|hit| (text[hit.range()].to_owned(), who(hit.of), hit.kind)).collect()
}

#[test]
fn every_name_of_the_corpus_is_found_and_few_words_are_taken_for_one() {
    let people = people();
    let (mut missed, mut wrong) = (Vec::new(), Vec::new());
    for row in rows(HITS) {
        let mut columns = row.split('\t');
        let text = plain(columns.next().unwrap());
        let mut found = found(&text, &people);
        while let (Some(who), Some(word), Some(expected)) = (columns.next(), columns.next(), columns.next()) {
            let expected = plain(expected);
            let is_it = |(text, of, kind_of): &(String, &str, IdentifierKind)| {
                text.contains(&expected) && text.len() < expected.len() + 3 && *of == who && *kind_of == kind(word)
            };
            match found.iter().position(is_it) {
                Some(at) => drop(found.remove(at)),
                None => missed.push(format!("{text:?}: {who} {word} {expected:?}")),
            }
        }
        wrong.extend(found.iter().map(|hit| format!("{text:?}: {hit:?}")));
    }
    let clean = rows(CLEAN).map(plain);
    for text in clean {
        wrong.extend(found(&text, &people).iter().map(|hit| format!("{text:?}: {hit:?}")));
    }
    assert!(rows(HITS).count() >= 200 && rows(CLEAN).count() >= 200);
    assert!(missed.is_empty(), "{} missed:\n{}\nand wrong:\n{}", missed.len(), missed.join("\n"), wrong.join("\n"));
    assert!(wrong.len() <= 5, "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
