//! A proof examined: who signed its head, whether the entry it shows stands there, whether the head belongs to the same
//! history as those that were kept, who witnessed it and when. Every doubt is a finding, and what no finding speaks
//! against is proved. Must not know files, or the package (but its digest and what its manifest opens).

use serde_json::Map;
use serde_json::Value;

use crate::digest::Digest;
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
use crate::receiving::heads::Heads;
use crate::time::Timestamp;
use crate::vault::check::Fault;
use crate::vault::check::Finding;
use crate::vault::evidence;

/// Whom the reader trusts.
#[derive(Debug, Default)]
pub struct Trust {
    /// Keys of logs.
    pub logs: Vec<VerifierKey>,
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
    /// Cosignatures that count.
    pub cosigned: Vec<Cosignature>,
    /// How many witnesses are known.
    pub known: usize,
    /// How many are wanted.
    pub quorum: usize,
    /// The time by which enough of them had seen the head.
    pub time: Option<Timestamp>,
    /// Evidence of each pair of signed heads that contradict each other.
    pub forks: Vec<Vec<u8>>,
    /// What is wrong, or could not be shown.
    pub findings: Vec<Finding>,
}

/// Examines the proof in `proof` beside what was `kept`.
pub fn examine(proof: &Given, kept: &[Given], trust: &Trust) -> Examined {
    let mut examined = Examined::default();
    let read = match Proof::parse(&proof.bytes) {
        Ok(read) => read,
        Err(error) => {
            examined.find(Fault::Malformed, &proof.name, error.to_string());
            return examined;
        }
    };
    examined.index = Some(read.index());
    let (head, key) = match open(&proof.name, read.note(), trust) {
        Ok(opened) => opened,
        Err(finding) => {
            examined.findings.push(finding);
            return examined;
        }
    };
    examined.head = Some(head.head().clone());
    examined.include(&proof.name, &read);
    examined.witness(&proof.name, &head, &key, trust);
    examined.compare(&proof.name, head, &key, kept);
    examined.key = Some(key);
    examined.check_time();
    examined
}

