//! Proofs as they are used: made beside a package, checked by somebody who has no vault, and made for those whom an entry
//! concerns, showing each what is his.

use std::fs;
use std::process::Command;

use serde_json::Value;
use snapbox::assert_data_eq;
use snapbox::str;
use subrosa::cli::host::Stream;
use subrosa::cli::host::StreamKind;
use subrosa::digest::Digest;
use subrosa::ledger::proof::Proof;
use subrosa::ledger::shown::Shown;

use crate::ledger::eventful;
use crate::machine::Machine;
use crate::machine::has;
use crate::practice::Practice;

/// The verifier key, as the keeper gives it away: on paper, by telephone.
fn vkey(practice: &Practice) -> String {
    let text = fs::read_to_string(practice.vault().join("vault.toml")).unwrap();
    text.lines().find_map(|line| line.strip_prefix("verifier = ")).unwrap().trim_matches('"').to_owned()
}

fn shown_in(bytes: &[u8]) -> Shown {
    Shown::parse(Proof::parse(bytes).unwrap().extra().unwrap()).unwrap()
}

fn names(shown: &Shown) -> Vec<&str> {
    shown.shown().map(|(name, _)| name).collect()
}

/// The fields of the event at an index, as the keeper sees them.
fn event(practice: &Practice, index: u64) -> Value {
    let log = practice.ok(&["ledger", "log", "--json"]).json();
    let entries = log["entries"].as_array().unwrap();
    entries.iter().find(|entry| entry["index"] == index).unwrap()["event"].clone()
}

/// A computer without vault or keys.
fn recipient(practice: &Practice, args: &[&str]) -> crate::practice::Said {
    let (host, ends) = practice.host();
    let host = host.with_var("SUBROSA_VAULT", "nowhere").with_var("SUBROSA_IDENTITY", "");
    practice.run_in((host, ends), args)
}

