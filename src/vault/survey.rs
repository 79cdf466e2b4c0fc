//! Recognising a vault: whether it is the one that was seen here, or continues it, and whether anything in it says that
//! its history has another branch (`docs/format.md`, 4). Writes nothing.

use std::collections::BTreeSet;

use crate::digest::Digest;
use crate::id::LogId;
use crate::keys::keyring::Keyring;
use crate::keys::signer::Origin;
use crate::keys::signer::VerifierKey;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::checkpoint::VerifiedCheckpoint;
use crate::ledger::note::NOTE_LIMIT;
use crate::ledger::opening::PER_FILE;
use crate::ledger::successor::Successor;
use crate::practice::event::Body;
use crate::practice::event::Event;
use crate::practice::log::LogClosed;
use crate::practice::log::LogJoined;
use crate::vault::Vault;
use crate::vault::catalog::EntryFilter;
use crate::vault::erasing::Declared;
use crate::vault::erasing::event_of;
use crate::vault::error::VaultError;
use crate::vault::evidence;
use crate::vault::history;
use crate::vault::history::Chapter;
use crate::vault::history::Past;
use crate::vault::intent;
use crate::vault::links;
use crate::vault::log::Log;
use crate::vault::places;
use crate::vault::places::Places;
use crate::vault::standing::Branch;
use crate::vault::state::Pin;
use crate::vault::state::State;
use crate::vault::succession::FIRST;
use crate::vault::unlock::Found;

/// What this machine knew of a vault before it was opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// The pin names a log that the active one continues, by links of the pinned key.
    pub by_link: bool,
    /// The pin names a log that continues the active one: an older `vault.toml` was put back.
    pub is_outlived: bool,
    /// This machine began the active log, and was stopped before it had noted that.
    pub begun_here: bool,
    /// The head that was accepted for a recovery is that from which this machine has begun the active log already.
    pub was_continued: bool,
    /// The log that this machine wrote until now: another machine's continues it, or has joined it.
    pub followed: Option<Origin>,
    /// This machine had the right to write, and found that another had written: it gave up at this mark.
    pub gave_up: Option<Checkpoint>,
    /// Heads that were seen here were given up for those of the vault: where both notes are kept.
    pub kept: Vec<std::path::PathBuf>,
}

/// Reads the published head and the logs before it, and holds them against the pin.
pub(super) fn recognise(
    found: &Found,
    log: &Log,
    keyring: &Keyring,
    pin: Option<Pin>,
    at_hand: bool,
) -> Result<(VerifiedCheckpoint, Vec<Past>, Seen), VaultError> {
    let header = &found.header;
    let read = || {
        let published = log.checkpoint(&header.verifier)?;
        let past_of = |head: &Checkpoint| {
            log.check_genesis(&header.verifier, head)?;
            history::lineage(&found.disk, log, &header.verifier, head, keyring)
        };
        let past = match past_of(published.head()) {
            Err(error) if at_hand && error.is_of_files() => {
                past_of(&log.at_hand(keyring, &[published.head().clone()], &Declared::default())?.have)?
            }
            other => other?,
        };
        Ok((published, past))
    };
    let Some(pin) = pin.filter(|pin| *pin != Pin::of(header)) else {
        let (published, past) = read()?;
        return Ok((published, past, Seen::default()));
    };
    let path = || found.disk.root().to_owned();
    let own_head = || log.checkpoint(&header.verifier).ok().map(|own| Box::new(own.head().clone()));
    let replaced = || VaultError::Replaced { path: path(), head: own_head() };
    let pinned: VerifierKey = pin.verifier.parse().map_err(|_| replaced())?;
    // Links may lead both ways: a log that went on by itself and was joined links back to the one that it continues.
    let leads_here = links::is_continued_by(found, &pinned, &header.verifier)?;
    let older = || VaultError::OlderHeader { path: path(), head: None };
    if !leads_here && links::is_continued_by(found, &header.verifier, &pinned)? {
        // It is read as far as it goes. Whoever was removed as an owner knows all keys of before: of theirs nothing is.
        let (published, past) = read().map_err(|_: VaultError| older())?;
        return match pin.recipient == header.recipient {
            true => Ok((published, past, Seen { is_outlived: true, ..Seen::default() })),
            false => Err(older()),
        };
    }
    let seen = State::of(&found.places, &header.verifier).mark(&header.verifier);
    // One that is pinned at another place is known from there, and is another vault here.
    let is_older = pinned != header.verifier
        && seen.is_ok_and(|mark| mark.is_some())
        && !Pin::stands_elsewhere(&found.places, found.disk.root(), &header.verifier)?;
    let replaced = || match is_older {
        // The log was seen here before it was continued: the vault was replaced by an older copy of it.
        true => older(),
        false => replaced(),
    };
    // Where links by the pinned key lead here, a file that is missing is on its way.
    let unless_under_way = |error: VaultError| match error {
        VaultError::Incomplete { file, .. } | VaultError::MissingEntry { file, .. } if leads_here => {
            VaultError::UnderWay { file }
        }
        VaultError::Altered { file, .. } if leads_here && !found.disk.has(&file) => VaultError::UnderWay { file },
        _ => replaced(),
    };
    let (published, past) = read().map_err(unless_under_way)?;
    let is_linked =
        pinned == header.verifier || leads_here || links::is_linked(&found.disk, &pinned, &past, &header.verifier)?;
    let begun_here = !is_linked && is_begun_here(&found.places, &header.verifier, past.last(), published.head())?;
    if !is_linked && !begun_here {
        return Err(replaced());
    }
    let from = past.iter().position(|past| past.verifier == pinned).unwrap_or(0);
    history::check_promises(&past[from..], &header.verifier).map_err(unless_under_way)?;
    // A link by the pinned key says which key signs now, not to whom the vault is sealed: its holder may be the owner
    // who was removed. Unless it was this machine that made the successor.
    let is_own = || {
        let machine = State::of(&found.places, &header.verifier).known_machine();
        machine.is_some() && past.last().map(|past| past.by) == machine
    };
    if pin.recipient != header.recipient && !is_own() {
        return Err(match pinned == header.verifier {
            true => replaced(),
            false => VaultError::Rekeyed { path: path(), head: Box::new(published.head().clone()) },
        });
    }
    Ok((published, past, Seen { by_link: !begun_here, begun_here, ..Seen::default() }))
}

