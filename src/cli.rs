//! The command line: the only floor that knows the operating system, the terminal and the words users type.
//! Nothing imports it. [`run`] is the whole program: a function of its arguments and a [`Host`].

// What it stands on: the world outside, and how it is written to.
pub mod editor;
pub mod host;
pub mod interrupt;
pub mod keeper;
pub mod location;
pub mod output;
pub mod pager;
pub mod plain;
pub mod private;
pub mod progress;
pub mod recorder;
pub mod terminal;
pub mod text;
pub mod twin;

// What every command shares.
pub mod answer;
pub mod args;
pub mod card;
pub mod copies;
pub mod days;
pub mod failure;
pub mod names;
pub mod noted;
pub mod public;
pub mod session;
pub mod verdict;

// The commands.
pub mod command;

use std::ffi::OsString;
use std::panic;
use std::panic::AssertUnwindSafe;
use std::sync::Mutex;
use std::sync::PoisonError;

use clap::Parser as _;

use crate::cli::args::Cli;
use crate::cli::failure::Failure;
use crate::cli::failure::FailureCode;
use crate::cli::host::Host;
use crate::cli::session::Session;

/// What a command ends with when it did not fail (`docs/command-line.md`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done: 0.
    Done,
    /// Done, but something is due, partial, a draft or unanswered: 7.
    Due,
    /// A verdict that is the answer itself, as `check` and `ledger verify` give it; not a failure to give one.
    Verdict(FailureCode),
}

impl Exit {
    /// The number that the process ends with.
    pub fn number(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Due => 7,
            Self::Verdict(code) => code.exit(),
        }
    }
}

/// Runs the program: `args` begins with the program's own name. Returns the exit code.
pub fn run(args: impl IntoIterator<Item = OsString>, host: &mut Host) -> u8 {
    let args = args::join_values(command::tag::spell_removals(args.into_iter().collect()));
    let cli = match Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        Err(error) => return args::refuse(error, &args, host),
    };
    let json = cli.globals.json;
    if let Some(failure) = args::lost_identities(&args, &cli.globals) {
        return failure.draw(json, host);
    }
    let mut session = Session::new(host, cli.globals);
    let ended = panic::catch_unwind(AssertUnwindSafe(|| command::run(cli.command, &mut session)));
    let ended = ended.unwrap_or_else(|_| Err(panicked()));
    let ended = ended.and_then(|exit| session.finish(exit));
    match ended {
        Ok(exit) => exit.number(),
        Err(failure) => failure.with_typed(&args).without_secrets(&args).draw(json, host),
    }
}

/// Where the last panic was. Its message is not kept: it may hold what a vault holds.
static PANICKED: Mutex<Option<String>> = Mutex::new(None);

/// Keeps a panic from writing to standard error by itself: [`run`] says where it was, in its own words.
pub fn report_panics_quietly() {
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|place| format!("{}:{}", place.file(), place.line()));
        *PANICKED.lock().unwrap_or_else(PoisonError::into_inner) = place;
    }));
}

fn panicked() -> Failure {
    let place = PANICKED.lock().unwrap_or_else(PoisonError::into_inner).take();
    let place = place.unwrap_or_else(|| "an unknown place".to_owned());
    Failure::new(FailureCode::Internal, format!("this is a mistake in Subrosa itself, at {place}; please report it"))
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::io::Write;
    use std::path::Path;

    use super::*;
    use crate::cli::host::Stream;
    use crate::cli::host::StreamKind;

    struct Broken;

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            panic!("what a vault holds")
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_mistake_of_our_own_ends_with_70_and_does_not_tell_what_it_saw() {
        let (mut host, ends) = twin::host(Path::new("/"), 0, 1);
        host.stdout = Stream::new(Broken, StreamKind::Pipe);
        let exit = run(["subrosa", "help", "exit-codes"].map(OsString::from), &mut host);
        let said = ends.stderr.take_text();
        assert_eq!(exit, 70, "{said}");
        assert!(said.contains("a mistake in Subrosa itself") && !said.contains("what a vault holds"), "{said}");
    }
}
