//! One case that passes, and each dimension of it flipped in turn, through the program: exactly its own reasons, no package,
//! one entry of the refusal, and not even that when it was only asked.

use std::fs;

use age::secrecy::ExposeSecret as _;
use serde_json::Value;

use crate::practice::ANA;
use crate::practice::LEE;
use crate::practice::Practice;
use crate::practice::Scene;

/// The consent that passes, flag by flag.
const CONSENT: &[(&str, &str)] = &[
    ("--client", "mk-01"),
    ("--to", "dr-lee"),
    ("--kind", "progress-note"),
    ("--purpose", "treat"),
    ("--service-dates", "2026-11-01..2026-11-30"),
    ("--discloser", "owner"),
    ("--signed-by", "client"),
    ("--signed-on", "2026-11-02"),
    ("--until", "2026-12-31"),
];

/// The request that passes.
const ASKED: &[&str] = &["--to", "dr-lee", "--purpose", "treat"];

/// One dimension, and what comes of it.
struct Flip {
    what: &'static str,
    /// What the consent says instead; a value of `NOT` leaves the flag out, one of `BARE` gives it without a value.
    consent: &'static [(&'static str, &'static str)],
    /// What is done after the consent was granted, whose id stands for `CONSENT`.
    done: &'static [&'static [&'static str]],
    /// How many days pass.
    days: i64,
    /// What is asked of the record last touched.
    asked: &'static [&'static str],
    reasons: &'static [&'static str],
}

const NOT: &str = "\0not";
const BARE: &str = "\0bare";
const SAME: Flip = Flip { what: "nothing", consent: &[], done: &[], days: 0, asked: ASKED, reasons: &[] };

/// A note of these days and of another client, a letter.
const OF_ANOTHER: &[&str] =
    &["add", "note.txt", "--client", "ab-02", "--kind", "progress-note", "--date", "2026-11-10"];
const LETTER: &[&str] = &["add", "note.txt", "--client", "mk-01", "--kind", "letter", "--date", "2026-11-10"];
const BEFORE: &[&str] = &["add", "note.txt", "--client", "mk-01", "--kind", "progress-note", "--date", "2026-10-31"];
const AFTER: &[&str] = &["add", "note.txt", "--client", "mk-01", "--kind", "progress-note", "--date", "2026-12-01"];

const FLIPS: &[Flip] = &[
    Flip { what: "client", done: &[OF_ANOTHER], reasons: &["E-CONSENT-NONE"], ..SAME },
    Flip { what: "recipient", asked: &["--to", "ana", "--purpose", "treat"], reasons: &["E-CONSENT-NONE"], ..SAME },
    Flip { what: "kind", done: &[LETTER], reasons: &["E-CONSENT-KIND"], ..SAME },
    Flip { what: "sensitivity", done: &[&["tag", "@", "+hiv"]], reasons: &["E-CONSENT-TAG"], ..SAME },
    Flip {
        what: "purpose",
        asked: &["--to", "dr-lee", "--purpose", "coordinate"],
        reasons: &["E-CONSENT-PURPOSE"],
        ..SAME
    },
    Flip { what: "service date, before", done: &[BEFORE], reasons: &["E-CONSENT-DATE"], ..SAME },
    Flip { what: "service date, after", done: &[AFTER], days: 12, reasons: &["E-CONSENT-DATE"], ..SAME },
    Flip {
        what: "discloser, as the consent says",
        consent: &[("--discloser", "ana")],
        reasons: &["E-CONSENT-DISCLOSER"],
        ..SAME
    },
    Flip {
        what: "discloser, who shares",
        asked: &["-i", "bo.txt", "--to", "dr-lee", "--purpose", "treat"],
        reasons: &["E-CONSENT-DISCLOSER"],
        ..SAME
    },
    Flip { what: "identity scope", consent: &[("--de-identified", BARE)], reasons: &["E-CONSENT-IDENTITY"], ..SAME },
    Flip {
        what: "signatory, who does not speak for the client",
        consent: &[("--signed-by", "ana")],
        reasons: &["E-CONSENT-SIGNATORY"],
        ..SAME
    },
    Flip {
        what: "signatory, who is not of age",
        done: &[&["client", "edit", "mk-01", "--minor"]],
        reasons: &["E-CONSENT-SIGNATORY"],
        ..SAME
    },
    Flip { what: "early", consent: &[("--effective", "2026-11-22")], reasons: &["E-CONSENT-EARLY"], ..SAME },
    // 2027-01-01, the day after its last.
    Flip { what: "late", days: 41, reasons: &["E-CONSENT-EXPIRED"], ..SAME },
    Flip { what: "revoked", done: &[&["consent", "revoke", "CONSENT"]], reasons: &["E-CONSENT-REVOKED"], ..SAME },
    Flip {
        what: "revoked for the recipient",
        done: &[&["consent", "revoke", "CONSENT", "--to", "dr-lee"]],
        reasons: &["E-CONSENT-REVOKED"],
        ..SAME
    },
    Flip {
        what: "incomplete, without the day of signing",
        consent: &[("--signed-on", NOT)],
        reasons: &["E-CONSENT-INCOMPLETE"],
        ..SAME
    },
    Flip {
        what: "incomplete, without a signature",
        consent: &[("--signed-by", NOT)],
        reasons: &["E-CONSENT-INCOMPLETE"],
        ..SAME
    },
    Flip {
        what: "false",
        done: &[&["consent", "mark-false", "CONSENT", "--reason", "not her hand"]],
        reasons: &["E-CONSENT-FALSE"],
        ..SAME
    },
];

