//! One log after another, with the power cut before every single change to a file: the vault opens in the old log or in
//! the new one, nothing is lost, and it goes on.

use crate::crash_tests::bench::Bench;
use crate::crash_tests::bench::contents;
use crate::crash_tests::bench::records_of;
use crate::crash_tests::cuts::cut_everywhere;
use crate::vault::Vault;
use crate::vault::error::VaultError;
use crate::vault::rekey;
use crate::vault::reseal;

fn rotate(bench: &Bench, vault: &mut Vault) -> Result<(), VaultError> {
    rekey::rotate_key(&mut bench.desk(vault), None, None).map(drop)
}

fn open_with(bench: &Bench, secret: &crate::secret::SecretText) -> Result<Vault, VaultError> {
    use crate::keys::identity::IdentityFile;
    use crate::keys::plugin::Callbacks;
    let text = secret.reveal_secret().as_bytes();
    let identities = IdentityFile::read(text, "key", &mut |_| None, &Callbacks::none()).unwrap();
    let found = crate::vault::unlock::Found::at(bench.places.clone())?;
    Vault::open(found.with_identities(&identities)?, Bench::options(), &mut rand_core::OsRng)
}

fn is_whole(vault: &mut Vault) {
    let report = vault.check(true, &mut |_| {}).unwrap();
    assert_eq!((report.ledger.findings, report.findings), (vec![], vec![]));
}

#[test]
fn a_rotated_log_goes_on_with_one_history() {
    let bench = Bench::new();
    let mut vault = bench.open().unwrap();
    let client = bench.add_client(&mut vault, "mk-01");
    let records = records_of(&bench.add(&mut vault, client, &["one", "two"]).unwrap());
    let before = vault.head().clone();
    rotate(&bench, &mut vault).unwrap();
    drop(vault);

    let mut vault = bench.open().unwrap();
    assert_ne!(vault.head().origin, before.origin);
    assert_eq!(vault.head().size, 3);
    assert_eq!(contents(&vault), ["one", "two"]);
    assert!(vault.catalog().record(records[0]).unwrap().is_some());
    bench.add(&mut vault, client, &["three"]).unwrap();
    is_whole(&mut vault);
    drop(vault);
    for _ in 0..2 {
        let mut vault = bench.open().unwrap();
        rotate(&bench, &mut vault).unwrap();
    }
    let mut vault = bench.open().unwrap();
    assert_eq!(vault.past().len(), 3);
    assert_eq!(contents(&vault), ["one", "three", "two"]);
    is_whole(&mut vault);
}

#[test]
fn rotating_a_key_is_all_or_nothing() {
    let bench = Bench::new();
    let client = bench.add_client(&mut bench.open().unwrap(), "mk-01");
    bench.add(&mut bench.open().unwrap(), client, &["told"]).unwrap();
    cut_everywhere(
        &bench,
        |vault| rotate(&bench, vault).map_err(|error| error.to_string()),
        |vault| {
            assert_eq!(contents(vault), ["told"]);
            vault.past().len()
        },
    );
}

#[test]
fn a_removed_owner_opens_nothing_more() {
    let bench = Bench::new();
    let mut vault = bench.open().unwrap();
    let client = bench.add_client(&mut vault, "mk-01");
    let records = records_of(&bench.add(&mut vault, client, &["one", "two", "three"]).unwrap());
    let recipient = bench.add_recipient(&mut vault, "dr-lee");
    bench.consent(&mut vault, client, recipient);
    bench.share(&mut vault, records, recipient).unwrap();
    let partner = bench.add_owner(&mut vault, "partner");
    drop(vault);
    assert_eq!(contents(&open_with(&bench, &partner).unwrap()).len(), 3);

    let mut vault = bench.open().unwrap();
    bench.remove_owners(&mut vault).unwrap();
    drop(vault);
    assert!(matches!(open_with(&bench, &partner), Err(VaultError::CannotUnlock(_))));
    let mut vault = bench.open().unwrap();
    assert_eq!(contents(&vault), ["one", "three", "two"]);
    assert_eq!(vault.reseal_progress().unwrap(), reseal::Progress { done: 0, of: 3, has_journals: false });
    reseal::reseal(&mut bench.desk(&mut vault), &mut |_| true).unwrap();
    drop(vault);
    let mut vault = bench.open().unwrap();
    assert!(!vault.is_being_resealed());
    assert_eq!(contents(&vault), ["one", "three", "two"]);
    let disclosures = vault.outbox().unwrap();
    assert_eq!(disclosures.len(), 1);
    let report = vault.check(true, &mut |_| {}).unwrap();
    assert_eq!(report.ledger.findings, []);
    assert_eq!(report.findings.len(), 1, "the package waits: {:?}", report.findings);
    // The catalogue is made anew from journals alone.
    std::fs::remove_dir_all(&bench.places.cache).unwrap();
    let vault = bench.open().unwrap();
    assert_eq!(contents(&vault), ["one", "three", "two"]);
}

