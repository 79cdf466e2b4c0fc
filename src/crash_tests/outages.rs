//! Every act that changes a vault, and every state of the disk that a crash or a power cut during it may leave.

use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::crash_tests::bench::Bench;
use crate::crash_tests::bench::copy_tree;
use crate::crash_tests::bench::records_of;
use crate::crash_tests::bench::snapshot;
use crate::crash_tests::film::Film;
use crate::crash_tests::film::put;
use crate::crash_tests::walk::Walk;
use crate::crash_tests::walk::sampled;
use crate::filing;
use crate::id::ClientId;
use crate::practice::erasure::EventErased;
use crate::practice::event::Body;
use crate::vault::Options;
use crate::vault::Vault;
use crate::vault::catalog::Entry;
use crate::vault::catalog::EntryFilter;
use crate::vault::completion;
use crate::vault::erasing;
use crate::vault::error::VaultError;
use crate::vault::lock::Hold;
use crate::vault::lock::Lock;
use crate::vault::places;
use crate::vault::places::Places;
use crate::vault::rekey;
use crate::vault::rescue;
use crate::vault::reseal;
use crate::vault::root_text;
use crate::vault::succession::Wanted;
use crate::vault::transaction::Draft;
use crate::vault::turns;
use crate::vault::unlock::Found;

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// A vault with a client and two records.
fn filled() -> (Bench, ClientId) {
    let bench = Bench::new();
    let mut vault = bench.open().unwrap();
    let client = bench.add_client(&mut vault, "mk-01");
    bench.add(&mut vault, client, &["one", "two"]).unwrap();
    drop(vault);
    (bench, client)
}

fn open_at(bench: &Bench, places: &Places) -> Result<Vault, VaultError> {
    bench.open_at(places, Bench::options())
}

/// A second machine on the same directory, or on `vault`, which has accepted the head that it found there.
fn machine(bench: &Bench, name: &str, vault: &Path) -> Places {
    let at = |kind: &str| bench.dir.path().join(format!("{name}-{kind}"));
    let places = Places { vault: vault.to_owned(), state: at("state"), cache: at("cache") };
    let head = open_at(bench, &places).unwrap().head().clone();
    let accept_head = Some(format!("{}:{}", head.size, root_text(&head.root)));
    drop(bench.open_at(&places, Options { accept_head, ..Bench::options() }).unwrap());
    places
}

fn second(bench: &Bench) -> Places {
    machine(bench, "second", &bench.places.vault)
}

/// How many entries and logs there are.
fn size(vault: &Vault) -> String {
    format!("{} {}", vault.past().len(), vault.head().size)
}

#[test]
fn records_that_are_added() {
    let (bench, client) = filled();
    let second = second(&bench);
    Walk::of(&bench, &size).with(&second).through("add", &|| {
        bench.add(&mut bench.open().map_err(text)?, client, &["three", "four"]).map(drop).map_err(text)
    });
}

#[test]
fn records_on_both_sides_of_the_edge_of_a_tile() {
    let (bench, client) = filled();
    let mut vault = bench.open().unwrap();
    let details = vault.catalog().client(client).unwrap().unwrap().details;
    let filler = || Draft::from(Body::ClientEdited(details.clone()));
    let count = 254 - vault.head().size;
    bench.desk(&mut vault).append::<VaultError>(|_| Ok((0..count).map(|_| filler()).collect())).unwrap();
    drop(vault);
    let second = second(&bench);
    Walk::of(&bench, &size).with(&second).through("add across the edge of a tile", &|| {
        bench.add(&mut bench.open().map_err(text)?, client, &["three", "four", "five"]).map(drop).map_err(text)
    });
}

#[test]
fn tags() {
    let (bench, client) = filled();
    let records = records_of(&bench.add(&mut bench.open().unwrap(), client, &["three"]).unwrap());
    let tag = "sleep".parse().unwrap();
    Walk::of(&bench, &size).through("tag", &|| {
        let tags = (std::slice::from_ref(&tag), &[][..]);
        filing::tag(&mut bench.desk(&mut bench.open().map_err(text)?), &records, tags).map(drop).map_err(text)
    });
}

