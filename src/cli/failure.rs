//! What a command ends with when it does not do what was asked: the one place where facts become exit codes, reasons
//! and advice (`docs/command-line.md`). A message never holds a secret. Must not know any command.

use std::ffi::OsString;
use std::io;

use serde::Serialize;

use crate::cli::answer::Reason;
use crate::cli::args::completed;
use crate::cli::host::Host;
use crate::cli::text::bare;
use crate::cli::text::harmless;

mod cures;
mod forks;
mod groups;
mod of;
mod papers;
pub mod records;
mod safety;
mod witnesses;

pub use forks::unsettled;
pub use groups::named;
pub use groups::unbound;
pub use of::unless_refused;

/// Kinds of failure, each with its exit code. Frozen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureCode {
    /// The disk, the network, or anything that has no code of its own.
    Failed,
    /// What was typed cannot be meant.
    Usage,
    /// A rule forbids it.
    Refused,
    /// No such thing.
    NotFound,
    /// Altered, rolled back, or does not verify.
    Integrity,
    /// The room or the place is not safe.
    Unsafe,
    /// There is no vault.
    NoVault,
    /// Another process uses the vault.
    Locked,
    /// No key that was given opens the vault.
    CannotUnlock,
    /// A mistake in this program.
    Internal,
    /// Ctrl-C.
    Interrupted,
}

/// One row of the exit codes' table.
struct Row(u8, Option<FailureCode>, &'static str, &'static str);

/// `docs/command-line.md`. `subrosa help exit-codes` prints it.
const TABLE: [Row; 13] = [
    Row(0, None, "", "done"),
    Row(1, Some(FailureCode::Failed), "failed", "other failure"),
    Row(2, Some(FailureCode::Usage), "usage", "usage"),
    Row(3, Some(FailureCode::Refused), "refused", "refused by a rule"),
    Row(4, Some(FailureCode::NotFound), "not-found", "not found, no match"),
    Row(5, Some(FailureCode::Integrity), "integrity", "integrity: altered, rolled back, or does not verify"),
    Row(6, Some(FailureCode::Unsafe), "unsafe", "unsafe setting or output target"),
    Row(7, None, "", "done, but something is due, partial, a draft or unanswered"),
    Row(10, Some(FailureCode::NoVault), "no-vault", "no vault there"),
    Row(11, Some(FailureCode::Locked), "locked", "vault in use by another process"),
    Row(12, Some(FailureCode::CannotUnlock), "cannot-unlock", "cannot unlock"),
    Row(70, Some(FailureCode::Internal), "internal", "internal error"),
    Row(130, Some(FailureCode::Interrupted), "interrupted", "interrupted"),
];

impl FailureCode {
    fn row(self) -> &'static Row {
        TABLE.iter().find(|row| row.1 == Some(self)).expect("every code has a row: a test walks them")
    }

    /// The exit code.
    pub fn exit(self) -> u8 {
        self.row().0
    }

    /// Its spelling in JSON.
    pub fn as_str(self) -> &'static str {
        self.row().2
    }
}

/// The exit codes and their meanings, a line each.
pub fn exit_codes() -> String {
    TABLE.iter().map(|Row(exit, _, _, meaning)| format!("{exit:>3}  {meaning}\n")).collect()
}

/// Why a command did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What kind of failure.
    pub code: FailureCode,
    /// The fact, in a sentence without its full stop.
    pub message: String,
    /// The reasons of a refusal, all of them.
    pub reasons: Vec<Reason>,
    /// Commands that help, each one that the parser accepts.
    pub hints: Vec<String>,
    /// The options that were needed and not given: the hint is what was typed, and these.
    pub lacks: Vec<String>,
}

