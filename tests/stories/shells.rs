//! Completions and man pages: what is written is what shells and `man` can read.

use std::fs;
use std::process::Command;

use crate::machine::has;
use crate::practice::Practice;

#[test]
fn the_shells_that_are_here_understand_their_completions() {
    let practice = Practice::without_vault();
    for shell in ["bash", "zsh", "fish"] {
        let script = practice.ok(&["completions", shell]).stdout;
        for word in ["ledger", "checkpoint", "lock-wait", "disclosure.made"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
        if has(shell) {
            let path = practice.path(shell);
            fs::write(&path, script).unwrap();
            let read = Command::new(shell).arg("-n").arg(&path).output().unwrap();
            assert!(read.status.success() && read.stderr.is_empty(), "{read:?}");
        }
    }
    assert!(practice.ok(&["completions", "powershell"]).stdout.contains("Register-ArgumentCompleter"));
    let said = practice.run(&["completions", "csh"]);
    assert!(said.exit == 2 && said.stderr.contains("bash, zsh, fish, powershell"), "{said:?}");
}

#[test]
fn bash_completes_what_is_typed() {
    if !has("bash") {
        return;
    }
    let practice = Practice::without_vault();
    fs::write(practice.path("c.bash"), practice.ok(&["completions", "bash"]).stdout).unwrap();
    let script = "source ./c.bash; COMP_WORDS=(subrosa ledger ch); COMP_CWORD=2; _subrosa subrosa ch ledger; echo ${COMPREPLY[@]}";
    let output = Command::new("bash").args(["-c", script]).current_dir(practice.path("")).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "checkpoint", "{output:?}");
}

#[test]
fn there_is_a_page_for_every_command() {
    let practice = Practice::without_vault();
    let said = practice.ok(&["man", "-o", "pages"]);
    let pages: Vec<&str> = said.stdout.lines().map(|line| line.rsplit('/').next().unwrap()).collect();
    assert!(pages.starts_with(&["subrosa.1", "subrosa-init.1"]), "{pages:?}");
    for page in ["subrosa-ledger.1", "subrosa-ledger-log.1", "subrosa-check.1", "subrosa-client-add.1"] {
        assert!(pages.contains(&page), "{pages:?}");
    }
    for page in pages {
        let text = fs::read_to_string(practice.path("pages").join(page)).unwrap();
        assert!(text.contains(".SH NAME") && text.contains(".SH SYNOPSIS"), "{page}");
    }
    assert!(practice.ok(&["man"]).stdout.starts_with(".ie"), "roff");
    let again = practice.run(&["man", "-o", "pages"]);
    assert!(again.exit == 6 && again.stderr.contains("--force"), "{again:?}");
    practice.ok(&["man", "-o", "pages", "--force"]);
}
