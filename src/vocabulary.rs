//! The closed word lists: kinds, purposes, roles, settings and the rest, each word with one spelling.
//! Must not know what a word leads to.

mod sensitivity;

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use serde::Serialize;

pub use sensitivity::default_tags;
pub use sensitivity::is_part2_tag;
pub use sensitivity::is_sensitivity;
pub use sensitivity::label_of;
pub use sensitivity::sensitivity_tags;
pub use sensitivity::tag_label;

/// A word that is not on its list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is no {list}; the words are: {}", words.join(" "))]
pub struct WordError {
    /// What was given.
    pub given: String,
    /// The list's name.
    pub list: &'static str,
    /// All its words.
    pub words: &'static [&'static str],
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident $list:literal { $($word:ident = $text:literal),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $(#[doc = concat!("`", $text, "`")] #[serde(rename = $text)] $word,)*
        }

        impl $name {
            /// Every word of the list, in its order.
            pub const ALL: &'static [Self] = &[$(Self::$word),*];
            /// The words' spellings, in the same order.
            pub const WORDS: &'static [&'static str] = &[$($text),*];

            /// The word as it is spelled.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$word => $text),* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = WordError;

            fn from_str(text: &str) -> Result<Self, WordError> {
                Self::ALL.iter().copied().find(|word| word.as_str() == text).ok_or_else(|| WordError {
                    given: text.to_owned(),
                    list: $list,
                    words: Self::WORDS,
                })
            }
        }
    )*};
}

