//! A table of attacks on notes: what somebody does to a checkpoint, to a witness's line or to what he signs, and the
//! verdict that `ledger verify` gives of it. And what is none: the false alarms that must not be raised.

mod table;

use std::fs;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand_core::OsRng;
use subrosa::digest::Digest;
use subrosa::keys::identity::IdentityFile;
use subrosa::keys::plugin::Callbacks;
use subrosa::keys::signer::SigningKey;
use subrosa::keys::signer::VerifierKey;
use subrosa::keys::signer::WitnessKey;
use subrosa::keys::signer::WitnessVerifier;
use subrosa::ledger::checkpoint::Checkpoint;
use subrosa::ledger::checkpoint::VerifiedCheckpoint;
use subrosa::ledger::cosignature;
use subrosa::ledger::note::NOTE_LIMIT;
use subrosa::ledger::note::Note;
use subrosa::ledger::note::SignatureLine;
use subrosa::time::Timestamp;
use subrosa::vault::Options;
use subrosa::vault::Vault;
use subrosa::vault::places::Places;
use subrosa::vault::unlock::Found;
use table::TABLE;
use table::own_cosignature;
use table::own_witness;

use crate::practice::NOW;
use crate::practice::Practice;
use crate::witnesses::Stranger;
use crate::witnesses::answer;
use crate::witnesses::ledger;
use crate::witnesses::published;
use crate::witnesses::vkey;
use crate::witnesses::witness;

/// The stage of one attack.
struct Stage {
    practice: Practice,
    /// The head that is published, of six entries.
    head: VerifiedCheckpoint,
    /// An older one of its own, of four.
    older: VerifiedCheckpoint,
    /// The ledger's own key: whoever holds the vault's keys has it.
    log: SigningKey,
    /// A witness that is known, and one that is not.
    witness: WitnessKey,
    unknown: WitnessKey,
}

impl Stage {
    fn new() -> Self {
        let mut practice = Practice::new();
        practice.ok(&["client", "add", "mk-01"]);
        let older = published(&practice);
        practice.now += 86_400;
        practice.ok(&["client", "add", "ab-02"]);
        practice.ok(&["client", "add", "cd-03"]);
        let (witness, unknown) = (witness("witness.example/w1"), witness("witness.example/w2"));
        Self { head: published(&practice), log: signing_key(&practice), older, practice, witness, unknown }
    }

    fn vkey(&self) -> VerifierKey {
        self.log.verifier()
    }

    fn note(&self) -> Note {
        Note::parse(self.head.bytes(), NOTE_LIMIT).unwrap()
    }

    fn cosigned(&self) -> Note {
        let mut note = self.note();
        note.signatures.push(self.cosignature());
        note
    }

    /// The known witness's line, an hour after the last entry.
    fn cosignature(&self) -> SignatureLine {
        cosignature::cosign(&self.head, Timestamp::from_unix(NOW + 90_000), &self.witness)
    }

    fn signed(&self, size: u64, root: Digest) -> Vec<u8> {
        let head = Checkpoint { origin: self.log.origin().clone(), size, root };
        VerifiedCheckpoint::sign(head, &self.log).unwrap().bytes().to_vec()
    }
}

/// The key that only the ledger's keeper has.
pub fn signing_key(practice: &Practice) -> SigningKey {
    let home = practice.path("home");
    let (state, cache) = (home.join(".local/state/subrosa"), home.join(".cache/subrosa"));
    let found = Found::at(Places { vault: practice.vault(), state, cache }).unwrap();
    let bytes = fs::read(practice.path("me.txt")).unwrap();
    let identities = IdentityFile::read(&bytes, "me.txt", &mut |_| None, &Callbacks::none()).unwrap();
    let unlocked = found.with_identities(&identities).unwrap();
    let (lock_wait, accept_head) = (Duration::ZERO, None);
    let options = Options { lock_wait, accept_head, accept_clock: false, at_hand: false, committing: || {} };
    let vault = Vault::open(unlocked, options, &mut OsRng).unwrap();
    SigningKey::parse_private(vault.signer().unwrap().private_text().reveal_secret()).unwrap()
}

