//! Sensitivity tags: which words they are, the label they raise a record to, and which of them a kind carries by itself.
//! Must not know which rule looks at them.

use super::Label;
use super::RecordKind;

/// Sensitivity tags (HL7 v3-ActCode), lower-cased, that raise a record's label to R.
const RESTRICTED: &[&str] = &[
    "psy",
    "mh",
    "bh",
    "sud",
    "eth",
    "ethud",
    "opioidud",
    "vio",
    "sex",
    "pregnant",
    "gender",
    "hiv",
    "std",
    "gdis",
    "cogn",
    "dvd",
    "emotdis",
    "adol",
    "rel",
    "livarg",
    "locis",
    "emp",
    "empl",
    "vip",
    "cel",
    "42cfrpart2",
    "hipaaselfpay",
    "hipaaauth",
    "hipaanopp",
    "hipaaroa",
    "gdprconsent",
    "commonrule",
    "title38section7332",
];

/// Sensitivity tags that raise it to V.
const VERY_RESTRICTED: &[&str] = &["psythpn", "hipaapsynotes", "sdv", "prs", "tboo", "mst"];

/// The label that `kind` and `tags` call for: the highest of all.
pub fn label_of<'a>(kind: RecordKind, tags: impl IntoIterator<Item = &'a str>) -> Label {
    tags.into_iter().filter_map(tag_label).fold(kind.label(), Label::max)
}

/// What a sensitivity tag raises the label to; `None` for a free tag.
pub fn tag_label(tag: &str) -> Option<Label> {
    if VERY_RESTRICTED.contains(&tag) {
        return Some(Label::V);
    }
    RESTRICTED.contains(&tag).then_some(Label::R)
}

/// Every sensitivity tag.
pub fn sensitivity_tags() -> impl Iterator<Item = &'static str> {
    RESTRICTED.iter().chain(VERY_RESTRICTED).copied()
}

/// Whether `tag`, lower-cased, is a sensitivity tag; every other tag is free and matters to no rule.
pub fn is_sensitivity(tag: &str) -> bool {
    tag_label(tag).is_some()
}

/// Tags that put a record under 42 CFR Part 2: the law's own, and every one of substance use. Leaving one of them out
/// would let a record of a substance-use programme go as an ordinary one.
const PART2: &[&str] = &["42cfrpart2", "sud", "eth", "ethud", "opioidud"];

/// Whether `tag`, lower-cased, puts a record under 42 CFR Part 2.
pub fn is_part2_tag(tag: &str) -> bool {
    PART2.contains(&tag)
}

/// The sensitivity tags that every record of `kind` carries, added or not. Whoever consents to the kind consents to
/// these; any other sensitivity tag of a record must be named.
pub fn default_tags(kind: RecordKind) -> &'static [&'static str] {
    match kind {
        RecordKind::ProgressNote | RecordKind::SessionIndividual | RecordKind::SessionGroup => &["mh"],
        RecordKind::PsychotherapyNote => &["psythpn", "hipaapsynotes", "mh"],
        RecordKind::SudCounsellingNote => &["sud", "42cfrpart2"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_raise_the_label_and_never_lower_it() {
        assert_eq!(label_of(RecordKind::Appointment, []), Label::N);
        assert_eq!(label_of(RecordKind::Appointment, ["intake"]), Label::N);
        assert_eq!(label_of(RecordKind::Appointment, ["hiv"]), Label::R);
        assert_eq!(label_of(RecordKind::ProgressNote, ["hiv", "sdv"]), Label::V);
        assert_eq!(label_of(RecordKind::PsychotherapyNote, ["mh"]), Label::V);
    }

    #[test]
    fn tags_of_substance_use_are_part_2_and_no_others() {
        let part2: Vec<&str> =
            RESTRICTED.iter().chain(VERY_RESTRICTED).copied().filter(|tag| is_part2_tag(tag)).collect();
        assert_eq!(part2, ["sud", "eth", "ethud", "opioidud", "42cfrpart2"]);
        assert!(!is_part2_tag("mh") && !is_part2_tag("intake") && !is_part2_tag(""));
    }

    #[test]
    fn free_tags_are_not_sensitive() {
        assert!(is_sensitivity("hiv") && is_sensitivity("psythpn") && is_sensitivity("hipaaselfpay"));
        assert!(!is_sensitivity("intake") && !is_sensitivity("HIV") && !is_sensitivity(""));
    }

    #[test]
    fn what_a_kind_carries_is_sensitive_and_raises_no_label_above_the_kinds_own() {
        for kind in RecordKind::ALL {
            assert!(default_tags(*kind).iter().all(|tag| is_sensitivity(tag)), "{kind}");
            assert_eq!(label_of(*kind, default_tags(*kind).iter().copied()), kind.label(), "{kind}");
        }
        assert_eq!(default_tags(RecordKind::SessionGroup), ["mh"]);
        assert_eq!(default_tags(RecordKind::PsychotherapyNote), ["psythpn", "hipaapsynotes", "mh"]);
        assert_eq!(default_tags(RecordKind::SudCounsellingNote), ["sud", "42cfrpart2"]);
        assert!(default_tags(RecordKind::Letter).is_empty());
    }
}
