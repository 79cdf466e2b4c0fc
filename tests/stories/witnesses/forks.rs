//! Forks: what a witness refuses and keeps as evidence, and what only looks like one.

use std::fs;
use std::path::PathBuf;

use subrosa::ledger::checkpoint::VerifiedCheckpoint;

use super::Stranger;
use super::ask;
use super::having_witnessed;
use crate::integrity::copy_tree;
use crate::machine::Machine;
use crate::practice::Practice;

#[test]
fn a_fork_is_refused_and_kept_as_evidence() {
    let log = Stranger::new();
    let practice = having_witnessed(&log);
    let vault = crate::integrity::vault_files(&practice);
    let said = ask(&practice, &log.request(5, 2, &[5]));
    assert_eq!((said.exit, said.stdout.as_str()), (5, ""), "{said:?}");
    assert!(said.stderr.contains("FORKED: example.org/log was forked"), "{said:?}");
    assert_eq!(crate::integrity::vault_files(&practice), vault);
    let kept = fs::read_dir(practice.path("home/.local/state/subrosa/evidence")).unwrap();
    let kept: Vec<PathBuf> = kept.map(|entry| entry.unwrap().path()).collect();
    assert_eq!(kept.len(), 1);
    assert!(said.stderr.contains(kept[0].file_name().unwrap().to_str().unwrap()), "{said:?}");
    // Anyone with the public key can check it: two notes, one size, two roots.
    let text = fs::read_to_string(&kept[0]).unwrap();
    let at = text.match_indices("example.org/log\n5\n").nth(1).unwrap().0;
    let open = |note: &str| VerifiedCheckpoint::open(note.as_bytes(), &log.key.verifier()).unwrap();
    let (one, other) = (open(&text[..at - 1]), open(&text[at..]));
    assert_eq!((one.head().size, other.head().size), (5, 5));
    assert_ne!(one.head().root, other.head().root);
    // Also from another old size, and again: it is one file.
    assert_eq!(ask(&practice, &log.request(5, 2, &[0, 2])).exit, 5);
    assert_eq!(fs::read_dir(practice.path("home/.local/state/subrosa/evidence")).unwrap().count(), 1);
    // What was cosigned still is, and the log goes on from there.
    assert_eq!(ask(&practice, &log.request(8, 1, &[5])).exit, 0);
}

#[test]
fn what_comes_late_or_is_not_proved_is_no_fork() {
    let log = Stranger::new();
    let practice = having_witnessed(&log);
    fs::write(practice.path("late.txt"), log.request(4, 1, &[0, 2]).to_bytes()).unwrap();
    let said = practice.refused(1, &["ledger", "witness", "late.txt"]);
    assert!(said.stderr.contains("has 5 entries, and this one has only 4"), "{said:?}");
    assert!(!said.stderr.contains("FORKED"), "{said:?}");
    fs::write(practice.path("gap.txt"), log.request(9, 1, &[0, 4, 6]).to_bytes()).unwrap();
    let said = practice.refused(1, &["ledger", "witness", "gap.txt"]);
    assert!(said.stderr.contains("has 5 entries") && said.stderr.contains("--for-witness --old 5"), "{said:?}");
    // Another history's proof merely fails: who is to say why?
    fs::write(practice.path("other.txt"), log.request(9, 2, &[5]).to_bytes()).unwrap();
    let said = practice.refused(5, &["ledger", "witness", "other.txt"]);
    assert!(said.stderr.contains("not proved") && !said.stderr.contains("FORKED"), "{said:?}");
    let mut wrong = log.request(9, 1, &[5]);
    wrong.steps[0].proof.pop();
    fs::write(practice.path("short.txt"), wrong.to_bytes()).unwrap();
    let said = practice.refused(5, &["ledger", "witness", "short.txt"]);
    assert!(said.stderr.contains("not proved"), "{said:?}");
    // A witness that missed some is asked from several sizes at once.
    assert_eq!(ask(&practice, &log.request(9, 1, &[0, 3, 5, 7])).exit, 0);
}

