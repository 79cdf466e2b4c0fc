//! How quickly the ledger is verified, proved from and appended to: `cargo bench --bench ledger`. The figures of one machine
//! stand in `docs/benchmarks.md`. `LEAVES`, `EVENTS` and `SINGLE` in the environment change the sizes.

// A benchmark reads the clock and its environment, and prints.
#![allow(clippy::disallowed_macros, clippy::disallowed_methods)]

use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::Duration;
use std::time::Instant;

use rand_core::OsRng;
use subrosa::digest::Digest;
use subrosa::id::ClientId;
use subrosa::keys::identity;
use subrosa::keys::identity::IdentityFile;
use subrosa::keys::plugin::Callbacks;
use subrosa::keys::signer::Origin;
use subrosa::keys::signer::SigningKey;
use subrosa::ledger::audit;
use subrosa::ledger::checkpoint::Checkpoint;
use subrosa::ledger::checkpoint::VerifiedCheckpoint;
use subrosa::ledger::leaf::Leaf;
use subrosa::ledger::tree;
use subrosa::ledger::tree::MemoryTiles;
use subrosa::ledger::tree::Tiles;
use subrosa::practice::client::ClientDetails;
use subrosa::practice::event::Body;
use subrosa::time::Timestamp;
use subrosa::time::Zone;
use subrosa::vault::Options;
use subrosa::vault::Vault;
use subrosa::vault::create;
use subrosa::vault::create::Creation;
use subrosa::vault::create::OwnerKey;
use subrosa::vault::desk::Desk;
use subrosa::vault::disk::Disk;
use subrosa::vault::error::VaultError;
use subrosa::vault::log::Log;
use subrosa::vault::places::Places;
use subrosa::vault::transaction::Draft;
use subrosa::vault::unlock::Found;
use subrosa::vocabulary::Capacity;
use subrosa::vocabulary::OwnerMeans;

fn main() -> Result<(), Box<dyn Error>> {
    // Run as a test (`cargo test --benches`) it has nothing to say.
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let top = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    of_the_tree(top.path())?;
    of_a_vault(top.path())
}

fn of_the_tree(top: &Path) -> Result<(), Box<dyn Error>> {
    let size = number("LEAVES", 1_000_000);
    let log = "q5c3f7kz2m".parse()?;
    let key = SigningKey::generate(Origin::of(log), &mut OsRng);
    let genesis = Leaf::Genesis { public: *key.verifier().public(), next: None };
    let sealed = |index: u64| Leaf::Sealed { commitment: Digest::of(&index.to_be_bytes()) };
    let leaves: Vec<_> = std::iter::once(genesis).chain((1..size).map(sealed)).collect();
    let mut tiles = MemoryTiles::default();
    let (growth, took) = timed(|| tree::append(&tiles, (0, tree::empty_root()), &leaves));
    let growth = growth?;
    tiles.files.extend(growth.writes.iter().cloned());
    said(&format!("a tree of {size} leaves made, in memory"), took);
    let head = Checkpoint { origin: key.origin().clone(), size, root: growth.root };
    let head = VerifiedCheckpoint::sign(head, &key)?;

    let directory = top.join("ledger").join(log.to_string());
    for (path, bytes) in &tiles.files {
        let path = directory.join(path.to_string());
        fs::create_dir_all(path.parent().ok_or("no parent")?)?;
        fs::write(path, bytes)?;
    }
    let files = Log::new(Disk::new(top.to_path_buf()), log);
    for (from, tiles) in [("memory", &tiles as &dyn Tiles), ("files", &files)] {
        let verify = || {
            let (counts, findings) = audit::audit(tiles, head.head(), &key.verifier(), |_, leaf| _ = black_box(leaf));
            assert!(findings.is_empty() && counts.leaves == size, "{findings:?}");
        };
        said(&format!("verify {size} leaves and all tiles, from {from}"), best(5, verify));
        let mut index = 0;
        let prove = || {
            index = (index + 7_654_321) % size;
            black_box(tree::inclusion_proof(tiles, index, size)).map(drop)
        };
        said(&format!("an inclusion proof at {size}, from {from}"), mean(1_000, prove)?);
        let mut old = 0;
        let prove = || {
            old = old % (size - 1) + 1;
            black_box(tree::consistency_proof(tiles, old, size)).map(drop)
        };
        said(&format!("a consistency proof at {size}, from {from}"), mean(1_000, prove)?);
        let grow = || black_box(tree::append(tiles, (size, growth.root), &[sealed(size)])).map(drop);
        said(&format!("one leaf more at {size}, not written, from {from}"), mean(1_000, grow)?);
    }
    let proof = tree::inclusion_proof(&tiles, size / 3, size)?;
    let leaf = leaves[usize::try_from(size / 3)?].hash();
    let verify = || {
        assert!(tree::verify_inclusion(&leaf, size / 3, size, black_box(&proof), &growth.root));
        Ok::<(), VaultError>(())
    };
    said(&format!("an inclusion proof at {size} verified"), mean(1_000, verify)?);
    Ok(())
}

