//! The ledger's part of a check: leaves, tiles, openings and the stale tiles beside them. Works on any directory that
//! is laid out as a vault, the vault itself or a copy of it. Must not know the catalogue or the mark.

use std::io;

use crate::id::LogId;
use crate::keys::keyring::Keyring;
use crate::keys::signer::VerifierKey;
use crate::ledger::audit;
use crate::ledger::audit::Counts;
use crate::ledger::audit::Wrong;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::journal::Line;
use crate::ledger::leaf::Leaf;
use crate::ledger::opening::PER_FILE;
use crate::ledger::tile::TilePath;
use crate::ledger::tile::WIDTH;
use crate::ledger::tree::Tiles;
use crate::practice::event::Body;
use crate::practice::event::Event;
use crate::vault::check::Fault;
use crate::vault::check::Finding;
use crate::vault::check::LedgerReport;
use crate::vault::check::finding;
use crate::vault::check::named_entry;
use crate::vault::create::files_below;
use crate::vault::disk::Disk;
use crate::vault::erasing::Declared;
use crate::vault::erasing::check_kept;
use crate::vault::error::VaultError;
use crate::vault::log::Log;
use crate::vault::places;

/// A log under the head that it is measured by.
pub(in crate::vault) struct Ledger<'a> {
    pub disk: &'a Disk,
    pub log: &'a Log,
    pub head: &'a Checkpoint,
    pub verifier: &'a VerifierKey,
    pub keyring: &'a Keyring,
}

/// What the journals of a history lack, and what its events declare erased: the two are compared when all of it is read.
#[derive(Default)]
pub(in crate::vault) struct Erasures {
    declared: Declared,
    /// Lines that are not whole.
    partial: Vec<(LogId, Line)>,
}

impl Erasures {
    fn read(&mut self, log: LogId, line: Line, event: &Event) {
        if let Body::EventErased(erased) = &event.body {
            self.declared.add(log, line.index(), erased);
        }
        if !line.hidden().is_empty() {
            self.partial.push((log, line));
        }
    }

    /// Lines that lack what no event declares erased.
    pub fn findings(&self) -> Vec<Finding> {
        let wrong = self.partial.iter().filter_map(|(log, line)| self.declared.check(*log, line).err());
        wrong.filter_map(of_opening).collect()
    }
}

/// What an opening that differs is called.
fn of_opening(error: VaultError) -> Option<Finding> {
    match error {
        VaultError::OpeningDiffers { file, index, reason } => Some(Finding {
            index: Some(index),
            ..finding(Fault::OpeningMismatch, &file, &format!("its opening {reason}"))
        }),
        _ => None,
    }
}

/// Is shown every event whose opening is the one that its leaf commits to, with its index.
type Each<'e> = &'e mut dyn FnMut(u64, &Event) -> Result<(), VaultError>;

