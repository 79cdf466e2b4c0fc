//! A vault in a directory of its own, with an owner's key at hand.

use std::cell::Cell;
use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use rand_core::OsRng;
use tempfile::TempDir;

use crate::consenting;
use crate::filing;
use crate::filing::FilingError;
use crate::filing::Incoming;
use crate::filing::NewRecord;
use crate::id::ClientId;
use crate::id::ConsentId;
use crate::id::RecipientId;
use crate::id::RecordId;
use crate::keys::identity;
use crate::keys::identity::Identities;
use crate::keys::identity::IdentityFile;
use crate::keys::plugin::Callbacks;
use crate::keys::recipient::PublicKey;
use crate::people;
use crate::policy;
use crate::practice::client::ClientDetails;
use crate::practice::consent::ConsentTerms;
use crate::practice::consent::Signatory;
use crate::practice::event::Body;
use crate::practice::owner::Owner;
use crate::practice::recipient::GivenKey;
use crate::practice::recipient::RecipientAdded;
use crate::practice::recipient::RecipientDetails;
use crate::secret::SecretText;
use crate::sharing;
use crate::sharing::ShareError;
use crate::sharing::ShareRequest;
use crate::sharing::facts::Circumstances;
use crate::time;
use crate::time::Timestamp;
use crate::time::Zone;
use crate::vault::Options;
use crate::vault::Vault;
use crate::vault::create;
use crate::vault::create::Creation;
use crate::vault::create::OwnerKey;
use crate::vault::desk::Desk;
use crate::vault::disk;
use crate::vault::error::VaultError;
use crate::vault::places::INCOMING;
use crate::vault::places::Places;
use crate::vault::rekey;
use crate::vault::rekey::Removal;
use crate::vault::standing::Standing;
use crate::vault::transaction::Committed;
use crate::vault::unlock::Found;
use crate::vocabulary::Age;
use crate::vocabulary::Capacity;
use crate::vocabulary::OwnerMeans;
use crate::vocabulary::Purpose;
use crate::vocabulary::RecordKind;
use crate::vocabulary::Role;
use crate::vocabulary::VerifiedHow;

pub struct Bench {
    pub dir: TempDir,
    pub places: Places,
    /// One second later at every look, so that times are told apart.
    pub clock: Box<dyn Fn() -> Timestamp>,
    secret: SecretText,
    public: PublicKey,
}

