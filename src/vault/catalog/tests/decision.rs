//! What one decision reads: as much in a vault ten times as large. `SUBROSA_SCALE=100000 cargo test --release decision_reads`
//! asks a vault of so many consents, and ten disclosures for each.

use super::*;
use crate::practice::agreement::AgreementAdded;
use crate::practice::consent::ConsentTerms;
use crate::practice::event::Body;
use crate::practice::protocol::ProtocolAcknowledged;
use crate::practice::protocol::ProtocolAdopted;
use crate::practice::protocol::strict;
use crate::practice::record::ExcerptOf;
use crate::practice::record::RecordVersion;
use crate::practice::restriction::RestrictionAdded;
use crate::practice::training::TrainingAdded;
use crate::scan;
use crate::vocabulary::AgreementType;

const SCALE: Option<&str> = option_env!("SUBROSA_SCALE");
/// The client and the recipient of the decision, apart from the many.
const CLIENT: u64 = 1;
const RECIPIENT: u64 = 1;
/// The client's records that are no excerpts: what is asked for.
const WHOLE: [u64; 2] = [1, 2];

fn consent(n: u64, client: u64, recipient: u64) -> Body {
    let mut terms = ConsentTerms::new(id("k-", n), id("c-", client));
    terms.recipients = vec![id("p-", recipient)];
    Body::ConsentGranted(terms)
}

/// A vault of so many consents, ten to a client, and ten disclosures for each of them. What no decision should notice grows
/// with it: the client's excerpts, the protocol's versions that asked nothing new, what was acknowledged.
fn bodies(consents: u64) -> Vec<Body> {
    let Body::VaultCreated(began) = created() else { unreachable!() };
    let text = strict(&began);
    let excerpt = |n| RecordVersion {
        excerpt_of: Some(ExcerptOf {
            de_identified: false,
            lines: vec![[1, 2]],
            of_lines: Some(3),
            record: id("r-", 1),
            version: 1,
        }),
        ..version(n, 1, Some(CLIENT))
    };
    let agreement = |n, recipient| AgreementAdded {
        agreement: id("a-", n),
        agreement_type: AgreementType::Supervision,
        consequences: word("The supervision ends."),
        duties: vec![],
        effective: day(1),
        ends: None,
        form: None,
        may_not_share: vec![],
        may_share: vec![],
        protocol: 1,
        recipient: id("p-", recipient),
        signed_on: day(1),
        understood: None,
    };
    let training = |n, recipient| TrainingAdded {
        course: word("Confidentiality"),
        on: day(1),
        recipient: id("p-", recipient),
        training: id("t-", n),
        valid_until: day(9),
    };
    let restriction = |n, client| RestrictionAdded {
        client: id("c-", client),
        kinds: vec![],
        on: day(1),
        purposes: vec![],
        recipients: vec![],
        restriction: id("x-", n),
        roles: vec![],
        self_pay: true,
        tags: vec![],
    };
    let mut bodies = vec![created()];
    for n in 1..=1 + consents / 10 {
        bodies.push(Body::ClientAdded(client(n, &format!("c{n}"))));
        bodies.push(Body::RecipientAdded(recipient(n, &format!("p{n}"), Some(&format!("age1{n}")))));
        bodies.push(Body::AgreementAdded(agreement(n, n)));
        bodies.push(Body::TrainingAdded(training(n, n)));
        bodies.push(Body::RestrictionAdded(restriction(n, n)));
        bodies.push(Body::RecordAdded(if WHOLE.contains(&n) { version(n, 1, Some(CLIENT)) } else { excerpt(n) }));
        bodies.push(Body::ProtocolAdopted(ProtocolAdopted { material: n == 1, text: word(&text), version: n }));
        let recipient = Some(id("p-", RECIPIENT));
        bodies.push(Body::ProtocolAcknowledged(ProtocolAcknowledged { on: day(1), recipient, version: n }));
    }
    // Clients and recipients are paired a little further each time, so that no pair has two.
    let pair = |n: u64| (1 + n / 10, 1 + (n / 10 + n % 10) % (1 + consents / 10));
    for n in 0..consents {
        let (client, recipient) = pair(n);
        bodies.push(consent(n, client, recipient));
    }
    for n in 0..consents * 10 {
        let (client, recipient) = pair(n % consents);
        bodies.push(disclosed(n, client, recipient, Listed::Here(refs(&[n]))));
    }
    bodies
}

