//! `subrosa recipient suspend`.

use serde::Serialize;

use super::Changed;
use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Look;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::id::RecipientId;
use crate::people;
use crate::policy;
use crate::practice::event::Body;
use crate::practice::words::Prose;
use crate::time::Date;
use crate::time::When;
use crate::vault::Vault;
use crate::vocabulary::ConsentState;

/// What `subrosa recipient suspend` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The recipient
    #[arg(value_name = "ALIAS")]
    pub recipient: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Since when [default: today]
    #[arg(long, value_name = "DATE")]
    pub on: Option<When>,
}

/// Shares nothing more to him.
pub fn run(args: Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let example = format!("subrosa recipient suspend {} --reason 'left the practice'", names::word(&args.recipient));
    session.must_have(args.reason.as_ref(), "--reason", &example)?;
    let reason: Option<Prose> = session.word(args.reason, "--reason")?;
    let mut vault = session.open_to_append()?;
    let recipient = names::recipient(vault.catalog(), &args.recipient)?;
    let (id, alias) = (recipient.id(), recipient.details.alias);
    let reason = session.required(reason, "--reason", &format!("Why is nothing more shared to {alias}"), &example)?;
    let (zone, today) = (session.zone(&vault)?, session.today(&vault)?);
    let on = args.on.map_or(Ok(today), |on| on.since(today, &zone))?;
    if on > today {
        return Err(Failure::usage(format!("--on: {on} is still to come; suspending takes effect at once")));
    }
    let committed = people::suspend_recipient(&mut session.desk(&mut vault), id, reason, on)?;
    let sentence = format!("Nothing more is shared to recipient {alias}. What was sent already stays with the person.");
    let (exit, changed) = super::changed(session, &vault, &committed, id, &sentence)?;
    let wanted = committed.entries.iter().filter_map(|(_, event)| match &event.body {
        Body::FollowupPlanned(planned) => Some((planned.disclosure.to_string(), planned.followup.to_string())),
        _ => None,
    });
    let (sent, followups) = wanted.unzip();
    let suspended = Suspended { changed, dead_consents: dead_consents(&vault, id, today)?, sent, followups };
    if !session.host.stdout.is_terminal() {
        suspended.lines().iter().for_each(|line| session.note(line));
    }
    session.answer("recipient-suspend", &suspended, Some(&vault))?;
    Ok(exit)
}

/// What is known of whoever gets nothing more.
#[derive(Serialize)]
struct Suspended {
    #[serde(flatten)]
    changed: Changed,
    /// Consents that name nobody any more to whom something may be shared.
    dead_consents: Vec<String>,
    /// The packages and papers that the person has, as far as this ledger knows.
    sent: Vec<String>,
    /// For each of them, what is left to do.
    followups: Vec<String>,
}

impl Suspended {
    fn lines(&self) -> Vec<String> {
        let dead = &self.dead_consents;
        let consents = format!("consents that name nobody else, dead from now on: {}", dead.join(", "));
        let sent = format!(
            "sent before, to be returned or destroyed: {}; once one is, `subrosa followup done` says so: {}",
            self.sent.join(", "),
            self.followups.join(", ")
        );
        let lines = [(dead.is_empty(), consents), (self.sent.is_empty(), sent)];
        lines.into_iter().filter_map(|(is_none, line)| (!is_none).then_some(line)).collect()
    }
}

impl Answer for Suspended {
    fn prose(&self, look: &Look<'_>) -> String {
        let lines = self.lines().into_iter().map(|line| line + "\n");
        self.changed.prose(look) + &lines.collect::<String>()
    }

    fn bare(&self) -> String {
        self.changed.bare()
    }
}

/// Consents that had not ended and of which every recipient is suspended now.
fn dead_consents(vault: &Vault, id: RecipientId, today: Date) -> Result<Vec<String>, Failure> {
    let mut dead = Vec::new();
    let protocol = vault.catalog().protocol()?.protocol;
    for consent in vault.catalog().consents_naming(id)? {
        let Some(client) = vault.catalog().client(consent.terms.client)? else { continue };
        let state = policy::consent::state(&consent, &client, &protocol, today);
        let mut is_dead = matches!(state, ConsentState::Draft | ConsentState::Early | ConsentState::Live);
        for other in &consent.terms.recipients {
            let found = vault.catalog().recipient(*other)?;
            is_dead &= found.is_none_or(|found| found.suspended.is_some());
        }
        if is_dead {
            dead.push(consent.id().to_string());
        }
    }
    Ok(dead)
}
