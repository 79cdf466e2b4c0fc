//! The protocol: adopted with the vault, read, changed, acknowledged; and for each of its keys something that it changes.

use serde_json::Value;

use crate::practice::ANA;
use crate::practice::LEE;
use crate::practice::OWNER;
use crate::practice::Practice;

/// A practice with a client of age, one born on 2008-06-01, a provider and a payer.
fn practice() -> Practice {
    let practice = Practice::without_vault();
    practice.ok(&["init", "--owner", OWNER, "--time-zone", "UTC", "--contact", "+351 1 234", "--batch"]);
    practice.ok(&["client", "add", "mk-01", "--adult"]);
    practice.ok(&["client", "add", "kid-1", "--birth", "2008-06-01"]);
    for (alias, role, key) in [("dr-lee", "treating-provider", LEE), ("kasse", "payer", ANA)] {
        practice.ok(&["recipient", "add", alias, "--key", key, "--role", role, "--verified", "in-person"]);
    }
    practice.write("note.txt", "Slept better.\n");
    practice
}

fn text(practice: &Practice) -> String {
    practice.ok(&["protocol", "show"]).stdout
}

/// Puts `new` where `old` stood in the protocol, and adopts it.
fn change(practice: &Practice, old: &str, new: &str) {
    let before = text(practice);
    assert!(before.contains(old), "{old} in {before}");
    practice.write("protocol.toml", &before.replacen(old, new, 1));
    practice.ok(&["protocol", "adopt", "protocol.toml", "--minor"]);
}

/// Puts a section at the protocol's end.
fn append(practice: &Practice, section: &str) {
    practice.write("protocol.toml", &format!("{}\n{section}\n", text(practice)));
    practice.ok(&["protocol", "adopt", "protocol.toml", "--minor"]);
}

fn grant(practice: &Practice, client: &str, to: &str, more: &[&str]) -> crate::practice::Said {
    let grant = ["consent", "grant", "--client", client, "--to", to, "--kind", "progress-note", "--json"];
    let signed = ["--purpose", "treat", "--signed-on", "2026-11-20", "--signed-by", "client"];
    practice.run(&[&grant[..], &signed, more].concat())
}

fn add(practice: &Practice, client: &str) -> Value {
    let add = ["add", "note.txt", "--client", client, "--kind", "progress-note", "--json"];
    practice.ok(&add).json()["records"][0].clone()
}

/// The reasons why the last record is not shared so.
fn reasons(practice: &Practice, more: &[&str]) -> String {
    let said = practice.run(&[&["share", "@", "--dry-run", "--json"], more].concat());
    if said.exit == 0 {
        return "permitted".to_owned();
    }
    let reasons = said.error()["reasons"].clone();
    let ids: Vec<_> = reasons.as_array().unwrap().iter().map(|reason| reason["id"].as_str().unwrap()).collect();
    ids.join(" ")
}

const TO_LEE: &[&str] = &["--to", "dr-lee", "--purpose", "treat"];

/// The consent that was granted last, as its entry has it.
fn granted(practice: &Practice, more: &[&str]) -> Value {
    assert_eq!(grant(practice, "mk-01", "dr-lee", more).exit, 0);
    last(practice)
}

fn last(practice: &Practice) -> Value {
    let log = practice.ok(&["ledger", "log", "--limit", "1", "--json"]).json();
    log["entries"][0]["event"].clone()
}

/// NOTICE.txt of a package whose recipient's key is at hand.
fn notice(practice: &Practice) -> String {
    add(practice, "mk-01");
    assert_eq!(grant(practice, "mk-01", "dr-lee", &[]).exit, 0);
    practice.write("their.txt", "AGE-SECRET-KEY-1D8UHUKR09KDVD8RPJMFHYWFS5GV3LKXVAUMUAN6U7WC2JEW86M5S9EAKG7\n");
    let key = public_key_of(practice, "their.txt");
    practice.ok(&["recipient", "replace-key", "dr-lee", "--key", &key]);
    practice.ok(&["recipient", "verify", "dr-lee", "--how", "in-person"]);
    let share = ["share", "@", "--to", "dr-lee", "--purpose", "treat", "--why", "asked", "-o", "package.age"];
    practice.ok(&share);
    let bytes = std::fs::read(practice.path("their.txt")).unwrap();
    let callbacks = subrosa::keys::plugin::Callbacks::none();
    let ids = subrosa::keys::identity::IdentityFile::read(&bytes, "key", &mut |_| None, &callbacks).unwrap();
    let file = std::fs::File::open(practice.path("package.age")).unwrap();
    let tar = subrosa::seal::open_bytes(file, &ids, None, 1 << 30).unwrap().to_vec();
    let text = String::from_utf8_lossy(&tar).into_owned();
    text.split("manifest").next().unwrap().to_owned()
}

