//! Consents, judged: what one lacks, where it stands, and how far it covers a request. Every dimension of a request lies
//! inside one consent; two narrow ones do not add up. Sources: 45 CFR 164.508(c), 42 CFR 2.31(a).
//! Must not know the other rules.

use crate::id::RecipientId;
use crate::policy::Facts;
use crate::policy::Request;
use crate::policy::case::is_de_identified;
use crate::policy::case::is_part2;
use crate::policy::case::is_psychotherapy_note;
use crate::policy::purposes;
use crate::practice::client::Client;
use crate::practice::consent::Consent;
use crate::practice::consent::ConsentTerms;
use crate::practice::consent::Signatory;
use crate::practice::protocol::Protocol;
use crate::practice::record::Record;
use crate::time::Date;
use crate::vocabulary::Authority;
use crate::vocabulary::Basis;
use crate::vocabulary::ConsentState;
use crate::vocabulary::Label;
use crate::vocabulary::MinorRule;
use crate::vocabulary::NoteClass;
use crate::vocabulary::Profile;
use crate::vocabulary::Purpose;
use crate::vocabulary::RecordKind;
use crate::vocabulary::SignMethod;
use crate::vocabulary::default_tags;
use crate::vocabulary::is_sensitivity;

/// In what a consent falls short of a request; the order is that of the reasons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shortfall {
    /// It may not be used so far as spoken.
    Spoken,
    /// It ended.
    Expired,
    /// It, or the part that is asked for, was taken back.
    Revoked,
    /// It is known to be false.
    False,
    /// It has not begun.
    Early,
    /// Not everyone signed who has to.
    Signatory,
    /// A kind of record it does not name.
    Kind,
    /// A sensitivity it does not name.
    Tag,
    /// A purpose it does not name.
    Purpose,
    /// A date of service outside its own.
    Date,
    /// It lets somebody else share, not who shares now.
    Discloser,
    /// It is for what has its identifiers removed.
    Identity,
    /// Psychotherapy notes need their own.
    PsychotherapyNotes,
    /// Substance-use counselling notes need their own.
    SudNotes,
    /// So does use in proceedings.
    Proceedings,
}

/// Which consent a request stands on, or how near one came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice<'a> {
    /// The basis is no consent.
    NotAsked,
    /// None names client and recipient.
    None,
    /// One would do if it were complete.
    Draft(&'a Consent, Vec<&'static str>),
    /// The nearest falls short.
    Short(&'a Consent, Vec<Shortfall>),
    /// This one covers all of it.
    Covers(&'a Consent),
}

/// What a consent lacks before it can be used, by the names of the flags that complete it.
pub fn missing(terms: &ConsentTerms, client: &Client, protocol: &Protocol) -> Vec<&'static str> {
    let by_law = protocol.has(Profile::Hipaa) || protocol.has(Profile::Part2);
    let signs_alone = terms.signed_by == [Signatory::Client];
    let day = terms.signed_on.unwrap_or(Date::MIN);
    let is_age_unknown = client.is_adult(day, protocol).is_none();
    let without_end_by_law = by_law && terms.no_expiry && !may_be_endless(terms, protocol);
    let elements = [
        ("to", terms.recipients.is_empty()),
        ("kind", terms.kinds.is_empty()),
        ("purpose", terms.purposes.is_empty()),
        ("signed-on", terms.signed_on.is_none()),
        ("signed-by", terms.signed_by.is_empty()),
        ("age", signs_alone && is_age_unknown),
        // One that is not signed yet gets its end with its signature.
        ("until", without_end_by_law || (!terms.has_end() && terms.signed_on.is_some())),
        ("form", by_law && terms.form.is_none()),
        ("statements", by_law && terms.statements.is_none()),
        ("copy-given", by_law && terms.copy_given.is_none()),
    ];
    elements.into_iter().filter(|(_, lacks)| *lacks).map(|(name, _)| name).collect()
}