#[test]
fn a_package_comes_with_its_proof_and_anybody_checks_it() {
    let practice = eventful();
    let key = vkey(&practice);
    assert!(practice.path("lee.age.tlog-proof").exists());
    let verify = ["proof", "verify", "lee.age.tlog-proof", "--key", &key, "--package", "lee.age"];
    let said = recipient(&practice, &verify);
    assert_eq!(said.exit, 0, "{said:?}");
    let head = practice.ok(&["ledger", "verify"]).stdout;
    let head = head.trim().split_once('\t').unwrap().1;
    assert_eq!(said.stdout, format!("INTACT\t{head}\t9\n"));
    assert!(said.stderr.contains("\nsubrosa: not proved: that nothing else was shared"), "{}", said.stderr);
    let quiet = recipient(&practice, &[&verify[..], &["--quiet"]].concat());
    assert_eq!((quiet.stdout, quiet.stderr.as_str()), (said.stdout, ""));

    let (host, ends) = practice.host();
    let said = practice.run_in((host.at_terminal(&ends), ends.clone()), &verify);
    assert_data_eq!(
        said.stdout,
        str![[r#"
INTACT: subrosa/[..] size 10 root [..]
Proved:
  the key [..] of subrosa/[..] signed a head of 10 entries
  entry 9 is one of them, and cannot be changed or taken away without a trace
  it says kind: "disclosure.made"
  it says package: "[..]"
  it says size: [..]
  it says time: "2026-11-22T09:30:00Z"
  lee.age is the package that the entry names: SHA-256 and size are equal
Not proved:
  that the time in the entry is right: it is the keeper's word, and no witness speaks for it
  what stands in the fields that are hidden: actor, basis, client, consent, disclosure, expires, group, label, medium, notice, purpose, receipt, recipient, recipient_key, records, series, setting, verified, why
  what is in the package: it was not opened (-i opens it)
  that nothing else was shared, here or elsewhere
  that the keeper shows everybody this same history

"#]]
    );
}

#[test]
fn nothing_that_is_hidden_stands_in_the_proof() {
    let practice = eventful();
    let bytes = fs::read(practice.path("lee.age.tlog-proof")).unwrap();
    let shown = shown_in(&bytes);
    assert_eq!(names(&shown), ["kind", "package", "size", "time"]);
    let whole = String::from_utf8(bytes.clone()).unwrap();
    let plain = String::from_utf8(Proof::parse(&bytes).unwrap().extra().unwrap().to_vec()).unwrap();
    let event = event(&practice, 9);
    for name in shown.hidden() {
        for value in [&event[name], &event[name][0], &event[name][0]["record"]] {
            let Some(text) = value.as_str().filter(|text| text.len() > 3) else { continue };
            // As a value; `consent` is the name of a field too.
            let told = [format!(":{text:?}"), format!("[{text:?}"), format!(",{text:?},")];
            assert!(!told.iter().any(|told| plain.contains(told)), "{name}: {text}");
            assert!(!whole.contains(text) || name == "kind" || text.len() < 6, "{name}: {text}");
        }
    }
    for word in ["mk-01", "Maria", "dr-lee", "treat", "owner"] {
        assert!(!plain.contains(&format!("\"{word}")), "{word}");
    }
}

#[test]
fn with_the_key_of_the_package_more_is_proved() {
    let machine = Machine::new();
    let record = machine.add("Told in confidence.\n");
    machine.consent("dr-lee");
    let shared: Value =
        serde_json::from_str(&machine.ok(&["share", &record, "--to", "dr-lee", "--purpose", "treat", "--json"]))
            .unwrap();
    let disclosure = &shared["disclosures"][0];
    let (package, proof) =
        (disclosure["package"]["path"].as_str().unwrap(), disclosure["proof"].as_str().unwrap().to_owned());
    assert_eq!(proof, format!("{package}.tlog-proof"));
    // The key comes by another way than the package: here, from the vault itself.
    let header = fs::read_to_string(machine.vault().join("vault.toml")).unwrap();
    let key = header.lines().find_map(|line| line.strip_prefix("verifier = ")).unwrap().trim_matches('"').to_owned();
    machine.write("sender.vkey", format!("{key}\n").as_bytes());
    fs::rename(machine.vault(), machine.path("gone")).unwrap();
    let verify = ["proof", "verify", &proof, "--key", "@sender.vkey", "--package", package, "--json", "-i", "lee.txt"];
    let told: Value = serde_json::from_str(&machine.ok(&verify)).unwrap();
    assert_eq!((&told["verdict"], &told["package"]["records"]), (&"INTACT".into(), &1.into()));
    assert_eq!((&told["shown"]["purpose"], &told["shown"]["disclosure"]), (&"treat".into(), &disclosure["id"]));
    assert_eq!(
        told["hidden"],
        serde_json::json!(["actor", "client", "consent", "group", "receipt", "records", "series", "setting", "why"])
    );
    assert!(told["not_proved"].to_string().contains("NOTICE.txt in the package"), "{told}");
    // Somebody else's key opens nothing: what the proof shows without it is told all the same.
    let strange = machine.run(&[&verify[..9], &["me.txt"]].concat());
    assert_eq!(strange.status.code(), Some(5), "{strange:?}");
    let strange: Value = serde_json::from_slice(&strange.stdout).unwrap();
    assert_eq!((&strange["verdict"], &strange["package"]["matches"]), (&"INCOMPLETE".into(), &true.into()));
    assert!(strange["findings"][0]["cure"].as_str().unwrap().contains("the recipient's identity"), "{strange}");

    // Stock tools find the same: the digest of the file, and what is in it.
    if has("sha256sum") {
        let sum = Command::new("sha256sum").arg(package).output().unwrap().stdout;
        assert!(String::from_utf8(sum).unwrap().starts_with(told["shown"]["package"].as_str().unwrap()));
    }
    let manifest = fs::read_to_string(machine.unpack(package.as_ref(), "lee.txt").join("manifest")).unwrap();
    let manifest: Value = serde_json::from_str(manifest.lines().nth(1).unwrap()).unwrap();
    for (name, field) in manifest["opening"].as_object().unwrap() {
        assert_eq!(field["value"], told["shown"][name], "{name}");
    }
}

#[test]
fn what_is_not_the_package_or_not_the_key_is_named() {
    let practice = eventful();
    let key = vkey(&practice);
    let run = |args: &[&str]| {
        let said = recipient(&practice, &[&["proof", "verify", "lee.age.tlog-proof"], args].concat());
        (said.exit, said.stdout.split('\t').next().unwrap().trim().to_owned(), said.stderr)
    };
    practice.write("other.age", "not it");
    let (exit, verdict, told) = run(&["--key", &key, "--package", "other.age"]);
    assert_eq!((exit, verdict.as_str()), (5, "OPENING-MISMATCH"));
    assert!(told.contains("other.age") && told.contains("ask for the package and the proof"), "{told}");
    let elsewhere = crate::ledger::eventful_elsewhere();
    let (exit, verdict, told) = run(&["--key", &vkey(&elsewhere)]);
    assert_eq!((exit, verdict.as_str()), (5, "WRONG-LOG"), "{told}");
    let (exit, verdict, _) = run(&["--key", &vkey(&elsewhere), "--key", &key]);
    assert_eq!((exit, verdict.as_str()), (0, "INTACT"));
    assert_eq!(run(&["--key", &key, "--package", "missing.age"]).0, 4);
    #[cfg(unix)]
    assert_eq!(run(&["--key", &key, "--package", "/dev/zero"]).1, "OPENING-MISMATCH", "it has no end");
    let said = recipient(&practice, &["proof", "verify", "lee.age.tlog-proof"]);
    assert!(said.exit == 2 && said.stderr.contains("--card"), "{said:?}");
}

#[test]
fn a_contact_card_tells_the_key() {
    let practice = eventful();
    practice.ok(&["card", "-o", "card"]);
    let said = recipient(&practice, &["proof", "verify", "lee.age.tlog-proof", "--card", "card"]);
    assert_eq!((said.exit, said.stdout.split('\t').next()), (0, Some("INTACT")), "{said:?}");
    let elsewhere = crate::ledger::eventful_elsewhere();
    let other = elsewhere.ok(&["card"]).stdout;
    practice.write("other", &other);
    let said = recipient(&practice, &["proof", "verify", "lee.age.tlog-proof", "--card", "other"]);
    assert_eq!((said.exit, said.stdout.split('\t').next()), (5, Some("WRONG-LOG")), "{said:?}");
    // A card of the log's next key says so; what the old key signed, it cannot check.
    practice.ok(&["ledger", "rotate-key"]);
    practice.ok(&["card", "-o", "next"]);
    let said = recipient(&practice, &["proof", "verify", "lee.age.tlog-proof", "--card", "next"]);
    assert_eq!((said.exit, said.stdout.split('\t').next()), (5, Some("WRONG-LOG")), "{said:?}");
    assert!(said.stderr.contains("or its older card, is needed here"), "{said:?}");
    practice.write("changed", &other.replace("Subrosa", "subrosa").replacen("created", "creaked", 1));
    let said = recipient(&practice, &["proof", "verify", "lee.age.tlog-proof", "--card", "changed"]);
    assert_eq!((said.exit, said.stdout.as_str()), (5, ""), "{said:?}");
}

#[test]
fn each_line_of_it_matters() {
    let practice = eventful();
    let key = vkey(&practice);
    let proof = fs::read_to_string(practice.path("lee.age.tlog-proof")).unwrap();
    let count = proof.lines().count();
    for at in 0..count {
        for with in ["", "changed\n"] {
            let lines = proof.split_inclusive('\n').enumerate();
            let changed: String = lines.map(|(number, line)| if number == at { with } else { line }).collect();
            practice.write("changed", &changed);
            let said = recipient(&practice, &["proof", "verify", "changed", "--key", &key, "--package", "lee.age"]);
            assert_eq!(said.exit, 5, "line {at}: {said:?}");
        }
    }
}

#[test]
fn each_reader_is_shown_what_is_his() {
    let practice = eventful();
    let shown = |args: &[&str]| {
        let (host, ends) = practice.host();
        let args = [&["ledger", "prove", "9"], args].concat();
        let said = practice.run_in((host, ends), &args);
        assert_eq!((said.exit, said.stderr.as_str()), (0, ""), "{said:?}");
        let shown = shown_in(said.stdout.as_bytes());
        (names(&shown).join(" "), shown.hidden().join(" "))
    };
    assert_eq!(shown(&[]).0, "kind package size time");
    assert_eq!(shown(&["--show", "purpose", "--show", "why"]).0, "kind package purpose size time why");
    assert_eq!(shown(&["--for", "recipient"]).1, "actor client consent group receipt records series setting why");
    assert_eq!(shown(&["--for", "client"]).1, "actor group receipt why");
    assert_eq!(shown(&["--for", "client", "--show", "why"]).1, "actor group receipt");
    assert_eq!(shown(&["--for", "all"]).1, "receipt");
    // Of other entries nothing that nobody chose: the size of a record may tell which it is.
    practice.ok(&["ledger", "prove", "4", "-o", "record"]);
    assert_eq!(names(&shown_in(&fs::read(practice.path("record")).unwrap())), ["kind", "time"]);
}

#[test]
fn what_cannot_be_shown_is_said() {
    let practice = eventful();
    let said = practice.refused(2, &["ledger", "prove", "9", "--show", "receipt"]);
    assert!(said.stderr.contains("receipt is never shown"), "{said:?}");
    let said = practice.refused(2, &["ledger", "prove", "9", "--show", "reciept"]);
    assert!(said.stderr.contains("actor, basis, client,"), "{said:?}");
    practice.refused(2, &["ledger", "prove", "0"]);
    practice.refused(4, &["ledger", "prove", "10"]);
    practice.refused(4, &["ledger", "prove", "d-0000"]);
    practice.refused(2, &["ledger", "prove"]);
    practice.refused(2, &["ledger", "prove", "9", "--from", "x"]);
    practice.refused(2, &["ledger", "prove", "2", "--for", "client"]);
    practice.refused(2, &["ledger", "prove", "9", "--json"]);
    // Every entry can be proved, whatever it is about.
    let key = vkey(&practice);
    for index in 1..10 {
        practice.ok(&["ledger", "prove", &format!("#{index}"), "--for", "all", "-o", "entry", "--force"]);
        let told = recipient(&practice, &["proof", "verify", "entry", "--key", &key, "--json"]).json();
        assert_eq!((&told["verdict"], &told["index"]), (&"INTACT".into(), &index.into()));
        let event = event(&practice, index);
        for (name, value) in told["shown"].as_object().unwrap() {
            assert_eq!(*value, event[name], "{name}");
        }
    }
}

#[test]
fn a_file_that_shows_more_is_not_encrypted_and_that_is_said() {
    let practice = eventful();
    let id = event(&practice, 9)["disclosure"].as_str().unwrap().to_owned();
    let said = practice.ok(&["ledger", "prove", &id[..8], "-o", "plain.tlog-proof"]);
    assert_eq!(said.stderr, "");
    assert_eq!(crate::practice::mode(&practice.path("plain.tlog-proof")), 0o600);
    let said = practice.ok(&["ledger", "prove", &id, "--for", "client", "-o", "client.tlog-proof"]);
    assert!(said.stderr.contains("the file is not encrypted"), "{said:?}");
    practice.refused(6, &["ledger", "prove", &id, "-o", "client.tlog-proof"]);
    practice.refused(6, &["ledger", "prove", &id, "-o", "vault/x"]);
    let told = practice.ok(&["ledger", "prove", &id, "-o", "client.tlog-proof", "--force", "--json"]).json();
    assert_eq!((&told["schema"], &told["index"]), (&"subrosa/ledger-prove/1".into(), &9.into()));
    assert_eq!(told["shown"], serde_json::json!(["kind", "package", "size", "time"]));
}

#[test]
fn a_head_that_was_kept_is_continued() {
    let practice = eventful();
    let key = vkey(&practice);
    practice.ok(&["ledger", "checkpoint", "-o", "march"]);
    practice.ok(&["share", "@", "--to", "dr-lee", "--purpose", "treat", "-o", "again.age"]);
    let verify = ["proof", "verify", "again.age.tlog-proof", "--key", &key, "--against", "march"];
    // Without a proof between the two nothing is shown, and nothing is alleged.
    let said = recipient(&practice, &verify);
    assert_eq!(said.exit, 5, "{said:?}");
    assert!(said.stdout.starts_with("INCOMPLETE\t"), "{said:?}");
    assert!(said.stderr.contains("not proved: that the head of 11 entries continues that of 10"), "{said:?}");
    practice.ok(&["ledger", "prove", "--from", "march", "-o", "march-to-now"]);
    let link = fs::read_to_string(practice.path("march-to-now")).unwrap();
    assert!(link.starts_with("old 10\n"), "{link}");
    assert!(link.ends_with(&practice.ok(&["ledger", "checkpoint"]).stdout), "{link}");
    let said = recipient(&practice, &[&verify[..], &["--against", "march-to-now"]].concat());
    assert_eq!((said.exit, said.stdout.split('\t').next()), (0, Some("CONTINUOUS")), "{said:?}");
    // From the present head to itself there is nothing between.
    practice.ok(&["ledger", "checkpoint", "-o", "now"]);
    assert!(practice.ok(&["ledger", "prove", "--from", "now"]).stdout.starts_with("old 11\n\nsubrosa/"));
}

#[test]
fn an_older_proof_is_not_lost_by_a_slip() {
    let practice = eventful();
    practice.write("there.age.tlog-proof", "mine");
    let share = ["share", "@", "--to", "dr-lee", "--purpose", "treat", "-o", "there.age", "--json"];
    let said = practice.run(&share);
    assert_eq!((said.exit, &said.error()["reasons"][0]["id"]), (6, &"E-OUTPUT-EXISTS".into()));
    assert!(!practice.path("there.age").exists());
    assert_eq!(fs::read_to_string(practice.path("there.age.tlog-proof")).unwrap(), "mine");
    let said = practice.ok(&[&share[..], &["--force"]].concat()).json();
    assert!(said["disclosures"][0]["proof"].as_str().unwrap().ends_with("/there.age.tlog-proof"), "{said}");
    assert_ne!(fs::read_to_string(practice.path("there.age.tlog-proof")).unwrap(), "mine");
}

#[test]
fn a_pipe_takes_the_package_and_the_proof_is_made_afterwards() {
    let machine = Machine::new();
    let record = machine.add("Told in confidence.\n");
    machine.consent("dr-lee");
    let output = machine.run(&["share", &record, "--to", "dr-lee", "--purpose", "treat", "-o", "-"]);
    assert!(output.status.success(), "{output:?}");
    machine.write("piped.age", &output.stdout);
    assert!(machine.files("").iter().all(|path| path.extension().is_none_or(|end| end != "tlog-proof")));
    let said = String::from_utf8(output.stderr).unwrap();
    let id = said.split_whitespace().find(|word| word.starts_with("d-")).unwrap().to_owned();
    let proof = machine.ok(&["ledger", "prove", &id]);
    assert_eq!(shown_in(proof.as_bytes()).value("package").unwrap(), &Digest::of(&output.stdout).to_string());
}

/// A pipe whose reader has gone.
struct Gone;

impl std::io::Write for Gone {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(std::io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_proof_that_cannot_be_made_is_told_with_its_cure() {
    let practice = eventful();
    // A name that leaves no room for the proof's is refused while nothing is shared yet.
    practice.refused(1, &["share", "@", "--to", "dr-lee", "--purpose", "treat", "-o", &"n".repeat(250)]);

    // A package that waits; then so many entries that a full tile holds its own; and that tile is damaged.
    let (mut host, ends) = practice.host();
    host.stdout = Stream::new(Gone, StreamKind::Pipe);
    let said = practice.run_in((host, ends), &["share", "@", "--to", "dr-lee", "--purpose", "treat", "-o", "-"]);
    let id = said.stderr.split_whitespace().find(|word| word.starts_with("d-")).unwrap().to_owned();
    fs::create_dir(practice.path("in")).unwrap();
    (0..260).for_each(|n| practice.write(&format!("in/{n}.txt"), "x"));
    practice.ok(&["add", "in", "--recursive", "--client", "mk-01", "--kind", "letter"]);
    let log = fs::read_dir(practice.vault().join("ledger")).unwrap().next().unwrap().unwrap().path();
    let tile = log.join("tile/0/000");
    let sound = fs::read(&tile).unwrap();
    let mut damaged = sound.clone();
    damaged[32 * 11] ^= 1; // beside the entry's own
    fs::write(&tile, &damaged).unwrap();
    let said = practice.run(&["share", "--resume", &id, "-o", "out.age"]);
    assert_eq!((said.exit, said.stdout), (7, format!("{id}\n")), "{}", said.stderr);
    assert!(practice.path("out.age").exists() && !practice.path("out.age.tlog-proof").exists());
    let cure = said.stderr.lines().find_map(|line| line.strip_prefix("subrosa: try: subrosa ")).unwrap().to_owned();
    assert!(said.stderr.contains("done, but the proof of") && cure.ends_with("out.age.tlog-proof"), "{}", said.stderr);

    fs::write(&tile, &sound).unwrap();
    let here = practice.path("").display().to_string();
    let cure = cure.replace("[HERE]", here.trim_end_matches('/'));
    practice.ok(&cure.split(' ').collect::<Vec<_>>());
    let verify = ["proof", "verify", "out.age.tlog-proof", "--key", &vkey(&practice), "--package", "out.age"];
    assert_eq!(recipient(&practice, &verify).exit, 0);
}

#[test]
fn a_proof_at_a_million_entries_is_small() {
    let practice = eventful();
    let bytes = fs::read(practice.path("lee.age.tlog-proof")).unwrap();
    let proof = Proof::parse(&bytes).unwrap();
    let note = String::from_utf8(proof.note().to_vec()).unwrap().replace("\n10\n", "\n1000000\n");
    let extra = proof.extra().map(<[u8]>::to_vec);
    // A tree of 1,000,000 leaves is 20 levels high.
    let hashes = vec![Digest::of(b""); 20];
    let large = Proof::new(extra, 999_999, hashes, note.as_bytes()).unwrap().to_bytes();
    assert!(large.len() < 4096, "{} bytes", large.len());
}
