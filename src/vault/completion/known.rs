//! What the logs of a history say that are complete by now: what they took the place of, declare erased, and joined. Must
//! not bring anything.

use std::collections::BTreeSet;

use crate::id::LogId;
use crate::id::ObjectId;
use crate::keys::signer::VerifierKey;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::opening::PER_FILE;
use crate::ledger::successor::Successor;
use crate::practice::event::Body;
use crate::practice::log::LogJoined;
use crate::vault::completion::Work;
use crate::vault::erasing::event_of;
use crate::vault::error::VaultError;
use crate::vault::history::Moves;
use crate::vault::history::Openings;
use crate::vault::history::Stretch;
use crate::vault::links;
use crate::vault::log::Log;

/// A log of the vault's history, up to where it is folded.
pub(super) struct Known {
    pub(super) log: LogId,
    pub(super) verifier: VerifierKey,
    pub(super) folded: Checkpoint,
    /// An owner was removed since: he knows its key.
    pub(super) is_known_to_removed: bool,
}

impl Work<'_> {
    /// Takes in what a log declares erased, wherever its entries can be read: those here may be what is missing.
    pub(super) fn declare(&mut self, known: &Known) {
        let stretch = Stretch { log: Log::new(self.here.clone(), known.log), from: 0, head: known.folded.clone() };
        self.declared.read_log(&[&self.here, &self.there], &self.unlocked.keyring, stretch);
    }

    /// The entries of logs, as far as they can be read, the oldest log first.
    fn openings(&self, known: &[Known]) -> Openings<'_> {
        let stretch = |known: &Known| Stretch {
            log: Log::new(self.here.clone(), known.log),
            from: 0,
            head: known.folded.clone(),
        };
        Openings::new(&self.here, self.keyring(), known.iter().rev().map(stretch).collect())
    }

    /// The objects of a history that later ones took the place of, as far as that can be read.
    pub(super) fn replaced(&self, line: &[Known]) -> BTreeSet<ObjectId> {
        let moves = Moves::of(self.openings(line));
        moves.map(|moves| moves.replaced().collect()).unwrap_or_default()
    }

    /// The events of kind `kind` in a log, as far as they can be read. What it joins is not followed.
    fn events_in(&self, known: &Known, kind: &str) -> Vec<Body> {
        let log = Log::new(self.here.clone(), known.log);
        let files = 0..known.folded.size.div_ceil(PER_FILE);
        let openings = files.filter_map(|number| log.openings(number, &known.folded, self.keyring()).ok()).flatten();
        let of_kind = openings.filter(|line| line.kind() == Some(kind));
        of_kind.filter_map(|line| event_of(line).ok()).map(|event| event.body).collect()
    }

    /// What the history joined, each with whether a removed owner knows the key of the log that says so.
    pub(super) fn joined(&self, known: &[Known]) -> Vec<(LogJoined, bool)> {
        let mut found: Vec<(LogJoined, bool)> = Vec::new();
        for log in known {
            for body in self.events_in(log, "log.joined") {
                if let Body::LogJoined(joined) = body
                    && found.iter().all(|(known, _)| *known != joined)
                {
                    found.push((joined, log.is_known_to_removed));
                }
            }
        }
        found
    }

    /// Whether a link by the key `old` is of a branch that what is `known` of its log excludes.
    pub(super) fn leaves_the_way(
        &self,
        known: &[Known],
        old: &VerifierKey,
        link: &Successor,
    ) -> Result<bool, VaultError> {
        let reach = known.iter().filter(|known| known.verifier == *old).map(|known| &known.folded);
        let Some(reach) = reach.filter(|reach| reach.size > 0).max_by_key(|reach| reach.size) else {
            return Ok(false);
        };
        let logs = [&self.here, &self.there].map(|disk| old.origin().log_id().map(|id| Log::new(disk.clone(), id)));
        let logs: Vec<Log> = logs.into_iter().flatten().collect();
        links::leaves_the_way(&self.unlocked.found.places, old, (reach, &link.head()), &logs)
    }

    /// Whether an owner was removed in a log: he knows its key, and that of all before it.
    pub(super) fn is_rekeyed(&self, known: &Known) -> bool {
        !self.events_in(known, "vault.rekeyed").is_empty()
    }
}
