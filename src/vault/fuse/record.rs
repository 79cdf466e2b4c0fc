//! The list of changes to files that an act makes on this thread, for tests.

use std::cell::RefCell;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use super::Change;

/// One change, with all that is needed to make it again.
#[derive(Clone, Debug)]
pub enum Op {
    /// An empty file stands there.
    Create(PathBuf),
    /// This was written into the file, and then synced.
    Write(PathBuf, Vec<u8>),
    /// This was in the file when it got its name, and nobody had synced it.
    Unsynced(PathBuf),
    /// The file has another name.
    Rename(PathBuf, PathBuf),
    /// The file or directory is gone.
    Remove(PathBuf),
    /// A directory stands there.
    MakeDir(PathBuf),
    /// The names in the directory are on disk.
    SyncDir(PathBuf),
}

thread_local! {
    static LIST: RefCell<Option<Vec<Op>>> = const { RefCell::new(None) };
}

/// Writes down what `act` does on this thread.
pub fn recorded<T>(act: impl FnOnce() -> T) -> (T, Vec<Op>) {
    LIST.set(Some(Vec::new()));
    let done = act();
    (done, LIST.take().unwrap_or_default())
}

/// Notes one change.
pub fn note(change: Change<'_>) {
    LIST.with_borrow_mut(|list| {
        if let Some(list) = list {
            add(list, change);
        }
    });
}

fn add(list: &mut Vec<Op>, change: Change<'_>) {
    let read = |path: &Path| fs::read(path).expect("what was written can be read");
    match change {
        Change::Create(path) => list.push(Op::Create(path.to_owned())),
        Change::Sync(path) => list.push(Op::Write(path.to_owned(), read(path))),
        Change::Rename(from, to) => {
            let last = list.iter().rev().find_map(|op| match op {
                Op::Create(path) if path == from => Some(&[][..]),
                Op::Write(path, bytes) if path == from => Some(bytes),
                _ => None,
            });
            if last.is_some_and(|last| last != read(to)) {
                list.push(Op::Unsynced(from.to_owned()));
            }
            list.push(Op::Rename(from.to_owned(), to.to_owned()));
        }
        Change::Remove(path) => list.push(Op::Remove(path.to_owned())),
        Change::RemoveAll(path) => remove_all(list, path),
        Change::MakeDir(path) => list.push(Op::MakeDir(path.to_owned())),
        Change::SyncDir(path) => list.push(Op::SyncDir(path.to_owned())),
    }
}

/// A directory goes file by file: a crash in between leaves some of them.
fn remove_all(list: &mut Vec<Op>, dir: &Path) {
    let Ok(entries) = fs::read_dir(dir) else {
        return;
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        match path.is_dir() {
            true => remove_all(list, &path),
            false => list.push(Op::Remove(path)),
        }
    }
    list.push(Op::Remove(dir.to_owned()));
}