/// The public key of an identity file.
fn public_key_of(practice: &Practice, name: &str) -> String {
    let text = std::fs::read_to_string(practice.path(name)).unwrap();
    let identity: age::x25519::Identity = text.trim().parse().unwrap();
    identity.to_public().to_string()
}

#[test]
fn a_vault_begins_with_the_strict_protocol() {
    let practice = practice();
    let log = practice.ok(&["ledger", "log", "--json"]).json();
    let kinds: Vec<_> = log["entries"].as_array().unwrap().iter().map(|entry| entry["kind"].clone()).collect();
    assert!(kinds.contains(&"vault.created".into()) && kinds.contains(&"protocol.adopted".into()), "{kinds:?}");
    let shown = practice.ok(&["protocol", "show", "--json"]).json();
    assert_eq!((&shown["version"], &shown["present"], &shown["material"]), (&1.into(), &true.into(), &true.into()));
    assert_eq!(practice.ok(&["protocol", "check"]).stdout, "", "whoever makes the vault has read it");
    assert!(practice.refused(4, &["protocol", "show", "--version", "2"]).stderr.contains("the present one is 1"));
}

#[test]
fn what_is_shown_is_adopted_unchanged_or_changed() {
    let practice = practice();
    practice.write("protocol.toml", &text(&practice));
    let before = practice.files();
    let said = practice.ok(&["protocol", "adopt", "protocol.toml"]);
    assert!(said.stderr.contains("nothing to do") && said.stdout == "1\n", "{said:?}");
    assert_eq!(practice.files(), before);

    practice.write("protocol.toml", &text(&practice).replace("consent = \"12m\"", "consent = \"6m\""));
    let said = practice.ok(&["protocol", "adopt", "protocol.toml", "--minor"]);
    assert_eq!(said.stdout, "2\n");
    assert!(said.stderr.contains("- consent = \"12m\"\n+ consent = \"6m\"\n"), "{said:?}");
    assert!(practice.ok(&["protocol", "show", "--version", "1"]).stdout.contains("consent = \"12m\""));
    // On a terminal it is asked, and Enter is the stricter answer.
    practice.write("protocol.toml", &text(&practice).replace("consent = \"6m\"", "consent = \"3m\""));
    let said = practice.at_terminal(&[""], &["protocol", "adopt", "protocol.toml", "--json"]);
    assert_eq!((said.exit, &said.json()["material"], &said.json()["version"]), (0, &true.into(), &3.into()));
    assert_eq!(said.json()["difference"].as_array().unwrap().len(), 3, "{said:?}");
}

#[test]
fn what_is_no_protocol_is_refused_by_line_and_key() {
    let practice = practice();
    let good = text(&practice);
    for (old, new, told) in [
        ("[access]", "[excess]", "excess"),
        ("consent = \"12m\"", "consent = \"soon\"", "periods.consent"),
        ("consent = \"12m\"", "surprise = 1", "periods.surprise"),
        ("time_zone = \"UTC\"", "time_zone = \"Mars\"", "practice.time_zone"),
        ("capacity = \"professional\"", "capacity = \"divine\"", "practice.capacity"),
        ("what = ", "was = ", "confidential.was"),
    ] {
        practice.write("bad.toml", &good.replacen(old, new, 1));
        for command in ["adopt", "check"] {
            let said = practice.refused(2, &["protocol", command, "bad.toml"]);
            assert!(said.stderr.contains("bad.toml: line ") && said.stderr.contains(told), "{said:?}");
        }
    }
    // Each of the three sections has to be there.
    for section in ["confidential", "access", "handling"] {
        let at = good.find(&format!("[{section}]")).unwrap();
        let end = good[at..].find("\n\n").unwrap() + at;
        practice.write("bad.toml", &format!("{}{}", &good[..at], &good[end..]));
        let said = practice.refused(2, &["protocol", "adopt", "bad.toml"]);
        assert!(said.stderr.contains(&format!("missing field `{section}`")), "{said:?}");
    }
    practice.write("good.toml", &good);
    practice.ok(&["protocol", "check", "good.toml"]);
}

