//! Clients: the people the records are about. In the ledger, in paths and in lists they stand by alias alone.

use serde::Deserialize;
use serde::Serialize;

use crate::id::ClientId;
use crate::id::RecipientId;
use crate::practice::words::Alias;
use crate::practice::words::Line;
use crate::practice::words::Prose;
use crate::time::Date;
use crate::vocabulary::Age;
use crate::vocabulary::Authority;
use crate::vocabulary::ClientState;
use crate::vocabulary::MinorRule;
use crate::vocabulary::Relationship;

/// What is known of a client: the fields of `client.added` and `client.edited`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientDetails {
    /// Adult or minor, where the birth date is not known.
    pub age: Option<Age>,
    /// The only form in which the client stands outside the client's own page.
    pub alias: Alias,
    /// Other names; the identifier scan looks for them.
    pub also_known: Vec<Line>,
    /// Birth date.
    pub birth: Option<Date>,
    /// The client.
    pub client: ClientId,
    /// E-mail addresses.
    pub email: Vec<Line>,
    /// When the limits of confidentiality were talked about.
    pub limits_discussed: Option<Date>,
    /// Who signs, while the client is a minor.
    pub minor_rule: Option<MinorRule>,
    /// The real name.
    pub name: Option<Line>,
    /// Whether the client's records fall under 42 CFR Part 2.
    pub part2: bool,
    /// Telephone numbers.
    pub phone: Vec<Line>,
}

/// `client.closed`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientClosed {
    /// The client.
    pub client: ClientId,
}

/// `representative.added`: someone who may act for the client (45 CFR 164.502(g)).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RepresentativeAdded {
    /// By what right.
    pub authority: Authority,
    /// For whom.
    pub client: ClientId,
    /// What was seen of it.
    pub evidence: Prose,
    /// Who, as a recipient.
    pub recipient: RecipientId,
    /// What they are to the client.
    pub relationship: Relationship,
    /// Its last day.
    pub until: Option<Date>,
}

/// A client as the events so far leave it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Client {
    /// What is known.
    pub details: ClientDetails,
    /// Who may act for the client.
    pub representatives: Vec<RepresentativeAdded>,
    /// Whether new records may be filed.
    pub state: ClientState,
}

impl ClientDetails {
    /// Nothing is known yet but the alias.
    pub fn new(client: ClientId, alias: Alias) -> Self {
        Self {
            age: None,
            alias,
            also_known: Vec::new(),
            birth: None,
            client,
            email: Vec::new(),
            limits_discussed: None,
            minor_rule: None,
            name: None,
            part2: false,
            phone: Vec::new(),
        }
    }
}

impl Client {
    /// After `client.added`.
    pub fn added(details: ClientDetails) -> Self {
        Self { details, representatives: Vec::new(), state: ClientState::Active }
    }

    /// After `client.edited`.
    pub fn edit(&mut self, details: ClientDetails) {
        self.details = details;
    }

    /// After `representative.added`: what is said of someone anew stands in place of what was said before.
    pub fn represent(&mut self, added: RepresentativeAdded) {
        self.representatives.retain(|before| before.recipient != added.recipient);
        self.representatives.push(added);
    }

    /// After `client.closed`.
    pub fn close(&mut self) {
        self.state = ClientState::Closed;
    }

    /// The day on which the client comes of age, where the birth date is known. Born on 29 February, on 1 March.
    pub fn majority(&self, age: i16) -> Option<Date> {
        let birth = self.details.birth?;
        let year = birth.year().checked_add(age)?;
        Date::new(year, birth.month(), birth.day()).or_else(|_| Date::new(year, 3, 1)).ok()
    }

    /// Whether the client is of age that day; `None` when nobody knows.
    pub fn is_adult(&self, day: Date, majority_age: i16) -> Option<bool> {
        match (self.majority(majority_age), self.details.age) {
            (Some(majority), _) => Some(day >= majority),
            (None, Some(age)) => Some(age == Age::Adult),
            (None, None) => None,
        }
    }

    /// The client's id.
    pub fn id(&self) -> ClientId {
        self.details.client
    }
}
