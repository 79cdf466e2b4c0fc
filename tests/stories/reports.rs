//! Reports: who received what, told to the client and to the practice; which law asks for it; and what the practice looks at
//! when it looks at itself.

mod itself;
mod nine;
mod paper;
mod suspended;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use paper::printed;
use paper::sound;
use serde_json::Value;
use snapbox::assert_data_eq;
use snapbox::str;

use crate::practice::ANA;
use crate::practice::LEE;
use crate::practice::OWNER;
use crate::practice::Practice;

/// A day in seconds.
const DAY: i64 = 86_400;
/// What the identifier scan must find: the one who acts for another client is a recipient, and is called so.
const OTHERS: [&str; 2] = ["Kestrel", "kp-02"];
const NAMED: [&str; 2] = ["--name", "Praxis Ruhe"];

/// A practice with two clients. mk-01 has a substance-use note, a letter and a progress note; the story of S9: disclosures
/// over eight years, to a provider, to the client, and to somebody who also acts for the other client.
fn told() -> Practice {
    let mut practice = Practice::without_vault();
    practice.now -= 8 * 365 * DAY;
    let zone = ["--contact", "+351 1 234", "--time-zone", "Europe/Lisbon", "--batch"];
    practice.ok(&[&["init", "--owner", OWNER], &NAMED[..], &zone].concat());
    practice.ok(&["client", "add", "mk-01", "--name", "Maria Falk", "--adult"]);
    practice.ok(&["client", "add", "kp-02", "--name", "Piet Kestrel", "--adult"]);
    let lee = ["recipient", "add", "dr-lee", "--key", LEE, "--role", "treating-provider", "--verified", "in-person"];
    practice.ok(&[
        &lee[..],
        &["--name", "Dr Lena Lee", "--organisation", "=Clinica \"Sol\" & Söhne", "--contact", "+351 2"],
    ]
    .concat());
    consent(&practice, "dr-lee");
    add(&practice, "letter", &[]);
    share(&practice, "dr-lee", &[]);
    practice
}

/// As everywhere, but signed long enough ago.
fn consent(practice: &Practice, to: &str) {
    let signed = |word| if word == "2020-01-01" { "1d" } else { word };
    practice.ok(&crate::practice::consent(to).into_iter().map(signed).collect::<Vec<_>>());
}

fn add(practice: &Practice, kind: &str, more: &[&str]) -> String {
    practice.write("note.txt", "Slept better.\n");
    let title = ["--title", "About <b>Rosalind</b>"];
    let add = ["add", "note.txt", "--client", "mk-01", "--kind", kind];
    practice.ok(&[&add[..], &title, more].concat()).stdout.trim_end().to_owned()
}

fn share(practice: &Practice, to: &str, more: &[&str]) -> String {
    let share = ["share", "@", "--to", to, "--purpose", "treat"];
    let mut said = practice.run(&[&share[..], more].concat());
    // A title that names somebody else is refused, rightly: what is told must not hold it all the same.
    if said.exit == 3 {
        practice.ok(&["excerpt", "@", "--lines", "1"]);
        said = practice.run(&[&share[..], more].concat());
    }
    assert_eq!(said.exit, 0, "{said:?}");
    said.stdout.trim_end().to_owned()
}

fn report(practice: &Practice, more: &[&str]) -> Value {
    practice.ok(&[&["report", "accounting", "--client", "mk-01", "--json"], more].concat()).json()
}

fn rows(report: &Value) -> &Vec<Value> {
    report["rows"].as_array().unwrap()
}

fn column<'r>(report: &'r Value, name: &str) -> Vec<&'r Value> {
    rows(report).iter().map(|row| &row[name]).collect()
}