/// The same, and `signed-by` too where not everyone signed who had to on the day of signing. A request is told of that by
/// a reason of its own.
pub fn lacks(terms: &ConsentTerms, client: &Client, protocol: &Protocol) -> Vec<&'static str> {
    let mut lacks = missing(terms, client, protocol);
    let is_known = !lacks.iter().any(|element| ["signed-on", "signed-by", "age"].contains(element));
    if let Some(day) = terms.signed_on.filter(|_| is_known)
        && !is_signed_by_day(terms, client, protocol, day)
    {
        lacks.push("signed-by");
    }
    lacks
}

/// Whether a draft that lacks this can still be completed: what is signed says no more than what was signed.
pub fn can_be_completed(terms: &ConsentTerms, lacks: &[&str]) -> bool {
    !terms.is_signed_at_all() || !lacks.iter().any(|element| ["to", "kind", "purpose", "until"].contains(element))
}

/// Without an end: for research under HIPAA (45 CFR 164.508(c)(1)(v)), for treatment, payment and operations under
/// Part 2 (42 CFR 2.31(a)(7)).
fn may_be_endless(terms: &ConsentTerms, protocol: &Protocol) -> bool {
    let all = |is: fn(Purpose) -> bool| terms.purposes.iter().all(|purpose| is(*purpose));
    (protocol.has(Profile::Hipaa) && all(|purpose| purpose == Purpose::Research))
        || (protocol.has(Profile::Part2) && all(|purpose| purposes::meaning(purpose).is_tpo))
}

/// Where a consent stands on a day of the practice.
pub fn state(consent: &Consent, client: &Client, protocol: &Protocol, today: Date) -> ConsentState {
    let terms = &consent.terms;
    if consent.false_because.is_some() {
        return ConsentState::False;
    }
    if consent.is_revoked() {
        return ConsentState::Revoked;
    }
    if !lacks(terms, client, protocol).is_empty() {
        return ConsentState::Draft;
    }
    // It ends with the right of whoever signed for the client, too.
    if last_day(terms, protocol).is_some_and(|last| today > last) || !is_signed(terms, client, protocol, today) {
        return ConsentState::Expired;
    }
    if starts_later(consent, today) { ConsentState::Early } else { ConsentState::Live }
}

/// Its last day; a spoken one does not last, and the day on which it was said is the first of its days.
pub fn last_day(terms: &ConsentTerms, protocol: &Protocol) -> Option<Date> {
    let spoken = terms.signed_on.filter(|_| terms.method == Some(SignMethod::Verbal));
    let spoken = spoken.and_then(|day| {
        let after = protocol.periods.verbal.from_date(day, false).ok()?;
        after.yesterday().ok().map(|last| last.max(day))
    });
    terms.until.into_iter().chain(spoken).min()
}

fn starts_later(consent: &Consent, today: Date) -> bool {
    consent.first_day().is_some_and(|first| today < first) || consent.terms.signed_on.is_some_and(|day| today < day)
}

/// The consent for a request: one that covers it, else the one that falls short in the fewest ways, the newest signed
/// first; a draft only where nothing complete names both.
pub fn choose<'a>(request: &Request, facts: &Facts<'a>, today: Date) -> Choice<'a> {
    if !matches!(request.basis, Basis::Consent | Basis::ConsentTpo) {
        return Choice::NotAsked;
    }
    let Some(client) = facts.client else {
        return Choice::None;
    };
    let protocol = &facts.protocol.protocol;
    let recipient = facts.recipient.id();
    let named = facts.consents.iter().filter(|consent| {
        consent.terms.client == client.id()
            && consent.terms.recipients.contains(&recipient)
            && request.consent.is_none_or(|id| id == consent.id())
    });
    let judged: Vec<_> = named
        .map(|consent| {
            let lacks = missing(&consent.terms, client, protocol);
            (consent, lacks, shortfalls(consent, client, request, facts, today))
        })
        .collect();
    let complete = judged.iter().filter(|(_, lacks, _)| lacks.is_empty());
    let newest = |consent: &Consent| std::cmp::Reverse((consent.terms.signed_on, consent.filed));
    let nearest = complete.min_by_key(|(consent, _, short)| (short.len(), newest(consent)));
    match nearest {
        Some((consent, _, short)) if short.is_empty() => Choice::Covers(consent),
        Some((consent, _, short)) => Choice::Short(consent, short.clone()),
        None => {
            let would_do = judged.iter().filter(|(_, _, short)| short.iter().all(|short| is_cured_by_signing(*short)));
            let draft = would_do.min_by_key(|(consent, lacks, _)| (lacks.len(), newest(consent)));
            draft.map_or(Choice::None, |(consent, lacks, _)| Choice::Draft(consent, lacks.clone()))
        }
    }
}

