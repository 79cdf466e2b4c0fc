//! The vault: a directory of sealed objects, a journal and a signed log, with what this machine knows of it. The only
//! file access below the command line, and the only way in: [`unlock::Found`], then [`unlock::Unlocked`], then
//! [`Vault`]. Must not know the terminal, or why something is written.

pub mod adoption;
pub mod at_hand;
pub mod catalog;
pub mod check;
pub mod completion;
pub mod copy;
pub mod create;
pub mod desk;
pub mod disk;
mod edge;
pub mod erasing;
pub mod error;
pub mod evidence;
mod following;
pub mod fuse;
pub mod header;
pub mod history;
pub mod intent;
pub mod left_out;
mod links;
pub mod lock;
pub mod log;
pub mod mending;
pub mod object;
pub mod pairing;
pub mod places;
pub mod prove;
pub mod recovery;
pub mod rekey;
pub mod rescue;
pub mod reseal;
mod settling;
pub mod staging;
pub mod standing;
pub mod state;
pub mod step;
pub mod succession;
pub mod survey;
pub mod transaction;
pub mod turns;
pub mod unlock;
pub mod witness;
pub mod witnessed;

use std::io::Read;
use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand_core::CryptoRng;
use rand_core::RngCore;

use crate::digest::Digest;
use crate::id::DisclosureId;
use crate::id::MachineId;
use crate::keys::keyring::Keyring;
use crate::keys::signer::Origin;
use crate::keys::signer::SigningKey;
use crate::keys::vault_identity::VaultIdentity;
use crate::ledger::audit;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::checkpoint::VerifiedCheckpoint;
use crate::practice::owner::Owner;
use crate::practice::record::RecordVersion;
use crate::practice::words::Alias;
use crate::vault::catalog::Catalog;
use crate::vault::disk::Disk;
use crate::vault::edge::Edge;
use crate::vault::error::VaultError;
use crate::vault::header::Header;
use crate::vault::history::Past;
use crate::vault::lock::Lock;
use crate::vault::log::Log;
use crate::vault::object::Stored;
use crate::vault::places::Places;
use crate::vault::standing::Standing;
use crate::vault::state::Pin;
use crate::vault::state::State;
use crate::vault::step::Held;
use crate::vault::survey::Seen;
use crate::vault::unlock::Unlocked;

/// The root as checkpoints spell it.
pub fn root_text(root: &Digest) -> String {
    STANDARD.encode(root.as_bytes())
}

/// What the user says for this call.
#[derive(Clone, Debug)]
pub struct Options {
    /// How long to wait for another process.
    pub lock_wait: Duration,
    /// `SIZE:ROOT` of a head to accept on a machine that has no mark, or in place of a wrong pin.
    pub accept_head: Option<String>,
    /// Go on although the clock stands behind the log.
    pub accept_clock: bool,
    /// Open a vault whose files are not all there with what is at hand, for a recovery.
    pub at_hand: bool,
    /// Called when nothing but a failure of the disk can keep a change from being committed: from then on, stopping
    /// would leave it done and nobody told.
    pub committing: fn(),
}

/// An open vault: its keys fit each other, its head is verified, its catalogue is in step.
pub struct Vault {
    places: Places,
    disk: Disk,
    header: Header,
    keyring: Keyring,
    /// None where its file is gone.
    signer: Option<SigningKey>,
    owner_file: String,
    log: Log,
    /// The logs that it continues, the oldest first.
    past: Vec<Past>,
    state: State,
    options: Options,
    head: VerifiedCheckpoint,
    /// What there is of it, where not all of it is at hand and that is to be recovered from.
    have: Option<Checkpoint>,
    standing: Standing,
    seen: Seen,
    /// A branch of the history is being joined to it: the one change that such a vault takes.
    joining: bool,
    catalog: Catalog,
    /// The journal file that this value wrote last.
    edge: Option<Edge>,
}