#[test]
fn a_material_change_is_acknowledged_before_anything_is_shared() {
    let mut practice = practice();
    practice.write("two.txt", "AGE-SECRET-KEY-1D8UHUKR09KDVD8RPJMFHYWFS5GV3LKXVAUMUAN6U7WC2JEW86M5S9EAKG7\n");
    let key = public_key_of(&practice, "two.txt");
    practice.ok(&["owner", "add", &key, "--alias", "partner"]);
    add(&practice, "mk-01");
    assert_eq!(grant(&practice, "mk-01", "dr-lee", &[]).exit, 0);
    let share = ["--to", "dr-lee", "--purpose", "treat", "--why", "asked"];
    assert_eq!(reasons(&practice, &share), "permitted");
    // Who came later has not read it.
    let as_partner = |args: &[&str]| practice.run(&[args, &["-i", "two.txt"]].concat());
    let check = practice.run(&["protocol", "check", "--json"]);
    assert_eq!((check.exit, &check.json()["owners"][0]["alias"]), (7, &"partner".into()));
    let said = as_partner(&[&["share", "@", "--dry-run", "--json"][..], &share].concat());
    assert!(said.stderr.contains("E-PROTOCOL-ACK"), "{said:?}");
    assert_eq!(as_partner(&["protocol", "ack"]).exit, 0);
    assert_eq!(practice.run(&["protocol", "check"]).exit, 0);

    // A trained recipient reads anew what is material, and need not read what is not.
    practice.ok(&["recipient", "edit", "dr-lee", "--role", "supervisor"]);
    practice.ok(&["training", "add", "dr-lee", "--course", "privacy", "--on", "2026-11-20"]);
    let agree = ["--type", "supervision", "--signed-on", "2026-11-20", "--standard", "--understood", "explained"];
    practice.ok(&[&["agreement", "add", "dr-lee"][..], &agree].concat());
    change(&practice, "consent = \"12m\"", "consent = \"6m\"");
    assert!(!reasons(&practice, &share).contains("E-TRAIN"));
    practice.write("protocol.toml", &text(&practice).replace("consent = \"6m\"", "consent = \"3m\""));
    practice.ok(&["protocol", "adopt", "protocol.toml"]);
    let checked = practice.run(&["protocol", "check"]);
    assert_eq!(checked.exit, 7);
    assert!(checked.stdout.contains("\tpartner\n") && checked.stdout.contains("\tdr-lee\n"), "{checked:?}");
    assert!(reasons(&practice, &share).contains("E-TRAIN-PROTOCOL"));
    practice.refused(2, &["protocol", "ack", "--by", "dr-lee", "--on", "2026-11-22"]);
    practice.refused(2, &["protocol", "ack", "--by", "dr-lee", "--on", "2026-11-20"]);
    practice.refused(4, &["protocol", "ack", "--by", "nobody"]);
    practice.now += 86_400;
    practice.ok(&["protocol", "ack", "--by", "dr-lee", "--on", "2026-11-21"]);
    assert!(!reasons(&practice, &share).contains("E-TRAIN"));
    let again = practice.ok(&["protocol", "ack", "--by", "dr-lee", "--json"]).json();
    assert_eq!(again["changed"], false);
}

