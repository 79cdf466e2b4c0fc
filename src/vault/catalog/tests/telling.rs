//! What reports ask: a client's own history and what was known of others at the time, and that no other client's entries are
//! gone past for it.

use super::*;
use crate::practice::disclosure::DisclosureConfirmed;
use crate::practice::event::Body;
use crate::vocabulary::Confirmation;

fn confirmed(n: u64) -> Body {
    Body::DisclosureConfirmed(DisclosureConfirmed {
        confirmed: vec![Confirmation::ConflictAcknowledged],
        disclosure: id("d-", n),
        unscanned: Listed::Here(refs(&[1])),
    })
}

/// Two disclosures of client 1 to recipient 1, who is edited between; and so many of others.
fn vault_with(others: u64) -> Catalog {
    let mut events = vec![
        created(),
        Body::ClientAdded(client(1, "mk-01")),
        Body::ClientAdded(client(2, "kp-02")),
        Body::RecipientAdded(recipient(1, "dr-lee", None)),
        Body::RecordAdded(version(1, 1, Some(1))),
        disclosed(1, 1, 1, Listed::Here(refs(&[1]))),
        recipient_edited(1, "lee"),
        tagged(1, &["sud"], &[]),
        confirmed(2),
        disclosed(2, 1, 1, Listed::Here(refs(&[1]))),
    ];
    events.extend((0..others).flat_map(|n| {
        [
            Body::RecipientAdded(recipient(100 + n, &format!("other-{n}"), None)),
            recipient_edited(100 + n, &format!("another-{n}")),
            // The biller of everybody: as many entries name the recipient as there are clients.
            disclosed(100 + n, 2, 1, Listed::Here(refs(&[9]))),
        ]
    }));
    of(events)
}

#[test]
fn a_clients_history_is_told_in_its_order_with_what_was_known_then() {
    let catalog = vault_with(3);
    let mut told = Vec::new();
    let kinds = ["disclosure.made", "record.tagged"];
    catalog
        .happened::<CatalogError>(id("c-", 1), &kinds, |one| {
            told.push((one.n, one.kind));
            Ok(())
        })
        .unwrap();
    let spelled: Vec<(u64, &str)> = told.iter().map(|(n, kind)| (*n, kind.as_str())).collect();
    assert_eq!(spelled, [(6, "disclosure.made"), (8, "record.tagged"), (10, "disclosure.made")]);
    let known = catalog.known_of(id("p-", 1)).unwrap();
    let known: Vec<(u64, &str)> = known.iter().map(|(n, details)| (*n, details.alias.as_str())).collect();
    assert_eq!(known, [(4, "dr-lee"), (7, "lee")]);
    let beside = catalog.beside(id("c-", 1), &["disclosure.confirmed"]).unwrap();
    assert_eq!(beside.iter().map(|one| one.n).collect::<Vec<_>>(), [9]);
    assert_eq!(beside[0].event().unwrap().body, confirmed(2));
    assert!(catalog.beside(id("c-", 2), &["disclosure.confirmed"]).unwrap().is_empty());
    assert_eq!(catalog.sent(6).unwrap(), refs(&[1]));
    assert!(catalog.protocol_texts().unwrap().is_empty());
}

#[test]
fn its_cost_is_that_of_the_client_and_not_of_the_vault() {
    let cost = |others| {
        let catalog = vault_with(others);
        let before = catalog.reads();
        catalog.happened::<CatalogError>(id("c-", 1), &["disclosure.made"], |_| Ok(())).unwrap();
        catalog.known_of(id("p-", 1)).unwrap();
        catalog.beside(id("c-", 1), &["disclosure.confirmed"]).unwrap();
        catalog.reads() - before
    };
    let (few, many) = (cost(30), cost(300));
    assert_eq!((few.passed, few.sorts), (0, 0), "{few:?}");
    assert_eq!(few, many);
}

#[test]
fn what_an_agency_stated_is_known_of_its_disclosure_and_of_no_other() {
    let catalog = of(vec![
        created(),
        Body::ClientAdded(client(1, "mk-01")),
        Body::RecipientAdded(recipient(1, "police", None)),
        disclosed(7, 1, 1, Listed::Here(vec![])),
        suspended(8, 1),
        suspended(7, 0),
        end_noted(7),
        suspended(7, 3),
    ]);
    let found = catalog.suspension(id("d-", 7)).unwrap().unwrap();
    assert_eq!(found.statements.iter().map(|(stated, _)| stated.until).collect::<Vec<_>>(), [day(0), day(3)]);
    assert_eq!((found.client, found.noted), (Some(id("c-", 1)), None), "noted before the statement that holds");
    assert_eq!(catalog.suspensions(Some(id("c-", 1))).unwrap(), std::slice::from_ref(&found));
    assert_eq!(catalog.suspensions(None).unwrap(), [found]);
    // Nobody knows of such a disclosure.
    assert_eq!(catalog.suspension(id("d-", 8)).unwrap(), None);
}
