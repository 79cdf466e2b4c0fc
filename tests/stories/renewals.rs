//! Papers that are renewed by the line that `due` prints: it says what still holds of the old paper, and no more.

use std::io::Cursor;

use serde_json::Value;

use crate::due;
use crate::due::due;
use crate::due::run_printed;
use crate::practice::ANA;
use crate::practice::LEE;
use crate::practice::OWNER;
use crate::practice::Practice;
use crate::practice::Said;

const DAY: i64 = 86_400;

/// A practice with a client, and two who get something.
fn practice() -> Practice {
    let practice = Practice::new();
    practice.ok(&["client", "add", "mk-01", "--adult", "--limits-discussed", "2026-11-01"]);
    for (alias, key, role) in [("gp", LEE, "treating-provider"), ("school", ANA, "school")] {
        practice.ok(&["recipient", "add", alias, "--key", key, "--role", role, "--verified", "in-person"]);
    }
    practice
}

/// Grants what was typed to what follows, until the first of December; the id.
fn granted(practice: &Practice, to: &[&str], more: &[&str]) -> String {
    let to = to.iter().flat_map(|to| ["--to", to]);
    let grant = ["consent", "grant", "--client", "mk-01", "--signed-on", "2026-11-01", "--signed-by", "client"];
    let args: Vec<&str> = grant.into_iter().chain(to).chain(more.iter().copied()).collect();
    practice.ok(&args).stdout.trim().to_owned()
}

const UNTIL: [&str; 2] = ["--until", "2026-12-01"];
const BOTH: [&str; 8] =
    ["--kind", "letter", "--kind", "progress-note", "--purpose", "treat", "--purpose", "coordinate"];

/// The printed commands of consents, what stands after their client.
fn lines(practice: &Practice) -> Vec<String> {
    let commands = due(practice, "consent").into_iter().map(|item| item["command"].as_str().unwrap().to_owned());
    commands.map(|command| command.replace("subrosa consent grant --client mk-01 ", "")).collect()
}

/// Runs every line of a class as it was printed.
fn renewed(practice: &Practice, class: &str) {
    for item in due(practice, class) {
        let command = item["command"].as_str().unwrap();
        let said = run_printed(practice, command, "");
        assert_eq!(said.exit, 0, "{command}: {said:?}");
    }
    assert_eq!(due(practice, class), [Value::Null; 0]);
}

#[test]
fn what_is_taken_back_of_a_renewal_is_not_granted_anew_by_the_old_paper() {
    let mut practice = practice();
    let old = granted(&practice, &["gp", "school"], &[&BOTH[..], &UNTIL].concat());
    practice.now += 60;
    renewed(&practice, "consent");
    practice.now += 60;
    let new = practice.ok(&["consent", "list", "--json"]).json();
    let mut ids = new["consents"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap());
    let new = ids.rfind(|id| *id != old).unwrap();
    let said = practice.ok(&["consent", "revoke", new, "--to", "school", "--kind", "letter"]);
    // The old paper still holds for some days, and whoever takes back is told how.
    let still = format!("subrosa consent revoke {old} --to school --kind letter");
    assert!(said.stderr.contains(&still), "{said:?}");
    for line in lines(&practice) {
        assert!(!(line.contains("--to school") && line.contains("--kind letter")), "{line}");
    }
    assert!(lines(&practice).iter().any(|line| line.contains("--to school --kind progress-note")));
    assert!(practice.ok(&["consent", "list"]).stdout.contains("a part of it was taken back"));
    // What is granted after that is a word of its own.
    practice.now += 60;
    granted(&practice, &["school"], &[&BOTH[..], &UNTIL].concat());
    assert!(lines(&practice).iter().any(|line| line.contains("--to school --kind letter")));
}

#[test]
fn a_renewal_holds_for_as_many_days_as_the_old_paper_and_no_longer() {
    let mut practice = due::practice();
    practice.ok(&[due::CLASSES[0].done[0], &["--effective", "2026-11-21"]].concat());
    practice.ok(due::CLASSES[1].done[0]);
    practice.ok(due::CLASSES[2].done[0]);
    for (class, flag) in
        [("consent", " --until 10d "), ("agreement", " --ends 30d "), ("training", " --valid-until 30d")]
    {
        // What was renewed today is not due today, however soon it ends; and what ends the same day takes over, too.
        for later in [0, 2] {
            practice.now += later * DAY;
            let items = due(&practice, class);
            let [ref line] = items[..] else { panic!("{class}: {items:?}") };
            let command = line["command"].as_str().unwrap();
            assert!(command.contains(flag), "{command}");
            assert_eq!(run_printed(&practice, command, "").exit, 0, "{command}");
            assert_eq!(due(&practice, class), [Value::Null; 0], "{class}");
        }
        practice.now += DAY;
        assert_eq!(due(&practice, class)[0]["days"], if class == "consent" { 9 } else { 29 }, "{class}");
    }
    let trained = practice.ok(&["training", "list", "--json"]).json();
    assert!(trained.to_string().contains("2026-12-29"), "{trained}");
}

