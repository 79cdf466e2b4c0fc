//! Concerns: while one is open, what it touches is held; what was noticed in a session is noted beside it, and nobody is
//! pressed to say anything.

use serde_json::Value;

use crate::agreements::reasons;
use crate::practice::ANA;
use crate::practice::LEE;
use crate::practice::Practice;

const KINDS: [&str; 2] = ["progress-note", "letter"];

/// A client with a note and a letter, and two who may have both.
fn practice() -> (Practice, [String; 2]) {
    let practice = Practice::new();
    practice.ok(&["client", "add", "mk-01", "--adult"]);
    for (alias, key) in [("dr-lee", LEE), ("ana", ANA)] {
        let add = ["recipient", "add", alias, "--key", key, "--role", "treating-provider"];
        practice.ok(&[&add[..], &["--verified", "in-person"]].concat());
    }
    let records = KINDS.map(|kind| {
        practice.write("text.txt", &format!("A {kind}.\n"));
        practice.ok(&["add", "text.txt", "--client", "mk-01", "--kind", kind]).stdout.trim().to_owned()
    });
    let grant = ["consent", "grant", "--client", "mk-01", "--to", "dr-lee", "--to", "ana", "--kind", "progress-note"];
    let signed = ["--kind", "letter", "--purpose", "treat", "--signed-on", "1d", "--signed-by", "client"];
    practice.ok(&[&grant[..], &signed].concat());
    practice.write("concern.txt", "Her sister works there.\n");
    (practice, records)
}

fn open(practice: &Practice, scope: &[&str]) -> String {
    let open = ["concern", "open", "--client", "mk-01", "--text", "concern.txt"];
    practice.ok(&[&open[..], scope].concat()).stdout.trim().to_owned()
}

#[test]
fn an_open_concern_holds_what_it_names_and_no_more_until_it_is_answered() {
    let (practice, [note, letter]) = practice();
    for (scope, held) in [
        (&[][..], [true, true, true]),
        (&["--to", "dr-lee"], [true, false, true]),
        (&["--kind", "letter"], [false, false, true]),
        (&["--record", &note], [true, true, false]),
        (&["--to", "ana", "--kind", "letter"], [false, false, false]),
    ] {
        let concern = open(&practice, scope);
        let asked = [(&note, "dr-lee"), (&note, "ana"), (&letter, "dr-lee")];
        for ((record, to), is_held) in asked.into_iter().zip(held) {
            let share = ["share", record, "--to", to, "--purpose", "treat"];
            match is_held {
                true => assert_eq!(reasons(&practice, &share), ["E-CONCERN"], "{scope:?}"),
                false => drop(practice.ok(&[&share[..], &["--dry-run"]].concat())),
            }
        }
        let resolve = ["concern", "resolve", &concern, "--response", "concern.txt", "--addressed", "partly"];
        practice.ok(&resolve);
        practice.refused(3, &resolve);
        practice.ok(&["share", &note, "--to", "dr-lee", "--purpose", "treat", "--dry-run"]);
    }
    practice.ok(&["ledger", "verify"]);
}

#[test]
fn what_cures_it_is_the_command_that_answers_it() {
    let (practice, [note, _]) = practice();
    let made = ["concern", "open", "--client", "mk-01", "--by", "representative", "--text", "concern.txt", "--json"];
    let made = practice.ok(&made).json();
    assert_eq!((&made["schema"], &made["state"]), (&"subrosa/concern-open/1".into(), &"open".into()));
    let error = practice.run(&["share", &note, "--to", "dr-lee", "--purpose", "treat", "--json"]).error();
    assert_eq!(error["reasons"][0]["id"], "E-CONCERN");
    practice.write("FILE", "He was moved to another ward.\n");
    let words = shlex::split(error["reasons"][0]["cure"].as_str().unwrap()).unwrap();
    practice.ok(&words.iter().skip(1).map(String::as_str).collect::<Vec<_>>());
    practice.ok(&["share", &note, "--to", "dr-lee", "--purpose", "treat"]);
    let listed = practice.ok(&["concern", "list", "--json"]).json()["concerns"][0].clone();
    assert_eq!((&listed["by"], &listed["due"]), (&"representative".into(), &"2026-11-28".into()));
    assert_eq!((&listed["state"], &listed["resolved"]["addressed"]), (&"resolved".into(), &"yes".into()));
    assert_eq!(listed["resolved"]["response"], "He was moved to another ward.");
    // What it says is not drawn where others look on.
    let drawn = practice.at_terminal(&[], &["concern", "list"]);
    assert!(drawn.stdout.contains("due 2026-11-28") && !drawn.stdout.contains("sister"), "{drawn:?}");
    assert!(practice.ok(&["concern", "list"]).stdout.ends_with("\teverything\tHer sister works there.\n"));
}

