//! Contact cards that others gave: read, verified, and what a person is told of them. A card's own signature proves
//! that its sender holds the key; whose key it is, two people find out by comparing the safety number. Must not know
//! what a card is wanted for.

use std::io::Read as _;
use std::path::Path;

use crate::cli::failure::Failure;
use crate::cli::failure::FailureCode;
use crate::cli::failure::system;
use crate::cli::session::Session;
use crate::cli::session::read_file;
use crate::keys::recipient::PublicKey;
use crate::ledger::card::Card;
use crate::ledger::card::CardError;
use crate::ledger::card::SafetyNumber;
use crate::ledger::card::VerifiedCard;
use crate::ledger::note::NOTE_LIMIT;
use crate::ledger::note::NoteError;
use crate::ledger::statement::StatementError;

/// Reads a card from a file, or from standard input for `-`; the key that it names has signed it.
pub fn read(session: &mut Session<'_>, path: &Path) -> Result<VerifiedCard, Failure> {
    let cap = NOTE_LIMIT as u64 + 1;
    let bytes = if path == Path::new("-") {
        session.claim_stdin("the card")?;
        let mut bytes = Vec::new();
        let read = (&mut session.host.stdin).take(cap).read_to_end(&mut bytes);
        read.map_err(|error| Failure::new(FailureCode::Failed, format!("standard input: {}", system(&error))))?;
        bytes
    } else {
        read_file(&session.host.absolute(path), cap)?
    };
    VerifiedCard::open(&bytes).map_err(|error| refused(path, &bytes, &error))
}

/// What others seal to, as the card has it: a key that can be used here, in its one spelling (it is what the safety
/// number is computed over).
pub fn recipient(path: &Path, card: &Card) -> Result<PublicKey, Failure> {
    let key: PublicKey =
        card.recipient.parse().map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
    if key.as_str() != card.recipient {
        let message = format!("{}: the card spells its key in a second way", path.display());
        return Err(Failure::new(FailureCode::Integrity, message));
    }
    Ok(key)
}

/// Tells the safety number beside an answer that does not hold it: in talk, where the answer is for another program.
pub fn tell(session: &mut Session<'_>, whose: &str, number: SafetyNumber) {
    let is_drawn = session.host.stdout.is_terminal() && !session.globals.quiet;
    if !session.globals.json && !is_drawn {
        session.note(&format!("the safety number of {whose} is {number}"));
    }
}

fn refused(path: &Path, bytes: &[u8], error: &CardError) -> Failure {
    let why = match error {
        CardError::Statement(StatementError::Note(NoteError::Untrusted)) => {
            "the key that the card names did not sign it".to_owned()
        }
        other => other.to_string(),
    };
    let changed = match error {
        CardError::Statement(StatementError::Note(NoteError::Malformed(_)))
            if bytes.contains(&b'\r') || bytes.starts_with(b"\xef\xbb\xbf") =>
        {
            "; its line ends were changed on the way: ask for the file as an attachment"
        }
        _ => "",
    };
    Failure::new(FailureCode::Integrity, format!("{} is no contact card to rely on: {why}{changed}", path.display()))
}