impl Ledger<'_> {
    /// Checks all of it. Memory: one journal file, and the lines that are not whole.
    pub fn examine(
        &self,
        erasures: &mut Erasures,
        progress: &mut dyn FnMut(u64),
        each: Each<'_>,
    ) -> Result<LedgerReport, VaultError> {
        let size = self.head.size;
        let mut leaves: Vec<Leaf> = Vec::new();
        let mut report = LedgerReport { signatures: 1, ..LedgerReport::default() };
        let mut first = 0;
        let mut failed = None;
        let (Counts { leaves: count, tiles }, found) =
            audit::audit(self.log, self.head, self.verifier, |index, leaf| {
                // Leaves that could not be read leave a gap; what has been gathered before it is looked at by itself.
                if index != first + leaves.len() as u64 || leaves.is_empty() {
                    failed = self.openings(first, &leaves, &mut report, erasures, each).err().or(failed.take());
                    leaves.clear();
                    first = index;
                }
                leaves.push(*leaf);
                if index + 1 == size || (index + 1) % PER_FILE == 0 {
                    progress(leaves.len() as u64);
                    failed = self.openings(first, &leaves, &mut report, erasures, each).err().or(failed.take());
                    leaves.clear();
                }
            });
        failed = self.openings(first, &leaves, &mut report, erasures, each).err().or(failed);
        if let Some(error) = failed {
            return Err(error);
        }
        (report.leaves, report.tiles) = (count, tiles);
        for found in found {
            // Where entries and hashes agree with each other and not with the root, it is all of them.
            let all = || places::ledger_file(self.log.id, "tile");
            let file = Some(found.path.map_or_else(all, |path| self.log.file_of(&path)));
            let text = found.what.to_string();
            let of_entry = found.index.filter(|_| found.what == Wrong::HashDiffers).and_then(|index| self.blame(index));
            let of_tile = || Finding { fault: found.what.into(), index: found.index, file, text };
            report.findings.push(of_entry.unwrap_or_else(of_tile));
        }
        self.stale_tiles(&mut report)?;
        Ok(report)
    }

    /// Whether it is the entry at `index` that was altered, and not the tile or the opening that disagrees with it: the
    /// signed root says so.
    fn blame(&self, index: u64) -> Option<Finding> {
        let bundle = TilePath::bundle_of_tree(index / u64::from(WIDTH), self.head.size)?;
        match self.log.leaves(index..index + 1, self.head) {
            Err(VaultError::Altered { file, reason }) if file == self.log.file_of(&bundle) => {
                Some(Finding { index: Some(index), ..finding(Fault::Corrupt, &file, &reason) })
            }
            _ => None,
        }
    }

    /// Checks the openings of `leaves`, which stand from `first` on and lie in one journal file.
    fn openings(
        &self,
        first: u64,
        leaves: &[Leaf],
        report: &mut LedgerReport,
        erasures: &mut Erasures,
        each: Each<'_>,
    ) -> Result<(), VaultError> {
        if leaves.is_empty() {
            return Ok(());
        }
        let number = first / PER_FILE;
        let file = places::journal(self.log.id, number);
        let wrong = |fault, index, text: String| Finding { fault, index, file: Some(file.clone()), text };
        let sealed = (first..).zip(leaves).find(|(_, leaf)| matches!(leaf, Leaf::Sealed { .. }));
        if let Some((index, _)) = sealed.filter(|_| !self.disk.has(&file)) {
            report.findings.push(wrong(Fault::Incomplete, Some(index), "it is missing".to_owned()));
            return Ok(());
        }
        let openings = match self.log.journal(number, self.head, self.keyring) {
            Ok(openings) => openings,
            Err(VaultError::Altered { reason, .. }) => {
                report.findings.push(wrong(Fault::Corrupt, named_entry(&reason), reason));
                return Ok(());
            }
            Err(other) => return Err(other),
        };
        let mut openings = openings.into_iter().skip_while(|line| line.index() < first).peekable();
        let mut missing: Vec<u64> = Vec::new();
        for (index, leaf) in (first..).zip(leaves) {
            match (leaf, openings.next_if(|line| line.index() == index)) {
                (Leaf::Sealed { .. }, None) => missing.push(index),
                (_, None) => {}
                (_, Some(opening)) if !opening.matches(&self.log.origin, leaf) => {
                    if self.blame(index).is_some() {
                        continue; // told with the tiles
                    }
                    let text = "its opening is not what the ledger committed to".to_owned();
                    report.findings.push(wrong(Fault::OpeningMismatch, Some(index), text));
                }
                (_, Some(opening)) => {
                    if let Err(error) = check_kept(self.log.id, &opening) {
                        report.findings.extend(of_opening(error));
                        continue;
                    }
                    let fields = opening.fields();
                    let event = match opening.hidden().is_empty() {
                        true => Event::from_fields(fields),
                        false => Event::from_rest(fields),
                    };
                    match event {
                        Err(error) => {
                            // It is what was signed, and yet of no format: no disk did that.
                            report.findings.push(wrong(Fault::Malformed, Some(index), error.to_string()));
                        }
                        Ok(event) => {
                            report.openings += 1;
                            erasures.read(self.log.id, opening, &event);
                            each(index, &event)?;
                        }
                    }
                }
            }
        }
        if let Some(at) = missing.first() {
            let text = match missing.len() {
                1 => "its opening is missing".to_owned(),
                many => format!("its opening is missing, and those of {} entries more", many - 1),
            };
            report.findings.push(wrong(Fault::Incomplete, Some(*at), text));
        }
        Ok(())
    }

    /// Partial tiles that wider ones have replaced: each has to be the beginning of the wider one, which was audited.
    fn stale_tiles(&self, report: &mut LedgerReport) -> Result<(), VaultError> {
        let above = places::ledger_file(self.log.id, "");
        let mut files = Vec::new();
        files_below(self.disk, &places::ledger_file(self.log.id, "tile"), &mut files)?;
        for file in files {
            let path = file.strip_prefix(&above).and_then(|path| path.parse::<TilePath>().ok());
            let Some(path) = path else {
                report.findings.push(finding(Fault::Stray, &file, "it is no tile"));
                continue;
            };
            let Some(current_path) = path.in_tree(self.head.size) else {
                continue; // beyond the edge: ignored by every reader, replaced by the next append
            };
            if current_path.width() <= path.width() {
                continue; // the current one was audited; a wider one is beyond the edge
            }
            let stale = match self.log.read(&path) {
                // What is no regular file is told as such.
                Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                    report.findings.push(finding(Fault::Corrupt, &file, &error.to_string()));
                    continue;
                }
                other => other.map_err(|error| VaultError::io(self.disk.path(&file), error))?,
            };
            // Gone since it was listed, because another process appends; or not to be read, which the audit told.
            let (Some(stale), Ok(Some(current))) = (stale, self.log.read(&current_path)) else {
                continue;
            };
            // Beside a tile that was altered itself, a narrower one is not to be judged.
            let wider = self.log.file_of(&current_path);
            let is_told = report.findings.iter().any(|finding| finding.file.as_ref() == Some(&wider));
            if !is_told && path.beginning_of(&current) != Some(&stale[..]) {
                report.findings.push(finding(Fault::Corrupt, &file, "it is not what the wider tile beside it holds"));
            }
        }
        Ok(())
    }
}
