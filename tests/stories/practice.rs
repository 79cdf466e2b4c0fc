//! A practice for the stories: a directory with everything in it, a vault that an identity file opens (so that no scrypt
//! slows them down), and a way to run the program in it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::sync::OnceLock;

use subrosa::cli;
use subrosa::cli::host::Host;
use subrosa::cli::twin;
use subrosa::cli::twin::Ends;
use subrosa::digest::Digest;
use subrosa::vault::places::Places;
use tempfile::TempDir;

/// Saturday, 2026-11-21T09:30:00Z.
pub const NOW: i64 = 1_795_253_400;

/// The owner's key: the first identity of the CCTV age vectors.
const IDENTITY: &str = "AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM0";
/// The owner's public key.
pub const OWNER: &str = "age1xmwwc06ly3ee5rytxm9mflaz2u56jjj36s0mypdrwsvlul66mv4q47ryef";
/// Keys of recipients.
pub const LEE: &str = "age1e2afe5qvdh834a8sdk7a2hczhp0q89psy5xzxyqnqfw8we8c7e7qrj56f3";
/// Another.
pub const ANA: &str = "age1prrrlx8wl2ajweuy30x3vlcuefwdud0gl66hu9w0qjqaedjm6dessxtt55";

/// What grants the consent that most stories stand on: of mk-01, for what they share, without an end, since they are told
/// at many times.
pub fn consent(to: &str) -> Vec<&str> {
    let kinds = ["progress-note", "letter", "scan", "recording", "billing-item"];
    let kinds = kinds.into_iter().flat_map(|kind| ["--kind", kind]);
    let signed = ["--purpose", "treat", "--signed-on", "2020-01-01", "--signed-by", "client", "--no-expiry"];
    ["consent", "grant", "--client", "mk-01", "--to", to].into_iter().chain(kinds).chain(signed).collect()
}

/// The stage.
pub struct Practice {
    top: TempDir,
    /// The clock.
    pub now: i64,
    /// Where an unlocked vault's key rests.
    pub kept: twin::Kept,
    /// Seeds the randomness of the next run, so that no two runs draw the same ids.
    seed: std::cell::Cell<u64>,
}

/// What came of one run.
#[derive(Debug)]
pub struct Said {
    /// The exit code.
    pub exit: u8,
    /// The answer.
    pub stdout: String,
    /// The talk.
    pub stderr: String,
    /// The question and what was drawn on the terminal.
    pub terminal: String,
}

impl Said {
    /// All of it, for one snapshot.
    pub fn whole(&self) -> String {
        let mut text = format!("{}{}", self.stdout, self.stderr);
        if !self.terminal.is_empty() {
            text.push_str(&format!("-- terminal --\n{}", self.terminal));
        }
        format!("{text}-- exit {} --\n", self.exit)
    }

    /// The answer as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The failure as JSON; nothing else stands on standard error.
    pub fn error(&self) -> serde_json::Value {
        let error: serde_json::Value =
            serde_json::from_str(&self.stderr).unwrap_or_else(|error| panic!("{error}: {self:?}"));
        assert_eq!(error["error"]["exit"], self.exit, "{self:?}");
        error["error"].clone()
    }
}

impl Practice {
    /// A directory with the owner's identity file, and no vault yet.
    pub fn without_vault() -> Self {
        let top = tempfile::tempdir().unwrap();
        let practice = Self { top, now: NOW, kept: twin::Kept::default(), seed: std::cell::Cell::new(1) };
        practice.write("me.txt", &format!("{IDENTITY}\n"));
        practice
    }

    /// With a vault.
    pub fn new() -> Self {
        static SCENE: Scene = Scene::new();
        SCENE.set(|| {
            let practice = Self::without_vault();
            let whose = ["--owner", OWNER, "--name", "Praxis Ruhe", "--contact", "+351 1 234"];
            practice.ok(&[&["init", "--time-zone", "Europe/Lisbon", "--batch"], &whose[..]].concat());
            practice
        })
    }

    /// A path in the practice.
    pub fn path(&self, name: &str) -> PathBuf {
        self.top.path().join(name)
    }

    /// The vault.
    pub fn vault(&self) -> PathBuf {
        self.path("vault")
    }

