//! Sharing: who gets what, what is refused and why, what is in a package, and what the ledger keeps of it.

mod refusals;

use std::collections::BTreeMap;
use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use subrosa::digest::Digest;
use subrosa::keys::signer::VerifierKey;
use subrosa::ledger::commitment;
use subrosa::ledger::note;

use crate::machine::Machine;
use crate::practice::ANA;
use crate::practice::LEE;
use crate::practice::Practice;
use crate::practice::Scene;

fn practice() -> Practice {
    static SCENE: Scene = Scene::new();
    SCENE.set(|| {
        let practice = Practice::new();
        practice.ok(&["client", "add", "mk-01", "--name", "Maria Kestrel", "--adult"]);
        practice.ok(&[
            "recipient",
            "add",
            "dr-lee",
            "--key",
            LEE,
            "--role",
            "treating-provider",
            "--verified",
            "in-person",
        ]);
        practice.consent("dr-lee");
        practice.write("note.txt", "Slept better.\n");
        practice.ok(&["add", "note.txt", "--client", "mk-01", "--kind", "progress-note", "--title", "Third session"]);
        practice
    })
}

/// The rule ids of a refusal, in their order.
fn reasons(error: &Value) -> Vec<&str> {
    error["reasons"].as_array().unwrap().iter().map(|reason| reason["id"].as_str().unwrap()).collect()
}

#[test]
fn a_package_holds_what_the_ledger_says() {
    let machine = Machine::new();
    machine.consent("dr-lee");
    let record = machine.add("Told in confidence.\n");
    let shared = machine.ok(&[
        "share",
        &record,
        "--to",
        "dr-lee",
        "--purpose",
        "treat",
        "--why",
        "asked for by Maria Kestrel",
        "--expires",
        "30d",
        "--json",
    ]);
    let shared: Value = serde_json::from_str(&shared).unwrap();
    let disclosure = &shared["disclosures"][0];
    assert_eq!(shared["schema"], "subrosa/share/1");
    assert_eq!(shared["dry_run"], false);
    let package = machine.path(&format!("{}.age", disclosure["id"].as_str().unwrap()));
    assert_eq!(disclosure["proof"].as_str().unwrap(), format!("{}.tlog-proof", package.display()));
    assert_eq!(disclosure["package"]["path"].as_str(), package.to_str());
    let bytes = fs::read(&package).unwrap();
    assert_eq!(disclosure["package"]["sha256"], Digest::of(&bytes).to_string());
    assert_eq!(disclosure["package"]["size"], bytes.len());

    let into = machine.unpack(&package, "lee.txt");
    let notice = fs::read_to_string(into.join("NOTICE.txt")).unwrap();
    assert!(notice.lines().count() <= 50, "{notice}");
    assert!(notice.contains("Practice at the Rose") && notice.contains("+351 210 000 000") && notice.contains("treat"));
    for word in ["Maria", "Kestrel", "mk-01"] {
        assert!(!notice.contains(word), "{word}");
    }

    // The manifest is signed by the log's key, and says nothing of the client but a pseudonym.
    let vkey: VerifierKey = header(&machine, "verifier").parse().unwrap();
    let signed = fs::read(into.join("manifest")).unwrap();
    let manifest = note::open_within(&signed, note::MANIFEST_LIMIT, std::slice::from_ref(&vkey)).unwrap();
    let body = manifest.text().strip_prefix("subrosa/package/v1\n").unwrap();
    for word in ["Maria", "mk-01", "asked for"] {
        assert!(!body.contains(word), "{word}");
    }
    let manifest: Value = serde_json::from_str(body).unwrap();
    assert_eq!(manifest["client"].as_str().unwrap().len(), 16);
    assert_eq!(manifest["records"][0]["sha256"], Digest::of(b"Told in confidence.\n").to_string());
    assert_eq!(manifest["sender"]["vkey"], vkey.to_string());

    // What it opens is the entry of the ledger: each shown field under its salt, the others by their digests.
    let log: Value =
        serde_json::from_str(&machine.ok(&["ledger", "log", "--kind", "disclosure.made", "--json"])).unwrap();
    let entry = &log["entries"][0];
    let event = entry["event"].as_object().unwrap();
    let opening = manifest["opening"].as_object().unwrap();
    for (name, shown) in opening {
        assert_eq!(shown["value"], event[name], "{name}");
        assert_eq!(STANDARD.decode(shown["salt"].as_str().unwrap()).unwrap().len(), 32);
    }
    for hidden in ["actor", "client", "consent", "group", "receipt", "records", "series", "setting", "why"] {
        assert!(event.contains_key(hidden) && !opening.contains_key(hidden), "{hidden}");
    }
    let journal = machine.open_sealed(&machine.files(".local/share/subrosa/vault/journal")[0], &identity_of(&machine));
    let line = String::from_utf8(journal).unwrap();
    let line: Value = serde_json::from_str(line.lines().last().unwrap()).unwrap();
    let salt: [u8; 32] = STANDARD.decode(line["salt"].as_str().unwrap()).unwrap().try_into().unwrap();
    for (name, shown) in opening {
        assert_eq!(shown["salt"], STANDARD.encode(commitment::field_salt(&salt, name)), "{name}");
    }

    // The receipt code is in the notice alone; the ledger has its digest.
    let code = notice.lines().find_map(|line| line.strip_prefix("Receipt code:")).unwrap().trim().replace('-', "");
    assert_eq!(event["receipt"], Digest::of(format!("subrosa/receipt-code/v1\n{code}").as_bytes()).to_string());
    assert_eq!(machine.run(&["ledger", "verify"]).status.code(), Some(0));
    assert_eq!(machine.run(&["check", "--read-data"]).status.code(), Some(0));
}

