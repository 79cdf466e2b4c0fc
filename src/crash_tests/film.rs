//! The list of changes to files that an act makes, and every state of the disk that a crash or a power cut during it may
//! leave: each prefix of the list, the last write torn, and whatever no sync of its directory made lasting undone, all
//! of it, each alone, and at random. Must not know what a vault is.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashSet;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::rc::Rc;

use rand_core::OsRng;
use rand_core::RngCore as _;

use crate::digest::Digest;
use crate::platform;
use crate::vault::fuse::record;
use crate::vault::fuse::record::Op;

/// How many random choices of what is undone, at each place where the power is cut.
const DRAWN: usize = 4;

/// Directories (`None`) and files, by path.
pub type Tree = BTreeMap<PathBuf, Option<Rc<[u8]>>>;

/// What is at `root` now.
pub fn tree_of(root: &Path) -> Tree {
    let mut tree = Tree::new();
    for entry in fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            tree.extend(tree_of(&path));
            tree.insert(path, None);
        } else {
            let bytes = fs::read(&path).unwrap();
            tree.insert(path, Some(bytes.into()));
        }
    }
    tree
}

/// Makes what is in `root` be `tree`, and nothing else.
pub fn put(tree: &Tree, root: &Path) {
    for entry in fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { fs::remove_dir_all(&path).unwrap() } else { fs::remove_file(&path).unwrap() }
    }
    for (path, file) in tree {
        match file {
            None => platform::create_private_directory(path).unwrap(),
            Some(bytes) => platform::create_private_file(path).unwrap().write_all(bytes).unwrap(),
        }
    }
}

/// What a name stands for: nothing, a directory, or a file, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Named {
    Nothing,
    Dir,
    File(usize),
}

/// One name came to stand for something else.
struct Naming {
    /// The operation that did it.
    op: usize,
    name: PathBuf,
    now: Named,
    /// A file left this name for that of the naming before this one: it does not do so alone.
    is_left: bool,
}

/// What was in a file from an operation on, or before the first.
struct Content {
    op: Option<usize>,
    file: usize,
    bytes: Rc<[u8]>,
}

/// One state of the disk.
pub struct Frame {
    /// How it came to be, for whoever reads of a failure.
    pub what: String,
    /// How many operations were begun.
    pub begun: usize,
    /// What stands on the disk.
    pub tree: Tree,
}

/// An act, as a list of operations on what was there before.
pub struct Film {
    base: BTreeMap<PathBuf, Named>,
    ops: Vec<Op>,
    namings: Vec<Naming>,
    contents: Vec<Content>,
}

impl Film {
    /// Lets `act` happen below `root`. Files below a directory that `is_apart` are made by others, and do not change.
    pub fn of<T>(root: &Path, is_apart: &dyn Fn(&Path) -> bool, act: impl FnOnce() -> T) -> (T, Self) {
        let before = tree_of(root);
        let (done, ops) = record::recorded(act);
        let film = Self::new(&before, ops);
        let lasting = |tree: Tree| tree.into_iter().filter(|(path, _)| !is_apart(path)).collect::<Tree>();
        let (played, found) = (lasting(film.at(film.len(), &BTreeSet::new(), None)), lasting(tree_of(root)));
        let differs: Vec<_> =
            played.keys().chain(found.keys()).filter(|path| played.get(*path) != found.get(*path)).collect();
        assert!(differs.is_empty(), "a change was made that nobody wrote down: {differs:?}");
        (done, film)
    }

