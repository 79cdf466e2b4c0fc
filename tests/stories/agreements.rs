//! Agreements and trainings: what is filed of them, what a role needs of them, and who gets nothing without them.

use serde_json::Value;

use crate::practice::LEE;
use crate::practice::Practice;

const PROMISE: [&str; 6] = ["agreement", "add", "dr-lee", "--signed-on", "2026-11-20", "--type"];

fn practice(role: &str) -> Practice {
    let practice = Practice::new();
    practice.ok(&["client", "add", "mk-01", "--name", "Maria Kestrel", "--adult"]);
    practice.ok(&["recipient", "add", "dr-lee", "--key", LEE, "--role", role, "--verified", "in-person"]);
    practice.write("note.txt", "Slept better.\n");
    practice.ok(&["add", "note.txt", "--client", "mk-01", "--kind", "progress-note"]);
    practice
}

fn consented(practice: &Practice, kind: &str, purpose: &str) {
    practice.ok(&[
        "consent",
        "grant",
        "--client",
        "mk-01",
        "--to",
        "dr-lee",
        "--kind",
        kind,
        "--purpose",
        purpose,
        "--signed-on",
        "2026-11-20",
        "--signed-by",
        "client",
    ]);
}

/// The rule ids of a refused dry run, in their order.
pub fn reasons(practice: &Practice, args: &[&str]) -> Vec<String> {
    let said = practice.refused(3, &[args, &["--dry-run", "--json"]].concat());
    let error = said.error();
    let reasons = error["reasons"].as_array().unwrap();
    reasons.iter().map(|reason| reason["id"].as_str().unwrap().to_owned()).collect()
}

fn filed(practice: &Practice, type_and_more: &[&str]) -> Value {
    practice.ok(&[&PROMISE, type_and_more, &["--json"]].concat()).json()
}

const ASKED: [&str; 8] = ["share", "@", "--to", "dr-lee", "--purpose", "supervise", "--why", "first review"];

#[test]
fn a_supervisor_gets_nothing_before_promise_and_training_are_in_order() {
    let practice = practice("supervisor");
    consented(&practice, "progress-note", "supervise");
    assert_eq!(reasons(&practice, &ASKED), ["E-AGREE-NONE", "E-TRAIN-EXPIRED"]);

    filed(&practice, &["staff", "--standard", "--understood", "explained"]);
    assert_eq!(reasons(&practice, &ASKED), ["E-AGREE-TYPE", "E-TRAIN-EXPIRED"]);

    let said = practice.run(&[&PROMISE[..], &["supervision", "--standard"]].concat());
    assert_eq!(said.exit, 7, "{said:?}");
    assert!(said.stderr.contains("--understood HOW"), "{said:?}");
    assert_eq!(reasons(&practice, &ASKED), ["E-AGREE-UNDERSTOOD", "E-TRAIN-EXPIRED"]);

    let made = filed(&practice, &["supervision", "--standard", "--understood", "questions"]);
    assert_eq!(made["schema"], "subrosa/agreement-add/1");
    assert_eq!((made["state"].as_str(), made["missing"].as_array().unwrap().len()), (Some("live"), 0));
    assert_eq!(reasons(&practice, &ASKED), ["E-TRAIN-EXPIRED"]);

    practice.ok(&["training", "add", "dr-lee", "--course", "privacy", "--on", "2025-01-10"]);
    assert_eq!(reasons(&practice, &ASKED), ["E-TRAIN-EXPIRED"]);
    let trained = practice.ok(&["training", "add", "dr-lee", "--course", "privacy", "--json"]).json();
    assert_eq!((trained["schema"].as_str(), trained["state"].as_str()), (Some("subrosa/training-add/1"), Some("live")));
    practice.ok(&[&ASKED[..], &["--dry-run"]].concat());

    // It ends; what took its place is not there yet.
    practice.ok(&["agreement", "end", made["id"].as_str().unwrap(), "--reason", "left"]);
    // The one that nobody understood is still there, and says no more than before.
    assert_eq!(reasons(&practice, &ASKED), ["E-AGREE-UNDERSTOOD"]);
    practice.ok(&["ledger", "verify"]);
}

