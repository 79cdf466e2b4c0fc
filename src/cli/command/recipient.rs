//! `subrosa recipient`: the named people something may be shared to, each by one key.

use clap::Subcommand;
use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Look;
use crate::cli::answer::Made;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::id::RecipientId;
use crate::people;
use crate::practice::recipient::Recipient;
use crate::vault::Vault;
use crate::vault::transaction::Committed;
use crate::vocabulary::RecipientState;

pub mod add;
mod details;
pub mod edit;
mod given;
pub mod invite;
pub mod list;
pub mod replace_key;
pub mod show;
pub mod suspend;
pub mod verify;

/// What can be done with recipients.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Name a recipient
    Add(add::Args),
    /// Write a page that tells a person how to make a key
    Invite(invite::Args),
    /// Change what is known of a recipient
    Edit(edit::Args),
    /// All recipients
    #[command(visible_alias = "ls")]
    List,
    /// Everything that is known of a recipient, the real name too
    Show(show::Args),
    /// Record how it was made sure that the key is the recipient's
    Verify(verify::Args),
    /// Share nothing more to a recipient
    Suspend(suspend::Args),
    /// Give a recipient a new key, or the first; it has to be verified anew
    ReplaceKey(replace_key::Args),
}

/// Does it.
pub fn run(action: Action, session: &mut Session<'_>) -> Result<Exit, Failure> {
    match action {
        Action::Add(args) => add::run(args, session),
        Action::Invite(args) => invite::run(&args, session),
        Action::Edit(args) => edit::run(args, session),
        Action::List => list::run(session),
        Action::Show(args) => show::run(&args, session),
        Action::Verify(args) => verify::run(args, session),
        Action::Suspend(args) => suspend::run(args, session),
        Action::ReplaceKey(args) => replace_key::run(args, session),
    }
}

/// A recipient who was named or changed.
#[derive(Serialize)]
struct Changed {
    #[serde(flatten)]
    made: Made,
    /// Of the present key, where it came with a card.
    safety_number: Option<String>,
}

impl Answer for Changed {
    fn prose(&self, look: &Look<'_>) -> String {
        self.made.prose(look)
    }

    fn bare(&self) -> String {
        self.made.bare()
    }
}

/// Answers with the recipient as the commit left him.
fn answer(
    session: &mut Session<'_>,
    words: &str,
    vault: &Vault,
    committed: &Committed,
    id: RecipientId,
    sentence: &str,
) -> Result<Exit, Failure> {
    let (exit, changed) = changed(session, vault, committed, id, sentence)?;
    session.answer(words, &changed, Some(vault))?;
    Ok(exit)
}

/// The recipient as the commit left him.
fn changed(
    session: &mut Session<'_>,
    vault: &Vault,
    committed: &Committed,
    id: RecipientId,
    sentence: &str,
) -> Result<(Exit, Changed), Failure> {
    let exit = session.committed(committed);
    let now = vault.catalog().recipient(id)?;
    let state = now.as_ref().map_or(RecipientState::Invited, Recipient::state);
    let missing = now.as_ref().map(missing).unwrap_or_default();
    let number = now.as_ref().and_then(|now| people::safety_number(&now.given));
    let made = Made {
        id: id.to_string(),
        state: state.as_str(),
        missing,
        head: (&committed.head).into(),
        sentence: sentence.to_owned(),
    };
    Ok((exit, Changed { made, safety_number: number.map(|number| number.to_string()) }))
}

/// What is missing before something may be shared to the recipient without another word.
fn missing(recipient: &Recipient) -> Vec<String> {
    let lacks = match (&recipient.given.key, recipient.given.verified) {
        (None, _) => "key",
        (Some(_), None) => "verified",
        (Some(_), Some(_)) => return Vec::new(),
    };
    vec![lacks.to_owned()]
}
