//! Hardship, through the real program: processes killed at any moment, two at once, a full disk, no leave to write,
//! little memory, and words that must be nowhere. `SUBROSA_SCALE` makes it harder.

use std::fs;
use std::io::Read as _;
use std::io::Write as _;
use std::process::Command;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use crate::machine::Machine;
use crate::machine::has;
use crate::machine::scale;
use crate::skips::skip;

#[test]
fn killed_at_any_moment_the_vault_opens_and_holds_what_was_reported() {
    let machine = Machine::new();
    let record = machine.add("the first\n");
    machine.consent("dr-lee");
    fs::create_dir(machine.path("out")).unwrap();
    let mut reported = vec![record.clone()];
    let mut tags = 0;
    for n in 0..12 * scale() {
        let tag = format!("+t{n}");
        let add = ["add", "-", "--client", "mk-01", "--kind", "letter"];
        let jobs: [&[&str]; 3] =
            [&add, &["tag", &record, &tag], &["share", &record, "--to", "dr-lee", "--purpose", "treat", "-o", "out"]];
        let mut child = machine.spawn(jobs[n % 3]);
        let _ = child.stdin.take().unwrap().write_all(&vec![b'x'; 100_000]);
        // From before the first change to after the last.
        thread::sleep(Duration::from_micros(((n * 7919) % 120_000) as u64));
        let _ = child.kill();
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        if n % 3 == 0 && said.ends_with('\n') {
            reported.push(said.trim().to_owned());
        }
        tags += usize::from(n % 3 == 1 && output.status.success());

        let check = machine.run(&["check", "--read-data"]);
        assert!(matches!(check.status.code(), Some(0 | 7)), "after kill {n}: {check:?}");
        for id in &reported {
            assert!(machine.run(&["show", id]).status.success(), "after kill {n}: {id} was reported, and is not there");
        }
    }
    let info: serde_json::Value = serde_json::from_str(&machine.ok(&["info", &record, "--json"])).unwrap();
    assert!(info["record"]["tags"].as_array().unwrap().len() >= tags);
    // Whatever package is outside has its entry.
    let log = machine.ok(&["ledger", "log", "--kind", "disclosure.made"]);
    for package in machine.files("out").iter().filter(|path| path.extension().is_some_and(|ending| ending == "age")) {
        let id = package.file_stem().unwrap().to_str().unwrap();
        assert!(log.contains(id), "{id} is outside without an entry");
    }
    assert_eq!(machine.run(&["ledger", "verify"]).status.code(), Some(0));
    // And nothing of the dead is left in the way.
    machine.ok(&["tag", &record, "+last"]);
    assert_eq!(fs::read_dir(machine.vault().join("incoming")).unwrap().count(), 0);
}

#[test]
fn two_at_once_both_succeed() {
    let machine = Machine::new();
    let rounds = 5 * scale();
    thread::scope(|scope| {
        for name in ["a", "b"] {
            let machine = &machine;
            scope.spawn(move || {
                for n in 0..rounds {
                    machine.add(&format!("{name} {n}\n"));
                }
            });
        }
        // Who looks meanwhile finds nothing amiss: what others have under way is no stray.
        for _ in 0..rounds {
            let check = machine.run(&["check"]);
            assert_eq!(check.status.code(), Some(0), "{check:?}");
        }
    });
    let list: serde_json::Value = serde_json::from_str(&machine.ok(&["list", "--json"])).unwrap();
    assert_eq!(list["records"].as_array().unwrap().len(), 2 * rounds);
    let verdict = machine.run(&["ledger", "verify"]);
    assert!(verdict.status.success(), "{verdict:?}");
    assert_eq!(machine.run(&["check", "--read-data"]).status.code(), Some(0));
}

#[test]
fn who_waits_too_long_is_told() {
    let machine = Machine::new();
    let lock = fs::File::open(machine.vault().join("lock")).unwrap();
    lock.lock().unwrap();
    let output = machine.run(&["client", "add", "ab-02", "--lock-wait", "1s", "--json"]);
    assert_eq!(output.status.code(), Some(11), "{output:?}");
    let error: serde_json::Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(error["error"]["code"], "locked");
}