/// What a draft may still fall short in: whoever completes it signs it.
fn is_cured_by_signing(short: Shortfall) -> bool {
    matches!(short, Shortfall::Signatory | Shortfall::Spoken)
}

fn shortfalls(consent: &Consent, client: &Client, request: &Request, facts: &Facts<'_>, today: Date) -> Vec<Shortfall> {
    let (terms, protocol, records) = (&consent.terms, &facts.protocol.protocol, facts.records);
    let is_told = records.is_empty();
    let kinds: Vec<RecordKind> = match (is_told, facts.about) {
        (false, _) => records.iter().map(|record| record.latest.record_kind).collect(),
        // Nobody knows: whatever there is may be meant.
        (true, []) => facts.held.to_vec(),
        (true, said) => said.to_vec(),
    };
    let is_part2 = records.iter().any(|record| is_part2(record, Some(client), protocol));
    let is_spoken = terms.method == Some(SignMethod::Verbal);
    let is_light = !is_part2 && !records.is_empty() && records.iter().all(|record| record.latest.label == Label::N);
    let revoked = consent
        .revoked
        .iter()
        .any(|revoked| revoked.on <= today && revoked.takes_back(facts.recipient.id(), &kinds, request.purpose));
    let ways = [
        (Shortfall::Spoken, is_spoken && !is_light),
        (Shortfall::Expired, last_day(terms, protocol).is_some_and(|last| today > last)),
        (Shortfall::Revoked, revoked),
        (Shortfall::False, consent.false_because.is_some()),
        (Shortfall::Early, starts_later(consent, today)),
        (Shortfall::Signatory, !is_signed(terms, client, protocol, today)),
        (
            Shortfall::Kind,
            kinds.iter().any(|kind| !terms.kinds.contains(kind)) || (is_told && is_apart_from(terms, facts.about)),
        ),
        (Shortfall::Tag, records.iter().any(|record| !uncovered_tags(record, terms).is_empty())),
        (Shortfall::Purpose, !terms.purposes.contains(&request.purpose)),
        (Shortfall::Date, records.iter().any(|record| is_outside(record.latest.date, terms))),
        (Shortfall::Discloser, !terms.disclosers.is_empty() && !terms.disclosers.contains(facts.actor)),
        (Shortfall::Identity, terms.de_identified && (records.is_empty() || !records.iter().all(is_de_identified))),
        (
            Shortfall::PsychotherapyNotes,
            records.iter().any(is_psychotherapy_note) && terms.note_class != Some(NoteClass::Psychotherapy),
        ),
        (
            Shortfall::SudNotes,
            !is_told
                && kinds.contains(&RecordKind::SudCounsellingNote)
                && terms.note_class != Some(NoteClass::SudCounselling),
        ),
        (Shortfall::Proceedings, is_part2 && request.purpose == Purpose::Legal && !terms.legal_proceedings),
    ];
    ways.into_iter().filter(|(_, falls)| *falls).map(|(way, _)| way).collect()
}

/// Notes that need a consent of their own are told under that alone, and nothing else is told under it.
fn is_apart_from(terms: &ConsentTerms, said: &[RecordKind]) -> bool {
    let class_of = |kind: &RecordKind| match kind {
        RecordKind::PsychotherapyNote => Some(NoteClass::Psychotherapy),
        RecordKind::SudCounsellingNote => Some(NoteClass::SudCounselling),
        _ => None,
    };
    said.iter().any(|kind| class_of(kind) != terms.note_class) || (said.is_empty() && terms.note_class.is_some())
}

fn is_outside(date: Date, terms: &ConsentTerms) -> bool {
    terms.service_from.is_some_and(|from| date < from) || terms.service_to.is_some_and(|to| date > to)
}

