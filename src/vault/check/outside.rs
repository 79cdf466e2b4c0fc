//! What parties outside say of the log: heads that somebody kept (`--against`), and heads that witnesses cosigned. Each
//! has to be signed by the log's key and to lie on the log's own way. Grades and findings come of it, and the upper
//! bounds of entries' times. Must not know how any of it came here.

use std::collections::BTreeMap;

use crate::keys::signer::WitnessVerifier;
use crate::ledger::bounds::Upper;
use crate::ledger::checkpoint::CheckpointError;
use crate::ledger::checkpoint::VerifiedCheckpoint;
use crate::ledger::cosignature;
use crate::ledger::cosignature::Cosignature;
use crate::ledger::note::NOTE_LIMIT;
use crate::ledger::note::Note;
use crate::ledger::note::NoteError;
use crate::ledger::tree;
use crate::ledger::witnessing::Request;
use crate::time::Timestamp;
use crate::vault::Vault;
use crate::vault::check::Fault;
use crate::vault::check::Finding;
use crate::vault::check::finding;
use crate::vault::copy::stands_to;
use crate::vault::error::VaultError;
use crate::vault::evidence;
use crate::vault::evidence::Contradiction;
use crate::vault::history::Chapter;
use crate::vault::log::Log;
use crate::vault::places;
use crate::vault::witnessed;

/// Whom to ask.
#[derive(Clone, Debug, Default)]
pub struct Outside {
    /// Checkpoints that somebody kept, each with the name of its file.
    pub against: Vec<(String, Vec<u8>)>,
    /// Witnesses beside those that this computer knows.
    pub witnesses: Vec<WitnessVerifier>,
    /// How many have to have cosigned the head; without it one is enough for the grade, and none is no fault.
    pub quorum: Option<u64>,
}

/// What they say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// Until when entries were there.
    pub uppers: Vec<Upper>,
    /// How many signatures were verified.
    pub signatures: u64,
    /// How many of the checkpoints that were kept elsewhere the log continues.
    pub continued: u64,
    /// How many witnesses are known, told apart by their keys.
    pub known: u64,
    /// How many are wanted.
    pub quorum: u64,
    /// How many cosigned the vault's own head.
    pub counted: u64,
    /// Since when as many as are wanted vouch for it, if so many do.
    pub time: Option<Timestamp>,
    /// Else the newest earlier head that so many vouch for, since when, and how many.
    pub earlier: Option<(Upper, u64)>,
}

impl Vault {
    /// Asks them.
    pub fn hear(&self, outside: &Outside) -> Result<Heard, VaultError> {
        let known = [&witnessed::known(&self.places)?, &outside.witnesses[..]].concat();
        let mut heard =
            Heard { known: cosignature::witnesses(&known, &self.header.verifier) as u64, ..Heard::default() };
        heard.quorum = outside.quorum.unwrap_or_else(|| heard.known.min(1));
        let mut heads = vec![(places::checkpoint(self.log.id), self.head.clone())];
        for size in self.witnessed_sizes()? {
            let file = places::witnessed(self.log.id, size);
            let bytes = self.disk.read(&file, NOTE_LIMIT as u64)?.unwrap_or_default();
            heads.extend(self.hear_head(&mut heard, &file, &bytes, Some(size))?);
        }
        for (file, bytes) in &outside.against {
            let head = self.hear_head(&mut heard, file, bytes, None)?;
            heard.continued += u64::from(head.is_some());
            heads.extend(head);
        }
        self.count(&mut heard, &heads, &known, outside.quorum.is_some());
        Ok(heard)
    }

    /// Reads a head that was kept; `None` where something is wrong with it, which is told.
    fn hear_head(
        &self,
        heard: &mut Heard,
        file: &str,
        bytes: &[u8],
        named: Option<u64>,
    ) -> Result<Option<(String, VerifiedCheckpoint)>, VaultError> {
        heard.signatures += 1;
        // A request to a witness, or a consistency proof, ends in a checkpoint.
        let bytes = match Request::parse(bytes) {
            Ok(request) => request.checkpoint,
            Err(_) => bytes.to_vec(),
        };
        let head = match VerifiedCheckpoint::open(&bytes, &self.header.verifier) {
            Ok(head) => head,
            // A head of a log that this one continues.
            Err(error) if named.is_none() => {
                match self.judge_past(&bytes, file)? {
                    Some(None) => heard.continued += 1,
                    Some(Some(wrong)) => heard.findings.push(wrong),
                    None => heard.findings.push(finding(Fault::from(&error), file, &error.to_string())),
                }
                return Ok(None);
            }
            Err(error) => {
                heard.findings.push(finding(Fault::from(&error), file, &error.to_string()));
                return Ok(None);
            }
        };
        let wrong = match named.filter(|size| *size != head.head().size) {
            Some(_) => Some(finding(Fault::Corrupt, file, "it is not the head that its name says")),
            None => self.judge(&self.log, &self.head, &head, file)?,
        };
        let is_sound = wrong.is_none();
        heard.findings.extend(wrong);
        Ok(is_sound.then(|| (file.to_owned(), head)))
    }

