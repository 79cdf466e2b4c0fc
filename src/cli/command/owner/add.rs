//! `subrosa owner add`.

use crate::cli::Exit;
use crate::cli::answer::Made;
use crate::cli::failure::Failure;
use crate::cli::failure::FailureCode;
use crate::cli::session::Session;
use crate::filing;
use crate::people;
use crate::practice::event::Body;
use crate::practice::words::Alias;
use crate::vault::create::OwnerKey;
use crate::vocabulary::OwnerMeans;

/// What `subrosa owner add` takes.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("means").args(["recipient", "passphrase", "paper"]).required(true))]
pub struct Args {
    /// A public key
    #[arg(value_name = "RECIPIENT")]
    pub recipient: Option<String>,
    /// With a passphrase: asked for twice, or the first line of --passphrase-file
    #[arg(long)]
    pub passphrase: bool,
    /// With a fresh key that is shown once, to be written down
    #[arg(long)]
    pub paper: bool,
    /// What the owner is called in the ledger
    #[arg(long)]
    pub alias: Option<Alias>,
}

/// Lets someone more open the vault.
pub fn run(args: Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let example = "subrosa owner add --paper --alias safe-deposit";
    session.must_have(args.alias.as_ref(), "--alias", example)?;
    let given = args.recipient.map(|text| session.public_key(text)).transpose()?;
    if args.paper && !session.is_interactive() {
        return Err(Failure::usage("--paper needs a terminal: the key is shown once and written nowhere"));
    }
    let mut vault = session.open_to_append()?;
    let alias = session.required(args.alias, "--alias", "What is the owner called in the ledger", example)?;
    let key = match given {
        Some(key) => with_key(session, key, OwnerMeans::Recipient)?,
        None if args.paper => {
            let key = session.paper_key()?;
            with_key(session, key, OwnerMeans::Paper)?
        }
        None => OwnerKey::Passphrase(match session.passphrase_of_file()? {
            Some(passphrase) => passphrase,
            None => session.new_passphrase()?,
        }),
    };
    let was_kept = filing::keeps_access_log(&vault)?;
    let committed = people::add_owner(&mut session.desk(&mut vault), alias.clone(), &key)?;
    let exit = session.committed(&committed);
    let added = committed.entries.iter().find_map(|(_, event)| match &event.body {
        Body::OwnerAdded(added) => Some(super::id(&added.key_file.name)),
        _ => None,
    });
    let made = Made {
        id: added.ok_or_else(|| Failure::new(FailureCode::Internal, "no owner was added"))?,
        state: "active",
        missing: Vec::new(),
        head: (&committed.head).into(),
        // A paper key is another key of an owner, and nobody else who could look.
        sentence: match filing::keeps_access_log(&vault)? && !was_kept {
            true => format!("{alias} opens the vault too. From now on the ledger keeps who looked at which record."),
            false => format!("{alias} opens the vault too."),
        },
    };
    session.answer("owner-add", &made, Some(&vault))?;
    Ok(exit)
}

fn with_key(
    session: &Session<'_>,
    key: crate::keys::recipient::PublicKey,
    means: OwnerMeans,
) -> Result<OwnerKey, Failure> {
    let to = key.seals_to(&session.callbacks())?;
    Ok(OwnerKey::PublicKey(key, to, means))
}
