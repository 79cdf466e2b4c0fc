//! Someone who can write the vault's directory, and has no key: what he gets is nothing, and it is told.

use std::fs;

use rand_core::OsRng;

use crate::crash_tests::bench::Bench;
use crate::crash_tests::bench::copy_tree;
use crate::crash_tests::bench::records_of;
use crate::crash_tests::bench::snapshot;
use crate::id::ClientId;
use crate::keys::plugin::Callbacks;
use crate::ledger::checkpoint::Checkpoint;
use crate::practice::client::ClientClosed;
use crate::practice::event::Body;
use crate::vault::create;
use crate::vault::create::Creation;
use crate::vault::create::OwnerKey;
use crate::vault::error::VaultError;
use crate::vault::places;
use crate::vault::places::Places;
use crate::vault::standing::Standing;
use crate::vocabulary::Capacity;
use crate::vocabulary::OwnerMeans;

fn filled() -> Bench {
    let bench = Bench::new();
    let mut vault = bench.open().unwrap();
    let client = bench.add_client(&mut vault, "mk-01");
    bench.add(&mut vault, client, &["one", "two"]).unwrap();
    bench
}

/// Opening fails with an error that `is_it` knows, or appending does, and no file changes.
fn refused(bench: &Bench, is_it: impl Fn(&VaultError) -> bool) {
    let before = snapshot(&bench.places.vault);
    let error = match bench.open() {
        Err(error) => error,
        Ok(vault) => vault.may_append().unwrap_err(),
    };
    assert!(is_it(&error), "{error}");
    assert_eq!(snapshot(&bench.places.vault), before);
}

fn is_altered(error: &VaultError) -> bool {
    error.is_of_files()
}

#[test]
fn a_changed_recipient_is_noticed() {
    let bench = filled();
    let path = bench.places.vault.join("vault.toml");
    let text = fs::read_to_string(&path).unwrap();
    let theirs = crate::keys::identity::generate_owner().1.to_string();
    let ours = bench.open().unwrap().header().recipient.clone();
    fs::write(&path, text.replace(&ours, &theirs)).unwrap();
    refused(&bench, is_altered);
}

#[test]
fn a_vault_forged_from_the_public_key_is_noticed() {
    let bench = filled();
    fs::rename(&bench.places.vault, bench.dir.path().join("true")).unwrap();
    let seals_to = bench.public().seals_to(&Callbacks::none()).unwrap();
    let owner = OwnerKey::PublicKey(bench.public().clone(), seals_to, OwnerMeans::Recipient);
    let elsewhere = |name| bench.dir.path().join("forger").join(name);
    let places = Places { vault: bench.places.vault.clone(), state: elsewhere("state"), cache: elsewhere("cache") };
    let creation = Creation {
        owners: vec![("owner".parse().unwrap(), owner)],
        name: None,
        contact: None,
        time_zone: crate::time::Zone::UTC,
        capacity: Capacity::Professional,
        lifted: Vec::new(),
        profiles: Vec::new(),
        next: None,
    };
    create::create(&places, &creation, (bench.clock)(), &mut OsRng).unwrap();
    refused(&bench, |error| matches!(error, VaultError::Replaced { .. }));
}

#[test]
fn an_older_copy_is_readable_and_never_appended_to() {
    let bench = filled();
    let old = bench.dir.path().join("old");
    copy_tree(&bench.places.vault, &old);
    let mut vault = bench.open().unwrap();
    bench.add_client(&mut vault, "ab-02");
    drop(vault);
    fs::rename(&bench.places.vault, bench.dir.path().join("new")).unwrap();
    fs::rename(&old, &bench.places.vault).unwrap();
    refused(&bench, |error| matches!(error, VaultError::RolledBack { .. }));
    let vault = bench.open().unwrap();
    assert_eq!(vault.catalog().clients().unwrap().len(), 1);
    assert!(matches!(vault.standing(), Standing::RolledBack(_)));
}

#[test]
fn an_older_checkpoint_alone_is_healed() {
    let bench = filled();
    let vault = bench.open().unwrap();
    let file = bench.places.vault.join(places::checkpoint(vault.header().log));
    let old = fs::read(&file).unwrap();
    drop(vault);
    let mut vault = bench.open().unwrap();
    bench.add_client(&mut vault, "ab-02");
    drop(vault);
    let new = fs::read(&file).unwrap();
    fs::write(&file, old).unwrap();
    let vault = bench.open().unwrap();
    assert_eq!((vault.standing(), vault.catalog().clients().unwrap().len()), (&Standing::InStep, 2));
    assert_eq!(fs::read(&file).unwrap(), new);
}

