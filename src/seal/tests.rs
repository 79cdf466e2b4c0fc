//! Sealed files: round trips, every flip refused, seals that name one file, and other people's age.

// Shared with the stories: what is left out is said aloud.
#[path = "../../tests/stories/skips.rs"]
pub mod skips;

use std::io::Read;
use std::io::Write;
use std::process::Command;
use std::process::Stdio;

use super::*;
use crate::keys::header::FIRST_LINE;
use crate::keys::opening::SealsTo;
use crate::keys::vault_identity::VaultIdentity;
use proptest::prelude::*;

const CHUNK: usize = 64 * 1024;
const ENCRYPTED_CHUNK: usize = CHUNK + 16;

fn key() -> (VaultIdentity, SealsTo) {
    let identity = VaultIdentity::generate();
    let to = identity.seals_to();
    (identity, to)
}

fn plain(size: usize) -> Vec<u8> {
    (0..size).map(|i| (i * 31 % 251) as u8).collect()
}

/// The seal as `docs/format.md`, 2 words it, found without the scan: after the only line that begins with three dashes.
fn seal_by_the_book(file: &[u8]) -> Digest {
    let mac = file.windows(5).position(|five| five == b"\n--- ").unwrap();
    let line = file[mac + 1..].iter().position(|&byte| byte == b'\n').unwrap();
    Digest::of(&file[..mac + 1 + line + 1 + 16])
}

#[test]
fn round_trips_around_chunk_boundaries() {
    let (identity, to) = key();
    let sizes = [0, 1, 15, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK - 1, 2 * CHUNK, 2 * CHUNK + 1, 5 * CHUNK + 7];
    for size in sizes {
        let plain = plain(size);
        let (file, sealed) = seal_bytes(&[&to], &plain).unwrap();
        assert_eq!((sealed.size, sealed.sha256), (size as u64, Digest::of(&plain)));
        assert_eq!(sealed.seal, seal_by_the_book(&file));
        let (front, seal) = read_seal(&mut &file[..]).unwrap();
        assert_eq!((seal, &file[..front.len()]), (sealed.seal, &front[..]));
        // Header and nonce are followed by the STREAM chunks and nothing else (c2sp.org/age).
        let chunks = size.div_ceil(CHUNK).max(1);
        assert_eq!(file.len() - front.len(), size + 16 * chunks);

        let opened = open_bytes(&file[..], &identity, Some(sealed.seal), size).unwrap();
        assert_eq!(*opened, plain);
        if size > 0 {
            let refused = open_bytes(&file[..], &identity, None, size - 1);
            assert!(matches!(refused, Err(SealError::TooLarge { cap }) if cap == size - 1));
        }
    }
}

#[test]
fn the_writer_makes_the_same_in_pieces() {
    let (identity, to) = key();
    let plain = plain(CHUNK + 100);
    let mut writer = Writer::new(&[&to], Vec::new()).unwrap();
    for piece in plain.chunks(777) {
        writer.write_all(piece).unwrap();
    }
    writer.flush().unwrap();
    let (file, sealed) = writer.finish().unwrap();
    assert_eq!(sealed.seal, seal_by_the_book(&file));
    assert_eq!(*open_bytes(&file[..], &identity, Some(sealed.seal), 1 << 20).unwrap(), plain);
}

#[test]
fn any_flipped_byte_is_refused() {
    let (identity, to) = key();
    let (file, sealed) = seal_bytes(&[&to], b"a small note").unwrap();
    let front = read_seal(&mut &file[..]).unwrap().0.len();
    for at in 0..file.len() {
        for mask in [1, 0x80] {
            let mut flipped = file.clone();
            flipped[at] ^= mask;
            let error = open_bytes(&flipped[..], &identity, Some(sealed.seal), 100).unwrap_err();
            match at < front {
                true => assert!(!matches!(error, SealError::Io(_)), "byte {at}: {error:?}"),
                false => assert!(matches!(error, SealError::Damaged(Part::Payload)), "byte {at}: {error:?}"),
            }
            // Without a seal, age's own checks refuse it all the same.
            assert!(open_bytes(&flipped[..], &identity, None, 100).is_err(), "byte {at}");
        }
    }
}

#[test]
fn truncated_files_are_refused() {
    let (identity, to) = key();
    let (file, sealed) = seal_bytes(&[&to], &plain(3 * CHUNK + 5)).unwrap();
    let front = read_seal(&mut &file[..]).unwrap().0.len();
    let ends = (0..4).flat_map(|n| {
        let boundary = front + n * ENCRYPTED_CHUNK;
        [boundary, boundary + 1, boundary + 16, boundary + 17]
    });
    for end in ends.chain([file.len() - 1]) {
        let error = open_bytes(&file[..end], &identity, Some(sealed.seal), 1 << 20).unwrap_err();
        assert!(matches!(error, SealError::Damaged(Part::Payload)), "{end}: {error:?}");
    }
    for end in 0..front {
        assert!(open(&file[..end], &identity, None).is_err(), "{end}");
    }
    let mut longer = file.clone();
    longer.push(0);
    let error = open_bytes(&longer[..], &identity, Some(sealed.seal), 1 << 20).unwrap_err();
    assert!(matches!(error, SealError::Damaged(Part::Payload)));
}