/// S + L for the scalar S of a signature: the same signature in a second spelling.
fn plus_order(signature: &mut [u8]) {
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let at = signature.len() - 32;
    let mut carry = 0;
    for (byte, add) in signature[at..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        (*byte, carry) = (sum as u8, sum >> 8);
    }
    assert_eq!(carry, 0);
}

/// The same bytes, with a bit set that base64 does not use. The last line's padding has some.
fn spare_bit(note: Vec<u8>) -> Vec<u8> {
    let text = String::from_utf8(note).unwrap();
    let at = text.rfind('=').unwrap();
    let at = text[..at].trim_end_matches('=').len() - 1;
    let last = text.as_bytes()[at];
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let value = alphabet.iter().position(|letter| *letter == last).unwrap();
    assert_eq!(value & 1, 0, "an unused bit is zero");
    let mut bytes = text.into_bytes();
    bytes[at] = alphabet[value | 1];
    bytes
}

fn with(mut note: Note, change: impl FnOnce(&mut Vec<SignatureLine>)) -> Vec<u8> {
    change(&mut note.signatures);
    note.to_bytes()
}

fn text(note: &Note, change: impl FnOnce(String) -> String) -> Vec<u8> {
    change(String::from_utf8(note.to_bytes()).unwrap()).into_bytes()
}

fn forged(line: &SignatureLine) -> SignatureLine {
    let mut line = line.clone();
    *line.signature.last_mut().unwrap() ^= 1;
    line
}

