//! Opening: the seal first, then the age crate, then the plaintext.

use std::fmt;
use std::io;
use std::io::BufReader;
use std::io::Chain;
use std::io::Cursor;
use std::io::Read;

use age::stream::StreamReader;
use zeroize::Zeroizing;

use crate::digest::Digest;
use crate::keys::header;
use crate::keys::opening::Opens;
use crate::seal::Part;
use crate::seal::SealError;

/// Reads header and payload nonce, and not a byte more; and their digest, the seal. No key is needed.
pub fn read_seal(input: &mut impl Read) -> Result<(Vec<u8>, Digest), SealError> {
    let front = header::read(input)?;
    let seal = Digest::of(&front);
    Ok((front, seal))
}

/// Opens a sealed file. Where a seal is expected, it is compared before any parser sees a byte; the header is verified
/// before this returns; each chunk is verified before it is handed out. Only a reader that has reached the end without
/// an error has read the whole plaintext.
pub fn open<R: Read>(input: R, by: &dyn Opens, expected: Option<Digest>) -> Result<Opened<R>, SealError> {
    let mut source = Source(input);
    let (front, found) = read_seal(&mut source).map_err(own_error)?;
    if let Some(expected) = expected.filter(|&expected| expected != found) {
        return Err(SealError::SealMismatch { expected, found });
    }
    let whole = Cursor::new(front).chain(BufReader::new(source));
    let decryptor = age::Decryptor::new_buffered(whole).map_err(|error| own_error(error.into()))?;
    let stream = decryptor.decrypt(by.age_identities().into_iter()).map_err(|error| own_error(error.into()))?;
    Ok(Opened { stream, damaged: false })
}

/// Opens a small sealed file whole; more than `cap` bytes of plaintext are refused.
pub fn open_bytes(
    input: impl Read,
    by: &dyn Opens,
    expected: Option<Digest>,
    cap: usize,
) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let mut opened = open(input, by, expected)?;
    let mut plain = Zeroizing::new(vec![0; cap.min(4096)]);
    let mut filled = 0;
    loop {
        if filled == plain.len() {
            let Some(larger) = grown(&plain, cap) else {
                break;
            };
            plain = larger;
        }
        let n = opened.read(&mut plain[filled..])?;
        if n == 0 {
            plain.truncate(filled);
            return Ok(plain);
        }
        filled += n;
    }
    // Full to the cap: this must be the end, and the stream must say so.
    if opened.read(&mut [0])? == 0 { Ok(plain) } else { Err(SealError::TooLarge { cap }) }
}

/// A larger copy; the old one is wiped when dropped, which a growing `Vec` would not do. `None` at the cap.
fn grown(plain: &[u8], cap: usize) -> Option<Zeroizing<Vec<u8>>> {
    let length = plain.len().saturating_mul(4).min(cap);
    if length == plain.len() {
        return None;
    }
    let mut larger = Zeroizing::new(vec![0; length]);
    larger[..plain.len()].copy_from_slice(plain);
    Some(larger)
}

/// The bytes already read for the seal, then the rest.
type Whole<R> = Chain<Cursor<Vec<u8>>, BufReader<Source<R>>>;

/// The plaintext of a sealed file, as a stream. An error of the source comes out as it was; damage comes out as an
/// [`io::Error`] of kind `InvalidData` around [`Part::Payload`], which `SealError::from` turns back into
/// [`SealError::Damaged`].
pub struct Opened<R> {
    stream: StreamReader<Whole<R>>,
    damaged: bool,
}

impl<R: Read> Read for Opened<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.damaged {
            return Err(damage());
        }
        if buffer.is_empty() {
            return Ok(0);
        }
        self.stream.read(buffer).map_err(|error| match unwrapped(error) {
            Ok(source_error) => source_error,
            Err(_) => {
                // For good: nothing after a damaged place is believed.
                self.damaged = true;
                damage()
            }
        })
    }
}

impl<R> fmt::Debug for Opened<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[opened]")
    }
}

fn damage() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, Part::Payload)
}

fn own_error(error: SealError) -> SealError {
    match error {
        SealError::Io(error) => SealError::Io(unwrapped(error).unwrap_or_else(|other| other)),
        other => other,
    }
}

/// The error of the source, when it is one; else the error itself.
fn unwrapped(error: io::Error) -> Result<io::Error, io::Error> {
    if error.get_ref().is_none_or(|inner| !inner.is::<SourceError>()) {
        return Err(error);
    }
    let kind = error.kind();
    let inner = error.into_inner().and_then(|inner| inner.downcast::<SourceError>().ok());
    Ok(inner.map_or_else(|| kind.into(), |source| source.0))
}

/// The source, with its errors marked: the age crate reports damage as `io::Error` too.
struct Source<R>(R);

#[derive(Debug)]
struct SourceError(io::Error);

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl std::error::Error for SourceError {}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(|error| io::Error::new(error.kind(), SourceError(error)))
    }
}
