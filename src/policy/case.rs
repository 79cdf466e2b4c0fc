//! A request and its facts, with what follows from them and several rules look at. Must not know the rules.

use crate::policy::Facts;
use crate::policy::Request;
use crate::policy::consent;
use crate::policy::consent::Choice;
use crate::policy::matrix::Matrix;
use crate::policy::roles;
use crate::policy::told::Told;
use crate::practice::client::Client;
use crate::practice::consent::Consent;
use crate::practice::protocol::Protocol;
use crate::practice::record::Record;
use crate::time::Date;
use crate::time::Timestamp;
use crate::vocabulary::Basis;
use crate::vocabulary::Label;
use crate::vocabulary::Profile;
use crate::vocabulary::RecordKind;
use crate::vocabulary::is_part2_tag;

/// A request, its facts, and what follows.
pub(super) struct Case<'a> {
    pub request: &'a Request,
    pub facts: &'a Facts<'a>,
    /// The day it is in the practice.
    pub today: Date,
    pub choice: Choice<'a>,
}

impl<'a> Case<'a> {
    pub fn of(request: &'a Request, facts: &'a Facts<'a>, now: Timestamp) -> Self {
        let today = now.date_in(&facts.protocol.protocol.zone());
        let choice = consent::choose(request, facts, today);
        Self { request, facts, today, choice }
    }

    pub fn protocol(&self) -> &'a Protocol {
        &self.facts.protocol.protocol
    }

    /// The consent that covers all of it.
    pub fn consent(&self) -> Option<&'a Consent> {
        match self.choice {
            Choice::Covers(consent) => Some(consent),
            _ => None,
        }
    }

    /// What is told without a record, where it is judged as its author described it: what a danger or a law compels is
    /// answered for by other questions.
    pub fn told(&self) -> Option<Told<'a>> {
        (self.facts.records.is_empty() && self.facts.safety.is_none()).then(|| Told::of(self.facts))
    }

    pub fn label(&self) -> Label {
        let labels = self.facts.records.iter().map(|record| record.latest.label);
        labels.chain(self.told().map(Told::label)).max().unwrap_or(Label::R)
    }

    pub fn needs_consent(&self) -> bool {
        matches!(self.request.basis, Basis::Consent | Basis::ConsentTpo)
    }

    pub fn has_psychotherapy_notes(&self) -> bool {
        self.facts.records.iter().any(is_psychotherapy_note)
    }

    /// Whether any of it falls under 42 CFR Part 2.
    pub fn is_part2(&self) -> bool {
        super::is_under_part2(self.facts.records, self.facts.client, self.protocol())
            || (self.facts.records.is_empty() && Told::of(self.facts).is_part2())
    }

    /// Whether it may fall under 42 CFR Part 2 only because nobody named the record that it is of.
    pub fn is_perhaps_part2(&self) -> bool {
        self.is_part2() && !super::is_under_part2(self.facts.records, self.facts.client, self.protocol())
    }

    /// Whether all of it has its identifiers removed, or is told without saying whom it is about.
    pub fn is_de_identified(&self) -> bool {
        let records = self.facts.records;
        if records.is_empty() { self.facts.about.de_identified } else { records.iter().all(is_de_identified) }
    }

    /// Whether it is done to avert harm, or because a law compels it: by way of a safety disclosure.
    pub fn is_for_safety(&self) -> bool {
        is_for_safety(self.request.basis)
    }

    /// Whether somebody was not well in the session of a record, or in one that is told of, and that was noted today.
    pub fn was_uneasy(&self) -> bool {
        self.facts.records.iter().any(|record| self.was_uneasy_in(record)) || self.was_uneasy_in_told()
    }

    /// Whether somebody was not well in the session of this record, and that was noted today.
    pub fn was_uneasy_in(&self, record: &Record) -> bool {
        record.noted.is_some_and(|noted| noted.comfort.is_uneasy() && self.is_of_today(noted.at))
    }

    /// Whether somebody was not well in a session that is told of without its record, and that was noted today.
    pub fn was_uneasy_in_told(&self) -> bool {
        self.told().and_then(Told::uneasy).is_some_and(|at| self.is_of_today(at))
    }

    fn is_of_today(&self, at: Timestamp) -> bool {
        at.date_in(&self.protocol().zone()) >= self.today
    }

    /// Whether the recipient could use it against the client.
    pub fn could_be_turned_against(&self) -> bool {
        let details = &self.facts.recipient.details;
        let kinship = details.relationships.iter();
        let to_client: Vec<_> = kinship
            .filter(|kinship| self.facts.client.is_none_or(|client| client.id() == kinship.client))
            .map(|kinship| kinship.relationship)
            .collect();
        roles::can_turn_it_against(details.role, to_client)
    }

    /// The table of who needs what, with the protocol's own rows.
    pub fn matrix(&self) -> Matrix {
        Matrix::standard().with(&self.protocol().access.role)
    }
}

/// The bases of a safety disclosure: what safety or a law compels.
pub fn is_for_safety(basis: Basis) -> bool {
    matches!(basis, Basis::Threat | Basis::MedicalEmergency | Basis::AbuseReport)
}

/// A therapist's separate notes, by kind or by tag.
pub(super) fn is_psychotherapy_note(record: &Record) -> bool {
    record.latest.record_kind == RecordKind::PsychotherapyNote
        || record.latest.tags.iter().any(|tag| matches!(tag.as_str(), "psythpn" | "hipaapsynotes"))
}

/// Whether a record falls under 42 CFR Part 2. Under the profile, what nobody said of the client is a yes.
pub fn is_part2(record: &Record, client: Option<&Client>, protocol: &Protocol) -> bool {
    client.map_or_else(|| protocol.has(Profile::Part2), |client| client.is_under_part2(protocol))
        || record.latest.record_kind == RecordKind::SudCounsellingNote
        || record.latest.tags.iter().any(|tag| is_part2_tag(tag.as_str()))
}

/// Whether a record's identifiers were removed.
pub(super) fn is_de_identified(record: &Record) -> bool {
    record.latest.excerpt_of.as_ref().is_some_and(|excerpt| excerpt.de_identified)
}
