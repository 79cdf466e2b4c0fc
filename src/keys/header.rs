//! The first bytes of an age file, up to and including the 16-byte payload nonce (c2sp.org/age): found by their lines
//! alone, without reading one byte too many. The seal is taken over exactly these (`docs/format.md`, 2), and no parser
//! sees them before it has been compared. Must not know keys, stanza types or what the seal is for.

use std::io;
use std::io::Read;

/// The first line of every age v1 file, with its line feed.
pub const FIRST_LINE: &[u8] = b"age-encryption.org/v1\n";
/// The longest header we take, nonce included, in bytes. One hybrid recipient needs 2 KiB, any other a few hundred
/// bytes.
pub const MAX_HEADER: usize = 64 * 1024;
/// The most lines we take. The age crate parses a header anew for each of its lines, so lines by the ten thousand would
/// be a cheap way to keep a reader busy.
pub const MAX_LINES: usize = 2048;

const MAC_MARK: &[u8] = b"---";
const STANZA_MARK: &[u8] = b"-> ";
const BODY_LINE: usize = 64 + 1; // a full one, with its line feed
const MAC_LINE: usize = b"--- ".len() + 43 + 1; // 32 bytes in base64 without padding, and the line feed
const NONCE: usize = 16;

/// Why there is no age header at the start of the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HeaderFault {
    /// The first line is not that of an age file.
    #[error("it does not begin as an age file does")]
    FirstLine,
    /// The first line is that of an age file of another version.
    #[error("it is an age file of a version other than v1")]
    Version,
    /// The bytes end before the payload nonce does.
    #[error("it ends within the header")]
    Truncated,
    /// Longer than [`MAX_HEADER`] bytes or [`MAX_LINES`] lines.
    #[error("its header is too large")]
    TooLarge,
    /// A stanza without its first line, without its short last line, or with a line too long. The age crate still takes
    /// stanzas that early versions ended wrongly; the specification does not, and neither do we.
    #[error("a stanza of its header is malformed")]
    Stanza,
    /// The line that ends the header is not `--- ` and 43 characters.
    #[error("the last line of its header is malformed")]
    MacLine,
}

