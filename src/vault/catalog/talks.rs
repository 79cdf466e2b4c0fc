//! The talks with each participant of a group alone, as the records tell of them: nobody books one, a session that is filed
//! is one. Must not know who is reminded.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::id::ClientId;
use crate::id::GroupId;
use crate::id::RecordId;
use crate::practice::group::Group;
use crate::practice::talk;
use crate::practice::talk::Session;
use crate::practice::talk::Talk;
use crate::practice::talk::Which;
use crate::vocabulary::RecordKind;

use super::Catalog;
use super::CatalogError;
use super::column::parsed;

impl Catalog {
    /// The two talks of each slot, by slot.
    pub fn talks(&self, group: &Group) -> Result<Vec<Talk>, CatalogError> {
        let clients: BTreeSet<ClientId> = group.planned.participants.iter().copied().collect();
        let all = self.talks_with(&clients, &self.groups()?)?.into_iter();
        Ok(all.filter(|(id, _)| *id == group.id()).flat_map(|(_, talks)| talks).collect())
    }

    /// The same of all groups.
    pub fn all_talks(&self, groups: &[Group]) -> Result<Vec<(GroupId, Vec<Talk>)>, CatalogError> {
        let clients = groups.iter().flat_map(|group| group.planned.participants.iter().copied()).collect();
        self.talks_with(&clients, groups)
    }

    /// Those with these clients. One session is one talk of one group: of those that it could be, the one that is due first and
    /// still wanting.
    fn talks_with(
        &self,
        clients: &BTreeSet<ClientId>,
        groups: &[Group],
    ) -> Result<Vec<(GroupId, Vec<Talk>)>, CatalogError> {
        let protocol = self.protocol()?.protocol;
        let (zone, period) = (protocol.zone(), protocol.periods.talk);
        let mut held: BTreeMap<(GroupId, ClientId, Which), RecordId> = BTreeMap::new();
        for client in clients {
            let theirs = groups.iter().filter(|group| group.slot_of(*client).is_some());
            let both = theirs.flat_map(|group| Which::BOTH.map(|which| (group, which)));
            let wanted = both.filter_map(|(group, which)| {
                let place = (talk::due(group, which, period, &zone), group.id(), which);
                Some((place, talk::window(group, which, &zone)?))
            });
            let mut wanted: Vec<_> = wanted.collect();
            wanted.sort_by_key(|(place, _)| *place);
            let windows: Vec<_> = wanted.iter().map(|(_, window)| *window).collect();
            let found = talk::matched(&windows, &self.sessions_alone(*client)?);
            for (((_, group, which), _), record) in wanted.into_iter().zip(found) {
                held.extend(record.map(|record| ((group, *client, which), record)));
            }
        }
        let talks = |group: &Group| {
            let both = group.slots().flat_map(|(slot, client)| Which::BOTH.map(|which| (slot, client, which)));
            let talk = |(slot, client, which)| {
                let due = talk::due(group, which, period, &zone);
                Talk { slot, client, which, due, done: held.get(&(group.id(), client, which)).copied() }
            };
            (group.id(), both.map(talk).collect())
        };
        Ok(groups.iter().map(talks).collect())
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
