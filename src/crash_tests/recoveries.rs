//! Recovery: every state that a restored backup, a copied vault, a second machine or a lost state directory produces, and
//! the way out of it. None of them ends with two heads of one size, and nothing that was at hand is lost.

use std::fs;

use crate::crash_tests::bench::Bench;
use crate::crash_tests::bench::contents;
use crate::crash_tests::bench::copy_tree;
use crate::crash_tests::machines::accepting;
use crate::crash_tests::machines::faults;
use crate::crash_tests::machines::go_on;
use crate::crash_tests::machines::is_whole;
use crate::crash_tests::machines::machine;
use crate::crash_tests::machines::open_at;
use crate::vault::Options;
use crate::vault::check::Fault;
use crate::vault::completion;
use crate::vault::error::VaultError;
use crate::vault::places::Places;
use crate::vault::rescue;
use crate::vault::root_text;
use crate::vault::standing::Standing;

fn recovering() -> Options {
    Options { at_hand: true, ..Bench::options() }
}

#[test]
fn a_restored_backup_ends_in_a_gap_that_is_declared() {
    let bench = Bench::new();
    let mut vault = bench.open().unwrap();
    let client = bench.add_client(&mut vault, "mk-01");
    bench.add(&mut vault, client, &["one"]).unwrap();
    let backup = bench.dir.path().join("backup");
    copy_tree(&bench.places.vault, &backup);
    bench.add(&mut vault, client, &["two"]).unwrap();
    let newer = bench.dir.path().join("newer");
    copy_tree(&bench.places.vault, &newer);
    drop(vault);
    fs::remove_dir_all(&bench.places.vault).unwrap();
    copy_tree(&backup, &bench.places.vault);

    let mut vault = bench.open().unwrap();
    assert!(matches!(vault.standing(), Standing::RolledBack(_)));
    assert!(matches!(vault.may_append(), Err(VaultError::RolledBack { .. })));
    go_on(&bench, &mut vault);
    drop(vault);
    let mut vault = bench.open().unwrap();
    assert!(vault.alarm().is_none());
    bench.add(&mut vault, client, &["three"]).unwrap();
    assert_eq!(contents(&vault), ["one", "three"]);
    assert_eq!(faults(&mut vault), [Fault::Gap]);
    drop(vault);

    // The newer copy turns up: its files are brought into the old log, and the gap is closed by joining them.
    for name in ["journal", "ledger", "records"] {
        merge_tree(&newer.join(name), &bench.places.vault.join(name));
    }
    let mut vault = bench.open().unwrap();
    assert!(matches!(vault.standing(), Standing::Branched(_)), "{:?}", vault.standing());
    rescue::join(&mut bench.desk(&mut vault)).unwrap();
    assert_eq!(contents(&vault), ["one", "three", "two"]);
    drop(vault);
    let mut vault = bench.open().unwrap();
    assert_eq!(contents(&vault), ["one", "three", "two"]);
    is_whole(&mut vault);
    fs::remove_dir_all(&bench.places.cache).unwrap();
    drop(vault);
    assert_eq!(contents(&bench.open().unwrap()), ["one", "three", "two"]);
}

fn unlocked(bench: &Bench, places: &Places) -> crate::vault::unlock::Unlocked {
    let found = crate::vault::unlock::Found::at(places.clone()).unwrap();
    found.with_identities(&bench.identities()).unwrap()
}

#[test]
fn a_copy_completes_a_log_that_was_continued_without_it() {
    let bench = Bench::new();
    let mut vault = bench.open().unwrap();
    let client = bench.add_client(&mut vault, "mk-01");
    bench.add(&mut vault, client, &["one"]).unwrap();
    let backup = bench.dir.path().join("backup");
    copy_tree(&bench.places.vault, &backup);
    bench.add(&mut vault, client, &["two"]).unwrap();
    let newer = bench.dir.path().join("newer");
    copy_tree(&bench.places.vault, &newer);
    drop(vault);
    fs::remove_dir_all(&bench.places.vault).unwrap();
    copy_tree(&backup, &bench.places.vault);
    go_on(&bench, &mut bench.open().unwrap());
    assert_eq!(faults(&mut bench.open().unwrap()), [Fault::Gap]);

    let wait = std::time::Duration::from_secs(5);
    let from = |dir: &std::path::Path| completion::complete_from(&unlocked(&bench, &bench.places), dir, wait).unwrap();
    assert_eq!(from(&backup), None);
    assert!(from(&newer).is_some());
    let mut vault = bench.open().unwrap();
    rescue::join(&mut bench.desk(&mut vault)).unwrap();
    drop(vault);
    let mut vault = bench.open().unwrap();
    assert_eq!(contents(&vault), ["one", "two"]);
    is_whole(&mut vault);
    assert_eq!(from(&newer), None);
}

