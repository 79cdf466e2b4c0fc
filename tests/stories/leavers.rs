//! Who leaves the practice, and what a client is told who asks where the record went: two cases by the real program under
//! `faketime`.

use crate::safety::answers;
use crate::scenarios::Clinic;

const START: &str = "2026-06-01T09:00:00Z";

fn grant(clinic: &Clinic, time: &str, to: &str, more: &[&str]) {
    let consent =
        ["consent", "grant", "--client", "mk-01", "--to", to, "--kind", "progress-note", "--purpose", "treat"];
    let signed = ["--purpose", "coordinate", "--signed-on", "2026-05-30", "--signed-by", "client"];
    clinic.ok(time, &[&consent[..], &signed, more].concat());
}

fn clinic() -> Option<Clinic> {
    let clinic = Clinic::since(START, "Europe/Lisbon")?;
    let told = ["--adult", "--limits-discussed", "2026-05-30"];
    clinic.ok(START, &[&["client", "add", "mk-01", "--name", "Maria Kestrel"], &told[..]].concat());
    clinic.recipient(START, "tom", "Tom Ash", "treating-provider");
    clinic.recipient(START, "rita", "Dr Rita Lee", "treating-provider");
    Some(clinic)
}

/// Days in June and July: a note and its package a day.
fn day(n: usize) -> String {
    format!("2026-06-{:02}T10:00:00Z", n + 2)
}

