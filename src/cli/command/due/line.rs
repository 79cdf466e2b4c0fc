//! A thing that is due, as it is told: its class, ids and aliases, and the command that does it.

use serde::Serialize;

use crate::cli::answer::Who;
use crate::cli::answer::flags;
use crate::cli::failure::Failure;
use crate::cli::failure::records::completing;
use crate::due::Item;
use crate::due::Moment;
use crate::due::What;
use crate::policy;
use crate::practice::agreement::Agreement;
use crate::practice::consent::Consent;
use crate::practice::consent::Signatory;
use crate::practice::safety::Followup;
use crate::time::Date;
use crate::vault::catalog::Catalog;
use crate::vocabulary::Profile;
use crate::vocabulary::SignMethod;
use crate::vocabulary::Task;
use crate::vocabulary::Understood;

/// A line of `due`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// What it is.
    pub class: &'static str,
    /// The id of the thing.
    pub id: String,
    /// Whom it is about.
    pub alias: String,
    /// The day.
    pub due: String,
    /// How many days are left; fewer than none when it is overdue.
    pub days: i64,
    /// What does it.
    pub command: String,
    /// The same for a person, who is asked for what only a person can judge.
    #[serde(skip)]
    pub asked: Option<String>,
    /// What is said to a person of the disclosure that it follows.
    #[serde(skip)]
    pub flags: &'static str,
}

impl Line {
    /// Draws one.
    pub fn of(catalog: &Catalog, item: &Item, moment: &Moment) -> Result<Self, Failure> {
        let today = moment.today;
        let recipient = |id| Who::recipient(catalog, id).map(|who| who.alias);
        let client = |id| Who::client(catalog, id).map(|who| who.alias);
        let (class, id, alias, command) = match &item.what {
            What::Consent(consent) => {
                let alias = client(consent.terms.client)?;
                let mut command = format!("consent grant --client {alias} {}", again(catalog, consent)?);
                let protocol = catalog.protocol()?.protocol;
                let last = policy::consent::last_day(&consent.terms, &protocol);
                command.extend(span(consent.first_day(), last).map(|days| format!(" --until {days}")));
                // By law it says more; the form itself is what its draft then asks for.
                if protocol.has(Profile::Hipaa) || protocol.has(Profile::Part2) {
                    command.push_str(&format!(" --statements standard --copy-given {today}"));
                }
                ("consent", consent.id().to_string(), alias, format!("{command} --signed-on {today}"))
            }
            What::Begun(draft, lacks) => {
                let flags = completing(lacks).replace("{today}", &today.to_string());
                let command = format!("consent complete {} {}", draft.id(), flags.trim_end());
                ("consent", draft.id().to_string(), client(draft.terms.client)?, command)
            }
            What::Agreement(agreement) => {
                let alias = recipient(agreement.signed.recipient)?;
                let paper = &agreement.signed;
                let mut command = format!("agreement add {alias} {}", signed(agreement));
                command.extend(span(Some(paper.effective), paper.ends).map(|days| format!(" --ends {days}")));
                ("agreement", agreement.signed.agreement.to_string(), alias, format!("{command} --signed-on {today}"))
            }
            What::Training(training) => {
                let alias = recipient(training.done.recipient)?;
                let course = quoted(training.done.course.as_str());
                let mut command = format!("training add {alias} --course {course} --on {today}");
                let days = span(Some(training.done.on), Some(training.done.valid_until));
                command.extend(days.map(|days| format!(" --valid-until {days}")));
                ("training", training.done.training.to_string(), alias, command)
            }
            What::Protocol(version, Some(id)) => {
                let alias = recipient(*id)?;
                let command = format!("protocol ack --by {alias}");
                ("protocol", version.to_string(), alias, command)
            }
            What::Protocol(version, None) => {
                ("protocol", version.to_string(), String::new(), "protocol ack".to_owned())
            }
            What::Followup(followup) => {
                let id = followup.planned.followup.to_string();
                ("followup", id, client(followup.client)?, done(followup))
            }
            What::Concern(concern) => {
                let id = concern.opened.concern.to_string();
                let alias = concern.opened.client.map(client).transpose()?;
                let group = concern.opened.group.map(|group| group.to_string());
                let command = format!("concern resolve {id} --response - --addressed no");
                ("concern", id, alias.or(group).unwrap_or_default(), command)
            }
            What::Acknowledgement(id, to) => ("ack", id.to_string(), recipient(*to)?, format!("ack {id} --code -")),
            What::Export(export) => {
                let id = export.made.record.map(|record| record.to_string()).unwrap_or_default();
                let record = export.made.record.map(|record| catalog.record(record)).transpose()?.flatten();
                let alias = record.and_then(|record| record.latest.client).map(client).transpose()?;
                ("export", id, alias.unwrap_or_default(), "sweep --wipe".to_owned())
            }
            What::Talk(group, id, day) => {
                let alias = client(*id)?;
                let command = format!("add - --client {alias} --kind session-individual --date {day}");
                ("group-talk", group.to_string(), alias, command)
            }
            What::Limits(id) => {
                let alias = client(*id)?;
                let command = format!("client edit {alias} --limits-discussed {today}");
                ("client", id.to_string(), alias, command)
            }
            What::Suspension(id, of) => {
                let alias = of.map(client).transpose()?.unwrap_or_default();
                ("suspension", id.to_string(), alias, format!("report suspend {id} --noted"))
            }
            What::PaperKey => ("key", String::new(), String::new(), "owner add --paper --alias paper".to_owned()),
            What::Removal => ("key", String::new(), String::new(), "owner remove --resume".to_owned()),
        };
        let (due, days) = (moment.day(item.by).to_string(), moment.days(item.by));
        let of = match &item.what {
            What::Followup(followup) => catalog.disclosure(followup.disclosure)?,
            What::Acknowledgement(id, _) | What::Suspension(id, _) => catalog.disclosure(*id)?,
            _ => None,
        };
        let asked = match &item.what {
            What::Concern(_) => Some(format!("subrosa concern resolve {id}")),
            What::Followup(followup) if followup.planned.task == Task::PeerReview => {
                Some(format!("subrosa safety review {}", followup.disclosure))
            }
            _ => None,
        };
        let flags = of.and_then(|of| flags(of.made.basis.as_str())).unwrap_or_default();
        Ok(Self { class, id, alias, due, days, command: format!("subrosa {command}"), asked, flags })
    }
}

