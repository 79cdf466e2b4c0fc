//! This vault's own heads, as outside witnesses are asked to cosign them and as their answers come back, which may be
//! long after the log has grown on. Each head that was asked about stays in `ledger/<log-id>/witnessed/`: an append
//! replaces `checkpoint`, and what a witness said of an older head must survive that. Must not know how requests and
//! answers travel.

use crate::id::LogId;
use crate::keys::signer::Origin;
use crate::keys::signer::WitnessVerifier;
use crate::ledger::bounds::SLACK;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::checkpoint::CheckpointError;
use crate::ledger::checkpoint::VerifiedCheckpoint;
use crate::ledger::cosignature;
use crate::ledger::cosignature::Cosignature;
use crate::ledger::note::MAX_SIGNATURES;
use crate::ledger::note::NOTE_LIMIT;
use crate::ledger::note::Note;
use crate::ledger::note::NoteError;
use crate::ledger::note::SignatureLine;
use crate::ledger::opening::PER_FILE;
use crate::ledger::tree;
use crate::ledger::witnessing::Request;
use crate::ledger::witnessing::Step;
use crate::platform;
use crate::practice::event::Body;
use crate::practice::event::Event;
use crate::time::Timestamp;
use crate::vault::Vault;
use crate::vault::disk;
use crate::vault::erasing::event_of;
use crate::vault::error::VaultError;
use crate::vault::history::Chapter;
use crate::vault::lock::Hold;
use crate::vault::lock::Lock;
use crate::vault::places;
use crate::vault::places::Places;
use crate::vault::step::Held;

/// Why an answer of a witness was not kept, or a request not made. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum CosignError {
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The answer is neither signature lines nor a checkpoint with them, or a known witness's line stands in it twice.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The checkpoint in it is none of this log.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// It is a checkpoint of this log that this vault's entries do not lead to.
    #[error("the checkpoint of {} entries in it is not one that this ledger has had", .0.size)]
    NotOurs(Checkpoint),
    /// A known witness's line holds for no head that was asked about.
    #[error("the line by {0} holds for no checkpoint that witnesses were asked about")]
    NoHead(Origin),
    /// No line is by a witness that is known here.
    #[error("none of the {0} lines is by a witness that is known here")]
    Unknown(usize),
    /// It says that entries were there before the time that they say they were made at.
    #[error(
        "{witness} dates its cosignature over {size} entries {time}, and the last of these says {newest}; nothing is kept"
    )]
    TooEarly {
        /// The witness.
        witness: Origin,
        /// What it says.
        time: Timestamp,
        /// The head it is over.
        size: u64,
        /// The newest of its entries.
        newest: Timestamp,
    },
    /// A checkpoint has no room for more lines.
    #[error("the checkpoint of {0} entries has 64 signatures already")]
    Full(u64),
    /// There is no tree of that size yet.
    #[error("the ledger has {size} entries, so no witness stands at {old}")]
    OldLarger {
        /// What was asked for.
        old: u64,
        /// The ledger's size.
        size: u64,
    },
}

/// What of an answer was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The cosignatures, each with the size of the head it is over.
    pub kept: Vec<(u64, Cosignature)>,
    /// Lines by others.
    pub unknown: usize,
}

/// A head that a line may be over, and its log.
type Over<'c> = (&'c Chapter, VerifiedCheckpoint);

/// The witnesses that this computer was told of.
pub fn known(places: &Places) -> Result<Vec<WitnessVerifier>, VaultError> {
    let path = places.witnesses();
    let bytes = disk::read_capped(&path, NOTE_LIMIT as u64)?.unwrap_or_default();
    let wrong = |reason: &dyn std::fmt::Display| VaultError::altered(path.display().to_string(), reason);
    let text = std::str::from_utf8(&bytes).map_err(|error| wrong(&error))?;
    text.lines().map(|line| line.parse().map_err(|error| wrong(&error))).collect()
}

