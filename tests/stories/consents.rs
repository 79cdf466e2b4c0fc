//! Consents: granting from flags and by interview, what a draft lacks, how far one reaches, taking it back, and the client's
//! own pages.

mod pages;
mod signing;

use serde_json::Value;
use subrosa::time::Timestamp;

use crate::machine::Machine;
use crate::practice::ANA;
use crate::practice::LEE;
use crate::practice::OWNER;
use crate::practice::Practice;
use crate::practice::Said;
use crate::screen::Screen;

const CLIENT: &[&str] = &["--client", "mk-01"];
const LEE_ONLY: &[&str] = &["--to", "dr-lee"];
const NOTES: &[&str] = &["--kind", "progress-note"];
const TREAT: &[&str] = &["--purpose", "treat"];
const SIGNED_ON: &[&str] = &["--signed-on", "2026-11-20"];
const SIGNED_BY: &[&str] = &["--signed-by", "client"];
const WHOLE: &[&[&str]] = &[CLIENT, LEE_ONLY, NOTES, TREAT, SIGNED_ON, SIGNED_BY];

/// A practice with these options of `init`, the clients mk-01 (of age) and kid-1 (born 2008-12-01), two recipients, and a
/// progress note and an appointment of mk-01.
fn practice_with(options: &[&str]) -> Practice {
    let practice = Practice::without_vault();
    let init = ["init", "--owner", OWNER, "--name", "Praxis Ruhe", "--contact", "+351 1 234", "--batch"];
    practice.ok(&[&init[..], options].concat());
    practice.ok(&["client", "add", "mk-01", "--name", "Maria Kestrel", "--adult"]);
    practice.ok(&["client", "add", "kid-1", "--name", "Tom Kestrel", "--birth", "2008-12-01"]);
    for (alias, name, key) in [("dr-lee", "Dr Lena Lee", LEE), ("ana", "Ana Reis", ANA)] {
        let add = ["recipient", "add", alias, "--name", name, "--organisation", "Clinica Sol", "--key", key];
        practice.ok(&[&add[..], &["--role", "treating-provider", "--verified", "in-person"]].concat());
    }
    practice.write("note.txt", "Slept better.\n");
    practice.write("form.txt", "signed: M.\n");
    practice.write("when.txt", "Tuesday, ten.\n");
    practice.ok(&["add", "when.txt", "--client", "mk-01", "--kind", "appointment"]);
    practice.ok(&["add", "note.txt", "--client", "mk-01", "--kind", "progress-note", "--date", "2026-11-10"]);
    practice
}

fn practice() -> Practice {
    practice_with(&["--time-zone", "Europe/Lisbon"])
}

/// What comes of `consent grant` with these parts.
fn grant(practice: &Practice, parts: &[&[&str]]) -> Said {
    practice.run(&[&["consent", "grant", "--json"], &parts.concat()[..]].concat())
}

/// The id of the consent with these parts, which is live.
fn live(practice: &Practice, parts: &[&[&str]]) -> String {
    let said = grant(practice, parts);
    assert_eq!(said.exit, 0, "{said:?}");
    assert_eq!(
        (said.json()["state"].as_str(), said.json()["missing"].as_array().map(Vec::len)),
        (Some("live"), Some(0))
    );
    id_of(&said)
}

fn id_of(said: &Said) -> String {
    said.json()["id"].as_str().unwrap().to_owned()
}

