//! Teams: a name for several persons, each of whom is decided about alone.

use crate::practice::Practice;
use crate::practice::Scene;

/// Four of a team, the last without a training in date.
fn practice() -> Practice {
    static SCENE: Scene = Scene::new();
    SCENE.set(|| {
        let practice = Practice::new();
        practice.ok(&["client", "add", "mk-01", "--adult"]);
        let mut all = Vec::new();
        for (n, name) in ["ada", "ben", "cleo", "dan"].into_iter().enumerate() {
            let key = age::x25519::Identity::generate().to_public().to_string();
            practice.ok(&["recipient", "add", name, "--key", &key, "--role", "volunteer", "--verified", "in-person"]);
            let promised = ["agreement", "add", name, "--type", "volunteer", "--signed-on", "2y", "--standard"];
            practice.ok(&[&promised[..], &["--understood", "explained"]].concat());
            let on = if n == 3 { "2y" } else { "1w" };
            practice.ok(&["training", "add", name, "--course", "privacy", "--on", on]);
            practice.ok(&["team", "add", "Night", "--member", name]);
            all.extend(["--to", name]);
        }
        practice.write("note.txt", "Slept better.\n");
        practice.ok(&["add", "note.txt", "--client", "mk-01", "--kind", "safety-plan"]);
        let consent = ["consent", "grant", "--client", "mk-01", "--kind", "safety-plan", "--purpose", "treat"];
        practice.ok(&[&consent[..], &["--signed-on", "2026-11-20", "--signed-by", "client"], &all].concat());
        practice
    })
}

const ASKED: [&str; 6] = ["share", "@", "--to", "team:night", "--purpose", "treat"];

#[test]
fn of_four_with_one_lapsed_training_three_get_it_and_only_when_that_is_said() {
    let practice = practice();
    let before = practice.files();
    let said = practice.run(&[&ASKED[..], &["--json"]].concat());
    let error = said.error();
    assert_eq!(said.exit, 3);
    let reasons = error["reasons"].as_array().unwrap();
    assert_eq!(reasons.len(), 1, "{error}");
    assert_eq!((&reasons[0]["id"], &reasons[0]["recipient"]["alias"]), (&"E-TRAIN-EXPIRED".into(), &"dan".into()));
    assert_ne!(practice.files(), before, "the refusal is an entry");
    assert_eq!(practice.ok(&["ledger", "log", "--kind", "disclosure.made"]).stdout, "");

    let said = practice.run(&[&ASKED[..], &["--partial", "--json"]].concat());
    assert_eq!(said.exit, 7, "{said:?}");
    let shared = said.json();
    let mut who: Vec<_> = shared["disclosures"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["recipient"]["alias"].as_str().unwrap())
        .collect();
    who.sort_unstable();
    assert_eq!(who, ["ada", "ben", "cleo"]);
    assert_eq!(shared["refused"][0]["recipient"]["alias"], "dan");
    assert_eq!(practice.ok(&["ledger", "log", "--kind", "disclosure.made"]).stdout.lines().count(), 3);
    practice.ok(&["ledger", "verify"]);
}

#[test]
fn whoever_left_the_team_gets_nothing_and_an_empty_team_is_none() {
    let practice = practice();
    practice.ok(&["team", "remove", "night", "--member", "dan", "--member", "ben"]);
    let shared = practice.ok(&[&ASKED[..], &["--dry-run"]].concat()).stdout;
    let mut who: Vec<_> = shared.lines().map(|line| line.split('\t').next().unwrap()).collect();
    who.sort_unstable();
    assert_eq!(who, ["ada", "cleo"]);
    // Somebody named twice gets one package.
    let twice = [&ASKED[..], &["--to", "ada", "--dry-run"]].concat();
    assert_eq!(practice.ok(&twice).stdout.lines().count(), 2);
    assert_eq!(practice.ok(&["team", "list"]).stdout, "night\tada,cleo\n");
    assert_eq!(practice.ok(&["team", "show", "night"]).stdout.lines().count(), 2);
    practice.refused(4, &["team", "remove", "night", "--member", "dan"]);
    let left = practice.ok(&["team", "remove", "night", "--member", "ada", "--member", "cleo", "--json"]).json();
    assert_eq!((&left["id"], &left["state"]), (&"night".into(), &"empty".into()));
    practice.refused(4, &ASKED);
    practice.refused(4, &["team", "show", "night"]);
    practice.refused(4, &["team", "remove", "night", "--member", "ada"]);
}

#[test]
fn a_team_is_no_person_and_not_everyone() {
    let practice = practice();
    for name in ["all", "staff", "everyone", "anybody", "*", "p-0123", "0123456789abcdef", "two words"] {
        practice.refused(2, &["team", "add", name, "--member", "ada"]);
    }
    for name in ["ben", "mk-01", "owner"] {
        let said = practice.refused(3, &["team", "add", name, "--member", "ada"]);
        assert!(said.stderr.contains("a team needs a name of its own"), "{said:?}");
    }
    practice.refused(3, &["recipient", "add", "night"]);
    practice.refused(3, &["client", "add", "night"]);
    practice.refused(2, &["team", "add", "day"]);
    practice.refused(4, &["team", "add", "day", "--member", "eve"]);
    practice.refused(4, &["share", "@", "--to", "team:day", "--purpose", "treat"]);
    for everyone in ["all", "team:all", "team:*"] {
        let said = practice.refused(3, &["share", "@", "--to", everyone, "--purpose", "treat", "--json"]);
        assert_eq!(said.error()["reasons"][0]["id"], "E-RECIP-WILDCARD", "{everyone}");
    }
    // Who is of it already joins no second time.
    let size = practice.ok(&["ledger", "verify", "--json"]).json()["head"]["size"].clone();
    assert_eq!(practice.ok(&["team", "add", "night", "--member", "ada", "--json"]).json()["head"]["size"], size);
}