#[test]
fn no_word_stands_outside_the_sealed_files() {
    let words = [
        "Wrenfield",
        "quokka-7",
        "Zephyrine",
        "tagword",
        "filnamn",
        "Oberholzer",
        "contentword",
        "dr-smaragd",
        "supervise",
        "whyword",
    ];
    let machine = Machine::bare();
    let owner = machine.public_key("me.txt");
    machine.ok(&[
        "init",
        "--owner",
        &owner,
        "--name",
        "Wrenfield",
        "--alias",
        "oberholzer",
        "--contact",
        "Oberholzer 1",
        "--batch",
    ]);
    machine.ok(&["client", "add", "quokka-7", "--name", "Zephyrine Q", "--adult"]);
    machine.make_key("lee.txt");
    let lee = machine.public_key("lee.txt");
    machine.ok(&[
        "recipient",
        "add",
        "dr-smaragd",
        "--key",
        &lee,
        "--role",
        "treating-provider",
        "--verified",
        "in-person",
        "--name",
        "Oberholzer Smaragd",
    ]);
    machine.ok(&[
        "consent",
        "grant",
        "--client",
        "quokka-7",
        "--to",
        "dr-smaragd",
        "--kind",
        "letter",
        "--purpose",
        "supervise",
        "--describe",
        "Oberholzer may read what Zephyrine wrote",
        "--signed-on",
        "2020-01-01",
        "--signed-by",
        "client",
        "--no-expiry",
    ]);
    machine.write("filnamn.txt", b"contentword\n");
    let record = machine.ok(&[
        "add",
        "filnamn.txt",
        "--client",
        "quokka-7",
        "--kind",
        "letter",
        "-t",
        "tagword",
        "--title",
        "Zephyrine talks",
    ]);
    machine.ok(&[
        "share",
        record.trim(),
        "--to",
        "dr-smaragd",
        "--purpose",
        "supervise",
        "--why",
        "whyword",
        "-o",
        "package.age",
    ]);
    machine.ok(&["show", record.trim()]);
    machine.ok(&["check", "--read-data"]);
    let mut looked = 0;
    for top in [".local", ".cache", "package.age"] {
        let files = if machine.path(top).is_file() { vec![machine.path(top)] } else { machine.files(top) };
        for file in files {
            let name = file.strip_prefix(machine.path(".")).unwrap_or(&file).to_string_lossy().to_lowercase();
            let bytes = String::from_utf8_lossy(&fs::read(&file).unwrap()).to_lowercase();
            for word in words {
                let word = word.to_lowercase();
                assert!(!bytes.contains(&word), "{word} stands in {name}");
                assert!(!name.contains(&word), "{word} stands in the name {name}");
            }
            looked += 1;
        }
    }
    assert!(looked > 20, "{looked}");
    assert!(machine.files(".local/state").len() >= 4);
}

