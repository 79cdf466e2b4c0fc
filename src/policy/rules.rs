//! The rules, in the order in which reasons are listed: one row each, with its words, its source and its cure.

use std::fmt;

use crate::policy::Facts;
use crate::policy::Reason;
use crate::policy::Request;
use crate::vocabulary::Basis;

/// One rule. In `cure`, `{recipient}` stands for the recipient's alias, `{records}` for the records' ids and `{purpose}`
/// for the purpose.
pub struct Rule {
    /// Its id, as ledger entries and scripts know it.
    pub id: &'static str,
    /// What it says, in plain words.
    pub text: &'static str,
    /// Where it comes from.
    pub source: &'static [&'static str],
    /// The command that cures it.
    pub cure: &'static str,
    /// The exit code of a refusal by this rule alone.
    pub exit: u8,
    pub(super) applies: fn(&Request, &Facts<'_>, &'static Rule) -> Vec<Reason>,
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
pub const RULES: &[Rule] = &[
    Rule {
        id: "E-LEDGER",
        text: "the ledger does not hold, so nothing that is shared now could be traced",
        source: &[OUR_CHOICE],
        cure: "subrosa ledger verify",
        exit: 5,
        applies: |_, facts, rule| whole(rule, !facts.ledger_holds),
    },
    Rule {
        id: "E-CLIENT-SEVERAL",
        text: "the records are about several clients, and each person consents for their own part",
        source: &["seed A: \"without the consent of the individual involved\"", OUR_CHOICE],
        cure: "subrosa list --client ALIAS",
        exit: 3,
        applies: |_, facts, rule| {
            let first = facts.records.first().and_then(|record| record.latest.client);
            whole(rule, facts.records.iter().any(|record| record.latest.client != first))
        },
    },
    Rule {
        id: "E-OUTPUT-VAULT",
        text: "the package would go into the vault itself",
        source: &[EASY_PLACES, OUR_CHOICE],
        cure: "subrosa share {records} --to {recipient} --purpose {purpose} -o DIRECTORY",
        exit: 6,
        applies: output,
    },
    Rule {
        id: "E-OUTPUT-LINK",
        text: "the package would go through a symbolic link, and land somewhere else",
        source: &[EASY_PLACES, OUR_CHOICE],
        cure: "subrosa share {records} --to {recipient} --purpose {purpose} -o DIRECTORY",
        exit: 6,
        applies: output,
    },
    Rule {
        id: "E-OUTPUT-EXISTS",
        text: "a file is there already",
        source: &[OUR_CHOICE],
        cure: "subrosa share {records} --to {recipient} --purpose {purpose} -o FILE --force",
        exit: 6,
        applies: output,
    },
    Rule {
        id: "E-RECIP-WILDCARD",
        text: "this would be everyone, and everyone is nobody who needs it: name each person",
        source: &["seed B: \"making client information available to all staff—just because they work there\""],
        cure: "subrosa recipient list",
        exit: 3,
        // Decided where names are read: no recipient is called so.
        applies: |_, _, _| Vec::new(),
    },
    Rule {
        id: "E-RECIP-SUSPENDED",
        text: "the recipient is suspended",
        source: &["seed A: \"who has access to it\"", OUR_CHOICE],
        cure: "subrosa recipient show {recipient}",
        exit: 3,
        applies: |_, facts, rule| about_recipient(rule, facts, facts.recipient.suspended.is_some()),
    },
    Rule {
        id: "E-KEY-NONE",
        text: "the recipient has given no key yet",
        source: &[OUR_CHOICE],
        cure: "subrosa recipient replace-key {recipient} --key RECIPIENT",
        exit: 3,
        applies: |_, facts, rule| about_recipient(rule, facts, facts.recipient.given.key.is_none()),
    },
    Rule {
        id: "E-KEY-UNUSABLE",
        text: "nothing can be sealed to the recipient's key on this computer: its plugin is not installed, or this program was built without its kind",
        source: &[OUR_CHOICE],
        cure: "subrosa recipient show {recipient}",
        exit: 3,
        applies: |_, facts, rule| about_recipient(rule, facts, facts.recipient.given.key.is_some() && !facts.key_works),
    },
    Rule {
        id: "E-RECIP-UNVERIFIED",
        text: "nobody has made sure that the key is the recipient's (--unverified shares all the same, and is recorded)",
        source: &[NOT_ANYONE, OUR_CHOICE],
        cure: "subrosa recipient verify {recipient} --how in-person",
        exit: 3,
        applies: |request, facts, rule| {
            let given = &facts.recipient.given;
            about_recipient(rule, facts, given.key.is_some() && given.verified.is_none() && !request.unverified)
        },
    },
    Rule {
        id: "E-BASIS-FORBIDDEN",
        text: "the protocol does not let records be shared for treatment, payment and operations without consent",
        source: &[NOT_ANYONE],
        cure: "subrosa help share",
        exit: 3,
        applies: |request, _, rule| whole(rule, request.basis == Basis::Tpo),
    },
    Rule {
        id: "E-BASIS-ASSURANCE",
        text: "this basis needs papers that cannot be filed yet, and no other basis may be named in its place",
        source: &[OUR_CHOICE],
        cure: "subrosa help share",
        exit: 3,
        applies: |request, _, rule| whole(rule, !OPEN_BASES.contains(&request.basis)),
    },
];

/// The bases that need nothing but what is in the vault; `tpo` is the protocol's, and has a rule of its own.
const OPEN_BASES: [Basis; 5] = [Basis::Consent, Basis::ConsentTpo, Basis::SelfSame, Basis::Representative, Basis::Tpo];

/// The rule whose id this is.
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}

/// A reason about the request as a whole, if it applies.
fn whole(rule: &'static Rule, applies: bool) -> Vec<Reason> {
    if applies { vec![Reason { rule, recipient: None, record: None }] } else { Vec::new() }
}

fn about_recipient(rule: &'static Rule, facts: &Facts<'_>, applies: bool) -> Vec<Reason> {
    if applies { vec![Reason { rule, recipient: Some(facts.recipient.id()), record: None }] } else { Vec::new() }
}

/// The places' own table gives a risk the id of the rule it breaks.
fn output(_: &Request, facts: &Facts<'_>, rule: &'static Rule) -> Vec<Reason> {
    whole(rule, facts.output.iter().any(|risk| risk.id() == rule.id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_rule_has_an_id_of_its_own_words_a_source_and_a_cure() {
        let ids: BTreeSet<_> = RULES.iter().map(|rule| rule.id).collect();
        assert_eq!(ids.len(), RULES.len());
        for rule in RULES {
            assert!(
                !rule.text.is_empty() && !rule.source.is_empty() && rule.cure.starts_with("subrosa "),
                "{}",
                rule.id
            );
            assert!([3, 4, 5, 6].contains(&rule.exit), "{}", rule.id);
        }
    }
}