/// The sensitivity tags of a record that neither its kind carries nor the consent names.
pub fn uncovered_tags<'r>(record: &'r Record, terms: &ConsentTerms) -> Vec<&'r str> {
    let carried = default_tags(record.latest.record_kind);
    let tags = record.latest.tags.iter();
    tags.filter(|tag| is_sensitivity(tag.as_str()) && !carried.contains(&tag.as_str()) && !terms.tags.contains(tag))
        .map(|tag| tag.as_str())
        .collect()
}

/// Whether everyone signed who has to: the client, and for a minor whom the client's rule names. It has to have been so on
/// the day of signing, and to be so today: who signed for a child speaks for a child, and what a child signed alone, where
/// others have to, is nothing that a birthday mends.
pub fn is_signed(terms: &ConsentTerms, client: &Client, protocol: &Protocol, today: Date) -> bool {
    let signed_on = terms.signed_on.unwrap_or(today);
    [signed_on, today].into_iter().all(|day| is_signed_by_day(terms, client, protocol, day))
}

pub(super) fn is_signed_by_day(terms: &ConsentTerms, client: &Client, protocol: &Protocol, day: Date) -> bool {
    let by_client = terms.signed_by.contains(&Signatory::Client);
    let is_adult = client.is_adult(day, protocol);
    let by_one_for = |is_adult: Option<bool>| {
        client.representatives.iter().any(|one| {
            let signed = terms.signed_by.contains(&Signatory::Representative(one.recipient));
            signed && one.holds_on(day) && speaks(one.authority, is_adult)
        })
    };
    match (is_adult, client.minor_rule(day, protocol)) {
        (Some(true), _) => by_client || by_one_for(is_adult),
        (Some(false), MinorRule::GuardianSigns) => by_one_for(is_adult),
        (Some(false), MinorRule::MinorSigns) => by_client,
        (Some(false), MinorRule::BothSign) => by_client && by_one_for(is_adult),
        // Nobody knows: what holds for both.
        (None, _) => by_one_for(None) || (by_client && by_one_for(Some(false))),
    }
}

/// How everyone who has to sign a consent comes to have signed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WayToSign {
    /// This signature is all that is missing.
    Complete(Signatory),
    /// Nobody on file could have signed it: whoever may act for the client is to be filed, perhaps this one, who signed.
    Represent(Option<RecipientId>),
    /// By no signature that comes to it: another consent is to be signed by those who have to sign today.
    Anew,
}

/// How a consent that not everyone signed is mended.
pub fn way_to_sign(terms: &ConsentTerms, client: &Client, protocol: &Protocol, today: Date) -> WayToSign {
    let signed_on = terms.signed_on.unwrap_or(today);
    let is_draft = !is_signed_by_day(terms, client, protocol, signed_on);
    let with = |one: Signatory| {
        let mut terms = terms.clone();
        terms.signed_by.push(one);
        terms
    };
    let known = client.representatives.iter().map(|one| Signatory::Representative(one.recipient));
    let missing = std::iter::once(Signatory::Client).chain(known).filter(|one| !terms.signed_by.contains(one));
    let mut would_do = missing.filter(|one| is_draft && is_signed(&with(*one), client, protocol, today));
    if let Some(one) = would_do.next() {
        return WayToSign::Complete(one);
    }
    // Where the client needs nobody to speak for him, on one of the days, nobody is to be filed.
    let needs_another = [signed_on, today].into_iter().all(|day| {
        client.is_adult(day, protocol) != Some(true) && client.minor_rule(day, protocol) != MinorRule::MinorSigns
    });
    let has_one = client.representatives.iter().any(|one| one.holds_on(today));
    if !needs_another || has_one {
        return WayToSign::Anew;
    }
    WayToSign::Represent(terms.signed_by.iter().find_map(|one| match one {
        Signatory::Representative(id) if client.representatives.iter().all(|known| known.recipient != *id) => Some(*id),
        _ => None,
    }))
}

/// Whether this right speaks for a person of that age: a parent's and a guardian's ends with majority.
pub fn speaks(authority: Authority, is_adult: Option<bool>) -> bool {
    match authority {
        Authority::CourtOrder => true,
        Authority::Parent | Authority::Guardian => is_adult == Some(false),
        Authority::PowerOfAttorney | Authority::Executor => is_adult == Some(true),
    }
}
