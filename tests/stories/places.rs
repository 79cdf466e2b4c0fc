//! Where plain content may go: each kind of place that is refused, by its own reason and without a byte; and a redirect of
//! the shell's into a file that others can read.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Stdio;

use crate::excerpts::filed;
use crate::excerpts::practice;
use crate::machine::Machine;
use crate::practice::chmod;
use crate::practice::mode;

#[test]
fn each_kind_of_place_is_refused_by_its_reason_and_nothing_is_written() {
    let practice = practice();
    filed(&practice, "note.txt", b"Slept better.\n", &[]);
    for (directory, marker) in [
        ("code", Some(".git")),
        ("Dropbox", None),
        ("OneDrive", None),
        ("Nextcloud", None),
        ("Mobile Documents", None),
        ("synced", Some(".stfolder")),
        ("public_html", None),
        ("shared", None),
    ] {
        fs::create_dir(practice.path(directory)).unwrap();
        marker.iter().for_each(|marker| fs::create_dir(practice.path(directory).join(marker)).unwrap());
    }
    chmod(&practice.path("shared"), 0o777);
    symlink(practice.path("elsewhere.txt"), practice.path("link.txt")).unwrap();
    practice.write("there.txt", "mine\n");
    for (place, reason, lifted) in [
        ("code/out.txt", "E-OUTPUT-GIT", Some("--allow-location")),
        ("Dropbox/out.txt", "E-OUTPUT-SYNC", Some("--allow-location")),
        ("OneDrive/out.txt", "E-OUTPUT-SYNC", None),
        ("Nextcloud/out.txt", "E-OUTPUT-SYNC", None),
        ("Mobile Documents/out.txt", "E-OUTPUT-SYNC", None),
        ("synced/out.txt", "E-OUTPUT-SYNC", None),
        ("public_html/out.txt", "E-OUTPUT-WEB", Some("--allow-location")),
        ("shared/out.txt", "E-OUTPUT-WRITABLE", Some("--allow-location")),
        ("/tmp/subrosa-story-out.txt", "E-OUTPUT-WRITABLE", None),
        ("vault/out.txt", "E-OUTPUT-VAULT", None),
        ("link.txt", "E-OUTPUT-LINK", None),
        ("there.txt", "E-OUTPUT-EXISTS", Some("--force")),
    ] {
        let said = practice.refused(6, &["show", "@", "-o", place]);
        let reasons: Vec<_> = said.stderr.lines().filter(|line| line.starts_with("  E-")).collect();
        assert!(reasons.len() == 1 && reasons[0].starts_with(&format!("  {reason}: ")), "{place}: {said:?}");
        assert_eq!(practice.path(place).exists(), place == "there.txt", "{place}");
        match (lifted, reason) {
            (Some(lift), _) => drop(practice.ok(&["show", "@", "-o", place, lift])),
            (None, "E-OUTPUT-VAULT" | "E-OUTPUT-LINK") => {
                drop(practice.refused(6, &["show", "@", "-o", place, "--allow-location", "--force"]));
            }
            (None, _) => {}
        }
    }
    assert!(!practice.path("elsewhere.txt").exists());
}

#[test]
fn a_file_that_others_read_gets_no_byte_of_a_redirect() {
    let machine = Machine::new();
    let record = machine.add("told in confidence\n");
    // Nothing protects it but its own mode.
    chmod(&machine.path("."), 0o711);
    machine.write("log.txt", b"mine\n");
    for (access, exit, text) in [(0o644, 6, "mine\n"), (0o600, 0, "mine\ntold in confidence\n")] {
        chmod(&machine.path("log.txt"), access);
        let log = fs::OpenOptions::new().append(true).open(machine.path("log.txt")).unwrap();
        let mut command = machine.command();
        let output = command.args(["show", &record]).stdout(Stdio::from(log)).output().unwrap();
        assert_eq!(output.status.code(), Some(exit), "{output:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr).contains("E-OUTPUT-PERM"), exit == 6, "{output:?}");
        assert_eq!(fs::read_to_string(machine.path("log.txt")).unwrap(), text);
        assert_eq!(mode(&machine.path("log.txt")), access);
    }
}
