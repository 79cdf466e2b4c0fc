//! One case that passes, to be changed one thing at a time.

use std::str::FromStr;

use rand_core::OsRng;

use crate::digest::Digest;
use crate::id::AgreementId;
use crate::id::ClientId;
use crate::id::ConsentId;
use crate::id::ObjectId;
use crate::id::RecipientId;
use crate::id::RecordId;
use crate::id::RestrictionId;
use crate::id::TrainingId;
use crate::policy::Facts;
use crate::policy::Found;
use crate::policy::Permit;
use crate::policy::Refusal;
use crate::policy::Request;
use crate::policy::Room;
use crate::policy::decide;
use crate::practice::agreement::Agreement;
use crate::practice::agreement::AgreementAdded;
use crate::practice::client::Client;
use crate::practice::client::ClientDetails;
use crate::practice::client::RepresentativeAdded;
use crate::practice::concern::Concern;
use crate::practice::consent::Consent;
use crate::practice::consent::ConsentTerms;
use crate::practice::consent::Signatory;
use crate::practice::protocol::Adopted;
use crate::practice::protocol::Protocol;
use crate::practice::recipient::GivenKey;
use crate::practice::recipient::Recipient;
use crate::practice::recipient::RecipientAdded;
use crate::practice::recipient::RecipientDetails;
use crate::practice::record::ExcerptOf;
use crate::practice::record::Record;
use crate::practice::record::RecordVersion;
use crate::practice::restriction::Restriction;
use crate::practice::restriction::RestrictionAdded;
use crate::practice::safety::Answers;
use crate::practice::training::Training;
use crate::practice::training::TrainingAdded;
use crate::practice::words::Alias;
use crate::time::Date;
use crate::time::Timestamp;
use crate::vocabulary::Age;
use crate::vocabulary::AgreementType;
use crate::vocabulary::Authority;
use crate::vocabulary::Purpose;
use crate::vocabulary::RecordKind;
use crate::vocabulary::Relationship;
use crate::vocabulary::Role;
use crate::vocabulary::Understood;
use crate::vocabulary::VerifiedHow;
use crate::vocabulary::label_of;

/// A word, date, alias or time.
pub fn read<T: FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().unwrap()
}

pub fn date(text: &str) -> Date {
    read(text)
}

pub const TODAY: &str = "2026-11-21T12:00:00Z";

/// A client's consent to a doctor, and everything it stands on.
#[derive(Clone, Debug)]
pub struct Scene {
    pub request: Request,
    pub now: Timestamp,
    pub ledger_holds: bool,
    pub protocol: Adopted,
    pub actor: Alias,
    pub actor_read: Option<u64>,
    pub client: Client,
    pub recipient: Recipient,
    pub recipient_read: Option<u64>,
    pub agreements: Vec<Agreement>,
    pub trainings: Vec<Training>,
    pub records: Vec<Record>,
    pub about: Vec<RecordKind>,
    pub held: Vec<RecordKind>,
    pub is_everything: bool,
    pub consents: Vec<Consent>,
    pub restrictions: Vec<Restriction>,
    pub concerns: Vec<Concern>,
    pub feared: Vec<Record>,
    pub safety: Option<Answers>,
    pub was_reported: bool,
    pub room: Room,
    pub found: Vec<Found>,
}

impl Scene {
    /// Everything is in order.
    pub fn that_passes() -> Self {
        let mut details = ClientDetails::new(ClientId::random(&mut OsRng), read("mk-01"));
        details.age = Some(Age::Adult);
        let client = Client::added(details);
        let recipient = recipient(Role::TreatingProvider);
        let consent = consent(&client, &recipient);
        Self {
            request: Request::new(Purpose::Treat),
            now: read(TODAY),
            ledger_holds: true,
            protocol: protocol(""),
            actor: read("owner"),
            actor_read: Some(1),
            records: vec![record(&client, RecordKind::ProgressNote, &[])],
            client,
            about: Vec::new(),
            held: Vec::new(),
            recipient_read: None,
            agreements: Vec::new(),
            trainings: Vec::new(),
            is_everything: false,
            consents: vec![consent],
            restrictions: Vec::new(),
            concerns: Vec::new(),
            feared: Vec::new(),
            safety: None,
            was_reported: false,
            room: Room::default(),
            found: Vec::new(),
            recipient,
        }
    }

    pub fn decide(&self) -> Result<Permit, Refusal> {
        let facts = Facts {
            ledger_holds: self.ledger_holds,
            protocol: &self.protocol,
            actor: &self.actor,
            actor_read: self.actor_read,
            client: Some(&self.client),
            recipient: &self.recipient,
            recipient_read: self.recipient_read,
            key_works: true,
            agreements: &self.agreements,
            trainings: &self.trainings,
            records: &self.records,
            about: &self.about,
            held: &self.held,
            is_everything: self.is_everything,
            consents: &self.consents,
            restrictions: &self.restrictions,
            concerns: &self.concerns,
            feared: &self.feared,
            safety: self.safety.as_ref(),
            was_reported: self.was_reported,
            room: self.room,
            found: &self.found,
            without_lines: &[],
            output: &[],
        };
        decide(&self.request, &facts, self.now)
    }

