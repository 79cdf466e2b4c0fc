//! Safety disclosures: every question answered, the words sent and nothing else, told aloud wherever it is drawn, followed up
//! and reviewed by somebody else; and each answer that does not carry it refused by a reason of its own.

use serde_json::Value;
use serde_json::json;

use crate::excerpts::filed;
use crate::practice::ANA;
use crate::practice::Practice;
use crate::third_parties::manifest;
use crate::third_parties::opened;
use crate::third_parties::recipient;

/// mk-01, whose words on the telephone are lines 10 to 22; the crisis team, the police and a protection agency.
pub fn practice() -> Practice {
    let practice = Practice::new();
    practice.ok(&["client", "add", "mk-01", "--name", "Maria Kestrel", "--adult"]);
    recipient(&practice, "crisis", "crisis-team");
    practice.ok(&["recipient", "add", "police", "--key", ANA, "--role", "police", "--verified", "in-person"]);
    practice.ok(&["recipient", "add", "cps", "--role", "protection-agency"]);
    let lines: String = (1..=30).map(|n| format!("Line {n} of the call.\n")).collect();
    filed(&practice, "call.txt", lines.as_bytes(), &[]);
    practice.write("answers.toml", &answers(&[]));
    practice
}

/// Every question answered, but for what is changed; an empty change leaves the answer out.
pub fn answers(changed: &[(&str, &str)]) -> String {
    let usual = [
        ("threat_to", "self"),
        ("serious", "yes"),
        ("imminent", "yes"),
        ("facts", "A plan for tonight, and the means."),
        ("why_recipient", "They go there at once."),
        ("alternatives", "A safety plan, which was refused."),
        ("authority", "45 CFR 164.512(j)(1)(i)"),
        ("client_told", "yes"),
        ("least_information", "The call alone."),
    ];
    let given = |question: &str| changed.iter().find(|(name, _)| *name == question).map(|(_, answer)| *answer);
    let kept = usual.iter().map(|(question, answer)| (*question, given(question).unwrap_or(answer)));
    let added = changed.iter().copied().filter(|(name, _)| usual.iter().all(|(usual, _)| usual != name));
    let lines = kept.chain(added).filter(|(_, answer)| !answer.is_empty());
    lines.map(|(question, answer)| format!("{question} = \"{answer}\"\n")).collect()
}

const ASKED: [&str; 8] =
    ["safety", "disclose", "--client", "mk-01", "--excerpt", "@:10-22", "--answers", "answers.toml"];

fn to<'a>(alias: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&ASKED[..], &["--to", alias], more].concat()
}

fn entries(practice: &Practice) -> Vec<Value> {
    practice.ok(&["ledger", "log", "--json"]).json()["entries"].as_array().unwrap().clone()
}

