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
    let unsigned = ConsentTerms { effective: Some(day("2027-01-02")), until: Some(day("2027-01-01")), ..unsigned() };
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
    for (given, is_settled) in [("2026-08-30", false), ("2026-08-31", true)] {
        let terms = ConsentTerms { copy_given: Some(day(given)), ..signed() };
        assert_eq!(settle(terms).is_ok(), is_settled, "{given}");
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
    let stated = |flags: &[&'static str]| Uncompleted::Stated(flags.to_vec());
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
    assert_eq!(say(&whole, other), Err(stated(&["kind", "purpose", "signed-on"])));

    // An end that the law does not let stand gives way; one that it does, does not.
    let end = ConsentTerms { until: Some(day("2027-01-01")), ..nothing.clone() };
    let open = ConsentTerms { no_expiry: true, ..unsigned() };
    let ended = say(&open, end.clone()).unwrap();
    assert_eq!((ended.until, ended.no_expiry), (end.until, false));
    let ends = ConsentTerms { until: Some(day("2026-12-01")), ..signed() };
    assert_eq!(say(&ends, end), Err(stated(&["until"])));

    // Where the client alone signed and may be too young, somebody joins.
    let parent = vec![Signatory::Representative(id("p", 2))];
    let joined = ConsentTerms { signed_by: parent.clone(), ..nothing };
    assert_eq!(say(&signed(), joined.clone()), Err(stated(&["signed-by"])));
    let both = completed(&signed(), joined, &client(None), &protocol).unwrap();
    assert_eq!(both.signed_by, [vec![Signatory::Client], parent].concat());
}

#[test]
fn what_is_signed_gets_papers_and_signatures_and_says_no_more() {
    let (adult, protocol) = (client(Some(Age::Adult)), protocol("\"hipaa\""));
    let nothing = ConsentTerms::new(unsigned().consent, unsigned().client);
    let dated = ConsentTerms { signed_by: Vec::new(), ..signed() };
    let named = ConsentTerms { signed_on: None, ..signed() };
    let papers = ConsentTerms {
        statements: Some("told".parse().unwrap()),
        copy_given: Some(day(TODAY)),
        form: Some(id("r", 1)),
        method: Some(crate::vocabulary::SignMethod::Wet),
        ..nothing.clone()
    };
    for draft in [dated, named, signed()] {
        assert!(completed(&draft, papers.clone(), &adult, &protocol).is_ok());
        let signatures = ConsentTerms {
            signed_on: signed().signed_on.filter(|_| draft.signed_on.is_none()),
            signed_by: if draft.signed_by.is_empty() { signed().signed_by } else { Vec::new() },
            ..nothing.clone()
        };
        assert_eq!(completed(&draft, signatures, &adult, &protocol), Ok(signed()));
        for (flag, said) in [
            ("tag", ConsentTerms { tags: vec!["hiv".parse().unwrap()], ..nothing.clone() }),
            ("describe", ConsentTerms { describe: Some("everything".parse().unwrap()), ..nothing.clone() }),
            ("note-class", ConsentTerms { note_class: Some(NoteClass::Psychotherapy), ..nothing.clone() }),
            ("legal-proceedings", ConsentTerms { legal_proceedings: true, ..nothing.clone() }),
            ("until", ConsentTerms { no_expiry: true, ..nothing.clone() }),
            ("until", ConsentTerms { until: Some(day("2027-01-01")), ..nothing.clone() }),
            ("discloser", ConsentTerms { disclosers: vec!["other".parse().unwrap()], ..nothing.clone() }),
            ("service-dates", ConsentTerms { service_from: Some(day(TODAY)), ..nothing.clone() }),
            ("effective", ConsentTerms { effective: Some(day(TODAY)), ..nothing.clone() }),
            ("de-identified", ConsentTerms { de_identified: true, ..nothing.clone() }),
        ] {
            let refused = Err(Uncompleted::Signed(vec![flag]));
            assert_eq!(completed(&draft, said.clone(), &adult, &protocol), refused, "{flag}");
            assert!(completed(&unsigned(), said, &adult, &protocol).is_ok(), "{flag}");
        }
    }
}
