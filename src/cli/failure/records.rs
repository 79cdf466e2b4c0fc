//! Failures of filing, editing and sharing.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::cli::answer::At;
use crate::cli::answer::Reason;
use crate::cli::answer::Who;
use crate::cli::editor::EditorError;
use crate::cli::failure::Failure;
use crate::cli::failure::FailureCode;
use crate::cli::failure::cures;
use crate::filing::FilingError;
use crate::id::RecordId;
use crate::policy;
use crate::policy::Refusal;
use crate::policy::roles;
use crate::policy::told::Said;
use crate::practice::recipient::Recipient;
use crate::practice::record::RecordVersion;
use crate::sharing::ShareError;
use crate::sharing::SharePlan;
use crate::sharing::rooted::Rooted;
use crate::time::Date;
use crate::vault::catalog::Catalog;
use crate::vocabulary::AgreementType;
use crate::vocabulary::Label;
use crate::vocabulary::Purpose;
use crate::vocabulary::default_tags;
use crate::vocabulary::is_sensitivity;
use crate::vocabulary::label_of;

/// As many records stand in a cure.
const LISTED: usize = 20;

impl From<FilingError> for Failure {
    fn from(error: FilingError) -> Self {
        let message = error.to_string();
        match error {
            FilingError::Vault(error) => error.into(),
            FilingError::NoClient(_) | FilingError::NoRecord(_) => Self::not_found(message),
            FilingError::Time(error) => error.into(),
            FilingError::NeedsReason(_) => Self::refused(format!("{message}: --setting-reason")),
            FilingError::Closed(_) | FilingError::TooManyTags(_) => Self::refused(message),
            FilingError::NoLines { .. } => Self::usage(message),
            FilingError::NotText(_) | FilingError::TooLarge(_) => Self::new(FailureCode::Failed, message),
            FilingError::Overtaken { .. } | FilingError::Source { .. } => Self::new(FailureCode::Failed, message),
        }
    }
}

impl From<ShareError> for Failure {
    fn from(error: ShareError) -> Self {
        let message = error.to_string();
        match error {
            ShareError::Vault(error) => error.into(),
            ShareError::NoRecord(_) | ShareError::NoRecipient(_) => Self::not_found(message),
            ShareError::Time(error) => error.into(),
            ShareError::NobodysSafety => Self::usage(message),
            ShareError::Key { .. } => Self::refused(message),
            ShareError::Moved | ShareError::Seal(_) | ShareError::Manifest(_) => {
                Self::new(FailureCode::Failed, message)
            }
        }
    }
}

impl From<EditorError> for Failure {
    fn from(error: EditorError) -> Self {
        Self::new(FailureCode::Failed, error.to_string())
    }
}

/// One recipient's reasons, with the cures' blanks filled in. `today` is the practice's.
pub fn reasons(
    catalog: &Catalog,
    plan: &SharePlan,
    recipient: &Recipient,
    refusal: &Refusal,
    today: Date,
) -> Vec<Reason> {
    let blanks = Blanks::of(catalog, plan, recipient, today);
    // Where several were asked about, each reason says whose it is.
    let several = (plan.request.recipients.len() > 1).then(|| recipient.id());
    // A participant of a group is called by the slot.
    let slot = slot_of(catalog, plan).map(|slot| format!("slot {slot}: ")).unwrap_or_default();
    let one = |reason: &policy::Reason| Reason {
        id: reason.rule.id.to_owned(),
        text: slot.clone() + &text_of(plan, reason) + &blanks.said_apart(reason),
        source: reason.rule.source.iter().map(|source| (*source).to_owned()).collect(),
        cure: Some(blanks.fill(catalog, plan, reason)),
        recipient: reason.recipient.or(several).and_then(|id| Who::recipient(catalog, id).ok()),
        record: reason.record.map(|id| on_file(plan, id).to_string()),
        at: reason.found.as_ref().and_then(|found| found.at).map(|(line, column)| At { line, column }),
        missing: reason.missing.iter().map(|element| (*element).to_owned()).collect(),
    };
    refusal.reasons.iter().map(one).collect()
}

