//! `examples/verify_proof.py`, which was written from `docs/format.md` alone: what it proves, and that it refuses everything
//! else. What it refuses, `proof verify` refuses too.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use subrosa::jcs;
use subrosa::keys::signer::SigningKey;
use subrosa::keys::signer::VerifierKey;
use subrosa::ledger::checkpoint::Checkpoint;
use subrosa::ledger::checkpoint::VerifiedCheckpoint;
use subrosa::ledger::leaf::Leaf;
use subrosa::ledger::note;
use subrosa::ledger::opening::Opening;
use subrosa::ledger::opening::Salt;
use subrosa::ledger::proof::Proof;
use subrosa::ledger::shown::Shown;
use subrosa::ledger::tree;
use subrosa::ledger::tree::MemoryTiles;

use crate::ledger::eventful;
use crate::practice::Practice;
use crate::skips::skip;

/// The known answers of `docs/format.md`, section 7.
const PRIVATE: &str = "PRIVATE+KEY+subrosa/q5c3f7kz2m+8803ed97+AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB";
const VKEY: &str = "subrosa/q5c3f7kz2m+8803ed97+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c";
const EVENT: &str = r#"{"actor":"owner","kind":"record.added","none":null,"ok":true,"record":"r-0123456789abcdef","size":1234,"tags":["intake","família"],"time":"2026-11-21T09:30:00Z","title":"A \"quoted\"\ttitle"}"#;
const CHECKPOINT: &str = "subrosa/q5c3f7kz2m\n2\nvGXR6CignLRKP7LtwiBRzfl2z67K+rGXeTr3o43GMy0=\n\n\
    — subrosa/q5c3f7kz2m iAPtl/mE9dXtl9ZdavdUsigc0ytMKwi7R9QEm6c24EL38HSj1D1iHNQ/smp7KKsZkR/TOEp/dIcOcgjIIjI8ctrD6wQ=\n";

/// A Python that has `cryptography`, if there is one.
pub fn python() -> Option<PathBuf> {
    let has_cryptography = |python: &PathBuf| {
        Command::new(python).args(["-c", "import cryptography"]).output().is_ok_and(|output| output.status.success())
    };
    let found = ["/usr/bin/python3", "python3"].map(PathBuf::from).into_iter().find(has_cryptography);
    if found.is_none() {
        skip("python3-cryptography", "is not installed");
    }
    found
}

fn run(python: &Path, proof: &Path, vkey: &str, package: Option<&Path>) -> Output {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/verify_proof.py");
    Command::new(python).arg("-B").arg(program).arg(proof).arg(vkey).args(package).output().unwrap()
}

fn key() -> SigningKey {
    SigningKey::parse_private(PRIVATE).unwrap()
}

/// The proof of the known event, of which `shows` tells what is shown.
fn known_proof(shows: impl Fn(&str) -> bool) -> String {
    let salt = std::array::from_fn(|n| n as u8);
    let event = jcs::parse_as(EVENT.as_bytes()).unwrap();
    let shown = Shown::of(&Opening { index: 1, event, salt: Salt::from_bytes(&salt) }, shows).unwrap();
    let genesis = Leaf::Genesis { public: *key().verifier().public(), next: None };
    let proof = Proof::new(Some(shown.to_bytes().unwrap()), 1, vec![genesis.hash()], CHECKPOINT.as_bytes()).unwrap();
    String::from_utf8(proof.to_bytes()).unwrap()
}

#[test]
fn it_proves_the_known_answers() {
    let Some(python) = python() else { return };
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("known.tlog-proof");
    fs::write(&path, known_proof(|_| true)).unwrap();
    let output = run(&python, &path, VKEY, None);
    assert!(output.status.success(), "{output:?}");
    let expected = "entry 1 of 2 in subrosa/q5c3f7kz2m\nactor: \"owner\"\nkind: \"record.added\"\nnone: null\nok: true\n\
        record: \"r-0123456789abcdef\"\nsize: 1234\ntags: [\"intake\", \"fam\\u00edlia\"]\n\
        time: \"2026-11-21T09:30:00Z\"\ntitle: \"A \\\"quoted\\\"\\ttitle\"\n";
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);

    fs::write(&path, known_proof(|name| name == "kind")).unwrap();
    let said = String::from_utf8(run(&python, &path, VKEY, None).stdout).unwrap();
    assert!(said.contains("kind: \"record.added\"\n") && said.matches(": hidden\n").count() == 8, "{said}");

    // Lines by keys that nobody asked about are no alarm.
    fs::write(&path, known_proof(|_| true) + "— witness.example/w AAAAAQID\n").unwrap();
    assert!(run(&python, &path, VKEY, None).status.success());
    assert!(
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/verify_proof.py"))
            .unwrap()
            .lines()
            .count()
            <= 150
    );
}

