//! What `subrosa proof verify` answers: a verdict, what is proved in plain words, and what is not.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::cli::answer::Answer;
use crate::cli::answer::Head;
use crate::cli::answer::Look;
use crate::cli::text::bare;
use crate::cli::verdict;
use crate::cli::verdict::Finding;
use crate::cli::verdict::KnownHead;
use crate::cli::verdict::Witnesses;
use crate::digest::Digest;
use crate::ledger::bounds::SLACK;
use crate::ledger::checkpoint::Checkpoint;
use crate::receiving::fork::Fork;
use crate::receiving::manifest::NOT_OPENED;
use crate::receiving::proof::Examined;
use crate::time::Timestamp;
use crate::vault::check::Fault;
use crate::vault::root_text;

/// What to do about a proof, where that differs from what is done about a vault.
const CURES: [(Fault, &str); 10] = [
    (Fault::UntrustedKey, "ask the keeper for the verifier key by another way, and compare it"),
    (Fault::WrongLog, "give the key of the log that it is about, or ask for the right file"),
    (Fault::Forked, "show the evidence to whoever relies on this log: anyone can check both signatures"),
    (Fault::BackDated, "ask the keeper how that can be, and keep what you have"),
    (Fault::Corrupt, "it was altered or damaged on its way: ask for it again"),
    (Fault::OpeningMismatch, "ask for the package and the proof that belong together"),
    (Fault::NotIncluded, "nothing speaks against the log: ask for a new proof of this entry"),
    (Fault::Malformed, "ask for it again; a mail program may have changed it"),
    (Fault::Incomplete, "ask the keeper for what is missing: ledger prove --from CHECKPOINT, or ledger prove --show"),
    (
        Fault::QuorumNotMet,
        "ask the keeper for a proof under a head that more of them cosigned, or name others by --witness",
    ),
];

/// What to do where no identity opens the package.
const OPENS: &str = "give the recipient's identity (-i), or leave it out: then the package stays closed";

/// A package that was given along.
#[derive(Serialize)]
pub struct Package {
    path: String,
    sha256: Option<String>,
    size: u64,
    /// Whether the entry is about it.
    #[serde(rename = "matches")]
    pub is_the_one: bool,
    /// How many records it holds, once it was opened.
    pub records: Option<usize>,
    /// The fields that its manifest opened.
    pub joined: Vec<String>,
}

impl Package {
    /// A file with this digest and size, as yet compared with nothing; without a digest as much as was read of it.
    pub fn of(path: &str, sha256: Option<Digest>, size: u64) -> Self {
        let sha256 = sha256.map(|digest| digest.to_string());
        Self { path: path.to_owned(), sha256, size, is_the_one: false, records: None, joined: Vec::new() }
    }
}

/// The answer.
#[derive(Serialize)]
pub struct Told {
    /// The word for the whole.
    pub verdict: &'static str,
    head: KnownHead,
    key: Option<String>,
    index: Option<u64>,
    shown: BTreeMap<String, Value>,
    hidden: Vec<String>,
    against: Vec<Head>,
    package: Option<Package>,
    witnesses: Witnesses,
    proved: Vec<String>,
    not_proved: Vec<String>,
    evidence: Vec<String>,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// What it takes to say what is not proved.
    #[serde(skip)]
    open: Open,
}

/// What the proof leaves open, beside what it hides.
#[derive(Default)]
struct Open {
    ahead: Option<(Timestamp, Timestamp)>,
    unused: Vec<(String, u64)>,
    unknown_kind: Option<String>,
    remarks: Vec<String>,
    is_evidence: bool,
    fork: Option<Fork>,
}

/// What even sound evidence of a fork does not say.
const FORK_LEAVES_OPEN: [&str; 3] = [
    "which of the two histories is the true one",
    "who signed them: the keeper of the ledger, or somebody else who has its key",
    "when either was signed",
];

