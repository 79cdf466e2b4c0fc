//! Evidence of a fork in the hands of others: whoever has the key checks it, with Subrosa and without, and nobody calls it
//! a damaged checkpoint.

use std::fs;
use std::path::Path;
use std::process::Command;

use subrosa::digest::Digest;
use subrosa::ledger::checkpoint::Checkpoint;
use subrosa::ledger::checkpoint::VerifiedCheckpoint;

use crate::aftermath::acquainted;
use crate::attacks_on_notes::signing_key;
use crate::practice::Practice;
use crate::recovery::add;
use crate::recovery::copy;
use crate::recovery::files_of;
use crate::recovery::offered;
use crate::recovery::ok;
use crate::recovery::on;
use crate::recovery::with_one;
use crate::verifier::python;
use crate::witnesses::Stranger;
use crate::witnesses::elsewhere;
use crate::witnesses::published;
use crate::witnesses::vkey;

/// A practice whose key signed another head of `size`, and the evidence of it, in the file `evidence`.
fn forked_at(size: u64) -> (Practice, String) {
    let practice = Practice::new();
    practice.ok(&["client", "add", "mk-01"]);
    let key = signing_key(&practice);
    let head = Checkpoint { origin: key.origin().clone(), size, root: Digest::of(b"other") };
    fs::write(practice.path("fork"), VerifiedCheckpoint::sign(head, &key).unwrap().bytes()).unwrap();
    assert_eq!(practice.run(&["ledger", "verify", "--against", "fork"]).exit, 5);
    let kept = fs::read_dir(practice.path("home/.local/state/subrosa/evidence")).unwrap().next().unwrap().unwrap();
    let text = fs::read_to_string(kept.path()).unwrap();
    practice.write("evidence", &text);
    (practice, text)
}

fn without_subrosa(practice: &Practice, vkey: &str) -> Option<(bool, String)> {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/verify_fork.py");
    let mut python = Command::new(python()?);
    let output = python.arg(program).arg(practice.path("evidence")).arg(vkey).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    Some((output.status.success(), String::from_utf8(said).unwrap()))
}

#[test]
fn a_stranger_with_the_key_checks_evidence_of_a_fork() {
    for size in [4, 3] {
        let (practice, text) = forked_at(size);
        assert_eq!(published(&practice).head().size, 4);
        let key = vkey(&practice);
        let verify = |key: &str| practice.run(&["proof", "verify", "evidence", "--key", key, "--json"]);
        let said = verify(&key);
        let told = said.json();
        assert_eq!((said.exit, &told["verdict"]), (5, &"FORKED".into()), "{said:?}");
        let proved = told["proved"].to_string();
        assert!(proved.contains(&format!("signed a head of {size} entries with the root")), "{proved}");
        assert!(proved.contains("signed two histories that exclude each other"), "{proved}");
        assert_eq!(proved.contains("of these 4 entries the first 3 have the root"), size == 3, "{proved}");
        assert!(told["not_proved"].to_string().contains("which of the two histories is the true one"), "{told}");
        let piped = practice.run(&["proof", "verify", "evidence", "--key", &key]);
        assert!(piped.stdout.starts_with("FORKED\t") && piped.stderr.contains("proved: "), "{piped:?}");
        if let Some((holds, said)) = without_subrosa(&practice, &key) {
            assert!(holds && said.starts_with("FORKED: "), "{said}");
        }

        // What does not hold is no evidence.
        let at = text.match_indices("\n— ").nth(1).unwrap().0 + 70;
        let mut forged = text.clone().into_bytes();
        forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
        let first = text[1..].find(&format!("\n{}\n", published(&practice).head().origin)).unwrap() + 2;
        let twice = format!("{}\n{}", &text[..first - 1], &text[..first - 1]);
        let rootless = text.split("\nroot ").next().unwrap().to_owned();
        let mut rows = vec![("CORRUPT", String::from_utf8(forged).unwrap()), ("INCOMPLETE", twice)];
        if size == 3 {
            rows.push(("INCOMPLETE", rootless));
        }
        for (verdict, text) in rows {
            practice.write("evidence", &text);
            let said = verify(&key);
            let told = said.json();
            assert_eq!((said.exit, &told["verdict"]), (5, &verdict.into()), "{text}\n{said:?}");
            assert!(told["findings"][0]["text"].as_str().unwrap().contains("not proved"), "{said:?}");
            assert!(!told["proved"].to_string().contains("two histories"), "{said:?}");
            if let Some((holds, said)) = without_subrosa(&practice, &key) {
                assert!(!holds && said.starts_with("REFUSED: "), "{said}");
            }
        }
        practice.write("evidence", &text);
        let said = verify(&Stranger::new().vkey());
        assert_eq!((said.exit, &said.json()["verdict"]), (5, &"WRONG-LOG".into()), "{said:?}");
        practice.refused(2, &["proof", "verify", "evidence", "--key", &key, "--against", "fork"]);
    }
}