#[test]
fn a_concern_is_typed_read_or_not_opened() {
    let (practice, [note, _]) = practice();
    practice.ok(&["client", "add", "mk-02"]);
    practice.refused(2, &["concern", "open", "--client", "mk-01"]);
    practice.refused(2, &["concern", "open", "--text", "concern.txt"]);
    practice.refused(2, &["concern", "open", "--client", "mk-01", "--slot", "1", "--text", "concern.txt"]);
    practice.refused(4, &["concern", "open", "--client", "mk-01", "--text", "none.txt"]);
    practice.refused(4, &["concern", "open", "--client", "mk-02", "--record", &note, "--text", "concern.txt"]);
    practice.refused(4, &["concern", "resolve", "o-zzzz", "--response", "concern.txt", "--addressed", "yes"]);
    practice.write("empty.txt", "");
    practice.refused(2, &["concern", "open", "--client", "mk-01", "--text", "empty.txt"]);
    // Nothing is asked, and nothing typed, before the room is private.
    practice.ok(&["here", "public"]);
    let said = practice.at_terminal(&[], &["concern", "open"]);
    assert!(said.exit == 6 && said.stderr.contains("E-SETTING-PUBLIC"), "{said:?}");
    practice.here();
    let (host, ends) = practice.host();
    let said = practice.run_in((host.at_terminal(&ends).with_var("ASCIINEMA_REC", "1"), ends), &["concern", "open"]);
    assert!(
        said.exit == 6 && said.stderr.contains("try: subrosa concern open --client CLIENT --text FILE"),
        "{said:?}"
    );
    let said = practice.at_terminal(&["mk-01", "Who hears it", "in the hall?", "."], &["concern", "open"]);
    assert_eq!(said.exit, 0, "{said:?}");
    let listed = practice.ok(&["concern", "list", "--json"]).json()["concerns"].clone();
    assert_eq!((&listed[0]["text"], &listed[0]["by"]), (&"Who hears it\nin the hall?".into(), &"client".into()));
    let said = practice.at_terminal(&["o-"], &["concern", "resolve"]);
    assert_eq!(said.exit, 4, "{said:?}");
    let id = listed[0]["id"].as_str().unwrap();
    assert_eq!(practice.at_terminal(&["Moved.", ".", "yes"], &["concern", "resolve", id]).exit, 0);
}

#[test]
fn several_concerns_are_one_reason_each_with_an_answer_of_its_own() {
    let (practice, [note, letter]) = practice();
    let opened = [&[][..], &["--record", &note], &["--to", "dr-lee"], &["--kind", "billing-item"]];
    let mut opened: Vec<String> = opened.iter().map(|scope| open(&practice, scope)).collect();
    opened.pop();
    let share =
        ["share", &note, &letter, "--to", "dr-lee", "--purpose", "treat", "--why", "a review", "--dry-run", "--json"];
    while !opened.is_empty() {
        let error = practice.refused(3, &share).error();
        let cures: Vec<_> = error["reasons"].as_array().unwrap().iter().map(|one| one["cure"].clone()).collect();
        let cure = |id: &String| format!("subrosa concern resolve {id} --response FILE --addressed yes").into();
        assert_eq!(cures, opened.iter().map(cure).collect::<Vec<Value>>());
        let first = opened.remove(0);
        practice.ok(&["concern", "resolve", &first, "--response", "concern.txt", "--addressed", "yes"]);
    }
    practice.ok(&share);
}

