//! Passphrases, keys and contents stand nowhere but where they belong: not in arguments, environment, messages, core dumps,
//! nor in a file that others can open.
#![cfg(target_os = "linux")]

mod messages;

use std::fs;
use std::io::Read as _;
use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use rustix::process::Pid;
use rustix::process::Signal;
use rustix::process::kill_process;

use crate::machine::Machine;
use crate::machine::has;
use crate::practice::chmod;
use crate::skips::skip;

/// How long a slow machine may take for one step.
const PATIENCE: Duration = Duration::from_secs(30);

/// Text that leaks are looked for by: each run of eight characters of it is telling.
const CONTENT: &str = "Vermilion-Ocelot-Thursday";
const PASSPHRASE: &str = "Xylophone-Quasar-77";

/// A content that no pipe holds, so that who shows it waits for its reader.
fn long_content() -> Vec<u8> {
    format!("{CONTENT}\n").repeat(20_000).into_bytes()
}

/// Whether eight characters of `secret` in a row stand in `text`, whatever their case.
fn tells(text: &[u8], secret: &str) -> bool {
    let (text, secret) = (text.to_ascii_lowercase(), secret.to_ascii_lowercase());
    secret.as_bytes().windows(8).any(|run| text.windows(8).any(|window| window == run))
}

/// The telling part of a key file: what follows the prefix that every private key has.
fn secret_part(key_file: &Path) -> String {
    let text = fs::read_to_string(key_file).unwrap();
    text.lines().find_map(|line| line.strip_prefix("AGE-SECRET-KEY-1")).unwrap().to_owned()
}

/// What the kernel tells of a process; `None` where it does not let us look.
fn of_process(child: &Child, file: &str) -> Option<Vec<u8>> {
    fs::read(format!("/proc/{}/{file}", child.id())).ok()
}

/// Ends a child whatever it waits for.
fn stop(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

/// A shell script with the program as `"$@"`, in the machine's home and environment.
fn shell(machine: &Machine, script: &str, args: &[&str]) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script, "sh", env!("CARGO_BIN_EXE_subrosa")]).args(args);
    command.env_clear().current_dir(machine.path(".")).stdin(Stdio::null());
    for (name, value) in machine.command().get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    command
}

#[test]
fn what_is_searched_for_would_be_found() {
    assert!(tells(b"in the ocelot-thursday.", CONTENT));
    assert!(!tells(b"Vermilion", "Vermilia-Otter"));
    assert!(tells(b"xx-quasar-77", PASSPHRASE) && !tells(b"Quasar-", PASSPHRASE));
}

