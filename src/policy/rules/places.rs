//! The ledger, and the place a package would go to.

use crate::policy::Reason;
use crate::policy::case::Case;

use super::EASY_PLACES;
use super::OUR_CHOICE;
use super::Rule;
use super::whole;

const ELSEWHERE: &str = "subrosa share {records} --to {recipient} --purpose {purpose} -o DIRECTORY";

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "E-LEDGER",
        text: "the ledger does not hold, so nothing that is shared now could be traced",
        source: &["seed A: \"the integrity of the intervention\"", OUR_CHOICE],
        cure: "subrosa ledger verify",
        exit: 5,
        applies: |case, rule| whole(rule, !case.facts.ledger_holds),
    },
    Rule {
        id: "E-NOTFOUND",
        text: "there is no such thing in the vault, or no such person",
        source: &[OUR_CHOICE],
        cure: "subrosa list",
        exit: 4,
        // Decided where names are read: nothing is asked of what is not there.
        applies: |_, _| Vec::new(),
    },
    Rule {
        id: "E-OUTPUT-VAULT",
        text: "the package would go into the vault itself",
        source: &[EASY_PLACES, OUR_CHOICE],
        cure: ELSEWHERE,
        exit: 6,
        applies: output,
    },
    Rule {
        id: "E-OUTPUT-LINK",
        text: "the package would go through a symbolic link, and land somewhere else",
        source: &[EASY_PLACES, OUR_CHOICE],
        cure: ELSEWHERE,
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
];

/// The places' own table gives a risk the id of the rule it breaks.
fn output(case: &Case<'_>, rule: &'static Rule) -> Vec<Reason> {
    whole(rule, case.facts.output.iter().any(|risk| risk.id() == rule.id))
}
