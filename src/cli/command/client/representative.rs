//! `subrosa client representative`.

use crate::cli::Exit;
use crate::cli::answer::Made;
use crate::cli::args::words;
use crate::cli::days;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::papers::representatives;
use crate::practice::client::RepresentativeAdded;
use crate::practice::words::Prose;
use crate::time::When;
use crate::vocabulary::Authority;
use crate::vocabulary::Relationship;

/// What `subrosa client representative` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The client
    pub client: String,
    /// Who may act for the client
    #[arg(long, value_name = "RECIPIENT")]
    pub recipient: Option<String>,
    /// What that person is to the client
    #[arg(long, value_name = "REL", value_parser = words::<Relationship>(Relationship::WORDS))]
    pub relationship: Option<Relationship>,
    /// By what right
    #[arg(long, value_parser = words::<Authority>(Authority::WORDS))]
    pub authority: Option<Authority>,
    /// What was seen of it, such as a birth certificate or an order
    #[arg(long, value_name = "TEXT")]
    pub evidence: Option<String>,
    /// The first day on which it holds [default: today]
    #[arg(long, value_name = "DATE")]
    pub from: Option<When>,
    /// The last day on which it holds [default: without end]
    #[arg(long, value_name = "DATE|SPAN")]
    pub until: Option<When>,
}

/// Names a representative.
pub fn run(args: Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let example = format!(
        "subrosa client representative {} --recipient ana --relationship mother --authority parent --evidence 'birth \
         certificate seen'",
        names::word(&args.client)
    );
    let needed = [
        ("--recipient", args.recipient.is_some()),
        ("--relationship", args.relationship.is_some()),
        ("--authority", args.authority.is_some()),
        ("--evidence", args.evidence.is_some()),
    ];
    session.must_have_all(&needed, &example)?;
    let evidence: Option<Prose> = session.word(args.evidence, "--evidence")?;
    let mut vault = session.open_to_append()?;
    let client = names::client(vault.catalog(), &args.client)?;
    let alias = &client.details.alias;
    let question = format!("Who may act for {alias} (a recipient's alias)");
    let typed = session.required(args.recipient, "--recipient", &question, &example)?;
    let recipient = names::recipient(vault.catalog(), &typed)?;
    let question = format!("What is {} to {alias} (a word such as mother)", recipient.details.alias);
    let relationship = session.required(args.relationship, "--relationship", &question, &example)?;
    let question = format!("By what right ({})", Authority::WORDS.join(", "));
    let authority = session.required(args.authority, "--authority", &question, &example)?;
    let evidence = session.required(evidence, "--evidence", "What was seen of it", &example)?;
    let (zone, today) = (session.zone(&vault)?, session.today(&vault)?);
    let from = days::happened(args.from, "--from", today, &zone)?;
    let until = days::last(args.until, "--until", from, &zone)?;
    let added = RepresentativeAdded {
        authority,
        client: client.id(),
        evidence,
        from,
        recipient: recipient.id(),
        relationship,
        until,
    };
    let committed = representatives::add(&mut session.desk(&mut vault), added)?;
    let exit = session.committed(&committed);
    let made = Made {
        id: client.id().to_string(),
        state: client.state.as_str(),
        missing: Vec::new(),
        head: (&committed.head).into(),
        sentence: format!("{} may act for client {alias} from {from} on, as {authority}.", recipient.details.alias),
    };
    session.answer("client-representative", &made, Some(&vault))?;
    Ok(exit)
}
