//! The history of a vault that has had several logs (`docs/format.md`, 4): which logs the active one continues, and the
//! openings of all of them in the order in which they are folded. Must not know what an event does.

use std::collections::BTreeMap;
use std::collections::VecDeque;

use crate::digest::Digest;
use crate::id::LogId;
use crate::id::MachineId;
use crate::id::ObjectId;
use crate::keys::keyring::Keyring;
use crate::keys::signer::Origin;
use crate::keys::signer::VerifierKey;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::journal::Line;
use crate::ledger::leaf::Leaf;
use crate::ledger::note::NOTE_LIMIT;
use crate::ledger::opening::PER_FILE;
use crate::ledger::successor::Successor;
use crate::ledger::tree;
use crate::practice::disclosure::Listed;
use crate::practice::disclosure::SealedList;
use crate::practice::event::Body;
use crate::practice::event::Event;
use crate::practice::log::LogContinued;
use crate::practice::log::LogJoined;
use crate::practice::rekey::Resealed;
use crate::vault::disk::Disk;
use crate::vault::erasing::event_of;
use crate::vault::error::VaultError;
use crate::vault::log::Log;
use crate::vault::object;
use crate::vault::places;

/// The first sealed event of a log that continues another.
const CONTINUED: u64 = 2;

/// A log that a later one continues.
#[derive(Clone, Debug)]
pub struct Past {
    /// Its files.
    pub log: Log,
    /// Its key.
    pub verifier: VerifierKey,
    /// Its last head, as its successor names it.
    pub closed: Checkpoint,
    /// What of it was at hand when it was continued: it is folded up to here.
    pub have: Checkpoint,
    /// The machine that opened its successor.
    pub by: MachineId,
}

/// The logs that `active` continues, the oldest first. `head` is its head and `verifier` its key.
pub fn lineage(
    disk: &Disk,
    active: &Log,
    verifier: &VerifierKey,
    head: &Checkpoint,
    keyring: &Keyring,
) -> Result<Vec<Past>, VaultError> {
    let mut past: Vec<Past> = Vec::new();
    let (mut log, mut verifier, mut head) = (active.clone(), verifier.clone(), head.clone());
    while let Some(found) = predecessor(disk, &log, &verifier, &head, keyring)? {
        if found.log.id == active.id || past.iter().any(|known| known.log.id == found.log.id) {
            return Err(VaultError::altered(places::journal(log.id, 0), "its logs continue each other in a circle"));
        }
        (log, verifier, head) = (found.log.clone(), found.verifier.clone(), found.have.clone());
        past.push(found);
    }
    past.reverse();
    Ok(past)
}

/// The log that a log continues, by its own word, which its root proves.
pub fn predecessor(
    disk: &Disk,
    log: &Log,
    verifier: &VerifierKey,
    head: &Checkpoint,
    keyring: &Keyring,
) -> Result<Option<Past>, VaultError> {
    // Not proven by the root where it says no: a damaged tile of a log that continues nothing is for those to tell who
    // read further.
    let may_continue = || disk.has(&places::predecessor(log.id));
    match tree::leaf(log, 1, head.size) {
        Ok(Leaf::Predecessor { .. }) => {}
        // Beside a link the root has to say so: else whoever changes one byte takes the history before this log away.
        Ok(_) if may_continue() => {}
        Ok(_) => return Ok(None),
        Err(_) if !may_continue() => return Ok(None),
        Err(error) => return Err(log.error(error, head)),
    }
    let wrong = |what: &str| VaultError::altered(places::journal(log.id, 0), what);
    let leaves = log.leaves(1..2, head)?;
    let Some(Leaf::Predecessor { text }) = leaves.first().copied() else {
        return Ok(None);
    };
    let opening = log.opening(CONTINUED, head, keyring)?;
    let opening = opening.ok_or(VaultError::MissingEntry { file: places::journal(log.id, 0), index: CONTINUED })?;
    let Ok(Event { body: Body::LogContinued(continued), .. }) = event_of(opening) else {
        return Err(wrong("its first sealed entry does not say what it continues"));
    };
    let past = past_of(disk, &continued).ok_or_else(|| wrong("what it continues is no log of a vault"))?;
    if Digest::of(past.closed.text().as_bytes()) != text {
        return Err(wrong("its second entry is not of the log that its third says it continues"));
    }
    // A next key that was made in advance is the only one that may follow: a thief of the old key lacks it.
    let promised = match tree::leaf(&past.log, 0, past.have.size) {
        Ok(Leaf::Genesis { next, .. }) => next,
        _ => None,
    };
    if promised.is_some_and(|next| next != Digest::of(verifier.public())) {
        return Err(wrong("its key is not the one that the log before it named in advance"));
    }
    Ok(Some(past))
}

/// Whether each of the `past` logs was continued with the key that it named in advance, where it named one; `active` is
/// the last one's. Proven by the roots, unlike in [`lineage`]: asked before another key is followed than the one that
/// is known.
pub fn check_promises(past: &[Past], active: &VerifierKey) -> Result<(), VaultError> {
    let newer = past.iter().skip(1).map(|past| &past.verifier).chain([active]);
    for (past, newer) in past.iter().zip(newer) {
        if promised_by(&past.log, &past.have)?.is_some_and(|next| next != Digest::of(newer.public())) {
            return Err(VaultError::altered(places::journal(past.log.id, 0), "it named another key in advance"));
        }
    }
    Ok(())
}

