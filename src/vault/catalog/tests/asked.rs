//! Each kind of event folded, and what is then known.

use super::*;
use crate::practice::disclosure::RecordRef;
use crate::practice::event::Body;
use crate::practice::recipient::Recipient;
use crate::practice::record::RecordVersion;
use crate::vocabulary::ClientState;
use crate::vocabulary::Label;
use crate::vocabulary::RecipientState;
use crate::vocabulary::RecordKind;
use crate::vocabulary::VerifiedHow;

#[test]
fn the_practice_and_its_owners() {
    let catalog = of(vec![created(), owner_added("bea"), clock_stepped()]);
    assert_eq!(catalog.practice().unwrap().time_zone, "Europe/Lisbon");
    let owners = catalog.owners().unwrap();
    assert_eq!(owners.iter().map(|owner| owner.alias.as_str()).collect::<Vec<_>>(), ["owner", "bea"]);
    assert_eq!(catalog.last_time().unwrap(), Some(folded(3, clock_stepped()).event.time));
    let empty = Catalog::in_memory(machine(1)).unwrap();
    assert!(matches!(empty.practice(), Err(CatalogError::Empty)));
    assert_eq!(empty.last_time().unwrap(), None);
}

#[test]
fn clients_as_their_events_leave_them() {
    let catalog = of(vec![
        Body::ClientAdded(client(1, "mk-01")),
        Body::ClientAdded(client(2, "mk-02")),
        Body::ClientEdited(client(1, "mk-1")),
        client_closed(2),
        client_closed(99),
    ]);
    assert_eq!(catalog.client(id("c-", 1)).unwrap().unwrap().details, client(1, "mk-1"));
    assert_eq!(catalog.client_by_alias("mk-01").unwrap(), None);
    assert_eq!(catalog.client_by_alias("mk-1").unwrap().unwrap().id(), id("c-", 1));
    assert_eq!(catalog.client_by_alias("mk-02").unwrap().unwrap().state, ClientState::Closed);
    assert_eq!(catalog.clients().unwrap().len(), 2);
    assert_eq!(catalog.client(id("c-", 99)).unwrap(), None);
}

#[test]
fn recipients_as_their_events_leave_them() {
    let catalog = of(vec![
        Body::RecipientAdded(recipient(1, "dr-lee", None)),
        key_replaced(1, "age1lee"),
        recipient_verified(1, "age1lee"),
        recipient_edited(1, "lee"),
        Body::RecipientAdded(recipient(2, "office", Some("age1office"))),
        recipient_suspended(2),
        Body::ClientAdded(client(1, "mk-01")),
    ]);
    let lee = catalog.recipient_by_key("age1lee").unwrap().unwrap();
    assert_eq!((lee.id(), lee.given.verified, lee.ceiling()), (id("p-", 1), Some(VerifiedHow::InPerson), Label::V));
    assert_eq!(catalog.recipient_by_alias("lee").unwrap(), Some(lee));
    assert_eq!(catalog.recipient_by_alias("dr-lee").unwrap(), None);
    let states: Vec<_> = catalog.recipients().unwrap().iter().map(Recipient::state).collect();
    assert_eq!(states, [RecipientState::Active, RecipientState::Suspended]);
    assert_eq!(catalog.alias_taken(&word("lee")).unwrap(), Some(Who::Recipient(id("p-", 1))));
    assert_eq!(catalog.alias_taken(&word("mk-01")).unwrap(), Some(Who::Client(id("c-", 1))));
    assert_eq!(catalog.alias_taken(&word("owner")).unwrap(), None);
}

