//! What is typed is on the screen, and in a recording of it: it is asked for in a room that will do, or not at all.

use crate::practice::ANA;
use crate::practice::Practice;
use crate::practice::Said;
use crate::safety;
use crate::safety::answers;

/// At a terminal that is being recorded.
fn recorded(practice: &Practice, args: &[&str]) -> Said {
    let (host, ends) = practice.host();
    practice.run_in((host.at_terminal(&ends).with_var("ASCIINEMA_REC", "1"), ends), args)
}

/// Nothing is asked; the first cure.
fn cure(said: &Said) -> String {
    let error = said.error();
    assert_eq!(
        (said.exit, error["reasons"][0]["id"].as_str(), said.terminal.as_str()),
        (6, Some("E-SETTING-RECORDED"), "")
    );
    error["reasons"][0]["cure"].as_str().unwrap().to_owned()
}

#[test]
fn nothing_is_asked_where_a_recording_or_a_public_room_would_have_the_answer() {
    let practice = Practice::new();
    practice.ok(&["client", "add", "mk-01", "--adult"]);
    practice.ok(&["recipient", "add", "dr-lee", "--role", "treating-provider"]);
    let tell = ["disclose", "oral", "--client", "mk-01", "--to", "dr-lee", "--purpose", "treat"];
    let tell = [&tell[..], &["--setting", "private-office", "--tag", "none", "--json"]].concat();
    let typed = "subrosa disclose oral --client mk-01 --to dr-lee --purpose treat --setting private-office --tag none";
    assert_eq!(cure(&recorded(&practice, &tell)), format!("{typed} --about TEXT"));
    let ask = ["inquiry", "add", "--claims-relation", "mother", "--json"];
    let flags = "subrosa inquiry add --from TEXT --claims-relation mother --asks TEXT --batch";
    assert_eq!(cure(&recorded(&practice, &ask)), flags);
    // Who asks was said already: what they ask is not asked for.
    let said = recorded(&practice, &["inquiry", "add", "--from", "a caller"]);
    assert_eq!((said.exit, said.terminal.as_str()), (0, ""), "{said:?}");
    practice.ok(&["here", "public"]);
    let here = ["disclose", "paper", "--client", "mk-01", "--to", "dr-lee", "--purpose", "treat"];
    // The room in which it was told is not the one in which it is typed.
    let elsewhere = [&here[..], &["--setting", "closed-room"]].concat();
    for args in [&here[..], &elsewhere, &["inquiry", "add"]] {
        let said = practice.at_terminal(&[], args);
        assert!(said.exit == 6 && said.stderr.contains("E-SETTING-PUBLIC"), "{said:?}");
    }
}

#[test]
fn a_declared_room_is_where_a_safety_disclosure_is_told_without_a_terminal_too() {
    let practice = safety::practice();
    let told = ["safety", "disclose", "--client", "mk-01", "--to", "crisis", "--medium", "oral", "--answers"];
    let told = [&told[..], &["answers.toml", "--batch"]].concat();
    practice.ok(&["here", "public"]);
    let said = practice.run(&[&told[..], &["--json"]].concat());
    assert_eq!((said.exit, &said.error()["reasons"][0]["id"]), (6, &"E-SETTING-PUBLIC".into()));
    practice.ok(&["here", "private-office"]);
    practice.ok(&told);
    let log = practice.ok(&["ledger", "log", "--kind", "disclosure.made", "--json"]).json();
    assert_eq!(log["entries"][0]["event"]["setting"], "private-office");
}

#[test]
fn what_came_of_a_follow_up_is_said_and_typed_where_nobody_else_sees_it() {
    let practice = safety::practice();
    practice.write("answers.toml", &answers(&[("client_told", "no"), ("client_told_why", "He hung up.")]));
    let told = ["safety", "disclose", "--client", "mk-01", "--to", "crisis", "--medium", "oral", "--answers"];
    let made = practice.ok(&[&told[..], &["answers.toml", "--json"]].concat()).json();
    let id = |task: &str| {
        let all = made["followups"].as_array().unwrap();
        all.iter().find(|one| one["task"] == task).unwrap()["id"].as_str().unwrap().to_owned()
    };
    for task in ["tell-client", "document-outcome"] {
        let said = practice.refused(2, &["followup", "done", &id(task)]);
        assert!(said.stderr.contains(&format!("subrosa followup done {} --text FILE", id(task))), "{said:?}");
        let due = practice.run(&["due", "--within", "60d"]).stdout;
        assert!(due.contains(&format!("followup done {} --text -", id(task))), "{due}");
    }
    let outcome = ["followup", "done", &id("document-outcome"), "--json"];
    // The room is asked for where nobody declared one.
    assert_eq!(practice.at_terminal(&["public"], &outcome[..3]).exit, 6);
    practice.ok(&["here", "private-office"]);
    assert!(cure(&recorded(&practice, &outcome)).ends_with("--text FILE"));
    assert_eq!(practice.at_terminal(&["It went well."], &outcome[..3]).exit, 0);
    practice.ok(&["followup", "done", &id("consent-review")]);
}

#[test]
fn who_sends_the_others_away_does_not_review_alone() {
    let mut practice = safety::practice();
    practice.ok(&["owner", "add", ANA, "--alias", "ana"]);
    let told = ["safety", "disclose", "--client", "mk-01", "--to", "crisis", "--medium", "oral", "--answers"];
    let made = practice.ok(&[&told[..], &["answers.toml", "--json"]].concat()).json();
    practice.ok(&["owner", "remove", "ana", "--yes"]);
    practice.write("review.txt", "It was right.\n");
    let review = ["safety", "review", made["id"].as_str().unwrap(), "--result", "justified", "--text", "review.txt"];
    let said = practice.refused(3, &review);
    assert!(said.stderr.contains("E-REVIEW-SELF"), "{said:?}");
    assert!(said.stderr.contains("try: subrosa owner add RECIPIENT --alias ALIAS"), "{said:?}");
    // Nothing is due that nobody here can do.
    let later = ["due", "--as-of", "2026-12-24"];
    assert!(!practice.run(&later).stdout.contains("safety review"));
    // What is disclosed from now on nobody else could review.
    practice.now += 60;
    let alone = practice.ok(&[&told[..], &["answers.toml", "--json"]].concat()).json();
    let mut review = review;
    review[2] = alone["id"].as_str().unwrap();
    assert!(practice.run(&later).stdout.contains(&format!("safety review {} ", review[2])));
    // What it came to is asked for where no recording has the answer, whatever stands in a file.
    let unsaid = [&review[..3], &["--text", "review.txt", "--json"]].concat();
    assert_eq!(
        cure(&recorded(&practice, &unsaid)),
        format!("subrosa safety review {} --result RESULT --text FILE", review[2])
    );
    practice.ok(&review);
    practice.refused(2, &["concern", "open", "--client", "mk-01", "--by", "participant", "--text", "review.txt"]);
}
