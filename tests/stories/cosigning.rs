//! What comes back from witnesses late, wrong or spoilt, heads that exclude each other, and keys that are none: each is
//! told for what it is, with a cure that works.

use std::fs;

use rand_core::OsRng;
use subrosa::digest::Digest;
use subrosa::keys::signer::SigningKey;
use subrosa::keys::signer::WitnessVerifier;
use subrosa::ledger::checkpoint::Checkpoint;
use subrosa::ledger::checkpoint::VerifiedCheckpoint;
use subrosa::ledger::note;

use crate::attacks_on_notes::signing_key;
use crate::practice::NOW;
use crate::practice::Practice;
use crate::practice::Said;
use crate::witnesses::Stranger;
use crate::witnesses::answer;
use crate::witnesses::ledger;
use crate::witnesses::published;
use crate::witnesses::vkey;
use crate::witnesses::witness;

fn state(practice: &Practice) -> std::path::PathBuf {
    practice.path("home/.local/state/subrosa")
}

fn evidence(practice: &Practice) -> Vec<String> {
    let files = fs::read_dir(state(practice).join("evidence")).into_iter().flatten();
    files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap()).collect()
}

#[test]
fn a_proof_asked_for_from_a_fork_leaves_evidence() {
    for (size, roots) in [(3, 1), (4, 0)] {
        let practice = Practice::new();
        practice.ok(&["client", "add", "mk-01"]);
        let key = signing_key(&practice);
        let head = Checkpoint { origin: key.origin().clone(), size, root: Digest::of(b"other") };
        fs::write(practice.path("fork"), VerifiedCheckpoint::sign(head, &key).unwrap().bytes()).unwrap();
        let _ = fs::remove_file(ledger(&practice).join("tile/0/000.p/3"));
        let said = practice.run(&["ledger", "prove", "--from", "fork", "-o", "link"]);
        assert!(said.exit == 5 && !practice.path("link").exists(), "{said:?}");
        assert!(said.stderr.contains("forked") && said.stderr.contains("both notes are in"), "{said:?}");
        let kept = evidence(&practice);
        assert_eq!((kept.len(), kept[0].matches("\nroot ").count()), (1, roots), "{kept:?}");
    }
}

#[test]
fn a_cosignature_from_before_the_entries_is_not_kept() {
    let mut practice = Practice::new();
    practice.now += 2 * 86_400;
    practice.ok(&["client", "add", "mk-01"]);
    let known = witness("w");
    let vkey = known.verifier().to_string();
    practice.write("early", &answer(&published(&practice), &[(&known, NOW)]));
    let before = practice.files();
    let said = practice.refused(5, &["ledger", "cosign", "early", "--witness", &vkey]);
    for word in ["BACK-DATED", "2026-11-21T09:30:00Z", "2026-11-23T09:30:00Z", "--accept-clock"] {
        assert!(said.stderr.contains(word), "{word}: {said:?}");
    }
    assert_eq!(practice.files(), before);
    // Three minutes are no matter, and whoever knows that his own clock was wrong may say so.
    practice.write("near", &answer(&published(&practice), &[(&known, practice.now - 180)]));
    practice.ok(&["ledger", "cosign", "near", "--witness", &vkey]);
    let other = witness("v");
    practice.write("early", &answer(&published(&practice), &[(&other, NOW)]));
    practice.ok(&["ledger", "cosign", "early", "--witness", &other.verifier().to_string(), "--accept-clock"]);
    // The verdict does not hang on how many are wanted.
    for quorum in ["1", "2"] {
        let said = practice.ok(&["ledger", "verify", "--json", "--quorum", quorum]).json();
        assert_eq!((&said["verdict"], &said["findings"][0]["verdict"]), (&"WITNESSED".into(), &"DATED-AHEAD".into()));
    }
    practice.ok(&["check"]);
}

