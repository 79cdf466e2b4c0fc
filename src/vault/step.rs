//! Keeping the catalogue in step: from the openings of the events between its position and the head.

use std::time::Duration;

use rand_core::CryptoRng;
use rand_core::RngCore;
use serde::de::DeserializeOwned;

use crate::id::LogId;
use crate::id::MachineId;
use crate::keys::keyring::Keyring;
use crate::keys::signer::VerifierKey;
use crate::keys::vault_identity::VaultIdentity;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::journal::Line;
use crate::ledger::opening::PER_FILE;
use crate::platform;
use crate::practice::disclosure::Listed;
use crate::practice::event::Body;
use crate::practice::event::EventError;
use crate::practice::owner::ClockStepped;
use crate::time::Timestamp;
use crate::vault::Vault;
use crate::vault::catalog::Catalog;
use crate::vault::catalog::CatalogError;
use crate::vault::catalog::FoldError;
use crate::vault::catalog::Folded;
use crate::vault::catalog::Position;
use crate::vault::disk;
use crate::vault::disk::Disk;
use crate::vault::erasing::Declared;
use crate::vault::erasing::event_of;
use crate::vault::error::VaultError;
use crate::vault::history::Moves;
use crate::vault::history::Openings;
use crate::vault::history::Stretch;
use crate::vault::object;
use crate::vault::places;
use crate::vault::places::Places;
use crate::vault::state::State;

/// What the catalogue's key is derived for.
const CATALOG_INFO: &str = "subrosa/catalog/v1";

/// The catalogue on disk, or in memory where none can be kept (a read-only home).
pub fn open_catalog(
    places: &Places,
    verifier: &VerifierKey,
    identity: &VaultIdentity,
    state: &State,
    wait: Duration,
    rng: &mut (impl CryptoRng + RngCore),
) -> Result<Catalog, VaultError> {
    let path = places.catalog_of(verifier);
    let mut on_disk = || -> Result<Catalog, VaultError> {
        let machine = state.machine(rng)?;
        // Opening may remove a damaged file: not while another process is folding into it.
        let _lock = state.lock(wait)?;
        disk::make_dir(path.parent().expect("it stands in a directory of its own"))?;
        Ok(Catalog::open(&path, &identity.derive(CATALOG_INFO), machine)?)
    };
    match on_disk() {
        Err(VaultError::Io { .. } | VaultError::Catalog(_)) => in_memory(),
        other => other,
    }
}

/// A catalogue that nothing outlives; no machine's, so no id is asked for.
fn in_memory() -> Result<Catalog, VaultError> {
    let nobody: MachineId = "0000000000000000".parse().expect("sixteen characters of the alphabet");
    Ok(Catalog::in_memory(nobody)?)
}

/// Which locks the caller holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// The vault's, or none where it has no lock file and cannot be written.
    Vault,
    /// The vault's, exclusively, and this machine's.
    Both,
}

/// How far a clock may stand behind the last entry before anybody is asked, in seconds.
const CLOCK_SLACK: i64 = 300;

impl Vault {
    /// What time it is for a decision: that of the entry that would be made of it, so that a clock set back revives nothing.
    pub fn decides_at(&self, clock: Timestamp) -> Result<Timestamp, VaultError> {
        Ok(self.entry_time(clock)?.0)
    }

    /// The time of a new entry: never before the last one.
    pub(super) fn entry_time(&self, clock: Timestamp) -> Result<(Timestamp, Option<ClockStepped>), VaultError> {
        let last = self.last_event()?.map_or(clock, |event| event.time);
        if clock >= last {
            return Ok((clock, None));
        }
        if last.unix() - clock.unix() <= CLOCK_SLACK {
            return Ok((last, None));
        }
        if !self.options.accept_clock {
            return Err(VaultError::ClockBehind { clock, last });
        }
        Ok((last, Some(ClockStepped { clock, last })))
    }

    /// Does something that STATE/lock guards, taking it unless it is held already.
    pub(super) fn with_state<T>(
        &mut self,
        held: Held,
        act: impl FnOnce(&mut Self) -> Result<T, VaultError>,
    ) -> Result<T, VaultError> {
        let _lock = match held {
            Held::Vault => Some(self.state.lock(self.options.lock_wait)?),
            Held::Both => None,
        };
        act(self)
    }