/// The reasons why the newest record of mk-01, or the one named, is not shared so; none where it would be.
fn reasons_of(practice: &Practice, record: &str, to: &str, purpose: &str) -> Vec<String> {
    let said = practice.run(&["share", record, "--to", to, "--purpose", purpose, "--dry-run", "--json"]);
    if said.exit == 0 {
        return Vec::new();
    }
    let ids = said.error()["reasons"]
        .as_array()
        .unwrap()
        .iter()
        .map(|reason| reason["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(said.exit, 3, "{said:?}");
    ids
}

fn reasons(practice: &Practice, to: &str) -> Vec<String> {
    reasons_of(practice, "@", to, "treat")
}

fn show(practice: &Practice, id: &str) -> Value {
    practice.ok(&["consent", "show", id, "--json"]).json()
}

fn entries(practice: &Practice, kind: &str) -> Vec<Value> {
    let log = practice.ok(&["ledger", "log", "--kind", kind, "--json"]).json();
    log["entries"].as_array().unwrap().iter().map(|entry| entry["event"].clone()).collect()
}

/// What every JSON answer of these commands, and every part of one, has for fields, besides its schema; sorted.
pub fn shapes() -> Vec<(String, Vec<String>)> {
    let practice = practice();
    let draft = id_of(&grant(&practice, &[CLIENT, LEE_ONLY, NOTES, TREAT]));
    let mut shapes = Vec::new();
    let mut note = |name: &str, value: &Value| {
        let mut fields: Vec<String> = value.as_object().unwrap().keys().cloned().collect();
        fields.retain(|field| !["schema", "warnings"].contains(&field.as_str()));
        fields.sort();
        shapes.push((name.to_owned(), fields));
    };
    for args in [
        ["grant"].iter().chain(WHOLE.concat().iter()).copied().collect::<Vec<_>>(),
        vec!["complete", &draft, "--signed-on", "0d", "--signed-by", "client"],
        vec!["form", &draft, "-o", "form-1.txt"],
        vec!["receipt", &draft, "-o", "receipt.json"],
        vec!["list"],
    ] {
        let answer = practice.ok(&[&["consent", "--json"], &args[..]].concat()).json();
        note(&format!("consent-{}", args[0]), &answer);
    }
    practice.ok(&["share", "@", "--to", "dr-lee", "--purpose", "treat", "--consent", &draft]);
    let revoked = practice.ok(&["consent", "revoke", &draft, "--to", "dr-lee", "--json"]).json();
    note("consent-revoke", &revoked);
    note("Sent", &revoked["disclosures"][0]);
    let marked = practice.ok(&["consent", "mark-false", &draft, "--reason", "forged", "--json"]).json();
    note("consent-mark-false", &marked);
    let shown = show(&practice, &draft);
    note("consent-show", &shown);
    note("Consent", &shown["consent"]);
    note("Revoked", &shown["consent"]["revoked"][0]);
    shapes
}

fn at(time: &str) -> i64 {
    time.parse::<Timestamp>().unwrap().unix()
}

#[test]
fn a_consent_from_flags_is_live_and_a_share_stands_on_it() {
    let practice = practice();
    assert_eq!(reasons(&practice, "dr-lee"), ["E-CONSENT-NONE"]);
    let id = live(&practice, WHOLE);
    let shown = &show(&practice, &id)["consent"];
    assert_eq!(shown["until"], "2027-11-20", "twelve months after its signing");
    assert_eq!(shown["signed_by"][0], "client");
    let shared = practice.ok(&["share", "@", "--to", "dr-lee", "--purpose", "treat", "--json"]).json();
    assert_eq!(shared["disclosures"][0]["consent"], *id);
    let sent = &show(&practice, &id)["disclosures"];
    assert_eq!(sent[0]["id"], shared["disclosures"][0]["id"]);
    assert_eq!(sent[0]["recipient"]["alias"], "dr-lee");
    assert_eq!(reasons(&practice, "ana"), ["E-CONSENT-NONE"]);
    let bare = practice.ok(&[&["consent", "grant"], &WHOLE.concat()[..]].concat()).stdout;
    assert!(bare.starts_with("k-") && bare.lines().count() == 1, "{bare}");
    assert_eq!(practice.ok(&["ledger", "verify"]).stdout.split('\t').next(), Some("CONTINUOUS"));
}

#[test]
fn what_every_consent_has_is_asked_for_by_its_flag() {
    let practice = practice();
    for (leave_out, flag) in [(0, "--client"), (1, "--to"), (2, "--kind"), (3, "--purpose")] {
        let parts: Vec<_> = WHOLE.iter().enumerate().filter(|(n, _)| *n != leave_out).map(|(_, part)| *part).collect();
        let args = [&["consent", "grant", "--json"], &parts.concat()[..]].concat();
        let error = practice.refused(2, &args).error();
        assert_eq!(error["message"], format!("{flag} is needed"));
        assert!(error["hints"][0].as_str().unwrap().contains(flag), "{error}");
    }
}

#[test]
fn each_missing_element_is_named_and_nothing_is_shared_under_the_draft() {
    let by_law: &[(&str, &[&str])] = &[
        ("signed-on", SIGNED_ON),
        ("signed-by", SIGNED_BY),
        ("form", &["--form", "form.txt"]),
        ("statements", &["--statements", "standard"]),
        ("copy-given", &["--copy-given", "2026-11-20"]),
    ];
    let cases: [(&[&str], usize); 3] = [(&[], 2), (&["--profile", "hipaa"], 5), (&["--profile", "part2"], 5)];
    for (profile, needed) in cases {
        let practice = practice_with(&[&["--time-zone", "Europe/Lisbon"], profile].concat());
        let elements = &by_law[..needed];
        let start = [CLIENT, LEE_ONLY, NOTES, TREAT];
        for (name, flags) in elements {
            let others = elements.iter().filter(|(other, _)| other != name).map(|(_, flags)| *flags);
            let said = grant(&practice, &start.iter().copied().chain(others).collect::<Vec<_>>());
            assert_eq!(said.exit, 7, "{profile:?} {name}: {said:?}");
            let made = said.json();
            assert_eq!(
                (&made["state"], &made["missing"]),
                (&"draft".into(), &serde_json::json!([name])),
                "{profile:?}"
            );
            assert!(made["warnings"].to_string().contains(&format!("--{name}")), "{said:?}");
            let id = id_of(&said);
            let asked = ["share", "@", "--to", "dr-lee", "--purpose", "treat", "--consent", &id, "--dry-run", "--json"];
            let refused = practice.run(&asked).error();
            assert_eq!(refused["reasons"][0]["id"], "E-CONSENT-INCOMPLETE", "{profile:?} {name}");
            assert_eq!(refused["reasons"].as_array().unwrap().len(), 1, "{profile:?} {name}");
            let done = practice.run(&[&["consent", "complete", &id, "--json"], *flags].concat());
            assert_eq!((done.exit, done.json()["state"].as_str()), (0, Some("live")), "{profile:?} {name}: {done:?}");
            practice.ok(&asked);
        }
    }
}

#[test]
fn a_law_may_ask_for_an_end_and_the_draft_takes_one_until_it_is_signed() {
    let practice = practice_with(&["--profile", "hipaa"]);
    let by_law = ["--form", "form.txt", "--statements", "standard", "--copy-given", "2026-11-20", "--no-expiry"];
    let said = grant(&practice, &[&WHOLE.concat(), &by_law]);
    assert_eq!((said.exit, &said.json()["missing"]), (7, &serde_json::json!(["until"])), "{said:?}");
    assert!(said.json()["warnings"].to_string().contains("try: subrosa consent grant"), "{said:?}");
    let anew = practice.refused(3, &["consent", "complete", &id_of(&said), "--until", "6m", "--json"]).error();
    assert_eq!(anew["hints"][0], "subrosa consent grant", "{anew}");
    let unsigned = grant(&practice, &[CLIENT, LEE_ONLY, NOTES, TREAT, &["--no-expiry"]]);
    let signed = [SIGNED_ON, SIGNED_BY, &by_law[..6], &["--until", "6m", "--json"]].concat();
    let id = id_of(&unsigned);
    let done = practice.ok(&[&["consent", "complete", &id], &signed[..]].concat());
    assert_eq!(done.json()["state"], "live");
    let shown = &show(&practice, &id)["consent"];
    assert_eq!((&shown["until"], &shown["no_expiry"]), (&"2027-05-20".into(), &false.into()));
}

#[test]
fn an_unknown_age_makes_a_draft_of_what_the_client_alone_signed() {
    let practice = practice();
    practice.ok(&["client", "add", "nn-7"]);
    let said = grant(&practice, &[&["--client", "nn-7"], LEE_ONLY, NOTES, TREAT, SIGNED_ON, SIGNED_BY]);
    assert_eq!((said.exit, &said.json()["missing"]), (7, &serde_json::json!(["age"])), "{said:?}");
    assert!(said.json()["warnings"].to_string().contains("try: subrosa client edit nn-7 --adult"), "{said:?}");
    practice.ok(&["client", "edit", "nn-7", "--adult"]);
    assert_eq!(show(&practice, &id_of(&said))["consent"]["state"], "live");
}

#[test]
fn what_cannot_stand_together_is_refused_before_anything_is_written() {
    let practice = practice();
    let wrong: &[&[&str]] = &[
        &["--signed-on", "2026-11-22"],
        &["--copy-given", "2026-11-22"],
        &["--until", "2026-11-19"],
        &["--effective", "2027-01-02", "--until", "2027-01-01"],
        &["--service-dates", "2026-06-30..2026-01-01"],
        &["--service-dates", "2026-06-30"],
        &["--note-class", "psychotherapy"],
        &["--legal-proceedings"],
        &["--until", "2027-01-01", "--no-expiry"],
        &["--on-event", "the end of the school year", "--no-expiry"],
        &["--tag", "garden"],
        &["--method", "nod"],
    ];
    let start = [CLIENT, LEE_ONLY, NOTES, TREAT, SIGNED_BY].concat();
    for more in wrong {
        let signed = if more.contains(&"--signed-on") { &[][..] } else { SIGNED_ON };
        let said = practice.refused(2, &[&["consent", "grant"], &start[..], signed, more].concat());
        assert!(!said.stderr.contains("mk-01 is"), "{said:?}");
    }
    for (more, exit) in [("--to", 4), ("--discloser", 4), ("--signed-by", 4), ("--form", 1)] {
        practice.refused(exit, &[&["consent", "grant"], &WHOLE.concat()[..], &[more, "nobody"]].concat());
    }
    practice.refused(4, &[&["consent", "grant"], &WHOLE.concat()[..], &["--to", "team:nobody"]].concat());
    practice.ok(&["client", "close", "mk-01"]);
    practice.refused(3, &[&["consent", "grant"], &WHOLE.concat()[..]].concat());
}

#[test]
fn notes_and_proceedings_have_a_consent_of_their_own() {
    let practice = practice();
    live(
        &practice,
        &[
            CLIENT,
            LEE_ONLY,
            TREAT,
            SIGNED_ON,
            SIGNED_BY,
            &["--kind", "psychotherapy-note", "--note-class", "psychotherapy"],
        ],
    );
    live(&practice, &[CLIENT, LEE_ONLY, NOTES, SIGNED_ON, SIGNED_BY, &["--purpose", "legal", "--legal-proceedings"]]);
}

#[test]
fn a_draft_is_completed_and_not_rewritten() {
    let practice = practice();
    let said = grant(&practice, &[CLIENT, LEE_ONLY, NOTES, TREAT, &["--describe", "the notes of this autumn"]]);
    let id = id_of(&said);
    for (flags, flag) in [(["--to", "ana"], "to"), (["--kind", "letter"], "kind"), (["--describe", "all"], "describe")]
    {
        let error = practice.refused(3, &["consent", "complete", &id, flags[0], flags[1], "--json"]).error();
        assert_eq!(
            error["message"],
            format!("{id} says its {flag} already, and what it says is not changed; file a new one")
        );
    }
    practice.refused(2, &["consent", "complete", &id]);
    practice.refused(4, &["consent", "complete", "k-nothing", "--signed-on", "0d"]);
    let half = practice.run(&["consent", "complete", &id, "--signed-by", "client"]);
    assert_eq!((half.exit, half.stdout), (7, format!("{id}\n")));
    // What was signed says no more afterwards.
    for more in
        [&["--tag", "hiv"][..], &["--legal-proceedings"], &["--note-class", "psychotherapy"], &["--until", "2m"]]
    {
        let more = [&["consent", "complete", &id, "--signed-on", "1d", "--json"], more].concat();
        let error = practice.refused(3, &more).error();
        assert_eq!(error["hints"][0], "subrosa consent grant", "{error}");
    }
    let done = practice.ok(&["consent", "complete", &id, "--signed-on", "1d", "--form", "form.txt", "--json"]);
    assert_eq!(done.json()["state"], "live");
    let shown = &show(&practice, &id)["consent"];
    assert_eq!((&shown["signed_on"], &shown["until"]), (&"2026-11-20".into(), &"2027-11-20".into()));
    let form = practice.ok(&["info", shown["form"].as_str().unwrap(), "--json"]).json();
    assert_eq!(
        (&form["record"]["kind"], &form["record"]["client"]["alias"]),
        (&"consent-document".into(), &"mk-01".into())
    );
    practice.refused(3, &["consent", "complete", &id, "--copy-given", "0d"]);
}

#[test]
fn taking_a_part_back_leaves_the_rest_and_tells_what_was_sent() {
    let practice = practice();
    let both = ["--to", "dr-lee", "--to", "ana", "--kind", "appointment", "--purpose", "coordinate"];
    let id = live(&practice, &[CLIENT, &both, NOTES, TREAT, SIGNED_ON, SIGNED_BY]);
    let appointment = practice.ok(&["list", "--kind", "appointment"]).stdout.split('\t').next().unwrap().to_owned();
    let sent = practice.ok(&["share", "@", "--to", "ana", "--purpose", "treat"]).stdout.trim().to_owned();
    practice.ok(&["share", "@", "--to", "dr-lee", "--purpose", "treat"]);

    practice.refused(2, &["consent", "revoke", &id, "--on", "2026-11-22"]);
    practice.refused(2, &["consent", "revoke", &id, "--kind", "letter"]);
    practice.refused(4, &["consent", "revoke", &id, "--to", "nobody"]);
    let back = practice.ok(&["consent", "revoke", &id, "--to", "ana", "--how", "oral"]);
    assert!(back.stdout.starts_with(&format!("{sent}\t2026-11-21T09:30:00Z\tana\ttreat")), "{back:?}");
    assert_eq!(back.stdout.lines().count(), 1);
    assert_eq!(reasons(&practice, "ana"), ["E-CONSENT-REVOKED"]);
    assert_eq!(reasons(&practice, "dr-lee"), Vec::<String>::new());
    assert_eq!(show(&practice, &id)["consent"]["state"], "live");

    practice.ok(&["consent", "revoke", &id, "--kind", "progress-note"]);
    assert_eq!(reasons(&practice, "dr-lee"), ["E-CONSENT-REVOKED"]);
    assert_eq!(reasons_of(&practice, &appointment, "dr-lee", "treat"), Vec::<String>::new());
    practice.ok(&["consent", "revoke", &id, "--purpose", "treat"]);
    assert_eq!(reasons_of(&practice, &appointment, "dr-lee", "treat"), ["E-CONSENT-REVOKED"]);
    assert_eq!(reasons_of(&practice, &appointment, "dr-lee", "coordinate"), Vec::<String>::new());

    let whole = practice.ok(&["consent", "revoke", &id, "--json"]).json();
    assert_eq!((whole["state"].as_str(), whole["disclosures"].as_array().unwrap().len()), (Some("revoked"), 2));
    let count = entries(&practice, "consent.revoked").len();
    let again = practice.ok(&["consent", "revoke", &id]);
    assert!(again.stderr.contains("already on 2026-11-21"), "{again:?}");
    assert_eq!(entries(&practice, "consent.revoked").len(), count);
    // What was said is written down when it comes in writing.
    practice.ok(&["consent", "revoke", &id, "--how", "written"]);
    assert_eq!(entries(&practice, "consent.revoked").len(), count + 1);
    assert_eq!(entries(&practice, "disclosure.made").len(), 2, "what was sent stays in the ledger");
}

#[test]
fn what_is_taken_back_piece_by_piece_is_taken_back() {
    let practice = practice();
    let id = live(&practice, WHOLE);
    practice.ok(&["consent", "revoke", &id, "--to", "dr-lee"]);
    assert_eq!(show(&practice, &id)["consent"]["state"], "revoked");
    assert!(practice.ok(&["consent", "list", "--state", "revoked"]).stdout.starts_with(&id));
}

#[test]
fn a_false_consent_carries_nothing() {
    let practice = practice();
    let id = live(&practice, WHOLE);
    practice.refused(2, &["consent", "mark-false", &id]);
    let said = practice.ok(&["consent", "mark-false", &id, "--reason", "the signature is not hers", "--json"]);
    assert_eq!(said.json()["state"], "false");
    assert_eq!(reasons(&practice, "dr-lee"), ["E-CONSENT-FALSE"]);
    assert_eq!(show(&practice, &id)["consent"]["false_because"], "the signature is not hers");
    practice.refused(3, &["consent", "mark-false", &id, "--reason", "again"]);
}

#[test]
fn the_interview_asks_again_and_files_what_was_said() {
    let practice = practice();
    let answers = [
        "nobody",
        "mk-01",
        "dr-lee, ana",
        "therapy",
        "progress-note letter",
        "treat",
        "yesterday",
        "2026-11-20",
        "",
        "6m",
        "",
    ];
    let said = practice.at_terminal(&answers, &["consent", "grant"]);
    assert_eq!(said.exit, 0, "{said:?}");
    let listed = practice.ok(&["consent", "list", "--json"]).json();
    let consent = &listed["consents"][0];
    assert_eq!((&consent["until"], &consent["copy_given"]), (&"2027-05-20".into(), &Value::Null));
    assert_eq!(consent["kinds"], serde_json::json!(["progress-note", "letter"]));
    assert_eq!(consent["recipients"].as_array().unwrap().len(), 2);
    // What was given is not asked for.
    let said = practice
        .at_terminal(&["treat", ""], &["consent", "grant", "--client", "mk-01", "--to", "ana", "--kind", "letter"]);
    assert_eq!(said.exit, 7, "{said:?}");
    let draft = practice.ok(&["consent", "list", "--state", "draft", "--json"]).json()["consents"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let said = practice.at_terminal(&["2026-11-21", "client"], &["consent", "complete", &draft]);
    assert_eq!(said.exit, 0, "{said:?}");
}

#[test]
fn on_a_terminal_a_consent_is_granted_by_typed_answers_alone() {
    let machine = Machine::new();
    machine.ok(&["client", "edit", "mk-01", "--adult"]);
    machine.add("Slept better.\n");
    let mut screen = Screen::new(&machine, &["consent", "grant"]);
    screen.answer("Whose consent is it (alias): ", "mk-01");
    screen.answer("To whom (aliases, or team:NAME): ", "dr-lee");
    screen.answer("What kinds of record (words such as progress-note safety-plan): ", "progress-note");
    screen.answer("What for (words such as treat coordinate): ", "treat");
    screen.answer("When was it signed (Enter: not yet): ", "0d");
    screen.answer("Who signed, client or aliases (Enter: the client): ", "");
    screen.answer("Until when, a date or a span after signing (Enter: the protocol's period): ", "");
    screen.answer("When was the client given a copy (Enter: not yet): ", "0d");
    screen.until("The consent of mk-01 is filed (k-");
    screen.done();
    machine.ok(&["share", "@", "--to", "dr-lee", "--purpose", "treat"]);
    // The form stands on the alternate screen: nothing of it stays.
    let id = machine.ok(&["consent", "list"]).split('\t').next().unwrap().to_owned();
    let mut screen = Screen::new(&machine, &["consent", "form", &id]);
    screen.until("Maria Kestrel");
    screen.press("q");
    let ended = screen.done();
    assert!(!ended.scrollback().contains("Kestrel"), "{ended:?}");
}
