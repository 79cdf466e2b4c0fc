//! What somebody can do to a log who has its key: each with the one verdict that names it. And what looks like an attack,
//! is none, and must raise no alarm.

pub mod table;

use std::fs;

use serde_json::Value;
use subrosa::ledger::checkpoint::VerifiedCheckpoint;
use subrosa::ledger::leaf::Leaf;
use subrosa::ledger::note::NOTE_LIMIT;
use subrosa::ledger::note::Note;
use subrosa::ledger::successor::Successor;
use subrosa::time::Timestamp;
use table::WITH_BOTH_KEYS;
use table::WITH_THE_KEY;

use crate::attacks_on_vaults::check;
use crate::attacks_on_vaults::plant;
use crate::forged_log;
use crate::forger::Forger;
use crate::forger::Site;
use crate::forger::active;
use crate::forger::copy_of;
use crate::forger::file;
use crate::forger::prepare;
use crate::integrity::copy_tree;
use crate::practice::Practice;
use crate::practice::Said;

const HEAD: &str = "ledger/LOG/checkpoint";
const JOURNAL: &str = "journal/LOG/000.age";
const LATER: &str = "2026-11-23T09:30:00Z";

/// This computer has seen nothing.
fn forget(it: &Practice) {
    fs::remove_dir_all(it.path("home/.local/state")).unwrap();
    fs::remove_dir_all(it.path("home/.cache")).unwrap();
}

#[test]
fn a_log_whose_key_somebody_has() {
    check(Site::Small, WITH_THE_KEY);
    check(Site::Rotated, WITH_BOTH_KEYS);
}

#[test]
fn a_new_computer_sees_what_needs_no_memory() {
    let prepared = prepare(Site::Small);
    let it = copy_of(&prepared);
    forget(&it);
    let said = it.run(&["ledger", "verify", "--json"]);
    assert_eq!((said.exit, &said.json()["verdict"]), (0, &"INTACT".into()), "{said:?}");
    // Swapped leaves are signed, and are not what the journal says.
    let mut forger = Forger::of(&it);
    forger.leaves.swap(3, 4);
    forger.write();
    let said = it.run(&["ledger", "verify", "--json"]);
    assert_eq!((said.exit, &said.json()["verdict"]), (5, &"OPENING-MISMATCH".into()), "{said:?}");
    assert_eq!(said.json()["findings"][0]["index"], 3);
}

#[test]
fn two_heads_for_two_parties_are_evidence() {
    let it = copy_of(&prepare(Site::Small));
    let mut forger = Forger::of(&it);
    let key = forger.key.verifier();
    forger.put(6, forger.note("2026-11-22T09:30:00Z", "ant"));
    for (size, word) in [(8, "same size"), (7, "smaller")] {
        forger.cut(size);
        fs::write(it.path("told.txt"), forger.head().bytes()).unwrap();
        let said = it.run(&["ledger", "verify", "--against", "told.txt", "--json"]);
        let found = said.json();
        assert_eq!((said.exit, &found["verdict"]), (5, &"FORKED".into()), "{word}: {said:?}");
        let text = found["findings"][0]["text"].as_str().unwrap().replace("[HERE]", it.path("").to_str().unwrap());
        let (_, kept) = text.split_once("both notes are in ").unwrap_or_else(|| panic!("{text}"));
        // Anyone can check it: two notes by one key.
        let kept = fs::read_to_string(kept.replace("//", "/")).unwrap();
        let notes: Vec<VerifiedCheckpoint> = kept
            .match_indices(&format!("{}\n", key.origin()))
            .filter_map(|(at, _)| {
                let (text, rest) = kept[at..].split_once("\n\n").unwrap();
                let lines: String = rest.split_inclusive('\n').take_while(|line| line.starts_with('—')).collect();
                VerifiedCheckpoint::open(format!("{text}\n\n{lines}").as_bytes(), &key).ok()
            })
            .collect();
        assert_eq!(notes.len(), 2, "{word}: {kept}");
        assert_ne!(notes[0].head(), notes[1].head());
    }
    // Whose history holds is for a person to say, before more is signed with that key.
    it.ok(&["client", "list"]);
    assert!(it.refused(5, &["client", "add", "later"]).stderr.contains("ledger recover"));
}

/// Runs the program on another computer: with a home of its own, and the vault that it sees.
fn on(it: &Practice, computer: &str, vault: &str, args: &[&str]) -> Said {
    let (host, ends) = it.host();
    let home = it.path(computer);
    let host = host.with_var("HOME", home.to_str().unwrap()).with_var("SUBROSA_VAULT", vault);
    it.run_in((host, ends), args)
}

