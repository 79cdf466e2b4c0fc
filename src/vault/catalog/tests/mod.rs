//! The catalogue, folded and asked.

mod asked;
mod decision;
mod file;
mod samples;
mod scale;
mod telling;

use std::convert::Infallible;

use proptest::prelude::*;
use rusqlite::types::Value;

use super::*;
use crate::practice::disclosure::Listed;
use samples::*;

const KEY: [u8; 32] = [7; 32];

fn key() -> Key {
    Key::new(KEY)
}

fn fold(catalog: &mut Catalog, size: u64, events: &[Folded]) {
    catalog.fold(to(size), events.iter().cloned().map(Ok::<_, Infallible>)).unwrap();
}

/// A catalogue in memory of these events, at index 1 and on.
fn of(bodies: Vec<crate::practice::event::Body>) -> Catalog {
    let events: Vec<Folded> = (1..).zip(bodies).map(|(index, body)| folded(index, body)).collect();
    let mut catalog = Catalog::in_memory(machine(1)).unwrap();
    fold(&mut catalog, 1 + events.len() as u64, &events);
    catalog
}

/// Every row of every folded table.
fn dump(catalog: &Catalog) -> Vec<(&'static str, Vec<Value>)> {
    let mut rows = Vec::new();
    for table in schema::FOLDED {
        let width = catalog.db.prepare(&format!("SELECT * FROM {table}")).unwrap().column_count();
        let order: Vec<String> = (1..=width).map(|column| column.to_string()).collect();
        let sql = format!("SELECT * FROM {table} ORDER BY {}", order.join(", "));
        let read = |row: &Row<'_>| (0..width).map(|column| row.get(column)).collect();
        rows.extend(catalog.all(&sql, [], read).unwrap().into_iter().map(|row: Vec<Value>| (*table, row)));
    }
    rows
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_rebuilt_catalogue_is_the_one_kept_up(
        numbers in prop::collection::vec((0u8..19, 0u8..5, 0u8..5, 0u8..5), 0..60),
        cuts in prop::collection::vec(0usize..60, 0..6),
    ) {
        let events: Vec<Folded> =
            (1..).zip(&numbers).map(|(index, (kind, a, b, c))| from_numbers(index, [*kind, *a, *b, *c])).collect();
        let size = 1 + events.len() as u64;

        let mut at_once = Catalog::in_memory(machine(1)).unwrap();
        fold(&mut at_once, size, &events);

        let mut kept_up = Catalog::in_memory(machine(1)).unwrap();
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(events.len())).collect();
        cuts.extend([0, events.len()]);
        cuts.sort_unstable();
        for piece in cuts.windows(2) {
            fold(&mut kept_up, 1 + piece[1] as u64, &events[piece[0]..piece[1]]);
        }
        prop_assert_eq!(dump(&kept_up), dump(&at_once));

        // Everything that was folded can be read back.
        let mut seen = Vec::new();
        at_once.entries(&EntryFilter::default(), |entry| { seen.push((entry.index, entry.fields)); Ok::<_, CatalogError>(true) }).unwrap();
        prop_assert_eq!(seen, events.iter().map(|event| (event.index, event.fields.clone())).collect::<Vec<_>>());
        at_once.each_object(|object| { assert_eq!(at_once.object(object.object)?.unwrap().object, object.object); Ok::<_, CatalogError>(()) }).unwrap();
        at_once.disclosures(&DisclosureFilter::default(), |_| Ok::<_, CatalogError>(true)).unwrap();
        for n in 0..5 {
            at_once.versions(id("r-", n)).unwrap();
        }
        at_once.clients().unwrap();
        at_once.recipients().unwrap();

        at_once.reset().unwrap();
        prop_assert_eq!(at_once.position().unwrap(), None);
        fold(&mut at_once, size, &events);
        prop_assert_eq!(dump(&at_once), dump(&kept_up));
    }
}

#[test]
fn a_fold_that_fails_leaves_what_was() {
    let mut catalog = of(vec![created()]);
    let before = dump(&catalog);
    let sealed = |index| Folded {
        records: None,
        ..with_sealed_list(folded(index, disclosed(1, 1, 1, Listed::Here(refs(&[1])))), 9)
    };
    let next = |index| folded(index, owner_added("bea"));

    let events = [Ok(next(2)), Err("no disk")];
    assert!(matches!(catalog.fold(to(4), events.into_iter()), Err(FoldError::Source("no disk"))));
    let mut try_to = |size, events: Vec<Folded>| catalog.fold(to(size), events.into_iter().map(Ok::<_, Infallible>));
    assert!(matches!(try_to(3, vec![next(1)]), Err(FoldError::OutOfOrder { index: 1, from: 2, size: 3 })));
    assert!(matches!(try_to(4, vec![next(3), next(2)]), Err(FoldError::OutOfOrder { index: 2, from: 4, size: 4 })));
    assert!(matches!(try_to(3, vec![next(3)]), Err(FoldError::OutOfOrder { .. })));
    assert!(matches!(try_to(3, vec![sealed(2)]), Err(FoldError::ListNotOpened(2))));
    let other = Position { log: word("0000000000"), ..to(3) };
    let refused = catalog.fold(other, std::iter::empty::<Result<_, Infallible>>());
    assert!(matches!(refused, Err(FoldError::OtherLog { .. })));

    assert_eq!(dump(&catalog), before);
    assert_eq!(catalog.position().unwrap(), Some(to(2)));
}

#[test]
fn entries_without_openings_move_the_position_alone() {
    let mut catalog = of(vec![created()]);
    fold(&mut catalog, 7, &[]);
    assert_eq!(catalog.position().unwrap(), Some(to(7)));
    assert_eq!(catalog.last_time().unwrap(), Some(folded(1, created()).event.time));
}
