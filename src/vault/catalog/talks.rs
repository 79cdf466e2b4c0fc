//! The talks with each participant of a group alone, as the records tell of them: nobody books one, a session that is filed
//! is one. Must not know who is reminded.

use crate::id::ClientId;
use crate::id::RecordId;
use crate::practice::group::Group;
use crate::practice::talk;
use crate::practice::talk::Talk;
use crate::practice::talk::Which;
use crate::time::Date;
use crate::time::Timestamp;
use crate::vocabulary::RecordKind;

use super::Catalog;
use super::CatalogError;
use super::column::parsed;

/// An individual session: which, of what day, and when it was filed.
type Session = (RecordId, Date, Timestamp);

impl Catalog {
    /// The two talks of each slot, by slot.
    pub fn talks(&self, group: &Group) -> Result<Vec<Talk>, CatalogError> {
        self.talks_among(group, &self.groups()?)
    }

    /// The same, where all groups are known. One session is one talk: of the nearest group that still lacks it.
    pub fn talks_among(&self, group: &Group, groups: &[Group]) -> Result<Vec<Talk>, CatalogError> {
        let protocol = self.protocol()?.protocol;
        let zone = protocol.zone();
        let mut talks = Vec::new();
        for (slot, client) in group.slots() {
            let others = groups.iter().filter(|one| one.id() != group.id());
            let theirs = others.filter(|one| one.planned.participants.contains(&client)).chain([group]);
            let both = theirs.flat_map(|one| Which::BOTH.map(|which| (one, which)));
            let mut wanted: Vec<_> = both.map(|(one, which)| (one, which, None)).collect();
            let mut spare = Vec::new();
            for (id, day, filed) in self.sessions_alone(client)? {
                let open = wanted.iter_mut().filter(|(one, which, done)| {
                    done.is_none() && talk::window(one, *which, &zone).is_some_and(|window| window.admits(day, filed))
                });
                let nearest = open.min_by_key(|(one, ..)| (apart(one.planned.date, day), one.planned.date, one.filed));
                match nearest {
                    Some((_, _, done)) => *done = Some(id),
                    None => spare.push((id, day)),
                }
            }
            // A talk before the group that was missed is made up for by one held later, which is no other talk.
            for (id, day) in spare {
                let missed = wanted
                    .iter_mut()
                    .filter(|(one, which, done)| done.is_none() && *which == Which::Before && day > one.planned.date);
                let nearest =
                    missed.min_by_key(|(one, ..)| (apart(one.planned.date, day), one.planned.date, one.filed));
                if let Some((_, _, done)) = nearest {
                    *done = Some(id);
                }
            }
            let ours = wanted.into_iter().filter(|(one, ..)| one.id() == group.id());
            talks.extend(ours.map(|(_, which, done)| {
                let due = talk::due(group, which, protocol.periods.talk);
                Talk { slot, client, which, due, done }
            }));
        }
        Ok(talks)
    }

    /// The individual sessions of a client, in the order of their days.
    fn sessions_alone(&self, client: ClientId) -> Result<Vec<Session>, CatalogError> {
        let sql = "SELECT id, date, json_extract(body, '$.added') FROM records INDEXED BY records_by_client \
                   WHERE client = ?1 AND kind = ?2 AND json_extract(body, '$.latest.excerpt_of') IS NULL \
                   ORDER BY date, n";
        let values = (client.to_string(), RecordKind::SessionIndividual.as_str());
        self.all(sql, values, |row| Ok((parsed(row, 0)?, parsed(row, 1)?, parsed(row, 2)?)))
    }
}

/// How many days lie between.
fn apart(one: Date, other: Date) -> i32 {
    one.until(other).map_or(i32::MAX, |span| span.get_days().abs())
}
