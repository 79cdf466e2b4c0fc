//! `subrosa share`: typed words, then the plan that every recipient's decision has passed, then packages whose entries
//! are on the ledger, then their release.

mod answer;
mod before;
mod proof;
mod release;

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::cli::Exit;
use crate::cli::answer::Reason;
use crate::cli::answer::Who;
use crate::cli::args::words;
use crate::cli::command::share::answer::Shared;
use crate::cli::command::share::release::Released;
use crate::cli::command::share::release::Targets;
use crate::cli::failure::Failure;
use crate::cli::failure::FailureCode;
use crate::cli::failure::records;
use crate::cli::host::Host;
use crate::cli::names;
use crate::cli::progress::Progress;
use crate::cli::progress::Unit;
use crate::cli::session::Session;
use crate::id::DisclosureId;
use crate::id::RecipientId;
use crate::id::RecordId;
use crate::policy;
use crate::practice::words::Prose;
use crate::sharing;
use crate::sharing::ShareError;
use crate::sharing::SharePlan;
use crate::sharing::ShareRequest;
use crate::sharing::facts::Circumstances;
use crate::time::Date;
use crate::time::When;
use crate::vault::Vault;
use crate::vault::desk::Desk;
use crate::vault::transaction::Committed;
use crate::vocabulary::Basis;
use crate::vocabulary::Purpose;
use crate::vocabulary::Setting;

/// How often a plan that was overtaken is made anew.
const TRIES: usize = 5;

/// What `subrosa share` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Records: beginnings of their ids, or @ for the one last touched
    #[arg(value_name = "ID", conflicts_with = "resume")]
    pub records: Vec<String>,
    /// The records have to be about this client
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
    if args.records.is_empty() {
        session.must_have(None::<&String>, "ID", "subrosa share @ --to dr-lee --purpose treat")?;
        args.records.push(session.required(None, "ID", "Which record (@ is the last one)", "subrosa share @")?);
    }
    let mut vault = session.open_to_append().map_err(of_the_ledger)?;
    let request = request(&args, &targets, &vault, session)?;
    targets.check_count(request.recipients.len())?;
    let (plan, committed) = carry_out(&args, request, &mut vault, session).map_err(of_the_ledger)?;
    let Some(committed) = committed else {
        session.answer("share", &Shared::planned(&vault, &plan, session.today(&vault)?)?, Some(&vault))?;
        return Ok(if plan.refused.is_empty() { Exit::Done } else { Exit::Due });
    };

    let mut exit = session.committed(&committed);
    let mut released = Vec::new();
    for planned in &plan.planned {
        let outcome = release::release(&vault, planned.disclosure, &targets, session);
        released.push(outcome.unwrap_or_else(|failure| {
            session.warn(&format!(
                "{} is in the ledger, and waits to be handed over: {}",
                planned.disclosure, failure.message
            ));
            session.warn(&format!("try: subrosa share --resume {}", planned.disclosure));
            exit = if session.host.stdout.is_closed() { Exit::Verdict(FailureCode::Failed) } else { Exit::Due };
            Released::waiting(planned.disclosure)
        }));
    }
    if unproven(&released, session) && exit == Exit::Done {
        exit = Exit::Due;
    }
    if !plan.refused.is_empty() && exit == Exit::Done {
        exit = Exit::Due;
    }
    if !session.host.stdout.is_terminal() && !session.globals.json {
        // The answer is the ids of what went; who was refused is talk.
        let refused = records::refused(vault.catalog(), &plan, session.today(&vault)?);
        for reason in refused.reasons {
            let who = reason.recipient.map(|who| format!("{}: ", who.alias)).unwrap_or_default();
            session.warn(&format!("not shared: {who}{}: {}", reason.id, reason.text));
        }
    }
    for id in &plan.request.records {
        session.touch(&vault, *id);
    }
    let shared = Shared::made(&vault, &plan, (&committed, &released), session.today(&vault)?)?;
    if targets.is_stdout() && exit == Exit::Done {
        session.note(&format!("shared as {}", shared.ids().join(", ")));
    } else if !targets.is_stdout() {
        session.answer("share", &shared, Some(&vault))?;
    }
    Ok(exit)
}

/// Resolves what was typed.
fn request(args: &Args, targets: &Targets, vault: &Vault, session: &mut Session<'_>) -> Result<ShareRequest, Failure> {
    let catalog = vault.catalog();
    let mut missing = Misses::default();
    let found = args.records.iter().map(|typed| missing.note(names::record(catalog, typed)));
    let records: Vec<RecordId> = found.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
    if let Some(typed) = &args.client {
        let client = names::client(catalog, typed)?.id();
        for id in &records {
            if catalog.record(*id)?.is_some_and(|record| record.latest.client != Some(client)) {
                return Err(Failure::not_found(format!("{id} is not a record of {typed}")));
            }
        }
    }
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
        has_reason: why.is_some(),
        unverified: args.unverified,
        adverse_use_reviewed: args.adverse_use_reviewed,
        conflict_acknowledged: args.acknowledge_conflict,
        after_discomfort: args.confirm_after_discomfort,
        ..policy::Request::new(purpose)
    };
    Ok(ShareRequest {
        records,
        recipients,
        ask,
        why,
        expires,
        about: Circumstances {
            room: policy::Room { setting: args.setting, ..policy::Room::default() },
            output: targets.risks(vault, session)?,
            ..Circumstances::default()
        },
        group: None,
        redact: args.redact,
    })
}

