//! A thing that is due, as it is told: its class, ids and aliases, and the command that does it.

use serde::Serialize;

use super::anew;
use crate::cli::answer::Who;
use crate::cli::answer::flags;
use crate::cli::failure::Failure;
use crate::due::Item;
use crate::due::Moment;
use crate::due::What;
use crate::practice::safety::Followup;
use crate::safeguarding::afterwards;
use crate::vault::catalog::Catalog;
use crate::vocabulary::Task;

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
    /// How late it is, where a day is too much to say of it.
    #[serde(skip)]
    pub late: Option<String>,
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
                let protocol = catalog.protocol()?.protocol;
                let flags = anew::granted(catalog, consent, &protocol, today)?;
                let command = format!("consent grant --client {alias} {flags}");
                ("consent", consent.id().to_string(), alias, command)
            }
            What::Begun(draft, lacks, signs) => {
                let command = anew::completed(catalog, draft, lacks, signs, today)?;
                ("consent", draft.id().to_string(), client(draft.terms.client)?, command)
            }
            What::Agreement(agreement) => {
                let alias = recipient(agreement.signed.recipient)?;
                let command = format!("agreement add {alias} {} --signed-on {today}", anew::signed(agreement));
                ("agreement", agreement.signed.agreement.to_string(), alias, command)
            }
            What::Training(training) => {
                let done = &training.done;
                let alias = recipient(done.recipient)?;
                let course = anew::said("--course", done.course.as_str());
                let mut command = format!("training add {alias} {course} --on {today}");
                let days = anew::span(Some(done.on), Some(done.valid_until));
                command.extend(days.map(|days| format!(" --valid-until {days}")));
                ("training", done.training.to_string(), alias, command)
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
                let disclosed = catalog.disclosure(followup.disclosure)?;
                // Who is to be asked, where something is asked back.
                let alias = match (followup.planned.task, disclosed, followup.client) {
                    (Task::ReturnOrDestroy, Some(disclosed), _) => recipient(disclosed.made.recipient)?,
                    (_, _, about) => about.map(client).transpose()?.unwrap_or_default(),
                };
                ("followup", id, alias, done(followup))
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
        let late = moment.hours_late(item.by).map(|hours| match hours {
            0 => "overdue".to_owned(),
            hours => format!("{} overdue", super::counted(hours, "hour")),
        });
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
        Ok(Self { class, id, alias, due, days, late, command: format!("subrosa {command}"), asked, flags })
    }
}

/// A review is filed as one; everything else is done when somebody says so. Where nobody can be asked, a judgement is the one that
/// says least in the practice's favour and still does what is due: so is the answer to a concern.
fn done(followup: &Followup) -> String {
    match followup.planned.task {
        Task::PeerReview => format!("safety review {} --result justified-with-lessons --text -", followup.disclosure),
        task if afterwards::needs_text(task) => format!("followup done {} --text -", followup.planned.followup),
        _ => format!("followup done {}", followup.planned.followup),
    }
}
