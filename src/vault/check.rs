//! Looking at a whole vault: every file against what the ledger says of it, and nothing that it does not speak of. Finds
//! all that is wrong, not only the first; each finding names the file. Repairs nothing.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::digest::Digest;
use crate::digest::Hashing;
use crate::id::DisclosureId;
use crate::ledger::audit;
use crate::ledger::audit::Counts;
use crate::ledger::leaf::Leaf;
use crate::ledger::opening::PER_FILE;
use crate::ledger::tile::TilePath;
use crate::ledger::tree::Tiles;
use crate::platform;
use crate::practice::event::Event;
use crate::seal;
use crate::vault::Vault;
use crate::vault::catalog::StoredObject;
use crate::vault::create::files_below;
use crate::vault::error::VaultError;
use crate::vault::intent;
use crate::vault::object;
use crate::vault::object::Stored;
use crate::vault::places;

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Of which sort.
    pub fault: Fault,
    /// The entry it is about.
    pub index: Option<u64>,
    /// The file, relative to the vault.
    pub file: Option<String>,
    /// What is wrong, in words.
    pub text: String,
}

/// The sorts of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A file was altered or damaged.
    Corrupt,
    /// A file is missing.
    Incomplete,
    /// A journal line is not the one its leaf commits to.
    OpeningMismatch,
    /// A file that nothing speaks of.
    Stray,
    /// A package that waits in the outbox: not wrong, but not done.
    Waiting,
}

impl Fault {
    /// Whether the vault's integrity is at stake.
    pub fn is_grave(self) -> bool {
        !matches!(self, Self::Stray | Self::Waiting)
    }
}

/// What was looked at, and what was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LedgerReport {
    /// Leaves read.
    pub leaves: u64,
    /// Tiles and entry bundles recomputed.
    pub tiles: u64,
    /// Openings checked against their leaves.
    pub openings: u64,
    /// Signatures verified.
    pub signatures: u64,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

/// The whole vault's report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The ledger's part.
    pub ledger: LedgerReport,
    /// Record versions looked at.
    pub records: u64,
    /// Whether every plaintext was read.
    pub read_data: bool,
    /// What is wrong beside the ledger.
    pub findings: Vec<Finding>,
}

impl Vault {
    /// Checks every leaf, tile, opening and signature of the log, streaming. `progress` is told how many leaves are done.
    pub fn verify_ledger(&self, progress: &mut dyn FnMut(u64)) -> Result<LedgerReport, VaultError> {
        let head = self.head();
        let mut leaves: Vec<Leaf> = Vec::new();
        let mut report = LedgerReport { signatures: 1, ..LedgerReport::default() };
        let (Counts { leaves: count, tiles }, found) =
            audit::audit(&self.log, &self.head, &self.header.verifier, |index, leaf| {
                leaves.push(*leaf);
                if index + 1 == head.size || (index + 1) % PER_FILE == 0 {
                    self.verify_openings(index / PER_FILE, index + 1 - leaves.len() as u64, &leaves, &mut report);
                    leaves.clear();
                    progress(index + 1);
                }
            });
        (report.leaves, report.tiles) = (count, tiles);
        for finding in found {
            let fault = if finding.what == audit::Wrong::Missing { Fault::Incomplete } else { Fault::Corrupt };
            let file = finding.path.map(|path| self.log.file_of(&path));
            let text = finding.what.to_string();
            report.findings.push(Finding { fault, index: finding.index, file, text });
            if let (audit::Wrong::HashDiffers, Some(index)) = (finding.what, finding.index) {
                report.findings.extend(self.blame(index));
            }
        }
        report.findings.extend(self.verify_stale_tiles()?);
        Ok(report)
    }

    /// Entries and hash tile disagree: the signed root says which of them was altered, where it is the entries.
    fn blame(&self, index: u64) -> Option<Finding> {
        match self.log.leaves(index..index + 1, self.head()) {
            Err(VaultError::Altered { file, reason }) => {
                Some(Finding { fault: Fault::Corrupt, index: Some(index), file: Some(file), text: reason })
            }
            _ => None,
        }
    }