#[test]
fn of_two_requests_at_once_for_two_histories_one_is_answered() {
    let machine = Machine::new();
    let log = Stranger::new();
    machine.write("first.txt", &log.request(5, 1, &[0]).to_bytes());
    machine.ok(&["ledger", "witness", "first.txt", "--key", &log.vkey()]);
    let mut held = 5;
    for round in 0..3 {
        let next = held + 1 + round;
        for history in [1, 2] {
            machine.write(&format!("{history}.txt"), &log.request(next, history, &[held]).to_bytes());
        }
        // The second history is not the one that is held: its proof fails, or it is a fork.
        let children =
            [1, 2, 1, 2].map(|history| (history, machine.spawn(&["ledger", "witness", &format!("{history}.txt")])));
        for (history, child) in children {
            let output = child.wait_with_output().unwrap();
            let answered = !output.stdout.is_empty();
            assert_eq!(
                (answered, output.status.code()),
                (history == 1, Some(if history == 1 { 0 } else { 5 })),
                "{output:?}"
            );
        }
        held = next;
    }
    // The first head of another log: whichever comes first is the one.
    let log = Stranger::named("example.org/other");
    let children = [1, 2].map(|history| {
        machine.write(&format!("{history}.txt"), &log.request(6, history, &[0]).to_bytes());
        machine.spawn(&["ledger", "witness", &format!("{history}.txt"), "--key", &log.vkey()])
    });
    let outputs = children.map(|child| child.wait_with_output().unwrap());
    assert_eq!(outputs.iter().filter(|output| output.status.success()).count(), 1, "{outputs:?}");
    assert_eq!(outputs.iter().filter(|output| !output.stdout.is_empty()).count(), 1, "{outputs:?}");
    // From a pipe into a pipe, as a witness behind a door of another kind would be asked.
    let said = machine.fed(&["ledger", "witness", "-"], &log.request(6, 1, &[0]).to_bytes());
    let other = machine.fed(&["ledger", "witness", "-"], &log.request(6, 2, &[0]).to_bytes());
    assert_eq!([said, other].iter().filter(|output| output.status.success()).count(), 1);
}

#[test]
fn a_ledger_that_was_forked_on_this_computer_leaves_evidence() {
    let practice = Practice::new();
    copy_tree(&practice.vault(), &practice.path("copy"));
    copy_tree(&practice.path("home"), &practice.path("old-home"));
    practice.ok(&["client", "add", "mk-01"]);
    fs::rename(practice.vault(), practice.path("first")).unwrap();
    fs::rename(practice.path("home"), practice.path("first-home")).unwrap();
    fs::rename(practice.path("copy"), practice.vault()).unwrap();
    fs::rename(practice.path("old-home"), practice.path("home")).unwrap();
    practice.ok(&["client", "add", "ab-02"]);
    // The state that has seen the first, beside the vault that went the other way.
    fs::remove_dir_all(practice.path("home")).unwrap();
    fs::rename(practice.path("first-home"), practice.path("home")).unwrap();
    let said = practice.run(&["ledger", "verify"]);
    assert!(said.exit == 5 && said.stdout.starts_with("FORKED\t"), "{said:?}");
    let kept = fs::read_dir(practice.path("home/.local/state/subrosa/evidence")).unwrap().next().unwrap().unwrap();
    assert!(said.stderr.contains(kept.file_name().to_str().unwrap()), "{said:?}");
    let text = fs::read_to_string(kept.path()).unwrap();
    assert_eq!(text.matches("\n4\n").count(), 2, "two heads of one size: {text}");
    // Nothing is asked of witnesses, or said for others, from there.
    practice.refused(5, &["ledger", "checkpoint", "--for-witness"]);
    fs::write(practice.path("theirs.txt"), Stranger::new().checkpoint(5, 1).bytes()).unwrap();
    practice.refused(5, &["ledger", "witness", "theirs.txt", "--key", &Stranger::new().vkey()]);
}