#[test]
fn what_is_to_be_read_anew_stays_due_when_the_training_is_over() {
    let mut practice = due::practice();
    due::CLASSES[3].done.iter().for_each(|args| drop(practice.ok(args)));
    practice.now += 420 * DAY;
    assert_eq!((due(&practice, "protocol").len(), due(&practice, "training").len()), (1, 1));
    due::cleared(&practice, "training", "");
    assert_eq!(due(&practice, "protocol"), [Value::Null; 0], "who learns it today learns what it asks now");
}

const SIGNED: &str = " --signed-by client --until 30d --signed-on 2026-11-21";

#[test]
fn what_was_taken_back_is_not_put_back_by_a_renewal() {
    let mut practice = practice();
    let id = granted(&practice, &["gp", "school"], &[&BOTH[..], &UNTIL].concat());
    practice.ok(&["consent", "revoke", &id, "--to", "school", "--how", "written"]);
    practice.ok(&["consent", "revoke", &id, "--kind", "progress-note", "--how", "written"]);
    let left = format!("--to gp --kind letter --purpose treat --purpose coordinate{SIGNED}");
    assert_eq!(lines(&practice), [left]);
    // What is taken back of another consent that goes on for it is not what this one is renewed for.
    let other = granted(&practice, &["gp"], &[&BOTH[..], &["--until", "2027-03-01"]].concat());
    assert_eq!(due(&practice, "consent"), [Value::Null; 0]);
    practice.ok(&["consent", "revoke", &other, "--purpose", "treat", "--how", "written"]);
    assert_eq!(due(&practice, "consent"), [Value::Null; 0], "what is left goes on in the other");
    practice.ok(&["consent", "revoke", &other, "--how", "written"]);
    assert_eq!(due(&practice, "consent"), [Value::Null; 0]);
    practice.now += 60;
    let small = ["--kind", "letter", "--purpose", "coordinate"];
    granted(&practice, &["gp"], &[&small[..], &UNTIL].concat());
    assert_eq!(lines(&practice), [format!("--to gp --kind letter --purpose coordinate{SIGNED}")]);
    renewed(&practice, "consent");
    let live = practice.ok(&["consent", "list", "--state", "live", "--json"]).json();
    let last = live["consents"].as_array().unwrap().last().unwrap();
    assert!(last["recipients"].as_array().unwrap().len() == 1 && last["kinds"][0] == "letter", "{last}");
}

#[test]
fn what_is_left_in_pieces_is_a_line_each_and_who_is_suspended_stands_in_none() {
    let practice = practice();
    let id = granted(&practice, &["gp", "school"], &[&BOTH[..], &UNTIL].concat());
    practice.ok(&["consent", "revoke", &id, "--to", "school", "--kind", "progress-note", "--how", "written"]);
    practice.ok(&["consent", "revoke", &id, "--to", "school", "--purpose", "treat", "--how", "written"]);
    let both = "--kind letter --kind progress-note --purpose treat --purpose coordinate";
    let of_school = format!("--to school --kind letter --purpose coordinate{SIGNED}");
    assert_eq!(lines(&practice), [format!("--to gp {both}{SIGNED}"), of_school.clone()]);
    let calendar = practice.ok(&["due", "--ics", "due.ics"]);
    let events = std::fs::read_to_string(practice.path("due.ics")).unwrap();
    assert_eq!((calendar.stdout.matches(&id).count(), events.matches(&id).count()), (2, 1), "one event a paper");
    practice.ok(&["recipient", "suspend", "gp", "--reason", "left"]);
    assert_eq!(lines(&practice), [of_school]);
    renewed(&practice, "consent");
}

#[test]
fn a_draft_of_before_takes_over_nothing_that_was_taken_back_since() {
    let practice = practice();
    let id = granted(&practice, &["gp", "school"], &[&BOTH[..], &UNTIL].concat());
    let draft = ["consent", "grant", "--client", "mk-01", "--to", "gp", "--to", "school", "--until", "2027-06-01"];
    let said = practice.run(&[&draft[..], &BOTH].concat());
    assert_eq!(said.exit, 7, "{said:?}");
    assert!(lines(&practice)[0].starts_with("subrosa consent complete k-"), "{:?}", lines(&practice));
    practice.ok(&["consent", "revoke", &id, "--to", "school", "--how", "written"]);
    let left = lines(&practice);
    assert!(left.len() == 1 && left[0].starts_with("--to gp --kind letter"), "{left:?}");
}

