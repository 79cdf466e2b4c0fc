//! The vault as a witness of other people's logs (<https://c2sp.org/tlog-witness>). Its key is its own, and signs on the
//! machine that made it alone; the last head of every log is held in the vault, so that it is backed up with it, and in
//! the state directory, so that a vault brought back from a backup does not make the witness forget, and cosign a fork.
//! Of the two the larger counts. Both are on disk before a signature leaves. Must not know who asks, or how the answer
//! travels.

use std::path::PathBuf;

use rand_core::CryptoRng;
use rand_core::RngCore;

use crate::id::LogId;
use crate::keys::signer::Origin;
use crate::keys::signer::VerifierKey;
use crate::keys::signer::WitnessKey;
use crate::keys::signer::WitnessVerifier;
use crate::ledger::bounds::SLACK;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::checkpoint::CheckpointError;
use crate::ledger::checkpoint::VerifiedCheckpoint;
use crate::ledger::cosignature;
use crate::ledger::note::NOTE_LIMIT;
use crate::ledger::note::Note;
use crate::ledger::note::SignatureLine;
use crate::ledger::witnessing::Refusal;
use crate::ledger::witnessing::Request;
use crate::seal;
use crate::seal::SealError;
use crate::time::Timestamp;
use crate::vault::Vault;
use crate::vault::disk;
use crate::vault::error::VaultError;
use crate::vault::evidence;
use crate::vault::lock::Hold;
use crate::vault::lock::Lock;
use crate::vault::places;

/// Larger than any key file is.
const KEY_FILE_LIMIT: u64 = 1 << 20;

/// What a witness is asked.
#[derive(Debug)]
pub struct Asked<'a> {
    /// The checkpoint, and from where it is proven to continue.
    pub request: &'a Request,
    /// The log's key, as whoever runs the witness was told it.
    pub key: Option<&'a VerifierKey>,
    /// Keys that are known by other ways, such as from contact cards.
    pub known: &'a [VerifierKey],
}

/// A head that was cosigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigned {
    /// The head.
    pub head: Checkpoint,
    /// Since when this witness vouches for it.
    pub time: Timestamp,
    /// The answer: the signature line, with its newline.
    pub line: Vec<u8>,
    /// Who cosigned.
    pub witness: WitnessVerifier,
    /// Whether the witness's key was made just now.
    pub is_new: bool,
}

/// Why a head was not cosigned.
#[derive(Debug, thiserror::Error)]
pub enum WitnessError {
    /// The vault, or what the witness holds in it.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The log is this vault's own.
    #[error("{0} is this vault's own ledger: nobody is his own witness")]
    Own(Origin),
    /// Nothing says what the log's key is.
    #[error("the key of {0} is not known here")]
    UnknownLog(Origin),
    /// Another key is held for the log.
    #[error("the key of {origin} is known here already, and it is {held}")]
    OtherKey {
        /// The log.
        origin: Origin,
        /// Its key.
        held: Box<VerifierKey>,
    },
    /// It is not what a witness cosigns.
    #[error(transparent)]
    Refused(Refusal),
    /// The log signed two roots for one size.
    #[error("{origin} was forked: its key signed two roots for size {size}; {evidence}")]
    Forked {
        /// The log.
        origin: Origin,
        /// The size.
        size: u64,
        /// Where both notes are, in words.
        evidence: String,
    },
    /// The clock stands behind the last cosignature: a time that runs backwards would be a false statement.
    #[error("the clock says {clock}, but the last checkpoint was cosigned at {last}")]
    ClockBehind {
        /// What the clock says.
        clock: Timestamp,
        /// The last cosignature's time.
        last: Timestamp,
    },
}

impl From<CheckpointError> for WitnessError {
    fn from(error: CheckpointError) -> Self {
        Self::Refused(error.into())
    }
}

/// A head that the witness cosigned.
struct Held {
    head: VerifiedCheckpoint,
    line: SignatureLine,
    time: Timestamp,
}

