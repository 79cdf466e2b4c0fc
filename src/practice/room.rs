//! The room in which somebody said to be, and until when: a machine's own note, and no event. Must not know where it is
//! kept, nor what a room forbids.

use serde::Deserialize;
use serde::Serialize;

use crate::id::ClientId;
use crate::time::Timestamp;
use crate::vocabulary::Setting;

/// A room that was declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Here {
    /// The room.
    pub setting: Setting,
    /// When that was said.
    pub since: Timestamp,
    /// Until when it holds; not at that moment any more.
    pub until: Timestamp,
    /// Whom the session there is with.
    pub client: Option<ClientId>,
}

impl Here {
    /// Whether it holds at a time. A clock that was put back does not lengthen it.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.since <= now && now < self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_holds_for_its_time_and_not_before_it_was_named() {
        let at = Timestamp::from_unix;
        let here = Here { setting: Setting::PrivateOffice, since: at(100), until: at(200), client: None };
        for (now, is_live) in [(99, false), (100, true), (199, true), (200, false)] {
            assert_eq!(here.is_live(at(now)), is_live, "{now}");
        }
    }
}