impl Told {
    /// Of what was examined.
    pub fn of(examined: &Examined, package: Option<Package>, evidence: Vec<String>) -> Self {
        let good = match () {
            () if examined.time.is_some() => verdict::WITNESSED,
            () if !examined.agreeing.is_empty() => verdict::CONTINUOUS,
            () => verdict::INTACT,
        };
        let shown = examined.shown.iter().flat_map(|shown| shown.shown());
        let hidden = examined.shown.iter().flat_map(|shown| shown.hidden());
        let mut told = Self {
            verdict: verdict::of(&examined.findings, good),
            head: examined.head.as_ref().map(KnownHead::from).unwrap_or_default(),
            key: examined.key.as_ref().map(ToString::to_string),
            index: examined.index,
            shown: shown.map(|(name, value)| (name.to_owned(), value.clone())).collect(),
            hidden: hidden.map(str::to_owned).collect(),
            against: examined.agreeing.iter().map(Head::from).collect(),
            package,
            witnesses: Witnesses {
                counted: examined.counted as u64,
                known: examined.known as u64,
                quorum: examined.quorum as u64,
                time: examined.time.map(|time| time.to_string()),
                earlier: None,
            },
            proved: Vec::new(),
            not_proved: Vec::new(),
            findings: examined.findings.iter().map(finding).collect(),
            evidence,
            open: Open {
                ahead: examined.ahead(),
                unused: examined.unused.clone(),
                unknown_kind: examined.unknown_kind.clone(),
                remarks: examined.remarks.clone(),
                is_evidence: examined.is_evidence,
                fork: examined.fork.clone(),
            },
        };
        for finding in told.findings.iter_mut().filter(|finding| finding.verdict == "FORKED") {
            if !told.evidence.is_empty() {
                finding.text.push_str(&format!("; both are kept in {}", told.evidence.join(", ")));
            }
        }
        told.proved = told.proofs();
        told.not_proved = told.doubts();
        told
    }

    fn proofs(&self) -> Vec<String> {
        let mut said = Vec::new();
        if let Some(fork) = &self.open.fork {
            return of_fork(self.key.as_deref().unwrap_or_default(), fork);
        }
        let (Some(key), KnownHead { origin: Some(origin), size: Some(size), .. }) = (&self.key, &self.head) else {
            return said;
        };
        let id = key.split('+').nth(1).unwrap_or_default();
        said.push(format!("the key {id} of {origin} signed a head of {size} entries"));
        if let Some(index) = self.index.filter(|_| !self.shown.is_empty()) {
            // Whoever signs two histories can take it away in the other.
            said.push(match self.is_forked() {
                false => format!("entry {index} is one of them, and cannot be changed or taken away without a trace"),
                true => format!("entry {index} is one of them"),
            });
            said.extend(self.shown.iter().map(|(name, value)| format!("it says {}: {value}", plain(name))));
        }
        if self.is_forked() {
            said.push(format!(
                "the key {id} signed two histories that exclude each other: its word alone proves nothing"
            ));
        }
        said.extend(self.against.iter().map(|kept| match kept.size == *size {
            true => "the head is the one that was kept".to_owned(),
            false => format!("the head and the kept one of {} entries are of one history", kept.size),
        }));
        if let Some(package) = self.package.as_ref().filter(|package| package.is_the_one) {
            said.push(format!("{} is the package that the entry names: SHA-256 and size are equal", package.path));
            if let Some(records) = package.records {
                let records = if records == 1 { "1 record".to_owned() } else { format!("{records} records") };
                said.push(format!("it opens, its manifest is signed by the same key, and names its {records} rightly"));
            }
        }
        if let Witnesses { counted, known, time: Some(time), .. } = &self.witnesses {
            let witnesses = if *known == 1 { "witness" } else { "witnesses" };
            said.push(format!("{counted} of {known} known {witnesses} had seen this head by {time}"));
        }
        said
    }