#[test]
fn a_copied_vault_that_both_computers_wrote_on() {
    let it = copy_of(&prepare(Site::Small));
    // All of it is copied, and with it the right to write.
    copy_tree(&it.path("home"), &it.path("clone"));
    copy_tree(&it.vault(), &it.path("copy"));
    it.ok(&["client", "add", "ours"]);
    for (alias, word) in [("theirs-1", "the same size"), ("theirs-2", "larger")] {
        assert_eq!(on(&it, "clone", "copy", &["client", "add", alias]).exit, 0);
        let ours = it.path("ours");
        copy_tree(&it.vault(), &ours);
        copy_tree(&it.path("copy"), &it.vault());
        let said = it.run(&["ledger", "verify", "--json"]);
        assert_eq!((said.exit, &said.json()["verdict"]), (5, &"FORKED".into()), "{word}: {said:?}");
        assert_eq!(it.run(&["client", "add", "later"]).exit, 5, "{word}");
        assert_eq!(it.run(&["client", "list"]).exit, 5, "{word}");
        fs::remove_dir_all(it.vault()).unwrap();
        fs::rename(&ours, it.vault()).unwrap();
        // Both notes are kept here, and nobody said yet which one holds.
        let said = it.run(&["ledger", "verify"]);
        assert!(said.exit == 5 && said.stderr.contains("signed two histories"), "{word}: {said:?}");
        fs::remove_dir_all(it.path("home/.local/state/subrosa/evidence")).unwrap();
        assert_eq!(it.run(&["ledger", "verify"]).exit, 0, "{word}");
    }
    // Where only one of them wrote, the other gives up the right to.
    let it = copy_of(&prepare(Site::Small));
    copy_tree(&it.path("home"), &it.path("clone"));
    it.ok(&["client", "add", "ours"]);
    assert_eq!(on(&it, "clone", "vault", &["ledger", "verify"]).exit, 0);
    assert_eq!(on(&it, "clone", "vault", &["client", "add", "theirs"]).exit, 3);
    it.ok(&["client", "add", "later"]);
}

#[test]
fn a_copy_that_went_the_other_way_is_kept_as_evidence() {
    for (count, word) in [(1, "the same size"), (2, "larger")] {
        let it = copy_of(&prepare(Site::Small));
        copy_tree(&it.path("home"), &it.path("clone"));
        copy_tree(&it.vault(), &it.path("copy"));
        it.ok(&["client", "add", "ours"]);
        for alias in ["theirs-1", "theirs-2"].iter().take(count) {
            assert_eq!(on(&it, "clone", "copy", &["client", "add", alias]).exit, 0);
        }
        let said = it.run(&["check", "--copy", "copy", "--json"]);
        assert!(said.exit == 5 && said.stdout.contains("\"FORKED\""), "{word}: {said:?}");
        assert!(said.stdout.contains("both notes are in "), "{word}: {said:?}");
        // As what another party shows: nothing is added until somebody says which history holds.
        let kept = fs::read_dir(it.path("home/.local/state/subrosa/evidence")).unwrap().next().unwrap().unwrap();
        it.ok(&["client", "list"]);
        let said = it.refused(5, &["client", "add", "later"]);
        assert!(said.stderr.contains(kept.file_name().to_str().unwrap()), "{word}: {said:?}");
        assert!(said.stderr.contains("ledger recover"), "{word}: {said:?}");
    }
}

#[test]
fn a_lost_mark_takes_the_right_to_write_with_it() {
    let it = copy_of(&prepare(Site::Small));
    copy_tree(&it.vault(), &it.path("older"));
    it.ok(&["client", "add", "seen-by-others"]);
    let mark = it.files().into_keys().find(|path| path.ends_with("head")).unwrap();
    fs::remove_file(mark).unwrap();
    fs::remove_dir_all(it.vault()).unwrap();
    copy_tree(&it.path("older"), &it.vault());
    let head = it.run(&["ledger", "verify", "--json"]).json()["head"].clone();
    let accepted = format!("{}:{}", head["size"], head["root"].as_str().unwrap());
    // It goes on in a log of its own: the old one may have been signed at this size already.
    let said = it.run(&["client", "add", "another", "--accept-head", &accepted, "--json"]);
    let origin = it.ok(&["ledger", "verify", "--json"]).json()["head"]["origin"].clone();
    assert!(said.exit != 0 || origin != head["origin"], "{said:?}");
}

