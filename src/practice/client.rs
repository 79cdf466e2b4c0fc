//! Clients: the people the records are about. In the ledger, in paths and in lists they stand by alias alone.

use serde::Deserialize;
use serde::Serialize;

use crate::id::ClientId;
use crate::practice::words::Alias;
use crate::practice::words::Line;
use crate::time::Date;
use crate::vocabulary::Age;
use crate::vocabulary::ClientState;
use crate::vocabulary::MinorRule;

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

/// A client as the events so far leave it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Client {
    /// What is known.
    pub details: ClientDetails,
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
        Self { details, state: ClientState::Active }
    }

    /// After `client.edited`.
    pub fn edit(&mut self, details: ClientDetails) {
        self.details = details;
    }

    /// After `client.closed`.
    pub fn close(&mut self) {
        self.state = ClientState::Closed;
    }

    /// The client's id.
    pub fn id(&self) -> ClientId {
        self.details.client
    }
}