/// What stands in a cure's braces, of one request to one recipient.
struct Blanks {
    /// The blanks that are the same for every reason.
    same: Vec<(&'static str, String)>,
    /// Kinds that no consent for the others can name.
    apart: Vec<&'static str>,
    /// The first record, where a reason is about none in particular.
    record: String,
    /// Nobody makes sure of who is suspended.
    is_suspended: bool,
    /// Of each record, its kind.
    kind_of: BTreeMap<RecordId, &'static str>,
}

impl Blanks {
    fn of(catalog: &Catalog, plan: &SharePlan, recipient: &Recipient, today: Date) -> Self {
        let ids = &plan.request.on_file();
        let found = ids.iter().filter_map(|id| catalog.record(*id).ok().flatten());
        let seen = found.map(|record| Rooted::of(catalog, &record).map_or(record, |rooted| rooted.judged));
        let records: Vec<_> = seen.map(|record| record.latest).collect();
        let client = plan.request.about.client.or_else(|| records.iter().find_map(|record| record.client));
        let client = client.and_then(|id| Who::client(catalog, id).ok());
        let client = client.map(|who| if plan.request.group.is_some() { who.id } else { who.alias });
        let told = &plan.request.about.said;
        let said = told.kinds.iter().filter(|_| records.is_empty());
        let kinds = records.iter().map(|record| record.record_kind.as_str()).chain(said.map(|kind| kind.as_str()));
        let kinds: BTreeSet<_> = kinds.collect();
        let for_one = for_one_consent(&kinds);
        let uncarried = |record: &RecordVersion| {
            let carried = default_tags(record.record_kind);
            let tags = record.tags.iter().map(ToString::to_string);
            tags.filter(|tag| is_sensitivity(tag) && !carried.contains(&tag.as_str())).collect::<Vec<_>>()
        };
        let said = told.tags.iter().flatten().filter(|_| records.is_empty()).map(ToString::to_string);
        let tags: BTreeSet<_> = records.iter().flat_map(uncarried).chain(said).collect();
        let label = records.iter().map(|record| record.label).max().unwrap_or_else(|| label(told, recipient));
        let agreement = roles::needs(recipient.details.role).agreements.first().copied();
        let first: Vec<String> = ids.iter().take(LISTED).map(ToString::to_string).collect();
        let same = vec![
            ("{client}", client.unwrap_or_else(|| "ALIAS".to_owned())),
            ("{recipient}", recipient.details.alias.to_string()),
            ("{records}", shared(plan).unwrap_or_else(|| first.join(" "))),
            ("{kinds}", named(&for_one)),
            ("{tags}", tags.into_iter().map(|tag| format!("--tag {tag}")).collect::<Vec<_>>().join(" ")),
            ("{purpose}", plan.request.ask.purpose.to_string()),
            ("{label}", label.to_string()),
            ("{agreement}", agreement.unwrap_or(AgreementType::Staff).to_string()),
            ("{own}", own(&for_one, plan.request.ask.purpose)),
            ("{medical}", medical(catalog)),
            ("{legal}", legal(plan.request.ask.purpose).to_owned()),
            ("{today}", today.to_string()),
        ];
        let apart = if for_one.len() < kinds.len() { apart(&kinds) } else { Vec::new() };
        let kind_of = records.iter().map(|record| (record.record, record.record_kind.as_str())).collect();
        let is_suspended = recipient.suspended.is_some();
        Self { apart, is_suspended, kind_of, same, record: first.into_iter().next().unwrap_or_else(|| "@".to_owned()) }
    }

    /// One consent for all of it would never open what needs its own: it takes two, and a share of each.
    fn said_apart(&self, reason: &policy::Reason) -> String {
        if reason.rule.id != "E-CONSENT-KIND" || self.apart.is_empty() {
            return String::new();
        }
        format!("; {} needs a consent of its own, and to be shared apart from the rest", self.apart.join(", "))
    }

