//! `aics-tlog` (PyPI): another reader and writer of tiles, checkpoints and proofs. It wants Python 3.12 or later, and lives in
//! an environment of its own, `target/judges`, which `.ci/run` makes where it can.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;

use super::Log;
use super::SIZES;
use crate::ledger::eventful;
use crate::skips::skip;

/// The interpreter that has the judges; said aloud when there is none.
pub fn interpreter() -> Option<PathBuf> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent()?;
    let python = target.join("judges/bin/python");
    let has_judges = || {
        let output = Command::new(&python).args(["-c", "import aics_tlog, aics_witness"]).output();
        output.is_ok_and(|output| output.status.success())
    };
    if python.is_file() && has_judges() {
        return Some(python);
    }
    let place = target.join("judges");
    let how = "and aics-witness are not installed (Python 3.12 or later: python3 -m venv {0}; {0}/bin/pip install aics-tlog aics-witness)";
    skip("aics-tlog", &how.replace("{0}", &place.display().to_string()));
    None
}

fn judge(python: &Path, directory: &Path, vkey: &str, indices: &str, sizes: &str) -> Output {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges/log.py");
    let mut command = Command::new(python);
    command.arg("-B").arg(program).arg(directory).args([vkey, indices, sizes]);
    command.output().unwrap()
}

/// Checkpoint, audit of every tile, and the proofs, which are the same hash by hash.
#[test]
fn aics_tlog_audits_the_directory_and_makes_the_same_proofs() {
    let Some(python) = interpreter() else { return };
    for size in SIZES {
        let log = Log::of(size);
        let directory = tempfile::tempdir().unwrap();
        log.write(directory.path());
        let (indices, sizes) = (log.listed_indices(), log.listed_earlier());
        let output = judge(&python, directory.path(), &log.key.verifier().to_string(), &indices, &sizes);
        assert!(output.status.success(), "{size}: {}", String::from_utf8_lossy(&output.stderr));
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said == log.proofs(), "{size}: {said:.2000}");
    }
}

#[test]
fn aics_tlog_refuses_what_was_changed() {
    let Some(python) = interpreter() else { return };
    let log = Log::of(257);
    for file in ["checkpoint", "tile/entries/000", "tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1"] {
        let directory = tempfile::tempdir().unwrap();
        log.write(directory.path());
        let path = directory.path().join(file);
        let mut bytes = fs::read(&path).unwrap();
        bytes[20] ^= 1;
        fs::write(&path, bytes).unwrap();
        let output = judge(&python, directory.path(), &log.key.verifier().to_string(), "", "");
        assert!(!output.status.success(), "{file}: {output:?}");
    }
}

#[test]
fn aics_tlog_reads_the_ledger_of_a_vault() {
    let Some(python) = interpreter() else { return };
    let practice = eventful();
    let ledger = fs::read_dir(practice.vault().join("ledger")).unwrap().next().unwrap().unwrap().path();
    let header: toml::Table = fs::read_to_string(practice.vault().join("vault.toml")).unwrap().parse().unwrap();
    let output = judge(&python, &ledger, header["verifier"].as_str().unwrap(), "0,1,7", "1,2,7");
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    let head = practice.ok(&["ledger", "verify", "--json"]).json()["head"].clone();
    assert_eq!(said.lines().last().unwrap(), format!("whole {} {}", head["size"], head["root"].as_str().unwrap()));
}
