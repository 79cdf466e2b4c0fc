//! Witnesses: two practices watch each other's ledgers by files alone, forks are kept as evidence, what witnesses say
//! grades a ledger, and bounds its entries' times.

mod forks;

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use rand_core::OsRng;
use subrosa::digest::Digest;
use subrosa::keys::signer::SigningKey;
use subrosa::keys::signer::WitnessKey;
use subrosa::ledger::checkpoint::Checkpoint;
use subrosa::ledger::checkpoint::VerifiedCheckpoint;
use subrosa::ledger::cosignature;
use subrosa::ledger::leaf::Leaf;
use subrosa::ledger::note::Note;
use subrosa::ledger::tree;
use subrosa::ledger::tree::MemoryTiles;
use subrosa::ledger::witnessing::Request;
use subrosa::ledger::witnessing::Step;
use subrosa::time::Timestamp;

use crate::integrity::copy_tree;
use crate::practice::OWNER;
use crate::practice::Practice;
use crate::practice::Said;

/// A practice whose log and keys are not those of [`Practice::new`].
pub fn elsewhere() -> Practice {
    let practice = Practice::without_vault();
    practice.ok(&["help"]);
    practice.ok(&["init", "--owner", OWNER, "--time-zone", "Europe/Lisbon", "--batch"]);
    practice
}

/// A log outside of any vault, whose keeper does as he likes.
pub struct Stranger {
    pub key: SigningKey,
}

impl Stranger {
    pub fn new() -> Self {
        Self::named("example.org/log")
    }

    pub fn named(origin: &str) -> Self {
        Self { key: SigningKey::generate(origin.parse().unwrap(), &mut OsRng) }
    }

    pub fn vkey(&self) -> String {
        self.key.verifier().to_string()
    }

    /// The tiles of `size` entries; those of two histories differ from entry 3 on.
    fn tiles(size: u64, history: u8) -> (MemoryTiles, Digest) {
        let leaf = |at: u64| match at {
            0 => Leaf::Genesis { public: [7; 32], next: None },
            _ => Leaf::Sealed { commitment: Digest::of(&[at as u8, if at < 3 { 0 } else { history }]) },
        };
        let mut tiles = MemoryTiles::default();
        let leaves: Vec<Leaf> = (0..size).map(leaf).collect();
        let growth = tree::append(&tiles, (0, tree::empty_root()), &leaves).unwrap();
        tiles.apply(&growth);
        (tiles, growth.root)
    }

    pub fn checkpoint(&self, size: u64, history: u8) -> VerifiedCheckpoint {
        let root = Self::tiles(size, history).1;
        VerifiedCheckpoint::sign(Checkpoint { origin: self.key.origin().clone(), size, root }, &self.key).unwrap()
    }

    pub fn request(&self, size: u64, history: u8, olds: &[u64]) -> Request {
        let (tiles, _) = Self::tiles(size, history);
        let proof = |old| if old == 0 { Vec::new() } else { tree::consistency_proof(&tiles, old, size).unwrap() };
        let steps = olds.iter().map(|&old| Step { old, proof: proof(old) }).collect();
        Request { steps, checkpoint: self.checkpoint(size, history).bytes().to_vec() }
    }
}

/// A witness outside of any vault.
pub fn witness(name: &str) -> WitnessKey {
    WitnessKey::generate(name.parse().unwrap(), &mut OsRng)
}

/// The ledger's directory.
pub fn ledger(practice: &Practice) -> PathBuf {
    ledger_in(&practice.vault())
}

fn ledger_in(vault: &Path) -> PathBuf {
    fs::read_dir(vault.join("ledger")).unwrap().next().unwrap().unwrap().path()
}

/// The published checkpoint.
pub fn published(practice: &Practice) -> VerifiedCheckpoint {
    published_in(&practice.vault())
}

/// The published checkpoint of the vault at this place.
pub fn published_in(vault: &Path) -> VerifiedCheckpoint {
    let bytes = fs::read(ledger_in(vault).join("checkpoint")).unwrap();
    VerifiedCheckpoint::open(&bytes, &vkey_in(vault).parse().unwrap()).unwrap()
}

/// The ledger's verifier key.
pub fn vkey(practice: &Practice) -> String {
    vkey_in(&practice.vault())
}

fn vkey_in(vault: &Path) -> String {
    let header = fs::read_to_string(vault.join("vault.toml")).unwrap();
    let line = header.lines().find(|line| line.starts_with("verifier")).unwrap();
    line.split('"').nth(1).unwrap().to_owned()
}

