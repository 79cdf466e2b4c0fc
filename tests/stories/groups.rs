//! Groups: people who meet are protected from each other. Whoever attends has promised, what is said of all names nobody, and
//! what leaves for one tells nothing of the others.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::agreements::reasons;
use crate::machine::Machine;
use crate::practice::LEE;
use crate::practice::Practice;
use crate::screen::Screen;

/// What the people of the story are called; the aliases are theirs, and stand nowhere in what leaves.
const NAMES: [&str; 3] = ["Maria Kestrel", "Pedro Falcon", "Rita Heron"];

/// Three clients who are recipients too, and a group of them; its id.
fn planned(practice: &Practice) -> String {
    for (n, name) in NAMES.iter().enumerate() {
        practice.ok(&["client", "add", &format!("mk-0{}", n + 1), "--name", name, "--adult"]);
    }
    for n in 1..=3 {
        let (alias, client) = (format!("mate-{n}"), format!("mk-0{n}"));
        let add = ["recipient", "add", &alias, "--role", "group-member"];
        practice.ok(&[&add[..], &["--of", &client, "--relationship", "self"]].concat());
    }
    let plan = ["group", "plan", "Circle", "--date", "2026-11-28", "--participant", "mk-01"];
    practice.ok(&[&plan[..], &["--participant", "mk-02", "--participant", "mk-03"]].concat()).stdout.trim().to_owned()
}

fn promise(practice: &Practice, alias: &str, kind: &str) {
    let add = ["agreement", "add", alias, "--type", kind, "--signed-on", "1d", "--standard"];
    practice.ok(&[&add[..], &["--understood", "explained"]].concat());
}

/// The same group, begun.
fn begun(practice: &Practice) -> String {
    let group = planned(practice);
    for n in 1..=3 {
        promise(practice, &format!("mate-{n}"), "group-member");
    }
    practice.ok(&["group", "start", &group]);
    group
}

/// And closed, a week later: each has a part but the third.
fn closed(practice: &mut Practice, more: &[&str]) -> String {
    let group = begun(practice);
    practice.now += 7 * 86_400;
    practice.write("common.txt", "We spoke about sleep.\n");
    practice.write("one.txt", "She wants to write to him.\n");
    practice.write("two.txt", "He would rather wait.\n");
    let close = ["group", "close", &group, "--setting", "closed-room", "--common", "common.txt"];
    practice.ok(&[&close[..], &["--part", "1=one.txt", "--part", "2=two.txt"], more].concat());
    group
}

fn doctor(practice: &Practice) {
    let add = ["recipient", "add", "gp", "--key", LEE, "--role", "treating-provider"];
    practice.ok(&[&add[..], &["--verified", "in-person"]].concat());
}

fn consent(practice: &Practice, client: &str) {
    let grant = ["consent", "grant", "--client", client, "--to", "gp", "--kind", "session-group"];
    practice.ok(&[&grant[..], &["--purpose", "treat", "--signed-on", "0d", "--signed-by", "client"]].concat());
}

fn shown(practice: &Practice, group: &str) -> Value {
    practice.ok(&["group", "show", group, "--json"]).json()["group"].clone()
}

/// Runs what a failure says cures it, just as it stands.
fn run_cure(practice: &Practice, error: &Value) {
    let cure = error["reasons"][0]["cure"].as_str().unwrap();
    let words = shlex::split(cure).unwrap();
    practice.ok(&words.iter().skip(1).map(String::as_str).collect::<Vec<_>>());
}

