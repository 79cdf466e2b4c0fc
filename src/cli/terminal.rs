//! Asking and showing on the terminal itself, whatever the standard streams are: prompts, secrets without echo, the
//! pager and one-time screens. Everything drawn is made harmless first. Must not know what is asked, or why.

use std::fs::File;
use std::io;
use std::io::Read;
use std::io::Write;

use zeroize::Zeroize;

use crate::cli::interrupt;
use crate::cli::interrupt::Borrowed;
use crate::cli::pager::Action;
use crate::cli::pager::Key;
use crate::cli::pager::Pager;
use crate::cli::pager::keys;
use crate::cli::text::bare;
use crate::cli::text::harmless;
use crate::cli::text::wrapped;
use crate::platform;
use crate::platform::TerminalMode;
use crate::secret::SecretText;

/// The longest answer that is read, in bytes.
const ANSWER_CAP: usize = 64 * 1024;

/// The screen of a terminal that does not tell its size.
const USUAL_SIZE: (usize, usize) = (80, 24);

/// To the alternate screen, which has no scrollback: cleared, its own line wrapping off.
const ENTER_SCREEN: &str = "\x1b[?1049h\x1b[?7l\x1b[2J\x1b[H";

/// Back from it; what was drawn there is cleared first, since some terminals keep it.
const LEAVE_SCREEN: &str = "\x1b[0m\x1b[2J\x1b[?7h\x1b[?25h\x1b[?1049l";

/// A question without an answer.
#[derive(Debug, thiserror::Error)]
pub enum TerminalError {
    /// Ctrl-C.
    #[error("interrupted")]
    Interrupted,
    /// Ctrl-D, or the terminal went away.
    #[error("the terminal closed before an answer to {question:?}")]
    Closed {
        /// What was asked.
        question: String,
    },
    /// No answer could be made sense of.
    #[error("no clear answer to {question:?}")]
    Unclear {
        /// What was asked.
        question: String,
    },
    /// A test's terminal had no answer left.
    #[error("nobody expected the question {question:?}")]
    Unexpected {
        /// What was asked.
        question: String,
    },
    /// The terminal failed.
    #[error("the terminal failed: {0}")]
    Failed(#[from] io::Error),
}

/// Somebody who can be asked and shown things.
pub trait Terminal {
    /// Draws `prompt` (harmless already) and reads one line, without its end.
    fn read_answer(&mut self, prompt: &str) -> Result<String, TerminalError>;

    /// Asks without echo.
    fn ask_secret(&mut self, prompt: &str) -> Result<SecretText, TerminalError>;

    /// Writes a line that belongs to a question, such as an introduction or a list to choose from.
    fn tell(&mut self, text: &str) -> Result<(), TerminalError>;

    /// Shows `text` on the alternate screen, with a pager's keys, until the reader leaves.
    fn page(&mut self, title: &str, text: &str) -> Result<(), TerminalError>;

    /// Shows `text` on the alternate screen until a key is pressed, page by page where it is long; nothing of it stays.
    fn show_once(&mut self, text: &str) -> Result<(), TerminalError>;

    /// Asks; Enter alone takes `default`, or an empty answer where there is none. Blanks around an answer are dropped.
    fn ask(&mut self, prompt: &str, default: Option<&str>) -> Result<String, TerminalError> {
        let prompt = match default {
            Some(default) => format!("{} [{}]: ", bare(prompt), bare(default)),
            None => format!("{}: ", bare(prompt)),
        };
        let answer = self.read_answer(&prompt)?;
        let answer = answer.trim();
        Ok(if answer.is_empty() { default.unwrap_or_default().to_owned() } else { answer.to_owned() })
    }

    /// Asks for yes or no; Enter alone takes `default`. Asked again, three times at most, while the answer is neither.
    fn confirm(&mut self, question: &str, default: bool) -> Result<bool, TerminalError> {
        let choice = if default { "Y/n" } else { "y/N" };
        let prompt = format!("{} [{choice}] ", bare(question));
        for _ in 0..3 {
            match self.read_answer(&prompt)?.trim().to_lowercase().as_str() {
                "" => return Ok(default),
                "y" | "yes" => return Ok(true),
                "n" | "no" => return Ok(false),
                _ => {}
            }
        }
        Err(TerminalError::Unclear { question: question.to_owned() })
    }
}

/// The process's own terminal.
pub struct Tty {
    file: File,
}

impl Tty {
    /// Opens it; an error where there is none, as under cron.
    pub fn open() -> io::Result<Self> {
        Ok(Self { file: platform::open_terminal()? })
    }

    fn size(&self) -> (usize, usize) {
        platform::terminal_size(&self.file).unwrap_or(USUAL_SIZE)
    }

    fn write(&mut self, text: &str) -> Result<(), TerminalError> {
        self.file.write_all(text.as_bytes())?;
        Ok(())
    }