/// The event under a kind that nobody knows: its fields are those of none that is known.
fn unknown() -> serde_json::Map<String, serde_json::Value> {
    jcs::parse_as(EVENT.replace("record.added", "record.kept").as_bytes()).unwrap()
}

/// A log of 70 entries, the proof of the 40th of which has seven hashes.
fn larger() -> String {
    let salt = || Salt::from_bytes(&[9; 32]);
    let event = unknown();
    let genesis = Leaf::Genesis { public: *key().verifier().public(), next: None };
    let shown = |index| Shown::of(&Opening { index, event: event.clone(), salt: salt() }, |_| true).unwrap();
    let leaf = |index| shown(index).leaf(key().origin(), index).unwrap();
    let leaves: Vec<_> = std::iter::once(genesis).chain((1..70).map(leaf)).collect();
    let mut tiles = MemoryTiles::default();
    let growth = tree::append(&tiles, (0, tree::empty_root()), &leaves).unwrap();
    tiles.apply(&growth);
    let head = Checkpoint { origin: key().origin().clone(), size: 70, root: growth.root };
    let head = VerifiedCheckpoint::sign(head, &key()).unwrap();
    let hashes = tree::inclusion_proof(&tiles, 40, 70).unwrap();
    let proof = Proof::new(Some(shown(40).to_bytes().unwrap()), 40, hashes, head.bytes()).unwrap();
    String::from_utf8(proof.to_bytes()).unwrap()
}

/// With the extra line's JSON changed.
fn with_extra(proof: &str, change: impl Fn(String) -> String) -> String {
    let mut lines: Vec<_> = proof.split('\n').map(str::to_owned).collect();
    let json = String::from_utf8(STANDARD.decode(lines[1].strip_prefix("extra ").unwrap()).unwrap()).unwrap();
    let changed = change(json.clone());
    assert_ne!(changed, json, "nothing was changed");
    lines[1] = format!("extra {}", STANDARD.encode(changed));
    lines.join("\n")
}

/// With the checkpoint's text changed, and signed again by the same key.
fn signed_again(proof: &str, change: impl Fn(&str) -> String) -> String {
    let (head, note) = proof.split_once("\n\n").unwrap();
    let text = format!("{}\n", note.split_once("\n\n").unwrap().0);
    let signed = String::from_utf8(note::sign(&change(&text), &key()).unwrap()).unwrap();
    format!("{head}\n\n{signed}")
}