impl Vault {
    /// Cosigns what continues all that was cosigned here of the log before. When this returns a line, what it says is on
    /// disk; a crash in between leaves a head that the same request is answered for again, with the same line.
    pub fn witness(
        &mut self,
        asked: &Asked<'_>,
        now: Timestamp,
        rng: &mut (impl CryptoRng + RngCore),
    ) -> Result<Cosigned, WitnessError> {
        if let Some(alarm) = self.alarm() {
            return Err(alarm.into());
        }
        let origin = asked.request.claimed()?.origin;
        let wait = self.options.lock_wait;
        let _vault = Lock::take(&self.disk.path(places::LOCK), Hold::Exclusive, wait)?;
        // A refusal writes nothing: a new key is kept when it has something to sign.
        let (key, is_new) = match self.find_witness_key()? {
            Some(key) => (key, false),
            None => (new_key(rng), true),
        };
        let desk = Desk { vault: self, key, origin };
        let state = self.places.state_of_witness(&desk.key.verifier());
        // What is checked and what is kept is one step: of two requests at once, one waits.
        let _state = match is_new {
            true => None,
            false => Some(Lock::take(&state.join("lock"), Hold::Exclusive, wait)?),
        };
        let vkey = desk.log_key(asked)?;
        let held = desk.held(&vkey)?;
        let next = match asked.request.judge(&vkey, held.as_ref().map(|held| held.head.head())) {
            Ok(next) => next,
            Err(Refusal::Forked { size }) => return Err(desk.forked(&vkey, held.as_ref(), asked.request, size)?),
            Err(other) => return Err(WitnessError::Refused(other)),
        };
        let held = match held {
            Some(held) if held.head.head() == next.head() => held,
            held => desk.cosign(next, held, now)?,
        };
        if is_new {
            self.keep_witness_key(&desk.key)?;
        }
        // Also when it is held already: a crash may have left it in one of the two places.
        desk.keep(&held, &vkey)?;
        let witness = desk.key.verifier();
        Ok(Cosigned { head: held.head.head().clone(), time: held.time, line: line_text(&held.line), witness, is_new })
    }

    /// The witness key that this machine made for this vault. Another machine's is never used: two machines that do not
    /// see each other's heads could cosign two histories with it.
    fn find_witness_key(&self) -> Result<Option<WitnessKey>, VaultError> {
        for name in self.disk.names(places::WITNESS)? {
            if let Some(key) = self.own_witness_key(&name)? {
                return Ok(Some(key));
            }
        }
        Ok(None)
    }

    fn keep_witness_key(&self, key: &WitnessKey) -> Result<(), VaultError> {
        let verifier = key.verifier();
        let file = places::witness_key(&places::witness_name(&verifier));
        let (sealed, _) =
            seal::seal_bytes(&[&self.identity().seals_to()], key.private_text().reveal_secret().as_bytes())
                .map_err(|error| VaultError::unsealed(&file, error))?;
        // A crash after the first leaves a note of a key that never was. The other order would leave a key in the vault
        // that no machine uses.
        disk::replace(&self.places.state_of_witness(&verifier).join("writer"), format!("{verifier}\n").as_bytes())?;
        self.disk.replace(&file, &sealed)
    }

    /// The key in `witness/<name>`, if this machine made it.
    fn own_witness_key(&self, name: &str) -> Result<Option<WitnessKey>, VaultError> {
        let file = places::witness_key(name);
        let state = self.places.state.join(places::WITNESS).join(name);
        if disk::read_capped(&state.join("writer"), KEY_FILE_LIMIT)?.is_none() {
            return Ok(None);
        }
        let Some(sealed) = self.disk.read(&file, KEY_FILE_LIMIT)? else {
            return Ok(None);
        };
        let plain = match seal::open_bytes(&sealed[..], self.identity(), None, KEY_FILE_LIMIT as usize) {
            // Sealed to an earlier vault identity: whoever was an owner then knows it, so a new one is made.
            Err(SealError::NoMatch) => return Ok(None),
            other => other.map_err(|error| VaultError::unsealed(&file, error))?,
        };
        let text = std::str::from_utf8(&plain).map_err(|_| VaultError::altered(&file, "it is not text"))?;
        let key = WitnessKey::parse_private(text).map_err(|error| VaultError::altered(&file, error))?;
        // age has no sender: anyone can seal a key to the vault. The name of its place tells which one it has to be.
        if places::witness_name(&key.verifier()) != name {
            return Err(VaultError::altered(&file, "it is not the key that its place is named after"));
        }
        Ok(Some(key))
    }
}

