//! `aics-witness` (PyPI), a witness of C2SP on the loopback: it answers the requests that we write, and our witness gives the
//! same answers to the same requests.

use std::fs;
use std::io::Read as _;
use std::io::Write as _;
use std::net::TcpListener;
use std::net::TcpStream;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;

use rand_core::OsRng;
use subrosa::digest::Digest;
use subrosa::keys::signer::SigningKey;
use subrosa::keys::signer::WitnessVerifier;
use subrosa::ledger::checkpoint::Checkpoint;
use subrosa::ledger::checkpoint::VerifiedCheckpoint;
use subrosa::ledger::cosignature;
use subrosa::ledger::leaf::Leaf;
use subrosa::ledger::note::NOTE_LIMIT;
use subrosa::ledger::note::Note;
use subrosa::ledger::tree;
use subrosa::ledger::tree::MemoryTiles;
use subrosa::ledger::witnessing::Request;
use subrosa::ledger::witnessing::Step;

use super::python::interpreter;
use crate::machine::Machine;

/// The witness, serving until it is dropped.
struct Witness {
    server: Child,
    port: u16,
    vkey: String,
}

impl Witness {
    /// A witness of the log `origin` with the key `vkey`.
    fn of(python: &Path, directory: &Path, vkey: &str) -> Self {
        let config = directory.join("witness.json");
        let command = |words: &[&str]| {
            let mut command = Command::new(python);
            command.args(["-B", "-m", "aics_witness"]).args(words).arg("--config").arg(&config);
            command
        };
        let run = |words: &[&str]| {
            let output = command(words).output().unwrap();
            assert!(output.status.success(), "{words:?}: {output:?}");
            String::from_utf8(output.stdout).unwrap()
        };
        let said = run(&["init", "--name", "witness.example/w1"]);
        let own = said.split_whitespace().find(|word| word.starts_with("witness.example/w1+")).unwrap().to_owned();
        run(&["add-log", "--origin", vkey.split('+').next().unwrap(), "--vkey", vkey]);
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut serve = command(&["serve", "--listen", &format!("127.0.0.1:{port}")]);
        let server = serve.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let mut witness = Self { server, port, vkey: own };
        for _ in 0..300 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return witness;
            }
            assert!(witness.server.try_wait().unwrap().is_none(), "it ended");
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("the witness does not answer");
    }

    /// Posts a request: the status and the answer.
    fn add_checkpoint(&self, body: &[u8]) -> (u16, String) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let head = format!(
            "POST /add-checkpoint HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// A real vault asks, keeps the answer, and is witnessed; it grows, and is witnessed again from where the witness stands.
#[test]
fn aics_witness_answers_what_we_ask() {
    let Some(python) = interpreter() else { return };
    let machine = Machine::new();
    let header: toml::Table = fs::read_to_string(machine.vault().join("vault.toml")).unwrap().parse().unwrap();
    let witness = Witness::of(&python, &machine.path(""), header["verifier"].as_str().unwrap());
    for round in 0..3 {
        machine.ok(&["ledger", "checkpoint", "--for-witness", "-o", "request", "--force"]);
        let (status, line) = witness.add_checkpoint(&fs::read(machine.path("request")).unwrap());
        assert_eq!(status, 200, "round {round}: {line}");
        machine.write("answer", line.as_bytes());
        machine.ok(&["ledger", "cosign", "answer", "--witness", &witness.vkey]);
        let verdict = machine.ok(&["ledger", "verify"]);
        assert!(verdict.starts_with("WITNESSED"), "round {round}: {verdict}");
        machine.add("One more.\n");
    }
    // From a size that it does not stand at it names its own, and the next request begins there.
    machine.ok(&["ledger", "checkpoint", "--for-witness", "--old", "1", "-o", "request", "--force"]);
    let (status, size) = witness.add_checkpoint(&fs::read(machine.path("request")).unwrap());
    assert_eq!(status, 409, "{size}");
    machine.ok(&["ledger", "checkpoint", "--for-witness", "--old", size.trim(), "-o", "request", "--force"]);
    assert_eq!(witness.add_checkpoint(&fs::read(machine.path("request")).unwrap()).0, 200);
}

/// A log outside of any vault, whose keeper can tell two histories: they differ from entry 3 on.
struct Stranger(SigningKey);

impl Stranger {
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

    fn request(&self, old: u64, size: u64, history: u8) -> Request {
        let (tiles, root) = Self::tiles(size, history);
        let head = Checkpoint { origin: self.0.origin().clone(), size, root };
        let checkpoint = VerifiedCheckpoint::sign(head, &self.0).unwrap().bytes().to_vec();
        let proof =
            if old == 0 || old > size { Vec::new() } else { tree::consistency_proof(&tiles, old, size).unwrap() };
        Request { steps: vec![Step { old, proof }], checkpoint }
    }

    fn body(&self, old: u64, size: u64, history: u8) -> Vec<u8> {
        self.request(old, size, history).to_bytes()
    }
}

/// Requests one after the other, each with the status that the specification gives it.
fn requests(log: &Stranger) -> Vec<(&'static str, u16, Vec<u8>)> {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let other_key = Stranger(SigningKey::generate(log.0.origin().clone(), &mut OsRng));
    let other_log = Stranger(SigningKey::generate("example.org/unknown".parse().unwrap(), &mut OsRng));
    let mut flipped = log.request(10, 12, 0);
    flipped.steps[0].proof[0] = Digest::of(b"");
    let mut longer = log.request(10, 12, 0);
    longer.steps[0].proof.push(Digest::of(b""));
    let mut endless = log.request(10, 12, 0);
    endless.steps[0].proof = vec![Digest::of(b""); 64];
    vec![
        ("the first head", 200, log.body(0, 3, 0)),
        ("the same head again", 200, log.body(3, 3, 0)),
        ("a larger head", 200, log.body(3, 10, 0)),
        ("from the beginning once more", 409, log.body(0, 10, 1)),
        ("from another size", 409, log.body(5, 12, 0)),
        ("a smaller head, late", 409, log.body(3, 5, 0)),
        ("an old size beyond the head", 400, log.body(20, 12, 0)),
        ("another history", 422, log.body(10, 12, 1)),
        ("the same size, another root", 422, log.body(10, 10, 1)),
        ("a proof with a changed hash", 422, flipped.to_bytes()),
        ("a proof with a hash too many", 422, longer.to_bytes()),
        ("a proof of 64 lines", 400, endless.to_bytes()),
        ("signed by another key of that name", 403, other_key.body(10, 12, 0)),
        ("another log", 404, other_log.body(0, 3, 0)),
        ("an old size with a zero before it", 400, text(log.body(10, 12, 0)).replace("old 10", "old 010").into()),
        ("no old size", 400, text(log.body(10, 12, 0)).replace("old 10\n", "").into()),
        ("CRLF", 400, text(log.body(10, 12, 0)).replace('\n', "\r\n").into()),
        ("nothing", 400, Vec::new()),
        ("a larger head, after all of this", 200, log.body(10, 12, 0)),
    ]
}

/// What is asked of both is answered alike; and each reads the other's cosignature.
#[test]
fn our_witness_answers_as_aics_witness_does() {
    let Some(python) = interpreter() else { return };
    let machine = Machine::new();
    let log = Stranger(SigningKey::generate("example.org/log".parse().unwrap(), &mut OsRng));
    let vkey = log.0.verifier().to_string();
    let theirs = Witness::of(&python, &machine.path(""), &vkey);
    let known: WitnessVerifier = theirs.vkey.parse().unwrap();
    for (what, expected, body) in requests(&log) {
        let (status, answer) = theirs.add_checkpoint(&body);
        assert_eq!(status, expected, "{what}: {answer}");
        machine.write("request", &body);
        // A key is named for a log that is not known yet, as the other witness's configuration does.
        let mut words = vec!["ledger", "witness", "request", "-o", "line", "--force"];
        words.extend(what.starts_with("the first").then_some(["--key", vkey.as_str()]).into_iter().flatten());
        let output = machine.run(&words);
        assert_eq!(output.status.success(), status == 200, "{what}: {output:?}");
        if status != 200 {
            continue;
        }
        let checkpoint = Request::parse(&body).unwrap().checkpoint;
        let with = |line: &str| [checkpoint.as_slice(), line.as_bytes()].concat();
        let note = Note::parse(&with(&answer), NOTE_LIMIT).unwrap();
        let counted = cosignature::counted(&note, std::slice::from_ref(&known), &log.0.verifier()).unwrap();
        assert_eq!(counted.len(), 1, "{what}: {answer}");
        let line = fs::read_to_string(machine.path("line")).unwrap();
        machine.write("cosigned", &with(&line));
        let said = String::from_utf8(output.stderr).unwrap();
        let ours = said.split_whitespace().find(|word| word.matches('+').count() >= 2).unwrap().trim_end_matches(',');
        assert!(is_counted(&python, &machine.path("cosigned"), &vkey, ours), "{what}: {line}");
    }
}

/// Whether aics-tlog counts the one cosignature of a checkpoint.
fn is_counted(python: &Path, note: &PathBuf, vkey: &str, witness: &str) -> bool {
    let program = "import sys, aics_tlog as t\n\
        note = t.parse_note(open(sys.argv[1], 'rb').read())\n\
        found = t.verify_checkpoint(note, t.parse_vkey(sys.argv[2]), [t.parse_vkey(sys.argv[3])], 1)\n\
        sys.exit(not (found.ok and found.cosignature_count == 1))";
    let output = Command::new(python).args(["-c", program]).arg(note).args([vkey, witness]).output().unwrap();
    output.status.success()
}
