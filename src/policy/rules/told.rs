//! What its author can still say of what is told without a record: where nobody said it, the stricter is judged, and the
//! cure is to say it.

use crate::policy::case::Case;
use crate::policy::consent::Shortfall;

/// What nobody said, in which a consent falls short: what the reason says, and the command that says it.
pub(super) fn unsaid(case: &Case<'_>, way: Shortfall) -> Option<(&'static str, &'static str)> {
    let said = case.facts.about;
    case.told()?;
    match way {
        Shortfall::Kind if said.kinds.is_empty() => Some((
            "nobody said what kind of record this is about, and the consent does not name every kind that there is",
            "subrosa share {records} --to {recipient} --purpose {purpose} --kind {kind}",
        )),
        Shortfall::Tag if said.tags.is_none() => Some((
            "nobody said which sensitivity this is about, and the client's records have one that the consent does not name",
            NO_TAG,
        )),
        Shortfall::Date if said.dates.is_empty() => Some((
            "nobody said of which dates of service this is, and the consent is not for all that there are, up to today",
            "subrosa share {records} --to {recipient} --purpose {purpose} --date {service}",
        )),
        Shortfall::Identity => Some((
            "the consent is for what does not say whom it is about, and nobody said that this does not",
            "subrosa share {records} --to {recipient} --purpose {purpose} --de-identified",
        )),
        _ => None,
    }
}

/// It is about no sensitivity.
pub(super) const NO_TAG: &str = "subrosa share {records} --to {recipient} --purpose {purpose} --tag none";
