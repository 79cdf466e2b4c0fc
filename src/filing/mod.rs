//! Filing records: adding, new versions, tags, and the trace of who looked. Contents stream from their source into
//! sealed objects; nothing is held in memory. Must not know how a source is opened or a result is drawn.

pub mod excerpt;
pub mod media;
pub mod session;

use std::io;
use std::io::Cursor;
use std::io::Read;

use rand_core::CryptoRng;
use rand_core::RngCore;

use crate::filing::session::Asked;
use crate::id::ClientId;
use crate::id::ConcernId;
use crate::id::RecordId;
use crate::practice::concern::ConcernOpened;
use crate::practice::event::Body;
use crate::practice::file_name::FileName;
use crate::practice::record::Access;
use crate::practice::record::ExcerptOf;
use crate::practice::record::Record;
use crate::practice::record::RecordAccessed;
use crate::practice::record::RecordTagged;
use crate::practice::record::RecordVersion;
use crate::practice::words::Alias;
use crate::practice::words::Line;
use crate::practice::words::Tag;
use crate::stream::Watched;
use crate::time::Date;
use crate::time::TimeError;
use crate::vault::Vault;
use crate::vault::desk::Desk;
use crate::vault::error::VaultError;
use crate::vault::object::Stored;
use crate::vault::transaction::Committed;
use crate::vault::transaction::Draft;
use crate::vault::transaction::Transaction;
use crate::vocabulary;
use crate::vocabulary::ClientState;
use crate::vocabulary::OwnerMeans;
use crate::vocabulary::RecordKind;
use crate::vocabulary::Setting;

/// No record has more tags.
const MAX_TAGS: usize = 100;

/// What is known of a record before its content is read.
#[derive(Clone, Debug)]
pub struct NewRecord {
    /// Whom it is about; nobody, for the practice's own papers.
    pub client: Option<ClientId>,
    /// What it is.
    pub kind: RecordKind,
    /// The room in which it was said.
    pub setting: Option<Setting>,
    /// The date it is about.
    pub date: Date,
    /// Its title.
    pub title: Option<Line>,
    /// Its tags.
    pub tags: Vec<Tag>,
    /// Its file name.
    pub name: Option<FileName>,
}

/// Opens a source when its turn comes: a thousand files are not held open at once.
pub type Open<'a> = Box<dyn FnOnce() -> io::Result<Box<dyn Read + 'a>> + 'a>;

/// A record to be added.
pub struct Incoming<'a> {
    /// What is known of it.
    pub facts: NewRecord,
    /// What it is called in messages: a file's path, or standard input.
    pub source: String,
    /// Opens its content.
    pub open: Open<'a>,
}

/// Why a record could not be filed.
#[derive(Debug, thiserror::Error)]
pub enum FilingError {
    /// There is no such client.
    #[error("there is no client {0}")]
    NoClient(ClientId),
    /// The client's file is closed.
    #[error("the client {0} is closed: nothing more is filed")]
    Closed(Alias),
    /// There is no such record.
    #[error("there is no record {0}")]
    NoRecord(RecordId),
    /// The record has a newer version than the one that was worked on.
    #[error(
        "{record} has changed meanwhile: it is at version {latest} now, and the new text was made from version {base}"
    )]
    Overtaken {
        /// The record.
        record: RecordId,
        /// The version that was worked on.
        base: u64,
        /// The version there is.
        latest: u64,
    },
    /// More tags than a record may have.
    #[error("{0} would have more than {MAX_TAGS} tags")]
    TooManyTags(RecordId),
    /// The source could not be read.
    #[error("{source_name} could not be read: {kind}")]
    Source {
        /// What it is called.
        source_name: String,
        /// Why.
        kind: io::ErrorKind,
    },
    /// An excerpt is made of text.
    #[error("{0} is no text: lines cannot be taken from it")]
    NotText(RecordId),
    /// The text is held in memory.
    #[error("{0} is too large to take lines from")]
    TooLarge(RecordId),
    /// Lines that are not there.
    #[error("{record} has {count} lines: {}-{} is no passage of it", passage[0], passage[1])]
    NoLines {
        /// The record.
        record: RecordId,
        /// What was asked for.
        passage: [u64; 2],
        /// How many lines there are.
        count: u64,
    },
    /// A session where others can hear, and nobody said why.
    #[error("others can hear in a room that is {0}: a session there needs a reason")]
    NeedsReason(Setting),
    /// A period of the protocol leads beyond the calendar.
    #[error(transparent)]
    Time(#[from] TimeError),
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl From<crate::vault::catalog::CatalogError> for FilingError {
    fn from(error: crate::vault::catalog::CatalogError) -> Self {
        Self::Vault(error.into())
    }
}

/// Adds records: all of them, or none. `progress` is told the bytes of each piece that was read.
pub fn add<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    items: Vec<Incoming<'_>>,
    progress: &mut dyn FnMut(u64),
) -> Result<Committed, FilingError> {
    add_session(desk, items, &Asked::default(), progress)
}