#[test]
fn an_agreement_holds_from_its_first_day_to_its_last() {
    let mut practice = practice("interpreter");
    consented(&practice, "progress-note", "treat");
    practice.ok(&["training", "add", "dr-lee", "--course", "privacy", "--valid-until", "5y"]);
    let asked = ["share", "@", "--to", "dr-lee", "--purpose", "treat"];
    let terms = ["interpreter", "--standard", "--understood", "explained", "--effective", "2026-11-22", "--ends", "7d"];
    let early = filed(&practice, &terms);
    assert_eq!(early["state"], "early");
    assert_eq!(reasons(&practice, &asked), ["E-AGREE-EXPIRED"]);
    let shown = practice.ok(&["agreement", "show", early["id"].as_str().unwrap(), "--json"]).json();
    assert_eq!(shown["agreement"]["ends"], "2026-11-29");
    const DAY: i64 = 86_400;
    for (days, is_live) in [(1, true), (8, true), (9, false)] {
        practice.now = crate::practice::NOW + days * DAY;
        match is_live {
            true => drop(practice.ok(&[&asked[..], &["--dry-run"]].concat())),
            false => assert_eq!(reasons(&practice, &asked), ["E-AGREE-EXPIRED"]),
        }
    }
    practice.refused(3, &["agreement", "end", early["id"].as_str().unwrap(), "--reason", "x"]);
}

#[test]
fn half_an_agreement_is_none_and_says_what_it_lacks() {
    let practice = practice("biller");
    let own = ["--may-share", "Nothing.", "--may-not-share", "Anything.", "--consequences", "We part."];
    for missing in [0, 2, 4] {
        let mut some = own.to_vec();
        some.drain(missing..missing + 2);
        let said = practice.refused(2, &[&PROMISE[..], &["staff"], &some].concat());
        assert!(said.stderr.contains(&format!(" {} missing", own[missing])), "{said:?}");
    }
    let said = practice.refused(2, &[&PROMISE[..], &["staff"]].concat());
    assert!(said.stderr.contains("--may-share, --may-not-share, --consequences missing, or --standard"), "{said:?}");
    practice.refused(2, &[&PROMISE[..], &["staff", "--standard"], &own].concat());
    practice.refused(2, &[&PROMISE[..], &["friendship", "--standard"]].concat());
    practice.refused(2, &["agreement", "add", "dr-lee", "--type", "staff", "--standard"]);
    practice.refused(2, &["agreement", "add", "dr-lee", "--signed-on", "2026-11-20", "--standard"]);
    practice.refused(2, &["agreement", "add", "--type", "staff", "--signed-on", "2026-11-20", "--standard"]);
    let late = ["agreement", "add", "dr-lee", "--type", "staff", "--standard", "--signed-on", "2026-11-22"];
    assert!(practice.refused(2, &late).stderr.contains("--signed-on: 2026-11-22 is still to come"));
    practice.refused(2, &[&PROMISE[..], &["staff", "--standard", "--ends", "2026-11-19"]].concat());
    practice.refused(4, &[&PROMISE[..], &["staff", "--standard", "--form", "gone.pdf"]].concat());
    practice.refused(4, &["agreement", "add", "eve", "--type", "staff", "--signed-on", "1d", "--standard"]);
    practice.refused(4, &["agreement", "end", "a-0123", "--reason", "x"]);

    let made = filed(&practice, &[&["staff", "--duty", "Knock.", "--understood", "explained"], &own[..]].concat());
    let shown = practice.ok(&["agreement", "show", made["id"].as_str().unwrap()]).stdout;
    for line in ["may share\tNothing.\n", "may not share\tAnything.\n", "consequences\tWe part.\n", "duty\tKnock.\n"] {
        assert!(shown.contains(line), "{shown}");
    }
    assert!(shown.contains("protocol\t1\n") && !shown.contains("24 hours"), "{shown}");
}

#[test]
fn the_standard_text_has_both_lists_consequences_and_four_duties() {
    let practice = practice("biller");
    let made = filed(&practice, &["staff", "--standard", "--duty", "Knock.", "--understood", "explained"]);
    let shown = practice.ok(&["agreement", "show", made["id"].as_str().unwrap(), "--json"]).json();
    let agreement = &shown["agreement"];
    assert!(!agreement["may_share"].as_array().unwrap().is_empty());
    assert!(!agreement["may_not_share"].as_array().unwrap().is_empty());
    assert!(!agreement["consequences"].as_str().unwrap().is_empty());
    let duties = agreement["duties"].to_string();
    for duty in ["securely", "Pass nothing on", "within 24 hours", "Return or destroy", "Knock."] {
        assert!(duties.contains(duty), "{duties}");
    }
    let listed = practice.ok(&["agreement", "list"]).stdout;
    assert_eq!(listed, format!("{}\tdr-lee\tstaff\tlive\t2026-11-20\t\n", made["id"].as_str().unwrap()));
    let log = practice.ok(&["ledger", "log", "--kind", "agreement.added"]).stdout;
    assert!(log.ends_with(&format!("\tagreement.added\t\tdr-lee\t{}\n", made["id"].as_str().unwrap())), "{log}");
}