impl Vault {
    /// Opens a vault whose keys have been found to fit: settles which head holds, brings the catalogue in step, and, on
    /// the machine that writes the log, finishes or forgets what a crash interrupted.
    pub fn open(
        unlocked: Unlocked,
        options: Options,
        rng: &mut (impl CryptoRng + RngCore),
    ) -> Result<Self, VaultError> {
        let Unlocked { found, keyring, signer, owner_file } = unlocked;
        let log = Log::new(found.disk.clone(), found.header.log);
        let state = State::of(&found.places, &found.header.verifier);
        let shared = Lock::take_to_read(&found.disk.path(places::LOCK), options.lock_wait)?;
        if found.is_outdated()? {
            return Err(VaultError::Continued);
        }
        // Before anything is kept of a vault, it has to be the one that was seen here, or to continue it.
        let canonical = found.disk.root().canonicalize().map_err(|error| VaultError::io(found.disk.root(), error))?;
        let pin = if options.accept_head.is_some() { None } else { Pin::read(&found.places, &canonical)? };
        let (published, past, seen) = survey::recognise(&found, &log, &keyring, pin, options.at_hand)?;
        let current = keyring.current();
        let catalog =
            step::open_catalog(&found.places, &found.header.verifier, current, &state, options.lock_wait, rng)?;
        let mut vault = Self {
            places: found.places,
            disk: found.disk,
            header: found.header,
            keyring,
            signer,
            owner_file,
            log,
            past,
            state,
            options,
            head: published,
            have: None,
            standing: Standing::InStep,
            seen,
            joining: false,
            catalog,
            edge: None,
        };
        vault.settle_somehow(Held::Vault).map_err(|error| vault.pinpoint(error))?;
        let accepted = vault.options.accept_head.take();
        let was_begun = accepted.as_ref().map_or(Ok(false), |accepted| vault.was_begun_from(accepted))?;
        if was_begun || vault.seen.begun_here {
            vault.note_beginning().or_else(recovery::ignore_read_only)?;
        } else if let Some(accepted) = accepted {
            standing::is_accepted(&accepted, vault.head())?;
            // In a recovery, to accept a history is to go on from it.
            if !vault.options.at_hand {
                vault.seen.kept = vault.accept_unseen()?;
            }
            if vault.alarm().is_none() && vault.standing != Standing::AtHand {
                vault.accept()?;
            }
        }
        drop(shared);
        vault.recover()?;
        Ok(vault)
    }

    /// Where the tiles as a whole do not fit their root: the file that does not fit the others.
    fn pinpoint(&self, error: VaultError) -> VaultError {
        let tiles = places::ledger_file(self.log.id, "tile");
        if !matches!(&error, VaultError::Altered { file, .. } if *file == tiles) {
            return error;
        }
        let (_, findings) = audit::audit(&self.log, self.head(), &self.header.verifier, |_, _| {});
        let found = findings.into_iter().find_map(|finding| Some((finding.path?, finding.what)));
        found.map_or(error, |(path, what)| VaultError::altered(self.log.file_of(&path), what))
    }

    /// The head that holds.
    pub fn head(&self) -> &Checkpoint {
        self.have.as_ref().unwrap_or(self.head.head())
    }

    /// The signed checkpoint of the head that holds.
    pub fn checkpoint(&self) -> &VerifiedCheckpoint {
        &self.head
    }

    /// The logs that the active one continues, the oldest first.
    pub fn past(&self) -> &[Past] {
        &self.past
    }

    /// Whether the history has a branch that is not joined to it.
    pub fn is_branched(&self) -> bool {
        matches!(self.standing, Standing::Branched(_))
    }

    /// Whether this machine may sign the log.
    pub fn is_writer(&self) -> bool {
        self.state.is_writer()
    }

    /// What this machine had seen when it gave up writing just now: another one had written with its right to.
    pub fn gave_up(&self) -> Option<&Checkpoint> {
        self.seen.gave_up.as_ref()
    }

    /// The log that this machine wrote until just now, when it found that another machine's goes on from it.
    pub fn followed(&self) -> Option<&Origin> {
        self.seen.followed.as_ref().filter(|_| !self.is_writer())
    }

    /// Where the notes are kept of heads that were seen on this computer, and given up for those of the vault just now.
    pub fn kept(&self) -> &[std::path::PathBuf] {
        &self.seen.kept
    }

    /// Whether the head that was accepted is that from which this machine has begun the active log already.
    pub fn was_continued(&self) -> bool {
        self.seen.was_continued
    }

    /// How the vault stands to what this machine has seen of it.
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// What the events say.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// What the events say, for local notes such as the record last touched.
    pub fn catalog_mut(&mut self) -> &mut Catalog {
        &mut self.catalog
    }

