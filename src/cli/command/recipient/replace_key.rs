//! `subrosa recipient replace-key`. By a card whose ledger key is known, or which the known one links to, it is shown
//! that the same key's holder speaks; that is said, and the new key is verified by people all the same: whoever left
//! with a copy of the old key could make such a card.

use serde::Serialize;

use super::Changed;
use super::given;
use super::given::Given;
use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Look;
use crate::cli::card;
use crate::cli::failure::Failure;
use crate::cli::failure::FailureCode;
use crate::cli::names;
use crate::cli::session::Session;
use crate::keys::recipient::PublicKey;
use crate::people;
use crate::practice::recipient::GivenKey;

/// What `subrosa recipient replace-key` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The recipient
    #[arg(value_name = "ALIAS")]
    pub recipient: String,
    /// The new key.
    #[command(flatten)]
    pub given: given::Options,
}

/// How a card's ledger key stands to the one that is known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Continuity {
    /// It is that one.
    Same,
    /// That one names it as its successor.
    Linked,
    /// Nothing leads from that one to it.
    Broken,
}

impl Continuity {
    fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Linked => "linked",
            Self::Broken => "none",
        }
    }
}

#[derive(Serialize)]
struct Replaced {
    #[serde(flatten)]
    changed: Changed,
    /// Null where there was no card, or no ledger key was known before.
    continuity: Option<&'static str>,
}

impl Answer for Replaced {
    fn prose(&self, look: &Look<'_>) -> String {
        self.changed.prose(look)
    }

    fn bare(&self) -> String {
        self.changed.bare()
    }
}

/// Gives a recipient a new key.
pub fn run(args: Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let example = format!("subrosa recipient replace-key {} --key age1...", names::word(&args.recipient));
    let is_given = args.given.key.is_some() || args.given.card.is_some();
    session.must_have(is_given.then_some(&()), "--key or --card", &example)?;
    let mut given = args.given.read(session)?;
    let mut vault = session.open_to_append()?;
    let recipient = names::recipient(vault.catalog(), &args.recipient)?;
    let (id, alias) = (recipient.id(), &recipient.details.alias);
    if given.key.key.is_none() {
        let key: PublicKey = session.required(None, "--key", &format!("The new public key of {alias}"), &example)?;
        given.key.key = Some(key.into());
    }
    let continuity = continuity(&given, &recipient.given)?;
    let committed = people::replace_key(&mut session.desk(&mut vault), id, given.key.clone());
    let committed = committed.map_err(|error| given.refused(error))?;
    let broken = format!("nothing links this card to the ledger key that {alias} had: it may be anybody's");
    let said = match continuity {
        Some(Continuity::Same) => format!("\nThe card is signed by the ledger key that {alias} had."),
        Some(Continuity::Linked) => format!("\nThe ledger key that {alias} had names the new one as its successor."),
        Some(Continuity::Broken) | None => String::new(),
    };
    let number = people::safety_number(&given.key);
    let compared = number.map(|number| format!("\nSafety number: {number}")).unwrap_or_default();
    let sentence = format!(
        "Recipient {alias} has the new key.{said}{compared}\n\
         Next: make sure of it, then: subrosa recipient verify {alias} --how HOW"
    );
    let (exit, changed) = super::changed(session, &vault, &committed, id, &sentence)?;
    let replaced = Replaced { changed, continuity: continuity.map(Continuity::as_str) };
    if continuity == Some(Continuity::Broken) {
        session.warn(&broken);
    }
    session.answer("recipient-replace-key", &replaced, Some(&vault))?;
    if let Some(number) = number {
        card::tell(session, alias.as_str(), number);
    }
    Ok(exit)
}

fn continuity(given: &Given, known: &GivenKey) -> Result<Option<Continuity>, Failure> {
    let (Some((verified, path)), Some(known)) = (&given.card, people::ledger_key(known)) else {
        return Ok(None);
    };
    if verified.card().vkey == known {
        return Ok(Some(Continuity::Same));
    }
    // A link in the known key's name that the known key did not sign is no mere stranger's card.
    let continues = verified
        .continues(&known)
        .map_err(|error| Failure::new(FailureCode::Integrity, format!("{}: {error}", path.display())))?;
    Ok(Some(if continues { Continuity::Linked } else { Continuity::Broken }))
}
