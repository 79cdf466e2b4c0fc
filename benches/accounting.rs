//! What the accounting of one client costs in a large vault, put together and drawn as a page: `cargo bench --bench
//! accounting`. The figures of one machine stand in `docs/benchmarks.md`. `DISCLOSURES` and `OF_A_CLIENT` in the environment
//! change the size; `KEEP=DIRECTORY` keeps the vault there, and the next run measures it without making it again.

// A benchmark reads the clock and its environment, and prints.
#![allow(clippy::disallowed_macros, clippy::disallowed_methods)]

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

use rand_core::OsRng;
use subrosa::digest::Digest;
use subrosa::id::ClientId;
use subrosa::id::DisclosureId;
use subrosa::id::ObjectId;
use subrosa::id::RecipientId;
use subrosa::id::RecordId;
use subrosa::keys::identity;
use subrosa::keys::identity::IdentityFile;
use subrosa::keys::plugin::Callbacks;
use subrosa::practice::client::ClientDetails;
use subrosa::practice::disclosure::DisclosureMade;
use subrosa::practice::disclosure::Listed;
use subrosa::practice::disclosure::RecordRef;
use subrosa::practice::event::Body;
use subrosa::practice::recipient::GivenKey;
use subrosa::practice::recipient::RecipientAdded;
use subrosa::practice::recipient::RecipientDetails;
use subrosa::practice::record::RecordVersion;
use subrosa::report::Days;
use subrosa::report::accounting::Accounting;
use subrosa::report::accounting::Asked;
use subrosa::report::accounting::Audience;
use subrosa::report::html;
use subrosa::time::Date;
use subrosa::time::Timestamp;
use subrosa::time::Zone;
use subrosa::time::parse_date;
use subrosa::vault::Options;
use subrosa::vault::Vault;
use subrosa::vault::catalog::Reads;
use subrosa::vault::create;
use subrosa::vault::create::Creation;
use subrosa::vault::create::OwnerKey;
use subrosa::vault::desk::Desk;
use subrosa::vault::error::VaultError;
use subrosa::vault::places::Places;
use subrosa::vault::transaction::Draft;
use subrosa::vault::unlock::Found;
use subrosa::vocabulary::Age;
use subrosa::vocabulary::Basis;
use subrosa::vocabulary::Capacity;
use subrosa::vocabulary::Label;
use subrosa::vocabulary::Medium;
use subrosa::vocabulary::Notice;
use subrosa::vocabulary::OwnerMeans;
use subrosa::vocabulary::Purpose;
use subrosa::vocabulary::RecordKind;
use subrosa::vocabulary::Role;
use subrosa::vocabulary::VerifiedHow;

/// So many recipients has each client.
const OF_ONE: usize = 10;
/// So many recipients there are.
const RECIPIENTS: usize = 200;
/// So many events are appended at once.
const BATCH: usize = 100_000;
/// So many clients, spread over all, are measured.
const MEASURED: usize = 10;

fn main() -> Result<(), Box<dyn Error>> {
    // Run as a test (`cargo test --benches`) it has nothing to say.
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let passing = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let top = std::env::var_os("KEEP").map_or_else(|| passing.path().to_owned(), PathBuf::from);
    if !top.join("key.txt").exists() {
        make(&top)?;
    }
    measure(&top)
}

fn make(top: &Path) -> Result<(), Box<dyn Error>> {
    let (disclosures, each) = (number("DISCLOSURES", 1_000_000), number("OF_A_CLIENT", 200));
    let (secret, public) = identity::generate_owner();
    let seals_to = public.seals_to(&Callbacks::none())?;
    let creation = Creation {
        owners: vec![("owner".parse()?, OwnerKey::PublicKey(public, seals_to, OwnerMeans::Recipient))],
        name: None,
        contact: None,
        time_zone: Zone::UTC,
        capacity: Capacity::Professional,
        lifted: Vec::new(),
        profiles: Vec::new(),
        next: None,
    };
    fs::create_dir_all(top)?;
    create::create(&places(top), &creation, now(), &mut OsRng)?;
    let mut vault = open(top, secret.reveal_secret())?;

    let begun = Instant::now();
    let recipients: Vec<_> = (0..RECIPIENTS).map(|_| RecipientId::random(&mut OsRng)).collect();
    let clients: Vec<_> = (0..disclosures.div_ceil(each)).map(|_| ClientId::random(&mut OsRng)).collect();
    let mut drafts = Vec::new();
    for (number, id) in recipients.iter().enumerate() {
        drafts.push(recipient(number, *id)?);
    }
    for (number, id) in clients.iter().enumerate() {
        drafts.push(client(number, *id)?);
    }
    append(&mut vault, drafts)?;
    // The measured clients' records are there; of the others it is enough that they were sent.
    let measured: Vec<_> = (0..MEASURED).map(|number| number * clients.len() / MEASURED).collect();
    let mut records = BTreeMap::new();
    let mut drafts = Vec::new();
    for at in &measured {
        let ids: Vec<_> = (0..each).map(|_| RecordId::random(&mut OsRng)).collect();
        for id in &ids {
            drafts.push(record(clients[*at], *id)?);
        }
        records.insert(*at, ids);
    }
    append(&mut vault, drafts)?;
    // Spread over the whole log, as they would be over the years.
    for first in (0..disclosures).step_by(BATCH) {
        let batch = first..disclosures.min(first + BATCH);
        let draft = |number: usize| {
            let (at, turn) = (number % clients.len(), number / clients.len());
            let record = match records.get(&at).and_then(|ids| ids.get(turn)) {
                Some(id) => *id,
                None => RecordId::random(&mut OsRng),
            };
            disclosure((clients[at], recipients[(at + turn % OF_ONE) % recipients.len()]), record, turn)
        };
        append(&mut vault, batch.map(draft).collect())?;
    }
    println!("{disclosures} disclosures of {} clients appended: {:.0} s", clients.len(), begun.elapsed().as_secs_f64());
    let ids: Vec<String> = measured.iter().map(|at| clients[*at].to_string()).collect();
    fs::write(top.join("clients.txt"), ids.join("\n"))?;
    // Last, so that a vault half made is not taken for a whole one.
    fs::write(top.join("key.txt"), secret.reveal_secret())?;
    Ok(())
}

