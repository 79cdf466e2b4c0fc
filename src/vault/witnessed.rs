//! This vault's own heads, as outside witnesses are asked to cosign them and as their answers come back, which may be
//! long after the log has grown on. Each head that was asked about stays in `ledger/<log-id>/witnessed/`: an append
//! replaces `checkpoint`, and what a witness said of an older head must survive that. Must not know how requests and
//! answers travel.

use crate::id::LogId;
use crate::keys::signer::Origin;
use crate::keys::signer::WitnessVerifier;
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
use crate::ledger::tree;
use crate::ledger::witnessing::Request;
use crate::ledger::witnessing::Step;
use crate::platform;
use crate::vault::Vault;
use crate::vault::disk;
use crate::vault::error::VaultError;
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
        let file = places::witnessed(self.log.id, size);
        match self.disk.has(&file) {
            true => drop(self.open_witnessed(size)?),
            false => self.disk.replace(&file, self.head.bytes()).or_else(unless_read_only)?,
        }
        Ok(Request { steps, checkpoint: self.head.bytes().to_vec() })
    }

    /// Keeps those lines of `answer` that known witnesses put under a head of this log: with the head, and with the
    /// published checkpoint while it is the same. `answer` is what a witness answers, or a checkpoint with its lines.
    /// Witnesses that are `given` are known from then on.
    pub fn take_cosignatures(&mut self, answer: &[u8], given: &[WitnessVerifier]) -> Result<Taken, CosignError> {
        let known = [&known(&self.places)?, given].concat();
        let _vault = Lock::take(&self.disk.path(places::LOCK), Hold::Exclusive, self.options.lock_wait)?;
        self.settle_unalarmed()?;
        let (heads, lines) = self.read_answer(answer)?;
        let mut taken = Taken { kept: Vec::new(), unknown: 0 };
        let mut kept: Vec<SignatureLine> = Vec::new();
        for line in lines {
            let is_named = |key: &WitnessVerifier| *key.origin() == line.name && key.key_id() == line.key_id;
            if !known.iter().any(is_named) {
                taken.unknown += 1;
                continue;
            }
            if kept.iter().any(|other| (&other.name, other.key_id) == (&line.name, line.key_id)) {
                return Err(NoteError::Repeated(line.name).into());
            }
            let over = heads.iter().find_map(|head| {
                let note = Note { text: head.head().text(), signatures: vec![line.clone()] };
                let counted = cosignature::counted(&note, &known, &self.header.verifier).ok()?;
                Some((head.head().size, counted.into_iter().next()?))
            });
            taken.kept.push(over.ok_or_else(|| CosignError::NoHead(line.name.clone()))?);
            kept.push(line);
        }
        if kept.is_empty() {
            return Err(CosignError::Unknown(taken.unknown));
        }
        for head in &heads {
            let of_head = taken.kept.iter().zip(&kept).filter(|((size, _), _)| *size == head.head().size);
            let lines: Vec<_> = of_head.map(|(_, line)| line.clone()).collect();
            if !lines.is_empty() {
                self.add_lines(head, &lines)?;
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

    /// The heads that an answer may be about, the newest first, and its lines.
    fn read_answer(&self, answer: &[u8]) -> Result<(Vec<VerifiedCheckpoint>, Vec<SignatureLine>), CosignError> {
        if answer.starts_with("—".as_bytes()) {
            // What comes back from a witness: lines alone. Any text makes a note of them.
            let note = Note::parse(&[b"-\n\n", answer].concat(), NOTE_LIMIT)?;
            let mut heads = self.witnessed()?;
            heads.retain(|head| head.head() != self.head());
            heads.push(self.head.clone());
            heads.sort_by_key(|head| std::cmp::Reverse(head.head().size));
            return Ok((heads, note.signatures));
        }
        let head = VerifiedCheckpoint::open(answer, &self.header.verifier)?;
        if !self.log.continues(head.head(), self.head())? {
            return Err(CosignError::NotOurs(head.head().clone()));
        }
        let mut note = Note::parse(answer, NOTE_LIMIT)?;
        let own = &self.header.verifier;
        note.signatures.retain(|line| line.name != *own.origin() || line.key_id != own.key_id());
        Ok((vec![head], note.signatures))
    }

    fn add_lines(&mut self, head: &VerifiedCheckpoint, lines: &[SignatureLine]) -> Result<(), CosignError> {
        let size = head.head().size;
        let file = places::witnessed(self.log.id, size);
        let kept = match self.disk.has(&file) {
            true => self.open_witnessed(size)?,
            // What came along with an answer is not kept: only what is judged here.
            false => own_lines(head, &self.header.verifier)?,
        };
        let bytes = joined(kept.bytes(), lines).ok_or(CosignError::Full(size))?;
        self.disk.replace(&file, &bytes)?;
        // A crash here leaves the lines with the head alone, and the next answer puts them under the checkpoint too;
        // `ledger verify` reads both.
        let published = self.log.checkpoint(&self.header.verifier)?;
        if published.head() == head.head() {
            let bytes = joined(published.bytes(), lines).ok_or(CosignError::Full(size))?;
            self.disk.replace(&places::checkpoint(self.log.id), &bytes)?;
            self.head = self.log.checkpoint(&self.header.verifier)?;
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

    /// The sizes of the heads that witnesses were asked about, ascending.
    pub(super) fn witnessed_sizes(&self) -> Result<Vec<u64>, VaultError> {
        self.witnessed_sizes_of(self.log.id)
    }

    /// The same of another log.
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

    /// The head of `size` that witnesses were asked about, as this log's key signed it.
    pub(super) fn open_witnessed(&self, size: u64) -> Result<VerifiedCheckpoint, VaultError> {
        let file = places::witnessed(self.log.id, size);
        let bytes = self.disk.read(&file, NOTE_LIMIT as u64)?;
        let bytes = bytes.ok_or_else(|| VaultError::altered(&file, "it is missing"))?;
        let head = VerifiedCheckpoint::open(&bytes, &self.header.verifier)
            .map_err(|error| VaultError::altered(&file, error))?;
        if head.head().size != size || (size == self.head().size && head.head() != self.head()) {
            return Err(VaultError::altered(file, "it is not the head of this size"));
        }
        Ok(head)
    }

    fn witnessed(&self) -> Result<Vec<VerifiedCheckpoint>, VaultError> {
        self.witnessed_sizes()?.into_iter().map(|size| self.open_witnessed(size)).collect()
    }

    /// The size of the last head that a known witness cosigned; 0 where none did.
    fn last_witnessed(&self) -> Result<u64, VaultError> {
        let known = known(&self.places)?;
        for size in self.witnessed_sizes()?.into_iter().rev() {
            let head = self.open_witnessed(size)?;
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