#[test]
fn arguments_and_environment_of_a_running_program_tell_no_secret() {
    let machine = Machine::bare();
    machine.write("pass", format!("{PASSPHRASE}\n").as_bytes());
    let owner = machine.public_key("me.txt");
    machine.ok(&["init", "--owner", &owner, "--passphrase-file", "pass"]);
    machine.ok(&["client", "add", "mk-01"]);
    machine.write("note.txt", &long_content());
    let id = machine.ok(&["add", "note.txt", "--client", "mk-01", "--kind", "letter", "--title", CONTENT]);
    let key = secret_part(&machine.path("me.txt"));
    let quiet = |child: &Child| {
        let cmdline = of_process(child, "cmdline").unwrap();
        assert!(cmdline.starts_with(env!("CARGO_BIN_EXE_subrosa").as_bytes()), "{cmdline:?}");
        // Not to be read at all is better still; root may.
        let environ = of_process(child, "environ").unwrap_or_default();
        let status = of_process(child, "status").unwrap();
        let names: Vec<_> = fs::read_dir(format!("/proc/{}/task", child.id()))
            .unwrap()
            .map(|task| fs::read(task.unwrap().path().join("comm")).unwrap())
            .collect();
        for secret in [PASSPHRASE, CONTENT, &key] {
            for text in [&cmdline, &environ, &status, &names.concat()] {
                assert!(!tells(text, secret), "{}", String::from_utf8_lossy(text));
            }
        }
    };

    // Held open by a reader that does not read, with a passphrase and with a key.
    for arguments in [&["--passphrase-file", "pass"][..], &[]] {
        let mut command = machine.command();
        if !arguments.is_empty() {
            command.env("SUBROSA_IDENTITY", "");
        }
        let mut showing = command
            .args(["show", id.trim()])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = [0; CONTENT.len()];
        showing.stdout.as_mut().unwrap().read_exact(&mut first).unwrap();
        assert_eq!(first, CONTENT.as_bytes());
        quiet(&showing);
        stop(showing);
    }

    // Held open by a writer that does not end; what it made so far is closed to others.
    let mut adding = shell(&machine, "umask 000; exec \"$@\"", &["add", "-", "--client", "mk-01", "--kind", "letter"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    adding.stdin.as_mut().unwrap().write_all(&long_content()).unwrap();
    let incoming = machine.vault().join("incoming");
    until("something to be written", || {
        files_and_directories(&incoming).iter().any(|path| path.is_file() && fs::metadata(path).unwrap().len() > 0)
    });
    quiet(&adding);
    all_private(&machine.path(".local"));
    for file in machine.files(".local") {
        assert!(!tells(&fs::read(&file).unwrap(), CONTENT), "{}", file.display());
    }
    stop(adding);
}

#[test]
fn an_editor_gets_the_file_and_nothing_else() {
    let machine = Machine::new();
    machine.write("note.txt", format!("{CONTENT}\n").as_bytes());
    let add = ["add", "note.txt", "--client", "mk-01", "--kind", "letter", "--title", "Wintergreen-Bassoon"];
    let id = machine.ok(&add);
    let editor = r#"#!/bin/sh
directory=$(dirname "$1")
{
  stat -c '%a %F' "$directory"
  for file in "$directory"/* "$directory"/.[!.]*; do [ -e "$file" ] && stat -c '%a %F' "$file"; done
} > modes
echo "$1" > path
stat -f -c %T "$directory" > filesystem
cat "$1" > seen
{ env; for argument; do echo "$argument"; done; tr '\0' '\n' < /proc/$PPID/cmdline; ls "$directory"; } > known
echo "more" >> "$1"
"#;
    machine.write("editor", editor.as_bytes());
    chmod(&machine.path("editor"), 0o700);
    machine.here();
    let mut edit = shell(&machine, "umask 000; exec \"$@\"", &["edit", id.trim()]);
    let output = edit.env("EDITOR", machine.path("editor")).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let read = |name: &str| fs::read_to_string(machine.path(name)).unwrap();

    assert_eq!(read("seen"), format!("{CONTENT}\n"));
    let modes = read("modes");
    assert_eq!(modes.lines().next(), Some("700 directory"), "{modes}");
    assert!(modes.lines().count() > 1, "{modes}");
    assert!(modes.lines().skip(1).all(|line| line.starts_with("600 regular")), "{modes}");
    if sh("[ $(stat -f -c %T /dev/shm) = tmpfs ] && [ -w /dev/shm ]") {
        assert_eq!(read("filesystem").trim(), "tmpfs");
    } else {
        skip("/dev/shm", "is not in memory");
    }
    let known = read("known");
    for secret in [CONTENT, "Wintergreen-Bassoon", &secret_part(&machine.path("me.txt"))] {
        assert!(!tells(known.as_bytes(), secret), "{known}");
    }
    assert!(!known.contains("note.txt") && !known.contains("mk-01"), "{known}");

    let path = PathBuf::from(read("path").trim());
    assert!(path.is_absolute() && !path.starts_with(machine.vault()), "{}", path.display());
    assert!(!path.exists() && !path.parent().unwrap().exists(), "{}", path.display());
    assert_eq!(machine.ok(&["show", id.trim()]), format!("{CONTENT}\nmore\n"));
    // Nor is any left where an edit came to nothing.
    machine.write("editor", b"#!/bin/sh\necho \"$1\" > path\nexit 3\n");
    edit = shell(&machine, "exec \"$@\"", &["edit", id.trim()]);
    let output = edit.env("EDITOR", machine.path("editor")).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(!tells(&output.stderr, CONTENT), "{output:?}");
    assert!(!Path::new(fs::read_to_string(machine.path("path")).unwrap().trim()).parent().unwrap().exists());
}

#[test]
fn no_core_is_dumped() {
    let machine = Machine::new();
    machine.write("note.txt", &long_content());
    let id = machine.ok(&["add", "note.txt", "--client", "mk-01", "--kind", "letter"]);
    fs::create_dir(machine.path("here")).unwrap();
    let start = |script: &str| {
        let mut command = shell(&machine, script, &["show", id.trim()]);
        command.stdout(Stdio::piped()).current_dir(machine.path("here")).spawn().unwrap()
    };
    let abort = |child: &mut Child| {
        kill_process(Pid::from_child(child), Signal::ABORT).unwrap();
        let status = child.wait().unwrap();
        assert_eq!(status.signal(), Some(Signal::ABORT.as_raw()), "{status:?}");
        status
    };
    // What would happen to a program that does nothing about it.
    let mut control = start("ulimit -c unlimited; echo ready; exec sleep 60");
    control.stdout.as_mut().unwrap().read_exact(&mut [0; 6]).unwrap();
    if !abort(&mut control).core_dumped() {
        skip("core", "is dumped by no program here");
    }
    for entry in fs::read_dir(machine.path("here")).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }

    let mut showing = start("ulimit -c unlimited; exec \"$@\"");
    showing.stdout.as_mut().unwrap().read_exact(&mut [0; 9]).unwrap();
    let limits = String::from_utf8(of_process(&showing, "limits").unwrap()).unwrap();
    let core: Vec<_> =
        limits.lines().find(|line| line.starts_with("Max core file size")).unwrap().split("  ").collect();
    let core: Vec<_> = core.iter().map(|word| word.trim()).filter(|word| !word.is_empty()).collect();
    assert_eq!(core, ["Max core file size", "0", "0", "bytes"], "{limits}");
    let status = abort(&mut showing);
    assert!(!status.core_dumped(), "{status:?}");
    assert_eq!(fs::read_dir(machine.path("here")).unwrap().count(), 0);
}

#[test]
fn its_memory_is_closed_to_other_programs_of_the_same_user() {
    let machine = Machine::bare();
    // Root's processes are root's in any case: there it runs as somebody else, from where he can reach it.
    let is_root = rustix::process::geteuid().is_root();
    if is_root && !has("setpriv") {
        return;
    }
    let home = machine.path("home");
    fs::create_dir(&home).unwrap();
    let program = home.join("subrosa");
    fs::copy(env!("CARGO_BIN_EXE_subrosa"), &program).unwrap();
    if is_root {
        chmod(&machine.path("."), 0o755);
        std::os::unix::fs::chown(&home, Some(65534), Some(65534)).unwrap();
        chmod(&program, 0o755);
    }
    let start = |program: &Path, args: &[&str]| {
        let mut command = match is_root {
            true => Command::new("setpriv"),
            false => Command::new("env"),
        };
        if is_root {
            command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
        }
        command.arg(program).args(args).env("HOME", &home).current_dir(&home);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let owner = |child: &Child| fs::metadata(format!("/proc/{}/mem", child.id())).unwrap().uid();
    let is =
        |child: &Child, name: &str| of_process(child, "cmdline").is_some_and(|line| line.starts_with(name.as_bytes()));

    // Whoever could attach to a program owns what the kernel tells of it; where it denies that, root owns it.
    let control = start(Path::new("cat"), &[]);
    until("cat to run", || is(&control, "cat"));
    assert_eq!(owner(&control), if is_root { 65534 } else { rustix::process::geteuid().as_raw() });
    stop(control);

    // Reads the key from standard input, which does not end.
    let waiting = start(&program, &["init", "--owner", "-", "--batch"]);
    until("it to run", || is(&waiting, program.to_str().unwrap()) && owner(&waiting) == 0);
    stop(waiting);
}

#[test]
fn what_the_program_makes_is_closed_to_others_whatever_the_umask() {
    let machine = Machine::bare();
    machine.make_key("lee.txt");
    let run = |args: &[&str]| {
        let output = shell(&machine, "umask 000; exec \"$@\"", args).output().unwrap();
        assert!(matches!(output.status.code(), Some(0 | 7)), "{args:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let (owner, lee) = (machine.public_key("me.txt"), machine.public_key("lee.txt"));
    run(&["init", "--owner", &owner, "--batch"]);
    run(&["client", "add", "mk-01", "--adult"]);
    run(&["recipient", "add", "dr-lee", "--key", &lee, "--role", "treating-provider", "--verified", "in-person"]);
    run(&crate::practice::consent("dr-lee"));
    run(&["recipient", "add", "ana", "--role", "supervisor"]);
    run(&["recipient", "invite", "ana", "-o", "invitation.txt"]);
    machine.write("note.txt", b"a note\n");
    machine.write("big.bin", &vec![7; 3 << 20]);
    let id = run(&["add", "note.txt", "--client", "mk-01", "--kind", "letter"]);
    run(&["add", "big.bin", "--client", "mk-01", "--kind", "recording"]);
    run(&["tag", &id, "+x"]);
    run(&["share", &id, "--to", "dr-lee", "--purpose", "treat"]);
    run(&["share", &id, "--to", "dr-lee", "--purpose", "treat", "-o", "package.age"]);
    run(&["here", "private-office"]);
    run(&["show", &id, "-o", "shown.txt"]);
    run(&["ledger", "checkpoint", "-o", "checkpoint"]);
    let second =
        shell(&machine, "umask 000; EDITOR='sh -c \"echo more >> \\$1\" sh' exec \"$@\"", &["edit", &id]).output();
    assert!(second.unwrap().status.success());
    for n in 0..3 {
        run(&["client", "add", &format!("ab-{n}")]);
    }
    // A catalogue that is made again, and a key that leaves.
    fs::remove_dir_all(machine.path(".cache")).unwrap();
    run(&["list"]);
    run(&["owner", "add", &lee_owner(&machine), "--alias", "two"]);
    run(&["show", &id]);
    run(&["check", "--read-data"]);
    run(&["ledger", "verify"]);
    let looked = all_private(&machine.path("."));
    assert!(looked > 30, "{looked}");
    for name in ["invitation.txt", "package.age", "shown.txt", "checkpoint", ".cache/subrosa", ".local/state/subrosa"] {
        assert!(machine.path(name).exists(), "{name}");
    }
    // A file of the shell's own is closed before anything goes into it.
    let redirected = shell(&machine, "umask 000; exec \"$@\" > redirected", &["show", &id]).status().unwrap();
    assert!(redirected.success());
    all_private(&machine.path("."));
}

fn lee_owner(machine: &Machine) -> String {
    machine.make_key("two.txt");
    machine.public_key("two.txt")
}

/// Every file below a place is its owner's alone, and every directory too; how many there were.
fn all_private(top: &Path) -> usize {
    let found = files_and_directories(top);
    for path in &found {
        let Ok(facts) = fs::symlink_metadata(path) else { continue };
        let (mode, wanted) = (facts.permissions().mode() & 0o7777, if facts.is_dir() { 0o700 } else { 0o600 });
        assert_eq!(mode, wanted, "{:o} {}", mode, path.display());
    }
    found.len()
}

fn files_and_directories(top: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(top).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            found.extend(files_and_directories(&entry.path()));
        }
        found.push(entry.path());
    }
    found
}

/// Waits until something is so.
fn until(what: &str, is: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is() {
        assert!(Instant::now() < deadline, "waited for {what} in vain");
        thread::sleep(Duration::from_millis(5));
    }
}

fn sh(script: &str) -> bool {
    Command::new("sh").args(["-c", script]).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().success()
}