#[test]
fn what_was_so_at_the_time_is_told_and_each_law_is_marked_on_its_own() {
    let mut practice = told();
    // Four years later the letter's client is under Part 2, and Dr Lee has moved.
    practice.now += 4 * 365 * DAY;
    practice.ok(&["recipient", "edit", "dr-lee", "--organisation", "Hospital do Mar"]);
    practice.ok(&["client", "edit", "mk-01", "--part2"]);
    share(&practice, "dr-lee", &[]);
    practice.now += 3 * 365 * DAY;
    let late = share(&practice, "dr-lee", &["--why", "asked for by telephone"]);
    practice.ok(&["client", "edit", "mk-01", "--no-part2"]);
    let shown = practice.at_terminal(&[], &["client", "show", "mk-01"]).stdout;
    assert!(shown.lines().any(|line| line.split_whitespace().eq(["part", "2:", "no"])), "{shown}");

    let all = report(&practice, &[]);
    assert_eq!(all["schema"], "subrosa/report-accounting/1");
    assert_eq!(column(&all, "date"), ["2018-11-23", "2022-11-22", "2025-11-21"]);
    // On the practice's calendar, and under the name that the recipient had.
    assert_eq!(column(&all, "organisation"), ["=Clinica \"Sol\" & Söhne", "Hospital do Mar", "Hospital do Mar"]);
    // Consented: HIPAA leaves it out; Part 2 asks for it, where the client was under it then, three years back.
    assert_eq!(column(&all, "hipaa"), ["authorised"; 3]);
    assert_eq!(column(&all, "part2"), [&Value::Null, &"required".into(), &"required".into()]);
    let required: Vec<usize> = column(&all, "required_by").iter().map(|laws| laws.as_array().unwrap().len()).collect();
    assert_eq!(required, [0, 1, 1]);
    assert_eq!(all["totals"], serde_json::json!({"rows": 3, "disclosures": 3, "hipaa": 0, "part2": 2, "policy": 1}));
    let from: Vec<_> = all["look_backs"].as_array().unwrap().iter().map(|looked| &looked["from"]).collect();
    assert_eq!(from, ["2019-11-21", "2022-11-21"]);
    // A day later the second is four years and more behind: no law asks for it any more.
    let later = report(&practice, &["--as-of", "2026-11-21"]);
    assert_eq!(later["totals"]["part2"], 1);
    assert_eq!(later["look_backs"][0]["from"], "2020-11-21");
    assert_eq!(later["look_backs"][1]["from"], "2023-11-21");
    // Before the last one was made; since the second; what one law asks for.
    assert_eq!(rows(&report(&practice, &["--as-of", "2025-01-01"])).len(), 2);
    assert_eq!(column(&report(&practice, &["--since", "2022-11-22"]), "date"), ["2022-11-22", "2025-11-21"]);
    assert_eq!(rows(&report(&practice, &["--statutory-only", "hipaa"])).len(), 0);
    let asked = report(&practice, &["--statutory-only", "part2"]);
    assert_eq!((rows(&asked).len(), &asked["exceptions"][3]["count"]), (2, &3.into()));

    // What its author wrote is for the practice's own copy alone.
    let internal = report(&practice, &["--internal"]);
    assert_eq!(column(&internal, "why"), [&Value::Null, &Value::Null, &"asked for by telephone".into()]);
    let client = practice.ok(&["report", "accounting", "--client", "mk-01", "--for-client", "--format", "json"]).stdout;
    assert!(!client.contains("telephone") && !client.contains("WHY") && !client.contains("dr-lee"), "{client}");
    assert!(client.contains("Maria Falk") && client.contains("Dr Lena Lee") && client.contains(&late));
    practice.ok(&["ledger", "verify"]);
}