impl Bench {
    /// Directories and a key; no vault yet.
    pub fn bare() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let at = |name| dir.path().join(name);
        let places = Places { vault: at("vault"), state: at("state"), cache: at("cache") };
        let (secret, public) = identity::generate_owner();
        let seconds = Cell::new(1_795_000_000);
        let clock = move || Timestamp::from_unix(seconds.replace(seconds.get() + 1));
        Self { places, clock: Box::new(clock), secret, public, dir }
    }

    /// A vault with nobody in it.
    pub fn new() -> Self {
        let bench = Self::bare();
        bench.init().unwrap();
        bench
    }

    pub fn init(&self) -> Result<(), VaultError> {
        let seals_to = self.public.seals_to(&Callbacks::none()).unwrap();
        let owner = OwnerKey::PublicKey(self.public.clone(), seals_to, OwnerMeans::Recipient);
        let creation = Creation {
            owners: vec![("owner".parse().unwrap(), owner)],
            name: None,
            contact: None,
            time_zone: Zone::UTC,
            capacity: Capacity::Professional,
            lifted: Vec::new(),
            profiles: Vec::new(),
            next: None,
        };
        create::create(&self.places, &creation, (self.clock)(), &mut OsRng).map(drop)
    }

    pub fn identities(&self) -> Identities {
        let text = self.secret.reveal_secret().as_bytes();
        IdentityFile::read(text, "key", &mut |_| None, &Callbacks::none()).unwrap()
    }

    pub fn options() -> Options {
        Options {
            lock_wait: Duration::from_secs(5),
            accept_head: None,
            accept_clock: false,
            at_hand: false,
            committing: || {},
        }
    }

    pub fn open(&self) -> Result<Vault, VaultError> {
        self.open_at(&self.places, Self::options())
    }

    /// Opens the vault, and once more if a lock was in the way of tidying up: tests of the same process start other
    /// programs, and between its fork and its exec a child holds every lock that is held here, for some moments longer.
    pub fn open_at(&self, places: &Places, options: Options) -> Result<Vault, VaultError> {
        for _ in 0..10 {
            let vault = self.open_once(places, options.clone())?;
            let is_left = fs::read_dir(places.vault.join(INCOMING)).is_ok_and(|mut names| names.next().is_some());
            let is_untidy = is_left || *vault.standing() == Standing::Unpublished;
            if !is_untidy || vault.may_append().is_err() {
                return Ok(vault);
            }
            drop(vault);
            thread::sleep(Duration::from_millis(20));
        }
        self.open_once(places, options)
    }

    fn open_once(&self, places: &Places, options: Options) -> Result<Vault, VaultError> {
        loop {
            let found = Found::at(places.clone())?;
            match Vault::open(found.with_identities(&self.identities())?, options.clone(), &mut OsRng) {
                // What was interrupted is finished, and another log is the active one.
                Err(VaultError::Continued) => {}
                other => return other,
            }
        }
    }

    /// What a change to `vault` is made with.
    pub fn desk<'a>(&'a self, vault: &'a mut Vault) -> Desk<'a, OsRng> {
        // `OsRng` has no size: leaking one leaks nothing.
        Desk { vault, clock: &*self.clock, rng: Box::leak(Box::new(OsRng)) }
    }

    /// Gives the vault another owner, who opens it with the key returned.
    pub fn add_owner(&self, vault: &mut Vault, alias: &str) -> SecretText {
        let (secret, public) = identity::generate_owner();
        let seals_to = public.seals_to(&Callbacks::none()).unwrap();
        let key = OwnerKey::PublicKey(public, seals_to, OwnerMeans::Recipient);
        people::add_owner(&mut self.desk(vault), alias.parse().unwrap(), &key).unwrap();
        secret
    }

    /// Everybody but the owner of this bench goes.
    pub fn remove_owners(&self, vault: &mut Vault) -> Result<(), VaultError> {
        let owners = vault.catalog().owners()?;
        let is_mine = |owner: &Owner| owner.recipient.as_deref() == Some(&self.public.to_string());
        let (mine, removed): (Vec<_>, Vec<_>) = owners.into_iter().partition(is_mine);
        let key = || {
            let seals_to = self.public.seals_to(&Callbacks::none()).unwrap();
            OwnerKey::PublicKey(self.public.clone(), seals_to, OwnerMeans::Recipient)
        };
        let remaining = mine.into_iter().map(|owner| (owner, key())).collect();
        let removal = Removal { removed, remaining, key: None, reason: None };
        rekey::remove_owners(&mut self.desk(vault), removal).map(drop)
    }

    /// The owner's public key, which anyone may know.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    pub fn add_client(&self, vault: &mut Vault, alias: &str) -> ClientId {
        let client = ClientId::random(&mut OsRng);
        let mut details = ClientDetails::new(client, alias.parse().unwrap());
        details.age = Some(Age::Adult);
        people::add_client(&mut self.desk(vault), details).unwrap();
        client
    }

    pub fn add_recipient(&self, vault: &mut Vault, alias: &str) -> RecipientId {
        let recipient = RecipientId::random(&mut OsRng);
        let details = RecipientDetails::new(recipient, alias.parse().unwrap(), Role::TreatingProvider);
        let key = Some(identity::generate_owner().1.to_string());
        let given = GivenKey { key, verified: Some(VerifiedHow::InPerson), ..GivenKey::default() };
        let added = RecipientAdded { details, given };
        people::add_recipient(&mut self.desk(vault), added).unwrap();
        recipient
    }

    /// The client lets somebody have progress notes.
    pub fn consent(&self, vault: &mut Vault, client: ClientId, to: RecipientId) {
        let mut terms = ConsentTerms::new(ConsentId::random(&mut OsRng), client);
        terms.recipients = vec![to];
        terms.kinds = vec![RecordKind::ProgressNote];
        terms.purposes = vec![Purpose::Treat];
        terms.signed_on = Some(time::parse_date("2026-11-18").unwrap());
        terms.signed_by = vec![Signatory::Client];
        consenting::grant(&mut self.desk(vault), terms, None).unwrap();
    }

    pub fn add(&self, vault: &mut Vault, client: ClientId, texts: &[&'static str]) -> Result<Committed, FilingError> {
        let incoming = |text: &'static str| Incoming {
            facts: NewRecord {
                client: Some(client),
                kind: RecordKind::ProgressNote,
                setting: None,
                date: time::parse_date("2026-11-21").unwrap(),
                title: None,
                tags: Vec::new(),
                name: None,
            },
            source: "a test".to_owned(),
            open: Box::new(move || Ok(Box::new(text.as_bytes()))),
        };
        let items = texts.iter().copied().map(incoming).collect();
        filing::add(&mut self.desk(vault), items, &mut |_| {})
    }

    pub fn share(&self, vault: &mut Vault, records: Vec<RecordId>, to: RecipientId) -> Result<Committed, ShareError> {
        // All of a client's records at once are shared with a reason.
        let ask = policy::Request { has_reason: true, ..policy::Request::new(Purpose::Treat) };
        let request = ShareRequest {
            records,
            drawn: Vec::new(),
            recipients: vec![to],
            ask,
            why: None,
            expires: None,
            about: Circumstances::default(),
            group: None,
            redact: false,
        };
        let plan = sharing::plan(vault, request, (self.clock)(), &mut OsRng, &Callbacks::none())?;
        assert!(plan.refused.is_empty(), "{:?}", plan.refused);
        sharing::sending::send(&mut self.desk(vault), &plan, &Callbacks::none(), &mut |_| {})
    }
}

/// The records that a transaction added.
pub fn records_of(committed: &Committed) -> Vec<RecordId> {
    let added = committed.entries.iter().filter_map(|(_, event)| match &event.body {
        Body::RecordAdded(version) => Some(version.record),
        _ => None,
    });
    added.collect()
}

/// Every record's present content, sorted.
pub fn contents(vault: &Vault) -> Vec<String> {
    let mut found = Vec::new();
    vault
        .catalog()
        .records::<VaultError>(&Default::default(), |record| {
            let mut text = String::new();
            vault.read(&record.latest)?.read_to_string(&mut text).unwrap();
            found.push(text);
            Ok(true)
        })
        .unwrap();
    found.sort();
    found
}

/// Copies a directory tree.
pub fn copy_tree(from: &Path, to: &Path) {
    disk::make_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_tree(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
}

/// Every file below a directory with its bytes.
pub fn snapshot(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(snapshot(&path));
        } else {
            found.push((path.clone(), fs::read(&path).unwrap()));
        }
    }
    found.sort();
    found
}
