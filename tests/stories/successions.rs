//! One log after another: a new key, an owner who leaves, two computers that take turns. What was said before stays said.

mod removals;

use std::fs;

use serde_json::Value;
use subrosa::keys::signer::SigningKey;
use subrosa::keys::signer::VerifierKey;
use subrosa::ledger::successor;

use crate::ledger::eventful;
use crate::machine::Machine;
use crate::practice::LEE;
use crate::practice::Practice;
use crate::practice::Said;
#[cfg(unix)]
use crate::practice::chmod;

/// Runs the program on another computer, which sees the same directory: with a home of its own.
fn on(practice: &Practice, computer: &str, args: &[&str]) -> Said {
    let (host, ends) = practice.host();
    let home = practice.path(computer);
    practice.run_in((host.with_var("HOME", home.to_str().unwrap()), ends), args)
}

/// The same before a terminal.
fn at_terminal_on(practice: &Practice, computer: &str, answers: &[&str], args: &[&str]) -> Said {
    let (host, ends) = practice.host();
    answers.iter().for_each(|answer| ends.terminal.will_answer(answer));
    let home = practice.path(computer);
    let host = host.with_var("HOME", home.to_str().unwrap()).at_terminal(&ends);
    let said = practice.run_in((host, ends.clone()), args);
    assert_eq!(ends.terminal.left(), 0, "answers that nobody asked for: {said:?}");
    said
}

/// A computer that has compared the vault's head with the one that writes it, and tells its id.
fn acquainted(practice: &Practice, computer: &str) -> String {
    let head = practice.ok(&["ledger", "verify", "--json"]).json()["head"].clone();
    let accepted = format!("{}:{}", head["size"], head["root"].as_str().unwrap());
    let said = on(practice, computer, &["list", "--accept-head", &accepted]);
    assert_eq!(said.exit, 0, "{said:?}");
    machine_id(practice, computer)
}

/// What a computer says that may not write.
fn machine_id(practice: &Practice, computer: &str) -> String {
    let said = on(practice, computer, &["client", "add", "nobody"]);
    assert_eq!(said.exit, 3, "{said:?}");
    let (_, rest) = said.stderr.split_once("ledger hand-over ").unwrap_or_else(|| panic!("{said:?}"));
    rest.chars().take_while(char::is_ascii_alphanumeric).collect()
}

fn clients(said: &Said) -> usize {
    said.json()["clients"].as_array().unwrap().len()
}

/// With another owner, whose key is in `partner.txt`.
fn with_partner(practice: &Practice) {
    let (secret, public) = subrosa::keys::identity::generate_owner();
    practice.write("partner.txt", secret.reveal_secret());
    practice.ok(&["owner", "add", &String::from(public), "--alias", "partner"]);
}

