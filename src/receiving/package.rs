//! A package as its recipient has it (`docs/format.md`, 6): [`open`] decrypts it, verifies the manifest's signature and
//! compares every file with what the manifest says of it. Nothing is written anywhere. Must not know what the ledger
//! says of the package.

use std::collections::BTreeMap;
use std::io;
use std::io::Read;

use serde::Deserialize;
use serde::Serialize;
use serde_json::Map;
use serde_json::Value;

use crate::digest::Digest;
use crate::digest::Hashing;
use crate::keys::opening::Opens;
use crate::keys::signer::VerifierKey;
use crate::ledger::note::MANIFEST_LIMIT;
use crate::ledger::statement;
use crate::ledger::statement::Body;
use crate::ledger::statement::Kind;
use crate::ledger::statement::StatementError;
use crate::seal;
use crate::seal::SealError;

/// The manifest's fields, as they stand in it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
struct Manifest(Map<String, Value>);

impl Body for Manifest {
    const KIND: Kind = Kind::PACKAGE;
}

/// Why a package was not believed.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// It could not be opened.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// What is sealed in it is no archive.
    #[error("what is in it is no archive: {0}")]
    Archive(io::Error),
    /// No manifest, or two.
    #[error("it holds no manifest, or several")]
    NoManifest,
    /// The manifest is not one, or not signed by the key of the log.
    #[error("its manifest: {0}")]
    Manifest(#[from] StatementError),
    /// A file is missing, surplus or not the one that the manifest names.
    #[error("it holds not what its manifest names: {0}")]
    Differs(String),
}

/// A package that holds what its signed manifest says.
#[derive(Debug)]
pub struct Opened {
    /// What the manifest says.
    pub manifest: Map<String, Value>,
    /// How many records it holds.
    pub records: usize,
}

/// Opens a package to its end and verifies it against the log's key.
pub fn open(package: impl Read, by: &dyn Opens, key: &VerifierKey) -> Result<Opened, PackageError> {
    let mut plain = seal::open(package, by, None)?;
    let mut manifest = None;
    let mut files = BTreeMap::new();
    let mut has_notice = false;
    let mut archive = tar::Archive::new(&mut plain);
    for entry in archive.entries().map_err(archived)? {
        let mut entry = entry.map_err(archived)?;
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if path == "manifest" && manifest.is_none() {
            let mut bytes = Vec::new();
            (&mut entry).take(MANIFEST_LIMIT as u64 + 1).read_to_end(&mut bytes).map_err(archived)?;
            manifest = Some(bytes);
            continue;
        }
        let mut content = Hashing::new(&mut entry);
        io::copy(&mut content, &mut io::sink()).map_err(archived)?;
        if path == "NOTICE.txt" && !has_notice {
            has_notice = true;
        } else if files.insert(path, (content.digest(), content.count())).is_some() {
            return Err(PackageError::Differs("two files of one name".to_owned()));
        }
    }
    // Beyond the archive's end comes the file's, and only there is all of it verified.
    io::copy(&mut plain, &mut io::sink()).map_err(archived)?;
    let manifest = manifest.ok_or(PackageError::NoManifest)?;
    let (Manifest(manifest), _) = statement::open::<Manifest>(&manifest, std::slice::from_ref(key))?;
    if !has_notice {
        return Err(PackageError::Differs("there is no NOTICE.txt".to_owned()));
    }
    let records = compare(&manifest, files)?;
    Ok(Opened { manifest, records })
}

/// Damage that was met while reading is told as such.
fn archived(error: io::Error) -> PackageError {
    match SealError::from(error) {
        SealError::Io(error) => PackageError::Archive(error),
        other => PackageError::Seal(other),
    }
}

/// Compares each file with the manifest's list; how many there are.
fn compare(manifest: &Map<String, Value>, mut files: BTreeMap<String, (Digest, u64)>) -> Result<usize, PackageError> {
    let listed = manifest.get("records").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    for record in listed {
        let of = |name: &str| record.get(name).cloned().unwrap_or_default();
        let (id, version) = (of("record"), of("version"));
        let (id, version) = (id.as_str().unwrap_or_default(), version.as_u64().unwrap_or_default());
        let begins = format!("records/{id}/{version:04}-");
        let found = files.range(begins.clone()..).next().filter(|(path, _)| path.starts_with(&begins));
        let path = found.map(|(path, _)| path.clone());
        let found = path.and_then(|path| files.remove(&path));
        let differs = || PackageError::Differs(format!("record {id}"));
        let (digest, size) = found.ok_or_else(differs)?;
        if of("sha256") != digest.to_string() || of("size") != size {
            return Err(differs());
        }
    }
    match files.into_keys().next() {
        Some(surplus) => Err(PackageError::Differs(surplus)),
        None => Ok(listed.len()),
    }
}
