//! The one place where platforms differ: where data lies by custom, what a file's mode says about others, memory-backed
//! directories, mounts, raw terminals, core dumps. Everything else in the house is the same everywhere.
//! Must not know what is written or asked.

use std::ffi::OsString;
use std::fs;
use std::fs::File;
use std::fs::OpenOptions;
use std::io;
use std::path::Path;
use std::path::PathBuf;

pub mod ancestors;
#[cfg(not(unix))]
mod elsewhere;
pub mod session_keys;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
use elsewhere as here;
#[cfg(unix)]
use unix as here;

pub use here::TerminalMode;
pub use here::close_directory;
pub use here::create_private_directory;
pub use here::editor_settings;
pub use here::file_access;
pub use here::forget_typed;
pub use here::harden_process;
#[cfg(unix)]
pub use here::ignored_signals;
pub use here::is_pipe;
pub use here::make_private;
pub use here::memory_backed_directories;
pub use here::mounts;
pub use here::names_of;
pub use here::open_terminal;
pub use here::path_of_bytes;
pub use here::share_with_child;
pub use here::stdout_file;
pub use here::stdout_path;
pub use here::sync_directory;
pub use here::terminal_size;

/// A new file that only its owner can read, in the place of whatever has the name. What is there is not written to: it may
/// be a link, or, after a power cut, a second name of a file that matters.
pub fn create_private_file(path: &Path) -> io::Result<File> {
    match create_new_private_file(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            // An empty directory is in the way of a name, and nothing else.
            fs::remove_file(path).or_else(|error| fs::remove_dir(path).map_err(|_| error))?;
            create_new_private_file(path)
        }
        other => other,
    }
}

/// The same, where nothing is yet.
pub fn create_new_private_file(path: &Path) -> io::Result<File> {
    here::private(OpenOptions::new().write(true).create_new(true)).open(path)
}

/// Opens what is at `path` to read, unless it is a symbolic link, and without waiting for anybody where it is a pipe.
pub fn open_unfollowed(path: &Path) -> io::Result<File> {
    here::unfollowed(OpenOptions::new().read(true)).open(path)
}

/// The same, to write over what is there.
pub fn open_unfollowed_to_write(path: &Path) -> io::Result<File> {
    here::unfollowed(OpenOptions::new().read(true).write(true)).open(path)
}

/// Whether opening was refused because of a symbolic link.
pub fn is_link_refused(error: &io::Error) -> bool {
    here::is_link_refused(error)
}

/// A lock file, made when it is missing; opened to read where writing is not allowed.
pub fn open_lock(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    match here::unfollowed(here::private(&mut options)).open(path) {
        Err(error) if is_read_only(&error) => open_unfollowed(path),
        other => other,
    }
}

/// Whether writing was refused: read-only media, or no permission.
pub fn is_read_only(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
}

/// Whether others than its owner may read, write or enter what is at `path`.
pub fn is_open_to_others(path: &Path) -> io::Result<bool> {
    let access = file_access(&fs::symlink_metadata(path)?, Some(path));
    Ok(access.others_read || access.others_write || access.others_enter)
}

/// What a file's or directory's mode, owner and access lists give to others. On a platform without modes it is closed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FileAccess {
    /// It is ours: the owner is the user who runs this process.
    pub ours: bool,
    /// Somebody else than we and the administrator may read it (for a directory: list it).
    pub others_read: bool,
    /// Somebody else may write to it.
    pub others_write: bool,
    /// Somebody else may enter it (directories).
    pub others_enter: bool,
    /// Only an entry's owner may rename or remove it (directories).
    pub sticky: bool,
    /// What the file system calls it: the same for two paths to one file.
    pub identity: Option<(u64, u64)>,
}

/// One mounted file system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// Where it is mounted.
    pub root: PathBuf,
    /// Its type, as the kernel calls it.
    pub filesystem: String,
}

/// The kinds of directories a platform has by custom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Customary {
    /// Where the default vault lies.
    Data,
    /// Where `identity.txt` is looked for.
    Config,
    /// What this machine remembers: marks, locks. Never synchronised.
    State,
    /// What can be made again.
    Cache,
}

/// The customs of a family of platforms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// XDG base directories.
    Xdg,
    /// `~/Library`.
    MacOs,
    /// `%LOCALAPPDATA%`; never the roaming profile, which is copied to other machines.
    Windows,
}

impl Family {
    /// The family of the platform this was built for.
    pub const HERE: Self = if cfg!(target_os = "macos") {
        Self::MacOs
    } else if cfg!(windows) {
        Self::Windows
    } else {
        Self::Xdg
    };
}

