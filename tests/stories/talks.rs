//! Talks with each participant alone, as `due` reminds of them: one session is one talk of one group, nothing is dated back,
//! and a group that was not held is called off. And what else of groups is told to whoever mistypes.

use std::io::Cursor;

use serde_json::Value;

use crate::practice::LEE;
use crate::practice::Practice;
use crate::practice::Said;

const DAY: i64 = 86_400;

/// Clients who are told of the limits, and may be in groups as they are: each attends with a reason.
fn practice(clients: &[&str]) -> Practice {
    let practice = Practice::new();
    for client in clients {
        practice.ok(&["client", "add", client, "--adult", "--limits-discussed", "2026-11-01"]);
    }
    practice.write("common.txt", "We spoke about sleep.\n");
    practice
}

fn plan(practice: &Practice, name: &str, day: &str, clients: &[&str]) -> String {
    let who: Vec<&str> = clients.iter().flat_map(|client| ["--participant", client]).collect();
    practice.ok(&[&["group", "plan", name, "--date", day], &who[..]].concat()).stdout.trim().to_owned()
}

fn start(practice: &Practice, group: &str, count: usize) {
    let why: Vec<String> = (1..=count).map(|slot| format!("{slot}=knows it")).collect();
    let why: Vec<&str> = why.iter().flat_map(|why| ["--without-agreement", why]).collect();
    practice.ok(&[&["group", "start", group], &why[..]].concat());
}

fn close(practice: &Practice, group: &str) {
    practice.ok(&["group", "close", group, "--setting", "closed-room", "--common", "common.txt"]);
}

/// The lines about talks.
fn talks(practice: &Practice) -> Vec<Value> {
    let answer = practice.run(&["due", "--within", "60d", "--json"]).json();
    answer["items"].as_array().unwrap().iter().filter(|item| item["class"] == "group-talk").cloned().collect()
}

fn run_printed(practice: &Practice, command: &Value, input: &str) -> Said {
    let words = shlex::split(command.as_str().unwrap()).unwrap();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (mut host, ends) = practice.host();
    host.stdin = Box::new(Cursor::new(input.as_bytes().to_vec()));
    practice.run_in((host, ends), &words[1..])
}

/// Runs the lines' commands from the first to the last: each clears its own line, and no other.
fn clear_each(practice: &Practice) {
    let mut left = talks(practice);
    while !left.is_empty() {
        let line = left.remove(0);
        let said = run_printed(practice, &line["command"], "We spoke alone.\n");
        assert_eq!(said.exit, 0, "{line}: {said:?}");
        assert_eq!(talks(practice), left, "{line}");
    }
}

#[test]
fn each_printed_command_clears_its_own_line_though_groups_meet_on_one_day() {
    let mut practice = practice(&["c1", "c2"]);
    let groups = [plan(&practice, "One", "2026-12-20", &["c1", "c2"]), plan(&practice, "Two", "2026-12-20", &["c1"])];
    assert_eq!(talks(&practice).len(), 3);
    clear_each(&practice);
    practice.now += 29 * DAY;
    start(&practice, &groups[0], 2);
    start(&practice, &groups[1], 1);
    for group in &groups {
        close(&practice, group);
    }
    practice.now += 60;
    assert_eq!(talks(&practice).len(), 3);
    clear_each(&practice);
    let found = groups.each_ref().map(|group| practice.ok(&["group", "show", group, "--json"]).json());
    let of = |n: usize, which: &str| found[n]["group"]["participants"][0][which]["record"].as_str().unwrap().to_owned();
    let mut records = [of(0, "before"), of(0, "after"), of(1, "before"), of(1, "after")];
    records.sort();
    assert!(records.windows(2).all(|two| two[0] != two[1]), "one session is one talk: {records:?}");
    practice.ok(&["ledger", "verify"]);
}

