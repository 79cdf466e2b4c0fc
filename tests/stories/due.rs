//! What is due: nothing, then something, then too late, and gone when the command that is printed was run.

use std::io::Cursor;

use serde_json::Value;

use crate::excerpts::filed;
use crate::practice::LEE;
use crate::practice::NOW;
use crate::practice::Practice;
use crate::practice::Said;
use crate::safety::answers;
use crate::third_parties::opened;

const DAY: i64 = 86_400;

/// One class: what brings it, how many days are left then, and after how many it is too late.
pub struct Class {
    name: &'static str,
    pub done: &'static [&'static [&'static str]],
    days: i64,
    /// What the printed command reads from standard input.
    answer: &'static str,
}

/// What makes each class due. Names and days are those of [`Practice`]: Saturday, 2026-11-21.
pub const CLASSES: &[Class] = &[
    Class {
        name: "consent",
        done: &[&[
            "consent",
            "grant",
            "--client",
            "mk-01",
            "--to",
            "dr-lee",
            "--kind",
            "letter",
            "--purpose",
            "treat",
            "--signed-on",
            "2026-11-01",
            "--signed-by",
            "client",
            "--until",
            "2026-12-01",
        ]],
        days: 10,
        answer: "",
    },
    Class {
        name: "agreement",
        done: &[&[
            "agreement",
            "add",
            "dr-lee",
            "--type",
            "staff",
            "--signed-on",
            "2026-11-01",
            "--ends",
            "2026-12-01",
            "--standard",
            "--understood",
            "explained",
        ]],
        days: 10,
        answer: "",
    },
    Class {
        name: "training",
        done: &[&[
            "training",
            "add",
            "dr-lee",
            "--course",
            "secrets at work",
            "--on",
            "2026-11-01",
            "--valid-until",
            "2026-12-01",
        ]],
        days: 10,
        answer: "",
    },
    Class {
        name: "protocol",
        done: &[
            &["recipient", "edit", "dr-lee", "--role", "supervisor"],
            &["training", "add", "dr-lee", "--course", "secrets", "--on", "2026-11-01", "--valid-until", "2028-01-01"],
            &["protocol", "adopt", "stricter.toml", "--material"],
        ],
        days: 0,
        answer: "",
    },
    Class {
        name: "concern",
        done: &[&["concern", "open", "--client", "mk-01", "--to", "dr-lee", "--text", "concern.txt"]],
        days: 7,
        answer: "She was told who reads it.\n",
    },
    Class { name: "client", done: &[&["client", "add", "ab-02", "--adult"]], days: 0, answer: "" },
];

pub fn practice() -> Practice {
    let practice = Practice::new();
    practice.ok(&["client", "add", "mk-01", "--adult", "--limits-discussed", "2026-11-01"]);
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
    practice.write("concern.txt", "My sister knows dr-lee.\n");
    let text = practice.ok(&["protocol", "show"]).stdout;
    practice.write("stricter.toml", &text.replace("[handling]\nhow = \"", "[handling]\nhow = \"Only here. "));
    practice
}

/// What is due of a class, or of all.
pub fn due(practice: &Practice, class: &str) -> Vec<Value> {
    let said = practice.run(&["due", "--json"]);
    let answer = said.json();
    let items = answer["items"].as_array().unwrap().clone();
    let overdue = items.iter().filter(|item| item["days"].as_i64().unwrap() < 0).count();
    assert_eq!(answer["overdue"], overdue);
    assert_eq!(said.exit, if overdue > 0 { 7 } else { 0 }, "{said:?}");
    items.into_iter().filter(|item| item["class"] == class).collect()
}

/// Runs a command as it was printed, with this on standard input.
pub fn run_printed(practice: &Practice, command: &str, input: &str) -> Said {
    let words = shlex::split(command).unwrap();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    assert_eq!(words[0], "subrosa", "{command}");
    let (mut host, ends) = practice.host();
    host.stdin = Box::new(Cursor::new(input.as_bytes().to_vec()));
    practice.run_in((host, ends), &words[1..])
}

#[test]
fn each_class_is_absent_due_overdue_and_gone_when_its_command_was_run() {
    for Class { name, done, days, answer } in CLASSES {
        let mut practice = practice();
        assert_eq!(due(&practice, name), [Value::Null; 0], "{name}");
        for args in *done {
            practice.ok(args);
        }
        let items = due(&practice, name);
        assert_eq!(items.len(), 1, "{name}: {items:?}");
        assert_eq!(items[0]["days"], *days, "{name}: {items:?}");
        practice.now += (days + 1) * DAY;
        let items = due(&practice, name);
        assert_eq!(items[0]["days"], -1, "{name}: {items:?}");
        let command = items[0]["command"].as_str().unwrap();
        let said = run_printed(&practice, command, answer);
        assert_eq!(said.exit, 0, "{name}: {command}: {said:?}");
        assert_eq!(due(&practice, name), [Value::Null; 0], "{name}: {command}");
    }
}

/// Runs the one printed command of a class; then nothing of it is due.
pub fn cleared(practice: &Practice, class: &str, input: &str) {
    while let Some(item) = due(practice, class).first() {
        let command = item["command"].as_str().unwrap();
        let said = run_printed(practice, command, input);
        assert_eq!(said.exit, 0, "{class}: {command}: {said:?}");
    }
}

#[test]
fn what_follows_a_safety_disclosure_is_due_by_the_hour_and_the_package_until_its_code_is_heard() {
    let mut practice = practice();
    practice.ok(&["recipient", "edit", "dr-lee", "--role", "crisis-team"]);
    filed(&practice, "call.txt", b"She called.\nA plan for tonight.\n", &[]);
    practice.write("answers.toml", &answers(&[("client_told", "later"), ("client_told_why", "She sleeps.")]));
    for class in ["followup", "ack"] {
        assert_eq!(due(&practice, class), [Value::Null; 0]);
    }
    let ask = ["safety", "disclose", "--client", "mk-01", "--to", "dr-lee", "--excerpt", "@:2-2"];
    practice.ok(&[&ask[..], &["--answers", "answers.toml", "-o", "out.age"]].concat());
    let days: Vec<_> = due(&practice, "followup").iter().map(|item| item["days"].as_i64().unwrap()).collect();
    assert_eq!(days, [1, 1, 3, 7]);
    assert_eq!(due(&practice, "ack")[0]["days"], 14);
    practice.now += DAY + 1;
    let days: Vec<_> = due(&practice, "followup").iter().map(|item| item["days"].as_i64().unwrap()).collect();
    assert_eq!(days, [-1, -1, 2, 6], "by the calendar, and past by a second");
    assert!(!practice.run(&["due", "--as-of", "2026-11-20"]).stdout.contains("d-"), "made after that day");
    cleared(&practice, "followup", "It was right, and no more than was needed.\n");
    practice.now += 14 * DAY;
    assert_eq!(due(&practice, "ack")[0]["days"], -1);
    let page = String::from_utf8(opened(&practice, "out.age")["NOTICE.txt"].clone()).unwrap();
    cleared(&practice, "ack", page.lines().find_map(|line| line.strip_prefix("Receipt code:  ")).unwrap());
    practice.ok(&["ledger", "verify"]);
}

#[test]
fn a_copy_in_clear_is_due_by_the_hour_and_a_talk_by_the_day() {
    let mut practice = practice();
    filed(&practice, "note.txt", b"Slept.\n", &[]);
    let talk = ["group", "plan", "Mondays", "--date", "2026-11-23", "--participant", "mk-01"];
    for class in ["export", "group-talk"] {
        assert_eq!(due(&practice, class), [Value::Null; 0]);
    }
    practice.ok(&["show", "@", "-o", "copy.txt"]);
    practice.ok(&talk);
    assert_eq!(
        (&due(&practice, "export")[0]["days"], &due(&practice, "group-talk")[0]["days"]),
        (&1.into(), &2.into())
    );
    practice.now += 3 * DAY;
    assert_eq!(
        (&due(&practice, "export")[0]["days"], &due(&practice, "group-talk")[0]["days"]),
        (&(-2).into(), &(-1).into())
    );
    cleared(&practice, "export", "");
    assert!(!practice.path("copy.txt").exists());
    cleared(&practice, "group-talk", "");
    practice.ok(&["ledger", "verify"]);
}

#[test]
fn the_end_of_a_suspension_is_due_on_its_day_and_until_somebody_knows_of_it() {
    let mut practice = practice();
    practice.ok(&["recipient", "edit", "dr-lee", "--role", "police"]);
    practice.write("answers.toml", &answers(&[]));
    filed(&practice, "call.txt", b"She called.\nA plan for tonight.\n", &[]);
    let ask = ["safety", "disclose", "--client", "mk-01", "--to", "dr-lee", "--excerpt", "@:2-2", "--medium", "oral"];
    let how = ["--setting", "phone-private", "--answers", "answers.toml"];
    let id = practice.ok(&[&ask[..], &how].concat()).stdout.trim_end().to_owned();
    assert_eq!(due(&practice, "suspension"), [Value::Null; 0]);
    let named = ["--agency", "County police", "--official", "Sgt Vale", "--statement"];
    let state = |practice: &Practice, more: &[&str]| {
        practice.ok(&[&["report", "suspend", &id][..], &named, more].concat());
    };
    state(&practice, &["oral", "--until", "2026-12-21"]);
    let item = due(&practice, "suspension").remove(0);
    assert_eq!((&item["days"], &item["due"]), (&30.into(), &"2026-12-21".into()));
    assert_eq!((&item["id"], &item["alias"]), (&id.as_str().into(), &"mk-01".into()));
    // Whoever knows is not reminded; a later statement has another end.
    cleared(&practice, "suspension", "");
    assert!(!practice.ok(&["report", "accounting", "--client", "mk-01", "--for-client"]).stdout.contains(&id));
    practice.now += 20 * DAY;
    state(&practice, &["written", "--until", "30d"]);
    assert_eq!(due(&practice, "suspension")[0]["days"], 30);
    practice.now += 31 * DAY;
    assert_eq!(due(&practice, "suspension")[0]["days"], -1);
    assert_eq!(due(&practice, "suspension")[0]["due"], "2027-01-10");
    cleared(&practice, "suspension", "");
    // And it is forgotten, as other papers are.
    state(&practice, &["written", "--until", "1d"]);
    practice.now += 32 * DAY;
    assert_eq!(due(&practice, "suspension"), [Value::Null; 0]);
    practice.ok(&["ledger", "verify"]);
}

#[test]
fn a_paper_key_that_was_never_made_is_due_until_there_is_one() {
    let mut practice = practice();
    let items = due(&practice, "key");
    assert_eq!((items.len(), &items[0]["days"]), (1, &30.into()), "{items:?}");
    practice.now += 31 * DAY;
    assert_eq!(due(&practice, "key")[0]["days"], -1);
}

#[test]
fn a_paper_that_ended_is_forgotten_unless_a_role_stands_on_it() {
    let mut practice = practice();
    practice.ok(CLASSES[0].done[0]);
    practice.ok(CLASSES[2].done[0]);
    practice.now += 39 * DAY;
    assert_eq!((due(&practice, "consent").len(), due(&practice, "training").len()), (1, 1));
    practice.now += 2 * DAY;
    assert_eq!((due(&practice, "consent").len(), due(&practice, "training").len()), (0, 0));
    practice.ok(&["recipient", "edit", "dr-lee", "--role", "supervisor"]);
    assert_eq!(due(&practice, "training").len(), 1);
    practice.ok(&["recipient", "suspend", "dr-lee", "--reason", "left"]);
    assert_eq!(due(&practice, "training").len(), 0);
}

#[test]
fn due_looks_as_far_as_it_is_told_and_from_the_day_it_is_told() {
    let practice = practice();
    practice.ok(CLASSES[0].done[0]);
    let count = |args: &[&str]| {
        let said = practice.run(&[&["due", "--json"], args].concat()).json();
        let classes = said["items"].as_array().unwrap().iter().map(|item| item["class"].as_str().unwrap().to_owned());
        (classes.filter(|class| class == "consent").count(), said["overdue"].as_u64().unwrap())
    };
    assert_eq!(count(&["--within", "9d"]), (0, 0));
    assert_eq!(count(&["--within", "10d"]), (1, 0));
    assert_eq!(count(&["--as-of", "2026-12-01"]), (1, 0));
    assert_eq!(count(&["--as-of", "2026-12-02"]), (1, 1));
    assert_eq!(practice.run(&["due", "--as-of", "2026-12-02"]).exit, 7);
    assert_eq!(practice.run(&["due", "--within", "soon"]).exit, 2);
}

#[test]
fn a_line_names_ids_and_aliases_alone_and_the_calendar_not_even_these() {
    let practice = practice();
    practice.ok(&["client", "add", "xy-09", "--name", "Xenia Yates", "--adult"]);
    practice.ok(CLASSES[0].done[0]);
    let said = practice.ok(&["due", "--ics", "due.ics"]);
    let lines: Vec<Vec<&str>> = said.stdout.lines().map(|line| line.split('\t').collect()).collect();
    assert!(lines.iter().all(|columns| columns.len() == 6), "{said:?}");
    assert!(lines.is_sorted_by_key(|columns| columns[0]), "{said:?}");
    assert!(!said.stdout.contains("Xenia"));
    let calendar = std::fs::read_to_string(practice.path("due.ics")).unwrap();
    assert!(calendar.lines().all(|line| line.len() <= 75) && calendar.ends_with("END:VCALENDAR\r\n"));
    assert_eq!(calendar.matches("BEGIN:VEVENT").count(), lines.len());
    assert!(calendar.contains("SUMMARY:consent k-"), "{calendar}");
    for word in ["Xenia", "mk-01", "xy-09", "dr-lee", "subrosa consent"] {
        assert!(!calendar.contains(word), "{word}: {calendar}");
    }
    let again = std::fs::read_to_string({
        practice.ok(&["due", "--ics", "again.ics"]);
        practice.path("again.ics")
    });
    assert_eq!(again.unwrap(), calendar, "the same things keep their places");
    assert_eq!(practice.run(&["due", "--ics", "due.ics"]).exit, 6);
}

#[test]
fn a_person_reads_a_rule_of_the_protocol_first_and_another_one_next_week() {
    let mut practice = practice();
    let rule = |practice: &Practice| practice.run(&["due", "--json"]).json()["rule"].as_str().unwrap().to_owned();
    let first = rule(&practice);
    assert!(practice.ok(&["protocol", "show"]).stdout.contains(&first), "{first}");
    assert_eq!(rule(&practice), first);
    practice.now += 7 * DAY;
    assert_ne!(rule(&practice), first);
    practice.now = NOW;
    let drawn = practice.at_terminal(&[], &["due"]).stdout;
    assert!(drawn.starts_with(&format!("This week: {first}\n")), "{drawn}");
}

#[test]
fn a_reminder_is_about_no_client_and_blames_nobody() {
    let practice = practice();
    let said = practice.at_terminal(&[], &["nudge", "dr-lee", "--about", "talk"]);
    assert_eq!(said.exit, 0, "{said:?}");
    assert!(said.stdout.starts_with("For dr-lee: let us keep this"), "{said:?}");
    let log = practice.ok(&["ledger", "log", "--kind", "colleague.nudged", "--json"]).json();
    let entry = &log["entries"][0];
    assert_eq!((&entry["client"], &entry["event"]["about"]), (&Value::Null, &"talk".into()));
    let owner = practice.ok(&["owner", "list", "--json"]).json()["owners"][0]["alias"].as_str().unwrap().to_owned();
    let said = practice.ok(&["nudge", &owner, "--about", "files", "--json"]).json();
    assert!(said["id"] == owner.as_str() && said["text"].as_str().unwrap().starts_with("could you"), "{said}");
    assert!(practice.ok(&["nudge", &owner, "--about", "files"]).stdout.contains("\tcould you"));
    assert_eq!(practice.refused(2, &["nudge", "dr-lee"]).stdout, "");
    practice.refused(4, &["nudge", "nobody", "--about", "talk"]);
}

#[test]
fn a_calendar_on_standard_output_stands_there_alone() {
    let practice = practice();
    practice.ok(CLASSES[0].done[0]);
    let said = practice.ok(&["due", "--ics", "-"]);
    assert!(said.stdout.starts_with("BEGIN:VCALENDAR") && said.stdout.ends_with("END:VCALENDAR\r\n"), "{said:?}");
    let said = practice.refused(2, &["due", "--ics", "-", "--json"]);
    assert!(said.stderr.contains("due --json --ics due.ics"), "{said:?}");
    assert_eq!(practice.run(&["due", "--ics", "-", "--as-of", "2026-12-02"]).exit, 7);
}

#[test]
fn what_is_late_by_the_hour_is_so_many_hours_late_that_day() {
    let mut practice = practice();
    filed(&practice, "note.txt", b"Slept.\n", &[]);
    practice.ok(&["show", "@", "-o", "copy.txt"]);
    let late = |practice: &Practice| practice.at_terminal(&[], &["due"]).stdout;
    for (seconds, said) in [
        (DAY + 60, "  overdue  "),
        (3540, "  1 hour overdue  "),
        (7200, "  3 hours overdue  "),
        (DAY, "  1 day overdue  "),
    ] {
        practice.now += seconds;
        let drawn = late(&practice);
        assert!(drawn.contains(said), "{said}: {drawn}");
        assert_eq!(due(&practice, "export")[0]["days"], -1);
    }
    // So it is beside others that are late by days.
    let mut practice = practice;
    practice.ok(&["client", "add", "jd-01", "--adult"]);
    filed(&practice, "other.txt", b"Ate.\n", &[]);
    practice.ok(&["show", "@", "-o", "second.txt"]);
    practice.now += DAY + 3660;
    assert!(late(&practice).contains("  1 hour overdue  "), "{}", late(&practice));
}

#[test]
fn a_talk_that_was_missed_is_made_up_for_by_one_that_is_held() {
    let mut practice = practice();
    practice.ok(&["group", "plan", "Mondays", "--date", "2026-11-25", "--participant", "mk-01"]);
    let command = |practice: &Practice| due(practice, "group-talk")[0]["command"].as_str().unwrap().to_owned();
    practice.now += 2 * DAY;
    assert!(command(&practice).ends_with("--date 2026-11-23"));
    practice.now += 17 * DAY;
    assert!(command(&practice).ends_with("--date 2026-12-10"), "nobody talked on the group's day");
    cleared(&practice, "group-talk", "We spoke.\n");
}