#[test]
fn nothing_loosens_what_protects_part_2() {
    let practice = practice();
    change(&practice, "profiles = []", "profiles = [\"part2\"]");
    for (old, new) in [("[\"part2\"]", "[]"), ("\"professional\"", "\"personal\"")] {
        practice.write("protocol.toml", &text(&practice).replacen(old, new, 1));
        let said = practice.refused(3, &["protocol", "adopt", "protocol.toml", "--json"]);
        let reason = &said.error()["reasons"][0];
        assert_eq!(reason["id"], "E-PROTOCOL-PART2");
        let checked = practice.refused(3, &["protocol", "check", "protocol.toml", "--json"]);
        assert_eq!(checked.error()["reasons"][0]["id"], "E-PROTOCOL-PART2");
        assert!(reason["source"][0].as_str().unwrap().starts_with("42 CFR") && reason["cure"].is_string(), "{reason}");
    }
}

#[test]
fn no_period_is_longer_than_anybody_means() {
    let practice = practice();
    for (old, new, exit) in [
        ("verbal = \"7d\"", "verbal = \"9000d\"", 2),
        ("verbal = \"7d\"", "verbal = \"8d\"", 2),
        ("verbal = \"7d\"", "verbal = \"1w\"", 0),
        ("consent = \"12m\"", "consent = \"1000y\"", 2),
        ("consent = \"12m\"", "consent = \"1000000y\"", 2),
        ("consent = \"12m\"", "consent = \"3y\"", 0),
    ] {
        practice.write("protocol.toml", &text(&practice).replacen(old, new, 1));
        for args in [&["protocol", "check", "protocol.toml"][..], &["protocol", "adopt", "protocol.toml", "--minor"]] {
            let said = practice.run(args);
            assert_eq!(said.exit, exit, "{new}: {said:?}");
        }
        if exit == 0 {
            change(&practice, new, old);
        }
    }
}

#[test]
fn it_is_edited_with_the_users_own_editor() {
    let practice = practice();
    let edit = |script: &str| {
        let (host, ends) = practice.host();
        let editor = format!("sh -c '{script}' editor");
        practice.run_in((host.with_var("EDITOR", &editor), ends), &["protocol", "edit", "--minor"])
    };
    assert_eq!(edit("true").stdout, "1\n");
    let said = edit("sed -i s/12m/9m/ \"$1\"");
    assert_eq!((said.exit, said.stdout.as_str()), (0, "2\n"), "{said:?}");
    assert!(text(&practice).contains("consent = \"9m\""));
    let said = edit("echo nonsense > \"$1\"");
    assert!(said.exit == 2 && said.stderr.contains("the new text is kept in"), "{said:?}");
    assert_eq!(practice.ok(&["protocol", "show", "--json"]).json()["version"], 2);
}

/// A change of a key, and what it shows before and after.
struct Key {
    name: &'static str,
    change: fn(&Practice),
    look: fn(&Practice) -> String,
    before: &'static str,
    after: &'static str,
}

fn state(practice: &Practice) -> String {
    let said = grant(practice, "mk-01", "dr-lee", &[]);
    said.json()["state"].as_str().unwrap().to_owned()
}

/// A practice whose strict rules are stricter by HIPAA's.
fn with_hipaa(practice: &Practice) {
    change(practice, "profiles = []", "profiles = [\"hipaa\"]");
}

/// Whether the notice says this.
fn notes(practice: &Practice, words: &str) -> String {
    notice(practice).contains(words).to_string()
}