/// A value of `vault.toml`.
fn header(machine: &Machine, name: &str) -> String {
    let text = fs::read_to_string(machine.vault().join("vault.toml")).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(&format!("{name} = "))).unwrap();
    line.trim_matches('"').to_owned()
}

/// Writes the vault identity into a file, as stock age gives it to the owner.
fn identity_of(machine: &Machine) -> String {
    let file = machine.files(".local/share/subrosa/vault/keys/1").remove(0);
    let identity = machine.open_sealed(&file, "me.txt");
    machine.write("id.txt", &identity);
    "id.txt".to_owned()
}

#[test]
fn stock_age_opens_every_record_and_journal_file() {
    let machine = Machine::new();
    machine.add("one\n");
    machine.add("two\n");
    let key = identity_of(&machine);
    let mut plain: Vec<_> = machine
        .files(".local/share/subrosa/vault/records")
        .iter()
        .map(|file| machine.open_sealed(file, &key))
        .collect();
    plain.sort();
    assert_eq!(plain, [b"one\n", b"two\n"]);
    let journal = machine.open_sealed(&machine.files(".local/share/subrosa/vault/journal")[0], &key);
    for line in String::from_utf8(journal).unwrap().lines() {
        let opening: BTreeMap<String, Value> = serde_json::from_str(line).unwrap();
        assert!(opening.keys().eq(["event", "index", "salt"]));
    }
}

#[test]
fn a_dry_run_tells_and_writes_nothing() {
    let practice = practice();
    let before = practice.files();
    let said = practice.ok(&["share", "@", "--to", "dr-lee", "--purpose", "treat", "--dry-run", "--json"]).json();
    assert_eq!(said["dry_run"], true);
    assert_eq!(said["disclosures"][0]["recipient"]["alias"], "dr-lee");
    assert_eq!((&said["disclosures"][0]["package"], &said["disclosures"][0]["id"]), (&Value::Null, &Value::Null));
    let rows = practice.ok(&["share", "@", "--to", "dr-lee", "--purpose", "treat", "--dry-run"]).stdout;
    assert!(rows.starts_with("dr-lee\tr-") && rows.ends_with("\ttreat\n"), "{rows}");
    assert_eq!(practice.files(), before);
    assert!(
        fs::read_dir(practice.path(".")).unwrap().all(|entry| entry
            .unwrap()
            .path()
            .extension()
            .is_none_or(|ending| ending != "age"))
    );
}

#[test]
fn several_recipients_get_a_package_a_code_and_an_entry_each() {
    let practice = practice();
    practice.ok(&["recipient", "add", "ana", "--key", ANA, "--role", "family"]);
    practice.consent("ana");
    practice.ok(&["add", "note.txt", "--client", "mk-01", "--kind", "billing-item"]);
    practice.refused(2, &["share", "@", "--to", "dr-lee", "--to", "ana", "--purpose", "treat", "-o", "one.age"]);
    fs::create_dir(practice.path("out")).unwrap();
    // One may not: nothing goes to anybody, unless that is asked for.
    assert_eq!(
        practice.run(&["share", "@", "--to", "dr-lee", "--to", "ana", "--purpose", "treat", "-o", "out"]).exit,
        3
    );
    assert_eq!(fs::read_dir(practice.path("out")).unwrap().count(), 0);
    let said = practice.run(&[
        "share",
        "@",
        "--to",
        "dr-lee",
        "--to",
        "ana",
        "--purpose",
        "treat",
        "-o",
        "out",
        "--partial",
        "--json",
    ]);
    assert_eq!(said.exit, 7);
    assert_eq!(said.json()["refused"][0]["recipient"]["alias"], "ana");
    let size = practice.ok(&["ledger", "log", "--json"]).json()["head"]["size"].as_u64().unwrap();
    let said = practice
        .ok(&[
            "share",
            "@",
            "--to",
            "dr-lee",
            "--to",
            "ana",
            "--purpose",
            "treat",
            "-o",
            "out",
            "--unverified",
            "--json",
        ])
        .json();
    assert_eq!(said["disclosures"].as_array().unwrap().len(), 2);
    assert_eq!(said["head"]["size"].as_u64(), Some(size + 2));
    assert_eq!(fs::read_dir(practice.path("out")).unwrap().count(), 6, "each package and its proof");
    let log = practice.ok(&["ledger", "log", "--kind", "disclosure.made", "--limit", "2", "--json"]).json();
    assert_ne!(log["entries"][0]["event"]["receipt"], log["entries"][1]["event"]["receipt"]);
}

