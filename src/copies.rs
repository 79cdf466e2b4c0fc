//! Plain copies: what was written out of the vault unsealed, on which machine, and how it ended (domain row 24). An entry
//! stands in the ledger before a byte of the copy is on the disk. Must not know files, nor why one was written.

use rand_core::CryptoRng;
use rand_core::RngCore;

use crate::digest::Digest;
use crate::id::RecordId;
use crate::practice::event::Body;
use crate::practice::export::Export;
use crate::practice::export::ExportGone;
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

/// Writes down that a copy is made, with the look at the record that comes with it: both or none.
pub fn made<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    new: &NewCopy,
    seen: Option<RecordAccessed>,
) -> Result<Committed, CopyError> {
    let now = (desk.clock)();
    desk.append(|vault| {
        let protocol = vault.catalog().protocol()?.protocol;
        let name = FileName::of_path(&new.path);
        let made = ExportMade {
            expires: after(now, protocol.periods.copy, &protocol.zone())?,
            machine: vault.machine().ok_or(CopyError::NoMachine)?,
            path: name.text,
            path_bytes: name.bytes,
            path_sha256: Digest::of(&new.path),
            record: new.of.map(|(record, _)| record),
            sha256: new.sha256,
            size: new.size,
            version: new.of.map(|(_, version)| version),
        };
        let seen = seen.map(|seen| Draft::from(Body::RecordAccessed(seen)));
        Ok(seen.into_iter().chain([Draft::from(Body::ExportMade(made))]).collect())
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

/// Writes down how copies ended. What ended already gets no entry.
pub fn gone<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    ended: &[(Place, CopyEnd)],
) -> Result<Committed, CopyError> {
    desk.append(|vault| {
        let open = vault.catalog().open_exports()?;
        let mut drafts = Vec::new();
        for (place, how) in ended {
            let mut machines: Vec<_> = place.written.iter().map(|export| export.made.machine).collect();
            machines.sort_unstable();
            machines.dedup();
            for machine in machines {
                let path_sha256 = place.latest().made.path_sha256;
                let is_open =
                    |export: &Export| (export.made.machine, export.made.path_sha256) == (machine, path_sha256);
                if open.iter().any(is_open) {
                    drafts.push(Draft::from(Body::ExportGone(ExportGone { how: *how, machine, path_sha256 })));
                }
            }
        }
        Ok(drafts)
    })
}

/// Writes down that a copy that was about to be written did not come to be.
pub fn abandoned<R: CryptoRng + RngCore>(desk: &mut Desk<'_, R>, new: &NewCopy) -> Result<Committed, CopyError> {
    desk.append(|vault| {
        let machine = vault.machine().ok_or(CopyError::NoMachine)?;
        let path_sha256 = Digest::of(&new.path);
        Ok(vec![Draft::from(Body::ExportGone(ExportGone { how: CopyEnd::Gone, machine, path_sha256 }))])
    })
}
