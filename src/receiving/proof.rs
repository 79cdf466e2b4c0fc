//! A proof examined: who signed its head, whether the entry it shows stands there, whether the head belongs to the same
//! history as those that were kept, who witnessed it and when. Every doubt is a finding, and what no finding speaks
//! against is proved. Must not know files, or the package.

use serde_json::Value;

use crate::keys::signer::Origin;
use crate::keys::signer::VerifierKey;
use crate::keys::signer::WitnessVerifier;
use crate::ledger::bounds::SLACK;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::checkpoint::CheckpointError;
use crate::ledger::checkpoint::VerifiedCheckpoint;
use crate::ledger::cosignature;
use crate::ledger::cosignature::Cosignature;
use crate::ledger::note::NOTE_LIMIT;
use crate::ledger::note::Note;
use crate::ledger::proof::Proof;
use crate::ledger::shown::Shown;
use crate::ledger::witnessing::Request;
use crate::receiving::entry;
use crate::receiving::fork;
use crate::receiving::fork::Fork;
use crate::receiving::heads::Heads;
use crate::receiving::heads::Link;
use crate::time::Timestamp;
use crate::vault::check::Fault;
use crate::vault::check::Finding;
use crate::vault::evidence;
use crate::vault::evidence::Evidence;

/// Whom the reader trusts.
#[derive(Debug, Default)]
pub struct Trust {
    /// Keys of logs.
    pub logs: Vec<VerifierKey>,
    /// Logs that one of the keys' contact cards says it continues.
    pub continued: Vec<Origin>,
    /// Keys of witnesses.
    pub witnesses: Vec<WitnessVerifier>,
    /// How many witnesses have to have cosigned the head; without it one is enough for the grade, and none is no fault.
    pub quorum: Option<usize>,
}

/// A file that came along: a head that was kept, or the proof that a head continues another.
#[derive(Debug)]
pub struct Given {
    /// Its name in findings.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Examined {
    /// The key that signed the head; with it, the head is to be believed.
    pub key: Option<VerifierKey>,
    /// The head, once its signature held.
    pub head: Option<Checkpoint>,
    /// Where the proof says that the entry stands.
    pub index: Option<u64>,
    /// What the entry says, once it was found under the head.
    pub shown: Option<Shown>,
    /// Kept heads that belong to the same history.
    pub agreeing: Vec<Checkpoint>,
    /// Files that prove something of heads that are not at hand, each with the size it begins at: they show nothing.
    pub unused: Vec<(String, u64)>,
    /// The entry's kind, where it is not known here.
    pub unknown_kind: Option<String>,
    /// What a package that was opened leaves open, in words.
    pub remarks: Vec<String>,
    /// Cosignatures that count.
    pub cosigned: Vec<Cosignature>,
    /// How many of them had been made by `time`; without it, how many there are.
    pub counted: usize,
    /// How many witnesses are known.
    pub known: usize,
    /// How many are wanted.
    pub quorum: usize,
    /// The time by which `counted` of them, and so enough, had seen the head.
    pub time: Option<Timestamp>,
    /// Evidence of each pair of signed heads that contradict each other.
    pub forks: Vec<Vec<u8>>,
    /// Whether it is no proof, but evidence of a fork.
    pub is_evidence: bool,
    /// What that proves.
    pub fork: Option<Fork>,
    /// What is wrong, or could not be shown.
    pub findings: Vec<Finding>,
}

/// Examines the proof in `proof` beside what was `kept`; or evidence of a fork, which is examined by itself.
pub fn examine(proof: &Given, kept: &[Given], trust: &Trust) -> Examined {
    let mut examined = Examined::default();
    let read = match Proof::parse(&proof.bytes) {
        Ok(read) => read,
        Err(error) => {
            if let Some(evidence) = Evidence::parse(&proof.bytes) {
                return fork::examine(&proof.name, &evidence, trust);
            }
            examined.find(Fault::Malformed, &proof.name, error.to_string());
            return examined;
        }
    };
    examined.index = Some(read.index());
    let (head, key) = match open(&proof.name, read.note(), trust) {
        Ok(opened) => opened,
        Err(mut finding) => {
            let origin = &read.claimed().origin;
            if finding.fault == Fault::WrongLog && trust.continued.contains(origin) {
                finding.text.push_str(&format!(
                    "; the card says that its key continues {origin}: that log's own key, or its older card, is needed here"
                ));
            }
            examined.findings.push(finding);
            return examined;
        }
    };
    examined.head = Some(head.head().clone());
    examined.include(&proof.name, &read);
    examined.witness(&proof.name, &head, &key, trust);
    examined.compare(&proof.name, head, &key, kept);
    examined.key = Some(key);
    examined
}