/// Until when a recipient may keep a package where the share does not say: as long as the protocol lets them.
fn kept_until(vault: &Vault, today: Date) -> Result<Option<Date>, Failure> {
    let keep = vault.catalog().protocol()?.protocol.handling.keep;
    Ok(keep.map(|keep| keep.from_date(today, false)).transpose()?)
}

/// What was typed and is not there: all of it is told at once.
#[derive(Default)]
struct Misses(Vec<Failure>);

impl Misses {
    /// Keeps a miss for later; any other failure ends it.
    fn note<T>(&mut self, found: Result<T, Failure>) -> Result<Option<T>, Failure> {
        match found {
            Err(failure) if failure.code == FailureCode::NotFound => {
                self.0.push(failure);
                Ok(None)
            }
            other => other.map(Some),
        }
    }

    fn refuse(self) -> Result<(), Failure> {
        let reason = |failure: &Failure| {
            let cure = failure.hints.first().cloned();
            let row = of_the_table("E-NOTFOUND");
            Reason { text: failure.message.clone(), cure: cure.or(row.cure.clone()), ..row }
        };
        match &self.0[..] {
            [] => Ok(()),
            [only] => Err(Failure::not_found(only.message.clone()).because([reason(only)])),
            many => Err(Failure::not_found("some of it is not there").because(many.iter().map(reason))),
        }
    }
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

/// Plans, asks, and sends; `None` instead of entries for a dry run.
fn carry_out(
    args: &Args,
    mut request: ShareRequest,
    vault: &mut Vault,
    session: &mut Session<'_>,
) -> Result<(SharePlan, Option<Committed>), Failure> {
    let (mut is_confirmed, mut is_told) = (false, false);
    for _ in 0..TRIES {
        let callbacks = session.callbacks();
        let plan = sharing::plan(vault, request.clone(), session.now(), &mut session.host.rng, &callbacks)?;
        let is_refused = !plan.refused.is_empty() && (plan.planned.is_empty() || !args.partial);
        if is_refused && args.dry_run {
            return Err(records::refused(vault.catalog(), &plan, session.today(vault)?));
        }
        if !is_told {
            before::tell_unscanned(&plan, session);
            is_told = true;
        }
        if args.dry_run {
            return Ok((plan, None));
        }
        if is_refused {
            let failure = records::refused(vault.catalog(), &plan, session.today(vault)?);
            // What does not hold takes no entry.
            if failure.code == FailureCode::Integrity {
                return Err(failure);
            }
            let committed = sharing::sending::refuse(&mut session.desk(vault), &plan)?;
            session.committed(&committed);
            return Err(failure);
        }
        if !is_confirmed {
            before::confirm(&plan, session)?;
            is_confirmed = true;
        }
        if !plan.to_redact.is_empty() {
            request.records = before::redacted(&plan, vault, session)?;
            continue;
        }
        let quiet = session.globals.quiet || session.globals.json;
        let Session { host, clock, .. } = &mut *session;
        let Host { stderr, rng, .. } = &mut **host;
        let mut progress = Progress::begin(stderr, quiet, "sealing", Unit::Bytes, total(&plan));
        let sent = sharing::sending::send(&mut Desk { vault, clock, rng }, &plan, &callbacks, &mut |count| {
            progress.advance(count)
        });
        drop(progress);
        match sent {
            Err(ShareError::Moved) => continue,
            sent => return Ok((plan, Some(sent?))),
        }
    }
    Err(ShareError::Moved.into())
}

fn total(plan: &SharePlan) -> Option<u64> {
    let sizes = plan.planned.iter().flat_map(|planned| &planned.records).map(|record| record.latest.size);
    Some(sizes.sum())
}

/// Hands over a package that waits in the outbox.
fn resume(typed: &str, targets: &Targets, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let vault = session.open()?;
    let id: DisclosureId = names::disclosure(vault.catalog(), typed)?;
    targets.refuse(&vault, session)?;
    let released = release::release(&vault, id, targets, session)?;
    let exit = if unproven(std::slice::from_ref(&released), session) { Exit::Due } else { Exit::Done };
    let shared = Shared::resumed(&vault, id, &released)?;
    if targets.is_stdout() {
        session.note(&format!("handed over {id}"));
    } else {
        session.answer("share", &shared, Some(&vault))?;
    }
    Ok(exit)
}

/// Says aloud which packages have no proof beside them, and how it is made. Whether there are any.
fn unproven(released: &[Released], session: &mut Session<'_>) -> bool {
    let mut is_any = false;
    for one in released {
        let (Some(failure), Some(package)) = (&one.unproven, &one.path) else { continue };
        let disclosure = one.disclosure;
        session.warn(&format!("done, but the proof of {disclosure} was not written: {}", failure.message));
        session.warn(&format!("try: {}", proof::cure(disclosure, package)));
        is_any = true;
    }
    is_any
}

/// Someone in an answer.
fn who(vault: &Vault, id: RecipientId) -> Result<Who, Failure> {
    Ok(Who::recipient(vault.catalog(), id)?)
}
