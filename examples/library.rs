//! A small program that uses the library: it makes a vault in a directory, names a client and a recipient, files the
//! client's consent and a note, shares it, and prints what the ledger says.
//!
//! ```console
//! $ cargo run --locked --example library -- /home/me/practice
//! ```

// A program of its own reads its own clock, and prints.
#![allow(clippy::disallowed_macros, clippy::disallowed_methods)]

use std::error::Error;
use std::io;
use std::path::PathBuf;
use std::time::Duration;
use std::time::SystemTime;
use std::time::UNIX_EPOCH;

use rand_core::OsRng;
use subrosa::consenting;
use subrosa::filing;
use subrosa::filing::Incoming;
use subrosa::filing::NewRecord;
use subrosa::id::ClientId;
use subrosa::id::ConsentId;
use subrosa::id::RecipientId;
use subrosa::keys::identity;
use subrosa::keys::identity::IdentityFile;
use subrosa::keys::plugin::Callbacks;
use subrosa::people;
use subrosa::policy;
use subrosa::practice::client::ClientDetails;
use subrosa::practice::consent::ConsentTerms;
use subrosa::practice::consent::Signatory;
use subrosa::practice::event::Body;
use subrosa::practice::recipient::GivenKey;
use subrosa::practice::recipient::RecipientAdded;
use subrosa::practice::recipient::RecipientDetails;
use subrosa::sharing;
use subrosa::sharing::ShareRequest;
use subrosa::sharing::facts::Circumstances;
use subrosa::sharing::sending;
use subrosa::time::Timestamp;
use subrosa::time::Zone;
use subrosa::vault::Options;
use subrosa::vault::Vault;
use subrosa::vault::create;
use subrosa::vault::create::Creation;
use subrosa::vault::create::OwnerKey;
use subrosa::vault::desk::Desk;
use subrosa::vault::places::Places;
use subrosa::vault::unlock::Found;
use subrosa::vocabulary::Age;
use subrosa::vocabulary::Capacity;
use subrosa::vocabulary::OwnerMeans;
use subrosa::vocabulary::Purpose;
use subrosa::vocabulary::RecordKind;
use subrosa::vocabulary::Role;
use subrosa::vocabulary::VerifiedHow;

fn main() -> Result<(), Box<dyn Error>> {
    let base = PathBuf::from(std::env::args_os().nth(1).ok_or("usage: library DIRECTORY")?);
    let places = Places { vault: base.join("vault"), state: base.join("state"), cache: base.join("cache") };
    let clock = || {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Timestamp::from_unix(i64::try_from(now).unwrap_or(i64::MAX))
    };
    let rng = &mut OsRng;

    // A key for the owner, and a vault that it opens.
    let (secret, public) = identity::generate_owner();
    let seals_to = public.seals_to(&Callbacks::none())?;
    let owner = OwnerKey::PublicKey(public, seals_to, OwnerMeans::Recipient);
    let creation = Creation {
        owners: vec![("owner".parse()?, owner)],
        name: Some("Practice at the Rose".parse()?),
        contact: Some("+351 210 000 000".parse()?),
        time_zone: Zone::UTC,
        capacity: Capacity::Professional,
        lifted: Vec::new(),
        profiles: Vec::new(),
        next: None,
    };
    create::create(&places, &creation, clock(), rng)?;

    // The key opens it.
    let identities = IdentityFile::read(secret.reveal_secret().as_bytes(), "key", &mut |_| None, &Callbacks::none())?;
    let options = Options {
        lock_wait: Duration::from_secs(30),
        accept_head: None,
        accept_clock: false,
        at_hand: false,
        committing: || {},
    };
    let mut vault = Vault::open(Found::at(places)?.with_identities(&identities)?, options, rng)?;

    // Who it is about, and who may get it. (A recipient's own key never leaves them: this one is made for the example.)
    let client = ClientId::random(rng);
    let mut details = ClientDetails::new(client, "mk-01".parse()?);
    details.name = Some("Maria K.".parse()?);
    details.age = Some(Age::Adult);
    people::add_client(&mut Desk { vault: &mut vault, clock: &clock, rng }, details)?;
    let (_, their_key) = identity::generate_owner();
    let recipient = RecipientId::random(rng);
    let details = RecipientDetails::new(recipient, "dr-lee".parse()?, Role::TreatingProvider);
    let (key, verified) = (Some(their_key.to_string()), Some(VerifiedHow::InPerson));
    let added = RecipientAdded { details, given: GivenKey { key, verified, ..GivenKey::default() } };
    people::add_recipient(&mut Desk { vault: &mut vault, clock: &clock, rng }, added)?;

    // Whether she wants that: without it, nothing is shared. It ends by itself, after the protocol's period.
    let today = clock().date_in(&Zone::UTC);
    let mut consent = ConsentTerms::new(ConsentId::random(rng), client);
    consent.recipients = vec![recipient];
    consent.kinds = vec![RecordKind::ProgressNote];
    consent.purposes = vec![Purpose::Treat];
    consent.signed_on = Some(today);
    consent.signed_by = vec![Signatory::Client];
    consenting::grant(&mut Desk { vault: &mut vault, clock: &clock, rng }, consent, None)?;

    // A note, filed and shared.
    let facts = NewRecord {
        client: Some(client),
        kind: RecordKind::ProgressNote,
        setting: None,
        date: today,
        title: Some("Third session".parse()?),
        tags: vec!["sleep".parse()?],
        name: None,
    };
    let note: filing::Open<'_> = Box::new(|| Ok(Box::new(io::Cursor::new("Sleeps better since the walks.\n"))));
    let incoming = Incoming { facts, source: "the example".to_owned(), open: note };
    let added = filing::add(&mut Desk { vault: &mut vault, clock: &clock, rng }, vec![incoming], &mut |_| {})?;
    let records = added.entries.iter().filter_map(|(_, event)| match &event.body {
        Body::RecordAdded(version) => Some(version.record),
        _ => None,
    });
    let request = ShareRequest {
        records: records.collect(),
        drawn: Vec::new(),
        recipients: vec![recipient],
        ask: policy::Request::new(Purpose::Treat),
        why: None,
        expires: None,
        about: Circumstances::default(),
        group: None,
        redact: false,
    };
    let plan = sharing::plan(&vault, request, clock(), rng, &Callbacks::none())?;
    if let Some((_, refusal)) = plan.refused.first() {
        return Err(refusal.reasons[0].rule.text.into());
    }
    let desk = &mut Desk { vault: &mut vault, clock: &clock, rng };
    let sent = sending::send(desk, &plan, &Callbacks::none(), &mut |_| {})?;

    // What the ledger says, after every leaf, tile, opening and signature was looked at.
    let report = vault.verify_ledger(&mut |_| {})?;
    println!("{} entries, {} findings", report.leaves, report.findings.len());
    for (index, event) in &sent.entries {
        println!("{index}: {}", event.body.kind());
    }
    for disclosure in vault.outbox()? {
        println!("{disclosure}.age waits in the outbox");
    }
    Ok(())
}
