//! What its author can still say of what is told without a record: where nobody said it, the stricter is judged, and the
//! cure is to say it.

use crate::policy::case::Case;
use crate::policy::consent::Shortfall;
use crate::vocabulary::RecordKind;
use crate::vocabulary::label_of;

/// What nobody said, in which a consent falls short: what the reason says, and the command that says it.
pub(super) fn unsaid(case: &Case<'_>, way: Shortfall) -> Option<(&'static str, &'static str)> {
    let said = case.facts.about;
    case.told()?;
    match way {
        Shortfall::Kind if said.kinds.is_empty() => Some((
            "nobody said what kind of record this is about, and the consent does not name every kind that there is",
            SAY_KIND,
        )),
        Shortfall::Tag if said.tags.is_none() => Some((
            "nobody said which sensitivity this is about, and the client's records have one that the consent does not name",
            SAY_TAG,
        )),
        Shortfall::Date if said.dates.is_empty() => Some((
            "nobody said of which dates of service this is, and the consent is not for all that there are, up to today",
            "subrosa share {records} --to {recipient} --purpose {purpose} --date DATE",
        )),
        Shortfall::Identity => Some((
            "the consent is for what does not say whom it is about, and nobody said that this does not",
            "subrosa share {records} --to {recipient} --purpose {purpose} --de-identified",
        )),
        _ => None,
    }
}

/// Which sensitivity it is about, or none, its author says: a cure that said it would put words into somebody's mouth, and
/// into the ledger.
pub(super) const SAY_TAG: &str = "subrosa share {records} --to {recipient} --purpose {purpose} --tag SENSITIVITY";
const SAY_KIND: &str = "subrosa share {records} --to {recipient} --purpose {purpose} --kind KIND";

/// What nobody said, where something less confidential could be what it is about: nobody's ceiling is raised for that.
pub(super) fn unsaid_label(case: &Case<'_>) -> Option<&'static str> {
    let (said, ceiling) = (case.facts.about, case.facts.recipient.ceiling());
    case.told()?;
    let tags = || said.tags.iter().flatten().map(|tag| tag.as_str());
    if said.kinds.is_empty() {
        return RecordKind::ALL.iter().any(|kind| label_of(*kind, tags()) <= ceiling).then_some(SAY_KIND);
    }
    let is_low = said.tags.is_none() && said.kinds.iter().all(|kind| label_of(*kind, []) <= ceiling);
    is_low.then_some(SAY_TAG)
}
