//! The world outside, as one value: environment, clock, randomness, streams, terminal. The program is a function of its
//! arguments and a `Host`, so tests call it in process with a twin ([`crate::cli::twin`]).
//! The only place that reads the environment or the clock. Must not know any command.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::fs::File;
use std::io;
use std::io::IsTerminal;
use std::io::Read;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::time::Instant;
use std::time::SystemTime;
use std::time::UNIX_EPOCH;

use rand_core::CryptoRngCore;
use rand_core::OsRng;

use crate::cli::keeper::Keeper;
use crate::cli::keeper::SessionKeeper;
use crate::cli::recorder::Ancestry;
use crate::cli::terminal::Terminal;
use crate::cli::terminal::Tty;
use crate::platform;
use crate::platform::Customary;
use crate::platform::Family;
use crate::platform::FileAccess;

/// The world a command runs in.
pub struct Host {
    /// Standard input.
    pub stdin: Box<dyn Read + Send>,
    /// The answer.
    pub stdout: Stream,
    /// The talk.
    pub stderr: Stream,
    /// The question channel; `None` where nobody can be asked.
    pub terminal: Option<Box<dyn Terminal>>,
    /// Randomness.
    pub rng: Box<dyn CryptoRngCore>,
    /// Somebody types at standard input.
    pub stdin_is_terminal: bool,
    /// How many columns there are to draw tables in.
    pub width: usize,
    /// Environment variables.
    pub environment: Environment,
    /// Where the key of an unlocked vault rests.
    pub keeper: Box<dyn Keeper>,
    /// What this process was started from.
    pub ancestry: Ancestry,
    /// The clock.
    pub clock: Clock,
    /// The current directory; empty where it has gone.
    pub cwd: PathBuf,
    /// Directories whose files stay in memory, best first.
    pub memory: Vec<PathBuf>,
}

/// Where variables come from.
#[derive(Debug)]
pub enum Environment {
    /// The process's own.
    Process,
    /// These alone.
    Fixed(BTreeMap<String, OsString>),
}

/// Where the time comes from.
#[derive(Debug, Clone, Copy)]
pub enum Clock {
    /// The system's clock.
    System,
    /// Always this second since 1970-01-01T00:00:00Z.
    Fixed(i64),
}

/// What a stream leads to: it decides whether content may go there, and whether it is drawn or written.
#[derive(Debug)]
pub enum StreamKind {
    /// A screen.
    Terminal,
    /// Another program. Never refused.
    Pipe,
    /// A file that the shell opened.
    RegularFile(Redirect),
    /// A device such as `/dev/null`, or closed.
    Other,
}

/// The file that a stream was redirected into, as it was at the start.
#[derive(Debug)]
pub struct Redirect {
    /// The file.
    pub file: File,
    /// Its name, where the platform tells.
    pub path: Option<PathBuf>,
    /// It had no bytes.
    pub empty: bool,
    /// What it gives to others.
    pub access: FileAccess,
}

impl Host {
    /// The real world. Also denies core dumps.
    pub fn of_process() -> Self {
        platform::harden_process();
        let terminal = Tty::open().ok().map(|tty| Box::new(tty) as Box<dyn Terminal>);
        Self {
            stdin: Box::new(io::stdin()),
            stdout: Stream::new(io::stdout(), stdout_kind()),
            stderr: Stream::new(io::stderr(), stderr_kind()),
            terminal,
            rng: Box::new(OsRng),
            stdin_is_terminal: io::stdin().is_terminal(),
            width: width(),
            environment: Environment::Process,
            keeper: Box::new(SessionKeeper),
            ancestry: Ancestry::OfProcess,
            clock: Clock::System,
            cwd: std::env::current_dir().unwrap_or_default(),
            memory: platform::memory_backed_directories(&|name| Environment::Process.var(name)),
        }
    }

    /// The environment variable `name`; an empty one counts as not set.
    pub fn var(&self, name: &str) -> Option<OsString> {
        self.environment.var(name)
    }