/// The flags that grant the same once more; what the client signs this time is the client's to say.
fn again(catalog: &Catalog, consent: &Consent) -> Result<String, Failure> {
    let terms = &consent.terms;
    let mut flags = Vec::new();
    for id in &terms.recipients {
        flags.push(format!("--to {}", Who::recipient(catalog, *id)?.alias));
    }
    flags.extend(terms.kinds.iter().map(|kind| format!("--kind {kind}")));
    flags.extend(terms.purposes.iter().map(|purpose| format!("--purpose {purpose}")));
    flags.extend(terms.tags.iter().map(|tag| format!("--tag {tag}")));
    flags.extend(service_dates(consent));
    flags.extend(terms.describe.as_ref().map(|text| format!("--describe {}", quoted(text.as_str()))));
    flags.extend(terms.disclosers.iter().map(|alias| format!("--discloser {alias}")));
    flags.extend(terms.note_class.map(|class| format!("--note-class {class}")));
    flags.extend(terms.legal_proceedings.then(|| "--legal-proceedings".to_owned()));
    flags.extend(terms.de_identified.then(|| "--de-identified".to_owned()));
    for signatory in &terms.signed_by {
        let who = match signatory {
            Signatory::Client => "client".to_owned(),
            Signatory::Representative(id) => Who::recipient(catalog, *id)?.alias,
        };
        flags.push(format!("--signed-by {who}"));
    }
    // A spoken permission does not last; what takes its place is signed.
    flags
        .extend(terms.method.filter(|method| *method != SignMethod::Verbal).map(|method| format!("--method {method}")));
    Ok(flags.join(" "))
}

/// As long as the old paper held: nobody who renews it said that it may be longer.
fn span(first: Option<Date>, last: Option<Date>) -> Option<String> {
    let days = first?.until(last?).ok()?.get_days();
    Some(format!("{}d", days.max(0)))
}

/// The dates of the records that it covers.
fn service_dates(consent: &Consent) -> Option<String> {
    let end = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
    let (from, to) = (consent.terms.service_from, consent.terms.service_to);
    (from.is_some() || to.is_some()).then(|| format!("--service-dates {}..{}", end(from), end(to)))
}

/// The flags that sign the same agreement once more.
fn signed(agreement: &Agreement) -> String {
    let signed = &agreement.signed;
    let list = |flag: &str, texts: &[crate::practice::words::Prose]| {
        texts.iter().map(|text| format!("{flag} {}", quoted(text.as_str()))).collect::<Vec<_>>()
    };
    let mut flags = vec![format!("--type {}", signed.agreement_type)];
    flags.extend(list("--may-share", &signed.may_share));
    flags.extend(list("--may-not-share", &signed.may_not_share));
    flags.push(format!("--consequences {}", quoted(signed.consequences.as_str())));
    flags.extend(list("--duty", &signed.duties));
    let understood = signed.understood.unwrap_or(Understood::Explained);
    flags.push(format!("--understood {understood}"));
    flags.join(" ")
}

/// A review is filed as one; everything else is done when somebody says so. Where nobody can be asked, a judgement is the one that
/// says least in the practice's favour and still does what is due: so is the answer to a concern.
fn done(followup: &Followup) -> String {
    match followup.planned.task {
        Task::PeerReview => format!("safety review {} --result justified-with-lessons --text -", followup.disclosure),
        _ => format!("followup done {}", followup.planned.followup),
    }
}

/// A word as a shell takes it.
fn quoted(text: &str) -> String {
    shlex::try_quote(text).map_or_else(|_| "TEXT".to_owned(), |word| word.into_owned())
}
