//! The attacks, a row each: what is done to a note, the flags of `ledger verify`, and its verdict.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand_core::OsRng;
use subrosa::digest::Digest;
use subrosa::keys::signer::SigningKey;
use subrosa::keys::signer::WitnessKey;
use subrosa::keys::signer::WitnessVerifier;
use subrosa::ledger::cosignature;
use subrosa::ledger::note;
use subrosa::ledger::note::NOTE_LIMIT;
use subrosa::ledger::note::Note;
use subrosa::ledger::note::SignatureLine;
use subrosa::time::Timestamp;

use super::QUORUM;
use super::Row;
use super::Stage;
use super::forged;
use super::plus_order;
use super::spare_bit;
use super::text;
use super::with;
use crate::practice::NOW;
use crate::witnesses::Stranger;

/// Each file is one that somebody kept (`--against`); `witness.example/w1` is a known witness.
pub const TABLE: &[Row] = &[
    // What holds, and the false alarms.
    ("the head itself", |s| s.head.bytes().to_vec(), &[], "CONTINUOUS"),
    ("an older head", |s| s.older.bytes().to_vec(), &[], "CONTINUOUS"),
    ("a cosigned head", |s| s.cosigned().to_bytes(), QUORUM, "WITNESSED"),
    (
        "lines by unknown keys",
        |s| {
            with(s.cosigned(), |lines| {
                let line = cosignature::cosign(&s.head, Timestamp::from_unix(NOW), &s.unknown);
                lines.insert(0, forged(&line));
                lines.push(line);
            })
        },
        QUORUM,
        "WITNESSED",
    ),
    (
        "a late cosignature",
        |s| {
            let line = cosignature::cosign(&s.older, Timestamp::from_unix(NOW + 900_000), &s.witness);
            let note = Note::parse(s.older.bytes(), NOTE_LIMIT).unwrap();
            with(note, |lines| lines.push(line))
        },
        &[],
        "CONTINUOUS",
    ),
    (
        "a witness's clock three minutes behind",
        |s| {
            let line = cosignature::cosign(&s.head, Timestamp::from_unix(NOW + 86_220), &s.witness);
            with(s.note(), |lines| lines.push(line))
        },
        QUORUM,
        "WITNESSED",
    ),
    // On signatures of the log.
    (
        "another key of the same name",
        |s| {
            let other = SigningKey::generate(s.log.origin().clone(), &mut OsRng);
            note::sign(&s.head.head().text(), &other).unwrap()
        },
        &[],
        "UNTRUSTED-KEY",
    ),
    (
        "another key under the same id",
        |s| {
            let other = SigningKey::generate(s.log.origin().clone(), &mut OsRng);
            with(s.note(), |lines| lines[0].signature = other.sign(s.head.head().text().as_bytes()).to_vec())
        },
        &[],
        "CORRUPT",
    ),
    (
        "a forged line before the good one",
        |s| with(s.note(), |lines| lines.insert(0, forged(&lines[0]))),
        &[],
        "CORRUPT",
    ),
    ("a forged line after the good one", |s| with(s.note(), |lines| lines.push(forged(&lines[0]))), &[], "CORRUPT"),
    ("the line twice", |s| with(s.note(), |lines| lines.push(lines[0].clone())), &[], "CORRUPT"),
    ("no line", |s| s.head.head().text().into_bytes(), &[], "MALFORMED"),
    ("S + L", |s| with(s.note(), |lines| plus_order(&mut lines[0].signature)), &[], "CORRUPT"),
    ("a signature cut short", |s| with(s.note(), |lines| lines[0].signature.truncate(63)), &[], "CORRUPT"),
    (
        "a signature under another type's id",
        |s| {
            let as_witness = WitnessVerifier::from_public(s.log.origin().clone(), s.vkey().public()).unwrap();
            with(s.note(), |lines| lines[0].key_id = as_witness.key_id())
        },
        &[],
        "UNTRUSTED-KEY",
    ),
    (
        "a cosignature by the log's key under its own id",
        |s| {
            let line = own_cosignature(s);
            with(s.note(), |lines| lines[0].signature = line.signature)
        },
        &[],
        "CORRUPT",
    ),
    // On the spelling.
    ("size 0600", |s| text(&s.note(), |note| note.replace("\n6\n", "\n06\n")), &[], "MALFORMED"),
    ("size +600", |s| text(&s.note(), |note| note.replace("\n6\n", "\n+6\n")), &[], "MALFORMED"),
    ("size -1", |s| text(&s.note(), |note| note.replace("\n6\n", "\n-1\n")), &[], "MALFORMED"),
    ("size 0", |s| text(&s.note(), |note| note.replace("\n6\n", "\n0\n")), &[], "MALFORMED"),
    ("an edited size", |s| text(&s.note(), |note| note.replace("\n6\n", "\n5\n")), &[], "CORRUPT"),
    ("CRLF", |s| text(&s.note(), |note| note.replace('\n', "\r\n")), &[], "MALFORMED"),
    ("NUL", |s| text(&s.note(), |note| note.replace("\n6\n", "\n6\0\n")), &[], "MALFORMED"),
    ("BOM", |s| text(&s.note(), |note| format!("\u{feff}{note}")), &[], "MALFORMED"),
    (
        "a name with a mark that is not seen",
        |s| text(&s.note(), |note| note.replacen('/', "/\u{200b}", 1)),
        &[],
        "MALFORMED",
    ),
    ("no final newline", |s| text(&s.note(), |note| note.trim_end().to_owned()), &[], "MALFORMED"),
    ("an extra final newline", |s| text(&s.note(), |note| note + "\n"), &[], "MALFORMED"),
    ("junk after the note", |s| text(&s.note(), |note| note + "junk\n"), &[], "MALFORMED"),
    ("spare base64 bits", |s| spare_bit(s.note().to_bytes()), &[], "MALFORMED"),
    ("10,000 lines", |s| with(s.note(), |lines| *lines = vec![lines[0].clone(); 10_000]), &[], "MALFORMED"),
    ("65 lines by unknown keys", |s| with(s.note(), |lines| lines.extend(vec![s.cosignature(); 64])), &[], "MALFORMED"),
    ("5 MB", |s| text(&s.note(), |note| "x".repeat(5 << 20) + &note), &[], "MALFORMED"),
    ("nothing", |_| Vec::new(), &[], "MALFORMED"),
    // By the holder of the key.
    (
        "an extension line, signed",
        |s| note::sign(&format!("{}extension\n", s.head.head().text()), &s.log).unwrap(),
        &[],
        "MALFORMED",
    ),
    ("another log's head", |_| Stranger::new().checkpoint(5, 1).bytes().to_vec(), &[], "WRONG-LOG"),
    ("two heads of one size", |s| s.signed(6, Digest::of(b"other")), &[], "FORKED"),
    ("an older head that never was", |s| s.signed(4, Digest::of(b"other")), &[], "FORKED"),
    ("a head beyond the vault's", |s| s.signed(7, Digest::of(b"next")), &[], "ROLLED-BACK"),
    ("size 2^63", |s| s.signed(1 << 63, Digest::of(b"next")), &[], "ROLLED-BACK"),
    // On witnesses.
    ("fewer than are wanted", |s| s.cosigned().to_bytes(), &["--quorum", "2"], "QUORUM-NOT-MET"),
    ("none", |s| s.head.bytes().to_vec(), QUORUM, "QUORUM-NOT-MET"),
    (
        "one by an unknown witness",
        |s| {
            let line = cosignature::cosign(&s.head, Timestamp::from_unix(NOW + 90_000), &s.unknown);
            with(s.note(), |lines| lines.push(line))
        },
        QUORUM,
        "QUORUM-NOT-MET",
    ),
    (
        "one of an older head, while this one is wanted",
        |s| {
            let line = cosignature::cosign(&s.older, Timestamp::from_unix(NOW + 90_000), &s.witness);
            with(Note::parse(s.older.bytes(), NOTE_LIMIT).unwrap(), |lines| lines.push(line))
        },
        QUORUM,
        "QUORUM-NOT-MET",
    ),
    (
        "one of an older head, put under this one",
        |s| {
            let line = cosignature::cosign(&s.older, Timestamp::from_unix(NOW + 90_000), &s.witness);
            with(s.note(), |lines| lines.push(line))
        },
        QUORUM,
        "CORRUPT",
    ),
    ("a cosignature's time changed", |s| with(s.cosigned(), |lines| lines[1].signature[7] ^= 1), &[], "CORRUPT"),
    ("a cosignature without a time", |s| with(s.cosigned(), |lines| lines[1].signature[..8].fill(0)), &[], "CORRUPT"),
    ("a cosignature with S + L", |s| with(s.cosigned(), |lines| plus_order(&mut lines[1].signature)), &[], "CORRUPT"),
    ("a witness's line twice", |s| with(s.cosigned(), |lines| lines.push(lines[1].clone())), &[], "CORRUPT"),
    (
        "a forged one before the good",
        |s| with(s.cosigned(), |lines| lines.insert(1, forged(&lines[1]))),
        &[],
        "CORRUPT",
    ),
    ("a forged one after the good", |s| with(s.cosigned(), |lines| lines.push(forged(&lines[1]))), &[], "CORRUPT"),
    (
        "a log signature posing as a witness's",
        |s| {
            with(s.note(), |lines| {
                let mut line = lines[0].clone();
                line.name = s.witness.origin().clone();
                lines.push(line);
            })
        },
        QUORUM,
        "QUORUM-NOT-MET",
    ),
    (
        "a log signature under a witness's id",
        |s| {
            with(s.note(), |lines| {
                let mut line = lines[0].clone();
                (line.name, line.key_id) = (s.witness.origin().clone(), s.witness.verifier().key_id());
                lines.push(line);
            })
        },
        QUORUM,
        "CORRUPT",
    ),
    (
        "a cosignature dated before the entries",
        |s| {
            let line = cosignature::cosign(&s.head, Timestamp::from_unix(NOW + 80_000), &s.witness);
            with(s.note(), |lines| lines.push(line))
        },
        &[],
        "WITNESSED",
    ),
];

/// The log's own key, used as a witness's.
pub fn own_witness(stage: &Stage) -> WitnessKey {
    let private = stage.log.private_text();
    let mut bytes = STANDARD.decode(private.reveal_secret().splitn(5, '+').last().unwrap()).unwrap();
    bytes[0] = 4;
    let verifier = WitnessVerifier::from_public(stage.log.origin().clone(), stage.vkey().public()).unwrap();
    let id = verifier.key_id();
    let text = format!("PRIVATE+KEY+{}+{id:08x}+{}", verifier.origin(), STANDARD.encode(bytes));
    WitnessKey::parse_private(&text).unwrap()
}

pub fn own_cosignature(stage: &Stage) -> SignatureLine {
    cosignature::cosign(&stage.head, Timestamp::from_unix(NOW + 90_000), &own_witness(stage))
}
