//! Moving strays aside, into `lost+found/` (`docs/format.md`, 5). Only files that nothing speaks of, only on the
//! machine that writes the log, and only under both locks; nothing is ever deleted.

use std::io;
use std::path::Path;

use crate::id::IntentId;
use crate::ledger::tile::TilePath;
use crate::vault::Vault;
use crate::vault::check::files::LOST;
use crate::vault::create::files_below;
use crate::vault::disk;
use crate::vault::error::VaultError;
use crate::vault::fuse;
use crate::vault::lock::Hold;
use crate::vault::lock::Lock;
use crate::vault::places;
use crate::vault::step::Held;

impl Vault {
    /// Moves every stray to `lost+found/`. Returns the files that were moved, as they were called before.
    pub fn repair(&mut self) -> Result<Vec<String>, VaultError> {
        self.may_append()?;
        let _vault = Lock::take(&self.disk.path(places::LOCK), Hold::Exclusive, self.lock_wait())?;
        let _state = self.state.lock(self.lock_wait())?;
        // Another process may have appended while we waited.
        self.settle(Held::Both)?;
        self.may_append()?;
        let mut strays = self.strays()?;
        // What dead transactions left is taken back by the opening of the vault; a list that is not locked yet may be
        // alive. A link may stand where a directory full of records belongs: whoever looks after the disk puts that
        // right.
        let is_regular =
            |file: &String| std::fs::symlink_metadata(self.disk.path(file)).is_ok_and(|facts| facts.is_file());
        strays.retain(|file| !is_of_a_transaction(file));
        self.files_between_tiles(&mut strays)?;
        strays.retain(is_regular);
        let mut moved = Vec::new();
        for file in strays.into_iter().chain(self.empty_strays()?) {
            if self.set_aside(&file)? {
                moved.push(file);
            }
        }
        Ok(moved)
    }

    /// Files among the tiles that are none.
    fn files_between_tiles(&self, found: &mut Vec<String>) -> Result<(), VaultError> {
        for chapter in self.chapters()? {
            let above = places::ledger_file(chapter.log.id, "");
            let mut files = Vec::new();
            files_below(&self.disk, &places::ledger_file(chapter.log.id, "tile"), &mut files)?;
            let is_tile =
                |file: &String| file.strip_prefix(&above).is_some_and(|path| path.parse::<TilePath>().is_ok());
            found.extend(files.into_iter().filter(|file| !is_tile(file)));
        }
        Ok(())
    }

    /// `false` when it has gone meanwhile. A crash here leaves it in one of the two places.
    fn set_aside(&self, file: &str) -> Result<bool, VaultError> {
        let mut target = format!("{LOST}/{file}");
        let mut count = 0;
        while std::fs::symlink_metadata(self.disk.path(&target)).is_ok() {
            count += 1;
            target = format!("{LOST}/{file}.{count}");
        }
        let (from, to) = (self.disk.path(file), self.disk.path(&target));
        let parent = |path: &Path| path.parent().unwrap_or(self.disk.root()).to_owned();
        disk::make_dir(&parent(&to))?;
        match fuse::rename(&from, &to) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            other => other.map_err(|error| VaultError::io(&from, error))?,
        }
        for dir in [parent(&to), parent(&from)] {
            fuse::sync_dir(&dir).map_err(|error| VaultError::io(&dir, error))?;
        }
        Ok(true)
    }
}

fn is_of_a_transaction(file: &str) -> bool {
    let name = file.strip_prefix(places::INCOMING).and_then(|rest| rest.strip_prefix('/'));
    let name = name.and_then(|rest| rest.split('/').next());
    name.is_some_and(|name| name.trim_end_matches(".new").parse::<IntentId>().is_ok())
}
