//! `init`: a new vault, from an empty directory to its signed first entries. `vault.toml` is written last: without it a
//! directory is no vault, and what one dead `init` left is taken over by the next.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand_core::CryptoRng;
use rand_core::RngCore;

use crate::digest::Digest;
use crate::id::IntentId;
use crate::id::LogId;
use crate::keys::opening::SealsTo;
use crate::keys::passphrase;
use crate::keys::recipient::PublicKey;
use crate::keys::signer::Origin;
use crate::keys::signer::SigningKey;
use crate::keys::signer::VerifierKey;
use crate::keys::vault_identity::VaultIdentity;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::checkpoint::VerifiedCheckpoint;
use crate::ledger::commitment;
use crate::ledger::leaf::Leaf;
use crate::ledger::opening::Opening;
use crate::ledger::opening::Salt;
use crate::ledger::tree;
use crate::platform;
use crate::practice::event::Body;
use crate::practice::event::Event;
use crate::practice::owner::KeyFile;
use crate::practice::owner::Owner;
use crate::practice::owner::VaultCreated;
use crate::practice::protocol;
use crate::practice::protocol::ProtocolAdopted;
use crate::practice::words::Alias;
use crate::practice::words::Line;
use crate::seal;
use crate::secret::SecretText;
use crate::time::Timestamp;
use crate::time::Zone;
use crate::vault::disk;
use crate::vault::disk::Disk;
use crate::vault::error::VaultError;
use crate::vault::header::Header;
use crate::vault::intent;
use crate::vault::intent::Intent;
use crate::vault::lock::Hold;
use crate::vault::lock::Lock;
use crate::vault::log::Log;
use crate::vault::places;
use crate::vault::places::Places;
use crate::vault::staging::Staging;
use crate::vault::state::Pin;
use crate::vault::state::State;
use crate::vocabulary::Capacity;
use crate::vocabulary::OwnerMeans;
use crate::vocabulary::Profile;

/// How an owner will open the vault.
pub enum OwnerKey {
    /// With a passphrase.
    Passphrase(SecretText),
    /// With an age identity; paper is one that only paper holds.
    PublicKey(PublicKey, SealsTo, OwnerMeans),
}

/// What a new vault is to be.
pub struct Creation {
    /// Who opens it, with the names that stand in the ledger.
    pub owners: Vec<(Alias, OwnerKey)>,
    /// The practice's name.
    pub name: Option<Line>,
    /// Whom a recipient may call.
    pub contact: Option<Line>,
    /// The practice's time zone.
    pub time_zone: Zone,
    /// Professional or personal.
    pub capacity: Capacity,
    /// What was wrong with the place, and allowed: reason ids.
    pub lifted: Vec<String>,
    /// Rules on top of the strict ones.
    pub profiles: Vec<Profile>,
    /// The key of the log that may continue the first one, where it was made in advance: no other may.
    pub next: Option<VerifierKey>,
}

/// A vault that was made.
#[derive(Debug)]
pub struct Created {
    /// Its public facts.
    pub header: Header,
    /// Its first head.
    pub head: Checkpoint,
}

/// The key file of an owner: the vault identity, sealed to him.
pub fn owner_file(
    identity: &VaultIdentity,
    key: &OwnerKey,
    rng: &mut (impl CryptoRng + RngCore),
) -> Result<KeyFile, VaultError> {
    let plain = identity.identity_file();
    let plain = plain.reveal_secret().as_bytes();
    let (name, sealed) = match key {
        OwnerKey::Passphrase(passphrase) => {
            let sealed = passphrase::seal_with_passphrase(plain, passphrase, passphrase::DEFAULT_LOG_N, rng);
            (places::PASSPHRASE_FILE.to_owned(), sealed.map_err(|error| VaultError::CannotUnlock(error.to_string()))?)
        }
        OwnerKey::PublicKey(public, to, _) => {
            let name = format!("owner-{}.age", public.file_stem());
            let (sealed, _) = seal::seal_bytes(&[to], plain).map_err(|error| VaultError::unsealed(&name, error))?;
            (name, sealed)
        }
    };
    Ok(KeyFile { data: STANDARD.encode(sealed), name })
}

/// The owner that a key file is for.
pub fn owner(alias: &Alias, key: &OwnerKey, file: &KeyFile) -> Owner {
    let (means, recipient) = match key {
        OwnerKey::Passphrase(_) => (OwnerMeans::Passphrase, None),
        OwnerKey::PublicKey(public, _, means) => (*means, Some(public.to_string())),
    };
    Owner { alias: alias.clone(), file: file.name.clone(), means, recipient }
}

