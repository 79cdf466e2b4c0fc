//! Power cuts, for tests.

use std::cell::Cell;
use std::io;

thread_local! {
    static LEFT: Cell<Option<u64>> = const { Cell::new(None) };
}

/// Lets `changes` more changes to files happen on this thread, and none after them.
pub fn after(changes: u64) {
    LEFT.set(Some(changes));
}

/// The power is back. Whether it had been cut.
pub fn restore() -> bool {
    LEFT.replace(None) == Some(0)
}

/// Passes, unless the power is cut.
pub fn pass() -> io::Result<()> {
    match LEFT.get() {
        None => Ok(()),
        Some(0) => Err(io::Error::other("the power is cut")),
        Some(left) => {
            LEFT.set(Some(left - 1));
            Ok(())
        }
    }
}
