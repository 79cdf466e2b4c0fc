//! The platform on Linux, macOS and the BSDs.

use std::ffi::OsStr;
use std::ffi::OsString;
use std::fs;
use std::fs::DirBuilder;
use std::fs::File;
use std::fs::Metadata;
use std::fs::OpenOptions;
use std::fs::Permissions;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::fs::FileTypeExt;
use std::os::unix::fs::MetadataExt;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::path::PathBuf;
use std::sync::OnceLock;

use rustix::process::Resource;
use rustix::process::Rlimit;
use rustix::termios;
use rustix::termios::LocalModes;
use rustix::termios::OptionalActions;
use rustix::termios::SpecialCodeIndex;
use rustix::termios::Termios;

use super::FileAccess;
use super::Mount;

/// No core dumps, and no reading of this process by others of the same user: either would write keys and notes to disk.
/// Failing is no reason to stop: the kernel may forbid what it already enforces.
pub fn harden_process() {
    let _ = rustix::process::setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

/// What `metadata` (of the file at `path`) gives to others. The group's bits count unless the group is known to hold
/// nobody but its owner, as on systems that give each user a group of his own; with an access control list they are
/// the list's mask and count always.
pub fn file_access(metadata: &Metadata, path: Option<&Path>) -> FileAccess {
    let mode = metadata.mode();
    let me = rustix::process::geteuid().as_raw();
    let stranger = metadata.uid() != me && metadata.uid() != 0;
    let group_counts = path.is_none_or(has_access_list) || !is_private_group(metadata.gid(), me);
    let group = if group_counts { mode >> 3 } else { 0 };
    let theirs = (mode | group) & 0o7;
    FileAccess {
        ours: metadata.uid() == me,
        others_read: stranger || theirs & 0o4 != 0,
        others_write: stranger || theirs & 0o2 != 0,
        others_enter: stranger || theirs & 0o1 != 0,
        sticky: mode & 0o1000 != 0,
        identity: Some((metadata.dev(), metadata.ino())),
    }
}

#[cfg(target_os = "linux")]
fn has_access_list(path: &Path) -> bool {
    let mut none: [u8; 0] = [];
    rustix::fs::lgetxattr(path, "system.posix_acl_access", &mut none).is_ok_and(|length| length > 0)
}

#[cfg(not(target_os = "linux"))]
fn has_access_list(_: &Path) -> bool {
    true // not looked at here: the group's bits count
}

/// Whether `gid` is the group of the user `uid` alone, by the local tables. Not found there means: not known, so no.
fn is_private_group(gid: u32, uid: u32) -> bool {
    static TABLES: OnceLock<(String, String)> = OnceLock::new();
    let (users, groups) = TABLES.get_or_init(|| {
        let read = |path| fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
        (read("/etc/passwd"), read("/etc/group"))
    });
    private_group(users, groups, gid, uid)
}

/// passwd(5) is `name:password:uid:gid:…`, group(5) `name:password:gid:member,member`.
fn private_group(users: &str, groups: &str, gid: u32, uid: u32) -> bool {
    let field = |row: &str, at: usize| row.split(':').nth(at).unwrap_or_default().to_owned();
    let is = |row: &str, at: usize, id: u32| field(row, at).parse() == Ok(id);
    let Some(me) = users.lines().find(|row| is(row, 2, uid)) else { return false };
    let Some(group) = groups.lines().find(|row| is(row, 2, gid)) else { return false };
    let is_primary_of_others = users.lines().any(|row| is(row, 3, gid) && !is(row, 2, uid));
    let has_other_members = field(group, 3).split(',').any(|member| !member.is_empty() && member != field(me, 0));
    is(me, 3, gid) && !is_primary_of_others && !has_other_members
}

/// How many names a file has: links that are as good as the first.
pub fn names_of(metadata: &Metadata) -> u64 {
    metadata.nlink()
}

/// The path whose bytes these are.
pub fn path_of_bytes(bytes: &[u8]) -> Option<PathBuf> {
    Some(PathBuf::from(OsStr::from_bytes(bytes)))
}

/// Forgets what was typed at a terminal and not read yet.
pub fn forget_typed(terminal: &File) -> io::Result<()> {
    Ok(termios::tcflush(terminal, termios::QueueSelector::IFlush)?)
}

/// Files that are made so are their owner's alone.
pub fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options.mode(0o600)
}