/// What stays as near as it can to a flip, and passes.
const PASSES: &[Flip] = &[
    SAME,
    Flip { what: "a free tag", done: &[&["tag", "@", "+urgent"]], ..SAME },
    Flip { what: "a tag that the kind carries", done: &[&["tag", "@", "+mh"]], ..SAME },
    Flip { what: "the last day", days: 40, ..SAME },
    Flip { what: "the first day", consent: &[("--effective", "2026-11-21")], ..SAME },
    Flip {
        what: "revoked for somebody else",
        consent: &[("--to", "dr-lee"), ("--to", "ana")],
        done: &[&["consent", "revoke", "CONSENT", "--to", "ana"]],
        ..SAME
    },
    Flip {
        what: "revoked for another purpose",
        consent: &[("--purpose", "treat"), ("--purpose", "coordinate")],
        done: &[&["consent", "revoke", "CONSENT", "--purpose", "coordinate"]],
        ..SAME
    },
    Flip {
        what: "a second owner who is named, too",
        consent: &[("--discloser", "owner"), ("--discloser", "bo")],
        asked: &["-i", "bo.txt", "--to", "dr-lee", "--purpose", "treat"],
        ..SAME
    },
];

/// The practice with the case of a flip: two owners, of whom the first shares; the key of the second is in bo.txt.
fn practice() -> Practice {
    static SCENE: Scene = Scene::new();
    SCENE.set(|| {
        let practice = Practice::new();
        practice.ok(&["client", "add", "mk-01", "--name", "Maria Kestrel", "--adult"]);
        practice.ok(&["client", "add", "ab-02", "--name", "Anton Bittern", "--adult"]);
        for (alias, key) in [("dr-lee", LEE), ("ana", ANA)] {
            let add =
                ["recipient", "add", alias, "--key", key, "--role", "treating-provider", "--verified", "in-person"];
            practice.ok(&add);
        }
        let bo = age::x25519::Identity::generate();
        practice.write("bo.txt", &format!("{}\n", bo.to_string().expose_secret()));
        practice.ok(&["owner", "add", &bo.to_public().to_string(), "--alias", "bo"]);
        practice.ok(&["-i", "bo.txt", "protocol", "ack"]);
        practice.write("note.txt", "Slept better.\n");
        practice.ok(&["add", "note.txt", "--client", "mk-01", "--kind", "progress-note", "--date", "2026-11-10"]);
        practice
    })
}

/// The practice after a flip.
fn flipped(flip: &Flip) -> Practice {
    let mut practice = practice();
    // The flags that a flip names stand in the place of those that pass.
    let kept = CONSENT.iter().filter(|(flag, _)| flip.consent.iter().all(|(other, _)| other != flag));
    let said = kept.chain(flip.consent).filter(|(_, value)| *value != NOT);
    let said = said.flat_map(|(flag, value)| [*flag, *value]).filter(|word| *word != BARE);
    let grant: Vec<&str> = ["consent", "grant", "--json"].into_iter().chain(said).collect();
    let granted = practice.run(&grant);
    let is_signed_otherwise = flip.consent.iter().any(|(flag, _)| *flag == "--signed-by");
    let is_draft = flip.reasons == ["E-CONSENT-INCOMPLETE"] || is_signed_otherwise;
    assert_eq!(granted.exit, if is_draft { 7 } else { 0 }, "{}: {granted:?}", flip.what);
    let id = granted.json()["id"].as_str().unwrap().to_owned();
    practice.now += flip.days * 86_400;
    for args in flip.done {
        let filled: Vec<&str> = args.iter().map(|word| if *word == "CONSENT" { &id } else { *word }).collect();
        practice.ok(&filled);
    }
    practice
}