    fn doubts(&self) -> Vec<String> {
        let mut said = Vec::new();
        if self.open.is_evidence {
            return match self.open.fork {
                Some(_) => FORK_LEAVES_OPEN.map(str::to_owned).to_vec(),
                None => vec!["that any key signed two histories".to_owned()],
            };
        }
        if self.shown.is_empty() {
            return vec!["that any entry stands in any log".to_owned()];
        }
        if let Some(kind) = &self.open.unknown_kind {
            said.push(format!("what an entry of the kind {kind:?} means: it is not known here"));
        }
        said.push(match (&self.open.ahead, &self.witnesses.time) {
            (Some((said, seen)), _) => format!(
                "that the time in the entry is right: it says {said}, and witnesses had seen it at {seen} already, more \
                 than {SLACK} seconds before; the keeper's clock was ahead, or the entry was dated forward"
            ),
            (None, Some(time)) => format!(
                "that the time in the entry is right: it was made no later than {time}, the rest is the keeper's word"
            ),
            (None, None) => {
                "that the time in the entry is right: it is the keeper's word, and no witness speaks for it".to_owned()
            }
        });
        if !self.hidden.is_empty() {
            said.push(format!(
                "what stands in the fields that are hidden: {}",
                self.hidden.iter().map(|name| plain(name)).collect::<Vec<_>>().join(", ")
            ));
        }
        if let Some(count) = self.shown.get("records").and_then(|records| records.get("count")) {
            said.push(format!(
                "which {count} records were sent: the entry holds their number, and the digest of a list"
            ));
        }
        for (name, old) in &self.open.unused {
            said.push(format!(
                "anything by {name}: it continues a head of {old} entries, and none of that size was given"
            ));
        }
        said.extend(self.open.remarks.iter().cloned());
        match &self.package {
            None if self.shown.contains_key("package") => {
                said.push("that a file you have is the package: give it by --package".to_owned());
            }
            Some(Package { is_the_one: true, records: None, .. }) => {
                said.push("what is in the package: it was not opened (-i opens it)".to_owned());
            }
            _ => {}
        }
        said.push("that nothing else was shared, here or elsewhere".to_owned());
        said.push(match self.witnesses.time {
            Some(_) if !self.is_forked() => "that the witnesses are honest, and not all of one hand".to_owned(),
            _ if self.is_forked() => "which of the two histories is the true one".to_owned(),
            _ => "that the keeper shows everybody this same history".to_owned(),
        });
        said
    }

    fn is_forked(&self) -> bool {
        self.findings.iter().any(|finding| finding.verdict == "FORKED")
    }

    /// What is proved and what is not, for whoever reads the one line of a pipe.
    pub fn words(&self) -> impl Iterator<Item = String> {
        let said = |title: &'static str| move |line: &String| format!("{title}: {line}");
        self.proved.iter().map(said("proved")).chain(self.not_proved.iter().map(said("not proved")))
    }

    fn word(&self) -> String {
        let Witnesses { counted, known, time, .. } = &self.witnesses;
        match time.as_ref().filter(|_| self.verdict == verdict::WITNESSED) {
            Some(time) => format!("{} {counted} of {known} at {time}", self.verdict),
            None => self.verdict.to_owned(),
        }
    }
}

/// What evidence of a fork proves, in plain words.
fn of_fork(key: &str, fork: &Fork) -> Vec<String> {
    let Fork { smaller, larger, root } = fork;
    let (id, origin) = (key.split('+').nth(1).unwrap_or_default(), &larger.origin);
    let head = |head: &Checkpoint| format!("a head of {} entries with the root {}", head.size, root_text(&head.root));
    let mut said = [smaller, larger].map(|one| format!("the key {id} of {origin} signed {}", head(one))).to_vec();
    if smaller.size != larger.size {
        said.push(format!(
            "of these {} entries the first {} have the root {}",
            larger.size,
            smaller.size,
            root_text(root)
        ));
    }
    said.push("no ledger that only grows has both: this key signed two histories that exclude each other".to_owned());
    said
}

fn finding(found: &crate::vault::check::Finding) -> Finding {
    let told = Finding::from(found);
    let cure = CURES.iter().find(|(fault, _)| *fault == found.fault).map(|(_, cure)| *cure);
    let cure = if found.text == NOT_OPENED { Some(OPENS) } else { cure };
    Finding { cure: cure.map_or(told.cure, str::to_owned), ..told }
}

/// The name of a field. Whoever signs an entry of a kind that is not known chose it: it must not read as other words.
fn plain(name: &str) -> String {
    let is_plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if is_plain { name.to_owned() } else { format!("{name:?}") }
}

impl Answer for Told {
    fn prose(&self, _: &Look<'_>) -> String {
        let head = match self.head.origin {
            Some(_) => self.head.prose(),
            None => "nothing is proved".to_owned(),
        };
        let mut text = format!("{}: {head}\n", self.word());
        text.extend(self.findings.iter().map(Finding::prose));
        for (title, said) in [("Proved", &self.proved), ("Not proved", &self.not_proved)] {
            if !said.is_empty() {
                text.push_str(&format!("{title}:\n"));
                text.extend(said.iter().map(|line| format!("  {}\n", bare(line))));
            }
        }
        text
    }

    fn bare(&self) -> String {
        let index = self.index.map(|index| index.to_string()).unwrap_or_default();
        self.head.row(self.verdict, &[&index])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cure_is_of_another_fault() {
        let mut faults: Vec<Fault> = CURES.iter().map(|(fault, _)| *fault).collect();
        faults.sort_unstable();
        faults.dedup();
        assert_eq!(faults.len(), CURES.len());
    }
}
