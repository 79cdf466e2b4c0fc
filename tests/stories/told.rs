//! What is told is described: by kinds, sensitivities, dates of service, and whether it says whom it is about. What nobody
//! said is judged as if it were about all that there is.

use serde_json::Value;
use serde_json::json;

use crate::practice::LEE;
use crate::practice::Practice;

/// mk-01, of whom there is a note about HIV; a doctor whom somebody met, and an aunt whom nobody did.
fn practice() -> Practice {
    let practice = Practice::new();
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
    practice.ok(&["recipient", "add", "aunt", "--role", "family"]);
    practice.write("note.txt", "slept");
    practice.ok(&["add", "note.txt", "--client", "mk-01", "--kind", "progress-note", "--tag", "HIV", "--date", "3d"]);
    practice
}

const AGAIN: &str = "subrosa disclose oral --client mk-01 --to dr-lee --purpose treat --setting phone-private";

fn oral<'a>(to: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let told = ["disclose", "oral", "--client", "mk-01", "--to", to, "--purpose", "treat"];
    [&told[..], &["--setting", "phone-private", "--about", "how it went"], more].concat()
}

/// It is refused: each reason and its cure.
fn refused(practice: &Practice, args: &[&str]) -> Vec<(String, String)> {
    let said = practice.run(&[args, &["--json"]].concat());
    assert_eq!((said.exit, said.stdout.as_str()), (3, ""), "{said:?}");
    let word = |reason: &Value, name: &str| reason[name].as_str().unwrap().to_owned();
    let reasons = said.error()["reasons"].as_array().unwrap().clone();
    reasons.iter().map(|reason| (word(reason, "id"), word(reason, "cure"))).collect()
}

fn told(practice: &Practice) -> Value {
    let log = practice.ok(&["ledger", "log", "--kind", "disclosure.told", "--limit", "1", "--json"]).json();
    log["entries"][0]["event"].clone()
}