/// Makes the vault. The directory is missing, empty, or what one dead `init` left.
pub fn create(
    places: &Places,
    what: &Creation,
    now: Timestamp,
    rng: &mut (impl CryptoRng + RngCore),
) -> Result<Created, VaultError> {
    prepare(&places.vault)?;
    let disk = Disk::new(places.vault.clone());
    let log = Log::new(disk.clone(), LogId::random(rng));
    let identity = VaultIdentity::generate();
    let signer = SigningKey::generate(log.origin.clone(), rng);
    let verifier = signer.verifier();
    let state = State::of(places, &verifier);

    let key_files: Result<Vec<_>, _> = what.owners.iter().map(|(_, key)| owner_file(&identity, key, rng)).collect();
    let key_files = key_files?;
    let created = VaultCreated {
        capacity: what.capacity,
        contact: what.contact.clone(),
        epoch: 1,
        lifted: what.lifted.clone(),
        machine: state.machine(rng)?,
        name: what.name.clone(),
        owners: what.owners.iter().zip(&key_files).map(|((alias, key), file)| owner(alias, key, file)).collect(),
        profiles: what.profiles.clone(),
        recipient: identity.recipient(),
        time_zone: what.time_zone.name().to_owned(),
        verifier: verifier.to_string(),
        key_files,
    };
    let first = FirstLog::new(&log, &signer, created.clone(), now, what, rng)?;

    let mut files: Vec<String> = created.key_files.iter().map(|file| places::owner_file(1, &file.name)).collect();
    files.extend([
        places::signing_key(log.id),
        places::journal(log.id, 0),
        places::checkpoint(log.id),
        places::HEADER.to_owned(),
    ]);
    files.extend([places::LOCK.to_owned()]);
    files.extend(first.growth.writes.iter().map(|(path, _)| log.file_of(path)));
    let intent = Intent::announce(&disk, IntentId::random(rng), files)?;
    let _lock = Lock::take(&disk.path(places::LOCK), Hold::Exclusive, Duration::ZERO)?;
    let mut staging = Staging::beside(&disk, intent.id);

    // A crash anywhere up to the header leaves a directory without `vault.toml`, and an intent that names all of it.
    for file in &created.key_files {
        let sealed = STANDARD.decode(&file.data).expect("it was encoded above");
        staging.write(&places::owner_file(1, &file.name), &sealed)?;
    }
    let key_name = places::signing_key(log.id);
    let private = signer.private_text();
    let (sealed, facts) = seal::seal_bytes(&[&identity.seals_to()], private.reveal_secret().as_bytes())
        .map_err(|error| VaultError::unsealed(&key_name, error))?;
    staging.write(&key_name, &sealed)?;
    log.write_journal(&mut staging, 0, &first.lines, &identity)?;
    for (path, bytes) in &first.growth.writes {
        staging.write(&log.file_of(path), bytes)?;
    }
    staging.write(&places::checkpoint(log.id), first.signed.bytes())?;
    staging.settle()?;
    state.make_writer()?;
    state.set_mark(&first.signed)?;
    let header = Header {
        epoch: 1,
        log: log.id,
        verifier,
        recipient: identity.recipient(),
        created: now,
        signing_seals: BTreeMap::from([(log.id, facts.seal)]),
    };
    let canonical = places.vault.canonicalize().map_err(|error| VaultError::io(&places.vault, error))?;
    Pin::of(&header).write(places, &canonical)?;
    staging.write(places::HEADER, &header.to_bytes(&identity))?;
    staging.settle()?;
    intent.fulfilled()?;
    Ok(Created { header, head: first.signed.head().clone() })
}

/// A log of three leaves: its own key, `vault.created`, and the strict protocol's adoption.
struct FirstLog {
    signed: VerifiedCheckpoint,
    growth: tree::Growth,
    lines: zeroize::Zeroizing<Vec<u8>>,
}

