//! What a consent may say: which elements go together, what fills itself in, and how a draft is completed without being
//! rewritten. Pure. Must not know storage, or how any of it is typed.

#[cfg(test)]
mod tests;

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
    /// Nobody takes back what was not given yet, or gets a copy of what is not signed.
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
    if let (Some(day), Some(signed)) = (terms.copy_given, terms.signed_on)
        && day < signed
    {
        return Err(TermsError::Unsigned { flag: "copy-given", day, signed });
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

/// Why a draft is not completed so: the flags that stand in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Uncompleted {
    /// It says this already.
    Stated(Vec<&'static str>),
    /// It is signed, and would say more than what was signed.
    Signed(Vec<&'static str>),
}

/// A draft, with what was said besides. What it says already was agreed to as it stands. Once somebody signed it, nothing
/// comes to it but the papers and the signature that is missing: anything else would be something nobody agreed to
/// (45 CFR 164.508(c), 42 CFR 2.31(a)).
pub fn completed(
    draft: &ConsentTerms,
    said: ConsentTerms,
    client: &Client,
    protocol: &Protocol,
) -> Result<ConsentTerms, Uncompleted> {
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
    if !stated.is_empty() {
        return Err(Uncompleted::Stated(stated));
    }
    let more = if draft.is_signed_at_all() { added(draft, &terms) } else { Vec::new() };
    if more.is_empty() { Ok(terms) } else { Err(Uncompleted::Signed(more)) }
}

/// What `terms` say otherwise than the draft, besides signatures and papers, by flag.
fn added(draft: &ConsentTerms, terms: &ConsentTerms) -> Vec<&'static str> {
    let end = |terms: &ConsentTerms| (terms.until, terms.on_event.clone(), terms.no_expiry);
    let service = |terms: &ConsentTerms| (terms.service_from, terms.service_to);
    let differing = [
        ("to", draft.recipients != terms.recipients),
        ("kind", draft.kinds != terms.kinds),
        ("purpose", draft.purposes != terms.purposes),
        ("until", end(draft) != end(terms)),
        ("effective", draft.effective != terms.effective),
        ("service-dates", service(draft) != service(terms)),
        ("tag", draft.tags != terms.tags),
        ("de-identified", draft.de_identified != terms.de_identified),
        ("discloser", draft.disclosers != terms.disclosers),
        ("note-class", draft.note_class != terms.note_class),
        ("legal-proceedings", draft.legal_proceedings != terms.legal_proceedings),
        ("describe", draft.describe != terms.describe),
    ];
    differing.into_iter().filter(|(_, differs)| *differs).map(|(flag, _)| flag).collect()
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