impl Failure {
    /// A failure without reasons and hints.
    pub fn new(code: FailureCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), reasons: Vec::new(), hints: Vec::new(), lacks: Vec::new() }
    }

    /// What was typed cannot be meant.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(FailureCode::Usage, message)
    }

    /// A rule forbids it.
    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(FailureCode::Refused, message)
    }

    /// No such thing.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(FailureCode::NotFound, message)
    }

    /// With a command that helps.
    #[must_use]
    pub fn hint(mut self, command: impl Into<String>) -> Self {
        self.hints.push(command.into());
        self
    }

    /// With reasons.
    #[must_use]
    pub fn because(mut self, reasons: impl IntoIterator<Item = Reason>) -> Self {
        self.reasons.extend(reasons);
        self
    }

    /// Where something was not given, the hint is the command as it was typed, with what it lacks: an example with other
    /// people's names, run as it stands, would be about them.
    #[must_use]
    pub(super) fn with_typed(mut self, args: &[OsString]) -> Self {
        let example = self.hints.first_mut().filter(|_| !self.lacks.is_empty());
        if let Some(example) = example
            && let Some(hint) = completed(args, &self.lacks, example)
        {
            *example = hint;
        }
        self
    }

    /// Whatever private key was typed as an argument is not repeated: messages are kept in logs and sent to helpers.
    #[must_use]
    pub(super) fn without_secrets(mut self, args: &[OsString]) -> Self {
        let args = args.iter().map(|arg| arg.to_string_lossy());
        let secret = args.filter(|arg| crate::keys::recipient::looks_secret(arg));
        let words: Vec<String> = secret
            .flat_map(|arg| {
                // An option and its value may stand in one argument.
                arg.split(|c: char| c.is_whitespace() || c == '=').map(str::to_owned).collect::<Vec<_>>()
            })
            .filter(|word| word.len() > 8 && !word.starts_with("--"))
            .collect();
        for word in words {
            let told =
                self.reasons.iter_mut().flat_map(|reason| std::iter::once(&mut reason.text).chain(&mut reason.cure));
            for text in std::iter::once(&mut self.message).chain(&mut self.hints).chain(told) {
                *text = text.replace(&word, "[a private key]");
            }
        }
        self
    }

    /// Writes it to standard error and returns the exit code.
    pub(super) fn draw(&self, json: bool, host: &mut Host) -> u8 {
        #[cfg(debug_assertions)]
        self.check_hints();
        let text = if json { self.to_json() } else { self.to_prose() };
        // Where standard error is gone there is nobody left to tell.
        let _ = host.stderr.say(&text);
        self.code.exit()
    }

    fn to_prose(&self) -> String {
        let mut text = format!("subrosa: {}\n", harmless(&self.message));
        for reason in &self.reasons {
            text.push_str(&format!("  {}: {}\n", reason.id, bare(&reason.text)));
            for source in &reason.source {
                text.push_str(&format!("    by:  {}\n", bare(source)));
            }
            if let Some(cure) = &reason.cure {
                text.push_str(&format!("    try: {}\n", bare(cure)));
            }
        }
        for hint in &self.hints {
            text.push_str(&format!("  try: {}\n", bare(hint)));
        }
        text
    }

    fn to_json(&self) -> String {
        #[derive(Serialize)]
        struct Outer<'a> {
            error: Error<'a>,
        }
        #[derive(Serialize)]
        struct Error<'a> {
            code: &'static str,
            exit: u8,
            message: &'a str,
            reasons: &'a [Reason],
            hints: &'a [String],
        }
        let Self { code, message, reasons, hints, lacks: _ } = self;
        let error = Error { code: code.as_str(), exit: code.exit(), message, reasons, hints };
        let text = serde_json::to_string(&Outer { error }).expect("strings and numbers are JSON");
        format!("{text}\n")
    }

    /// Advice that does not work is worse than none: whatever a test makes us say, the parser must take it, once a person
    /// chose the words that are theirs to choose.
    #[cfg(debug_assertions)]
    fn check_hints(&self) {
        use clap::Parser as _;
        let cures = self.reasons.iter().filter_map(|reason| reason.cure.as_ref());
        for hint in self.hints.iter().chain(cures) {
            let chosen = |word: String| match word.as_str() {
                "KIND" => "letter".to_owned(),
                "DATE" => "2026-11-21".to_owned(),
                "RESULT" => "justified".to_owned(),
                _ => word,
            };
            let words = shlex::split(hint).unwrap_or_default().into_iter().map(chosen);
            if let Err(error) = crate::cli::args::Cli::try_parse_from(words) {
                panic!("the hint {hint:?} is no command: {error}");
            }
        }
    }
}

/// What the system says of a failed read or write, a full disk in plain words.
pub(super) fn system(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "the disk is full".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "it is on a read-only medium".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_frozen() {
        use FailureCode::*;
        let codes =
            [Failed, Usage, Refused, NotFound, Integrity, Unsafe, NoVault, Locked, CannotUnlock, Internal, Interrupted];
        assert_eq!(codes.map(FailureCode::exit), [1, 2, 3, 4, 5, 6, 10, 11, 12, 70, 130]);
        assert_eq!(Unsafe.as_str(), "unsafe");
    }

    #[test]
    fn a_private_key_is_never_repeated() {
        let args = ["subrosa", "--key=AGE-SECRET-KEY-1QQQ", "age-plugin-x-identity.txt"].map(OsString::from);
        let failure = Failure::usage("'AGE-SECRET-KEY-1QQQ' is wrong").without_secrets(&args);
        assert_eq!(failure.message, "'[a private key]' is wrong");
    }

    #[test]
    fn json_has_every_field() {
        let failure = Failure::refused("no").hint("subrosa client list");
        assert_eq!(
            failure.to_json(),
            "{\"error\":{\"code\":\"refused\",\"exit\":3,\"message\":\"no\",\"reasons\":[],\"hints\":[\"subrosa client list\"]}}\n"
        );
    }
}