#[test]
fn an_older_journal_file_is_noticed_before_anything_is_signed() {
    let bench = filled();
    let vault = bench.open().unwrap();
    let file = bench.places.vault.join(places::journal(vault.header().log, 0));
    let head: Checkpoint = vault.head().clone();
    drop(vault);
    let old = fs::read(&file).unwrap();
    let mut vault = bench.open().unwrap();
    bench.add_client(&mut vault, "ab-02");
    drop(vault);
    fs::write(&file, old).unwrap();
    let mut vault = bench.open().unwrap();
    let closed = ClientClosed { client: ClientId::random(&mut OsRng) };
    let failed = bench.desk(&mut vault).append::<VaultError>(|_| Ok(vec![Body::ClientClosed(closed).into()]));
    assert!(is_altered(&failed.unwrap_err()));
    assert_eq!(bench.open().unwrap().head().size, head.size + 1);
}

/// A process that stays open does not check again what it wrote itself: but it looks whether that is still there.
#[test]
fn a_vault_that_stays_open_signs_on_nothing_but_what_it_wrote() {
    let bench = filled();
    let mut vault = bench.open().unwrap();
    let client = bench.add_client(&mut vault, "ab-02");
    let log = vault.header().log;
    let close = |vault: &mut crate::vault::Vault| {
        bench.desk(vault).append::<VaultError>(|_| Ok(vec![Body::ClientClosed(ClientClosed { client }).into()]))
    };
    let journal = places::journal(log, 0);
    let before = fs::read(bench.places.vault.join(&journal)).unwrap();
    bench.add_client(&mut vault, "cd-03");
    let head = vault.head().clone();
    let edge =
        ["tile/0/000.p", "tile/entries/000.p"].map(|dir| places::ledger_file(log, &format!("{dir}/{}", head.size)));
    let step: usize = option_env!("SUBROSA_SCALE").map_or(23, |_| 1);
    for file in edge.into_iter().chain([journal, places::checkpoint(log)]) {
        let path = bench.places.vault.join(&file);
        let sound = fs::read(&path).unwrap();
        let flipped = (0..sound.len()).step_by(step).map(|at| {
            let mut changed = sound.clone();
            changed[at] ^= 0x10;
            Some(changed)
        });
        let cut = Some(sound[..sound.len() - 1].to_vec());
        // Its own file of one entry before is as little of use as none.
        for changed in flipped.chain([cut, None, Some(before.clone())]) {
            match &changed {
                Some(bytes) => fs::write(&path, bytes).unwrap(),
                None => fs::remove_file(&path).unwrap(),
            }
            let error = close(&mut vault).map(drop).unwrap_err();
            assert!(is_altered(&error), "{file}: {error}");
        }
        fs::write(&path, sound).unwrap();
    }
    assert_eq!(close(&mut vault).unwrap().head.size, head.size + 1);
    // What another process appended is checked like anything that somebody else wrote.
    bench.add_client(&mut bench.open().unwrap(), "ef-04");
    assert_eq!(close(&mut vault).unwrap().head.size, head.size + 3);
    let report = vault.verify_ledger(&mut |_| {}).unwrap();
    assert!(report.findings.is_empty(), "{:?}", report.findings);
}

#[test]
fn a_fork_is_noticed_even_beside_our_own_tiles() {
    let bench = filled();
    // The same machine twice, as a cloned disk gives it: both may sign, and neither knows of the other.
    let clone = |name: &str| bench.dir.path().join("clone").join(name);
    for name in ["vault", "state", "cache"] {
        copy_tree(&bench.dir.path().join(name), &clone(name));
    }
    let places = Places { vault: clone("vault"), state: clone("state"), cache: clone("cache") };
    bench.add_client(&mut bench.open().unwrap(), "ours-1");
    let mut theirs = bench.open_at(&places, Bench::options()).unwrap();
    bench.add_client(&mut theirs, "theirs-1");
    for size in [0, 1] {
        // Equally long, then longer: their files come over ours, as a synchronised folder brings them.
        copy_tree(&places.vault, &bench.places.vault);
        refused(&bench, |error| matches!(error, VaultError::Forked { .. }));
        if size == 0 {
            bench.add_client(&mut theirs, "theirs-2");
        }
    }
}

