//! `subrosa ledger recover`: completes the vault from another copy of its files, joins what the history lacks, and else
//! continues the ledger on this computer, naming what is missing.

use std::path::Path;
use std::path::PathBuf;

use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Head;
use crate::cli::answer::Look;
use crate::cli::failure::Failure;
use crate::cli::failure::FailureCode;
use crate::cli::session::Session;
use crate::cli::text::bare;
use crate::practice::event::Body;
use crate::practice::log::LogJoined;
use crate::practice::words::Line;
use crate::vault::Vault;
use crate::vault::completion;
use crate::vault::completion::Completed;
use crate::vault::error::VaultError;
use crate::vault::rescue;
use crate::vault::root_text;
use crate::vault::standing::Standing;

/// What `subrosa ledger recover` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Another copy of the vault, whose files are taken where they are missing here
    #[arg(long, value_name = "DIR")]
    pub from: Option<PathBuf>,
    /// Why, for the ledger
    #[arg(long)]
    pub reason: Option<Line>,
    /// The file with the next key, where one was made with the vault; - is standard input
    #[arg(long, value_name = "FILE")]
    pub next_key: Option<PathBuf>,
}

/// What was done.
#[derive(Default, Serialize)]
struct Recovered {
    /// Files brought from another copy.
    completed: Option<Brought>,
    /// The ledger that goes on here.
    continued: Option<Continued>,
    /// What was joined to the history.
    joined: Vec<Joined>,
    head: Option<Head>,
}

#[derive(Serialize)]
struct Brought {
    files: u64,
    head: Head,
}

#[derive(Serialize)]
struct Continued {
    /// The old log's highest head known.
    closed: Head,
    /// What of it was at hand.
    have: Head,
    /// The new log's key.
    vkey: String,
}

#[derive(Serialize)]
struct Joined {
    origin: String,
    from: u64,
    /// How many entries were at hand, and how many were signed.
    have: u64,
    size: u64,
}

impl From<LogJoined> for Joined {
    fn from(joined: LogJoined) -> Self {
        Self { origin: joined.origin, from: joined.from, have: joined.have.size, size: joined.size }
    }
}

impl Recovered {
    fn missing(&self) -> u64 {
        let continued = self.continued.iter().map(|made| made.closed.size - made.have.size);
        let joined = self.joined.iter().map(|joined| joined.size - joined.have);
        continued.chain(joined).sum()
    }

    fn is_nothing(&self) -> bool {
        self.completed.is_none() && self.continued.is_none() && self.joined.is_empty()
    }
}

impl Answer for Recovered {
    fn prose(&self, _: &Look<'_>) -> String {
        let mut text = String::new();
        if let Some(Brought { files, head }) = &self.completed {
            text.push_str(&format!("{files} files were brought; the ledger is whole up to entry {}.\n", head.size));
        }
        if let Some(made) = &self.continued {
            text.push_str(&format!(
                "This computer writes the ledger {} from now on, which continues {} at entry {}.\n\
                 Whoever has the old contact card needs the new one: subrosa card\n",
                bare(&made.vkey),
                bare(&made.closed.origin),
                made.have.size
            ));
        }
        for joined in &self.joined {
            text.push_str(&format!(
                "Entries {} to {} of {} were joined to the history.\n",
                joined.from,
                joined.have,
                bare(&joined.origin)
            ));
        }
        match self.missing() {
            0 => {}
            count => text.push_str(&format!(
                "{count} entries that were signed are missing. The ledger says so; should a copy of them be found: subrosa \
                 ledger recover --from DIR\n"
            )),
        }
        if self.is_nothing() {
            text.push_str("There is nothing to recover: the vault is whole, and this computer writes its ledger.\n");
        }
        text
    }

    fn bare(&self) -> String {
        let row = |head: &Head| crate::cli::text::row([&*head.origin, &head.size.to_string(), &head.root]);
        self.head.as_ref().map(row).unwrap_or_default()
    }
}

/// Recovers.
pub fn run(args: Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let mut done = Recovered::default();
    if let Some(from) = &args.from {
        let from = session.host.absolute(from);
        if !from.is_dir() {
            return Err(Failure::not_found(format!("there is no directory {}", from.display())));
        }
        done.completed = complete(session, &from)?;
    }
    let mut vault = session.open_to_recover()?;
    if matches!(vault.standing(), Standing::Forked(_)) {
        accept_fork(session, &mut vault)?;
    }
    let writes =
        |vault: &Vault| !matches!(vault.may_append(), Err(VaultError::ReadsOnly { .. } | VaultError::Unmarked(_)));
    let is_behind = matches!(vault.standing(), Standing::RolledBack(_) | Standing::AtHand);
    if is_behind || !writes(&vault) || (vault.is_branched() && !vault.is_writer()) {
        vault = go_on_here(session, vault, (args.next_key.as_deref(), args.reason), &mut done)?;
    }
    if vault.is_branched() {
        let committed = rescue::join(&mut session.desk(&mut vault))?;
        session.committed(&committed);
        let joined = committed.entries.into_iter().filter_map(|(_, event)| match event.body {
            Body::LogJoined(joined) => Some(joined.into()),
            _ => None,
        });
        done.joined = joined.collect();
    }
    vault.may_append()?;
    done.head = Some(vault.head().into());
    let exit = if done.missing() > 0 { Exit::Due } else { Exit::Done };
    session.answer("ledger-recover", &done, Some(&vault))?;
    Ok(exit)
}

fn complete(session: &mut Session<'_>, from: &std::path::Path) -> Result<Option<Brought>, Failure> {
    let unlocked = session.unlock_to_recover()?;
    let wait = session.lock_wait();
    let completed = completion::complete_from(&unlocked, from, wait, &mut session.host.rng)?;
    Ok(completed.map(|Completed { head, files }| Brought { files, head: (&head).into() }))
}

/// The ledger goes on here, if somebody says so.
fn go_on_here(
    session: &mut Session<'_>,
    vault: Vault,
    (next_key, reason): (Option<&Path>, Option<Line>),
    done: &mut Recovered,
) -> Result<Vault, Failure> {
    if !session.may_continue_here(&vault)? {
        let head = vault.head();
        let accept = format!("{}:{}", head.size, root_text(&head.root));
        let message = "nothing was done: nobody confirmed that this computer goes on from here";
        return Err(
            Failure::new(FailureCode::Refused, message).hint(format!("subrosa --accept-head {accept} ledger recover"))
        );
    }
    let (vault, made) = session.continue_here(vault, next_key, reason)?;
    done.continued =
        Some(Continued { closed: (&made.closed).into(), have: (&made.have).into(), vkey: made.key.to_string() });
    Ok(vault)
}

/// Two histories under one key: which one holds is nothing that a program can know.
fn accept_fork(session: &mut Session<'_>, vault: &mut Vault) -> Result<(), Failure> {
    let head = vault.head();
    let accept = format!("{}:{}", head.size, root_text(&head.root));
    if session.globals.accept_head.as_deref() != Some(&accept) {
        let alarm = vault.alarm().map(Failure::from);
        let failure = alarm.unwrap_or_else(|| Failure::new(FailureCode::Integrity, "the ledger was forked"));
        return Err(failure.hint(format!("subrosa --accept-head {accept} ledger recover")));
    }
    let kept = vault.accept_fork()?;
    session.warn(&format!("both heads are kept as evidence in {}", kept.display()));
    Ok(())
}
