//! What a consent may say: which elements go together, what fills itself in, and how a draft is completed without being
//! rewritten. Pure. Must not know storage, or how any of it is typed.

use crate::policy::consent::lacks as lacking;
use crate::practice::client::Client;
use crate::practice::consent::ConsentTerms;
use crate::practice::consent::Signatory;
use crate::practice::protocol::Protocol;
use crate::time::Date;
use crate::time::TimeError;
use crate::vocabulary::NoteClass;
use crate::vocabulary::Purpose;
use crate::vocabulary::RecordKind;

/// Why elements cannot stand together. Flags are named without their dashes, as in what a draft is missing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TermsError {
    /// Notes that need their own consent stand beside something else (45 CFR 164.508(b)(3)(ii), 42 CFR 2.31(b)).
    #[error("a consent for {class} notes is for them alone: its one kind is {kind}")]
    NotAlone {
        /// Which notes.
        class: NoteClass,
        /// Their kind.
        kind: RecordKind,
    },
    /// Proceedings stand beside another purpose (42 CFR 2.31(d)).
    #[error("a consent for use in proceedings is for that alone: its one purpose is legal")]
    ProceedingsNotAlone,
    /// It would be over before it begins.
    #[error("it would end on {end}, before it begins on {begin}")]
    EndsFirst {
        /// Its first day.
        begin: Date,
        /// Its last day.
        end: Date,
    },
    /// Nobody signs, or gives a copy, tomorrow.
    #[error("{flag}: {day} is still to come")]
    Future {
        /// The flag.
        flag: &'static str,
        /// The day.
        day: Date,
    },
    /// Nobody takes back what was not given yet.
    #[error("{flag}: {day} is before the signing, which was on {signed}")]
    Unsigned {
        /// The flag.
        flag: &'static str,
        /// The day.
        day: Date,
        /// When it was signed.
        signed: Date,
    },
    /// The dates of service run backwards.
    #[error("the dates of service run backwards: {from} is after {to}")]
    Backwards {
        /// The first.
        from: Date,
        /// The last.
        to: Date,
    },
    /// Two ends at once.
    #[error("a consent ends on a day, with an event or not at all: one of the three")]
    SeveralEnds,
    /// The calendar does not reach so far.
    #[error(transparent)]
    Time(#[from] TimeError),
}

/// Fills in what follows from the rest (the end, by the protocol's period), and checks that all of it goes together.
pub fn settled(mut terms: ConsentTerms, protocol: &Protocol, today: Date) -> Result<ConsentTerms, TermsError> {
    let ends = [terms.until.is_some(), terms.on_event.is_some(), terms.no_expiry];
    match (ends.into_iter().filter(|is| *is).count(), terms.signed_on) {
        (0, Some(signed)) => terms.until = Some(protocol.periods.consent.from_date(signed, false)?),
        (0 | 1, _) => {}
        _ => return Err(TermsError::SeveralEnds),
    }
    let own = terms.note_class.map(|class| (class, kind_of(class)));
    if let Some((class, kind)) = own.filter(|(_, kind)| terms.kinds != [*kind]) {
        return Err(TermsError::NotAlone { class, kind });
    }
    if terms.legal_proceedings && terms.purposes != [Purpose::Legal] {
        return Err(TermsError::ProceedingsNotAlone);
    }
    for (flag, day) in [("signed-on", terms.signed_on), ("copy-given", terms.copy_given)] {
        if let Some(day) = day.filter(|day| *day > today) {
            return Err(TermsError::Future { flag, day });
        }
    }
    let begin = terms.effective.max(terms.signed_on);
    if let (Some(begin), Some(end)) = (begin, terms.until)
        && end < begin
    {
        return Err(TermsError::EndsFirst { begin, end });
    }
    match (terms.service_from, terms.service_to) {
        (Some(from), Some(to)) if from > to => Err(TermsError::Backwards { from, to }),
        _ => Ok(terms),
    }
}

/// The one kind of the notes that need a consent of their own.
pub fn kind_of(class: NoteClass) -> RecordKind {
    match class {
        NoteClass::Psychotherapy => RecordKind::PsychotherapyNote,
        NoteClass::SudCounselling => RecordKind::SudCounsellingNote,
    }
}

/// The class of notes of this kind, where they need a consent of their own.
pub fn class_of(kind: RecordKind) -> Option<NoteClass> {
    [NoteClass::Psychotherapy, NoteClass::SudCounselling].into_iter().find(|class| kind_of(*class) == kind)
}

