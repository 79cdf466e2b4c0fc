//! Several disclosures to one recipient for one purpose, told as the first, how many, and the last (45 CFR 164.528(b)(3)).
//! Must not know what stands in a row beyond what makes two of them alike.

use crate::report::accounting::Row;
use crate::report::flag::Flag;

/// From so many on it is a series: two rows are no longer than a row that tells of two.
const LEAST: usize = 3;

/// The rows with those that are alike drawn together, each series where its first stood.
pub fn summarised(rows: Vec<Row>) -> Vec<Row> {
    let mut groups: Vec<Vec<Row>> = Vec::new();
    for row in rows {
        match groups.iter_mut().find(|group| is_alike(&group[0], &row)) {
            Some(group) => group.push(row),
            None => groups.push(vec![row]),
        }
    }
    let mut rows: Vec<Row> = Vec::new();
    for group in groups {
        if group.len() < LEAST {
            rows.extend(group);
            continue;
        }
        let count = group.len();
        let series = group.into_iter().reduce(joined);
        rows.extend(series.map(|row| Row { what: format!("{}, the first of {count}", row.what), ..row }));
    }
    rows.sort_by_key(|row| row.first_n);
    rows
}

/// Whether two rows tell of the same thing, recipient, purpose and ground, and are asked for by the same laws.
fn is_alike(one: &Row, other: &Row) -> bool {
    let flags = |row: &Row| -> Vec<Flag> {
        row.flags.iter().copied().filter(|flag| !matches!(flag, Flag::Acknowledged | Flag::Why)).collect()
    };
    one.recipient_id == other.recipient_id
        && (&one.recipient, &one.organisation, &one.address) == (&other.recipient, &other.organisation, &other.address)
        && one.sort == other.sort
        && (one.purpose, one.basis, one.medium) == (other.purpose, other.basis, other.medium)
        && one.required == other.required
        && one.standings == other.standings
        && one.suspended == other.suspended
        && flags(one) == flags(other)
}

fn joined(mut first: Row, next: Row) -> Row {
    first.disclosures.extend(next.disclosures);
    first.last = next.last;
    first.flags.retain(|flag| next.flags.contains(flag));
    first
}