impl Vault {
    /// The request to witnesses that stand at one of `olds`; without any, at the last head that a known witness
    /// cosigned, else at none. The head is kept, so that the answer finds it whenever it comes.
    pub fn ask_witnesses(&mut self, olds: &[u64]) -> Result<Request, CosignError> {
        let _vault = Lock::take_to_read(&self.disk.path(places::LOCK), self.options.lock_wait)?;
        self.settle_unalarmed()?;
        let size = self.head().size;
        let mut olds = olds.to_vec();
        if olds.is_empty() {
            olds.push(self.last_witnessed()?);
        }
        olds.sort_unstable();
        olds.dedup();
        let mut steps = Vec::new();
        for old in olds {
            if old > size {
                return Err(CosignError::OldLarger { old, size });
            }
            let proof = if old == 0 { Ok(Vec::new()) } else { tree::consistency_proof(&self.log, old, size) };
            steps.push(Step { old, proof: proof.map_err(|error| self.log.error(error, self.head()))? });
        }
        match self.disk.has(&places::witnessed(self.log.id, size)) {
            true => drop(self.open_witnessed(&self.active(), size)?),
            false => self.keep_asked()?,
        }
        Ok(Request { steps, checkpoint: self.head.bytes().to_vec() })
    }

    /// The checkpoint, for somebody outside. It may come back with a witness's line when the log has grown on, so the head
    /// is kept; but under an alarm it is shown as it is, and nothing is written.
    pub fn show_checkpoint(&mut self) -> Result<&VerifiedCheckpoint, VaultError> {
        if self.alarm().is_none() {
            let _vault = Lock::take_to_read(&self.disk.path(places::LOCK), self.options.lock_wait)?;
            self.settle(Held::Vault)?;
            if self.alarm().is_none() && !self.disk.has(&places::witnessed(self.log.id, self.head().size)) {
                self.keep_asked()?;
            }
        }
        Ok(&self.head)
    }

    fn keep_asked(&self) -> Result<(), VaultError> {
        let file = places::witnessed(self.log.id, self.head().size);
        self.disk.replace(&file, self.head.bytes()).or_else(unless_read_only)
    }

    /// Keeps those lines of `answer` that known witnesses put under a head of this log: with the head, and with the
    /// published checkpoint while it is the same. `answer` is what a witness answers, or a checkpoint with its lines.
    /// Witnesses that are `given` are known from then on.
    pub fn take_cosignatures(&mut self, answer: &[u8], given: &[WitnessVerifier]) -> Result<Taken, CosignError> {
        let known = [&known(&self.places)?, given].concat();
        let _vault = Lock::take(&self.disk.path(places::LOCK), Hold::Exclusive, self.options.lock_wait)?;
        self.settle_unalarmed()?;
        let chapters = self.chapters()?;
        let (heads, lines) = self.read_answer(answer, &chapters)?;
        let mut taken = Taken { kept: Vec::new(), unknown: 0 };
        let mut kept: Vec<(usize, SignatureLine)> = Vec::new();
        for line in lines {
            let is_named = |key: &WitnessVerifier| *key.origin() == line.name && key.key_id() == line.key_id;
            if !known.iter().any(is_named) {
                taken.unknown += 1;
                continue;
            }
            if kept.iter().any(|(_, other)| (&other.name, other.key_id) == (&line.name, line.key_id)) {
                return Err(NoteError::Repeated(line.name).into());
            }
            let over = heads.iter().enumerate().find_map(|(at, (chapter, head))| {
                let note = Note { text: head.head().text(), signatures: vec![line.clone()] };
                let counted = cosignature::counted(&note, &known, &chapter.verifier).ok()?;
                Some((at, head.head().size, counted.into_iter().next()?))
            });
            let (at, size, cosignature) = over.ok_or_else(|| CosignError::NoHead(line.name.clone()))?;
            self.check_time(heads[at].0, size, &cosignature)?;
            taken.kept.push((size, cosignature));
            kept.push((at, line));
        }
        if kept.is_empty() {
            return Err(CosignError::Unknown(taken.unknown));
        }
        for (at, (chapter, head)) in heads.iter().enumerate() {
            let lines: Vec<_> = kept.iter().filter(|(of, _)| *of == at).map(|(_, line)| line.clone()).collect();
            if !lines.is_empty() {
                self.add_lines(chapter, head, &lines)?;
            }
        }
        self.remember(given, &taken)?;
        Ok(taken)
    }

    /// What is not as this machine has seen it is shown to nobody, and takes nothing.
    fn settle_unalarmed(&mut self) -> Result<(), VaultError> {
        self.settle(Held::Vault)?;
        self.alarm().map_or(Ok(()), Err)
    }