#[test]
fn what_is_at_hand_is_what_was_signed_or_read() {
    // The tiles are gone, and with them what proves the entries; others were sealed to the vault's public key.
    for (has_tiles, has_catalogue) in [(true, true), (true, false), (false, true)] {
        let it = copy_of(&prepare(Site::Small));
        let mut forger = Forger::of(&it);
        forger.cut(6);
        forger.put(5, forger.note("2026-11-22T09:30:00Z", "ant"));
        let tiles = it.path("tiles");
        copy_tree(&file(&it, "ledger/LOG/tile"), &tiles);
        forger.write_tiles();
        forger.write_journal();
        if has_tiles {
            copy_tree(&tiles, &file(&it, "ledger/LOG/tile"));
        } else {
            fs::remove_dir_all(file(&it, "ledger/LOG/tile/0")).unwrap();
        }
        if !has_catalogue {
            fs::remove_dir_all(it.path("home/.cache")).unwrap();
        }
        assert_eq!(it.run(&["ledger", "verify"]).exit, 5);
        let said = it.at_terminal(&[], &["ledger", "log", "--json"]);
        let seen = said.stdout.contains("\"ant\"");
        assert!(!seen, "{said:?}");
        let head = it.run(&["ledger", "verify", "--json"]).json()["head"].clone();
        let _ = head;
        let said = it.run(&["ledger", "recover", "--batch", "--json"]);
        assert!(!it.run(&["client", "list"]).stdout.contains("ant"), "{said:?}");
    }
}

#[test]
fn no_alarm_is_raised_where_nothing_is_wrong() {
    let fine = |it: &Practice, name: &str, exit: u8| {
        let said = it.run(&["ledger", "verify", "--json"]);
        assert_eq!((said.exit, &said.json()["verdict"]), (0, &"CONTINUOUS".into()), "{name}: {said:?}");
        let said = it.run(&["check", "--json"]);
        assert_eq!((said.exit, &said.json()["ok"]), (exit, &true.into()), "{name}: {said:?}");
    };
    let small = prepare(Site::Small);
    let with = |name: &str, exit: u8, how: &dyn Fn(&mut Practice)| {
        let mut it = copy_of(&small);
        how(&mut it);
        fine(&it, name, exit);
        it.ok(&["client", "add", "later"]);
        fine(&it, name, exit);
    };
    with("unknown signature lines", 0, &|it| {
        let mut note = Note::parse(&fs::read(file(it, HEAD)).unwrap(), NOTE_LIMIT).unwrap();
        let other = forged_log::Log::ours(7);
        note.signatures.push(other.line(forged_log::MADE, &forged_log::witness("w.example/1", 3)));
        fs::write(file(it, HEAD), note.to_bytes()).unwrap();
    });
    with("leftovers beyond the size", 7, &|it| {
        // A transaction that died before its commit: a wider tile, and lines of the journal.
        let mut forger = Forger::of(it);
        let kept = it.path("kept");
        copy_tree(&forger.path("tile"), &kept);
        forger.push(forger.note(LATER, "ant"));
        forger.write_tiles();
        forger.write_journal();
        copy_tree(&kept, &forger.path("tile"));
        fs::write(forger.path("scrap"), "not ours").unwrap();
    });
    with("a clock that jumps forward", 0, &|it| {
        it.now += 400 * 86_400;
        it.ok(&["client", "add", "next-year"]);
    });
    with("a hand-over", 0, &|it| {
        let head = it.ok(&["ledger", "verify", "--json"]).json()["head"].clone();
        let accepted = format!("{}:{}", head["size"], head["root"].as_str().unwrap());
        assert_eq!(on(it, "desk", "vault", &["list", "--accept-head", &accepted]).exit, 0);
        let id = |it: &Practice, computer: &str| {
            let said = on(it, computer, "vault", &["client", "add", "nobody"]);
            assert_eq!(said.exit, 3, "{said:?}");
            let (_, rest) = said.stderr.split_once("ledger hand-over ").unwrap();
            rest.chars().take_while(char::is_ascii_alphanumeric).collect::<String>()
        };
        it.ok(&["ledger", "hand-over", &id(it, "desk"), "--batch"]);
        fine(it, "handed over", 0);
        assert_eq!(on(it, "desk", "vault", &["ledger", "hand-over", &id(it, "home"), "--batch"]).exit, 0);
    });
    with("a declared gap", 7, &|it| {
        copy_tree(&it.vault(), &it.path("backup"));
        it.ok(&["client", "add", "lost"]);
        fs::remove_dir_all(it.vault()).unwrap();
        copy_tree(&it.path("backup"), &it.vault());
        let head = it.run(&["ledger", "verify", "--json"]).json()["head"].clone();
        let accepted = format!("{}:{}", head["size"], head["root"].as_str().unwrap());
        let said = it.run(&["ledger", "recover", "--accept-head", &accepted, "--batch", "--json"]);
        assert_eq!(said.exit, 7, "{said:?}");
    });
    with("an older vault.toml of the same log", 0, &|it| {
        let header = fs::read(it.vault().join("vault.toml")).unwrap();
        it.ok(&["client", "add", "lost"]);
        fs::write(it.vault().join("vault.toml"), header).unwrap();
    });
    // Narrower tiles are pruned once the full one is there.
    let it = copy_of(&prepare(Site::Large));
    fine(&it, "pruned", 0);
    let left = fs::read_dir(file(&it, "ledger/LOG/tile/entries")).unwrap();
    let left: Vec<_> = left.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert!(left.contains(&"000".to_owned()) && !left.contains(&"000.p".to_owned()), "{left:?}");
    let it = copy_of(&prepare(Site::Rotated));
    fine(&it, "rotated", 0);
}