/// The lines of witnesses over a head, at these times, as they come back.
pub fn answer(head: &VerifiedCheckpoint, witnesses: &[(&WitnessKey, i64)]) -> String {
    let line = |(key, time): &(&WitnessKey, i64)| cosignature::cosign(head, Timestamp::from_unix(*time), key);
    let note = Note { text: "-\n".to_owned(), signatures: witnesses.iter().map(line).collect() };
    String::from_utf8(note.to_bytes()).unwrap()["-\n\n".len()..].to_owned()
}

/// The witness's own verifier key, as it says it.
fn witness_of(said: &Said) -> String {
    let words = said.stderr.split(" as ").nth(1).unwrap_or_else(|| panic!("{said:?}"));
    words.trim_end().split(',').next().unwrap().to_owned()
}

fn carry(from: &Practice, name: &str, to: &Practice) {
    fs::copy(from.path(name), to.path(name)).unwrap();
}

fn verdict(practice: &Practice, more: &[&str]) -> String {
    practice.run(&[&["ledger", "verify", "--json"], more].concat()).json()["verdict"].as_str().unwrap().to_owned()
}

#[test]
fn two_practices_witness_each_other() {
    let (ours, theirs) = (Practice::new(), elsewhere());
    let mut known = Vec::new();
    for (log, witness) in [(&ours, &theirs), (&theirs, &ours)] {
        log.ok(&["client", "add", "mk-01"]);
        log.ok(&["ledger", "checkpoint", "--for-witness", "-o", "request.txt", "--force"]);
        carry(log, "request.txt", witness);
        let said =
            witness.ok(&["ledger", "witness", "request.txt", "--key", &vkey(log), "-o", "answer.txt", "--force"]);
        assert!(said.stderr.contains("a key made just now"), "{said:?}");
        known.push(witness_of(&said));
        let told = fs::read_to_string(witness.path("answer.txt")).unwrap();
        assert!(told.starts_with("— subrosa/witness/") && told.lines().count() == 1 && told.ends_with('\n'), "{told}");
        carry(witness, "answer.txt", log);
        // Whom the answer is by has to be told by another way, once.
        let said = log.refused(4, &["ledger", "cosign", "answer.txt"]);
        assert!(said.stderr.contains("--witness VKEY"), "{said:?}");
        log.ok(&["ledger", "cosign", "answer.txt", "--witness", known.last().unwrap()]);
        let verified = log.ok(&["ledger", "verify", "--json"]).json();
        assert_eq!(verified["verdict"], "WITNESSED");
        assert_eq!(
            verified["witnesses"],
            serde_json::json!({"counted": 1, "known": 1, "quorum": 1, "time": "2026-11-21T09:30:00Z"})
        );
        let said = log.at_terminal(&[], &["ledger", "verify"]);
        assert!(said.stdout.starts_with("WITNESSED 1 of 1 at 2026-11-21T09:30:00Z: subrosa/"), "{said:?}");
        assert!(published(log).bytes().len() > 300, "the line stands under the published checkpoint");
        assert_eq!(log.ok(&["check"]).exit, 0);
    }
    assert_ne!(known[0], known[1]);

    // The second round needs no key, begins where the first ended, and is answered with the same key.
    ours.ok(&["client", "add", "ab-02"]);
    assert_eq!(verdict(&ours, &[]), "CONTINUOUS", "what was witnessed of an earlier head is not said of this one");
    let said = ours.ok(&["ledger", "verify"]);
    assert!(said.stderr.contains("1 of 1 witnesses cosigned its first 4 entries"), "{said:?}");
    let request = ours.ok(&["ledger", "checkpoint", "--for-witness"]).stdout;
    assert!(request.starts_with("old 4\n"), "{request}");
    theirs.write("again.txt", &request);
    let said = theirs.ok(&["ledger", "witness", "again.txt"]);
    assert_eq!(witness_of(&said), known[0]);
    ours.write("back.txt", &said.stdout);
    ours.ok(&["ledger", "cosign", "back.txt"]);
    assert_eq!(verdict(&ours, &["--quorum", "1"]), "WITNESSED");
}

