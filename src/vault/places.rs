//! Where everything is: the paths of `docs/format.md`, 1, relative to the vault, in one place.

use std::path::PathBuf;

use crate::digest::Digest;
use crate::digest::unhex;
use crate::id::DisclosureId;
use crate::id::IntentId;
use crate::id::LogId;
use crate::id::ObjectId;
use crate::keys::signer::Origin;
use crate::keys::signer::VerifierKey;
use crate::keys::signer::WitnessVerifier;

/// The vault's header.
pub const HEADER: &str = "vault.toml";
/// The same while it is being written, and what a crash leaves of that.
pub const EARLY_HEADER: &str = "vault.tmp";
/// Shared to read, exclusive to write.
pub const LOCK: &str = "lock";
/// The key file of an owner who opens the vault with a passphrase.
pub const PASSPHRASE_FILE: &str = "owner-passphrase.age";
/// Vault identities of earlier epochs that something is still sealed to.
pub const EARLIER: &str = "earlier.age";
/// Transactions under way.
pub const INCOMING: &str = "incoming";
/// Packages committed and not yet released.
pub const OUTBOX: &str = "outbox";
/// The sealed records.
pub const RECORDS: &str = "records";
/// The logs.
pub const LEDGER: &str = "ledger";
/// The openings.
pub const JOURNAL: &str = "journal";
/// Owners' and signing keys.
pub const KEYS: &str = "keys";
/// What the vault holds as a witness of other people's logs.
pub const WITNESS: &str = "witness";

/// The three directories that a vault lives in.
#[derive(Clone, Debug)]
pub struct Places {
    /// The vault itself.
    pub vault: PathBuf,
    /// `subrosa` in the state directory: marks and pins, this machine alone.
    pub state: PathBuf,
    /// `subrosa` in the cache directory: catalogues, disposable.
    pub cache: PathBuf,
}

impl Places {
    /// STATE of the log whose verifier key this is.
    pub fn state_of(&self, verifier: &VerifierKey) -> PathBuf {
        self.state.join(name_of(verifier.to_string().as_bytes()))
    }

    /// The catalogue of the log whose verifier key this is.
    pub fn catalog_of(&self, verifier: &VerifierKey) -> PathBuf {
        self.cache.join(name_of(verifier.to_string().as_bytes())).join("catalog.db")
    }

    /// The pin of the vault at `canonical`.
    pub fn pin_of(&self, canonical: &std::path::Path) -> PathBuf {
        self.state.join("pins").join(name_of(canonical.as_os_str().as_encoded_bytes()))
    }
}

impl Places {
    /// What this machine alone knows of the witness with this verifier key.
    pub fn state_of_witness(&self, witness: &WitnessVerifier) -> PathBuf {
        self.state.join(WITNESS).join(witness_name(witness))
    }

    /// The witnesses that are known on this computer, a verifier key a line.
    pub fn witnesses(&self) -> PathBuf {
        self.state.join("witnesses")
    }

    /// Where the two notes of a fork are kept.
    pub fn evidence(&self) -> PathBuf {
        self.state.join("evidence")
    }
}

/// The first 32 hex characters of SHA-256.
fn name_of(bytes: &[u8]) -> String {
    Digest::of(bytes).to_string()[..32].to_owned()
}

/// `keys/<epoch>/<file>`
pub fn owner_file(epoch: u64, file: &str) -> String {
    format!("{KEYS}/{epoch}/{file}")
}

/// `keys/signing-<log-id>.age`
pub fn signing_key(log: LogId) -> String {
    format!("{KEYS}/signing-{log}.age")
}

/// `ledger/<log-id>/<file>`
pub fn ledger_file(log: LogId, file: &str) -> String {
    format!("{LEDGER}/{log}/{file}")
}

/// `ledger/<log-id>/checkpoint`
pub fn checkpoint(log: LogId) -> String {
    ledger_file(log, "checkpoint")
}

/// `ledger/<log-id>/successor`: the link to the log that continues this one.
pub fn successor(log: LogId) -> String {
    ledger_file(log, "successor")
}

/// `ledger/<log-id>/predecessor`: the link from the log that this one continues, the same bytes.
pub fn predecessor(log: LogId) -> String {
    ledger_file(log, "predecessor")
}

/// `ledger/<log-id>/vault.toml`: the header that will name this log, until it is in its place.
pub fn next_header(log: LogId) -> String {
    ledger_file(log, HEADER)
}

/// `keys/<epoch>`
pub fn epoch(epoch: u64) -> String {
    format!("{KEYS}/{epoch}")
}

/// `ledger/<log-id>/witnessed/<size>`: the checkpoint of that size, as witnesses were or are asked to cosign it.
pub fn witnessed(log: LogId, size: u64) -> String {
    ledger_file(log, &format!("witnessed/{size}"))
}

/// What the directory of a witness is called.
pub fn witness_name(witness: &WitnessVerifier) -> String {
    name_of(witness.to_string().as_bytes())
}

/// `witness/<32 hex>/key.age`
pub fn witness_key(name: &str) -> String {
    format!("{WITNESS}/{name}/key.age")
}

/// `<64 hex of the origin's SHA-256>/checkpoint`, below a witness's directory: what a witness serves to monitors
/// (<https://c2sp.org/tlog-witness>, Monitor Retrieval Mechanism).
pub fn witnessed_head(origin: &Origin) -> String {
    format!("{}/checkpoint", Digest::of(origin.as_str().as_bytes()))
}

/// Whether `file` is one that a witness keeps in the vault, or what a crash left of one: the next is written over it.
pub fn is_of_witness(file: &str) -> bool {
    let parts: Vec<&str> = file.split('/').collect();
    let is_hex = |part: &str, length| part.len() == length && unhex(part).is_some();
    match parts[..] {
        [WITNESS, name, "key.age" | "key.tmp"] => is_hex(name, 32),
        [WITNESS, name, origin, "checkpoint" | "checkpoint.tmp"] => is_hex(name, 32) && is_hex(origin, 64),
        _ => false,
    }
}

/// The size of the head that `name` in `ledger/<log-id>/witnessed` is, or is what a crash left of.
pub fn witnessed_size(name: &str) -> Option<u64> {
    let stem = name.strip_suffix(".tmp").unwrap_or(name);
    stem.parse::<u64>().ok().filter(|size| size.to_string() == stem && *size > 0)
}

/// `journal/<log-id>/<NNN>.age`: the openings 256 N to 256 N + 255.
pub fn journal(log: LogId, number: u64) -> String {
    format!("{JOURNAL}/{log}/{number:03}.age")
}

/// `records/<2 characters>/<object id>.age`
pub fn object(id: ObjectId) -> String {
    format!("{RECORDS}/{}/{id}.age", &id.body()[..2])
}

/// `outbox/<disclosure id>.age`
pub fn package(id: DisclosureId) -> String {
    format!("{OUTBOX}/{id}.age")
}

/// `incoming/<16 characters>`
pub fn incoming(id: IntentId) -> String {
    format!("{INCOMING}/{id}")
}

/// `<dir>/<N>.tmp`, a file on its way to its place.
pub fn staged(dir: &str, number: u64) -> String {
    format!("{dir}/{number}.tmp")
}

/// Whether a file on its way to its place is called this.
pub fn is_staged(name: &str) -> bool {
    name.strip_suffix(".tmp").is_some_and(|number| number.parse::<u64>().is_ok())
}
