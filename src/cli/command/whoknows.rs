//! `subrosa whoknows`: who was given what, in which version, when, for what, and whether it has been overtaken since.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Look;
use crate::cli::answer::Who;
use crate::cli::answer::flags;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::cli::text::bare;
use crate::cli::text::row;
use crate::id::DisclosureId;
use crate::id::RecordId;
use crate::practice::disclosure::RecordRef;
use crate::vault::catalog::Catalog;
use crate::vault::catalog::CatalogError;
use crate::vault::catalog::Disclosure;
use crate::vault::catalog::DisclosureFilter;
use crate::vault::catalog::IdKind;

/// What `subrosa whoknows` takes.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub struct Args {
    /// A record: the beginning of its id, or @; excerpts of it count
    #[arg(value_name = "ID")]
    pub record: Option<String>,
    /// Everything about this client
    #[arg(long, value_name = "CLIENT")]
    pub client: Option<String>,
}

#[derive(Serialize)]
struct Known {
    record: Option<String>,
    client: Option<Who>,
    disclosures: Vec<Told>,
}

#[derive(Serialize)]
struct Told {
    id: String,
    time: String,
    recipient: Who,
    records: Vec<Had>,
    purpose: &'static str,
    basis: &'static str,
    medium: &'static str,
    /// `none` while nobody has said that it arrived.
    ack: &'static str,
    ack_time: Option<String>,
}

#[derive(Serialize)]
struct Had {
    id: String,
    version: u64,
    /// There is a newer version, of it or of what it is an excerpt of.
    stale: bool,
}

impl Answer for Known {
    fn prose(&self, look: &Look<'_>) -> String {
        let mut rows = Vec::new();
        for told in &self.disclosures {
            if told.records.is_empty() {
                rows.push(vec![
                    told.time.clone(),
                    bare(&told.recipient.alias).into_owned(),
                    told.medium.to_owned(),
                    String::new(),
                    told.purpose.to_owned(),
                    told.basis.to_owned(),
                    look.id(IdKind::Disclosure, &told.id).into_owned(),
                    flags(told.basis).unwrap_or_default().to_owned(),
                ]);
            }
            for had in &told.records {
                let overtaken = if had.stale { ", overtaken" } else { "" };
                rows.push(vec![
                    told.time.clone(),
                    bare(&told.recipient.alias).into_owned(),
                    look.id(IdKind::Record, &had.id).into_owned(),
                    format!("version {}{overtaken}", had.version),
                    told.purpose.to_owned(),
                    told.basis.to_owned(),
                    look.id(IdKind::Disclosure, &told.id).into_owned(),
                    flags(told.basis).unwrap_or_default().to_owned(),
                ]);
            }
        }
        look.table(&rows)
    }

    fn bare(&self) -> String {
        let lines = |told: &Told| {
            let line =
                |record: &str| row([&told.id[..], &told.time, &told.recipient.alias, record, told.purpose, told.ack]);
            if told.records.is_empty() {
                return line("");
            }
            told.records.iter().map(|had| line(&had.id)).collect::<String>()
        };
        self.disclosures.iter().map(lines).collect()
    }
}

/// Tells.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let vault = session.open()?;
    let catalog = vault.catalog();
    let known = match (&args.record, &args.client) {
        (Some(typed), _) => of_record(catalog, names::record(catalog, typed)?)?,
        (None, typed) => of_client(catalog, typed.as_deref().unwrap_or_default())?,
    };
    if known.disclosures.is_empty() && !session.globals.json {
        session.note("nobody was given any of it");
    }
    session.answer("whoknows", &known, Some(&vault))?;
    Ok(Exit::Done)
}