fn of_a_vault(top: &Path) -> Result<(), Box<dyn Error>> {
    let (single, events) = (number("SINGLE", 1_000), number("EVENTS", 100_000));
    let places = Places { vault: top.join("vault"), state: top.join("state"), cache: top.join("cache") };
    let mut vault = new_vault(places)?;
    let mut next = 0;
    let mut some = |count: u64| {
        next += count;
        (next - count..next).map(client).collect::<Result<Vec<_>, _>>()
    };

    let drafts = some(single)?;
    let (done, took) = timed(|| drafts.into_iter().try_for_each(|draft| append(&mut vault, vec![draft])));
    done?;
    said_rate(&format!("{single} single appends, synced, to an empty vault"), single, took);
    let drafts = some(events)?;
    let (done, took) = timed(|| append(&mut vault, drafts));
    done?;
    said_rate(&format!("one append of {events} events"), events, took);
    let drafts = some(single)?;
    let (done, took) = timed(|| drafts.into_iter().try_for_each(|draft| append(&mut vault, vec![draft])));
    done?;
    said_rate(&format!("{single} single appends, synced, after those"), single, took);
    let (report, took) = timed(|| vault.verify_ledger(&mut |_| {}));
    let report = report?;
    assert!(report.findings.is_empty(), "{:?}", report.findings);
    said_rate(&format!("ledger verify of {} leaves with all openings", report.leaves), report.leaves, took);
    Ok(())
}

fn new_vault(places: Places) -> Result<Vault, Box<dyn Error>> {
    let (secret, public) = identity::generate_owner();
    let seals_to = public.seals_to(&Callbacks::none())?;
    let owner = OwnerKey::PublicKey(public, seals_to, OwnerMeans::Recipient);
    let creation = Creation {
        owners: vec![("owner".parse()?, owner)],
        name: None,
        contact: None,
        time_zone: Zone::UTC,
        capacity: Capacity::Professional,
        lifted: Vec::new(),
        profiles: Vec::new(),
        next: None,
    };
    create::create(&places, &creation, now(), &mut OsRng)?;
    let identities = IdentityFile::read(secret.reveal_secret().as_bytes(), "key", &mut |_| None, &Callbacks::none())?;
    let options = Options {
        lock_wait: Duration::from_secs(30),
        accept_head: None,
        accept_clock: false,
        at_hand: false,
        committing: || {},
    };
    Ok(Vault::open(Found::at(places)?.with_identities(&identities)?, options, &mut OsRng)?)
}

fn now() -> Timestamp {
    Timestamp::from_unix(1_795_253_400)
}

fn client(number: u64) -> Result<Draft, Box<dyn Error>> {
    let mut details = ClientDetails::new(ClientId::random(&mut OsRng), format!("client-{number:07}").parse()?);
    details.name = Some(format!("Maria Kestrel-{number}").parse()?);
    Ok(Body::ClientAdded(details).into())
}

fn append(vault: &mut Vault, drafts: Vec<Draft>) -> Result<(), VaultError> {
    Desk { vault, clock: &now, rng: &mut OsRng }.append(|_| Ok(drafts)).map(drop)
}

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let begun = Instant::now();
    let done = work();
    (done, begun.elapsed())
}

fn best(runs: u32, mut work: impl FnMut()) -> Duration {
    (0..runs).map(|_| timed(&mut work).1).min().unwrap_or_default()
}

fn mean<E>(runs: u32, mut work: impl FnMut() -> Result<(), E>) -> Result<Duration, E> {
    let (done, took) = timed(|| (0..runs).try_for_each(|_| work()));
    done.map(|()| took / runs)
}

fn said(what: &str, took: Duration) {
    println!("{what:<64} {:>10.3} ms", took.as_secs_f64() * 1_000.0);
}

fn said_rate(what: &str, count: u64, took: Duration) {
    println!(
        "{what:<64} {:>10.3} ms   {:>8.0} a second",
        took.as_secs_f64() * 1_000.0,
        count as f64 / took.as_secs_f64()
    );
}