/// A draft, with what was said besides. What it says already was agreed to as it stands: the flags that would change it
/// are the error.
pub fn completed(
    draft: &ConsentTerms,
    said: ConsentTerms,
    client: &Client,
    protocol: &Protocol,
) -> Result<ConsentTerms, Vec<&'static str>> {
    let lacks = lacking(draft, client, protocol);
    let mut terms = draft.clone();
    let mut stated = Vec::new();
    // Whoever signed alone, and may be too young for it, is joined by somebody; so is whoever is not enough.
    let says_end = said.has_end();
    let is_unknown = lacks.contains(&"age") && !said.signed_by.contains(&Signatory::Client);
    let may_join = is_unknown || lacks.contains(&"signed-by");
    if may_join {
        terms.signed_by.extend(said.signed_by.iter().copied().filter(|one| !draft.signed_by.contains(one)));
    } else {
        list(&mut terms.signed_by, said.signed_by, "signed-by", &mut stated);
    }
    // An end that the profile does not let stand counts as none.
    if lacks.contains(&"until") && says_end {
        (terms.until, terms.on_event, terms.no_expiry) = (None, None, false);
    } else if draft.has_end() && says_end {
        stated.push("until");
    }
    list(&mut terms.recipients, said.recipients, "to", &mut stated);
    list(&mut terms.kinds, said.kinds, "kind", &mut stated);
    list(&mut terms.purposes, said.purposes, "purpose", &mut stated);
    list(&mut terms.tags, said.tags, "tag", &mut stated);
    list(&mut terms.disclosers, said.disclosers, "discloser", &mut stated);
    one(&mut terms.signed_on, said.signed_on, "signed-on", &mut stated);
    one(&mut terms.method, said.method, "method", &mut stated);
    one(&mut terms.effective, said.effective, "effective", &mut stated);
    one(&mut terms.service_from, said.service_from, "service-dates", &mut stated);
    one(&mut terms.service_to, said.service_to, "service-dates", &mut stated);
    one(&mut terms.note_class, said.note_class, "note-class", &mut stated);
    one(&mut terms.describe, said.describe, "describe", &mut stated);
    one(&mut terms.statements, said.statements, "statements", &mut stated);
    one(&mut terms.copy_given, said.copy_given, "copy-given", &mut stated);
    one(&mut terms.form, said.form, "form", &mut stated);
    if !stated.contains(&"until") {
        terms.until = said.until.or(terms.until);
        terms.on_event = said.on_event.or(terms.on_event);
        terms.no_expiry |= said.no_expiry;
    }
    terms.de_identified |= said.de_identified;
    terms.legal_proceedings |= said.legal_proceedings;
    stated.dedup();
    if stated.is_empty() { Ok(terms) } else { Err(stated) }
}

fn one<T: PartialEq>(field: &mut Option<T>, said: Option<T>, flag: &'static str, stated: &mut Vec<&'static str>) {
    match (&*field, said) {
        (_, None) => {}
        (None, said) => *field = said,
        (known, said) if *known == said => {}
        _ => stated.push(flag),
    }
}

