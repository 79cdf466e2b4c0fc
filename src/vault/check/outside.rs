//! What parties outside say of the log: heads that somebody kept (`--against`), and heads that witnesses cosigned. Each
//! has to be signed by the log's key and to lie on the log's own way. Grades and findings come of it, and the upper
//! bounds of entries' times. Must not know how any of it came here.

use std::collections::BTreeMap;

use crate::id::LogId;
use crate::keys::signer::Origin;
use crate::keys::signer::WitnessVerifier;
use crate::ledger::bounds::Upper;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::checkpoint::CheckpointError;
use crate::ledger::checkpoint::VerifiedCheckpoint;
use crate::ledger::cosignature;
use crate::ledger::cosignature::Cosignature;
use crate::ledger::note::NOTE_LIMIT;
use crate::ledger::note::Note;
use crate::ledger::note::NoteError;
use crate::ledger::successor::Successor;
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
use crate::vault::places::Places;
use crate::vault::witnessed;

/// Said of kept evidence that stops what is added.
pub const SETTLES: &str = "the ledger's key signed two histories that exclude each other, and both heads are kept here";

/// How it is said that another computer writes the ledger that stands still.
pub const ELSEWHERE: &str = "somebody says, on the computer that writes it, which one holds";

/// How it is said that a checkpoint which was given is of another log, or by another key: the vault itself is as before.
pub const NOT_OURS: &str = "; it is no checkpoint of this ledger";

