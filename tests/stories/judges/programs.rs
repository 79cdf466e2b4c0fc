//! Programs: Go's `golang.org/x/mod/sumdb` (Debian: golang-go, golang-golang-x-mod-dev), and `openssl`.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;
use std::sync::OnceLock;

use subrosa::ledger::note::NOTE_LIMIT;
use subrosa::ledger::note::Note;

use super::Log;
use super::SIZES;
use crate::ledger::eventful;
use crate::machine::has;
use crate::skips::skip;

/// Where Debian keeps the sources of Go libraries.
const GO_SOURCES: &str = "/usr/share/gocode";

/// The Go program, compiled once; `None` where it cannot be.
fn sumdb() -> Option<&'static Path> {
    static PROGRAM: OnceLock<Option<PathBuf>> = OnceLock::new();
    let made = PROGRAM.get_or_init(|| {
        if !has("go") || !Path::new(GO_SOURCES).join("src/golang.org/x/mod/sumdb").is_dir() {
            skip("sumdb", "is not installed (Debian: golang-go golang-golang-x-mod-dev)");
            return None;
        }
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges/sumdb.go");
        let built = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let (made, program) = (built.join(format!("sumdb-{}", std::process::id())), built.join("sumdb"));
        let mut go = Command::new("go");
        go.arg("build").arg("-o").arg(&made).arg(source).env_remove("GOFLAGS").env("GO111MODULE", "off");
        let output = go.env("GOPATH", GO_SOURCES).env("GOCACHE", built.join("go")).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        fs::rename(made, &program).unwrap();
        Some(program)
    });
    made.as_deref()
}

fn judge(program: &Path, directory: &Path, words: [&str; 4]) -> Output {
    Command::new(program).arg(directory).args(words).output().unwrap()
}

/// Every leaf, every tile, and the proofs, which are the same hash by hash.
#[test]
fn go_reads_the_directory_and_makes_the_same_proofs() {
    let Some(program) = sumdb() else { return };
    for size in SIZES {
        let log = Log::of(size);
        let directory = tempfile::tempdir().unwrap();
        log.write(directory.path());
        let (vkey, private) = (log.key.verifier().to_string(), log.key.private_text());
        let (indices, sizes) = (log.listed_indices(), log.listed_earlier());
        let output = judge(program, directory.path(), [&vkey, private.reveal_secret(), &indices, &sizes]);
        assert!(output.status.success(), "{size}: {}", String::from_utf8_lossy(&output.stderr));
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said == log.proofs(), "{size}: {said:.2000}");
    }
}

/// Go names what was changed: it refuses what we refuse.
#[test]
fn go_refuses_what_was_changed() {
    let Some(program) = sumdb() else { return };
    let log = Log::of(257);
    let vkey = log.key.verifier().to_string();
    for file in ["checkpoint", "tile/entries/000", "tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1"] {
        let directory = tempfile::tempdir().unwrap();
        log.write(directory.path());
        let path = directory.path().join(file);
        let mut bytes = fs::read(&path).unwrap();
        bytes[20] ^= 1;
        fs::write(&path, bytes).unwrap();
        assert!(!judge(program, directory.path(), [&vkey, "", "", ""]).status.success(), "{file}");
    }
}

/// The directory of a real vault, by the verifier key that `init` printed.
#[test]
fn go_reads_the_ledger_of_a_vault() {
    let Some(program) = sumdb() else { return };
    let practice = eventful();
    let ledger = fs::read_dir(practice.vault().join("ledger")).unwrap().next().unwrap().unwrap().path();
    let header: toml::Table = fs::read_to_string(practice.vault().join("vault.toml")).unwrap().parse().unwrap();
    let output = judge(program, &ledger, [header["verifier"].as_str().unwrap(), "", "0,1,2,3,4,5,6,7", "1,2,3,7"]);
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    let head = practice.ok(&["ledger", "verify", "--json"]).json()["head"].clone();
    assert_eq!(said.lines().last().unwrap(), format!("whole {} {}", head["size"], head["root"].as_str().unwrap()));
}

/// The signature over the checkpoint's text, without any note: the key as a SubjectPublicKeyInfo (RFC 8410, section 4).
#[test]
fn openssl_verifies_the_text_of_the_checkpoint() {
    if !has("openssl") {
        return;
    }
    let log = Log::of(257);
    let directory = tempfile::tempdir().unwrap();
    let note = Note::parse(log.head.bytes(), NOTE_LIMIT).unwrap();
    let prefix = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
    let key = [prefix.as_slice(), log.key.verifier().public()].concat();
    fs::write(directory.path().join("key.der"), key).unwrap();
    fs::write(directory.path().join("signature"), &note.signatures[0].signature).unwrap();
    for (text, holds) in [(note.text.clone(), true), (note.text.replace("257", "258"), false)] {
        fs::write(directory.path().join("text"), text).unwrap();
        let mut openssl = Command::new("openssl");
        openssl.args(["pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "key.der", "-rawin"]);
        openssl.args(["-in", "text", "-sigfile", "signature"]).current_dir(directory.path());
        let output = openssl.output().unwrap();
        assert_eq!(output.status.success(), holds, "{output:?}");
    }
}