/// A header that could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadHeaderError {
    /// The bytes are not an age header.
    #[error(transparent)]
    Fault(#[from] HeaderFault),
    /// The source failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Reads header and payload nonce, and not a byte more.
pub fn read(input: &mut impl Read) -> Result<Vec<u8>, ReadHeaderError> {
    let mut scan = Scan::new();
    let mut buffer = [0; MAC_LINE + NONCE];
    loop {
        let wanted = scan.wants();
        if wanted == 0 {
            return Ok(scan.into_bytes());
        }
        let n = match input.read(&mut buffer[..wanted]) {
            Ok(0) => return Err(scan.fault_at_end().into()),
            Ok(n) => n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        scan.take(&buffer[..n])?;
    }
}

/// Collects header and nonce from bytes that come in pieces.
#[derive(Debug, Default)]
pub struct Scan {
    bytes: Vec<u8>,
    line: usize,   // where the unfinished line begins
    lines: usize,  // finished lines
    in_body: bool, // within a stanza whose short last line has not come
    end: Option<usize>,
}

impl Scan {
    /// A scan that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many more bytes surely belong to header and nonce; 0 when they are complete. Never more than 64: as long as
    /// the MAC line has not begun, it and the nonce are still to come.
    pub fn wants(&self) -> usize {
        if let Some(end) = self.end {
            return end - self.bytes.len();
        }
        let line = &self.bytes[self.line..];
        if MAC_MARK.starts_with(line) || line.starts_with(MAC_MARK) {
            return MAC_LINE + NONCE - line.len();
        }
        MAC_LINE + NONCE
    }

    /// Takes the next bytes, at most as many as [`wants`](Self::wants) says.
    pub fn take(&mut self, piece: &[u8]) -> Result<(), HeaderFault> {
        debug_assert!(piece.len() <= self.wants());
        for &byte in piece {
            self.bytes.push(byte);
            if self.end.is_none() {
                self.check(byte)?;
            }
        }
        Ok(())
    }

    /// What has been taken so far.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Header and nonce.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    fn check(&mut self, byte: u8) -> Result<(), HeaderFault> {
        if self.bytes.len() > MAX_HEADER || self.lines > MAX_LINES {
            return Err(HeaderFault::TooLarge);
        }
        if self.lines == 0 && !FIRST_LINE.starts_with(&self.bytes) {
            return Err(self.first_line_fault());
        }
        if byte == b'\n' {
            return self.finish_line();
        }
        let line = &self.bytes[self.line..];
        if line.starts_with(MAC_MARK) && line.len() >= MAC_LINE { Err(HeaderFault::MacLine) } else { Ok(()) }
    }

    fn finish_line(&mut self) -> Result<(), HeaderFault> {
        if self.lines > 0 {
            match (self.in_body, &self.bytes[self.line..]) {
                (false, line) if line.starts_with(MAC_MARK) => {
                    if line.len() != MAC_LINE {
                        return Err(HeaderFault::MacLine);
                    }
                    self.end = Some(self.bytes.len() + NONCE);
                }
                (false, line) if line.starts_with(STANZA_MARK) => self.in_body = true,
                (true, line) if line.len() <= BODY_LINE && !line.starts_with(b"-") => {
                    self.in_body = line.len() == BODY_LINE
                }
                _ => return Err(HeaderFault::Stanza),
            }
        }
        self.line = self.bytes.len();
        self.lines += 1;
        Ok(())
    }

    fn first_line_fault(&self) -> HeaderFault {
        if self.bytes.starts_with(b"age-encryption.org/") { HeaderFault::Version } else { HeaderFault::FirstLine }
    }

    fn fault_at_end(&self) -> HeaderFault {
        if self.lines == 0 { HeaderFault::FirstLine } else { HeaderFault::Truncated }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sample() -> Vec<u8> {
        let mut bytes = FIRST_LINE.to_vec();
        bytes.extend_from_slice(b"-> X25519 abc\nDEF\n-> --\n\n--- ");
        bytes.extend_from_slice(&[b'A'; 43]);
        bytes.extend_from_slice(b"\n0123456789\n--- \n");
        bytes
    }

    #[test]
    fn stops_at_the_nonce_whatever_follows() {
        let header = sample();
        let mut file = header.clone();
        file.extend_from_slice(b"payload");
        let mut rest = &file[..];
        assert_eq!(read(&mut rest).unwrap(), header);
        assert_eq!(rest, b"payload");
        for end in 0..header.len() {
            assert!(matches!(
                read(&mut &header[..end]),
                Err(ReadHeaderError::Fault(HeaderFault::Truncated | HeaderFault::FirstLine))
            ));
        }
    }

    #[test]
    fn faults_are_named() {
        let fault = |bytes: &[u8]| match read(&mut &bytes[..]) {
            Err(ReadHeaderError::Fault(fault)) => fault,
            other => panic!("{other:?}"),
        };
        assert_eq!(fault(b"hello"), HeaderFault::FirstLine);
        assert_eq!(fault(b"age-encryption.org/v2\n"), HeaderFault::Version);
        assert_eq!(fault(b"age-encryption.org/v1\n--- short\n"), HeaderFault::MacLine);
        assert_eq!(fault(&[FIRST_LINE, b"--- ", &[b'A'; 44], b"\n"].concat()), HeaderFault::MacLine);
        assert_eq!(fault(&[FIRST_LINE, &[b'A'; MAX_HEADER]].concat()), HeaderFault::TooLarge);
        assert_eq!(fault(&[FIRST_LINE, &b"-> a\n\n".repeat(MAX_LINES)].concat()), HeaderFault::TooLarge);
        for stanzas in ["\n", "AAAA\n", "-> a\n-> b\n", "-> a\n\n\n", "-> a\n--- \n--- \n"] {
            assert_eq!(fault(&[FIRST_LINE, stanzas.as_bytes()].concat()), HeaderFault::Stanza, "{stanzas:?}");
        }
        assert_eq!(fault(&[FIRST_LINE, b"-> a\n", &[b'A'; 65], b"\n"].concat()), HeaderFault::Stanza);
    }

    proptest! {
        #[test]
        fn no_input_panics_and_no_byte_too_many_is_read(tail: Vec<u8>, cut in 0..200usize) {
            let mut bytes = sample();
            bytes.truncate(cut);
            bytes.extend_from_slice(&tail);
            let mut rest = &bytes[..];
            if let Ok(header) = read(&mut rest) {
                prop_assert_eq!([&header[..], rest].concat(), bytes);
                let mac = header.len() - NONCE - MAC_LINE;
                prop_assert!(header[mac..].starts_with(b"--- "));
            }
        }
    }
}
