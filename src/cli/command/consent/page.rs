//! A consent as commands tell of it: by alias alone.

use serde::Serialize;

use crate::cli::answer::Who;
use crate::consenting::Judged;
use crate::practice::consent::Signatory;
use crate::vault::catalog::Catalog;
use crate::vault::catalog::CatalogError;

/// A consent.
#[derive(Serialize)]
pub struct Page {
    pub id: String,
    pub client: Who,
    pub state: &'static str,
    pub missing: Vec<&'static str>,
    /// What it does not do although it looks as if it did.
    pub notes: Vec<String>,
    pub recipients: Vec<Who>,
    pub kinds: Vec<&'static str>,
    pub tags: Vec<String>,
    pub purposes: Vec<&'static str>,
    pub describe: Option<String>,
    pub service_from: Option<String>,
    pub service_to: Option<String>,
    pub disclosers: Vec<String>,
    pub de_identified: bool,
    pub note_class: Option<&'static str>,
    pub legal_proceedings: bool,
    pub effective: Option<String>,
    pub until: Option<String>,
    /// Its last day; a spoken one ends before its words say.
    #[serde(skip)]
    last_day: Option<String>,
    pub on_event: Option<String>,
    pub no_expiry: bool,
    pub signed_on: Option<String>,
    /// `client`, or the alias of who represents him.
    pub signed_by: Vec<String>,
    /// Whether that is everyone who has to.
    pub signed: bool,
    pub method: Option<&'static str>,
    pub statements: Option<String>,
    pub copy_given: Option<String>,
    pub form: Option<String>,
    pub filed: String,
    pub revoked: Vec<Revoked>,
    pub false_because: Option<String>,
}

/// What was taken back.
#[derive(Serialize)]
pub struct Revoked {
    pub on: String,
    pub how: Option<&'static str>,
    pub recipients: Vec<Who>,
    pub kinds: Vec<&'static str>,
    pub purposes: Vec<&'static str>,
}

impl Page {
    /// Draws it up.
    pub fn of(catalog: &Catalog, judged: &Judged) -> Result<Self, CatalogError> {
        let (consent, terms) = (&judged.consent, &judged.consent.terms);
        let day = |day: Option<crate::time::Date>| day.map(|day| day.to_string());
        let people = |ids: &[crate::id::RecipientId]| {
            ids.iter().map(|id| Who::recipient(catalog, *id)).collect::<Result<Vec<_>, _>>()
        };
        let signed_by = terms.signed_by.iter().map(|one| match one {
            Signatory::Client => Ok("client".to_owned()),
            Signatory::Representative(id) => Who::recipient(catalog, *id).map(|who| who.alias),
        });
        let revoked = consent.revoked.iter().map(|revoked| {
            Ok(Revoked {
                on: revoked.on.to_string(),
                how: revoked.how.map(|how| how.as_str()),
                recipients: people(&revoked.recipients)?,
                kinds: revoked.kinds.iter().map(|kind| kind.as_str()).collect(),
                purposes: revoked.purposes.iter().map(|purpose| purpose.as_str()).collect(),
            })
        });
        Ok(Self {
            id: consent.id().to_string(),
            client: Who { id: judged.client.id().to_string(), alias: judged.client.details.alias.to_string() },
            state: judged.state.as_str(),
            missing: judged.missing.clone(),
            notes: judged.notes.clone(),
            recipients: people(&terms.recipients)?,
            kinds: terms.kinds.iter().map(|kind| kind.as_str()).collect(),
            tags: terms.tags.iter().map(ToString::to_string).collect(),
            purposes: terms.purposes.iter().map(|purpose| purpose.as_str()).collect(),
            describe: terms.describe.as_ref().map(ToString::to_string),
            service_from: day(terms.service_from),
            service_to: day(terms.service_to),
            disclosers: terms.disclosers.iter().map(ToString::to_string).collect(),
            de_identified: terms.de_identified,
            note_class: terms.note_class.map(|class| class.as_str()),
            legal_proceedings: terms.legal_proceedings,
            effective: day(terms.effective),
            until: day(terms.until),
            last_day: day(judged.last_day),
            on_event: terms.on_event.as_ref().map(ToString::to_string),
            no_expiry: terms.no_expiry,
            signed_on: day(terms.signed_on),
            signed_by: signed_by.collect::<Result<_, _>>()?,
            signed: judged.is_signed,
            method: terms.method.map(|method| method.as_str()),
            statements: terms.statements.as_ref().map(ToString::to_string),
            copy_given: day(terms.copy_given),
            form: terms.form.map(|form| form.to_string()),
            filed: consent.filed.to_string(),
            revoked: revoked.collect::<Result<_, CatalogError>>()?,
            false_because: consent.false_because.as_ref().map(ToString::to_string),
        })
    }

    /// The aliases of whom it names.
    pub fn to(&self) -> String {
        aliases(&self.recipients)
    }

    /// When it ends, in a word or two.
    pub fn end(&self) -> String {
        match (&self.last_day, &self.on_event) {
            (Some(day), _) => day.clone(),
            (None, Some(event)) => event.clone(),
            (None, None) if self.no_expiry => "no expiry".to_owned(),
            (None, None) => String::new(),
        }
    }
}

impl Revoked {
    /// In a line.
    pub fn line(&self) -> String {
        let how = self.how.map(|how| format!(" ({how})")).unwrap_or_default();
        let parts = [aliases(&self.recipients), self.kinds.join(" "), self.purposes.join(" ")];
        let scope = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
        format!("{}{how}: {}", self.on, if scope.is_empty() { "all of it" } else { &scope })
    }
}

fn aliases(people: &[Who]) -> String {
    people.iter().map(|who| who.alias.as_str()).collect::<Vec<_>>().join(" ")
}