#[test]
fn the_clients_copy_names_nobody_else() {
    let practice = told();
    // A representative of another client, whose name is theirs, receives something about this one:
    // who received it is told all the same.
    let add =
        ["recipient", "add", "kp-02-aunt", "--key", ANA, "--role", "treating-provider", "--verified", "in-person"];
    let named =
        ["--name", "Rosalind Thorne", "--organisation", "Friends of kp-02", "--contact", "aunt of Piet Kestrel"];
    practice.ok(&[&add[..], &named].concat());
    let acts = ["--relationship", "family", "--authority", "guardian", "--evidence", "order of a court"];
    practice.ok(&[&["client", "representative", "kp-02", "--recipient", "kp-02-aunt"], &acts[..]].concat());
    consent(&practice, "kp-02-aunt");
    share(&practice, "kp-02-aunt", &[]);
    for format in ["text", "csv", "json", "html"] {
        let args = ["report", "accounting", "--client", "mk-01", "--for-client", "--format", format];
        let said = practice.ok(&args);
        for other in OTHERS {
            assert!(!said.stdout.contains(other), "{format} {other}: {}", said.stdout);
        }
        assert!(
            said.stdout.contains("Dr Lena Lee")
                && said.stdout.contains("Rosalind Thorne")
                && said.stderr.contains("put out"),
            "{format}: {said:?}"
        );
        // Without the option the practice reads who it was.
        let own = practice.ok(&["report", "accounting", "--client", "mk-01", "--format", format]).stdout;
        assert!(own.contains("Rosalind Thorne") && !own.contains("<b>"), "{format}: {own}");
    }
    practice.refused(2, &["report", "accounting", "--client", "mk-01", "--for-client", "--internal"]);
}

#[test]
fn a_series_is_told_as_the_first_how_many_and_the_last() {
    let mut practice = told();
    let mut ids = vec![practice.ok(&["whoknows", "--client", "mk-01"]).stdout.split('\t').next().unwrap().to_owned()];
    for _ in 0..2 {
        practice.now += 7 * DAY;
        ids.push(share(&practice, "dr-lee", &[]));
    }
    let all = report(&practice, &[]);
    assert_eq!(rows(&all).len(), 1);
    let row = &rows(&all)[0];
    assert_eq!((&row["date"], &row["last"], &row["count"]), (&"2018-11-23".into(), &"2018-12-07".into(), &3.into()));
    assert_eq!(row["flags"], serde_json::json!(["SERIES 3\u{d7}"]));
    assert_eq!(row["disclosures"], serde_json::json!(ids));
    assert_eq!(column(&report(&practice, &["--internal"]), "count"), [1, 1, 1]);
    let bare = practice.ok(&["report", "accounting", "--client", "mk-01"]).stdout;
    assert_eq!(
        bare,
        format!("2018-11-23\t2018-12-07\t3\tdr-lee\ttreat\tconsent\t\tSERIES 3\u{d7}\t{}\n", ids.join(","))
    );
}

#[test]
fn what_was_edited_since_it_was_sent_is_said_to_be_corrected() {
    let mut practice = told();
    practice.now += DAY;
    assert_eq!(column(&report(&practice, &["--for-client"]), "flags"), [&serde_json::json!([])]);
    let (host, ends) = practice.host();
    let host = host.with_var("EDITOR", "sh -c 'echo Badly. >> \"$1\"' editor");
    assert_eq!(practice.run_in((host, ends), &["edit", "@"]).exit, 0);
    for more in [&[][..], &["--for-client"], &["--internal"]] {
        assert_eq!(column(&report(&practice, more), "flags"), [&serde_json::json!(["CORRECTED"])], "{more:?}");
    }
    // On the day before it was not.
    assert_eq!(column(&report(&practice, &["--as-of", "2018-11-23"]), "flags"), [&serde_json::json!([])]);
    share(&practice, "dr-lee", &[]);
    assert_eq!(column(&report(&practice, &[]), "flags")[1], &serde_json::json!([]));
}