/// The directory `subrosa` of a customary kind, or `None` where the environment does not tell. An `XDG_*` variable
/// counts on macOS too when it is set; one that is no absolute path is ignored, as the XDG specification asks.
pub fn directory(kind: Customary, family: Family, var: &dyn Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let path = |name: &str| var(name).map(PathBuf::from).filter(|path| !path.as_os_str().is_empty());
    let absolute = |name: &str| path(name).filter(|path| path.has_root());
    if family == Family::Windows {
        let base = path("LOCALAPPDATA")?.join("subrosa");
        return Some(match kind {
            Customary::Data => base,
            Customary::Config => base.join("config"),
            Customary::State => base.join("state"),
            Customary::Cache => base.join("cache"),
        });
    }
    let (xdg, under_home, library) = match kind {
        Customary::Data => ("XDG_DATA_HOME", ".local/share/subrosa", "Library/Application Support/subrosa"),
        Customary::Config => ("XDG_CONFIG_HOME", ".config/subrosa", "Library/Application Support/subrosa"),
        Customary::State => ("XDG_STATE_HOME", ".local/state/subrosa", "Library/Application Support/subrosa/state"),
        Customary::Cache => ("XDG_CACHE_HOME", ".cache/subrosa", "Library/Caches/subrosa"),
    };
    if let Some(base) = absolute(xdg) {
        return Some(base.join("subrosa"));
    }
    let home = absolute("HOME")?;
    Some(home.join(if family == Family::MacOs { library } else { under_home }))
}

/// The mount that `path` (absolute, resolved) is on: the longest root above it, the latest among equals.
pub fn mount_of<'a>(path: &Path, mounts: &'a [Mount]) -> Option<&'a Mount> {
    mounts.iter().filter(|mount| path.starts_with(&mount.root)).max_by_key(|mount| mount.root.components().count())
}

/// The mounts in the text of Linux's `/proc/self/mountinfo` (proc(5)): the fifth field is the root, the one after the
/// lone `-` the type; blanks in a path are octal escapes. A line of another shape is passed over.
pub fn parse_mountinfo(text: &str) -> Vec<Mount> {
    text.lines().filter_map(mountinfo_line).collect()
}

fn mountinfo_line(line: &str) -> Option<Mount> {
    let (before, after) = line.split_once(" - ")?;
    let root = PathBuf::from(unescaped(before.split(' ').nth(4)?));
    let filesystem = after.split(' ').next()?.to_owned();
    Some(Mount { root, filesystem })
}

/// Linux writes blank, TAB, line end and backslash in a mount's path as a backslash and three octal digits.
fn unescaped(field: &str) -> String {
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let octal = tail.get(..3).filter(|_| first == b'\\').and_then(|digits| std::str::from_utf8(digits).ok());
        match octal.and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[3..];
            }
            None => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn env<'a>(pairs: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<OsString> + 'a {
        |name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value))
    }

    #[test]
    fn directories_follow_each_platforms_custom() {
        use Customary::*;
        use Family::*;
        let home = [("HOME", "/h")];
        let xdg = [("HOME", "/h"), ("XDG_DATA_HOME", "/d"), ("XDG_STATE_HOME", "relative")];
        let windows = [("LOCALAPPDATA", "/l")];
        for (kind, family, pairs, want) in [
            (Data, Xdg, &home[..], Some("/h/.local/share/subrosa")),
            (Config, Xdg, &home, Some("/h/.config/subrosa")),
            (State, Xdg, &home, Some("/h/.local/state/subrosa")),
            (Cache, Xdg, &home, Some("/h/.cache/subrosa")),
            (Data, Xdg, &xdg, Some("/d/subrosa")),
            (State, Xdg, &xdg, Some("/h/.local/state/subrosa")),
            (Data, MacOs, &home, Some("/h/Library/Application Support/subrosa")),
            (State, MacOs, &home, Some("/h/Library/Application Support/subrosa/state")),
            (Cache, MacOs, &home, Some("/h/Library/Caches/subrosa")),
            (Data, MacOs, &xdg, Some("/d/subrosa")),
            (Data, Windows, &windows, Some("/l/subrosa")),
            (State, Windows, &windows, Some("/l/subrosa/state")),
            (Data, Xdg, &[], None),
            (Data, Windows, &home, None),
        ] {
            assert_eq!(directory(kind, family, &env(pairs)), want.map(PathBuf::from), "{kind:?} {family:?}");
        }
    }

    const MOUNTINFO: &str = "\
22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
40 22 0:40 / /home/me/nas rw - nfs4 nas:/x rw
41 22 8:17 / /media/me/USB\\040STICK rw,nosuid shared:9 master:2 - vfat /dev/sdb1 rw
odd line
42 22 0:41 / /home/me/nas rw - tmpfs tmpfs rw
";

    #[test]
    fn mountinfo_is_read_and_the_deepest_and_latest_mount_wins() {
        let mounts = parse_mountinfo(MOUNTINFO);
        assert_eq!(mounts.len(), 4);
        let on = |path: &str| mount_of(Path::new(path), &mounts).unwrap().filesystem.as_str();
        assert_eq!(on("/home/me/x"), "ext4");
        assert_eq!(on("/media/me/USB STICK/x"), "vfat");
        assert_eq!(on("/home/me/nas/x"), "tmpfs");
        assert_eq!(on("/home/me/nasty"), "ext4");
    }

    proptest! {
        #[test]
        fn no_mountinfo_panics(text in ".*( - )?.*") {
            parse_mountinfo(&text);
        }

        #[test]
        fn no_escape_panics(text in r"(\\|[0-9]|é){0,12}") {
            unescaped(&text);
        }
    }
}