/// The witness at work on one log, under both locks.
struct Desk<'v> {
    vault: &'v Vault,
    key: WitnessKey,
    origin: Origin,
}

impl Desk<'_> {
    /// `witness/<32 hex>/<64 hex>/checkpoint`, in the vault.
    fn in_vault(&self) -> String {
        let name = places::witness_name(&self.key.verifier());
        format!("{}/{name}/{}", places::WITNESS, places::witnessed_head(&self.origin))
    }

    /// The same in the state directory, which holds the log's key beside it.
    fn in_state(&self) -> PathBuf {
        self.vault.places.state_of_witness(&self.key.verifier()).join(places::witnessed_head(&self.origin))
    }

    /// The key that the log's checkpoints have to be signed by: the one that was used before, else one that is known.
    /// Nobody is trusted for coming first.
    fn log_key(&self, asked: &Asked<'_>) -> Result<VerifierKey, WitnessError> {
        let origin = &self.origin;
        if origin == self.vault.header.verifier.origin() {
            return Err(WitnessError::Own(origin.clone()));
        }
        if let Some(given) = asked.key.filter(|key| key.origin() != origin) {
            let (expected, found) = (given.origin().clone(), origin.clone());
            return Err(CheckpointError::WrongOrigin { expected, found }.into());
        }
        let file = self.in_state().with_file_name("vkey");
        if let Some(bytes) = disk::read_capped(&file, NOTE_LIMIT as u64)? {
            let text = String::from_utf8_lossy(&bytes);
            let held: VerifierKey =
                text.trim_end().parse().map_err(|error| VaultError::altered(file.display().to_string(), error))?;
            let is_it = asked.key.is_none_or(|given| *given == held);
            return if is_it {
                Ok(held)
            } else {
                Err(WitnessError::OtherKey { origin: origin.clone(), held: Box::new(held) })
            };
        }
        let known = asked.key.or_else(|| asked.known.iter().find(|key| key.origin() == origin));
        known.cloned().ok_or_else(|| WitnessError::UnknownLog(origin.clone()))
    }

    /// The last head of the log that was cosigned here: the larger of what vault and machine remember.
    fn held(&self, vkey: &VerifierKey) -> Result<Option<Held>, VaultError> {
        let (file, path) = (self.in_vault(), self.in_state());
        let name = path.display().to_string();
        let read = |bytes: Option<Vec<u8>>, name: &str| bytes.map(|bytes| self.read(&bytes, vkey, name)).transpose();
        let ours = read(disk::read_capped(&path, NOTE_LIMIT as u64)?, &name)?;
        let vaults = read(self.vault.disk.read(&file, NOTE_LIMIT as u64)?, &file)?;
        match (ours, vaults) {
            (Some(ours), Some(vaults)) => {
                let (a, b) = (ours.head.head(), vaults.head.head());
                if a.size == b.size && a.root != b.root {
                    return Err(VaultError::altered(file, format!("it is not the head of that size in {name}")));
                }
                Ok(Some(if a.size >= b.size { ours } else { vaults }))
            }
            (ours, vaults) => Ok(ours.or(vaults)),
        }
    }

    /// Reads a head that was kept: signed by the log, and cosigned by this witness, or it was not kept by us.
    fn read(&self, bytes: &[u8], vkey: &VerifierKey, name: &str) -> Result<Held, VaultError> {
        let wrong = |error: &dyn std::fmt::Display| VaultError::altered(name, error);
        let head = VerifiedCheckpoint::open(bytes, vkey).map_err(|error| wrong(&error))?;
        let note = Note::parse(bytes, NOTE_LIMIT).map_err(|error| wrong(&error))?;
        let witness = self.key.verifier();
        let counted =
            cosignature::counted(&note, std::slice::from_ref(&witness), vkey).map_err(|error| wrong(&error))?;
        let is_own = |line: &SignatureLine| line.name == *witness.origin() && line.key_id == witness.key_id();
        let line = note.signatures.into_iter().find(is_own);
        match (counted.first(), line) {
            (Some(cosignature), Some(line)) => Ok(Held { head, line, time: cosignature.time }),
            _ => Err(wrong(&"this witness did not cosign it")),
        }
    }

    /// Cosigns `next`, not before the head it held.
    fn cosign(&self, next: VerifiedCheckpoint, held: Option<Held>, now: Timestamp) -> Result<Held, WitnessError> {
        let last = held.map_or(now, |held| held.time);
        if last.unix() - now.unix() > SLACK && !self.vault.options.accept_clock {
            return Err(WitnessError::ClockBehind { clock: now, last });
        }
        let time = now.max(last);
        let line = cosignature::cosign(&next, time, &self.key);
        Ok(Held { head: next, line, time })
    }

    /// Keeps a head: the log's own line and ours, whatever others stood in the note. The machine's copy comes first: it
    /// is the one that nothing brings back.
    fn keep(&self, held: &Held, vkey: &VerifierKey) -> Result<(), WitnessError> {
        let mut note =
            Note::parse(held.head.bytes(), NOTE_LIMIT).map_err(|error| VaultError::altered(self.in_vault(), error))?;
        note.signatures.retain(|line| line.name == *vkey.origin() && line.key_id == vkey.key_id());
        note.signatures.push(held.line.clone());
        let (bytes, path) = (note.to_bytes(), self.in_state());
        disk::replace(&path.with_file_name("vkey"), format!("{vkey}\n").as_bytes())?;
        disk::replace(&path, &bytes)?;
        self.vault.disk.replace(&self.in_vault(), &bytes)?;
        Ok(())
    }

    /// Two heads of one size: both notes are kept, whatever becomes of either party.
    fn forked(
        &self,
        vkey: &VerifierKey,
        held: Option<&Held>,
        request: &Request,
        size: u64,
    ) -> Result<WitnessError, WitnessError> {
        let other = VerifiedCheckpoint::open(&request.checkpoint, vkey)?;
        let held = held.expect("what is forked is forked from a head that is held");
        let text = evidence::text(&held.head, &other, None);
        let evidence = match evidence::keep(&self.vault.places, &self.origin, size, &text) {
            Ok(path) => format!(
                "both notes are kept in {}: anyone can check them, so show them to all who rely on that ledger",
                path.display()
            ),
            // A fork is told all the same: what was to be kept stands in two files that are there.
            Err(error) => format!(
                "both notes could not be kept ({error}): keep the file that was given, and a copy of {}",
                self.in_state().display()
            ),
        };
        Ok(WitnessError::Forked { origin: self.origin.clone(), size, evidence })
    }
}

/// A witness's name says nothing of whose it is, as a log's.
fn new_key(rng: &mut (impl CryptoRng + RngCore)) -> WitnessKey {
    let name = format!("subrosa/witness/{}", LogId::random(rng));
    WitnessKey::generate(name.parse().expect("such a name is legal"), rng)
}

/// A signature line as a witness answers it.
fn line_text(line: &SignatureLine) -> Vec<u8> {
    let note = Note { text: String::new(), signatures: vec![line.clone()] };
    // A note of no text is an empty line and its signatures.
    note.to_bytes().split_off(1)
}