/// The fields of every answer about groups and concerns, and of what is in them.
pub fn shapes() -> Vec<(String, Vec<String>)> {
    let mut practice = Practice::new();
    let group = closed(&mut practice, &[]);
    practice.ok(&["recipient", "add", "helper", "--role", "co-facilitator"]);
    let plan =
        ["group", "plan", "Again", "--date", "1w", "--participant", "mk-01", "--facilitator", "helper", "--json"];
    let made = practice.ok(&plan).json();
    let again = made["id"].as_str().unwrap().to_owned();
    promise(&practice, "helper", "co-facilitator");
    practice.ok(&["training", "add", "helper", "--course", "groups", "--on", "0d"]);
    let started = practice.ok(&["group", "start", &again, "--json"]).json();
    let close = ["group", "close", &again, "--setting", "closed-room", "--common", "common.txt", "--json"];
    let closed = practice.ok(&close).json();
    let shown = practice.ok(&["group", "show", &again, "--json"]).json();
    let open = ["concern", "open", "--group", &group, "--slot", "2", "--text", "one.txt", "--json"];
    let opened = practice.ok(&open).json();
    let concern = opened["id"].as_str().unwrap();
    let resolve = ["concern", "resolve", concern, "--response", "one.txt", "--addressed", "yes", "--json"];
    let resolved = practice.ok(&resolve).json();
    let listed = practice.ok(&["concern", "list", "--json"]).json();
    let whole = [&made, &started, &closed, &shown, &opened, &resolved, &listed];
    let named = |answer: &Value| answer["schema"].as_str().unwrap().split('/').nth(1).unwrap().to_owned();
    let participant = &shown["group"]["participants"][0];
    let parts = [
        ("Group", &shown["group"]),
        ("Participant", participant),
        ("Talk", &participant["before"]),
        ("Facilitator", &shown["group"]["facilitators"][0]),
        ("Concern", &listed["concerns"][0]),
        ("Resolved", &listed["concerns"][0]["resolved"]),
    ];
    let parts = parts.into_iter().map(|(name, part)| (name.to_owned(), part));
    let fields = |value: &Value| {
        let mut fields: Vec<String> = value.as_object().unwrap().keys().cloned().collect();
        fields.retain(|field| field != "schema");
        fields.sort();
        fields
    };
    whole
        .into_iter()
        .map(|answer| (named(answer), answer))
        .chain(parts)
        .map(|(name, part)| (name, fields(part)))
        .collect()
}

#[test]
fn a_plan_tells_what_is_missing_and_calls_participants_by_their_slots() {
    let practice = Practice::new();
    let group = planned(&practice);
    promise(&practice, "mate-1", "group-member");
    promise(&practice, "mate-3", "family-participant");
    let plan = ["group", "plan", "Again", "--date", "1w", "--participant", "mk-01", "--participant", "mk-02"];
    let made = practice.ok(&[&plan[..], &["--facilitator", "mate-3", "--json"]].concat()).json();
    assert_eq!((&made["schema"], &made["state"]), (&"subrosa/group-plan/1".into(), &"planned".into()));
    assert_eq!(made["missing"], serde_json::json!(["slot 2", "mate-3"]));
    let said = practice.at_terminal(&[], &["group", "show", &group]);
    for line in [
        "[ ] room: ",
        "[x] date: 2026-11-28",
        "[x] who attends: slots 1 to 3; you lead it alone",
        "[ ] agreements: missing: slot 2",
        "[ ] talks before: due by 2026-11-28 with slot 1, 2, 3",
        "[ ] talks after: due by 2026-12-05 with slot 1, 2, 3",
        "[x] protocol: version 1",
    ] {
        assert!(said.stdout.contains(line), "{line}: {said:?}");
    }
    for wrong in [
        &["group", "plan", "x", "--participant", "mk-01"][..],
        &["group", "plan", "x", "--date", "1w"],
        &["group", "plan", "--date", "1w", "--participant", "mk-01"],
        &["group", "plan", "x", "--date", "2026-11-20", "--participant", "mk-01"],
        &["group", "plan", "x", "--date", "1w", "--participant", "mk-01", "--participant", "mk-01"],
    ] {
        practice.refused(2, wrong);
    }
    practice.refused(4, &["group", "plan", "x", "--date", "1w", "--participant", "nobody"]);
    practice.refused(4, &["group", "start", "g-zzzz"]);
}

