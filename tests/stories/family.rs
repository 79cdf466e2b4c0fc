//! A family's evening, told whole by the real program: five people with different wishes meet, and each is told of alone.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::scenarios::Clinic;

/// The person at the centre, and four relatives: alias, name.
const FAMILY: [(&str, &str); 5] = [
    ("fam-01", "Teodoro Kestrel"),
    ("fam-02", "Ludmila Kestrel-Brandt"),
    ("fam-03", "Wanda Osprey"),
    ("fam-04", "Ignatius Merlin"),
    ("fam-05", "Quirina Goshawk"),
];

/// What each said alone.
const OWN: [&str; 5] = [
    "Wants to stop before the summer.",
    "Is tired of hiding bottles.",
    "Has not spoken to her sister since May.",
    "Offers the room above the garage.",
    "Will come again, if it stays in here.",
];

/// An individual talk with a participant; its id.
fn talk(clinic: &Clinic, time: &str, slot: usize) -> String {
    clinic.machine.write("talk.txt", b"We spoke alone.\n");
    clinic.ok(time, &["add", "talk.txt", "--client", FAMILY[slot - 1].0, "--kind", "session-individual"])
}

/// The ids of the reasons of a refusal, with the slots they name; no name and no alias stands in it.
fn refused(clinic: &Clinic, time: &str, args: &[&str]) -> (Vec<(String, String)>, Value) {
    let output = clinic.run(time, &[args, &["--json"]].concat());
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(3), &b""[..]), "{args:?}: {output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    for (alias, name) in FAMILY {
        assert!(!said.contains(alias) && name.split(' ').all(|part| !said.contains(part)), "{said}");
    }
    let error: Value = serde_json::from_str(&said).unwrap();
    let reason = |reason: &Value| {
        let (id, text) = (reason["id"].as_str().unwrap(), reason["text"].as_str().unwrap());
        (id.to_owned(), text.split(':').next().unwrap().to_owned())
    };
    (error["error"]["reasons"].as_array().unwrap().iter().map(reason).collect(), error["error"].clone())
}

fn consent(clinic: &Clinic, time: &str, slot: usize) {
    let grant = ["consent", "grant", "--client", FAMILY[slot - 1].0, "--to", "gp", "--kind", "session-group"];
    clinic.ok(time, &[&grant[..], &["--purpose", "treat", "--signed-on", "0d", "--signed-by", "client"]].concat());
}

fn group(clinic: &Clinic, time: &str, id: &str) -> Value {
    clinic.json(time, &["group", "show", id])["group"].clone()
}

