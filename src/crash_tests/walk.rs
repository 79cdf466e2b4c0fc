//! A walk through every state that a crash during an act may leave ([`Film`]), and what has to hold in each: the vault
//! opens as it was before or as it is after, no signed head is lost, it goes on, and nobody ever sees two heads of one
//! size, on one machine or two.

use std::collections::BTreeMap;
use std::path::Path;

use crate::crash_tests::bench::Bench;
use crate::crash_tests::bench::contents;
use crate::crash_tests::film::Film;
use crate::crash_tests::film::Frame;
use crate::crash_tests::film::Tree;
use crate::crash_tests::film::put;
use crate::crash_tests::film::tree_of;
use crate::ledger::checkpoint::Checkpoint;
use crate::vault::Vault;
use crate::vault::check::Fault;
use crate::vault::check::Finding;
use crate::vault::error::VaultError;
use crate::vault::places::Places;
use crate::vault::reseal;
use crate::vault::standing::Standing;

/// How many states of each act are looked at in the ordinary run; all of them with `SUBROSA_SCALE`.
const SAMPLE: usize = 8;

/// Whether everything is tried that can be tried, and not a sample of it.
pub fn is_full() -> bool {
    option_env!("SUBROSA_SCALE").and_then(|scale| scale.parse::<u64>().ok()).is_some_and(|scale| scale >= 1)
}

/// Every `step`th of `all`, so that about `count` are left, the last among them; all of them in a full run.
pub fn sampled<T>(all: Vec<T>, count: usize) -> Vec<T> {
    let (step, last) = (if is_full() { 1 } else { all.len().div_ceil(count).max(1) }, all.len().saturating_sub(1));
    let picked = all.into_iter().enumerate().filter(|(at, _)| at % step == step / 2 || *at == last);
    picked.map(|(_, one)| one).collect()
}

/// The heads that anybody could see: of each log, the root of each size.
#[derive(Clone, Default)]
pub struct Heads(BTreeMap<(String, u64), Checkpoint>);

impl Heads {
    /// Notes every mark and every published checkpoint below `root`.
    fn see(&mut self, root: &Path, when: &str) {
        for (path, file) in tree_of(root) {
            if is_mark(&path) || is_published(&path) {
                self.note(&file.expect("it is a file"), when);
            }
        }
    }

    fn note(&mut self, bytes: &[u8], when: &str) {
        let text = std::str::from_utf8(bytes).unwrap();
        let text = &text[..=text.find("\n\n").unwrap()];
        let head = Checkpoint::parse(text).unwrap();
        let known = self.0.entry((head.origin.to_string(), head.size)).or_insert_with(|| head.clone());
        assert_eq!(*known, head, "{when}: two heads of one size");
    }

    /// The largest of each log.
    fn largest(&self) -> Vec<Checkpoint> {
        let by_log: BTreeMap<_, _> = self.0.iter().map(|((log, _), head)| (log, head)).collect();
        by_log.into_values().cloned().collect()
    }
}

/// `STATE/<log>/head`
fn is_mark(path: &Path) -> bool {
    path.ends_with("head") && path.iter().any(|part| part.to_string_lossy().ends_with("state"))
}

/// `ledger/<log>/checkpoint`
fn is_published(path: &Path) -> bool {
    path.ends_with("checkpoint") && path.iter().any(|part| part == "ledger")
}

/// The catalogues are SQLite's to keep whole, and can be made again: what is on disk of them is not in the film.
fn is_cache(path: &Path) -> bool {
    path.iter().any(|part| part.to_string_lossy().ends_with("cache"))
}

/// An act, and who looks at what a crash leaves of it.
pub struct Walk<'a> {
    pub bench: &'a Bench,
    /// The first is the one that acts.
    pub machines: Vec<Places>,
    /// What is looked at: the state before, or after.
    pub look: &'a dyn Fn(&Vault) -> String,
    /// Before the act the history has a branch that is not joined to it: an alarm, and no appending.
    pub is_branched: bool,
    /// Before the act the files are behind the mark: an alarm, and no appending.
    pub is_behind: bool,
}

impl<'a> Walk<'a> {
    pub fn of(bench: &'a Bench, look: &'a dyn Fn(&Vault) -> String) -> Self {
        Self { bench, machines: vec![bench.places.clone()], look, is_branched: false, is_behind: false }
    }

    pub fn with(mut self, machine: &Places) -> Self {
        self.machines.push(machine.clone());
        self
    }

    fn open(&self, machine: &Places) -> Result<Vault, VaultError> {
        self.bench.open_at(machine, Bench::options())
    }

    fn seen(&self) -> String {
        let vault = self.open(&self.machines[0]).unwrap();
        format!("{:?} {}", contents(&vault), (self.look)(&vault))
    }

    /// Lets `act` happen, and looks at every state that it may leave.
    pub fn through(&self, name: &str, act: &dyn Fn() -> Result<(), String>) {
        let root = self.bench.dir.path();
        let before = self.seen();
        for machine in &self.machines[1..] {
            drop(self.open(machine).unwrap());
        }
        let mut base = Heads::default();
        base.see(root, name);
        let (done, film) = Film::of(root, &is_cache, act);
        done.unwrap();
        let cache: Tree = tree_of(root).into_iter().filter(|(path, _)| is_cache(path)).collect();
        let after = self.seen();
        assert_ne!(before, after, "{name}");

        let all = film.frames();
        let (states, frames) = (all.len(), sampled(all, SAMPLE));
        let (operations, looked_at) = (film.len(), frames.len());
        for (at, frame) in frames.into_iter().enumerate() {
            let scene = Scene { walk: self, film: &film, at, what: format!("{name}: {}", frame.what), base: &base };
            scene.set(&frame, &cache);
            scene.judge(&frame, &before, &after, act);
        }
        // Shown with `--nocapture`.
        println!("{name}: {operations} operations, {states} states, {looked_at} looked at");
    }
}