#[test]
fn the_signed_form_is_a_record_of_no_client() {
    let practice = practice("biller");
    practice.write("signed.pdf", "%PDF-1.7 signed by Lee\n");
    let made = filed(&practice, &["staff", "--standard", "--understood", "explained", "--form", "signed.pdf"]);
    let shown = practice.ok(&["agreement", "show", made["id"].as_str().unwrap(), "--json"]).json();
    let form = shown["agreement"]["form"].as_str().unwrap();
    let record = practice.ok(&["info", form, "--json"]).json()["record"].clone();
    assert_eq!((&record["kind"], &record["client"]), (&"agreement-document".into(), &Value::Null));
    assert_eq!((&record["name"], &record["date"]), (&"signed.pdf".into(), &"2026-11-20".into()));
    assert_eq!(practice.ok(&["show", form]).stdout, "%PDF-1.7 signed by Lee\n");
    let listed = practice.ok(&["list", "--kind", "agreement-document"]).stdout;
    assert!(listed.starts_with(&format!("{form}\t2026-11-20\t\tagreement-document\tN\t")), "{listed}");
    practice.ok(&["tag", form, "+filed"]);
    practice.ok(&["check", "--read-data"]);
    // Both stand in the ledger, one after the other.
    let log = practice.ok(&["ledger", "log", "--json"]).json();
    let kinds: Vec<_> = log["entries"].as_array().unwrap().iter().map(|entry| entry["kind"].clone()).collect();
    assert!(
        kinds
            .windows(2)
            .any(|two| two == ["record.added", "agreement.added"] || two == ["agreement.added", "record.added"])
    );
}

#[test]
fn at_a_terminal_the_party_types_the_consequences_back() {
    let practice = practice("biller");
    let own = ["--may-share", "Nothing.", "--may-not-share", "Anything.", "--consequences", "We part, at once."];
    let args = [&PROMISE[..], &["staff"], &own].concat();
    let said = practice.at_terminal(&["something else", "we part at once"], &args);
    assert_eq!(said.exit, 0, "{said:?}");
    assert!(said.terminal.contains("A breach leads to this: We part, at once."), "{said:?}");
    let said = practice.at_terminal(&[""], &args);
    assert_eq!(said.exit, 7, "{said:?}");
    let listed = practice.ok(&["agreement", "list"]).stdout;
    let states: Vec<_> = listed.lines().map(|line| line.split('\t').nth(3).unwrap()).collect();
    assert_eq!(states, ["live", "signed-not-understood"]);

    // Everything that is missing is asked for, and the standard text is offered.
    let said = practice.at_terminal(&["dr-lee", "staff", "2026-11-20", "", ""], &["agreement", "add"]);
    assert_eq!(said.exit, 7, "{said:?}");
    assert!(said.terminal.contains("within 24 hours"), "{said:?}");
    let said = practice.at_terminal(&["n"], &[&PROMISE[..], &["staff"]].concat());
    assert_eq!(said.exit, 2, "{said:?}");
}

#[test]
fn a_training_is_not_dated_ahead_and_holds_for_a_year_by_itself() {
    let practice = practice("biller");
    let said = practice.refused(2, &["training", "add", "dr-lee", "--course", "x", "--on", "2026-11-22"]);
    assert!(said.stderr.contains("still to come"), "{said:?}");
    practice.refused(2, &["training", "add", "dr-lee"]);
    practice.refused(2, &["training", "add", "--course", "x"]);
    practice.refused(2, &["training", "add", "dr-lee", "--course", "x", "--valid-until", "2026-11-20"]);
    practice.refused(4, &["training", "add", "eve", "--course", "x"]);
    let id = practice.ok(&["training", "add", "dr-lee", "--course", "Privacy", "--on", "2026-11-01"]).stdout;
    let listed = practice.ok(&["training", "list"]).stdout;
    assert_eq!(listed, format!("{}\tdr-lee\tPrivacy\tlive\t2026-11-01\t2027-11-01\n", id.trim_end()));
}

