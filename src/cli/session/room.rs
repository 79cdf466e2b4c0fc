//! The room in which this is done (`docs/command-line.md`, "Rooms"). Must not know what is done in it.

use crate::cli::session::Session;
use crate::policy::Room;
use crate::vocabulary::Setting;

impl Session<'_> {
    /// The room in which something confidential is told now: the one that was named. Where somebody sits at a terminal,
    /// one has to be known.
    pub fn room(&self, named: Option<Setting>) -> Room {
        Room { setting: named, is_needed: self.is_interactive(), is_recorded: false }
    }
}