/// No symbolic link is followed, and nobody is waited for.
pub fn unfollowed(options: &mut OpenOptions) -> &mut OpenOptions {
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    options.custom_flags(flags.bits() as i32)
}

/// open(2) says ELOOP, on some systems EMLINK.
pub fn is_link_refused(error: &io::Error) -> bool {
    let codes = [rustix::io::Errno::LOOP, rustix::io::Errno::MLINK];
    error.raw_os_error().is_some_and(|code| codes.iter().any(|errno| errno.raw_os_error() == code))
}

/// Makes an existing directory one that only we can enter.
pub fn close_directory(path: &Path) -> io::Result<()> {
    fs::set_permissions(path, Permissions::from_mode(0o700))
}

/// Makes a directory that only we can enter.
pub fn create_private_directory(path: &Path) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(path)
}

/// Takes all rights of others to the open `file` away: mode 0600.
pub fn make_private(file: &File) -> io::Result<()> {
    file.set_permissions(Permissions::from_mode(0o600))
}

/// Makes the names in `directory` durable. A crash before it may lose a rename, never half a file.
pub fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

/// Lets the next program we start hold `file`, and so its lock, too: until both are gone.
pub fn share_with_child(file: &File) -> io::Result<()> {
    Ok(rustix::io::fcntl_setfd(file, rustix::io::FdFlags::empty())?)
}

/// Directories whose files stay in memory (though they may be swapped), best first. Checked by the file system's type.
pub fn memory_backed_directories(var: &dyn Fn(&str) -> Option<OsString>) -> Vec<PathBuf> {
    let runtime = var("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|path| path.is_absolute());
    runtime.into_iter().chain([PathBuf::from("/dev/shm")]).filter(|path| is_memory_backed(path)).collect()
}

#[cfg(target_os = "linux")]
fn is_memory_backed(path: &Path) -> bool {
    const TMPFS: u32 = 0x0102_1994; // statfs(2)
    const RAMFS: u32 = 0x8584_58f6;
    // The type's width differs from one architecture to the next; its low 32 bits are the magic number.
    rustix::fs::statfs(path).is_ok_and(|facts| [TMPFS, RAMFS].contains(&(facts.f_type as u32)))
}

#[cfg(not(target_os = "linux"))]
fn is_memory_backed(_: &Path) -> bool {
    false // macOS and the BSDs have none by custom
}

/// What is mounted where, as far as the platform tells. On macOS removable media are known by their path instead.
pub fn mounts() -> Vec<Mount> {
    let table = fs::read("/proc/self/mountinfo").unwrap_or_default();
    super::parse_mountinfo(&String::from_utf8_lossy(&table))
}

/// Whether it is a pipe or a socket: another program reads it.
pub fn is_pipe(metadata: &Metadata) -> bool {
    metadata.file_type().is_fifo() || metadata.file_type().is_socket()
}

/// Standard output as a file of our own, to ask its facts and set its mode.
pub fn stdout_file() -> io::Result<File> {
    Ok(File::from(io::stdout().as_fd().try_clone_to_owned()?))
}

/// The name of the file that standard output was redirected into, where the platform tells.
pub fn stdout_path() -> Option<PathBuf> {
    let path = fs::read_link("/proc/self/fd/1").ok()?;
    path.is_absolute().then_some(path).filter(|path| fs::symlink_metadata(path).is_ok())
}

/// The process's terminal, read and write.
pub fn open_terminal() -> io::Result<File> {
    OpenOptions::new().read(true).write(true).open("/dev/tty")
}

/// Columns and rows of the terminal; `None` where it does not tell.
pub fn terminal_size(terminal: &File) -> Option<(usize, usize)> {
    let size = termios::tcgetwinsize(terminal).ok()?;
    (size.ws_col > 0 && size.ws_row > 0).then_some((size.ws_col.into(), size.ws_row.into()))
}

/// A terminal's settings, to be put back.
#[derive(Debug, Clone)]
pub struct TerminalMode(Termios);

impl TerminalMode {
    /// The settings of `terminal` now.
    pub fn of(terminal: &File) -> io::Result<Self> {
        Ok(Self(termios::tcgetattr(terminal)?))
    }

    /// These settings without line editing, echo and keyboard signals: each key is a read, Ctrl-C among them. Output is
    /// left as it is.
    pub fn keys(&self) -> Self {
        let mut mode = self.0.clone();
        mode.local_modes &= !(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG | LocalModes::IEXTEN);
        mode.special_codes[SpecialCodeIndex::VMIN] = 1;
        mode.special_codes[SpecialCodeIndex::VTIME] = 0;
        Self(mode)
    }

    /// Gives `terminal` these settings. Keys typed before are not thrown away.
    pub fn apply(&self, terminal: &File) -> io::Result<()> {
        Ok(termios::tcsetattr(terminal, OptionalActions::Drain, &self.0)?)
    }
}

/// The signals that are ignored, bit n-1 for signal n; none where the platform does not tell (proc(5), `SigIgn`).
pub fn ignored_signals() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
}

