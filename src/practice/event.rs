//! Events: everything that happens to a vault, and nothing else changes it. Each kind has one fixed list of fields, all
//! present, null when empty; an event is read only if spelling it again gives the same fields (`docs/format.md`).

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Map;
use serde_json::Value;

use crate::practice::acknowledgement::AcknowledgementFailed;
use crate::practice::acknowledgement::DisclosureAcknowledged;
use crate::practice::agreement::AgreementAdded;
use crate::practice::agreement::AgreementEnded;
use crate::practice::client::ClientClosed;
use crate::practice::client::ClientDetails;
use crate::practice::client::RepresentativeAdded;
use crate::practice::concern::ConcernOpened;
use crate::practice::concern::ConcernResolved;
use crate::practice::consent::ConsentMarkedFalse;
use crate::practice::consent::ConsentReceiptGiven;
use crate::practice::consent::ConsentRevoked;
use crate::practice::consent::ConsentTerms;
use crate::practice::disclosure::DisclosureConfirmed;
use crate::practice::disclosure::DisclosureMade;
use crate::practice::disclosure::DisclosureRefused;
use crate::practice::disclosure::DisclosureTold;
use crate::practice::erasure;
use crate::practice::erasure::EventErased;
use crate::practice::export::ExportEnded;
use crate::practice::export::ExportGone;
use crate::practice::export::ExportMade;
use crate::practice::fields::names_of;
use crate::practice::group::GroupCalledOff;
use crate::practice::group::GroupClosed;
use crate::practice::group::GroupPlanned;
use crate::practice::group::GroupStarted;
use crate::practice::inquiry::ColleagueNudged;
use crate::practice::inquiry::InquiryLogged;
use crate::practice::log::LogClosed;
use crate::practice::log::LogContinued;
use crate::practice::log::LogJoined;
use crate::practice::log::WriterHanded;
use crate::practice::owner::ClockStepped;
use crate::practice::owner::OwnerAdded;
use crate::practice::owner::VaultCreated;
use crate::practice::protocol::ProtocolAcknowledged;
use crate::practice::protocol::ProtocolAdopted;
use crate::practice::recipient::GivenKey;
use crate::practice::recipient::RecipientAdded;
use crate::practice::recipient::RecipientDetails;
use crate::practice::recipient::RecipientKeyReplaced;
use crate::practice::recipient::RecipientSuspended;
use crate::practice::recipient::RecipientVerified;
use crate::practice::record::RecordAccessed;
use crate::practice::record::RecordTagged;
use crate::practice::record::RecordVersion;
use crate::practice::rekey::ObjectsResealed;
use crate::practice::rekey::OwnerRemoved;
use crate::practice::rekey::RekeyFinished;
use crate::practice::rekey::VaultRekeyed;
use crate::practice::restriction::RestrictionAdded;
use crate::practice::restriction::RestrictionEnded;
use crate::practice::safety::FollowupDone;
use crate::practice::safety::FollowupPlanned;
use crate::practice::safety::SafetyDisclosed;
use crate::practice::safety::SafetyReviewed;
use crate::practice::session::SessionNoted;
use crate::practice::suspension::AccountingEndNoted;
use crate::practice::suspension::AccountingSuspended;
use crate::practice::team::TeamChanged;
use crate::practice::training::TrainingAdded;
use crate::practice::words::Alias;
use crate::time::Timestamp;

/// Something that happened: when, by which owner, and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When it was committed.
    pub time: Timestamp,
    /// The owner whose key opened the vault.
    pub actor: Alias,
    /// What happened.
    pub body: Body,
}

/// Why stored fields are no event.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    /// A kind that this program does not know: the vault was written by a newer one.
    #[error("its kind {0:?} is not known here")]
    NewerKind(String),
    /// A field is missing, surplus or of the wrong shape.
    #[error("its fields are not those of {kind}: {reason}")]
    Fields {
        /// The event's kind.
        kind: String,
        /// What is wrong, without any value.
        reason: String,
    },
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident($fields:ty) = $kind:literal;)*) => {
        /// What happened, by kind.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Body {
            $($(#[$doc])* $name($fields),)*
        }

        impl Body {
            /// Every kind there is.
            pub const KINDS: &'static [&'static str] = &[$($kind),*];

            /// The kind's spelling.
            pub fn kind(&self) -> &'static str {
                match self { $(Self::$name(_) => $kind),* }
            }

            fn own_names(kind: &str) -> Option<Vec<&'static str>> {
                match kind {
                    $($kind => Some(names_of::<$fields>()),)*
                    _ => None,
                }
            }

            fn fields(&self) -> Map<String, Value> {
                match self { $(Self::$name(body) => object(body)),* }
            }

            fn read(kind: &str, fields: Map<String, Value>) -> Result<Self, EventError> {
                match kind {
                    $($kind => exact(kind, fields).map(Self::$name),)*
                    _ => Err(EventError::NewerKind(kind.to_owned())),
                }
            }
        }
    };
}

