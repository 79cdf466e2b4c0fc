//! `subrosa disclose`: what is told, or handed over on paper, under the same decision as what is sent.

use clap::Subcommand;
use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Look;
use crate::cli::answer::Made;
use crate::cli::answer::Who;
use crate::cli::args::words;
use crate::cli::command::share::TRIES;
use crate::cli::command::share::answer::Obligation;
use crate::cli::command::share::answer::obligations;
use crate::cli::failure::Failure;
use crate::cli::failure::records;
use crate::cli::names;
use crate::cli::session::Session;
use crate::cli::session::missing;
use crate::cli::text::bare;
use crate::policy;
use crate::policy::told::Said;
use crate::practice::words::Prose;
use crate::practice::words::Tag;
use crate::sharing;
use crate::sharing::PlannedDisclosure;
use crate::sharing::ShareError;
use crate::sharing::SharePlan;
use crate::sharing::ShareRequest;
use crate::sharing::facts::Circumstances;
use crate::time::When;
use crate::vault::Vault;
use crate::vault::transaction::Committed;
use crate::vocabulary::Medium;
use crate::vocabulary::Purpose;
use crate::vocabulary::RecordKind;
use crate::vocabulary::Setting;
use crate::vocabulary::is_sensitivity;
use crate::vocabulary::sensitivity_tags;

/// What is about no sensitivity.
const NONE: &str = "none";

/// How something is disclosed that is no package.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Tell somebody something: what is told is a disclosure like what is sent
    Oral(Args),
    /// Hand something over on paper
    Paper(Args),
}

/// What both take.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Whom it is about
    #[arg(long, value_name = "CLIENT")]
    pub client: Option<String>,
    /// To whom
    #[arg(long, value_name = "RECIPIENT")]
    pub to: Option<String>,
    /// What for
    #[arg(long, value_name = "PURPOSE", value_parser = words::<Purpose>(Purpose::WORDS))]
    pub purpose: Option<Purpose>,
    /// The room in which it is told
    #[arg(long, value_name = "SETTING", value_parser = words::<Setting>(Setting::WORDS))]
    pub setting: Option<Setting>,
    /// What kinds of records it is about; without it, it may be about any
    #[arg(long = "kind", value_name = "KIND", value_parser = words::<RecordKind>(RecordKind::WORDS))]
    pub kinds: Vec<RecordKind>,
    /// A sensitivity that it is about, or none; without it, it may be about all that the records of these kinds have
    #[arg(long = "tag", value_name = "SENSITIVITY|none")]
    pub tags: Vec<Tag>,
    /// A date of service that it is about; without it, it may be about all that there was up to now
    #[arg(long = "date", value_name = "DATE")]
    pub dates: Vec<When>,
    /// It does not say whom it is about; this is recorded, and looked at
    #[arg(long)]
    pub de_identified: bool,
    /// What is told, in your own words; kept in the ledger
    #[arg(long, value_name = "TEXT")]
    pub about: Option<String>,
    /// Tell it, where its label is N, although nobody has made sure who the recipient is; this is recorded
    #[arg(long)]
    pub unverified: bool,
    /// You thought about whether the recipient could use it against the client; this is recorded
    #[arg(long)]
    pub adverse_use_reviewed: bool,
    /// You know of the recipient's conflict of interest; this is recorded
    #[arg(long)]
    pub acknowledge_conflict: bool,
    /// Somebody was not well in the session, and you thought about it; this is recorded
    #[arg(long)]
    pub confirm_after_discomfort: bool,
}

/// What was made of it, and what goes with it.
#[derive(Serialize)]
struct Disclosed {
    #[serde(flatten)]
    made: Made,
    obligations: Vec<Obligation>,
    /// In whole sentences, to be said or handed over with it.
    statements: Vec<String>,
    #[serde(skip)]
    medium: Medium,
}

impl Answer for Disclosed {
    fn prose(&self, look: &Look<'_>) -> String {
        let mut text = self.made.prose(look);
        if !self.statements.is_empty() {
            let how = if self.medium == Medium::Oral { "say" } else { "hand over" };
            text.push_str(&format!("What you {how} with it (42 CFR 2.32):\n"));
        }
        self.statements.iter().for_each(|one| text.push_str(&format!("  {}\n", bare(one))));
        text
    }