/// What the editor `program` must be told so that it leaves no copies of the text elsewhere: swap, backup, undo and
/// viminfo. `program` is resolved through links, since `vi` is often vim.
pub fn editor_settings(program: &Path) -> &'static [&'static str] {
    let name = program.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    match stem {
        "vim" | "nvim" | "vimx" => &["-n", "-i", "NONE", "-c", "set nobackup nowritebackup noswapfile noundofile"],
        // -f: it must not return before the text is edited.
        "gvim" | "mvim" => &["-f", "-n", "-i", "NONE", "-c", "set nobackup nowritebackup noswapfile noundofile"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_private_only_when_the_tables_say_so() {
        let users = "me:x:1000:1000::/home/me:/bin/sh\nyou:x:1001:1001::/:/bin/sh\nodd\nin:x:1002:1003::/:\n";
        let groups = "me:x:1000:\nyou:x:1001:me\nstaff:x:1003:\nmine:x:1004:me,you\n";
        for (gid, uid, want) in [
            (1000, 1000, true),
            (1001, 1001, false), // has me as a member
            (1003, 1000, false), // somebody's primary group
            (1004, 1000, false),
            (1005, 1000, false), // unknown
            (1000, 7, false),    // unknown user
        ] {
            assert_eq!(private_group(users, groups, gid, uid), want, "{gid} {uid}");
        }
    }

    #[test]
    fn modes_are_judged_bit_by_bit() {
        let file = tempfile::tempdir().unwrap();
        let path = file.path();
        let access = |mode| {
            fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
            file_access(&fs::metadata(path).unwrap(), Some(path))
        };
        let closed = access(0o700);
        assert!(closed.ours && !closed.others_read && !closed.others_write && !closed.others_enter && !closed.sticky);
        let read = access(0o704);
        assert!(read.others_read && !read.others_write && !read.others_enter);
        assert!(access(0o702).others_write);
        assert!(access(0o701).others_enter);
        assert!(access(0o1700).sticky);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn rust_ignores_the_closed_pipe() {
        const SIGPIPE: u32 = 13;
        assert_eq!(ignored_signals() >> (SIGPIPE - 1) & 1, 1);
    }

    #[test]
    fn vim_is_told_to_keep_nothing() {
        assert!(editor_settings(Path::new("/usr/bin/vim.basic")).contains(&"-n"));
        assert!(editor_settings(Path::new("nano")).is_empty());
    }
}