#[test]
fn what_is_told_is_held_by_a_concern_about_its_kind_alone_and_unsaid_by_each() {
    let (practice, [note, _]) = practice();
    let told = ["disclose", "oral", "--client", "mk-01", "--to", "dr-lee", "--purpose", "treat"];
    let told = [&told[..], &["--setting", "phone-private", "--about", "a reply"]].concat();
    let about = |kind: &'static str| [&told[..], &["--kind", kind]].concat();
    let held = |args: &[&str], cure: &str| {
        let said = practice.run(&[args, &["--json"]].concat());
        let (error, exit) = (said.error(), said.exit);
        let reason = &error["reasons"][0];
        assert_eq!(exit, 3, "{error}");
        assert_eq!((&reason["id"], error["reasons"].as_array().unwrap().len()), (&"E-CONCERN".into(), 1), "{error}");
        assert!(reason["cure"].as_str().unwrap().starts_with(cure), "{error}");
    };
    for scope in [["--record", &note], ["--kind", "progress-note"]] {
        let concern = open(&practice, &scope);
        let cure = format!("subrosa concern resolve {concern} ");
        held(&about("progress-note"), &cure);
        held(&told, &cure);
        practice.ok(&about("letter"));
        practice.ok(&["concern", "resolve", &concern, "--response", "concern.txt", "--addressed", "yes"]);
    }
    // A session where others could hear is one such record.
    let add = ["add", "concern.txt", "--client", "mk-01", "--kind", "progress-note", "--setting", "public"];
    practice.ok(&[&add[..], &["--setting-reason", "she fell in the hall"]].concat());
    practice.ok(&about("letter"));
    held(&about("progress-note"), "subrosa concern resolve o-");
}

/// The reasons why something is not told; none where it is.
fn why_not(practice: &Practice, told: &[&str]) -> Vec<String> {
    let said = practice.run(told);
    if said.exit == 0 {
        return Vec::new();
    }
    let reasons = said.error()["reasons"].as_array().unwrap().clone();
    reasons.iter().map(|reason| reason["id"].as_str().unwrap().to_owned()).collect()
}

fn entries(practice: &Practice, kind: &str) -> Vec<Value> {
    let log = practice.ok(&["ledger", "log", "--kind", kind, "--json"]).json();
    log["entries"].as_array().unwrap().iter().map(|entry| entry["event"].clone()).collect()
}

#[test]
fn what_is_offered_after_a_session_is_taken_by_enter_and_never_asked_elsewhere() {
    let (mut practice, _) = practice();
    practice.write("empty.txt", "");
    let add = ["add", "empty.txt", "--client", "mk-01", "--kind", "session-individual"];
    // An empty note is a record.
    practice.ok(&add);
    let entered = practice.at_terminal(&["", "", "", "", "", "", ""], &add);
    assert_eq!((entered.exit, entries(&practice, "session.noted").len()), (0, 0), "{entered:?}");
    let answers = ["", "", "", "", "yes", "uneasy", "Who else reads it?", ".", "work, the flat"];
    let said = practice.at_terminal(&answers, &add);
    assert_eq!(said.exit, 0, "{said:?}");
    let noted = entries(&practice, "session.noted").remove(0);
    assert_eq!((&noted["comfort"], &noted["concerns_asked"]), (&"uneasy".into(), &true.into()));
    assert_eq!(noted["declined"], serde_json::json!(["work", "the flat"]));
    let told = practice.at_terminal(&[], &["info", "@"]).stdout;
    assert!(["uneasy", "concerns asked", "work; the flat"].iter().all(|word| told.contains(word)), "{told}");
    let told = practice.ok(&["info", "@"]).stdout;
    assert!(told.contains("comfort\tuneasy\n") && told.contains("declined\twork; the flat\n"), "{told}");
    let told = practice.ok(&["client", "show", "mk-01"]).stdout;
    assert!(told.contains("declined\twork; the flat\n"), "{told}");
    let opened = entries(&practice, "concern.opened").remove(0);
    assert_eq!((&opened["by"], &opened["records"][0]), (&"staff".into(), &noted["record"]));
    let grant = ["consent", "grant", "--client", "mk-01", "--to", "dr-lee", "--kind", "session-individual"];
    practice.ok(&[&grant[..], &["--purpose", "treat", "--signed-on", "1d", "--signed-by", "client"]].concat());
    let share = ["share", noted["record"].as_str().unwrap(), "--to", "dr-lee", "--purpose", "treat"];
    assert_eq!(reasons(&practice, &share), ["E-CONCERN", "E-COMFORT"]);
    practice.now += 86_400;
    assert_eq!(reasons(&practice, &share), ["E-CONCERN"]);
    // What is no session is asked nothing of the kind.
    let letter = practice.at_terminal(&["", "", ""], &["add", "empty.txt", "--client", "mk-01", "--kind", "letter"]);
    assert_eq!(letter.exit, 0, "{letter:?}");
}

