//! What follows a word and tells that it is somebody, though it is a word. Must not know which words are names.

use crate::scan::tokens::Tokens;

/// Said of somebody after a colon, in a list of who came (`Will: refused`).
const ROLL: &str = "refused declined attended came left called cried missed absent present excused late";

/// Before a state of mind or a relation.
const BEING: &str = "was is were seemed looked felt became appeared";

/// States of mind.
const FEELINGS: &str = "angry sad upset tearful anxious afraid scared worried nervous depressed ashamed drunk furious
    jealous lonely hungry ill sick asleep pregnant";

/// Whose relation somebody is (`Rose, his wife`).
const WHOSE: &str = "his her their my our your";

/// Relations, and what else somebody's name is called.
const KIN: &str =
    "wife husband partner brother sister mother father mum mom dad son daughter friend girlfriend boyfriend
    fiance fiancee cousin uncle aunt nephew niece neighbour neighbor colleague ex stepson stepdaughter stepfather
    stepmother grandmother grandfather grandson granddaughter boss surname name";

fn is_among(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|other| other == word)
}

/// Whether what follows token `last` says that it is somebody: `, his wife`, ` (brother)`, `: refused`, ` was angry`,
/// ` is his surname`.
pub(super) fn is_told_as_somebody(tokens: &Tokens<'_>, last: usize, is_calendar: bool) -> bool {
    let (next, beyond) = (tokens.word(last + 1), tokens.word(last + 2));
    let is_related = || is_among(WHOSE, next) && is_among(KIN, beyond) && tokens.gap(last + 2) == Some(" ");
    match tokens.gap(last + 1) {
        Some(", ") => is_related(),
        Some(" (") => is_among(KIN, next) || is_related(),
        Some(":" | ": ") => is_among(ROLL, next) && !is_calendar,
        Some(" ") if is_among(BEING, next) && tokens.gap(last + 2) == Some(" ") => {
            let is_relation = is_among(WHOSE, beyond) && is_among(KIN, tokens.word(last + 3));
            is_relation || (is_among(FEELINGS, beyond) && !is_calendar)
        }
        _ => false,
    }
}
