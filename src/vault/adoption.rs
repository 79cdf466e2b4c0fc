//! Taking over from a copy that went on under new keys, or that still has the keys that were lost here
//! (`docs/format.md`, 5): the vault stands afterwards where the copy stood. The known keys have to lead there: those of the
//! vault that lies here, and those that are pinned. Signs nothing, and makes nobody a writer.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::digest::Digest;
use crate::keys::signer::VerifierKey;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::checkpoint::VerifiedCheckpoint;
use crate::practice::event::Body;
use crate::vault::check::keep_both;
use crate::vault::completion::has_a_log_of;
use crate::vault::copy::stands_to;
use crate::vault::disk::Disk;
use crate::vault::erasing::Declared;
use crate::vault::erasing::event_of;
use crate::vault::error::VaultError;
use crate::vault::header::Header;
use crate::vault::history;
use crate::vault::history::Chapter;
use crate::vault::history::Moves;
use crate::vault::history::Openings;
use crate::vault::history::Past;
use crate::vault::history::Stretch;
use crate::vault::links;
use crate::vault::lock::Hold;
use crate::vault::lock::Lock;
use crate::vault::log::Log;
use crate::vault::places;
use crate::vault::places::Places;
use crate::vault::root_text;
use crate::vault::state::Pin;
use crate::vault::state::State;
use crate::vault::unlock::Unlocked;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

mod taking;

/// What was taken over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adopted {
    /// The vault's head now.
    pub head: Checkpoint,
    /// How many files were brought.
    pub files: u64,
    /// Nothing on this machine knew the vault: its keys were taken on trust.
    pub is_on_trust: bool,
    /// Its vault key was accepted by hand.
    pub is_accepted: bool,
}

/// The vault that is to be completed, as far as it is known.
pub struct Known<'a> {
    /// Where it is.
    pub places: &'a Places,
    /// It itself, where its own keys still open it.
    pub opened: Option<&'a Unlocked>,
    /// `SIZE:ROOT` of a copy's head that somebody accepts, with the vault key that it has.
    pub accepted: Option<&'a str>,
}

/// Takes over what `copy` has under its keys. `None` where those are the keys that the vault has already, or where the
/// copy went on beside the vault and not from it.
pub fn adopt(known: &Known<'_>, copy: &Unlocked, wait: Duration) -> Result<Option<Adopted>, VaultError> {
    let here = Disk::new(known.places.vault.clone());
    let header = &copy.found.header;
    has_a_log_of(&here, &copy.found.disk)?;
    let is_same = known.opened.is_some_and(|opened| opened.found.header == *header);
    if is_same && !taking::is_left_over(&here, &copy.found.disk, header)? {
        return Ok(None);
    }
    let _vault = Lock::take(&here.path(places::LOCK), Hold::Exclusive, wait)?;
    let _state = State::of(known.places, &header.verifier).lock(wait)?;
    let offer = match Offer::read(copy, known) {
        Err(error) if is_same && error.is_of_files() => return Ok(None),
        other => other.map_err(|error| torn(copy, error))?,
    };
    let Some(trust) = offer.judge()? else {
        return Ok(None);
    };
    let (files, head) = offer.take()?;
    if trust == Trust::Accepted {
        let state = State::of(known.places, &header.verifier);
        if state.mark(&header.verifier)?.is_none() {
            state.set_mark(&offer.head)?;
        }
        Pin::of(header).write(known.places, &offer.canonical()?)?;
    }
    let (is_on_trust, is_accepted) = (trust == Trust::FirstUse, trust == Trust::Accepted);
    Ok(Some(Adopted { head, files, is_on_trust, is_accepted }))
}

/// Of a copy that is to be taken whole, whatever is missing there is the copy's fault.
fn torn(copy: &Unlocked, error: VaultError) -> VaultError {
    match error.is_of_files() {
        true => VaultError::TornCopy { path: copy.found.disk.root().to_owned(), reason: error.to_string() },
        false => error,
    }
}

/// By what a copy's keys are believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trust {
    /// They are known here, or links by known keys lead to them.
    Known,
    /// Somebody accepted them now.
    Accepted,
    /// Nothing is known here that could say otherwise.
    FirstUse,
}

/// What a copy has, as its own signed heads prove it.
struct Offer<'a> {
    known: &'a Known<'a>,
    copy: &'a Unlocked,
    here: Disk,
    there: Disk,
    head: VerifiedCheckpoint,
    past: Vec<Past>,
    /// All logs of its history, the oldest first, and those that were joined.
    chapters: Vec<Chapter>,
    moves: Moves,
    /// What its events declare erased.
    declared: Declared,
    /// The files of its key epoch, by name: what the events say of each.
    key_files: BTreeMap<String, KeyFile>,
}

enum KeyFile {
    Whole(Vec<u8>),
    Digest(Digest),
}

