//! The corpus and the properties of the scan.

use std::collections::BTreeMap;

use proptest::prelude::*;

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

/// Pieces of which texts are made that are likely to be misread.
fn piece() -> impl Strategy<Value = String> {
    let words = [
        "Maria",
        "López",
        "lopez",
        "Will",
        "will",
        "May",
        "Rose",
        "Street",
        "mk",
        "01",
        "-",
        "-\n",
        "\n",
        "\r\n",
        " ",
        ". ",
        ", ",
        "912",
        "345 678",
        "+351",
        "(",
        ")",
        "2001",
        "-05-13",
        "13",
        "May 13, 2001",
        "maria.lopez@example.org",
        "@",
        "(at)",
        "'s",
        "’",
        "[",
        "]",
        "[participant 2]",
        "[participant",
        "[name]",
        "[date 2001]",
        "&nbsp;",
        "&eacute",
        "\\u00",
        "\\n",
        "%20",
        "\u{ad}",
        "\u{200b}",
        "е",
        "Ｍ",
        "李小龙",
        "MRN: ",
        "policy no. ",
        "12345678",
        "http://",
        "www.",
        "1.2.3.4",
        "93",
        " years old",
        "P.O. Box 3",
        "CA 94103",
        "lives in ",
        "Dr. ",
        "aged ",
        "O'",
        "\u{1f600}",
        "Li",
        "Wu",
        "M.",
        "L. ",
    ];
    prop_oneof![4 => proptest::sample::select(words.to_vec()).prop_map(str::to_owned), 1 => "\\PC{0,6}", 1 => "[ -~\\n]{0,12}"]
}

fn made() -> impl Strategy<Value = String> {
    proptest::collection::vec(piece(), 0..24).prop_map(|pieces| pieces.concat())
}

fn today() -> crate::time::Date {
    crate::time::parse_date("2026-11-21").unwrap()
}

proptest! {
    #[test]
    fn hits_lie_inside_and_apart(text in made()) {
        let found = scan(&text, &people().index, &Allowed::nobody()).unwrap();
        let mut from = 0;
        for hit in &found.hits {
            prop_assert!(hit.range().start >= from && hit.length > 0);
            prop_assert!(text.get(hit.range()).is_some());
            from = hit.range().end;
            let line = text.split('\n').nth(usize::try_from(hit.line).unwrap() - 1).unwrap();
            let before: usize = text.split_inclusive('\n').take(usize::try_from(hit.line).unwrap() - 1).map(str::len).sum();
            let column = text[before..hit.range().start].chars().count() + 1;
            prop_assert_eq!(hit.column, column as u64);
            prop_assert!(column <= line.chars().count());
        }
    }

    #[test]
    fn what_is_redacted_names_nobody(text in made()) {
        let index = people().index;
        let redacted = redact_all(&text, &index, &Allowed::nobody()).unwrap();
        prop_assert!(scan(&redacted.text, &index, &Allowed::nobody()).unwrap().hits.is_empty());
        let again = redact_all(&redacted.text, &index, &Allowed::nobody()).unwrap();
        prop_assert_eq!(&again.text, &redacted.text);
        prop_assert_eq!(redacted.text.matches('\n').count(), text.matches('\n').count());
    }

    #[test]
    fn identifiers_are_removed_once(text in made()) {
        let index = people().index;
        let own = own::tests::own(&["Will Parker", "Li Wu", "李小龙"]);
        let removed = deidentify(&text, &index, &own, today()).unwrap();
        let again = deidentify(&removed.text, &index, &own, today()).unwrap();
        prop_assert_eq!(&again.text, &removed.text);
        prop_assert!(again.removed.is_empty());
        prop_assert!(scan(&removed.text, &index, &Allowed::nobody()).unwrap().hits.is_empty());
        prop_assert_eq!(removed.text.matches('\n').count(), text.matches('\n').count());
    }
}

/// How many long texts are tried: fewer in the ordinary run.
const LONG_TEXTS: u32 = if option_env!("SUBROSA_SCALE").is_some() { 256 } else { 40 };

proptest! {
    #![proptest_config(ProptestConfig::with_cases(LONG_TEXTS))]

    #[test]
    fn a_text_in_pieces_is_the_same_text(text in made(), times in 1..600_usize, each in 1..5000_usize) {
        struct Slow<'a>(&'a [u8], usize);
        impl std::io::Read for Slow<'_> {
            fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
                let count = self.1.min(self.0.len()).min(into.len());
                into[..count].copy_from_slice(&self.0[..count]);
                self.0 = &self.0[count..];
                Ok(count)
            }
        }
        let text = format!("{text} ").repeat(times);
        let index = people();
        let whole = scan(&text, &index.index, &Allowed::nobody()).unwrap();
        let read = scan_reader(Slow(text.as_bytes(), each), &index.index, &Allowed::nobody()).unwrap();
        prop_assert_eq!(whole, read);
    }
}

