//! The ledger, and the place a package would go to.

use crate::policy::Reason;
use crate::policy::Room;
use crate::policy::case::Case;
use crate::vocabulary::Label;

use super::EASY_PLACES;
use super::OUR_CHOICE;
use super::Rule;
use super::whole;

const QUIET: &str = "seed B: \"quiet and closed\"";
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
        id: "E-SETTING-UNDECLARED",
        text: "nobody said in which room this is done, and what is confidential is done in a private one",
        source: &[QUIET, "NASW 1.07(i)"],
        cure: "subrosa here private-office --for 50min",
        exit: 6,
        applies: room,
    },
    Rule {
        id: "E-SETTING-PUBLIC",
        text: "others can hear or see it here: what is confidential is done in a private room",
        source: &[QUIET, "NASW 1.07(i)"],
        cure: "subrosa here private-office --for 50min",
        exit: 6,
        applies: room,
    },
    Rule {
        id: "E-SETTING-RECORDED",
        text: "this terminal is being recorded, and what is restricted would be in the recording",
        source: &["seed B: \"prying eyes and ears\"", OUR_CHOICE],
        cure: "subrosa show {record} -o FILE",
        exit: 6,
        applies: room,
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

/// What is wrong with a room for content of that label, by rule.
pub(in crate::policy) fn broken_in(room: Room, label: Label) -> Vec<&'static str> {
    let is_undeclared = room.is_needed && room.setting.is_none();
    let is_public = room.setting.is_some_and(|setting| !setting.is_private());
    let is_recorded = room.is_recorded && label > Label::N;
    let broken =
        [("E-SETTING-UNDECLARED", is_undeclared), ("E-SETTING-PUBLIC", is_public), ("E-SETTING-RECORDED", is_recorded)];
    broken.into_iter().filter(|(_, is)| *is).map(|(id, _)| id).collect()
}

fn room(case: &Case<'_>, rule: &'static Rule) -> Vec<Reason> {
    whole(rule, broken_in(case.facts.room, case.label()).contains(&rule.id))
}

/// The places' own table gives a risk the id of the rule it breaks.
fn output(case: &Case<'_>, rule: &'static Rule) -> Vec<Reason> {
    whole(rule, case.facts.output.iter().any(|risk| risk.id() == rule.id))
}
