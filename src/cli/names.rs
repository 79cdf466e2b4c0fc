//! From what people type to things: an exact alias, else a prefix of an id, else `@` for the record last touched. A
//! miss names what comes nearest (`docs/command-line.md`). Must not know what is done with the thing.

use std::str::FromStr;

use crate::cli::answer::Reason;
use crate::cli::failure::Failure;
use crate::cli::failure::FailureCode;
use crate::id::AgreementId;
use crate::id::ConcernId;
use crate::id::ConsentId;
use crate::id::DisclosureId;
use crate::id::FollowupId;
use crate::id::GroupId;
use crate::id::IdError;
use crate::id::RecipientId;
use crate::id::RecordId;
use crate::id::RestrictionId;
use crate::policy;
use crate::practice::agreement::Agreement;
use crate::practice::client::Client;
use crate::practice::concern::Concern;
use crate::practice::consent::Consent;
use crate::practice::group::Group;
use crate::practice::recipient::Recipient;
use crate::practice::restriction::Restriction;
use crate::practice::safety::Followup;
use crate::practice::words;
use crate::practice::words::Alias;
use crate::vault::catalog::Catalog;
use crate::vault::catalog::IdKind;

/// Fewer characters after the letter are no prefix.
const SHORTEST: usize = 4;
/// How many things an ambiguous prefix lists.
const LISTED: usize = 8;

/// The client that is called `typed`, or whose id begins so.
pub fn client(catalog: &Catalog, typed: &str) -> Result<Client, Failure> {
    if let Ok(alias) = typed.parse::<Alias>()
        && let Some(client) = catalog.client_by_alias(alias.as_str())?
    {
        one_is_called(catalog, IdKind::Client, alias.as_str())?;
        return Ok(client);
    }
    let id = by_prefix(catalog, IdKind::Client, typed)?;
    catalog.client(id)?.ok_or_else(|| Failure::not_found(format!("there is no client {id}")))
}

/// The recipient that is called `typed`, or whose id begins so.
pub fn recipient(catalog: &Catalog, typed: &str) -> Result<Recipient, Failure> {
    if let Ok(alias) = typed.parse::<Alias>()
        && let Some(recipient) = catalog.recipient_by_alias(alias.as_str())?
    {
        one_is_called(catalog, IdKind::Recipient, alias.as_str())?;
        return Ok(recipient);
    }
    let id = by_prefix(catalog, IdKind::Recipient, typed)?;
    catalog.recipient(id)?.ok_or_else(|| Failure::not_found(format!("there is no recipient {id}")))
}

/// The owner who is called `typed`, or was before being removed: entries name owners by alias.
pub fn owner(catalog: &Catalog, typed: &str) -> Result<String, Failure> {
    if let Ok(alias) = typed.parse::<Alias>()
        && catalog.owners_ever()?.iter().any(|known| known == alias.as_str())
    {
        return Ok(alias.to_string());
    }
    let near = catalog.nearest_owner(&typed.to_lowercase())?;
    let near = near.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
    Err(Failure::not_found(format!("there is no owner {typed:?}{near}")).hint("subrosa owner list"))
}

/// Refuses what means everyone, by its own rule: nobody in particular is given, or promised, anything.
pub fn not_everyone(typed: &str) -> Result<(), Failure> {
    if !words::is_wildcard(typed) {
        return Ok(());
    }
    let rule = policy::rule("E-RECIP-WILDCARD").expect("the rule is in the table");
    Err(Failure::refused(format!("{typed:?} names nobody in particular")).because([Reason::from(rule)]))
}

/// The record whose id begins with `typed`; `@` is the one last touched here, `@2` the one before.
pub fn record(catalog: &Catalog, typed: &str) -> Result<RecordId, Failure> {
    let Some(back) = typed.strip_prefix('@') else {
        return by_prefix(catalog, IdKind::Record, typed);
    };
    let back: usize = if back.is_empty() { 1 } else { back.parse().unwrap_or_default() };
    if back == 0 {
        return Err(Failure::usage(format!("{typed:?} is no record: @ is the last one, @2 the one before")));
    }
    let many = || Failure::not_found(format!("{typed}: so many records were not touched yet"));
    catalog.touched(back)?.ok_or_else(many)
}