    /// The heads that an answer may be about, of the newest log and the newest first, and its lines.
    fn read_answer<'c>(
        &self,
        answer: &[u8],
        chapters: &'c [Chapter],
    ) -> Result<(Vec<Over<'c>>, Vec<SignatureLine>), CosignError> {
        if answer.starts_with("—".as_bytes()) {
            // What comes back from a witness: lines alone. Any text makes a note of them.
            let note = Note::parse(&[b"-\n\n", answer].concat(), NOTE_LIMIT)?;
            let mut heads = Vec::new();
            for chapter in chapters.iter().rev() {
                let mut of_log = self.witnessed(chapter)?;
                if chapter.log.id == self.log.id {
                    of_log.retain(|head| head.head() != self.head());
                    of_log.push(self.head.clone());
                }
                of_log.sort_by_key(|head| std::cmp::Reverse(head.head().size));
                heads.extend(of_log.into_iter().map(|head| (chapter, head)));
            }
            return Ok((heads, note.signatures));
        }
        let mut note = Note::parse(answer, NOTE_LIMIT)?;
        let claimed = Checkpoint::parse(&note.text)?;
        let named = chapters.iter().find(|chapter| chapter.log.origin == claimed.origin);
        // What is of no log of this vault is told as not of the active one.
        let Some(chapter) = named.or(chapters.last()) else { return Err(CosignError::NotOurs(claimed)) };
        let head = VerifiedCheckpoint::open(answer, &chapter.verifier)?;
        if !chapter.log.continues(head.head(), &chapter.head)? {
            return Err(CosignError::NotOurs(head.head().clone()));
        }
        let own = &chapter.verifier;
        note.signatures.retain(|line| line.name != *own.origin() || line.key_id != own.key_id());
        Ok((vec![(chapter, head)], note.signatures))
    }

    /// A witness cannot have seen what was made later. One wrong clock would bound the times of all those entries, so it
    /// is not kept, unless the keeper says that it was his that was wrong, or the ledger says so itself.
    fn check_time(&self, chapter: &Chapter, size: u64, cosignature: &Cosignature) -> Result<(), CosignError> {
        let Chapter { log, head, .. } = chapter;
        if self.options.accept_clock || size == 0 {
            return Ok(());
        }
        let mut newest: Option<Timestamp> = None;
        // Times do not run backwards: the last entry that has one is the newest.
        for line in log.journal((size - 1) / PER_FILE, head, &self.keyring)? {
            let is_below = line.index() < size;
            let event = event_of(line).ok().filter(|_| is_below);
            newest = newest.max(event.map(|event| event.time));
        }
        let Some(newest) = newest.filter(|newest| *newest > cosignature.time.plus_seconds(SLACK)) else {
            return Ok(());
        };
        for number in size / PER_FILE..head.size.div_ceil(PER_FILE) {
            for line in log.journal(number, head, &self.keyring)? {
                let event = event_of(line);
                if let Ok(Event { body: Body::ClockStepped(stepped), .. }) = event
                    && stepped.last >= newest
                {
                    return Ok(());
                }
            }
        }
        Err(CosignError::TooEarly {
            witness: cosignature.witness.origin().clone(),
            time: cosignature.time,
            size,
            newest,
        })
    }

    fn add_lines(
        &mut self,
        chapter: &Chapter,
        head: &VerifiedCheckpoint,
        lines: &[SignatureLine],
    ) -> Result<(), CosignError> {
        let (size, log, verifier) = (head.head().size, &chapter.log, &chapter.verifier);
        let file = places::witnessed(log.id, size);
        let kept = match self.disk.has(&file) {
            true => self.open_witnessed(chapter, size)?,
            // What came along with an answer is not kept: only what is judged here.
            false => own_lines(head, verifier)?,
        };
        let bytes = joined(kept.bytes(), lines).ok_or(CosignError::Full(size))?;
        self.disk.replace(&file, &bytes)?;
        // A crash here leaves the lines with the head alone, and the next answer puts them under the checkpoint too;
        // `ledger verify` reads both.
        let published = log.checkpoint(verifier)?;
        if published.head() == head.head() {
            let bytes = joined(published.bytes(), lines).ok_or(CosignError::Full(size))?;
            self.disk.replace(&places::checkpoint(log.id), &bytes)?;
            if log.id == self.log.id {
                self.head = log.checkpoint(verifier)?;
            }
        }
        Ok(())
    }

    /// Remembers those of the witnesses that have shown that they are some.
    fn remember(&self, given: &[WitnessVerifier], taken: &Taken) -> Result<(), VaultError> {
        let _state = self.state.lock(self.options.lock_wait)?;
        let mut known = known(&self.places)?;
        let before = known.len();
        for witness in given.iter().filter(|given| taken.kept.iter().any(|(_, kept)| kept.witness == **given)) {
            if !known.contains(witness) {
                known.push(witness.clone());
            }
        }
        if known.len() == before {
            return Ok(());
        }
        let text: String = known.iter().map(|witness| format!("{witness}\n")).collect();
        disk::replace(&self.places.witnesses(), text.as_bytes())
    }

    /// The sizes of the heads of a log that witnesses were asked about, ascending.
    pub(super) fn witnessed_sizes_of(&self, log: LogId) -> Result<Vec<u64>, VaultError> {
        let names = self.disk.names(&places::ledger_file(log, "witnessed"))?;
        let sizes = names.iter().filter(|name| !name.ends_with(".tmp")).filter_map(|name| places::witnessed_size(name));
        let mut sizes: Vec<u64> = sizes.collect();
        sizes.sort_unstable();
        Ok(sizes)
    }

    /// A log's files of such heads, and what a crash left of one.
    pub(super) fn witnessed_files(&self, log: LogId) -> Vec<String> {
        let dir = places::ledger_file(log, "witnessed");
        let names = self.disk.names(&dir).unwrap_or_default().into_iter();
        let files = names.filter(|name| places::witnessed_size(name).is_some()).map(|name| format!("{dir}/{name}"));
        files.chain([format!("{}.tmp", places::checkpoint(log))]).collect()
    }

    /// The head of `size` that witnesses were asked about, as the log's key signed it.
    fn open_witnessed(&self, chapter: &Chapter, size: u64) -> Result<VerifiedCheckpoint, VaultError> {
        let file = places::witnessed(chapter.log.id, size);
        let bytes = self.disk.read(&file, NOTE_LIMIT as u64)?;
        let bytes = bytes.ok_or_else(|| VaultError::altered(&file, "it is missing"))?;
        let head =
            VerifiedCheckpoint::open(&bytes, &chapter.verifier).map_err(|error| VaultError::altered(&file, error))?;
        if head.head().size != size || (size == chapter.head.size && *head.head() != chapter.head) {
            return Err(VaultError::altered(file, "it is not the head of this size"));
        }
        Ok(head)
    }

    fn witnessed(&self, chapter: &Chapter) -> Result<Vec<VerifiedCheckpoint>, VaultError> {
        self.witnessed_sizes_of(chapter.log.id)?.into_iter().map(|size| self.open_witnessed(chapter, size)).collect()
    }

    /// The active log as the last of the history.
    fn active(&self) -> Chapter {
        let (log, verifier) = (self.log.clone(), self.header.verifier.clone());
        Chapter { log, verifier, head: self.head().clone(), gap: None }
    }

    /// The size of the last head that a known witness cosigned; 0 where none did.
    fn last_witnessed(&self) -> Result<u64, VaultError> {
        let known = known(&self.places)?;
        for size in self.witnessed_sizes_of(self.log.id)?.into_iter().rev() {
            let head = self.open_witnessed(&self.active(), size)?;
            let note = Note::parse(head.bytes(), NOTE_LIMIT);
            let counted = note.and_then(|note| cosignature::counted(&note, &known, &self.header.verifier));
            if counted.is_ok_and(|counted| !counted.is_empty()) {
                return Ok(size);
            }
        }
        Ok(0)
    }
}