    fn new(before: &Tree, ops: Vec<Op>) -> Self {
        let mut film = Self { base: BTreeMap::new(), ops: Vec::new(), namings: Vec::new(), contents: Vec::new() };
        let mut files = 0..;
        let mut next = || files.next().expect("there are numbers enough");
        for (path, file) in before {
            let named = match file {
                None => Named::Dir,
                Some(bytes) => {
                    let file = next();
                    film.contents.push(Content { op: None, file, bytes: bytes.clone() });
                    Named::File(file)
                }
            };
            film.base.insert(path.clone(), named);
        }
        let mut now = film.base.clone();
        for (op, what) in ops.iter().enumerate() {
            let named: Vec<(&PathBuf, Named)> = match what {
                Op::Create(path) => {
                    let file = next();
                    film.contents.push(Content { op: Some(op), file, bytes: Rc::from([]) });
                    vec![(path, Named::File(file))]
                }
                Op::Write(path, bytes) => {
                    let Some(&Named::File(file)) = now.get(path) else { panic!("{} was written", path.display()) };
                    film.contents.push(Content { op: Some(op), file, bytes: bytes[..].into() });
                    Vec::new()
                }
                Op::Unsynced(path) => panic!("{} was renamed before it was synced", path.display()),
                Op::Rename(from, to) => {
                    let Some(&file @ Named::File(_)) = now.get(from) else { panic!("{} was renamed", from.display()) };
                    vec![(to, file), (from, Named::Nothing)]
                }
                Op::Remove(path) => vec![(path, Named::Nothing)],
                Op::MakeDir(path) => vec![(path, Named::Dir)],
                Op::SyncDir(_) => Vec::new(),
            };
            for (at, (name, to)) in named.into_iter().enumerate() {
                now.insert(name.clone(), to);
                film.namings.push(Naming { op, name: name.clone(), now: to, is_left: at > 0 });
            }
        }
        Self { ops, ..film }
    }

    /// How many operations there are.
    pub fn len(&self) -> usize {
        self.ops.len()
    }

    /// What is on the disk when `begun` operations were, but for the namings `undone`; the last operation's write as
    /// `torn`.
    fn at(&self, begun: usize, undone: &BTreeSet<usize>, torn: Option<&[u8]>) -> Tree {
        let mut names: BTreeMap<&Path, Named> =
            self.base.iter().map(|(path, named)| (path.as_path(), *named)).collect();
        for (_, naming) in self.namings.iter().enumerate().filter(|(at, n)| n.op < begun && !undone.contains(at)) {
            names.insert(&naming.name, naming.now);
        }
        let mut bytes: BTreeMap<usize, Rc<[u8]>> = BTreeMap::new();
        for content in self.contents.iter().filter(|content| content.op.is_none_or(|op| op < begun)) {
            let is_torn = torn.filter(|_| content.op.is_some_and(|op| op + 1 == begun));
            bytes.insert(content.file, is_torn.map_or(content.bytes.clone(), Rc::from));
        }
        let mut tree = Tree::new();
        for (path, named) in names {
            let parent = path.parent().expect("there is a root");
            // What lies below a directory that is not there is not there. Above the root nothing is looked at.
            let is_below = self.is_known(parent) && tree.get(parent) != Some(&None);
            match named {
                _ if is_below => {}
                Named::Nothing => {}
                Named::Dir => drop(tree.insert(path.to_owned(), None)),
                Named::File(file) => drop(tree.insert(path.to_owned(), Some(bytes[&file].clone()))),
            }
        }
        tree
    }

    fn is_known(&self, dir: &Path) -> bool {
        self.base.contains_key(dir) || self.namings.iter().any(|naming| naming.name == dir)
    }

    /// The namings among the first `begun` operations that a power cut may undo: no sync of their directory followed.
    /// A file that moved from one directory to another did so in one step: a sync of either makes it lasting.
    fn pending(&self, begun: usize) -> Vec<usize> {
        let is_synced = |naming: &Naming| {
            let dir = naming.name.parent();
            self.ops[naming.op..begun].iter().any(|op| matches!(op, Op::SyncDir(path) if Some(path.as_path()) == dir))
        };
        let may_go = |at: &usize| {
            let naming = &self.namings[*at];
            let left = self.namings.get(at + 1).filter(|next| next.is_left && next.op == naming.op);
            // Within one directory the two go together.
            let goes_along = naming.is_left && self.namings[at - 1].name.parent() == naming.name.parent();
            naming.op < begun && !goes_along && !is_synced(naming) && !left.is_some_and(is_synced)
        };
        (0..self.namings.len()).filter(may_go).collect()
    }

