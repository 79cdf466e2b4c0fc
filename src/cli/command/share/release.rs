//! Releasing a package: from the outbox to its place. It stays in the outbox until its file is durable under its name,
//! or the pipe was closed without an error; so what fails here can be done again (`share --resume`).

use std::io;
use std::path::Path;
use std::path::PathBuf;

use crate::cli::Exit;
use crate::cli::command::share::proof;
use crate::cli::failure::Failure;
use crate::cli::failure::FailureCode;
use crate::cli::failure::system;
use crate::cli::failure::unless_refused;
use crate::cli::host::StreamKind;
use crate::cli::output;
use crate::cli::output::Output;
use crate::cli::output::Target;
use crate::cli::session::Session;
use crate::digest::Hashing;
use crate::id::DisclosureId;
use crate::place::Contents;
use crate::place::Lifted;
use crate::place::PlaceRisk;
use crate::vault::Vault;
use crate::vault::error::VaultError;
use crate::vault::places;

/// Where packages go.
pub enum Targets {
    /// One, to standard output.
    Stdout,
    /// One, to this file.
    File {
        /// The file.
        path: PathBuf,
        /// It may be replaced.
        force: bool,
    },
    /// Each under its own id, in this directory.
    Directory(PathBuf),
}

/// A package that was released, or still waits.
pub struct Released {
    /// The disclosure.
    pub disclosure: DisclosureId,
    /// Where it is; `None` for standard output, and while it waits.
    pub path: Option<PathBuf>,
    /// Where its proof is; none beside standard output.
    pub proof: Option<PathBuf>,
    /// Why the package has no proof beside it, though it should.
    pub unproven: Option<Failure>,
}

impl Released {
    /// Still in the outbox.
    pub fn waiting(disclosure: DisclosureId) -> Self {
        Self { disclosure, path: None, proof: None, unproven: None }
    }
}

impl Targets {
    /// What `-o` means here.
    pub fn of(output: Option<PathBuf>, force: bool, session: &Session<'_>) -> Result<Self, Failure> {
        let Some(path) = output else {
            return Ok(Self::Directory(session.host.cwd.clone()));
        };
        if path.as_os_str() != "-" {
            let is_dir = session.host.absolute(&path).is_dir();
            if is_dir {
                return Ok(Self::Directory(path));
            }
            // Asked now: a slip of the finger must not become an entry in the ledger.
            let absolute = session.host.absolute(&path);
            let parent = absolute.parent().unwrap_or(&absolute);
            if !parent.is_dir() {
                return Err(Failure::not_found(format!("there is no directory {}", parent.display())));
            }
            return Ok(Self::File { path, force });
        }
        if session.globals.json {
            return Err(Failure::usage("--json and the package cannot both go to standard output"));
        }
        if matches!(session.host.stdout.kind, StreamKind::Terminal) {
            return Err(Failure::new(FailureCode::Unsafe, "a package is not text: it does not go to a terminal"));
        }
        if matches!(session.host.stdout.kind, StreamKind::Other) {
            let nowhere = "standard output leads nowhere: the package would be lost";
            return Err(Failure::new(FailureCode::Unsafe, nowhere));
        }
        Ok(Self::Stdout)
    }

    /// Whether the answer's place is taken by the package itself.
    pub fn is_stdout(&self) -> bool {
        matches!(self, Self::Stdout)
    }

    /// Several packages need a directory.
    pub fn check_count(&self, recipients: usize) -> Result<(), Failure> {
        if recipients < 2 || matches!(self, Self::Directory(_)) {
            return Ok(());
        }
        Err(Failure::usage(format!("{recipients} packages need a directory that is there: -o DIR")))
    }

    /// What forbids the place, for the decision; what is only worth a warning is said now.
    pub fn risks(&self, vault: &Vault, session: &mut Session<'_>) -> Result<Vec<PlaceRisk>, Failure> {
        // In a directory every package has a fresh name: any name tells what is wrong with the directory.
        let target = self.target(DisclosureId::random(&mut session.host.rng));
        let risks = output::risks(&target, session.host, Some(vault.path()))?;
        let force = matches!(self, Self::File { force: true, .. });
        let judgement = Contents::Sealed.judge(&risks, Lifted { location: false, force });
        for risk in &judgement.warned {
            session.note(&format!("{risk}: the package is sealed, but that it exists is seen there"));
        }
        let mut refused = judgement.refused;
        if let Target::File { path, force } = &target {
            // The proof beside it: a slip of the finger must not cost an older one.
            let target = Target::File { path: proof::beside(path), force: *force };
            let risks = output::risks(&target, session.host, Some(vault.path()))?;
            let judged = Contents::Sealed.judge(&risks, Lifted { location: false, force: *force }).refused;
            let is_new = |risk: &PlaceRisk| !refused.contains(risk);
            let more: Vec<_> = judged.into_iter().filter(is_new).collect();
            refused.extend(more);
        }
        Ok(refused)
    }