fn measure(top: &Path) -> Result<(), Box<dyn Error>> {
    let begun = Instant::now();
    let vault = open(top, &fs::read_to_string(top.join("key.txt"))?)?;
    said("the vault opened", begun.elapsed());
    let ids = fs::read_to_string(top.join("clients.txt"))?;
    let clients: Vec<ClientId> = ids.lines().map(str::parse).collect::<Result<_, _>>()?;
    for (what, audience) in [("for the practice", Audience::Practice), ("for the client", Audience::Client)] {
        let mut times = Vec::new();
        let mut most = Reads::default();
        for client in &clients {
            let days = Days { since: None, as_of: day("2026-11-21")?, zone: Zone::UTC };
            let asked = Asked { client: *client, days, audience, statutory: None, now: now() };
            let before = vault.catalog().reads();
            let begun = Instant::now();
            let report = Accounting::of(&vault, &asked)?;
            let page = html::page(&report);
            times.push(begun.elapsed());
            let reads = vault.catalog().reads() - before;
            assert!(report.disclosures() == number("OF_A_CLIENT", 200) && page.ends_with("</html>\n"));
            if reads.rows >= most.rows {
                most = reads;
            }
        }
        said(&format!("{what}, the first"), times[0]);
        times.sort_unstable();
        said(&format!("{what}, the median of {}", times.len()), times[times.len() / 2]);
        said(&format!("{what}, the slowest"), times[times.len() - 1]);
        println!("{most:?}");
    }
    Ok(())
}

fn places(top: &Path) -> Places {
    Places { vault: top.join("vault"), state: top.join("state"), cache: top.join("cache") }
}

fn open(top: &Path, key: &str) -> Result<Vault, Box<dyn Error>> {
    let identities = IdentityFile::read(key.as_bytes(), "key", &mut |_| None, &Callbacks::none())?;
    let options = Options {
        lock_wait: Duration::from_secs(30),
        accept_head: None,
        accept_clock: false,
        at_hand: false,
        committing: || {},
    };
    Ok(Vault::open(Found::at(places(top))?.with_identities(&identities)?, options, &mut OsRng)?)
}

fn now() -> Timestamp {
    Timestamp::from_unix(1_795_253_400)
}

fn day(text: &str) -> Result<Date, Box<dyn Error>> {
    Ok(parse_date(text)?)
}

fn client(number: usize, id: ClientId) -> Result<Draft, Box<dyn Error>> {
    let mut details = ClientDetails::new(id, format!("client-{number:07}").parse()?);
    details.age = Some(Age::Adult);
    details.name = Some(format!("Larkspur{number} Foxglove{}", number / 7).parse()?);
    Ok(Body::ClientAdded(details).into())
}

fn recipient(number: usize, id: RecipientId) -> Result<Draft, Box<dyn Error>> {
    let mut details = RecipientDetails::new(id, format!("colleague-{number}").parse()?, Role::TreatingProvider);
    details.name = Some(format!("Dr Harbour{number} Meadow").parse()?);
    details.organisation = Some("Clinic at the Bridge".parse()?);
    Ok(Body::RecipientAdded(RecipientAdded { details, given: GivenKey::default() }).into())
}

fn record(client: ClientId, id: RecordId) -> Result<Draft, Box<dyn Error>> {
    Ok(Body::RecordAdded(RecordVersion {
        client: Some(client),
        date: day("2026-03-01")?,
        excerpt_of: None,
        group: None,
        label: Label::R,
        media_type: "text/plain".to_owned(),
        name: None,
        name_bytes: None,
        object: ObjectId::random(&mut OsRng),
        record: id,
        record_kind: RecordKind::ProgressNote,
        seal: Digest::of(b"seal"),
        setting: None,
        sha256: Digest::of(b"content"),
        size: 300,
        tags: Vec::new(),
        title: Some("Third session".parse()?),
        version: 1,
    })
    .into())
}

fn disclosure((client, recipient): (ClientId, RecipientId), id: RecordId, turn: usize) -> Draft {
    let record = RecordRef { record: id, version: 1 };
    let purposes = [Purpose::Treat, Purpose::Coordinate, Purpose::Supervise];
    Body::DisclosureMade(DisclosureMade {
        basis: Basis::Consent,
        client: Some(client),
        consent: None,
        disclosure: DisclosureId::random(&mut OsRng),
        expires: None,
        group: None,
        label: Label::R,
        medium: Medium::Package,
        notice: vec![Notice::General],
        package: Some(Digest::of(b"package")),
        purpose: purposes[turn % purposes.len()],
        receipt: Some(Digest::of(b"receipt")),
        recipient,
        recipient_key: None,
        records: Listed::Here(vec![record]),
        series: None,
        setting: None,
        size: Some(9_999),
        verified: Some(VerifiedHow::InPerson),
        why: None,
    })
    .into()
}

fn append(vault: &mut Vault, drafts: Vec<Draft>) -> Result<(), VaultError> {
    Desk { vault, clock: &now, rng: &mut OsRng }.append(|_| Ok(drafts)).map(drop)
}

fn number(name: &str, usual: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

fn said(what: &str, took: Duration) {
    println!("{what:<40} {:>10.3} ms", took.as_secs_f64() * 1_000.0);
}
