//! `subrosa proof verify`: a proof, or evidence of a fork, against keys that are trusted, for whoever has no vault. Its
//! answer is a verdict, whatever it is: a bad one is no failure to give it.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::io::Read as _;
use std::path::Path;
use std::path::PathBuf;

use crate::cli::Exit;
use crate::cli::command::proof::told::Package;
use crate::cli::command::proof::told::Told;
use crate::cli::failure::Failure;
use crate::cli::failure::FailureCode;
use crate::cli::output::OutputError;
use crate::cli::output::Target;
use crate::cli::public;
use crate::cli::session::Session;
use crate::cli::verdict;
use crate::digest::Hashing;
use crate::keys::signer::VerifierKey;
use crate::keys::signer::WitnessVerifier;
use crate::ledger::card::VerifiedCard;
use crate::ledger::note::NOTE_LIMIT;
use crate::ledger::statement;
use crate::ledger::successor::Successor;
use crate::ledger::witnessing::REQUEST_LIMIT;
use crate::receiving::manifest::NOT_OPENED;
use crate::receiving::package;
use crate::receiving::package::PackageError;
use crate::receiving::proof::Examined;
use crate::receiving::proof::Given;
use crate::receiving::proof::Trust;
use crate::receiving::proof::examine;
use crate::seal::SealError;
use crate::vault::check::Fault;
use crate::vault::check::Finding;
use crate::vault::evidence::EVIDENCE_LIMIT;

/// As many files of evidence are kept beside one proof.
const EVIDENCE: usize = 9;

/// What `subrosa proof verify` takes.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("trusted").args(["key", "card"]).required(true).multiple(true))]
pub struct Args {
    /// The proof, or evidence of a fork
    #[arg(value_name = "FILE")]
    pub proof: PathBuf,
    /// The verifier key of the log, or @FILE that holds it; may be repeated
    #[arg(long, value_name = "VKEY")]
    pub key: Vec<String>,
    /// The contact card of the keeper of the log; may be repeated
    #[arg(long, value_name = "FILE")]
    pub card: Vec<PathBuf>,
    /// The package that the entry is about; with -i it is opened, and more is proved
    #[arg(long, value_name = "FILE")]
    pub package: Option<PathBuf>,
    /// A checkpoint that was kept, or what 'ledger prove --from' wrote; may be repeated
    #[arg(long, value_name = "CHECKPOINT")]
    pub against: Vec<PathBuf>,
    /// How many witnesses have to have cosigned the head of the proof
    #[arg(long, value_name = "K", requires = "witness", value_parser = clap::value_parser!(u16).range(1..))]
    pub quorum: Option<u16>,
    /// The key of a witness, or @FILE that holds it; may be repeated
    #[arg(long, value_name = "VKEY")]
    pub witness: Vec<String>,
}

/// Verifies.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let trust = trust(args, session)?;
    let given = |path: &PathBuf, limit: usize, session: &mut Session<'_>| -> Result<Given, Failure> {
        Ok(Given { name: path.display().to_string(), bytes: session.read_public(path, limit)? })
    };
    let proof = given(&args.proof, EVIDENCE_LIMIT, session)?;
    let kept = args.against.iter().map(|path| given(path, REQUEST_LIMIT, session)).collect::<Result<Vec<_>, _>>()?;
    let mut examined = examine(&proof, &kept, &trust);
    let is_more_asked = args.package.is_some() || !kept.is_empty() || !args.witness.is_empty();
    if examined.is_evidence && is_more_asked {
        let what = "is evidence of a fork, which is checked by itself, with --key or --card alone";
        return Err(Failure::usage(format!("{} {what}", proof.name)));
    }
    let package = match &args.package {
        Some(path) => Some(look_into(path, &mut examined, session)?),
        None => None,
    };
    let evidence = keep_evidence(&args.proof, &mut examined, session)?;
    let told = Told::of(&examined, package, evidence);
    // The bare answer is one line: what is wrong is told beside it.
    if !session.globals.json && !session.host.stdout.is_terminal() {
        for finding in &told.findings {
            session.warn(&finding.one_line());
        }
        for line in told.words() {
            session.note(&line);
        }
    }
    let exit = verdict::exit(told.verdict);
    session.answer("proof-verify", &told, None)?;
    Ok(exit)
}

fn trust(args: &Args, session: &mut Session<'_>) -> Result<Trust, Failure> {
    let mut trust = Trust::default();
    for key in &args.key {
        trust.logs.push(key_of::<VerifierKey>(key, "--key", session)?);
    }
    for path in &args.card {
        let bytes = session.read_public(path, NOTE_LIMIT)?;
        let wrong = |error| Failure::new(FailureCode::Integrity, format!("{}: {error}", path.display()));
        let card = VerifiedCard::open(&bytes).map_err(wrong)?.into_card();
        let previous = card.previous.and_then(|note| statement::claimed::<Successor>(note.as_bytes()).ok());
        trust.continued.extend(previous.map(|link| link.origin));
        trust.logs.push(card.vkey);
    }
    for key in &args.witness {
        trust.witnesses.push(key_of::<WitnessVerifier>(key, "--witness", session)?);
    }
    trust.quorum = args.quorum.map(usize::from);
    Ok(trust)
}

