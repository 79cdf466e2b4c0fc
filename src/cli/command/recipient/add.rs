//! `subrosa recipient add`.

use super::details::Options;
use super::given;
use crate::cli::Exit;
use crate::cli::args::words;
use crate::cli::card;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::id::RecipientId;
use crate::people;
use crate::practice::recipient::GivenKey;
use crate::practice::recipient::RecipientAdded;
use crate::practice::recipient::RecipientDetails;
use crate::practice::words::Alias;
use crate::vocabulary::Role;
use crate::vocabulary::VerifiedHow;

/// What `subrosa recipient add` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "Without --key and --card the recipient is invited.")]
pub struct Args {
    /// What the recipient is called after --to
    pub alias: Option<Alias>,
    /// The key.
    #[command(flatten)]
    pub given: given::Options,
    /// What is known.
    #[command(flatten)]
    pub options: Options,
    /// How it was made sure that the key is the recipient's
    #[arg(long, value_name = "HOW", requires = "given", value_parser = words::<VerifiedHow>(VerifiedHow::WORDS))]
    pub verified: Option<VerifiedHow>,
}

/// Names a recipient.
pub fn run(args: Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let example = "subrosa recipient add dr-lee --key age1...";
    session.must_have(args.alias.as_ref(), "ALIAS", example)?;
    let given = args.given.read(session)?;
    let said = args.options.read(session)?;
    let mut vault = session.open_to_append()?;
    let alias = session.required(args.alias, "ALIAS", "What shall the recipient be called here", example)?;
    let relationships = said.relationships(&vault)?;
    let id = RecipientId::random(&mut session.host.rng);
    let mut details = RecipientDetails::new(id, alias.clone(), Role::Other);
    // What was typed goes before what the card says.
    given.describe(&mut details)?;
    said.apply(&mut details, relationships);
    let key = GivenKey { verified: args.verified, ..given.key.clone() };
    let number = people::safety_number(&key);
    let compared = number.map(|number| format!("\nSafety number: {number}")).unwrap_or_default();
    let next = match (&key.key, key.verified) {
        (None, _) => format!("\nNext: subrosa recipient invite {alias} -o FILE"),
        (Some(_), None) => format!("\nNext: make sure of the key, then: subrosa recipient verify {alias} --how HOW"),
        (Some(_), Some(_)) => String::new(),
    };
    let added = RecipientAdded { details, given: key };
    let committed = people::add_recipient(&mut session.desk(&mut vault), added);
    let committed = committed.map_err(|error| given.refused(error))?;
    let sentence = format!("Recipient {alias} is named ({id}).{compared}{next}");
    let exit = super::answer(session, "recipient-add", &vault, &committed, id, &sentence)?;
    if let Some(number) = number {
        card::tell(session, alias.as_str(), number);
    }
    Ok(exit)
}