#[test]
fn nobody_attends_without_a_promise_and_the_cure_runs_as_it_is_printed() {
    let mut practice = Practice::new();
    for n in 1..=2 {
        practice.ok(&["client", "add", &format!("mk-0{n}"), "--name", NAMES[n - 1], "--adult"]);
    }
    practice.ok(&["recipient", "add", "mate-1", "--role", "group-member", "--of", "mk-01", "--relationship", "self"]);
    practice.ok(&["recipient", "add", "helper", "--role", "co-facilitator"]);
    let plan = ["group", "plan", "Circle", "--date", "1w", "--participant", "mk-01", "--participant", "mk-02"];
    let group = practice.ok(&[&plan[..], &["--facilitator", "helper"]].concat()).stdout.trim().to_owned();
    let start = ["group", "start", &group, "--json"];
    // Another promise is none, nor is one that nobody understood.
    promise(&practice, "mate-1", "staff");
    practice.run(&["agreement", "add", "mate-1", "--type", "group-member", "--signed-on", "1d", "--standard"]);
    let error = practice.refused(3, &start).error();
    let why_not = error["reasons"].as_array().unwrap();
    let ids: Vec<_> = why_not.iter().map(|reason| reason["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["E-AGREE-NONE", "E-AGREE-NONE", "E-AGREE-NONE", "E-TRAIN-EXPIRED"], "{error}");
    let told: Vec<_> =
        why_not.iter().map(|reason| reason["text"].as_str().unwrap().split(':').next().unwrap()).collect();
    let helper = "helper, who leads it with you";
    assert_eq!(told, ["slot 1", "slot 2", helper, helper]);
    let said = error.to_string();
    assert!(["Kestrel", "Falcon", "mk-0", "mate-1"].iter().all(|name| !said.contains(name)), "{said}");
    // First the recipient is named, then promises; each by the command that is printed.
    run_cure(&practice, &error);
    for left in [4, 3, 2, 1] {
        let error = practice.refused(3, &start).error();
        assert_eq!(error["reasons"].as_array().unwrap().len(), left.min(3), "{error}");
        run_cure(&practice, &error);
    }
    let helper = shown(&practice, &group)["facilitators"][0].clone();
    assert!(helper["agreement"].is_string() && helper["training"].is_string(), "{helper}");
    // What was learned before the protocol asked something new is read anew; and a training is over one day.
    let protocol = practice.ok(&["protocol", "show"]).stdout;
    let other = protocol.replacen("consent = \"12m\"", "consent = \"6m\"", 1);
    assert_ne!(protocol, other);
    practice.write("protocol.toml", &other);
    practice.now += 86_400;
    practice.ok(&["protocol", "adopt", "protocol.toml", "--material"]);
    let ids =
        |error: &Value| error["reasons"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect::<Vec<_>>();
    let error = practice.refused(3, &start).error();
    assert_eq!(ids(&error), ["E-TRAIN-PROTOCOL"], "{error}");
    practice.now += 400 * 86_400;
    let error = practice.refused(3, &start).error();
    assert_eq!(ids(&error), ["E-TRAIN-EXPIRED"], "{error}");
    run_cure(&practice, &error);
    let started = practice.ok(&start).json();
    assert_eq!((&started["schema"], &started["state"]), (&"subrosa/group-start/1".into(), &"started".into()));
    practice.refused(3, &start);
}

#[test]
fn somebody_without_a_promise_attends_only_with_a_reason_that_is_recorded() {
    let practice = Practice::new();
    let group = planned(&practice);
    promise(&practice, "mate-1", "group-member");
    promise(&practice, "mate-2", "family-participant");
    let start = ["group", "start", &group];
    practice.refused(2, &[&start[..], &["--without-agreement", "4=late"]].concat());
    practice.refused(2, &[&start[..], &["--without-agreement", "3"]].concat());
    practice.refused(3, &[&start[..], &["--without-agreement", "2=late"]].concat());
    let both = ["--without-agreement", "3=came with her mother", "--without-agreement", "1=not needed"];
    practice.ok(&[&start[..], &both].concat());
    let group = shown(&practice, &group);
    let without: Vec<_> = group["participants"].as_array().unwrap().iter().map(|one| one["without"].clone()).collect();
    assert_eq!(without, [Value::Null, Value::Null, "came with her mother".into()]);
}

#[test]
fn the_common_part_names_nobody_or_nothing_is_filed() {
    let mut practice = Practice::new();
    let group = begun(&practice);
    // A client is called as the recipient is who attends, too.
    practice.ok(&["recipient", "edit", "mate-1", "--name", "Amaranta Swift"]);
    let text = "We spoke about sleep.\nThen mk-02 left, and Rita Heron wept.\nAmaranta wrote to mate-3.\n";
    practice.write("common.txt", text);
    let close = ["group", "close", &group, "--setting", "closed-room", "--common", "common.txt"];
    let error = practice.refused(3, &[&close[..], &["--json"]].concat()).error();
    let found: Vec<_> = error["reasons"].as_array().unwrap().iter().map(|one| (&one["id"], &one["at"])).collect();
    let at = |line: u64, column: u64| serde_json::json!({"line": line, "column": column});
    let id: Value = "E-THIRDPARTY".into();
    assert_eq!(found, [(&id, &at(2, 6)), (&id, &at(2, 22)), (&id, &at(3, 1)), (&id, &at(3, 19))]);
    assert!(!error.to_string().contains("Heron") && !error.to_string().contains("mk-02"), "{error}");
    practice.write("common.txt", "\u{0}\u{1}");
    practice.refused(3, &close);
    practice.write("common.txt", "We spoke about sleep.\n");
    practice.refused(2, &[&close[..], &["--part", "4=common.txt"]].concat());
    practice.refused(2, &[&close[..], &["--part", "1=common.txt", "--part", "1=common.txt"]].concat());
    practice.refused(2, &[&close[..], &["--comfort", "1=fine"]].concat());
    practice.refused(4, &[&close[..], &["--part", "1=none.txt"]].concat());
    practice.refused(2, &close[..5]);
    practice.now += 60;
    let before = practice.ok(&["ledger", "log", "--json"]).json()["entries"].as_array().unwrap().len();
    let made = practice.ok(&[&close[..], &["--part", "2=common.txt", "--json"]].concat()).json();
    assert_eq!((&made["schema"], &made["state"]), (&"subrosa/group-close/1".into(), &"closed".into()));
    let log = practice.ok(&["ledger", "log", "--json"]).json();
    let kinds: Vec<_> =
        log["entries"].as_array().unwrap().iter().map(|entry| entry["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds.len(), before + 5);
    assert_eq!(kinds.iter().filter(|kind| **kind == "record.added").count(), 4);
    practice.refused(3, &close);

    // Each is a record of its own: the common part is nobody's, and an empty part is one.
    let records = practice.ok(&["list", "--json"]).json();
    let records = records["records"].as_array().unwrap();
    assert!(records.iter().all(|one| one["group"] == serde_json::json!({"id": group, "alias": "Circle"})));
    assert!(
        records.iter().all(|one| one["kind"] == "session-group" && one["title"].is_null() && one["name"].is_null())
    );
    assert_eq!(records.iter().filter(|one| one["client"].is_null()).count(), 1);
    assert_eq!(records.iter().filter(|one| one["size"] == 0).count(), 2);
    let group = shown(&practice, &group);
    let info = practice.ok(&["info", group["common"].as_str().unwrap()]).stdout;
    assert!(info.contains(&format!("group\t{}\n", group["id"].as_str().unwrap())), "{info}");
    let part = group["participants"][1]["part"].as_str().unwrap();
    assert_eq!(practice.ok(&["show", part]).stdout, "We spoke about sleep.\n");
    practice.ok(&["ledger", "verify"]);
}

#[test]
fn one_participant_is_told_of_alone_and_the_whole_by_each_ones_own_consent() {
    let mut practice = Practice::new();
    let group = closed(&mut practice, &["--comfort", "3=ok"]);
    doctor(&practice);
    consent(&practice, "mk-01");
    let to = ["--to", "gp", "--purpose", "treat"];
    let whole = [&["share", &group], &to[..]].concat();
    let before = practice.ok(&["ledger", "log", "--json"]).json()["entries"].as_array().unwrap().len();
    let error = practice.run(&[&whole[..], &["--json"]].concat()).error();
    let told = error["reasons"].as_array().unwrap().iter().map(|one| {
        (one["id"].as_str().unwrap().to_owned(), one["text"].as_str().unwrap().split(':').next().unwrap().to_owned())
    });
    let expected = ["slot 2", "slot 3"].map(|slot| ("E-CONSENT-NONE".to_owned(), slot.to_owned()));
    assert_eq!(told.collect::<Vec<_>>(), expected);
    let said = error.to_string();
    assert!(["Kestrel", "Falcon", "Heron", "mk-0", "mate-"].iter().all(|name| !said.contains(name)), "{said}");
    let log = practice.ok(&["ledger", "log", "--json"]).json();
    assert_eq!(log["entries"].as_array().unwrap().len(), before + 2);
    let new = log["entries"].as_array().unwrap().iter().filter(|entry| entry["kind"] == "disclosure.refused");
    let whose: BTreeSet<_> = new.map(|entry| entry["client"]["alias"].as_str().unwrap()).collect();
    assert_eq!(whose, BTreeSet::from(["mk-02", "mk-03"]));

    let one = practice.ok(&[&["share", &group, "--client", "mk-01"], &to[..], &["--json"]].concat()).json();
    let (found, shared) = (shown(&practice, &group), &one["disclosures"][0]);
    assert_eq!(shared["records"], serde_json::json!([found["common"], found["participants"][0]["part"]]));
    assert_eq!(shared["client"]["alias"], "mk-01");
    practice.refused(4, &[&["share", &group, "--client", "mk-09"], &to[..]].concat());
    practice.ok(&["client", "add", "mk-04"]);
    practice.refused(4, &[&["share", &group, "--client", "mk-04"], &to[..]].concat());

    let some = practice.run(&[&whole[..], &["--partial", "--json"]].concat());
    assert_eq!(some.exit, 7, "{some:?}");
    let some = some.json();
    assert_eq!((some["disclosures"].as_array().unwrap().len(), some["refused"].as_array().unwrap().len()), (1, 2));
    assert!(some["refused"][1]["reasons"][0]["text"].as_str().unwrap().starts_with("slot 3: "), "{some}");
    // What cures it is run as it is printed, but for what only the client can say.
    for reason in error["reasons"].as_array().unwrap() {
        let cure = format!("{} --signed-on 0d --signed-by client", reason["cure"].as_str().unwrap());
        let words = shlex::split(&cure).unwrap();
        practice.ok(&words.iter().skip(1).map(String::as_str).collect::<Vec<_>>());
    }
    practice.refused(2, &[&whole[..], &["-o", "one.age"]].concat());
    let all = practice.ok(&[&whole[..], &["--json"]].concat()).json();
    let all = all["disclosures"].as_array().unwrap();
    let whose: Vec<_> = all.iter().map(|one| one["client"]["alias"].as_str().unwrap()).collect();
    assert_eq!(whose, ["mk-01", "mk-02", "mk-03"]);
    for one in all {
        let event = practice.ok(&["ledger", "log", "--json", "--limit", "9"]).json()["entries"].clone();
        let made = event.as_array().unwrap().iter().find(|entry| entry["event"]["disclosure"] == one["id"]).cloned();
        assert_eq!(made.unwrap()["event"]["group"], group.as_str());
    }
    practice.ok(&["ledger", "verify"]);
}

#[test]
fn a_name_in_somebodys_own_part_holds_it_and_redacting_tells_of_a_participant() {
    let mut practice = Practice::new();
    let group = closed(&mut practice, &[]);
    doctor(&practice);
    consent(&practice, "mk-01");
    let found = shown(&practice, &group);
    practice.write("more.txt", "Pedro Falcon was loud.\n");
    let part = found["participants"][0]["part"].as_str().unwrap().to_owned();
    let share = ["share", &group, "--client", "mk-01", "--to", "gp", "--purpose", "treat"];
    practice.ok(&[&share[..], &["--dry-run"]].concat());
    // Its own name is the client's to be told by; the other's is not.
    let add = ["add", "more.txt", "--client", "mk-01", "--kind", "session-group", "--title", "x"];
    let record = practice.ok(&add).stdout.trim().to_owned();
    let with = ["share", &group, &record, "--client", "mk-01", "--to", "gp", "--purpose", "treat", "--why", "asked"];
    assert_eq!(reasons(&practice, &with), ["E-THIRDPARTY"]);
    let shared = practice.ok(&[&with[..], &["--redact", "--json"]].concat()).json();
    let records = shared["disclosures"][0]["records"].as_array().unwrap().clone();
    assert_eq!((&records[0], &records[1]), (&found["common"], &part.as_str().into()));
    let redacted = practice.ok(&["show", records[2].as_str().unwrap()]).stdout;
    assert_eq!(redacted, "[participant 2] was loud.\n");
    let hint = ["share", &group, &record, "--to", "gp", "--purpose", "treat"];
    practice.refused(2, &hint);
}

#[test]
fn who_was_uneasy_is_left_in_peace_until_the_next_day() {
    let mut practice = Practice::new();
    let group = closed(&mut practice, &["--comfort", "1=uneasy", "--comfort", "2=ok"]);
    doctor(&practice);
    consent(&practice, "mk-01");
    consent(&practice, "mk-02");
    let share = |client| ["share", &group, "--client", client, "--to", "gp", "--purpose", "treat"];
    assert_eq!(reasons(&practice, &share("mk-01")), ["E-COMFORT"]);
    practice.ok(&[&share("mk-01")[..], &["--dry-run", "--confirm-after-discomfort"]].concat());
    practice.ok(&[&share("mk-02")[..], &["--dry-run"]].concat());
    assert_eq!(shown(&practice, &group)["participants"][0]["comfort"], "uneasy");
    let shown = shown(&practice, "Circle");
    assert!(practice.refused(4, &["group", "show", "circel"]).stderr.contains("Circle"));
    let part = shown["participants"][0]["part"].as_str().unwrap();
    assert!(practice.at_terminal(&[], &["info", part]).stdout.contains("uneasy"));
    practice.now += 86_400;
    practice.ok(&[&share("mk-01")[..], &["--dry-run"]].concat());
}

#[test]
fn a_group_that_met_where_others_could_hear_needs_a_reason_and_is_held() {
    let mut practice = Practice::new();
    let group = begun(&practice);
    practice.now += 7 * 86_400;
    practice.write("common.txt", "We spoke about sleep.\n");
    let close = ["group", "close", &group, "--setting", "public", "--common", "common.txt"];
    let said = practice.refused(3, &close);
    assert!(said.stderr.contains("--setting-reason"), "{said:?}");
    practice.ok(&[&close[..], &["--setting-reason", "the heating failed"]].concat());
    let concern = practice.ok(&["concern", "list", "--json"]).json()["concerns"][0].clone();
    assert_eq!((&concern["by"], &concern["group"]["id"]), (&"staff".into(), &group.as_str().into()));
    assert!(concern["text"].as_str().unwrap().ends_with("(public): the heating failed"), "{concern}");
    doctor(&practice);
    consent(&practice, "mk-01");
    let share = ["share", &group, "--client", "mk-01", "--to", "gp", "--purpose", "treat"];
    assert_eq!(reasons(&practice, &share), ["E-CONCERN"], "one concern, of both parts");
    practice.write("fear.txt", "Somebody listens.\n");
    practice.ok(&["concern", "open", "--client", "mk-01", "--text", "fear.txt"]);
    assert_eq!(reasons(&practice, &share), ["E-CONCERN", "E-CONCERN"], "each concern");
}

#[test]
fn talks_before_and_after_are_sessions_that_are_filed_and_never_shared_with_the_group() {
    let mut practice = Practice::new();
    let group = begun(&practice);
    practice.write("talk.txt", "Is afraid of the meeting.\n");
    let talk = |client, date| ["add", "talk.txt", "--client", client, "--kind", "session-individual", "--date", date];
    let due = |practice: &Practice| {
        let answer = practice.run(&["due", "--within", "30d", "--json"]).json();
        let talks = answer["items"].as_array().unwrap().iter().filter(|item| item["class"] == "group-talk").cloned();
        talks
            .map(|item| (item["alias"].as_str().unwrap().to_owned(), item["due"].as_str().unwrap().to_owned()))
            .collect::<Vec<_>>()
    };
    let with = |clients: &[&str], day: &str| -> Vec<(String, String)> {
        clients.iter().map(|client| ((*client).to_owned(), day.to_owned())).collect()
    };
    assert_eq!(due(&practice), with(&["mk-01", "mk-02", "mk-03"], "2026-11-28"));
    // One from before it was planned does not count, nor does another kind.
    practice.ok(&talk("mk-02", "2026-11-20"));
    practice.ok(&["add", "talk.txt", "--client", "mk-03", "--kind", "progress-note"]);
    let before = practice.ok(&talk("mk-01", "2026-11-21")).stdout.trim().to_owned();
    assert_eq!(due(&practice), with(&["mk-02", "mk-03"], "2026-11-28"));
    practice.now += 7 * 86_400;
    practice.write("common.txt", "We spoke about sleep.\n");
    let on_the_day = practice.ok(&talk("mk-02", "2026-11-28")).stdout.trim().to_owned();
    practice.now += 60;
    practice.ok(&["group", "close", &group, "--setting", "closed-room", "--common", "common.txt"]);
    practice.now += 60;
    let late = practice.ok(&talk("mk-03", "2026-11-27")).stdout.trim().to_owned();
    let after = practice.ok(&talk("mk-01", "2026-11-28")).stdout.trim().to_owned();
    // What was held in time may be filed late; what was never held stays.
    assert_eq!(due(&practice), with(&["mk-02", "mk-03"], "2026-12-05"));
    let found = shown(&practice, &group);
    let of = |slot: usize, which: &str| found["participants"][slot - 1][which]["record"].clone();
    let talks = [1, 2, 3].map(|slot| [of(slot, "before"), of(slot, "after")]);
    let is = |id: &str| Value::from(id);
    assert_eq!(talks, [[is(&before), is(&after)], [is(&on_the_day), Value::Null], [is(&late), Value::Null]],);
    assert_eq!(found["participants"][0]["after"]["due"], "2026-12-05");
    doctor(&practice);
    consent(&practice, "mk-01");
    let shared = practice.ok(&["share", &group, "--client", "mk-01", "--to", "gp", "--purpose", "treat", "--json"]);
    assert!(!shared.stdout.contains(&before) && !shared.stdout.contains(&after));
    // One session is one talk: the one that is due first.
    practice.ok(&["group", "plan", "Later", "--date", "2026-12-01", "--participant", "mk-03"]);
    practice.now += 86_400;
    practice.ok(&talk("mk-03", "2026-11-29"));
    assert_eq!(due(&practice), with(&["mk-02", "mk-03"], "2026-12-05"));
}

#[test]
fn a_group_is_closed_by_typed_answers_alone() {
    let machine = Machine::new();
    let ok = |args: &[&str]| machine.ok(args).trim().to_owned();
    ok(&["client", "add", "mk-02", "--name", "Pedro Falcon"]);
    for n in 1..=2 {
        let (alias, client) = (format!("mate-{n}"), format!("mk-0{n}"));
        ok(&["recipient", "add", &alias, "--role", "group-member", "--of", &client, "--relationship", "self"]);
        let promise = ["agreement", "add", &alias, "--type", "group-member", "--signed-on", "1d", "--standard"];
        ok(&[&promise[..], &["--understood", "explained"]].concat());
    }
    let plan = ["group", "plan", "Circle", "--date", "0d", "--participant", "mk-01", "--participant", "mk-02"];
    let group = ok(&plan);
    ok(&["group", "start", &group]);
    machine.ok(&["here", "semi-public"]);
    let ended = Screen::new(&machine, &["group", "close", &group]).end();
    assert!(ended.exit == 6 && ended.all.contains("E-SETTING-PUBLIC"), "{ended:?}");
    machine.here();
    let mut screen = Screen::new(&machine, &["group", "close"]);
    screen.answer("Which group (the beginning of its id): ", &group);
    screen.answer("In which room did it meet (such as closed-room): ", "semi-public");
    screen.answer("Others can hear in a semi-public room: why was it held there: ", "the heating failed");
    screen.until("What is said of all, and names nobody");
    screen.answer("> ", "We spoke about sleep.");
    screen.answer("> ", "Pedro Falcon wept.");
    screen.answer("> ", ".");
    screen.until("Line 2, column 1: this names or identifies somebody");
    screen.answer("> ", "We spoke about sleep.");
    screen.answer("> ", "");
    screen.answer("> ", "And about dogs.");
    screen.answer("> ", ".");
    screen.until("What is said of slot 1 (mk-01) alone");
    screen.answer("> ", "");
    screen.until("What is said of slot 2 (mk-02) alone");
    screen.answer("> ", "He wept.");
    screen.answer("> ", ".");
    screen.answer("How did slot 1 (mk-01) seem: ok, uneasy, distressed, not-observed (Enter: not told): ", "");
    screen
        .answer("How did slot 2 (mk-02) seem: ok, uneasy, distressed, not-observed (Enter: not told): ", "distressed");
    screen.until("Slot 2: distressed. A concern to be answered, in your words");
    screen.answer("> ", "He fears that it is talked about.");
    screen.answer("> ", ".");
    screen.until("The group Circle is closed");
    screen.done();
    let found: Value = serde_json::from_str(&ok(&["group", "show", &group, "--json"])).unwrap();
    let part = |slot: usize| found["group"]["participants"][slot - 1]["part"].as_str().unwrap().to_owned();
    assert_eq!(ok(&["show", found["group"]["common"].as_str().unwrap()]), "We spoke about sleep.\n\nAnd about dogs.");
    assert_eq!((ok(&["show", &part(1)]), ok(&["show", &part(2)])), (String::new(), "He wept.".to_owned()));
    let concerns = ok(&["concern", "list"]);
    assert_eq!(concerns.lines().count(), 2, "{concerns}");
    assert!(concerns.contains(&format!("{group} slot 2\trecord {}\tHe fears that", part(2))), "{concerns}");
    ok(&["ledger", "verify"]);
}