#[test]
fn an_answer_finds_its_head_however_late_it_comes() {
    let practice = Practice::new();
    practice.ok(&["client", "add", "mk-01"]);
    let (one, two) = (witness("w/1"), witness("w/2"));
    // A checkpoint alone is as good as a request.
    practice.ok(&["ledger", "checkpoint", "-o", "head"]);
    let head = published(&practice);
    practice.ok(&["client", "add", "ab-02"]);
    practice.write("answer", &answer(&head, &[(&one, NOW)]));
    practice.ok(&["ledger", "cosign", "answer", "--witness", &one.verifier().to_string()]);
    // And of a ledger that was closed meanwhile.
    let key = vkey(&practice);
    practice.ok(&["ledger", "rotate-key"]);
    assert_ne!(vkey(&practice), key);
    practice.write("answer", &answer(&head, &[(&two, NOW)]));
    let said = practice.ok(&["ledger", "cosign", "answer", "--witness", &two.verifier().to_string(), "--json"]).json();
    assert_eq!(said["kept"][0]["size"], 4);
    practice.ok(&["ledger", "verify"]);
    practice.ok(&["check"]);
}

#[test]
fn a_spoilt_list_of_witnesses_is_told_with_the_verdict() {
    let practice = Practice::new();
    let known = witness("w");
    practice.write("answer", &answer(&published(&practice), &[(&known, NOW)]));
    practice.write("w.vkey", &format!("{}\n", known.verifier()));
    practice.ok(&["ledger", "cosign", "answer", "--witness", "@w.vkey"]);
    let lists: Vec<_> = practice.files().into_keys().filter(|path| path.ends_with("witnesses")).collect();
    assert_eq!(lists.len(), 1);
    let list = &lists[0];
    fs::write(list, "nonsense\n").unwrap();
    let said = practice.run(&["ledger", "verify", "--json"]);
    let (exit, said) = (said.exit, said.json());
    assert_eq!((exit, &said["verdict"], &said["head"]["size"]), (5, &"CORRUPT".into(), &3.into()));
    let finding = &said["findings"][0];
    assert!(finding["file"].as_str().unwrap().ends_with("witnesses"), "{finding}");
    assert!(finding["cure"].as_str().unwrap().contains("name the witnesses again"), "{finding}");
    let said = practice.refused(5, &["ledger", "cosign", "answer", "--witness", "@w.vkey"]);
    assert!(said.stderr.contains("name the witnesses again"), "{said:?}");
    // The cure works.
    fs::remove_file(list).unwrap();
    practice.ok(&["ledger", "cosign", "answer", "--witness", "@w.vkey"]);
    assert!(practice.ok(&["ledger", "verify", "--witness", "@w.vkey"]).stdout.starts_with("WITNESSED\t"));
}

#[test]
fn what_the_witness_remembers_and_cannot_read_is_named_with_a_cure() {
    let (practice, log) = (Practice::new(), Stranger::new());
    practice.write("log.vkey", &log.vkey());
    fs::write(practice.path("request"), log.request(5, 1, &[0]).to_bytes()).unwrap();
    let first = practice.ok(&["ledger", "witness", "request", "--key", "@log.vkey"]).stdout;
    let spoil = |name: &str| {
        let of_witness =
            practice.files().into_keys().filter(|path| path.starts_with(state(&practice)) && path.ends_with(name));
        let path = of_witness.last().unwrap();
        fs::write(&path, "nonsense\n").unwrap();
        path
    };
    for (name, cure, words) in
        [("vkey", "--key VKEY", &["--key", "@log.vkey"][..]), ("checkpoint", "that one counts then", &[])]
    {
        let path = spoil(name);
        let said = practice.refused(5, &["ledger", "witness", "request"]);
        assert!(said.stderr.contains(cure) && said.stderr.contains("delete this file"), "{said:?}");
        fs::remove_file(path).unwrap();
        assert_eq!(practice.ok(&[&["ledger", "witness", "request"], words].concat()).stdout, first);
    }
    // An older head is not cosigned, and no size is named that would help.
    fs::write(practice.path("late"), log.request(4, 1, &[0]).to_bytes()).unwrap();
    let said = practice.refused(1, &["ledger", "witness", "late"]);
    assert!(
        said.stderr.contains("has 5 entries, and this one has only 4") && !said.stderr.contains("--old"),
        "{said:?}"
    );
    // A fork is told also where nothing can be written down.
    fs::write(state(&practice).join("evidence"), "a file in its way").unwrap();
    fs::write(practice.path("fork"), log.request(5, 2, &[0]).to_bytes()).unwrap();
    let said = practice.refused(5, &["ledger", "witness", "fork"]);
    assert!(said.stderr.contains("FORKED") && said.stderr.contains("could not be kept"), "{said:?}");
}

