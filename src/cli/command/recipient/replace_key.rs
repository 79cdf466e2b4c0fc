//! `subrosa recipient replace-key`.

use crate::cli::Exit;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::people;

/// What `subrosa recipient replace-key` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The recipient
    #[arg(value_name = "ALIAS")]
    pub recipient: String,
    /// The new public key, or @FILE
    #[arg(long, value_name = "RECIPIENT")]
    pub key: Option<String>,
}

/// Gives a recipient a new key.
pub fn run(args: Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let example = format!("subrosa recipient replace-key {} --key age1...", names::word(&args.recipient));
    session.must_have(args.key.as_ref(), "--key", &example)?;
    let given = args.key.map(|text| session.public_key(text)).transpose()?;
    let mut vault = session.open_to_append()?;
    let recipient = names::recipient(vault.catalog(), &args.recipient)?;
    let (id, alias) = (recipient.id(), recipient.details.alias);
    let key = session.required(given, "--key", &format!("The new public key of {alias}"), &example)?;
    let committed = people::replace_key(&mut session.desk(&mut vault), id, key.into())?;
    let sentence = format!(
        "Recipient {alias} has the new key.\nNext: make sure of it, then: subrosa recipient verify {alias} --how HOW"
    );
    super::answer(session, "recipient-replace-key", &vault, &committed, id, &sentence)
}
