//! Who is shown which field of a disclosure (`docs/format.md`, 6). A proof travels in clear, so it shows little by
//! itself; more is shown to whom it concerns. The receipt code's digest is shown to nobody: whoever has it can try all
//! codes. Must not know how a proof is made.

/// What every proof shows of a disclosure: which package, how large, and when.
pub const BESIDE_A_PACKAGE: [&str; 4] = ["kind", "package", "size", "time"];

/// What every proof shows of any other entry. What else it holds, somebody has to choose: a size may tell a text.
pub const OF_ANYTHING: [&str; 2] = ["kind", "time"];

/// The field that no proof shows.
pub const NEVER: &str = "receipt";

/// The kind of entry that has readers of its own.
pub const DISCLOSURE: &str = "disclosure.made";

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
    /// Whether the field `name` of an entry of this kind is shown.
    pub fn sees(self, kind: &str, name: &str) -> bool {
        let hidden: &[&str] = match self {
            Self::Anybody if kind == DISCLOSURE => return BESIDE_A_PACKAGE.contains(&name),
            Self::Anybody => return OF_ANYTHING.contains(&name),
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
    use crate::practice::disclosure::OPENED;

    #[test]
    fn the_recipient_sees_in_the_proof_what_the_manifest_opens_and_what_a_package_shows() {
        for name in OPENED.iter().chain(&BESIDE_A_PACKAGE) {
            assert!(Audience::Recipient.sees(DISCLOSURE, name), "{name}");
        }
        for audience in [Audience::Anybody, Audience::Recipient, Audience::Client, Audience::All] {
            let all = BESIDE_A_PACKAGE.iter().all(|name| audience.sees(DISCLOSURE, name));
            assert!(!audience.sees(DISCLOSURE, NEVER) && all, "{audience:?}");
        }
    }
    #[test]
    fn of_what_is_no_disclosure_nothing_is_shown_that_nobody_chose() {
        let shown = ["kind", "package", "record", "sha256", "size", "time"];
        let shown: Vec<_> = shown.into_iter().filter(|name| Audience::Anybody.sees("record.added", name)).collect();
        assert_eq!(shown, OF_ANYTHING);
    }
}