words! {
    /// What a record is; the LOINC document types behind it stand in `docs/format.md`.
    RecordKind "kind" {
        ProgressNote = "progress-note", SessionIndividual = "session-individual", SessionGroup = "session-group",
        PsychotherapyNote = "psychotherapy-note", SudCounsellingNote = "sud-counselling-note",
        PhoneContact = "phone-contact", PlanOfCare = "plan-of-care", SafetyPlan = "safety-plan",
        Assessment = "assessment", RiskAssessment = "risk-assessment", Consult = "consult", Referral = "referral",
        DischargeSummary = "discharge-summary", TreatmentSummary = "treatment-summary", BillingItem = "billing-item",
        Appointment = "appointment", ConsentDocument = "consent-document", AgreementDocument = "agreement-document",
        Recording = "recording", Scan = "scan", Letter = "letter", Form = "form", Other = "other",
    }

    /// Purpose of use (HL7 v3-ActReason): why something is disclosed.
    Purpose "purpose" {
        Treat = "treat", Coordinate = "coordinate", Emergency = "emergency", Pay = "pay", ClaimAttach = "claim-attach",
        Operate = "operate", Supervise = "supervise", Train = "train", Quality = "quality",
        RecordsAdmin = "records-admin", Custodian = "custodian", Comply = "comply", Audit = "audit", Legal = "legal",
        PublicHealth = "public-health", MandatedReport = "mandated-report", Threat = "threat",
        ClientRequest = "client-request", FamilyRequest = "family-request", AttorneyInFact = "attorney-in-fact",
        SupportNetwork = "support-network", Decedent = "decedent", Research = "research", Marketing = "marketing",
    }

    /// What a recipient is to the work.
    Role "role" {
        Client = "client", Representative = "representative", TreatingProvider = "treating-provider",
        Supervisor = "supervisor", PeerConsultant = "peer-consultant", CrisisTeam = "crisis-team",
        EmergencyDepartment = "emergency-department", Police = "police", PotentialVictim = "potential-victim",
        ProtectionAgency = "protection-agency", Payer = "payer", PayerAuditor = "payer-auditor", Biller = "biller",
        Receptionist = "receptionist", Family = "family", Support = "support", School = "school",
        Employer = "employer", Probation = "probation", LawyerOfClient = "lawyer-of-client", Court = "court",
        OpposingCounsel = "opposing-counsel", Custodian = "custodian", GroupMember = "group-member",
        CoFacilitator = "co-facilitator", Interpreter = "interpreter", Volunteer = "volunteer", Other = "other",
    }

    /// What a recipient is to one client (HL7 v3-RoleCode and our own).
    Relationship "relationship" {
        SelfSame = "self", Parent = "parent", Mother = "mother", Father = "father", Spouse = "spouse",
        Partner = "partner", Child = "child", Sibling = "sibling", Grandparent = "grandparent", Family = "family",
        Friend = "friend", Neighbour = "neighbour", Guardian = "guardian", GuardianAdLitem = "guardian-ad-litem",
        HealthProxy = "health-proxy", AttorneyInFact = "attorney-in-fact", Executor = "executor",
        NextOfKin = "next-of-kin", EmergencyContact = "emergency-contact", Caregiver = "caregiver",
        Sponsor = "sponsor", Teacher = "teacher", Employer = "employer", ProbationOfficer = "probation-officer",
        Interpreter = "interpreter", GroupMember = "group-member",
    }

    /// The room in which something was said.
    Setting "setting" {
        PrivateOffice = "private-office", ClosedRoom = "closed-room",
        TelehealthBothPrivate = "telehealth-both-private", TelehealthOtherUnknown = "telehealth-other-side-unknown",
        ClientHomePrivate = "client-home-private", ClientHomeOthers = "client-home-others-present",
        InstitutionMonitored = "institution-monitored", VehiclePrivate = "vehicle-private",
        OutdoorsAway = "outdoors-away", PhonePrivate = "phone-private", SemiPublic = "semi-public",
        Public = "public", Unknown = "unknown",
    }

    /// What makes a disclosure permissible.
    Basis "basis" {
        Consent = "consent", ConsentTpo = "consent-tpo", SelfSame = "self", Representative = "representative",
        Tpo = "tpo", FamilyInvolved = "family-involved", RequiredByLaw = "required-by-law",
        PublicHealth = "public-health", AbuseReport = "abuse-report", Oversight = "oversight",
        CourtOrder = "court-order", SubpoenaAssured = "subpoena-assured", LawEnforcement = "law-enforcement",
        Coroner = "coroner", Threat = "threat", MedicalEmergency = "medical-emergency", WorkersComp = "workers-comp",
        Hhs = "hhs", Vendor = "vendor", Incident = "incident",
    }

    /// How it was made sure that a key is the recipient's.
    VerifiedHow "way to verify" {
        InPerson = "in-person", VideoKnownFace = "video-known-face",
        PhoneCallback = "phone-callback-to-known-number", SignedByKnownKey = "signed-by-known-key",
        OrganisationDirectory = "organisation-directory",
    }

    /// Who signs for a minor.
    MinorRule "minor rule" {
        GuardianSigns = "guardian-signs", MinorSigns = "minor-signs", BothSign = "both-sign",
    }

    /// Whether a client whose birth date is not known is of age.
    Age "age" { Adult = "adult", Minor = "minor" }

    /// In which capacity the practice works.
    Capacity "capacity" { Professional = "professional", Personal = "personal" }

    /// Rules on top of the strict ones.
    Profile "profile" { Hipaa = "hipaa", Part2 = "part2", Gdpr = "gdpr" }

    /// Confidentiality (HL7 v3-Confidentiality), in rising order: normal, restricted, very restricted.
    Label "label" { N = "N", R = "R", V = "V" }

    /// Where a recipient stands.
    RecipientState "recipient state" { Invited = "invited", Active = "active", Suspended = "suspended" }

    /// Where a client stands.
    ClientState "client state" { Active = "active", Closed = "closed" }

    /// How an owner opens the vault.
    OwnerMeans "means" { Passphrase = "passphrase", Recipient = "recipient", Paper = "paper" }

    /// How a disclosure travelled.
    Medium "medium" { Package = "package", Oral = "oral", Paper = "paper" }

    /// Which statement a package carries.
    Notice "notice" {
        General = "general", Psychotherapy = "psychotherapy", Part2 = "part2", DeIdentified = "de-identified",
        Safety = "safety",
    }

    /// What was agreed to.
    AgreementType "agreement type" {
        ClientLimits = "client-limits", GroupMember = "group-member", FamilyParticipant = "family-participant",
        CoFacilitator = "co-facilitator", Staff = "staff", Volunteer = "volunteer", Supervision = "supervision",
        Interpreter = "interpreter", BusinessAssociate = "business-associate", Qso = "qso",
        Researcher = "researcher", Custodian = "custodian",
    }

    /// Where an agreement stands at a given time.
    AgreementState "agreement state" {
        SignedNotUnderstood = "signed-not-understood", Early = "early", Live = "live", Ended = "ended",
    }

    /// How a party showed that the agreement was understood.
    Understood "way to show understanding" {
        TypedBack = "typed-back", Questions = "questions", Explained = "explained",
    }

    /// Where a consent stands at a given time.
    ConsentState "consent state" {
        Draft = "draft", Early = "early", Live = "live", Expired = "expired", Revoked = "revoked", False = "false",
    }

    /// How a signature was given.
    SignMethod "signing method" { Wet = "wet", ESign = "e-sign", Mark = "mark", Verbal = "verbal" }

    /// The notes that need a consent of their own.
    NoteClass "note class" { Psychotherapy = "psychotherapy", SudCounselling = "sud-counselling" }

    /// How a consent was revoked.
    RevokedHow "way to revoke" { Written = "written", ESign = "e-sign", Oral = "oral" }

    /// What the author of a disclosure confirmed.
    Confirmation "confirmation" {
        AdverseUseReviewed = "adverse-use-reviewed", ConflictAcknowledged = "conflict-acknowledged",
        AfterDiscomfort = "after-discomfort", Unverified = "unverified",
    }

    /// Where a training stands at a given time.
    TrainingState "training state" { Live = "live", Expired = "expired" }

    /// Where a restriction stands at a given time.
    RestrictionState "restriction state" { Early = "early", Live = "live", Ended = "ended" }

    /// What entitles a representative to act for a client.
    Authority "authority" {
        Parent = "parent", Guardian = "guardian", CourtOrder = "court-order",
        PowerOfAttorney = "power-of-attorney", Executor = "executor",
    }

    /// Who ended a restriction.
    EndedBy "party that ends" { Client = "client", Practice = "practice" }

    /// Where a group stands.
    GroupState "group state" {
        Planned = "planned", Started = "started", Closed = "closed", CalledOff = "called-off",
    }

    /// How somebody seemed to be in a session.
    Comfort "comfort" {
        Ok = "ok", Uneasy = "uneasy", Distressed = "distressed", NotObserved = "not-observed",
    }

    /// Who raised a concern.
    RaisedBy "party that is concerned" {
        Client = "client", Participant = "participant", Representative = "representative", Staff = "staff",
        Anonymous = "anonymous",
    }

    /// Whether who raised a concern says that it was addressed.
    Addressed "answer" { Yes = "yes", No = "no", Partly = "partly" }

    /// Where a concern stands.
    ConcernState "concern state" { Open = "open", Resolved = "resolved" }

    /// Whom a threat is to.
    ThreatTo "one who is threatened" {
        SelfSame = "self", IdentifiedOther = "identified-other", Others = "others", Child = "child",
        DependentAdult = "dependent-adult",
    }

    /// How sure somebody is.
    Certainty "answer" { Yes = "yes", No = "no", Unsure = "unsure" }

    /// Whether the client was told.
    Told "answer" { Yes = "yes", No = "no", Later = "later" }

    /// What is to be done after a safety disclosure.
    Task "task" {
        TellClient = "tell-client", DocumentOutcome = "document-outcome", PeerReview = "peer-review",
        ConsentReview = "consent-review", Repair = "repair", ReturnOrDestroy = "return-or-destroy",
    }

    /// Where a follow-up stands.
    FollowupState "follow-up state" { Open = "open", Done = "done" }

    /// What a review of a safety disclosure came to.
    ReviewResult "result" {
        Justified = "justified", WithLessons = "justified-with-lessons", NotJustified = "not-justified",
    }

    /// How it was said that a package arrived.
    AckHow "way to acknowledge" { Code = "code", Signed = "signed" }

    /// How an agency states that the client is not to be told yet.
    AgencyStatement "statement" { Written = "written", Oral = "oral" }

    /// What a colleague is reminded of.
    NudgeAbout "reminder" { Setting = "setting", Talk = "talk", Files = "files" }

    /// How a plain copy ended.
    CopyEnd "end of a copy" { Gone = "gone", Wiped = "wiped" }
}