#[test]
fn records_and_their_versions() {
    let second = RecordVersion { date: day(30), tags: tags(&["intake"]), ..version(1, 2, Some(1)) };
    let catalog = of(vec![
        Body::ClientAdded(client(1, "mk-01")),
        Body::RecordAdded(version(1, 1, Some(1))),
        Body::RecordVersioned(second.clone()),
        tagged(1, &["hiv"], &["intake"]),
        accessed(1),
        tagged(99, &["hiv"], &[]),
    ]);
    let record = catalog.record(id("r-", 1)).unwrap().unwrap();
    assert_eq!(record.added, folded(2, accessed(1)).event.time);
    assert_eq!((record.latest.tags.clone(), record.latest.label), (tags(&["hiv"]), Label::V));
    let versions = catalog.versions(id("r-", 1)).unwrap();
    assert_eq!(versions.iter().map(|version| version.index).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(versions[1].body, second);
    assert_eq!(catalog.version(id("r-", 1), 2).unwrap(), Some(versions[1].clone()));
    assert_eq!(catalog.version(id("r-", 1), 3).unwrap(), None);
    assert_eq!(catalog.record(id("r-", 99)).unwrap(), None);

    let with = |words: &[&str]| listed(&catalog, RecordFilter { tags: tags(words), ..RecordFilter::default() });
    assert_eq!(with(&["hiv"]), [id("r-", 1)]);
    assert!(with(&["intake"]).is_empty() && with(&["bereavement"]).is_empty());
}

fn listed(catalog: &Catalog, filter: RecordFilter) -> Vec<crate::id::RecordId> {
    let mut ids = Vec::new();
    catalog
        .records(&filter, |record| {
            ids.push(record.id());
            Ok::<_, CatalogError>(true)
        })
        .unwrap();
    ids
}

#[test]
fn lists_are_those_of_a_plain_reading() {
    // Records of three clients, two kinds, dates that repeat and do not follow the order of adding.
    let facts: Vec<RecordVersion> = (0..60)
        .map(|n| RecordVersion {
            date: day(n * 7 % 11),
            record_kind: if n % 3 == 0 { RecordKind::Letter } else { RecordKind::Scan },
            tags: [("hiv", 2), ("intake", 3), ("rare", 20)]
                .into_iter()
                .filter(|(_, each)| n % each == 0)
                .map(|(tag, _)| word(tag))
                .collect(),
            ..version(n, 1, [None, Some(1), Some(2)][usize::try_from(n % 3).unwrap()])
        })
        .collect();
    let catalog = of(facts.iter().cloned().map(Body::RecordAdded).collect());

    let clients = [None, Some(id("c-", 1)), Some(id("c-", 9))];
    let kinds = [None, Some(RecordKind::Letter), Some(RecordKind::Form)];
    let words: [&[&str]; 5] = [&[], &["hiv"], &["hiv", "intake"], &["rare", "intake"], &["none"]];
    let dates = [(None, None), (Some(day(4)), None), (None, Some(day(4))), (Some(day(3)), Some(day(6)))];
    for client in clients {
        for kind in kinds {
            for tags in words.map(tags) {
                for (since, until) in dates {
                    let mut wanted: Vec<_> = facts
                        .iter()
                        .enumerate()
                        .filter(|(_, fact)| client.is_none_or(|client| fact.client == Some(client)))
                        .filter(|(_, fact)| kind.is_none_or(|kind| fact.record_kind == kind))
                        .filter(|(_, fact)| tags.iter().all(|tag| fact.tags.contains(tag)))
                        .filter(|(_, fact)| since.is_none_or(|since| fact.date >= since))
                        .filter(|(_, fact)| until.is_none_or(|until| fact.date <= until))
                        .collect();
                    wanted.sort_by_key(|(at, fact)| std::cmp::Reverse((fact.date, *at)));
                    let mut wanted: Vec<_> = wanted.into_iter().map(|(_, fact)| fact.record).collect();
                    let filter = RecordFilter { client, kind, tags: tags.clone(), since, until, limit: None };
                    assert_eq!(listed(&catalog, filter.clone()), wanted, "{filter:?}");
                    wanted.truncate(3);
                    assert_eq!(listed(&catalog, RecordFilter { limit: Some(3), ..filter }), wanted);
                }
            }
        }
    }
}

#[test]
fn disclosures_and_refusals() {
    let long = refs(&[1, 2, 3]);
    let events = vec![
        folded(1, created()),
        folded(2, Body::RecordAdded(version(1, 1, Some(1)))),
        folded(3, disclosed(1, 1, 1, Listed::Here(refs(&[1, 2])))),
        with_sealed_list(folded(4, disclosed(2, 2, 1, Listed::Here(long.clone()))), 77),
        with_sealed_list(folded(5, refused(1, 2, Listed::Here(refs(&[2, 1])))), 78),
    ];
    let mut catalog = Catalog::in_memory(machine(1)).unwrap();
    fold(&mut catalog, 6, &events);

    let sealed = catalog.disclosure(id("d-", 2)).unwrap().unwrap();
    assert_eq!((sealed.index, &sealed.records), (4, &long));
    assert_eq!(Body::DisclosureMade(sealed.made), events[3].event.body);
    assert_eq!(catalog.disclosure(id("d-", 3)).unwrap(), None);
    assert_eq!(catalog.disclosures_of(id("r-", 1)).unwrap(), [id("d-", 1), id("d-", 2)]);
    assert_eq!(catalog.disclosures_of(id("r-", 3)).unwrap(), [id("d-", 2)]);

    let of = |client: Option<u64>, recipient: Option<u64>| {
        let filter = DisclosureFilter {
            client: client.map(|n| id("c-", n)),
            recipient: recipient.map(|n| id("p-", n)),
            consent: None,
        };
        let mut found: Vec<(u64, Vec<RecordRef>)> = Vec::new();
        let keep = |disclosure: Disclosure| {
            found.push((disclosure.index, disclosure.records));
            Ok::<_, CatalogError>(true)
        };
        catalog.disclosures(&filter, keep).unwrap();
        found
    };
    assert_eq!(of(None, Some(1)), [(3, refs(&[1, 2])), (4, long.clone())]);
    assert_eq!(of(Some(2), Some(1)), [(4, long)]);
    assert!(of(None, Some(2)).is_empty());

    let mut objects = Vec::new();
    let keep = |object| {
        objects.push(object);
        Ok::<_, CatalogError>(())
    };
    catalog.each_object(keep).unwrap();
    assert!(objects.is_sorted_by_key(|object| object.object.to_string()));
    assert_eq!(objects.len(), 3);
    let record = catalog.object(version(1, 1, None).object).unwrap().unwrap();
    assert_eq!((record.record, record.version, record.size), (Some(id("r-", 1)), Some(1), Some(1234)));
    assert_eq!((record.seal, record.disclosure), (version(1, 1, None).seal, None));
    let list = catalog.object(id("", 77)).unwrap().unwrap();
    assert_eq!((list.record, list.disclosure, list.n), (None, Some(id("d-", 2)), 4));
    assert_eq!(catalog.object(id("", 78)).unwrap().unwrap().disclosure, None);
    assert_eq!(catalog.object(id("", 79)).unwrap(), None);
}

#[test]
fn entries_of_a_client_a_recipient_a_kind_and_a_time() {
    let events = vec![
        folded(1, created()),
        folded(2, Body::ClientAdded(client(1, "mk-01"))),
        folded(3, Body::RecordAdded(version(1, 1, Some(1)))),
        folded(4, Body::RecordAdded(version(2, 1, Some(2)))),
        folded(5, tagged(1, &["hiv"], &[])),
        folded(6, accessed(2)),
        folded(7, disclosed(1, 1, 1, Listed::Here(refs(&[1, 1])))),
        with_sealed_list(folded(8, refused(2, 1, Listed::Here(refs(&[2, 1])))), 78),
        folded(9, recipient_suspended(1)),
    ];
    let mut catalog = Catalog::in_memory(machine(1)).unwrap();
    fold(&mut catalog, 10, &events);
    let find = |filter: EntryFilter| {
        let mut entries = Vec::new();
        let keep = |entry| {
            entries.push(entry);
            Ok::<_, CatalogError>(true)
        };
        catalog.entries(&filter, keep).unwrap();
        entries
    };
    let indices = |filter| find(filter).iter().map(|entry| entry.index).collect::<Vec<_>>();
    let any = EntryFilter::default;
    let kind = |kind: &str| Some(kind.to_owned());
    assert_eq!(indices(any()), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert_eq!(indices(EntryFilter { limit: Some(2), ..any() }), [8, 9]);
    assert!(indices(EntryFilter { limit: Some(0), ..any() }).is_empty());
    assert_eq!(indices(EntryFilter { client: Some(id("c-", 1)), ..any() }), [2, 3, 5, 7]);
    assert_eq!(indices(EntryFilter { client: Some(id("c-", 1)), limit: Some(2), ..any() }), [5, 7]);
    assert_eq!(indices(EntryFilter { client: Some(id("c-", 2)), ..any() }), [4, 6, 8]);
    assert_eq!(indices(EntryFilter { recipient: Some(id("p-", 1)), ..any() }), [7, 8, 9]);
    assert_eq!(indices(EntryFilter { kind: kind("record.added"), limit: Some(1), ..any() }), [4]);
    assert_eq!(indices(EntryFilter { kind: kind("client.closed"), limit: Some(1), ..any() }), [0; 0]);
    let client_2 = EntryFilter { client: Some(id("c-", 2)), kind: kind("disclosure.refused"), ..any() };
    assert_eq!(indices(EntryFilter { recipient: Some(id("p-", 1)), ..client_2 }), [8]);
    let time = |index: usize| events[index - 1].event.time;
    assert_eq!(indices(EntryFilter { since: Some(time(8)), ..any() }), [8, 9]);
    assert_eq!(indices(EntryFilter { since: Some(time(7).plus_seconds(1)), limit: Some(5), ..any() }), [8, 9]);
    assert!(indices(EntryFilter { since: Some(time(9).plus_seconds(1)), ..any() }).is_empty());

    let entries = find(any());
    assert_eq!(entries[4].records, [id("r-", 1)]);
    assert_eq!((&entries[6].records[..], &*entries[6].actor), (&[id("r-", 1)][..], "owner"));
    assert_eq!(entries[7].records, [id("r-", 2), id("r-", 1)]);
    assert_eq!(entries[7].reasons, ["E-CONSENT-NONE", "E-PURPOSE"]);
    assert_eq!(entries[7].fields, events[7].fields);

    let mut seen = 0;
    let stop = |_| {
        seen += 1;
        Ok::<_, CatalogError>(seen < 3)
    };
    catalog.entries(&any(), stop).unwrap();
    assert_eq!(seen, 3);
}

#[test]
fn prefixes_are_as_short_as_they_can_be() {
    let mut bodies: Vec<Body> =
        ["r-abcdefghjkmnpqrs", "r-abcdefghjkmnpqrt", "r-abcdezzzzzzzzzzz", "r-zzzz000000000000"]
            .into_iter()
            .zip(1..)
            .map(|(record, n)| Body::RecordAdded(RecordVersion { record: word(record), ..version(n, 1, None) }))
            .collect();
    bodies.push(Body::ClientAdded(client(1, "mk-01")));
    let catalog = of(bodies);
    let ids = |prefix| catalog.ids_with_prefix(IdKind::Record, prefix, 2).unwrap();
    assert_eq!(ids("r-zzzz"), ["r-zzzz000000000000"]);
    assert_eq!(ids("zzzz"), ["r-zzzz000000000000"]);
    assert_eq!(ids("abcd"), ["r-abcdefghjkmnpqrs", "r-abcdefghjkmnpqrt"]);
    assert_eq!(ids("r-abcdefghjkmnpqrt"), ["r-abcdefghjkmnpqrt"]);
    for nothing in ["c-abcd", "abcdx", "ABCD", "abc~", "%", "abcdefghjkmnpqrs0", "'"] {
        assert!(ids(nothing).is_empty(), "{nothing}");
    }
    let shortest = |id| catalog.shortest_prefix(IdKind::Record, id).unwrap();
    assert_eq!(shortest("r-zzzz000000000000"), 4);
    assert_eq!(shortest("r-abcdezzzzzzzzzzz"), 6);
    assert_eq!(shortest("r-abcdefghjkmnpqrs"), 16);
    assert_eq!(catalog.shortest_prefix(IdKind::Client, &id::<crate::id::ClientId>("c-", 1).to_string()).unwrap(), 4);
}

#[test]
fn a_miss_names_what_is_near() {
    let mut bodies: Vec<Body> = ["mk-01", "anabela", "dr-lee"]
        .into_iter()
        .zip(1..)
        .map(|(alias, n)| Body::ClientAdded(client(n, alias)))
        .collect();
    bodies.push(Body::RecordAdded(RecordVersion { record: word("r-0k1defghjkmnpqrs"), ..version(1, 1, None) }));
    let catalog = of(bodies);
    let near = |text| catalog.nearest(IdKind::Client, text).unwrap();
    for text in ["mk-02", "MK-01", "mk01", "mk-", "km-01"] {
        assert_eq!(near(text).as_deref(), Some("mk-01"), "{text}");
    }
    assert_eq!(near("annabella").as_deref(), Some("anabela"));
    for text in ["", "x", "zz", "somebody", "wholly-else"] {
        assert_eq!(near(text), None, "{text}");
    }
    let near = |text| catalog.nearest(IdKind::Record, text).unwrap();
    for text in ["0k1dzzzz", "r-0k1dzzzz", "ok1dzzzz", "OKLD", "0k"] {
        assert_eq!(near(text).as_deref(), Some("r-0k1defghjkmnpqrs"), "{text}");
    }
    for text in ["", "zzzz", "0zzz", "é", "r-"] {
        assert_eq!(near(text), None, "{text}");
    }
}

#[test]
fn the_records_last_touched() {
    let catalog = of((1..=5).map(|n| Body::RecordAdded(version(n, 1, None))).collect());
    let touched = |n| catalog.touched(n).unwrap();
    assert_eq!((touched(0), touched(1), touched(5), touched(6)), (None, Some(id("r-", 5)), Some(id("r-", 1)), None));
    for n in [3, 1, 4, 1] {
        catalog.touch(id("r-", n)).unwrap();
    }
    let order: Vec<_> = (1..=5).map(|n| touched(n).unwrap()).collect();
    assert_eq!(order, [1, 4, 3, 5, 2].map(|n| id("r-", n)));
    assert_eq!(touched(6), None);
}

#[test]
fn only_so_many_touches_are_remembered() {
    let catalog = Catalog::in_memory(machine(1)).unwrap();
    (0..250).for_each(|n| catalog.touch(id("r-", n)).unwrap());
    assert_eq!((catalog.touched(100).unwrap(), catalog.touched(101).unwrap()), (Some(id("r-", 150)), None));
}

proptest! {
    #[test]
    fn no_text_that_is_looked_for_panics(text in ".{0,24}") {
        let catalog = of(vec![Body::ClientAdded(client(1, "mk-01")), Body::RecordAdded(version(1, 1, None))]);
        for kind in [IdKind::Record, IdKind::Client, IdKind::Recipient, IdKind::Disclosure] {
            catalog.ids_with_prefix(kind, &text, 3).unwrap();
            catalog.shortest_prefix(kind, &text).unwrap();
            catalog.nearest(kind, &text).unwrap();
        }
        catalog.client_by_alias(&text).unwrap();
    }
}
