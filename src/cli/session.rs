//! One run of the program: the host, what holds for every command, where things are, and how answers and talk go out.
//! How a vault is opened is `unlocking`'s, how questions are asked `asking`'s. Must not know any command.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::path::PathBuf;
use std::str::FromStr;

use rand_core::CryptoRngCore;
use serde::Serialize;
use zeroize::Zeroize as _;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Look;
use crate::cli::args::Globals;
use crate::cli::failure::Failure;
use crate::cli::failure::FailureCode;
use crate::cli::failure::system;
use crate::cli::host::Host;
use crate::cli::private;
use crate::cli::text::bare;
use crate::id::RecordId;
use crate::platform::Customary;
use crate::secret::SecretText;
use crate::time::Date;
use crate::time::Timestamp;
use crate::time::Zone;
use crate::vault::Vault;
use crate::vault::desk::Desk;
use crate::vault::error::VaultError;
use crate::vault::places::Places;
use crate::vault::transaction::Committed;

mod adopting;
mod asking;
mod keys;
mod passphrases;
mod plugins;
mod recovering;
mod resting;
mod rooms;
mod unlocking;

pub use asking::TEXT_CAP as ANSWERS_CAP;
pub use asking::missing;
pub use keys::no_next_key;
pub use recovering::state_of;
pub use resting::Rest;
pub use rooms::USUAL;
pub use unlocking::Examined;

/// The largest text taken from a file or standard input as an option's value.
const TEXT_CAP: u64 = 64 * 1024;

/// One run of the program.
pub struct Session<'h> {
    /// The world outside.
    pub host: &'h mut Host,
    /// The options that every command takes.
    pub globals: Globals,
    /// Warnings kept back under `--json` for the answer, whose field they are: nothing but a failure is on standard error.
    kept: Vec<String>,
    /// What is wrong with the vault that was opened, raised with every answer.
    alarm: Option<VaultError>,
    /// The passphrases that were typed, by what was asked for: a vault that has to be opened anew asks nobody twice.
    typed: BTreeMap<String, SecretText>,
    /// Standard input was read to its end as an option's value.
    stdin_taken: bool,
    /// What time it is, whenever it is asked.
    pub clock: Box<dyn Fn() -> Timestamp>,
    /// A vault whose files are not all there is opened with what is at hand: this run is its recovery.
    at_hand: bool,
    /// Something was committed in this run.
    has_committed: bool,
    /// The answer to it could not be written.
    is_unheard: bool,
}

impl<'h> Session<'h> {
    /// Begins a run: what an editor left behind when it was killed is swept, or named.
    pub fn new(host: &'h mut Host, globals: Globals) -> Self {
        let clock = host.clock;
        let clock = Box::new(move || Timestamp::from_unix(clock.now()));
        let mut session = Self {
            host,
            globals,
            kept: Vec::new(),
            alarm: None,
            typed: BTreeMap::new(),
            stdin_taken: false,
            clock,
            at_hand: false,
            has_committed: false,
            is_unheard: false,
        };
        for left in private::sweep(&private::bases(session.host)) {
            session.warn(&format!(
                "an edit that was cut short is still in {}: take what you need, then delete it",
                left.display()
            ));
        }
        session
    }

    /// Where the vault and what belongs to it lie.
    pub fn places(&self) -> Result<Places, Failure> {
        let unknown = |what: &str| {
            let message = format!("where {what} belongs is not known here: neither HOME nor the XDG variables are set");
            Failure::new(FailureCode::Failed, message)
        };
        let named = self.globals.vault.clone().or_else(|| self.host.var("SUBROSA_VAULT").map(PathBuf::from));
        let vault = match named {
            Some(vault) => self.host.absolute(&vault),
            None => self.directory(Customary::Data).ok_or_else(|| unknown("a vault"))?.join("vault"),
        };
        let state = self.directory(Customary::State).ok_or_else(|| unknown("what this computer remembers"))?;
        let cache = self.directory(Customary::Cache).ok_or_else(|| unknown("the catalogue"))?;
        Ok(Places { vault, state, cache })
    }

    /// The `subrosa` directory of a customary kind.
    pub fn directory(&self, kind: Customary) -> Option<PathBuf> {
        self.host.directory(kind)
    }