#[test]
fn a_request_with_one_old_size_is_the_standard_body() {
    let practice = Practice::new();
    for n in 0..5 {
        practice.ok(&["client", "add", &format!("n{n}-x")]);
    }
    let body = practice.ok(&["ledger", "checkpoint", "--for-witness", "--old", "3"]).stdout;
    let request = Request::parse(body.as_bytes()).unwrap();
    assert_eq!((request.steps.len(), request.steps[0].old), (1, 3));
    assert_eq!(request.checkpoint, published(&practice).bytes());
    assert!(body.ends_with(&format!("\n\n{}", String::from_utf8_lossy(published(&practice).bytes()))), "{body}");
    let body = practice.ok(&["ledger", "checkpoint", "--for-witness", "--old", "7", "--old", "0", "--old", "3"]).stdout;
    let request = Request::parse(body.as_bytes()).unwrap();
    assert_eq!(request.steps.iter().map(|step| step.old).collect::<Vec<_>>(), [0, 3, 7]);
    practice.refused(2, &["ledger", "checkpoint", "--for-witness", "--old", "9"]);
    practice.refused(2, &["ledger", "checkpoint", "--old", "3"]);
    let told = practice.ok(&["ledger", "checkpoint", "--for-witness", "--json", "-o", "r.txt"]).json();
    assert_eq!((&told["olds"], &told["head"]["size"]), (&serde_json::json!([0]), &8.into()));
}

/// A vault that has witnessed a stranger's log at size 5.
fn having_witnessed(log: &Stranger) -> Practice {
    let practice = Practice::new();
    fs::write(practice.path("first.txt"), log.request(5, 1, &[0]).to_bytes()).unwrap();
    practice.ok(&["ledger", "witness", "first.txt", "--key", &log.vkey()]);
    practice
}

fn ask(practice: &Practice, request: &Request) -> Said {
    fs::write(practice.path("next.txt"), request.to_bytes()).unwrap();
    practice.run(&["ledger", "witness", "next.txt"])
}

#[test]
fn nobody_is_trusted_for_coming_first() {
    let (log, twin) = (Stranger::new(), Stranger::new());
    let practice = Practice::new();
    fs::write(practice.path("head.txt"), log.checkpoint(5, 1).bytes()).unwrap();
    let said = practice.refused(3, &["ledger", "witness", "head.txt"]);
    assert!(said.stderr.contains("the key of example.org/log is not known here") && said.stderr.contains("--key VKEY"));
    let said = practice.refused(5, &["ledger", "witness", "head.txt", "--key", &twin.vkey()]);
    assert!(said.stderr.contains("UNTRUSTED-KEY"), "{said:?}");
    let said = practice.refused(5, &["ledger", "witness", "head.txt", "--key", &vkey(&practice)]);
    assert!(said.stderr.contains("WRONG-LOG"), "{said:?}");
    // A checkpoint alone asks as one of a witness that knows nothing yet.
    practice.ok(&["ledger", "witness", "head.txt", "--key", &log.vkey()]);
    let said = practice.refused(5, &["ledger", "witness", "head.txt", "--key", &twin.vkey()]);
    assert!(said.stderr.contains("UNTRUSTED-KEY"), "{said:?}");
    fs::write(practice.path("twin.txt"), twin.request(9, 1, &[5]).to_bytes()).unwrap();
    let said = practice.refused(5, &["ledger", "witness", "twin.txt"]);
    assert!(said.stderr.contains("UNTRUSTED-KEY"), "{said:?}");
    // Nobody is his own witness.
    practice.ok(&["ledger", "checkpoint", "-o", "own.txt"]);
    practice.refused(3, &["ledger", "witness", "own.txt", "--key", &vkey(&practice)]);
}

#[test]
fn an_answer_that_was_lost_is_given_again_byte_for_byte() {
    let log = Stranger::new();
    let mut practice = having_witnessed(&log);
    let first = practice.ok(&["ledger", "witness", "first.txt"]).stdout;
    practice.now += 3600;
    assert_eq!(practice.ok(&["ledger", "witness", "first.txt"]).stdout, first);
    // A crash between the two places it is kept in: either alone is enough.
    let state = witness_files(&practice.path("home/.local/state/subrosa/witness"), "checkpoint");
    let vault = witness_files(&practice.vault().join("witness"), "checkpoint");
    assert_eq!((state.len(), vault.len()), (1, 1));
    assert_eq!(fs::read(&state[0]).unwrap(), fs::read(&vault[0]).unwrap());
    for lost in [&state[0], &vault[0]] {
        fs::remove_file(lost).unwrap();
        assert_eq!(practice.ok(&["ledger", "witness", "first.txt"]).stdout, first);
        assert!(lost.exists(), "it is there again");
    }
}