/// Whether this machine began the log that the header names, and nothing came after: it was stopped before the pin was
/// moved. Its id for that log, drawn here, is in the log's first event, and nobody else has it. A log that was lost since,
/// and that another took the place of, is an older copy.
pub(super) fn is_begun_here(
    places: &Places,
    verifier: &VerifierKey,
    past: Option<&Past>,
    head: &Checkpoint,
) -> Result<bool, VaultError> {
    let Some(past) = past else {
        return Ok(false);
    };
    let (state, old) = (State::of(places, verifier), State::of(places, &past.verifier));
    let was_lost = old.lost_link(&past.verifier).is_some_and(|link| link.vkey == *verifier)
        && old.link(&past.verifier).is_none_or(|link| link.vkey != *verifier);
    let has_gone_on = head.size > FIRST || state.mark(verifier)?.is_some_and(|mark| mark.head() != head);
    Ok(state.known_machine() == Some(past.by) && !was_lost && !has_gone_on)
}

impl Vault {
    /// What the history joined of logs that are not in the line of successors, or came late.
    pub(super) fn joined(&self) -> Result<Vec<LogJoined>, VaultError> {
        let mut found = Vec::new();
        self.each_of("log.joined", |body| {
            found.extend(if let Body::LogJoined(joined) = body { Some(joined) } else { None })
        })?;
        Ok(found)
    }

    /// Every log of the history, up to where it is folded, the oldest first and the active one last.
    pub fn chapters(&self) -> Result<Vec<Chapter>, VaultError> {
        let joined = self.joined()?;
        let mut chapters: Vec<Chapter> = Vec::new();
        for past in &self.past {
            let (log, verifier, head) = (past.log.clone(), past.verifier.clone(), past.have.clone());
            let gap = (past.have != past.closed).then(|| past.closed.clone());
            chapters.push(Chapter { log, verifier, head, gap });
        }
        for joined in joined.iter().filter_map(|joined| Chapter::joined(&self.disk, joined)) {
            match chapters.iter_mut().find(|chapter| chapter.log.id == joined.log.id) {
                // What a log that was joined had joined itself may be less.
                _ if joined.log.id == self.log.id => {}
                Some(chapter) if joined.head.size < chapter.head.size => {}
                Some(chapter) => *chapter = joined,
                None => chapters.push(joined),
            }
        }
        let (log, verifier, head) = (self.log.clone(), self.header.verifier.clone(), self.head().clone());
        chapters.push(Chapter { log, verifier, head, gap: None });
        Ok(chapters)
    }

    /// How many entries that were signed are missing from the history, and declared in it.
    pub fn missing_entries(&self) -> Result<u64, VaultError> {
        let missing = |chapter: &Chapter| chapter.gap.as_ref().map_or(0, |whole| whole.size - chapter.head.size);
        Ok(self.chapters()?.iter().map(missing).sum())
    }