    /// Brings the catalogue up to the head. Where it cannot be written, it is folded in memory.
    pub(super) fn step(&mut self, held: Held) -> Result<(), VaultError> {
        if self.is_in_step()? {
            return Ok(());
        }
        match self.with_state(held, Self::fold_rest) {
            // A damaged catalogue is begun anew; a second failure is not its fault.
            Err(VaultError::Catalog(CatalogError::Damaged { .. })) => self.with_state(held, |vault| {
                vault.catalog.reset()?;
                vault.fold_rest()
            }),
            Err(VaultError::Catalog(_)) => self.step_in_memory(),
            Err(VaultError::Io { error, .. }) if platform::is_read_only(&error) => self.step_in_memory(),
            other => other,
        }
    }

    pub(super) fn step_in_memory(&mut self) -> Result<(), VaultError> {
        self.catalog = in_memory()?;
        self.fold_rest()
    }

    fn is_in_step(&self) -> Result<bool, VaultError> {
        match self.catalog.position() {
            Ok(position) => Ok(position.is_some_and(|position| position == self.position())),
            Err(CatalogError::Damaged { .. }) => Ok(false),
            Err(other) => Err(other.into()),
        }
    }

    /// Where a catalogue in step stands.
    pub(super) fn position(&self) -> Position {
        Position { log: self.log.id, size: self.head().size, root: self.head().root }
    }

    fn fold_rest(&mut self) -> Result<(), VaultError> {
        let from = self.fold_start()?;
        let (all, to) = (self.stretches(), self.position());
        // Past logs cannot change: they are folded with the beginning of the active one, or were.
        let rest = match from {
            0 => all.clone(),
            _ => vec![Stretch { log: self.log.clone(), from, head: self.head().clone() }],
        };
        let mut folded = Vec::new();
        if from > 0 {
            folded.clone_from(&all);
            folded.extend(self.joined()?.iter().filter_map(|joined| Stretch::joined(&self.disk, joined)));
        }
        let Self { catalog, keyring, disk, .. } = self;
        let mut lists = Lists { disk, keyring, all: all.clone(), moves: None, declared: None };
        let events = Openings::new(disk, keyring, rest).after(&folded);
        let events = events.map(|line| lists.fold_of(line.map_err(Halt::Failed)?));
        match catalog.fold(to, events).map_err(unfold) {
            Err(Halt::Erased) => {}
            Err(Halt::Failed(error)) => return Err(error),
            Ok(()) => return Ok(()),
        }
        // What was erased is in no catalogue either: everything is folded anew, without it.
        let declared = Some(Declared::of(Openings::new(disk, keyring, all.clone()))?);
        catalog.reset()?;
        let mut lists = Lists { disk, keyring, all: all.clone(), moves: None, declared };
        let events = Openings::new(disk, keyring, all).map(|line| lists.fold_of(line.map_err(Halt::Failed)?));
        catalog.fold(to, events).map_err(unfold).map_err(Halt::error)
    }

    /// Whether everything of a stretch that is not folded yet could be: whoever commits that it belongs to the history
    /// has to know before.
    pub(super) fn check_folds(&self, stretch: Stretch) -> Result<(), VaultError> {
        let (disk, keyring) = (&self.disk, &self.keyring);
        let all = self.stretches().into_iter().chain([stretch.clone()]).collect();
        let mut lists = Lists { disk, keyring, all, moves: None, declared: None };
        let fold = |lists: &mut Lists<'_>| {
            let mut lines = Openings::new(disk, keyring, vec![stretch.clone()]);
            lines.try_for_each(|line| lists.fold_of(line.map_err(Halt::Failed)?).map(drop))
        };
        if let Err(halt) = fold(&mut lists) {
            if let Halt::Failed(error) = halt {
                return Err(error);
            }
            lists.declared = Some(Declared::of(Openings::new(disk, keyring, lists.all.clone()))?);
            fold(&mut lists).map_err(Halt::error)?;
        }
        Ok(())
    }

    /// All logs, in the order in which they are folded.
    pub(super) fn stretches(&self) -> Vec<Stretch> {
        let past = self.past.iter().map(|past| Stretch { log: past.log.clone(), from: 0, head: past.have.clone() });
        past.chain([Stretch { log: self.log.clone(), from: 0, head: self.head().clone() }]).collect()
    }

    /// The first index that is not folded yet; 0, and an emptied catalogue, when it folded another history than the
    /// head's.
    fn fold_start(&mut self) -> Result<u64, VaultError> {
        let position = match self.catalog.position() {
            Err(CatalogError::Damaged { .. }) => None,
            other => other?,
        };
        if let Some(position) = position {
            let then = Checkpoint { origin: self.log.origin.clone(), size: position.size, root: position.root };
            let is_ancestor = position.log == self.log.id && self.log.continues(&then, self.head()).unwrap_or(false);
            if is_ancestor {
                return Ok(position.size);
            }
        }
        self.catalog.reset()?;
        Ok(0)
    }

    /// Folds what was just committed.
    pub(super) fn fold_committed(&mut self, events: Vec<Folded>) -> Result<(), VaultError> {
        // What was joined follows its event, and what was erased goes from what was folded.
        let is_of_others = |folded: &Folded| matches!(folded.event.body, Body::LogJoined(_) | Body::EventErased(_));
        if events.iter().any(is_of_others) {
            return self.fold_rest();
        }
        let to = self.position();
        match self.catalog.fold(to, events.into_iter().map(Ok)).map_err(unfold).map_err(Halt::error) {
            // It is committed: a catalogue that cannot be written here is made in memory, and anew next time.
            Err(VaultError::Catalog(_)) => self.step_in_memory(),
            other => other,
        }
    }
}

