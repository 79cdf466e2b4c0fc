//! Who is shown which field of a disclosure (`docs/format.md`, 6). A proof travels in clear, so it shows little by
//! itself; more is shown to whom it concerns. The receipt code's digest is shown to nobody: whoever has it can try all
//! codes. Must not know how a proof is made.

/// What every proof shows of any entry, where the entry has it: which package, how large, and when.
pub const BESIDE_A_PACKAGE: [&str; 4] = ["kind", "package", "size", "time"];

/// The field that no proof shows.
pub const NEVER: &str = "receipt";

/// Whom a proof is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Whoever finds it lying beside its package.
    Anybody,
    /// Who got the package: nothing of the client, nor of what was sent to others or why.
    Recipient,
    /// Whom the records are about: everything an accounting needs, and nobody else but the recipient.
    Client,
    /// Somebody who may know it all, such as a court.
    All,
}

impl Audience {
    /// Whether the field `name` of a disclosure is shown.
    pub fn sees(self, name: &str) -> bool {
        let hidden: &[&str] = match self {
            Self::Anybody => return BESIDE_A_PACKAGE.contains(&name),
            Self::Recipient => {
                &["actor", "client", "consent", "group", "receipt", "records", "series", "setting", "why"]
            }
            // A group has other members, a reason in somebody's own words may name anybody, and the actor is a third.
            Self::Client => &["actor", "group", "receipt", "why"],
            Self::All => &[NEVER],
        };
        !hidden.contains(&name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sharing::package;

    #[test]
    fn the_recipient_sees_in_the_proof_what_the_manifest_opens_and_what_a_package_shows() {
        for name in package::SHOWN.iter().chain(&BESIDE_A_PACKAGE) {
            assert!(Audience::Recipient.sees(name), "{name}");
        }
        for audience in [Audience::Anybody, Audience::Recipient, Audience::Client, Audience::All] {
            assert!(!audience.sees(NEVER) && BESIDE_A_PACKAGE.iter().all(|name| audience.sees(name)), "{audience:?}");
        }
    }
}
