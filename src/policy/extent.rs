//! How much of a record leaves: an excerpt of all its lines is the record, whatever it is called, and so are several
//! that have all of them between them, whichever versions they were taken from. Source: 45 CFR 164.502(b). Must not know what is in a line.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::id::RecordId;
use crate::practice::record::Record;

/// How many whole records these are: those that are no excerpts, and those that excerpts among them have all lines of.
pub fn wholes(records: &[Record]) -> usize {
    let mut whole: BTreeSet<RecordId> = BTreeSet::new();
    let mut parts: BTreeMap<RecordId, (u64, Vec<[u64; 2]>)> = BTreeMap::new();
    for record in records {
        match &record.latest.excerpt_of {
            None => {
                whole.insert(record.id());
            }
            Some(of) => {
                if let Some(count) = of.of_lines {
                    let (least, lines) = parts.entry(of.record).or_insert((count, Vec::new()));
                    *least = count.min(*least);
                    lines.extend(&of.lines);
                }
            }
        }
    }
    let covered = parts.into_iter().filter(|(_, (count, lines))| covers(lines, *count));
    whole.extend(covered.map(|(origin, _)| origin));
    whole.len()
}

/// Whether the passages have every line from the first to that one.
pub fn covers(passages: &[[u64; 2]], last: u64) -> bool {
    let mut passages = passages.to_vec();
    passages.sort_unstable();
    // The first line that is missing so far.
    let missing = passages.into_iter().fold(
        1,
        |next: u64, [first, end]| {
            if first <= next { next.max(end.saturating_add(1)) } else { next }
        },
    );
    missing > last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passages_that_leave_no_line_out_are_the_whole() {
        for (passages, last, is_whole) in [
            (&[[1, 20]][..], 20, true),
            (&[[1, 21]], 20, true),
            (&[[1, 19]], 20, false),
            (&[[2, 20]], 20, false),
            (&[[11, 20], [1, 10]], 20, true),
            (&[[1, 9], [11, 20]], 20, false),
            (&[[1, 12], [3, 5], [8, 20]], 20, true),
            (&[[1, u64::MAX]], 20, true),
            (&[], 1, false),
        ] {
            assert_eq!(covers(passages, last), is_whole, "{passages:?}");
        }
    }
}
