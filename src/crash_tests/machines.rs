//! Several machines and one vault: a new one continues the ledger, two take turns, a copied one gives up. None of it ends
//! with two heads of one size.

use std::fs;

use crate::crash_tests::bench::Bench;
use crate::crash_tests::bench::contents;
use crate::crash_tests::bench::copy_tree;
use crate::vault::Options;
use crate::vault::Vault;
use crate::vault::check::Fault;
use crate::vault::error::VaultError;
use crate::vault::places::Places;
use crate::vault::rescue;
use crate::vault::root_text;
use crate::vault::standing::Standing;
use crate::vault::succession::Wanted;
use crate::vault::turns;

/// A second machine: its own state and cache, the same vault directory or another.
pub(super) fn machine(bench: &Bench, name: &str) -> Places {
    let at = |kind: &str| bench.dir.path().join(format!("{name}-{kind}"));
    Places { vault: bench.places.vault.clone(), state: at("state"), cache: at("cache") }
}

pub(super) fn open_at(bench: &Bench, places: &Places) -> Result<Vault, VaultError> {
    bench.open_at(places, Bench::options())
}

pub(super) fn accepting(vault: &Vault) -> Options {
    let head = vault.head();
    Options { accept_head: Some(format!("{}:{}", head.size, root_text(&head.root))), ..Bench::options() }
}

pub(super) fn go_on(bench: &Bench, vault: &mut Vault) {
    rescue::continue_here(&mut bench.desk(vault), Wanted::default()).unwrap();
}

pub(super) fn is_whole(vault: &mut Vault) {
    let report = vault.check(true, &mut |_| {}).unwrap();
    assert_eq!((report.ledger.findings, report.findings), (vec![], vec![]));
}

/// The faults that a check finds.
pub(super) fn faults(vault: &mut Vault) -> Vec<Fault> {
    let report = vault.check(true, &mut |_| {}).unwrap();
    report.ledger.findings.iter().chain(&report.findings).map(|finding| finding.fault).collect()
}

#[test]
fn a_new_machine_continues_the_ledger_and_the_old_one_follows() {
    let bench = Bench::new();
    let mut vault = bench.open().unwrap();
    let client = bench.add_client(&mut vault, "mk-01");
    bench.add(&mut vault, client, &["one"]).unwrap();
    drop(vault);

    let second = machine(&bench, "second");
    let vault = open_at(&bench, &second).unwrap();
    assert_eq!(*vault.standing(), Standing::Unmarked);
    let options = accepting(&vault);
    drop(vault);
    let mut vault = bench.open_at(&second, options).unwrap();
    assert!(matches!(vault.may_append(), Err(VaultError::ReadsOnly { .. })));
    go_on(&bench, &mut vault);
    drop(vault);
    let mut vault = open_at(&bench, &second).unwrap();
    bench.add(&mut vault, client, &["two"]).unwrap();
    is_whole(&mut vault);
    assert_eq!(contents(&vault), ["one", "two"]);
    drop(vault);

    // The first machine follows the link by the key it knows, reads everything, and may not write any more.
    let mut vault = bench.open().unwrap();
    assert_eq!(*vault.standing(), Standing::InStep);
    assert_eq!(contents(&vault), ["one", "two"]);
    assert!(matches!(vault.may_append(), Err(VaultError::ReadsOnly { .. })));
    is_whole(&mut vault);
}

#[test]
fn a_lost_state_directory_is_a_new_machine() {
    let bench = Bench::new();
    let mut vault = bench.open().unwrap();
    let client = bench.add_client(&mut vault, "mk-01");
    bench.add(&mut vault, client, &["one"]).unwrap();
    drop(vault);
    fs::remove_dir_all(&bench.places.state).unwrap();
    let vault = bench.open().unwrap();
    let options = accepting(&vault);
    drop(vault);
    let mut vault = bench.open_at(&bench.places, options).unwrap();
    go_on(&bench, &mut vault);
    drop(vault);
    let mut vault = bench.open().unwrap();
    bench.add(&mut vault, client, &["two"]).unwrap();
    is_whole(&mut vault);
}

