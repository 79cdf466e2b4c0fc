//! Receipt codes: what a recipient reads out to say that a package arrived. The code stands in NOTICE.txt alone; the
//! ledger keeps its digest (`docs/format.md`, 6).

use rand_core::CryptoRng;
use rand_core::RngCore;

use crate::digest::Digest;
use crate::id;
use crate::secret::Secret;

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
        digest(&self.0)
    }
}

fn digest(characters: &[u8]) -> Digest {
    Digest::of(&[b"subrosa/receipt-code/v1\n", characters].concat())
}

/// A code as somebody read it out and somebody else wrote it down: in groups or not, in capitals or not, with the letters
/// that Crockford's alphabet leaves out for the figures they look like. `Debug` does not say it.
pub struct SpokenCode(Secret<Vec<u8>>);

impl SpokenCode {
    /// What was heard; whether it is a code at all, [`is`](Self::is) says.
    pub fn heard(text: &str) -> Self {
        let meant = |c: char| match c.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            c => c,
        };
        let heard = text.chars().filter(|c| !c.is_whitespace() && !is_dash(*c)).map(meant);
        Self(Secret::new(heard.collect::<String>().into_bytes()))
    }

    /// Whether it is the code with this digest. How long that takes tells nothing about the code.
    pub fn is(&self, receipt: &Digest) -> bool {
        let heard = digest(self.0.reveal_secret());
        let pairs = heard.as_bytes().iter().zip(receipt.as_bytes());
        pairs.fold(0, |different, (a, b)| different | (a ^ b)) == 0
    }
}

/// The dashes that people and programs write between groups.
fn is_dash(c: char) -> bool {
    matches!(c, '-' | '_' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand_core::OsRng;

    #[test]
    fn a_code_is_known_however_it_is_written_down() {
        let code = ReceiptCode(*b"01ab1mn0qrst");
        for right in ["01ab-1mn0-qrst", "01AB1MN0QRST", " olab lmno qrst ", "OIAB—IMNO—QRST", "o1-a-b-l-m-n-0qrst\n"]
        {
            assert!(SpokenCode::heard(right).is(&code.digest()), "{right}");
        }
        for wrong in ["", "01ab-1mn0-qrs", "01ab-1mn0-qrsu", "01ab-1mn0-qrst0", "01ab-1mn0-qrsz"] {
            assert!(!SpokenCode::heard(wrong).is(&code.digest()), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn no_other_text_is_a_code(text in any::<String>()) {
            prop_assert!(!SpokenCode::heard(&text).is(&ReceiptCode::random(&mut OsRng).digest()));
        }
    }
}
