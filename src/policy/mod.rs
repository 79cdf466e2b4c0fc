//! The decision: may this go to this recipient, for this purpose? Pure: facts in, a [`Permit`] with what it obliges to,
//! or every reason out, in the fixed order of the rule table. Must not know storage, encryption or the clock.

pub mod accounting;
mod case;
pub mod consent;
pub mod extent;
pub mod matrix;
pub mod plain;
pub mod purposes;
pub mod renewal;
pub mod roles;
mod rules;
#[cfg(test)]
pub(crate) mod tests;
pub mod told;

use crate::id::ConcernId;
use crate::id::ConsentId;
use crate::id::RecipientId;
use crate::id::RecordId;
use crate::place::PlaceRisk;
use crate::practice::agreement::Agreement;
use crate::practice::client::Client;
use crate::practice::concern::Concern;
use crate::practice::consent::Consent;
use crate::practice::consent::Signatory;
use crate::practice::protocol::Adopted;
use crate::practice::protocol::Protocol;
use crate::practice::recipient::Recipient;
use crate::practice::record::Record;
use crate::practice::restriction::Restriction;
use crate::practice::safety::Answers;
use crate::practice::training::Training;
use crate::practice::words::Alias;
use crate::time::Timestamp;
use crate::vocabulary::Basis;
use crate::vocabulary::Confirmation;
use crate::vocabulary::Label;
use crate::vocabulary::Medium;
use crate::vocabulary::Notice;
use crate::vocabulary::Profile;
use crate::vocabulary::Purpose;
use crate::vocabulary::Setting;

use case::Case;
use told::Held;
use told::Said;

pub use case::is_for_safety;
pub use case::is_part2;
pub use rules::Rule;
pub use rules::basis_towards;
pub use rules::has_to_read_anew;
pub use rules::learnt_before;
pub use rules::rule;
pub use rules::rules;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// What for.
    pub purpose: Purpose,
    /// What makes it permissible.
    pub basis: Basis,
    /// The consent it is to stand on, where one is named.
    pub consent: Option<ConsentId>,
    /// The discloser gave a reason, in words.
    pub has_reason: bool,
    /// Go on although nobody verified the recipient's key, or, of what is told, who the recipient is; recorded.
    pub unverified: bool,
    /// Whether the recipient could use it against the client has been thought about; recorded.
    pub adverse_use_reviewed: bool,
    /// The recipient's conflict of interest is known; recorded.
    pub conflict_acknowledged: bool,
    /// Somebody was not well in the session, and it was thought about; recorded.
    pub after_discomfort: bool,
    /// How it travels.
    pub medium: Medium,
}

impl Request {
    /// A request that names a purpose and nothing else.
    pub fn new(purpose: Purpose) -> Self {
        Self {
            purpose,
            basis: Basis::Consent,
            consent: None,
            has_reason: false,
            unverified: false,
            adverse_use_reviewed: false,
            conflict_acknowledged: false,
            after_discomfort: false,
            medium: Medium::Package,
        }
    }
}

/// Just what the request touches.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// Whether the ledger holds: no alarm is raised.
    pub ledger_holds: bool,
    /// The protocol in force.
    pub protocol: &'a Adopted,
    /// Who shares.
    pub actor: &'a Alias,
    /// The newest version of the protocol that the actor acknowledged.
    pub actor_read: Option<u64>,
    /// Whom it is about; `None` for a record of no client.
    pub client: Option<&'a Client>,
    /// To whom.
    pub recipient: &'a Recipient,
    /// The newest version of the protocol that the recipient acknowledged.
    pub recipient_read: Option<u64>,
    /// Whether something can be sealed to the recipient's key on this computer.
    pub key_works: bool,
    /// The recipient's agreements.
    pub agreements: &'a [Agreement],
    /// The recipient's trainings.
    pub trainings: &'a [Training],
    /// What; empty for what is told without a record.
    pub records: &'a [Record],
    /// Of what is told without a record, what its author said that it is about.
    pub about: &'a Said,
    /// What the client's records are, where something is told without one.
    pub held: &'a [Held],
    /// Whether these are all records of the client, and more than one.
    pub is_everything: bool,
    /// The client's consents that name the recipient, in the order of their filing.
    pub consents: &'a [Consent],
    /// The client's restrictions.
    pub restrictions: &'a [Restriction],
    /// What somebody fears for the client's confidentiality, and nobody has answered yet.
    pub concerns: &'a [Concern],
    /// The records that these concerns name, where something is told without a record.
    pub feared: &'a [Record],
    /// What was answered, for a safety disclosure.
    pub safety: Option<&'a Answers>,
    /// Whether abuse of the client was reported before (42 CFR 2.12(c)(6) lets the first report through).
    pub was_reported: bool,
    /// Where this is done.
    pub room: Room,
    /// Where other people were found in what would leave.
    pub found: &'a [Found],
    /// The records that have no lines of which there could be an excerpt.
    pub without_lines: &'a [RecordId],
    /// What is wrong with the place the package would go to.
    pub output: &'a [PlaceRisk],
}