    /// The reasons' ids; none for a permit.
    pub fn reasons(&self) -> Vec<&'static str> {
        self.decide()
            .err()
            .map_or_else(Vec::new, |refusal| refusal.reasons.iter().map(|reason| reason.rule.id).collect())
    }

    /// The one consent.
    pub fn terms(&mut self) -> &mut ConsentTerms {
        &mut self.consents[0].terms
    }

    /// The recipient of another role, with what that role needs.
    pub fn give_role(&mut self, role: Role) {
        self.recipient.details.role = role;
        for needed in crate::policy::roles::needs(role).agreements {
            self.agreements.push(agreement(&self.recipient, *needed));
        }
        self.trainings.push(training(&self.recipient));
    }

    /// Someone who may act for the client and signed the consent.
    pub fn sign_by(&mut self, authority: Authority) -> RecipientId {
        let recipient = RecipientId::random(&mut OsRng);
        self.client.represent(RepresentativeAdded {
            authority,
            client: self.client.id(),
            evidence: read("passport seen"),
            from: date("2026-01-01"),
            recipient,
            relationship: Relationship::Parent,
            until: None,
        });
        self.terms().signed_by = vec![Signatory::Representative(recipient)];
        recipient
    }
}

/// The strict protocol with more sections.
pub fn protocol(more: &str) -> Adopted {
    let text = format!(
        "[practice]\ncapacity = \"professional\"\nprofiles = []\ntime_zone = \"UTC\"\n\
         [confidential]\nwhat = \"all\"\n[access]\nwho = \"we\"\n[handling]\nhow = \"locked\"\n{more}"
    );
    Adopted { version: 1, protocol: Protocol::parse(&text).unwrap(), text, material: (1, read("2026-01-01T00:00:00Z")) }
}

/// The strict protocol of a practice with these profiles.
pub fn with_profiles(profiles: &str) -> Adopted {
    let mut adopted = protocol("");
    adopted.text = adopted.text.replace("profiles = []", &format!("profiles = [{profiles}]"));
    adopted.protocol = Protocol::parse(&adopted.text).unwrap();
    adopted
}

pub fn recipient(role: Role) -> Recipient {
    let details = RecipientDetails::new(RecipientId::random(&mut OsRng), read("dr-lee"), role);
    let given = GivenKey { key: Some("age1".to_owned()), verified: Some(VerifiedHow::InPerson), ..GivenKey::default() };
    Recipient::added(RecipientAdded { details, given })
}

pub fn record(client: &Client, kind: RecordKind, tags: &[&str]) -> Record {
    let version = RecordVersion {
        client: Some(client.id()),
        date: date("2026-11-01"),
        excerpt_of: None,
        group: None,
        label: label_of(kind, tags.iter().copied()),
        media_type: "text/plain".to_owned(),
        name: None,
        name_bytes: None,
        object: ObjectId::random(&mut OsRng),
        record: RecordId::random(&mut OsRng),
        record_kind: kind,
        seal: Digest::of(b"seal"),
        setting: None,
        sha256: Digest::of(b"text"),
        size: 4,
        tags: tags.iter().map(|tag| read(tag)).collect(),
        title: None,
        version: 1,
    };
    Record::added(version, read("2026-11-01T10:00:00Z"))
}

/// The record, as an excerpt of itself.
pub fn excerpt(mut record: Record, de_identified: bool) -> Record {
    let of = ExcerptOf { de_identified, lines: vec![[1, 2]], of_lines: Some(3), record: record.id(), version: 1 };
    record.latest.excerpt_of = Some(of);
    record
}

pub fn consent(client: &Client, recipient: &Recipient) -> Consent {
    let mut terms = ConsentTerms::new(ConsentId::random(&mut OsRng), client.id());
    terms.recipients = vec![recipient.id()];
    terms.kinds = vec![RecordKind::ProgressNote];
    terms.purposes = vec![Purpose::Treat];
    terms.signed_on = Some(date("2026-10-01"));
    terms.signed_by = vec![Signatory::Client];
    terms.until = Some(date("2027-10-01"));
    Consent::granted(terms, read("2026-10-01T10:00:00Z"))
}

pub fn agreement(recipient: &Recipient, of: AgreementType) -> Agreement {
    Agreement::added(AgreementAdded {
        agreement: AgreementId::random(&mut OsRng),
        agreement_type: of,
        consequences: read("it ends"),
        duties: Vec::new(),
        effective: date("2026-01-01"),
        ends: Some(date("2027-01-01")),
        form: None,
        may_not_share: vec![read("names")],
        may_share: vec![read("nothing else")],
        protocol: 1,
        recipient: recipient.id(),
        signed_on: date("2026-01-01"),
        understood: Some(Understood::Questions),
    })
}

pub fn training(recipient: &Recipient) -> Training {
    let done = TrainingAdded {
        course: read("confidentiality"),
        on: date("2026-02-01"),
        recipient: recipient.id(),
        training: TrainingId::random(&mut OsRng),
        valid_until: date("2027-02-01"),
    };
    Training { done, filed: read("2026-02-01T10:00:00Z") }
}

pub fn restriction(client: &Client) -> RestrictionAdded {
    RestrictionAdded {
        client: client.id(),
        kinds: Vec::new(),
        on: date("2026-11-01"),
        purposes: Vec::new(),
        recipients: Vec::new(),
        restriction: RestrictionId::random(&mut OsRng),
        roles: Vec::new(),
        self_pay: false,
        tags: Vec::new(),
    }
}