#[test]
fn what_differs_is_no_series_and_a_recipients_address_is_his() {
    let practice = told();
    practice.ok(&["client", "add", "in-03", "--name", "Ingeborg Nacht", "--adult"]);
    practice.ok(&["recipient", "edit", "dr-lee", "--contact", "Praxis Nacht, Hauptstr. 3"]);
    let told = |about: &str| {
        let to = ["disclose", "oral", "--client", "mk-01", "--to", "dr-lee", "--purpose", "treat", "--setting"];
        practice.ok(&[&to[..], &["phone-private", "--about", about]].concat());
    };
    ["the appointment", "the diagnosis", "the diagnosis", "the diagnosis"].into_iter().for_each(told);
    // Three letters and a note in between.
    for kind in ["letter", "progress-note", "letter"] {
        add(&practice, kind, &[]);
        share(&practice, "dr-lee", &[]);
    }
    let all = report(&practice, &["--for-client"]);
    let what: Vec<_> = column(&all, "description");
    assert_eq!(column(&all, "count"), [1, 1, 3, 1, 1, 1], "{what:?}");
    assert_eq!((what[1], what[2]), (&"the appointment".into(), &"the diagnosis, the first of 3".into()));
    assert_eq!(column(&all, "address").last(), Some(&&"Praxis Nacht, Hauptstr. 3".into()));
    // What is asked for by one law stands on the page alone, with what that law leaves out.
    let page = ["report", "accounting", "--client", "mk-01", "--statutory-only", "part2", "--format", "text"];
    let page = practice.ok(&page).stdout;
    assert!(!page.contains("HIPAA:") && !page.contains("practice policy"), "{page}");
    assert!(page.contains("Counted among all that was disclosed in these days"), "{page}");
}