#[test]
fn a_session_where_others_could_hear_needs_a_reason_and_opens_a_concern() {
    let (practice, _) = practice();
    let add = ["add", "concern.txt", "--client", "mk-01", "--kind", "progress-note", "--setting"];
    for setting in ["public", "semi-public"] {
        let said = practice.refused(3, &[&add[..], &[setting]].concat());
        assert!(said.stderr.contains("--setting-reason TEXT"), "{said:?}");
    }
    // A letter is no session, wherever it was written.
    practice.ok(&["add", "concern.txt", "--client", "mk-01", "--kind", "letter", "--setting", "public"]);
    practice.ok(&[&add[..], &["unknown"]].concat());
    practice.ok(&add[..6]);
    assert!(entries(&practice, "session.noted").is_empty());
    let record = practice.ok(&[&add[..], &["public", "--setting-reason", "she fell in the hall"]].concat()).stdout;
    let noted = entries(&practice, "session.noted").remove(0);
    assert_eq!((&noted["setting_reason"], &noted["record"]), (&"she fell in the hall".into(), &record.trim().into()));
    let opened = entries(&practice, "concern.opened").remove(0);
    assert_eq!((&opened["by"], &opened["records"]), (&"staff".into(), &serde_json::json!([record.trim()])));
    assert_eq!(reasons(&practice, &["share", record.trim(), "--to", "ana", "--purpose", "treat"]), ["E-CONCERN"]);
    // On a terminal it is asked for; Enter refuses.
    let asked = ["public", "", "", "", "", "", "", "the lift stood still"];
    let said = practice.at_terminal(&asked, &add[..6]);
    assert_eq!((said.exit, entries(&practice, "concern.opened").len()), (0, 2), "{said:?}");
    let said = practice.at_terminal(&["semi-public", "", "", "", "", "", "", ""], &add[..6]);
    assert_eq!(said.exit, 3, "{said:?}");
}

