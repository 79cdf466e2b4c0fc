//! `subrosa recipient add`.

use super::details::Options;
use crate::cli::Exit;
use crate::cli::args::words;
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
pub struct Args {
    /// What the recipient is called after --to
    pub alias: Option<Alias>,
    /// The public key, or @FILE; without it the recipient is invited
    #[arg(long, value_name = "RECIPIENT")]
    pub key: Option<String>,
    /// What is known.
    #[command(flatten)]
    pub options: Options,
    /// How it was made sure that the key is the recipient's
    #[arg(long, value_name = "HOW", requires = "key", value_parser = words::<VerifiedHow>(VerifiedHow::WORDS))]
    pub verified: Option<VerifiedHow>,
}

/// Names a recipient.
pub fn run(args: Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let example = "subrosa recipient add dr-lee --key age1...";
    session.must_have(args.alias.as_ref(), "ALIAS", example)?;
    let key = args.key.map(|text| session.public_key(text)).transpose()?;
    let said = args.options.read(session)?;
    let mut vault = session.open_to_append()?;
    let alias = session.required(args.alias, "ALIAS", "What shall the recipient be called here", example)?;
    let relationships = said.relationships(&vault)?;
    let id = RecipientId::random(&mut session.host.rng);
    let mut details = RecipientDetails::new(id, alias.clone(), Role::Other);
    said.apply(&mut details, relationships);
    let given = GivenKey { key: key.map(String::from), verified: args.verified, ..GivenKey::default() };
    let next = match (&given.key, given.verified) {
        (None, _) => format!("\nNext: subrosa recipient invite {alias} -o FILE"),
        (Some(_), None) => format!("\nNext: make sure of the key, then: subrosa recipient verify {alias} --how HOW"),
        (Some(_), Some(_)) => String::new(),
    };
    let clock = session.clock();
    let committed =
        people::add_recipient(&mut vault, &clock, &mut session.host.rng, RecipientAdded { details, given })?;
    let sentence = format!("Recipient {alias} is named ({id}).{next}");
    super::answer(session, "recipient-add", &vault, &committed, id, &sentence)
}