    /// The vault's public facts.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        self.disk.root()
    }

    /// Where the vault and what belongs to it lie.
    pub fn places(&self) -> &Places {
        &self.places
    }

    /// The vault identity, to seal and to derive keys.
    pub fn identity(&self) -> &VaultIdentity {
        self.keyring.current()
    }

    /// The log's key, to sign manifests and other notes. Checkpoints are signed by transactions alone.
    pub fn signer(&self) -> Result<&SigningKey, VaultError> {
        self.signer.as_ref().ok_or_else(|| VaultError::NoSigningKey { file: places::signing_key(self.log.id) })
    }

    /// What the owner whose key opened the vault is called in the ledger.
    pub fn actor(&self) -> Result<Alias, VaultError> {
        Ok(self.acting_owner()?.alias)
    }

    /// The owner whose key opened the vault.
    pub fn acting_owner(&self) -> Result<Owner, VaultError> {
        let owners = self.catalog.owners()?;
        let owner = owners.into_iter().find(|owner| owner.file == self.owner_file);
        let file = || places::owner_file(self.header.epoch, &self.owner_file);
        owner.ok_or_else(|| VaultError::altered(file(), "the ledger names no such owner"))
    }

    /// This machine's id for the active log, by which it can be handed over to it.
    pub fn machine(&self) -> Option<MachineId> {
        self.state.known_machine()
    }

    /// This machine's ids, for the active log and for those that it continues: under each of them it may have written
    /// something that is still here. Whoever only read an earlier log has none for it.
    pub fn machines(&self) -> Vec<MachineId> {
        let past = self.past.iter().map(|past| State::of(&self.places, &past.verifier).known_machine());
        past.chain([self.machine()]).flatten().collect()
    }

    /// The successor note that leads from the log before this one to it, whole; none where this is the first.
    pub fn link_text(&self) -> Result<Option<String>, VaultError> {
        let Some(past) = self.past.last() else {
            return Ok(None);
        };
        let link = history::link(&self.disk, &past.verifier, self.log.id)?;
        Ok(link.and_then(|(_, bytes)| String::from_utf8(bytes).ok()))
    }

    /// A record's version, its seal checked already. See [`object::open`] for what is checked at the end.
    pub fn read(&self, version: &RecordVersion) -> Result<impl Read + use<>, VaultError> {
        let stored = Stored { object: version.object, seal: version.seal, sha256: version.sha256, size: version.size };
        object::open(&self.disk, &stored, &self.keyring)
    }

    /// The package of a disclosure that was committed and not yet released; `None` when it was. Whoever hands it over
    /// compares its digest with the disclosure's: the outbox is a directory that others may have written to.
    pub fn unreleased(&self, disclosure: DisclosureId) -> Result<Option<std::fs::File>, VaultError> {
        let file = places::package(disclosure);
        if self.disk.has(&file) { self.disk.open(&file).map(Some) } else { Ok(None) }
    }

    /// The package reached its place: the outbox lets go of it.
    pub fn released(&self, disclosure: DisclosureId) -> Result<(), VaultError> {
        self.disk.remove(&places::package(disclosure))
    }

    /// The disclosures whose packages wait in the outbox.
    pub fn outbox(&self) -> Result<Vec<DisclosureId>, VaultError> {
        let names = self.disk.names(places::OUTBOX)?;
        Ok(names.iter().filter_map(|name| name.strip_suffix(".age")?.parse().ok()).collect())
    }

    /// Accepts the present head on a machine that had not seen this vault: sets mark and pin.
    pub fn accept(&mut self) -> Result<(), VaultError> {
        let _lock = self.state.lock(self.options.lock_wait)?;
        if self.state.is_writer() && self.state.mark(&self.header.verifier)?.is_none() {
            // The mark was lost, and with it what this machine has signed: it would sign a second head of one size.
            self.state.drop_writer()?;
            self.state.drop_machine();
        }
        self.state.set_mark(&self.head)?;
        self.pin()?;
        if self.standing == Standing::Unmarked {
            self.standing = Standing::InStep;
        }
        Ok(())
    }

    fn pin(&self) -> Result<(), VaultError> {
        Pin::of(&self.header).write(&self.places, &self.canonical()?)
    }

    fn canonical(&self) -> Result<std::path::PathBuf, VaultError> {
        self.disk.root().canonicalize().map_err(|error| VaultError::io(self.disk.root(), error))
    }
}