    /// A name that a file did not get is a name that it did not leave another one for.
    fn with_left(&self, undone: impl IntoIterator<Item = usize>) -> BTreeSet<usize> {
        let mut all: BTreeSet<usize> = undone.into_iter().collect();
        let left: Vec<usize> = all.iter().map(|at| at + 1).collect();
        let is_left = |at: &usize| {
            self.namings.get(*at).is_some_and(|naming| naming.is_left && naming.op == self.namings[at - 1].op)
        };
        all.extend(left.into_iter().filter(is_left));
        all
    }

    /// Every state that the disk may be left in, each once, in the order of the operations.
    pub fn frames(&self) -> Vec<Frame> {
        let mut frames = Vec::new();
        let mut seen = HashSet::new();
        let mut add = |what: String, begun: usize, tree: Tree| {
            if seen.insert((begun == self.len(), digest_of(&tree))) {
                frames.push(Frame { what, begun, tree });
            }
        };
        for begun in 0..=self.len() {
            let last = begun.checked_sub(1).map(|last| &self.ops[last]);
            let after = last.map_or("before the first".to_owned(), |op| format!("{begun}: {}", told(op)));
            add(format!("killed after {after}"), begun, self.at(begun, &BTreeSet::new(), None));
            if let Some(Op::Write(_, bytes)) = last {
                for (how, torn) in [("half", bytes[..bytes.len() / 2].to_vec()), ("zeros", vec![0; bytes.len()])] {
                    add(
                        format!("{after}, of which {how} stands"),
                        begun,
                        self.at(begun, &BTreeSet::new(), Some(&torn)),
                    );
                    let undone = self.with_left(self.pending(begun));
                    add(format!("{after}, {how}, all undone"), begun, self.at(begun, &undone, Some(&torn)));
                }
            }
            let pending = self.pending(begun);
            let all = self.with_left(pending.iter().copied());
            add(format!("power cut after {after}, all undone"), begun, self.at(begun, &all, None));
            for one in &pending {
                let undone = self.with_left([*one]);
                let name = self.namings[*one].name.display();
                add(format!("power cut after {after}, {name} undone"), begun, self.at(begun, &undone, None));
            }
            for _ in 0..DRAWN.min(pending.len().saturating_sub(1)) {
                let undone = self.with_left(pending.iter().copied().filter(|_| OsRng.next_u32() & 1 == 0));
                let names: Vec<_> = undone.iter().map(|at| &self.namings[*at].name).collect();
                add(format!("power cut after {after}, {names:?} undone"), begun, self.at(begun, &undone, None));
            }
        }
        frames
    }

    /// What stood under `name` at any time among the first `begun` operations, and before.
    pub fn ever(&self, begun: usize, is_one: &dyn Fn(&Path) -> bool) -> Vec<Rc<[u8]>> {
        let mut found = Vec::new();
        let namings = self.namings.iter().filter(|naming| naming.op < begun).map(|naming| (&naming.name, naming.now));
        for (name, named) in self.base.iter().map(|(name, named)| (name, *named)).chain(namings) {
            if let Named::File(file) = named
                && is_one(name)
            {
                let last = self.contents.iter().rfind(|content| content.file == file);
                found.extend(last.map(|content| content.bytes.clone()));
            }
        }
        found
    }
}

/// An operation in a few words.
pub fn told(op: &Op) -> String {
    match op {
        Op::Write(path, bytes) => format!("{} bytes into {}", bytes.len(), path.display()),
        other => format!("{other:?}"),
    }
}

fn digest_of(tree: &Tree) -> Digest {
    let mut bytes = Vec::new();
    for (path, file) in tree {
        bytes.extend(path.as_os_str().as_encoded_bytes());
        bytes.push(0);
        bytes.extend(file.as_ref().map_or(&[0][..], |_| &[1]));
        bytes.extend(file.as_ref().map_or(Digest::of(b""), |file| Digest::of(file)).as_bytes());
    }
    Digest::of(&bytes)
}
