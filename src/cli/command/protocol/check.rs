//! `subrosa protocol check`: of a file, whether it is a protocol; of the present one, who has yet to acknowledge it.

use std::path::PathBuf;

use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Look;
use crate::cli::answer::Who;
use crate::cli::command::owner;
use crate::cli::command::protocol::adopt;
use crate::cli::failure::Failure;
use crate::cli::failure::FailureCode;
use crate::cli::session::Session;
use crate::cli::text::bare;
use crate::cli::text::row;
use crate::protocols;

/// What `subrosa protocol check` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A file, or - for standard input [default: the present protocol]
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
}

#[derive(Serialize)]
struct Checked {
    /// Null for a file.
    version: Option<u64>,
    owners: Vec<Who>,
    recipients: Vec<Who>,
}

impl Checked {
    fn unread(&self) -> impl Iterator<Item = (&'static str, &Who)> {
        let owners = self.owners.iter().map(|who| ("owner", who));
        owners.chain(self.recipients.iter().map(|who| ("recipient", who)))
    }
}

impl Answer for Checked {
    fn prose(&self, _: &Look<'_>) -> String {
        let mut text = match self.version {
            None => "It is a protocol, and could be adopted.\n".to_owned(),
            Some(version) => format!("The protocol is at version {version}.\n"),
        };
        for who in &self.owners {
            text.push_str(&format!("{} has yet to acknowledge it: subrosa protocol ack\n", bare(&who.alias)));
        }
        for who in &self.recipients {
            let alias = bare(&who.alias);
            text.push_str(&format!("{alias} has yet to acknowledge it: subrosa protocol ack --by {alias}\n"));
        }
        text
    }

    fn bare(&self) -> String {
        self.unread().map(|(what, who)| row([what, &who.id, &who.alias])).collect()
    }
}

/// Checks.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    if let Some(file) = &args.file {
        let (_, protocol) = adopt::read(file, session)?;
        // Where there is a vault, what it would refuse is refused here.
        match session.open() {
            Ok(vault) => protocols::may_follow(&vault, &protocol)?,
            Err(failure) if failure.code == FailureCode::NoVault => {}
            Err(failure) if failure.code == FailureCode::CannotUnlock => {
                session.warn(&format!("not compared with the present protocol: {}", failure.message));
            }
            Err(failure) => return Err(failure),
        }
        let checked = Checked { version: None, owners: Vec::new(), recipients: Vec::new() };
        session.answer("protocol-check", &checked, None)?;
        return Ok(Exit::Done);
    }
    let vault = session.open()?;
    let unread = protocols::unread(&vault, session.now())?;
    let owners = unread.owners.iter();
    let recipients = unread.recipients.iter();
    let checked = Checked {
        version: Some(vault.catalog().protocol()?.version),
        owners: owners.map(|owner| Who { id: owner::id(&owner.file), alias: owner.alias.to_string() }).collect(),
        recipients: recipients
            .map(|who| Who { id: who.id().to_string(), alias: who.details.alias.to_string() })
            .collect(),
    };
    session.answer("protocol-check", &checked, Some(&vault))?;
    let is_read = checked.unread().next().is_none();
    Ok(if is_read { Exit::Done } else { Exit::Due })
}
