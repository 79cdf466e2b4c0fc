//! Erasing fields of events (`docs/format.md`, 3): `event.erased` is committed first, and only then are the journal lines
//! replaced by what is left of them. A crash between the two is an ordinary state: the next opening replaces them. A line
//! that lacks fields of which no committed event says so is not the ledger's. Must not know why something is erased.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::ops::Range;

use rand_core::CryptoRng;
use rand_core::RngCore;

use crate::id::LogId;
use crate::keys::keyring::Keyring;
use crate::keys::signer::Origin;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::journal::Line;
use crate::ledger::opening::PER_FILE;
use crate::practice::erasure;
use crate::practice::erasure::EventErased;
use crate::practice::event::Body;
use crate::practice::event::Event;
use crate::practice::event::EventError;
use crate::practice::log::LogJoined;
use crate::vault::Vault;
use crate::vault::catalog::EntryFilter;
use crate::vault::desk::Desk;
use crate::vault::disk::Disk;
use crate::vault::error::VaultError;
use crate::vault::history::Chapter;
use crate::vault::history::Openings;
use crate::vault::history::Stretch;
use crate::vault::log::Log;
use crate::vault::places;
use crate::vault::staging::Staging;
use crate::vault::transaction::Committed;

/// The event of a line; where fields of it were erased, with something in their place.
pub fn event_of(line: Line) -> Result<Event, EventError> {
    match line {
        Line::Whole(opening) => Event::from_fields(opening.event),
        partial @ Line::Partial(_) => Event::from_rest(partial.into_fields()),
    }
}

fn joined_by(line: &Line) -> Option<LogJoined> {
    if line.kind() != Some("log.joined") {
        return None;
    }
    match Event::from_rest(line.fields()).ok()?.body {
        Body::LogJoined(joined) => Some(joined),
        _ => None,
    }
}

/// A line may lack nothing that is always kept, whatever anybody declares.
pub(super) fn check_kept(log: LogId, line: &Line) -> Result<(), VaultError> {
    let kind = line.kind();
    let is_kept = |name: &&str| match kind {
        // Of a kind that is not known nobody here can tell.
        Some(kind) => Body::names(kind).is_some() && !erasure::may_be_erased(kind, name),
        None => true,
    };
    match line.hidden().into_iter().find(is_kept) {
        Some(_) if kind.is_none() => Err(differs(log, line.index(), "does not tell its kind")),
        Some(name) => Err(differs(log, line.index(), &format!("lacks {name}, which is never erased"))),
        None => Ok(()),
    }
}

fn differs(log: LogId, index: u64, reason: &str) -> VaultError {
    VaultError::opening_differs(places::journal(log, index / PER_FILE), index, reason)
}

/// What the events of a history declare erased: of each entry, the names of the fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Declared {
    fields: BTreeMap<(LogId, u64), BTreeSet<String>>,
    last: Option<(LogId, u64)>,
}

impl Declared {
    /// What a whole history declares.
    pub fn of(openings: Openings<'_>) -> Result<Self, VaultError> {
        let mut declared = Self::default();
        for opening in openings {
            let (log, line) = opening?;
            declared.read(log, &line);
        }
        Ok(declared)
    }

    /// Takes in what a log declares, and those that it joined: as far as that can be read, in whichever of the
    /// directories `disks`.
    pub(super) fn read_log(&mut self, disks: &[&Disk], keyring: &Keyring, log: Stretch) {
        let (mut logs, mut at) = (vec![log], 0);
        while let Some(Stretch { log, head, .. }) = logs.get(at).cloned() {
            at += 1;
            let in_each: Vec<Log> = disks.iter().map(|disk| Log::new((*disk).clone(), log.id)).collect();
            for number in 0..head.size.div_ceil(PER_FILE) {
                // The journal of the one may be proven by the tiles of the other.
                let mut pairs = in_each.iter().flat_map(|of| in_each.iter().map(move |proven| (of, proven)));
                let read = pairs.find_map(|(of, proven)| of.openings_of(proven, number, &head, keyring).ok());
                for line in read.unwrap_or_default() {
                    self.read(log.id, &line);
                    let joined = joined_by(&line).and_then(|joined| Stretch::joined(&log.disk, &joined));
                    let is_new = |of: &Stretch| {
                        logs.iter().all(|known| known.log.id != of.log.id || known.head.size < of.head.size)
                    };
                    if let Some(joined) = joined.filter(is_new) {
                        logs.push(joined);
                    }
                }
            }
        }
    }

    /// Takes in what a line declares, if it is an `event.erased`.
    pub fn read(&mut self, log: LogId, line: &Line) {
        if line.kind() == Some("event.erased")
            && let Ok(Event { body: Body::EventErased(erased), .. }) = Event::from_rest(line.fields())
        {
            self.add(log, line.index(), &erased);
        }
    }