#[test]
fn a_new_key_and_one_history() {
    let practice = eventful();
    let record = practice.ok(&["list"]).stdout.split('\t').next().unwrap().to_owned();
    practice.ok(&["ledger", "checkpoint", "-o", "kept.txt"]);
    practice.ok(&["card", "-o", "old.card"]);
    let log = practice.ok(&["ledger", "log"]).stdout.lines().count();

    let said = practice.at_terminal(&["n"], &["ledger", "rotate-key"]);
    assert_eq!(said.exit, 1, "{said:?}");
    let old = practice.ok(&["card", "-o", "same.card", "--json"]).json()["vkey"].clone();
    let said = practice.ok(&["ledger", "rotate-key", "--reason", "every year", "--batch", "--json"]).json();
    assert_eq!((&said["schema"], &said["old_vkey"]), (&"subrosa/ledger-rotate-key/1".into(), &old));
    assert_eq!(said["head"]["size"], 3);
    let vkey = said["vkey"].as_str().unwrap().to_owned();
    assert!(vkey.starts_with(said["head"]["origin"].as_str().unwrap()));

    // Whatever had a name has it still, and everything is there.
    assert!(practice.ok(&["info", &record]).stdout.contains("progress-note"));
    assert_eq!(practice.ok(&["ledger", "log"]).stdout.lines().count(), log + 2, "it was closed, and continued");
    assert!(practice.ok(&["ledger", "verify"]).stdout.starts_with("CONTINUOUS\t"));
    assert_eq!(practice.run(&["check", "--read-data"]).exit, 0);
    practice.ok(&["add", "note.txt", "--client", "mk-01", "--kind", "letter"]);

    // What was kept of the older log still fits.
    let said = practice.ok(&["ledger", "verify", "--against", "kept.txt", "--json"]).json();
    assert_eq!(said["verdict"], "CONTINUOUS", "{said}");

    // The card names the link, and whoever has the old card follows it.
    let card = practice.ok(&["card", "-o", "new.card", "--json"]).json();
    assert_eq!(card["vkey"], vkey);
    let previous = card["previous"].as_str().unwrap().to_owned();
    let trusted = old.as_str().unwrap().parse().unwrap();
    assert_eq!(successor::newest(&trusted, &[previous]).unwrap().to_string(), vkey);
    let other = Practice::without_vault();
    other.ok(&["help"]);
    other.ok(&["init", "--owner", LEE, "--owner", crate::practice::OWNER, "--batch"]);
    for card in ["old.card", "new.card"] {
        fs::copy(practice.path(card), other.path(card)).unwrap();
    }
    other.ok(&["recipient", "add", "ruhe", "--card", "old.card", "--verified", "in-person"]);
    let said = other.ok(&["recipient", "replace-key", "ruhe", "--card", "new.card", "--json"]).json();
    assert_eq!(said["continuity"], "linked");

    // At a terminal it says what follows; the link of a second rotation starts at the first one's key.
    let said = practice.at_terminal(&["y"], &["ledger", "rotate-key"]);
    assert!(said.exit == 0 && said.stdout.contains(&format!("old: {vkey}\n")), "{said:?}");
    assert!(said.stdout.contains("subrosa card -o FILE") && said.stdout.contains("still holds"), "{said:?}");
    let card = practice.ok(&["card", "-o", "third.card", "--json"]).json();
    let newest = successor::newest(&vkey.parse().unwrap(), &[card["previous"].as_str().unwrap()]).unwrap();
    assert_eq!(newest.to_string(), card["vkey"].as_str().unwrap());
    practice.ok(&["ledger", "verify", "--against", "kept.txt"]);
    assert_eq!(practice.run(&["check"]).exit, 0);
    let said = practice.refused(3, &["ledger", "rotate-key", "--next-key", "me.txt"]);
    assert!(said.stderr.contains("names no next key"), "{said:?}");
    // Nor is it passed over where there is nothing to continue.
    let said = practice.refused(3, &["ledger", "recover", "--next-key", "me.txt"]);
    assert!(said.stderr.contains("names no next key"), "{said:?}");
}

#[test]
fn a_package_names_the_link() {
    let machine = Machine::new();
    machine.add("told\n");
    machine.consent("dr-lee");
    machine.ok(&["ledger", "rotate-key", "--batch"]);
    machine.ok(&["share", "@", "--to", "dr-lee", "--purpose", "treat", "-o", "lee.age"]);
    let opened = machine.unpack(&machine.path("lee.age"), "lee.txt");
    let manifest = fs::read_to_string(opened.join("manifest")).unwrap();
    let body: Value = serde_json::from_str(manifest.lines().nth(1).unwrap()).unwrap();
    assert!(body["sender"]["previous"].as_str().unwrap().starts_with("subrosa/successor/v1\n"), "{body}");
}