impl<'a> Offer<'a> {
    fn read(copy: &'a Unlocked, known: &'a Known<'a>) -> Result<Self, VaultError> {
        let (header, there) = (&copy.found.header, copy.found.disk.clone());
        let log = Log::new(there.clone(), header.log);
        let head = log.checkpoint(&header.verifier)?;
        if !log.has_root(head.head())? {
            return Err(VaultError::altered(places::checkpoint(log.id), "its root is not that of the tiles beside it"));
        }
        log.check_genesis(&header.verifier, head.head())?;
        let past = history::lineage(&there, &log, &header.verifier, head.head(), &copy.keyring)?;
        let mut chapters: Vec<Chapter> = Vec::new();
        for Past { log, verifier, have, .. } in &past {
            let (log, verifier, head) = (log.clone(), verifier.clone(), have.clone());
            chapters.push(Chapter { log, verifier, head, gap: None });
        }
        let head_of_active = head.head().clone();
        chapters.push(Chapter { log, verifier: header.verifier.clone(), head: head_of_active, gap: None });
        let stretch = |chapter: &Chapter| Stretch { log: chapter.log.clone(), from: 0, head: chapter.head.clone() };
        let stretches: Vec<_> = chapters.iter().map(stretch).collect();
        let (mut key_files, mut declared) = (BTreeMap::new(), Declared::default());
        for opening in Openings::new(&there, &copy.keyring, stretches.clone()) {
            let (log, line) = opening?;
            declared.read(log, &line);
            let whole = |data: &str| STANDARD.decode(data).map(KeyFile::Whole);
            match event_of(line).map(|event| event.body) {
                Ok(Body::LogJoined(joined)) => {
                    if let Some(joined) = Chapter::joined(&there, &joined).filter(|joined| joined.head.size > 0) {
                        chapters.push(Chapter { gap: None, ..joined });
                    }
                }
                Ok(Body::VaultRekeyed(rekeyed)) if rekeyed.epoch == header.epoch => {
                    key_files.extend(rekeyed.key_files.into_iter().map(|of| (of.name, KeyFile::Digest(of.sha256))));
                }
                Ok(Body::VaultCreated(created)) if created.epoch == header.epoch => {
                    for file in created.key_files {
                        key_files.extend(whole(&file.data).map(|whole| (file.name, whole)));
                    }
                }
                Ok(Body::OwnerAdded(added)) if added.epoch == header.epoch => {
                    key_files.extend(whole(&added.key_file.data).map(|whole| (added.key_file.name, whole)));
                }
                _ => {}
            }
        }
        let moves = match header.epoch {
            1 => Moves::default(),
            _ => Moves::of(Openings::new(&there, &copy.keyring, stretches))?,
        };
        let here = Disk::new(known.places.vault.clone());
        Ok(Self { known, copy, here, there, head, past, chapters, moves, declared, key_files })
    }

    fn canonical(&self) -> Result<std::path::PathBuf, VaultError> {
        self.here.root().canonicalize().map_err(|error| VaultError::io(self.here.root(), error))
    }

    /// By what the copy's keys are to be believed; `None` where it did not go on from what is here.
    fn judge(&self) -> Result<Option<Trust>, VaultError> {
        let header = &self.copy.found.header;
        let pin = Pin::read(self.known.places, &self.canonical()?)?;
        let pinned = match &pin {
            Some(pin) => Some(pin.verifier.parse::<VerifierKey>().map_err(|_| self.replaced())?),
            None => None,
        };
        let is_same = self.known.opened.is_some_and(|opened| opened.found.header == *header);
        if let Some(opened) = self.known.opened.filter(|_| !is_same) {
            let own = &opened.found.header;
            if !self.is_to_be_followed(own)? {
                return Ok(None);
            }
            self.follow(&own.verifier)?;
        } else if !is_same && self.is_of_before()? {
            return Err(VaultError::OlderCopy { path: self.there.root().to_owned() });
        }
        if let Some(pinned) = &pinned {
            let is_between = self.known.opened.is_some_and(|opened| opened.found.header.recipient == header.recipient)
                && links::leads_to(&self.here, self.known.places, &header.verifier, pinned)?;
            // One that lies between what is here and what was seen here last is nearer to that, and no more: the vault
            // stays one of before.
            if is_same || !is_between {
                self.follow(pinned)?;
            }
        }
        let recipient = match (&pin, self.known.opened) {
            (Some(pin), _) => Some(&pin.recipient),
            (None, Some(opened)) => Some(&opened.found.header.recipient),
            (None, None) => None,
        };
        let Some(recipient) = recipient else {
            return Ok(Some(Trust::FirstUse));
        };
        // A link says which key signs, not to whom the vault is sealed: whoever was removed knows the key that links.
        let machine = State::of(self.known.places, &header.verifier).known_machine();
        let is_own = machine.is_some() && self.past.last().map(|past| past.by) == machine;
        if *recipient == header.recipient || is_own {
            return Ok(Some(Trust::Known));
        }
        let head = self.head.head();
        match self.known.accepted == Some(&format!("{}:{}", head.size, root_text(&head.root))) {
            true => Ok(Some(Trust::Accepted)),
            false => Err(VaultError::Rekeyed { path: self.there.root().to_owned(), head: Box::new(head.clone()) }),
        }
    }