/// What one decision reads: the gathering of `sharing::plan`, question by question.
fn reads(catalog: &Catalog) -> Reads {
    let (client, recipient) = (id("c-", CLIENT), id("p-", RECIPIENT));
    let before = catalog.reads();
    for n in WHOLE {
        catalog.record(id("r-", n)).unwrap().unwrap();
    }
    assert!(catalog.last_naming().unwrap() > 0);
    for text in ["Slept better since the walks.", "First Hydrangea session", "notes.txt"] {
        assert!(scan::scan(text, catalog, &[client].into_iter().collect()).unwrap().hits.is_empty());
    }
    // `Matter::of`.
    catalog.client(client).unwrap().unwrap();
    assert!(!catalog.has_more_records(client, WHOLE.len()).unwrap());
    assert_eq!(catalog.restrictions(Some(client)).unwrap().len(), 1);
    let protocol = catalog.protocol().unwrap();
    assert!(protocol.version > 10 && protocol.material.0 == 1);
    let owner = &catalog.owners().unwrap()[0];
    assert_eq!(catalog.acknowledged(owner.alias.as_str()).unwrap(), Some(protocol.version));
    // `Party::of`.
    catalog.recipient(recipient).unwrap().unwrap();
    assert!(!catalog.consents_between(client, recipient).unwrap().is_empty());
    assert_eq!(catalog.acknowledged(&recipient.to_string()).unwrap(), Some(protocol.version));
    assert_eq!(catalog.agreements(Some(recipient)).unwrap().len(), 1);
    assert_eq!(catalog.trainings(Some(recipient)).unwrap().len(), 1);
    // What the command line asks besides, to find and to tell what was asked for.
    assert_eq!(catalog.ids_called(IdKind::Recipient, "p1").unwrap(), [recipient.to_string()]);
    let record = id::<crate::id::RecordId>("r-", 1).to_string();
    assert_eq!(catalog.ids_with_prefix(IdKind::Record, &record, 2).unwrap(), std::slice::from_ref(&record));
    catalog.shortest_prefix(IdKind::Record, &record).unwrap();
    catalog.reads() - before
}

#[test]
fn a_decision_reads_as_much_in_a_vault_ten_times_as_large() {
    let scale: u64 = SCALE.map_or(1000, |scale| scale.parse().unwrap());
    let small = reads(&of(bodies(scale / 10)));
    let large = reads(&of(bodies(scale)));
    assert!(large.rows < 200 && large.passed == 0 && large.sorts == 0, "{large:?}");
    // Where a step more is needed for every row, a question that reads what it does not answer with is seen here.
    assert!(large.steps < 20 * large.questions, "{large:?}");
    assert_eq!(small, large);
}

#[test]
fn what_a_pair_consented_to_is_all_read_and_nothing_besides() {
    let bodies = bodies(100);
    let (client, recipient) = (id("c-", CLIENT), id("p-", RECIPIENT));
    let asked = |more: u64| {
        let more = (0..more).map(|n| consent(1_000_000 + n, CLIENT, RECIPIENT));
        let catalog = of(bodies.iter().cloned().chain(more).collect());
        let before = catalog.reads();
        catalog.consents_between(client, recipient).unwrap();
        catalog.reads() - before
    };
    let (none, some, many) = (asked(0), asked(100), asked(200));
    assert_eq!((none.rows, some.rows, many.rows), (1, 101, 201));
    assert_eq!(many.steps - some.steps, some.steps - none.steps);
    assert_eq!((many.passed, many.sorts), (0, 0));
}
