//! When a consent ends of itself, and who signs it anew: a signature ends, too, with the right of whoever gave it. Must not
//! know the other consents, nor how a renewal is typed.

use crate::policy::consent;
use crate::policy::consent::WayToSign;
use crate::practice::client::Client;
use crate::practice::consent::ConsentTerms;
use crate::practice::consent::Signatory;
use crate::practice::protocol::Protocol;
use crate::time::Date;

/// Its last day: the one that it says, or the eve of the day from which whoever signed it speaks for the client no more,
/// as when a child comes of age.
pub fn last_day(terms: &ConsentTerms, client: &Client, protocol: &Protocol) -> Option<Date> {
    let is_signed = |day: Date| consent::is_signed_by_day(terms, client, protocol, day);
    let signed_on = terms.signed_on.filter(|day| is_signed(*day));
    let ends = |day: &Date| signed_on.is_some_and(|signed_on| *day > signed_on) && !is_signed(*day);
    let turn = client.turns(protocol).into_iter().filter(ends).min();
    let eve = turn.and_then(|day| day.yesterday().ok());
    consent::last_day(terms, protocol).into_iter().chain(eve).min()
}

/// Who signs it anew today, so that it holds today and goes on after the old one's last day: those who signed the old one
/// as far as that will do, the client, both, or somebody else who represents the client. Nobody, where nobody on file may.
pub fn signatories(terms: &ConsentTerms, client: &Client, protocol: &Protocol, today: Date) -> Vec<Signatory> {
    let after = last_day(terms, client, protocol).and_then(|last| last.tomorrow().ok());
    let days = [today, after.unwrap_or(today).max(today)];
    let known: Vec<_> = client.representatives.iter().map(|one| Signatory::Representative(one.recipient)).collect();
    let mut same = terms.signed_by.clone();
    // An adult's parents are asked for nothing.
    let is_adult = client.is_adult(today, protocol);
    same.retain(|one| match one {
        Signatory::Client => true,
        Signatory::Representative(id) => client.representatives.iter().any(|known| {
            let speaks = consent::speaks(known.authority, is_adult) || is_adult.is_none();
            known.recipient == *id && known.holds_on(today) && speaks
        }),
    });
    let with = |mut all: Vec<Signatory>| {
        all.push(Signatory::Client);
        all
    };
    let mut ways = vec![same.clone(), vec![Signatory::Client], with(same)];
    ways.extend(known.iter().map(|one| vec![*one]));
    ways.extend(known.iter().map(|one| with(vec![*one])));
    let will_do = |way: &Vec<Signatory>| {
        let terms = ConsentTerms { signed_by: way.clone(), ..terms.clone() };
        days.iter().all(|day| consent::is_signed_by_day(&terms, client, protocol, *day))
    };
    ways.into_iter().find(will_do).unwrap_or_default()
}

/// Who has yet to sign a draft that is to take over from `old`; nobody, where nobody on file may.
pub fn still_to_sign(
    draft: &ConsentTerms,
    old: &ConsentTerms,
    client: &Client,
    protocol: &Protocol,
    today: Date,
) -> Vec<Signatory> {
    if draft.signed_by.is_empty() {
        return signatories(old, client, protocol, today);
    }
    match consent::way_to_sign(draft, client, protocol, today) {
        WayToSign::Complete(one) => vec![one],
        WayToSign::Represent(_) | WayToSign::Anew => Vec::new(),
    }
}
