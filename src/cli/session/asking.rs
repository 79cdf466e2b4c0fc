//! Questions. What is required and not given is asked for where somebody can answer, and is a usage failure elsewhere;
//! what is offered is asked there alone (`docs/command-line.md`, "Questions"). Must not know what an answer is for.

use std::fmt::Display;
use std::path::Path;
use std::str::FromStr;

use zeroize::Zeroizing;

use crate::cli::failure::Failure;
use crate::cli::failure::FailureCode;
use crate::cli::session::Session;
use crate::cli::terminal::Terminal;
use crate::practice::words::Prose;

/// How often a question is put again after an answer that cannot be used.
const TRIES: usize = 3;
/// The largest text taken from a file or standard input, in bytes.
pub const TEXT_CAP: usize = 64 << 10;

impl Session<'_> {
    /// Whether somebody can be asked.
    pub fn is_interactive(&self) -> bool {
        self.host.terminal.is_some() && !self.globals.batch
    }

    /// Whoever can be asked.
    pub fn terminal(&mut self) -> Option<&mut (dyn Terminal + 'static)> {
        if self.globals.batch { None } else { self.host.terminal.as_deref_mut() }
    }

    /// Refuses early, before the vault is opened, what [`required`](Self::required) would refuse where nobody can be
    /// asked.
    pub fn must_have<T>(&self, given: Option<&T>, flag: &str, example: &str) -> Result<(), Failure> {
        if given.is_some() || self.is_interactive() { Ok(()) } else { Err(missing(flag, example)) }
    }

    /// The same of several, each with its flag and whether it was given: all that are missing are named at once.
    pub fn must_have_all(&self, needed: &[(&str, bool)], example: &str) -> Result<(), Failure> {
        let lacks: Vec<&str> = needed.iter().filter(|(_, is_given)| !is_given).map(|(flag, _)| *flag).collect();
        if lacks.is_empty() || self.is_interactive() { Ok(()) } else { Err(all_missing(&lacks, example)) }
    }

    /// What was given, or else the answer to `question`. Where nobody can be asked: a usage failure that names `flag`,
    /// with `example`, a whole command that has it.
    pub fn required<T>(&mut self, given: Option<T>, flag: &str, question: &str, example: &str) -> Result<T, Failure>
    where
        T: FromStr<Err: Display>,
    {
        if let Some(given) = given {
            return Ok(given);
        }
        let Some(terminal) = self.terminal() else {
            return Err(missing(flag, example));
        };
        for _ in 0..TRIES {
            let answer = terminal.ask(question, None)?;
            match answer.parse() {
                Ok(value) => return Ok(value),
                Err(_) if answer.is_empty() => {}
                Err(error) => terminal.tell(&format!("{error}"))?,
            }
        }
        Err(missing(flag, example))
    }

    /// What was given, or else the answer to `question` where somebody can be asked; Enter leaves it open.
    pub fn offered<T>(&mut self, given: Option<T>, question: &str) -> Result<Option<T>, Failure>
    where
        T: FromStr<Err: Display>,
    {
        let Some(terminal) = self.terminal().filter(|_| given.is_none()) else {
            return Ok(given);
        };
        for _ in 0..TRIES {
            let answer = terminal.ask(question, None)?;
            if answer.is_empty() {
                return Ok(None);
            }
            match answer.parse() {
                Ok(value) => return Ok(Some(value)),
                Err(error) => terminal.tell(&format!("{error}"))?,
            }
        }
        Ok(None)
    }

    /// A text that stands in a file, comes from standard input (`-`), or is the answer to `question`; it never stands on
    /// the command line. `None` where nobody gave one: whoever needs it says so.
    pub fn told(&mut self, file: Option<&Path>, flag: &str, question: &str) -> Result<Option<Prose>, Failure> {
        let Some(file) = file else {
            return self.offered(None, question);
        };
        let bytes = Zeroizing::new(self.read_public(file, TEXT_CAP)?);
        if bytes.len() > TEXT_CAP {
            return Err(Failure::usage(format!("{flag}: it is longer than {TEXT_CAP} bytes")));
        }
        let text = std::str::from_utf8(&bytes).map_err(|_| Failure::usage(format!("{flag}: it is not text")))?;
        text.parse().map(Some).map_err(|error| Failure::usage(format!("{flag}: {error}")))
    }

    /// A yes or no; `--yes` answers yes, and nobody there `otherwise`.
    pub fn confirm(&mut self, question: &str, otherwise: bool) -> Result<bool, Failure> {
        if self.globals.yes {
            return Ok(true);
        }
        match self.terminal() {
            Some(terminal) => Ok(terminal.confirm(question, otherwise)?),
            None => Ok(otherwise),
        }
    }
}

impl Session<'_> {
    /// A yes to what cannot be undone: asked where somebody can be, `--yes` says it, and whoever calls a program with
    /// nobody there has said it by calling.
    pub fn must_be_sure(&mut self, question: &str) -> Result<(), Failure> {
        if self.globals.yes {
            return Ok(());
        }
        let is_sure = match self.terminal() {
            Some(terminal) => terminal.confirm(question, false)?,
            None => true,
        };
        if is_sure { Ok(()) } else { Err(Failure::new(FailureCode::Failed, "nothing was changed")) }
    }
}

/// The line that ends a text that is typed.
const END: &str = ".";

impl Session<'_> {
    /// Whether a text comes from somebody's fingers: it was not given, or is read from a terminal.
    pub fn is_typed(&self, given: Option<&str>) -> bool {
        match given {
            None => self.is_interactive(),
            Some(file) => file == "-" && self.host.stdin_is_terminal,
        }
    }

    /// A text of several lines, typed where somebody can be asked: up to a line with a dot alone, or to an empty first line,
    /// which is no text. A first line that begins with `@` names a file instead, and with `@@` begins with one `@`.
    pub fn written(&mut self, question: &str) -> Result<Option<String>, Failure> {
        let Some(terminal) = self.terminal() else {
            return Ok(None);
        };
        terminal.tell(&format!("{question}. Enter alone: nothing; a line with a dot alone ends it; or @FILE"))?;
        let mut text = String::new();
        loop {
            let line = terminal.read_answer("> ")?;
            match line.as_str() {
                "" if text.is_empty() => return Ok(None),
                END => return Ok(Some(text).filter(|text| !text.is_empty())),
                first if text.is_empty() && first.starts_with("@@") => text += &format!("{}\n", &first[1..]),
                file if text.is_empty() && file.starts_with('@') => return self.text_in(file, "@").map(Some),
                _ => text += &format!("{line}\n"),
            }
        }
    }

    /// A text that is needed: from a file, from standard input (`-`), or typed.
    pub fn needed_text(
        &mut self,
        given: Option<&str>,
        flag: &str,
        question: &str,
        example: &str,
    ) -> Result<String, Failure> {
        if let Some(given) = given {
            return self.text_in(given, flag);
        }
        for _ in 0..TRIES {
            if let Some(text) = self.written(question)? {
                return Ok(text);
            }
        }
        Err(missing(flag, example))
    }
}

/// What is needed was not given.
pub fn missing(flag: &str, example: &str) -> Failure {
    all_missing(&[flag], example)
}

/// Several things that are needed were not given.
fn all_missing(flags: &[&str], example: &str) -> Failure {
    let message = match flags {
        [] => "more is needed".to_owned(),
        [only] => format!("{only} is needed"),
        [others @ .., last] => format!("{} and {last} are needed", others.join(", ")),
    };
    let lacks = flags.iter().map(|flag| (*flag).to_owned()).collect();
    Failure { lacks, ..Failure::usage(message).hint(example) }
}