#[test]
fn a_spoken_consent_is_renewed_as_a_spoken_one() {
    let mut practice = practice();
    let say = ["consent", "grant", "--client", "mk-01", "--to", "gp", "--kind", "letter", "--purpose", "treat"];
    let how = ["--method", "verbal", "--signed-on", "2026-11-21", "--signed-by", "client"];
    practice.ok(&[&say[..], &how].concat());
    practice.now += 8 * DAY;
    let [ref line] = lines(&practice)[..] else { panic!("one line") };
    assert!(line.contains(" --method verbal --until 6d "), "{line}");
    renewed(&practice, "consent");
    let live = practice.ok(&["consent", "list", "--state", "live", "--json"]).json()["consents"].clone();
    assert_eq!((live.as_array().unwrap().len(), &live[0]["method"]), (1, &"verbal".into()), "{live}");
    assert!(live[0]["notes"][0].as_str().unwrap().starts_with("spoken: it holds to 2026-12-05"), "{live}");
}

/// Of a child of seventeen, signed by her mother: one with a day, one without an end.
fn of_a_child() -> Practice {
    let practice = practice();
    practice.ok(&["recipient", "add", "mum", "--role", "representative"]);
    practice.ok(&["client", "add", "kid", "--birth", "2008-11-26", "--minor-rule", "guardian-signs"]);
    let mother = ["--recipient", "mum", "--relationship", "mother", "--authority", "parent", "--evidence", "seen"];
    practice.ok(&[&["client", "representative", "kid"], &mother[..]].concat());
    for (to, end) in [("gp", &["--until", "2027-06-01"][..]), ("school", &["--no-expiry"])] {
        let grant = ["consent", "grant", "--client", "kid", "--to", to, "--kind", "letter", "--purpose", "treat"];
        practice.ok(&[&grant[..], &["--signed-on", "2026-11-21", "--signed-by", "mum"], end].concat());
    }
    practice
}

#[test]
fn who_comes_of_age_is_asked_before_the_day_and_after_it() {
    for (later, days, signed) in [(1, 3, " --signed-by mum --signed-by client "), (8, -4, " --signed-by client ")] {
        let mut practice = of_a_child();
        practice.now += later * DAY;
        let items = due(&practice, "consent");
        assert_eq!(items.len(), 2, "{items:?}");
        for (item, end) in items.iter().zip([" --until 192d ", " --no-expiry "]) {
            assert_eq!((&item["due"], &item["days"]), (&"2026-11-25".into(), &days.into()));
            let command = item["command"].as_str().unwrap();
            assert!(command.contains(signed) && command.contains(end), "{command}");
        }
        renewed(&practice, "consent");
        practice.now += 10 * DAY;
        assert_eq!(due(&practice, "consent"), [Value::Null; 0], "it holds on her own signature");
        let live = practice.ok(&["consent", "list", "--state", "live", "--json"]).json()["consents"].clone();
        assert_eq!(live.as_array().unwrap().len(), 2, "{live}");
    }
}

#[test]
fn where_nobody_speaks_for_a_child_any_more_somebody_is_filed_first() {
    let mut practice = of_a_child();
    practice.ok(&["recipient", "add", "dad", "--role", "representative"]);
    practice.now += DAY;
    practice.ok(&["recipient", "suspend", "mum", "--reason", "moved abroad"]);
    let items = due(&practice, "consent");
    assert_eq!((items.len(), &items[0]["due"]), (2, &"2026-11-21".into()), "{items:?}");
    for item in items {
        let command = item["command"].as_str().unwrap();
        assert!(!command.contains("--signed-"), "{command}");
        assert_eq!(run_printed(&practice, command, "").exit, 7);
    }
    let items = due(&practice, "consent");
    let [command, same] = [0, 1].map(|n| items[n]["command"].as_str().unwrap());
    assert_eq!(command, same);
    let command = command.replace("RECIPIENT", "dad");
    assert_eq!(run_printed(&practice, &command, "A court's paper was seen.").exit, 0, "{command}");
    let items = due(&practice, "consent");
    assert!(items[0]["command"].as_str().unwrap().ends_with(" --signed-on 2026-11-22 --signed-by dad"), "{items:?}");
    renewed(&practice, "consent");
    // The next day it is due once more: she is of age on Thursday, so she signs, too.
    practice.now += DAY;
    let items = due(&practice, "consent");
    assert!(items[0]["command"].as_str().unwrap().contains(" --signed-by dad --signed-by client "), "{items:?}");
    renewed(&practice, "consent");
}