    /// The last event of the active log, if it says that the log is closed.
    pub(super) fn closing(&self) -> Result<Option<LogClosed>, VaultError> {
        Ok(match self.last_event()? {
            Some(Event { body: Body::LogClosed(closed), .. }) => Some(closed),
            _ => None,
        })
    }

    /// The last event of the active log.
    pub(super) fn last_event(&self) -> Result<Option<Event>, VaultError> {
        let fields = self.catalog.last_fields(self.log.id)?;
        Ok(fields.and_then(|fields| Event::from_rest(fields).ok()))
    }

    /// The first sign that the history has another branch.
    pub(super) fn branch(&self) -> Result<Option<Branch>, VaultError> {
        // Asked at every opening and every change: of a vault that has had one log there is nothing to ask.
        if self.past.is_empty() && self.disk.names(places::LEDGER)?.len() < 2 {
            return Ok(None);
        }
        let (joined, known_to_removed) = (self.joined()?, self.known_to_removed()?);
        for chapter in self.chapters()? {
            if chapter.log.id == self.log.id {
                continue;
            }
            let mark = State::of(&self.places, &chapter.verifier).mark(&chapter.verifier)?;
            let mark = mark.map(|mark| mark.head().clone());
            if let Some((mark, head)) = mark.as_ref().and_then(|mark| Some((mark, chapter.excludes(mark)?))) {
                return Ok(Some(Branch::Diverged(head.clone(), mark.clone())));
            }
            let Chapter { log, verifier, head, gap } = chapter;
            // What a gap declared missing is no news, unless it came after all.
            let known = gap.as_ref().unwrap_or(&head).size;
            let late = || log.checkpoint(&verifier).ok().map(|late| late.head().clone());
            let is_late = !known_to_removed.contains(&log.id) && self.is_late(&log, &verifier, &head);
            let late = is_late.then(late).flatten();
            if let Some(found) = mark.into_iter().filter(|mark| mark.size > known).chain(late).next() {
                return Ok(Some(Branch::Beyond(head, found)));
            }
        }
        self.split_among(&self.other_successors(&joined)?)
    }

    /// The logs whose keys an owner knew who was removed since: what is signed with them counts for nothing but what the
    /// history holds already.
    pub(super) fn known_to_removed(&self) -> Result<BTreeSet<LogId>, VaultError> {
        let mut rekeyed = None;
        let mut joins: Vec<(LogId, String)> = Vec::new();
        for kind in ["vault.rekeyed", "log.joined"] {
            let filter = EntryFilter { kind: Some(kind.to_owned()), ..EntryFilter::default() };
            self.catalog.entries::<VaultError>(&filter, |entry| {
                match entry.fields.get("origin").and_then(|origin| origin.as_str()) {
                    Some(origin) => joins.push((entry.log, origin.to_owned())),
                    None => rekeyed = Some(entry.log),
                }
                Ok(true)
            })?;
        }
        let last = rekeyed.and_then(|log| self.past.iter().position(|past| past.log.id == log));
        let Some(last) = last else {
            return Ok(BTreeSet::new());
        };
        let mut known: BTreeSet<LogId> = self.past[..=last].iter().map(|past| past.log.id).collect();
        for (log, origin) in joins {
            if known.contains(&log) {
                known.extend(origin.parse::<Origin>().ok().and_then(|origin| origin.log_id()));
            }
        }
        Ok(known)
    }

    /// Whether more of a log than is folded up to `head` is there, as far as its edge shows.
    pub(super) fn is_late(&self, log: &Log, key: &VerifierKey, head: &Checkpoint) -> bool {
        let published = log.checkpoint(key).ok().map(|late| late.head().clone());
        published.filter(|late| late.size > head.size).is_some_and(|late| {
            let last = (late.size - 1) / PER_FILE;
            let declared = self.declared().unwrap_or_default();
            log.has_root(&late).unwrap_or(false) && log.lacks_nothing(last..last + 1, &late, &self.keyring, &declared)
        })
    }