#[test]
fn whoever_leaves_gets_nothing_more_and_what_was_sent_is_named() {
    let Some(clinic) = clinic() else { return };
    grant(&clinic, START, "tom", &[]);
    clinic.ok(START, &["team", "add", "clinic", "--member", "tom", "--member", "rita"]);
    for n in 0..6 {
        let note = clinic.add(&day(n), "progress-note", &format!("Note {n}.\n"));
        clinic.ok(&day(n), &["share", &note, "--to", "tom", "--purpose", "treat"]);
    }
    let left = "2026-11-30T12:00:00Z";
    let said = clinic.json(left, &["recipient", "suspend", "tom", "--reason", "left", "--on", "2026-11-30"]);
    assert_eq!((said["dead_consents"].as_array().unwrap().len(), said["sent"].as_array().unwrap().len()), (1, 6));
    let rows = |time: &str| {
        let said = clinic.json(time, &["report", "outstanding", "--recipient", "tom"]);
        said["packages"].as_array().unwrap().iter().map(|one| one["state"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(rows(left), vec!["unanswered"; 6]);
    assert!(
        clinic
            .refused(left, &["share", "@", "--to", "tom", "--purpose", "treat"])
            .contains(&"E-RECIP-SUSPENDED".into())
    );
    // The team goes on without him.
    grant(&clinic, left, "rita", &[]);
    let shared = clinic.run(left, &["share", "@", "--to", "team:clinic", "--purpose", "treat", "--partial", "--json"]);
    let shared: serde_json::Value = serde_json::from_slice(&shared.stdout).unwrap();
    let to: Vec<_> = shared["disclosures"].as_array().unwrap().iter().map(|one| &one["recipient"]["alias"]).collect();
    assert_eq!((to, &shared["refused"][0]["recipient"]["alias"]), (vec![&"rita".into()], &"tom".into()));
    // He reads the codes out: the packages are answered for, and due no more.
    let due = clinic.run(left, &["due", "--json"]);
    let due: serde_json::Value = serde_json::from_slice(&due.stdout).unwrap();
    let acks = due["items"].as_array().unwrap().iter().filter(|item| item["class"] == "ack" && item["alias"] == "tom");
    assert_eq!(acks.count(), 6);
    for package in clinic.packages() {
        let name = package.file_stem().unwrap().to_str().unwrap().to_owned();
        if to_rita(&shared, &name) {
            continue;
        }
        let code = clinic.receipt_code(&package, "tom.txt");
        clinic.ok(left, &["ack", &name, "--code", &code]);
    }
    assert_eq!(rows(left), vec!["held"; 6]);
    // Each is a task. He brings them back, or writes that they are destroyed; nothing of his is outstanding then.
    let open = |time: &str| -> Vec<String> {
        let said = clinic.json(time, &["followup", "list"]);
        let all = said["followups"].as_array().unwrap().iter();
        let all = all.filter(|one| one["state"] == "open" && one["task"] == "return-or-destroy");
        all.map(|one| one["id"].as_str().unwrap().to_owned()).collect()
    };
    let tasks = open(left);
    assert_eq!((tasks.len(), &said["followups"]), (6, &serde_json::json!(tasks)));
    clinic.machine.write("returned.txt", b"He gave the stick back.\n");
    let later = "2026-12-03T12:00:00Z";
    for task in &tasks {
        clinic.ok(later, &["followup", "done", task, "--text", "returned.txt"]);
    }
    assert_eq!((rows(later).len(), open(later).len()), (0, 0));
    let before = clinic.json(later, &["report", "outstanding", "--recipient", "tom", "--as-of", "2026-12-01"]);
    assert_eq!(before["packages"].as_array().unwrap().len(), 6);
    clinic.verify("2026-12-03T13:00:00Z");
}

fn to_rita(shared: &serde_json::Value, name: &str) -> bool {
    shared["disclosures"].as_array().unwrap().iter().any(|one| one["id"] == name)
}

#[test]
fn a_client_who_asks_is_told_of_nine_disclosures_and_which_law_asks_for_which() {
    let Some(clinic) = clinic() else { return };
    clinic.recipient(START, "crisis", "Night Team", "crisis-team");
    clinic.recipient(START, "children", "Child Protection", "protection-agency");
    clinic.recipient(START, "police", "Station 4", "police");
    for to in ["tom", "rita"] {
        grant(&clinic, START, to, &["--tag", "42cfrpart2"]);
    }
    // Two on a consent, which no law asks for; four of them under Part 2, which does.
    let plain = clinic.add(&day(0), "progress-note", "Slept better.\nA plan for tonight.\n");
    let part2 = clinic.add(&day(0), "progress-note", "Group on Mondays.\n");
    clinic.ok(&day(0), &["tag", &part2, "+42CFRPart2"]);
    for (n, to) in ["tom", "rita"].into_iter().enumerate() {
        clinic.ok(&day(1 + 3 * n), &["share", &plain, "--to", to, "--purpose", "treat"]);
        clinic.ok(&day(2 + 3 * n), &["share", &part2, "--to", to, "--purpose", "treat"]);
        clinic.ok(&day(3 + 3 * n), &["share", &part2, "--to", to, "--purpose", "coordinate"]);
    }
    // Three without one: two for safety, one because the law asks for a report.
    clinic.machine.write("answers.toml", answers(&[]).as_bytes());
    for (n, to, medium) in [(8, "crisis", "package"), (9, "crisis", "oral"), (10, "children", "oral")] {
        let ask = ["safety", "disclose", "--client", "mk-01", "--to", to, "--excerpt"];
        let words = format!("{plain}:2-2");
        let more = [&words, "--answers", "answers.toml", "--medium", medium, "--setting", "phone-private"];
        clinic.ok(&day(n), &[&ask[..], &more].concat());
    }
    let asked = "2026-11-21T09:00:00Z";
    let held = suspended(&clinic, &plain, asked);
    let told = clinic.json(asked, &["report", "accounting", "--client", "mk-01", "--for-client"]);
    let totals = &told["totals"];
    let count = |name: &str| totals[name].as_u64().unwrap();
    assert_eq!((count("rows"), count("hipaa"), count("part2"), count("policy")), (9, 3, 4, 2), "{told}");
    // The tenth is not for her yet; once its day is over on the practice's calendar, it is.
    assert!(!told.to_string().contains(&held) && !told.to_string().contains("Station 4"));
    let rows = |time: &str, more: &[&str]| {
        let said = clinic.json(time, &[&["report", "accounting", "--client", "mk-01"][..], more].concat());
        (said["totals"]["rows"].as_u64().unwrap(), said.to_string().matches("SUSPENDED").count())
    };
    assert_eq!(rows(asked, &["--internal"]), (10, 1));
    assert_eq!(rows(asked, &["--for-client", "--as-of", "2027-02-02"]), (10, 0));
    assert_eq!(rows("2027-02-01T23:59:00Z", &["--for-client"]), (9, 0));
    assert_eq!(rows("2027-02-01T23:59:00Z", &["--internal"]), (10, 1));
    assert_eq!(rows("2027-02-02T00:00:30Z", &["--for-client"]), (10, 0));
    assert_eq!(rows("2027-02-02T00:00:30Z", &["--for-client", "--as-of", "2027-02-01"]), (9, 0));
    // A law alone: what it asks for, as far back as it reaches.
    for (law, rows) in [("hipaa", 3), ("part2", 4)] {
        let only = ["--statutory-only", law, "--for-client"];
        let said = clinic.json(asked, &[&["report", "accounting", "--client", "mk-01"][..], &only].concat());
        assert_eq!(said["totals"]["rows"], rows, "{law}");
    }
    let later = ["report", "accounting", "--client", "mk-01", "--statutory-only", "part2", "--as-of", "2029-06-08"];
    assert!(clinic.json(asked, &later)["totals"]["rows"].as_u64().unwrap() < 4);
    clinic.verify("2027-02-02T00:01:00Z");
}

/// The police were told, say first that she is not to know, for 30 days at most, and write it then; the disclosure.
fn suspended(clinic: &Clinic, record: &str, asked: &str) -> String {
    let words = format!("{record}:2-2");
    let ask = ["safety", "disclose", "--client", "mk-01", "--to", "police", "--excerpt", &words, "--answers"];
    let how = ["answers.toml", "--medium", "oral", "--setting", "phone-private"];
    let id = clinic.ok(&day(11), &[&ask[..], &how].concat());
    let state = |how: &str, until: &str| {
        let named = ["--agency", "County police", "--official", "Sgt Vale", "--statement", how, "--until", until];
        let args: Vec<String> =
            ["report", "suspend", &id].iter().chain(&named).map(|word| (*word).to_owned()).collect();
        clinic.run(asked, &args.iter().map(String::as_str).collect::<Vec<_>>()).status.code()
    };
    assert_eq!(state("oral", "2026-12-22"), Some(3));
    assert_eq!((state("oral", "2026-12-21"), state("written", "2027-02-01")), (Some(0), Some(0)));
    id
}