#[test]
fn a_talk_that_was_not_held_is_made_up_for_today_and_never_dated_back() {
    let mut practice = practice(&["c1", "c2"]);
    let group = plan(&practice, "One", "2026-11-23", &["c1", "c2"]);
    practice.now += 4 * DAY;
    let line = talks(&practice).remove(0);
    assert_eq!((&line["alias"], &line["days"]), (&"c1".into(), &(-2).into()));
    assert!(line["command"].as_str().unwrap().ends_with("--date 2026-11-25"), "{line}");
    run_printed(&practice, &line["command"], "");
    start(&practice, &group, 2);
    close(&practice, &group);
    practice.now += 60;
    let told = talks(&practice).iter().map(|line| (line["alias"].clone(), line["due"].clone())).collect::<Vec<_>>();
    let line = |alias: &str, due: &str| (Value::from(alias), Value::from(due));
    assert_eq!(told, [line("c2", "2026-11-23"), line("c1", "2026-11-30"), line("c2", "2026-11-30")]);
    // A month after the closing nobody asks for the one before any more.
    practice.now += 30 * DAY;
    assert_eq!(talks(&practice).len(), 3);
    practice.now += DAY;
    assert_eq!(talks(&practice).len(), 2);
    clear_each(&practice);
    let shown = practice.ok(&["group", "show", &group, "--json"]).json();
    assert!(shown["group"]["participants"][1]["before"]["record"].is_null(), "{shown}");
    // Nobody is talked with after their file is closed.
    plan(&practice, "Two", "1w", &["c1", "c2"]);
    practice.ok(&["client", "close", "c2"]);
    assert_eq!(talks(&practice).len(), 1);
}

#[test]
fn a_group_that_was_not_held_is_called_off_and_asks_for_nothing() {
    let mut practice = practice(&["c1"]);
    let group = plan(&practice, "One", "2026-11-23", &["c1"]);
    practice.now += 4 * DAY;
    let off = ["group", "close", "One", "--not-held", "nobody came"];
    practice.refused(2, &["group", "close", "One", "--not-held", ""]);
    practice.refused(2, &[&off[..], &["--common", "common.txt"]].concat());
    let made = practice.ok(&[&off[..], &["--json"]].concat()).json();
    assert_eq!((&made["schema"], &made["state"]), (&"subrosa/group-close/1".into(), &"called-off".into()));
    assert_eq!(talks(&practice), [Value::Null; 0]);
    let shown = practice.ok(&["group", "show", &group, "--json"]).json();
    let shown = &shown["group"];
    assert_eq!((&shown["state"], &shown["not_held"]), (&"called-off".into(), &"nobody came".into()));
    assert!(practice.at_terminal(&[], &["group", "show", &group]).stdout.contains("called-off: nobody came"));
    for args in [&off[..], &["group", "start", &group], &["share", &group, "--to", "x", "--purpose", "treat"]] {
        practice.refused(3, args);
    }
    // Its name is free again; the one that was called off is there by its id.
    let named = |name: &str| practice.ok(&["group", "show", name, "--json"]).json()["group"]["id"].clone();
    assert_eq!(named("One"), group.as_str());
    let again = plan(&practice, "One", "1w", &["c1"]);
    assert_eq!([named("One"), named(&group)], [Value::from(again), Value::from(&group[..])]);
    plan(&practice, "One", "2w", &["c1"]);
    let error = practice.refused(4, &["group", "show", "One", "--json"]).error();
    assert!(!error["message"].as_str().unwrap().contains(&group), "{error}");
    practice.ok(&["ledger", "verify"]);
}

#[test]
fn a_group_that_is_closed_before_its_day_met_on_that_day() {
    let mut practice = practice(&["c1"]);
    let group = plan(&practice, "One", "2026-12-20", &["c1"]);
    start(&practice, &group, 1);
    practice.now += 3 * DAY;
    close(&practice, &group);
    let shown = practice.ok(&["group", "show", &group, "--json"]).json();
    let shown = &shown["group"];
    assert_eq!(
        (&shown["date"], &shown["participants"][0]["after"]["due"]),
        (&"2026-11-24".into(), &"2026-12-01".into())
    );
    let part = practice.ok(&["list", "--client", "c1", "--json"]).json();
    assert_eq!(part["records"][0]["date"], "2026-11-24");
    practice.now += DAY;
    practice.ok(&["add", "common.txt", "--client", "c1", "--kind", "session-individual", "--date", "2026-11-24"]);
    practice.ok(&["add", "common.txt", "--client", "c1", "--kind", "session-individual", "--date", "2026-11-25"]);
    assert_eq!(talks(&practice), [Value::Null; 0]);
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let practice = practice(&["c1"]);
    let group = plan(&practice, "One", "0d", &["c1"]);
    start(&practice, &group, 1);
    practice.write("common.txt", "Then c1 left.\n");
    let close = ["group", "close", &group, "--setting", "public", "--common", "common.txt", "--json"];
    let error = practice.refused(3, &close).error();
    assert_eq!(error["reasons"][0]["id"], "E-THIRDPARTY", "{error}");
    assert!(error["message"].as_str().unwrap().contains("others can hear"), "{error}");
    assert!(error["reasons"][0]["cure"].as_str().unwrap().contains("--setting-reason"), "{error}");
    let misses = |args: &[&str]| -> Vec<String> {
        let error = practice.refused(4, &[args, &["--json"]].concat()).error();
        let reasons = error["reasons"].as_array().unwrap().clone();
        assert!(reasons.iter().all(|reason| reason["id"] == "E-NOTFOUND"), "{error}");
        reasons.iter().map(|one| one["text"].as_str().unwrap().split('"').nth(1).unwrap().to_owned()).collect()
    };
    let plan = ["group", "plan", "x", "--date", "1w", "--participant", "no-1", "--participant", "no-2"];
    assert_eq!(misses(&[&plan[..], &["--facilitator", "no-3"]].concat()), ["no-1", "no-2", "no-3"]);
    practice.write("fear.txt", "Somebody listens.\n");
    let open = ["concern", "open", "--client", "no-1", "--to", "no-2", "--record", "r-zzzz", "--text", "fear.txt"];
    assert_eq!(misses(&open), ["no-1", "no-2", "r-zzzz"]);
    let close = ["group", "close", &group, "--setting", "closed-room", "--common", "none.txt", "--part", "1=no.txt"];
    let said = practice.refused(4, &close).stderr;
    assert!(said.contains("none.txt") && said.contains("no.txt"), "{said}");
}