#[test]
fn a_copy_that_went_on_by_itself_is_brought_and_joined() {
    let bench = Bench::new();
    let mut vault = bench.open().unwrap();
    let client = bench.add_client(&mut vault, "mk-01");
    bench.add(&mut vault, client, &["one"]).unwrap();
    drop(vault);
    let second = Places { vault: bench.dir.path().join("second-vault"), ..machine(&bench, "second") };
    copy_tree(&bench.places.vault, &second.vault);
    let options = accepting(&open_at(&bench, &second).unwrap());
    go_on(&bench, &mut bench.open_at(&second, options).unwrap());
    let mut vault = open_at(&bench, &second).unwrap();
    bench.add(&mut vault, client, &["two"]).unwrap();
    drop(vault);
    let mut vault = bench.open().unwrap();
    bench.add(&mut vault, client, &["three"]).unwrap();
    drop(vault);

    let wait = std::time::Duration::from_secs(5);
    let unlocked = unlocked(&bench, &bench.places);
    let done = completion::complete_from(&unlocked, &second.vault, wait).unwrap();
    assert!(done.is_some());
    let mut vault = bench.open().unwrap();
    assert!(matches!(vault.alarm(), Some(VaultError::Split { .. })), "{:?}", vault.standing());
    rescue::join(&mut bench.desk(&mut vault)).unwrap();
    drop(vault);
    let mut vault = bench.open().unwrap();
    assert_eq!(contents(&vault), ["one", "three", "two"]);
    is_whole(&mut vault);
    drop(vault);
    // The second machine, on what came of it, follows by the link that its own log's key signed.
    fs::remove_dir_all(&second.vault).unwrap();
    copy_tree(&bench.places.vault, &second.vault);
    let vault = open_at(&bench, &second).unwrap();
    assert!(vault.alarm().is_none(), "{:?}", vault.alarm());
    assert_eq!(contents(&vault), ["one", "three", "two"]);
}