/// Files of this name below a directory.
fn witness_files(directory: &Path, name: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(witness_files(&path, name));
        } else if path.file_name().unwrap() == name {
            found.push(path);
        }
    }
    found
}

#[test]
fn the_state_is_kept_before_a_signature_leaves() {
    let log = Stranger::new();
    let practice = having_witnessed(&log);
    fs::write(practice.path("taken.txt"), "").unwrap();
    fs::write(practice.path("next.txt"), log.request(8, 1, &[5]).to_bytes()).unwrap();
    // The answer could not be written: the head is held all the same, and its twin is a fork now.
    let said = practice.run(&["ledger", "witness", "next.txt", "-o", "taken.txt"]);
    assert_eq!(said.exit, 6, "{said:?}");
    assert_eq!(ask(&practice, &log.request(8, 2, &[5])).exit, 5);
    let held = witness_files(&practice.vault().join("witness"), "checkpoint");
    assert!(fs::read_to_string(&held[0]).unwrap().starts_with("example.org/log\n8\n"));
}

#[test]
fn a_vault_from_a_backup_does_not_make_the_witness_forget() {
    let log = Stranger::new();
    let practice = having_witnessed(&log);
    copy_tree(&practice.vault(), &practice.path("backup"));
    assert_eq!(ask(&practice, &log.request(8, 1, &[5])).exit, 0);
    fs::remove_dir_all(practice.vault()).unwrap();
    copy_tree(&practice.path("backup"), &practice.vault());
    let said = ask(&practice, &log.request(8, 2, &[5]));
    assert!(said.exit == 5 && said.stderr.contains("FORKED"), "{said:?}");

    // The state directory of an older day beside the vault of today: the vault remembers.
    let practice = having_witnessed(&log);
    copy_tree(&practice.path("home"), &practice.path("backup"));
    assert_eq!(ask(&practice, &log.request(8, 1, &[5])).exit, 0);
    fs::remove_dir_all(practice.path("home")).unwrap();
    copy_tree(&practice.path("backup"), &practice.path("home"));
    let said = ask(&practice, &log.request(8, 2, &[5]));
    assert!(said.exit == 5 && said.stderr.contains("FORKED"), "{said:?}");

    // On another computer the key is another one: two that do not see each other's heads must not share it.
    let practice = having_witnessed(&log);
    let first = witness_of(&practice.ok(&["ledger", "witness", "first.txt"]));
    fs::remove_dir_all(practice.path("home")).unwrap();
    assert_eq!(practice.run(&["ledger", "witness", "first.txt"]).exit, 3, "whom to trust is not known there either");
    let other = witness_of(&practice.ok(&["ledger", "witness", "first.txt", "--key", &log.vkey()]));
    assert_ne!(first, other);
    assert_eq!(practice.ok(&["check"]).exit, 0, "both keys are known to be a witness's");
}

#[test]
fn a_witness_says_nothing_of_the_past() {
    let log = Stranger::new();
    let mut practice = having_witnessed(&log);
    practice.now -= 7200;
    fs::write(practice.path("next.txt"), log.request(8, 1, &[5]).to_bytes()).unwrap();
    let said = practice.refused(3, &["ledger", "witness", "next.txt"]);
    assert!(said.stderr.contains("2026-11-21T07:30:00Z") && said.stderr.contains("2026-11-21T09:30:00Z"), "{said:?}");
    practice.ok(&["ledger", "witness", "next.txt", "--accept-clock"]);
}

#[test]
fn a_recipient_whose_card_was_verified_is_known_to_the_witness() {
    let (ours, theirs) = (Practice::new(), elsewhere());
    theirs.ok(&["card", "-o", "card.txt"]);
    theirs.ok(&["ledger", "checkpoint", "--for-witness", "-o", "request.txt"]);
    carry(&theirs, "card.txt", &ours);
    carry(&theirs, "request.txt", &ours);
    ours.ok(&["recipient", "add", "dr-lee", "--card", "card.txt"]);
    ours.refused(3, &["ledger", "witness", "request.txt"]);
    ours.ok(&["recipient", "verify", "dr-lee", "--how", "in-person"]);
    assert!(ours.ok(&["ledger", "witness", "request.txt"]).stdout.starts_with("— subrosa/witness/"));
}
