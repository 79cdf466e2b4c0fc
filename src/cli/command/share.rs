//! `subrosa share`: typed words, then the plan that every recipient's decision has passed, then packages whose entries
//! are on the ledger, then their release.

pub mod answer;
pub mod before;
mod carrying;
mod parts;
mod proof;
pub mod release;

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::cli::Exit;
use crate::cli::answer::Reason;
use crate::cli::answer::Who;
use crate::cli::args::words;
use crate::cli::command::share::answer::Shared;
use crate::cli::command::share::parts::Parts;
use crate::cli::command::share::release::Targets;
use crate::cli::failure::Failure;
use crate::cli::failure::FailureCode;
use crate::cli::failure::records;
use crate::cli::names;
use crate::cli::names::Misses;
use crate::cli::session::Session;
use crate::id::DisclosureId;
use crate::id::RecipientId;
use crate::policy;
use crate::practice::words::Prose;
use crate::sharing::ShareRequest;
use crate::sharing::facts::Circumstances;
use crate::time::Date;
use crate::time::When;
use crate::vault::Vault;
use crate::vocabulary::Basis;
use crate::vocabulary::Purpose;
use crate::vocabulary::Setting;

/// How often a plan that was overtaken is made anew.
pub const TRIES: usize = 5;

/// What `subrosa share` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Records: beginnings of their ids, or @ for the one last touched; or a group, by the beginning of its id
    #[arg(value_name = "ID", conflicts_with = "resume")]
    pub records: Vec<String>,
    /// The records have to be about this client; of a group, the common part and this client's
    #[arg(long, value_name = "CLIENT")]
    pub client: Option<String>,
    /// With whom: a recipient, or team:NAME; may be repeated, and each person gets a package of their own
    #[arg(long, value_name = "RECIPIENT")]
    pub to: Vec<String>,
    /// What for
    #[arg(long, value_name = "PURPOSE", value_parser = words::<Purpose>(Purpose::WORDS))]
    pub purpose: Option<Purpose>,
    /// What makes it permissible
    #[arg(long, value_name = "BASIS", default_value = "consent", value_parser = words::<Basis>(Basis::WORDS))]
    pub basis: Basis,
    /// The consent it stands on [default: the one that covers it]
    #[arg(long, value_name = "CONSENT")]
    pub consent: Option<String>,
    /// Why, in your own words; kept in the ledger, not sent
    #[arg(long, value_name = "TEXT")]
    pub why: Option<String>,
    /// Until when the recipient may keep it [default: what the protocol says]
    #[arg(long, value_name = "DATE")]
    pub expires: Option<When>,
    /// Share excerpts instead in which the names, numbers and addresses of other clients are put out
    #[arg(long)]
    pub redact: bool,
    /// Share with those who may get it, though others may not
    #[arg(long)]
    pub partial: bool,
    /// Share although nobody has made sure that the key is the recipient's; this is recorded
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
    /// The room in which this is done
    #[arg(long, value_name = "SETTING", value_parser = words::<Setting>(Setting::WORDS))]
    pub setting: Option<Setting>,
    /// Tell who would get what, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Hand over a package that is in the ledger, and did not reach its place
    #[arg(long, value_name = "DISCLOSURE", conflicts_with_all = ["client", "to", "purpose", "why", "expires", "partial", "redact", "unverified", "consent", "basis", "adverse_use_reviewed", "acknowledge_conflict", "confirm_after_discomfort", "setting", "dry_run"])]
    pub resume: Option<String>,
    /// A file, a directory, or - for standard output [default: the current directory]
    #[arg(short, long, value_name = "FILE|DIR|-")]
    pub output: Option<PathBuf>,
    /// Replace an existing file
    #[arg(long)]
    pub force: bool,
}

/// Shares records.
pub fn run(args: Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let targets = Targets::of(args.output.clone(), args.force, session)?;
    if let Some(typed) = &args.resume {
        return resume(typed, &targets, session);
    }
    let mut args = args;
    let needed =
        [("ID", !args.records.is_empty()), ("--to", !args.to.is_empty()), ("--purpose", args.purpose.is_some())];
    session.must_have_all(&needed, "subrosa share @ --to dr-lee --purpose treat")?;
    if args.records.is_empty() {
        args.records.push(session.required(None, "ID", "Which record (@ is the last one)", "subrosa share @")?);
    }
    let mut vault = session.open_to_append().map_err(of_the_ledger)?;
    let requests = requests(&args, &targets, &vault, session)?;
    targets.check_count(requests.iter().map(|request| request.recipients.len()).sum())?;
    let (plans, committed) = carrying::carry_out(&args, requests, &mut vault, session).map_err(of_the_ledger)?;
    let is_refused = plans.iter().any(|plan| !plan.refused.is_empty());
    let Some(committed) = committed else {
        session.answer("share", &Shared::planned(&vault, &plans, session.today(&vault)?)?, Some(&vault))?;
        return Ok(if is_refused { Exit::Due } else { Exit::Done });
    };

    let ids: Vec<DisclosureId> =
        plans.iter().flat_map(|plan| &plan.planned).map(|planned| planned.disclosure).collect();
    let (released, mut exit) = release::hand_over(&vault, &ids, &targets, session.committed(&committed), session);
    if is_refused && exit == Exit::Done {
        exit = Exit::Due;
    }
    if !session.host.stdout.is_terminal() && !session.globals.json {
        // The answer is the ids of what went; who was refused is talk.
        let refused = records::refused_all(vault.catalog(), &plans, session.today(&vault)?);
        for reason in refused.reasons {
            let who = reason.recipient.map(|who| format!("{}: ", who.alias)).unwrap_or_default();
            session.warn(&format!("not shared: {who}{}: {}", reason.id, reason.text));
        }
    }
    for id in plans.iter().flat_map(|plan| &plan.request.records) {
        session.touch(&vault, *id);
    }
    let shared = Shared::made(&vault, &plans, (&committed, &released), session.today(&vault)?)?;
    if targets.is_stdout() && exit == Exit::Done {
        session.note(&format!("shared as {}", shared.ids().join(", ")));
    } else if !targets.is_stdout() {
        session.answer("share", &shared, Some(&vault))?;
    }
    Ok(exit)
}

