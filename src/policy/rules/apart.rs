//! Records that one consent can never cover together, and that are covered each for itself: they go apart.

use crate::id::RecordId;
use crate::policy::Facts;
use crate::policy::case::Case;
use crate::policy::case::is_psychotherapy_note;
use crate::policy::consent::Choice;
use crate::policy::consent::choose;
use crate::practice::record::Record;
use crate::vocabulary::RecordKind;

/// A counsellor's separate notes.
pub(super) fn is_sud_note(record: &Record) -> bool {
    record.latest.record_kind == RecordKind::SudCounsellingNote
}

/// Notes that need a consent of their own.
pub(super) fn is_own(record: &Record) -> bool {
    is_psychotherapy_note(record) || is_sud_note(record)
}

/// The first of some of the records, where those alone would be covered and all of them together are not.
pub(super) fn covered_apart(case: &Case<'_>, is_one: fn(&Record) -> bool) -> Option<RecordId> {
    let records: Vec<Record> = case.facts.records.iter().filter(|record| is_one(record)).cloned().collect();
    if records.is_empty() || records.len() == case.facts.records.len() {
        return None;
    }
    let facts = Facts { records: &records, ..*case.facts };
    let is_covered = matches!(choose(case.request, &facts, case.today), Choice::Covers(_));
    records.first().filter(|_| is_covered).map(Record::id)
}