/// The disclosure whose id begins with `typed`.
pub fn disclosure(catalog: &Catalog, typed: &str) -> Result<DisclosureId, Failure> {
    by_prefix(catalog, IdKind::Disclosure, typed)
}

/// The consent whose id begins with `typed`.
pub fn consent(catalog: &Catalog, typed: &str) -> Result<Consent, Failure> {
    let id: ConsentId = by_prefix(catalog, IdKind::Consent, typed)?;
    catalog.consent(id)?.ok_or_else(|| Failure::not_found(format!("there is no consent {id}")))
}

/// The agreement whose id begins with `typed`.
pub fn agreement(catalog: &Catalog, typed: &str) -> Result<Agreement, Failure> {
    let id: AgreementId = by_prefix(catalog, IdKind::Agreement, typed)?;
    catalog.agreement(id)?.ok_or_else(|| Failure::not_found(format!("there is no agreement {id}")))
}

/// The restriction whose id begins with `typed`.
pub fn restriction(catalog: &Catalog, typed: &str) -> Result<Restriction, Failure> {
    let id: RestrictionId = by_prefix(catalog, IdKind::Restriction, typed)?;
    catalog.restriction(id)?.ok_or_else(|| Failure::not_found(format!("there is no restriction {id}")))
}

/// The group that is called `typed`, if only one is, or whose id begins so. One that was called off leaves its name to another.
pub fn group(catalog: &Catalog, typed: &str) -> Result<Group, Failure> {
    let mut called = catalog.groups()?;
    called.retain(|group| group.planned.name.as_str() == typed);
    if called.iter().any(|group| group.called_off.is_none()) {
        called.retain(|group| group.called_off.is_none());
    }
    if let [_] = &called[..] {
        return Ok(called.remove(0));
    }
    if !called.is_empty() {
        let ids = called.iter().map(|group| group.id().to_string()).collect::<Vec<_>>().join(", ");
        let hint = format!("subrosa group show {}", called[called.len() - 1].id());
        return Err(Failure::not_found(format!("{typed:?} is the name of several groups: {ids}")).hint(hint));
    }
    let id: GroupId = by_prefix(catalog, IdKind::Group, typed)?;
    catalog.group(id)?.ok_or_else(|| Failure::not_found(format!("there is no group {id}")))
}

/// The concern whose id begins with `typed`.
pub fn concern(catalog: &Catalog, typed: &str) -> Result<Concern, Failure> {
    let id: ConcernId = by_prefix(catalog, IdKind::Concern, typed)?;
    catalog.concern(id)?.ok_or_else(|| Failure::not_found(format!("there is no concern {id}")))
}

/// The follow-up whose id begins with `typed`.
pub fn followup(catalog: &Catalog, typed: &str) -> Result<Followup, Failure> {
    let id: FollowupId = by_prefix(catalog, IdKind::Followup, typed)?;
    catalog.followup(id)?.ok_or_else(|| Failure::not_found(format!("there is no follow-up {id}")))
}

/// Who is of the team that is called `typed`. A team that nobody is of is none.
pub fn team(catalog: &Catalog, typed: &str) -> Result<Vec<RecipientId>, Failure> {
    let members = match typed.parse::<Alias>() {
        Ok(name) => catalog.team(name.as_str())?,
        Err(_) => Vec::new(),
    };
    if members.is_empty() {
        return Err(
            Failure::not_found(format!("there is no team {typed:?}, or nobody is of it")).hint("subrosa team list")
        );
    }
    Ok(members)
}

/// What was typed and is not there: all of it is told at once.
#[derive(Debug, Default)]
pub struct Misses(Vec<Failure>);

impl Misses {
    /// Keeps a miss for later; any other failure ends it.
    pub fn note<T>(&mut self, found: Result<T, Failure>) -> Result<Option<T>, Failure> {
        match found {
            Err(failure) if failure.code == FailureCode::NotFound => {
                self.0.push(failure);
                Ok(None)
            }
            other => other.map(Some),
        }
    }

