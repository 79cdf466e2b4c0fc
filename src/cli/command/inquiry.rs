//! `subrosa inquiry`: somebody asks after a person. Nobody is looked up here: no name that was typed reaches the catalogue.

use clap::Subcommand;
use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Head;
use crate::cli::answer::Look;
use crate::cli::args::words;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::session::missing;
use crate::hearing::inquiries;
use crate::id::InquiryId;
use crate::practice::inquiry::InquiryLogged;
use crate::practice::words::Line;
use crate::practice::words::Prose;
use crate::vocabulary::Relationship;

/// What can be done with inquiries.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Keep what somebody asked, and get the reply: it neither confirms nor denies, whoever is asked after
    Add(Args),
}

/// What `subrosa inquiry add` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Who asks, as they call themselves
    #[arg(long, value_name = "TEXT")]
    pub from: Option<String>,
    /// What they say they are to the person
    #[arg(long, value_name = "RELATIONSHIP", value_parser = words::<Relationship>(Relationship::WORDS))]
    pub claims_relation: Option<Relationship>,
    /// What they ask
    #[arg(long, value_name = "TEXT")]
    pub asks: Option<String>,
}

#[derive(Serialize)]
struct Logged {
    id: String,
    state: &'static str,
    missing: [&'static str; 0],
    reply: &'static str,
    head: Head,
}

impl Answer for Logged {
    fn prose(&self, _: &Look<'_>) -> String {
        self.reply.to_owned()
    }

    fn bare(&self) -> String {
        self.reply.to_owned()
    }
}

/// The same without typing it.
fn from_flags(args: &Args) -> String {
    let given = |text: &Option<String>| {
        let text = text.as_deref().filter(|text| *text != "-").unwrap_or("TEXT");
        shlex::try_quote(text).map_or_else(|_| "TEXT".to_owned(), |word| word.into_owned())
    };
    let relation = args.claims_relation.map(|relation| format!(" --claims-relation {relation}")).unwrap_or_default();
    format!("subrosa inquiry add --from {}{relation} --asks {} --batch", given(&args.from), given(&args.asks))
}

/// Keeps it, and replies.
pub fn run(action: Action, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let Action::Add(args) = action;
    let example = "subrosa inquiry add --from \"a caller\"";
    session.must_have(args.from.as_ref(), "--from", example)?;
    let mut vault = session.open_to_append()?;
    let otherwise = from_flags(&args);
    let is_typed =
        session.is_typed(args.from.as_deref()) || (args.asks.is_some() && session.is_typed(args.asks.as_deref()));
    if is_typed {
        session.may_type_here(&vault, None, &otherwise)?;
    }
    let from = match session.word::<Line>(args.from, "--from")? {
        None => session.offered(None, "Who asks, as they call themselves")?,
        from => from,
    };
    let from = from.ok_or_else(|| missing("--from", example))?;
    let asks = match session.word::<Prose>(args.asks, "--asks")? {
        // What is offered is not asked for where others would see the answer.
        None if session.may_type_here(&vault, None, &otherwise).is_err() => None,
        None => session.offered(None, "What do they ask (Enter: nothing to note)")?,
        asks => asks,
    };
    let inquiry = InquiryId::random(&mut session.host.rng);
    let logged = InquiryLogged { asks, claims_relation: args.claims_relation, from, inquiry };
    let committed = inquiries::log(&mut session.desk(&mut vault), logged)?;
    let exit = session.committed(&committed);
    session.note(&format!("kept as {inquiry}; the reply is the same for everybody"));
    let answer = Logged {
        id: inquiry.to_string(),
        state: "logged",
        missing: [],
        reply: inquiries::REPLY,
        head: (&committed.head).into(),
    };
    session.answer("inquiry-add", &answer, Some(&vault))?;
    Ok(exit)
}