#[test]
fn evidence_of_a_fork_is_named_wherever_a_checkpoint_is_asked_for() {
    let (practice, _) = forked_at(3);
    let key = vkey(&practice);
    // To the witness it is no head; with the key it is told whether it holds.
    for (args, exit, word) in [(&[][..], 3, "evidence of a fork"), (&["--key", &key][..], 5, "FORKED: ")] {
        let said = practice.refused(exit, &[&["ledger", "witness", "evidence"], args].concat());
        assert!(said.stderr.contains(word) && said.stderr.contains("subrosa proof verify evidence --key"), "{said:?}");
        assert!(!said.stderr.contains("MALFORMED"), "{said:?}");
    }
    // To its own ledger, and to another, it is what it is.
    let strange = elsewhere();
    strange.write("evidence", &fs::read_to_string(practice.path("evidence")).unwrap());
    for (practice, verdict) in [(&practice, "FORKED"), (&strange, "WRONG-LOG")] {
        let said = practice.run(&["ledger", "verify", "--against", "evidence", "--json"]);
        let told = said.json();
        assert_eq!((said.exit, &told["verdict"]), (5, &verdict.into()), "{said:?}");
        let found = told["findings"].as_array().unwrap().iter().find(|found| found["file"] == "evidence").unwrap();
        assert!(found["text"].as_str().unwrap().contains("is evidence of a fork"), "{found}");
        assert!(found["cure"].as_str().unwrap().contains("subrosa proof verify evidence --key VKEY"), "{found}");
    }
    // Nor does a proof stand beside it as if nothing were.
    practice.ok(&["ledger", "prove", "3", "-o", "proof"]);
    let said = practice.run(&["proof", "verify", "proof", "--key", &key, "--against", "evidence", "--json"]);
    assert_eq!(said.json()["verdict"], "FORKED", "{said:?}");
}

