//! What one decision costs in a large vault, its facts and the look for other people included: `cargo bench --bench decision`.
//! The figures of one machine stand in `docs/benchmarks.md`. `CONSENTS` and `DISCLOSURES` in the environment change the size;
//! `KEEP=DIRECTORY` keeps the vault there, and the next run measures it without making it again.

// A benchmark reads the clock and its environment, and prints.
#![allow(clippy::disallowed_macros, clippy::disallowed_methods)]

use std::error::Error;
use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

use rand_core::OsRng;
use subrosa::digest::Digest;
use subrosa::filing;
use subrosa::filing::Incoming;
use subrosa::filing::NewRecord;
use subrosa::id::AgreementId;
use subrosa::id::ClientId;
use subrosa::id::ConsentId;
use subrosa::id::DisclosureId;
use subrosa::id::RecipientId;
use subrosa::id::RecordId;
use subrosa::id::TrainingId;
use subrosa::keys::identity;
use subrosa::keys::identity::IdentityFile;
use subrosa::keys::plugin::Callbacks;
use subrosa::policy;
use subrosa::practice::agreement::AgreementAdded;
use subrosa::practice::client::ClientDetails;
use subrosa::practice::consent::ConsentTerms;
use subrosa::practice::consent::Signatory;
use subrosa::practice::disclosure::DisclosureMade;
use subrosa::practice::disclosure::Listed;
use subrosa::practice::disclosure::RecordRef;
use subrosa::practice::event::Body;
use subrosa::practice::recipient::GivenKey;
use subrosa::practice::recipient::RecipientAdded;
use subrosa::practice::recipient::RecipientDetails;
use subrosa::practice::training::TrainingAdded;
use subrosa::sharing;
use subrosa::sharing::ShareRequest;
use subrosa::sharing::facts::Circumstances;
use subrosa::time::Date;
use subrosa::time::Timestamp;
use subrosa::time::Zone;
use subrosa::time::parse_date;
use subrosa::vault::Options;
use subrosa::vault::Vault;
use subrosa::vault::catalog::Reads;
use subrosa::vault::catalog::RecordFilter;
use subrosa::vault::create;
use subrosa::vault::create::Creation;
use subrosa::vault::create::OwnerKey;
use subrosa::vault::desk::Desk;
use subrosa::vault::error::VaultError;
use subrosa::vault::places::Places;
use subrosa::vault::transaction::Draft;
use subrosa::vault::unlock::Found;
use subrosa::vocabulary::Age;
use subrosa::vocabulary::AgreementType;
use subrosa::vocabulary::Basis;
use subrosa::vocabulary::Capacity;
use subrosa::vocabulary::Label;
use subrosa::vocabulary::Medium;
use subrosa::vocabulary::Notice;
use subrosa::vocabulary::OwnerMeans;
use subrosa::vocabulary::Purpose;
use subrosa::vocabulary::RecordKind;
use subrosa::vocabulary::Role;
use subrosa::vocabulary::SignMethod;
use subrosa::vocabulary::Understood;
use subrosa::vocabulary::VerifiedHow;

/// So many consents has each client, each to another recipient.
const OF_A_CLIENT: usize = 10;
/// So many recipients there are.
const RECIPIENTS: usize = 200;
/// So many events are appended at once.
const BATCH: usize = 100_000;
/// So many clients, spread over all, have a note to share.
const NOTES: usize = 10;
/// So many decisions are timed.
const RUNS: usize = 100;

const NOTE: &str = "Slept better since the walks. Talked about the move, the landlord and the new school of the children. \
                    Still wakes at four; agreed to keep a diary of it until we meet again.\n";

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
    let (consents, disclosures) = (number("CONSENTS", 100_000), number("DISCLOSURES", 1_000_000));
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
    let clients: Vec<_> = (0..consents.div_ceil(OF_A_CLIENT)).map(|_| ClientId::random(&mut OsRng)).collect();
    let mut drafts = Vec::new();
    for (number, id) in recipients.iter().enumerate() {
        drafts.extend(recipient(number, *id)?);
    }
    for (number, id) in clients.iter().enumerate() {
        drafts.push(client(number, *id)?);
    }
    append(&mut vault, drafts)?;

    let pair = |number: usize| {
        let at = number % clients.len();
        (clients[at], recipients[(at + number / clients.len() % OF_A_CLIENT) % recipients.len()])
    };
    let mut given = Vec::new();
    let mut drafts = Vec::new();
    for number in 0..consents {
        let (client, recipient) = pair(number);
        let terms = consent(client, recipient)?;
        given.push(terms.consent);
        drafts.push(Body::ConsentGranted(terms).into());
    }
    append(&mut vault, drafts)?;
    for first in (0..disclosures).step_by(BATCH) {
        let batch = first..disclosures.min(first + BATCH);
        append(&mut vault, batch.map(|number| disclosure(pair(number), given[number % given.len()])).collect())?;
    }
    for number in 0..NOTES {
        note(&mut vault, clients[number * clients.len() / NOTES])?;
    }
    println!("{consents} consents and {disclosures} disclosures appended: {:.0} s", begun.elapsed().as_secs_f64());
    // Last, so that a vault half made is not taken for a whole one.
    fs::write(top.join("key.txt"), secret.reveal_secret())?;
    Ok(())
}