/// SHA-256 of the key that has to continue a log, where its first entry names one. Proven by the root.
pub fn promised_by(log: &Log, head: &Checkpoint) -> Result<Option<Digest>, VaultError> {
    Ok(match log.leaves(0..1, head)?.first() {
        Some(Leaf::Genesis { next, .. }) => *next,
        _ => None,
    })
}

fn past_of(disk: &Disk, continued: &LogContinued) -> Option<Past> {
    let origin: Origin = continued.origin.parse().ok()?;
    let verifier: VerifierKey = continued.vkey.parse().ok()?;
    let log = Log::new(disk.clone(), origin.log_id()?);
    let (size, root) = (continued.size, continued.root);
    let closed = Checkpoint { origin: origin.clone(), size, root };
    let have = Checkpoint { origin: origin.clone(), size: continued.have.size, root: continued.have.root };
    (*verifier.origin() == origin && have.size > 0 && have.size <= size).then_some(Past {
        log,
        verifier,
        closed,
        have,
        by: continued.machine,
    })
}

/// The link from the log of `old` to that of `new`, wherever it is kept: whoever lacks the old key cannot make one.
pub fn link(disk: &Disk, old: &VerifierKey, new: LogId) -> Result<Option<(Successor, Vec<u8>)>, VaultError> {
    let files = old.origin().log_id().map(places::successor).into_iter().chain([places::predecessor(new)]);
    for file in files {
        match link_in(disk, &file, old)? {
            Some((link, bytes)) if link.vkey.origin().log_id() == Some(new) => return Ok(Some((link, bytes))),
            _ => continue,
        }
    }
    Ok(None)
}

/// The link in `file`, if it is one by the key `old`.
pub fn link_in(disk: &Disk, file: &str, old: &VerifierKey) -> Result<Option<(Successor, Vec<u8>)>, VaultError> {
    let bytes = match disk.read(file, NOTE_LIMIT as u64) {
        // A symbolic link, a pipe, or anything else in its place is no link between logs.
        Err(error) if error.is_of_files() => None,
        other => other?,
    };
    let Some(bytes) = bytes else {
        return Ok(None);
    };
    Ok(Successor::open(&bytes, old).ok().map(|link| (link, bytes)))
}

/// A log of the history, up to where it is folded.
#[derive(Clone, Debug)]
pub struct Chapter {
    /// Its files.
    pub log: Log,
    /// Its key.
    pub verifier: VerifierKey,
    /// Up to where.
    pub head: Checkpoint,
    /// Its highest head known, where not all of it was at hand.
    pub gap: Option<Checkpoint>,
}

impl Chapter {
    /// The head of it that excludes `mark`, which was seen on this computer; `None` where it continues the mark, or where
    /// nothing tells.
    pub fn excludes(&self, mark: &Checkpoint) -> Option<&Checkpoint> {
        let is_here = mark.size <= self.head.size;
        if is_here && matches!(self.log.continues(mark, &self.head), Ok(false)) {
            return Some(&self.head);
        }
        // Nor may the successor name another head of the size that was seen here, whatever it says is missing.
        self.gap.as_ref().filter(|closed| closed.size == mark.size && closed.root != mark.root)
    }

    /// The log that a `log.joined` brings entries of into the history.
    pub fn joined(disk: &Disk, joined: &LogJoined) -> Option<Self> {
        let verifier: VerifierKey = joined.vkey.parse().ok()?;
        let origin: Origin = joined.origin.parse().ok()?;
        let log = Log::new(disk.clone(), origin.log_id()?);
        let head = Checkpoint { origin: origin.clone(), size: joined.have.size, root: joined.have.root };
        let whole = Checkpoint { origin, size: joined.size, root: joined.root };
        let gap = (head != whole).then_some(whole);
        Some(Self { log, verifier, head, gap })
    }
}

/// A log, from an index on to a head.
#[derive(Clone, Debug)]
pub struct Stretch {
    /// The log.
    pub log: Log,
    /// The first index.
    pub from: u64,
    /// Up to where.
    pub head: Checkpoint,
}

impl Stretch {
    /// What a `log.joined` brings into the history.
    pub fn joined(disk: &Disk, joined: &LogJoined) -> Option<Self> {
        let origin: Origin = joined.origin.parse().ok()?;
        let log = Log::new(disk.clone(), origin.log_id()?);
        Some(Self {
            log,
            from: joined.from,
            head: Checkpoint { origin, size: joined.have.size, root: joined.have.root },
        })
    }
}

/// The openings of stretches, one after another, each checked against its leaf; where one of them is a `log.joined`,
/// what it joins follows it, unless it is in the history already: two logs may each have joined the other.
pub struct Openings<'a> {
    disk: &'a Disk,
    keyring: &'a Keyring,
    /// The last is the one being read.
    under_way: Vec<Reading>,
    /// Up to where each log is read, or is going to be.
    reach: BTreeMap<LogId, u64>,
}