kinds! {
    /// The vault began.
    VaultCreated(VaultCreated) = "vault.created";
    /// Someone more opens the vault.
    OwnerAdded(OwnerAdded) = "owner.added";
    /// Someone opens the vault no more.
    OwnerRemoved(OwnerRemoved) = "owner.removed";
    /// The vault has a new identity.
    VaultRekeyed(VaultRekeyed) = "vault.rekeyed";
    /// A batch of objects was sealed again.
    ObjectsResealed(ObjectsResealed) = "objects.resealed";
    /// Everything was.
    RekeyFinished(RekeyFinished) = "vault.rekey.finished";
    /// The log ends here, and another continues it.
    LogClosed(LogClosed) = "log.closed";
    /// The log continues another.
    LogContinued(LogContinued) = "log.continued";
    /// Entries of another log belong to the history.
    LogJoined(LogJoined) = "log.joined";
    /// Another machine writes the log.
    WriterHanded(WriterHanded) = "writer.handed";
    /// Fields of an earlier event are gone.
    EventErased(EventErased) = "event.erased";
    /// A clock behind the log was confirmed.
    ClockStepped(ClockStepped) = "clock.stepped";
    /// A client came.
    ClientAdded(ClientDetails) = "client.added";
    /// What is known of a client changed.
    ClientEdited(ClientDetails) = "client.edited";
    /// A client's file was closed.
    ClientClosed(ClientClosed) = "client.closed";
    /// Someone may act for a client.
    RepresentativeAdded(RepresentativeAdded) = "representative.added";
    /// A recipient was named.
    RecipientAdded(RecipientAdded) = "recipient.added";
    /// What is known of a recipient changed.
    RecipientEdited(RecipientDetails) = "recipient.edited";
    /// A recipient's key was made sure of.
    RecipientVerified(RecipientVerified) = "recipient.verified";
    /// Nothing more is shared to a recipient.
    RecipientSuspended(RecipientSuspended) = "recipient.suspended";
    /// A recipient has a new key.
    RecipientKeyReplaced(RecipientKeyReplaced) = "recipient.key-replaced";
    /// A record was filed.
    RecordAdded(RecordVersion) = "record.added";
    /// A record has a new version.
    RecordVersioned(RecordVersion) = "record.versioned";
    /// A record's tags changed.
    RecordTagged(RecordTagged) = "record.tagged";
    /// A record was looked at.
    RecordAccessed(RecordAccessed) = "record.accessed";
    /// Recipients joined a team.
    TeamJoined(TeamChanged) = "team.joined";
    /// They left it.
    TeamLeft(TeamChanged) = "team.left";
    /// The practice's protocol, or a new version of it.
    ProtocolAdopted(ProtocolAdopted) = "protocol.adopted";
    /// Someone read it and keeps to it.
    ProtocolAcknowledged(ProtocolAcknowledged) = "protocol.acknowledged";
    /// A recipient promised confidentiality.
    AgreementAdded(AgreementAdded) = "agreement.added";
    /// That promise ended.
    AgreementEnded(AgreementEnded) = "agreement.ended";
    /// A recipient was trained.
    TrainingAdded(TrainingAdded) = "training.added";
    /// A client consented, or began to.
    ConsentGranted(ConsentTerms) = "consent.granted";
    /// What was missing came.
    ConsentCompleted(ConsentTerms) = "consent.completed";
    /// A client took it back, or some of it.
    ConsentRevoked(ConsentRevoked) = "consent.revoked";
    /// It is known to be false.
    ConsentMarkedFalse(ConsentMarkedFalse) = "consent.marked-false";
    /// The client was given a copy.
    ConsentReceiptGiven(ConsentReceiptGiven) = "consent.receipt-given";
    /// A client asked that something is not shared.
    RestrictionAdded(RestrictionAdded) = "restriction.added";
    /// That ended.
    RestrictionEnded(RestrictionEnded) = "restriction.ended";
    /// Somebody fears for their confidentiality.
    ConcernOpened(ConcernOpened) = "concern.opened";
    /// That was answered.
    ConcernResolved(ConcernResolved) = "concern.resolved";
    /// What was asked and seen in a session.
    SessionNoted(SessionNoted) = "session.noted";
    /// A group was planned.
    GroupPlanned(GroupPlanned) = "group.planned";
    /// It began.
    GroupStarted(GroupStarted) = "group.started";
    /// What was said in a group was filed.
    GroupClosed(GroupClosed) = "group.closed";
    /// It was not held.
    GroupCalledOff(GroupCalledOff) = "group.called-off";
    /// Something was shared.
    DisclosureMade(DisclosureMade) = "disclosure.made";
    /// What was confirmed for it.
    DisclosureConfirmed(DisclosureConfirmed) = "disclosure.confirmed";
    /// What was told is described.
    DisclosureTold(DisclosureTold) = "disclosure.told";
    /// Something was not shared, by a rule.
    DisclosureRefused(DisclosureRefused) = "disclosure.refused";
    /// Its recipient says that it arrived.
    DisclosureAcknowledged(DisclosureAcknowledged) = "disclosure.acknowledged";
    /// A wrong receipt code was given.
    AcknowledgementFailed(AcknowledgementFailed) = "acknowledgement.failed";
    /// An agency has it that the client is not told of a disclosure yet.
    AccountingSuspended(AccountingSuspended) = "accounting.suspended";
    /// Somebody knows of the end of that.
    AccountingEndNoted(AccountingEndNoted) = "accounting.end-noted";
    /// What was answered before something was disclosed for safety.
    SafetyDisclosed(SafetyDisclosed) = "safety.disclosed";
    /// Somebody looked at that again.
    SafetyReviewed(SafetyReviewed) = "safety.reviewed";
    /// Something is to be done about a disclosure.
    FollowupPlanned(FollowupPlanned) = "followup.planned";
    /// What had to be done after it was done.
    FollowupDone(FollowupDone) = "followup.done";
    /// Somebody asked after a person.
    InquiryLogged(InquiryLogged) = "inquiry.logged";
    /// A colleague was reminded of something.
    ColleagueNudged(ColleagueNudged) = "colleague.nudged";
    /// Something was written out of the vault unsealed.
    ExportMade(ExportMade) = "export.made";
    /// A plain copy has ended.
    ExportEnded(ExportEnded) = "export.ended";
    /// Plain copies at a place have ended.
    ExportGone(ExportGone) = "export.gone";
}