/// The head with the signature of its log's key alone.
fn own_lines(
    head: &VerifiedCheckpoint,
    key: &crate::keys::signer::VerifierKey,
) -> Result<VerifiedCheckpoint, CosignError> {
    let mut note = Note::parse(head.bytes(), NOTE_LIMIT)?;
    note.signatures.retain(|line| line.name == *key.origin() && line.key_id == key.key_id());
    Ok(VerifiedCheckpoint::open(&note.to_bytes(), key)?)
}

/// A note with `lines` under it; a key that signed it already keeps its line. `None` where there is no room.
fn joined(bytes: &[u8], lines: &[SignatureLine]) -> Option<Vec<u8>> {
    let mut note = Note::parse(bytes, NOTE_LIMIT).ok()?;
    for line in lines {
        if !note.signatures.iter().any(|other| other.name == line.name && other.key_id == line.key_id) {
            note.signatures.push(line.clone());
        }
    }
    (note.signatures.len() <= MAX_SIGNATURES).then(|| note.to_bytes())
}

/// Where nothing can be written, a request is made all the same; its answer has to name its head.
fn unless_read_only(error: VaultError) -> Result<(), VaultError> {
    match error {
        VaultError::Io { error, .. } if platform::is_read_only(&error) => Ok(()),
        other => Err(other),
    }
}
