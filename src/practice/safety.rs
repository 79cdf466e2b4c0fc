//! Safety disclosures: what is asked before something is said without consent to avert a serious and imminent threat, what
//! has to be done afterwards, and the review (45 CFR 164.512(j)(1)(i); 42 CFR 2.51; domain rows 9 to 12, data 2.10).
//! Must not know what is decided by it.

use serde::Deserialize;
use serde::Serialize;

use crate::id::ClientId;
use crate::id::DisclosureId;
use crate::id::FollowupId;
use crate::practice::words::Alias;
use crate::practice::words::Prose;
use crate::time::Timestamp;
use crate::vocabulary::Certainty;
use crate::vocabulary::FollowupState;
use crate::vocabulary::ReviewResult;
use crate::vocabulary::Task;
use crate::vocabulary::ThreatTo;
use crate::vocabulary::Told;

/// What was answered; what is missing is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Answers {
    /// Whom the threat is to.
    pub threat_to: Option<ThreatTo>,
    /// Whether it is serious.
    pub serious: Option<Certainty>,
    /// Whether it is imminent.
    pub imminent: Option<Certainty>,
    /// What is known.
    pub facts: Option<Prose>,
    /// Why this recipient can prevent or lessen it.
    pub why_recipient: Option<Prose>,
    /// What was considered instead.
    pub alternatives: Option<Prose>,
    /// The law or code relied on.
    pub authority: Option<Prose>,
    /// Whether the client was told.
    pub client_told: Option<Told>,
    /// Why not, where the client was not.
    pub client_told_why: Option<Prose>,
    /// Who was consulted; nobody has to be.
    pub consulted_with: Option<Prose>,
    /// Why it is no more than is needed.
    pub least_information: Option<Prose>,
    /// In a medical emergency: the facility of the medical personnel (42 CFR 2.51(c)).
    pub facility: Option<Prose>,
    /// In a medical emergency: its nature (42 CFR 2.51(c)).
    pub nature_of_emergency: Option<Prose>,
}

/// Something to be done afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Planned {
    /// By when.
    pub due: Timestamp,
    /// The follow-up.
    pub followup: FollowupId,
    /// What.
    pub task: Task,
}

/// `safety.disclosed`: what was answered; it stands beside its `disclosure.made`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SafetyDisclosed {
    /// What was considered instead.
    pub alternatives: Prose,
    /// The law or code relied on.
    pub authority: Prose,
    /// Whom it is about.
    pub client: ClientId,
    /// Whether the client was told.
    pub client_told: Told,
    /// Why not.
    pub client_told_why: Option<Prose>,
    /// Who was consulted.
    pub consulted_with: Option<Prose>,
    /// The disclosure.
    pub disclosure: DisclosureId,
    /// The facility of the medical personnel.
    pub facility: Option<Prose>,
    /// What was known.
    pub facts: Prose,
    /// What is to be done afterwards.
    pub followups: Vec<Planned>,
    /// Whether it was imminent.
    pub imminent: Certainty,
    /// Why it was no more than was needed.
    pub least_information: Prose,
    /// The nature of a medical emergency.
    pub nature_of_emergency: Option<Prose>,
    /// Whether it was serious.
    pub serious: Certainty,
    /// Whom the threat was to.
    pub threat_to: ThreatTo,
    /// Why this recipient could prevent or lessen it.
    pub why_recipient: Prose,
}

/// `safety.reviewed`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SafetyReviewed {
    /// The disclosure.
    pub disclosure: DisclosureId,
    /// What is to be done now.
    pub followups: Vec<Planned>,
    /// What the review came to.
    pub result: ReviewResult,
    /// In words.
    pub text: Prose,
}

/// `followup.planned`: something is to be done about a disclosure, after what happened since.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FollowupPlanned {
    /// Whom the disclosure is about.
    pub client: Option<ClientId>,
    /// The disclosure.
    pub disclosure: DisclosureId,
    /// By when.
    pub due: Timestamp,
    /// The follow-up.
    pub followup: FollowupId,
    /// What.
    pub task: Task,
}

/// `followup.done`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FollowupDone {
    /// The follow-up.
    pub followup: FollowupId,
    /// What came of it.
    pub text: Option<Prose>,
}

/// A safety disclosure as the events so far leave it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Safety {
    /// What was answered.
    pub disclosed: SafetyDisclosed,
    /// Who disclosed.
    pub author: Alias,
    /// When.
    pub at: Timestamp,
    /// The review, by whom and when.
    pub reviewed: Option<(SafetyReviewed, Alias, Timestamp)>,
}

/// A follow-up as the events so far leave it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Followup {
    /// What is to be done, and by when.
    pub planned: Planned,
    /// After which disclosure.
    pub disclosure: DisclosureId,
    /// Whom it is about.
    pub client: Option<ClientId>,
    /// Who disclosed, or planned it.
    pub author: Alias,
    /// What came of it, and when.
    pub done: Option<(Option<Prose>, Timestamp)>,
}

impl Followup {
    /// Where it stands.
    pub fn state(&self) -> FollowupState {
        if self.done.is_some() { FollowupState::Done } else { FollowupState::Open }
    }
}

impl Answers {
    /// The names of the questions, in the order in which they are asked.
    pub const QUESTIONS: [&str; 13] = [
        "threat_to",
        "serious",
        "imminent",
        "facts",
        "why_recipient",
        "alternatives",
        "authority",
        "client_told",
        "client_told_why",
        "consulted_with",
        "least_information",
        "facility",
        "nature_of_emergency",
    ];

    /// The questions that have no answer and need one. In a medical emergency under 42 CFR Part 2 there are two more.
    pub fn missing(&self, is_medical: bool) -> Vec<&'static str> {
        let untold = matches!(self.client_told, Some(Told::No | Told::Later));
        let lacks = [
            ("threat_to", self.threat_to.is_none()),
            ("serious", self.serious.is_none()),
            ("imminent", self.imminent.is_none()),
            ("facts", self.facts.is_none()),
            ("why_recipient", self.why_recipient.is_none()),
            ("alternatives", self.alternatives.is_none()),
            ("authority", self.authority.is_none()),
            ("client_told", self.client_told.is_none()),
            ("client_told_why", untold && self.client_told_why.is_none()),
            ("least_information", self.least_information.is_none()),
            ("facility", is_medical && self.facility.is_none()),
            ("nature_of_emergency", is_medical && self.nature_of_emergency.is_none()),
        ];
        lacks.into_iter().filter(|(_, lacks)| *lacks).map(|(name, _)| name).collect()
    }

    /// As the entry has them, where none is missing.
    pub fn into_entry(
        self,
        disclosure: DisclosureId,
        client: ClientId,
        followups: Vec<Planned>,
    ) -> Option<SafetyDisclosed> {
        Some(SafetyDisclosed {
            alternatives: self.alternatives?,
            authority: self.authority?,
            client,
            client_told: self.client_told?,
            client_told_why: self.client_told_why,
            consulted_with: self.consulted_with,
            disclosure,
            facility: self.facility,
            facts: self.facts?,
            followups,
            imminent: self.imminent?,
            least_information: self.least_information?,
            nature_of_emergency: self.nature_of_emergency,
            serious: self.serious?,
            threat_to: self.threat_to?,
            why_recipient: self.why_recipient?,
        })
    }
}