/// One state of the disk, and what follows.
struct Scene<'a> {
    walk: &'a Walk<'a>,
    film: &'a Film,
    at: usize,
    what: String,
    base: &'a Heads,
}

impl Scene<'_> {
    /// Catalogues are those of before, or of after, or none.
    fn set(&self, frame: &Frame, cache: &Tree) {
        let mut tree: Tree = frame.tree.clone();
        if !self.at.is_multiple_of(3) {
            tree.retain(|path, _| !is_cache(path));
        }
        if self.at % 3 == 1 {
            tree.extend(cache.clone());
        }
        put(&tree, self.walk.bench.dir.path());
    }

    fn judge(&self, frame: &Frame, before: &str, after: &str, act: &dyn Fn() -> Result<(), String>) {
        let (walk, what) = (self.walk, &self.what);
        let root = walk.bench.dir.path();
        let mut heads = self.base.clone();
        // What was published for a moment somebody else may have seen, whatever became of it here.
        for bytes in self.film.ever(frame.begun, &is_published) {
            heads.note(&bytes, what);
        }
        heads.see(root, what);
        let signed = heads.largest();

        // Whoever comes first.
        let count = walk.machines.len();
        for machine in (0..count).map(|at| &walk.machines[(at + self.at) % count]) {
            self.opened(machine);
            heads.see(root, what);
        }
        // Until something else is appended, all states of one act have the same heads, marked or published.
        let mut of_all = heads.clone();
        for bytes in self.film.ever(self.film.len(), &|path| is_published(path) || is_mark(path)) {
            of_all.note(&bytes, what);
        }
        let mut vault = self.opened(&walk.machines[0]);
        let seen = format!("{:?} {}", contents(&vault), (walk.look)(&vault));
        let is_before = seen == before;
        assert!(is_before || seen == after, "{what}: {seen} is neither {before} nor {after}");
        let is_done = frame.begun == self.film.len();
        assert!(!is_done || seen == after, "{what}: it was told as done, and it is {seen}");
        // Where there was an alarm, it is there until the act is done, and no longer.
        assert!(vault.alarm().is_none() || is_before, "{what}: {:?}", vault.alarm());
        if vault.alarm().is_none() {
            self.keeps(&vault, &signed);
            self.is_whole(&mut vault);
        }
        drop(vault);

        // It goes on: the same again, where it did not happen; then whatever else.
        if is_before {
            act().unwrap_or_else(|error| panic!("{what}: it cannot be done again: {error}"));
            heads.see(root, what);
            assert_eq!(walk.seen(), after, "{what}: done again");
        }
        self.goes_on(&mut heads);
    }

    fn opened(&self, machine: &Places) -> Vault {
        let vault = self.walk.open(machine).unwrap_or_else(|error| panic!("{}: {error}", self.what));
        let is_expected = match vault.standing() {
            Standing::Branched(_) => self.walk.is_branched,
            Standing::RolledBack(_) => self.walk.is_behind,
            _ => vault.alarm().is_none(),
        };
        assert!(is_expected, "{}: {:?}", self.what, vault.alarm());
        vault
    }

    /// No head that was signed, of a log that there was before, is lost.
    fn keeps(&self, vault: &Vault, signed: &[Checkpoint]) {
        let chapters = vault.chapters().unwrap();
        let known = self.base.largest();
        for head in signed.iter().filter(|head| known.iter().any(|known| known.origin == head.origin)) {
            let chapter = chapters.iter().find(|chapter| *chapter.verifier.origin() == head.origin);
            let Some(chapter) = chapter else { continue };
            let held = chapter.gap.as_ref().unwrap_or(&chapter.head);
            assert!(held.size >= head.size, "{}: {} of {} entries are held", self.what, held.size, head.size);
        }
    }

    fn is_whole(&self, vault: &mut Vault) {
        let report = vault.check(true, &mut |_| {}).unwrap();
        let is_news = |finding: &&Finding| {
            let fault = finding.fault;
            !matches!(fault, Fault::Waiting | Fault::Resealing)
        };
        let news: Vec<_> = report.ledger.findings.iter().chain(&report.findings).filter(is_news).collect();
        assert!(news.is_empty(), "{}: {news:?}", self.what);
    }

    /// Everybody who may writes; whoever may not says so; what was to be sealed anew is.
    fn goes_on(&self, heads: &mut Heads) {
        let (bench, what) = (self.walk.bench, &self.what);
        let mut writers = 0;
        for (at, machine) in self.walk.machines.iter().enumerate() {
            let mut vault = self.opened(machine);
            match vault.may_append() {
                Ok(()) => {
                    bench.add_client(&mut vault, &format!("after-{at}"));
                    writers += 1;
                }
                Err(VaultError::ReadsOnly { .. }) => {}
                Err(error) => panic!("{what}: {error}"),
            }
            heads.see(bench.dir.path(), what);
            if vault.is_being_resealed() && vault.may_append().is_ok() {
                let whole = contents(&vault);
                reseal::reseal(&mut bench.desk(&mut vault), &mut |_| true).unwrap_or_else(|e| panic!("{what}: {e}"));
                drop(vault);
                let vault = self.opened(machine);
                assert!(!vault.is_being_resealed(), "{what}: it was sealed anew");
                assert_eq!(contents(&vault), whole, "{what}");
            }
            heads.see(bench.dir.path(), what);
        }
        assert!(writers > 0, "{what}: nobody may write");
        for machine in &self.walk.machines {
            self.is_whole(&mut self.opened(machine));
        }
        heads.see(bench.dir.path(), what);
    }
}