#[test]
fn erasing() {
    let (bench, client) = filled();
    let mut vault = bench.open().unwrap();
    let details = vault.catalog().client(client).unwrap().unwrap().details;
    let filler = || Draft::from(Body::ClientEdited(details.clone()));
    let count = 258 - vault.head().size;
    bench.desk(&mut vault).append::<VaultError>(|_| Ok((0..count).map(|_| filler()).collect())).unwrap();
    let origin = vault.head().origin.to_string();
    drop(vault);
    let second = second(&bench);
    let erasures = |of: &[(u64, &str)]| -> Vec<EventErased> {
        let erased = of.iter().map(|(index, field)| EventErased {
            fields: vec![(*field).to_owned()],
            index: *index,
            origin: origin.clone(),
            reason: None,
        });
        erased.collect()
    };
    // Whatever the catalogue was folded from, it holds nothing that was declared erased.
    let look = |vault: &Vault| {
        let mut fields = Vec::new();
        let each = |entry: Entry| {
            fields.push(entry.fields.len());
            Ok::<_, VaultError>(true)
        };
        vault.catalog().entries(&EntryFilter::default(), each).unwrap();
        format!("{} {fields:?}", size(vault))
    };
    let erase = |of: &[(u64, &str)]| {
        let mut vault = bench.open().map_err(text)?;
        let done = erasing::erase(&mut bench.desk(&mut vault), erasures(of)).map_err(text)?;
        done.late.map_or(Ok(()), |error| Err(error.to_string()))
    };
    // Two journal files, one of which the append itself writes.
    Walk::of(&bench, &look).with(&second).through("erase", &|| erase(&[(257, "alias"), (5, "title"), (3, "alias")]));

    for wrong in [(3, "alias"), (4, "seal"), (0, "kind"), (1000, "title"), (4, "nothing")] {
        let error = erase(&[wrong]).unwrap_err();
        assert!(error.starts_with(&format!("entry {} of {origin}: ", wrong.0)), "{error}");
    }
}

#[test]
fn packages() {
    let (bench, client) = filled();
    let mut vault = bench.open().unwrap();
    let recipient = bench.add_recipient(&mut vault, "dr-lee");
    bench.consent(&mut vault, client, recipient);
    let records = records_of(&bench.add(&mut vault, client, &["told in confidence"]).unwrap());
    drop(vault);
    let look = |vault: &Vault| {
        let waiting = vault.outbox().unwrap();
        for disclosure in &waiting {
            assert!(vault.catalog().disclosure(*disclosure).unwrap().is_some(), "{disclosure} waits without an entry");
        }
        format!("{} {}", waiting.len(), size(vault))
    };
    Walk::of(&bench, &look).through("share", &|| {
        bench.share(&mut bench.open().map_err(text)?, records.clone(), recipient).map(drop).map_err(text)
    });
}

#[test]
fn an_owner_who_is_added() {
    let (bench, _) = filled();
    let look = |vault: &Vault| format!("{} {}", vault.catalog().owners().unwrap().len(), size(vault));
    Walk::of(&bench, &look).through("owner add", &|| {
        bench.add_owner(&mut bench.open().map_err(text)?, "partner");
        Ok(())
    });
}

#[test]
fn a_key_that_is_rotated() {
    let (bench, _) = filled();
    let second = second(&bench);
    Walk::of(&bench, &|vault| vault.past().len().to_string()).with(&second).through("rotate-key", &|| {
        let mut vault = bench.open().map_err(text)?;
        rekey::rotate_key(&mut bench.desk(&mut vault), None, None).map(drop).map_err(text)
    });
}

#[test]
fn an_owner_who_is_removed() {
    let (bench, _) = filled();
    bench.add_owner(&mut bench.open().unwrap(), "partner");
    Walk::of(&bench, &|vault| vault.past().len().to_string())
        .through("owner remove", &|| bench.remove_owners(&mut bench.open().map_err(text)?).map_err(text));
}

#[test]
fn batches_that_are_sealed_anew() {
    let (bench, client) = filled();
    bench.add(&mut bench.open().unwrap(), client, &["three"]).unwrap();
    let mut vault = bench.open().unwrap();
    bench.add_owner(&mut vault, "partner");
    bench.remove_owners(&mut vault).unwrap();
    drop(vault);
    Walk::of(&bench, &|vault| vault.is_being_resealed().to_string()).through("seal anew", &|| {
        let mut vault = bench.open().map_err(text)?;
        if !vault.is_being_resealed() {
            return Ok(());
        }
        reseal::reseal(&mut bench.desk(&mut vault), &mut |_| true).map(drop).map_err(text)
    });
}

#[test]
fn a_log_that_another_machine_continues() {
    let (bench, _) = filled();
    let second = second(&bench);
    let mut walk = Walk::of(&bench, &|vault| vault.past().len().to_string()).with(&second);
    walk.machines.reverse();
    walk.through("continue on a second machine", &|| {
        let mut vault = open_at(&bench, &second).map_err(text)?;
        rescue::continue_here(&mut bench.desk(&mut vault), Wanted::default()).map(drop).map_err(text)
    });
}

#[test]
fn a_log_that_is_handed_over_and_taken_up() {
    let (bench, _) = filled();
    let second = second(&bench);
    let to = open_at(&bench, &second).unwrap().machine().unwrap();
    Walk::of(&bench, &size).with(&second).through("hand over", &|| {
        let mut vault = bench.open().map_err(text)?;
        turns::hand_over(&mut bench.desk(&mut vault), to).map(drop).map_err(text)
    });
}

