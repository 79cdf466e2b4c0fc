//! Excerpts as the rules see them: with all that their origins carry now, and as lines of the record that all of it came
//! from. So nothing that an origin is protected by is lost by taking a part of it, and many small parts, or parts of parts,
//! count as what they are together. Must not know what is decided.

use std::collections::BTreeSet;

use crate::id::RecordId;
use crate::practice::record::ExcerptOf;
use crate::practice::record::Record;
use crate::practice::record::RecordVersion;
use crate::vault::catalog::Catalog;
use crate::vault::catalog::CatalogError;
use crate::vocabulary::is_sensitivity;

/// A record, with what it came from.
#[derive(Clone, Debug)]
pub struct Rooted {
    /// As it is judged.
    pub judged: Record,
    /// What it is an excerpt of, and so on to the root.
    pub origins: Vec<RecordId>,
}

impl Rooted {
    /// Follows an excerpt to its root; any other record is what it is.
    pub fn of(catalog: &Catalog, record: &Record) -> Result<Self, CatalogError> {
        let mut origins = Vec::new();
        let mut next = record.latest.excerpt_of.as_ref().map(|of| of.record);
        let mut seen = BTreeSet::from([record.id()]);
        // No history makes a circle; if one did, it would not go round for ever.
        while let Some(id) = next.filter(|id| seen.insert(*id)) {
            let Some(origin) = catalog.record(id)? else { break };
            next = origin.latest.excerpt_of.as_ref().map(|of| of.record);
            origins.push(origin);
        }
        Ok(Self { judged: judged(record, &origins), origins: origins.iter().map(Record::id).collect() })
    }
}

/// A record as it leaves: where identifiers were removed, its own name and title are such, and whatever somebody typed as
/// a tag may be one; only the tags that the rules know stay.
/// An excerpt leaves with the label and the sensitivity that its origin has now.
pub fn leaving(catalog: &Catalog, record: &Record, is_nameless: bool) -> Result<RecordVersion, CatalogError> {
    let Record { latest: judged, .. } = Rooted::of(catalog, record)?.judged;
    let mut version = record.latest.clone();
    version.label = judged.label;
    let inherited = judged.tags.into_iter().filter(|tag| is_sensitivity(tag.as_str()));
    version.tags.extend(inherited);
    version.tags.sort();
    version.tags.dedup();
    if is_nameless {
        version.tags.retain(|tag| is_sensitivity(tag.as_str()));
        version = RecordVersion { name: None, name_bytes: None, title: None, ..version };
    }
    Ok(version)
}

fn judged(record: &Record, origins: &[Record]) -> Record {
    let mut judged = record.clone();
    for origin in origins {
        inherit(&mut judged, origin);
    }
    judged.latest.excerpt_of = record.latest.excerpt_of.as_ref().map(|of| {
        let lines = rooted(record, origins).unwrap_or_else(|| whole(of));
        let record = origins.last().map_or(of.record, Record::id);
        ExcerptOf { record, de_identified: of.de_identified, ..lines }
    });
    judged
}

/// The highest of all: tags and label, how the person was last, and the earliest day of filing.
fn inherit(judged: &mut Record, origin: &Record) {
    let (latest, above) = (&mut judged.latest, &origin.latest);
    latest.tags.extend(above.tags.iter().cloned());
    latest.tags.sort();
    latest.tags.dedup();
    latest.label = latest.label.max(above.label);
    judged.added = judged.added.min(origin.added);
    if origin.noted.as_ref().is_some_and(|noted| judged.noted.as_ref().is_none_or(|own| own.at < noted.at)) {
        judged.noted = origin.noted;
    }
}

/// The lines of the root that are in it; `None` where nobody can say, because it or what it came from was edited.
fn rooted(record: &Record, origins: &[Record]) -> Option<ExcerptOf> {
    let mut of = record.latest.excerpt_of.clone().filter(|_| record.latest.version == 1)?;
    for above in origins.iter().filter_map(|origin| origin.latest.excerpt_of.as_ref()) {
        if of.version != 1 {
            return None;
        }
        of = ExcerptOf { lines: through(&of.lines, &above.lines), ..above.clone() };
    }
    Some(of)
}

/// What counts as all of it.
fn whole(of: &ExcerptOf) -> ExcerptOf {
    ExcerptOf { lines: vec![[1, u64::MAX]], of_lines: Some(1), ..of.clone() }
}

