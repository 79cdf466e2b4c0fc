//! `subrosa client show`: with `client list --names`, the only place where a client's real name is drawn.

use serde::Serialize;
use serde_json::Value;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Look;
use crate::cli::answer::Sheet;
use crate::cli::answer::Who;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::id::ClientId;
use crate::practice::client::Client;
use crate::practice::client::Part2;
use crate::practice::words::Line;
use crate::vault::catalog::Catalog;
use crate::vault::catalog::CatalogError;
use crate::vault::catalog::EntryFilter;

/// What `subrosa client show` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The client
    pub client: String,
}

#[derive(Serialize)]
struct Shown {
    client: Page,
}

#[derive(Serialize)]
struct Page {
    id: String,
    alias: String,
    state: &'static str,
    name: Option<String>,
    also_known: Vec<String>,
    phone: Vec<String>,
    email: Vec<String>,
    birth: Option<String>,
    age: Option<&'static str>,
    minor_rule: Option<&'static str>,
    part2: bool,
    /// Somebody said so: nobody's word is no `no`.
    #[serde(skip)]
    is_without_part2: bool,
    limits_discussed: Option<String>,
    /// What they would rather not talk about, as it was noted of sessions.
    declined: Vec<String>,
    representatives: Vec<Representative>,
}

#[derive(Serialize)]
struct Representative {
    recipient: Who,
    relationship: &'static str,
    authority: &'static str,
    evidence: String,
    from: String,
    until: Option<String>,
}

impl Page {
    fn of(catalog: &Catalog, client: &Client) -> Result<Self, CatalogError> {
        let representatives = client.representatives.iter().map(|one| {
            Ok::<_, CatalogError>(Representative {
                recipient: Who::recipient(catalog, one.recipient)?,
                relationship: one.relationship.as_str(),
                authority: one.authority.as_str(),
                evidence: one.evidence.to_string(),
                from: one.from.to_string(),
                until: one.until.map(|day| day.to_string()),
            })
        });
        let details = &client.details;
        let texts = |lines: &[Line]| lines.iter().map(ToString::to_string).collect();
        Ok(Self {
            id: client.id().to_string(),
            alias: details.alias.to_string(),
            state: client.state.as_str(),
            name: details.name.as_ref().map(ToString::to_string),
            also_known: texts(&details.also_known),
            phone: texts(&details.phone),
            email: texts(&details.email),
            birth: details.birth.map(|date| date.to_string()),
            age: details.age.map(|age| age.as_str()),
            minor_rule: details.minor_rule.map(|rule| rule.as_str()),
            part2: details.part2 == Part2::Yes,
            is_without_part2: details.part2 == Part2::No,
            limits_discussed: details.limits_discussed.map(|date| date.to_string()),
            declined: declined(catalog, client.id())?,
            representatives: representatives.collect::<Result<_, _>>()?,
        })
    }

    fn sheet(&self) -> Sheet {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let part2 = match (self.part2, self.is_without_part2) {
            (true, _) => Some("yes"),
            (false, true) => Some("no"),
            (false, false) => None,
        };
        let mut fields = vec![
            ("id", Some(self.id.clone())),
            ("alias", Some(self.alias.clone())),
            ("state", owned(Some(self.state))),
            ("name", self.name.clone()),
            ("also known", Some(self.also_known.join(", "))),
            ("phone", Some(self.phone.join(", "))),
            ("email", Some(self.email.join(", "))),
            ("birth", self.birth.clone()),
            ("age", owned(self.age)),
            ("minor rule", owned(self.minor_rule)),
            ("part 2", owned(part2)),
            ("limits discussed", self.limits_discussed.clone()),
            ("declined", Some(self.declined.join("; "))),
        ];
        fields.extend(self.representatives.iter().map(|one| {
            let until = one.until.as_ref().map(|day| format!(", until {day}")).unwrap_or_default();
            let who = format!(
                "{} ({}, as {} from {}{until}): {}",
                one.recipient.alias, one.relationship, one.authority, one.from, one.evidence
            );
            ("representative", Some(who))
        }));
        Sheet::of(fields)
    }
}

/// Each topic once, in the order of the sessions.
fn declined(catalog: &Catalog, client: ClientId) -> Result<Vec<String>, CatalogError> {
    let filter = EntryFilter { client: Some(client), kind: Some("session.noted".to_owned()), ..EntryFilter::default() };
    let mut topics: Vec<String> = Vec::new();
    catalog.entries::<CatalogError>(&filter, |entry| {
        let said =
            entry.fields.get("declined").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        for topic in said {
            if topics.iter().all(|known| known != topic) {
                topics.push(topic.to_owned());
            }
        }
        Ok(true)
    })?;
    Ok(topics)
}

impl Answer for Shown {
    fn prose(&self, look: &Look<'_>) -> String {
        self.client.sheet().prose(look)
    }

    fn bare(&self) -> String {
        self.client.sheet().bare()
    }
}

/// Shows it.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let vault = session.open()?;
    let client = names::client(vault.catalog(), &args.client)?;
    session.answer("client-show", &Shown { client: Page::of(vault.catalog(), &client)? }, Some(&vault))?;
    Ok(Exit::Done)
}
