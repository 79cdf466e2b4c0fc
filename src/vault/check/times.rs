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

/// Shows the walk the next entry.
pub(super) fn walk(bounds: &mut Bounds, index: u64, event: &Event) {
    if let Body::ClockStepped(stepped) = &event.body {
        bounds.declares(stepped.last);
    }
    if let Some(made) = lower_bound_of(event) {
        bounds.stands_on(made);
    }
    bounds.entry(index, event.time);
}

/// When the latest thing was made whose hash `event` holds, where somebody else than the event says so. No kind of
/// today's does: what they hash (records, packages, lists) is made by the entry's own maker, in the same moment. The
/// head that a successor log names is the first that will, with the time of the entry it ends in.
fn lower_bound_of(event: &Event) -> Option<Timestamp> {
    let _ = event;
    None
}

/// The finding.
pub(super) fn finding(log: LogId, found: &Violation) -> Finding {
    let file = places::journal(log, found.index / PER_FILE);
    Finding { fault: Fault::BackDated, index: Some(found.index), file: Some(file), text: found.to_string() }
}