/// It is refused: the reasons. One entry says so, and nothing else is there that was not before.
fn reasons(practice: &Practice, exit: u8, args: &[&str]) -> Vec<String> {
    let (entries_before, records) = (entries(practice), practice.ok(&["list"]).stdout);
    let said = practice.run(&[args, &["--json"]].concat());
    assert_eq!((said.exit, said.stdout.as_str()), (exit, ""), "{said:?}");
    let error = said.error();
    let reasons: Vec<String> =
        error["reasons"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
    let after = entries(practice);
    assert_eq!(after.len(), entries_before.len() + 1, "{said:?}");
    let new = after.iter().find(|entry| !entries_before.contains(entry)).unwrap();
    assert_eq!((&new["kind"], &new["reasons"]), (&json!("disclosure.refused"), &json!(reasons)));
    assert_eq!(new["client"]["alias"], "mk-01");
    assert_eq!(practice.ok(&["list"]).stdout, records);
    practice.ok(&["check"]);
    reasons
}

#[test]
fn the_words_go_out_with_every_answer_in_the_ledger_and_what_is_to_be_done() {
    let mut practice = practice();
    let whole = practice.ok(&["list"]).stdout.split('\t').next().unwrap().to_owned();
    let before = entries(&practice).len(); // the first leaf is no entry
    let said = practice.ok(&to("crisis", &["-o", "out.age", "--json"])).json();
    assert_eq!((&said["schema"], &said["state"]), (&json!("subrosa/safety-disclose/1"), &json!("disclosed")));
    let disclosure = said["id"].as_str().unwrap().to_owned();
    let log = entries(&practice);
    let newest: Vec<_> = log.iter().filter(|entry| entry["index"].as_u64().unwrap() > before as u64).collect();
    let kinds: Vec<_> = newest.iter().map(|entry| &entry["kind"]).collect();
    assert_eq!(json!(kinds), json!(["record.added", "disclosure.made", "safety.disclosed"]));
    let event = |kind: &str| newest.iter().find(|entry| entry["kind"] == kind).unwrap()["event"].clone();
    let (record, made, safety) = (event("record.added"), event("disclosure.made"), event("safety.disclosed"));
    assert_eq!(record["excerpt_of"]["lines"], json!([[10, 22]]));
    assert_eq!(made["records"], json!([{"record": record["record"], "version": 1}]));
    assert_eq!(
        (&made["basis"], &made["purpose"], &made["notice"]),
        (&json!("threat"), &json!("threat"), &json!(["general", "safety"]))
    );
    for (question, answer) in [("facts", "A plan for tonight, and the means."), ("imminent", "yes")] {
        assert_eq!(safety[question], answer);
    }
    let due: Vec<_> = said["followups"].as_array().unwrap().iter().map(|one| (&one["task"], &one["due"])).collect();
    let expected = [
        ("document-outcome", "2026-11-22T09:30:00Z"),
        ("peer-review", "2026-11-24T09:30:00Z"),
        ("consent-review", "2026-11-28T09:30:00Z"),
    ];
    assert_eq!(json!(due), json!(expected));

    // The package has those lines and no others, and says on its page why it came.
    let files = opened(&practice, "out.age");
    let page = String::from_utf8(files["NOTICE.txt"].clone()).unwrap();
    let words = page.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("Sent without the client's signed agreement to prevent serious harm."), "{page}");
    assert_eq!(manifest(&files)["notice"], json!(["general", "safety"]));
    let text = files.iter().find(|(name, _)| name.starts_with("records/")).unwrap().1;
    let text = String::from_utf8(text.clone()).unwrap();
    assert!(text.starts_with("Line 10 of") && text.ends_with("Line 22 of the call.\n"), "{text}");

    // It is told aloud wherever it is drawn, and whoever asks of the whole record hears of it.
    let flag = "SAFETY NO-CONSENT";
    let drawn: [(&[&str], usize); 7] = [
        (&["ledger", "log"], 2),
        (&["whoknows", &whole], 1),
        (&["info", record["record"].as_str().unwrap()], 1),
        (&["ack", "--pending"], 1),
        (&["report", "outstanding"], 1),
        (&["followup", "list"], 3),
        (&["due"], 4),
    ];
    for (command, times) in drawn {
        let drawn = practice.at_terminal(&[], command).stdout;
        assert_eq!(drawn.matches(flag).count(), times, "{command:?}: {drawn}");
    }
    // The client can be told of it.
    let told = practice.ok(&["report", "accounting", "--client", "mk-01", "--json"]).json();
    let rows = told["rows"].as_array().unwrap();
    assert_eq!(
        (rows.len(), &rows[0]["disclosures"], &rows[0]["basis"]),
        (1, &json!([disclosure]), &json!("threat")),
        "{told}"
    );
    assert!(rows[0]["flags"].as_array().unwrap().contains(&json!("NO-CONSENT")), "{told}");
    practice.now += 3600;
    let told = practice.ok(&["followup", "list"]).stdout;
    assert_eq!(told.lines().count(), 3);
    assert!(told.lines().all(|line| line.contains("\topen\tmk-01\t") && line.ends_with(&disclosure)), "{told}");
    assert!(practice.ok(&["ledger", "verify"]).stdout.starts_with("CONTINUOUS\t"));
    practice.ok(&["check", "--read-data"]);
}