/// Puts the files of `from` over those of `to`, as a sync of two copies may.
fn merge_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            merge_tree(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// A second machine, with a vault whose history has a branch that is not joined to it.
fn branched() -> (Bench, Places) {
    let (bench, client) = filled();
    // A copy goes to a second machine, which continues the log; the first one writes on; then the two meet.
    let vault = bench.dir.path().join("second-vault");
    copy_tree(&bench.places.vault, &vault);
    let second = machine(&bench, "second", &vault);
    let mut opened = open_at(&bench, &second).unwrap();
    rescue::continue_here(&mut bench.desk(&mut opened), Wanted::default()).unwrap();
    drop(opened);
    bench.add(&mut open_at(&bench, &second).unwrap(), client, &["three"]).unwrap();
    bench.add(&mut bench.open().unwrap(), client, &["four"]).unwrap();
    let header = fs::read(second.vault.join("vault.toml")).unwrap();
    merge_tree(&bench.places.vault, &second.vault);
    fs::write(second.vault.join("vault.toml"), header).unwrap();
    (bench, second)
}

#[test]
fn nothing_is_joined_and_no_link_written_while_another_holds_the_vault() {
    let (bench, second) = branched();
    let options = Options { lock_wait: Duration::from_millis(10), ..Bench::options() };
    let mut vault = bench.open_at(&second, options).unwrap();
    let before = snapshot(&second.vault);
    let held = Lock::take(&second.vault.join(places::LOCK), Hold::Exclusive, Duration::ZERO).unwrap();
    let refused = rescue::join(&mut bench.desk(&mut vault)).map(drop).unwrap_err();
    assert!(matches!(refused, VaultError::Busy(_)), "{refused}");
    assert_eq!(snapshot(&second.vault), before);
    drop(held);
    let joined = rescue::join(&mut bench.desk(&mut vault)).unwrap();
    assert_eq!(joined.entries.len(), 1);
    assert_ne!(snapshot(&second.vault), before);
}

#[test]
fn a_branch_that_is_joined() {
    let (bench, second) = branched();
    let walk = Walk { machines: vec![second.clone()], is_branched: true, ..Walk::of(&bench, &size) };
    walk.through("join a branch", &|| {
        let mut vault = open_at(&bench, &second).map_err(text)?;
        rescue::join(&mut bench.desk(&mut vault)).map(drop).map_err(text)
    });
}

#[test]
fn a_second_successor_that_is_joined() {
    let (bench, client) = filled();
    let mut machines = Vec::new();
    for (name, text) in [("second", "three"), ("third", "four")] {
        let vault = bench.dir.path().join(format!("{name}-vault"));
        copy_tree(&bench.places.vault, &vault);
        let places = machine(&bench, name, &vault);
        let mut opened = open_at(&bench, &places).unwrap();
        rescue::continue_here(&mut bench.desk(&mut opened), Wanted::default()).unwrap();
        drop(opened);
        bench.add(&mut open_at(&bench, &places).unwrap(), client, &[text]).unwrap();
        machines.push(places);
    }
    let (second, third) = (&machines[0], &machines[1]);
    let header = fs::read(second.vault.join("vault.toml")).unwrap();
    merge_tree(&third.vault, &second.vault);
    fs::write(second.vault.join("vault.toml"), header).unwrap();

    let walk = Walk { machines: vec![second.clone()], is_branched: true, ..Walk::of(&bench, &size) };
    walk.through("join a second successor", &|| {
        let mut vault = open_at(&bench, second).map_err(text)?;
        rescue::join(&mut bench.desk(&mut vault)).map(drop).map_err(text)
    });
}

#[test]
fn files_that_are_brought_from_another_copy() {
    let (bench, client) = filled();
    let copy = |name: &str| copy_tree(&bench.places.vault, &bench.dir.path().join(name));
    copy("older");
    bench.add(&mut bench.open().unwrap(), client, &["three"]).unwrap();
    copy("newer");
    fs::remove_dir_all(&bench.places.vault).unwrap();
    copy_tree(&bench.dir.path().join("older"), &bench.places.vault);
    let walk = Walk { is_behind: true, ..Walk::of(&bench, &size) };
    walk.through("complete from a copy", &|| {
        let found = Found::at(bench.places.clone()).map_err(text)?;
        let unlocked = found.with_identities(&bench.identities()).map_err(text)?;
        let newer = bench.dir.path().join("newer");
        completion::complete_from(&unlocked, &newer, Duration::from_secs(5)).map(drop).map_err(text)
    });
}

#[test]
fn an_init() {
    let bench = Bench::bare();
    let root = bench.dir.path();
    let (made, film) = Film::of(root, &|path| path.starts_with(&bench.places.cache), || bench.init());
    made.unwrap();
    let all = film.frames();
    let states = all.len();
    let frames = sampled(all, 16);
    println!("init: {} operations, {states} states, {} looked at", film.len(), frames.len());
    for frame in frames {
        let what = &frame.what;
        put(&frame.tree, root);
        let is_made = bench.places.vault.join("vault.toml").exists();
        assert!(is_made || frame.begun < film.len(), "{what}: it was told as done");
        if !is_made {
            bench.init().unwrap_or_else(|error| panic!("{what}: {error}"));
        }
        let mut vault = bench.open().unwrap_or_else(|error| panic!("{what}: {error}"));
        bench.add_client(&mut vault, "mk-01");
        let report = vault.check(true, &mut |_| {}).unwrap();
        assert_eq!((report.ledger.findings, report.findings), (vec![], vec![]), "{what}");
    }
}