/// Puts the files of `from` over those of `to`, as a sync of two copies may.
pub(super) fn merge_tree(from: &std::path::Path, to: &std::path::Path) {
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

#[test]
fn another_copy_completes_what_is_missing() {
    let bench = Bench::new();
    let mut vault = bench.open().unwrap();
    let client = bench.add_client(&mut vault, "mk-01");
    bench.add(&mut vault, client, &["one"]).unwrap();
    let backup = bench.dir.path().join("backup");
    copy_tree(&bench.places.vault, &backup);
    bench.add(&mut vault, client, &["two"]).unwrap();
    let newer = bench.dir.path().join("newer");
    copy_tree(&bench.places.vault, &newer);
    drop(vault);
    fs::remove_dir_all(&bench.places.vault).unwrap();
    copy_tree(&backup, &bench.places.vault);

    let unlocked = || unlocked(&bench, &bench.places);
    let wait = std::time::Duration::from_secs(5);
    let done = completion::complete_from(&unlocked(), &newer, wait).unwrap().unwrap();
    assert!(done.files >= 3, "{done:?}");
    let mut vault = bench.open().unwrap();
    assert_eq!(*vault.standing(), Standing::InStep);
    assert_eq!(contents(&vault), ["one", "two"]);
    bench.add(&mut vault, client, &["three"]).unwrap();
    is_whole(&mut vault);
    drop(vault);
    assert_eq!(completion::complete_from(&unlocked(), &newer, wait).unwrap(), None);
}

#[test]
fn what_is_at_hand_of_a_torn_copy_goes_on() {
    let bench = Bench::new();
    let mut vault = bench.open().unwrap();
    let client = bench.add_client(&mut vault, "mk-01");
    bench.add(&mut vault, client, &["one"]).unwrap();
    let journal = bench.places.vault.join(crate::vault::places::journal(vault.header().log, 0));
    let before = fs::read(&journal).unwrap();
    bench.add(&mut vault, client, &["two"]).unwrap();
    drop(vault);
    // The journal file is the older one, and this machine knows nothing of the vault: a torn copy.
    fs::write(&journal, before).unwrap();
    fs::remove_dir_all(&bench.places.state).unwrap();
    fs::remove_dir_all(&bench.places.cache).unwrap();
    assert!(bench.open().is_err());
    let mut vault = bench.open_at(&bench.places, recovering()).unwrap();
    assert_eq!(*vault.standing(), Standing::AtHand);
    assert_eq!(contents(&vault), ["one"]);
    go_on(&bench, &mut vault);
    drop(vault);
    let mut vault = bench.open().unwrap();
    bench.add(&mut vault, client, &["three"]).unwrap();
    assert_eq!(contents(&vault), ["one", "three"]);
    assert_eq!(faults(&mut vault), [Fault::Gap, Fault::Stray], "the object of the lost entry is a stray");
}

#[test]
fn the_old_machine_wrote_on_and_its_entries_are_joined() {
    let bench = Bench::new();
    let mut vault = bench.open().unwrap();
    let client = bench.add_client(&mut vault, "mk-01");
    bench.add(&mut vault, client, &["one"]).unwrap();
    drop(vault);
    // A copy goes to a second machine, which believes the first one dead.
    let second = Places { vault: bench.dir.path().join("second-vault"), ..machine(&bench, "second") };
    copy_tree(&bench.places.vault, &second.vault);
    let options = accepting(&open_at(&bench, &second).unwrap());
    go_on(&bench, &mut bench.open_at(&second, options).unwrap());
    let mut vault = open_at(&bench, &second).unwrap();
    bench.add(&mut vault, client, &["two"]).unwrap();
    drop(vault);
    // The first one lives, and writes on.
    let mut vault = bench.open().unwrap();
    bench.add(&mut vault, client, &["three"]).unwrap();
    drop(vault);
    // Then the two directories are one again: what the first one had newer comes over, and vault.toml of the second.
    let header = fs::read(second.vault.join("vault.toml")).unwrap();
    merge_tree(&bench.places.vault, &second.vault);
    fs::write(second.vault.join("vault.toml"), header).unwrap();

    let mut vault = open_at(&bench, &second).unwrap();
    assert!(matches!(vault.alarm(), Some(VaultError::Beyond { .. })), "{:?}", vault.standing());
    assert!(matches!(vault.may_append(), Err(VaultError::Beyond { .. })));
    assert_eq!(contents(&vault), ["one", "two"], "nothing is folded before somebody says so");
    rescue::join(&mut bench.desk(&mut vault)).unwrap();
    drop(vault);
    let mut vault = open_at(&bench, &second).unwrap();
    assert_eq!(contents(&vault), ["one", "three", "two"]);
    is_whole(&mut vault);
    drop(vault);
    // The first machine, on that directory, follows, and reads all of it.
    let first = Places { vault: second.vault.clone(), ..bench.places.clone() };
    fs::remove_dir_all(&bench.places.vault).unwrap();
    copy_tree(&second.vault, &bench.places.vault);
    let vault = bench.open().unwrap();
    assert!(vault.alarm().is_none(), "{:?}", vault.alarm());
    assert_eq!(contents(&vault), ["one", "three", "two"]);
    assert!(matches!(vault.may_append(), Err(VaultError::ReadsOnly { .. })));
    let _ = first;
}

#[test]
fn two_successors_of_one_log_are_joined() {
    let bench = Bench::new();
    let mut vault = bench.open().unwrap();
    let client = bench.add_client(&mut vault, "mk-01");
    bench.add(&mut vault, client, &["one"]).unwrap();
    drop(vault);
    let mut machines = Vec::new();
    for (name, text) in [("second", "two"), ("third", "three")] {
        let places = Places { vault: bench.dir.path().join(format!("{name}-vault")), ..machine(&bench, name) };
        copy_tree(&bench.places.vault, &places.vault);
        let options = accepting(&open_at(&bench, &places).unwrap());
        go_on(&bench, &mut bench.open_at(&places, options).unwrap());
        let mut vault = open_at(&bench, &places).unwrap();
        bench.add(&mut vault, client, &[text]).unwrap();
        machines.push(places);
    }
    let (second, third) = (&machines[0], &machines[1]);
    let header = fs::read(second.vault.join("vault.toml")).unwrap();
    merge_tree(&third.vault, &second.vault);
    fs::write(second.vault.join("vault.toml"), header).unwrap();

    let mut vault = open_at(&bench, second).unwrap();
    assert!(matches!(vault.alarm(), Some(VaultError::Split { .. })), "{:?}", vault.standing());
    assert_eq!(contents(&vault), ["one", "two"]);
    rescue::join(&mut bench.desk(&mut vault)).unwrap();
    drop(vault);
    let mut vault = open_at(&bench, second).unwrap();
    assert_eq!(contents(&vault), ["one", "three", "two"]);
    is_whole(&mut vault);
    drop(vault);
    // The third machine knew only its own log: the link by that log's key leads it to the one that goes on.
    fs::remove_dir_all(&third.vault).unwrap();
    copy_tree(&second.vault, &third.vault);
    let vault = open_at(&bench, third).unwrap();
    assert!(vault.alarm().is_none(), "{:?}", vault.alarm());
    assert_eq!(contents(&vault), ["one", "three", "two"]);
}

#[test]
fn a_backup_of_before_a_rotation_is_told_as_older_and_can_be_gone_on_from() {
    let bench = Bench::new();
    let mut vault = bench.open().unwrap();
    let client = bench.add_client(&mut vault, "mk-01");
    bench.add(&mut vault, client, &["one"]).unwrap();
    let backup = bench.dir.path().join("backup");
    copy_tree(&bench.places.vault, &backup);
    crate::vault::rekey::rotate_key(&mut bench.desk(&mut vault), None, None).unwrap();
    drop(vault);
    bench.add(&mut bench.open().unwrap(), client, &["two"]).unwrap();
    fs::remove_dir_all(&bench.places.vault).unwrap();
    copy_tree(&backup, &bench.places.vault);
    assert_eq!(*bench.open().unwrap().standing(), Standing::Outlived);

    let log = crate::vault::log::Log::new(
        crate::vault::disk::Disk::new(bench.places.vault.clone()),
        crate::vault::unlock::Found::at(bench.places.clone()).unwrap().header.log,
    );
    let header = crate::vault::unlock::Found::at(bench.places.clone()).unwrap().header;
    let head = log.checkpoint(&header.verifier).unwrap();
    let accept = format!("{}:{}", head.head().size, root_text(&head.head().root));
    let options = Options { accept_head: Some(accept), ..Bench::options() };
    let mut vault = bench.open_at(&bench.places, options).unwrap();
    assert!(matches!(vault.standing(), Standing::RolledBack(_)), "{:?}", vault.standing());
    go_on(&bench, &mut vault);
    drop(vault);
    // The log that was lost is known here, and named before anything is added.
    let mut vault = bench.open().unwrap();
    assert!(matches!(vault.alarm(), Some(VaultError::Split { .. })), "{:?}", vault.standing());
    // As whoever opens it next does, where a recovery was stopped here.
    assert!(vault.was_stopped_before_naming().unwrap());
    rescue::join(&mut bench.desk(&mut vault)).unwrap();
    assert!(!vault.was_stopped_before_naming().unwrap());
    drop(vault);
    let mut vault = bench.open().unwrap();
    bench.add(&mut vault, client, &["three"]).unwrap();
    assert_eq!(contents(&vault), ["one", "three"]);
    assert_eq!(faults(&mut vault), [Fault::Gap, Fault::Gap]);
}

#[test]
fn what_a_removed_owner_writes_on_with_the_old_key_is_not_joined() {
    let bench = Bench::new();
    let mut vault = bench.open().unwrap();
    let client = bench.add_client(&mut vault, "mk-01");
    bench.add(&mut vault, client, &["one"]).unwrap();
    bench.add_owner(&mut vault, "partner");
    drop(vault);
    // A copy of before the removal goes on by itself, with keys that the partner knows.
    let second = Places { vault: bench.dir.path().join("second-vault"), ..machine(&bench, "second") };
    copy_tree(&bench.places.vault, &second.vault);
    let options = accepting(&open_at(&bench, &second).unwrap());
    go_on(&bench, &mut bench.open_at(&second, options).unwrap());
    let mut vault = open_at(&bench, &second).unwrap();
    bench.add_client(&mut vault, "evil");
    drop(vault);
    bench.remove_owners(&mut bench.open().unwrap()).unwrap();
    let log = crate::vault::unlock::Found::at(second.clone()).unwrap().header.log.to_string();
    for name in ["journal", "ledger"] {
        merge_tree(&second.vault.join(name).join(&log), &bench.places.vault.join(name).join(&log));
    }
    let mut vault = bench.open().unwrap();
    assert!(vault.alarm().is_none(), "{:?}", vault.alarm());
    assert!(vault.may_append().is_ok());
    rescue::join(&mut bench.desk(&mut vault)).unwrap();
    crate::vault::reseal::reseal(&mut bench.desk(&mut vault), &mut |_| true).unwrap();
    drop(vault);
    let vault = bench.open().unwrap();
    assert_eq!(vault.catalog().clients().unwrap().len(), 1, "nothing of it is in the history");
    assert_eq!(contents(&vault), ["one"]);
}
