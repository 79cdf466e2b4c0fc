//! `subrosa concern open`.

use crate::cli::Exit;
use crate::cli::answer::Made;
use crate::cli::args::words;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::names::Misses;
use crate::cli::session::Session;
use crate::concerns;
use crate::concerns::About;
use crate::concerns::NewConcern;
use crate::id::ConcernId;
use crate::id::RecipientId;
use crate::id::RecordId;
use crate::practice::words::Prose;
use crate::vault::Vault;
use crate::vocabulary::ConcernState;
use crate::vocabulary::RaisedBy;
use crate::vocabulary::RecordKind;

/// What `subrosa concern open` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "What is not narrowed is all of that client's, or of that group's.")]
pub struct Args {
    /// Whose records it is about
    #[arg(long, value_name = "CLIENT", conflicts_with = "group")]
    pub client: Option<String>,
    /// The group whose records it is about
    #[arg(long, value_name = "GROUP")]
    pub group: Option<String>,
    /// The participant of that group
    #[arg(long, value_name = "N", requires = "group", conflicts_with = "client")]
    pub slot: Option<u64>,
    /// Who raised it [default: client; of a group, participant]
    #[arg(long, value_name = "WHO", value_parser = words::<RaisedBy>(RaisedBy::WORDS))]
    pub by: Option<RaisedBy>,
    /// About this recipient; may be repeated
    #[arg(long, value_name = "RECIPIENT")]
    pub to: Vec<String>,
    /// About records of this kind; may be repeated
    #[arg(long = "kind", value_name = "KIND", value_parser = words::<RecordKind>(RecordKind::WORDS))]
    pub kinds: Vec<RecordKind>,
    /// About this record; may be repeated
    #[arg(long = "record", value_name = "RECORD")]
    pub records: Vec<String>,
    /// What it is: a file, or - for standard input
    #[arg(long, value_name = "FILE")]
    pub text: Option<String>,
}

/// Opens one.
pub fn run(args: Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let example = "subrosa concern open --client mk-01 --text concern.txt";
    let is_about = args.client.is_some() || args.group.is_some();
    session.must_have_all(&[("--client (or --group)", is_about), ("--text", args.text.is_some())], example)?;
    if args.group.is_none() && args.by == Some(RaisedBy::Participant) {
        let message = "--by: a participant is somebody of a group; of a client it is client, or whoever else raised it";
        return Err(Failure::usage(message).hint(from_file(&Args { by: Some(RaisedBy::Client), ..args })));
    }
    let mut vault = session.open_to_append()?;
    if session.is_typed(args.text.as_deref()) {
        session.room_to_type(&vault, None, &from_file(&args))?;
    }
    let mut misses = Misses::default();
    let about = misses.note(about(&args, &vault, session, example))?;
    let mut recipients: Vec<RecipientId> = Vec::new();
    for typed in &args.to {
        let found = misses.note(names::recipient(vault.catalog(), typed))?.map(|recipient| recipient.id());
        recipients.extend(found.filter(|id| !recipients.contains(id)));
    }
    let mut records: Vec<RecordId> = Vec::new();
    for typed in &args.records {
        let found = misses.note(names::record(vault.catalog(), typed))?;
        records.extend(found.filter(|id| !records.contains(id)));
    }
    misses.refuse()?;
    let Some(about) = about else { return Err(Failure::not_found("nobody whom it is about")) };
    let by = args.by.unwrap_or(match about {
        About::Client(_) => RaisedBy::Client,
        About::Group(_) | About::Slot(..) => RaisedBy::Participant,
    });
    let text = session.needed_text(args.text.as_deref(), "--text", "What is the concern", example)?;
    let text: Prose = text.parse().map_err(|error| Failure::usage(format!("--text: {error}")))?;
    let concern = ConcernId::random(&mut session.host.rng);
    let new = NewConcern { concern, about, by, recipients, kinds: args.kinds, records, text };
    let committed = concerns::open(&mut session.desk(&mut vault), new)?;
    let exit = session.committed(&committed);
    let due = vault.catalog().concern(concern)?.map(|concern| concern.opened.due);
    let due = due.map(|due| format!(" An answer is due by {due}.")).unwrap_or_default();
    let made = Made {
        id: concern.to_string(),
        state: ConcernState::Open.as_str(),
        missing: Vec::new(),
        head: (&committed.head).into(),
        sentence: format!("The concern is open ({concern}): what it touches is held until it is answered.{due}"),
    };
    session.answer("concern-open", &made, Some(&vault))?;
    Ok(exit)
}

/// The same without typing it.
fn from_file(args: &Args) -> String {
    let whose = match (&args.client, &args.group) {
        (None, Some(group)) => ("--group", group.as_str()),
        (client, _) => ("--client", client.as_deref().unwrap_or("CLIENT")),
    };
    let mut flags = vec![(whose.0, whose.1.to_owned())];
    flags.extend(args.slot.map(|slot| ("--slot", slot.to_string())));
    flags.extend(args.by.map(|by| ("--by", by.to_string())));
    flags.extend(args.to.iter().map(|to| ("--to", to.clone())));
    flags.extend(args.kinds.iter().map(|kind| ("--kind", kind.to_string())));
    flags.extend(args.records.iter().map(|record| ("--record", record.clone())));
    let flags: String = flags.iter().map(|(flag, word)| format!("{flag} {} ", names::word(word))).collect();
    format!("subrosa concern open {flags}--text FILE")
}

fn about(args: &Args, vault: &Vault, session: &mut Session<'_>, example: &str) -> Result<About, Failure> {
    if let Some(typed) = &args.group {
        let group = names::group(vault.catalog(), typed)?.id();
        return Ok(args.slot.map_or(About::Group(group), |slot| About::Slot(group, slot)));
    }
    let typed = session.required(args.client.clone(), "--client", "Whose records is it about (alias)", example)?;
    Ok(About::Client(names::client(vault.catalog(), &typed)?.id()))
}