/// Opens a signed head with the keys that are trusted. A trusted key's signature that does not hold outweighs one that
/// does.
pub(super) fn open(name: &str, note: &[u8], trust: &Trust) -> Result<(VerifiedCheckpoint, VerifierKey), Finding> {
    let found = |fault, text: String| finding(fault, name, text);
    let mut opened = None;
    let mut refused: Option<CheckpointError> = None;
    for key in &trust.logs {
        match VerifiedCheckpoint::open(note, key) {
            Ok(head) => opened = opened.or(Some((head, key.clone()))),
            Err(error @ (CheckpointError::BadSignature(_) | CheckpointError::Repeated(_))) => {
                return Err(found(Fault::Corrupt, error.to_string()));
            }
            Err(error @ CheckpointError::Malformed(_)) => return Err(found(Fault::Malformed, error.to_string())),
            // That a key of this very log did not sign says more than that others' logs are others'.
            Err(error) if !matches!(refused, Some(CheckpointError::UntrustedKey(_))) => refused = Some(error),
            Err(_) => {}
        }
    }
    opened.ok_or_else(|| match refused {
        Some(error) => found(Fault::from(&error), error.to_string()),
        None => found(Fault::UntrustedKey, "no key is trusted".to_owned()),
    })
}

impl Examined {
    /// Whether the entry was found where the proof says, under a head that a trusted key signed.
    pub fn is_included(&self) -> bool {
        self.shown.is_some()
    }

    pub(super) fn find(&mut self, fault: Fault, file: &str, text: String) {
        self.findings.push(Finding { index: self.index, ..finding(fault, file, text) });
    }

    fn include(&mut self, name: &str, proof: &Proof) {
        let Some(extra) = proof.extra() else {
            let text = "not proved: the proof shows nothing of its entry, not even its kind";
            return self.find(Fault::Malformed, name, text.to_owned());
        };
        let shown = match Shown::parse(extra) {
            Ok(shown) => shown,
            Err(error) => return self.find(Fault::Malformed, name, error.to_string()),
        };
        let leaf = shown.leaf(&proof.claimed().origin, proof.index());
        if !leaf.is_ok_and(|leaf| proof.holds_for(&leaf)) {
            let text = "not proved: what it shows, put where it says, does not lead to the signed root";
            return self.find(Fault::NotIncluded, name, text.to_owned());
        }
        match entry::check(&shown) {
            Ok(true) => {}
            Ok(false) => self.unknown_kind = shown.value("kind").and_then(Value::as_str).map(str::to_owned),
            Err(reason) => return self.find(Fault::Malformed, name, format!("not proved: {reason}")),
        }
        self.shown = Some(shown);
    }

    fn witness(&mut self, name: &str, head: &VerifiedCheckpoint, key: &VerifierKey, trust: &Trust) {
        self.known = cosignature::witnesses(&trust.witnesses, key);
        let Ok(note) = Note::parse(head.bytes(), NOTE_LIMIT) else { return };
        match cosignature::counted(&note, &trust.witnesses, key) {
            Ok(counted) => self.cosigned = counted,
            Err(error) => return self.find(Fault::Corrupt, name, format!("a witness: {error}")),
        }
        let (all, known) = (self.cosigned.len(), self.known);
        self.quorum = trust.quorum.unwrap_or(known.min(1));
        let vouched = cosignature::vouched(&self.cosigned, trust.quorum);
        (self.counted, self.time) = vouched.map_or((all, None), |(counted, time)| (counted, Some(time)));
        if let Some(quorum) = trust.quorum.filter(|quorum| all < *quorum) {
            let mut text = format!("{all} of the {known} known witnesses cosigned the head, not {quorum}");
            if trust.witnesses.iter().any(|witness| witness.public() == key.public()) {
                text.push_str("; the log's own key was named as a witness, and is none");
            }
            self.find(Fault::QuorumNotMet, name, text);
        }
    }

