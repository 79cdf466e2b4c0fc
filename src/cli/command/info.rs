//! `subrosa info`: what is known of a record, its versions, and where it went.

use serde::Serialize;
use serde_json::Map;
use serde_json::Value;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Look;
use crate::cli::answer::Record;
use crate::cli::answer::flags;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::cli::text::bare;
use crate::cli::text::row;
use crate::id::ClientId;
use crate::id::RecordId;
use crate::vault::catalog::Catalog;
use crate::vault::catalog::EntryFilter;
use crate::vault::catalog::IdKind;

/// What `subrosa info` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The record: the beginning of its id, or @ for the one last touched
    #[arg(value_name = "ID")]
    pub record: String,
}

#[derive(Serialize)]
struct Info {
    record: Record,
    added: String,
    seal: String,
    /// What was noted of the session beside the record.
    noted: Option<Map<String, Value>>,
    versions: Vec<Version>,
    disclosures: Vec<String>,
    /// What is said of each of them.
    #[serde(skip)]
    flags: Vec<&'static str>,
}

#[derive(Serialize)]
struct Version {
    version: u64,
    time: String,
    size: u64,
    sha256: String,
    seal: String,
}

impl Answer for Info {
    fn prose(&self, look: &Look<'_>) -> String {
        let mut text = look.table(
            &self.rows().map(|(name, value)| vec![name.to_owned(), bare(&value).into_owned()]).collect::<Vec<_>>(),
        );
        let noted = self.notes().map(|(name, value)| vec![name, bare(&value).into_owned()]);
        text.push_str(&look.table(&noted.collect::<Vec<_>>()));
        for version in &self.versions {
            text.push_str(&format!("version {}  {}  {} bytes\n", version.version, version.time, version.size));
        }
        for (disclosure, flags) in self.disclosures.iter().zip(&self.flags) {
            let line = format!("shared  {}  {flags}", look.id(IdKind::Disclosure, disclosure));
            text.push_str(&format!("{}\n", line.trim_end()));
        }
        text
    }

    fn bare(&self) -> String {
        let versions = self.versions.iter().map(|version| {
            let number = version.version.to_string();
            let size = version.size.to_string();
            row(["version", &number, &version.time, &size, &version.sha256])
        });
        let shared = self.disclosures.iter().map(|disclosure| row(["shared", disclosure]));
        let noted = self.notes().map(|(name, value)| row([&name[..], &value]));
        self.rows().map(|(name, value)| row([name, &value])).chain(noted).chain(versions).chain(shared).collect()
    }
}

impl Info {
    /// What was noted, in words.
    fn notes(&self) -> impl Iterator<Item = (String, String)> {
        let noted = self.noted.iter().flatten();
        noted.filter_map(|(name, value)| Some((name.replace('_', " "), said(value)?)))
    }

    fn rows(&self) -> impl Iterator<Item = (&'static str, String)> {
        let record = &self.record;
        let rows = [
            ("record", Some(record.id.clone())),
            ("client", record.client.as_ref().map(|client| client.alias.clone())),
            ("group", record.group.as_ref().map(|group| group.id.clone())),
            ("kind", Some(record.kind.to_owned())),
            ("label", Some(record.label.to_owned())),
            ("title", record.title.clone()),
            ("name", record.name.clone()),
            ("type", Some(record.media_type.clone())),
            ("size", Some(record.size.to_string())),
            ("date", Some(record.date.clone())),
            ("setting", record.setting.map(str::to_owned)),
            ("tags", Some(record.tags.join(",")).filter(|tags| !tags.is_empty())),
            ("added", Some(self.added.clone())),
            ("sha256", Some(record.sha256.clone())),
            ("seal", Some(self.seal.clone())),
        ];
        rows.into_iter().filter_map(|(name, value)| Some((name, value?)))
    }
}

/// What was noted of a session last: its fields, but for the record's.
fn noted(catalog: &Catalog, id: RecordId, client: Option<ClientId>) -> Result<Option<Map<String, Value>>, Failure> {
    let filter = EntryFilter { client, kind: Some("session.noted".to_owned()), ..EntryFilter::default() };
    let (id, mut last) = (id.to_string(), None);
    catalog.entries::<Failure>(&filter, |entry| {
        if entry.fields.get("record").and_then(Value::as_str) == Some(&id) {
            last = Some(entry.fields);
        }
        Ok(true)
    })?;
    let known = ["comfort", "concerns_asked", "declined", "setting_reason"];
    Ok(last.map(|fields| fields.into_iter().filter(|(name, _)| known.contains(&name.as_str())).collect()))
}

/// In words; nothing of what was not said.
fn said(value: &Value) -> Option<String> {
    match value {
        Value::Bool(is) => Some(if *is { "yes" } else { "no" }.to_owned()),
        Value::String(text) => Some(text.clone()),
        Value::Array(lines) if !lines.is_empty() => {
            Some(lines.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("; "))
        }
        _ => None,
    }
}

/// Tells about a record.
pub fn run(args: Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let vault = session.open()?;
    let catalog = vault.catalog();
    let id = names::record(catalog, &args.record)?;
    let record = catalog.record(id)?.ok_or_else(|| Failure::not_found(format!("there is no record {id}")))?;
    let versions = catalog.versions(id)?.into_iter().map(|version| Version {
        version: version.body.version,
        time: version.time.to_string(),
        size: version.body.size,
        sha256: version.body.sha256.to_string(),
        seal: version.body.seal.to_string(),
    });
    let shared = catalog.disclosures_of(id)?;
    let mut said = Vec::new();
    for id in &shared {
        let basis = catalog.disclosure(*id)?.map(|disclosure| disclosure.made.basis);
        said.push(basis.and_then(|basis| flags(basis.as_str())).unwrap_or_default());
    }
    let info = Info {
        record: Record::of(catalog, &record.latest)?,
        added: record.added.to_string(),
        seal: record.latest.seal.to_string(),
        noted: noted(catalog, id, record.latest.client)?,
        versions: versions.collect(),
        disclosures: shared.iter().map(ToString::to_string).collect(),
        flags: said,
    };
    session.answer("info", &info, Some(&vault))?;
    Ok(Exit::Done)
}