    /// Whether the copy's log goes on from that of `own`, here, or has joined it and is linked to by its key. Whoever
    /// verifies such a link follows it: a key that has linked to a successor signs no other.
    fn is_to_be_followed(&self, own: &Header) -> Result<bool, VaultError> {
        let Some(at) = self.entry(&own.verifier)? else {
            return Ok(false);
        };
        let active = &self.copy.found.header.verifier;
        // Two logs that each joined the other link round in a circle: the same of the two goes on wherever they meet.
        if at != own.verifier
            && links::leads_to(&self.here, self.known.places, active, &own.verifier)?
            && active.origin().as_str() > own.verifier.origin().as_str()
        {
            return Ok(false);
        }
        if self.continues_here(&own.verifier)? {
            return Ok(true);
        }
        // More was signed here than the copy's history holds. Whoever wrote that follows, and what is beyond the link is
        // joined by whoever writes the successor; to a mere reader the copy would bring a second end of the history.
        let is_writer = State::of(self.known.places, &own.verifier).is_writer();
        Ok(is_writer && own.recipient == self.copy.found.header.recipient)
    }

    /// The first key in the line of the copy's logs to which links by `key` lead: itself, or over logs that were joined.
    fn entry(&self, key: &VerifierKey) -> Result<Option<VerifierKey>, VaultError> {
        let mut at = key.clone();
        for _ in 0..links::LONGEST {
            if at == self.copy.found.header.verifier || self.past.iter().any(|past| past.verifier == at) {
                return Ok(Some(at));
            }
            let Some((log, head)) = self.reach_of(&at) else {
                return Ok(None);
            };
            let Some((link, _)) = history::link_in(&self.there, &places::successor(log.id), &at)? else {
                return Ok(None);
            };
            // A key that was made in advance is the only one that may follow: a thief of the old one lacks it.
            let promised = history::promised_by(log, head)?;
            if promised.is_some_and(|next| next != Digest::of(link.vkey.public())) {
                return Ok(None);
            }
            at = link.vkey;
        }
        Ok(None)
    }

    /// A log of the copy's history, and up to where that holds it.
    fn reach_of(&self, key: &VerifierKey) -> Option<(&Log, &Checkpoint)> {
        let of_log = self.chapters.iter().filter(|chapter| chapter.verifier == *key && chapter.head.size > 0);
        of_log.max_by_key(|chapter| chapter.head.size).map(|chapter| (&chapter.log, &chapter.head))
    }

    /// Links by `key`, and by those that follow, have to lead to the copy's log.
    fn follow(&self, key: &VerifierKey) -> Result<(), VaultError> {
        let active = &self.copy.found.header.verifier;
        let Some(key) = self.entry(key)? else {
            return Err(match links::leads_to(&self.here, self.known.places, active, key)? {
                true => VaultError::OlderCopy { path: self.there.root().to_owned() },
                false => self.replaced(),
            });
        };
        let Some(at) = self.past.iter().position(|past| past.verifier == key) else {
            return Ok(());
        };
        if !links::is_linked(&self.there, &key, &self.past, active)? {
            return Err(VaultError::NoLink { path: self.there.root().to_owned() });
        }
        history::check_promises(&self.past[at..], active).map_err(|error| torn(self.copy, error))
    }

    fn replaced(&self) -> VaultError {
        VaultError::OtherCopy { path: self.there.root().to_owned() }
    }

    /// Whether what was signed of the log of `own`, as far as it is known here, is a part of what the copy has of it.
    fn continues_here(&self, own: &VerifierKey) -> Result<bool, VaultError> {
        let Some((log, reach)) = self.reach_of(own) else {
            return Ok(false);
        };
        let mark = State::of(self.known.places, own).mark(own)?;
        let here = Log::new(self.here.clone(), log.id);
        let published = here.checkpoint(own).ok();
        let mut is_all_there = true;
        for seen in mark.iter().chain(&published) {
            let head = seen.head();
            let is_beyond = head.size > reach.size;
            is_all_there &= !is_beyond;
            let stands = if is_beyond { stands_to(&here, reach, head)? } else { stands_to(log, head, reach)? };
            if stands == Some(false) {
                let kept = match log.checkpoint(own) {
                    Ok(other) if other.head().size >= head.size => keep_both(self.known.places, log, seen, &other),
                    Ok(other) if is_beyond => keep_both(self.known.places, &here, &other, seen),
                    _ => "the other note is not there to be kept".to_owned(),
                };
                let (seen, found) = (Box::new(head.clone()), Box::new(reach.clone()));
                let writes = State::of(self.known.places, own).is_writer();
                return Err(VaultError::ForkedCopy { path: self.there.root().to_owned(), seen, found, kept, writes });
            }
        }
        Ok(is_all_there)
    }

    /// Whether something here says that the copy's log was continued: its keys are those of before.
    fn is_of_before(&self) -> Result<bool, VaultError> {
        let header = &self.copy.found.header;
        let shown = history::link_in(&self.here, &places::successor(header.log), &header.verifier)?;
        Ok(shown.is_some() || State::of(self.known.places, &header.verifier).link(&header.verifier).is_some())
    }
}