#[test]
fn a_group_answers_to_its_name_where_it_is_shared() {
    let mut practice = practice(&["c1", "c2"]);
    let group = plan(&practice, "Familie Süd", "0d", &["c1", "c2"]);
    start(&practice, &group, 2);
    close(&practice, &group);
    practice.now += 60;
    let add = ["recipient", "add", "gp", "--key", LEE, "--role", "treating-provider", "--verified", "in-person"];
    practice.ok(&add);
    let grant = ["consent", "grant", "--client", "c1", "--to", "gp", "--kind", "session-group", "--purpose", "treat"];
    practice.ok(&[&grant[..], &["--signed-on", "0d", "--signed-by", "client"]].concat());
    let share = |group: &str| {
        let share = ["share", group, "--client", "c1", "--to", "gp", "--purpose", "treat", "--dry-run", "--json"];
        practice.run(&share)
    };
    assert_eq!(share("Familie Süd").json()["disclosures"][0]["records"].as_array().unwrap().len(), 2);
    let said = share("Familie Sued");
    assert!(said.exit == 4 && said.stderr.contains("Familie Süd"), "{said:?}");
}

#[test]
fn what_is_needed_is_named_all_at_once_and_with_what_was_typed() {
    let practice = practice(&["c1"]);
    let hint = |args: &[&str]| {
        let error = practice.refused(2, &[args, &["--json"]].concat()).error();
        (error["message"].as_str().unwrap().to_owned(), error["hints"][0].as_str().unwrap().to_owned())
    };
    let (message, said) = hint(&["group", "close", "Familie Nord", "--part", "1=one.txt"]);
    assert_eq!(message, "--setting and --common are needed");
    assert_eq!(said, "subrosa group close 'Familie Nord' --part '1=one.txt' --setting closed-room --common FILE");
    let (message, said) = hint(&["group", "plan"]);
    assert_eq!(message, "NAME, --date and --participant are needed");
    assert_eq!(said, "subrosa group plan NAME --date 1w --participant CLIENT");
    let (message, said) = hint(&["concern", "open", "--to", "gp"]);
    assert_eq!(message, "--client (or --group) and --text are needed");
    assert_eq!(said, "subrosa concern open --to gp --client CLIENT --text FILE");
    let (message, said) = hint(&["concern", "resolve", "o-1234", "--response", "a.txt"]);
    assert_eq!(message, "--addressed is needed");
    assert_eq!(said, "subrosa concern resolve o-1234 --response a.txt --addressed yes");
    let (message, said) = hint(&["share", "r-1234", "--setting", "private-office"]);
    assert_eq!(message, "--to and --purpose are needed");
    assert_eq!(said, "subrosa share r-1234 --setting private-office --to RECIPIENT --purpose treat");
    let (message, said) = hint(&["add", "common.txt", "--client", "c1"]);
    assert_eq!(
        (message.as_str(), said.as_str()),
        ("--kind is needed", "subrosa add common.txt --client c1 --kind progress-note")
    );
}

