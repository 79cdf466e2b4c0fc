//! `subrosa protocol edit`: the present text in the user's own editor. No lock is held while the editor is open.

use crate::cli::Exit;
use crate::cli::command::protocol::adopt;
use crate::cli::command::protocol::adopt::Weight;
use crate::cli::editor;
use crate::cli::failure::Failure;
use crate::cli::failure::FailureCode;
use crate::cli::session::Session;
use crate::protocols;
use crate::protocols::ProtocolsError;

/// What `subrosa protocol edit` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Whether it is material
    #[command(flatten)]
    pub weight: Weight,
}

/// Edits it, and adopts what comes of it. A text that cannot be adopted is kept, and named.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let has_editor = ["VISUAL", "EDITOR"].iter().any(|name| session.host.var(name).is_some());
    if !has_editor && !session.is_interactive() {
        return Err(Failure::usage("there is no terminal to edit at, and EDITOR names no program")
            .hint("subrosa protocol adopt protocol.toml"));
    }
    let mut vault = session.open_to_append()?;
    let present = vault.catalog().protocol()?;
    let original = format!("{}\n", present.text.trim_end());
    let edit = editor::edit(session.host, original.as_bytes(), "protocol.toml")?;
    let text = edit.changed().map_or(original.as_bytes(), |changed| changed.reveal_secret());
    let read = std::str::from_utf8(text)
        .map_err(|_| Failure::new(FailureCode::Failed, "what the editor left is no text"))
        .and_then(|text| protocols::read(text).map_err(|error: ProtocolsError| error.into()));
    let adopted = read.and_then(|(text, protocol)| {
        adopt::adopt(session, &mut vault, &present, (&text, &protocol), args.weight, "protocol-edit")
    });
    match adopted {
        Ok(exit) => {
            let unwiped =
                |error| Failure::new(FailureCode::Failed, format!("the edited file was not removed: {error}"));
            edit.wipe().map_err(unwiped)?;
            Ok(exit)
        }
        Err(failure) => {
            let Some(path) = edit.keep() else { return Err(failure) };
            let message = format!("{}; the new text is kept in {}", failure.message, path.display());
            Err(Failure { message, ..failure })
        }
    }
}