#[test]
fn the_next_key_on_paper_is_the_only_one_that_continues_the_ledger() {
    let practice = Practice::without_vault();
    let said = practice.at_terminal(&["key file", "y"], &["init"]);
    let key = said.terminal.lines().find(|line| line.starts_with("PRIVATE+KEY+")).unwrap().to_owned();
    let log = key.strip_prefix("PRIVATE+KEY+").unwrap().split('+').next().unwrap().to_owned();
    for file in practice.files().keys() {
        let bytes = fs::read(file).unwrap();
        assert!(!bytes.windows(log.len()).any(|part| part == log.as_bytes()), "{}", file.display());
    }
    let keyless = |args: &[&str]| {
        let (host, ends) = practice.host();
        practice.run_in((host.with_var("SUBROSA_IDENTITY", ""), ends), args)
    };
    let before = practice.files();
    let said = keyless(&["ledger", "rotate-key", "--batch"]);
    assert!(said.exit == 2 && said.stderr.contains("--next-key is needed"), "{said:?}");
    practice
        .write("other.txt", "PRIVATE+KEY+subrosa/q5c3f7kz2m+8803ed97+AYEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB\n");
    let said = keyless(&["ledger", "rotate-key", "--batch", "--next-key", "other.txt"]);
    assert_eq!(said.exit, 3, "{said:?}");
    let stranger =
        subrosa::keys::signer::SigningKey::generate("subrosa/q5c3f7kz2m".parse().unwrap(), &mut rand_core::OsRng);
    practice.write("other.txt", stranger.private_text().reveal_secret());
    let said = keyless(&["ledger", "rotate-key", "--batch", "--next-key", "other.txt"]);
    assert!(said.exit == 3 && said.stderr.contains("not the key that the ledger named"), "{said:?}");
    let said = keyless(&["ledger", "rotate-key", "--batch", "--next-key", "missing.txt"]);
    assert!(said.exit == 4 && said.stderr.contains("there is no file"), "{said:?}");
    practice.write("next.txt", &format!("on the page:\n{key}\n"));
    #[cfg(unix)]
    {
        chmod(&practice.path("next.txt"), 0o644);
        chmod(&practice.path(""), 0o711);
        let said = keyless(&["ledger", "rotate-key", "--batch", "--next-key", "next.txt"]);
        assert!(said.exit == 6 && said.stderr.contains("the next key in"), "{said:?}");
        assert!(!said.stderr.contains("PRIVATE"), "{said:?}");
        chmod(&practice.path(""), 0o700);
    }
    assert_eq!(practice.files(), before, "a refusal wrote something");

    // Typed, at the second try.
    let (host, ends) = practice.host();
    for answer in ["y", "PRIVATE+KEY+not", &key] {
        ends.terminal.will_answer(answer);
    }
    let host = host.with_var("SUBROSA_IDENTITY", "").at_terminal(&ends);
    let said = practice.run_in((host, ends), &["ledger", "rotate-key", "--json"]);
    assert_eq!(said.exit, 0, "{said:?}");
    // The key is that of the page; the log is a new one, lest two who use the page begin one log twice.
    let vkey: VerifierKey = said.json()["vkey"].as_str().unwrap().parse().unwrap();
    assert_eq!(vkey.public(), SigningKey::parse_private(&key).unwrap().verifier().public());
    assert_ne!(vkey.origin().as_str(), log);
    assert!(!said.terminal.contains("PRIVATE+KEY+subrosa"), "{said:?}");
    // The key that follows is made when it is wanted.
    let said = keyless(&["ledger", "rotate-key", "--batch"]);
    assert_eq!(said.exit, 0, "{said:?}");
}

#[test]
fn only_the_next_key_continues_the_ledger_on_another_computer() {
    let practice = Practice::without_vault();
    let said = practice.at_terminal(&[], &["init", "--owner", crate::practice::OWNER, "--paper"]);
    let key = said.terminal.lines().find(|line| line.starts_with("PRIVATE+KEY+")).unwrap();
    practice.write("next.txt", key);
    let head = practice.ok(&["ledger", "verify", "--json"]).json()["head"].clone();
    let accepted = format!("{}:{}", head["size"], head["root"].as_str().unwrap());
    let recover = ["ledger", "recover", "--batch", "--accept-head", &accepted];
    let said = on(&practice, "desk", &recover);
    assert!(said.exit == 2 && said.stderr.contains("--next-key is needed"), "{said:?}");
    assert_eq!(on(&practice, "desk", &["client", "add", "a-1", "--batch", "--accept-head", &accepted]).exit, 2);
    let said = on(&practice, "desk", &[&recover[..], &["--next-key", "next.txt"]].concat());
    assert_eq!(said.exit, 0, "{said:?}");
    let named = key.strip_prefix("PRIVATE+KEY+").unwrap().split('+').next().unwrap();
    assert!(said.stdout.starts_with("subrosa/") && !said.stdout.starts_with(named), "{said:?}");
    assert_eq!(on(&practice, "desk", &["client", "add", "a-1"]).exit, 0);
}

