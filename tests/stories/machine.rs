//! A computer of its own for the stories that need the real program: a home directory, a key, and processes.

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Output;
use std::process::Stdio;

use tempfile::TempDir;

use crate::skips::skip;

/// How large the heavy stories are: 1 in the ordinary run, more by `SUBROSA_SCALE`.
pub fn scale() -> usize {
    std::env::var("SUBROSA_SCALE").ok().and_then(|scale| scale.parse().ok()).unwrap_or(1)
}

/// Whether a stock tool is there; said aloud when it is not.
pub fn has(tool: &str) -> bool {
    let found =
        std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).any(|dir| dir.join(tool).is_file());
    if !found {
        skip(tool, "is not installed");
    }
    found
}

/// The computer.
pub struct Machine {
    top: TempDir,
}

impl Machine {
    /// With the owner's key, and no vault.
    pub fn bare() -> Self {
        let machine = Self { top: tempfile::tempdir().unwrap() };
        machine.make_key("me.txt");
        machine
    }

    /// With a vault, the adult client mk-01, and the recipient dr-lee, whose key is in `lee.txt`. They have no consent yet.
    pub fn new() -> Self {
        let machine = Self::bare();
        let owner = machine.public_key("me.txt");
        machine.ok(&[
            "init",
            "--owner",
            &owner,
            "--name",
            "Practice at the Rose",
            "--contact",
            "+351 210 000 000",
            "--batch",
        ]);
        machine.ok(&["client", "add", "mk-01", "--name", "Maria Kestrel", "--adult"]);
        machine.make_key("lee.txt");
        let lee = machine.public_key("lee.txt");
        machine.ok(&[
            "recipient",
            "add",
            "dr-lee",
            "--key",
            &lee,
            "--role",
            "treating-provider",
            "--verified",
            "in-person",
        ]);
        machine
    }

    /// A path in the home directory.
    pub fn path(&self, name: &str) -> PathBuf {
        self.top.path().join(name)
    }

    /// The vault.
    pub fn vault(&self) -> PathBuf {
        self.path(".local/share/subrosa/vault")
    }

    /// Makes an age key file that only its owner can read.
    pub fn make_key(&self, name: &str) {
        let (secret, _) = subrosa::keys::identity::generate_owner();
        self.write(name, secret.reveal_secret().as_bytes());
    }

    /// The public key of a key file.
    pub fn public_key(&self, name: &str) -> String {
        let text = fs::read_to_string(self.path(name)).unwrap();
        text.lines().find_map(|line| line.strip_prefix("# public key: ")).unwrap().to_owned()
    }

    /// Writes a private file.
    pub fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        super::practice::chmod(&path, 0o600);
    }

    /// The program, ready to be run in the home directory.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_subrosa"));
        command.env_clear().env("HOME", self.top.path()).env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("SUBROSA_IDENTITY", self.path("me.txt")).current_dir(self.top.path()).stdin(Stdio::null());
        command
    }

    /// Runs the program.
    pub fn run<S: AsRef<OsStr>>(&self, args: &[S]) -> Output {
        self.command().args(args).output().unwrap()
    }

    /// Runs the program; it does what it was asked. Its answer.
    pub fn ok<S: AsRef<OsStr>>(&self, args: &[S]) -> String {
        let output = self.run(args);
        let args: Vec<_> = args.iter().map(|arg| arg.as_ref().to_string_lossy().into_owned()).collect();
        assert!(output.status.success(), "{args:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// The client mk-01 lets somebody have what the stories share.
    pub fn consent(&self, to: &str) {
        self.ok(&super::practice::consent(to));
    }

    /// Somebody is in a private room, so that content may be drawn.
    pub fn here(&self) {
        self.ok(&["here", "private-office", "--for", "12h"]);
    }

    /// Starts the program with pipes.
    pub fn spawn<S: AsRef<OsStr>>(&self, args: &[S]) -> Child {
        let mut command = self.command();
        command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    }

    /// Runs the program with something on standard input.
    pub fn fed<S: AsRef<OsStr>>(&self, args: &[S], input: &[u8]) -> Output {
        let mut child = self.spawn(args);
        let mut stdin = child.stdin.take().unwrap();
        // A program that does not want its input closes it.
        let _ = stdin.write_all(input);
        drop(stdin);
        child.wait_with_output().unwrap()
    }

    /// Adds a text; its id.
    pub fn add(&self, text: &str) -> String {
        let output = self.fed(&["add", "-", "--client", "mk-01", "--kind", "progress-note"], text.as_bytes());
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Opens a package with a key file, without Subrosa where a stock age is installed, into a new directory.
    pub fn unpack(&self, package: &Path, key: &str) -> PathBuf {
        let into = self.path(&format!("unpacked-{}", package.file_name().unwrap().to_string_lossy()));
        fs::create_dir_all(&into).unwrap();
        let plain = self.open_sealed(package, key);
        let mut tar = Command::new("tar").args(["x", "-C"]).arg(&into).stdin(Stdio::piped()).spawn().unwrap();
        tar.stdin.take().unwrap().write_all(&plain).unwrap();
        assert!(tar.wait().unwrap().success());
        into
    }

    /// Opens any age file with a key file: by the stock program where there is one, else by the age crate.
    pub fn open_sealed(&self, file: &Path, key: &str) -> Vec<u8> {
        if has("age") {
            let output = Command::new("age").arg("-d").arg("-i").arg(self.path(key)).arg(file).output().unwrap();
            assert!(output.status.success(), "{output:?}");
            return output.stdout;
        }
        let key = fs::read(self.path(key)).unwrap();
        let callbacks = subrosa::keys::plugin::Callbacks::none();
        let identities = subrosa::keys::identity::IdentityFile::read(&key, "key", &mut |_| None, &callbacks).unwrap();
        subrosa::seal::open_bytes(fs::File::open(file).unwrap(), &identities, None, 1 << 30).unwrap().to_vec()
    }

    /// Every file below a directory of the home.
    pub fn files(&self, name: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        collect(&self.path(name), &mut found);
        found.sort();
        found
    }
}

fn collect(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).into_iter().flatten() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => collect(&path, found),
            false => found.push(path),
        }
    }
}
