//! What the practice looks at when it looks at itself.

use std::collections::BTreeSet;

use serde_json::Value;

use super::DAY;
use super::add;
use super::consent;
use super::share;
use super::told;
use crate::practice::ANA;
use crate::practice::Practice;

#[test]
fn the_practice_looks_at_itself() {
    let mut practice = told();
    practice.now += DAY;
    // Refused: nobody consented that ana gets anything.
    let ana = ["recipient", "add", "ana", "--key", ANA, "--role", "treating-provider"];
    practice.ok(&ana);
    assert_eq!(practice.run(&["share", "@", "--to", "ana", "--purpose", "treat"]).exit, 3);
    let refusals = practice.ok(&["report", "refusals", "--json"]).json();
    let one = &refusals["refusals"][0];
    assert_eq!((&refusals["schema"], &one["recipient"]["alias"]), (&"subrosa/report-refusals/1".into(), &"ana".into()));
    let reasons: Vec<&str> = one["reasons"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
    assert!(reasons.contains(&"E-CONSENT-NONE"), "{reasons:?}");
    for (args, count) in [
        (["--recipient", "ana"], 1),
        (["--recipient", "dr-lee"], 0),
        (["--client", "kp-02"], 0),
        (["--actor", "owner"], 1),
    ] {
        let lines = practice.ok(&[&["report", "refusals"], &args[..]].concat()).stdout.lines().count();
        assert_eq!(lines, count, "{args:?}");
    }
    // A slip of the finger is no innocent owner.
    for name in ["access", "refusals", "overrides"] {
        let said = practice.refused(4, &["report", name, "--actor", "ownr"]);
        assert!(said.stderr.contains("there is no owner \"ownr\"; did you mean owner?"), "{said:?}");
    }
    let drawn = practice.at_terminal(&[], &["report", "refusals"]).stdout;
    let lines: Vec<&str> = drawn.lines().collect();
    assert_eq!(lines[0], "What was refused: everything up to 2018-11-24");
    assert!(lines[1].starts_with("made 2018-11-24T09:30:00Z by owner, from subrosa/"), "{drawn}");
    let columns = "TIME OWNER CLIENT RECIPIENT PURPOSE BASIS RECORDS REASONS";
    assert_eq!(lines[3].split_whitespace().collect::<Vec<_>>().join(" "), columns);
    // Overridden: an unverified key, and a reason in words.
    consent(&practice, "ana");
    // To a key that was not verified goes nothing that is more than normal.
    add(&practice, "billing-item", &[]);
    let sent = share(&practice, "ana", &["--unverified", "--why", "she waits at the desk", "--expires", "2018-12-01"]);
    let overrides = practice.ok(&["report", "overrides", "--json"]).json();
    let row = &overrides["overrides"][0];
    assert_eq!((&row["id"], &row["why"]), (&Value::from(&sent[..]), &"she waits at the desk".into()));
    assert_eq!(row["flags"], serde_json::json!(["UNVERIFIED", "WHY"]));
    let bare = practice.ok(&["report", "overrides", "--client", "mk-01"]).stdout;
    assert!(bare.ends_with(&format!("\towner\tdisclosure\t{sent}\tmk-01\tana\ttreat\tUNVERIFIED,WHY\t\n")), "{bare}");
    assert_eq!(practice.ok(&["report", "overrides", "--recipient", "dr-lee"]).stdout, "");
    // What nobody could look through stands in an entry beside the disclosure.
    practice.now += 60;
    practice.write("note.bin", "\0\u{1}\0");
    practice.ok(&["add", "note.bin", "--client", "mk-01", "--kind", "scan"]);
    let sent = practice.ok(&["share", "@", "--to", "dr-lee", "--purpose", "treat"]).stdout;
    let overrides = practice.ok(&["report", "overrides", "--recipient", "dr-lee", "--json"]).json();
    let row = &overrides["overrides"][0];
    assert_eq!((&row["id"], &row["unscanned"]), (&Value::from(sent.trim_end()), &1.into()));
    assert_eq!(row["flags"], serde_json::json!(["UNSCANNED"]));
    let told = super::report(&practice, &[]);
    assert_eq!(super::column(&told, "flags").last(), Some(&&serde_json::json!(["CONFIRMED"])));
    // Outstanding: the packages; the second lapses.
    let states = |args: &[&str]| -> Vec<String> {
        let said = practice.ok(&[&["report", "outstanding", "--json"], args].concat()).json();
        said["packages"].as_array().unwrap().iter().map(|one| one["state"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(states(&[]), ["unanswered", "unanswered", "unanswered"]);
    assert_eq!(states(&["--recipient", "ana", "--as-of", "2018-12-01"]), ["unanswered"]);
    assert_eq!(states(&["--recipient", "ana", "--as-of", "2018-12-02"]), ["lapsed"]);
    assert_eq!(states(&["--as-of", "2018-11-23"]).len(), 1);
}

#[test]
fn who_looked_and_what_is_odd_about_it() {
    let mut practice = told();
    let said = practice.ok(&["report", "access"]);
    assert_eq!((said.stdout.as_str(), said.stderr.contains("access_log")), ("", true));
    practice.ok(&["protocol", "show"]);
    let text = practice.ok(&["protocol", "show", "--json"]).json()["text"].as_str().unwrap().to_owned();
    practice.write("protocol.toml", &text.replace("[access]", "[access]\naccess_log = true"));
    practice.ok(&["protocol", "adopt", "protocol.toml", "--minor"]);
    let record = practice.ok(&["list"]).stdout.lines().last().unwrap().split('\t').next().unwrap().to_owned();
    practice.ok(&["show", &record]);
    // At 23:30 in Lisbon.
    practice.now += 14 * 3600;
    practice.ok(&["show", &record]);
    let report = practice.ok(&["report", "access", "--json"]).json();
    let looked = report["accesses"].as_array().unwrap();
    let flags: Vec<_> = looked.iter().map(|one| one["flags"].clone()).collect();
    assert_eq!(flags, [serde_json::json!([]), serde_json::json!(["OUT-OF-HOURS"])]);
    assert_eq!((&looked[0]["kind"], &looked[0]["client"]["alias"]), (&"letter".into(), &"mk-01".into()));
    assert!(!report.to_string().contains("Rosalind"), "no title: {report}");
    let fields: BTreeSet<&str> = looked[0].as_object().unwrap().keys().map(String::as_str).collect();
    let named = "time actor client record version kind how setting flags lifted";
    assert_eq!(fields, named.split(' ').collect());
    let bare =
        practice.ok(&["report", "access", "--client", "mk-01", "--actor", "owner", "--since", "2018-11-23"]).stdout;
    assert_eq!(bare.lines().count(), 2);
    assert!(bare.ends_with(&format!("\towner\tmk-01\t{record}\tletter\tshow\t\tOUT-OF-HOURS\n")), "{bare}");
    assert_eq!(practice.ok(&["report", "access", "--client", "kp-02"]).stdout, "");
    assert_eq!(practice.ok(&["report", "access", "--since", "2018-11-24"]).stdout, "");
}

#[test]
fn who_has_nothing_to_do_with_a_client_and_looks_is_named_and_so_is_who_looks_at_many() {
    let mut practice = told();
    let (secret, public) = subrosa::keys::identity::generate_owner();
    practice.write("partner.txt", secret.reveal_secret());
    practice.ok(&["owner", "add", &String::from(public), "--alias", "partner"]);
    let partner = |practice: &Practice, args: &[&str]| {
        let (host, ends) = practice.host();
        let said = practice.run_in((host.with_var("SUBROSA_IDENTITY", "partner.txt"), ends), args);
        assert_eq!(said.exit, 0, "{said:?}");
        said.stdout.trim_end().to_owned()
    };
    let letter = practice.ok(&["list"]).stdout.split('\t').next().unwrap().to_owned();
    // One who works with her, and one who takes a peek.
    practice.ok(&["show", &letter]);
    partner(&practice, &["show", &letter]);
    let flags = |practice: &Practice, more: &[&str]| {
        let report = practice.ok(&[&["report", "access", "--json"], more].concat()).json();
        let looked = report["accesses"].as_array().unwrap().iter();
        let of = |one: &Value| format!("{} {}", one["actor"].as_str().unwrap(), one["flags"]);
        looked.map(of).collect::<Vec<_>>()
    };
    assert_eq!(flags(&practice, &[]), ["owner []", "partner [\"NO-RELATION\"]"]);
    // Since he does something for her he has to do with her; what he did before stays as it was.
    practice.now += 60;
    partner(&practice, &["client", "edit", "mk-01", "--phone", "+351 912 345 678"]);
    partner(&practice, &["show", &letter]);
    assert_eq!(flags(&practice, &[])[1..], ["partner [\"NO-RELATION\"]", "partner []"]);

    // On the next day: twenty clients are a long day, one more is looked at, whomever it is asked of.
    practice.now += DAY;
    let records: Vec<String> = (0..20)
        .map(|n| {
            let client = format!("zz-{n:02}");
            practice.ok(&["client", "add", &client, "--adult"]);
            practice.write("short.txt", "Came.\n");
            partner(&practice, &["add", "short.txt", "--client", &client, "--kind", "letter"])
        })
        .collect();
    records.iter().for_each(|record| drop(partner(&practice, &["show", record])));
    partner(&practice, &["show", &records[0]]);
    let today = ["--since", "2018-11-24"];
    assert_eq!(flags(&practice, &today), vec!["partner []"; 21]);
    partner(&practice, &["show", &letter]);
    practice.ok(&["show", &letter]);
    let many = "partner [\"MANY-CLIENTS\"]";
    assert_eq!(flags(&practice, &today), [vec![many; 22], vec!["owner []"]].concat());
    assert_eq!(flags(&practice, &[&today[..], &["--client", "mk-01"]].concat()), [many, "owner []"]);
    assert_eq!(flags(&practice, &["--client", "mk-01", "--actor", "partner"])[2..], [many]);
}