/// Resolves what was typed: one request, or for a whole group one for each participant.
fn requests(
    args: &Args,
    targets: &Targets,
    vault: &Vault,
    session: &mut Session<'_>,
) -> Result<Vec<ShareRequest>, Failure> {
    let catalog = vault.catalog();
    let mut missing = Misses::default();
    let parts = parts::of(catalog, &args.records, args.client.as_deref(), &mut missing)?;
    let example = "subrosa share @ --to dr-lee --purpose treat";
    let mut typed = args.to.clone();
    if typed.is_empty() {
        typed.push(session.required(None, "--to", "With whom (alias)", example)?);
    }
    let found = typed.iter().map(|typed| missing.note(recipients(vault, typed)));
    let found = found.collect::<Result<Vec<_>, _>>()?;
    let mut recipients: Vec<RecipientId> = found.into_iter().flatten().flatten().collect();
    let mut seen = BTreeSet::new();
    recipients.retain(|id| seen.insert(*id));
    missing.refuse()?;
    let purpose = session.required(args.purpose, "--purpose", "What for (a word such as treat)", example)?;
    let (zone, today) = (session.zone(vault)?, session.today(vault)?);
    let expires = match args.expires {
        Some(when) => Some(when.until(today, &zone)?),
        None => kept_until(vault, today)?,
    };
    if let Some(past) = expires.filter(|date| *date < today) {
        return Err(Failure::usage(format!("--expires: {past} is past")));
    }
    let why = session.word::<Prose>(args.why.clone(), "--why")?;
    let consent = args.consent.as_ref().map(|typed| names::consent(catalog, typed)).transpose()?;
    let ask = policy::Request {
        basis: args.basis,
        consent: consent.map(|consent| consent.id()),
        has_reason: why.as_ref().is_some_and(Prose::says_something),
        unverified: args.unverified,
        adverse_use_reviewed: args.adverse_use_reviewed,
        conflict_acknowledged: args.acknowledge_conflict,
        after_discomfort: args.confirm_after_discomfort,
        ..policy::Request::new(purpose)
    };
    let about = Circumstances {
        room: policy::Room { setting: args.setting, ..policy::Room::default() },
        output: targets.risks(vault, session)?,
        ..Circumstances::default()
    };
    let request = |part: Parts| ShareRequest {
        records: part.records,
        drawn: Vec::new(),
        recipients: recipients.clone(),
        ask,
        why: why.clone(),
        expires,
        about: Circumstances { client: part.client, ..about.clone() },
        group: part.group,
        redact: args.redact,
    };
    Ok(parts.into_iter().map(request).collect())
}

/// Until when a recipient may keep a package where the share does not say: as long as the protocol lets them.
pub fn kept_until(vault: &Vault, today: Date) -> Result<Option<Date>, Failure> {
    let keep = vault.catalog().protocol()?.protocol.handling.keep;
    Ok(keep.map(|keep| keep.from_date(today, false)).transpose()?)
}

/// A row of the table of rules, as a reason.
fn of_the_table(id: &str) -> Reason {
    policy::rule(id).map(Reason::from).expect("the table has it: a test reads every row")
}

/// A ledger that does not hold is the first reason not to share, whenever it is noticed.
fn of_the_ledger(failure: Failure) -> Failure {
    if failure.code != FailureCode::Integrity || !failure.reasons.is_empty() {
        return failure;
    }
    failure.because([of_the_table("E-LEDGER")])
}

/// What a team's name follows after `--to`.
const TEAM: &str = "team:";

/// A recipient by name, or the members of a team, each of whom is decided alone. What means everyone is refused by its own
/// rule: nothing is shared with nobody in particular.
fn recipients(vault: &Vault, typed: &str) -> Result<Vec<RecipientId>, Failure> {
    names::not_everyone(typed.strip_prefix(TEAM).unwrap_or(typed))?;
    match typed.strip_prefix(TEAM) {
        Some(team) => names::team(vault.catalog(), team),
        None => Ok(vec![names::recipient(vault.catalog(), typed)?.id()]),
    }
}

/// Hands over a package that waits in the outbox.
fn resume(typed: &str, targets: &Targets, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let vault = session.open()?;
    let id: DisclosureId = names::disclosure(vault.catalog(), typed)?;
    targets.refuse(&vault, session)?;
    let released = release::release(&vault, id, targets, session)?;
    let exit = if release::unproven(std::slice::from_ref(&released), session) { Exit::Due } else { Exit::Done };
    let shared = Shared::resumed(&vault, id, &released)?;
    if targets.is_stdout() {
        session.note(&format!("handed over {id}"));
    } else {
        session.answer("share", &shared, Some(&vault))?;
    }
    Ok(exit)
}

/// Someone in an answer.
fn who(vault: &Vault, id: RecipientId) -> Result<Who, Failure> {
    Ok(Who::recipient(vault.catalog(), id)?)
}