/// What continues another branch of the ledger lies in the vault, and nothing on this computer remembers that branch.
#[test]
fn a_successor_of_another_branch_has_a_way_out_without_kept_evidence() {
    let (practice, _) = with_one();
    copy(&practice, "vault", "other");
    copy(&practice, "home", "clone");
    ok(&practice, "clone", "other", &["ledger", "rotate-key"]);
    for text in ["two", "three"] {
        add(&practice, "home", "vault", text);
    }
    let key = vkey(&practice);
    let logs: Vec<String> = names(&practice.path("vault/ledger"));
    for log in names(&practice.path("other/ledger")).into_iter().filter(|log| !logs.contains(log)) {
        for of in ["ledger", "journal"] {
            copy(&practice, &format!("other/{of}/{log}"), &format!("vault/{of}/{log}"));
        }
    }
    let forget = || fs::remove_dir_all(practice.path("home/.local/state/subrosa/evidence"));
    // First it is the present ledger that was forked, then, with what was kept gone again, the one before.
    for at in ["present", "past"] {
        let said = practice.run(&["check", "--json"]);
        let found = &said.json()["ledger"]["findings"][0];
        assert_eq!((said.exit, &found["verdict"]), (5, &"FORKED".into()), "{at}: {said:?}");
        assert!(found["text"].as_str().unwrap().contains("excludes"), "{at}: {found}");
        assert_eq!(practice.run(&["client", "add", "zz-01"]).exit, 5);
        let offered = offered(&practice.refused(5, &["ledger", "recover"]));
        let said = practice.ok(&["ledger", "recover", "--accept-head", &offered, "--json"]);
        assert_eq!(said.json()["continued"].is_null(), at == "past", "{said:?}");
        assert!(said.json()["joined"].as_array().unwrap().is_empty(), "{said:?}");
        assert!(practice.ok(&["ledger", "verify"]).stdout.starts_with("CONTINUOUS\t"));
        practice.ok(&["client", "add", &format!("{at}-01")]);
        // What was kept of it is checked like any other, with Subrosa and without.
        let kept = files_of(&practice.path("home/.local/state/subrosa/evidence"), ".txt").pop().unwrap();
        practice.write("evidence", &fs::read_to_string(kept).unwrap());
        let said = practice.run(&["proof", "verify", "evidence", "--key", &key, "--json"]);
        assert_eq!((said.exit, &said.json()["verdict"]), (5, &"FORKED".into()), "{said:?}");
        assert!(said.json()["proved"].to_string().contains("no ledger that only grows has both"), "{said:?}");
        if let Some((holds, said)) = without_subrosa(&practice, &key) {
            assert!(holds && said.starts_with("FORKED: "), "{said}");
        }
        let said = practice.run(&["ledger", "verify", "--against", "evidence", "--json"]);
        assert_eq!((said.exit, &said.json()["verdict"]), (5, &"FORKED".into()), "{said:?}");
        forget().unwrap();
    }
    let offered = offered(&practice.refused(5, &["ledger", "recover"]));
    practice.ok(&["ledger", "recover", "--accept-head", &offered]);
    practice.ok(&["check", "--repair"]);
    practice.ok(&["check"]);
}

#[test]
fn a_reader_is_not_told_to_write_a_ledger_of_its_own() {
    let (practice, _) = with_one();
    for (from, to) in [("vault", "other"), ("home", "clone"), ("vault", "desk-vault")] {
        copy(&practice, from, to);
    }
    acquainted(&practice, "desk", "desk-vault");
    add(&practice, "home", "vault", "two");
    add(&practice, "clone", "other", "three");
    ok(&practice, "desk", "desk-vault", &["ledger", "recover", "--from", "vault"]);
    let from_other = ["ledger", "recover", "--from", "other"];
    // First the copy is another one, then it lies in the vault's place.
    for at in ["copy", "place"] {
        for args in [&from_other[..], &["client", "add", "b-2"], &["ledger", "recover"], &["check"]] {
            if at == "place" && args == from_other {
                continue;
            }
            let said = on(&practice, "desk", "desk-vault", args);
            let all = format!("{}{}", said.stdout, said.stderr);
            assert_eq!(said.exit, 5, "{at}: {said:?}");
            assert!(all.contains("signed") || all.contains("FORKED") || all.contains("rewritten"), "{at}: {said:?}");
            assert!(
                !all.contains("try: subrosa ledger recover") && !all.contains("try: subrosa --accept-head"),
                "{said:?}"
            );
            assert!(
                all.contains("there: subrosa ledger recover") || all.contains("there, after comparing"),
                "{at}: {said:?}"
            );
        }
        fs::remove_dir_all(practice.path("desk-vault")).unwrap();
        copy(&practice, "other", "desk-vault");
    }
    assert_eq!(files_of(&practice.path("desk/.local/state"), "writer").len(), 0);
}

fn names(directory: &Path) -> Vec<String> {
    fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}