fn list<T: PartialEq>(field: &mut Vec<T>, said: Vec<T>, flag: &'static str, stated: &mut Vec<&'static str>) {
    if field.is_empty() {
        *field = said;
    } else if !said.is_empty() && *field != said {
        stated.push(flag);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::ClientId;
    use crate::id::ConsentId;
    use crate::id::RecipientId;
    use crate::practice::client::ClientDetails;
    use crate::time::parse_date;
    use crate::vocabulary::Age;

    fn id<T: std::str::FromStr<Err = crate::id::IdError>>(letter: &str, n: u8) -> T {
        format!("{letter}-{:016}", n).parse().unwrap()
    }

    fn day(text: &str) -> Date {
        parse_date(text).unwrap()
    }

    fn protocol(profiles: &str) -> Protocol {
        let text = format!(
            "[practice]\ncapacity = \"professional\"\nprofiles = [{profiles}]\ntime_zone = \"UTC\"\n\
             [confidential]\nwhat = \"all\"\n[access]\nwho = \"us\"\n[handling]\nhow = \"locked\"\n[periods]\nconsent = \"6m\"\n"
        );
        Protocol::parse(&text).unwrap()
    }

    fn client(age: Option<Age>) -> Client {
        let details = ClientDetails { age, ..ClientDetails::new(id("c", 1), "mk-01".parse().unwrap()) };
        Client::added(details)
    }

    fn unsigned() -> ConsentTerms {
        let client: ClientId = id("c", 1);
        let consent: ConsentId = id("k", 1);
        let recipient: RecipientId = id("p", 1);
        ConsentTerms {
            recipients: vec![recipient],
            kinds: vec![RecordKind::Letter],
            purposes: vec![Purpose::Treat],
            ..ConsentTerms::new(consent, client)
        }
    }

    fn signed() -> ConsentTerms {
        ConsentTerms { signed_on: Some(day("2026-08-31")), signed_by: vec![Signatory::Client], ..unsigned() }
    }

    const TODAY: &str = "2026-11-21";

    fn settle(terms: ConsentTerms) -> Result<ConsentTerms, TermsError> {
        settled(terms, &protocol(""), day(TODAY))
    }

    #[test]
    fn an_end_comes_with_the_signature_and_only_where_none_was_said() {
        assert_eq!(settle(unsigned()).unwrap().until, None);
        assert_eq!(settle(signed()).unwrap().until, Some(day("2027-02-28")), "six months, by the calendar");
        let open = ConsentTerms { no_expiry: true, ..signed() };
        assert_eq!(settle(open.clone()).unwrap(), open);
        let event = ConsentTerms { on_event: Some("school ends".parse().unwrap()), ..signed() };
        assert_eq!(settle(event.clone()).unwrap(), event);
        assert_eq!(settle(ConsentTerms { no_expiry: true, ..event }), Err(TermsError::SeveralEnds));
    }

    #[test]
    fn days_run_forward() {
        let first_day_is_last = ConsentTerms { until: Some(day("2026-08-31")), ..signed() };
        assert!(settle(first_day_is_last).is_ok());
        let wrong = ConsentTerms { until: Some(day("2026-08-30")), ..signed() };
        assert!(matches!(settle(wrong), Err(TermsError::EndsFirst { .. })));
        let unsigned =
            ConsentTerms { effective: Some(day("2027-01-02")), until: Some(day("2027-01-01")), ..unsigned() };
        assert!(matches!(settle(unsigned), Err(TermsError::EndsFirst { .. })));
        let today = ConsentTerms { signed_on: Some(day(TODAY)), copy_given: Some(day(TODAY)), ..signed() };
        assert!(settle(today.clone()).is_ok());
        let tomorrow = Some(day("2026-11-22"));
        for (terms, flag) in [
            (ConsentTerms { signed_on: tomorrow, ..today.clone() }, "signed-on"),
            (ConsentTerms { copy_given: tomorrow, ..today }, "copy-given"),
        ] {
            assert_eq!(settle(terms), Err(TermsError::Future { flag, day: day("2026-11-22") }));
        }
        let service = |from, to| ConsentTerms { service_from: from, service_to: to, ..signed() };
        assert!(settle(service(Some(day(TODAY)), Some(day(TODAY)))).is_ok());
        assert!(matches!(settle(service(tomorrow, Some(day(TODAY)))), Err(TermsError::Backwards { .. })));
    }

    #[test]
    fn what_needs_its_own_consent_stands_alone() {
        for (class, kind) in [
            (NoteClass::Psychotherapy, RecordKind::PsychotherapyNote),
            (NoteClass::SudCounselling, RecordKind::SudCounsellingNote),
        ] {
            let of = |kinds| ConsentTerms { note_class: Some(class), kinds, ..signed() };
            assert!(settle(of(vec![kind])).is_ok());
            assert_eq!(settle(of(vec![kind, RecordKind::Letter])), Err(TermsError::NotAlone { class, kind }));
            assert_eq!(settle(of(vec![RecordKind::Letter])), Err(TermsError::NotAlone { class, kind }));
        }
        let of = |purposes| ConsentTerms { legal_proceedings: true, purposes, ..signed() };
        assert!(settle(of(vec![Purpose::Legal])).is_ok());
        assert_eq!(settle(of(vec![Purpose::Legal, Purpose::Treat])), Err(TermsError::ProceedingsNotAlone));
    }

    #[test]
    fn a_draft_takes_what_it_lacks_and_nothing_else() {
        let (adult, protocol) = (client(Some(Age::Adult)), protocol("\"hipaa\""));
        let nothing = ConsentTerms::new(unsigned().consent, unsigned().client);
        let say = |draft: &ConsentTerms, said| completed(draft, said, &adult, &protocol);
        assert_eq!(say(&unsigned(), nothing.clone()), Ok(unsigned()));
        let more = ConsentTerms {
            signed_on: signed().signed_on,
            signed_by: signed().signed_by,
            tags: vec!["hiv".parse().unwrap()],
            ..nothing.clone()
        };
        let whole = say(&unsigned(), more.clone()).unwrap();
        assert_eq!(whole, ConsentTerms { tags: more.tags.clone(), ..signed() });
        // The same again is no change.
        assert_eq!(say(&whole, more), Ok(whole.clone()));
        let other = ConsentTerms {
            kinds: vec![RecordKind::Form],
            purposes: vec![Purpose::Pay],
            signed_on: Some(day(TODAY)),
            ..nothing.clone()
        };
        assert_eq!(say(&whole, other), Err(vec!["kind", "purpose", "signed-on"]));

        // An end that the law does not let stand gives way; one that it does, does not.
        let end = ConsentTerms { until: Some(day("2027-01-01")), ..nothing.clone() };
        let open = ConsentTerms { no_expiry: true, ..signed() };
        let ended = say(&open, end.clone()).unwrap();
        assert_eq!((ended.until, ended.no_expiry), (end.until, false));
        let ends = ConsentTerms { until: Some(day("2026-12-01")), ..signed() };
        assert_eq!(say(&ends, end), Err(vec!["until"]));

        // Where the client alone signed and may be too young, somebody joins.
        let parent = vec![Signatory::Representative(id("p", 2))];
        let joined = ConsentTerms { signed_by: parent.clone(), ..nothing };
        assert_eq!(say(&signed(), joined.clone()), Err(vec!["signed-by"]));
        let both = completed(&signed(), joined, &client(None), &protocol).unwrap();
        assert_eq!(both.signed_by, [vec![Signatory::Client], parent].concat());
    }
}
