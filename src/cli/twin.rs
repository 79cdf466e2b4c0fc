//! The twin of the real world, for tests that call the program in process: captured streams, a clock that stands still,
//! randomness that repeats, a terminal that answers from a list. Opens no files and reads no environment.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::io;
use std::io::Cursor;
use std::io::Write;
use std::path::Path;
use std::rc::Rc;

use rand_core::CryptoRng;
use rand_core::Error;
use rand_core::RngCore;
use sha2::Digest;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::cli::host::Clock;
use crate::cli::host::Environment;
use crate::cli::host::Host;
use crate::cli::host::Stream;
use crate::cli::host::StreamKind;
use crate::cli::keeper::Keeper;
use crate::cli::recorder::Ancestry;
use crate::cli::terminal::Terminal;
use crate::cli::terminal::TerminalError;
use crate::platform::session_keys::Reach;
use crate::platform::session_keys::SessionKeyError;
use crate::secret::SecretText;

/// What came out of a twin's stream. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Captured(Rc<RefCell<Vec<u8>>>);

impl Captured {
    /// Everything written since the last call.
    pub fn take(&self) -> Vec<u8> {
        self.0.take()
    }

    /// As [`take`](Self::take), as text; bytes that are none are replaced.
    pub fn take_text(&self) -> String {
        String::from_utf8_lossy(&self.take()).into_owned()
    }
}

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a test holds of a twin: its other ends.
#[derive(Debug, Clone, Default)]
pub struct Ends {
    /// What was answered.
    pub stdout: Captured,
    /// What was told.
    pub stderr: Captured,
    /// What was asked.
    pub terminal: ScriptedTerminal,
}

/// A host without a terminal: pipes on all sides, an empty standard input, no environment, the clock at `now` (seconds
/// since 1970), randomness from `seed`.
pub fn host(cwd: &Path, now: i64, seed: u64) -> (Host, Ends) {
    let ends = Ends::default();
    let host = Host {
        stdin: Box::new(io::empty()),
        stdout: Stream::new(ends.stdout.clone(), StreamKind::Pipe),
        stderr: Stream::new(ends.stderr.clone(), StreamKind::Other),
        terminal: None,
        rng: Box::new(RepeatingRng::new(seed)),
        stdin_is_terminal: false,
        width: 80,
        environment: Environment::Fixed(BTreeMap::new()),
        keeper: Box::new(Kept::default().at(now)),
        ancestry: Ancestry::Fixed(Vec::new()),
        clock: Clock::Fixed(now),
        cwd: cwd.to_path_buf(),
        memory: Vec::new(), // the machine's own are shared with whatever else runs on it
    };
    (host, ends)
}

impl Host {
    /// Sets a variable of a twin.
    #[must_use]
    pub fn with_var(mut self, name: &str, value: &str) -> Self {
        if let Environment::Fixed(variables) = &mut self.environment {
            variables.insert(name.to_owned(), value.into());
        }
        self
    }

    /// Gives a twin something to read.
    #[must_use]
    pub fn with_stdin(mut self, bytes: &[u8]) -> Self {
        self.stdin = Box::new(Cursor::new(bytes.to_vec()));
        self
    }

    /// Sits a twin before a terminal: drawing and asking go to `ends.terminal`.
    #[must_use]
    pub fn at_terminal(mut self, ends: &Ends) -> Self {
        self.terminal = Some(Box::new(ends.terminal.clone()));
        self.stdin_is_terminal = true;
        self.stdout.kind = StreamKind::Terminal;
        self.stderr.kind = StreamKind::Terminal;
        self
    }
}

/// Secrets by name, each with the second in which its time is over.
type Secrets = BTreeMap<String, (Vec<u8>, i64)>;

/// A keyring in memory. Clones share what is kept; each looks at it at a time of its own.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    secrets: Rc<RefCell<Secrets>>,
    now: i64,
}

impl Kept {
    /// The same at another time.
    #[must_use]
    pub fn at(&self, now: i64) -> Self {
        Self { now, ..self.clone() }
    }

    /// Puts something under a name that nobody checked.
    pub fn put(&self, name: &str, secret: &[u8]) {
        self.secrets.borrow_mut().insert(name.to_owned(), (secret.to_vec(), i64::MAX));
    }

    /// The names under which something is kept, over or not.
    pub fn names(&self) -> Vec<String> {
        self.secrets.borrow().keys().cloned().collect()
    }
}

impl Keeper for Kept {
    fn keep(&mut self, name: &str, secret: &[u8], seconds: u32) -> Result<Reach, SessionKeyError> {
        let until = self.now + i64::from(seconds);
        self.secrets.borrow_mut().insert(name.to_owned(), (secret.to_vec(), until));
        Ok(Reach::Session)
    }