    /// The same of a head that the key of an older log of the history signed; `None` where none did.
    fn judge_past(&self, bytes: &[u8], file: &str) -> Result<Option<Option<Finding>>, VaultError> {
        for Chapter { log, verifier, head, gap } in self.chapters()? {
            let Ok(other) = VerifiedCheckpoint::open(bytes, &verifier) else {
                continue;
            };
            let size = other.head().size;
            if size > head.size && gap.is_some_and(|whole| size <= whole.size) {
                let text =
                    format!("it has {size} entries, of which only {} were at hand when it was continued", head.size);
                return Ok(Some(Some(finding(Fault::Gap, file, &text))));
            }
            // What was published beyond the head that the history goes on from is for the alarm to tell.
            let published = log.checkpoint(&verifier).ok().filter(|published| *published.head() == head);
            return match published {
                Some(published) => self.judge(&log, &published, &other, file).map(Some),
                None => {
                    let text = "it is not proved that the ledger continues it: that log's own checkpoint is not there";
                    Ok(Some(Some(finding(Fault::Incomplete, file, text))))
                }
            };
        }
        Ok(None)
    }

    /// Whether a head that this log's key signed lies on the log's way. Where it does not, both notes are kept: only
    /// another root at that size, proven, is a fork, and a proof that merely fails is none.
    fn judge(
        &self,
        log: &Log,
        ours: &VerifiedCheckpoint,
        other: &VerifiedCheckpoint,
        file: &str,
    ) -> Result<Option<Finding>, VaultError> {
        let (found, head) = (other.head(), ours.head());
        if found.size > head.size {
            let text = format!("it has {} entries, and the vault only {}", found.size, head.size);
            return Ok(Some(finding(Fault::RolledBack, file, &text)));
        }
        match stands_to(log, found, head)? {
            Some(true) => return Ok(None),
            Some(false) => {}
            None => {
                let text = "it is not proved that the ledger continues it: its tiles do not show that";
                return Ok(Some(finding(Fault::Incomplete, file, text)));
            }
        }
        let text = format!(
            "the ledger's key signed it, and the ledger has another root at {} entries; {}",
            found.size,
            self.keep_evidence(log, ours, other)
        );
        Ok(Some(finding(Fault::Forked, file, &text)))
    }

    /// Keeps the note of a head that is not on the log's way, with the log's own and why they exclude each other. Where
    /// that is. What cannot be kept is told all the same.
    fn keep_evidence(&self, log: &Log, ours: &VerifiedCheckpoint, other: &VerifiedCheckpoint) -> String {
        let (found, head) = (other.head(), ours.head());
        let why = (found.size < head.size).then(|| {
            let root = tree::root(log, found.size).ok()?;
            Some(Contradiction { root, proof: tree::consistency_proof(log, found.size, head.size).ok()? })
        });
        let text = evidence::text(other, ours, why.flatten().as_ref());
        match evidence::keep(&self.places, &head.origin, found.size, &text) {
            Ok(path) => format!("both notes are in {}", path.display()),
            Err(error) => format!("both notes could not be kept ({error})"),
        }
    }

    /// What the alarm says; of a fork, with where the two notes are.
    pub(super) fn with_evidence(&self, alarm: &VaultError) -> String {
        let mark = match alarm {
            VaultError::Forked { .. } => self.state.mark(&self.header.verifier).ok().flatten(),
            _ => None,
        };
        mark.map_or_else(
            || alarm.to_string(),
            |mark| format!("{alarm}; {}", self.keep_evidence(&self.log, &self.head, &mark)),
        )
    }

    /// Counts the cosignatures under `heads`.
    fn count(
        &self,
        heard: &mut Heard,
        heads: &[(String, VerifiedCheckpoint)],
        known: &[WitnessVerifier],
        is_wanted: bool,
    ) {
        let mut by_size: BTreeMap<u64, Vec<Cosignature>> = BTreeMap::new();
        for (file, head) in heads {
            let note = Note::parse(head.bytes(), NOTE_LIMIT);
            let counted = note.and_then(|note| cosignature::counted(&note, known, &self.header.verifier));
            match counted {
                Ok(counted) => {
                    heard.signatures += counted.len() as u64;
                    merge(by_size.entry(head.head().size).or_default(), counted);
                }
                Err(error) => heard.findings.push(finding(fault_of(&error), file, &error.to_string())),
            }
        }
        let here = self.head().size;
        for (size, counted) in by_size {
            let count = counted.len() as u64;
            let time = cosignature::agreed_time(&counted, heard.quorum.max(1) as usize);
            let upper = time.map(|time| Upper { size, time });
            heard.uppers.extend(upper);
            if size == here {
                (heard.counted, heard.time) = (count, time);
            } else {
                heard.earlier = upper.map(|upper| (upper, count)).or(heard.earlier);
            }
        }
        heard.earlier = heard.earlier.filter(|_| heard.time.is_none());
        let Heard { counted, quorum, .. } = *heard;
        if is_wanted && counted < quorum {
            let text = format!("{counted} known witnesses cosigned its {here} entries, and {quorum} are wanted");
            heard.findings.push(finding(Fault::QuorumNotMet, &places::checkpoint(self.log.id), &text));
        }
    }
}

fn fault_of(error: &NoteError) -> Fault {
    match error {
        NoteError::TooLong { .. } | NoteError::Malformed(_) => Fault::Malformed,
        NoteError::Repeated(name) | NoteError::BadSignature(name) => {
            Fault::from(&CheckpointError::BadSignature(name.clone()))
        }
        NoteError::Untrusted => Fault::UntrustedKey,
    }
}

/// One head may have been kept in several files: each witness counts once, at its earliest time.
fn merge(all: &mut Vec<Cosignature>, more: Vec<Cosignature>) {
    for one in more {
        match all.iter_mut().find(|other| other.witness.public() == one.witness.public()) {
            Some(other) if other.time <= one.time => {}
            Some(other) => *other = one,
            None => all.push(one),
        }
    }
}
