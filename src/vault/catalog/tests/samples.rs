//! Events to fold, made from small numbers, so that the same numbers always make the same events.

use std::str::FromStr;

use crate::digest::Digest;
use crate::id::crockford;
use crate::jcs;
use crate::practice::client::ClientClosed;
use crate::practice::client::ClientDetails;
use crate::practice::client::Part2;
use crate::practice::disclosure::DisclosureMade;
use crate::practice::disclosure::DisclosureRefused;
use crate::practice::disclosure::Listed;
use crate::practice::disclosure::RecordRef;
use crate::practice::disclosure::SealedList;
use crate::practice::event::Body;
use crate::practice::event::Event;
use crate::practice::owner::ClockStepped;
use crate::practice::owner::KeyFile;
use crate::practice::owner::Owner;
use crate::practice::owner::OwnerAdded;
use crate::practice::owner::VaultCreated;
use crate::practice::recipient::GivenKey;
use crate::practice::recipient::RecipientAdded;
use crate::practice::recipient::RecipientDetails;
use crate::practice::recipient::RecipientKeyReplaced;
use crate::practice::recipient::RecipientSuspended;
use crate::practice::recipient::RecipientVerified;
use crate::practice::record::Access;
use crate::practice::record::RecordAccessed;
use crate::practice::record::RecordTagged;
use crate::practice::record::RecordVersion;
use crate::practice::suspension::AccountingEndNoted;
use crate::practice::suspension::AccountingSuspended;
use crate::practice::words::Tag;
use crate::time::Date;
use crate::time::Timestamp;
use crate::vocabulary::AgencyStatement;
use crate::vocabulary::Basis;
use crate::vocabulary::Capacity;
use crate::vocabulary::Label;
use crate::vocabulary::Medium;
use crate::vocabulary::Notice;
use crate::vocabulary::OwnerMeans;
use crate::vocabulary::Purpose;
use crate::vocabulary::RecordKind;
use crate::vocabulary::Role;
use crate::vocabulary::VerifiedHow;

use super::super::Folded;
use super::super::Position;

pub fn word<T: FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| panic!("{text}"))
}

/// The `n`th id of a type; ids of neighbouring numbers have nothing in common.
pub fn id<T: FromStr>(letter: &str, n: u64) -> T {
    word(&format!("{letter}{}", crockford(Digest::of(format!("{letter}{n}").as_bytes()).as_bytes(), 16)))
}

pub fn log() -> crate::id::LogId {
    word("q5c3f7kz2m")
}

pub fn machine(n: u64) -> crate::id::MachineId {
    id("", n)
}

pub fn to(size: u64) -> Position {
    Position { log: log(), size, root: Digest::of(&size.to_be_bytes()) }
}

pub fn tags(words: &[&str]) -> Vec<Tag> {
    words.iter().map(|tag| word(tag)).collect()
}

/// The `n`th day of a practice.
pub fn day(n: u64) -> Date {
    Timestamp::from_unix(1_700_000_000 + 86_400 * i64::try_from(n).unwrap()).date_in(&crate::time::Zone::UTC)
}

/// The event at `index`, later than all before it.
pub fn folded(index: u64, body: Body) -> Folded {
    let time = Timestamp::from_unix(1_800_000_000 + 60 * i64::try_from(index).unwrap());
    let event = Event { time, actor: word("owner"), body };
    Folded { log: log(), index, fields: event.to_fields(), event, records: None, resealed: None }
}

pub fn created() -> Body {
    Body::VaultCreated(VaultCreated {
        capacity: Capacity::Professional,
        contact: None,
        epoch: 1,
        key_files: vec![KeyFile { data: "AA==".to_owned(), name: "owner-passphrase.age".to_owned() }],
        lifted: vec![],
        machine: machine(1),
        name: Some(word("Practice Larkspur")),
        owners: vec![Owner {
            alias: word("owner"),
            file: "owner-passphrase.age".to_owned(),
            means: OwnerMeans::Passphrase,
            recipient: None,
        }],
        profiles: vec![],
        recipient: "age1vault".to_owned(),
        time_zone: "Europe/Lisbon".to_owned(),
        verifier: "subrosa/q5c3f7kz2m+8803ed97+A".to_owned(),
    })
}