    fn find(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, SessionKeyError> {
        let secrets = self.secrets.borrow();
        let kept = secrets.get(name).filter(|(_, until)| self.now < *until);
        Ok(kept.map(|(secret, _)| Zeroizing::new(secret.clone())))
    }

    fn forget(&mut self, name: &str) -> Result<bool, SessionKeyError> {
        let was_kept = self.find(name)?.is_some();
        self.secrets.borrow_mut().remove(name);
        Ok(was_kept)
    }
}

/// A terminal that answers from a list, and writes down what it was asked and shown. Clones share both.
#[derive(Debug, Clone, Default)]
pub struct ScriptedTerminal {
    answers: Rc<RefCell<VecDeque<String>>>,
    transcript: Rc<RefCell<String>>,
}

impl ScriptedTerminal {
    /// Adds an answer to the end of the list; an empty one takes the default.
    pub fn will_answer(&self, answer: &str) {
        self.answers.borrow_mut().push_back(answer.to_owned());
    }

    /// How many answers were not asked for.
    pub fn left(&self) -> usize {
        self.answers.borrow().len()
    }

    /// What was asked and shown since the last call; secret answers are not in it.
    pub fn take_transcript(&self) -> String {
        self.transcript.take()
    }

    fn answer(&self, question: &str) -> Result<String, TerminalError> {
        let answer = self.answers.borrow_mut().pop_front();
        answer.ok_or_else(|| TerminalError::Unexpected { question: question.to_owned() })
    }

    fn write_down(&self, text: &str) {
        let mut transcript = self.transcript.borrow_mut();
        transcript.push_str(text);
        transcript.push('\n');
    }
}

impl Terminal for ScriptedTerminal {
    fn read_answer(&mut self, prompt: &str) -> Result<String, TerminalError> {
        let answer = self.answer(prompt)?;
        self.write_down(&format!("{prompt}{answer}"));
        Ok(answer)
    }

    fn ask_secret(&mut self, prompt: &str) -> Result<SecretText, TerminalError> {
        let answer = self.answer(prompt)?;
        self.write_down(&format!("{prompt}: [secret]"));
        Ok(SecretText::new(answer))
    }

    fn tell(&mut self, text: &str) -> Result<(), TerminalError> {
        self.write_down(text);
        Ok(())
    }

    fn page(&mut self, title: &str, text: &str) -> Result<(), TerminalError> {
        self.write_down(&format!("[page: {title}]\n{text}"));
        Ok(())
    }

    fn show_once(&mut self, text: &str) -> Result<(), TerminalError> {
        self.write_down(&format!("[once]\n{text}"));
        Ok(())
    }
}

/// The same bytes each time: SHA-256 of the seed and a counter. For tests alone, though nobody could tell by looking.
pub struct RepeatingRng {
    seed: u64,
    block: u64,
    left: Vec<u8>,
}

impl RepeatingRng {
    /// The generator of `seed`.
    pub fn new(seed: u64) -> Self {
        Self { seed, block: 0, left: Vec::new() }
    }
}

impl RngCore for RepeatingRng {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.fill_bytes(&mut bytes);
        u32::from_le_bytes(bytes)
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.fill_bytes(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            if self.left.is_empty() {
                self.left = Sha256::digest([self.seed.to_le_bytes(), self.block.to_le_bytes()].concat()).to_vec();
                self.block += 1;
            }
            *byte = self.left.pop().unwrap_or_default();
        }
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl CryptoRng for RepeatingRng {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_twin_repeats_itself_and_captures() {
        let (mut one, ends) = host(Path::new("/x"), 7, 1);
        let (mut two, _) = host(Path::new("/x"), 7, 1);
        assert_eq!((one.rng.next_u64(), one.now()), (two.rng.next_u64(), two.now()));
        one.stdout.say("answer\n").unwrap();
        assert_eq!((ends.stdout.take_text().as_str(), ends.stderr.take_text().as_str()), ("answer\n", ""));
        assert_eq!(one.with_var("A", "b").var("A"), Some("b".into()));
        assert_eq!(two.var("PATH"), None);
    }

    #[test]
    fn an_unexpected_question_is_named() {
        let mut terminal = ScriptedTerminal::default();
        terminal.will_answer("");
        assert_eq!(terminal.ask("Setting", Some("office")).unwrap(), "office");
        let error = terminal.ask("Title", None).unwrap_err();
        assert!(matches!(&error, TerminalError::Unexpected { question } if question.contains("Title")), "{error}");
        assert_eq!(terminal.take_transcript(), "Setting [office]: \n");
    }

    #[test]
    fn yes_and_no_are_understood() {
        let mut terminal = ScriptedTerminal::default();
        for answer in ["", "YES", "n", "perhaps", "y"] {
            terminal.will_answer(answer);
        }
        assert!(!terminal.confirm("Sure?", false).unwrap());
        assert!(terminal.confirm("Sure?", false).unwrap());
        assert!(!terminal.confirm("Sure?", true).unwrap());
        assert!(terminal.confirm("Sure?", false).unwrap(), "asked again");
        assert_eq!(terminal.left(), 0);
    }
}
