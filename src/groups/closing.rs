//! Closing a group: what was said becomes one record without names and one for each participant, all of them in one step
//! with what was noted of each. Must not know where the texts come from.

use std::collections::BTreeMap;

use rand_core::CryptoRng;
use rand_core::RngCore;

use crate::filing;
use crate::filing::Incoming;
use crate::filing::NewRecord;
use crate::filing::Open;
use crate::filing::session;
use crate::filing::session::Asked;
use crate::groups::GroupsError;
use crate::groups::group;
use crate::groups::participant;
use crate::id::ClientId;
use crate::id::ConcernId;
use crate::id::GroupId;
use crate::practice::concern::ConcernOpened;
use crate::practice::event::Body;
use crate::practice::group::Group;
use crate::practice::group::GroupClosed;
use crate::practice::group::Part;
use crate::practice::record::RecordVersion;
use crate::practice::words::Prose;
use crate::scan;
use crate::scan::Allowed;
use crate::scan::readable::Readable;
use crate::time::Timestamp;
use crate::time::Zone;
use crate::vault::Vault;
use crate::vault::desk::Desk;
use crate::vault::transaction::Committed;
use crate::vault::transaction::Draft;
use crate::vocabulary::GroupState;
use crate::vocabulary::RecordKind;
use crate::vocabulary::Setting;

/// What was said of one participant.
pub struct Said<'a> {
    /// Where it comes from, for messages.
    pub source: String,
    /// Opens it.
    pub open: Open<'a>,
}

/// What a group is closed with.
pub struct Closing<'a> {
    /// The group.
    pub group: GroupId,
    /// The room.
    pub setting: Setting,
    /// Why others could hear, where they could.
    pub reason: Option<Prose>,
    /// What is said of all, and names nobody.
    pub common: &'a [u8],
    /// What is said of one alone, by slot; nothing of those who are not named.
    pub parts: BTreeMap<u64, Said<'a>>,
    /// What was asked and seen of each, by slot.
    pub asked: BTreeMap<u64, Asked>,
}

/// Looks through what is to be said of all: it names nobody.
pub fn look(vault: &Vault, common: &[u8]) -> Result<(), GroupsError> {
    let readable = Readable::read(common);
    let text = readable.text().ok_or(GroupsError::NotText)?;
    let hits = scan::scan(text, vault.catalog(), &Allowed::nobody())?.hits;
    if hits.is_empty() { Ok(()) } else { Err(GroupsError::Named(hits)) }
}

/// Closes one that has begun, and files its records: all of it, or nothing.
pub fn close<R: CryptoRng + RngCore>(desk: &mut Desk<'_, R>, closing: Closing<'_>) -> Result<Committed, GroupsError> {
    let found = begun(desk.vault, closing.group)?;
    for slot in closing.parts.keys().chain(closing.asked.keys()) {
        participant(&found, *slot)?;
    }
    session::has_reason(Some(closing.setting), closing.reason.as_ref())?;
    look(desk.vault, closing.common)?;
    for (_, client) in found.slots() {
        filing::open_client(desk.vault, Some(client))?;
    }
    let Closing { group: id, setting, reason, common, mut parts, asked } = closing;
    let count = found.planned.participants.len();
    let facts = Facts { group: &found, setting, now: (desk.clock)() };
    let mut transaction = desk.vault.begin(1 + count, &[], desk.rng)?;
    let zone = transaction.vault().catalog().protocol()?.protocol.zone();
    let mut file = |client, said: Said<'_>| -> Result<RecordVersion, GroupsError> {
        let new = facts.of(client, &zone);
        let incoming = Incoming { facts: new, source: said.source, open: said.open };
        let version = filing::sealed(&mut transaction, incoming, &mut |_| {}, desk.rng)?;
        Ok(RecordVersion { group: Some(id), ..version })
    };
    let whole = Said { source: "the common part".to_owned(), open: Box::new(move || Ok(Box::new(common))) };
    let common = file(None, whole)?;
    let mut own = Vec::new();
    for (slot, client) in found.slots() {
        let said = parts.remove(&slot).unwrap_or_else(nothing);
        own.push((slot, file(Some(client), said)?));
    }
    // One concern for the room, and one for each participant who has any.
    let concerns: Vec<_> = (0..=count).map(|_| [ConcernId::random(desk.rng), ConcernId::random(desk.rng)]).collect();
    let clock = desk.clock;
    transaction.commit(clock, desk.rng, |vault| {
        let found = begun(vault, id)?;
        for (_, client) in found.slots() {
            filing::open_client(vault, Some(client))?;
        }
        let (protocol, now) = (vault.catalog().protocol()?.protocol, clock());
        let room = Asked { setting_reason: reason, ..Asked::default() };
        let mut bodies: Vec<Body> = vec![Body::RecordAdded(common.clone())];
        bodies.extend(own.iter().map(|(_, version)| Body::RecordAdded(version.clone())));
        bodies.extend(room.noted(common.record));
        let of_room = room.concerns(Some(setting), concerns[0], &protocol, now)?;
        let of_group = |concern| Body::ConcernOpened(ConcernOpened { group: Some(id), ..concern });
        bodies.extend(of_room.into_iter().map(of_group));
        for ((slot, version), ids) in own.iter().zip(&concerns[1..]) {
            let Some(asked) = asked.get(slot) else { continue };
            bodies.extend(asked.noted(version.record));
            bodies.extend(asked.concerns(None, *ids, &protocol, now)?.into_iter().map(|concern| {
                let (client, group, slot) = (version.client, Some(id), Some(*slot));
                Body::ConcernOpened(ConcernOpened { client, group, slot, records: vec![version.record], ..concern })
            }));
        }
        let parts = own.iter().map(|(slot, version)| Part { record: version.record, slot: *slot }).collect();
        bodies.push(Body::GroupClosed(GroupClosed { common: common.record, group: id, parts, setting }));
        Ok(bodies.into_iter().map(Draft::from).collect())
    })
}

/// What is the same for all records of a closing.
struct Facts<'a> {
    group: &'a Group,
    setting: Setting,
    now: Timestamp,
}

impl Facts<'_> {
    /// Neither the title nor a file's name tells anybody what the group is called or who is in it: both would leave with it.
    fn of(&self, client: Option<ClientId>, zone: &Zone) -> NewRecord {
        NewRecord {
            client,
            kind: RecordKind::SessionGroup,
            setting: Some(self.setting),
            // A meeting that was closed before its day was earlier.
            date: self.group.planned.date.min(self.now.date_in(zone)),
            title: None,
            tags: Vec::new(),
            name: None,
        }
    }
}

/// An empty part is one: nobody is pressed to say anything.
fn nothing<'a>() -> Said<'a> {
    Said { source: "an empty part".to_owned(), open: Box::new(|| Ok(Box::new(std::io::empty()))) }
}

fn begun(vault: &Vault, id: GroupId) -> Result<Group, GroupsError> {
    let group = group(vault, id)?;
    match group.state() {
        GroupState::Started => Ok(group),
        state => Err(GroupsError::State { group: id, state }),
    }
}