fn share<'a>(flip: &Flip, more: &[&'a str]) -> Vec<&'a str> {
    [&["share", "@", "--json"], flip.asked, more].concat()
}

fn reasons(error: &Value) -> Vec<String> {
    let reasons = error["reasons"].as_array().unwrap().iter();
    reasons.map(|reason| reason["id"].as_str().unwrap().to_owned()).collect()
}

fn ledger(practice: &Practice) -> Vec<Value> {
    let log = practice.ok(&["ledger", "log", "--json"]).json();
    log["entries"].as_array().unwrap().clone()
}

/// What lies in the directory where a package would.
fn beside(practice: &Practice) -> Vec<String> {
    let entries = fs::read_dir(practice.path(".")).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn each_dimension_flipped_is_refused_for_its_own_reasons_and_leaves_one_entry() {
    for flip in FLIPS {
        let what = flip.what;
        let practice = flipped(flip);
        let (before, there) = (ledger(&practice), beside(&practice));

        // `refused` looks at every byte of the vault and of what this computer keeps of it.
        let asked = practice.refused(3, &share(flip, &["--dry-run"]));
        assert_eq!(reasons(&asked.error()), flip.reasons, "{what}");
        assert_eq!(beside(&practice), there, "{what}");

        let said = practice.run(&share(flip, &["--why", "Maria asked for it"]));
        assert_eq!((said.exit, said.stdout.as_str()), (3, ""), "{what}: {said:?}");
        let error = said.error();
        assert_eq!(reasons(&error), flip.reasons, "{what}");
        assert_eq!(error["code"], "refused", "{what}");
        assert!(error["reasons"].as_array().unwrap().iter().all(|reason| !reason["cure"].is_null()), "{error}");
        assert_eq!(beside(&practice), there, "{what}: a package");

        let after = ledger(&practice);
        let new: Vec<_> = after.iter().filter(|entry| !before.contains(entry)).collect();
        assert_eq!((after.len(), new.len()), (before.len() + 1, 1), "{what}");
        assert_eq!(new[0]["kind"], "disclosure.refused", "{what}");
        assert_eq!(new[0]["reasons"], serde_json::json!(flip.reasons), "{what}");
        assert_eq!(new[0]["event"]["reasons"], new[0]["reasons"], "{what}");
        let client = if what == "client" { "ab-02" } else { "mk-01" };
        let recipient = if what == "recipient" { "ana" } else { "dr-lee" };
        assert_eq!((&new[0]["client"]["alias"], &new[0]["recipient"]["alias"]), (&client.into(), &recipient.into()));
        // Of the content, of names and of what was typed as the reason there is nothing.
        let text = new[0].to_string();
        assert!(["Slept", "Maria", "Kestrel", "Anton"].iter().all(|word| !text.contains(word)), "{text}");
        practice.ok(&["ledger", "verify"]);
    }
}

#[test]
fn what_is_as_near_as_it_can_be_passes() {
    for flip in PASSES {
        let practice = flipped(flip);
        let (before, files, there) = (ledger(&practice), practice.files(), beside(&practice));
        let asked = practice.ok(&share(flip, &["--dry-run"])).json();
        assert_eq!((&asked["dry_run"], &asked["disclosures"][0]["id"]), (&true.into(), &Value::Null), "{}", flip.what);
        assert_eq!((practice.files(), beside(&practice)), (files, there), "{}: a dry run wrote something", flip.what);

        let shared = practice.ok(&share(flip, &[])).json();
        let package = shared["disclosures"][0]["package"]["path"].as_str().unwrap().replace("[HERE]", ".");
        assert!(practice.path(&package).is_file(), "{}: {package}", flip.what);
        let after = ledger(&practice);
        let new: Vec<_> = after.iter().filter(|entry| !before.contains(entry)).collect();
        assert_eq!((new.len(), &new[0]["kind"]), (1, &"disclosure.made".into()), "{}", flip.what);
    }
}

#[test]
fn every_dimension_has_a_flip() {
    let all = [
        "client",
        "recipient",
        "kind",
        "sensitivity",
        "purpose",
        "service date",
        "discloser",
        "identity scope",
        "signatory",
        "early",
        "late",
        "revoked",
        "incomplete",
        "false",
    ];
    for dimension in all {
        assert!(FLIPS.iter().any(|flip| flip.what.starts_with(dimension)), "{dimension}");
    }
}
