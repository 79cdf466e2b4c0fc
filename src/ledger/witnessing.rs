//! What a log asks of a witness, and how the witness judges it (<https://c2sp.org/tlog-witness>, `add-checkpoint`).
//! [`Request`] is the body: an old size, the proof that the checkpoint continues the tree of that size, the checkpoint.
//! [`Request::judge`] is the witness's answer, short of signing it. The same text, alone, is a consistency proof in a
//! file. Must not know where heads are held, or what time it is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::digest::Digest;
use crate::keys::signer::VerifierKey;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::checkpoint::CheckpointError;
use crate::ledger::checkpoint::VerifiedCheckpoint;
use crate::ledger::note::NOTE_LIMIT;
use crate::ledger::note::Note;
use crate::ledger::tree;

/// The largest request, in bytes.
pub const REQUEST_LIMIT: usize = 1 << 20;

/// The most bodies of one request: for as many sizes the witness may be standing at.
pub const MAX_STEPS: usize = 64;

/// The most lines of one proof, by the specification.
const MAX_PROOF: usize = 63;

/// Why a text is no request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// It is larger than [`REQUEST_LIMIT`].
    #[error("the request is larger than {REQUEST_LIMIT} bytes")]
    TooLong,
    /// It is not of its one spelling.
    #[error("it is no request to a witness: {0}")]
    Malformed(&'static str),
    /// What stands at its end is no checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

/// That the checkpoint continues the tree of `old` leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The old size; 0 where the witness may know nothing yet.
    pub old: u64,
    /// The consistency proof (RFC 6962, section 2.1.2); empty for 0, and for the checkpoint's own size.
    pub proof: Vec<Digest>,
}

/// A request. With one step it is exactly the body of `add-checkpoint`; with several it is that many bodies one after
/// the other, in ascending order of their old sizes, each with the same checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// At least one, at most [`MAX_STEPS`], their old sizes ascending.
    pub steps: Vec<Step>,
    /// The checkpoint, a signed note, as yet unverified.
    pub checkpoint: Vec<u8>,
}

/// Why a witness does not cosign. Only [`Refusal::Forked`] speaks against the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The checkpoint is not one, is another log's, or is not signed by the key that is known (403, 404).
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A step begins after the checkpoint's own size (400).
    #[error("the old size {old} is larger than the checkpoint's {size}")]
    OldLarger {
        /// The old size.
        old: u64,
        /// The checkpoint's.
        size: u64,
    },
    /// No step begins where the witness stands (409).
    #[error("the last checkpoint witnessed here has {held} entries, and there is no proof from that size")]
    OtherSize {
        /// Where the witness stands; 0 when it knows nothing of this log.
        held: u64,
    },
    /// It is smaller than the checkpoint that the witness stands at: no proof leads back (409).
    #[error("the last checkpoint witnessed here has {held} entries, and this one has only {size}")]
    Older {
        /// Where the witness stands.
        held: u64,
        /// The checkpoint's size.
        size: u64,
    },
    /// A proof that merely fails: nothing is shown either way (422).
    #[error("it is not proved that this checkpoint continues the one of {old} entries")]
    NotProved {
        /// Where the proof was to begin.
        old: u64,
    },
    /// One size, two roots, both signed by the log: no log that only grows has both.
    #[error("the log signed another root for its size {size} before: it was forked")]
    Forked {
        /// The size.
        size: u64,
    },
}

impl Request {
    /// Reads a request of at most [`REQUEST_LIMIT`] bytes. Neither signature nor proof is verified.
    pub fn parse(bytes: &[u8]) -> Result<Self, RequestError> {
        if bytes.len() > REQUEST_LIMIT {
            return Err(RequestError::TooLong);
        }
        let mut rest = std::str::from_utf8(bytes).map_err(|_| RequestError::Malformed("it is not UTF-8"))?;
        let mut steps: Vec<Step> = Vec::new();
        let mut checkpoint = None;
        while !rest.is_empty() {
            let (step, after) = Step::parse(rest)?;
            let (note, after) = split_note(after);
            if steps.last().is_some_and(|last| last.old >= step.old) || steps.len() == MAX_STEPS {
                return Err(RequestError::Malformed("its old sizes do not ascend, or there are more than 64"));
            }
            if checkpoint.is_some_and(|first| first != note) {
                return Err(RequestError::Malformed("it holds several checkpoints"));
            }
            (rest, checkpoint) = (after, Some(note));
            steps.push(step);
        }
        let checkpoint = checkpoint.ok_or(RequestError::Malformed("it is empty"))?.as_bytes().to_vec();
        claimed(&checkpoint)?;
        Ok(Self { steps, checkpoint })
    }

    /// Reads a request, or a checkpoint alone: which asks as one of a witness that knows nothing yet.
    pub fn of_file(bytes: &[u8]) -> Result<Self, RequestError> {
        if bytes.starts_with(b"old ") {
            return Self::parse(bytes);
        }
        claimed(bytes)?;
        Ok(Self { steps: vec![Step { old: 0, proof: Vec::new() }], checkpoint: bytes.to_vec() })
    }