#[test]
fn a_place_that_is_not_safe_is_refused_and_the_vault_stays() {
    let practice = practice();
    practice.write("there.age", "mine");
    let share = |output: &str, more: &[&str]| {
        practice.run(&[&["share", "@", "--to", "dr-lee", "--purpose", "treat", "-o", output, "--json"], more].concat())
    };
    let said = share("there.age", &[]);
    assert_eq!((said.exit, reasons(&said.error())), (6, vec!["E-OUTPUT-EXISTS"]));
    assert_eq!(fs::read_to_string(practice.path("there.age")).unwrap(), "mine");
    let said = share("vault/x.age", &[]);
    assert_eq!((said.exit, reasons(&said.error())), (6, vec!["E-OUTPUT-VAULT"]));
    std::os::unix::fs::symlink(practice.path("elsewhere.age"), practice.path("link.age")).unwrap();
    let said = share("link.age", &[]);
    assert_eq!((said.exit, reasons(&said.error())), (6, vec!["E-OUTPUT-LINK"]));
    assert!(!practice.path("elsewhere.age").exists());
    assert_eq!(share("there.age", &["--force"]).exit, 0);
    assert_eq!(crate::practice::mode(&practice.path("there.age")), 0o600);
    // Sealed output may lie in a git work tree; plain content may not.
    fs::create_dir_all(practice.path("work/.git")).unwrap();
    assert_eq!(share("work/x.age", &[]).exit, 0);
    let said = practice.refused(6, &["show", "@", "-o", "work/note.txt"]);
    assert!(said.stderr.contains("E-OUTPUT-GIT"), "{}", said.stderr);
    practice.ok(&["show", "@", "-o", "work/note.txt", "--allow-location"]);
}

#[test]
fn a_directory_that_is_not_there_is_noticed_before_anything_is_shared() {
    let practice = practice();
    practice.refused(4, &["share", "@", "--to", "dr-lee", "--purpose", "treat", "-o", "missing/x.age"]);
    practice.refused(4, &["share", "--resume", "d-0000"]);
}

#[test]
fn a_closed_pipe_loses_no_package() {
    let machine = Machine::new();
    machine.consent("dr-lee");
    let record = machine.add(&"long ".repeat(400_000));
    let mut child = machine.spawn(&["share", &record, "--to", "dr-lee", "--purpose", "treat", "-o", "-"]);
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    let id = said.split_whitespace().find(|word| word.starts_with("d-")).unwrap().to_owned();
    let resumed = machine.run(&["share", "--resume", &id, "-o", "-"]);
    assert!(resumed.status.success(), "{resumed:?}");
    machine.write("package.age", &resumed.stdout);
    let into = machine.unpack(&machine.path("package.age"), "lee.txt");
    assert!(into.join("NOTICE.txt").exists());
}

#[test]
fn a_thousand_records_stand_in_a_list_of_their_own() {
    let practice = practice();
    fs::create_dir(practice.path("in")).unwrap();
    for n in 0..400 {
        practice.write(&format!("in/{n}.txt"), "x");
    }
    let ids = practice.ok(&["add", "in", "--recursive", "--client", "mk-01", "--kind", "letter"]).stdout;
    let ids: Vec<&str> = ids.lines().collect();
    practice.ok(&[&["share"], &ids[..], &["--to", "dr-lee", "--purpose", "treat"]].concat());
    let entry = &practice.ok(&["ledger", "log", "--kind", "disclosure.made", "--json"]).json()["entries"][0];
    assert_eq!(entry["event"]["records"]["count"], 400);
    assert_eq!(entry["records"].as_array().unwrap().len(), 400);
    // The catalogue is made anew from the journal, lists and all.
    fs::remove_dir_all(practice.path("home/.cache")).unwrap();
    let again = &practice.ok(&["ledger", "log", "--kind", "disclosure.made", "--json"]).json()["entries"][0];
    assert_eq!(again, entry);
    assert_eq!(practice.run(&["check", "--read-data"]).exit, 0);
}