#[test]
fn machines_take_turns() {
    let bench = Bench::new();
    let client = bench.add_client(&mut bench.open().unwrap(), "mk-01");
    let second = machine(&bench, "second");
    let options = accepting(&open_at(&bench, &second).unwrap());
    drop(bench.open_at(&second, options).unwrap());
    let id_of = |places: &Places| match open_at(&bench, places).unwrap().may_append() {
        Err(VaultError::ReadsOnly { machine, .. }) => machine.unwrap(),
        other => panic!("{other:?}"),
    };
    let mut writer = bench.places.clone();
    let mut reader = second;
    for text in ["one", "two", "three", "four"] {
        let mut vault = open_at(&bench, &writer).unwrap();
        bench.add(&mut vault, client, &[text]).unwrap();
        drop(vault);
        let to = id_of(&reader);
        let mut vault = open_at(&bench, &writer).unwrap();
        turns::hand_over(&mut bench.desk(&mut vault), to).unwrap();
        assert!(matches!(vault.may_append(), Err(VaultError::ReadsOnly { .. })));
        drop(vault);
        std::mem::swap(&mut writer, &mut reader);
        assert!(open_at(&bench, &writer).unwrap().may_append().is_ok());
        assert!(open_at(&bench, &reader).unwrap().may_append().is_err());
    }
    let mut vault = open_at(&bench, &writer).unwrap();
    assert_eq!(contents(&vault), ["four", "one", "three", "two"]);
    is_whole(&mut vault);
}

#[test]
fn a_copied_state_directory_gives_up_before_two_write() {
    let bench = Bench::new();
    let client = bench.add_client(&mut bench.open().unwrap(), "mk-01");
    let clone = machine(&bench, "clone");
    copy_tree(&bench.places.state, &clone.state);
    let mut vault = bench.open().unwrap();
    bench.add(&mut vault, client, &["one"]).unwrap();
    drop(vault);
    let vault = open_at(&bench, &clone).unwrap();
    let refused = vault.may_append();
    assert!(matches!(refused, Err(VaultError::ReadsOnly { gave_up: Some(_), .. })), "{refused:?}");
    drop(vault);
    assert!(bench.open().unwrap().may_append().is_ok());
    assert!(matches!(open_at(&bench, &clone).unwrap().may_append(), Err(VaultError::ReadsOnly { .. })));
}

#[test]
fn a_fork_is_gone_on_from_by_whoever_names_a_head() {
    let bench = Bench::new();
    bench.add_client(&mut bench.open().unwrap(), "mk-01");
    let clone = machine(&bench, "clone");
    copy_tree(&bench.places.state, &clone.state);
    let before = bench.dir.path().join("before");
    copy_tree(&bench.places.vault, &before);
    bench.add_client(&mut bench.open().unwrap(), "here");
    std::fs::remove_dir_all(&bench.places.vault).unwrap();
    copy_tree(&before, &bench.places.vault);
    bench.add_client(&mut open_at(&bench, &clone).unwrap(), "there");

    let vault = bench.open().unwrap();
    assert!(matches!(vault.standing(), Standing::Forked(_)), "{:?}", vault.standing());
    let options = Options { at_hand: true, ..accepting(&vault) };
    drop(vault);
    let mut vault = bench.open_at(&bench.places, options).unwrap();
    let evidence = vault.accept_fork().unwrap();
    assert_eq!(std::fs::read_to_string(evidence).unwrap().matches("\n— subrosa/").count(), 2, "both notes");
    go_on(&bench, &mut vault);
    drop(vault);
    let mut vault = bench.open().unwrap();
    bench.add_client(&mut vault, "after");
    assert_eq!(vault.catalog().clients().unwrap().len(), 3);
    is_whole(&mut vault);
}