#[test]
fn windows_hide_nothing() {
    let people = people();
    let line = "and she said that the day was long; Maria\nLo-\npez went, 912 345 678, maria.lopez@example.org, 13 May 2001.\n";
    let text = line.repeat(3000);
    let found = scanner::scan_up_to(&text, &people.index, &Allowed::nobody(), usize::MAX).unwrap();
    assert_eq!(found.hits.len(), 4 * 3000);
    assert!(found.hits.iter().all(|hit| line.contains(&text[hit.range()])));
    let last = found.hits.last().unwrap();
    assert_eq!((last.line, last.column), (9000, 49));
    let capped = scan(&text, &people.index, &Allowed::nobody()).unwrap();
    assert!(capped.has_more && capped.hits.len() == hit::MOST_HITS);
}

#[test]
fn who_is_allowed_is_no_hit_and_hides_nobody_else() {
    let people = people();
    let allowed: Allowed = [people.of["maria"], people.of["rose"]].into_iter().collect();
    let text = "Maria López, +351 912 345 678, met Rose and Will Parker; Maria called 913 111 222.";
    let found = scan(text, &people.index, &allowed).unwrap();
    let named: Vec<&str> = found.hits.iter().map(|hit| &text[hit.range()]).collect();
    assert_eq!(named, ["Will Parker", "913 111 222"]);
    assert_eq!(
        redact(text, &found.hits),
        text.replace("Will Parker", "[participant 2]").replace("913 111 222", "[participant 3]")
    );
}

#[test]
fn namesakes_are_told_apart_as_far_as_can_be() {
    let (one, other) = (ClientId::random(&mut rand_core::OsRng), ClientId::random(&mut rand_core::OsRng));
    let name = |of, text: &str| Identifier { of, kind: IdentifierKind::Name, text: text.to_owned() };
    let index: MemoryIndex = [name(one, "Ana Reyes"), name(other, "Ana Quintela")].into_iter().collect();
    let hits = |text, allowed: &[ClientId]| -> Vec<ClientId> {
        let found = scan(text, &index, &allowed.iter().copied().collect()).unwrap();
        found.hits.iter().map(|hit| hit.of).collect()
    };
    assert_eq!(hits("Ana Quintela came, then Ana left", &[]), [other, other]);
    assert_eq!(hits("Ana Reyes came, then Ana left", &[]), [one, one]);
    assert_eq!(hits("Ana came, then Ana Quintela left", &[one]), [other]);
    assert!(hits("Ana came", &[one]).is_empty());
}

#[test]
fn a_short_name_is_found_among_many_alike() {
    let name =
        |kind, text: &str| Identifier { of: ClientId::random(&mut rand_core::OsRng), kind, text: text.to_owned() };
    let mut index = MemoryIndex::default();
    for at in 0..20 {
        index.add(&name(IdentifierKind::Name, &format!("Bo Stranger{}", char::from(b'a' + at))));
        index.add(&name(IdentifierKind::Name, &format!("Person{} Wu", char::from(b'a' + at))));
    }
    let (bo, al) = (name(IdentifierKind::Nickname, "Bo"), name(IdentifierKind::Name, "Al Wu"));
    index.add(&bo);
    index.add(&al);
    let hits = |text| scan(text, &index, &Allowed::nobody()).unwrap().hits;
    assert_eq!(hits("the list: Bo. Nobody else.").len(), 1);
    assert_eq!(hits("Then al wu left.").iter().map(|hit| hit.of).collect::<Vec<_>>(), [al.of]);
}

#[test]
fn redaction_keeps_lines_and_counts_on() {
    let people = people();
    let text = "[participant 4] met Will Parker.\r\nThen Maria\r\nLopez met Will and Mimi.\n";
    let redacted = redact_all(text, &people.index, &Allowed::nobody()).unwrap();
    assert_eq!(
        redacted.text,
        "[participant 4] met [participant 5].\r\nThen [participant 6]\r\n met [participant 5] and [participant 6].\n"
    );
    assert_eq!((redacted.people, redacted.places), (2, 4));
}