#[test]
fn a_planted_link_leads_nowhere() {
    use std::os::unix::fs::symlink;
    let bench = filled();
    let outside = bench.dir.path().join("outside");
    fs::create_dir_all(outside.join("0123456789abcdef")).unwrap();
    fs::write(outside.join("0123456789abcdef/precious.tmp"), "kept").unwrap();
    fs::write(outside.join("zyzzyzzyzzyzzyz0.age"), "kept").unwrap();
    fs::write(outside.join("d-vvvvvvvvvvvvvvvv.age"), "kept").unwrap();
    let before = snapshot(&outside);
    let vault = &bench.places.vault;
    fs::create_dir_all(vault.join("incoming/0123456789abcdef")).unwrap();
    let list = "records/zy/zyzzyzzyzzyzzyz0.age\noutbox/d-vvvvvvvvvvvvvvvv.age\n../outside/x\n";
    for (link, is_incoming) in [("records/zy", false), ("outbox", false), ("incoming", true)] {
        if is_incoming {
            fs::remove_dir_all(vault.join("incoming")).unwrap();
        } else {
            fs::write(vault.join("incoming/0123456789abcdef/intent"), list).unwrap();
        }
        symlink(&outside, vault.join(link)).unwrap();
        let told = bench.open().and_then(|mut vault| bench.desk(&mut vault).append::<VaultError>(|_| Ok(Vec::new())));
        assert!(is_altered(&told.map(drop).unwrap_err()), "{link}");
        assert_eq!(snapshot(&outside), before, "{link}");
        fs::remove_file(vault.join(link)).unwrap();
    }
}

#[test]
fn what_has_the_name_of_a_staged_file_is_not_written_to() {
    use std::os::unix::fs::symlink;
    let bench = filled();
    let precious = bench.dir.path().join("precious");
    fs::write(&precious, "kept").unwrap();
    let mut vault = bench.open().unwrap();
    let staged = |number| bench.places.vault.join(places::staged(places::INCOMING, number));
    symlink(&precious, staged(1)).unwrap();
    // As a power cut leaves it: the file is in its place, and has its old name still.
    let journal = bench.places.vault.join(places::journal(vault.header().log, 0));
    fs::hard_link(&journal, staged(2)).unwrap();
    fs::create_dir(staged(3)).unwrap();
    let before = fs::read(&journal).unwrap();
    fs::hard_link(&journal, bench.dir.path().join("journal")).unwrap();
    bench.add_client(&mut vault, "after");
    assert_eq!(fs::read(&precious).unwrap(), b"kept");
    assert_eq!(fs::read(bench.dir.path().join("journal")).unwrap(), before);
    assert_eq!(fs::read_dir(bench.places.vault.join(places::INCOMING)).unwrap().count(), 0);
    drop(vault);
    // What the next opening finds there goes likewise, and a link to a directory is a link.
    symlink(bench.dir.path(), staged(1)).unwrap();
    fs::create_dir(staged(2)).unwrap();
    bench.open().unwrap();
    assert_eq!(fs::read_dir(bench.places.vault.join(places::INCOMING)).unwrap().count(), 0);
    assert!(precious.exists());
}

#[test]
fn nobody_is_waited_for_in_place_of_a_file() {
    let bench = filled();
    let vault = bench.open().unwrap();
    let log = vault.header().log;
    drop(vault);
    let files = ["vault.toml".to_owned(), places::checkpoint(log), places::signing_key(log), places::journal(log, 0)];
    for file in files {
        let path = bench.places.vault.join(&file);
        let aside = bench.dir.path().join("aside");
        fs::rename(&path, &aside).unwrap();
        for make in ["mkfifo", "mkdir"] {
            assert!(std::process::Command::new(make).arg(&path).status().unwrap().success());
            let _ = fs::remove_dir_all(&bench.places.cache);
            let error = bench.open().map(drop).unwrap_err();
            assert!(
                matches!(&error, VaultError::Altered { file: named, .. } if *named == file),
                "{make} {file}: {error}"
            );
            fs::remove_file(&path).or_else(|_| fs::remove_dir(&path)).unwrap();
        }
        fs::rename(&aside, &path).unwrap();
    }
}