fn measure(top: &Path) -> Result<(), Box<dyn Error>> {
    let begun = Instant::now();
    let vault = open(top, &fs::read_to_string(top.join("key.txt"))?)?;
    said("the vault opened", begun.elapsed());
    let mut records = Vec::new();
    vault.catalog().records(&RecordFilter::default(), |record| {
        records.push(record);
        Ok::<_, VaultError>(true)
    })?;
    let mut times = Vec::new();
    let mut most = Reads::default();
    for run in 0..RUNS {
        let record = &records[run % records.len()];
        let client = record.latest.client.ok_or("a note of nobody")?;
        let to = vault.catalog().consents(Some(client))?.first().ok_or("no consent")?.terms.recipients.clone();
        let request = ShareRequest {
            records: vec![record.id()],
            drawn: Vec::new(),
            recipients: to,
            ask: policy::Request { has_reason: true, ..policy::Request::new(Purpose::Supervise) },
            why: None,
            expires: None,
            about: Circumstances::default(),
            group: None,
            redact: false,
        };
        let before = vault.catalog().reads();
        let begun = Instant::now();
        let plan = sharing::plan(&vault, request, now(), &mut OsRng, &Callbacks::none())?;
        times.push(begun.elapsed());
        let reads = vault.catalog().reads() - before;
        assert!(plan.planned.len() == 1, "{:?}", plan.refused);
        assert!(reads.passed == 0 && reads.sorts == 0, "{reads:?}");
        if reads.rows >= most.rows {
            most = reads;
        }
    }
    said("the first decision", times[0]);
    times.sort_unstable();
    said(&format!("a decision, the median of {RUNS}"), times[RUNS / 2]);
    said("the slowest of them", times[RUNS - 1]);
    println!("at most {} rows, {} questions, {} steps of SQLite", most.rows, most.questions, most.steps);
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

/// A supervisor, who needs both an agreement and training.
fn recipient(number: usize, id: RecipientId) -> Result<[Draft; 3], Box<dyn Error>> {
    let (_, public) = identity::generate_owner();
    let details = RecipientDetails::new(id, format!("supervisor-{number}").parse()?, Role::Supervisor);
    let verified = Some(VerifiedHow::InPerson);
    let given = GivenKey { key: Some(public.to_string()), verified, ..GivenKey::default() };
    let agreement = AgreementAdded {
        agreement: AgreementId::random(&mut OsRng),
        agreement_type: AgreementType::Supervision,
        consequences: "The supervision ends.".parse()?,
        duties: Vec::new(),
        effective: day("2026-01-01")?,
        ends: None,
        form: None,
        may_not_share: Vec::new(),
        may_share: Vec::new(),
        protocol: 1,
        recipient: id,
        signed_on: day("2026-01-01")?,
        understood: Some(Understood::TypedBack),
    };
    let training = TrainingAdded {
        course: "Confidentiality".parse()?,
        on: day("2026-01-01")?,
        recipient: id,
        training: TrainingId::random(&mut OsRng),
        valid_until: day("2027-12-31")?,
    };
    Ok([
        Body::RecipientAdded(RecipientAdded { details, given }).into(),
        Body::AgreementAdded(agreement).into(),
        Body::TrainingAdded(training).into(),
    ])
}

fn consent(client: ClientId, recipient: RecipientId) -> Result<ConsentTerms, Box<dyn Error>> {
    let mut terms = ConsentTerms::new(ConsentId::random(&mut OsRng), client);
    terms.recipients = vec![recipient];
    terms.kinds = vec![RecordKind::ProgressNote];
    terms.purposes = vec![Purpose::Supervise];
    terms.signed_by = vec![Signatory::Client];
    terms.signed_on = Some(day("2026-02-01")?);
    terms.until = Some(day("2027-12-31")?);
    terms.method = Some(SignMethod::Wet);
    Ok(terms)
}

fn disclosure((client, recipient): (ClientId, RecipientId), consent: ConsentId) -> Draft {
    let record = RecordRef { record: RecordId::random(&mut OsRng), version: 1 };
    Body::DisclosureMade(DisclosureMade {
        basis: Basis::Consent,
        client: Some(client),
        consent: Some(consent),
        disclosure: DisclosureId::random(&mut OsRng),
        expires: None,
        group: None,
        label: Label::R,
        medium: Medium::Package,
        notice: vec![Notice::General],
        package: Some(Digest::of(b"package")),
        purpose: Purpose::Supervise,
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

fn note(vault: &mut Vault, client: ClientId) -> Result<(), Box<dyn Error>> {
    let facts = NewRecord {
        client: Some(client),
        kind: RecordKind::ProgressNote,
        setting: None,
        date: day("2026-03-01")?,
        title: Some("Third session".parse()?),
        tags: Vec::new(),
        name: None,
    };
    let open = Box::new(|| Ok(Box::new(NOTE.as_bytes()) as Box<dyn io::Read>));
    let incoming = Incoming { facts, source: "note".to_owned(), open };
    filing::add(&mut Desk { vault, clock: &now, rng: &mut OsRng }, vec![incoming], &mut |_| {})?;
    Ok(())
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
