//! From requests to what came of them: every decision asked, then the entries and packages in one step, or the refusals.

use crate::cli::command::share::Args;
use crate::cli::command::share::before;
use crate::cli::failure::Failure;
use crate::cli::failure::FailureCode;
use crate::cli::failure::records;
use crate::cli::host::Host;
use crate::cli::progress::Progress;
use crate::cli::progress::Unit;
use crate::cli::session::Session;
use crate::sharing;
use crate::sharing::ShareError;
use crate::sharing::SharePlan;
use crate::sharing::ShareRequest;
use crate::vault::Vault;
use crate::vault::desk::Desk;
use crate::vault::transaction::Committed;

/// Plans, asks, and sends; `None` instead of entries for a dry run. All of it, or none, unless `--partial` says otherwise.
pub fn carry_out(
    args: &Args,
    mut requests: Vec<ShareRequest>,
    vault: &mut Vault,
    session: &mut Session<'_>,
) -> Result<(Vec<SharePlan>, Option<Committed>), Failure> {
    let (mut is_confirmed, mut is_told) = (false, false);
    for _ in 0..super::TRIES {
        let callbacks = session.callbacks();
        let mut plans = Vec::new();
        for request in requests.clone() {
            plans.push(sharing::plan(vault, request, session.now(), &mut session.host.rng, &callbacks)?);
        }
        let is_any_refused = plans.iter().any(|plan| !plan.refused.is_empty());
        let is_refused = is_any_refused && (plans.iter().all(|plan| plan.planned.is_empty()) || !args.partial);
        if is_refused && args.dry_run {
            return Err(records::refused_all(vault.catalog(), &plans, session.today(vault)?));
        }
        if !is_told {
            before::tell_unscanned(&plans, session);
            is_told = true;
        }
        if args.dry_run {
            return Ok((plans, None));
        }
        if is_refused {
            let failure = records::refused_all(vault.catalog(), &plans, session.today(vault)?);
            // What does not hold takes no entry.
            if failure.code == FailureCode::Integrity {
                return Err(failure);
            }
            let committed = sharing::sending::refuse_all(&mut session.desk(vault), &plans)?;
            session.committed(&committed);
            return Err(failure);
        }
        if !is_confirmed {
            before::confirm(&plans, session)?;
            is_confirmed = true;
        }
        if plans.iter().any(|plan| !plan.to_redact.is_empty()) {
            before::redact(&plans, &mut requests, vault, session)?;
            continue;
        }
        let quiet = session.globals.quiet || session.globals.json;
        let Session { host, clock, .. } = &mut *session;
        let Host { stderr, rng, .. } = &mut **host;
        let mut progress = Progress::begin(stderr, quiet, "sealing", Unit::Bytes, total(&plans));
        let sent = sharing::sending::send_all(&mut Desk { vault, clock, rng }, &plans, &callbacks, &mut |count| {
            progress.advance(count)
        });
        drop(progress);
        match sent {
            Err(ShareError::Moved) => continue,
            sent => return Ok((plans, Some(sent?))),
        }
    }
    Err(ShareError::Moved.into())
}

fn total(plans: &[SharePlan]) -> Option<u64> {
    let planned = plans.iter().flat_map(|plan| &plan.planned);
    Some(planned.flat_map(|planned| &planned.records).map(|record| record.latest.size).sum())
}