#[test]
fn a_recipients_page_shows_promises_trainings_teams_and_what_was_read() {
    let practice = practice("biller");
    let made = filed(&practice, &["staff", "--standard", "--understood", "explained", "--ends", "12m"]);
    practice.ok(&["training", "add", "dr-lee", "--course", "Privacy"]);
    practice.ok(&["team", "add", "night", "--member", "dr-lee"]);
    let page = practice.ok(&["recipient", "show", "dr-lee", "--json"]).json()["recipient"].clone();
    assert_eq!(page["agreements"][0]["id"], made["id"]);
    assert_eq!(
        (&page["agreements"][0]["type"], &page["agreements"][0]["ends"]),
        (&"staff".into(), &"2027-11-20".into())
    );
    assert_eq!((&page["trainings"][0]["course"], &page["trainings"][0]["state"]), (&"Privacy".into(), &"live".into()));
    assert_eq!((&page["protocol"], &page["teams"]), (&Value::Null, &serde_json::json!(["night"])));
}

#[test]
fn who_leaves_leaves_dead_consents_and_packages_behind() {
    let practice = practice("treating-provider");
    practice.ok(&["recipient", "add", "eve", "--key", crate::practice::ANA, "--verified", "in-person"]);
    consented(&practice, "progress-note", "treat");
    let both = ["consent", "grant", "--client", "mk-01", "--to", "dr-lee", "--to", "eve", "--kind", "progress-note"];
    let signed = ["--purpose", "coordinate", "--signed-on", "2026-11-20", "--signed-by", "client"];
    practice.ok(&[&both[..], &signed].concat());
    let sent = practice.ok(&["share", "@", "--to", "dr-lee", "--purpose", "treat"]).stdout;
    let said = practice.ok(&["recipient", "suspend", "dr-lee", "--reason", "left", "--json"]).json();
    assert_eq!(said["sent"], serde_json::json!([sent.trim_end()]));
    assert_eq!(said["dead_consents"].as_array().unwrap().len(), 1);
    // With the last whom it names, the other one dies, too.
    let said = practice.ok(&["recipient", "suspend", "eve", "--reason", "left"]);
    assert!(said.stdout.lines().count() == 1 && said.stderr.contains("dead from now on: k-"), "{said:?}");
    assert!(!said.stderr.contains("sent before"), "{said:?}");
}

#[test]
fn a_session_before_anything_was_agreed_is_remarked_on() {
    let practice = Practice::new();
    practice.write("note.txt", "Slept.\n");
    practice.ok(&["client", "add", "mk-01", "--adult", "--limits-discussed", "2026-11-20"]);
    practice.ok(&["recipient", "add", "mate", "--role", "group-member", "--of", "mk-01", "--relationship", "self"]);
    let add = |kind: &str, date: &str| {
        practice.ok(&["add", "note.txt", "--client", "mk-01", "--kind", kind, "--date", date]).stdout.trim().to_owned()
    };
    let gaps = || {
        let checked = practice.ok(&["check", "--json"]).json();
        let found = checked["findings"].as_array().unwrap().iter();
        assert!(checked["ok"] == true && found.clone().all(|one| one["verdict"] == "OUTSET-GAP"), "{checked}");
        found.map(|one| one["text"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    // A letter is no session, nor is a call; and a session on the day itself is not before it.
    for (kind, date) in [("letter", "2026-11-01"), ("phone-contact", "2026-11-01"), ("progress-note", "2026-11-20")] {
        add(kind, date);
    }
    assert_eq!(gaps(), [""; 0]);
    // A talk that is held again says nothing of the first.
    practice.ok(&["client", "edit", "mk-01", "--limits-discussed", "2026-11-21"]);
    assert_eq!(gaps(), [""; 0]);
    let group = add("session-group", "2026-11-20");
    let promise = ["agreement", "add", "mate", "--signed-on", "2026-11-21", "--standard", "--understood", "explained"];
    practice.ok(&[&promise[..], &["--type", "group-member"]].concat());
    let [ref gap] = gaps()[..] else { panic!("{:?}", gaps()) };
    assert!(
        gap.contains(&group) && gap.ends_with("of 2026-11-20, before the client's agreement of 2026-11-21"),
        "{gap}"
    );
    let early = add("session-individual", "2026-11-19");
    let [ref gap, _] = gaps()[..] else { panic!("{:?}", gaps()) };
    assert!(gap.starts_with("outset-gap: ") && gap.contains(&early), "{gap}");
    assert!(gap.ends_with("of 2026-11-19, before the talk about limits of 2026-11-20"), "{gap}");
    assert!(practice.ok(&["ledger", "verify"]).stdout.starts_with("CONTINUOUS\t"));
}
