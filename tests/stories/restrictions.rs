//! Restrictions, and what a role does not need: what the client asked not to be shared is not shared, whatever was consented.

use crate::agreements::reasons;
use crate::practice::ANA;
use crate::practice::LEE;
use crate::practice::Practice;
use crate::practice::Scene;

fn practice() -> Practice {
    static SCENE: Scene = Scene::new();
    SCENE.set(|| {
        let practice = Practice::new();
        practice.ok(&["client", "add", "mk-01", "--adult"]);
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
        practice.ok(&["recipient", "add", "sure", "--key", ANA, "--role", "payer", "--verified", "in-person"]);
        practice.write("note.txt", "Slept better.\n");
        practice.ok(&[
            "add",
            "note.txt",
            "--client",
            "mk-01",
            "--kind",
            "progress-note",
            "--date",
            "2026-11-10",
            "-t",
            "sleep",
        ]);
        for (kind, purpose) in [("progress-note", "treat"), ("progress-note", "coordinate")] {
            let to = ["consent", "grant", "--client", "mk-01", "--to", "dr-lee", "--to", "sure", "--kind", kind];
            practice
                .ok(&[&to[..], &["--purpose", purpose, "--signed-on", "2026-11-20", "--signed-by", "client"]].concat());
        }
        practice
    })
}

const ASKED: [&str; 6] = ["share", "@", "--to", "dr-lee", "--purpose", "treat"];
const ADD: [&str; 4] = ["restrict", "add", "--client", "mk-01"];

#[test]
fn each_scope_narrows_what_is_restricted() {
    for (scope, is_hit) in [
        (&["--to", "dr-lee"][..], true),
        (&["--to", "sure"], false),
        (&["--role", "treating-provider"], true),
        (&["--role", "family"], false),
        (&["--kind", "progress-note"], true),
        (&["--kind", "letter"], false),
        (&["--purpose", "treat"], true),
        (&["--purpose", "coordinate"], false),
        (&["--tag", "Sleep"], true),
        (&["--tag", "work"], false),
        (&["--to", "dr-lee", "--kind", "letter"], false),
        (&["--on", "2026-11-22"], false),
        (&["--self-pay"], false),
    ] {
        let practice = practice();
        let made = practice.ok(&[&ADD[..], scope, &["--json"]].concat()).json();
        assert_eq!(made["schema"], "subrosa/restrict-add/1");
        match is_hit {
            true => assert_eq!(reasons(&practice, &ASKED), ["E-RESTRICT"], "{scope:?}"),
            false => drop(practice.ok(&[&ASKED[..], &["--dry-run"]].concat())),
        }
    }
}

#[test]
fn without_a_scope_nothing_is_shared_and_that_is_said_aloud() {
    let practice = practice();
    let said = practice.ok(&[&ADD[..], &["-q"]].concat());
    assert!(said.stderr.contains("this restricts everything: nothing of mk-01 is shared"), "{said:?}");
    assert_eq!(reasons(&practice, &ASKED), ["E-RESTRICT"]);
    let listed = practice.ok(&["restrict", "list", "--client", "mk-01"]).stdout;
    assert_eq!(listed, format!("{}\tmk-01\tlive\t2026-11-21\teverything\t\n", said.stdout.trim_end()));
    practice.ok(&["restrict", "end", said.stdout.trim_end(), "--by", "client"]);
    practice.ok(&[&ASKED[..], &["--dry-run"]].concat());
    practice.ok(&["ledger", "verify"]);
}

#[test]
fn what_the_practice_ends_holds_for_earlier_records_and_what_the_client_ends_for_none() {
    let mut practice = practice();
    let id = practice.ok(&[&ADD[..], &["--to", "dr-lee"]].concat()).stdout.trim_end().to_owned();
    // Filed today, before the end.
    practice.ok(&[
        "add",
        "note.txt",
        "--client",
        "mk-01",
        "--kind",
        "progress-note",
        "--date",
        "2026-11-21",
        "-t",
        "sleep",
    ]);
    practice.refused(3, &["restrict", "end", &id, "--by", "practice", "--on", "2026-11-20"]);
    practice.now += 60;
    practice.ok(&["restrict", "end", &id, "--by", "practice"]);
    assert_eq!(reasons(&practice, &ASKED), ["E-RESTRICT"]);
    practice.now += 60;
    practice.write("new.txt", "Later.\n");
    let add = |date| ["add", "new.txt", "--client", "mk-01", "--kind", "progress-note", "--date", date];
    practice.ok(&add("2026-11-20"));
    assert_eq!(reasons(&practice, &ASKED), ["E-RESTRICT"]);
    let new = practice.ok(&add("2026-11-21"));
    let new = new.stdout.trim_end();
    practice.ok(&["share", new, "--to", "dr-lee", "--purpose", "treat", "--dry-run"]);
    practice.refused(3, &["restrict", "end", &id, "--by", "practice"]);
    practice.ok(&["restrict", "end", &id, "--by", "client"]);
    practice.refused(3, &["restrict", "end", &id, "--by", "client"]);
    let old = practice.ok(&["list", "-t", "sleep"]).stdout;
    let old = old.split('\t').next().unwrap();
    practice.ok(&["share", old, "--to", "dr-lee", "--purpose", "treat", "--dry-run"]);
    let listed = practice.ok(&["restrict", "list", "--json"]).json();
    assert_eq!(listed["restrictions"][0]["ended"], serde_json::json!({"by": "client", "on": "2026-11-21"}));
}