    fn verify_openings(&self, number: u64, first: u64, leaves: &[Leaf], report: &mut LedgerReport) {
        let file = places::journal(self.log.id, number);
        let mut wrong = |fault, index, text: String| {
            report.findings.push(Finding { fault, index, file: Some(file.clone()), text });
        };
        let openings = match self.log.journal(number, self.head(), &self.identity) {
            Ok(openings) => openings,
            Err(error) => return wrong(Fault::Corrupt, None, error.to_string()),
        };
        let mut openings = openings.into_iter().peekable();
        for (index, leaf) in (first..).zip(leaves) {
            let opening = openings.next_if(|opening| opening.index == index);
            match (leaf, opening) {
                (Leaf::Sealed { .. }, None) => {
                    wrong(Fault::Incomplete, Some(index), "its opening is missing".to_owned())
                }
                (_, Some(opening)) if !opening.matches(&self.log.origin, leaf) => {
                    wrong(
                        Fault::OpeningMismatch,
                        Some(index),
                        "its opening is not what the ledger committed to".to_owned(),
                    );
                }
                (_, Some(opening)) => match Event::from_fields(opening.event) {
                    Ok(_) => report.openings += 1,
                    Err(error) => wrong(Fault::OpeningMismatch, Some(index), error.to_string()),
                },
                (_, None) => {}
            }
        }
    }

    /// Partial tiles that wider ones have replaced: each has to be the beginning of the wider one, which was audited.
    fn verify_stale_tiles(&self) -> Result<Vec<Finding>, VaultError> {
        let dir = places::ledger_file(self.log.id, "tile");
        let mut files = Vec::new();
        files_below(&self.disk, &dir, &mut files)?;
        let mut findings = Vec::new();
        for file in files {
            let path =
                file.strip_prefix(&places::ledger_file(self.log.id, "")).and_then(|path| path.parse::<TilePath>().ok());
            let Some(path) = path else {
                findings.push(Finding {
                    fault: Fault::Stray,
                    index: None,
                    file: Some(file),
                    text: "it is no tile".to_owned(),
                });
                continue;
            };
            let Some(current) = path.in_tree(self.head().size) else {
                continue; // beyond the edge: ignored by every reader, replaced by the next append
            };
            if current.width() <= path.width() {
                continue; // the current one was audited; a wider one is beyond the edge
            }
            let read =
                |path: &TilePath| self.log.read(path).map_err(|error| VaultError::io(self.disk.path(&file), error));
            let (stale, current) = (read(&path)?.unwrap_or_default(), read(&current)?.unwrap_or_default());
            if path.beginning_of(&current) != Some(&stale[..]) {
                findings.push(Finding {
                    fault: Fault::Corrupt,
                    index: None,
                    file: Some(file),
                    text: "it is not what the wider tile beside it holds".to_owned(),
                });
            }
        }
        Ok(findings)
    }

    /// Checks the whole vault: the ledger, every object's seal (with `read_data` every plaintext), key files, packages, and
    /// that nothing else lies about.
    pub fn check(&self, read_data: bool, progress: &mut dyn FnMut(u64)) -> Result<Report, VaultError> {
        let mut report = Report { ledger: self.verify_ledger(progress)?, read_data, ..Report::default() };
        let mut known: BTreeSet<String> = self.known_files();
        self.check_objects(read_data, &mut known, &mut report, progress)?;
        self.check_key_files(&mut known, &mut report)?;
        self.check_outbox(&mut known, &mut report)?;
        self.check_strays(&known, &mut report)?;
        Ok(report)
    }

    fn known_files(&self) -> BTreeSet<String> {
        let mut known: BTreeSet<String> = [places::HEADER, places::LOCK].map(str::to_owned).into();
        known.insert(places::signing_key(self.log.id));
        known.insert(places::checkpoint(self.log.id));
        known.extend((0..self.head().size.div_ceil(PER_FILE)).map(|number| places::journal(self.log.id, number)));
        known
    }

    /// Journal files of an append that was interrupted: ignored by every reader, replaced by the next append.
    fn is_beyond_the_edge(&self, file: &str) -> bool {
        let dir = format!("{}/{}/", places::JOURNAL, self.log.id);
        let number =
            file.strip_prefix(&dir).and_then(|name| name.strip_suffix(".age")).and_then(|number| number.parse().ok());
        number.is_some_and(|number: u64| number.saturating_mul(PER_FILE) >= self.head().size)
    }

    fn check_objects(
        &self,
        read_data: bool,
        known: &mut BTreeSet<String>,
        report: &mut Report,
        progress: &mut dyn FnMut(u64),
    ) -> Result<(), VaultError> {
        self.catalog.each_object::<VaultError>(|object| {
            let file = places::object(object.object);
            report.records += u64::from(object.record.is_some());
            match self.check_object(&object, &file, read_data) {
                Err(VaultError::Altered { reason, .. }) => {
                    let fault = if self.disk.has(&file) { Fault::Corrupt } else { Fault::Incomplete };
                    report.findings.push(Finding {
                        fault,
                        index: Some(object.index),
                        file: Some(file.clone()),
                        text: reason,
                    });
                }
                other => other?,
            }
            known.insert(file);
            progress(report.records);
            Ok(())
        })
    }