/// As [`add`], with what was asked in their session, which is noted of each; the concerns that come of it hold all of them.
pub fn add_session<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    items: Vec<Incoming<'_>>,
    asked: &Asked,
    progress: &mut dyn FnMut(u64),
) -> Result<Committed, FilingError> {
    for item in &items {
        open_client(desk.vault, item.facts.client)?;
        let setting = item.facts.setting.filter(|_| item.facts.kind.is_session());
        session::has_reason(setting, asked.setting_reason.as_ref())?;
    }
    let mut transaction = desk.vault.begin(items.len(), &[], desk.rng)?;
    let mut versions = Vec::new();
    for item in items {
        versions.push(sealed(&mut transaction, item, progress, desk.rng)?);
    }
    let (clock, concerns) = (desk.clock, [ConcernId::random(desk.rng), ConcernId::random(desk.rng)]);
    transaction.commit(clock, desk.rng, |vault| {
        for version in &versions {
            open_client(vault, version.client)?;
        }
        let protocol = vault.catalog().protocol()?.protocol;
        let setting = versions.iter().find_map(|version| version.setting);
        let concerns =
            asked.concerns(setting, concerns, &protocol, clock())?.into_iter().map(|concern| ConcernOpened {
                client: versions.iter().find_map(|version| version.client),
                records: versions.iter().map(|version| version.record).collect(),
                ..concern
            });
        let concerns: Vec<_> = concerns.map(Body::ConcernOpened).collect();
        let noted: Vec<_> = versions.iter().filter_map(|version| asked.noted(version.record)).collect();
        let outset = asked.outset(vault, versions.iter().find_map(|version| version.client))?;
        let added = versions.into_iter().map(Body::RecordAdded);
        Ok(added.chain(outset).chain(noted).chain(concerns).map(Draft::from).collect())
    })
}

/// Seals a record's content in a transaction that commits more than the record, such as a consent with its signed form:
/// whoever commits appends the version as `record.added`. The transaction was begun with an object for it.
pub fn sealed(
    transaction: &mut Transaction<'_>,
    item: Incoming<'_>,
    progress: &mut dyn FnMut(u64),
    rng: &mut (impl CryptoRng + RngCore),
) -> Result<RecordVersion, FilingError> {
    let facts = item.facts;
    let name = facts.name.as_ref().map(|name| name.text.as_str());
    let (stored, media_type) = seal(transaction, item.open, item.source, name, progress)?;
    first_version(facts, stored, media_type, rng)
}

/// Gives a record a new version, made from version `base`; the older ones stay.
pub fn add_version<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    (id, base): (RecordId, u64),
    content: &[u8],
) -> Result<Committed, FilingError> {
    let before = record(desk.vault, id)?.latest;
    let mut transaction = desk.vault.begin(1, &[], desk.rng)?;
    let open: Open<'_> = Box::new(|| Ok(Box::new(content)));
    let (stored, media_type) = seal(&mut transaction, open, id.to_string(), before.name.as_deref(), &mut |_| {})?;
    transaction.commit(desk.clock, desk.rng, |vault| {
        let latest = record(vault, id)?.latest;
        if latest.version != base {
            return Err(FilingError::Overtaken { record: id, base, latest: latest.version });
        }
        let Stored { object, seal, sha256, size } = stored;
        let media_type = media_type.to_owned();
        // What somebody wrote may name anybody: the excerpt's identifiers have to be removed anew.
        let excerpt_of = latest.excerpt_of.clone().map(|excerpt| ExcerptOf { de_identified: false, ..excerpt });
        let version = RecordVersion { excerpt_of, object, seal, sha256, size, media_type, version: base + 1, ..latest };
        Ok(vec![Draft::from(Body::RecordVersioned(version))])
    })
}

/// Puts tags on records and takes tags off. A record that has them so already gets no entry.
pub fn tag<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    ids: &[RecordId],
    (add, remove): (&[Tag], &[Tag]),
) -> Result<Committed, FilingError> {
    desk.append(|vault| {
        let mut drafts = Vec::new();
        for id in ids {
            drafts.extend(
                tagged(record(vault, *id)?, add, remove)?.map(|tagged| Draft::from(Body::RecordTagged(tagged))),
            );
        }
        Ok(drafts)
    })
}