pub fn owner_added(alias: &str) -> Body {
    Body::OwnerAdded(OwnerAdded {
        alias: word(alias),
        epoch: 1,
        key_file: KeyFile { data: "AA==".to_owned(), name: "owner-2.age".to_owned() },
        means: OwnerMeans::Recipient,
        recipient: Some("age1owner".to_owned()),
    })
}

pub fn clock_stepped() -> Body {
    let time = Timestamp::from_unix(1_800_000_000);
    Body::ClockStepped(ClockStepped { clock: time, last: time })
}

pub fn client(n: u64, alias: &str) -> ClientDetails {
    ClientDetails {
        age: None,
        alias: word(alias),
        also_known: vec![],
        birth: None,
        client: id("c-", n),
        email: vec![],
        limits_discussed: None,
        minor_rule: None,
        name: Some(word("Marisol Quintanilha")),
        part2: Part2::Unsaid,
        phone: vec![],
    }
}

pub fn client_closed(n: u64) -> Body {
    Body::ClientClosed(ClientClosed { client: id("c-", n) })
}

pub fn recipient(n: u64, alias: &str, key: Option<&str>) -> RecipientAdded {
    let mut details = RecipientDetails::new(id("p-", n), word(alias), Role::Supervisor);
    details.organisation = Some(word("Wetherby Clinic"));
    RecipientAdded { details, given: GivenKey { key: key.map(str::to_owned), ..GivenKey::default() } }
}

pub fn recipient_edited(n: u64, alias: &str) -> Body {
    let mut details = RecipientDetails::new(id("p-", n), word(alias), Role::Biller);
    (details.max_label, details.medical_personnel) = (Some(Label::V), true);
    Body::RecipientEdited(details)
}

pub fn recipient_verified(n: u64, key: &str) -> Body {
    let how = VerifiedHow::InPerson;
    Body::RecipientVerified(RecipientVerified { how, key: key.to_owned(), recipient: id("p-", n) })
}

pub fn recipient_suspended(n: u64) -> Body {
    Body::RecipientSuspended(RecipientSuspended { on: day(3), reason: word("left"), recipient: id("p-", n) })
}

pub fn key_replaced(n: u64, key: &str) -> Body {
    let key = key.to_owned();
    Body::RecipientKeyReplaced(RecipientKeyReplaced { key, previous: None, recipient: id("p-", n), vkey: None })
}

/// Version `version` of record `n`, about client `client`.
pub fn version(n: u64, version: u64, client: Option<u64>) -> RecordVersion {
    let bytes = format!("{n}.{version}");
    RecordVersion {
        client: client.map(|n| id("c-", n)),
        date: day(n),
        excerpt_of: None,
        group: None,
        label: Label::R,
        media_type: "text/plain".to_owned(),
        name: Some("notes.txt".to_owned()),
        name_bytes: None,
        object: id("", 1000 * n + version),
        record: id("r-", n),
        record_kind: RecordKind::ProgressNote,
        seal: Digest::of(bytes.as_bytes()),
        setting: None,
        sha256: Digest::of(b"plain"),
        size: 1234,
        tags: tags(&["bereavement"]),
        title: Some(word("First Hydrangea session")),
        version,
    }
}

pub fn tagged(n: u64, added: &[&str], removed: &[&str]) -> Body {
    let (added, removed) = (tags(added), tags(removed));
    Body::RecordTagged(RecordTagged { added, label: Label::V, record: id("r-", n), removed })
}

pub fn accessed(n: u64) -> Body {
    Body::RecordAccessed(RecordAccessed {
        how: Access::Show,
        lifted: vec![],
        record: id("r-", n),
        setting: None,
        version: 1,
    })
}

pub fn refs(records: &[u64]) -> Vec<RecordRef> {
    records.iter().map(|n| RecordRef { record: id("r-", *n), version: 1 }).collect()
}

pub fn disclosed(n: u64, client: u64, recipient: u64, records: Listed<RecordRef>) -> Body {
    Body::DisclosureMade(DisclosureMade {
        basis: Basis::Consent,
        client: Some(id("c-", client)),
        consent: None,
        disclosure: id("d-", n),
        expires: None,
        group: None,
        label: Label::R,
        medium: Medium::Package,
        notice: vec![Notice::General],
        package: Some(Digest::of(b"package")),
        purpose: Purpose::Supervise,
        receipt: None,
        recipient: id("p-", recipient),
        recipient_key: Some("age1key".to_owned()),
        records,
        series: None,
        setting: None,
        size: Some(999),
        verified: None,
        why: Some(word("monthly supervision")),
    })
}

