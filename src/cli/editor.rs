//! Editing a text with the user's own editor, on a file that is ours alone. An edit ends in one of three ways: nothing
//! changed; changed, and wiped by the caller once the change is safe in the vault; or failed, and then the changed file
//! stays and is named. Neither version is ever lost. Must not know what the text is.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::ExitStatus;
use std::process::Stdio;

use crate::cli::host::Host;
use crate::cli::interrupt;
use crate::cli::private;
use crate::cli::private::PrivateDirectory;
use crate::platform;
use crate::secret::Secret;

/// The editors that are tried when the user names none, as git and crontab do.
const CUSTOMARY: [&str; 2] = ["vi", "nano"];

/// An edit that came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum EditorError {
    /// `$VISUAL` or `$EDITOR` cannot be split into words.
    #[error("{variable} is no command: {value:?}")]
    Spelling {
        /// Which variable.
        variable: &'static str,
        /// Its value.
        value: OsString,
    },
    /// No such program, or none that we may run.
    #[error("no editor was found: {}", tried.join(", "))]
    NotFound {
        /// What was tried.
        tried: Vec<String>,
    },
    /// The editor ended with a failure.
    #[error("{editor} ended with {status}{}", kept.as_ref().map(|path| format!("; the changed text is kept in {}", path.display())).unwrap_or_default())]
    Failed {
        /// The editor.
        editor: String,
        /// How it ended.
        status: ExitStatus,
        /// Where the changed text is, when it was changed.
        kept: Option<PathBuf>,
    },
    /// The changed text could not be read back; it is kept.
    #[error("cannot read the edited text back from {}: {source}", kept.display())]
    Unreadable {
        /// Where it is.
        kept: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// No private file could be made, or the editor not be started.
    #[error("cannot edit: {0}")]
    Io(#[from] io::Error),
}

/// A finished edit. The private file stays until [`wipe`](Self::wipe), so that the change outlives a failing commit;
/// dropped with a change in it, the file is kept, and named at the next start.
#[derive(Debug)]
pub struct Edit {
    directory: Option<PrivateDirectory>,
    changed: Option<Secret<Vec<u8>>>,
}

impl Edit {
    /// The new text, or `None` when nothing changed.
    pub fn changed(&self) -> Option<&Secret<Vec<u8>>> {
        self.changed.as_ref()
    }

    /// Whether the file stayed in memory; otherwise a disk may keep traces of it.
    pub fn was_memory_backed(&self) -> bool {
        self.directory.as_ref().is_some_and(PrivateDirectory::is_memory_backed)
    }

    /// The change is safe elsewhere: overwrites and removes the private file.
    pub fn wipe(mut self) -> io::Result<()> {
        self.directory.take().map_or(Ok(()), PrivateDirectory::wipe)
    }

    /// The change could not be stored: leaves the private file, and names it.
    pub fn keep(mut self) -> Option<PathBuf> {
        self.directory.take().map(PrivateDirectory::keep)
    }
}

impl Drop for Edit {
    fn drop(&mut self) {
        if let (Some(directory), Some(_)) = (self.directory.take(), &self.changed) {
            directory.keep();
        }
    }
}

/// Lets the user edit `original` in a file called `name` (a plain name whose ending tells the editor what it is).
/// Ctrl-C is the editor's while it runs.
pub fn edit(host: &mut Host, original: &[u8], name: &str) -> Result<Edit, EditorError> {
    let editors = editors(host)?;
    let bases = private::bases(host);
    let directory = PrivateDirectory::create(&bases, name, original, &mut host.rng)?;
    let (editor, status) = run_first(host, &editors, &directory)?;
    let text = match directory.read() {
        Ok(text) => text,
        Err(source) => return Err(EditorError::Unreadable { kept: directory.keep(), source }),
    };
    let is_changed = text.reveal_secret() != original;
    if !status.success() {
        let kept = is_changed.then(|| directory.keep());
        return Err(EditorError::Failed { editor, status, kept });
    }
    Ok(Edit { directory: Some(directory), changed: is_changed.then_some(text) })
}

/// The user's editor as words, or the customary ones.
fn editors(host: &Host) -> Result<Vec<Vec<String>>, EditorError> {
    for variable in ["VISUAL", "EDITOR"] {
        let Some(value) = host.var(variable) else { continue };
        let words = value.to_str().and_then(shlex::split).filter(|words| !words.is_empty());
        return words.map(|words| vec![words]).ok_or(EditorError::Spelling { variable, value });
    }
    Ok(CUSTOMARY.iter().map(|name| vec![(*name).to_owned()]).collect())
}

/// Runs the first of `editors` that is there.
fn run_first(
    host: &Host,
    editors: &[Vec<String>],
    directory: &PrivateDirectory,
) -> Result<(String, ExitStatus), EditorError> {
    let _deferred = interrupt::defer_keyboard();
    directory.share_with_child()?;
    for words in editors {
        let Some((program, arguments)) = words.split_first() else { continue };
        let settings = platform::editor_settings(&on_path(host, program));
        let mut command = Command::new(program);
        command.args(arguments).args(settings).arg(directory.file());
        // An editor needs the terminal, also when the command itself stands in a pipe.
        if !host.stdin_is_terminal {
            command.stdin(terminal());
        }
        if !host.stdout.is_terminal() {
            command.stdout(terminal());
        }
        match command.status() {
            Ok(status) => return Ok((program.clone(), status)),
            // The search of $PATH says "permission denied" too, when one of its directories is closed to us.
            Err(error) if [io::ErrorKind::NotFound, io::ErrorKind::PermissionDenied].contains(&error.kind()) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(EditorError::NotFound { tried: editors.iter().filter_map(|words| words.first().cloned()).collect() })
}

/// The terminal for a child; nothing where there is none, rather than the answer's own stream.
fn terminal() -> Stdio {
    platform::open_terminal().map_or_else(|_| Stdio::null(), Stdio::from)
}

/// The file behind `program`, through `$PATH` and links: `vi` is vim on many systems, and only vim knows vim's
/// settings.
fn on_path(host: &Host, program: &str) -> PathBuf {
    let search = host.var("PATH").unwrap_or_default();
    let mut found =
        std::env::split_paths(&search).map(|directory| directory.join(program)).filter(|path| path.is_file());
    let path = if program.contains(std::path::is_separator) { Some(PathBuf::from(program)) } else { found.next() };
    let path = path.unwrap_or_else(|| Path::new(program).to_path_buf());
    fs::canonicalize(&path).unwrap_or(path)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::cli::twin;

    fn host(top: &Path, editor: &str) -> Host {
        // A home of its own: the state directory is taken.
        let (host, _) = twin::host(top, 0, u64::from(std::process::id()));
        host.with_var("HOME", top.to_str().unwrap()).with_var("VISUAL", editor)
    }

    #[test]
    fn a_change_comes_back_and_the_file_goes_when_told() {
        let top = tempfile::tempdir().unwrap();
        let mut host = host(top.path(), "sh -c 'printf \" more\" >> \"$1\"' editor");
        let edit = edit(&mut host, b"text", "note.md").unwrap();
        assert_eq!(edit.changed().unwrap().reveal_secret(), b"text more");
        let file = edit.directory.as_ref().unwrap().file();
        assert!(file.exists());
        edit.wipe().unwrap();
        assert!(!file.parent().unwrap().exists());
    }

    #[test]
    fn a_dropped_change_is_kept_and_an_unchanged_text_is_wiped() {
        let top = tempfile::tempdir().unwrap();
        let changed = edit(&mut host(top.path(), "sh -c 'echo x > \"$1\"' editor"), b"text", "note.md").unwrap();
        let file = changed.directory.as_ref().unwrap().file();
        drop(changed);
        assert_eq!(fs::read(&file).unwrap(), b"x\n");
        fs::remove_dir_all(file.parent().unwrap()).unwrap();

        let same = edit(&mut host(top.path(), "true"), b"text", "note.md").unwrap();
        let file = same.directory.as_ref().unwrap().file();
        assert!(same.changed().is_none());
        drop(same);
        assert!(!file.exists());
    }

    #[test]
    fn a_failing_editor_loses_neither_version() {
        let top = tempfile::tempdir().unwrap();
        let script = "sh -c 'echo x > \"$1\"; exit 3' editor";
        let error = edit(&mut host(top.path(), script), b"text", "note.md").unwrap_err();
        let EditorError::Failed { kept: Some(kept), status, .. } = error else { panic!("{error}") };
        assert_eq!((status.code(), fs::read(&kept).unwrap().as_slice()), (Some(3), &b"x\n"[..]));
        fs::remove_dir_all(kept.parent().unwrap()).unwrap();

        let error = edit(&mut host(top.path(), "false"), b"text", "note.md").unwrap_err();
        assert!(matches!(error, EditorError::Failed { kept: None, .. }), "{error}");
    }

    #[test]
    fn an_editor_that_is_not_there_or_not_spelt_is_named() {
        let top = tempfile::tempdir().unwrap();
        let error = edit(&mut host(top.path(), "no-such-editor -x"), b"", "n").unwrap_err();
        assert!(matches!(&error, EditorError::NotFound { tried } if tried == &["no-such-editor"]), "{error}");
        let error = edit(&mut host(top.path(), "vi 'half"), b"", "n").unwrap_err();
        assert!(matches!(&error, EditorError::Spelling { variable: "VISUAL", .. }), "{error}");
    }
}
