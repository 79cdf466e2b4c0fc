//! Receipt codes: what a recipient reads out to say that a package arrived. The code stands in NOTICE.txt alone; the
//! ledger keeps its digest (`docs/format.md`, 6).

use rand_core::CryptoRng;
use rand_core::RngCore;

use crate::digest::Digest;
use crate::id;

/// 60 random bits.
pub struct ReceiptCode([u8; 12]);

impl ReceiptCode {
    /// A fresh code.
    pub fn random(rng: &mut (impl CryptoRng + RngCore)) -> Self {
        Self(id::random_characters(rng))
    }

    /// As it is read out: three groups of four characters.
    pub fn spoken(&self) -> String {
        let groups: Vec<_> = self.0.chunks(4).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
        groups.join("-")
    }

    /// What the ledger keeps.
    pub fn digest(&self) -> Digest {
        Digest::of(&[b"subrosa/receipt-code/v1\n", &self.0[..]].concat())
    }
}