    /// The request's one spelling.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for step in &self.steps {
            out.extend_from_slice(format!("old {}\n", step.old).as_bytes());
            for hash in &step.proof {
                out.extend_from_slice(format!("{}\n", STANDARD.encode(hash.as_bytes())).as_bytes());
            }
            out.push(b'\n');
            out.extend_from_slice(&self.checkpoint);
        }
        out
    }

    /// The head that the checkpoint claims; nothing is verified.
    pub fn claimed(&self) -> Result<Checkpoint, CheckpointError> {
        claimed(&self.checkpoint)
    }

    /// Whether a witness that trusts `key` for this log and stands at `held` may cosign, and what. A head larger than
    /// `held` must be proven to continue it; the same head is cosigned again.
    pub fn judge(&self, key: &VerifierKey, held: Option<&Checkpoint>) -> Result<VerifiedCheckpoint, Refusal> {
        let verified = VerifiedCheckpoint::open(&self.checkpoint, key)?;
        let head = verified.head();
        if let Some(step) = self.steps.iter().find(|step| step.old > head.size) {
            return Err(Refusal::OldLarger { old: step.old, size: head.size });
        }
        // Told before anything else: it needs no proof, and it is what a witness is there to see.
        if let Some(held) = held.filter(|held| held.size == head.size) {
            let is_same = held.root == head.root;
            return if is_same { Ok(verified) } else { Err(Refusal::Forked { size: held.size }) };
        }
        let old = held.map_or(0, |held| held.size);
        if old > head.size {
            return Err(Refusal::Older { held: old, size: head.size });
        }
        let step = self.steps.iter().find(|step| step.old == old).ok_or(Refusal::OtherSize { held: old })?;
        let is_proved = match held {
            // The empty tree is the beginning of any, and no proof says so.
            None => step.proof.is_empty(),
            Some(held) => tree::verify_consistency((old, &held.root), (head.size, &head.root), &step.proof),
        };
        if is_proved { Ok(verified) } else { Err(Refusal::NotProved { old }) }
    }
}

impl Step {
    /// Reads the lines before a checkpoint, and the empty one; gives what follows.
    fn parse(text: &str) -> Result<(Self, &str), RequestError> {
        const WRONG: RequestError = RequestError::Malformed("a body does not begin with \"old <size>\"");
        let (line, mut rest) = text.split_once('\n').ok_or(WRONG)?;
        let digits = line.strip_prefix("old ").ok_or(WRONG)?;
        let old = digits.parse::<u64>().ok().filter(|old| old.to_string() == digits).ok_or(WRONG)?;
        let mut proof = Vec::new();
        loop {
            let no_end = RequestError::Malformed("no empty line before the checkpoint");
            let (line, after) = rest.split_once('\n').ok_or(no_end)?;
            rest = after;
            if line.is_empty() {
                return Ok((Self { old, proof }, rest));
            }
            let bytes = STANDARD.decode(line).ok().and_then(|bytes| bytes.try_into().ok());
            let bytes = bytes.ok_or(RequestError::Malformed("a line of the proof is not the base64 of a hash"))?;
            proof.push(Digest::from_bytes(bytes));
            if proof.len() > MAX_PROOF {
                return Err(RequestError::Malformed("a proof of more than 63 lines"));
            }
        }
    }
}

/// Whether what is no request to us looks like a checkpoint all the same, alone or at a request's end: one with
/// extension lines, of no entries, of a name or with more signatures than we read
/// (<https://c2sp.org/tlog-checkpoint>). Nothing is verified.
#[must_use]
pub fn is_of_another_kind(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let text = match text.starts_with("old ") {
        true => text.split_once("\n\n").map_or("", |(_, note)| note),
        false => text,
    };
    let Some((body, signatures)) = text.split_once("\n\n") else { return false };
    let mut lines = body.lines();
    let (origin, size, root) = (lines.next(), lines.next(), lines.next());
    let is_size = size.is_some_and(|size| size.parse::<u64>().is_ok_and(|number| number.to_string() == size));
    let is_root = root.and_then(|root| STANDARD.decode(root).ok()).is_some_and(|root| root.len() == 32);
    let is_signed = !signatures.is_empty() && signatures.ends_with('\n');
    let is_signed = is_signed && signatures.lines().all(|line| line.starts_with("— "));
    let is_ours = Note::parse(text.as_bytes(), NOTE_LIMIT).is_ok_and(|note| Checkpoint::parse(&note.text).is_ok());
    origin.is_some_and(|origin| !origin.is_empty()) && is_size && is_root && is_signed && !is_ours
}

/// Splits after a note: its text ends at the first empty line, for no checkpoint of ours has one in it, and its
/// signatures at the first line that is none.
fn split_note(text: &str) -> (&str, &str) {
    let mut at = text.find("\n\n").map_or(text.len(), |at| at + 2);
    while text[at..].starts_with('—') {
        at += text[at..].find('\n').map_or(text.len() - at, |end| end + 1);
    }
    text.split_at(at)
}

/// The head that a signed note claims to be the checkpoint of.
fn claimed(bytes: &[u8]) -> Result<Checkpoint, CheckpointError> {
    let note = Note::parse(bytes, NOTE_LIMIT).map_err(|error| CheckpointError::Malformed(error.to_string()))?;
    Checkpoint::parse(&note.text)
}

#[cfg(test)]
#[path = "witnessing_tests.rs"]
mod tests;
