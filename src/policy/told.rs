//! What is told without a record, or handed over on paper: judged as its author describes it, and where nobody said, as if
//! it were about all that the client's records of those kinds are about. Must not know the rules.

use std::collections::BTreeSet;

use crate::policy::Facts;
use crate::practice::consent::ConsentTerms;
use crate::practice::words::Tag;
use crate::time::Date;
use crate::time::Timestamp;
use crate::vocabulary::Label;
use crate::vocabulary::NoteClass;
use crate::vocabulary::RecordKind;
use crate::vocabulary::default_tags;
use crate::vocabulary::is_part2_tag;
use crate::vocabulary::is_sensitivity;
use crate::vocabulary::label_of;

/// What its author said that it is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// What kinds of records; empty where nobody said.
    pub kinds: Vec<RecordKind>,
    /// Which sensitivities, none of them where the list is empty; `None` where nobody said.
    pub tags: Option<Vec<Tag>>,
    /// Which dates of service; empty where nobody said.
    pub dates: Vec<Date>,
    /// Whom it is about is not said.
    pub de_identified: bool,
}

/// What there is on file of one kind of a client's records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The kind.
    pub kind: RecordKind,
    /// Every tag that one of them has.
    pub tags: Vec<Tag>,
    /// The first date of service.
    pub first: Date,
    /// The last one.
    pub last: Date,
    /// When it was last noted of one of them that somebody was not well in the session.
    pub uneasy: Option<Timestamp>,
}

/// Whether any of these records falls under 42 CFR Part 2 by its kind or its tags.
pub fn has_part2(held: &[Held]) -> bool {
    let is_one = |held: &Held| held.tags.iter().any(|tag| is_part2_tag(tag.as_str()));
    held.iter().any(|held| held.kind == RecordKind::SudCounsellingNote || is_one(held))
}

/// A case without records, looked at.
#[derive(Clone, Copy)]
pub(super) struct Told<'a> {
    said: &'a Said,
    held: &'a [Held],
}

impl<'a> Told<'a> {
    pub fn of(facts: &Facts<'a>) -> Self {
        Self { said: facts.about, held: facts.held }
    }

    /// The kinds that it may be about.
    pub fn kinds(self) -> Vec<RecordKind> {
        if self.said.kinds.is_empty() {
            self.held.iter().map(|held| held.kind).collect()
        } else {
            self.said.kinds.clone()
        }
    }

    /// The tags that it may have as one of that kind, besides those that the kind carries by itself.
    fn tags(self, kind: RecordKind) -> Vec<&'a str> {
        match &self.said.tags {
            Some(said) => said.iter().map(|tag| tag.as_str()).collect(),
            None => {
                let held = self.held.iter().filter(|held| held.kind == kind);
                held.flat_map(|held| held.tags.iter().map(|tag| tag.as_str())).collect()
            }
        }
    }

    /// The highest label of what it may be about.
    pub fn label(self) -> Label {
        let labels = self.kinds().into_iter().map(|kind| label_of(kind, self.tags(kind)));
        let said = self.said.tags.iter().flatten().map(|tag| tag.as_str());
        // Where nobody said what it is about, it is what most of it is: restricted.
        let unsaid = self.said.kinds.is_empty().then(|| label_of(RecordKind::ProgressNote, said));
        labels.chain(unsaid).max().unwrap_or(Label::R)
    }

    /// Whether it may be about what falls under 42 CFR Part 2.
    pub fn is_part2(self) -> bool {
        let is_of =
            |kind: RecordKind| kind == RecordKind::SudCounsellingNote || self.tags(kind).into_iter().any(is_part2_tag);
        self.kinds().into_iter().any(is_of) || self.said.tags.iter().flatten().any(|tag| is_part2_tag(tag.as_str()))
    }

    /// The sensitivities that it may be about, and that neither its kind carries nor the consent names. Those of separate
    /// notes no name opens, but a consent for them alone.
    pub fn uncovered(self, terms: &ConsentTerms) -> BTreeSet<&'a str> {
        let is_covered = |kind: RecordKind, tag: &str| {
            let is_apart = matches!(tag, "psythpn" | "hipaapsynotes");
            let is_open = !is_apart || terms.note_class == Some(NoteClass::Psychotherapy);
            default_tags(kind).contains(&tag) || (is_open && terms.tags.iter().any(|named| named.as_str() == tag))
        };
        let kinds = self.kinds();
        let of = |kind: RecordKind| self.tags(kind).into_iter().map(move |tag| (kind, tag));
        let all: Vec<(RecordKind, &str)> =
            if kinds.is_empty() { of(RecordKind::Other).collect() } else { kinds.into_iter().flat_map(of).collect() };
        let sensitive = all.into_iter().filter(|(_, tag)| is_sensitivity(tag));
        sensitive.filter(|(kind, tag)| !is_covered(*kind, tag)).map(|(_, tag)| tag).collect()
    }

    /// The dates of service that it may be about: where nobody said, those of the records, and up to now.
    pub fn dates(self, today: Date) -> Vec<Date> {
        if !self.said.dates.is_empty() {
            return self.said.dates.clone();
        }
        let kinds = self.kinds();
        let held = self.held.iter().filter(|held| kinds.contains(&held.kind));
        held.flat_map(|held| [held.first, held.last]).chain([today]).collect()
    }

    /// When it was last noted of a session that it may be about, that somebody was not well in it.
    pub fn uneasy(self) -> Option<Timestamp> {
        let kinds = self.kinds();
        self.held.iter().filter(|held| kinds.contains(&held.kind)).filter_map(|held| held.uneasy).max()
    }

    /// Whether a restriction to these kinds and tags touches it. Where nobody said, it does.
    pub fn is_touched(self, kinds: &[RecordKind], tags: &[Tag]) -> bool {
        let Said { kinds: said, tags: named, .. } = self.said;
        let is_tagged = |kind: Option<RecordKind>| {
            let kinds = kind.as_ref().map_or(RecordKind::ALL, std::slice::from_ref);
            let is_carried = |tag: &Tag| kinds.iter().any(|kind| default_tags(*kind).contains(&tag.as_str()));
            let is_named = |tag: &Tag| named.as_ref().is_none_or(|named| named.contains(tag));
            tags.is_empty() || tags.iter().any(|tag| is_named(tag) || is_carried(tag))
        };
        if said.is_empty() {
            return is_tagged(None);
        }
        said.iter().any(|kind| (kinds.is_empty() || kinds.contains(kind)) && is_tagged(Some(*kind)))
    }
}
