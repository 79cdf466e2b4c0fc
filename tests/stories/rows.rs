//! What the practice asked for, row by row: which rules and commands fulfil it, and which story shows that. The rows are
//! those of the texts that the vault was made after, by the numbers they have there; 26 and 27 are about storage and copies
//! of it.

mod table;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use clap::CommandFactory as _;
use subrosa::cli::args::Cli;
use subrosa::policy;
use table::ROWS;

/// A row: its number, what it asks for, the rules and commands that fulfil it, and the stories that show it.
struct Row(u8, &'static str, &'static [&'static str], &'static [&'static str]);

#[test]
fn every_row_is_there_once_and_what_fulfils_and_shows_it_exists() {
    let numbers: Vec<u8> = ROWS.iter().map(|Row(number, ..)| *number).collect();
    let expected: Vec<u8> = (1..=47).filter(|number| ![26, 27].contains(number)).collect();
    assert_eq!(numbers, expected);
    let mut missing = BTreeSet::new();
    for Row(number, what, by, shown) in ROWS {
        assert!(!what.is_empty() && !by.is_empty() && !shown.is_empty(), "{number}");
        missing.extend(by.iter().filter(|name| !is_there(name)).map(|name| format!("{number}: {name}")));
        missing.extend(shown.iter().filter(|story| !is_told(story)).map(|story| format!("{number}: {story}")));
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

/// Whether there is such a rule, or such a command.
fn is_there(name: &str) -> bool {
    if name.starts_with("E-") {
        return policy::rule(name).is_some();
    }
    let mut command = Cli::command();
    name.split(' ').all(|word| {
        let found = command.find_subcommand(word).cloned();
        found.is_some_and(|found| {
            command = found;
            true
        })
    })
}

/// Whether there is such a story.
fn is_told(story: &str) -> bool {
    let (file, name) = story.rsplit_once("::").unwrap();
    let stories = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories");
    let text = fs::read_to_string(stories.join(format!("{}.rs", file.replace("::", "/")))).unwrap_or_default();
    text.contains(&format!("#[test]\nfn {name}() {{"))
}