/// How it is said that what was given holds two heads which exclude each other.
pub const OF_A_FORK: &str = "; the file is evidence of a fork";

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
    /// Since when entries were there, and of which log.
    pub uppers: Vec<(LogId, Upper)>,
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
        // Whom this computer was told of is no part of the vault: that it cannot be read is told, and stops nothing.
        let (told, unread) = match witnessed::known(&self.places) {
            Err(VaultError::Altered { file, reason }) => (Vec::new(), Some(finding(Fault::Corrupt, &file, &reason))),
            other => (other?, None),
        };
        let known = [&told, &outside.witnesses[..]].concat();
        let mut heard =
            Heard { known: cosignature::witnesses(&known, &self.header.verifier) as u64, ..Heard::default() };
        heard.findings.extend(unread);
        // What is kept in this run is told with the head that it is about.
        let kept = evidence::of(&self.places, &self.header.verifier)?;
        heard.quorum = outside.quorum.unwrap_or_else(|| heard.known.min(1));
        let chapters = self.chapters()?;
        let mut heads = vec![(places::checkpoint(self.log.id), self.head.clone())];
        for chapter in &chapters {
            for size in self.witnessed_sizes_of(chapter.log.id)? {
                let file = places::witnessed(chapter.log.id, size);
                let bytes = self.disk.read(&file, NOTE_LIMIT as u64)?.unwrap_or_default();
                heads.extend(self.hear_head(&mut heard, &file, &bytes, (chapter, Some(size)))?);
            }
        }
        // Evidence of a fork is two heads, and is asked for both.
        let against = outside.against.iter().flat_map(|(file, bytes)| {
            let notes = evidence::notes(bytes);
            let is_evidence = notes.len() > 1;
            notes.into_iter().map(move |note| (file, note, is_evidence))
        });
        for (file, bytes, is_evidence) in against {
            let bytes = &bytes;
            if let Some(link) = evidence::link_in(bytes).filter(|_| is_evidence) {
                heard.signatures += 1;
                heard.findings.extend(self.judge_link(bytes, &link, &chapters, file)?);
                continue;
            }
            // A request to a witness, or a consistency proof, ends in a checkpoint.
            let request = Request::parse(bytes).ok();
            let bytes = request.as_ref().map_or(bytes, |request| &request.checkpoint);
            let origin = origin_of(bytes);
            let named = chapters.iter().find(|chapter| Some(&chapter.log.origin) == origin.as_ref());
            // What is of no log of this vault is told as not of the active one.
            let Some(chapter) = named.or(chapters.last()) else { continue };
            let before = heard.findings.len();
            let head = self.hear_head(&mut heard, file, bytes, (chapter, None))?;
            for found in &mut heard.findings[before..] {
                if is_evidence {
                    found.text.push_str(OF_A_FORK);
                }
                if matches!(found.fault, Fault::UntrustedKey | Fault::WrongLog) {
                    found.text.push_str(NOT_OURS);
                }
            }
            heard.continued += u64::from(head.is_some());
            heads.extend(head);
        }
        self.count(&mut heard, &heads, &known, &chapters, outside.quorum);
        let Heard { counted, quorum, .. } = heard;
        if outside.quorum.is_some() && counted < quorum {
            let here = self.head().size;
            let text = format!("{counted} known witnesses cosigned its {here} entries, and {quorum} are wanted");
            heard.findings.push(finding(Fault::QuorumNotMet, &places::checkpoint(self.log.id), &text));
        }
        // An alarm about this very head says it already, and where the notes are.
        let is_told = self.alarm().is_some() || heard.findings.iter().any(|found| found.fault == Fault::Forked);
        if let Some(kept) = kept.filter(|_| !is_told) {
            let who = if self.is_writer() { "somebody says which one holds" } else { ELSEWHERE };
            let text = format!("{SETTLES}: nothing is added under this key until {who}");
            heard.findings.push(finding(Fault::Forked, &kept.display().to_string(), &text));
        }
        Ok(heard)
    }

    /// Reads a head that was kept of this log, maybe under the name of its size; `None` where something is wrong with it,
    /// which is told.
    fn hear_head(
        &self,
        heard: &mut Heard,
        file: &str,
        bytes: &[u8],
        (chapter, named): (&Chapter, Option<u64>),
    ) -> Result<Option<(String, VerifiedCheckpoint)>, VaultError> {
        heard.signatures += 1;
        let head = match VerifiedCheckpoint::open(bytes, &chapter.verifier) {
            Ok(head) => head,
            Err(error) => {
                heard.findings.push(finding(Fault::from(&error), file, &error.to_string()));
                return Ok(None);
            }
        };
        let wrong = match named.filter(|size| *size != head.head().size) {
            Some(_) => Some(finding(Fault::Corrupt, file, "it is not the head that its name says")),
            None => self.judge(&head, chapter, file)?,
        };
        let is_sound = wrong.is_none();
        heard.findings.extend(wrong);
        Ok(is_sound.then(|| (file.to_owned(), head)))
    }

    /// Whether a head that its log's key signed lies on the log's way. Where it does not, both notes are kept: only
    /// another root at that size, proven, is a fork, and a proof that merely fails is none.
    fn judge(&self, other: &VerifiedCheckpoint, chapter: &Chapter, file: &str) -> Result<Option<Finding>, VaultError> {
        let (found, head) = (other.head(), &chapter.head);
        // The highest head known of a log that was continued, where not all of it was at hand.
        let known = chapter.gap.as_ref().unwrap_or(head);
        if found.size > known.size {
            let is_active = chapter.log.id == self.log.id;
            let (fault, whole) =
                if is_active { (Fault::RolledBack, "has only") } else { (Fault::Forked, "was continued at") };
            let text = format!("it has {} entries, and the ledger {whole} {}", found.size, known.size);
            return Ok(Some(finding(fault, file, &text)));
        }
        let stands = match found.size > head.size {
            true if found.size == known.size => Some(found.root == known.root),
            // Among entries that are declared missing: nothing is known of them, and it was said so.
            true => return Ok(None),
            false => stands_to(&chapter.log, found, head)?,
        };
        match stands {
            Some(true) => Ok(None),
            Some(false) => {
                let is_active = chapter.log.id == self.log.id;
                let own = if is_active { Ok(self.head.clone()) } else { chapter.log.checkpoint(&chapter.verifier) };
                let text = format!(
                    "the ledger's key signed it, and the ledger has another root at {} entries; {}",
                    found.size,
                    self.keep_evidence(other, &chapter.log, own)
                );
                Ok(Some(finding(Fault::Forked, file, &text)))
            }
            None => {
                let text = "it is not proved that the ledger continues it: its tiles do not show that";
                Ok(Some(finding(Fault::Incomplete, file, text)))
            }
        }
    }

    /// Keeps the note of a head that is not on its log's way, with the log's `own` and why they exclude each other. Where
    /// that is. What cannot be kept is told all the same.
    pub(in crate::vault) fn keep_evidence(
        &self,
        other: &VerifiedCheckpoint,
        log: &Log,
        own: Result<VerifiedCheckpoint, VaultError>,
    ) -> String {
        match own {
            Ok(own) => keep_both(&self.places, log, other, &own),
            Err(error) => format!("both notes could not be kept ({error})"),
        }
    }

    /// What is said of the alarm; of a fork of the active log, also where the two notes are.
    pub(super) fn with_evidence(&self, alarm: &VaultError, text: String) -> String {
        let mark = match alarm {
            VaultError::Forked { found, .. } if found.origin == self.head().origin => {
                self.state.mark(&self.header.verifier).ok().flatten()
            }
            _ => None,
        };
        let active = self.chapters().ok().and_then(|chapters| chapters.into_iter().next_back());
        match (mark, active) {
            (Some(mark), Some(active)) => {
                format!("{text}; {}", self.keep_evidence(&mark, &active.log, Ok(self.head.clone())))
            }
            _ => text,
        }
    }

    /// Whether a link that evidence of a fork holds is of another branch than this vault's log of that name.
    fn judge_link(
        &self,
        bytes: &[u8],
        link: &Successor,
        chapters: &[Chapter],
        file: &str,
    ) -> Result<Option<Finding>, VaultError> {
        let Some(chapter) = chapters.iter().find(|chapter| chapter.log.origin == link.origin) else {
            let text = format!("it holds a link of {}{OF_A_FORK}{NOT_OURS}", link.origin);
            return Ok(Some(finding(Fault::WrongLog, file, &text)));
        };
        if let Err(error) = Successor::open(bytes, &chapter.verifier) {
            let text = format!("the link that it holds: {error}{OF_A_FORK}");
            return Ok(Some(finding(Fault::Corrupt, file, &text)));
        }
        let text = format!(
            "the ledger's key signed a link from another head of {} entries than the ledger has{OF_A_FORK}",
            link.size
        );
        let leaves = self.leaves_the_way(&chapter.verifier, &chapter.head, link)?;
        Ok(leaves.then(|| finding(Fault::Forked, file, &text)))
    }

    /// Counts the cosignatures under `heads`.
    fn count(
        &self,
        heard: &mut Heard,
        heads: &[(String, VerifiedCheckpoint)],
        known: &[WitnessVerifier],
        chapters: &[Chapter],
        quorum: Option<u64>,
    ) {
        let mut by_head: BTreeMap<(usize, u64), Vec<Cosignature>> = BTreeMap::new();
        for (file, head) in heads {
            let Some(at) = chapters.iter().position(|chapter| chapter.log.origin == head.head().origin) else {
                continue;
            };
            let note = Note::parse(head.bytes(), NOTE_LIMIT);
            let counted = note.and_then(|note| cosignature::counted(&note, known, &chapters[at].verifier));
            match counted {
                Ok(counted) => {
                    heard.signatures += counted.len() as u64;
                    merge(by_head.entry((at, head.head().size)).or_default(), counted);
                }
                Err(error) => heard.findings.push(finding(fault_of(&error), file, &error.to_string())),
            }
        }
        for ((at, size), counted) in by_head {
            let log = chapters[at].log.id;
            // How many and since when belong together: a time is that at which all of those had cosigned.
            let vouched = cosignature::vouched(&counted, quorum.map(|wanted| wanted as usize));
            let time = vouched.map(|(_, time)| time);
            let count = vouched.map_or(counted.len(), |(count, _)| count) as u64;
            let upper = time.map(|time| Upper { size, time });
            // When entries were there hangs on no number that somebody wants: each cosignature says it by itself.
            let first = counted.iter().map(|cosignature| cosignature.time).min();
            heard.uppers.extend(first.map(|time| (log, Upper { size, time })));
            match log == self.log.id {
                true if size == self.head().size => (heard.counted, heard.time) = (count, time),
                true => heard.earlier = upper.map(|upper| (upper, count)).or(heard.earlier),
                // What witnesses said of a log that was continued bounds its times, and is no word on this one.
                false => {}
            }
        }
        heard.earlier = heard.earlier.filter(|_| heard.time.is_none());
    }
}

/// Keeps two notes of `log` that exclude each other, `own` the one whose files are there, and why they do. Where that is.
pub(in crate::vault) fn keep_both(
    places: &Places,
    log: &Log,
    other: &VerifiedCheckpoint,
    own: &VerifiedCheckpoint,
) -> String {
    let (found, head) = (other.head(), own.head());
    let (smaller, larger) = if found.size <= head.size { (other, own) } else { (own, other) };
    let why = Contradiction::between(log, smaller.head(), larger.head()).filter(|_| found.size != head.size);
    let is_shown = found.size == head.size || why.is_some();
    let text = evidence::text(smaller, larger, why.as_ref());
    match evidence::keep(places, &head.origin, smaller.head().size, &text) {
        Ok(path) if is_shown => format!("both notes are in {}", path.display()),
        Ok(path) => {
            format!("both notes are in {}, without what would show others that they exclude each other", path.display())
        }
        Err(error) => format!("both notes could not be kept ({error})"),
    }
}

/// The log that a checkpoint says it is of.
fn origin_of(bytes: &[u8]) -> Option<Origin> {
    let note = Note::parse(bytes, NOTE_LIMIT).ok()?;
    Checkpoint::parse(&note.text).ok().map(|head| head.origin)
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
