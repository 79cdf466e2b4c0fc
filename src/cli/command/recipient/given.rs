//! The key that a recipient gave, as it is typed: alone, or by a contact card, which brings the ledger key with it.

use std::path::PathBuf;

use crate::cli::card;
use crate::cli::failure::Failure;
use crate::cli::failure::FailureCode;
use crate::cli::names;
use crate::cli::session::Session;
use crate::ledger::card::VerifiedCard;
use crate::people::PeopleError;
use crate::practice::recipient::GivenKey;
use crate::practice::recipient::RecipientDetails;
use crate::practice::words::Line;

/// The options; one of them at most.
#[derive(Debug, clap::Args)]
#[group(id = "given", multiple = false)]
pub struct Options {
    /// The public key, or @FILE
    #[arg(long, value_name = "RECIPIENT")]
    pub key: Option<String>,
    /// The contact card, which brings key, name and contact; - is standard input
    #[arg(long, value_name = "FILE")]
    pub card: Option<PathBuf>,
}

/// What was given.
pub struct Given {
    /// The key; nothing in it where nothing was given.
    pub key: GivenKey,
    /// The card it came with, and the file as it was typed.
    pub card: Option<(VerifiedCard, PathBuf)>,
}

impl Options {
    /// Reads it. Nothing is verified but that whoever made a card holds the key that it names.
    pub fn read(self, session: &mut Session<'_>) -> Result<Given, Failure> {
        if let Some(path) = self.card {
            let verified = card::read(session, &path)?;
            let card = verified.card();
            let key = card::recipient(&path, card)?;
            let (vkey, previous) = (Some(card.vkey.to_string()), card.previous.clone());
            let key = GivenKey { key: Some(key.into()), previous, verified: None, vkey };
            return Ok(Given { key, card: Some((verified, path)) });
        }
        let key = self.key.map(|text| session.public_key(text)).transpose()?;
        Ok(Given { key: GivenKey { key: key.map(String::from), ..GivenKey::default() }, card: None })
    }
}

impl Given {
    /// What the card says of its sender; claims, which are kept as whoever types `--name` would.
    pub fn describe(&self, details: &mut RecipientDetails) -> Result<(), Failure> {
        let Some((verified, path)) = &self.card else {
            return Ok(());
        };
        let line = |what: &str, text: &Option<String>| {
            let line = text.as_deref().map(str::parse::<Line>).transpose();
            line.map_err(|error| {
                let message = format!("{}: the card's {what}: {error}", path.display());
                Failure::new(FailureCode::Integrity, message)
            })
        };
        let card = verified.card();
        details.name = line("name", &card.name)?;
        details.organisation = line("organisation", &card.organisation)?;
        details.contact = line("contact", &card.contact)?;
        Ok(())
    }

    /// Whoever offers the card of somebody who is known is told how that is done.
    pub fn refused(&self, error: PeopleError) -> Failure {
        let hint = match (&error, &self.card) {
            (PeopleError::KeyTaken(alias), Some((_, path))) if path.as_os_str() != "-" => {
                Some(format!("subrosa recipient replace-key {alias} --card {}", names::word(&path.to_string_lossy())))
            }
            _ => None,
        };
        let failure = Failure::from(error);
        match hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}
