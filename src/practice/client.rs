//! Clients: the people the records are about. In the ledger, in paths and in lists they stand by alias alone.

use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;

use crate::id::ClientId;
use crate::id::RecipientId;
use crate::practice::protocol::Protocol;
use crate::practice::words::Alias;
use crate::practice::words::Line;
use crate::practice::words::Prose;
use crate::time::Date;
use crate::time::Timestamp;
use crate::vocabulary::Age;
use crate::vocabulary::Authority;
use crate::vocabulary::ClientState;
use crate::vocabulary::MinorRule;
use crate::vocabulary::Profile;
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
    pub part2: Part2,
    /// Telephone numbers.
    pub phone: Vec<Line>,
}

/// Whether a client's records fall under 42 CFR Part 2, as far as somebody said. What nobody said is what the practice's profile
/// says. An entry has `true`, `false` where nobody said, and `"no"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub enum Part2 {
    /// They do.
    Yes,
    /// Nobody said.
    Unsaid,
    /// They do not.
    No,
}

impl From<Part2> for Value {
    fn from(part2: Part2) -> Self {
        match part2 {
            Part2::Yes => Self::Bool(true),
            Part2::Unsaid => Self::Bool(false),
            Part2::No => Self::from("no"),
        }
    }
}

impl TryFrom<Value> for Part2 {
    type Error = &'static str;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        match value {
            Value::Bool(true) => Ok(Self::Yes),
            Value::Bool(false) => Ok(Self::Unsaid),
            Value::String(word) if word == "no" => Ok(Self::No),
            _ => Err("neither true, false nor no"),
        }
    }
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
    /// Its first day.
    pub from: Date,
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
    /// Until when the client was said to be a minor, where that is said no more.
    minor_until: Option<Timestamp>,
    /// The rules by which others signed before, and until when each of them held, in order.
    rules_before: Vec<(Timestamp, MinorRule)>,
}

impl RepresentativeAdded {
    /// Whether it holds on that day.
    pub fn holds_on(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day <= until)
    }
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
            part2: Part2::Unsaid,
            phone: Vec::new(),
        }
    }
}

impl Client {
    /// After `client.added`.
    pub fn added(details: ClientDetails) -> Self {
        let (minor_until, rules_before) = (None, Vec::new());
        Self { details, representatives: Vec::new(), state: ClientState::Active, minor_until, rules_before }
    }

    /// After `client.edited`. Who has to sign is judged by what held on the day of signing too: an edit wakes no consent
    /// that lay there unsigned by somebody.
    pub fn edit(&mut self, details: ClientDetails, at: Timestamp) {
        if self.details.age == Some(Age::Minor) && details.age != Some(Age::Minor) {
            self.minor_until = Some(at);
        }
        let rule = |details: &ClientDetails| details.minor_rule.unwrap_or(MinorRule::GuardianSigns);
        let before = rule(&self.details);
        if before != rule(&details) {
            self.rules_before.push((at, before));
        }
        self.details = details;
    }

    /// After `representative.added`: what is said of someone anew stands in place of what was said before. The same right that
    /// is renewed before it ended, or on the day after, goes on from its first day; after a gap it begins anew, and wakes
    /// nothing.
    pub fn represent(&mut self, added: RepresentativeAdded) {
        let goes_on = |before: &RepresentativeAdded| {
            let next = before.until.map(|until| until.tomorrow().unwrap_or(until));
            before.authority == added.authority && next.is_none_or(|next| added.from <= next)
        };
        let before = self.representatives.iter().find(|before| before.recipient == added.recipient);
        let first = before.filter(|before| goes_on(before)).map_or(added.from, |before| before.from.min(added.from));
        self.representatives.retain(|before| before.recipient != added.recipient);
        self.representatives.push(RepresentativeAdded { from: first, ..added });
    }

    /// After `recipient.suspended`: whoever is suspended speaks for nobody from that day on.
    pub fn silence(&mut self, recipient: RecipientId, on: Date) {
        let last = on.yesterday().unwrap_or(on);
        for one in self.representatives.iter_mut().filter(|one| one.recipient == recipient) {
            one.until = Some(one.until.map_or(last, |until| until.min(last)));
        }
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

    /// Whether the client is of age that day; `None` when nobody knows. Who was said to be a minor was one until that was
    /// said no more.
    pub fn is_adult(&self, day: Date, protocol: &Protocol) -> Option<bool> {
        if let Some(majority) = self.majority(protocol.majority_age()) {
            return Some(day >= majority);
        }
        let was_minor = self.minor_until.is_some_and(|until| day < until.date_in(&protocol.zone()));
        if was_minor { Some(false) } else { self.details.age.map(|age| age == Age::Adult) }
    }

    /// The days from which somebody else may have to sign for the client: majority, the ends of rights and of rules.
    pub fn turns(&self, protocol: &Protocol) -> Vec<Date> {
        let zone = protocol.zone();
        let rights = self.representatives.iter().filter_map(|one| one.until?.tomorrow().ok());
        let said = self.rules_before.iter().map(|(until, _)| *until).chain(self.minor_until);
        let said = said.map(|until| until.date_in(&zone));
        self.majority(protocol.majority_age()).into_iter().chain(rights).chain(said).collect()
    }

    /// Who signs for a minor, by the rule that held on that day.
    pub fn minor_rule(&self, day: Date, protocol: &Protocol) -> MinorRule {
        let zone = protocol.zone();
        let before = self.rules_before.iter().find(|(until, _)| day < until.date_in(&zone));
        before.map_or(self.details.minor_rule.unwrap_or(MinorRule::GuardianSigns), |(_, rule)| *rule)
    }

    /// Whether all records of the client fall under 42 CFR Part 2: what was said, else what the profile says.
    pub fn is_under_part2(&self, protocol: &Protocol) -> bool {
        match self.details.part2 {
            Part2::Yes => true,
            Part2::Unsaid => protocol.has(Profile::Part2),
            Part2::No => false,
        }
    }

    /// The client's id.
    pub fn id(&self) -> ClientId {
        self.details.client
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_of_part_2_is_kept_in_three_spellings_and_no_other() {
        for (spelt, read) in [("true", Part2::Yes), ("false", Part2::Unsaid), ("\"no\"", Part2::No)] {
            assert_eq!(serde_json::from_str::<Part2>(spelt).unwrap(), read);
            assert_eq!(serde_json::to_string(&read).unwrap(), spelt);
        }
        for wrong in ["null", "\"yes\"", "\"false\"", "0", "\"No\""] {
            assert!(serde_json::from_str::<Part2>(wrong).is_err(), "{wrong}");
        }
    }
}
