//! `subrosa ack`: a recipient reads out the receipt code on the page of a package. The code is never repeated.

use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Look;
use crate::cli::answer::Made;
use crate::cli::answer::Who;
use crate::cli::answer::flags;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::cli::session::missing;
use crate::cli::text::bare;
use crate::cli::text::row;
use crate::hearing::acknowledgements;
use crate::sharing::receipt::SpokenCode;
use crate::time::Timestamp;
use crate::vault::Vault;
use crate::vault::catalog::IdKind;

/// What `subrosa ack` takes.
#[derive(Debug, clap::Args)]
#[group(id = "what", required = true)]
pub struct Args {
    /// The disclosure: the beginning of its id
    #[arg(value_name = "ID", group = "what", conflicts_with = "pending")]
    pub disclosure: Option<String>,
    /// The receipt code as it was read out, or - for standard input
    #[arg(long, value_name = "CODE", requires = "disclosure")]
    pub code: Option<String>,
    /// Which packages nobody has acknowledged yet
    #[arg(long, group = "what")]
    pub pending: bool,
}

#[derive(Serialize)]
struct Pending {
    pending: Vec<Unanswered>,
}

#[derive(Serialize)]
struct Unanswered {
    id: String,
    time: String,
    client: Option<Who>,
    recipient: Who,
    /// By when the protocol expects it.
    due: Option<String>,
    /// What is said of it to a person.
    #[serde(skip)]
    flags: &'static str,
}

impl Answer for Pending {
    fn prose(&self, look: &Look<'_>) -> String {
        let cells = |one: &Unanswered| {
            vec![
                look.id(IdKind::Disclosure, &one.id).into_owned(),
                one.time.clone(),
                bare(&one.recipient.alias).into_owned(),
                bare(one.client.as_ref().map_or("", |who| &who.alias)).into_owned(),
                one.due.as_ref().map(|due| format!("expected by {due}")).unwrap_or_default(),
                one.flags.to_owned(),
            ]
        };
        look.table(&self.pending.iter().map(cells).collect::<Vec<_>>())
    }

    fn bare(&self) -> String {
        let line = |one: &Unanswered| {
            let client = one.client.as_ref().map_or("", |who| &who.alias);
            row([&one.id[..], &one.time, &one.recipient.alias, client, one.due.as_deref().unwrap_or_default()])
        };
        self.pending.iter().map(line).collect()
    }
}

/// Hears a code, or tells what is unanswered.
pub fn run(args: Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    match args.disclosure {
        Some(typed) => hear(&typed, args.code, session),
        None => pending(session),
    }
}

fn hear(typed: &str, code: Option<String>, session: &mut Session<'_>) -> Result<Exit, Failure> {
    if typed.ends_with(".ack") {
        let message = "signed acknowledgements cannot be read in by this version: ask for the receipt code";
        return Err(Failure::usage(message).hint("subrosa ack --pending"));
    }
    let example = format!("subrosa ack {} --code -", names::word(typed));
    session.must_have(code.as_ref(), "--code", &example)?;
    let code = code.map(|code| if code == "-" { session.text(code, "--code") } else { Ok(code) }).transpose()?;
    let mut vault = session.open_to_append()?;
    let disclosure = names::disclosure(vault.catalog(), typed)?;
    acknowledgements::may_hear(&vault, disclosure, session.now())?;
    let question = "The receipt code, as it was read out";
    let code = session.required(code, "--code", question, &example)?;
    if code.trim().is_empty() {
        return Err(missing("--code", &example));
    }
    let code = SpokenCode::heard(&code);
    let heard = acknowledgements::hear(&mut session.desk(&mut vault), disclosure, &code)?;
    let exit = session.committed(&heard.committed);
    if !heard.is_right {
        let waits = heard.waits.map(|from| format!(", and the next one is tried from {from} on")).unwrap_or_default();
        let message = format!("this is not the receipt code of {disclosure}{waits}");
        return Err(Failure::refused(message).hint("subrosa ack --pending"));
    }
    let found = vault.catalog().disclosure(disclosure)?;
    let recipient = found.map(|found| Who::recipient(vault.catalog(), found.made.recipient)).transpose()?;
    let made = Made {
        id: disclosure.to_string(),
        state: "acknowledged",
        missing: Vec::new(),
        head: (&heard.committed.head).into(),
        sentence: format!(
            "{} has acknowledged {disclosure}.",
            recipient.map_or_else(|| "The recipient".to_owned(), |who| who.alias)
        ),
    };
    session.answer("ack", &made, Some(&vault))?;
    Ok(exit)
}

fn pending(session: &mut Session<'_>) -> Result<Exit, Failure> {
    let vault = session.open()?;
    let pending = Pending { pending: unanswered(&vault)? };
    if pending.pending.is_empty() && !session.globals.json {
        session.note("every package was acknowledged");
    }
    let exit = if pending.pending.is_empty() { Exit::Done } else { Exit::Due };
    session.answer("ack-pending", &pending, Some(&vault))?;
    Ok(exit)
}

fn unanswered(vault: &Vault) -> Result<Vec<Unanswered>, Failure> {
    let catalog = vault.catalog();
    let protocol = catalog.protocol()?.protocol;
    let (within, zone) = (protocol.periods.acknowledgement, protocol.zone());
    let mut all = Vec::new();
    for id in catalog.unanswered()? {
        let Some(found) = catalog.disclosure(id)? else { continue };
        let due: Option<Timestamp> = within.after(found.time, &zone).ok();
        all.push(Unanswered {
            id: id.to_string(),
            time: found.time.to_string(),
            client: found.made.client.map(|client| Who::client(catalog, client)).transpose()?,
            recipient: Who::recipient(catalog, found.made.recipient)?,
            due: due.map(|due| due.to_string()),
            flags: flags(found.made.basis.as_str()).unwrap_or_default(),
        });
    }
    Ok(all)
}
