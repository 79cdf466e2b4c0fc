//! `subrosa consent`: what clients allowed, to whom, for what, and what they took back.

use clap::Subcommand;

use crate::cli::Exit;
use crate::cli::answer::Made;
use crate::cli::failure::Failure;
use crate::cli::failure::records::completing;
use crate::cli::session::Session;
use crate::consenting::Judged;
use crate::id::ConsentId;
use crate::policy::consent::WayToSign;
use crate::policy::consent::can_be_completed;
use crate::time::Date;
use crate::vault::Vault;
use crate::vault::transaction::Committed;
use crate::vocabulary::ConsentState;

pub mod complete;
pub mod form;
pub mod grant;
mod interview;
pub mod list;
pub mod mark_false;
mod page;
mod pages;
pub mod receipt;
pub mod revoke;
mod sent;
pub mod show;
mod terms;

/// What can be done with consents.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// File what a client consented to; unsigned, it is a draft
    Grant(grant::Args),
    /// Say what a draft lacks
    Complete(complete::Args),
    /// A page that the client can sign
    Form(form::Args),
    /// All consents, or a client's
    #[command(visible_alias = "ls")]
    List(list::Args),
    /// What a consent says, where it stands, and what was sent under it
    Show(show::Args),
    /// The client's copy of what was signed
    Receipt(receipt::Args),
    /// Take a consent back, all of it or a part, at once
    Revoke(revoke::Args),
    /// Record that a consent is known to be false
    MarkFalse(mark_false::Args),
}

/// Does it.
pub fn run(action: Action, session: &mut Session<'_>) -> Result<Exit, Failure> {
    match action {
        Action::Grant(args) => grant::run(args, session),
        Action::Complete(args) => complete::run(args, session),
        Action::Form(args) => form::run(&args, session),
        Action::List(args) => list::run(&args, session),
        Action::Show(args) => show::run(&args, session),
        Action::Receipt(args) => receipt::run(&args, session),
        Action::Revoke(args) => revoke::run(args, session),
        Action::MarkFalse(args) => mark_false::run(args, session),
    }
}

/// The day it is by the protocol's calendar.
fn today(session: &Session<'_>, vault: &Vault) -> Result<Date, Failure> {
    Ok(session.now().date_in(&vault.catalog().protocol()?.protocol.zone()))
}

/// Tells of a consent as the commit left it: with what it lacks, and whether somebody has yet to sign.
fn made(
    session: &mut Session<'_>,
    vault: &Vault,
    committed: &Committed,
    id: ConsentId,
    sentence: &str,
) -> Result<(Exit, Made), Failure> {
    let mut exit = session.committed(committed);
    let judged = Judged::find(vault, id, today(session, vault)?)?;
    if matches!(judged.state, ConsentState::Draft | ConsentState::Expired) {
        exit = Exit::Due;
    }
    warn(session, &judged);
    let made = Made {
        id: id.to_string(),
        state: judged.state.as_str(),
        missing: judged.missing.iter().map(|flag| (*flag).to_owned()).collect(),
        head: (&committed.head).into(),
        sentence: sentence.to_owned(),
    };
    Ok((exit, made))
}

/// The command that leads to the signature that is missing.
fn to_be_signed(judged: &Judged) -> String {
    let (alias, terms) = (&judged.client.details.alias, &judged.consent.terms);
    match judged.way {
        WayToSign::Complete(by) => {
            format!("subrosa consent complete {} --signed-by {}", judged.consent.id(), String::from(by))
        }
        WayToSign::Represent(by) => {
            let who = by.map_or_else(|| "RECIPIENT".to_owned(), |by| by.to_string());
            let from = terms.signed_on.map(|day| format!(" --from {day}")).unwrap_or_default();
            format!(
                "subrosa client representative {alias} --recipient {who} --relationship guardian --authority guardian --evidence TEXT{from}"
            )
        }
        WayToSign::Anew => format!("subrosa consent grant --client {alias}"),
    }
}

/// What stands in the way of sharing under it.
fn warn(session: &mut Session<'_>, judged: &Judged) {
    let (id, alias) = (judged.consent.id(), &judged.client.details.alias);
    if judged.state == ConsentState::Draft {
        let named = |flag: &&str| if *flag == "age" { "the client's age".to_owned() } else { format!("--{flag}") };
        let flags: Vec<String> = judged.missing.iter().map(named).collect();
        let cure = match &judged.missing[..] {
            ["age"] => format!("subrosa client edit {alias} --adult"),
            ["signed-by"] if !judged.consent.terms.signed_by.is_empty() => to_be_signed(judged),
            [] => format!("subrosa consent show {id}"),
            missing if !can_be_completed(&judged.consent.terms, missing) => "subrosa consent grant".to_owned(),
            missing => {
                let day = judged.consent.terms.signed_on.map_or_else(|| "0d".to_owned(), |day| day.to_string());
                let flags = completing(missing).replace("{today}", &day);
                format!("subrosa consent complete {id} {}", flags.trim_end())
            }
        };
        session.warn(&format!("{id} is a draft, and nothing is shared under it; missing: {}", flags.join(", ")));
        session.warn(&format!("try: {cure}"));
    }
    if matches!(judged.state, ConsentState::Revoked | ConsentState::False) {
        return;
    }
    for note in &judged.notes {
        session.warn(&format!("{id}: {note}"));
    }
}
