//! What stands out about a disclosure, in the words that reports print; and which events beside a disclosure say so.

use crate::policy::accounting;
use crate::practice::disclosure::DisclosureMade;
use crate::vocabulary::Basis;
use crate::vocabulary::Medium;

/// Something about a disclosure that a reader should see at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flag {
    /// Made to keep somebody safe.
    Safety,
    /// Made without the client's wish.
    NoConsent,
    /// It should not have been made.
    Incident,
    /// What was sent has a newer version.
    Corrected,
    /// The recipient said that it arrived.
    Acknowledged,
    /// The key it was sealed to had not been verified.
    Unverified,
    /// Its author had to confirm something, or something in it could not be looked through.
    Confirmed,
    /// Its author gave a reason in words.
    Why,
}

/// The events that stand beside a disclosure or follow it, name it in their field `disclosure`, and what they say of it.
pub const COMPANIONS: &[(&str, Flag)] = &[
    ("disclosure.acknowledged", Flag::Acknowledged),
    ("disclosure.confirmed", Flag::Confirmed),
    ("safety.disclosed", Flag::Safety),
];

/// What an event of this kind says of the disclosure that it names.
pub fn said_by(kind: &str) -> Option<Flag> {
    COMPANIONS.iter().find(|(named, _)| *named == kind).map(|(_, flag)| *flag)
}

impl Flag {
    /// As it is printed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Safety => "SAFETY",
            Self::NoConsent => "NO-CONSENT",
            Self::Incident => "INCIDENT",
            Self::Corrected => "CORRECTED",
            Self::Acknowledged => "ACKNOWLEDGED",
            Self::Unverified => "UNVERIFIED",
            Self::Confirmed => "CONFIRMED",
            Self::Why => "WHY",
        }
    }

    /// Whether a client is told: the others are the practice's own matters.
    pub fn is_for_client(self) -> bool {
        matches!(self, Self::Safety | Self::NoConsent | Self::Incident | Self::Corrected | Self::Acknowledged)
    }

    /// What the entry of a disclosure itself says.
    pub fn of(made: &DisclosureMade) -> Vec<Self> {
        let is_safety = matches!(made.basis, Basis::Threat | Basis::MedicalEmergency | Basis::AbuseReport);
        let is_unverified = made.medium == Medium::Package && made.verified.is_none();
        let said = [
            (is_safety, Self::Safety),
            (!accounting::is_wanted(made.basis), Self::NoConsent),
            (made.basis == Basis::Incident, Self::Incident),
            (is_unverified, Self::Unverified),
            // What was told is described, and nothing is lifted by that.
            (made.why.is_some() && (made.medium == Medium::Package || is_safety), Self::Why),
        ];
        said.into_iter().filter_map(|(is_so, flag)| is_so.then_some(flag)).collect()
    }
}