    /// Logs in the vault that continue one of its logs, and are not in its history: with the key that linked them.
    pub(super) fn other_successors(&self, joined: &[LogJoined]) -> Result<Vec<(VerifierKey, Successor)>, VaultError> {
        let closing = self.closing()?.and_then(|closed| closed.vkey.parse::<VerifierKey>().ok());
        let announced = intent::announced(&self.disk)?;
        let known_to_removed = self.known_to_removed()?;
        let mut chapters = self.chapters()?;
        chapters.retain(|chapter| !known_to_removed.contains(&chapter.log.id));
        let mut found = Vec::new();
        for name in self.disk.names(places::LEDGER)? {
            let Ok(id) = name.parse::<LogId>() else {
                continue;
            };
            let origin = Origin::of(id);
            let is_known = id == self.log.id
                || self.past.iter().any(|past| past.log.id == id)
                || joined.iter().any(|joined| joined.origin == origin.as_str())
                || closing.as_ref().is_some_and(|key| *key.origin() == origin)
                // Of a transaction that is under way, or died: it is not committed.
                || (announced.contains(&places::checkpoint(id)) && !self.has_grown(id));
            if is_known {
                continue;
            }
            for Chapter { log, verifier, head, .. } in chapters.iter().filter(|chapter| chapter.head.size > 0) {
                if let Some((link, _)) = history::link(&self.disk, verifier, id)? {
                    // A key that was made in advance is the only one that may follow: a thief of the old one lacks it.
                    let promised = history::promised_by(log, head).unwrap_or_default();
                    // What continues a branch that was given up here, with both heads kept, is none of this history.
                    let is_settled = evidence::of(&self.places, verifier)?.is_some()
                        && self.leaves_the_way(verifier, head, &link)?;
                    if !is_settled && promised.is_none_or(|next| next == Digest::of(link.vkey.public())) {
                        found.push((verifier.clone(), link));
                        break;
                    }
                }
            }
        }
        let lost = self.lost_successors(&chapters)?;
        found.extend(
            lost.into_iter().filter(|(_, link)| joined.iter().all(|of| of.origin != link.vkey.origin().as_str())),
        );
        Ok(found)
    }

    /// Whether a link by the key of a log that is folded up to `head` is of a branch which that excludes.
    pub(super) fn leaves_the_way(
        &self,
        key: &VerifierKey,
        head: &Checkpoint,
        link: &Successor,
    ) -> Result<bool, VaultError> {
        let logs: Vec<Log> = key.origin().log_id().map(|id| Log::new(self.disk.clone(), id)).into_iter().collect();
        links::leaves_the_way(&self.places, key, (head, &link.head()), &logs)
    }

    /// Logs that this machine has seen continue one of the vault's, and of which nothing is there: they were lost with the
    /// newest copy, and what is known of them is what this machine remembers.
    fn lost_successors(&self, chapters: &[Chapter]) -> Result<Vec<(VerifierKey, Successor)>, VaultError> {
        let mut found = Vec::new();
        for Chapter { log, verifier, .. } in chapters.iter().filter(|chapter| chapter.log.id != self.log.id) {
            let state = State::of(&self.places, verifier);
            for link in state.lost_link(verifier).into_iter().chain(state.link(verifier)) {
                let id = link.vkey.origin().log_id().filter(|id| *id != log.id && *id != self.log.id);
                let is_lost = id.is_some_and(|id| {
                    chapters.iter().all(|chapter| chapter.log.id != id) && !self.disk.has(&places::checkpoint(id))
                });
                if is_lost && State::of(&self.places, &link.vkey).mark(&link.vkey)?.is_some() {
                    found.push((verifier.clone(), link));
                }
            }
        }
        Ok(found)
    }

    /// Whether a log has more entries than the successor that it began as, by its own word: then some machine took it
    /// for the active one, and what a dead transaction announced of it is committed, though not here.
    pub(super) fn has_grown(&self, id: LogId) -> bool {
        let bytes = self.disk.read(&places::checkpoint(id), NOTE_LIMIT as u64).ok().flatten().unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        text.lines().nth(1).and_then(|size| size.parse::<u64>().ok()).is_some_and(|size| size > FIRST)
    }

    /// Whether this machine has seen a log that continues the active one: then an older `vault.toml` was put back.
    pub(super) fn is_outlived(&self, head: &Checkpoint) -> Result<bool, VaultError> {
        let is_known = |key: &VerifierKey| State::of(&self.places, key).mark(key).map(|mark| mark.is_some());
        let last = match head.size.checked_sub(1) {
            Some(last) => self.log.opening(last, head, &self.keyring).ok().flatten(),
            None => None,
        };
        if let Some(Ok(Event { body: Body::LogClosed(closed), .. })) = last.map(event_of)
            && let Ok(next) = closed.vkey.parse::<VerifierKey>()
            && is_known(&next)?
        {
            return Ok(true);
        }
        let mut at = self.header.verifier.clone();
        for _ in 0..links::LONGEST {
            let link = at.origin().log_id().map(places::successor);
            match link.map(|file| history::link_in(&self.disk, &file, &at)).transpose()?.flatten() {
                Some((link, _)) if is_known(&link.vkey)? => return Ok(true),
                Some((link, _)) => at = link.vkey,
                None => return Ok(false),
            }
        }
        Ok(false)
    }
}
