//! One line of progress on a terminal, for work of more than half a second (`docs/command-line.md`); cleared at the
//! end. Must not know what the work is.

use std::io::Write;
use std::time::Duration;
use std::time::Instant;

use crate::cli::host::Stream;
use crate::cli::host::stopwatch;
use crate::cli::text::bare;

/// How long work may take before anything is said of it.
const PATIENCE: Duration = Duration::from_millis(500);

/// How often the line is drawn.
const INTERVAL: Duration = Duration::from_millis(100);

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Bytes.
    Bytes,
    /// Things of this name, in the plural.
    Things(&'static str),
}

/// Work that is going on. Dropped, its line is cleared.
pub struct Progress<'a> {
    stream: Option<&'a mut Stream>,
    begun: Instant,
    line: Line,
}

impl<'a> Progress<'a> {
    /// Begins work called `what` that counts `unit`, up to `total` where it is known. `quiet` (`--quiet`, `--json`) and
    /// a standard error that nobody looks at show nothing.
    pub fn begin(stderr: &'a mut Stream, quiet: bool, what: &str, unit: Unit, total: Option<u64>) -> Self {
        let stream = Some(stderr).filter(|stream| stream.is_terminal() && !quiet);
        Self { stream, begun: stopwatch(), line: Line::new(what, unit, total) }
    }

    /// `count` more are done.
    pub fn advance(&mut self, count: u64) {
        let Some(stream) = &mut self.stream else { return };
        if let Some(line) = self.line.advance(count, self.begun.elapsed()) {
            // Progress that cannot be shown is no reason to stop the work.
            let _ = stream.say(&line);
        }
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        if let Some(stream) = &mut self.stream
            && self.line.drawn.is_some()
        {
            let _ = stream.write_all(b"\r\x1b[K").and_then(|()| stream.flush());
        }
    }
}

/// The line as a pure machine: counts and times go in, what is to be drawn comes out.
struct Line {
    what: String,
    unit: Unit,
    total: Option<u64>,
    done: u64,
    drawn: Option<Duration>,
}

impl Line {
    fn new(what: &str, unit: Unit, total: Option<u64>) -> Self {
        Self { what: bare(what).into_owned(), unit, total, done: 0, drawn: None }
    }

    fn advance(&mut self, count: u64, elapsed: Duration) -> Option<String> {
        self.done = self.done.saturating_add(count);
        let due = self.drawn.map_or(PATIENCE, |drawn| drawn + INTERVAL);
        if elapsed < due {
            return None;
        }
        self.drawn = Some(elapsed);
        Some(format!("\r{}: {}\x1b[K", self.what, self.counted()))
    }

    fn counted(&self) -> String {
        let done = amount(self.done, self.unit);
        match self.total.filter(|total| *total > 0) {
            Some(total) => {
                let percent = u128::from(self.done.min(total)) * 100 / u128::from(total);
                format!("{done} of {} ({percent}%)", amount(total, self.unit))
            }
            None => done,
        }
    }
}

fn amount(count: u64, unit: Unit) -> String {
    match unit {
        Unit::Bytes => bytes(count),
        Unit::Things(name) => format!("{count} {name}"),
    }
}

/// A size in words: whole bytes, else one decimal of KiB, MiB, GiB, TiB.
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if count < 1024 {
        return format!("{count} B");
    }
    let mut tenths = u128::from(count) * 10 / 1024;
    let mut unit = 0;
    while tenths >= 10 * 1024 && unit + 1 < UNITS.len() {
        tenths /= 1024;
        unit += 1;
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::cli::twin;

    const fn ms(count: u64) -> Duration {
        Duration::from_millis(count)
    }

    #[test]
    fn short_work_is_silent_and_long_work_is_drawn_now_and_then() {
        let mut line = Line::new("sealing", Unit::Bytes, Some(4096));
        assert_eq!(line.advance(1024, ms(499)), None);
        assert_eq!(line.advance(1024, ms(500)).unwrap(), "\rsealing: 2.0 KiB of 4.0 KiB (50%)\x1b[K");
        assert_eq!(line.advance(1, ms(550)), None);
        assert!(line.advance(1, ms(600)).is_some());
    }

    #[test]
    fn things_are_counted_by_name() {
        let mut line = Line::new("check\x1b", Unit::Things("records"), None);
        assert_eq!(line.advance(3, ms(700)).unwrap(), "\rcheck\\x1b: 3 records\x1b[K");
    }

    #[test]
    fn sizes_read_well() {
        for (count, want) in
            [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1_572_864, "1.5 MiB"), (u64::MAX, "16777215.9 TiB")]
        {
            assert_eq!(bytes(count), want);
        }
    }

    #[test]
    fn nobody_looking_means_nothing_shown() {
        let (mut host, ends) = twin::host(Path::new("/"), 0, 1);
        let mut progress = Progress::begin(&mut host.stderr, false, "x", Unit::Bytes, None);
        progress.begun = stopwatch().checked_sub(ms(1000)).unwrap();
        progress.advance(1);
        drop(progress);
        assert!(ends.stderr.take().is_empty());
    }

    #[test]
    fn the_line_is_cleared_at_the_end() {
        let (host, ends) = twin::host(Path::new("/"), 0, 1);
        let mut host = host.at_terminal(&ends);
        let mut progress = Progress::begin(&mut host.stderr, false, "x", Unit::Bytes, None);
        progress.begun = stopwatch().checked_sub(ms(1000)).unwrap();
        progress.advance(1);
        drop(progress);
        assert_eq!(ends.stderr.take_text(), "\rx: 1 B\x1b[K\r\x1b[K");
    }
}