    /// The alternate screen with each key a read. Given back on drop: on return, error, panic, or interrupt.
    fn borrow_screen(&mut self) -> Result<Borrowed, TerminalError> {
        let mode = TerminalMode::of(&self.file)?;
        let keys = mode.keys();
        let borrowed = interrupt::borrow_terminal(&self.file, mode, LEAVE_SCREEN)?;
        keys.apply(&self.file)?;
        self.write(ENTER_SCREEN)?;
        Ok(borrowed)
    }

    fn read_keys(&mut self, title: &str) -> Result<Vec<Key>, TerminalError> {
        let mut bytes = [0; 64];
        let count = read_some(&mut self.file, &mut bytes)?;
        if count == 0 {
            return Err(TerminalError::Closed { question: title.to_owned() });
        }
        Ok(keys(&bytes[..count]))
    }

    fn turn_pages(&mut self, title: &str, text: &str) -> Result<(), TerminalError> {
        let mut pager = Pager::new(title, text, self.size());
        self.write(&pager.frame())?;
        loop {
            for key in self.read_keys(title)? {
                match pager.key(key) {
                    Action::Quit => return Ok(()),
                    Action::Interrupt => return Err(TerminalError::Interrupted),
                    Action::Draw | Action::Nothing => {}
                }
            }
            pager.resize(self.size());
            self.write(&pager.frame())?;
        }
    }

    fn turn_once(&mut self, text: &str) -> Result<(), TerminalError> {
        let (width, height) = self.size();
        let mut rows = wrapped(&harmless(text), width);
        let page = height.saturating_sub(2).max(1);
        let mut shown = Ok(());
        for rows in rows.chunks(page) {
            shown = self.show_rows(rows);
            if shown.is_err() {
                break;
            }
        }
        rows.zeroize();
        shown
    }

    fn show_rows(&mut self, rows: &[String]) -> Result<(), TerminalError> {
        self.write("\x1b[2J\x1b[H")?;
        for row in rows {
            self.write(row)?;
            self.write("\r\n")?;
        }
        self.write("\r\nPress a key when you have it. It is not shown again.")?;
        let keys = self.read_keys("press a key")?;
        if keys.contains(&Key::Ctrl('c')) { Err(TerminalError::Interrupted) } else { Ok(()) }
    }
}

impl Terminal for Tty {
    fn read_answer(&mut self, prompt: &str) -> Result<String, TerminalError> {
        self.write(prompt)?;
        let closed = || TerminalError::Closed { question: prompt.to_owned() };
        let mut line = Vec::new();
        let mut bytes = [0; 4096];
        while !line.ends_with(b"\n") {
            // The terminal gives at most one line a read.
            let count = read_some(&mut self.file, &mut bytes)?;
            if count == 0 || line.len() + count > ANSWER_CAP {
                return Err(closed());
            }
            line.extend_from_slice(&bytes[..count]);
        }
        let text = String::from_utf8(line).map_err(|_| TerminalError::Unclear { question: prompt.to_owned() })?;
        Ok(text.trim_end_matches(['\r', '\n']).to_owned())
    }

    fn ask_secret(&mut self, prompt: &str) -> Result<SecretText, TerminalError> {
        // rpassword gives the echo back on return; this does so when a signal ends the process in between.
        let mode = TerminalMode::of(&self.file)?;
        let borrowed = interrupt::borrow_terminal(&self.file, mode, "")?;
        let answer = rpassword::prompt_password(format!("{}: ", bare(prompt)));
        drop(borrowed);
        match answer {
            Ok(answer) => Ok(SecretText::new(answer)),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(TerminalError::Interrupted),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Err(TerminalError::Closed { question: prompt.to_owned() })
            }
            Err(error) => Err(error.into()),
        }
    }

    fn tell(&mut self, text: &str) -> Result<(), TerminalError> {
        let text = harmless(text);
        self.write(&text)?;
        self.write("\n")
    }

    fn page(&mut self, title: &str, text: &str) -> Result<(), TerminalError> {
        let borrowed = self.borrow_screen()?;
        let paged = self.turn_pages(title, text);
        drop(borrowed);
        paged
    }

    fn show_once(&mut self, text: &str) -> Result<(), TerminalError> {
        let borrowed = self.borrow_screen()?;
        // What was typed before anything was shown is no answer to it.
        platform::forget_typed(&self.file)?;
        let shown = self.turn_once(text);
        drop(borrowed);
        shown
    }
}

/// One read that a passing signal does not end.
fn read_some(file: &mut File, bytes: &mut [u8]) -> Result<usize, TerminalError> {
    loop {
        match file.read(bytes) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return Ok(other?),
        }
    }
}

#[cfg(all(test, unix))]
mod tests;