    /// Refuses what is missing, if anything is.
    pub fn refuse(self) -> Result<(), Failure> {
        let reason = |failure: &Failure| {
            let cure = failure.hints.first().cloned();
            let row = Reason::from(policy::rule("E-NOTFOUND").expect("the rule is in the table"));
            Reason { text: failure.message.clone(), cure: cure.or(row.cure.clone()), ..row }
        };
        match &self.0[..] {
            [] => Ok(()),
            [only] => Err(Failure::not_found(only.message.clone()).because([reason(only)])),
            many => Err(Failure::not_found("some of it is not there").because(many.iter().map(reason))),
        }
    }
}

/// A typed word as a hint repeats it, quoted where a shell would take it apart.
pub fn word(typed: &str) -> String {
    // Only a NUL cannot be quoted, and no argument holds one.
    shlex::try_quote(typed).map_or_else(|_| "ALIAS".to_owned(), |word| word.into_owned())
}

/// Two computers that did not know of each other may have given one alias to two people: which is meant, nobody guesses.
fn one_is_called(catalog: &Catalog, kind: IdKind, alias: &str) -> Result<(), Failure> {
    let ids = catalog.ids_called(kind, alias)?;
    if ids.len() < 2 {
        return Ok(());
    }
    let (what, command, listed) = (what(kind), what(kind), ids.join(", "));
    let message =
        format!("{} {what}s are called {alias}: {listed}; name one by its id, or give one another alias", ids.len());
    Err(Failure::not_found(message).hint(format!("subrosa {command} show {}", ids[0])))
}

fn by_prefix<T: FromStr<Err = IdError>>(catalog: &Catalog, kind: IdKind, typed: &str) -> Result<T, Failure> {
    let what = what(kind);
    let prefix = typed.to_lowercase();
    let letter = letter(kind);
    let body = prefix.strip_prefix(letter).unwrap_or(&prefix);
    let mut found = Vec::new();
    if body.len() >= SHORTEST {
        found = catalog.ids_with_prefix(kind, &prefix, LISTED + 1)?;
    }
    match &found[..] {
        [] => {}
        [id] => return id.parse().map_err(|error: IdError| Failure::usage(error.to_string())),
        many => {
            let mut listed = many.iter().take(LISTED).cloned().collect::<Vec<_>>().join(", ");
            if many.len() > LISTED {
                listed.push_str(" and more");
            }
            return Err(Failure::not_found(format!("{typed:?} is the beginning of several {what}s: {listed}")));
        }
    }
    let near = catalog.nearest(kind, typed)?;
    let near = near.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
    Err(Failure::not_found(format!("there is no {what} {typed:?}{near}")))
}

fn what(kind: IdKind) -> &'static str {
    match kind {
        IdKind::Record => "record",
        IdKind::Client => "client",
        IdKind::Recipient => "recipient",
        IdKind::Disclosure => "disclosure",
        IdKind::Consent => "consent",
        IdKind::Agreement => "agreement",
        IdKind::Restriction => "restriction",
        IdKind::Training => "training",
        IdKind::Group => "group",
        IdKind::Concern => "concern",
        IdKind::Followup => "follow-up",
    }
}

fn letter(kind: IdKind) -> &'static str {
    match kind {
        IdKind::Record => RecordId::PREFIX,
        IdKind::Client => crate::id::ClientId::PREFIX,
        IdKind::Recipient => crate::id::RecipientId::PREFIX,
        IdKind::Disclosure => DisclosureId::PREFIX,
        IdKind::Consent => ConsentId::PREFIX,
        IdKind::Agreement => AgreementId::PREFIX,
        IdKind::Restriction => RestrictionId::PREFIX,
        IdKind::Training => crate::id::TrainingId::PREFIX,
        IdKind::Group => GroupId::PREFIX,
        IdKind::Concern => ConcernId::PREFIX,
        IdKind::Followup => FollowupId::PREFIX,
    }
}
