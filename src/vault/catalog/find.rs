//! From what people type to ids: prefixes, what comes nearest to a miss, and the records last touched on this machine.
//! Must not know what a miss or an ambiguity leads to.

use crate::id::ALPHABET;
use crate::id::AgreementId;
use crate::id::ClientId;
use crate::id::ConcernId;
use crate::id::ConsentId;
use crate::id::DisclosureId;
use crate::id::FollowupId;
use crate::id::GroupId;
use crate::id::RecipientId;
use crate::id::RecordId;
use crate::id::RestrictionId;
use crate::id::TrainingId;

use super::Catalog;
use super::CatalogError;
use super::column::parsed;
use super::column::signed;

/// Fewer characters than these are no prefix of an id (`docs/commands.md`, "Ids").
const SHORTEST: usize = 4;
/// How many aliases are compared with a miss: the newest.
const COMPARED: u32 = 20_000;
/// How many touched records are remembered.
const REMEMBERED: u32 = 100;

/// What an id names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdKind {
    /// A record.
    Record,
    /// A client.
    Client,
    /// A recipient.
    Recipient,
    /// A disclosure.
    Disclosure,
    /// A consent.
    Consent,
    /// An agreement.
    Agreement,
    /// A restriction.
    Restriction,
    /// A training.
    Training,
    /// A group.
    Group,
    /// A concern.
    Concern,
    /// A follow-up.
    Followup,
}

impl IdKind {
    /// Its table, its type letter with the dash, and whether it has aliases.
    fn facts(self) -> (&'static str, &'static str, bool) {
        match self {
            Self::Record => ("records", RecordId::PREFIX, false),
            Self::Client => ("clients", ClientId::PREFIX, true),
            Self::Recipient => ("recipients", RecipientId::PREFIX, true),
            Self::Disclosure => ("disclosures", DisclosureId::PREFIX, false),
            Self::Consent => ("papers", ConsentId::PREFIX, false),
            Self::Agreement => ("papers", AgreementId::PREFIX, false),
            Self::Restriction => ("papers", RestrictionId::PREFIX, false),
            Self::Training => ("papers", TrainingId::PREFIX, false),
            Self::Group => ("papers", GroupId::PREFIX, false),
            Self::Concern => ("papers", ConcernId::PREFIX, false),
            Self::Followup => ("followups", FollowupId::PREFIX, false),
        }
    }
}

impl Catalog {
    /// The ids of those who are called `alias`. More than one only where two computers named them apart from each other.
    pub fn ids_called(&self, kind: IdKind, alias: &str) -> Result<Vec<String>, CatalogError> {
        let (table, ..) = kind.facts();
        self.all(&format!("SELECT id FROM {table} WHERE alias = ?1 ORDER BY n"), [alias], |row| row.get(0))
    }

    /// The ids that begin with `prefix`, in their order, at most so many. The type letter may be left out. A prefix of
    /// any length is taken, so that completion can use it too; what no id can begin with finds none.
    pub fn ids_with_prefix(&self, kind: IdKind, prefix: &str, at_most: usize) -> Result<Vec<String>, CatalogError> {
        let (table, letter, _) = kind.facts();
        let body = prefix.strip_prefix(letter).unwrap_or(prefix);
        if !body.bytes().all(|c| ALPHABET.contains(&c)) {
            return Ok(Vec::new());
        }
        // `~` comes after every character of an id.
        let sql = format!("SELECT id FROM {table} WHERE id >= ?1 AND id < ?1 || '~' ORDER BY id LIMIT ?2");
        self.all(&sql, (format!("{letter}{body}"), signed(at_most as u64)), |row| row.get(0))
    }

    /// How many characters after the letter tell `id` from all others of its kind now; at least four.
    pub fn shortest_prefix(&self, kind: IdKind, id: &str) -> Result<usize, CatalogError> {
        let (_, letter, _) = kind.facts();
        let shared = self.neighbours(kind, id)?.iter().map(|other| in_common(other, id)).max().unwrap_or(0);
        Ok((shared + 1).saturating_sub(letter.len()).max(SHORTEST))
    }

