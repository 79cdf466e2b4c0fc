//! Power cuts: before the first change to a file, before the second, and so on until nothing is left to cut.

use std::fs;

use crate::crash_tests::bench::Bench;
use crate::crash_tests::bench::contents;
use crate::crash_tests::bench::copy_tree;
use crate::crash_tests::bench::records_of;
use crate::crash_tests::walk::is_full;
use crate::filing;
use crate::people;
use crate::practice::event::Body;
use crate::vault::Vault;
use crate::vault::check::Fault;
use crate::vault::error::VaultError;
use crate::vault::fuse::cut;
use crate::vault::transaction::Draft;
use crate::vocabulary::VerifiedHow;

/// In the ordinary run the power is cut before every so many changes; before every single one with `SUBROSA_SCALE`.
const STEP: usize = 3;

/// Runs `act` once for every change to a file that it makes, with the power cut before that change. `before` and
/// `after` are what `look` sees when nothing, or everything, happened.
pub(super) fn cut_everywhere<T: PartialEq + std::fmt::Debug>(
    bench: &Bench,
    act: impl Fn(&mut Vault) -> Result<(), String>,
    look: impl Fn(&Vault) -> T,
) -> u64 {
    let base = bench.dir.path().join("base");
    for name in ["vault", "state", "cache"] {
        copy_tree(&bench.dir.path().join(name), &base.join(name));
    }
    let before = look(&bench.open().unwrap());
    let mut outcomes = (0, 0);
    for changes in (0..).step_by(if is_full() { 1 } else { STEP }) {
        for name in ["vault", "state", "cache"] {
            fs::remove_dir_all(bench.dir.path().join(name)).unwrap();
            copy_tree(&base.join(name), &bench.dir.path().join(name));
        }
        let reported = {
            let mut vault = bench.open().unwrap();
            cut::after(changes);
            act(&mut vault)
        };
        let was_cut = cut::restore();

        let mut vault = bench.open().unwrap_or_else(|error| panic!("cut before change {changes}: {error}"));
        let seen = look(&vault);
        let report = vault.check(false, &mut |_| {}).unwrap();
        let findings: Vec<_> = report
            .ledger
            .findings
            .iter()
            .chain(&report.findings)
            .filter(|f| !matches!(f.fault, Fault::Waiting | Fault::Resealing))
            .collect();
        assert!(findings.is_empty(), "cut before change {changes}: {findings:?}");
        assert!(vault.alarm().is_none(), "cut before change {changes}");
        if seen == before {
            assert!(reported.is_err(), "cut before change {changes}: reported as done, and it is not");
            outcomes.0 += 1;
        } else {
            outcomes.1 += 1;
        }
        drop(vault);

        // The vault goes on: the same again succeeds, or says that it is done.
        let mut vault = bench.open().unwrap();
        let _ = act(&mut vault);
        // What closes a log leaves a vault that is to be opened anew.
        drop(vault);
        let vault = bench.open().unwrap();
        assert_ne!(look(&vault), before, "cut before change {changes}: it cannot go on");
        if !was_cut {
            assert!(reported.is_ok(), "{reported:?}");
            assert!(outcomes.0 > 1 && outcomes.1 > 0, "{outcomes:?}");
            return changes;
        }
    }
    unreachable!()
}

#[test]
fn adding_records_is_all_or_nothing() {
    let bench = Bench::new();
    let client = bench.add_client(&mut bench.open().unwrap(), "mk-01");
    cut_everywhere(
        &bench,
        |vault| bench.add(vault, client, &["one", "two", "three"]).map(drop).map_err(|error| error.to_string()),
        |vault| {
            let found = contents(vault);
            assert!(found.len().is_multiple_of(3), "{found:?}");
            found.len()
        },
    );
}

#[test]
fn a_full_journal_file_and_full_tiles_change_nothing_in_that() {
    let bench = Bench::new();
    let mut vault = bench.open().unwrap();
    let client = bench.add_client(&mut vault, "mk-01");
    // Two entries short of a full tile: the three records stand on both sides of its edge.
    let details = vault.catalog().client(client).unwrap().unwrap().details;
    let filler = || Draft::from(Body::ClientEdited(details.clone()));
    bench.desk(&mut vault).append::<VaultError>(|_| Ok((0..250).map(|_| filler()).collect())).unwrap();
    assert_eq!(vault.head().size, 254);
    drop(vault);
    cut_everywhere(
        &bench,
        |vault| bench.add(vault, client, &["one", "two", "three"]).map(drop).map_err(|error| error.to_string()),
        |vault| contents(vault).len(),
    );
}

#[test]
fn a_package_is_never_outside_without_its_entry() {
    let bench = Bench::new();
    let mut vault = bench.open().unwrap();
    let client = bench.add_client(&mut vault, "mk-01");
    let recipient = bench.add_recipient(&mut vault, "dr-lee");
    bench.consent(&mut vault, client, recipient);
    let records = records_of(&bench.add(&mut vault, client, &["told in confidence"]).unwrap());
    drop(vault);
    cut_everywhere(
        &bench,
        |vault| bench.share(vault, records.clone(), recipient).map(drop).map_err(|error| error.to_string()),
        |vault| {
            let waiting = vault.outbox().unwrap();
            for disclosure in &waiting {
                let entry = vault.catalog().disclosure(*disclosure).unwrap();
                assert!(entry.is_some(), "{disclosure} waits without an entry");
            }
            waiting.len()
        },
    );
}

#[test]
fn tags_and_people_likewise() {
    let bench = Bench::new();
    let mut vault = bench.open().unwrap();
    let client = bench.add_client(&mut vault, "mk-01");
    let recipient = bench.add_recipient(&mut vault, "dr-lee");
    let records = records_of(&bench.add(&mut vault, client, &["a note"]).unwrap());
    drop(vault);
    let tag = "sleep".parse().unwrap();
    cut_everywhere(
        &bench,
        |vault| {
            let tags = (std::slice::from_ref(&tag), &[][..]);
            filing::tag(&mut bench.desk(vault), &records, tags).map(drop).map_err(|error| error.to_string())
        },
        |vault| vault.catalog().record(records[0]).unwrap().unwrap().latest.tags.len(),
    );
    cut_everywhere(
        &bench,
        |vault| {
            let how = VerifiedHow::PhoneCallback;
            people::verify_recipient(&mut bench.desk(vault), recipient, how)
                .map(drop)
                .map_err(|error| error.to_string())
        },
        |vault| vault.catalog().recipient(recipient).unwrap().unwrap().given.verified,
    );
}

fn wait<T>() -> Option<T> {
    std::thread::sleep(std::time::Duration::from_millis(10));
    None
}

#[test]
fn an_unfinished_init_is_taken_over() {
    for changes in 0.. {
        let bench = Bench::bare();
        cut::after(changes);
        let made = bench.init();
        let was_cut = cut::restore();
        if made.is_err() && !bench.places.vault.join("vault.toml").exists() {
            // A program that another test starts holds the dead init's lock until it runs.
            let again = (0..200).find_map(|_| bench.init().ok().or_else(wait));
            assert!(again.is_some(), "cut before change {changes}");
        }
        let mut vault = bench.open().unwrap_or_else(|error| panic!("cut before change {changes}: {error}"));
        bench.add_client(&mut vault, "mk-01");
        let report = vault.check(true, &mut |_| {}).unwrap();
        assert_eq!((report.ledger.findings, report.findings), (vec![], vec![]), "cut before change {changes}");
        if !was_cut {
            return;
        }
    }
}