#[test]
fn two_computers_take_turns_and_a_third_one_reads() {
    let practice = Practice::new();
    practice.ok(&["client", "add", "a-1"]);
    let desk = acquainted(&practice, "desk");
    let third = acquainted(&practice, "third");
    assert_ne!(desk, third);
    // It has an id of its own, which nobody else's is.
    let here = find_id(&practice.path("home/.local/state")).unwrap().trim().to_owned();
    let said = practice.refused(3, &["ledger", "hand-over", &here]);
    assert!(said.stderr.contains("is this computer"), "{said:?}");
    practice.refused(2, &["ledger", "hand-over", "me"]);

    let said = practice.at_terminal(&["y"], &["ledger", "hand-over", &desk]);
    assert_eq!(said.exit, 0, "{said:?}");
    assert!(said.stdout.contains("let the sync finish") && said.stdout.contains("There: just go on"), "{said:?}");
    for n in 0..3 {
        // Here it is read, and says to whom it has to be handed back; there it goes on.
        let said = practice.run(&["client", "add", "not-here"]);
        assert!(said.exit == 3 && said.stderr.contains(&format!("hand-over {here}")), "{said:?}");
        let said = on(&practice, "desk", &["client", "add", &format!("desk-{n}")]);
        assert_eq!(said.exit, 0, "{said:?}");
        assert_eq!(machine_id(&practice, "third"), third);
        let said = on(&practice, "desk", &["ledger", "hand-over", &here, "--batch", "--json"]);
        assert_eq!((said.exit, &said.json()["machine"]), (0, &here.clone().into()), "{said:?}");
        assert_eq!(on(&practice, "desk", &["client", "add", "not-there"]).exit, 3);
        practice.ok(&["client", "add", &format!("here-{n}")]);
        assert_eq!(practice.ok(&["ledger", "hand-over", &desk, "-q"]).stdout, format!("{desk}\n"));
    }
    for computer in ["home", "desk", "third"] {
        assert_eq!(clients(&on(&practice, computer, &["client", "list", "--json"])), 7, "{computer}");
        let said = on(&practice, computer, &["ledger", "verify"]);
        assert!(said.exit == 0 && said.stdout.starts_with("CONTINUOUS\t"), "{computer}: {said:?}");
        assert_eq!(on(&practice, computer, &["check"]).exit, 0);
    }
    // No new key and no new card came of it.
    let card = on(&practice, "desk", &["card", "-o", "card", "--json"]).json();
    assert_eq!(card["previous"], Value::Null);
}

fn find_id(directory: &std::path::Path) -> Option<String> {
    for entry in fs::read_dir(directory).ok()?.flatten() {
        let path = entry.path();
        let found = if path.is_dir() { find_id(&path) } else { None };
        if found.is_some() {
            return found;
        }
        if path.file_name().is_some_and(|name| name == "id") {
            return fs::read_to_string(path).ok();
        }
    }
    None
}

#[test]
fn another_computer_follows_a_link_silently_and_a_new_vault_key_when_it_is_confirmed() {
    let practice = Practice::new();
    practice.ok(&["client", "add", "a-1"]);
    with_partner(&practice);
    acquainted(&practice, "desk");
    practice.ok(&["ledger", "rotate-key", "--batch"]);
    let said = on(&practice, "desk", &["client", "list", "--json"]);
    assert_eq!((said.exit, clients(&said), said.stderr.as_str()), (0, 1, ""));
    let desk = machine_id(&practice, "desk");
    practice.ok(&["ledger", "hand-over", &desk, "--batch"]);
    assert_eq!(on(&practice, "desk", &["client", "add", "a-2"]).exit, 0);

    let said = on(&practice, "desk", &["owner", "remove", "partner", "--batch"]);
    assert_eq!(said.exit, 0, "{said:?}");
    let said = practice.refused(5, &["client", "list"]);
    assert!(said.stderr.contains("an owner was removed") && said.stderr.contains("--accept-head"), "{said:?}");
    let said = practice.refused(5, &["client", "list", "--yes"]);
    assert!(said.stderr.contains("--accept-head"), "{said:?}");
    let said = practice.at_terminal(&["n"], &["client", "list"]);
    assert_eq!(said.exit, 5, "{said:?}");
    let said = practice.at_terminal(&["y"], &["client", "list", "--json"]);
    assert_eq!((said.exit, clients(&said)), (0, 2), "{said:?}");
    assert!(said.terminal.contains("has a new key of its own"), "{said:?}");
    practice.ok(&["client", "list"]);
    // The one that was written by hand over there is no writer here.
    let said = at_terminal_on(&practice, "home", &["n"], &["client", "add", "a-3"]);
    assert_eq!(said.exit, 3, "{said:?}");
}