fn key_of<T: std::str::FromStr<Err: std::fmt::Display>>(
    given: &str,
    what: &str,
    session: &mut Session<'_>,
) -> Result<T, Failure> {
    let text = session.text(given.to_owned(), what)?;
    text.trim().parse().map_err(|error| Failure::usage(format!("{what}: {error}")))
}

/// Compares the package with the entry; with an identity, opens it.
fn look_into(path: &Path, examined: &mut Examined, session: &mut Session<'_>) -> Result<Package, Failure> {
    let name = path.display().to_string();
    let absolute = session.host.absolute(path);
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => Failure::not_found(format!("there is no file {name}")),
        _ => Failure::new(FailureCode::Failed, format!("{name}: {error}")),
    };
    let file = File::open(&absolute).map_err(failed)?;
    // A file ends; a device or a pipe may not, and is read no further than the entry's package could be long.
    let is_file = file.metadata().map_err(failed)?.is_file();
    let limit = if is_file { u64::MAX } else { examined.package_size().map_or(0, |size| size.saturating_add(1)) };
    let mut whole = Hashing::new(file.take(limit));
    io::copy(&mut whole, &mut io::sink()).map_err(failed)?;
    let digest = (whole.count() < limit).then(|| whole.digest());
    let mut package = Package::of(&name, digest, whole.count());
    package.is_the_one = examined.compare_package(&name, digest, whole.count());
    let files = session.globals.identity.clone();
    let Some(key) = examined.key.clone().filter(|_| package.is_the_one && !files.is_empty()) else {
        return Ok(package);
    };
    let identities = session.identities(&files)?;
    match package::open(File::open(&absolute).map_err(failed)?, &identities, &key) {
        Ok(opened) => {
            package.records = Some(opened.records);
            let opened_by: Option<Vec<String>> =
                identities.iter().map(|identity| identity.public_key().map(|key| key.as_str().to_owned())).collect();
            package.joined = examined.join(&name, &opened.manifest, opened_by.as_deref());
        }
        Err(error) => {
            let fault = match &error {
                PackageError::Seal(SealError::NoMatch) => Fault::Incomplete,
                PackageError::Manifest(error) if error.is_untrusted() => Fault::UntrustedKey,
                PackageError::Manifest(_) | PackageError::NoManifest | PackageError::Archive(_) => Fault::Malformed,
                PackageError::Seal(_) | PackageError::Differs(_) => Fault::Corrupt,
            };
            let text = if fault == Fault::Incomplete { NOT_OPENED.to_owned() } else { error.to_string() };
            examined.findings.push(Finding { fault, index: None, file: Some(name), text });
        }
    }
    Ok(package)
}

/// Writes every pair of heads that contradict each other beside the proof. Where that cannot be done, it is said.
fn keep_evidence(proof: &Path, examined: &mut Examined, session: &mut Session<'_>) -> Result<Vec<String>, Failure> {
    let mut kept = Vec::new();
    for bytes in std::mem::take(&mut examined.forks) {
        match write_beside(proof, &bytes, session) {
            Ok(path) => kept.push(path.display().to_string()),
            Err(failure) => session.warn(&format!(
                "the evidence could not be written ({}): keep the proof and the checkpoints",
                failure.message
            )),
        }
    }
    Ok(kept)
}

fn write_beside(proof: &Path, bytes: &[u8], session: &mut Session<'_>) -> Result<PathBuf, Failure> {
    let mut last = None;
    for number in 1..=EVIDENCE {
        // A proof that came on standard input has no name to stand beside.
        let mut name = if proof == Path::new("-") { OsString::from("proof") } else { proof.as_os_str().to_owned() };
        name.push(if number == 1 { ".forked".to_owned() } else { format!(".forked-{number}") });
        let path = PathBuf::from(name);
        if session.read_public(&path, bytes.len()).is_ok_and(|there| there == bytes) {
            return Ok(path);
        }
        if session.host.absolute(&path).exists() {
            last = Some(OutputError::Exists { path }.into());
            continue;
        }
        let target = Target::File { path: path.clone(), force: false };
        return Ok(public::write(session, &target, "the evidence", bytes, None)?.unwrap_or(path));
    }
    Err(last.unwrap_or_else(|| Failure::new(FailureCode::Failed, "there is no place for it")))
}