const KEYS: &[Key] = &[
    Key { name: "practice.profiles", change: with_hipaa, look: state, before: "live", after: "draft" },
    Key {
        name: "practice.capacity",
        change: |practice| change(practice, "\"professional\"", "\"personal\""),
        look: |practice| {
            with_hipaa(practice);
            state(practice)
        },
        before: "draft",
        after: "live",
    },
    Key {
        name: "practice.time_zone",
        change: |practice| change(practice, "\"UTC\"", "\"Pacific/Pago_Pago\""),
        look: |practice| add(practice, "mk-01")["date"].as_str().unwrap().to_owned(),
        before: "2026-11-21",
        after: "2026-11-20",
    },
    Key {
        name: "practice.contact",
        change: |practice| change(practice, "+351 1 234", "+351 9 999"),
        look: |practice| {
            let card = practice.ok(&["card"]).stdout;
            assert_eq!(card.contains("+351 9 999").to_string(), notes(practice, "Questions:     +351 9 999"));
            card.contains("+351 9 999").to_string()
        },
        before: "false",
        after: "true",
    },
    Key {
        name: "confidential.what",
        change: |practice| change(practice, "what = \"Everything", "what = \"Truly everything"),
        look: |practice| on_the_form(practice, "Truly everything"),
        before: "false",
        after: "true",
    },
    Key {
        name: "confidential.default_kind",
        change: |practice| change(practice, "[confidential]", "[confidential]\ndefault_kind = \"letter\""),
        look: |practice| {
            let said = practice.run(&["add", "note.txt", "--client", "mk-01", "--json"]);
            if said.exit == 0 { said.json()["records"][0]["kind"].to_string() } else { said.exit.to_string() }
        },
        before: "2",
        after: "\"letter\"",
    },
    Key {
        name: "access.who",
        change: |practice| change(practice, "who = \"Nobody", "who = \"Truly nobody"),
        look: |practice| on_the_form(practice, "Truly nobody"),
        before: "false",
        after: "true",
    },
    Key {
        name: "access.access_log",
        change: |practice| change(practice, "[access]", "[access]\naccess_log = true"),
        look: |practice| {
            add(practice, "mk-01");
            practice.ok(&["show", "@"]);
            last(practice)["kind"].as_str().unwrap().to_owned()
        },
        before: "record.added",
        after: "record.accessed",
    },
    Key {
        name: "access.allow_tpo_without_consent",
        change: |practice| {
            with_hipaa(practice);
            change(practice, "[access]", "[access]\nallow_tpo_without_consent = true");
        },
        look: |practice| {
            add(practice, "mk-01");
            reasons(practice, &[TO_LEE, &["--basis", "tpo", "--why", "asked"]].concat())
        },
        before: "E-BASIS-FORBIDDEN",
        after: "permitted",
    },
    Key {
        name: "access.role",
        change: |practice| {
            append(practice, "[[access.role]]\nrole = \"payer\"\nkinds = [\"progress-note\"]\npurposes = [\"pay\"]")
        },
        look: |practice| {
            add(practice, "mk-01");
            assert_eq!(grant(practice, "mk-01", "kasse", &["--purpose", "pay"]).exit, 0);
            let to = ["--to", "kasse", "--purpose", "pay", "--why", "asked", "--adverse-use-reviewed"];
            reasons(practice, &to)
        },
        before: "E-NEED-ROLE",
        after: "permitted",
    },
    Key {
        name: "handling.how",
        change: |practice| change(practice, "how = \"Keep it locked away", "how = \"Keep it in a safe"),
        look: |practice| notes(practice, "How to handle it:\n  Keep it in a safe"),
        before: "false",
        after: "true",
    },
    Key {
        name: "handling.keep",
        change: |practice| change(practice, "[handling]", "[handling]\nkeep = \"30d\""),
        look: |practice| {
            add(practice, "mk-01");
            assert_eq!(grant(practice, "mk-01", "dr-lee", &[]).exit, 0);
            let share = ["share", "@", "--why", "asked", "--dry-run", "--json"];
            practice.ok(&[&share[..], TO_LEE].concat()).json()["disclosures"][0]["expires"].to_string()
        },
        before: "null",
        after: "\"2026-12-21\"",
    },
    Key {
        name: "periods.consent",
        change: |practice| change(practice, "consent = \"12m\"", "consent = \"3m\""),
        look: |practice| granted(practice, &[])["until"].as_str().unwrap().to_owned(),
        before: "2027-11-20",
        after: "2027-02-20",
    },
    Key {
        name: "periods.verbal",
        change: |practice| change(practice, "verbal = \"7d\"", "verbal = \"2d\""),
        look: |practice| {
            practice.ok(&["add", "note.txt", "--client", "mk-01", "--kind", "appointment"]);
            let grant = ["consent", "grant", "--client", "mk-01", "--to", "dr-lee", "--kind", "appointment"];
            let signed = ["--purpose", "treat", "--signed-on", "2026-11-17", "--signed-by", "client"];
            // One that is over already is filed all the same, with 7.
            let said = practice.run(&[&grant[..], &signed, &["--method", "verbal"]].concat());
            assert!([0, 7].contains(&said.exit) && said.stdout.starts_with("k-"), "{said:?}");
            reasons(practice, &[TO_LEE, &["--why", "asked"]].concat())
        },
        before: "permitted",
        after: "E-CONSENT-EXPIRED",
    },
    Key {
        name: "periods.agreement",
        change: |practice| change(practice, "[periods]", "[periods]\nagreement = \"1y\""),
        look: |practice| {
            let agree = ["agreement", "add", "dr-lee", "--type", "staff", "--signed-on", "2026-11-20", "--standard"];
            practice.ok(&[&agree[..], &["--understood", "explained"]].concat());
            last(practice)["ends"].to_string()
        },
        before: "null",
        after: "\"2027-11-20\"",
    },
    Key {
        name: "periods.training",
        change: |practice| change(practice, "training = \"12m\"", "training = \"6m\""),
        look: |practice| {
            practice.ok(&["training", "add", "dr-lee", "--course", "privacy", "--on", "2026-11-20"]);
            last(practice)["valid_until"].to_string()
        },
        before: "\"2027-11-20\"",
        after: "\"2027-05-20\"",
    },
    Key {
        name: "override.majority_age",
        change: |practice| append(practice, "[override]\nmajority_age = 19\ncitation = \"Ala. Code 26-1-1\""),
        look: |practice| {
            add(practice, "kid-1");
            // Of whoever is no adult then, it is a draft.
            assert!([0, 7].contains(&grant(practice, "kid-1", "dr-lee", &[]).exit));
            reasons(practice, &[TO_LEE, &["--why", "asked"]].concat())
        },
        before: "permitted",
        after: "E-CONSENT-SIGNATORY",
    },
    Key {
        name: "override.citation",
        change: |_| (),
        look: |practice| {
            practice.write("without.toml", &format!("{}\n[override]\nmajority_age = 19\n", text(practice)));
            practice
                .write("with.toml", &format!("{}\n[override]\nmajority_age = 19\ncitation = \"x\"\n", text(practice)));
            let exit = |file| practice.run(&["protocol", "check", file]).exit;
            format!("{} {}", exit("without.toml"), exit("with.toml"))
        },
        before: "2 0",
        after: "2 0",
    },
    Key {
        name: "notice.text notice.citation",
        change: |practice| append(practice, "[[notice]]\ntext = \"Do not copy.\"\ncitation = \"Health Act 7\""),
        look: |practice| notes(practice, "\nDo not copy. (Health Act 7)\n"),
        before: "false",
        after: "true",
    },
];