impl FirstLog {
    fn new(
        log: &Log,
        signer: &SigningKey,
        created: VaultCreated,
        now: Timestamp,
        what: &Creation,
        rng: &mut (impl CryptoRng + RngCore),
    ) -> Result<Self, VaultError> {
        let wrong = |error: &dyn std::fmt::Display| VaultError::altered(places::LEDGER, error);
        let actor = what.owners.first().map(|(alias, _)| alias.clone());
        let actor = actor.ok_or_else(|| VaultError::CannotUnlock("a vault needs an owner".to_owned()))?;
        let next = what.next.as_ref().map(|key| Digest::of(key.public()));
        let mut leaves = vec![Leaf::Genesis { public: *signer.verifier().public(), next }];
        let mut lines = zeroize::Zeroizing::new(Vec::new());
        let adopted = strict_protocol(&created)?;
        for (index, body) in (1..).zip([Body::VaultCreated(created), Body::ProtocolAdopted(adopted)]) {
            let event = Event { time: now, actor: actor.clone(), body }.to_fields();
            let opening = Opening { index, event, salt: Salt::random(rng) };
            let salt = opening.salt.reveal_secret();
            let commitment = commitment::commit_event(&log.origin, index, &opening.event, salt);
            leaves.push(Leaf::Sealed { commitment: commitment.map_err(|error| wrong(&error))? });
            let line = zeroize::Zeroizing::new(opening.to_line().map_err(|error| wrong(&error))?);
            lines.extend_from_slice(&line);
        }
        let growth = tree::append(log, (0, tree::empty_root()), &leaves).map_err(|error| wrong(&error))?;
        let head = Checkpoint { origin: Origin::of(log.id), size: growth.size, root: growth.root };
        let signed = VerifiedCheckpoint::sign(head, signer).map_err(|error| wrong(&error))?;
        Ok(Self { signed, growth, lines })
    }
}

/// A vault begins with the strict protocol: it is there before anything can be shared. Owners other than the one who
/// makes the vault have yet to acknowledge it.
fn strict_protocol(created: &VaultCreated) -> Result<ProtocolAdopted, VaultError> {
    let text = protocol::strict(created).parse().map_err(|error| VaultError::altered(places::LEDGER, error))?;
    Ok(ProtocolAdopted { material: true, text, version: 1 })
}

/// Makes the directory, or takes over an empty one or what one dead `init` left.
fn prepare(vault: &Path) -> Result<(), VaultError> {
    let wrap = |error| VaultError::io(vault, error);
    if !vault.exists() {
        return disk::make_dir(vault);
    }
    if !vault.is_dir() {
        return Err(VaultError::NotEmpty(vault.to_owned()));
    }
    let disk = Disk::new(vault.to_owned());
    if fs::read_dir(vault).map_err(wrap)?.next().is_some() {
        take_over(&disk)?;
    }
    platform::close_directory(vault).map_err(wrap)
}

/// Empties a directory that holds only what one dead `init` announced. Any other stays untouched.
fn take_over(disk: &Disk) -> Result<(), VaultError> {
    let is_ours = [places::KEYS, places::LEDGER, places::INCOMING].iter().any(|dir| disk.has(dir));
    if disk.has(places::HEADER) || !is_ours {
        return Err(VaultError::NotEmpty(disk.root().to_owned()));
    }
    let dead = intent::dead(disk)?;
    let mut present = Vec::new();
    files_below(disk, "", &mut present)?;
    // Directories alone are what a crash before the list leaves. Files have to be those of one list, all of them.
    let is_one = present.is_empty() || dead.len() == 1;
    let named: BTreeSet<&str> = dead.iter().flat_map(|intent| &intent.files).map(String::as_str).collect();
    let staged: Vec<_> = dead.iter().map(|intent| format!("{}/", places::incoming(intent.id))).collect();
    let is_its = |file: &String| named.contains(file.as_str()) || staged.iter().any(|dir| file.starts_with(dir));
    if !is_one || !present.iter().all(is_its) {
        return Err(VaultError::NotAVault(disk.root().to_owned()));
    }
    for file in &present {
        disk.remove(file)?;
    }
    for dir in [places::KEYS, places::LEDGER, places::JOURNAL, places::INCOMING] {
        disk.remove_dir(dir)?;
    }
    Ok(())
}

/// Every file below `dir`, relative to the vault.
pub(super) fn files_below(disk: &Disk, dir: &str, found: &mut Vec<String>) -> Result<(), VaultError> {
    for name in disk.names(if dir.is_empty() { "." } else { dir })? {
        let path = if dir.is_empty() { name } else { format!("{dir}/{name}") };
        let is_dir = fs::symlink_metadata(disk.path(&path)).is_ok_and(|facts| facts.is_dir());
        if is_dir {
            files_below(disk, &path, found)?;
        } else {
            found.push(path);
        }
    }
    Ok(())
}
