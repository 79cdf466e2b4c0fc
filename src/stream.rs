//! A stream that tells how much has passed, and whose own failures can be told from those of whoever reads on.
//! Must not know what flows.

use std::io;
use std::io::Read;

/// A reader that reports every piece and remembers that it failed.
pub struct Watched<'a, R> {
    inner: R,
    passed: &'a mut dyn FnMut(u64),
    failed: Option<io::ErrorKind>,
}

impl<'a, R: Read> Watched<'a, R> {
    /// Watches `inner`; `passed` is told the number of bytes of each piece.
    pub fn new(inner: R, passed: &'a mut dyn FnMut(u64)) -> Self {
        Self { inner, passed, failed: None }
    }

    /// Why `inner` failed, if it did.
    pub fn failed(&self) -> Option<io::ErrorKind> {
        self.failed
    }
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.inner.read(buffer) {
            Ok(n) => {
                (self.passed)(n as u64);
                Ok(n)
            }
            Err(error) => {
                if error.kind() != io::ErrorKind::Interrupted {
                    self.failed = Some(error.kind());
                }
                Err(error)
            }
        }
    }
}