#[test]
fn each_answer_that_does_not_carry_it_is_refused_by_its_own_reason_and_leaves_nothing_behind() {
    let practice = practice();
    for (changed, reason) in [
        (("serious", "no"), "E-SAFETY-SERIOUS"),
        (("imminent", "no"), "E-SAFETY-IMMINENT"),
        (("imminent", "unsure"), "E-SAFETY-UNSURE"),
        (("serious", "unsure"), "E-SAFETY-UNSURE"),
    ] {
        practice.write("answers.toml", &answers(&[changed]));
        assert_eq!(reasons(&practice, 3, &to("crisis", &[])), [reason], "{changed:?}");
    }
    // Each that is needed is missed by its name; a whole line of spaces is no answer, and later is told why.
    let usual: toml::Table = answers(&[]).parse().unwrap();
    let left_out = usual.keys().map(|question| ((question.as_str(), ""), question.as_str()));
    let empty = [(("facts", "  "), "facts"), (("client_told", "later"), "client_told_why")];
    for (changed, missing) in left_out.chain(empty) {
        practice.write("answers.toml", &answers(&[changed]));
        assert_eq!(reasons(&practice, 3, &to("crisis", &[])), ["E-SAFETY-INCOMPLETE"], "{changed:?}");
        let error = practice.run(&to("crisis", &["--json"])).error();
        assert_eq!(error["reasons"][0]["missing"], json!([missing]), "{changed:?}");
    }
    practice.write("answers.toml", &answers(&[("client_told", "no"), ("client_told_why", "He hung up.")]));
    let said = practice.ok(&to("crisis", &["--json"])).json();
    assert_eq!(said["followups"][0]["task"], "tell-client");
    // The client was told of that; the others stay.
    let followup = said["followups"][0]["id"].as_str().unwrap();
    practice.write("told.txt", "He knows now.\n");
    practice.ok(&["followup", "done", followup, "--text", "told.txt"]);
    practice.refused(3, &["followup", "done", followup]);
    let list = practice.ok(&["followup", "list", "--json"]).json();
    let last = list["followups"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["state"], &last["text"]), (&json!("done"), &json!("He knows now.")));
}

