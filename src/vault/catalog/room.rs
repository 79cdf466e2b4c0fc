//! The room that was declared on this machine: it stands in the encrypted catalogue and nowhere else, and is asked for anew
//! where that was lost. Must not know what a room forbids.

use crate::practice::room::Here;

use super::Catalog;
use super::CatalogError;
use super::Place;
use super::column::json;
use super::writer::text;

impl Catalog {
    /// The room that was declared last, over or not.
    pub fn here(&self) -> Result<Option<Here>, CatalogError> {
        self.one("SELECT body FROM room", [], |row| json(row, 0))
    }

    /// Declares the room. Whether that outlives this process: it does not where the catalogue is in memory alone.
    pub fn declare(&self, here: &Here) -> Result<bool, CatalogError> {
        let sql = "INSERT OR REPLACE INTO room (one, body) VALUES (1, ?1)";
        self.db.execute(sql, [text(here)]).map_err(|error| self.error(error))?;
        Ok(matches!(self.place, Place::File { .. }))
    }

    /// Forgets the room. Whether there was one.
    pub fn leave(&self) -> Result<bool, CatalogError> {
        let count = self.db.execute("DELETE FROM room", []).map_err(|error| self.error(error))?;
        Ok(count > 0)
    }
}
