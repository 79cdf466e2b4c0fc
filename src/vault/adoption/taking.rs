//! How a copy is taken over: what is brought in which order, so that the vault opens at each moment, and what goes at the
//! end. Must not ask whether the copy is to be believed.

use crate::digest::Digest;
use crate::id::LogId;
use crate::id::ObjectId;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::opening::PER_FILE;
use crate::seal;
use crate::vault::adoption::KeyFile;
use crate::vault::adoption::Offer;
use crate::vault::adoption::torn;
use crate::vault::disk::Disk;
use crate::vault::error::VaultError;
use crate::vault::header::Header;
use crate::vault::history::Chapter;
use crate::vault::log::Log;
use crate::vault::pairing::Pair;
use crate::vault::pairing::Plan;
use crate::vault::pairing::bring;
use crate::vault::pairing::sweep;
use crate::vault::places;
use crate::vault::staging::Staging;
use crate::vault::state::State;

/// Larger than any `vault.toml`, key file or link is.
const KEY_FILE_LIMIT: u64 = 1 << 20;

impl Offer<'_> {
    /// Brings everything. The vault opens at each moment as before or, from `vault.toml` on, as the copy does.
    pub(super) fn take(&self) -> Result<(u64, Checkpoint), VaultError> {
        let header = &self.copy.found.header;
        let mut plans: Vec<(LogId, Plan)> = Vec::new();
        for Chapter { log, verifier, head, .. } in self.chapters.iter().rev() {
            if plans.iter().any(|(id, _)| *id == log.id) {
                continue;
            }
            let (here, there) = (Log::new(self.here.clone(), log.id), log.clone());
            let moved = self.moves.replaced().collect();
            let (keyring, places, declared) = (&self.copy.keyring, self.known.places, self.declared.clone());
            let pair = Pair { here, there, keyring, places, moved, declared };
            let mark = State::of(self.known.places, verifier).mark(verifier)?;
            let up_to = (log.id != header.log).then_some(head);
            let plan = pair.plan(verifier, mark, up_to)?.filter(|plan| plan.head.size >= head.size);
            let missing = || VaultError::altered(places::checkpoint(log.id), "not all entries of that log are there");
            plans.push((log.id, plan.ok_or_else(|| torn(self.copy, missing()))?));
        }
        let mut staging = Staging::under_lock(&self.here)?;
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
        for (id, plan) in &plans {
            sweep(&Log::new(self.here.clone(), *id), &plan.head)?;
        }
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
        for line in log.log.openings(number, &log.head, &self.copy.keyring)? {
            let line = self.declared.rest(log.log.id, line)?;
            lines.extend(line.to_bytes().map_err(|error| VaultError::altered(file, error))?);
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
        let others = self.chapters.iter().map(|chapter| chapter.log.id).filter(|id| *id != header.log);
        let keys = others.map(places::signing_key);
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
pub(super) fn is_left_over(here: &Disk, there: &Disk, header: &Header) -> Result<bool, VaultError> {
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
    // The tag of a stanza that is there to keep readers honest, and opens nothing, ends with `-grease`.
    let opens = |line: &&[u8]| {
        let tag = line.strip_prefix(b"-> ").and_then(|rest| rest.split(|byte| *byte == b' ').next());
        tag.is_some_and(|tag| !tag.ends_with(b"-grease"))
    };
    header.is_ok_and(|(header, _)| header.split(|byte| *byte == b'\n').filter(opens).count() > 1)
}