#[test]
fn what_falls_under_part_2_goes_to_medical_personnel_alone_and_asks_two_questions_more() {
    let practice = practice();
    // Of what does not fall under it the police are told.
    let said = practice.ok(&to("police", &["-o", "police.age", "--json"])).json();
    let shared = &said["disclosures"][0];
    assert_eq!((&shared["recipient"]["alias"], &shared["basis"]), (&json!("police"), &json!("threat")), "{said}");
    assert!(practice.path("police.age").exists());
    practice.ok(&["tag", "@", "+42cfrpart2"]);
    for alias in ["police", "crisis"] {
        assert_eq!(reasons(&practice, 3, &to(alias, &[])), ["E-SPECIAL-PART2-EMERGENCY"]);
    }
    let cure = |alias: &str| {
        let error = practice.run(&to(alias, &["--json"])).error();
        error["reasons"][0]["cure"].as_str().unwrap().to_owned()
    };
    // Nobody becomes medical personnel to get it, and no consent lets it go to the police: whoever is medical is told.
    practice.ok(&["recipient", "add", "er", "--role", "emergency-department", "--medical-personnel"]);
    // Whether a team is medical is a fact, which somebody files who knows it.
    let er = "subrosa safety disclose --client mk-01 --to er --medium oral --answers FILE";
    let fact = "if crisis is medical personnel: subrosa recipient edit crisis --medical-personnel";
    assert_eq!([cure("police"), cure("crisis")], [er.to_owned(), format!("{er} # or, {fact}")]);
    practice.write("answers.toml", &answers(&[("imminent", "unsure")]));
    assert_eq!(cure("police"), "subrosa add FILE --client mk-01 --kind safety-plan");
    practice.write("answers.toml", &answers(&[]));
    practice.ok(&["recipient", "edit", "crisis", "--medical-personnel"]);
    assert_eq!(reasons(&practice, 3, &to("crisis", &[])), ["E-SAFETY-INCOMPLETE"]);
    let medical = [("facility", "St Vincent, casualty"), ("nature_of_emergency", "Overdose")];
    practice.write("answers.toml", &answers(&medical));
    let said = practice.ok(&to("crisis", &["--json"])).json();
    let shared = &said["disclosures"][0];
    assert_eq!((&shared["basis"], &shared["purpose"]), (&json!("medical-emergency"), &json!("emergency")));

    // A first report of abuse may draw on it, what follows may not; and how near the harm is, is not asked of it.
    practice.write("answers.toml", &answers(&[("imminent", "unsure"), ("threat_to", "child")]));
    let oral = ["--medium", "oral", "--setting", "phone-private"];
    let said = practice.ok(&to("cps", &[&oral[..], &["--json"]].concat())).json();
    assert_eq!(said["disclosures"][0]["basis"], "abuse-report");
    assert_eq!(reasons(&practice, 3, &to("cps", &oral)), ["E-SPECIAL-PART2-REPORT"]);
    practice.refused(2, &to("cps", &["--to", "crisis"]));
}

#[test]
fn a_whole_record_needs_a_reason_and_what_is_told_makes_no_package() {
    let practice = practice();
    let whole =
        ["safety", "disclose", "--client", "mk-01", "--to", "crisis", "--record", "@", "--answers", "answers.toml"];
    assert_eq!(reasons(&practice, 3, &whole), ["E-MINIMUM"]);
    let said = practice.run(&[&whole[..], &["--why", "x"]].concat());
    assert!(said.exit == 3 && said.stderr.contains("says too little"), "{said:?}");
    let said = practice.ok(&[&whole[..], &["--why", "they asked for all of it", "--json"]].concat()).json();
    assert_eq!(said["disclosures"][0]["records"].as_array().unwrap().len(), 1);
    let packages = || {
        let files = std::fs::read_dir(practice.path(".")).unwrap();
        files.filter(|file| file.as_ref().unwrap().path().extension().is_some_and(|end| end == "age")).count()
    };
    let before = packages();
    let said = practice.ok(&to("police", &["--medium", "oral", "--setting", "phone-private", "--json"])).json();
    let told = &said["disclosures"][0];
    assert!(told["package"].is_null() && told["records"].as_array().unwrap().len() == 1, "{said}");
    let bare = ["safety", "disclose", "--client", "mk-01", "--to", "police", "--answers", "answers.toml"];
    let said = practice.ok(&[&bare[..], &["--medium", "paper", "--json"]].concat()).json();
    assert_eq!((said["disclosures"][0]["records"].clone(), packages()), (json!([]), before));
    let public = ["--medium", "oral", "--setting", "public"];
    assert_eq!(reasons(&practice, 6, &to("police", &public)), ["E-SETTING-PUBLIC"]);
    practice.refused(2, &bare);
    practice.refused(2, &to("police", &["--medium", "oral", "-o", "out.age"]));
    assert!(practice.ok(&["ledger", "verify"]).stdout.starts_with("CONTINUOUS\t"));
}

