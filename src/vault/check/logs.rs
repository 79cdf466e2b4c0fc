//! What there is to check where a vault has had several logs: that each past log is there up to where its successor
//! continues it, the links between them, and what was declared missing.

use crate::id::LogId;
use crate::vault::Vault;
use crate::vault::check::ELSEWHERE;
use crate::vault::check::Fault;
use crate::vault::check::Finding;
use crate::vault::check::LedgerReport;
use crate::vault::check::finding;
use crate::vault::error::VaultError;
use crate::vault::history;
use crate::vault::history::Chapter;
use crate::vault::log::Log;
use crate::vault::places;

/// The alarm, as a finding that says `text`.
pub(super) fn alarm_finding(alarm: &VaultError, active: LogId, text: &str) -> Finding {
    let (fault, log) = match alarm {
        VaultError::Forked { found, .. } | VaultError::Beyond { found, .. } => (Fault::Forked, found.origin.log_id()),
        VaultError::Split { found, .. } | VaultError::Excluded { found, .. } => (Fault::Forked, found.log_id()),
        VaultError::NoSigningKey { file } => return finding(Fault::Incomplete, file, text),
        VaultError::OlderHeader { .. } | VaultError::HeaderBehind { .. } => {
            return finding(Fault::RolledBack, places::HEADER, text);
        }
        _ => (Fault::RolledBack, None),
    };
    let is_for_others =
        matches!(alarm, VaultError::Forked { writes: false, .. } | VaultError::Excluded { writes: false, .. });
    let text = &if is_for_others { format!("{text}; {ELSEWHERE}") } else { text.to_owned() };
    finding(fault, &places::checkpoint(log.unwrap_or(active)), text)
}

impl Vault {
    /// Whether the checkpoint of a log that was continued is there, and what was declared missing of it.
    pub(super) fn check_closed(&self, chapter: &Chapter, report: &mut LedgerReport) -> Result<(), VaultError> {
        let Chapter { log, verifier, head, gap } = chapter;
        let file = places::checkpoint(log.id);
        report.signatures += u64::from(head.size > 0);
        match log.checkpoint(verifier) {
            // Of a log that was lost, nothing is there.
            _ if head.size == 0 => {}
            Ok(published) if published.head().size < head.size => {
                let text =
                    format!("it is of {} entries, and the log was continued at {}", published.head().size, head.size);
                report.findings.push(finding(Fault::RolledBack, &file, &text));
            }
            Ok(_) => {}
            Err(VaultError::Altered { reason, .. }) => {
                let fault = if self.disk.has(&file) { Fault::Corrupt } else { Fault::Incomplete };
                report.findings.push(finding(fault, &file, &reason));
            }
            Err(other) => return Err(other),
        }
        if let Some(whole) = gap {
            let (first, last) = (head.size, whole.size - 1);
            let which = match first == last {
                true => format!("entry {first} was not at hand when the log was continued, and is"),
                false => format!("entries {first} to {last} were not at hand when the log was continued, and are"),
            };
            let text = format!("{which} missing since");
            report.findings.push(Finding { index: Some(head.size), ..finding(Fault::Gap, &file, &text) });
        }
        Ok(())
    }

    /// Whether both copies of each link say which key follows which, signed by the older one.
    pub(super) fn check_links(&self, report: &mut LedgerReport) -> Result<(), VaultError> {
        let newer = self.past.iter().skip(1).map(|past| &past.verifier).chain([&self.header.verifier]);
        for (old, new) in self.past.iter().zip(newer) {
            let id = new.origin().log_id().unwrap_or(self.log.id);
            for file in [places::successor(old.log.id), places::predecessor(id)] {
                report.signatures += 1;
                let found = history::link_in(&self.disk, &file, &old.verifier)?;
                let is_it = found.is_some_and(|(link, _)| link.vkey == *new && link.head() == old.closed);
                if !is_it {
                    let (fault, text) = match self.disk.has(&file) {
                        true => (Fault::Corrupt, "it is not the link between the two logs"),
                        false => (Fault::Incomplete, "it is missing"),
                    };
                    report.findings.push(finding(fault, &file, text));
                }
            }
        }
        Ok(())
    }

    /// How many entries a log's own checkpoint speaks of; what lies beyond where it is folded is no stray.
    pub(super) fn published_size(&self, log: &Log) -> u64 {
        let key = self.past.iter().find(|past| past.log.id == log.id).map(|past| &past.verifier);
        key.and_then(|key| log.checkpoint(key).ok()).map_or(0, |head| head.head().size)
    }
}
