//! The rules, in the order in which reasons are listed: one row each, with its words, its source and its cure. What
//! explains them, refuses by them and tests them draws on these rows alone.

mod apart;
mod consent;
mod need;
mod people;
mod places;
mod safety;
mod told;

pub use consent::basis_towards;
pub use people::has_to_read_anew;
pub use people::learnt_before;
pub(super) use places::broken_in;

use std::fmt;

use crate::policy::Reason;
use crate::policy::case::Case;
use crate::practice::record::Record;

/// One rule. In `cure`, words in braces stand for what the case is about: `{client}`, `{recipient}`, `{records}`,
/// `{record}`, `{medical}`, `{concern}`, `{signatory}`, `{signed}`, `{kinds}`, `{tags}`, `{purpose}`, `{label}`, `{consent}`, `{agreement}`, `{today}`;
/// and flags: `{missing}` for what a draft lacks, `{legal}` for proceedings, `{own}` for all that a consent of its own needs.
pub struct Rule {
    /// Its id, as ledger entries and scripts know it.
    pub id: &'static str,
    /// What it says, in plain words.
    pub text: &'static str,
    /// Where it comes from: a phrase of the texts that the vault was made after, a law or an ethics code, or a choice of
    /// this program's makers.
    pub source: &'static [&'static str],
    /// The command that cures it.
    pub cure: &'static str,
    /// The exit code of a refusal by this rule alone.
    pub exit: u8,
    pub(super) applies: fn(&Case<'_>, &'static Rule) -> Vec<Reason>,
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Rule {}

const OUR_CHOICE: &str = "our choice";
const NOT_ANYONE: &str =
    "seed A: \"not sharing the information with anyone without the explicit permission of the client\"";
const EASY_PLACES: &str = "seed B: \"Storing records in easily accessible locations?\"";

/// Every rule, in order.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    [places::RULES, people::RULES, consent::RULES, safety::RULES, need::RULES].into_iter().flatten()
}

/// The rule whose id this is.
pub fn rule(id: &str) -> Option<&'static Rule> {
    rules().find(|rule| rule.id == id)
}

/// A reason about the request as a whole, if it applies.
fn whole(rule: &'static Rule, applies: bool) -> Vec<Reason> {
    if applies { vec![reason(rule)] } else { Vec::new() }
}

fn about_recipient(rule: &'static Rule, case: &Case<'_>, applies: bool) -> Vec<Reason> {
    let recipient = Some(case.facts.recipient.id());
    if applies { vec![Reason { recipient, ..reason(rule) }] } else { Vec::new() }
}

/// A reason for each record that it applies to.
fn about_records(rule: &'static Rule, case: &Case<'_>, applies: impl Fn(&Record) -> bool) -> Vec<Reason> {
    let records = case.facts.records.iter().filter(|record| applies(record));
    let recipient = Some(case.facts.recipient.id());
    records.map(|record| Reason { recipient, record: Some(record.id()), ..reason(rule) }).collect()
}

/// A reason about nothing in particular.
pub(super) fn reason(rule: &'static Rule) -> Reason {
    Reason {
        rule,
        text: rule.text,
        cure: rule.cure,
        recipient: None,
        record: None,
        consent: None,
        signatory: None,
        concern: None,
        missing: Vec::new(),
        found: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_rule_has_an_id_of_its_own_words_a_source_and_a_cure() {
        let ids: BTreeSet<_> = rules().map(|rule| rule.id).collect();
        assert_eq!(ids.len(), rules().count());
        for rule in rules() {
            assert!(
                !rule.text.is_empty() && !rule.source.is_empty() && rule.cure.starts_with("subrosa "),
                "{}",
                rule.id
            );
            assert!([3, 4, 5, 6].contains(&rule.exit), "{}", rule.id);
        }
    }
}