    /// Refuses a place by itself, where no decision is made any more.
    pub fn refuse(&self, vault: &Vault, session: &mut Session<'_>) -> Result<(), Failure> {
        let refused = self.risks(vault, session)?;
        unless_refused("the package", &crate::place::Judgement { refused, ..Default::default() })
    }

    fn target(&self, disclosure: DisclosureId) -> Target {
        match self {
            Self::Stdout => Target::Stdout,
            Self::File { path, force } => Target::File { path: path.clone(), force: *force },
            Self::Directory(dir) => Target::File { path: dir.join(file_name(disclosure)), force: false },
        }
    }
}

fn file_name(disclosure: DisclosureId) -> String {
    format!("{disclosure}.age")
}

/// Copies the package of `disclosure` to its place and lets the outbox go of it. Its digest is compared with the
/// ledger's: what was altered in the outbox is not handed over.
pub fn release(
    vault: &Vault,
    disclosure: DisclosureId,
    targets: &Targets,
    session: &mut Session<'_>,
) -> Result<Released, Failure> {
    let entry = vault.catalog().disclosure(disclosure)?;
    let missing = || Failure::not_found(format!("there is no disclosure {disclosure}"));
    let entry = entry.ok_or_else(missing)?;
    if entry.made.package.is_none() {
        let medium = entry.made.medium;
        return Err(Failure::not_found(format!("{disclosure} was {medium}: there never was a package")));
    }
    let gone = || Failure::not_found(format!("the package of {disclosure} was handed over already, and is not kept"));
    let package = vault.unreleased(disclosure)?.ok_or_else(gone)?;

    let target = targets.target(disclosure);
    let mut package = Hashing::new(package);
    let mut out = Output::open(&target, Contents::Sealed, &session.host.cwd, &mut session.host.stdout)?;
    copy(&mut package, &mut out, &vault.path().join(places::package(disclosure)))?;
    if Some(package.digest()) != entry.made.package {
        return Err(VaultError::altered(places::package(disclosure), "it is not the package in the ledger").into());
    }
    let path = out.finish()?;
    let force = matches!(target, Target::File { force: true, .. });
    let proof = path.as_ref().map(|path| proof::write(vault, &entry, path, force, session)).transpose();
    vault.released(disclosure)?;
    let (proof, unproven) = proof.map_or_else(|failure| (None, Some(failure)), |proof| (proof, None));
    Ok(Released { disclosure, path, proof, unproven })
}

/// Hands over what was committed. What cannot be handed over now waits in the outbox, and that is said.
pub fn hand_over(
    vault: &Vault,
    disclosures: &[DisclosureId],
    targets: &Targets,
    mut exit: Exit,
    session: &mut Session<'_>,
) -> (Vec<Released>, Exit) {
    let mut released = Vec::new();
    for disclosure in disclosures {
        let outcome = release(vault, *disclosure, targets, session);
        released.push(outcome.unwrap_or_else(|failure| {
            let waits = "is in the ledger, and waits to be handed over";
            session.warn(&format!("{disclosure} {waits}: {}", failure.message));
            session.warn(&format!("try: subrosa share --resume {disclosure}"));
            exit = if session.host.stdout.is_closed() { Exit::Verdict(FailureCode::Failed) } else { Exit::Due };
            Released::waiting(*disclosure)
        }));
    }
    if unproven(&released, session) && exit == Exit::Done {
        exit = Exit::Due;
    }
    (released, exit)
}

/// Says aloud which packages have no proof beside them, and how it is made. Whether there are any.
pub fn unproven(released: &[Released], session: &mut Session<'_>) -> bool {
    let mut is_any = false;
    for one in released {
        let (Some(failure), Some(package)) = (&one.unproven, &one.path) else { continue };
        let disclosure = one.disclosure;
        session.warn(&format!("done, but the proof of {disclosure} was not written: {}", failure.message));
        session.warn(&format!("try: {}", proof::cure(disclosure, package)));
        is_any = true;
    }
    is_any
}

fn copy(from: &mut impl io::Read, to: &mut impl io::Write, name: &Path) -> Result<(), Failure> {
    let mut buffer = vec![0; 1 << 16];
    loop {
        let n = match from.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(n) => n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(VaultError::io(name, error).into()),
        };
        to.write_all(&buffer[..n]).map_err(|error| {
            Failure::new(FailureCode::Failed, format!("cannot write the package: {}", system(&error)))
        })?;
    }
}

/// "1 record", "2 records".
pub fn count(records: usize) -> String {
    if records == 1 { "1 record".to_owned() } else { format!("{records} records") }
}
