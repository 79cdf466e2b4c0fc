//! The talks with each participant of a group alone, as the records tell of them: nobody books one, a session that is filed
//! is one. Must not know who is reminded.

use crate::id::ClientId;
use crate::id::RecordId;
use crate::practice::group::Group;
use crate::practice::talk;
use crate::practice::talk::Talk;
use crate::practice::talk::Which;
use crate::practice::talk::Window;
use crate::vocabulary::RecordKind;

use super::Catalog;
use super::CatalogError;
use super::column::parsed;

/// Later than every date and time, as they are spelled.
const LAST: &str = "~";

impl Catalog {
    /// The two talks of each slot, by slot. One session is not both.
    pub fn talks(&self, group: &Group) -> Result<Vec<Talk>, CatalogError> {
        let protocol = self.protocol()?.protocol;
        let zone = protocol.zone();
        let mut talks = Vec::new();
        for (slot, client) in group.slots() {
            let mut before = None;
            for which in Which::BOTH {
                let window = talk::window(group, which, &zone);
                let done = window.map(|window| self.session_in(client, &window, before)).transpose()?.flatten();
                before = before.or(done);
                talks.push(Talk { slot, client, which, due: talk::due(group, which, protocol.periods.talk), done });
            }
        }
        Ok(talks)
    }

    /// The first individual session of a client that a window lets through, but for one. Reads by the client's dates, and no
    /// further than to the first.
    fn session_in(
        &self,
        client: ClientId,
        window: &Window,
        but: Option<RecordId>,
    ) -> Result<Option<RecordId>, CatalogError> {
        let sql = "SELECT id FROM records INDEXED BY records_by_client \
                   WHERE client = ?1 AND date BETWEEN ?2 AND ?3 AND kind = ?4 AND id <> ?5 \
                   AND json_extract(body, '$.latest.excerpt_of') IS NULL \
                   AND json_extract(body, '$.added') BETWEEN ?6 AND ?7 ORDER BY date, n LIMIT 1";
        let until = window.until.map_or_else(|| LAST.to_owned(), |date| date.to_string());
        let filed_from = window.filed_from.map(|at| at.to_string()).unwrap_or_default();
        let filed_until = window.filed_until.map_or_else(|| LAST.to_owned(), |at| at.to_string());
        let kind = RecordKind::SessionIndividual.as_str();
        let but = but.map(|id| id.to_string()).unwrap_or_default();
        let values = (client.to_string(), window.from.to_string(), until, kind, but, filed_from, filed_until);
        self.one(sql, values, |row| parsed(row, 0))
    }
}