/// Whoever has an excerpt knows a part of the record.
fn of_record(catalog: &Catalog, id: RecordId) -> Result<Known, Failure> {
    let record = catalog.record(id)?.ok_or_else(|| Failure::not_found(format!("there is no record {id}")))?;
    let mut wanted = vec![id];
    // Excerpts of excerpts are part of it, too. A record is an excerpt of an older one, so this ends.
    let mut next = 0;
    while let Some(of) = wanted.get(next) {
        let excerpts = catalog.excerpts_of(*of)?;
        wanted.extend(excerpts.iter().map(|excerpt| excerpt.id()));
        next += 1;
    }
    let mut found: BTreeMap<DisclosureId, Disclosure> = BTreeMap::new();
    for id in &wanted {
        for disclosure in catalog.disclosures_of(*id)? {
            if let Some(one) = catalog.disclosure(disclosure)? {
                found.insert(disclosure, one);
            }
        }
    }
    let mut found: Vec<_> = found.into_values().collect();
    found.sort_by_key(|disclosure| (disclosure.time, disclosure.index));
    let mut latest = Latest::default();
    let told = found.iter().map(|disclosure| {
        let of_it = disclosure.records.iter().filter(|item| wanted.contains(&item.record));
        told(catalog, disclosure, of_it, &mut latest)
    });
    Ok(Known {
        record: Some(id.to_string()),
        client: record.latest.client.map(|client| Who::client(catalog, client)).transpose()?,
        disclosures: told.collect::<Result<_, _>>()?,
    })
}

fn of_client(catalog: &Catalog, typed: &str) -> Result<Known, Failure> {
    let client = names::client(catalog, typed)?.id();
    let mut latest = Latest::default();
    let mut disclosures = Vec::new();
    let filter = DisclosureFilter { client: Some(client), ..DisclosureFilter::default() };
    catalog.disclosures::<Failure>(&filter, |disclosure| {
        disclosures.push(told(catalog, &disclosure, disclosure.records.iter(), &mut latest)?);
        Ok(true)
    })?;
    Ok(Known { record: None, client: Some(Who::client(catalog, client)?), disclosures })
}

fn told<'a>(
    catalog: &Catalog,
    disclosure: &Disclosure,
    records: impl Iterator<Item = &'a RecordRef>,
    latest: &mut Latest,
) -> Result<Told, CatalogError> {
    let made = &disclosure.made;
    let ack = catalog.acknowledgement(made.disclosure)?.given;
    let had = records.map(|item| {
        let stale = latest.is_overtaken(catalog, item)?;
        Ok::<_, CatalogError>(Had { id: item.record.to_string(), version: item.version, stale })
    });
    Ok(Told {
        id: made.disclosure.to_string(),
        time: disclosure.time.to_string(),
        recipient: Who::recipient(catalog, made.recipient)?,
        records: had.collect::<Result<_, _>>()?,
        purpose: made.purpose.as_str(),
        basis: made.basis.as_str(),
        medium: made.medium.as_str(),
        ack: ack.map_or("none", |(how, _)| how.as_str()),
        ack_time: ack.map(|(_, at)| at.to_string()),
    })
}

/// The newest version of each record met so far, and where it was excerpted from.
#[derive(Default)]
struct Latest(BTreeMap<RecordId, Option<(u64, Option<RecordRef>)>>);

impl Latest {
    fn of(&mut self, catalog: &Catalog, id: RecordId) -> Result<Option<(u64, Option<RecordRef>)>, CatalogError> {
        if let Some(known) = self.0.get(&id) {
            return Ok(*known);
        }
        let origin = |of: &crate::practice::record::ExcerptOf| RecordRef { record: of.record, version: of.version };
        let found =
            catalog.record(id)?.map(|record| (record.latest.version, record.latest.excerpt_of.as_ref().map(origin)));
        self.0.insert(id, found);
        Ok(found)
    }

    fn is_overtaken(&mut self, catalog: &Catalog, item: &RecordRef) -> Result<bool, CatalogError> {
        let mut item = Some(*item);
        while let Some(one) = item {
            let Some((newest, origin)) = self.of(catalog, one.record)? else {
                return Ok(false);
            };
            if one.version < newest {
                return Ok(true);
            }
            item = origin;
        }
        Ok(false)
    }
}
