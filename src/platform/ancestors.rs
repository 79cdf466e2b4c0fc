//! The processes that this one was started from, and what they write, where the platform tells (Linux's `/proc`). Must not
//! know what any of them is.

use std::path::PathBuf;

/// A process above this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ancestor {
    /// Its number.
    pub pid: u32,
    /// What the kernel calls it: the program's name, its first 15 bytes.
    pub name: String,
}

/// As many are looked at: chains in which a number came back end.
#[cfg(target_os = "linux")]
const LONGEST: usize = 128;

/// The process `of`, this one where none is named, and those above it, up to the first; none where that is not told.
#[cfg(target_os = "linux")]
pub fn line_of(of: Option<u32>) -> Vec<Ancestor> {
    let mut line = Vec::new();
    let mut next = of.or(Some(std::process::id()));
    while let Some(pid) = next.filter(|pid| *pid > 0 && line.len() < LONGEST) {
        let Ok(stat) = std::fs::read(format!("/proc/{pid}/stat")) else { break };
        let Some((name, parent)) = parse_stat(&String::from_utf8_lossy(&stat)) else { break };
        line.push(Ancestor { pid, name });
        next = Some(parent);
    }
    line
}

/// Not told here.
#[cfg(not(target_os = "linux"))]
pub fn line_of(_: Option<u32>) -> Vec<Ancestor> {
    Vec::new()
}

/// The regular files that a process has open to write; none where that is not told.
#[cfg(target_os = "linux")]
pub fn written_by(pid: u32) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(format!("/proc/{pid}/fd"));
    let is_written = |number: &std::ffi::OsStr| {
        let facts = std::fs::read_to_string(format!("/proc/{pid}/fdinfo/{}", number.display())).unwrap_or_default();
        let flags = facts.lines().find_map(|line| line.strip_prefix("flags:"));
        // open(2): the lowest two bits are the access mode, 0 is to read.
        flags.and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok()).is_some_and(|flags| flags & 0o3 != 0)
    };
    let paths = entries.into_iter().flatten().flatten().filter_map(|entry| {
        let path = std::fs::read_link(entry.path()).ok()?;
        let is_file = std::fs::metadata(entry.path()).is_ok_and(|facts| facts.is_file());
        (is_file && is_written(&entry.file_name())).then_some(path)
    });
    paths.collect()
}

/// Not told here.
#[cfg(not(target_os = "linux"))]
pub fn written_by(_: u32) -> Vec<PathBuf> {
    Vec::new()
}

/// Name and parent in proc_pid_stat(5): `number (name) state parent …`; a name may hold blanks and parentheses.
#[cfg(any(target_os = "linux", test))]
fn parse_stat(stat: &str) -> Option<(String, u32)> {
    let (before, after) = stat.rsplit_once(')')?;
    let name = before.split_once('(')?.1.to_owned();
    Some((name, after.split_whitespace().nth(1)?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_proc_is_read_whatever_the_name() {
        assert_eq!(parse_stat("12 (script) S 7 12 12 0"), Some(("script".to_owned(), 7)));
        assert_eq!(parse_stat("12 (a) b (c) R 9 1"), Some(("a) b (c".to_owned(), 9)));
        for wrong in ["", "12 script S 7", "12 (script) S", "12 (script) S x"] {
            assert_eq!(parse_stat(wrong), None, "{wrong}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_has_parents_and_its_files_are_known() {
        let line = line_of(None);
        assert!(line.len() > 1 && line[0].pid == std::process::id(), "{line:?}");
        let file = tempfile::NamedTempFile::new().unwrap();
        let path = file.path().canonicalize().unwrap();
        assert!(written_by(std::process::id()).contains(&path));
        let _read = std::fs::File::open("/etc/passwd").unwrap();
        assert!(!written_by(std::process::id()).contains(&PathBuf::from("/etc/passwd")));
    }
}
