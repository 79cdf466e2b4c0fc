//! The accounting of disclosures: who received what about a client, and which law asks that the client is told. It shows
//! everything; what a law asks for is marked, and what a law leaves out is counted and not dropped. Must not know how it is
//! drawn.

use crate::id::ClientId;
use crate::id::DisclosureId;
use crate::id::RecipientId;
use crate::policy;
use crate::policy::accounting;
use crate::policy::accounting::Exception;
use crate::policy::accounting::LookBack;
use crate::policy::accounting::Regime;
use crate::policy::accounting::Standing;
use crate::practice::words::Alias;
use crate::report::Days;
use crate::report::ReportError;
use crate::report::flag::Flag;
use crate::report::history;
use crate::report::history::Sent;
use crate::report::others::Others;
use crate::report::plain;
use crate::report::series;
use crate::report::suspended::Suspended;
use crate::time::Date;
use crate::time::Timestamp;
use crate::vault::Vault;
use crate::vault::root_text;
use crate::vocabulary::Basis;
use crate::vocabulary::Medium;
use crate::vocabulary::Profile;
use crate::vocabulary::Purpose;

/// Whom a report is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// The practice.
    Practice,
    /// The practice, with each disclosure on its own and what its author wrote.
    Internal,
    /// The client: nobody else's name stands in it, nor what is the practice's own matter.
    Client,
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// About whom.
    pub client: ClientId,
    /// Which days.
    pub days: Days,
    /// For whom.
    pub audience: Audience,
    /// Only what this law asks for.
    pub statutory: Option<Regime>,
    /// What time it is.
    pub now: Timestamp,
}

/// Whose report it is, and what it was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The practice, as recipients see it.
    pub practice: Option<String>,
    /// Whom to call.
    pub contact: Option<String>,
    /// Its calendar.
    pub time_zone: String,
    /// The laws that it keeps to.
    pub profiles: Vec<Profile>,
    /// The ledger's name.
    pub origin: String,
    /// How many entries it had.
    pub size: u64,
    /// Its root, base64 as in the checkpoint.
    pub root: String,
    /// Who ran it.
    pub actor: String,
    /// When.
    pub made: Timestamp,
}

/// One disclosure, or a series of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The disclosures, in the order of the log.
    pub disclosures: Vec<DisclosureId>,
    /// Where the first stands among all.
    pub first_n: usize,
    /// The day of the first.
    pub first: Date,
    /// The instant of the first.
    pub time: Timestamp,
    /// The day of the last.
    pub last: Date,
    /// To whom.
    pub recipient_id: RecipientId,
    /// By the practice's own word; none where a client reads it.
    pub alias: Option<String>,
    /// By name, as known at the time.
    pub recipient: String,
    /// Of which organisation.
    pub organisation: Option<String>,
    /// Address or other contact.
    pub address: Option<String>,
    /// What: kinds and days; of a series, of its first.
    pub what: String,
    /// The same without days: what those of a series have in common.
    pub sort: String,
    /// What for.
    pub purpose: Purpose,
    /// What made it permissible.
    pub basis: Basis,
    /// How it travelled.
    pub medium: Medium,
    /// What each law says of it, in the order of [`Regime::ALL`].
    pub standings: [Standing; 2],
    /// The laws that ask for it now: required, and within the time that they look back.
    pub required: Vec<Regime>,
    /// What stands out.
    pub flags: Vec<Flag>,
    /// The last day on which the client is not told of it, for the practice alone (45 CFR 164.528(a)(2)).
    pub suspended: Option<Date>,
    /// Its author's own words, for the practice alone.
    pub why: Option<String>,
}

/// What is said of a row that the client's copy does not have yet.
pub const SUSPENDED: &str = "SUSPENDED";

impl Row {
    /// The flags as they are printed.
    pub fn flag_words(&self) -> Vec<String> {
        let series = (self.disclosures.len() > 1).then(|| format!("SERIES {}\u{d7}", self.disclosures.len()));
        let suspended = self.suspended.map(|until| format!("{SUSPENDED} until {until}"));
        let flags = self.flags.iter().map(|flag| flag.as_str().to_owned());
        suspended.into_iter().chain(series).chain(flags).collect()
    }

    /// Who asks for it, as it is printed.
    pub fn required_words(&self) -> Vec<&'static str> {
        if self.required.is_empty() {
            return vec!["practice policy"];
        }
        self.required.iter().map(|regime| regime.name()).collect()
    }
}