#[test]
fn each_kind_of_identifier_is_removed() {
    let people = people();
    let mut wrong = Vec::new();
    for (text, expected) in [
        ("Maria López and Dr. Adams met Ms Ortiz-Reyes.", "[name] and Dr. [name] met Ms [name]."),
        ("mk-01 and his brother Pedro", "[name] and his brother [name]"),
        ("He lives in Braga, at Rua das Flores, 12.", "He lives in [place], at [place]."),
        ("12 Harbour Street, Springfield, IL 62701-1234", "[place], [place], IL [place]"),
        ("Rose Street, SW1A 1AA, P.O. Box 77", "[place], [place], [place]"),
        ("1200-195 Lisboa", "[place] Lisboa"),
        ("Seen 2024-03-05, born 13 May 2001.", "Seen [date 2024], born [date 2001]."),
        ("Seen on 5 March and on 13/05, and in May 2023", "Seen on [date] and on [date], and in [date 2023]"),
        ("In May and December he was 93 years old.", "In [date] and [date] he was [age over 89]."),
        ("aged 91, born in 1935; she is 89 years old", "aged [age over 89], born in [date]; she is 89 years old"),
        ("born 12 March 1935", "born [date]"),
        ("Call +44 20 7946 0123 or (415) 555-9999, fax 020 7946 1111", "Call [phone] or [phone], fax [fax]"),
        ("555-0199 and 212.555.0123", "[phone] and [phone]"),
        ("Jane.Roe+x@mail.example.com wrote", "[email] wrote"),
        ("SSN 078-05-1120; SSN: 078051120", "SSN [social security number]; SSN: [social security number]"),
        ("MRN: 12345, chart no. A-778", "MRN: [record number], chart no. [record number]"),
        ("policy no. XK-99821, member ID 4471", "policy no. [health plan number], member ID [health plan number]"),
        ("account 99887766; PT50 0002 0123 1234 5678 9015 4", "account [account number]; [account number]"),
        ("licence no. 88123, certificate #A12", "licence no. [licence number], certificate #[licence number]"),
        ("VIN 1HGCM82633A004352, plate: 12-AB-34", "VIN [vehicle number], plate: [vehicle number]"),
        ("serial number SN-7781, 00:1b:44:11:3a:b7", "serial number [device number], [device number]"),
        ("see https://example.com/a?b=c, www.example.org and clinic.pt/x.", "see [link], [link] and [link]."),
        ("from 192.168.0.7 and 2001:db8::1", "from [network address] and [network address]"),
        ("case no. 77/2024, passport: X1234567, 0123456789", "case no. [number], passport: [number], [number]"),
        ("Seen on 3.II.2024, 3 febbraio, em 3 de fevereiro", "Seen on [date 2024], [date], em [date]"),
        ("Termin 12.03. und 3.5., desde febrero", "Termin [date]. und [date]., desde [date]"),
        ("Родился 3 февраля 1991 года, и 3 февраля.", "Родился [date 1991] года, и [date]."),
        (
            "M.L. came; K. M. and X.Q. did not; Ms. K. in the U.S.",
            "[name] came; [name] and X.Q. did not; Ms. [name] in the U.S.",
        ),
        ("P.W. said: W. P. is me.", "[name] said: [name] is me."),
        ("From St. Mary School to Mercy Hospital", "From [place] to [place]"),
        ("He left St. Mary's School. School in Brooklyn was hard.", "He left [place]. [place] was hard."),
        ("The University of Porto, Lincoln High School", "The [place], [place]"),
        ("The school and the High School; In Hospital", "The school and the High School; In Hospital"),
        ("She is ninety-two years old, he one hundred years old.", "She is [age over 89], he [age over 89]."),
        (
            "aged ninety; a hundred years ago; in her nineties",
            "aged [age over 89]; a hundred years ago; in her [age over 89]",
        ),
        ("see t.me/name, linktr.ee/anne and 5 mg.kg/day", "see [link], [link] and 5 mg.kg/day"),
        (
            "In 2024 he took 50 mg; pain 7/10, BP 120/80, PHQ-9 13.",
            "In 2024 he took 50 mg; pain 7/10, BP 120/80, PHQ-9 13.",
        ),
    ] {
        let removed = deidentify(text, &people.index, &Own::default(), today()).unwrap();
        if removed.text != expected {
            wrong.push(format!("{:?}\n{expected:?}", removed.text));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn what_was_removed_is_told_by_kind_and_place() {
    let people = people();
    let removed =
        deidentify("Will Parker,\nborn 4 March 1987, é mk-01", &people.index, &Own::default(), today()).unwrap();
    let told: Vec<_> = removed.removed.iter().map(|one| (one.category.letter, one.line, one.column)).collect();
    assert_eq!(told, [('A', 1, 1), ('C', 2, 6), ('A', 2, 22)]);
    let counts: Vec<_> = removed.counts().iter().map(|(category, count)| (category.letter, *count)).collect();
    assert_eq!(counts, [('A', 2), ('C', 1)]);
    let letters: String = categories::CATEGORIES.iter().map(|category| category.letter).collect();
    assert_eq!(letters, "ABCDEFGHIJKLMNOPQR");
}

#[test]
fn what_is_no_text_is_told_from_which_byte() {
    let index = MemoryIndex::default();
    let read = |bytes: &[u8]| scan_reader(bytes, &index, &Allowed::nobody());
    assert!(matches!(read(b"abc\xffd"), Err(ScanError::NotText(3))));
    assert!(matches!(read(b"abc\xc3"), Err(ScanError::NotText(3))));
    assert!(read("aé".as_bytes()).unwrap().hits.is_empty());
}