#[test]
fn a_key_that_was_named_in_advance_is_the_only_one_that_follows() {
    for (next, word) in [(Some(subrosa::digest::Digest::of(b"a key on paper")), "INTACT"), (None, "FORKED")] {
        let it = copy_of(&prepare(Site::Small));
        let mut forger = Forger::of(&it);
        forger.leaves[0] = Leaf::Genesis { public: *forger.key.verifier().public(), next };
        forger.write();
        forget(&it);
        let thief = forged_log::key(forged_log::ORIGIN, 1);
        let link = Successor::new(forger.head().head(), thief.verifier(), Timestamp::from_unix(it.now));
        plant(&it, &link.sign(&forger.key).unwrap());
        let said = it.run(&["ledger", "verify", "--json"]);
        assert_eq!(said.json()["verdict"], word, "{said:?}");
    }
}

#[test]
fn a_log_that_joins_itself_is_read_once() {
    let it = copy_of(&prepare(Site::Small));
    let mut forger = Forger::of(&it);
    for _ in 0..24 {
        let head = forger.head().head().clone();
        let extent = serde_json::json!({"root": head.root.to_string(), "size": head.size});
        let event = serde_json::json!({
            "actor": "owner", "from": 0, "have": extent, "kind": "log.joined", "origin": head.origin.to_string(),
            "root": head.root.to_string(), "size": head.size, "time": LATER, "vkey": forger.key.verifier().to_string(),
        });
        let Value::Object(event) = event else { unreachable!() };
        forger.push(event);
    }
    forger.write();
    fs::remove_dir_all(it.path("home/.cache")).unwrap();
    // Each would double all that stands before it.
    let said = it.run(&["ledger", "log"]);
    assert_eq!(said.stdout.lines().count(), 9 + 24, "{said:?}");
}

#[test]
fn an_older_header_at_a_new_place_is_seen_through() {
    for keeps_links in [true, false] {
        let it = copy_of(&prepare(Site::Rotated));
        let moved = it.path("moved");
        copy_tree(&it.vault(), &moved);
        let old = crate::forger::past(&it);
        fs::copy(it.path("old.toml"), moved.join("vault.toml")).unwrap();
        fs::copy(it.path("old-key.age"), moved.join(format!("keys/signing-{old}.age"))).unwrap();
        if !keeps_links {
            fs::remove_dir_all(moved.join("ledger").join(active(&it))).unwrap();
            fs::remove_file(moved.join("ledger").join(&old).join("successor")).unwrap();
        }
        let said = on(&it, "home", "moved", &["ledger", "verify", "--json"]);
        let found: Value = said.json();
        assert_eq!((said.exit, &found["verdict"]), (5, &"ROLLED-BACK".into()), "{keeps_links}: {said:?}");
        assert_eq!(found["findings"][0]["file"], "vault.toml");
        assert_eq!(on(&it, "home", "moved", &["client", "add", "later"]).exit, 5);
    }
}

#[test]
fn a_finished_removal_leaves_nothing_behind_that_only_earlier_keys_open() {
    let it = copy_of(&prepare(Site::Small));
    let (secret, public) = subrosa::keys::identity::generate_owner();
    it.write("partner.txt", secret.reveal_secret());
    it.ok(&["owner", "add", &String::from(public), "--alias", "partner"]);
    let journal = file(&it, JOURNAL);
    it.ok(&["ledger", "rotate-key", "--batch"]);
    // A sync has not brought it yet. The catalogue knows all, so nobody misses it.
    fs::rename(&journal, it.path("late")).unwrap();
    let said = it.run(&["owner", "remove", "partner", "--batch"]);
    assert_ne!(said.exit, 0, "{said:?}");
    fs::rename(it.path("late"), &journal).unwrap();
    let said = it.run(&["owner", "remove", "--resume", "--batch"]);
    let again = it.run(&["owner", "remove", "partner", "--batch"]);
    assert!(said.exit == 0 || again.exit == 0, "{said:?} {again:?}");
    fs::remove_dir_all(it.path("home/.cache")).unwrap();
    it.ok(&["client", "list"]);
    assert_eq!(it.run(&["check", "--read-data"]).exit, 0);
}