    /// Takes in the `event.erased` at an index of a log. Of its own log it can speak of what stands before it alone.
    pub fn add(&mut self, log: LogId, at: u64, erased: &EventErased) {
        let of = erased.origin.parse::<Origin>().ok().and_then(|origin| origin.log_id());
        let Some(of) = of.filter(|of| *of != log || erased.index < at) else {
            return;
        };
        self.last = Some((of, erased.index));
        self.fields.entry((of, erased.index)).or_default().extend(erased.fields.iter().cloned());
    }

    /// Whether nothing is.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// What an undeclared absence in a line is, as a fact.
    pub fn check(&self, log: LogId, line: &Line) -> Result<(), VaultError> {
        match line.hidden().into_iter().find(|name| !self.is_gone(log, line.index(), name)) {
            Some(name) => {
                Err(differs(log, line.index(), &format!("lacks {name}, and no entry says that it was erased")))
            }
            None => Ok(()),
        }
    }

    /// What is left of a line: checked, and without what is declared erased, should it be there still.
    pub fn rest(&self, log: LogId, line: Line) -> Result<Line, VaultError> {
        self.check(log, &line)?;
        if !self.is_full(log, &line) {
            return Ok(line);
        }
        let (index, kind) = (line.index(), line.kind().unwrap_or_default().to_owned());
        let rest = line.without(|name| self.is_gone(log, index, name) && erasure::may_be_erased(&kind, name));
        rest.map_err(|error| differs(log, index, &error.to_string()))
    }

    /// Whether something is there still that is declared erased.
    pub fn is_full(&self, log: LogId, line: &Line) -> bool {
        let Some(gone) = self.fields.get(&(log, line.index())) else {
            return false;
        };
        let kind = line.kind().unwrap_or_default();
        line.names().iter().any(|name| gone.contains(*name) && erasure::may_be_erased(kind, name))
    }

    fn is_gone(&self, log: LogId, index: u64, name: &str) -> bool {
        self.fields.get(&(log, index)).is_some_and(|gone| gone.contains(name))
    }

    /// The numbers of a log's journal files that hold such entries.
    pub(super) fn files_of(&self, log: LogId) -> impl Iterator<Item = u64> {
        let of_log = self.fields.keys().filter(|(id, _)| *id == log).map(|(_, index)| index / PER_FILE);
        of_log.collect::<BTreeSet<_>>().into_iter()
    }

    /// The journal files that hold entries of which something is declared erased; that of the last declared last.
    fn files(&self) -> Vec<(LogId, u64)> {
        let file = |(log, index): (LogId, u64)| (log, index / PER_FILE);
        let mut files: BTreeSet<_> = self.fields.keys().copied().map(file).collect();
        let last = self.last.map(file);
        last.iter().for_each(|last| {
            files.remove(last);
        });
        files.into_iter().chain(last).collect()
    }
}

/// Erases fields of events: what they were is in no file of the vault any more, and everything that rests on the entries
/// goes on. Other copies of the vault still have them.
pub fn erase<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    erasures: Vec<EventErased>,
) -> Result<Committed, VaultError> {
    desk.append(|vault| {
        for erased in &erasures {
            vault.check_erasable(erased)?;
        }
        Ok(erasures.into_iter().map(|erased| Body::EventErased(erased).into()).collect())
    })
}

impl Log {
    /// Whether these journal files hold a matching opening for each entry below `head`'s size, of which nothing is missing
    /// but what they or the `declared` ones say is erased.
    pub(super) fn lacks_nothing(
        &self,
        files: Range<u64>,
        head: &Checkpoint,
        keyring: &Keyring,
        declared: &Declared,
    ) -> bool {
        let (mut declared, mut partial) = (declared.clone(), Vec::new());
        for number in files {
            let Ok(lines) = self.openings(number, head, keyring) else {
                return false;
            };
            lines.iter().for_each(|line| declared.read(self.id, line));
            partial.extend(lines.into_iter().filter(|line| !line.hidden().is_empty()));
        }
        partial.iter().all(|line| declared.check(self.id, line).is_ok())
    }
}

impl Vault {
    /// What the history declares erased.
    pub(super) fn declared(&self) -> Result<Declared, VaultError> {
        let mut declared = Declared::default();
        let filter = EntryFilter { kind: Some("event.erased".to_owned()), ..EntryFilter::default() };
        self.catalog.entries::<VaultError>(&filter, |entry| {
            if let Ok(Event { body: Body::EventErased(erased), .. }) = Event::from_rest(entry.fields) {
                declared.add(entry.log, entry.index, &erased);
            }
            Ok(true)
        })?;
        Ok(declared)
    }