pub fn refused(client: u64, recipient: u64, records: Listed<RecordRef>) -> Body {
    Body::DisclosureRefused(DisclosureRefused {
        basis: Basis::Consent,
        client: Some(id("c-", client)),
        purpose: Purpose::Marketing,
        reasons: vec!["E-CONSENT-NONE".to_owned(), "E-PURPOSE".to_owned()],
        recipient: id("p-", recipient),
        records,
    })
}

/// What an agency stated of disclosure `n`: said for the first day, and written for a later one.
pub fn suspended(n: u64, until: u64) -> Body {
    Body::AccountingSuspended(AccountingSuspended {
        agency: word("County police"),
        disclosure: id("d-", n),
        official: word("Sgt Vale"),
        statement: if until == 0 { AgencyStatement::Oral } else { AgencyStatement::Written },
        until: day(until),
    })
}

pub fn end_noted(n: u64) -> Body {
    Body::AccountingEndNoted(AccountingEndNoted { disclosure: id("d-", n) })
}

/// `body` with its list of records moved to a sealed object.
pub fn with_sealed_list(mut folded: Folded, object: u64) -> Folded {
    let (Body::DisclosureMade(DisclosureMade { records, .. })
    | Body::DisclosureRefused(DisclosureRefused { records, .. })) = &mut folded.event.body
    else {
        return folded;
    };
    let Listed::Here(items) = records else {
        return folded;
    };
    let sealed = SealedList {
        count: items.len() as u64,
        object: id("", object),
        seal: Digest::of(&object.to_be_bytes()),
        sha256: Digest::of(&jcs::spell_of(items).unwrap()),
    };
    folded.records = Some(std::mem::replace(records, Listed::Sealed(sealed)).here());
    folded.fields = folded.event.to_fields();
    folded
}

impl Listed<RecordRef> {
    fn here(self) -> Vec<RecordRef> {
        match self {
            Self::Here(items) => items,
            Self::Sealed(_) => Vec::new(),
        }
    }
}

/// The event at `index` that four small numbers make; about things that are known or not, as it falls.
pub fn from_numbers(index: u64, [kind, a, b, c]: [u8; 4]) -> Folded {
    let (a, b, c) = (u64::from(a), u64::from(b), u64::from(c));
    let words = ["hiv", "intake", "família", "sdv"];
    let word_of = |n: u64| words[usize::try_from(n % 4).unwrap()];
    let alias = format!("x{b}");
    let body = match kind % 19 {
        0 => created(),
        1 => owner_added(&alias),
        2 => clock_stepped(),
        3 => Body::ClientAdded(client(a, &alias)),
        4 => Body::ClientEdited(client(a, &alias)),
        5 => client_closed(a),
        6 => Body::RecipientAdded(recipient(a, &alias, Some(&format!("age1{c}")).filter(|_| c > 1).map(|key| &**key))),
        7 => recipient_edited(a, &alias),
        8 => recipient_verified(a, &format!("age1{c}")),
        9 => recipient_suspended(a),
        10 => key_replaced(a, &format!("age1{c}")),
        11 => Body::RecordAdded(version(a, 1, Some(b).filter(|b| *b > 0))),
        12 => Body::RecordVersioned(RecordVersion {
            date: day(c),
            tags: tags(&[word_of(c)]),
            ..version(a, 2 + c, Some(b).filter(|b| *b > 0))
        }),
        13 => tagged(a, &[word_of(b)], &[word_of(c)]),
        14 => accessed(a),
        15 => disclosed(index, a, b, Listed::Here(refs(&[a, c]))),
        16 => suspended(index.saturating_sub(a), c),
        17 => end_noted(index.saturating_sub(a)),
        _ => refused(a, b, Listed::Here(refs(&[b, c]))),
    };
    let folded = folded(index, body);
    if c % 3 == 0 { with_sealed_list(folded, 1_000_000 + index) } else { folded }
}
