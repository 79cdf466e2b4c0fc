//! What events say about their times, for [`Bounds`].

use crate::id::LogId;
use crate::ledger::bounds::Bounds;
use crate::ledger::bounds::Violation;
use crate::ledger::opening::PER_FILE;
use crate::practice::event::Body;
use crate::practice::event::Event;
use crate::time::Timestamp;
use crate::vault::check::Fault;
use crate::vault::check::Finding;
use crate::vault::places;

/// Shows the walk the next entry. `before` is the time of the last entry of the logs before this one: `log.continued`
/// holds the hash of their head, so nothing from there on is older. What other events hash (records, packages, lists)
/// is made by the entry's own maker, in the same moment, and bounds nothing.
pub(super) fn walk(bounds: &mut Bounds, index: u64, event: &Event, before: Option<Timestamp>) {
    match &event.body {
        Body::ClockStepped(stepped) => bounds.declares(stepped.last),
        Body::LogContinued(_) => before.into_iter().for_each(|before| bounds.stands_on(before)),
        _ => {}
    }
    bounds.entry(index, event.time);
}

/// What the walks along the logs, the oldest first, have found. A clock that ran ahead in one log may be told of in the
/// next.
pub(super) fn findings(walks: Vec<(LogId, Bounds)>) -> Vec<Finding> {
    let mut declared = Timestamp::MIN;
    let mut findings = Vec::new();
    for (log, mut bounds) in walks.into_iter().rev() {
        bounds.declares(declared);
        declared = bounds.declared();
        findings.extend(bounds.dated_ahead().map(|found| finding(Fault::DatedAhead, log, &found)));
        findings.extend(bounds.back_dated().map(|found| finding(Fault::BackDated, log, &found)));
    }
    findings.reverse();
    findings
}

fn finding(fault: Fault, log: LogId, found: &Violation) -> Finding {
    let file = places::journal(log, found.index / PER_FILE);
    Finding { fault, index: Some(found.index), file: Some(file), text: found.to_string() }
}