    /// The vault with this run's clock and randomness: what a change is made with.
    pub fn desk<'a>(&'a mut self, vault: &'a mut Vault) -> Desk<'a, Box<dyn CryptoRngCore>> {
        Desk { vault, clock: &*self.clock, rng: &mut self.host.rng }
    }

    /// What time it is.
    pub fn now(&self) -> Timestamp {
        Timestamp::from_unix(self.host.now())
    }

    /// The practice's time zone; one that this computer does not know is read as UTC.
    pub fn zone(&self, vault: &Vault) -> Result<Zone, Failure> {
        Ok(vault.catalog().protocol()?.protocol.zone())
    }

    /// The day it is in the practice's time zone.
    pub fn today(&self, vault: &Vault) -> Result<Date, Failure> {
        Ok(self.now().date_in(&self.zone(vault)?))
    }

    /// Remembers that a record was looked at or changed here (`@`). A catalogue that cannot be written forgets it.
    pub fn touch(&self, vault: &Vault, record: RecordId) {
        let _ = vault.catalog().touch(record);
    }

    /// Writes the answer: as JSON with its schema `subrosa/<words>/1`, as prose on a terminal, bare elsewhere and with
    /// `--quiet`.
    pub fn answer<A: Answer>(&mut self, words: &str, answer: &A, vault: Option<&Vault>) -> Result<(), Failure> {
        #[derive(Serialize)]
        struct Versioned<'a, A> {
            schema: String,
            #[serde(flatten)]
            answer: &'a A,
            #[serde(skip_serializing_if = "<[_]>::is_empty")]
            warnings: &'a [String],
        }
        let text = if self.globals.json {
            let versioned = Versioned { schema: format!("subrosa/{words}/1"), answer, warnings: &self.kept };
            serde_json::to_string(&versioned).expect("answers are plain data") + "\n"
        } else if self.host.stdout.is_terminal() && !self.globals.quiet {
            answer.prose(&Look { catalog: vault.map(Vault::catalog), width: self.host.width })
        } else {
            answer.bare()
        };
        match self.host.stdout.say(&text) {
            // What is committed is done, whoever hears of it.
            Err(error) if self.has_committed => {
                self.warn(&format!("done, but the answer could not be written: {}", system(&error)));
                self.is_unheard = true;
                Ok(())
            }
            other => Ok(other?),
        }
    }

    /// Talk that `--quiet` leaves out, and `--json`: one line on standard error.
    pub fn note(&mut self, text: &str) {
        if !(self.globals.quiet || self.globals.json) {
            self.warn(text);
        }
    }

    /// A line on standard error that everybody has to see. Under `--json` it is one of the answer's warnings.
    pub fn warn(&mut self, text: &str) {
        let text = bare(text).into_owned();
        if self.globals.json {
            self.kept.push(text);
        } else {
            let _ = self.host.stderr.say(&format!("subrosa: {text}\n"));
        }
    }

    /// Said of what was committed: what failed after the commit point is no failure (`docs/format.md`, 5).
    pub fn committed(&mut self, committed: &Committed) -> Exit {
        self.has_committed |= !committed.entries.is_empty();
        match &committed.late {
            None => Exit::Done,
            Some(error) => {
                self.warn(&format!("done, but not published yet; the next opening of the vault does it ({error})"));
                Exit::Due
            }
        }
    }

    /// Ends a run that did not fail. An alarm about the vault overrides what the command itself ended with.
    pub(super) fn finish(&mut self, exit: Exit) -> Result<Exit, Failure> {
        if let Some(alarm) = self.alarm.take() {
            return Err(alarm.into());
        }
        for line in std::mem::take(&mut self.kept).iter().filter(|_| self.is_unheard) {
            let _ = self.host.stderr.say(&format!("subrosa: {line}\n"));
        }
        Ok(if self.is_unheard && exit == Exit::Done { Exit::Due } else { exit })
    }

    /// Takes standard input for `what`: it can be read once.
    pub fn claim_stdin(&mut self, what: &str) -> Result<(), Failure> {
        if std::mem::replace(&mut self.stdin_taken, true) {
            return Err(Failure::usage(format!("{what}: standard input was read already")));
        }
        Ok(())
    }

    /// The first `cap` bytes, and one more, of a file that anybody may read; `-` is standard input. Whether it is too
    /// long is for whoever knows what it should be.
    pub fn read_public(&mut self, file: &Path, cap: usize) -> Result<Vec<u8>, Failure> {
        let cap = cap as u64 + 1;
        if file != Path::new("-") {
            return read_file(&self.host.absolute(file), cap);
        }
        self.claim_stdin("-")?;
        let mut bytes = Vec::new();
        let read = (&mut self.host.stdin).take(cap).read_to_end(&mut bytes);
        read.map_err(|error| Failure::new(FailureCode::Failed, format!("standard input: {}", system(&error))))?;
        Ok(bytes)
    }

    /// The value of an option that may be `@FILE` or `-` for standard input; `@@` begins a text that begins with `@`.
    /// `what` names it in messages.
    pub fn text(&mut self, given: String, what: &str) -> Result<String, Failure> {
        match given.strip_prefix('@') {
            Some(text) if text.starts_with('@') => Ok(text.to_owned()),
            None if given != "-" => Ok(given),
            _ => self.text_in(&given, what),
        }
    }

    /// What stands in a file, named with `@` before it or without, or comes from standard input (`-`): what is not to stand
    /// on the command line.
    pub fn text_in(&mut self, file: &str, what: &str) -> Result<String, Failure> {
        let mut bytes = Vec::new();
        if file == "-" {
            self.claim_stdin(what)?;
            let read = (&mut self.host.stdin).take(TEXT_CAP + 1).read_to_end(&mut bytes);
            read.map_err(|error| Failure::new(FailureCode::Failed, format!("standard input: {}", system(&error))))?;
        } else {
            let path = self.host.absolute(Path::new(file.strip_prefix('@').unwrap_or(file)));
            bytes = read_file(&path, TEXT_CAP + 1)?;
        }
        if bytes.len() as u64 > TEXT_CAP {
            return Err(Failure::usage(format!("{what}: it is longer than {TEXT_CAP} bytes")));
        }
        String::from_utf8(bytes).map_err(|error| {
            error.into_bytes().zeroize();
            Failure::usage(format!("{what}: it is not text"))
        })
    }

    /// A public key that an option names, or the file that it is in, as `@FILE`.
    pub fn key<K: FromStr<Err: Display>>(&mut self, given: &str, what: &str) -> Result<K, Failure> {
        let text = self.text(given.to_owned(), what)?;
        text.trim().parse().map_err(|error| Failure::usage(format!("{what}: {error}")))
    }

    /// The same of an option that may be left out.
    pub fn text_of(&mut self, given: Option<String>, what: &str) -> Result<Option<String>, Failure> {
        given.map(|given| self.text(given, what)).transpose()
    }

    /// A text option read as a word of its own kind, such as a line; errors name the option.
    pub fn word<T>(&mut self, given: Option<String>, what: &str) -> Result<Option<T>, Failure>
    where
        T: std::str::FromStr<Err: std::fmt::Display>,
    {
        let text = self.text_of(given, what)?;
        text.map(|text| parsed(&text, what)).transpose()
    }

    /// A text option that an empty text clears: `None` where it was not given, `Some(None)` where it was cleared.
    pub fn clearable<T>(&mut self, given: Option<String>, what: &str) -> Result<Option<Option<T>>, Failure>
    where
        T: std::str::FromStr<Err: std::fmt::Display>,
    {
        let Some(text) = self.text_of(given, what)? else {
            return Ok(None);
        };
        if text.trim().is_empty() { Ok(Some(None)) } else { parsed(&text, what).map(|value| Some(Some(value))) }
    }

    /// A repeated one: `None` where it was not given, and an empty text adds nothing to the list.
    pub fn clearable_list<T>(&mut self, given: Vec<String>, what: &str) -> Result<Option<Vec<T>>, Failure>
    where
        T: std::str::FromStr<Err: std::fmt::Display>,
    {
        if given.is_empty() {
            return Ok(None);
        }
        let each = given.into_iter().map(|given| self.clearable(Some(given), what));
        Ok(Some(each.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().flatten().collect()))
    }
}

fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str, what: &str) -> Result<T, Failure> {
    text.parse().map_err(|error| Failure::usage(format!("{what}: {error}")))
}

/// The first `cap` bytes of a file that a person named.
pub fn read_file(path: &Path, cap: u64) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(cap).read_to_end(&mut bytes));
    match read {
        Ok(_) => Ok(bytes),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(Failure::not_found(format!("there is no file {}", path.display())))
        }
        Err(error) => Err(Failure::new(FailureCode::Failed, format!("{}: {}", path.display(), system(&error)))),
    }
}
