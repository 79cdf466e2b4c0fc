//! What happens when the process is told to stop: the terminal gets its settings back, half-written outputs are
//! removed, and the process ends with 130 (`docs/command-line.md`). The only file besides `main` that ends the process.
//! A vault needs no word of this: its journal stands any crash. Must not know what was being done.

use std::collections::BTreeMap;
use std::fs;
use std::fs::File;
use std::io;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use crate::platform::TerminalMode;

/// The exit code of an interrupted command.
pub const EXIT_INTERRUPTED: i32 = 130;

static REGISTRY: Mutex<Registry> = Mutex::new(Registry::new());

struct Registry {
    next: u64,
    unfinished: BTreeMap<u64, PathBuf>,
    terminals: BTreeMap<u64, TerminalState>,
    deferred: usize,
    finishing: bool,
    in_steps: usize,
    stopping: bool,
}

struct TerminalState {
    terminal: File,
    mode: TerminalMode,
    farewell: &'static str,
}

impl Registry {
    const fn new() -> Self {
        Self {
            next: 0,
            unfinished: BTreeMap::new(),
            terminals: BTreeMap::new(),
            deferred: 0,
            finishing: false,
            in_steps: 0,
            stopping: false,
        }
    }

    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// Puts everything right as far as it can be; whatever fails, the rest is tried.
    fn clean(&mut self) {
        while let Some((_, mut state)) = self.terminals.pop_last() {
            let _ = state.terminal.write_all(state.farewell.as_bytes());
            let _ = state.mode.apply(&state.terminal);
        }
        while let Some((_, path)) = self.unfinished.pop_last() {
            let _ = fs::remove_file(path);
        }
    }
}

fn registry() -> MutexGuard<'static, Registry> {
    REGISTRY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// While this lives, the file is removed when the process is interrupted. Dropping it only forgets the file.
#[must_use]
#[derive(Debug)]
pub struct Unfinished(u64);

/// The file at `path` is not finished: remove it on an interrupt.
pub fn remove_unfinished(path: PathBuf) -> Unfinished {
    let mut registry = registry();
    let number = registry.number();
    registry.unfinished.insert(number, path);
    Unfinished(number)
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        registry().unfinished.remove(&self.0);
    }
}

/// A terminal with other settings than the user's. They are put back when this is dropped, and on an interrupt.
#[must_use]
pub struct Borrowed(u64);

/// Gives `terminal` back with `mode` and the characters `farewell` on drop or interrupt, whichever comes first.
pub fn borrow_terminal(terminal: &File, mode: TerminalMode, farewell: &'static str) -> io::Result<Borrowed> {
    let terminal = terminal.try_clone()?;
    let mut registry = registry();
    let number = registry.number();
    registry.terminals.insert(number, TerminalState { terminal, mode, farewell });
    Ok(Borrowed(number))
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        let mut registry = registry();
        if let Some(mut state) = registry.terminals.remove(&self.0) {
            let _ = state.terminal.write_all(state.farewell.as_bytes());
            let _ = state.mode.apply(&state.terminal);
        }
    }
}

/// While this lives, Ctrl-C is somebody else's: an editor runs in the foreground and has its own use for it. The
/// terminal sends the signal to both, and ending here would take the text away under the editor.
#[must_use]
#[derive(Debug)]
pub struct Deferred(());

/// Leaves the keyboard's interrupt to the program in the foreground.
pub fn defer_keyboard() -> Deferred {
    registry().deferred += 1;
    Deferred(())
}

impl Drop for Deferred {
    fn drop(&mut self) {
        registry().deferred -= 1;
    }
}

/// A change is about to be committed: whoever stops us now would not be told that it is done.
pub fn finish_first() {
    registry().finishing = true;
}

/// Nothing of that change is left to be told: an interrupt ends the process again.
pub fn may_stop() {
    registry().finishing = false;
}

/// While this lives, work goes on in steps that each stand for themselves: the first signal lets the one under way be
/// finished, and a second one ends the process.
#[must_use]
#[derive(Debug)]
pub struct InSteps(());

/// Begins such work. A signal that came since the last change was committed counts already.
pub fn in_steps() -> InSteps {
    registry().in_steps += 1;
    InSteps(())
}

impl InSteps {
    /// Whether a signal said to stop.
    pub fn is_stopping(&self) -> bool {
        registry().stopping
    }
}

impl Drop for InSteps {
    fn drop(&mut self) {
        let mut registry = registry();
        registry.in_steps -= 1;
        registry.stopping = false;
    }
}

/// Starts to listen for SIGINT, SIGTERM and SIGHUP, once, in a thread of its own. Ordinary code runs there, so taking
/// locks and writing is allowed, as it is not in a signal handler.
/// One that was ignored when we were started, as by `nohup`, stays ignored.
#[cfg(unix)]
#[allow(clippy::disallowed_methods, reason = "an interrupt ends the process from a thread of its own")]
pub fn listen() -> io::Result<()> {
    use signal_hook::consts::SIGHUP;
    use signal_hook::consts::SIGINT;
    use signal_hook::consts::SIGTERM;
    use signal_hook::iterator::Signals;

    let ignored = crate::platform::ignored_signals();
    let heard = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| ignored >> (signal - 1) & 1 == 0);
    let mut signals = Signals::new(heard)?;
    std::thread::Builder::new().name("interrupt".to_owned()).spawn(move || {
        for signal in signals.forever() {
            // Held until the end: nothing may be registered between the cleaning and the exit.
            let mut registry = registry();
            if signal == SIGINT && registry.deferred > 0 {
                continue;
            }
            // The first one finds a change about to be done, and lets it be told; the second ends whatever takes so
            // long.
            let is_first = match registry.in_steps > 0 {
                true => !registry.stopping,
                false => std::mem::take(&mut registry.finishing),
            };
            if is_first {
                registry.stopping = true;
                continue;
            }
            registry.clean();
            std::process::exit(EXIT_INTERRUPTED);
        }
    })?;
    Ok(())
}

/// There are no signals here: the system ends the process, and half-written outputs stay under their temporary names.
#[cfg(not(unix))]
pub fn listen() -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_registered_is_removed_and_what_is_forgotten_stays() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        let mut registry = Registry::new();
        for name in ["half", "finished", "other"] {
            fs::write(path(name), b"x").unwrap();
        }
        registry.unfinished.insert(1, path("half"));
        registry.unfinished.insert(2, path("never there"));
        registry.unfinished.insert(3, path("other"));
        registry.clean();
        assert!(!path("half").exists() && !path("other").exists());
        assert!(path("finished").exists());
        assert!(registry.unfinished.is_empty());
    }

    #[test]
    fn a_handle_forgets_its_file_on_drop() {
        let handle = remove_unfinished("/nowhere/half".into());
        let number = handle.0;
        assert!(registry().unfinished.contains_key(&number));
        drop(handle);
        assert!(!registry().unfinished.contains_key(&number));
    }
}
