//! `subrosa agreement`: what recipients promised.

use clap::Subcommand;
use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Sheet;
use crate::cli::answer::Who;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::practice::agreement::Agreement;
use crate::practice::words::Prose;
use crate::time::Date;
use crate::vault::catalog::Catalog;
use crate::vault::catalog::CatalogError;

pub mod add;
pub mod end;
pub mod list;
pub mod show;
mod terms;

/// What can be done with agreements.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// File a confidentiality agreement that a recipient signed
    Add(add::Args),
    /// End an agreement
    End(end::Args),
    /// All agreements
    #[command(visible_alias = "ls")]
    List,
    /// What an agreement says
    Show(show::Args),
}

/// Does it.
pub fn run(action: Action, session: &mut Session<'_>) -> Result<Exit, Failure> {
    match action {
        Action::Add(args) => add::run(args, session),
        Action::End(args) => end::run(args, session),
        Action::List => list::run(session),
        Action::Show(args) => show::run(&args, session),
    }
}

/// An agreement in an answer.
#[derive(Serialize)]
struct Page {
    id: String,
    recipient: Who,
    #[serde(rename = "type")]
    agreement_type: &'static str,
    state: &'static str,
    signed_on: String,
    effective: String,
    ends: Option<String>,
    may_share: Vec<String>,
    may_not_share: Vec<String>,
    consequences: String,
    duties: Vec<String>,
    understood: Option<&'static str>,
    /// The record that holds the signed form.
    form: Option<String>,
    /// The protocol's version that it was signed under.
    protocol: u64,
    ended: Option<Ended>,
}

#[derive(Serialize)]
struct Ended {
    on: String,
    reason: String,
}

impl Page {
    fn of(catalog: &Catalog, agreement: &Agreement, today: Date) -> Result<Self, CatalogError> {
        let signed = &agreement.signed;
        let texts = |list: &[Prose]| list.iter().map(ToString::to_string).collect();
        Ok(Self {
            id: signed.agreement.to_string(),
            recipient: Who::recipient(catalog, signed.recipient)?,
            agreement_type: signed.agreement_type.as_str(),
            state: agreement.state(today).as_str(),
            signed_on: signed.signed_on.to_string(),
            effective: signed.effective.to_string(),
            ends: signed.ends.map(|day| day.to_string()),
            may_share: texts(&signed.may_share),
            may_not_share: texts(&signed.may_not_share),
            consequences: signed.consequences.to_string(),
            duties: texts(&signed.duties),
            understood: signed.understood.map(|how| how.as_str()),
            form: signed.form.map(|record| record.to_string()),
            protocol: signed.protocol,
            ended: agreement
                .ended
                .as_ref()
                .map(|ended| Ended { on: ended.on.to_string(), reason: ended.reason.to_string() }),
        })
    }

    /// Recipient, type, state, first day, last day.
    fn columns(&self) -> [&str; 5] {
        let ends = self.ended.as_ref().map(|ended| &ended.on).or(self.ends.as_ref());
        let ends = ends.map_or("", String::as_str);
        [&self.recipient.alias, self.agreement_type, self.state, &self.effective, ends]
    }

    fn sheet(&self) -> Sheet {
        let owned = |text: &str| Some(text.to_owned());
        let mut fields = vec![
            ("id", owned(&self.id)),
            ("recipient", owned(&self.recipient.alias)),
            ("type", owned(self.agreement_type)),
            ("state", owned(self.state)),
            ("signed on", owned(&self.signed_on)),
            ("effective", owned(&self.effective)),
            ("ends", self.ends.clone()),
        ];
        fields.extend(self.may_share.iter().map(|text| ("may share", owned(text))));
        fields.extend(self.may_not_share.iter().map(|text| ("may not share", owned(text))));
        fields.push(("consequences", owned(&self.consequences)));
        fields.extend(self.duties.iter().map(|text| ("duty", owned(text))));
        fields.extend([
            ("understood", self.understood.map(str::to_owned)),
            ("form", self.form.clone()),
            ("protocol", Some(self.protocol.to_string())),
            ("ended", self.ended.as_ref().map(|ended| format!("{}: {}", ended.on, ended.reason))),
        ]);
        Sheet::of(fields)
    }
}