    fn bare(&self) -> String {
        self.made.bare()
    }
}

/// Decides, and records it.
pub fn run(action: Action, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let (args, medium) = match action {
        Action::Oral(args) => (args, Medium::Oral),
        Action::Paper(args) => (args, Medium::Paper),
    };
    let example = example(&args, medium);
    let tags = sensitivities(&args.tags)?;
    let needed = [
        ("--client", args.client.is_some()),
        ("--to", args.to.is_some()),
        ("--purpose", args.purpose.is_some()),
        ("--about", args.about.is_some()),
    ];
    session.must_have_all(&needed, &example)?;
    let mut vault = session.open_to_append()?;
    let here = session.here(&vault)?.map(|here| here.setting);
    session.must_have(args.setting.or(here).as_ref(), "--setting", &example)?;
    if session.is_typed(args.about.as_deref()) {
        // What is told is on the screen while it is typed, and in the recording.
        session.may_type_here(&vault, args.setting, &example)?;
    }
    let (today, zone) = (session.today(&vault)?, session.zone(&vault)?);
    let dates = args.dates.iter().map(|when| when.since(today, &zone)).collect::<Result<Vec<_>, _>>()?;
    let typed = session.required(args.client, "--client", "Whom is it about (alias)", &example)?;
    let client = names::client(vault.catalog(), &typed)?;
    let typed = session.required(args.to, "--to", "To whom (alias)", &example)?;
    names::not_everyone(&typed)?;
    let recipient = names::recipient(vault.catalog(), &typed)?;
    let purpose = session.required(args.purpose, "--purpose", "What for (a word such as treat)", &example)?;
    let question = "In which room (a word such as private-office)";
    let setting = session.required(args.setting.or(here), "--setting", question, &example)?;
    let about = match session.word::<Prose>(args.about, "--about")? {
        None => session.offered(None, "What is told, in your own words")?,
        about => about,
    };
    let about = about.ok_or_else(|| missing("--about", &example))?;

    let protocol = vault.catalog().protocol()?.protocol;
    let basis = policy::basis_towards(&recipient, &client, &protocol, session.today(&vault)?);
    let request = ShareRequest {
        records: Vec::new(),
        drawn: Vec::new(),
        recipients: vec![recipient.id()],
        ask: policy::Request {
            basis,
            has_reason: true,
            unverified: args.unverified,
            adverse_use_reviewed: args.adverse_use_reviewed,
            conflict_acknowledged: args.acknowledge_conflict,
            after_discomfort: args.confirm_after_discomfort,
            medium,
            ..policy::Request::new(purpose)
        },
        why: Some(about),
        expires: None,
        about: Circumstances {
            client: Some(client.id()),
            said: Said { kinds: args.kinds, tags, dates, de_identified: args.de_identified },
            room: policy::Room { setting: Some(setting), is_needed: true, is_recorded: false },
            ..Circumstances::default()
        },
        group: None,
        redact: false,
    };
    let (plan, committed) = carry_out(&request, &mut vault, session)?;
    let exit = session.committed(&committed);
    let (to, whom) = (&recipient.details.alias, &client.details.alias);
    let verb = if medium == Medium::Oral { "told" } else { "handed over on paper" };
    let planned = &plan.planned[..];
    let id = planned.first().map(|one| one.disclosure.to_string()).unwrap_or_default();
    let made = Made {
        id: id.clone(),
        state: "disclosed",
        missing: Vec::new(),
        head: (&committed.head).into(),
        sentence: format!("What was {verb} of {whom} to {to} for {purpose} is in the ledger ({id})."),
    };
    let answer = Disclosed {
        made,
        obligations: planned.iter().flat_map(obligations).collect(),
        statements: planned.iter().flat_map(PlannedDisclosure::words_beside).collect(),
        medium,
    };
    session.answer(&format!("disclose-{medium}"), &answer, Some(&vault))?;
    Ok(exit)
}

