//! The examples, run as they are shipped, each on a computer of its own.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;
use std::process::Stdio;

use crate::machine::Machine;
use crate::machine::has;
use crate::machine::scale;

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// An example, ready to be run in the machine's home with the program in the path.
fn example(machine: &Machine, name: &str) -> Command {
    let mut command = Command::new("sh");
    let mut paths = vec![Path::new(env!("CARGO_BIN_EXE_subrosa")).parent().unwrap().to_path_buf()];
    paths.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    command.arg(repository().join("examples").join(name)).env_clear().env("HOME", machine.path("")).env("LC_ALL", "C");
    command.env("PATH", std::env::join_paths(paths).unwrap()).env("SUBROSA_IDENTITY", machine.path("me.txt"));
    command.current_dir(machine.path("")).stdin(Stdio::null());
    command
}

fn text(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn has_all(tools: &[&str]) -> bool {
    tools.iter().map(|tool| has(tool)).filter(|found| !found).count() == 0
}

/// Every file of the directory has to be here: what is added there is run here too.
#[test]
fn every_example_is_run() {
    let names = fs::read_dir(repository().join("examples")).unwrap();
    let mut names: Vec<_> = names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    let all =
        ["backup.sh", "import.sh", "library.rs", "open-package.sh", "pipe.sh", "verify_fork.py", "verify_proof.py"];
    assert_eq!(names, all);
    for name in names.iter().filter(|name| name.ends_with(".sh")) {
        let text = fs::read_to_string(repository().join("examples").join(name)).unwrap();
        assert!(text.starts_with("#!/bin/sh\n# "), "{name}: it begins by saying what it is for");
        assert!(text.contains(&format!("\n#     {name} ")), "{name}: it shows how it is called");
        assert!(text.lines().any(|line| line == "set -eu"), "{name}: it stops at the first mistake");
    }
}

#[test]
fn copies_made_while_others_file_records_open_and_verify() {
    if !has_all(&["flock", "tar"]) {
        return;
    }
    let machine = Machine::new();
    let (adders, each) = (5, 2 * scale());
    fs::create_dir(machine.path("backups")).unwrap();
    let mut archives: Vec<String> = Vec::new();
    std::thread::scope(|scope| {
        let adders: Vec<_> = (0..adders)
            .map(|adder| {
                let machine = &machine;
                scope.spawn(move || (0..each).for_each(|n| drop(machine.add(&format!("note {n} of {adder}\n")))))
            })
            .collect();
        while archives.is_empty() || adders.iter().any(|adder| !adder.is_finished()) {
            archives.push(text(&example(&machine, "backup.sh").arg("backups").output().unwrap()).trim().to_owned());
        }
        adders.into_iter().for_each(|adder| adder.join().unwrap());
    });
    archives.push(text(&example(&machine, "backup.sh").arg("backups").output().unwrap()).trim().to_owned());

    let mut counts = Vec::new();
    for archive in &archives {
        // A computer that knows nothing but the key: the copy stands by itself.
        let elsewhere = Machine::bare();
        fs::copy(machine.path("me.txt"), elsewhere.path("me.txt")).unwrap();
        let vault = elsewhere.path("vault");
        fs::create_dir(&vault).unwrap();
        crate::practice::chmod(&vault, 0o700);
        let tar = Command::new("tar").arg("x").arg("-C").arg(&vault).arg("-f").arg(machine.path(archive)).status();
        assert!(tar.unwrap().success());
        let vault = vault.to_str().unwrap();
        let verdict = elsewhere.ok(&["--vault", vault, "ledger", "verify"]);
        assert!(verdict.starts_with("INTACT\t"), "{archive}: {verdict}");
        let records = elsewhere.ok(&["--vault", vault, "list"]);
        for record in records.lines().filter_map(|line| line.split('\t').next()) {
            let note = elsewhere.ok(&["--vault", vault, "show", record]);
            assert!(note.starts_with("note ") && note.ends_with('\n'), "{archive}: {note:?}");
        }
        counts.push(records.lines().count());
        assert!(!Path::new(vault).join("outbox").exists(), "{archive} holds an outbox");
    }
    assert!(counts.is_sorted(), "{counts:?}");
    assert_eq!(counts.last(), Some(&(adders * each)), "the last copy is whole");
    let left: Vec<_> = fs::read_dir(machine.path("backups")).unwrap().collect();
    assert_eq!(left.len(), archives.len(), "nothing unfinished is left behind: {left:?}");
}

#[test]
fn a_copy_that_is_not_whole_is_no_backup() {
    if !has_all(&["flock", "tar"]) {
        return;
    }
    let machine = Machine::new();
    machine.add("a note\n");
    let record = machine.files(".local/share/subrosa/vault/records").pop().unwrap();
    fs::remove_file(record).unwrap();
    fs::create_dir(machine.path("backups")).unwrap();
    let output = example(&machine, "backup.sh").arg("backups").output().unwrap();
    assert_eq!(output.status.code(), Some(5), "{output:?}");
    assert_eq!(machine.files("backups"), Vec::<PathBuf>::new());
}

#[test]
fn a_folder_is_filed_by_kinds() {
    let machine = Machine::new();
    machine.write("old/progress-note/first session.txt", b"First.\n");
    machine.write("old/progress-note/second.txt", b"Second.\n");
    machine.write("old/letter/to the school.txt", b"Dear school.\n");
    let ids = text(&example(&machine, "import.sh").args(["mk-01", "old"]).output().unwrap());
    assert_eq!(ids.lines().filter(|id| id.starts_with("r-")).count(), 3, "{ids}");
    assert_eq!(machine.ok(&["list", "--kind", "progress-note", "--tag", "imported"]).lines().count(), 2);
    assert!(machine.ok(&["list", "--kind", "letter"]).contains("to the school.txt"));

    // One wrong name, and nothing of it is filed.
    machine.write("new/letter/fine.txt", b"Fine.\n");
    machine.write("new/lettre/wrong.txt", b"Wrong.\n");
    let output = example(&machine, "import.sh").args(["mk-01", "new"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert_eq!(machine.ok(&["list"]).lines().count(), 3);
}

#[test]
fn records_pass_through_other_tools() {
    if !has_all(&["jq", "tar"]) {
        return;
    }
    let machine = Machine::new();
    let found = machine.add("Sleeps better since the Walks.\n");
    let other = machine.add("Nothing new.\n");
    machine.write("scans/page 1.txt", b"1");
    machine.write("scans/page 2.txt", b"2");
    let said = text(&example(&machine, "pipe.sh").args(["mk-01", "walks", "scans"]).output().unwrap());
    assert!(said.contains("  2 progress-note\n"), "{said}");
    assert!(said.contains(&format!("  {found}\n")) && !said.contains(&other), "{said}");
    assert!(said.contains("  ./page 1.txt\n") && said.contains("  ./page 2.txt\n"), "{said}");
}

#[test]
fn a_package_opens_without_the_program() {
    if !has_all(&["age", "tar", "jq", "sha256sum"]) {
        return;
    }
    let machine = Machine::new();
    machine.add("The first.\n");
    machine.add("The second.\n");
    machine.consent("dr-lee");
    let share = ["share", "@", "@2", "--to", "dr-lee", "--purpose", "treat", "--why", "asked for", "-o", "package.age"];
    machine.ok(&share);
    let open = |package: &str, directory: &str| {
        example(&machine, "open-package.sh").args(["lee.txt", package, directory]).output().unwrap()
    };
    let said = text(&open("package.age", "opened"));
    assert_eq!(said.lines().filter(|line| line.ends_with(": OK")).count(), 2, "{said}");
    assert!(machine.path("opened/NOTICE.txt").is_file() && !machine.path("opened/package.tar").exists());

    // Cut short, it is not unpacked at all.
    let whole = fs::read(machine.path("package.age")).unwrap();
    machine.write("short.age", &whole[..whole.len() - 1]);
    let output = open("short.age", "short");
    assert!(!output.status.success() && !machine.path("short/NOTICE.txt").exists(), "{output:?}");
}

#[test]
fn the_library_does_it_all_from_a_program() {
    let machine = Machine::bare();
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--locked", "--offline", "--example", "library", "--"])
        .arg(machine.path("practice"))
        .current_dir(repository())
        .output()
        .unwrap();
    let said = text(&output);
    assert!(said.starts_with("8 entries, 0 findings\n"), "{said}");
    assert!(said.contains(": disclosure.made\n") && said.ends_with(".age waits in the outbox\n"), "{said}");
}
