//! Taking over from a copy that went on under new keys, with the power cut before every change to a file: the vault opens
//! as it was or as the copy is, the same again completes it, and nothing of before is left then.

use std::fs;
use std::time::Duration;

use crate::crash_tests::bench::Bench;
use crate::crash_tests::bench::contents;
use crate::crash_tests::bench::copy_tree;
use crate::crash_tests::machines::accepting;
use crate::crash_tests::machines::is_whole;
use crate::crash_tests::machines::machine;
use crate::crash_tests::machines::open_at;
use crate::crash_tests::walk::is_full;
use crate::vault::Vault;
use crate::vault::adoption;
use crate::vault::adoption::Known;
use crate::vault::error::VaultError;
use crate::vault::fuse::cut;
use crate::vault::places::Places;
use crate::vault::rekey;
use crate::vault::reseal;
use crate::vault::root_text;
use crate::vault::unlock::Found;
use crate::vault::unlock::Unlocked;

fn unlocked(bench: &Bench, places: &Places) -> Result<Unlocked, VaultError> {
    Found::at(places.clone())?.with_identities(&bench.identities())
}

/// Takes over from the vault of `bench`, whose head is accepted.
fn adopt(bench: &Bench, here: &Places, is_lost: bool) -> Result<(), VaultError> {
    let copy = unlocked(bench, &Places { vault: bench.places.vault.clone(), ..here.clone() })?;
    let head = bench.open()?.head().clone();
    let accepted = format!("{}:{}", head.size, root_text(&head.root));
    let opened = match unlocked(bench, here) {
        Err(_) if is_lost => None,
        other => Some(other?),
    };
    let known = Known { places: here, opened: opened.as_ref(), accepted: Some(&accepted) };
    adoption::adopt(&known, &copy, Duration::from_secs(5)).map(drop)
}

/// A second machine with an older copy; then `change` happens to the first one's vault. The second takes it over.
fn cut_everywhere(change: impl Fn(&Bench, Vault), damage: impl Fn(&Places)) {
    let bench = Bench::new();
    let mut vault = bench.open().unwrap();
    let client = bench.add_client(&mut vault, "mk-01");
    bench.add(&mut vault, client, &["one"]).unwrap();
    bench.add_owner(&mut vault, "partner");
    let desk = Places { vault: bench.dir.path().join("desk-vault"), ..machine(&bench, "desk") };
    copy_tree(&bench.places.vault, &desk.vault);
    drop(bench.open_at(&desk, accepting(&open_at(&bench, &desk).unwrap())).unwrap());
    bench.add(&mut vault, client, &["two"]).unwrap();
    change(&bench, vault);
    let mut vault = bench.open().unwrap();
    bench.add(&mut vault, client, &["three"]).unwrap();
    drop(vault);
    damage(&desk);
    let is_lost = unlocked(&bench, &desk).is_err();
    let base = bench.dir.path().join("base");
    let names = ["desk-vault", "desk-state"];
    names.iter().for_each(|name| copy_tree(&bench.dir.path().join(name), &base.join(name)));

    for changes in (0..).step_by(if is_full() { 1 } else { 3 }) {
        for name in names {
            fs::remove_dir_all(bench.dir.path().join(name)).unwrap();
            copy_tree(&base.join(name), &bench.dir.path().join(name));
        }
        let _ = fs::remove_dir_all(&desk.cache);
        cut::after(changes);
        let told = adopt(&bench, &desk, is_lost);
        let was_cut = cut::restore();
        assert!(was_cut || told.is_ok(), "{told:?}");
        // What is asked about the vault's new key is asked again.
        match open_at(&bench, &desk) {
            Ok(vault) => {
                let seen = contents(&vault);
                // The older ledger may be there to its end, and not yet the one that continues it.
                let is_one = [&["one"][..], &["one", "two"], &["one", "three", "two"]].iter().any(|of| seen == *of);
                assert!(is_one, "cut before change {changes}: {seen:?}");
                // Between the links and `vault.toml` the log that they lead to is a second end of the history.
                let is_calm = matches!(vault.alarm(), None | Some(VaultError::Split { .. }));
                assert!(is_calm, "cut before change {changes}: {:?}", vault.alarm());
                assert!(vault.may_append().is_err(), "cut before change {changes}: nobody made it a writer");
            }
            Err(VaultError::Rekeyed { .. }) => {}
            Err(error) => assert!(is_lost && was_cut, "cut before change {changes}: {error}"),
        }
        adopt(&bench, &desk, is_lost).unwrap_or_else(|error| panic!("cut before change {changes}: {error}"));
        let mut vault = match open_at(&bench, &desk) {
            Err(VaultError::Rekeyed { head, .. }) => {
                let accept_head = Some(format!("{}:{}", head.size, root_text(&head.root)));
                bench.open_at(&desk, crate::vault::Options { accept_head, ..Bench::options() }).unwrap()
            }
            other => other.unwrap(),
        };
        assert_eq!(contents(&vault), ["one", "three", "two"], "cut before change {changes}");
        // What a crash left staged is for whoever writes to take away.
        let _ = fs::remove_dir_all(desk.vault.join("incoming"));
        is_whole(&mut vault);
        assert!(!vault.is_being_resealed(), "cut before change {changes}");
        drop(vault);
        for log in fs::read_dir(desk.vault.join("journal")).unwrap().flatten() {
            let own = fs::read(log.path().join("000.age")).unwrap();
            let there = bench.places.vault.join("journal").join(log.file_name()).join("000.age");
            assert!(own == fs::read(there).unwrap(), "cut before change {changes}: {}", log.path().display());
        }
        if !was_cut {
            return;
        }
    }
}

#[test]
fn a_new_key_of_the_ledger_is_taken_over_or_not() {
    let rotate = |bench: &Bench, mut vault: Vault| {
        rekey::rotate_key(&mut bench.desk(&mut vault), None, None).map(drop).unwrap();
    };
    cut_everywhere(rotate, |_| {});
}

#[test]
fn a_new_vault_identity_is_taken_over_or_not() {
    let remove = |bench: &Bench, mut vault: Vault| {
        bench.remove_owners(&mut vault).unwrap();
        drop(vault);
        let mut vault = bench.open().unwrap();
        reseal::reseal(&mut bench.desk(&mut vault), &mut |_| true).unwrap();
    };
    cut_everywhere(remove, |_| {});
}

#[test]
fn lost_keys_are_brought_or_not() {
    cut_everywhere(
        |_, _| {},
        |desk| {
            fs::remove_file(desk.vault.join("vault.toml")).unwrap();
            fs::remove_dir_all(desk.vault.join("keys")).unwrap();
        },
    );
}