#[test]
fn what_only_a_person_can_judge_is_asked_at_a_terminal_and_nobody_reminds_of_whom_is_gone() {
    let mut practice = practice(&["c1"]);
    practice.write("fear.txt", "Somebody listens.\n");
    let concern = practice.ok(&["concern", "open", "--client", "c1", "--text", "fear.txt"]).stdout.trim().to_owned();
    let drawn = practice.at_terminal(&[], &["due"]).stdout;
    let line = drawn.lines().find(|line| line.contains("concern resolve")).unwrap();
    assert!(line.trim_end().ends_with(&format!("subrosa concern resolve {concern}")), "{line}");
    practice.ok(&["here", "public"]);
    let said = practice.at_terminal(&[], &["concern", "resolve", &concern]);
    assert!(said.exit == 6 && !said.stderr.contains("--addressed"), "{said:?}");
    practice.here();
    let said = practice.at_terminal(&["She was told who listens.", ".", "partly"], &["concern", "resolve", &concern]);
    assert_eq!(said.exit, 0, "{said:?}");
    // What who left still has is asked after for 30 days, and is outstanding for good.
    let add = ["recipient", "add", "gp", "--key", LEE, "--role", "treating-provider", "--verified", "in-person"];
    practice.ok(&add);
    practice.ok(&["add", "fear.txt", "--client", "c1", "--kind", "letter"]);
    let grant = ["consent", "grant", "--client", "c1", "--to", "gp", "--kind", "letter", "--purpose", "treat"];
    practice.ok(&[&grant[..], &["--signed-on", "0d", "--signed-by", "client"]].concat());
    practice.ok(&["share", "@", "--to", "gp", "--purpose", "treat"]);
    practice.now += 20 * DAY;
    let acks = |practice: &Practice| practice.run(&["due"]).stdout.matches("\tack\t").count();
    assert_eq!(acks(&practice), 1);
    practice.ok(&["recipient", "suspend", "gp", "--reason", "left"]);
    practice.now += 30 * DAY;
    assert_eq!(acks(&practice), 1);
    practice.now += DAY;
    assert_eq!(acks(&practice), 0);
    assert_eq!(practice.run(&["report", "outstanding"]).stdout.lines().count(), 1);
}

#[test]
fn whoever_is_suspended_neither_attends_a_group_nor_leads_it() {
    let practice = practice(&["c1", "c2"]);
    practice.ok(&["recipient", "add", "cofa", "--role", "co-facilitator"]);
    for (alias, client) in [("one", "c1"), ("two", "c2")] {
        let add = ["recipient", "add", alias, "--role", "group-member"];
        practice.ok(&[&add[..], &["--of", client, "--relationship", "self"]].concat());
    }
    for (alias, kind) in [("one", "group-member"), ("two", "group-member"), ("cofa", "co-facilitator")] {
        let promise = ["agreement", "add", alias, "--type", kind, "--signed-on", "0d", "--standard"];
        practice.ok(&[&promise[..], &["--understood", "explained"]].concat());
    }
    practice.ok(&["training", "add", "cofa", "--course", "groups", "--on", "0d"]);
    practice.ok(&["recipient", "suspend", "cofa", "--reason", "left"]);
    practice.ok(&["recipient", "suspend", "two", "--reason", "left"]);
    let planning = ["group", "plan", "One", "--date", "1w", "--participant", "c1", "--participant", "c2"];
    let planning = [&planning[..], &["--facilitator", "cofa"]].concat();
    let made = practice.ok(&[&planning[..], &["--json"]].concat()).json();
    assert_eq!(made["missing"], serde_json::json!(["slot 2", "cofa"]));
    let group = made["id"].as_str().unwrap();
    let drawn = practice.at_terminal(&[], &["group", "show", group]).stdout;
    assert!(drawn.contains("[ ] who attends: slots 1 to 2; 1 lead it with you; suspended: slot 2, cofa\n"), "{drawn}");
    let start = ["group", "start", group, "--without-agreement", "2=she is here all the same", "--json"];
    let error = practice.refused(3, &start).error();
    let reasons: Vec<_> = error["reasons"].as_array().unwrap().iter().collect();
    let ids: Vec<_> = reasons.iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["E-RECIP-SUSPENDED"; 2], "{error}");
    assert!(reasons[0]["text"].as_str().unwrap().starts_with("slot 2: "), "{error}");
    assert!(reasons[1]["text"].as_str().unwrap().starts_with("cofa, "), "{error}");
    assert_eq!(error["hints"], serde_json::json!([]));
    // The cure calls it off, and it is planned without them.
    let cure = shlex::split(reasons[0]["cure"].as_str().unwrap()).unwrap();
    practice.ok(&cure.iter().skip(1).map(String::as_str).collect::<Vec<_>>());
    practice.ok(&["group", "start", &plan(&practice, "Two", "1w", &["c1"])]);
    practice.ok(&["ledger", "verify"]);
}
