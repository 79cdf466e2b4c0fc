//! What every change is made with: an open vault, a clock and randomness, handed on together.

use rand_core::CryptoRng;
use rand_core::RngCore;

use crate::time::Timestamp;
use crate::vault::Vault;
use crate::vault::error::VaultError;
use crate::vault::transaction::Committed;
use crate::vault::transaction::Draft;

/// An open vault, with what a change needs besides.
pub struct Desk<'a, R> {
    /// The vault.
    pub vault: &'a mut Vault,
    /// What time it is.
    pub clock: &'a dyn Fn() -> Timestamp,
    /// Randomness.
    pub rng: &'a mut R,
}

impl<R: CryptoRng + RngCore> Desk<'_, R> {
    /// Appends what `decide` says under the locks, as one transaction that makes no other files.
    pub fn append<E: From<VaultError>>(
        &mut self,
        decide: impl FnOnce(&Vault) -> Result<Vec<Draft>, E>,
    ) -> Result<Committed, E> {
        self.vault.begin(0, &[], self.rng)?.commit(self.clock, self.rng, decide)
    }

    /// As [`Desk::append`], for the one change that a history with a second branch takes: what joins it.
    pub(super) fn append_joining(
        &mut self,
        decide: impl FnOnce(&Vault) -> Result<Vec<Draft>, VaultError>,
    ) -> Result<Committed, VaultError> {
        self.vault.joining = true;
        let done = self.append(decide);
        self.vault.joining = false;
        done
    }
}