struct Reading {
    stretch: Stretch,
    file: u64,
    read: VecDeque<Line>,
}

impl From<Stretch> for Reading {
    fn from(stretch: Stretch) -> Self {
        Self { file: stretch.from / PER_FILE, stretch, read: VecDeque::new() }
    }
}

impl<'a> Openings<'a> {
    /// The openings of `stretches`.
    pub fn new(disk: &'a Disk, keyring: &'a Keyring, stretches: Vec<Stretch>) -> Self {
        let mut reach = BTreeMap::new();
        stretches.iter().for_each(|stretch| reach_to(&mut reach, stretch));
        Self { disk, keyring, under_way: stretches.into_iter().rev().map(Reading::from).collect(), reach }
    }

    /// Leaves out what was read before: these stretches of the history, wherever it is joined once more.
    pub fn after<'s>(mut self, read: impl IntoIterator<Item = &'s Stretch>) -> Self {
        read.into_iter().for_each(|stretch| reach_to(&mut self.reach, stretch));
        self
    }

    fn join(&mut self, joined: &LogJoined) {
        let Some(mut stretch) = Stretch::joined(self.disk, joined) else {
            return;
        };
        let reached = self.reach.get(&stretch.log.id).copied().unwrap_or(0);
        stretch.from = stretch.from.max(reached);
        reach_to(&mut self.reach, &stretch);
        if stretch.from < stretch.head.size {
            self.under_way.push(stretch.into());
        }
    }

    fn next_opening(&mut self) -> Result<Option<(LogId, Line)>, VaultError> {
        while let Some(reading) = self.under_way.last_mut() {
            let Stretch { log, from, head } = &reading.stretch;
            if let Some(line) = reading.read.pop_front() {
                let log = log.id;
                if line.kind() == Some("log.joined")
                    && let Ok(Event { body: Body::LogJoined(joined), .. }) = Event::from_rest(line.fields())
                {
                    self.join(&joined);
                }
                return Ok(Some((log, line)));
            }
            if reading.file >= head.size.div_ceil(PER_FILE) {
                self.under_way.pop();
                continue;
            }
            let openings = log.openings(reading.file, head, self.keyring)?;
            reading.read = openings.into_iter().filter(|line| line.index() >= *from).collect();
            reading.file += 1;
        }
        Ok(None)
    }
}

fn reach_to(reach: &mut BTreeMap<LogId, u64>, stretch: &Stretch) {
    let reached = reach.entry(stretch.log.id).or_default();
    *reached = stretch.head.size.max(*reached);
}

impl Iterator for Openings<'_> {
    type Item = Result<(LogId, Line), VaultError>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.next_opening().transpose();
        if matches!(next, Some(Err(_))) {
            self.under_way.clear();
        }
        next
    }
}

/// Where the objects are now that were sealed again: events name them as they were.
#[derive(Debug, Default)]
pub struct Moves(BTreeMap<ObjectId, (ObjectId, Digest)>);

impl Moves {
    /// Reads them from the whole history.
    pub fn of(openings: Openings<'_>) -> Result<Self, VaultError> {
        let (disk, keyring) = (openings.disk, openings.keyring);
        let mut batches = Vec::new();
        for opening in openings {
            let (_, opening) = opening?;
            if opening.kind() != Some("objects.resealed") {
                continue;
            }
            if let Ok(Event { body: Body::ObjectsResealed(batch), .. }) = event_of(opening) {
                batches.push(batch.list);
            }
        }
        // The last first: the list of an earlier batch may itself be in an object that was sealed again.
        let mut moves = Self::default();
        for list in batches.into_iter().rev() {
            for Resealed { object, seal, was } in moves.read(disk, keyring, &list)? {
                let now = moves.0.get(&object).copied().unwrap_or((object, seal));
                moves.0.insert(was, now);
            }
        }
        Ok(moves)
    }

    /// Reads a list, wherever its object is now.
    pub fn read<T>(&self, disk: &Disk, keyring: &Keyring, list: &Listed<T>) -> Result<Vec<T>, VaultError>
    where
        T: serde::de::DeserializeOwned + Clone,
    {
        match list {
            Listed::Here(items) => Ok(items.clone()),
            Listed::Sealed(sealed) => {
                let (object, seal) = self.now(sealed.object, sealed.seal);
                object::read_sealed_list(disk, keyring, &SealedList { object, seal, ..*sealed })
            }
        }
    }

    /// Where what was in `object` is now, and under which seal.
    pub fn now(&self, object: ObjectId, seal: Digest) -> (ObjectId, Digest) {
        self.0.get(&object).copied().unwrap_or((object, seal))
    }

    /// Every object that something else took the place of, with where it is now and under which seal.
    pub fn all(&self) -> impl Iterator<Item = (ObjectId, (ObjectId, Digest))> {
        self.0.iter().map(|(was, now)| (*was, *now))
    }

    /// Every object that something else took the place of.
    pub fn replaced(&self) -> impl Iterator<Item = ObjectId> {
        self.0.keys().copied()
    }
}
