//! What a package says besides its general notice, and what a consent covers in words that may leave with it. Must not
//! know where on the page it stands.

use std::fmt::Write as _;

use serde_json::Value;
use serde_json::json;

use crate::policy::plain;
use crate::practice::consent::ConsentTerms;
use crate::practice::protocol::Protocol;
use crate::practice::words::Prose;
use crate::time::Date;
use crate::vocabulary::Notice;
use crate::vocabulary::is_sensitivity;

/// The statement of 42 CFR 2.32(a)(2), word for word.
pub const PART2: &str = "42 CFR part 2 prohibits unauthorized use or disclosure of these records.";

/// The statement that goes with a notice of that kind; the general one is the page itself.
pub fn statement(notice: Notice) -> Option<&'static str> {
    match notice {
        Notice::General => None,
        Notice::Part2 => Some(PART2),
        Notice::Psychotherapy => Some(
            "These are a therapist's separate notes. The client signed for these notes specifically. They are not part \
             of the general record and may not be filed in it.",
        ),
        Notice::DeIdentified => {
            Some("Details that could identify the client were removed. Do not try to work out who this is.")
        }
        Notice::Safety => Some(
            "Sent without the client's signed agreement to prevent serious harm. Use only for that. Tell us what you did.",
        ),
    }
}

/// What the page has to say besides, a paragraph each: what goes with the kinds of notice, and the consent's scope where it
/// is attached.
pub fn necessary(notices: &[Notice], scope: Option<(&ConsentTerms, Days)>) -> Vec<String> {
    let own = notices.iter().copied().filter_map(statement).map(str::to_owned);
    own.chain(scope.map(|(terms, days)| explained(terms, days))).collect()
}

/// What the practice adds: what the recipient agreed that a breach leads to, and its protocol's statements, with the law
/// that asks for each.
pub fn added(consequences: Option<&Prose>, protocol: &Protocol) -> Vec<String> {
    let promised =
        consequences.map(|what| format!("You promised confidentiality, and agreed what a breach leads to: {what}"));
    let added = protocol.notice.iter().map(|added| format!("{} ({})", added.text, added.citation));
    promised.into_iter().chain(added).collect()
}

/// How much of a consent's days may leave: days about a client are identifiers too (45 CFR 164.514(b)(2)(i)(C)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Days {
    /// All of them.
    Whole,
    /// Years alone, where identifiers were removed.
    Years,
}

/// What a consent covers, for the manifest: nothing of who gave it, nor of anybody else whom it names. A manifest's days
/// are whole or null.
pub fn scope(terms: &ConsentTerms, days: Days) -> Value {
    let day = |date: Option<Date>| date.filter(|_| days == Days::Whole);
    json!({
        "de_identified": terms.de_identified,
        "kinds": terms.kinds,
        "legal_proceedings": terms.legal_proceedings,
        "note_class": terms.note_class,
        "purposes": terms.purposes,
        "service_from": day(terms.service_from),
        "service_to": day(terms.service_to),
        "signed_on": day(terms.signed_on),
        "tags": tags(terms, days),
        "until": day(terms.until),
    })
}

/// The tags that it names; where identifiers were removed, no words that somebody made up.
fn tags(terms: &ConsentTerms, days: Days) -> Vec<&str> {
    let tags = terms.tags.iter().map(|tag| tag.as_str());
    tags.filter(|tag| days == Days::Whole || is_sensitivity(tag)).collect()
}

/// The same in a sentence, for the notice (42 CFR 2.32(b): a clear explanation of the scope of the consent).
pub fn explained(terms: &ConsentTerms, days: Days) -> String {
    let list = |words: Vec<&str>| words.join(", ");
    let kinds = terms.kinds.iter().map(|kind| kind.plain()).collect::<Vec<_>>().join(", ");
    let purposes = list(terms.purposes.iter().map(|purpose| plain::purpose(*purpose)).collect());
    let mut text = format!("The client's consent covers: {kinds}; for: {purposes}");
    let tags = tags(terms, days);
    if !tags.is_empty() {
        write!(text, "; sensitive: {}", list(tags)).expect("writing to a string does not fail");
    }
    for (word, date) in [("service from", terms.service_from), ("service to", terms.service_to), ("until", terms.until)]
    {
        let Some(date) = date else { continue };
        let told = if days == Days::Whole { date.to_string() } else { date.year().to_string() };
        write!(text, "; {word} {told}").expect("writing to a string does not fail");
    }
    text + "."
}