#[test]
fn a_family_meets_and_each_is_told_of_alone() {
    let start = "2026-11-21T09:00:00Z";
    let Some(clinic) = Clinic::since(start, "Europe/Lisbon") else { return };
    let mut ids = Vec::new();
    for (n, (alias, name)) in FAMILY.into_iter().enumerate() {
        ids.push(clinic.ok(start, &["client", "add", alias, "--name", name, "--adult"]));
        let mate = format!("mate-{}", n + 1);
        let add = ["recipient", "add", &mate, "--role", "group-member"];
        ids.push(clinic.ok(start, &[&add[..], &["--of", alias, "--relationship", "self"]].concat()));
        let promise = ["agreement", "add", &mate, "--type", "family-participant", "--signed-on", "0d", "--standard"];
        if n + 1 != 4 {
            clinic.ok(start, &[&promise[..], &["--understood", "questions"]].concat());
        }
    }
    ids.push(clinic.ok(start, &["recipient", "add", "helper", "--name", "Hedda Crane", "--role", "co-facilitator"]));
    let promise = ["agreement", "add", "helper", "--type", "co-facilitator", "--signed-on", "0d", "--standard"];
    clinic.ok(start, &[&promise[..], &["--understood", "explained"]].concat());
    ids.push(clinic.ok(start, &["training", "add", "helper", "--course", "groups", "--on", "0d"]));
    clinic.recipient(start, "gp", "Dr Grace Pike", "treating-provider");

    let who: Vec<&str> = FAMILY.iter().flat_map(|(alias, _)| ["--participant", alias]).collect();
    let plan = ["group", "plan", "Evening of the five", "--date", "2026-11-28", "--facilitator", "helper"];
    let planned = clinic.run(start, &[&plan[..], &who].concat());
    assert!(planned.status.success(), "{planned:?}");
    let checklist = String::from_utf8(planned.stderr).unwrap();
    for line in [
        "agreements: missing: slot 4\n",
        "talks before: due by 2026-11-28 with slot 1, 2, 3, 4, 5\n",
        "talks after: due by 2026-12-05 with slot 1, 2, 3, 4, 5\n",
    ] {
        assert!(checklist.contains(&format!("[ ] {line}")), "{checklist}");
    }
    let id = String::from_utf8(planned.stdout).unwrap().trim().to_owned();
    ids.push(id.clone());
    let before: Vec<String> = (1..=5).map(|slot| talk(&clinic, "2026-11-24T10:00:00Z", slot)).collect();

    let day = "2026-11-28T17:00:00Z";
    let (reasons, error) = refused(&clinic, day, &["group", "start", &id]);
    assert_eq!(reasons, [("E-AGREE-NONE".to_owned(), "slot 4".to_owned())]);
    let cure = shlex::split(error["reasons"][0]["cure"].as_str().unwrap()).unwrap();
    clinic.ok(day, &cure.iter().skip(1).map(String::as_str).collect::<Vec<_>>());
    clinic.ok(day, &["group", "start", &id]);

    let evening = "2026-11-28T20:00:00Z";
    clinic.machine.write("common.txt", b"Themes: trust, money, the holidays. Everybody spoke once.\n");
    let mut close = vec!["group", "close", &id, "--setting", "closed-room", "--common", "common.txt"];
    let parts: Vec<String> = (1..=5).map(|slot| format!("{slot}=part-{slot}.txt")).collect();
    for (n, text) in OWN.into_iter().enumerate() {
        clinic.machine.write(&format!("part-{}.txt", n + 1), format!("{text}\n").as_bytes());
        close.extend(["--part", &parts[n]]);
    }
    close.extend([
        "--comfort",
        "1=ok",
        "--comfort",
        "2=ok",
        "--comfort",
        "3=uneasy",
        "--comfort",
        "4=ok",
        "--comfort",
        "5=not-observed",
    ]);
    clinic.ok(evening, &close);
    let closed = group(&clinic, evening, &id);
    assert_eq!((&closed["state"], &closed["participants"][2]["comfort"]), (&"closed".into(), &"uneasy".into()));
    let common = closed["common"].as_str().unwrap();
    let part = |slot: usize| closed["participants"][slot - 1]["part"].as_str().unwrap().to_owned();

    // For one of them: two parts, and nothing in any byte that tells of the others.
    let sunday = "2026-11-29T10:00:00Z";
    consent(&clinic, sunday, 1);
    consent(&clinic, sunday, 4);
    let to = ["--to", "gp", "--purpose", "treat"];
    let one = clinic.json(sunday, &[&["share", &id, "--client", "fam-01"], &to[..]].concat());
    let disclosure = &one["disclosures"][0];
    assert_eq!(disclosure["records"], serde_json::json!([common, part(1)]));
    let package = PathBuf::from(disclosure["package"]["path"].as_str().unwrap());
    let plain = String::from_utf8_lossy(&clinic.machine.open_sealed(&package, "gp.txt")).into_owned();
    let proof = fs::read_to_string(disclosure["proof"].as_str().unwrap()).unwrap();
    assert!(plain.contains("Themes: trust") && plain.contains(OWN[0]), "{plain}");
    let mut hidden: Vec<String> = ids.clone();
    hidden.extend((2..=5).map(part));
    hidden.extend(before.iter().cloned());
    hidden.extend(OWN[1..].iter().map(|text| (*text).to_owned()));
    for (alias, name) in &FAMILY[1..] {
        hidden.push((*alias).to_owned());
        hidden.extend(name.split([' ', '-']).filter(|part| *part != "Kestrel").map(str::to_owned));
    }
    hidden.extend(["mate-", "helper", "Hedda", "Crane", "Evening", "slot", "articipant", "five"].map(str::to_owned));
    for word in &hidden {
        assert!(!plain.to_lowercase().contains(&word.to_lowercase()), "{word} is in the package: {plain}");
        assert!(!proof.to_lowercase().contains(&word.to_lowercase()), "{word} is in the proof: {proof}");
    }

    // The whole: those who did not consent are named by their slots, and nothing goes.
    let (entries, packages) = (clinic.entries(sunday).len(), clinic.packages().len());
    let whole = [&["share", &id], &to[..]].concat();
    let (reasons, _) = refused(&clinic, sunday, &whole);
    let none = ["slot 2", "slot 3", "slot 5"].map(|slot| ("E-CONSENT-NONE".to_owned(), slot.to_owned()));
    assert_eq!(reasons, none);
    assert_eq!((clinic.entries(sunday).len(), clinic.packages().len()), (entries + 3, packages));

    // Talks after, with all but one.
    for slot in [1, 2, 4, 5] {
        talk(&clinic, "2026-12-02T10:00:00Z", slot);
    }
    let late = "2026-12-06T10:00:00Z";
    let found = group(&clinic, late, &id);
    let open = |which: &str| {
        let all = found["participants"].as_array().unwrap().iter();
        let open = all.filter(|one| one[which]["record"].is_null());
        open.map(|one| (one["slot"].as_u64().unwrap(), one[which]["due"].clone())).collect::<Vec<_>>()
    };
    assert_eq!((open("before"), open("after")), (vec![], vec![(3, "2026-12-05".into())]));
    // The last of them is late, until the command that is printed was run.
    let due = || {
        let output = clinic.run(late, &["due", "--json"]);
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        let talks = answer["items"].as_array().unwrap().iter().filter(|item| item["class"] == "group-talk");
        (output.status.code(), talks.cloned().collect::<Vec<_>>())
    };
    let (code, talks) = due();
    assert_eq!((code, talks.len()), (Some(7), 1), "{talks:?}");
    assert_eq!(
        (&talks[0]["alias"], &talks[0]["due"], &talks[0]["days"]),
        (&"fam-03".into(), &"2026-12-05".into(), &(-1).into())
    );
    let command = shlex::split(talks[0]["command"].as_str().unwrap()).unwrap();
    clinic.ok(late, &command.iter().skip(1).map(String::as_str).collect::<Vec<_>>());
    assert_eq!(due().1, Vec::<Value>::new());

    // She fears that her sister will talk: her part is held, and nobody else's.
    clinic.machine.write("fear.txt", b"My sister talks about everything.\n");
    let concern = clinic.ok(late, &["concern", "open", "--group", &id, "--slot", "3", "--text", "fear.txt"]);
    consent(&clinic, late, 3);
    let third = [&["share", &id, "--client", "fam-03"], &to[..]].concat();
    let (reasons, _) = refused(&clinic, late, &third);
    assert!(reasons.iter().all(|reason| *reason == ("E-CONCERN".to_owned(), "slot 3".to_owned())), "{reasons:?}");
    assert_eq!(reasons.len(), 1, "one concern, one reason");
    clinic.ok(late, &[&["share", &id, "--client", "fam-04"], &to[..]].concat());
    clinic.machine.write("answer.txt", b"The sister was reminded of what she signed.\n");
    clinic.ok(late, &["concern", "resolve", &concern, "--response", "answer.txt", "--addressed", "yes"]);
    clinic.ok(late, &third);
    clinic.verify("2026-12-06T11:00:00Z");
}
