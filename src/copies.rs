//! Plain copies: what was written out of the vault unsealed, on which machine, and how it ended (domain row 24). An entry
//! stands in the ledger before a byte of the copy is on the disk. Must not know files, nor why one was written.

use rand_core::CryptoRng;
use rand_core::RngCore;

use crate::digest::Digest;
use crate::id::RecordId;
use crate::keys::signer::Origin;
use crate::practice::event::Body;
use crate::practice::export::Export;
use crate::practice::export::ExportEnded;
use crate::practice::export::ExportMade;
use crate::practice::file_name::FileName;
use crate::practice::record::RecordAccessed;
use crate::time::Span;
use crate::time::TimeError;
use crate::time::Timestamp;
use crate::time::Zone;
use crate::vault::Vault;
use crate::vault::catalog::CatalogError;
use crate::vault::desk::Desk;
use crate::vault::error::VaultError;
use crate::vault::transaction::Committed;
use crate::vault::transaction::Draft;
use crate::vocabulary::CopyEnd;

/// Why a copy could not be written down.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// This machine has no id: what it wrote could not be found again.
    #[error("this computer has no id of its own for this vault, so its copies could not be told from those of others")]
    NoMachine,
    /// The protocol's period leads nowhere.
    #[error(transparent)]
    Time(#[from] TimeError),
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl From<CatalogError> for CopyError {
    fn from(error: CatalogError) -> Self {
        Self::Vault(error.into())
    }
}

/// A copy that is about to be written.
#[derive(Clone, Debug)]
pub struct NewCopy {
    /// Where: the bytes of the absolute path.
    pub path: Vec<u8>,
    /// What of: a record and its version; nothing for a page made of several.
    pub of: Option<(RecordId, u64)>,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// How many they are.
    pub size: u64,
}

/// The end of a copy that does not come to be, by its own entry.
#[derive(Clone, Debug)]
pub struct Ended(ExportEnded);

/// A place on this machine where a copy was written, of which nobody knows that it has ended.
#[derive(Clone, Debug)]
pub struct Place {
    /// The path's bytes.
    pub path: Vec<u8>,
    /// What was written there, the latest last.
    pub written: Vec<Export>,
}

impl Place {
    /// What was written there last.
    pub fn latest(&self) -> &Export {
        self.written.last().expect("a place is there because something was written")
    }

    /// Whether these are the bytes of one of the copies: of an earlier one where a crash kept the last from its place.
    pub fn holds(&self, sha256: Digest) -> bool {
        self.written.iter().any(|export| export.made.sha256 == sha256)
    }

    /// Whether its time is over.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.latest().made.expires <= now
    }
}

/// Writes down that a copy is made, with the look at the record that comes with it: both or none. `is_free` is asked under the
/// locks, so that what is refused then is no entry. Returns the copy's own entry too, by which it is ended.
pub fn made<R, E>(
    desk: &mut Desk<'_, R>,
    new: &NewCopy,
    seen: Option<RecordAccessed>,
    is_free: impl FnOnce() -> Result<(), E>,
) -> Result<(Committed, Ended), E>
where
    R: CryptoRng + RngCore,
    E: From<CopyError> + From<VaultError>,
{
    let now = (desk.clock)();
    let committed = desk.append(|vault| {
        is_free()?;
        let made = of(vault, new, now)?;
        let seen = seen.map(|seen| Draft::from(Body::RecordAccessed(seen)));
        Ok::<_, E>(seen.into_iter().chain([Draft::from(Body::ExportMade(made))]).collect())
    })?;
    let (index, _) = committed.entries.last().expect("the copy is the last of what was appended");
    let ended = ExportEnded { how: CopyEnd::Gone, index: *index, origin: committed.head.origin.to_string() };
    Ok((committed, Ended(ended)))
}

fn of(vault: &Vault, new: &NewCopy, now: Timestamp) -> Result<ExportMade, CopyError> {
    let protocol = vault.catalog().protocol()?.protocol;
    let name = FileName::of_path(&new.path);
    Ok(ExportMade {
        expires: after(now, protocol.periods.copy, &protocol.zone())?,
        machine: vault.machine().ok_or(CopyError::NoMachine)?,
        path: name.text,
        path_bytes: name.bytes,
        path_sha256: Digest::of(&new.path),
        record: new.of.map(|(record, _)| record),
        sha256: new.sha256,
        size: new.size,
        version: new.of.map(|(_, version)| version),
    })
}

fn after(now: Timestamp, span: Span, zone: &Zone) -> Result<Timestamp, TimeError> {
    match span.seconds().and_then(|seconds| i64::try_from(seconds).ok()) {
        Some(seconds) => Ok(now.plus_seconds(seconds)),
        None => zone.end_of(span.from_date(now.date_in(zone), false)?),
    }
}

/// The places on this machine where copies may still lie, in the order of their first copy; and on how many places of other
/// machines. A machine has an id for each log of the vault: it knows what it wrote under the earlier ones, too.
pub fn places(vault: &Vault) -> Result<(Vec<Place>, usize), CopyError> {
    let ours = vault.machines();
    let (mut here, mut elsewhere) = (Vec::<Place>::new(), Vec::new());
    for export in vault.catalog().open_exports()? {
        let made = &export.made;
        if !ours.contains(&made.machine) {
            elsewhere.push((made.machine, made.path_sha256));
            continue;
        }
        let path = FileName::bytes_of(&made.path, made.path_bytes.as_deref()).into_owned();
        match here.iter_mut().find(|place| place.path == path) {
            Some(place) => place.written.push(export),
            None => here.push(Place { path, written: vec![export] }),
        }
    }
    elsewhere.sort_unstable();
    elsewhere.dedup();
    Ok((here, elsewhere.len()))
}

/// Writes down how copies ended: those that were seen, each by its own entry, and none that was written there since. What ended
/// already gets no entry.
pub fn gone<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    ended: &[(Place, CopyEnd)],
) -> Result<Committed, CopyError> {
    desk.append(|vault| {
        let open: Vec<_> = vault.catalog().open_exports()?.iter().map(|export| export.entry).collect();
        let ended = ended.iter().flat_map(|(place, how)| place.written.iter().map(|export| (export.entry, *how)));
        let still = ended.filter(|(entry, _)| open.contains(entry));
        let of = |((log, index), how)| ExportEnded { how, index, origin: Origin::of(log).to_string() };
        Ok(still.map(|copy| Draft::from(Body::ExportEnded(of(copy)))).collect())
    })
}

/// Writes down that a copy that was about to be written did not come to be. What lay at its place before is not touched by it.
pub fn abandoned<R: CryptoRng + RngCore>(desk: &mut Desk<'_, R>, copy: &Ended) -> Result<Committed, CopyError> {
    desk.append(|_| Ok(vec![Draft::from(Body::ExportEnded(copy.0.clone()))]))
}
