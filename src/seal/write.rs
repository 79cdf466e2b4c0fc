//! Sealing: plaintext in, age file out, its seal told at the end.

use std::io;
use std::io::Read;
use std::io::Write;

use age::stream::StreamWriter;
use zeroize::Zeroizing;

use crate::digest::Digest;
use crate::digest::Hashing;
use crate::keys::header::Scan;
use crate::keys::opening::SealsTo;
use crate::seal::Part;
use crate::seal::SealError;
use crate::seal::Sealed;

const CHUNK: usize = 64 * 1024;

/// Seals what is written into it. Without [`finish`](Self::finish) the file is cut short and will not open.
pub struct Writer<W: Write> {
    plain: Hashing<StreamWriter<Front<W>>>,
}

impl<W: Write> Writer<W> {
    /// Draws a fresh file key, wraps it for each of `to`, and writes header and payload nonce.
    pub fn new(to: &[&SealsTo], out: W) -> Result<Self, SealError> {
        let encryptor = age::Encryptor::with_recipients(to.iter().map(|to| to.as_age()))?;
        let stream = encryptor.wrap_output(Front { scan: Scan::new(), out })?;
        Ok(Self { plain: Hashing::new(stream) })
    }

    /// Writes the last chunk, flushes, and gives the target back.
    pub fn finish(self) -> Result<(W, Sealed), SealError> {
        let (sha256, size) = (self.plain.digest(), self.plain.count());
        let Front { scan, mut out } = self.plain.into_inner().finish()?;
        out.flush()?;
        Ok((out, Sealed { seal: Digest::of(scan.bytes()), sha256, size }))
    }
}

impl<W: Write> Write for Writer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.plain.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.plain.flush()
    }
}

/// Seals all of `plaintext` into `out`.
pub fn seal(to: &[&SealsTo], plaintext: impl Read, out: impl Write) -> Result<Sealed, SealError> {
    let mut plaintext = plaintext;
    let mut writer = Writer::new(to, out)?;
    let mut buffer = Zeroizing::new(vec![0; CHUNK]);
    loop {
        match plaintext.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => writer.write_all(&buffer[..n])?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    writer.finish().map(|(_, sealed)| sealed)
}

/// Seals a small plaintext in memory.
pub fn seal_bytes(to: &[&SealsTo], plaintext: &[u8]) -> Result<(Vec<u8>, Sealed), SealError> {
    let mut file = Vec::new();
    let sealed = seal(to, plaintext, &mut file)?;
    Ok((file, sealed))
}

/// Holds header and payload nonce back until they are whole, found by the same scan that reads them, and keeps a copy.
/// So they go out in one piece, and a target that fails does so outside the age crate's header writer, which forgets
/// what kind of error it met.
struct Front<W> {
    scan: Scan,
    out: W,
}

impl<W: Write> Write for Front<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let wanted = self.scan.wants();
        if wanted == 0 {
            return self.out.write(bytes);
        }
        let piece = &bytes[..wanted.min(bytes.len())];
        // A header that we would not read again must not be written: a plugin gives its stanzas as it likes.
        self.scan.take(piece).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, Part::Header))?;
        if self.scan.wants() == 0 {
            self.out.write_all(self.scan.bytes())?;
        }
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