/// What is attacked, how, and what is said: `(name, the kept file, more options, verdict)`.
type Row = (&'static str, fn(&Stage) -> Vec<u8>, &'static [&'static str], &'static str);

const QUORUM: &[&str] = &["--quorum", "1"];

#[test]
fn every_attack_on_a_note_has_its_verdict() {
    let stage = Stage::new();
    let known = stage.witness.verifier().to_string();
    let mut wrong = Vec::new();
    for (name, file, more, expected) in TABLE {
        // What a fork before this one left is an alarm until somebody says which history holds.
        let _ = fs::remove_dir_all(stage.practice.path("home/.local/state/subrosa/evidence"));
        fs::write(stage.practice.path("kept.txt"), file(&stage)).unwrap();
        let args = ["ledger", "verify", "--json", "--against", "kept.txt", "--witness", &known];
        let said = stage.practice.run(&[&args, *more].concat());
        let verdict = said.json()["verdict"].as_str().unwrap().to_owned();
        let is_good = ["INTACT", "CONTINUOUS", "WITNESSED"].contains(expected);
        if verdict != *expected || said.exit != if is_good { 0 } else { 5 } {
            wrong.push(format!("{name}: {verdict} ({}), not {expected}: {said:?}", said.exit));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // Nothing of it was believed, and nothing was done to the vault.
    assert_eq!(stage.practice.ok(&["ledger", "verify", "--json"]).json()["verdict"], "CONTINUOUS");
    stage.practice.ok(&["check"]);
}

#[test]
fn one_witness_counts_once_under_any_name_and_the_log_not_at_all() {
    let stage = Stage::new();
    let alias = WitnessVerifier::from_public("else.example/w".parse().unwrap(), stage.witness.verifier().public());
    let alias = alias.unwrap();
    let mut line = stage.cosignature();
    (line.name, line.key_id) = (alias.origin().clone(), alias.key_id());
    let both = with(stage.cosigned(), |lines| lines.push(line));
    fs::write(stage.practice.path("kept.txt"), both).unwrap();
    let (one, two) = (stage.witness.verifier().to_string(), alias.to_string());
    let args = ["ledger", "verify", "--json", "--against", "kept.txt", "--witness", &one, "--witness", &two];
    let said = stage.practice.run(&[&args[..], &["--quorum", "2"]].concat());
    let answer = said.json();
    assert_eq!((said.exit, &answer["verdict"]), (5, &"QUORUM-NOT-MET".into()));
    assert_eq!((&answer["witnesses"]["counted"], &answer["witnesses"]["known"]), (&1.into(), &1.into()));
    assert_eq!(stage.practice.run(&args).json()["verdict"], "WITNESSED");

    fs::write(stage.practice.path("kept.txt"), with(stage.note(), |lines| lines.push(own_cosignature(&stage))))
        .unwrap();
    let own = own_witness(&stage).verifier().to_string();
    let args = ["ledger", "verify", "--json", "--against", "kept.txt", "--witness", &own, "--quorum", "1"];
    let said = stage.practice.run(&args);
    assert_eq!((said.exit, &said.json()["verdict"]), (5, &"QUORUM-NOT-MET".into()));
}

#[test]
fn unsound_keys_are_not_taken() {
    let stage = Stage::new();
    let name = "witness.example/w1";
    let text = |key_type: u8, public: [u8; 32]| {
        let bytes = [&[key_type][..], &public].concat();
        let id = Digest::of(&[name.as_bytes(), b"\n", &bytes].concat()).to_string()[..8].to_owned();
        format!("{name}+{id}+{}", STANDARD.encode(bytes))
    };
    let sound = *stage.witness.verifier().public();
    let one = {
        let mut bytes = [0; 32];
        bytes[0] = 1;
        bytes
    };
    let minus_one = {
        let mut bytes = [0xff; 32];
        bytes[0] = 0xec;
        bytes[31] = 0x7f;
        bytes
    };
    let order_eight: [u8; 32] =
        subrosa::digest::unhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")
            .unwrap()
            .try_into()
            .unwrap();
    let non_canonical = {
        let mut bytes = [0xff; 32];
        bytes[0] = 0xf0;
        bytes[31] = 0x7f;
        bytes
    };
    for (what, key) in [
        ("the identity", text(4, one)),
        ("zero", text(4, [0; 32])),
        ("of order two", text(4, minus_one)),
        ("of order eight", text(4, order_eight)),
        ("in a second spelling", text(4, non_canonical)),
        ("of a log", text(1, sound)),
        ("of type 06", text(6, sound)),
        ("with another's id", text(4, sound).replace(&text(4, sound)[19..27], "00000000")),
    ] {
        stage.practice.refused(2, &["ledger", "verify", "--witness", &key]);
        assert!(key.parse::<WitnessVerifier>().is_err(), "{what}");
    }
    for public in [one, [0; 32], minus_one, order_eight, non_canonical] {
        assert!(text(1, public).parse::<VerifierKey>().is_err());
        stage.practice.refused(2, &["ledger", "witness", "kept.txt", "--key", &text(1, public)]);
    }
    stage.practice.ok(&["ledger", "verify", "--witness", &text(4, sound)]);
}

#[test]
fn evidence_of_a_fork_holds_both_notes_and_why() {
    let stage = Stage::new();
    fs::write(stage.practice.path("kept.txt"), stage.signed(4, Digest::of(b"other"))).unwrap();
    // The narrower tiles of that size are long gone: what is there now shows it all the same.
    for narrower in ["tile/0/000.p/3", "tile/entries/000.p/3"] {
        let _ = fs::remove_file(ledger(&stage.practice).join(narrower));
    }
    let said = stage.practice.run(&["ledger", "verify", "--against", "kept.txt"]);
    assert!(said.exit == 5 && said.stdout.starts_with("FORKED\t"), "{said:?}");
    let kept =
        fs::read_dir(stage.practice.path("home/.local/state/subrosa/evidence")).unwrap().next().unwrap().unwrap();
    assert!(said.stderr.contains(kept.file_name().to_str().unwrap()), "{said:?}");
    let text = fs::read_to_string(kept.path()).unwrap();
    let (notes, why) = text.split_once("\nroot ").unwrap();
    let second = notes.rfind(&format!("\n{}\n", stage.log.origin())).unwrap();
    let open = |note: &str| VerifiedCheckpoint::open(note.as_bytes(), &stage.vkey()).unwrap();
    let (smaller, larger) = (open(&notes[..second]), open(&notes[second + 1..]));
    assert_eq!((smaller.head().size, larger.head().size), (4, 6));
    let hash = |line: &str| Digest::from_bytes(STANDARD.decode(line).unwrap().try_into().unwrap());
    let mut lines = why.lines();
    let root = hash(lines.next().unwrap());
    assert_eq!(lines.next(), Some("old 4"));
    let proof: Vec<Digest> = lines.map(hash).collect();
    let (old, new) = ((4, &root), (6, &larger.head().root));
    assert!(subrosa::ledger::tree::verify_consistency(old, new, &proof));
    assert_eq!(root, stage.older.head().root);
    assert_ne!(root, smaller.head().root);

    // It is read as before, and nothing is added until somebody says which history holds: under another key.
    stage.practice.ok(&["client", "list"]);
    let add = ["client", "add", "zz-99"];
    let head = larger.head();
    let accepted = format!("{}:{}", head.size, STANDARD.encode(head.root.as_bytes()));
    for args in [&add[..], &["--accept-head", &accepted, "client", "add", "zz-99"], &["ledger", "recover"]] {
        let said = stage.practice.refused(5, args);
        assert!(said.stderr.contains(kept.file_name().to_str().unwrap()), "{said:?}");
        assert!(said.stderr.contains("ledger recover"), "{said:?}");
    }
    let said = stage.practice.ok(&["ledger", "recover", "--json", "--accept-head", &accepted]);
    assert_eq!(said.json()["continued"]["have"]["size"], 6, "{said:?}");
    stage.practice.ok(&add);
    assert_eq!(stage.practice.run(&["check"]).exit, 0);
}

#[test]
fn answers_are_kept_only_where_they_belong() {
    let mut stage = Stage::new();
    let known = stage.witness.verifier().to_string();
    let unknown = stage.unknown.verifier().to_string();
    stage.practice.ok(&["ledger", "checkpoint", "--for-witness", "-o", "request.txt"]);
    let good = answer(&stage.head, &[(&stage.witness, NOW + 90_000)]);
    let twice = format!("{good}{good}");
    let of_other = answer(&Stranger::new().checkpoint(5, 1), &[(&stage.witness, NOW + 90_000)]);
    let spare = String::from_utf8(spare_bit(good.clone().into_bytes())).unwrap();
    for (what, answer, exit) in [
        ("twice", twice.as_str(), 5),
        ("over another log's head", &of_other, 5),
        ("spare bits", &spare, 5),
        ("CRLF", &good.replace('\n', "\r\n"), 5),
        ("no newline", good.trim_end(), 5),
        ("nothing", "", 5),
        ("a page", "<html>\n", 5),
        ("by nobody known", &self::answer(&stage.head, &[(&stage.unknown, NOW)]), 4),
    ] {
        stage.practice.write("answer.txt", answer);
        let before = stage.practice.files();
        let said = stage.practice.run(&["ledger", "cosign", "answer.txt", "--witness", &known]);
        assert_eq!((said.exit, said.stdout.as_str()), (exit, ""), "{what}: {said:?}");
        assert_eq!(stage.practice.files(), before, "{what}");
    }
    // The log has grown on meanwhile: the answer still finds its head, and stays through the next appends.
    stage.practice.ok(&["client", "add", "ef-04"]);
    let both = answer(&stage.head, &[(&stage.unknown, NOW), (&stage.witness, NOW + 90_000)]);
    stage.practice.write("answer.txt", &both);
    let said = stage.practice.ok(&["ledger", "cosign", "answer.txt", "--witness", &known, "--json"]).json();
    assert_eq!(said["kept"][0]["size"], 6);
    assert_eq!((&said["unknown"], said["kept"].as_array().unwrap().len()), (&1.into(), 1));
    stage.practice.ok(&["client", "add", "gh-05"]);
    let said = stage.practice.ok(&["ledger", "verify"]);
    assert!(said.stdout.starts_with("CONTINUOUS\t"), "{said:?}");
    assert!(said.stderr.contains("1 of 1 witnesses cosigned its first 6 entries"), "{said:?}");
    let kept = fs::read_to_string(ledger(&stage.practice).join("witnessed/6")).unwrap();
    assert!(kept.contains("witness.example/w1") && !kept.contains("witness.example/w2"), "{kept}");
    // A checkpoint that comes back whole, with a line of a second witness; the first keeps its place.
    let mut whole = Note::parse(kept.as_bytes(), NOTE_LIMIT).unwrap();
    whole.signatures.push(cosignature::cosign(&stage.head, Timestamp::from_unix(NOW + 91_000), &stage.unknown));
    fs::write(stage.practice.path("whole.txt"), whole.to_bytes()).unwrap();
    stage.practice.ok(&["ledger", "cosign", "whole.txt", "--witness", &unknown]);
    assert_eq!(fs::read(ledger(&stage.practice).join("witnessed/6")).unwrap(), whole.to_bytes());
    assert_eq!(stage.practice.ok(&["check", "--json"]).json()["ok"], true, "nothing of it is a stray");
    // What was kept is altered: that is told like any other file.
    let path = ledger(&stage.practice).join("witnessed/6");
    fs::write(&path, with(whole, |lines| lines[1] = forged(&lines[1]))).unwrap();
    let said = stage.practice.run(&["ledger", "verify"]);
    assert!(said.exit == 5 && said.stdout.starts_with("CORRUPT\t") && said.stderr.contains("witnessed/6"), "{said:?}");
    // Whom this computer was told of stays known to it.
    stage.practice.now += 3600;
    assert!(stage.practice.files().keys().any(|path| path.ends_with("witnesses")));
    assert_eq!(vkey(&stage.practice), stage.vkey().to_string());
}

#[test]
fn a_clock_that_ran_ahead_is_told_in_the_ledger_and_no_lie() {
    let mut practice = Practice::new();
    practice.now += 30 * 86_400;
    practice.ok(&["client", "add", "mk-01"]);
    practice.now -= 30 * 86_400;
    let known = witness("w");
    let cosigned = |practice: &Practice| {
        let head = published(practice);
        let mut note = Note::parse(head.bytes(), NOTE_LIMIT).unwrap();
        note.signatures.push(cosignature::cosign(&head, Timestamp::from_unix(practice.now), &known));
        fs::write(practice.path("kept.txt"), note.to_bytes()).unwrap();
        let vkey = known.verifier().to_string();
        practice.run(&["ledger", "verify", "--json", "--against", "kept.txt", "--witness", &vkey]).json()
    };
    let said = cosigned(&practice);
    // Which clock was wrong nobody can tell: it is said, and no alarm.
    let found = &said["findings"][0];
    assert_eq!((&said["verdict"], &found["verdict"]), (&"WITNESSED".into(), &"DATED-AHEAD".into()));
    assert_eq!(found["index"], 3);
    let text = said["findings"][0]["text"].as_str().unwrap();
    assert!(text.contains("2026-12-21T09:30:00Z") && text.contains("2026-11-21T09:30:00Z"), "{text}");
    assert_eq!(practice.run(&["client", "add", "ab-02"]).exit, 3);
    practice.ok(&["client", "add", "ab-02", "--accept-clock"]);
    let said = cosigned(&practice);
    assert_eq!((&said["verdict"], &said["findings"]), (&"WITNESSED".into(), &serde_json::json!([])));
}