/// How far back a law looks, from the day of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Looked {
    /// The law.
    pub regime: Regime,
    /// What it says.
    pub rule: LookBack,
    /// The first day that counts.
    pub from: Date,
}

/// What a law need not be told, and how many disclosures of the report that are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The law.
    pub regime: Regime,
    /// Why.
    pub exception: Exception,
    /// How many.
    pub count: usize,
}

/// The report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accounting {
    /// Whose it is, and from what.
    pub head: Head,
    /// About whom.
    pub client: ClientId,
    /// By alias.
    pub alias: Alias,
    /// By name, where the client reads it.
    pub name: Option<String>,
    /// For whom.
    pub audience: Audience,
    /// Only what this law asks for.
    pub statutory: Option<Regime>,
    /// The first day.
    pub since: Option<Date>,
    /// The last.
    pub as_of: Date,
    /// How far back each law looks.
    pub look_backs: Vec<Looked>,
    /// The rows, in the order of the log.
    pub rows: Vec<Row>,
    /// What each law leaves out.
    pub left_out: Vec<LeftOut>,
    /// How many texts named somebody else, who was put out.
    pub put_out: usize,
    /// The last day before which this copy is not for the client's eyes: it looks ahead of today. Stands in no form of it.
    pub not_before: Option<Date>,
}

impl Accounting {
    /// Puts it together.
    pub fn of(vault: &Vault, asked: &Asked) -> Result<Self, ReportError> {
        let catalog = vault.catalog();
        let client = catalog.client(asked.client)?;
        let mut look_backs = Vec::new();
        for regime in Regime::ALL {
            let rule = regime.look_back();
            look_backs.push(Looked { regime, rule, from: rule.from(asked.days.as_of)? });
        }
        let mut sent = history::of_client(catalog, asked.client, asked.days.until()?)?;
        let from = asked.days.from()?;
        sent.retain(|sent| sent.time >= from);
        // Before anything is counted: the client's copy is that of a world in which it was not disclosed.
        let suspended = Suspended::of(catalog, asked)?;
        if asked.audience == Audience::Client {
            sent.retain(|sent| !suspended.is_kept_from_client(sent.made.disclosure));
        }
        let left_out = left_out(&sent);
        let mut others = (asked.audience == Audience::Client).then(|| Others::of(catalog, asked.client));
        let mut rows = Vec::with_capacity(sent.len());
        for (at, sent) in sent.iter().enumerate() {
            let row = row(at, sent, asked, &look_backs, others.as_mut())?;
            let until = suspended.until(sent.made.disclosure).filter(|_| asked.audience != Audience::Client);
            rows.push(Row { suspended: until, ..row });
        }
        if let Some(regime) = asked.statutory {
            rows.retain(|row| row.required.contains(&regime));
        }
        if asked.audience != Audience::Internal {
            rows = series::summarised(rows);
        }
        let details = client.map(|client| client.details);
        let name =
            details.as_ref().and_then(|details| details.name.as_ref()).map(|name| plain::harmless(name.as_str()));
        Ok(Self {
            head: head(vault, asked.now)?,
            client: asked.client,
            alias: details.map(|details| details.alias).ok_or(crate::vault::catalog::CatalogError::Empty)?,
            name: name.filter(|_| asked.audience == Audience::Client),
            audience: asked.audience,
            statutory: asked.statutory,
            since: asked.days.since,
            as_of: asked.days.as_of,
            look_backs,
            rows,
            left_out,
            put_out: others.map_or(0, |others| others.put_out),
            not_before: suspended.looked_past().filter(|_| asked.audience == Audience::Client),
        })
    }

    /// What the client is called on the page.
    pub fn called(&self) -> &str {
        self.name.as_deref().unwrap_or(self.alias.as_str())
    }

    /// How many disclosures the rows tell of.
    pub fn disclosures(&self) -> usize {
        self.rows.iter().map(|row| row.disclosures.len()).sum()
    }

    /// How many rows a law asks for; for none, how many no law asks for.
    pub fn marked(&self, regime: Option<Regime>) -> usize {
        let is_marked = |row: &&Row| regime.map_or(row.required.is_empty(), |regime| row.required.contains(&regime));
        self.rows.iter().filter(is_marked).count()
    }

    /// Which days, in words.
    pub fn range(&self) -> String {
        match self.since {
            Some(since) => format!("{since} to {}", self.as_of),
            None => format!("everything up to {}", self.as_of),
        }
    }

