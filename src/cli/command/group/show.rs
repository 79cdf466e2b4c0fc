//! `subrosa group show`.

use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Look;
use crate::cli::answer::Who;
use crate::cli::command::group::checklist;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::cli::text::bare;
use crate::cli::text::row;
use crate::groups;
use crate::groups::Attendee;
use crate::practice::group;
use crate::practice::talk::Talk as FoundTalk;
use crate::practice::talk::Which;
use crate::time::Date;
use crate::vault::Vault;
use crate::vault::catalog::IdKind;

/// What `subrosa group show` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The group: the beginning of its id
    #[arg(value_name = "ID")]
    pub group: String,
}

#[derive(Serialize)]
struct Shown {
    group: Group,
    #[serde(skip)]
    checklist: String,
}

#[derive(Serialize)]
struct Group {
    id: String,
    name: String,
    state: &'static str,
    date: String,
    setting: Option<&'static str>,
    /// Why it was not held.
    not_held: Option<String>,
    common: Option<String>,
    participants: Vec<Participant>,
    facilitators: Vec<Facilitator>,
    protocol: u64,
}

#[derive(Serialize)]
struct Participant {
    slot: u64,
    client: Who,
    agreement: Option<String>,
    without: Option<String>,
    before: Talk,
    after: Talk,
    part: Option<String>,
    comfort: Option<&'static str>,
}

#[derive(Serialize)]
struct Facilitator {
    recipient: Who,
    agreement: Option<String>,
    training: Option<String>,
}

#[derive(Serialize)]
struct Talk {
    due: String,
    record: Option<String>,
}

impl From<&FoundTalk> for Talk {
    fn from(talk: &FoundTalk) -> Self {
        Self { due: talk.due.to_string(), record: talk.done.map(|record| record.to_string()) }
    }
}

impl Answer for Shown {
    fn prose(&self, look: &Look<'_>) -> String {
        let group = &self.group;
        let id = look.id(IdKind::Group, &group.id);
        let why = group.not_held.as_ref().map(|why| format!(": {}", bare(why))).unwrap_or_default();
        let mut text = format!("{} ({id}), {}{why}\n{}", bare(&group.name), group.state, self.checklist);
        let cells = |one: &Participant| {
            let part = one.part.as_ref().map(|part| look.id(IdKind::Record, part).into_owned());
            let promised = match (&one.agreement, &one.without) {
                (Some(agreement), _) => look.id(IdKind::Agreement, agreement).into_owned(),
                (None, Some(reason)) => format!("no agreement: {}", bare(reason)),
                (None, None) => "no agreement".to_owned(),
            };
            let slot = format!("slot {}", one.slot);
            vec![
                slot,
                one.client.alias.clone(),
                promised,
                part.unwrap_or_default(),
                one.comfort.unwrap_or_default().to_owned(),
            ]
        };
        text += &look.table(&group.participants.iter().map(cells).collect::<Vec<_>>());
        let common = group.common.as_ref().map(|common| format!("common part  {}\n", look.id(IdKind::Record, common)));
        text + &common.unwrap_or_default()
    }

    fn bare(&self) -> String {
        let group = &self.group;
        let mut text = String::new();
        let fields = [
            ("group", Some(group.id.clone())),
            ("name", Some(group.name.clone())),
            ("state", Some(group.state.to_owned())),
            ("date", Some(group.date.clone())),
            ("setting", group.setting.map(str::to_owned)),
            ("not held", group.not_held.clone()),
            ("common", group.common.clone()),
            ("protocol", Some(group.protocol.to_string())),
        ];
        for (name, value) in fields {
            text += &value.map(|value| row([name, &value])).unwrap_or_default();
        }
        let cell = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        for one in &group.participants {
            let (slot, agreement, part) = (one.slot.to_string(), cell(&one.agreement), cell(&one.part));
            let (before, after) = (cell(&one.before.record), cell(&one.after.record));
            let comfort = one.comfort.unwrap_or("-");
            text += &row(["slot", &slot, &one.client.alias, &agreement, &before, &after, &part, comfort]);
        }
        for one in &group.facilitators {
            text += &row(["facilitator", &one.recipient.alias, &cell(&one.agreement), &cell(&one.training)]);
        }
        text
    }
}

/// Tells of one.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let vault = session.open()?;
    let found = names::group(vault.catalog(), &args.group)?;
    let today = session.today(&vault)?;
    let shown = Shown { group: shown(&vault, &found, today)?, checklist: checklist::of(&vault, &found, today)? };
    session.answer("group-show", &shown, Some(&vault))?;
    Ok(Exit::Done)
}

fn shown(vault: &Vault, group: &group::Group, today: Date) -> Result<Group, Failure> {
    let catalog = vault.catalog();
    let (mut participants, mut facilitators) = (Vec::new(), Vec::new());
    let mut found = catalog.talks(group)?.into_iter();
    let closed = group.closed.as_ref().map(|(closed, _)| closed);
    let without = |slot: u64| {
        let said = group.started.iter().flat_map(|(started, _)| &started.without);
        said.into_iter().find(|unbound| unbound.slot == slot).map(|unbound| unbound.reason.to_string())
    };
    for one in groups::attending(catalog, &group.planned, today)? {
        let agreement = one.agreement.map(|id| id.to_string());
        let (slot, client) = match one.attendee {
            Attendee::Participant { slot, client, .. } => (slot, client),
            Attendee::Facilitator(id) => {
                let training = one.training.map(|id| id.to_string());
                facilitators.push(Facilitator { recipient: Who::recipient(catalog, id)?, agreement, training });
                continue;
            }
        };
        let [before, after] = Which::BOTH.map(|_| found.next());
        let missing = || Failure::not_found(format!("slot {slot} has no talks"));
        let part = closed.and_then(|closed| closed.parts.iter().find(|part| part.slot == slot)).map(|part| part.record);
        let record = part.map(|part| catalog.record(part)).transpose()?.flatten();
        participants.push(Participant {
            slot,
            client: Who::client(catalog, client)?,
            agreement,
            without: without(slot),
            before: (&before.ok_or_else(missing)?).into(),
            after: (&after.ok_or_else(missing)?).into(),
            part: part.map(|part| part.to_string()),
            comfort: record.and_then(|record| record.noted).map(|noted| noted.comfort.as_str()),
        });
    }
    Ok(Group {
        id: group.id().to_string(),
        name: group.planned.name.to_string(),
        state: group.state().as_str(),
        date: group.met(&catalog.protocol()?.protocol.zone()).to_string(),
        setting: closed.map(|closed| closed.setting.as_str()),
        not_held: group.called_off.as_ref().map(|(called_off, _)| called_off.reason.to_string()),
        common: closed.map(|closed| closed.common.to_string()),
        participants,
        facilitators,
        protocol: catalog.protocol()?.version,
    })
}
