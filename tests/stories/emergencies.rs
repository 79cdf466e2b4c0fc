//! A call at ten past two in the night, told by the real program under `faketime`: what is asked before somebody is sent
//! there, what goes out, and what is to be done in the days after.

use std::path::PathBuf;

use serde_json::Value;
use serde_json::json;

use crate::safety::answers;
use crate::scenarios::Clinic;
use crate::screen::Screen;

const EVENING: &str = "2026-11-21T20:00:00Z";
const NIGHT: &str = "2026-11-22T02:10:00Z";

/// mk-01, who has not consented to anything; the crisis team, a casualty department and the police; the call, of which lines
/// 10 to 22 are what has to be known.
fn clinic() -> Option<(Clinic, String)> {
    let clinic = Clinic::since(EVENING, "Europe/Lisbon")?;
    clinic.ok(EVENING, &["client", "add", "mk-01", "--name", "Maria Kestrel", "--adult"]);
    clinic.recipient(EVENING, "crisis", "Night Team", "crisis-team");
    clinic.recipient(EVENING, "casualty", "Dr Grace Pike", "emergency-department");
    clinic.recipient(EVENING, "police", "Station 4", "police");
    let lines: String = (1..=30).map(|n| format!("Line {n} of the call.\n")).collect();
    let call = clinic.add(NIGHT, "phone-contact", &lines);
    Some((clinic, call))
}

fn ask<'a>(words: &'a str, to: &'a str) -> [&'a str; 10] {
    ["safety", "disclose", "--client", "mk-01", "--to", to, "--excerpt", words, "--answers", "answers.toml"]
}