    /// What is shown, where not everything is.
    pub fn shown(&self) -> Option<String> {
        self.statutory.map(|regime| format!("only what {} asks for", regime.name()))
    }
}

fn head(vault: &Vault, now: Timestamp) -> Result<Head, ReportError> {
    let practice = vault.catalog().practice()?;
    let head = vault.head();
    Ok(Head {
        practice: practice.name.map(|name| plain::harmless(name.as_str())),
        contact: practice.contact.map(|contact| plain::harmless(contact.as_str())),
        time_zone: practice.time_zone,
        profiles: practice.profiles,
        origin: head.origin.to_string(),
        size: head.size,
        root: root_text(&head.root),
        actor: vault.actor()?.to_string(),
        made: now,
    })
}

fn standings(sent: &Sent) -> [Standing; 2] {
    Regime::ALL.map(|regime| accounting::standing(sent.made.basis, regime, sent.is_part2))
}

fn left_out(sent: &[Sent]) -> Vec<LeftOut> {
    let said: Vec<[Standing; 2]> = sent.iter().map(standings).collect();
    let of = |(at, regime): (usize, Regime)| {
        let said = &said;
        Exception::of(regime).iter().map(move |exception| {
            let count = said.iter().filter(|said| said[at] == Standing::Excepted(*exception)).count();
            LeftOut { regime, exception: *exception, count }
        })
    };
    Regime::ALL.into_iter().enumerate().flat_map(of).collect()
}

fn row(
    at: usize,
    sent: &Sent,
    asked: &Asked,
    look_backs: &[Looked],
    mut others: Option<&mut Others<'_>>,
) -> Result<Row, ReportError> {
    let made = &sent.made;
    let day = sent.time.date_in(&asked.days.zone);
    let standings = standings(sent);
    let is_asked = |(standing, looked): (&Standing, &Looked)| {
        (*standing == Standing::Required && day >= looked.from).then_some(looked.regime)
    };
    let details = sent.recipient.as_ref();
    let unknown = made.recipient.to_string();
    let alias = details.map_or(unknown.as_str(), |details| details.alias.as_str());
    let name = details.and_then(|details| details.name.as_ref());
    let organisation = details.and_then(|details| details.organisation.as_ref());
    let contact = details.and_then(|details| details.contact.as_ref());
    let address = contact.map(|text| plain::harmless(text.as_str()));
    let address = match (address, others.as_mut()) {
        (Some(address), Some(others)) => Some(others.of_address(&address)?),
        (address, _) => address,
    };
    let mut of_recipient = |text: &str| {
        let text = plain::harmless(text);
        others.as_mut().map_or(Ok(text.clone()), |others| others.of_recipient(&text))
    };
    let organisation = organisation.map(|text| of_recipient(text.as_str())).transpose()?;
    let name = name.map(|name| of_recipient(name.as_str())).transpose()?;
    let mut clean = |text: &str| {
        let text = plain::harmless(text);
        others.as_mut().map_or(Ok(text.clone()), |others| others.without(&text))
    };
    let recipient = name.map_or_else(|| clean(alias), Ok)?;
    let is_told = |flag: &Flag| asked.audience != Audience::Client || flag.is_for_client();
    // What was told without a record is described in words that the client may see.
    let words = made.why.as_ref().filter(|_| sent.parts.is_empty() && made.medium != Medium::Package);
    let words = words.filter(|_| !policy::is_for_safety(made.basis));
    let (what, sort) = match words {
        Some(words) => {
            let words = clean(&words.as_str().replace('\n', " "))?;
            (words.clone(), words)
        }
        None => (plain::description(&sent.parts, made.basis, made.medium), plain::kinds(&sent.parts)),
    };
    let why = made.why.as_ref().filter(|_| words.is_none() && asked.audience == Audience::Internal);
    Ok(Row {
        disclosures: vec![made.disclosure],
        first_n: at,
        first: day,
        time: sent.time,
        last: day,
        recipient_id: made.recipient,
        alias: (asked.audience != Audience::Client).then(|| alias.to_owned()),
        recipient,
        organisation,
        address,
        what,
        sort,
        purpose: made.purpose,
        basis: made.basis,
        medium: made.medium,
        standings,
        required: standings.iter().zip(look_backs).filter_map(is_asked).collect(),
        flags: sent.flags.iter().copied().filter(is_told).collect(),
        suspended: None,
        why: why.map(|why| plain::harmless(&why.as_str().replace('\n', " "))),
    })
}