    /// Puts the head beside those that were kept. What a proof of continuation holds itself was kept by nobody: it links
    /// the heads that were, and by itself shows nothing.
    fn compare(&mut self, name: &str, head: VerifiedCheckpoint, key: &VerifierKey, kept: &[Given]) {
        let trust = Trust { logs: vec![key.clone()], ..Trust::default() };
        let mut heads = Heads::default();
        let own = heads.add(head);
        let mut asked = Vec::new();
        let mut links = Vec::new();
        for given in kept {
            let request = match given.bytes.starts_with(b"old ").then(|| Request::parse(&given.bytes)).transpose() {
                Ok(request) => request,
                Err(error) => {
                    self.findings.push(finding(Fault::Malformed, &given.name, error.to_string()));
                    continue;
                }
            };
            let note = request.as_ref().map_or(&given.bytes, |request| &request.checkpoint);
            // Evidence of a fork is two heads, and is asked for both; where their sizes differ, or one of them is named by
            // a link, it says itself why they exclude each other.
            let evidence = Evidence::parse(&given.bytes);
            if let Some(evidence) = &evidence {
                let fork = fork::examine(&given.name, evidence, &trust);
                let [smaller, larger] = &evidence.claimed;
                let is_told = smaller.size == larger.size && !evidence.has_link();
                self.findings
                    .extend(fork.findings.into_iter().filter(|found| found.fault == Fault::Forked && !is_told));
            }
            let mut steps = request.as_ref().map(|request| request.steps.clone());
            for note in evidence::notes(note) {
                if evidence.is_some() && evidence::link_in(&note).is_some() {
                    continue;
                }
                match open(&given.name, &note, &trust) {
                    Ok((head, _)) => match (heads.add(head), steps.take()) {
                        (at, None) => asked.push((given.name.as_str(), at)),
                        (at, Some(steps)) => links.push((given.name.as_str(), steps, at)),
                    },
                    Err(finding) => self.findings.push(finding),
                }
            }
        }
        // All heads first: a proof may come before the head that it begins with.
        for (name, steps, to) in links {
            let found: Vec<Link> = steps.iter().map(|step| heads.link(step, to)).collect();
            if let Some(at) = found.iter().position(|link| *link == Link::Fails) {
                let (old, new) = (steps[at].old, heads.head(to).size);
                let text =
                    format!("not proved: that its head of {new} entries continues the one of {old} that is at hand");
                self.findings.push(finding(Fault::Incomplete, name, text));
            } else if !found.contains(&Link::Holds) {
                self.unused.push((name.to_owned(), steps.first().map_or(0, |step| step.old)));
            }
        }
        for (one, other) in heads.forks() {
            let size = one.head().size;
            let text = format!("the key of {} signed two roots at size {size}", one.head().origin);
            // Two that were kept may exclude each other, and neither be the proof's.
            let is_own = [one, other].iter().any(|head| head.head() == heads.head(own));
            let mut kept =
                asked.iter().filter(|(_, at)| [one, other].iter().any(|head| head.head() == heads.head(*at)));
            let file = kept.next_back().map(|(name, _)| *name).filter(|_| !is_own).unwrap_or(name);
            self.findings.push(finding(Fault::Forked, file, text));
            self.forks.push(evidence::text(one, other, None));
        }
        for (name, at) in asked {
            let other = heads.head(at);
            if heads.agree(own, at) {
                self.agreeing.push(other.clone());
            } else if other.size != heads.head(own).size {
                let (from, to) = (other.size.min(heads.head(own).size), other.size.max(heads.head(own).size));
                let text = format!("not proved: that the head of {to} entries continues that of {from}");
                self.findings.push(finding(Fault::Incomplete, name, text));
            }
        }
    }

    /// Where the entry says a time after one at which it was seen already: both. No cosignature can tell whether the
    /// keeper's clock ran ahead, or the entry was dated forward; it was there in either case.
    pub fn ahead(&self) -> Option<(Timestamp, Timestamp)> {
        let (said, seen) = (self.said_time()?, self.time?);
        (said > seen.plus_seconds(SLACK)).then_some((said, seen))
    }

    /// When the entry says that it was made, if that is shown.
    pub fn said_time(&self) -> Option<Timestamp> {
        self.shown.as_ref()?.value("time")?.as_str()?.parse().ok()
    }
}

fn finding(fault: Fault, file: &str, text: String) -> Finding {
    Finding { fault, index: None, file: Some(file.to_owned()), text }
}
