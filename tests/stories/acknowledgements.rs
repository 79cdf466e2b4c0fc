//! A recipient reads out the receipt code on the page: how it is heard, what a wrong one costs, and who has not answered.

use std::path::Path;

use serde_json::json;

use crate::excerpts::filed;
use crate::practice::Practice;
use crate::practice::Said;
use crate::third_parties::opened;
use crate::third_parties::recipient;

/// A package to dr-lee in `out.age`: its disclosure, and the code on its page.
fn shared() -> (Practice, String, String) {
    let practice = Practice::new();
    practice.ok(&["client", "add", "mk-01", "--adult"]);
    recipient(&practice, "dr-lee", "treating-provider");
    practice.consent("dr-lee");
    filed(&practice, "note.txt", b"Slept better.\n", &[]);
    let id = practice.ok(&["share", "@", "--to", "dr-lee", "--purpose", "treat", "-o", "out.age"]).stdout;
    let page = String::from_utf8(opened(&practice, "out.age")["NOTICE.txt"].clone()).unwrap();
    let code = page.lines().find_map(|line| line.strip_prefix("Receipt code:  ")).unwrap().to_owned();
    (practice, id.trim_end().to_owned(), code)
}

/// One that is wrong and looks right.
fn wrong(code: &str) -> String {
    let first = if code.starts_with('z') { "y" } else { "z" };
    format!("{first}{}", &code[1..])
}

fn kinds(practice: &Practice, kind: &str) -> usize {
    let log = practice.ok(&["ledger", "log", "--kind", kind, "--json"]).json();
    log["entries"].as_array().unwrap().len()
}

#[test]
fn a_code_read_out_is_an_acknowledgement_and_is_given_once() {
    let (mut practice, id, code) = shared();
    practice.now += 3600;
    let pending = practice.run(&["ack", "--pending"]);
    let line = format!("{id}\t2026-11-21T09:30:00Z\tdr-lee\tmk-01\t2026-12-05T09:30:00Z\n");
    assert_eq!((pending.exit, &pending.stdout), (7, &line));
    let spoken = format!(" {} ", code.to_uppercase().replace('-', " — ").replace('0', "O"));
    let made = practice.ok(&["ack", &id, "--code", &spoken, "--json"]).json();
    assert_eq!(
        (&made["schema"], &made["id"], &made["state"]),
        (&json!("subrosa/ack/1"), &json!(id), &json!("acknowledged"))
    );
    let known = practice.ok(&["whoknows", "@", "--json"]).json();
    let told = &known["disclosures"][0];
    assert_eq!((&told["ack"], &told["ack_time"]), (&json!("code"), &json!("2026-11-21T10:30:00Z")));
    assert!(practice.ok(&["whoknows", "@"]).stdout.ends_with("\ttreat\tcode\n"));
    assert_eq!(practice.ok(&["ack", "--pending", "--json"]).json()["pending"], json!([]));
    let said = practice.refused(3, &["ack", &id, "--code", &code]);
    assert!(said.stderr.contains("was acknowledged already, on 2026-11-21T10:30:00Z"), "{said:?}");
    assert_eq!((kinds(&practice, "disclosure.acknowledged"), kinds(&practice, "acknowledgement.failed")), (1, 0));
    assert!(practice.ok(&["ledger", "verify"]).stdout.starts_with("CONTINUOUS\t"));
}

#[test]
fn three_wrong_codes_in_a_row_make_the_next_one_wait_the_right_one_too() {
    let (mut practice, id, code) = shared();
    let bad = wrong(&code);
    let ack = |practice: &Practice, code: &str| -> Said {
        let said = practice.run(&["ack", &id, "--code", code]);
        assert!(!said.whole().contains(code), "{said:?}");
        said
    };
    for n in 1..=3 {
        let said = ack(&practice, &bad);
        assert_eq!((said.exit, kinds(&practice, "acknowledgement.failed")), (3, n), "{said:?}");
        assert_eq!(said.stderr.contains("from 2026-11-21T09:30:30Z on"), n == 3, "{said:?}");
    }
    practice.now += 29;
    let waiting = practice.refused(3, &["ack", &id, "--code", &code]);
    assert!(waiting.stderr.contains("3 wrong codes in a row"), "{waiting:?}");
    practice.now += 1;
    assert_eq!(ack(&practice, "too short").exit, 3);
    practice.now += 59;
    practice.refused(3, &["ack", &id, "--code", &code]);
    practice.now += 1;
    assert_eq!(ack(&practice, &code).exit, 0);
    assert_eq!(kinds(&practice, "acknowledgement.failed"), 4);
}

#[test]
fn the_code_comes_from_standard_input_or_is_asked_for() {
    let (practice, id, code) = shared();
    let (host, ends) = practice.host();
    let bad = format!("{}\n", wrong(&code));
    let said = practice.run_in((host.with_stdin(bad.as_bytes()), ends), &["ack", &id, "--code", "-"]);
    assert_eq!((said.exit, said.whole().contains(bad.trim())), (3, false), "{said:?}");
    let said = practice.at_terminal(&[&code], &["ack", &id]);
    assert_eq!(said.exit, 0, "{said:?}");
    assert!(said.terminal.contains("The receipt code, as it was read out: "), "{said:?}");
}

#[test]
fn what_cannot_be_acknowledged_says_why() {
    let (practice, id, code) = shared();
    for (exit, args, says) in [
        (2, &["ack"][..], "required"),
        (2, &["ack", &id], "--code is needed"),
        (2, &["ack", "d-0123.ack"], "by this version"),
        (2, &["ack", &id, "--pending"], "cannot be used"),
        (4, &["ack", "d-0123", "--code", &code], "there is no disclosure"),
    ] {
        let said = practice.refused(exit, args);
        assert!(said.stderr.contains(says), "{args:?}: {said:?}");
    }
    // A package that nobody was handed waits in the outbox. Where only the kernel makes files, nor does root.
    std::fs::create_dir(practice.path("full")).unwrap();
    crate::practice::chmod(&practice.path("full"), 0o500);
    let full = if Path::new("/proc/self").exists() { "/proc" } else { "full" };
    let said = practice.run(&["share", "@", "--to", "dr-lee", "--purpose", "treat", "-o", full]);
    crate::practice::chmod(&practice.path("full"), 0o700);
    assert_eq!(said.exit, 7, "{said:?}");
    let waiting = said.stdout.trim_end();
    let said = practice.refused(3, &["ack", waiting, "--code", &code]);
    assert!(said.stderr.contains("was not handed over yet"), "{said:?}");
}
