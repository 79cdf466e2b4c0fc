//! The talks with each participant alone, as the records tell of them: nobody books one, a session that is filed is one.
//! Must not know who is reminded.

use crate::groups::GroupsError;
use crate::practice::group::Group;
use crate::practice::talk;
use crate::practice::talk::Talk;
use crate::practice::talk::Which;
use crate::vault::catalog::Catalog;

/// The two talks of each slot, by slot. One session is not both.
pub fn talks(catalog: &Catalog, group: &Group) -> Result<Vec<Talk>, GroupsError> {
    let protocol = catalog.protocol()?.protocol;
    let zone = protocol.zone();
    let mut talks = Vec::new();
    for (slot, client) in group.slots() {
        let mut before = None;
        for which in Which::BOTH {
            let window = talk::window(group, which, &zone);
            let done = window.map(|window| catalog.session_in(client, &window, before)).transpose()?.flatten();
            before = before.or(done);
            talks.push(Talk { slot, client, which, due: talk::due(group, which, protocol.periods.talk)?, done });
        }
    }
    Ok(talks)
}
