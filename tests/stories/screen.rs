//! A real pseudo-terminal with the real program on it; [`Screen`] is whoever sits there.

use std::fs::File;
use std::io::Read as _;
use std::io::Write as _;
use std::process::Command;
use std::sync::Arc;
use std::sync::Condvar;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use expectrl::process::Process as _;
use expectrl::process::unix::UnixProcess;
use rustix::process::Pid;
use rustix::process::Signal;
use rustix::process::kill_process;
use rustix::termios;
use rustix::termios::LocalModes;

use crate::machine::Machine;

/// How long a slow machine may take for one step.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// To the alternate screen, and back.
pub const ENTER: &str = "\x1b[?1049h";
pub const LEAVE: &str = "\x1b[?1049l";

/// What the last row of each of the pager's screens ends with.
pub const FRAME_END: &str = "\x1b[0m\x1b[K";

/// What the program itself draws with.
pub const OWN_SEQUENCES: [&str; 9] =
    [ENTER, LEAVE, "\x1b[?7l", "\x1b[?7h", "\x1b[?25h", "\x1b[2J", "\x1b[H", "\x1b[K", "\x1b[7m"];

/// A shell that outlives the program tells how the terminal was before and after it: a terminal whose last process ends is
/// reset by the kernel, and would always look restored. Nothing may depend on the mask of modes, so it is the worst one.
const SHELL: &str = r#"
umask 000
trap : INT HUP
stty echo
echo "<before $(stty -g)>"
sh -c 'echo "<process $$>"; exec "$@"' sh "$@"
code=$?
echo
echo "<exit $code>"
echo "<after $(stty -g)>"
"#;

/// The terminal, with one run of the program on it.
pub struct Screen {
    process: UnixProcess,
    terminal: File,
    drawn: Arc<Drawn>,
    at: usize,
    pid: Pid,
}

/// All that was drawn, and whether the terminal was closed.
#[derive(Default)]
struct Drawn {
    state: Mutex<(Vec<u8>, bool)>,
    more: Condvar,
}

/// What was seen of a whole run.
#[derive(Debug)]
pub struct Ended {
    /// The exit code.
    pub exit: i32,
    /// Everything that was drawn, escape sequences and all.
    pub all: String,
}

impl Screen {
    /// Starts the program at a terminal; the owner's key opens the vault.
    pub fn new(machine: &Machine, args: &[&str]) -> Self {
        Self::with(machine, &[], args)
    }

    /// The same with no key in reach: only a passphrase opens.
    pub fn keyless(machine: &Machine, args: &[&str]) -> Self {
        Self::with(machine, &[("SUBROSA_IDENTITY", "")], args)
    }

    /// The same with more environment.
    pub fn with(machine: &Machine, variables: &[(&str, &str)], args: &[&str]) -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", SHELL, "sh", env!("CARGO_BIN_EXE_subrosa")]).args(args);
        command.env_clear().current_dir(machine.path("."));
        for (name, value) in machine.command().get_envs() {
            command.env(name, value.unwrap_or_default());
        }
        command.envs(variables.iter().copied());
        let process = UnixProcess::spawn_command(command).unwrap();
        let terminal = process.get_raw_handle().unwrap();
        let drawn = Arc::new(Drawn::default());
        let (mut reader, writer) = (terminal.try_clone().unwrap(), Arc::clone(&drawn));
        // Without somebody who reads all the time the program would wait for a full terminal.
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            // The end of a pseudo-terminal is an error on Linux.
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                writer.state.lock().unwrap().0.extend_from_slice(&bytes[..count]);
                writer.more.notify_all();
            }
            writer.state.lock().unwrap().1 = true;
            writer.more.notify_all();
        });
        let mut screen = Self { process, terminal, drawn, at: 0, pid: rustix::process::getpid() };
        screen.until("<process ");
        let number = screen.until(">");
        screen.pid = Pid::from_raw(number.trim_end_matches('>').parse().unwrap()).unwrap();
        screen
    }

    /// Waits until `text` is drawn after what was waited for before; all that was drawn up to its end.
    pub fn until(&mut self, text: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        let mut state = self.drawn.state.lock().unwrap();
        loop {
            let fresh = &state.0[self.at..];
            if let Some(found) = fresh.windows(text.len()).position(|window| window == text.as_bytes()) {
                let end = found + text.len();
                self.at += end;
                return String::from_utf8_lossy(&fresh[..end]).into_owned();
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if state.1 || left.is_zero() {
                let all = String::from_utf8_lossy(&state.0).into_owned();
                drop(state);
                panic!("{text:?} was not drawn: {all:?}");
            }
            state = self.drawn.more.wait_timeout(state, left).unwrap().0;
        }
    }

    /// Presses keys.
    pub fn press(&mut self, keys: &str) {
        self.terminal.write_all(keys.as_bytes()).unwrap();
    }

    /// Waits for a question and answers it.
    pub fn answer(&mut self, question: &str, line: &str) {
        self.until(question);
        self.press(&format!("{line}\n"));
    }

    /// Waits for a question and for the echo to be off, and answers it.
    pub fn answer_secretly(&mut self, question: &str, line: &str) {
        self.until(question);
        self.wait_for_silence();
        self.press(&format!("{line}\n"));
    }

    /// Waits until nothing that is typed is echoed.
    pub fn wait_for_silence(&self) {
        let deadline = Instant::now() + PATIENCE;
        while self.mode().contains(LocalModes::ECHO) {
            assert!(Instant::now() < deadline, "the echo was not turned off");
            thread::sleep(Duration::from_millis(1));
        }
    }

    pub fn mode(&self) -> LocalModes {
        termios::tcgetattr(&self.terminal).unwrap().local_modes
    }

    /// Sends a signal to the program.
    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid, signal).unwrap();
    }

    /// Waits for the end. The terminal was left as it was found, whatever happened.
    pub fn end(mut self) -> Ended {
        self.until("<exit ");
        let exit = self.until(">").trim_end_matches('>').parse().unwrap();
        self.until("<after ");
        self.until(">");
        let all = String::from_utf8_lossy(&self.drawn.state.lock().unwrap().0).into_owned();
        drop(self.process);
        let mode = |name: &str| {
            let (_, rest) = all.split_once(&format!("<{name} ")).unwrap();
            rest.split_once('>').unwrap().0.to_owned()
        };
        assert!(mode("before").contains(':'), "{all:?}");
        assert_eq!(mode("before"), mode("after"), "the terminal was not given back: {all:?}");
        let ended = Ended { exit, all };
        assert_eq!(ended.all.matches(ENTER).count(), ended.all.matches(LEAVE).count(), "{ended:?}");
        ended
    }

    /// Waits for an end that is a success.
    pub fn done(self) -> Ended {
        let ended = self.end();
        assert_eq!(ended.exit, 0, "{ended:?}");
        ended
    }
}

impl Ended {
    /// What stays in the terminal's scrollback: all that was drawn outside the alternate screen.
    pub fn scrollback(&self) -> String {
        let mut rest = self.all.as_str();
        let mut outside = String::new();
        while let Some((before, inside)) = rest.split_once(ENTER) {
            outside.push_str(before);
            rest = inside.split_once(LEAVE).map_or("", |(_, after)| after);
        }
        outside + rest
    }

    /// What was drawn on the alternate screen.
    pub fn alternate(&self) -> String {
        let pieces = self.all.split(ENTER).skip(1);
        pieces.map(|piece| piece.split_once(LEAVE).map_or(piece, |(inside, _)| inside)).collect()
    }
}