impl Body {
    /// The names of all fields of an event of this kind, in their order; `None` for a kind that is not known here.
    pub fn names(kind: &str) -> Option<Vec<&'static str>> {
        let mut names = Self::own_names(kind)?;
        // Its two halves stand side by side.
        if kind == "recipient.added" {
            names = [names_of::<RecipientDetails>(), names_of::<GivenKey>()].concat();
        }
        names.extend(["actor", "kind", "time"]);
        names.sort_unstable();
        Some(names)
    }
}

impl Event {
    /// Its fields, as they are committed to and stored.
    pub fn to_fields(&self) -> Map<String, Value> {
        let mut fields = self.body.fields();
        fields.insert("actor".to_owned(), Value::from(self.actor.as_str()));
        fields.insert("kind".to_owned(), Value::from(self.body.kind()));
        fields.insert("time".to_owned(), Value::from(self.time.to_string()));
        fields
    }

    /// Reads stored fields; all of the kind's fields have to be there, and no other.
    pub fn from_fields(mut fields: Map<String, Value>) -> Result<Self, EventError> {
        let kind: String = take(&mut fields, "kind", "an event")?;
        let time = take(&mut fields, "time", &kind)?;
        let actor = take(&mut fields, "actor", &kind)?;
        Ok(Self { time, actor, body: Body::read(&kind, fields)? })
    }
}

impl Event {
    /// Reads what is left of an event, fields of which were erased: something stands in their place.
    pub fn from_rest(mut fields: Map<String, Value>) -> Result<Self, EventError> {
        if let Some(kind) = fields.get("kind").and_then(Value::as_str).map(str::to_owned) {
            erasure::fill(&kind, &mut fields);
        }
        Self::from_fields(fields)
    }
}

fn object(body: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(body) {
        Ok(Value::Object(fields)) => fields,
        _ => unreachable!("every body is a struct of JSON values"),
    }
}

fn take<T: DeserializeOwned>(fields: &mut Map<String, Value>, name: &str, kind: &str) -> Result<T, EventError> {
    let wrong = || EventError::Fields { kind: kind.to_owned(), reason: format!("{name} is missing or malformed") };
    serde_json::from_value(fields.remove(name).ok_or_else(wrong)?).map_err(|_| wrong())
}

/// Reads `fields` as a `T` whose own spelling is again `fields`: so an absent null is noticed too.
fn exact<T: Serialize + DeserializeOwned>(kind: &str, fields: Map<String, Value>) -> Result<T, EventError> {
    let wrong = |reason: &str| EventError::Fields { kind: kind.to_owned(), reason: reason.to_owned() };
    let body: T =
        serde_json::from_value(Value::Object(fields.clone())).map_err(|_| wrong("one is malformed or surplus"))?;
    if object(&body) != fields {
        return Err(wrong("one is missing or spelled otherwise"));
    }
    Ok(body)
}