#[test]
fn what_is_told_has_the_sensitivities_of_the_records_unless_somebody_says() {
    let practice = practice();
    practice.consent("dr-lee");
    let note = ["--kind", "progress-note"];
    let tagged = |tags: &[&'static str]| oral("dr-lee", &[&note[..], tags].concat());
    let one = |id: &str, cure: String| vec![(id.to_owned(), cure)];
    let say = format!("{AGAIN} --kind progress-note --about TEXT --tag SENSITIVITY");
    assert_eq!(refused(&practice, &tagged(&[])), one("E-CONSENT-TAG", say.clone()));
    let ask = "subrosa consent grant --client mk-01 --to dr-lee --kind progress-note --tag hiv --purpose treat";
    assert_eq!(refused(&practice, &tagged(&["--tag", "HIV"])), one("E-CONSENT-TAG", ask.to_owned()));
    // A kind of which no record has it carries none.
    practice.ok(&oral("dr-lee", &["--kind", "letter"]));
    practice.ok(&tagged(&["--tag", "none"]));
    practice.ok(&tagged(&["--tag", "mh", "--date", "2d"]));
    let said = told(&practice);
    assert_eq!((&said["kinds"], &said["tags"]), (&json!(["progress-note"]), &json!(["mh"])));
    assert_eq!((&said["dates"], &said["de_identified"]), (&json!(["2026-11-19"]), &json!(false)));
    // Substance use is Part 2: a consent that was spoken does not carry it, and the police never hear it.
    practice.ok(&["recipient", "add", "police", "--role", "police"]);
    practice.consent("police");
    let police = oral("police", &["--kind", "letter", "--tag", "sud", "--adverse-use-reviewed"]);
    assert!(refused(&practice, &police).iter().any(|(id, _)| id == "E-NEED-ROLE"));
    practice.ok(&["restrict", "add", "--client", "mk-01", "--tag", "HIV"]);
    let letter = oral("dr-lee", &["--kind", "letter"]);
    assert_eq!(refused(&practice, &letter), one("E-RESTRICT", say.replace("progress-note", "letter")));
    practice.ok(&oral("dr-lee", &["--kind", "letter", "--tag", "none"]));
    for wrong in [&["--tag", "HVI"][..], &["--tag", "none", "--tag", "hiv"]] {
        practice.refused(2, &oral("dr-lee", wrong));
    }
    // A cure says nothing in somebody's place: run as it stands it names the words there are.
    for (blank, words) in [("--tag SENSITIVITY", "hiv, std"), ("--date DATE", "2026-11-21"), ("--kind KIND", "letter")]
    {
        let said = practice.refused(2, &oral("dr-lee", &blank.split(' ').collect::<Vec<_>>()));
        assert!(said.stderr.contains(words), "{said:?}");
    }
}

#[test]
fn what_is_told_is_of_all_service_up_to_today_unless_somebody_says() {
    let practice = practice();
    let mut args = crate::practice::consent("dr-lee");
    args.extend(["--service-dates", "2020-01-01..2020-12-31", "--tag", "hiv"]);
    practice.ok(&args);
    let note = oral("dr-lee", &["--kind", "letter"]);
    let say = format!("{AGAIN} --kind letter --about TEXT --date DATE");
    assert_eq!(refused(&practice, &note), [("E-CONSENT-DATE".to_owned(), say)]);
    practice.ok(&oral("dr-lee", &["--kind", "letter", "--date", "2020-05-01", "--date", "2020-06-01"]));
    let said =
        refused(&practice, &oral("dr-lee", &["--kind", "letter", "--date", "2020-05-01", "--date", "2021-01-01"]));
    assert_eq!(said[0].0, "E-CONSENT-DATE");
}

#[test]
fn nobody_is_told_what_could_not_be_sent_to_somebody_whom_nobody_made_sure_of() {
    let practice = practice();
    practice.consent("aunt");
    let verify = "subrosa recipient verify aunt --how in-person".to_owned();
    let reviewed = ["--kind", "letter", "--adverse-use-reviewed"];
    let said = refused(&practice, &oral("aunt", &reviewed));
    let both = [("E-RECIP-UNVERIFIED".to_owned(), verify.clone()), ("E-NEED-LABEL".to_owned(), verify)];
    assert_eq!(said, both);
    // What is hardly confidential anybody may hear who is named in a consent, where it is said that nobody made sure.
    let bill = oral("aunt", &["--kind", "billing-item", "--adverse-use-reviewed"]);
    assert_eq!(refused(&practice, &bill), said[..1]);
    practice.ok(&[&bill[..], &["--unverified"]].concat());
    let overrides = practice.ok(&["report", "overrides"]).stdout;
    assert!(overrides.contains("\taunt\ttreat\tUNVERIFIED\t"), "{overrides}");
    assert_eq!(refused(&practice, &oral("aunt", &[&reviewed[..], &["--unverified"]].concat())), said[1..]);
    // Nobody makes sure of who is suspended.
    practice.ok(&["recipient", "add", "uncle", "--role", "family"]);
    practice.consent("uncle");
    practice.ok(&["recipient", "suspend", "uncle", "--reason", "left"]);
    let gone = refused(&practice, &oral("uncle", &reviewed));
    assert!(gone.iter().any(|(id, _)| id == "E-RECIP-UNVERIFIED"), "{gone:?}");
    assert!(gone.iter().all(|(_, cure)| !cure.contains("recipient verify")), "{gone:?}");
    // Without a key it is the person who is made sure of; a key that comes later is not.
    practice.ok(&["recipient", "verify", "aunt", "--how", "in-person"]);
    practice.ok(&oral("aunt", &reviewed));
    practice.ok(&["recipient", "replace-key", "aunt", "--key", crate::practice::ANA]);
    assert_eq!(refused(&practice, &oral("aunt", &reviewed))[0].0, "E-RECIP-UNVERIFIED");
    // Very restricted is what nobody hears without a word.
    practice.ok(&["recipient", "verify", "aunt", "--how", "in-person"]);
    let terms = ["--kind", "letter", "--tag", "sdv", "--purpose", "treat", "--signed-on", "2026-01-01"];
    practice
        .ok(&[&["consent", "grant", "--client", "mk-01", "--to", "aunt"], &terms[..], &["--signed-by", "client"]]
            .concat());
    let said = refused(&practice, &oral("aunt", &[&reviewed[..], &["--tag", "sdv"]].concat()));
    assert_eq!(said, [("E-NEED-LABEL".to_owned(), "subrosa recipient edit aunt --max-label V".to_owned())]);
    // Where nobody said what it is about, nobody's ceiling is raised for it.
    practice.ok(&["client", "add", "kim", "--adult"]);
    let tell = ["disclose", "oral", "--client", "kim", "--to", "dr-lee", "--purpose", "treat", "--setting"];
    let tell = [&tell[..], &["phone-private", "--about", "how it went"]].concat();
    practice.ok(&["recipient", "edit", "dr-lee", "--max-label", "N"]);
    let cures: Vec<_> = refused(&practice, &tell).into_iter().filter(|(id, _)| id == "E-NEED-LABEL").collect();
    let say = "subrosa disclose oral --client kim --to dr-lee --purpose treat --setting phone-private --about TEXT";
    assert_eq!(cures, [("E-NEED-LABEL".to_owned(), format!("{say} --kind KIND"))]);
    assert!(practice.ok(&["ledger", "verify"]).stdout.starts_with("CONTINUOUS\t"));
}

#[test]
fn supervision_by_word_of_mouth_does_not_say_whom_it_is_about() {
    let practice = practice();
    practice.ok(&["recipient", "edit", "dr-lee", "--role", "peer-consultant"]);
    let mut args = crate::practice::consent("dr-lee");
    args.push("--de-identified");
    practice.ok(&args);
    let promised = ["--type", "supervision", "--signed-on", "2026-11-01", "--standard", "--understood", "explained"];
    practice.ok(&[&["agreement", "add", "dr-lee"], &promised[..]].concat());
    practice.ok(&["training", "add", "dr-lee", "--course", "confidentiality", "--on", "2026-11-01"]);
    let letter = oral("dr-lee", &["--kind", "letter"]);
    let said = refused(&practice, &letter);
    let say = format!("{AGAIN} --kind letter --about TEXT --de-identified");
    assert!(said.contains(&("E-CONSENT-IDENTITY".to_owned(), say)), "{said:?}");
    assert!(!said.iter().any(|(id, _)| id == "E-THIRDPARTY"), "{said:?}");
    practice.ok(&oral("dr-lee", &["--kind", "letter", "--de-identified"]));
    assert_eq!(told(&practice)["de_identified"], true);
    // Then what is told names nobody, not even whom it is about.
    let mut named = oral("dr-lee", &["--kind", "letter", "--de-identified"]);
    let about = named.iter().position(|word| *word == "how it went").unwrap();
    named[about] = "how Maria Kestrel slept";
    assert_eq!(refused(&practice, &named)[0].0, "E-THIRDPARTY");
}

#[test]
fn what_is_missing_is_named_at_once_beside_what_was_typed() {
    let practice = practice();
    let said = practice.refused(2, &["disclose", "paper", "--client", "mk-01", "--kind", "letter", "--json"]).error();
    assert_eq!(said["message"], "--to, --purpose and --about are needed");
    let typed = "subrosa disclose paper --client mk-01 --kind letter --to RECIPIENT --purpose treat --about TEXT";
    assert_eq!(said["hints"], json!([typed]));
}
