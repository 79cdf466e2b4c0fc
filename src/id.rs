//! Typed identifiers: random Crockford base32 characters after a type letter. Never derived from anything, never
//! reused. Must not know what an id names.

use std::fmt;
use std::str::FromStr;

use rand_core::CryptoRng;
use rand_core::RngCore;
use serde::Deserialize;
use serde::Serialize;

/// Crockford's base32 alphabet in lower case: no i, l, o, u.
pub const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A text that is not an id of the wanted type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no {what} id: that is {shape}")]
pub struct IdError {
    /// What was given.
    pub text: String,
    /// What was wanted, in words.
    pub what: &'static str,
    /// How such an id looks.
    pub shape: &'static str,
}

/// `N` uniformly random characters of [`ALPHABET`], five bits each.
pub fn random_characters<const N: usize>(rng: &mut (impl CryptoRng + RngCore)) -> [u8; N] {
    let mut characters = [0; N];
    rng.fill_bytes(&mut characters);
    characters.map(|byte| ALPHABET[usize::from(byte & 31)])
}

/// The first `count` characters of the Crockford base32 spelling of `bytes`, most significant bit first.
pub fn crockford(bytes: &[u8], count: usize) -> String {
    let bit = |at: usize| bytes.get(at / 8).map_or(0, |byte| byte >> (7 - at % 8) & 1);
    let character = |n: usize| (0..5).fold(0, |value, i| value << 1 | bit(5 * n + i));
    (0..count).map(|n| char::from(ALPHABET[usize::from(character(n))])).collect()
}

fn characters<const N: usize>(text: &str) -> Option<[u8; N]> {
    let body: [u8; N] = text.as_bytes().try_into().ok()?;
    body.iter().all(|c| ALPHABET.contains(c)).then_some(body)
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal + $length:literal, $what:literal, $shape:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name([u8; $length]);

        impl $name {
            /// The type letter and its dash; empty for ids that stand without one.
            pub const PREFIX: &'static str = $prefix;

            /// A fresh id.
            pub fn random(rng: &mut (impl CryptoRng + RngCore)) -> Self {
                Self(random_characters(rng))
            }

            /// The characters after the type letter.
            pub fn body(&self) -> &str {
                std::str::from_utf8(&self.0).expect("the alphabet is ASCII")
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&format!(concat!($prefix, "{}"), self.body()))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                text.strip_prefix($prefix)
                    .and_then(characters)
                    .map(Self)
                    .ok_or_else(|| IdError { text: text.to_owned(), what: $what, shape: $shape })
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }
    )*};
}

ids! {
    /// A record: 80 random bits.
    RecordId = "r-" + 16, "record", "r- and 16 characters";
    /// A client: 80 random bits.
    ClientId = "c-" + 16, "client", "c- and 16 characters";
    /// A recipient: 80 random bits.
    RecipientId = "p-" + 16, "recipient", "p- and 16 characters";
    /// A disclosure: 80 random bits.
    DisclosureId = "d-" + 16, "disclosure", "d- and 16 characters";
    /// A consent: 80 random bits.
    ConsentId = "k-" + 16, "consent", "k- and 16 characters";
    /// A confidentiality agreement: 80 random bits.
    AgreementId = "a-" + 16, "agreement", "a- and 16 characters";
    /// A training: 80 random bits.
    TrainingId = "t-" + 16, "training", "t- and 16 characters";
    /// A restriction: 80 random bits.
    RestrictionId = "x-" + 16, "restriction", "x- and 16 characters";
    /// A group: 80 random bits.
    GroupId = "g-" + 16, "group", "g- and 16 characters";
    /// A concern: 80 random bits.
    ConcernId = "o-" + 16, "concern", "o- and 16 characters";
    /// A follow-up: 80 random bits.
    FollowupId = "f-" + 16, "follow-up", "f- and 16 characters";
    /// An inquiry: 80 random bits.
    InquiryId = "q-" + 16, "inquiry", "q- and 16 characters";
    /// A sealed object; every sealed write draws a new one.
    ObjectId = "" + 16, "object", "16 characters";
    /// A transaction under way.
    IntentId = "" + 16, "transaction", "16 characters";
    /// This machine, for one log.
    MachineId = "" + 16, "machine", "16 characters";
    /// A log: 50 random bits.
    LogId = "" + 10, "log", "10 characters";
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_core::OsRng;

    #[test]
    fn an_id_is_read_back_and_nothing_else_is() {
        let id = RecordId::random(&mut OsRng);
        assert_eq!(id.to_string().parse(), Ok(id));
        for wrong in [
            "",
            "r-",
            "r-0123456789abcde",
            "r-0123456789abcdef0",
            "c-0123456789abcdef",
            "r-0123456789abcdeF",
            "r-0123456789abcdei",
        ] {
            assert!(wrong.parse::<RecordId>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn crockford_reads_bits_from_the_top() {
        assert_eq!(crockford(&[0xff, 0x00], 3), "zw0");
        assert_eq!(crockford(&[0x08, 0x86, 0x00], 3), "123");
    }
}
