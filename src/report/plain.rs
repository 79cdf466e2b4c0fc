//! Plain words of a report, and text that others wrote made safe for all its forms. Must not know where the words go.

use std::collections::BTreeMap;

use crate::policy::purposes::meaning;
use crate::report::history::Part;
use crate::time::Date;
use crate::vocabulary::Basis;
use crate::vocabulary::Medium;
use crate::vocabulary::Purpose;
use crate::vocabulary::RecordKind;

/// `text` on one line, without characters that move a cursor or turn the reading order: a replacement character stands
/// for each.
pub fn harmless(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || turns(c) { '\u{fffd}' } else { c }).collect()
}

/// Bidirectional controls, and line ends that only some programs see.
fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{061c}')
        || matches!(c, '\u{2028}' | '\u{2029}')
}

/// What for, of somebody else: the table speaks to the recipient.
pub fn purpose(purpose: Purpose) -> String {
    meaning(purpose).plain.replace("you can", "they can")
}

/// How it travelled.
pub fn medium(medium: Medium) -> &'static str {
    match medium {
        Medium::Package => "encrypted package",
        Medium::Oral => "spoken",
        Medium::Paper => "on paper",
    }
}

/// A kind as a person says it.
fn kind(kind: RecordKind) -> String {
    match kind {
        RecordKind::SessionIndividual => "note of a session".to_owned(),
        RecordKind::SessionGroup => "note of a group session".to_owned(),
        RecordKind::SudCounsellingNote => "substance-use counselling note".to_owned(),
        RecordKind::PlanOfCare => "plan of care".to_owned(),
        RecordKind::Other => "other record".to_owned(),
        other => other.as_str().replace('-', " "),
    }
}

fn plural(one: &str, count: usize) -> String {
    if count == 1 {
        return one.to_owned();
    }
    let (head, rest) = one.split_once(' ').filter(|(head, _)| matches!(*head, "note" | "plan")).unwrap_or((one, ""));
    let many = match head.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None => format!("{head}s"),
    };
    format!("{many} {rest}").trim_end().to_owned()
}

/// What was sent, briefly and without a title: how many records of which kind, and of which days.
pub fn description(parts: &[Part], basis: Basis, how: Medium) -> String {
    if parts.is_empty() {
        let what = match basis {
            Basis::Threat | Basis::MedicalEmergency => "what was needed to avert harm",
            Basis::AbuseReport => "what a law asks to be reported",
            _ => return "nothing of the record itself".to_owned(),
        };
        let how = if how == Medium::Oral { "told by mouth" } else { medium(how) };
        return format!("{what}, {how}");
    }
    let mut groups: BTreeMap<(RecordKind, bool, bool), Vec<Date>> = BTreeMap::new();
    for part in parts {
        groups.entry((part.kind, part.is_excerpt, part.de_identified)).or_default().push(part.date);
    }
    let each = groups.into_iter().map(|((of, is_excerpt, de_identified), mut days)| {
        days.sort_unstable();
        let count = days.len();
        let what = match (is_excerpt, count) {
            (false, count) => format!("{count} {}", plural(&kind(of), count)),
            (true, 1) => format!("1 excerpt of a {}", kind(of)),
            (true, count) => format!("{count} excerpts of {}", plural(&kind(of), 2)),
        };
        let days = match (days.first(), days.last()) {
            (Some(first), Some(last)) if first != last => format!("{first} to {last}"),
            (first, _) => first.map(ToString::to_string).unwrap_or_default(),
        };
        let nameless = if de_identified { ", identifiers removed" } else { "" };
        format!("{what} ({days}{nameless})")
    });
    each.collect::<Vec<_>>().join("; ").replace(" a a", " an a").replace("a other", "an other")
}

/// What was sent, whatever its days: how many of which kind.
pub fn kinds(parts: &[Part]) -> String {
    let mut kinds: BTreeMap<(RecordKind, bool, bool), usize> = BTreeMap::new();
    for part in parts {
        *kinds.entry((part.kind, part.is_excerpt, part.de_identified)).or_default() += 1;
    }
    let each = kinds
        .into_iter()
        .map(|((of, is_excerpt, de_identified), count)| format!("{count} {of} {is_excerpt} {de_identified}"));
    each.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::purposes::meanings;

    fn part(kind: RecordKind, day: i8, is_excerpt: bool) -> Part {
        Part { kind, date: Date::new(2026, 11, day).unwrap(), is_excerpt, de_identified: false }
    }

    #[test]
    fn what_went_is_told_by_kind_and_day() {
        let of = |parts: &[Part]| description(parts, Basis::Consent, Medium::Paper);
        let notes = [part(RecordKind::ProgressNote, 3, false), part(RecordKind::ProgressNote, 1, false)];
        assert_eq!(of(&notes), "2 progress notes (2026-11-01 to 2026-11-03)");
        let mixed = [part(RecordKind::Letter, 3, false), part(RecordKind::Assessment, 4, true)];
        assert_eq!(of(&mixed), "1 excerpt of an assessment (2026-11-04); 1 letter (2026-11-03)");
        let nameless = Part { de_identified: true, ..part(RecordKind::SessionIndividual, 2, true) };
        assert_eq!(of(&[nameless, nameless]), "2 excerpts of notes of a session (2026-11-02, identifiers removed)");
        assert_eq!(plural("discharge summary", 2), "discharge summaries");
        assert_eq!(plural("plan of care", 2), "plans of care");
        assert_eq!(of(&[]), "nothing of the record itself");
        let harm = description(&[], Basis::Threat, Medium::Oral);
        assert_eq!(harm, "what was needed to avert harm, told by mouth");
    }

    #[test]
    fn purposes_speak_of_somebody_else() {
        for row in meanings() {
            let said = purpose(row.purpose);
            assert!(!said.split(' ').any(|word| word == "you"), "{said}");
        }
        assert_eq!(purpose(Purpose::Treat), "so that they can treat the client");
    }

    #[test]
    fn what_others_wrote_moves_nothing() {
        assert_eq!(harmless("Lee\u{202e}\n\u{1b}[2J, Ana"), "Lee\u{fffd}\u{fffd}\u{fffd}[2J, Ana");
    }
}