    /// Before it is committed: an event that declares what cannot be would say an untruth for ever.
    fn check_erasable(&self, erased: &EventErased) -> Result<(), VaultError> {
        let cannot = |reason: &str| VaultError::NotErasable {
            origin: erased.origin.clone(),
            index: erased.index,
            reason: reason.to_owned(),
        };
        let chapter = self.chapters()?.into_iter().find(|chapter| chapter.log.origin.as_str() == erased.origin);
        let Chapter { log, head, .. } = chapter.ok_or_else(|| cannot("the history has no such ledger"))?;
        let line = match erased.index < head.size {
            true => log.opening(erased.index, &head, &self.keyring)?,
            false => None,
        };
        let line = line.ok_or_else(|| cannot("there is no such entry, or one that says nothing"))?;
        let line = self.declared()?.rest(log.id, line)?;
        let kind = line.kind().unwrap_or_default().to_owned();
        let is_there = |name: &String| line.names().contains(&name.as_str());
        if let Some(name) = erased.fields.iter().find(|name| !is_there(name) || !erasure::may_be_erased(&kind, name)) {
            return Err(cannot(&format!("{name} of a {kind} is not there, or is always kept")));
        }
        if erased.fields.is_empty() || !erased.fields.is_sorted_by(|a, b| a < b) {
            return Err(cannot("the names of the fields are not a sorted list"));
        }
        // What is left has to fit its line: each field then has a salt of its own.
        let rest = line.without(|name| erased.fields.iter().any(|field| field == name));
        let rest = rest.map_err(|error| cannot(&error.to_string()))?;
        rest.to_bytes().map(drop).map_err(|error| cannot(&error.to_string()))
    }

    /// Replaces every journal line that holds what is declared erased. Both locks are held. A file that cannot be read
    /// is for a check to tell: the others do not wait for it.
    pub(super) fn replace_erased(&self, staging: &mut Staging) -> Result<(), VaultError> {
        let declared = self.declared()?;
        let chapters = if declared.is_empty() { Vec::new() } else { self.chapters()? };
        for (id, number) in declared.files() {
            let chapter = chapters.iter().find(|chapter| chapter.log.id == id);
            let Some(Chapter { log, head, .. }) = chapter.filter(|of| number * PER_FILE < of.head.size) else {
                continue;
            };
            let lines = match log.openings(number, head, &self.keyring) {
                Err(error) if error.is_of_files() => continue,
                other => other?,
            };
            if !lines.iter().any(|line| declared.is_full(id, line)) {
                continue;
            }
            let Ok(bytes) = self.lines_at_rest(&declared, id, lines) else {
                continue;
            };
            // The last file last, and on the disk after the others: by that one the next opening knows whether all of
            // them were replaced.
            staging.settle()?;
            log.write_journal(staging, number, &bytes, self.identity())?;
        }
        staging.settle()
    }

    /// The bytes of a journal file of these lines, without what is declared erased.
    pub(super) fn lines_at_rest(
        &self,
        declared: &Declared,
        log: LogId,
        lines: Vec<Line>,
    ) -> Result<zeroize::Zeroizing<Vec<u8>>, VaultError> {
        let mut bytes = zeroize::Zeroizing::new(Vec::new());
        for line in lines {
            let index = line.index();
            let line = declared.rest(log, line)?;
            bytes.extend(line.to_bytes().map_err(|error| differs(log, index, &error.to_string()))?);
        }
        Ok(bytes)
    }

    /// Whether a journal line holds still what is declared erased: asked of the file that is replaced last alone.
    pub(super) fn is_erasing(&self) -> Result<bool, VaultError> {
        let declared = self.declared()?;
        let last = declared.files().pop();
        Ok(!self.unerased_in(&declared, last.as_slice())?.is_empty())
    }

    /// The entries whose journal lines hold still what is declared erased.
    pub(super) fn unerased(&self) -> Result<Vec<(LogId, u64)>, VaultError> {
        let declared = self.declared()?;
        self.unerased_in(&declared, &declared.files())
    }

    fn unerased_in(&self, declared: &Declared, files: &[(LogId, u64)]) -> Result<Vec<(LogId, u64)>, VaultError> {
        let chapters = if files.is_empty() { Vec::new() } else { self.chapters()? };
        let mut found = Vec::new();
        for (id, number) in files {
            let Some(Chapter { log, head, .. }) = chapters.iter().find(|chapter| chapter.log.id == *id) else {
                continue;
            };
            // A file that cannot be read is told of with the ledger.
            let lines = match log.journal(*number, head, &self.keyring) {
                Err(error) if error.is_of_files() => continue,
                other => other?,
            };
            let full = lines.iter().filter(|line| declared.is_full(*id, line));
            found.extend(full.map(|line| (*id, line.index())));
        }
        Ok(found)
    }
}
