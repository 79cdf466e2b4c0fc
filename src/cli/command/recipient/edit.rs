//! `subrosa recipient edit`.

use super::details::Options;
use crate::cli::Exit;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::people;
use crate::practice::words::Alias;

/// What `subrosa recipient edit` takes. The key is changed by `replace-key` alone.
#[derive(Debug, clap::Args)]
#[command(after_help = "An empty text ('') clears what was there; --of and --relationship replace the whole list.")]
pub struct Args {
    /// The recipient
    pub recipient: String,
    /// The new alias
    #[arg(long)]
    pub alias: Option<Alias>,
    /// What is known.
    #[command(flatten)]
    pub options: Options,
    /// The ceiling is again N before the key is verified, R after
    #[arg(long, conflicts_with = "max_label")]
    pub no_max_label: bool,
    /// Not medical personnel
    #[arg(long, conflicts_with = "medical_personnel")]
    pub no_medical_personnel: bool,
    /// Nothing to any client
    #[arg(long, conflicts_with = "of")]
    pub no_relationship: bool,
}

/// Changes what is known of a recipient.
pub fn run(args: Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let said = args.options.read(session)?;
    let taken_back = args.no_max_label || args.no_medical_personnel || args.no_relationship;
    if said.is_nothing() && args.alias.is_none() && !taken_back {
        return Err(Failure::usage("nothing is to be changed").hint("subrosa recipient edit dr-lee --role supervisor"));
    }
    let mut vault = session.open_to_append()?;
    let recipient = names::recipient(vault.catalog(), &args.recipient)?;
    let relationships = said.relationships(&vault)?;
    let id = recipient.id();
    let alias = args.alias.unwrap_or(recipient.details.alias);
    let committed = people::edit_recipient(&mut session.desk(&mut vault), id, |details| {
        said.apply(details, relationships);
        details.alias = alias.clone();
        details.medical_personnel &= !args.no_medical_personnel;
        details.max_label = details.max_label.filter(|_| !args.no_max_label);
        if args.no_relationship {
            details.relationships.clear();
        }
    })?;
    let sentence = format!("What is known of recipient {alias} is changed.");
    super::answer(session, "recipient-edit", &vault, &committed, id, &sentence)
}