#[test]
fn removing_an_owner_is_all_or_nothing() {
    let bench = Bench::new();
    let mut vault = bench.open().unwrap();
    let client = bench.add_client(&mut vault, "mk-01");
    bench.add(&mut vault, client, &["told"]).unwrap();
    bench.add_owner(&mut vault, "partner");
    drop(vault);
    cut_everywhere(
        &bench,
        |vault| bench.remove_owners(vault).map_err(|error| error.to_string()),
        |vault| {
            assert_eq!(contents(vault), ["told"]);
            vault.past().len()
        },
    );
}

#[test]
fn sealing_anew_may_stop_anywhere() {
    let bench = Bench::new();
    let mut vault = bench.open().unwrap();
    let client = bench.add_client(&mut vault, "mk-01");
    bench.add(&mut vault, client, &["one", "two"]).unwrap();
    bench.add_owner(&mut vault, "partner");
    bench.remove_owners(&mut vault).unwrap();
    drop(vault);
    cut_everywhere(
        &bench,
        |vault| match vault.is_being_resealed() {
            true => reseal::reseal(&mut bench.desk(vault), &mut |_| true).map(drop).map_err(|error| error.to_string()),
            false => Ok(()),
        },
        |vault| {
            assert_eq!(contents(vault), ["one", "two"]);
            vault.is_being_resealed()
        },
    );
}

#[test]
fn of_two_removals_at_once_one_comes_too_late_and_takes_nothing_away() {
    let bench = Bench::new();
    let mut vault = bench.open().unwrap();
    let client = bench.add_client(&mut vault, "mk-01");
    bench.add(&mut vault, client, &["told"]).unwrap();
    bench.add_owner(&mut vault, "partner");
    drop(vault);
    for (first, second) in [(true, true), (false, false), (true, false)] {
        let act = |vault: &mut Vault, is_removal| match is_removal {
            true => bench.remove_owners(vault),
            false => rotate(&bench, vault),
        };
        let (mut one, mut other) = (bench.open().unwrap(), bench.open().unwrap());
        act(&mut one, first).unwrap();
        assert!(act(&mut other, second).is_err());
        drop((one, other));
        let mut vault = bench.open().unwrap();
        assert_eq!(contents(&vault), ["told"]);
        if vault.is_being_resealed() {
            reseal::reseal(&mut bench.desk(&mut vault), &mut |_| true).unwrap();
        }
        drop(vault);
        is_whole(&mut bench.open().unwrap());
    }
}

#[test]
fn a_lost_copy_of_a_link_is_made_from_the_other() {
    let bench = Bench::new();
    rotate(&bench, &mut bench.open().unwrap()).unwrap();
    let vault = bench.open().unwrap();
    let links = [
        crate::vault::places::successor(vault.past()[0].log.id),
        crate::vault::places::predecessor(vault.header().log),
    ];
    drop(vault);
    for link in links {
        std::fs::remove_file(bench.places.vault.join(link)).unwrap();
        is_whole(&mut bench.open().unwrap());
    }
}

#[test]
fn sealing_anew_stops_between_two_journal_files_and_goes_on() {
    let bench = Bench::new();
    let mut vault = bench.open().unwrap();
    let client = bench.add_client(&mut vault, "mk-01");
    bench.add(&mut vault, client, &["one", "two"]).unwrap();
    bench.add_owner(&mut vault, "partner");
    for _ in 0..2 {
        rotate(&bench, &mut vault).unwrap();
        drop(vault);
        vault = bench.open().unwrap();
    }
    bench.remove_owners(&mut vault).unwrap();
    drop(vault);
    // Three closed logs, each with a journal file under the key of before: one more each time. Once it is asked for nothing,
    // when all objects are done.
    for files in 0..3 {
        let mut vault = bench.open().unwrap();
        let mut left = files + 1;
        let progress = reseal::reseal(&mut bench.desk(&mut vault), &mut |now| {
            let goes_on = now.done < now.of || left > 0;
            left -= usize::from(goes_on && now.done == now.of);
            goes_on
        });
        let progress = progress.unwrap();
        assert_eq!((progress.done, progress.of, progress.is_finished()), (2, 2, files == 2), "{files}");
        drop(vault);
        let vault = bench.open().unwrap();
        assert_eq!(vault.is_being_resealed(), files != 2);
        assert_eq!(contents(&vault), ["one", "two"]);
    }
    is_whole(&mut bench.open().unwrap());
}