/// Passages of an excerpt, as passages of what it is an excerpt of: between two of its own stands one line that says that
/// something is left out.
fn through(lines: &[[u64; 2]], passages: &[[u64; 2]]) -> Vec<[u64; 2]> {
    let mut found = Vec::new();
    let mut begin: u64 = 1;
    for [first, last] in passages {
        let end = begin.saturating_add(last.saturating_sub(*first));
        for [from, to] in lines {
            let (from, to) = ((*from).max(begin), (*to).min(end));
            if from <= to {
                found.push([first.saturating_add(from - begin), first.saturating_add(to - begin)]);
            }
        }
        begin = end.saturating_add(2);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::extent;
    use crate::policy::tests::scene::Scene;
    use crate::policy::tests::scene::read;
    use crate::policy::tests::scene::record;
    use crate::vocabulary::Label;
    use crate::vocabulary::RecordKind;

    fn note() -> Record {
        record(&Scene::that_passes().client, RecordKind::ProgressNote, &[])
    }

    fn excerpt(of: &Record, lines: &[[u64; 2]], of_lines: Option<u64>) -> Record {
        let mut excerpt = note();
        let (lines, record, version) = (lines.to_vec(), of.id(), of.latest.version);
        excerpt.latest.excerpt_of = Some(ExcerptOf { de_identified: false, lines, of_lines, record, version });
        excerpt
    }

    #[test]
    fn lines_of_an_excerpt_are_lines_of_its_origin() {
        for (lines, passages, expected) in [
            (&[[1, 2]][..], &[[3, 9]][..], &[[3, 4]][..]),
            (&[[1, 9]], &[[3, 4]], &[[3, 4]]),
            // Line 3 says that something is left out.
            (&[[2, 4]], &[[3, 4], [8, 9]], &[[4, 4], [8, 8]]),
            (&[[3, 3]], &[[3, 4], [8, 9]], &[]),
            (&[[4, 5], [1, 1]], &[[3, 4], [8, 9]], &[[3, 3], [8, 9]]),
            (&[[1, u64::MAX]], &[[1, u64::MAX]], &[[1, u64::MAX]]),
        ] {
            assert_eq!(through(lines, passages), expected, "{lines:?} {passages:?}");
        }
    }

    #[test]
    fn parts_of_parts_count_as_lines_of_the_root() {
        let root = note();
        let (first, all) = (excerpt(&root, &[[1, 2]], Some(5)), excerpt(&root, &[[1, 5]], Some(5)));
        let (second, third) = (excerpt(&all, &[[3, 4]], Some(5)), excerpt(&all, &[[5, 5]], Some(5)));
        let part_of_part = excerpt(&first, &[[1, 2]], None);
        let seen = |record: &Record, origins: &[&Record]| {
            judged(record, &origins.iter().map(|one| (*one).clone()).collect::<Vec<_>>())
        };
        let (first, part_of_part) = (seen(&first, &[&root]), seen(&part_of_part, &[&first, &root]));
        let (second, third) = (seen(&second, &[&all, &root]), seen(&third, &[&all, &root]));
        assert_eq!(extent::wholes(&[first.clone(), second.clone(), third.clone()]), 1);
        assert_eq!(extent::wholes(&[part_of_part.clone(), second.clone(), third]), 1);
        assert_eq!(extent::wholes(&[first, part_of_part, second]), 0);
    }

    #[test]
    fn what_somebody_edited_counts_as_the_whole_and_so_does_a_part_of_it() {
        let root = note();
        let mut edited = excerpt(&root, &[[1, 2]], Some(5));
        edited.latest.version = 2;
        let of_edited = excerpt(&edited, &[[1, 1]], None);
        assert_eq!(extent::wholes(&[judged(&edited, std::slice::from_ref(&root))]), 1);
        assert_eq!(extent::wholes(&[judged(&of_edited, &[edited.clone(), root.clone()])]), 1);
        let before = excerpt(
            &Record {
                latest: crate::practice::record::RecordVersion { version: 1, ..edited.latest.clone() },
                ..edited.clone()
            },
            &[[1, 1]],
            None,
        );
        assert_eq!(extent::wholes(&[judged(&before, &[edited, root])]), 0);
    }

    #[test]
    fn what_the_origins_carry_now_an_excerpt_carries_too() {
        let (mut root, mut middle) = (note(), note());
        root.latest.tags = vec![read("sud")];
        root.latest.label = Label::V;
        root.added = read("2025-01-01T00:00:00Z");
        middle.latest.excerpt_of = excerpt(&root, &[[1, 2]], Some(5)).latest.excerpt_of;
        middle.latest.tags = vec![read("hiv")];
        let record = excerpt(&middle, &[[1, 1]], None);
        let seen = judged(&record, &[middle, root.clone()]);
        assert_eq!(seen.latest.tags, [read("hiv"), read("sud")]);
        assert_eq!((seen.latest.label, seen.added), (Label::V, root.added));
        assert_eq!((seen.id(), seen.latest.object), (record.id(), record.latest.object));
    }
}
