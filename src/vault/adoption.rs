//! Taking over from a copy that went on under new keys, or that still has the keys that were lost here
//! (`docs/format.md`, 5): the vault stands afterwards where the copy stood. The known keys have to lead there: those of the
//! vault that lies here, and those that are pinned. Signs nothing, and makes nobody a writer.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand_core::CryptoRng;
use rand_core::RngCore;

use crate::digest::Digest;
use crate::id::IntentId;
use crate::id::LogId;
use crate::id::ObjectId;
use crate::keys::signer::VerifierKey;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::checkpoint::VerifiedCheckpoint;
use crate::ledger::opening::PER_FILE;
use crate::practice::event::Body;
use crate::practice::event::Event;
use crate::seal;
use crate::vault::completion::has_a_log_of;
use crate::vault::copy::stands_to;
use crate::vault::disk::Disk;
use crate::vault::disk::Staging;
use crate::vault::error::VaultError;
use crate::vault::header::Header;
use crate::vault::history;
use crate::vault::history::Chapter;
use crate::vault::history::Moves;
use crate::vault::history::Openings;
use crate::vault::history::Past;
use crate::vault::history::Stretch;
use crate::vault::intent::Intent;
use crate::vault::lock::Hold;
use crate::vault::lock::Lock;
use crate::vault::log::Log;
use crate::vault::pairing::Pair;
use crate::vault::pairing::Plan;
use crate::vault::pairing::bring;
use crate::vault::places;
use crate::vault::places::Places;
use crate::vault::root_text;
use crate::vault::state::Pin;
use crate::vault::state::State;
use crate::vault::survey;
use crate::vault::unlock::Unlocked;