/// The room in which something is shown or told now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Room {
    /// The room, where one was named or declared.
    pub setting: Option<Setting>,
    /// Whether one has to be.
    pub is_needed: bool,
    /// Whether the terminal is being recorded.
    pub is_recorded: bool,
}

/// What the page tells a recipient of his own promise.
pub const CONSEQUENCES: &str = "what the agreement says of a breach";
/// Whom the page is to.
pub const RECIPIENT: &str = "the recipient's name";
/// Whom the page is from, and whom to call.
pub const PRACTICE: &str = "the practice's name or contact";
/// What the page says in the practice's own words.
pub const PROTOCOL: &str = "the protocol's words for the page";

/// What is told, in its author's words.
pub const TOLD: &str = "what is told";

/// Somebody else's name or number in what would leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The record; none for what the page says of its own.
    pub record: Option<RecordId>,
    /// Where: its content, file name, title or tag; or which words of the page.
    pub place: &'static str,
    /// Line and column in the content, both from 1.
    pub at: Option<(u64, u64)>,
    /// Whether the record has lines, so that an excerpt can be shared in its place.
    pub has_lines: bool,
    /// Places after this one that are not told one by one.
    pub more: Option<More>,
}

/// How many places are not told one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct More {
    /// So many.
    pub count: usize,
    /// Nobody counted to the end.
    pub is_at_least: bool,
}

/// One reason why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The rule.
    pub rule: &'static Rule,
    /// What it says: the rule's words, or closer ones in this case.
    pub text: &'static str,
    /// What cures it: the rule's cure, or a better one in this case.
    pub cure: &'static str,
    /// The recipient it is about.
    pub recipient: Option<RecipientId>,
    /// The record it is about.
    pub record: Option<RecordId>,
    /// The consent that came nearest.
    pub consent: Option<ConsentId>,
    /// Who has yet to sign it.
    pub signatory: Option<Signatory>,
    /// The concern that holds it.
    pub concern: Option<ConcernId>,
    /// What the consent lacks.
    pub missing: Vec<&'static str>,
    /// Where somebody was found.
    pub found: Option<Found>,
}

/// Every reason why not, in the rules' order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// At least one.
    pub reasons: Vec<Reason>,
}

/// What a permit obliges to: whoever shares carries it out, or does not share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Obligation {
    /// The package carries its notice; what is told or handed over on paper goes with the statements that the law asks for.
    AttachNotice,
    /// The package, or what goes with what is told, says what the consent covers (42 CFR 2.32).
    AttachConsentScope,
    /// The recipient is asked to say that it arrived.
    RequestAck,
    /// No client, no title and no original name leave.
    Deidentify,
}

impl Obligation {
    /// Its spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AttachNotice => "attach-notice",
            Self::AttachConsentScope => "attach-consent-copy-or-scope",
            Self::RequestAck => "request-ack",
            Self::Deidentify => "deidentify",
        }
    }
}