fn on_the_form(practice: &Practice, words: &str) -> String {
    let id = grant(practice, "mk-01", "dr-lee", &[]).json()["id"].as_str().unwrap().to_owned();
    let form = practice.ok(&["consent", "form", &id]).stdout;
    form.split_whitespace().collect::<Vec<_>>().join(" ").contains(words).to_string()
}

#[test]
fn every_key_changes_something() {
    for key in KEYS {
        assert_eq!((key.look)(&practice()), key.before, "{} before", key.name);
        let changed = practice();
        (key.change)(&changed);
        assert_eq!((key.look)(&changed), key.after, "{} after", key.name);
    }
    let named: Vec<_> = KEYS.iter().flat_map(|key| key.name.split(' ')).collect();
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/protocol.md")).unwrap();
    for name in &named {
        assert!(page.contains(&format!("| `{name}`")), "docs/protocol.md tells of {name}");
    }
    let source = include_str!("../../src/practice/protocol.rs");
    let fields = source.lines().filter(|line| line.starts_with("    pub ") && line.trim_end().ends_with(','));
    for field in fields.filter_map(|line| line.trim().strip_prefix("pub ")?.split(':').next()) {
        let others = ["material", "version", "on", "recipient", "protocol", "line", "key"];
        let sections = ["practice", "confidential", "access", "handling", "periods", "overrides", "notice"];
        let is_key = !others.contains(&field) && !sections.contains(&field);
        let is_named = named.iter().any(|name| name.split('.').nth(1) == Some(field));
        assert!(!is_key || is_named || field == "text", "a story changes {field}");
    }
}
