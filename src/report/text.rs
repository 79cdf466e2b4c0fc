//! The accounting as plain text, for a terminal and for paper: 78 columns, nothing told by layout alone. Must not know where
//! it goes.

use crate::policy::accounting::plain as basis;
use crate::report::accounting::Accounting;
use crate::report::accounting::Row;
use crate::report::page;
use crate::report::plain;

/// So wide is a line at most.
const WIDTH: usize = 78;
/// Where the value of a field begins.
const VALUE: usize = 18;

/// The whole page.
pub fn page(report: &Accounting) -> String {
    let mut text = format!("{}\n\n", page::TITLE.to_uppercase());
    for (name, value) in page::facts(report) {
        field(&mut text, 0, name, &value);
    }
    text.push('\n');
    if report.rows.is_empty() {
        text.push_str(&format!("{}\n", page::nothing(report)));
    }
    for (at, row) in report.rows.iter().enumerate() {
        text.push_str(&entry(at + 1, row));
    }
    text.push_str("\nWHAT THE MARKS MEAN\n\n");
    for line in page::marks(report) {
        filled(&mut text, 0, &line);
    }
    text.push_str("\nWHAT EACH LAW LEAVES OUT\n\n");
    if let Some(line) = page::counted(report) {
        filled(&mut text, 0, line);
    }
    for left in page::left_out(report) {
        let law = format!(
            "{:>4}  {}: {} ({})",
            left.count,
            left.regime.name(),
            left.exception.text(),
            left.exception.source()
        );
        filled(&mut text, 6, &law);
    }
    text.push('\n');
    for line in page::foot(report) {
        filled(&mut text, 0, &line);
    }
    text
}

fn entry(number: usize, row: &Row) -> String {
    let mut text = format!("{number:>3}. {}  {}\n", page::days(row), row.recipient);
    let (ground, source) = basis(row.basis);
    let fields = [
        ("of", row.organisation.clone()),
        ("address", row.address.clone()),
        ("what", Some(row.what.clone())),
        ("why", Some(plain::purpose(row.purpose))),
        ("ground", Some(format!("{ground} ({source})"))),
        ("how", Some(plain::medium(row.medium).to_owned())),
        ("required by", Some(row.required_words().join(", "))),
        ("flags", Some(row.flag_words().join(", ")).filter(|words| !words.is_empty())),
        ("in its own words", row.why.clone()),
    ];
    for (name, value) in fields {
        if let Some(value) = value {
            field(&mut text, 5, name, &value);
        }
    }
    text.push('\n');
    text
}

fn field(text: &mut String, indent: usize, name: &str, value: &str) {
    let mut line = String::new();
    filled(&mut line, indent + VALUE, value);
    let name = format!("{}{name}", " ".repeat(indent));
    let width = indent + VALUE;
    text.push_str(&format!("{name:<width$}{}", line.trim_start()));
}

/// `words` in lines, those after the first under `indent`; a word is never broken.
fn filled(text: &mut String, indent: usize, words: &str) {
    let mut width = indent;
    let leading = words.len() - words.trim_start().len();
    text.push_str(&words[..leading]);
    for (at, word) in words.split_whitespace().enumerate() {
        let length = word.chars().count();
        if at > 0 && width + 1 + length > WIDTH {
            text.push('\n');
            text.push_str(&" ".repeat(indent));
            width = indent;
        } else if at > 0 {
            text.push(' ');
            width += 1;
        }
        text.push_str(word);
        width += length;
    }
    text.push('\n');
}
