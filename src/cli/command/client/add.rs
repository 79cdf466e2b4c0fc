//! `subrosa client add`.

use super::details::Options;
use crate::cli::Exit;
use crate::cli::answer::Made;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::id::ClientId;
use crate::people;
use crate::practice::client::ClientDetails;
use crate::practice::client::Part2;
use crate::practice::words::Alias;
use crate::vocabulary::ClientState;

/// What `subrosa client add` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What the client is called in lists, in the ledger and after --client
    pub alias: Option<Alias>,
    /// What is known.
    #[command(flatten)]
    pub options: Options,
}

/// Names a client.
pub fn run(mut args: Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let example = "subrosa client add mk-01";
    session.must_have(args.alias.as_ref(), "ALIAS", example)?;
    let mut vault = session.open_to_append()?;
    let alias = session.required(args.alias, "ALIAS", "What shall the client be called here", example)?;
    let question = "When were the limits of confidentiality talked about (a date, or Enter)";
    args.options.limits_discussed = session.offered(args.options.limits_discussed, question)?;
    args.options.ask_age(session)?;
    let said = args.options.read(session)?;
    said.refuse_unborn(session.today(&vault)?)?;
    let limits = said.limits_discussed(session.today(&vault)?, &session.zone(&vault)?)?;
    let id = ClientId::random(&mut session.host.rng);
    let mut details = ClientDetails {
        age: None,
        alias: alias.clone(),
        also_known: Vec::new(),
        birth: None,
        client: id,
        email: Vec::new(),
        limits_discussed: None,
        minor_rule: None,
        name: None,
        part2: Part2::Unsaid,
        phone: Vec::new(),
    };
    said.apply(&mut details, limits);
    let committed = people::add_client(&mut session.desk(&mut vault), details)?;
    let exit = session.committed(&committed);
    let made = Made {
        id: id.to_string(),
        state: ClientState::Active.as_str(),
        missing: Vec::new(),
        head: (&committed.head).into(),
        sentence: format!("Client {alias} is named ({id})."),
    };
    session.answer("client-add", &made, Some(&vault))?;
    Ok(exit)
}