    fn fill(&self, catalog: &Catalog, plan: &SharePlan, reason: &policy::Reason) -> String {
        let signed = reason.consent.and_then(|id| catalog.consent(id).ok().flatten());
        let named = signed.iter().find_map(|consent| consent.terms.kinds.first()).map(|kind| kind.as_str());
        let signed = signed.and_then(|consent| consent.terms.signed_on).map(|day| day.to_string());
        let record = reason.record.map_or_else(|| self.record.clone(), |id| on_file(plan, id).to_string());
        let consent = reason.consent.map_or_else(|| "CONSENT".to_owned(), |id| id.to_string());
        // What a draft lacks may be said with today's date, so it comes first.
        let concern = reason.concern.map_or_else(|| "CONCERN".to_owned(), |id| id.to_string());
        let kind = reason.record.and_then(|id| self.kind_of.get(&id).copied()).or(named).unwrap_or("KIND");
        let own = [
            ("{kind}", kind.to_owned()),
            ("{missing}", completing(&reason.missing)),
            ("{signatory}", reason.signatory.map_or_else(|| "RECIPIENT".to_owned(), String::from)),
            ("{signed}", signed.unwrap_or_else(|| "DATE".to_owned())),
            ("{record}", record),
            ("{consent}", consent),
            ("{concern}", concern),
        ];
        let blanks = own.iter().chain(&self.same);
        let cure = match cures::cure(plan, reason) {
            verify if self.is_suspended && verify.starts_with("subrosa recipient verify") => {
                "subrosa recipient show {recipient}".to_owned()
            }
            cure => cure,
        };
        let filled = blanks.fold(cure, |cure, (blank, word)| cure.replace(blank, word));
        // A flag that is not needed leaves nothing behind.
        filled.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// What is told without a record is above what the recipient may get, where that has to be said.
fn label(told: &Said, recipient: &Recipient) -> Label {
    let tags = || told.tags.iter().flatten().map(|tag| tag.as_str());
    let said = told.kinds.iter().map(|kind| label_of(*kind, tags()));
    let above = if recipient.ceiling() < Label::R { Label::R } else { Label::V };
    said.max().map_or(above, |said| said.max(above))
}

/// Of a group, the words that share it again for the same participant.
fn shared(plan: &SharePlan) -> Option<String> {
    let (group, client) = plan.request.group.zip(plan.request.about.client)?;
    Some(format!("{group} --client {client}"))
}

/// The record that is on file: of what was taken for this alone and will not be filed, its origin.
fn on_file(plan: &SharePlan, record: RecordId) -> RecordId {
    let drawn = plan.request.drawn.iter().find(|drawn| drawn.version.record == record);
    drawn.map_or(record, |drawn| drawn.origin.record)
}

/// The flags that name kinds; what is told without a record is of no kind of its own.
fn named(kinds: &BTreeSet<&str>) -> String {
    if kinds.is_empty() {
        return "--kind other".to_owned();
    }
    kinds.iter().map(|kind| format!("--kind {kind}")).collect::<Vec<_>>().join(" ")
}

/// Of these kinds, those that need a consent for them alone.
fn apart(kinds: &BTreeSet<&'static str>) -> Vec<&'static str> {
    kinds.iter().copied().filter(|kind| !class_of(kind).is_empty()).collect()
}

/// Of these kinds, those that one consent can be for: some need one for them alone.
fn for_one_consent(kinds: &BTreeSet<&'static str>) -> BTreeSet<&'static str> {
    let rest: BTreeSet<_> = kinds.iter().copied().filter(|kind| class_of(kind).is_empty()).collect();
    if rest.is_empty() { kinds.iter().copied().take(1).collect() } else { rest }
}

fn class_of(kind: &str) -> &'static str {
    match kind {
        "psychotherapy-note" => "--note-class psychotherapy",
        "sud-counselling-note" => "--note-class sud-counselling",
        _ => "",
    }
}

/// Who is medical personnel, and gets something; of several, the one who was named first.
fn medical(catalog: &Catalog) -> String {
    let known = catalog.recipients().unwrap_or_default().into_iter();
    let mut known = known.filter(|one| one.details.medical_personnel && one.suspended.is_none());
    known.next().map_or_else(|| "MEDICAL-PERSONNEL".to_owned(), |one| one.details.alias.to_string())
}

/// The flags of a consent that has to be one of its own: for these notes alone, for proceedings alone.
fn own(kinds: &BTreeSet<&str>, purpose: Purpose) -> String {
    let class = kinds.iter().map(|kind| class_of(kind)).next().filter(|_| kinds.len() == 1).unwrap_or_default();
    format!("{class} {}", legal(purpose))
}

fn legal(purpose: Purpose) -> &'static str {
    if purpose == Purpose::Legal { "--legal-proceedings" } else { "" }
}

/// The flags that complete a draft.
pub fn completing(missing: &[&str]) -> String {
    let flag = |element: &&str| match *element {
        "signed-on" => "--signed-on {today} ",
        "signed-by" => "--signed-by client ",
        "form" => "--form FILE ",
        "statements" => "--statements standard ",
        "copy-given" => "--copy-given {today} ",
        "until" => "--until 12m ",
        _ => "",
    };
    missing.iter().map(flag).collect()
}

/// The rule's words; of a place, the fact about it; of somebody else, where, and never who.
fn text_of(plan: &SharePlan, reason: &policy::Reason) -> String {
    if let Some(found) = &reason.found {
        let at = found.at.map(|(line, column)| format!(", line {line}, column {column}")).unwrap_or_default();
        let of = found.record.map(|record| format!(" of {}", on_file(plan, record))).unwrap_or_default();
        let more = found.more.map(|more| {
            let least = if more.is_at_least { "at least " } else { "" };
            let places = if more.count == 1 { "place" } else { "places" };
            format!(", and {least}{} more {places}", more.count)
        });
        return format!("{}: {}{of}{at}{}", reason.text, found.place, more.unwrap_or_default());
    }
    if !reason.missing.is_empty() {
        return format!("{}; missing: {}", reason.text, reason.missing.join(", "));
    }
    if reason.rule.id == "E-MINIMUM" && plan.request.why.is_some() {
        return format!("{}; what was given as the reason says too little: it takes words", reason.text);
    }
    let risk = plan.request.about.output.iter().find(|risk| risk.id() == reason.rule.id);
    risk.map_or_else(|| reason.text.to_owned(), ToString::to_string)
}

/// The exit code of several reasons: the ledger's first, then what is not there, then any rule, then the place.
pub fn code<'r>(refusals: impl Iterator<Item = &'r Refusal>) -> FailureCode {
    let exits: Vec<u8> = refusals.flat_map(|refusal| &refusal.reasons).map(|reason| reason.rule.exit).collect();
    [FailureCode::Integrity, FailureCode::NotFound, FailureCode::Refused, FailureCode::Unsafe]
        .into_iter()
        .find(|code| exits.contains(&code.exit()))
        .unwrap_or(FailureCode::Refused)
}

/// The slot of the participant that a plan is about, where it shares a group.
fn slot_of(catalog: &Catalog, plan: &SharePlan) -> Option<u64> {
    let (group, client) = plan.request.group.zip(plan.request.about.client)?;
    catalog.group(group).ok().flatten()?.slot_of(client)
}

/// The refusal of a whole request.
pub fn refused(catalog: &Catalog, plan: &SharePlan, today: Date) -> Failure {
    refused_all(catalog, std::slice::from_ref(plan), today)
}

/// The refusal of several requests: of a whole group, slot by slot.
pub fn refused_all(catalog: &Catalog, plans: &[SharePlan], today: Date) -> Failure {
    let refused = plans.iter().flat_map(|plan| plan.refused.iter().map(move |one| (plan, one)));
    let mut names: Vec<&str> = refused.clone().map(|(_, (recipient, _))| recipient.details.alias.as_str()).collect();
    let mut seen = BTreeSet::new();
    names.retain(|name| seen.insert(*name));
    let all =
        refused.clone().flat_map(|(plan, (recipient, refusal))| reasons(catalog, plan, recipient, refusal, today));
    let code = code(refused.map(|(_, (_, refusal))| refusal));
    Failure::new(code, format!("nothing is shared with {}", names.join(", "))).because(all)
}