#[test]
fn swapped_records_are_not_shown() {
    let bench = filled();
    let vault = bench.open().unwrap();
    let mut objects = Vec::new();
    vault
        .catalog()
        .each_object::<VaultError>(|object| {
            objects.push(object.object);
            Ok(())
        })
        .unwrap();
    let path = |n: usize| bench.places.vault.join(places::object(objects[n]));
    let aside = bench.dir.path().join("aside");
    fs::rename(path(0), &aside).unwrap();
    fs::rename(path(1), path(0)).unwrap();
    fs::rename(&aside, path(1)).unwrap();
    vault
        .catalog()
        .records::<VaultError>(&Default::default(), |record| {
            assert!(is_altered(&vault.read(&record.latest).map(drop).unwrap_err()));
            Ok(true)
        })
        .unwrap();
}

#[test]
fn every_flipped_byte_is_noticed() {
    let bench = filled();
    let mut vault = bench.open().unwrap();
    let recipient = bench.add_recipient(&mut vault, "dr-lee");
    let client = bench.add_client(&mut vault, "ab-02");
    bench.consent(&mut vault, client, recipient);
    let records = records_of(&bench.add(&mut vault, client, &["three"]).unwrap());
    bench.share(&mut vault, records, recipient).unwrap();
    drop(vault);
    let step: usize = option_env!("SUBROSA_SCALE").and_then(|scale| scale.parse().ok()).map_or(41, |_: u64| 1);
    for (path, bytes) in snapshot(&bench.places.vault) {
        let name = path.strip_prefix(&bench.places.vault).unwrap().display().to_string();
        for at in (0..bytes.len()).step_by(step) {
            let mut changed = bytes.clone();
            changed[at] ^= 0x10;
            fs::write(&path, &changed).unwrap();
            let noticed = match bench.open() {
                Err(
                    VaultError::Altered { file, .. }
                    | VaultError::Incomplete { file, .. }
                    | VaultError::OpeningDiffers { file, .. },
                ) => vec![file],
                Err(other) => panic!("{name}, byte {at}: {other}"),
                Ok(mut vault) => {
                    let report = vault.check(true, &mut |_| {}).unwrap();
                    let findings = report.ledger.findings.into_iter().chain(report.findings);
                    findings.filter(|finding| finding.fault.is_grave()).filter_map(|finding| finding.file).collect()
                }
            };
            assert!(noticed.contains(&name), "{name}, byte {at}: noticed {noticed:?}");
        }
        fs::write(&path, &bytes).unwrap();
    }
}

#[test]
fn a_vault_that_moved_is_the_same_vault() {
    let bench = filled();
    let moved = bench.dir.path().join("elsewhere");
    fs::rename(&bench.places.vault, &moved).unwrap();
    let places = Places { vault: moved, ..bench.places.clone() };
    let mut vault = bench.open_at(&places, Bench::options()).unwrap();
    assert_eq!(vault.standing(), &Standing::InStep);
    bench.add_client(&mut vault, "ab-02");
}

#[test]
fn another_machine_reads_and_does_not_write() {
    let bench = filled();
    let at = |name| bench.dir.path().join("second").join(name);
    let places = Places { state: at("state"), cache: at("cache"), ..bench.places.clone() };
    let vault = bench.open_at(&places, Bench::options()).unwrap();
    assert_eq!(vault.standing(), &Standing::Unmarked);
    assert!(matches!(vault.may_append(), Err(VaultError::Unmarked(_))));
    let head = vault.head().clone();
    drop(vault);
    let wrong = crate::vault::Options { accept_head: Some(format!("{}:x", head.size)), ..Bench::options() };
    assert!(matches!(bench.open_at(&places, wrong), Err(VaultError::OtherHead { .. })));
    let right = format!("{}:{}", head.size, crate::vault::root_text(&head.root));
    let right = crate::vault::Options { accept_head: Some(right), ..Bench::options() };
    let vault = bench.open_at(&places, right).unwrap();
    assert_eq!(vault.standing(), &Standing::InStep);
    assert!(matches!(vault.may_append(), Err(VaultError::ReadsOnly { .. })));
    drop(vault);
    // What the first machine appends is followed.
    let mut vault = bench.open().unwrap();
    bench.add_client(&mut vault, "ab-02");
    let vault = bench.open_at(&places, Bench::options()).unwrap();
    assert_eq!((vault.standing(), vault.catalog().clients().unwrap().len()), (&Standing::InStep, 2));
}