fn tampered(proof: &str) -> Vec<(&'static str, Vec<u8>)> {
    let lines: Vec<&str> = proof.split('\n').collect();
    let with = |at: usize, line: &str| {
        let mut lines = lines.clone();
        lines[at] = line;
        lines.join("\n")
    };
    let without = |at: usize| {
        let mut lines = lines.clone();
        lines.remove(at);
        lines.join("\n")
    };
    let twice = |at: usize| {
        let mut lines = lines.clone();
        lines.insert(at, lines[at]);
        lines.join("\n")
    };
    let (swapped, signature) =
        ({ [&lines[..3], &[lines[4], lines[3]], &lines[5..]].concat().join("\n") }, lines.len() - 2);
    let kind_hidden = {
        let shown = Shown::of(&Opening { index: 40, event: unknown(), salt: Salt::from_bytes(&[9; 32]) }, |name| {
            name != "kind"
        });
        with_extra(proof, |_| String::from_utf8(shown.as_ref().unwrap().to_bytes().unwrap()).unwrap())
    };
    let flipped = |at: usize| {
        let line = lines[at];
        let middle = line.len() - 20;
        let other = if &line[middle..=middle] == "A" { "B" } else { "A" };
        with(at, &format!("{}{other}{}", &line[..middle], &line[middle + 1..]))
    };
    let spare_bits = lines[3].replace("A=", "B=").replace("E=", "F=").replace("I=", "J=").replace("M=", "N=");
    let spare_bits = spare_bits.replace("Q=", "R=").replace("U=", "V=").replace("Y=", "Z=").replace("c=", "d=");
    let spare_bits = spare_bits.replace("g=", "h=").replace("k=", "l=").replace("o=", "p=").replace("s=", "t=");
    let spare_bits = spare_bits.replace("w=", "x=").replace("0=", "1=").replace("4=", "5=").replace("8=", "9=");
    assert_ne!(spare_bits, lines[3]);
    let text = vec![
        ("another version", with(0, "c2sp.org/tlog-proof@v2")),
        ("CRLF", proof.replace('\n', "\r\n")),
        ("a BOM", format!("\u{feff}{proof}")),
        ("a NUL", proof.replace("index", "index\0")),
        ("a TAB in a name", proof.replace("— subrosa/", "— sub\trosa/")),
        ("one newline more at the end", format!("{proof}\n")),
        ("no newline at the end", proof.trim_end().to_owned()),
        ("junk after the note", format!("{proof}more\n")),
        ("no extra line", without(1)),
        ("two extra lines", twice(1)),
        ("the extra line after the index", [&lines[..1], &[lines[2], lines[1]], &lines[3..]].concat().join("\n")),
        ("no index", without(2)),
        ("index 040", with(2, "index 040")),
        ("index +40", with(2, "index +40")),
        ("index -1", with(2, "index -1")),
        ("index ４０", with(2, "index ４０")),
        ("index 4_0", with(2, "index 4_0")),
        ("the index one off", with(2, "index 41")),
        ("index 0", with(2, "index 0")),
        ("the index beyond the end", with(2, "index 70")),
        ("a hash left out", without(3)),
        ("a hash twice", twice(4)),
        ("two hashes swapped", swapped),
        ("a hash changed", flipped(3)),
        ("spare bits in base64", with(3, &spare_bits)),
        ("base64 without padding", with(3, lines[3].trim_end_matches('='))),
        ("64 hashes", { [&lines[..3], &[lines[3]; 64], &lines[9..]].concat().join("\n") }),
        ("a larger size", proof.replace("\n70\n", "\n71\n")),
        ("size 070, signed", signed_again(proof, |text| text.replace("\n70\n", "\n070\n"))),
        ("size 2^63, signed", signed_again(proof, |text| text.replace("\n70\n", "\n9223372036854775808\n"))),
        ("an extension line, signed", signed_again(proof, |text| format!("{text}more\n"))),
        ("another origin, signed", signed_again(proof, |text| text.replace("q5c3f7kz2m", "0123456789"))),
        ("another root, signed", signed_again(proof, |text| text.replace(text.lines().nth(2).unwrap(), lines[3]))),
        ("the signature changed", flipped(signature)),
        ("the signature twice", format!("{proof}{}\n", lines[signature])),
        ("no signature by the key", proof.replace("— subrosa/", "— another/")),
        ("65 signatures", format!("{proof}{}", "— witness.example/w AAAAAQID\n".repeat(64))),
        ("a signature of four bytes", format!("{proof}— witness.example/w AAAAAQ==\n")),
        ("a plus sign in a name", format!("{proof}— witness+example/w AAAAAQID\n")),
        ("a value changed", with_extra(proof, |json| json.replace("\"owner\"", "\"other\""))),
        ("a null for another value", with_extra(proof, |json| json.replace("null", "false"))),
        (
            "a salt changed",
            with_extra(proof, |json| json.replacen("\"salt\":\"", "\"salt\":\"AAAA", 1).replacen("=\"", "\"", 1)),
        ),
        ("a field left out", with_extra(proof, |json| json.replacen("\"actor\":", "\"actos\":", 1))),
        ("a space in the JSON", with_extra(proof, |json| json.replace("\":", "\": "))),
        ("an escape in the JSON", with_extra(proof, |json| json.replace("owner", "\\u006fwner"))),
        ("1234.0", with_extra(proof, |json| json.replace("1234", "1234.0"))),
        ("NaN", with_extra(proof, |json| json.replace("1234", "NaN"))),
        ("fields that are a list", with_extra(proof, |_| "{\"fields\":[]}".to_owned())),
        ("no fields", with_extra(proof, |_| "{\"fields\":{}}".to_owned())),
        ("a list", with_extra(proof, |_| "[]".to_owned())),
        ("a digest that is a number", with_extra(proof, |_| "{\"fields\":{\"kind\":{\"digest\":1}}}".to_owned())),
        ("a member more", with_extra(proof, |json| json.replacen("{\"fields\"", "{\"extra\":1,\"fields\"", 1))),
        ("the kind hidden", kind_hidden),
    ];
    let mut all: Vec<_> = text.into_iter().map(|(what, text)| (what, text.into_bytes())).collect();
    all.push(("no UTF-8", [proof.as_bytes(), b"\xff"].concat()));
    all.push(("nothing", Vec::new()));
    all.push(("more than 256 KiB", [proof.as_bytes(), "— w AAAAAQID".repeat(30_000).as_bytes()].concat()));
    all
}