#[test]
fn swapped_files_are_refused_by_their_seal() {
    let (identity, to) = key();
    let (_, first) = seal_bytes(&[&to], b"same bytes").unwrap();
    let (other, second) = seal_bytes(&[&to], b"same bytes").unwrap();
    match open(&other[..], &identity, Some(first.seal)).unwrap_err() {
        SealError::SealMismatch { expected, found } => assert_eq!((expected, found), (first.seal, second.seal)),
        error => panic!("{error:?}"),
    }
}

#[test]
fn strangers_and_other_files_are_told_apart() {
    let (_, to) = key();
    let (file, _) = seal_bytes(&[&to], b"x").unwrap();
    let (stranger, _) = key();
    assert!(matches!(open(&file[..], &stranger, None), Err(SealError::NoMatch)));
    assert!(matches!(open(&b"hello"[..], &stranger, None), Err(SealError::NotAge(HeaderFault::FirstLine))));
    assert!(matches!(open(&b"age-encryption.org/v2\n"[..], &stranger, None), Err(SealError::NotAge(_))));
    assert!(matches!(open(FIRST_LINE, &stranger, None), Err(SealError::Damaged(Part::Header))));
    assert!(matches!(seal_bytes(&[], b"x"), Err(SealError::NoRecipient)));
}

#[test]
fn several_recipients_each_open_it() {
    let keys = [key(), key(), key()];
    let to: Vec<_> = keys.iter().map(|(_, to)| to).collect();
    let (file, sealed) = seal_bytes(&to, b"for all").unwrap();
    for (identity, _) in &keys {
        assert_eq!(*open_bytes(&file[..], identity, Some(sealed.seal), 100).unwrap(), b"for all");
    }
}

/// A source that fails after a while, as a disk or a network does.
struct Failing<'a>(&'a [u8], io::ErrorKind);

impl Read for Failing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.0.is_empty() { Err(self.1.into()) } else { self.0.read(buffer) }
    }
}

#[test]
fn a_failing_source_is_not_damage() {
    let (identity, to) = key();
    let (file, _) = seal_bytes(&[&to], &plain(2 * CHUNK)).unwrap();
    for kind in [io::ErrorKind::InvalidData, io::ErrorKind::UnexpectedEof, io::ErrorKind::PermissionDenied] {
        for end in [0, 30, 100, file.len() / 2] {
            let error = open_bytes(Failing(&file[..end], kind), &identity, None, 1 << 20).unwrap_err();
            match error {
                SealError::Io(error) => {
                    assert_eq!(error.kind(), kind);
                    assert!(error.get_ref().is_none(), "the source's own error, not a wrapper");
                }
                error => panic!("{error:?}"),
            }
        }
    }
}

#[test]
fn a_damaged_stream_stays_damaged() {
    let (identity, to) = key();
    let (mut file, _) = seal_bytes(&[&to], &plain(2 * CHUNK)).unwrap();
    let last = file.len() - 1;
    file[last] ^= 1;
    let mut opened = open(&file[..], &identity, None).unwrap();
    let mut out = Vec::new();
    for _ in 0..3 {
        let error = opened.read_to_end(&mut out).unwrap_err();
        assert!(matches!(SealError::from(error), SealError::Damaged(Part::Payload)));
    }
    assert_eq!(out, plain(CHUNK));
}

/// A target that fills up, as a disk does.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.0.min(bytes.len());
        self.0 -= n;
        if n == 0 { Err(io::ErrorKind::StorageFull.into()) } else { Ok(n) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_target_is_said() {
    let (_, to) = key();
    for room in [0, 100, 1000, CHUNK] {
        let error = seal(&[&to], &plain(3 * CHUNK)[..], Full(room)).unwrap_err();
        match error {
            SealError::Io(error) => assert_eq!(error.kind(), io::ErrorKind::StorageFull, "{room}"),
            error => panic!("{error:?}"),
        }
    }
}

/// Runs stock age, when it is installed.
fn stock_age(arguments: &[&str], input: &[u8]) -> Option<Vec<u8>> {
    let child = Command::new("age").args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut child) = child else {
        skips::skip("age", "is not installed");
        return None;
    };
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writing = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    writing.join().unwrap().unwrap();
    assert!(output.status.success());
    Some(output.stdout)
}

#[test]
fn stock_age_and_we_read_each_other() {
    let (identity, to) = key();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("id.txt");
    std::fs::write(&path, identity.identity_file().reveal_secret()).unwrap();
    for size in [0, 100, CHUNK, 2 * CHUNK + 1] {
        let plain = plain(size);
        let (file, _) = seal_bytes(&[&to], &plain).unwrap();
        let Some(theirs) = stock_age(&["-d", "-i", path.to_str().unwrap()], &file) else {
            return;
        };
        assert_eq!(theirs, plain);
        let file = stock_age(&["-r", &identity.recipient()], &plain).unwrap();
        let seal = seal_by_the_book(&file);
        assert_eq!(*open_bytes(&file[..], &identity, Some(seal), 1 << 20).unwrap(), plain);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_input_panics(tail: Vec<u8>, cut in 0..300usize) {
        let (identity, to) = key();
        let (mut file, sealed) = seal_bytes(&[&to], b"x").unwrap();
        let whole = file.clone();
        file.truncate(cut);
        file.extend_from_slice(&tail);
        if let Ok(plain) = open_bytes(&file[..], &identity, Some(sealed.seal), 10) {
            prop_assert_eq!((&plain[..], file), (&b"x"[..], whole));
        }
    }
}
