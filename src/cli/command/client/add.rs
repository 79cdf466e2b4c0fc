//! `subrosa client add`.

use crate::cli::Exit;
use crate::cli::answer::Made;
use crate::cli::args::words;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::id::ClientId;
use crate::people;
use crate::practice::client::ClientDetails;
use crate::practice::words::Alias;
use crate::time::Date;
use crate::time::When;
use crate::time::parse_date;
use crate::vocabulary::Age;
use crate::vocabulary::MinorRule;

/// What `subrosa client add` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What the client is called in lists, in the ledger and after --client
    pub alias: Option<Alias>,
    /// The real name; it stays in the vault
    #[arg(long, value_name = "TEXT")]
    pub name: Option<String>,
    /// Another name; may be repeated
    #[arg(long, value_name = "TEXT")]
    pub also_known: Vec<String>,
    /// A telephone number; may be repeated
    #[arg(long, value_name = "TEXT")]
    pub phone: Vec<String>,
    /// An e-mail address; may be repeated
    #[arg(long, value_name = "TEXT")]
    pub email: Vec<String>,
    /// The birth date
    #[arg(long, value_name = "DATE", value_parser = parse_date, conflicts_with_all = ["adult", "minor"])]
    pub birth: Option<Date>,
    /// Of age; the birth date is not known
    #[arg(long, conflicts_with = "minor")]
    pub adult: bool,
    /// A minor; the birth date is not known
    #[arg(long)]
    pub minor: bool,
    /// Who signs while the client is a minor
    #[arg(long, value_name = "RULE", value_parser = words::<MinorRule>(MinorRule::WORDS))]
    pub minor_rule: Option<MinorRule>,
    /// The records fall under 42 CFR Part 2
    #[arg(long)]
    pub part2: bool,
    /// When the limits of confidentiality were talked about
    #[arg(long, value_name = "DATE")]
    pub limits_discussed: Option<When>,
}

/// Names a client.
pub fn run(args: Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let mut vault = session.open_to_append()?;
    let example = "subrosa client add mk-01";
    let alias = session.required(args.alias, "ALIAS", "What shall the client be called here", example)?;
    let limits = session
        .offered(args.limits_discussed, "When were the limits of confidentiality talked about (a date, or Enter)")?;
    let (zone, today) = (session.zone(&vault)?, session.today(&vault)?);
    let details = ClientDetails {
        age: if args.adult { Some(Age::Adult) } else { args.minor.then_some(Age::Minor) },
        alias: alias.clone(),
        also_known: session.words(args.also_known, "--also-known")?,
        birth: args.birth,
        client: ClientId::random(&mut session.host.rng),
        email: session.words(args.email, "--email")?,
        limits_discussed: limits.map(|when| when.since(today, &zone)).transpose()?,
        minor_rule: args.minor_rule,
        name: session.word(args.name, "--name")?,
        part2: args.part2,
        phone: session.words(args.phone, "--phone")?,
    };
    let id = details.client;
    let clock = session.clock();
    let committed = people::add_client(&mut vault, &clock, &mut session.host.rng, details)?;
    let exit = session.committed(&committed);
    let made = Made {
        id: id.to_string(),
        state: "active",
        missing: Vec::new(),
        head: (&committed.head).into(),
        sentence: format!("Client {alias} is named ({id})."),
    };
    session.answer("client-add", &made, Some(&vault))?;
    Ok(exit)
}