/// Records that an owner looked at a record.
pub fn accessed<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    accessed: RecordAccessed,
) -> Result<Committed, FilingError> {
    desk.append(|_| Ok(vec![Draft::from(Body::RecordAccessed(accessed))]))
}

/// Whether looking at records leaves an entry: it does as soon as several people open the vault, or where the protocol
/// says so.
pub fn keeps_access_log(vault: &Vault) -> Result<bool, VaultError> {
    if vault.catalog().protocol()?.protocol.access.access_log {
        return Ok(true);
    }
    // A paper key is its owner's other key, not another person.
    Ok(vault.catalog().owners()?.iter().filter(|owner| owner.means != OwnerMeans::Paper).count() > 1)
}

/// What to record when a version of a record is opened, in which room.
pub fn access(version: &RecordVersion, how: Access, setting: Option<Setting>, lifted: Vec<String>) -> RecordAccessed {
    RecordAccessed { how, lifted, record: version.record, setting, version: version.version }
}

fn seal(
    transaction: &mut Transaction<'_>,
    open: Open<'_>,
    source_name: String,
    name: Option<&str>,
    progress: &mut dyn FnMut(u64),
) -> Result<(Stored, &'static str), FilingError> {
    let failed = |kind| FilingError::Source { source_name: source_name.clone(), kind };
    let mut input = open().map_err(|error| failed(error.kind()))?;
    let mut head = Vec::new();
    (&mut input).take(media::ENOUGH as u64).read_to_end(&mut head).map_err(|error| failed(error.kind()))?;
    let media_type = media::media_type(&head, name);
    // A source that has ended is not asked again: a terminal would begin anew after Ctrl-D.
    let rest = if head.len() < media::ENOUGH { 0 } else { u64::MAX };
    let mut whole = Watched::new(Cursor::new(head).chain(input.take(rest)), progress);
    match transaction.seal(&mut whole) {
        Ok(stored) => Ok((stored, media_type)),
        Err(error) => Err(whole.failed().map_or(FilingError::Vault(error), failed)),
    }
}

fn first_version(
    facts: NewRecord,
    stored: Stored,
    media_type: &str,
    rng: &mut (impl CryptoRng + RngCore),
) -> Result<RecordVersion, FilingError> {
    let NewRecord { client, kind, setting, date, title, mut tags, name } = facts;
    let Stored { object, seal, sha256, size } = stored;
    tags.sort();
    tags.dedup();
    let record = RecordId::random(rng);
    if tags.len() > MAX_TAGS {
        return Err(FilingError::TooManyTags(record));
    }
    let (name, name_bytes) = name.map_or((None, None), |name| (Some(name.text), name.bytes));
    Ok(RecordVersion {
        client,
        date,
        excerpt_of: None,
        group: None,
        label: vocabulary::label_of(kind, tags.iter().map(Tag::as_str)),
        media_type: media_type.to_owned(),
        name,
        name_bytes,
        object,
        record,
        record_kind: kind,
        seal,
        setting,
        sha256,
        size,
        tags,
        title,
        version: 1,
    })
}

fn tagged(record: Record, add: &[Tag], remove: &[Tag]) -> Result<Option<RecordTagged>, FilingError> {
    let latest = &record.latest;
    let is_new = |tag: &&Tag| !latest.tags.contains(tag) && !remove.contains(tag);
    let mut added: Vec<Tag> = add.iter().filter(is_new).cloned().collect();
    let mut removed: Vec<Tag> = remove.iter().filter(|tag| latest.tags.contains(tag)).cloned().collect();
    for list in [&mut added, &mut removed] {
        list.sort();
        list.dedup();
    }
    if added.is_empty() && removed.is_empty() {
        return Ok(None);
    }
    let kept = latest.tags.iter().filter(|tag| !removed.contains(tag)).chain(&added);
    if kept.clone().count() > MAX_TAGS {
        return Err(FilingError::TooManyTags(record.id()));
    }
    let label = vocabulary::label_of(latest.record_kind, kept.map(Tag::as_str));
    Ok(Some(RecordTagged { added, label, record: record.id(), removed }))
}

pub(crate) fn open_client(vault: &Vault, id: Option<ClientId>) -> Result<(), FilingError> {
    let Some(id) = id else { return Ok(()) };
    let client = vault.catalog().client(id)?.ok_or(FilingError::NoClient(id))?;
    match client.state {
        ClientState::Active => Ok(()),
        ClientState::Closed => Err(FilingError::Closed(client.details.alias)),
    }
}

fn record(vault: &Vault, id: RecordId) -> Result<Record, FilingError> {
    vault.catalog().record(id)?.ok_or(FilingError::NoRecord(id))
}
