//! Following a successor that lies in the vault whole while `vault.toml` still names the older log, with a crash at every
//! moment: the vault is read as before, with its alarm, or as after, and nobody writes who did not.

use std::fs;

use crate::crash_tests::bench::Bench;
use crate::crash_tests::bench::copy_tree;
use crate::crash_tests::machines::accepting;
use crate::crash_tests::machines::go_on;
use crate::crash_tests::machines::machine;
use crate::crash_tests::machines::open_at;
use crate::crash_tests::recoveries::merge_tree;
use crate::crash_tests::walk::Walk;
use crate::vault::Options;
use crate::vault::Vault;
use crate::vault::places;
use crate::vault::places::Places;

/// A second computer went on by itself, and what it wrote came over the first one's vault, but for what names it. The first
/// one follows, from a ledger that is where it was continued, over as many links.
fn followed_over(links: usize) {
    let bench = Bench::new();
    let mut vault = bench.open().unwrap();
    let client = bench.add_client(&mut vault, "mk-01");
    bench.add(&mut vault, client, &["one"]).unwrap();
    drop(vault);
    let second = Places { vault: bench.dir.path().join("second-vault"), ..machine(&bench, "second") };
    copy_tree(&bench.places.vault, &second.vault);
    let options = accepting(&open_at(&bench, &second).unwrap());
    go_on(&bench, &mut bench.open_at(&second, options).unwrap());
    for _ in 1..links {
        let mut vault = open_at(&bench, &second).unwrap();
        crate::vault::rekey::rotate_key(&mut bench.desk(&mut vault), None, None).unwrap();
    }
    bench.add(&mut open_at(&bench, &second).unwrap(), client, &["two"]).unwrap();
    let header = fs::read(bench.places.vault.join(places::HEADER)).unwrap();
    merge_tree(&second.vault, &bench.places.vault);
    fs::write(bench.places.vault.join(places::HEADER), header).unwrap();

    let look = |vault: &Vault| format!("{} {}", vault.head().origin, vault.may_append().is_ok());
    let walk = Walk { is_branched: true, ..Walk::of(&bench, &look).with(&second) };
    walk.through("follow a successor", &|| {
        let options = Options { at_hand: true, ..Bench::options() };
        let mut vault = bench.open_at(&bench.places, options).map_err(|error| error.to_string())?;
        match vault.follow_successor() {
            Ok(true) => Ok(()),
            Ok(false) => Err("there is none".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    });
}

#[test]
fn a_successor_is_followed_or_not() {
    followed_over(1);
}

#[test]
fn a_successor_of_a_successor_is_followed_or_not() {
    followed_over(2);
}
