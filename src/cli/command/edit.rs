//! `subrosa edit`: a record's text in the user's own editor, on a private file. The new text is a new version; the old
//! one stays. No lock is held while the editor is open.

use std::io::Read as _;

use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Head;
use crate::cli::answer::Look;
use crate::cli::answer::Record;
use crate::cli::args::words;
use crate::cli::command::show;
use crate::cli::editor;
use crate::cli::failure::Failure;
use crate::cli::failure::FailureCode;
use crate::cli::session::Session;
use crate::filing;
use crate::filing::media;
use crate::practice::event::Body;
use crate::practice::record::Access;
use crate::secret::Secret;
use crate::vault::catalog::IdKind;
use crate::vocabulary::Setting;

/// The largest text that is edited, in bytes.
const EDITED: u64 = 16 << 20;

/// What `subrosa edit` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The record: the beginning of its id, or @ for the one last touched
    #[arg(value_name = "ID")]
    pub record: String,
    /// The room in which this is done [default: the one declared by here]
    #[arg(long, value_name = "SETTING", value_parser = words::<Setting>(Setting::WORDS))]
    pub setting: Option<Setting>,
}

#[derive(Serialize)]
struct Edited {
    record: Record,
    changed: bool,
    head: Head,
}

impl Answer for Edited {
    fn prose(&self, look: &Look<'_>) -> String {
        let id = look.id(IdKind::Record, &self.record.id).into_owned();
        match self.changed {
            true => format!("{id} has version {} now.\n", self.record.version),
            false => "Nothing changed.\n".to_owned(),
        }
    }

    fn bare(&self) -> String {
        if self.changed { format!("{}\n", self.record.id) } else { String::new() }
    }
}

/// A name that an editor knows the text's sort by, and that tells nothing else.
fn file_name(name: Option<&str>) -> String {
    let ending = name.and_then(|name| name.rsplit_once('.')).map(|(_, ending)| ending);
    let ending = ending.filter(|ending| ending.len() <= 8 && ending.bytes().all(|c| c.is_ascii_alphanumeric()));
    format!("record.{}", ending.unwrap_or("txt"))
}

/// Edits a record.
pub fn run(args: Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let has_editor = ["VISUAL", "EDITOR"].iter().any(|name| session.host.var(name).is_some());
    if !has_editor && !session.is_interactive() {
        return Err(Failure::usage("there is no terminal to edit at, and EDITOR names no program"));
    }
    let mut vault = session.open_to_append()?;
    let version = show::version_of(&vault, &args.record, None)?;
    if !media::is_drawable(&version.media_type) || version.size > EDITED {
        let message =
            format!("{} is {} of {} bytes: no text to edit", version.record, version.media_type, version.size);
        return Err(Failure::refused(message).hint(format!("subrosa show {} -o FILE", version.record)));
    }
    // The editor is given the terminal that there is, also where the command itself stands in a pipe.
    let room = session.room(&vault, args.setting, session.host.terminal.is_some())?;
    let otherwise = format!("subrosa edit {}  # at a terminal that is not recorded", version.record);
    session.may_show(room, version.label, version.record, Some(&otherwise))?;
    let setting = session.room_now(&vault, room)?;
    let mut original = Secret::new(Vec::with_capacity(usize::try_from(version.size).unwrap_or(0)));
    let mut content = vault.read(&version)?;
    content.read_to_end(original.reveal_secret_mut()).map_err(|error| show::unread(&version, error))?;
    drop(content);
    let access = filing::access(&version, Access::Edit, setting, Vec::new());
    let mut exit = show::record_access(session, &mut vault, access)?;

    let edit = editor::edit(session.host, original.reveal_secret(), &file_name(version.name.as_deref()))?;
    if !edit.was_memory_backed() {
        session.note("the text was edited in a file on disk, which may keep traces of it");
    }
    let is_text = |bytes: &[u8]| media::is_drawable(media::media_type(bytes, version.name.as_deref()));
    let committed = match edit.changed() {
        None => None,
        Some(changed) if !is_text(changed.reveal_secret()) => {
            let kept = edit.keep().map(|path| format!("; it is kept in {}", path.display())).unwrap_or_default();
            return Err(Failure::new(FailureCode::Failed, format!("what the editor left is no text{kept}")));
        }
        Some(changed) => {
            let base = (version.record, version.version);
            let changed = changed.reveal_secret();
            Some(filing::add_version(&mut session.desk(&mut vault), base, changed))
        }
    };
    let latest = match committed.transpose() {
        Err(error) => {
            let kept = edit.keep().map(|path| format!("; the new text is kept in {}", path.display()));
            let failure = Failure::from(error);
            return Err(Failure { message: failure.message + &kept.unwrap_or_default(), ..failure });
        }
        Ok(None) => None,
        Ok(Some(committed)) => {
            exit = session.committed(&committed);
            committed.entries.into_iter().find_map(|(_, event)| match event.body {
                Body::RecordVersioned(version) => Some(version),
                _ => None,
            })
        }
    };
    edit.wipe()
        .map_err(|error| Failure::new(FailureCode::Failed, format!("the edited file was not removed: {error}")))?;
    session.touch(&vault, version.record);
    let changed = latest.is_some();
    let record = Record::of(vault.catalog(), &latest.unwrap_or(version))?;
    session.answer("edit", &Edited { record, changed, head: vault.head().into() }, Some(&vault))?;
    Ok(exit)
}
