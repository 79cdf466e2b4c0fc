//! Who knows what: every disclosure of a record or of a client's, with the versions, and what has been overtaken since.

use crate::practice::ANA;
use crate::practice::LEE;
use crate::practice::Practice;

#[test]
fn who_has_which_version_and_what_is_stale() {
    let mut practice = Practice::new();
    practice.ok(&["client", "add", "mk-01", "--name", "Maria Kestrel", "--adult"]);
    practice.ok(&[
        "recipient",
        "add",
        "dr-lee",
        "--key",
        LEE,
        "--role",
        "treating-provider",
        "--verified",
        "in-person",
    ]);
    practice.ok(&["recipient", "add", "ana", "--key", ANA, "--role", "crisis-team", "--verified", "in-person"]);
    practice.write("note.txt", "Slept better.\n");
    practice.write("other.txt", "Eats well.\n");
    let note = practice.ok(&["add", "note.txt", "--client", "mk-01", "--kind", "progress-note"]).stdout;
    let other = practice.ok(&["add", "other.txt", "--client", "mk-01", "--kind", "progress-note"]).stdout;
    let (note, other) = (note.trim_end(), other.trim_end());
    let said = practice.ok(&["whoknows", note]);
    assert_eq!((said.stdout.as_str(), said.stderr.contains("nobody was given")), ("", true));
    let consent = ["consent", "grant", "--client", "mk-01", "--to", "dr-lee", "--to", "ana", "--kind", "progress-note"];
    practice.ok(&[&consent[..], &["--purpose", "treat", "--signed-on", "1d", "--signed-by", "client"]].concat());

    let first = practice.ok(&["share", note, "--to", "dr-lee", "--purpose", "treat"]).stdout;
    let (host, ends) = practice.host();
    practice.write("editor.sh", "#!/bin/sh\necho more >> \"$1\"\n");
    crate::practice::chmod(&practice.path("editor.sh"), 0o700);
    let host = host.with_var("EDITOR", practice.path("editor.sh").to_str().unwrap());
    assert_eq!(practice.run_in((host, ends), &["edit", note]).exit, 0);
    practice.now += 60;
    let why = ["--why", "all of it was asked for"];
    let second = practice.ok(&[&["share", note, other, "--to", "ana", "--purpose", "treat"], &why[..]].concat()).stdout;
    let (first, second) = (first.trim_end(), second.trim_end());

    let known = practice.ok(&["whoknows", note, "--json"]).json();
    let who =
        |alias: &str| known["disclosures"].as_array().unwrap().iter().find(|one| one["recipient"]["alias"] == alias);
    assert_eq!((&known["schema"], &known["record"]), (&"subrosa/whoknows/1".into(), &note.into()));
    assert_eq!(known["client"]["alias"], "mk-01");
    let (lee, ana) = (who("dr-lee").unwrap(), who("ana").unwrap());
    assert_eq!(lee["records"], serde_json::json!([{"id": note, "version": 1, "stale": true}]));
    assert_eq!(ana["records"], serde_json::json!([{"id": note, "version": 2, "stale": false}]));
    for (field, word) in [("purpose", "treat"), ("basis", "consent"), ("medium", "package"), ("ack", "none")] {
        assert_eq!(lee[field], word);
    }
    assert!(lee["ack_time"].is_null() && lee["id"] == first && lee["time"] == "2026-11-21T09:30:00Z");

    let told = practice.ok(&["whoknows", "--client", "mk-01"]);
    let lines: Vec<_> = told.stdout.lines().collect();
    assert_eq!(
        lines,
        [
            format!("{first}\t2026-11-21T09:30:00Z\tdr-lee\t{note}\ttreat\tnone"),
            format!("{second}\t2026-11-21T09:31:00Z\tana\t{note}\ttreat\tnone"),
            format!("{second}\t2026-11-21T09:31:00Z\tana\t{other}\ttreat\tnone"),
        ]
    );
    assert!(!told.whole().contains("Kestrel"));
    let all = practice.ok(&["whoknows", "--client", "mk-01", "--json"]).json();
    assert!(all["record"].is_null() && all["disclosures"][1]["records"].as_array().unwrap().len() == 2);
}

#[test]
fn one_record_or_one_client_is_named() {
    let practice = Practice::new();
    practice.ok(&["client", "add", "mk-01"]);
    practice.refused(2, &["whoknows"]);
    practice.refused(2, &["whoknows", "@", "--client", "mk-01"]);
    practice.refused(4, &["whoknows", "r-0123"]);
    practice.refused(4, &["whoknows", "--client", "zz"]);
}
