//! What is to be shared, by the words that were typed: records, or a group. Of a group each participant is told apart: the
//! common part and theirs, and what anybody else said is in none of it. Must not know who it goes to.

use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::names::Misses;
use crate::id::ClientId;
use crate::id::GroupId;
use crate::id::RecordId;
use crate::practice::group::Group;
use crate::vault::catalog::Catalog;
use crate::vocabulary::GroupState;

/// What goes into one package, decided about as one.
#[derive(Debug)]
pub struct Parts {
    /// The records, in their order.
    pub records: Vec<RecordId>,
    /// Whom they are about, where a group says it.
    pub client: Option<ClientId>,
    /// The group.
    pub group: Option<GroupId>,
}

/// Reads it: one for records; for a group one for the client that is named, or else for each participant.
pub fn of(
    catalog: &Catalog,
    typed: &[String],
    client: Option<&str>,
    missing: &mut Misses,
) -> Result<Vec<Parts>, Failure> {
    let called: Vec<String> = catalog.groups()?.into_iter().map(|group| group.planned.name.to_string()).collect();
    let is_group = |typed: &&String| is_group(typed, &called);
    let (groups, typed): (Vec<&String>, Vec<&String>) = typed.iter().partition(is_group);
    let found = typed.iter().map(|typed| missing.note(names::record(catalog, typed)));
    let records: Vec<RecordId> = found.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
    let client = client.map(|typed| Ok::<_, Failure>((typed, names::client(catalog, typed)?.id()))).transpose()?;
    if let Some((typed, client)) = client {
        for id in &records {
            if catalog.record(*id)?.is_some_and(|record| record.latest.client != Some(client)) {
                return Err(Failure::not_found(format!("{id} is not a record of {typed}")));
            }
        }
    }
    let group = match &groups[..] {
        [] => return Ok(vec![Parts { records, client: None, group: None }]),
        [one] => missing.note(names::group(catalog, one))?,
        _ => return Err(Failure::usage("one group is shared at a time")),
    };
    let Some(group) = group else { return Ok(Vec::new()) };
    if group.state() != GroupState::Closed {
        let message = format!("the group {} is {}: nothing of it is filed yet", group.id(), group.state());
        return Err(Failure::refused(message).hint(format!("subrosa group show {}", group.id())));
    }
    match client {
        Some((typed, client)) => {
            if group.slot_of(client).is_none() {
                return Err(Failure::not_found(format!("{typed} took no part in {}", group.id())));
            }
            Ok(vec![part(&group, client, &records)])
        }
        None if records.is_empty() => Ok(group.slots().map(|(_, client)| part(&group, client, &[])).collect()),
        None => {
            let hint = format!("subrosa share {} --client ALIAS --to dr-lee --purpose treat", group.id());
            Err(Failure::usage("records go with a group only for one client: --client is needed").hint(hint))
        }
    }
}

fn part(group: &Group, client: ClientId, more: &[RecordId]) -> Parts {
    let mut records = group.parts_of(client);
    records.extend(more);
    Parts { records, client: Some(client), group: Some(group.id()) }
}

/// A group is told by its letter or its name. What is neither, and cannot be the beginning of a record's id, may be a name with
/// a slip in it, if there are groups.
fn is_group(typed: &str, called: &[String]) -> bool {
    let lower = typed.to_lowercase();
    let may_be_record = lower.starts_with('@') || lower.starts_with(RecordId::PREFIX) || is_body(&lower);
    lower.starts_with(GroupId::PREFIX)
        || called.iter().any(|name| name == typed)
        || (!called.is_empty() && !may_be_record)
}

/// Whether it is made of an id's characters alone.
fn is_body(typed: &str) -> bool {
    typed.chars().all(|character| "0123456789abcdefghjkmnpqrstvwxyz".contains(character))
}
