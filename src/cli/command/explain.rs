//! `subrosa explain`: one rule of the table, whole. Needs no vault.

use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Look;
use crate::cli::answer::Sheet;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::policy;
use crate::policy::Rule;

/// What `subrosa explain` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The reason's id, as a refusal tells it
    #[arg(value_name = "REASON_ID")]
    pub id: String,
}

#[derive(Serialize)]
struct Explained {
    id: &'static str,
    text: &'static str,
    source: &'static [&'static str],
    cure: &'static str,
    exit: u8,
}

impl From<&'static Rule> for Explained {
    fn from(rule: &'static Rule) -> Self {
        Self { id: rule.id, text: rule.text, source: rule.source, cure: rule.cure, exit: rule.exit }
    }
}

impl Explained {
    fn sheet(&self) -> Sheet {
        let sources = self.source.iter().map(|source| ("source", Some((*source).to_owned())));
        let head = [("id", Some(self.id.to_owned())), ("text", Some(self.text.to_owned()))];
        let tail = [("cure", Some(self.cure.to_owned())), ("exit", Some(self.exit.to_string()))];
        Sheet::of(head.into_iter().chain(sources).chain(tail))
    }
}

impl Answer for Explained {
    fn prose(&self, look: &Look<'_>) -> String {
        self.sheet().prose(look)
    }

    fn bare(&self) -> String {
        self.sheet().bare()
    }
}

/// The id of the table that is nearest to what was typed.
fn nearest(typed: &str) -> Option<&'static str> {
    let near = policy::rules().map(|rule| (distance(typed, rule.id), rule.id));
    near.min_by_key(|(distance, _)| *distance).map(|(_, id)| id)
}

/// How many letters have to be changed, added or left out to make one of the other.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, c) in one.chars().enumerate() {
        let mut before = std::mem::replace(&mut row[0], i + 1);
        for (j, d) in other.iter().enumerate() {
            let next = (before + usize::from(c != *d)).min(row[j] + 1).min(row[j + 1] + 1);
            before = std::mem::replace(&mut row[j + 1], next);
        }
    }
    row[other.len()]
}

/// Explains it.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let typed = args.id.trim().to_uppercase();
    let Some(rule) = policy::rule(&typed) else {
        let near = nearest(&typed).unwrap_or("E-CONSENT-NONE");
        let message = format!("there is no reason {:?}; did you mean {near}?", args.id);
        return Err(Failure::not_found(message).hint(format!("subrosa explain {near}")));
    };
    session.answer("explain", &Explained::from(rule), None)?;
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_leads_to_the_rule_that_was_meant() {
        assert_eq!(nearest("E-CONSENT-NOEN"), Some("E-CONSENT-NONE"));
        assert_eq!(nearest("E-MINIMUN"), Some("E-MINIMUM"));
        assert_eq!((distance("", "abc"), distance("abc", "abd"), distance("ab", "ba")), (3, 1, 2));
    }
}