#[test]
fn large_records_pass_through_little_memory() {
    let machine = Machine::new();
    machine.consent("dr-lee");
    let megabytes = 24 * scale();
    let run = |args: &[&str], input: usize| {
        // The limit is on the address space's data: the program's own and whatever it allocates.
        let mut command = Command::new("/usr/bin/env");
        let program = machine.command();
        command
            .arg("sh")
            .arg("-c")
            .arg("ulimit -v 400000; exec \"$@\"")
            .arg("sh")
            .arg(env!("CARGO_BIN_EXE_subrosa"))
            .args(args);
        command.env_clear().current_dir(machine.path("."));
        for (name, value) in program.get_envs() {
            command.env(name, value.unwrap_or_default());
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let feeder = thread::spawn(move || {
            let block = vec![0xa5; 1 << 20];
            for _ in 0..input {
                stdin.write_all(&block).unwrap();
            }
        });
        let mut stdout = child.stdout.take().unwrap();
        let mut count = 0;
        let mut text = Vec::new();
        let mut buffer = vec![0; 1 << 20];
        loop {
            match stdout.read(&mut buffer).unwrap() {
                0 => break,
                n => {
                    count += n;
                    if text.len() < 4096 {
                        text.extend_from_slice(&buffer[..n.min(4096)]);
                    }
                }
            }
        }
        feeder.join().unwrap();
        // The high-water mark is read before the process is gone.
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        (count, text)
    };
    let (_, id) = run(&["add", "-", "--client", "mk-01", "--kind", "recording"], megabytes);
    let id = String::from_utf8(id).unwrap().trim().to_owned();
    let (size, _) = run(&["show", &id], 0);
    assert_eq!(size, megabytes << 20);
    run(&["share", &id, "--to", "dr-lee", "--purpose", "treat", "-o", "big.age"], 0);
    assert!(fs::metadata(machine.path("big.age")).unwrap().len() > (megabytes << 20) as u64);
}

#[test]
fn each_missing_thing_has_its_own_words_and_code() {
    let machine = Machine::bare();
    let codes = |args: &[&str]| {
        let output = machine.run(args);
        assert!(output.stdout.is_empty(), "{output:?}");
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!(codes(&["list"]).0, 10);
    let machine = Machine::new();
    let codes = |args: &[&str]| {
        let output = machine.run(args);
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    machine.make_key("other.txt");
    assert_eq!(codes(&["-i", "other.txt", "list"]).0, 12);
    assert_eq!(codes(&["-i", "nowhere.txt", "list"]).0, 12);
    machine.write("wrong", b"not the passphrase\n");
    let header = machine.vault().join("vault.toml");
    let text = fs::read_to_string(&header).unwrap();
    fs::write(&header, text.replace("format = 1", "format = 2")).unwrap();
    let (code, said) = codes(&["list"]);
    assert_eq!(code, 1);
    assert!(said.contains("newer"), "{said}");
    fs::write(&header, &text).unwrap();
    assert_eq!(codes(&["list"]).0, 0);
}

/// Whether this story can become another user: it needs root, and says so aloud elsewhere.
pub fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().unwrap();
    let is_root = output.stdout == b"0\n";
    if !is_root {
        skip("root", "is not who runs this");
    }
    is_root
}

pub fn sh(script: &str) -> bool {
    Command::new("sh").args(["-c", script]).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().success()
}

#[test]
fn another_user_reaches_nothing() {
    if !is_root() || !has("setpriv") {
        return;
    }
    let machine = Machine::new();
    machine.add("told in confidence\n");
    sh(&format!("chmod 755 {}", machine.path(".").display()));
    let vault = machine.vault();
    let nobody = |script: &str| sh(&format!("setpriv --reuid=65534 --regid=65534 --clear-groups sh -c '{script}'"));
    assert!(nobody("true"));
    assert!(!nobody(&format!("ls {}", vault.display())));
    for file in
        machine.files(".local/share").iter().chain(&machine.files(".local/state")).chain(&machine.files(".cache"))
    {
        assert!(!nobody(&format!("cat {}", file.display())), "{}", file.display());
        assert_eq!(crate::practice::mode(file), 0o600, "{}", file.display());
    }
    // Content does not go where he can reach it.
    fs::create_dir(machine.path("open")).unwrap();
    sh(&format!(
        "chmod 755 {} && : > {}/there && chmod 644 {}/there",
        machine.path("open").display(),
        machine.path("open").display(),
        machine.path("open").display()
    ));
    let there = fs::OpenOptions::new().append(true).open(machine.path("open/there")).unwrap();
    fs::write(machine.path("open/there"), "x").unwrap();
    let output = machine.command().args(["show", "@"]).stdout(there).output().unwrap();
    assert_eq!(output.status.code(), Some(6), "{output:?}");
    assert_eq!(fs::read(machine.path("open/there")).unwrap(), b"x");
}