fn texts(list: &Value, field: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|one| one[field].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_team_is_sent_at_night_by_typed_answers_alone_and_somebody_else_reviews_it() {
    let Some((clinic, call)) = clinic() else { return };
    clinic.machine.make_key("partner.txt");
    let partner = clinic.machine.public_key("partner.txt");
    clinic.ok(NIGHT, &["owner", "add", &partner, "--alias", "partner"]);
    let before = clinic.entries(NIGHT).len();

    let clock = clinic.clock(NIGHT);
    let variables = clock.each_ref().map(|(name, value)| (*name, value.as_str()));
    let mut screen = Screen::with(&clinic.machine, &variables, &["safety", "disclose"]);
    screen.answer("In which room are you (word, Enter: not now): ", "phone-private");
    screen.answer("Whom is it about (alias): ", "mk-01");
    screen.answer("To whom (alias): ", "crisis");
    screen.answer("Which words (a record and its lines, such as @:10-22): ", &format!("{call}:10-22"));
    screen.answer("Whom is the threat to (self, identified-other, others, child, dependent-adult): ", "her");
    screen.answer("Whom is the threat to (self, identified-other, others, child, dependent-adult): ", "self");
    screen.answer("Is it serious (yes, no, unsure): ", "yes");
    screen.answer("Is it imminent (yes, no, unsure): ", "yes");
    screen.answer("What do you know: ", "A plan for tonight, and the means.");
    screen.answer("Why can this recipient prevent or lessen it: ", "They go there at once.");
    screen.answer("What did you consider instead: ", "A safety plan, which was refused.");
    screen.answer("Which law or code do you rely on: ", "45 CFR 164.512(j)(1)(i)");
    screen.answer("Was the client told (yes, no, later): ", "yes");
    screen.answer("Whom did you consult (Enter: nobody): ", "");
    screen.answer("Why is it no more than is needed: ", "The call alone.");
    screen.answer("for threat: type the recipient's alias again, or Enter [crisis]: ", "crisis");
    screen.until("on the basis of threat");
    screen.until("SAFETY NO-CONSENT");
    screen.until("To do until 2026-11-23T02:1");
    screen.done();

    // The words were taken, and looked at, in the same breath as they went out.
    let log = clinic.entries(NIGHT);
    let newest = json!(log.iter().filter(|entry| entry["index"].as_u64().unwrap() > before as u64).collect::<Vec<_>>());
    let kinds = texts(&newest, "kind");
    assert_eq!(kinds, ["record.accessed", "record.added", "disclosure.made", "safety.disclosed"]);
    let disclosure = newest[3]["event"]["disclosure"].as_str().unwrap();
    assert_eq!((&newest[3]["event"]["consulted_with"], &newest[3]["actor"]), (&Value::Null, &"owner".into()));
    assert_eq!(newest[2]["event"]["setting"], "phone-private");
    let packages = clinic.packages();
    let into = clinic.machine.unpack(&packages[0], "crisis.txt");
    let files = clinic.machine.files(into.file_name().unwrap().to_str().unwrap());
    let sent = files.iter().find(|file| file.ends_with("0001-excerpt.txt")).unwrap();
    let sent = std::fs::read_to_string(sent).unwrap();
    assert!(sent.starts_with("Line 10 of the call.\n") && sent.ends_with("Line 22 of the call.\n"), "{sent}");

    // The next day: what the outcome was is late, the review is not.
    let due = clinic.json("2026-11-23T03:00:00Z", &["followup", "list"]);
    assert_eq!(texts(&due["followups"], "task"), ["document-outcome", "peer-review", "consent-review"]);
    let times: Vec<_> = texts(&due["followups"], "due").iter().map(|time| time[..13].to_owned()).collect();
    assert_eq!(times, ["2026-11-23T02", "2026-11-25T02", "2026-11-29T02"]);
    let late = clinic.run("2026-11-23T03:00:00Z", &["due", "--json"]);
    let items: Value = serde_json::from_slice(&late.stdout).unwrap();
    let is_late = |one: &&Value| one["class"] == "followup" && one["days"].as_i64().unwrap() < 0;
    let late_ones: Vec<_> = items["items"].as_array().unwrap().iter().filter(is_late).collect();
    assert_eq!((late.status.code(), late_ones.len()), (Some(7), 1), "{items}");
    clinic.machine.write("text.txt", b"They came in time, and she stayed with them.\n");
    let followup = due["followups"][0]["id"].as_str().unwrap();
    assert_eq!(late_ones[0]["command"], format!("subrosa followup done {followup} --text -"));
    clinic.ok("2026-11-23T03:05:00Z", &["followup", "done", followup, "--text", "text.txt"]);

    let review = ["safety", "review", disclosure, "--result", "justified", "--text", "text.txt"];
    let entries = clinic.entries("2026-11-23T09:00:00Z").len();
    let own = clinic.run("2026-11-23T09:00:00Z", &[&review[..], &["--json"]].concat());
    let error: Value = serde_json::from_slice(&own.stderr).unwrap();
    assert_eq!(
        (own.status.code(), texts(&error["error"]["reasons"], "id")),
        (Some(3), vec!["E-REVIEW-SELF".to_owned()])
    );
    assert_eq!(clinic.entries("2026-11-23T09:00:00Z").len(), entries);
    clinic.ok("2026-11-23T09:10:00Z", &[&review[..], &["-i", "partner.txt"]].concat());
    let left = clinic.json("2026-11-23T09:15:00Z", &["followup", "list"]);
    let left: Vec<_> = left["followups"].as_array().unwrap().iter().filter(|one| one["state"] == "open").collect();
    assert_eq!((left.len(), &left[0]["task"]), (1, &"consent-review".into()));
    clinic.verify("2026-11-23T09:20:00Z");
}

#[test]
fn substance_use_records_go_to_casualty_alone_and_what_is_told_by_telephone_is_the_same_entry() {
    let Some((clinic, call)) = clinic() else { return };
    let words = format!("{call}:10-22");
    clinic.machine.write("answers.toml", answers(&[("imminent", "no")]).as_bytes());
    assert_eq!(clinic.refused(NIGHT, &ask(&words, "crisis")), ["E-SAFETY-IMMINENT"]);
    clinic.machine.write("answers.toml", answers(&[]).as_bytes());

    // By telephone, at 02:15: an entry with the same answers, and no package.
    let oral = ["--medium", "oral", "--setting", "phone-private"];
    let told = clinic.json("2026-11-22T02:15:00Z", &[&ask(&words, "crisis")[..], &oral].concat());
    assert_eq!((&told["disclosures"][0]["package"], clinic.packages()), (&Value::Null, Vec::<PathBuf>::new()));
    assert_eq!(texts(&told["followups"], "task"), ["document-outcome", "peer-review", "consent-review"]);
    let log = clinic.json(NIGHT, &["ledger", "log", "--kind", "safety.disclosed"]);
    assert_eq!(log["entries"][0]["event"]["facts"], "A plan for tonight, and the means.");

    clinic.ok("2026-11-22T02:20:00Z", &["tag", &call, "+42CFRPart2"]);
    let time = "2026-11-22T02:25:00Z";
    assert_eq!(clinic.refused(time, &ask(&words, "police")), ["E-SPECIAL-PART2-EMERGENCY"]);
    assert_eq!(clinic.refused(time, &ask(&words, "casualty")), ["E-SPECIAL-PART2-EMERGENCY"]);
    clinic.ok(time, &["recipient", "edit", "casualty", "--medical-personnel"]);
    // Where the personnel work, and what the emergency is.
    assert_eq!(clinic.refused(time, &ask(&words, "casualty")), ["E-SAFETY-INCOMPLETE"]);
    let medical = [("facility", "St Vincent, casualty"), ("nature_of_emergency", "Overdose")];
    clinic.machine.write("answers.toml", answers(&medical).as_bytes());
    let sent = clinic.json(time, &ask(&words, "casualty"));
    assert_eq!(sent["disclosures"][0]["basis"], "medical-emergency");
    assert_eq!(clinic.packages().len(), 1);
    let log = clinic.json(time, &["ledger", "log", "--kind", "safety.disclosed"]);
    let newest = log["entries"].as_array().unwrap().iter().find(|entry| entry["event"]["facility"].is_string());
    assert_eq!(newest.unwrap()["event"]["nature_of_emergency"], "Overdose");
    clinic.verify("2026-11-22T03:00:00Z");
}