/// Why a fold stops.
#[derive(Debug, thiserror::Error)]
enum Halt {
    /// Something is erased, and what the history declares erased is not known yet.
    #[error("it holds what was erased")]
    Erased,
    /// It cannot go on.
    #[error(transparent)]
    Failed(VaultError),
}

impl Halt {
    fn error(self) -> VaultError {
        match self {
            Self::Failed(error) => error,
            halt @ Self::Erased => CatalogError::Damaged { reason: halt.to_string() }.into(),
        }
    }
}

fn unfold(error: FoldError<Halt>) -> Halt {
    match error {
        FoldError::Catalog(error) => Halt::Failed(error.into()),
        FoldError::Source(halt) => halt,
        // The position was compared with the log's before: only a catalogue that changed beneath us gets here.
        other => Halt::Failed(CatalogError::Damaged { reason: other.to_string() }.into()),
    }
}

/// Opens the lists that stand in objects of their own; some of these may have been sealed again since.
struct Lists<'a> {
    disk: &'a Disk,
    keyring: &'a Keyring,
    all: Vec<Stretch>,
    moves: Option<Moves>,
    /// `None` while nothing was met that is erased, or that says so.
    declared: Option<Declared>,
}

impl Lists<'_> {
    fn fold_of(&mut self, (log, line): (LogId, Line)) -> Result<Folded, Halt> {
        let line = match &self.declared {
            Some(declared) => declared.rest(log, line).map_err(Halt::Failed)?,
            None if !line.hidden().is_empty() || line.kind() == Some("event.erased") => return Err(Halt::Erased),
            None => line,
        };
        self.event(log, line).map_err(Halt::Failed)
    }

    fn event(&mut self, log: LogId, line: Line) -> Result<Folded, VaultError> {
        let (index, fields) = (line.index(), line.fields());
        let event = event_of(line).map_err(|error| match error {
            EventError::NewerKind(kind) => VaultError::NewerFormat(format!("entry {index} ({kind})")),
            EventError::Fields { .. } => VaultError::opening_differs(
                places::journal(log, index / PER_FILE),
                index,
                format!("is no event: {error}"),
            ),
        })?;
        let (mut records, mut resealed) = (None, None);
        match &event.body {
            Body::DisclosureMade(made) => records = self.open(&made.records)?,
            Body::DisclosureRefused(refused) => records = self.open(&refused.records)?,
            Body::ObjectsResealed(batch) => resealed = self.open(&batch.list)?,
            _ => {}
        }
        Ok(Folded { log, index, event, fields, records, resealed })
    }

    fn open<T: DeserializeOwned + Clone>(&mut self, list: &Listed<T>) -> Result<Option<Vec<T>>, VaultError> {
        let Listed::Sealed(sealed) = list else {
            return Ok(None);
        };
        if let Some(moves) = &self.moves {
            return moves.read(self.disk, self.keyring, list).map(Some);
        }
        match object::read_sealed_list(self.disk, self.keyring, sealed) {
            // An object that is gone, or that some sync put back, may have been sealed again.
            Err(VaultError::Altered { .. }) => {}
            other => return other.map(Some),
        }
        let moves = Moves::of(Openings::new(self.disk, self.keyring, self.all.clone()))?;
        self.moves.insert(moves).read(self.disk, self.keyring, list).map(Some)
    }
}