#[test]
fn by_law_the_renewal_is_a_draft_then_the_signed_form_then_the_copy() {
    let mut practice = Practice::without_vault();
    practice.ok(&["init", "--owner", OWNER, "--name", "Praxis Ruhe", "--batch", "--profile", "hipaa"]);
    practice.ok(&["client", "add", "mk-01", "--adult"]);
    practice.ok(&["recipient", "add", "gp", "--key", LEE, "--role", "treating-provider", "--verified", "in-person"]);
    practice.write("form.txt", "Signed by M. K.\n");
    let what = ["--kind", "letter", "--purpose", "treat", "--until", "2026-12-01"];
    let more = ["--service-dates", "2020-01-01..2027-01-01", "--describe", "How it's going; no more."];
    let law = ["--statements", "standard", "--copy-given", "2026-11-01", "--form", "form.txt"];
    granted(&practice, &["gp"], &[&what[..], &more, &law].concat());
    practice.now += 11 * DAY;
    let line = |practice: &Practice| {
        let [ref line] = due(practice, "consent")[..] else { panic!("one line") };
        (line["id"].as_str().unwrap().to_owned(), line["command"].as_str().unwrap().to_owned())
    };
    // Nobody signed, and nobody was given a copy, before somebody says so.
    let (_, command) = line(&practice);
    assert!(!command.contains("2026-12-02") && !command.contains("--signed-by"), "{command}");
    assert_eq!(run_printed(&practice, &command, "").exit, 7);
    let (id, command) = line(&practice);
    let signed = "--signed-on 2026-12-02 --signed-by client --form -";
    assert_eq!(command, format!("subrosa consent complete {id} {signed}"));
    let draft = practice.ok(&["consent", "show", &id, "--json"]).stdout;
    assert!(draft.contains("How it's going; no more.") && draft.contains("2027-01-01"), "{draft}");
    assert_eq!(run_printed(&practice, &command, "Signed again by M. K.\n").exit, 7);
    let (_, command) = line(&practice);
    assert_eq!(command, format!("subrosa consent receipt {id}"));
    assert_eq!(run_printed(&practice, &command, "").exit, 0);
    assert_eq!(due(&practice, "consent"), [Value::Null; 0]);
    let page = practice.ok(&["consent", "show", &id, "--json"]).json();
    assert!(page["consent"]["state"] == "live" || page["state"] == "live", "{page}");
    practice.here();
    assert!(practice.ok(&["show", "@"]).stdout.contains("Signed again"), "the form is the record last touched");
}

/// A command that reads this from standard input.
fn fed(practice: &Practice, args: &[&str], input: &str) -> Said {
    let (mut host, ends) = practice.host();
    host.stdin = Box::new(Cursor::new(input.as_bytes().to_vec()));
    practice.run_in((host, ends), args)
}

#[test]
fn a_text_that_looks_like_a_file_or_an_option_is_renewed_as_the_text_it_is() {
    let practice = practice();
    for (n, text) in ["@home", "@@twice", "--help", "- a bullet", "-", "-2+3"].into_iter().enumerate() {
        let alias = format!("mate-{n}");
        practice.ok(&["recipient", "add", &alias, "--role", "treating-provider"]);
        let course = ["training", "add", &alias, "--course", "-", "--on", "2026-11-01", "--valid-until", "2026-12-01"];
        assert_eq!(fed(&practice, &course, text).exit, 0);
        renewed(&practice, "training");
        let trained = practice.ok(&["training", "list", "--json"]).json();
        let courses = trained["trainings"].as_array().unwrap().iter().filter(|one| one["course"] == text);
        assert_eq!(courses.count(), 2, "{text}: {trained}");
    }
}

#[test]
fn only_what_begins_with_two_dashes_is_an_option() {
    let practice = practice();
    let add = |course: &str, more: &[&str]| {
        practice.run(&[&["training", "add", "gp", "--on", "2026-11-01", "--course", course], more].concat())
    };
    for (typed, meant) in [("-2+3", "-2+3"), ("- of May", "- of May"), ("@@home", "@home"), ("- ", "-")] {
        assert_eq!(add(typed, &[]).exit, 0, "{typed}");
        let trained = practice.ok(&["training", "list", "--json"]).json();
        assert!(trained.to_string().contains(&format!("\"course\":\"{meant}\"")), "{meant}: {trained}");
    }
    for (typed, more) in [("--batch", &[][..]), ("-q", &[]), ("-o", &["out"])] {
        assert_eq!(add(typed, more).exit, 2, "{typed}");
    }
}
