//! What `subrosa share` answers: who got what, and who did not and why not.

use serde::Serialize;

use crate::cli::answer::Answer;
use crate::cli::answer::Head;
use crate::cli::answer::Look;
use crate::cli::answer::Reason;
use crate::cli::answer::Who;
use crate::cli::answer::flags;
use crate::cli::command::share::release;
use crate::cli::command::share::release::Released;
use crate::cli::command::share::who;
use crate::cli::failure::Failure;
use crate::cli::failure::records::reasons;
use crate::cli::text::bare;
use crate::cli::text::row;
use crate::id::DisclosureId;
use crate::practice::disclosure::DisclosureMade;
use crate::practice::event::Body;
use crate::sharing::PlannedDisclosure;
use crate::sharing::SharePlan;
use crate::time::Date;
use crate::time::Timestamp;
use crate::vault::Vault;
use crate::vault::catalog::IdKind;
use crate::vault::transaction::Committed;
use crate::vocabulary::Medium;

/// The answer of `share`.
#[derive(Serialize)]
pub struct Shared {
    dry_run: bool,
    disclosures: Vec<Disclosure>,
    refused: Vec<Refused>,
    head: Head,
}

#[derive(Serialize)]
struct Disclosure {
    /// Null where nothing was shared: a dry run draws no id that anybody could look for.
    id: Option<String>,
    index: Option<u64>,
    time: Option<String>,
    client: Option<Who>,
    recipient: Who,
    /// How, for a person's eyes.
    #[serde(skip)]
    medium: Medium,
    records: Vec<String>,
    purpose: &'static str,
    basis: &'static str,
    consent: Option<String>,
    label: &'static str,
    expires: Option<String>,
    package: Option<Package>,
    proof: Option<String>,
    obligations: Vec<Obligation>,
}

#[derive(Serialize)]
struct Package {
    path: Option<String>,
    sha256: String,
    size: u64,
}

/// What is carried out with a disclosure, or to be done after it.
#[derive(Serialize)]
pub struct Obligation {
    id: String,
    due: Option<String>,
}

#[derive(Serialize)]
struct Refused {
    recipient: Who,
    reasons: Vec<Reason>,
}

impl Answer for Shared {
    fn prose(&self, look: &Look<'_>) -> String {
        let mut text = String::new();
        for disclosure in &self.disclosures {
            let id = disclosure.id.as_ref().map(|id| format!(" ({})", look.id(IdKind::Disclosure, id)));
            let client = disclosure.client.as_ref().map(|client| format!(" of {}", client.alias)).unwrap_or_default();
            let verb = if self.dry_run { "Would share" } else { "Shared" };
            let what = match (disclosure.medium, disclosure.records.len()) {
                (Medium::Oral, 0) => format!("Told{client} to {}", disclosure.recipient.alias),
                (Medium::Paper, 0) => format!("Handed over on paper{client} to {}", disclosure.recipient.alias),
                (_, count) => format!("{verb} {}{client} with {}", release::count(count), disclosure.recipient.alias),
            };
            text.push_str(&format!(
                "{what} for {}, on the basis of {}{}{}{}\n",
                disclosure.purpose,
                disclosure.basis,
                disclosure.consent.as_ref().map(|id| format!(" {}", look.id(IdKind::Consent, id))).unwrap_or_default(),
                id.unwrap_or_default(),
                flags(disclosure.basis).map(|flags| format!("  {flags}")).unwrap_or_default(),
            ));
            if self.dry_run {
                disclosure
                    .records
                    .iter()
                    .for_each(|record| text.push_str(&format!("  {}\n", look.id(IdKind::Record, record))));
                let obliged: Vec<&str> = disclosure.obligations.iter().map(|one| one.id.as_str()).collect();
                text.push_str(&format!("  with: {}\n", obliged.join(", ")));
            }
            if let Some(path) = disclosure.package.as_ref().and_then(|package| package.path.as_ref()) {
                text.push_str(&format!("  {}\n", bare(path)));
            }
        }
        for refused in &self.refused {
            text.push_str(&format!("Not shared with {}\n", refused.recipient.alias));
            for reason in &refused.reasons {
                text.push_str(&format!("  {}: {}\n", reason.id, bare(&reason.text)));
                if let Some(cure) = &reason.cure {
                    text.push_str(&format!("    try: {}\n", bare(cure)));
                }
            }
        }
        text
    }

    fn bare(&self) -> String {
        let who_gets = |disclosure: &Disclosure| {
            let row_of = |record: &String| row([&disclosure.recipient.alias[..], record, disclosure.purpose]);
            disclosure.records.iter().map(row_of).collect::<String>()
        };
        let line = |disclosure: &Disclosure| match &disclosure.id {
            Some(id) => format!("{id}\n"),
            None => who_gets(disclosure),
        };
        self.disclosures.iter().map(line).collect()
    }
}