    /// Writes a file that only its owner can read.
    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
        #[cfg(unix)]
        chmod(&self.path(name), 0o600);
    }

    /// A host in the practice, before the vault, without a terminal.
    pub fn host(&self) -> (Host, Ends) {
        self.seed.set(self.seed.get() + 1);
        let (mut host, ends) = twin::host(self.top.path(), self.now, self.seed.get());
        host.keeper = Box::new(self.kept.at(self.now));
        let home = self.path("home");
        let host = host
            .with_var("HOME", home.to_str().unwrap())
            .with_var("SUBROSA_VAULT", "vault")
            .with_var("SUBROSA_IDENTITY", "me.txt");
        (host, ends)
    }

    /// Runs the program.
    pub fn run(&self, args: &[&str]) -> Said {
        self.run_in(self.host(), args)
    }

    /// Runs the program before a terminal, where somebody gives these answers.
    pub fn at_terminal(&self, answers: &[&str], args: &[&str]) -> Said {
        let (host, ends) = self.host();
        answers.iter().for_each(|answer| ends.terminal.will_answer(answer));
        let host = host.at_terminal(&ends);
        let said = self.run_in((host, ends.clone()), args);
        assert_eq!(ends.terminal.left(), 0, "answers that nobody asked for: {said:?}");
        said
    }

    /// Runs the program in a host of the story's own.
    pub fn run_in(&self, (mut host, ends): (Host, Ends), args: &[&str]) -> Said {
        let args = std::iter::once("subrosa").chain(args.iter().copied()).map(OsString::from);
        let exit = cli::run(args, &mut host);
        let top = self.top.path().to_str().unwrap();
        let here = |text: String| text.replace(top, "[HERE]");
        Said {
            exit,
            stdout: here(ends.stdout.take_text()),
            stderr: here(ends.stderr.take_text()),
            terminal: here(ends.terminal.take_transcript()),
        }
    }

    /// Somebody is in a private room, so that content may be drawn.
    pub fn here(&self) {
        self.ok(&["here", "private-office", "--for", "12h"]);
    }

    /// Runs the program; it does what it was asked.
    pub fn ok(&self, args: &[&str]) -> Said {
        let said = self.run(args);
        assert_eq!(said.exit, 0, "{args:?}: {said:?}");
        said
    }

    /// The client mk-01 lets somebody have what the stories share.
    pub fn consent(&self, to: &str) {
        self.ok(&consent(to));
    }

    /// Runs the program; it does not do what it was asked, and the vault stays as it was to the byte.
    pub fn refused(&self, exit: u8, args: &[&str]) -> Said {
        let before = self.files();
        let said = self.run(args);
        assert_eq!(said.exit, exit, "{args:?}: {said:?}");
        assert_eq!(said.stdout, "", "{args:?}");
        assert_eq!(self.files(), before, "{args:?}: a refusal wrote something");
        said
    }

    /// The files of the vault and of what this computer knows of it, each with its digest.
    pub fn files(&self) -> BTreeMap<PathBuf, String> {
        let mut files = BTreeMap::new();
        collect(&self.vault(), &mut files);
        collect(&self.path("home/.local/state"), &mut files);
        files
    }
}

/// What several stories begin with: told once, and each story gets a copy of its own to go on with.
pub struct Scene(OnceLock<Told>);

/// A practice in memory.
struct Told {
    top: PathBuf,
    /// Its directories (without a content) and files, parents first.
    entries: Vec<(PathBuf, fs::Permissions, Option<Vec<u8>>)>,
    now: i64,
    seed: u64,
}

impl Scene {
    pub const fn new() -> Self {
        Self(OnceLock::new())
    }

    /// A copy of what `tell` makes.
    pub fn set(&self, tell: impl FnOnce() -> Practice) -> Practice {
        let told = self.0.get_or_init(|| Told::of(&tell()));
        let practice = Practice {
            top: tempfile::tempdir().unwrap(),
            now: told.now,
            kept: twin::Kept::default(),
            seed: std::cell::Cell::new(told.seed),
        };
        for (name, permissions, content) in &told.entries {
            let path = practice.path(name.to_str().unwrap());
            match content {
                Some(bytes) => fs::write(&path, bytes).unwrap(),
                None => fs::create_dir(&path).unwrap(),
            }
            fs::set_permissions(&path, permissions.clone()).unwrap();
        }
        // The computer knows the vault by its path.
        let [before, now] = [&told.top, &practice.path("").canonicalize().unwrap()].map(|top| {
            let state = practice.path("home/.local/state/subrosa");
            Places { vault: top.join("vault"), state, cache: PathBuf::new() }.pin_of(&top.join("vault"))
        });
        fs::rename(before, now).unwrap();
        practice
    }
}

impl Told {
    fn of(practice: &Practice) -> Self {
        let top = practice.path("").canonicalize().unwrap();
        let (mut entries, mut left) = (Vec::new(), vec![top.clone()]);
        while let Some(directory) = left.pop() {
            for entry in fs::read_dir(directory).unwrap() {
                let path = entry.unwrap().path();
                let content = path.is_file().then(|| fs::read(&path).unwrap());
                let permissions = fs::metadata(&path).unwrap().permissions();
                entries.push((path.strip_prefix(&top).unwrap().to_path_buf(), permissions, content));
                left.extend(path.is_dir().then_some(path));
            }
        }
        Self { top, entries, now: practice.now, seed: practice.seed.get() }
    }
}

fn collect(directory: &Path, files: &mut BTreeMap<PathBuf, String>) {
    for entry in fs::read_dir(directory).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.file_name().is_some_and(|name| name == "lock") {
            continue; // empty, and made by whoever comes first
        }
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.insert(path.clone(), Digest::of(&fs::read(&path).unwrap()).to_string());
        }
    }
}

/// Sets a mode.
#[cfg(unix)]
pub fn chmod(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// The mode of a path.
#[cfg(unix)]
pub fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}