#[test]
fn checkpoints_of_another_kind_are_refused_and_not_called_malformed() {
    let (practice, log) = (Practice::new(), Stranger::new());
    let head = String::from_utf8(log.checkpoint(5, 1).bytes().to_vec()).unwrap();
    let signed = |text: &str| String::from_utf8(note::sign(text, &log.key).unwrap()).unwrap();
    let body = log.checkpoint(5, 1).head().text();
    let line = head.lines().last().unwrap();
    for (what, note, exit) in [
        ("an extension line", signed(&format!("{body}extension\n")), 3),
        ("size 0", signed(&body.replace("\n5\n", "\n0\n")), 3),
        ("an origin with spaces", signed(&body.replace("example.org/log", "Go SUMDB tree")), 3),
        ("65 lines", format!("{head}{}", format!("{line}\n").repeat(64)), 3),
        ("no root", signed(&body.replace('=', "")), 5),
        ("no size", signed(&body.replace("\n5\n", "\n05\n")), 5),
        ("a page", "<html>\n\n</html>\n".to_owned(), 5),
    ] {
        for text in [note.clone(), format!("old 0\n\n{note}")] {
            practice.write("request", &text);
            let said = practice.run(&["ledger", "witness", "request", "--key", &log.vkey()]);
            assert_eq!(said.exit, exit, "{what}: {said:?}");
            assert_eq!(said.stderr.contains("does not cosign such checkpoints"), exit == 3, "{what}: {said:?}");
        }
    }
}

fn cure(said: &Said) -> String {
    said.json()["findings"][0]["cure"].as_str().unwrap().to_owned()
}

#[test]
fn keys_that_are_none_are_told_so() {
    let practice = Practice::new();
    let key = signing_key(&practice);
    let own = WitnessVerifier::from_public(key.origin().clone(), key.verifier().public()).unwrap().to_string();
    let said = practice.ok(&["ledger", "verify", "--witness", &own]);
    assert!(said.stderr.contains("nobody is his own witness"), "{said:?}");
    // A kept checkpoint by another key, or of another log, says nothing of this vault.
    let other = SigningKey::generate(key.origin().clone(), &mut OsRng);
    fs::write(practice.path("kept"), note::sign(&published(&practice).head().text(), &other).unwrap()).unwrap();
    let said = practice.run(&["ledger", "verify", "--json", "--against", "kept"]);
    assert!(said.exit == 5 && cure(&said).starts_with("give a checkpoint of this ledger"), "{said:?}");
    fs::write(practice.path("kept"), Stranger::new().checkpoint(2, 1).bytes()).unwrap();
    let said = practice.run(&["ledger", "verify", "--json", "--against", "kept"]);
    assert!(said.exit == 5 && cure(&said).starts_with("give a checkpoint of this ledger"), "{said:?}");
}

#[test]
fn a_journal_that_is_missing_is_named_with_the_first_entry_it_held() {
    let practice = Practice::new();
    let journals: Vec<_> =
        practice.files().into_keys().filter(|path| path.starts_with(practice.vault().join("journal"))).collect();
    fs::remove_file(&journals[0]).unwrap();
    let said = practice.run(&["ledger", "verify", "--json"]).json();
    assert_eq!((&said["verdict"], &said["findings"][0]["index"]), (&"INCOMPLETE".into(), &1.into()), "{said}");
}