#[test]
fn it_refuses_every_tampered_proof_and_so_do_we() {
    let proof = larger();
    let practice = Practice::without_vault();
    let judged = |bytes: &[u8], vkey: &str| {
        fs::write(practice.path("a.tlog-proof"), bytes).unwrap();
        practice.run(&["proof", "verify", "a.tlog-proof", "--key", vkey])
    };
    let python = python();
    let refused = |what: &str, bytes: &[u8], vkey: &str| {
        let ours = judged(bytes, vkey);
        assert_ne!(ours.exit, 0, "{what}: {ours:?}");
        let Some(python) = &python else { return };
        let output = run(python, &practice.path("a.tlog-proof"), vkey, None);
        assert_eq!(output.status.code(), Some(5), "{what}: {output:?}");
        assert!(output.stderr.starts_with(b"REFUSED: ") && output.stdout.is_empty(), "{what}: {output:?}");
    };
    assert_eq!(judged(proof.as_bytes(), VKEY).exit, 0);
    let sound = python.as_ref().map(|python| run(python, &practice.path("a.tlog-proof"), VKEY, None));
    assert!(sound.is_none_or(|output| output.status.success()), "it is sound as it stands");
    for (what, bytes) in tampered(&proof) {
        assert_ne!(bytes, proof.as_bytes(), "{what}: nothing was changed");
        refused(what, &bytes, VKEY);
    }
    for (what, vkey) in [
        (
            "another key of this name",
            VerifierKey::from_public(key().origin().clone(), &[0x66; 32]).map(|key| key.to_string()),
        ),
        ("a wrong key id", Ok(VKEY.replace("8803ed97", "8803ed98"))),
        ("another type", Ok(VKEY.replace("+AYq", "+BIq"))),
        ("no key", Ok("subrosa/q5c3f7kz2m".to_owned())),
        // The point of order 1, by its own id.
        ("a key of small order", Ok(small_order_vkey())),
    ] {
        // Not every 32 bytes are a key.
        if let Ok(vkey) = vkey {
            refused(what, proof.as_bytes(), &vkey);
        }
    }
}

fn small_order_vkey() -> String {
    let mut raw = vec![1, 1];
    raw.resize(33, 0);
    let id = subrosa::digest::Digest::of(&[b"subrosa/q5c3f7kz2m\n", raw.as_slice()].concat()).to_string();
    format!("subrosa/q5c3f7kz2m+{}+{}", &id[..8], STANDARD.encode(raw))
}

/// What the program writes beside a package, and makes later.
#[test]
fn it_proves_a_real_share() {
    let Some(python) = python() else { return };
    let practice = eventful();
    let header: toml::Table = fs::read_to_string(practice.vault().join("vault.toml")).unwrap().parse().unwrap();
    let vkey = header["verifier"].as_str().unwrap();
    let (proof, package) = (practice.path("lee.age.tlog-proof"), practice.path("lee.age"));
    let output = run(&python, &proof, vkey, Some(&package));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains(", and this is its package\n") && said.contains("kind: \"disclosure.made\"\n"), "{output:?}");
    assert!(said.contains("receipt: hidden\n") && said.contains("client: hidden\n"), "{said}");
    let other = run(&python, &proof, vkey, Some(&practice.path("note.txt")));
    assert_eq!(other.status.code(), Some(5), "{other:?}");
    for reader in ["client", "recipient", "all"] {
        practice.ok(&["ledger", "prove", "9", "--for", reader, "-o", &format!("{reader}.tlog-proof")]);
        let output = run(&python, &practice.path(&format!("{reader}.tlog-proof")), vkey, None);
        assert!(output.status.success(), "{reader}: {output:?}");
    }
}

/// The last of ten entries has two hashes, that of a million twenty: 45 bytes each.
#[test]
fn a_proof_is_small_in_a_ledger_of_a_million_entries_too() {
    let practice = eventful();
    let larger =
        |file: &str| fs::read(practice.path(file)).unwrap().len() + (20 - 2) * 45 + "1000000".len() - "10".len();
    assert!(larger("lee.age.tlog-proof") < 4_096, "{}", larger("lee.age.tlog-proof"));
    for reader in ["client", "recipient", "all"] {
        practice.ok(&["ledger", "prove", "9", "--for", reader, "-o", &format!("{reader}.tlog-proof")]);
        let size = larger(&format!("{reader}.tlog-proof"));
        assert!(size < 4_096, "{reader}: {size}");
    }
}
