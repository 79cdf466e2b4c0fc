//! `subrosa recipient verify`: a key is only a name until someone made sure whose it is.

use crate::cli::Exit;
use crate::cli::args::words;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::people;
use crate::vocabulary::VerifiedHow;

/// What `subrosa recipient verify` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The recipient
    #[arg(value_name = "ALIAS")]
    pub recipient: String,
    /// How it was made sure that the key is the recipient's
    #[arg(long, value_parser = words::<VerifiedHow>(VerifiedHow::WORDS))]
    pub how: Option<VerifiedHow>,
}

/// Records it.
pub fn run(args: Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let example =
        format!("subrosa recipient verify {} --how phone-callback-to-known-number", names::word(&args.recipient));
    session.must_have(args.how.as_ref(), "--how", &example)?;
    let mut vault = session.open_to_append()?;
    let recipient = names::recipient(vault.catalog(), &args.recipient)?;
    let (id, alias) = (recipient.id(), recipient.details.alias);
    if let (None, Some(key), Some(terminal)) = (args.how, &recipient.given.key, session.terminal()) {
        terminal.tell(&format!("The key of {alias} is {key}"))?;
        if let Some(number) = people::safety_number(&recipient.given) {
            terminal.tell(&format!("The safety number to compare is {number}"))?;
        }
        terminal.tell(&format!("The ways to make sure: {}", VerifiedHow::WORDS.join(" ")))?;
    }
    let how = session.required(args.how, "--how", "How was it made sure that the key is this person's", &example)?;
    let committed = people::verify_recipient(&mut session.desk(&mut vault), id, how)?;
    let sentence = match recipient.given.key {
        Some(_) => format!("The key of recipient {alias} is verified ({how})."),
        None => {
            format!("Who recipient {alias} is was made sure of ({how}); a key that comes later has to be verified.")
        }
    };
    super::answer(session, "recipient-verify", &vault, &committed, id, &sentence)
}