/// Opens a signed head with the keys that are trusted. A trusted key's signature that does not hold outweighs one that
/// does.
fn open(name: &str, note: &[u8], trust: &Trust) -> Result<(VerifiedCheckpoint, VerifierKey), Finding> {
    let found = |fault, text: String| finding(fault, name, text);
    let mut opened = None;
    let mut refused: Option<CheckpointError> = None;
    for key in &trust.logs {
        match VerifiedCheckpoint::open(note, key) {
            Ok(head) => opened = opened.or(Some((head, key.clone()))),
            Err(error @ CheckpointError::BadSignature(_)) => return Err(found(Fault::Corrupt, error.to_string())),
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

    fn find(&mut self, fault: Fault, file: &str, text: String) {
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
        if shown.value("kind").is_none_or(|kind| !kind.is_string()) {
            let text = "not proved: the proof does not show of which kind its entry is";
            return self.find(Fault::Malformed, name, text.to_owned());
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
        let (counted, quorum) = (self.cosigned.len(), trust.quorum.unwrap_or(self.known.min(1)));
        self.quorum = quorum;
        self.time = cosignature::agreed_time(&self.cosigned, quorum);
        if trust.quorum.is_some() && counted < quorum {
            let text = format!("{counted} of the {} known witnesses cosigned the head, not {quorum}", self.known);
            self.find(Fault::QuorumNotMet, name, text);
        }
    }

    /// Puts the head beside those that were kept.
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
            match open(&given.name, note, &trust) {
                Ok((head, _)) => {
                    let at = heads.add(head);
                    asked.push((given.name.as_str(), at));
                    links.extend(request.into_iter().flat_map(|request| request.steps).map(|step| (step, at)));
                }
                Err(finding) => self.findings.push(finding),
            }
        }
        // All heads first: a proof may come before the head that it begins with.
        links.iter().for_each(|(step, to)| heads.link(step, *to));
        for (one, other) in heads.forks() {
            let size = one.head().size;
            let text = format!("the key of {} signed two roots for its size {size}", one.head().origin);
            self.findings.push(finding(Fault::Forked, name, text));
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

    /// What witnesses saw at a time was there by then.
    fn check_time(&mut self) {
        let (Some(said), Some(seen)) = (self.said_time(), self.time) else { return };
        if said > seen.plus_seconds(SLACK) {
            let text = format!("the entry says {said}, and witnesses saw it in the log at {seen}");
            self.findings.push(Finding { fault: Fault::BackDated, index: self.index, file: None, text });
        }
    }

    /// When the entry says that it was made, if that is shown.
    pub fn said_time(&self) -> Option<Timestamp> {
        self.shown.as_ref()?.value("time")?.as_str()?.parse().ok()
    }

    /// Compares a package with what the entry says of one: whether it is that very file.
    pub fn compare_package(&mut self, name: &str, sha256: Digest, size: u64) -> bool {
        let Some(shown) = &self.shown else { return false };
        let (named, length) = (shown.value("package"), shown.value("size"));
        let (Some(named), Some(length)) = (named, length) else {
            let text = "not proved: the proof does not show which package its entry is about";
            self.find(Fault::Incomplete, name, text.to_owned());
            return false;
        };
        if *named != sha256.to_string() || *length != size {
            let text = format!("it is not the package in the entry: its SHA-256 is {sha256}, its size {size}");
            self.find(Fault::OpeningMismatch, name, text);
            return false;
        }
        true
    }

    /// Joins what the package's manifest opens, which its log's key signed. Returns the fields that were hidden before.
    pub fn join(&mut self, name: &str, manifest: &Map<String, Value>) -> Vec<String> {
        let (Some(shown), Some(head)) = (&mut self.shown, &self.head) else { return Vec::new() };
        if manifest.get("origin").and_then(Value::as_str) != Some(head.origin.as_str()) {
            self.find(Fault::WrongLog, name, "its manifest names another log".to_owned());
            return Vec::new();
        }
        let Some(opening) = manifest.get("opening").and_then(Value::as_object) else {
            self.find(Fault::Malformed, name, "its manifest opens nothing".to_owned());
            return Vec::new();
        };
        let joined = match shown.join(opening) {
            Ok(joined) => joined,
            Err(error) => {
                self.find(Fault::OpeningMismatch, name, format!("its manifest: {error}"));
                return Vec::new();
            }
        };
        // The manifest says some things twice: to people, and under the commitment.
        let differs = |field: &&str| shown.value(field).is_some_and(|value| manifest.get(*field) != Some(value));
        if let Some(field) = ["basis", "disclosure", "expires", "notice", "purpose"].iter().find(|field| differs(field))
        {
            self.find(Fault::OpeningMismatch, name, format!("its manifest says another {field} than the entry"));
        }
        let created = manifest.get("created").and_then(Value::as_str).and_then(|text| text.parse::<Timestamp>().ok());
        if let (Some(created), Some(said)) = (created, self.said_time())
            && created > said.plus_seconds(SLACK)
        {
            // The entry holds the package's digest: it cannot be older than the package.
            let text = format!("the entry says {said}, and names a package that was made at {created}");
            self.find(Fault::BackDated, name, text);
        }
        joined
    }
}

fn finding(fault: Fault, file: &str, text: String) -> Finding {
    Finding { fault, index: None, file: Some(file.to_owned()), text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::opening::Opening;
    use crate::ledger::opening::Salt;
    use serde_json::json;

    const SALT: [u8; 32] = [7; 32];

    fn opening() -> Opening {
        let event = json!({
            "kind": "disclosure.made", "package": Digest::of(b"p").to_string(), "purpose": "treat", "size": 1,
            "time": "2026-11-21T09:30:00Z", "why": null,
        });
        let Value::Object(event) = event else { unreachable!() };
        Opening { index: 3, event, salt: Salt::from_bytes(&SALT) }
    }

    /// An entry that was found, and of which the purpose is hidden.
    fn included() -> Examined {
        let origin = "subrosa/q5c3f7kz2m".parse().unwrap();
        Examined {
            shown: Some(Shown::of(&opening(), |name| name != "purpose" && name != "why").unwrap()),
            head: Some(Checkpoint { origin, size: 5, root: Digest::of(b"") }),
            ..Examined::default()
        }
    }

    /// The manifest of its package, changed.
    fn manifest(change: impl Fn(&mut Value)) -> Map<String, Value> {
        let all = Shown::of(&opening(), |_| true).unwrap().to_value();
        let mut manifest = json!({
            "created": "2026-11-21T09:29:00Z", "origin": "subrosa/q5c3f7kz2m", "purpose": "treat",
            "opening": {"kind": all["kind"], "purpose": all["purpose"]},
        });
        change(&mut manifest);
        let Value::Object(manifest) = manifest else { unreachable!() };
        manifest
    }

    fn joined(change: impl Fn(&mut Value)) -> (Vec<String>, Vec<Fault>) {
        let mut examined = included();
        let joined = examined.join("p.age", &manifest(change));
        (joined, examined.findings.iter().map(|finding| finding.fault).collect())
    }

    #[test]
    fn what_the_manifest_opens_is_shown() {
        let mut examined = included();
        assert_eq!(examined.join("p.age", &manifest(|_| ())), ["purpose"]);
        assert_eq!((examined.findings.len(), examined.shown.unwrap().hidden()), (0, vec!["why"]));
    }

    #[test]
    fn a_manifest_that_is_not_of_this_entry_is_named() {
        let purpose = || vec!["purpose".to_owned()];
        assert_eq!(joined(|of| of["origin"] = json!("subrosa/q5c3f7kz2n")), (vec![], vec![Fault::WrongLog]));
        assert_eq!(joined(|of| of["opening"] = json!(null)), (vec![], vec![Fault::Malformed]));
        let other = |of: &mut Value| of["opening"]["purpose"]["value"] = json!("train");
        assert_eq!(joined(other), (vec![], vec![Fault::OpeningMismatch]));
        assert_eq!(joined(|of| of["purpose"] = json!("train")), (purpose(), vec![Fault::OpeningMismatch]));
        // A package cannot be made after the entry that holds its digest; clocks may be some minutes apart.
        assert_eq!(joined(|of| of["created"] = json!("2026-11-21T09:34:00Z")), (purpose(), vec![]));
        assert_eq!(joined(|of| of["created"] = json!("2026-11-21T10:30:00Z")), (purpose(), vec![Fault::BackDated]));
    }

    #[test]
    fn a_package_is_the_one_or_not() {
        let compared = |sha256: Digest, size| {
            let mut examined = included();
            (examined.compare_package("p", sha256, size), examined.findings.iter().map(|f| f.fault).collect::<Vec<_>>())
        };
        assert_eq!(compared(Digest::of(b"p"), 1), (true, vec![]));
        assert_eq!(compared(Digest::of(b"q"), 1), (false, vec![Fault::OpeningMismatch]));
        assert_eq!(compared(Digest::of(b"p"), 2), (false, vec![Fault::OpeningMismatch]));
    }
}