/// A passed check: nothing but [`decide`] makes one, and nothing is sealed without one.
#[derive(Debug, PartialEq, Eq)]
pub struct Permit {
    basis: Basis,
    label: Label,
    consent: Option<ConsentId>,
    notices: Vec<Notice>,
    obligations: Vec<Obligation>,
    confirmed: Vec<Confirmation>,
}

impl Permit {
    /// What the disclosure stands on.
    pub fn basis(&self) -> Basis {
        self.basis
    }

    /// The highest label of what is disclosed.
    pub fn label(&self) -> Label {
        self.label
    }

    /// The consent it stands on.
    pub fn consent(&self) -> Option<ConsentId> {
        self.consent
    }

    /// Which statements the package carries, or go with what is told where that is obliged to.
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// What has to be carried out.
    pub fn obligations(&self) -> &[Obligation] {
        &self.obligations
    }

    /// Whether this has to be carried out.
    pub fn obliges(&self, to: Obligation) -> bool {
        self.obligations.contains(&to)
    }

    /// What its author confirmed, where that was needed.
    pub fn confirmed(&self) -> &[Confirmation] {
        &self.confirmed
    }
}

/// Decides: every rule is asked, and nothing is permitted that one of them refuses.
pub fn decide(request: &Request, facts: &Facts<'_>, now: Timestamp) -> Result<Permit, Refusal> {
    let case = Case::of(request, facts, now);
    let reasons: Vec<Reason> = rules().flat_map(|rule| (rule.applies)(&case, rule)).collect();
    if reasons.is_empty() { Ok(permit(&case)) } else { Err(Refusal { reasons }) }
}

/// Whether any of a client's records falls under 42 CFR Part 2; without a record, whether the client's all do.
pub fn is_under_part2(records: &[Record], client: Option<&Client>, protocol: &Protocol) -> bool {
    let is_client = client.map_or_else(|| protocol.has(Profile::Part2), |client| client.is_under_part2(protocol));
    is_client || records.iter().any(|record| case::is_part2(record, client, protocol))
}

/// Whether content of that label may be drawn in a room: a row of the same table refuses it.
pub fn may_show(room: Room, label: Label) -> Result<(), Refusal> {
    let broken = rules::broken_in(room, label);
    let reasons: Vec<Reason> = rules().filter(|rule| broken.contains(&rule.id)).map(rules::reason).collect();
    if reasons.is_empty() { Ok(()) } else { Err(Refusal { reasons }) }
}

fn permit(case: &Case<'_>) -> Permit {
    let mut notices = vec![Notice::General];
    notices.extend(case.has_psychotherapy_notes().then_some(Notice::Psychotherapy));
    notices.extend(case.is_part2().then_some(Notice::Part2));
    notices.extend(case.is_de_identified().then_some(Notice::DeIdentified));
    notices.extend(case.is_for_safety().then_some(Notice::Safety));
    let is_package = case.request.medium == Medium::Package;
    let mut obligations = Vec::new();
    // Each disclosure on a consent is accompanied by its notice, however it is made (42 CFR 2.32).
    let is_accompanied = case.is_part2() && case.consent().is_some();
    obligations.extend((is_package || is_accompanied).then_some(Obligation::AttachNotice));
    obligations.extend(is_accompanied.then_some(Obligation::AttachConsentScope));
    obligations.extend(is_package.then_some(Obligation::RequestAck));
    obligations.extend(case.is_de_identified().then_some(Obligation::Deidentify));
    let mut confirmed = Vec::new();
    confirmed.extend(case.could_be_turned_against().then_some(Confirmation::AdverseUseReviewed));
    confirmed.extend(case.facts.recipient.details.conflict.is_some().then_some(Confirmation::ConflictAcknowledged));
    confirmed.extend(case.was_uneasy().then_some(Confirmation::AfterDiscomfort));
    // Of a package its entry says so itself.
    let is_unknown = !is_package && case.facts.recipient.given.verified.is_none();
    confirmed.extend(is_unknown.then_some(Confirmation::Unverified));
    Permit {
        basis: case.request.basis,
        label: case.label(),
        consent: case.consent().map(Consent::id),
        notices,
        obligations,
        confirmed,
    }
}