    /// The alias, or else the id, that comes nearest to `text`, a miss; `None` when nothing comes near.
    pub fn nearest(&self, kind: IdKind, text: &str) -> Result<Option<String>, CatalogError> {
        let (table, letter, has_aliases) = kind.facts();
        let text = text.to_lowercase();
        if has_aliases {
            let sql = format!("SELECT alias FROM {table} ORDER BY n DESC LIMIT {COMPARED}");
            let aliases = self.all(&sql, [], |row| row.get::<_, String>(0))?;
            let near = aliases.into_iter().filter_map(|alias| Some((nearness(&text, &alias)?, alias)));
            if let Some((_, alias)) = near.min() {
                return Ok(Some(alias));
            }
        }
        if matches!(kind, IdKind::Group) {
            let names = self.groups()?.into_iter().map(|group| group.planned.name.to_string());
            let near = names.filter_map(|name| Some((nearness(&text, &name.to_lowercase())?, name)));
            if let Some((_, name)) = near.min() {
                return Ok(Some(name));
            }
        }
        // Crockford's own reading of the letters that no id holds.
        let body: String = text.strip_prefix(letter).unwrap_or(&text).chars().map(unmistaken).collect();
        let id = format!("{letter}{body}");
        let near = self.neighbours(kind, &id)?.into_iter().map(|other| (in_common(&other, &id), other));
        Ok(near.filter(|(shared, _)| *shared >= letter.len() + 2).max().map(|(_, other)| other))
    }

    /// The alias of an owner, who may have been removed since, that comes nearest to `text`; `None` when nothing comes near.
    pub fn nearest_owner(&self, text: &str) -> Result<Option<String>, CatalogError> {
        let near = self.owners_ever()?.into_iter().filter_map(|alias| Some((nearness(text, &alias)?, alias)));
        Ok(near.min().map(|(_, alias)| alias))
    }

    /// Remembers that a record was looked at here: it is `@` now.
    pub fn touch(&self, record: RecordId) -> Result<(), CatalogError> {
        let sql =
            "INSERT OR REPLACE INTO touched (at, record) VALUES ((SELECT ifnull(max(at), 0) + 1 FROM touched), ?1)";
        let forget = format!("DELETE FROM touched WHERE at <= (SELECT max(at) FROM touched) - {REMEMBERED}");
        let write = || {
            let transaction = self.db.unchecked_transaction()?;
            transaction.execute(sql, [record.to_string()])?;
            transaction.execute(&forget, [])?;
            transaction.commit()
        };
        write().map_err(|error| self.error(error))
    }

    /// The record touched last (1), the one before (2), and so on; then those added last. `None` when there are not so
    /// many.
    pub fn touched(&self, n: usize) -> Result<Option<RecordId>, CatalogError> {
        let Some(skipped) = n.checked_sub(1) else {
            return Ok(None);
        };
        let known = self.all("SELECT record FROM touched ORDER BY at DESC", [], |row| parsed(row, 0))?;
        if let Some(record) = known.get(skipped) {
            return Ok(Some(*record));
        }
        let sql =
            "SELECT id FROM records WHERE id NOT IN (SELECT record FROM touched) ORDER BY n DESC LIMIT 1 OFFSET ?1";
        let skipped = signed((skipped - known.len()) as u64);
        self.one(sql, [skipped], |row| parsed(row, 0))
    }

    /// The ids just before and just after `id` in their order.
    fn neighbours(&self, kind: IdKind, id: &str) -> Result<Vec<String>, CatalogError> {
        let (table, ..) = kind.facts();
        let below = format!("SELECT id FROM {table} WHERE id < ?1 ORDER BY id DESC LIMIT 1");
        let above = format!("SELECT id FROM {table} WHERE id > ?1 ORDER BY id LIMIT 1");
        let below = self.one(&below, [id], |row| row.get(0))?;
        Ok(below.into_iter().chain(self.one(&above, [id], |row| row.get(0))?).collect())
    }
}

/// How many bytes two texts share at their beginning.
fn in_common(one: &str, other: &str) -> usize {
    one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count()
}

fn unmistaken(c: char) -> char {
    match c {
        'o' => '0',
        'i' | 'l' => '1',
        other => other,
    }
}

/// How far `alias` is from `text`, for those near enough to be meant: a slip of the finger or two, or the rest of an
/// alias left out.
fn nearness(text: &str, alias: &str) -> Option<usize> {
    let length = text.chars().count();
    if length >= 2 && alias.starts_with(text) {
        return Some(1);
    }
    let distance = edits(text, alias);
    (distance <= 1 + length / 4 && distance < length).then_some(distance)
}

/// The edits that turn one text into the other: characters put in, left out, changed, or two neighbours swapped.
fn edits(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().take(64).collect(), other.chars().collect());
    let mut rows = [vec![0; other.len() + 1], (0..=other.len()).collect(), Vec::new()];
    for (i, a) in one.iter().enumerate() {
        let [before_last, last, _] = rows;
        let mut row = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let mut least = (last[j + 1] + 1).min(row[j] + 1).min(last[j] + usize::from(a != b));
            if i > 0 && j > 0 && *a == other[j - 1] && one[i - 1] == *b {
                least = least.min(before_last[j - 1] + 1);
            }
            row.push(least);
        }
        rows = [last, row, Vec::new()];
    }
    rows[1][other.len()]
}