    /// The paths that the environment variable `name` lists, as `PATH` does; none when it is not set.
    pub fn var_paths(&self, name: &str) -> Vec<PathBuf> {
        let list = self.var(name).unwrap_or_default();
        std::env::split_paths(&list).filter(|path| !path.as_os_str().is_empty()).collect()
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub fn now(&self) -> i64 {
        self.clock.now()
    }

    /// The platform's directory of a kind, with `subrosa` in it; `None` where the environment does not tell.
    pub fn directory(&self, kind: Customary) -> Option<PathBuf> {
        platform::directory(kind, Family::HERE, &|name| self.var(name))
    }

    /// `path` under the current directory, unless it is absolute.
    pub fn absolute(&self, path: &Path) -> PathBuf {
        self.cwd.join(path)
    }

    /// Whether standard output may have colour: a screen, and neither `NO_COLOR` nor a dumb terminal.
    pub fn has_colour(&self) -> bool {
        self.stdout.is_terminal()
            && self.var("NO_COLOR").is_none()
            && self.var("TERM").is_none_or(|term| term != "dumb")
    }
}

impl Environment {
    #[allow(clippy::disallowed_methods, reason = "this is its home")]
    fn var(&self, name: &str) -> Option<OsString> {
        let value = match self {
            Self::Process => std::env::var_os(name),
            Self::Fixed(variables) => variables.get(name).cloned(),
        };
        value.filter(|value| !value.is_empty())
    }
}

impl Clock {
    /// Seconds since 1970-01-01T00:00:00Z.
    #[allow(clippy::disallowed_methods, reason = "this is its home")]
    pub fn now(self) -> i64 {
        let seconds = |span: std::time::Duration| i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
        match self {
            Self::Fixed(now) => now,
            Self::System => match SystemTime::now().duration_since(UNIX_EPOCH) {
                Ok(since) => seconds(since),
                Err(before) => -seconds(before.duration()),
            },
        }
    }
}

/// A point on the clock that only runs forward: it measures how long something takes, and tells no time.
#[allow(clippy::disallowed_methods, reason = "this is its home")]
pub fn stopwatch() -> Instant {
    Instant::now()
}

fn stdout_kind() -> StreamKind {
    if io::stdout().is_terminal() {
        return StreamKind::Terminal;
    }
    let Ok(file) = platform::stdout_file() else { return StreamKind::Other };
    let Ok(metadata) = file.metadata() else { return StreamKind::Other };
    if !metadata.is_file() {
        return if platform::is_pipe(&metadata) { StreamKind::Pipe } else { StreamKind::Other };
    }
    let identity = platform::file_access(&metadata, None).identity;
    // A name counts only while it still leads to this very file.
    let same = |path: &PathBuf| {
        fs::symlink_metadata(path).is_ok_and(|found| platform::file_access(&found, None).identity == identity)
    };
    let path = platform::stdout_path().filter(same);
    let access = platform::file_access(&metadata, path.as_deref());
    StreamKind::RegularFile(Redirect { file, path, empty: metadata.len() == 0, access })
}

/// Only whether somebody looks matters of standard error.
fn stderr_kind() -> StreamKind {
    if io::stderr().is_terminal() { StreamKind::Terminal } else { StreamKind::Other }
}

fn width() -> usize {
    let size = platform::stdout_file().ok().and_then(|file| platform::terminal_size(&file));
    size.map_or(80, |(columns, _)| columns)
}

/// A standard stream. It remembers when its reader went away.
pub struct Stream {
    /// What it leads to.
    pub kind: StreamKind,
    inner: Box<dyn Write>,
    closed: bool,
}

impl Stream {
    /// A stream into `inner`.
    pub fn new(inner: impl Write + 'static, kind: StreamKind) -> Self {
        Self { kind, inner: Box::new(inner), closed: false }
    }

    /// Whether what is written is drawn on a screen.
    pub fn is_terminal(&self) -> bool {
        matches!(self.kind, StreamKind::Terminal)
    }

    /// Writes `text`. A reader that has gone has read enough: that is no error here, see
    /// [`is_closed`](Self::is_closed).
    pub fn say(&mut self, text: &str) -> io::Result<()> {
        let written = self.write_all(text.as_bytes()).and_then(|()| self.flush());
        match written {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }

    /// Writes a piece of `text` of which more comes: as [`say`](Self::say), not flushed.
    pub fn say_on(&mut self, text: &str) -> io::Result<()> {
        match self.write_all(text.as_bytes()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }

    /// Whether the reader went away: 0 for a command that reads, 1 for `share`, which can be resumed
    /// (`docs/command-line.md`).
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    fn note<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        self.closed |= result.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::BrokenPipe);
        result
    }
}

/// Streams of bytes see the closed pipe as an error, so that they stop early.
impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.closed {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let written = self.inner.write(bytes);
        self.note(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.inner.flush();
        self.note(flushed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Closed;

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_closed_pipe_is_quiet_for_text_and_an_error_for_bytes() {
        let mut stream = Stream::new(Closed, StreamKind::Pipe);
        assert!(!stream.is_closed());
        stream.say("one\n").unwrap();
        stream.say("two\n").unwrap();
        assert!(stream.is_closed());
        assert_eq!(stream.write_all(b"x").unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }

    #[test]
    #[ignore = "the inner half of a test"]
    fn inner_stdout_kind() {
        let mut host = Host::of_process();
        host.stderr.say(&format!("<{:?}>", host.stdout.kind)).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn standard_output_is_told_apart() {
        use std::process::Command;
        use std::process::Stdio;

        let directory = tempfile::tempdir().unwrap();
        let path = fs::canonicalize(directory.path()).unwrap().join("out");
        let seen = |stdout: Stdio| {
            let mut command = Command::new(std::env::current_exe().unwrap());
            command.args(["--ignored", "--exact", "--nocapture", "cli::host::tests::inner_stdout_kind"]);
            let output = command.stdout(stdout).output().unwrap();
            String::from_utf8_lossy(&output.stderr).into_owned()
        };
        assert!(seen(Stdio::piped()).contains("<Pipe>"));
        assert!(seen(Stdio::null()).contains("<Other>"));
        let redirect = seen(File::create(&path).unwrap().into());
        assert!(redirect.contains("<RegularFile(") && redirect.contains("ours: true"), "{redirect}");
        if cfg!(target_os = "linux") {
            assert!(redirect.contains(&format!("path: Some({path:?})")), "{redirect}");
        }
        let nameless = seen(tempfile::tempfile().unwrap().into());
        assert!(nameless.contains("path: None"), "{nameless}");
    }

    #[test]
    fn the_real_clock_and_environment_answer() {
        let host = Host::of_process();
        assert!(host.now() > 1_700_000_000);
        assert!(host.var("PATH").is_some());
        assert!(host.var("SUBROSA_NO_SUCH_VARIABLE").is_none());
    }
}
