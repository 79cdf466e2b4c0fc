//! The accounting as comma-separated values (RFC 4180), for a spreadsheet: a cell that a spreadsheet would run as a formula
//! is text there. Must not know where it goes.

use crate::policy::accounting::plain as basis;
use crate::report::accounting::Accounting;
use crate::report::accounting::Row;
use crate::report::plain;

/// The columns.
pub const COLUMNS: [&str; 13] = [
    "date",
    "last",
    "count",
    "recipient",
    "organisation",
    "address",
    "what",
    "why",
    "basis",
    "how",
    "required_by",
    "flags",
    "disclosures",
];

/// The whole file: the columns' names, then a line for each row.
pub fn file(report: &Accounting) -> String {
    let mut text = line(COLUMNS.map(str::to_owned));
    for row in &report.rows {
        text.push_str(&line(cells(row)));
    }
    text
}

fn cells(row: &Row) -> [String; COLUMNS.len()] {
    let ids: Vec<String> = row.disclosures.iter().map(ToString::to_string).collect();
    [
        row.first.to_string(),
        row.last.to_string(),
        row.disclosures.len().to_string(),
        row.recipient.clone(),
        row.organisation.clone().unwrap_or_default(),
        row.address.clone().unwrap_or_default(),
        row.what.clone(),
        plain::purpose(row.purpose),
        basis(row.basis).0.to_owned(),
        plain::medium(row.medium).to_owned(),
        row.required_words().join("; "),
        row.flag_words().join("; "),
        ids.join(" "),
    ]
}

fn line(cells: [String; COLUMNS.len()]) -> String {
    cells.iter().map(|text| cell(text)).collect::<Vec<_>>().join(",") + "\r\n"
}

/// One cell. What begins like a formula gets an apostrophe before it, which spreadsheets take for "this is text".
fn cell(text: &str) -> String {
    let runs = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if runs { format!("'{text}") } else { text.to_owned() };
    match runs || text.contains([',', '"', '\r', '\n']) || text.starts_with(' ') || text.ends_with(' ') {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cells_are_quoted_and_formulas_are_text() {
        for (text, cell_of_it) in [
            ("Lee", "Lee"),
            ("Lee, Ana", "\"Lee, Ana\""),
            ("the \"Rose\"", "\"the \"\"Rose\"\"\""),
            ("=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\""),
            ("+351 210", "\"'+351 210\""),
            ("-1+1", "\"'-1+1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("\t=1", "\"'\t=1\""),
            ("\r=1", "\"'\r=1\""),
            ("", ""),
        ] {
            assert_eq!(cell(text), cell_of_it);
        }
    }

    proptest! {
        #[test]
        fn a_reader_finds_one_cell_that_is_no_formula(text in any::<String>()) {
            let cell = cell(&text);
            let inner = match cell.strip_prefix('"') {
                Some(rest) => rest.strip_suffix('"').unwrap().replace("\"\"", "\""),
                None => {
                    prop_assert!(!cell.contains([',', '"', '\r', '\n']));
                    cell
                }
            };
            prop_assert!(!inner.starts_with(['=', '+', '-', '@', '\t', '\r']));
            let guarded = format!("'{}", text);
            prop_assert!(inner == text || inner == guarded);
        }
    }
}