#[test]
fn somebody_elses_name_in_the_words_is_refused_with_the_excerpt_that_cures_it() {
    let practice = practice();
    practice.ok(&["client", "add", "cd-02", "--name", "Tomasz Wolny"]);
    let record = filed(&practice, "named.txt", b"One.\nShe means Tomasz Wolny.\nThree.\n", &[]);
    let ask = |id: &str, to: &str| {
        let mut asked = vec!["safety", "disclose", "--client", "mk-01", "--to", "crisis", to, id];
        asked.extend(["--answers", "answers.toml", "--json"]);
        practice.run(&asked)
    };
    let said = ask("@:2-3", "--excerpt");
    let error = said.error();
    assert_eq!((&error["reasons"][0]["id"], &error["reasons"][0]["record"]), (&json!("E-THIRDPARTY"), &json!(record)));
    assert!(!said.stderr.contains("Wolny"), "{said:?}");
    let cure = error["reasons"][0]["cure"].as_str().unwrap().to_owned();
    assert_eq!(cure, format!("subrosa excerpt {record} --lines 2-3 --redact"));
    let words: Vec<&str> = cure.split(' ').skip(1).collect();
    let part = practice.ok(&words).stdout;
    assert_eq!(ask(part.trim_end(), "--record").exit, 0);
    practice
        .refused(2, &["safety", "disclose", "--client", "mk-01", "--to", "crisis", "--excerpt", "@", "--answers", "-"]);
    practice.refused(2, &["safety", "disclose", "--client", "mk-01", "--to", "crisis", "--excerpt", "@:2-3"]);
    let (host, ends) = practice.host();
    let given = host.with_stdin(answers(&[("facts", "Kestrel"), ("serious", "Kestrel")]).as_bytes());
    let last = ["safety", "disclose", "--client", "mk-01", "--to", "crisis", "--excerpt", "@:1-1", "--answers", "-"];
    let said = practice.run_in((given, ends), &last);
    assert_eq!((said.exit, said.stderr.contains("Kestrel")), (2, false), "{said:?}");
}

#[test]
fn who_disclosed_does_not_review_where_somebody_else_can() {
    let practice = practice();
    let disclosure = practice.ok(&to("crisis", &[])).stdout.trim_end().to_owned();
    practice.write("review.txt", "It was right, and could have been shorter.\n");
    fn review<'a>(of: &'a str, result: &'a str) -> [&'a str; 7] {
        ["safety", "review", of, "--result", result, "--text", "review.txt"]
    }
    let (secret, public) = subrosa::keys::identity::generate_owner();
    practice.write("partner.txt", secret.reveal_secret());
    practice.ok(&["owner", "add", &String::from(public), "--alias", "partner"]);
    let refused = practice.refused(3, &[&review(&disclosure, "justified")[..], &["--json"]].concat()).error();
    assert_eq!(refused["reasons"][0]["id"], "E-REVIEW-SELF");

    // Closing the follow-up by hand is no review.
    let list = practice.ok(&["followup", "list", "--json"]).json();
    let asks = list["followups"].as_array().unwrap().iter().find(|one| one["task"] == "peer-review").unwrap().clone();
    let said = practice.refused(3, &["followup", "done", asks["id"].as_str().unwrap()]);
    assert!(said.stderr.contains(&format!("subrosa safety review {disclosure} --result justified --text")), "{said:?}");

    let partner = |args: &[&str]| {
        let (host, ends) = practice.host();
        practice.run_in((host.with_var("SUBROSA_IDENTITY", "partner.txt"), ends), args)
    };
    // Who cannot review it is not reminded, and who can is.
    let line = format!("subrosa safety review {disclosure} --result justified-with-lessons --text -\n");
    assert!(!practice.run(&["due"]).stdout.contains(&line));
    assert!(partner(&["due"]).stdout.contains(&line));
    let said = partner(&[&review(&disclosure, "not-justified")[..], &["--json"]].concat());
    assert_eq!((said.exit, &said.json()["state"]), (0, &json!("not-justified")), "{said:?}");
    let list = practice.ok(&["followup", "list", "--json"]).json();
    let state = |task: &str| {
        let mut all = list["followups"].as_array().unwrap().iter();
        all.find(|one| one["task"] == task).map(|one| one["state"].as_str().unwrap().to_owned())
    };
    assert_eq!(state("peer-review").as_deref(), Some("done"));
    assert_eq!(state("repair").as_deref(), Some("open"));
    assert_eq!(partner(&review(&disclosure, "justified")).exit, 3);
    practice.refused(4, &review("d-0123", "justified"));
    practice.refused(2, &["safety", "review", &disclosure, "--result", "justified"]);
    assert!(practice.ok(&["ledger", "verify"]).stdout.starts_with("CONTINUOUS\t"));
}