impl Shared {
    /// Who would get what.
    pub fn planned(vault: &Vault, plans: &[SharePlan], today: Date) -> Result<Self, Failure> {
        let all = plans.iter().flat_map(|plan| plan.planned.iter().map(move |planned| (plan, planned)));
        let disclosures: Result<_, _> = all.map(|(plan, planned)| Disclosure::planned(vault, plan, planned)).collect();
        Ok(Self {
            dry_run: true,
            disclosures: disclosures?,
            refused: refused(vault, plans, today)?,
            head: vault.head().into(),
        })
    }

    /// Who got what.
    pub fn made(
        vault: &Vault,
        plans: &[SharePlan],
        (committed, released): (&Committed, &[Released]),
        today: Date,
    ) -> Result<Self, Failure> {
        let mut disclosures = Vec::new();
        for (index, event) in &committed.entries {
            let Body::DisclosureMade(made) = &event.body else {
                continue;
            };
            let planned =
                plans.iter().flat_map(|plan| &plan.planned).find(|planned| planned.disclosure == made.disclosure);
            let records = planned.map(ids).unwrap_or_default();
            let released = released.iter().find(|released| released.disclosure == made.disclosure);
            let mut disclosure = Disclosure::made(vault, (*index, event.time), made, records, released)?;
            disclosure.obligations = planned.map(obligations).unwrap_or_default();
            disclosures.push(disclosure);
        }
        Ok(Self { dry_run: false, disclosures, refused: refused(vault, plans, today)?, head: (&committed.head).into() })
    }

    /// What was handed over late.
    pub fn resumed(vault: &Vault, id: DisclosureId, released: &Released) -> Result<Self, Failure> {
        let found = vault.catalog().disclosure(id)?;
        let found = found.ok_or_else(|| Failure::not_found(format!("there is no disclosure {id}")))?;
        let records = found.records.iter().map(|item| item.record.to_string()).collect();
        let disclosure = Disclosure::made(vault, (found.index, found.time), &found.made, records, Some(released))?;
        Ok(Self { dry_run: false, disclosures: vec![disclosure], refused: Vec::new(), head: vault.head().into() })
    }

    /// The disclosures' ids.
    pub fn ids(&self) -> Vec<&str> {
        self.disclosures.iter().filter_map(|disclosure| disclosure.id.as_deref()).collect()
    }
}

/// What the permit obliges to, and what is to be done afterwards, with its times.
pub fn obligations(planned: &PlannedDisclosure) -> Vec<Obligation> {
    let obliged = planned.permit().obligations().iter();
    let obliged = obliged.map(|one| Obligation { id: one.as_str().to_owned(), due: None });
    let followups = planned.safety.iter().flat_map(|safety| &safety.followups);
    let followups =
        followups.map(|one| Obligation { id: one.task.as_str().to_owned(), due: Some(one.due.to_string()) });
    obliged.chain(followups).collect()
}

impl Disclosure {
    fn planned(vault: &Vault, plan: &SharePlan, planned: &PlannedDisclosure) -> Result<Self, Failure> {
        Ok(Self {
            id: None,
            index: None,
            time: None,
            client: planned.client.as_ref().map(|client| Who::client(vault.catalog(), client.id())).transpose()?,
            recipient: who(vault, planned.recipient.id())?,
            medium: plan.request.ask.medium,
            records: ids(planned),
            purpose: plan.request.ask.purpose.as_str(),
            basis: planned.permit().basis().as_str(),
            consent: planned.permit().consent().map(|id| id.to_string()),
            label: planned.permit().label().as_str(),
            expires: plan.request.expires.map(|date| date.to_string()),
            package: None,
            proof: None,
            obligations: obligations(planned),
        })
    }

    fn made(
        vault: &Vault,
        (index, time): (u64, Timestamp),
        made: &DisclosureMade,
        records: Vec<String>,
        released: Option<&Released>,
    ) -> Result<Self, Failure> {
        let path = released.and_then(|released| released.path.as_ref()).map(|path| path.display().to_string());
        let proof = released.and_then(|released| released.proof.as_ref()).map(|path| path.display().to_string());
        let package =
            made.package.zip(made.size).map(|(sha256, size)| Package { path, sha256: sha256.to_string(), size });
        Ok(Self {
            id: Some(made.disclosure.to_string()),
            index: Some(index),
            time: Some(time.to_string()),
            client: made.client.map(|client| Who::client(vault.catalog(), client)).transpose()?,
            recipient: who(vault, made.recipient)?,
            medium: made.medium,
            records,
            purpose: made.purpose.as_str(),
            basis: made.basis.as_str(),
            consent: made.consent.map(|id| id.to_string()),
            label: made.label.as_str(),
            expires: made.expires.map(|date| date.to_string()),
            package,
            proof,
            obligations: Vec::new(),
        })
    }
}

fn ids(planned: &PlannedDisclosure) -> Vec<String> {
    planned.records.iter().map(|record| record.id().to_string()).collect()
}

fn refused(vault: &Vault, plans: &[SharePlan], today: Date) -> Result<Vec<Refused>, Failure> {
    let mut all = Vec::new();
    for plan in plans {
        for (recipient, refusal) in &plan.refused {
            let reasons = reasons(vault.catalog(), plan, recipient, refusal, today);
            all.push(Refused { recipient: who(vault, recipient.id())?, reasons });
        }
    }
    Ok(all)
}