/// Which sensitivities it is about, where somebody said.
fn sensitivities(typed: &[Tag]) -> Result<Option<Vec<Tag>>, Failure> {
    let (none, named): (Vec<&Tag>, Vec<&Tag>) = typed.iter().partition(|tag| tag.as_str() == NONE);
    if let Some(tag) = named.iter().find(|tag| !is_sensitivity(tag.as_str())) {
        return Err(Failure::usage(format!(
            "--tag: {tag} is no sensitivity tag; it is one of {}, and what has none is --tag {NONE}",
            sensitivity_tags().collect::<Vec<_>>().join(", ")
        )));
    }
    if !none.is_empty() && !named.is_empty() {
        return Err(Failure::usage(format!("--tag: it is about {}, or about {NONE}", named[0])));
    }
    Ok((!typed.is_empty()).then(|| named.into_iter().cloned().collect()))
}

/// What was typed, and what has to be.
fn example(args: &Args, medium: Medium) -> String {
    let typed = |given: &Option<String>, otherwise: &'static str| {
        given.as_deref().map_or_else(|| otherwise.to_owned(), names::word)
    };
    let purpose = args.purpose.map_or("treat", Purpose::as_str);
    let setting = args.setting.map_or("private-office", Setting::as_str);
    let mut flags = vec![
        ("--client", typed(&args.client, "CLIENT")),
        ("--to", typed(&args.to, "RECIPIENT")),
        ("--purpose", purpose.to_owned()),
        ("--setting", setting.to_owned()),
    ];
    flags.extend(args.kinds.iter().map(|kind| ("--kind", kind.to_string())));
    flags.extend(args.tags.iter().map(|tag| ("--tag", names::word(tag.as_str()))));
    flags.extend(args.dates.iter().map(|date| match date {
        When::Date(date) => ("--date", date.to_string()),
        When::Instant(at) => ("--date", at.to_string()),
        When::Span(_) => ("--date", "DATE".to_owned()),
    }));
    let flags: String = flags.iter().map(|(flag, word)| format!("{flag} {word} ")).collect();
    let said = [
        (args.de_identified, "--de-identified "),
        (args.unverified, "--unverified "),
        (args.adverse_use_reviewed, "--adverse-use-reviewed "),
        (args.acknowledge_conflict, "--acknowledge-conflict "),
        (args.confirm_after_discomfort, "--confirm-after-discomfort "),
    ];
    let said: String = said.iter().filter(|(is, _)| *is).map(|(_, flag)| *flag).collect();
    let about = args.about.clone().filter(|about| about != "-");
    format!("subrosa disclose {medium} {flags}{said}--about {}", typed(&about, "TEXT"))
}

/// What was said already where others hear it may have been heard: that is a concern, about what was said (NASW 1.07(i)).
fn overheard(request: &ShareRequest, vault: &Vault) -> Option<String> {
    let about = &request.about;
    let is_heard = matches!(about.room.setting, Some(Setting::Public | Setting::SemiPublic));
    let client = Who::client(vault.catalog(), about.client?).ok()?.alias;
    let kinds: String = about.said.kinds.iter().map(|kind| format!("--kind {kind} ")).collect();
    let open = format!("subrosa concern open --client {client} --by staff {kinds}--text FILE");
    (is_heard && request.ask.medium == Medium::Oral).then(|| format!("{open}  # what was said there already"))
}

/// What was disclosed, one disclosure, and what was committed.
fn carry_out(
    request: &ShareRequest,
    vault: &mut Vault,
    session: &mut Session<'_>,
) -> Result<(SharePlan, Committed), Failure> {
    for _ in 0..TRIES {
        let callbacks = session.callbacks();
        let plan = sharing::plan(vault, request.clone(), session.now(), &mut session.host.rng, &callbacks)?;
        if plan.planned.is_empty() {
            let committed = sharing::sending::refuse(&mut session.desk(vault), &plan)?;
            session.committed(&committed);
            let refused = records::refused(vault.catalog(), &plan, session.today(vault)?);
            let refused = overheard(request, vault).into_iter().fold(refused, Failure::hint);
            return Err(match request.ask.purpose {
                // What a danger or a law compels has a way of its own.
                Purpose::Threat | Purpose::Emergency | Purpose::MandatedReport => {
                    refused.hint(format!("subrosa safety disclose --medium {} --answers FILE", request.ask.medium))
                }
                _ => refused,
            });
        }
        match sharing::sending::send(&mut session.desk(vault), &plan, &callbacks, &mut |_| {}) {
            Err(ShareError::Moved) => continue,
            sent => return Ok((plan, sent?)),
        }
    }
    Err(ShareError::Moved.into())
}