/// Larger than any `vault.toml`, key file or link is.
const KEY_FILE_LIMIT: u64 = 1 << 20;

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
pub fn adopt(
    known: &Known<'_>,
    copy: &Unlocked,
    wait: Duration,
    rng: &mut (impl CryptoRng + RngCore),
) -> Result<Option<Adopted>, VaultError> {
    let here = Disk::new(known.places.vault.clone());
    let header = &copy.found.header;
    has_a_log_of(&here, &copy.found.disk)?;
    let is_same = known.opened.is_some_and(|opened| opened.found.header == *header);
    if is_same && !is_left_over(&here, &copy.found.disk, header)? {
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
    let (files, head) = offer.take(rng)?;
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
    /// The files of its key epoch, by name: what the events say of each.
    key_files: BTreeMap<String, KeyFile>,
    /// Logs whose last entry says that they were closed.
    closed: BTreeSet<LogId>,
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
        let (mut key_files, mut closed) = (BTreeMap::new(), BTreeSet::new());
        for opening in Openings::new(&there, &copy.keyring, stretches.clone()) {
            let (log, opening) = opening?;
            let whole = |data: &str| STANDARD.decode(data).map(KeyFile::Whole);
            match Event::from_fields(opening.event).map(|event| event.body) {
                Ok(Body::LogClosed(_)) => drop(closed.insert(log)),
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
        Ok(Self { known, copy, here, there, head, past, chapters, moves, key_files, closed })
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
            let later = self.past.iter().skip_while(|past| past.verifier != own.verifier);
            let is_closed = later.clone().any(|past| self.closed.contains(&past.log.id));
            // One that went on by itself, while this one could have been written too, is joined and not followed.
            if later.count() == 0 || !is_closed || !self.continues_here(&own.verifier)? {
                return Ok(None);
            }
            self.follow(&own.verifier)?;
        } else if !is_same && self.is_of_before()? {
            return Err(VaultError::OlderCopy { path: self.there.root().to_owned() });
        }
        if let Some(pinned) = &pinned {
            self.follow(pinned)?;
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

    /// Links by `key`, and by those that follow, have to lead to the copy's log.
    fn follow(&self, key: &VerifierKey) -> Result<(), VaultError> {
        let active = &self.copy.found.header.verifier;
        if key == active {
            return Ok(());
        }
        let Some(at) = self.past.iter().position(|past| past.verifier == *key) else {
            return Err(match survey::leads_to(&self.here, self.known.places, active, key)? {
                true => VaultError::OlderCopy { path: self.there.root().to_owned() },
                false => self.replaced(),
            });
        };
        if !survey::is_linked(&self.there, key, &self.past, active)? {
            return Err(VaultError::NoLink { path: self.there.root().to_owned() });
        }
        history::check_promises(&self.past[at..], active).map_err(|error| torn(self.copy, error))
    }

    fn replaced(&self) -> VaultError {
        VaultError::OtherCopy { path: self.there.root().to_owned() }
    }

    /// Whether what was signed of the log of `own`, as far as it is known here, is a part of what the copy has of it.
    fn continues_here(&self, own: &VerifierKey) -> Result<bool, VaultError> {
        let Some(past) = self.past.iter().find(|past| past.verifier == *own) else {
            return Ok(false);
        };
        let mark = State::of(self.known.places, own).mark(own)?;
        let published = Log::new(self.here.clone(), past.log.id).checkpoint(own).ok();
        for seen in mark.iter().chain(&published).map(VerifiedCheckpoint::head) {
            if seen.size > past.have.size {
                return Ok(false);
            }
            if stands_to(&past.log, seen, &past.have)? == Some(false) {
                let found = Box::new(past.have.clone());
                return Err(VaultError::Forked { seen: Box::new(seen.clone()), found });
            }
        }
        Ok(true)
    }

    /// Whether something here says that the copy's log was continued: its keys are those of before.
    fn is_of_before(&self) -> Result<bool, VaultError> {
        let header = &self.copy.found.header;
        let shown = history::link_in(&self.here, &places::successor(header.log), &header.verifier)?;
        Ok(shown.is_some() || State::of(self.known.places, &header.verifier).link(&header.verifier).is_some())
    }

    /// Brings everything. The vault opens at each moment as before or, from `vault.toml` on, as the copy does.
    fn take(&self, rng: &mut (impl CryptoRng + RngCore)) -> Result<(u64, Checkpoint), VaultError> {
        let header = &self.copy.found.header;
        let mut plans: Vec<(LogId, Plan)> = Vec::new();
        for Chapter { log, verifier, head, .. } in self.chapters.iter().rev() {
            if plans.iter().any(|(id, _)| *id == log.id) {
                continue;
            }
            let (here, there) = (Log::new(self.here.clone(), log.id), log.clone());
            let pair = Pair { here, there, keyring: &self.copy.keyring, moved: self.moves.replaced().collect() };
            let mark = State::of(self.known.places, verifier).mark(verifier)?;
            let up_to = (log.id != header.log).then_some(head);
            let plan = pair.plan(verifier, mark, up_to)?.filter(|plan| plan.head.size >= head.size);
            let missing = || VaultError::altered(places::checkpoint(log.id), "not all entries of that log are there");
            plans.push((log.id, plan.ok_or_else(|| torn(self.copy, missing()))?));
        }
        let intent = Intent::announce(&self.here, IntentId::random(rng), Vec::new())?;
        let mut staging = Staging::new(self.here.clone(), places::incoming(intent.id));
        let mut count = 0;
        let is_one_key = header.epoch == 1 || self.known.opened.is_none();
        // What is new first; what takes the place of something else, once nothing needs that any more.
        let (mut late, mut links) = (Vec::new(), Vec::new());
        for (id, plan) in &plans {
            let is_new = !self.here.has(&places::checkpoint(*id));
            let Some(log) = self.chapters.iter().find(|chapter| chapter.log.id == *id) else { continue };
            if !is_one_key && !is_new {
                let journals = (0..log.head.size.div_ceil(PER_FILE)).map(|number| places::journal(*id, number));
                let is_old = |file: &String| plan.files.contains(file) || is_for_two(&self.here, file);
                for file in journals.filter(|file| self.here.has(file) && is_old(file)) {
                    self.keep_open(log, &file, &mut staging)?;
                    late.push(file);
                }
            }
            for file in &plan.files {
                if is_new || is_one_key || !self.here.has(file) {
                    bring(&self.there, file, &mut staging)?;
                    count += 1;
                } else if !late.contains(file) {
                    late.push(file.clone());
                }
            }
            let of_links = [places::predecessor(*id), places::successor(*id)].into_iter();
            links.extend(of_links.filter(|file| self.there.has(file) && !self.is_same(file)));
        }
        count += self.bring_keys(&mut staging)?;
        staging.settle()?;
        // Under the keys of before, an entry is told of only where its objects are there under those keys.
        let is_early = |id: LogId| is_one_key || !self.here.has(&places::checkpoint(id));
        let (early, closed): (Vec<_>, Vec<_>) = plans.iter().partition(|(id, _)| is_early(*id));
        count += publish(&early, &mut staging)?;
        for file in links {
            bring(&self.there, &file, &mut staging)?;
            count += 1;
        }
        staging.settle()?;
        if !self.is_same(places::HEADER) {
            bring(&self.there, places::HEADER, &mut staging)?;
            staging.settle()?;
            count += 1;
        }
        count += publish(&closed, &mut staging)?;
        for file in late {
            bring(&self.there, &file, &mut staging)?;
            count += 1;
        }
        staging.settle()?;
        self.tidy()?;
        intent.fulfilled()?;
        // What was here may be more than the copy had.
        let active = plans.into_iter().find(|(id, _)| *id == header.log);
        Ok((count, active.map_or_else(|| self.head.head().clone(), |(_, plan)| plan.head)))
    }

    fn is_same(&self, file: &str) -> bool {
        let read = |disk: &Disk| disk.read(file, KEY_FILE_LIMIT).ok().flatten();
        read(&self.here).is_some_and(|here| read(&self.there) == Some(here))
    }

    /// A journal file that the copy has under another vault key is written under both keys first: whichever `vault.toml`
    /// is there, it opens. The copy's own takes its place at the end.
    fn keep_open(&self, log: &Chapter, file: &str, staging: &mut Staging) -> Result<(), VaultError> {
        let name = file.rsplit('/').next().and_then(|name| name.strip_suffix(".age"));
        let number = name.and_then(|name| name.parse::<u64>().ok()).filter(|_| file.starts_with(places::JOURNAL));
        let (Some(opened), Some(number)) = (self.known.opened, number) else {
            return Ok(());
        };
        let mut lines = zeroize::Zeroizing::new(Vec::new());
        for opening in log.log.openings(number, &log.head, &self.copy.keyring)? {
            lines.extend(opening.to_line().map_err(|error| VaultError::altered(file, error))?);
        }
        let both = [opened.keyring.current().seals_to(), self.copy.keyring.current().seals_to()];
        let sealed = seal::seal_bytes(&[&both[0], &both[1]], &lines);
        staging.write(file, &sealed.map_err(|error| VaultError::unsealed(file, error))?.0)
    }

    /// The files of the copy's key epoch, as its events have them, and its signing key, which its header seals.
    fn bring_keys(&self, staging: &mut Staging) -> Result<u64, VaultError> {
        let (header, mut count) = (&self.copy.found.header, 0);
        for (name, known) in &self.key_files {
            let file = places::owner_file(header.epoch, name);
            let there = self.there.read(&file, KEY_FILE_LIMIT)?;
            let bytes = match (known, there) {
                (KeyFile::Whole(bytes), _) => bytes.clone(),
                (KeyFile::Digest(digest), Some(bytes)) if Digest::of(&bytes) == *digest => bytes,
                _ => continue,
            };
            if self.here.read(&file, KEY_FILE_LIMIT).ok().flatten().as_ref() != Some(&bytes) {
                staging.write(&file, &bytes)?;
                count += 1;
            }
        }
        let signing = places::signing_key(header.log);
        if !self.is_same(&signing) {
            bring(&self.there, &signing, staging)?;
            count += 1;
        }
        Ok(count)
    }

    /// What the change of keys left here, as where it was made: keys of before, and objects that were sealed anew.
    fn tidy(&self) -> Result<(), VaultError> {
        let header = &self.copy.found.header;
        let mut gone: Vec<String> = Vec::new();
        for (was, (object, seal)) in self.moves.all() {
            if self.here.has(&places::object(was)) && self.is_here(object, seal) {
                gone.push(places::object(was));
            }
        }
        self.here.remove_for_good(gone)?;
        for epoch in older_epochs(&self.here, header.epoch)? {
            self.here.remove_dir(&epoch)?;
        }
        let earlier = places::owner_file(header.epoch, places::EARLIER);
        let keys = self.past.iter().map(|past| places::signing_key(past.log.id));
        self.here.remove_for_good(keys.chain(Some(earlier).filter(|earlier| !self.there.has(earlier))))
    }

    /// Whether an object is there under its seal, for the keys of now.
    fn is_here(&self, object: ObjectId, seal: Digest) -> bool {
        let file = self.here.open(&places::object(object));
        file.is_ok_and(|file| seal::open(file, self.copy.keyring.current(), Some(seal)).is_ok())
    }
}

/// Publishes the heads of logs.
fn publish(plans: &[&(LogId, Plan)], staging: &mut Staging) -> Result<u64, VaultError> {
    let mut count = 0;
    for (id, plan) in plans {
        if let Some(note) = &plan.note {
            staging.write(&places::checkpoint(*id), note.bytes())?;
            count += 1;
        }
    }
    staging.settle()?;
    Ok(count)
}

/// `keys/<epoch>` of epochs before `epoch`.
fn older_epochs(disk: &Disk, epoch: u64) -> Result<Vec<String>, VaultError> {
    let older = |name: &String| name.parse::<u64>().is_ok_and(|older| older < epoch);
    Ok(disk.names(places::KEYS)?.into_iter().filter(older).map(|name| format!("{}/{name}", places::KEYS)).collect())
}

/// Whether a taking over of the keys of `header` did not come to its end here.
fn is_left_over(here: &Disk, there: &Disk, header: &Header) -> Result<bool, VaultError> {
    let own = [places::signing_key(header.log), places::epoch(header.epoch)];
    let earlier = places::owner_file(header.epoch, places::EARLIER);
    let keys = here.names(places::KEYS)?.into_iter().map(|name| format!("{}/{name}", places::KEYS));
    let mut journals = Vec::new();
    for log in here.names(places::JOURNAL)? {
        let dir = format!("{}/{log}", places::JOURNAL);
        journals.extend(here.names(&dir)?.into_iter().map(|name| format!("{dir}/{name}")));
    }
    Ok((here.has(&earlier) && !there.has(&earlier))
        || keys.into_iter().any(|key| !own.contains(&key) && !there.has(&key))
        || journals.iter().any(|file| is_for_two(here, file)))
}

/// Whether a file is sealed to more than one key.
fn is_for_two(disk: &Disk, file: &str) -> bool {
    let header =
        disk.open(file).and_then(|mut file| seal::read_seal(&mut file).map_err(|e| VaultError::unsealed("", e)));
    header.is_ok_and(|(header, _)| header.windows(4).filter(|part| part == b"\n-> ").count() > 1)
}
