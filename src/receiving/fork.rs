//! Evidence of a fork examined, for whoever has nothing but the log's public key: whether one key signed both heads, and
//! whether they exclude each other. Must not know files, or where such evidence is kept.

use crate::digest::Digest;
use crate::keys::signer::VerifierKey;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::successor::Successor;
use crate::ledger::successor::SuccessorError;
use crate::receiving::proof::Examined;
use crate::receiving::proof::Trust;
use crate::receiving::proof::open;
use crate::vault::check::Fault;
use crate::vault::check::Finding;
use crate::vault::evidence::Evidence;
use crate::vault::evidence::link_in;

/// Two heads that one key signed, and that no log which only grows has both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fork {
    /// That with the smaller size.
    pub smaller: Checkpoint,
    /// The other one.
    pub larger: Checkpoint,
    /// The root that the log of `larger` has at the size of `smaller`; its own, where they are of one size.
    pub root: Digest,
}

/// The head that a note names, and the trusted key that signed it. A link to a successor names one as well.
fn open_head(name: &str, note: &[u8], trust: &Trust) -> Result<(Checkpoint, VerifierKey), Finding> {
    let Some(claimed) = link_in(note) else {
        return open(name, note, trust).map(|(head, key)| (head.head().clone(), key));
    };
    let mut refused = None;
    for key in trust.logs.iter().filter(|key| *key.origin() == claimed.origin) {
        match Successor::open(note, key) {
            Ok(link) => return Ok((link.head(), key.clone())),
            Err(SuccessorError::Statement(error)) if error.is_untrusted() => {
                refused = refused.or(Some((Fault::UntrustedKey, error.to_string())));
            }
            Err(error) => refused = Some((Fault::Corrupt, error.to_string())),
        }
    }
    let unknown = || (Fault::WrongLog, format!("no key of {} was given", claimed.origin));
    let (fault, text) = refused.unwrap_or_else(unknown);
    Err(Finding { fault, index: None, file: Some(name.to_owned()), text })
}

/// Examines the evidence in the file called `name`.
pub fn examine(name: &str, evidence: &Evidence, trust: &Trust) -> Examined {
    let mut examined = Examined { is_evidence: true, ..Examined::default() };
    let refused = |mut finding: Finding| {
        finding.text = format!("not proved: {}", finding.text);
        finding
    };
    let [smaller, larger] = &evidence.notes;
    // Both by one key: two trusted keys are not to be played off against each other.
    let opened = open_head(name, smaller, trust).and_then(|(smaller, key)| {
        let by_it = Trust { logs: vec![key.clone()], ..Trust::default() };
        Ok((smaller, open_head(name, larger, &by_it)?.0, key))
    });
    let (smaller, larger, key) = match opened {
        Ok(opened) => opened,
        Err(finding) => {
            examined.findings.push(refused(finding));
            return examined;
        }
    };
    examined.key = Some(key);
    examined.head = Some(larger.clone());
    let (old, new, origin) = (smaller.size, larger.size, larger.origin.clone());
    let why = evidence.why.as_ref().filter(|why| why.excludes(&smaller, &larger));
    let root = match old == new {
        true => Some(larger.root).filter(|root| *root != smaller.root),
        false => why.map(|why| why.root),
    };
    match root {
        Some(root) => {
            let text = match old == new {
                true => format!("the key of {origin} signed two roots at size {old}"),
                false => {
                    format!(
                        "the key of {origin} signed a head of {new} entries that does not continue its head of {old}"
                    )
                }
            };
            examined.find(Fault::Forked, name, text);
            examined.fork = Some(Fork { smaller, larger, root });
        }
        None if old == new => examined.find(
            Fault::Incomplete,
            name,
            format!("not proved: that the key signed two histories; it is one head of {old} entries, twice"),
        ),
        None => examined.find(
            Fault::Incomplete,
            name,
            format!("not proved: that the head of {new} entries does not continue that of {old}"),
        ),
    }
    examined
}