impl Setting {
    /// Whether nobody else can hear or see: not a hallway, a waiting room or a café (NASW 1.07(i)). What nobody knows is
    /// taken for a room that is not private.
    pub fn is_private(self) -> bool {
        !matches!(self, Self::SemiPublic | Self::Public | Self::Unknown)
    }

    /// Whether others can certainly hear: then a session needs a reason.
    pub fn is_open(self) -> bool {
        matches!(self, Self::SemiPublic | Self::Public)
    }
}

impl Comfort {
    /// Whether somebody did not seem well with it.
    pub fn is_uneasy(self) -> bool {
        matches!(self, Self::Uneasy | Self::Distressed)
    }
}

impl RecordKind {
    /// Whether it tells of a session, in which somebody sat with somebody.
    pub fn is_session(self) -> bool {
        use RecordKind::*;
        matches!(
            self,
            ProgressNote | SessionIndividual | SessionGroup | PsychotherapyNote | SudCounsellingNote | PhoneContact
        )
    }

    /// How a page for people calls one.
    pub fn plain(self) -> String {
        self.as_str().replace("sud-", "substance-use-").replace('-', " ")
    }

    /// The label a record of this kind has before its tags are looked at.
    pub fn label(self) -> Label {
        match self {
            Self::PsychotherapyNote | Self::SudCounsellingNote => Label::V,
            Self::BillingItem | Self::Appointment | Self::ConsentDocument | Self::AgreementDocument => Label::N,
            _ => Label::R,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_word_lists_the_right_ones() {
        let error = "threats".parse::<Purpose>().unwrap_err();
        assert!(
            error.to_string().starts_with("\"threats\" is no purpose; the words are: treat coordinate "),
            "{error}"
        );
    }

    #[test]
    fn words_are_read_back() {
        for kind in RecordKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(*kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
    }

    #[test]
    fn the_lists_of_consents_and_agreements_are_spelled_as_the_command_line_does() {
        assert_eq!(
            AgreementType::WORDS.join(" "),
            "client-limits group-member family-participant co-facilitator staff volunteer supervision interpreter \
             business-associate qso researcher custodian"
        );
        assert_eq!(Authority::WORDS.join("|"), "parent|guardian|court-order|power-of-attorney|executor");
        assert_eq!(SignMethod::WORDS.join("|"), "wet|e-sign|mark|verbal");
        assert_eq!(NoteClass::WORDS.join("|"), "psychotherapy|sud-counselling");
        assert_eq!(Understood::WORDS.join("|"), "typed-back|questions|explained");
        assert_eq!(RevokedHow::WORDS.join("|"), "written|e-sign|oral");
        assert_eq!(EndedBy::WORDS.join("|"), "client|practice");
        assert_eq!(ConsentState::WORDS.join(" "), "draft early live expired revoked false");
        assert_eq!(AgreementState::WORDS.join(" "), "signed-not-understood early live ended");
        assert_eq!(Notice::WORDS.join(" "), "general psychotherapy part2 de-identified safety");
    }
}