#[test]
fn what_the_client_paid_for_reaches_no_payer_and_nothing_overrides_it() {
    let practice = practice();
    let id = practice.ok(&[&ADD[..], &["--self-pay"]].concat()).stdout.trim_end().to_owned();
    let asked = ["share", "@", "--to", "sure", "--purpose", "treat", "--adverse-use-reviewed", "--why", "asked"];
    let why_not = reasons(&practice, &asked);
    assert!(why_not.contains(&"E-RESTRICT-SELFPAY".to_owned()), "{why_not:?}");
    let said = practice.refused(3, &["restrict", "end", &id, "--by", "practice"]);
    assert!(said.stderr.contains("nobody but the client ends it"), "{said:?}");
    let all = [&asked[..], &["--unverified", "--acknowledge-conflict", "--partial", "-y"]].concat();
    let why_not = reasons(&practice, &all);
    assert!(why_not.contains(&"E-RESTRICT-SELFPAY".to_owned()), "{why_not:?}");
    // Whoever is no payer is not concerned.
    practice.ok(&[&ASKED[..], &["--dry-run"]].concat());
    practice.ok(&["restrict", "end", &id, "--by", "client"]);
    let why_not = reasons(&practice, &asked);
    assert!(!why_not.contains(&"E-RESTRICT-SELFPAY".to_owned()), "{why_not:?}");
}

#[test]
fn what_is_not_said_or_not_there_is_not_filed() {
    let practice = practice();
    practice.refused(2, &["restrict", "add", "--self-pay"]);
    practice.refused(4, &["restrict", "add", "--client", "zz"]);
    practice.refused(4, &[&ADD[..], &["--to", "eve"]].concat());
    practice.refused(2, &[&ADD[..], &["--to", "sure", "--role", "payer"]].concat());
    practice.refused(2, &[&ADD[..], &["--kind", "diary"]].concat());
    practice.refused(2, &[&ADD[..], &["--tag", "two words"]].concat());
    let id = practice.ok(&[&ADD[..], &["--tag", "x"]].concat()).stdout;
    practice.refused(2, &["restrict", "end", id.trim_end()]);
    practice.refused(2, &["restrict", "end", id.trim_end(), "--by", "court"]);
    practice.refused(2, &["restrict", "end", id.trim_end(), "--by", "client", "--on", "2026-11-22"]);
    practice.refused(4, &["restrict", "end", "x-zzzz", "--by", "client"]);
}

#[test]
fn a_receptionist_does_not_need_progress_notes() {
    let practice = practice();
    practice.ok(&["recipient", "edit", "dr-lee", "--role", "receptionist"]);
    let promised = ["agreement", "add", "dr-lee", "--type", "staff", "--signed-on", "1d", "--standard"];
    practice.ok(&[&promised[..], &["--understood", "explained"]].concat());
    practice.ok(&["training", "add", "dr-lee", "--course", "privacy"]);
    assert_eq!(reasons(&practice, &ASKED), ["E-NEED-ROLE"]);
}

#[test]
fn a_representative_is_named_with_evidence_and_shown() {
    let practice = practice();
    practice.ok(&["recipient", "add", "ana", "--name", "Ana Kestrel"]);
    let who = ["client", "representative", "mk-01", "--recipient", "ana", "--relationship", "mother"];
    practice.refused(2, &[&who[..], &["--authority", "parent"]].concat());
    practice.refused(2, &[&who[..], &["--evidence", "seen"]].concat());
    practice.refused(2, &[&who[..], &["--authority", "love", "--evidence", "seen"]].concat());
    let whole = [&who[..], &["--authority", "parent", "--evidence", "birth certificate seen"]].concat();
    practice.refused(2, &[&whole[..], &["--until", "2026-11-20"]].concat());
    let made = practice.ok(&[&whole[..], &["--until", "2y", "--json"]].concat()).json();
    assert_eq!(made["schema"], "subrosa/client-representative/1");
    practice.refused(2, &[&whole[..], &["--from", "2026-11-22"]].concat());
    practice.refused(2, &[&whole[..], &["--from", "2026-11-02", "--until", "2026-11-01"]].concat());
    let page = practice.ok(&["client", "show", "mk-01", "--json"]).json()["client"]["representatives"][0].clone();
    assert_eq!((&page["recipient"]["alias"], &page["authority"]), (&"ana".into(), &"parent".into()));
    assert_eq!((&page["evidence"], &page["until"]), (&"birth certificate seen".into(), &"2028-11-21".into()));
    let said = practice.at_terminal(&["ana", "mother", "guardian", "order seen"], &who[..3]);
    assert_eq!(said.exit, 0, "{said:?}");
    let shown = practice.ok(&["client", "show", "mk-01"]).stdout;
    practice.ok(&["recipient", "suspend", "ana", "--reason", "left"]);
    practice.refused(3, &whole);
    // He speaks for nobody from that day on.
    let page = practice.ok(&["client", "show", "mk-01", "--json"]).json()["client"]["representatives"][0].clone();
    assert_eq!((&page["from"], &page["until"]), (&"2026-11-21".into(), &"2026-11-20".into()));
    assert!(shown.contains("representative\tana (mother, as guardian from 2026-11-21): order seen\n"), "{shown}");
}