#[test]
fn who_works_alone_reviews_alone_also_with_a_key_on_paper() {
    let practice = practice();
    let disclosure = practice.ok(&to("crisis", &[])).stdout.trim_end().to_owned();
    practice.write("review.txt", "It was right.\n");
    practice.ok(&["safety", "review", &disclosure, "--result", "justified-with-lessons", "--text", "review.txt"]);
    // Two who can help get the same words, which are filed once, and each an entry of their own.
    let said = practice.ok(&to("crisis", &["--to", "police", "--json"])).json();
    let sent: Vec<_> = said["disclosures"].as_array().unwrap().iter().map(|one| &one["records"]).collect();
    assert_eq!((sent.len(), sent[0]), (2, sent[1]));
    assert_eq!(said["followups"].as_array().unwrap().len(), 6);
    assert!(practice.ok(&["ledger", "verify"]).stdout.starts_with("CONTINUOUS\t"));
    let listed = practice.ok(&["followup", "list"]).stdout;
    assert_eq!(listed.matches("\topen\t").count(), 8, "{listed}");
}

#[test]
fn at_a_terminal_the_room_and_every_question_are_asked_and_enter_answers_none() {
    let practice = practice();
    practice.ok(&["client", "edit", "mk-01", "--part2"]);
    practice.ok(&["recipient", "edit", "crisis", "--medical-personnel"]);
    let asked = ["safety", "disclose", "--client", "mk-01", "--to", "crisis", "--excerpt", "@:10-22"];
    // A room that will not do is said before the first question.
    let said = practice.at_terminal(&[""], &asked);
    assert!(said.exit == 6 && said.stderr.contains("E-SETTING-UNDECLARED"), "{said:?}");
    assert_eq!(practice.at_terminal(&[], &[&asked[..], &["--setting", "public"]].concat()).exit, 6);
    let (host, ends) = practice.host();
    let recorded = [&asked[..], &["--setting", "phone-private"]].concat();
    let said = practice.run_in((host.at_terminal(&ends).with_var("ASCIINEMA_REC", "1"), ends), &recorded);
    assert!(said.exit == 6 && said.stderr.contains("--answers FILE --batch"), "{said:?}");
    // What is left blank is asked again, three times; nobody has to be consulted.
    let typed = ["phone-private", "self", "yes", "perhaps", "yes", "", "", "", "", "They come.", "A plan."];
    let rest = ["45 CFR 164.512(j)", "no", "", "He hung up.", "", "The call alone.", "St Vincent", "", "", ""];
    let said = practice.at_terminal(&[&typed[..], &rest].concat(), &[&asked[..], &["--json"]].concat());
    let error = said.error();
    let ids: Vec<_> = error["reasons"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
    assert_eq!((said.exit, json!(ids)), (3, json!(["E-SAFETY-INCOMPLETE"])), "{said:?}");
    assert_eq!(error["reasons"][0]["missing"], json!(["facts", "nature_of_emergency"]));
    assert!(said.terminal.contains("it is one of yes, no, unsure"), "{said:?}");
    assert!(said.terminal.contains("it needs an answer"), "{said:?}");
    // A room where others hear it is no better; then it is the room alone.
    let public = [&asked[..], &["--setting", "public", "--answers", "answers.toml", "--batch"]].concat();
    practice.write("answers.toml", &answers(&[("facility", "St Vincent"), ("nature_of_emergency", "Overdose")]));
    assert_eq!(reasons(&practice, 6, &public), ["E-SETTING-PUBLIC"]);
    let private = [&asked[..], &["--answers", "answers.toml"]].concat();
    // Nothing is typed of what stands in a file, and where nobody is asked nothing is recorded.
    let (host, ends) = practice.host();
    let said = practice.run_in((host.at_terminal(&ends).with_var("ASCIINEMA_REC", "1"), ends), &private);
    assert!(said.exit == 6 && said.stderr.contains("--excerpt r-"), "{said:?}");
    assert!(said.stderr.contains(":10-22 --answers FILE --batch"), "{said:?}");
    practice.ok(&["here", "--end"]);
    let said = practice.at_terminal(&["private-office", "crisis"], &private);
    assert!(said.exit == 0 && said.stdout.contains("SAFETY NO-CONSENT"), "{said:?}");
}

#[test]
fn what_is_missing_is_named_at_once_and_whom_safety_does_not_ask_for_may_be_told_with_a_consent() {
    let practice = practice();
    let said = practice.refused(2, &["safety", "disclose", "--client", "mk-01", "--medium", "oral", "--json"]).error();
    assert_eq!(said["message"], "--to and --answers are needed");
    let typed = "subrosa safety disclose --client mk-01 --medium oral --to RECIPIENT --answers FILE";
    assert_eq!(said["hints"], json!([typed]));
    let said = practice.refused(2, &["safety", "disclose", "--to", "crisis", "--json"]).error();
    assert_eq!(said["message"], "--client, --excerpt and --answers are needed");
    practice.ok(&["recipient", "add", "aunt", "--role", "family"]);
    let asked = ["safety", "disclose", "--client", "mk-01", "--to", "aunt", "--medium", "oral"];
    let error = practice.run(&[&asked[..], &["--answers", "answers.toml", "--json"]].concat()).error();
    let reason = &error["reasons"][0];
    assert_eq!(reason["id"], "E-NEED-ROLE");
    // A consent makes no safety disclosure of it: it is told as anything is.
    let grant = "subrosa consent grant --client mk-01 --to aunt --kind other --purpose threat";
    let tell = "subrosa disclose oral --client mk-01 --to aunt --purpose threat --setting private-office --kind other";
    assert_eq!(reason["cure"], format!("{grant} # then: {tell} --about TEXT"));
    let grant: Vec<_> =
        grant.split(' ').skip(1).chain(["--signed-on", "2026-01-01", "--signed-by", "client"]).collect();
    practice.ok(&grant);
    let error = practice.run(&[&asked[..], &["--answers", "answers.toml", "--json"]].concat()).error();
    assert_eq!(error["reasons"][0]["cure"], format!("{tell} --about TEXT"));
    practice.ok(&["recipient", "verify", "aunt", "--how", "in-person"]);
    let mut tell: Vec<_> = tell.split(' ').skip(1).chain(["--about", "come tonight"]).collect();
    tell.push("--adverse-use-reviewed");
    practice.ok(&tell);
    for everyone in ["all", "staff"] {
        let told = ["disclose", "oral", "--client", "mk-01", "--to", everyone, "--purpose", "treat", "--about", "this"];
        let error = practice.refused(3, &[&told[..], &["--setting", "phone-private", "--json"]].concat()).error();
        assert_eq!(error["reasons"][0]["id"], "E-RECIP-WILDCARD");
        practice.refused(3, &[&asked[..5], &[everyone], &asked[6..], &["--answers", "answers.toml"]].concat());
    }
    // Of no record nothing was shared: it was told.
    let told = [&asked[..5], &["crisis"], &asked[6..], &["--answers", "answers.toml"]].concat();
    let said = practice.at_terminal(&["private-office", ""], &told);
    assert!(said.exit == 0 && said.stdout.starts_with("Told of mk-01 to crisis"), "{said:?}");
}