    fn check_object(&self, object: &StoredObject, file: &str, read_data: bool) -> Result<(), VaultError> {
        let mut input = self.disk.open(file)?;
        if !read_data {
            let (_, found) = seal::read_seal(&mut input).map_err(|error| VaultError::unsealed(file, error))?;
            let is_it = found == object.seal;
            return if is_it {
                Ok(())
            } else {
                Err(VaultError::altered(file, "its seal is not the one in the ledger"))
            };
        }
        let stored = |size| Stored { object: object.object, seal: object.seal, sha256: object.sha256, size };
        let read = match object.size {
            Some(size) => {
                io::copy(&mut object::open(&self.disk, &stored(size), &self.identity)?, &mut io::sink()).map(drop)
            }
            None => {
                let plain = seal::open(input, &self.identity, Some(object.seal))
                    .map_err(|error| VaultError::unsealed(file, error))?;
                digest_is(plain, object.sha256)
            }
        };
        read.map_err(|error| match object::is_altered(&error) {
            true => VaultError::altered(file, error),
            false => VaultError::io(self.disk.path(file), error),
        })
    }

    /// Owners' key files stand in the events, byte for byte.
    fn check_key_files(&self, known: &mut BTreeSet<String>, report: &mut Report) -> Result<(), VaultError> {
        for key_file in self.key_files()? {
            let file = places::owner_file(self.header.epoch, &key_file.name);
            let expected = STANDARD.decode(&key_file.data).unwrap_or_default();
            match self.disk.read(&file, 1 << 20)? {
                None => report.findings.push(finding(Fault::Incomplete, &file, "it is missing")),
                Some(found) if found != expected => {
                    report.findings.push(finding(Fault::Corrupt, &file, "it is not the one in the ledger"))
                }
                Some(_) => {}
            }
            known.insert(file);
        }
        Ok(())
    }

    fn check_outbox(&self, known: &mut BTreeSet<String>, report: &mut Report) -> Result<(), VaultError> {
        for id in self.outbox()? {
            let file = places::package(id);
            if let Some(expected) = self.catalog.disclosure(id)?.and_then(|disclosure| disclosure.made.package) {
                let found = package_digest(&self.disk.open(&file)?)
                    .map_err(|error| VaultError::io(self.disk.path(&file), error))?;
                report.findings.push(match found == expected {
                    true => finding(Fault::Waiting, &file, &waiting(id)),
                    false => finding(Fault::Corrupt, &file, "it is not the package in the ledger"),
                });
                known.insert(file);
            }
        }
        Ok(())
    }

    /// Files that nothing speaks of, and a directory that others can enter.
    fn check_strays(&self, known: &BTreeSet<String>, report: &mut Report) -> Result<(), VaultError> {
        let tiles = places::ledger_file(self.log.id, "tile/");
        let alive: Vec<String> = intent::alive(&self.disk)?;
        let mut files = Vec::new();
        files_below(&self.disk, "", &mut files)?;
        for file in files {
            let is_known = known.contains(&file)
                || file.starts_with(&tiles)
                || self.is_beyond_the_edge(&file)
                || alive.iter().any(|one| is_of(&file, one));
            if !is_known {
                report.findings.push(finding(Fault::Stray, &file, "nothing in the ledger speaks of it"));
            }
        }
        if platform::is_open_to_others(self.path()).unwrap_or(false) {
            report.findings.push(finding(Fault::Stray, ".", "others on this computer can enter the vault's directory"));
        }
        Ok(())
    }
}

fn finding(fault: Fault, file: &str, text: &str) -> Finding {
    Finding { fault, index: None, file: Some(file.to_owned()), text: text.to_owned() }
}

fn waiting(id: DisclosureId) -> String {
    format!("the package of {id} was not handed over yet")
}

/// Whether `file` is one that the living transaction announced in `line`, or one of its own.
fn is_of(file: &str, line: &str) -> bool {
    file == line || (line.ends_with('/') && file.starts_with(line))
}

fn package_digest(file: &File) -> io::Result<Digest> {
    let mut hashing = Hashing::new(file);
    io::copy(&mut hashing, &mut io::sink())?;
    Ok(hashing.digest())
}

fn digest_is(plain: impl io::Read, expected: Digest) -> io::Result<()> {
    let mut plain = Hashing::new(plain);
    io::copy(&mut plain, &mut io::sink())?;
    let is_it = plain.digest() == expected;
    if is_it { Ok(()) } else { Err(io::Error::new(io::ErrorKind::InvalidData, object::Forged)) }
}