#[test]
fn a_concern_about_a_group_or_a_slot_holds_what_is_told_of_its_sessions() {
    let (practice, [note, _]) = practice();
    practice.ok(&["client", "add", "mk-02", "--adult"]);
    let grant = ["consent", "grant", "--client", "mk-01", "--to", "dr-lee", "--kind", "session-group"];
    let grant = [&grant[..], &["--kind", "letter", "--kind", "progress-note", "--purpose", "treat"]].concat();
    practice.ok(&[&grant[..], &["--signed-on", "1d", "--signed-by", "client"]].concat());
    let plan = |name: &'static str, clients: &[&'static str]| {
        let who = clients.iter().flat_map(|client| ["--participant", client]);
        let plan = ["group", "plan", name, "--date", "0d"].into_iter().chain(who).collect::<Vec<_>>();
        practice.ok(&plan).stdout.trim().to_owned()
    };
    let (theirs, others) = (plan("Circle", &["mk-01", "mk-02"]), plan("Ring", &["mk-02"]));
    // The concern, and whether it holds what is about a group's session, about a letter, and about nobody said what.
    for (scope, held) in [
        (&["--group", &theirs][..], [true, false, true]),
        (&["--group", &theirs, "--kind", "session-group"], [true, false, true]),
        (&["--group", &theirs, "--to", "ana"], [false; 3]),
        (&["--group", &theirs, "--slot", "1"], [true, false, true]),
        (&["--group", &theirs, "--slot", "2"], [false; 3]),
        (&["--group", &others], [false; 3]),
    ] {
        let open = ["concern", "open", "--by", "staff", "--text", "concern.txt"];
        let concern = practice.ok(&[&open[..], scope].concat()).stdout.trim().to_owned();
        for medium in ["oral", "paper"] {
            let about = [&["--kind", "session-group"][..], &["--kind", "letter"], &[]];
            for (kinds, is_held) in about.into_iter().zip(held) {
                let told = ["disclose", medium, "--client", "mk-01", "--to", "dr-lee", "--purpose", "treat"];
                let told = [&told[..], &["--setting", "private-office", "--about", "it", "--json"], kinds].concat();
                assert_eq!(why_not(&practice, &told).contains(&"E-CONCERN".into()), is_held, "{scope:?} {told:?}");
            }
        }
        practice.ok(&["share", &note, "--to", "dr-lee", "--purpose", "treat", "--dry-run"]);
        practice.ok(&["concern", "resolve", &concern, "--response", "concern.txt", "--addressed", "yes"]);
    }
}

#[test]
fn who_was_uneasy_is_not_told_of_that_day_by_word_or_on_paper_unless_it_was_thought_about() {
    let (mut practice, _) = practice();
    let grant = ["consent", "grant", "--client", "mk-01", "--to", "dr-lee", "--kind", "session-individual"];
    let grant = [&grant[..], &["--kind", "letter", "--kind", "progress-note", "--purpose", "treat"]].concat();
    practice.ok(&[&grant[..], &["--signed-on", "1d", "--signed-by", "client"]].concat());
    let add = ["add", "concern.txt", "--client", "mk-01", "--kind", "session-individual"];
    let said = practice.at_terminal(&["", "", "", "", "no", "uneasy", "", ""], &add);
    assert_eq!((said.exit, entries(&practice, "session.noted").len()), (0, 1), "{said:?}");
    let told = |medium: &'static str, kinds: &[&'static str]| {
        let told = ["disclose", medium, "--client", "mk-01", "--to", "dr-lee", "--purpose", "treat"];
        [&told[..], &["--setting", "private-office", "--about", "TEXT", "--json"], kinds].concat()
    };
    for medium in ["oral", "paper"] {
        assert_eq!(why_not(&practice, &told(medium, &[])), ["E-COMFORT"]);
        practice.ok(&told(medium, &["--kind", "letter"]));
        let of_session = told(medium, &["--kind", "session-individual"]);
        assert_eq!(why_not(&practice, &of_session), ["E-COMFORT"]);
        practice.ok(&[&of_session[..], &["--confirm-after-discomfort"]].concat());
        let cure = practice.run(&of_session).error()["reasons"][0]["cure"].as_str().unwrap().to_owned();
        practice.ok(&shlex::split(&cure).unwrap().iter().skip(1).map(String::as_str).collect::<Vec<_>>());
    }
    // Each of the four that were told of it all the same says so in the ledger.
    let confirmed: Vec<Value> =
        entries(&practice, "disclosure.confirmed").iter().map(|made| made["confirmed"].clone()).collect();
    assert_eq!(confirmed, vec![serde_json::json!(["after-discomfort"]); 4]);
    practice.now += 86_400;
    practice.ok(&told("oral", &[]));
}