#[test]
fn the_forms_are_these_and_a_file_is_only_ours() {
    let practice = told();
    let accounting = ["report", "accounting", "--client", "mk-01"];
    let text = practice.ok(&[&accounting[..], &["--format", "text"]].concat()).stdout;
    assert_data_eq!(
        &text,
        str![[r#"
ACCOUNTING OF DISCLOSURES

About             mk-01
From              Praxis Ruhe, +351 1 234
Days              everything up to 2018-11-23 (Europe/Lisbon)
Made              2018-11-23T09:30:00Z by owner
Ledger            subrosa/[..], [..] entries, root
                  [..]

  1. 2018-11-23  Dr Lena Lee
     of                =Clinica "Sol" & Söhne
     address           +351 2
     what              1 letter (2018-11-23)
     why               so that they can treat the client
     ground            the client's signed consent (45 CFR 164.508; 42 CFR
                       2.31)
     how               encrypted package
     required by       practice policy


WHAT THE MARKS MEAN

HIPAA: 45 CFR 164.528(a)(1) asks that this is told, for 6 years back: since
2012-11-23. Rows so marked: 0.
Part 2: 42 CFR 2.25(a) asks that this is told, for 3 years back: since
2015-11-23. Rows so marked: 0.
practice policy: no law asks for it; this practice tells it all the same: 1.
This practice has not adopted the profile hipaa: the mark says what the law
would ask of one that is under it.
This practice has not adopted the profile part2: the mark says what the law
would ask of one that is under it.

WHAT EACH LAW LEAVES OUT

...
"#]]
    );
    let csv = practice.ok(&[&accounting[..], &["--format", "csv"]].concat()).stdout;
    let lines: Vec<&str> = csv.split("\r\n").collect();
    assert_eq!(
        lines[0],
        "date,last,count,recipient,organisation,address,what,why,basis,how,required_by,flags,disclosures"
    );
    let row = "2018-11-23,2018-11-23,1,Dr Lena Lee,\"'=Clinica \"\"Sol\"\" & Söhne\",\"'+351 2\",1 letter (2018-11-23),\
               so that they can treat the client,the client's signed consent,encrypted package,practice policy,,d-";
    assert!(lines[1].starts_with(row) && lines[2..] == [""], "{csv}");

    let said = practice.ok(&[&accounting[..], &["--format", "html", "-o", "page.html"]].concat());
    assert_eq!(said.stdout, "[HERE]/page.html\n");
    #[cfg(unix)]
    assert_eq!(crate::practice::mode(&practice.path("page.html")), 0o600);
    practice.refused(6, &[&accounting[..], &["-o", "page.html"]].concat());
    practice.refused(6, &[&accounting[..], &["-o", "vault/page.txt"]].concat());
    fs::create_dir(practice.path(".git")).unwrap();
    let said = practice.refused(6, &[&accounting[..], &["-o", "in-git.txt", "--json"]].concat());
    assert_eq!(said.error()["reasons"][0]["id"], "E-OUTPUT-GIT");
    for wrong in [&["--json", "-o", "-"][..], &["--json", "--format", "csv"], &["--format", "pdf"]] {
        practice.refused(2, &[&accounting[..], wrong].concat());
    }
    practice.refused(4, &["report", "accounting", "--client", "zz-99"]);
    practice.refused(2, &["report", "accounting"]);
    // On a terminal it stands on the alternate screen.
    let drawn = practice.at_terminal(&[], &accounting);
    assert!(drawn.stdout.is_empty() && drawn.terminal.contains("Dr Lena Lee"), "{drawn:?}");
    // A client of whom nothing was told.
    let none = practice.ok(&["report", "accounting", "--client", "kp-02", "--format", "html"]).stdout;
    assert!(none.contains("Nothing was disclosed") && !none.contains("<svg"));
    sound(&none);
}

#[test]
fn the_page_is_valid_reads_without_colour_and_needs_nothing() {
    let mut practice = told();
    for years in [1, 2, 2, 1] {
        practice.now += years * 365 * DAY;
        practice.ok(&["recipient", "edit", "dr-lee", "--name", &format!("Dr <i>Lena</i> \"{years}\" & 'Lee'")]);
        share(&practice, "dr-lee", &[]);
    }
    let page = practice.ok(&["report", "accounting", "--client", "mk-01", "--format", "html", "--internal"]).stdout;
    sound(&page);
    assert!(page.contains("Dr &lt;i&gt;Lena&lt;/i&gt; &quot;1&quot; &amp; &#39;Lee&#39;") && !page.contains("<i>"));
    // The drawing has a title and a description, and a shape with a word for each law.
    assert!(page.contains("role=\"img\" aria-labelledby=\"line-title line-desc\""));
    assert!(page.contains("<desc id=\"line-desc\">5 rows, everything up to"));
    for word in ["HIPAA", "Part 2", "policy", "practice policy"] {
        assert!(page.contains(word), "{word}");
    }
    assert_eq!(page.matches("<tr><td class=\"day\">").count(), 5);
    printed(&practice, &page);
}

#[test]
fn the_page_of_the_command_line_names_every_field() {
    let practice = told();
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/command-line.md")).unwrap();
    let row = |name: &str| -> BTreeSet<String> {
        let line = page.lines().find(|line| line.split_whitespace().next() == Some(name) && line.contains("  "));
        line.unwrap_or_else(|| panic!("{name}")).split_whitespace().skip(1).map(str::to_owned).collect()
    };
    let keys = |value: &Value| -> BTreeSet<String> {
        value.as_object().unwrap().keys().filter(|key| *key != "schema").cloned().collect()
    };
    let told = report(&practice, &[]);
    assert_eq!(keys(&told), row("report-accounting"));
    assert_eq!(keys(&told["rows"][0]), row("Row"));
    assert_eq!(keys(&told["look_backs"][0]), row("Look-back"));
    assert_eq!(keys(&told["exceptions"][0]), row("Exception"));
    assert_eq!(keys(&told["totals"]), row("Totals"));
    assert_eq!(keys(&told["practice"]), row("Practice"));
    for name in ["access", "refusals", "overrides", "outstanding"] {
        let said = practice.ok(&["report", name, "--json"]).json();
        assert_eq!(keys(&said), row(&format!("report-{name}")));
    }
    // One of each, so that what stands in the lists is looked at, too.
    practice.ok(&["recipient", "add", "ana", "--key", ANA]);
    assert_eq!(practice.run(&["share", "@", "--to", "ana", "--purpose", "treat"]).exit, 3);
    share(&practice, "dr-lee", &["--why", "asked for"]);
    for (name, list, shape) in [
        ("refusals", "refusals", "Refusal"),
        ("overrides", "overrides", "Override"),
        ("outstanding", "packages", "Outstanding"),
    ] {
        let said = practice.ok(&["report", name, "--json"]).json();
        assert_eq!(keys(&said[list][0]), row(shape), "{name}");
    }
}
